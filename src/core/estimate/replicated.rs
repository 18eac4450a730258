//! Ratios of two totals that trials share: a share of some trials, and a ratio of the means of two
//! metrics.
//!
//! Takes totals by replicate; gives the ratio with what each replicate adds to it, from which
//! errors and the difference between two scenarios under common random numbers are read. For a
//! ratio of means there is Fieller's interval, which knows how far the lower mean is from zero.

use super::interval::t95;
use super::paired::{MeanDifference, two_sided};
use super::replicate::{REPLICATES, error_of_residuals, hit_residuals};
use super::reweight::{self, WeightedValues};
use super::rounding::{size_of, without_rounding};

/// Sum of a metric's values, and how many trials have one, in one replicate.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PartialSum {
    pub values: u64,
    pub sum: f64,
}

/// A ratio, and what each replicate adds to it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Replicated {
    pub ratio: f64,
    residuals: [f64; REPLICATES],
    used: usize,
}

/// Where a ratio of means lies with 95% confidence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fieller {
    /// From one number to another.
    Between([f64; 2]),
    /// Below the first number or above the second: the mean below the line may be zero.
    Outside([f64; 2]),
    /// Anywhere: both means may be zero.
    Anywhere,
}

impl Replicated {
    /// The share of `hits` in `trials`; `None` without trials.
    pub fn share(hits: &[u64; REPLICATES], trials: &[u64; REPLICATES]) -> Option<Self> {
        let n: u64 = trials.iter().sum();
        if n == 0 {
            return None;
        }
        let (residuals, used) = hit_residuals(hits, trials);
        let ratio = hits.iter().sum::<u64>() as f64 / n as f64;
        Some(Self {
            ratio,
            residuals,
            used,
        })
    }

    /// The mean `of` one metric over that of another; `None` without values, or if the latter is
    /// zero.
    pub fn means(of: &[PartialSum; REPLICATES], over: &[PartialSum; REPLICATES]) -> Option<Self> {
        Self::mean(of)?.over(&Self::mean(over)?)
    }

    /// This over another; `None` if that is zero.
    pub fn over(&self, below: &Self) -> Option<Self> {
        let ratio = self.ratio / below.ratio;
        ratio.is_finite().then(|| Self {
            ratio,
            residuals: std::array::from_fn(|m| {
                (self.residuals[m] - ratio * below.residuals[m]) / below.ratio
            }),
            used: self.used.min(below.used),
        })
    }

    /// The mean of values under new start weights, and the mean as it was; `None` without values,
    /// and where a trend of positive weight has trials in fewer than two replicates.
    pub fn reweighted(parts: &[WeightedValues]) -> Option<[Self; 2]> {
        let (both, used) = reweight::both_ratios(parts)?;
        Some(both.map(|(ratio, residuals)| Self {
            ratio,
            residuals,
            used,
        }))
    }

    /// The mean of values; `None` without any.
    pub fn mean(of: &[PartialSum; REPLICATES]) -> Option<Self> {
        let values: u64 = of.iter().map(|part| part.values).sum();
        if values == 0 {
            return None;
        }
        let n = values as f64;
        let mean = of.iter().map(|part| part.sum).sum::<f64>() / n;
        Some(Self {
            ratio: mean,
            residuals: of.map(|part| (part.sum - mean * part.values as f64) / n),
            used: of.iter().filter(|part| part.values > 0).count(),
        })
    }

    /// Its standard error, by the spread between replicates; `None` with fewer than two. 0 where
    /// that spread is rounding.
    pub fn std_error(&self) -> Option<f64> {
        let seen = error_of_residuals(&self.residuals, self.used)?;
        Some(without_rounding(self.ratio, seen, self.size()).1)
    }

    /// How large the totals of replicates are per trial.
    fn size(&self) -> f64 {
        size_of(self.ratio, &self.residuals, self.used)
    }

    /// Replicates that show its spread.
    pub fn used(&self) -> usize {
        self.used
    }

    /// A weighted sum under common random numbers, with the error that replicates show; `None` with
    /// fewer than two.
    pub fn weighted(terms: &[(f64, &Self)]) -> Option<MeanDifference> {
        let residuals = std::array::from_fn(|m| {
            let parts = terms.iter().map(|(weight, one)| weight * one.residuals[m]);
            parts.sum::<f64>()
        });
        let used = terms.iter().map(|(_, one)| one.used).min()?;
        let seen = error_of_residuals(&residuals, used)?;
        let sum = terms.iter().map(|(weight, one)| weight * one.ratio).sum();
        let sizes = terms.iter().map(|(weight, one)| weight.abs() * one.size());
        let (sum, std_error) = without_rounding(sum, seen, sizes.fold(0.0, f64::max));
        Some(difference(sum, std_error, used))
    }

    /// How much larger it is than that of the base, under common random numbers; `None` with fewer
    /// than two replicates.
    pub fn less(&self, base: &Self) -> Option<MeanDifference> {
        let residuals = std::array::from_fn(|m| self.residuals[m] - base.residuals[m]);
        let used = self.used.min(base.used);
        let seen = error_of_residuals(&residuals, used)?;
        let size = self.size().max(base.size());
        let (less, std_error) = without_rounding(self.ratio - base.ratio, seen, size);
        Some(difference(less, std_error, used))
    }
}

/// A difference with this error, which `used` replicates show.
pub fn difference(difference: f64, std_error: f64, used: usize) -> MeanDifference {
    let degrees_of_freedom = used as f64 - 1.0;
    let half = t95(degrees_of_freedom) * std_error;
    MeanDifference {
        difference,
        std_error,
        ci95: [difference - half, difference + half],
        p_value: match std_error > 0.0 {
            true => two_sided(difference / std_error, degrees_of_freedom),
            false => f64::from(u8::from(difference == 0.0)),
        },
        degrees_of_freedom,
    }
}

/// Fieller's interval of a ratio of means, from the variances and the covariance that replicates
/// show. `None` with fewer than two of them.
///
/// It holds all ratios r for which the mean of (above - r x below) may be zero: Fieller (1954),
/// with Student's t.
pub fn fieller(of: &[PartialSum; REPLICATES], over: &[PartialSum; REPLICATES]) -> Option<Fieller> {
    fieller_of(&Replicated::mean(of)?, &Replicated::mean(over)?)
}

/// The same of two means.
pub fn fieller_of(above: &Replicated, below: &Replicated) -> Option<Fieller> {
    let used = above.used.min(below.used);
    if used < 2 {
        return None;
    }
    let scale = used as f64 / (used as f64 - 1.0);
    let product = |x: &Replicated, y: &Replicated| -> f64 {
        let products = x.residuals.iter().zip(&y.residuals).map(|(a, b)| a * b);
        scale * products.sum::<f64>()
    };
    let q = t95(used as f64 - 1.0);
    let q = q * q;
    // a r^2 - 2 b r + c <= 0
    let a = below.ratio * below.ratio - q * product(below, below);
    let b = above.ratio * below.ratio - q * product(above, below);
    let c = above.ratio * above.ratio - q * product(above, above);
    let inside = b * b - a * c;
    if a == 0.0 || inside < 0.0 {
        return Some(Fieller::Anywhere);
    }
    let root = inside.sqrt();
    // Without cancellation: one end from the sum, the other from the product of the two.
    let far = b + root.copysign(b);
    let ends = match far == 0.0 {
        true => [-root / a, root / a],
        false => [far / a, c / far],
    };
    let ends = [ends[0].min(ends[1]), ends[0].max(ends[1])];
    Some(if a > 0.0 {
        Fieller::Between(ends)
    } else {
        Fieller::Outside(ends)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(values: [f64; REPLICATES]) -> [PartialSum; REPLICATES] {
        values.map(|mean| PartialSum {
            values: 10,
            sum: 10.0 * mean,
        })
    }

    /// Zero mean, and mean square 1 over 16.
    fn wave(period: usize) -> [f64; REPLICATES] {
        std::array::from_fn(|m| {
            if (m / period).is_multiple_of(2) {
                1.0
            } else {
                -1.0
            }
        })
    }

    #[test]
    fn fiellers_interval_is_that_computed_by_hand() {
        // Means 10 and 4; variances of the means 0.6 and 0.15, covariance 0.12: over 15 as
        // replicates are 16.
        let (u, v) = (wave(1), wave(2));
        let of = parts(std::array::from_fn(|m| 10.0 + 3.0 * u[m]));
        let over = parts(std::array::from_fn(|m| 4.0 + 0.6 * u[m] + 1.375 * v[m]));
        let (vxx, vxy) = (9.0 / 15.0, 1.8 / 15.0);
        let vyy = (0.36 + 1.375 * 1.375) / 15.0;
        let t = 2.131_449_545_559_323_f64;
        let t2 = t * t;
        let g = t2 * vyy / 16.0;
        let r = 2.5;
        let half =
            t / 4.0 * (vxx - 2.0 * r * vxy + r * r * vyy - g * (vxx - vxy * vxy / vyy)).sqrt();
        let expected = [
            (r - g * vxy / vyy - half) / (1.0 - g),
            (r - g * vxy / vyy + half) / (1.0 - g),
        ];
        let Some(Fieller::Between(found)) = fieller(&of, &over) else {
            panic!("{:?}", fieller(&of, &over));
        };
        for (found, expected) in found.into_iter().zip(expected) {
            assert!((found - expected).abs() < 1e-9, "{found} {expected}");
        }
        let ratio = Replicated::means(&of, &over).unwrap();
        let delta = (vxx - 2.0 * r * vxy + r * r * vyy).sqrt() / 4.0;
        assert!((ratio.std_error().unwrap() - delta).abs() < 1e-12);
    }

    #[test]
    fn a_mean_below_the_line_that_may_be_zero_leaves_two_rays_or_everything() {
        let (u, v) = (wave(1), wave(2));
        let over = parts(std::array::from_fn(|m| 0.1 + v[m]));
        let of = parts(std::array::from_fn(|m| 10.0 + u[m]));
        let Some(Fieller::Outside([low, high])) = fieller(&of, &over) else {
            panic!("{:?}", fieller(&of, &over));
        };
        assert!(low < 0.0 && high > 0.0 && high < 100.0);
        let of = parts(std::array::from_fn(|m| 0.1 + u[m]));
        assert_eq!(fieller(&of, &over), Some(Fieller::Anywhere));
    }

    #[test]
    fn a_scenario_differs_from_itself_by_nothing_and_pairing_takes_away_what_is_common() {
        let hits: [u64; REPLICATES] = std::array::from_fn(|m| 40 + m as u64);
        let more = hits.map(|h| h + 10);
        let trials = [100; REPLICATES];
        let [a, b] = [hits, more].map(|h| Replicated::share(&h, &trials).unwrap());
        let d = b.less(&a).unwrap();
        assert!((d.difference - 0.1).abs() < 1e-12 && d.std_error < 1e-12);
        assert!(a.std_error().unwrap() > 0.01);
        assert_eq!(a.less(&a).unwrap().p_value, 1.0);
        assert_eq!(Replicated::share(&hits, &[0; REPLICATES]), None);
    }
}
