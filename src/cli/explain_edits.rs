//! `compare --explain`: which edits make the difference, and how much each.

use super::exit::{Exit, Misuse};
use super::options::{Format, Output, Simulation};
use super::output::Destination;
use super::pictures::Page;
use super::places::Places;
use super::progress::Meter;
use super::terminal::Terminal;
use super::{findings, input};
use crate::analysis::{
    self, MOST_EDITS, NotExplained, Quantity, Side, Study, edits_between, settings_of, with_edits,
};
use crate::engine::Settings;
use crate::random::design::Design;
use crate::report::html::Answer;
use crate::report::{csv, json, markdown, table};
use crate::results::{RunInfo, RunResult, tool};
use crate::scenario::Findings;
use anyhow::Result;
use std::path::{Path, PathBuf};

/// The two scenarios of a comparison, and what is asked of them.
pub struct Asked<'a> {
    pub files: &'a [PathBuf],
    pub of: &'a [String],
    pub simulation: &'a Simulation,
    pub output: &'a Output,
    pub page: Page,
}

/// A scenario with some of the edits, by bit.
type Open<'a> = Box<dyn Fn(u64) -> Result<Study, Findings> + 'a>;

/// One side: a file, or a finished result with the scenario in it.
struct Opened {
    study: Study,
    finished: Option<RunResult>,
}

/// What is split: the scenario without edits, both sides as they are run, what each edit is called,
/// and the scenario with some.
struct Split<'a> {
    base: Study,
    sides: [Side; 2],
    names: Vec<String>,
    open: Open<'a>,
}

/// What differs between two files or results; `Err` if one of them cannot be used, and was refused.
fn two<'a>(
    [first, second]: [&Path; 2],
    simulation: &Simulation,
    terminal: &Terminal,
) -> Result<std::result::Result<Split<'a>, Exit>> {
    let sets = &simulation.variant.set;
    let mut both = Vec::with_capacity(2);
    for path in [first, second] {
        let finished = input::finished(path)?;
        let opened = match &finished {
            Some(result) => Study::from_text(
                &result.scenario.source.to_string(),
                &format!("the scenario in {}", path.display()),
            ),
            None => Study::open(path, sets),
        };
        match opened {
            Ok(study) => both.push(Opened { study, finished }),
            Err(report) => return Ok(Err(findings::refuse(&report, terminal))),
        }
    }
    let (Some(other), Some(base)) = (both.pop(), both.pop()) else {
        return Ok(Err(Exit::Input));
    };
    let sides = sides([(first, &base), (second, &other)], simulation)?;
    let [from, to] = [&base, &other].map(|side| side.study.model.source.clone());
    let edits = edits_between(&from, &to);
    let names = edits.iter().map(|edit| edit.name()).collect();
    let with = move |bits: u64| {
        let some = edits.iter().enumerate().filter(|(i, _)| bits >> i & 1 == 1);
        let mixed = with_edits(&from, &to, some.map(|(_, edit)| edit));
        Study::from_text(&mixed.to_string(), "some of the edits")
    };
    Ok(Ok(Split {
        base: base.study,
        sides,
        names,
        open: Box::new(with),
    }))
}

/// How both sides are run: a result as it was, and a file beside a result as that, where nobody
/// says otherwise.
///
/// # Errors
/// [`Misuse`] for options that would change a result, and for a result that no run of this version
/// can be like.
fn sides(opened: [(&Path, &Opened); 2], simulation: &Simulation) -> Result<[Side; 2]> {
    let mut found = Vec::with_capacity(2);
    let threads = simulation.threads.unwrap_or(0) as usize;
    for (path, one) in opened {
        let Some(result) = &one.finished else {
            found.push(None);
            continue;
        };
        let fault = |what: &str| Misuse(format!("`{}` {what}", path.display()));
        if !simulation.variant.set.is_empty() {
            return Err(fault(
                "is a result, which --set cannot change: give the changed scenario as a file",
            )
            .into());
        }
        if result.run.trials == 0 {
            return Err(fault("has no trials").into());
        }
        if result.tool == tool() && one.study.model.sha256 != result.scenario.sha256 {
            return Err(fault("has a scenario in it that is not the one that was run").into());
        }
        let settings = settings_of(&result.run);
        if !settings.is_sound() {
            let (draws, each) = (result.run.draws, result.run.trials_per_draw);
            let text =
                format!("is of a run that this version does not make: {draws} draws of {each}");
            return Err(fault(&text).into());
        }
        found.push(Some((settings.threads(threads), &result.run)));
    }
    let sized = [
        ("--trials", simulation.trials.is_some()),
        ("--draws", simulation.draws.is_some()),
        ("--seed", simulation.seed.is_some()),
        ("--design", simulation.design != Design::default()),
    ];
    let asked = sized.iter().find(|(_, is_asked)| *is_asked);
    let settings = match (&found[..], asked) {
        ([Some(_), Some(_)], Some((option, _))) => {
            let text = format!(
                "{option}: two results have their sizes and seeds; run one anew to change them"
            );
            return Err(Misuse(text).into());
        }
        ([Some((a, _)), Some((b, _))], None) => [a.clone(), b.clone()],
        ([Some((own, run)), None], _) => {
            let of_file = beside(run, own, &opened[1].1.study, simulation)?;
            [own.clone(), of_file]
        }
        ([None, Some((own, run))], _) => {
            let of_file = beside(run, own, &opened[0].1.study, simulation)?;
            [of_file, own.clone()]
        }
        _ => {
            let same = simulation.settings(&opened[0].1.study)?;
            [same.clone(), same]
        }
    };
    let [base, other] = opened.map(|(_, one)| one.finished.clone());
    let [first, second] = settings;
    Ok([
        Side {
            settings: first,
            finished: base,
        },
        Side {
            settings: second,
            finished: other,
        },
    ])
}

/// How a file is run beside a result: alike, but for what is asked for.
fn beside(
    run: &RunInfo,
    settings: &Settings,
    file: &Study,
    simulation: &Simulation,
) -> Result<Settings> {
    let Simulation {
        trials,
        draws,
        seed,
        design,
        ..
    } = simulation;
    let has_size = trials.is_some() || draws.is_some();
    let design = match *design == Design::default() {
        true => settings.design,
        false => *design,
    };
    let seed = seed.unwrap_or(settings.seed);
    if !has_size {
        return Ok(settings.clone().seed(seed).design(design));
    }
    let own = Simulation {
        trials: trials.or(Some(run.trials)),
        seed: Some(seed),
        design,
        ..simulation.clone()
    };
    own.settings(file)
}

pub fn run(asked: &Asked<'_>, terminal: &Terminal) -> Result<Exit> {
    let Asked {
        files,
        of,
        simulation,
        output,
        page,
    } = asked;
    let format = output.format(&[Page::ELSEWHERE], terminal)?;
    let sets = &simulation.variant.set;
    let split: Split<'_> = match files {
        [file] if sets.is_empty() => {
            let text = format!(
                "--explain splits the difference between two files, or what several --set make of one: {} alone is neither",
                file.display()
            );
            return Err(Misuse(text).into());
        }
        [file] if file.as_os_str() == "-" => {
            let text = "--explain reads its file once for each set of edits, and standard input can be read only once: give a file";
            return Err(Misuse(text.into()).into());
        }
        [file] => {
            if input::finished(file)?.is_some() {
                let text = format!(
                    "`{}` is a result, which --set cannot change: give the changed scenario as a second file",
                    file.display()
                );
                return Err(Misuse(text).into());
            }
            apart(sets)?;
            let base = match Study::open(file, &[]) {
                Ok(study) => study,
                Err(report) => return Ok(findings::refuse(&report, terminal)),
            };
            let with = move |bits: u64| {
                let some = sets.iter().enumerate().filter(|(i, _)| bits >> i & 1 == 1);
                let some: Vec<String> = some.map(|(_, set)| set.clone()).collect();
                Study::open(file, &some)
            };
            let side = Side {
                settings: simulation.settings(&base)?,
                finished: None,
            };
            Split {
                base,
                sides: [side.clone(), side],
                names: sets.clone(),
                open: Box::new(with),
            }
        }
        [first, second] => match two([first, second], simulation, terminal)? {
            Ok(split) => split,
            Err(exit) => return Ok(exit),
        },
        _ => {
            let text = "--explain is of two files, or of one with --set";
            return Err(Misuse(text.into()).into());
        }
    };
    let Split {
        base,
        sides,
        names,
        open,
    } = split;
    let has_result = sides.iter().any(|side| side.finished.is_some());
    if names.is_empty() && !has_result {
        let text = "nothing that bears on a number differs between the two files";
        return Err(Misuse(text.into()).into());
    }
    if names.len() > MOST_EDITS {
        let text = format!(
            "the files differ in {} things, and at most {MOST_EDITS} can be told apart",
            names.len()
        );
        return Err(Misuse(text).into());
    }
    let of =
        Quantity::all_named(&base.model, of).map_err(|error| Misuse(format!("--of: {error}")))?;
    let parents = base.sources.files();
    let mut places = Places::reading(files.iter().map(PathBuf::as_path).chain(parents));
    places.output("--out", output.out.as_deref())?;
    let destination = Destination::open(output.out.as_deref(), terminal)?;
    let canvas = page.open(&mut places, terminal)?;
    // The analysis decides how many sets of edits it needs.
    let endless = sides[0].settings.clone().until(Some(0.0));
    let meter = Meter::start(&endless, None, output.quiet, terminal)?;
    let found = analysis::explain(&names, &of, &sides, &meter, open.as_ref());
    meter.finish(true)?;
    let result = match found {
        Ok(result) => result,
        Err(NotExplained::Interrupted) => {
            terminal.error("interrupted before all runs were complete: there is nothing to report");
            return Ok(Exit::Interrupted);
        }
        Err(NotExplained::Refused { edits, report }) => {
            let some: Vec<&str> = edits.iter().map(|i| names[*i].as_str()).collect();
            let text = match some.as_slice() {
                [] => "the first scenario cannot be used:".to_owned(),
                some if some.len() == names.len() => {
                    "the second scenario cannot be used:".to_owned()
                }
                some => format!(
                    "the edits do not stand alone, so their parts cannot be told: with only {} the scenario cannot be used:",
                    some.join(", ")
                ),
            };
            terminal.error(&text);
            return Ok(findings::refuse(&report, terminal));
        }
        Err(NotExplained::Failed { study, error }) => {
            return findings::failed(error, &[&study], terminal);
        }
    };
    destination.write(|out, look| match format {
        Format::Table => table::write_explain(out, &result, look),
        Format::Json => json::write(out, &result),
        Format::Csv => csv::write_explain(out, &result, output.layout()),
        Format::Markdown => markdown::write_explain(out, &result),
    })?;
    canvas.answer(|| Answer::Explain(result.clone()))?;
    Ok(Exit::Done)
}

/// # Errors
/// Two edits of the same place, or of a place and a part of it: the later one undoes the other, so
/// neither has a part of its own.
fn apart(sets: &[String]) -> Result<()> {
    let path = |set: &str| set.split('=').next().unwrap_or_default().trim().to_owned();
    let paths: Vec<String> = sets.iter().map(|set| path(set)).collect();
    for (i, one) in paths.iter().enumerate() {
        let meets = |other: &&String| {
            **other == *one
                || other.starts_with(&format!("{one}."))
                || one.starts_with(&format!("{other}."))
        };
        if let Some(other) = paths[..i].iter().find(meets) {
            let text = format!(
                "--explain tells edits apart, and `{other}` and `{one}` change the same thing: state one of them"
            );
            return Err(Misuse(text).into());
        }
    }
    Ok(())
}
