//! However an assumption gets into a scenario, the numbers are the same: by `--set`, by editing, by
//! `extends`, in any order of keys.

use super::rich;
use crate::harness::{faults, run, study};
use quincunx::analysis::Study;
use quincunx::results::RunResult;
use serde_json::{Map, Value, json};
use std::path::Path;

const TRIALS: u64 = 2048;

fn opened(path: &Path, sets: &[&str]) -> Study {
    let sets: Vec<String> = sets.iter().map(|s| s.to_string()).collect();
    Study::open(path, &sets).unwrap_or_else(|report| panic!("{}", faults(&report)))
}

fn whole(result: &RunResult) -> Value {
    serde_json::to_value(result).expect("plain data")
}

/// The result without the source, as text.
fn numbers(result: &RunResult) -> String {
    let mut value = whole(result);
    value["scenario"]["source"].take();
    value.to_string()
}

#[test]
fn setting_a_value_equals_editing_the_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rich.json");
    std::fs::write(&path, rich().to_string()).expect("a file");
    let mut edited = rich();
    edited["events"]["deal"]["hazard"]["rate"] = json!(1.5);
    edited["parameters"]["leak"] = json!(0.1);
    edited["outcomes"][2]["when"] = json!("ever(panic)");
    let weights = [
        ("stalemate", 0.35),
        ("escalation", 0.45),
        ("instability", 0.2),
    ];
    for (trend, weight) in weights {
        edited["trends"][trend]["weight"] = json!(weight);
    }
    let other = folder.path().join("edited.json");
    std::fs::write(&other, edited.to_string()).expect("a file");
    let sets = [
        "events.deal.hazard.rate=1.5",
        "parameters.leak=0.1",
        "outcomes.crisis.when=ever(panic)",
        "trends.stalemate.weight=0.35",
        "trends.escalation.weight=0.45",
        "trends.instability.weight=0.2",
    ];
    let by_set = run(&opened(&path, &sets), TRIALS, 31);
    let by_hand = run(&opened(&other, &[]), TRIALS, 31);
    assert_eq!(numbers(&by_set), numbers(&by_hand));
    assert_eq!(by_set.scenario.source, by_hand.scenario.source);
    let unset = run(&opened(&path, &[]), TRIALS, 31);
    assert_ne!(numbers(&by_set), numbers(&unset));
}

#[test]
fn a_file_that_extends_another_equals_the_whole_written_out() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("parent.json"), rich().to_string()).expect("a file");
    let child = json!({
        "extends": "parent.json",
        "name": "child",
        "events": {"deal": {"hazard": {"chance": 0.7, "within": "6 months"}}, "panic": null, "talks_open": {"at": "2026-05-01", "effects": [{"phase": "talks"}]}},
        "outcomes": [{"name": "settled", "when": "phase == treaty"}],
    });
    let path = folder.path().join("child.json");
    std::fs::write(&path, child.to_string()).expect("a file");
    let mut flat = rich();
    flat["name"] = json!("child");
    let events = flat["events"].as_object_mut().expect("events");
    events["deal"]["hazard"] = json!({"chance": 0.7, "within": "6 months"});
    events.shift_remove("panic");
    events.insert("talks_open".into(), child["events"]["talks_open"].clone());
    flat["outcomes"] = child["outcomes"].clone();
    let by_extension = run(&opened(&path, &[]), TRIALS, 32);
    let written_out = run(&study(&flat), TRIALS, 32);
    assert_eq!(numbers(&by_extension), numbers(&written_out));
}

/// The same file with the keys of every object in another order.
fn reordered(value: &Value, turn: usize) -> Value {
    match value {
        Value::Object(map) => {
            let mut pairs: Vec<(String, Value)> = map
                .iter()
                .map(|(k, v)| (k.clone(), reordered(v, turn)))
                .collect();
            pairs.reverse();
            let shift = turn % pairs.len().max(1);
            pairs.rotate_left(shift);
            Value::Object(pairs.into_iter().collect::<Map<String, Value>>())
        }
        Value::Array(list) => Value::Array(list.iter().map(|v| reordered(v, turn)).collect()),
        other => other.clone(),
    }
}

/// A result in which the order of display does not show: lists of named things by name.
fn by_name(result: &RunResult) -> Value {
    let mut value = whole(result);
    for section in [
        "groups",
        "scorecard",
        "trends",
        "phases",
        "states",
        "indicators",
        "derived",
        "events",
        "metrics",
        "questions",
    ] {
        let list = value[section].as_array_mut().expect("a list");
        list.sort_by_key(|item| item["name"].to_string());
    }
    for state in value["states"].as_array_mut().expect("a list") {
        let values = state["values"].as_array_mut().expect("a list");
        values.sort_by_key(|item| item["name"].to_string());
    }
    value["warnings"]
        .as_array_mut()
        .expect("a list")
        .sort_by_key(|w| w.to_string());
    value
}

#[test]
fn the_order_of_keys_never_changes_a_number() {
    let straight = by_name(&run(&study(&rich()), TRIALS, 33));
    for turn in [0, 1, 3] {
        let turned = reordered(&rich(), turn);
        assert_ne!(turned.to_string(), rich().to_string());
        let result = run(&study(&turned), TRIALS, 33);
        assert!(
            result.events[0].name != "truce_signed",
            "the order of display did change"
        );
        assert_eq!(by_name(&result), straight, "turned by {turn}");
    }
}

#[test]
fn notes_titles_and_sources_are_no_assumptions() {
    let mut told = rich();
    told["note"] = json!("a word");
    told["title"] = json!("Another title");
    told["events"]["deal"]["note"] = json!("because");
    let (plain, told) = (
        run(&study(&rich()), TRIALS, 34),
        run(&study(&told), TRIALS, 34),
    );
    assert_eq!(plain.scenario.sha256, told.scenario.sha256);
    assert_eq!(plain.outcomes, told.outcomes);
    let mut moved = rich();
    moved["parameters"]["leak"] = json!(0.31);
    assert_ne!(
        plain.scenario.sha256,
        run(&study(&moved), TRIALS, 34).scenario.sha256
    );
}

/// No key has another name or meaning in format 2. Files of format 1, kept as they were when it was
/// the only one, give the same numbers under either; what differs are months and years in
/// formulas.
#[test]
fn files_of_format_1_run_as_they_are_and_give_the_same_numbers_in_format_2() {
    let in_both = |text: &str| {
        assert!(text.contains(r#""format": 1"#));
        [
            text.to_owned(),
            text.replace(r#""format": 1"#, r#""format": 2"#),
        ]
        .map(|text| {
            let study = Study::from_text(&text, "case.jsonc");
            let study = study.unwrap_or_else(|report| panic!("{}", faults(&report)));
            let mut value = whole(&run(&study, TRIALS, 17));
            value["scenario"].take();
            value["warnings"].take();
            value.to_string()
        })
    };
    for name in ["scenarios/large.json", "example.jsonc"] {
        let path = crate::harness::below_tests("fixtures").join(name);
        let [old, new] = in_both(&std::fs::read_to_string(path).expect("it is there"));
        assert!(old == new, "{name}");
    }
    let months = r#"{"format": 1, "name": "months", "start": "2026-01-01", "horizon": "1 year", "step": "1 day",
        "metrics": {"m": "365.25 * time_in(t >= 2 months)"}, "outcomes": [{"name": "all", "when": "true"}]}"#;
    let [old, new] = in_both(months);
    assert!(old != new);
}
