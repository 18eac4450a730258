//! What is told of a mean lies among the values that a trial can have: shares of time between 0 and
//! 1, counts not below 0, dates not after the end.

use crate::harness::{metric, run, scenario, study};
use quincunx::analysis::{compare, reweight};
use quincunx::engine::Silent;
use quincunx::results::RunResult;
use serde_json::{Value, json};

/// The range of each metric, in the order of the file.
const RANGES: [(&str, f64, f64); 8] = [
    ("raids", 0.0, f64::INFINITY),
    ("none_left", f64::NEG_INFINITY, 1.0),
    ("share_after", 0.0, 1.0),
    ("share_before", 0.0, 1.0),
    ("flag", 0.0, 1.0),
    ("level_end", 0.0, 1.0),
    ("top", 0.0, 1.0),
    ("when_raided", 0.0, 1.0),
];

/// A raid that comes in few trials, at a rate that is not known, and numbers that are nearly always
/// at an end of their range.
fn rare(rate: f64) -> Value {
    scenario(
        1.0,
        1.0 / 12.0,
        json!({
            "parameters": {"rate": {"uniform": [0, rate]}},
            "trends": {"calm": {"weight": 0.5}, "dire": {"weight": 0.5}},
            "phases": {"before": {"start": true}, "after": {}},
            "indicators": {"level": {"start": 1, "range": [0, 1]}},
            "events": {
                "raid": {
                    "hazard": {"rate": "rate", "per": "year", "times": {"trend": {"dire": 3}}},
                    "effects": [{"phase": "after"}, {"add": "level", "by": {"uniform": [-1, 1]}}],
                },
            },
            "metrics": {
                "raids": "count(raid)",
                "none_left": "1 - count(raid)",
                "share_after": "time_in(phase == after)",
                "share_before": "time_in(phase == before)",
                "flag": "if(ever(raid), 1, 0)",
                "level_end": "final(level)",
                "top": "max(average(level), 0)",
                "when_raided": "first(raid)",
            },
        }),
    )
}

fn inside(what: &str, ends: Option<[f64; 2]>, [low, high]: [f64; 2]) {
    let Some([from, to]) = ends else { return };
    // Sums of times have rounding errors.
    let held = low - 1e-12 <= from && from <= to && to <= high + 1e-12;
    assert!(
        held,
        "{what}: {from} to {to}, and values from {low} to {high}"
    );
}

fn told(seed: u64) -> (RunResult, RunResult) {
    let base = run(&study(&rare(0.004)), 2048, seed);
    let other = run(&study(&rare(0.01)), 2048, seed);
    (base, other)
}

#[test]
fn no_interval_of_a_mean_goes_beyond_the_values_that_can_be() {
    let mut hits = 0;
    for seed in 1..=12 {
        for result in <[RunResult; 2]>::from(told(seed)) {
            for (name, low, high) in RANGES {
                let one = metric(&result, name);
                let Some(mean) = one.mean else { continue };
                inside(name, one.ci95, [low, high]);
                inside(name, one.epistemic90, [low, high]);
                let [from, to] = one.ci95.expect("a mean has an interval");
                assert!((from..=to).contains(&mean), "{name}: {mean}");
                let cut = one
                    .std_error
                    .is_some_and(|error| mean - 2.2 * error < low || mean + 2.2 * error > high);
                hits += usize::from(cut);
            }
        }
    }
    assert!(hits > 20, "only {hits} intervals were near an end");
}

#[test]
fn no_interval_of_new_weights_or_of_a_difference_does_either() {
    for seed in 1..=6 {
        let result = told(seed).0;
        let asked = [("calm".to_owned(), 0.9)];
        let found = reweight(&result, &asked).expect("both trends have trials");
        for (name, low, high) in RANGES {
            let one = found.metrics.iter().find(|m| m.name == name);
            let one = one.expect("a metric");
            inside(name, one.ci95, [low, high]);
            inside(name, one.difference.ci95, [low - high, high - low]);
        }
        let (base, other) = (study(&rare(0.004)), study(&rare(0.01)));
        let settings = base.settings().trials(2048).seed(seed).build();
        let result = compare(&[&base, &other], &settings, &Silent).expect("a comparison");
        for difference in &result.comparisons[0].metrics {
            let range = RANGES.iter().find(|range| range.0 == difference.outcome);
            let (name, low, high) = *range.expect("a metric");
            inside(name, difference.ci95, [low - high, high - low]);
        }
    }
}
