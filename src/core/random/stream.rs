//! Streams: many numbers of one use in one trial, drawn one after another.
//!
//! A stream is seeded from its site and trial by the counter-based generator, so it depends on
//! nothing else, and goes on with xoroshiro128++ (Blackman & Vigna, *Scrambled linear pseudorandom
//! number generators*, ACM TOMS 47, 2021): a tenth of the work, and plain integer arithmetic, so
//! that a loop over trials is vectorised. Uses that occur once or seldom take their numbers from
//! the site itself.
//!
//! It is a generator of crate `rand` too, for what is drawn in Rust code around the simulator.

use super::site::{Site, TrialId, unit_interval};
use crate::math::elementary::split;
use rand_core::utils::fill_bytes_via_next_word;
use rand_core::{Infallible, TryRng};

/// State of a stream. It is never all zero, which would repeat for ever.
///
/// There is no `Copy`, so that the same numbers are not drawn twice by mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stream {
    pub state: [u64; 2],
}

impl Stream {
    /// The stream of this site in this trial, at its beginning.
    #[inline(always)]
    pub fn new(site: Site, id: TrialId) -> Self {
        let [a, b] = site.words(id, 0);
        Self { state: [a, b | 1] }
    }

    /// The next 64 random bits.
    #[inline(always)]
    pub fn word(&mut self) -> u64 {
        let [a, b] = self.state;
        let word = a.wrapping_add(b).rotate_left(17).wrapping_add(a);
        let b = b ^ a;
        self.state = [a.rotate_left(49) ^ b ^ (b << 21), b.rotate_left(28)];
        word
    }

    /// The numbers below `count` in a random order, each order as likely as any other (Fisher and
    /// Yates).
    pub fn order(&mut self, count: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..count).collect();
        for i in (1..count).rev() {
            let j = (unit_interval(self.word()) * (i + 1) as f64) as usize;
            order.swap(i, j.min(i));
        }
        order
    }

    /// Exponential with mean one, above 0.
    #[inline(always)]
    pub fn exponential(&mut self) -> f64 {
        -rough_ln(unit_interval(self.word()))
    }

    /// Two independent standard normals, at most 7.5 in size (Box & Muller, 1958).
    ///
    /// The upper 40 bits of a word give the radius, the others the angle; errors are below 1e-12.
    #[inline(always)]
    pub fn normal_pair(&mut self) -> (f64, f64) {
        let word = self.word();
        let one_to_two = f64::from_bits(word >> 24 << 12 | 0x3ff0_0000_0000_0000);
        // The middle of its interval: never 0 or 1.
        let radius = (-2.0 * rough_ln(one_to_two - (1.0 - HALF_STEP))).sqrt();
        let two_to_four = f64::from_bits((word << 41) >> 12 | 0x4000_0000_0000_0000);
        let (cosine, sine) = half_circle(two_to_four - (3.0 - HALF_ANGLE));
        // The last bit to be used tells the half of the circle.
        let cosine = f64::from_bits(cosine.to_bits() ^ (word << 40 & 1 << 63));
        (radius * cosine, radius * sine)
    }
}

/// The generator of crate `rand` (0.10) whose words are those of [`Stream::word`]. `rand_xoshiro`'s
/// gives the same from the same state.
impl TryRng for Stream {
    type Error = Infallible;

    /// The lower half of the next word.
    #[inline]
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.word() as u32)
    }

    #[inline]
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.word())
    }

    #[inline]
    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        fill_bytes_via_next_word(bytes, || self.try_next_u64())
    }
}

/// Half a unit of the 40 bits of a radius.
const HALF_STEP: f64 = 1.0 / (1_u64 << 41) as f64;
/// Half a unit of the 23 bits of an angle, whose range is 2.
const HALF_ANGLE: f64 = 1.0 / (1_u64 << 23) as f64;

/// Logarithm of a positive normal number with a relative error below 1e-13.
///
/// `log(1 + f) / f` interpolated at Chebyshev points: faster than the division that full accuracy
/// takes.
#[inline(always)]
fn rough_ln(x: f64) -> f64 {
    let (k, f) = split(x);
    let (f2, f4) = (f * f, f * f * (f * f));
    let four = |a: f64, b: f64, c: f64, d: f64| f2.mul_add(f.mul_add(d, c), f.mul_add(b, a));
    let a = four(
        1.000_000_000_000_061_7,
        -0.500_000_000_001_199_6,
        0.333_333_333_269_642_6,
        -0.249_999_999_507_617_42,
    );
    let b = four(
        0.200_000_010_485_437_7,
        -0.166_666_728_232_268_4,
        0.142_856_517_675_344_14,
        -0.124_996_530_705_237_52,
    );
    let c = four(
        0.111_127_622_282_701_77,
        -0.100_100_299_043_881_52,
        0.090_727_875_380_103_87,
        -0.081_813_256_819_716,
    );
    let d = four(
        0.076_995_122_829_726_5,
        -0.082_450_256_507_428_01,
        0.079_206_842_719_246_77,
        -0.038_871_612_816_231_21,
    );
    let p = (f4 * f4).mul_add(f4.mul_add(d, c), f4.mul_add(b, a));
    k.mul_add(std::f64::consts::LN_2, f * p)
}

/// Cosine and sine of `v` quarter turns, for `v` in (-1, 1), interpolated at Chebyshev points;
/// errors below 2e-15.
#[inline(always)]
fn half_circle(v: f64) -> (f64, f64) {
    let w = v * v;
    let w2 = w * w;
    let w4 = w2 * w2;
    let s = w4.mul_add(
        w2.mul_add(
            w.mul_add(-6.449_471_237_808_713e-10, 5.688_318_064_017_795e-8),
            w.mul_add(-3.598_810_706_313_679_5e-6, 0.000_160_441_169_563_106_3),
        ),
        w2.mul_add(
            w.mul_add(-0.004_681_754_131_447_062, 0.079_692_626_245_683_36),
            w.mul_add(-0.645_964_097_506_223_2, 1.570_796_326_794_896_4),
        ),
    );
    let c = w4.mul_add(
        w2.mul_add(
            w.mul_add(-6.128_934_583_773_126e-9, 4.706_713_995_845_052e-7),
            w.mul_add(-2.520_169_138_273_59e-05, 0.000_919_260_110_598_354_4),
        ),
        w2.mul_add(
            w.mul_add(-0.020_863_480_721_590_055, 0.253_669_507_895_830_9),
            w.mul_add(-1.233_700_550_135_921_5, 0.999_999_999_999_998),
        ),
    );
    (c, v * s)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Seed;
    use rand_core::{Rng, SeedableRng};
    use rand_xoshiro::Xoroshiro128PlusPlus;

    fn stream(seed: u64, trial: u32) -> Stream {
        Stream::new(Site::new(Seed(seed), "stream"), TrialId { draw: 3, trial })
    }

    /// Known answers of the authors' C code (version 1.0) for the state 1, 2.
    #[test]
    fn published_answers_are_reproduced() {
        let mut stream = Stream { state: [1, 2] };
        let words: Vec<u64> = (0..3).map(|_| stream.word()).collect();
        assert_eq!(
            words,
            [393_217, 669_327_710_093_319, 1_732_421_326_133_921_491]
        );
    }

    /// Another implementation of the same generator, at the beginning of the same stream.
    fn oracle(stream: &Stream) -> Xoroshiro128PlusPlus {
        let mut seed = [0; 16];
        for (bytes, half) in seed.as_chunks_mut::<8>().0.iter_mut().zip(stream.state) {
            *bytes = half.to_le_bytes();
        }
        Xoroshiro128PlusPlus::from_seed(seed)
    }

    #[test]
    fn words_are_those_of_another_implementation() {
        let edges = [[1, 0], [0, 1], [0, u64::MAX], [u64::MAX; 2], [1 << 63, 1]];
        let edges = edges.map(|state| Stream { state });
        let sites = (0..200).map(|trial| stream(u64::from(trial) << 50, trial));
        for mut stream in edges.into_iter().chain(sites) {
            let mut other = oracle(&stream);
            for i in 0..500 {
                assert_eq!(stream.word(), other.next_u64(), "word {i}");
            }
        }
    }

    #[test]
    fn every_way_to_draw_takes_the_words_in_turn() {
        let mut stream = stream(4, 1);
        let mut other = oracle(&stream);
        for size in [0, 1, 7, 8, 9, 64, 100] {
            let (mut bytes, mut expected) = ([0; 100], [0; 100]);
            stream.fill_bytes(&mut bytes[..size]);
            other.fill_bytes(&mut expected[..size]);
            assert_eq!(bytes, expected, "{size} bytes");
            assert_eq!(stream.next_u32(), other.next_u32());
            assert_eq!(stream.next_u64(), other.next_u64());
            assert_eq!(stream.word(), other.next_u64());
        }
    }

    #[test]
    fn streams_of_other_trials_and_seeds_have_other_numbers() {
        assert_eq!(stream(1, 5).word(), stream(1, 5).word());
        assert_ne!(stream(1, 5).word(), stream(1, 6).word());
        assert_ne!(stream(1, 5).word(), stream(2, 5).word());
    }

    #[test]
    fn the_parts_of_a_normal_agree_with_libm() {
        for i in 0..10_000 {
            let u = (f64::from(i) + 0.5) / 10_000.0;
            assert!((rough_ln(u) / libm::log(u) - 1.0).abs() < 1e-12, "{u}");
            let v = 2.0 * u - 1.0;
            let (c, s) = half_circle(v);
            let angle = v * std::f64::consts::FRAC_PI_2;
            assert!((c - libm::cos(angle)).abs() < 4e-15, "{v}");
            assert!((s - libm::sin(angle)).abs() < 1e-15, "{v}");
        }
    }

    #[test]
    fn the_extreme_words_give_finite_normals() {
        // States whose next word is all zeros or all ones.
        for state in [[0, 0], [0, u64::MAX]] {
            let (a, b) = Stream { state }.normal_pair();
            assert!(a.is_finite() && b.is_finite(), "{state:?}: {a} {b}");
        }
    }

    /// 200,000 normals: moments and covariances within 4.5 standard errors; false alarm 1 in 10^4
    /// over the checks.
    #[test]
    fn normal_pairs_have_the_moments_of_the_normal_law() {
        let n = 100_000;
        let (mut s1, mut s2, mut s3, mut s4, mut cross, mut serial) =
            (0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
        for trial in 0..n / 10 {
            let mut stream = stream(7, trial);
            let mut last = 0.0;
            for _ in 0..10 {
                let (a, b) = stream.normal_pair();
                let (a2, b2) = (a * a, b * b);
                s1 += a + b;
                s2 += a2 + b2;
                s3 += a * a2 + b * b2;
                s4 += a2 * a2 + b2 * b2;
                cross += a * b;
                serial += last * a;
                last = a;
            }
        }
        let m = f64::from(2 * n);
        assert!((s1 / m).abs() < 4.5 / m.sqrt());
        assert!((s2 / m - 1.0).abs() < 4.5 * (2.0 / m).sqrt());
        assert!((s3 / m).abs() < 4.5 * (15.0 / m).sqrt());
        assert!((s4 / m - 3.0).abs() < 4.5 * (96.0 / m).sqrt());
        assert!((cross / f64::from(n)).abs() < 4.5 / f64::from(n).sqrt());
        assert!((serial / f64::from(n)).abs() < 4.5 / f64::from(n).sqrt());
    }

    /// Kolmogorov's distance of 100,000 normals and of 100,000 exponentials to their laws: 2.2 /
    /// sqrt(n) is exceeded once in 10^4.
    #[test]
    fn normals_and_exponentials_follow_their_laws() {
        let n = 100_000;
        let mut normals: Vec<f64> = (0..n / 2)
            .flat_map(|trial| {
                let (a, b) = stream(8, trial).normal_pair();
                [a, b]
            })
            .collect();
        let mut exponentials: Vec<f64> =
            (0..n).map(|trial| stream(9, trial).exponential()).collect();
        type Law = fn(f64) -> f64;
        let laws: [(&mut Vec<f64>, Law); 2] = [
            (&mut normals, crate::math::special::normal_cdf),
            (&mut exponentials, |x| -libm::expm1(-x)),
        ];
        for (values, law) in laws {
            values.sort_unstable_by(f64::total_cmp);
            let distance = (0..n as usize)
                .map(|i| (law(values[i]) - (i as f64 + 0.5) / f64::from(n)).abs())
                .fold(0.0, f64::max);
            assert!(distance < 2.2 / f64::from(n).sqrt(), "{distance}");
        }
    }
}
