//! How many trials of an outcome were one event away from another.

use super::{ScenarioInfo, Told, Tool};
use serde::{Deserialize, Serialize};

/// Trials of one outcome, each played again with one event otherwise, for each event that could be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NearMisses {
    /// Version of this format.
    pub format: u32,
    pub tool: Tool,
    pub seed: u64,
    pub trials_per_draw: u32,
    /// How draws and start trends are spread: `padded` or `random`.
    pub design: String,
    pub scenario: ScenarioInfo,
    /// Name of the outcome.
    pub outcome: String,
    pub outcome_title: String,
    /// Trials of the run, from the first, that were looked through.
    pub searched: u64,
    /// Those of them with this outcome.
    pub found: u64,
    /// Some of these, evenly spread over them: the ones that were played again.
    pub compared: u64,
    /// True if it was ended early: there may be more in the rest of the run, or of those found.
    pub interrupted: bool,
    /// Share of the trials compared that were one event away from any other outcome; `None` without trials.
    pub any: Option<Told>,
    /// The other outcomes, the one that was near most often first; those that were never near are left out.
    pub ends: Vec<NearEnd>,
    /// Groups of outcomes, without the outcome's own, in the same way; empty if the file has none.
    pub groups: Vec<NearEnd>,
    /// Event by event, the one that turns most trials first; those that turn none are left out.
    pub events: Vec<NearEvent>,
}

/// An end that was near.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NearEnd {
    pub name: String,
    pub title: String,
    /// Share of the trials compared that one event, whichever, would have brought to this end.
    pub share: f64,
    pub std_error: f64,
    pub ci95: [f64; 2],
}

/// What one event would have changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NearEvent {
    pub event: String,
    pub title: String,
    /// `without`: it happened and is kept from happening. `with`: it did not happen although it was more likely than not, and happens when its odds
    /// were even.
    pub change: String,
    /// Share of the trials compared in which it did happen (`without`), or could have been expected (`with`).
    pub possible: Told,
    /// Share of the trials compared that end otherwise.
    pub turned: Told,
    /// Where they end instead, the commonest first.
    pub ends: Vec<NearEnd>,
}
