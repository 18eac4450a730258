//! What a sweep found: some numbers of a scenario as some of its inputs vary.

use super::{RunInfo, ScenarioInfo, Tool, Warning};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A scenario simulated with other inputs, all under the same random numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SweepResult {
    pub format: u32,
    pub tool: Tool,
    /// The size of each run.
    pub run: RunInfo,
    /// The file as it is, from which differences are taken.
    pub scenario: ScenarioInfo,
    /// `grid` or `latin-hypercube`.
    pub design: String,
    /// What varies, in the order asked for.
    pub axes: Vec<SweepAxis>,
    /// What is read off each run, in the order asked for.
    pub of: Vec<SweepOf>,
    /// By entry of `of`: the file as it is.
    pub base: Vec<SweepValue>,
    /// In the order of the grid, the last axis fastest.
    pub points: Vec<SweepPoint>,
    /// If it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub break_even: Option<BreakEven>,
    pub warnings: Vec<Warning>,
}

/// What some runs of a sweep have found, before all are looked at together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SweepPart {
    /// The size of each run.
    pub run: RunInfo,
    pub scenario: ScenarioInfo,
    pub of: Vec<SweepOf>,
    pub base: Vec<SweepValue>,
    /// With p-values as if each difference were the only one that is looked at.
    pub points: Vec<SweepPoint>,
    /// Of the file as it is.
    pub base_warnings: Vec<Warning>,
    /// Of the other runs.
    pub warnings: Vec<Warning>,
}

/// One input that varies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SweepAxis {
    /// Dotted path; `variant` for whole variants.
    pub path: String,
    /// The values of a grid; the two ends of the range of a Latin hypercube.
    pub values: Vec<Value>,
    /// The file's own value; `None`: it has none there.
    pub base: Option<Value>,
}

/// One number that is read off each run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SweepOf {
    pub name: String,
    pub title: String,
    /// `group`, `outcome`, `question`, `conditional`, `metric` or `ratio`.
    pub kind: String,
    /// Of a metric or a ratio; empty for a probability.
    pub unit: String,
}

impl SweepOf {
    /// Whether it is a number from 0 to 1, shown in percent.
    pub fn is_probability(&self) -> bool {
        !matches!(self.kind.as_str(), "metric" | "ratio")
    }
}

/// One run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SweepPoint {
    /// By axis.
    pub at: Vec<Value>,
    /// By entry of `of`.
    pub values: Vec<SweepValue>,
}

/// One number of one run, and how far it is from that of the file as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SweepValue {
    /// `None`: it has no value there, or the variant does not have it.
    pub value: Option<f64>,
    pub std_error: Option<f64>,
    pub ci95: Option<[f64; 2]>,
    /// Paired difference from the file as it is; `None` for the file itself, as all below.
    pub difference: Option<f64>,
    pub difference_std_error: Option<f64>,
    pub difference_ci95: Option<[f64; 2]>,
    /// The assumptions are those of the file: the difference is exactly nil.
    pub identical: bool,
    /// After Holm's correction over all runs, at 5%.
    pub detectable: bool,
    /// Holm-adjusted p-value.
    pub p_adjusted: Option<f64>,
}

/// Where one number of a sweep crosses a target as the only input varies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BreakEven {
    /// Index into `of`.
    pub of: usize,
    #[serde(flatten)]
    pub crossing: Crossing,
}

/// Where a curve crosses a number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Crossing {
    pub target: f64,
    /// Ascending. Those that chance does not tell apart are one.
    pub crossings: Vec<CrossingAt>,
    /// No crossing, and the target outside the 95% interval at every value of the grid.
    pub excluded: bool,
    /// Runs that the search took beside those of the grid.
    pub runs: u64,
}

/// One crossing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CrossingAt {
    /// Value of the input.
    pub at: f64,
    /// Values at which the target lies within the 95% interval; `None`: the range ends before.
    pub ci95: [Option<f64>; 2],
    pub rises: bool,
}
