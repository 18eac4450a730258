//! A share or a mean of the other scenario where the base is known from more trials than the pair.
//!
//! Takes a pair of `n` trials under common random numbers and the base's totals over all its `N`
//! trials, by replicate; gives the other scenario's value with the error of the sum that it is. The
//! base is a *control variate*: with the pair's means `a` and `b` and the base's value `A` over all
//! its trials, the value is `b + β (A - a)`, and the difference is that value less `A`. For β = 1
//! this is the base plus the paired difference. The β that leaves least is the slope of `b` on `a`
//! (Lavenberg & Welch 1981, *Management Science* 27, 322); for a yes or no it makes the value `A
//! P(b|a) + (1 - A) P(b|not a)`, poststratification by what the same trial does in the base, which
//! lies between 0 and 1.
//!
//! **The error.** The `n` trials may be among the `N`, and draws of both share the design, so `A`
//! and `a` hang together in ways that no formula on single trials knows. But all trials of
//! replicate `m` are independent of those of any other, whichever run they are in. The value is a
//! sum over replicates, `b_m + β (A_m - a_m)`, and the spread of these sixteen sums is its error,
//! covariances and all.

use super::interval::{floored, t95, wilson};
use super::paired::{MeanPair, PairTable, PairedDifference, residuals, two_sided};
use super::replicate::{REPLICATES, error_of_residuals, hit_residuals};
use super::replicated;

/// A probability of the other scenario, and how far it lies from the base's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AnchoredShare {
    pub value: f64,
    pub std_error: f64,
    pub ci95: [f64; 2],
    /// From the base over all its trials.
    pub difference: PairedDifference,
}

/// A mean of the other scenario, and how far it lies from the base's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AnchoredMean {
    pub value: f64,
    pub std_error: f64,
    pub ci95: [f64; 2],
    pub difference: f64,
    pub difference_std_error: f64,
    pub difference_ci95: [f64; 2],
    /// Of no difference, two-sided, for this metric alone.
    pub p_value: f64,
}

impl PairTable {
    /// The other scenario's probability, given how often the base hit in all its `trials`, by
    /// replicate; `None` without trials on one side.
    ///
    /// Where few trials tell, the variance is at least that of independent trials with one more
    /// discordant trial each way, as in the interval of [`difference`](Self::difference). Programs
    /// known to be identical are the caller's to recognise.
    pub fn anchored(
        &self,
        hits: &[u64; REPLICATES],
        trials: &[u64; REPLICATES],
    ) -> Option<AnchoredShare> {
        let paired_trials = self.draws.map(|draws| draws * self.trials_per_draw);
        let n = paired_trials.iter().sum::<u64>() as f64;
        let (all_hits, all_trials) = (hits.iter().sum::<u64>(), trials.iter().sum::<u64>());
        if n == 0.0 || all_trials == 0 {
            return None;
        }
        let big = all_trials as f64;
        let (a_hits, b_hits) = (
            self.a_hits.iter().sum::<u64>() as f64,
            self.b_hits.iter().sum::<u64>() as f64,
        );
        let both = a_hits - self.only_a as f64;
        let slope = if a_hits > 0.0 && a_hits < n {
            (both * n - a_hits * b_hits) / (a_hits * (n - a_hits))
        } else {
            // The pair says nothing about how the two hang together: what the base does besides,
            // the other does too.
            1.0
        };
        let base = all_hits as f64 / big;
        let (a, b) = (a_hits / n, b_hits / n);
        let value = (b + slope * (base - a)).clamp(0.0, 1.0);
        let difference = value - base;

        let (of_a, used) = hit_residuals(&self.a_hits, &paired_trials);
        let (of_b, _) = hit_residuals(&self.b_hits, &paired_trials);
        let (of_base, _) = hit_residuals(hits, trials);
        let spread = |share_of_base: f64| {
            let sums =
                std::array::from_fn(|m| of_b[m] - slope * of_a[m] + share_of_base * of_base[m]);
            error_of_residuals(&sums, used)
        };
        // Variance of `b - slope a` in a single trial, with one more discordant trial each way.
        let more = n + 2.0;
        let (a, b, both) = ((a_hits + 1.0) / more, (b_hits + 1.0) / more, both / more);
        let rest = b * (1.0 - b) + slope * slope * a * (1.0 - a) - 2.0 * slope * (both - a * b);
        let known = (all_hits as f64 + 1.0) / (big + 2.0);
        let independent = |share_of_base: f64| {
            rest.max(0.0) / more
                + share_of_base * share_of_base * known * (1.0 - known) / (big + 2.0)
        };
        let rarer = (self.only_a + self.only_b).min((b_hits.min(n - b_hits)) as u64);
        let variance = |share_of_base: f64| match spread(share_of_base) {
            Some(seen) => floored(seen * seen, rarer, independent(share_of_base)),
            // A single replicate: all of its trials may hang together.
            None => independent(share_of_base) * n,
        };
        let degrees_of_freedom = used.saturating_sub(1).max(1) as f64;
        let t = t95(degrees_of_freedom);
        let std_error = variance(slope).sqrt();
        let effective = if value > 0.0 && value < 1.0 {
            value * (1.0 - value) / (std_error * std_error)
        } else {
            n
        };
        let error = variance(slope - 1.0).sqrt();
        Some(AnchoredShare {
            value,
            std_error,
            ci95: wilson(value, effective, t),
            difference: PairedDifference {
                difference,
                std_error: error,
                ci95: [
                    (difference - t * error).max(-1.0),
                    (difference + t * error).min(1.0),
                ],
                p_value: two_sided(difference / error, degrees_of_freedom),
                degrees_of_freedom,
            },
        })
    }
}

impl MeanPair {
    /// The other scenario's mean, given the base's values over all its trials: how many there are
    /// and their sum, by replicate.
    ///
    /// The slope is that of the replicates, between 0 and 1, and costs a degree of freedom. `None`
    /// unless both sides have values in at least three replicates.
    pub fn anchored(
        &self,
        values: &[u64; REPLICATES],
        sums: &[f64; REPLICATES],
    ) -> Option<AnchoredMean> {
        let (a, of_a) = residuals(&self.a)?;
        let (b, of_b) = residuals(&self.b)?;
        let (base, of_base) = super::paired::residuals_of(values, sums)?;
        let used = self.used();
        if used < 3 {
            return None;
        }
        let squares: f64 = of_a.iter().map(|r| r * r).sum();
        let products: f64 = of_a.iter().zip(&of_b).map(|(a, b)| a * b).sum();
        let slope = if squares > 0.0 {
            (products / squares).clamp(0.0, 1.0)
        } else {
            1.0
        };
        let value = b + slope * (base - a);
        let difference = value - base;
        let fitted = ((used - 1) as f64 / (used - 2) as f64).sqrt();
        let error = |share_of_base: f64| {
            let sums =
                std::array::from_fn(|m| of_b[m] - slope * of_a[m] + share_of_base * of_base[m]);
            Some(error_of_residuals(&sums, used)? * fitted)
        };
        let (std_error, difference_std_error) = (error(slope)?, error(slope - 1.0)?);
        // The slope took one of them.
        let told = |centre: f64, error: f64| replicated::difference(centre, error, used - 1);
        let apart = told(difference, difference_std_error);
        Some(AnchoredMean {
            value,
            std_error,
            ci95: told(value, std_error).ci95,
            difference,
            difference_std_error,
            difference_ci95: apart.ci95,
            p_value: apart.p_value,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng};
    use rand_distr::{Beta, Distribution, Normal, StandardNormal};
    use rand_xoshiro::Xoshiro256PlusPlus;

    fn square(x: f64) -> f64 {
        x * x
    }

    /// How a change works on a trial that would hit with chance `p` and has drawn `u`.
    type Change = fn(f64, f64) -> bool;

    const PAIRED_DRAWS: usize = 32;
    const ALL_DRAWS: usize = 192;

    struct Made {
        pair: PairTable,
        hits: [u64; REPLICATES],
        trials: [u64; REPLICATES],
        /// Of a run of the other scenario by itself, as large as the pair.
        fresh: f64,
    }

    /// The base over 192 draws of 64 trials, of which the first 32 draws have their first 8 trials
    /// in the pair.
    fn made(change: Change, seed: u64) -> Made {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
        let chance = Beta::new(3.0, 7.0).unwrap();
        let mut made = Made {
            pair: PairTable::new(8),
            hits: [0; REPLICATES],
            trials: [0; REPLICATES],
            fresh: 0.0,
        };
        for k in 0..ALL_DRAWS {
            let p = random.sample(chance);
            let (mut a, mut b, mut only_a, mut only_b) = (0, 0, 0, 0);
            for r in 0..64 {
                let u: f64 = random.random();
                made.hits[k % REPLICATES] += u64::from(u < p);
                if r < 8 {
                    let (before, after) = (u < p, change(p, u));
                    a += u32::from(before);
                    b += u32::from(after);
                    only_a += u32::from(before && !after);
                    only_b += u32::from(after && !before);
                }
            }
            made.trials[k % REPLICATES] += 64;
            if k < PAIRED_DRAWS {
                made.pair.add_draw(k % REPLICATES, a, b, only_a, only_b);
            }
        }
        let mut hits = 0;
        for _ in 0..PAIRED_DRAWS {
            let p = random.sample(chance);
            hits += (0..8).filter(|_| change(p, random.random())).count();
        }
        made.fresh = hits as f64 / (8 * PAIRED_DRAWS) as f64;
        made
    }

    /// Changes with the probability that they lead to: E p = 0.3.
    const CHANGES: [(&str, Change, f64); 7] = [
        ("none", |p, u| u < p, 0.3),
        ("a little more", |p, u| u < 1.2 * p, 0.36),
        ("a third less", |p, u| u < p / 1.5, 0.2),
        ("hardly ever", |p, u| u < p / 20.0, 0.015),
        ("never", |_, _| false, 0.0),
        ("unlike", |p, u| (u + 0.5) % 1.0 < p, 0.3),
        ("turned round", |p, u| u >= p, 0.7),
    ];

    #[test]
    fn intervals_cover_whatever_the_change_does() {
        for (name, change, truth) in CHANGES {
            let (mut value, mut difference) = (0, 0);
            for seed in 0..600 {
                let made = made(change, seed);
                let found = made.pair.anchored(&made.hits, &made.trials).unwrap();
                let holds = |[low, high]: [f64; 2], x: f64| u32::from(low <= x && x <= high);
                value += holds(found.ci95, truth);
                difference += holds(found.difference.ci95, truth - 0.3);
                assert!((0.0..=1.0).contains(&found.value), "{name}: {found:?}");
            }
            // 95% of 600 is 570, with a standard error of 5.3.
            assert!(value >= 554, "{name}: {value} of 600");
            assert!(difference >= 554, "{name}: {difference} of 600");
        }
    }

    #[test]
    fn the_difference_is_never_worse_than_that_of_two_fresh_runs() {
        for (name, change, truth) in CHANGES {
            let (mut own, mut fresh, mut stated) = (0.0, 0.0, 0.0);
            for seed in 0..600 {
                let made = made(change, seed);
                let found = made.pair.anchored(&made.hits, &made.trials).unwrap();
                let base =
                    made.hits.iter().sum::<u64>() as f64 / made.trials.iter().sum::<u64>() as f64;
                assert!((found.value - base - found.difference.difference).abs() < 1e-12);
                own += square(found.difference.difference - (truth - 0.3)) / 600.0;
                // The base is the one that all its trials gave; the other ran by itself.
                fresh += square(made.fresh - base - (truth - 0.3)) / 600.0;
                stated += square(found.difference.std_error) / 600.0;
            }
            // Two mean squares over 600 runs differ by 8% of themselves where they are equal.
            assert!(own <= 1.16 * fresh, "{name}: {own} against {fresh}");
            assert!(
                own <= 1.16 * stated,
                "{name}: {own}, and {stated} is stated"
            );
        }
        let gain = |change: Change| {
            let squares = (0..300).map(|seed| {
                let made = made(change, seed);
                let found = made.pair.anchored(&made.hits, &made.trials).unwrap();
                let alone = made.fresh - 0.36;
                (square(found.value - 0.36), square(alone))
            });
            let (own, alone) = squares.fold((0.0, 0.0), |(x, y), (a, b)| (x + a, y + b));
            alone / own
        };
        let gained = gain(CHANGES[1].1);
        assert!(gained > 3.0, "as good as {gained} times the trials");
    }

    #[test]
    fn a_pair_as_large_as_the_base_gives_the_other_run_itself() {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(7);
        let mut pair = PairTable::new(8);
        let (mut hits, mut b_hits) = ([0; REPLICATES], 0);
        for k in 0..64 {
            let (both, only_a, only_b) = (
                random.random_range(0..3),
                random.random_range(0..2),
                random.random_range(0..3),
            );
            pair.add_draw(k % REPLICATES, both + only_a, both + only_b, only_a, only_b);
            hits[k % REPLICATES] += u64::from(both + only_a);
            b_hits += both + only_b;
        }
        let found = pair.anchored(&hits, &[32; REPLICATES]).unwrap();
        let plain = pair.difference();
        assert!((found.value - f64::from(b_hits) / 512.0).abs() < 1e-12);
        assert!((found.difference.difference - plain.difference).abs() < 1e-12);
        assert!((found.difference.std_error - plain.std_error).abs() < 1e-12);
    }

    #[test]
    fn degenerate_tables_stay_finite() {
        let all = [640; REPLICATES];
        let mut never = PairTable::new(8);
        (0..32).for_each(|k| never.add_draw(k % REPLICATES, 0, 0, 0, 0));
        let mut always = PairTable::new(8);
        (0..32).for_each(|k| always.add_draw(k % REPLICATES, 8, 8, 0, 0));
        let mut single = PairTable::new(8);
        single.add_draw(0, 3, 2, 2, 1);
        let mut cases = Vec::new();
        for pair in [never, always, single] {
            cases.extend([0, 1, 640].map(|hits| (pair.clone(), [hits; REPLICATES])));
        }
        for (pair, hits) in cases {
            let found = pair.anchored(&hits, &all).unwrap();
            let [low, high] = found.ci95;
            assert!(low <= found.value && found.value <= high, "{found:?}");
            assert!(
                found.std_error > 0.0 && found.std_error.is_finite(),
                "{found:?}"
            );
            assert!((0.0..=1.0).contains(&found.difference.p_value), "{found:?}");
        }
        assert_eq!(PairTable::new(8).anchored(&all, &all), None);
        assert_eq!(MeanPair::new().anchored(&all, &[1.0; REPLICATES]), None);
    }

    #[test]
    fn means_cover_too_and_gain_where_both_hang_together() {
        for (tie, least) in [(1.0, 4.0), (0.0, 0.8)] {
            let (mut covered, mut shifts, mut own, mut alone) = (0, 0, 0.0, 0.0);
            for seed in 0..500 {
                let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
                let mut pair = MeanPair::new();
                let (mut values, mut sums) = ([0; REPLICATES], [0.0; REPLICATES]);
                let mut fresh = 0.0;
                for k in 0..ALL_DRAWS {
                    let level: f64 = random.sample(StandardNormal);
                    let a: Vec<f64> = (Normal::new(level, 1.0).unwrap())
                        .sample_iter(&mut random)
                        .take(8)
                        .collect();
                    values[k % REPLICATES] += 8;
                    sums[k % REPLICATES] += a.iter().sum::<f64>();
                    if k < PAIRED_DRAWS {
                        let own_level: f64 = random.sample(StandardNormal);
                        let b: Vec<f64> = (a.iter())
                            .map(|x| {
                                let noise: f64 = random.sample(StandardNormal);
                                0.5 + tie * x + (1.0 - tie) * (own_level + noise) + 0.2 * noise
                            })
                            .collect();
                        fresh += b.iter().sum::<f64>() / (8 * PAIRED_DRAWS) as f64;
                        pair.add_draw(k % REPLICATES, 8, &a, &b);
                    }
                }
                let found = pair.anchored(&values, &sums).unwrap();
                covered += u32::from(found.ci95[0] <= 0.5 && 0.5 <= found.ci95[1]);
                let [low, high] = found.difference_ci95;
                shifts += u32::from(low <= 0.5 && 0.5 <= high);
                own += square(found.value - 0.5);
                alone += square(fresh - 0.5);
            }
            assert!(
                covered >= 457 && shifts >= 457,
                "{covered}, {shifts} of 500"
            );
            assert!(alone / own > least, "tie {tie}: {}", alone / own);
        }
    }
}
