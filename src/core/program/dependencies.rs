//! What formulas read: how often they must be evaluated, and what moves them.
//!
//! Derived values may read one another in long chains, each link twice: what they read through one
//! another is worked out once for each, in the order of evaluation.

use crate::expression::Expr;
use crate::model::Model;

/// What changes a formula besides jumps; derived values are looked into.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Motion {
    /// It changes as time goes by, even if nothing else does.
    pub clock: bool,
    /// A diffusion moves an indicator that it reads.
    pub diffusion: bool,
}

impl Motion {
    fn and(self, other: Self) -> Self {
        Self {
            clock: self.clock || other.clock,
            diffusion: self.diffusion || other.diffusion,
        }
    }
}

/// The motions of all formulas of a model.
pub struct Motions<'m> {
    model: &'m Model,
    derived: Vec<Motion>,
}

impl<'m> Motions<'m> {
    pub fn of(model: &'m Model) -> Self {
        let mut motions = Self {
            model,
            derived: vec![Motion::default(); model.derived.len()],
        };
        for &index in &model.derived_order {
            motions.derived[index] = motions.formula(&model.derived[index].value);
        }
        motions
    }

    pub fn formula(&self, expr: &Expr) -> Motion {
        if expr.counted_from().is_some() {
            return Motion::default();
        }
        let own = match expr {
            Expr::Time | Expr::Month | Expr::TimeInPhase | Expr::Since(_) | Expr::Age(_) => {
                Motion {
                    clock: true,
                    diffusion: false,
                }
            }
            Expr::Indicator(i) => {
                let indicator = &self.model.indicators[*i];
                Motion {
                    clock: false,
                    diffusion: indicator.drift.is_some() || indicator.volatility.is_some(),
                }
            }
            Expr::Derived(d) => self.derived[*d],
            _ => Motion::default(),
        };
        let parts = expr.parts().into_iter();
        parts.fold(own, |motion, part| motion.and(self.formula(part)))
    }

    /// True if a formula changes as time goes by, even if nothing else does.
    pub fn reads_clock(&self, expr: &Expr) -> bool {
        self.formula(expr).clock
    }

    /// True if a formula reads a derived value that changes as time goes by.
    pub fn derives_clock(&self, expr: &Expr) -> bool {
        expr.any(&|part| matches!(part, Expr::Derived(d) if self.derived[*d].clock))
    }

    /// True if only jumps change a formula: it reads neither the clock nor an indicator that a
    /// diffusion moves.
    pub fn by_jumps_alone(&self, expr: &Expr) -> bool {
        self.formula(expr) == Motion::default()
    }
}

/// True if a formula reads parameters, quantities of the trial and numbers only, so that it has one
/// value per trial.
pub fn reads_parameters_only(expr: &Expr) -> bool {
    match expr {
        Expr::Number(_) | Expr::Truth(_) | Expr::Parameter(_) => true,
        Expr::Negate(a) | Expr::Not(a) | Expr::Lookup(_, a) => reads_parameters_only(a),
        Expr::Arithmetic(_, a, b) | Expr::Compare(_, a, b) | Expr::And(a, b) | Expr::Or(a, b) => {
            reads_parameters_only(a) && reads_parameters_only(b)
        }
        Expr::If(c, a, b) => {
            reads_parameters_only(c) && reads_parameters_only(a) && reads_parameters_only(b)
        }
        Expr::Call(_, arguments) => arguments.iter().all(reads_parameters_only),
        _ => false,
    }
}

/// True if a formula reads parameters, the trend and the phase only: it has one value as long as
/// neither moves.
pub fn reads_regime_only(expr: &Expr) -> bool {
    reads_machines_only(expr) && !expr.any(&|e| matches!(e, Expr::StateIn(..) | Expr::ByState(..)))
}

/// True if a formula reads parameters, the trend, the phase and states only: it has one value as
/// long as none of them moves.
pub fn reads_machines_only(expr: &Expr) -> bool {
    match expr {
        Expr::Number(_)
        | Expr::Truth(_)
        | Expr::Parameter(_)
        | Expr::PhaseIn(_)
        | Expr::TrendIn(_)
        | Expr::StateIn(..) => true,
        Expr::Negate(_)
        | Expr::Not(_)
        | Expr::Arithmetic(..)
        | Expr::Compare(..)
        | Expr::And(..)
        | Expr::Or(..)
        | Expr::If(..)
        | Expr::Call(..)
        | Expr::Lookup(..)
        | Expr::ByTrend(_)
        | Expr::ByPhase(_)
        | Expr::ByState(..) => expr.parts().into_iter().all(reads_machines_only),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expression::Arithmetic;

    #[test]
    fn what_states_decide_is_settled_between_moves_and_is_not_of_the_regime_alone() {
        let product = |a, b| Expr::Arithmetic(Arithmetic::Multiply, Box::new(a), Box::new(b));
        let by_state = Expr::ByState(1, vec![Expr::Number(2.0), Expr::Parameter(0)]);
        let by_phase = Expr::ByPhase(vec![Expr::Number(2.0), Expr::Parameter(0)]);
        let settled = product(by_state.clone(), by_phase.clone());
        assert!(reads_machines_only(&settled) && !reads_regime_only(&settled));
        assert!(reads_machines_only(&by_phase) && reads_regime_only(&by_phase));
        let moving = product(by_state, Expr::Indicator(0));
        assert!(!reads_machines_only(&moving) && !reads_regime_only(&moving));
        let age = Expr::Age(0);
        assert!(!reads_machines_only(&age));
    }
}
