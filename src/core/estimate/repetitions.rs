//! What independent repetitions of an unbiased estimate of a probability say together, and what
//! hits in a plain sample allow.

use super::interval::t95;
use crate::math::special::beta_inverse;

/// Relative standard error above which the mean of repetitions is not told.
const MOST_RELATIVE_ERROR: f64 = 0.4;
/// Repetitions that must share the weight; with fewer, the mean hangs on a few of them.
const FEWEST_EFFECTIVE: f64 = 6.0;

/// Mean of repetitions that are independent and alike.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Repetitions {
    pub mean: f64,
    pub std_error: f64,
    /// Student's interval of the logarithm of the mean, whose error is the relative one: for
    /// estimates whose spread is skewed to the right, as products of shares are, it covers more
    /// evenly than the one around the mean, and does not go below zero. The upper end is moved by
    /// the term of Johnson (*Modified t tests and confidence intervals for asymmetrical
    /// populations*, JASA 73, 1978) for the skewness seen.
    pub ci95: [f64; 2],
    /// Kish's number: how many of the repetitions carry the mean.
    pub effective: f64,
    /// The mean and its error can be told; if not, a few repetitions carry it, and what they missed
    /// is not known.
    pub settled: bool,
}

impl Repetitions {
    /// Of at least two estimates.
    pub fn of(estimates: &[f64]) -> Self {
        let n = estimates.len() as f64;
        let mean = estimates.iter().sum::<f64>() / n;
        let squares: f64 = estimates.iter().map(|x| (x - mean) * (x - mean)).sum();
        let std_error = (squares / (n - 1.0) / n).sqrt();
        let largest: f64 = estimates.iter().map(|x| x * x).sum();
        let effective = if largest > 0.0 {
            (mean * n) * (mean * n) / largest
        } else {
            0.0
        };
        let relative = std_error / mean;
        let cubes: f64 = estimates
            .iter()
            .map(|x| (x - mean) * (x - mean) * (x - mean))
            .sum();
        let spread = (squares / n).sqrt();
        let skewness = cubes / n / (spread * spread * spread);
        let t = t95(n - 1.0);
        // A mean that is too low has an error that is too small where large values are seldom.
        let shift = (1.0 + 2.0 * t * t) * skewness.max(0.0) / (6.0 * n.sqrt());
        Self {
            mean,
            std_error,
            ci95: [
                mean * libm::exp(-t * relative),
                (mean * libm::exp((t + shift) * relative)).min(1.0),
            ],
            effective,
            settled: mean > 0.0 && relative <= MOST_RELATIVE_ERROR && effective >= FEWEST_EFFECTIVE,
        }
    }
}

/// Two-sided 95% interval of Clopper & Pearson (1934) for independent trials; without hits, the
/// upper end alone is an error of 5%.
pub fn exact_interval(hits: u64, trials: u64) -> [f64; 2] {
    let (x, n) = (hits as f64, trials as f64);
    if hits == 0 {
        // 1 - 0.05^(1 / n)
        return [0.0, -libm::expm1(libm::log(0.05) / n)];
    }
    let low = beta_inverse(x, n - x + 1.0, 0.025);
    let high = if hits == trials {
        1.0
    } else {
        beta_inverse(x + 1.0, n - x, 0.975)
    };
    [low, high]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_intervals_are_those_of_the_tables() {
        // 3 of 100 and 10 of 20: Johnson, Kotz & Kemp; rule of three.
        let [low, high] = exact_interval(3, 100);
        assert!(
            (low - 0.006_23).abs() < 1e-5 && (high - 0.085_18).abs() < 1e-5,
            "{low} {high}"
        );
        let [low, high] = exact_interval(10, 20);
        assert!((low - 0.271_96).abs() < 1e-5 && (high - 0.728_04).abs() < 1e-5);
        let [low, high] = exact_interval(0, 16_384);
        assert!(low == 0.0 && (high * 16_384.0 - 2.9957).abs() < 1e-3);
        assert_eq!(exact_interval(7, 7)[1], 1.0);
    }

    #[test]
    fn the_mean_of_repetitions_has_a_relative_interval() {
        let all = Repetitions::of(&[1e-6, 2e-6, 3e-6, 2e-6, 1e-6, 3e-6, 2e-6, 2e-6]);
        assert!((all.mean - 2e-6).abs() < 1e-18);
        // Variance 4e-12 / 7, over 8.
        assert!((all.std_error - libm::sqrt(4.0 / 56.0) * 1e-6).abs() < 1e-15);
        let [low, high] = all.ci95;
        // Student's t with 7 degrees of freedom; symmetric values have no skewness.
        let factor = libm::exp(2.364_624 * all.std_error / all.mean);
        assert!((low * factor / all.mean - 1.0).abs() < 1e-6);
        assert!((high / factor / all.mean - 1.0).abs() < 1e-6);
        assert!(all.settled);
    }

    #[test]
    fn a_mean_that_one_repetition_carries_is_not_settled() {
        let mut few = [1e-9; 16];
        few[5] = 1e-6;
        assert!(!Repetitions::of(&few).settled);
        assert!(!Repetitions::of(&[0.0; 16]).settled);
    }
}
