//! What the integration tests share: scenarios from JSON values, runs, trial-level rows, and
//! comparisons with exact numbers.
//!
//! Every comparison of an estimate states its standard error; a test collects all that disagree
//! before it fails, so that one look shows the whole picture. Seeds are fixed, so a test that
//! passes keeps passing until the numbers change.

use quincunx::analysis::Study;
use quincunx::engine::{EngineError, Observer, Settings, Silent, TrialRows};
use quincunx::results::{OccupancyResult, RunResult, SeriesResult};
use quincunx::scenario::Findings;
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// Largest deviation from an exact number, in standard errors.
pub const MOST_ERRORS: f64 = 4.0;

/// Holds that intervals of 95% contain the truth as often as they say: one interval for each seed.
pub fn covers(truth: f64, seeds: std::ops::Range<u64>, interval: impl Fn(u64) -> [f64; 2]) {
    let runs = (seeds.end - seeds.start) as f64;
    let held = seeds
        .filter(|seed| {
            let [low, high] = interval(*seed);
            low <= truth && truth <= high
        })
        .count() as f64;
    let error = (0.95 * 0.05 * runs).sqrt();
    assert!(
        (held - 0.95 * runs).abs() < MOST_ERRORS * error,
        "{held} of {runs}"
    );
}

/// A scenario with these sections, one phase unless it has its own, and a grid of `step` up to
/// `horizon` (years).
pub fn scenario(horizon: f64, step: f64, sections: Value) -> Value {
    let mut whole = json!({
        "format": 1,
        "name": "case",
        "start": "2001-01-01",
        "horizon": horizon,
        "step": step,
        "phases": {"running": {"start": true}},
    });
    let sections = sections.as_object().expect("sections are an object");
    merge(whole.as_object_mut().expect("an object"), sections);
    whole
}

/// Lays the sections of one object over another.
pub fn merge(whole: &mut Map<String, Value>, sections: &Map<String, Value>) {
    for (key, value) in sections {
        whole.insert(key.clone(), value.clone());
    }
}

/// Faults of a scenario in words.
pub fn faults(report: &Findings) -> String {
    let told: Vec<String> = (report.diagnostics.iter())
        .map(|d| format!("[{}] {} at {}", d.code, d.message, d.place.pointer))
        .collect();
    told.join("\n")
}

pub fn study(scenario: &Value) -> Study {
    Study::from_text(&scenario.to_string(), "case.json")
        .unwrap_or_else(|report| panic!("{}", faults(&report)))
}

/// Opens a file below `tests/`.
pub fn open(path: &str, sets: &[String]) -> Study {
    Study::open(&below_tests(path), sets)
        .unwrap_or_else(|report| panic!("{path}: {}", faults(&report)))
}

pub fn below_tests(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests")
        .join(path)
}

/// A JSON file below `tests/oracles/`.
pub fn oracle(path: &str) -> Value {
    let file = below_tests("oracles").join(path);
    let text = std::fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", file.display()))
}

/// The case of an oracle with this id.
pub fn case<'v>(oracle: &'v Value, id: &str) -> &'v Value {
    let cases = oracle["cases"].as_array().expect("an oracle has cases");
    cases
        .iter()
        .find(|c| c["id"] == id)
        .unwrap_or_else(|| panic!("no case {id}"))
}

/// A number of a JSON value.
pub fn number(value: &Value) -> f64 {
    value
        .as_f64()
        .unwrap_or_else(|| panic!("{value} is not a number"))
}

pub fn numbers(value: &Value) -> Vec<f64> {
    value
        .as_array()
        .unwrap_or_else(|| panic!("{value} is not a list"))
        .iter()
        .map(number)
        .collect()
}

pub fn run(study: &Study, trials: u64, seed: u64) -> RunResult {
    try_run(study, trials, seed).unwrap_or_else(|error| panic!("{error}"))
}

pub fn try_run(study: &Study, trials: u64, seed: u64) -> Result<RunResult, EngineError> {
    study.run(&settings(study, trials, seed), &Silent)
}

/// As many trials as asked for, in draws of the usual size, on two threads.
pub fn settings(study: &Study, trials: u64, seed: u64) -> Settings {
    study
        .settings()
        .trials(trials)
        .seed(seed)
        .build()
        .threads(2)
}

/// Simulates a scenario.
pub fn simulate(scenario: &Value, trials: u64, seed: u64) -> RunResult {
    run(&study(scenario), trials, seed)
}

/// Keeps all trial-level rows.
#[derive(Default)]
struct Collector {
    blocks: Mutex<Vec<(u64, TrialRows)>>,
}

impl Observer for Collector {
    fn wants_rows(&self) -> bool {
        true
    }

    fn rows(&self, block: u64, rows: TrialRows) {
        self.blocks
            .lock()
            .expect("no holder panics")
            .push((block, rows));
    }
}

/// All trials of a run, in order.
pub struct Rows {
    pub draw: Vec<u32>,
    pub start_trend: Vec<u8>,
    pub outcome: Vec<u8>,
    /// By name; NaN: no value.
    pub metrics: Vec<(String, Vec<f64>)>,
    /// By name; `+inf`: never.
    pub first_times: Vec<(String, Vec<f64>)>,
    pub parameters: Vec<(String, Vec<f64>)>,
}

impl Rows {
    pub fn metric(&self, name: &str) -> &[f64] {
        Self::named(&self.metrics, name)
    }

    pub fn first_time(&self, event: &str) -> &[f64] {
        Self::named(&self.first_times, event)
    }

    pub fn parameter(&self, name: &str) -> &[f64] {
        Self::named(&self.parameters, name)
    }

    fn named<'a>(columns: &'a [(String, Vec<f64>)], name: &str) -> &'a [f64] {
        let (_, column) = columns
            .iter()
            .find(|(n, _)| n == name)
            .unwrap_or_else(|| panic!("no column {name}"));
        column
    }

    pub fn len(&self) -> usize {
        self.draw.len()
    }
}

/// A run with all its trials.
pub fn rows(study: &Study, settings: &Settings) -> (RunResult, Rows) {
    let collector = Collector::default();
    let result = study
        .run(settings, &collector)
        .unwrap_or_else(|error| panic!("{error}"));
    let mut blocks = collector.blocks.into_inner().expect("no holder panics");
    blocks.sort_by_key(|(block, _)| *block);
    let mut all = Rows {
        draw: Vec::new(),
        start_trend: Vec::new(),
        outcome: Vec::new(),
        metrics: study
            .model
            .metrics
            .iter()
            .map(|m| (m.name.clone(), Vec::new()))
            .collect(),
        first_times: study
            .model
            .events
            .iter()
            .map(|e| (e.name.clone(), Vec::new()))
            .collect(),
        parameters: study
            .model
            .parameters
            .iter()
            .map(|p| (p.name.clone(), Vec::new()))
            .collect(),
    };
    for (_, block) in blocks {
        assert_eq!(
            block.first_trial,
            all.len() as u64,
            "blocks follow one another"
        );
        all.draw.extend(block.draw);
        all.start_trend.extend(block.start_trend);
        all.outcome.extend(block.outcome);
        let into = [
            (&mut all.metrics, block.metrics),
            (&mut all.first_times, block.first_times),
            (&mut all.parameters, block.parameters),
        ];
        for (columns, more) in into {
            for ((_, column), values) in columns.iter_mut().zip(more) {
                column.extend(values);
            }
        }
    }
    (result, all)
}

/// Position of a reported time (years).
pub fn time_index(result: &RunResult, time: f64) -> usize {
    let found = result.times.iter().position(|t| (t - time).abs() < 1e-9);
    found.unwrap_or_else(|| panic!("time {time} is not reported: {:?}", result.times))
}

pub fn series<'r>(result: &'r RunResult, name: &str) -> &'r SeriesResult {
    let found = result
        .indicators
        .iter()
        .chain(&result.derived)
        .find(|s| s.name == name);
    found.unwrap_or_else(|| panic!("no series {name}"))
}

pub fn phase<'r>(result: &'r RunResult, name: &str) -> &'r OccupancyResult {
    result
        .phases
        .iter()
        .find(|p| p.name == name)
        .unwrap_or_else(|| panic!("no phase {name}"))
}

pub fn trend<'r>(result: &'r RunResult, name: &str) -> &'r OccupancyResult {
    result
        .trends
        .iter()
        .find(|p| p.name == name)
        .unwrap_or_else(|| panic!("no trend {name}"))
}

/// A value of a state.
pub fn value<'r>(result: &'r RunResult, state: &str, name: &str) -> &'r OccupancyResult {
    let found = result.states.iter().find(|s| s.name == state);
    let state = found.unwrap_or_else(|| panic!("no state {state}"));
    let found = state.values.iter().find(|v| v.name == name);
    found.unwrap_or_else(|| panic!("no value {name}"))
}

macro_rules! found_by_name {
    ($function:ident, $section:ident, $type:ident) => {
        pub fn $function<'r>(result: &'r RunResult, name: &str) -> &'r quincunx::results::$type {
            let found = result.$section.iter().find(|x| x.name == name);
            found.unwrap_or_else(|| panic!(concat!("no ", stringify!($function), " {}"), name))
        }
    };
}

found_by_name!(outcome, outcomes, OutcomeResult);
found_by_name!(event, events, EventResult);
found_by_name!(metric, metrics, MetricResult);
found_by_name!(question, questions, QuestionResult);

/// Comparisons with exact numbers; all that fail are told together.
#[derive(Default)]
pub struct Agreement {
    compared: usize,
    failures: Vec<String>,
}

impl Agreement {
    /// An estimate with its standard error, or the exact one of its law.
    pub fn estimate(&mut self, what: &str, estimate: f64, exact: f64, std_error: f64) {
        let z = (estimate - exact) / std_error;
        self.judge(z.abs() < MOST_ERRORS, || {
            format!("{what}: {estimate} for {exact}, {z:.2} standard errors of {std_error:.3e}")
        });
    }

    /// A share of `n` independent trials.
    ///
    /// Rare hits (or misses) are far from normal: below 50 expected they are compared on the scale
    /// of Anscombe (1948), where a Poisson count has standard deviation 1/2 whatever its mean.
    pub fn share(&mut self, what: &str, estimate: f64, exact: f64, n: u64) {
        let trials = n as f64;
        let rare = exact.min(1.0 - exact) * trials;
        if rare >= 50.0 {
            self.estimate(
                what,
                estimate,
                exact,
                (exact * (1.0 - exact) / trials).sqrt(),
            );
            return;
        }
        let (seen, p) = if exact < 0.5 {
            (estimate, exact)
        } else {
            (1.0 - estimate, 1.0 - exact)
        };
        let root = |count: f64| 2.0 * (count.max(0.0) + 0.375).sqrt();
        let z = root(seen * trials) - root(p * trials);
        self.judge(z.abs() < MOST_ERRORS, || {
            format!("{what}: {estimate} for {exact} in {n} trials, {z:.2} standard errors")
        });
    }

    /// Two numbers that differ by rounding at most.
    pub fn close(&mut self, what: &str, found: f64, exact: f64, tolerance: f64) {
        self.judge((found - exact).abs() <= tolerance, || {
            format!("{what}: {found} for {exact}, off by more than {tolerance:e}")
        });
    }

    /// Any other requirement.
    pub fn holds(&mut self, what: &str, truth: bool) {
        self.judge(truth, || what.to_string());
    }

    fn judge(&mut self, good: bool, told: impl FnOnce() -> String) {
        self.compared += 1;
        if !good {
            self.failures.push(told());
        }
    }

    /// Fails with everything that disagreed.
    pub fn finish(self, at_least: usize) {
        assert!(
            self.compared >= at_least,
            "only {} of {at_least} comparisons were made",
            self.compared
        );
        assert!(
            self.failures.is_empty(),
            "{} of {} disagree:\n{}",
            self.failures.len(),
            self.compared,
            self.failures.join("\n")
        );
    }
}
