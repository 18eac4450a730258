//! Families as a scenario file knows them: their names, the names of their arguments, and how to build them.
//!
//! Takes numbers, in the order of [`Family::arguments`], and an optional range; gives a [`Distribution`] or says which argument
//! is wrong. It is called when a file is read, and again at run time where arguments are formulas.

use super::beta::Beta;
use super::binomial::Binomial;
use super::error::finite;
use super::exponential::Exponential;
use super::gamma::Gamma;
use super::lognormal::Lognormal;
use super::loguniform::Loguniform;
use super::metalog::Metalog;
use super::negative_binomial::NegativeBinomial;
use super::normal::Normal;
use super::percentiles::pair_of;
use super::poisson::Poisson;
use super::student_t::StudentT;
use super::triangular::Triangular;
use super::uniform::Uniform;
use super::weibull::Weibull;
use super::{Distribution, DistributionError, pert, truncated_normal};

/// A family, or one of the ways to state its arguments.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Family {
    Beta,
    Binomial,
    Exponential,
    /// Shape and rate.
    Gamma,
    Lognormal,
    /// From two symmetric percentiles with the probability `tail` in each tail.
    LognormalFromPercentiles {
        tail: f64,
    },
    Loguniform,
    /// From the median and two symmetric percentiles with the probability `tail` in each tail (0.05 for p5 and p95).
    Metalog {
        tail: f64,
    },
    NegativeBinomial,
    NegativeBinomialFromMean,
    Normal,
    /// From two symmetric percentiles with the probability `tail` in each tail.
    NormalFromPercentiles {
        tail: f64,
    },
    Pert,
    Poisson,
    StudentT,
    Triangular,
    TruncatedNormal,
    Uniform,
    Weibull,
}

impl Family {
    /// All of them, by name; those from percentiles with p5 and p95.
    pub const ALL: [Family; 19] = [
        Family::Beta,
        Family::Binomial,
        Family::Exponential,
        Family::Gamma,
        Family::Lognormal,
        Family::LognormalFromPercentiles { tail: 0.05 },
        Family::Loguniform,
        Family::Metalog { tail: 0.05 },
        Family::NegativeBinomial,
        Family::NegativeBinomialFromMean,
        Family::Normal,
        Family::NormalFromPercentiles { tail: 0.05 },
        Family::Pert,
        Family::Poisson,
        Family::StudentT,
        Family::Triangular,
        Family::TruncatedNormal,
        Family::Uniform,
        Family::Weibull,
    ];

    /// Its key in a scenario file. A metalog has none there: its percentiles stand for themselves.
    pub fn name(self) -> &'static str {
        match self {
            Self::Beta => "beta",
            Self::Binomial => "binomial",
            Self::Exponential => "exponential",
            Self::Gamma => "gamma",
            Self::Lognormal | Self::LognormalFromPercentiles { .. } => "lognormal",
            Self::Loguniform => "loguniform",
            Self::Metalog { .. } => "metalog",
            Self::NegativeBinomial | Self::NegativeBinomialFromMean => "negative_binomial",
            Self::Normal | Self::NormalFromPercentiles { .. } => "normal",
            Self::Pert => "pert",
            Self::Poisson => "poisson",
            Self::StudentT => "student_t",
            Self::Triangular => "triangular",
            Self::TruncatedNormal => "truncated_normal",
            Self::Uniform => "uniform",
            Self::Weibull => "weibull",
        }
    }

    /// Names of its arguments, in the order in which [`build`](Self::build) takes them; the last ones may be
    /// [optional](Self::defaults).
    pub fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Beta => &["alpha", "beta"],
            Self::Binomial => &["n", "p"],
            Self::Exponential | Self::Poisson => &["rate"],
            Self::Gamma => &["shape", "rate"],
            Self::Lognormal => &["mu", "sigma"],
            Self::Metalog { tail } => &pair_of(tail).three,
            Self::NegativeBinomial => &["r", "p"],
            Self::NegativeBinomialFromMean => &["mean", "size"],
            Self::Normal => &["mean", "sd"],
            Self::NormalFromPercentiles { tail } | Self::LognormalFromPercentiles { tail } => {
                &pair_of(tail).two
            }
            Self::Pert => &["low", "mode", "high", "lambda"],
            Self::StudentT => &["df", "loc", "scale"],
            Self::Triangular => &["low", "mode", "high"],
            Self::TruncatedNormal => &["mean", "sd", "low", "high"],
            Self::Uniform | Self::Loguniform => &["low", "high"],
            Self::Weibull => &["shape", "scale"],
        }
    }

    /// Values of the last arguments where they are left out; the others must be given.
    pub fn defaults(self) -> &'static [f64] {
        match self {
            Self::Pert => &[pert::DEFAULT_LAMBDA],
            Self::StudentT => &[0.0, 1.0],
            _ => &[],
        }
    }

    /// How many arguments must be given.
    pub fn required(self) -> usize {
        self.arguments().len() - self.defaults().len()
    }

    /// The distribution with these arguments. `low` and `high` are the range: it bounds a metalog and truncates any other family.
    ///
    /// Arguments that leave no spread (a standard deviation of 0) give a constant.
    ///
    /// # Errors
    /// The number of arguments is wrong, one is not finite or not allowed, they contradict each other, or nothing lies in the range.
    pub fn build(
        self,
        arguments: &[f64],
        low: Option<f64>,
        high: Option<f64>,
    ) -> Result<Distribution, DistributionError> {
        let mut values = [0.0; 4];
        let known = self.arguments();
        if arguments.len() > known.len() || arguments.len() < self.required() {
            return Err(DistributionError::Count {
                family: self.name(),
                expected: known.join(", "),
                got: arguments.len(),
            });
        }
        for (i, name) in known.iter().enumerate() {
            values[i] = match arguments.get(i) {
                Some(&given) => given,
                None => self.defaults()[i - self.required()],
            };
            finite(name, values[i])?;
        }
        let [a, b, c, d] = values;
        let whole = match self {
            Self::Beta => Beta::build(a, b),
            Self::Binomial => Binomial::build(a, b),
            Self::Exponential => Exponential::build(a),
            Self::Gamma => Gamma::build(a, b),
            Self::Lognormal => Lognormal::build(a, b),
            Self::LognormalFromPercentiles { tail } => {
                Lognormal::from_percentiles(valid(tail)?, pair_of(tail).two, a, b)
            }
            Self::Loguniform => Loguniform::build(a, b),
            Self::Metalog { tail } => {
                return Metalog::build(valid(tail)?, pair_of(tail).three, [a, b, c], low, high);
            }
            Self::NegativeBinomial => NegativeBinomial::build(a, b),
            Self::NegativeBinomialFromMean => NegativeBinomial::from_mean(a, b),
            Self::Normal => Normal::build(a, b),
            Self::NormalFromPercentiles { tail } => {
                Normal::from_percentiles(valid(tail)?, pair_of(tail).two, a, b)
            }
            Self::Pert => pert::build(a, b, c, d),
            Self::Poisson => Poisson::build(a),
            Self::StudentT => StudentT::build(a, b, c),
            Self::Triangular => Triangular::build(a, b, c),
            Self::TruncatedNormal => truncated_normal::build(a, b, c, d),
            Self::Uniform => Uniform::build(a, b),
            Self::Weibull => Weibull::build(a, b),
        }?;
        if low.is_none() && high.is_none() {
            Ok(whole)
        } else {
            whole.truncated(low, high)
        }
    }
}

/// The tail, if there can be percentiles with it.
fn valid(tail: f64) -> Result<f64, DistributionError> {
    if tail > 0.0 && tail < 0.5 {
        Ok(tail)
    } else {
        let requirement = "a probability above 0 and below 0.5";
        Err(DistributionError::Invalid {
            argument: "tail",
            requirement,
            value: tail,
        })
    }
}
