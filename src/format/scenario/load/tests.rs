//! Chains of files: what they make together, and where their faults are shown.

use super::*;
use serde_json::json;
use std::collections::BTreeMap;

struct Shelf(BTreeMap<&'static str, String>);

/// Files of a shelf, and a text on standard input.
struct Piped(Shelf, &'static str);

impl Files for Piped {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.0.read(path)
    }

    fn read_standard_input(&self) -> io::Result<Vec<u8>> {
        Ok(self.1.as_bytes().to_vec())
    }
}

impl Files for Shelf {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let path = self.identity(path);
        let text = path.to_str().and_then(|path| self.0.get(path));
        text.map(|text| text.clone().into_bytes())
            .ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

const BASE: &str = r#"{
  "$schema": "https://example.org/schema.json",
  "format": 1, "name": "base", "start": "2026-01-01", "horizon": "2 years", "step": "1 week",
  "trends": {"calm": {"weight": 0.5}, "storm": {"weight": 0.5}},
  "phases": {"talks": {"start": true}, "truce": {}},
  "events": {"truce": {"hazard": {"chance": 0.3, "within": "12 months"}, "effects": [{"phase": "truce"}]}}
}"#;

fn shelf(files: &[(&'static str, &str)]) -> Shelf {
    Shelf(
        files
            .iter()
            .map(|(name, text)| (*name, (*text).to_owned()))
            .collect(),
    )
}

fn codes(report: &Report) -> Vec<&'static str> {
    report
        .diagnostics
        .iter()
        .map(|diagnostic| diagnostic.code)
        .collect()
}

fn faults(files: &[(&'static str, &str)], sets: &[&str]) -> Report {
    let sets: Vec<String> = sets.iter().map(|set| (*set).to_owned()).collect();
    load_with(&shelf(files), Path::new("a.json"), &sets).unwrap_err()
}

#[test]
fn standard_input_may_have_comments_but_its_parent_only_if_its_name_allows_them() {
    let piped = |text| {
        let files = Piped(shelf(&[("base.json", BASE), ("c.json", "{} // no")]), text);
        load_with(&files, Path::new("-"), &[])
    };
    let loaded = piped("{\"extends\": \"base.json\", // a remark\n \"name\": \"a\",}").unwrap();
    assert_eq!(loaded.value["name"], json!("a"));
    let report = piped("{\"extends\": \"c.json\"} // fine here").unwrap_err();
    assert_eq!(codes(&report), ["invalid-json"]);
}

#[test]
fn a_variant_of_a_variant_has_what_all_three_state() {
    let files = shelf(&[
        (
            "a.json",
            r#"{"extends": "more/b.json", "name": "a", "events": {"truce": {"hazard": {"chance": 0.4}}}}"#,
        ),
        (
            "more/b.json",
            r#"{"extends": "../base.json", "name": "b", "horizon": "3 years", "trends": {"storm": null}}"#,
        ),
        ("base.json", BASE),
    ]);
    let sets = ["trends.calm.weight=1".to_owned(), "run.seed=7".to_owned()];
    let loaded = load_with(&files, Path::new("a.json"), &sets).unwrap();
    let mut expected: Value = serde_json::from_str(BASE).unwrap();
    expected["name"] = json!("a");
    expected["horizon"] = json!("3 years");
    expected["trends"] = json!({"calm": {"weight": 1}});
    expected["events"]["truce"]["hazard"]["chance"] = json!(0.4);
    expected["run"] = json!({"seed": 7});
    expected.as_object_mut().unwrap().shift_remove("$schema");
    assert_eq!(loaded.value, expected);
    let names: Vec<&str> = loaded
        .sources
        .layers()
        .iter()
        .map(|layer| layer.name.as_str())
        .collect();
    assert_eq!(
        names,
        [
            "more/../base.json",
            "more/b.json",
            "a.json",
            "--set",
            "--set"
        ]
    );
}

#[test]
fn a_setting_equals_the_same_edit_of_the_file() {
    let edited = BASE.replace("\"chance\": 0.3", "\"chance\": 0.45");
    let set = load_with(
        &shelf(&[("a.json", BASE)]),
        Path::new("a.json"),
        &["events.truce.hazard.chance=0.45".to_owned()],
    );
    assert_eq!(
        set.unwrap().value,
        load_str(&edited, "a.json").unwrap().value
    );
}

#[test]
fn a_fault_inside_a_parent_points_into_the_parent() {
    let base = BASE.replace(
        "\"weight\": 0.5}, \"storm\"",
        "\"weight\": \"half\"}, \"storm\"",
    );
    let report = faults(
        &[
            (
                "a.json",
                r#"{"extends": "base.json", "horizon": "3 yeers"}"#,
            ),
            ("base.json", &base),
        ],
        &["step=-1"],
    );
    let shown: Vec<_> = report
        .diagnostics
        .iter()
        .map(|fault| {
            let found = report.sources.locate(&fault.place).unwrap();
            let span = found.span.unwrap();
            (fault.code, found.file, &found.text[span.bytes])
        })
        .collect();
    assert_eq!(
        shown,
        [
            ("invalid-duration", "a.json", "\"3 yeers\""),
            ("value-out-of-range", "--set", "-1"),
            ("formula-not-allowed", "base.json", "\"half\""),
        ]
    );
}

#[test]
fn circles_and_missing_parents_name_the_way_to_them() {
    let circle = faults(
        &[
            ("a.json", r#"{"extends": "b.json"}"#),
            ("b.json", r#"{"extends": "c.json"}"#),
            ("c.json", r#"{"extends": "./b.json"}"#),
        ],
        &[],
    );
    assert_eq!(codes(&circle), ["extends-cycle"]);
    assert!(
        circle.diagnostics[0]
            .message
            .contains("b.json → c.json → ./b.json"),
        "{}",
        circle.diagnostics[0].message
    );
    assert_eq!(
        circle
            .sources
            .locate(&circle.diagnostics[0].place)
            .unwrap()
            .file,
        "c.json"
    );

    let missing = faults(
        &[
            ("a.json", r#"{"extends": "b.json"}"#),
            ("b.json", r#"{"extends": "gone.json"}"#),
        ],
        &[],
    );
    assert_eq!(codes(&missing), ["extends-not-found"]);
    assert!(missing.diagnostics[0].message.contains("gone.json"));
    assert!(missing.diagnostics[0].hints[0].contains("a.json → b.json"));
    assert_eq!(
        missing
            .sources
            .locate(&missing.diagnostics[0].place)
            .unwrap()
            .file,
        "b.json"
    );

    assert_eq!(
        codes(&faults(&[("a.json", r#"{"extends": "a.json"}"#)], &[])),
        ["extends-cycle"]
    );
    assert_eq!(
        codes(&faults(&[("a.json", r#"{"extends": 3}"#)], &[])),
        ["wrong-type"]
    );
}

#[test]
fn faults_of_syntax_point_into_the_file_that_has_them() {
    let report = faults(
        &[
            ("a.json", r#"{"extends": "b.json", "x": 1, "x": 2}"#),
            ("b.json", "{\n  oops\n}"),
        ],
        &[],
    );
    let shown: Vec<_> = report
        .diagnostics
        .iter()
        .map(|fault| {
            (
                fault.code,
                report.sources.locate(&fault.place).unwrap().file,
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            ("duplicate-key", "a.json"),
            // The word has no quotes, and it has no value.
            ("invalid-json", "b.json"),
            ("invalid-json", "b.json")
        ]
    );
}

#[test]
fn what_is_no_object_or_no_file_is_refused_with_a_code() {
    assert_eq!(codes(&faults(&[], &[])), ["file-not-found"]);
    for text in ["[]", "3", "null", "\"x\""] {
        assert_eq!(
            codes(&faults(&[("a.json", text)], &[])),
            ["wrong-type"],
            "{text}"
        );
    }
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(
        codes(&load(folder.path(), &[]).unwrap_err()),
        ["file-unreadable"]
    );
}

#[test]
fn the_effective_scenario_loads_to_itself() {
    let loaded = load_str(BASE, "base.json").unwrap();
    let again = load_str(&loaded.value.to_string(), "again.json").unwrap();
    assert_eq!(again.value, loaded.value);
}
