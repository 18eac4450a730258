//! `run --rare`: the probability of something rare.

use super::exit::{Exit, Misuse};
use super::options::{Format, Output, Simulation};
use super::output::Destination;
use super::places::Places;
use super::progress::Meter;
use super::terminal::Terminal;
use super::{findings, run};
use crate::analysis::{self, RARE_TRIALS, Rare, Study};
use crate::report::{csv, json, markdown, table};
use anyhow::Result;
use std::path::Path;

/// What was asked for.
pub struct Asked<'a> {
    pub file: &'a Path,
    pub name: &'a str,
    pub simulation: &'a Simulation,
    pub output: &'a Output,
}

pub fn run(asked: &Asked<'_>, study: &Study, terminal: &Terminal) -> Result<Exit> {
    let Asked {
        file,
        name,
        simulation,
        output,
    } = *asked;
    let rare = Rare::named(study, name).map_err(|error| Misuse(format!("--rare: {error}")))?;
    let settings = simulation.settings(study)?;
    let trials = simulation.trials.unwrap_or(RARE_TRIALS);
    let format = output.format(&[], terminal)?;
    let mut places = Places::reading([file].into_iter().chain(study.sources.files()));
    places.output("--out", output.out.as_deref())?;
    let destination = Destination::open(output.out.as_deref(), terminal)?;
    let meter = Meter::of_trials(trials, output.quiet, terminal)?;
    let result = match analysis::rare(study, &rare, trials, &settings, &meter) {
        Ok(result) => result,
        Err(error) => return findings::failed(error, &[study], terminal),
    };
    let simulated = result.trials > 0;
    meter.finish(simulated)?;
    if !simulated {
        return Ok(run::nothing(terminal));
    }
    destination.write(|out, look| match format {
        Format::Table => table::write_rare(out, &result, look),
        Format::Json => json::write(out, &result),
        Format::Csv => csv::write_rare(out, &result, output.layout()),
        Format::Markdown => markdown::write_rare(out, &result),
    })?;
    if !output.quiet && format != Format::Table {
        run::warnings(&result.warnings, terminal);
    }
    Ok(run::ended(result.interrupted))
}
