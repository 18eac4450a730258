//! Quantiles from integer counts by replicate, and their Monte Carlo error.
//!
//! In come counts in ascending bins ([`Binned`]); out come quantiles, shares and errors that do not depend on the order in which
//! numbers came or parts were merged. [`BinTables`](super::BinTables) serve values with a declared range, a [`Sketch`](super::Sketch) all others.

use super::replicate::{REPLICATES, error_of_residuals};
use crate::math::width::{Width, wide};

/// Counts of one bin, by replicate.
pub type Row = [u32; REPLICATES];

/// Counts in bins, in ascending order.
pub trait Binned {
    /// Counts by bin, then replicate.
    fn rows(&self) -> &[Row];
    /// Lower and upper edge of a bin.
    fn edges(&self, bin: usize) -> (f64, f64);
    /// How many bins lie wholly at or below a value, and the share of the next bin that does, in `[0, 1)`.
    fn place(&self, value: f64) -> (usize, f64);
}

/// Cumulative counts of bins, made once and read often.
pub struct Levels<'a, B> {
    bins: &'a B,
    /// Numbers in all bins before bin i, all replicates together; one entry more than bins.
    below: Vec<u64>,
    by_replicate: [u64; REPLICATES],
}

impl<'a, B: Binned> Levels<'a, B> {
    pub fn new(bins: &'a B) -> Self {
        let rows = bins.rows();
        let mut below = vec![0; rows.len() + 1];
        let mut by_replicate = [0; REPLICATES];
        cumulate(Width::widest(), rows, &mut below[1..], &mut by_replicate);
        Self {
            bins,
            below,
            by_replicate,
        }
    }

    /// Numbers counted.
    pub fn count(&self) -> u64 {
        self.by_replicate.iter().sum()
    }

    /// Numbers counted, by replicate.
    pub fn by_replicate(&self) -> [u64; REPLICATES] {
        self.by_replicate
    }

    /// The number below which a share `p` of all lies; `p` is brought into `[0, 1]`. `None` without numbers.
    pub fn quantile(&self, p: f64) -> Option<f64> {
        let count = self.count();
        if count == 0 {
            return None;
        }
        let target = p.clamp(0.0, 1.0) * count as f64;
        // A target of nothing lies at the lower edge of the first bin that holds something.
        let reaches = |upto: &u64| *upto > 0 && *upto as f64 >= target;
        let bin = self.below[1..].partition_point(|upto| !reaches(upto));
        let bin = bin.min(self.below.len() - 2);
        let n = self.below[bin + 1] - self.below[bin];
        let inside = (target - self.below[bin] as f64) / n as f64;
        let (low, high) = self.bins.edges(bin);
        Some(low + inside * (high - low))
    }

    /// Share of the numbers at or below `value`, linear inside a bin; 0 without numbers.
    pub fn share_below(&self, value: f64) -> f64 {
        let count = self.count();
        if count == 0 {
            return 0.0;
        }
        let (bins, inside) = self.bins.place(value);
        let partly = match self.below.get(bins + 1) {
            Some(next) => (next - self.below[bins]) as f64 * inside,
            None => 0.0,
        };
        (self.below[bins] as f64 + partly) / count as f64
    }

    /// Standard error of the `p` quantile, if the share of numbers below that quantile has standard error `share_error`.
    ///
    /// Half the distance between the quantiles that far up and down: follows the shape of the distribution without a density estimate.
    /// 0 without numbers.
    pub fn error(&self, p: f64, share_error: f64) -> f64 {
        let at = |p| self.quantile(p).unwrap_or(0.0);
        (at(p + share_error) - at(p - share_error)) / 2.0
    }

    /// Quantiles at ascending shares `p`, each with its standard error.
    ///
    /// Sectioning: each replicate's share below the quantile varies as the quantile's own share does (Asmussen & Glynn 2007,
    /// III.5). An entry is `None` if nothing was counted; the error is that of independent numbers if a single replicate has any.
    pub fn with_errors<const N: usize>(&self, p: [f64; N]) -> [Option<(f64, f64)>; N] {
        let n = self.count() as f64;
        let used = self.by_replicate.iter().filter(|n| **n > 0).count();
        let rows = self.bins.rows();
        // Numbers of each replicate in the first `summed` bins.
        let (mut below, mut summed) = ([0u64; REPLICATES], 0);
        let mut found = [None; N];
        for (found, p) in found.iter_mut().zip(p) {
            let Some(q) = self.quantile(p) else { break };
            let (bins, inside) = self.bins.place(q);
            let more = rows.get(summed..bins).unwrap_or_default();
            add_rows(Width::widest(), &mut below, more);
            summed = summed.max(bins);
            let next = rows.get(bins).unwrap_or(&[0; REPLICATES]);
            let share = self.share_below(q);
            let mut residuals = [0.0; REPLICATES];
            for m in 0..REPLICATES {
                let count = self.by_replicate[m] as f64;
                if count > 0.0 {
                    let own = (below[m] as f64 + f64::from(next[m]) * inside) / count;
                    residuals[m] = count * (own - share) / n;
                }
            }
            let independent = || (p * (1.0 - p) / n).max(0.0).sqrt();
            let share_error = error_of_residuals(&residuals, used).unwrap_or_else(independent);
            *found = Some((q, self.error(p, share_error)));
        }
        found
    }
}

wide! {
    /// Sums of rows up to each, and by replicate.
    fn cumulate(rows: &[Row], upto: &mut [u64], by_replicate: &mut [u64; REPLICATES]) {
        let mut total = 0;
        for (row, upto) in rows.iter().zip(upto) {
            let mut sum = 0;
            for m in 0..REPLICATES {
                by_replicate[m] += u64::from(row[m]);
                sum += u64::from(row[m]);
            }
            total += sum;
            *upto = total;
        }
    }
}

wide! {
    /// Adds rows by replicate.
    fn add_rows(sums: &mut [u64; REPLICATES], rows: &[Row]) {
        for row in rows {
            for m in 0..REPLICATES {
                sums[m] += u64::from(row[m]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estimate::{BinTables, Moments, Sketch};
    use rand::{RngExt, SeedableRng};
    use rand_distr::{Distribution, Normal, StandardNormal};
    use rand_xoshiro::Xoshiro256PlusPlus;

    /// A quantile with its error, from the values of each replicate.
    type Found = fn(&[Vec<f64>], f64) -> [Option<(f64, f64)>; 1];

    /// Ratio of stated to true standard error of a quantile, over 400 repeats of 16 replicates whose levels differ.
    fn stated_over_true(find: Found, p: f64) -> f64 {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(3);
        let mut seen = Vec::new();
        let mut stated = 0.0;
        for _ in 0..400 {
            let parts: Vec<Vec<f64>> = (0..REPLICATES)
                .map(|_| {
                    let level = 0.3 * random.sample::<f64, _>(StandardNormal);
                    let law = Normal::new(level, 1.0).unwrap();
                    law.sample_iter(&mut random).take(100).collect()
                })
                .collect();
            let (q, se) = find(&parts, p)[0].unwrap();
            seen.push(q);
            stated += se * se / 400.0;
        }
        let truth = Moments::from_slice(&seen).variance().unwrap();
        (stated / truth).sqrt()
    }

    #[test]
    fn stated_errors_of_quantiles_are_the_true_ones() {
        let by_table: Found = |parts, p| {
            let mut tables = BinTables::new([(-6.0, 6.0)]);
            (parts.iter().enumerate()).for_each(|(m, part)| tables.add(0, m, part));
            tables.settle();
            Levels::new(&tables.table(0)).with_errors([p])
        };
        let by_sketch: Found = |parts, p| {
            let mut sketch = Sketch::new();
            (parts.iter().enumerate()).for_each(|(m, part)| sketch.add(m, part));
            sketch.settle();
            Levels::new(&sketch).with_errors([p])
        };
        // 400 repeats: the ratio has standard error of about 0.04.
        for p in [0.05, 0.5, 0.95] {
            let bins = stated_over_true(by_table, p);
            let scaled = stated_over_true(by_sketch, p);
            assert!((0.82..1.18).contains(&bins), "{p}: {bins}");
            assert!((0.82..1.18).contains(&scaled), "{p}: {scaled}");
        }
    }

    #[test]
    fn errors_at_many_levels_are_those_at_each_alone() {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(11);
        let mut sketch = Sketch::new();
        for m in 0..REPLICATES {
            let values: Vec<f64> = StandardNormal.sample_iter(&mut random).take(300).collect();
            sketch.add(m, &values);
        }
        sketch.settle();
        let levels = Levels::new(&sketch);
        let shares = [0.01, 0.05, 0.25, 0.25, 0.9, 1.0];
        for (p, found) in shares.iter().zip(levels.with_errors(shares)) {
            assert_eq!([found], levels.with_errors([*p]), "{p}");
        }
    }

    #[test]
    fn numbers_of_a_single_replicate_have_the_error_of_independent_ones() {
        let values: Vec<f64> = (0..10_000).map(f64::from).collect();
        let mut tables = BinTables::new([(0.0, 10_000.0), (0.0, 1.0)]);
        tables.add(0, 5, &values);
        tables.settle();
        let [found, none] = [0, 1].map(|table| {
            let [found] = Levels::new(&tables.table(table)).with_errors([0.5]);
            found
        });
        let (q, se) = found.unwrap();
        assert!(
            (q - 5_000.0).abs() < 1.0 && (se - 50.0).abs() < 1.0,
            "{q} {se}"
        );
        assert_eq!(none, None);
    }
}
