//! Exponential, logarithm and circular functions written as branch-free arithmetic.
//!
//! Each function is a fixed sequence of additions, multiplications, divisions and selections on one value, so a loop over a
//! column is vectorised at any width and gives the same bits as a call for one value. No fused multiply-add is used.
//! Errors are below 2 units in the last place (checked against `libm` in the tests).

const LN_2_HI: f64 = f64::from_bits(0x3fe6_2e42_fee0_0000);
const LN_2_LO: f64 = f64::from_bits(0x3dea_39ef_3579_3c76);
/// 1.5 x 2^52: adding it leaves the nearest integer in the low bits of the mantissa.
const ROUNDER: f64 = 6_755_399_441_055_744.0;
/// Above this the exponential overflows.
const EXP_HIGH: f64 = 709.782_712_893_384;
/// Below this the exponential is zero.
const EXP_LOW: f64 = -745.133_219_101_941_2;

/// Two to the power of an integer in `[-1022, 1023]`, held as a float.
#[inline(always)]
fn power_of_two(n: f64) -> f64 {
    let bits = (n + ROUNDER).to_bits().wrapping_sub(ROUNDER.to_bits());
    f64::from_bits(bits.wrapping_add(1023) << 52)
}

/// `e^x`; `+inf` above 709.78, 0 below -745.13, NaN for NaN.
#[inline(always)]
pub fn exp(x: f64) -> f64 {
    let n = (x * std::f64::consts::LOG2_E + ROUNDER) - ROUNDER;
    let r = (x - n * LN_2_HI) - n * LN_2_LO;
    // Taylor's series on |r| <= ln(2)/2: the first term left out is below 5e-18. Summed in pairs (Estrin's scheme), because one
    // long chain of dependent operations is what a single value waits for.
    let r2 = r * r;
    let r4 = r2 * r2;
    let a = (0.5 + r * (1.0 / 6.0)) + r2 * (1.0 / 24.0 + r * (1.0 / 120.0));
    let b = (1.0 / 720.0 + r * (1.0 / 5_040.0)) + r2 * (1.0 / 40_320.0 + r * (1.0 / 362_880.0));
    let c = (1.0 / 3_628_800.0 + r * (1.0 / 39_916_800.0))
        + r2 * (1.0 / 479_001_600.0 + r * (1.0 / 6_227_020_800.0));
    let p = a + r4 * (b + r4 * c);
    let tail = r2 * p;
    let value = 1.0 + (r + tail);
    // Two factors, because 2^n alone leaves the range of normal numbers at both ends.
    let half = (n * 0.5 + ROUNDER) - ROUNDER;
    let scaled = value * power_of_two(half) * power_of_two(n - half);
    let high = if x > EXP_HIGH { f64::INFINITY } else { scaled };
    if x < EXP_LOW { 0.0 } else { high }
}

/// Natural logarithm; `-inf` at 0, NaN below, `+inf` at `+inf`.
///
/// Series of `log(1 + f)` in `s = f / (2 + f)` with the coefficients of the Sun Microsystems library (Ng, 1993).
#[inline(always)]
pub fn ln(x: f64) -> f64 {
    let tiny = x < f64::MIN_POSITIVE;
    let scaled = if tiny {
        x * 18_014_398_509_481_984.0
    } else {
        x
    };
    let shift = if tiny { -54.0 } else { 0.0 };
    let bits = scaled.to_bits();
    // Mantissa in [sqrt(1/2), sqrt(2)): the constant moves the cut of the exponent there.
    let moved = bits.wrapping_add(0x3ff0_0000_0000_0000 - 0x3fe6_a09e_667f_3bcd);
    let exponent_bits = moved >> 52;
    let mantissa = (moved & 0x000f_ffff_ffff_ffff).wrapping_add(0x3fe6_a09e_667f_3bcd);
    // An integer below 2^52 becomes a float by placing it in the mantissa of 2^52.
    let exponent = f64::from_bits(exponent_bits | 0x4330_0000_0000_0000) - 4_503_599_627_370_496.0;
    let k = exponent - 1023.0 + shift;
    let f = f64::from_bits(mantissa) - 1.0;
    let s = f / (2.0 + f);
    let z = s * s;
    let mut p = 1.479_819_860_511_658_6e-1;
    p = p * z + 1.531_383_769_920_937_3e-1;
    p = p * z + 1.818_357_216_161_805e-1;
    p = p * z + 2.222_219_843_214_978_4e-1;
    p = p * z + 2.857_142_874_366_239e-1;
    p = p * z + 3.999_999_999_940_942e-1;
    p = p * z + 6.666_666_666_666_735e-1;
    let half_square = 0.5 * f * f;
    let r = p * z;
    let value = k * LN_2_HI - ((half_square - (s * (half_square + r) + k * LN_2_LO)) - f);
    let value = if x == f64::INFINITY { x } else { value };
    let value = if x == 0.0 { f64::NEG_INFINITY } else { value };
    if x >= 0.0 { value } else { f64::NAN }
}

/// Cosine and sine of `turns` full turns, for `turns` in `[0, 1]`.
#[inline(always)]
pub fn cos_sin_turns(turns: f64) -> (f64, f64) {
    let quarter = (turns * 4.0 + ROUNDER) - ROUNDER;
    let angle = (turns - quarter * 0.25) * std::f64::consts::TAU;
    let z = angle * angle;
    // Minimax polynomials on |angle| <= pi/4, coefficients of the Sun Microsystems library (Ng, 1993).
    let mut s = 1.589_690_995_211_55e-10;
    s = s * z - 2.505_076_025_340_686_3e-8;
    s = s * z + 2.755_731_370_707_006_8e-6;
    s = s * z - 1.984_126_982_985_795e-4;
    s = s * z + 8.333_333_333_322_49e-3;
    s = s * z - 1.666_666_666_666_663_2e-1;
    let sine = angle + angle * z * s;
    let mut c = -1.135_964_755_778_819_5e-11;
    c = c * z + 2.087_572_321_298_175e-9;
    c = c * z - 2.755_731_435_139_066e-7;
    c = c * z + 2.480_158_728_947_673e-5;
    c = c * z - 1.388_888_888_887_411e-3;
    c = c * z + 4.166_666_666_666_66e-2;
    let cosine = 1.0 - 0.5 * z + z * z * c;
    let odd = quarter == 1.0 || quarter == 3.0;
    let (a, b) = if odd { (sine, cosine) } else { (cosine, sine) };
    // Quarters 0 1 2 3: cosine is c -s -c s, sine is s c -s -c.
    let cosine = if quarter == 1.0 || quarter == 2.0 {
        -a
    } else {
        a
    };
    let sine = if quarter == 2.0 || quarter == 3.0 {
        -b
    } else {
        b
    };
    (cosine, sine)
}

/// `1 / (1 + e^-x)`.
#[inline(always)]
pub fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + exp(-x))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ulps(a: f64, b: f64) -> f64 {
        if a == b || (a.is_nan() && b.is_nan()) {
            return 0.0;
        }
        ((a - b) / (b.abs() * f64::EPSILON)).abs()
    }

    #[test]
    fn exp_agrees_with_libm_to_two_ulps_over_its_range() {
        let mut x = -708.0;
        while x < 709.7 {
            assert!(
                ulps(exp(x), libm::exp(x)) <= 2.0,
                "{x}: {} {}",
                exp(x),
                libm::exp(x)
            );
            x += 0.013_7;
        }
        for x in [-745.0, -730.5, -710.0] {
            assert!((exp(x) - libm::exp(x)).abs() <= 1e-323, "{x}");
        }
    }

    #[test]
    fn exp_keeps_its_edges() {
        assert_eq!(exp(0.0), 1.0);
        assert_eq!(exp(1000.0), f64::INFINITY);
        assert_eq!(exp(f64::INFINITY), f64::INFINITY);
        assert_eq!(exp(-1000.0), 0.0);
        assert_eq!(exp(f64::NEG_INFINITY), 0.0);
        assert!(exp(f64::NAN).is_nan());
    }

    #[test]
    fn ln_agrees_with_libm_to_two_ulps_over_its_range() {
        let mut x = 5e-324;
        while x < 1e308 {
            assert!(
                ulps(ln(x), libm::log(x)) <= 2.0,
                "{x}: {} {}",
                ln(x),
                libm::log(x)
            );
            x *= 1.037;
            if x < 1e-320 {
                x *= 2.0;
            }
        }
        let mut x = 0.5;
        while x < 2.0 {
            assert!(ulps(ln(x), libm::log(x)) <= 2.0, "{x}");
            x += 0.000_37;
        }
    }

    #[test]
    fn ln_keeps_its_edges() {
        assert_eq!(ln(1.0), 0.0);
        assert_eq!(ln(0.0), f64::NEG_INFINITY);
        assert_eq!(ln(f64::INFINITY), f64::INFINITY);
        assert!(ln(-1.0).is_nan());
        assert!(ln(f64::NAN).is_nan());
    }

    #[test]
    fn circle_agrees_with_libm_everywhere() {
        for i in 0..=4096 {
            let turns = f64::from(i) / 4096.0;
            let (c, s) = cos_sin_turns(turns);
            let angle = turns * std::f64::consts::TAU;
            assert!((c - libm::cos(angle)).abs() < 1e-15, "{turns}");
            assert!((s - libm::sin(angle)).abs() < 1e-15, "{turns}");
        }
    }
}
