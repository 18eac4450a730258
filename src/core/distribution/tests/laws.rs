//! Laws that every distribution obeys.

use super::*;
use crate::random::design::Design;

#[test]
fn sample_of_design_points_has_the_stated_moments() {
    for (name, distribution) in specimens() {
        let n = 4096;
        let draws: Vec<f64> = (0..n)
            .map(|point| distribution.quantile(Design::Padded.uniform(5, 17, 0, point)))
            .collect();
        let mean = draws.iter().sum::<f64>() / n as f64;
        let variance = draws.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1) as f64;
        let (true_mean, sd) = (
            distribution.mean().unwrap(),
            libm::sqrt(distribution.variance().unwrap()),
        );
        assert!(
            (mean - true_mean).abs() < 0.005 * sd,
            "{name}: mean {mean}, not {true_mean}"
        );
        assert!(
            (libm::sqrt(variance) / sd - 1.0).abs() < 0.06,
            "{name}: sd {}, not {sd}",
            libm::sqrt(variance)
        );
    }
}

#[test]
fn quantile_never_decreases_and_stays_in_the_support() {
    for (name, distribution) in specimens() {
        let (low, high) = distribution.support();
        assert_eq!(
            (distribution.quantile(0.0), distribution.quantile(1.0)),
            (low, high),
            "{name}"
        );
        let mut before = low;
        let far = [1e-300, 1e-100, 1e-30, 1e-12, 1e-6];
        let upper = [1e-6, 1e-9, 1e-12, 1e-15].map(|q| 1.0 - q);
        let middle = (1..2000).map(|i| f64::from(i) / 2000.0);
        for p in far.into_iter().chain(middle).chain(upper) {
            let x = distribution.quantile(p);
            assert!(
                before <= x && x <= high,
                "{name} at {p}: {x} after {before}"
            );
            before = x;
        }
    }
}

#[test]
fn quantile_undoes_the_distribution_function() {
    for (name, distribution) in specimens() {
        let jumps = distribution.is_discrete() || name == "mixture with jumps";
        for p in [1e-9, 0.01, 0.2, 0.5, 0.77, 0.99, 1.0 - 1e-9] {
            let x = distribution.quantile(p);
            if jumps {
                assert!(distribution.cdf(x) >= p * (1.0 - 1e-13), "{name} at {p}");
                assert!(
                    distribution.below(x).lower <= p * (1.0 + 1e-11),
                    "{name} at {p}: {x} is not the smallest"
                );
            } else {
                // No better than the spacing of doubles at x allows.
                let (before, after) = (x - 4e-16 * x.abs(), x + 4e-16 * x.abs());
                assert!(
                    distribution.cdf(before) <= p * (1.0 + 1e-11),
                    "{name} at {p}"
                );
                assert!(
                    p * (1.0 - 1e-11) <= distribution.cdf(after),
                    "{name} at {p}"
                );
                let q = 1.0 - p;
                assert!(
                    distribution.survival(after) <= q * (1.0 + 1e-11),
                    "{name} beyond {p}"
                );
                assert!(
                    q * (1.0 - 1e-11) <= distribution.survival(before),
                    "{name} beyond {p}"
                );
            }
        }
    }
}

#[test]
fn at_the_limits_of_their_arguments_families_still_give_draws_of_their_own_law() {
    let extremes: &[(Family, &[f64])] = &[
        (Family::Gamma, &[1e9, 1.0]),
        (Family::Gamma, &[0.05, 1e-9]),
        (Family::Beta, &[1e9, 1e9]),
        (Family::Beta, &[1e9, 1e-6]),
        (Family::Beta, &[1.0, 1e9]),
        (Family::Binomial, &[1e9, 0.5]),
        (Family::Binomial, &[1e9, 1e-9]),
        (Family::NegativeBinomial, &[1e9, 0.6]),
        (Family::NegativeBinomialByMean, &[1e9, 1e9]),
        (Family::NegativeBinomialByMean, &[1e9, 1e-6]),
        (Family::Poisson, &[1e12]),
        (Family::Poisson, &[1e-12]),
        (Family::StudentT, &[1e12, 0.0, 1.0]),
    ];
    for (family, arguments) in extremes {
        let distribution = family.build(arguments, None, None).unwrap();
        let name = format!("{} {arguments:?}", family.name());
        for point in 0..400 {
            let p = Design::Random.uniform(6, 18, 0, point);
            let x = distribution.quantile(p);
            let (low, high) = distribution.support();
            assert!(x.is_finite() && low <= x && x <= high, "{name}: {x} at {p}");
            let reached = distribution.cdf(x);
            if distribution.is_discrete() {
                let before = distribution.below(x).lower;
                assert!(
                    before <= p + 1e-9 && p <= reached + 1e-9,
                    "{name}: {x} at {p} has {before} to {reached}"
                );
            } else if x > 0.0 && x < 1.0 || !matches!(family, Family::Beta) {
                // Where the law is narrower than doubles can tell apart, to the spacing of doubles.
                let (less, more) = (x - 4e-16 * x.abs(), x + 4e-16 * x.abs());
                assert!(
                    distribution.cdf(less) <= p + 1e-9 && p <= distribution.cdf(more) + 1e-9,
                    "{name}: {x} at {p} has {reached}"
                );
            }
        }
    }
    for (family, arguments, blamed) in [
        (Family::Gamma, [1.1e9, 1.0], "shape"),
        (Family::Gamma, [1e12, 1.0], "shape"),
        (Family::NegativeBinomial, [1.1e9, 0.5], "r"),
        (Family::NegativeBinomialByMean, [1.0, 1.1e9], "size"),
        (Family::Beta, [1.0, 1.1e9], "beta"),
    ] {
        let refused = family.build(&arguments, None, None).unwrap_err();
        assert_eq!(refused.argument(), Some(blamed), "{arguments:?}");
    }
}
