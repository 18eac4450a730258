//! `sensitivity`: which uncertain inputs a result hangs on.

use super::exit::{Exit, Misuse};
use super::options::{Format, Output, Simulation};
use super::output::Destination;
use super::pictures::Page;
use super::places::Places;
use super::progress::Meter;
use super::terminal::Terminal;
use super::{findings, run};
use crate::analysis::{self, Asked, Method, Study};
use crate::report::html::Answer;
use crate::report::{csv, json, markdown, table};
use anyhow::Result;
use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use std::path::PathBuf;

/// Say which uncertain inputs a result hangs on, and how much of it is chance
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
                        quincunx sensitivity baseline.json\n  \
                        quincunx sensitivity baseline.json --of silent --of first_ceasefire\n  \
                        quincunx sensitivity baseline.json --tornado --report drivers.html\n  \
                        quincunx sensitivity baseline.json --method sobol --trials 1000000\n\n\
                        Without --of: of the group, or the outcome, that is the likeliest; of all metrics of a file without outcomes.\n\
                        Indices come from the parameter draws of one run. The methods sobol and morris, and --tornado, simulate more,\n\
                        in designs whose size follows from --trials.")]
pub struct Arguments {
    /// Scenario file; `-` reads standard input
    file: PathBuf,
    /// What to explain: a group, an outcome, a question, a metric or a trend that comes true; may
    /// be repeated. A section before the name (`metrics.cost`) tells things of one name apart
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    of: Vec<String>,
    /// How it is found
    #[arg(long, value_name = "METHOD", value_parser = method(), default_value = Method::default().name())]
    method: Method,
    /// Also hold each uncertain input at its 5% and at its 95%, the others varying as they do
    #[arg(long)]
    tornado: bool,
    #[command(flatten)]
    simulation: Simulation,
    #[command(flatten)]
    output: Output,
    /// Show every input, and the intervals
    #[arg(long, help_heading = "Output")]
    full: bool,
    #[command(flatten)]
    page: Page,
}

/// Reads the name of a method.
fn method() -> impl TypedValueParser<Value = Method> {
    let values = Method::ALL.map(|method| {
        let help = match method {
            Method::GivenData => "First-order indices from the draws of one run",
            Method::Sobol => "First-order and total indices by pick and freeze; correlated inputs are taken together",
            Method::Morris => "Elementary effects of each parameter, to screen many of them",
        };
        PossibleValue::new(method.name()).help(help)
    });
    PossibleValuesParser::new(values).map(|name| {
        let mut all = Method::ALL.into_iter();
        all.find(|method| method.name() == name)
            .expect("one of the possible values")
    })
}

pub fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Exit> {
    let Arguments {
        simulation, output, ..
    } = arguments;
    let study = match Study::open(&arguments.file, &simulation.variant.set) {
        Ok(study) => study,
        Err(report) => return Ok(findings::refuse(&report, terminal)),
    };
    let asked = Asked {
        of: arguments.of.clone(),
        method: arguments.method,
        tornado: arguments.tornado,
    };
    asked
        .check(&study)
        .map_err(|error| Misuse(format!("--of: {error}")))?;
    let settings = simulation.settings(&study)?;
    let format = output.format(&[Page::ELSEWHERE], terminal)?;
    let file = arguments.file.as_path();
    let mut places = Places::reading([file].into_iter().chain(study.sources.files()));
    places.output("--out", output.out.as_deref())?;
    let destination = Destination::open(output.out.as_deref(), terminal)?;
    let canvas = arguments.page.open(&mut places, terminal)?;
    let screen = (arguments.full && format != Format::Table)
        .then(|| destination.beside("--full", terminal))
        .transpose()?;
    let trials = asked.trials(&study, &settings);
    let meter = Meter::of_trials(trials, output.quiet, terminal)?;
    let result = match analysis::sensitivity(&study, &asked, &settings, &meter) {
        Ok(result) => result,
        Err(error) => return findings::failed(error, &[&study], terminal),
    };
    let simulated = result.run.trials > 0;
    meter.finish(simulated)?;
    if !simulated {
        return Ok(run::nothing(terminal));
    }
    destination.write(|out, look| match format {
        Format::Table => table::write_sensitivity(out, &result, arguments.full, look),
        Format::Json => json::write(out, &result),
        Format::Csv => csv::write_sensitivity(out, &result, output.layout()),
        Format::Markdown => markdown::write_sensitivity(out, &result),
    })?;
    if let Some(screen) = screen {
        screen.write(|out, look| table::write_sensitivity(out, &result, true, look))?;
    }
    canvas.answer(|| Answer::Sensitivity(result.clone()))?;
    if !output.quiet && format != Format::Table {
        run::warnings(&result.warnings, terminal);
    }
    Ok(run::ended(result.run.interrupted))
}
