//! Messages as lines of JSON: what a program that drives this one reads from standard error.

use crate::program::{call, folder, quincunx, root, stderr, valley, write};
use assert_cmd::assert::Assert;
use serde_json::{Value, json};

fn told(arguments: &[&str]) -> Assert {
    let mut command = quincunx();
    command.env("QUINCUNX_MESSAGES", "json");
    command.args(arguments).assert()
}

/// Every line of standard error as an object.
fn lines(assert: &Assert) -> Vec<Value> {
    let text = stderr(assert);
    let parsed = text.lines().map(|line| {
        let value: Value =
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert!(value["kind"].is_string(), "{line}");
        value
    });
    parsed.collect()
}

fn of_kind<'a>(lines: &'a [Value], kind: &str) -> Vec<&'a Value> {
    lines.iter().filter(|line| line["kind"] == kind).collect()
}

#[test]
fn what_refuses_a_file_has_the_keys_of_check_and_its_place() {
    let folder = folder();
    let mut scenario = valley();
    scenario["indicators"]["level"]["drift"] = json!("clam * (1 - level)");
    let path = write(folder.path(), "valley.json", &scenario);
    let refused = told(&["run", &path]).code(2);
    let checked = call(&format!("check {path} --format json")).code(2);
    let checked: Vec<Value> = serde_json::from_slice(&checked.get_output().stdout).expect("a list");
    let mut told = lines(&refused);
    for line in &mut told {
        let line = line.as_object_mut().expect("an object");
        assert_eq!(line.shift_remove("kind"), Some(json!("finding")));
    }
    assert!(checked.iter().any(|one| one["code"] == "unknown-name"));
    // `run` stops at errors; `check` has warnings too.
    let errors = checked.iter().filter(|one| one["severity"] == "error");
    assert_eq!(told, errors.cloned().collect::<Vec<_>>());
}

#[test]
fn a_setting_and_a_condition_are_pointed_at() {
    let folder = folder();
    let path = write(folder.path(), "valley.json", &valley());
    let refused = lines(&told(&["run", &path, "--set", "trends.dri.weight=1"]).code(2));
    assert_eq!(refused[0]["file"], "--set", "{refused:?}");
    assert_eq!(refused[0]["column"], 8, "{refused:?}");
    let refused = lines(&told(&["given", &path, "evr(x)"]).code(2));
    assert_eq!(refused[0]["file"], "CONDITION", "{refused:?}");
    assert_eq!(refused[0]["hints"], json!(["did you mean `ever`?"]));
}

#[test]
fn a_command_line_that_cannot_be_read_is_one_object_without_the_frame_of_a_terminal() {
    for (arguments, wanted) in [
        (
            &["run", "a.json", "--trials", "many"][..],
            "`many` is not a positive whole number",
        ),
        (&["run", "a.json", "--trails", "10"], "--trials"),
        (&["run"], "<FILE>"),
        (&["runs"], "run"),
    ] {
        let told = lines(&told(arguments).code(2));
        let [error] = told.as_slice() else {
            panic!("{told:?}")
        };
        assert_eq!(error["kind"], "error");
        let message = error["message"].as_str().expect("a text");
        assert!(message.contains(wanted), "{message}");
        for frame in ["error:", "Usage", "--help"] {
            assert!(!message.contains(frame), "{message}");
        }
    }
    let help = told(&["run", "--help"]).success();
    assert!(help.get_output().stdout.starts_with(b"Simulate"));
}

#[test]
fn other_failures_are_objects_too() {
    let folder = folder();
    let path = write(folder.path(), "valley.json", &valley());
    let lines = lines(&told(&["sensitivity", &path, "--of", "nope"]).code(2));
    let [error] = lines.as_slice() else {
        panic!("{lines:?}")
    };
    assert_eq!(error["kind"], "error");
    assert!(
        error["message"]
            .as_str()
            .is_some_and(|m| m.contains("nope"))
    );
}

#[test]
fn progress_ascends_to_all_trials_and_is_silent_with_quiet() {
    let folder = folder();
    let path = write(folder.path(), "valley.json", &valley());
    let told_by = |extra: &[&str]| {
        let arguments = [&["run", path.as_str(), "--format", "json"], extra].concat();
        lines(&told(&arguments).success())
    };
    let lines = told_by(&[]);
    let progress = of_kind(&lines, "progress");
    let done: Vec<u64> = (progress.iter())
        .map(|line| line["done"].as_u64().expect("a count"))
        .collect();
    assert!(done.is_sorted_by(|a, b| a < b), "{done:?}");
    assert_eq!(done.last(), Some(&8192));
    assert!(progress.iter().all(|line| line["total"] == 8192));
    assert_eq!(told_by(&["--quiet"]), [] as [Value; 0]);

    let open = told_by(&["--until", "5pp"]);
    let open = of_kind(&open, "progress");
    assert!(!open.is_empty());
    assert!(open.iter().all(|line| line["total"].is_null()), "{open:?}");
}

#[test]
fn warnings_of_a_run_are_objects_and_the_result_is_the_same() {
    let line = "run scenarios/port_strike.json --trials 1024 --format json";
    let words: Vec<&str> = line.split_whitespace().collect();
    let told = told(&words).success();
    let lines = lines(&told);
    let warned = of_kind(&lines, "warning");
    assert!(
        (warned.iter()).any(|line| line["message"].as_str().is_some_and(|m| m.contains("few"))),
        "{lines:?}"
    );
    let plain = call(line).success();
    assert_eq!(told.get_output().stdout, plain.get_output().stdout);
}

#[test]
fn another_word_in_the_variable_is_refused() {
    let mut command = quincunx();
    command.env("QUINCUNX_MESSAGES", "xml").args(["schema"]);
    let refused = command.assert().code(2);
    assert!(stderr(&refused).contains("must be `text` or `json`: got `xml`"));
}

/// Nobody would stop a run whose starter was killed.
#[cfg(unix)]
#[test]
fn a_run_ends_when_the_reader_of_its_messages_is_gone() {
    use std::process::{Command, Stdio};
    use std::time::{Duration, Instant};
    let mut child = Command::new(env!("CARGO_BIN_EXE_quincunx"))
        .args(["run", "scenarios/port_strike.json", "--until", "0.0001pp"])
        .env("QUINCUNX_MESSAGES", "json")
        .current_dir(root())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    drop(child.stderr.take());
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("it is asked") {
            assert_eq!(status.code(), Some(130));
            break;
        }
        if begun.elapsed() > Duration::from_secs(40) {
            child.kill().expect("it can be stopped");
            panic!("it goes on without a reader");
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}
