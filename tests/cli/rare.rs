//! `run --rare`: the probability of something rare.

use crate::program::{call, folder, quincunx, stdout, valley, write};
use predicates::str::contains;
use quincunx::results::{RareResult, RareStatus};
use serde_json::json;

/// The valley with a number that seldom gets far, an event that leaps, and a question about each.
fn rare_valley() -> serde_json::Value {
    let mut scenario = valley();
    scenario["indicators"]["strain"] = json!({"start": 0, "volatility": 1});
    scenario["events"]["quake"] = json!({"hazard": {"rate": 1e-7, "per": "year"}});
    scenario["questions"]["strained"] = json!({"holds": "strain > 5", "at": "2026-12-31"});
    scenario["questions"]["shaken"] = json!({"ever": "ever(quake)", "by": "2026-12-31"});
    scenario
}

fn found(line: &str) -> RareResult {
    let text = stdout(&call(&format!("{line} --quiet --format json")).success());
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}:\n{text}"))
}

#[test]
fn something_rare_is_told_in_every_format_and_no_thread_changes_it() {
    let folder = folder();
    let file = write(folder.path(), "valley.json", &rare_valley());
    let line = format!("run {file} --rare strained --trials 1000000");
    let one = found(&format!("{line} --threads 1"));
    assert_eq!(one, found(&format!("{line} --threads 3")));
    assert_eq!(
        (one.status, one.kind.as_str()),
        (RareStatus::Estimated, "question")
    );
    // One year of a walk with a volatility of 1, looked at where it starts the year: the upper tail
    // of the normal law at 5, nearly.
    let p = one.probability.expect("an estimate");
    assert!(p > 5e-8 && p < 1e-6, "{p}");
    let shown = quincunx()
        .args(line.split(' ').chain(["--quiet"]))
        .env("COLUMNS", "80")
        .assert()
        .success();
    let table = stdout(&shown);
    assert!(
        table.lines().all(|line| line.chars().count() <= 80),
        "{table}"
    );
    for wanted in [
        "95% interval",
        "one in",
        "by plain trials",
        "effective",
        "gain",
    ] {
        assert!(table.contains(wanted), "{wanted}: {table}");
    }
    let csv = stdout(&call(&format!("{line} --format csv")).success());
    assert_eq!(csv.lines().count(), 1 + 10, "{csv}");
    let markdown = stdout(&call(&format!("{line} --format markdown")).success());
    assert!(markdown.contains("| by plain trials |"), "{markdown}");
}

#[test]
fn where_nothing_shows_the_way_a_bound_is_told() {
    let folder = folder();
    let file = write(folder.path(), "valley.json", &rare_valley());
    let line = format!("run {file} --rare questions.shaken --trials 100000");
    let told = found(&line);
    assert_eq!(told.status, RareStatus::NotSettled);
    assert_eq!((told.probability, told.plain.hits), (None, 0));
    call(&line)
        .success()
        .stdout(contains("not known; at most"))
        .stdout(contains("warning[rare-not-settled]"));
    let csv = stdout(&call(&format!("{line} --quiet --format csv")).success());
    assert!(csv.contains("at_most"), "{csv}");
}

#[test]
fn what_cannot_be_asked_is_said_so() {
    let folder = folder();
    let file = write(folder.path(), "valley.json", &rare_valley());
    for (options, wanted) in [
        ("--rare straind", "did you mean `strained`?"),
        ("--rare wait", "ask for an outcome, a group or a question"),
        (
            "--rare unclassified",
            "has no rule that a trial could come near to",
        ),
        ("--rare strained --until 0.1pp", "cannot be used with"),
        ("--rare strained --full", "cannot be used with"),
    ] {
        call(&format!("run {file} {options}"))
            .code(2)
            .stderr(contains(wanted));
    }
}

/// A plain run fails such files; trials that no other command plays have no number worth telling.
#[test]
fn files_that_a_plain_run_refuses_are_refused() {
    let folder = folder();
    let mut wide = rare_valley();
    wide["parameters"]["g"] = json!({"normal": {"mean": 0.4, "sd": 0.2}});
    wide["events"]["visit"] = json!({"at": "2026-06-01", "probability": "g"});
    wide["questions"]["visited"] = json!({"ever": "ever(visit)", "by": "2026-12-31"});
    let mut endless = rare_valley();
    endless["events"]["swarm"] = json!({"hazard": "exp(40 * max(strain, 0))"});
    for (name, whole, asked, code) in [
        ("wide.json", wide, "visited", "error[non-finite]"),
        (
            "endless.json",
            endless,
            "strained",
            "error[too-many-firings]",
        ),
    ] {
        let file = write(folder.path(), name, &whole);
        let refused = |options: &str| {
            let shown = call(&format!("run {file} {options}"))
                .failure()
                .stderr(contains(code));
            String::from_utf8_lossy(&shown.get_output().stderr).into_owned()
        };
        let plain = refused("--trials 10240");
        let rare = refused(&format!("--rare {asked} --trials 50000"));
        assert!(plain.contains("in trial "), "{plain}");
        assert!(!rare.contains("in trial "), "{rare}");
    }
}
