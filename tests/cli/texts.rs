//! `new`, `schema`, `man`, `completions` and the help: texts that other programs read.

use crate::program::{call, folder, json_value, quincunx, stdout};
use predicates::str::contains;
use std::fs;
use std::process::Command;

/// Every command that the parser knows.
fn commands() -> Vec<String> {
    let definition = quincunx::cli::definition();
    let names: Vec<String> = (definition.get_subcommands())
        .map(|command| command.get_name().to_owned())
        .collect();
    assert!(names.iter().any(|name| name == "run"), "{names:?}");
    names
}

#[test]
fn a_new_scenario_runs_and_an_existing_one_is_left_alone() {
    let folder = folder();
    let new = |name: &str| {
        quincunx()
            .current_dir(folder.path())
            .args(["new", name])
            .assert()
    };
    new("mine")
        .success()
        .stdout("")
        .stderr(contains("mine.jsonc"));
    let path = folder.path().join("mine.jsonc");
    let text = fs::read_to_string(&path).expect("a scenario");
    assert!(text.contains("\"name\": \"mine\""), "{text}");
    quincunx()
        .current_dir(folder.path())
        .args(["run", "mine.jsonc", "--trials", "2048"])
        .assert()
        .success();
    quincunx()
        .current_dir(folder.path())
        .args(["check", "mine.jsonc"])
        .assert()
        .success()
        .stdout("mine.jsonc: nothing to complain about\n");

    fs::write(&path, "mine").expect("it can be edited");
    new("mine").code(2).stderr(contains("left alone"));
    assert_eq!(fs::read_to_string(&path).expect("a file"), "mine");
    new("../mine").code(2).stderr(contains("is not a name"));
}

/// Prints each file of its arguments that the schema in standard input refuses.
const PYTHON: &str = r#"
import json, sys
from jsonschema import Draft202012Validator
schema = json.load(sys.stdin)
Draft202012Validator.check_schema(schema)
validator = Draft202012Validator(schema)
for path in sys.argv[1:]:
    for error in validator.iter_errors(json.load(open(path, encoding="utf-8"))):
        print(path, error.json_path, error.message[:200])
        break
"#;

/// Editors and pipelines have validators in other languages, with other engines for patterns. Without Python's validator there is nothing to hold
/// the schema against here; the one in Rust is among the unit tests.
#[test]
fn the_validator_of_python_reads_the_schema_and_takes_the_shipped_scenarios() {
    let installed = Command::new("python3")
        .args(["-c", "import jsonschema"])
        .output()
        .is_ok_and(|output| output.status.success());
    if !installed {
        eprintln!("skipped: python3 has no package jsonschema");
        return;
    }
    let folder = folder();
    let broken = folder.path().join("broken.json");
    fs::write(&broken, r#"{"format": 1, "name": "a b", "trends": []}"#).expect("a file");
    let mut files: Vec<_> = fs::read_dir("scenarios")
        .expect("scenarios are shipped")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|e| e == "json"))
        .collect();
    assert!(files.len() > 5, "{files:?}");
    files.push(broken.clone());
    let found = assert_cmd::Command::new("python3")
        .args(["-c", PYTHON])
        .args(&files)
        .write_stdin(stdout(&call("schema").success()))
        .assert()
        .success();
    let refused = stdout(&found);
    let refused: Vec<&str> = refused.lines().collect();
    assert_eq!(refused.len(), 1, "{refused:#?}");
    assert!(
        refused[0].starts_with(&broken.display().to_string()),
        "{refused:#?}"
    );
}

#[test]
fn the_schema_is_a_json_schema_that_names_every_section() {
    let schema = json_value(&call("schema").success());
    let dialect = schema["$schema"].as_str().unwrap_or_default();
    assert!(dialect.starts_with("https://json-schema.org/"), "{dialect}");
    for section in [
        "trends",
        "phases",
        "indicators",
        "events",
        "outcomes",
        "questions",
    ] {
        assert!(
            schema["$defs"]["Scenario"]["properties"][section].is_object(),
            "{section}"
        );
    }
}

#[test]
fn manual_pages_are_made_of_every_command() {
    let page = stdout(&call("man").success());
    assert!(page.contains(".TH quincunx 1"), "{page}");
    let folder = folder();
    let pages = folder.path().join("share/man1");
    call(&format!("man --out {}", pages.display())).success();
    for command in commands() {
        let page = pages.join(format!("quincunx-{command}.1"));
        let page = fs::read_to_string(&page).unwrap_or_else(|error| panic!("{command}: {error}"));
        assert!(page.contains(".SH SYNOPSIS"), "{command}");
    }
}

#[test]
fn completions_know_every_command_and_bash_can_read_them() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = stdout(&call(&format!("completions {shell}")).success());
        for word in commands().iter().map(String::as_str).chain(["trials-out"]) {
            assert!(script.contains(word), "{shell}: {word}");
        }
        if shell == "bash" && Command::new("bash").arg("--version").output().is_ok() {
            let folder = folder();
            let path = folder.path().join("completion");
            fs::write(&path, script).expect("the folder takes files");
            let read = Command::new("bash").arg("-n").arg(&path).status();
            assert!(read.expect("bash starts").success());
        }
    }
    call("completions tcsh").code(2).stderr(contains("bash"));
}

#[test]
fn help_and_version_go_to_standard_output_with_status_zero() {
    call("--version")
        .success()
        .stdout(concat!("quincunx ", env!("CARGO_PKG_VERSION"), "\n"));
    for command in commands() {
        call(&format!("{command} --help"))
            .success()
            .stdout(contains(format!("quincunx {command}")))
            .stderr("");
    }
    call("").code(2).stdout("").stderr(contains("Usage"));
}
