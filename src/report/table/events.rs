//! What most often happened: events by the share of trials in which they fired.

use super::estimates::{estimates, join_errors};
use super::grid::Grid;
use super::{Page, bars, label, palette};
use crate::report::{dates, format};
use crate::results::{EventResult, RunResult};
use std::io;

/// More than this is a list, not a summary; the other formats have them all.
const MOST: usize = 12;
const BAR: usize = 10;

pub fn write(page: &mut Page<'_>, result: &RunResult) -> io::Result<()> {
    let mut events: Vec<&EventResult> = result
        .events
        .iter()
        .filter(|event| event.probability > 0.0)
        .collect();
    if events.is_empty() {
        return Ok(());
    }
    // A stable sort keeps the file's order among equals.
    events.sort_by(|a, b| b.probability.total_cmp(&a.probability));
    let hidden = events.len().saturating_sub(MOST);
    events.truncate(MOST);

    page.section(
        "What most often happened",
        "share of trials, and when first among those",
    )?;
    let start = &result.scenario.start;
    let mut grid = Grid::new("", events.iter().map(|event| title(event)));
    grid.column(
        "",
        5,
        events
            .iter()
            .map(|event| bars::bar(event.probability, 1.0, BAR)),
    );
    let shares = estimates(
        events
            .iter()
            .map(|event| (event.probability, event.probability_std_error)),
    );
    grid.plain_column("trials ± pp", 0, shares);
    let counts = events.iter().map(|event| {
        let rounded = format::estimate(event.mean_count, event.mean_count_std_error);
        (rounded.value, rounded.error)
    });
    grid.plain_column("times a trial", 3, join_errors(counts.collect()));
    let medians = events.iter().map(|event| match &event.first_time {
        Some(first) => format!(
            "{} ± {}",
            dates::date_at(start, first.p50),
            dates::days(first.p50_std_error)
        ),
        None => String::new(),
    });
    grid.plain_column("median first date", 1, medians);
    let ranges = events.iter().map(|event| match &event.first_time {
        Some(first) => format::ends(
            &dates::date_at(start, first.p5),
            &dates::date_at(start, first.p95),
        ),
        None => String::new(),
    });
    grid.plain_column("5% to 95%", 2, ranges);
    grid.write(page)?;
    if hidden > 0 {
        let note = format!("and {hidden} more that happened less often (--format json has all)");
        page.paragraph(palette::FAINT, &note, 2)?;
    }
    Ok(())
}

fn title(event: &EventResult) -> String {
    if event.shift && (event.title.is_empty() || event.title == event.name) {
        return event.name.replace('>', " → ");
    }
    label(&event.title, &event.name)
}
