//! How far the difference of two probabilities depends on what is not known: its range over
//! parameter draws, which both scenarios share.
//!
//! Takes the differences of hits in the groups of each draw, under common random numbers; gives the
//! 5%-95% range of the difference p(θ) makes, free of chance inside the draws. Integers: parts
//! merge in any order.

use super::epistemic::{Components, Epistemic, LEAST_DRAWS};
use super::pulled::{DrawMeans, error_of_share};
use super::replicate::REPLICATES;

/// What is kept of the differences of the draws.
#[derive(Clone, Debug, PartialEq)]
pub struct ShiftTable {
    trials_per_draw: usize,
    groups: usize,
    /// `histogram[m * (2 R + 1) + d + R]`: draws of replicate m in which the second scenario has d
    /// hits more.
    histogram: Vec<u64>,
    /// Sum of squared differences of a group, by replicate.
    squares: [u64; REPLICATES],
}

/// Sums over the draws of some replicates.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    draws: i128,
    sum: i128,
    squares: i128,
    group_squares: i128,
}

impl ShiftTable {
    /// An empty table for draws of `trials_per_draw` trials in `groups` groups.
    pub fn new(trials_per_draw: usize, groups: usize) -> Self {
        Self {
            trials_per_draw,
            groups,
            histogram: vec![0; REPLICATES * (2 * trials_per_draw + 1)],
            squares: [0; REPLICATES],
        }
    }

    /// Takes in one draw of `replicate`: by how many hits the second scenario differs in each
    /// group.
    pub fn add_draw(&mut self, replicate: usize, group_differences: &[i32]) {
        debug_assert_eq!(group_differences.len(), self.groups);
        let difference: i32 = group_differences.iter().sum();
        let place = (difference + self.trials_per_draw as i32) as usize;
        self.histogram[replicate * (2 * self.trials_per_draw + 1) + place] += 1;
        let squares = group_differences
            .iter()
            .map(|d| u64::from(d.unsigned_abs()));
        self.squares[replicate] += squares.map(|d| d * d).sum::<u64>();
    }

    /// Takes in all that `other`, a table of the same shape, has seen.
    pub fn merge(&mut self, other: &Self) {
        (self.histogram.iter_mut().zip(&other.histogram)).for_each(|(a, b)| *a += b);
        (self.squares.iter_mut().zip(&other.squares)).for_each(|(a, b)| *a += b);
    }

    /// Differences with the number of draws that have them, of one replicate.
    fn row(&self, replicate: usize) -> impl Iterator<Item = (i128, u64)> {
        let size = 2 * self.trials_per_draw + 1;
        let r = self.trials_per_draw as i128;
        let row = &self.histogram[replicate * size..][..size];
        row.iter().zip(-r..).map(|(draws, d)| (d, *draws))
    }

    /// Sums over all replicates, or all but one.
    fn sums(&self, without: Option<usize>) -> Sums {
        let mut sums = Sums::default();
        for m in (0..REPLICATES).filter(|m| without != Some(*m)) {
            for (d, draws) in self.row(m).filter(|(_, draws)| *draws > 0) {
                let draws = i128::from(draws);
                sums.draws += draws;
                sums.sum += draws * d;
                sums.squares += draws * d * d;
            }
            sums.group_squares += i128::from(self.squares[m]);
        }
        sums
    }

    /// Variances of a draw's difference in probability, and their mean. `None` below two draws or
    /// two groups.
    fn components(&self, without: Option<usize>) -> Option<(Components, f64)> {
        let sums = self.sums(without);
        if self.groups < 2 || sums.draws < 2 {
            return None;
        }
        let r = self.trials_per_draw as f64;
        let (g, draws) = (self.groups as i128, sums.draws as f64);
        let total =
            (sums.draws * sums.squares - sums.sum * sums.sum) as f64 / (draws * (draws - 1.0));
        let inner_df = draws * (g - 1) as f64;
        // Groups of unequal size differ for that alone.
        let larger = self.trials_per_draw as i128 % g;
        let by_size = (larger * (g - larger) * sums.squares) as f64 / (r * r);
        let inner = ((g * sums.group_squares - sums.squares) as f64 - by_size) / inner_df;
        let components = Components {
            draws,
            total: total / (r * r),
            inner: inner.max(0.0) / (r * r),
            inner_df,
        };
        Some((components, sums.sum as f64 / draws / r))
    }

    /// The difference of a draw that this share of the draws does not exceed, as if each were
    /// spread evenly to half a hit on either side.
    fn quantile(&self, p: f64, draws: f64) -> f64 {
        let size = 2 * self.trials_per_draw + 1;
        let (r, wanted) = (self.trials_per_draw as f64, p.clamp(0.0, 1.0) * draws);
        let mut below = 0.0;
        for place in 0..size {
            let here: u64 = (0..REPLICATES)
                .map(|m| self.histogram[m * size + place])
                .sum();
            let here = here as f64;
            if here > 0.0 && below + here >= wanted {
                return (place as f64 - r - 0.5 + (wanted - below) / here) / r;
            }
            below += here;
        }
        1.0
    }

    /// The 5%-95% range of the difference over parameter draws. `uncertain`: some parameter or
    /// weight differs between draws.
    pub fn epistemic(&self, uncertain: bool) -> Epistemic {
        let sums = self.sums(None);
        let mean = sums.sum as f64 / (sums.draws.max(1) as f64 * self.trials_per_draw as f64);
        if !uncertain {
            return Epistemic::exact(mean);
        }
        let Some((components, centre)) = self.components(None) else {
            return Epistemic::not_separable();
        };
        if sums.draws < LEAST_DRAWS as i128 {
            return Epistemic::not_separable();
        }
        let draws = components.draws;
        let off = error_of_share(draws);
        let quantile = |p: f64| self.quantile(p, draws);
        let has_draws = |m: &usize| self.row(*m).any(|(_, draws)| draws > 0);
        DrawMeans {
            components,
            centre,
            quantiles: [0.05, 0.95].map(quantile),
            far: [0.02, 0.98].map(quantile),
            quantile_errors: [0.05, 0.95].map(|p| (quantile(p + off) - quantile(p - off)) / 2.0),
            left_out: (0..REPLICATES)
                .filter(has_draws)
                .filter_map(|m| self.components(Some(m)))
                .collect(),
        }
        .epistemic(mean, [-1.0, 1.0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estimate::{EpistemicStatus, groups};
    use rand::{RngExt, SeedableRng};
    use rand_distr::Distribution;
    use rand_xoshiro::Xoshiro256PlusPlus;

    const TRIALS: usize = 64;

    /// So many draws in which the second scenario hits besides with a chance that depends on a
    /// uniform parameter.
    fn run(seed: u64, draws: usize, more: impl Fn(f64) -> f64) -> ShiftTable {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
        let mut table = ShiftTable::new(TRIALS, groups(TRIALS));
        for draw in 0..draws {
            let chance = more(random.random());
            let law = rand_distr::Binomial::new(8, chance.abs()).expect("a chance");
            let by_group: Vec<i32> = (0..groups(TRIALS))
                .map(|_| law.sample(&mut random) as i32 * if chance < 0.0 { -1 } else { 1 })
                .collect();
            table.add_draw(draw % REPLICATES, &by_group);
        }
        table
    }

    /// A difference of -.05 to .25 by a uniform parameter has ends of -.035 and .235: within 2.13
    /// stated errors in nine of ten runs at least.
    #[test]
    fn the_ends_of_a_difference_lie_within_their_errors() {
        for draws in [320, 1600] {
            let mut far = 0;
            for seed in 0..60 {
                let found = run(seed, draws, |u| -0.05 + 0.3 * u).epistemic(true);
                assert_eq!(found.status, EpistemicStatus::Resolved, "{draws} draws");
                let (ends, errors) = (found.ends.expect("ends"), found.std_error.expect("errors"));
                for (side, truth) in [-0.035, 0.235].into_iter().enumerate() {
                    far += u32::from((ends[side] - truth).abs() > 2.13 * errors[side]);
                }
            }
            assert!(far <= 12, "{draws} draws: {far} of 120");
        }
    }

    #[test]
    fn a_difference_that_is_the_same_everywhere_shows_no_spread() {
        let mut detected = 0;
        for seed in 0..100 {
            let found = run(seed, 320, |_| 0.1).epistemic(true);
            detected += u32::from(found.status != EpistemicStatus::NotDetected);
            let [low, high] = found.ends.expect("bounds");
            assert!(low < 0.1 + 0.01 && high > 0.1 - 0.01, "{low} to {high}");
        }
        assert!(detected <= 12, "{detected} of 100 at 5%");
    }

    #[test]
    fn merging_is_adding_up_and_nothing_uncertain_is_exact() {
        let (whole, mut half) = (run(3, 640, |u| 0.2 * u), ShiftTable::new(TRIALS, 8));
        half.merge(&whole);
        assert_eq!(half, whole);
        let exact = whole.epistemic(false);
        assert_eq!(exact.status, EpistemicStatus::Exact);
        let [low, high] = exact.ends.expect("the difference");
        assert!(low == high && (low - 0.1).abs() < 0.01, "{low}");
    }
}
