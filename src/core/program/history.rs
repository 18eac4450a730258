//! What happened before the start: numbers, and slots of formulas.

use super::columns::Scalar;
use super::compile::Compiler;
use crate::diagnostic::pointer;
use crate::expression::Expr;

/// What happened before the start: years since it, or slots that a batch fills at its beginning.
#[derive(Clone, Debug)]
pub struct HistoryCode {
    /// Age of the phase that a trial starts in.
    pub phase: Scalar,
    /// By state, that of its value.
    pub states: Vec<Scalar>,
    /// By event: instants, all negative; numbers first, ascending.
    pub events: Vec<Vec<Scalar>>,
}

impl Compiler<'_> {
    /// What happened before the start.
    pub fn history(&mut self) -> HistoryCode {
        let model = self.model;
        let mut known = |expr: &Expr, (low, high): (f64, f64), name: &[&str]| match expr {
            Expr::Number(years) => Scalar::Value(*years),
            formula => {
                let at = name
                    .iter()
                    .fold("/history".to_owned(), |at, key| pointer::join(&at, key));
                Scalar::Slot(self.bounded(formula, (low, high), at))
            }
        };
        let lasted = (f64::MIN_POSITIVE, f64::MAX);
        let before = (f64::MIN, -f64::MIN_POSITIVE);
        HistoryCode {
            phase: known(&model.history.phase, lasted, &["phase"]),
            states: (model.history.states.iter().zip(&model.states))
                .map(|(age, state)| known(age, lasted, &[&state.name]))
                .collect(),
            events: (model.history.events.iter().zip(&model.events))
                .map(|(times, event)| {
                    let times = times.iter();
                    times
                        .map(|time| known(time, before, &["events", &event.name]))
                        .collect()
                })
                .collect(),
        }
    }
}
