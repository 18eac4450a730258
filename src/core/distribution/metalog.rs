//! The metalog distribution through three or more percentiles, unbounded, bounded on one side, or
//! on both.
//!
//! Keelin (2016), *The metalog distributions*, Decision Analysis 13(4):243-277: the quantile is
//! `a1 + a2 L + a3 (p - 1/2) L + a4 (p - 1/2) + …` with `L = ln(p / (1 - p))` and as many terms as
//! points, on the scale that the range implies (`scale.rs`). It goes through the percentiles
//! exactly.

use super::error::DistributionError;
use super::percentiles::name_of;
use super::probability::{Probability, Shape};
use super::scale::Scale;
use super::{Distribution, Kind};
use libm::{exp, log};

/// With three terms the density is positive everywhere if `|a3| / a2` is less: 1 over the largest
/// value of (p - 1/2) + p (1 - p) L.
const STEEPEST: f64 = 1.667_113_119_201_929_5;

#[derive(Clone, Debug, PartialEq)]
pub struct Metalog {
    /// Coefficients of the powers of `p - 1/2` that stand alone, and of those that stand at the log
    /// odds.
    alone: Vec<f64>,
    at_odds: Vec<f64>,
    scale: Scale,
}

impl Metalog {
    /// Through `values` at the probabilities `levels` (ascending, three or more), inside the range
    /// if there is one, with as many terms as points.
    ///
    /// # Errors
    /// The values do not ascend or lie outside the range, or the metalog through all of them (on
    /// the scale that the range implies) would fall somewhere.
    pub fn build(
        levels: &[f64],
        values: &[f64],
        low: Option<f64>,
        high: Option<f64>,
    ) -> Result<Distribution, DistributionError> {
        let scale = Scale::over(levels, values, low, high)?;
        let points: Vec<f64> = values.iter().map(|x| scale.of_value(*x)).collect();
        let found = match (levels, points.as_slice()) {
            ([tail, middle, top], [low, mid, high])
                if *middle == 0.5 && (tail + top - 1.0).abs() < 1e-9 =>
            {
                Self::through_three(*tail, [*low, *mid, *high], scale).map_err(|(from, to)| {
                    let requirement = format!(
                        "lie between {} and {} for a metalog through {} and {}",
                        rounded(from),
                        rounded(to),
                        name_of(levels[0]),
                        name_of(levels[2])
                    );
                    DistributionError::percentile(1, requirement, levels, values)
                })
            }
            _ => Self::through_all(levels, &points, scale).map_err(|fall| {
                let place = levels.partition_point(|level| *level < fall);
                let between = match place {
                    0 => format!("below {}", name_of(levels[0])),
                    n if n == levels.len() => format!("above {}", name_of(levels[n - 1])),
                    n => format!("between {} and {}", name_of(levels[n - 1]), name_of(levels[n])),
                };
                let requirement = format!("fit the others: {between} the metalog through all points would fall; move a point, or add `\"shape\": \"monotone\"`");
                DistributionError::percentile(place.min(levels.len() - 1), requirement, levels, values)
            }),
        };
        found.map(|found| Distribution(Kind::Metalog(found)))
    }

    /// Keelin's three terms in closed form; or between which values the middle one has to lie.
    fn through_three(tail: f64, points: [f64; 3], scale: Scale) -> Result<Self, (f64, f64)> {
        let [y_low, y_mid, y_high] = points;
        let log_odds = log((1.0 - tail) / tail);
        let a2 = 0.5 * (y_high - y_low) / log_odds;
        let a3 = ((y_high - y_mid) - (y_mid - y_low)) / ((1.0 - 2.0 * tail) * log_odds);
        if !(a3.abs() < STEEPEST * a2 && a2.is_finite() && y_mid.is_finite()) {
            // Keelin's condition on the middle value, put in the words of the file: how far it may
            // stray from the centre.
            let stray = 0.5 * STEEPEST * (0.5 - tail) * (y_high - y_low);
            let centre = 0.5 * (y_low + y_high);
            return Err((
                scale.to_value(centre - stray),
                scale.to_value(centre + stray),
            ));
        }
        Ok(Self {
            alone: vec![y_mid],
            at_odds: vec![a2, a3],
            scale,
        })
    }

    /// As many terms as points; or a probability at which the curve through them falls.
    fn through_all(levels: &[f64], points: &[f64], scale: Scale) -> Result<Self, f64> {
        let n = levels.len();
        let mut rows: Vec<Vec<f64>> = (levels.iter().zip(points))
            .map(|(level, y)| {
                let (centre, odds) = (level - 0.5, log(level / (1.0 - level)));
                let mut row: Vec<f64> = (0..n)
                    .map(|k| match term(k) {
                        (power, false) => integer_power(centre, power),
                        (power, true) => integer_power(centre, power) * odds,
                    })
                    .collect();
                row.push(*y);
                row
            })
            .collect();
        let solved = solve(&mut rows).ok_or(0.5)?;
        let (mut alone, mut at_odds) = (Vec::new(), Vec::new());
        for (k, coefficient) in solved.into_iter().enumerate() {
            match term(k) {
                (_, false) => alone.push(coefficient),
                (_, true) => at_odds.push(coefficient),
            }
        }
        let found = Self {
            alone,
            at_odds,
            scale,
        };
        match found.falls() {
            Some(u) => Err(Probability::from_log_odds(u).lower),
            None => Ok(found),
        }
    }

    /// Log odds at which the curve does not rise, if there are any.
    fn falls(&self) -> Option<f64> {
        // The slope is smooth in log odds, on a scale of about 1; beyond the grid it is that of the
        // ends.
        const STEP: f64 = 1.0 / 8.0;
        const REACH: i32 = 24 * 8;
        let at = |i: i32| STEP * f64::from(i);
        let slope = |u: f64| self.slope(Probability::from_log_odds(u), u);
        let slopes: Vec<f64> = (-REACH..=REACH).map(|i| slope(at(i))).collect();
        let known = |i: i32| slopes[(i + REACH) as usize];
        // From the middle outwards: what an author can see comes first.
        for i in (0..REACH).flat_map(|i| [i, -i]) {
            let here = known(i);
            if !(here > 0.0) {
                return Some(at(i));
            }
            // Between grid points the slope may dip once more: close in on each lowest point.
            if here <= known(i - 1) && here <= known(i + 1) {
                let (mut low, mut high) = (at(i - 1), at(i + 1));
                while high - low > 1e-4 {
                    let (a, b) = (low + (high - low) / 3.0, high - (high - low) / 3.0);
                    if slope(a) < slope(b) {
                        high = b;
                    } else {
                        low = a;
                    }
                }
                let lowest = 0.5 * (low + high);
                if !(slope(lowest) > 0.0) {
                    return Some(lowest);
                }
            }
        }
        let falling = |side: &f64| !(self.tail_slope(*side) > 0.0);
        let side = [-1.0, 1.0].into_iter().find(falling)?;
        Some(side * at(REACH))
    }

    /// The terms at the log odds `u` of the probability `p`.
    fn terms(&self, p: Probability, u: f64) -> f64 {
        let centre = 0.5 * (p.lower - p.upper);
        polynomial(&self.alone, centre) + polynomial(&self.at_odds, centre) * u
    }

    /// How the terms grow per unit of log odds.
    fn slope(&self, p: Probability, u: f64) -> f64 {
        let (centre, spread) = (0.5 * (p.lower - p.upper), p.lower * p.upper);
        let mut total = 0.0;
        for (j, coefficient) in self.at_odds.iter().enumerate() {
            let own = match j {
                0 => 1.0,
                1 => centre + spread * u,
                _ => {
                    let below = integer_power(centre, j - 1);
                    below * centre + j as f64 * below * spread * u
                }
            };
            total += coefficient * own;
        }
        for (j, coefficient) in self.alone.iter().enumerate().skip(1) {
            total += coefficient * j as f64 * integer_power(centre, j - 1) * spread;
        }
        total
    }

    /// Growth of the terms per unit of log odds towards the upper (+1) or the lower (-1) end.
    fn tail_slope(&self, side: f64) -> f64 {
        polynomial(&self.at_odds, 0.5 * side)
    }

    /// Mean of `moment(x)`, whose size grows at most like `e^(growth |log odds|)` towards the ends;
    /// `None` if it has no mean.
    fn average(&self, growth: f64, moment: impl Fn(f64) -> f64) -> Option<f64> {
        if !(growth < 1.0) {
            return None;
        }
        // In log odds the integrand is analytic and dies off exponentially: the plain trapezium
        // rule converges geometrically.
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

    /// How fast values grow towards an infinite end, per unit of log odds; 0 for ends that are
    /// finite or grow less than exponentially.
    fn growth(&self) -> f64 {
        self.scale
            .growth(self.tail_slope(-1.0), self.tail_slope(1.0))
    }
}

/// Power of `p - 1/2` in a term, and whether it stands at the log odds: 1, L, (p - 1/2) L, p - 1/2,
/// (p - 1/2)^2, (p - 1/2)^2 L, …
fn term(k: usize) -> (usize, bool) {
    match k {
        2 => (1, true),
        3 => (1, false),
        _ => (k / 2, k % 2 == 1),
    }
}

fn integer_power(x: f64, power: usize) -> f64 {
    (0..power).fold(1.0, |product, _| product * x)
}

/// Coefficients by rising power.
fn polynomial(coefficients: &[f64], x: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, c| sum * x + c)
}

/// Solves linear equations, the right sides in the last column, by elimination with pivots; `None`
/// if digits do not suffice.
fn solve(rows: &mut [Vec<f64>]) -> Option<Vec<f64>> {
    let n = rows.len();
    for column in 0..n {
        let pivot =
            (column..n).max_by(|a, b| rows[*a][column].abs().total_cmp(&rows[*b][column].abs()))?;
        rows.swap(column, pivot);
        let lead = rows[column].clone();
        if !(lead[column].abs() > 1e-13) {
            return None;
        }
        for row in rows.iter_mut().skip(column + 1) {
            let share = row[column] / lead[column];
            for (entry, above) in row.iter_mut().zip(&lead).skip(column) {
                *entry -= share * above;
            }
        }
    }
    let mut found = vec![0.0; n];
    for i in (0..n).rev() {
        let known: f64 = (i + 1..n).map(|j| rows[i][j] * found[j]).sum();
        found[i] = (rows[i][n] - known) / rows[i][i];
    }
    found.iter().all(|value| value.is_finite()).then_some(found)
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
        let y = self.scale.of_value(x) - self.alone[0];
        let above = |u: f64| self.terms(Probability::from_log_odds(u), u) - self.alone[0] > y;
        let (mut left, mut right) = if self.alone.len() == 1 && self.at_odds.len() == 2 {
            // The terms are (between the two slopes) times the log odds.
            let (one, other) = (y / self.tail_slope(1.0), y / self.tail_slope(-1.0));
            (one.min(other), one.max(other))
        } else {
            let mut reach = 1.0;
            while reach < 1e300 && (above(-reach) || !above(reach)) {
                reach *= 2.0;
            }
            (-reach, reach)
        };
        let mut u = (y / self.at_odds[0]).max(left).min(right);
        for _ in 0..100 {
            let p = Probability::from_log_odds(u);
            let off = self.terms(p, u) - self.alone[0] - y;
            if off > 0.0 {
                right = right.min(u);
            } else {
                left = left.max(u);
            }
            let newton = u - off / self.slope(p, u);
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
            Scale::Value if self.alone.len() == 1 => Some(self.alone[0] + 0.5 * self.at_odds[1]),
            _ => self.average(self.growth(), |x| x),
        }
    }

    fn variance(&self) -> Option<f64> {
        let pi_square = core::f64::consts::PI * core::f64::consts::PI;
        match self.scale {
            // Keelin (2016), equation for the third-term metalog's central moments.
            Scale::Value if self.alone.len() == 1 => {
                let (a2, a3) = (self.at_odds[0], self.at_odds[1]);
                Some(pi_square / 3.0 * a2 * a2 + (1.0 / 12.0 + pi_square / 36.0) * a3 * a3)
            }
            _ => {
                let mean = self.mean()?;
                self.average(2.0 * self.growth(), |x| (x - mean) * (x - mean))
            }
        }
    }

    fn support(&self) -> (f64, f64) {
        self.scale.ends()
    }
}
