//! Student's t and Fisher's F, by way of the incomplete beta function.

use super::beta::{beta_inverse_log_odds, beta_pair};
use super::normal::{normal_cdf, normal_quantile};
use libm::{exp, sqrt};

/// From here on the expansions in 1/df around the normal are exact to double precision.
const NEARLY_NORMAL: f64 = 1e6;

/// Probability that Student's t with `df` > 0 degrees of freedom is at most `x`.
pub fn student_t_cdf(x: f64, df: f64) -> f64 {
    if !(df > 0.0) || x.is_nan() {
        return f64::NAN;
    }
    if x.is_infinite() {
        return if x > 0.0 { 1.0 } else { 0.0 };
    }
    if df > NEARLY_NORMAL {
        return normal_cdf(normal_equivalent(x, df));
    }
    let r = x / sqrt(df);
    // df / (df + x^2) and its complement; far out x^2 alone would overflow.
    let (outer, inner) = if r.abs() < 1e100 {
        (1.0 / (1.0 + r * r), r * r / (1.0 + r * r))
    } else {
        ((1.0 / r) / r, 1.0)
    };
    let (tails, centre) = beta_pair(0.5 * df, 0.5, outer, inner);
    if x < 0.0 {
        0.5 * tails
    } else {
        0.5 + 0.5 * centre
    }
}

/// The normal deviate with the same tail as t = `x`, by the expansion of Hill (1970) in 1/df.
fn normal_equivalent(x: f64, df: f64) -> f64 {
    // Beyond 60 both tails are below the smallest double.
    let t = x.clamp(-60.0, 60.0);
    let s = t * t;
    let n = 1.0 / df;
    let first = (s + 1.0) / 4.0;
    let second = ((13.0 * s + 8.0) * s + 3.0) / 96.0;
    let third = (((35.0 * s + 19.0) * s + 1.0) * s - 15.0) / 384.0;
    t * (1.0 - n * (first - n * (second - n * third)))
}

/// Value below which Student's t with `df` > 0 degrees of freedom falls with probability `p`; `p`
/// in [0, 1].
pub fn student_t_quantile(p: f64, df: f64) -> f64 {
    if !(df > 0.0 && (0.0..=1.0).contains(&p)) {
        return f64::NAN;
    }
    if p > 0.5 {
        return -student_t_quantile(1.0 - p, df);
    }
    if df > NEARLY_NORMAL {
        return t_equivalent(normal_quantile(p), df);
    }
    // The two tails hold 2p, the centre 1 - 2p, without rounding.
    let log_odds = beta_inverse_log_odds(0.5 * df, 0.5, 2.0 * p, 1.0 - 2.0 * p);
    -sqrt(df) * exp(-0.5 * log_odds)
}

/// The t deviate with the same tail as the normal deviate `z`: Fisher's expansion (Abramowitz &
/// Stegun 26.7.5).
fn t_equivalent(z: f64, df: f64) -> f64 {
    if z.is_infinite() {
        return z;
    }
    let s = z * z;
    let n = 1.0 / df;
    let first = (s + 1.0) / 4.0;
    let second = ((5.0 * s + 16.0) * s + 3.0) / 96.0;
    let third = (((3.0 * s + 19.0) * s + 17.0) * s - 15.0) / 384.0;
    z * (1.0 + n * (first + n * (second + n * third)))
}

/// Probability that Fisher's F with `d1` and `d2` degrees of freedom exceeds `x`.
pub fn f_survival(x: f64, d1: f64, d2: f64) -> f64 {
    if !(d1 > 0.0 && d2 > 0.0) || x.is_nan() {
        return f64::NAN;
    }
    if x <= 0.0 {
        return 1.0;
    }
    let odds = d1 / d2 * x;
    if odds == f64::INFINITY {
        return 0.0;
    }
    beta_pair(0.5 * d2, 0.5 * d1, 1.0 / (1.0 + odds), odds / (1.0 + odds)).0
}
