//! Which uncertain input moves a probability: first-order indices from the draws of a run, without
//! further trials.
//!
//! Takes, draw by draw, the bin of each input (twenty of equal probability) and the hits of each
//! target; gives the share of the epistemic variance of p(θ) that knowing one input would take
//! away, `Var(E[p | input]) / Var(p)`, with its error, and the averages of p in the outermost bins.
//! This is the given-data estimate by classes (Plischke, Borgonovo & Smith 2013), freed of what
//! chance adds to the spread between classes as in an analysis of variance. Counts are integers and
//! merge in any order.

use super::epistemic::EpistemicStatus;
use super::proportion::{HitTable, Proportion};
use super::replicate::REPLICATES;
use super::stored::{Store, Stored, Unreadable};
use crate::math::special::f_survival;

/// Bins of equal probability into which an input's range is cut.
pub const BINS_OF_INPUT: usize = 20;

/// The bin that a probability level lies in.
pub fn bin_of_input(u: f64) -> u8 {
    (u * BINS_OF_INPUT as f64).clamp(0.0, BINS_OF_INPUT as f64 - 1.0) as u8
}

/// Bins that are taken together for so many draws; `None` if these are too few for four bins.
pub(super) fn joined(draws: u64) -> Option<usize> {
    (1..=BINS_OF_INPUT / FEWEST_BINS)
        .filter(|joined| BINS_OF_INPUT.is_multiple_of(*joined))
        .find(|joined| draws * *joined as u64 / BINS_OF_INPUT as u64 >= LEAST_IN_BIN)
}

/// Draws that a bin has on average at least, or bins are joined.
const LEAST_IN_BIN: u64 = 32;
/// Fewest bins that show anything.
const FEWEST_BINS: usize = 4;
/// Fewest draws of which anything is told.
pub const FEWEST_DRAWS: u64 = FEWEST_BINS as u64 * LEAST_IN_BIN;

/// Hits of some targets by bin of each input.
#[derive(Clone, Debug, PartialEq)]
pub struct InputTable {
    inputs: usize,
    targets: usize,
    /// By replicate, input and bin.
    draws: Vec<u32>,
    /// By replicate, input, bin and target.
    hits: Vec<u64>,
}

/// What one input says of one target.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FirstOrder {
    /// Share of the epistemic variance, at least 0 and at most 1.
    pub share: f64,
    pub std_error: f64,
    /// Of no connection (F test).
    pub p_value: f64,
    /// Share of the draws in each of the outermost bins.
    pub tail: f64,
    /// Probability where the input is lowest.
    pub low: Proportion,
    /// Probability where it is highest.
    pub high: Proportion,
}

impl Stored for InputTable {
    fn store(&mut self, store: &mut Store<'_>) -> Result<(), Unreadable> {
        let Self {
            inputs: _,
            targets: _,
            draws,
            hits,
        } = self;
        store.small_counts(draws)?;
        store.counts(hits)
    }
}

impl InputTable {
    pub fn new(inputs: usize, targets: usize) -> Self {
        let cells = REPLICATES * inputs * BINS_OF_INPUT;
        Self {
            inputs,
            targets,
            draws: vec![0; cells],
            hits: vec![0; cells * targets],
        }
    }

    /// Takes in one draw: the bin of each input, and the hits of each target.
    pub fn add_draw(&mut self, replicate: usize, bins: &[u8], hits: &[u64]) {
        debug_assert_eq!((bins.len(), hits.len()), (self.inputs, self.targets));
        for (input, bin) in bins.iter().enumerate() {
            let cell = self.cell(replicate, input, usize::from(*bin));
            self.draws[cell] += 1;
            let row = &mut self.hits[cell * self.targets..][..self.targets];
            row.iter_mut()
                .zip(hits)
                .for_each(|(all, more)| *all += more);
        }
    }

    /// Takes in all that `other`, a table of the same shape, has seen.
    pub fn merge(&mut self, other: &Self) {
        (self.draws.iter_mut().zip(&other.draws)).for_each(|(a, b)| *a += b);
        (self.hits.iter_mut().zip(&other.hits)).for_each(|(a, b)| *a += b);
    }

    fn cell(&self, replicate: usize, input: usize, bin: usize) -> usize {
        (replicate * self.inputs + input) * BINS_OF_INPUT + bin
    }

    /// What an input says of a target, whose own table is `of`.
    ///
    /// `None` where no epistemic spread is beyond chance, or the draws are too few for four bins.
    pub fn first_order(&self, input: usize, target: usize, of: &HitTable) -> Option<FirstOrder> {
        if of.components(&of.totals(None))?.status() == EpistemicStatus::NotDetected {
            return None;
        }
        let joined = joined(of.draws())?;
        let bins = self.by_bin(input, target, joined);
        let (whole, p_value) = share(&bins, of, None)?;
        let parts: Vec<f64> = (0..REPLICATES)
            .filter(|m| bins.iter().any(|bin| bin.draws[*m] > 0))
            .filter_map(|m| Some(share(&bins, of, Some(m))?.0))
            .collect();
        let n = parts.len() as f64;
        let mean = parts.iter().sum::<f64>() / n;
        let squares: f64 = parts.iter().map(|part| (part - mean) * (part - mean)).sum();
        let end = |bin: &Bin| {
            let trials = bin.draws.map(|draws| draws * of.trials_per_draw as u64);
            Proportion::of(&bin.hits, &trials, bin.draws.iter().sum())
        };
        Some(FirstOrder {
            share: whole.clamp(0.0, 1.0),
            std_error: ((n - 1.0) / n * squares).sqrt(),
            p_value,
            tail: joined as f64 / BINS_OF_INPUT as f64,
            low: end(bins.first()?),
            high: end(bins.last()?),
        })
    }

    /// Draws and hits by bin and replicate, so many bins taken together.
    fn by_bin(&self, input: usize, target: usize, joined: usize) -> Vec<Bin> {
        (0..BINS_OF_INPUT)
            .step_by(joined)
            .map(|first| {
                let mut bin = Bin {
                    draws: [0; REPLICATES],
                    hits: [0; REPLICATES],
                };
                for replicate in 0..REPLICATES {
                    for part in first..first + joined {
                        let cell = self.cell(replicate, input, part);
                        bin.draws[replicate] += u64::from(self.draws[cell]);
                        bin.hits[replicate] += self.hits[cell * self.targets + target];
                    }
                }
                bin
            })
            .collect()
    }
}

struct Bin {
    draws: [u64; REPLICATES],
    hits: [u64; REPLICATES],
}

/// Share of the epistemic variance that lies between bins, and the p-value of there being none; all
/// replicates, or all but one.
fn share(bins: &[Bin], of: &HitTable, without: Option<usize>) -> Option<(f64, f64)> {
    let totals = of.totals(without);
    let between = of.components(&totals)?.between();
    let sum = |counts: &[u64; REPLICATES]| {
        let left_out = without.map_or(0, |m| counts[m]);
        (counts.iter().sum::<u64>() - left_out) as f64
    };
    let (mut used, mut of_means) = (0.0, 0.0);
    for bin in bins {
        let (n, hits) = (sum(&bin.draws), sum(&bin.hits));
        if n > 0.0 {
            used += 1.0;
            of_means += hits * hits / n;
        }
    }
    let (n, hits) = (totals.draws as f64, totals.hits as f64);
    if !(between > 0.0 && used >= 2.0 && n > used) {
        return None;
    }
    let among = (of_means - hits * hits / n).max(0.0);
    let within = (totals.draw_squares as f64 - of_means).max(0.0) / (n - used);
    let variance = (among - (used - 1.0) * within) / n;
    let r = of.trials_per_draw as f64;
    let p_value = if within > 0.0 {
        f_survival(among / (used - 1.0) / within, used - 1.0, n - used)
    } else {
        0.0
    };
    Some((variance / (r * r) / between, p_value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estimate::groups;
    use rand::RngExt;
    use rand::SeedableRng;
    use rand_xoshiro::Xoshiro256PlusPlus;

    const TRIALS: usize = 64;

    /// A run of so many draws with three inputs: p(θ) is known, and trials are independent given θ.
    fn run(seed: u64, draws: usize, p: impl Fn([f64; 3]) -> f64) -> (InputTable, HitTable) {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let mut table = InputTable::new(3, 1);
        let mut of = HitTable::new(TRIALS, groups(TRIALS), 1);
        for draw in 0..draws {
            let theta: [f64; 3] = std::array::from_fn(|_| rng.random());
            let chance = p(theta);
            let by_group: Vec<u32> = (0..groups(TRIALS))
                .map(|_| {
                    (0..TRIALS / groups(TRIALS))
                        .filter(|_| rng.random::<f64>() < chance)
                        .count() as u32
                })
                .collect();
            let bins = theta.map(|u| (u * BINS_OF_INPUT as f64) as u8);
            of.add_draw(draw % REPLICATES, &by_group);
            let hits: u32 = by_group.iter().sum();
            table.add_draw(draw % REPLICATES, &bins, &[u64::from(hits)]);
        }
        (table, of)
    }

    /// For p = .2 + .3 a + .1 b the shares are .9 and .1 (less what varies within bins, a 400th),
    /// for the product of two centred inputs they are nil. Errors cover: of 60 runs, the mean of
    /// (estimate - truth) / error lies within 3.5 / sqrt(60) of 0.
    #[test]
    fn shares_are_those_of_the_closed_form_and_errors_cover() {
        for draws in [320, 1600] {
            let mut z = [Vec::new(), Vec::new()];
            for seed in 0..60 {
                let (table, of) = run(seed, draws, |[a, b, _]| 0.2 + 0.3 * a + 0.1 * b);
                for (input, truth) in [0.9, 0.1].into_iter().enumerate() {
                    let found = table.first_order(input, 0, &of).expect("there is a spread");
                    z[input].push((found.share - truth) / found.std_error);
                }
            }
            for z in z {
                let mean = z.iter().sum::<f64>() / 60.0;
                let rms = (z.iter().map(|z| z * z).sum::<f64>() / 60.0).sqrt();
                assert!(mean.abs() < 0.45, "{draws}: mean z {mean}");
                assert!((0.6..1.5).contains(&rms), "{draws}: rms z {rms}");
            }
        }
    }

    /// 200 runs in which the third input does nothing: its F test at 5% lets through 5% of them,
    /// within 3 standard errors (1.5% each).
    #[test]
    fn an_input_that_does_nothing_is_not_detected() {
        let mut detected = 0;
        for seed in 0..200 {
            let (table, of) = run(1000 + seed, 320, |[a, b, _]| 0.1 + 0.5 * a * b);
            let found = table.first_order(2, 0, &of).expect("there is a spread");
            detected += u32::from(found.p_value < 0.05);
        }
        assert!((1..=20).contains(&detected), "{detected} of 200");
    }

    #[test]
    fn interactions_are_no_first_order_effect() {
        let (table, of) = run(5, 3200, |[a, b, _]| 0.5 + 1.2 * (a - 0.5) * (b - 0.5));
        for input in 0..3 {
            let found = table.first_order(input, 0, &of).expect("there is a spread");
            assert!(found.share < 4.0 * found.std_error, "{found:?}");
        }
    }

    #[test]
    fn the_outermost_bins_tell_the_ends() {
        let (table, of) = run(9, 3200, |[a, _, _]| 0.2 + 0.6 * a);
        let found = table.first_order(0, 0, &of).expect("there is a spread");
        assert_eq!(found.tail, 0.05);
        for (end, truth) in [(found.low, 0.215), (found.high, 0.785)] {
            let z = (end.probability - truth) / end.std_error;
            assert!(z.abs() < 3.5, "{z}");
        }
        assert!(found.share > 0.98, "{found:?}");
    }

    #[test]
    fn without_a_spread_there_is_nothing_to_explain() {
        let (table, of) = run(3, 320, |_| 0.3);
        assert_eq!(table.first_order(0, 0, &of), None);
    }
}
