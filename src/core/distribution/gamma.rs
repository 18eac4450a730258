//! The gamma distribution: shape and rate.

use super::error::{DistributionError, positive, require};
use super::probability::{Probability, Shape};
use super::{Distribution, Kind};
use crate::math::special::{gamma_inverse_pair, gamma_pair};

/// Largest shape: from 5e10 on, the distribution function loses its digits. The distribution is a
/// constant for all purposes long before.
const LARGEST_SHAPE: f64 = 1e9;

#[derive(Clone, Debug, PartialEq)]
pub struct Gamma {
    shape: f64,
    rate: f64,
}

impl Gamma {
    pub fn build(shape: f64, rate: f64) -> Result<Distribution, DistributionError> {
        positive("shape", shape)?;
        require(shape <= LARGEST_SHAPE, "shape", "at most 1e9", shape)?;
        positive("rate", rate)?;
        Ok(Distribution(Kind::Gamma(Self { shape, rate })))
    }
}

impl Shape for Gamma {
    fn probability(&self, x: f64) -> Probability {
        let (lower, upper) = gamma_pair(self.shape, x * self.rate);
        Probability { lower, upper }
    }

    fn at(&self, p: Probability) -> f64 {
        gamma_inverse_pair(self.shape, p.lower, p.upper) / self.rate
    }

    fn mean(&self) -> Option<f64> {
        Some(self.shape / self.rate)
    }

    fn variance(&self) -> Option<f64> {
        Some(self.shape / self.rate / self.rate)
    }

    fn support(&self) -> (f64, f64) {
        (0.0, f64::INFINITY)
    }
}
