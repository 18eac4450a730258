//! How many trials of an outcome were one event away from another.

use super::{PathEvent, ScenarioInfo, Told, Tool, Warning};
use crate::random::design::Design;
use serde::{Deserialize, Serialize};

/// Trials of one outcome, or of a group of outcomes, each played again with one event otherwise,
/// for each event that could be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NearMisses {
    /// Version of this format.
    pub format: u32,
    pub tool: Tool,
    pub seed: u64,
    pub trials_per_draw: u32,
    /// How draws and start trends are spread: `padded` or `random`.
    pub design: Design,
    pub scenario: ScenarioInfo,
    /// `outcome`, or `group`: what the next name is of.
    #[serde(default = "outcome")]
    pub kind: String,
    /// Name of the outcome or the group.
    pub outcome: String,
    pub outcome_title: String,
    /// Trials of the run, from the first, that were looked through.
    pub searched: u64,
    /// Those of them that end so.
    pub found: u64,
    /// Some of these, evenly spread over them: the ones that were played again.
    pub compared: u64,
    /// True if it was ended early: there may be more in the rest of the run, or of those found.
    pub interrupted: bool,
    /// Share of the trials compared that were one event away from an outcome that is not meant;
    /// `None` without trials, or where no event can be otherwise.
    pub any: Option<Told>,
    /// The other outcomes, the one that was near most often first; those that were never near are
    /// left out.
    pub ends: Vec<NearEnd>,
    /// Groups of outcomes, without the own one, in the same way; empty if the file has none.
    pub groups: Vec<NearEnd>,
    /// Event by event, the one that turns most trials first; those that turn none are left out.
    pub events: Vec<NearEvent>,
    /// Events that cannot be played otherwise, in the order of the file: results of an event, and
    /// moves that step with the grid.
    pub not_played: Vec<PathEvent>,
    /// Trials played again, of all events together, that met a value that is not finite or out of
    /// its bounds: where they end is not known, and they count as not turned.
    pub stopped: u64,
    pub warnings: Vec<Warning>,
}

fn outcome() -> String {
    "outcome".into()
}

/// An end that was near.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NearEnd {
    pub name: String,
    pub title: String,
    /// Share of the trials compared that one event, whichever, would have brought to this end.
    pub share: Told,
}

/// What one event would have changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NearEvent {
    pub event: String,
    pub title: String,
    /// `without`: it happened and is kept from happening. `with`: it did not happen although it was
    /// more likely than not, and happens when its odds were even.
    pub change: String,
    /// Share of the trials compared in which it did happen (`without`), or could have been expected
    /// (`with`).
    pub possible: Told,
    /// Share of the trials compared that end otherwise.
    pub turned: Told,
    /// Where they end instead, the commonest first.
    pub ends: Vec<NearEnd>,
}
