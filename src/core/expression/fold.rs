//! Values of operators and functions on constants.
//!
//! Used by the checker to fold constant subtrees. The same functions on every platform: the elementary ones come from `libm`.

use super::tree::{Arithmetic, Comparison, Expr, Function};

/// `a operator b`; not finite where the operation has no value (division by zero, a root of a negative number).
pub fn arithmetic(operator: Arithmetic, a: f64, b: f64) -> f64 {
    match operator {
        Arithmetic::Add => a + b,
        Arithmetic::Subtract => a - b,
        Arithmetic::Multiply => a * b,
        Arithmetic::Divide => a / b,
        Arithmetic::Power => libm::pow(a, b),
    }
}

/// Does `a operator b` hold? False if either is NaN, except for `!=`.
pub fn compare(operator: Comparison, a: f64, b: f64) -> bool {
    match operator {
        Comparison::Less => a < b,
        Comparison::LessOrEqual => a <= b,
        Comparison::Greater => a > b,
        Comparison::GreaterOrEqual => a >= b,
        Comparison::Equal => a == b,
        Comparison::NotEqual => a != b,
    }
}

/// The value of a function; `arguments` are as many as the function takes.
pub fn call(function: Function, arguments: &[f64]) -> f64 {
    let first = arguments.first().copied().unwrap_or(f64::NAN);
    match function {
        Function::Min => arguments
            .iter()
            .copied()
            .reduce(f64::min)
            .unwrap_or(f64::NAN),
        Function::Max => arguments
            .iter()
            .copied()
            .reduce(f64::max)
            .unwrap_or(f64::NAN),
        Function::Clamp => match arguments {
            [value, low, high] => value.max(*low).min(*high),
            _ => f64::NAN,
        },
        Function::Abs => first.abs(),
        Function::Floor => first.floor(),
        Function::Exp => libm::exp(first),
        Function::Ln => libm::log(first),
        Function::Log10 => libm::log10(first),
        Function::Sqrt => first.sqrt(),
        Function::Sin => libm::sin(first),
        Function::Cos => libm::cos(first),
        Function::Logistic => logistic(first),
    }
}

/// 1 / (1 + e^-x), without overflow on either side.
fn logistic(x: f64) -> f64 {
    let e = libm::exp(-x.abs());
    if x >= 0.0 {
        1.0 / (1.0 + e)
    } else {
        e / (1.0 + e)
    }
}

/// The node with its own operation carried out if its parts are constants; its parts are folded already.
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
