//! Student's t distribution, shifted and scaled.

use super::error::{DistributionError, finite, not_negative, positive};
use super::probability::{Probability, Shape};
use super::{Distribution, Kind};
use crate::math::special::{student_t_cdf, student_t_quantile};

#[derive(Clone, Debug, PartialEq)]
pub struct StudentT {
    df: f64,
    loc: f64,
    scale: f64,
}

impl StudentT {
    /// Without scale it is a constant.
    pub fn build(df: f64, loc: f64, scale: f64) -> Result<Distribution, DistributionError> {
        positive("df", df)?;
        finite("loc", loc)?;
        not_negative("scale", scale)?;
        if scale == 0.0 {
            return Ok(Distribution::point(loc));
        }
        Ok(Distribution(Kind::StudentT(Self { df, loc, scale })))
    }
}

impl Shape for StudentT {
    fn probability(&self, x: f64) -> Probability {
        let t = (x - self.loc) / self.scale;
        Probability {
            lower: student_t_cdf(t, self.df),
            upper: student_t_cdf(-t, self.df),
        }
    }

    fn at(&self, p: Probability) -> f64 {
        let t = if p.is_low() {
            student_t_quantile(p.lower, self.df)
        } else {
            -student_t_quantile(p.upper, self.df)
        };
        self.loc + self.scale * t
    }

    fn mean(&self) -> Option<f64> {
        (self.df > 1.0).then_some(self.loc)
    }

    fn variance(&self) -> Option<f64> {
        (self.df > 2.0).then(|| self.scale * self.scale * (self.df / (self.df - 2.0)))
    }

    fn support(&self) -> (f64, f64) {
        (f64::NEG_INFINITY, f64::INFINITY)
    }
}
