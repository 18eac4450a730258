//! A sweep gives, at each of its points, the probability that a formula gives, and what a run of
//! that point gives.

use crate::harness::{run, study};
use quincunx::analysis::{Point, Quantity, Study, Sweep, sweep};
use quincunx::engine::{Settings, Silent};
use quincunx::results::{SweepAxis, SweepResult};
use serde_json::{Value, json};

/// Largest deviation in standard errors.
const MOST: f64 = 5.5;

/// An alarm of a constant rate within a year: P = 1 - exp(-rate).
fn alarm(rate: f64) -> Value {
    json!({
        "format": 1, "name": "alarm", "start": "2026-01-01", "horizon": "12 months", "step": "1 month",
        "parameters": {"rate": {"value": rate}},
        "phases": {"calm": {"start": true}},
        "events": {"alarm": {"hazard": {"rate": "rate", "per": "year"}}},
        "outcomes": [{"name": "alarmed", "when": "ever(alarm)"}, {"name": "calm", "when": "true"}],
        "metrics": {"alarms": "count(alarm)"}
    })
}

fn swept(rates: &[f64], of: &[&str], trials: u64, threads: usize) -> SweepResult {
    let base = study(&alarm(0.5));
    let of = (of.iter())
        .map(|name| Quantity::named(&base.model, name).expect("it is there"))
        .collect();
    let points = (rates.iter())
        .map(|rate| Point {
            at: vec![json!(rate)],
            study: study(&alarm(*rate)),
        })
        .collect();
    let asked = Sweep {
        axes: vec![SweepAxis {
            path: "parameters.rate.value".into(),
            values: Vec::new(),
            base: None,
        }],
        base,
        points,
        design: "grid".into(),
        of,
    };
    let settings = Settings::new(trials, None, 5).threads(threads);
    sweep(&asked, &settings, &Silent)
        .unwrap_or_else(|(_, error)| panic!("{error}"))
        .expect("nobody interrupts")
}

/// Fifteen points, two numbers of each, and their differences. The error is one of 16 replicates,
/// so the ratio is Student's t with 15 degrees of freedom: beyond 5.5 in 1 of 16,000, and so in any
/// of the 60 in 1 of 270 at most.
#[test]
fn each_point_has_its_exact_probability_within_its_error_and_the_difference_far_better() {
    let rates: Vec<f64> = (1..=15).map(|i| f64::from(i) / 10.0).collect();
    let found = swept(&rates, &["outcomes.alarmed", "alarms"], 20_000, 0);
    let exact = |rate: f64| 1.0 - libm::exp(-rate);
    for (rate, point) in rates.iter().zip(&found.points) {
        let [chance, count] = &point.values[..] else {
            panic!("two numbers")
        };
        for (value, truth, own) in [(chance, exact(*rate), exact(0.5)), (count, *rate, 0.5)] {
            let (p, error) = (
                value.value.expect("a value"),
                value.std_error.expect("an error"),
            );
            assert!(
                (p - truth).abs() < MOST * error,
                "{rate}: {p} ± {error}, exact {truth}"
            );
            let (d, error) = (
                value.difference.expect("one"),
                value.difference_std_error.expect("one"),
            );
            assert!(
                (d - (truth - own)).abs() <= MOST * error,
                "{rate}: {d} ± {error}"
            );
            assert_eq!(value.identical, *rate == 0.5);
            assert_eq!(value.detectable, *rate != 0.5, "{rate}: {d} ± {error}");
        }
    }
    let near = &found.points[5].values[0];
    assert!(
        near.difference_std_error.expect("one") < near.std_error.expect("one"),
        "common random numbers"
    );
}

#[test]
fn a_point_is_the_run_of_its_file_whatever_the_threads_and_the_company() {
    let rates: Vec<f64> = (1..=30).map(|i| f64::from(i) / 10.0).collect();
    let found = swept(&rates, &["alarmed"], 1024, 2);
    assert_eq!(found, swept(&rates, &["alarmed"], 1024, 1));
    let alone = run(&study(&alarm(2.7)), 1024, 5);
    let point = &found.points[26].values[0];
    assert_eq!(point.value, Some(alone.outcomes[0].probability));
    assert_eq!(point.std_error, Some(alone.outcomes[0].std_error));
    assert_eq!(found.of[0].kind, "outcome");
}

#[test]
fn differences_that_are_not_there_are_not_found_among_many() {
    // A value that nothing reads: the files differ, and no trial does.
    let with = |unused: f64| -> Study {
        let mut file = alarm(0.5);
        file["parameters"]["unused"] = json!({"value": unused});
        study(&file)
    };
    let points = (1..20)
        .map(|i| Point {
            at: vec![json!(i)],
            study: with(f64::from(i)),
        })
        .collect();
    let asked = Sweep {
        base: with(0.0),
        axes: vec![SweepAxis {
            path: "parameters.unused.value".into(),
            values: Vec::new(),
            base: None,
        }],
        points,
        design: "grid".into(),
        of: Vec::new(),
    };
    let found = sweep(&asked, &Settings::new(2048, None, 5), &Silent)
        .unwrap_or_else(|(_, error)| panic!("{error}"))
        .expect("nobody interrupts");
    assert_eq!(found.of[0].name, "calm", "the likeliest outcome");
    for point in &found.points {
        let value = &point.values[0];
        assert_eq!(value.difference, Some(0.0));
        assert!(!value.detectable && !value.identical, "{value:?}");
        assert!(
            value.difference_std_error > Some(0.0),
            "luck is not knowledge"
        );
    }
}
