//! Moments of many series that are seen in the same trials.
//!
//! Takes means and squared deviations of all series over some trials of one replicate; gives the
//! moments of each series by replicate. How many trials a replicate has seen is the same for all
//! series, so that merging needs no division but one for each replicate. As float sums they are
//! merged in the order of the [`Forest`](super::Forest).

use super::forest::Merge;
use super::moments::Moments;
use super::replicate::REPLICATES;
use super::stored::{Store, Stored, Unreadable};
use crate::math::width::{Width, wide};

/// Moments of many series, by replicate.
#[derive(Clone, Debug, PartialEq)]
pub struct SeriesMoments {
    series: usize,
    /// Trials seen, by replicate.
    n: [u64; REPLICATES],
    /// `[m * series + s]`, 0 while no trial has been seen.
    mean: Vec<f64>,
    /// Sums of squared deviations from the mean, as `mean`.
    m2: Vec<f64>,
}

impl SeriesMoments {
    /// So many series without trials.
    pub fn new(series: usize) -> Self {
        Self {
            series,
            n: [0; REPLICATES],
            mean: vec![0.0; series * REPLICATES],
            m2: vec![0.0; series * REPLICATES],
        }
    }

    /// Takes in `n` further trials of `replicate`, with mean and sum of squared deviations of each
    /// series over them.
    pub fn add(&mut self, replicate: usize, n: u64, mean: &[f64], m2: &[f64]) {
        let own = replicate * self.series..(replicate + 1) * self.series;
        let more = Part { n, mean, m2 };
        let seen = &mut self.n[replicate];
        join(seen, &mut self.mean[own.clone()], &mut self.m2[own], more);
    }

    /// Moments of one series, by replicate.
    pub fn of(&self, series: usize) -> [Moments; REPLICATES] {
        std::array::from_fn(|m| Moments {
            n: self.n[m],
            mean: self.mean[m * self.series + series],
            m2: self.m2[m * self.series + series],
        })
    }
}

impl Stored for SeriesMoments {
    fn store(&mut self, store: &mut Store<'_>) -> Result<(), Unreadable> {
        let Self {
            series: _,
            n,
            mean,
            m2,
        } = self;
        store.counts(n)?;
        store.numbers(mean)?;
        store.numbers(m2)
    }
}

impl Merge for SeriesMoments {
    fn merge(mut self, right: Self) -> Self {
        debug_assert_eq!(self.series, right.series);
        for m in 0..REPLICATES {
            let own = m * self.series..(m + 1) * self.series;
            self.add(m, right.n[m], &right.mean[own.clone()], &right.m2[own]);
        }
        self
    }
}

/// All series over some trials.
struct Part<'a> {
    n: u64,
    mean: &'a [f64],
    m2: &'a [f64],
}

/// As [`Moments::merge`], for all series of a replicate.
fn join(seen: &mut u64, mean: &mut [f64], m2: &mut [f64], more: Part<'_>) {
    if more.n == 0 {
        return;
    }
    if *seen == 0 {
        mean.copy_from_slice(more.mean);
        m2.copy_from_slice(more.m2);
    } else {
        let (n, k) = (*seen as f64, more.n as f64);
        blend(
            Width::widest(),
            mean,
            m2,
            more.mean,
            more.m2,
            k / (n + k),
            n * k / (n + k),
        );
    }
    *seen += more.n;
}

wide! {
    fn blend(
        mean: &mut [f64],
        m2: &mut [f64],
        more_mean: &[f64],
        more_m2: &[f64],
        share: f64,
        between: f64,
    ) {
        let own = mean.iter_mut().zip(m2);
        for ((mean, m2), (more_mean, more_m2)) in own.zip(more_mean.iter().zip(more_m2)) {
            let gap = more_mean - *mean;
            *mean += gap * share;
            *m2 += more_m2 + gap * gap * between;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng};
    use rand_distr::{Distribution, Normal};
    use rand_xoshiro::Xoshiro256PlusPlus;

    #[test]
    fn many_series_together_have_the_bits_of_each_alone() {
        const SERIES: usize = 37;
        let mut random = Xoshiro256PlusPlus::seed_from_u64(21);
        let mut together = [SeriesMoments::new(SERIES), SeriesMoments::new(SERIES)];
        let mut alone = [[[Moments::default(); REPLICATES]; SERIES]; 2];
        for part in 0..200 {
            let (side, m) = (part % 2, random.random_range(0..14));
            let n = random.random_range(0..5);
            let (mut mean, mut m2) = (Vec::new(), Vec::new());
            for (s, alone) in alone[side].iter_mut().enumerate() {
                let law = Normal::new(s as f64, 1.0).unwrap();
                let values: Vec<f64> = law.sample_iter(&mut random).take(n).collect();
                let moments = Moments::from_slice(&values);
                mean.push(moments.mean);
                m2.push(moments.m2);
                Moments::merge(&mut alone[m], &moments);
            }
            together[side].add(m, n as u64, &mean, &m2);
        }
        let [left, right] = together;
        let merged = left.merge(right);
        for (s, (left, right)) in alone[0].iter().zip(&alone[1]).enumerate() {
            for (m, found) in merged.of(s).into_iter().enumerate() {
                let mut expected = left[m];
                Moments::merge(&mut expected, &right[m]);
                assert_eq!(found, expected, "series {s}, replicate {m}");
            }
        }
    }
}
