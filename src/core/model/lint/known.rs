//! What can be said about a formula when only the phase and the trend are known.
//!
//! Constants propagate, everything that a trial would have to find out is unknown; zero times
//! anything is zero.

use crate::expression::{Arithmetic, Expr, arithmetic, call, compare};
use crate::model::types::{Hazard, Model, ParameterValue};

/// A value as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Known {
    Number(f64),
    Truth(bool),
    Unknown,
}

use Known::{Number, Truth, Unknown};

/// The phase and trend that are supposed.
#[derive(Clone, Copy, Debug)]
pub struct Supposed<'a> {
    pub model: &'a Model,
    pub phase: usize,
    pub trend: usize,
}

impl Supposed<'_> {
    pub fn value(&self, expr: &Expr) -> Known {
        match expr {
            Expr::Number(value) => Number(*value),
            Expr::Truth(value) => Truth(*value),
            Expr::Parameter(index) => match self.model.drawn(*index).map(|p| &p.value) {
                Some(ParameterValue::Constant(value)) => Number(*value),
                _ => Unknown,
            },
            Expr::Derived(index) => match self.model.derived.get(*index) {
                // Only what is cheap: derived values may read one another in long chains.
                Some(derived) if derived.value.parts().is_empty() => self.leaf(&derived.value),
                _ => Unknown,
            },
            Expr::PhaseIn(members) => Truth(members.contains(&self.phase)),
            Expr::TrendIn(members) => Truth(members.contains(&self.trend)),
            Expr::Negate(inner) => match self.value(inner) {
                Number(value) => Number(-value),
                _ => Unknown,
            },
            Expr::Not(inner) => match self.value(inner) {
                Truth(value) => Truth(!value),
                _ => Unknown,
            },
            Expr::Arithmetic(operator, a, b) => match (self.value(a), self.value(b)) {
                (Number(a), Number(b)) => finite(arithmetic(*operator, a, b)),
                (Number(0.0), _)
                    if matches!(operator, Arithmetic::Multiply | Arithmetic::Divide) =>
                {
                    Number(0.0)
                }
                (_, Number(0.0)) if *operator == Arithmetic::Multiply => Number(0.0),
                _ => Unknown,
            },
            Expr::Compare(operator, a, b) => match (self.value(a), self.value(b)) {
                (Number(a), Number(b)) => Truth(compare(*operator, a, b)),
                _ => Unknown,
            },
            Expr::And(a, b) => match (self.value(a), self.value(b)) {
                (Truth(false), _) | (_, Truth(false)) => Truth(false),
                (Truth(true), other) | (other, Truth(true)) => other,
                _ => Unknown,
            },
            Expr::Or(a, b) => match (self.value(a), self.value(b)) {
                (Truth(true), _) | (_, Truth(true)) => Truth(true),
                (Truth(false), other) | (other, Truth(false)) => other,
                _ => Unknown,
            },
            Expr::If(condition, a, b) => match self.value(condition) {
                Truth(true) => self.value(a),
                Truth(false) => self.value(b),
                _ => {
                    let (a, b) = (self.value(a), self.value(b));
                    if a == b { a } else { Unknown }
                }
            },
            Expr::Call(function, arguments) => {
                let mut values = Vec::with_capacity(arguments.len());
                for argument in arguments {
                    match self.value(argument) {
                        Number(value) => values.push(value),
                        _ => return Unknown,
                    }
                }
                finite(call(*function, &values))
            }
            Expr::ByTrend(arms) => arms.get(self.trend).map_or(Unknown, |arm| self.value(arm)),
            Expr::ByPhase(arms) => arms.get(self.phase).map_or(Unknown, |arm| self.value(arm)),
            _ => Unknown,
        }
    }

    fn leaf(&self, expr: &Expr) -> Known {
        if matches!(expr, Expr::Derived(_)) {
            Unknown
        } else {
            self.value(expr)
        }
    }

    /// Can this condition hold?
    pub fn possible(&self, condition: &Expr) -> bool {
        self.value(condition) != Truth(false)
    }

    /// Can this hazard be more than zero?
    pub fn can_fire(&self, hazard: &Hazard) -> bool {
        let arm = |arms: &Option<Vec<Expr>>, index: usize| {
            arms.as_ref().and_then(|a| a.get(index).cloned())
        };
        let factors = [
            Some(hazard.base.clone()),
            arm(&hazard.by_trend, self.trend),
            arm(&hazard.by_phase, self.phase),
            hazard.factor.clone(),
        ];
        !factors
            .iter()
            .flatten()
            .any(|factor| matches!(self.value(factor), Number(value) if value <= 0.0))
    }
}

fn finite(value: f64) -> Known {
    if value.is_finite() {
        Number(value)
    } else {
        Unknown
    }
}
