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
