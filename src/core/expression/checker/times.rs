//! Times that are written as such meet only what may be one.

use super::Checker;
use crate::expression::error::{FormulaError, code};
use crate::expression::syntax::{Kind, Node};
use crate::expression::times::{Sort, sort};
use crate::expression::tree::{Arithmetic, Comparison, Expr, Function};
use crate::time::calendar::SAME_INSTANT_IN_YEARS;

impl Checker<'_> {
    /// Reports a sum or comparison of a written time with what is none, and of a day with a length
    /// of time.
    pub(super) fn times_fit(&mut self, symbol: &str, left: &Node, right: &Node) {
        for (one, other) in [(left, right), (right, left)] {
            if sort(one) != Sort::Written {
                continue;
            }
            let summed = matches!(symbol, "+" | "-");
            let (time, text) = (self.excerpt(one), self.excerpt(other));
            let fault =
                |message: String| FormulaError::new(code::WRONG_TYPE, message, other.range.clone());
            match sort(other) {
                Sort::Other => {
                    self.report(fault(format!(
                        "`{time}` is a time and `{text}` is none: `{symbol}` has no meaning between them"
                    )));
                }
                Sort::Bare if summed => {
                    let found = fault(format!(
                        "`{time}` is a time and `{text}` has no unit: `{symbol}` has no meaning between them"
                    ));
                    self.report(found.hint(format!("write `{text} days` or `{text} years`")));
                }
                _ => {}
            }
            let is_length = match &other.kind {
                Kind::Name(name) => name == "time_in_phase",
                Kind::Call { name, .. } => matches!(name.as_str(), "since" | "time_in" | "age"),
                _ => false,
            };
            if is_length && matches!(one.kind, Kind::Day(_)) {
                let found = fault(format!(
                    "`{text}` is a length of time, and `{time}` is a day"
                ));
                self.report(found.hint("compare `t` with a day, and a length with `60 days`"));
            }
        }
    }
}

/// A comparison with a time that is written as one. The times of a grid carry rounding errors, and
/// three months are three months: what differs by less than instants are told apart counts as
/// equal.
pub(super) fn compared(operator: Comparison, first: Expr, second: Expr) -> Expr {
    let lean = match operator {
        Comparison::Less | Comparison::GreaterOrEqual => -SAME_INSTANT_IN_YEARS,
        Comparison::LessOrEqual | Comparison::Greater => SAME_INSTANT_IN_YEARS,
        Comparison::Equal | Comparison::NotEqual => {
            let apart = Expr::Arithmetic(Arithmetic::Subtract, Box::new(first), Box::new(second));
            let apart = Expr::Call(Function::Abs, vec![apart]);
            let within = match operator {
                Comparison::Equal => Comparison::LessOrEqual,
                _ => Comparison::Greater,
            };
            return Expr::Compare(
                within,
                Box::new(apart),
                Box::new(Expr::Number(SAME_INSTANT_IN_YEARS)),
            );
        }
    };
    // Into whichever side is a number, or else into the second.
    let (first, second) = match (first, second) {
        (first, Expr::Number(number)) => (first, Expr::Number(number + lean)),
        (Expr::Number(number), second) => (Expr::Number(number - lean), second),
        (first, second) => {
            let lean = Box::new(Expr::Number(lean));
            let second = Expr::Arithmetic(Arithmetic::Add, Box::new(second), lean);
            (first, second)
        }
    };
    Expr::Compare(operator, Box::new(first), Box::new(second))
}
