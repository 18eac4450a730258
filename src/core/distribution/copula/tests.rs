//! Factors by hand, faults of matrices, and the analytic oracle by simulation.

use super::*;
use crate::distribution::{Build, Distribution, Family};
use crate::math::special::{normal_cdf, normal_quantile};
use crate::random::design::Design;
use serde_json::Value;

/// The factor of rank correlations between numbers without ties.
fn of_continuous(ranks: &[Vec<f64>]) -> Result<Vec<Vec<f64>>, CopulaError> {
    let uniform = Family::Uniform.build(&[0.0, 1.0], None, None).unwrap();
    spearman_factor(ranks, &vec![&uniform; ranks.len()])
}

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
        of_continuous(&tied),
        Err(CopulaError::NotPositiveDefinite { member: 1, .. })
    ));
}

#[test]
fn positive_definiteness_is_that_of_the_normals_not_of_the_ranks() {
    // Least eigenvalue 1 - 0.4992 * 2 > 0 for the ranks; the normal correlation of -0.4992 is below
    // -0.5.
    let r = -0.4992;
    let matrix = vec![vec![1.0, r, r], vec![r, 1.0, r], vec![r, r, 1.0]];
    assert!(cholesky(&matrix).is_ok());
    assert!(matches!(
        of_continuous(&matrix),
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
        let Err(error) = of_continuous(&matrix) else {
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
        "/../../tests/oracles/analytic/gaussian-copula.json"
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
        let factor = of_continuous(&[vec![1.0, spearman], vec![spearman, 1.0]]).unwrap();
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

fn yes_or_no(chance: f64) -> Distribution {
    Distribution::discrete(&[0.0, 1.0], &[1.0 - chance, chance]).unwrap()
}

/// Margins with ties of all kinds, and one without.
fn margins() -> Vec<(&'static str, Distribution)> {
    let build = |family: Family, arguments: &[f64]| family.build(arguments, None, None).unwrap();
    let lognormal = build(Family::Lognormal, &[0.0, 1.5]);
    vec![
        ("yes or no, even", yes_or_no(0.5)),
        ("yes or no, one in twenty", yes_or_no(0.05)),
        ("yes or no, one in a hundred", yes_or_no(0.01)),
        (
            "three values",
            Distribution::discrete(&[-1.0, 0.0, 7.0], &[0.2, 0.7, 0.1]).unwrap(),
        ),
        ("Poisson, rare", build(Family::Poisson, &[0.3])),
        ("Poisson, many", build(Family::Poisson, &[1e7])),
        ("binomial", build(Family::Binomial, &[10.0, 0.3])),
        (
            "negative binomial",
            build(Family::NegativeBinomialByMean, &[20.0, 0.5]),
        ),
        (
            "half a constant, half lognormal",
            Distribution::mixture(vec![
                (0.5, Distribution::constant(2.0).unwrap()),
                (0.5, lognormal.clone()),
            ])
            .unwrap(),
        ),
        (
            "cut Poisson",
            Family::Poisson.build(&[3.0], Some(1.0), Some(4.0)).unwrap(),
        ),
        ("lognormal", lognormal),
    ]
}

/// Mid-rank of a value: the probability of less, and half of its own.
fn mid_rank(distribution: &Distribution, x: f64) -> f64 {
    let below = distribution.below(x).lower;
    0.5 * (below + distribution.cdf(x))
}

/// Spearman's correlation of `n` simulated pairs, each from two independent uniform numbers, with
/// its standard error.
fn simulated(factor: &[Vec<f64>], a: &Distribution, b: &Distribution, n: u64) -> (f64, f64) {
    let ranks: Vec<(f64, f64)> = (0..n)
        .map(|point| {
            let mut scores =
                [0, 1].map(|site| normal_quantile(Design::Random.uniform(12, site, 0, point)));
            correlate(factor, &mut scores);
            let draw = |d: &Distribution, score: f64| mid_rank(d, d.quantile(normal_cdf(score)));
            (draw(a, scores[0]) - 0.5, draw(b, scores[1]) - 0.5)
        })
        .collect();
    // Of the distribution, not of the sample: so the error is that of a mean.
    let variance = |d: &Distribution, x: fn(&(f64, f64)) -> f64| {
        let exact: f64 = if d.is_discrete() && d.support().1 < 1e6 {
            let mut values: Vec<f64> = (0..4000)
                .map(|i| d.quantile((f64::from(i) + 0.5) / 4000.0))
                .collect();
            values.push(d.support().1);
            values.dedup();
            let cubes: f64 = values
                .iter()
                .map(|v| {
                    let mass = d.cdf(*v) - d.below(*v).lower;
                    mass * mass * mass
                })
                .sum();
            (1.0 - cubes) / 12.0
        } else {
            ranks.iter().map(|pair| x(pair) * x(pair)).sum::<f64>() / n as f64
        };
        exact
    };
    let scale = sqrt(variance(a, |p| p.0) * variance(b, |p| p.1));
    let (mean, error) = estimate(&ranks, |x, y| x * y);
    (mean / scale, error / scale)
}

#[test]
fn ties_do_not_weaken_the_rank_correlation() {
    check_ties(4_000);
}

#[test]
#[ignore = "ten times the size: cargo test --release -- --ignored big_"]
fn big_ties_do_not_weaken_the_rank_correlation() {
    check_ties(40_000);
}

/// Every pair of margins has the rank correlation that is asked for, or is refused with a range
/// that leaves it out. 110 cells: a chance of 0.7% that a right program would fail with other
/// seeds.
fn check_ties(n: u64) {
    let margins = margins();
    let mut refused = 0;
    for (i, (first, a)) in margins.iter().enumerate() {
        for (second, b) in &margins[..=i] {
            for rank in [-0.6, 0.3, 0.8] {
                let matrix = [vec![1.0, rank], vec![rank, 1.0]];
                match spearman_factor(&matrix, &[a, b]) {
                    Ok(factor) => {
                        let (found, error) = simulated(&factor, a, b, n);
                        // Where the rare value of both carries all, twelve trials of 4,000 or so, a
                        // normal error says little.
                        let rare = first.contains("hundred") || second.contains("hundred");
                        let most = if rare { 6.0 } else { 4.0 };
                        assert!(
                            (found - rank).abs() < most * error + 2e-4,
                            "{first} with {second}: {found} ± {error} instead of {rank}"
                        );
                    }
                    Err(CopulaError::Unattainable { low, high, .. }) => {
                        refused += 1;
                        assert!(
                            rank <= low || high <= rank,
                            "{first} with {second}: {rank} lies between {low} and {high}"
                        );
                    }
                    Err(other) => panic!("{first} with {second}, {rank}: {other}"),
                }
            }
        }
    }
    assert!(refused > 10, "{refused}");
}

#[test]
fn two_risks_of_one_in_twenty_go_together_as_asked() {
    let risk = yes_or_no(0.05);
    let factor = spearman_factor(&[vec![1.0, 0.8], vec![0.8, 1.0]], &[&risk, &risk]).unwrap();
    // P(both) = 0.05² + 0.8 * 0.05 * 0.95, as the probability that one normal exceeds its bound and
    // the other too.
    let bound = -normal_quantile(0.05);
    let (r, s) = (factor[1][0], factor[1][1]);
    let slices = 200_000;
    let both: f64 = (0..slices)
        .map(|i| {
            let x = -normal_quantile(0.05 * (f64::from(i) + 0.5) / f64::from(slices));
            normal_cdf((r * x - bound) / s)
        })
        .sum::<f64>()
        * 0.05
        / f64::from(slices);
    assert!((both - 0.0405).abs() < 1e-6, "{both}");
}

#[test]
fn what_ties_rule_out_is_told_with_its_range() {
    // One in twenty and one in two: together at most 0.05, which is a correlation of 0.05 * 0.5 /
    // sqrt(0.0475 * 0.25).
    let (rare, even) = (yes_or_no(0.05), yes_or_no(0.5));
    let most = 0.025 / sqrt(0.0475 * 0.25);
    for (rank, fits) in [(0.22, true), (-0.22, true), (0.24, false), (-0.24, false)] {
        let found = spearman_factor(&[vec![1.0, rank], vec![rank, 1.0]], &[&rare, &even]);
        match found {
            Ok(_) => assert!(fits, "{rank} accepted"),
            Err(CopulaError::Unattainable { low, high, .. }) => {
                assert!(!fits, "{rank} refused");
                assert!(
                    (low + most).abs() < 1e-6 && (high - most).abs() < 1e-6,
                    "{low} {high}"
                );
            }
            Err(other) => panic!("{other}"),
        }
    }
    // With a continuous number, the ranks of a coin toss reach sqrt(3/4).
    let number = Family::Normal.build(&[0.0, 1.0], None, None).unwrap();
    let Err(CopulaError::Unattainable { low, high, .. }) =
        spearman_factor(&[vec![1.0, 0.87], vec![0.87, 1.0]], &[&even, &number])
    else {
        panic!("accepted");
    };
    assert!(
        (high - sqrt(0.75)).abs() < 1e-9 && (low + sqrt(0.75)).abs() < 1e-9,
        "{low} {high}"
    );
    assert!(spearman_factor(&[vec![1.0, 0.86], vec![0.86, 1.0]], &[&even, &number]).is_ok());
}

#[test]
fn three_members_with_ties_have_all_their_correlations() {
    let (risk, count) = (
        yes_or_no(0.2),
        Family::Poisson.build(&[1.0], None, None).unwrap(),
    );
    let number = Family::Lognormal.build(&[0.0, 1.0], None, None).unwrap();
    let ranks = [
        vec![1.0, 0.3, 0.4],
        vec![0.3, 1.0, 0.5],
        vec![0.4, 0.5, 1.0],
    ];
    let members = [&risk, &count, &number];
    let whole = spearman_factor(&ranks, &members).unwrap();
    for i in 0..3 {
        for j in 0..i {
            let pair = spearman_factor(
                &[vec![1.0, ranks[i][j]], vec![ranks[i][j], 1.0]],
                &[members[i], members[j]],
            )
            .unwrap();
            let product: f64 = whole[i].iter().zip(&whole[j]).map(|(a, b)| a * b).sum();
            assert!((product - pair[1][0]).abs() < 1e-12, "{i} {j}");
        }
    }
}
