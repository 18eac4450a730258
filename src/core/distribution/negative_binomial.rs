//! The negative binomial distribution: failures before the `r`-th success, or a count with more
//! spread than Poisson's.

use super::error::{DistributionError, finite, not_negative, positive, require};
use super::integer::{self, Moments};
use super::probability::{Probability, Shape};
use super::{Distribution, Kind};
use crate::math::special::beta_pair;
use libm::{ceil, floor, sqrt};

#[derive(Clone, Debug, PartialEq)]
pub struct NegativeBinomial {
    r: f64,
    /// Probability of a success.
    success: f64,
    /// `1 - success`.
    failure: f64,
}

impl NegativeBinomial {
    /// `r` need not be whole. Certain success is the constant 0.
    pub fn build(r: f64, p: f64) -> Result<Distribution, DistributionError> {
        positive("r", r)?;
        require(r <= 1e9, "r", "at most 1e9", r)?;
        finite("p", p)?;
        require(p > 0.0 && p <= 1.0, "p", "a probability above 0", p)?;
        let failure = 1.0 - p;
        require(
            r * failure <= 1e9 * p,
            "p",
            "large enough for a mean r (1 - p) / p of at most 1e9",
            p,
        )?;
        Ok(Self::of(r, p, failure))
    }

    /// By its mean and its size (dispersion): the variance is `mean + mean^2 / size`. A mean of
    /// zero is the constant 0.
    pub fn from_mean(mean: f64, size: f64) -> Result<Distribution, DistributionError> {
        not_negative("mean", mean)?;
        require(mean <= 1e9, "mean", "at most 1e9", mean)?;
        positive("size", size)?;
        require(size <= 1e9, "size", "at most 1e9", size)?;
        let sum = mean + size;
        Ok(Self::of(size, size / sum, mean / sum))
    }

    fn of(r: f64, success: f64, failure: f64) -> Distribution {
        if failure == 0.0 {
            return Distribution::point(0.0);
        }
        Distribution(Kind::NegativeBinomial(Self {
            r,
            success,
            failure,
        }))
    }
}

impl Shape for NegativeBinomial {
    fn probability(&self, x: f64) -> Probability {
        let (lower, upper) = beta_pair(self.r, floor(x) + 1.0, self.success, self.failure);
        Probability { lower, upper }
    }

    fn below(&self, x: f64) -> Probability {
        if x <= 0.0 {
            Probability::NONE
        } else {
            self.probability(ceil(x) - 1.0)
        }
    }

    fn at(&self, p: Probability) -> f64 {
        let mean = self.r * self.failure / self.success;
        let moments = Moments {
            mean,
            variance: mean / self.success,
            skewness: (1.0 + self.failure) / sqrt(self.r * self.failure),
        };
        integer::quantile(p, &moments, f64::INFINITY, |k| self.probability(k))
    }

    fn mean(&self) -> Option<f64> {
        Some(self.r * self.failure / self.success)
    }

    fn variance(&self) -> Option<f64> {
        Some(self.r * self.failure / self.success / self.success)
    }

    fn support(&self) -> (f64, f64) {
        (0.0, f64::INFINITY)
    }

    fn is_discrete(&self) -> bool {
        true
    }
}
