//! Quantiles from integer counts, and their Monte Carlo error.
//!
//! In come numbers; out come quantiles that do not depend on the order in which numbers came or parts were merged.
//! [`BinHistogram`] serves values with a declared range, [`Sketch`](super::Sketch) all others; both are a [`QuantileSummary`].

use super::replicate::{REPLICATES, error_of_residuals};

/// Counts from which quantiles are read.
pub trait QuantileSummary: Clone {
    /// Takes in one number.
    fn add(&mut self, value: f64);
    /// Takes in all that `other` has seen; the order of merging does not matter.
    fn merge(&mut self, other: &Self);
    /// Numbers taken in.
    fn count(&self) -> u64;
    /// The number below which a share `p` of all lies; `p` is brought into `[0, 1]`. `None` without numbers.
    fn quantile(&self, p: f64) -> Option<f64>;
    /// Share of the numbers at or below `value`, linear inside a bin; 0 without numbers.
    fn cdf(&self, value: f64) -> f64;
}

/// Equal bins of a [`BinHistogram`].
const BINS: usize = 256;

/// Counts in 256 equal bins between two bounds, and one exact bin for each bound.
///
/// The bounds have bins of their own because a clamped indicator spends much of its time exactly there.
#[derive(Clone, Debug, PartialEq)]
pub struct BinHistogram {
    low: f64,
    high: f64,
    /// Lower bound, equal bins, upper bound.
    counts: Vec<u32>,
}

impl BinHistogram {
    /// An empty histogram between `low` and `high`, both finite, `low <= high`.
    pub fn new(low: f64, high: f64) -> Self {
        Self {
            low,
            high,
            counts: vec![0; BINS + 2],
        }
    }

    /// Counts of the bin at the lower bound, of the 256 equal bins, and of the bin at the upper bound.
    pub fn counts(&self) -> &[u32] {
        &self.counts
    }

    /// Bin of a number; what lies outside the bounds counts as lying on them, NaN has none.
    fn bin(&self, value: f64) -> Option<usize> {
        if value <= self.low {
            Some(0)
        } else if value >= self.high {
            Some(BINS + 1)
        } else if value.is_nan() {
            None
        } else {
            let place = (value - self.low) / (self.high - self.low) * BINS as f64;
            Some(1 + (place as usize).min(BINS - 1))
        }
    }

    /// Lower and upper edge of a bin.
    fn edges(&self, bin: usize) -> (f64, f64) {
        let at = |i: usize| {
            let share = i as f64 / BINS as f64;
            self.low * (1.0 - share) + self.high * share
        };
        match bin {
            0 => (self.low, self.low),
            bin if bin > BINS => (self.high, self.high),
            bin => (at(bin - 1), at(bin)),
        }
    }
}

impl QuantileSummary for BinHistogram {
    /// NaN is left out. A bin that is full (more than four thousand million) stays full.
    fn add(&mut self, value: f64) {
        if let Some(bin) = self.bin(value) {
            self.counts[bin] = self.counts[bin].saturating_add(1);
        }
    }

    fn merge(&mut self, other: &Self) {
        debug_assert_eq!((self.low, self.high), (other.low, other.high));
        for (own, more) in self.counts.iter_mut().zip(&other.counts) {
            *own = own.saturating_add(*more);
        }
    }

    fn count(&self) -> u64 {
        self.counts.iter().map(|c| u64::from(*c)).sum()
    }

    fn quantile(&self, p: f64) -> Option<f64> {
        let target = p.clamp(0.0, 1.0) * self.count() as f64;
        let mut below = 0u64;
        let mut last = None;
        for (bin, n) in self.counts.iter().enumerate().filter(|(_, n)| **n > 0) {
            let next = below + u64::from(*n);
            let (low, high) = self.edges(bin);
            if target <= next as f64 {
                let inside = (target - below as f64) / f64::from(*n);
                return Some(low + inside * (high - low));
            }
            below = next;
            last = Some(high);
        }
        last
    }

    fn cdf(&self, value: f64) -> f64 {
        let count = self.count();
        if count == 0 || value < self.low {
            return 0.0;
        }
        if value >= self.high {
            return 1.0;
        }
        let place = (value - self.low) / (self.high - self.low) * BINS as f64;
        let bin = (place as usize).min(BINS - 1);
        // The exact bin of the lower bound, and the equal bins that lie below.
        let below: u64 = self.counts[..=bin].iter().map(|n| u64::from(*n)).sum();
        (below as f64 + f64::from(self.counts[bin + 1]) * (place - bin as f64)) / count as f64
    }
}

/// The number below which a share `p` of `count` lies, in bins `((low, high), count)` in ascending order.
pub(super) fn read_quantile(
    bins: impl Iterator<Item = ((f64, f64), u64)>,
    count: u64,
    p: f64,
) -> Option<f64> {
    let target = p.clamp(0.0, 1.0) * count as f64;
    let mut below = 0u64;
    let mut last = None;
    for ((low, high), n) in bins.filter(|(_, n)| *n > 0) {
        let inside = (target - below as f64) / n as f64;
        if inside <= 1.0 {
            return Some(low + inside * (high - low));
        }
        below += n;
        last = Some(high);
    }
    last
}

/// Share of `count` at or below `value`, in bins `((low, high), count)` in ascending order.
pub(super) fn read_cdf(
    bins: impl Iterator<Item = ((f64, f64), u64)>,
    count: u64,
    value: f64,
) -> f64 {
    let mut below = 0.0;
    for ((low, high), n) in bins {
        if value >= high {
            below += n as f64;
        } else if value > low {
            below += n as f64 * ((value - low) / (high - low));
        } else {
            break;
        }
    }
    if count > 0 { below / count as f64 } else { 0.0 }
}

/// Standard error of the `p` quantile of `summary`, if the share of numbers below that quantile has standard error `share_error`.
///
/// Half the distance between the quantiles that far up and down: follows the shape of the distribution without a density estimate.
/// 0 without numbers.
pub fn quantile_error(summary: &impl QuantileSummary, p: f64, share_error: f64) -> f64 {
    let at = |p| summary.quantile(p).unwrap_or(0.0);
    (at(p + share_error) - at(p - share_error)) / 2.0
}

/// Quantiles of all `parts` together, each with its standard error; `parts` are the replicates of a run, at most 16.
///
/// Sectioning: each replicate's share below the quantile varies as the quantile's own share does (Asmussen & Glynn 2007,
/// III.5). An entry is `None` if nothing was counted; the error is that of independent numbers if a single replicate has any.
pub fn quantiles_with_error<Q: QuantileSummary>(
    parts: &[&Q],
    p: &[f64],
) -> Vec<Option<(f64, f64)>> {
    let Some((first, rest)) = parts.split_first() else {
        return vec![None; p.len()];
    };
    let mut whole: Q = (*first).clone();
    rest.iter().for_each(|part| whole.merge(part));
    let n = whole.count() as f64;
    let counts: Vec<f64> = parts.iter().map(|part| part.count() as f64).collect();
    p.iter()
        .map(|p| {
            let q = whole.quantile(*p)?;
            let share = whole.cdf(q);
            let mut residuals = [0.0; REPLICATES];
            let mut used = 0;
            for ((residual, part), count) in residuals.iter_mut().zip(parts).zip(&counts) {
                if *count > 0.0 {
                    used += 1;
                    *residual = count * (part.cdf(q) - share) / n;
                }
            }
            let independent = || (p * (1.0 - p) / n).max(0.0).sqrt();
            let share_error = error_of_residuals(&residuals, used).unwrap_or_else(independent);
            Some((q, quantile_error(&whole, *p, share_error)))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estimate::Sketch;
    use crate::estimate::testing::Random;

    #[test]
    fn clamped_mass_sits_exactly_on_its_bound() {
        let mut histogram = BinHistogram::new(0.0, 1.0);
        [-3.0, 0.0, 0.0, 0.25, 0.5, 1.0, 7.0, f64::NAN]
            .iter()
            .for_each(|x| histogram.add(*x));
        assert_eq!(histogram.count(), 7);
        assert_eq!(histogram.quantile(0.0), Some(0.0));
        assert_eq!(histogram.quantile(0.42), Some(0.0));
        assert_eq!(histogram.quantile(0.75), Some(1.0));
        assert_eq!(histogram.quantile(1.0), Some(1.0));
        assert_eq!(histogram.cdf(0.0), 3.0 / 7.0);
        assert_eq!(histogram.cdf(0.999), 5.0 / 7.0);
        assert_eq!(BinHistogram::new(0.0, 1.0).quantile(0.5), None);
    }

    #[test]
    fn quantiles_are_within_a_bin_of_the_truth() {
        let mut histogram = BinHistogram::new(-2.0, 6.0);
        let mut random = Random::new(1);
        let mut values: Vec<f64> = (0..20_000).map(|_| 6.0 * random.beta(3, 4) - 1.0).collect();
        values.iter().for_each(|v| histogram.add(*v));
        values.sort_unstable_by(f64::total_cmp);
        for p in [0.05, 0.25, 0.5, 0.75, 0.95] {
            let exact = values[(p * 20_000.0) as usize];
            let q = histogram.quantile(p).unwrap();
            assert!(
                (q - exact).abs() < 8.0 / 256.0 / 4.0,
                "{p}: {q} for {exact}"
            );
            assert!((histogram.cdf(q) - p).abs() < 1e-12);
        }
    }

    #[test]
    fn every_number_falls_between_the_edges_of_its_bin() {
        let histogram = BinHistogram::new(-0.3, 0.7);
        let mut random = Random::new(2);
        for _ in 0..10_000 {
            let value = random.uniform() - 0.3;
            let (low, high) = histogram.edges(histogram.bin(value).unwrap());
            assert!(low - 1e-15 <= value && value <= high + 1e-15);
        }
        let point = BinHistogram::new(2.0, 2.0);
        assert_eq!(
            (point.bin(1.0), point.bin(2.0), point.bin(3.0)),
            (Some(0), Some(0), Some(BINS + 1))
        );
    }

    /// Ratio of stated to true standard error of quantiles, over repeats of 16 replicates whose levels differ.
    fn stated_over_true<Q: QuantileSummary>(empty: &Q, p: f64) -> f64 {
        let mut random = Random::new(3);
        let mut seen = Vec::new();
        let mut stated = 0.0;
        for _ in 0..400 {
            let parts: Vec<Q> = (0..16)
                .map(|_| {
                    let mut part = empty.clone();
                    let level = 0.3 * random.normal();
                    (0..100).for_each(|_| part.add(level + random.normal()));
                    part
                })
                .collect();
            let parts: Vec<&Q> = parts.iter().collect();
            let (q, se) = quantiles_with_error(&parts, &[p])[0].unwrap();
            seen.push(q);
            stated += se * se / 400.0;
        }
        let truth = crate::estimate::Moments::from_slice(&seen)
            .variance()
            .unwrap();
        (stated / truth).sqrt()
    }

    #[test]
    fn stated_errors_of_quantiles_are_the_true_ones() {
        // 400 repeats: the ratio has standard error of about 0.04.
        for p in [0.05, 0.5, 0.95] {
            let bins = stated_over_true(&BinHistogram::new(-6.0, 6.0), p);
            let sketch = stated_over_true(&Sketch::new(), p);
            assert!((0.82..1.18).contains(&bins), "{p}: {bins}");
            assert!((0.82..1.18).contains(&sketch), "{p}: {sketch}");
        }
    }
}
