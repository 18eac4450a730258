//! The exponential distribution: the wait for something that happens at a constant rate.

use super::error::{DistributionError, positive};
use super::probability::{Probability, Shape};
use super::{Distribution, Kind};
use libm::{exp, expm1};

#[derive(Clone, Debug, PartialEq)]
pub struct Exponential {
    rate: f64,
}

impl Exponential {
    pub fn build(rate: f64) -> Result<Distribution, DistributionError> {
        positive("rate", rate)?;
        Ok(Distribution(Kind::Exponential(Self { rate })))
    }
}

impl Shape for Exponential {
    fn probability(&self, x: f64) -> Probability {
        let hazard = self.rate * x;
        Probability {
            lower: -expm1(-hazard),
            upper: exp(-hazard),
        }
    }

    fn at(&self, p: Probability) -> f64 {
        p.hazard() / self.rate
    }

    fn mean(&self) -> Option<f64> {
        Some(1.0 / self.rate)
    }

    fn variance(&self) -> Option<f64> {
        Some(1.0 / self.rate / self.rate)
    }

    fn support(&self) -> (f64, f64) {
        (0.0, f64::INFINITY)
    }
}
