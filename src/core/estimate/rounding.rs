//! Differences that are known exactly, freed of the rounding of doubles.
//!
//! Takes a difference, its error and the size of what was subtracted; gives the same two, or the
//! difference with the digits that doubles of that size have and an error of 0.

use super::replicate::REPLICATES;

/// Digits of a double, after sums over many trials, that say something: its 15 to 17, less what up
/// to 10⁸ additions lose.
const DIGITS: i32 = 12;
/// The last of them, as a share of the number.
const LAST: f64 = 1e-12;

/// A difference and its standard error without the rounding of doubles. `size`: the largest of the
/// values that were subtracted, as a distance from 0.
///
/// Two metrics that are constants have no spread, but their sums over trials are rounded:
/// replicates then differ by some 10⁻¹⁷ of the value, and the difference ends in digits that nobody
/// stated. An error of at most 10⁻¹² of `size` is such rounding, not sampling: it becomes 0, and
/// the difference is rounded to as many digits after the point as `size` has among its first 12.
/// Any larger error, and what is not finite, is left alone.
pub fn without_rounding(difference: f64, std_error: f64, size: f64) -> (f64, f64) {
    let least = size * LAST;
    if !(std_error <= least && least.is_normal() && difference.is_finite()) {
        return (difference, std_error);
    }
    if difference.abs() <= least {
        return (0.0, 0.0);
    }
    // Digits in front of the last one that is kept; through decimals, so that 1.5 stays 1.5 and
    // does not become 1.5 ± the rounding of a product.
    let kept = exponent(difference) - exponent(size) + DIGITS;
    let text = format!("{difference:.*e}", kept.max(0) as usize);
    (text.parse().unwrap_or(difference), 0.0)
}

/// Power of ten of the first digit of a number, read off its decimals: a logarithm has other last
/// bits on other machines.
fn exponent(x: f64) -> i32 {
    let text = format!("{x:e}");
    let power = text.split('e').nth(1).and_then(|power| power.parse().ok());
    power.unwrap_or(0)
}

/// How large the totals of replicates are per trial, from a ratio and what each of `used`
/// replicates adds to it.
///
/// Rounding goes with the totals: a mean may be 0 where they are not.
pub(super) fn size_of(ratio: f64, residuals: &[f64; REPLICATES], used: usize) -> f64 {
    let largest = residuals.iter().fold(0.0_f64, |most, e| most.max(e.abs()));
    ratio.abs() + used as f64 * largest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estimate::{MeanPair, PartialSum, Replicated};

    /// Means of two constants, as a comparison adds them up: 40 draws of 64 trials.
    fn constants(a: f64, b: f64) -> MeanPair {
        let mut pair = MeanPair::new();
        for k in 0..40 {
            pair.add_draw(k % REPLICATES, 8, &[a; 64], &[b; 64]);
        }
        pair
    }

    #[test]
    fn constants_differ_by_an_exact_number() {
        let cases = [
            (0.1 + 0.2, 1.1, 0.8),
            (1.1, 0.1 + 0.2, -0.8),
            (0.7, 0.1, -0.6),
            (1e9 + 0.1, 1e9 + 0.3, 0.2),
            (123_456_789.123, 0.001, -123_456_789.122),
            (1e-9, 3.3e-9, 2.3e-9),
            (-0.1, 0.2, 0.3),
            (0.3, 0.1 + 0.2, 0.0),
        ];
        for (a, b, truth) in cases {
            let found = constants(a, b).difference().unwrap();
            let p = f64::from(truth == 0.0);
            assert_eq!(
                (found.difference, found.std_error, found.ci95, found.p_value),
                (truth, 0.0, [truth; 2], p),
                "{b} - {a}"
            );
            let ends = constants(a, b).epistemic(true).ends.unwrap();
            assert_eq!(ends, [truth; 2], "{b} - {a}");
            let side = |x: f64| {
                let mut parts = [PartialSum::default(); REPLICATES];
                for part in &mut parts {
                    part.values = 150;
                    part.sum = (0..150).map(|_| x).sum();
                }
                Replicated::mean(&parts).unwrap()
            };
            let found = side(b).less(&side(a)).unwrap();
            assert_eq!((found.difference, found.std_error), (truth, 0.0));
            assert_eq!(side(a).std_error(), Some(0.0));
        }
    }

    #[test]
    fn a_constant_step_between_values_that_vary_is_exact_even_about_zero() {
        let mut pair = MeanPair::new();
        for k in 0..32 {
            let level = if k / REPLICATES == 0 { 1.0 } else { -1.0 };
            let a: Vec<f64> = (0..64)
                .map(|i| level * (0.1 * f64::from(i) + 0.7))
                .collect();
            let b: Vec<f64> = a.iter().map(|x| x + 0.3).collect();
            pair.add_draw((k + k / REPLICATES) % REPLICATES, 8, &a, &b);
        }
        let found = pair.difference().unwrap();
        assert_eq!((found.difference, found.std_error), (0.3, 0.0));
    }

    #[test]
    fn a_small_error_that_is_real_is_left_alone() {
        for size in [1e-3, 1.0, 1e6] {
            let mut pair = MeanPair::new();
            for k in 0..32 {
                let b = size * (1.0 + 1e-9 * (k % REPLICATES) as f64);
                pair.add_draw(k % REPLICATES, 8, &[size; 64], &[b; 64]);
            }
            let found = pair.difference().unwrap();
            assert!(found.std_error > 1e-10 * size, "{found:?}");
            assert!(
                (found.difference / size - 7.5e-9).abs() < 1e-14,
                "{found:?}"
            );
        }
        assert_eq!(without_rounding(1.0 / 3.0, 1e-9, 1.0), (1.0 / 3.0, 1e-9));
        assert_eq!(without_rounding(0.0, 0.0, 0.0), (0.0, 0.0));
        assert!(without_rounding(f64::NAN, 0.0, 1.0).0.is_nan());
        assert_eq!(without_rounding(f64::INFINITY, 0.0, 1.0).0, f64::INFINITY);
    }
}
