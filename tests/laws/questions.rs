//! Questions are about instants, not about grid points: what happens inside a step counts at its
//! very instant.

use crate::harness::{question, scenario, settings, study};
use quincunx::analysis::{Study, storyline};
use quincunx::engine::Silent;
use quincunx::results::Storyline;
use serde_json::{Value, json};

const DAYS_PER_YEAR: f64 = 365.25;

/// Days after 1 January 2001, in years.
fn day(n: u32) -> f64 {
    f64::from(n) / DAYS_PER_YEAR
}

fn stories(study: &Study, trials: u64, seed: u64) -> Vec<Storyline> {
    let settings = settings(study, trials, seed);
    (0..trials)
        .map(|trial| storyline(study, &settings, trial).unwrap_or_else(|error| panic!("{error}")))
        .collect()
}

/// `x` from its story, right-continuous.
fn x_at(story: &Storyline, time: f64) -> f64 {
    story
        .happenings
        .iter()
        .take_while(|h| h.time <= time)
        .last()
        .map_or(story.start.indicators["x"], |h| h.indicators["x"])
}

#[test]
fn a_question_within_a_step_is_answered_from_the_state_at_its_instant() {
    // 73 days after the start is 15 March; a step is half a year.
    let study = study(&scenario(
        1.0,
        0.5,
        json!({
            "indicators": {"x": {"start": 0}},
            "events": {
                "on": {"hazard": 8, "if": "x == 0", "effects": [{"set": "x", "to": 1}]},
                "off": {"hazard": 8, "if": "x == 1", "effects": [{"set": "x", "to": 0}]},
            },
            "questions": {
                "on_that_day": {"holds": "x == 1", "at": "2001-03-15"},
                "on_by_that_day": {"ever": "x == 1", "by": "2001-03-15"},
                "off_again_by_then": {"ever": "x == 0 and ever(on)", "by": "2001-03-15"},
                "on_at_the_start": {"holds": "x == 1", "at": "2001-01-01"},
            },
        }),
    ));
    let stories = stories(&study, 1024, 56);
    let settings = settings(&study, 1024, 56);
    let result = study.run(&settings, &Silent).expect("a run");
    let mut yes = [0u32; 3];
    for (trial, story) in stories.iter().enumerate() {
        let before_end = |event: &str| {
            story
                .happenings
                .iter()
                .any(|h| h.event == event && h.time < day(74))
        };
        let exact = [
            x_at(story, day(73)) == 1.0,
            before_end("on"),
            before_end("off"),
        ];
        for ((name, exact), count) in ["on_that_day", "on_by_that_day", "off_again_by_then"]
            .into_iter()
            .zip(exact)
            .zip(&mut yes)
        {
            assert_eq!(story.questions[name], exact, "trial {trial}: {name}");
            *count += u32::from(exact);
        }
        assert!(!story.questions["on_at_the_start"]);
    }
    for (name, count) in ["on_that_day", "on_by_that_day", "off_again_by_then"]
        .into_iter()
        .zip(yes)
    {
        assert_eq!(
            question(&result, name).probability,
            f64::from(count) / 1024.0,
            "{name}"
        );
        assert!((100..1000).contains(&count), "{name}: {count} of 1,024");
    }
}

/// Whether a question holds when `x` becomes 1 on this date.
fn answer(date: &str, ask: Value) -> bool {
    let study = study(&scenario(
        1.0,
        0.5,
        json!({
            "indicators": {"x": {"start": 0}},
            "events": {"on": {"at": date, "effects": [{"set": "x", "to": 1}]}},
            "questions": {"asked": ask},
        }),
    ));
    let settings = settings(&study, 1, 57);
    storyline(&study, &settings, 0)
        .unwrap_or_else(|error| panic!("{error}"))
        .questions["asked"]
}

#[test]
fn by_a_day_includes_all_of_it_and_nothing_of_the_next() {
    let ever = |by: &str| json!({"ever": "x == 1", "by": by});
    assert!(answer("2001-03-14", ever("2001-03-15")));
    assert!(
        answer("2001-03-15", ever("2001-03-15")),
        "an event at 00:00 of the day"
    );
    assert!(!answer("2001-03-17", ever("2001-03-15")));
    assert!(
        !answer("2001-03-16", ever("2001-03-15")),
        "an event at 00:00 of the next day"
    );
}

#[test]
fn at_a_day_sees_what_happens_at_its_first_instant_and_nothing_later() {
    let holds = |at: &str| json!({"holds": "x == 1", "at": at});
    assert!(answer("2001-03-15", holds("2001-03-15")));
    assert!(!answer("2001-03-16", holds("2001-03-15")));
    assert!(answer("2001-03-14", holds("2001-03-15")));
}

#[test]
fn dates_on_the_grid_are_answered_like_those_within_a_step() {
    let grid = |date: &str, ask: Value| {
        let mut whole = scenario(
            1.0,
            0.5,
            json!({
                "indicators": {"x": {"start": 0}},
                "events": {"on": {"at": date, "effects": [{"set": "x", "to": 1}]}},
                "questions": {"asked": ask},
            }),
        );
        whole["step"] = json!("1 week");
        let study = study(&whole);
        let settings = settings(&study, 1, 58);
        storyline(&study, &settings, 0)
            .unwrap_or_else(|error| panic!("{error}"))
            .questions["asked"]
    };
    // 15 January is 14 days after the start: a grid point.
    assert!(grid(
        "2001-01-15",
        json!({"holds": "x == 1", "at": "2001-01-15"})
    ));
    assert!(!grid(
        "2001-01-22",
        json!({"holds": "x == 1", "at": "2001-01-15"})
    ));
    assert!(grid(
        "2001-01-15",
        json!({"ever": "x == 1", "by": "2001-01-15"})
    ));
    assert!(!grid(
        "2001-01-15",
        json!({"ever": "x == 1", "by": "2001-01-14"})
    ));
}
