//! What a spread between replicates is worth, and the interval built on it.
//!
//! Serves [`proportion`](super::proportion), [`paired`](super::paired) and
//! [`reweight`](super::reweight): a variance seen between replicates comes in, the one to state
//! goes out; a share and an effective number of trials come in, Wilson's interval goes out.

use crate::math::special::student_t_quantile;

/// Hits (or misses, or discordant trials) below which a spread between replicates says too little.
pub(super) const FEW: u64 = 32;

/// The variance to state for one `seen` between replicates, given that which `independent` trials
/// would have.
///
/// Replicates are honest under any design, but 16 of them may agree by luck: with few of the
/// `rarer` kind of trial, or where they agree to the last hit, trials count as independent at best.
pub(super) fn floored(seen: f64, rarer: u64, independent: f64) -> f64 {
    if rarer < FEW || seen <= 0.0 {
        seen.max(independent)
    } else {
        seen
    }
}

/// Two-sided 95% point of Student's t; at least one degree of freedom is assumed.
pub(super) fn t95(degrees_of_freedom: f64) -> f64 {
    student_t_quantile(0.975, degrees_of_freedom.max(1.0))
}

/// Wilson's interval for a share `p` seen in `n` effective trials, with `q` in place of the normal
/// quantile, kept in `[0, 1]`.
///
/// `n` may be infinite (no error at all). Wilson (1927); on an effective sample size: Franco,
/// Little, Louis & Slud (2019).
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
    fn replicates_are_not_believed_where_they_may_agree_by_luck() {
        assert_eq!(floored(0.1, 32, 0.2), 0.1);
        assert_eq!(floored(0.1, 31, 0.2), 0.2);
        assert_eq!(floored(0.3, 31, 0.2), 0.3);
        assert_eq!(floored(0.0, 1000, 0.2), 0.2);
    }
}
