//! Numbers that are drawn: distributions as a file states them.
//!
//! Arguments may still be formulas, and whether they suit each other is left to the families themselves.

use super::types::{At, Quantity, Why};

/// A number that may be drawn anew at each use.
#[derive(Clone, Debug)]
pub enum Draw {
    Value(Quantity),
    Distribution(Distribution),
}

/// A distribution in the ways that experts speak.
#[derive(Clone, Debug)]
pub struct Distribution {
    pub pointer: String,
    pub form: Form,
    /// Bounds of a metalog; truncation of any other form.
    pub range: Option<Interval>,
    pub why: Why,
}

/// The shape of a distribution.
#[derive(Clone, Debug)]
pub enum Form {
    /// Metalog through percentiles: (probability in (0, 1), value), by rising probability.
    Percentiles(Vec<(f64, Quantity)>),
    /// A family with its arguments in the order of [`Family::arguments`].
    Family {
        family: Family,
        arguments: Vec<Quantity>,
    },
    /// A normal or lognormal through two percentiles: (probability in (0, 1), value), by rising probability.
    Fitted {
        family: Family,
        percentiles: [(f64, Quantity); 2],
    },
    /// Listed values; as many probabilities as values.
    Discrete {
        values: Vec<Quantity>,
        probabilities: Vec<Quantity>,
    },
    /// Several judgements pooled; at least one.
    Experts(Vec<Expert>),
}

/// A family of distributions, by its name in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    Pert,
    Normal,
    Lognormal,
    Triangular,
    Uniform,
    Loguniform,
    Beta,
    Gamma,
    Weibull,
    Exponential,
    StudentT,
    TruncatedNormal,
    Poisson,
    Binomial,
    /// Successes wanted and their probability.
    NegativeBinomial,
    /// The same family by its mean and size (r).
    NegativeBinomialByMean,
}

impl Family {
    /// Its key in a file.
    pub fn name(self) -> &'static str {
        match self {
            Family::Pert => "pert",
            Family::Normal => "normal",
            Family::Lognormal => "lognormal",
            Family::Triangular => "triangular",
            Family::Uniform => "uniform",
            Family::Loguniform => "loguniform",
            Family::Beta => "beta",
            Family::Gamma => "gamma",
            Family::Weibull => "weibull",
            Family::Exponential => "exponential",
            Family::StudentT => "student_t",
            Family::TruncatedNormal => "truncated_normal",
            Family::Poisson => "poisson",
            Family::Binomial => "binomial",
            Family::NegativeBinomial | Family::NegativeBinomialByMean => "negative_binomial",
        }
    }

    /// The names of its arguments, in the order in which [`Form::Family`] holds them. A PERT always has its `lambda`.
    pub fn arguments(self) -> &'static [&'static str] {
        match self {
            Family::Pert => &["low", "mode", "high", "lambda"],
            Family::Triangular => &["low", "mode", "high"],
            Family::Uniform | Family::Loguniform => &["low", "high"],
            Family::Normal => &["mean", "sd"],
            Family::Lognormal => &["mu", "sigma"],
            Family::Beta => &["alpha", "beta"],
            Family::Gamma => &["shape", "rate"],
            Family::Weibull => &["shape", "scale"],
            Family::Exponential | Family::Poisson => &["rate"],
            Family::StudentT => &["df", "loc", "scale"],
            Family::TruncatedNormal => &["mean", "sd", "low", "high"],
            Family::Binomial => &["n", "p"],
            Family::NegativeBinomial => &["r", "p"],
            Family::NegativeBinomialByMean => &["mean", "size"],
        }
    }
}

/// One judgement among several.
#[derive(Clone, Debug)]
pub struct Expert {
    pub name: Option<String>,
    /// Relative, not negative; 1 if not stated.
    pub weight: At<f64>,
    pub distribution: Distribution,
}

/// An interval, either end of which may be open.
#[derive(Clone, Debug, PartialEq)]
pub struct Interval {
    pub pointer: String,
    pub low: Option<f64>,
    pub high: Option<f64>,
}
