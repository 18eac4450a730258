//! What happens, how often and when: curves of the most telling events, a table of all.

use super::Section;
use crate::report::chart::from_results as chart;
use crate::report::html::RunPart;
use crate::report::html::markup::Markup;
use crate::report::html::table::Table;
use crate::report::html::wording::{label, with_error};
use crate::report::{dates, format};
use crate::results::{EventResult, RunResult};

/// Curves in one chart: more cannot be told apart.
const CURVES: usize = 6;

pub const EVENTS: Section<RunPart> = Section {
    key: "events",
    title: "Events",
    is_needed: |part| {
        part.result
            .events
            .iter()
            .any(|event| event.probability > 0.0)
    },
    write: |body, part| {
        let result = &part.result;
        let drawn = chosen(result, &part.events);
        for group in drawn.chunks(CURVES) {
            body.chart(|frame| chart::incidence(result, group, frame));
        }
        if part.events.is_empty() && !drawn.is_empty() {
            body.remark(
                Markup::text("Drawn are the events of whose occurrence least is certain; the table has all. ")
                    .and(Markup::code("--events a,b"))
                    .and(" draws others."),
            );
        }
        let (moves, events): (Vec<_>, Vec<_>) = ranked(result).into_iter().partition(|e| e.shift);
        let (shifts, moves): (Vec<_>, Vec<_>) = moves.into_iter().partition(|e| e.is_of_trends());
        if !events.is_empty() {
            body.details("All events", |body| {
                body.table(&table("Events, the most frequent first", &events, result));
            });
        }
        if !shifts.is_empty() {
            body.details("Shifts between trends", |body| {
                body.table(&table("Shifts, the most frequent first", &shifts, result));
            });
        }
        if !moves.is_empty() {
            body.details("Moves of states", |body| {
                body.table(&table("Moves, the most frequent first", &moves, result));
            });
        }
    },
};

/// Events that came up, the likeliest first.
fn ranked(result: &RunResult) -> Vec<&EventResult> {
    let mut events: Vec<&EventResult> = (result.events.iter())
        .filter(|event| event.probability > 0.0)
        .collect();
    events.sort_by(|a, b| b.probability.total_cmp(&a.probability));
    events
}

/// The events named, or else those of whose occurrence least is certain, in order of probability.
///
/// p(1 − p) is the variance of "has it happened": largest at even odds, nil for what always or
/// never happens.
pub fn chosen<'r>(result: &'r RunResult, named: &[String]) -> Vec<&'r EventResult> {
    if !named.is_empty() {
        let find = |name: &String| result.events.iter().find(|event| event.name == *name);
        return named.iter().filter_map(find).collect();
    }
    let mut events = ranked(result);
    // Nobody needs a curve of what always happens on one day.
    let is_sure = |event: &EventResult| {
        let first = event.first_time.as_ref();
        event.probability >= 1.0 && first.is_some_and(|first| first.p5 == first.p95)
    };
    events.retain(|event| !event.shift && !is_sure(event));
    let doubt = |event: &EventResult| event.probability * (1.0 - event.probability);
    let mut open = events.clone();
    open.sort_by(|a, b| doubt(b).total_cmp(&doubt(a)));
    open.truncate(CURVES);
    events.retain(|event| open.iter().any(|one| one.name == event.name));
    events
}

fn table(caption: &str, events: &[&EventResult], result: &RunResult) -> Table {
    let head = [
        "event",
        "happens in",
        "times a future",
        "median first date",
        "5% to 95%",
    ];
    let mut table = Table::new(caption, head);
    let start = &result.scenario.start;
    for event in events {
        let title = if event.is_of_trends() {
            event.name.replace('>', " → ")
        } else {
            label(&event.title, &event.name).to_owned()
        };
        let share = format::percentage(event.probability, event.probability_std_error);
        let times = format::estimate(event.mean_count, event.mean_count_std_error);
        let (median, range) = match &event.first_time {
            Some(first) => {
                let median = dates::date_at(start, first.p50);
                let range = [first.p5, first.p95].map(|time| dates::date_at(start, time));
                let median = match first.p50_std_error {
                    // An event with a date of its own.
                    0.0 => median,
                    error => format!("{median} ± {}", dates::days(error)),
                };
                let [low, high] = range;
                // An event with a date of its own has told it.
                let range = if low == high {
                    "–".into()
                } else {
                    format::ends(&low, &high)
                };
                (median, range)
            }
            None => ("–".into(), "–".into()),
        };
        table.row([
            Markup::text(&title),
            with_error(share).into(),
            with_error(times).into(),
            median.into(),
            range.into(),
        ]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn events_at_even_odds_are_drawn_before_those_that_are_sure() {
        let mut result = fixture::run();
        let template = result.events[0].clone();
        let event = |name: &str, probability: f64| EventResult {
            name: name.into(),
            probability,
            shift: false,
            ..template.clone()
        };
        result.events = vec![event("sure", 1.0), event("never", 0.0)];
        result
            .events
            .extend((1..=8).map(|i| event(&format!("e{i}"), 0.11 * f64::from(i))));
        let names: Vec<&str> = chosen(&result, &[])
            .iter()
            .map(|e| e.name.as_str())
            .collect();
        assert_eq!(names, ["e7", "e6", "e5", "e4", "e3", "e2"]);
        // What always happens is drawn, unless it always happens on one day.
        let mut result = result.clone();
        result.events.truncate(1);
        assert_eq!(chosen(&result, &[]).len(), 1);
        let mut first = template.first_time.clone().expect("it happens");
        (first.p5, first.p50, first.p95) = (0.5, 0.5, 0.5);
        result.events[0].first_time = Some(first);
        assert_eq!(chosen(&result, &[]).len(), 0);
        let result = &mut result;
        result.events.push(event("never", 0.0));
        let asked = ["never".to_owned(), "sure".to_owned()];
        let names: Vec<&str> = chosen(result, &asked)
            .iter()
            .map(|e| e.name.as_str())
            .collect();
        assert_eq!(names, ["never", "sure"]);
    }
}
