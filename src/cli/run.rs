//! `run`: simulates a scenario and reports how its futures end.

use super::exit::{Exit, Misuse};
use super::keep::{self, Keeping};
use super::options::{Format, Output, Precision, Simulation};
use super::output::Destination;
use super::pictures::Pictures;
use super::places::Places;
use super::progress::Meter;
use super::rare;
use super::terminal::Terminal;
use super::told::{Shown, Told};
use super::trial_file::TrialFile;
use super::{findings, formats};
use crate::analysis::{self, KeptStudy, Study, Summarised};
use crate::diagnostic::count;
use crate::engine::Settings;
use crate::report::table;
use crate::results::Warning;
use crate::scenario::Disk;
use anyhow::Result;
use clap::Args;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// What other options than `--out` write.
pub const ELSEWHERE: [(&str, &str); 3] = [
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
                        quincunx run baseline.json --report baseline.html --charts pictures\n  \
                        quincunx run baseline.json --rare wider_war\n\n\
                        Ctrl-C ends the run early: what was simulated until then is reported, with status 130.\n\
                        With --summary PATH a run survives a crash: `run --resume PATH` goes on with it, and\n\
                        `run --grow PATH --trials N` adds trials to it. The result is that of one run, byte for byte.")]
pub struct Arguments {
    /// Scenario file; `-` reads standard input
    #[arg(required_unless_present_any = ["resume", "grow"])]
    file: Option<PathBuf>,
    /// Show the difference to this file beside each value of the first screen; --set changes the
    /// first file only
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with_all = ["full", "table", "trials_out", "report", "folder", "events"]
    )]
    against: Option<PathBuf>,
    /// Estimate the probability of this outcome, group or question alone, however rare, by
    /// multilevel splitting; --trials is then a limit (default: 4 million), of which some 100,000
    /// are simulated in any case
    #[arg(
        long,
        value_name = "NAME",
        conflicts_with_all = ["against", "until", "draws", "design", "full", "table", "order", "trials_out", "report", "folder", "events", "summary", "resume", "grow", "checkpoint"]
    )]
    rare: Option<String>,
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
    #[command(flatten)]
    keeping: Keeping,
    /// Also write a row per trial to this file, which ends in .csv or .parquet
    #[arg(long, value_name = "PATH", help_heading = "Output")]
    trials_out: Option<PathBuf>,
}

pub fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Exit> {
    let Arguments {
        keeping, output, ..
    } = arguments;
    if let Some(name) = &arguments.rare {
        let file = arguments.file.as_deref().unwrap_or(Path::new("-"));
        let study = match Study::open(file, &arguments.simulation.variant.set) {
            Ok(study) => study,
            Err(report) => return Ok(findings::refuse(&report, terminal)),
        };
        let asked = rare::Asked {
            file,
            name,
            simulation: &arguments.simulation,
            output,
        };
        return rare::run(&asked, &study, terminal);
    }
    let format = output.format(&ELSEWHERE, terminal)?;
    let every = keeping.every()?;
    if let Some(against) = &arguments.against {
        let file = arguments.file.as_deref().unwrap_or(Path::new("-"));
        return run_against(arguments, (file, against), format, terminal);
    }
    let mut begun = match begin(arguments, terminal)? {
        Ok(begun) => begun,
        Err(refused) => return Ok(refused),
    };
    let kept = begun.run.as_ref().map(Summarised::kept);
    let study = match (&begun.study, &kept) {
        (Some(study), _) => study,
        (None, Some(kept)) => &kept.study,
        (None, None) => unreachable!("there is a study, or a kept one"),
    };
    let settings = &begun.settings;
    // What a summary file has of a scenario is not read from where it was.
    let read = begun.read.iter().map(PathBuf::as_path);
    let files = study.sources.files().filter(|_| keeping.kept().is_none());
    let mut places = Places::reading(read.chain(files));
    places.written("--trials-out", arguments.trials_out.as_deref())?;
    places.written("--summary", keeping.summary.as_deref())?;
    let shown = (output, &arguments.shown, &arguments.pictures);
    let told = Told::open(shown, format, study, places, terminal)?;
    let new = match &keeping.summary {
        Some(path) => keep::claim(keep::a_file("--summary", path)?, None)?.then_some(path),
        None => None,
    };
    let trials = match &arguments.trials_out {
        Some(path) => Some(TrialFile::create(path, &study.model)?),
        None => None,
    };
    let meter = Meter::start(settings, trials, output.quiet, terminal)?;
    let before = begun.run.as_ref().map_or(0, Summarised::blocks) * settings.trials_per_block();
    if let (Some(path), Some(run)) = (new, &mut begun.run) {
        keep::take(path, run)?;
    }
    let mut written = Ok(());
    let simulated = match (begun.run.take(), keeping.written()) {
        (Some(mut run), Some(path)) => keep::go_on(&mut run, path, every, (&meter, terminal))
            .and_then(|(reached, last)| {
                written = last;
                run.result(reached)
            }),
        _ => study.run(settings, &meter),
    };
    let result = match simulated {
        Ok(result) => result,
        Err(error) => return findings::failed(error, &[study], terminal),
    };
    let elapsed = meter.elapsed();
    meter.finish(result.run.trials > 0)?;
    if result.run.trials == 0 {
        return Ok(nothing(terminal));
    }
    told.write(study, settings, &result)?;
    if !output.quiet {
        Precision {
            until: settings.until,
        }
        .remark(result.run.largest_std_error, terminal);
        if format != Format::Table {
            warnings(&result.warnings, terminal);
        }
        if let Some(path) = keeping.written().filter(|_| result.run.interrupted) {
            terminal.note(&format!(
                "`quincunx run --resume {}` goes on with this run",
                path.display()
            ));
        }
    }
    written?;
    if terminal.is_watched() && !output.quiet {
        let file = match &kept {
            Some(kept) => kept.scenario.path.clone(),
            None => begun.read[0].display().to_string(),
        };
        terminal.note(&format!(
            "{} trials in {:.1} s; next: --report page.html, trace {file}, compare {file} --set PATH=VALUE",
            count(result.run.trials.saturating_sub(before)),
            elapsed.as_secs_f64(),
        ));
    }
    Ok(ended(result.run.interrupted))
}

/// What a run begins with.
struct Begun {
    /// `None` if the run is kept: it has a study of its own.
    study: Option<Study>,
    run: Option<Summarised>,
    settings: Settings,
    /// The file named on the command line.
    read: Vec<PathBuf>,
}

/// Reads the scenario, or the summary file; gives the exit status if the scenario is refused.
///
/// # Errors
/// [`Misuse`] for a summary file that cannot be used, and for a size that cannot be had.
fn begin(arguments: &Arguments, terminal: &Terminal) -> Result<Result<Begun, Exit>> {
    let Arguments {
        simulation,
        precision,
        keeping,
        ..
    } = arguments;
    if arguments.trials_out.is_some() && keeping.written().is_some() {
        let text = "--trials-out writes trials as they are simulated, and a run that goes on from a summary file simulates only those that it lacks: \
                    write the rows with a run of its own";
        return Err(Misuse(text.into()).into());
    }
    let threads = simulation.threads.unwrap_or(0) as usize;
    if let Some(path) = keeping.kept() {
        let mut run = keep::load(path, None)?;
        run.set_threads(threads);
        if keeping.grow.is_some() {
            keep::grow(&mut run, path, simulation.trials)?;
        }
        if !run.is_beginning() {
            let text = format!(
                "`{}` is a part of a run, without its first blocks: `quincunx merge` joins it with the others",
                path.display()
            );
            return Err(Misuse(text).into());
        }
        if run.ended().is_none() {
            keep::writable(path)?;
        }
        return Ok(Ok(Begun {
            study: None,
            settings: run.settings().clone(),
            run: Some(run),
            read: vec![path.to_owned()],
        }));
    }
    let file = arguments.file.as_deref().unwrap_or(Path::new("-"));
    let sets = &simulation.variant.set;
    let read = vec![file.to_owned()];
    if keeping.summary.is_some() {
        let kept = match KeptStudy::open(&Disk, file, sets) {
            Ok(kept) => Rc::new(kept),
            Err(report) => return Ok(Err(findings::refuse(&report, terminal))),
        };
        let settings = simulation.settings_until(precision, &kept.study)?;
        return Ok(Ok(Begun {
            study: None,
            run: Some(Summarised::new(kept, settings.clone())),
            settings,
            read,
        }));
    }
    match Study::open(file, sets) {
        Ok(study) => Ok(Ok(Begun {
            settings: simulation.settings_until(precision, &study)?,
            study: Some(study),
            run: None,
            read,
        })),
        Err(report) => Ok(Err(findings::refuse(&report, terminal))),
    }
}

/// The same with differences to another file, under common random numbers.
fn run_against(
    arguments: &Arguments,
    (file, against): (&Path, &Path),
    format: Format,
    terminal: &Terminal,
) -> Result<Exit> {
    let Arguments {
        simulation, output, ..
    } = arguments;
    let study = match Study::open(file, &simulation.variant.set) {
        Ok(study) => study,
        Err(report) => return Ok(findings::refuse(&report, terminal)),
    };
    let settings = &simulation.settings_until(&arguments.precision, &study)?;
    if format != Format::Table {
        let text = format!(
            "--against is about the first screen; `compare {} {}` has the differences in other formats",
            against.display(),
            file.display()
        );
        return Err(Misuse(text).into());
    }
    if [file, against].iter().all(|path| *path == Path::new("-")) {
        let text =
            "standard input can be read only once: save it to a file to hold it against itself";
        return Err(Misuse(text.into()).into());
    }
    let base = match Study::open(against, &[]) {
        Ok(base) => base,
        Err(report) => return Ok(findings::refuse(&report, terminal)),
    };
    let read = [file, against].into_iter();
    let mut places = Places::reading(
        read.chain(study.sources.files())
            .chain(base.sources.files()),
    );
    places.output("--out", output.out.as_deref())?;
    let destination = Destination::open(output.out.as_deref(), terminal)?;
    let meter = Meter::start(settings, None, output.quiet, terminal)?;
    let studies = [&base, &study];
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
