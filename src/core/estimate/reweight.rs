//! Other start weights for trials that were simulated.
//!
//! Takes hits, or a metric's values, by replicate and start trend, and a new weight for each trend;
//! gives the probability or mean under the new weights (law of total probability), its error, and
//! its paired difference from the run as it was. Errors are read off the replicates: what each adds
//! beyond its share, summed over the trends before it is squared, because the trends of a replicate
//! share their parameter draws.

use super::interval::{floored, t95, wilson};
use super::proportion::Proportion;
use super::replicate::{REPLICATES, error_of_residuals, hit_residuals, occupied};
use super::replicated;

/// Hits among the trials that started under one trend, and the trend's new weight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WeightedHits {
    /// At least 0; the weights of all trends sum to 1.
    pub weight: f64,
    /// By replicate.
    pub hits: [u64; REPLICATES],
    /// By replicate.
    pub trials: [u64; REPLICATES],
}

/// Values of a metric among the trials that started under one trend, and the trend's new weight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WeightedValues {
    /// As in [`WeightedHits`].
    pub weight: f64,
    /// Sum of the values, by replicate.
    pub sums: [f64; REPLICATES],
    /// Trials with a value, by replicate.
    pub values: [u64; REPLICATES],
    /// Trials, by replicate.
    pub trials: [u64; REPLICATES],
}

/// A probability or a mean under new weights.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reweighted {
    pub value: f64,
    pub std_error: f64,
    pub ci95: [f64; 2],
    pub shift: Shift,
}

/// New value less that of the run, taken over the same trials.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shift {
    pub difference: f64,
    pub std_error: f64,
    pub ci95: [f64; 2],
    /// Two-sided, of no difference.
    pub p_value: f64,
}

/// The probability if trials had started under the trends with the new weights.
///
/// A trend under which all or no trials hit shows no spread; what its number of trials leaves open
/// is added to the error. Where fewer than 32 trials of the rarer kind were seen, trials count as
/// independent at best. `draws` are those of the run, whose errors are widened by the factor
/// `caution` ([`Proportion::widened`]). `None` if a trend of positive weight has trials in fewer
/// than two replicates.
pub fn reweighted_share(parts: &[WeightedHits], draws: u64, caution: f64) -> Option<Reweighted> {
    let all_trials: u64 = parts.iter().flat_map(|part| part.trials).sum();
    let all_hits: u64 = parts.iter().flat_map(|part| part.hits).sum();
    let total = |column: fn(&WeightedHits) -> &[u64; REPLICATES]| -> [u64; REPLICATES] {
        std::array::from_fn(|m| parts.iter().map(|part| column(part)[m]).sum())
    };
    let (of_run, used) = hit_residuals(&total(|part| &part.hits), &total(|part| &part.trials));
    let mut sums = Sums::default();
    let mut residuals = [0.0; REPLICATES];
    for part in parts {
        let n: u64 = part.trials.iter().sum();
        let hits: u64 = part.hits.iter().sum();
        if n == 0 && part.weight == 0.0 {
            continue;
        }
        let (own, replicates) = hit_residuals(&part.hits, &part.trials);
        if part.weight > 0.0 && replicates < 2 {
            return None;
        }
        let (n, p) = (n as f64, hits as f64 / n as f64);
        let moved = part.weight - n / all_trials as f64;
        let unseen = if hits == 0 || hits as f64 == n {
            let told = Proportion::unanimous(p, n, draws.min(n as u64).max(1));
            told.std_error * told.std_error
        } else {
            0.0
        };
        sums.probability += part.weight * p;
        sums.unseen += part.weight * part.weight * unseen;
        sums.unseen_shift += moved * moved * unseen;
        sums.independent += part.weight * part.weight * p * (1.0 - p) / n;
        sums.independent_shift += moved * moved * p * (1.0 - p) / n;
        sums.inverse_trials += part.weight * part.weight / n;
        if part.weight > 0.0 {
            sums.hits += hits;
            sums.misses += n as u64 - hits;
            (residuals.iter_mut().zip(own)).for_each(|(sum, e)| *sum += part.weight * e);
        }
    }
    let p = sums.probability;
    let difference = p - all_hits as f64 / all_trials as f64;
    let of_shift: [f64; REPLICATES] = std::array::from_fn(|m| residuals[m] - of_run[m]);
    let rarer = sums.hits.min(sums.misses);
    let (seen, of_shift) = (
        error_of_residuals(&residuals, used)?,
        error_of_residuals(&of_shift, used)?,
    );
    let variance_of_shift =
        floored(of_shift * of_shift, rarer, sums.independent_shift) + sums.unseen_shift;
    let shift = shift(difference, caution * variance_of_shift.sqrt(), used);
    if sums.hits == 0 || sums.misses == 0 {
        let n = 1.0 / sums.inverse_trials;
        let p = if sums.hits == 0 { 0.0 } else { 1.0 };
        let told = Proportion::unanimous(p, n, draws.min(n as u64).max(1)).widened(caution);
        return Some(Reweighted {
            value: p,
            std_error: told.std_error,
            ci95: told.ci95,
            shift,
        });
    }
    let variance =
        caution * caution * (floored(seen * seen, rarer, sums.independent) + sums.unseen);
    let trials = p * (1.0 - p) / variance;
    Some(Reweighted {
        value: p,
        std_error: variance.sqrt(),
        ci95: wilson(p, trials, t95(used as f64 - 1.0)),
        shift,
    })
}

/// What is added up over the trends.
#[derive(Default)]
struct Sums {
    probability: f64,
    /// Of trends of positive weight.
    hits: u64,
    misses: u64,
    /// Variance that trends without a spread leave open, of the value and of the shift.
    unseen: f64,
    unseen_shift: f64,
    /// Variance that independent trials would have.
    independent: f64,
    independent_shift: f64,
    /// One over the trials that would say as much under one trend.
    inverse_trials: f64,
}

/// The mean of a metric over the trials in which it has a value, under the new weights.
///
/// A ratio of two reweighted sums, with the linearised error of a ratio. `None` if a trend of
/// positive weight has trials in fewer than two replicates, or if no trial under such a trend has a
/// value.
pub fn reweighted_mean(parts: &[WeightedValues]) -> Option<Reweighted> {
    let ([(value, residuals), (before, of_run)], used) = both_ratios(parts)?;
    let std_error = error_of_residuals(&residuals, used)?;
    let of_shift: [f64; REPLICATES] = std::array::from_fn(|m| residuals[m] - of_run[m]);
    let half = t95(used as f64 - 1.0) * std_error;
    Some(Reweighted {
        value,
        std_error,
        ci95: [value - half, value + half],
        shift: shift(value - before, error_of_residuals(&of_shift, used)?, used),
    })
}

/// A ratio, and what each replicate adds to it.
type WithResiduals = (f64, [f64; REPLICATES]);

/// The mean under the new weights and the mean as it was, and how many replicates have values.
pub(super) fn both_ratios(parts: &[WeightedValues]) -> Option<([WithResiduals; 2], usize)> {
    let weighted = |part: &WeightedValues| {
        let n: u64 = part.trials.iter().sum();
        (part.weight > 0.0).then(|| part.weight / n as f64)
    };
    let is_thin = |part: &WeightedValues| part.weight > 0.0 && occupied(&part.trials) < 2;
    if parts.iter().any(is_thin) {
        return None;
    }
    let all: f64 = parts.iter().flat_map(|part| part.trials).sum::<u64>() as f64;
    let as_it_was = |_: &WeightedValues| Some(1.0 / all);
    let both = [ratio_of(parts, weighted)?, ratio_of(parts, as_it_was)?];
    let used = (0..REPLICATES)
        .filter(|m| parts.iter().any(|part| part.values[*m] > 0))
        .count();
    Some((both, used))
}

/// The chance of yes among the trials in which a condition held, under the new weights.
///
/// `parts` has, by trend, the hits among the trials in which the condition held, and all trials by
/// replicate: the weights are those of the latter. `draws` and `caution` as in
/// [`reweighted_share`]. `None` if a trend of positive weight has trials in fewer than two
/// replicates, or if the condition held in fewer than two.
pub fn reweighted_chance(
    parts: &[(WeightedHits, [u64; REPLICATES])],
    draws: u64,
    caution: f64,
) -> Option<Reweighted> {
    let values: Vec<WeightedValues> = (parts.iter())
        .map(|(held, trials)| WeightedValues {
            weight: held.weight,
            sums: held.hits.map(|hits| hits as f64),
            values: held.trials,
            trials: *trials,
        })
        .collect();
    let ([(value, residuals), (before, of_run)], used) = both_ratios(&values)?;
    let seen = error_of_residuals(&residuals, used)?;
    let of_shift: [f64; REPLICATES] = std::array::from_fn(|m| residuals[m] - of_run[m]);
    let of_shift = error_of_residuals(&of_shift, used)?;
    let in_all = |counts: &[u64; REPLICATES]| counts.iter().sum::<u64>() as f64;
    let held_in_run: f64 = parts.iter().map(|(part, _)| in_all(&part.trials)).sum();
    // What one trial of a trend counts.
    let counts = |part: &WeightedHits, trials: &[u64; REPLICATES]| match part.weight > 0.0 {
        true => part.weight / in_all(trials),
        false => 0.0,
    };
    let weight: f64 = (parts.iter())
        .map(|(part, trials)| counts(part, trials) * in_all(&part.trials))
        .sum();
    let (mut squares, mut moved, mut hits, mut held) = (0.0, 0.0, 0.0, 0.0);
    for (part, trials) in parts {
        let (each, n) = (counts(part, trials) / weight, in_all(&part.trials));
        squares += each * each * n;
        moved += (each - 1.0 / held_in_run) * (each - 1.0 / held_in_run) * n;
        if part.weight > 0.0 {
            hits += in_all(&part.hits);
            held += n;
        }
    }
    let rarer = f64::min(hits, held - hits) as u64;
    let spread = value * (1.0 - value);
    let variance_of_shift = floored(of_shift * of_shift, rarer, moved * spread);
    let shift = shift(value - before, caution * variance_of_shift.sqrt(), used);
    if rarer == 0 {
        let trials = 1.0 / squares;
        let told = Proportion::unanimous(value, trials, draws.min(trials as u64).max(1));
        let told = told.widened(caution);
        return Some(Reweighted {
            value,
            std_error: told.std_error,
            ci95: told.ci95,
            shift,
        });
    }
    let variance = caution * caution * floored(seen * seen, rarer, squares * spread);
    Some(Reweighted {
        value,
        std_error: variance.sqrt(),
        ci95: wilson(value, spread / variance, t95(used as f64 - 1.0)),
        shift,
    })
}

/// Ratio of a weighted sum of values to the weighted count of them, and what each replicate adds
/// beyond its share.
fn ratio_of(
    parts: &[WeightedValues],
    scale: impl Fn(&WeightedValues) -> Option<f64>,
) -> Option<(f64, [f64; REPLICATES])> {
    let (mut sum, mut count) = (0.0, 0.0);
    for part in parts {
        if let Some(scale) = scale(part) {
            sum += scale * part.sums.iter().sum::<f64>();
            count += scale * part.values.iter().sum::<u64>() as f64;
        }
    }
    if count <= 0.0 {
        return None;
    }
    let ratio = sum / count;
    let mut residuals = [0.0; REPLICATES];
    for part in parts {
        let Some(scale) = scale(part) else { continue };
        let n: f64 = part.trials.iter().sum::<u64>() as f64;
        if n == 0.0 {
            continue;
        }
        // The excess of a replicate over what its trials under this trend would give on average.
        let excess = |m: usize| part.sums[m] - ratio * part.values[m] as f64;
        let mean = (0..REPLICATES).map(excess).sum::<f64>() / n;
        for (m, residual) in residuals.iter_mut().enumerate() {
            *residual += scale * (excess(m) - mean * part.trials[m] as f64) / count;
        }
    }
    Some((ratio, residuals))
}

fn shift(difference: f64, std_error: f64, used: usize) -> Shift {
    let found = replicated::difference(difference, std_error, used);
    Shift {
        difference,
        std_error,
        ci95: found.ci95,
        p_value: found.p_value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hits(weight: f64, per_replicate: impl Fn(u64) -> u64, trials: u64) -> WeightedHits {
        WeightedHits {
            weight,
            hits: std::array::from_fn(|m| per_replicate(m as u64)),
            trials: [trials; REPLICATES],
        }
    }

    #[test]
    fn the_probability_is_the_weighted_sum_of_those_under_the_trends() {
        let parts = [
            hits(0.25, |m| 40 + m % 3, 100),
            hits(0.75, |m| 10 + m % 2, 100),
        ];
        let found = reweighted_share(&parts, 160, 1.0).expect("there are trials");
        let (a, b) = (655.0 / 1600.0, 168.0 / 1600.0);
        assert!((found.value - (0.25 * a + 0.75 * b)).abs() < 1e-15);
        assert!((found.shift.difference - (found.value - (a + b) / 2.0)).abs() < 1e-15);
        assert!(found.ci95[0] < found.value && found.value < found.ci95[1]);
    }

    #[test]
    fn trends_that_move_together_have_a_larger_error_than_trends_that_move_apart() {
        let error = |second: fn(u64) -> u64| {
            let parts = [hits(0.5, |m| 40 + m, 100), hits(0.5, second, 100)];
            reweighted_share(&parts, 160, 1.0)
                .expect("there are trials")
                .std_error
        };
        let (together, apart) = (error(|m| 40 + m), error(|m| 55 - m + m % 2));
        assert!(
            together > 0.01 && apart < together / 5.0,
            "{together} {apart}"
        );
    }

    #[test]
    fn a_trend_never_seen_to_hit_leaves_open_what_its_trials_cannot_tell() {
        let error = |trials| {
            let parts = [hits(0.5, |m| 40 + m % 4, 100), hits(0.5, |_| 0, trials)];
            reweighted_share(&parts, 160, 1.0)
                .expect("there are trials")
                .std_error
        };
        assert!(error(2) > 2.0 * error(10_000));
        let none = [hits(0.5, |_| 0, 100), hits(0.5, |_| 0, 100)];
        let found = reweighted_share(&none, 160, 1.0).expect("there are trials");
        assert!(found.value == 0.0 && found.ci95[0] == 0.0);
        assert!(
            (3.0 / 3200.0..6.0 / 3200.0).contains(&found.ci95[1]),
            "{found:?}"
        );
    }

    #[test]
    fn a_trend_without_trials_matters_only_if_it_gets_weight() {
        let empty = |weight| [hits(1.0 - weight, |m| 40 + m, 100), hits(weight, |_| 0, 0)];
        assert_eq!(reweighted_share(&empty(0.1), 160, 1.0), None);
        let found = reweighted_share(&empty(0.0), 160, 1.0).expect("nobody asks for it");
        assert_eq!(found.shift.difference, 0.0);
        assert_eq!(found.shift.p_value, 1.0);
    }

    fn values(weight: f64, mean: impl Fn(u64) -> f64, count: u64) -> WeightedValues {
        WeightedValues {
            weight,
            sums: std::array::from_fn(|m| count as f64 * mean(m as u64)),
            values: [count; REPLICATES],
            trials: [100; REPLICATES],
        }
    }

    #[test]
    fn a_mean_weighs_trials_with_a_value_only() {
        // Under the first trend half of the trials have a value: it counts half as much as its
        // weight says.
        let parts = [
            values(0.5, |m| 10.0 + (m % 2) as f64, 50),
            values(0.5, |_| 4.0, 100),
        ];
        let found = reweighted_mean(&parts).expect("there are values");
        assert!((found.value - (0.25 * 10.5 + 0.5 * 4.0) / 0.75).abs() < 1e-12);
        assert!(found.std_error > 0.0);
        assert!(
            found.shift.difference.abs() < 1e-12,
            "the weights are those of the run"
        );
        assert_eq!(reweighted_mean(&[values(1.0, |_| 0.0, 0)]), None);
    }
}
