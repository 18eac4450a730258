//! Ctrl-C: what was simulated is reported and marked; a second one ends the program at once.
#![cfg(unix)]

use crate::program::{folder, valley, write};
use quincunx::results::{RunResult, Typical};
use serde_json::json;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

fn start(arguments: &str) -> Child {
    Command::new(env!("CARGO_BIN_EXE_quincunx"))
        .args(arguments.split_whitespace())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts")
}

fn interrupt(child: &Child) {
    send("INT", child);
}

fn send(signal: &str, child: &Child) {
    let sent = Command::new("kill")
        .args([&format!("-{signal}"), &child.id().to_string()])
        .status();
    assert!(sent.expect("kill starts").success());
}

/// A block of so many steps takes minutes.
fn slow() -> serde_json::Value {
    let mut scenario = valley();
    scenario["horizon"] = json!("5000 years");
    scenario["step"] = json!("0.001 years");
    scenario["questions"] = json!({});
    scenario
}

/// Waits until something is true; fails after half a minute.
fn wait_until(what: &str, mut is_true: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_true() {
        assert!(begun.elapsed() < Duration::from_secs(30), "never: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Size of the unfinished file in a folder.
fn unfinished(folder: &Path) -> Option<u64> {
    let entries = fs::read_dir(folder).expect("a folder");
    entries
        .map(|entry| entry.expect("an entry"))
        .find(|entry| entry.file_name().to_string_lossy().ends_with(".part"))
        .map(|entry| entry.metadata().map_or(0, |meta| meta.len()))
}

#[test]
fn an_interrupted_run_reports_what_it_has_and_says_so() {
    let folder = folder();
    let path = write(folder.path(), "valley.json", &valley());
    let trials = folder.path().join("trials.csv");
    let mut child = start(&format!(
        "run {path} --trials 1e9 --threads 2 --format json --trials-out {}",
        trials.display()
    ));
    wait_until("a block was simulated", || {
        unfinished(folder.path()) > Some(0)
    });
    interrupt(&child);
    let mut text = String::new();
    let mut pipe = child.stdout.take().expect("a pipe");
    pipe.read_to_string(&mut text).expect("a result");
    let output = child.wait_with_output().expect("the program ends");
    assert_eq!(output.status.code(), Some(130));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(
        told.contains("stopping after the blocks under way"),
        "{told}"
    );
    assert!(told.contains("[interrupted]"), "{told}");

    let result: RunResult = serde_json::from_str(&text).expect("a whole result");
    assert!(result.run.interrupted);
    assert!(result.run.trials >= 1024 && result.run.trials.is_multiple_of(1024));
    assert!(result.warnings.iter().any(|w| w.code == "interrupted"));
    let rows = csv::Reader::from_path(&trials)
        .expect("a file of trials")
        .into_records()
        .collect::<Result<Vec<_>, _>>()
        .expect("whole rows")
        .len();
    assert_eq!(rows as u64, result.run.trials);
    assert_eq!(unfinished(folder.path()), None);
}

#[test]
fn an_interrupted_search_for_typical_trials_tells_what_it_saw_and_says_so() {
    let folder = folder();
    let path = write(folder.path(), "valley.json", &valley());
    // Nothing is unclassified: the search would go through the whole run.
    let child = start(&format!(
        "trace {path} --outcome unclassified --trials 1e9 --threads 2 --format json"
    ));
    std::thread::sleep(Duration::from_secs(4));
    interrupt(&child);
    let output = child.wait_with_output().expect("the program ends");
    assert_eq!(output.status.code(), Some(130));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(
        told.contains("stopping after the blocks under way"),
        "{told}"
    );
    let found: Typical = serde_json::from_slice(&output.stdout).expect("a whole result");
    assert!(found.interrupted && found.stories.is_empty());
    assert!(found.searched >= 1024 && found.searched.is_multiple_of(1024));
}

#[test]
fn interrupted_pathways_are_those_of_the_trials_so_far() {
    let folder = folder();
    let path = write(folder.path(), "valley.json", &valley());
    let child = start(&format!(
        "trace {path} --pathways --trials 1e9 --threads 2 --format json"
    ));
    std::thread::sleep(Duration::from_secs(4));
    interrupt(&child);
    let output = child.wait_with_output().expect("the program ends");
    assert_eq!(output.status.code(), Some(130));
    let found: quincunx::results::Pathways =
        serde_json::from_slice(&output.stdout).expect("a whole result");
    assert!(found.run.interrupted && found.trials == found.run.trials);
    let shown: u64 = found.branches.iter().map(|one| one.trials).sum();
    assert_eq!(shown, found.trials);
}

#[test]
fn an_interrupted_search_for_near_misses_says_so() {
    let folder = folder();
    let path = write(folder.path(), "valley.json", &valley());
    let child = start(&format!(
        "trace {path} --outcome unclassified --near-misses --trials 1e9 --threads 2 --format json"
    ));
    std::thread::sleep(Duration::from_secs(4));
    interrupt(&child);
    let output = child.wait_with_output().expect("the program ends");
    assert_eq!(output.status.code(), Some(130));
}

#[test]
fn a_second_interrupt_ends_the_program_at_once_and_leaves_nothing() {
    let folder = folder();
    let path = write(folder.path(), "slow.json", &slow());
    let out = folder.path().join("result.json");
    let charts = folder.path().join("pictures");
    let mut child = start(&format!(
        "run {path} --out {} --charts {}",
        out.display(),
        charts.join("new").display()
    ));
    wait_until("the charts have their place", || charts.exists());
    // Ctrl-C is taken over just after that.
    std::thread::sleep(Duration::from_millis(300));
    interrupt(&child);
    let mut told = String::new();
    let mut errors = BufReader::new(child.stderr.take().expect("a pipe"));
    errors.read_line(&mut told).expect("a note");
    assert!(
        told.contains("press Ctrl-C again to quit at once"),
        "{told}"
    );
    interrupt(&child);
    let begun = Instant::now();
    let status = child.wait().expect("the program ends");
    assert_eq!(status.code(), Some(130));
    assert!(
        begun.elapsed() < Duration::from_secs(5),
        "{:?}",
        begun.elapsed()
    );
    assert_eq!(unfinished(folder.path()), None);
    assert!(!out.exists() && !charts.exists());
}

#[test]
fn whatever_ends_the_process_leaves_no_unfinished_file_and_the_status_says_what() {
    for (signal, status) in [("TERM", 143), ("HUP", 129)] {
        // Under nohup the program is told to outlive its terminal, and does.
        if signal == "HUP" && ignores_hangup() {
            eprintln!("skipped: SIGHUP is ignored by whoever started these tests");
            continue;
        }
        let folder = folder();
        let path = write(folder.path(), "slow.json", &slow());
        let trials = folder.path().join("trials.csv");
        fs::write(&trials, "old").expect("a file");
        // A folder that was there stays, also an empty one; one that was made for charts goes.
        let (old, charts) = (folder.path().join("old"), folder.path().join("pictures"));
        fs::create_dir(&old).expect("a folder");
        for charts in [&old, &charts] {
            let mut child = start(&format!(
                "run {path} --threads 2 --trials-out {} --out {} --charts {}",
                trials.display(),
                folder.path().join("result.json").display(),
                charts.display()
            ));
            wait_until("the outputs have their places", || {
                unfinished(folder.path()).is_some() && charts.exists()
            });
            send(signal, &child);
            let begun = Instant::now();
            let ended = child.wait().expect("the program ends");
            assert_eq!(ended.code(), Some(status), "{signal}");
            assert!(
                begun.elapsed() < Duration::from_secs(10),
                "{:?}",
                begun.elapsed()
            );
            assert_eq!(unfinished(folder.path()), None, "{signal}");
        }
        assert!(old.exists() && !charts.exists(), "{signal}");
        assert_eq!(fs::read_to_string(&trials).expect("the old file"), "old");
    }
}

/// Whether this process ignores SIGHUP, as all that it starts then do; not known where there is no
/// `/proc`.
fn ignores_hangup() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .is_some_and(|mask| mask & 1 == 1)
}

#[cfg(target_os = "linux")]
#[test]
fn a_run_under_nohup_outlives_its_terminal() {
    let folder = folder();
    let path = write(folder.path(), "valley.json", &valley());
    let out = folder.path().join("result.json");
    let line = format!(
        "trap '' HUP; exec {} run {path} --trials 400000 --threads 1 --format json --out {}",
        env!("CARGO_BIN_EXE_quincunx"),
        out.display()
    );
    let mut child = Command::new("sh")
        .args(["-c", &line])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("a shell");
    wait_until("the result has its place", || {
        unfinished(folder.path()).is_some() || out.exists()
    });
    send("HUP", &child);
    let ended = child.wait().expect("the program ends");
    assert_eq!(ended.code(), Some(0));
    assert!(out.exists());
}

#[test]
fn an_interrupted_comparison_marks_every_scenario() {
    let folder = folder();
    let path = write(folder.path(), "valley.json", &valley());
    let out = folder.path().join("result.json");
    let child = start(&format!(
        "compare {path} {path} --trials 1e11 --format json --out {}",
        out.display()
    ));
    wait_until("the result has its place", || {
        unfinished(folder.path()).is_some()
    });
    std::thread::sleep(Duration::from_millis(500));
    interrupt(&child);
    let output = child.wait_with_output().expect("the program ends");
    assert_eq!(output.status.code(), Some(130));
    let text = fs::read_to_string(&out).expect("a result");
    let result: quincunx::CompareResult = serde_json::from_str(&text).expect("a whole result");
    assert!(result.scenarios.iter().all(|s| s.run.interrupted));
    assert_eq!(
        result.scenarios[0].run.trials,
        result.scenarios[1].run.trials
    );
}

/// What was complete is told; what was not is left out. Nothing is complete if the machine is slow.
#[test]
fn an_interrupted_search_for_something_rare_tells_of_whole_repetitions() {
    let folder = folder();
    let mut scenario = valley();
    scenario["events"]["quake"] = json!({"hazard": {"rate": 1e-7, "per": "year"}});
    scenario["outcomes"][0] = json!({"name": "shaken", "when": "ever(quake)"});
    let path = write(folder.path(), "valley.json", &scenario);
    let child = start(&format!(
        "run {path} --rare shaken --trials 1e9 --threads 2 --format json"
    ));
    std::thread::sleep(Duration::from_secs(3));
    interrupt(&child);
    let output = child.wait_with_output().expect("the program ends");
    assert_eq!(output.status.code(), Some(130));
    if !output.stdout.is_empty() {
        let found: quincunx::results::RareResult =
            serde_json::from_slice(&output.stdout).expect("a whole result");
        assert!(found.interrupted && found.repetitions > 0);
        assert_eq!(found.plain.trials, found.repetitions * found.lines);
    }
}
