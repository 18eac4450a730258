//! A distribution cut to a range: the draws that lie in it, none moved to its bounds.

use super::error::DistributionError;
use super::probability::{Probability, Shape};
use super::quadrature::average;
use super::{Distribution, Kind};
use libm::{ceil, floor};

/// Discrete distributions on more values than this are averaged over quantiles, not summed.
const SUMMED: f64 = 100_000.0;

#[derive(Clone, Debug, PartialEq)]
pub struct Truncated {
    base: Box<Distribution>,
    low: f64,
    high: f64,
    /// Probability, under the base, of draws below the range.
    before: Probability,
    /// Probability, under the base, of draws up to the range's end.
    until: Probability,
    /// Probability, under the base, of the range.
    mass: f64,
}

impl Truncated {
    /// What is truncated.
    pub fn of(&self) -> &Distribution {
        &self.base
    }

    pub fn build(
        base: Distribution,
        low: Option<f64>,
        high: Option<f64>,
    ) -> Result<Distribution, DistributionError> {
        let Some((low, high)) = bounds(low, high)? else {
            return Ok(base);
        };
        let (first, last) = base.support();
        if low <= first && last <= high {
            return Ok(base);
        }
        let median = base.quantile(0.5);
        let nothing_left = DistributionError::NothingLeft { low, high, median };
        match base.0 {
            Kind::Discrete(list) => list.within(low, high).ok_or(nothing_left),
            Kind::Mixture(mixture) => mixture.within(low, high).ok_or(nothing_left),
            Kind::Cumulative(table) => table.within(low, high).ok_or(nothing_left),
            Kind::Shifted(moved) => moved.within(low, high).ok_or(nothing_left),
            Kind::Point(_) => Err(nothing_left),
            kind => Self::cut(Distribution(kind), low, high).ok_or(nothing_left),
        }
    }

    /// `None` if nothing is left.
    fn cut(base: Distribution, low: f64, high: f64) -> Option<Distribution> {
        let (first, last) = base.support();
        let (mut low, mut high) = (low.max(first), high.min(last));
        if base.is_discrete() {
            // The families that come here live on whole numbers.
            (low, high) = (ceil(low), floor(high));
            if low == high {
                return Some(Distribution::point(low));
            }
        }
        if !(low < high) {
            return None;
        }
        let before = base.below(low);
        let until = base.probability(high);
        let mass = before.until(until);
        if !(mass > 0.0) {
            return None;
        }
        let base = Box::new(base);
        Some(Distribution(Kind::Truncated(Self {
            base,
            low,
            high,
            before,
            until,
            mass,
        })))
    }

    /// Mean of `moment(x)` over the draws `x` in the range.
    fn average(&self, moment: impl Fn(f64) -> f64) -> f64 {
        let joint = self
            .base
            .shape()
            .corner()
            .filter(|&x| self.low < x && x < self.high);
        let joints: Vec<Probability> = joint.map(|x| self.probability(x)).into_iter().collect();
        average(&joints, |p| moment(self.at(p).max(self.low).min(self.high)))
    }

    /// Mean and variance of a whole-numbered draw's distance from `low`, summed over its survival
    /// function.
    fn counted(&self) -> Option<(f64, f64)> {
        let last = self
            .at(Probability {
                lower: 1.0,
                upper: 1e-20,
            })
            .min(self.high);
        if !(last - self.low <= SUMMED) {
            return None;
        }
        let (mut first_moment, mut second_moment) = (0.0, 0.0);
        let mut k = self.low;
        while k < last {
            let above = self.probability(k).upper;
            first_moment += above;
            second_moment += (2.0 * (k - self.low) + 1.0) * above;
            k += 1.0;
        }
        Some((first_moment, second_moment - first_moment * first_moment))
    }

    fn bounded(&self) -> bool {
        self.low.is_finite() && self.high.is_finite()
    }
}

/// The range as two numbers, infinite where a bound is missing; `None` if both are.
///
/// # Errors
/// A bound is not finite, or they are not in ascending order.
pub fn bounds(
    low: Option<f64>,
    high: Option<f64>,
) -> Result<Option<(f64, f64)>, DistributionError> {
    let ends = (
        low.unwrap_or(f64::NEG_INFINITY),
        high.unwrap_or(f64::INFINITY),
    );
    let given_finite = [low, high].into_iter().flatten().all(f64::is_finite);
    if !(given_finite && ends.0 < ends.1) {
        return Err(DistributionError::Range {
            low: ends.0,
            high: ends.1,
        });
    }
    Ok((low.is_some() || high.is_some()).then_some(ends))
}

impl Shape for Truncated {
    fn probability(&self, x: f64) -> Probability {
        let here = self.base.probability(x);
        Probability {
            lower: (self.before.until(here) / self.mass).clamp(0.0, 1.0),
            upper: (here.until(self.until) / self.mass).clamp(0.0, 1.0),
        }
    }

    fn below(&self, x: f64) -> Probability {
        let here = self.base.below(x);
        Probability {
            lower: (self.before.until(here) / self.mass).clamp(0.0, 1.0),
            upper: (here.until(self.until) / self.mass).clamp(0.0, 1.0),
        }
    }

    fn at(&self, p: Probability) -> f64 {
        self.base.at(Probability {
            lower: self.before.lower + p.lower * self.mass,
            upper: self.until.upper + p.upper * self.mass,
        })
    }

    fn mean(&self) -> Option<f64> {
        if !self.bounded() {
            self.base.mean()?;
        }
        if self.is_discrete()
            && let Some((distance, _)) = self.counted()
        {
            return Some(self.low + distance);
        }
        Some(self.average(|x| x))
    }

    fn variance(&self) -> Option<f64> {
        if !self.bounded() {
            self.base.variance()?;
        }
        if self.is_discrete()
            && let Some((_, variance)) = self.counted()
        {
            return Some(variance);
        }
        let mean = self.mean()?;
        Some(self.average(|x| (x - mean) * (x - mean)))
    }

    fn support(&self) -> (f64, f64) {
        (self.low, self.high)
    }

    fn is_discrete(&self) -> bool {
        self.base.is_discrete()
    }

    fn corner(&self) -> Option<f64> {
        self.base.shape().corner()
    }
}
