//! Parameters that matter only together, end to end: the errors that `run`, `compare` and
//! `reweight` state at every size, and what they call detectable when there is nothing.

use crate::harness::{metric, outcome, scenario, study};
use quincunx::analysis::{Study, compare, reweight};
use quincunx::engine::{Settings, Silent};
use quincunx::results::{Difference, RunResult};
use serde_json::{Value, json};

/// An event whose chance has the sign of `(a - 1/2)(b - 1/2)`, or of its opposite: one half in all,
/// whatever the sign.
fn signs(likely: f64, sections: Value) -> Value {
    let chance = format!("if((a - 0.5) * (b - 0.5) > 0, {likely}, 1 - {likely})");
    let mut whole = json!({
        "parameters": {"a": {"uniform": [0, 1]}, "b": {"uniform": [0, 1]}},
        "events": {"falls": {"at": "2001-07-01", "probability": chance, "effects": []}},
        "outcomes": [{"name": "yes", "when": "ever(falls)"}],
        "metrics": {"happened": "count(falls)"},
    });
    let more = sections.as_object().expect("an object").clone();
    whole.as_object_mut().expect("an object").extend(more);
    scenario(1.0, 1.0, whole)
}

fn sized(study: &Study, draws: u64, trials_per_draw: u64, seed: u64) -> Settings {
    study
        .settings()
        .trials(draws * trials_per_draw)
        .draws(draws)
        .seed(seed)
        .build()
        .threads(1)
}

fn run(study: &Study, draws: u64, trials_per_draw: u64, seed: u64) -> RunResult {
    let settings = sized(study, draws, trials_per_draw, seed);
    let result = study
        .run(&settings, &Silent)
        .unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(result.run.draws, draws);
    result
}

/// Whether errors of many runs are what they were stated to be.
#[derive(Default)]
struct Honesty {
    runs: f64,
    squares: f64,
    stated: f64,
    missed: f64,
}

impl Honesty {
    fn add(&mut self, error: f64, std_error: f64, [low, high]: [f64; 2]) {
        self.runs += 1.0;
        self.squares += error * error;
        self.stated += std_error * std_error;
        // `ci95` less the estimate, about the error.
        self.missed += f64::from(u8::from(!(low <= 0.0 && 0.0 <= high)));
    }

    /// Stated over actual error within four standard errors of 1, and misses of a 95% interval
    /// within four of 5%.
    fn hold(&self, what: &str) {
        let ratio = (self.stated / self.squares).sqrt();
        let slack = 4.0 * (0.55 / self.runs).sqrt();
        assert!(
            (ratio - 1.0).abs() < 0.02 + slack,
            "{what}: {ratio:.3} of the actual error is stated"
        );
        let share = self.missed / self.runs;
        let slack = 4.0 * (0.05 * 0.95 / self.runs).sqrt();
        assert!(
            (share - 0.05).abs() < 0.01 + slack,
            "{what}: {share:.3} of the intervals miss"
        );
    }

    fn variance(&self) -> f64 {
        self.squares / self.runs
    }
}

fn around([low, high]: [f64; 2], truth: f64) -> [f64; 2] {
    [low - truth, high - truth]
}

/// Outcome and metric of the interaction at these sizes.
fn hold_runs_to_it(sizes: &[u64], repeats: u64) {
    let study = study(&signs(0.9, json!({})));
    for draws in sizes {
        let (mut shares, mut means) = (Honesty::default(), Honesty::default());
        for seed in 0..repeats {
            let result = run(&study, *draws, 8, seed);
            let yes = outcome(&result, "yes");
            shares.add(yes.probability - 0.5, yes.std_error, around(yes.ci95, 0.5));
            let happened = metric(&result, "happened");
            means.add(
                happened.mean.expect("values") - 0.5,
                happened.std_error.expect("replicates"),
                around(happened.ci95.expect("replicates"), 0.5),
            );
        }
        shares.hold(&format!("outcome, {draws} draws"));
        means.hold(&format!("metric, {draws} draws"));
    }
}

/// Differences between two scenarios of which the other's interaction has the opposite sign: none,
/// in truth.
fn hold_comparisons_to_it(sizes: &[u64], repeats: u64) {
    let studies = [study(&signs(0.9, json!({}))), study(&signs(0.1, json!({})))];
    for draws in sizes {
        let (mut shares, mut means) = (Honesty::default(), Honesty::default());
        let mut detected = [0; 2];
        for seed in 0..repeats {
            let settings = sized(&studies[0], *draws, 8, 7000 + seed);
            let result = compare(&[&studies[0], &studies[1]], &settings, &Silent)
                .unwrap_or_else(|error| panic!("{error}"));
            let pair = &result.comparisons[0];
            let add = |honesty: &mut Honesty, row: &Difference| {
                honesty.add(
                    row.difference.expect("a difference"),
                    row.std_error.expect("an error"),
                    row.ci95.expect("an interval"),
                );
            };
            add(&mut shares, &pair.differences[0]);
            add(&mut means, &pair.metrics[0]);
            detected[0] += u64::from(pair.differences.iter().any(|row| row.detectable));
            detected[1] += u64::from(pair.metrics.iter().any(|row| row.detectable));
        }
        shares.hold(&format!("difference, {draws} draws"));
        means.hold(&format!("difference of means, {draws} draws"));
        // 5% claimed, at most; four standard errors above it.
        let n = repeats as f64;
        let most = n * 0.05 + 4.0 * (n * 0.05 * 0.95).sqrt();
        assert!(
            detected.iter().all(|d| (*d as f64) < most),
            "{draws} draws: {detected:?} of {repeats} true zeros are called detectable"
        );
    }
}

/// New weights on an outcome that is `a` against `b` under one trend and for sure nothing like it
/// under the other: no shift, in truth.
fn hold_reweighting_to_it(draws: u64, repeats: u64) {
    let trends = json!({
        "trends": {"calm": {"weight": 0.5}, "dire": {"weight": 0.5}},
        "events": {
            "falls": {"at": "2001-07-01", "probability": "if((a - 0.5) * (b - 0.5) > 0, 0.9, 0.1)", "trends": ["calm"], "effects": []},
            "crashes": {"at": "2001-07-01", "probability": 0.5, "trends": ["dire"], "effects": []},
        },
        "outcomes": [{"name": "yes", "when": "ever(falls) or ever(crashes)"}],
    });
    let study = study(&signs(0.9, trends));
    let (mut values, mut shifts) = (Honesty::default(), Honesty::default());
    let asked = [("calm".to_string(), 0.8), ("dire".to_string(), 0.2)];
    for seed in 0..repeats {
        let result = run(&study, draws, 8, 9000 + seed);
        let found = reweight(&result, &asked).unwrap_or_else(|error| panic!("{error}"));
        let yes = &found.outcomes[0];
        values.add(yes.probability - 0.5, yes.std_error, around(yes.ci95, 0.5));
        let row = &yes.difference;
        shifts.add(
            row.difference.expect("a difference"),
            row.std_error.expect("an error"),
            row.ci95.expect("an interval"),
        );
    }
    values.hold("under new weights");
    shifts.hold("shift by new weights");
}

/// Start trends are a coordinate of the draw's point too: with one trial a draw, a parameter that
/// matters only together with the trend.
fn hold_trends_to_it(sizes: &[u64], repeats: u64) {
    let sections = json!({
        "trends": {"calm": {"weight": 0.5}, "dire": {"weight": 0.5}},
        "events": {
            "falls": {"at": "2001-07-01", "probability": "if(a > 0.5, 0.95, 0.05)", "trends": ["calm"], "effects": []},
            "crashes": {"at": "2001-07-01", "probability": "if(a > 0.5, 0.05, 0.95)", "trends": ["dire"], "effects": []},
        },
        "outcomes": [{"name": "yes", "when": "ever(falls) or ever(crashes)"}],
    });
    let study = study(&signs(0.9, sections));
    for draws in sizes.iter().copied() {
        let mut honesty = Honesty::default();
        for seed in 0..repeats {
            let result = run(&study, draws, 1, 11_000 + seed);
            let yes = outcome(&result, "yes");
            honesty.add(yes.probability - 0.5, yes.std_error, around(yes.ci95, 0.5));
        }
        honesty.hold(&format!("trend and parameter, {draws} draws of one trial"));
        // Independent draws have 1/4; four standard errors of the variance.
        let ratio = honesty.variance() * draws as f64 / 0.25;
        let most = 1.2 * (1.0 + 4.0 * (2.0 / repeats as f64).sqrt());
        assert!(ratio < most, "{draws} draws: {ratio} of the variance");
    }
}

#[test]
fn the_error_of_an_interaction_is_honest_at_every_size() {
    hold_runs_to_it(&[32, 112, 512], 250);
}

#[test]
fn a_true_zero_is_called_detectable_no_more_often_than_claimed() {
    hold_comparisons_to_it(&[32, 112], 250);
}

#[test]
fn new_weights_on_an_interaction_have_an_honest_error() {
    hold_reweighting_to_it(112, 250);
}

#[test]
fn start_trends_and_parameters_meet_at_random() {
    hold_trends_to_it(&[112, 512], 250);
}

#[test]
#[ignore = "ten times the size: cargo test --release -- --ignored big_"]
fn big_errors_of_interactions_are_honest_at_every_size() {
    hold_runs_to_it(&[32, 112, 128, 160, 512, 1568], 4000);
    hold_comparisons_to_it(&[32, 112, 128, 160, 512], 4000);
    hold_reweighting_to_it(112, 4000);
    hold_trends_to_it(&[112, 160, 512], 4000);
}
