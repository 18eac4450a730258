//! Factors: parts of hazards that lie in slots of their own, and tables that such a part looks up.

use super::{Emitter, Operand};
use crate::expression::Expr;
use crate::program::columns::Slot;
use crate::program::dependencies::Motions;
use crate::program::ops::Op;
use crate::program::types::Formula;

/// Where a table is looked up.
pub(super) enum Place {
    At(Operand),
    /// It has been: the value lies here.
    Known(Slot),
}

impl Emitter {
    /// Compiles a part of a hazard. If its value takes operations, it lies in a lasting slot: it is
    /// evaluated when something that it reads has changed, not whenever the hazard is looked at.
    pub fn factor(&mut self, expr: &Expr, label: u32, motions: &Motions<'_>) -> Formula {
        let formula = self.formula(expr, label);
        if !formula.source().1 {
            return formula;
        }
        let known = self.factored.iter().position(|known| known == expr);
        let result = match known {
            Some(known) => self.factors[known].result,
            None => {
                let settled = self.settle(expr, label, motions);
                self.settled = settled;
                let slot = self.reserve(1);
                let factor = self.formula_into(expr, label, slot);
                self.settled.clear();
                self.factors.push(factor);
                self.factored.push(expr.clone());
                slot
            }
        };
        Formula {
            ops: Box::default(),
            result,
            constant: None,
            label,
        }
    }

    /// Tables that a moving formula looks up where only jumps move the place: factors of their own,
    /// which stand before it.
    fn settle(&mut self, expr: &Expr, label: u32, motions: &Motions<'_>) -> Vec<(Expr, Slot)> {
        if motions.by_jumps_alone(expr) {
            return Vec::new();
        }
        let mut lookups: Vec<Expr> = Vec::new();
        expr.visit(&mut |part| {
            let settles = matches!(part, Expr::Lookup(..)) && motions.by_jumps_alone(part);
            if settles && !lookups.contains(part) {
                lookups.push(part.clone());
            }
        });
        let slot = |lookup: Expr| {
            let formula = self.factor(&lookup, label, motions);
            (lookup, formula.result)
        };
        lookups.into_iter().map(slot).collect()
    }

    /// Where a table is looked up, or the slot in which what stands there lies already.
    pub(super) fn place(
        &mut self,
        lookup: &Expr,
        place: &Expr,
        depth: Slot,
        ops: &mut Vec<Op>,
    ) -> Place {
        let known = self.settled.iter().find(|(known, _)| known == lookup);
        if let Some((_, slot)) = known {
            return Place::Known(*slot);
        }
        let layout = self.layout;
        // The mark itself, rather than the time without what has passed since.
        Place::At(match place.counted_from() {
            Some(Expr::Since(e)) => Operand::Slot(layout.last + *e as Slot),
            Some(Expr::Age(s)) => Operand::Slot(layout.moved + *s as Slot),
            Some(_) => Operand::Slot(layout.entered),
            None => self.emit(place, depth, ops),
        })
    }

    /// Formulas behind the factors, in their order, for their dependencies.
    pub fn factored(&self) -> impl Iterator<Item = &Expr> {
        self.factored.iter()
    }
}
