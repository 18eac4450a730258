//! Rank correlation (Spearman's) of two margins tied by a Gaussian copula, whatever ties they have.
//!
//! Takes two distributions and the rank correlation that is asked for; gives the correlation of the
//! normals that gives it, or the range of rank correlations that the two can have.
//!
//! The rank of a draw is its *mid-rank*, the probability of less plus half that of the value
//! itself: with ties, Spearman's correlation is that of mid-ranks (Kendall 1945; Nešlehová 2007).
//! As a function of the normal score, mid-ranks rise in steps at a continuous margin's every point,
//! at a discrete one's few cuts. A step at the score a and one at b have the covariance `P(Z1 > a,
//! Z2 > b) - P(Z1 > a) P(Z2 > b)`, whose derivative by the correlation is the bivariate normal
//! density at (a, b) (Plackett 1954). A continuous margin is one step at 0 seen through a second
//! normal: its correlation counts by 1/√2.

use crate::distribution::probability::Probability;
use crate::distribution::{Distribution, Kind};
use crate::math::special::normal_quantile;
use std::f64::consts::{FRAC_1_SQRT_2, TAU};

/// Most values that a discrete margin is split into one by one; beyond, values are few enough in
/// probability to be taken together.
const VALUES: usize = 4096;
/// Share of the variance of the ranks that may be lost where neighbouring values are taken
/// together.
const LOSS: f64 = 4e-5;

/// The ranks of one margin, as far as a Gaussian copula sees them.
#[derive(Clone, Debug)]
pub struct Margin {
    /// Normal score and height of each step, in ascending order of scores.
    steps: Vec<(f64, f64)>,
    /// What the correlation of the scores counts by: 1, and 1/√2 for a continuous margin.
    seen: f64,
    /// Variance of the mid-rank.
    variance: f64,
    /// Mid-rank and probability of each cell between the steps; empty for a continuous margin.
    cells: Vec<f64>,
}

impl Margin {
    pub fn of(distribution: &Distribution) -> Self {
        let cuts = cuts(distribution);
        if cuts.is_empty() && !is_tied(distribution) {
            return Self {
                steps: vec![(0.0, 1.0)],
                seen: FRAC_1_SQRT_2,
                variance: 1.0 / 12.0,
                cells: Vec::new(),
            };
        }
        Self::stepped(&cuts)
    }

    /// With the given probabilities of values up to each cut, in ascending order.
    fn stepped(cuts: &[Probability]) -> Self {
        let mut cells = Vec::with_capacity(cuts.len() + 1);
        let mut from = Probability::NONE;
        for to in cuts.iter().chain([&Probability::ALL]) {
            cells.push(from.until(*to));
            from = *to;
        }
        let steps = cuts
            .iter()
            .zip(cells.windows(2))
            .map(|(cut, sides)| {
                let score = if cut.is_low() {
                    normal_quantile(cut.lower)
                } else {
                    -normal_quantile(cut.upper)
                };
                (score, 0.5 * (sides[0] + sides[1]))
            })
            .collect();
        let cubes: f64 = cells.iter().map(|mass| mass * mass * mass).sum();
        Self {
            steps,
            seen: 1.0,
            variance: (1.0 - cubes) / 12.0,
            cells,
        }
    }

    fn is_continuous(&self) -> bool {
        self.cells.is_empty()
    }
}

/// Whether values of positive probability exist.
fn is_tied(distribution: &Distribution) -> bool {
    match &distribution.0 {
        Kind::Mixture(mixture) => mixture.parts().any(is_tied),
        _ => distribution.is_discrete(),
    }
}

/// Probabilities that separate the ranks: of all below and all up to each value that has a
/// probability of its own, with what is continuous between them cut fine; none for a margin without
/// ties. Cells that are small together are one.
fn cuts(distribution: &Distribution) -> Vec<Probability> {
    if !is_tied(distribution) {
        return Vec::new();
    }
    let mut values = Vec::new();
    collect(distribution, &mut values);
    let mut cuts: Vec<Probability> = values
        .iter()
        .flat_map(|x| [distribution.below(*x), distribution.probability(*x)])
        .collect();
    if !distribution.is_discrete() || values.len() >= VALUES {
        const FINE: usize = 512;
        let grid = (1..FINE).map(|i| distribution.quantile(i as f64 / FINE as f64));
        cuts.extend(grid.map(|x| distribution.probability(x)));
    }
    cuts.retain(|cut| cut.lower > 0.0 && cut.upper > 0.0);
    cuts.sort_by(|a, b| {
        a.lower
            .total_cmp(&b.lower)
            .then(b.upper.total_cmp(&a.upper))
    });
    cuts.dedup_by(|a, b| b.until(*a) <= 0.0);
    coarsened(&cuts)
}

/// The values of positive probability, as far as they are few.
fn collect(distribution: &Distribution, values: &mut Vec<f64>) {
    if let Kind::Mixture(mixture) = &distribution.0 {
        mixture.parts().for_each(|part| collect(part, values));
    } else if distribution.is_discrete() {
        // The least value, then each time the least whose probability goes beyond what is reached.
        let mut reached = Probability::NONE;
        for _ in 0..VALUES {
            let beyond = Probability {
                lower: reached.lower * (1.0 + 1e-12) + 1e-15,
                upper: reached.upper * (1.0 - 1e-12),
            };
            if beyond.upper < 1e-12 {
                break;
            }
            let x = distribution.at(beyond);
            values.push(x);
            let next = distribution.probability(x);
            if reached.until(next) <= 0.0 {
                break;
            }
            reached = next;
        }
    }
}

/// Without the cuts that separate little: neighbours are joined while they lose no more than
/// [`LOSS`] of the ranks' variance.
fn coarsened(cuts: &[Probability]) -> Vec<Probability> {
    let whole = Margin::stepped(cuts).variance;
    // Cells of this size, if all were, would lose so much: the sum of their cubes is at most its
    // square.
    let size = (12.0 * LOSS * whole).sqrt();
    let mut kept = Vec::new();
    let mut from = Probability::NONE;
    for (i, cut) in cuts.iter().enumerate() {
        let next = cuts.get(i + 1).copied().unwrap_or(Probability::ALL);
        if from.until(next) > size {
            kept.push(*cut);
            from = *cut;
        }
    }
    kept
}

/// Correlation of the normals that gives two margins the rank correlation `rank`, strictly between
/// -1 and 1.
///
/// # Errors
/// They cannot have it: the range of those that they can have (its ends excluded).
pub fn normal_correlation_of(rank: f64, a: &Margin, b: &Margin) -> Result<f64, [f64; 2]> {
    if a.is_continuous() && b.is_continuous() {
        return Ok(super::normal_correlation(rank));
    }
    let scale = (a.variance * b.variance).sqrt();
    if !(scale > 0.0) {
        return Err([0.0, 0.0]);
    }
    let target = rank.abs() * scale;
    let sign = if rank < 0.0 { -1.0 } else { 1.0 };
    // The correlation that is seen runs up to this.
    let end = libm::asin(a.seen * b.seen);
    let slope = |angle: f64| rate(sign, angle, a, b);
    let (mut reached, mut from) = (0.0, 0.0);
    for panel in 1..=PANELS {
        let to = end * f64::from(panel) / f64::from(PANELS);
        let more = integral(from, to, &slope);
        if reached + more >= target {
            // Halving: the integral rises with its end.
            let (mut low, mut high) = (from, to);
            for _ in 0..52 {
                let middle = 0.5 * (low + high);
                if reached + integral(from, middle, &slope) < target {
                    low = middle;
                } else {
                    high = middle;
                }
            }
            let seen = libm::sin(0.5 * (low + high)) / (a.seen * b.seen);
            if seen < 1.0 {
                return Ok(sign * seen);
            }
            break;
        }
        reached += more;
        from = to;
    }
    Err(attainable(a, b))
}

/// Least and greatest rank correlation of two margins: that of opposite and of equal scores.
pub fn attainable(a: &Margin, b: &Margin) -> [f64; 2] {
    let scale = (a.variance * b.variance).sqrt();
    if !(scale > 0.0) {
        return [0.0, 0.0];
    }
    let end = libm::asin(a.seen * b.seen);
    [-1.0, 1.0].map(|sign| {
        let slope = |angle: f64| rate(sign, angle, a, b);
        let covariance: f64 = (0..PANELS)
            .map(|panel| {
                let at = |i: i32| end * f64::from(i) / f64::from(PANELS);
                integral(at(panel), at(panel + 1), &slope)
            })
            .sum();
        sign * (covariance / scale).min(1.0)
    })
}

/// Panels of the integral over the angle.
const PANELS: i32 = 24;

/// Growth of the covariance of the ranks with the angle whose sine is the correlation that is seen.
fn rate(sign: f64, angle: f64, a: &Margin, b: &Margin) -> f64 {
    let (sine, cosine) = (libm::sin(angle), libm::cos(angle));
    let mut sum = 0.0;
    for (x, height) in &a.steps {
        for (y, other) in &b.steps {
            // (x² - 2 r x y + y²) / (1 - r²), without cancellation where r is close to 1.
            let y = sign * y;
            let gap = x - y;
            let exponent = 0.5 * (gap * gap / (cosine * cosine) + 2.0 * x * y / (1.0 + sine));
            sum += height * other * libm::exp(-exponent);
        }
    }
    sum / TAU
}

/// Gauss and Legendre's five points.
fn integral(from: f64, to: f64, value: &impl Fn(f64) -> f64) -> f64 {
    let (centre, half) = (0.5 * (from + to), 0.5 * (to - from));
    let root = 2.0 * (10.0f64 / 7.0).sqrt();
    let (inner, outer) = ((5.0 - root).sqrt() / 3.0, (5.0 + root).sqrt() / 3.0);
    let spread = 13.0 * 70.0f64.sqrt();
    let (near, far) = ((322.0 + spread) / 900.0, (322.0 - spread) / 900.0);
    let pair = |x: f64| value(centre - half * x) + value(centre + half * x);
    half * (128.0 / 225.0 * value(centre) + near * pair(inner) + far * pair(outer))
}
