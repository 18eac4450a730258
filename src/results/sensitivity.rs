//! What a result hangs on, as plain data: variance and its parts, indices of each input, and what
//! each does alone.
//!
//! Indices have the names that SALib gives them.

use super::{RunInfo, ScenarioInfo, Tool, Warning};
use serde::{Deserialize, Serialize};

/// Result of an analysis of sensitivity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SensitivityResult {
    /// Version of this format.
    pub format: u32,
    pub tool: Tool,
    /// `given-data`, `sobol` or `morris`.
    pub method: String,
    /// The run whose draws these are.
    pub run: RunInfo,
    pub scenario: ScenarioInfo,
    /// Of each pass of the methods `sobol` and `morris`; `None` for indices from the draws of the
    /// run.
    pub design_size: Option<DesignSize>,
    /// Of each side of each input in the tornado; `None` without one.
    pub tornado_size: Option<DesignSize>,
    /// In the order asked for.
    pub targets: Vec<SensitivityTarget>,
    /// How to read it, in words.
    pub remarks: Vec<String>,
    pub warnings: Vec<Warning>,
}

/// How much a design simulates for each of its variants.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DesignSize {
    pub variants: u64,
    pub draws: u64,
    pub trials_per_draw: u32,
}

/// What one outcome, group, question or metric hangs on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SensitivityTarget {
    pub of: String,
    pub title: String,
    /// `group`, `outcome`, `question` or `metric`.
    pub kind: String,
    /// Of a metric; empty otherwise.
    pub unit: String,
    /// Probability, or mean of a metric; `None` if it has no value.
    pub value: Option<f64>,
    pub std_error: Option<f64>,
    /// `None` if too few draws have values, or there is one trial a draw.
    pub variance: Option<Variance>,
    /// By descending index, by the total one if there are such. Empty under `morris`, where nothing
    /// is known to be epistemic, or draws are too few.
    pub inputs: Vec<SensitivityIndex>,
    /// By descending `mu_star`. Only under `morris`.
    pub effects: Vec<ElementaryEffect>,
    /// By descending size of the swing. Empty without a tornado.
    pub tornado: Vec<Swing>,
}

/// The variance of a single trial and its parts.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Variance {
    pub total: f64,
    /// Of the conditional mean over draws: what is not known.
    pub epistemic: f64,
    pub epistemic_std_error: f64,
    /// Share of the total that is not known; the rest is chance.
    pub epistemic_share: f64,
    pub epistemic_share_std_error: f64,
    pub epistemic_share_ci95: [f64; 2],
    pub chance_share: f64,
    /// Of no epistemic variance.
    pub p_value: f64,
    /// There is some, at 5%.
    pub detectable: bool,
}

/// Indices of one input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SensitivityIndex {
    /// Name of the parameter, or of the trend; names with `+` between them of inputs that are taken
    /// together.
    pub input: String,
    pub title: String,
    /// `parameter` or `weight`; `parameters` or `weights` for several together.
    pub kind: String,
    /// First-order index: the share of the epistemic variance that knowing the input would take
    /// away.
    #[serde(rename = "S1")]
    pub first: f64,
    #[serde(rename = "S1_std_error")]
    pub first_std_error: f64,
    #[serde(rename = "S1_ci95")]
    pub first_ci95: [f64; 2],
    /// Total index: the share that would be left if all other inputs were known; `None` unless by
    /// `sobol`.
    #[serde(rename = "ST")]
    pub total: Option<f64>,
    #[serde(rename = "ST_std_error")]
    pub total_std_error: Option<f64>,
    #[serde(rename = "ST_ci95")]
    pub total_ci95: Option<[f64; 2]>,
    /// Of no connection, by `sobol` of a total index of 0; after Holm's correction over all inputs.
    pub p_adjusted: f64,
    /// A connection was detected at 5%.
    pub detectable: bool,
    /// Parameters that it is correlated with.
    pub correlated_with: Vec<String>,
    /// First-order index of the part that the parameters correlated with it do not determine;
    /// `None` if there are none, or they determine it.
    #[serde(rename = "S1_own")]
    pub own: Option<f64>,
    #[serde(rename = "S1_own_std_error")]
    pub own_std_error: Option<f64>,
    #[serde(rename = "S1_own_ci95")]
    pub own_ci95: Option<[f64; 2]>,
    /// Expected value of knowing it: by how much the expected squared error of the forecast, of a
    /// probability the Brier score, would fall.
    pub evppi: f64,
    pub evppi_std_error: f64,
    pub evppi_ci95: [f64; 2],
}

/// Elementary effects of one parameter: a step of it, from many places, as if its range from 5% to
/// 95% were one unit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ElementaryEffect {
    pub input: String,
    pub title: String,
    /// `parameter`.
    pub kind: String,
    /// Mean.
    pub mu: f64,
    pub mu_std_error: f64,
    /// Mean of the absolute values, with what chance adds to them.
    pub mu_star: f64,
    pub mu_star_std_error: f64,
    /// Standard deviation, without what chance adds to it: effects that differ from place to place,
    /// so interactions or bends.
    pub sigma: f64,
    #[serde(default)]
    pub sigma_std_error: f64,
    /// Standard deviation that chance in the simulation gives to a single effect.
    pub noise: f64,
    /// Of no effect anywhere, after Holm's correction over all parameters.
    pub p_adjusted: f64,
    pub detectable: bool,
}

/// What one input does alone, at its 5% and at its 95%, while all others vary as they do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Swing {
    pub input: String,
    pub title: String,
    pub kind: String,
    /// The values of the input; `None` if they depend on other parameters.
    pub input_low: Option<f64>,
    pub input_high: Option<f64>,
    /// Probability or mean of the target with the input there; `None` if it has no value.
    pub low: Option<f64>,
    pub low_std_error: Option<f64>,
    pub high: Option<f64>,
    pub high_std_error: Option<f64>,
    /// `high - low`, paired.
    pub swing: Option<f64>,
    pub swing_std_error: Option<f64>,
    pub swing_ci95: Option<[f64; 2]>,
    /// Of no difference, after Holm's correction over all inputs.
    pub p_adjusted: Option<f64>,
    /// A difference was detected at 5%.
    pub detectable: bool,
}
