//! The Weibull distribution: shape and scale; a draw exceeds `x` with probability `exp(-(x /
//! scale)^shape)`.

use super::error::{DistributionError, positive};
use super::probability::{Probability, Shape};
use super::{Distribution, Kind};
use libm::{exp, expm1, pow, tgamma};

#[derive(Clone, Debug, PartialEq)]
pub struct Weibull {
    shape: f64,
    scale: f64,
}

impl Weibull {
    pub fn build(shape: f64, scale: f64) -> Result<Distribution, DistributionError> {
        positive("shape", shape)?;
        positive("scale", scale)?;
        Ok(Distribution(Kind::Weibull(Self { shape, scale })))
    }
}

impl Shape for Weibull {
    fn probability(&self, x: f64) -> Probability {
        let hazard = pow(x / self.scale, self.shape);
        Probability {
            lower: -expm1(-hazard),
            upper: exp(-hazard),
        }
    }

    fn at(&self, p: Probability) -> f64 {
        self.scale * pow(p.hazard(), 1.0 / self.shape)
    }

    fn mean(&self) -> Option<f64> {
        let mean = self.scale * tgamma(1.0 + 1.0 / self.shape);
        mean.is_finite().then_some(mean)
    }

    fn variance(&self) -> Option<f64> {
        let first = tgamma(1.0 + 1.0 / self.shape);
        let second = tgamma(1.0 + 2.0 / self.shape);
        let variance = self.scale * self.scale * (second - first * first);
        variance.is_finite().then_some(variance)
    }

    fn support(&self) -> (f64, f64) {
        (0.0, f64::INFINITY)
    }
}
