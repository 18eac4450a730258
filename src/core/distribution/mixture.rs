//! Several distributions pooled, each with its weight.
//!
//! The linear opinion pool (Stone 1961): the density is the weighted mean of the parts' densities.
//! Its quantile has no formula and is found from the distribution function, so that a pooled
//! judgement can be stratified and correlated like any other.

use super::error::DistributionError;
use super::probability::{Probability, Shape};
use super::{Distribution, Kind};

#[derive(Clone, Debug, PartialEq)]
pub struct Mixture {
    /// At least two; weights are positive and sum to one.
    parts: Vec<(f64, Distribution)>,
}

impl Mixture {
    /// A single part stands for itself.
    pub fn build(parts: Vec<(f64, Distribution)>) -> Result<Distribution, DistributionError> {
        for (index, &(value, _)) in parts.iter().enumerate() {
            if !(value.is_finite() && value >= 0.0) {
                let requirement = "zero or positive";
                return Err(DistributionError::Item {
                    argument: "weight",
                    index,
                    requirement,
                    value,
                });
            }
        }
        let total: f64 = parts.iter().map(|p| p.0).sum();
        if !(total > 0.0 && total.is_finite()) {
            let got = if parts.is_empty() {
                "no parts".to_owned()
            } else {
                format!("a sum of {total}")
            };
            let requirement = "have a positive sum";
            return Err(DistributionError::List {
                argument: "weight",
                requirement,
                got,
            });
        }
        let mut parts: Vec<_> = parts
            .into_iter()
            .filter(|p| p.0 > 0.0)
            .map(|(weight, part)| (weight / total, part))
            .collect();
        if parts.len() == 1 {
            return Ok(parts.remove(0).1);
        }
        Ok(Distribution(Kind::Mixture(Self { parts })))
    }

    /// The part that lies in `[low, high]`: the mixture of the parts' parts, by what remains of
    /// each; `None` if nothing does.
    pub fn within(self, low: f64, high: f64) -> Option<Distribution> {
        let kept = self
            .parts
            .into_iter()
            .filter_map(|(weight, part)| {
                let mass = part.below(low).until(part.probability(high));
                let rest = part.truncated(finite(low), finite(high)).ok()?;
                Some((weight * mass, rest))
            })
            .collect();
        Self::build(kept).ok()
    }

    /// The distributions that are pooled.
    pub fn parts(&self) -> impl Iterator<Item = &Distribution> {
        self.parts.iter().map(|(_, part)| part)
    }

    fn pool(&self, probability: impl Fn(&Distribution) -> Probability) -> Probability {
        let (mut lower, mut upper) = (0.0, 0.0);
        for (weight, part) in &self.parts {
            let p = probability(part);
            lower += weight * p.lower;
            upper += weight * p.upper;
        }
        Probability { lower, upper }
    }
}

fn finite(bound: f64) -> Option<f64> {
    bound.is_finite().then_some(bound)
}

impl Shape for Mixture {
    fn probability(&self, x: f64) -> Probability {
        self.pool(|part| part.probability(x))
    }

    fn below(&self, x: f64) -> Probability {
        self.pool(|part| part.below(x))
    }

    fn at(&self, p: Probability) -> f64 {
        // The pooled quantile lies between the parts' quantiles.
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for (_, part) in &self.parts {
            let x = part.at(p);
            low = low.min(x);
            high = high.max(x);
        }
        let excess = |x: f64| {
            let reached = self.probability(x);
            if p.is_low() {
                reached.lower - p.lower
            } else {
                p.upper - reached.upper
            }
        };
        let (below, reached) = first_root(low, high, excess);
        // A jump of the distribution function is met exactly, not merely approached.
        self.parts
            .iter()
            .filter(|(_, part)| part.is_discrete())
            .map(|(_, part)| part.at(part.probability(reached)))
            .filter(|&atom| below < atom && atom < reached && excess(atom) >= 0.0)
            .fold(reached, f64::min)
    }

    fn mean(&self) -> Option<f64> {
        self.parts
            .iter()
            .map(|(weight, part)| Some(weight * part.mean()?))
            .sum()
    }

    fn variance(&self) -> Option<f64> {
        let mean = self.mean()?;
        let spread = |(weight, part): &(f64, Distribution)| {
            let off = part.mean()? - mean;
            Some(weight * (part.variance()? + off * off))
        };
        self.parts.iter().map(spread).sum()
    }

    fn support(&self) -> (f64, f64) {
        let ends = self.parts.iter().map(|(_, part)| part.support());
        ends.fold((f64::INFINITY, f64::NEG_INFINITY), |all, one| {
            (all.0.min(one.0), all.1.max(one.1))
        })
    }

    fn is_discrete(&self) -> bool {
        self.parts.iter().all(|(_, part)| part.is_discrete())
    }
}

/// Narrows `[low, high]` to where the non-decreasing `excess` turns from negative to not negative;
/// gives the last point on either side, the second being the answer.
///
/// Chandrupatla (1997): inverse quadratic interpolation where the function is smooth, halving where
/// it jumps.
fn first_root(low: f64, high: f64, excess: impl Fn(f64) -> f64) -> (f64, f64) {
    let (mut a, mut at_a) = (low, excess(low));
    if at_a >= 0.0 || !(low < high) {
        return (f64::NEG_INFINITY, low);
    }
    let (mut b, mut at_b) = (high, excess(high));
    if !(at_b > 0.0) {
        return (low, high);
    }
    let width = high - low;
    let mut share = 0.5;
    for _ in 0..200 {
        let x = a + share * (b - a);
        let at_x = excess(x);
        // The end that x replaces serves the interpolation once more.
        let (old, at_old);
        if (at_x >= 0.0) == (at_b >= 0.0) {
            (old, at_old) = (b, at_b);
            (b, at_b) = (x, at_x);
        } else {
            (old, at_old) = (a, at_a);
            (a, at_a) = (x, at_x);
        }
        let tolerance = 2e-16 * a.abs().max(b.abs()) + 1e-18 * width;
        if b - a <= 2.0 * tolerance {
            break;
        }
        // Interpolate from the nearer end, with the other end and the old point.
        let near_is_a = at_a.abs() < at_b.abs();
        let (near, at_near, far, at_far) = if near_is_a {
            (a, at_a, b, at_b)
        } else {
            (b, at_b, a, at_a)
        };
        let xi = (near - far) / (old - far);
        let phi = (at_near - at_far) / (at_old - at_far);
        let usable = phi * phi < xi && (1.0 - phi) * (1.0 - phi) < 1.0 - xi;
        let towards_far = if usable {
            at_near / (at_far - at_near) * (at_old / (at_far - at_old))
                + (old - near) / (far - near)
                    * (at_near / (at_old - at_near))
                    * (at_far / (at_old - at_far))
        } else {
            0.5
        };
        let least = tolerance / (b - a);
        let towards_far = towards_far.clamp(least, 1.0 - least);
        share = if near_is_a {
            towards_far
        } else {
            1.0 - towards_far
        };
    }
    (a, b)
}
