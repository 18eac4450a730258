//! The value of a formula at one set of numbers.
//!
//! Columns of many trials are computed by operations (`program/ops.rs`); this is for what is wanted
//! once: a parameter in a draw, a typical trial. Both are made of `math/operators.rs`, and give the
//! same bits.

use super::fold::call;
use super::tree::Expr;
use crate::math::operators::{Binary, Unary, binary, select, unary};

impl Expr {
    /// The value where `leaf` gives that of whatever is no number and no operation; a condition
    /// gives 1 or 0, and a NaN stays one.
    pub fn evaluate(&self, leaf: &dyn Fn(&Expr) -> f64) -> f64 {
        let value = |part: &Expr| part.evaluate(leaf);
        match self {
            Expr::Number(value) => *value,
            Expr::Truth(holds) => f64::from(u8::from(*holds)),
            Expr::Negate(inner) => unary(Unary::Negate, value(inner)),
            Expr::Not(inner) => unary(Unary::Not, value(inner)),
            Expr::Arithmetic(operator, a, b) => binary(operator.meaning(), value(a), value(b)),
            Expr::Compare(operator, a, b) => match operator.meaning() {
                (f, false) => binary(f, value(a), value(b)),
                (f, true) => binary(f, value(b), value(a)),
            },
            Expr::And(a, b) => binary(Binary::And, value(a), value(b)),
            Expr::Or(a, b) => binary(Binary::Or, value(a), value(b)),
            Expr::If(condition, a, b) => select(value(condition), value(a), value(b)),
            Expr::Call(function, arguments) => {
                let values: Vec<f64> = arguments.iter().map(value).collect();
                call(*function, &values)
            }
            Expr::Lookup(curve, inner) => curve.at(value(inner)),
            other => leaf(other),
        }
    }

    /// The value of a formula that reads parameters alone, or quantities of the trial too, given by
    /// their indices.
    pub fn over(&self, parameters: &[f64]) -> f64 {
        self.evaluate(&|leaf| match leaf {
            Expr::Parameter(index) => parameters.get(*index).copied().unwrap_or(f64::NAN),
            _ => f64::NAN,
        })
    }
}
