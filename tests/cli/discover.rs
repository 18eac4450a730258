//! `discover`: which ranges lead to an outcome, and what would flip the lead.

use crate::program::{call, folder, quincunx, stdout, write};
use predicates::str::contains;
use quincunx::results::{DiscoverResult, FlipResult};
use serde_json::{Value, json};

/// Which of two sides wins hangs on two of three parameters.
fn contest() -> Value {
    json!({
        "format": 2, "name": "contest", "title": "A contest",
        "parameters": {
            "strength": {"title": "Strength of the first", "uniform": [0, 1]},
            "luck_counts": {"normal": {"mean": 0, "sd": 1}},
            "idle": {"uniform": [0, 1]}
        },
        "per_trial": {"dice": {"uniform": [0, 1]}},
        "outcomes": [
            {"name": "first", "title": "The first wins", "when": "dice < strength * 0.6 + 0.05 * luck_counts"},
            {"name": "second", "when": "true"}
        ],
        "metrics": {"size": {"value": "strength"}}
    })
}

/// A text in one line.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<&str>>().join(" ")
}

fn out(line: &str, columns: &str) -> String {
    let words = line.split_whitespace();
    let mut command = quincunx();
    stdout(
        &command
            .args(words)
            .env("COLUMNS", columns)
            .assert()
            .success(),
    )
}

#[test]
fn boxes_in_every_format() {
    let folder = folder();
    let file = write(folder.path(), "contest.json", &contest());
    let line = format!("discover {file} --outcome first --trials 16384 --threads 2");
    let json = out(&format!("{line} --format json"), "80");
    let found: DiscoverResult =
        serde_json::from_str(&json).unwrap_or_else(|e| panic!("{e}:\n{json}"));
    assert_eq!((found.of.name.as_str(), found.inputs), ("first", 3));
    assert_ne!(found.chosen_on.seed, found.run.seed);
    let first = &found.boxes[0];
    assert!(first.detectable && first.limits.iter().any(|limit| limit.input == "strength"));
    for columns in ["80", "60"] {
        let table = out(&line, columns);
        let width: usize = columns.parse().expect("a number");
        assert!(
            table.lines().all(|line| line.chars().count() <= width),
            "{table}"
        );
        for wanted in [
            "Box 1",
            "Strength of the first",
            "or more",
            "Wider and narrower",
        ] {
            assert!(table.contains(wanted), "{wanted}: {table}");
        }
    }
    let csv = out(&format!("{line} --format csv"), "80");
    let of = |section: &str| {
        let rows = csv
            .lines()
            .filter(|row| row.split(',').nth(2) == Some(section));
        rows.count()
    };
    let limits: usize = found.boxes.iter().map(|one| one.limits.len()).sum();
    let peeled: usize = found.peeling.iter().map(|one| one.limits.len()).sum();
    let splits = found.tree.iter().filter(|node| node.difference.is_some());
    for (section, rows) in [
        ("run", 2),
        ("box", 5 * found.boxes.len()),
        ("limit", 3 * limits),
        ("together", 3),
        ("tree", 3 * found.tree.len() + splits.count()),
        ("peeling", 3 * found.peeling.len() + peeled),
    ] {
        assert_eq!(of(section), rows, "{section}: {csv}");
    }
    assert!(
        found.tree.len() > 2 && found.tree[1].input == "strength",
        "{:#?}",
        found.tree
    );
    assert!(out(&line, "80").contains("As a tree"));
    let markdown = out(&format!("{line} --format markdown"), "80");
    assert!(markdown.contains("## Box 1"), "{markdown}");
    // Narrower, where the chance is higher.
    let dense = out(
        &format!("{line} --density 50% --boxes 1 --format json"),
        "80",
    );
    let dense: DiscoverResult = serde_json::from_str(&dense).expect("json");
    assert_eq!(dense.least_density, Some(0.5));
    let mass = |found: &DiscoverResult| found.boxes[0].size.mass.value;
    assert!(mass(&dense) < mass(&found));
    let none = out(&format!("{line} --density 0.99"), "80");
    assert!(
        flat(&none).contains("No box was found in which it is at least 99%"),
        "{none}"
    );
}

#[test]
fn a_flip_in_every_format_is_what_its_settings_give() {
    let folder = folder();
    let file = write(folder.path(), "contest.json", &contest());
    let line = format!("discover {file} --flip --trials 16384 --threads 2");
    let json = out(&format!("{line} --format json"), "80");
    let found: FlipResult = serde_json::from_str(&json).unwrap_or_else(|e| panic!("{e}:\n{json}"));
    assert_eq!(
        (found.of.name.as_str(), found.now.rival.as_str()),
        ("first", "second")
    );
    let best = &found.changes[0];
    assert!(best.verified && best.distance.is_some(), "{found:#?}");
    let sets: Vec<String> = best.set.iter().map(|set| format!("--set {set}")).collect();
    let run = out(
        &format!("run {file} {} --trials 16384 --format json", sets.join(" ")),
        "80",
    );
    let run: Value = serde_json::from_str(&run).expect("json");
    let chance = run["outcomes"][0]["probability"].as_f64();
    assert_eq!(chance, Some(best.lead.probability));
    for columns in ["80", "60"] {
        let table = out(&line, columns);
        let width: usize = columns.parse().expect("a number");
        assert!(
            table.lines().all(|line| line.chars().count() <= width),
            "{table}"
        );
        for wanted in [
            "The first wins has",
            "It leads if",
            "--set parameters.strength=",
        ] {
            assert!(flat(&table).contains(wanted), "{wanted}: {table}");
        }
    }
    let csv = out(&format!("{line} --format csv"), "80");
    let held: usize = found.changes.iter().map(|change| change.held.len()).sum();
    let levels = found.changes.iter().filter(|one| one.level.is_some());
    let levels = levels.count();
    assert!(levels > 0 && best.level < best.distance, "{found:#?}");
    assert_eq!(
        csv.lines().count(),
        5 + 4 * found.changes.len() + held + levels,
        "{csv}"
    );
    let markdown = out(&format!("{line} --format markdown"), "80");
    assert!(markdown.contains("## It leads if"), "{markdown}");
    let near = out(&format!("{line} --within 0.2"), "80");
    assert!(
        flat(&near)
            .contains("No change was found within 0.2 prior standard deviations; there may be one"),
        "{near}"
    );
    let already = out(&format!("{line} --of second"), "80");
    assert!(flat(&already).contains("likeliest already"), "{already}");
}

#[test]
fn what_cannot_be_discovered_is_refused_with_the_near_name() {
    let folder = folder();
    let file = write(folder.path(), "contest.json", &contest());
    for (options, wanted) in [
        ("--of frist", "did you mean `first`"),
        (
            "--of size",
            "--of: `size` is a metric, which is not yes or no",
        ),
        ("--boxes 0", "1..=9"),
        ("--density 140%", "is not a chance between 0 and 1"),
        ("--flip --boxes 3", "cannot be used with"),
        ("--within 2", "--flip"),
        ("--flip --within 40", "from 0.1 to 6"),
        ("--flip --of frist", "did you mean `first`"),
    ] {
        call(&format!("discover {file} {options}"))
            .code(2)
            .stderr(contains(wanted));
    }
}

#[test]
fn where_nothing_is_uncertain_it_says_so() {
    let folder = folder();
    let mut certain = contest();
    certain["parameters"] = json!({"strength": 0.4, "luck_counts": 0, "idle": 1});
    let file = write(folder.path(), "certain.json", &certain);
    let table = out(&format!("discover {file} --trials 2048"), "80");
    assert!(
        flat(&table).contains("Nothing in the file is uncertain"),
        "{table}"
    );
    assert!(
        !table.contains("uncertain inputs") && !table.contains("few-draws"),
        "{table}"
    );
    let table = out(&format!("discover {file} --flip --trials 2048"), "80");
    assert!(
        flat(&table).contains("No uncertain input was found that moves its lead"),
        "{table}"
    );
}

#[test]
fn a_flip_of_a_variant_is_reproduced_with_its_settings() {
    let folder = folder();
    let file = write(folder.path(), "contest.json", &contest());
    let own = "outcomes.first.title=Another title";
    let mut command = quincunx();
    let line = format!("discover {file} --flip --trials 4096 --set parameters.idle=0.5");
    command.args(line.split_whitespace()).args(["--set", own]);
    let table = flat(&stdout(&command.assert().success()));
    let wanted = format!("--set parameters.idle=0.5 --set '{own}' --set parameters.strength=");
    assert!(table.contains(&wanted), "{table}");
    let json = stdout(&command.args(["--format", "json"]).assert().success());
    let found: FlipResult = serde_json::from_str(&json).expect("json");
    assert_eq!(found.changes[0].set[..2], ["parameters.idle=0.5", own]);
}

#[test]
fn a_flip_of_standard_input_is_refused_at_once() {
    call("discover - --flip")
        .code(2)
        .stderr(contains("standard input can be read only once"));
}
