//! The gamma function's logarithm, the regularised incomplete gamma functions, and their inverse.

use super::kernel::{
    LARGE, TWO_PI, deviance, invert_log_concave, log1p_minus, stirling_remainder, tail_integral,
};
use super::normal::normal_quantile;
use libm::{exp, expm1, lgamma, log, log1p, sqrt};

/// Natural logarithm of |gamma(x)|; infinite at zero and the negative whole numbers.
pub fn ln_gamma(x: f64) -> f64 {
    lgamma(x)
}

/// (zeta(k) - 1) / k for k from 2.
const ZETA_TERMS: [f64; 17] = [
    0.3224670334241132,
    0.0673523010531981,
    0.020580808427784546,
    0.007385551028673986,
    0.0028905103307415234,
    0.001192753911703261,
    0.0005096695247430425,
    0.00022315475845357939,
    9.945751278180853e-05,
    4.492623673813314e-05,
    2.050721277567069e-05,
    9.439488275268397e-06,
    4.374866789907488e-06,
    2.039215753801366e-06,
    9.55141213040742e-07,
    4.492469198764566e-07,
    2.1207184805554665e-07,
];

/// ln gamma(1 + a) for `a` >= 0, accurate relative to itself as `a` goes to 0, where `1 + a` would
/// lose it.
pub(super) fn ln_gamma_one_plus(a: f64) -> f64 {
    if a > 0.25 {
        return lgamma(1.0 + a);
    }
    // Abramowitz & Stegun 6.1.33
    const ONE_MINUS_EULER: f64 = 0.422_784_335_098_467_14;
    let tail = ZETA_TERMS.iter().rev().fold(0.0, |sum, &c| c - a * sum);
    a * (ONE_MINUS_EULER + a * tail) - log1p(a)
}

/// Lower regularised incomplete gamma function P(a, x): the probability that a gamma variable of
/// shape `a` > 0 and rate 1 is at most `x`.
pub fn gamma_p(a: f64, x: f64) -> f64 {
    gamma_pair(a, x).0
}

/// Upper regularised incomplete gamma function Q(a, x) = 1 - P(a, x), accurate where it is small.
pub fn gamma_q(a: f64, x: f64) -> f64 {
    gamma_pair(a, x).1
}

/// P(a, x) and Q(a, x), both accurate relative to themselves.
pub fn gamma_pair(a: f64, x: f64) -> (f64, f64) {
    let (p, q, _) = gamma_parts(a, x);
    (p, q)
}

/// P(a, x), Q(a, x) and the logarithmic density `x^a e^-x / gamma(a)`.
fn gamma_parts(a: f64, x: f64) -> (f64, f64, f64) {
    if !(a > 0.0 && a.is_finite()) || x.is_nan() {
        return (f64::NAN, f64::NAN, f64::NAN);
    }
    if x <= 0.0 {
        return (0.0, 1.0, 0.0);
    }
    if x == f64::INFINITY {
        return (1.0, 0.0, 0.0);
    }
    let density = log_density_at(a, x);
    if a >= LARGE && (x - a).abs() < 0.4 * a {
        let (p, q) = by_tail_integral(a, x, density);
        return (p, q, density);
    }
    if a < 1.0 && x < 1.5 {
        let (p, q) = by_small_shape(a, x);
        return (p, q, density);
    }
    if x < a + 1.0 {
        let p = (density / a * series(a, x)).min(1.0);
        return (p, 1.0 - p, density);
    }
    let q = (density * continued_fraction(a, x)).min(1.0);
    (1.0 - q, q, density)
}

/// `x^a e^-x / gamma(a)`: the density of the variable's logarithm.
fn log_density_at(a: f64, x: f64) -> f64 {
    if a < 10.0 {
        return a * exp(a * log(x) - x - ln_gamma_one_plus(a));
    }
    // Loader's saddle-point form: the huge logarithms cancel before they are taken.
    sqrt(a / TWO_PI) * exp(-stirling_remainder(a) - deviance(a, x, x - a))
}

/// 1 + x/(a+1) + x^2/((a+1)(a+2)) + ...
fn series(a: f64, x: f64) -> f64 {
    let mut term = 1.0;
    let mut sum = 1.0;
    let mut n = a;
    loop {
        n += 1.0;
        term *= x / n;
        let next = sum + term;
        if next == sum {
            return sum;
        }
        sum = next;
    }
}

/// Legendre's fraction 1/(x+1-a- 1(1-a)/(x+3-a- ...)) by Lentz's method; for x >= a + 1, or x >=
/// 1.5.
fn continued_fraction(a: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let mut b = x + 1.0 - a;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / b;
    let mut h = d;
    let mut i = 1.0;
    while i < 1e7 {
        let an = -i * (i - a);
        b += 2.0;
        d = an * d + b;
        if d.abs() < TINY {
            d = TINY;
        }
        c = b + an / c;
        if c.abs() < TINY {
            c = TINY;
        }
        d = 1.0 / d;
        let change = d * c;
        h *= change;
        if (change - 1.0).abs() <= f64::EPSILON {
            break;
        }
        i += 1.0;
    }
    h
}

/// For a < 1 and x < 1.5, where Q may be tiny although x is small (gamma(a) is large): neither is
/// found by subtraction.
fn by_small_shape(a: f64, x: f64) -> (f64, f64) {
    let ln_power = a * log(x) - ln_gamma_one_plus(a);
    let power = exp(ln_power);
    // P = x^a / gamma(1 + a) * (1 + a * sum over n >= 1 of (-x)^n / ((a + n) n!))
    let mut term = 1.0;
    let mut sum = 0.0;
    let mut n = 1.0;
    loop {
        term *= -x / n;
        let next = sum + term / (a + n);
        if next == sum {
            break;
        }
        sum = next;
        n += 1.0;
    }
    let p = power * (1.0 + a * sum);
    let q = -expm1(ln_power) - power * a * sum;
    if p < q { (p, q) } else { (1.0 - q, q) }
}

/// For large shapes within 40% of the mode: integrates the density from `x` outwards, over the
/// smaller tail.
fn by_tail_integral(a: f64, x: f64, density: f64) -> (f64, f64) {
    let shape = a - 1.0;
    let upper = x >= shape;
    // In units w of x: the integrand is exp((a-1) ln(1 + w) - x w) with w = +s above and -s below.
    let slope = (x - shape).abs();
    let log_ratio = |s: f64| {
        let w = if upper { s } else { -s };
        shape * log1p_minus(w) - slope * s
    };
    let limit = if upper { f64::INFINITY } else { 1.0 };
    let tail = (density * tail_integral(slope, shape, limit, log_ratio)).min(1.0);
    if upper {
        (1.0 - tail, tail)
    } else {
        (tail, 1.0 - tail)
    }
}

/// The `x` with P(a, x) = `p`; `p` in [0, 1].
pub fn gamma_p_inverse(a: f64, p: f64) -> f64 {
    gamma_inverse_pair(a, p, 1.0 - p)
}

/// The `x` with P(a, x) = `p` and Q(a, x) = `q`, solved in the smaller of the two; they must sum to
/// one.
pub fn gamma_inverse_pair(a: f64, p: f64, q: f64) -> f64 {
    if !(a > 0.0 && a.is_finite() && p >= 0.0 && q >= 0.0) {
        return f64::NAN;
    }
    if p == 0.0 {
        return 0.0;
    }
    if q == 0.0 {
        return f64::INFINITY;
    }
    // For tiny x, P is x^a / gamma(a + 1) to the last bit.
    let tail_start = (log(p) + ln_gamma_one_plus(a)) / a;
    if tail_start < -37.0 {
        return exp(tail_start);
    }
    // Wilson & Hilferty (1931)
    let z = if p < q {
        normal_quantile(p)
    } else {
        -normal_quantile(q)
    };
    let cube_root = 1.0 - 1.0 / (9.0 * a) + z / (3.0 * sqrt(a));
    let start = if a >= 0.5 && cube_root > 0.1 {
        log(a * cube_root * cube_root * cube_root)
    } else if a < 1.0 && q < p {
        // The tail beyond x is then less than e^-x.
        log((-log(q)).max(1e-3)).min(tail_start.max(0.0))
    } else {
        tail_start
    };
    if p <= q {
        exp(invert_log_concave(start, p, |u| {
            let (p, _, density) = gamma_parts(a, exp(u));
            (p, density)
        }))
    } else {
        exp(-invert_log_concave(-start, q, |u| {
            let (_, q, density) = gamma_parts(a, exp(-u));
            (q, density)
        }))
    }
}

/// Value below which a chi-square variable with `df` > 0 degrees of freedom falls with probability
/// `p`.
pub fn chi_square_quantile(p: f64, df: f64) -> f64 {
    2.0 * gamma_p_inverse(0.5 * df, p)
}
