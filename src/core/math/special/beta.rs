//! The regularised incomplete beta function and its inverse.

use super::kernel::{
    LARGE, TWO_PI, deviance, invert_log_concave, log1p_minus, stirling_remainder, tail_integral,
};
use super::normal::normal_quantile;
use libm::{exp, expm1, lgamma, log, log1p, sqrt};

/// Regularised incomplete beta function I_x(a, b): the probability that a beta variable is at most
/// `x`; `a` and `b` positive.
pub fn beta_regularized(a: f64, b: f64, x: f64) -> f64 {
    beta_pair(a, b, x, 1.0 - x).0
}

/// 1 - I_x(a, b), accurate where it is small.
pub fn beta_upper(a: f64, b: f64, x: f64) -> f64 {
    beta_pair(a, b, x, 1.0 - x).1
}

/// I_x(a, b) and its complement, both accurate relative to themselves; `y` is 1 - x, as exactly as
/// the caller knows it.
pub fn beta_pair(a: f64, b: f64, x: f64, y: f64) -> (f64, f64) {
    let (lower, upper, _) = beta_parts(a, b, x, y);
    (lower, upper)
}

/// I_x(a, b), its complement and the logistic density `x^a y^b / B(a, b)`.
fn beta_parts(a: f64, b: f64, x: f64, y: f64) -> (f64, f64, f64) {
    if !(a > 0.0 && b > 0.0 && (a + b).is_finite()) || x.is_nan() || y.is_nan() {
        return (f64::NAN, f64::NAN, f64::NAN);
    }
    if x <= 0.0 {
        return (0.0, 1.0, 0.0);
    }
    if y <= 0.0 {
        return (1.0, 0.0, 0.0);
    }
    let density = logistic_density(a, b, x, y);
    let (lower, upper) = if a.min(b) >= LARGE {
        by_tail_integral(a, b, x, y, density)
    } else if x * (a + b + 2.0) < a + 1.0 {
        let lower = (density * continued_fraction(a, b, x, y, a * y - b * x)).min(1.0);
        (lower, 1.0 - lower)
    } else {
        let upper = (density * continued_fraction(b, a, y, x, b * x - a * y)).min(1.0);
        (1.0 - upper, upper)
    };
    (lower, upper, density)
}

/// `x^a y^b / B(a, b)`: the density of the variable's log odds.
fn logistic_density(a: f64, b: f64, x: f64, y: f64) -> f64 {
    let n = a + b;
    if n < 20.0 {
        let ln_y = if x < 0.5 { log1p(-x) } else { log(y) };
        let ln_x = if y < 0.5 { log1p(-y) } else { log(x) };
        let ln_choose = lgamma(n + 1.0) - lgamma(a + 1.0) - lgamma(b + 1.0);
        return a * b / n * exp(ln_choose + a * ln_x + b * ln_y);
    }
    // Loader's saddle-point form of the binomial probability, times ab/n.
    let difference = b * x - a * y;
    let exponent = stirling_remainder(n)
        - stirling_remainder(a)
        - stirling_remainder(b)
        - deviance(a, n * x, difference)
        - deviance(b, n * y, -difference);
    sqrt(a * b / (n * TWO_PI)) * exp(exponent)
}

/// `I_x(a, b) B(a, b) / (x^a y^b)` by the continued fraction of Didonato & Morris (1992),
/// *Algorithm 708*, section 8.
///
/// `lead` is (a + b) y - b, at least about 0; it and `y` keep the digits that `1 - x` would lose
/// next to 1.
fn continued_fraction(a: f64, b: f64, x: f64, y: f64, lead: f64) -> f64 {
    let c = 1.0 + lead;
    let c0 = b / a;
    let c1 = 1.0 + 1.0 / a;
    let mut n = 0.0;
    let mut p = 1.0;
    let mut s = a + 1.0;
    let (mut numerator, mut denominator) = (0.0, 1.0);
    let (mut next_numerator, mut next_denominator) = (1.0, c / c1);
    let mut value = c1 / c;
    while n < 1e7 {
        n += 1.0;
        let t = n / a;
        let w = n * (b - n) * x;
        let e = a / s;
        let alpha = p * (p + c0) * e * e * (w * x);
        let beta = n + w / s + (1.0 + t) / (c1 + t + t) * (c + n * (1.0 + y));
        p = 1.0 + t;
        s += 2.0;
        let above = alpha * numerator + beta * next_numerator;
        let below = alpha * denominator + beta * next_denominator;
        let before = value;
        value = above / below;
        if (value - before).abs() <= f64::EPSILON * value.abs() {
            break;
        }
        (numerator, denominator) = (next_numerator / below, next_denominator / below);
        (next_numerator, next_denominator) = (value, 1.0);
    }
    value
}

/// For large `a` and `b`: integrates the density from `x` outwards, over the smaller tail.
fn by_tail_integral(a: f64, b: f64, x: f64, y: f64, density: f64) -> (f64, f64) {
    let (alpha, beta) = (a - 1.0, b - 1.0);
    let slope = (beta * x - alpha * y) / (x * y);
    // Towards the tail: s is the distance from x, downwards if the density rises at x.
    let below = slope < 0.0;
    let log_ratio = |s: f64| {
        let s_signed = if below { -s } else { s };
        alpha * log1p_minus(s_signed / x) + beta * log1p_minus(-s_signed / y) - slope.abs() * s
    };
    let curvature = alpha / (x * x) + beta / (y * y);
    let limit = if below { x } else { y };
    let tail =
        (density / (x * y) * tail_integral(slope.abs(), curvature, limit, log_ratio)).min(1.0);
    if below {
        (tail, 1.0 - tail)
    } else {
        (1.0 - tail, tail)
    }
}

/// The `x` with I_x(a, b) = `p`; `p` in [0, 1].
pub fn beta_inverse(a: f64, b: f64, p: f64) -> f64 {
    logistic(beta_inverse_log_odds(a, b, p, 1.0 - p))
}

/// `1 / (1 + e^-u)` without overflow.
fn logistic(u: f64) -> f64 {
    1.0 / (1.0 + exp(-u))
}

/// ln(x / (1 - x)) of the `x` with I_x(a, b) = `p` and complement `q`; the sum of `p` and `q` must
/// be one.
///
/// The log odds keep their precision at both ends, where x itself rounds to 0 or 1.
pub fn beta_inverse_log_odds(a: f64, b: f64, p: f64, q: f64) -> f64 {
    if !(a > 0.0 && b > 0.0 && (a + b).is_finite() && p >= 0.0 && q >= 0.0) {
        return f64::NAN;
    }
    if p > q {
        return -beta_inverse_log_odds(b, a, q, p);
    }
    if p == 0.0 {
        return f64::NEG_INFINITY;
    }
    // For tiny x, I_x is x^a / (a B(a, b)) to the last bit.
    let ln_beta_a = lgamma(a + 1.0) + lgamma(b) - lgamma(a + b);
    let ln_x = (log(p) + ln_beta_a) / a;
    let start = if ln_x < -37.0 && log(b.max(1.0)) + ln_x < -37.0 {
        return ln_x;
    } else if a >= 1.0 && b >= 1.0 {
        let spread = sqrt(1.0 / a + 1.0 / b);
        log((a - 1.0 / 3.0) / (b - 1.0 / 3.0)) + normal_quantile(p) * spread
    } else {
        // The log odds of that x, unless the leading term already exceeds what a probability can
        // be.
        let log_odds = ln_x - log(-expm1(ln_x.min(-1e-300)));
        log_odds.clamp(-700.0, 700.0)
    };
    invert_log_concave(start, p, |u| {
        let (lower, _, density) = beta_parts(a, b, logistic(u), logistic(-u));
        (lower, density)
    })
}
