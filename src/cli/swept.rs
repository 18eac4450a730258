//! Sweeps in parts: what `plan`, `shard` and `merge` do with them.

use super::exit::{Exit, Misuse};
use super::options::{Output, Simulation};
use super::pictures::Page;
use super::places::Places;
use super::progress::Meter;
use super::sweep::{self, Inputs, Told, can_be_drawn};
use super::terminal::Terminal;
use super::{findings, formats, keep};
use crate::analysis::{self, KeptStudy};
use crate::diagnostic::count;
use crate::engine::Settings;
use crate::results::Warning;
use crate::results::kept::{KeptFile, KeptSweep, KeptVariant, Plan};
use crate::scenario::{Disk, Files};
use anyhow::Result;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Files on the disk, with a note of each that several threads read.
#[derive(Default)]
struct Noting(Mutex<BTreeMap<PathBuf, Vec<u8>>>);

impl Files for Noting {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let content = Disk.read(path)?;
        let mut read = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        read.entry(path.to_owned())
            .or_insert_with(|| content.clone());
        Ok(content)
    }

    fn read_standard_input(&self) -> io::Result<Vec<u8>> {
        Disk.read_standard_input()
    }

    fn beside(&self, path: &Path) -> Option<Vec<String>> {
        Disk.beside(path)
    }

    fn identity(&self, path: &Path) -> PathBuf {
        Disk.identity(path)
    }
}

/// A sweep cut into parts, with the files that it reads beside those of the scenario, and what
/// there is to say of its runs; the exit status if one cannot be had, which has been said then.
///
/// # Errors
/// [`Misuse`] for inputs that make no sweep.
pub fn plan(
    kept: &KeptStudy,
    (file, inputs, simulation): (&Path, &Inputs, &Simulation),
    parts: u64,
    terminal: &Terminal,
) -> Result<Result<(Plan, Vec<Warning>), Exit>> {
    let of = inputs.of(&kept.study)?;
    let asked = inputs.plan(file, &kept.study, simulation)?;
    let files = Noting::default();
    let warnings = match sweep::opened(&asked, &simulation.variant.set, &files) {
        Ok(studies) => analysis::lint_of_variants(&kept.study, studies.iter()),
        Err(report) => return Ok(Err(findings::refuse(&report, terminal))),
    };
    let settings = sweep::settings(simulation, &kept.study, asked.points.len())?;
    settings.check()?;
    let text = |path: &Path| path.to_string_lossy().into_owned();
    let read = files.0.into_inner().unwrap_or_else(PoisonError::into_inner);
    let read = read.into_iter().map(|(path, content)| KeptFile {
        path: text(&path),
        // A scenario is read only from texts.
        text: String::from_utf8_lossy(&content).into_owned(),
    });
    let axes = sweep::axes(&asked, &kept.study);
    let sweep = KeptSweep {
        sha256: String::new(),
        design: inputs.design().to_owned(),
        axes,
        of: of.into_iter().map(|one| one.name).collect(),
        runs: (asked.points.into_iter())
            .map(|point| KeptVariant {
                path: text(&point.file),
                set: point.sets,
                at: point.at,
            })
            .collect(),
        files: read
            .filter(|file| !kept.scenario.files.contains(file))
            .collect(),
    };
    Ok(Ok((
        Plan::of_sweep(kept, &settings, sweep, parts),
        warnings,
    )))
}

/// What `plan` says of a sweep.
pub fn told(plan: &Plan, settings: &Settings) -> String {
    let sizes = plan.parts.iter().map(|part| part[1] - part[0]);
    let (runs, largest) = (sizes.clone().sum(), sizes.max().unwrap_or(0));
    let parts = plan.parts.len() as u64;
    format!(
        "{} runs of {} trials in {} {}, of up to {} {}",
        count(runs),
        count(settings.blocks * settings.trials_per_block()),
        count(parts),
        if parts == 1 { "part" } else { "parts" },
        count(largest),
        if largest == 1 { "run" } else { "runs" },
    )
}

/// The bytes of a part of a sweep; the exit status if there are none, which has been said then.
///
/// # Errors
/// [`Misuse`] if the plan is not whole.
pub fn simulated(
    (plan, file): (&Plan, &Path),
    runs: [u64; 2],
    settings: &Settings,
    quiet: bool,
    terminal: &Terminal,
) -> Result<Result<Vec<u8>, Exit>> {
    let sweep = (plan.runs(runs[0]..runs[1])).map_err(|reason| keep::unusable(file, &reason))?;
    let all = sweep::all(settings, sweep.points.len());
    let meter = Meter::start(&all, None, quiet, terminal)?;
    let found = analysis::some_runs(&sweep, settings, &meter);
    meter.finish(true)?;
    match found {
        Ok(Some(found)) if !found.run.interrupted => Ok(Ok(plan.part_to_bytes(runs, &found))),
        Ok(_) => {
            terminal.error("interrupted before the part was complete: nothing is kept of it");
            Ok(Err(Exit::Interrupted))
        }
        Err(fault) => sweep::failed(&sweep, fault, terminal).map(Err),
    }
}

/// Tells the result of a sweep, all parts of which are there.
///
/// # Errors
/// [`Misuse`] for files that are no parts any more, and for what cannot be written.
pub fn merge(
    plan: &Plan,
    files: &[PathBuf],
    (output, folder, page): (&Output, Option<&Path>, &Page),
    places: Places,
    terminal: &Terminal,
) -> Result<Exit> {
    let elsewhere = [(formats::CHART, "--charts DIR"), Page::ELSEWHERE];
    let format = output.format(&elsewhere, terminal)?;
    let Some(sweep) = &plan.sweep else {
        return Err(Misuse("the plan is not of a sweep".into()).into());
    };
    let told = Told::open(
        (output, folder, page),
        format,
        can_be_drawn(&sweep.axes, &sweep.design),
        places,
        terminal,
    )?;
    let mut parts = Vec::with_capacity(files.len());
    for (index, path) in files.iter().enumerate() {
        let part = plan.part_from_bytes(index, &keep::bytes(path)?);
        parts.push(part.map_err(|reason| keep::unusable(path, &reason))?);
    }
    let Some(result) = plan.told(parts) else {
        return Err(Misuse("the sweep has no run".into()).into());
    };
    told.write(&result, terminal)?;
    Ok(Exit::Done)
}
