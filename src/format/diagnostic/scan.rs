//! Finds where a pointer stands in a JSON text, comments allowed.
//!
//! Used only when something is printed; what it passed on the way is remembered in an index. It
//! never fails: in a text that is not well-formed it stops at the last member that it could follow.
//! It does not recurse, however deep the text.

use super::index::Known;
use super::pointer;
use std::collections::BTreeMap;
use std::ops::Range;

/// A member or element: its key (with quotes) if it has one, and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    pub key: Option<Range<usize>>,
    pub value: Range<usize>,
}

/// Follows `path` from the value that starts at byte `start`; `known` is of this text.
///
/// Gives the number of steps that could be followed and the spot where they end.
pub fn follow(text: &str, known: &mut Known, start: usize, path: &[String]) -> (usize, Spot) {
    let scanner = Scanner {
        bytes: text.as_bytes(),
    };
    let mut at = scanner.skip_blank(start);
    let end = known.ends.entry(at);
    let end = *end.or_insert_with(|| scanner.value_end(at));
    let mut spot = Spot {
        key: None,
        value: at..end,
    };
    for (steps, wanted) in path.iter().enumerate() {
        let members = known.members.entry(at);
        let members = members.or_insert_with(|| scanner.members(text, at));
        match members.get(wanted) {
            Some(child) => {
                at = child.value.start;
                spot = child.clone();
            }
            None => return (steps, spot),
        }
    }
    (path.len(), spot)
}

/// The spot of `pointer` in a text, or of its last ancestor that the text has.
pub fn find(text: &str, pointer: &str) -> Spot {
    follow(text, &mut Known::default(), 0, &pointer::segments(pointer)).1
}

/// Turns a range of bytes of a string's meaning into the range of bytes of its text, escapes
/// counted.
///
/// `literal` is the range of the string with its quotes. A range past the end is cut there.
pub fn inside_string(text: &str, literal: &Range<usize>, range: &Range<usize>) -> Range<usize> {
    let open = (literal.start + 1).min(literal.end);
    let raw = &text[open..literal.end];
    let raw = raw.strip_suffix('"').unwrap_or(raw);
    let mut meaning = 0;
    let mut found = [None, None];
    let mut position = 0;
    while position < raw.len() {
        for (slot, wanted) in found.iter_mut().zip([range.start, range.end]) {
            if slot.is_none() && meaning >= wanted {
                *slot = Some(position);
            }
        }
        let (length, bytes) = unit(&raw[position..]);
        position += length;
        meaning += bytes;
    }
    let start = found[0].unwrap_or(raw.len());
    let end = found[1].unwrap_or(raw.len()).max(start);
    open + start..open + end
}

/// Length of the first character or escape of a raw string, and of the UTF-8 that it stands for.
fn unit(raw: &str) -> (usize, usize) {
    let hex = |at: usize| {
        raw.get(at..at + 4)
            .and_then(|digits| u32::from_str_radix(digits, 16).ok())
    };
    let mut chars = raw.chars();
    match (chars.next(), chars.next()) {
        (Some('\\'), Some('u')) => match hex(2) {
            Some(high @ 0xD800..0xDC00) if raw.get(6..8) == Some("\\u") => match hex(8) {
                Some(low @ 0xDC00..0xE000) => {
                    let scalar = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
                    (12, char::from_u32(scalar).map_or(3, char::len_utf8))
                }
                _ => (6, 3),
            },
            Some(scalar) => (6, char::from_u32(scalar).map_or(3, char::len_utf8)),
            None => (2, 1),
        },
        (Some('\\'), Some(escaped)) => (1 + escaped.len_utf8(), 1),
        (Some(plain), _) => (plain.len_utf8(), plain.len_utf8()),
        (None, _) => (1, 0),
    }
}

/// What a string literal with its quotes means; escapes that mean nothing stay as they are.
fn meaning(literal: &str) -> String {
    serde_json::from_str(literal).unwrap_or_else(|_| literal.trim_matches('"').to_owned())
}

struct Scanner<'t> {
    bytes: &'t [u8],
}

impl Scanner<'_> {
    fn byte(&self, at: usize) -> Option<u8> {
        self.bytes.get(at).copied()
    }

    /// First byte at or after `at` that is neither white space nor comment (nor a byte order mark).
    fn skip_blank(&self, mut at: usize) -> usize {
        loop {
            match (self.byte(at), self.byte(at + 1)) {
                (Some(b' ' | b'\t' | b'\n' | b'\r'), _) => at += 1,
                (Some(0xEF), Some(0xBB)) => at += 3,
                (Some(b'/'), Some(b'/')) => {
                    while self.byte(at).is_some_and(|b| b != b'\n') {
                        at += 1;
                    }
                }
                (Some(b'/'), Some(b'*')) => {
                    at += 2;
                    while at < self.bytes.len() && !self.bytes[at..].starts_with(b"*/") {
                        at += 1;
                    }
                    at = (at + 2).min(self.bytes.len());
                }
                _ => return at.min(self.bytes.len()),
            }
        }
    }

    /// End of the string that starts at `at`.
    fn string_end(&self, at: usize) -> usize {
        let mut end = at + 1;
        while let Some(byte) = self.byte(end) {
            match byte {
                b'\\' => end += 2,
                b'"' => return end + 1,
                _ => end += 1,
            }
        }
        self.bytes.len()
    }

    /// End of the value that starts at `at`.
    fn value_end(&self, at: usize) -> usize {
        match self.byte(at) {
            Some(b'"') => self.string_end(at),
            Some(b'{' | b'[') => {
                let mut depth = 0usize;
                let mut end = at;
                loop {
                    end = self.skip_blank(end);
                    match self.byte(end) {
                        Some(b'"') => end = self.string_end(end),
                        Some(b'{' | b'[') => {
                            depth += 1;
                            end += 1;
                        }
                        Some(b'}' | b']') => {
                            depth -= 1;
                            end += 1;
                            if depth == 0 {
                                return end;
                            }
                        }
                        Some(_) => end += 1,
                        None => return self.bytes.len(),
                    }
                }
            }
            _ => {
                let mut end = at;
                while self.byte(end).is_some_and(|b| {
                    !matches!(
                        b,
                        b',' | b'}' | b']' | b':' | b' ' | b'\t' | b'\n' | b'\r' | b'/'
                    )
                }) {
                    end += 1;
                }
                end
            }
        }
    }

    /// Members or elements of the object or array that starts at `at`, as far as they can be read;
    /// of equal keys the last, as in the parser.
    fn members(&self, text: &str, at: usize) -> BTreeMap<String, Spot> {
        let mut found = BTreeMap::new();
        let object = match self.byte(at) {
            Some(b'{') => true,
            Some(b'[') => false,
            _ => return found,
        };
        let mut index = 0usize;
        let mut next = self.skip_blank(at + 1);
        loop {
            let key = if object {
                if self.byte(next) != Some(b'"') {
                    return found;
                }
                let key = next..self.string_end(next);
                next = self.skip_blank(key.end);
                if self.byte(next) != Some(b':') {
                    return found;
                }
                next = self.skip_blank(next + 1);
                Some(key)
            } else {
                if matches!(self.byte(next), None | Some(b']')) {
                    return found;
                }
                None
            };
            let value = next..self.value_end(next);
            let name = match &key {
                Some(key) => meaning(&text[key.clone()]),
                None => index.to_string(),
            };
            next = self.skip_blank(value.end);
            found.insert(name, Spot { key, value });
            if self.byte(next) != Some(b',') {
                return found;
            }
            next = self.skip_blank(next + 1);
            index += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::pointer::segments;
    use super::*;

    fn value_at<'t>(text: &'t str, pointer: &str) -> Option<&'t str> {
        let path = segments(pointer);
        let (steps, spot) = follow(text, &mut Known::default(), 0, &path);
        (steps == path.len()).then(|| &text[spot.value])
    }

    #[test]
    fn each_member_is_found_where_it_stands() {
        let text = r#" // first
        { "a": [1, {"b}": "x,]"}, [2, 3] ], /* "c": 0 */ "c": {"d\u0065": -1.5e3, "e": null}, "a/b": true } "#;
        for (pointer, value) in [
            ("/a/0", "1"),
            ("/a/1", r#"{"b}": "x,]"}"#),
            ("/a/1/b}", r#""x,]""#),
            ("/a/2/1", "3"),
            ("/c/de", "-1.5e3"),
            ("/c/e", "null"),
            ("/a~1b", "true"),
        ] {
            assert_eq!(value_at(text, pointer), Some(value), "{pointer}");
        }
        assert_eq!(value_at(text, "/a/3"), None);
        assert_eq!(value_at(text, "/c/d"), None);
    }

    #[test]
    fn a_pointer_that_leads_nowhere_stops_at_the_last_member_that_exists() {
        let text = r#"{"a": {"b": 1}}"#;
        let (steps, spot) = follow(text, &mut Known::default(), 0, &segments("/a/x/y"));
        assert_eq!((steps, &text[spot.key.unwrap()]), (1, r#""a""#));
    }

    #[test]
    fn broken_text_neither_panics_nor_hangs() {
        let text = r#"{"a": [1, {"b": "\uD83D\uDE00 é"}], "c": tru /* "#;
        for end in (0..text.len()).filter(|&end| text.is_char_boundary(end)) {
            let mut known = Known::default();
            for pointer in ["", "/a", "/a/1/b", "/c", "/c/d"] {
                let (_, spot) = follow(&text[..end], &mut known, 0, &segments(pointer));
                assert!(spot.value.end <= end && spot.value.start <= spot.value.end);
                inside_string(&text[..end], &(0..end), &(0..5));
            }
        }
    }

    #[test]
    fn a_range_inside_a_formula_counts_escapes_as_what_they_mean() {
        let text = r#""a\n\"é\u00e9\ud83d\ude00 z""#;
        let formula: String = serde_json::from_str(text).unwrap();
        for (part, raw) in [
            ("a", "a"),
            ("\n", r"\n"),
            ("\"", r#"\""#),
            ("é", "é"),
            ("😀", r"\ud83d\ude00"),
            ("z", "z"),
        ] {
            let start = formula.find(part).unwrap();
            let found = inside_string(text, &(0..text.len()), &(start..start + part.len()));
            assert_eq!(&text[found], raw);
        }
    }
}
