//! Rank-correlated parameters: the Gaussian copula has the rank correlation that the file states.
//!
//! One trial a draw, 20,480 draws. Draws come in 16 independent randomisations (draw k in number k
//! mod 16), so the spread between those gives the standard errors, with 15 degrees of freedom: |z|
//! < 4 fails once in 860 for a right sampler. Seeds 141 to 143.

use crate::harness::{Agreement, case, number, oracle, rows, scenario, study};
use serde_json::json;

const REPLICATES: usize = 16;

/// Ranks from 1, as numbers; the samples are continuous.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut ranks = vec![0.0; values.len()];
    for (rank, i) in order.into_iter().enumerate() {
        ranks[i] = rank as f64 + 1.0;
    }
    ranks
}

fn pearson(a: &[f64], b: &[f64]) -> f64 {
    let n = a.len() as f64;
    let (mean_a, mean_b) = (a.iter().sum::<f64>() / n, b.iter().sum::<f64>() / n);
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (x, y) in a.iter().zip(b) {
        ab += (x - mean_a) * (y - mean_b);
        aa += (x - mean_a) * (x - mean_a);
        bb += (y - mean_b) * (y - mean_b);
    }
    ab / (aa * bb).sqrt()
}

fn spearman(a: &[f64], b: &[f64]) -> f64 {
    pearson(&ranks(a), &ranks(b))
}

/// Concordant less discordant pairs, as a share of all.
fn kendall(a: &[f64], b: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..a.len() {
        for j in 0..i {
            sum += ((a[i] - a[j]) * (b[i] - b[j])).signum();
        }
    }
    sum / (a.len() * (a.len() - 1) / 2) as f64
}

fn share_above(levels: [f64; 2]) -> impl Fn(&[f64], &[f64]) -> f64 {
    move |a, b| {
        a.iter()
            .zip(b)
            .filter(|(x, y)| **x > levels[0] && **y > levels[1])
            .count() as f64
            / a.len() as f64
    }
}

/// Mean over replicates of a statistic of two columns, and its standard error.
fn by_replicate(a: &[f64], b: &[f64], statistic: impl Fn(&[f64], &[f64]) -> f64) -> (f64, f64) {
    let of = |m: usize| -> f64 {
        let pick = |column: &[f64]| -> Vec<f64> {
            column.iter().skip(m).step_by(REPLICATES).copied().collect()
        };
        statistic(&pick(a), &pick(b))
    };
    let values: Vec<f64> = (0..REPLICATES).map(of).collect();
    let mean = values.iter().sum::<f64>() / REPLICATES as f64;
    let square: f64 = values.iter().map(|v| (v - mean) * (v - mean)).sum();
    (
        mean,
        (square / (REPLICATES * (REPLICATES - 1)) as f64).sqrt(),
    )
}

#[test]
fn correlated_parameters_have_the_stated_rank_correlation_and_their_own_margins() {
    let oracle = oracle("analytic/gaussian-copula.json");
    let ln2 = core::f64::consts::LN_2;
    let mut agreement = Agreement::default();
    for (seed, id) in [
        (141, "gaussian-copula-rho-0.8"),
        (142, "gaussian-copula-rho0.2"),
        (143, "gaussian-copula-rho0.9"),
    ] {
        let expected = &case(&oracle, id)["expected"];
        let exact = |name: &str| number(&expected[name]);
        let tie = |a: &str, b: &str| json!({"between": [a, b], "rank": exact("spearman")});
        let sections = json!({
            "parameters": {
                "u": {"uniform": [0, 1]}, "v": {"uniform": [0, 1]},
                "narrow": {"lognormal": {"mu": 0, "sigma": 0.5}}, "wide": {"lognormal": {"mu": 0, "sigma": 1}},
                "one": {"exponential": {"rate": 1}}, "other": {"exponential": {"rate": 1}},
                "share": {"beta": {"alpha": 2, "beta": 5}}, "wait": {"exponential": {"rate": 1}},
            },
            "correlations": [tie("u", "v"), tie("narrow", "wide"), tie("other", "one"), tie("share", "wait")],
        });
        let study = study(&scenario(1.0, 1.0, sections));
        let settings = study
            .settings()
            .trials(20_480)
            .draws(20_480)
            .seed(seed)
            .build()
            .threads(2);
        assert_eq!(settings.trials_per_draw, 1);
        let (_, rows) = rows(&study, &settings);
        let column = |name: &str| rows.parameter(name);
        let mut compare = |what: &str,
                           (a, b): (&str, &str),
                           exact: f64,
                           statistic: &dyn Fn(&[f64], &[f64]) -> f64| {
            let (mean, error) = by_replicate(column(a), column(b), statistic);
            agreement.estimate(&format!("{id}: {what} of {a} and {b}"), mean, exact, error);
        };
        let pairs = [
            ("u", "v"),
            ("narrow", "wide"),
            ("one", "other"),
            ("share", "wait"),
        ];
        for pair in pairs {
            compare("rank correlation", pair, exact("spearman"), &spearman);
        }
        compare("Kendall's tau", ("u", "v"), exact("kendall"), &kendall);
        compare(
            "share above both medians",
            ("narrow", "wide"),
            exact("p_both_above_median"),
            &share_above([1.0, 1.0]),
        );
        compare(
            "share above both medians",
            ("one", "other"),
            exact("p_both_above_median"),
            &share_above([ln2, ln2]),
        );
        compare(
            "correlation",
            ("u", "v"),
            exact("pearson_uniform"),
            &pearson,
        );
        compare(
            "correlation",
            ("one", "other"),
            exact("pearson_exponential"),
            &pearson,
        );
        compare(
            "correlation",
            ("share", "wait"),
            exact("pearson_beta_2_5_with_exponential"),
            &pearson,
        );
        // Parameters that no correlation names stay independent.
        compare("rank correlation", ("u", "wide"), 0.0, &spearman);
    }
    agreement.finish(33);
}
