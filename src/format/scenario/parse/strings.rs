//! Quotes that are none in JSON, and what a text may not hold.

/// Closing quotes of a text that begins with `open`, if that is a quote of any kind but JSON's own.
pub fn closers(open: char) -> Option<&'static [char]> {
    match open {
        '\'' | '‘' | '’' | '‚' | '‹' | '›' | '`' | '´' => {
            Some(&['\'', '’', '‘', '‹', '›', '`', '´'])
        }
        '“' | '”' | '„' | '‟' | '«' | '»' | '＂' | '″' => {
            Some(&['”', '“', '„', '‟', '«', '»', '＂', '″', '"'])
        }
        _ => None,
    }
}

/// Whether a sign is a double quote that only looks like JSON's.
pub fn is_curly(c: char) -> bool {
    matches!(c, '“' | '”' | '„' | '‟' | '«' | '»' | '＂' | '″')
}

/// What is wrong with a literal (with its quotes) that JSON refuses: the bytes, what to say of
/// them, and the way out.
pub fn flaw(literal: &str) -> Option<(std::ops::Range<usize>, String, String)> {
    let mut letters = literal.char_indices();
    while let Some((at, c)) = letters.next() {
        if c.is_control() && u32::from(c) < 0x20 {
            let hint = match c {
                '\t' => "write `\\t`, or blanks".to_owned(),
                other => format!("write `\\u{:04x}`, or leave it out", u32::from(other)),
            };
            let what = if c == '\t' {
                "a tab stands in the text".to_owned()
            } else {
                format!(
                    "the control character U+{:04X} stands in the text",
                    u32::from(c)
                )
            };
            return Some((at..at + 1, what, hint));
        }
        if c != '\\' {
            continue;
        }
        let Some((_, escaped)) = letters.next() else {
            break;
        };
        let end = at + 1 + escaped.len_utf8();
        match escaped {
            '"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't' => {}
            'u' => {
                let digits = literal.get(end..end + 4).unwrap_or_default();
                if digits.len() != 4 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
                    let what = "`\\u` takes four hexadecimal digits".to_owned();
                    return Some((
                        at..end,
                        what,
                        "a backslash itself is written `\\\\`".to_owned(),
                    ));
                }
            }
            other => {
                let hint = if other == '\'' {
                    "write `'` alone".to_owned()
                } else {
                    "a backslash itself is written `\\\\`".to_owned()
                };
                return Some((at..end, format!("`\\{other}` means nothing in JSON"), hint));
            }
        }
    }
    None
}
