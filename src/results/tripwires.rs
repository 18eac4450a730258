//! Which observations by which days tell a result's futures apart.

use super::{GivenValue, RunInfo, ScenarioInfo, SweepOf, Tool, Warning};
use serde::{Deserialize, Serialize};

/// A dated watch list for one outcome, group or question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TripwiresResult {
    pub format: u32,
    pub tool: Tool,
    /// The run on which everything shown was counted.
    pub run: RunInfo,
    pub scenario: ScenarioInfo,
    /// What is watched for.
    pub of: SweepOf,
    pub probability: f64,
    pub std_error: f64,
    pub ci95: [f64; 2],
    /// Day on which it is read: that of a question, the end of the run otherwise.
    pub answered: String,
    /// Of the answer, in bits.
    pub entropy: f64,
    pub entropy_std_error: f64,
    /// The run on which observations, thresholds and their order were chosen.
    pub chosen_on: ChosenOn,
    /// Days by which something may be observed, in order.
    pub days: Vec<String>,
    /// By day, then the most informative of those that were chosen first.
    pub tripwires: Vec<Tripwire>,
    /// Happenings after which the answer stood fast in all trials of the choosing run: they are no
    /// sign, they decide.
    pub deciding: Vec<Deciding>,
    pub warnings: Vec<Warning>,
}

/// The run on which tripwires were chosen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ChosenOn {
    pub seed: u64,
    pub trials: u64,
}

/// One observation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Tripwire {
    /// `event`, `firings` (how often an event has fired), `phase`, `state`, `indicator` or
    /// `derived`.
    pub kind: String,
    pub name: String,
    pub title: String,
    pub unit: String,
    /// What is seen: `happened` or `not_happened` by the day, of a phase or state `is` or `is_not`
    /// on that day, of a number on it, or of firings by it, `above` (at least) or `below` the
    /// threshold.
    pub sign: String,
    pub threshold: Option<f64>,
    /// The day, at whose beginning it is looked at.
    pub by: String,
    /// How often it is seen.
    pub seen: GivenValue,
    /// Chance of the answer if it is seen.
    pub if_seen: GivenValue,
    pub if_not_seen: GivenValue,
    /// If seen less if not.
    pub difference: Option<f64>,
    pub difference_std_error: Option<f64>,
    pub difference_ci95: Option<[f64; 2]>,
    /// After Holm's correction over all tripwires, at 5%.
    pub detectable: bool,
    pub p_adjusted: Option<f64>,
    /// Share of the futures with the answer in which it is seen.
    pub hit_rate: GivenValue,
    /// Share of the other futures in which it is seen.
    pub false_alarm_rate: GivenValue,
    /// Mutual information with the answer, in bits.
    pub information: Option<Told>,
    /// The same as a share of the entropy.
    pub information_share: Option<Told>,
    /// By how much the expected Brier score falls if it is known.
    pub brier_gain: Option<Told>,
    /// Mean time from what is seen to the day on which the answer is read, in days, where it was
    /// seen and the answer is yes.
    pub lead_days: Option<f64>,
    pub lead_days_std_error: Option<f64>,
    /// Other observations by the same day that say much the same, by name.
    pub also: Vec<String>,
}

/// A number with its error.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Told {
    pub value: f64,
    pub std_error: f64,
    pub ci95: [f64; 2],
}

/// A happening that decides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Deciding {
    pub name: String,
    pub title: String,
    /// The first day by which it was seen in enough trials.
    pub by: String,
    /// Whether the answer is then yes.
    pub yes: bool,
}
