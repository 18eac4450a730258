//! Conditions that say the same hold at the same instants, however they are put: triggers, first
//! times, times spent and questions.

use crate::harness::{rows, scenario, settings, study};
use serde_json::{Map, Value, json};

/// Pairs that are logically equal; `n` and `count(jump)` are never negative and change at random
/// instants, `walk` at grid points.
const EQUAL: [[&str; 2]; 16] = [
    ["t > 0.6", "t > 0.6 and n >= 0"],
    ["t > 0.6", "not (t <= 0.6)"],
    ["t > 0.6", "t + 0 * n > 0.6 or walk > 1e9"],
    ["t > 0.6", "late"],
    ["t > 0.6", "late and count(jump) >= 0"],
    ["month >= 6", "month >= 6 and n >= 0"],
    ["since(jump) < 0.2", "since(jump) < 0.2 and walk < 1e9"],
    [
        "since(other) > 0.1 and ever(other)",
        "ever(other) and since(other) > 0.1 and n >= 0",
    ],
    [
        "time_in_phase > 0.3",
        "time_in_phase > 0.3 and count(other) >= 0",
    ],
    [
        "phase == a and time_in_phase > 0.1",
        "time_in_phase > 0.1 and n >= 0 and phase == a",
    ],
    ["t > 0.5", "t > 6 months"],
    ["t >= 90 / 365.25", "t >= 2001-04-01"],
    ["since(jump) < 36.525 days", "since(jump) < 0.1"],
    ["time_in(phase) > 73.05 days", "time_in_phase > 0.2"],
    ["walk > 0.4", "walk > 0.4 and n >= 0"],
    ["walk + t > 0.8", "walk + t > 0.8 and n >= 0"],
];

/// A scenario in which everything is asked of both conditions of each pair; `one` and `two` are the
/// two sides.
fn asked() -> Value {
    let (mut events, mut metrics, mut questions) = (Map::new(), Map::new(), Map::new());
    events.insert(
        "jump".into(),
        json!({"hazard": 3, "effects": [{"add": "n", "by": 1}]}),
    );
    events.insert("other".into(), json!({"hazard": 2}));
    events.insert(
        "move".into(),
        json!({"hazard": 2, "phases": ["a"], "effects": [{"phase": "b"}]}),
    );
    events.insert(
        "back".into(),
        json!({"hazard": 2, "phases": ["b"], "effects": [{"phase": "a"}]}),
    );
    for (index, pair) in EQUAL.iter().enumerate() {
        for (side, condition) in ["one", "two"].into_iter().zip(pair) {
            let condition = condition.replace("late", "(lateness > 0)");
            let name = |what: &str| format!("{what}_{index}_{side}");
            events.insert(name("fires"), json!({"when": condition}));
            metrics.insert(name("fired"), json!(format!("first({})", name("fires"))));
            metrics.insert(
                name("fired_in_all"),
                json!(format!("count({})", name("fires"))),
            );
            metrics.insert(name("first"), json!(format!("first({condition})")));
            metrics.insert(name("spent"), json!(format!("time_in({condition})")));
            metrics.insert(name("ever"), json!(format!("if(ever({condition}), 1, 0)")));
            questions.insert(name("by"), json!({"ever": condition, "by": "2001-08-28"}));
        }
    }
    scenario(
        1.0,
        0.25,
        json!({
            "phases": {"a": {"start": true}, "b": {}},
            "indicators": {"n": {"start": 0}, "walk": {"start": 0, "volatility": 0.5}},
            "derived": {"lateness": "t - 0.6"},
            "events": events,
            "metrics": metrics,
            "questions": questions,
        }),
    )
}

#[test]
fn equal_conditions_hold_at_equal_instants() {
    let study = study(&asked());
    let (result, rows) = rows(&study, &settings(&study, 2048, 81));
    let mut unlike = Vec::new();
    for (index, pair) in EQUAL.iter().enumerate() {
        for what in ["fired", "fired_in_all", "first", "spent", "ever"] {
            let [one, two] =
                ["one", "two"].map(|side| rows.metric(&format!("{what}_{index}_{side}")));
            let same = |(a, b): (&f64, &f64)| a == b || (a.is_nan() && b.is_nan());
            let differ = one.iter().zip(two).filter(|pair| !same(*pair)).count();
            if differ > 0 {
                unlike.push(format!(
                    "{what} of {pair:?}: {differ} of {} trials",
                    rows.len()
                ));
            }
        }
        let answer = |side: &str| {
            let name = format!("by_{index}_{side}");
            let mut all = result.questions.iter();
            all.find(|q| q.name == name)
                .expect("the question")
                .probability
        };
        if answer("one") != answer("two") {
            unlike.push(format!(
                "by of {pair:?}: {} and {}",
                answer("one"),
                answer("two")
            ));
        }
    }
    assert!(unlike.is_empty(), "{}", unlike.join("\n"));
}

#[test]
fn a_condition_on_the_clock_is_seen_at_the_next_jump_or_grid_point() {
    let jump_at = |at: f64| {
        let whole = scenario(
            1.0,
            0.25,
            json!({
                "events": {"jump": {"at": at.to_string()}, "late": {"when": "t > 0.6"}},
                "metrics": {"fired": "first(late)", "seen": "first(t > 0.6)", "spent": "time_in(t > 0.6)"},
            }),
        );
        let study = study(&whole);
        let (_, rows) = rows(&study, &settings(&study, 16, 82));
        ["fired", "seen", "spent"].map(|name| (1e9 * rows.metric(name)[0]).round() / 1e9)
    };
    assert_eq!(jump_at(0.65), [0.65, 0.65, 0.35], "a jump in the same step");
    assert_eq!(
        jump_at(0.55),
        [0.75, 0.75, 0.25],
        "a jump that comes too early"
    );
    assert_eq!(
        jump_at(0.85),
        [0.75, 0.75, 0.25],
        "a jump that comes too late"
    );
}

#[test]
fn a_declared_window_opens_when_the_hazard_does() {
    // The guard names the clock, which hazards see at the start of each step: whatever else it
    // names must not open the window earlier.
    let realised = |guard: &str| {
        let whole = scenario(
            1.0,
            0.25,
            json!({
                "indicators": {"n": {"start": 0}},
                "events": {
                    "jump": {"hazard": 4, "effects": [{"add": "n", "by": 1}]},
                    "strike": {"hazard": {"chance": 0.5, "within": 0.25}, "limit": 1, "if": guard},
                },
            }),
        );
        let study = study(&whole);
        let (result, _) = rows(&study, &settings(&study, 4096, 83));
        let strike = result
            .events
            .iter()
            .find(|e| e.name == "strike")
            .expect("the event");
        (strike.realised, strike.never_possible)
    };
    assert_eq!(realised("t > 0.6"), realised("t > 0.6 and n >= 0"));
}
