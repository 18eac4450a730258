//! Files that are read and written: no output lands on an input or on another output, and the
//! ending of a name says what is in it.

use crate::program::{call, folder, quincunx, stderr, stdout, valley, write};
use predicates::str::contains;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// A scenario, what it extends, and an old output; each test tells which of them must stay as it
/// was.
fn place() -> (tempfile::TempDir, String) {
    let folder = folder();
    write(folder.path(), "parent.json", &valley());
    let child = json!({"extends": "parent.json", "name": "child"});
    let child = write(folder.path(), "child.json", &child);
    fs::write(folder.path().join("old.html"), "old").expect("a file");
    fs::create_dir(folder.path().join("sub")).expect("a folder");
    (folder, child)
}

/// Runs a command that must be refused at once, although it would simulate for hours, and must
/// leave the folder as it is.
fn refused(folder: &Path, line: &str, wanted: &[&str]) {
    let content = || {
        let entries = fs::read_dir(folder).expect("a folder").flatten();
        let mut all: Vec<_> = entries
            .map(|entry| (entry.path(), fs::read(entry.path()).unwrap_or_default()))
            .collect();
        all.sort();
        all
    };
    let before = content();
    let mut command = quincunx();
    let done = command
        .current_dir(folder)
        .args(line.split_whitespace())
        .assert();
    let told = stderr(&done);
    let done = done.code(2).stdout("");
    drop(done);
    for wanted in wanted {
        assert!(told.contains(wanted), "{line}: {wanted} is not in {told}");
    }
    assert_eq!(content(), before, "{line}");
}

#[test]
fn two_outputs_in_one_file_are_refused_before_anything_is_simulated() {
    let (folder, _) = place();
    let size = "--trials 1e10";
    for (one, other) in [
        ("old.html", "old.html"),
        ("old.html", "./old.html"),
        ("new.csv", "sub/../new.csv"),
        ("./new.csv", "new.csv"),
    ] {
        let run = format!("run child.json {size} --format csv");
        refused(
            folder.path(),
            &format!("{run} --out {one} --report {other}"),
            &["--out", "--report"],
        );
        refused(
            folder.path(),
            &format!(
                "compare child.json parent.json {size} --format csv --out {one} --report {other}"
            ),
            &["--out", "--report"],
        );
        if one.ends_with(".csv") {
            refused(
                folder.path(),
                &format!("{run} --out {one} --trials-out {other}"),
                &["--trials-out"],
            );
            refused(
                folder.path(),
                &format!("{run} --report {one} --trials-out {other}"),
                &["--trials-out"],
            );
        }
    }
    refused(
        folder.path(),
        "trace child.json --format json --out old.html --report ./old.html",
        &["--report"],
    );
    refused(
        folder.path(),
        &format!("run child.json {size} --charts p --report p/outcomes.svg"),
        &["--charts"],
    );
    refused(
        folder.path(),
        &format!("run child.json {size} --charts p --format csv --out p"),
        &["folder of charts"],
    );
}

#[test]
fn an_output_over_what_is_read_is_refused_whatever_command_it_is() {
    let (folder, _) = place();
    let at = folder.path();
    for line in [
        "run child.json --trials 1e10 --out child.json",
        "run child.json --trials 1e10 --out ./sub/../child.json",
        "run child.json --trials 1e10 --out parent.json",
        "run child.json --trials 1e10 --report parent.json",
        "compare parent.json child.json --trials 1e10 --out child.json",
        "check child.json --out child.json",
        "check child.json --out parent.json",
        "trace child.json --out parent.json",
        "trace child.json --report child.json",
    ] {
        refused(at, line, &["read"]);
    }
    let result = at.join("r.json");
    call(&format!(
        "run {}/child.json --trials 1024 --out {} -q",
        at.display(),
        result.display()
    ))
    .success();
    refused(
        at,
        "reweight r.json --weights wet=0.5 --out r.json",
        &["written over itself"],
    );
    refused(at, "report r.json --out r.json", &["written over itself"]);
    // The page goes beside its result, and has this name then.
    fs::rename(&result, at.join("r.html")).expect("a file");
    refused(at, "report r.html", &["written over itself", "--out"]);
    call(&format!(
        "report {0}/r.html --out {0}/page.html",
        at.display()
    ))
    .success();
}

#[cfg(unix)]
#[test]
fn links_and_redirections_hide_nothing() {
    use std::os::unix::fs::symlink;
    let (folder, _) = place();
    let at = folder.path();
    symlink("child.json", at.join("soft.json")).expect("a link");
    fs::hard_link(at.join("parent.json"), at.join("hard.json")).expect("a link");
    symlink("later.json", at.join("dangling.json")).expect("a link");
    let size = "--trials 1e10";
    for out in ["soft.json", "hard.json"] {
        refused(
            at,
            &format!("run child.json {size} --out {out}"),
            &["same file", "read"],
        );
    }
    refused(
        at,
        &format!("run soft.json {size} --out child.json"),
        &["same file"],
    );
    refused(
        at,
        &format!("run child.json {size} --out later.json --report dangling.json"),
        &["same file", "--report"],
    );
    fs::create_dir(at.join("p")).expect("a folder");
    symlink("../child.json", at.join("p/outcomes.svg")).expect("a link");
    refused(
        at,
        &format!("run child.json {size} --charts p"),
        &["outcomes.svg", "read"],
    );

    // `quincunx run child.json >> child.json` would end the scenario.
    let before = fs::read(at.join("child.json")).expect("a file");
    let append = || {
        let mut options = fs::OpenOptions::new();
        options
            .append(true)
            .open(at.join("child.json"))
            .expect("a file")
    };
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_quincunx"))
        .args(["run", "child.json", "--trials", "1e10"])
        .current_dir(at)
        .stdout(append())
        .output()
        .expect("the program starts");
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(fs::read(at.join("child.json")).expect("a file"), before);
    // A device takes any number of outputs.
    call(&format!(
        "run {}/child.json --trials 1024 -q --out /dev/null --report /dev/null",
        at.display()
    ))
    .success();
}

#[test]
fn the_ending_of_a_name_says_what_is_in_it() {
    let (folder, child) = place();
    let out = |name: &str| folder.path().join(name).display().to_string();
    let run = |options: &str, name: &str| -> String {
        call(&format!(
            "run {child} --trials 1024 -q {options} --out {}",
            out(name)
        ))
        .success();
        fs::read_to_string(out(name)).expect("a result")
    };
    let is_json =
        |text: &str| serde_json::from_str::<Value>(text).is_ok_and(|value| value["format"] == 1);
    assert!(is_json(&run("", "r.json")) && is_json(&run("", "r.result.JSON")));
    assert!(run("", "r.csv").starts_with("scenario,"));
    assert!(run("", "r.md").starts_with("# "));
    let table = stdout(&call(&format!("run {child} --trials 1024 -q")).success());
    assert_eq!(run("", "r.txt"), table);
    assert_eq!(run("--format table", "r.json"), table);
    call(&format!(
        "compare {child} {child} --trials 1024 -q --out {}",
        out("c.csv")
    ))
    .success();
    assert!(
        fs::read_to_string(out("c.csv"))
            .expect("a result")
            .starts_with("scenario,")
    );
    call(&format!(
        "reweight {} --weights wet=0.5 --out {}",
        out("r.result.JSON"),
        out("w.json")
    ))
    .success();
    assert!(is_json(
        &fs::read_to_string(out("w.json")).expect("a result")
    ));
    call(&format!("trace {child} --out {}", out("t.json"))).success();
    assert!(is_json(
        &fs::read_to_string(out("t.json")).expect("a story")
    ));
    call(&format!("check {child} --out {}", out("k.json"))).success();
    assert_eq!(
        fs::read_to_string(out("k.json")).expect("findings").trim(),
        "[]"
    );
}

#[test]
fn a_format_that_contradicts_the_ending_wins_and_what_no_format_is_is_refused() {
    let (folder, child) = place();
    let at = folder.path().display().to_string();
    call(&format!(
        "run {child} --trials 1024 --format csv --out {at}/r.json"
    ))
    .success()
    .stderr(contains("gets csv"))
    .stderr(contains("json"));
    assert!(
        fs::read_to_string(format!("{at}/r.json"))
            .expect("a result")
            .starts_with("scenario,")
    );
    for (line, wanted) in [
        ("run child.json --trials 1e10 --out r.html", "--report"),
        (
            "run child.json --trials 1e10 --out r.parquet",
            "--trials-out",
        ),
        ("run child.json --trials 1e10 --out r.svg", "--charts"),
        (
            "compare child.json child.json --trials 1e10 --out r.htm",
            "--report",
        ),
        ("trace child.json --out r.html", "--report"),
        ("trace child.json --out r.svg", "table, json, csv, markdown"),
        ("check child.json --out r.md", "table, json"),
        (
            "reweight old.html --weights wet=1 --out r.html",
            "table, json, csv, markdown",
        ),
    ] {
        refused(folder.path(), line, &[wanted]);
    }
}
