//! One trial told as a dated story, as plain data.
//!
//! Everything in it is exact: it is one future, not an estimate.

use super::{ScenarioInfo, Tool};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// A replayed trial.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Storyline {
    /// Version of this format.
    pub format: u32,
    pub tool: Tool,
    pub seed: u64,
    /// Number of the trial in its run: `draw * trials_per_draw + r`.
    pub trial: u64,
    /// The parameter draw it belongs to.
    pub draw: u64,
    pub trials_per_draw: u32,
    /// How draws and start trends are spread: `padded` or `random`.
    pub design: String,
    pub scenario: ScenarioInfo,
    /// Uncertain parameters as drawn for this trial.
    pub parameters: IndexMap<String, f64>,
    /// State at t = 0, before anything happened.
    pub start: StoryState,
    /// In order of time; of one instant in order of firing.
    pub happenings: Vec<Happening>,
    /// State at the horizon, or when a final phase froze the trial.
    pub end: StoryState,
    /// Name of the outcome; `unclassified` if no rule held.
    pub outcome: String,
    pub outcome_title: String,
    /// `None`: no value in this trial.
    pub metrics: IndexMap<String, Option<f64>>,
    pub questions: IndexMap<String, bool>,
}

/// Trials of one outcome that stand for many of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Typical {
    /// Version of this format.
    pub format: u32,
    pub tool: Tool,
    /// Name of the outcome.
    pub outcome: String,
    pub outcome_title: String,
    /// Trials of the run, from the first, that were looked through.
    pub searched: u64,
    /// Those of them with this outcome: they were replayed and grouped.
    pub compared: u64,
    /// The one that stands for most first; none if the outcome did not come up.
    pub stories: Vec<TypicalStory>,
}

/// A trial in the middle of its group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TypicalStory {
    /// Share of the trials compared that are more like this one than like the other stories.
    pub share: f64,
    pub story: Storyline,
}

/// Where a trial stands at one instant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoryState {
    pub trend: String,
    pub phase: String,
    pub indicators: IndexMap<String, f64>,
}

/// An event that fired, or a trend that shifted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Happening {
    /// Years since the start.
    pub time: f64,
    /// The same as an ISO date.
    pub date: String,
    /// Name of the event; `FROM>TO` for a trend shift.
    pub event: String,
    pub title: String,
    pub shift: bool,
    /// How often it has fired, this time included.
    pub count: u32,
    /// What its effects changed, in order.
    pub changes: Vec<StoryChange>,
    /// Indicators right after it.
    pub indicators: IndexMap<String, f64>,
}

/// One thing that a firing changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum StoryChange {
    Phase { from: String, to: String },
    Trend { from: String, to: String },
    Indicator { name: String, from: f64, to: f64 },
}
