//! A list of values with probabilities, and its simplest case: one value.

use super::error::DistributionError;
use super::probability::{Probability, Shape};
use super::{Distribution, Kind};

/// A single value: a constant, or a family without spread.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    pub value: f64,
}

impl Shape for Point {
    fn probability(&self, x: f64) -> Probability {
        if x < self.value {
            Probability::NONE
        } else {
            Probability::ALL
        }
    }

    fn below(&self, x: f64) -> Probability {
        if x <= self.value {
            Probability::NONE
        } else {
            Probability::ALL
        }
    }

    fn at(&self, _: Probability) -> f64 {
        self.value
    }

    fn mean(&self) -> Option<f64> {
        Some(self.value)
    }

    fn variance(&self) -> Option<f64> {
        Some(0.0)
    }

    fn support(&self) -> (f64, f64) {
        (self.value, self.value)
    }

    fn is_discrete(&self) -> bool {
        true
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Discrete {
    /// Ascending, each once, each with its probability (positive; they sum to one).
    values: Vec<(f64, f64)>,
    /// Probability up to and including each value; the last is exactly one.
    cumulative: Vec<f64>,
}

impl Discrete {
    pub fn build(values: &[f64], probabilities: &[f64]) -> Result<Distribution, DistributionError> {
        if values.is_empty() || values.len() != probabilities.len() {
            return Err(DistributionError::List {
                argument: "probabilities",
                requirement: "have one number for each of at least one value",
                got: format!(
                    "{} values and {} probabilities",
                    values.len(),
                    probabilities.len()
                ),
            });
        }
        for (index, &value) in values.iter().enumerate() {
            if !value.is_finite() {
                return Err(item("values", index, "a finite number", value));
            }
        }
        for (index, &value) in probabilities.iter().enumerate() {
            if !(value.is_finite() && value >= 0.0) {
                return Err(item("probabilities", index, "zero or positive", value));
            }
        }
        let sum = sum(probabilities.iter().copied());
        if !((sum - 1.0).abs() <= 1e-6) {
            return Err(DistributionError::List {
                argument: "probabilities",
                requirement: "sum to 1",
                got: sum.to_string(),
            });
        }
        Ok(Self::of(
            values
                .iter()
                .copied()
                .zip(probabilities.iter().copied())
                .collect(),
        ))
    }

    /// The part that lies in `[low, high]`; `None` if there is none.
    pub fn within(&self, low: f64, high: f64) -> Option<Distribution> {
        let kept: Vec<_> = self
            .values
            .iter()
            .copied()
            .filter(|&(x, _)| low <= x && x <= high)
            .collect();
        (!kept.is_empty()).then(|| Self::of(kept))
    }

    /// From finite values with weights, not all of them zero.
    fn of(mut pairs: Vec<(f64, f64)>) -> Distribution {
        let total = sum(pairs.iter().map(|p| p.1));
        pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut values: Vec<(f64, f64)> = Vec::with_capacity(pairs.len());
        for (value, weight) in pairs {
            match values.last_mut() {
                Some(last) if last.0 == value => last.1 += weight / total,
                _ if weight > 0.0 => values.push((value, weight / total)),
                _ => {}
            }
        }
        if let [(value, _)] = values[..] {
            return Distribution::point(value);
        }
        let mut sum = Sum::default();
        let mut cumulative: Vec<f64> = values.iter().map(|v| sum.add(v.1).min(1.0)).collect();
        if let Some(last) = cumulative.last_mut() {
            *last = 1.0;
        }
        Distribution(Kind::Discrete(Self { values, cumulative }))
    }

    /// Probability of the first `count` values.
    fn first(&self, count: usize) -> Probability {
        match count {
            0 => Probability::NONE,
            n => Probability::new(self.cumulative[n - 1]),
        }
    }
}

fn item(
    argument: &'static str,
    index: usize,
    requirement: &'static str,
    value: f64,
) -> DistributionError {
    DistributionError::Item {
        argument,
        index,
        requirement,
        value,
    }
}

/// Neumaier's compensated sum: ten times 0.1 is 1, so that a quantile at a round probability is the
/// value one expects.
#[derive(Default)]
struct Sum {
    total: f64,
    lost: f64,
}

impl Sum {
    fn add(&mut self, term: f64) -> f64 {
        let next = self.total + term;
        self.lost += if self.total.abs() >= term.abs() {
            (self.total - next) + term
        } else {
            (term - next) + self.total
        };
        self.total = next;
        self.total + self.lost
    }
}

fn sum(terms: impl Iterator<Item = f64>) -> f64 {
    let mut sum = Sum::default();
    terms.fold(0.0, |_, term| sum.add(term))
}

impl Shape for Discrete {
    fn probability(&self, x: f64) -> Probability {
        self.first(self.values.partition_point(|v| v.0 <= x))
    }

    fn below(&self, x: f64) -> Probability {
        self.first(self.values.partition_point(|v| v.0 < x))
    }

    fn at(&self, p: Probability) -> f64 {
        let index = self.cumulative.partition_point(|&c| c < p.lower);
        self.values[index.min(self.values.len() - 1)].0
    }

    fn mean(&self) -> Option<f64> {
        Some(sum(self.values.iter().map(|(x, p)| x * p)))
    }

    fn variance(&self) -> Option<f64> {
        let mean = self.mean()?;
        Some(sum(self
            .values
            .iter()
            .map(|(x, p)| p * (x - mean) * (x - mean))))
    }

    fn support(&self) -> (f64, f64) {
        (self.values[0].0, self.values[self.values.len() - 1].0)
    }

    fn is_discrete(&self) -> bool {
        true
    }
}
