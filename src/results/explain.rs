//! The difference between two scenarios, split among the edits that make it.

use super::{RunInfo, ScenarioInfo, Tool};
use serde::{Deserialize, Serialize};

/// What each edit adds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ExplainResult {
    pub format: u32,
    pub tool: Tool,
    /// The size of each run.
    pub run: RunInfo,
    pub base: ScenarioInfo,
    pub other: ScenarioInfo,
    /// What each edit changes.
    pub edits: Vec<String>,
    /// `all-subsets`, or `drawn-orders` where the edits are too many.
    pub method: String,
    pub runs: u64,
    /// Orders that were drawn; 0 where all subsets were run.
    pub orders: u64,
    pub numbers: Vec<ExplainedNumber>,
}

/// One number of both scenarios.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ExplainedNumber {
    pub name: String,
    pub title: String,
    /// `group`, `outcome`, `question`, `conditional`, `metric` or `ratio`.
    pub kind: String,
    /// Of a metric or a ratio; empty for a probability.
    pub unit: String,
    pub base: Option<f64>,
    pub other: Option<f64>,
    pub total: ExplainPart,
    /// By edit; they sum to the total.
    pub parts: Vec<ExplainPart>,
}

impl ExplainedNumber {
    /// Whether it is a share of trials, and not the mean of a metric or a ratio of means.
    pub fn is_probability(&self) -> bool {
        !matches!(self.kind.as_str(), "metric" | "ratio")
    }
}

/// What an edit adds: its Shapley value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ExplainPart {
    /// Empty for the total.
    pub edit: String,
    /// `None`: some of the runs have no such number.
    pub difference: Option<f64>,
    pub std_error: Option<f64>,
    pub ci95: Option<[f64; 2]>,
    /// After Holm's correction over the edits, at 5%.
    pub detectable: bool,
    /// Holm-adjusted p-value.
    pub p_adjusted: Option<f64>,
}
