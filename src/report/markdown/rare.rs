//! The probability of something rare, as Markdown.

use super::{escape, label, table};
use crate::report::table::{rare_answer, rare_reading, rare_rows};
use crate::results::RareResult;
use std::io::{self, Write};

/// # Errors
/// Those of `out`.
pub fn write_rare(out: &mut dyn Write, result: &RareResult) -> io::Result<()> {
    let info = &result.scenario;
    writeln!(out, "# {}\n", escape(label(&info.title, &info.name)))?;
    writeln!(out, "{}\n", escape(&rare_answer(result)))?;
    let rows = rare_rows(result);
    let rows = (rows.iter()).map(|(name, value)| vec![escape(name), escape(value)]);
    table(out, &["", "what it rests on"], 2, rows)?;
    writeln!(out, "\n{}", escape(&rare_reading(result)))?;
    for warning in &result.warnings {
        writeln!(
            out,
            "\n{}: {}",
            escape(&warning.code),
            escape(&warning.message)
        )?;
    }
    Ok(())
}
