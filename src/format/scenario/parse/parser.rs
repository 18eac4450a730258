//! The grammar, and how to read on behind a slip.

use super::recover::Separator;
use super::strings::{closers, flaw, is_curly};
use super::{DEEPEST, Dialect, End, Fault, invalid, number, word_hint};
use indexmap::IndexMap;
use serde_json::{Map, Number, Value};
use std::ops::Range;

pub struct Parser<'t> {
    pub(super) text: &'t str,
    bytes: &'t [u8],
    pub(super) at: usize,
    pub(super) dialect: Dialect,
    depth: usize,
    /// Slips of one kind that need telling only once.
    pub(super) told: Vec<&'static str>,
    pub faults: Vec<Fault>,
}

impl<'t> Parser<'t> {
    pub fn new(text: &'t str, dialect: Dialect) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            at: 0,
            dialect,
            depth: 0,
            told: Vec::new(),
            faults: Vec::new(),
        }
    }

    pub fn document(&mut self) -> Result<Value, End> {
        if self.text.starts_with('\u{feff}') {
            let fault = Fault::new(
                "byte-order-mark",
                0..3,
                "the file begins with a byte order mark",
            );
            self.faults.push(fault.hint("save it as UTF-8 without BOM"));
            self.at = 3;
        }
        self.blank()?;
        if self.at == self.bytes.len() {
            return Err(Fault::new("file-empty", 0..0, "the file is empty")
                .hint("`quincunx new` writes a small scenario to start from")
                .into());
        }
        let value = self.value()?;
        self.blank()?;
        if self.at < self.bytes.len() {
            let message = format!("expected the end of the text, found {}", self.found());
            let fault = invalid(self.token(), message);
            return Err(match self.peek() {
                Some(b'}' | b']' | b',' | b'"') => End::Bracket(fault),
                Some(b'{') => fault.hint("a file is one scenario: one object").into(),
                _ => fault.into(),
            });
        }
        Ok(value)
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    pub(super) fn next_char(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    pub(super) fn blank(&mut self) -> Result<(), End> {
        loop {
            match self.peek() {
                Some(b' ' | b'\t' | b'\n' | b'\r') => self.at += 1,
                Some(b'/') => self.comment()?,
                Some(b'#') => {
                    let end = self.line_end();
                    let fault = invalid(self.at..self.at + 1, "`#` begins no comment");
                    let hint = match self.dialect {
                        Dialect::Json => {
                            "name the file `.jsonc` and begin comments with `//`, or say it in a `note`"
                        }
                        Dialect::Jsonc => "comments begin with `//`",
                    };
                    self.slip_once("#", fault.hint(hint))?;
                    self.at = end;
                }
                None | Some(0x21..=0x7f) => return Ok(()),
                Some(_) => {
                    let Some(c) = self.next_char().filter(|c| is_no_blank(*c)) else {
                        return Ok(());
                    };
                    let message = format!(
                        "the character U+{:04X} looks like a blank and is none",
                        u32::from(c)
                    );
                    let fault = invalid(self.at..self.at + c.len_utf8(), message);
                    self.slip_once(
                        "blank",
                        fault.hint("replace it by a plain space, everywhere"),
                    )?;
                    self.at += c.len_utf8();
                }
            }
        }
    }

    pub(super) fn line_end(&self) -> usize {
        let rest = &self.text[self.at..];
        self.at + rest.find('\n').unwrap_or(rest.len())
    }

    fn comment(&mut self) -> Result<(), End> {
        let start = self.at;
        let rest = &self.text[start..];
        let length = match self.bytes.get(start + 1) {
            Some(b'/') => rest.find('\n').unwrap_or(rest.len()),
            Some(b'*') => match rest[2..].find("*/") {
                Some(end) => end + 4,
                None => {
                    let fault = invalid(start..start + 2, "the comment has no end");
                    return Err(fault.hint("end it by `*/`").into());
                }
            },
            _ => {
                return Err(invalid(start..start + 1, "expected a value, found `/`")
                    .hint("comments begin with `//`, in files named `.jsonc`")
                    .into());
            }
        };
        if self.dialect == Dialect::Json {
            let fault = invalid(start..start + 2, "JSON has no comments");
            self.slip_once(
                "//",
                fault.hint("name the file `.jsonc`, or say it in a `note`"),
            )?;
        }
        self.at += length;
        Ok(())
    }

    pub(super) fn value(&mut self) -> Result<Value, End> {
        match self.peek() {
            Some(b'{') => self.nested(Self::object),
            Some(b'[') => self.nested(Self::array),
            Some(b'"') => self.string().map(Value::String),
            Some(b'-' | b'+' | b'.' | b'0'..=b'9') => self.number(),
            None => {
                Err(invalid(self.token(), "expected a value, found the end of the text").into())
            }
            Some(b'}' | b']') => {
                let message = format!("expected a value, found {}", self.found());
                Err(End::Bracket(invalid(self.token(), message)))
            }
            Some(_) => match self.next_char() {
                Some(open) if closers(open).is_some() => self.quoted(open).map(Value::String),
                _ => self.word(),
            },
        }
    }

    /// A word in the place of a value.
    fn word(&mut self) -> Result<Value, End> {
        let token = self.token();
        let word = &self.text[token.clone()];
        let value = match word {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "null" => Value::Null,
            _ => {
                let message = format!("expected a value, found {}", self.found());
                let fault = invalid(token.clone(), message);
                let begins = |c: char| c.is_alphabetic() || c == '_';
                if !word.starts_with(begins) {
                    return Err(fault.into());
                }
                self.slip(fault.hint(word_hint(word)))?;
                self.skip_value();
                return Ok(Value::Null);
            }
        };
        self.at = token.end;
        Ok(value)
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<Value, End>) -> Result<Value, End> {
        if self.depth == DEEPEST {
            let message = format!("brackets are nested more than {DEEPEST} deep");
            return Err(Fault::new("nested-too-deeply", self.at..self.at + 1, message).into());
        }
        self.depth += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn object(&mut self) -> Result<Value, End> {
        let open = self.at;
        self.at += 1;
        let mut map = Map::new();
        let mut keys: IndexMap<String, Range<usize>> = IndexMap::new();
        // Whether a bracket may close here: at the beginning, or behind a comma that was told of.
        let mut may_close = true;
        loop {
            self.blank()?;
            match self.peek() {
                Some(b'}') => {
                    if !may_close && self.dialect == Dialect::Json {
                        self.trailing_comma()?;
                    }
                    break;
                }
                Some(b',') => {
                    self.surplus_comma()?;
                    may_close = true;
                    continue;
                }
                None => return Err(self.unclosed(open, "object")),
                Some(_) => {}
            }
            let start = self.at;
            let Some(key) = self.key()? else {
                may_close = true;
                continue;
            };
            let place = start..self.at;
            self.blank()?;
            self.colon(&key, &place, open)?;
            self.blank()?;
            let value = match self.peek() {
                Some(c @ (b',' | b'}')) => {
                    let message =
                        format!("the key `{key}` has no value, found `{}`", char::from(c));
                    let fault = invalid(place.clone(), message);
                    self.slip(fault.hint("state its value, or remove the key"))?;
                    Value::Null
                }
                _ => self.value()?,
            };
            let is_number = value.is_number();
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
            may_close = false;
            match self.separator(open, b'}', is_number)? {
                Separator::Comma => {}
                Separator::Missing => may_close = true,
                Separator::Close => break,
            }
        }
        self.at += 1;
        Ok(Value::Object(map))
    }

    fn array(&mut self) -> Result<Value, End> {
        let open = self.at;
        self.at += 1;
        let mut list = Vec::new();
        let mut may_close = true;
        loop {
            self.blank()?;
            match self.peek() {
                Some(b']') => {
                    if !may_close && self.dialect == Dialect::Json {
                        self.trailing_comma()?;
                    }
                    break;
                }
                Some(b',') => {
                    self.surplus_comma()?;
                    may_close = true;
                    continue;
                }
                None => return Err(self.unclosed(open, "list")),
                Some(_) => list.push(self.value()?),
            }
            may_close = false;
            match self.separator(open, b']', false)? {
                Separator::Comma => {}
                Separator::Missing => may_close = true,
                Separator::Close => break,
            }
        }
        self.at += 1;
        Ok(Value::Array(list))
    }

    pub(super) fn string(&mut self) -> Result<String, End> {
        let start = self.at;
        let mut end = start + 1;
        loop {
            match self.bytes.get(end) {
                Some(b'"') => break,
                Some(b'\\') => end += 2,
                Some(b'\n' | b'\r') | None => {
                    let end = end.min(self.bytes.len());
                    let curly = self.text[start..end]
                        .char_indices()
                        .find(|(_, c)| is_curly(*c));
                    let fault = invalid(start..end, "the text has no closing quote on its line");
                    let hint = match curly {
                        Some((_, curly)) => format!("`{curly}` closes no text: write `\"`"),
                        None => {
                            "close it on its line; a new line inside of a text is written `\\n`"
                                .to_owned()
                        }
                    };
                    return Err(fault.hint(hint).into());
                }
                Some(_) => end += 1,
            }
        }
        let literal = &self.text[start..=end];
        self.at = end + 1;
        let error = match serde_json::from_str(literal) {
            Ok(text) => return Ok(text),
            Err(error) => error,
        };
        let fault = match flaw(literal) {
            Some((range, message, hint)) => {
                invalid(start + range.start..start + range.end, message).hint(hint)
            }
            None => {
                let at = start + error.column().saturating_sub(1);
                let reason = error.to_string();
                let reason = reason.split(" at line").next().unwrap_or_default();
                let message = format!("the text holds what JSON does not allow: {reason}");
                invalid(at..at + 1, message).hint("write the character itself")
            }
        };
        self.slip(fault)?;
        Ok(literal[1..literal.len() - 1].to_owned())
    }

    fn number(&mut self) -> Result<Value, End> {
        let mut token = self.token();
        // A word may go on with signs that are no part of any number, and yet be one to its author.
        let rest = &self.text[token.end..];
        if rest.starts_with(['%', '/', ':', '\'']) {
            let end = rest
                .find([',', '}', ']', '\n', ' ', '"'])
                .unwrap_or(rest.len());
            token.end += end;
        }
        let word = &self.text[token.clone()];
        if !number::is_number(word) {
            let message = format!("`{word}` is not a JSON number");
            let hint = if word
                .trim_start_matches(['-', '+'])
                .starts_with(char::is_alphabetic)
            {
                word_hint(word)
            } else {
                number::hint(word)
            };
            self.slip(invalid(token.clone(), message).hint(hint))?;
            self.at = token.end;
            return Ok(Value::Null);
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
        // Rust's own conversion rounds correctly everywhere; that of serde_json can be off by the
        // last bit.
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
    pub(super) fn token(&self) -> Range<usize> {
        let rest = &self.text[self.at..];
        let word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '+' | '.');
        let length = match rest.chars().next() {
            Some(c) if word(c) => rest.find(|c| !word(c)).unwrap_or(rest.len()),
            Some(c) => c.len_utf8(),
            None => 0,
        };
        self.at..self.at + length
    }

    pub(super) fn found(&self) -> String {
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

/// A character that looks like nothing on the page, and that JSON does not skip.
fn is_no_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}
