//! A finished run under other start weights, as plain data.
//!
//! Holds what the law of total probability gives from a result; what it cannot give is listed in
//! words.

use super::{Difference, Epistemic, RatioShape, RunInfo, ScenarioInfo, Tool};
use serde::{Deserialize, Serialize};

/// Result of a reweighting.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReweightResult {
    /// Version of this format.
    pub format: u32,
    pub tool: Tool,
    /// The run whose trials these are.
    pub run: RunInfo,
    pub scenario: ScenarioInfo,
    /// In the file's order.
    pub weights: Vec<NewWeight>,
    /// The new weights are those of the run, and so is every number.
    pub unchanged: bool,
    /// In the order of the run; empty if the file has none.
    #[serde(default)]
    pub groups: Vec<ReweightedShare>,
    pub outcomes: Vec<ReweightedShare>,
    pub questions: Vec<ReweightedShare>,
    /// Questions about the trials in which a condition holds; those of which no trial does are left
    /// out, and so is an empty list.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditional: Vec<ReweightedShare>,
    pub metrics: Vec<ReweightedMean>,
    /// Means of metrics over means of others; left out where there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ratios: Vec<ReweightedRatio>,
    /// What new weights cannot give from a finished run, and other remarks, in words.
    pub remarks: Vec<String>,
}

/// Weight of a trend before and after.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NewWeight {
    pub name: String,
    pub title: String,
    /// As the run had it.
    pub before: f64,
    /// The weights sum to 1.
    pub weight: f64,
    /// False: not asked for, but scaled so that the weights sum to 1.
    pub named: bool,
    /// Trials that started under it.
    pub trials: u64,
}

/// A probability under new weights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReweightedShare {
    pub name: String,
    pub title: String,
    pub probability: f64,
    pub std_error: f64,
    pub ci95: [f64; 2],
    /// `None` if `epistemic` is.
    pub epistemic90: Option<[f64; 2]>,
    /// `None`: a result does not hold how the trends' probabilities vary together from draw to
    /// draw, so it cannot be told.
    pub epistemic: Option<Epistemic>,
    /// From the run as it was, over the same trials.
    pub difference: Difference,
}

/// A metric's mean under new weights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReweightedMean {
    pub name: String,
    pub title: String,
    pub unit: String,
    /// Share of trials in which the metric has a value; `None` if it cannot be told.
    pub defined: Option<f64>,
    /// Over trials with a value; `None` if there are too few.
    pub mean: Option<f64>,
    pub std_error: Option<f64>,
    pub ci95: Option<[f64; 2]>,
    pub difference: Difference,
}

/// The mean of one metric over that of another, under new weights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReweightedRatio {
    pub name: String,
    pub title: String,
    pub unit: String,
    /// `None` as in the run, and where the sums by trend are not known.
    pub ratio: Option<f64>,
    pub std_error: Option<f64>,
    /// Fieller's, as in the run.
    pub ci95: Option<[f64; 2]>,
    pub shape: Option<RatioShape>,
    pub difference: Difference,
}
