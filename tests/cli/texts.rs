//! `new`, `schema`, `man`, `completions` and the help: texts that other programs read.

use crate::program::{call, folder, json_value, quincunx, stdout, valley, write};
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

/// Editors and pipelines have validators in other languages, with other engines for patterns.
/// Without Python's validator there is nothing to hold the schema against here; the one in Rust is
/// among the unit tests.
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

/// What the program answers a completion script whose last word is to be completed.
fn completed(words: &str) -> Vec<String> {
    let words: Vec<&str> = words.split(' ').collect();
    let done = quincunx()
        .env("QUINCUNX_COMPLETE", "bash")
        .env("_CLAP_COMPLETE_INDEX", (words.len() - 1).to_string())
        .env("_CLAP_IFS", "\n")
        .arg("--")
        .args(&words)
        .assert()
        .success();
    stdout(&done).lines().map(str::to_owned).collect()
}

#[test]
fn completions_know_every_command_and_every_option() {
    let offered = completed("quincunx ");
    for command in commands() {
        assert!(offered.contains(&command), "{command}: {offered:?}");
    }
    assert_eq!(
        completed("quincunx run x.json --trials-o"),
        ["--trials-out"]
    );
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = stdout(&call(&format!("completions {shell}")).success());
        assert!(script.contains("QUINCUNX_COMPLETE"), "{shell}: {script}");
    }
    call("completions tcsh").code(2).stderr(contains("bash"));
}

#[test]
fn paths_of_a_scenario_are_completed_with_those_that_it_has() {
    let folder = folder();
    let file = write(folder.path(), "valley.json", &valley());
    let shown = completed(&format!("quincunx show {file} tr"));
    for path in ["trends", "trends.wet", "trends.wet.weight"] {
        assert!(shown.iter().any(|offer| offer == path), "{path}: {shown:?}");
    }
    assert!(shown.iter().all(|path| path.starts_with("tr")), "{shown:?}");
    let set = completed(&format!(
        "quincunx run {file} --trials 5 --set trends.wet.w"
    ));
    assert_eq!(set, ["trends.wet.weight="]);
    // Whatever is offered can be given: each path of the file is one of `show`, and each that ends
    // can be set.
    let mut left = vec![String::new()];
    let mut ends = Vec::new();
    while let Some(begun) = left.pop() {
        for offer in completed(&format!("quincunx compare {file} --set {begun}")) {
            assert!(offer.len() > begun.len(), "{offer}");
            match offer.strip_suffix('=') {
                Some(path) if !ends.contains(&path.to_owned()) => ends.push(path.to_owned()),
                Some(_) => {}
                None => left.push(offer),
            }
        }
    }
    assert!(ends.len() > 25, "{ends:?}");
    for path in &ends {
        call(&format!("show {file} {path}")).success();
    }
    // Items of a list go by their names; what is not there has no path, and no file no paths.
    assert!(
        ends.iter().any(|path| path.starts_with("outcomes.signed.")),
        "{ends:?}"
    );
    assert_eq!(completed(&format!("quincunx show {file} nothing")), [""; 0]);
    assert_eq!(completed("quincunx show none.json tr"), [""; 0]);
    if Command::new("bash").arg("--version").output().is_err() {
        eprintln!("skipped: there is no bash here");
        return;
    }
    let script = folder.path().join("completion");
    fs::write(&script, stdout(&call("completions bash").success()))
        .expect("the folder takes files");
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_quincunx"));
    let pressed = format!(
        "PATH={}:$PATH; source {}; COMP_WORDS=(quincunx show {file} trends.wet); COMP_CWORD=3; COMP_TYPE=9; \
         _clap_complete_quincunx quincunx trends.wet {file}; printf '%s\\n' \"${{COMPREPLY[@]}}\"",
        program.parent().expect("a folder").display(),
        script.display()
    );
    let answer = Command::new("bash")
        .args(["-c", &pressed])
        .output()
        .expect("bash starts");
    let answer = String::from_utf8_lossy(&answer.stdout).into_owned();
    assert!(
        answer.lines().any(|path| path == "trends.wet.weight"),
        "{answer}"
    );
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
