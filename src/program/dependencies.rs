//! Which parts of the state a formula reads: what must be evaluated anew after a jump.

use crate::expression::{Expr, PathReading};
use crate::model::Model;

/// A set of state items: the phase, the trend, indicators and events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Items {
    bits: Vec<u64>,
    indicators: usize,
}

impl Items {
    pub fn empty(model: &Model) -> Self {
        let count = 2 + model.indicators.len() + model.events.len();
        Self {
            bits: vec![0; count.div_ceil(64)],
            indicators: model.indicators.len(),
        }
    }

    fn insert(&mut self, item: usize) {
        self.bits[item / 64] |= 1 << (item % 64);
    }

    pub fn insert_phase(&mut self) {
        self.insert(0);
    }

    pub fn insert_trend(&mut self) {
        self.insert(1);
    }

    pub fn insert_indicator(&mut self, indicator: usize) {
        self.insert(2 + indicator);
    }

    pub fn insert_event(&mut self, event: usize) {
        self.insert(2 + self.indicators + event);
    }

    pub fn union(&mut self, other: &Self) {
        for (a, b) in self.bits.iter_mut().zip(&other.bits) {
            *a |= b;
        }
    }

    pub fn meets(&self, other: &Self) -> bool {
        self.bits.iter().zip(&other.bits).any(|(a, b)| a & b != 0)
    }
}

/// Adds to `items` what a formula reads; derived values count as what they read themselves.
pub fn collect(expr: &Expr, model: &Model, items: &mut Items) {
    match expr {
        Expr::Number(_)
        | Expr::Truth(_)
        | Expr::Parameter(_)
        | Expr::Time
        | Expr::Month
        | Expr::StartTrendIn(_) => {}
        Expr::Indicator(i) => items.insert_indicator(*i),
        Expr::Derived(d) => collect(&model.derived[*d].value, model, items),
        Expr::TimeInPhase | Expr::PhaseIn(_) => items.insert_phase(),
        Expr::TrendIn(_) => items.insert_trend(),
        Expr::Count(e) | Expr::Ever(e) | Expr::Since(e) => items.insert_event(*e),
        Expr::Negate(a) | Expr::Not(a) => collect(a, model, items),
        Expr::Arithmetic(_, a, b) | Expr::Compare(_, a, b) | Expr::And(a, b) | Expr::Or(a, b) => {
            collect(a, model, items);
            collect(b, model, items);
        }
        Expr::If(c, a, b) => {
            collect(c, model, items);
            collect(a, model, items);
            collect(b, model, items);
        }
        Expr::Call(_, arguments) => {
            for a in arguments {
                collect(a, model, items);
            }
        }
        Expr::ByTrend(arms) => {
            items.insert_trend();
            for a in arms {
                collect(a, model, items);
            }
        }
        Expr::ByPhase(arms) => {
            items.insert_phase();
            for a in arms {
                collect(a, model, items);
            }
        }
        Expr::Path(reading) => match reading {
            PathReading::Final(e)
            | PathReading::Highest(e)
            | PathReading::Lowest(e)
            | PathReading::Average(e)
            | PathReading::TimeIn(e)
            | PathReading::FirstWhen(e)
            | PathReading::EverWhen(e) => collect(e, model, items),
            PathReading::FirstEvent(e) => items.insert_event(*e),
        },
    }
}

/// True if a formula reads parameters and numbers only, so that it has one value a draw.
pub fn reads_parameters_only(expr: &Expr) -> bool {
    match expr {
        Expr::Number(_) | Expr::Truth(_) | Expr::Parameter(_) => true,
        Expr::Negate(a) | Expr::Not(a) => reads_parameters_only(a),
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

/// True if a formula reads parameters, the trend and the phase only: it has one value as long as neither moves.
pub fn reads_regime_only(expr: &Expr) -> bool {
    match expr {
        Expr::Number(_)
        | Expr::Truth(_)
        | Expr::Parameter(_)
        | Expr::PhaseIn(_)
        | Expr::TrendIn(_) => true,
        Expr::Negate(_)
        | Expr::Not(_)
        | Expr::Arithmetic(..)
        | Expr::Compare(..)
        | Expr::And(..)
        | Expr::Or(..)
        | Expr::If(..)
        | Expr::Call(..)
        | Expr::ByTrend(_)
        | Expr::ByPhase(_) => expr.parts().into_iter().all(reads_regime_only),
        _ => false,
    }
}

/// True if some part of a formula satisfies `test`; derived values are looked into.
pub fn any_part(expr: &Expr, model: &Model, test: &dyn Fn(&Expr) -> bool) -> bool {
    if test(expr) {
        return true;
    }
    let any = |e: &Expr| any_part(e, model, test);
    match expr {
        Expr::Derived(d) => any(&model.derived[*d].value),
        Expr::Negate(a) | Expr::Not(a) => any(a),
        Expr::Arithmetic(_, a, b) | Expr::Compare(_, a, b) | Expr::And(a, b) | Expr::Or(a, b) => {
            any(a) || any(b)
        }
        Expr::If(c, a, b) => any(c) || any(a) || any(b),
        Expr::Call(_, arms) | Expr::ByTrend(arms) | Expr::ByPhase(arms) => arms.iter().any(any),
        Expr::Path(
            PathReading::Final(e)
            | PathReading::Highest(e)
            | PathReading::Lowest(e)
            | PathReading::Average(e)
            | PathReading::TimeIn(e)
            | PathReading::FirstWhen(e)
            | PathReading::EverWhen(e),
        ) => any(e),
        _ => false,
    }
}

/// True if a formula changes as time goes by, even if nothing else does; derived values are looked into.
pub fn reads_clock(expr: &Expr, model: &Model) -> bool {
    any_part(expr, model, &|e| {
        matches!(
            e,
            Expr::Time | Expr::Month | Expr::TimeInPhase | Expr::Since(_)
        )
    })
}

/// True if only jumps change a formula: it reads neither the clock nor an indicator that a diffusion moves.
pub fn changes_by_jumps_alone(expr: &Expr, model: &Model) -> bool {
    let drifts = |e: &Expr| {
        matches!(e, Expr::Indicator(i) if {
            let indicator = &model.indicators[*i];
            indicator.drift.is_some() || indicator.volatility.is_some()
        })
    };
    !reads_clock(expr, model) && !any_part(expr, model, &drifts)
}
