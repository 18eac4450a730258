//! Walking typed trees: parts, size, and which names a formula reads.

use super::tree::{Arithmetic, Expr, PathReading};

impl Expr {
    /// The parts directly below this node, from left to right.
    pub fn parts(&self) -> Vec<&Expr> {
        match self {
            Expr::Number(_)
            | Expr::Truth(_)
            | Expr::Parameter(_)
            | Expr::Indicator(_)
            | Expr::Derived(_)
            | Expr::Time
            | Expr::Month
            | Expr::TimeInPhase
            | Expr::Count(_)
            | Expr::Ever(_)
            | Expr::Since(_)
            | Expr::PhaseIn(_)
            | Expr::TrendIn(_)
            | Expr::StartTrendIn(_)
            | Expr::StateIn(..)
            | Expr::Age(_)
            | Expr::Path(
                PathReading::FirstEvent(_)
                | PathReading::CountWithin { .. }
                | PathReading::FirstAfter { .. },
            ) => Vec::new(),
            Expr::Negate(inner) | Expr::Not(inner) | Expr::Lookup(_, inner) => vec![inner],
            Expr::Arithmetic(_, a, b)
            | Expr::Compare(_, a, b)
            | Expr::And(a, b)
            | Expr::Or(a, b) => vec![a, b],
            Expr::If(a, b, c) => vec![a, b, c],
            Expr::Call(_, list)
            | Expr::ByTrend(list)
            | Expr::ByPhase(list)
            | Expr::ByState(_, list) => list.iter().collect(),
            Expr::Path(
                PathReading::Final(inner)
                | PathReading::Highest(inner)
                | PathReading::Lowest(inner)
                | PathReading::Average(inner)
                | PathReading::TimeIn(inner)
                | PathReading::FirstWhen(inner)
                | PathReading::EverWhen(inner)
                | PathReading::At(inner, _)
                | PathReading::Share(inner)
                | PathReading::Total(inner, None),
            ) => vec![inner],
            Expr::Path(PathReading::Total(inner, Some(rate))) => vec![inner, rate],
        }
    }

    /// Calls `look` on this node and on everything below it.
    pub fn visit(&self, look: &mut impl FnMut(&Expr)) {
        look(self);
        for part in self.parts() {
            part.visit(look);
        }
    }

    /// Does any node satisfy the condition?
    pub fn any(&self, condition: &impl Fn(&Expr) -> bool) -> bool {
        condition(self) || self.parts().into_iter().any(|part| part.any(condition))
    }

    /// The age behind the instant from which it counts: `t - since(truce)` is when the truce was,
    /// which only a firing moves. `None` for every other formula.
    pub fn counted_from(&self) -> Option<&Self> {
        match self {
            Self::Arithmetic(Arithmetic::Subtract, now, age) => match (&**now, &**age) {
                (Self::Time, Self::Since(_) | Self::Age(_) | Self::TimeInPhase) => Some(age),
                _ => None,
            },
            _ => None,
        }
    }

    /// Number of nodes.
    pub fn size(&self) -> usize {
        1 + self.parts().into_iter().map(Expr::size).sum::<usize>()
    }

    /// Levels of the tree, at least one.
    pub fn depth(&self) -> usize {
        1 + self.parts().into_iter().map(Expr::depth).max().unwrap_or(0)
    }

    /// Is it a condition (a truth value) rather than a number?
    pub fn is_truth(&self) -> bool {
        match self {
            Expr::Truth(_)
            | Expr::Ever(_)
            | Expr::PhaseIn(_)
            | Expr::TrendIn(_)
            | Expr::StartTrendIn(_)
            | Expr::StateIn(..)
            | Expr::Not(_)
            | Expr::Compare(..)
            | Expr::And(..)
            | Expr::Or(..)
            | Expr::Path(PathReading::EverWhen(_)) => true,
            Expr::If(_, then, _) | Expr::Path(PathReading::At(then, _)) => then.is_truth(),
            _ => false,
        }
    }
}
