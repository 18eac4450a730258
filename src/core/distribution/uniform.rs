//! The uniform distribution on an interval.

use super::error::{DistributionError, finite};
use super::probability::{Probability, Shape};
use super::{Distribution, Kind};

#[derive(Clone, Debug, PartialEq)]
pub struct Uniform {
    pub low: f64,
    pub high: f64,
}

impl Uniform {
    /// An interval of no width is a constant.
    pub fn build(low: f64, high: f64) -> Result<Distribution, DistributionError> {
        in_order(low, high)?;
        if low == high {
            return Ok(Distribution::point(low));
        }
        Ok(Distribution(Kind::Uniform(Self { low, high })))
    }
}

/// Fails unless both are finite, not too far apart for a double, and `low` is not above `high`.
pub fn in_order(low: f64, high: f64) -> Result<(), DistributionError> {
    finite("low", low)?;
    finite("high", high)?;
    if !(low <= high && (high - low).is_finite()) {
        return Err(DistributionError::inconsistent(
            "high",
            "be at least low",
            &[("low", low), ("high", high)],
        ));
    }
    Ok(())
}

impl Shape for Uniform {
    fn probability(&self, x: f64) -> Probability {
        let width = self.high - self.low;
        Probability {
            lower: (x - self.low) / width,
            upper: (self.high - x) / width,
        }
    }

    fn at(&self, p: Probability) -> f64 {
        let width = self.high - self.low;
        if p.is_low() {
            self.low + width * p.lower
        } else {
            self.high - width * p.upper
        }
    }

    fn mean(&self) -> Option<f64> {
        Some(0.5 * self.low + 0.5 * self.high)
    }

    fn variance(&self) -> Option<f64> {
        let width = self.high - self.low;
        Some(width * width / 12.0)
    }

    fn support(&self) -> (f64, f64) {
        (self.low, self.high)
    }
}
