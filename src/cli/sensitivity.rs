//! `sensitivity`: which uncertain inputs a result hangs on.

use super::exit::{Exit, Misuse};
use super::options::{Format, Output, Simulation};
use super::output::Destination;
use super::pictures::{Canvas, Page};
use super::places::Places;
use super::progress::Meter;
use super::terminal::Terminal;
use super::{findings, input, run, trial_rows};
use crate::analysis::{self, Asked, Columns, Method, Study, in_trials};
use crate::engine::Settings;
use crate::report::html::Answer;
use crate::report::{csv, json, markdown, table};
use crate::results::{RunResult, SensitivityResult};
use anyhow::Result;
use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use std::path::{Path, PathBuf};

/// Trials of the run beside which a method or a tornado simulates more, unless someone says
/// otherwise.
const BESIDE: u64 = 32_768;

/// The size of the run: the file's where it is the only one, otherwise not more than leaves time
/// for the others.
///
/// # Errors
/// [`Misuse`] if no run of that size can be had.
pub fn settings(simulation: &Simulation, asked: &Asked, study: &Study) -> Result<Settings> {
    match asked.method == Method::GivenData && !asked.tornado {
        true => simulation.settings(study),
        false => simulation.settings_up_to(BESIDE, study),
    }
}

/// Say which uncertain inputs a result hangs on, and how much of it is chance
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
                        quincunx sensitivity baseline.json\n  \
                        quincunx sensitivity baseline.json --of silent --of first_ceasefire\n  \
                        quincunx sensitivity baseline.json --tornado --report drivers.html\n  \
                        quincunx sensitivity baseline.json --method sobol --trials 1000000\n  \
                        quincunx sensitivity baseline.result.json --trials-in trials.csv\n\n\
                        Without --of: of the group, or the outcome, that is the likeliest; of all metrics of a file without outcomes.\n\
                        Indices come from the parameter draws of one run. The methods sobol and morris, and --tornado, simulate more,\n\
                        in designs whose size follows from --trials; without --trials and --draws the run has 32,768 then, or fewer if the\n\
                        file says so.")]
pub struct Arguments {
    /// Scenario file; `-` reads standard input. With --trials-in also the result of the run
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
    /// Simulate nothing: take the trials of a finished run from this file, as --trials-out writes
    /// it. FILE is the scenario, with the --seed and --design of that run, or the result of it
    #[arg(long, value_name = "PATH", conflicts_with_all = ["method", "tornado", "trials", "draws", "threads"])]
    trials_in: Option<PathBuf>,
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
pub fn method() -> impl TypedValueParser<Value = Method> {
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
    let finished = match arguments.trials_in {
        Some(_) => input::finished(&arguments.file)?,
        None => None,
    };
    let opened = match &finished {
        None => Study::open(&arguments.file, &simulation.variant.set),
        Some(result) => {
            trial_rows::unchanged(simulation, &arguments.file)?;
            let name = trial_rows::scenario_in(&arguments.file);
            Study::from_text(&result.scenario.source.to_string(), &name)
        }
    };
    let study = match opened {
        Ok(study) => study,
        Err(report) => return Ok(findings::refuse(&report, terminal)),
    };
    let format = output.format(&[Page::ELSEWHERE], terminal)?;
    let file = arguments.file.as_path();
    let read = [file].into_iter().chain(arguments.trials_in.as_deref());
    let places = Places::reading(read.chain(study.sources.files()));
    let look = (output, arguments.full, &arguments.page);
    let told = Told::open(look, format, places, terminal)?;
    let result = match &arguments.trials_in {
        Some(path) => of_trials(path, arguments, &study, finished.as_ref())?,
        None => match simulated(arguments, &study, terminal)? {
            Ok(result) => result,
            Err(exit) => return Ok(exit),
        },
    };
    told.write(&result, terminal)?;
    Ok(run::ended(result.run.interrupted))
}

/// From runs that are made for it; `Err` if there is nothing to tell, which was said.
fn simulated(
    arguments: &Arguments,
    study: &Study,
    terminal: &Terminal,
) -> Result<std::result::Result<SensitivityResult, Exit>> {
    let Arguments {
        simulation, output, ..
    } = arguments;
    let asked = Asked {
        of: arguments.of.clone(),
        method: arguments.method,
        tornado: arguments.tornado,
    };
    asked
        .check(study)
        .map_err(|error| Misuse(format!("--of: {error}")))?;
    let settings = settings(simulation, &asked, study)?;
    let trials = asked.trials(study, &settings);
    let meter = Meter::of_trials(trials, output.quiet, terminal)?;
    let result = match analysis::sensitivity(study, &asked, &settings, &meter) {
        Ok(result) => result,
        Err(error) => return findings::failed(error, &[study], terminal).map(Err),
    };
    let simulated = result.run.trials > 0;
    meter.finish(simulated)?;
    Ok(match simulated {
        true => Ok(result),
        false => Err(run::nothing(terminal)),
    })
}

/// From the trials of a finished run.
fn of_trials(
    path: &Path,
    arguments: &Arguments,
    study: &Study,
    finished: Option<&RunResult>,
) -> Result<SensitivityResult> {
    let fault = |what: &str| Misuse(format!("`{}`: {what}", path.display()));
    let targets =
        in_trials(study, &arguments.of).map_err(|error| Misuse(format!("--of: {error}")))?;
    let metrics = (targets.iter())
        .filter(|target| target.is_metric())
        .map(|target| target.index);
    let columns = Columns {
        metrics: metrics.collect(),
        ..Columns::default()
    };
    let trials = trial_rows::read(path, study, &columns)?;
    let settings = trial_rows::settings(path, &trials, study, &arguments.simulation, finished)?;
    let of = (targets.as_slice(), !arguments.of.is_empty());
    let found = analysis::finished(study, of, &settings, &trials, finished);
    Ok(found.map_err(|error| fault(&error.to_string()))?)
}

/// Where the result of an analysis will go; all of it is open before anything is simulated.
pub struct Told<'a> {
    output: &'a Output,
    full: bool,
    format: Format,
    destination: Destination,
    /// For the table, where the result goes elsewhere.
    screen: Option<Destination>,
    canvas: Canvas,
}

impl<'a> Told<'a> {
    /// Speaks for what will be written, and opens it.
    ///
    /// # Errors
    /// [`Misuse`] for paths that take no file or that are read.
    pub fn open(
        (output, full, page): (&'a Output, bool, &Page),
        format: Format,
        mut places: Places,
        terminal: &Terminal,
    ) -> Result<Self> {
        places.output("--out", output.out.as_deref())?;
        let destination = Destination::open(output.out.as_deref(), terminal)?;
        let canvas = page.open(&mut places, terminal)?;
        let screen = (full && format != Format::Table)
            .then(|| destination.beside("--full", terminal))
            .transpose()?;
        Ok(Self {
            output,
            full,
            format,
            destination,
            screen,
            canvas,
        })
    }

    /// Writes all.
    ///
    /// # Errors
    /// If a device is full, and the like.
    pub fn write(self, result: &SensitivityResult, terminal: &Terminal) -> Result<()> {
        let (full, layout) = (self.full, self.output.layout());
        self.destination.write(|out, look| match self.format {
            Format::Table => table::write_sensitivity(out, result, full, look),
            Format::Json => json::write(out, result),
            Format::Csv => csv::write_sensitivity(out, result, layout),
            Format::Markdown => markdown::write_sensitivity(out, result),
        })?;
        if let Some(screen) = self.screen {
            screen.write(|out, look| table::write_sensitivity(out, result, true, look))?;
        }
        self.canvas.answer(|| Answer::Sensitivity(result.clone()))?;
        if !self.output.quiet && self.format != Format::Table {
            run::warnings(&result.warnings, terminal);
        }
        Ok(())
    }
}
