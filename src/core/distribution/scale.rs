//! The scale on which a curve goes through percentiles: the value itself, its logarithmic distance
//! from one bound, or its log odds between two.

use super::error::DistributionError;
use super::percentiles::in_order;
use super::probability::Probability;
use super::truncated::bounds;
use libm::{exp, log};
use std::fmt;

/// What a curve through percentiles describes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scale {
    Value,
    /// ln(x - low)
    Above(f64),
    /// -ln(high - x)
    Below(f64),
    /// ln((x - low) / (high - x))
    Between(f64, f64),
}

impl Scale {
    /// The scale that a range implies, for percentiles that are in order and inside of it.
    ///
    /// # Errors
    /// A value is not finite, not above the one before, or outside the range.
    pub fn over(
        levels: &[f64],
        values: &[f64],
        low: Option<f64>,
        high: Option<f64>,
    ) -> Result<Self, DistributionError> {
        in_order(levels, values)?;
        let (first, last) = (0, values.len() - 1);
        let Some((low, high)) = bounds(low, high)? else {
            return Ok(Self::Value);
        };
        for (at, inside) in [(first, low < values[first]), (last, values[last] < high)] {
            if !inside {
                let requirement = format!("lie inside the range {}", Interval(low, high));
                return Err(DistributionError::percentile(
                    at,
                    requirement,
                    levels,
                    values,
                ));
            }
        }
        Ok(match (low.is_finite(), high.is_finite()) {
            (true, true) => Self::Between(low, high),
            (true, false) => Self::Above(low),
            _ => Self::Below(high),
        })
    }

    /// Smallest and largest value.
    pub fn ends(self) -> (f64, f64) {
        match self {
            Self::Value => (f64::NEG_INFINITY, f64::INFINITY),
            Self::Above(low) => (low, f64::INFINITY),
            Self::Below(high) => (f64::NEG_INFINITY, high),
            Self::Between(low, high) => (low, high),
        }
    }

    /// How fast values grow towards an infinite end, per unit of log odds, if the curve grows so
    /// fast at its two ends; 0 for ends that are finite or grow less than exponentially.
    pub fn growth(self, at_low: f64, at_high: f64) -> f64 {
        match self {
            Self::Value | Self::Between(..) => 0.0,
            Self::Above(_) => at_high,
            Self::Below(_) => at_low,
        }
    }

    pub fn of_value(self, x: f64) -> f64 {
        match self {
            Self::Value => x,
            Self::Above(low) => log(x - low),
            Self::Below(high) => -log(high - x),
            Self::Between(low, high) => log((x - low) / (high - x)),
        }
    }

    pub fn to_value(self, y: f64) -> f64 {
        match self {
            Self::Value => y,
            Self::Above(low) => low + exp(y),
            Self::Below(high) => high - exp(-y),
            Self::Between(low, high) => {
                let place = Probability::from_log_odds(y);
                let width = high - low;
                if place.is_low() {
                    low + width * place.lower
                } else {
                    high - width * place.upper
                }
            }
        }
    }
}

/// A range in words.
struct Interval(f64, f64);

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0.is_finite(), self.1.is_finite()) {
            (true, true) => write!(f, "{} to {}", self.0, self.1),
            (true, false) => write!(f, "above {}", self.0),
            _ => write!(f, "below {}", self.1),
        }
    }
}
