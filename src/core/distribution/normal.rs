//! The normal distribution: mean and standard deviation, or two percentiles.

use super::error::{DistributionError, finite, not_negative};
use super::percentiles::in_order;
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

    /// From the values at two probabilities.
    pub fn from_percentiles(
        levels: [f64; 2],
        values: [f64; 2],
    ) -> Result<Distribution, DistributionError> {
        in_order(&levels, &values)?;
        let (mean, sd) = centre_and_spread(levels, values);
        Self::build(mean, sd)
    }
}

/// Mean and standard deviation of the normal with these values at two probabilities.
pub fn centre_and_spread([low, high]: [f64; 2], values: [f64; 2]) -> (f64, f64) {
    if (low + high - 1.0).abs() < 1e-9 {
        let sd = (0.5 * values[1] - 0.5 * values[0]) / -normal_quantile(low);
        return (0.5 * values[0] + 0.5 * values[1], sd);
    }
    let (z_low, z_high) = (normal_quantile(low), normal_quantile(high));
    let sd = (values[1] - values[0]) / (z_high - z_low);
    // From the point nearer to the middle, where less cancels.
    if z_low.abs() < z_high.abs() {
        (values[0] - sd * z_low, sd)
    } else {
        (values[1] - sd * z_high, sd)
    }
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
