//! What a formula may name, and what the place where it stands lets it read.
//!
//! The model builder fills [`Names`] once a scenario, and gives each formula a [`Scope`].

use super::curve::Curve;
use super::functions::{BUILTINS, Builtin, Form, Readable};
use super::tree::Expr;
use crate::diagnostic::nearest;
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The names of a scenario. Each list is sorted: a position is the index that [`Expr`] uses.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// The day of t = 0, for formulas that name days.
    pub start: Option<Date>,
    /// The file states no time axis: nothing in it can read time.
    pub timeless: bool,
    /// Years from the start to the end, for formulas that name instants.
    pub horizon: Option<f64>,
    /// The first and the last instant of history and trial, in years since the start, if months and
    /// years count by the calendar; `None` if a month is a twelfth of a year.
    pub calendar: Option<(f64, f64)>,
    /// The step is a whole number of twelfths of a year.
    pub steps_in_months: bool,
    pub parameters: Vec<String>,
    /// Quantities of the trial.
    pub per_trial: Vec<String>,
    pub indicators: Vec<String>,
    pub derived: Vec<String>,
    /// Events and trend shifts; the latter (`FROM>TO`) cannot be written in a formula.
    pub events: Vec<String>,
    /// Those of them, by index, that fired before the start: the time since then is finite.
    pub fired: BTreeSet<usize>,
    pub phases: Vec<String>,
    pub trends: Vec<String>,
    pub states: Vec<String>,
    /// By state: its values.
    pub values: Vec<Vec<String>>,
    /// Names of tables, and the tables themselves; `None` for one that is at fault.
    pub tables: Vec<String>,
    pub curves: Vec<Option<Arc<Curve>>>,
    /// Metrics and their checked formulas; `None` for one that is at fault, or not checked yet.
    /// They are put in wherever they are named.
    pub metrics: BTreeMap<String, Option<Expr>>,
}

/// How much of a trial exists where a formula is evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reads {
    /// Nothing but parameters: they belong to a draw.
    Parameters,
    /// Parameters, and the quantities that are drawn when a trial starts.
    Trial,
    /// The present state of a running trial.
    State,
    /// A finished trial: its state at the horizon, and its path.
    Path,
}

/// The surroundings of one formula.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    pub names: &'a Names,
    pub reads: Reads,
    /// Why no more can be read, for messages: "a start value is drawn before the state exists".
    pub why: &'static str,
}

/// What kind of thing carries a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thing {
    Parameter,
    PerTrial,
    Indicator,
    Derived,
    Metric,
    Table,
    Event,
    Phase,
    Trend,
    State,
}

impl Thing {
    /// The kind with its article.
    pub fn singular(self) -> &'static str {
        match self {
            Thing::Parameter => "a parameter",
            Thing::PerTrial => "a quantity of the trial",
            Thing::Indicator => "an indicator",
            Thing::Derived => "a derived value",
            Thing::Metric => "a metric",
            Thing::Table => "a table",
            Thing::Event => "an event",
            Thing::Phase => "a phase",
            Thing::Trend => "a trend",
            Thing::State => "a state",
        }
    }

    /// The kind in the plural.
    pub fn plural(self) -> &'static str {
        match self {
            Thing::Parameter => "parameters",
            Thing::PerTrial => "quantities of the trial",
            Thing::Indicator => "indicators",
            Thing::Derived => "derived values",
            Thing::Metric => "metrics",
            Thing::Table => "tables",
            Thing::Event => "events",
            Thing::Phase => "phases",
            Thing::Trend => "trends",
            Thing::State => "states",
        }
    }

    /// The kind without article.
    pub fn noun(self) -> &'static str {
        self.singular().split_once(' ').map_or("", |(_, noun)| noun)
    }
}

impl Names {
    /// The index of a thing of one kind; metrics have none.
    pub fn index(&self, thing: Thing, name: &str) -> Option<usize> {
        self.list(thing)
            .binary_search_by(|n| n.as_str().cmp(name))
            .ok()
    }

    /// The sorted names of one kind; empty for metrics.
    pub fn list(&self, thing: Thing) -> &[String] {
        match thing {
            Thing::Parameter => &self.parameters,
            Thing::PerTrial => &self.per_trial,
            Thing::Indicator => &self.indicators,
            Thing::Derived => &self.derived,
            Thing::Event => &self.events,
            Thing::Phase => &self.phases,
            Thing::Trend => &self.trends,
            Thing::State => &self.states,
            Thing::Table => &self.tables,
            Thing::Metric => &[],
        }
    }

    /// What carries this name in the space of values: parameters, quantities of the trial,
    /// indicators, derived values, tables and metrics.
    pub fn value(&self, name: &str) -> Option<(Thing, usize)> {
        let listed = [
            Thing::Parameter,
            Thing::PerTrial,
            Thing::Indicator,
            Thing::Derived,
            Thing::Table,
        ];
        listed
            .into_iter()
            .find_map(|thing| Some((thing, self.index(thing, name)?)))
            .or_else(|| {
                self.metrics
                    .contains_key(name)
                    .then_some((Thing::Metric, 0))
            })
    }

    /// The index of a value of a state.
    pub fn value_of(&self, state: usize, value: &str) -> Option<usize> {
        let values = self.values.get(state)?;
        values.binary_search_by(|v| v.as_str().cmp(value)).ok()
    }

    /// A value that a state can have, for hints.
    pub fn an_example(&self, state: &str) -> &str {
        let values = self
            .index(Thing::State, state)
            .and_then(|index| self.values.get(index)?.first());
        values.map_or("VALUE", String::as_str)
    }

    /// The first state that has a value of this name.
    pub fn state_with(&self, value: &str) -> Option<&str> {
        let has = |state: &usize| self.value_of(*state, value).is_some();
        let state = (0..self.states.len()).find(has)?;
        Some(&self.states[state])
    }

    /// What carries this name and is no value: states, events, phases, trends.
    pub fn elsewhere(&self, name: &str) -> Option<Thing> {
        [Thing::State, Thing::Event, Thing::Phase, Thing::Trend]
            .into_iter()
            .find(|thing| self.index(*thing, name).is_some())
    }

    /// "did you mean …?" for a misspelt name of one kind.
    pub fn suggest(&self, thing: Thing, name: &str) -> Option<String> {
        let words = self.list(thing).iter().map(String::as_str);
        // Shifts have no name that a formula could write.
        did_you_mean(name, words.filter(|w| !w.contains('>')))
    }

    /// "did you mean …?" for a misspelt value of a formula that reads this much.
    pub fn suggest_value(&self, reads: Reads, name: &str) -> Option<String> {
        let known = self.parameters.iter().chain(&self.tables);
        let mut candidates: Vec<&str> = known.map(String::as_str).collect();
        if reads >= Reads::Trial {
            candidates.extend(self.per_trial.iter().map(String::as_str));
        }
        if reads >= Reads::State {
            candidates.extend(
                self.indicators
                    .iter()
                    .chain(&self.derived)
                    .map(String::as_str),
            );
        }
        if reads == Reads::Path {
            candidates.extend(self.metrics.keys().map(String::as_str));
        }
        if reads >= Reads::State {
            candidates.extend(self.states.iter().map(String::as_str));
        }
        let word =
            |b: &&Builtin| !b.is_function() && b.form != Form::Operator && reads.offers(b.readable);
        candidates.extend(BUILTINS.iter().filter(word).map(|b| b.name));
        did_you_mean(name, candidates)
    }
}

impl Reads {
    /// Can something that wants this much be used here?
    pub fn offers(self, wanted: Readable) -> bool {
        match wanted {
            Readable::Anywhere => true,
            Readable::State => self >= Reads::State,
            Readable::Path => self == Reads::Path,
        }
    }
}

/// "did you mean …?" if one of the candidates is near enough to what was written.
pub fn did_you_mean<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    nearest(name, candidates).map(|found| format!("did you mean `{found}`?"))
}
