//! The difference between two scenarios, split among the edits that make it.

use super::{RunInfo, ScenarioInfo, Tool};
use serde::{Deserialize, Serialize};

/// What each edit adds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ExplainResult {
    pub format: u32,
    pub tool: Tool,
    /// The size of each run; of a finished result, that of its run.
    pub run: RunInfo,
    /// The run of the other side, where it has other random numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_run: Option<RunInfo>,
    /// Version of the engine that the first side is a result of; `None` of a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_version: Option<String>,
    /// The same of the other side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_version: Option<String>,
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
    /// By edit, then of other random numbers and another engine, where sides differ in them; they
    /// sum to the total.
    pub parts: Vec<ExplainPart>,
}

impl ExplainedNumber {
    /// Whether it is a share of trials, and not the mean of a metric or a ratio of means.
    pub fn is_probability(&self) -> bool {
        !matches!(self.kind.as_str(), "metric" | "ratio")
    }
}

/// Kind of the whole difference.
pub const TOTAL: &str = "total";
/// Kind of what an edit adds.
pub const EDIT: &str = "edit";
/// Kind of what other random numbers add: another seed, size or design.
pub const NUMBERS: &str = "numbers";
/// Kind of what another engine adds.
pub const ENGINE: &str = "engine";

/// What an edit adds: its Shapley value; or what other random numbers or another engine add.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ExplainPart {
    /// `total`, `edit`, `numbers` or `engine`.
    pub kind: String,
    /// What is changed, in words if it is no edit; empty for the total.
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
