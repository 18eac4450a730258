//! `completions`: a script that makes a shell complete commands, options, files and the paths of a
//! scenario.
//!
//! The script asks the program itself, so that it knows what the program knows: the command line
//! goes behind `--`, and the variable says for which shell to answer.

use super::definition;
use super::exit::{Exit, Misuse};
use super::output::Destination;
use super::terminal::Terminal;
use anyhow::Result;
use clap::Args;
use clap_complete::Shell;
use clap_complete::env::{CompleteEnv, Shells};

/// The variable by which a script asks.
const ASKED: &str = "QUINCUNX_COMPLETE";

/// Print a completion script for a shell
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  quincunx completions bash > ~/.local/share/bash-completion/completions/quincunx\n\n\
                  The script asks quincunx itself, also for the paths of a scenario: `show FILE tr<Tab>`, `run FILE --set tr<Tab>`."
)]
pub struct Arguments {
    /// The shell
    shell: Shell,
}

/// Answers a script, and ends the program, if one has asked.
pub fn answer() {
    CompleteEnv::with_factory(definition).var(ASKED).complete();
}

pub fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Exit> {
    let name = arguments.shell.to_string();
    let shells = Shells::builtins();
    let Some(shell) = shells.completer(&name) else {
        return Err(Misuse(format!("there is no completion for {name}")).into());
    };
    let mut script = Vec::new();
    shell.write_registration(ASKED, "quincunx", "quincunx", "quincunx", &mut script)?;
    Destination::open(None, terminal)?.write(|out, _| out.write_all(&script))?;
    Ok(Exit::Done)
}
