//! What the benches share: scenarios of this repository, opened.

#![allow(dead_code, reason = "each bench uses what it needs")]

use quincunx::{Settings, Study};
use std::path::{Path, PathBuf};

/// Scenarios that are measured, by name and file.
pub const SCENARIOS: [(&str, &str); 4] = [
    ("reference", "benches/reference.json"),
    ("large", "tests/fixtures/scenarios/large.json"),
    ("birth_death", "benches/birth_death.json"),
    ("sir", "benches/sir.json"),
];

/// A file of this repository.
pub fn file(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// # Panics
/// If the scenario is faulty.
pub fn open(path: &str) -> Study {
    Study::open(&file(path), &[])
        .unwrap_or_else(|report| panic!("{path}: {:?}", report.diagnostics))
}

/// So many trials on one thread, under seed 1.
pub fn settings(study: &Study, trials: u64) -> Settings {
    study.settings().trials(trials).seed(1).build().threads(1)
}
