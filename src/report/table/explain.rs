//! A difference split among edits, for the eye.

use super::estimates::{join_errors, join_unlike};
use super::grid::Grid;
use super::series::with_unit;
use super::text::{Line, dotted, shorten_inside};
use super::{Page, label, palette, run};
use crate::report::format;
use crate::results::{ENGINE, ExplainPart, ExplainResult, ExplainedNumber, NUMBERS};
use std::io;

/// Longest name of an edit.
const LONGEST: usize = 40;

pub fn write(page: &mut Page<'_>, result: &ExplainResult) -> io::Result<()> {
    page.paragraph(palette::TITLE, "What makes the difference", 0)?;
    let name = |info: &crate::results::ScenarioInfo| label(&info.title, &info.name);
    let (from, to) = (name(&result.base), name(&result.other));
    if from != to {
        page.paragraph(anstyle::Style::new(), &format!("from: {from}"), 2)?;
        page.paragraph(anstyle::Style::new(), &format!("to: {to}"), 2)?;
    } else {
        page.paragraph(anstyle::Style::new(), &from, 2)?;
    }
    let mut size = vec![how(result)];
    size.extend(run::size_of(&result.run));
    page.paragraph(palette::FAINT, &dotted(size), 0)?;
    if let Some(other) = &result.other_run {
        let mut size = vec!["the other side".to_owned()];
        size.extend(run::size_of(other));
        page.paragraph(palette::FAINT, &dotted(size), 0)?;
    }
    for number in &result.numbers {
        table(page, number)?;
    }
    page.blank()?;
    page.paragraph(palette::FAINT, &legend(result), 0)
}

/// Which runs were made.
pub fn how(result: &ExplainResult) -> String {
    let runs = format::count(result.runs);
    match (result.edits.len(), result.orders) {
        (0, _) => format!("{runs} {}", if result.runs == 1 { "run" } else { "runs" }),
        (_, 0) if result.other_run.is_some() => {
            format!("{runs} runs, two for each set of edits")
        }
        (_, 0) => format!("{runs} runs, one for each set of edits"),
        (_, n) => format!("{runs} runs along {n} random orders of the edits"),
    }
}

/// What the numbers mean.
pub fn legend(result: &ExplainResult) -> String {
    let has = |kind: &str| (result.numbers.iter().flat_map(|n| &n.parts)).any(|p| p.kind == kind);
    let mut text = LEGEND.to_owned();
    if has(NUMBERS) {
        text += " Sampling noise is what the other random numbers bring by chance.";
    }
    if has(ENGINE) {
        text += " Engine is what this version does not find again in a result.";
    }
    text
}

/// What they mean in any case.
const LEGEND: &str = "Each part is what an edit adds, on average over all orders in which the edits can be made (Shapley value); the parts sum to \
     the whole. ± is a standard error, by runs with the same random numbers. One counts as detectable only if chance would show \
     one anywhere in its table in fewer than 5% of runs.";

/// The number in both scenarios.
pub fn sides(number: &ExplainedNumber) -> String {
    let error = number.total.std_error.unwrap_or(0.0);
    let side = |value: Option<f64>| match value {
        Some(value) if number.is_probability() => format::percentage(value, error).value,
        Some(value) => format::estimate(value, error).value,
        None => "no value".into(),
    };
    format!("{} → {}", side(number.base), side(number.other))
}

/// What an edit adds, and its error.
pub fn value(number: &ExplainedNumber, part: &ExplainPart) -> (String, String) {
    match (part.difference, part.std_error) {
        (Some(d), Some(error)) => {
            let rounded = match number.is_probability() {
                true => format::points(d, error),
                false => format::difference(d, error),
            };
            (rounded.value, rounded.error)
        }
        _ => ("–".into(), String::new()),
    }
}

/// Where that lies with 95% confidence.
pub fn range(number: &ExplainedNumber, part: &ExplainPart) -> String {
    match (part.ci95, part.std_error) {
        (Some(ends), Some(error)) if error > 0.0 && number.is_probability() => {
            format::points_range(ends, error)
        }
        (Some(ends), Some(error)) if error > 0.0 => format::difference_range(ends, error),
        _ => "–".into(),
    }
}

/// Empty where something is detected.
pub fn verdict(part: &ExplainPart) -> &'static str {
    match (part.difference, part.detectable) {
        (_, true) => "",
        (Some(_), _) => "no detectable difference",
        _ => "no difference can be formed",
    }
}

fn table(page: &mut Page<'_>, number: &ExplainedNumber) -> io::Result<()> {
    let is_probability = number.is_probability();
    page.section(
        &with_unit(&number.title, &number.name, &number.unit),
        &sides(number),
    )?;
    let rows: Vec<&ExplainPart> = number.parts.iter().chain([&number.total]).collect();
    let names = rows.iter().map(|part| match part.edit.as_str() {
        "" => "in all".to_owned(),
        edit => shorten_inside(edit, LONGEST),
    });
    let mut grid = Grid::new("", names);
    let pp = if is_probability { " pp" } else { "" };
    let pairs: Vec<_> = rows.iter().map(|part| value(number, part)).collect();
    let joined = match is_probability {
        true => join_errors(pairs),
        false => join_unlike(pairs),
    };
    let lines = joined
        .iter()
        .zip(&rows)
        .map(|(text, part)| match part.detectable {
            true => Line::styled(palette::ESTIMATE, text),
            false => Line::styled(palette::FAINT, text),
        });
    grid.column(&format!("part ±{pp}"), 0, lines);
    let ranges = rows.iter().map(|part| range(number, part));
    grid.plain_column("95% interval", 1, ranges);
    let verdicts = rows.iter().map(|part| verdict(part));
    for (row, text) in verdicts.enumerate().filter(|(_, text)| !text.is_empty()) {
        grid.note(row, text.to_owned());
    }
    grid.write(page)
}
