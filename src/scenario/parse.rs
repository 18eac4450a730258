//! JSON text to a value tree: RFC 8259 and nothing beyond it, or with comments and trailing commas (`.jsonc`).
//!
//! Bytes in, a [`Value`] and faults with their byte ranges out. Duplicate keys and numbers beyond floating point are collected; what breaks the
//! grammar ends the reading. Nesting is bounded, so no text can exhaust the stack.

use crate::diagnostic::nearest;
use indexmap::IndexMap;
use serde_json::{Map, Number, Value};
use std::ops::Range;

/// Deepest nesting of brackets. The deepest sensible scenario has about a dozen.
pub const DEEPEST: usize = 100;

/// Which grammar a text follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    Json,
    /// With comments and trailing commas.
    Jsonc,
}

/// Something wrong with the text itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    pub code: &'static str,
    pub message: String,
    pub range: Range<usize>,
    pub hint: Option<String>,
    /// Another place that explains it.
    pub related: Option<(Range<usize>, &'static str)>,
}

impl Fault {
    fn new(code: &'static str, range: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            range,
            hint: None,
            related: None,
        }
    }

    fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// Decodes bytes as text. With a fault the text is what can be shown of them.
pub fn decode(bytes: Vec<u8>) -> (String, Option<Fault>) {
    let error = match String::from_utf8(bytes) {
        Ok(text) => return (text, None),
        Err(error) => error,
    };
    let at = error.utf8_error().valid_up_to();
    let bytes = error.as_bytes();
    let wide = bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]);
    let message = format!(
        "the file is not UTF-8: byte 0x{:02X} at offset {at} begins no character",
        bytes[at]
    );
    let hint = if wide {
        "it looks like UTF-16; save it as UTF-8"
    } else {
        "save it as UTF-8"
    };
    let shown = String::from_utf8_lossy(bytes).into_owned();
    let range = at..at + char::REPLACEMENT_CHARACTER.len_utf8();
    (
        shown,
        Some(Fault::new("file-not-utf8", range, message).hint(hint)),
    )
}

/// Reads one value. The value is `None` if the grammar is broken; faults may come with a value too.
pub fn parse(text: &str, dialect: Dialect) -> (Option<Value>, Vec<Fault>) {
    let mut parser = Parser {
        text,
        bytes: text.as_bytes(),
        at: 0,
        dialect,
        depth: 0,
        faults: Vec::new(),
    };
    let value = parser.document();
    let mut faults = parser.faults;
    match value {
        Ok(value) => (Some(value), faults),
        Err(fault) => {
            faults.push(fault);
            (None, faults)
        }
    }
}

struct Parser<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    dialect: Dialect,
    depth: usize,
    faults: Vec<Fault>,
}

impl Parser<'_> {
    fn document(&mut self) -> Result<Value, Fault> {
        if self.text.starts_with('\u{feff}') {
            return Err(Fault::new(
                "byte-order-mark",
                0..3,
                "the file begins with a byte order mark",
            )
            .hint("save it as UTF-8 without BOM"));
        }
        self.blank()?;
        if self.at == self.bytes.len() {
            return Err(Fault::new("file-empty", 0..0, "the file is empty")
                .hint("`quincunx new` writes a small scenario to start from"));
        }
        let value = self.value()?;
        self.blank()?;
        if self.at < self.bytes.len() {
            return Err(invalid(
                self.token(),
                format!("expected the end of the text, found {}", self.found()),
            ));
        }
        Ok(value)
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn blank(&mut self) -> Result<(), Fault> {
        loop {
            match self.peek() {
                Some(b' ' | b'\t' | b'\n' | b'\r') => self.at += 1,
                Some(b'/') => self.comment()?,
                _ => return Ok(()),
            }
        }
    }

    fn comment(&mut self) -> Result<(), Fault> {
        let start = self.at;
        let rest = &self.text[start..];
        let length = match self.bytes.get(start + 1) {
            Some(b'/') => rest.find('\n').unwrap_or(rest.len()),
            Some(b'*') => match rest[2..].find("*/") {
                Some(end) => end + 4,
                None => return Err(invalid(start..start + 2, "the comment has no end")),
            },
            _ => return Err(invalid(start..start + 1, "expected a value, found `/`")),
        };
        if self.dialect == Dialect::Json {
            return Err(invalid(start..start + 2, "JSON has no comments")
                .hint("name the file `.jsonc`, or say it in a `note`"));
        }
        self.at += length;
        Ok(())
    }

    fn value(&mut self) -> Result<Value, Fault> {
        match self.peek() {
            Some(b'{') => self.nested(Self::object),
            Some(b'[') => self.nested(Self::array),
            Some(b'"') => self.string().map(Value::String),
            Some(b'-' | b'0'..=b'9') => self.number(),
            None => Err(invalid(
                self.token(),
                "expected a value, found the end of the text",
            )),
            Some(_) => {
                let token = self.token();
                let word = &self.text[token.clone()];
                let value = match word {
                    "true" => Value::Bool(true),
                    "false" => Value::Bool(false),
                    "null" => Value::Null,
                    _ => return Err(self.no_value(token)),
                };
                self.at = token.end;
                Ok(value)
            }
        }
    }

    fn no_value(&self, token: Range<usize>) -> Fault {
        let word = &self.text[token.clone()];
        let fault = invalid(token, format!("expected a value, found {}", self.found()));
        match word.chars().next() {
            Some('\'') => fault.hint("text stands in double quotes"),
            Some('+' | '.') => fault.hint("a number begins with a digit or `-`"),
            Some(c) if c.is_alphabetic() => match nearest(word, ["true", "false", "null"]) {
                Some(meant) => fault.hint(format!("did you mean `{meant}`?")),
                None => fault.hint("text and formulas stand in double quotes"),
            },
            _ => fault,
        }
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<Value, Fault>) -> Result<Value, Fault> {
        if self.depth == DEEPEST {
            let message = format!("brackets are nested more than {DEEPEST} deep");
            return Err(Fault::new(
                "nested-too-deeply",
                self.at..self.at + 1,
                message,
            ));
        }
        self.depth += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn object(&mut self) -> Result<Value, Fault> {
        let open = self.at;
        self.at += 1;
        let mut map = Map::new();
        let mut keys: IndexMap<String, Range<usize>> = IndexMap::new();
        loop {
            self.blank()?;
            match self.peek() {
                Some(b'"') => {}
                Some(b'}') if self.may_close(map.is_empty()) => break,
                Some(b'}') => return Err(self.trailing_comma()),
                None => return Err(self.unclosed(open, "object")),
                Some(_) => {
                    let fault = invalid(
                        self.token(),
                        format!("expected a key in double quotes, found {}", self.found()),
                    );
                    return Err(fault);
                }
            }
            let start = self.at;
            let key = self.string()?;
            let place = start..self.at;
            self.blank()?;
            match self.peek() {
                Some(b':') => self.at += 1,
                None => return Err(self.unclosed(open, "object")),
                Some(_) => {
                    return Err(invalid(
                        self.token(),
                        format!("expected `:` after the key `{key}`, found {}", self.found()),
                    ));
                }
            }
            self.blank()?;
            let value = self.value()?;
            if map.insert(key.clone(), value).is_some() {
                let first = keys.get(&key).cloned();
                let mut fault = Fault::new(
                    "duplicate-key",
                    place.clone(),
                    format!("the key `{key}` is stated twice"),
                );
                fault.related = first.map(|first| (first, "first stated here"));
                self.faults.push(fault.hint("keep one of them"));
            } else {
                keys.insert(key, place);
            }
            self.blank()?;
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => break,
                None => return Err(self.unclosed(open, "object")),
                Some(_) => {
                    return Err(invalid(
                        self.token(),
                        format!("expected `,` or `}}`, found {}", self.found()),
                    ));
                }
            }
        }
        self.at += 1;
        Ok(Value::Object(map))
    }

    fn array(&mut self) -> Result<Value, Fault> {
        let open = self.at;
        self.at += 1;
        let mut list = Vec::new();
        loop {
            self.blank()?;
            match self.peek() {
                Some(b']') if self.may_close(list.is_empty()) => break,
                Some(b']') => return Err(self.trailing_comma()),
                None => return Err(self.unclosed(open, "array")),
                Some(_) => list.push(self.value()?),
            }
            self.blank()?;
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => break,
                None => return Err(self.unclosed(open, "array")),
                Some(_) => {
                    return Err(invalid(
                        self.token(),
                        format!("expected `,` or `]`, found {}", self.found()),
                    ));
                }
            }
        }
        self.at += 1;
        Ok(Value::Array(list))
    }

    /// Whether a bracket may close where a member could begin.
    fn may_close(&self, empty: bool) -> bool {
        empty || self.dialect == Dialect::Jsonc
    }

    fn trailing_comma(&self) -> Fault {
        let comma = self.text[..self.at].rfind(',').unwrap_or(self.at);
        invalid(comma..comma + 1, "nothing follows this comma")
            .hint("remove it, or name the file `.jsonc`")
    }

    fn unclosed(&self, open: usize, what: &str) -> Fault {
        let mut fault = invalid(self.token(), format!("the text ends inside of an {what}"));
        fault.related = Some((open..open + 1, "which begins here"));
        fault
    }

    fn string(&mut self) -> Result<String, Fault> {
        let start = self.at;
        let mut end = start + 1;
        loop {
            match self.bytes.get(end) {
                Some(b'"') => break,
                Some(b'\\') => end += 2,
                Some(b'\n' | b'\r') | None => {
                    let end = end.min(self.bytes.len());
                    return Err(invalid(
                        start..end,
                        "the text has no closing quote on its line",
                    ));
                }
                Some(_) => end += 1,
            }
        }
        let literal = &self.text[start..=end];
        let text = serde_json::from_str(literal).map_err(|error| {
            let at = start + error.column().saturating_sub(1);
            let reason = error.to_string();
            let reason = reason.split(" at line").next().unwrap_or_default();
            invalid(
                at..at + 1,
                format!("the text holds what JSON does not allow: {reason}"),
            )
        })?;
        self.at = end + 1;
        Ok(text)
    }

    fn number(&mut self) -> Result<Value, Fault> {
        let token = self.token();
        let word = &self.text[token.clone()];
        if !is_number(word) {
            return Err(invalid(token, format!("`{word}` is not a JSON number")));
        }
        self.at = token.end;
        if let Ok(whole) = word.parse::<i64>()
            && word != "-0"
        {
            return Ok(Value::Number(whole.into()));
        }
        if let Ok(whole) = word.parse::<u64>() {
            return Ok(Value::Number(whole.into()));
        }
        // Rust's own conversion rounds correctly everywhere; that of serde_json can be off by the last bit.
        match word.parse::<f64>().ok().and_then(Number::from_f64) {
            Some(number) => Ok(Value::Number(number)),
            None => {
                let message = format!("`{word}` is beyond the largest number, about 1.8e308");
                self.faults
                    .push(Fault::new("number-too-large", token, message));
                Ok(Value::from(0))
            }
        }
    }

    /// The word or single character at hand; empty at the end of the text.
    fn token(&self) -> Range<usize> {
        let rest = &self.text[self.at..];
        let word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '+' | '.');
        let length = match rest.chars().next() {
            Some(c) if word(c) => rest.find(|c| !word(c)).unwrap_or(rest.len()),
            Some(c) => c.len_utf8(),
            None => 0,
        };
        self.at..self.at + length
    }

    fn found(&self) -> String {
        let token = &self.text[self.token()];
        match token.chars().next() {
            None => "the end of the text".to_owned(),
            Some('"') => "a text".to_owned(),
            Some(c) if c.is_control() || (c.is_whitespace() && c != ' ') => {
                format!("the character U+{:04X}", u32::from(c))
            }
            Some(_) => format!("`{token}`"),
        }
    }
}

fn invalid(range: Range<usize>, message: impl Into<String>) -> Fault {
    Fault::new("invalid-json", range, message)
}

/// The grammar of numbers, RFC 8259 section 6.
fn is_number(word: &str) -> bool {
    let word = word.strip_prefix('-').unwrap_or(word);
    let (mantissa, exponent) = match word.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (word, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent
            .is_none_or(|exponent| digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(text: &str, dialect: Dialect) -> Vec<&'static str> {
        parse(text, dialect)
            .1
            .into_iter()
            .map(|fault| fault.code)
            .collect()
    }

    #[test]
    fn what_json_allows_is_read_as_serde_json_reads_it() {
        for text in [
            r#"{"a": [1, -2, 3.5e-2, 1E5, true, false, null, "é\u00e9\ud83d\ude00\n\/"], "": {}, "b": []}"#,
            " \t\r\n 0 ",
            "18446744073709551615",
            "-9223372036854775808",
            "\"\u{2028}\"",
        ] {
            let (value, faults) = parse(text, Dialect::Json);
            assert_eq!(faults, []);
            assert_eq!(value, serde_json::from_str(text).ok(), "{text}");
        }
    }

    #[test]
    fn what_json_forbids_is_refused() {
        for text in [
            "{'a': 1}",
            "{a: 1}",
            "[1,]",
            "{\"a\":1,}",
            "[1 2]",
            "{\"a\" 1}",
            "[01]",
            "[+1]",
            "[.5]",
            "[5.]",
            "[1e]",
            "[0x1F]",
            "[NaN]",
            "[-Infinity]",
            "[True]",
            "{} {}",
            "[1",
            "{\"a\": 1",
            "{\"a\"",
            "{",
            "\"a",
            "\"a\nb\"",
            "\"\u{1}\"",
            "\"\\x41\"",
            "\"\\ud800\"",
            "// c\n1",
            "[1] // c",
            "/* c */ 1",
            "[1,\u{a0}2]",
            "[,]",
            "]",
            "@",
            "\"\\",
            "[1]\u{b}",
        ] {
            assert_eq!(codes(text, Dialect::Json), ["invalid-json"], "{text:?}");
            assert!(serde_json::from_str::<Value>(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn comments_and_trailing_commas_are_allowed_in_jsonc_only() {
        let text = "// first\n{\"a\": [1, 2, /* c */ ], // x\n \"b\": {\"c\": 1,},}\n// last";
        let (value, faults) = parse(text, Dialect::Jsonc);
        assert_eq!(faults, []);
        assert_eq!(value, Some(serde_json::json!({"a": [1, 2], "b": {"c": 1}})));
        assert_eq!(codes(text, Dialect::Json), ["invalid-json"]);
        for text in [
            "{'a': 1}",
            "[01]",
            "[,]",
            "/* open",
            "{\"a\": 1,,}",
            "{,}",
            "[1\u{a0}]",
        ] {
            assert_eq!(codes(text, Dialect::Jsonc), ["invalid-json"], "{text}");
        }
    }

    #[test]
    fn every_duplicate_key_and_every_endless_number_is_reported() {
        let text =
            r#"{"a": 1, "b": {"c": 1, "c": 2, "\u0063": 3}, "a": 1e400, "d": [-1e999, 1e-999]}"#;
        let (value, faults) = parse(text, Dialect::Json);
        assert!(value.is_some());
        let found: Vec<_> = faults
            .iter()
            .map(|fault| (fault.code, &text[fault.range.clone()]))
            .collect();
        assert_eq!(
            found,
            [
                ("duplicate-key", r#""c""#),
                ("duplicate-key", r#""\u0063""#),
                ("number-too-large", "1e400"),
                ("duplicate-key", r#""a""#),
                ("number-too-large", "-1e999"),
            ]
        );
        assert_eq!(
            faults[3].related.as_ref().map(|(range, _)| range.clone()),
            Some(1..4)
        );
    }

    #[test]
    fn decimals_are_rounded_correctly() {
        for text in [
            "0.1",
            "2.2250738585072011e-308",
            "123456789012345678901234567890",
            "0.30000000000000004",
            "9007199254740993.0",
        ] {
            let (value, _) = parse(text, Dialect::Json);
            assert_eq!(value.and_then(|v| v.as_f64()), text.parse().ok(), "{text}");
        }
    }

    #[test]
    fn a_hundred_megabytes_of_brackets_end_in_one_clean_fault() {
        for bracket in ["[", "{\"a\":", "[{\"a\":"] {
            let text = bracket.repeat(100_000_000 / bracket.len());
            assert_eq!(codes(&text, Dialect::Json), ["nested-too-deeply"]);
        }
        let deep = format!("{}{}", "[".repeat(DEEPEST), "]".repeat(DEEPEST));
        assert_eq!(codes(&deep, Dialect::Json), [] as [&str; 0]);
    }

    #[test]
    fn bytes_that_are_no_text_are_refused_at_their_offset() {
        let (shown, fault) = decode(b"{\"a\": \"\xff\"}".to_vec());
        let fault = fault.unwrap();
        assert_eq!((fault.code, fault.range.start), ("file-not-utf8", 7));
        assert!(shown.starts_with("{\"a\": \""));
        let (_, fault) = decode(vec![0xFF, 0xFE, b'{', 0]);
        assert!(fault.unwrap().hint.unwrap().contains("UTF-16"));
    }

    #[test]
    fn an_empty_file_and_a_byte_order_mark_have_their_own_codes() {
        for text in ["", " \n "] {
            assert_eq!(codes(text, Dialect::Json), ["file-empty"]);
        }
        assert_eq!(codes("\u{feff}{}", Dialect::Json), ["byte-order-mark"]);
    }
}
