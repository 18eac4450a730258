//! What the documents say in passing, held to what the program does.

use crate::program::{answer, document, path, quincunx};
use quincunx::analysis::Study;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;

/// Documents with commands in them.
const DOCUMENTS: [&str; 8] = [
    "README.md",
    "docs/explore.md",
    "docs/guide.md",
    "docs/method.md",
    "docs/reading-charts.md",
    "docs/reading-results.md",
    "docs/reference.md",
    "docs/scenarios.md",
];

/// Words of a command line, quotes taken off.
fn words(line: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut word = String::new();
    let mut quote = None;
    for c in line.chars() {
        match (quote, c) {
            (Some(open), c) if open == c => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, ' ') => found.push(std::mem::take(&mut word)),
            _ => word.push(c),
        }
    }
    found.push(word);
    found.retain(|word| !word.is_empty());
    found
}

/// Every `--set` of the documents, with the file that it is about if the command names one.
fn settings() -> Vec<(String, String)> {
    let mut found = Vec::new();
    let starter = fs::read_to_string(path("src/cli/starter.jsonc")).expect("there is a starter");
    let texts = DOCUMENTS.into_iter().map(document).chain([starter]);
    for text in texts {
        for line in text.lines().filter(|line| line.contains("--set ")) {
            let command = line.split(" #").next().unwrap_or_default();
            let words = words(command.trim_start_matches("//").trim());
            let file = words.iter().find(|word| {
                word.ends_with(".json") || word.ends_with(".jsonc") || *word == "THIS-FILE"
            });
            let Some(file) = file else { continue };
            let sets = words.windows(2).filter(|pair| pair[0] == "--set");
            found.extend(sets.map(|pair| (file.clone(), pair[1].clone())));
        }
    }
    found
}

/// A file that the documents speak of: shipped, or the starter.
fn opened(file: &str, sets: &[String]) -> Option<Study> {
    let name = file.rsplit('/').next().unwrap_or(file);
    let shipped = path("scenarios").join(name);
    let at = match name {
        "strike.jsonc" | "THIS-FILE" => path("src/cli/starter.jsonc"),
        _ if shipped.exists() => shipped,
        // A file that the guide builds, and tests there.
        _ => return None,
    };
    let told = |report: quincunx::scenario::Findings| -> Study {
        let told: Vec<&str> = report
            .diagnostics
            .iter()
            .map(|d| d.message.as_str())
            .collect();
        panic!("{file} {sets:?}: {}", told.join("; "))
    };
    Some(Study::open(&at, sets).unwrap_or_else(told))
}

#[test]
fn what_a_document_sets_is_what_runs() {
    let mut count = 0;
    let mut weights = 0;
    for (file, set) in settings() {
        let Some(study) = opened(&file, std::slice::from_ref(&set)) else {
            continue;
        };
        count += 1;
        let (place, value) = set.split_once('=').expect("PATH=VALUE");
        let parts: Vec<&str> = place.split('.').collect();
        let ["trends", name, "weight"] = parts[..] else {
            continue;
        };
        weights += 1;
        let trend = study.model.trends.iter().find(|trend| trend.name == name);
        let stated: f64 = value.parse().expect("a number");
        assert_eq!(
            trend.map(|trend| trend.weight),
            Some(stated),
            "{file} --set {set}"
        );
    }
    assert!(count >= 4 && weights >= 2, "{count}, {weights}");
}

#[test]
fn every_file_and_section_that_the_guide_counts_is_there() {
    let baseline: Value = serde_json::from_str(
        &fs::read_to_string(path("scenarios/baseline.json")).expect("it is shipped"),
    )
    .expect("it is JSON");
    let events = baseline["events"]
        .as_object()
        .map_or(0, |events| events.len());
    let guide = document("docs/guide.md");
    assert!(
        guide.contains(&format!("with {events} events")),
        "{events} events"
    );

    let entries = fs::read_dir(path("scenarios")).expect("scenarios are shipped");
    let mut variants = BTreeSet::new();
    let mut whole = BTreeSet::new();
    for entry in entries {
        let at = entry.expect("an entry").path();
        let name = at
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let text = fs::read_to_string(&at).unwrap_or_default();
        let Ok(value) = serde_json::from_str::<Value>(&text) else {
            continue;
        };
        let kind = if value.get("extends").is_some() {
            &mut variants
        } else {
            &mut whole
        };
        kind.insert(name);
    }
    let word = |count: usize| {
        [
            "", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten",
            "Eleven", "Twelve", "Thirteen", "Fourteen",
        ][count]
    };
    let said = format!(
        "{} of the files beside it are variants of it",
        word(variants.len())
    );
    assert!(guide.contains(&said), "{said}");
    assert_eq!(
        whole.into_iter().collect::<Vec<_>>(),
        ["baseline.json", "port_strike.json"]
    );
    let scenarios = document("docs/scenarios.md");
    let said = format!("{} files stand in the folder", word(variants.len() + 2));
    assert!(scenarios.contains(&said), "{said}");
    for name in &variants {
        assert!(scenarios.contains(&format!("`{name}`")), "{name}");
    }
}

/// What a table shows is decided by keys; a title that says the same is false as soon as one of
/// them is changed.
#[test]
fn no_title_of_a_shipped_scenario_states_its_span() {
    const SPANS: [&str; 8] = [
        "year", "month", "week", "day ", "ahead", "until", "horizon:", "from ",
    ];
    let entries = fs::read_dir(path("scenarios")).expect("scenarios are shipped");
    for entry in entries {
        let at = entry.expect("an entry").path();
        let Ok(study) = Study::open(&at, &[]) else {
            continue;
        };
        let clock = &study.model.source;
        let year = clock["start"]
            .as_str()
            .unwrap_or_default()
            .split('-')
            .next()
            .unwrap_or("?")
            .to_owned();
        let mut titles = vec![study.model.title.clone()];
        let outcomes = clock["outcomes"].as_array().into_iter().flatten();
        titles.extend(
            outcomes
                .filter_map(|outcome| outcome["title"].as_str().map(str::to_owned))
                .filter(|title| title.contains("end of")),
        );
        for title in titles {
            let lower = title.to_lowercase();
            assert!(
                !SPANS.iter().any(|span| lower.contains(span))
                    && !lower.contains(&year)
                    && !lower.contains("end of"),
                "{}: {title}",
                at.display()
            );
        }
    }
}

#[test]
fn trial_7_is_the_same_in_runs_of_any_length_with_as_many_trials_a_draw() {
    let folder = path("scenarios");
    let trace = |more: &[&str]| {
        let arguments = [&["trace", "port_strike.json", "--trial", "7"], more].concat();
        answer(&folder, &arguments)
    };
    let usual = trace(&[]);
    assert_eq!(usual, trace(&["--trials", "2048"]));
    assert_eq!(usual, trace(&["--trials", "8192", "--draws", "128"]));
    assert_ne!(usual, trace(&["--trials", "4096", "--draws", "4096"]));
    let guide = document("docs/guide.md");
    assert!(guide.contains("as long as 64 trials share a parameter draw"));
}

/// Slips in the text first, then faults of form, then faults of meaning: each time all of them.
#[test]
fn check_tells_all_of_a_kind_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path().join("case.json");
    let sound = "{\"format\": 1, \"name\": \"case\", \"start\": \"2026-01-01\",\n \"horizon\": \"1 year\", \"step\": \"1 week\",\n \
                 \"indicators\": {\"x\": {\"start\": 0, \"volatility\": 1}},\n \"outcomes\": [{\"name\": \"up\", \"when\": \"x > 0\"}, {\"name\": \"down\", \"when\": \"x <= 0\"}]}";
    let count = |edits: &[(&str, &str)]| {
        let text = edits.iter().fold(sound.to_owned(), |text, (from, to)| {
            assert!(text.contains(from), "{from}");
            text.replacen(from, to, 1)
        });
        fs::write(&at, text).expect("the folder is writable");
        let told = quincunx(folder.path(), &["check", "case.json"]).stdout;
        String::from_utf8_lossy(&told).matches("error[").count()
    };
    assert_eq!(count(&[]), 0);
    assert_eq!(
        count(&[
            ("\"case\",", "\"case\""),
            ("\"1 year\",", "\"1 year\",,"),
            ("\"volatility\": 1", "\"volatility\": 0,1")
        ]),
        3
    );
    assert_eq!(
        count(&[
            ("\"1 year\"", "\"1 yaer\""),
            ("\"volatility\"", "\"volatlity\""),
            ("\"when\": \"x > 0\"", "\"when\": 1")
        ]),
        3
    );
    assert_eq!(
        count(&[("\"x > 0\"", "\"y > 0\""), ("\"x <= 0\"", "\"x <= z\"")]),
        2
    );
}
