//! Probability of a yes/no property of trials: an outcome's rule, a question.
//!
//! Takes the hits of each draw by group, and hits by start trend, in integers that merge in any
//! order. Gives the probability with its Monte Carlo error, its value under each start trend,
//! and its value under other weights. The epistemic interval is read off the same table in
//! [`epistemic`](super::epistemic).

use super::interval::{floored, t95, wilson};
use super::replicate::{REPLICATES, error_of_residuals, hit_residuals, occupied};
use super::reweight::{Reweighted, WeightedHits, reweighted_share};
use super::stored::{Store, Stored, Unreadable};

/// Groups that the trials of a draw form; each takes its start trends systematically on its own, so
/// that the groups of a draw show what chance does inside it. At most 8, and 1 for one trial a
/// draw.
///
/// Groups are of equal size when `trials_per_draw` is a multiple of their number; other sizes are
/// corrected for.
pub fn groups(trials_per_draw: usize) -> usize {
    match trials_per_draw {
        16.. => 8,
        8.. => 4,
        few => few.max(1),
    }
}

/// What is kept of the hits of one property: a few kilobytes, whatever the number of trials.
#[derive(Clone, Debug, PartialEq)]
pub struct HitTable {
    pub(super) trials_per_draw: usize,
    pub(super) groups: usize,
    trends: usize,
    /// `histogram[m * (R + 1) + c]`: draws of replicate m with c hits.
    histogram: Vec<u64>,
    /// Sum of squared hits of a group, by replicate.
    squares: [u64; REPLICATES],
    /// `[m * trends + z]`.
    hits: Vec<u64>,
    trials: Vec<u64>,
}

/// A probability with its Monte Carlo error; chance and parameter draws are both in it, the
/// epistemic spread is not.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Proportion {
    pub probability: f64,
    /// Where all or no trials hit: the standard error that an interval of this length would have.
    pub std_error: f64,
    /// Of positive width also when no trial hit. Within `[0, 1]`.
    pub ci95: [f64; 2],
    /// Of Student's t behind `ci95`.
    pub degrees_of_freedom: f64,
    /// Design effect: variance over that of as many independent trials.
    pub deff: f64,
    /// Independent trials that would say as much.
    effective: f64,
}

/// A probability among the trials that start under one trend.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TrendShare {
    /// `None`: no trial started under this trend.
    pub probability: Option<f64>,
    /// `None`: trials in fewer than two replicates. Where all or none of its trials hit, that of an
    /// interval of this length.
    pub std_error: Option<f64>,
    /// Of positive width also when no trial hit. Within `[0, 1]`; `None` as `std_error`.
    pub ci95: Option<[f64; 2]>,
    /// By replicate.
    pub hits: [u64; REPLICATES],
    /// By replicate.
    pub trials: [u64; REPLICATES],
}

/// Sums over the draws of some replicates.
#[derive(Clone, Debug, Default)]
pub(super) struct Totals {
    pub draws: u64,
    pub hits: u64,
    /// Sum of the squared hits of a draw.
    pub draw_squares: u128,
    /// Sum of the squared hits of a group.
    pub group_squares: u64,
    /// Draws with c hits, for each c.
    pub draws_with: Vec<u64>,
}

impl Stored for HitTable {
    fn store(&mut self, store: &mut Store<'_>) -> Result<(), Unreadable> {
        let Self {
            trials_per_draw: _,
            groups: _,
            trends: _,
            histogram,
            squares,
            hits,
            trials,
        } = self;
        store.counts(histogram)?;
        store.counts(squares)?;
        store.counts(hits)?;
        store.counts(trials)
    }
}

impl HitTable {
    /// An empty table for draws of `trials_per_draw` trials in `groups` groups, which start under
    /// one of `trends` trends.
    pub fn new(trials_per_draw: usize, groups: usize, trends: usize) -> Self {
        Self {
            trials_per_draw,
            groups,
            trends,
            histogram: vec![0; REPLICATES * (trials_per_draw + 1)],
            squares: [0; REPLICATES],
            hits: vec![0; REPLICATES * trends],
            trials: vec![0; REPLICATES * trends],
        }
    }

    /// Takes in one draw of `replicate`: the hits in each of its groups, at most `trials_per_draw`
    /// in all.
    pub fn add_draw(&mut self, replicate: usize, group_hits: &[u32]) {
        debug_assert_eq!(group_hits.len(), self.groups);
        let hits: u32 = group_hits.iter().sum();
        self.histogram[replicate * (self.trials_per_draw + 1) + hits as usize] += 1;
        self.squares[replicate] += group_hits
            .iter()
            .map(|h| u64::from(*h) * u64::from(*h))
            .sum::<u64>();
    }

    /// Takes in hits and trials of `replicate` that started under `trend`.
    pub fn add_trend(&mut self, replicate: usize, trend: usize, hits: u64, trials: u64) {
        self.hits[replicate * self.trends + trend] += hits;
        self.trials[replicate * self.trends + trend] += trials;
    }

    /// Takes in all that `other`, a table of the same shape, has seen. The order of merging does
    /// not matter.
    pub fn merge(&mut self, other: &Self) {
        debug_assert_eq!(
            (self.trials_per_draw, self.groups, self.trends),
            (other.trials_per_draw, other.groups, other.trends)
        );
        let add = |to: &mut [u64], from: &[u64]| to.iter_mut().zip(from).for_each(|(a, b)| *a += b);
        add(&mut self.histogram, &other.histogram);
        add(&mut self.squares, &other.squares);
        add(&mut self.hits, &other.hits);
        add(&mut self.trials, &other.trials);
    }

    /// A table with the sums of `[c, draws with c hits]` by replicate and the squared group hits by
    /// replicate.
    #[cfg(test)]
    pub(super) fn from_sums(
        mut empty: Self,
        draws_with: &[Vec<[u64; 2]>],
        group_squares: &[u64],
    ) -> Self {
        for (m, counts) in draws_with.iter().enumerate() {
            for [c, draws] in counts {
                empty.histogram[m * (empty.trials_per_draw + 1) + *c as usize] += draws;
            }
            empty.squares[m] += group_squares[m];
        }
        empty
    }

    pub fn trials(&self) -> u64 {
        self.draws() * self.trials_per_draw as u64
    }

    pub fn draws(&self) -> u64 {
        self.histogram.iter().sum()
    }

    pub fn hits(&self) -> u64 {
        self.by_replicate().0.iter().sum()
    }

    /// Hits and trials by replicate.
    fn by_replicate(&self) -> ([u64; REPLICATES], [u64; REPLICATES]) {
        let mut hits = [0; REPLICATES];
        let mut trials = [0; REPLICATES];
        for (m, row) in self
            .histogram
            .chunks_exact(self.trials_per_draw + 1)
            .enumerate()
        {
            hits[m] = row.iter().zip(0u64..).map(|(draws, c)| draws * c).sum();
            trials[m] = row.iter().sum::<u64>() * self.trials_per_draw as u64;
        }
        (hits, trials)
    }

    /// Whether `replicate` has draws.
    pub(super) fn has_draws(&self, replicate: usize) -> bool {
        self.by_replicate().1[replicate] > 0
    }

    /// Sums over all replicates, or all but one.
    pub(super) fn totals(&self, without: Option<usize>) -> Totals {
        let mut totals = Totals {
            draws_with: vec![0; self.trials_per_draw + 1],
            ..Totals::default()
        };
        for (m, row) in self
            .histogram
            .chunks_exact(self.trials_per_draw + 1)
            .enumerate()
        {
            if without == Some(m) {
                continue;
            }
            totals.group_squares += self.squares[m];
            totals
                .draws_with
                .iter_mut()
                .zip(row)
                .for_each(|(all, one)| *all += one);
        }
        for (draws, c) in totals.draws_with.iter().zip(0u64..) {
            totals.draws += draws;
            totals.hits += draws * c;
            totals.draw_squares += u128::from(draws * c) * u128::from(c);
        }
        totals
    }

    /// The probability, its standard error and its 95% interval.
    pub fn estimate(&self) -> Proportion {
        let (hits, trials) = self.by_replicate();
        Proportion::of(&hits, &trials, self.draws())
    }

    /// The probability under each start trend, in the order of trends, with errors widened by this
    /// factor ([`Proportion::widened`]).
    pub fn by_trend(&self, caution: f64) -> Vec<TrendShare> {
        let column = |table: &[u64], z: usize| std::array::from_fn(|m| table[m * self.trends + z]);
        (0..self.trends)
            .map(|z| {
                let (hits, trials) = (column(&self.hits, z), column(&self.trials, z));
                let n: u64 = trials.iter().sum();
                let told = (occupied(&trials) >= 2)
                    .then(|| Proportion::of(&hits, &trials, self.draws()).widened(caution));
                TrendShare {
                    probability: (n > 0).then(|| hits.iter().sum::<u64>() as f64 / n as f64),
                    std_error: told.map(|told| told.std_error),
                    ci95: told.map(|told| told.ci95),
                    hits,
                    trials,
                }
            })
            .collect()
    }

    /// The probability if trials started under the trends with other `weights` (any scale).
    ///
    /// `None` if `weights` are not one non-negative number a trend with a positive sum, or if a
    /// trend of positive weight has too few trials for an estimate with an error.
    pub fn reweighted(&self, weights: &[f64]) -> Option<Reweighted> {
        let sum: f64 = weights.iter().sum();
        let valid = weights.iter().all(|w| *w >= 0.0) && sum > 0.0 && sum.is_finite();
        if weights.len() != self.trends || !valid {
            return None;
        }
        let parts: Vec<WeightedHits> = (self.by_trend(1.0).iter().zip(weights))
            .map(|(share, weight)| WeightedHits {
                weight: weight / sum,
                hits: share.hits,
                trials: share.trials,
            })
            .collect();
        reweighted_share(&parts, self.draws(), 1.0)
    }
}

impl Totals {
    /// Variance between draws of the share of hits in a draw, chance inside the draws included.
    /// `None` below two draws.
    ///
    /// Taken in integers up to the last division, so that equal draws give exactly zero.
    pub fn draw_variance(&self, trials_per_draw: usize) -> Option<f64> {
        if self.draws < 2 {
            return None;
        }
        let hits = u128::from(self.hits);
        let deviations = (u128::from(self.draws) * self.draw_squares - hits * hits) as f64;
        let r = trials_per_draw as f64;
        let k = self.draws as f64;
        Some(deviations / (k * (k - 1.0)) / (r * r))
    }
}

impl Proportion {
    /// The share of `hits` in `trials`, both by replicate, which come from `draws` draws: the one
    /// rule for every share of trials.
    ///
    /// The standard error is the spread between replicates, which sees what the design gains and
    /// what trials of a draw have in common; the interval is Wilson's on the number of independent
    /// trials that it amounts to, with Student's t. Where fewer than 32 trials of the rarer kind
    /// were seen, or the replicates agree exactly, trials count as independent at best. When all or
    /// no trials hit, the design effect is that of a p(θ) spread as a gamma distribution with
    /// coefficient of variation 3, for which the exact bound is known. Without trials, or with
    /// those of a single replicate, the result is finite and says next to nothing.
    pub fn of(hits: &[u64; REPLICATES], trials: &[u64; REPLICATES], draws: u64) -> Self {
        let n: u64 = trials.iter().sum();
        let hit: u64 = hits.iter().sum();
        if n == 0 {
            return Self::unknown();
        }
        let p = hit as f64 / n as f64;
        let rarer = hit.min(n - hit);
        if rarer == 0 {
            // A draw with several of these trials is still one draw.
            return Self::unanimous(p, n as f64, draws.min(n).max(1));
        }
        let (residuals, used) = hit_residuals(hits, trials);
        let of_one = p * (1.0 - p);
        let independent = of_one / n as f64;
        let (variance, degrees_of_freedom) = match error_of_residuals(&residuals, used) {
            Some(seen) => (floored(seen * seen, rarer, independent), used as f64 - 1.0),
            // A single replicate: its trials may all hang together, and then they are a single one.
            None => (of_one, 1.0),
        };
        let deff = variance / independent;
        Self {
            probability: p,
            std_error: variance.sqrt(),
            ci95: wilson(p, n as f64 / deff, t95(degrees_of_freedom)),
            degrees_of_freedom,
            deff,
            effective: n as f64 / deff,
        }
    }

    /// Nothing simulated.
    fn unknown() -> Self {
        Self {
            probability: 0.5,
            std_error: 0.5,
            ci95: [0.0, 1.0],
            degrees_of_freedom: 1.0,
            deff: 1.0,
            effective: 1.0,
        }
    }

    /// Independent trials that would say as much.
    pub fn effective(&self) -> f64 {
        self.effective
    }

    /// The same with a standard error that is larger by `factor`, and an interval to match.
    pub fn widened(self, factor: f64) -> Self {
        if factor == 1.0 {
            return self;
        }
        let effective = self.effective / (factor * factor);
        let q = t95(self.degrees_of_freedom);
        let ci95 = wilson(self.probability, effective, q);
        let is_unanimous = self.probability <= 0.0 || self.probability >= 1.0;
        Self {
            std_error: if is_unanimous {
                (ci95[1] - ci95[0]) / (2.0 * q)
            } else {
                self.std_error * factor
            },
            ci95,
            deff: self.deff * factor * factor,
            effective,
            ..self
        }
    }

    /// All (`p` = 1) or none (`p` = 0) of `n` trials in `draws` draws hit.
    pub(super) fn unanimous(p: f64, n: f64, draws: u64) -> Self {
        // 9 ln 40: a gamma distribution with coefficient of variation 3 has shape 1/9.
        let x = 33.2 / draws as f64;
        let deff = libm::expm1(x) / x;
        let degrees_of_freedom = (draws as f64 - 1.0).max(1.0);
        let q = t95(degrees_of_freedom);
        let ci95 = wilson(p, n / deff, q);
        Self {
            probability: p,
            std_error: (ci95[1] - ci95[0]) / (2.0 * q),
            ci95,
            degrees_of_freedom,
            deff,
            effective: n / deff,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(r: usize, draws: &[(usize, &[u32])]) -> HitTable {
        let mut table = HitTable::new(r, groups(r), 1);
        draws.iter().for_each(|(m, hits)| table.add_draw(*m, hits));
        table
    }

    #[test]
    fn merged_parts_equal_the_whole() {
        let draws: Vec<(usize, [u32; 4])> = (0..40u32)
            .map(|k| (k as usize % 16, [k % 3, k % 2, 0, k % 2]))
            .collect();
        let mut whole = HitTable::new(8, 4, 2);
        let mut parts = [whole.clone(), whole.clone()];
        for (i, (m, hits)) in draws.iter().enumerate() {
            for table in [&mut whole, &mut parts[i % 2]] {
                table.add_draw(*m, hits);
                table.add_trend(*m, i % 2, 1, 4);
            }
        }
        let [mut left, right] = parts;
        left.merge(&right);
        assert_eq!(left, whole);
        assert_eq!((whole.draws(), whole.trials()), (40, 320));
        assert_eq!(
            whole.hits(),
            draws
                .iter()
                .flat_map(|(_, h)| h)
                .map(|h| u64::from(*h))
                .sum::<u64>()
        );
    }

    #[test]
    fn tiny_runs_give_finite_and_humble_answers() {
        for r in [1, 2, 5, 8, 20, 64] {
            let g = groups(r);
            let zeros = vec![0; g];
            let mut one = zeros.clone();
            one[0] = 1;
            for k in [0, 1, 2, 16] {
                for hits in [&zeros, &one] {
                    let draws: Vec<(usize, &[u32])> = (0..k)
                        .map(|i| (i % 16, if i == 0 { &hits[..] } else { &zeros[..] }))
                        .collect();
                    let p = table(r, &draws).estimate();
                    let all = [
                        p.probability,
                        p.std_error,
                        p.ci95[0],
                        p.ci95[1],
                        p.deff,
                        p.degrees_of_freedom,
                    ];
                    assert!(all.iter().all(|x| x.is_finite()), "R {r}, K {k}: {p:?}");
                    assert!(p.ci95[0] <= p.probability && p.probability <= p.ci95[1]);
                    assert!(
                        p.ci95[1] - p.ci95[0] > 1.0 / (2 + k * r) as f64,
                        "R {r}, K {k}: {p:?}"
                    );
                    assert!(p.std_error > 0.0);
                }
            }
        }
    }

    #[test]
    fn replicates_that_agree_make_no_share_certain() {
        // Two of four in every draw: strata may fix the share, or nearly; counts cannot tell.
        let draws: Vec<(usize, &[u32])> = (0..160).map(|k| (k % 16, &[1, 1, 0, 0][..])).collect();
        let p = table(4, &draws).estimate();
        assert_eq!(p.probability, 0.5);
        assert_eq!(p.std_error, (0.25f64 / 640.0).sqrt());
        assert!(p.ci95[0] < 0.47 && p.ci95[1] > 0.53);
    }

    #[test]
    fn a_trend_under_which_no_trial_or_every_trial_hit_is_not_certain() {
        for (hits, p) in [(0, 0.0), (4, 1.0)] {
            let mut table = HitTable::new(8, 4, 2);
            for k in 0..160 {
                table.add_draw(k % 16, &[hits / 4, hits / 4, hits / 4, hits / 4]);
                table.add_trend(k % 16, 0, hits.into(), 4);
                table.add_trend(k % 16, 1, (k / 16 % 2) as u64, 4);
            }
            let shares = table.by_trend(1.0);
            let (std_error, [low, high]) = (shares[0].std_error.unwrap(), shares[0].ci95.unwrap());
            assert_eq!(shares[0].probability, Some(p));
            assert!(low <= p && p <= high);
            // 3.7 over the number of trials bounds a share never seen in independent trials;
            // hanging together widens it.
            let width = high - low;
            assert!((3.7 / 640.0..6.0 / 640.0).contains(&width), "{width}");
            assert!((std_error - width / (2.0 * t95(159.0))).abs() < 1e-12);

            // Replicates that agree to the last hit do not make a share exact.
            let [low, high] = shares[1].ci95.unwrap();
            assert!(low < 0.125 - 0.02 && high > 0.125 + 0.02);
        }
    }

    #[test]
    fn a_trend_without_trials_has_no_estimate() {
        let mut table = HitTable::new(4, 4, 3);
        for m in 0..16 {
            table.add_trend(m, 0, m as u64 % 2, 2);
        }
        table.add_trend(5, 2, 1, 2);
        let shares = table.by_trend(1.0);
        assert_eq!(shares[0].probability, Some(0.25));
        assert_eq!((shares[1].probability, shares[1].std_error), (None, None));
        assert_eq!(
            (shares[2].probability, shares[2].std_error),
            (Some(0.5), None)
        );
        assert_eq!(table.reweighted(&[1.0, 1.0, 0.0]), None);
        assert_eq!(table.reweighted(&[1.0, 0.0, 1.0]), None);
        let found = table.reweighted(&[3.0, 0.0, 0.0]).unwrap();
        assert_eq!((found.value, shares[0].probability), (0.25, Some(0.25)));
    }

    #[test]
    fn weights_that_are_no_weights_are_refused() {
        let mut table = HitTable::new(4, 4, 2);
        for m in 0..16 {
            table.add_trend(m, 0, 1, 2);
            table.add_trend(m, 1, 0, 2);
        }
        assert_eq!(table.reweighted(&[1.0, 3.0]).unwrap().value, 0.125);
        for weights in [
            &[1.0][..],
            &[0.0, 0.0],
            &[-1.0, 2.0],
            &[f64::NAN, 1.0],
            &[f64::INFINITY, 1.0],
        ] {
            assert_eq!(table.reweighted(weights), None, "{weights:?}");
        }
    }
}
