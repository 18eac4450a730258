//! Factors by hand, faults of matrices, and the analytic oracle by simulation.

use super::*;
use crate::distribution::{Distribution, Family};
use crate::math::special::{normal_cdf, normal_quantile};
use crate::random::design::Design;
use serde_json::Value;

#[test]
fn factor_times_its_transpose_is_the_matrix() {
    let matrix = vec![
        vec![1.0, 0.5, -0.2],
        vec![0.5, 1.0, 0.3],
        vec![-0.2, 0.3, 1.0],
    ];
    let factor = cholesky(&matrix).unwrap();
    for i in 0..3 {
        assert_eq!(factor[i].len(), i + 1);
        for j in 0..3 {
            let product: f64 = factor[i].iter().zip(&factor[j]).map(|(a, b)| a * b).sum();
            assert!((product - matrix[i][j]).abs() < 1e-15, "{i} {j}: {product}");
        }
    }
}

#[test]
fn member_at_which_the_correlations_contradict_each_other_is_named() {
    let matrix = vec![
        vec![1.0, 0.9, 0.9],
        vec![0.9, 1.0, -0.9],
        vec![0.9, -0.9, 1.0],
    ];
    let Err(error) = cholesky(&matrix) else {
        panic!("accepted")
    };
    assert!(
        matches!(error, CopulaError::NotPositiveDefinite { member: 2, pivot } if pivot < 0.0),
        "{error:?}"
    );
    assert!(
        error
            .to_string()
            .contains("leading minor 3 is not positive"),
        "{error}"
    );
    let tied = vec![vec![1.0, 1.0], vec![1.0, 1.0]];
    assert!(matches!(
        spearman_factor(&tied),
        Err(CopulaError::NotPositiveDefinite { member: 1, .. })
    ));
}

#[test]
fn positive_definiteness_is_that_of_the_normals_not_of_the_ranks() {
    // Least eigenvalue 1 - 0.4992 * 2 > 0 for the ranks; the normal correlation of -0.4992 is below -0.5.
    let r = -0.4992;
    let matrix = vec![vec![1.0, r, r], vec![r, 1.0, r], vec![r, r, 1.0]];
    assert!(cholesky(&matrix).is_ok());
    assert!(matches!(
        spearman_factor(&matrix),
        Err(CopulaError::NotPositiveDefinite { member: 2, .. })
    ));
}

#[test]
fn each_fault_of_a_matrix_is_told_apart() {
    let cases = [
        (
            vec![vec![1.0, 0.0], vec![0.0]],
            "row 2 has 1 entries, not 2",
        ),
        (vec![vec![1.0, 0.0], vec![0.0, 0.5]], "member 2 has 0.5"),
        (
            vec![vec![1.0, 1.5], vec![1.5, 1.0]],
            "members 2 and 1 must lie between -1 and 1: got 1.5",
        ),
        (vec![vec![1.0, f64::NAN], vec![f64::NAN, 1.0]], "got NaN"),
        (vec![vec![1.0, 0.1], vec![0.2, 1.0]], "as 0.2 and as 0.1"),
    ];
    for (matrix, words) in cases {
        let Err(error) = spearman_factor(&matrix) else {
            panic!("{matrix:?} accepted")
        };
        assert!(error.to_string().contains(words), "{error}");
    }
}

#[test]
fn no_members_have_an_empty_factor() {
    assert_eq!(cholesky(&[]), Ok(Vec::new()));
}

/// Mean and standard error over independent pairs.
fn estimate(pairs: &[(f64, f64)], value: impl Fn(f64, f64) -> f64) -> (f64, f64) {
    let n = pairs.len() as f64;
    let mean = pairs.iter().map(|&(x, y)| value(x, y)).sum::<f64>() / n;
    let square = pairs
        .iter()
        .map(|&(x, y)| value(x, y) * value(x, y))
        .sum::<f64>()
        / n;
    (mean, sqrt((square - mean * mean) / (n - 1.0)))
}

/// z of the correlation of two margins whose moments are known, against its exact value.
fn z_of_correlation(
    pairs: &[(f64, f64)],
    first: &Distribution,
    second: &Distribution,
    exact: f64,
) -> f64 {
    let standard = |d: &Distribution| (d.mean().unwrap(), sqrt(d.variance().unwrap()));
    let ((m1, s1), (m2, s2)) = (standard(first), standard(second));
    let (mean, error) = estimate(pairs, |u, v| {
        (first.quantile(u) - m1) / s1 * ((second.quantile(v) - m2) / s2)
    });
    (mean - exact) / error
}

#[test]
fn simulated_copula_has_the_analytic_correlations() {
    let file = include_str!(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/oracles/analytic/gaussian-copula.json"
    ));
    let oracle: Value = serde_json::from_str(file).unwrap();
    let build = |family: Family, arguments: &[f64]| family.build(arguments, None, None).unwrap();
    let uniform = build(Family::Uniform, &[0.0, 1.0]);
    let narrow = build(Family::Lognormal, &[0.0, 0.5]);
    let wide = build(Family::Lognormal, &[0.0, 1.0]);
    let exponential = build(Family::Exponential, &[1.0]);
    let beta = build(Family::Beta, &[2.0, 5.0]);
    for case in oracle["cases"].as_array().unwrap() {
        let expected = |key: &str| case["expected"][key].as_f64().unwrap();
        let rho = case["rho"].as_f64().unwrap();
        let spearman = expected("spearman");
        let factor = spearman_factor(&[vec![1.0, spearman], vec![spearman, 1.0]]).unwrap();
        assert!((factor[1][0] - rho).abs() < 1e-14);
        let pairs: Vec<(f64, f64)> = (0..20_000)
            .map(|point| {
                let mut scores =
                    [0, 1].map(|site| normal_quantile(Design::Random.uniform(11, site, 0, point)));
                correlate(&factor, &mut scores);
                (normal_cdf(scores[0]), normal_cdf(scores[1]))
            })
            .collect();
        let (above, error) = estimate(&pairs, |u, v| f64::from(u8::from(u > 0.5 && v > 0.5)));
        let rows = [
            (
                "p_both_above_median",
                (above - expected("p_both_above_median")) / error,
            ),
            (
                "spearman",
                z_of_correlation(&pairs, &uniform, &uniform, spearman),
            ),
            (
                "pearson_lognormal",
                z_of_correlation(&pairs, &narrow, &wide, expected("pearson_lognormal")),
            ),
            (
                "pearson_exponential",
                z_of_correlation(
                    &pairs,
                    &exponential,
                    &exponential,
                    expected("pearson_exponential"),
                ),
            ),
            (
                "pearson_beta_2_5_with_exponential",
                z_of_correlation(
                    &pairs,
                    &beta,
                    &exponential,
                    expected("pearson_beta_2_5_with_exponential"),
                ),
            ),
        ];
        for (name, z) in rows {
            assert!(
                z.abs() < 4.0,
                "{}: {name} is off by {z} standard errors",
                case["id"]
            );
        }
    }
}
