//! The standard normal distribution: distribution function, survival function, quantile.

// Coefficients stand as they were published.
#![allow(clippy::excessive_precision)]

use libm::{erfc, exp, fma, log, sqrt};

const FRAC_1_SQRT_2: f64 = core::f64::consts::FRAC_1_SQRT_2;
/// What the double nearest to 1/sqrt(2) lacks.
const FRAC_1_SQRT_2_REST: f64 = -4.833_646_656_726_457e-17;

/// Probability that a standard normal is at most `x`; accurate relative to itself down to about
/// 1e-308.
pub fn normal_cdf(x: f64) -> f64 {
    normal_survival(-x)
}

/// Probability that a standard normal exceeds `x`; accurate relative to itself down to about
/// 1e-308.
pub fn normal_survival(x: f64) -> f64 {
    let y = x * FRAC_1_SQRT_2;
    let tail = erfc(y);
    if !(1.0..27.5).contains(&y) {
        return 0.5 * tail;
    }
    // erfc is steep out here: the rounding of y alone would cost y^2 units in the last place.
    let rest = fma(x, FRAC_1_SQRT_2, -y) + x * FRAC_1_SQRT_2_REST;
    0.5 * (tail - core::f64::consts::FRAC_2_SQRT_PI * exp(-y * y) * rest)
}

/// Value below which a standard normal falls with probability `p`; `p` in [0, 1], the ends give
/// infinities.
///
/// Wichura (1988), *Algorithm AS 241*, PPND16: relative error about 1e-16. For a small upper tail
/// `q` call it with `q` and change the sign.
pub fn normal_quantile(p: f64) -> f64 {
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        let r = 0.180625 - q * q;
        return q * ratio(&CENTRE, r);
    }
    let tail = if q < 0.0 { p } else { 1.0 - p };
    if !(tail > 0.0) {
        return if tail == 0.0 {
            f64::INFINITY.copysign(q)
        } else {
            f64::NAN
        };
    }
    let r = sqrt(-log(tail));
    let z = if r <= 5.0 {
        ratio(&MIDDLE, r - 1.6)
    } else {
        ratio(&FAR, r - 5.0)
    };
    z.copysign(q)
}

/// Numerator and denominator coefficients, constant term first.
type Rational = ([f64; 8], [f64; 8]);

fn ratio((above, below): &Rational, r: f64) -> f64 {
    let horner = |c: &[f64; 8]| c.iter().rev().fold(0.0, |sum, &a| sum * r + a);
    horner(above) / horner(below)
}

const CENTRE: Rational = (
    [
        3.3871328727963666080,
        1.3314166789178437745e2,
        1.9715909503065514427e3,
        1.3731693765509461125e4,
        4.5921953931549871457e4,
        6.7265770927008700853e4,
        3.3430575583588128105e4,
        2.5090809287301226727e3,
    ],
    [
        1.0,
        4.2313330701600911252e1,
        6.8718700749205790830e2,
        5.3941960214247511077e3,
        2.1213794301586595867e4,
        3.9307895800092710610e4,
        2.8729085735721942674e4,
        5.2264952788528545610e3,
    ],
);

const MIDDLE: Rational = (
    [
        1.42343711074968357734,
        4.63033784615654529590,
        5.76949722146069140550,
        3.64784832476320460504,
        1.27045825245236838258,
        2.41780725177450611770e-1,
        2.27238449892691845833e-2,
        7.74545014278341407640e-4,
    ],
    [
        1.0,
        2.05319162663775882187,
        1.67638483018380384940,
        6.89767334985100004550e-1,
        1.48103976427480074590e-1,
        1.51986665636164571966e-2,
        5.47593808499534494600e-4,
        1.05075007164441684324e-9,
    ],
);

const FAR: Rational = (
    [
        6.65790464350110377720,
        5.46378491116411436990,
        1.78482653991729133580,
        2.96560571828504891230e-1,
        2.65321895265761230930e-2,
        1.24266094738807843860e-3,
        2.71155556874348757815e-5,
        2.01033439929228813265e-7,
    ],
    [
        1.0,
        5.99832206555887937690e-1,
        1.36929880922735805310e-1,
        1.48753612908506148525e-2,
        7.86869131145613259100e-4,
        1.84631831751005468180e-5,
        1.42151175831644588870e-7,
        2.04426310338993978564e-15,
    ],
);
