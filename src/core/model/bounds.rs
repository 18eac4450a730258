//! Which numbers make sense at some place of the file, and the formulas that stand there.

use crate::diagnostic::Place;
use crate::expression::Expr;
use crate::math::chance::{ROUNDING, SLACK};

/// Bounds of a number. A constant must respect them; what a formula can give is looked at by the
/// lint.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    pub low: f64,
    pub high: f64,
    /// What the number is, for messages: "a probability lies between 0 and 1".
    pub rule: &'static str,
    /// What a run makes of a number beyond them: "a trial that draws another stops".
    pub beyond: &'static str,
}

const STOPS: &str = "a trial that meets another stops there";
const COUNTS_AS_ZERO: &str = "a negative one counts as 0";

impl Bounds {
    /// Any number.
    pub const ANY: Self = Self::new(f64::NEG_INFINITY, f64::INFINITY, "", "");
    /// Whatever a run can go on with.
    pub const FINITE: Self = Self::new(f64::MIN, f64::MAX, "this must be a number", STOPS);
    /// How wide a distribution is, or how it is shaped.
    pub const SCALE: Self = Self::new(0.0, f64::MAX, "this must not be less than 0", STOPS);
    /// 0 to 1.
    pub const PROBABILITY: Self = Self::new(0.0, 1.0, "a probability lies between 0 and 1", STOPS);
    /// Of results that exclude one another, together.
    pub const SHARES: Self = Self::new(
        0.0,
        1.0 + SLACK,
        "probabilities that exclude one another sum to 1 at most",
        STOPS,
    );
    /// 0 to 1 without 1, which would need an infinite rate.
    pub const CHANCE: Self = Self::new(
        0.0,
        1.0_f64.next_down(),
        "a chance lies between 0 and 1",
        STOPS,
    );
    pub const RATE: Self = Self::new(0.0, f64::INFINITY, "a rate is 0 or more", COUNTS_AS_ZERO);
    pub const FACTOR: Self = Self::new(
        0.0,
        f64::INFINITY,
        "the factor of a hazard is 0 or more",
        "a negative hazard counts as 0",
    );
    pub const VOLATILITY: Self = Self::new(
        0.0,
        f64::INFINITY,
        "a volatility is 0 or more",
        "a negative one turns the noise round",
    );
    /// Years since the start of what has happened before it.
    pub const BEFORE_THE_START: Self = Self::new(
        f64::MIN,
        -f64::MIN_POSITIVE,
        "what happened before the start has a time below 0",
        STOPS,
    );
    pub const REST: Self = Self::new(0.0, f64::INFINITY, "a rest is 0 or longer", STOPS);
    /// A duration that something is divided by.
    pub const DURATION: Self = Self::new(
        f64::MIN_POSITIVE,
        f64::INFINITY,
        "this must be more than 0",
        STOPS,
    );
    pub const MEAN_WAIT: Self = Self::new(
        f64::MIN_POSITIVE,
        f64::INFINITY,
        "this must be more than 0",
        "the rate of a negative wait counts as 0",
    );
    pub const RATIO: Self = Self::DURATION;

    const fn new(low: f64, high: f64, rule: &'static str, beyond: &'static str) -> Self {
        Self {
            low,
            high,
            rule,
            beyond,
        }
    }

    /// The nearer end for a probability that misses it by no more than rounding does: `1 - 0.9 -
    /// 0.1` is below nothing. Other numbers stay what they are.
    pub fn rounded(&self, value: f64) -> f64 {
        if (self.low, self.high) != (0.0, 1.0) {
            return value;
        }
        let nearest = value.clamp(self.low, self.high);
        if (value - nearest).abs() <= ROUNDING {
            nearest
        } else {
            value
        }
    }

    /// Whether a number respects them; NaN does not.
    pub fn allow(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }
}

/// A formula of the file and what it must give.
#[derive(Clone, Debug)]
pub struct Use {
    pub place: Place,
    pub formula: Expr,
    pub bounds: Bounds,
}
