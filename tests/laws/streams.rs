//! A random number belongs to the place that uses it: what is added to a file leaves everything
//! else as it was, bit by bit.

use super::rich;
use crate::harness::{Rows, rows, settings, study};
use quincunx::analysis::Study;
use quincunx::results::RunResult;
use serde_json::{Value, json};

const TRIALS: u64 = 2048;

fn played(scenario: &Value) -> (Study, RunResult, Rows) {
    let study = study(scenario);
    let (result, rows) = rows(&study, &settings(&study, TRIALS, 21));
    (study, result, rows)
}

fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|v| v.to_bits()).collect()
}

/// Names of the outcomes of all trials.
fn outcomes(study: &Study, rows: &Rows) -> Vec<String> {
    let rules = &study.model.outcomes;
    rows.outcome
        .iter()
        .map(|o| {
            rules
                .get(*o as usize)
                .map_or("unclassified", |rule| &rule.name)
                .to_string()
        })
        .collect()
}

/// Everything that the base has is bit for bit in the other.
fn contains(what: &str, base: &(Study, RunResult, Rows), other: &(Study, RunResult, Rows)) {
    assert_eq!(base.2.draw, other.2.draw, "{what}: draws");
    assert_eq!(
        base.2.start_trend, other.2.start_trend,
        "{what}: start trends"
    );
    assert!(
        outcomes(&base.0, &base.2) == outcomes(&other.0, &other.2),
        "{what}: outcomes"
    );
    for (columns, more) in [
        (&base.2.metrics, &other.2.metrics),
        (&base.2.first_times, &other.2.first_times),
        (&base.2.parameters, &other.2.parameters),
    ] {
        for (name, values) in columns {
            let same = more
                .iter()
                .find(|(n, _)| n == name)
                .unwrap_or_else(|| panic!("{what}: {name} is gone"));
            assert!(
                bits(values) == bits(&same.1),
                "{what}: {name} has other values"
            );
        }
    }
    let whole = |result: &RunResult| serde_json::to_value(result).expect("plain data");
    let (before, after) = (whole(&base.1), whole(&other.1));
    for section in [
        "trends",
        "phases",
        "indicators",
        "derived",
        "events",
        "questions",
    ] {
        let after = after[section].as_array().expect("a list");
        for item in before[section].as_array().expect("a list") {
            let same = after
                .iter()
                .find(|i| i["name"] == item["name"])
                .expect("what was there is there");
            assert!(
                item == same,
                "{what}: {section} {} differs:\n{item}\n{same}",
                item["name"]
            );
        }
    }
}

fn added(section: &str, name: &str, thing: Value) -> Value {
    let mut scenario = rich();
    let section = &mut scenario[section];
    match section.as_array_mut() {
        Some(list) => list.push(thing),
        None => section[name] = thing,
    }
    scenario
}

#[test]
fn an_added_thing_leaves_the_draws_of_all_others_unchanged() {
    let base = played(&rich());
    for (what, section, name, thing) in [
        (
            "an event that comes first by name",
            "events",
            "aaa",
            json!({"hazard": 5, "effects": []}),
        ),
        (
            "an event that comes last by name",
            "events",
            "zzz",
            json!({"hazard": "3 * support", "effects": []}),
        ),
        (
            "an event in the middle",
            "events",
            "delay",
            json!({"hazard": {"chance": 0.9, "within": "1 month"}, "rest": "3 days", "effects": []}),
        ),
        (
            "a scheduled event",
            "events",
            "fair",
            json!({"at": {"uniform": ["2026-02-01", "2026-12-01"]}, "effects": []}),
        ),
        (
            "a trigger",
            "events",
            "gasp",
            json!({"when": "price > 85", "effects": []}),
        ),
        (
            "an indicator with noise",
            "indicators",
            "morale",
            json!({"start": {"uniform": [0, 1]}, "drift": "-morale", "volatility": 0.3}),
        ),
        ("a counter", "indicators", "a_count", json!({"start": 3})),
        (
            "an uncertain parameter",
            "parameters",
            "luck",
            json!({"uniform": [0, 1]}),
        ),
        (
            "a derived value",
            "derived",
            "burden",
            json!("price * convoys"),
        ),
        (
            "a metric",
            "metrics",
            "highest_burden",
            json!("highest(price * convoys)"),
        ),
        (
            "a question",
            "questions",
            "dear",
            json!({"ever": "price > 100", "by": "2026-09-01"}),
        ),
        (
            "a question about an instant",
            "questions",
            "dear",
            json!({"holds": "price > 100", "at": "2026-09-03"}),
        ),
        (
            "a phase that nothing enters",
            "phases",
            "annexed",
            json!({}),
        ),
    ] {
        contains(what, &base, &played(&added(section, name, thing)));
    }
    let with_rule = added(
        "outcomes",
        "",
        json!({"name": "never", "when": "price < 0"}),
    );
    contains("an outcome", &base, &played(&with_rule));
}

#[test]
fn an_event_that_acts_on_new_things_only_leaves_the_rest_alone() {
    let base = played(&rich());
    let mut scenario = added(
        "indicators",
        "morale",
        json!({"start": 1, "volatility": 0.2}),
    );
    scenario["events"]["a_speech"] = json!({"hazard": "10 * min(morale^2, 1)", "effects": [{"multiply": "morale", "by": {"uniform": [0.8, 1.3]}}]});
    scenario["metrics"]["morale_at_end"] = json!("final(morale)");
    contains(
        "an event with an indicator of its own",
        &base,
        &played(&scenario),
    );
}

#[test]
fn a_change_of_one_number_leaves_the_draws_of_what_does_not_depend_on_it() {
    let (base, other) = (rich(), {
        let mut scenario = rich();
        scenario["events"]["deal"]["hazard"]["rate"] = json!(4);
        scenario
    });
    let (base, other) = (played(&base), played(&other));
    assert!(
        outcomes(&base.0, &base.2) != outcomes(&other.0, &other.2),
        "a fivefold rate changes outcomes"
    );
    assert_eq!(base.2.start_trend, other.2.start_trend);
    for (name, values) in &base.2.parameters {
        assert!(bits(values) == bits(other.2.parameter(name)), "{name}");
    }
    // Before a treaty can freeze a trial nothing differs: the first truce comes when it came.
    for name in ["delivery", "truce_signed"] {
        let pairs = base.2.first_time(name).iter().zip(other.2.first_time(name));
        let deals = base
            .2
            .first_time("deal")
            .iter()
            .zip(other.2.first_time("deal"));
        for ((a, b), (deal, sooner)) in pairs.zip(deals) {
            if *a < deal.min(*sooner) {
                assert_eq!(a.to_bits(), b.to_bits(), "{name}");
            }
        }
    }
}
