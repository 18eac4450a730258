//! Scenarios side by side in one table: what each says, and how far it is from the first.
//!
//! Rows are groups with their outcomes, trends that come true, questions and metrics, those first
//! that change most; columns are scenarios. What shows no difference beyond chance is counted,
//! unless everything is asked for. The long tables of each pair are another file's.

use super::columns;
use super::compare::letter;
use super::text::Line;
use super::{Page, label, palette};
use crate::report::amounts::coarseness;
use crate::report::changes::{Worded, all_worded};
use crate::report::known::{self, Known, WITHIN};
use crate::report::ratios::means_estimate;
use crate::report::{dates, format};
use crate::results::{
    CompareResult, Comparison, Difference, EpistemicStatus, MetricResult, RatioResult, RunResult,
};
use anstyle::Style;
use std::io;

/// A heading of the table, and its rows.
pub(super) type Section = (&'static str, Vec<Row>);

/// Changes listed of each file, at most.
const MOST_CHANGES: usize = 8;
/// The section of groups with their outcomes.
pub const OUTCOMES: &str = "Outcomes";
/// The sections whose numbers are no percentages.
pub(super) const METRICS: &str = "Metrics, means";
pub(super) const RATIOS: &str = "Ratios of means";
/// A difference of two instants is told in days.
const DAYS: f64 = crate::time::calendar::DAYS_PER_YEAR;
/// An instant that is rounded by so many days or more is told as a month.
const COARSE_DAYS: f64 = 5.0;
/// Stands for a difference that was not detected.
const NONE: &str = "·";

/// A row of the table.
pub struct Row {
    pub title: String,
    /// 2, or 4 for an outcome of a group.
    pub indent: usize,
    /// What the first scenario says.
    pub base: String,
    /// One for each scenario after the first.
    pub cells: Vec<Cell>,
    /// How much changes at most, by which rows are ordered.
    rank: f64,
}

/// What another scenario says, and how far it is from the first.
#[derive(Clone, Default)]
pub struct Cell {
    pub value: String,
    pub difference: String,
    /// Epistemic range of the difference; may be empty.
    pub range: String,
    pub detectable: bool,
}

/// All rows, by section.
pub fn side_by_side(result: &CompareResult) -> [Section; 6] {
    [
        (OUTCOMES, outcomes(result)),
        ("Trends that come true by the end", trends(result)),
        ("Questions", questions(result)),
        ("Questions about some futures", conditional(result)),
        (METRICS, metrics(result)),
        (RATIOS, ratios(result)),
    ]
}

/// Writes what was changed, and the table; with `all`, rows without a difference too.
pub fn write(page: &mut Page<'_>, result: &CompareResult, all: bool) -> io::Result<()> {
    for (i, comparison) in result.comparisons.iter().enumerate() {
        changes(page, result, (i, comparison), all)?;
    }
    let mut hidden = 0;
    let mut kept = Vec::new();
    for (title, mut rows) in side_by_side(result) {
        let shown = rows.len();
        if !all {
            rows.retain(|row| row.cells.iter().any(|cell| cell.detectable));
        }
        hidden += shown - rows.len();
        if !rows.is_empty() {
            kept.push((title, rows));
        }
    }
    columns::write(page, result, &kept)?;
    foot(page, result, &kept, hidden)
}

/// What a file has other than the first, in its own words; the dotted path after it where there is
/// room.
fn changes(
    page: &mut Page<'_>,
    result: &CompareResult,
    (i, comparison): (usize, &Comparison),
    all: bool,
) -> io::Result<()> {
    page.section(&format!("What was changed in {}", letter(i + 1)), "")?;
    if comparison.changes.is_empty() {
        return page.paragraph(Style::new(), "nothing that bears on a number", 2);
    }
    let sources = [
        result.scenarios.first().map(|s| &s.scenario.source),
        result.scenarios.get(i + 1).map(|s| &s.scenario.source),
    ];
    let [Some(base), Some(other)] = sources else {
        return Ok(());
    };
    let told = all_worded(&comparison.changes, base, other);
    let most = if all { told.len() } else { MOST_CHANGES };
    for (Worded { what, from, to }, path) in told.iter().take(most) {
        let mut line = Line::new(&format!("  {what}: "));
        line.push(palette::FAINT, &format!("{from} → "));
        line.push(palette::ESTIMATE, to);
        let path = Line::styled(palette::FAINT, &format!("  {path}"));
        let fits = |line: &Line, more: &Line| line.width() + more.width() <= page.width();
        if fits(&line, &Line::default()) {
            if fits(&line, &path) {
                line.append(path);
            }
            page.line(&line)?;
            continue;
        }
        let mut line = Line::new(&format!("  {what}"));
        if fits(&line, &path) {
            line.append(path);
            page.line(&line)?;
        } else {
            page.paragraph(Style::new(), what, 2)?;
        }
        page.paragraph(palette::FAINT, &format!("{from} → {to}"), 4)?;
    }
    match told.len().saturating_sub(most) {
        0 => Ok(()),
        more => page.paragraph(palette::FAINT, &format!("and {more} more: --full"), 2),
    }
}

/// What is known of a thing in each scenario.
type Reader<'r> = &'r dyn Fn(&'r RunResult, &str) -> Option<Known<'r>>;
/// The differences of a kind.
type Differences<'r> = &'r dyn Fn(&'r Comparison) -> &'r [Difference];

/// Rows of probabilities: one for each name that a file has.
fn shares<'r>(
    result: &'r CompareResult,
    indent: usize,
    differences: Differences<'r>,
    read: Reader<'r>,
) -> Vec<(String, Row)> {
    let mut names: Vec<(&str, &str)> = Vec::new();
    for difference in result.comparisons.iter().flat_map(differences) {
        if !names.iter().any(|(name, _)| *name == difference.outcome) {
            names.push((&difference.outcome, &difference.title));
        }
    }
    let percent = |known: Option<Known<'_>>| known.map_or("absent".into(), |k| k.percent());
    names
        .into_iter()
        .map(|(name, title)| {
            let base = result.scenarios.first().and_then(|s| read(s, name));
            let mut rank = 0.0_f64;
            let cells =
                (result.comparisons.iter().zip(&result.scenarios[1..])).map(|(c, other)| {
                    let found = differences(c).iter().find(|d| d.outcome == name);
                    rank = rank.max(found.and_then(|d| d.difference).map_or(0.0, f64::abs));
                    Cell {
                        value: percent(read(other, name)),
                        ..found.map_or_else(Cell::default, |d| of_points(d, c.identical))
                    }
                });
            let cells = cells.collect();
            let row = Row {
                title: label(title, name),
                indent,
                base: percent(base),
                cells,
                rank,
            };
            (name.to_owned(), row)
        })
        .collect()
}

/// A difference of probabilities, in percentage points.
pub(super) fn of_points(difference: &Difference, identical: bool) -> Cell {
    let (Some(value), Some(error)) = (difference.difference, difference.std_error) else {
        return Cell::default();
    };
    if !difference.detectable || identical {
        let text = if identical { "same" } else { NONE };
        return Cell {
            difference: text.into(),
            ..Cell::default()
        };
    }
    let status = difference.epistemic.as_ref().map(|e| e.status);
    let ends = difference
        .epistemic90
        .filter(|_| status.is_some_and(|s| s != EpistemicStatus::NotSeparable));
    let mut places = known::places(ends, error).unwrap_or(1);
    // What was detected is not told as nothing.
    while places < 6 && format::signed_fixed(100.0 * value, places).is_none() {
        places += 1;
    }
    let show = |x: f64| format::signed_fixed(100.0 * x, places).unwrap_or_else(|| "0".into());
    let range = match (ends, status) {
        (Some([low, high]), Some(EpistemicStatus::Resolved)) => {
            format!("{} to {}", show(low), show(high))
        }
        (Some([low, high]), Some(EpistemicStatus::Bounded | EpistemicStatus::NotDetected)) => {
            format!("{WITHIN}{} to {}", show(low), show(high))
        }
        _ => String::new(),
    };
    Cell {
        difference: show(value),
        range,
        detectable: true,
        ..Cell::default()
    }
}

/// Those that change most first.
fn ordered(mut rows: Vec<(String, Row)>) -> Vec<(String, Row)> {
    rows.sort_by(|(_, a), (_, b)| b.rank.total_cmp(&a.rank));
    rows
}

fn outcomes(result: &CompareResult) -> Vec<Row> {
    let groups = shares(result, 2, &|c| &c.groups, &|s, name| {
        s.groups.iter().find(|g| g.name == name).map(Known::from)
    });
    let outcomes = shares(result, 4, &|c| &c.differences, &|s, name| {
        s.outcomes.iter().find(|o| o.name == name).map(Known::from)
    });
    let group_of = |name: &str| -> Option<&String> {
        let all = result.scenarios.iter().flat_map(|s| &s.outcomes);
        all.filter(|o| o.name == name)
            .find_map(|o| o.group.as_ref())
    };
    let mut members: Vec<(String, Row)> = Vec::new();
    let mut classes = groups;
    for (name, mut row) in ordered(outcomes) {
        if group_of(&name).is_some() {
            members.push((name, row));
        } else if name != "unclassified" || row.rank > 0.0 {
            row.indent = 2;
            classes.push((name, row));
        }
    }
    let mut rows = Vec::new();
    for (name, row) in ordered(classes) {
        rows.push(row);
        let (own, rest) = members
            .into_iter()
            .partition(|(member, _)| group_of(member) == Some(&name));
        members = rest;
        let own: Vec<(String, Row)> = own;
        rows.extend(own.into_iter().map(|(_, row)| row));
    }
    rows
}

fn trends(result: &CompareResult) -> Vec<Row> {
    let rows = shares(result, 2, &|c| &c.trends, &|s, name| {
        let trend = s.scorecard.iter().find(|t| t.name == name)?;
        trend.comes_true.last().map(Known::from)
    });
    ordered(rows).into_iter().map(|(_, row)| row).collect()
}

fn questions(result: &CompareResult) -> Vec<Row> {
    let rows = shares(result, 2, &|c| &c.questions, &|s, name| {
        s.questions.iter().find(|q| q.name == name).map(Known::from)
    });
    ordered(rows).into_iter().map(|(_, row)| row).collect()
}

fn conditional(result: &CompareResult) -> Vec<Row> {
    let rows = shares(result, 2, &|c| &c.conditional, &|s, name| {
        let mut questions = s.conditional.iter();
        questions.find(|q| q.name == name)?.known()
    });
    ordered(rows).into_iter().map(|(_, row)| row).collect()
}

fn metrics(result: &CompareResult) -> Vec<Row> {
    let find = |s: &'_ RunResult, name: &str| -> Option<MetricResult> {
        s.metrics.iter().find(|m| m.name == name).cloned()
    };
    let start = |i: usize| &result.scenarios[i].scenario.start;
    let value = |i: usize, metric: Option<&MetricResult>, coarse: f64| match metric {
        Some(m) => match (m.mean, m.std_error) {
            (Some(mean), Some(_)) if m.is_instant => {
                instant(start(i), mean, DAYS * coarse >= COARSE_DAYS)
            }
            (Some(mean), Some(_)) => format::estimate(mean, coarse).value,
            _ if m.has_no_mean() => "no steady mean".into(),
            _ => "no value".into(),
        },
        None => "absent".into(),
    };
    let mut names: Vec<String> = Vec::new();
    for difference in result.comparisons.iter().flat_map(|c| &c.metrics) {
        if !names.contains(&difference.outcome) {
            names.push(difference.outcome.clone());
        }
    }
    let rows = names.into_iter().map(|name| {
        let base = result.scenarios.first().and_then(|s| find(s, &name));
        // No number of a row is finer than the coarsest of them.
        let all = result.scenarios.iter().filter_map(|s| find(s, &name));
        let coarse = all.map(|m| coarseness(&m)).fold(0.0, f64::max);
        let scale = base.as_ref().and_then(|m| m.sd).filter(|sd| *sd > 0.0);
        let mut rank = 0.0_f64;
        let mut title = String::new();
        let others = result.comparisons.iter().zip(&result.scenarios[1..]);
        let cells = others.enumerate().map(|(i, (c, other))| {
            let own = find(other, &name);
            let found = c.metrics.iter().find(|d| d.outcome == name);
            let shown = base.as_ref().or(own.as_ref());
            let is_instant = shown.is_some_and(|m| m.is_instant);
            if let Some(m) = shown {
                // A date needs no unit.
                let unit = if is_instant { "" } else { &m.unit };
                title = super::series::with_unit(&m.title, &m.name, unit);
            }
            let mut cell = Cell {
                value: value(i + 1, own.as_ref(), coarse),
                ..Cell::default()
            };
            if let Some((difference, error)) =
                found.and_then(|d| Some((d.difference?, d.std_error?)))
            {
                cell.detectable = found.is_some_and(|d| d.detectable) && !c.identical;
                cell.difference = match (cell.detectable, c.identical) {
                    (true, _) if is_instant => {
                        let days = of_means(DAYS * difference, DAYS * coarse.max(error));
                        format!("{days} d")
                    }
                    (true, _) => of_means(difference, coarse.max(error)),
                    (_, true) => "same".into(),
                    _ => NONE.into(),
                };
                if let Some(found) = found.filter(|_| cell.detectable) {
                    cell.range = match is_instant {
                        true => range_of_means(found, error, DAYS),
                        false => range_of_means(found, error, 1.0),
                    };
                }
                // In standard deviations over futures: metrics have no unit in common.
                rank = rank.max(scale.map_or(0.0, |sd| difference.abs() / sd));
            }
            cell
        });
        let cells = cells.collect();
        let row = Row {
            title,
            indent: 2,
            base: value(0, base.as_ref(), coarse),
            cells,
            rank,
        };
        (name, row)
    });
    let rows = ordered(rows.collect());
    rows.into_iter().map(|(_, row)| row).collect()
}

fn ratios(result: &CompareResult) -> Vec<Row> {
    fn find<'r>(run: &'r RunResult, name: &str) -> Option<&'r RatioResult> {
        run.ratios.iter().find(|ratio| ratio.name == name)
    }
    let value = |ratio: Option<&RatioResult>, coarse: f64| match ratio
        .map(|r| (r, r.ratio.zip(r.std_error)))
    {
        Some((_, Some((value, _)))) => format::estimate(value, coarse).value,
        Some((ratio, None)) => means_estimate(ratio).value,
        None => "absent".into(),
    };
    let mut names: Vec<&str> = Vec::new();
    for difference in result.comparisons.iter().flat_map(|c| &c.ratios) {
        if !names.contains(&difference.outcome.as_str()) {
            names.push(&difference.outcome);
        }
    }
    let rows = names.into_iter().map(|name| {
        let base = result.scenarios.first().and_then(|run| find(run, name));
        // No number of a row is finer than the coarsest of them.
        let all = result
            .scenarios
            .iter()
            .filter_map(|run| find(run, name)?.std_error);
        let coarse = 2.0 * all.fold(0.0, f64::max);
        let mut rank = 0.0_f64;
        let mut shown = base;
        let cells = (result.comparisons.iter().zip(&result.scenarios[1..])).map(|(c, other)| {
            let own = find(other, name);
            shown = shown.or(own);
            let mut cell = Cell {
                value: value(own, coarse),
                ..Cell::default()
            };
            let found = c.ratios.iter().find(|d| d.outcome == name);
            if let Some((found, (difference, error))) =
                found.and_then(|d| Some((d, (d.difference?, d.std_error?))))
            {
                cell.detectable = found.detectable && !c.identical;
                cell.difference = match (cell.detectable, c.identical) {
                    (true, _) => of_means(difference, coarse.max(2.0 * error)),
                    (_, true) => "same".into(),
                    _ => NONE.into(),
                };
                let scale = found.base.map(f64::abs).filter(|base| *base > 0.0);
                rank = rank.max(scale.map_or(0.0, |base| difference.abs() / base));
            }
            cell
        });
        let cells = cells.collect();
        let title = shown.map_or(name.to_owned(), |ratio| {
            super::series::with_unit(&ratio.title, &ratio.name, &ratio.unit)
        });
        let row = Row {
            title,
            indent: 2,
            base: value(base, coarse),
            cells,
            rank,
        };
        (name.to_owned(), row)
    });
    let rows = ordered(rows.collect());
    rows.into_iter().map(|(_, row)| row).collect()
}

/// A date, or its month.
fn instant(start: &str, years: f64, is_month: bool) -> String {
    let date = dates::date_at(start, years);
    match date.rsplit_once('-') {
        Some((month, _)) if is_month => month.to_owned(),
        _ => date,
    }
}

/// A difference of means with the digits of the means, or as many as it needs not to be told as
/// nothing.
fn of_means(difference: f64, coarse: f64) -> String {
    let shown = format::difference(difference, coarse).value;
    let Some(mut places) = format::decimals(coarse).filter(|_| !shown.contains('e')) else {
        return shown;
    };
    while places < 12 {
        match format::signed_fixed(difference, places) {
            Some(text) => return text,
            None => places += 1,
        }
    }
    shown
}

/// The epistemic range of a difference of means, with digits that its own width allows.
fn range_of_means(difference: &Difference, error: f64, unit: f64) -> String {
    let status = difference.epistemic.as_ref().map(|e| e.status);
    let Some(ends) = difference.epistemic90 else {
        return String::new();
    };
    let error = unit * error.max((ends[1] - ends[0]) / 3.0);
    let told = format::difference_range(ends.map(|end| unit * end), error);
    match status {
        Some(EpistemicStatus::Resolved) => told,
        Some(EpistemicStatus::Bounded | EpistemicStatus::NotDetected) => format!("{WITHIN}{told}"),
        _ => String::new(),
    }
}

/// What the signs mean, what is not shown, and where it is.
fn foot(
    page: &mut Page<'_>,
    result: &CompareResult,
    sections: &[Section],
    hidden: usize,
) -> io::Result<()> {
    page.blank()?;
    let cells = || {
        sections
            .iter()
            .flat_map(|(_, rows)| rows)
            .flat_map(|row| &row.cells)
    };
    let mut parts = Vec::new();
    if result.comparisons.iter().all(|c| c.identical) {
        parts.push("All files describe the same model: every difference is exactly 0.".to_owned());
    } else if sections.is_empty() {
        parts.push("No difference was detected.".to_owned());
    } else {
        parts.push(
            "Differences in percentage points, of the same futures under the same random numbers."
                .to_owned(),
        );
    }
    if cells().any(|cell| cell.difference == NONE) {
        parts.push(format!("{NONE}: no detectable difference."));
    }
    if result.comparisons.len() == 1 && cells().any(|cell| !cell.range.is_empty()) {
        let some = cells().any(|cell| cell.range.starts_with(WITHIN));
        parts.push(format!(
            "Range: 5% to 95% of the difference over the assumptions{}.",
            if some { " (*: at most)" } else { "" }
        ));
    }
    if hidden > 0 && !sections.is_empty() {
        let rows = if hidden == 1 { "row" } else { "rows" };
        parts.push(format!(
            "{hidden} {rows} without a detectable difference left out: --full."
        ));
    }
    page.paragraph(palette::FAINT, &parts.join(" "), 0)
}
