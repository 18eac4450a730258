//! `check`: says everything that is wrong or doubtful about scenario files, without running them.

use super::exit::Exit;
use super::findings;
use super::formats;
use super::options::Variant;
use super::output::Destination;
use super::places::Places;
use super::terminal::Terminal;
use crate::analysis::Study;
use crate::diagnostic::{self, Diagnostic, brief};
use crate::report::json;
use crate::scenario;
use anyhow::Result;
use clap::{Args, ValueEnum};
use serde_json::Value;
use std::path::PathBuf;

/// Check scenario files without running them: every error and warning, with file, line and column
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
                        quincunx check baseline.json variants/*.json\n  \
                        quincunx check baseline.json --format json\n  \
                        quincunx check baseline.json --print program\n\n\
                        Status 2 if there is an error; warnings alone leave it at 0.")]
pub struct Arguments {
    /// Scenario files; one may be `-` for standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    variant: Variant,
    /// Format of the findings (default: json if --out ends in .json, otherwise table)
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Option<Findings>,
    /// Write the findings to this file instead of standard output
    #[arg(long, value_name = "PATH")]
    out: Option<PathBuf>,
    /// Print what a file without an error was made into, in place of its warnings
    #[arg(long, value_enum, value_name = "WHAT", conflicts_with = "format")]
    print: Option<Print>,
    /// Say nothing about files without a finding
    #[arg(long, short)]
    quiet: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Findings {
    /// With an excerpt of the file, for the eye
    Table,
    /// A list of objects, for tools
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Print {
    /// The compiled program, one thing per line: for those who change the compiler, or ask why a
    /// scenario is slow
    Program,
}

pub fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Exit> {
    let out = arguments.out.as_deref();
    let format = formats::chosen(arguments.format, out, &[], arguments.quiet, terminal)?;
    let (checked, listings): (Vec<_>, Vec<_>) = (arguments.files.iter())
        .map(|file| match arguments.print {
            None => (Study::examined(file, &arguments.variant.set), None),
            Some(Print::Program) => listed(Study::open(file, &arguments.variant.set)),
        })
        .unzip();
    let named = arguments.files.iter().map(PathBuf::as_path);
    let parents = checked.iter().flat_map(|report| report.sources.files());
    let mut places = Places::reading(named.chain(parents));
    places.output("--out", out)?;
    let destination = Destination::open(out, terminal)?;
    let mut all = checked.iter().flat_map(|report| &report.diagnostics);
    let has_errors = all.any(Diagnostic::is_error);
    let found = (checked.iter()).map(|report| (&report.diagnostics, &report.sources));
    match format {
        Findings::Json => {
            let mut all = Vec::new();
            for (diagnostics, sources) in found {
                if let Value::Array(objects) = diagnostic::json(diagnostics, sources) {
                    all.extend(objects);
                }
            }
            destination.write(|out, _| json::write(out, &all))?;
        }
        Findings::Table => {
            let files = arguments.files.iter().zip(found).zip(&listings);
            destination.write(|out, look| {
                for ((file, (diagnostics, sources)), listing) in files {
                    if let Some(listing) = listing {
                        out.write_all(listing.as_bytes())?;
                        continue;
                    }
                    let text = findings::texts(diagnostics, sources, look.color);
                    out.write_all(text.as_bytes())?;
                    if !text.is_empty() {
                        writeln!(out)?;
                    }
                    if !diagnostics.is_empty() || !arguments.quiet {
                        let named = file.display().to_string();
                        writeln!(out, "{}: {}", brief(&named), summary(diagnostics))?;
                    }
                }
                Ok(())
            })?;
        }
    }
    Ok(if has_errors { Exit::Input } else { Exit::Done })
}

/// What there is to say of a scenario, and its program if it has one.
fn listed(
    opened: std::result::Result<Study, scenario::Findings>,
) -> (scenario::Findings, Option<String>) {
    match opened {
        Ok(study) => {
            let listing = study.program.listing(&study.model).to_string();
            let Study {
                diagnostics,
                sources,
                ..
            } = study;
            let report = scenario::Findings {
                diagnostics,
                sources,
            };
            (report, Some(listing))
        }
        Err(report) => (report, None),
    }
}

fn summary(diagnostics: &[Diagnostic]) -> String {
    let errors = diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.is_error())
        .count();
    let plural = |number: usize, word: &str| match number {
        1 => format!("1 {word}"),
        _ => format!("{number} {word}s"),
    };
    match (errors, diagnostics.len() - errors) {
        (0, 0) => "nothing to complain about".into(),
        (0, warnings) => plural(warnings, "warning"),
        (errors, 0) => plural(errors, "error"),
        (errors, warnings) => format!(
            "{}, {}",
            plural(errors, "error"),
            plural(warnings, "warning")
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Place;

    #[test]
    fn the_summary_counts_errors_and_warnings_apart() {
        let error = || Diagnostic::error("unknown-name", Place::value("/a"), "a");
        let warning = || Diagnostic::warning("unused-parameter", Place::value("/b"), "b");
        assert_eq!(summary(&[]), "nothing to complain about");
        assert_eq!(summary(&[warning()]), "1 warning");
        assert_eq!(
            summary(&[error(), warning(), error()]),
            "2 errors, 1 warning"
        );
    }
}
