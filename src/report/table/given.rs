//! A run split by a condition, for the eye: what is likelier where it held, and by how much.

use super::estimates::{join_errors, join_unlike};
use super::grid::Grid;
use super::series::with_unit;
use super::text::{Line, dotted};
use super::{Page, label, palette, run};
use crate::report::format::{self, Rounded};
use crate::results::{GivenResult, GivenRow, GivenSize, GivenValue};
use std::io;

pub fn write(page: &mut Page<'_>, result: &GivenResult) -> io::Result<()> {
    let info = &result.scenario;
    page.paragraph(palette::TITLE, &label(&info.title, &info.name), 0)?;
    page.paragraph(palette::FAINT, &dotted(run::size_of(&result.run)), 0)?;
    run::interrupted(page, &result.run)?;
    page.paragraph(anstyle::Style::new(), &split(result), 0)?;
    for (title, rows) in lists(result) {
        if rows.is_empty() {
            continue;
        }
        let is_metrics = title == "Metrics";
        let remark = match is_metrics {
            true => "means over the trials of a side that have a value",
            false => "chance among the trials of a side",
        };
        page.section(title, remark)?;
        table(page, rows, is_metrics)?;
    }
    if let Some(text) = untold(result) {
        page.blank()?;
        page.paragraph(anstyle::Style::new(), &text, 0)?;
    }
    page.blank()?;
    page.paragraph(palette::FAINT, &legend("· no detectable difference"), 0)?;
    for warning in result.warnings.iter().take(3) {
        let text = format!("warning[{}]: {}", warning.code, warning.message);
        page.paragraph(palette::WARNING, &text, 0)?;
    }
    Ok(())
}

/// What the numbers mean; `nothing` is how a row without a detectable difference is marked.
pub fn legend(nothing: &str) -> String {
    format!(
        "± is a standard error and comes from chance in the simulation. {nothing}, all rows of the table considered. \
         A difference is a connection, not an effect: the condition may only be a sign of what drives both."
    )
}

/// The condition, and how the trials divide.
pub fn split(result: &GivenResult) -> String {
    let chance = format::percentage(result.probability, result.std_error);
    let trials = |side: &GivenSize| match side.trials {
        1 => "1 trial".to_owned(),
        n => format!("{} trials", format::count(n)),
    };
    let [held, not] = &result.sides;
    let mut text = format!(
        "{} held in {} ± {} pp of futures: {}; it did not in {}.",
        result.condition,
        chance.value,
        chance.error,
        trials(held),
        trials(not)
    );
    for (side, words) in [(held, "held"), (not, "did not hold")] {
        if side.trials == 0 {
            text.push_str(&format!(
                " Nothing can be said of futures in which it {words}."
            ));
        } else if side.replicates < 2 {
            text.push_str(&format!(
                " Those in which it {words} are too few for an error: simulate more."
            ));
        }
    }
    text
}

/// What the file of trials does not tell, if it leaves something out.
pub fn untold(result: &GivenResult) -> Option<String> {
    let told = (result.untold.iter()).map(|one| {
        let name = label(&one.title, &one.name);
        format!("{name} ({})", one.because)
    });
    let told: Vec<String> = told.collect();
    (!told.is_empty()).then(|| format!("Not told by the file of trials: {}.", told.join("; ")))
}

/// The tables by their titles.
pub fn lists(result: &GivenResult) -> [(&'static str, &[GivenRow]); 5] {
    [
        ("Groups", &result.groups),
        ("Outcomes", &result.outcomes),
        ("Questions", &result.questions),
        ("Questions about some futures", &result.conditional),
        ("Metrics", &result.metrics),
    ]
}

/// What a row is called.
pub fn name(row: &GivenRow) -> String {
    match row.unit.as_str() {
        "" => label(&row.title, &row.name),
        unit => with_unit(&row.title, &row.name, unit),
    }
}

/// Value and error of a side as they are shown.
pub fn told(value: &GivenValue, is_metric: bool) -> (String, String) {
    let of = |error: f64, number: f64| -> Rounded {
        match is_metric {
            true => format::estimate(number, error),
            false => format::percentage(number, error),
        }
    };
    match (value.value, value.std_error) {
        (Some(number), Some(error)) => {
            let rounded = of(error, number);
            (rounded.value, rounded.error)
        }
        (Some(_), None) => ("too few trials".into(), String::new()),
        _ if is_metric => ("no value".into(), String::new()),
        _ => ("no trials".into(), String::new()),
    }
}

/// Difference and error as they are shown.
pub fn difference(row: &GivenRow, is_metric: bool) -> (String, String) {
    match (row.difference, row.difference_std_error) {
        (Some(number), Some(error)) => {
            let rounded = match is_metric {
                true => format::difference(number, error),
                false => format::points(number, error),
            };
            (rounded.value, rounded.error)
        }
        _ => ("–".into(), String::new()),
    }
}

fn table(page: &mut Page<'_>, rows: &[GivenRow], is_metrics: bool) -> io::Result<()> {
    // Trials that no rule caught are a row only if there are some.
    let rows: Vec<&GivenRow> = (rows.iter())
        .filter(|row| row.name != "unclassified" || row.all.value > Some(0.0))
        .collect();
    let join = match is_metrics {
        true => join_unlike,
        false => join_errors,
    };
    let pp = if is_metrics { "" } else { " pp" };
    let side = |of: fn(&GivenRow) -> &GivenValue| {
        join(rows.iter().map(|row| told(of(row), is_metrics)).collect())
    };
    let mut grid = Grid::new("", rows.iter().map(|row| name(row)));
    grid.plain_column(&format!("held ±{pp}"), 0, side(|row| &row.held));
    grid.plain_column(&format!("not ±{pp}"), 0, side(|row| &row.not_held));
    let differences = rows.iter().map(|row| difference(row, is_metrics));
    let differences = join(differences.collect());
    let lines = differences
        .iter()
        .zip(&rows)
        .map(|(text, row)| match row.detectable {
            true => Line::styled(palette::ESTIMATE, text),
            false => Line::styled(palette::FAINT, &format!("{text} ·")),
        });
    grid.column(&format!("held − not ±{pp}"), 0, lines);
    grid.plain_column("all", 1, side(|row| &row.all));
    grid.write(page)
}
