//! Random words, normal numbers and exponentials for columns of lanes.
//!
//! All functions are inlined into the one that is compiled for each vector width. `FUSED` says
//! whether that one has fused multiply-add; where the machine has none, its emulation would be
//! hundreds of times slower. Coefficients are near-minimax, fitted in 40 digits for this program.

use super::LANES;
use crate::law::INDICATORS;
use rand::Rng;
use std::f64::consts::{LN_2, LOG2_E};

/// `a·b + c`.
#[inline(always)]
pub fn fma<const FUSED: bool>(a: f64, b: f64, c: f64) -> f64 {
    if FUSED { a.mul_add(b, c) } else { a * b + c }
}

#[inline(always)]
fn polynomial<const FUSED: bool, const N: usize>(x: f64, coefficients: &[f64; N]) -> f64 {
    let mut sum = coefficients[N - 1];
    for c in coefficients[..N - 1].iter().rev() {
        sum = fma::<FUSED>(sum, x, *c);
    }
    sum
}

/// Adding it rounds a number below 2^51 to an integer, which then stands in the lowest bits.
const ROUNDER: f64 = 6_755_399_441_055_744.0;

/// `2^r` on [-1/2, 1/2], relative error 2.2e-16.
#[allow(clippy::approx_constant)]
const EXP2: [f64; 11] = [
    1.0,
    0.69314718055995,
    0.24022650695910097,
    0.05550410866444772,
    0.009618129107606888,
    0.0013333558230164974,
    0.0001540353044173605,
    1.5252657260200837e-05,
    1.321544258792169e-06,
    1.0208690299958306e-07,
    7.072585949269223e-09,
];

/// `e^x` for |x| < 700.
#[inline(always)]
pub fn exp<const FUSED: bool>(x: f64) -> f64 {
    let y = x * LOG2_E;
    let rounded = y + ROUNDER;
    let power = polynomial::<FUSED, 11>(y - (rounded - ROUNDER), &EXP2);
    f64::from_bits(power.to_bits().wrapping_add(rounded.to_bits() << 52))
}

/// `ln(1 + f) / f` for 1 + f in [√½, √2], absolute error 3.5e-12. Without a division, which is what
/// a wide unit is slowest at.
#[allow(clippy::approx_constant)]
const LN_1P: [f64; 14] = [
    0.9999999999980869,
    -0.49999999992971805,
    0.333333334795741,
    -0.25000002048164394,
    0.1999998295912731,
    -0.16666490142581625,
    0.14286366102434628,
    -0.12506640703431107,
    0.11102988279786334,
    -0.09878969810992054,
    0.09054505550925004,
    -0.09342881451966843,
    0.09089754509453518,
    -0.047177590533593855,
];
/// `sin(πv/2) / v` in `v²`, absolute error 1.8e-16.
const SIN: [f64; 8] = [
    1.5707963267948963,
    -0.6459640975062232,
    0.07969262624568337,
    -0.004681754131447062,
    0.0001604411695631063,
    -3.5988107063136794e-06,
    5.688318064017795e-08,
    -6.449471237809134e-10,
];
/// `cos(πv/2)` in `v²`, absolute error 2e-15.
const COS: [f64; 8] = [
    0.9999999999999981,
    -1.2337005501359215,
    0.2536695078958309,
    -0.020863480721590055,
    0.0009192601105983545,
    -2.52016913827359e-05,
    4.706713995845052e-07,
    -6.1289345837731264e-09,
];

const MANTISSA: u64 = (1 << 52) - 1;
const ONE: u64 = 1.0_f64.to_bits();
const ROOT_HALF: u64 = std::f64::consts::FRAC_1_SQRT_2.to_bits();

/// Two independent standard normal numbers from two words (Box & Muller 1958).
#[inline(always)]
fn normal_pair<const FUSED: bool>(radius: u64, angle: u64) -> (f64, f64) {
    // The middle of one of 2^52 intervals of (0, 1): never 0, so that the logarithm is finite.
    let u = f64::from_bits(radius >> 12 | ONE) - (1.0 - f64::EPSILON / 2.0);
    // u = 2^exponent (1 + f) with 1 + f about 1.
    let shifted = u.to_bits().wrapping_add(ONE - ROOT_HALF);
    let f = f64::from_bits((shifted & MANTISSA) + ROOT_HALF) - 1.0;
    let exponent = (shifted >> 52) as i64 - 1023;
    let log = fma::<FUSED>(
        exponent as f64,
        LN_2,
        f * polynomial::<FUSED, 14>(f, &LN_1P),
    );
    let length = (-2.0 * log).max(0.0).sqrt();
    // An angle of a half circle from all bits but the lowest, and that one for the other half.
    let v = f64::from_bits(angle >> 12 | 2.0_f64.to_bits()) - 3.0;
    let square = v * v;
    let sine = v * polynomial::<FUSED, 8>(square, &SIN);
    let cosine = polynomial::<FUSED, 8>(square, &COS);
    let signed = f64::from_bits(cosine.to_bits() ^ angle << 63);
    (length * sine, length * signed)
}

/// Streams that run side by side.
const STREAMS: usize = 32;

/// xoshiro256++ (Blackman & Vigna 2019), one generator a stream.
#[derive(Clone)]
pub struct Streams {
    state: [[u64; STREAMS]; 4],
}

impl Streams {
    pub fn new(random: &mut impl Rng) -> Self {
        Self {
            state: std::array::from_fn(|_| std::array::from_fn(|_| random.next_u64())),
        }
    }

    /// Standard normal numbers: one for each indicator and lane.
    #[inline(always)]
    pub fn normals<const FUSED: bool>(&mut self, into: &mut [[f64; LANES]; INDICATORS]) {
        let mut words = [[0_u64; LANES]; 2];
        for pair in into.chunks_exact_mut(2) {
            self.fill(words.as_flattened_mut());
            let [first, second] = pair else {
                unreachable!("an even number of indicators")
            };
            for lane in 0..LANES {
                let (a, b) = normal_pair::<FUSED>(words[0][lane], words[1][lane]);
                first[lane] = a;
                second[lane] = b;
            }
        }
    }

    #[inline(always)]
    fn fill(&mut self, words: &mut [u64]) {
        let [mut a, mut b, mut c, mut d] = self.state;
        for words in words.chunks_exact_mut(STREAMS) {
            for i in 0..STREAMS {
                words[i] = a[i].wrapping_add(d[i]).rotate_left(23).wrapping_add(a[i]);
                let t = b[i] << 17;
                c[i] ^= a[i];
                d[i] ^= b[i];
                b[i] ^= c[i];
                a[i] ^= d[i];
                c[i] ^= t;
                d[i] = d[i].rotate_left(45);
            }
        }
        self.state = [a, b, c, d];
    }
}
