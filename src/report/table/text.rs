//! Styled text of known width, for a terminal.
//!
//! Takes strings of any origin; gives lines that can be padded, wrapped and cut without breaking a
//! character apart. Width is counted in terminal cells (wide characters are two, combining marks
//! none). Control characters never get through: a title must not be able to move the cursor.

use crate::diagnostic::with_short_names;
use crate::report::known::WITHIN;
use anstyle::Style;
use std::io::{self, Write};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Cells of a word that a cut takes away rather than to leave a part of it.
const LONGEST_CUT: usize = 10;

/// A blank at which no line is broken.
pub(super) const NO_BREAK: &str = "\u{a0}";

/// What stands behind a range inside of which the range lies, where there is no room for words; the
/// last lines say what it means.
pub(super) const AT_MOST: &str = "*";

/// A range with a sign in the place of its first word.
pub(super) fn narrow(range: &str) -> String {
    match range.strip_prefix(WITHIN) {
        Some(ends) => format!("{ends}{AT_MOST}"),
        None => range.to_owned(),
    }
}

/// Whether a range stands so.
pub(super) fn is_at_most(piece: &str) -> bool {
    let ends = piece.strip_suffix(AT_MOST).unwrap_or_default();
    ends.ends_with(|c: char| c == '%' || c.is_ascii_digit())
}

/// How to draw: settled once by whoever owns the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Emit colours and other attributes.
    pub color: bool,
    /// Cells in a line; below 40 counts as 40.
    pub width: usize,
}

impl Default for Look {
    /// No colour, 100 cells: what a file or a pipe gets.
    fn default() -> Self {
        Self {
            color: false,
            width: 100,
        }
    }
}

/// One line: pieces of text, each in a style.
#[derive(Clone, Debug, Default)]
pub struct Line {
    pieces: Vec<(Style, String)>,
    width: usize,
}

impl Line {
    pub fn new(text: &str) -> Self {
        Self::styled(Style::new(), text)
    }

    pub fn styled(style: Style, text: &str) -> Self {
        let mut line = Self::default();
        line.push(style, text);
        line
    }

    pub fn push(&mut self, style: Style, text: &str) {
        let text = printable(text);
        self.width += text.width();
        if !text.is_empty() {
            self.pieces.push((style, text));
        }
    }

    pub fn append(&mut self, other: Line) {
        self.width += other.width;
        self.pieces.extend(other.pieces);
    }

    /// The texts that it is made of.
    pub fn pieces(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().map(|(_, text)| text.as_str())
    }

    pub fn pad_to(&mut self, width: usize) {
        if self.width < width {
            self.push(Style::new(), &" ".repeat(width - self.width));
        }
    }

    /// In terminal cells.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Writes the line and its end, without blanks at the end.
    pub fn write(&self, out: &mut dyn Write, color: bool) -> io::Result<()> {
        let last = self
            .pieces
            .iter()
            .rposition(|(_, text)| !text.trim_end().is_empty());
        for (i, (style, text)) in self.pieces.iter().enumerate() {
            if last.is_none_or(|last| i > last) {
                break;
            }
            let text = if Some(i) == last {
                text.trim_end()
            } else {
                text
            };
            if color && *style != Style::new() {
                write!(out, "{style}{text}{style:#}")?;
            } else {
                out.write_all(text.as_bytes())?;
            }
        }
        out.write_all(b"\n")
    }
}

/// `text` without control and direction-changing characters; a line break or tab becomes a blank.
pub fn printable(text: &str) -> String {
    text.chars()
        .filter_map(|c| match c {
            '\n' | '\t' | '\r' => Some(' '),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => None,
            c if c.is_control() => None,
            c => Some(c),
        })
        .collect()
}

/// `text` cut to `width` cells, the cut marked by an ellipsis.
pub fn shorten(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    if width == 0 {
        return String::new();
    }
    let end = prefix(text, width - 1);
    let end = whole_words(text, end, width);
    format!("{}…", text[..end].trim_end())
}

/// Where a cut at `end` leaves no part of a word, if that costs few of the `width` cells.
fn whole_words(text: &str, end: usize, width: usize) -> usize {
    let is_between = text[end..].starts_with(' ');
    match text[..end].rfind(' ') {
        Some(blank) if !is_between && text[blank..end].width() <= (width / 4).min(LONGEST_CUT) => {
            blank
        }
        _ => end,
    }
}

/// `text` cut to `width` cells inside, so that its end can be read; the cut is marked by an
/// ellipsis.
pub fn shorten_inside(text: &str, width: usize) -> String {
    if text.width() <= width || width < 5 {
        return shorten(text, width);
    }
    let tail = (width - 1) / 2;
    let from = (text.char_indices())
        .map(|(i, _)| i)
        .find(|i| text[*i..].width() <= tail && !is_mark(&text[*i..]))
        .unwrap_or(text.len());
    let head = prefix(text, width - 1 - tail);
    let head = whole_words(text, head, width);
    // The same at the other side of the cut.
    let most = (width / 4).min(LONGEST_CUT);
    let from = match text[from..].find(' ') {
        Some(blank) if !text[..from].ends_with(' ') && text[from..from + blank].width() <= most => {
            from + blank
        }
        _ => from,
    };
    format!("{}…{}", text[..head].trim_end(), text[from..].trim_start())
}

/// Whether a text begins with something that belongs to the letter before it. A text that ends
/// where a column of this width does, and at least a blank behind what is before it.
pub fn right(line: &mut Line, style: Style, text: &str, width: usize) {
    let blank = width.saturating_sub(text.width()).max(1);
    line.push(Style::new(), &" ".repeat(blank));
    line.push(style, text);
}

fn is_mark(text: &str) -> bool {
    text.chars()
        .next()
        .is_some_and(|c| c.width().unwrap_or(0) == 0)
}

/// Lines of at most `width` cells (2 at least), broken at blanks, or inside a word that is longer
/// than a line.
///
/// A no-break blank holds together what it stands in, and is an ordinary blank in the result.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    // Room for any one character, so that each line makes progress.
    let width = width.max(2);
    let text = printable(&with_short_names(text));
    let mut lines = Vec::new();
    let mut line = String::new();
    for mut word in text.split(' ').filter(|word| !word.is_empty()) {
        let gap = usize::from(!line.is_empty());
        if line.width() + gap + word.width() <= width {
            if gap == 1 {
                line.push(' ');
            }
            line.push_str(word);
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        while word.width() > width {
            let end = prefix(word, width);
            lines.push(word[..end].to_owned());
            word = &word[end..];
        }
        line.push_str(word);
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
        .iter()
        .map(|line| line.replace(NO_BREAK, " "))
        .collect()
}

/// Statements between middle dots, none of them to be broken by [`wrap`].
pub fn dotted(parts: impl IntoIterator<Item = String>) -> String {
    let parts = parts.into_iter().map(|part| part.replace(' ', NO_BREAK));
    parts.collect::<Vec<_>>().join(&format!("{NO_BREAK}· "))
}

/// Byte length of the longest start of `text` that fits into `width` cells and does not part a mark
/// from its letter.
fn prefix(text: &str, width: usize) -> usize {
    let mut end = 0;
    let mut joined = false;
    for (i, c) in text.char_indices() {
        let stop = i + c.len_utf8();
        let attached = joined || c.width().unwrap_or(0) == 0;
        joined = c == '\u{200d}';
        let fits = attached && end == i || text[..stop].width() <= width;
        if !fits {
            break;
        }
        end = stop;
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn width_counts_cells_not_characters() {
        assert_eq!(Line::new("abc").width(), 3);
        assert_eq!(Line::new("停戦").width(), 4);
        assert_eq!(Line::new("e\u{301}te\u{301}").width(), 3);
    }

    #[test]
    fn cuts_never_exceed_the_width_nor_part_a_mark_from_its_letter() {
        assert_eq!(shorten("ceasefire", 9), "ceasefire");
        assert_eq!(shorten("ceasefire", 6), "cease…");
        assert_eq!(shorten("停戦協定", 6), "停戦…");
        assert_eq!(
            shorten("e\u{301}e\u{301}e\u{301}e\u{301}", 3),
            "e\u{301}e\u{301}…"
        );
        for width in 1..20 {
            assert!(shorten("a停b戦c協d定e\u{301}f", width).width() <= width);
        }
    }

    #[test]
    fn a_cut_inside_keeps_both_ends_within_the_width() {
        assert_eq!(
            shorten_inside("by the end of 2026", 40),
            "by the end of 2026"
        );
        assert_eq!(
            shorten_inside("a long question by 2026?", 13),
            "a long…2026?"
        );
        assert_eq!(
            shorten_inside(
                "is the canal closed at some time, and open in September 2027?",
                50
            ),
            "is the canal closed at…open in September 2027?"
        );
        assert_eq!(
            shorten("other factors or ratios hold it back", 22),
            "other factors or…"
        );
        for text in [
            "a停b戦c協d定e\u{301}f",
            "plain letters only",
            "e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}",
        ] {
            for width in 1..20 {
                let cut = shorten_inside(text, width);
                assert!(cut.width() <= width, "{width}: {cut}");
                assert!(!cut.contains("…\u{301}"), "{cut}");
            }
        }
    }

    #[test]
    fn wrapped_lines_fit_and_lose_no_word() {
        let text = "guarantees against territory 停戦協定停戦協定停戦協定 and a_very_long_name_without_a_break";
        for width in 8..60 {
            let lines = wrap(text, width);
            assert!(
                lines.iter().all(|line| line.width() <= width),
                "{width}: {lines:?}"
            );
            let letters = |s: &str| s.chars().filter(|c| *c != ' ').collect::<String>();
            assert_eq!(letters(&lines.concat()), letters(text));
        }
        assert_eq!(wrap("", 10), [""]);
    }

    #[test]
    fn a_title_cannot_control_the_terminal() {
        let mut bytes = Vec::new();
        Line::new("a\u{1b}[2Jb\u{7}\nc\u{202e}d")
            .write(&mut bytes, true)
            .expect("a vector takes all");
        assert_eq!(bytes, b"a[2Jb cd\n");
    }

    #[test]
    fn styles_are_written_only_when_told() {
        let line = Line::styled(Style::new().bold(), "x  ");
        let write = |color| {
            let mut bytes = Vec::new();
            line.write(&mut bytes, color).expect("a vector takes all");
            bytes
        };
        assert_eq!(write(false), b"x\n");
        assert_eq!(write(true), b"\x1b[1mx\x1b[0m\n");
    }
}
