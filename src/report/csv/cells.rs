//! What a cell may hold and what stands between cells.

use crate::results::RunInfo;
use csv::{Terminator, Writer, WriterBuilder};
use std::borrow::Cow;
use std::io::{self, Write};

/// How a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Between cells.
    pub separator: u8,
    /// Begin with a byte order mark, by which some spreadsheets know UTF-8.
    pub has_mark: bool,
}

impl Default for Layout {
    fn default() -> Self {
        Self {
            separator: b',',
            has_mark: false,
        }
    }
}

impl Layout {
    /// # Errors
    /// Those of `out`, to which the mark is written.
    pub(super) fn writer(self, out: &mut dyn Write) -> io::Result<Writer<&mut dyn Write>> {
        if self.has_mark {
            out.write_all("\u{feff}".as_bytes())?;
        }
        Ok(WriterBuilder::new()
            .terminator(Terminator::CRLF)
            .delimiter(self.separator)
            .from_writer(out))
    }
}

/// A text that no spreadsheet takes for a formula: an apostrophe stands before what would begin
/// one.
pub(super) fn harmless(text: &str) -> Cow<'_, str> {
    match text.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r') => Cow::Owned(format!("'{text}")),
        _ => Cow::Borrowed(text),
    }
}

/// 1 of a run that was ended early, and 0 of a complete one.
pub(super) fn told_interrupted(run: &RunInfo) -> f64 {
    f64::from(u8::from(run.interrupted))
}

/// What the stream said: the conversion of the csv crate hides which kind of fault it was.
pub(in crate::report) fn fault_of_writing(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(fault) => fault,
        other => io::Error::other(format!("{other:?}")),
    }
}
