//! What a formula can give if only ranges of its parts are known: interval arithmetic.
//!
//! The result holds every value that is possible, and may hold more: parts that are named twice are
//! taken to vary apart. Conditions are 0 for false and 1 for true. What has no value somewhere (the
//! logarithm of a negative number) counts as any number.

use super::fold::{arithmetic, call};
use super::tree::{Arithmetic, Comparison, Function};

/// All numbers from `low` to `high`, either of which may be infinite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    pub low: f64,
    pub high: f64,
}

impl Interval {
    /// Any number.
    pub const ALL: Self = Self::new(f64::NEG_INFINITY, f64::INFINITY);
    /// A condition that may hold or not.
    pub const OPEN: Self = Self::new(0.0, 1.0);
    pub const FALSE: Self = Self::point(0.0);
    pub const TRUE: Self = Self::point(1.0);

    pub const fn new(low: f64, high: f64) -> Self {
        Self { low, high }
    }

    pub const fn point(value: f64) -> Self {
        Self::new(value, value)
    }

    pub fn truth(held: bool) -> Self {
        if held { Self::TRUE } else { Self::FALSE }
    }

    pub fn is_point(self) -> bool {
        self.low == self.high
    }

    pub fn contains(self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }

    /// The smallest interval that holds both.
    pub fn hull(self, other: Self) -> Self {
        Self::new(self.low.min(other.low), self.high.max(other.high))
    }

    /// The part of it from `low` to `high`; an end if there is none.
    pub fn confined(self, low: f64, high: f64) -> Self {
        Self::new(self.low.max(low).min(high), self.high.min(high).max(low))
    }

    /// The ends of an interval of `estimate`, which are told no further out than values can lie.
    /// The estimate stays inside.
    pub fn around(self, estimate: f64, [low, high]: [f64; 2]) -> [f64; 2] {
        [
            low.max(self.low).min(estimate),
            high.min(self.high).max(estimate),
        ]
    }

    /// Can the condition hold?
    pub fn can_hold(self) -> bool {
        self.high > 0.0
    }

    pub fn negated(self) -> Self {
        Self::new(-self.high, -self.low)
    }

    /// The opposite of a condition.
    pub fn opposite(self) -> Self {
        Self::new(1.0 - self.high, 1.0 - self.low)
    }

    pub fn and(self, other: Self) -> Self {
        Self::new(self.low.min(other.low), self.high.min(other.high))
    }

    pub fn or(self, other: Self) -> Self {
        Self::new(self.low.max(other.low), self.high.max(other.high))
    }

    /// `if(self, then, otherwise)`.
    pub fn choose(self, then: Self, otherwise: Self) -> Self {
        match (self.low, self.high) {
            (low, _) if low > 0.0 => then,
            (_, high) if high <= 0.0 => otherwise,
            _ => then.hull(otherwise),
        }
    }

    pub fn arithmetic(self, operator: Arithmetic, other: Self) -> Self {
        let corners = |f: &dyn Fn(f64, f64) -> f64| {
            let ends = [
                f(self.low, other.low),
                f(self.low, other.high),
                f(self.high, other.low),
                f(self.high, other.high),
            ];
            Self::of(ends.into_iter())
        };
        match operator {
            Arithmetic::Add => Self::sound(self.low + other.low, self.high + other.high),
            Arithmetic::Subtract => Self::sound(self.low - other.high, self.high - other.low),
            Arithmetic::Multiply => corners(&product),
            Arithmetic::Divide if other.low > 0.0 || other.high < 0.0 => {
                corners(&|a, b| product(a, 1.0 / b))
            }
            Arithmetic::Divide if other.low == 0.0 && other.high > 0.0 => {
                let inverse = Self::new(1.0 / other.high, f64::INFINITY);
                self.arithmetic(Arithmetic::Multiply, inverse)
            }
            Arithmetic::Divide if other.high == 0.0 && other.low < 0.0 => {
                let inverse = Self::new(f64::NEG_INFINITY, 1.0 / other.low);
                self.arithmetic(Arithmetic::Multiply, inverse)
            }
            Arithmetic::Divide => Self::ALL,
            // Monotone in both on each side of 1, where the logarithm changes sign, so the corners
            // are the extremes.
            Arithmetic::Power if self.low >= 0.0 => corners(&|a, b| arithmetic(operator, a, b)),
            Arithmetic::Power if other.is_point() && other.low == other.low.floor() => {
                let ends = corners(&|a, b| arithmetic(operator, a, b));
                let turns = self.contains(0.0);
                match (turns, other.low > 0.0, other.low % 2.0 == 0.0) {
                    (false, _, _) | (true, true, false) => ends,
                    (true, true, true) => Self::new(0.0, ends.high),
                    (true, false, _) => Self::ALL,
                }
            }
            Arithmetic::Power => Self::ALL,
        }
    }

    pub fn compare(self, operator: Comparison, other: Self) -> Self {
        let decided = |always: bool, never: bool| match (always, never) {
            (true, _) => Self::TRUE,
            (_, true) => Self::FALSE,
            _ => Self::OPEN,
        };
        match operator {
            Comparison::Less => decided(self.high < other.low, self.low >= other.high),
            Comparison::LessOrEqual => decided(self.high <= other.low, self.low > other.high),
            Comparison::Greater => other.compare(Comparison::Less, self),
            Comparison::GreaterOrEqual => other.compare(Comparison::LessOrEqual, self),
            Comparison::Equal => {
                let same = self.is_point() && self == other;
                decided(same, self.high < other.low || self.low > other.high)
            }
            Comparison::NotEqual => self.compare(Comparison::Equal, other).opposite(),
        }
    }

    /// A call of a numeric function.
    pub fn call(function: Function, arguments: &[Self]) -> Self {
        let ends = |pick: fn(&Self) -> f64| -> f64 {
            call(function, &arguments.iter().map(pick).collect::<Vec<_>>())
        };
        let rising = || Self::sound(ends(|a| a.low), ends(|a| a.high));
        let first = arguments.first().copied().unwrap_or(Self::ALL);
        match function {
            Function::Min | Function::Max | Function::Clamp => rising(),
            Function::Floor | Function::Ceil | Function::Round | Function::Sign => rising(),
            Function::Exp | Function::Logistic => rising(),
            Function::Mod if arguments.iter().all(|a| a.is_point()) => rising(),
            Function::Mod => match arguments.get(1) {
                Some(by) => Self::new(by.low.min(0.0), by.high.max(0.0)),
                None => Self::ALL,
            },
            Function::Ln | Function::Log10 | Function::Sqrt if first.low >= 0.0 => rising(),
            Function::Ln | Function::Log10 | Function::Sqrt => Self::ALL,
            Function::Abs if first.contains(0.0) => Self::new(0.0, first.high.max(-first.low)),
            Function::Abs => Self::of([first.low.abs(), first.high.abs()].into_iter()),
            Function::Sin | Function::Cos if first.is_point() => rising(),
            Function::Sin | Function::Cos => Self::new(-1.0, 1.0),
        }
    }

    /// The interval of some values; any number if one of them is none.
    fn of(values: impl Iterator<Item = f64>) -> Self {
        let mut all: Option<Self> = None;
        for value in values {
            if value.is_nan() {
                return Self::ALL;
            }
            let here = Self::point(value);
            all = Some(all.map_or(here, |all| all.hull(here)));
        }
        all.unwrap_or(Self::ALL)
    }

    fn sound(low: f64, high: f64) -> Self {
        let end = |value: f64, open: f64| if value.is_nan() { open } else { value };
        Self::new(end(low, f64::NEG_INFINITY), end(high, f64::INFINITY))
    }
}

/// A product in which nothing times anything is nothing, however large it may become.
fn product(a: f64, b: f64) -> f64 {
    if a == 0.0 || b == 0.0 { 0.0 } else { a * b }
}

#[cfg(test)]
mod tests {
    use super::super::fold::compare;
    use super::*;
    use proptest::prelude::*;

    const OPERATORS: [Arithmetic; 5] = [
        Arithmetic::Add,
        Arithmetic::Subtract,
        Arithmetic::Multiply,
        Arithmetic::Divide,
        Arithmetic::Power,
    ];
    const COMPARISONS: [Comparison; 6] = [
        Comparison::Less,
        Comparison::LessOrEqual,
        Comparison::Greater,
        Comparison::GreaterOrEqual,
        Comparison::Equal,
        Comparison::NotEqual,
    ];
    const FUNCTIONS: [Function; 12] = [
        Function::Ceil,
        Function::Round,
        Function::Sign,
        Function::Abs,
        Function::Floor,
        Function::Exp,
        Function::Ln,
        Function::Log10,
        Function::Sqrt,
        Function::Sin,
        Function::Cos,
        Function::Logistic,
    ];

    #[test]
    fn what_is_told_is_as_narrow_as_it_can_be() {
        let unit = Interval::new(0.0, 1.0);
        let odd = Interval::new(-0.2, 1.3);
        let of = |f, list: &[Interval]| Interval::call(f, list);
        let point = Interval::point;
        assert_eq!(of(Function::Clamp, &[odd, point(0.0), point(1.0)]), unit);
        assert_eq!(
            of(Function::Max, &[odd, point(0.0)]),
            Interval::new(0.0, 1.3)
        );
        assert_eq!(of(Function::Logistic, &[Interval::ALL]), unit);
        assert_eq!(
            of(Function::Exp, &[Interval::ALL]),
            Interval::new(0.0, f64::INFINITY)
        );
        assert_eq!(of(Function::Abs, &[odd]), Interval::new(0.0, 1.3));
        let square = odd.arithmetic(Arithmetic::Power, point(2.0));
        assert_eq!((square.low, square.high), (0.0, 1.3 * 1.3));
        let nothing = point(0.0).arithmetic(Arithmetic::Multiply, Interval::ALL);
        assert_eq!(nothing, point(0.0));
        let above = point(1.0).arithmetic(Arithmetic::Divide, Interval::new(0.0, 4.0));
        assert_eq!(above, Interval::new(0.25, f64::INFINITY));
        assert_eq!(odd.compare(Comparison::Less, point(2.0)), Interval::TRUE);
        assert_eq!(odd.compare(Comparison::Less, unit), Interval::OPEN);
    }

    proptest! {
        #[test]
        fn every_possible_value_is_in_the_interval(
            ends in prop::array::uniform4(-4.0..4.0_f64), at in prop::array::uniform2(0.0..=1.0_f64), whole in any::<bool>()
        ) {
            let [a, b] = [[ends[0], ends[1]], [ends[2], ends[3]]].map(|[x, y]| Interval::new(x.min(y), x.max(y)));
            let b = if whole { Interval::point(b.low.round()) } else { b };
            let inside = |i: Interval, u: f64| (i.low + u * (i.high - i.low)).clamp(i.low, i.high);
            let (x, y) = (inside(a, at[0]), inside(b, at[1]));
            let slack = |i: Interval, v: f64| i.low - 1e-9 * (1.0 + v.abs()) <= v && v <= i.high + 1e-9 * (1.0 + v.abs());
            for operator in OPERATORS {
                let value = arithmetic(operator, x, y);
                let told = a.arithmetic(operator, b);
                prop_assert!(!value.is_finite() || slack(told, value), "{x} {operator:?} {y} = {value}, told {told:?}");
            }
            for operator in COMPARISONS {
                let held = f64::from(u8::from(compare(operator, x, y)));
                prop_assert!(a.compare(operator, b).contains(held), "{x} {operator:?} {y}");
            }
            for function in FUNCTIONS {
                let value = call(function, &[x]);
                let told = Interval::call(function, &[a]);
                prop_assert!(!value.is_finite() || slack(told, value), "{function:?}({x}) = {value}, told {told:?}");
            }
            let value = call(Function::Mod, &[x, y]);
            let told = Interval::call(Function::Mod, &[a, b]);
            prop_assert!(!value.is_finite() || slack(told, value), "mod({x}, {y}) = {value}, told {told:?}");
        }
    }
}
