//! Questions of the model: about all trials, and about those in which a condition holds.

use crate::expression::Expr;
use jiff::civil::Date;

#[derive(Clone, Debug)]
pub struct Question {
    pub name: String,
    pub title: String,
    /// Truth-valued formula over the state; for a date, over the path so far.
    pub condition: Expr,
    pub asks: Asks,
    /// It has a date of its own; if not, it is about the whole run.
    pub dated: bool,
}

/// A question about the trials in which a condition holds.
#[derive(Clone, Debug)]
pub struct Conditional {
    pub question: Question,
    /// Truth-valued formula over the path up to the instant that the question is about.
    pub given: Expr,
    /// The same as the file has it.
    pub text: String,
}

#[derive(Clone, Copy, Debug)]
pub enum Asks {
    /// Did the condition hold at any time up to the last instant of this day?
    EverBy { date: Date, time: f64 },
    /// Did the condition hold at the start of this day?
    HoldsAt { date: Date, time: f64 },
}

impl Asks {
    /// The instant that is asked about, in years since the start.
    pub fn time(self) -> f64 {
        match self {
            Self::EverBy { time, .. } | Self::HoldsAt { time, .. } => time,
        }
    }
}
