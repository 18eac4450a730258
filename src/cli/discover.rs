//! `discover`: which ranges of what is uncertain lead to an outcome.

use super::exit::{Exit, Misuse};
use super::options::{Format, Output, Simulation};
use super::output::Destination;
use super::pictures::Page;
use super::places::Places;
use super::progress::Meter;
use super::terminal::Terminal;
use super::tripwires::day;
use super::{findings, run};
use crate::analysis::{self, Discovery, Flip, NoFlip, NothingToDiscover, Study};
use crate::report::html::Answer;
use crate::report::{csv, json, markdown, table};
use anyhow::Result;
use clap::Args;
use jiff::civil::Date;
use std::path::PathBuf;

/// Trials of the largest runs of a search for flips, unless someone says otherwise.
const FLIP_TRIALS: u64 = 10_240;

/// Say which ranges of the uncertain inputs lead to an outcome: scenario discovery by PRIM
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
                        quincunx discover baseline.json --of silent\n  \
                        quincunx discover baseline.json --of silent --density 35% --boxes 1\n  \
                        quincunx discover baseline.json --of silent --format csv --out boxes.csv\n  \
                        quincunx discover baseline.json --of silent --early 2027-03-01\n  \
                        quincunx discover baseline.json --flip\n\n\
                        Without --of: of the group, or the outcome, that is the likeliest. Boxes and limits are chosen on a run of\n\
                        their own; every number shown is counted on another. More --draws see ranges more sharply. With --flip: which\n\
                        parameters or start weights have to be held at which values for --of (by default, whatever is nearest) to become\n\
                        the likeliest; without --trials and --draws its largest runs then have 10,240 trials, or fewer if the file says so.")]
pub struct Arguments {
    /// Scenario file; `-` reads standard input
    file: PathBuf,
    /// What the ranges lead to: a group, an outcome, a question or a trend that comes true. A
    /// section before the name (`questions.truce`) tells things of one name apart
    #[arg(long, visible_alias = "outcome", value_name = "NAME")]
    of: Option<String>,
    /// Boxes at most, each outside those before it
    #[arg(long, conflicts_with = "flip", value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=9), allow_negative_numbers = true)]
    boxes: u8,
    /// Look for the largest boxes in which the chance is at least this, such as 0.3 or 30%
    /// (default: those that stand out most, by size and chance together)
    #[arg(long, conflicts_with = "flip", value_name = "CHANCE", value_parser = chance, allow_negative_numbers = true)]
    density: Option<f64>,
    /// Look at early conditions beside the inputs: which events have happened by these days, in
    /// which phase and states things are on them, and where indicators stand; may be repeated
    #[arg(long, conflicts_with = "flip", value_name = "DATE", value_delimiter = ',', value_parser = day)]
    early: Vec<Date>,
    /// Find the smallest changes of uncertain inputs that make --of the likeliest outcome, group or
    /// answer; each is verified by a run that had no say in it
    #[arg(long)]
    flip: bool,
    /// Prior standard deviations within which --flip looks
    #[arg(long, requires = "flip", value_name = "SD", default_value_t = 3.0, value_parser = deviations, allow_negative_numbers = true)]
    within: f64,
    #[command(flatten)]
    simulation: Simulation,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    page: Page,
}

fn chance(text: &str) -> Result<f64, String> {
    let number = match text.trim().strip_suffix('%') {
        Some(percent) => percent.trim().parse::<f64>().map(|p| p / 100.0),
        None => text.trim().parse(),
    };
    let found = number.ok().filter(|p| *p > 0.0 && *p < 1.0);
    found.ok_or_else(|| format!("`{text}` is not a chance between 0 and 1, such as 0.3 or 30%"))
}

fn deviations(text: &str) -> Result<f64, String> {
    let number = text.trim().parse().ok();
    let found = number.filter(|sd: &f64| *sd >= 0.1 && *sd <= 6.0);
    found.ok_or_else(|| format!("`{text}` is not a number of standard deviations from 0.1 to 6"))
}

/// What cannot be looked for, with the option that asks for it.
fn refused(of: Option<&String>, error: &NothingToDiscover) -> Misuse {
    let option = match error {
        NothingToDiscover::Early(_) => "--early: ",
        _ if of.is_some() => "--of: ",
        _ => "",
    };
    Misuse(format!("{option}{error}"))
}

pub fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Exit> {
    let Arguments {
        simulation, output, ..
    } = arguments;
    if arguments.flip && arguments.file.as_os_str() == "-" {
        let text = "--flip reads the scenario again for each change, and standard input can be read only once: save it to a file";
        return Err(Misuse(text.into()).into());
    }
    let study = match Study::open(&arguments.file, &simulation.variant.set) {
        Ok(study) => study,
        Err(report) => return Ok(findings::refuse(&report, terminal)),
    };
    let discovery = Discovery {
        of: arguments.of.clone(),
        boxes: usize::from(arguments.boxes),
        density: arguments.density,
        early: arguments.early.clone(),
    };
    if arguments.flip {
        return flip(arguments, &study, terminal);
    }
    let wanted =
        (discovery.prepare(&study)).map_err(|error| refused(arguments.of.as_ref(), &error))?;
    let settings = simulation.settings(&study)?;
    let format = output.format(&[Page::ELSEWHERE], terminal)?;
    let file = arguments.file.as_path();
    let mut places = Places::reading([file].into_iter().chain(study.sources.files()));
    places.output("--out", output.out.as_deref())?;
    let destination = Destination::open(output.out.as_deref(), terminal)?;
    let canvas = arguments.page.open(&mut places, terminal)?;
    let meter = Meter::of_trials(discovery.trials(&settings), output.quiet, terminal)?;
    let found = analysis::discover(&study, &discovery, &wanted, &settings, &meter);
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
        Format::Table => table::write_discover(out, &result, look),
        Format::Json => json::write(out, &result),
        Format::Csv => csv::write_discover(out, &result, output.layout()),
        Format::Markdown => markdown::write_discover(out, &result),
    })?;
    canvas.answer(|| Answer::Discover(result.clone()))?;
    if !output.quiet && format != Format::Table {
        run::warnings(&result.warnings, terminal);
    }
    Ok(run::ended(result.run.interrupted))
}

/// Looks for changes that flip the lead.
fn flip(arguments: &Arguments, study: &Study, terminal: &Terminal) -> Result<Exit> {
    let Arguments {
        simulation, output, ..
    } = arguments;
    let asked = Flip {
        to: arguments.of.clone(),
        within: arguments.within,
    };
    let (race, wanted) =
        (asked.prepare(study)).map_err(|error| refused(arguments.of.as_ref(), &error))?;
    let settings = simulation.settings_up_to(FLIP_TRIALS, study)?;
    let format = output.format(&[Page::ELSEWHERE], terminal)?;
    let file = arguments.file.as_path();
    let mut places = Places::reading([file].into_iter().chain(study.sources.files()));
    places.output("--out", output.out.as_deref())?;
    let destination = Destination::open(output.out.as_deref(), terminal)?;
    let canvas = arguments.page.open(&mut places, terminal)?;
    let meter = Meter::of_trials(Flip::trials(&settings), output.quiet, terminal)?;
    let shared = simulation.variant.set.as_slice();
    let open = |held: &[String]| Study::open(file, &[shared, held].concat());
    let found = analysis::flip(study, (&asked, &race, wanted), &settings, &meter, &open);
    let mut result = match found {
        Ok(result) => result,
        Err(NoFlip::Refused { report }) => return Ok(findings::refuse(&report, terminal)),
        Err(NoFlip::Unchanged { error }) => return findings::failed(error, &[study], terminal),
        Err(NoFlip::Failed { study, error }) => {
            return findings::failed(error, &[&study], terminal);
        }
        Err(NoFlip::Interrupted) => return Ok(run::nothing(terminal)),
    };
    // Without them it would be another scenario.
    for change in &mut result.changes {
        change.set.splice(0..0, shared.iter().cloned());
    }
    let simulated = result.run.trials > 0;
    meter.finish(simulated)?;
    if !simulated {
        return Ok(run::nothing(terminal));
    }
    destination.write(|out, look| match format {
        Format::Table => table::write_flip(out, &result, look),
        Format::Json => json::write(out, &result),
        Format::Csv => csv::write_flip(out, &result, output.layout()),
        Format::Markdown => markdown::write_flip(out, &result),
    })?;
    canvas.answer(|| Answer::Flip(result.clone()))?;
    if !output.quiet && format != Format::Table {
        run::warnings(&result.warnings, terminal);
    }
    Ok(run::ended(result.run.interrupted))
}
