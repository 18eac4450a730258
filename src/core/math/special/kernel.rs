//! What the incomplete gamma and beta functions share: cancellation-free logarithms, Stirling's
//! remainder, a tail integral, and Newton's method on log-concave distribution functions.

use libm::{exp, lgamma, log, log1p, sqrt};

pub const LN_SQRT_2PI: f64 = 0.918_938_533_204_672_8;
pub const TWO_PI: f64 = 2.0 * core::f64::consts::PI;

/// From this size on the tail integral is faster than series and continued fractions, whose length
/// grows with the square root.
pub const LARGE: f64 = 1000.0;

/// `ln(1 + w) - w` without cancellation at small `w`.
pub fn log1p_minus(w: f64) -> f64 {
    if w.abs() > 0.4 {
        return log1p(w) - w;
    }
    // ln(1 + w) = 2 artanh(r) with r = w / (2 + w), and 2r - w = -r w.
    let r = w / (2.0 + w);
    let square = r * r;
    let mut power = square;
    let mut sum = 0.0;
    let mut odd = 3.0;
    loop {
        let next = sum + power / odd;
        if next == sum {
            return r * (2.0 * sum - w);
        }
        sum = next;
        power *= square;
        odd += 2.0;
    }
}

/// Loader's deviance `k ln(k / m) + m - k` for positive `k` and `m`, given `difference = m - k` as
/// exactly as the caller knows it.
///
/// Loader (2000), *Fast and accurate computation of binomial probabilities*.
pub fn deviance(k: f64, m: f64, difference: f64) -> f64 {
    if difference.abs() < 0.4 * k {
        -k * log1p_minus(difference / k)
    } else {
        k * log(k / m) + difference
    }
}

/// What Stirling's formula leaves of `ln gamma(x + 1)`: `ln gamma(x + 1) - (x + 1/2) ln x + x - ln
/// sqrt(2 pi)`, for `x > 0`.
pub fn stirling_remainder(x: f64) -> f64 {
    if x < 10.0 {
        return lgamma(x + 1.0) - (x + 0.5) * log(x) + x - LN_SQRT_2PI;
    }
    let s = 1.0 / (x * x);
    let series = 1.0 / 12.0
        - s * (1.0 / 360.0
            - s * (1.0 / 1260.0
                - s * (1.0 / 1680.0
                    - s * (1.0 / 1188.0 - s * (691.0 / 360_360.0 - s * (1.0 / 156.0))))));
    series / x
}

/// Nodes (positive half) and weights of the Gauss-Legendre rule with 20 points on [-1, 1].
const GAUSS_LEGENDRE: [(f64, f64); 10] = [
    (0.993_128_599_185_094_9, 0.017_614_007_139_152_118),
    (0.963_971_927_277_913_8, 0.040_601_429_800_386_94),
    (0.912_234_428_251_326, 0.062_672_048_334_109_06),
    (0.839_116_971_822_218_8, 0.083_276_741_576_704_75),
    (0.746_331_906_460_150_8, 0.101_930_119_817_240_44),
    (0.636_053_680_726_515, 0.118_194_531_961_518_42),
    (0.510_867_001_950_827_1, 0.131_688_638_449_176_64),
    (0.373_706_088_715_419_56, 0.142_096_109_318_382_05),
    (0.227_785_851_141_645_08, 0.149_172_986_472_603_75),
    (0.076_526_521_133_497_34, 0.152_753_387_130_725_85),
];

/// Integral of `exp(log_ratio(s))` over `s` from 0 to where it has died out, at most to `limit`.
///
/// `log_ratio` starts at 0 and falls with initial slope `-slope` (`slope >= 0`) and curvature about
/// `-curvature` (positive): a tail of a density that is nearly normal, relative to its value where
/// the tail begins.
pub fn tail_integral(
    slope: f64,
    curvature: f64,
    limit: f64,
    log_ratio: impl Fn(f64) -> f64,
) -> f64 {
    const PANELS: usize = 4;
    // Where slope * s + curvature * s^2 / 2 reaches 60; a skew tail may fall more slowly, hence the
    // factor.
    let reach = 1.4 * 120.0 / (slope + sqrt(slope * slope + 120.0 * curvature));
    let half = reach.min(limit) / (2.0 * PANELS as f64);
    let mut total = 0.0;
    for panel in 0..PANELS {
        let middle = half * (2 * panel + 1) as f64;
        for (node, weight) in GAUSS_LEGENDRE {
            let at = half * node;
            total += weight * (exp(log_ratio(middle - at)) + exp(log_ratio(middle + at)));
        }
    }
    total * half
}

/// Solves `tail(u) = target` for an increasing log-concave `tail`; `tail` returns its value and its
/// derivative.
///
/// Newton's method on the logarithm of a log-concave function overshoots at most once, then
/// approaches from the left; where the tail has underflowed or is flat, steps are limited and kept
/// between the last points on either side of the solution.
pub fn invert_log_concave(start: f64, target: f64, tail: impl Fn(f64) -> (f64, f64)) -> f64 {
    const LONGEST_STEP: f64 = 12.0;
    let (mut left, mut right) = (f64::NEG_INFINITY, f64::INFINITY);
    let mut u = start;
    for _ in 0..200 {
        let (value, derivative) = tail(u);
        if value.is_nan() {
            return f64::NAN;
        }
        if value < target {
            left = u;
        } else {
            right = u;
        }
        let gap = if value > 0.0 {
            log(value / target)
        } else {
            f64::NEG_INFINITY
        };
        let step = if value > 0.0 {
            -gap * value / derivative
        } else {
            LONGEST_STEP
        };
        let next = u + if step.is_nan() {
            0.0
        } else {
            step.clamp(-LONGEST_STEP, LONGEST_STEP)
        };
        // Newton's error after this step is of the order of gap squared.
        if gap.abs() < 1e-9 {
            return next;
        }
        u = if left < next && next < right {
            next
        } else {
            0.5 * (left + right)
        };
        if u <= left || u >= right {
            return u;
        }
    }
    u
}
