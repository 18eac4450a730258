//! A run under other start weights, for the eye: the weights, then what they change.
//!
//! Differences are over the same trials, so their errors are smaller than the two columns beside
//! them suggest.

use super::estimates::{estimates, join_errors, join_unlike};
use super::grid::Grid;
use super::series::with_unit;
use super::text::{Line, dotted};
use super::{Page, label, palette, run};
use crate::report::format;
use crate::results::{
    Difference, ReweightResult, ReweightedMean, ReweightedRatio, ReweightedShare,
};
use std::io;

pub fn write(page: &mut Page<'_>, result: &ReweightResult) -> io::Result<()> {
    let info = &result.scenario;
    page.paragraph(palette::TITLE, &label(&info.title, &info.name), 0)?;
    let size = dotted(run::size_of(&result.run));
    page.paragraph(
        palette::FAINT,
        &format!("new start weights on a finished run: {size}"),
        0,
    )?;

    page.section("Weights", "chance that a trial starts under the trend")?;
    let weights = &result.weights;
    let mut grid = Grid::new("", weights.iter().map(|w| label(&w.title, &w.name)));
    grid.plain_column("run", 0, weights.iter().map(|w| weight(w.before)));
    let new = weights
        .iter()
        .map(|w| Line::styled(palette::ESTIMATE, &weight(w.weight)));
    grid.column("new", 0, new);
    grid.plain_column("trials", 1, weights.iter().map(|w| format::count(w.trials)));
    grid.write(page)?;

    if !result.groups.is_empty() {
        page.section("Groups", "of outcomes")?;
        shares(page, &result.groups)?;
    }
    page.section("Outcomes", "at the end")?;
    shares(page, &result.outcomes)?;
    if !result.questions.is_empty() {
        page.section("Questions", "")?;
        shares(page, &result.questions)?;
    }
    if !result.conditional.is_empty() {
        page.section("Questions about some futures", "")?;
        shares(page, &result.conditional)?;
    }
    if !result.metrics.is_empty() {
        page.section("Metrics", "means over the trials that have a value")?;
        let rows = result.metrics.iter().map(Mean::from).collect();
        means(page, rows, "no value")?;
    }
    if !result.ratios.is_empty() {
        page.section("Ratios of means", "")?;
        let rows = result.ratios.iter().map(Mean::from).collect();
        means(page, rows, "no ratio")?;
    }
    page.blank()?;
    let text = "± is a standard error and comes from chance in the simulation. Differences are between the new and the old weights of the \
                same trials. One counts as detectable only if chance would show one anywhere in its table in fewer than 5% of runs.";
    page.paragraph(palette::FAINT, text, 0)?;
    for remark in &result.remarks {
        page.paragraph(palette::FAINT, remark, 0)?;
    }
    Ok(())
}

/// A weight as its author would write it.
pub fn weight(weight: f64) -> String {
    format::plain((weight * 10_000.0).round() / 10_000.0)
}

fn shares(page: &mut Page<'_>, rows: &[ReweightedShare]) -> io::Result<()> {
    let mut grid = Grid::new("", rows.iter().map(|row| label(&row.title, &row.name)));
    let before = rows
        .iter()
        .map(|row| (row.difference.base.unwrap_or(0.0), row.std_error));
    let before = before.map(|(p, error)| format::percentage(p, error).value);
    grid.plain_column(
        "run",
        1,
        join_errors(before.map(|p| (p, String::new())).collect()),
    );
    let new = estimates(rows.iter().map(|row| (row.probability, row.std_error)));
    grid.column(
        "new ± pp",
        0,
        new.iter().map(|text| Line::styled(palette::ESTIMATE, text)),
    );
    let intervals = rows
        .iter()
        .map(|row| format::percent_range(row.ci95, row.std_error));
    grid.plain_column("95% interval", 1, intervals);
    if rows.iter().any(|row| row.epistemic.is_some()) {
        let ranges = rows.iter().map(|row| match &row.epistemic {
            Some(epistemic) => super::estimates::epistemic_range(row.epistemic90, epistemic),
            None => "–".into(),
        });
        grid.plain_column("epistemic 90%", 2, ranges);
    }
    let changes =
        rows.iter().map(
            |row| match (row.difference.difference, row.difference.std_error) {
                (Some(d), Some(error)) => {
                    let rounded = format::points(d, error);
                    (rounded.value, rounded.error)
                }
                _ => ("–".into(), String::new()),
            },
        );
    changed(
        &mut grid,
        "change ± pp",
        join_errors(changes.collect()),
        rows.iter().map(|row| &row.difference),
    );
    grid.write(page)
}

fn changed<'d>(
    grid: &mut Grid,
    header: &str,
    texts: Vec<String>,
    differences: impl Iterator<Item = &'d Difference> + Clone,
) {
    let lines = texts.iter().zip(differences.clone()).map(|(text, d)| {
        let style = if d.detectable {
            palette::ESTIMATE
        } else {
            palette::FAINT
        };
        Line::styled(style, text)
    });
    grid.column(header, 0, lines);
    grid.plain_column("", 1, differences.map(verdict));
}

/// What to make of a difference; empty if it is there.
pub fn verdict(difference: &Difference) -> String {
    match (difference.difference, difference.std_error) {
        _ if difference.detectable => String::new(),
        (Some(_), Some(0.0)) => "identical".into(),
        (Some(_), _) => "no detectable difference".into(),
        _ => "no difference can be formed".into(),
    }
}

/// A mean, or a ratio of two.
struct Mean<'r> {
    title: String,
    value: Option<f64>,
    std_error: Option<f64>,
    difference: &'r Difference,
}

impl<'r> From<&'r ReweightedMean> for Mean<'r> {
    fn from(row: &'r ReweightedMean) -> Self {
        Self {
            title: with_unit(&row.title, &row.name, &row.unit),
            value: row.mean,
            std_error: row.std_error,
            difference: &row.difference,
        }
    }
}

impl<'r> From<&'r ReweightedRatio> for Mean<'r> {
    fn from(row: &'r ReweightedRatio) -> Self {
        Self {
            title: with_unit(&row.title, &row.name, &row.unit),
            value: row.ratio,
            std_error: row.std_error,
            difference: &row.difference,
        }
    }
}

fn means(page: &mut Page<'_>, rows: Vec<Mean<'_>>, none: &str) -> io::Result<()> {
    let mut grid = Grid::new("", rows.iter().map(|row| row.title.clone()));
    let told = |mean: Option<f64>, error: Option<f64>| match (mean, error) {
        (Some(mean), Some(error)) => {
            let rounded = format::estimate(mean, error);
            (rounded.value, rounded.error)
        }
        _ => (none.into(), String::new()),
    };
    let before = rows
        .iter()
        .map(|row| (told(row.difference.base, row.std_error).0, String::new()));
    grid.plain_column("run", 1, join_unlike(before.collect()));
    let new: Vec<_> = rows
        .iter()
        .map(|row| told(row.value, row.std_error))
        .collect();
    grid.column(
        "new ±",
        0,
        join_unlike(new)
            .iter()
            .map(|text| Line::styled(palette::ESTIMATE, text)),
    );
    let changes =
        rows.iter().map(
            |row| match (row.difference.difference, row.difference.std_error) {
                (Some(d), Some(error)) => {
                    let rounded = format::difference(d, error);
                    (rounded.value, rounded.error)
                }
                _ => ("–".into(), String::new()),
            },
        );
    changed(
        &mut grid,
        "change ±",
        join_unlike(changes.collect()),
        rows.iter().map(|row| row.difference),
    );
    grid.write(page)
}
