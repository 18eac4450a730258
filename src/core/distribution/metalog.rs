//! The metalog distribution through three percentiles, unbounded, bounded on one side, or on both.
//!
//! Keelin (2016), *The metalog distributions*, Decision Analysis 13(4):243-277: the quantile is
//! `a1 + a2 L + a3 (p - 1/2) L` with `L = ln(p / (1 - p))`, of the value itself, of its logarithmic distance from one bound, or of
//! its log odds between two. It goes through the three percentiles exactly.

use super::error::{DistributionError, finite};
use super::probability::{Probability, Shape};
use super::truncated::bounds;
use super::{Distribution, Kind};
use libm::{exp, log};
use std::fmt;

/// The density is positive everywhere if `|a3| / a2` is less: 1 over the largest value of (p - 1/2) + p (1 - p) L.
const STEEPEST: f64 = 1.667_113_119_201_929_5;

#[derive(Clone, Debug, PartialEq)]
pub struct Metalog {
    a1: f64,
    a2: f64,
    a3: f64,
    scale: Scale,
}

/// What the three terms describe.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Scale {
    Value,
    /// ln(x - low)
    Above(f64),
    /// -ln(high - x)
    Below(f64),
    /// ln((x - low) / (high - x))
    Between(f64, f64),
}

impl Scale {
    fn of_value(self, x: f64) -> f64 {
        match self {
            Self::Value => x,
            Self::Above(low) => log(x - low),
            Self::Below(high) => -log(high - x),
            Self::Between(low, high) => log((x - low) / (high - x)),
        }
    }

    fn to_value(self, y: f64) -> f64 {
        match self {
            Self::Value => y,
            Self::Above(low) => low + exp(y),
            Self::Below(high) => high - exp(-y),
            Self::Between(low, high) => {
                let place = Probability::from_log_odds(y);
                let width = high - low;
                if place.is_low() {
                    low + width * place.lower
                } else {
                    high - width * place.upper
                }
            }
        }
    }
}

impl Metalog {
    /// Through `values` at the probabilities `tail`, 1/2 and `1 - tail`, inside the range if there is one; `names` are those of
    /// the percentiles.
    ///
    /// # Errors
    /// The values do not ascend, lie outside the range, or the middle one is so close to another (on the scale that the range
    /// implies) that no metalog goes through all three.
    pub fn build(
        tail: f64,
        names: [&'static str; 3],
        values: [f64; 3],
        low: Option<f64>,
        high: Option<f64>,
    ) -> Result<Distribution, DistributionError> {
        for (name, value) in names.into_iter().zip(values) {
            finite(name, value)?;
        }
        let listed = [
            (names[0], values[0]),
            (names[1], values[1]),
            (names[2], values[2]),
        ];
        for i in 1..3 {
            if !(values[i - 1] < values[i]) {
                let requirement = format!("be greater than {}", names[i - 1]);
                return Err(DistributionError::inconsistent(
                    names[i],
                    &requirement,
                    &listed,
                ));
            }
        }
        let scale = match bounds(low, high)? {
            None => Scale::Value,
            Some((low, high)) => {
                for (at, inside) in [(0, low < values[0]), (2, values[2] < high)] {
                    if !inside {
                        let requirement = format!("lie inside the range {}", Interval(low, high));
                        return Err(DistributionError::inconsistent(
                            names[at],
                            &requirement,
                            &listed,
                        ));
                    }
                }
                match (low.is_finite(), high.is_finite()) {
                    (true, true) => Scale::Between(low, high),
                    (true, false) => Scale::Above(low),
                    _ => Scale::Below(high),
                }
            }
        };
        let [y_low, y_mid, y_high] = values.map(|x| scale.of_value(x));
        let log_odds = log((1.0 - tail) / tail);
        let a2 = 0.5 * (y_high - y_low) / log_odds;
        let a3 = ((y_high - y_mid) - (y_mid - y_low)) / ((1.0 - 2.0 * tail) * log_odds);
        if !(a3.abs() < STEEPEST * a2 && a2.is_finite() && y_mid.is_finite()) {
            // Keelin's condition on the middle value, put in the words of the file: how far it may stray from the centre.
            let stray = 0.5 * STEEPEST * (0.5 - tail) * (y_high - y_low);
            let centre = 0.5 * (y_low + y_high);
            let (from, to) = (
                scale.to_value(centre - stray),
                scale.to_value(centre + stray),
            );
            let requirement = format!(
                "lie between {} and {} for a metalog through {} and {}",
                rounded(from),
                rounded(to),
                names[0],
                names[2]
            );
            return Err(DistributionError::inconsistent(
                names[1],
                &requirement,
                &listed,
            ));
        }
        Ok(Distribution(Kind::Metalog(Self {
            a1: y_mid,
            a2,
            a3,
            scale,
        })))
    }

    /// The three terms at the log odds `u` of the probability `p`.
    fn terms(&self, p: Probability, u: f64) -> f64 {
        self.a1 + (self.a2 + self.a3 * 0.5 * (p.lower - p.upper)) * u
    }

    /// Growth of the terms per unit of log odds towards the upper (+1) or the lower (-1) end.
    fn tail_slope(&self, side: f64) -> f64 {
        self.a2 + 0.5 * self.a3 * side
    }

    /// Mean of `moment(x)`, whose size grows at most like `e^(growth |log odds|)` towards the ends; `None` if it has no mean.
    fn average(&self, growth: f64, moment: impl Fn(f64) -> f64) -> Option<f64> {
        if !(growth < 1.0) {
            return None;
        }
        // In log odds the integrand is analytic and dies off exponentially: the plain trapezium rule converges geometrically.
        const STEP: f64 = 1.0 / 16.0;
        let reach = (40.0 / (1.0 - growth)).min(300.0);
        let steps = libm::ceil(reach / STEP) as i32;
        let term = |i: i32| {
            let u = STEP * f64::from(i);
            let p = Probability::from_log_odds(u);
            p.lower * p.upper * moment(self.scale.to_value(self.terms(p, u)))
        };
        // What lies beyond is a geometric series to double precision.
        let ratio = exp(-(1.0 - growth) * STEP);
        let beyond = (term(-steps) + term(steps)) * ratio / (1.0 - ratio);
        let total = (-steps..=steps).map(term).sum::<f64>() + beyond;
        (total.is_finite()).then_some(total * STEP)
    }

    /// How fast values grow towards an infinite end, per unit of log odds; 0 for ends that are finite or grow less than exponentially.
    fn growth(&self) -> f64 {
        match self.scale {
            Scale::Value | Scale::Between(..) => 0.0,
            Scale::Above(_) => self.tail_slope(1.0),
            Scale::Below(_) => self.tail_slope(-1.0),
        }
    }
}

/// A range in words.
struct Interval(f64, f64);

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0.is_finite(), self.1.is_finite()) {
            (true, true) => write!(f, "{} to {}", self.0, self.1),
            (true, false) => write!(f, "above {}", self.0),
            _ => write!(f, "below {}", self.1),
        }
    }
}

/// Three digits are enough to tell an author where to look.
fn rounded(x: f64) -> String {
    if x == 0.0 || (0.01..1e6).contains(&x.abs()) {
        format!("{x:.3}")
    } else {
        format!("{x:.2e}")
    }
}

impl Shape for Metalog {
    fn probability(&self, x: f64) -> Probability {
        let y = self.scale.of_value(x) - self.a1;
        // The terms are (between the two slopes) times the log odds.
        let (one, other) = (y / self.tail_slope(1.0), y / self.tail_slope(-1.0));
        let (mut left, mut right) = (one.min(other), one.max(other));
        let mut u = y / self.a2;
        for _ in 0..100 {
            let p = Probability::from_log_odds(u);
            let off = self.terms(p, u) - self.a1 - y;
            if off > 0.0 {
                right = right.min(u);
            } else {
                left = left.max(u);
            }
            let slope = self.a2 + self.a3 * (0.5 * (p.lower - p.upper) + p.lower * p.upper * u);
            let newton = u - off / slope;
            let next = if left <= newton && newton <= right {
                newton
            } else {
                0.5 * (left + right)
            };
            let done = (next - u).abs() <= 1e-15 * u.abs();
            u = next;
            if done {
                break;
            }
        }
        Probability::from_log_odds(u)
    }

    fn at(&self, p: Probability) -> f64 {
        self.scale.to_value(self.terms(p, log(p.lower / p.upper)))
    }

    fn mean(&self) -> Option<f64> {
        match self.scale {
            Scale::Value => Some(self.a1 + 0.5 * self.a3),
            _ => self.average(self.growth(), |x| x),
        }
    }

    fn variance(&self) -> Option<f64> {
        let pi_square = core::f64::consts::PI * core::f64::consts::PI;
        match self.scale {
            // Keelin (2016), equation for the third-term metalog's central moments.
            Scale::Value => Some(
                pi_square / 3.0 * self.a2 * self.a2
                    + (1.0 / 12.0 + pi_square / 36.0) * self.a3 * self.a3,
            ),
            _ => {
                let mean = self.mean()?;
                self.average(2.0 * self.growth(), |x| (x - mean) * (x - mean))
            }
        }
    }

    fn support(&self) -> (f64, f64) {
        match self.scale {
            Scale::Value => (f64::NEG_INFINITY, f64::INFINITY),
            Scale::Above(low) => (low, f64::INFINITY),
            Scale::Below(high) => (f64::NEG_INFINITY, high),
            Scale::Between(low, high) => (low, high),
        }
    }
}
