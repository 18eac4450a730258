//! Instructions that each stage executes, which noise does not touch: what a continuous integration
//! can hold steady.
//!
//! `cargo bench -p benches --bench instructions` counts them with valgrind (cachegrind), compares
//! them with `benches/instructions.json`, and fails if a stage needs more than 5% more. `cargo
//! bench -p benches --bench instructions -- --save` writes that file, after a change that is meant.
//! Without valgrind nothing is counted, and it says so.
//!
//! A child process repeats a stage; two children that differ only in how often tell what one
//! repetition costs, free of start-up. Valgrind's processor has no AVX-512, so the counts are those
//! of AVX2 wherever they are taken; they do depend on the compiler.

mod shared;

use quincunx::engine::simulate;
use quincunx::{Silent, Study};
use serde_json::{Map, Value, json};
use shared::{file, open, settings};
use std::hint::black_box;
use std::io::ErrorKind;
use std::process::{Command, ExitCode};

/// Trials of a simulated block.
const TRIALS: u64 = 1024;
/// Growth above which a stage fails.
const MOST: f64 = 0.05;
const COUNTS: &str = "benches/instructions.json";
/// First argument of a child process.
const CHILD: &str = "--repeat";

/// A stage by name, the scenario that it is measured on, and what it does.
struct Stage {
    name: &'static str,
    scenario: &'static str,
    work: Work,
}

enum Work {
    /// Reads, builds and compiles the scenario.
    Open,
    /// Simulates one block.
    Simulate,
    /// Reads all estimates off a summary.
    Read,
}

const fn stage(name: &'static str, scenario: &'static str, work: Work) -> Stage {
    Stage {
        name,
        scenario,
        work,
    }
}

const STAGES: [Stage; 6] = [
    stage(
        "open large",
        "tests/fixtures/scenarios/large.json",
        Work::Open,
    ),
    stage(
        "1,024 trials of large",
        "tests/fixtures/scenarios/large.json",
        Work::Simulate,
    ),
    stage(
        "read off large",
        "tests/fixtures/scenarios/large.json",
        Work::Read,
    ),
    stage(
        "1,024 trials of reference",
        "benches/reference.json",
        Work::Simulate,
    ),
    stage(
        "1,024 trials of birth_death",
        "benches/birth_death.json",
        Work::Simulate,
    ),
    stage("1,024 trials of sir", "benches/sir.json", Work::Simulate),
];

impl Stage {
    fn repeat(&self, times: u32) {
        let study = open(self.scenario);
        let summary = |study: &Study| {
            simulate(&study.program, &settings(study, TRIALS), &Silent)
                .unwrap_or_else(|error| panic!("{}: {error}", self.name))
        };
        match self.work {
            Work::Open => (0..times).for_each(|_| drop(black_box(open(self.scenario)))),
            Work::Simulate => (0..times).for_each(|_| drop(black_box(summary(&study)))),
            Work::Read => {
                let summary = summary(&study);
                (0..times).for_each(|_| drop(black_box(study.result(&summary))));
            }
        }
    }

    /// Instructions of one repetition; `None` without valgrind.
    fn count(&self) -> Result<Option<f64>, String> {
        let Some(once) = self.instructions(1)? else {
            return Ok(None);
        };
        Ok(self.instructions(2)?.map(|twice| twice - once))
    }

    /// Instructions of a child process that repeats the stage.
    fn instructions(&self, times: u32) -> Result<Option<f64>, String> {
        let own = std::env::current_exe().map_err(|error| error.to_string())?;
        let output = Command::new("valgrind")
            .args(["--tool=cachegrind", "--cache-sim=no"])
            .arg("--cachegrind-out-file=/dev/null")
            .arg(own)
            .args([CHILD, &times.to_string(), self.name])
            // A second worker would spin for a while before it sleeps, now longer, now shorter.
            .env("RAYON_NUM_THREADS", "1")
            .output();
        let output = match output {
            Ok(output) => output,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(format!("valgrind: {error}")),
        };
        let told = String::from_utf8_lossy(&output.stderr);
        let count = told
            .lines()
            .find_map(|line| line.split_once("refs:"))
            .and_then(|(_, number)| number.trim().replace(',', "").parse().ok());
        match count {
            Some(count) if output.status.success() => Ok(Some(count)),
            _ => Err(format!("valgrind ended with {}:\n{told}", output.status)),
        }
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [first, times, name] = &arguments[..]
        && first == CHILD
    {
        let (Ok(times), Some(stage)) = (times.parse(), STAGES.iter().find(|s| s.name == name))
        else {
            return ExitCode::FAILURE;
        };
        stage.repeat(times);
        return ExitCode::SUCCESS;
    }
    match count_all(arguments.iter().any(|argument| argument == "--save")) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Counts all stages and compares or saves; `false` if one has grown too much.
fn count_all(save: bool) -> Result<bool, String> {
    let path = file(COUNTS);
    let known: Value = match std::fs::read_to_string(&path) {
        Ok(text) => serde_json::from_str(&text).map_err(|error| format!("{COUNTS}: {error}"))?,
        Err(_) => Value::Null,
    };
    let comparable = known["architecture"] == std::env::consts::ARCH;
    let mut counts = Map::new();
    let mut grown = Vec::new();
    for stage in &STAGES {
        let Some(count) = stage.count()? else {
            println!(
                "skipped: valgrind is not installed, and nothing else counts instructions the same everywhere"
            );
            return Ok(true);
        };
        let before = known["counts"][stage.name].as_f64().filter(|_| comparable);
        let change = before.map(|before| count / before - 1.0);
        let told = change.map_or("new".to_string(), |change| {
            format!("{:+.2}%", 100.0 * change)
        });
        println!("{:<28} {:>9.3} million {told:>9}", stage.name, count / 1e6);
        if change.is_some_and(|change| change > MOST) {
            grown.push(stage.name);
        }
        counts.insert(stage.name.to_string(), json!(count as u64));
    }
    if save {
        let all = json!({
            "note": "Instructions of one repetition, counted by `cargo bench -p benches --bench instructions -- --save`.",
            "architecture": std::env::consts::ARCH,
            "counts": counts,
        });
        let text = serde_json::to_string_pretty(&all).map_err(|error| error.to_string())? + "\n";
        std::fs::write(&path, text).map_err(|error| format!("{COUNTS}: {error}"))?;
        println!("saved to {COUNTS}");
        return Ok(true);
    }
    if !comparable {
        println!(
            "{COUNTS} has no counts for {}: nothing was compared",
            std::env::consts::ARCH
        );
    }
    if !grown.is_empty() {
        println!(
            "more than {:.0}% above {COUNTS}: {}. If that is meant, save the new counts with `-- --save`.",
            100.0 * MOST,
            grown.join(", ")
        );
    }
    Ok(grown.is_empty())
}
