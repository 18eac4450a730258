//! What goes over time, as sparklines: phases, trends, indicators; and metrics, which are read at
//! the end.

use super::estimates::{estimates, join_unlike};
use super::grid::{Grid, align_points};
use super::text::Line;
use super::{Page, bars, label, palette};
use crate::report::amounts::Amounts;
use crate::report::{format, ratios};
use crate::results::{EpistemicStatus, OccupancyResult, RunResult, SeriesResult};
use std::io;

/// Cells of a sparkline at most: one for each reported time.
const LONGEST: usize = 40;
const SHORTEST: usize = 8;

/// Shares of trials over time, on one scale.
pub fn write_occupancy(
    page: &mut Page<'_>,
    name: &str,
    items: &[OccupancyResult],
    result: &RunResult,
) -> io::Result<()> {
    let full = items
        .iter()
        .flat_map(|item| &item.occupancy)
        .copied()
        .fold(0.0, f64::max);
    if full <= 0.0 {
        return Ok(());
    }
    let scale = format!(
        "share of trials; full height is {}%",
        format::plain(libm::round(1000.0 * full) / 10.0)
    );
    page.section(name, &scale)?;
    let mut grid = Grid::new("", items.iter().map(|item| label(&item.title, &item.name)));
    let ends = items
        .iter()
        .map(|item| last_pair(&item.occupancy, &item.occupancy_std_error));
    let ends = estimates(ends.map(|pair| pair.unwrap_or((f64::NAN, 0.0))));
    grid.plain_column("at the end ± pp", 0, ends);
    let width = grid.spare(page.width()).clamp(SHORTEST, LONGEST);
    let lines = items
        .iter()
        .map(|item| spark(&item.occupancy, 0.0, full, width, true));
    grid.first_column(lines);
    grid.write(page)?;
    axis(page, result)
}

/// Indicators or derived values: the mean over time, each on its own scale, and where it ends.
pub fn write_series(page: &mut Page<'_>, name: &str, items: &[SeriesResult]) -> io::Result<()> {
    if items.is_empty() {
        return Ok(());
    }
    page.section(
        name,
        "mean over time, each on its own scale; 5% to 95% of trials at the end",
    )?;
    let mut grid = Grid::new(
        "",
        items
            .iter()
            .map(|item| with_unit(&item.title, &item.name, &item.unit)),
    );
    let ends = items
        .iter()
        .map(|item| match item.mean.len().checked_sub(1) {
            Some(last) => {
                let rounded = format::mean_at(item, last);
                (rounded.value, rounded.error)
            }
            None => ("–".into(), String::new()),
        });
    grid.plain_column("mean at the end ±", 0, join_unlike(ends.collect()));
    let ranges = items.iter().map(|item| {
        let ends = [
            last_pair(&item.p5, &item.p5_std_error),
            last_pair(&item.p95, &item.p95_std_error),
        ];
        quantile_range(ends)
    });
    grid.plain_column("5% to 95%", 1, ranges);
    let width = grid.spare(page.width()).clamp(SHORTEST, LONGEST);
    let lines = items.iter().map(|item| {
        let low = item.mean.iter().copied().fold(f64::INFINITY, f64::min);
        let high = item.mean.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        spark(&item.mean, low, high, width, false)
    });
    grid.first_column(lines);
    grid.write(page)
}

pub fn write_metrics(page: &mut Page<'_>, result: &RunResult) -> io::Result<()> {
    let metrics = &result.metrics;
    if metrics.is_empty() {
        return Ok(());
    }
    page.section(
        "Metrics",
        "over trials in which they have a value; 5% to 95% of those trials",
    )?;
    let amounts = || metrics.iter().map(|metric| Amounts::of(result, metric));
    let labels = (metrics.iter().zip(amounts()))
        .map(|(metric, amounts)| with_unit(&metric.title, &metric.name, amounts.unit()));
    let mut grid = Grid::new("", labels);
    let means = amounts().map(|amounts| {
        let rounded = amounts.mean();
        (rounded.value, rounded.error)
    });
    let means = join_unlike(means.collect());
    grid.column(
        "mean ±",
        0,
        means
            .iter()
            .map(|mean| Line::styled(palette::ESTIMATE, mean)),
    );
    let intervals = amounts().map(|amounts| amounts.interval().unwrap_or_default());
    grid.plain_column("95% interval", 3, intervals);
    if metrics
        .iter()
        .any(|metric| metric.epistemic.status != EpistemicStatus::Exact)
    {
        grid.plain_column("epistemic 90%", 2, amounts().map(Amounts::epistemic));
    }
    let ranges = amounts().map(|amounts| {
        (amounts.quantiles()).map_or_else(String::new, |[low, _, high]| format::ends(&low, &high))
    });
    grid.plain_column("5% to 95%", 1, ranges);
    let levels = metrics.first().map_or(&[][..], |metric| &metric.quantiles);
    for (i, quantile) in levels.iter().enumerate() {
        let cells = (metrics.iter().zip(amounts())).map(|(metric, amounts)| {
            let told = metric.quantiles.get(i);
            told.map_or_else(String::new, |told| amounts.quantile(told))
        });
        grid.plain_column(&ratios::level(quantile.level), 2, cells);
    }
    if metrics.iter().any(|metric| metric.defined < 1.0) {
        let defined = metrics
            .iter()
            .map(|metric| format::percentage(metric.defined, metric.defined_std_error).value);
        grid.plain_column("has a value", 4, align_points(&defined.collect::<Vec<_>>()));
    }
    grid.write(page)
}

/// Both ends, each a value and its error; empty if there are none.
fn quantile_range(ends: [Option<(f64, f64)>; 2]) -> String {
    match ends {
        [Some(low), Some(high)] => match format::quantiles(&[low, high]).as_slice() {
            [low, high] => format::ends(low, high),
            _ => String::new(),
        },
        _ => String::new(),
    }
}

fn spark(values: &[f64], low: f64, high: f64, width: usize, blank_at_low: bool) -> Line {
    Line::styled(
        palette::BAR,
        &bars::sparkline(values, low, high, width, blank_at_low),
    )
}

/// Says which dates the first and the last cell of a sparkline stand for.
fn axis(page: &mut Page<'_>, result: &RunResult) -> io::Result<()> {
    match (result.dates.first(), result.dates.last()) {
        (Some(first), Some(last)) => page.paragraph(
            palette::FAINT,
            &format!("left to right: {first} to {last}"),
            2,
        ),
        _ => Ok(()),
    }
}

fn last_pair(values: &[f64], errors: &[f64]) -> Option<(f64, f64)> {
    Some((*values.last()?, *errors.last()?))
}

pub fn with_unit(title: &str, name: &str, unit: &str) -> String {
    let label = label(title, name);
    if unit.is_empty() {
        label
    } else {
        format!("{label}, {unit}")
    }
}
