//! `show`: what can be set, and by which path.

use crate::program::{call, folder, quincunx, stdout, valley, write};
use predicates::str::contains;
use serde_json::json;

const BASELINE: &str = "scenarios/baseline.json";

#[test]
fn every_path_that_is_shown_can_be_set() {
    let mut scenario = valley();
    scenario["parameters"]["haste"]["note"] = json!("asked at the river");
    let folder = folder();
    let path = write(folder.path(), "valley.json", &scenario);
    let mut paths = 0;
    for section in [
        "parameters",
        "trends",
        "phases",
        "indicators",
        "events",
        "outcomes",
        "questions",
        "run",
        "horizon",
    ] {
        let shown = stdout(&call(&format!("show {path} {section}")).success());
        for line in shown.lines().filter(|line| !line.starts_with('#')) {
            let (place, value) = line.split_once(" = ").unwrap_or_else(|| panic!("{line}"));
            let quoted = match value.parse::<f64>() {
                Ok(_) => value.to_owned(),
                Err(_) if value.starts_with('[') || ["true", "false", "null"].contains(&value) => {
                    value.to_owned()
                }
                Err(_) => json!(value).to_string(),
            };
            quincunx()
                .args(["check", &path, "--set", &format!("{place}={quoted}")])
                .assert()
                .success();
            paths += 1;
        }
    }
    assert!(paths > 20, "{paths}");
    let shown = stdout(&call(&format!("show {path} parameters.haste")).success());
    assert!(
        shown.contains("# parameters.haste: asked at the river"),
        "{shown}"
    );
    assert!(!shown.contains("note ="), "{shown}");
}

#[test]
fn a_wrong_path_gets_the_nearest_right_one() {
    for (path, near) in [
        ("trend", "`trends`"),
        ("trends.stalmate", "`stalemate`"),
        ("events.text_signed.hazrd", "`hazard`"),
        ("horizon.months", "no parts"),
        ("outcomes.ceasefre", "`ceasefire`"),
    ] {
        call(&format!("show {BASELINE} {path}"))
            .code(2)
            .stdout("")
            .stderr(contains(near));
    }
}

#[test]
fn the_overview_has_titles_and_what_is_set_from_outside() {
    let shown = stdout(&call(&format!("show {BASELINE} --set horizon=2")).success());
    for line in [
        "horizon = 2",
        "  trends.escalation  Escalation risks",
        "outcomes (10)",
    ] {
        assert!(shown.lines().any(|one| one == line), "{line}\n{shown}");
    }
    assert!(
        shown.lines().all(|line| line.chars().count() <= 80),
        "{shown}"
    );
}

#[test]
fn parameters_are_a_table_that_pastes() {
    let shown = stdout(&call(&format!("show {BASELINE} --parameters")).success());
    let lines: Vec<&str> = shown.lines().collect();
    let file: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(BASELINE).expect("a file")).expect("JSON");
    let all = file["parameters"].as_object().expect("parameters");
    assert_eq!(lines.len(), all.len() + 2);
    let bars = |line: &str| line.matches(" | ").count();
    assert!(lines.iter().all(|line| bars(line) == 4), "{shown}");
    assert!(
        lines[2].contains("`parameters.chance_ceasefire`") && lines[2].contains("p50 0.155"),
        "{}",
        lines[2]
    );
    let folder = folder();
    let none = write(
        folder.path(),
        "none.json",
        &json!({"format": 1, "name": "n", "start": "2026-01-01", "horizon": 1, "step": 1}),
    );
    call(&format!("show {none} --parameters"))
        .code(2)
        .stderr(contains("no parameters"));
}

#[test]
fn every_path_that_can_be_set_is_shown_at_once_and_can_be_set() {
    let shown = stdout(&call(&format!("show {BASELINE} --full")).success());
    let values: Vec<(&str, &str)> = (shown.lines())
        .filter(|line| !line.starts_with("# "))
        .map(|line| {
            line.split_once(" = ")
                .unwrap_or_else(|| panic!("no value: {line}"))
        })
        .collect();
    assert!(values.len() > 300, "{}", values.len());
    assert!(
        values.contains(&("horizon", "36 months")),
        "{:?}",
        values.iter().find(|v| v.0 == "horizon")
    );
    assert!(shown.contains("# parameters.chance_ceasefire: "), "{shown}");
    // What is set to the value that it has makes no other scenario.
    for place in [
        "parameters.chance_ceasefire.p50",
        "trends.escalation.weight",
    ] {
        let (path, value) = values.iter().find(|(path, _)| *path == place).expect(place);
        let again =
            stdout(&call(&format!("show {BASELINE} --full --set {path}={value}")).success());
        assert_eq!(again, shown, "{path}");
    }
}
