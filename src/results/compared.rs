//! What a comparison found: each scenario's own result, and its differences to the first.

use super::types::{Epistemic, RunResult, Tool, Warning};
use serde::{Deserialize, Serialize};

/// Two or more scenarios under common random numbers. The first is the base.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CompareResult {
    pub format: u32,
    pub tool: Tool,
    pub scenarios: Vec<RunResult>,
    /// One for each scenario after the first.
    pub comparisons: Vec<Comparison>,
    pub warnings: Vec<Warning>,
}

/// One scenario against the base.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Comparison {
    pub base: String,
    pub other: String,
    /// Both files describe the same model: every difference is exactly nil.
    pub identical: bool,
    pub changes: Vec<Change>,
    /// Outcomes.
    pub differences: Vec<Difference>,
    /// Groups of outcomes.
    #[serde(default)]
    pub groups: Vec<Difference>,
    /// Chances that trends have come true at the end.
    #[serde(default)]
    pub trends: Vec<Difference>,
    pub questions: Vec<Difference>,
    /// Questions about some of the trials.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditional: Vec<Difference>,
    pub metrics: Vec<Difference>,
    /// Ratios of means.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ratios: Vec<Difference>,
    pub distance: Distance,
}

/// One place in which two scenario files differ.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Change {
    /// Dotted path.
    pub path: String,
    /// `None`: absent there.
    pub base: Option<serde_json::Value>,
    pub other: Option<serde_json::Value>,
}

/// Which of two files have something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    Both,
    Base,
    Other,
}

/// Paired difference `other - base` of one outcome, group, trend, question or metric.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Difference {
    /// Name of what it is of.
    pub outcome: String,
    pub title: String,
    pub base: Option<f64>,
    pub other: Option<f64>,
    pub difference: Option<f64>,
    pub std_error: Option<f64>,
    pub ci95: Option<[f64; 2]>,
    /// Standard error that two independent runs would have had.
    pub unpaired_std_error: Option<f64>,
    /// 5% to 95% of the difference over parameter draws, which both scenarios share; `None` for
    /// metrics.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epistemic90: Option<[f64; 2]>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epistemic: Option<Epistemic>,
    /// After Holm's correction over the outcomes of the pair, at 5%.
    pub detectable: bool,
    /// Holm-adjusted p-value.
    pub p_adjusted: Option<f64>,
    /// Which files have it.
    pub present: Presence,
}

impl Difference {
    /// Where its p-value stands, and whether it is detectable.
    pub(crate) fn detected(&mut self) -> (&mut Option<f64>, &mut bool) {
        (&mut self.p_adjusted, &mut self.detectable)
    }
}

/// Total variation between two outcome distributions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Distance {
    pub total_variation: f64,
    /// Total variation that Monte Carlo noise alone would be expected to show for this pair.
    pub noise: f64,
}
