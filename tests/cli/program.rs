//! How the tests start the program, and the scenarios that they give it.

use assert_cmd::Command;
use assert_cmd::assert::Assert;
use quincunx::results::{CompareResult, RunResult};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;

/// The program, away from the user's settings; a test that hangs fails after a minute.
pub fn quincunx() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_quincunx"));
    for variable in [
        "NO_COLOR",
        "CLICOLOR",
        "CLICOLOR_FORCE",
        "COLUMNS",
        "RUST_BACKTRACE",
    ] {
        command.env_remove(variable);
    }
    command
        .current_dir(root())
        .timeout(Duration::from_secs(60))
        .write_stdin("");
    command
}

/// Runs the program with arguments that are separated by blanks.
pub fn call(line: &str) -> Assert {
    quincunx().args(line.split_whitespace()).assert()
}

/// The folder of the package, where the tests run.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

pub fn stdout(assert: &Assert) -> String {
    String::from_utf8(assert.get_output().stdout.clone()).expect("output is UTF-8")
}

pub fn stderr(assert: &Assert) -> String {
    String::from_utf8(assert.get_output().stderr.clone()).expect("messages are UTF-8")
}

fn parsed<T: DeserializeOwned>(assert: &Assert) -> T {
    let out = stdout(assert);
    serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}:\n{out}"))
}

/// The result on standard output.
pub fn result(assert: &Assert) -> RunResult {
    parsed(assert)
}

pub fn comparison(assert: &Assert) -> CompareResult {
    parsed(assert)
}

pub fn json_value(assert: &Assert) -> Value {
    parsed(assert)
}

/// A folder of its own for a test.
pub fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder for the test")
}

/// Writes a scenario into a folder; the answer is its path.
pub fn write(folder: &Path, name: &str, scenario: &Value) -> String {
    let path = folder.join(name);
    std::fs::write(&path, format!("{scenario:#}\n")).expect("the folder takes files");
    path.display().to_string()
}

/// A small scenario with something of everything, that raises no warning in two blocks.
pub fn valley() -> Value {
    json!({
        "format": 1, "name": "valley", "title": "A dispute over water",
        "start": "2026-01-01", "horizon": "12 months", "step": "1 month",
        "run": {"trials": 8192, "seed": 3},
        "parameters": {"haste": {"uniform": [0.2, 0.6]}, "calm": {"value": 0.5}},
        "trends": {"dry": {"weight": 0.7}, "wet": {"weight": 0.3}},
        "phases": {"dispute": {"start": true}, "accord": {}},
        "indicators": {
            "level": {"start": 1, "drift": "calm * (1 - level)", "volatility": 0.2, "range": [0, null]}
        },
        "events": {
            "signature": {
                "hazard": {"rate": "haste", "per": "year", "times": {"trend": {"wet": 2}}},
                "phases": ["dispute"], "effects": [{"phase": "accord"}]
            }
        },
        "outcomes": [
            {"name": "signed", "when": "phase == accord"},
            {"name": "open", "when": "phase == dispute"}
        ],
        "metrics": {"wait": {"value": "first(signature)", "unit": "years"}, "low": "lowest(level)"},
        "questions": {"by_june": {"ever": "phase == accord", "by": "2026-06-30"}}
    })
}

/// What a finished run left behind: its result and its trials.
pub fn finished(folder: &Path, file: &str, options: &str, ending: &str) -> [String; 2] {
    let paths = ["result.json".to_owned(), format!("trials.{ending}")]
        .map(|name| folder.join(name).display().to_string());
    let [result, trials] = &paths;
    call(&format!(
        "run {file} {options} --quiet --format json --out {result} --trials-out {trials}"
    ))
    .success();
    paths
}
