//! Paired comparison of two scenarios that were simulated under common random numbers.
//!
//! Takes, draw by draw, hits (or a metric's values) of the base `a` and of the other scenario
//! `b`; gives the difference **b minus a** with the error that pairing leaves, and p-values
//! adjusted for looking at many outcomes.

use super::epistemic::{Epistemic, EpistemicStatus};
use super::interval::{floored, t95};
use super::replicate::{REPLICATES, error_of_residuals, hit_residuals};
use super::rounding::without_rounding;
use super::shift_mean::MeanShift;
use crate::math::special::student_t_cdf;

/// What is kept of a yes/no property in both scenarios. Integers: parts merge in any order.
#[derive(Clone, Debug, PartialEq)]
pub struct PairTable {
    pub(super) trials_per_draw: u64,
    pub(super) draws: [u64; REPLICATES],
    pub(super) a_hits: [u64; REPLICATES],
    pub(super) b_hits: [u64; REPLICATES],
    pub(super) only_a: u64,
    pub(super) only_b: u64,
}

/// Difference `b - a` of two probabilities.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PairedDifference {
    pub difference: f64,
    pub std_error: f64,
    /// Marginal interval, of positive width unless the programs are identical.
    pub ci95: [f64; 2],
    /// Of no difference, two-sided, for this outcome alone: see [`holm`].
    pub p_value: f64,
    /// Of Student's t behind `ci95` and `p_value`.
    pub degrees_of_freedom: f64,
}

impl PairedDifference {
    /// The difference of a program from itself: exactly zero. A table cannot know that; without any
    /// discordant trial it still allows for those that more trials would show.
    pub fn of_identical_programs() -> Self {
        Self {
            difference: 0.0,
            std_error: 0.0,
            ci95: [0.0, 0.0],
            p_value: 1.0,
            degrees_of_freedom: (REPLICATES - 1) as f64,
        }
    }

    /// The standard error to state: 0 only for identical programs.
    ///
    /// Without a discordant trial the spread is nil, which is luck rather than knowledge; what the
    /// interval allows for then speaks.
    pub fn shown_error(&self) -> f64 {
        if self.std_error > 0.0 {
            return self.std_error;
        }
        (self.ci95[1] - self.ci95[0]) / (2.0 * t95(self.degrees_of_freedom))
    }
}

impl PairTable {
    pub fn new(trials_per_draw: usize) -> Self {
        Self {
            trials_per_draw: trials_per_draw as u64,
            draws: [0; REPLICATES],
            a_hits: [0; REPLICATES],
            b_hits: [0; REPLICATES],
            only_a: 0,
            only_b: 0,
        }
    }

    /// Takes in one draw of `replicate`: hits in each scenario, and trials that hit in one of the
    /// two only.
    pub fn add_draw(
        &mut self,
        replicate: usize,
        a_hits: u32,
        b_hits: u32,
        only_a: u32,
        only_b: u32,
    ) {
        self.draws[replicate] += 1;
        self.a_hits[replicate] += u64::from(a_hits);
        self.b_hits[replicate] += u64::from(b_hits);
        self.only_a += u64::from(only_a);
        self.only_b += u64::from(only_b);
    }

    /// A table with the given sums over `draws` draws, equally many in each replicate.
    #[cfg(test)]
    pub(super) fn from_sums(
        trials_per_draw: usize,
        draws: u64,
        hits: [[u64; REPLICATES]; 2],
        only: [u64; 2],
    ) -> Self {
        Self {
            draws: [draws / REPLICATES as u64; REPLICATES],
            a_hits: hits[0],
            b_hits: hits[1],
            only_a: only[0],
            only_b: only[1],
            ..Self::new(trials_per_draw)
        }
    }

    /// Takes in all that `other` has seen. The order of merging does not matter.
    pub fn merge(&mut self, other: &Self) {
        debug_assert_eq!(self.trials_per_draw, other.trials_per_draw);
        for m in 0..REPLICATES {
            self.draws[m] += other.draws[m];
            self.a_hits[m] += other.a_hits[m];
            self.b_hits[m] += other.b_hits[m];
        }
        self.only_a += other.only_a;
        self.only_b += other.only_b;
    }

    /// The difference `b - a`, its standard error, and an interval that allows for discordant
    /// trials not seen yet.
    ///
    /// The interval is that of Bonett & Price (2012) on an effective number of trials. No formula
    /// on single trials is used: effects vary with the parameters, and trials of one draw hang
    /// together. Programs known to be identical are the caller's to recognise
    /// ([`PairedDifference::of_identical_programs`]). Without trials the difference is 0 in `[-1,
    /// 1]`.
    pub fn difference(&self) -> PairedDifference {
        let draws: u64 = self.draws.iter().sum();
        let trials = draws * self.trials_per_draw;
        if trials == 0 {
            return PairedDifference {
                std_error: 1.0,
                ci95: [-1.0, 1.0],
                ..PairedDifference::of_identical_programs()
            };
        }
        let n = trials as f64;
        let (discordant, gap) = (
            self.only_a + self.only_b,
            i128::from(self.only_b) - i128::from(self.only_a),
        );
        let by_replicate = self.draws.map(|draws| draws * self.trials_per_draw);
        let ((a, used), (b, _)) = (
            hit_residuals(&self.a_hits, &by_replicate),
            hit_residuals(&self.b_hits, &by_replicate),
        );
        let residuals = std::array::from_fn(|m| b[m] - a[m]);
        // Variance of the difference if trials were independent.
        let independent = (discordant as f64 - (gap * gap) as f64 / n) / (n * n);
        let (variance, degrees_of_freedom) = match error_of_residuals(&residuals, used) {
            Some(seen) => (
                floored(seen * seen, discordant, independent),
                used as f64 - 1.0,
            ),
            // A single replicate: all of its trials may hang together.
            None => (independent * n, 1.0),
        };
        let deff = if independent > 0.0 {
            variance / independent
        } else {
            1.0
        };
        let effective = n / deff + 2.0;
        let a_only = (self.only_a as f64 / deff + 1.0) / effective;
        let b_only = (self.only_b as f64 / deff + 1.0) / effective;
        let centre = b_only - a_only;
        let error = ((a_only + b_only - centre * centre) / effective).sqrt();
        let half = t95(degrees_of_freedom) * error;
        PairedDifference {
            difference: gap as f64 / n,
            std_error: variance.sqrt(),
            ci95: [(centre - half).max(-1.0), (centre + half).min(1.0)],
            p_value: two_sided(centre / error, degrees_of_freedom),
            degrees_of_freedom,
        }
    }
}

/// Probability of Student's t to lie at least as far from zero as `t`.
pub(super) fn two_sided(t: f64, degrees_of_freedom: f64) -> f64 {
    if t == 0.0 {
        return 1.0;
    }
    (2.0 * student_t_cdf(-t.abs(), degrees_of_freedom.max(1.0))).min(1.0)
}

/// What is kept of a metric in both scenarios; float sums, so it is merged by the
/// [`Forest`](super::Forest).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MeanPair {
    pub(super) a: [Sum; REPLICATES],
    pub(super) b: [Sum; REPLICATES],
    shift: MeanShift,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Sum {
    values: u64,
    sum: f64,
}

/// Difference `b - a` of a metric's means.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeanDifference {
    pub difference: f64,
    /// 0 if and only if both scenarios differ by the same amount in every replicate, up to
    /// rounding: identical ones do, and constants.
    pub std_error: f64,
    pub ci95: [f64; 2],
    /// Of no difference, two-sided, for this metric alone.
    pub p_value: f64,
    /// Of Student's t behind `ci95` and `p_value`.
    pub degrees_of_freedom: f64,
}

impl MeanPair {
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in one draw of `replicate`: the values of its trials in each scenario, group after
    /// group; NaN is no value and is left out of its side.
    pub fn add_draw(&mut self, replicate: usize, groups: usize, a: &[f64], b: &[f64]) {
        self.shift.add_draw(replicate, groups, a, b);
        for (side, values) in [(&mut self.a, a), (&mut self.b, b)] {
            let present = values.iter().filter(|v| !v.is_nan());
            // Summed within the draw first: short sums, and the same ones whatever came before.
            let (mut count, mut sum) = (0, 0.0);
            for value in present {
                count += 1;
                sum += value;
            }
            side[replicate].values += count;
            side[replicate].sum += sum;
        }
    }

    /// Takes in the pair of the blocks that follow.
    pub fn merge(&mut self, right: &Self) {
        for (side, more) in [(&mut self.a, &right.a), (&mut self.b, &right.b)] {
            for (own, more) in side.iter_mut().zip(more) {
                own.values += more.values;
                own.sum += more.sum;
            }
        }
        self.shift.merge(&right.shift);
    }

    /// The 5%-95% range of the difference over parameter draws. `uncertain`: some parameter or
    /// weight differs between draws.
    pub fn epistemic(&self, uncertain: bool) -> Epistemic {
        self.difference()
            .map_or_else(Epistemic::not_separable, |d| {
                self.epistemic_about(d.difference, uncertain)
            })
    }

    /// The same about another estimate of the difference.
    pub fn epistemic_about(&self, difference: f64, uncertain: bool) -> Epistemic {
        let told = self.shift.epistemic(difference, uncertain);
        let spread = self.shift.spread();
        match without_rounding(difference, spread, self.size()) {
            // Draws differ by rounding at most: what that is taken for would be ends with digits
            // that nobody knows.
            (exact, 0.0) if uncertain && told.ends.is_some() => Epistemic {
                status: EpistemicStatus::NotDetected,
                ends: Some([exact; 2]),
                std_error: None,
                at_most_sd: Some(0.0),
            },
            _ => told,
        }
    }

    /// How large the totals of replicates are per trial, on the larger side.
    fn size(&self) -> f64 {
        let sums = self.a.iter().chain(&self.b).filter(|s| s.values > 0);
        sums.fold(0.0, |most, s| most.max((s.sum / s.values as f64).abs()))
    }

    /// Replicates in which both sides have values.
    pub(super) fn used(&self) -> usize {
        let has_both = |m: &usize| self.a[*m].values > 0 && self.b[*m].values > 0;
        (0..REPLICATES).filter(has_both).count()
    }

    /// The difference `b - a` of the means over trials with a value, its error from the spread
    /// between replicates.
    ///
    /// `None` unless both sides have values, in at least two replicates.
    pub fn difference(&self) -> Option<MeanDifference> {
        let (a_mean, a) = residuals(&self.a)?;
        let (b_mean, b) = residuals(&self.b)?;
        let residuals = std::array::from_fn(|m| b[m] - a[m]);
        let used = self.used();
        let seen = error_of_residuals(&residuals, used)?;
        let degrees_of_freedom = (used - 1) as f64;
        let (difference, std_error) = without_rounding(b_mean - a_mean, seen, self.size());
        let half = t95(degrees_of_freedom) * std_error;
        Some(MeanDifference {
            difference,
            std_error,
            ci95: [difference - half, difference + half],
            p_value: if std_error > 0.0 {
                two_sided(difference / std_error, degrees_of_freedom)
            } else {
                f64::from(difference == 0.0)
            },
            degrees_of_freedom,
        })
    }
}

impl super::Merge for MeanPair {
    fn merge(mut self, right: Self) -> Self {
        MeanPair::merge(&mut self, &right);
        self
    }
}

/// Mean of a side and what each replicate adds to it; `None` without values.
pub(super) fn residuals(side: &[Sum; REPLICATES]) -> Option<(f64, [f64; REPLICATES])> {
    let values: u64 = side.iter().map(|s| s.values).sum();
    if values == 0 {
        return None;
    }
    let n = values as f64;
    let mean = side.iter().map(|s| s.sum).sum::<f64>() / n;
    Some((mean, side.map(|s| (s.sum - mean * s.values as f64) / n)))
}

/// The same of counts and sums by replicate.
pub(super) fn residuals_of(
    values: &[u64; REPLICATES],
    sums: &[f64; REPLICATES],
) -> Option<(f64, [f64; REPLICATES])> {
    residuals(&std::array::from_fn(|m| Sum {
        values: values[m],
        sum: sums[m],
    }))
}

/// P-values adjusted so that the chance of calling any true null false stays at the level of a
/// single test (Holm 1979).
///
/// In the order given; each at least as large as before, at most 1. NaN counts as 1.
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    let known: Vec<f64> = p_values
        .iter()
        .map(|p| if p.is_nan() { 1.0 } else { *p })
        .collect();
    order.sort_by(|i, j| known[*i].total_cmp(&known[*j]));
    let mut adjusted = vec![1.0; known.len()];
    let mut largest = 0.0f64;
    for (rank, i) in order.into_iter().enumerate() {
        largest = largest.max((known.len() - rank) as f64 * known[i]).min(1.0);
        adjusted[i] = largest;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng};
    use rand_distr::{Beta, Binomial, Distribution, Normal, StandardNormal};
    use rand_xoshiro::Xoshiro256PlusPlus;

    /// Two scenarios with common random numbers; `effect` raises the chance in draws whose
    /// parameter is high.
    fn run(draws: usize, effect: f64, seed: u64) -> PairTable {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
        let mut table = PairTable::new(64);
        let chance = Beta::new(3.0, 7.0).unwrap();
        for k in 0..draws {
            let p = random.sample(chance);
            let (mut a, mut only_b) = (0, 0);
            for _ in 0..64 {
                let u: f64 = random.random();
                a += u32::from(u < p);
                only_b += u32::from(u >= p && u < p + 2.0 * effect * p);
            }
            table.add_draw(k % REPLICATES, a, a + only_b, 0, only_b);
        }
        table
    }

    #[test]
    fn the_difference_is_of_the_other_from_the_base() {
        let found = run(160, 0.1, 1).difference();
        assert!(found.difference > 0.0 && found.ci95[0] > 0.0 && found.p_value < 1e-6);
    }

    #[test]
    fn swapping_the_scenarios_turns_the_sign_and_nothing_else() {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(2);
        let (mut forth, mut back) = (PairTable::new(8), PairTable::new(8));
        for k in 0..160 {
            let [both, only_a, only_b] = [(3, 0.5), (3, 0.3), (2, 0.2)]
                .map(|(n, p)| random.sample(Binomial::new(n, p).unwrap()) as u32);
            forth.add_draw(k % 16, both + only_a, both + only_b, only_a, only_b);
            back.add_draw(k % 16, both + only_b, both + only_a, only_b, only_a);
        }
        let (forth, back) = (forth.difference(), back.difference());
        assert_eq!(forth.difference, -back.difference);
        assert_eq!(forth.std_error, back.std_error);
        assert_eq!(forth.ci95, [-back.ci95[1], -back.ci95[0]]);
        assert_eq!(forth.p_value, back.p_value);
    }

    #[test]
    fn no_discordance_seen_is_not_no_difference_unless_the_programs_are_one() {
        let mut table = PairTable::new(64);
        (0..160).for_each(|k| table.add_draw(k % 16, 20, 20, 0, 0));
        let found = table.difference();
        assert_eq!(
            (found.difference, found.std_error, found.p_value),
            (0.0, 0.0, 1.0)
        );
        assert!(found.ci95[0] < 0.0 && found.ci95[1] > 0.0 && found.ci95[1] < 0.001);
        assert!(found.shown_error() > 0.0 && found.shown_error() < found.ci95[1]);
        assert_eq!(PairedDifference::of_identical_programs().shown_error(), 0.0);
        assert_eq!(PairedDifference::of_identical_programs().ci95, [0.0, 0.0]);
    }

    #[test]
    fn tiny_or_degenerate_tables_stay_finite() {
        let mut swaps = PairTable::new(4);
        (0..160).for_each(|k| swaps.add_draw(k % 16, 2, 2, 1, 1));
        let mut single = PairTable::new(4);
        single.add_draw(0, 2, 1, 2, 1);
        // Draws that all swap two trials: strata may fix that, or chance; the trials count as
        // independent.
        for (table, widest) in [(swaps, 0.12), (single, 2.0), (PairTable::new(4), 2.0)] {
            let found = table.difference();
            assert!(
                found.ci95[0] <= found.difference && found.difference <= found.ci95[1],
                "{found:?}"
            );
            assert!(found.ci95[1] - found.ci95[0] <= widest, "{found:?}");
            assert!(
                (0.0..=1.0).contains(&found.p_value) && found.std_error.is_finite(),
                "{found:?}"
            );
        }
    }

    #[test]
    fn paired_intervals_cover_the_true_difference() {
        // Effects vary with the parameter; E p = 0.3, so the true difference is 0.06 (p + 0.2 p < 1
        // nearly always).
        let covered = (0..1000)
            .filter(|seed| {
                let [low, high] = run(48, 0.1, *seed).difference().ci95;
                low <= 0.06 && 0.06 <= high
            })
            .count();
        assert!((920..=985).contains(&covered), "{covered} of 1000");
    }

    #[test]
    fn a_metric_differs_from_itself_by_exactly_nothing() {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(3);
        let mut pair = MeanPair::new();
        for k in 0..64 {
            let values: Vec<f64> = (0..8)
                .map(|_| {
                    if random.random_bool(0.2) {
                        f64::NAN
                    } else {
                        random.sample(StandardNormal)
                    }
                })
                .collect();
            pair.add_draw(k % 16, 8, &values, &values);
        }
        let found = pair.difference().unwrap();
        assert_eq!(
            (found.difference, found.std_error, found.ci95, found.p_value),
            (0.0, 0.0, [0.0, 0.0], 1.0)
        );
        assert_eq!(MeanPair::new().difference(), None);
    }

    #[test]
    fn paired_means_cover_their_difference_and_gain_by_pairing() {
        let (mut covered, mut stated) = (0, 0.0);
        for seed in 0..500 {
            let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
            let mut pair = MeanPair::new();
            for k in 0..32 {
                let level = Normal::new(random.sample(StandardNormal), 1.0).unwrap();
                let a: Vec<f64> = level.sample_iter(&mut random).take(8).collect();
                let gap = Normal::new(0.5, 0.1).unwrap();
                let b: Vec<f64> = a.iter().map(|x| x + random.sample(gap)).collect();
                pair.add_draw(k % 16, 8, &a, &b);
            }
            let found = pair.difference().unwrap();
            covered += u32::from(found.ci95[0] <= 0.5 && 0.5 <= found.ci95[1]);
            stated += found.std_error / 500.0;
        }
        assert!(covered >= 457, "{covered} of 500");
        assert!(
            (stated - 0.1 / 16.0).abs() < 0.0005,
            "{stated}: 256 pairs with differences of sd 0.1"
        );
    }

    #[test]
    fn holm_keeps_the_order_and_never_passes_one() {
        assert_eq!(holm(&[0.04, 0.01, 0.03]), [0.06, 0.03, 0.06]);
        assert_eq!(holm(&[0.9, f64::NAN, 0.8]), [1.0, 1.0, 1.0]);
        assert!(holm(&[]).is_empty());
    }
}
