//! The normal distribution: mean and standard deviation, or two percentiles.

use super::error::{DistributionError, finite, not_negative};
use super::percentiles::Percentiles;
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

    /// Through two percentiles.
    pub fn through(percentiles: &Percentiles) -> Result<Distribution, DistributionError> {
        percentiles.check()?;
        let (mean, sd) = percentiles.normal();
        Self::build(mean, sd)
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
