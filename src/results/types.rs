//! What a run found, as plain data: the keys of the result file.
//!
//! Every number that trials estimate has its standard error beside it (`x_std_error`), or is
//! labelled exact. Vectors over time have one value for each entry of [`RunResult::times`].

use super::label::label;
pub use super::of_some::{ConditionalResult, DistributionResult, RatioResult, RatioShape};
pub use crate::estimate::EpistemicStatus;
use crate::random::design::Design;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// Result of one run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RunResult {
    /// Version of this format.
    pub format: u32,
    pub tool: Tool,
    pub run: RunInfo,
    pub scenario: ScenarioInfo,
    /// In the file's order; the last is always `unclassified`.
    pub outcomes: Vec<OutcomeResult>,
    /// Sums of outcomes, in the file's order.
    #[serde(default)]
    pub groups: Vec<GroupResult>,
    /// What becomes of the trends, in the file's order; empty with a single trend.
    #[serde(default)]
    pub scorecard: Vec<TrendScore>,
    pub trends: Vec<OccupancyResult>,
    pub phases: Vec<OccupancyResult>,
    /// In the file's order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub states: Vec<StateResult>,
    /// Years since the start.
    pub times: Vec<f64>,
    /// The same as ISO dates.
    pub dates: Vec<String>,
    pub indicators: Vec<SeriesResult>,
    pub derived: Vec<SeriesResult>,
    pub events: Vec<EventResult>,
    pub metrics: Vec<MetricResult>,
    /// Means of metrics over means of others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ratios: Vec<RatioResult>,
    pub questions: Vec<QuestionResult>,
    /// Questions about the trials in which a condition holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditional: Vec<ConditionalResult>,
    /// What groups hang on, and outcomes that are in none.
    #[serde(default)]
    pub drivers: Vec<Drivers>,
    pub warnings: Vec<Warning>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Tool {
    pub name: String,
    pub version: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RunInfo {
    pub seed: u64,
    /// Trials simulated (whole blocks).
    pub trials: u64,
    pub draws: u64,
    pub trials_per_draw: u32,
    pub blocks: u64,
    /// How parameter draws and start trends are spread: `padded` or `random`.
    pub design: Design,
    /// Independent randomisations of the parameter design.
    pub replicates: u32,
    /// Trials, less those stopped by a non-finite value.
    pub effective_trials: f64,
    /// Trials stopped by a non-finite value.
    pub non_finite: u64,
    pub interrupted: bool,
    /// The run ended because its errors were small enough; errors of shares are widened for that.
    #[serde(default)]
    pub stopped_by_precision: bool,
    /// Largest standard error of an outcome's probability.
    pub largest_std_error: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ScenarioInfo {
    pub name: String,
    pub title: String,
    pub sha256: String,
    /// Civil date of t = 0; empty, as the two below are 0, for a scenario without time.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub start: String,
    /// Years.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub horizon: f64,
    /// Years.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub step: f64,
    /// The whole scenario after `extends` and `--set`.
    pub source: serde_json::Value,
}

impl ScenarioInfo {
    /// Whether nothing in the scenario needs time.
    pub fn is_timeless(&self) -> bool {
        self.start.is_empty()
    }
}

impl RunResult {
    /// Whether there are classes that trials fall into: without time a scenario may do without.
    pub fn has_classes(&self) -> bool {
        !self.scenario.is_timeless() || self.outcomes.len() > 1
    }
}

fn is_zero(number: &f64) -> bool {
    *number == 0.0
}

/// What the analyst does not know: the 5%-95% range over parameter draws, free of the inner loop's
/// noise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Epistemic {
    pub status: EpistemicStatus,
    /// Standard error of the two ends where they are resolved.
    pub std_error: Option<[f64; 2]>,
    /// One-sided 95% bound of the epistemic standard deviation where no spread was detected.
    pub at_most_sd: Option<f64>,
}

/// A probability under one start trend, with what a reweighting needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ByTrend {
    /// `None`: no trial started under this trend.
    pub probability: Option<f64>,
    pub std_error: Option<f64>,
    /// `None` as `std_error`.
    pub ci95: Option<[f64; 2]>,
    /// By replicate.
    pub hits: Vec<u64>,
    /// By replicate.
    pub trials: Vec<u64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OutcomeResult {
    pub name: String,
    pub title: String,
    /// The group that it is summed under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    pub probability: f64,
    pub std_error: f64,
    pub ci95: [f64; 2],
    pub epistemic90: Option<[f64; 2]>,
    pub epistemic: Epistemic,
    pub by_trend: IndexMap<String, ByTrend>,
    /// Trials of this outcome that also satisfy each later rule, by that rule's name: how far rules
    /// overlap.
    pub also: IndexMap<String, u64>,
    /// Trials that satisfy this outcome's rule, whether or not an earlier rule took them.
    pub matched: u64,
}

/// Some outcomes together. Errors and ranges are its own: those of its outcomes do not add.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GroupResult {
    pub name: String,
    pub title: String,
    /// Names of its outcomes, in the file's order.
    pub outcomes: Vec<String>,
    pub probability: f64,
    pub std_error: f64,
    pub ci95: [f64; 2],
    pub epistemic90: Option<[f64; 2]>,
    pub epistemic: Epistemic,
    pub by_trend: IndexMap<String, ByTrend>,
}

/// What becomes of one trend.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TrendScore {
    pub name: String,
    pub title: String,
    /// The weight that the file states, normalised.
    pub weight: f64,
    /// Share of the time in which it leads, over all trials.
    pub leads: f64,
    pub leads_std_error: f64,
    /// Whether it has come true by some times, ascending; the last is the end. Empty if the file
    /// does not say what that looks like.
    pub comes_true: Vec<ComesTrue>,
    /// Outcomes among the trials in which it has come true at the end.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub outcomes_given: IndexMap<String, Share>,
}

/// Chance that a trend has come true by some time: its condition holds for the path up to then.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ComesTrue {
    /// ISO date.
    pub by: String,
    /// Years since the start.
    pub years: f64,
    pub probability: f64,
    pub std_error: f64,
    pub ci95: [f64; 2],
    pub epistemic90: Option<[f64; 2]>,
    pub epistemic: Epistemic,
    pub by_trend: IndexMap<String, ByTrend>,
}

/// A share of some trials; `None` where there are none of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Share {
    pub probability: Option<f64>,
    pub std_error: Option<f64>,
    pub ci95: Option<[f64; 2]>,
}

/// What moves one group or outcome between parameter draws.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Drivers {
    /// Name of the group or outcome.
    pub of: String,
    /// `group` or `outcome`.
    pub kind: String,
    /// Inputs that were looked at; those beyond the first ten, by share, are left out.
    pub looked_at: usize,
    /// By descending share.
    pub inputs: Vec<Driver>,
}

/// What one uncertain input does to one group or outcome.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Driver {
    /// Name of the parameter, or of the trend.
    pub input: String,
    pub title: String,
    /// `parameter` or `weight`.
    pub kind: String,
    /// First-order index: share of the epistemic variance that knowing this input would take away.
    pub share: f64,
    pub share_std_error: f64,
    /// A connection was detected, after Holm's correction over all inputs, at 5%.
    pub detectable: bool,
    /// Share of the draws that `low` and `high` are about.
    pub tail: f64,
    /// Probability where the input is lowest.
    pub low: f64,
    pub low_std_error: f64,
    /// Probability where it is highest.
    pub high: f64,
    pub high_std_error: f64,
}

/// How a question asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuestionKind {
    /// Whether something happens by its date.
    Ever,
    /// Whether something holds on its date.
    Holds,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct QuestionResult {
    pub name: String,
    pub title: String,
    pub asks: QuestionKind,
    /// ISO date; that of the end if the question has none.
    pub by: String,
    /// It has a date of its own; if not, it is about the whole run.
    #[serde(default = "yes")]
    pub dated: bool,
    pub probability: f64,
    pub std_error: f64,
    pub ci95: [f64; 2],
    pub epistemic90: Option<[f64; 2]>,
    pub epistemic: Epistemic,
    pub by_trend: IndexMap<String, ByTrend>,
}

fn yes() -> bool {
    true
}

/// The values of a state over time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StateResult {
    pub name: String,
    pub title: String,
    /// In the file's order.
    pub values: Vec<OccupancyResult>,
}

impl StateResult {
    /// One name for a state and a value of it, such as `front.moving`.
    pub fn value_name(&self, value: &OccupancyResult) -> String {
        format!("{}.{}", self.name, value.name)
    }

    /// One title for both.
    pub fn value_title(&self, value: &OccupancyResult) -> String {
        let state = label(&self.title, &self.name);
        format!("{state}: {}", label(&value.title, &value.name))
    }
}

/// Share of trials in a phase, under a trend or with a value of a state, over time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OccupancyResult {
    pub name: String,
    pub title: String,
    /// Trends only: the weight that the file states, normalised.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub weight: Option<f64>,
    pub occupancy: Vec<f64>,
    pub occupancy_std_error: Vec<f64>,
}

/// Name of the outcome of trials in which no rule holds.
pub const UNCLASSIFIED: &str = "unclassified";
/// Its title.
pub const NONE_OF_THESE: &str = "None of these";

/// An indicator or derived value over time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SeriesResult {
    pub name: String,
    pub title: String,
    pub unit: String,
    /// It takes the same path in every trial, whatever is drawn: an error of 0 is exact. Otherwise
    /// 0 says that all trials agree.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub fixed: bool,
    pub mean: Vec<f64>,
    pub mean_std_error: Vec<f64>,
    pub sd: Vec<f64>,
    pub sd_std_error: Vec<f64>,
    pub p5: Vec<f64>,
    pub p5_std_error: Vec<f64>,
    pub p25: Vec<f64>,
    pub p25_std_error: Vec<f64>,
    pub p50: Vec<f64>,
    pub p50_std_error: Vec<f64>,
    pub p75: Vec<f64>,
    pub p75_std_error: Vec<f64>,
    pub p95: Vec<f64>,
    pub p95_std_error: Vec<f64>,
    /// At the shares that the file asks for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quantiles: Vec<QuantileSeries>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FirstTime {
    pub p5: f64,
    pub p5_std_error: f64,
    pub p50: f64,
    pub p50_std_error: f64,
    pub p95: f64,
    pub p95_std_error: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EventResult {
    pub name: String,
    pub title: String,
    /// True for a trend shift (`FROM>TO`), and for a move of a state (`STATE.FROM>TO`).
    pub shift: bool,
    /// Share of trials in which it fired at least once.
    pub probability: f64,
    pub probability_std_error: f64,
    pub mean_count: f64,
    pub mean_count_std_error: f64,
    pub cumulative_incidence: Vec<f64>,
    pub cumulative_incidence_std_error: Vec<f64>,
    /// Years since the start, among trials in which it fired; `None` if it never did.
    pub first_time: Option<FirstTime>,
    /// Chance that the file states, averaged over the trials in which its window closed by the
    /// horizon.
    pub declared: Option<f64>,
    pub realised: Option<f64>,
    pub realised_std_error: Option<f64>,
    /// Share of trials in which the window never opened.
    pub never_possible: Option<f64>,
    pub never_possible_std_error: Option<f64>,
}

impl EventResult {
    /// Whether it is a shift between trends.
    pub fn is_of_trends(&self) -> bool {
        self.shift && !self.name.contains('.')
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Histogram {
    /// One more than `counts`.
    pub edges: Vec<f64>,
    pub counts: Vec<u64>,
}

/// A mean within a class of trials.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GroupMean {
    /// Share of the class's trials in which the metric has a value; `None` without such trials.
    pub defined: Option<f64>,
    pub mean: Option<f64>,
    pub std_error: Option<f64>,
    /// By start trend only: sum of the values, by replicate.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sums: Vec<f64>,
    /// By start trend only: trials with a value, by replicate.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<u64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MetricResult {
    pub name: String,
    pub title: String,
    pub unit: String,
    /// The value is when something first happened, in years since the start: a date tells it as
    /// well.
    #[serde(default)]
    pub is_instant: bool,
    /// Share of trials in which the metric has a value; its moments are over those.
    pub defined: f64,
    pub defined_std_error: f64,
    pub mean: Option<f64>,
    pub std_error: Option<f64>,
    pub ci95: Option<[f64; 2]>,
    pub epistemic90: Option<[f64; 2]>,
    pub epistemic: Epistemic,
    pub sd: Option<f64>,
    pub sd_std_error: Option<f64>,
    pub p5: Option<f64>,
    pub p5_std_error: Option<f64>,
    pub p25: Option<f64>,
    pub p25_std_error: Option<f64>,
    pub p50: Option<f64>,
    pub p50_std_error: Option<f64>,
    pub p75: Option<f64>,
    pub p75_std_error: Option<f64>,
    pub p95: Option<f64>,
    pub p95_std_error: Option<f64>,
    pub histogram: Histogram,
    /// At the shares that the file asks for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quantiles: Vec<QuantileResult>,
    /// If the file asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distribution: Option<DistributionResult>,
    /// By start trend.
    pub by_trend: IndexMap<String, GroupMean>,
    pub by_outcome: IndexMap<String, GroupMean>,
}

/// A quantile over the trials in which a metric has a value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct QuantileResult {
    /// Share of those trials.
    pub level: f64,
    pub value: Option<f64>,
    pub std_error: Option<f64>,
}

/// Quantiles at one share over time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct QuantileSeries {
    pub level: f64,
    pub values: Vec<f64>,
    pub values_std_error: Vec<f64>,
}

/// A diagnostic about the scenario or the run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Warning {
    pub code: String,
    pub message: String,
    /// JSON pointer into the scenario, `""` for the whole.
    pub path: String,
}
