//! The ratio of the means of two metrics within one parameter draw.
//!
//! Takes the values of the draw's trials; gives a value for each trial whose mean is the draw's
//! ratio, and whose spread is what each trial adds to it (linearised), so that the range over draws
//! is found as that of a mean is.

use super::mean::present;
use super::moments::Moments;

/// Standard errors from zero at which a mean below the line must lie: nearer, a ratio is more
/// chance than number, and what trials add to it is not linear.
const CLEAR: f64 = 3.0;

/// What a draw says of a ratio of means.
#[derive(Clone, Debug, PartialEq)]
pub enum RatioOfDraw {
    /// One value a trial; NaN where both metrics have none.
    Values(Vec<f64>),
    /// One of the metrics has no value in the draw.
    Unknown,
    /// The mean below the line may be zero.
    Unclear,
}

impl RatioOfDraw {
    /// Of the values of two metrics in the trials of a draw, in trial order, group after group; NaN
    /// is no value.
    pub fn new(of: &[f64], over: &[f64], groups: usize) -> Self {
        let mut buffer = Vec::new();
        let above = Moments::from_slice(present(of, &mut buffer));
        let below = Moments::from_slice(present(over, &mut buffer));
        if above.n == 0 || below.n == 0 {
            return Self::Unknown;
        }
        let error = error_of_mean(over, &below, groups);
        let ratio = above.mean / below.mean;
        if !(below.mean.abs() > CLEAR * error && ratio.is_finite()) {
            return Self::Unclear;
        }
        let is_known = |(a, b): &(&f64, &f64)| !a.is_nan() || !b.is_nan();
        let known = of.iter().zip(over).filter(is_known).count() as f64;
        let [per_above, per_below] = [above.n, below.n].map(|n| known / n as f64);
        // A trial without a value of one of the two adds nothing to the mean of that.
        let gap = |value: f64, mean: f64, per: f64| match value.is_nan() {
            true => 0.0,
            false => per * (value - mean),
        };
        let values = of.iter().zip(over).map(|(a, b)| {
            if a.is_nan() && b.is_nan() {
                return f64::NAN;
            }
            let (a, b) = (
                gap(*a, above.mean, per_above),
                gap(*b, below.mean, per_below),
            );
            ratio + (a - ratio * b) / below.mean
        });
        Self::Values(values.collect())
    }
}

/// Standard error of the mean of a draw, by the spread between its groups; 0 where there is one.
fn error_of_mean(values: &[f64], all: &Moments, groups: usize) -> f64 {
    let (mut squares, mut used) = (0.0, 0.0);
    let mut buffer = Vec::new();
    for g in 0..groups {
        let part = &values[g * values.len() / groups..(g + 1) * values.len() / groups];
        let group = Moments::from_slice(present(part, &mut buffer));
        if group.n > 0 {
            let pull = group.n as f64 / all.n as f64 * (group.mean - all.mean);
            squares += pull * pull;
            used += 1.0;
        }
    }
    if used < 2.0 {
        return 0.0;
    }
    (squares * used / (used - 1.0)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estimate::{Epistemic, EpistemicStatus, MeanNode, REPLICATES, Tables};
    use rand::{RngExt, SeedableRng};
    use rand_distr::StandardNormal;
    use rand_xoshiro::Xoshiro256PlusPlus;

    const R: usize = 32;
    const GROUPS: usize = 8;

    #[test]
    fn the_values_of_a_draw_have_its_ratio_as_their_mean() {
        let nan = f64::NAN;
        let of = [3.0, nan, 5.0, 4.0, nan, 8.0];
        let over = [2.0, 1.0, nan, 1.0, nan, 2.0];
        let RatioOfDraw::Values(values) = RatioOfDraw::new(&of, &over, 1) else {
            panic!("it has a ratio")
        };
        assert!(values[4].is_nan());
        let known: Vec<f64> = values.into_iter().filter(|v| !v.is_nan()).collect();
        let mean = known.iter().sum::<f64>() / known.len() as f64;
        assert!((mean - 5.0 / 1.5).abs() < 1e-12, "{mean}");
        assert_eq!(RatioOfDraw::new(&[nan], &[1.0], 1), RatioOfDraw::Unknown);
        assert_eq!(RatioOfDraw::new(&[1.0], &[0.0], 1), RatioOfDraw::Unclear);
        let around_zero = [1.0, 1.1, -0.9, -1.0];
        assert_eq!(
            RatioOfDraw::new(&[1.0; 4], &around_zero, 2),
            RatioOfDraw::Unclear
        );
    }

    /// Draws whose ratio is `2 + spread * x`, x standard normal; the trials of both metrics share
    /// most of their noise, half as large as their means.
    fn range(spread: f64, draws: usize, seed: u64) -> Epistemic {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
        let (mut node, mut table) = (MeanNode::new(0, 0), Tables::new(1));
        let mut normal = || random.sample::<f64, _>(StandardNormal);
        for k in 0..draws {
            let ratio = 2.0 + spread * normal();
            let (mut of, mut over) = (Vec::new(), Vec::new());
            for _ in 0..R {
                let shared = 1.0 + 0.5 * normal();
                over.push(shared);
                of.push(ratio * shared + 0.2 * normal());
            }
            let RatioOfDraw::Values(values) = RatioOfDraw::new(&of, &over, GROUPS) else {
                panic!("far from zero")
            };
            let mean = node.add_draw(k % REPLICATES, GROUPS, &values, &[], &[]);
            table.add(0, k % REPLICATES, &[mean.expect("a mean")]);
        }
        node.epistemic_about(Some(2.0), &table.quantiles(0), true, R)
    }

    /// 5% and 95% quantile: 2 ± 1.645 · 0.1. The ratio is nearly as exact within a draw as if both
    /// metrics had no noise; taken for two means that know nothing of each other, it would have
    /// more noise than there is spread. Ends within three of their errors in 20 runs each.
    #[test]
    fn the_range_is_that_of_the_ratios_of_the_draws_without_chance() {
        for seed in 0..20 {
            let told = range(0.1, 800, seed);
            assert_eq!(told.status, EpistemicStatus::Resolved, "{told:?}");
            let (ends, errors) = told.ends.zip(told.std_error).expect("ends");
            for (side, exact) in [(0, 2.0 - 0.164_485), (1, 2.0 + 0.164_485)] {
                let off = (ends[side] - exact) / errors[side];
                assert!(off.abs() < 3.0, "{seed}: {off} of {told:?}");
            }
        }
        let none = range(0.0, 800, 77);
        assert_eq!(none.status, EpistemicStatus::NotDetected, "{none:?}");
    }
}
