//! The ways that trials take: orders of turning points as a tree.

use super::{RunInfo, ScenarioInfo, SweepOf, Told, Tool, Warning};
use serde::{Deserialize, Serialize};

/// All trials of a run, or those with one outcome, by the order in which turning points first
/// happened in them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Pathways {
    /// Version of this format.
    pub format: u32,
    pub tool: Tool,
    pub run: RunInfo,
    pub scenario: ScenarioInfo,
    /// The outcome whose trials alone are counted; `None`: all trials.
    pub outcome: Option<SweepOf>,
    /// Trials that are counted.
    pub trials: u64,
    /// Events whose first firings are the turning points, in the order of the file.
    pub turning: Vec<PathEvent>,
    /// Turning points that are followed one after another.
    pub depth: u32,
    /// Share of the trials below which a branch is folded into `others`.
    pub least: f64,
    /// Ends of all trials that are counted.
    pub ends: Vec<PathEnd>,
    /// By what happens first, the commonest first.
    pub branches: Vec<Pathway>,
    pub others: Option<OtherWays>,
    pub warnings: Vec<Warning>,
}

/// An event that may be a turning point.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PathEvent {
    pub event: String,
    pub title: String,
}

/// Trials that begin alike.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Pathway {
    /// The next turning point; `None`: there is no further one.
    pub event: Option<String>,
    pub title: String,
    pub trials: u64,
    /// Share of the trials that are counted.
    pub share: Told,
    /// Share of those that came so far, which is one less turning point.
    pub of_parent: Told,
    /// Outcomes of these trials, the likeliest first; empty if one outcome alone is counted.
    pub ends: Vec<PathEnd>,
    /// Why it is told although it is rare: `other_end` – it ends mostly otherwise than the trials
    /// that came so far; `other_event` – what happens in it next happens in no branch that is
    /// shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distinct: Option<String>,
    pub branches: Vec<Pathway>,
    pub others: Option<OtherWays>,
}

/// Branches that are too rare to be shown each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OtherWays {
    /// How many branches there are.
    pub ways: u64,
    pub trials: u64,
    pub share: Told,
    /// Some of them that are unlike those shown: without branches of their own.
    pub distinct: Vec<Pathway>,
}

/// A share of trials that end so.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PathEnd {
    pub name: String,
    pub title: String,
    pub share: Told,
}
