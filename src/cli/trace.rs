//! `trace`: one future of a run, told as a dated story.

use super::exit::Exit;
use super::findings;
use super::options::{Simulation, whole};
use super::output::Destination;
use super::terminal::Terminal;
use crate::analysis::{self, Study};
use crate::diagnostic::count;
use crate::report::{json, table};
use anyhow::Result;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Replay one trial of a run as a dated storyline
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
                        quincunx trace baseline.json --trial 4711\n  \
                        quincunx trace baseline.json --trial 4711 --format json\n\n\
                        It is exactly that trial of `quincunx run` with the same file and options: the number is the one in the\n\
                        column `trial` of --trials-out.")]
pub struct Arguments {
    /// Scenario file; `-` reads standard input
    file: PathBuf,
    /// Number of the trial, from 0
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = whole("trial"), allow_negative_numbers = true)]
    trial: u64,
    #[command(flatten)]
    simulation: Simulation,
    /// Format of the story
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = StoryFormat::Table, help_heading = "Output")]
    format: StoryFormat,
    /// Write the story to this file instead of standard output
    #[arg(long, value_name = "PATH", help_heading = "Output")]
    out: Option<PathBuf>,
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
    let settings = arguments.simulation.settings(&study);
    let destination = Destination::open(arguments.out.as_deref(), terminal)?;
    let trials = settings.blocks.saturating_mul(settings.trials_per_block());
    if let Some(remark) = beyond(arguments.trial, trials) {
        terminal.warning(&remark);
    }
    let story = analysis::storyline(&study, &settings, arguments.trial)?;
    destination.write(|out, look| match arguments.format {
        StoryFormat::Table => table::write_storyline(out, &story, look),
        StoryFormat::Json => json::write(out, &story),
    })?;
    Ok(Exit::Done)
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
