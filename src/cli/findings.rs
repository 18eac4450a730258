//! What is wrong or doubtful about a scenario, as text for the terminal.

use super::exit::Exit;
use super::messages::{self, Messages};
use super::terminal::Terminal;
use crate::analysis::Study;
use crate::diagnostic::{self, Diagnostic, Sources, Style};
use crate::engine::EngineError;
use crate::scenario::Findings;
use anyhow::Result;
use std::io::Write;

/// Says on standard error why a scenario cannot be used.
pub fn refuse(report: &Findings, terminal: &Terminal) -> Exit {
    say(&report.diagnostics, &report.sources, terminal);
    Exit::Input
}

/// Says what ended a run: with its place in a scenario, if the scenario is to blame.
///
/// # Errors
/// The same error, if it is nothing that the studies can explain.
pub fn failed(error: EngineError, studies: &[&Study], terminal: &Terminal) -> Result<Exit> {
    let explained = studies
        .iter()
        .find_map(|study| Some((study.explain(&error)?, &study.sources)));
    let Some((fault, sources)) = explained else {
        return Err(error.into());
    };
    say(&[fault], sources, terminal);
    Ok(Exit::Failed)
}

/// Says diagnostics on standard error.
fn say(diagnostics: &[Diagnostic], sources: &Sources, terminal: &Terminal) {
    if terminal.messages() == Messages::Json {
        return messages::findings(diagnostics, sources);
    }
    let text = texts(diagnostics, sources, terminal.colors_errors());
    // Nobody is left to be told if standard error is closed.
    let _ = std::io::stderr().write_all(text.as_bytes());
}

/// Diagnostics for the eye, with a blank line between them.
pub fn texts(diagnostics: &[Diagnostic], sources: &Sources, color: bool) -> String {
    let texts = diagnostics
        .iter()
        .map(|one| diagnostic::text(one, sources, Style { color }));
    texts.collect::<Vec<_>>().join("\n")
}
