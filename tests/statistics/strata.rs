//! Start trends are strata: their shares are nearly exact, and probabilities by trend make up the
//! whole.

use crate::harness::{Agreement, outcome, rows, scenario, settings, simulate, study, trend};
use quincunx::results::{OutcomeResult, RunResult};
use serde_json::{Value, json};

const WEIGHTS: [(&str, f64); 3] = [("calm", 0.53), ("dire", 0.17), ("grim", 0.3)];
/// Chance of the event under each trend, in the same order.
const CHANCES: [f64; 3] = [0.1, 0.8, 0.4];

fn whole(weights: [f64; 3], concentration: Option<f64>) -> Value {
    let mut sections = json!({
        "trends": {"grim": {"weight": weights[2]}, "calm": {"weight": weights[0]}, "dire": {"weight": weights[1]}},
        "events": {
            "in_calm": {"at": "2001-07-01", "probability": CHANCES[0], "trends": ["calm"], "effects": []},
            "in_dire": {"at": "2001-07-01", "probability": CHANCES[1], "trends": ["dire"], "effects": []},
            "in_grim": {"at": "2001-07-01", "probability": CHANCES[2], "trends": ["grim"], "effects": []},
        },
        "outcomes": [{"name": "yes", "when": "ever(in_calm) or ever(in_dire) or ever(in_grim)"}],
    });
    if let Some(concentration) = concentration {
        sections["weight_concentration"] = json!(concentration);
    }
    scenario(1.0, 1.0, sections)
}

const TRUE_WEIGHTS: [f64; 3] = [WEIGHTS[0].1, WEIGHTS[1].1, WEIGHTS[2].1];

fn sums(found: &OutcomeResult, name: &str) -> (u64, u64) {
    let part = &found.by_trend[name];
    (part.hits.iter().sum(), part.trials.iter().sum())
}

#[test]
fn every_group_of_eight_trials_has_its_share_of_each_trend() {
    let study = study(&whole(TRUE_WEIGHTS, None));
    let (_, rows) = rows(&study, &settings(&study, 10_240, 81));
    assert_eq!(rows.start_trend.len(), 10_240);
    for (index, (name, weight)) in WEIGHTS.iter().enumerate() {
        assert_eq!(study.model.trends[index].name, *name);
        let share = 8.0 * weight;
        for (group, trials) in rows.start_trend.chunks(8).enumerate() {
            let count = trials.iter().filter(|z| **z as usize == index).count() as f64;
            assert!(
                count == share.floor() || count == share.ceil(),
                "group {group}: {count} of 8 start under {name}"
            );
        }
    }
}

#[test]
fn shares_of_start_trends_are_nearly_exact() {
    // 10,240 trials: independent ones would have a standard deviation of 50; groups of 8 with an
    // offset each have at most 18.
    let result = simulate(&whole(TRUE_WEIGHTS, None), 10_240, 82);
    let mut agreement = Agreement::default();
    for (name, weight) in WEIGHTS {
        let found = trend(&result, name);
        agreement.close(
            &format!("weight of {name}"),
            found.weight.expect("a weight"),
            weight,
            1e-15,
        );
        agreement.estimate(
            &format!("trials under {name}"),
            found.occupancy[0] * 10_240.0,
            weight * 10_240.0,
            18.0,
        );
    }
    agreement.finish(6);
}

/// The probability under other weights, and its standard error, from what a result keeps by trend.
fn reweighted(result: &RunResult, weights: [f64; 3]) -> (f64, f64) {
    let found = outcome(result, "yes");
    let (mut probability, mut residuals) = (0.0, [0.0f64; 16]);
    for ((name, _), weight) in WEIGHTS.iter().zip(weights) {
        let (hits, trials) = sums(found, name);
        let share = hits as f64 / trials as f64;
        probability += weight * share;
        let part = &found.by_trend[*name];
        for ((residual, c), n) in residuals.iter_mut().zip(&part.hits).zip(&part.trials) {
            *residual += weight * (*c as f64 - share * *n as f64) / trials as f64;
        }
    }
    let square: f64 = residuals.iter().map(|e| e * e).sum();
    (probability, (square * 16.0 / 15.0).sqrt())
}

#[test]
fn probabilities_by_trend_make_up_the_whole_and_are_right_each() {
    // Seed 83, |z| < 4.
    let result = simulate(&whole(TRUE_WEIGHTS, None), 20_480, 83);
    let found = outcome(&result, "yes");
    let n = result.run.trials as f64;
    let mut agreement = Agreement::default();
    let (mut total, mut hits_in_all) = (0.0, 0);
    for ((name, weight), chance) in WEIGHTS.into_iter().zip(CHANCES) {
        let (hits, trials) = sums(found, name);
        let share = found.by_trend[name]
            .probability
            .expect("trials under each trend");
        agreement.close(
            &format!("share of {name}"),
            share,
            hits as f64 / trials as f64,
            1e-15,
        );
        agreement.share(&format!("chance under {name}"), share, chance, trials);
        total += trials as f64 / n * share;
        hits_in_all += hits;
        agreement.holds(
            &format!("{name} has trials near its weight"),
            (trials as f64 / n - weight).abs() < 0.01,
        );
    }
    agreement.close(
        "the parts make up the whole",
        found.probability,
        total,
        1e-12,
    );
    agreement.close(
        "hits add up",
        found.probability * n,
        hits_in_all as f64,
        1e-6,
    );
    let exact: f64 = TRUE_WEIGHTS.iter().zip(CHANCES).map(|(w, p)| w * p).sum();
    let inner: f64 = TRUE_WEIGHTS
        .iter()
        .zip(CHANCES)
        .map(|(w, p)| w * p * (1.0 - p))
        .sum();
    // Strata leave only the chance inside them.
    agreement.estimate("in all", found.probability, exact, (inner / n).sqrt());
    agreement.finish(12);
}

#[test]
fn a_finished_run_takes_new_weights_as_if_it_had_been_run_with_them() {
    // Seeds 84 and 85, |z| < 4.
    let weights = [0.2, 0.5, 0.3];
    let result = simulate(&whole(TRUE_WEIGHTS, None), 20_480, 84);
    let anew = simulate(&whole(weights, None), 20_480, 85);
    let (probability, error) = reweighted(&result, weights);
    let exact: f64 = weights.iter().zip(CHANCES).map(|(w, p)| w * p).sum();
    let mut agreement = Agreement::default();
    agreement.estimate("by new weights", probability, exact, error);
    let found = outcome(&anew, "yes");
    agreement.estimate("run anew", found.probability, exact, found.std_error);
    let both = (error * error + found.std_error * found.std_error).sqrt();
    agreement.estimate(
        "one against the other",
        probability,
        found.probability,
        both,
    );
    let (same, _) = reweighted(&result, TRUE_WEIGHTS);
    agreement.close(
        "its own weights change little",
        same,
        outcome(&result, "yes").probability,
        2e-3,
    );
    agreement.finish(4);
}

#[test]
fn a_change_of_weights_moves_only_the_trials_at_a_boundary() {
    let start = |weights: [f64; 3]| {
        let study = study(&whole(weights, None));
        rows(&study, &settings(&study, 10_240, 86)).1.start_trend
    };
    // Canonical order is calm, dire, grim: both boundaries move up by 0.05.
    let (before, after) = (start([0.5, 0.2, 0.3]), start([0.55, 0.2, 0.25]));
    let moved: Vec<(u8, u8)> = before
        .iter()
        .zip(&after)
        .filter(|(a, b)| a != b)
        .map(|(a, b)| (*a, *b))
        .collect();
    assert!(
        moved.iter().all(|pair| [(1, 0), (2, 1)].contains(pair)),
        "{moved:?}"
    );
    let share = moved.len() as f64 / before.len() as f64;
    assert!((share - 0.1).abs() < 0.01, "{share} of the trials moved");
}

#[test]
fn uncertain_weights_are_dirichlet_and_show_as_what_is_not_known() {
    // Concentration 20: the weight of `calm` is beta(10.6, 9.4) over draws. Seed 87; ends within 3
    // of their errors and 2% of the width.
    let concentration = 20.0;
    let mut scenario = whole(TRUE_WEIGHTS, Some(concentration));
    scenario["outcomes"] = json!([{"name": "started_calm", "when": "start_trend == calm"}]);
    let result = simulate(&scenario, 163_840, 87);
    let found = outcome(&result, "started_calm");
    let mut agreement = Agreement::default();
    agreement.estimate(
        "mean weight",
        found.probability,
        WEIGHTS[0].1,
        found.std_error.max(1e-4),
    );
    let ends = found.epistemic90.expect("an interval");
    let errors = found.epistemic.std_error.expect("errors");
    let (a, b) = (
        concentration * WEIGHTS[0].1,
        concentration * (1.0 - WEIGHTS[0].1),
    );
    let exact = [0.05, 0.95].map(|p| quincunx::math::special::beta_inverse(a, b, p));
    for side in [0, 1] {
        let tolerance = 3.0 * errors[side] + 0.02 * (exact[1] - exact[0]);
        agreement.close(
            ["low end", "high end"][side],
            ends[side],
            exact[side],
            tolerance,
        );
    }
    agreement.finish(3);
}
