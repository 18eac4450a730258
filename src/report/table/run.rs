//! One run on one page: what was simulated, how it ended, what happened on the way, and what to beware of.

use super::text::dotted;
use super::{Page, estimates, events, label, palette, series};
use crate::report::{dates, format};
use crate::results::{RunInfo, RunResult, Warning};
use std::io;

pub fn write(page: &mut Page<'_>, result: &RunResult) -> io::Result<()> {
    header(page, result)?;

    page.section("Outcomes", &format!("at the end, {}", end(result)))?;
    let rows: Vec<_> = result.outcomes.iter().map(estimates::Row::from).collect();
    estimates::write(page, "", &rows)?;
    let questions = result.questions.iter().map(|question| &question.epistemic);
    let metrics = result.metrics.iter().map(|metric| &metric.epistemic);
    estimates::legend(page, &rows, &questions.chain(metrics).collect::<Vec<_>>())?;
    if result.trends.len() > 1 {
        estimates::write_by_trend(page, &result.outcomes, &result.trends)?;
    }

    events::write(page, result)?;

    if !result.questions.is_empty() {
        page.section("Questions", "")?;
        let rows: Vec<_> = result.questions.iter().map(estimates::Row::from).collect();
        estimates::write(page, "", &rows)?;
    }
    series::write_metrics(page, &result.metrics)?;
    if result.phases.len() > 1 {
        series::write_occupancy(page, "Phases over time", &result.phases, result)?;
    }
    if result.trends.len() > 1 {
        series::write_occupancy(page, "Trends over time", &result.trends, result)?;
    }
    series::write_series(page, "Indicators", &result.indicators)?;
    series::write_series(page, "Derived values", &result.derived)?;
    warnings(page, &result.warnings)
}

/// Title, time span and size of the run.
pub fn header(page: &mut Page<'_>, result: &RunResult) -> io::Result<()> {
    let scenario = &result.scenario;
    page.paragraph(palette::TITLE, &label(&scenario.title, &scenario.name), 0)?;
    let span = format!(
        "{} to {} ({})",
        scenario.start,
        end(result),
        dates::duration(scenario.horizon)
    );
    page.paragraph(
        palette::FAINT,
        &dotted(std::iter::once(span).chain(size(result))),
        0,
    )?;
    if result.run.interrupted {
        let text =
            "interrupted: these are the trials simulated until then, fewer than were asked for";
        page.paragraph(palette::WARNING, text, 0)?;
    }
    Ok(())
}

/// Trials, draws and seed in words.
pub fn size(result: &RunResult) -> Vec<String> {
    size_of(&result.run)
}

pub fn size_of(run: &RunInfo) -> Vec<String> {
    let mut parts = vec![
        format!("{} trials", format::count(run.trials)),
        format!(
            "{} draws of {}",
            format::count(run.draws),
            run.trials_per_draw
        ),
        format!("seed {}", run.seed),
    ];
    if run.design != "padded" {
        parts.push(format!("{} design", run.design));
    }
    if run.non_finite > 0 {
        let stopped = format::count(run.non_finite);
        parts.push(format!("{stopped} stopped by a non-finite value"));
    }
    parts
}

/// The last reported date, so that it reads the same everywhere.
fn end(result: &RunResult) -> String {
    match result.dates.last() {
        Some(date) => date.clone(),
        None => dates::date_at(&result.scenario.start, result.scenario.horizon),
    }
}

/// What to beware of; last, so that it is on the screen when the table has scrolled by.
pub fn warnings(page: &mut Page<'_>, warnings: &[Warning]) -> io::Result<()> {
    if warnings.is_empty() {
        return Ok(());
    }
    page.section("Warnings", "")?;
    for warning in warnings {
        page.paragraph(palette::WARNING, &format!("warning[{}]", warning.code), 2)?;
        page.paragraph(anstyle::Style::new(), &warning.message, 4)?;
        if !warning.path.is_empty() {
            page.paragraph(palette::FAINT, &format!("at {}", warning.path), 4)?;
        }
    }
    Ok(())
}
