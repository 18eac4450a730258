//! A curve through any percentiles that rise: cubic pieces between them, straight tails, on the
//! scale that the range implies.
//!
//! Fritsch & Butland (1984), *A method for constructing local monotone piecewise cubic
//! interpolants*, SIAM J. Sci. Stat. Comput. 5(2):300-304, of the value against the log odds of its
//! probability. Beyond the outermost percentiles the curve goes on with the slope of the outermost
//! piece: the tails are logistic.

use super::error::DistributionError;
use super::probability::{Probability, Shape};
use super::quadrature::average;
use super::scale::Scale;
use super::{Distribution, Kind};
use libm::log;

#[derive(Clone, Debug, PartialEq)]
pub struct Monotone {
    /// Log odds, value on the scale, and slope at each percentile.
    knots: Vec<Knot>,
    scale: Scale,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Knot {
    odds: f64,
    value: f64,
    slope: f64,
}

impl Monotone {
    /// Through `values` at the probabilities `levels` (ascending, two or more), inside the range if
    /// there is one.
    ///
    /// # Errors
    /// The values do not ascend, lie outside the range, or so close to one another or to its ends
    /// that their digits do not tell them apart.
    pub fn build(
        levels: &[f64],
        values: &[f64],
        low: Option<f64>,
        high: Option<f64>,
    ) -> Result<Distribution, DistributionError> {
        let scale = Scale::over(levels, values, low, high)?;
        let points: Vec<(f64, f64)> = (levels.iter().zip(values))
            .map(|(level, x)| (log(level / (1.0 - level)), scale.of_value(*x)))
            .collect();
        let rise = |i: usize| (points[i + 1].1 - points[i].1) / (points[i + 1].0 - points[i].0);
        let last = points.len() - 1;
        for i in 0..last {
            if !(rise(i) > 0.0 && rise(i).is_finite()) {
                let requirement = "lie further from the percentile before it".to_owned();
                return Err(DistributionError::percentile(
                    i + 1,
                    requirement,
                    levels,
                    values,
                ));
            }
        }
        let knots = (0..=last)
            .map(|i| {
                let slope = match i {
                    0 => rise(0),
                    i if i == last => rise(last - 1),
                    i => {
                        let (before, after) = (rise(i - 1), rise(i));
                        let (h, k) = (points[i].0 - points[i - 1].0, points[i + 1].0 - points[i].0);
                        let share = (h + 2.0 * k) / (3.0 * (h + k));
                        1.0 / (share / before + (1.0 - share) / after)
                    }
                };
                Knot {
                    odds: points[i].0,
                    value: points[i].1,
                    slope,
                }
            })
            .collect();
        Ok(Distribution(Kind::Monotone(Self { knots, scale })))
    }

    fn ends(&self) -> (Knot, Knot) {
        (self.knots[0], self.knots[self.knots.len() - 1])
    }

    /// The value on the scale at log odds.
    fn value(&self, odds: f64) -> f64 {
        let (first, last) = self.ends();
        if odds <= first.odds {
            return first.value + first.slope * (odds - first.odds);
        }
        if odds >= last.odds {
            return last.value + last.slope * (odds - last.odds);
        }
        let next = self.knots.partition_point(|knot| knot.odds <= odds);
        piece(self.knots[next - 1], self.knots[next], odds)
    }

    /// The log odds at a value on the scale.
    fn odds(&self, value: f64) -> f64 {
        let (first, last) = self.ends();
        if value <= first.value {
            return first.odds + (value - first.value) / first.slope;
        }
        if value >= last.value {
            return last.odds + (value - last.value) / last.slope;
        }
        let next = self.knots.partition_point(|knot| knot.value <= value);
        let (a, b) = (self.knots[next - 1], self.knots[next]);
        let (mut low, mut high) = (a.odds, b.odds);
        // Each piece rises; halving ends where no number lies between.
        for _ in 0..200 {
            let middle = 0.5 * (low + high);
            if middle <= low || middle >= high {
                break;
            }
            if piece(a, b, middle) < value {
                low = middle;
            } else {
                high = middle;
            }
        }
        high
    }

    fn average(&self, growth_times: f64, moment: impl Fn(f64) -> f64) -> Option<f64> {
        let (first, last) = self.ends();
        if !(growth_times * self.scale.growth(first.slope, last.slope) < 1.0) {
            return None;
        }
        let joints: Vec<Probability> = (self.knots.iter())
            .map(|knot| Probability::from_log_odds(knot.odds))
            .collect();
        Some(average(&joints, |p| moment(self.at(p))))
    }
}

/// Hermite's cubic between two knots.
fn piece(a: Knot, b: Knot, odds: f64) -> f64 {
    let width = b.odds - a.odds;
    let s = (odds - a.odds) / width;
    let rest = 1.0 - s;
    let bent = width * s * rest * (a.slope * rest - b.slope * s);
    a.value * (1.0 + 2.0 * s) * rest * rest + b.value * s * s * (3.0 - 2.0 * s) + bent
}

impl Shape for Monotone {
    fn probability(&self, x: f64) -> Probability {
        Probability::from_log_odds(self.odds(self.scale.of_value(x)))
    }

    fn at(&self, p: Probability) -> f64 {
        self.scale.to_value(self.value(log(p.lower / p.upper)))
    }

    fn mean(&self) -> Option<f64> {
        self.average(1.0, |x| x)
    }

    fn variance(&self) -> Option<f64> {
        let mean = self.mean()?;
        self.average(2.0, |x| (x - mean) * (x - mean))
    }

    fn support(&self) -> (f64, f64) {
        self.scale.ends()
    }
}
