//! What has one of a few named values at a time, and what moves it.

use super::types::{Combine, Draw};
use crate::expression::Expr;
use crate::math::chance;

/// A variable with named values, beside the phase and the trend.
#[derive(Clone, Debug)]
pub struct State {
    pub name: String,
    pub title: String,
    pub display: usize,
    /// In canonical order; at least one can be started in.
    pub values: Vec<StateValue>,
}

#[derive(Clone, Debug)]
pub struct StateValue {
    pub name: String,
    pub title: String,
    pub display: usize,
    /// Probability of starting here, normalised by the engine over all values; reads parameters
    /// only.
    pub start: Expr,
}

/// What an effect can move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Machine {
    Phase,
    Trend,
    /// A state by its index.
    State(usize),
}

/// A move that has a hazard of its own in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shift {
    pub machine: Machine,
    pub from: usize,
    pub to: usize,
}

/// Where a move leads, as indices of phases, trends or values.
#[derive(Clone, Debug, PartialEq)]
pub enum Destination {
    One(usize),
    /// Drawn at each firing. What the probabilities leave goes to `rest`, or moves nothing.
    Drawn {
        /// In canonical order, with their probabilities.
        shares: Vec<(usize, Expr)>,
        rest: Option<usize>,
    },
}

impl Destination {
    /// All that it can lead to.
    pub fn all(&self) -> Vec<usize> {
        match self {
            Self::One(to) => vec![*to],
            Self::Drawn { shares, rest } => (shares.iter())
                .filter(|(_, share)| *share != Expr::Number(0.0))
                .map(|(to, _)| *to)
                .chain(*rest)
                .collect(),
        }
    }

    /// Whether it leads somewhere each time.
    pub fn is_sure(&self) -> bool {
        match self {
            Self::One(_) | Self::Drawn { rest: Some(_), .. } => true,
            Self::Drawn { shares, .. } => {
                let constant = |share: &Expr| match share {
                    Expr::Number(value) => Some(*value),
                    _ => None,
                };
                let sum: Option<f64> = shares.iter().map(|(_, share)| constant(share)).sum();
                sum.is_some_and(chance::is_all)
            }
        }
    }

    /// The probabilities that it evaluates.
    pub fn shares(&self) -> impl Iterator<Item = &Expr> {
        let shares = match self {
            Self::One(_) => &[][..],
            Self::Drawn { shares, .. } => shares,
        };
        shares.iter().map(|(_, share)| share)
    }
}

/// What a firing does.
#[derive(Clone, Debug)]
pub enum Effect {
    Change {
        indicator: usize,
        combine: Combine,
        amount: Draw,
    },
    Move {
        machine: Machine,
        to: Destination,
    },
}

impl Effect {
    /// The indicator that it moves.
    pub fn indicator(&self) -> Option<usize> {
        match self {
            Self::Change { indicator, .. } => Some(*indicator),
            Self::Move { .. } => None,
        }
    }

    /// Where it moves one machine.
    pub fn moves(&self, of: Machine) -> Option<&Destination> {
        match self {
            Self::Move { machine, to } if *machine == of => Some(to),
            _ => None,
        }
    }

    /// Visits the formulas that it evaluates.
    pub fn each_formula(&self, visit: &mut dyn FnMut(&Expr)) {
        match self {
            Self::Move { to, .. } => to.shares().for_each(visit),
            _ => self.draw().into_iter().for_each(|d| d.each_formula(visit)),
        }
    }

    /// What it does to an indicator.
    pub fn draw(&self) -> Option<&Draw> {
        match self {
            Self::Change { amount, .. } => Some(amount),
            Self::Move { .. } => None,
        }
    }
}
