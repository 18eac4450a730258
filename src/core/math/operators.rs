//! What the operators and functions of formulas mean, one number at a time.
//!
//! The one place of it: constants are folded, ranges told and columns computed by these, so a
//! formula has the same bits whether its numbers stand in it, come from parameters, or change in a
//! trial. Truth values are 0 and 1; a NaN anywhere stays a NaN, so that a value that is no number
//! is never swallowed by a comparison.

use super::elementary;

/// Functions of one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unary {
    Negate,
    Not,
    Abs,
    Floor,
    Ceil,
    Round,
    Sign,
    Exp,
    Ln,
    Log10,
    Sqrt,
    Sin,
    Cos,
    Logistic,
    Square,
}

/// Functions of two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binary {
    Add,
    Subtract,
    Multiply,
    Divide,
    Power,
    Modulo,
    Min,
    Max,
    Less,
    LessOrEqual,
    Equal,
    NotEqual,
    And,
    Or,
}

impl Unary {
    /// All of them.
    pub const ALL: [Self; 15] = [
        Self::Negate,
        Self::Not,
        Self::Abs,
        Self::Floor,
        Self::Ceil,
        Self::Round,
        Self::Sign,
        Self::Exp,
        Self::Ln,
        Self::Log10,
        Self::Sqrt,
        Self::Sin,
        Self::Cos,
        Self::Logistic,
        Self::Square,
    ];
}

impl Binary {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::Add,
        Self::Subtract,
        Self::Multiply,
        Self::Divide,
        Self::Power,
        Self::Modulo,
        Self::Min,
        Self::Max,
        Self::Less,
        Self::LessOrEqual,
        Self::Equal,
        Self::NotEqual,
        Self::And,
        Self::Or,
    ];
}

/// Runs the function body once for each function of an enum, so that the choice is made outside the
/// loop over lanes.
macro_rules! each_unary {
    ($f:expr, $run:ident) => {
        match $f {
            $crate::math::operators::Unary::Negate => $run!(|x: f64| -x),
            $crate::math::operators::Unary::Not => $run!(|x: f64| 1.0 - x),
            $crate::math::operators::Unary::Abs => $run!(|x: f64| x.abs()),
            $crate::math::operators::Unary::Floor => $run!(|x: f64| x.floor()),
            $crate::math::operators::Unary::Ceil => $run!(|x: f64| x.ceil()),
            $crate::math::operators::Unary::Round => $run!(|x: f64| x.round()),
            $crate::math::operators::Unary::Sign => $run!($crate::math::operators::sign),
            $crate::math::operators::Unary::Exp => $run!(|x: f64| $crate::math::elementary::exp(x)),
            $crate::math::operators::Unary::Ln => $run!(|x: f64| $crate::math::elementary::ln(x)),
            $crate::math::operators::Unary::Log10 => $run!(|x: f64| libm::log10(x)),
            $crate::math::operators::Unary::Sqrt => $run!(|x: f64| x.sqrt()),
            $crate::math::operators::Unary::Sin => $run!(|x: f64| libm::sin(x)),
            $crate::math::operators::Unary::Cos => $run!(|x: f64| libm::cos(x)),
            $crate::math::operators::Unary::Logistic => {
                $run!(|x: f64| $crate::math::elementary::logistic(x))
            }
            $crate::math::operators::Unary::Square => $run!(|x: f64| x * x),
        }
    };
}

macro_rules! each_binary {
    ($f:expr, $run:ident) => {
        match $f {
            $crate::math::operators::Binary::Add => $run!(|x: f64, y: f64| x + y),
            $crate::math::operators::Binary::Subtract => $run!(|x: f64, y: f64| x - y),
            $crate::math::operators::Binary::Multiply => $run!(|x: f64, y: f64| x * y),
            $crate::math::operators::Binary::Divide => $run!(|x: f64, y: f64| x / y),
            $crate::math::operators::Binary::Power => $run!($crate::math::operators::power),
            $crate::math::operators::Binary::Modulo => $run!($crate::math::operators::modulo),
            $crate::math::operators::Binary::Min => {
                $run!(|x: f64, y: f64| if x < y || x.is_nan() { x } else { y })
            }
            $crate::math::operators::Binary::Max => {
                $run!(|x: f64, y: f64| if x > y || x.is_nan() { x } else { y })
            }
            $crate::math::operators::Binary::Less => {
                $run!(|x: f64, y: f64| $crate::math::operators::truth(x < y, x, y))
            }
            $crate::math::operators::Binary::LessOrEqual => {
                $run!(|x: f64, y: f64| $crate::math::operators::truth(x <= y, x, y))
            }
            $crate::math::operators::Binary::Equal => {
                $run!(|x: f64, y: f64| $crate::math::operators::truth(x == y, x, y))
            }
            $crate::math::operators::Binary::NotEqual => {
                $run!(|x: f64, y: f64| $crate::math::operators::truth(x != y, x, y))
            }
            $crate::math::operators::Binary::And => {
                $run!(|x: f64, y: f64| if x == 1.0 { y } else { x })
            }
            $crate::math::operators::Binary::Or => {
                $run!(|x: f64, y: f64| if x == 0.0 { y } else { x })
            }
        }
    };
}

pub(crate) use {each_binary, each_unary};

/// `x ^ y`; squares are products and the power of a half is a square root, as they are where the
/// exponent is known beforehand.
#[inline(always)]
pub fn power(x: f64, y: f64) -> f64 {
    if y == 2.0 {
        x * x
    } else if y == 0.5 {
        x.sqrt()
    } else {
        match elementary::ordinary_power(x, y) {
            (power, true) => power,
            _ => libm::pow(x, y),
        }
    }
}

/// Powers of many, as [`power`] gives them.
#[inline(always)]
pub fn powers<const N: usize>(x: &[f64; N], y: &[f64; N]) -> [f64; N] {
    let mut powers = [0.0; N];
    let mut all = true;
    for i in 0..N {
        let (power, ordinary) = elementary::ordinary_power(x[i], y[i]);
        powers[i] = power;
        all &= ordinary & (y[i] != 2.0) & (y[i] != 0.5);
    }
    if !all {
        for i in 0..N {
            powers[i] = power(x[i], y[i]);
        }
    }
    powers
}

/// What is left of `x` after whole multiples of `y`: between 0 and `y`, with the sign of `y`.
#[inline(always)]
pub fn modulo(x: f64, y: f64) -> f64 {
    let rest = x % y;
    if rest != 0.0 && (rest < 0.0) != (y < 0.0) {
        rest + y
    } else {
        rest
    }
}

/// -1, 0 or 1.
#[inline(always)]
pub fn sign(x: f64) -> f64 {
    let above = if x > 0.0 { 1.0 } else { 0.0 };
    let signed = if x < 0.0 { -1.0 } else { above };
    if x.is_nan() { x } else { signed }
}

/// 1 or 0, or NaN if an operand is.
#[inline(always)]
pub fn truth(holds: bool, x: f64, y: f64) -> f64 {
    let value = if holds { 1.0 } else { 0.0 };
    if x.is_nan() | y.is_nan() {
        f64::NAN
    } else {
        value
    }
}

#[inline(always)]
pub fn select(condition: f64, a: f64, b: f64) -> f64 {
    let chosen = if condition == 1.0 { a } else { b };
    if condition.is_nan() {
        condition
    } else {
        chosen
    }
}

#[inline(always)]
pub fn elapsed(time: f64, mark: f64) -> f64 {
    let d = time - mark;
    if d > 0.0 { d } else { 0.0 }
}

/// What a steady flow of 1 per year from `mark` to `time` is worth at t = 0 if it is discounted
/// continuously at `rate` a year.
#[inline(always)]
pub fn discounted(rate: f64, mark: f64, time: f64) -> f64 {
    let span = elapsed(time, mark);
    if rate == 0.0 {
        return span;
    }
    libm::exp(-rate * mark) * (-libm::expm1(-rate * span) / rate)
}

/// Value of a unary function.
#[inline(always)]
pub fn unary(f: Unary, x: f64) -> f64 {
    macro_rules! run {
        ($g:expr) => {
            $g(x)
        };
    }
    each_unary!(f, run)
}

/// Value of a binary function.
#[inline(always)]
pub fn binary(f: Binary, x: f64, y: f64) -> f64 {
    macro_rules! run {
        ($g:expr) => {
            $g(x, y)
        };
    }
    each_binary!(f, run)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nan_survives_comparison_choice_and_extremes() {
        assert!(binary(Binary::Less, f64::NAN, 1.0).is_nan());
        assert!(binary(Binary::Min, f64::NAN, 1.0).is_nan());
        assert!(binary(Binary::Min, 1.0, f64::NAN).is_nan());
        assert!(binary(Binary::Max, 1.0, f64::NAN).is_nan());
        assert!(select(f64::NAN, 1.0, 2.0).is_nan());
        assert!(binary(Binary::And, f64::NAN, 1.0).is_nan());
        assert_eq!(binary(Binary::And, 0.0, f64::NAN), 0.0);
    }

    #[test]
    fn time_since_an_event_that_never_was_is_infinite() {
        assert_eq!(elapsed(3.0, f64::NEG_INFINITY), f64::INFINITY);
        assert_eq!(elapsed(3.0, 4.0), 0.0);
    }

    #[test]
    fn rests_have_the_sign_of_what_divides_and_halves_are_rounded_away_from_zero() {
        for (x, y, rest) in [
            (7.0, 3.0, 1.0),
            (-7.0, 3.0, 2.0),
            (7.0, -3.0, -2.0),
            (-7.0, -3.0, -1.0),
            (6.0, 3.0, 0.0),
            (5.5, 2.0, 1.5),
            (1e300, 7.0, libm::fmod(1e300, 7.0)),
        ] {
            assert_eq!(binary(Binary::Modulo, x, y), rest, "{x} mod {y}");
        }
        assert!(binary(Binary::Modulo, 1.0, 0.0).is_nan());
        assert!(unary(Unary::Sign, f64::NAN).is_nan());
        for (f, x, wanted) in [
            (Unary::Round, 2.5, 3.0),
            (Unary::Round, -2.5, -3.0),
            (Unary::Round, 0.499_999_999_999_999_94, 0.0),
            (Unary::Ceil, 1.1, 2.0),
            (Unary::Ceil, -1.1, -1.0),
            (Unary::Sign, -3.0, -1.0),
            (Unary::Sign, 0.0, 0.0),
            (Unary::Sign, 1e-300, 1.0),
        ] {
            assert_eq!(unary(f, x), wanted, "{f:?} {x}");
        }
    }
}
