//! Keys of results: the reference lists each that a command writes, and no other.

use super::*;

/// First column of the table behind a heading, without backticks.
fn first_column(heading: &str) -> BTreeSet<String> {
    let text = document(REFERENCE);
    let (_, section) = text
        .split_once(&format!("\n{heading}\n"))
        .unwrap_or_else(|| panic!("no heading `{heading}`"));
    let level = heading.split(' ').next().unwrap_or_default();
    let section = section
        .split(&format!("\n{level} "))
        .next()
        .unwrap_or_default();
    section
        .lines()
        .filter_map(|line| line.strip_prefix("| `"))
        .filter_map(|line| line.split(" | ").next())
        .flat_map(|cell| {
            cell.split(", ")
                .map(|key| key.trim_matches('`').to_owned())
                .collect::<Vec<_>>()
        })
        .collect()
}

/// Dotted paths of a result; `[]` for items of lists, `{}` for things by name.
fn keys(value: &Value, at: &str, found: &mut BTreeSet<String>) {
    const BY_NAME: [&str; 9] = [
        "outcomes_given",
        "by_trend",
        "by_outcome",
        "also",
        "parameters",
        "states",
        "indicators",
        "metrics",
        "questions",
    ];
    match value {
        Value::Object(map) => {
            let last = at.rsplit('.').next().unwrap_or_default();
            for (key, inner) in map {
                let next = if BY_NAME.contains(&last) && !at.is_empty() {
                    format!("{at}{{}}")
                } else if at.is_empty() {
                    key.clone()
                } else {
                    format!("{at}.{key}")
                };
                // The scenario's own text is not a part of the result's format.
                if next == "scenario.source" {
                    found.insert(next);
                    continue;
                }
                keys(inner, &next, found);
            }
        }
        Value::Array(list) if list.iter().any(Value::is_object) => {
            list.iter()
                .for_each(|inner| keys(inner, &format!("{at}[]"), found));
        }
        _ => {
            found.insert(at.to_owned());
        }
    }
}

pub fn result(arguments: &[&str]) -> Value {
    let output = quincunx(&path("scenarios"), arguments);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{arguments:?}: {error}"))
}

/// Makes one of the questions one about some futures.
const SOME: &str = "questions.queue_of_100.given=ever(walk_out)";

/// Divides one mean by another.
const RATIO: &str = r#"ratios={"ships": {"of": "ship_days", "over": "strike_days"}}"#;

#[test]
fn every_key_of_a_result_is_in_the_reference_and_no_other() {
    let run = result(&[
        "run",
        "port_strike.json",
        "--set",
        SOME,
        "--set",
        RATIO,
        "--set",
        "run.quantiles=[0.8]",
        "--set",
        "metrics.rise.full=true",
        "--trials",
        "16384",
        "--format",
        "json",
    ]);
    let mut found = BTreeSet::new();
    keys(&run, "", &mut found);
    // The other has no states.
    let more = [
        "run",
        "gallery/standoff.json",
        "--trials",
        "1024",
        "--format",
        "json",
    ];
    let mut all = BTreeSet::new();
    keys(&result(&more), "", &mut all);
    found.extend(all.into_iter().filter(|key| key.starts_with("states")));
    // A run without anything to warn of has an empty list.
    found.remove("warnings");
    let written = first_column("### Of `run`");
    let missing: Vec<_> = found.difference(&written).collect();
    assert!(missing.is_empty(), "not in the reference: {missing:?}");
    let optional = |key: &&String| {
        !key.starts_with("warnings[]")
            && !key.starts_with("derived[]")
            && !key.contains("also")
            && !key.ends_with("].fixed")
    };
    let surplus: Vec<_> = written.difference(&found).filter(optional).collect();
    assert!(surplus.is_empty(), "not in a result: {surplus:?}");
}

#[test]
fn every_key_of_a_comparison_is_in_the_reference_and_no_other() {
    let set = "trends.militant.weight=0.5";
    let compared = result(&[
        "compare",
        "port_strike.json",
        "port_strike.json",
        "--set",
        set,
        "--set",
        SOME,
        "--set",
        RATIO,
        "--set",
        "run.quantiles=[0.8]",
        "--set",
        "metrics.rise.full=true",
        "--trials",
        "1024",
        "--format",
        "json",
    ]);
    let mut found = BTreeSet::new();
    keys(&compared, "", &mut found);
    found.retain(|key| {
        !key.starts_with("scenarios")
            && key != "warnings"
            && !key.starts_with("comparisons[].changes")
    });
    let mut written = first_column("### Of `compare`");
    written.retain(|key| {
        !key.starts_with("scenarios")
            && !key.starts_with("warnings")
            && !key.starts_with("comparisons[].changes")
    });
    assert_eq!(found, written);
}

#[test]
fn every_key_of_a_reweighting_is_in_the_reference_and_no_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = folder.path().join("run.json");
    let run = run.to_str().expect("a path in UTF-8");
    let arguments = "run port_strike.json --trials 1024 --format json --quiet --out";
    let more = [
        "--set",
        r#"questions.then={"ever": "ever(accepted)", "given": "ever(walk_out)"}"#,
        "--set",
        r#"ratios.each={"of": "strike_days", "over": "rise"}"#,
    ];
    let arguments = arguments.split(' ').chain([run]).chain(more);
    quincunx(&path("scenarios"), &arguments.collect::<Vec<_>>());
    let arguments = [
        "reweight",
        run,
        "--weights",
        "militant=0.5",
        "--format",
        "json",
    ];
    let mut reweighted = result(&arguments);
    for key in ["run", "scenario"] {
        assert!(reweighted[key].is_object());
        reweighted[key] = true.into();
    }
    let mut found = BTreeSet::new();
    keys(&reweighted, "", &mut found);
    let mut written = first_column("### Of `reweight`");
    // A list of texts has no keys.
    written.remove("remarks[]");
    found.remove("remarks");
    assert_eq!(found, written);
}

#[test]
fn every_key_of_a_sensitivity_is_in_the_reference_and_no_other() {
    let mut found = BTreeSet::new();
    for method in ["given-data", "sobol", "morris"] {
        let arguments = format!(
            "sensitivity port_strike.json --trials 16384 --tornado --method {method} --format json"
        );
        let mut told = result(&arguments.split(' ').collect::<Vec<_>>());
        for key in ["run", "scenario"] {
            assert!(told[key].is_object());
            told[key] = true.into();
        }
        keys(&told, "", &mut found);
    }
    let mut written = first_column("### Of `sensitivity`");
    for list in ["remarks", "targets[].inputs[].correlated_with"] {
        // A list of texts has no keys.
        written.remove(&format!("{list}[]"));
        found.remove(list);
    }
    written.retain(|key| !key.starts_with("warnings"));
    // What a method does not have is empty or null.
    for key in [
        "warnings",
        "design_size",
        "targets[].effects",
        "targets[].inputs",
    ] {
        found.remove(key);
    }
    assert_eq!(found, written);
}

#[test]
fn every_key_of_a_sweep_is_in_the_reference_and_no_other() {
    let arguments = [
        "sweep",
        "port_strike.json",
        "--vary",
        "parameters.employer_patience.p50=25..45:3",
        "--until",
        "agreed = 70%",
        "--trials",
        "1024",
        "--format",
        "json",
    ];
    let mut swept = result(&arguments);
    for key in ["run", "scenario"] {
        assert!(swept[key].is_object());
        swept[key] = true.into();
    }
    let mut found = BTreeSet::new();
    keys(&swept, "", &mut found);
    found.retain(|key| !key.starts_with("warnings"));
    let mut written = first_column("### Of `sweep`");
    written.retain(|key| !key.starts_with("warnings"));
    assert_eq!(found, written);
}

#[test]
fn every_key_of_an_explanation_is_in_the_reference_and_no_other() {
    let arguments = [
        "compare",
        "port_strike.json",
        "--set",
        "trends.militant.weight=0.5",
        "--set",
        "parameters.berths.value=5",
        "--explain",
        "--trials",
        "1024",
        "--format",
        "json",
    ];
    let mut explained = result(&arguments);
    for key in ["run", "base", "other"] {
        assert!(explained[key].is_object());
        explained[key] = true.into();
    }
    let mut found = BTreeSet::new();
    keys(&explained, "", &mut found);
    // Of results only.
    found.extend(["other_run", "base_version", "other_version"].map(str::to_owned));
    assert_eq!(found, first_column("### Of `compare --explain`"));
}

#[test]
fn every_key_of_a_split_run_is_in_the_reference_and_no_other() {
    let arguments = [
        "given",
        "port_strike.json",
        "ever(walk_out)",
        "--set",
        SOME,
        "--trials",
        "1024",
        "--format",
        "json",
    ];
    let mut split = result(&arguments);
    for key in ["run", "scenario"] {
        assert!(split[key].is_object());
        split[key] = true.into();
    }
    for key in ["groups", "questions", "conditional", "metrics"] {
        let list = split[key].as_array().expect("a list");
        assert!(list.iter().all(|row| row["held"].is_object()), "{key}");
        split[key] = serde_json::json!([{}]);
    }
    let mut found = BTreeSet::new();
    keys(&split, "", &mut found);
    found.extend(["groups[]", "questions[]", "conditional[]", "metrics[]"].map(String::from));
    // Of finished trials only.
    assert!(found.remove("untold"), "an empty list");
    found.extend(["name", "title", "because"].map(|key| format!("untold[].{key}")));
    found.retain(|key| !key.starts_with("warnings"));
    let mut written = first_column("### Of `given`");
    written.retain(|key| !key.starts_with("warnings"));
    assert_eq!(found, written);
}

#[test]
fn every_key_of_a_watch_list_is_in_the_reference_and_no_other() {
    let line = "tripwires port_strike.json --trials 8192 --format json";
    let mut list = result(&line.split(' ').collect::<Vec<_>>());
    for key in ["run", "scenario"] {
        assert!(list[key].is_object());
        list[key] = true.into();
    }
    let mut found = BTreeSet::new();
    keys(&list, "", &mut found);
    found.retain(|key| !key.starts_with("warnings"));
    let mut written = first_column("### Of `tripwires`");
    written.retain(|key| !key.starts_with("warnings"));
    assert_eq!(found, written);
}

#[test]
fn every_key_of_boxes_is_in_the_reference_and_no_other() {
    let line = "discover port_strike.json --trials 8192 --format json";
    let mut boxes = result(&line.split(' ').collect::<Vec<_>>());
    for key in ["run", "scenario"] {
        assert!(boxes[key].is_object());
        boxes[key] = true.into();
    }
    let mut found = BTreeSet::new();
    keys(&boxes, "", &mut found);
    found.retain(|key| !key.starts_with("warnings"));
    let mut written = first_column("### Of `discover`");
    written.retain(|key| !key.starts_with("warnings"));
    // Of early conditions only.
    let early = [
        "boxes[].limits[].by",
        "peeling[].limits[].by",
        "tree[].by",
        "days",
        "conditions",
    ];
    found.extend(early.map(str::to_owned));
    assert_eq!(found, written);
}

#[test]
fn every_key_of_a_flip_is_in_the_reference_and_no_other() {
    let line = "discover port_strike.json --flip --trials 4096 --format json";
    let mut flip = result(&line.split(' ').collect::<Vec<_>>());
    for key in ["run", "scenario"] {
        assert!(flip[key].is_object());
        flip[key] = true.into();
    }
    let mut found = BTreeSet::new();
    keys(&flip, "", &mut found);
    found.retain(|key| !key.starts_with("warnings"));
    let mut written = first_column("### Of `discover --flip`");
    written.retain(|key| !key.starts_with("warnings"));
    assert_eq!(found, written);
}

#[test]
fn every_key_of_something_rare_is_in_the_reference_and_no_other() {
    let mut found = BTreeSet::new();
    // A bound, and an estimate.
    for trials in ["1024", "200000"] {
        let arguments = format!(
            "run port_strike.json --rare deal_after_strike --trials {trials} --format json"
        );
        let mut told = result(&arguments.split(' ').collect::<Vec<_>>());
        assert!(told["scenario"].is_object());
        told["scenario"] = true.into();
        keys(&told, "", &mut found);
    }
    let mut written = first_column("### Of `run --rare`");
    for all in [&mut found, &mut written] {
        all.retain(|key| !key.starts_with("warnings") && !key.starts_with("found_ways"));
    }
    assert_eq!(found, written);
}

#[test]
fn every_key_of_a_storyline_is_in_the_reference_and_no_other() {
    let mut found = BTreeSet::new();
    for trial in ["0", "1", "2", "3", "4"] {
        keys(
            &result(&[
                "trace",
                "port_strike.json",
                "--trial",
                trial,
                "--format",
                "json",
            ]),
            "",
            &mut found,
        );
    }
    let more = [
        "trace",
        "gallery/standoff.json",
        "--trial",
        "7",
        "--set",
        r#"history={"front": "6 months"}"#,
        "--format",
        "json",
    ];
    keys(&result(&more), "", &mut found);
    found.retain(|key| !key.starts_with("scenario."));
    let mut written = first_column("### Of `trace`");
    written.retain(|key| !key.starts_with("scenario."));
    assert_eq!(found, written);
}

#[test]
fn every_key_of_typical_trials_is_in_the_reference_and_no_other() {
    let arguments = "trace port_strike.json --outcome deal_after_strike --typical 2 --trials 1024 --format json";
    let mut typical = result(&arguments.split(' ').collect::<Vec<_>>());
    let stories = typical["stories"].as_array_mut().expect("stories");
    assert!(!stories.is_empty());
    for one in stories {
        assert!(one["story"]["happenings"].is_array());
        one["story"] = true.into();
    }
    let mut found = BTreeSet::new();
    keys(&typical, "", &mut found);
    assert_eq!(found, first_column("### Of `trace --outcome`"));
}

#[test]
fn every_key_of_near_misses_and_pathways_is_in_the_reference_and_no_other() {
    // What has the keys of a run is told there; every event of this file can be played otherwise.
    let is_own = |key: &String| {
        !["run", "scenario", "warnings", "not_played"]
            .iter()
            .any(|of| key.starts_with(of))
    };
    let told = |line: &str| result(&line.split(' ').collect::<Vec<_>>());
    let near =
        "trace port_strike.json --outcome on_strike --near-misses --trials 8192 --format json";
    let mut found = BTreeSet::new();
    keys(&told(near), "", &mut found);
    found.retain(is_own);
    let mut written = first_column("### Of `trace --near-misses`");
    written.retain(is_own);
    assert_eq!(found, written);
    let line = "trace port_strike.json --pathways --trials 8192 --format json";
    let mut all = told(line);
    let branches = all["branches"].as_array_mut().expect("branches");
    for branch in branches {
        for key in ["branches", "others"] {
            branch[key] = true.into();
        }
    }
    assert!(all["others"]["distinct"].is_array() && all["outcome"].is_null());
    all["others"]["distinct"] = true.into();
    all["outcome"] = told(&format!("{line} --outcome on_strike"))["outcome"].clone();
    let mut found = BTreeSet::new();
    keys(&all, "", &mut found);
    found.retain(is_own);
    let mut written = first_column("### Of `trace --pathways`");
    written.retain(is_own);
    assert_eq!(found, written);
}
