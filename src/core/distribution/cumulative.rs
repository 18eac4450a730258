//! A table of the distribution function: straight between its points, with a jump where two points
//! have one value.

use super::error::DistributionError;
use super::probability::{Probability, Shape};
use super::{Distribution, Kind};

#[derive(Clone, Debug, PartialEq)]
pub struct Cumulative {
    /// Value and probability up to it; neither falls, the probabilities run from 0 to 1.
    points: Vec<(f64, f64)>,
}

impl Cumulative {
    /// From values and the probabilities up to them, from 0 to 1.
    ///
    /// # Errors
    /// A value is not finite or below the one before; the probabilities fall somewhere, or do not
    /// run from 0 to 1.
    pub fn build(levels: &[f64], values: &[f64]) -> Result<Distribution, DistributionError> {
        let ends = (levels.first(), levels.last());
        if values.len() != levels.len() || ends != (Some(&0.0), Some(&1.0)) {
            return Err(DistributionError::List {
                argument: "cumulative",
                requirement: "run from the probability 0 to the probability 1",
                got: format!("{} to {}", ends.0.unwrap_or(&0.0), ends.1.unwrap_or(&0.0)),
            });
        }
        let faulty = |index: usize, requirement: &'static str, value: f64| {
            Err(DistributionError::Item {
                argument: "cumulative",
                index,
                requirement,
                value,
            })
        };
        for (index, value) in values.iter().copied().enumerate() {
            if !value.is_finite() {
                return faulty(index, "a finite number", value);
            }
            if index > 0 && value < values[index - 1] {
                return faulty(index, "at least the value before it", value);
            }
            if index > 0 && !(levels[index] >= levels[index - 1]) {
                return faulty(
                    index,
                    "at least as probable as the value before it",
                    levels[index],
                );
            }
        }
        if values[0] == values[values.len() - 1] {
            return Ok(Distribution::point(values[0]));
        }
        let points = values.iter().copied().zip(levels.iter().copied());
        Ok(Distribution(Kind::Cumulative(Self {
            points: points.collect(),
        })))
    }

    /// The part that lies in `[low, high]`; `None` if nothing does.
    pub fn within(&self, low: f64, high: f64) -> Option<Distribution> {
        let (first, last) = self.support();
        let (low, high) = (low.max(first), high.min(last));
        if !(low <= high) {
            return None;
        }
        let (before, until) = (self.below(low).lower, self.probability(high).lower);
        let mass = until - before;
        if !(mass > 0.0) {
            return None;
        }
        let share = |level: f64| ((level - before) / mass).clamp(0.0, 1.0);
        let inside = self
            .points
            .iter()
            .filter(|(x, _)| low <= *x && *x <= high)
            .map(|(x, level)| (*x, share(*level)));
        let points = [(low, 0.0)].into_iter().chain(inside).chain([(high, 1.0)]);
        let (values, levels): (Vec<f64>, Vec<f64>) = points.unzip();
        Self::build(&levels, &values).ok()
    }

    /// Pieces with some probability: their ends and it.
    fn pieces(&self) -> impl Iterator<Item = (f64, f64, f64)> {
        self.points
            .windows(2)
            .map(|pair| (pair[0].0, pair[1].0, pair[1].1 - pair[0].1))
            .filter(|(_, _, mass)| *mass > 0.0)
    }

    /// The probability up to `x` on the piece that ends at point `next`.
    fn on(&self, next: usize, x: f64) -> Probability {
        let ((a, from), (b, to)) = (self.points[next - 1], self.points[next]);
        if x >= b {
            return Probability::new(to);
        }
        Probability::new(from + (to - from) * ((x - a) / (b - a)))
    }
}

impl Shape for Cumulative {
    fn probability(&self, x: f64) -> Probability {
        match self.points.partition_point(|point| point.0 <= x) {
            0 => Probability::NONE,
            next if next == self.points.len() => Probability::ALL,
            next => self.on(next, x),
        }
    }

    fn below(&self, x: f64) -> Probability {
        match self.points.partition_point(|point| point.0 < x) {
            0 => Probability::NONE,
            next if next == self.points.len() => Probability::ALL,
            next => self.on(next, x),
        }
    }

    fn at(&self, p: Probability) -> f64 {
        let next = self.points.partition_point(|point| point.1 < p.lower);
        let next = next.clamp(1, self.points.len() - 1);
        let ((a, from), (b, to)) = (self.points[next - 1], self.points[next]);
        a + (b - a) * ((p.lower - from) / (to - from))
    }

    fn mean(&self) -> Option<f64> {
        Some(
            self.pieces()
                .map(|(a, b, mass)| mass * (0.5 * a + 0.5 * b))
                .sum(),
        )
    }

    fn variance(&self) -> Option<f64> {
        let mean = self.mean()?;
        let spread = |(a, b, mass): (f64, f64, f64)| {
            let off = 0.5 * a + 0.5 * b - mean;
            mass * ((b - a) * (b - a) / 12.0 + off * off)
        };
        Some(self.pieces().map(spread).sum())
    }

    fn support(&self) -> (f64, f64) {
        let first = self.points.partition_point(|point| point.1 <= 0.0) - 1;
        let last = self.points.partition_point(|point| point.1 < 1.0);
        (self.points[first].0, self.points[last].0)
    }
}
