//! The normal distribution: mean and standard deviation, or two symmetric percentiles.

use super::error::{DistributionError, finite, not_negative};
use super::probability::{Probability, Shape};
use super::{Distribution, Kind};
use crate::math::special::{normal_cdf, normal_quantile, normal_survival};

#[derive(Clone, Debug, PartialEq)]
pub struct Normal {
    pub mean: f64,
    pub sd: f64,
}

/// Standard normal deviate with this probability below it.
pub fn deviate(p: Probability) -> f64 {
    if p.is_low() {
        normal_quantile(p.lower)
    } else {
        -normal_quantile(p.upper)
    }
}

/// Probability of a standard normal draw up to `z`.
pub fn up_to(z: f64) -> Probability {
    Probability {
        lower: normal_cdf(z),
        upper: normal_survival(z),
    }
}

impl Normal {
    /// Without spread it is a constant.
    pub fn build(mean: f64, sd: f64) -> Result<Distribution, DistributionError> {
        finite("mean", mean)?;
        not_negative("sd", sd)?;
        if sd == 0.0 {
            return Ok(Distribution::point(mean));
        }
        Ok(Distribution(Kind::Normal(Self { mean, sd })))
    }

    /// From the values at the probabilities `tail` and `1 - tail`; `names` are those of the two percentiles.
    pub fn from_percentiles(
        tail: f64,
        names: [&'static str; 2],
        low: f64,
        high: f64,
    ) -> Result<Distribution, DistributionError> {
        let (mean, sd) = centre_and_spread(tail, names, low, high)?;
        Self::build(mean, sd)
    }
}

/// Mean and standard deviation of the normal with these values at the probabilities `tail` and `1 - tail`.
pub fn centre_and_spread(
    tail: f64,
    names: [&'static str; 2],
    low: f64,
    high: f64,
) -> Result<(f64, f64), DistributionError> {
    finite(names[0], low)?;
    finite(names[1], high)?;
    if !(low < high) {
        let requirement = format!("be greater than {}", names[0]);
        return Err(DistributionError::inconsistent(
            names[1],
            &requirement,
            &[(names[0], low), (names[1], high)],
        ));
    }
    let sd = (0.5 * high - 0.5 * low) / -normal_quantile(tail);
    Ok((0.5 * low + 0.5 * high, sd))
}

impl Shape for Normal {
    fn probability(&self, x: f64) -> Probability {
        up_to((x - self.mean) / self.sd)
    }

    fn at(&self, p: Probability) -> f64 {
        self.mean + self.sd * deviate(p)
    }

    fn mean(&self) -> Option<f64> {
        Some(self.mean)
    }

    fn variance(&self) -> Option<f64> {
        Some(self.sd * self.sd)
    }

    fn support(&self) -> (f64, f64) {
        (f64::NEG_INFINITY, f64::INFINITY)
    }
}
