//! A probability seen from both sides, and what every family provides.

/// A probability and its complement, each accurate relative to itself: `1 - p` would lose the
/// smaller one in a far tail.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Probability {
    pub lower: f64,
    /// `1 - lower`.
    pub upper: f64,
}

impl Probability {
    pub const NONE: Self = Self {
        lower: 0.0,
        upper: 1.0,
    };
    pub const ALL: Self = Self {
        lower: 1.0,
        upper: 0.0,
    };

    /// From the lower side alone; the complement is exact for `lower >= 1/2`.
    pub fn new(lower: f64) -> Self {
        Self {
            lower,
            upper: 1.0 - lower,
        }
    }

    /// From log odds.
    pub fn from_log_odds(u: f64) -> Self {
        Self {
            lower: 1.0 / (1.0 + libm::exp(-u)),
            upper: 1.0 / (1.0 + libm::exp(u)),
        }
    }

    /// Whether the lower side is the smaller, and thus the more precise one.
    pub fn is_low(self) -> bool {
        self.lower <= self.upper
    }

    /// `-ln(upper)`: the integrated hazard.
    pub fn hazard(self) -> f64 {
        if self.is_low() {
            -libm::log1p(-self.lower)
        } else {
            -libm::log(self.upper)
        }
    }

    /// How much more probability lies up to `to` than up to `self`, found on the side where less of
    /// it cancels.
    pub fn until(self, to: Self) -> f64 {
        if !self.is_low() {
            self.upper - to.upper
        } else if to.is_low() {
            to.lower - self.lower
        } else {
            1.0 - self.lower - to.upper
        }
    }

    /// Whether `self` is at least `other`, judged on the more precise side of `other`.
    pub fn reaches(self, other: Self) -> bool {
        if other.is_low() {
            self.lower >= other.lower
        } else {
            self.upper <= other.upper
        }
    }
}

/// What a family knows about itself.
pub trait Shape {
    /// Probability of a draw at most `x`; `x` is inside the support, below its upper end.
    fn probability(&self, x: f64) -> Probability;

    /// Probability of a draw below `x`; `x` is inside the support.
    fn below(&self, x: f64) -> Probability {
        self.probability(x)
    }

    /// Smallest value whose probability reaches `p`; neither side of `p` is zero.
    fn at(&self, p: Probability) -> f64;

    fn mean(&self) -> Option<f64>;

    fn variance(&self) -> Option<f64>;

    fn support(&self) -> (f64, f64);

    fn is_discrete(&self) -> bool {
        false
    }

    /// Value at which the density has a corner, if it has one.
    fn corner(&self) -> Option<f64> {
        None
    }
}
