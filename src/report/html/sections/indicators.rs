//! Indicators over time, each in the chart that suits it; derived values as a table.

use super::Section;
use crate::report::chart::{Frame, from_results as chart};
use crate::report::format;
use crate::report::html::RunPart;
use crate::report::html::markup::Markup;
use crate::report::html::table::Table;
use crate::report::html::wording::{label, with_error};
use crate::results::{RunResult, SeriesResult};

pub const INDICATORS: Section<RunPart> = Section {
    key: "indicators",
    title: "Indicators over time",
    is_needed: |part| {
        let result = &part.result;
        !result.indicators.is_empty() && !result.scenario.is_timeless()
    },
    write: |body, part| {
        let result = &part.result;
        let moving = (result.indicators.iter()).filter(|one| chart::steady(one).is_none());
        let mut courses: Vec<chart::Course> =
            moving.map(|one| chart::course(result, one)).collect();
        // How to read the quantiles is said once, above.
        let mut said = String::new();
        for course in &mut courses {
            if let chart::Course::Spread(fan) = course {
                said = std::mem::take(&mut fan.about.subtitle);
            }
        }
        if !said.is_empty() {
            body.remark(said);
        }
        body.charts(
            courses
                .iter()
                .map(|course| |frame: &Frame| course.draw(frame)),
        );
        let steady: Vec<String> = (result.indicators.iter())
            .filter_map(|one| {
                let value = chart::steady(one)?;
                let unit = one.unit.trim();
                let gap = if unit.is_empty() { "" } else { " " };
                Some(format!(
                    "{} {value}{gap}{unit}",
                    label(&one.title, &one.name)
                ))
            })
            .collect();
        if !steady.is_empty() {
            body.remark(format!(
                "The same in all futures, all the time: {}.",
                steady.join("; ")
            ));
        }
        if !result.derived.is_empty() {
            body.details("Values derived from them", |body| {
                body.table(&derived(result));
            });
        }
    },
};

/// The same where there is nothing that they could be derived from but time and states.
pub const DERIVED: Section<RunPart> = Section {
    key: "derived",
    title: "Derived values",
    is_needed: |part| {
        let result = &part.result;
        let is_alone = result.indicators.is_empty() && !result.derived.is_empty();
        is_alone && !result.scenario.is_timeless()
    },
    write: |body, part| body.table(&derived(&part.result)),
};

/// A row a derived value, at the middle and at the end of the horizon: they only serve formulas,
/// and their charts would double the page.
fn derived(result: &RunResult) -> Table {
    let last = result.times.len().saturating_sub(1);
    let places = [last / 2, last];
    let date = |at: usize| result.dates.get(at).map_or("", String::as_str);
    let mut head = vec!["derived value".to_owned(), "unit".to_owned()];
    for place in places {
        for what in ["mean", "5% to 95%"] {
            head.push(format!("{what}, {}", date(place)));
        }
    }
    let caption = "Derived values over all futures";
    let mut table = Table::new(caption, head.iter().map(String::as_str)).texts(2);
    for one in &result.derived {
        let name = Markup::text(label(&one.title, &one.name));
        let cells = places.into_iter().flat_map(|place| at(one, place));
        table.row([name, Markup::text(&one.unit)].into_iter().chain(cells));
    }
    let has_units = result.derived.iter().any(|one| !one.unit.is_empty());
    table
        .texts(1 + usize::from(has_units))
        .without_empty_columns()
}

/// Mean and range at a reported time.
fn at(series: &SeriesResult, place: usize) -> [Markup; 2] {
    let value = |values: &[f64]| values.get(place).copied().unwrap_or(f64::NAN);
    let mean = format::mean_at(series, place);
    let ends = [
        (value(&series.p5), value(&series.p5_std_error)),
        (value(&series.p95), value(&series.p95_std_error)),
    ];
    let range = match format::quantiles(&ends).as_slice() {
        // What is the same in all trials has no range.
        [low, high] if low != high => format::ends(low, high),
        _ => "–".to_owned(),
    };
    [with_error(mean).into(), range.into()]
}
