//! Which ranges of what is uncertain lead to an outcome.

use super::{ChosenOn, GivenValue, RunInfo, ScenarioInfo, SweepOf, Tool, Warning};
use serde::{Deserialize, Serialize};

/// Boxes of parameters and start weights in which an outcome, group or question is likelier than
/// elsewhere.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DiscoverResult {
    pub format: u32,
    pub tool: Tool,
    /// The run on which everything shown was counted.
    pub run: RunInfo,
    pub scenario: ScenarioInfo,
    /// What the boxes lead to.
    pub of: SweepOf,
    /// Its chance over all draws.
    pub probability: f64,
    pub std_error: f64,
    pub ci95: [f64; 2],
    /// Uncertain inputs that were looked at.
    pub inputs: u64,
    /// Days of early conditions; without them rows are draws, with them futures.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<String>,
    /// Early conditions that were looked at.
    #[serde(default, skip_serializing_if = "is_none")]
    pub conditions: u64,
    /// Chance that a box was asked to have at least; `None` if boxes were to stand out most.
    pub least_density: Option<f64>,
    /// The run on which boxes and limits were chosen.
    pub chosen_on: ChosenOn,
    /// In the order in which they were found; each is looked for, and counted, outside those before
    /// it.
    pub boxes: Vec<FoundBox>,
    /// All boxes that are told from noise taken together; `None` without any.
    pub together: Option<BoxSize>,
    /// Boxes on the way to the first one and beyond it, widest first; the first is everything.
    pub peeling: Vec<Peeled>,
    /// Nodes of a tree of at most three splits one below another, each before those below it; empty
    /// where no split is told from noise.
    pub tree: Vec<TreeNode>,
    pub warnings: Vec<Warning>,
}

fn is_none(count: &u64) -> bool {
    *count == 0
}

/// How much a part of the draws holds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BoxSize {
    /// Its share of all draws.
    pub mass: GivenValue,
    /// Chance of the outcome in it.
    pub density: GivenValue,
    /// Its share of all futures with the outcome.
    pub coverage: GivenValue,
}

/// A box.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FoundBox {
    /// A draw lies in the box if it meets all of them; with early days a future.
    pub limits: Vec<BoxLimit>,
    /// Draws in it; with early days futures.
    pub draws: u64,
    #[serde(flatten)]
    pub size: BoxSize,
    /// A density was asked for, and the one counted is less than it.
    pub below_asked: bool,
    /// Chance of the outcome outside it, and outside all boxes before it.
    pub elsewhere: GivenValue,
    /// Density less elsewhere.
    pub difference: Option<f64>,
    pub difference_std_error: Option<f64>,
    pub difference_ci95: Option<[f64; 2]>,
    /// Higher than elsewhere, after Holm's correction over all boxes, at 5%.
    pub detectable: bool,
    pub p_adjusted: Option<f64>,
}

/// What a box asks of one input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BoxLimit {
    /// Name of the parameter, or of the trend; of an early condition what is looked at.
    pub input: String,
    pub title: String,
    /// `parameter` or `weight`; of an early condition `event`, `firings`, `phase`, `state`,
    /// `indicator` or `derived`.
    pub kind: String,
    /// The day of an early condition; left out of an input. Of an event, a phase or a state `low`
    /// is then 1 (it has happened by the day, it is so on the day), or `high` is 0 (not).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub by: String,
    /// The least value in the box; `None` for no limit.
    pub low: Option<f64>,
    /// The largest.
    pub high: Option<f64>,
    /// Share of all draws that meet this one.
    pub share: GivenValue,
    /// Chance of the outcome among the draws that only this one keeps out.
    pub kept_out: GivenValue,
    /// Density of the box less that.
    pub difference: Option<f64>,
    pub difference_std_error: Option<f64>,
    pub difference_ci95: Option<[f64; 2]>,
    /// After Holm's correction over all limits of all boxes, at 5%.
    pub detectable: bool,
    pub p_adjusted: Option<f64>,
}

/// A box on the way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Peeled {
    /// Limits as they were peeled, with all their digits; what keeps most draws out comes first.
    pub limits: Vec<PeeledLimit>,
    #[serde(flatten)]
    pub size: BoxSize,
}

/// A limit of a box on the way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PeeledLimit {
    pub input: String,
    /// The day of an early condition.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub by: String,
    pub low: Option<f64>,
    pub high: Option<f64>,
}

/// A part of the draws that a tree leads to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TreeNode {
    /// Splits above it; 0 for all draws.
    pub depth: u32,
    /// The input that leads here from the node above; empty for all draws.
    pub input: String,
    pub title: String,
    /// As of a limit.
    pub kind: String,
    /// The day of an early condition.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub by: String,
    /// Here are the draws in which the input is less than this.
    pub below: Option<f64>,
    /// Here are those in which it is at least this.
    pub from: Option<f64>,
    #[serde(flatten)]
    pub size: BoxSize,
    /// Of a node that is split: density of its upper part less that of its lower; `None` of a leaf.
    pub difference: Option<f64>,
    pub difference_std_error: Option<f64>,
    pub difference_ci95: Option<[f64; 2]>,
    /// After Holm's correction over all splits, at 5%.
    pub detectable: bool,
    pub p_adjusted: Option<f64>,
}

/// Changes of uncertain inputs that make another outcome, group or answer the likeliest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FlipResult {
    pub format: u32,
    pub tool: Tool,
    /// The run of the file as it is; changes are verified by runs of this size and seed, and looked
    /// for under another seed.
    pub run: RunInfo,
    pub scenario: ScenarioInfo,
    /// What is to become the likeliest: of a question the question itself.
    pub of: SweepOf,
    /// Of a question: which answer is to become the likelier one, `yes` or `no`; empty otherwise.
    pub answer: String,
    /// How it stands in the file as it is.
    pub now: Lead,
    /// Prior standard deviations within which was looked.
    pub within: f64,
    /// The file states start weights of trends without a concentration: a change of them has no
    /// size, and none was looked for.
    pub weights_unmeasured: bool,
    /// Verified ones by size, then those in doubt, then those that do not suffice.
    pub changes: Vec<FlipChange>,
    pub warnings: Vec<Warning>,
}

/// How something stands beside the likeliest of the others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Lead {
    pub probability: f64,
    pub std_error: f64,
    /// The likeliest of the others.
    pub rival: String,
    pub rival_title: String,
    pub rival_probability: f64,
    pub rival_std_error: f64,
    /// Probability less that of the rival.
    pub lead: f64,
    pub lead_std_error: f64,
}

/// Inputs held at values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FlipChange {
    /// Size in prior standard deviations, at which the search has the lead beyond chance; `None` if
    /// it has not within reach.
    pub distance: Option<f64>,
    pub held: Vec<FlipHeld>,
    /// The settings that reproduce it, one for each `--set`: those that the caller made, then what
    /// is held.
    pub set: Vec<String>,
    /// The run that `lead` and its parts are from: of the size and seed of `run` if it was to
    /// verify, otherwise one of the search.
    pub seed: u64,
    pub trials: u64,
    pub trials_per_draw: u32,
    #[serde(flatten)]
    pub lead: Lead,
    /// A run under another seed than the search has it ahead, after Holm's correction over all
    /// changes that such runs were made of, at 5%.
    pub verified: bool,
    /// `None` of a change of which no such run was made.
    pub p_adjusted: Option<f64>,
    /// The size at which the lead would be level on the way to this change, by that run and another
    /// with the same random numbers; `None` of a change of which no such runs were made.
    #[serde(default)]
    pub level: Option<f64>,
    #[serde(default)]
    pub level_std_error: Option<f64>,
    #[serde(default)]
    pub level_ci95: Option<[f64; 2]>,
}

/// An input held at a value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FlipHeld {
    /// Name of the parameter, or of the trend.
    pub input: String,
    pub title: String,
    /// `parameter` or `weight`.
    pub kind: String,
    pub value: f64,
    /// Of its distribution.
    pub median: f64,
    /// Φ⁻¹(F(value)): prior standard deviations from the median.
    pub score: f64,
}
