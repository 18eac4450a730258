//! `tripwires`: which observations by which days tell an outcome from the rest.

use super::exit::{Exit, Misuse};
use super::options::{Format, Output, Simulation};
use super::output::Destination;
use super::pictures::Page;
use super::places::Places;
use super::progress::Meter;
use super::terminal::Terminal;
use super::{findings, run};
use crate::analysis::{self, NothingToWatch, Study, Watch};
use crate::report::html::Answer;
use crate::report::{csv, json, markdown, table};
use crate::time::duration;
use anyhow::Result;
use clap::Args;
use jiff::civil::Date;
use std::path::PathBuf;

/// Say what to watch: which observations, by which days, best tell the futures with an outcome from
/// the others
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
                        quincunx tripwires baseline.json\n  \
                        quincunx tripwires baseline.json --of settlement_land --by 2026-06-01 --by 2027-01-01\n  \
                        quincunx tripwires baseline.json --of silent --top 5 --format csv --out watch.csv\n\n\
                        Without --of: of the group, or the outcome, that is the likeliest. Observations and thresholds\n\
                        are chosen on a run of their own; every number shown is counted on another. A sign is a\n\
                        connection, not a cause: to see what a change does, compare two scenarios.")]
pub struct Arguments {
    /// Scenario file; `-` reads standard input
    file: PathBuf,
    /// What to watch for: a group, an outcome, a question or a trend that comes true. A section
    /// before the name (`questions.truce`) tells things of one name apart
    #[arg(long, visible_alias = "outcome", value_name = "NAME")]
    of: Option<String>,
    /// Look at what was seen before this day begins; may be repeated (default: the last three of 1,
    /// 3, 6, 12, 24, 48 and 96 months after the start that leave a third of the time)
    #[arg(long, value_name = "DATE", value_delimiter = ',', value_parser = day)]
    by: Vec<Date>,
    /// Observations for each day
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=50), allow_negative_numbers = true)]
    top: u8,
    #[command(flatten)]
    simulation: Simulation,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    page: Page,
}

pub(super) fn day(text: &str) -> Result<Date, String> {
    duration::date(text).ok_or_else(|| format!("`{text}` is not a day, such as 2026-06-01"))
}

pub fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Exit> {
    let Arguments {
        simulation, output, ..
    } = arguments;
    let study = match Study::open(&arguments.file, &simulation.variant.set) {
        Ok(study) => study,
        Err(report) => return Ok(findings::refuse(&report, terminal)),
    };
    let watch = Watch {
        of: arguments.of.clone(),
        by: arguments.by.clone(),
        top: usize::from(arguments.top),
    };
    let (wanted, days) = (watch.prepare(&study)).map_err(|error| {
        let option = match &error {
            NothingToWatch::Unknown(_) | NothingToWatch::NotYesOrNo { .. } => "--of: ",
            NothingToWatch::TooEarly { .. } | NothingToWatch::TooLate { .. } => "--by: ",
            NothingToWatch::NoTarget | NothingToWatch::NoTime => "",
        };
        Misuse(format!("{option}{error}"))
    })?;
    let settings = simulation.settings(&study)?;
    let format = output.format(&[Page::ELSEWHERE], terminal)?;
    let file = arguments.file.as_path();
    let mut places = Places::reading([file].into_iter().chain(study.sources.files()));
    places.output("--out", output.out.as_deref())?;
    let destination = Destination::open(output.out.as_deref(), terminal)?;
    let canvas = arguments.page.open(&mut places, terminal)?;
    let meter = Meter::of_trials(Watch::trials(&settings), output.quiet, terminal)?;
    let found = analysis::tripwires(&study, &watch, (&wanted, &days), &settings, &meter);
    let result = match found {
        Ok(result) => result,
        Err(error) => return findings::failed(error, &[&study], terminal),
    };
    let simulated = result.run.trials > 0;
    meter.finish(simulated)?;
    if !simulated {
        return Ok(run::nothing(terminal));
    }
    destination.write(|out, look| match format {
        Format::Table => table::write_tripwires(out, &result, look),
        Format::Json => json::write(out, &result),
        Format::Csv => csv::write_tripwires(out, &result, output.layout()),
        Format::Markdown => markdown::write_tripwires(out, &result),
    })?;
    canvas.answer(|| Answer::Tripwires(result.clone()))?;
    if !output.quiet && format != Format::Table {
        run::warnings(&result.warnings, terminal);
    }
    Ok(run::ended(result.run.interrupted))
}
