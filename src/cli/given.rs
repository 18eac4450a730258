//! `given`: a run split by a condition, one that is made for it or a finished one.

use super::exit::{Exit, Misuse};
use super::options::{Format, Output, Precision, Simulation};
use super::output::Destination;
use super::pictures::Page;
use super::places::Places;
use super::progress::Meter;
use super::terminal::Terminal;
use super::{findings, input, run, trial_rows};
use crate::analysis::{self, OnRows, Study, condition_as_question};
use crate::diagnostic::Sources;
use crate::engine::Settings;
use crate::report::html::Answer;
use crate::report::{csv, json, markdown, table};
use crate::results::{GivenResult, RunResult};
use crate::scenario;
use anyhow::Result;
use clap::Args;
use std::path::{Path, PathBuf};

/// Simulate a scenario and print everything again among the futures in which a condition held, and
/// among those in which it did not
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
                        quincunx given strike.jsonc \"ever(talks_open)\"\n  \
                        quincunx given baseline.json \"ever(phase == wider_war)\" --trials 50000\n  \
                        quincunx given baseline.json \"final(ru_share) > 21\" --format csv --out split.csv\n  \
                        quincunx given baseline.result.json \"ever(talks_resume)\" --trials-in trials.csv\n\n\
                        The condition is a formula as in a question's `holds`: over the end, and over the path up to there.\n\
                        With --trials-in it has to be one that the file tells: over events (`ever`, `first`), parameters, quantities of the\n\
                        trial, `start_trend` and the scenario's metrics. Both sides are of one run. A difference between them is a connection, not an effect: to see what a change\n\
                        does, compare two scenarios.")]
pub struct Arguments {
    /// Scenario file (JSON or JSONC). With --trials-in also the result of the run
    file: PathBuf,
    /// Formula that a future fulfils or not, in quotation marks
    condition: String,
    /// Simulate nothing: take the trials of a finished run from this file, as --trials-out writes
    /// it. FILE is the scenario, with the --seed and --design of that run, or the result of it
    #[arg(long, value_name = "PATH", conflicts_with_all = ["trials", "draws", "threads", "until"])]
    trials_in: Option<PathBuf>,
    #[command(flatten)]
    simulation: Simulation,
    #[command(flatten)]
    precision: Precision,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    page: Page,
}

pub fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Exit> {
    let Arguments {
        file,
        condition,
        trials_in,
        simulation,
        precision,
        output,
        page,
    } = arguments;
    if file.as_os_str() == "-" {
        let text = "standard input can be read only once, and the scenario is read with and without the condition: save it to a file";
        return Err(Misuse(text.into()).into());
    }
    if condition.trim().is_empty() {
        return Err(Misuse(
            "the condition is empty: give a formula such as \"ever(truce)\"".into(),
        )
        .into());
    }
    let format = output.format(&[Page::ELSEWHERE], terminal)?;
    let finished = match trials_in {
        Some(_) => input::finished(file)?,
        None => None,
    };
    let asked = match Asked::open(arguments, finished.as_ref())? {
        Ok(asked) => asked,
        Err(report) => return Ok(findings::refuse(&report, terminal)),
    };
    let read = [file.as_path()].into_iter().chain(trials_in.as_deref());
    let mut places = Places::reading(read.chain(asked.original.sources.files()));
    places.output("--out", output.out.as_deref())?;
    let from = match trials_in {
        Some(path) => From::Trials(path),
        None => From::Run(simulation.settings_until(precision, &asked.original)?),
    };
    let destination = Destination::open(output.out.as_deref(), terminal)?;
    let canvas = page.open(&mut places, terminal)?;
    let result = match from {
        From::Trials(path) => asked.of_trials(path, arguments, finished.as_ref())?,
        From::Run(settings) => {
            let Asked {
                original,
                study,
                question,
            } = &asked;
            let meter = Meter::start(&settings, None, output.quiet, terminal)?;
            let by = (question.as_str(), condition.as_str());
            let result = match analysis::given(study, by, original, &settings, &meter) {
                Ok(result) => result,
                Err(error) => return findings::failed(error, &[study], terminal),
            };
            let simulated = result.run.trials > 0;
            meter.finish(simulated)?;
            if !simulated {
                return Ok(run::nothing(terminal));
            }
            result
        }
    };
    destination.write(|out, look| match format {
        Format::Table => table::write_given(out, &result, look),
        Format::Json => json::write(out, &result),
        Format::Csv => csv::write_given(out, &result, output.layout()),
        Format::Markdown => markdown::write_given(out, &result),
    })?;
    canvas.answer(|| Answer::Given(result.clone()))?;
    if !output.quiet {
        if trials_in.is_none() {
            precision.remark(result.run.largest_std_error, terminal);
        }
        if format != Format::Table {
            run::warnings(&result.warnings, terminal);
        }
    }
    Ok(run::ended(result.run.interrupted))
}

/// What is split.
enum From<'a> {
    /// Finished trials.
    Trials(&'a Path),
    /// A run that is made for it.
    Run(Settings),
}

/// A scenario, and the same with the condition as a question.
struct Asked {
    original: Study,
    study: Study,
    question: String,
}

impl Asked {
    /// Reads the scenario, of a finished run from its result; `Err` if something is wrong with it
    /// or with the condition.
    ///
    /// # Errors
    /// [`Misuse`] for options that would change a finished run.
    fn open(
        arguments: &Arguments,
        finished: Option<&RunResult>,
    ) -> Result<std::result::Result<Self, scenario::Findings>> {
        let (file, condition) = (arguments.file.as_path(), &arguments.condition);
        let sets = &arguments.simulation.variant.set;
        let open = |more: &[String]| match finished {
            None => Study::open(file, &[sets, more].concat()),
            Some(result) => {
                let text = result.scenario.source.to_string();
                Study::from_text_with(&text, &trial_rows::scenario_in(file), more)
            }
        };
        if finished.is_some() {
            trial_rows::unchanged(&arguments.simulation, file)?;
        }
        let original = match open(&[]) {
            Ok(study) => study,
            Err(report) => return Ok(Err(report)),
        };
        let (set, question) = condition_as_question(&original.model, condition);
        // Nobody typed that setting: what is wrong with it is shown in the condition.
        let shown = |sources: &mut Sources| {
            sources.typed("CONDITION", condition, ["questions", &question], "holds");
        };
        Ok(match open(&[set]) {
            Ok(mut study) => {
                shown(&mut study.sources);
                Ok(Self {
                    original,
                    study,
                    question,
                })
            }
            Err(mut report) => {
                shown(&mut report.sources);
                Err(report)
            }
        })
    }

    /// The trials of a finished run, split.
    ///
    /// # Errors
    /// [`Misuse`] if they do not tell the condition, or are of another run.
    fn of_trials(
        &self,
        path: &Path,
        arguments: &Arguments,
        finished: Option<&RunResult>,
    ) -> Result<GivenResult> {
        let condition = &arguments.condition;
        let rows = OnRows::new(&self.study, &self.question).map_err(|fault| {
            Misuse(format!(
                "a file of trials does not tell `{condition}`: {fault}; make a metric of it before the run, or simulate without --trials-in"
            ))
        })?;
        let trials = trial_rows::read(path, &self.original, rows.columns())?;
        let simulation = &arguments.simulation;
        let settings = trial_rows::settings(path, &trials, &self.original, simulation, finished)?;
        let by = (&rows, condition.as_str());
        analysis::given_finished(
            &self.study,
            by,
            &self.original,
            &settings,
            &trials,
            finished,
        )
        .map_err(|error| Misuse(format!("`{}`: {error}", path.display())).into())
    }
}
