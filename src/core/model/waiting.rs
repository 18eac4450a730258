//! Clocks that something starts, and hazards that change with age.

use super::types::{Again, Draw};
use crate::expression::Expr;

/// A clock that something starts, and the time it runs.
#[derive(Clone, Debug)]
pub struct Waiting {
    pub after: StartsClock,
    /// Years, drawn at each start.
    pub wait: Draw,
    /// The same by the calendar: to the same day so many months later, or the last of that month.
    pub months: Option<u32>,
    pub again: Again,
    /// Of a phase, a trend or a value: the clock runs on when it is left.
    pub keeps_on: bool,
}

/// What starts a clock: a firing of an event, or the entry into a phase, a trend or a value of a
/// state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum StartsClock {
    Event(usize),
    Phase(usize),
    Trend(usize),
    /// A state and its value.
    Value(usize, usize),
}

/// A hazard that changes with the time since something.
#[derive(Clone, Debug)]
pub struct Ageing {
    pub baseline: Baseline,
    pub since: Since,
}

/// The hazard at each age (years); its numbers read parameters only. The formulas are those of
/// [`scenario::Baseline`](crate::scenario::Baseline).
#[derive(Clone, Debug)]
pub enum Baseline {
    Weibull { shape: Expr, scale: Expr },
    Gompertz { rate: Expr, growth: Expr },
    LogLogistic { shape: Expr, scale: Expr },
    Steps(Vec<(f64, Expr)>),
}

/// What an age is counted from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    Start,
    Phase,
    /// The last move of a state.
    State(usize),
    /// The last time that this happened; there is no hazard before the first.
    Last(StartsClock),
}

impl Baseline {
    /// Its numbers, in order.
    pub fn numbers(&self) -> Vec<&Expr> {
        match self {
            Self::Weibull { shape, scale } | Self::LogLogistic { shape, scale } => {
                vec![shape, scale]
            }
            Self::Gompertz { rate, growth } => vec![rate, growth],
            Self::Steps(steps) => steps.iter().map(|(_, rate)| rate).collect(),
        }
    }
}
