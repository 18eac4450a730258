//! How wide text is, and how it is broken into lines, without a font.
//!
//! Takes text and a size in pixels; gives widths that err to the wide side, and lines that fit.
//! Characters without an entry in the [table](super::widths) count a full em, those that combine
//! with their neighbour nothing.

use super::widths::STRETCHES;
use unicode_width::UnicodeWidthChar;

/// Width of a character that no table has, in 160ths of the size.
const FULL: u32 = 160;

/// Width of bold text over that of regular text: of titles in DejaVu Sans; other faces grow less.
pub(super) const BOLD: f64 = 1.13;

/// Pixels that `text` takes at `size`.
pub(super) fn width(text: &str, size: f64) -> f64 {
    let units: u32 = text.chars().map(units).sum();
    f64::from(units) * size / 160.0
}

/// Pixels that bold `text` takes at `size`.
pub(super) fn bold_width(text: &str, size: f64) -> f64 {
    BOLD * width(text, size)
}

fn units(c: char) -> u32 {
    let code = u32::from(c);
    for (first, widths) in STRETCHES {
        let place = code.checked_sub(first).map(|at| at as usize);
        if let Some(&units) = place.and_then(|at| widths.get(at))
            && units > 0
        {
            return u32::from(units);
        }
    }
    match c.width() {
        None | Some(0) => 0,
        Some(_) => FULL,
    }
}

/// `text` in lines no wider than `room`, at most `most` of them; what does not fit ends in an
/// ellipsis.
///
/// Breaks at blanks, and within a word only if the word alone is too wide. Always at least one
/// line.
pub(super) fn wrap(text: &str, size: f64, room: f64, most: usize) -> Vec<String> {
    let mut words = text.split(is_break).filter(|word| !word.is_empty());
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    let mut rest: String;
    while let Some(word) = words.next() {
        let longer = if line.is_empty() {
            word.to_owned()
        } else {
            format!("{line} {word}")
        };
        if width(&longer, size) <= room {
            line = longer;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        rest = word.to_owned();
        while width(&rest, size) > room && lines.len() < most {
            let cut = fitting(&rest, size, room);
            let tail = rest.split_off(cut);
            lines.push(std::mem::replace(&mut rest, tail));
        }
        line = rest;
        if lines.len() >= most {
            let more: Vec<&str> = words.by_ref().collect();
            line = format!("{line} {}", more.join(" "));
        }
    }
    if !line.trim().is_empty() || lines.is_empty() {
        lines.push(line);
    }
    if lines.len() > most {
        let tail = lines.split_off(most).join(" ");
        if let Some(last) = lines.last_mut() {
            *last = ellipsis(&format!("{last} {tail}"), size, room);
        }
    }
    lines
}

/// Whether a line may end at this character: at blanks, but those that are made not to break.
fn is_break(c: char) -> bool {
    c.is_whitespace() && !matches!(c, '\u{a0}' | '\u{202f}')
}

/// As [`wrap`], with lines of about the same length.
pub(super) fn balanced(text: &str, size: f64, room: f64, most: usize) -> Vec<String> {
    let lines = wrap(text, size, room, most);
    if lines.len() < 2 || lines.iter().any(|line| line.ends_with('…')) {
        return lines;
    }
    let whole = lines.join(" ");
    let (mut low, mut high, mut best) = (room / 2.0, room, lines);
    for _ in 0..8 {
        let middle = (low + high) / 2.0;
        let narrower = wrap(text, size, middle, most + 1);
        // A word that is broken for balance alone would be worse than ragged lines.
        if narrower.len() <= best.len() && narrower.join(" ") == whole {
            (high, best) = (middle, narrower);
        } else {
            low = middle;
        }
    }
    best
}

/// `text` if it fits, or its beginning and an ellipsis.
pub(super) fn ellipsis(text: &str, size: f64, room: f64) -> String {
    if width(text, size) <= room {
        return text.to_owned();
    }
    let cut = fitting(text, size, room - width("…", size));
    format!("{}…", text[..cut].trim_end())
}

/// Bytes of the longest beginning that fits; at least one character with what combines with it.
fn fitting(text: &str, size: f64, room: f64) -> usize {
    let (mut sum, mut end) = (0.0, 0);
    for (at, c) in text.char_indices() {
        sum += f64::from(units(c)) * size / 160.0;
        if sum > room && end > 0 && units(c) > 0 {
            break;
        }
        end = at + c.len_utf8();
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_stay_whole_and_what_is_left_over_is_an_ellipsis() {
        assert_eq!(wrap("one two three", 10.0, 50.0, 3), ["one two", "three"]);
        assert_eq!(wrap("", 10.0, 50.0, 2), [""]);
        let cut = wrap("one two three four five six", 10.0, 50.0, 2);
        assert_eq!(cut.len(), 2);
        assert!(cut[1].ends_with('…'), "{cut:?}");
    }

    #[test]
    fn a_wide_character_counts_a_full_em_and_a_combining_one_nothing() {
        assert_eq!(width("海峡", 10.0), 20.0);
        assert_eq!(width("e\u{301}", 10.0), width("e", 10.0));
        assert!(width("שלום", 10.0) >= 20.0);
    }

    proptest! {
        #[test]
        fn lines_fit_and_are_as_few_as_asked(text in "\\PC{0,80}", room in 30.0..200.0_f64, most in 1..4_usize) {
            let lines = wrap(&text, 10.0, room, most);
            prop_assert!(!lines.is_empty() && lines.len() <= most);
            for line in &lines {
                prop_assert!(width(line, 10.0) <= room, "{line:?} is {} wide", width(line, 10.0));
            }
        }

        #[test]
        fn balanced_lines_fit_and_are_no_more_than_others(text in "[a-z ]{0,60}", room in 40.0..200.0_f64) {
            let (plain, balanced) = (wrap(&text, 10.0, room, 4), balanced(&text, 10.0, room, 4));
            prop_assert_eq!(plain.len(), balanced.len());
            prop_assert_eq!(plain.join(" "), balanced.join(" "));
            for line in &balanced {
                prop_assert!(width(line, 10.0) <= room);
            }
        }

        #[test]
        fn nothing_is_lost_when_lines_are_many(text in "[a-z ]{0,60}") {
            let lines = wrap(&text, 10.0, 40.0, 99);
            let without_blanks = |text: &str| text.replace(' ', "");
            prop_assert_eq!(without_blanks(&lines.concat()), without_blanks(&text));
        }
    }
}
