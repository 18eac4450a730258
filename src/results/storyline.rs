//! One trial told as a dated story, as plain data.
//!
//! Everything in it is exact: it is one future, not an estimate.

use super::label::label;
use super::{ScenarioInfo, Tool};
use crate::diagnostic::count;
use crate::random::design::Design;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// A replayed trial.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
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
    pub design: Design,
    pub scenario: ScenarioInfo,
    /// Uncertain parameters as drawn for this trial.
    pub parameters: IndexMap<String, f64>,
    /// Quantities that were drawn for this trial, or computed from such.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub per_trial: IndexMap<String, f64>,
    /// What was before the start, as far as the file says: in order of time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub before: Vec<Earlier>,
    /// State at t = 0, before anything happened.
    pub start: StoryState,
    /// In order of time; of one instant in order of firing.
    pub happenings: Vec<Happening>,
    /// Firings that are not among the happenings, by event: a story that is told for a page leaves
    /// out the later ones of what fires very often.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub left_out: IndexMap<String, u64>,
    /// State at the horizon, or when a final phase froze the trial.
    pub end: StoryState,
    /// Name of the outcome; `unclassified` if no rule held.
    pub outcome: String,
    pub outcome_title: String,
    /// `None`: no value in this trial.
    pub metrics: IndexMap<String, Option<f64>>,
    pub questions: IndexMap<String, bool>,
    /// Questions about some trials; `None`: their condition did not hold in this one.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub conditional: IndexMap<String, Option<bool>>,
}

pub(super) fn titled<'s>(thing: &'s serde_json::Value, name: &'s str) -> &'s str {
    let title = thing["title"].as_str();
    label(title.unwrap_or_default(), name)
}

/// Some of the happenings of a story.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Excerpt<'s> {
    /// In order of time.
    pub happenings: Vec<&'s Happening>,
    /// How many are left out, by event.
    pub left_out: IndexMap<&'s str, u64>,
}

impl Storyline {
    /// The title of a thing of the scenario, or its name; `list` is a section of the file.
    pub fn title_of<'s>(&'s self, list: &str, name: &'s str) -> &'s str {
        let things = &self.scenario.source[list];
        let listed = || things.as_array()?.iter().find(|one| one["name"] == *name);
        titled(listed().unwrap_or(&things[name]), name)
    }

    /// The title of a state, or its name.
    pub fn state_title<'s>(&'s self, state: &'s str) -> &'s str {
        titled(&self.scenario.source["states"][state], state)
    }

    /// The title of a value of a state, or its name.
    pub fn value_title<'s>(&'s self, state: &str, value: &'s str) -> &'s str {
        titled(
            &self.scenario.source["states"][state]["values"][value],
            value,
        )
    }

    /// What was before the start, in words.
    pub fn earlier(&self, one: &Earlier) -> String {
        match one.what {
            EarlierKind::Event => one.title.clone(),
            EarlierKind::Phase => format!("phase {} since then", one.title),
            EarlierKind::State => {
                format!("{}: {} since then", self.state_title(&one.name), one.title)
            }
        }
    }

    /// How many firings there were, told or not.
    pub fn fired(&self) -> u64 {
        self.happenings.len() as u64 + self.left_out.values().sum::<u64>()
    }

    /// At most so many happenings: what turned the trial and the first firings of each event before
    /// the later ones.
    pub fn excerpt(&self, most: usize) -> Excerpt<'_> {
        let turns = |one: &Happening| {
            one.changes
                .iter()
                .any(|change| !matches!(change, StoryChange::Indicator { .. }))
        };
        let mut order: Vec<usize> = (0..self.happenings.len()).collect();
        if order.len() > most {
            order.sort_by_key(|&i| {
                let one = &self.happenings[i];
                // The hundredth turn is no more telling than the first firing of something else.
                let rank = if turns(one) {
                    one.count / 10
                } else {
                    one.count
                };
                (rank, i)
            });
        }
        let mut left_out: IndexMap<&str, u64> = (self
            .left_out
            .iter()
            .map(|(event, count)| (event.as_str(), *count)))
        .collect();
        for &i in order.iter().skip(most) {
            *left_out.entry(&self.happenings[i].event).or_default() += 1;
        }
        order.truncate(most);
        order.sort_unstable();
        Excerpt {
            happenings: order.into_iter().map(|i| &self.happenings[i]).collect(),
            left_out,
        }
    }
}

impl Storyline {
    /// The happenings that turn the story, and how often others happened: routine is what fires
    /// three times or more without moving the phase or the trend. The others are counted by title,
    /// the most frequent first.
    pub fn turning_points(&self) -> (Vec<&Happening>, Vec<(&str, u32)>) {
        let turns = |one: &Happening| {
            let moves = |change: &StoryChange| !matches!(change, StoryChange::Indicator { .. });
            one.changes.iter().any(moves)
        };
        let mut seen: IndexMap<&str, (&str, u32)> = IndexMap::new();
        for one in self.happenings.iter().filter(|one| !turns(one)) {
            let title = label(&one.title, &one.event);
            seen.entry(&one.event).or_insert((title, 0)).1 += 1;
        }
        seen.retain(|_, (_, times)| *times >= ROUTINE);
        let kept = self.happenings.iter();
        let kept = kept.filter(|one| turns(one) || !seen.contains_key(one.event.as_str()));
        let kept = kept.collect();
        let mut routine: Vec<(&str, u32)> = seen.into_values().collect();
        routine.sort_by_key(|(_, times)| std::cmp::Reverse(*times));
        (kept, routine)
    }
}

/// Firings from which on an event that turns nothing is routine.
const ROUTINE: u32 = 3;

/// Routine in words, such as `12 × A round of talks, 9 × An exchange`; `None` if there is none.
pub fn routine_in_words(routine: &[(&str, u32)]) -> Option<String> {
    let words = routine
        .iter()
        .map(|(title, times)| format!("{times} × {title}"));
    (!routine.is_empty()).then(|| words.collect::<Vec<_>>().join(", "))
}

impl Excerpt<'_> {
    /// What is left out, in words; `None` if nothing is.
    pub fn remark(&self) -> Option<String> {
        let all: u64 = self.left_out.values().sum();
        if all == 0 {
            return None;
        }
        let mut counts: Vec<(&str, u64)> = self.left_out.iter().map(|(e, n)| (*e, *n)).collect();
        counts.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
        let mut named: Vec<String> = (counts.iter().take(NAMED))
            .map(|(event, n)| format!("{} of {event}", count(*n)))
            .collect();
        if counts.len() > NAMED {
            named.push(format!("others of {} more events", counts.len() - NAMED));
        }
        Some(format!(
            "{} later firings are left out: {}",
            count(all),
            named.join(", ")
        ))
    }
}

/// Events that a remark names.
const NAMED: usize = 8;

impl Happening {
    /// Whether a trend shifted by a hazard of its own.
    pub fn is_of_trends(&self) -> bool {
        self.shift && !self.event.contains('.')
    }
}

/// Trials of one outcome that stand for many of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Typical {
    /// Version of this format.
    pub format: u32,
    pub tool: Tool,
    /// Name of the outcome.
    pub outcome: String,
    pub outcome_title: String,
    /// Trials of the run, from the first, that were looked through.
    pub searched: u64,
    /// True if the search was ended early: there may be more in the rest of the run.
    #[serde(default)]
    pub interrupted: bool,
    /// Those of them with this outcome, each counted to the story that it is most like.
    pub compared: u64,
    /// Some of these, evenly spread over them, among which the stories were found.
    #[serde(default)]
    pub grouped: u64,
    /// Whether they fall into groups at all; if not, stories that were asked for by number are
    /// places in one crowd.
    #[serde(default)]
    pub in_groups: bool,
    /// Mean silhouette of the grouped ones, from -1 to 1; `None` with a single story, if none was
    /// found.
    #[serde(default)]
    pub silhouette: Option<f64>,
    /// The largest that was found when events were dealt to the trials independently; `None` if it
    /// did not come to that.
    #[serde(default)]
    pub silhouette_if_independent: Option<f64>,
    /// The one that stands for most first; none if the outcome did not come up.
    pub stories: Vec<TypicalStory>,
}

/// A trial in the middle of its group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TypicalStory {
    /// Share of the trials compared that are more like this one than like the other stories.
    pub share: f64,
    /// Its standard error, from replicates; of a single story 0.
    #[serde(default)]
    pub share_std_error: f64,
    /// What tells its group from the others: what happens more often first.
    #[serde(default)]
    pub tells: Vec<Tell>,
    /// The story in sentences.
    #[serde(default)]
    pub narrative: Vec<String>,
    pub story: Storyline,
}

/// How often an event happens in a group and in the others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Tell {
    pub event: String,
    pub title: String,
    /// Share of the group's trials in which it happens.
    pub here: f64,
    pub here_std_error: f64,
    /// Share of the other trials of the outcome.
    pub elsewhere: f64,
    pub elsewhere_std_error: f64,
}

/// Where a trial stands at one instant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StoryState {
    pub trend: String,
    pub phase: String,
    /// Values by state.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub states: IndexMap<String, String>,
    pub indicators: IndexMap<String, f64>,
}

/// A firing before the start, or since when what a trial starts in has lasted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Earlier {
    /// Years since the start, below 0.
    pub time: f64,
    /// The same as an ISO date.
    pub date: String,
    pub what: EarlierKind,
    /// Of the event or of the state; `phase` of the phase.
    pub name: String,
    /// The title of the event, of the phase, or of the value of the state.
    pub title: String,
}

/// What is known of the time before the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EarlierKind {
    /// An event fired.
    Event,
    /// The phase was entered.
    Phase,
    /// The state got its value.
    State,
}

/// An event that fired, a trend that shifted, or a state that moved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Happening {
    /// Years since the start.
    pub time: f64,
    /// The same as an ISO date.
    pub date: String,
    /// Name of the event; `FROM>TO` for a trend shift, `STATE.FROM>TO` for a move of a state.
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
#[non_exhaustive]
pub enum StoryChange {
    Phase {
        from: String,
        to: String,
    },
    Trend {
        from: String,
        to: String,
    },
    State {
        name: String,
        from: String,
        to: String,
    },
    Indicator {
        name: String,
        #[serde(deserialize_with = "super::read::number")]
        from: f64,
        #[serde(deserialize_with = "super::read::number")]
        to: f64,
    },
}
