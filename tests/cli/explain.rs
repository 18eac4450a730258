//! `compare --explain`: a difference split among edits.

use crate::program::{call, folder, quincunx, stdout, valley, write};
use predicates::str::contains;
use quincunx::results::ExplainResult;

fn explained(line: &str) -> ExplainResult {
    let text = stdout(&call(&format!("{line} --explain --trials 2048 --format json")).success());
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}:\n{text}"))
}

#[test]
fn settings_and_files_are_split_alike() {
    let folder = folder();
    let file = write(folder.path(), "valley.json", &valley());
    let other = serde_json::json!({
        "format": 1, "extends": "valley.json", "name": "other",
        "trends": {"wet": {"weight": 0.8}}, "parameters": {"haste": {"uniform": [0.4, 0.9]}}
    });
    let other = write(folder.path(), "other.json", &other);
    let sets = "--set trends.wet.weight=0.8 --set parameters.haste.uniform=[0.4,0.9]";
    let by_sets = explained(&format!("compare {file} {sets} --of signed,wait"));
    let by_files = explained(&format!("compare {file} {other} --of signed,wait"));
    assert_eq!(by_files.edits.len(), 2);
    assert_eq!(by_files.runs, 4);
    for (a, b) in by_sets.numbers.iter().zip(&by_files.numbers) {
        assert_eq!(a.total, b.total);
        let part = |number: &quincunx::results::ExplainedNumber, edit: &str| {
            let mut parts = number.parts.iter();
            let found = parts.find(|part| part.edit.contains(edit)).expect(edit);
            (found.difference, found.std_error)
        };
        for (one, other) in [("wet", "trends"), ("haste", "haste")] {
            let ((d, error), (same, own)) = (part(a, one), part(b, other));
            let near =
                |x: Option<f64>, y: Option<f64>| (x.expect("one") - y.expect("one")).abs() < 1e-12;
            // The order of the edits decides the last bits of a sum.
            assert!(near(d, same) && near(error, own), "{d:?} {same:?}");
        }
        let sum: f64 = a.parts.iter().map(|p| p.difference.expect("one")).sum();
        assert!((sum - a.total.difference.expect("one")).abs() < 1e-12);
    }
    let table = quincunx()
        .args(["compare", &file, &other, "--explain", "--trials", "1024"])
        .env("COLUMNS", "80")
        .assert()
        .success();
    let table = stdout(&table);
    assert!(
        table.lines().all(|line| line.chars().count() <= 80),
        "{table}"
    );
    assert!(
        table.contains("parameters.haste") && table.contains("in all"),
        "{table}"
    );
}

#[test]
fn every_format_has_the_parts() {
    let folder = folder();
    let file = write(folder.path(), "valley.json", &valley());
    let line = format!(
        "compare {file} --set trends.wet.weight=0.8 --set parameters.haste.uniform=[0.4,0.9] --of signed,wait"
    );
    let found = explained(&line);
    let text = |format: &str| {
        let line = format!("{line} --explain --trials 2048 --format {format}");
        stdout(&call(&line).success())
    };
    let csv = text("csv");
    let mut table = csv::Reader::from_reader(csv.as_bytes());
    let rows: Vec<_> = (table.records())
        .map(|row| row.expect("of one width"))
        .collect();
    // Both values, the whole and two edits, of two numbers.
    assert_eq!(rows.len(), 2 * 5, "{csv}");
    let number = |x: Option<f64>| x.map(|x| x.to_string()).unwrap_or_default();
    for (number_of, rows) in found.numbers.iter().zip(rows.chunks(5)) {
        assert_eq!(rows[0][7], number(number_of.base));
        assert_eq!(rows[1][7], number(number_of.other));
        let parts = std::iter::once(&number_of.total).chain(&number_of.parts);
        for (part, row) in parts.zip(&rows[2..]) {
            let kind = if part.edit.is_empty() {
                "total"
            } else {
                "edit"
            };
            assert_eq!((&row[5], &row[6]), (kind, part.edit.as_str()));
            let told = [
                number(part.difference),
                number(part.std_error),
                number(part.ci95.map(|ends| ends[0])),
                number(part.ci95.map(|ends| ends[1])),
            ];
            assert_eq!((7..11).map(|i| &row[i]).collect::<Vec<_>>(), told);
        }
    }
    let markdown = text("markdown");
    for wanted in [
        "# What makes the difference: A dispute over water",
        "4 runs, one for each set of edits",
        "| edit | part ±, pp | 95% interval | verdict |",
        "(years)",
        "| parameters.haste.uniform=\\[0.4,0.9\\] | +",
        "| in all | +",
    ] {
        assert!(markdown.contains(wanted), "{wanted}: {markdown}");
    }
}

/// A result of the valley with these options.
fn kept(folder: &std::path::Path, name: &str, line: &str) -> String {
    let path = folder.join(name).display().to_string();
    call(&format!("run {line} --format json --out {path} --quiet")).success();
    path
}

#[test]
fn finished_results_are_split_with_their_noise_and_their_engine() {
    let folder = folder();
    let file = write(folder.path(), "valley.json", &valley());
    let haste = "--set parameters.haste.uniform=[0.4,0.9]";
    let one = kept(folder.path(), "one.json", &format!("{file} --trials 2048"));
    let other = kept(
        folder.path(),
        "other.json",
        &format!("{file} --trials 4096 --seed 9 {haste}"),
    );
    let explained = |line: &str| -> ExplainResult {
        let text = stdout(&call(&format!("compare {line} --explain --format json")).success());
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}:\n{text}"))
    };
    let kinds = |found: &ExplainResult| -> Vec<String> {
        let number = &found.numbers[0];
        let sum: f64 = number
            .parts
            .iter()
            .map(|p| p.difference.expect("one"))
            .sum();
        assert!((sum - number.total.difference.expect("one")).abs() < 1e-12);
        number.parts.iter().map(|part| part.kind.clone()).collect()
    };
    let found = explained(&format!("{one} {other} --of signed"));
    assert_eq!(kinds(&found), ["edit", "numbers"]);
    assert_eq!(found.edits, ["parameters.haste"]);
    assert_eq!(
        (found.run.trials, found.other_run.map(|run| run.seed)),
        (2048, Some(9))
    );
    // A file beside a result is run as that was, in either order.
    let changed = format!("{file} --trials 2048 {haste}");
    let changed = kept(folder.path(), "changed.json", &changed);
    let both = explained(&format!("{one} {changed} --of signed"));
    assert_eq!(kinds(&both), ["edit"]);
    let there = explained(&format!("{file} {changed} --of signed"));
    let back = explained(&format!("{changed} {file} --of signed"));
    assert_eq!(both.numbers[0].parts, there.numbers[0].parts);
    let [there, back] = [there, back].map(|found| found.numbers[0].total.difference);
    assert_eq!(there, back.map(|d| -d));
    // And otherwise where it is asked for.
    let seeded = explained(&format!("{one} {file} --of signed --seed 5"));
    assert_eq!(kinds(&seeded), ["numbers"]);
    assert!(seeded.numbers[0].parts[0].edit.contains("seed 3 → 5"));
    let text = stdout(&call(&format!("compare {one} {other} --explain")).success());
    for wanted in [
        "sampling noise (seed 3 → 9",
        "the other side",
        "4 runs, two for each",
    ] {
        assert!(text.contains(wanted), "{wanted}: {text}");
    }
    assert!(
        text.lines().all(|line| line.chars().count() <= 80),
        "{text}"
    );
    let csv = stdout(&call(&format!("compare {one} {other} --explain --format csv")).success());
    assert!(csv.contains(",numbers,"), "{csv}");
}

#[test]
fn a_finished_result_is_not_run_otherwise() {
    let folder = folder();
    let file = write(folder.path(), "valley.json", &valley());
    let one = kept(folder.path(), "one.json", &format!("{file} --trials 1024"));
    for (line, wanted) in [
        (
            format!("{one} {one} --seed 3"),
            "two results have their sizes and seeds",
        ),
        (
            format!("{one} {one} --trials 3000"),
            "two results have their sizes and seeds",
        ),
        (
            format!("{one} {file} --set horizon=2"),
            "--set cannot change",
        ),
        (format!("{one} --set horizon=2"), "--set cannot change"),
    ] {
        call(&format!("compare {line} --explain"))
            .code(2)
            .stderr(contains(wanted));
    }
    // Nothing differs: there is nothing to find, and it says so.
    let text = stdout(&call(&format!("compare {one} {one} --explain")).success());
    assert!(text.contains("no detectable difference"), "{text}");
    let mut value: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(&one).expect("it is there")).expect("JSON");
    value["scenario"]["source"]["horizon"] = 9.into();
    std::fs::write(&one, value.to_string()).expect("the folder takes files");
    call(&format!("compare {one} {file} --explain"))
        .code(2)
        .stderr(contains("not the one that was run"));
}

#[test]
fn what_cannot_be_split_is_refused() {
    let folder = folder();
    let file = write(folder.path(), "valley.json", &valley());
    for (more, wanted) in [
        ("", "is neither"),
        (file.as_str(), "nothing that bears on a number differs"),
        ("--set horizon=2 --of singed", "did you mean `signed`"),
        ("--set horizon=2 --brief", "cannot be used with"),
        ("--set horizon=2 --set horizon=3", "change the same thing"),
        (
            "--set parameters.haste.uniform=[0,1] --set parameters.haste={\"value\":0.3}",
            "change the same thing",
        ),
        ("--set horizon=-1", "the second scenario cannot be used"),
        // The first reads what the second brings.
        (
            "--set events.signature.hazard.rate=zeal --set parameters.zeal={\"value\":0.3}",
            "do not stand alone",
        ),
    ] {
        call(&format!("compare {file} --explain {more}"))
            .code(2)
            .stderr(contains(wanted));
    }
    call(&format!("compare {file} --set horizon=2 --of signed"))
        .code(2)
        .stderr(contains("--explain"));
    call("compare - --explain --set horizon=2")
        .code(2)
        .stderr(contains("standard input can be read only once"));
}
