//! Distributions of single numbers: families, truncation, mixtures, and dependence between several
//! of them.
//!
//! Arguments come in as numbers (from a file, or from formulas at run time); a [`Distribution`]
//! that is valid by construction comes out, to be sampled by its quantile: one uniform number per
//! draw, so that stratified designs and copulas work for every family. Which uniform number it is
//! belongs to `random`; what a scenario file calls its arguments is told by [`Family`], and how one
//! is made of them by a [`Recipe`].

// Checks of arguments are written so that NaN fails them.
#![allow(clippy::neg_cmp_op_on_partial_ord)]

mod beta;
mod binomial;
mod build;
pub mod copula;
mod cumulative;
mod discrete;
mod error;
mod exponential;
mod gamma;
mod integer;
mod lognormal;
mod loguniform;
mod metalog;
mod mixture;
mod monotone;
mod negative_binomial;
mod normal;
mod percentiles;
mod pert;
mod poisson;
mod probability;
mod quadrature;
mod scale;
mod shifted;
mod student_t;
mod tabulated;
mod triangular;
mod truncated;
mod truncated_normal;
mod uniform;
mod weibull;

pub use crate::family::Family;
pub use build::{Build, Ranged, Recipe, Through};
pub use copula::CopulaError;
pub use error::DistributionError;
pub use tabulated::Tabulated;

use probability::{Probability, Shape};

/// A distribution with numeric arguments, valid by construction.
#[derive(Clone, Debug, PartialEq)]
pub struct Distribution(Kind);

macro_rules! kinds {
    ($($kind:ident($of:ty),)+) => {
        /// One variant a shape; families that are special cases of another (pert, truncated normal)
        /// have none of their own.
        #[derive(Clone, Debug, PartialEq)]
        enum Kind {
            $($kind($of),)+
        }

        impl Distribution {
            fn shape(&self) -> &dyn Shape {
                match &self.0 {
                    $(Kind::$kind(d) => d,)+
                }
            }
        }
    };
}

kinds! {
    Beta(beta::Beta),
    Binomial(binomial::Binomial),
    Cumulative(cumulative::Cumulative),
    Discrete(discrete::Discrete),
    Exponential(exponential::Exponential),
    Gamma(gamma::Gamma),
    Lognormal(lognormal::Lognormal),
    Loguniform(loguniform::Loguniform),
    Metalog(metalog::Metalog),
    Mixture(mixture::Mixture),
    Monotone(monotone::Monotone),
    NegativeBinomial(negative_binomial::NegativeBinomial),
    Normal(normal::Normal),
    Point(discrete::Point),
    Poisson(poisson::Poisson),
    Shifted(shifted::Shifted),
    StudentT(student_t::StudentT),
    Triangular(triangular::Triangular),
    Truncated(truncated::Truncated),
    Uniform(uniform::Uniform),
    Weibull(weibull::Weibull),
}

impl Distribution {
    /// The distribution that always gives `value`.
    ///
    /// # Errors
    /// `value` is not finite.
    pub fn constant(value: f64) -> Result<Self, DistributionError> {
        error::finite("value", value)?;
        Ok(Self::point(value))
    }

    /// A family without spread has collapsed to this value.
    fn point(value: f64) -> Self {
        Self(Kind::Point(discrete::Point { value }))
    }

    /// A list of values with their probabilities, which must sum to one (within 1e-6; they are then
    /// made to).
    ///
    /// # Errors
    /// The lists are empty or of different lengths, a number in them is not finite, a probability
    /// is negative, or the sum is off.
    pub fn discrete(values: &[f64], probabilities: &[f64]) -> Result<Self, DistributionError> {
        discrete::Discrete::build(values, probabilities)
    }

    /// Several judgements pooled: draws come from each part in proportion to its weight.
    ///
    /// # Errors
    /// There is no part, a weight is negative or not finite, or all are zero.
    pub fn mixture(parts: Vec<(f64, Distribution)>) -> Result<Self, DistributionError> {
        mixture::Mixture::build(parts)
    }

    /// The distribution of the draws that lie in `[low, high]`; nothing is moved to the bounds. A
    /// missing bound does not limit.
    ///
    /// # Errors
    /// A bound is not finite, `low` is not below `high`, or no draw would lie in the range.
    pub fn truncated(self, low: Option<f64>, high: Option<f64>) -> Result<Self, DistributionError> {
        truncated::Truncated::build(self, low, high)
    }

    /// Smallest value that a draw does not exceed with probability `p` (inverse of
    /// [`cdf`](Self::cdf)).
    ///
    /// `p` lies in `[0, 1]`, anything else gives NaN; 0 and 1 give the ends of the
    /// [`support`](Self::support). The result does not decrease in `p`.
    pub fn quantile(&self, p: f64) -> f64 {
        if !(0.0..=1.0).contains(&p) {
            return f64::NAN;
        }
        self.at(Probability::new(p))
    }

    /// Value beyond which a draw lies with probability `tail`, above it or below; accurate however
    /// small `tail` is.
    pub fn beyond(&self, tail: f64, above: bool) -> f64 {
        let (lower, upper) = if above {
            (1.0 - tail, tail)
        } else {
            (tail, 1.0 - tail)
        };
        self.at(Probability { lower, upper })
    }

    /// The quantile, with the probability given from both sides.
    fn at(&self, p: Probability) -> f64 {
        let shape = self.shape();
        let (low, high) = shape.support();
        if p.lower <= 0.0 {
            low
        } else if p.upper <= 0.0 {
            high
        } else {
            // Rounding must not carry a draw across a bound.
            shape.at(p).max(low).min(high)
        }
    }

    /// Probability that a draw is at most `x`.
    pub fn cdf(&self, x: f64) -> f64 {
        self.probability(x).lower
    }

    /// Probability that a draw exceeds `x`, accurate where it is small.
    pub fn survival(&self, x: f64) -> f64 {
        self.probability(x).upper
    }

    fn probability(&self, x: f64) -> Probability {
        let (low, high) = self.support();
        if x.is_nan() {
            Probability {
                lower: f64::NAN,
                upper: f64::NAN,
            }
        } else if x < low || x == f64::NEG_INFINITY {
            Probability::NONE
        } else if x >= high {
            Probability::ALL
        } else {
            self.shape().probability(x)
        }
    }

    /// Probability that a draw lies below `x`, without `x` itself.
    fn below(&self, x: f64) -> Probability {
        let (low, high) = self.support();
        if x <= low {
            Probability::NONE
        } else if x > high {
            Probability::ALL
        } else {
            self.shape().below(x)
        }
    }

    /// Expected value; `None` if it is infinite or undefined.
    pub fn mean(&self) -> Option<f64> {
        self.shape().mean()
    }

    /// Expected squared distance from the mean; `None` if it is infinite or undefined.
    pub fn variance(&self) -> Option<f64> {
        self.shape().variance()
    }

    /// Smallest and largest value that draws can have, or come arbitrarily near; infinite where
    /// there is none.
    pub fn support(&self) -> (f64, f64) {
        self.shape().support()
    }

    /// Whether draws come from separate values only, each with a positive probability.
    pub fn is_discrete(&self) -> bool {
        self.shape().is_discrete()
    }
}

#[cfg(test)]
mod tests;
