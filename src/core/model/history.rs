//! What happened before the start.

use crate::expression::Expr;
use std::collections::BTreeSet;

/// Years before the start from which on instants that formulas give are rarely met.
const LONG_AGO: f64 = 50.0;

/// How long what a trial starts in has lasted, and when events fired before; in years. Formulas
/// read parameters and quantities of the trial.
#[derive(Clone, Debug)]
pub struct History {
    /// Age of the phase that a trial starts in.
    pub phase: Expr,
    /// Age of the value that a trial starts in, by state.
    pub states: Vec<Expr>,
    /// By event: the instants at which it fired, all negative; numbers first, ascending. Those of a
    /// branch are among those of its event.
    pub events: Vec<Vec<Expr>>,
}

impl History {
    /// Nothing.
    pub fn none(states: usize, events: usize) -> Self {
        Self {
            phase: Expr::Number(0.0),
            states: vec![Expr::Number(0.0); states],
            events: vec![Vec::new(); events],
        }
    }

    /// The events that fired, by index.
    pub fn fired(&self) -> BTreeSet<usize> {
        (0..self.events.len()).filter(|e| self.has(*e)).collect()
    }

    /// Has an event fired?
    pub fn has(&self, event: usize) -> bool {
        self.events
            .get(event)
            .is_some_and(|times| !times.is_empty())
    }

    /// Every number and formula.
    pub fn each(&self) -> impl Iterator<Item = &Expr> {
        let ages = self.states.iter().chain([&self.phase]);
        ages.chain(self.events.iter().flatten())
    }

    /// An instant before which hardly anything of it lies; 0 if there is nothing.
    pub fn earliest(&self) -> f64 {
        self.each().fold(0.0, |first, one| match one {
            Expr::Number(years) => f64::min(first, -years.abs()),
            _ => f64::min(first, -LONG_AGO),
        })
    }

    /// When an event last fired, as far as numbers say, and whether that is all; `-inf` if it never
    /// has.
    pub fn last(&self, event: usize) -> (f64, bool) {
        let times = self.events.get(event).map_or(&[][..], Vec::as_slice);
        let numbers = times.iter().filter_map(|time| match time {
            Expr::Number(years) => Some(*years),
            _ => None,
        });
        let last = numbers.clone().fold(f64::NEG_INFINITY, f64::max);
        (last, numbers.count() == times.len())
    }
}
