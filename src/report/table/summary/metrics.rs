//! Metrics on the first screen, where the numbers are the answer.

use crate::report::amounts::Amounts;
use crate::report::table::grid::Grid;
use crate::report::table::series::with_unit;
use crate::report::table::text::Line;
use crate::report::table::{Page, palette};
use crate::results::RunResult;
use std::io;

/// A row a metric, all its numbers with as many decimals as its mean deserves.
pub fn write(page: &mut Page<'_>, result: &RunResult) -> io::Result<()> {
    let metrics = &result.metrics;
    if metrics.is_empty() {
        return Ok(());
    }
    page.section("Metrics", "nine in ten of the trials lie within the last")?;
    let amounts: Vec<Amounts<'_>> = (metrics.iter())
        .map(|metric| Amounts::of(result, metric))
        .collect();
    let labels = (metrics.iter().zip(&amounts))
        .map(|(metric, amounts)| with_unit(&metric.title, &metric.name, amounts.unit()));
    let mut grid = Grid::new("", labels);
    let glances: Vec<_> = amounts
        .iter()
        .map(|amounts| amounts.at_a_glance())
        .collect();
    let means = glances.iter().map(|glance| &glance.mean);
    grid.column(
        "mean",
        0,
        means.map(|mean| Line::styled(palette::ESTIMATE, mean)),
    );
    if glances.iter().any(|glance| !glance.range.is_empty()) {
        let ranges = glances.iter().map(|glance| glance.range.clone());
        grid.plain_column("range", 0, ranges);
    }
    let trials = glances.iter().map(|glance| glance.trials.clone());
    grid.plain_column("5% to 95% of trials", 0, trials);
    grid.write(page)
}
