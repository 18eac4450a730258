//! Faults of one formula.
//!
//! The lexer, the parser and the checker all report through [`FormulaError`]; whoever holds the
//! formula's place in a file turns it into a diagnostic. Nothing here knows files.

use std::ops::Range;

/// Codes of formula faults, as an author sees them in brackets.
pub mod code {
    /// The text does not follow the grammar.
    pub const SYNTAX: &str = "formula-syntax";
    /// Nested too deeply, or too long.
    pub const TOO_DEEP: &str = "formula-too-deep";
    /// A name that nothing carries.
    pub const UNKNOWN_NAME: &str = "unknown-name";
    /// A name that exists and cannot be read in this place.
    pub const NOT_READABLE: &str = "not-readable-here";
    /// Time in a file that has none.
    pub const NEEDS_TIME: &str = "needs-time";
    /// A number where a truth value is wanted, or the reverse, or a name used as something that it
    /// is not.
    pub const WRONG_TYPE: &str = "wrong-type";
    /// Too few or too many arguments of a function.
    pub const ARGUMENT_COUNT: &str = "argument-count";
    /// A value that may be infinite, or a constant without a finite value.
    pub const NOT_FINITE: &str = "not-finite";
    /// An instant that no trial gets to.
    pub const DATE: &str = "date-out-of-range";
}

/// One fault of a formula.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct FormulaError {
    /// One of [`code`].
    pub code: &'static str,
    /// What is wrong, in lower case and without a full stop.
    pub message: String,
    /// Bytes of the formula that are at fault; lies within the text and on character boundaries.
    pub range: Range<usize>,
    /// Ways out.
    pub hints: Vec<String>,
}

impl FormulaError {
    /// A fault without hints.
    pub fn new(code: &'static str, message: impl Into<String>, range: Range<usize>) -> Self {
        Self {
            code,
            message: message.into(),
            range,
            hints: Vec::new(),
        }
    }

    /// The same fault with one more hint.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// The same fault with a hint if there is one to give.
    pub fn hint_if(self, hint: Option<String>) -> Self {
        match hint {
            Some(hint) => self.hint(hint),
            None => self,
        }
    }
}
