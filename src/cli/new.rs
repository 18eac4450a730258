//! `new`: a small commented scenario to start from.

use super::exit::{Exit, Misuse};
use super::output::{Destination, unusable};
use super::terminal::Terminal;
use anyhow::{Context, Result};
use clap::Args;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};

/// Small enough to read in two minutes, and complete enough to run.
pub const STARTER: &str = include_str!("starter.jsonc");
/// The name that the starter has before it gets the user's.
const NAME_LINE: &str = "\"name\": \"strike\",";

/// Write a small commented scenario to start from
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  quincunx new strike     # writes strike.jsonc\n  quincunx new - | less\n\n\
                        An existing file is never overwritten."
)]
pub struct Arguments {
    /// Name of the scenario; the file is NAME.jsonc in the current folder, or standard output for
    /// `-`
    #[arg(default_value = "scenario")]
    name: String,
}

pub fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Exit> {
    let name = &arguments.name;
    if name == "-" {
        Destination::open(None, terminal)?.write(|out, _| out.write_all(STARTER.as_bytes()))?;
        return Ok(Exit::Done);
    }
    if !is_name(name) {
        let text = format!(
            "`{name}` is not a name: letters, digits and `_`, a letter first; or `-` for standard output"
        );
        return Err(Misuse(text).into());
    }
    let path = format!("{name}.jsonc");
    let text = STARTER.replacen(NAME_LINE, &format!("\"name\": \"{name}\","), 1);
    let mut file = match OpenOptions::new().write(true).create_new(true).open(&path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            return Err(Misuse(format!(
                "`{path}` exists and is left alone; choose another name"
            ))
            .into());
        }
        other => other.map_err(|fault| unusable(&format!("cannot write `{path}`"), fault))?,
    };
    file.write_all(text.as_bytes())
        .with_context(|| format!("cannot write `{path}`"))?;
    terminal.note(&format!("wrote {path}; next: quincunx run {path}"));
    Ok(Exit::Done)
}

fn is_name(name: &str) -> bool {
    let mut letters = name.chars();
    let first = letters
        .next()
        .is_some_and(|c| unicode_ident::is_xid_start(c) || c == '_');
    first && letters.all(unicode_ident::is_xid_continue)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Study;
    use crate::engine::Silent;

    #[test]
    fn the_starter_is_valid_raises_no_doubt_and_runs() {
        let study = Study::from_text(STARTER, "starter.jsonc")
            .unwrap_or_else(|report| panic!("{:#?}", report.diagnostics));
        assert_eq!(study.diagnostics, []);
        let settings = study.settings().build();
        let result = study.run(&settings, &Silent).expect("it runs");
        assert_eq!(result.warnings, []);
        // An example in which everything ends alike, or nothing is unknown, teaches nothing.
        let settled = &result.outcomes[0];
        assert!((0.2..0.8).contains(&settled.probability), "{settled:?}");
        assert!(
            settled
                .epistemic90
                .is_some_and(|[low, high]| high - low > 0.05),
            "{settled:?}"
        );
    }

    #[test]
    fn the_starter_has_a_name_to_replace() {
        assert_eq!(STARTER.matches(NAME_LINE).count(), 1);
    }

    #[test]
    fn a_name_cannot_lead_out_of_the_folder() {
        for name in ["strike", "Streik_2026", "забастовка", "_x"] {
            assert!(is_name(name), "{name}");
        }
        for name in ["", "../x", "a/b", "a.b", "2x", "a b", "-x"] {
            assert!(!is_name(name), "{name}");
        }
    }
}
