//! JSON text to a value tree: RFC 8259 and nothing beyond it, or with comments and trailing commas
//! (`.jsonc`).
//!
//! Bytes in, a [`Value`] and faults with their byte ranges out. A slip whose meaning is plain (a
//! missing comma, a curly quote, `NaN`) is reported and read as it was meant, so that one look
//! shows all of them; a bracket that does not match ends the reading, and the indentation tells
//! where it went wrong. Nesting is bounded, so no text can exhaust the stack.

mod brackets;
mod number;
mod parser;
mod recover;
mod strings;

use crate::diagnostic::nearest;
use serde_json::Value;
use std::ops::Range;

/// Deepest nesting of brackets. The deepest sensible scenario has about a dozen.
pub const DEEPEST: usize = 100;
/// Slips after which a text is given up: it is no scenario.
const MOST_SLIPS: usize = 50;

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

fn invalid(range: Range<usize>, message: impl Into<String>) -> Fault {
    Fault::new("invalid-json", range, message)
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

/// Reads one value. The value is `None` if the reading ended early; without faults it is what the
/// text says.
pub fn parse(text: &str, dialect: Dialect) -> (Option<Value>, Vec<Fault>) {
    let mut parser = parser::Parser::new(text, dialect);
    match parser.document() {
        Ok(value) => (Some(value), parser.faults),
        Err(end) => {
            let mut faults = parser.faults;
            let last = match end {
                End::Here(fault) => fault,
                End::Bracket(fault) => brackets::fault(text).unwrap_or(fault),
            };
            // What follows a bracket that is missing was read at the wrong depth.
            faults.retain(|fault| fault.range.start < last.range.start);
            faults.push(last);
            (None, faults)
        }
    }
}

/// Why a reading ended early.
enum End {
    Here(Fault),
    /// Brackets do not match, and the place where that was noticed may be far from where it went
    /// wrong.
    Bracket(Fault),
}

impl From<Fault> for End {
    fn from(fault: Fault) -> Self {
        Self::Here(fault)
    }
}

/// What a word that is no JSON value probably means.
fn word_hint(word: &str) -> String {
    let bare = word.trim_start_matches(['-', '+']).to_lowercase();
    match bare.as_str() {
        "nan" | "undefined" | "none" | "nil" | "na" => {
            "write `null`, or leave the key out if there is no value".to_owned()
        }
        "inf" | "infinity" => {
            "no number is infinite; `null` leaves an end of a range open".to_owned()
        }
        _ => match nearest(word, ["true", "false", "null"]) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "text and formulas stand in double quotes".to_owned(),
        },
    }
}

#[cfg(test)]
mod tests;
