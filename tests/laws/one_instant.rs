//! What happens at one instant: events in the order of their names or priorities, triggers among
//! them, effects one after another or together.

use super::events::{names, story};
use crate::harness::{rows, scenario, settings, study};
use serde_json::{Value, json};

/// Within a step of half a year, and on a grid of weeks (12 March is 70 days after the start).
const INSTANTS: [(&str, &str); 2] = [("6 months", "2001-03-15"), ("1 week", "2001-03-12")];

fn stepping(step: &str, sections: Value) -> Value {
    let mut whole = scenario(1.0, 0.5, sections);
    whole["step"] = json!(step);
    whole
}

#[test]
fn events_at_the_same_instant_fire_in_the_order_of_their_names() {
    for (step, date) in INSTANTS {
        let at = |effect: Value| json!({"at": date, "effects": [effect]});
        let whole = stepping(
            step,
            json!({
                "indicators": {"x": {"start": 10}},
                "events": {
                    "c_adds": at(json!({"add": "x", "by": 3})),
                    "a_sets": at(json!({"set": "x", "to": 1})),
                    "b_doubles": at(json!({"multiply": "x", "by": 2})),
                },
            }),
        );
        let told = story(&whole);
        assert_eq!(names(&told), ["a_sets", "b_doubles", "c_adds"], "{date}");
        assert_eq!(told.end.indicators["x"], 5.0);
    }
}

#[test]
fn triggers_take_their_turn_by_name_among_what_is_due_at_their_instant() {
    for (step, date) in INSTANTS {
        let whole = stepping(
            step,
            json!({
                "indicators": {"x": {"start": 0}},
                "events": {
                    "z_trigger": {"when": "x > 0", "effects": []},
                    "b_trigger": {"when": "x > 0", "effects": []},
                    "c_dated": {"at": date, "effects": []},
                    "a_dated": {"at": date, "effects": [{"set": "x", "to": 1}]},
                },
            }),
        );
        assert_eq!(
            names(&story(&whole)),
            ["a_dated", "b_trigger", "c_dated", "z_trigger"],
            "{date}"
        );
    }
}

#[test]
fn of_two_events_at_one_instant_the_first_by_name_can_shut_out_the_second() {
    let whole = scenario(
        1.0,
        0.5,
        json!({
            "phases": {"open": {"start": true}, "shut": {}},
            "events": {
                "b_enters": {"at": "2001-03-15", "phases": ["open"], "effects": []},
                "a_shuts": {"at": "2001-03-15", "effects": [{"phase": "shut"}]},
            },
        }),
    );
    assert_eq!(names(&story(&whole)), ["a_shuts"]);
}

#[test]
fn effects_see_one_another_and_ranges_hold_after_each() {
    let whole = scenario(
        1.0,
        0.5,
        json!({
            "indicators": {"x": {"start": 1, "range": [0, 3]}, "y": {"start": 0}, "z": {"start": 2.5, "range": [0, 3], "at_range": "reflect"}},
            "events": {"all": {"at": "2001-03-15", "effects": [
                {"add": "x", "by": 5}, {"add": "x", "by": -5}, {"set": "y", "to": "x + 7 * count(all)"}, {"multiply": "y", "by": "y"}, {"add": "z", "by": 1},
            ]}},
        }),
    );
    let end = story(&whole).end.indicators;
    assert_eq!((end["x"], end["y"], end["z"]), (0.0, 49.0, 2.5));
}

/// Whatever they are called: at one instant the higher priority comes first, on a grid point and
/// between two, and triggers take their turn among the rest.
#[test]
fn at_one_instant_the_higher_priority_comes_first() {
    for (at, step) in [(0.5, 0.25), (0.3, 0.25)] {
        let whole = |priorities: [i32; 3]| {
            let [a, b, c] = priorities;
            scenario(
                1.0,
                step,
                json!({
                    "indicators": {"x": {"start": 0}},
                    "events": {
                        "a": {"at": at, "priority": a, "effects": [{"set": "x", "to": 1}]},
                        "b": {"at": at, "priority": b, "effects": [{"set": "x", "to": 2}]},
                        "c": {"when": "x > 0", "priority": c, "effects": [{"set": "x", "to": 3}]},
                    },
                }),
            )
        };
        for (priorities, order) in [
            ([0, 0, 0], ["a", "b", "c"]),
            ([0, 1, 0], ["b", "a", "c"]),
            ([0, 1, 1], ["b", "c", "a"]),
            ([-1, -2, 5], ["a", "c", "b"]),
        ] {
            assert_eq!(
                names(&story(&whole(priorities))),
                order,
                "{priorities:?} at {at}"
            );
        }
    }
}

/// Effects that go together read what was before any of them, drawn numbers and derived values too;
/// what comes after them sees all.
#[test]
fn effects_together_do_not_see_one_another() {
    let study = study(&scenario(
        1.0,
        0.5,
        json!({
            "indicators": {"a": {"start": 1}, "b": {"start": 2}, "c": {"start": 0}, "d": {"start": 10, "range": [0, 12]}},
            "derived": {"both": "10 * a + b"},
            "events": {"e": {"at": 0.3, "effects": [
                {"add": "a", "by": 2},
                {"together": [{"set": "a", "to": "b"}, {"set": "b", "to": "a"}, {"set": "c", "to": "both"}, {"multiply": "d", "by": "a"}]},
                {"add": "c", "by": "100 * both"},
            ]}},
            "metrics": {"x": "final(a)", "y": "final(b)", "z": "final(c)", "w": "final(d)"},
        }),
    ));
    let (_, rows) = rows(&study, &settings(&study, 64, 88));
    let last = |name: &str| rows.metric(name)[63];
    // 3 and 2 become 2 and 3; c is first 32, then 2,300 more.
    let found = ["x", "y", "z", "w"].map(last);
    assert_eq!(found, [2.0, 3.0, 32.0 + 2300.0, 12.0]);
}
