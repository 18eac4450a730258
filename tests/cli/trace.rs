//! `trace`: one trial of a run, told again.

use crate::program::{call, folder, stdout};
use predicates::str::contains;
use quincunx::results::Storyline;
use std::collections::BTreeMap;

const STRIKE: &str = "scenarios/port_strike.json";

#[test]
fn a_traced_trial_equals_its_row_in_the_file_of_trials() {
    let folder = folder();
    let out = folder.path().join("trials.csv");
    let size = "--trials 2048 --seed 5";
    call(&format!(
        "run {STRIKE} {size} --trials-out {} --quiet",
        out.display()
    ))
    .success();
    let mut reader = csv::Reader::from_path(&out).expect("a file of trials");
    let header: Vec<String> = reader
        .headers()
        .expect("a header")
        .iter()
        .map(str::to_owned)
        .collect();
    let rows: Vec<BTreeMap<String, String>> = reader
        .records()
        .map(|row| {
            let row = row.expect("a row");
            header
                .iter()
                .cloned()
                .zip(row.iter().map(str::to_owned))
                .collect()
        })
        .collect();
    assert_eq!(rows.len(), 2048);
    let mut outcomes = Vec::new();
    for trial in [0, 63, 64, 1023, 1024, 2047] {
        let text = stdout(
            &call(&format!(
                "trace {STRIKE} {size} --trial {trial} --format json"
            ))
            .success(),
        );
        let story: Storyline = serde_json::from_str(&text).expect("a storyline");
        let row = &rows[trial];
        assert_eq!(row["trial"], trial.to_string());
        assert_eq!(row["draw"], story.draw.to_string());
        assert_eq!(row["outcome"], story.outcome);
        assert_eq!(row["start_trend"], story.start.trend);
        let number = |column: &str| {
            let cell = &row[column];
            (!cell.is_empty()).then(|| cell.parse::<f64>().expect("a number"))
        };
        for (name, value) in &story.parameters {
            assert_eq!(number(&format!("parameter.{name}")), Some(*value));
        }
        for (name, value) in &story.metrics {
            assert_eq!(number(&format!("metric.{name}")), *value, "{name}");
        }
        for column in header.iter().filter(|c| c.starts_with("first_time.")) {
            let event = column.trim_start_matches("first_time.");
            let first = story.happenings.iter().find(|h| h.event == event);
            assert_eq!(number(column), first.map(|h| h.time), "{event}");
        }
        outcomes.push(story.outcome);
    }
    outcomes.dedup();
    assert!(
        outcomes.len() > 1,
        "all trials alike test nothing: {outcomes:?}"
    );
}

#[test]
fn a_story_is_dated_and_names_its_end() {
    let text = stdout(&call(&format!("trace {STRIKE} --trial 3")).success());
    assert!(text.contains("2026-"), "{text}");
    assert!(text.contains("trial 3"), "{text}");
}

#[test]
fn a_trial_number_that_is_none_is_refused() {
    for number in ["-1", "1.5", "first"] {
        call(&format!("trace {STRIKE} --trial={number}"))
            .code(2)
            .stdout("")
            .stderr(contains(number));
    }
}

#[test]
fn a_story_goes_to_a_file() {
    let folder = folder();
    let out = folder.path().join("story.txt");
    call(&format!("trace {STRIKE} --trial 3 --out {}", out.display()))
        .success()
        .stdout("");
    let told = stdout(&call(&format!("trace {STRIKE} --trial 3")).success());
    assert_eq!(std::fs::read_to_string(&out).expect("a story"), told);
}
