//! From a file to something that can be simulated, with everything there is to say about it.

use super::exit::Exit;
use super::terminal::Terminal;
use crate::analysis::Study;
use crate::diagnostic::{self, Diagnostic, Sources, Style};
use crate::{model, scenario};
use std::io::Write;
use std::path::Path;

/// A scenario without a fault.
pub struct Opened {
    pub study: Study,
    pub warnings: Vec<Diagnostic>,
    /// Texts that the warnings point into.
    pub sources: Sources,
}

/// What is wrong with a scenario: at least one error, and warnings.
pub struct Refused {
    pub diagnostics: Vec<Diagnostic>,
    pub sources: Sources,
}

/// Reads, checks and compiles a scenario; `-` is standard input.
///
/// # Errors
/// Every fault of the file at once.
pub fn open(path: &Path, sets: &[String]) -> Result<Opened, Refused> {
    let loaded = match scenario::load(path, sets) {
        Ok(loaded) => loaded,
        Err(report) => {
            let (diagnostics, sources) = (report.diagnostics, report.sources);
            return Err(Refused {
                diagnostics,
                sources,
            });
        }
    };
    match model::build(&loaded) {
        Ok(built) => Ok(Opened {
            warnings: built.warnings.clone(),
            study: Study::new(built),
            sources: loaded.sources,
        }),
        Err(diagnostics) => Err(Refused {
            diagnostics,
            sources: loaded.sources,
        }),
    }
}

/// Says on standard error why a scenario cannot be used.
pub fn refuse(refused: &Refused, terminal: &Terminal) -> Exit {
    let text = texts(
        &refused.diagnostics,
        &refused.sources,
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

/// The JSON Schema of scenario files.
pub fn schema() -> serde_json::Value {
    scenario::schema()
}
