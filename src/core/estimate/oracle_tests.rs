//! Test vectors of the estimators: what a run keeps of an outcome, and what is to be read off it.
//!
//! Relative tolerance 1e-9 for estimates, standard errors and intervals, and 1e-6 absolute for
//! epistemic ends, as the file states.

use super::deconvolution::Noise;
use super::epistemic::jackknife;
use super::*;
use serde::Deserialize;

#[derive(Deserialize)]
struct Oracle {
    cases: Vec<Case>,
    pairs: Vec<Pair>,
    holm: Vec<Adjusted>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    trials_per_draw: usize,
    groups: usize,
    input: CaseInput,
    expected: CaseExpected,
}

#[derive(Deserialize)]
struct CaseInput {
    draws_with_c_hits: Vec<Vec<[u64; 2]>>,
    sum_of_squared_group_hits: Vec<u64>,
    hits_by_trend: Vec<Vec<u64>>,
    trials_by_trend: Vec<Vec<u64>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
struct CaseExpected {
    trials: u64,
    draws: u64,
    hits: u64,
    probability: f64,
    deff: f64,
    std_error: f64,
    ci95: [f64; 2],
    s2: f64,
    inner_variance: f64,
    between_variance: f64,
    #[serde(rename = "F_p")]
    f_p: Option<f64>,
    spread_at_most_sd: Option<f64>,
    #[serde(rename = "R_eff")]
    r_eff: Option<f64>,
    epistemic90: [f64; 2],
    epistemic90_std_error: Option<[f64; 2]>,
    by_trend: Vec<Share>,
    reweighted: Reweighted,
}

#[derive(Deserialize)]
struct Share {
    probability: f64,
    std_error: f64,
}

#[derive(Deserialize)]
struct Reweighted {
    weights: Vec<f64>,
    probability: f64,
    std_error: f64,
}

#[derive(Deserialize)]
struct Pair {
    name: String,
    trials_per_draw: usize,
    draws: u64,
    input: PairInput,
    expected: PairExpected,
}

#[derive(Deserialize)]
struct PairInput {
    base_hits: [u64; REPLICATES],
    other_hits: [u64; REPLICATES],
    only_base: u64,
    only_other: u64,
}

#[derive(Deserialize)]
struct PairExpected {
    /// Base less other.
    difference: f64,
    std_error: f64,
    ci95: [f64; 2],
    p_value: Option<f64>,
}

#[derive(Deserialize)]
struct Adjusted {
    p: Vec<f64>,
    adjusted: Vec<f64>,
}

fn oracle() -> Oracle {
    serde_json::from_str(include_str!(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../tests/oracles/estimators/estimators.json"
    )))
    .expect("the vendored oracle is JSON of the expected form")
}

fn table(case: &Case) -> HitTable {
    let trends = case.input.hits_by_trend[0].len();
    let mut table = HitTable::from_sums(
        HitTable::new(case.trials_per_draw, case.groups, trends),
        &case.input.draws_with_c_hits,
        &case.input.sum_of_squared_group_hits,
    );
    let rows = case
        .input
        .hits_by_trend
        .iter()
        .zip(&case.input.trials_by_trend);
    for (m, (hits, trials)) in rows.enumerate() {
        for z in 0..trends {
            table.add_trend(m, z, hits[z], trials[z]);
        }
    }
    table
}

#[track_caller]
fn close(found: f64, expected: f64, what: &str) {
    let tolerance = 1e-9 * expected.abs();
    assert!(
        (found - expected).abs() <= tolerance,
        "{what}: {found} instead of {expected}"
    );
}

#[test]
fn proportions_are_those_of_the_oracle() {
    let cases = oracle().cases;
    assert_eq!(cases.len(), 14);
    for case in &cases {
        let (table, expected, name) = (table(case), &case.expected, &case.name);
        assert_eq!(
            (table.trials(), table.draws(), table.hits()),
            (expected.trials, expected.draws, expected.hits)
        );
        assert_eq!(groups(case.trials_per_draw), case.groups);
        let found = table.estimate();
        close(found.probability, expected.probability, name);
        close(found.std_error, expected.std_error, name);
        close(found.deff, expected.deff, name);
        close(found.ci95[0], expected.ci95[0], name);
        close(found.ci95[1], expected.ci95[1], name);
        for (share, expected) in table.by_trend(1.0).iter().zip(&expected.by_trend) {
            close(share.probability.unwrap(), expected.probability, name);
            let std_error = share.std_error.unwrap();
            let (hits, trials): (u64, u64) = (share.hits.iter().sum(), share.trials.iter().sum());
            if hits.min(trials - hits) < 32 {
                // The vectors have the plain spread of replicates there, which says too little.
                assert!(std_error > 0.0, "{name}");
                assert!(std_error >= expected.std_error, "{name}");
            } else {
                close(std_error, expected.std_error, name);
            }
        }
        let found = table.reweighted(&expected.reweighted.weights).unwrap();
        close(found.value, expected.reweighted.probability, name);
        let is_thin = |p: f64| p == 0.0 || p == 1.0;
        if table.hits() < 32 || expected.by_trend.iter().any(|by| is_thin(by.probability)) {
            // The vectors have the plain spread of replicates there, which says too little.
            assert!(found.std_error >= expected.reweighted.std_error, "{name}");
        } else {
            close(found.std_error, expected.reweighted.std_error, name);
        }
    }
}

#[test]
fn variance_components_are_those_of_the_oracle() {
    for case in &oracle().cases {
        let (table, expected, name) = (table(case), &case.expected, &case.name);
        let found = table.components(&table.totals(None)).unwrap();
        close(found.total, expected.s2, name);
        close(found.inner, expected.inner_variance, name);
        // A difference: as exact as its parts.
        assert!(
            (found.between() - expected.between_variance).abs() <= 1e-12 * expected.s2,
            "{name}"
        );
        if let Some(p) = expected.f_p.filter(|p| *p > 0.0 && found.between() > 0.0) {
            close(found.p_value(), p, name);
        }
        if let Some(sd) = expected.spread_at_most_sd {
            close(found.at_most_sd(), sd, name);
        }
        if let Some(r_eff) = expected.r_eff {
            close(
                table.effective_trials(expected.probability, &found),
                r_eff,
                name,
            );
        }
    }
}

/// The oracle has the smooth ends, and their jackknife over replicates.
#[test]
fn smooth_epistemic_ends_are_those_of_the_oracle() {
    let close = |found: [f64; 2], expected: [f64; 2], name: &str| {
        for side in [0, 1] {
            let gap = (found[side] - expected[side]).abs();
            assert!(gap < 1e-6, "{name}: {found:?} instead of {expected:?}");
        }
    };
    for case in &oracle().cases {
        let (table, expected, name) = (table(case), &case.expected, &case.name);
        let ends = |without| {
            let any = Noise::Effective(1.0);
            table.smooth_ends(&table.totals(without), any).unwrap()
        };
        close(ends(None), expected.epistemic90, name);
        if let Some(errors) = expected.epistemic90_std_error {
            let left_out: Vec<[f64; 2]> = (0..REPLICATES).map(|m| ends(Some(m))).collect();
            close(jackknife(&left_out).unwrap(), errors, name);
        }
        let found = table.epistemic(true);
        let [low, high] = found.ends.unwrap();
        assert!(
            low <= expected.probability && expected.probability <= high,
            "{name}"
        );
        let detected = expected.f_p.is_some_and(|p| p < 0.05);
        assert_eq!(
            found.status != EpistemicStatus::NotDetected,
            detected,
            "{name}"
        );
        assert_eq!(
            found.std_error.is_some(),
            found.status == EpistemicStatus::Resolved,
            "{name}"
        );
        assert_eq!(
            found.at_most_sd.is_some(),
            !detected && expected.spread_at_most_sd.is_some(),
            "{name}"
        );
        assert_eq!(table.epistemic(false).ends, Some([expected.probability; 2]));
    }
}

#[test]
fn paired_differences_are_those_of_the_oracle() {
    let pairs = oracle().pairs;
    assert_eq!(pairs.len(), 6);
    for pair in &pairs {
        let (input, expected, name) = (&pair.input, &pair.expected, &pair.name);
        let found = if name == "identical programs" {
            PairedDifference::of_identical_programs()
        } else {
            PairTable::from_sums(
                pair.trials_per_draw,
                pair.draws,
                [input.base_hits, input.other_hits],
                [input.only_base, input.only_other],
            )
            .difference()
        };
        // The oracle subtracts the other from the base.
        close(-found.difference, expected.difference, name);
        close(found.std_error, expected.std_error, name);
        close(-found.ci95[1], expected.ci95[0], name);
        close(-found.ci95[0], expected.ci95[1], name);
        close(found.p_value, expected.p_value.unwrap_or(1.0), name);
    }
}

#[test]
fn adjusted_p_values_are_those_of_the_oracle() {
    for case in &oracle().holm {
        for (found, expected) in holm(&case.p).into_iter().zip(&case.adjusted) {
            close(found, *expected, "holm");
        }
    }
}
