//! Numbers that are drawn: distributions as a file states them.
//!
//! Arguments may still be formulas, and whether they suit each other is left to the families
//! themselves.

use super::types::{At, Quantity, Why};

pub use crate::family::Family;

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
    /// Bounds of a curve through percentiles; truncation of any other form.
    pub range: Option<Interval>,
    pub why: Why,
}

/// The shape of a distribution.
#[derive(Clone, Debug)]
pub enum Form {
    /// A curve through percentiles: (probability in (0, 1), value), by rising probability, at least
    /// three.
    Percentiles {
        points: Vec<(f64, Quantity)>,
        /// Through them by pieces that rise, not by a metalog.
        monotone: bool,
    },
    /// A family with its arguments in the order of [`Family::arguments`], all of them.
    Family {
        family: Family,
        arguments: Vec<Quantity>,
    },
    /// A normal or lognormal through two percentiles: (probability in (0, 1), value), by rising
    /// probability.
    Fitted {
        family: Family,
        percentiles: [(f64, Quantity); 2],
    },
    /// Listed values; as many probabilities as values.
    Discrete {
        values: Vec<Quantity>,
        probabilities: Vec<Quantity>,
    },
    /// Values with the probability up to each, from 0 to 1; neither falls.
    Cumulative(Vec<(Quantity, f64)>),
    /// Several judgements pooled; at least one.
    Experts(Vec<Expert>),
    /// A value with its probability, and what is drawn otherwise.
    PointMass {
        at: Quantity,
        probability: Quantity,
        otherwise: Box<Draw>,
    },
    /// `shift + scale × of`.
    Shifted {
        shift: Option<Quantity>,
        scale: Option<Quantity>,
        of: Box<Draw>,
    },
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
