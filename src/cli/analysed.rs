//! Analyses of sensitivity in parts: what `plan`, `shard` and `merge` do with them.

use super::exit::{Exit, Misuse};
use super::options::{Output, Simulation};
use super::pictures::Page;
use super::places::Places;
use super::progress::Meter;
use super::sensitivity::{self, Told};
use super::terminal::Terminal;
use super::{findings, keep};
use crate::analysis::{Asked, KeptStudy, Method};
use crate::diagnostic::count;
use crate::results::kept::{Plan, range};
use anyhow::Result;
use clap::Args;
use std::path::{Path, PathBuf};

/// Which analysis of sensitivity it is.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Sensitivity")]
pub struct Wanted {
    /// Plan what `quincunx sensitivity` does, by this method
    #[arg(long, value_name = "METHOD", value_parser = sensitivity::method())]
    pub method: Option<Method>,
    /// Also hold each uncertain input at its 5% and at its 95%, as `quincunx sensitivity --tornado`
    /// does
    #[arg(long)]
    pub tornado: bool,
}

impl Wanted {
    /// Whether it is none.
    pub fn is_none(&self) -> bool {
        self.method.is_none() && !self.tornado
    }
}

/// An analysis cut into parts.
///
/// # Errors
/// [`Misuse`] for names that the scenario does not have, and for a size that cannot be had.
pub fn plan(
    kept: &KeptStudy,
    (wanted, of, simulation): (&Wanted, &[String], &Simulation),
    parts: u64,
) -> Result<Plan> {
    let asked = Asked {
        of: of.to_vec(),
        method: wanted.method.unwrap_or_default(),
        tornado: wanted.tornado,
    };
    asked
        .check(&kept.study)
        .map_err(|error| Misuse(format!("--of: {error}")))?;
    let settings = sensitivity::settings(simulation, &asked, &kept.study)?;
    settings.check()?;
    Ok(Plan::of_sensitivity(kept, &settings, &asked, parts))
}

/// What `plan` says of an analysis.
///
/// # Errors
/// [`Misuse`] if the plan is of none.
pub fn told(plan: &Plan, file: &Path) -> Result<String> {
    let planned = (plan.analysis()).map_err(|reason| keep::unusable(file, &reason))?;
    let sizes = plan.parts.iter().map(|part| planned.trials(&range(*part)));
    let (trials, largest) = (sizes.clone().sum(), sizes.max().unwrap_or(0));
    let passes = plan
        .sensitivity
        .as_ref()
        .map_or(0, |own| own.passes.len() - 1);
    let parts = plan.parts.len() as u64;
    let design = match passes {
        0 => String::new(),
        1 => "a run and 1 pass of its design, ".to_owned(),
        more => format!("a run and {} passes of its design, ", count(more as u64)),
    };
    Ok(format!(
        "{design}{} trials in {} {}, of up to {} trials",
        count(trials),
        count(parts),
        if parts == 1 { "part" } else { "parts" },
        count(largest),
    ))
}

/// The bytes of a part of an analysis; the exit status if there are none, which has been said then.
///
/// # Errors
/// [`Misuse`] if the plan is not whole.
pub fn simulated(
    (plan, file): (&Plan, &Path),
    part: [u64; 2],
    threads: usize,
    quiet: bool,
    terminal: &Terminal,
) -> Result<Result<Vec<u8>, Exit>> {
    let mut planned = (plan.analysis()).map_err(|reason| keep::unusable(file, &reason))?;
    planned.set_threads(threads);
    let blocks = range(part);
    let meter = Meter::of_trials(planned.trials(&blocks), quiet, terminal)?;
    let found = planned.simulated(&blocks, &meter);
    meter.finish(true)?;
    match found {
        Ok(Some(piece)) => Ok(Ok(plan.piece_to_bytes(&planned, part, piece))),
        Ok(None) => {
            terminal.error("interrupted before the part was complete: nothing is kept of it");
            Ok(Err(Exit::Interrupted))
        }
        Err(error) => findings::failed(error, &[&planned.kept.study], terminal).map(Err),
    }
}

/// Tells the result of an analysis, all parts of which are there.
///
/// # Errors
/// [`Misuse`] for files that are no parts any more, and for what cannot be written.
pub fn merge(
    (plan, file): (&Plan, &Path),
    files: &[PathBuf],
    (output, full, page): (&Output, bool, &Page),
    places: Places,
    terminal: &Terminal,
) -> Result<Exit> {
    let format = output.format(&[Page::ELSEWHERE], terminal)?;
    let planned = (plan.analysis()).map_err(|reason| keep::unusable(file, &reason))?;
    let told = Told::open((output, full, page), format, places, terminal)?;
    let mut pieces = Vec::with_capacity(files.len());
    for (index, path) in files.iter().enumerate() {
        let piece = plan.piece_from_bytes(&planned, index, &keep::bytes(path)?);
        pieces.push(piece.map_err(|reason| keep::unusable(path, &reason))?);
    }
    match planned.told(pieces) {
        Ok(Some(result)) => {
            told.write(&result, terminal)?;
            Ok(Exit::Done)
        }
        Ok(None) => Err(Misuse("its parts do not make up the analysis".into()).into()),
        Err(error) => findings::failed(error, &[&planned.kept.study], terminal),
    }
}
