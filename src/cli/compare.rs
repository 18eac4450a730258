//! `compare`: scenarios under common random numbers, each against the first.

use super::exit::Exit;
use super::formats;
use super::options::{Format, Output, Precision, Simulation};
use super::output::Destination;
use super::pictures::{Pictures, typical};
use super::places::Places;
use super::progress::Meter;
use super::terminal::Terminal;
use super::{findings, run};
use crate::analysis::{self, Study};
use crate::report::html::{ComparePart, Part};
use crate::report::{csv, files, json, markdown, table};
use anyhow::Result;
use clap::Args;
use std::path::PathBuf;

/// What other options than `--out` write.
const ELSEWHERE: [(&str, &str); 2] = [
    (formats::PAGE, "--report PATH"),
    (formats::CHART, "--charts DIR"),
];

/// Run scenarios under common random numbers and print what differs between them, and by how much
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
                        quincunx compare baseline.json escalation.json\n  \
                        quincunx compare baseline.json a.json b.json --trials 200000 --format markdown --out differences.md\n  \
                        quincunx compare baseline.json escalation.json --report differences.html\n\n\
                        Differences are taken between trials that share their random numbers, so they are known far better than the\n\
                        scenarios themselves. Size, seed and design come from the options or the first file, for all.")]
pub struct Arguments {
    /// Scenario files, the base first; one may be `-` for standard input
    #[arg(required = true, num_args = 2.., value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    simulation: Simulation,
    #[command(flatten)]
    precision: Precision,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    pictures: Pictures,
}

pub fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Exit> {
    let Arguments {
        simulation,
        precision,
        output,
        pictures,
        ..
    } = arguments;
    let mut studies = Vec::with_capacity(arguments.files.len());
    let mut is_refused = false;
    for file in &arguments.files {
        match Study::open(file, &simulation.variant.set) {
            Ok(study) => studies.push(study),
            Err(report) => {
                findings::refuse(&report, terminal);
                is_refused = true;
            }
        }
    }
    let studies: Vec<&Study> = studies.iter().collect();
    let Some(base) = studies.first().filter(|_| !is_refused) else {
        return Ok(Exit::Input);
    };
    let settings = simulation.settings_until(precision, base)?;
    let format = output.format(&ELSEWHERE, terminal)?;
    let named = arguments.files.iter().map(PathBuf::as_path);
    let parents = studies.iter().flat_map(|study| study.sources.files());
    let mut places = Places::reading(named.chain(parents));
    places.output("--out", output.out.as_deref())?;
    pictures.claim(&mut places)?;
    let destination = Destination::open(output.out.as_deref(), terminal)?;
    let events = studies.iter().flat_map(|study| &study.model.events);
    pictures
        .charts
        .check(events.map(|event| event.name.as_str()))?;
    let canvas = pictures.open(terminal)?;
    let meter = Meter::start(&settings, None, output.quiet, terminal)?;
    let result = match analysis::compare(&studies, &settings, &meter) {
        Ok(result) => result,
        Err(error) => return findings::failed(error, &studies, terminal),
    };
    let simulated = result.scenarios.iter().all(|s| s.run.trials > 0);
    meter.finish(simulated)?;
    if !simulated {
        terminal
            .error("interrupted before the first block was complete: there is nothing to report");
        return Ok(Exit::Interrupted);
    }

    destination.write(|out, look| match format {
        Format::Table => table::write_compare(out, &result, look),
        Format::Json => json::write(out, &result),
        Format::Csv => csv::write_compare(out, &result),
        Format::Markdown => markdown::write_compare(out, &result),
    })?;
    if !pictures.is_none() {
        let scenarios = studies.iter().zip(&result.scenarios);
        let part = ComparePart {
            typical: scenarios
                .map(|(study, scenario)| typical(study, &settings, scenario))
                .collect::<Result<_>>()?,
            result: result.clone(),
            events: pictures.charts.events.clone(),
        };
        let charts = || files::of_comparison(&part);
        canvas.draw(&[Part::Compare(part.clone())], charts)?;
    }
    let largest = result
        .scenarios
        .iter()
        .map(|scenario| scenario.run.largest_std_error)
        .fold(0.0, f64::max);
    if !output.quiet {
        precision.remark(largest, terminal);
    }
    if !output.quiet && format != Format::Table {
        run::warnings(&result.warnings, terminal);
        for scenario in &result.scenarios {
            run::warnings(&scenario.warnings, terminal);
        }
    }
    let interrupted = result
        .scenarios
        .iter()
        .any(|scenario| scenario.run.interrupted);
    Ok(if interrupted {
        Exit::Interrupted
    } else {
        Exit::Done
    })
}
