//! The two designs of parameter draws and start trends: one law, honest errors under both, and a
//! gain where draws are spread evenly.

use crate::harness::{Agreement, outcome, rows, scenario, settings, study};
use quincunx::analysis::{Study, compare};
use quincunx::engine::{Settings, Silent};
use quincunx::random::design::Design;
use quincunx::results::{EpistemicStatus, OutcomeResult, RunResult};
use serde_json::{Value, json};

/// An event whose probability is not known, and differs by start trend: p is beta(2, 6), doubled
/// under `dire`.
fn uncertain() -> Value {
    scenario(
        1.0,
        1.0,
        json!({
            "parameters": {"p": {"beta": {"alpha": 2, "beta": 6}}},
            "trends": {"calm": {"weight": 0.6}, "dire": {"weight": 0.4}},
            "events": {
                "falls": {"at": "2001-07-01", "probability": "p", "trends": ["calm"], "effects": []},
                "crashes": {"at": "2001-07-01", "probability": "min(2 * p, 1)", "trends": ["dire"], "effects": []},
            },
            "outcomes": [{"name": "yes", "when": "ever(falls) or ever(crashes)"}],
        }),
    )
}

fn sized(study: &Study, design: Design, trials: u64, seed: u64) -> Settings {
    settings(study, trials, seed).design(design).threads(1)
}

fn run(study: &Study, design: Design, trials: u64, seed: u64) -> RunResult {
    study
        .run(&sized(study, design, trials, seed), &Silent)
        .unwrap_or_else(|error| panic!("{error}"))
}

/// The outcome `yes` under many seeds.
fn repeated(study: &Study, design: Design, trials: u64, seeds: u64) -> Vec<OutcomeResult> {
    (0..seeds)
        .map(|seed| outcome(&run(study, design, trials, 3000 + seed), "yes").clone())
        .collect()
}

fn square(x: f64) -> f64 {
    x * x
}

fn variance(found: &[OutcomeResult]) -> f64 {
    let n = found.len() as f64;
    let mean = found.iter().map(|o| o.probability).sum::<f64>() / n;
    let gap = |o: &OutcomeResult| square(o.probability - mean);
    found.iter().map(gap).sum::<f64>() / (n - 1.0)
}

/// The error of a run is the spread between its replicates: what the points of one add up to says
/// nothing of another, and nothing of another seed. Correlations over 4,000 sites, five standard
/// errors; the order of the points, which is each replicate's own anyway, does not show in a sum.
#[test]
fn what_the_points_of_a_replicate_add_up_to_is_its_own() {
    const SITES: u64 = 4000;
    for design in [Design::Padded, Design::Random] {
        let sums = |seed: u64, replicate: u64, points: u64| -> Vec<f64> {
            let sum = |site: u64| -> f64 {
                let points = 0..points;
                let values = points.map(|k| square(design.uniform(seed, site, replicate, k)));
                values.sum()
            };
            (0..SITES).map(sum).collect()
        };
        for points in [8, 32] {
            let base = sums(1, 0, points);
            for (seed, replicate) in [(1, 1), (1, 15), (2, 0), (1 << 40, 0)] {
                let r = correlation(&base, &sums(seed, replicate, points));
                assert!(
                    r.abs() < 5.0 / (SITES as f64).sqrt(),
                    "{design:?}, {points} points, seed {seed}, replicate {replicate}: {r}"
                );
            }
        }
    }
}

fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let mean = |x: &[f64]| x.iter().sum::<f64>() / x.len() as f64;
    let (of_a, of_b) = (mean(a), mean(b));
    let product = |x: &[f64], of_x: f64, y: &[f64], of_y: f64| -> f64 {
        x.iter().zip(y).map(|(x, y)| (x - of_x) * (y - of_y)).sum()
    };
    product(a, of_a, b, of_b) / (product(a, of_a, a, of_a) * product(b, of_b, b, of_b)).sqrt()
}

#[test]
fn a_run_of_independent_draws_has_other_numbers_and_says_so() {
    let study = study(&uncertain());
    let (padded, random) = (
        run(&study, Design::Padded, 2048, 91),
        run(&study, Design::Random, 2048, 91),
    );
    assert_eq!(
        (padded.run.design.name(), random.run.design.name()),
        ("padded", "random")
    );
    let hits = |result: &RunResult| {
        let parts = &outcome(result, "yes").by_trend;
        (parts["calm"].trials.clone(), parts["dire"].trials.clone())
    };
    assert_ne!(hits(&padded), hits(&random));
    assert_eq!(
        settings(&study, 2048, 91).design,
        Design::Padded,
        "nobody asked for anything else"
    );
}

#[test]
fn independent_draws_and_start_trends_follow_their_laws() {
    // Seed 92, |z| < 4: moments of p over 2,560 draws, and of the number of `calm` among groups of
    // eight trials, which is binomial.
    let study = study(&uncertain());
    let (_, rows) = rows(&study, &sized(&study, Design::Random, 163_840, 92));
    let p: Vec<f64> = rows.parameter("p").iter().copied().step_by(64).collect();
    let (draws, variance) = (p.len() as f64, 12.0 / (64.0 * 9.0));
    let mean = p.iter().sum::<f64>() / draws;
    let mut agreement = Agreement::default();
    agreement.estimate("mean of p", mean, 0.25, (variance / draws).sqrt());
    let spread = p.iter().map(|p| square(p - 0.25)).sum::<f64>() / draws;
    // The kurtosis of beta(2, 6) is 3.11.
    let error = variance * (2.11 / draws).sqrt();
    agreement.estimate("variance of p", spread, variance, error);
    // Neighbours within a replicate, 16 draws apart, repel each other under the padded design.
    let lagged = p.windows(17).map(|w| (w[0] - 0.25) * (w[16] - 0.25));
    let lagged = lagged.sum::<f64>() / (draws - 16.0);
    agreement.estimate("covariance of draws", lagged, 0.0, variance / draws.sqrt());
    let groups: Vec<f64> = (rows.start_trend.chunks(8))
        .map(|group| group.iter().filter(|z| **z == 0).count() as f64)
        .collect();
    let n = groups.len() as f64;
    let mean = groups.iter().sum::<f64>() / n;
    agreement.estimate("calm of eight", mean, 4.8, (1.92 / n).sqrt());
    let spread = groups.iter().map(|c| square(c - 4.8)).sum::<f64>() / n;
    // Fourth central moment of a binomial: v (1 + 3 v - 6 p q), v = n p q.
    let fourth = 1.92 * (1.0 + 3.0 * 1.92 - 6.0 * 0.24);
    let error = ((fourth - 1.92 * 1.92) / n).sqrt();
    agreement.estimate("spread of calm", spread, 1.92, error);
    agreement.finish(5);
}

#[test]
fn reported_errors_are_the_spread_between_seeds_under_both_designs() {
    // 240 seeds: the variance between them has a relative standard error of 9%, the mean of the
    // squared errors of 2 to 3%: 0.6 to 1.5 is more than four of them on either side.
    let study = study(&uncertain());
    let mut truths = Vec::new();
    for design in Design::ALL {
        let found = repeated(&study, design, 8192, 240);
        let truth = variance(&found);
        let reported = found.iter().map(|o| square(o.std_error)).sum::<f64>() / 240.0;
        assert!(
            (0.6..1.5).contains(&(reported / truth)),
            "{design:?}: {} of the true variance is reported",
            reported / truth
        );
        truths.push(truth);
    }
    // Between draws: 0.0208 times 1.4 squared; inside them: about 0.2 / 64. Without the first, less
    // than a tenth is left.
    assert!(
        truths[1] > 4.0 * truths[0],
        "an even spread gains only {}",
        truths[1] / truths[0]
    );
}

#[test]
fn epistemic_intervals_agree_between_designs() {
    // Seed 93: ends within 4 of their joint standard errors.
    let study = study(&uncertain());
    let [padded, random] =
        Design::ALL.map(|design| outcome(&run(&study, design, 65_536, 93), "yes").clone());
    let mut agreement = Agreement::default();
    let of = |o: &OutcomeResult| {
        assert_eq!(o.epistemic.status, EpistemicStatus::Resolved);
        (
            o.epistemic90.expect("an interval"),
            o.epistemic.std_error.expect("its error"),
        )
    };
    let ((a, a_error), (b, b_error)) = (of(&padded), of(&random));
    for side in [0, 1] {
        let error = (square(a_error[side]) + square(b_error[side])).sqrt();
        assert!(error < 0.2 * (a[1] - a[0]), "an error of {error}");
        agreement.estimate(["low end", "high end"][side], a[side], b[side], error);
    }
    agreement.finish(2);
}

#[test]
fn a_comparison_of_independent_draws_equals_its_runs_and_has_an_honest_error() {
    // The other scenario adds 0.1 to p under `calm`, whose weight is 0.6. 120 seeds: the variance
    // between them has a relative error of 13%.
    let mut more = uncertain();
    more["parameters"]["shift"] = json!(0.1);
    more["events"]["falls"]["probability"] = json!("min(p + shift, 1)");
    let studies = [study(&uncertain()), study(&more)];
    let mut differences = Vec::new();
    let mut reported = 0.0;
    for seed in 0..120 {
        let settings = sized(&studies[0], Design::Random, 4096, 5000 + seed);
        let result = compare(&[&studies[0], &studies[1]], &settings, &Silent)
            .unwrap_or_else(|error| panic!("{error}"));
        if seed == 0 {
            let alone = run(&studies[1], Design::Random, 4096, 5000);
            assert_eq!(result.scenarios[1].outcomes, alone.outcomes);
            assert_eq!(result.scenarios[1].run, alone.run);
        }
        let row = &result.comparisons[0].differences[0];
        differences.push(row.difference.expect("a difference"));
        reported += square(row.std_error.expect("an error")) / 120.0;
    }
    let mean = differences.iter().sum::<f64>() / 120.0;
    let truth = differences.iter().map(|d| square(d - mean)).sum::<f64>() / 119.0;
    assert!((mean - 0.06).abs() < 4.0 * (truth / 120.0).sqrt(), "{mean}");
    assert!(
        (0.5..1.8).contains(&(reported / truth)),
        "{} of the true variance is reported",
        reported / truth
    );
}
