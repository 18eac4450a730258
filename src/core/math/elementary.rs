//! Exponential, logarithm and circular functions written as branch-free arithmetic.
//!
//! Each function is a fixed sequence of additions, multiplications, fused multiply-adds, divisions
//! and selections on one value, so a loop over a column is vectorised at any width and gives the
//! same bits as a call for one value. A fused multiply-add rounds once on every machine, by an
//! instruction or (slowly) by a function; code that calls these in a loop runs through `width`,
//! which has the instruction. Errors are below 2 units in the last place (checked against `libm` in
//! the tests).

const LN_2_HI: f64 = f64::from_bits(0x3fe6_2e42_fee0_0000);
const LN_2_LO: f64 = f64::from_bits(0x3dea_39ef_3579_3c76);
/// 1.5 x 2^52: adding it leaves the nearest integer in the low bits of the mantissa.
const ROUNDER: f64 = 6_755_399_441_055_744.0;
/// Above this the exponential overflows.
const EXP_HIGH: f64 = 709.782_712_893_384;
/// Below this the exponential is smaller than any normal number and counts as zero.
const EXP_LOW: f64 = -708.396_418_532_264_1;

/// `e^x`; `+inf` above 709.78, 0 below -708.39, NaN for NaN.
#[inline(always)]
pub fn exp(x: f64) -> f64 {
    let shifted = x.mul_add(std::f64::consts::LOG2_E, ROUNDER);
    let n = shifted - ROUNDER;
    let r = n.mul_add(-LN_2_LO, n.mul_add(-LN_2_HI, x));
    // (e^r - 1 - r) / r^2 on |r| <= ln(2)/2, interpolated at Chebyshev points: error 1.3e-17.
    // Summed in pairs (Estrin's scheme), because one long chain of dependent operations is what a
    // single value waits for.
    let r2 = r * r;
    let r4 = r2 * r2;
    let a = r2.mul_add(
        r.mul_add(0.008_333_333_333_330_062, 0.041_666_666_666_624_13),
        r.mul_add(0.166_666_666_666_666_67, 0.500_000_000_000_000_1),
    );
    let b = r2.mul_add(
        r.mul_add(2.755_726_845_999_706_5e-6, 0.000_024_801_521_295_954_376),
        r.mul_add(0.000_198_412_698_630_536_17, 0.001_388_888_891_721_371_7),
    );
    let c = r.mul_add(2.510_038_549_551_032e-8, 2.762_008_844_540_975e-7);
    let p = r4.mul_add(r4.mul_add(c, b), a);
    let value = 1.0 + r2.mul_add(p, r);
    // The low bits of `shifted` are n: moved up, they add n to the exponent.
    let scaled = f64::from_bits(value.to_bits().wrapping_add(shifted.to_bits() << 52));
    let scaled = if x < EXP_LOW { 0.0 } else { scaled };
    if x <= EXP_HIGH {
        scaled
    } else {
        x * f64::INFINITY
    }
}

/// Natural logarithm; `-inf` at 0, NaN below, `+inf` at `+inf`.
///
/// `log(1 + f)` is a series in `s = f / (2 + f)`.
#[inline(always)]
pub fn ln(x: f64) -> f64 {
    let tiny = x < f64::MIN_POSITIVE;
    let scaled = if tiny {
        x * 18_014_398_509_481_984.0
    } else {
        x
    };
    let shift = if tiny { -54.0 } else { 0.0 };
    let (k, f) = split(scaled);
    let k = k + shift;
    let s = f / (2.0 + f);
    let r = beyond_first(s);
    let half_square = 0.5 * f * f;
    let low = s.mul_add(half_square + r, k * LN_2_LO);
    let value = k.mul_add(LN_2_HI, f - (half_square - low));
    let value = if x == f64::INFINITY { x } else { value };
    let value = if x == 0.0 { f64::NEG_INFINITY } else { value };
    if x >= 0.0 { value } else { f64::NAN }
}

/// Largest size of `y ln x` for which [`ordinary_power`] is meant.
const POWER_MOST: f64 = 700.0;

/// `x^y`, and whether `x` is a positive normal number and the power neither huge nor tiny; if not,
/// the first is of no use.
///
/// The logarithm is a sum of two numbers, so that its error, times `y`, is below a unit in the last
/// place as long as the power lies between 1e-10 and 1e10, and below ten at the edges.
#[inline(always)]
pub fn ordinary_power(x: f64, y: f64) -> (f64, bool) {
    let (k, f) = split(x);
    // `2 s` is the first term of the series of the logarithm; `s_low` is what rounding took of it.
    let t = 2.0 + f;
    let s = f / t;
    let s_low = (-s).mul_add(f - (t - 2.0), (-s).mul_add(t, f)) / t;
    let r = beyond_first(s);
    // The larger part stands first in each sum, so that what is lost is found by subtraction.
    let whole = k * LN_2_HI;
    let high = 2.0_f64.mul_add(s, whole);
    let lost = 2.0_f64.mul_add(s, whole - high);
    let low = s.mul_add(r, 2.0_f64.mul_add(s_low, k.mul_add(LN_2_LO, lost)));
    let log = high + low;
    let log_low = low - (log - high);
    let p = y * log;
    let p_low = y.mul_add(log_low, y.mul_add(log, -p));
    let power = exp(p);
    let ordinary = (f64::MIN_POSITIVE..f64::INFINITY).contains(&x) & (p.abs() <= POWER_MOST);
    (power.mul_add(p_low, power), ordinary)
}

/// The series of `log((1 + s) / (1 - s))` without its first term `2 s`, divided by `s`; the
/// coefficients are those of the Sun Microsystems library (Ng, 1993).
#[inline(always)]
fn beyond_first(s: f64) -> f64 {
    let z = s * s;
    let z2 = z * z;
    let a = 3.999_999_999_940_942e-1_f64.mul_add(z, 6.666_666_666_666_735e-1);
    let b = 2.222_219_843_214_978_4e-1_f64.mul_add(z, 2.857_142_874_366_239e-1);
    let c = 1.531_383_769_920_937_3e-1_f64.mul_add(z, 1.818_357_216_161_805e-1);
    z * z2.mul_add(z2.mul_add(z2.mul_add(1.479_819_860_511_658_6e-1, c), b), a)
}

/// `(k, f)` with `x = 2^k (1 + f)` and `1 + f` in `[sqrt(1/2), sqrt(2))`, for a positive normal
/// number.
#[inline(always)]
pub fn split(x: f64) -> (f64, f64) {
    // The constant moves the cut of the exponent to sqrt(1/2).
    let moved = x
        .to_bits()
        .wrapping_add(0x3ff0_0000_0000_0000 - 0x3fe6_a09e_667f_3bcd);
    let mantissa = (moved & 0x000f_ffff_ffff_ffff).wrapping_add(0x3fe6_a09e_667f_3bcd);
    // An integer below 2^52 becomes a float by placing it in the mantissa of 2^52.
    let exponent = f64::from_bits(moved >> 52 | 0x4330_0000_0000_0000) - 4_503_599_627_371_519.0;
    (exponent, f64::from_bits(mantissa) - 1.0)
}

/// Cosine and sine of `turns` full turns, for `turns` in `[0, 1]`.
#[inline(always)]
pub fn cos_sin_turns(turns: f64) -> (f64, f64) {
    let quarter = (turns * 4.0 + ROUNDER) - ROUNDER;
    let angle = (turns - quarter * 0.25) * std::f64::consts::TAU;
    let z = angle * angle;
    // Minimax polynomials on |angle| <= pi/4, coefficients of the Sun Microsystems library (Ng,
    // 1993).
    let mut s = 1.589_690_995_211_55e-10_f64;
    s = s.mul_add(z, -2.505_076_025_340_686_3e-8);
    s = s.mul_add(z, 2.755_731_370_707_006_8e-6);
    s = s.mul_add(z, -1.984_126_982_985_795e-4);
    s = s.mul_add(z, 8.333_333_333_322_49e-3);
    s = s.mul_add(z, -1.666_666_666_666_663_2e-1);
    let sine = (angle * z).mul_add(s, angle);
    let mut c = -1.135_964_755_778_819_5e-11_f64;
    c = c.mul_add(z, 2.087_572_321_298_175e-9);
    c = c.mul_add(z, -2.755_731_435_139_066e-7);
    c = c.mul_add(z, 2.480_158_728_947_673e-5);
    c = c.mul_add(z, -1.388_888_888_887_411e-3);
    c = c.mul_add(z, 4.166_666_666_666_66e-2);
    let cosine = (z * z).mul_add(c, 0.5_f64.mul_add(-z, 1.0));
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
        for x in [-708.396, 709.782_7] {
            assert!(ulps(exp(x), libm::exp(x)) <= 2.0, "{x}");
        }
        for x in [-745.0, -730.5, -708.4] {
            assert_eq!(exp(x), 0.0, "{x}");
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
    fn powers_agree_with_libm_to_two_ulps_and_where_they_are_extreme_to_ten() {
        let (mut checked, mut x) = (0, 1e-300_f64);
        while x < 1e300 {
            for step in -400..=400 {
                let y = f64::from(step) * 0.173 + x.fract() / 7.0;
                let (power, ordinary) = ordinary_power(x, y);
                let size = (y * libm::log(x)).abs();
                if !ordinary {
                    assert!(size > 699.0, "{x}^{y}");
                    continue;
                }
                let most = if size < 23.0 { 2.0 } else { 10.0 };
                let exact = libm::pow(x, y);
                assert!(ulps(power, exact) <= most, "{x}^{y}: {power} {exact}");
                checked += 1;
            }
            x *= if x > 0.2 && x < 5.0 { 1.000_37 } else { 1.37 };
        }
        assert!(checked > 1_000_000, "{checked}");
        for (x, y) in [
            (0.0, 2.5),
            (-2.0, 3.0),
            (f64::INFINITY, 0.3),
            (f64::NAN, 1.0),
            (2.0, f64::NAN),
        ] {
            assert!(!ordinary_power(x, y).1, "{x}^{y}");
        }
        assert_eq!(ordinary_power(1.0, 3.7), (1.0, true));
        assert_eq!(ordinary_power(5.0, 0.0), (1.0, true));
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
