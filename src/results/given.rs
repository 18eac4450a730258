//! What was found among the trials in which a condition held, and among those in which it did not.

use super::{RunInfo, ScenarioInfo, Tool, Warning};
use serde::{Deserialize, Serialize};

/// A run, split by a condition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GivenResult {
    pub format: u32,
    pub tool: Tool,
    pub run: RunInfo,
    pub scenario: ScenarioInfo,
    /// As it was asked for.
    pub condition: String,
    /// Chance that it holds.
    pub probability: f64,
    pub std_error: f64,
    pub ci95: [f64; 2],
    /// The trials in which it held, and those in which it did not.
    pub sides: [GivenSize; 2],
    pub groups: Vec<GivenRow>,
    /// The last is always `unclassified`.
    pub outcomes: Vec<GivenRow>,
    pub questions: Vec<GivenRow>,
    /// Questions with a condition of their own, which has to hold as well.
    pub conditional: Vec<GivenRow>,
    /// Means over the trials that have a value.
    pub metrics: Vec<GivenRow>,
    /// Of finished trials: questions that their file does not tell.
    #[serde(default)]
    pub untold: Vec<GivenUntold>,
    pub warnings: Vec<Warning>,
}

/// A question that a file of trials does not tell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GivenUntold {
    pub name: String,
    pub title: String,
    /// Why, in words: `it reads the phase`.
    pub because: String,
}

/// How many trials a side has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GivenSize {
    pub trials: u64,
    /// Independent randomisations of the design that have some of them; from fewer than two no
    /// error can be told.
    pub replicates: u32,
}

/// One number on both sides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GivenRow {
    pub name: String,
    pub title: String,
    /// Of a metric; empty for a probability.
    pub unit: String,
    /// Among all trials.
    pub all: GivenValue,
    pub held: GivenValue,
    pub not_held: GivenValue,
    /// Held less not held.
    pub difference: Option<f64>,
    pub difference_std_error: Option<f64>,
    pub difference_ci95: Option<[f64; 2]>,
    /// After Holm's correction over the rows of its list, at 5%.
    pub detectable: bool,
    /// Holm-adjusted p-value.
    pub p_adjusted: Option<f64>,
}

/// One number on one side.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GivenValue {
    /// Trials that it is over: of a metric those with a value, of a conditional question those in
    /// which its own condition held.
    pub trials: u64,
    /// `None` without such trials.
    pub value: Option<f64>,
    /// `None` with trials in fewer than two replicates.
    pub std_error: Option<f64>,
    pub ci95: Option<[f64; 2]>,
    /// Probabilities: independent trials that would say as much.
    pub effective_trials: Option<f64>,
}
