//! The lognormal distribution: mean and standard deviation of the logarithm, or two percentiles.

use super::error::{DistributionError, finite, not_negative, require};
use super::normal::{centre_and_spread, deviate, up_to};
use super::percentiles::in_order;
use super::probability::{Probability, Shape};
use super::{Distribution, Kind};
use libm::{exp, expm1, log};

#[derive(Clone, Debug, PartialEq)]
pub struct Lognormal {
    pub mu: f64,
    pub sigma: f64,
}

impl Lognormal {
    /// Without spread it is a constant.
    pub fn build(mu: f64, sigma: f64) -> Result<Distribution, DistributionError> {
        finite("mu", mu)?;
        require(
            mu.abs() <= 700.0,
            "mu",
            "from -700 to 700 (it is the mean of the logarithm)",
            mu,
        )?;
        not_negative("sigma", sigma)?;
        if sigma == 0.0 {
            return Ok(Distribution::point(exp(mu)));
        }
        Ok(Distribution(Kind::Lognormal(Self { mu, sigma })))
    }

    /// From the values at two probabilities.
    pub fn from_percentiles(
        levels: [f64; 2],
        values: [f64; 2],
    ) -> Result<Distribution, DistributionError> {
        if !(values[0] > 0.0) {
            let requirement = "be positive".to_owned();
            return Err(DistributionError::percentile(
                0,
                requirement,
                &levels,
                &values,
            ));
        }
        in_order(&levels, &values)?;
        let (mu, sigma) = centre_and_spread(levels, values.map(log));
        Self::build(mu, sigma)
    }
}

impl Shape for Lognormal {
    fn probability(&self, x: f64) -> Probability {
        if x <= 0.0 {
            return Probability::NONE;
        }
        up_to((log(x) - self.mu) / self.sigma)
    }

    fn at(&self, p: Probability) -> f64 {
        exp(self.mu + self.sigma * deviate(p))
    }

    fn mean(&self) -> Option<f64> {
        finite_or_none(exp(self.mu + 0.5 * self.sigma * self.sigma))
    }

    fn variance(&self) -> Option<f64> {
        let square = self.sigma * self.sigma;
        finite_or_none(expm1(square) * exp(2.0 * self.mu + square))
    }

    fn support(&self) -> (f64, f64) {
        (0.0, f64::INFINITY)
    }
}

/// A moment too large for a double counts as infinite.
fn finite_or_none(moment: f64) -> Option<f64> {
    moment.is_finite().then_some(moment)
}
