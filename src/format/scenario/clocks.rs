//! Dates that recur, clocks that something starts, and hazards that change with age, as the file
//! states them.

use super::types::{At, Draw, Quantity, Reference};
use jiff::civil::Date;

/// Dates that recur: the first, and one after each period.
#[derive(Clone, Debug)]
pub struct Recurrence {
    pub period: At<Period>,
    /// One period after the start if not stated.
    pub from: Option<At<Date>>,
    /// The last day that counts.
    pub until: Option<At<Date>>,
}

/// The time between dates that recur.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Period {
    /// So many months of the calendar.
    Months(u32),
    /// So many years of 365.25 days.
    Years(f64),
}

/// A clock that something starts, and the time it runs.
#[derive(Clone, Debug)]
pub struct Waiting {
    pub after: Start,
    /// Years.
    pub wait: Draw,
    /// The same by the calendar, where it is stated as a number of months or years.
    pub months: Option<u32>,
    pub again: Again,
    /// Of a phase, a trend or a value: the clock runs on when it is left.
    pub keeps_on: bool,
}

/// What starts a clock.
#[derive(Clone, Debug)]
pub enum Start {
    /// A firing of this event, or of a branch.
    Event(Reference),
    /// The entry into this phase.
    Phase(Reference),
    /// The entry into this trend.
    Trend(Reference),
    /// The entry of this state into this value.
    Value { state: Reference, value: Reference },
}

/// What a further start does to a clock that runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Again {
    /// It starts anew.
    #[default]
    Restart,
    /// Nothing.
    Ignore,
    /// Another clock runs beside it.
    Also,
}

/// A hazard that changes with the time since something.
#[derive(Clone, Debug)]
pub struct Ageing {
    pub baseline: Baseline,
    pub since: Since,
}

/// The hazard at each age; ages in years.
#[derive(Clone, Debug)]
pub enum Baseline {
    /// (shape/scale) (age/scale)^(shape - 1).
    Weibull { shape: Quantity, scale: Quantity },
    /// rate exp(growth age).
    Gompertz { rate: Quantity, growth: Quantity },
    /// (shape/scale) (age/scale)^(shape - 1) / (1 + (age/scale)^shape).
    LogLogistic { shape: Quantity, scale: Quantity },
    /// A rate per year from each of these ages on, the first of which is 0.
    Steps(Vec<(At<f64>, Quantity)>),
}

/// What an age is counted from.
#[derive(Clone, Debug)]
pub enum Since {
    /// The start of the trial.
    Start,
    /// The entry into the present phase.
    Phase,
    /// The last move of this state.
    State(Reference),
    /// The last firing of an event or a branch, or the last entry into a phase, a trend or a value.
    Last(Start),
}
