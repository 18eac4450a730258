//! Values of operators and functions on constants.
//!
//! Used by the checker to fold constant subtrees, and by whatever evaluates formulas: what each
//! operator and function is made of is said here, and what that means in `math/operators.rs`.

use super::tree::{Arithmetic, Comparison, Expr, Function};
use crate::math::operators::{Binary, Unary, binary, unary};

/// How a function is made of those of one and two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    Unary(Unary),
    /// Two arguments, then the result with each further one.
    Reduce(Binary),
    /// At least the second, then at most the third.
    Clamp,
}

impl Function {
    pub fn meaning(self) -> Meaning {
        Meaning::Unary(match self {
            Function::Min => return Meaning::Reduce(Binary::Min),
            Function::Max => return Meaning::Reduce(Binary::Max),
            Function::Mod => return Meaning::Reduce(Binary::Modulo),
            Function::Clamp => return Meaning::Clamp,
            Function::Abs => Unary::Abs,
            Function::Floor => Unary::Floor,
            Function::Ceil => Unary::Ceil,
            Function::Round => Unary::Round,
            Function::Sign => Unary::Sign,
            Function::Exp => Unary::Exp,
            Function::Ln => Unary::Ln,
            Function::Log10 => Unary::Log10,
            Function::Sqrt => Unary::Sqrt,
            Function::Sin => Unary::Sin,
            Function::Cos => Unary::Cos,
            Function::Logistic => Unary::Logistic,
        })
    }
}

impl Arithmetic {
    pub fn meaning(self) -> Binary {
        match self {
            Arithmetic::Add => Binary::Add,
            Arithmetic::Subtract => Binary::Subtract,
            Arithmetic::Multiply => Binary::Multiply,
            Arithmetic::Divide => Binary::Divide,
            Arithmetic::Power => Binary::Power,
        }
    }
}

impl Comparison {
    /// The comparison, and whether its sides change places.
    pub fn meaning(self) -> (Binary, bool) {
        match self {
            Comparison::Less => (Binary::Less, false),
            Comparison::LessOrEqual => (Binary::LessOrEqual, false),
            Comparison::Greater => (Binary::Less, true),
            Comparison::GreaterOrEqual => (Binary::LessOrEqual, true),
            Comparison::Equal => (Binary::Equal, false),
            Comparison::NotEqual => (Binary::NotEqual, false),
        }
    }
}

/// `a operator b`; not finite where the operation has no value (division by zero, a root of a
/// negative number).
pub fn arithmetic(operator: Arithmetic, a: f64, b: f64) -> f64 {
    binary(operator.meaning(), a, b)
}

/// Does `a operator b` hold? Not if either is NaN.
pub fn compare(operator: Comparison, a: f64, b: f64) -> bool {
    let (f, swapped) = operator.meaning();
    let (a, b) = if swapped { (b, a) } else { (a, b) };
    binary(f, a, b) == 1.0
}

/// The value of a function; `arguments` are as many as the function takes.
pub fn call(function: Function, arguments: &[f64]) -> f64 {
    match (function.meaning(), arguments) {
        (Meaning::Unary(f), [x, ..]) => unary(f, *x),
        (Meaning::Reduce(f), _) => {
            let all = arguments.iter().copied();
            all.reduce(|a, b| binary(f, a, b)).unwrap_or(f64::NAN)
        }
        (Meaning::Clamp, [x, low, high]) => {
            binary(Binary::Min, binary(Binary::Max, *x, *low), *high)
        }
        _ => f64::NAN,
    }
}

/// The node with its own operation carried out if its parts are constants; its parts are folded
/// already.
///
/// `None` if the operation has no finite value.
pub fn fold(expr: Expr) -> Option<Expr> {
    let number = |value: f64| value.is_finite().then_some(Expr::Number(value));
    match expr {
        Expr::Negate(inner) => match *inner {
            Expr::Number(value) => number(-value),
            inner => Some(Expr::Negate(Box::new(inner))),
        },
        Expr::Not(inner) => Some(match *inner {
            Expr::Truth(value) => Expr::Truth(!value),
            Expr::Not(inner) => *inner,
            inner => Expr::Not(Box::new(inner)),
        }),
        Expr::Arithmetic(operator, left, right) => match (&*left, &*right) {
            (Expr::Number(a), Expr::Number(b)) => number(arithmetic(operator, *a, *b)),
            (_, Expr::Number(b)) if operator == Arithmetic::Divide && *b == 0.0 => None,
            _ => Some(Expr::Arithmetic(operator, left, right)),
        },
        Expr::Compare(operator, left, right) => Some(match (&*left, &*right) {
            (Expr::Number(a), Expr::Number(b)) => Expr::Truth(compare(operator, *a, *b)),
            _ => Expr::Compare(operator, left, right),
        }),
        Expr::And(left, right) => Some(match (*left, *right) {
            (Expr::Truth(false), _) | (_, Expr::Truth(false)) => Expr::Truth(false),
            (Expr::Truth(true), other) | (other, Expr::Truth(true)) => other,
            (left, right) => Expr::And(Box::new(left), Box::new(right)),
        }),
        Expr::Or(left, right) => Some(match (*left, *right) {
            (Expr::Truth(true), _) | (_, Expr::Truth(true)) => Expr::Truth(true),
            (Expr::Truth(false), other) | (other, Expr::Truth(false)) => other,
            (left, right) => Expr::Or(Box::new(left), Box::new(right)),
        }),
        Expr::If(condition, then, otherwise) => Some(match *condition {
            Expr::Truth(true) => *then,
            Expr::Truth(false) => *otherwise,
            condition => Expr::If(Box::new(condition), then, otherwise),
        }),
        Expr::Call(function, arguments) => {
            let constants: Option<Vec<f64>> = arguments
                .iter()
                .map(|a| match a {
                    Expr::Number(value) => Some(*value),
                    _ => None,
                })
                .collect();
            match constants {
                Some(constants) => number(call(function, &constants)),
                None => Some(Expr::Call(function, arguments)),
            }
        }
        Expr::Lookup(curve, inner) => match *inner {
            Expr::Number(x) => number(curve.at(x)),
            inner => Some(Expr::Lookup(curve, Box::new(inner))),
        },
        other => Some(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_have_their_values_at_the_edges() {
        for (function, arguments, value) in [
            (Function::Clamp, vec![2.0, 3.0, 1.0], 1.0),
            (Function::Clamp, vec![-2.0, -1.0, 1.0], -1.0),
            (Function::Logistic, vec![-1000.0], 0.0),
            (Function::Logistic, vec![1000.0], 1.0),
            (Function::Min, vec![2.0, -1.0, 5.0], -1.0),
            (Function::Max, vec![2.0, -1.0, 5.0], 5.0),
            (Function::Floor, vec![-0.5], -1.0),
        ] {
            assert_eq!(
                call(function, &arguments),
                value,
                "{function:?}{arguments:?}"
            );
        }
    }

    #[test]
    fn operations_without_a_finite_value_do_not_fold() {
        let divide = |a, b| Expr::Arithmetic(Arithmetic::Divide, Box::new(a), Box::new(b));
        assert_eq!(fold(divide(Expr::Number(1.0), Expr::Number(0.0))), None);
        assert_eq!(fold(divide(Expr::Parameter(0), Expr::Number(0.0))), None);
        assert_eq!(
            fold(Expr::Call(Function::Ln, vec![Expr::Number(-1.0)])),
            None
        );
    }
}
