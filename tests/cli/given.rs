//! `given`: a run split by a condition.

use crate::program::{call, folder, quincunx, stderr, stdout, valley, write};
use predicates::str::contains;
use quincunx::results::GivenResult;

#[test]
fn a_condition_splits_a_run_in_every_format() {
    let folder = folder();
    let file = write(folder.path(), "valley.json", &valley());
    let given = |more: &[&str]| {
        let arguments = ["given", &file, "first(signature) < 0.5", "--trials", "4096"];
        let found = quincunx()
            .args(arguments)
            .args(more)
            .env("COLUMNS", "80")
            .assert();
        stdout(&found.success())
    };
    let json = given(&["--format", "json"]);
    let found: GivenResult = serde_json::from_str(&json).unwrap_or_else(|e| panic!("{e}:\n{json}"));
    assert_eq!(found.outcomes[0].name, "signed");
    assert_eq!(found.outcomes[0].held.value, Some(1.0));
    assert_eq!(found.condition, "first(signature) < 0.5");
    let table = given(&[]);
    assert!(
        table.lines().all(|line| line.chars().count() <= 80),
        "{table}"
    );
    for wanted in [
        "held in",
        "Outcomes",
        "Questions",
        "Metrics",
        "wait",
        "connection",
    ] {
        assert!(table.contains(wanted), "{wanted}: {table}");
    }
    assert!(!table.contains("condition_"), "{table}");
    let csv = given(&["--format", "csv"]);
    // Whether it was interrupted; the condition; four rows of three outcomes, a question and two
    // metrics.
    assert_eq!(csv.lines().count(), 1 + 1 + 1 + 4 * 6, "{csv}");
    let markdown = given(&["--format", "markdown"]);
    assert!(markdown.contains("| held ±, pp |"), "{markdown}");
}

#[test]
fn a_condition_that_is_none_is_shown_with_the_near_name() {
    let folder = folder();
    let file = write(folder.path(), "valley.json", &valley());
    for (condition, wanted) in [
        ("ever(signatur)", "did you mean `signature`"),
        ("phase == acord", "accord"),
        ("level", "condition"),
        ("(", "error"),
        (" ", "the condition is empty"),
    ] {
        quincunx()
            .args(["given", &file, condition])
            .assert()
            .code(2)
            .stderr(contains(wanted));
    }
    let shown = quincunx()
        .args(["given", &file, "phase == accord and ever(signatur)"])
        .assert()
        .code(2);
    assert_eq!(
        stderr(&shown),
        "error[unknown-name]: no event is named `signatur`\n  \
         --> CONDITION:1:26\n   \
         |\n \
         1 | phase == accord and ever(signatur)\n   \
         |                          ^^^^^^^^\n   \
         = hint: did you mean `signature`?\n"
    );
    call(&format!("given {file}"))
        .code(2)
        .stderr(contains("CONDITION"));
}
