//! `tripwires`: what to watch, and by when.

use crate::program::{call, folder, quincunx, stdout, valley, write};
use predicates::str::contains;
use quincunx::results::TripwiresResult;

#[test]
fn a_watch_list_in_every_format() {
    let folder = folder();
    let file = write(folder.path(), "valley.json", &valley());
    let list = |more: &str| {
        let line = format!("tripwires {file} --outcome signed --trials 8192 --threads 2 {more}");
        let words = line.split_whitespace();
        stdout(
            &quincunx()
                .args(words)
                .env("COLUMNS", "80")
                .assert()
                .success(),
        )
    };
    let json = list("--format json");
    let found: TripwiresResult =
        serde_json::from_str(&json).unwrap_or_else(|e| panic!("{e}:\n{json}"));
    assert_eq!(found.of.name, "signed");
    assert_ne!(found.chosen_on.seed, found.run.seed);
    assert!(found.run.trials >= 8192 && !found.days.is_empty());
    let table = list("");
    assert!(
        table.lines().all(|line| line.chars().count() <= 80),
        "{table}"
    );
    for wanted in ["By 20", "tells", "connection", "signed"] {
        assert!(table.contains(wanted), "{wanted}: {table}");
    }
    let csv = list("--format csv");
    assert_eq!(csv.lines().count(), 3 + 10 * found.tripwires.len(), "{csv}");
    let markdown = list("--format markdown");
    assert!(markdown.contains("## By 20"), "{markdown}");
    // More of them, and only by the day that was asked for.
    let found: TripwiresResult =
        serde_json::from_str(&list("--format json --by 2026-03-01 --top 50")).expect("json");
    assert_eq!(found.days, ["2026-03-01"]);
}

#[test]
fn what_cannot_be_watched_is_refused_with_the_near_name() {
    let folder = folder();
    let file = write(folder.path(), "valley.json", &valley());
    for (options, wanted) in [
        ("--of signd", "did you mean `signed`"),
        (
            "--of wait",
            "--of: `wait` is a metric, which is not yes or no",
        ),
        ("--by june", "is not a day, such as 2026-06-01"),
        ("--by 1999-01-01", "--by: 1999-01-01 is not after the start"),
        ("--by 2999-01-01", "when the answer is read"),
        ("--top 0", "1..=50"),
    ] {
        call(&format!("tripwires {file} {options}"))
            .code(2)
            .stderr(contains(wanted));
    }
}

#[test]
fn where_there_is_nothing_to_tell_it_says_so() {
    let folder = folder();
    let quiet: serde_json::Value = serde_json::from_str(r#"{
        "format": 1, "name": "quiet", "start": "2026-01-01", "horizon": "12 months", "step": "1 month",
        "events": {"bell": {"hazard": {"rate": 1, "per": "year"}}},
        "outcomes": [{"name": "all", "when": "true"}]
    }"#).expect("JSON");
    let file = write(folder.path(), "quiet.json", &quiet);
    let table = stdout(&call(&format!("tripwires {file} --trials 2048")).success());
    assert!(table.contains("nothing to tell apart"), "{table}");
    assert!(table.contains("Nothing seen by then"), "{table}");
}
