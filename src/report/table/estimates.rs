//! Probabilities with both their uncertainties: outcomes and questions.
//!
//! Wide terminals get one line each; narrow ones put the ranges on a second line under the
//! estimate.

use super::grid::{Grid, align_points};
use super::text::{Line, dotted};
use super::{Page, bars, label, palette};
use crate::report::format;
use crate::report::known::Known;
use crate::results::{
    ComesTrue, Epistemic, EpistemicStatus, GroupResult, OccupancyResult, OutcomeResult,
    QuestionKind, QuestionResult, Share, TrendScore,
};
use std::io;
use unicode_width::UnicodeWidthStr;

/// Fewer cells than this make a bar meaningless.
const SHORTEST_BAR: usize = 10;
const LONGEST_BAR: usize = 44;
/// Labels are wrapped down to this before the ranges move to a second line.
const NARROW_LABEL: usize = 18;

/// One probability to be shown.
pub struct Row<'a> {
    label: String,
    /// What else to know about it, such as a date.
    remark: Option<String>,
    known: Known<'a>,
}

impl<'a> Row<'a> {
    fn new(title: &str, name: &str, remark: Option<String>, known: Known<'a>) -> Self {
        Self {
            label: label(title, name),
            remark,
            known,
        }
    }

    /// The chance that a trend has come true by some time.
    pub fn of(trend: &TrendScore, chance: &'a ComesTrue) -> Self {
        let by = format!("by {}", chance.by);
        Self::new(&trend.title, &trend.name, Some(by), chance.into())
    }
}

impl<'a> From<&'a OutcomeResult> for Row<'a> {
    fn from(outcome: &'a OutcomeResult) -> Self {
        Self::new(&outcome.title, &outcome.name, None, outcome.into())
    }
}

impl<'a> From<&'a GroupResult> for Row<'a> {
    fn from(group: &'a GroupResult) -> Self {
        Self::new(&group.title, &group.name, None, group.into())
    }
}

impl<'a> From<&'a QuestionResult> for Row<'a> {
    fn from(question: &'a QuestionResult) -> Self {
        let word = if question.asks == QuestionKind::Holds {
            "on"
        } else {
            "by"
        };
        let when = match question.dated {
            true => format!("{word} {}", question.by),
            false => "in the whole run".into(),
        };
        Self::new(&question.title, &question.name, Some(when), question.into())
    }
}

/// Writes the rows with bars on one scale.
pub fn write(page: &mut Page<'_>, header: &str, rows: &[Row<'_>]) -> io::Result<()> {
    let ranges = rows
        .iter()
        .any(|row| row.known.epistemic.status != EpistemicStatus::Exact);
    let estimates = estimates(
        rows.iter()
            .map(|row| (row.known.probability, row.known.std_error)),
    );
    let intervals: Vec<_> = rows
        .iter()
        .map(|row| format::percent_range(row.known.ci95, row.known.std_error))
        .collect();
    let epistemic: Vec<_> = rows
        .iter()
        .map(|row| epistemic_range(row.known.epistemic90, row.known.epistemic))
        .collect();
    let full = full_scale(rows);
    let bar = |row: &Row<'_>, width| {
        bars::estimate(
            row.known.probability,
            row.known.ci95,
            drawn_range(row),
            full,
            width,
        )
    };

    let mut grid = Grid::new(header, rows.iter().map(|row| row.label.clone()));
    let bold = |text: &String| Line::styled(palette::ESTIMATE, text);
    grid.column("probability ± pp", 0, estimates.iter().map(bold));
    let mut wide = grid.clone();
    if rows.iter().any(|row| row.remark.is_some()) {
        let remarks = rows
            .iter()
            .map(|row| row.remark.clone().unwrap_or_default());
        wide.plain_column("", 0, remarks);
    }
    wide.plain_column("95% interval", 0, intervals.iter().cloned());
    if ranges {
        wide.plain_column("epistemic 90%", 0, epistemic.iter().cloned());
    }

    let spare = wide
        .spare(page.width())
        .max(SHORTEST_BAR.min(wide.spare_if_wrapped(page.width(), NARROW_LABEL)));
    if spare >= SHORTEST_BAR {
        let width = spare.min(LONGEST_BAR);
        wide.first_column(rows.iter().map(|row| bar(row, width)));
        return wide.write(page);
    }
    let width = grid.spare(page.width()).clamp(SHORTEST_BAR, LONGEST_BAR);
    grid.first_column(rows.iter().map(|row| bar(row, width)));
    for (i, row) in rows.iter().enumerate() {
        let mut parts = vec![format!("95% {}", intervals[i])];
        if ranges {
            parts.push(format!("epistemic 90% {}", epistemic[i]));
        }
        parts.extend(row.remark.clone());
        grid.note(i, dotted(parts));
    }
    grid.write(page)
}

/// What the marks and the two uncertainties mean, for these rows and what else the page shows in
/// the same signs.
pub fn legend(page: &mut Page<'_>, rows: &[Row<'_>], others: &[&Epistemic]) -> io::Result<()> {
    let shown = || {
        rows.iter()
            .map(|row| row.known.epistemic)
            .chain(others.iter().copied())
    };
    let has = |status| shown().any(|one| one.status == status);
    let is_bounded = |one: &Epistemic| {
        one.at_most_sd.is_some_and(|sd| sd > 0.0) && one.status == EpistemicStatus::NotDetected
    };
    let mut say = |text: &str| page.paragraph(palette::FAINT, text, 2);
    say(
        "┃ the estimate. ± its standard error and the 95% interval come from chance in the simulation: more trials shrink them.",
    )?;
    if has(EpistemicStatus::Resolved)
        || has(EpistemicStatus::Bounded)
        || has(EpistemicStatus::NotDetected)
    {
        say(
            "▓░ epistemic 90%: where the probability lies as the uncertain parameters take the values that the \
             scenario allows: more trials do not shrink it, better knowledge does.",
        )?;
    }
    if has(EpistemicStatus::Bounded) {
        say(
            "within: the trials do not show where that range ends, only that it does not go beyond this.",
        )?;
    }
    if shown().any(is_bounded) {
        say(
            "≤ ±: no such spread was detected beyond chance; if there is one, it is smaller than this.",
        )?;
    }
    if has(EpistemicStatus::NotSeparable) {
        say(
            "n/a: with one trial a draw, or fewer than 20 draws, what you do not know and chance cannot be told apart.",
        )?;
    }
    if !rows.is_empty() && shown().all(|one| one.status == EpistemicStatus::Exact) {
        say("No parameter is uncertain, so there is no epistemic range.")?;
    }
    Ok(())
}

/// Outcomes under each start trend, over as many tables as the width needs.
pub fn write_by_trend(
    page: &mut Page<'_>,
    outcomes: &[OutcomeResult],
    trends: &[OccupancyResult],
) -> io::Result<()> {
    page.section("By start trend", "% ± pp of the trials that start under it")?;
    let columns = trends.iter().map(|trend| {
        let shares = outcomes.iter().map(|outcome| {
            let by = outcome.by_trend.get(&trend.name)?;
            Some((by.probability, by.std_error))
        });
        let weight = trend
            .weight
            .map(|weight| format::plain(round_to_tenth_percent(weight)));
        Condition {
            name: &trend.name,
            faint: weight.unwrap_or_default(),
            shares: shares.collect(),
        }
    });
    conditional(page, "weight of the trend", outcomes, columns.collect())
}

/// Outcomes among the trials in which each trend has come true at the end.
pub fn write_given(
    page: &mut Page<'_>,
    outcomes: &[OutcomeResult],
    trends: &[TrendScore],
) -> io::Result<()> {
    if trends.iter().all(|trend| trend.comes_true.is_empty()) {
        return Ok(());
    }
    let remark = "% ± pp of the trials in which it has come true at the end";
    page.section("By trend that came true", remark)?;
    let columns = trends.iter().filter_map(|trend| {
        let last = trend.comes_true.last()?;
        let shares = outcomes.iter().map(|outcome| {
            let Share {
                probability,
                std_error,
                ..
            } = trend.outcomes_given.get(&outcome.name)?;
            Some((*probability, *std_error))
        });
        Some(Condition {
            name: &trend.name,
            faint: format::plain(round_to_tenth_percent(last.probability)),
            shares: shares.collect(),
        })
    });
    conditional(page, "has come true", outcomes, columns.collect())
}

/// A column of shares among some of the trials.
struct Condition<'r> {
    name: &'r str,
    /// Stands above the shares.
    faint: String,
    /// By outcome: a share and its error.
    shares: Vec<Option<(Option<f64>, Option<f64>)>>,
}

/// Outcomes under several conditions, over as many tables as the width needs.
fn conditional(
    page: &mut Page<'_>,
    of_faint: &str,
    outcomes: &[OutcomeResult],
    conditions: Vec<Condition<'_>>,
) -> io::Result<()> {
    let titles = || {
        let outcomes = outcomes.iter().map(|o| label(&o.title, &o.name));
        std::iter::once(of_faint.to_owned()).chain(outcomes)
    };
    let empty = || {
        let mut grid = Grid::new("", titles());
        grid.style_label(0, palette::FAINT);
        grid
    };
    let mut grid = empty();
    for condition in conditions {
        let cells = condition.shares.iter().map(|share| match share {
            Some((Some(0.0), _)) => ("none".into(), String::new()),
            Some((Some(1.0), _)) => ("all".into(), String::new()),
            Some((Some(p), Some(error))) => {
                let rounded = format::percentage(*p, *error);
                (
                    rounded.value.trim_end_matches('%').to_owned(),
                    rounded.error,
                )
            }
            Some(_) => ("no trials".into(), String::new()),
            None => ("–".into(), String::new()),
        });
        let mut lines = vec![Line::styled(palette::FAINT, &condition.faint)];
        lines.extend(
            join_errors(cells.collect())
                .iter()
                .map(|cell| Line::new(cell)),
        );
        let mut wider = grid.clone();
        wider.column(condition.name, 0, lines.clone());
        if !wider.fits(page.width()) && !grid.is_empty() {
            std::mem::replace(&mut grid, empty()).write(page)?;
            page.blank()?;
            wider = grid.clone();
            wider.column(condition.name, 0, lines);
        }
        grid = wider;
    }
    grid.write(page)
}

/// `value ± error` for probabilities, points aligned.
pub fn estimates(pairs: impl Iterator<Item = (f64, f64)>) -> Vec<String> {
    let rounded = pairs.map(|(p, error)| format::percentage(p, error));
    join_errors(
        rounded
            .map(|rounded| (rounded.value, rounded.error))
            .collect(),
    )
}

/// Values and errors of one unit in one column, the points aligned.
pub fn join_errors(pairs: Vec<(String, String)>) -> Vec<String> {
    let (values, errors): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
    join(align_points(&values), errors)
}

/// Values and errors of unlike units in one column: points mean nothing there, so values are
/// flushed right.
pub fn join_unlike(pairs: Vec<(String, String)>) -> Vec<String> {
    let width = pairs
        .iter()
        .map(|(value, _)| value.width())
        .max()
        .unwrap_or(0);
    let (values, errors): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
    let pad = |value: String| format!("{}{value}", " ".repeat(width - value.width()));
    join(values.into_iter().map(pad).collect(), errors)
}

fn join(values: Vec<String>, errors: Vec<String>) -> Vec<String> {
    let joined = values.into_iter().zip(errors);
    let joined = joined.map(|(value, error)| match error.as_str() {
        "" => value,
        "exact" | format::IN_ALL_TRIALS => format!("{value} {error}"),
        _ => format!("{value} ± {error}"),
    });
    joined.collect()
}

/// Bounds of an epistemic range in words.
pub fn within(ends: [f64; 2]) -> String {
    let tenth = (ends[1] - ends[0]) / 20.0;
    format!("within {}", format::percent_range(ends, tenth))
}

/// The epistemic range of a probability in words.
pub fn epistemic_range(range: Option<[f64; 2]>, epistemic: &Epistemic) -> String {
    match (epistemic.status, range) {
        (EpistemicStatus::Exact, _) => "exact".into(),
        (EpistemicStatus::Resolved, Some(ends)) => {
            let error = epistemic
                .std_error
                .map_or(0.005, |[low, high]| low.max(high));
            format::percent_range(ends, error)
        }
        (EpistemicStatus::Bounded, Some(ends)) => within(ends),
        (EpistemicStatus::NotDetected, _) => match epistemic.at_most_sd.filter(|sd| *sd > 0.0) {
            Some(sd) => format!(
                "≤ ±{} pp",
                format::points(format::CENTRAL_90 * sd, sd / 4.0)
                    .value
                    .trim_start_matches('+')
            ),
            None => "none detected".into(),
        },
        _ => "n/a".into(),
    }
}

fn drawn_range(row: &Row<'_>) -> Option<[f64; 2]> {
    row.known
        .epistemic90
        .filter(|_| row.known.epistemic.status == EpistemicStatus::Resolved)
}

/// The largest number that any bar must show.
fn full_scale(rows: &[Row<'_>]) -> f64 {
    let largest = rows.iter().map(|row| {
        let range = drawn_range(row).map_or(0.0, |[_, high]| high);
        row.known.probability.max(row.known.ci95[1]).max(range)
    });
    largest.fold(1e-12, f64::max)
}

/// Percent with one decimal: weights are inputs, and thirds would fill the column.
fn round_to_tenth_percent(share: f64) -> f64 {
    libm::round(1000.0 * share) / 10.0
}

#[cfg(test)]
mod tests {
    use super::super::text::Look;
    use super::*;
    use crate::report::fixture;

    fn legend_of(outcome: (EpistemicStatus, f64), metric: (EpistemicStatus, f64)) -> String {
        let mut result = fixture::run();
        for outcome_result in &mut result.outcomes {
            outcome_result.epistemic.status = outcome.0;
            outcome_result.epistemic.at_most_sd = Some(outcome.1);
        }
        let mut other = result.metrics[0].epistemic.clone();
        (other.status, other.at_most_sd) = (metric.0, Some(metric.1));
        let rows: Vec<Row<'_>> = result.outcomes.iter().map(Row::from).collect();
        let mut bytes = Vec::new();
        let mut page = Page::new(&mut bytes, Look::default());
        legend(&mut page, &rows, &[&other]).expect("a vector takes all");
        String::from_utf8(bytes).expect("text is UTF-8")
    }

    #[test]
    fn a_bound_is_explained_only_where_one_is_shown() {
        use EpistemicStatus::{NotDetected, Resolved};
        for (outcome, metric, explained) in [
            ((Resolved, 0.1), (Resolved, 0.1), false),
            ((NotDetected, 0.0), (NotDetected, 0.0), false),
            ((NotDetected, 0.1), (Resolved, 0.1), true),
            ((Resolved, 0.1), (NotDetected, 0.1), true),
        ] {
            let text = legend_of(outcome, metric);
            assert_eq!(text.contains("≤ ±:"), explained, "{outcome:?} {metric:?}");
        }
    }
}
