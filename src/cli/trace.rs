//! `trace`: single futures of a run, told as dated stories: one by its number, or typical ones of
//! an outcome.

use super::exit::{Exit, Misuse};
use super::findings;
use super::options::{Format, Output, Simulation, whole};
use super::output::Destination;
use super::pictures::Page;
use super::places::Places;
use super::progress::Meter;
use super::run;
use super::terminal::Terminal;
use crate::analysis::{self, EndOf, Study, Ways};
use crate::diagnostic::{count, nearest};
use crate::engine::{EngineError, Settings};
use crate::report::html::{Answer, Part};
use crate::report::table::Look;
use crate::report::{csv, json, markdown, table};
use crate::results::{NearMisses, Pathways, Storyline, Typical};
use anyhow::Result;
use clap::Args;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Replay single trials of a run as dated storylines, and say which ways trials take and how near
/// they were to other ends
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
                        quincunx trace baseline.json --trial 4711\n  \
                        quincunx trace baseline.json --trial 4711 --format json --out story.json\n  \
                        quincunx trace baseline.json --outcome ceasefire --typical 3 --report stories.html\n  \
                        quincunx trace baseline.json --outcome front_moving --near-misses\n  \
                        quincunx trace baseline.json --pathways --depth 3\n\n\
                        A trial is exactly that of `quincunx run` with the same file and options: the number is the one in the\n\
                        column `trial` of --trials-out. Ctrl-C ends the search for typical ones early: what was seen until then is told,\n\
                        with status 130.")]
pub struct Arguments {
    /// Scenario file; `-` reads standard input
    file: PathBuf,
    /// Number of the trial, from 0
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = whole("trial"), allow_negative_numbers = true)]
    trial: u64,
    /// Tell typical trials that end in this outcome instead; with --near-misses also a group of
    /// outcomes (`groups.NAME` where an outcome has the same name)
    #[arg(long, value_name = "NAME", conflicts_with = "trial")]
    outcome: Option<String>,
    /// How many of them, each standing for others that are like it (default: one for each group
    /// that these futures fall into)
    #[arg(long, value_name = "N", requires = "outcome", value_parser = clap::value_parser!(u8).range(1..=20), allow_negative_numbers = true)]
    typical: Option<u8>,
    /// Say how many trials of the outcome were one event away from another, or of the group from
    /// an outcome outside of it: each is played again with one event otherwise
    #[arg(long, requires = "outcome", conflicts_with_all = ["typical", "pathways"])]
    near_misses: bool,
    /// Show the ways that trials take as a tree: the order in which turning points come, and how
    /// often each happens. With --outcome, of the trials that end so
    #[arg(long, conflicts_with_all = ["trial", "typical"])]
    pathways: bool,
    /// Events that are the turning points (default: those that move the phase; without any, those
    /// that move a state, or else all)
    #[arg(
        long,
        value_name = "EVENTS",
        requires = "pathways",
        value_delimiter = ','
    )]
    through: Vec<String>,
    /// Turning points that are followed one after another
    #[arg(long, value_name = "N", requires = "pathways", default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=20), allow_negative_numbers = true)]
    depth: u8,
    /// Branches that fewer trials than this take are folded, such as 0.5%
    #[arg(long, value_name = "SHARE", requires = "pathways", default_value = "2%", value_parser = percent, allow_negative_numbers = true)]
    least: f64,
    #[command(flatten)]
    simulation: Simulation,
    /// Tell everything that happens, not only what turns the story; of near misses, show every
    /// event
    #[arg(long, help_heading = "Output", conflicts_with = "pathways")]
    full: bool,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    page: Page,
}

/// A share in percent, as a number from 0 to 1.
fn percent(text: &str) -> Result<f64, String> {
    let number = text.trim().strip_suffix('%').map(str::trim);
    let number: Option<f64> = number.and_then(|number| number.parse().ok());
    match number {
        Some(number) if (0.0..=50.0).contains(&number) => Ok(number / 100.0),
        Some(_) => Err(format!("`{text}` is out of range: from 0% to 50%")),
        None => Err(format!("`{text}` is not a share in percent, such as 0.5%")),
    }
}

/// What is told.
enum Told {
    Story(Box<Storyline>),
    Typical(Vec<Typical>),
    Near(NearMisses),
    Paths(Pathways),
}

impl Told {
    /// Ended early by Ctrl-C.
    fn interrupted(&self) -> bool {
        match self {
            Self::Story(_) => false,
            Self::Typical(found) => found.iter().any(|one| one.interrupted),
            Self::Near(found) => found.interrupted,
            Self::Paths(found) => found.run.interrupted,
        }
    }

    /// Whether anything was simulated.
    fn is_something(&self) -> bool {
        match self {
            Self::Story(_) => true,
            Self::Typical(found) => found.iter().any(|one| one.searched > 0),
            // Where the search was complete and found none, that is the answer.
            Self::Near(found) => found.compared > 0 || !found.interrupted,
            Self::Paths(found) => found.run.trials > 0,
        }
    }

    fn table(&self, out: &mut dyn Write, full: bool, look: Look) -> io::Result<()> {
        match self {
            Self::Story(story) => table::write_storyline(out, story, full, look),
            Self::Typical(found) => table::write_typical(out, found, full, look),
            Self::Near(found) => table::write_near(out, found, full, look),
            Self::Paths(found) => table::write_paths(out, found, look),
        }
    }

    fn json(&self, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Story(story) => json::write(out, story),
            // One outcome was asked for: its object, and not a list of it.
            Self::Typical(found) => found.iter().try_for_each(|one| json::write(out, one)),
            Self::Near(found) => json::write(out, found),
            Self::Paths(found) => json::write(out, found),
        }
    }

    fn csv(&self, out: &mut dyn Write, layout: csv::Layout) -> io::Result<()> {
        match self {
            Self::Story(story) => csv::write_storyline(out, story, layout),
            Self::Typical(found) => csv::write_typical(out, found, layout),
            Self::Near(found) => csv::write_near(out, found, layout),
            Self::Paths(found) => csv::write_paths(out, found, layout),
        }
    }

    fn markdown(&self, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Story(story) => markdown::write_storyline(out, story),
            Self::Typical(found) => markdown::write_typical(out, found),
            Self::Near(found) => markdown::write_near(out, found),
            Self::Paths(found) => markdown::write_paths(out, found),
        }
    }

    fn part(self) -> Part {
        match self {
            Self::Story(story) => Part::Story(story),
            Self::Typical(found) => Part::Stories(found),
            Self::Near(found) => Part::Answer(Box::new(Answer::Near(found))),
            Self::Paths(found) => Part::Answer(Box::new(Answer::Paths(found))),
        }
    }
}

pub fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Exit> {
    let output = &arguments.output;
    let study = match Study::open(&arguments.file, &arguments.simulation.variant.set) {
        Ok(study) => study,
        Err(report) => return Ok(findings::refuse(&report, terminal)),
    };
    let settings = arguments.simulation.settings(&study)?;
    let format = output.format(&[Page::ELSEWHERE], terminal)?;
    let file: &Path = &arguments.file;
    let mut places = Places::reading([file].into_iter().chain(study.sources.files()));
    places.output("--out", output.out.as_deref())?;
    let of = match &arguments.outcome {
        Some(name) => Some(end_of(&study, name)?),
        None => None,
    };
    let outcome = match of {
        Some(EndOf::Outcome(outcome)) => Some(outcome),
        Some(EndOf::Group(group)) if !arguments.near_misses => {
            return Err(only_near(&study, group).into());
        }
        _ => None,
    };
    let ways = Ways {
        outcome,
        through: arguments.through.clone(),
        depth: usize::from(arguments.depth),
        least: arguments.least,
    };
    let turning = if arguments.pathways {
        ways.turning(&study.model)
            .map_err(|error| Misuse(error.to_string()))?
    } else {
        Vec::new()
    };
    let destination = Destination::open(output.out.as_deref(), terminal)?;
    let screen = (arguments.full && format != Format::Table)
        .then(|| destination.beside("--full", terminal))
        .transpose()?;
    let canvas = arguments.page.open(&mut places, terminal)?;
    let told = if arguments.pathways {
        let meter = Meter::start(&settings, None, output.quiet, terminal)?;
        let found = analysis::pathways(&study, &ways, &turning, &settings, &meter);
        meter.finish(true)?;
        found.map(Told::Paths)
    } else if let Some(of) = of.filter(|_| arguments.near_misses) {
        near(arguments, &study, &settings, of, terminal)?
    } else if let Some(outcome) = outcome {
        of_outcome(arguments, &study, &settings, outcome, terminal)?
    } else {
        let trials = settings.blocks.saturating_mul(settings.trials_per_block());
        if let Some(remark) = beyond(arguments.trial, trials).filter(|_| !output.quiet) {
            terminal.warning(&remark);
        }
        let story = analysis::storyline(&study, &settings, arguments.trial);
        story.map(|story| Told::Story(Box::new(story)))
    };
    let told = match told {
        Ok(told) => told,
        Err(error) => return findings::failed(error, &[&study], terminal),
    };
    if let Told::Near(found) = &told
        && !told.is_something()
        && found.searched > 0
    {
        terminal.error(
            "interrupted before the first futures were played again: there is nothing to report",
        );
        return Ok(Exit::Interrupted);
    }
    if !told.is_something() {
        return Ok(run::nothing(terminal));
    }
    destination.write(|out, look| match format {
        Format::Table => told.table(out, arguments.full, look),
        Format::Json => told.json(out),
        Format::Csv => told.csv(out, output.layout()),
        Format::Markdown => told.markdown(out),
    })?;
    if let Some(screen) = screen {
        screen.write(|out, look| told.table(out, true, look))?;
    }
    let interrupted = told.interrupted();
    canvas.draw(&[told.part()], Vec::new)?;
    Ok(run::ended(interrupted))
}

/// How near trials were to ending otherwise.
fn near(
    arguments: &Arguments,
    study: &Study,
    settings: &Settings,
    of: EndOf,
    terminal: &Terminal,
) -> Result<Result<Told, EngineError>> {
    let trials = analysis::near_trials(study, settings);
    let meter = Meter::of_trials(trials, arguments.output.quiet, terminal)?;
    let found = analysis::near_misses(study, settings, of, &meter);
    meter.finish(true)?;
    Ok(found.map(Told::Near))
}

/// Typical trials of one outcome.
fn of_outcome(
    arguments: &Arguments,
    study: &Study,
    settings: &Settings,
    outcome: usize,
    terminal: &Terminal,
) -> Result<Result<Told, EngineError>> {
    let quiet = arguments.output.quiet;
    let wanted = arguments.typical.map(usize::from);
    let meter = Meter::start(settings, None, quiet, terminal)?;
    let found = analysis::typical(study, settings, &[outcome], wanted, None, &meter);
    meter.finish(true)?;
    if let Ok(found) = &found
        && !quiet
    {
        for remark in found.iter().filter_map(|one| fewer(one, wanted)) {
            terminal.warning(&remark);
        }
    }
    Ok(found.map(Told::Typical))
}

/// Says that other stories are of one outcome.
fn only_near(study: &Study, group: usize) -> Misuse {
    let members = study.program.groups[group].iter();
    let members: Vec<&str> = members
        .filter_map(|outcome| study.model.outcomes.get(*outcome))
        .map(|rule| rule.name.as_str())
        .collect();
    Misuse(format!(
        "`{}` is a group of outcomes, which only --near-misses takes; name one of them: {}",
        study.model.groups[group].name,
        members.join(", ")
    ))
}

/// An outcome among the rules, behind which stands `unclassified`, or a group of them.
fn end_of(study: &Study, name: &str) -> Result<EndOf> {
    let rules = &study.model.outcomes;
    let group = |name: &str| study.model.groups.iter().position(|one| one.name == name);
    if let Some(group) = name.strip_prefix("groups.").and_then(group) {
        return Ok(EndOf::Group(group));
    }
    let name = name.strip_prefix("outcomes.").unwrap_or(name);
    let names = || {
        rules
            .iter()
            .map(|rule| rule.name.as_str())
            .chain(["unclassified"])
    };
    let outcome = names().position(|one| one == name).map(EndOf::Outcome);
    outcome
        .or_else(|| group(name).map(EndOf::Group))
        .ok_or_else(|| {
            let groups = study.model.groups.iter().map(|one| one.name.as_str());
            let hint = match nearest(name, names().chain(groups)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("there are: {}", names().collect::<Vec<_>>().join(", ")),
            };
            Misuse(format!("no outcome is called `{name}`; {hint}")).into()
        })
}

/// Says that fewer trials are told than were asked for, because others differ in nothing that is
/// compared.
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
