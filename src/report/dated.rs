//! When an event can happen at all, where the file states dates: so that a chart does not draw a
//! slope over a month in which it happens on one day.
//!
//! Takes the scenario as its results have it; gives spans of years since the start, each from the
//! first to the last instant of one date.

use crate::results::RunResult;
use crate::time::calendar::{DAYS_PER_YEAR, days_between, years_between};
use crate::time::duration;
use jiff::Span;
use jiff::civil::Date;
use serde_json::Value;

/// Dates that recur, at most: more of them are no steps that could be seen.
const MOST: i64 = 2000;

/// The dates of an event, or of a branch of one (`event.branch`); none if the file states no dates
/// for it, or makes them of formulas.
pub fn dates_of(run: &RunResult, event: &str) -> Vec<[f64; 2]> {
    let info = &run.scenario;
    let name = event.split('.').next().unwrap_or(event);
    let stated = &info.source["events"][name];
    let Some(start) = duration::date(&info.start) else {
        return Vec::new();
    };
    let instant = |value: &Value| match value {
        Value::String(text) => duration::date(text).map(|date| years_between(start, date)),
        other => other.as_f64(),
    };
    if let Some(period) = stated.get("every") {
        let until = stated.get("until").and_then(instant);
        // All of the last day counts.
        let last = until.map_or(info.horizon, |day| day + 1.0 / DAYS_PER_YEAR);
        let from = stated.get("from").map(|date| date.as_str());
        let from = from.map(|text| text.and_then(duration::date));
        return match from {
            // What is no date is a formula.
            Some(None) => Vec::new(),
            from => recurring(start, from.flatten(), period, last.min(info.horizon)),
        };
    }
    let at = &stated["at"];
    let ends = match &at["uniform"] {
        Value::Array(ends) => ends.iter().map(instant).collect(),
        _ => instant(at).map(|one| vec![one, one]),
    };
    match ends.as_deref() {
        Some(&[from, to]) => vec![[from, to]],
        _ => Vec::new(),
    }
}

/// Instants from a date on, or from one period after the start; months are those of the calendar.
fn recurring(start: Date, from: Option<Date>, period: &Value, last: f64) -> Vec<[f64; 2]> {
    let months = period.as_str().and_then(duration::whole_months);
    let years = match period {
        Value::String(text) => duration::years(text).ok(),
        other => other.as_f64(),
    };
    let Some(years) = years.filter(|years| *years > 0.0) else {
        return Vec::new();
    };
    let first = from.unwrap_or(start);
    let at = |number: i64| match months {
        Some(months) => {
            let span = Span::new().try_months(i64::from(months) * number).ok()?;
            Some(years_between(start, first.checked_add(span).ok()?))
        }
        None => {
            let days = f64::from(days_between(start, first));
            Some(days / DAYS_PER_YEAR + years * number as f64)
        }
    };
    let numbers = i64::from(from.is_none())..MOST;
    let instants = numbers.map_while(at).take_while(|time| *time <= last);
    let within = instants.filter(|time| *time >= 0.0);
    within.map(|time| [time, time]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use serde_json::json;

    #[test]
    fn dates_of_an_event_are_those_that_the_file_states() {
        let mut run = fixture::run();
        run.scenario.start = "2026-01-01".into();
        run.scenario.horizon = 1.0;
        let day = |days: f64| [days / 365.25; 2];
        for (stated, expected) in [
            (json!({"at": "2026-02-01"}), vec![day(31.0)]),
            (json!({"at": 0.5}), vec![[0.5, 0.5]]),
            (
                json!({"at": {"uniform": ["2026-02-01", "2026-02-11"]}}),
                vec![[31.0 / 365.25, 41.0 / 365.25]],
            ),
            (
                json!({"every": "3 months", "from": "2026-01-31", "until": "2026-07-31"}),
                vec![day(30.0), day(119.0), day(211.0)],
            ),
            (
                json!({"every": "26 weeks", "from": "2025-12-30"}),
                vec![day(180.0), day(362.0)],
            ),
            (json!({"every": 0.5}), vec![[0.5, 0.5], [1.0, 1.0]]),
            (json!({"at": "later"}), vec![]),
            (json!({"every": "3 months", "from": "first + 1"}), vec![]),
            (json!({"at": {"uniform": ["a", "b"]}}), vec![]),
            (json!({"every": 0}), vec![]),
            (json!({"hazard": 1}), vec![]),
        ] {
            run.scenario.source = json!({"events": {"vote": stated}});
            let near = |a: &[f64; 2], b: &[f64; 2]| {
                (a[0] - b[0]).abs() < 1e-9 && (a[1] - b[1]).abs() < 1e-9
            };
            for name in ["vote", "vote.passes"] {
                let found = dates_of(&run, name);
                let is_same = found.len() == expected.len()
                    && found.iter().zip(&expected).all(|(a, b)| near(a, b));
                assert!(is_same, "{}: {found:?}", run.scenario.source);
            }
            assert!(dates_of(&run, "other").is_empty());
        }
    }
}
