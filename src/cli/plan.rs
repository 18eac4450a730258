//! `plan`: cuts a run, a sweep or an analysis of sensitivity into parts that can be simulated
//! anywhere.

use super::analysed::{self, Wanted};
use super::exit::{Exit, Misuse};
use super::options::{Precision, Simulation};
use super::output::Destination;
use super::places::Places;
use super::sweep::Inputs;
use super::terminal::Terminal;
use super::{findings, run, swept};
use crate::analysis::{KeptStudy, MOST_PARTS};
use crate::diagnostic::count;
use crate::results::kept::Plan;
use crate::scenario::Disk;
use anyhow::Result;
use clap::Args;
use std::path::PathBuf;

/// Cut a run, a sweep or an analysis of sensitivity into parts that any machine can simulate: a
/// plan, for shard, status and merge
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
                        quincunx plan baseline.json --trials 100e6 --parts 400 --out big.plan\n  \
                        quincunx shard big.plan --index 1 --dir parts     # part 1; anywhere, any number of times\n  \
                        quincunx status big.plan parts\n  \
                        quincunx merge big.plan parts\n  \
                        quincunx plan baseline.json --vary horizon=2..5:31 --parts 8 --out sweep.plan\n  \
                        quincunx plan baseline.json --method sobol --trials 1e6 --parts 8 --out sobol.plan\n\n\
                        With --vary or --variant it is a plan of what `quincunx sweep` does, and its parts are runs of the sweep.\n\
                        With --method or --tornado it is a plan of what `quincunx sensitivity` does, --of included.\n\
                        With --until there are --parts parts from one look at the errors to the next; `status` names those that come next.\n\
                        The plan holds the scenario with all its files: nothing else has to be copied.")]
pub struct Arguments {
    /// Scenario file; `-` reads standard input
    file: PathBuf,
    /// Number of parts; a run has no more than it has blocks, a sweep no more than it has runs
    #[arg(long, value_name = "P", value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_PARTS)), allow_negative_numbers = true)]
    parts: u32,
    #[command(flatten)]
    inputs: Inputs,
    #[command(flatten)]
    wanted: Wanted,
    #[command(flatten)]
    simulation: Simulation,
    #[command(flatten)]
    precision: Precision,
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
        inputs,
        wanted,
        simulation,
        precision,
        out,
        ..
    } = arguments;
    if !inputs.is_none() {
        inputs.check(file)?;
    }
    let kept = match KeptStudy::open(&Disk, file, &simulation.variant.set) {
        Ok(kept) => kept,
        Err(report) => return Ok(findings::refuse(&report, terminal)),
    };
    let parts = u64::from(arguments.parts);
    if let Some(text) = clash(arguments) {
        return Err(Misuse(text.into()).into());
    }
    let mut warnings = Vec::new();
    let plan = match inputs.is_none() {
        true if !wanted.is_none() => {
            analysed::plan(&kept, (wanted, &inputs.of, simulation), parts)?
        }
        true => {
            let settings = simulation.settings_until(precision, &kept.study)?;
            settings.check()?;
            Plan::new(&kept, &settings, parts)
        }
        false => match swept::plan(&kept, (file, inputs, simulation), parts, terminal)? {
            Ok((plan, found)) => {
                warnings = found;
                plan
            }
            Err(exit) => return Ok(exit),
        },
    };
    let settings = plan.settings()?;
    let more = plan.sweep.iter().flat_map(|sweep| &sweep.files);
    let read: Vec<PathBuf> = (plan.scenario.files.iter().chain(more))
        .map(|file| PathBuf::from(&file.path))
        .collect();
    let mut places = Places::reading(std::iter::once(file).chain(&read));
    places.output("--out", out.as_deref())?;
    Destination::open(out.as_deref(), terminal)?.write(|out, _| out.write_all(&plan.to_bytes()))?;
    if arguments.quiet {
        return Ok(Exit::Done);
    }
    run::warnings(&warnings, terminal);
    if plan.sweep.is_some() {
        terminal.note(&swept::told(&plan, &settings));
    } else if plan.sensitivity.is_some() {
        terminal.note(&analysed::told(&plan, file)?);
    } else {
        let trials = |blocks: u64| count(blocks * settings.trials_per_block());
        let (parts, largest) = (
            plan.parts.len(),
            plan.parts.iter().map(|p| p[1] - p[0]).max(),
        );
        let less = match parts < arguments.parts as usize && settings.until.is_none() {
            true => " (a part has a block at least)",
            false => "",
        };
        let (most, rounds) = match settings.until {
            Some(_) => ("up to ", format!(" and {} rounds", plan.rounds().len())),
            None => ("", String::new()),
        };
        terminal.note(&format!(
            "{most}{} trials in {} {}{rounds}{less}, of up to {} trials",
            trials(settings.blocks),
            count(parts as u64),
            if parts == 1 { "part" } else { "parts" },
            trials(largest.unwrap_or(0)),
        ));
    }
    Ok(Exit::Done)
}

/// What does not go together, if anything.
fn clash(arguments: &Arguments) -> Option<&'static str> {
    let Arguments {
        inputs,
        wanted,
        precision,
        ..
    } = arguments;
    let is_sweep = !inputs.is_none();
    if precision.until.is_some() && (is_sweep || !wanted.is_none()) {
        return Some(
            "--until is about a single run: it does not go together with --vary, --variant, --method and --tornado",
        );
    }
    match (is_sweep, wanted.is_none()) {
        (true, false) => Some(
            "--vary and --variant make the plan of a sweep, --method and --tornado that of an analysis of sensitivity: give one of them",
        ),
        (false, _) if inputs.lhs.is_some() => Some("--lhs is about sweeps: give --vary too"),
        (false, true) if !inputs.of.is_empty() => Some(
            "--of is about sweeps and sensitivity: give --vary, --variant, --method or --tornado too",
        ),
        _ => None,
    }
}
