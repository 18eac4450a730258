//! How far the difference of two means depends on what is not known: its range over parameter
//! draws, which both scenarios share.
//!
//! Takes the values of a draw's trials in both scenarios, under common random numbers; gives the
//! 5%-95% range of the difference of the conditional means, free of chance inside the draws. Float
//! sums, so it is merged by the [`Forest`](super::Forest).

use super::epistemic::{Epistemic, LEAST_DRAWS};
use super::mean::{Inner, components, merged, present};
use super::moments::Moments;
use super::pulled::{DrawMeans, error_of_share};
use super::replicate::REPLICATES;

/// Draws from the first on of which each difference is kept, to read quantiles off: their error is
/// then a quarter of a percent of the draws.
const MOST_KEPT: usize = 8192;

/// What is kept of the differences of the draws.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct MeanShift {
    draws: [Moments; REPLICATES],
    inner: [Inner; REPLICATES],
    /// Differences of the first draws.
    kept: Vec<f64>,
}

impl MeanShift {
    /// Takes in one draw of `replicate`; a draw without a value in one of the scenarios says
    /// nothing.
    pub fn add_draw(&mut self, replicate: usize, groups: usize, a: &[f64], b: &[f64]) {
        let mut buffer = Vec::new();
        let mut of = |values: &[f64]| Moments::from_slice(present(values, &mut buffer));
        let [all_a, all_b] = [of(a), of(b)];
        if all_a.n == 0 || all_b.n == 0 {
            return;
        }
        let difference = all_b.mean - all_a.mean;
        self.draws[replicate].push(difference);
        if self.kept.len() < MOST_KEPT {
            self.kept.push(difference);
        }
        // As of a single mean: each group pulls the difference by its part of either side.
        let (mut squares, mut used) = (0.0, 0);
        for g in 0..groups {
            let span = g * a.len() / groups..(g + 1) * a.len() / groups;
            let pull = |part: Moments, all: &Moments| match part.n {
                0 => 0.0,
                n => n as f64 / all.n as f64 * (part.mean - all.mean),
            };
            let parts = [of(&a[span.clone()]), of(&b[span])];
            if parts.iter().all(|part| part.n > 0) {
                let [a, b] = parts;
                let pull = pull(b, &all_b) - pull(a, &all_a);
                squares += pull * pull;
                used += 1;
            }
        }
        self.inner[replicate].add(squares, used);
    }

    /// Takes in what the blocks that follow have seen.
    pub fn merge(&mut self, right: &Self) {
        for (own, more) in self.draws.iter_mut().zip(&right.draws) {
            own.merge(more);
        }
        for (own, more) in self.inner.iter_mut().zip(&right.inner) {
            own.merge(more);
        }
        let room = MOST_KEPT - self.kept.len();
        self.kept
            .extend_from_slice(&right.kept[..room.min(right.kept.len())]);
    }

    /// Standard deviation of the differences over draws, chance included; 0 of fewer than two.
    pub fn spread(&self) -> f64 {
        merged(&self.draws, None).variance().map_or(0.0, f64::sqrt)
    }

    /// The 5%-95% range of the difference, which is `estimate` over all trials. `uncertain`: some
    /// parameter or weight differs between draws.
    pub fn epistemic(&self, estimate: f64, uncertain: bool) -> Epistemic {
        if !uncertain {
            return Epistemic::exact(estimate);
        }
        let all = merged(&self.draws, None);
        let spread = |without: Option<usize>| components(&self.draws, &self.inner, without);
        let Some(components) = spread(None).filter(|_| all.n >= LEAST_DRAWS) else {
            return Epistemic::not_separable();
        };
        let mut sorted = self.kept.clone();
        sorted.sort_by(f64::total_cmp);
        let off = error_of_share(sorted.len() as f64);
        let quantile = |p: f64| quantile(&sorted, p);
        DrawMeans {
            components,
            centre: all.mean,
            quantiles: [0.05, 0.95].map(quantile),
            far: [0.02, 0.98].map(quantile),
            quantile_errors: [0.05, 0.95].map(|p| (quantile(p + off) - quantile(p - off)) / 2.0),
            left_out: (0..REPLICATES)
                .filter(|m| self.draws[*m].n > 0)
                .filter_map(|m| Some((spread(Some(m))?, merged(&self.draws, Some(m)).mean)))
                .collect(),
        }
        .epistemic(estimate, [f64::NEG_INFINITY, f64::INFINITY])
    }
}

/// The number that this share of the sorted numbers does not exceed, between two of them by their
/// distance.
fn quantile(sorted: &[f64], p: f64) -> f64 {
    let last = sorted.len().saturating_sub(1);
    let place = (p.clamp(0.0, 1.0) * sorted.len() as f64 - 0.5).clamp(0.0, last as f64);
    let below = place as usize;
    let [low, high] = [below, (below + 1).min(last)].map(|i| sorted[i]);
    low + (place - below as f64) * (high - low)
}

#[cfg(test)]
mod tests {
    use super::super::epistemic::EpistemicStatus;
    use super::*;
    use rand::{RngExt, SeedableRng};
    use rand_distr::{Normal, StandardNormal};
    use rand_xoshiro::Xoshiro256PlusPlus;

    const R: usize = 16;

    /// Draws whose difference is 1 plus `spread` times a standard normal, and whose trials share
    /// most of their noise.
    fn run(draws: usize, spread: f64, seed: u64) -> MeanShift {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
        let mut shift = MeanShift::default();
        for k in 0..draws {
            let gap = 1.0 + spread * random.sample::<f64, _>(StandardNormal);
            let own = Normal::new(0.0, 0.4).unwrap();
            let a: Vec<f64> = (0..R).map(|_| random.sample(StandardNormal)).collect();
            let mut b: Vec<f64> = a.iter().map(|x| x + gap + random.sample(own)).collect();
            // Some trials have no value.
            b[k % R] = f64::NAN;
            shift.add_draw(k % REPLICATES, 8, &a, &b);
        }
        shift
    }

    fn ends(shift: &MeanShift) -> [f64; 2] {
        shift.epistemic(1.0, true).ends.unwrap()
    }

    #[test]
    fn the_range_is_that_of_the_difference_of_conditional_means() {
        let mut seen = [Vec::new(), Vec::new()];
        for seed in 0..60 {
            let shift = run(800, 0.5, seed);
            assert_eq!(shift.epistemic(1.0, true).status, EpistemicStatus::Resolved);
            let ends = ends(&shift);
            seen[0].push(ends[0]);
            seen[1].push(ends[1]);
        }
        // One trial without a partner moves a draw's difference by a sixteenth of what trials
        // differ, with a standard deviation of 0.25 beside the 0.1 of their own noise: none of it
        // is in the range.
        for (seen, truth) in seen.iter().zip([1.0 - 0.5 * 1.6449, 1.0 + 0.5 * 1.6449]) {
            let found = Moments::from_slice(seen);
            assert!(
                (found.mean - truth).abs() < 0.02,
                "{} for {truth}",
                found.mean
            );
        }
    }

    #[test]
    fn chance_alone_is_rarely_taken_for_ignorance_and_few_draws_tell_nothing() {
        let told = (0..200).filter(|seed| {
            let status = run(48, 0.0, *seed).epistemic(1.0, true).status;
            assert!(status != EpistemicStatus::Exact && status != EpistemicStatus::NotSeparable);
            status != EpistemicStatus::NotDetected
        });
        // 5% claimed; more than 25 of 200 has a chance of 10^-5.
        let told = told.count();
        assert!(told <= 25, "{told} of 200");
        let few = run(16, 1.0, 1);
        assert_eq!(
            few.epistemic(1.0, true).status,
            EpistemicStatus::NotSeparable
        );
        assert_eq!(few.epistemic(1.0, false).ends, Some([1.0; 2]));
        let none = MeanShift::default();
        assert_eq!(
            none.epistemic(0.0, true).status,
            EpistemicStatus::NotSeparable
        );
    }

    #[test]
    fn parts_merge_to_the_same_range_and_what_is_kept_is_bounded() {
        let whole = run(40, 0.5, 3);
        let mut twice = whole.clone();
        twice.merge(&whole);
        assert_eq!(twice.kept.len(), 80);
        let (one, two) = (ends(&whole), ends(&twice));
        assert!(
            (one[0] - two[0]).abs() < 0.2 && (one[1] - two[1]).abs() < 0.2,
            "{one:?} {two:?}"
        );
        let mut large = MeanShift::default();
        for _ in 0..300 {
            large.merge(&whole);
        }
        assert_eq!(large.kept.len(), MOST_KEPT);
        assert_eq!(large.kept[..40], whole.kept[..]);
    }

    #[test]
    fn a_quantile_lies_between_two_numbers() {
        assert_eq!(quantile(&[1.0, 2.0, 3.0, 4.0], 0.5), 2.5);
        assert_eq!(quantile(&[1.0, 2.0], 0.0), 1.0);
        assert_eq!(quantile(&[1.0, 2.0], 1.0), 2.0);
        assert_eq!(quantile(&[7.0], 0.3), 7.0);
    }
}
