//! Operations and formulas as text: `a = b * c`, one after the other.

use super::names::Names;
use crate::math::operators::{Binary, Unary};
use crate::program::columns::{Scalar, Slot};
use crate::program::ops::Op;
use crate::program::types::{DrawCode, Formula};

impl Names<'_> {
    /// What a formula does: a number, a slot that holds it already, one operation, or several of
    /// which the last is the value.
    pub fn formula(&self, formula: &Formula) -> String {
        if let Some(value) = formula.constant {
            return value.to_string();
        }
        match &*formula.ops {
            [] => self.slot(formula.result).to_string(),
            [before @ .., last] if *out(last) == formula.result => {
                let steps = before.iter().map(|op| self.operation(op));
                let all: Vec<String> = steps.chain([self.computed(last)]).collect();
                all.join("; ")
            }
            all => {
                let steps = all.iter().map(|op| self.operation(op));
                let result = self.slot(formula.result).to_string();
                steps.chain([result]).collect::<Vec<_>>().join("; ")
            }
        }
    }

    /// A number, or what it is drawn from, with the site that draws it.
    pub fn draw(&self, draw: &DrawCode, sites: &[String]) -> String {
        match draw {
            DrawCode::Value(formula) => self.formula(formula),
            DrawCode::Fixed {
                distribution, site, ..
            } => format!("{:?} at site {}", distribution.of(), sites[*site as usize]),
            DrawCode::Varying { code, site, .. } => {
                let arguments = code.arguments.iter().map(|one| self.formula(one));
                format!(
                    "{:?} of ({}) at site {}",
                    code.ranged.recipe,
                    arguments.collect::<Vec<_>>().join(", "),
                    sites[*site as usize]
                )
            }
        }
    }

    /// `out = value`.
    pub fn operation(&self, op: &Op) -> String {
        format!("{} = {}", self.slot(*out(op)), self.computed(op))
    }

    fn computed(&self, op: &Op) -> String {
        let name = |slot: &Slot| self.slot(*slot);
        match op {
            Op::Constant { value, .. } => value.to_string(),
            Op::Copy { from, .. } => name(from).to_string(),
            Op::Unary { f, a, .. } => unary(*f, name(a)),
            Op::Binary { f, a, b, .. } => binary(*f, name(a), name(b)),
            Op::BinaryRight { f, a, b, .. } => binary(*f, name(a), &b.to_string()),
            Op::BinaryLeft { f, a, b, .. } => binary(*f, &a.to_string(), name(b)),
            Op::Select {
                condition, a, b, ..
            } => format!("if {} then {} else {}", name(condition), name(a), name(b)),
            Op::Table { key, values, .. } => {
                let values = values.iter().map(f64::to_string);
                format!("[{}][{}]", values.collect::<Vec<_>>().join(", "), name(key))
            }
            Op::Pick { key, slots, .. } => {
                let slots = slots.iter().map(|slot| self.slot(*slot));
                format!("[{}][{}]", slots.collect::<Vec<_>>().join(", "), name(key))
            }
            Op::Affine {
                constant, terms, ..
            } => {
                let mut parts: Vec<String> = (terms.iter())
                    .map(|(slot, by)| match by {
                        Scalar::Value(1.0) => name(slot).to_string(),
                        by => format!("{} * {}", self.scalar(*by), name(slot)),
                    })
                    .collect();
                if *constant != Scalar::Value(0.0) || parts.is_empty() {
                    parts.insert(0, self.scalar(*constant));
                }
                parts.join(" + ")
            }
            Op::Elapsed { time, mark, .. } => {
                format!("elapsed({}, {})", name(time), name(mark))
            }
            Op::Lookup { a, curve, .. } => format!("{}({})", curve.name, name(a)),
            Op::Discounted {
                rate, time, mark, ..
            } => format!("discounted({}, {}, {})", name(rate), name(mark), name(time)),
        }
    }

    fn scalar(&self, scalar: Scalar) -> String {
        match scalar {
            Scalar::Value(value) => value.to_string(),
            Scalar::Slot(slot) => self.slot(slot).to_string(),
        }
    }
}

fn out(op: &Op) -> &Slot {
    match op {
        Op::Constant { out, .. }
        | Op::Copy { out, .. }
        | Op::Unary { out, .. }
        | Op::Binary { out, .. }
        | Op::BinaryRight { out, .. }
        | Op::BinaryLeft { out, .. }
        | Op::Select { out, .. }
        | Op::Table { out, .. }
        | Op::Pick { out, .. }
        | Op::Affine { out, .. }
        | Op::Elapsed { out, .. }
        | Op::Lookup { out, .. }
        | Op::Discounted { out, .. } => out,
    }
}

fn unary(f: Unary, a: &str) -> String {
    let name = match f {
        Unary::Negate => return format!("-{a}"),
        Unary::Not => return format!("not {a}"),
        Unary::Abs => "abs",
        Unary::Floor => "floor",
        Unary::Ceil => "ceil",
        Unary::Round => "round",
        Unary::Sign => "sign",
        Unary::Exp => "exp",
        Unary::Ln => "ln",
        Unary::Log10 => "log10",
        Unary::Sqrt => "sqrt",
        Unary::Sin => "sin",
        Unary::Cos => "cos",
        Unary::Logistic => "logistic",
        Unary::Square => "square",
    };
    format!("{name}({a})")
}

fn binary(f: Binary, a: &str, b: &str) -> String {
    let symbol = match f {
        Binary::Min => return format!("min({a}, {b})"),
        Binary::Max => return format!("max({a}, {b})"),
        Binary::Modulo => return format!("mod({a}, {b})"),
        Binary::Add => "+",
        Binary::Subtract => "-",
        Binary::Multiply => "*",
        Binary::Divide => "/",
        Binary::Power => "^",
        Binary::Less => "<",
        Binary::LessOrEqual => "<=",
        Binary::Equal => "==",
        Binary::NotEqual => "!=",
        Binary::And => "and",
        Binary::Or => "or",
    };
    format!("{a} {symbol} {b}")
}
