//! The simulator as its users call it: a scenario file in, the whole result out.

use quincunx::results::RunResult;
use quincunx::scenario::Findings;
use quincunx::{Settings, Silent, Study};
use std::error::Error;
use std::path::Path;

/// Opens a scenario file.
///
/// # Errors
/// What is wrong with it, in words.
pub fn open(file: &Path) -> Result<Study, Box<dyn Error>> {
    edited(file, &[])
}

/// As [`open`], with settings such as `events.x.hazard.rate=2`.
pub fn edited(file: &Path, settings: &[String]) -> Result<Study, Box<dyn Error>> {
    let told = |report: Findings| {
        let faults: Vec<String> = report
            .diagnostics
            .iter()
            .map(|d| d.message.clone())
            .collect();
        format!("{}: {}", file.display(), faults.join("; "))
    };
    Ok(Study::open(file, settings).map_err(told)?)
}

/// Settings of a run on so many threads (0: one a core).
pub fn settings(study: &Study, trials: u64, seed: u64, threads: usize) -> Settings {
    study
        .settings()
        .trials(trials)
        .seed(seed)
        .build()
        .threads(threads)
}

/// Simulates and reads off everything that a normal run reports.
///
/// # Panics
/// If the engine refuses a scenario of this package's own, which is a fault of the package.
pub fn run(study: &Study, trials: u64, seed: u64, threads: usize) -> RunResult {
    study
        .run(&settings(study, trials, seed, threads), &Silent)
        .unwrap_or_else(|error| panic!("{}: {error}", study.model.name))
}

/// Trials of a run, for a rate.
pub fn trials(study: &Study, trials: u64, seed: u64, threads: usize) -> f64 {
    run(study, trials, seed, threads).run.trials as f64
}
