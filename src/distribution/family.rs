//! Families as a scenario file knows them: their names, the names of their arguments, and how to build them.
//!
//! Takes numbers, in the order of [`Family::arguments`], and an optional range; gives a [`Distribution`] or says which argument
//! is wrong. It is called when a file is read, and again at run time where arguments are formulas.

use super::beta::Beta;
use super::binomial::Binomial;
use super::discrete::Discrete;
use super::exponential::Exponential;
use super::gamma::Gamma;
use super::lognormal::Lognormal;
use super::loguniform::Loguniform;
use super::metalog::Metalog;
use super::negative_binomial::NegativeBinomial;
use super::normal::Normal;
use super::percentiles::Percentiles;
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
    /// Values, then as many probabilities.
    Discrete,
    Exponential,
    /// Shape and rate.
    Gamma,
    Lognormal,
    /// From the values at the probabilities `low` and `high`.
    LognormalFromPercentiles {
        low: f64,
        high: f64,
    },
    Loguniform,
    /// From the median and two symmetric percentiles with the probability `tail` in each tail (0.05 for p5 and p95).
    Metalog {
        tail: f64,
    },
    NegativeBinomial,
    NegativeBinomialByMean,
    Normal,
    /// From the values at the probabilities `low` and `high`.
    NormalFromPercentiles {
        low: f64,
        high: f64,
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
    pub const ALL: [Family; 20] = [
        Family::Beta,
        Family::Binomial,
        Family::Discrete,
        Family::Exponential,
        Family::Gamma,
        Family::Lognormal,
        Family::LognormalFromPercentiles {
            low: 0.05,
            high: 0.95,
        },
        Family::Loguniform,
        Family::Metalog { tail: 0.05 },
        Family::NegativeBinomial,
        Family::NegativeBinomialByMean,
        Family::Normal,
        Family::NormalFromPercentiles {
            low: 0.05,
            high: 0.95,
        },
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
            Self::Discrete => "discrete",
            Self::Exponential => "exponential",
            Self::Gamma => "gamma",
            Self::Lognormal | Self::LognormalFromPercentiles { .. } => "lognormal",
            Self::Loguniform => "loguniform",
            Self::Metalog { .. } => "metalog",
            Self::NegativeBinomial | Self::NegativeBinomialByMean => "negative_binomial",
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
            Self::Discrete => &["values", "probabilities"],
            Self::Exponential | Self::Poisson => &["rate"],
            Self::Gamma => &["shape", "rate"],
            Self::Lognormal => &["mu", "sigma"],
            Self::Metalog { .. } => &["low percentile", "p50", "high percentile"],
            Self::NegativeBinomial => &["r", "p"],
            Self::NegativeBinomialByMean => &["mean", "size"],
            Self::Normal => &["mean", "sd"],
            Self::NormalFromPercentiles { .. } | Self::LognormalFromPercentiles { .. } => {
                &["low percentile", "high percentile"]
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
        let whole = self
            .whole(arguments, low, high)
            .map_err(|error| error.located(self.arguments()))?;
        // The range has already bounded a metalog.
        if (low.is_none() && high.is_none()) || matches!(self, Self::Metalog { .. }) {
            Ok(whole)
        } else {
            whole.truncated(low, high)
        }
    }

    /// Before truncation; `low` and `high` bound a metalog.
    fn whole(
        self,
        arguments: &[f64],
        low: Option<f64>,
        high: Option<f64>,
    ) -> Result<Distribution, DistributionError> {
        let [a, b, c, d] = match self {
            Self::Discrete => [0.0; 4],
            _ => self.completed(arguments)?,
        };
        match self {
            Self::Beta => Beta::build(a, b),
            Self::Binomial => Binomial::build(a, b),
            Self::Discrete => {
                let (values, probabilities) = arguments.split_at(arguments.len() / 2);
                Discrete::build(values, probabilities)
            }
            Self::Exponential => Exponential::build(a),
            Self::Gamma => Gamma::build(a, b),
            Self::Lognormal => Lognormal::build(a, b),
            Self::LognormalFromPercentiles { low, high } => Lognormal::through(&Percentiles {
                probabilities: [low, high],
                values: [a, b],
            }),
            Self::Loguniform => Loguniform::build(a, b),
            Self::Metalog { tail } => Metalog::build(tail, [a, b, c], low, high),
            Self::NegativeBinomial => NegativeBinomial::build(a, b),
            Self::NegativeBinomialByMean => NegativeBinomial::from_mean(a, b),
            Self::Normal => Normal::build(a, b),
            Self::NormalFromPercentiles { low, high } => Normal::through(&Percentiles {
                probabilities: [low, high],
                values: [a, b],
            }),
            Self::Pert => pert::build(a, b, c, d),
            Self::Poisson => Poisson::build(a),
            Self::StudentT => StudentT::build(a, b, c),
            Self::Triangular => Triangular::build(a, b, c),
            Self::TruncatedNormal => truncated_normal::build(a, b, c, d),
            Self::Uniform => Uniform::build(a, b),
            Self::Weibull => Weibull::build(a, b),
        }
    }

    /// The arguments with the defaults of those left out; what lies beyond their number is 0.
    fn completed(self, arguments: &[f64]) -> Result<[f64; 4], DistributionError> {
        let (known, given) = (self.arguments(), arguments.len());
        if given > known.len() || given < self.required() {
            let (family, expected) = (self.name(), known.join(", "));
            return Err(DistributionError::Count {
                family,
                expected,
                got: given,
            });
        }
        let mut values = [0.0; 4];
        values[..given].copy_from_slice(arguments);
        values[given..known.len()].copy_from_slice(&self.defaults()[given - self.required()..]);
        Ok(values)
    }
}
