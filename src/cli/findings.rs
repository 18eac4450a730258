//! What is wrong or doubtful about a scenario, as text for the terminal.

use super::exit::Exit;
use super::terminal::Terminal;
use crate::diagnostic::{self, Diagnostic, Sources, Style};
use crate::scenario::Report;
use std::io::Write;

/// Says on standard error why a scenario cannot be used.
pub fn refuse(report: &Report, terminal: &Terminal) -> Exit {
    let text = texts(
        &report.diagnostics,
        &report.sources,
        terminal.colors_errors(),
    );
    // Nobody is left to be told if standard error is closed.
    let _ = std::io::stderr().write_all(text.as_bytes());
    Exit::Input
}

/// Diagnostics for the eye, with a blank line between them.
pub fn texts(diagnostics: &[Diagnostic], sources: &Sources, color: bool) -> String {
    let texts = diagnostics
        .iter()
        .map(|one| diagnostic::text(one, sources, Style { color }));
    texts.collect::<Vec<_>>().join("\n")
}
