//! Months and years in formulas count by the calendar, from the instant from which a time counts.
//!
//! Dates are computed anew by the calendar of jiff. A step of a day has a grid point at each
//! midnight, so that a condition is seen to come true on its very day.

use crate::harness::{Agreement, metric, run, scenario, settings, study};
use jiff::civil::{Date, date};
use jiff::{Span, ToSpan};
use quincunx::analysis::storyline;
use serde_json::{Map, Value, json};

const DAY: f64 = 1.0 / 365.25;
/// The start of all scenarios of the harness.
const START: Date = date(2001, 1, 1);

/// Days from the start.
fn days(to: Date) -> f64 {
    let span = START.until(to).expect("in the calendar");
    f64::from(span.get_days())
}

fn later(from: Date, span: Span) -> f64 {
    days(from.checked_add(span).expect("in the calendar"))
}

/// Days at which conditions came true, of which `conditions` has the names and formulas, in a file
/// of this format; what is not a condition alone stands in `sections`.
fn came_true(format: u32, conditions: &[(String, String)], sections: &Value) -> Vec<f64> {
    let mut events = Map::new();
    let mut metrics = Map::new();
    for (name, condition) in conditions {
        events.insert(name.clone(), json!({"when": condition, "limit": 1}));
        metrics.insert(
            format!("m_{name}"),
            json!(format!("365.25 * first({name})")),
        );
    }
    let mut whole = scenario(3.0, DAY, json!({"format": format, "metrics": metrics}));
    for (key, value) in sections.as_object().expect("sections") {
        whole[key] = value.clone();
    }
    for (name, event) in events {
        whole["events"][&name] = event;
    }
    let found = run(&study(&whole), 16, 5);
    let told = |name: &String| metric(&found, &format!("m_{name}")).mean;
    let each = conditions.iter();
    each.map(|(name, _)| told(name).expect("it came true"))
        .collect()
}

#[test]
fn a_month_since_a_firing_ends_on_the_same_day_or_on_the_last() {
    let fired = [
        date(2001, 1, 31),
        date(2001, 2, 28),
        date(2001, 3, 15),
        date(2001, 8, 31),
        date(2001, 11, 30),
        date(2001, 12, 31),
    ];
    let lengths = [
        ("1 month", 1.month()),
        ("6 months", 6.months()),
        ("1 year", 12.months()),
        ("1 month + 5 days", 1.month().days(5)),
        ("2 * 3 months", 6.months()),
    ];
    let mut sections = json!({"events": {}});
    let (mut conditions, mut expected, mut plain) = (Vec::new(), Vec::new(), Vec::new());
    for (i, day) in fired.iter().enumerate() {
        sections["events"][format!("e{i}")] = json!({"at": day.to_string()});
        for (j, (text, span)) in lengths.iter().enumerate() {
            let name = format!("c{i}_{j}");
            conditions.push((name, format!("ever(e{i}) and since(e{i}) >= {text}")));
            expected.push(later(*day, *span));
            // A twelfth of a year, seen on the next midnight.
            let months = f64::from(span.get_months());
            let length = months * 365.25 / 12.0 + f64::from(span.get_days());
            plain.push((days(*day) + length).ceil());
        }
    }
    let mut agreement = Agreement::default();
    for (format, expected) in [(2, &expected), (1, &plain)] {
        let found = came_true(format, &conditions, &sections);
        for (((name, text), found), expected) in conditions.iter().zip(&found).zip(expected) {
            agreement.close(&format!("{name}: {text}"), *found, *expected, 1e-6);
        }
    }
    agreement.finish(60);
}

#[test]
fn every_time_that_counts_from_a_known_instant_counts_by_the_calendar() {
    let sections = json!({
        "phases": {"war": {"start": true}, "truce": {}},
        "states": {"front": {"values": {"moving": {"start": true}, "static": {}}}},
        "history": {"front": "31 days", "phase": "15 days", "events": {"shelling": ["2000-11-30"]}},
        "events": {
            "shelling": {"hazard": 0},
            "signed": {"at": "2001-08-31", "effects": [{"phase": "truce"}, {"move": "front", "to": "static"}]},
            "broken": {"at": "2001-10-31"},
        },
    });
    let cases = [
        // From the start.
        ("t >= 1 month", date(2001, 2, 1), Span::new()),
        (
            "not (t < 14 months - 1 day)",
            date(2002, 2, 28),
            Span::new(),
        ),
        ("2 years <= t", date(2003, 1, 1), Span::new()),
        // From a day, and back.
        ("t >= 2001-08-31 + 6 months", date(2002, 2, 28), Span::new()),
        ("t >= 2001-03-31 - 1 month", date(2001, 2, 28), Span::new()),
        ("t - 2001-08-31 >= 1 month", date(2001, 9, 30), Span::new()),
        ("t - 1 month >= 2001-08-31", date(2001, 10, 1), Span::new()),
        // From a move of the phase or of a state, and from a firing.
        (
            "phase == truce and age(phase) >= 1 month",
            date(2001, 9, 30),
            Span::new(),
        ),
        (
            "phase == truce and time_in(phase) >= 6 months",
            date(2002, 2, 28),
            Span::new(),
        ),
        (
            "front == static and age(front) >= 3 months",
            date(2001, 11, 30),
            Span::new(),
        ),
        (
            "front == static and age(front) - 2 days >= 3 months",
            date(2001, 12, 2),
            Span::new(),
        ),
        (
            "ever(broken) and since(broken) >= 1 month",
            date(2001, 11, 30),
            Span::new(),
        ),
        // From before the start: 30 November, 1 December, 17 December.
        (
            "since(shelling) >= 3 months",
            date(2001, 2, 28),
            Span::new(),
        ),
        ("age(front) >= 2 months", date(2001, 2, 1), Span::new()),
        ("age(phase) >= 1 month", date(2001, 1, 17), Span::new()),
    ];
    let conditions: Vec<(String, String)> = (cases.iter().enumerate())
        .map(|(i, (text, ..))| (format!("c{i}"), (*text).to_owned()))
        .collect();
    let found = came_true(2, &conditions, &sections);
    let mut agreement = Agreement::default();
    for ((text, day, more), found) in cases.iter().zip(&found) {
        agreement.close(text, *found, later(*day, *more), 1e-6);
    }
    agreement.finish(cases.len());
}

/// What is chosen from several times counts from the instant of each.
#[test]
fn the_least_the_most_and_what_is_chosen_by_a_condition_count_by_the_calendar() {
    let sections = json!({
        "phases": {"war": {"start": true}, "truce": {}},
        "states": {"front": {"values": {"moving": {"start": true}, "static": {}}}},
        "parameters": {"delay": 0.1},
        "history": {"phase": "15 days"},
        "events": {
            "signed": {"at": "2001-08-31", "effects": [{"phase": "truce"}, {"move": "front", "to": "static"}]},
        },
    });
    // None of them holds on the same day if a month is a twelfth of a year.
    let cases = [
        ("min(t, age(phase)) >= 1 month", date(2001, 2, 1)),
        ("max(t, age(phase)) >= 1 month", date(2001, 1, 17)),
        ("1 month <= max(delay, t)", date(2001, 1, 1)),
        ("1 month <= min(delay, t)", date(2001, 2, 1)),
        (
            "phase == truce and age(phase) >= if(front == static, 6 months, 1 month)",
            date(2002, 2, 28),
        ),
        (
            "phase == truce and age(phase) >= max(3 months, 90 days)",
            date(2001, 11, 30),
        ),
        (
            "phase == truce and not (max(3 months, 90 days) > age(phase))",
            date(2001, 11, 30),
        ),
        (
            "phase == truce and age(phase) >= min(200 days, 6 months)",
            date(2002, 2, 28),
        ),
        (
            "t >= max(2001-08-31, 2001-07-01) + 6 months",
            date(2002, 2, 28),
        ),
        (
            "t >= if(ever(signed), 2001-08-31, 2001-05-31) + 1 month",
            date(2001, 6, 30),
        ),
        (
            "t >= if(month >= 9, if(month < 9, 2 years, 8 months), 2 years)",
            date(2001, 9, 1),
        ),
        ("max(t, 1 month) - 6 months >= 2001-08-31", date(2002, 3, 1)),
        ("t - max(1 month, 20 days) >= 2001-07-31", date(2001, 8, 31)),
        (
            "max(t, 1 day) - min(2001-08-31, 3 years) >= 6 months",
            date(2002, 2, 28),
        ),
        ("clamp(t, 1 month, 3 months) >= 3 months", date(2001, 4, 1)),
        ("3 months <= clamp(t, delay, 1)", date(2001, 4, 1)),
        ("abs(t - 2001-08-31) <= 1 month", date(2001, 7, 31)),
        (
            "t > 2001-08-31 and abs(2001-08-31 - t) >= 6 months",
            date(2002, 2, 28),
        ),
        ("t >= 2 * max(1 month, 20 days)", date(2001, 3, 1)),
        ("t >= max(4 months, 80 days) / 2", date(2001, 3, 1)),
        ("t >= -min(-3 months, -20 days)", date(2001, 4, 1)),
        ("min(t, 3 years) == 1 month", date(2001, 2, 1)),
        ("not (min(t, 3 years) != 1 month)", date(2001, 2, 1)),
    ];
    let conditions: Vec<(String, String)> = (cases.iter().enumerate())
        .map(|(i, (text, ..))| (format!("c{i}"), (*text).to_owned()))
        .collect();
    let found = came_true(2, &conditions, &sections);
    let mut agreement = Agreement::default();
    for ((text, day), found) in cases.iter().zip(&found) {
        agreement.close(text, *found, days(*day), 1e-6);
    }
    agreement.finish(cases.len());
}

#[test]
fn readings_and_sums_of_finished_trials_count_by_the_calendar() {
    let whole = scenario(
        3.0,
        DAY,
        json!({
            "format": 2,
            "parameters": {"delay": 0.1},
            "events": {
                "first_one": {"at": "2001-01-31"},
                "second": {"at": "2001-03-01"},
                "third": {"at": "2001-02-01"},
            },
            "metrics": {
                "deadline": "365.25 * (first(first_one) + 1 month)",
                "day": "365.25 * (2001-01-31 + 1 month)",
                "ratio": "365.25 * (3 years / 1 month)",
                "later": "365.25 * (max(first(first_one), first(third)) + 1 month)",
                "sooner": "365.25 * min(first(first_one) + 1 month, first(third) + 1 month)",
                "chosen": "365.25 * (if(ever(second), first(first_one), delay) + 1 month)",
                "soon": "at(count(third), min(1 month, 40 days))",
                "by_then": "at(count(third), 1 month)",
                "before": "at(count(third), 1 month - 1 day)",
                "within": "count(third, to: 1 month)",
            },
            "questions": {
                "in_time": {"holds": "first(second) <= first(first_one) + 1 month"},
                "apart": {"holds": "first(second) - first(first_one) > 1 month"},
                "near": {"holds": "abs(first(second) - first(first_one)) <= 1 month"},
                "late": {"holds": "first(second) > 2 months"},
                "early": {"holds": "first(third) <= 1 month"},
            },
        }),
    );
    let study = study(&whole);
    let story = storyline(&study, &settings(&study, 16, 2), 0).expect("a story");
    let answers = [
        ("in_time", false),
        ("apart", true),
        ("near", false),
        ("late", false),
        ("early", true),
    ];
    for (name, answer) in answers {
        assert_eq!(story.questions[name], answer, "{name}");
    }
    let mut agreement = Agreement::default();
    for (name, exact) in [
        ("deadline", 58.0),
        ("day", 58.0),
        ("ratio", 365.25 * 36.0),
        ("later", 59.0),
        ("sooner", 58.0),
        ("chosen", 58.0),
        ("soon", 1.0),
        ("by_then", 1.0),
        ("before", 0.0),
        ("within", 1.0),
    ] {
        let told = story.metrics[name].expect("a value");
        agreement.close(name, told, exact, 1e-6);
    }
    agreement.finish(10);
}

/// A grid of months has its own: three of its steps are three months, whatever days they have. What
/// counts from a written day goes by the calendar all the same.
#[test]
fn on_a_grid_of_months_its_steps_are_the_months() {
    let whole = scenario(
        2.0,
        1.0 / 12.0,
        json!({
            "format": 2,
            "phases": {"war": {"start": true}, "truce": {}},
            "events": {
                "signed": {"at": 7.0 / 12.0, "effects": [{"phase": "truce"}]},
                "lasting": {"when": "phase == truce and age(phase) >= 3 months", "limit": 1},
                "early": {"when": "t >= 3 months", "limit": 1},
            },
            "metrics": {
                "after": "12 * (first(lasting) - first(signed))",
                "early_at": "12 * first(early)",
                "day": "365.25 * (2001-01-31 + 1 month)",
                "sum": "12 * (first(signed) + 3 months)",
            },
        }),
    );
    let found = run(&study(&whole), 16, 5);
    let mut agreement = Agreement::default();
    for (name, exact) in [
        ("after", 3.0),
        ("early_at", 3.0),
        ("day", 58.0),
        ("sum", 10.0),
    ] {
        let told = metric(&found, name).mean.expect("a mean");
        agreement.close(name, told, exact, 1e-9);
    }
    agreement.finish(4);
}
