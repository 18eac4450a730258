//! `run`: simulates a scenario and reports how its futures end.

use super::exit::{Exit, Misuse};
use super::findings;
use super::formats;
use super::options::{Format, Output, Precision, Simulation};
use super::output::Destination;
use super::pictures::{Pictures, typical};
use super::places::Places;
use super::progress::Meter;
use super::terminal::Terminal;
use super::trial_file::TrialFile;
use crate::analysis::{self, Study};
use crate::diagnostic::count;
use crate::engine::Settings;
use crate::report::html::{Part, RunPart};
use crate::report::table::View;
use crate::report::{csv, files, json, markdown, table};
use crate::results::Warning;
use anyhow::Result;
use clap::builder::PossibleValuesParser;
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};

/// What other options than `--out` write.
const ELSEWHERE: [(&str, &str); 3] = [
    (formats::PAGE, "--report PATH"),
    (formats::TRIALS, "--trials-out PATH"),
    (formats::CHART, "--charts DIR"),
];

/// Simulate a scenario and print the distribution of its outcomes
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
                        quincunx run baseline.json\n  \
                        quincunx run baseline.json --until 0.1pp --format json --out baseline.result.json\n  \
                        quincunx run baseline.json --set trends.escalation.weight=0.5 --trials 100000\n  \
                        quincunx run baseline.json --set trends.escalation.weight=0.5 --against baseline.json\n  \
                        quincunx run baseline.json --report baseline.html --charts pictures\n\n\
                        Ctrl-C ends the run early: what was simulated until then is reported, with status 130.")]
pub struct Arguments {
    /// Scenario file; `-` reads standard input
    file: PathBuf,
    /// Show the difference to this file beside each value of the first screen; --set changes the first file only
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with_all = ["full", "table", "trials_out", "report", "folder", "events"]
    )]
    against: Option<PathBuf>,
    #[command(flatten)]
    simulation: Simulation,
    #[command(flatten)]
    precision: Precision,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    shown: Shown,
    #[command(flatten)]
    pictures: Pictures,
    /// Also write a row a trial to this file, which ends in .csv or .parquet
    #[arg(long, value_name = "PATH", help_heading = "Output")]
    trials_out: Option<PathBuf>,
}

/// How much of the result the table shows.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Output")]
struct Shown {
    /// Show everything instead of the first screen
    #[arg(long)]
    full: bool,
    /// Show these tables only, such as --table outcomes,questions
    #[arg(
        long,
        value_name = "NAME",
        value_delimiter = ',',
        value_parser = PossibleValuesParser::new(table::sections()),
        conflicts_with = "full"
    )]
    table: Vec<String>,
    /// What comes first on the first screen (default: likeliest)
    #[arg(
        long,
        value_enum,
        value_name = "ORDER",
        conflicts_with_all = ["full", "table"]
    )]
    order: Option<Order>,
}

/// What comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Order {
    /// The likeliest
    Likeliest,
    /// What the file states first
    File,
}

impl Shown {
    /// The option by which tables were asked for.
    fn asked(&self) -> Option<&'static str> {
        match (self.full, self.table.is_empty(), self.order) {
            (true, ..) => Some("--full"),
            (_, false, _) => Some("--table"),
            (.., Some(_)) => Some("--order"),
            _ => None,
        }
    }

    fn order(&self) -> table::Order {
        match self.order {
            None | Some(Order::Likeliest) => table::Order::Likeliest,
            Some(Order::File) => table::Order::File,
        }
    }

    fn view(&self) -> View {
        if self.full {
            View::Full
        } else if self.table.is_empty() {
            View::Summary(self.order())
        } else {
            View::Only(self.table.clone())
        }
    }
}

pub fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Exit> {
    let Arguments {
        simulation,
        precision,
        output,
        pictures,
        ..
    } = arguments;
    let study = match Study::open(&arguments.file, &simulation.variant.set) {
        Ok(study) => study,
        Err(report) => return Ok(findings::refuse(&report, terminal)),
    };
    let settings = simulation.settings_until(precision, &study)?;
    let format = output.format(&ELSEWHERE, terminal)?;
    if let Some(against) = &arguments.against {
        return run_against(arguments, &study, against, &settings, format, terminal);
    }
    let file: &Path = &arguments.file;
    let mut places = Places::reading([file].into_iter().chain(study.sources.files()));
    places.output("--out", output.out.as_deref())?;
    places.written("--trials-out", arguments.trials_out.as_deref())?;
    pictures.claim(&mut places)?;
    let destination = Destination::open(output.out.as_deref(), terminal)?;
    let asked = arguments.shown.asked().filter(|_| format != Format::Table);
    let screen = asked
        .map(|option| destination.beside(option, terminal))
        .transpose()?;
    let events = study.model.events.iter().map(|event| event.name.as_str());
    pictures.charts.check(events)?;
    let canvas = pictures.open(terminal)?;
    let trials = match &arguments.trials_out {
        Some(path) => Some(TrialFile::create(path, &study.model)?),
        None => None,
    };
    let meter = Meter::start(&settings, trials, output.quiet, terminal)?;
    let result = match study.run(&settings, &meter) {
        Ok(result) => result,
        Err(error) => return findings::failed(error, &[&study], terminal),
    };
    let elapsed = meter.elapsed();
    meter.finish(result.run.trials > 0)?;
    if result.run.trials == 0 {
        return Ok(nothing(terminal));
    }

    destination.write(|out, look| match format {
        Format::Table => table::write_run(out, &result, &arguments.shown.view(), look),
        Format::Json => json::write(out, &result),
        Format::Csv => csv::write_run(out, &result, output.layout()),
        Format::Markdown => markdown::write_run(out, &result),
    })?;
    if let Some(screen) = screen {
        screen.write(|out, look| table::write_run(out, &result, &arguments.shown.view(), look))?;
    }
    if !pictures.is_none() {
        let part = RunPart {
            typical: typical(&study, &settings, &result)?,
            result: result.clone(),
            events: pictures.charts.events.clone(),
        };
        let charts = || files::of_run(&part);
        canvas.draw(&[Part::Run(Box::new(part.clone()))], charts)?;
    }
    if !output.quiet {
        precision.remark(result.run.largest_std_error, terminal);
        if format != Format::Table {
            warnings(&result.warnings, terminal);
        }
    }
    if terminal.is_watched() && !output.quiet {
        terminal.note(&format!(
            "{} trials in {:.1} s; next: --report page.html, trace {file}, compare {file} --set PATH=VALUE",
            count(result.run.trials),
            elapsed.as_secs_f64(),
            file = file.display()
        ));
    }
    Ok(ended(result.run.interrupted))
}

/// The same with differences to another file, under common random numbers.
fn run_against(
    arguments: &Arguments,
    study: &Study,
    against: &Path,
    settings: &Settings,
    format: Format,
    terminal: &Terminal,
) -> Result<Exit> {
    let Arguments { file, output, .. } = arguments;
    if format != Format::Table {
        let text = format!(
            "--against is about the first screen; `compare {} {}` has the differences in other formats",
            against.display(),
            file.display()
        );
        return Err(Misuse(text).into());
    }
    if [file, against].iter().all(|path| **path == *Path::new("-")) {
        let text =
            "standard input can be read only once: save it to a file to hold it against itself";
        return Err(Misuse(text.into()).into());
    }
    let base = match Study::open(against, &[]) {
        Ok(base) => base,
        Err(report) => return Ok(findings::refuse(&report, terminal)),
    };
    let read = [file.as_path(), against].into_iter();
    let mut places = Places::reading(
        read.chain(study.sources.files())
            .chain(base.sources.files()),
    );
    places.output("--out", output.out.as_deref())?;
    let destination = Destination::open(output.out.as_deref(), terminal)?;
    let meter = Meter::start(settings, None, output.quiet, terminal)?;
    let studies = [&base, study];
    let result = match analysis::compare(&studies, settings, &meter) {
        Ok(result) => result,
        Err(error) => return findings::failed(error, &studies, terminal),
    };
    let [_, run] = result.scenarios.as_slice() else {
        unreachable!("two studies were compared");
    };
    meter.finish(run.run.trials > 0)?;
    if run.run.trials == 0 {
        return Ok(nothing(terminal));
    }
    let order = arguments.shown.order();
    destination.write(|out, look| table::write_against(out, &result, order, look))?;
    if !output.quiet {
        arguments
            .precision
            .remark(run.run.largest_std_error, terminal);
        warnings(&result.warnings, terminal);
    }
    Ok(ended(run.run.interrupted))
}

/// No block was complete when the run was stopped.
pub(super) fn nothing(terminal: &Terminal) -> Exit {
    terminal.error("interrupted before the first block was complete: there is nothing to report");
    Exit::Interrupted
}

/// How a command ends whose run was stopped, or was not.
pub(super) fn ended(interrupted: bool) -> Exit {
    if interrupted {
        Exit::Interrupted
    } else {
        Exit::Done
    }
}

/// Warnings in short; the table has them in full.
pub fn warnings(warnings: &[Warning], terminal: &Terminal) {
    for Warning {
        code,
        message,
        path,
    } in warnings
    {
        let at = if path.is_empty() {
            String::new()
        } else {
            format!("  (at {path})")
        };
        terminal.warning(&format!("{message}{at} [{code}]"));
    }
}

#[cfg(test)]
mod tests {
    use super::super::new::STARTER;
    use super::*;
    use crate::engine::Observer;

    struct Impatient;

    impl Observer for Impatient {
        fn cancelled(&self) -> bool {
            true
        }
    }

    #[test]
    fn a_run_that_is_stopped_before_its_first_block_has_no_trial_and_does_not_fail() {
        let study = Study::from_text(STARTER, "starter.jsonc")
            .unwrap_or_else(|report| panic!("{:#?}", report.diagnostics));
        let settings = Simulation::default().settings(&study).expect("a size");
        let result = study.run(&settings, &Impatient).expect("it ends");
        assert_eq!(result.run.trials, 0);
        assert!(result.run.interrupted);
    }

    #[test]
    fn waiting_for_a_precision_leaves_the_trials_a_draw_as_they_are() {
        let study = Study::from_text(STARTER, "starter.jsonc")
            .unwrap_or_else(|report| panic!("{:#?}", report.diagnostics));
        let simulation = Simulation {
            draws: Some(200),
            ..Simulation::default()
        };
        let precision = Precision { until: Some(0.01) };
        let plain = simulation.settings(&study).expect("a size");
        let waiting = simulation
            .settings_until(&precision, &study)
            .expect("a size");
        assert_eq!(waiting.trials_per_draw, plain.trials_per_draw);
        assert!(waiting.blocks > 1000 * plain.blocks);
    }

    #[test]
    fn options_overrule_what_the_file_says_about_the_size() {
        let study = Study::from_text(STARTER, "starter.jsonc")
            .unwrap_or_else(|report| panic!("{:#?}", report.diagnostics));
        let from_file = Simulation::default().settings(&study).expect("a size");
        assert_eq!((from_file.blocks, from_file.seed), (20, 1));
        let asked = Simulation {
            trials: Some(2000),
            seed: Some(7),
            threads: Some(3),
            ..Simulation::default()
        };
        let asked = asked.settings(&study).expect("a size");
        assert_eq!((asked.blocks, asked.seed, asked.threads), (2, 7, 3));
    }
}
