//! The Poisson distribution: how often something happens that happens at random, `rate` times on
//! average.

use super::error::{DistributionError, not_negative, require};
use super::integer::{self, Moments};
use super::probability::{Probability, Shape};
use super::{Distribution, Kind};
use crate::math::special::gamma_pair;
use libm::{ceil, floor, sqrt};

#[derive(Clone, Debug, PartialEq)]
pub struct Poisson {
    rate: f64,
}

impl Poisson {
    /// A rate of zero is the constant 0.
    pub fn build(rate: f64) -> Result<Distribution, DistributionError> {
        not_negative("rate", rate)?;
        require(rate <= 1e12, "rate", "at most 1e12", rate)?;
        if rate == 0.0 {
            return Ok(Distribution::point(0.0));
        }
        Ok(Distribution(Kind::Poisson(Self { rate })))
    }
}

impl Shape for Poisson {
    fn probability(&self, x: f64) -> Probability {
        let (upper, lower) = gamma_pair(floor(x) + 1.0, self.rate);
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
        let moments = Moments {
            mean: self.rate,
            variance: self.rate,
            skewness: 1.0 / sqrt(self.rate),
        };
        integer::quantile(p, &moments, f64::INFINITY, |k| self.probability(k))
    }

    fn mean(&self) -> Option<f64> {
        Some(self.rate)
    }

    fn variance(&self) -> Option<f64> {
        Some(self.rate)
    }

    fn support(&self) -> (f64, f64) {
        (0.0, f64::INFINITY)
    }

    fn is_discrete(&self) -> bool {
        true
    }
}
