//! The beta distribution, on [0, 1] or stretched to another interval.

use super::error::{DistributionError, positive, require};
use super::probability::{Probability, Shape};
use super::{Distribution, Kind};
use crate::math::special::{beta_inverse_log_odds, beta_pair};
use std::ops::RangeInclusive;

/// Outside, the distribution function takes long to compute, and the distribution is a constant or
/// a coin for all purposes.
const ALLOWED: RangeInclusive<f64> = 1e-6..=1e9;

#[derive(Clone, Debug, PartialEq)]
pub struct Beta {
    alpha: f64,
    beta: f64,
    low: f64,
    high: f64,
}

impl Beta {
    pub fn build(alpha: f64, beta: f64) -> Result<Distribution, DistributionError> {
        positive("alpha", alpha)?;
        positive("beta", beta)?;
        require(ALLOWED.contains(&alpha), "alpha", "from 1e-6 to 1e9", alpha)?;
        require(ALLOWED.contains(&beta), "beta", "from 1e-6 to 1e9", beta)?;
        Ok(Self::stretched(alpha, beta, 0.0, 1.0))
    }

    /// On `[low, high]`; the caller has checked all four.
    pub fn stretched(alpha: f64, beta: f64, low: f64, high: f64) -> Distribution {
        Distribution(Kind::Beta(Self {
            alpha,
            beta,
            low,
            high,
        }))
    }
}

impl Shape for Beta {
    fn probability(&self, x: f64) -> Probability {
        let width = self.high - self.low;
        let (lower, upper) = beta_pair(
            self.alpha,
            self.beta,
            (x - self.low) / width,
            (self.high - x) / width,
        );
        Probability { lower, upper }
    }

    fn at(&self, p: Probability) -> f64 {
        let width = self.high - self.low;
        let place = Probability::from_log_odds(beta_inverse_log_odds(
            self.alpha, self.beta, p.lower, p.upper,
        ));
        if place.is_low() {
            self.low + width * place.lower
        } else {
            self.high - width * place.upper
        }
    }

    fn mean(&self) -> Option<f64> {
        let sum = self.alpha + self.beta;
        Some(self.low * (self.beta / sum) + self.high * (self.alpha / sum))
    }

    fn variance(&self) -> Option<f64> {
        let sum = self.alpha + self.beta;
        let width = self.high - self.low;
        Some(width * width * (self.alpha / sum) * (self.beta / sum) / (sum + 1.0))
    }

    fn support(&self) -> (f64, f64) {
        (self.low, self.high)
    }
}
