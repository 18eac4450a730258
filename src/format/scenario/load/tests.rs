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

fn codes(report: &Findings) -> Vec<&'static str> {
    report
        .diagnostics
        .iter()
        .map(|diagnostic| diagnostic.code)
        .collect()
}

fn faults(files: &[(&'static str, &str)], sets: &[&str]) -> Findings {
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

const SPENDING: &str = "\u{feff}date,note,usd_bn\r\n2026-01-01,\"a, b\",40\r\n2027-01-01,,55.5\r\n";

fn with_table(table: Value) -> String {
    let mut whole: Value = serde_json::from_str(BASE).unwrap();
    whole["tables"] = json!({"spending": table});
    whole.to_string()
}

#[test]
fn a_table_from_a_file_is_one_with_its_points() {
    let named = |file: &str| json!({"over": "date", "file": file, "x": "date", "y": "usd_bn", "between": "step"});
    let points = |last: Value| {
        let points = json!([["2026-01-01", 40], ["2027-01-01", last]]);
        json!({"over": "date", "points": points, "between": "step"})
    };
    let files = shelf(&[
        ("base.json", &with_table(named("data/spending.csv"))),
        ("data/spending.csv", SPENDING),
        ("more/low.csv", "date,usd_bn\n2026-01-01,40\n2027-01-01,1\n"),
        ("more/a.json", r#"{"extends": "../base.json"}"#),
        (
            "more/b.json",
            r#"{"extends": "../base.json", "tables": {"spending": {"file": "low.csv"}}}"#,
        ),
        (
            "more/c.json",
            r#"{"extends": "b.json", "tables": {"spending": {"points": [["2026-01-01", 40], ["2027-01-01", 2]]}}}"#,
        ),
    ]);
    for (file, sets, last) in [
        ("base.json", &[][..], json!(55.5)),
        ("more/a.json", &[], json!(55.5)),
        ("more/a.json", &["tables.spending.points.1.1=7"], json!(7)),
        ("more/a.json", &["tables.spending.file=low.csv"], json!(1)),
        ("more/b.json", &[], json!(1)),
        ("more/c.json", &[], json!(2)),
    ] {
        let sets: Vec<String> = sets.iter().map(|set| (*set).to_owned()).collect();
        let loaded = load_with(&files, Path::new(file), &sets)
            .unwrap_or_else(|report| panic!("{file} {sets:?}: {:#?}", report.diagnostics));
        let found = &loaded.value["tables"]["spending"];
        assert_eq!(*found, points(last), "{file} {sets:?}");
    }
    let loaded = load_with(&files, Path::new("more/a.json"), &[]).unwrap();
    let read: Vec<&Path> = loaded.sources.files().collect();
    let csv = Path::new("more/../data/spending.csv");
    assert!(
        read.contains(&csv),
        "whoever watches the files sees it: {read:?}"
    );
}

#[test]
fn what_is_wrong_with_a_point_is_shown_in_the_file_that_states_it() {
    let table = json!({"over": "date", "file": "s.csv", "x": "date", "y": "usd"});
    for (text, code, shown) in [
        (
            "date,usd\n2026-01-01,1\n2026-02-30,2",
            "invalid-date",
            "2026-02-30",
        ),
        ("date,usd\n2026-01-01, n/a", "formula-not-allowed", " n/a"),
        ("usd,date\n,2026-01-01", "formula-not-allowed", ""),
        ("date,usd\n2026-01-01", "invalid-csv", "2026-01-01"),
        ("date,usd,usd\n2026-01-01,1,2", "invalid-csv", "usd"),
        ("date,usd\n\"2026-01-01,1", "invalid-csv", "\""),
        ("\n", "invalid-csv", ""),
    ] {
        let report = faults(
            &[("a.json", &with_table(table.clone())), ("s.csv", text)],
            &[],
        );
        assert_eq!(codes(&report), [code], "{:#?}", report.diagnostics);
        let found = report.sources.locate(&report.diagnostics[0].place).unwrap();
        let bytes = found.span.unwrap().bytes;
        assert_eq!((found.file, &found.text[bytes]), ("s.csv", shown), "{text}");
    }
    let empty = faults(
        &[("a.json", &with_table(table)), ("s.csv", "date,usd\n")],
        &[],
    );
    assert_eq!(codes(&empty), ["value-out-of-range"]);
}

#[test]
fn no_table_reads_outside_of_the_folder_of_its_file() {
    for file in ["../s.csv", "/s.csv", "sub/../../s.csv"] {
        let table = json!({"over": "date", "file": file, "x": "date", "y": "usd"});
        let files = [
            ("a.json", &*with_table(table)),
            ("../s.csv", SPENDING),
            ("/s.csv", SPENDING),
        ];
        assert_eq!(
            codes(&faults(&files, &[])),
            ["file-outside-folder"],
            "{file}"
        );
    }
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_folder_is_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    std::fs::create_dir(&home).unwrap();
    let table = json!({"over": "date", "file": "s.csv", "x": "date", "y": "usd_bn"});
    std::fs::write(home.join("a.json"), with_table(table)).unwrap();
    std::fs::write(folder.path().join("real.csv"), SPENDING).unwrap();
    std::os::unix::fs::symlink(folder.path().join("real.csv"), home.join("s.csv")).unwrap();
    let report = load(&home.join("a.json"), &[]).unwrap_err();
    assert_eq!(codes(&report), ["file-outside-folder"]);
    std::fs::rename(folder.path().join("real.csv"), home.join("s.csv")).unwrap();
    assert!(load(&home.join("a.json"), &[]).is_ok());
}
