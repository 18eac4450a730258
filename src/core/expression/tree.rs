//! The typed tree of a checked formula: names resolved to indices, every node known to be a number
//! or a truth value.
//!
//! Built by the checker, read by the compiler in `program`. Indices count within the model's
//! canonical order (by name).

use super::curve::Curve;
use std::sync::Arc;

/// A formula after checking. Truth-valued nodes are marked; all others are numbers.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    Number(f64),
    /// Truth-valued constant.
    Truth(bool),
    /// Parameter by index; the quantities of the trial are counted on behind them.
    Parameter(usize),
    /// Indicator by index, its present value.
    Indicator(usize),
    /// Derived value by index, its present value.
    Derived(usize),
    /// Years since the start.
    Time,
    /// Calendar month, 1 to 12.
    Month,
    /// Years since the present phase was entered.
    TimeInPhase,
    /// Number of firings of an event so far.
    Count(usize),
    /// Truth: the event has fired.
    Ever(usize),
    /// Years since the last firing of an event, `+inf` before the first.
    Since(usize),
    /// Truth: the present phase is one of these.
    PhaseIn(Vec<usize>),
    /// Truth: the present trend is one of these.
    TrendIn(Vec<usize>),
    /// Truth: the trend at t = 0 was one of these (finished trials only).
    StartTrendIn(Vec<usize>),
    /// Truth: a state, by index, has one of these values.
    StateIn(usize, Vec<usize>),
    /// Years since a state last moved.
    Age(usize),
    Negate(Box<Expr>),
    /// Truth-valued.
    Not(Box<Expr>),
    Arithmetic(Arithmetic, Box<Expr>, Box<Expr>),
    /// Truth-valued.
    Compare(Comparison, Box<Expr>, Box<Expr>),
    /// Truth-valued.
    And(Box<Expr>, Box<Expr>),
    /// Truth-valued.
    Or(Box<Expr>, Box<Expr>),
    /// `if(condition, then, otherwise)`; both branches are numbers, or both truth values.
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    /// A call of a numeric function.
    Call(Function, Vec<Expr>),
    /// A table, and where in it.
    Lookup(Arc<Curve>, Box<Expr>),
    /// One arm for each trend, in canonical order.
    ByTrend(Vec<Expr>),
    /// One arm for each phase, in canonical order.
    ByPhase(Vec<Expr>),
    /// One arm for each value of a state, in canonical order.
    ByState(usize, Vec<Expr>),
    /// A reading of the finished path (outcomes and metrics only).
    Path(PathReading),
}

/// What outcomes and metrics read off a finished trial.
#[derive(Clone, Debug, PartialEq)]
pub enum PathReading {
    /// Value of an expression over the state at the horizon.
    Final(Box<Expr>),
    /// Largest value along the path.
    Highest(Box<Expr>),
    /// Smallest value along the path.
    Lowest(Box<Expr>),
    /// Time average along the path.
    Average(Box<Expr>),
    /// Years during which a condition held.
    TimeIn(Box<Expr>),
    /// Time of an event's first firing, in years since the start, `+inf` if never.
    FirstEvent(usize),
    /// First time at which a condition held, `+inf` if never.
    FirstWhen(Box<Expr>),
    /// Truth: the condition held at some time.
    EverWhen(Box<Expr>),
    /// Value at an instant, in years since the start, of a number or a condition over the path up
    /// to it.
    At(Box<Expr>, f64),
    /// Firings of an event from one instant to another, both included; `-inf` and `+inf` where
    /// there is no such end.
    CountWithin { event: usize, from: f64, to: f64 },
    /// Time of an event's first firing after the first one of another, `+inf` if never.
    FirstAfter { event: usize, after: usize },
    /// Part of the time during which a condition held.
    Share(Box<Expr>),
    /// Integral over time, discounted at a rate per year (over parameters) if there is one.
    Total(Box<Expr>, Option<Box<Expr>>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    Power,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    NotEqual,
}

/// Numeric functions of the formula language. `min` and `max` take two or more arguments, `clamp`
/// takes (value, low, high).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    Min,
    Max,
    Clamp,
    Abs,
    Floor,
    Ceil,
    Round,
    /// The rest of a division, with the sign of the divisor.
    Mod,
    Sign,
    Exp,
    Ln,
    Log10,
    Sqrt,
    Sin,
    Cos,
    Logistic,
}
