//! Formulas that are weighted sums of state variables, which is what most drifts and exponents of
//! hazards are.
//!
//! Takes a formula; gives its constant, which only trend and phase can change, and its coefficients
//! over parameters, so that one operation does what would take a subtraction, a multiplication and
//! an addition for each variable.

use super::dependencies::{reads_parameters_only, reads_regime_only};
use crate::expression::{Arithmetic, Expr, fold};

/// `constant + sum of coefficient x variable`.
#[derive(Clone, Debug, PartialEq)]
pub struct Affine {
    /// Over parameters, trend and phase.
    pub constant: Expr,
    /// State variables, each with its coefficient over parameters, in order of first mention.
    pub terms: Vec<(Expr, Expr)>,
}

impl Affine {
    /// The affine form of a formula that takes at least two plain operations; `None` if it has
    /// none.
    pub fn of(expr: &Expr) -> Option<Self> {
        let form = gather(expr)?.settled();
        (!form.terms.is_empty() && plain_operations(expr) >= 2).then_some(form)
    }

    /// Takes what only trend and phase change into the constant: it is evaluated when they move,
    /// not in every step.
    fn settled(mut self) -> Self {
        let all = std::mem::take(&mut self.terms);
        for (variable, coefficient) in all {
            if reads_regime_only(&variable) {
                let product = combine(Arithmetic::Multiply, variable, coefficient);
                self.constant = combine(Arithmetic::Add, self.constant, product);
            } else {
                self.terms.push((variable, coefficient));
            }
        }
        self
    }

    fn scaled(mut self, by: impl Fn(Expr) -> Expr) -> Self {
        self.constant = by(self.constant);
        for (_, coefficient) in &mut self.terms {
            *coefficient = by(coefficient.clone());
        }
        self
    }

    fn plus(mut self, other: Self) -> Self {
        self.constant = combine(Arithmetic::Add, self.constant, other.constant);
        for (variable, coefficient) in other.terms {
            match self.terms.iter_mut().find(|(v, _)| *v == variable) {
                Some((_, own)) => *own = combine(Arithmetic::Add, own.clone(), coefficient),
                None => self.terms.push((variable, coefficient)),
            }
        }
        self
    }
}

fn combine(kind: Arithmetic, a: Expr, b: Expr) -> Expr {
    let whole = Expr::Arithmetic(kind, Box::new(a), Box::new(b));
    fold(whole.clone()).unwrap_or(whole)
}

fn gather(expr: &Expr) -> Option<Affine> {
    if reads_parameters_only(expr) {
        return Some(Affine {
            constant: expr.clone(),
            terms: Vec::new(),
        });
    }
    let variable = || Affine {
        constant: Expr::Number(0.0),
        terms: vec![(expr.clone(), Expr::Number(1.0))],
    };
    if reads_regime_only(expr) {
        return Some(variable());
    }
    match expr {
        Expr::Indicator(_) | Expr::Derived(_) | Expr::Time | Expr::Count(_) => Some(variable()),
        Expr::Negate(a) => {
            Some(gather(a)?.scaled(|c| combine(Arithmetic::Multiply, c, Expr::Number(-1.0))))
        }
        Expr::Arithmetic(Arithmetic::Add, a, b) => Some(gather(a)?.plus(gather(b)?)),
        Expr::Arithmetic(Arithmetic::Subtract, a, b) => {
            let minus = gather(b)?.scaled(|c| combine(Arithmetic::Multiply, c, Expr::Number(-1.0)));
            Some(gather(a)?.plus(minus))
        }
        Expr::Arithmetic(Arithmetic::Multiply, a, b) => {
            let (factor, sum) = if reads_parameters_only(a) {
                (a, b)
            } else {
                (b, a)
            };
            if !reads_parameters_only(factor) {
                return None;
            }
            Some(gather(sum)?.scaled(|c| combine(Arithmetic::Multiply, c, (**factor).clone())))
        }
        Expr::Arithmetic(Arithmetic::Divide, a, b) if reads_parameters_only(b) => {
            Some(gather(a)?.scaled(|c| combine(Arithmetic::Divide, c, (**b).clone())))
        }
        _ => None,
    }
}

/// Operations that would run for each lane without this form.
fn plain_operations(expr: &Expr) -> usize {
    if reads_regime_only(expr) {
        return 0;
    }
    match expr {
        Expr::Negate(a) => 1 + plain_operations(a),
        Expr::Arithmetic(_, a, b) => 1 + plain_operations(a) + plain_operations(b),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(x: f64) -> Expr {
        Expr::Number(x)
    }

    fn of(kind: Arithmetic, a: Expr, b: Expr) -> Expr {
        Expr::Arithmetic(kind, Box::new(a), Box::new(b))
    }

    #[test]
    fn a_mean_reverting_drift_is_a_constant_and_a_slope() {
        let gap = of(Arithmetic::Subtract, number(0.5), Expr::Indicator(0));
        let drift = of(Arithmetic::Multiply, number(2.0), gap);
        let form = Affine::of(&drift).unwrap();
        assert_eq!(form.constant, number(1.0));
        assert_eq!(form.terms, [(Expr::Indicator(0), number(-2.0))]);
    }

    #[test]
    fn coefficients_over_parameters_stay_formulas() {
        let gap = of(Arithmetic::Subtract, Expr::Parameter(1), Expr::Indicator(0));
        let drift = of(Arithmetic::Multiply, Expr::Parameter(0), gap);
        let form = Affine::of(&drift).unwrap();
        assert_eq!(form.terms.len(), 1);
        assert!(reads_parameters_only(&form.terms[0].1));
        assert!(reads_parameters_only(&form.constant));
    }

    #[test]
    fn a_product_of_state_variables_has_no_affine_form() {
        let product = of(Arithmetic::Multiply, Expr::Indicator(0), Expr::Indicator(1));
        assert_eq!(
            Affine::of(&of(Arithmetic::Add, product, Expr::Indicator(2))),
            None
        );
    }

    #[test]
    fn one_operation_is_left_as_it_is() {
        assert_eq!(
            Affine::of(&of(Arithmetic::Add, Expr::Indicator(0), Expr::Indicator(1))),
            None
        );
    }
}
