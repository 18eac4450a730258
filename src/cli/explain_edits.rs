//! `compare --explain`: which edits make the difference, and how much each.

use super::exit::{Exit, Misuse};
use super::findings;
use super::options::{Format, Output, Simulation};
use super::output::Destination;
use super::pictures::Page;
use super::places::Places;
use super::progress::Meter;
use super::terminal::Terminal;
use crate::analysis::{self, MOST_EDITS, NotExplained, Quantity, Study, edits_between, with_edits};
use crate::report::html::Answer;
use crate::report::{csv, json, markdown, table};
use crate::scenario::Report;
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
type Open<'a> = Box<dyn Fn(u64) -> Result<Study, Report> + 'a>;

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
    let open = |file: &Path, sets: &[String]| Study::open(file, sets);
    let (base, names, opened): (Study, Vec<String>, Open<'_>) = match files {
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
            apart(sets)?;
            let base = match open(file, &[]) {
                Ok(study) => study,
                Err(report) => return Ok(findings::refuse(&report, terminal)),
            };
            let with = move |bits: u64| {
                let some = sets.iter().enumerate().filter(|(i, _)| bits >> i & 1 == 1);
                let some: Vec<String> = some.map(|(_, set)| set.clone()).collect();
                open(file, &some)
            };
            (base, sets.clone(), Box::new(with))
        }
        [first, second] => {
            let mut both = Vec::with_capacity(2);
            for file in [first, second] {
                match open(file, sets) {
                    Ok(study) => both.push(study),
                    Err(report) => return Ok(findings::refuse(&report, terminal)),
                }
            }
            let (other, base) = (both.pop(), both.pop());
            let (Some(base), Some(other)) = (base, other) else {
                return Ok(Exit::Input);
            };
            let [from, to] = [&base, &other].map(|study| study.model.source.clone());
            let edits = edits_between(&from, &to);
            let names = edits.iter().map(|edit| edit.name()).collect();
            let with = move |bits: u64| {
                let some = edits.iter().enumerate().filter(|(i, _)| bits >> i & 1 == 1);
                let mixed = with_edits(&from, &to, some.map(|(_, edit)| edit));
                Study::from_text(&mixed.to_string(), "some of the edits")
            };
            (base, names, Box::new(with))
        }
        _ => {
            let text = "--explain is of two files, or of one with --set";
            return Err(Misuse(text.into()).into());
        }
    };
    if names.is_empty() {
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
    let settings = simulation.settings(&base)?;
    let parents = base.sources.files();
    let mut places = Places::reading(files.iter().map(PathBuf::as_path).chain(parents));
    places.output("--out", output.out.as_deref())?;
    let destination = Destination::open(output.out.as_deref(), terminal)?;
    let canvas = page.open(&mut places, terminal)?;
    // The analysis decides how many sets of edits it needs.
    let endless = settings.clone().until(Some(0.0));
    let meter = Meter::start(&endless, None, output.quiet, terminal)?;
    let found = analysis::explain(&names, &of, &settings, &meter, opened.as_ref());
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
