//! Which standard error to trust, and the interval built on it.
//!
//! Serves [`proportion`](super::proportion) and [`paired`](super::paired): two estimates of one standard error come in, the one
//! to use goes out with its degrees of freedom; a share and an effective number of trials come in, Wilson's interval goes out.

use crate::math::special::student_t_quantile;
use crate::random::design::Design;

/// Design of the parameter draws, as far as errors care.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Spread {
    /// Draws of a replicate are spread out on purpose (padded, Latin hypercube, Sobol'): only replicates are independent.
    Designed,
    /// Draws are independent of each other.
    Random,
}

impl From<Design> for Spread {
    fn from(design: Design) -> Self {
        match design {
            Design::Padded => Self::Designed,
            Design::Random => Self::Random,
        }
    }
}

/// Hits (or misses, or discordant trials) below which a spread between replicates says too little.
pub(super) const FEW: u64 = 32;

/// Draws below which the spread between replicates is no better than that between draws.
const FEW_DRAWS: u64 = 128;

/// A standard error and where it came from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Chosen {
    pub std_error: f64,
    pub degrees_of_freedom: f64,
    /// From the spread between draws rather than between replicates.
    pub from_draws: bool,
}

/// Picks between the standard error by draws (honest for independent draws, too wide for designed ones) and by replicates
/// (honest always, but from 16 numbers only).
///
/// `rarer` counts the rarer kind of trial. `None` if neither can be had: a single draw.
/// Replicates that agree to the last hit are chance rather than knowledge if their draws differ; the draws then decide.
pub(super) fn choose(
    spread: Spread,
    draws: u64,
    rarer: u64,
    by_draws: Option<f64>,
    by_replicates: Option<(f64, usize)>,
) -> Option<Chosen> {
    let draws_decide = spread == Spread::Random || draws < FEW_DRAWS || rarer < FEW;
    match (by_draws, by_replicates) {
        (_, Some((std_error, replicates))) if !draws_decide && std_error > 0.0 => Some(Chosen {
            std_error,
            degrees_of_freedom: (replicates - 1) as f64,
            from_draws: false,
        }),
        (Some(std_error), _) => Some(Chosen {
            std_error,
            degrees_of_freedom: (draws - 1) as f64,
            from_draws: true,
        }),
        (None, _) => None,
    }
}

/// Two-sided 95% point of Student's t; at least one degree of freedom is assumed.
pub(super) fn t95(degrees_of_freedom: f64) -> f64 {
    student_t_quantile(0.975, degrees_of_freedom.max(1.0))
}

/// Wilson's interval for a share `p` seen in `n` effective trials, with `q` in place of the normal quantile, kept in `[0, 1]`.
///
/// `n` may be infinite (no error at all). Wilson (1927); on an effective sample size: Franco, Little, Louis & Slud (2019).
pub(super) fn wilson(p: f64, n: f64, q: f64) -> [f64; 2] {
    let shift = q * q / (2.0 * n);
    let centre = p + shift;
    let half = q * (p * (1.0 - p) / n + shift / (2.0 * n)).sqrt();
    let scale = 1.0 + 2.0 * shift;
    let low = if p <= 0.0 {
        0.0
    } else {
        (centre - half) / scale
    };
    let high = if p >= 1.0 {
        1.0
    } else {
        (centre + half) / scale
    };
    [low.max(0.0), high.min(1.0)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wilson_gives_the_textbook_interval() {
        // Newcombe (1998), table I: 81 of 263 and 0 of 20, 95%.
        let [low, high] = wilson(81.0 / 263.0, 263.0, 1.959963984540054);
        assert!((low - 0.2553).abs() < 5e-5 && (high - 0.3662).abs() < 5e-5);
        let [low, high] = wilson(0.0, 20.0, 1.959963984540054);
        assert!(low == 0.0 && (high - 0.1611).abs() < 5e-5);
        assert_eq!(wilson(0.25, f64::INFINITY, 2.0), [0.25, 0.25]);
    }

    #[test]
    fn replicates_decide_only_where_they_can() {
        let pick = |spread, draws, rarer| {
            choose(spread, draws, rarer, Some(0.1), Some((0.2, 16)))
                .map(|c| (c.std_error, c.degrees_of_freedom))
        };
        let (designed, random) = (Spread::Designed, Spread::Random);
        assert_eq!(pick(designed, 128, 32), Some((0.2, 15.0)));
        assert_eq!(pick(random, 128, 32), Some((0.1, 127.0)));
        assert_eq!(pick(designed, 127, 32), Some((0.1, 126.0)));
        assert_eq!(pick(designed, 128, 31), Some((0.1, 127.0)));
        let agreeing = choose(designed, 160, 1000, Some(0.1), Some((0.0, 16)));
        assert_eq!(agreeing.map(|c| c.from_draws), Some(true));
        assert_eq!(choose(designed, 1, 32, None, None), None);
    }
}
