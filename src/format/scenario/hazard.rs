//! Hazards, as the file states them.

use super::forms;
use super::types::{Ageing, Coefficient, Quantity, Why};
use indexmap::IndexMap;
use schemars::JsonSchema;

/// An instantaneous rate: `base × times`.
#[derive(Clone, Debug)]
pub struct Hazard {
    pub pointer: String,
    pub base: Base,
    pub times: Times,
    pub why: Why,
}

/// What a hazard is before its factors.
#[derive(Clone, Debug)]
pub enum Base {
    /// This chance of at least one firing within so many years.
    Chance { chance: Quantity, within: Quantity },
    /// So many firings per `per` years.
    Rate { rate: Quantity, per: f64 },
    /// So many years between firings on average.
    MeanWait(Quantity),
    /// A rate per year.
    PerYear(Quantity),
    /// A rate that changes with age.
    Ageing(Ageing),
}

/// The factors of a hazard; all are 1 if not stated.
#[derive(Clone, Debug, Default)]
pub struct Times {
    pub pointer: String,
    /// By trend.
    pub trend: IndexMap<String, Coefficient>,
    /// By phase.
    pub phase: IndexMap<String, Coefficient>,
    /// By state, then value.
    pub state: IndexMap<String, IndexMap<String, Coefficient>>,
    /// By indicator or derived value.
    pub indicator: IndexMap<String, HazardRatio>,
    pub factor: Option<Coefficient>,
    pub why: Why,
}

/// Multiplies a hazard by `ratio` for each `per` that an indicator lies above `at`.
#[derive(Clone, Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct HazardRatio {
    #[schemars(skip)]
    pub pointer: String,
    /// The factor for each `per`.
    #[schemars(with = "forms::RateForm")]
    pub ratio: Quantity,
    /// Where the factor is 1.
    #[schemars(with = "forms::QuantityForm")]
    pub at: Quantity,
    /// The distance that multiplies the hazard once by `ratio`.
    #[schemars(with = "forms::QuantityForm")]
    pub per: Quantity,
    #[schemars(flatten)]
    pub why: Why,
}
