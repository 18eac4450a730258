//! The loguniform distribution: every factor between two positive numbers is as likely as any
//! other.

use super::error::{DistributionError, positive};
use super::probability::{Probability, Shape};
use super::uniform::in_order;
use super::{Distribution, Kind};
use libm::{exp, log};

#[derive(Clone, Debug, PartialEq)]
pub struct Loguniform {
    low: f64,
    high: f64,
    /// ln(high / low)
    span: f64,
}

impl Loguniform {
    /// An interval of no width is a constant.
    pub fn build(low: f64, high: f64) -> Result<Distribution, DistributionError> {
        positive("low", low)?;
        in_order(low, high)?;
        if low == high {
            return Ok(Distribution::point(low));
        }
        let span = log(high) - log(low);
        Ok(Distribution(Kind::Loguniform(Self { low, high, span })))
    }
}

impl Shape for Loguniform {
    fn probability(&self, x: f64) -> Probability {
        Probability {
            lower: log(x / self.low) / self.span,
            upper: log(self.high / x) / self.span,
        }
    }

    fn at(&self, p: Probability) -> f64 {
        if p.is_low() {
            self.low * exp(p.lower * self.span)
        } else {
            self.high * exp(-p.upper * self.span)
        }
    }

    fn mean(&self) -> Option<f64> {
        Some((self.high - self.low) / self.span)
    }

    fn variance(&self) -> Option<f64> {
        let mean = (self.high - self.low) / self.span;
        Some(mean * (0.5 * (self.high + self.low) - mean))
    }

    fn support(&self) -> (f64, f64) {
        (self.low, self.high)
    }
}
