//! From numbers to distributions: families, and whatever is made of several parts.
//!
//! A [`Recipe`] takes its numbers in one row, in the order in which a file states them, and gives a
//! [`Distribution`] or says which of them is wrong. It is followed when a file is read, and again
//! at run time where numbers are formulas.

use super::beta::Beta;
use super::binomial::Binomial;
use super::cumulative::Cumulative;
use super::error::{finite, require};
use super::exponential::Exponential;
use super::gamma::Gamma;
use super::lognormal::Lognormal;
use super::loguniform::Loguniform;
use super::metalog::Metalog;
use super::monotone::Monotone;
use super::negative_binomial::NegativeBinomial;
use super::normal::Normal;
use super::poisson::Poisson;
use super::shifted::Shifted;
use super::student_t::StudentT;
use super::triangular::Triangular;
use super::uniform::Uniform;
use super::weibull::Weibull;
use super::{Distribution, DistributionError, pert, truncated_normal};
use crate::family::Family;

/// How a distribution is made of a row of numbers.
#[derive(Clone, Debug, PartialEq)]
pub enum Recipe {
    /// Its arguments; the last ones may be left out if they have defaults.
    Family(Family),
    /// A normal or lognormal through the values at two probabilities.
    Fitted(Family, [f64; 2]),
    /// A curve through the values at these probabilities, ascending.
    Percentiles(Vec<f64>, Through),
    /// Values with these probabilities up to them, from 0 to 1.
    Cumulative(Vec<f64>),
    /// So many values, then as many probabilities.
    Discrete(usize),
    /// Several judgements pooled, with their weights.
    Pool(Vec<(f64, Ranged)>),
    /// A value and its probability; something else otherwise.
    PointMass(Box<Ranged>),
    /// A summand and a factor, and what they shift and scale.
    Shifted(Box<Ranged>),
}

/// Which curve goes through percentiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Through {
    Metalog,
    Monotone,
}

/// A recipe with a range, which bounds curves through percentiles and truncates all else.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranged {
    pub recipe: Recipe,
    pub low: Option<f64>,
    pub high: Option<f64>,
}

/// What makes a distribution of a family.
pub trait Build {
    /// The distribution with these arguments within a range.
    ///
    /// Arguments that leave no spread (a standard deviation of 0) give a constant.
    ///
    /// # Errors
    /// The number of arguments is wrong, one is not finite or not allowed, they contradict each
    /// other, or nothing lies in the range.
    fn build(
        &self,
        arguments: &[f64],
        low: Option<f64>,
        high: Option<f64>,
    ) -> Result<Distribution, DistributionError>;
}

/// What is wrong, and the place in the row of the number that is to blame, if one is.
pub type Blamed = (DistributionError, Option<usize>);

impl Build for Family {
    fn build(
        &self,
        arguments: &[f64],
        low: Option<f64>,
        high: Option<f64>,
    ) -> Result<Distribution, DistributionError> {
        within(stated(*self, arguments)?, low, high)
    }
}

impl Ranged {
    /// The distribution of a row of numbers.
    ///
    /// # Errors
    /// As those of [`Build::build`].
    pub fn make(&self, numbers: &[f64]) -> Result<Distribution, Blamed> {
        self.recipe.make(numbers, self.low, self.high)
    }
}

impl Recipe {
    /// The distribution of a row of numbers within a range.
    ///
    /// # Errors
    /// As those of [`Build::build`].
    pub fn build(
        &self,
        numbers: &[f64],
        low: Option<f64>,
        high: Option<f64>,
    ) -> Result<Distribution, DistributionError> {
        self.make(numbers, low, high).map_err(|(error, _)| error)
    }

    /// How many numbers it takes, those included that may be left out.
    pub fn count(&self) -> usize {
        match self {
            Self::Family(family) => family.arguments().len(),
            Self::Fitted(..) => 2,
            Self::Percentiles(levels, _) | Self::Cumulative(levels) => levels.len(),
            Self::Discrete(count) => 2 * count,
            Self::Pool(parts) => parts.iter().map(|(_, part)| part.recipe.count()).sum(),
            Self::PointMass(rest) | Self::Shifted(rest) => 2 + rest.recipe.count(),
        }
    }

    fn make(
        &self,
        numbers: &[f64],
        low: Option<f64>,
        high: Option<f64>,
    ) -> Result<Distribution, Blamed> {
        let blamed = |error: DistributionError| {
            let place = self.blame(&error);
            (error, place)
        };
        if numbers.len() > self.count()
            || (numbers.len() < self.count() && !matches!(self, Self::Family(_)))
        {
            return Err((miscounted(self, numbers.len()), None));
        }
        let whole = match self {
            Self::Family(family) => stated(*family, numbers).map_err(blamed)?,
            Self::Fitted(family, levels) => {
                let values = [numbers[0], numbers[1]];
                match family {
                    Family::Lognormal => Lognormal::from_percentiles(*levels, values),
                    _ => Normal::from_percentiles(*levels, values),
                }
                .map_err(blamed)?
            }
            Self::Percentiles(levels, through) => {
                let curve = match through {
                    Through::Metalog => Metalog::build(levels, numbers, low, high),
                    Through::Monotone => Monotone::build(levels, numbers, low, high),
                };
                return curve.map_err(blamed);
            }
            Self::Cumulative(levels) => Cumulative::build(levels, numbers).map_err(blamed)?,
            Self::Discrete(count) => {
                let (values, probabilities) = numbers.split_at((*count).min(numbers.len()));
                Distribution::discrete(values, probabilities).map_err(blamed)?
            }
            Self::Pool(parts) => {
                let mut made = Vec::with_capacity(parts.len());
                let mut from = 0;
                for (weight, part) in parts {
                    let to = from + part.recipe.count();
                    made.push((*weight, part.make(&numbers[from..to]).map_err(after(from))?));
                    from = to;
                }
                Distribution::mixture(made).map_err(blamed)?
            }
            Self::PointMass(rest) => {
                let (at, probability) = (numbers[0], numbers[1]);
                let point = Distribution::constant(at).map_err(blamed)?;
                let requirement = "a probability from 0 to 1";
                require(
                    (0.0..=1.0).contains(&probability),
                    "probability",
                    requirement,
                    probability,
                )
                .map_err(|error| (error, Some(1)))?;
                let rest = rest.make(&numbers[2..]).map_err(after(2))?;
                Distribution::mixture(vec![(probability, point), (1.0 - probability, rest)])
                    .map_err(blamed)?
            }
            Self::Shifted(of) => {
                let of = of.make(&numbers[2..]).map_err(after(2))?;
                Shifted::build(numbers[0], numbers[1], of).map_err(blamed)?
            }
        };
        within(whole, low, high).map_err(|error| (error, None))
    }

    /// The place in its row of the number that an error is about.
    fn blame(&self, error: &DistributionError) -> Option<usize> {
        let named = |names: &[&str]| {
            let argument = error.argument()?;
            names.iter().position(|name| *name == argument)
        };
        match self {
            Self::Family(family) => {
                let names: Vec<&str> = family.arguments().iter().map(|own| own.name).collect();
                named(&names)
            }
            Self::Fitted(..) | Self::Percentiles(..) | Self::Cumulative(_) => error.item(),
            Self::Discrete(count) => match error.argument() {
                Some("probabilities") => error.item().map(|item| count + item),
                _ => error.item(),
            },
            Self::Pool(_) => None,
            Self::PointMass(_) => named(&["value", "probability"]),
            Self::Shifted(_) => named(&["shift", "scale"]),
        }
    }
}

/// Moves a place to where a part stands in the row of the whole.
fn after(from: usize) -> impl Fn(Blamed) -> Blamed {
    move |(error, place)| (error, place.map(|place| from + place))
}

fn within(
    whole: Distribution,
    low: Option<f64>,
    high: Option<f64>,
) -> Result<Distribution, DistributionError> {
    if low.is_none() && high.is_none() {
        Ok(whole)
    } else {
        whole.truncated(low, high)
    }
}

/// The distribution of a family with these arguments.
fn stated(family: Family, arguments: &[f64]) -> Result<Distribution, DistributionError> {
    let known = family.arguments();
    let mut values = [0.0; 4];
    for (i, argument) in known.iter().enumerate() {
        values[i] = match arguments.get(i).copied().or(argument.default) {
            Some(value) => value,
            None => return Err(miscounted(&Recipe::Family(family), arguments.len())),
        };
        finite(argument.name, values[i])?;
    }
    if arguments.len() > known.len() {
        return Err(miscounted(&Recipe::Family(family), arguments.len()));
    }
    let [a, b, c, d] = values;
    match family {
        Family::Beta => Beta::build(a, b),
        Family::Binomial => Binomial::build(a, b),
        Family::Exponential => Exponential::build(a),
        Family::Gamma => Gamma::build(a, b),
        Family::Lognormal => Lognormal::build(a, b),
        Family::Loguniform => Loguniform::build(a, b),
        Family::NegativeBinomial => NegativeBinomial::build(a, b),
        Family::NegativeBinomialByMean => NegativeBinomial::from_mean(a, b),
        Family::Normal => Normal::build(a, b),
        Family::Pert => pert::build(a, b, c, d),
        Family::Poisson => Poisson::build(a),
        Family::StudentT => StudentT::build(a, b, c),
        Family::Triangular => Triangular::build(a, b, c),
        Family::TruncatedNormal => truncated_normal::build(a, b, c, d),
        Family::Uniform => Uniform::build(a, b),
        Family::Weibull => Weibull::build(a, b),
    }
}

fn miscounted(recipe: &Recipe, got: usize) -> DistributionError {
    let (family, expected) = match recipe {
        Recipe::Family(family) => {
            let names: Vec<&str> = family.arguments().iter().map(|own| own.name).collect();
            (family.name(), names.join(", "))
        }
        other => ("the distribution", format!("{} numbers", other.count())),
    };
    DistributionError::Count {
        family,
        expected,
        got,
    }
}
