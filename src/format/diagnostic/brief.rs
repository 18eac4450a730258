//! Messages that stay readable whatever the names in them are.
//!
//! A name or a value of a file, a path or an argument can have a hundred thousand letters; a
//! message shows where they begin and end.

use std::borrow::Cow;

/// Characters of a quoted piece, or of a word, that are shown whole.
const LONGEST: usize = 200;
/// Of a longer one: characters from its beginning, and up to its end.
const HEAD: usize = 100;
const TAIL: usize = 40;
/// Characters of a message.
const WHOLE: usize = 4000;

/// The text with every long name cut in its middle, and as a whole no longer than a page.
pub fn brief(text: &str) -> Cow<'_, str> {
    let mut short = with_short_names(text);
    if let Some((end, _)) = short.char_indices().nth(WHOLE) {
        let text = short.to_mut();
        text.truncate(end);
        text.push_str(" …");
    }
    short
}

/// The text with every long name cut in its middle.
pub fn with_short_names(text: &str) -> Cow<'_, str> {
    if text.len() <= LONGEST {
        return Cow::Borrowed(text);
    }
    let mut short = String::new();
    // Pieces in backticks are names and values; what is between them, words.
    for (rank, piece) in text.split('`').enumerate() {
        if rank > 0 {
            short.push('`');
        }
        if rank % 2 == 1 {
            push_cut(&mut short, piece);
        } else {
            for word in piece.split_inclusive(char::is_whitespace) {
                push_cut(&mut short, word);
            }
        }
    }
    Cow::Owned(short)
}

fn push_cut(to: &mut String, piece: &str) {
    let after = |count| piece.char_indices().nth(count).map(|(at, _)| at);
    let (Some(_), Some(head)) = (after(LONGEST), after(HEAD)) else {
        to.push_str(piece);
        return;
    };
    let tail = piece.char_indices().rev().nth(TAIL - 1);
    let tail = tail.map_or(piece.len(), |(at, _)| at);
    to.push_str(&piece[..head]);
    to.push('…');
    to.push_str(&piece[tail..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_lose_their_middle_and_nothing_else_changes() {
        let long = format!("begin{}end", "é".repeat(100_000));
        for (text, quoted) in [
            (
                format!("no event is named `{long}`; did you mean `talks`?"),
                true,
            ),
            (format!("error: unexpected argument '{long}' found"), false),
        ] {
            let short = brief(&text);
            assert!(short.chars().count() < 300, "{short}");
            assert!(
                short.contains("begin") && short.contains("…") && short.contains("end"),
                "{short}"
            );
            assert_eq!(short.contains("; did you mean `talks`?"), quoted);
            assert_eq!(short.matches('`').count(), text.matches('`').count());
        }
        let spaced = format!("a title `{}` of blanks", "a b ".repeat(10_000));
        assert!(brief(&spaced).len() < 300);
        for text in [
            "",
            "short",
            &"word ".repeat(100),
            &format!("`{}`", "x".repeat(200)),
        ] {
            assert_eq!(brief(text), text);
        }
        let list = "name, ".repeat(100_000);
        let short = brief(&list);
        assert!(short.chars().count() <= WHOLE + 2 && short.ends_with(" …"));
    }
}
