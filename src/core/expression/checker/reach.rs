//! Where `since(event)`, which is +∞ before the first firing, can get to.
//!
//! A number is finite, or may be +∞ or -∞ because of one `since`. Comparisons stop it, and so does
//! `exp` of -∞; anything that could turn it into NaN, or carry it out of the formula, is a fault.
//! Factors that are not constants count as positive, unless they carry a minus.

use super::Checked;
use crate::expression::tree::{Arithmetic, Expr};
use std::ops::Range;

/// The infinities that a number can take, with the bytes of the `since` that is to blame.
#[derive(Clone, Debug, PartialEq)]
pub enum Reach {
    Finite,
    Up(Range<usize>),
    Down(Range<usize>),
}

impl Reach {
    pub fn negated(self) -> Self {
        match self {
            Reach::Finite => Reach::Finite,
            Reach::Up(since) => Reach::Down(since),
            Reach::Down(since) => Reach::Up(since),
        }
    }

    /// The bytes of the `since` behind an infinity.
    pub fn source(&self) -> Option<Range<usize>> {
        match self {
            Reach::Finite => None,
            Reach::Up(since) | Reach::Down(since) => Some(since.clone()),
        }
    }
}

/// The reach of `left operator right`, or the bytes of a `since` that cannot stand there.
pub fn of_arithmetic(
    operator: Arithmetic,
    left: &Checked,
    right: &Checked,
) -> Result<Reach, Range<usize>> {
    let (a, b) = (left.reach.clone(), right.reach.clone());
    let sum = |a: Reach, b: Reach| match (a, b) {
        (Reach::Finite, other) | (other, Reach::Finite) => Ok(other),
        (Reach::Up(since), Reach::Up(_)) => Ok(Reach::Up(since)),
        (Reach::Down(since), Reach::Down(_)) => Ok(Reach::Down(since)),
        (_, Reach::Up(since) | Reach::Down(since)) => Err(since),
    };
    match operator {
        Arithmetic::Add => sum(a, b),
        Arithmetic::Subtract => sum(a, b.negated()),
        Arithmetic::Multiply => match (a, b) {
            (Reach::Finite, Reach::Finite) => Ok(Reach::Finite),
            (reach, Reach::Finite) => scaled(reach, &right.expr),
            (Reach::Finite, reach) => scaled(reach, &left.expr),
            (a, Reach::Up(_)) => Ok(a),
            (a, _) => Ok(a.negated()),
        },
        Arithmetic::Divide => match (a, b) {
            (reach, Reach::Finite) => scaled(reach, &right.expr),
            (_, Reach::Up(since) | Reach::Down(since)) => Err(since),
        },
        Arithmetic::Power => match (a, b, &right.expr) {
            (Reach::Finite, Reach::Finite, _) => Ok(Reach::Finite),
            (Reach::Up(since), Reach::Finite, Expr::Number(power)) if *power > 0.0 => {
                Ok(Reach::Up(since))
            }
            (Reach::Up(since) | Reach::Down(since), ..)
            | (_, Reach::Up(since) | Reach::Down(since), _) => Err(since),
        },
    }
}

fn scaled(reach: Reach, factor: &Expr) -> Result<Reach, Range<usize>> {
    match (&reach, factor) {
        (Reach::Up(since) | Reach::Down(since), Expr::Number(value)) if *value == 0.0 => {
            Err(since.clone())
        }
        _ if is_negative(factor) => Ok(reach.negated()),
        _ => Ok(reach),
    }
}

fn is_negative(factor: &Expr) -> bool {
    match factor {
        Expr::Number(value) => *value < 0.0,
        Expr::Negate(inner) => !is_negative(inner),
        Expr::Arithmetic(Arithmetic::Multiply | Arithmetic::Divide, a, b) => {
            is_negative(a) != is_negative(b)
        }
        _ => false,
    }
}
