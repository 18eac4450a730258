//! One run on one page: what was simulated, how it ended, what happened on the way, and what to
//! beware of.

use super::grid::{Grid, align_points};
use super::text::{Line, dotted};
use super::{Page, estimates, events, label, palette, series};
use crate::random::design::Design;
use crate::report::headline::{self, end};
use crate::report::{dates, format, ratios};
use crate::results::{RunInfo, RunResult, Warning};
use std::io;

type Section = fn(&mut Page<'_>, &RunResult) -> io::Result<()>;

/// The tables of a run by the names that they are asked for with, in the order of the page.
const SECTIONS: [(&str, Section); 15] = [
    ("trends", scorecard),
    ("groups", groups),
    ("outcomes", outcomes),
    ("by-trend", by_trend),
    ("drivers", drivers),
    ("events", events::write),
    ("questions", questions),
    ("metrics", metrics),
    ("phases", |page, result| match result.phases.len() {
        0 | 1 => Ok(()),
        _ => series::write_occupancy(page, "Phases over time", &result.phases, result),
    }),
    ("states", |page, result| {
        result.states.iter().try_for_each(|state| {
            let name = format!("{} over time", label(&state.title, &state.name));
            series::write_occupancy(page, &name, &state.values, result)
        })
    }),
    ("trends-over-time", |page, result| {
        match result.trends.len() {
            0 | 1 => Ok(()),
            _ => series::write_occupancy(page, "Trends over time", &result.trends, result),
        }
    }),
    ("indicators", |page, result| {
        series::write_series(page, "Indicators", &result.indicators)
    }),
    ("derived", |page, result| {
        series::write_series(page, "Derived values", &result.derived)
    }),
    ("legend", legend),
    ("warnings", |page, result| warnings(page, &result.warnings)),
];

/// The names of all tables of a run.
pub fn sections() -> [&'static str; SECTIONS.len()] {
    SECTIONS.map(|(name, _)| name)
}

/// Everything.
pub fn write(page: &mut Page<'_>, result: &RunResult) -> io::Result<()> {
    header(page, result)?;
    page.blank()?;
    let headline = headline::of(result);
    page.paragraph(anstyle::Style::new(), &headline, 0)?;
    SECTIONS
        .iter()
        .try_for_each(|(_, section)| section(page, result))
}

/// Some sections, in the order in which they are asked for.
pub fn write_only(page: &mut Page<'_>, result: &RunResult, names: &[String]) -> io::Result<()> {
    header(page, result)?;
    for name in names {
        if let Some((_, section)) = SECTIONS.iter().find(|(known, _)| known == name) {
            section(page, result)?;
        }
    }
    Ok(())
}

fn at_the_end(result: &RunResult) -> String {
    match result.scenario.is_timeless() {
        true => String::new(),
        false => format!("at the end, {}", end(result)),
    }
}

fn outcomes(page: &mut Page<'_>, result: &RunResult) -> io::Result<()> {
    if !result.has_classes() {
        return Ok(());
    }
    page.section("Outcomes", &at_the_end(result))?;
    let rows: Vec<_> = result.outcomes.iter().map(estimates::Row::from).collect();
    estimates::write(page, "", &rows)
}

fn groups(page: &mut Page<'_>, result: &RunResult) -> io::Result<()> {
    if result.groups.is_empty() {
        return Ok(());
    }
    page.section("Groups of outcomes", &at_the_end(result))?;
    let rows: Vec<_> = result.groups.iter().map(estimates::Row::from).collect();
    estimates::write(page, "", &rows)
}

fn by_trend(page: &mut Page<'_>, result: &RunResult) -> io::Result<()> {
    if result.trends.len() < 2 {
        return Ok(());
    }
    estimates::write_by_trend(page, &result.outcomes, &result.trends)?;
    estimates::write_given(page, &result.outcomes, &result.scorecard)
}

fn questions(page: &mut Page<'_>, result: &RunResult) -> io::Result<()> {
    if !result.questions.is_empty() {
        page.section("Questions", "")?;
        let rows: Vec<_> = result.questions.iter().map(estimates::Row::from).collect();
        estimates::write(page, "", &rows)?;
    }
    if !result.conditional.is_empty() {
        page.section(
            "Questions about some futures",
            "those in which a condition holds",
        )?;
        ratio_rows(page, "probability ± pp", &ratios::conditional(result))?;
    }
    Ok(())
}

fn metrics(page: &mut Page<'_>, result: &RunResult) -> io::Result<()> {
    series::write_metrics(page, result)?;
    if result.ratios.is_empty() {
        return Ok(());
    }
    page.section("Ratios of means", "95% intervals are Fieller's")?;
    ratio_rows(page, "ratio ±", &ratios::means(result))
}

/// Estimates with their intervals, and below each what it is about.
fn ratio_rows(page: &mut Page<'_>, header: &str, rows: &[ratios::Row]) -> io::Result<()> {
    let mut grid = Grid::new("", rows.iter().map(|row| row.title.clone()));
    let told: Vec<String> = rows.iter().map(ratios::Row::told).collect();
    let bold = |text: &String| Line::styled(palette::ESTIMATE, text);
    grid.column(header, 0, align_points(&told).iter().map(bold));
    grid.plain_column(
        "95% interval",
        0,
        rows.iter().map(|row| row.interval.clone()),
    );
    if ratios::have_ranges(rows) {
        let ranges = rows.iter().map(|row| row.range.clone());
        grid.plain_column("epistemic 90%", 1, ranges);
    }
    for (i, row) in rows.iter().enumerate() {
        grid.note(i, row.remark.clone());
    }
    grid.write(page)
}

/// What the marks of all tables mean.
fn legend(page: &mut Page<'_>, result: &RunResult) -> io::Result<()> {
    let rows: Vec<_> = result.outcomes.iter().map(estimates::Row::from).collect();
    let questions = result.questions.iter().map(|question| &question.epistemic);
    let metrics = result.metrics.iter().map(|metric| &metric.epistemic);
    page.section("How to read this", "")?;
    estimates::legend(page, &rows, &questions.chain(metrics).collect::<Vec<_>>())
}

/// Trends: how often they lead, and whether they come true.
fn scorecard(page: &mut Page<'_>, result: &RunResult) -> io::Result<()> {
    if result.scorecard.is_empty() {
        return Ok(());
    }
    page.section(
        "Trends",
        "weights, and share of the time in which they lead",
    )?;
    let labels = result.scorecard.iter().map(|t| label(&t.title, &t.name));
    let mut grid = Grid::new("", labels);
    let weights = result
        .scorecard
        .iter()
        .map(|t| format!("{}%", format::plain(percent(t.weight))));
    grid.plain_column("weight", 0, align_points(&weights.collect::<Vec<_>>()));
    let leads = result
        .scorecard
        .iter()
        .map(|t| (t.leads, t.leads_std_error));
    grid.plain_column("leads ± pp", 0, estimates::estimates(leads));
    grid.write(page)?;
    let rows: Vec<_> = (result.scorecard.iter())
        .flat_map(|trend| {
            trend
                .comes_true
                .iter()
                .map(move |c| estimates::Row::of(trend, c))
        })
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    page.section("Trends that come true", "by these dates")?;
    estimates::write(page, "", &rows)
}

/// Percent with one decimal: weights are inputs.
fn percent(share: f64) -> f64 {
    libm::round(1000.0 * share) / 10.0
}

/// What each group hangs on.
fn drivers(page: &mut Page<'_>, result: &RunResult) -> io::Result<()> {
    for drivers in &result.drivers {
        let titles = (result.groups.iter().map(|g| (&g.name, &g.title)))
            .chain(result.outcomes.iter().map(|o| (&o.name, &o.title)));
        let mut title = titles
            .filter(|(name, _)| **name == drivers.of)
            .map(|(_, title)| title);
        let of = label(title.next_back().map_or("", |t| t), &drivers.of);
        let inputs: Vec<_> = drivers.inputs.iter().filter(|d| d.detectable).collect();
        page.section(&format!("What '{of}' hangs on"), "")?;
        if inputs.is_empty() {
            let text = format!(
                "no connection with one of {} uncertain inputs was detected",
                drivers.looked_at
            );
            page.paragraph(palette::FAINT, &text, 2)?;
            continue;
        }
        let name = |d: &crate::results::Driver| match d.kind.as_str() {
            "weight" => format!("weight of {}", label(&d.title, &d.input)),
            _ => label(&d.title, &d.input),
        };
        let mut grid = Grid::new("", inputs.iter().map(|d| name(d)));
        let column = |pair: fn(&crate::results::Driver) -> (f64, f64)| {
            estimates::estimates(inputs.iter().map(|d| pair(d)))
        };
        grid.plain_column("share ± pp", 0, column(|d| (d.share, d.share_std_error)));
        grid.plain_column("if lowest ± pp", 1, column(|d| (d.low, d.low_std_error)));
        grid.plain_column("if highest ± pp", 1, column(|d| (d.high, d.high_std_error)));
        grid.write(page)?;
    }
    Ok(())
}

/// Title, time span and size of the run.
pub fn header(page: &mut Page<'_>, result: &RunResult) -> io::Result<()> {
    let scenario = &result.scenario;
    page.paragraph(palette::TITLE, &label(&scenario.title, &scenario.name), 0)?;
    let span = dates::period(scenario);
    page.paragraph(
        palette::FAINT,
        &dotted(std::iter::once(span).chain(size(result))),
        0,
    )?;
    interrupted(page, &result.run)
}

/// What is said of a run that was ended early.
pub const INTERRUPTED: &str =
    "interrupted: these are the trials simulated until then, fewer than were asked for";

/// Says so, if it was.
pub fn interrupted(page: &mut Page<'_>, run: &RunInfo) -> io::Result<()> {
    match run.interrupted {
        true => page.paragraph(palette::WARNING, INTERRUPTED, 0),
        false => Ok(()),
    }
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
    if run.design != Design::default() {
        parts.push(format!("{} design", run.design.name()));
    }
    if run.non_finite > 0 {
        let stopped = format::count(run.non_finite);
        parts.push(format!("{stopped} stopped by a non-finite value"));
    }
    parts
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
