//! Quantiles of distributions on the whole numbers.

use super::normal::deviate;
use super::probability::Probability;
use libm::{floor, sqrt};

/// Mean, variance and skewness: where the search for a quantile begins.
pub struct Moments {
    pub mean: f64,
    pub variance: f64,
    pub skewness: f64,
}

/// Smallest whole number from 0 to `last` whose probability `up_to` reaches `p`.
pub fn quantile(
    p: Probability,
    moments: &Moments,
    last: f64,
    up_to: impl Fn(f64) -> Probability,
) -> f64 {
    // Cornish & Fisher (1938): mostly right to one unit.
    let z = deviate(p);
    let guess =
        moments.mean + sqrt(moments.variance) * (z + moments.skewness * (z * z - 1.0) / 6.0);
    let start = floor(guess).clamp(0.0, last);
    let reached = |k: f64| k >= last || up_to(k).reaches(p);
    let mut step = 1.0;
    let (mut below, mut enough);
    if reached(start) {
        enough = start;
        below = start - 1.0;
        while below >= 0.0 && reached(below) {
            enough = below;
            step *= 2.0;
            below -= step;
        }
        below = below.max(-1.0);
    } else {
        below = start;
        enough = start + 1.0;
        while !reached(enough) {
            below = enough;
            step *= 2.0;
            enough += step;
        }
        enough = enough.min(last);
    }
    while enough - below > 1.0 {
        let middle = floor(0.5 * (below + enough));
        if reached(middle) {
            enough = middle;
        } else {
            below = middle;
        }
    }
    enough
}
