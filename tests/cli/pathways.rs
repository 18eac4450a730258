//! `trace --near-misses` and `trace --pathways`, and stories in every format.

use crate::program::{call, folder, quincunx, stdout, valley, write};
use predicates::str::contains;
use quincunx::results::{NearMisses, Pathways};
use serde_json::json;
use std::collections::BTreeSet;

/// What a command prints on a page of 80 cells.
fn printed(line: &str) -> String {
    let mut command = quincunx();
    let words = line.split_whitespace();
    stdout(&command.args(words).env("COLUMNS", "80").assert().success())
}

/// Values of some column of a CSV table in the rows with a measure.
fn column(csv: &str, measure: &str, name: &str) -> Vec<String> {
    let mut table = csv::Reader::from_reader(csv.as_bytes());
    let heads = table.headers().expect("a header").clone();
    let place = |name: &str| {
        heads
            .iter()
            .position(|head| head == name)
            .expect("a column")
    };
    let (measures, wanted) = (place("measure"), place(name));
    let rows = table.records().map(|row| row.expect("a row"));
    rows.filter(|row| &row[measures] == measure)
        .map(|row| row[wanted].to_owned())
        .collect()
}

#[test]
fn near_misses_in_every_format_and_on_a_page() {
    let folder = folder();
    let file = write(folder.path(), "valley.json", &valley());
    let page = folder.path().join("near.html");
    let line = format!("trace {file} --outcome open --near-misses -q");
    let found: NearMisses = serde_json::from_str(&printed(&format!(
        "{line} --format json --report {}",
        page.display()
    )))
    .expect("JSON");
    assert_eq!((found.outcome.as_str(), found.compared), ("open", 1024));
    let near = &found.ends[0];
    assert!(near.name == "signed" && near.share.value > 0.0 && near.share.std_error > 0.0);
    let event = &found.events[0];
    assert_eq!(
        (event.event.as_str(), event.change.as_str()),
        ("signature", "with")
    );
    let table = printed(&line);
    assert!(
        table.lines().all(|line| line.chars().count() <= 80),
        "{table}"
    );
    let share = format!("{:.1}%", 100.0 * near.share.value);
    let markdown = printed(&format!("{line} --format markdown"));
    let html = std::fs::read_to_string(&page).expect("a page");
    for text in [&table, &markdown, &html] {
        for wanted in [share.as_str(), "signature", "likelier than not"] {
            assert!(text.contains(wanted), "{wanted}: {text}");
        }
    }
    let csv = printed(&format!("{line} --format csv"));
    assert_eq!(column(&csv, "interrupted", "value"), ["0"]);
    assert_eq!(column(&csv, "trials", "value"), ["1024"]);
    let told = column(&csv, "one_event_away_from", "value");
    assert_eq!(told, [near.share.value.to_string()]);
}

/// Of a group it is what lies outside that was near; an outcome of the same name comes first.
#[test]
fn near_misses_of_a_group_are_asked_for_by_its_name() {
    let folder = folder();
    let mut file = valley();
    file["groups"] = json!({"closed": {"title": "It is over"}, "open": {"title": "It goes on"}});
    file["outcomes"][0]["group"] = json!("closed");
    file["outcomes"][1]["group"] = json!("open");
    let file = write(folder.path(), "valley.json", &file);
    let found = |name: &str| -> NearMisses {
        let line = format!("trace {file} --outcome {name} --near-misses -q --format json");
        serde_json::from_str(&printed(&line)).expect("JSON")
    };
    let of = |name: &str| {
        let found = found(name);
        (found.kind, found.outcome, found.outcome_title)
    };
    let told = |kind: &str, name: &str, title: &str| (kind.into(), name.into(), title.into());
    assert_eq!(of("closed"), told("group", "closed", "It is over"));
    assert_eq!(of("groups.open"), told("group", "open", "It goes on"));
    assert_eq!(of("open").0, "outcome");
    let ends: Vec<String> = (found("closed").ends.into_iter())
        .map(|end| end.name)
        .collect();
    assert_eq!(ends, ["open"]);
    let table = printed(&format!("trace {file} --outcome closed --near-misses -q"));
    let table = table.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        table.contains("`It is over`, a group of outcomes: in")
            && table.contains("would have brought an outcome outside of it"),
        "{table}"
    );
    for (more, wanted) in [
        (
            "--outcome closed --typical 2",
            "only --near-misses takes; name one of them: signed",
        ),
        ("--outcome closed --pathways", "only --near-misses takes"),
        ("--outcome closd --near-misses", "did you mean `closed`?"),
    ] {
        call(&format!("trace {file} {more}"))
            .code(2)
            .stderr(contains(wanted));
    }
}

#[test]
fn pathways_in_every_format_and_on_a_page() {
    let folder = folder();
    let page = folder.path().join("paths.html");
    let line = "trace scenarios/port_strike.json --pathways --trials 4096 -q";
    let found: Pathways = serde_json::from_str(&printed(&format!(
        "{line} --format json --report {}",
        page.display()
    )))
    .expect("JSON");
    assert_eq!((found.trials, found.run.trials), (4096, 4096));
    let html = std::fs::read_to_string(&page).expect("a page");
    let markdown = printed(&format!("{line} --format markdown"));
    let table = printed(line);
    assert!(
        table.lines().all(|line| line.chars().count() <= 80),
        "{table}"
    );
    let first = &found.branches[0];
    let share = format!("{:.1}%", 100.0 * first.share.value);
    for text in [&table, &markdown, &html] {
        assert!(
            text.contains(&share) && text.contains(&first.title),
            "{text}"
        );
    }
    let csv = printed(&format!("{line} --format csv"));
    let shares: BTreeSet<String> = column(&csv, "share", "value").into_iter().collect();
    assert!(shares.contains(&first.share.value.to_string()), "{csv}");
    // Of one outcome alone, ends say nothing.
    let one = format!("{line} --outcome on_strike --depth 2 --format json");
    let found: Pathways = serde_json::from_str(&printed(&one)).expect("JSON");
    assert_eq!(
        found.outcome.map(|of| of.name).as_deref(),
        Some("on_strike")
    );
    assert!(found.trials < 4096 && found.ends.is_empty() && found.branches[0].ends.is_empty());
    let deepest = found.branches.iter().flat_map(|one| &one.branches);
    assert!(deepest.clone().count() > 0 && deepest.into_iter().all(|one| one.branches.is_empty()));
}

#[test]
fn stories_as_csv_have_a_row_for_each_change() {
    let line = "trace scenarios/port_strike.json --trial 7 -q";
    let csv = printed(&format!("{line} --format csv"));
    let story: serde_json::Value =
        serde_json::from_str(&printed(&format!("{line} --format json"))).expect("JSON");
    let happenings = story["happenings"].as_array().expect("happenings");
    let changes = happenings.iter().map(|one| {
        let changes = one["changes"].as_array().expect("changes");
        changes.len().max(1)
    });
    assert_eq!(csv.lines().count(), 1 + changes.sum::<usize>(), "{csv}");
    let told =
        printed("trace scenarios/port_strike.json --outcome on_strike --typical 2 --format csv -q");
    let rows = csv::Reader::from_reader(told.as_bytes()).into_records();
    let stories: BTreeSet<String> = rows.map(|row| row.expect("a row")[2].to_owned()).collect();
    assert_eq!(stories.len(), 2);
    let markdown = printed(&format!("{line} --format markdown"));
    assert!(markdown.contains("- It begins on"), "{markdown}");
}

#[test]
fn what_cannot_be_told_is_refused_with_the_reason() {
    let folder = folder();
    let file = write(folder.path(), "valley.json", &valley());
    for (options, wanted) in [
        ("--near-misses", "--outcome"),
        (
            "--outcome open --near-misses --pathways",
            "cannot be used with",
        ),
        (
            "--outcome open --near-misses --typical 2",
            "cannot be used with",
        ),
        ("--outcome opn --near-misses", "did you mean `open`"),
        ("--pathways --through signatur", "did you mean `signature`"),
        ("--pathways --through zzz", "there are: signature"),
        ("--pathways --depth 0", "1..=20"),
        ("--pathways --least 60%", "from 0% to 50%"),
        ("--pathways --least 0.1", "not a share in percent"),
        ("--depth 3", "--pathways"),
        ("--pathways --trial 3", "cannot be used with"),
    ] {
        call(&format!("trace {file} {options}"))
            .code(2)
            .stdout("")
            .stderr(contains(wanted));
    }
    let quiet = serde_json::json!({
        "format": 1, "name": "quiet", "start": "2026-01-01", "horizon": "12 months", "step": "1 month",
        "outcomes": [{"name": "all", "when": "true"}]
    });
    let quiet = write(folder.path(), "quiet.json", &quiet);
    call(&format!("trace {quiet} --pathways"))
        .code(2)
        .stderr(contains("no events"));
    // An outcome that does not come up is an answer, not a fault.
    for options in ["--near-misses", "--pathways"] {
        let told = printed(&format!("trace {file} --outcome unclassified {options} -q"));
        assert!(told.contains("ends in `None of these`"), "{told}");
    }
}
