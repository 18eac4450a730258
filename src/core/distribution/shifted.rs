//! A distribution moved and stretched: `shift + scale × draw`.

use super::error::{DistributionError, finite, not_negative};
use super::probability::{Probability, Shape};
use super::{Distribution, Kind};

#[derive(Clone, Debug, PartialEq)]
pub struct Shifted {
    shift: f64,
    /// Positive.
    scale: f64,
    of: Box<Distribution>,
}

impl Shifted {
    pub fn of(&self) -> &Distribution {
        &self.of
    }

    /// Without scale it is a constant.
    pub fn build(
        shift: f64,
        scale: f64,
        of: Distribution,
    ) -> Result<Distribution, DistributionError> {
        finite("shift", shift)?;
        not_negative("scale", scale)?;
        if scale == 0.0 {
            return Ok(Distribution::point(shift));
        }
        if let Kind::Point(point) = &of.0 {
            return Distribution::constant(shift + scale * point.value);
        }
        let of = Box::new(of);
        Ok(Distribution(Kind::Shifted(Self { shift, scale, of })))
    }

    /// The part that lies in a range; `None` if nothing does. The whole is cut before it is moved,
    /// where it may live on whole numbers.
    pub fn within(self, low: f64, high: f64) -> Option<Distribution> {
        let end = |bound: f64| bound.is_finite().then(|| self.back(bound));
        let (low, high) = (end(low), end(high));
        let of = self.of.truncated(low, high).ok()?;
        Self::build(self.shift, self.scale, of).ok()
    }

    fn forth(&self, draw: f64) -> f64 {
        self.shift + self.scale * draw
    }

    fn back(&self, x: f64) -> f64 {
        (x - self.shift) / self.scale
    }
}

impl Shape for Shifted {
    fn probability(&self, x: f64) -> Probability {
        self.of.probability(self.back(x))
    }

    fn below(&self, x: f64) -> Probability {
        self.of.below(self.back(x))
    }

    fn at(&self, p: Probability) -> f64 {
        self.forth(self.of.at(p))
    }

    fn mean(&self) -> Option<f64> {
        Some(self.forth(self.of.mean()?))
    }

    fn variance(&self) -> Option<f64> {
        Some(self.scale * self.scale * self.of.variance()?)
    }

    fn support(&self) -> (f64, f64) {
        let (low, high) = self.of.support();
        (self.forth(low), self.forth(high))
    }

    fn is_discrete(&self) -> bool {
        self.of.is_discrete()
    }

    fn corner(&self) -> Option<f64> {
        self.of.shape().corner().map(|x| self.forth(x))
    }
}
