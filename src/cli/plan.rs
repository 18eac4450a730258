//! `plan`: cuts a run into parts that can be simulated anywhere.

use super::exit::Exit;
use super::findings;
use super::options::Simulation;
use super::output::Destination;
use super::places::Places;
use super::terminal::Terminal;
use crate::analysis::{KeptStudy, MOST_PARTS};
use crate::diagnostic::count;
use crate::results::kept::Plan;
use crate::scenario::Disk;
use anyhow::Result;
use clap::Args;
use std::path::PathBuf;

/// Cut a run into parts that any machine can simulate: a plan, for shard, status and merge
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
                        quincunx plan baseline.json --trials 100e6 --parts 400 --out big.plan\n  \
                        quincunx shard big.plan --index 1 --dir parts     # part 1; anywhere, any number of times\n  \
                        quincunx status big.plan parts\n  \
                        quincunx merge big.plan parts\n\n\
                        The plan holds the scenario with all its files: nothing else has to be copied.")]
pub struct Arguments {
    /// Scenario file; `-` reads standard input
    file: PathBuf,
    /// Number of parts; a run has no more than it has blocks
    #[arg(long, value_name = "P", value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_PARTS)), allow_negative_numbers = true)]
    parts: u32,
    #[command(flatten)]
    simulation: Simulation,
    /// Write the plan to this file instead of standard output
    #[arg(long, value_name = "PATH", help_heading = "Output")]
    out: Option<PathBuf>,
    /// No remarks on standard error
    #[arg(long, short, help_heading = "Output")]
    quiet: bool,
}

pub fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Exit> {
    let Arguments {
        file,
        simulation,
        out,
        ..
    } = arguments;
    let kept = match KeptStudy::open(&Disk, file, &simulation.variant.set) {
        Ok(kept) => kept,
        Err(report) => return Ok(findings::refuse(&report, terminal)),
    };
    let settings = simulation.settings(&kept.study)?;
    settings.check()?;
    let files = kept.study.sources.files();
    let mut places = Places::reading([file.as_path()].into_iter().chain(files));
    places.output("--out", out.as_deref())?;
    let plan = Plan::new(&kept, &settings, u64::from(arguments.parts));
    Destination::open(out.as_deref(), terminal)?.write(|out, _| out.write_all(&plan.to_bytes()))?;
    if !arguments.quiet {
        let trials = |blocks: u64| count(blocks * settings.trials_per_block());
        let (parts, largest) = (
            plan.parts.len(),
            plan.parts.iter().map(|p| p[1] - p[0]).max(),
        );
        let less = match parts < arguments.parts as usize {
            true => " (a part has a block at least)",
            false => "",
        };
        terminal.note(&format!(
            "{} trials in {} {}{less}, of up to {} trials",
            trials(settings.blocks),
            count(parts as u64),
            if parts == 1 { "part" } else { "parts" },
            trials(largest.unwrap_or(0)),
        ));
    }
    Ok(Exit::Done)
}
