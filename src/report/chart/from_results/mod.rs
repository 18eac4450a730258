//! Charts of results: each takes plain result data and gives a drawn chart.
//!
//! Titles, subtitles and descriptions are written here, and numbers rounded to what their errors
//! allow. The page chooses which charts it shows, and their order. Each chart has a
//! second function that gives its data before drawing.

mod comparison;
mod metric;
mod outcomes;
mod over_time;
mod overlay;
mod story;
mod sweep;
mod time;
mod tones;
mod why;

use super::*;
use crate::estimate::NORMAL_95;
use crate::report::table::Order;
use crate::report::{dates, format, headline, known};
use crate::results::*;
use indexmap::IndexMap;

pub use comparison::{
    differences, outcome_differences, outcome_pairs, pairs, question_differences, side_by_side,
};
pub use metric::{metric, settled};
pub use outcomes::{
    classes, outcome_rows, outcomes, outcomes_by_trend, question_rows, questions, trend_panels,
};
pub use over_time::{KINDS, lettered, over_time};
pub use overlay::{Shown, overlay};
pub use story::{storyline, timeline};
pub use sweep::{choices, heat, response, sweep};
pub use time::{
    Course, course, incidence, incidence_curves, phases, series, state, steady, trend_layers,
    trends,
};
pub use tones::Tones;
pub use why::{indices, input_name, near, parts, signs, split, swings};

fn named(title: &str, name: &str) -> String {
    label(title, name).to_owned()
}

fn value_at(values: &[f64], i: usize) -> f64 {
    values.get(i).copied().unwrap_or(f64::NAN)
}

/// The date of the horizon.
fn end(scenario: &ScenarioInfo) -> String {
    dates::date_at(&scenario.start, scenario.horizon)
}

fn plus_minus(error: &str) -> String {
    match error {
        "" | "exact" | "unknown" | format::IN_ALL_TRIALS => error.to_owned(),
        error => format!("±\u{a0}{error}"),
    }
}

fn with_error(rounded: &format::Rounded) -> String {
    format!("{}\u{a0}{}", rounded.value, plus_minus(&rounded.error))
        .trim_end()
        .to_owned()
}

/// The epistemic range, where it can be told from chance.
fn spread(range: Option<[f64; 2]>, epistemic: &Epistemic) -> Option<Spread> {
    let is_bound = match epistemic.status {
        EpistemicStatus::Exact | EpistemicStatus::Resolved => false,
        EpistemicStatus::Bounded => true,
        EpistemicStatus::NotDetected | EpistemicStatus::NotSeparable => return None,
    };
    range.map(|ends| Spread { ends, is_bound })
}

fn probability_row(point: f64, error: f64, interval: [f64; 2], range: Option<Spread>) -> Row {
    let rounded = format::percentage(point, error);
    Row {
        title: String::new(),
        point,
        interval,
        range,
        value: rounded.value,
        error: plus_minus(&rounded.error),
        words: String::new(),
        tone: Tone::Plain,
    }
}

fn probability_table(
    first: &str,
    rows: &[Row],
    numbers: impl Iterator<Item = (f64, [f64; 2], Option<Spread>)>,
) -> Table {
    Table {
        header: [
            first,
            "Probability",
            "95% interval of the simulation",
            "90% range over what the analyst does not know",
        ]
        .map(str::to_owned)
        .into(),
        rows: (rows.iter().zip(numbers))
            .map(|(row, (error, interval, range))| {
                vec![
                    row.title.clone(),
                    format!("{} {}", row.value, row.error),
                    format::percent_range(interval, error),
                    range.map_or("cannot be told from chance".into(), |range| {
                        let within = if range.is_bound { "within " } else { "" };
                        format!("{within}{}", format::percent_range(range.ends, error))
                    }),
                ]
            })
            .collect(),
    }
}

/// Dates down, columns across.
fn time_table(dates: &[String], columns: impl Iterator<Item = (String, Vec<String>)>) -> Table {
    let mut table = Table {
        header: vec!["Date".into()],
        rows: dates.iter().map(|date| vec![date.clone()]).collect(),
    };
    for (title, texts) in columns {
        table.header.push(title);
        for (row, text) in table.rows.iter_mut().zip(texts) {
            row.push(text);
        }
    }
    table
}
