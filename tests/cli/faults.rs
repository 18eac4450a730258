//! Input that is wrong: every fault ends with status 2, a code and a place, soon, and without a
//! crash.

use crate::program::{call, folder, quincunx, stderr, valley, write};
use predicates::prelude::PredicateBooleanExt;
use predicates::str::contains;
use serde_json::{Value, json};
use std::fs;
use std::time::{Duration, Instant};

/// Runs `check` and `run` on a file with these bytes: both must refuse it with this code.
fn refused(bytes: &[u8], code: &str) -> String {
    let folder = folder();
    let path = folder.path().join("case.json");
    fs::write(&path, bytes).expect("the folder takes files");
    let path = path.display();
    call(&format!("check {path}"))
        .code(2)
        .stdout(contains(code));
    let run = call(&format!("run {path}"))
        .code(2)
        .stdout("")
        .stderr(contains(code))
        .stderr(contains("panicked").not());
    stderr(&run)
}

#[test]
fn what_is_no_text_or_no_scenario_is_refused() {
    refused(b"", "file-empty");
    refused(b" \n\t", "file-empty");
    refused(b"{\"name\": \"\xff\xfe\"}", "file-not-utf8");
    refused(b"\xef\xbb\xbf{}", "byte-order-mark");
    refused(b"{\"format\": 1,}", "invalid-json");
    refused(b"[1, 2]", "wrong-type");
    refused(b"{\"format\": 1, \"format\": 1}", "duplicate-key");
    refused(b"{\"format\": 3}", "unsupported-format");
}

#[test]
fn a_missing_file_and_a_directory_are_refused() {
    let folder = folder();
    let path = folder.path().display();
    call(&format!("run {path}"))
        .code(2)
        .stderr(contains("file-unreadable"))
        .stderr(contains("it is a directory"));
    call(&format!("run {path}/none.json"))
        .code(2)
        .stderr(contains("file-not-found"))
        .stderr(contains("none.json"));
    for command in ["check", "trace", "compare scenarios/baseline.json"] {
        call(&format!("{command} {path}")).code(2);
    }
}

/// A hundred million brackets must neither overflow the stack nor be shown to the reader.
#[test]
fn a_hundred_megabytes_of_brackets_are_refused_within_seconds() {
    let before = Instant::now();
    for piece in ["[", "{\"a\":"] {
        let told = refused(
            piece.repeat(100_000_000 / piece.len()).as_bytes(),
            "nested-too-deeply",
        );
        assert!(told.len() < 2_000, "{} bytes of message", told.len());
    }
    assert!(
        before.elapsed() < Duration::from_secs(20),
        "{:?}",
        before.elapsed()
    );
}

#[test]
fn a_formula_of_brackets_is_refused() {
    let mut scenario = valley();
    let deep = format!("{}level{}", "(".repeat(200_000), ")".repeat(200_000));
    scenario["indicators"]["level"]["drift"] = json!(deep);
    let told = refused(scenario.to_string().as_bytes(), "formula-too-deep");
    assert!(told.len() < 3_000, "{} bytes of message", told.len());
    // Unary operators and chains nest as brackets do.
    for formula in [
        format!("{}1", "-".repeat(100_000)),
        vec!["level"; 100_000].join("^"),
    ] {
        scenario["indicators"]["level"]["drift"] = json!(formula);
        refused(scenario.to_string().as_bytes(), "formula-too-deep");
    }
}

#[test]
fn parents_that_are_missing_or_lead_in_a_circle_are_refused() {
    let folder = folder();
    let file = |name: &str, parent: &str| {
        write(
            folder.path(),
            name,
            &json!({"name": "x", "extends": parent}),
        )
    };
    let a = file("a.json", "b.json");
    file("b.json", "c.json");
    file("c.json", "a.json");
    call(&format!("run {a}"))
        .code(2)
        .stderr(contains("extends-cycle"))
        .stderr(contains("c.json:"))
        .stderr(contains("circle"));
    let own = file("own.json", "./own.json");
    call(&format!("run {own}"))
        .code(2)
        .stderr(contains("extends-cycle"));
    let lost = file("lost.json", "nowhere.json");
    call(&format!("run {lost}"))
        .code(2)
        .stderr(contains("extends-not-found"))
        .stderr(contains("nowhere.json"))
        .stderr(contains("lost.json:"));
}

#[test]
fn a_horizon_of_too_many_steps_is_refused_with_steps_and_time() {
    for (horizon, step) in [("7000 years", "1 hour"), ("10 years", "0.0000001 years")] {
        let mut scenario = valley();
        scenario["horizon"] = json!(horizon);
        scenario["step"] = json!(step);
        let told = refused(scenario.to_string().as_bytes(), "too-many-steps");
        assert!(told.contains("steps, the limit is"), "{told}");
        assert!(told.contains("one core busy for"), "{told}");
    }
    for horizon in ["1000000 years", "99999999999999999999 years"] {
        let mut scenario = valley();
        scenario["horizon"] = json!(horizon);
        let told = refused(scenario.to_string().as_bytes(), "value-out-of-range");
        assert!(told.contains("the year 9999"), "{told}");
    }
}

#[test]
fn a_huge_grid_within_the_limit_reports_few_times_and_little_memory() {
    let folder = folder();
    let mut scenario = valley();
    scenario["horizon"] = json!("5000 years");
    scenario["step"] = json!("1 year");
    scenario["questions"] = json!({});
    let path = write(folder.path(), "long.json", &scenario);
    call(&format!("run {path} --trials 1024 --format csv --quiet")).success();
}

#[test]
fn settings_that_lead_nowhere_are_refused_with_the_nearest_name() {
    let folder = folder();
    let path = write(folder.path(), "valley.json", &valley());
    for (set, code, hint) in [
        ("trends.dyr.weight=1", "unknown-path", "did you mean `dry`?"),
        ("parameters.clam=1", "unknown-path", "did you mean `calm`?"),
        (
            "outcomes.opn.title=x",
            "unknown-path",
            "did you mean `open`?",
        ),
        ("trends.dry.weight", "invalid-set", "PATH=VALUE"),
        (
            "events.signature.hazard.rate=hast",
            "unknown-name",
            "did you mean `haste`?",
        ),
        ("trends.dry.weight=-0.5", "value-out-of-range", "-0.5"),
    ] {
        let refused = quincunx()
            .args(["run", &path, "--set", set])
            .assert()
            .code(2)
            .stdout("")
            .stderr(contains(code))
            .stderr(contains("--set"));
        assert!(
            stderr(&refused).contains(hint),
            "{set}: {}",
            stderr(&refused)
        );
    }
}

#[test]
fn wrong_values_of_options_are_refused_and_quoted() {
    for (options, quoted) in [
        ("--trials 0", "`0`"),
        ("--trials -5", "-5"),
        ("--trials ten", "`ten`"),
        ("--trials 1e40", "1e40"),
        ("--draws 0", "`0`"),
        ("--threads 0", "0"),
        ("--threads 5000", "5000"),
        ("--seed -1", "-1"),
        ("--until 0.1", "`0.1`"),
        ("--until 0pp", "`0pp`"),
        ("--format yaml", "yaml"),
        ("--color sometimes", "sometimes"),
        ("--trials-out trials.txt", "trials.txt"),
        ("--trails 5", "--trials"),
        ("--trials 1e9 --draws 16", "trials a parameter draw"),
    ] {
        let refused = call(&format!("run scenarios/port_strike.json {options}"))
            .code(2)
            .stdout("");
        assert!(
            stderr(&refused).contains(quoted),
            "{options}: {}",
            stderr(&refused)
        );
    }
    call("runn scenarios/port_strike.json")
        .code(2)
        .stderr(contains("run"));
}

#[test]
fn every_fault_is_told_at_once() {
    let mut scenario = valley();
    scenario["trends"]["dry"]["wieght"] = json!(0.7);
    scenario["events"]["signature"]["phases"] = json!(["disputes"]);
    scenario["questions"]["by_june"]["by"] = json!("2026-02-30");
    let told = refused(scenario.to_string().as_bytes(), "unknown-key");
    assert!(
        told.contains("`weight`") && told.contains("2026-02-30"),
        "{told}"
    );
    // Names are looked up once the file can be read at all.
    scenario["trends"]["dry"]
        .as_object_mut()
        .map(|dry| dry.remove("wieght"));
    scenario["questions"]["by_june"]["by"] = json!("2026-02-28");
    scenario["metrics"]["low"] = Value::from("lowest(lvel)");
    let told = refused(scenario.to_string().as_bytes(), "unknown-name");
    assert!(
        told.contains("`dispute`") && told.contains("`level`"),
        "{told}"
    );
}
