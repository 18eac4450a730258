//! The file format as types: what a scenario says, keys decoded, names not yet resolved.
//!
//! The decoder makes these from the effective scenario (after `extends` and `--set`); the schema is
//! derived from them, and their doc comments are its descriptions. Durations and dates are already
//! years; formulas are still text. Whatever a later stage may have to complain about carries its
//! JSON pointer ([`At`]).

use super::combine::Combine;
use super::forms;
use crate::diagnostic::Place;
use indexmap::IndexMap;
use jiff::civil::Date;
use schemars::JsonSchema;

pub use super::clocks::{Again, Ageing, Baseline, Period, Recurrence, Since, Start, Waiting};
pub use super::drawn::{Distribution, Draw, Expert, Family, Form, Interval};
pub use super::hazard::{Base, Hazard, HazardRatio, Times};
pub use super::history::{Before, History};
pub use super::moving::{Destination, Restriction, Share, State, StateValue};
pub use super::tables::{Table, TableOver, TablePlace};

/// A value with the JSON pointer (into the effective scenario) at which it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct At<T> {
    pub value: T,
    pub pointer: String,
}

impl<T> At<T> {
    pub fn new(value: T, pointer: impl Into<String>) -> Self {
        Self {
            value,
            pointer: pointer.into(),
        }
    }

    /// The place of this value.
    pub fn place(&self) -> Place {
        Place::value(self.pointer.clone())
    }

    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> At<U> {
        At {
            value: change(self.value),
            pointer: self.pointer,
        }
    }
}

/// A number, or the text of a formula that gives one. Numbers are finite. Times are in years.
#[derive(Clone, Debug, PartialEq)]
pub enum NumberOrFormula {
    Number(f64),
    Formula(String),
}

/// A number or formula, and where it stands.
pub type Quantity = At<NumberOrFormula>;

/// The text of a truth-valued formula, and where it stands.
pub type Condition = At<String>;

/// The name of something defined elsewhere in the file, and where it is referred to.
pub type Reference = At<String>;

/// A scenario file: an analyst's assumptions about a conflict.
#[derive(Clone, Debug, JsonSchema)]
#[schemars(deny_unknown_fields, transform = forms::with_time)]
pub struct Scenario {
    /// Address of the JSON Schema, for editors.
    #[schemars(rename = "$schema")]
    pub schema: Option<String>,
    /// Version of the file format. Format 2 takes no thing that is called `note`, `source`,
    /// `sources`, `title`, `by` or `else`.
    #[schemars(with = "forms::Format")]
    pub format: u64,
    /// Short name of the scenario.
    #[schemars(with = "forms::Line")]
    pub name: String,
    /// Name to show to readers.
    pub title: Option<String>,
    /// What the scenario is about.
    pub note: Option<String>,
    /// The answer in a sentence or two, with results in braces, such as `{group.NAME}`; one is made
    /// if it is not stated.
    #[schemars(with = "Option<String>")]
    pub headline: Option<At<String>>,
    /// Words that stand beside chances, each with the chance up to which it reaches, ascending to
    /// 1; after ICD 203 if not stated.
    #[schemars(with = "Option<forms::WordsForm>")]
    pub words: Option<super::words::Words>,
    /// Path of the parent file, relative to this one; this file then gives only what differs.
    pub extends: Option<String>,
    /// Date of t = 0, at 00:00. A file that needs no time leaves it out, with `horizon` and `step`.
    #[schemars(with = "Option<forms::DateForm>")]
    pub start: Option<Date>,
    /// End of every trial: a duration, or a date.
    #[schemars(with = "Option<forms::HorizonForm>")]
    pub horizon: Option<At<Horizon>>,
    /// Time between grid points: a duration.
    #[schemars(with = "Option<forms::DurationForm>")]
    pub step: Option<At<f64>>,
    /// Where numbers come from, by the name that `source` uses.
    #[schemars(default)]
    pub sources: IndexMap<String, Source>,
    /// Uncertain constants, drawn once a parameter draw, and formulas of them.
    #[schemars(default)]
    pub parameters: IndexMap<String, Parameter>,
    /// Numbers that chance decides once a trial, and formulas of them.
    #[schemars(with = "IndexMap<String, forms::PerTrial>", default)]
    pub per_trial: IndexMap<String, Parameter>,
    /// Rank correlations between parameters, or between quantities of the trial.
    #[schemars(default)]
    pub correlations: Vec<RankCorrelation>,
    /// The mutually exclusive regimes that drive the conflict.
    #[schemars(default)]
    pub trends: IndexMap<String, Trend>,
    /// Dirichlet concentration of the trend weights, from 1e-6 to 1e9: the larger, the surer.
    /// Without it the weights are fixed.
    #[schemars(with = "Option<forms::Concentration>")]
    pub weight_concentration: Option<At<f64>>,
    /// Hazards of moving from one trend (outer key) to another (inner key).
    #[schemars(default)]
    pub shifts: IndexMap<String, IndexMap<String, Hazard>>,
    /// The mutually exclusive states that the conflict can be in.
    #[schemars(default)]
    pub phases: IndexMap<String, Phase>,
    /// Further state machines: named variables that have one of a few named values at a time.
    #[schemars(default)]
    pub states: IndexMap<String, State>,
    /// State variables.
    #[schemars(default)]
    pub indicators: IndexMap<String, Indicator>,
    /// Correlations between the noises of indicators.
    #[schemars(default)]
    pub noise_correlations: Vec<NoiseCorrelation>,
    /// Numbers that are looked up: by the month, by the date, or by a number in brackets.
    #[schemars(default)]
    pub tables: IndexMap<String, Table>,
    /// Named formulas over the state.
    #[schemars(default)]
    pub derived: IndexMap<String, Derived>,
    /// What can happen, and what it does.
    #[schemars(default)]
    pub events: IndexMap<String, Event>,
    /// What happened before the start: since when the phase and states have been as they are, and
    /// when events fired.
    #[schemars(with = "Option<forms::HistoryForm>")]
    pub history: Option<History>,
    /// What outcomes are summed under.
    #[schemars(default)]
    pub groups: IndexMap<String, Group>,
    /// Classes of finished trials; the first rule that holds decides.
    #[schemars(default)]
    pub outcomes: Vec<Outcome>,
    /// Numbers read off finished trials.
    #[schemars(default)]
    pub metrics: IndexMap<String, Metric>,
    /// Means of metrics over means of others.
    #[schemars(default)]
    pub ratios: IndexMap<String, Ratio>,
    /// Yes/no forecasts, with a date or about the whole run.
    #[schemars(default)]
    pub questions: IndexMap<String, Question>,
    /// Reserved for what has been observed since the start; a file with it is refused.
    #[schemars(with = "Option<forms::Reserved>")]
    pub evidence: Option<()>,
    /// Defaults for the size of a run.
    #[schemars(default)]
    pub run: Run,
}

/// The end of every trial.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Horizon {
    /// Years since the start, positive.
    Years(f64),
    /// A day after the start.
    Date(Date),
}

/// Why a number is what it is.
#[derive(Clone, Debug, Default, PartialEq, JsonSchema)]
pub struct Why {
    /// Why it is so, in words.
    pub note: Option<String>,
    /// Names of entries of `sources`: one, or a list.
    #[schemars(with = "Option<forms::OneOrMoreNames>", default)]
    pub source: Vec<Reference>,
}

/// Where numbers come from.
#[derive(Clone, Debug, Default, PartialEq, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Source {
    /// What it is called.
    pub title: Option<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// Who published it.
    pub publisher: Option<String>,
    /// Where it is to be found.
    pub url: Option<String>,
    /// When it was published or read, in any form.
    pub date: Option<String>,
    /// What else is to be said of it.
    pub note: Option<String>,
}

/// An uncertain constant, or a number that chance decides once a trial.
#[derive(Clone, Debug)]
pub struct Parameter {
    pub pointer: String,
    pub title: Option<String>,
    pub unit: Option<String>,
    pub why: Why,
    /// Its numbers may be formulas of others.
    pub draw: Draw,
}

/// A rank correlation between two parameters, or between two quantities of the trial.
#[derive(Clone, Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct RankCorrelation {
    #[schemars(skip)]
    pub pointer: String,
    /// The two parameters, or the two quantities of the trial.
    #[schemars(with = "[forms::Name; 2]")]
    pub between: [Reference; 2],
    /// Spearman's rank correlation, between -1 and 1.
    #[schemars(with = "forms::CorrelationForm")]
    pub rank: At<f64>,
    #[schemars(flatten)]
    pub why: Why,
}

/// A correlation between the noises of two indicators.
#[derive(Clone, Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct NoiseCorrelation {
    #[schemars(skip)]
    pub pointer: String,
    /// The two indicators.
    #[schemars(with = "[forms::Name; 2]")]
    pub between: [Reference; 2],
    /// Correlation of the normals, between -1 and 1.
    #[schemars(with = "forms::CorrelationForm")]
    pub value: At<f64>,
    #[schemars(flatten)]
    pub why: Why,
}

/// A regime that drives the conflict.
#[derive(Clone, Debug, JsonSchema)]
#[schemars(deny_unknown_fields, extend("dependentRequired" = {"by": ["when"]}))]
pub struct Trend {
    /// Name to show to readers.
    pub title: Option<String>,
    /// Probability that a trial starts under it; weights that do not sum to one are normalised.
    #[schemars(with = "forms::WeightForm")]
    pub weight: At<f64>,
    /// What its coming true looks like: a condition over the path so far.
    #[schemars(with = "Option<forms::ConditionForm>")]
    pub when: Option<Condition>,
    /// Times by which to ask whether it has come true, besides the end: dates, each of which counts
    /// as a whole, or durations since the start; 12 months if not stated.
    #[schemars(with = "Option<Vec<forms::ReportedForm>>")]
    pub by: Option<Vec<At<Horizon>>>,
    #[schemars(flatten)]
    pub why: Why,
}

/// A state that the conflict can be in.
#[derive(Clone, Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Phase {
    /// Name to show to readers.
    pub title: Option<String>,
    /// Probability of being in it at t = 0; `true` means 1.
    #[schemars(with = "Option<forms::StartForm>")]
    pub start: Option<Quantity>,
    /// Entering it freezes the trial.
    #[schemars(rename = "final", default)]
    pub is_final: bool,
    #[schemars(flatten)]
    pub why: Why,
}

/// A state variable.
#[derive(Clone, Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Indicator {
    /// Name to show to readers.
    pub title: Option<String>,
    /// Unit to show beside its values.
    pub unit: Option<String>,
    /// Value at t = 0.
    pub start: Draw,
    /// Rate of change, per year.
    pub drift: Option<Coefficient>,
    /// Standard deviation of its noise, per square root of a year.
    pub volatility: Option<Coefficient>,
    /// Lowest and highest value; `null` leaves an end open.
    #[schemars(with = "Option<forms::RangeForm>")]
    pub range: Option<Interval>,
    /// What happens at the ends of the range.
    #[schemars(default)]
    pub at_range: AtRange,
    #[schemars(flatten)]
    pub why: Why,
}

/// What happens to an indicator that would leave its range.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub enum AtRange {
    /// It stays at the end of the range.
    #[default]
    Clamp,
    /// It is mirrored back into the range.
    Reflect,
}

/// A number or formula that may differ by trend, by phase or by the value of a state.
#[derive(Clone, Debug)]
pub enum Coefficient {
    Plain(Quantity),
    By(Box<Choice>),
}

/// `{"by": "trend", NAME: …, "else": …}`.
#[derive(Clone, Debug)]
pub struct Choice {
    pub pointer: String,
    pub by: By,
    /// By the name of the trend, phase or value; a key's place is the arm's pointer with
    /// `Part::Key`.
    pub arms: IndexMap<String, Coefficient>,
    /// For those that have no arm.
    pub otherwise: Option<Coefficient>,
    pub why: Why,
}

/// What a [`Choice`] depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    Trend,
    Phase,
    /// The state of this name.
    State(String),
}

/// A named formula over the state: its text, or an object with a `value`.
#[derive(Clone, Debug)]
pub struct Derived {
    pub title: Option<String>,
    pub unit: Option<String>,
    pub value: Coefficient,
    pub why: Why,
}

/// Something that can happen.
#[derive(Clone, Debug)]
pub struct Event {
    pub pointer: String,
    pub title: Option<String>,
    pub fires: Fires,
    pub guard: Option<Condition>,
    pub phases: Option<Vec<Reference>>,
    pub trends: Option<Vec<Reference>>,
    /// What `in` and `not_in` say.
    pub restrictions: Vec<Restriction>,
    /// At least 1.
    pub limit: Option<u32>,
    /// Years.
    pub rest: Option<Quantity>,
    /// That it fires when its time has come; 1 if not stated.
    pub probability: Option<Quantity>,
    /// Where it is not allowed when its time has come, it waits until it is.
    pub waits_until_allowed: bool,
    /// Of events due at one instant, those of higher priority come first.
    pub priority: i32,
    pub effects: Vec<Effect>,
    /// Results that exclude one another, by name.
    pub branches: IndexMap<String, Branch>,
    pub why: Why,
}

/// One of several results of a firing.
#[derive(Clone, Debug)]
pub struct Branch {
    pub pointer: String,
    pub title: Option<String>,
    /// `None`: whatever the others leave.
    pub probability: Option<Quantity>,
    pub effects: Vec<Effect>,
    pub why: Why,
}

/// What makes an event fire.
#[derive(Clone, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "a scenario has few of them, and readers match on what is inside"
)]
pub enum Fires {
    Hazard(Hazard),
    /// At a point in time.
    At(Moment),
    /// At dates that recur.
    Every(Recurrence),
    /// Some time after something else.
    After(Waiting),
    /// At the instant at which the condition becomes true.
    When(Condition),
}

/// A point in time.
#[derive(Clone, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "a scenario has few of them, and readers match on what is inside"
)]
pub enum Moment {
    /// At 00:00 of this day.
    Date(At<Date>),
    /// Years since the start; dates among the arguments have been turned into years.
    Drawn(Draw),
}

/// What a firing does.
#[derive(Clone, Debug)]
pub struct Effect {
    pub pointer: String,
    pub action: Action,
    pub why: Why,
}

/// The change that an effect makes.
#[derive(Clone, Debug)]
pub enum Action {
    Change {
        indicator: Reference,
        combine: Combine,
        amount: Draw,
    },
    Phase(Destination),
    Trend(Destination),
    Move {
        state: Reference,
        to: Destination,
    },
    /// All of them read the state before any of them changes it.
    Together(Vec<Effect>),
}

/// What some outcomes have in common.
#[derive(Clone, Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Group {
    /// Name to show to readers.
    pub title: Option<String>,
    #[schemars(flatten)]
    pub why: Why,
}

/// A class of finished trials.
#[derive(Clone, Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Outcome {
    #[schemars(skip)]
    pub pointer: String,
    /// Its name.
    #[schemars(with = "forms::Name")]
    pub name: At<String>,
    /// Name to show to readers.
    pub title: Option<String>,
    /// The group that it is summed under.
    #[schemars(with = "Option<forms::Name>")]
    pub group: Option<Reference>,
    /// Condition over the finished trial.
    #[schemars(with = "forms::ConditionForm")]
    pub when: Condition,
    #[schemars(flatten)]
    pub why: Why,
}

/// A number read off a finished trial: its formula, or an object with a `value`.
#[derive(Clone, Debug)]
pub struct Metric {
    pub title: Option<String>,
    pub unit: Option<String>,
    pub value: Quantity,
    /// Its whole distribution function goes into the result.
    pub full: bool,
    pub why: Why,
}

/// The mean of one metric over the mean of another.
#[derive(Clone, Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Ratio {
    /// Name to show to readers.
    pub title: Option<String>,
    /// Unit to show beside it.
    pub unit: Option<String>,
    /// The metric whose mean is divided.
    #[schemars(with = "forms::Name")]
    pub of: Reference,
    /// The metric whose mean it is divided by.
    #[schemars(with = "forms::Name")]
    pub over: Reference,
    #[schemars(flatten)]
    pub why: Why,
}

/// A yes/no forecast.
#[derive(Clone, Debug)]
pub struct Question {
    pub pointer: String,
    pub title: Option<String>,
    pub asks: Asks,
    /// A condition over the path up to the instant that is asked about: only trials in which it
    /// holds count.
    pub given: Option<Condition>,
    pub why: Why,
}

/// What a question asks.
#[derive(Clone, Debug)]
pub enum Asks {
    /// Did the condition hold at any time up to the end of that day, or of the run?
    EverBy {
        condition: Condition,
        by: Option<At<Date>>,
    },
    /// Did the condition hold at that date, or at the end?
    HoldsAt {
        condition: Condition,
        at: Option<At<Date>>,
    },
}

/// Defaults for the size of a run; the command line overrides them.
#[derive(Clone, Debug, Default, PartialEq, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Run {
    /// Number of trials in all, at least 1.
    #[schemars(with = "Option<forms::Count>")]
    pub trials: Option<At<u64>>,
    /// Number of parameter draws, at least 1.
    #[schemars(with = "Option<forms::Count>")]
    pub draws: Option<At<u64>>,
    /// Seed of all random numbers.
    #[schemars(with = "Option<forms::Seed>")]
    pub seed: Option<At<u64>>,
    /// Times at which series are reported: dates or durations since the start. The end is always
    /// one of them.
    #[schemars(with = "Option<Vec<forms::ReportedForm>>")]
    pub times: Option<Vec<At<f64>>>,
    /// Shares between 0 and 1 at which quantiles of metrics, indicators and derived values are
    /// told, beside the usual ones.
    #[schemars(with = "Option<Vec<forms::LevelForm>>")]
    pub quantiles: Option<Vec<At<f64>>>,
    /// Why these.
    pub note: Option<String>,
}
