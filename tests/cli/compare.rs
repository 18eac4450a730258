//! `compare`: what differs between scenarios, and by how much.

use crate::program::{call, comparison, folder, result, stderr, stdout, valley, write};
use predicates::prelude::PredicateBooleanExt;
use predicates::str::contains;
use quincunx::results::Difference;
use quincunx::results::Presence;
use serde_json::json;
use std::fs;

const BASELINE: &str = "scenarios/baseline.json";

#[test]
fn shipped_scenarios_differ_visibly_and_by_paired_intervals() {
    let line = format!("compare {BASELINE} scenarios/escalation.json --trials 8192");
    let found = comparison(&call(&format!("{line} --format json")).success());
    let [pair] = &found.comparisons[..] else {
        panic!("{} comparisons", found.comparisons.len())
    };
    let changed = |path: &str| pair.changes.iter().any(|change| change.path == path);
    assert!(changed("trends.escalation.weight"), "{:?}", pair.changes);
    assert!(!changed("events.kyiv_crisis"), "{:?}", pair.changes);
    let quiet = named(&pair.differences, "ceasefire");
    assert!(quiet.detectable, "{quiet:?}");
    assert!(quiet.difference < Some(0.0));
    // Common random numbers are what makes the pair more precise than its parts.
    let paired = pair
        .differences
        .iter()
        .filter(|d| d.std_error < d.unpaired_std_error)
        .count();
    assert!(
        paired * 3 > pair.differences.len() * 2,
        "{:?}",
        pair.differences
    );
    assert!(pair.distance.total_variation > 3.0 * pair.distance.noise);

    let table = stdout(&call(&line).success());
    assert!(table.contains("trends.escalation.weight"), "{table}");
    let run = result(&call(&format!("run {BASELINE} --trials 8192 --format json")).success());
    assert_eq!(found.scenarios[0], run);
}

#[test]
fn a_scenario_against_itself_differs_by_exactly_nothing() {
    let line = format!("compare {BASELINE} {BASELINE} --trials 2048");
    let found = comparison(&call(&format!("{line} --format json")).success());
    let pair = &found.comparisons[0];
    assert!(pair.changes.is_empty());
    let rows = || {
        pair.differences
            .iter()
            .chain(&pair.questions)
            .chain(&pair.metrics)
    };
    assert!(rows().count() > 30);
    for row in rows().filter(|row| row.difference.is_some()) {
        assert_eq!(row.difference, Some(0.0), "{}", row.outcome);
        assert!(!row.detectable, "{}", row.outcome);
    }
    for row in &pair.differences {
        assert_eq!(row.ci95, Some([0.0, 0.0]), "{}", row.outcome);
        assert_eq!(row.base, row.other);
    }
    assert_eq!(pair.distance.total_variation, 0.0);
    let table = stdout(&call(&line).success());
    assert!(!table.contains("NaN"), "{table}");
}

fn named<'d>(differences: &'d [Difference], name: &str) -> &'d Difference {
    differences
        .iter()
        .find(|d| d.outcome == name)
        .unwrap_or_else(|| panic!("no {name} in {differences:?}"))
}

#[test]
fn an_outcome_that_only_one_file_has_counts_as_zero_in_the_other_and_is_marked() {
    let folder = folder();
    let base = write(folder.path(), "base.json", &valley());
    let variant = json!({"extends": "base.json", "name": "variant", "outcomes": [
        {"name": "soon", "when": "first(signature) < 0.5"}, {"name": "signed", "when": "phase == accord"}
    ]});
    let variant = write(folder.path(), "variant.json", &variant);
    let line = format!("compare {base} {variant}");
    let found = comparison(&call(&format!("{line} --format json")).success());
    let differences = &found.comparisons[0].differences;
    for (name, present) in [
        ("signed", Presence::Both),
        ("open", Presence::Base),
        ("soon", Presence::Other),
        ("unclassified", Presence::Both),
    ] {
        assert_eq!(named(differences, name).present, present, "{name}");
    }
    let (soon, open) = (named(differences, "soon"), named(differences, "open"));
    assert_eq!((soon.base, soon.difference), (Some(0.0), soon.other));
    assert_eq!(
        (open.other, open.base.map(|p| -p)),
        (Some(0.0), open.difference)
    );
    assert!(open.detectable && soon.detectable);
    let table = stdout(&call(&line).success());
    assert!(table.contains("soon") && table.contains("open"), "{table}");
}

#[test]
fn several_files_are_compared_with_the_first_and_unlike_clocks_raise_a_warning() {
    let folder = folder();
    let base = write(folder.path(), "base.json", &valley());
    let long = json!({"extends": "base.json", "name": "long", "horizon": "18 months"});
    let long = write(folder.path(), "long.json", &long);
    let hasty = json!({"extends": "base.json", "name": "hasty", "parameters": {"haste": {"uniform": [0.6, 0.8]}}});
    let hasty = write(folder.path(), "hasty.json", &hasty);
    let done = call(&format!("compare {base} {long} {hasty} --format json"))
        .success()
        .stderr(contains("unlike-clocks"));
    let found = comparison(&done);
    let names: Vec<&str> = found.comparisons.iter().map(|c| c.other.as_str()).collect();
    assert_eq!(names, ["long", "hasty"]);
    assert!(found.comparisons.iter().all(|c| c.base == "valley"));
    assert!(
        found
            .warnings
            .iter()
            .any(|w| w.code == "unlike-clocks" && w.path == "/horizon")
    );
}

#[test]
fn csv_of_a_comparison_parses_and_has_its_differences() {
    let line = format!("compare {BASELINE} scenarios/escalation.json --trials 2048 --format csv");
    let text = stdout(&call(&line).success());
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let width = reader.headers().expect("a header").len();
    let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.expect("a row")).collect();
    assert!(rows.iter().all(|row| row.len() == width));
    let of_both = |row: &&csv::StringRecord| &row[0] == "escalation" && &row[1] == "baseline";
    assert!(rows.iter().filter(of_both).count() >= 10, "{text:.2000}");
}

#[test]
fn until_stops_when_every_scenario_is_precise_enough() {
    let folder = folder();
    let base = write(folder.path(), "base.json", &valley());
    // Half of the trials end either way, so this one needs the most.
    let even = json!({"extends": "base.json", "name": "even", "parameters": {"haste": {"uniform": [0.3, 0.8]}}});
    let even = write(folder.path(), "even.json", &even);
    let until = |target: &str| {
        let line = format!("compare {base} {even} --until {target} --format json");
        comparison(&call(&line).success()).scenarios
    };
    let (coarse, fine) = (until("1pp"), until("0.3pp"));
    for scenario in &fine {
        assert!(
            scenario.run.largest_std_error <= 0.003,
            "{:?}",
            scenario.run
        );
        assert_eq!(scenario.run.trials, fine[0].run.trials);
    }
    assert!(coarse[0].run.trials < fine[0].run.trials);
    // The same whatever the number of threads, since it looks after fixed numbers of blocks.
    let line = format!("compare {base} {even} --until 0.3pp --format json --threads 1");
    assert_eq!(comparison(&call(&line).success()).scenarios, fine);
    call(&format!(
        "compare {base} {even} --until 0.01pp --trials 9000"
    ))
    .success()
    .stderr(contains("stopped before the precision asked for"));
}

#[test]
fn one_faulty_file_refuses_the_comparison_and_one_file_is_none() {
    let folder = folder();
    let base = write(folder.path(), "base.json", &valley());
    let bad = write(folder.path(), "bad.json", &json!({"format": 1}));
    call(&format!("compare {base} {bad}"))
        .code(2)
        .stdout("")
        .stderr(contains("bad.json"));
    call(&format!("compare {base}"))
        .code(2)
        .stderr(contains("nothing to compare").and(contains("--set PATH=VALUE")));
    for wrong in ["pace", "pace:", "calm.value=1", ":calm=1"] {
        call(&format!("compare {base} --variant {wrong}"))
            .code(2)
            .stdout("")
            .stderr(contains("NAME:PATH=VALUE"));
    }
    call("compare - --set horizon=2")
        .code(2)
        .stderr(contains("read only once"));
}

#[test]
fn one_file_is_compared_with_what_is_set_in_it() {
    let folder = folder();
    let base = write(folder.path(), "base.json", &valley());
    let mut wetter = valley();
    wetter["name"] = json!("wetter");
    wetter["trends"]["wet"]["weight"] = json!(0.6);
    wetter["trends"]["dry"]["weight"] = json!(0.4);
    let other = write(folder.path(), "other.json", &wetter);
    let of = |line: String| comparison(&call(&format!("compare {line} --format json")).success());
    let by_file = of(format!("{base} {other}"));
    let by_set = of(format!("{base} --set trends.wet.weight=0.6"));
    let by_variant = of(format!("{base} --variant wetter:trends.wet.weight=0.6"));
    for found in [&by_set, &by_variant] {
        let (own, written) = (&found.comparisons[0], &by_file.comparisons[0]);
        assert_eq!(own.differences, written.differences);
        assert_eq!(own.metrics, written.metrics);
        assert_eq!(own.changes, written.changes);
    }
    assert_eq!(by_variant.scenarios[1].scenario.name, "wetter");
    // One variant may change several values; each name is one more scenario.
    let several = of(format!(
        "{base} --variant a:trends.wet.weight=0.6 --variant b:parameters.calm.value=0.9 --variant a:parameters.haste=0.3"
    ));
    let paths = |i: usize| -> Vec<&str> {
        let changes = several.comparisons[i].changes.iter();
        changes.map(|change| change.path.as_str()).collect()
    };
    assert_eq!(several.scenarios.len(), 3);
    assert!(
        paths(0).contains(&"parameters.haste")
            || paths(0).iter().any(|p| p.starts_with("parameters.haste")),
        "{:?}",
        paths(0)
    );
    assert_eq!(paths(1), ["parameters.calm.value"]);
    let table = stdout(&call(&format!("compare {base} --set trends.wet.weight=0.6")).success());
    assert!(table.contains("changed: trends.wet.weight=0.6"), "{table}");
}

#[test]
fn each_and_begins_a_further_scenario_of_one_file() {
    let folder = folder();
    let base = write(folder.path(), "base.json", &valley());
    let of = |line: String| {
        comparison(&call(&format!("compare {line} --trials 2048 --format json")).success())
    };
    let wet = "--set trends.wet.weight=0.6";
    let hasty = "--set parameters.haste=0.3 --set parameters.calm.value=0.9";
    let both = of(format!("{base} {wet} --and {hasty}"));
    let [first, second] = &both.comparisons[..] else {
        panic!("{} comparisons", both.comparisons.len())
    };
    // Each is what it is by itself, but for the number of things that are looked at together.
    let alone = |line: &str| of(format!("{base} {line}")).comparisons;
    let seen = |own: &[Difference]| -> Vec<_> {
        let each = own.iter();
        each.map(|d| (d.base, d.other, d.difference, d.std_error))
            .collect()
    };
    for (own, line) in [(first, wet), (second, hasty)] {
        let alone = &alone(line)[0];
        assert_eq!(seen(&own.differences), seen(&alone.differences));
        assert_eq!(own.changes, alone.changes);
    }
    assert_ne!(seen(&first.differences), seen(&second.differences));
    // Where other options stand changes nothing.
    let mixed = of(format!("{wet} --seed 3 --and {base} {hasty}"));
    assert_eq!(mixed.comparisons, both.comparisons);
    let titles: Vec<&str> = both.scenarios[1..]
        .iter()
        .map(|one| one.scenario.title.as_str())
        .collect();
    assert_eq!(
        titles,
        [
            "changed: trends.wet.weight=0.6",
            "changed: parameters.haste=0.3, parameters.calm.value=0.9"
        ]
    );
    assert_eq!(
        [first.other.as_str(), second.other.as_str()],
        ["changed", "changed_2"]
    );
    // A variant has no more than its own.
    let named = of(format!(
        "{base} {wet} --and {hasty} --variant dry:trends.wet.weight=0.1"
    ));
    assert_eq!(named.comparisons.len(), 3);
    for (wrong, said) in [
        (
            format!("{base} {wet} --and"),
            "--set PATH=VALUE --and --set PATH=VALUE",
        ),
        (
            format!("{base} --and {wet}"),
            "--set PATH=VALUE --and --set PATH=VALUE",
        ),
        (
            format!("{base} {wet} --and --and {hasty}"),
            "--set PATH=VALUE --and",
        ),
        (
            format!("{base} {base} {wet} --and {hasty}"),
            "of one file, and there are 2",
        ),
        (
            format!("{base} {wet} --and {hasty} --explain"),
            "cannot be used with",
        ),
    ] {
        call(&format!("compare {wrong}"))
            .code(2)
            .stdout("")
            .stderr(contains(said));
    }
}

#[test]
fn a_variant_adds_to_lists_and_the_comparison_says_what_was_added() {
    let folder = folder();
    let mut base = valley();
    base["parameters"]["thirst"] = json!({"uniform": [0, 1]});
    base["parameters"]["rain"] = json!({"uniform": [0, 1]});
    base["correlations"] = json!([{"between": ["haste", "thirst"], "rank": 0.5}]);
    let base = write(folder.path(), "base.json", &base);
    let mut variant = json!({
        "extends": "base.json",
        "name": "paused",
        "phases": {"pause": {"title": "A pause"}},
        "correlations": {"add": [{"between": ["haste", "rain"], "rank": 0.25}]},
        "events": {
            "signature": {"phases": {"add": ["pause"]}},
            "rest": {"hazard": 1, "phases": ["dispute"], "effects": [{"phase": "pause"}]}
        },
        "outcomes": {"open": {"title": "Nothing signed"}, "add_first": [{"name": "paused", "when": "phase == pause"}]}
    });
    let good = write(folder.path(), "variant.json", &variant);
    let done = call(&format!(
        "compare {base} {good} --trials 1024 --quiet --format json"
    ));
    let compared = comparison(&done.success());
    let changes: Vec<&str> = (compared.comparisons[0].changes.iter())
        .map(|change| change.path.as_str())
        .collect();
    assert_eq!(
        changes,
        [
            "phases.pause",
            "events.signature.phases",
            "events.rest",
            "outcomes.paused",
            "correlations.1"
        ]
    );
    let text = stdout(&call(&format!("compare {base} {good} --trials 1024 --quiet")).success());
    assert!(text.contains("dispute → dispute, pause"), "{text}");
    // What only one file has is told in words, in all forms alike.
    let markdown = format!("compare {base} {good} --trials 1024 --quiet --format markdown");
    let markdown = stdout(&call(&markdown).success());
    let page = folder.path().join("page.html");
    let html = format!(
        "compare {base} {good} --trials 1024 --quiet --report {}",
        page.display()
    );
    call(&html).success();
    let html = fs::read_to_string(page)
        .expect("a page")
        .replace("&#39;", "'");
    let told = "rate per year 1; in the phases dispute; effects: phase becomes 'A pause'";
    for (form, shown) in [("table", &text), ("markdown", &markdown), ("html", &html)] {
        let flat = shown.split_whitespace().collect::<Vec<_>>().join(" ");
        for part in [
            told,
            "rest (event)",
            "A pause (phase)",
            "Correlation of haste and rain",
        ] {
            assert!(flat.contains(part), "{part} in {form}:\n{flat}");
        }
        assert!(!flat.contains("{\"") || form == "html", "{flat}");
    }
    // The same in a setting, and restated, has the same bytes.
    let run = |line: &str| {
        stdout(
            &call(&format!(
                "run {base} --trials 1024 --quiet --format json --set {line}"
            ))
            .success(),
        )
    };
    assert_eq!(
        run(r#"events.signature.trends=["wet"] --set events.signature.trends={"add":["dry"]}"#),
        run(r#"events.signature.trends=["wet","dry"]"#)
    );
    // What is wrong with an item is shown in the file that states it, although items before it are
    // another file's.
    variant["events"]["signature"]["phases"]["add"][0] = "pase".into();
    variant["outcomes"]["add_first"][0]["when"] = "phase == puase".into();
    let bad = write(folder.path(), "bad.json", &variant);
    let said = stderr(&call(&format!("run {bad}")).code(2));
    for (name, line) in [("pase", "\"pase\""), ("puase", "phase == puase")] {
        let text = fs::read_to_string(&bad).expect("it was written");
        let number = 1 + text
            .lines()
            .position(|own| own.contains(line))
            .expect("a line");
        assert!(
            said.contains(&format!("bad.json:{number}:")) && said.contains(name),
            "{name} in line {number}:\n{said}"
        );
    }
}
