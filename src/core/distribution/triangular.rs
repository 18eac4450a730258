//! The triangular distribution: lowest, most likely and highest value.

use super::error::{DistributionError, finite};
use super::probability::{Probability, Shape};
use super::uniform::in_order;
use super::{Distribution, Kind};
use libm::sqrt;

#[derive(Clone, Debug, PartialEq)]
pub struct Triangular {
    low: f64,
    mode: f64,
    high: f64,
}

/// Fails unless `low <= mode <= high`, all finite.
pub fn mode_between(low: f64, mode: f64, high: f64) -> Result<(), DistributionError> {
    in_order(low, high)?;
    finite("mode", mode)?;
    if !(low <= mode && mode <= high) {
        return Err(DistributionError::inconsistent(
            "mode",
            "lie between low and high",
            &[("low", low), ("mode", mode), ("high", high)],
        ));
    }
    Ok(())
}

impl Triangular {
    /// An interval of no width is a constant.
    pub fn build(low: f64, mode: f64, high: f64) -> Result<Distribution, DistributionError> {
        mode_between(low, mode, high)?;
        if low == high {
            return Ok(Distribution::point(low));
        }
        Ok(Distribution(Kind::Triangular(Self { low, mode, high })))
    }
}

impl Shape for Triangular {
    fn probability(&self, x: f64) -> Probability {
        let width = self.high - self.low;
        if x < self.mode {
            let from_low = x - self.low;
            return Probability::new(from_low / width * (from_low / (self.mode - self.low)));
        }
        // x lies below the upper end, so the mode does too.
        let to_high = self.high - x;
        let left = to_high / (self.high - self.mode);
        Probability {
            lower: (self.mode - self.low + (x - self.mode) * (1.0 + left)) / width,
            upper: to_high / width * left,
        }
    }

    fn at(&self, p: Probability) -> f64 {
        let width = self.high - self.low;
        let rise = self.mode - self.low;
        let fall = self.high - self.mode;
        let past_mode = p.lower * width - rise;
        if past_mode <= 0.0 {
            self.low + sqrt(p.lower * width * rise)
        } else if p.is_low() {
            // fall - sqrt(fall (fall - past_mode)) without cancellation
            self.mode + fall * past_mode / (fall + sqrt(fall * (fall - past_mode)))
        } else {
            self.high - sqrt(p.upper * width * fall)
        }
    }

    fn mean(&self) -> Option<f64> {
        Some(self.low / 3.0 + self.mode / 3.0 + self.high / 3.0)
    }

    fn variance(&self) -> Option<f64> {
        let rise = self.mode - self.low;
        let fall = self.high - self.mode;
        Some((rise * rise + rise * fall + fall * fall) / 18.0)
    }

    fn support(&self) -> (f64, f64) {
        (self.low, self.high)
    }

    fn corner(&self) -> Option<f64> {
        Some(self.mode)
    }
}
