//! What is read off the path of a trial: followed values, looks at instants, notes at firings, and
//! what is made of them at the end.

use super::columns::Slot;
use super::types::Formula;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrackerKind {
    Highest,
    Lowest,
    /// Integral of the value over time.
    Integral,
    /// The same, where what comes later counts less: at a rate per year that this slot holds.
    Discounted {
        rate: Slot,
    },
    /// First time at which the value is true.
    First,
}

/// A number or a condition at an instant before the end, or at it.
#[derive(Clone, Debug)]
pub struct LookCode {
    pub value: Formula,
    pub time: f64,
    /// Where what was seen is kept.
    pub slot: Slot,
}

/// What is noted when an event fires.
#[derive(Clone, Debug)]
pub enum FiringCode {
    /// Firings from one instant to another, both included.
    CountWithin { from: f64, to: f64, slot: Slot },
    /// The first firing after another event has fired for the first time, which `after` tells.
    FirstAfter { after: Slot, slot: Slot },
}

/// Follows a value along the path.
#[derive(Clone, Debug)]
pub struct TrackerCode {
    pub kind: TrackerKind,
    pub value: Formula,
    /// Extreme, integral or first time so far.
    pub state: Slot,
    /// Integrals only: the value in force.
    pub current: Slot,
    /// Integrals only: since when it has been counted.
    pub since: Slot,
}

/// A number read off a finished trial.
#[derive(Clone, Debug)]
pub struct MetricCode {
    pub value: Formula,
    /// Slots of first times that it reads: where one of them is `+inf`, the metric has no value and
    /// is no fault.
    pub first_times: Vec<Slot>,
}

#[derive(Clone, Debug)]
pub enum QuestionCode {
    /// The tracker's first time is at or before the instant, the last one that counts.
    EverBy { tracker: u32, time: f64 },
    /// A condition at an instant; its answer is kept in `answer`, by one of
    /// [`Program::looks`](super::Program::looks).
    HoldsAt { answer: Slot },
}
