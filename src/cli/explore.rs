//! `explore`: a local page on which assumptions are moved and the futures follow.

use super::exit::{Exit, Misuse};
use super::findings;
use super::options::Simulation;
use super::terminal::Terminal;
use crate::explore::{Limits, Options, Refusal, Server, ServerError};
use anyhow::{Context, Result};
use clap::Args;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Open a local page with sliders for the assumptions of a scenario
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
                        quincunx explore baseline.json\n  \
                        quincunx explore baseline.json --port 8000 --no-open --trials 20000\n\n\
                        The page is served on this machine only, at an address with a secret in it. It reads the scenario again whenever the\n\
                        file is saved. Ctrl-C ends it.")]
pub struct Arguments {
    /// Scenario file
    file: PathBuf,
    /// Port of the page (default: any that is free)
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    port: u16,
    /// Only print the address; open no browser
    #[arg(long)]
    no_open: bool,
    #[command(flatten)]
    simulation: Simulation,
}

pub fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Exit> {
    if arguments.file == Path::new("-") {
        let text = "`explore` reads its scenario again and again, which standard input does not allow; give the path of a file";
        return Err(Misuse(text.into()).into());
    }
    let simulation = &arguments.simulation;
    let options = Options {
        file: arguments.file.clone(),
        sets: simulation.variant.set.clone(),
        trials: simulation.trials,
        draws: simulation.draws,
        seed: simulation.seed,
        threads: simulation.threads.unwrap_or(0) as usize,
        port: arguments.port,
        limits: Limits::default(),
    };
    let server = match Server::open(options) {
        Ok(server) => server,
        Err(ServerError::Refused(Refusal::Scenario(report))) => {
            return Ok(findings::refuse(&report, terminal));
        }
        Err(ServerError::Refused(Refusal::Size(text))) => return Err(Misuse(text).into()),
        Err(ServerError::Address(fault)) => {
            let text = format!("cannot serve a page on port {}: {fault}", arguments.port);
            return Err(Misuse(text).into());
        }
    };
    let address = server.address();
    // Nobody waits for the address if standard output is closed.
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{address}").and_then(|()| out.flush());
    drop(out);
    terminal.note("the page is at the address above, for this machine only; Ctrl-C ends it");
    if !arguments.no_open
        && let Err(fault) = open::that_detached(&address)
    {
        terminal.warning(&format!(
            "no browser could be opened ({fault}); open the address yourself"
        ));
    }
    server.run().context("the page cannot be served any more")?;
    Ok(Exit::Done)
}
