//! `completions`: a script that makes a shell complete commands and options.

use super::definition;
use super::exit::Exit;
use super::output::Destination;
use super::terminal::Terminal;
use anyhow::Result;
use clap::Args;
use clap_complete::{Shell, generate};

/// Print a completion script for a shell
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  quincunx completions bash > ~/.local/share/bash-completion/completions/quincunx"
)]
pub struct Arguments {
    /// The shell
    shell: Shell,
}

pub fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Exit> {
    let mut script = Vec::new();
    generate(arguments.shell, &mut definition(), "quincunx", &mut script);
    Destination::open(None, terminal)?.write(|out, _| out.write_all(&script))?;
    Ok(Exit::Done)
}
