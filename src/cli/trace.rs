//! `trace`: single futures of a run, told as dated stories: one by its number, or typical ones of an outcome.

use super::exit::{Exit, Misuse};
use super::findings;
use super::formats;
use super::options::{Simulation, whole};
use super::output::Destination;
use super::pictures::Pictures;
use super::places::Places;
use super::progress::Meter;
use super::run;
use super::terminal::Terminal;
use crate::analysis::{self, Study};
use crate::diagnostic::{count, nearest};
use crate::report::html::Part;
use crate::report::{json, table};
use crate::results::Typical;
use anyhow::Result;
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};

/// Replay single trials of a run as dated storylines
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
                        quincunx trace baseline.json --trial 4711\n  \
                        quincunx trace baseline.json --trial 4711 --format json --out story.json\n  \
                        quincunx trace baseline.json --outcome ceasefire --typical 3 --report stories.html\n\n\
                        A trial is exactly that of `quincunx run` with the same file and options: the number is the one in the\n\
                        column `trial` of --trials-out. Ctrl-C ends the search for typical ones early: what was seen until then is told,\n\
                        with status 130.")]
pub struct Arguments {
    /// Scenario file; `-` reads standard input
    file: PathBuf,
    /// Number of the trial, from 0
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = whole("trial"), allow_negative_numbers = true)]
    trial: u64,
    /// Tell typical trials that end in this outcome instead
    #[arg(long, value_name = "NAME", conflicts_with = "trial")]
    outcome: Option<String>,
    /// How many of them, each standing for others that are like it (default: one for each group that these futures fall into)
    #[arg(long, value_name = "N", requires = "outcome", value_parser = clap::value_parser!(u8).range(1..=20), allow_negative_numbers = true)]
    typical: Option<u8>,
    #[command(flatten)]
    simulation: Simulation,
    /// Tell everything that happens, not only what turns the story
    #[arg(long, help_heading = "Output")]
    full: bool,
    /// No progress bar and no remarks on standard error
    #[arg(long, short, help_heading = "Output")]
    quiet: bool,
    /// Format of the story (default: json if --out ends in .json, otherwise table)
    #[arg(long, value_enum, value_name = "FORMAT", help_heading = "Output")]
    format: Option<StoryFormat>,
    /// Write the story to this file instead of standard output
    #[arg(long, value_name = "PATH", help_heading = "Output")]
    out: Option<PathBuf>,
    /// Also write a self-contained HTML page with a timeline to this file
    #[arg(long, value_name = "PATH", help_heading = "Pictures")]
    report: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum StoryFormat {
    /// For the eye
    Table,
    /// For scripts
    Json,
}

pub fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Exit> {
    let study = match Study::open(&arguments.file, &arguments.simulation.variant.set) {
        Ok(study) => study,
        Err(report) => return Ok(findings::refuse(&report, terminal)),
    };
    let settings = arguments.simulation.settings(&study)?;
    let out = arguments.out.as_deref();
    let page = [(formats::PAGE, "--report PATH")];
    let format = formats::chosen(arguments.format, out, &page, false, terminal)?;
    let file: &Path = &arguments.file;
    let mut places = Places::reading([file].into_iter().chain(study.sources.files()));
    places.output("--out", out)?;
    places.written("--report", arguments.report.as_deref())?;
    let destination = Destination::open(arguments.out.as_deref(), terminal)?;
    let screen = (arguments.full && format != StoryFormat::Table)
        .then(|| destination.beside("--full", terminal))
        .transpose()?;
    let page = Pictures {
        report: arguments.report.clone(),
        ..Pictures::default()
    };
    let outcome = match &arguments.outcome {
        Some(name) => Some(index(&study, name)?),
        None => None,
    };
    let canvas = page.open(terminal)?;
    let mut interrupted = false;
    let part = match outcome {
        Some(outcome) => {
            let wanted = arguments.typical.map(usize::from);
            let quiet = arguments.quiet;
            let meter = Meter::start(&settings, None, quiet, terminal)?;
            let found = match analysis::typical(&study, &settings, &[outcome], wanted, None, &meter)
            {
                Ok(found) => found,
                Err(error) => return findings::failed(error, &[&study], terminal),
            };
            let simulated = found.iter().any(|one| one.searched > 0);
            meter.finish(simulated)?;
            if !simulated {
                return Ok(run::nothing(terminal));
            }
            interrupted = found.iter().any(|one| one.interrupted);
            for remark in found.iter().filter_map(|one| fewer(one, wanted)) {
                if !quiet {
                    terminal.warning(&remark);
                }
            }
            destination.write(|out, look| match format {
                StoryFormat::Table => table::write_typical(out, &found, arguments.full, look),
                // One outcome was asked for: its object, and not a list of it.
                StoryFormat::Json => found.iter().try_for_each(|one| json::write(out, one)),
            })?;
            if let Some(screen) = screen {
                screen.write(|out, look| table::write_typical(out, &found, true, look))?;
            }
            Part::Stories(found)
        }
        None => {
            let trials = settings.blocks.saturating_mul(settings.trials_per_block());
            if let Some(remark) = beyond(arguments.trial, trials).filter(|_| !arguments.quiet) {
                terminal.warning(&remark);
            }
            let story = match analysis::storyline(&study, &settings, arguments.trial) {
                Ok(story) => story,
                Err(error) => return findings::failed(error, &[&study], terminal),
            };
            destination.write(|out, look| match format {
                StoryFormat::Table => table::write_storyline(out, &story, arguments.full, look),
                StoryFormat::Json => json::write(out, &story),
            })?;
            if let Some(screen) = screen {
                screen.write(|out, look| table::write_storyline(out, &story, true, look))?;
            }
            Part::Story(Box::new(story))
        }
    };
    canvas.draw(&[part], Vec::new)?;
    Ok(run::ended(interrupted))
}

/// Place of an outcome among the rules; `unclassified` stands behind them.
fn index(study: &Study, name: &str) -> Result<usize> {
    let rules = &study.model.outcomes;
    let names = || {
        rules
            .iter()
            .map(|rule| rule.name.as_str())
            .chain(["unclassified"])
    };
    names().position(|one| one == name).ok_or_else(|| {
        let hint = match nearest(name, names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("there are: {}", names().collect::<Vec<_>>().join(", ")),
        };
        Misuse(format!("no outcome is called `{name}`; {hint}")).into()
    })
}

/// Says that fewer trials are told than were asked for, because others differ in nothing that is compared.
fn fewer(found: &Typical, wanted: Option<usize>) -> Option<String> {
    let told = found.stories.len();
    let wanted = wanted.filter(|wanted| (1..*wanted).contains(&told))?;
    Some(format!(
        "only {told} of {wanted} typical trials: the other futures with this outcome are equal to one of these in start trend, events and their times"
    ))
}

/// Says that a run of so many trials does not have this one.
fn beyond(trial: u64, trials: u64) -> Option<String> {
    (trial >= trials).then(|| {
        format!(
            "with these settings `run` has only {} trials, numbered from 0; trial {} is one that a longer run would have",
            count(trials),
            count(trial)
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trial_beyond_the_run_is_remarked_on() {
        assert_eq!(beyond(0, 1024), None);
        assert_eq!(beyond(1023, 1024), None);
        let remark = beyond(1024, 1024).expect("the first that is not there");
        assert!(remark.contains("only 1,024 trials"), "{remark}");
    }
}
