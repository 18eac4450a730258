//! The probability of something rare, as plain data.

use super::{ScenarioInfo, Tool, Warning};
use serde::{Deserialize, Serialize};

/// Result of `run --rare`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RareResult {
    /// Version of this format.
    pub format: u32,
    pub tool: Tool,
    pub scenario: ScenarioInfo,
    pub seed: u64,
    /// Name of the outcome, group or question.
    pub of: String,
    pub title: String,
    /// `outcome`, `group` or `question`.
    pub kind: String,
    /// `estimated`; or `not_settled`: a few repetitions carry the mean, or there is none, so that
    /// only a bound is told.
    pub status: RareStatus,
    /// Mean over draws and chance; `None` unless estimated.
    pub probability: Option<f64>,
    pub std_error: Option<f64>,
    pub ci95: Option<[f64; 2]>,
    /// What it is at most, with 95% confidence, by the plain trials; `None` if estimated.
    pub at_most: Option<f64>,
    /// Independent repetitions of the algorithm, and how many of them carry the mean (Kish).
    pub repetitions: u64,
    pub effective_repetitions: f64,
    /// First trials of a repetition.
    pub lines: u64,
    /// Trials played in all, branches included.
    pub trials: u64,
    /// Mean number of levels of a repetition.
    pub levels: f64,
    /// Repetitions in which nothing came beyond some level.
    pub died_out: u64,
    /// Different first trials from which the hits come, over all repetitions, and how many that
    /// count the same would spread them as much (Kish). What a first trial begins with, its
    /// parameters above all, is not drawn anew in its branches.
    pub first_behind: u64,
    pub effective_first: f64,
    /// Parameter draws that were looked at, one for each first trial; 0 if no parameter is
    /// uncertain.
    pub parameter_draws: u64,
    /// By how much a plain run of as many trials would have a larger variance; `None` unless
    /// estimated.
    pub gain: Option<f64>,
    /// What the ways have together that branches did find, where others may have been missed: less
    /// than all, if so; `None` otherwise.
    pub found_ways: Option<FoundWays>,
    /// The first trials of all repetitions: a plain run.
    pub plain: PlainTrials,
    /// Trials stopped by a value that is not finite; they do not count as hits.
    pub non_finite: u64,
    pub interrupted: bool,
    pub warnings: Vec<Warning>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RareStatus {
    Estimated,
    NotSettled,
}

/// An estimate that may leave something out.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FoundWays {
    pub probability: f64,
    pub std_error: f64,
    pub ci95: [f64; 2],
}

/// Hits among trials that nothing has selected.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PlainTrials {
    pub trials: u64,
    pub hits: u64,
    pub probability: f64,
    /// Clopper and Pearson's; without hits the upper end alone has the error of 5%.
    pub ci95: [f64; 2],
}
