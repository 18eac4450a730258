//! Errors read off the spread between replicates.
//!
//! A run consists of [`REPLICATES`] independent randomisations of its design. Takes totals by
//! replicate; gives their ratio with a standard error that is honest whatever the design does
//! inside a replicate (stratification, Latin hypercubes, …).

use super::interval::floored;
use crate::math::special::student_t_cdf;

/// Independent randomisations of the design in every run; draw `k` belongs to replicate `k %
/// REPLICATES`.
pub const REPLICATES: usize = 16;

/// Standard error of a ratio of totals, from what each replicate adds to the numerator beyond its
/// share.
///
/// `residuals[m]` is `(numerator_m - ratio * denominator_m) / denominator`; the residuals of `used`
/// replicates count, the rest are zero. `None` when fewer than two replicates took part, as nothing
/// then shows a spread. This is the usual linearised variance of a ratio, with the factor M/(M-1);
/// for replicates of equal size it is the standard error of their mean.
pub(super) fn error_of_residuals(residuals: &[f64; REPLICATES], used: usize) -> Option<f64> {
    if used < 2 {
        return None;
    }
    let squares: f64 = residuals.iter().map(|e| e * e).sum();
    Some((squares * used as f64 / (used - 1) as f64).sqrt())
}

/// How often each replicate hit beyond its share of all hits, divided by all trials; and the number
/// of replicates with trials.
///
/// The difference is taken in integers, so that equal replicates give exactly zero.
pub(super) fn hit_residuals(
    hits: &[u64; REPLICATES],
    trials: &[u64; REPLICATES],
) -> ([f64; REPLICATES], usize) {
    let all_hits = i128::from(hits.iter().sum::<u64>());
    let all_trials = i128::from(trials.iter().sum::<u64>());
    let mut residuals = [0.0; REPLICATES];
    let mut used = 0;
    for m in 0..REPLICATES {
        if trials[m] == 0 {
            continue;
        }
        used += 1;
        let excess = i128::from(hits[m]) * all_trials - all_hits * i128::from(trials[m]);
        residuals[m] = excess as f64 / all_trials as f64 / all_trials as f64;
    }
    (residuals, used)
}

/// Replicates of which something was counted.
pub(super) fn occupied(counts: &[u64; REPLICATES]) -> usize {
    counts.iter().filter(|n| **n > 0).count()
}

/// A ratio of totals, such as a mean count: `(ratio, standard error from replicates)`.
///
/// Both are NaN when the denominators sum to zero, and the error alone is when fewer than two
/// replicates have a denominator.
pub fn ratio(numerators: &[f64; REPLICATES], denominators: &[f64; REPLICATES]) -> (f64, f64) {
    let denominator: f64 = denominators.iter().sum();
    let ratio = numerators.iter().sum::<f64>() / denominator;
    if !ratio.is_finite() {
        return (f64::NAN, f64::NAN);
    }
    let mut residuals = [0.0; REPLICATES];
    for m in 0..REPLICATES {
        residuals[m] = (numerators[m] - ratio * denominators[m]) / denominator;
    }
    let used = denominators.iter().filter(|d| **d != 0.0).count();
    (
        ratio,
        error_of_residuals(&residuals, used).unwrap_or(f64::NAN),
    )
}

/// How much more often one group of a run's trials hits than another: the difference of their
/// shares, its standard error and the two-sided p-value of no difference.
///
/// `groups[g]` is hits and trials by replicate. Both groups live on the same draws of a replicate:
/// what these do to both cancels in the replicate's own difference, from which the error is read.
/// With few hits, or misses, trials count as independent at best, so that replicates which agree by
/// luck are not believed. `None` if a group has no trials, or if fewer than two replicates took
/// part.
pub fn gap(groups: [[&[u64; REPLICATES]; 2]; 2]) -> Option<(f64, f64, f64)> {
    let totals = groups.map(|group| group.map(|counts| counts.iter().sum::<u64>()));
    let [[hits, trials], [other_hits, other_trials]] = totals;
    if trials == 0 || other_trials == 0 {
        return None;
    }
    let difference = hits as f64 / trials as f64 - other_hits as f64 / other_trials as f64;
    let [(own, used), (other, other_used)] =
        groups.map(|[hits, trials]| hit_residuals(hits, trials));
    let used = used.min(other_used);
    let residuals = std::array::from_fn(|m| own[m] - other[m]);
    let seen = error_of_residuals(&residuals, used)?;
    let (n, m) = (trials as f64, other_trials as f64);
    let pooled = (hits + other_hits) as f64 / (n + m);
    let rarer = (hits + other_hits).min(trials + other_trials - hits - other_hits);
    let independent = pooled * (1.0 - pooled) * (1.0 / n + 1.0 / m);
    let error = floored(seen * seen, rarer, independent).sqrt();
    let p_value = match error > 0.0 {
        true => 2.0 * student_t_cdf(-(difference / error).abs(), (used - 1) as f64),
        false => 1.0,
    };
    Some((difference, error, p_value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_draws_do_to_both_groups_leaves_their_gap_alone() {
        // Shares of both swing together by replicate; one is two points higher everywhere.
        let swing: [u64; REPLICATES] = std::array::from_fn(|m| 200 + 20 * (m as u64 % 4));
        let higher: [u64; REPLICATES] = std::array::from_fn(|m| swing[m] + 20 + m as u64 % 2);
        let trials = [1000; REPLICATES];
        let (gap_seen, error, p_value) = gap([[&higher, &trials], [&swing, &trials]]).unwrap();
        assert!((gap_seen - 0.0205).abs() < 1e-12, "{gap_seen}");
        // Each alone has an error of 0.6 points; of the gap it is 0.013.
        assert!(error < 2e-4, "{error}");
        assert!(p_value < 1e-9, "{p_value}");
        let (none, _, p_value) = gap([[&swing, &trials], [&swing, &trials]]).unwrap();
        assert_eq!((none, p_value), (0.0, 1.0));
    }

    #[test]
    fn few_hits_that_agree_by_luck_are_no_finding() {
        let trials = [100; REPLICATES];
        let mut one = [0; REPLICATES];
        one[0] = 2;
        let (_, error, p_value) = gap([[&one, &trials], [&[0; REPLICATES], &trials]]).unwrap();
        assert!(error > 8e-4 && p_value > 0.1, "{error} {p_value}");
        assert_eq!(gap([[&one, &[0; REPLICATES]], [&one, &trials]]), None);
    }

    #[test]
    fn equal_replicates_give_the_standard_error_of_their_mean() {
        let hits: [u64; REPLICATES] = std::array::from_fn(|m| 10 + (m as u64 % 3));
        let (residuals, used) = hit_residuals(&hits, &[100; REPLICATES]);
        let mean = hits.iter().sum::<u64>() as f64 / 1600.0;
        let gaps = hits.map(|h| h as f64 / 100.0 - mean);
        let squares: f64 = gaps.iter().map(|gap| gap * gap).sum();
        let se = error_of_residuals(&residuals, used).unwrap();
        assert!((se - (squares / (16.0 * 15.0)).sqrt()).abs() < 1e-15);
    }

    #[test]
    fn hits_and_the_ratio_of_the_same_totals_agree() {
        let hits: [u64; REPLICATES] = std::array::from_fn(|m| 3 * m as u64);
        let trials: [u64; REPLICATES] = std::array::from_fn(|m| 60 + m as u64);
        let (residuals, used) = hit_residuals(&hits, &trials);
        let se = error_of_residuals(&residuals, used).unwrap();
        let (_, error) = ratio(&hits.map(|h| h as f64), &trials.map(|t| t as f64));
        assert!((se - error).abs() < 1e-15);
    }

    #[test]
    fn replicates_without_trials_do_not_narrow_the_error() {
        let mut hits = [0; REPLICATES];
        let mut trials = [0; REPLICATES];
        (hits[0], trials[0], hits[1], trials[1]) = (10, 100, 20, 100);
        let (residuals, used) = hit_residuals(&hits, &trials);
        let se = error_of_residuals(&residuals, used).unwrap();
        assert!(
            (se - 0.05).abs() < 1e-15,
            "two means 0.1 and 0.2 have standard error 0.05, not {se}"
        );
    }

    #[test]
    fn a_single_replicate_shows_no_spread() {
        let mut one = [0; REPLICATES];
        one[3] = 8;
        let (residuals, used) = hit_residuals(&one, &one);
        assert_eq!(error_of_residuals(&residuals, used), None);
        assert!(ratio(&[1.0; REPLICATES], &[0.0; REPLICATES]).0.is_nan());
    }
}
