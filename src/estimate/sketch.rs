//! Quantiles of numbers of unknown scale, in at most 512 bins of integer counts by replicate.
//!
//! In come finite numbers with the replicate they belong to; out come counts, to be read as [`Levels`], and a histogram for display.
//! A bin is a number's sign, its exponent and its leading mantissa bits, and the state depends on the numbers alone, not on their order or on how parts were merged.

use super::float_bins::{FloatBins, Run};
use super::levels::{Binned, Levels, Row};
use std::borrow::Cow;

/// Numbers up to this size are reported as zero: far below any unit, and above the bin at zero however coarse the bins become.
const AS_GOOD_AS_ZERO: f64 = 1e-290;
/// Numbers that wait before they are sorted in.
const WAITING: usize = 1024;

/// Counts in bins cut from the bits of floating-point numbers, coarser as more bins would be needed.
///
/// While more than 512 bins are occupied, neighbours are joined in pairs throughout (the uniform collapse of
/// UDDSketch, Epicoco et al. 2020, on the bins of DDSketch, Masson et al. 2019). The relative error of a quantile is thus bounded by the
/// spread of the numbers over orders of magnitude; no logarithm is taken, and no scale has to be known. All replicates share their bins.
#[derive(Clone, Debug)]
pub struct Sketch {
    bins: FloatBins,
    /// Numbers not sorted in yet, and of which replicates they are.
    waiting: Vec<f64>,
    runs: Vec<Run>,
}

impl Default for Sketch {
    fn default() -> Self {
        Self::new()
    }
}

impl PartialEq for Sketch {
    fn eq(&self, other: &Self) -> bool {
        self.settled() == other.settled()
    }
}

impl Sketch {
    pub fn new() -> Self {
        Self {
            bins: FloatBins::new(),
            waiting: Vec::new(),
            runs: Vec::new(),
        }
    }

    /// Takes in numbers of `replicate`; those that are not finite are left out.
    pub fn add(&mut self, replicate: usize, values: &[f64]) {
        for values in values.chunks(WAITING) {
            if self.waiting.len() + values.len() > WAITING {
                self.sort_in();
            }
            self.waiting.reserve_exact(WAITING - self.waiting.len());
            self.waiting.extend_from_slice(values);
            self.runs.push(Run {
                replicate: replicate as u8,
                numbers: values.len() as u16,
            });
        }
    }

    /// Takes in all that `other` has seen; the order of merging does not matter.
    pub fn merge(&mut self, other: &Self) {
        self.sort_in();
        self.bins.merge(&other.bins);
        self.bins.take(&other.waiting, &other.runs);
    }

    /// Bins with all numbers in them.
    fn settled(&self) -> Cow<'_, FloatBins> {
        if self.waiting.is_empty() {
            return Cow::Borrowed(&self.bins);
        }
        let mut bins = self.bins.clone();
        bins.take(&self.waiting, &self.runs);
        Cow::Owned(bins)
    }

    /// Sorts in what is waiting, and the bins by size, as reading needs them.
    pub fn settle(&mut self) {
        self.sort_in();
        self.bins.sort();
    }

    fn sort_in(&mut self) {
        self.bins.take(&self.waiting, &self.runs);
        self.waiting.clear();
        self.runs.clear();
    }

    /// Counts in `bins` equal bins from the smallest to the largest number, for display: `(edges, counts)`, one edge more than counts.
    ///
    /// The counts sum to the numbers counted. A single value gives one bin around it; no numbers give two empty vectors.
    pub fn histogram(&self, bins: usize) -> (Vec<f64>, Vec<u64>) {
        let Some((low, high)) = self.bins.range() else {
            return (Vec::new(), Vec::new());
        };
        let levels = Levels::new(self);
        let n = levels.count();
        if high <= low || bins < 2 {
            let margin = if high > low {
                0.0
            } else {
                0.5 * low.abs().max(1.0)
            };
            return (vec![low - margin, high + margin], vec![n]);
        }
        let edges: Vec<f64> = (0..=bins)
            .map(|i| {
                let share = i as f64 / bins as f64;
                low * (1.0 - share) + high * share
            })
            .collect();
        // Rounding the cumulative counts, not the counts, keeps their sum.
        let mut below: Vec<u64> = edges[..bins]
            .iter()
            .map(|edge| (levels.share_below(*edge) * n as f64).round() as u64)
            .collect();
        below[0] = 0;
        below.push(n);
        let counts = below
            .windows(2)
            .map(|w| w[1].saturating_sub(w[0]))
            .collect();
        (edges, counts)
    }
}

impl Binned for Sketch {
    fn rows(&self) -> &[Row] {
        debug_assert!(
            self.waiting.is_empty(),
            "a sketch is settled before it is read"
        );
        self.bins.rows()
    }

    /// Cut at the smallest and largest number; the bins that touch zero are zero.
    fn edges(&self, bin: usize) -> (f64, f64) {
        let (least, most) = self.bins.range().unwrap_or((0.0, 0.0));
        let (low, high) = self.bins.edges(bin);
        // Many numbers are exactly zero (a time never spent, a count of nothing), and none that means anything is this small.
        if low.abs().max(high.abs()) <= AS_GOOD_AS_ZERO {
            (0.0, 0.0)
        } else {
            (low.max(least), high.min(most))
        }
    }

    fn place(&self, value: f64) -> (usize, f64) {
        let bins = self.bins.len();
        if self.bins.range().is_some_and(|(_, most)| value >= most) {
            return (bins, 0.0);
        }
        let (mut from, mut to) = (0, bins);
        while from < to {
            let middle = (from + to) / 2;
            if value >= self.edges(middle).1 {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        if from == bins {
            return (from, 0.0);
        }
        let (low, high) = self.edges(from);
        let inside = if value > low {
            (value - low) / (high - low)
        } else {
            0.0
        };
        (from, inside)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estimate::REPLICATES;
    use crate::estimate::float_bins::MOST_BINS;
    use rand::{RngExt, SeedableRng};
    use rand_distr::{Distribution, LogNormal, StandardNormal};
    use rand_xoshiro::Xoshiro256PlusPlus;

    /// A settled sketch of numbers dealt to the replicates in turn.
    fn sketch(values: &[f64]) -> Sketch {
        let mut sketch = Sketch::new();
        for (i, value) in values.iter().enumerate() {
            sketch.add(i % REPLICATES, &[*value]);
        }
        sketch.settle();
        sketch
    }

    fn quantile(sketch: &Sketch, p: f64) -> Option<f64> {
        Levels::new(sketch).quantile(p)
    }

    fn lognormals(n: usize, scale: f64) -> Vec<f64> {
        let random = Xoshiro256PlusPlus::seed_from_u64(4);
        let law = LogNormal::new(0.0, scale).unwrap();
        law.sample_iter(random).take(n).collect()
    }

    #[test]
    fn any_cutting_and_any_order_give_the_same_state() {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(5);
        let mut values = lognormals(20_000, 2.0);
        values
            .iter_mut()
            .for_each(|v| *v = if random.random_bool(0.4) { -*v } else { *v });
        values.extend([0.0, -0.0, f64::MIN_POSITIVE / 8.0, f64::MAX, f64::MIN]);
        let whole = sketch(&values);
        for parts in [2, 7, 100] {
            let mut pieces = vec![Sketch::new(); parts];
            for (i, value) in values.iter().rev().enumerate() {
                // The replicate is that of the number, wherever it is counted.
                pieces[(i * 31) % parts].add((values.len() - 1 - i) % REPLICATES, &[*value]);
            }
            let mut merged = Sketch::new();
            pieces.iter().for_each(|piece| merged.merge(piece));
            assert_eq!(merged, whole, "{parts} parts");
        }
        assert!(whole.rows().len() <= MOST_BINS);
        assert_eq!(Levels::new(&whole).count(), 20_005);
    }

    #[test]
    fn quantiles_are_close_whatever_the_scale() {
        type Scale = fn(f64) -> f64;
        let scales: [(&str, Scale); 4] = [
            ("plain", |z| z),
            ("heavy", |z| libm::exp(2.0 * z)),
            ("offset", |z| 1e4 + 100.0 * z),
            ("tiny", |z| 1e-200 * (z - 3.0)),
        ];
        for (name, scale) in scales {
            let random = Xoshiro256PlusPlus::seed_from_u64(6);
            let law = StandardNormal.map(scale);
            let mut values: Vec<f64> = law.sample_iter(random).take(100_000).collect();
            let sketch = sketch(&values);
            values.sort_unstable_by(f64::total_cmp);
            let width = values[95_000] - values[5_000];
            for p in [0.05, 0.25, 0.5, 0.75, 0.95] {
                let exact = values[(p * 100_000.0) as usize];
                let q = quantile(&sketch, p).unwrap();
                assert!(
                    (q - exact).abs() < 0.004 * width,
                    "{name} {p}: {q} for {exact}"
                );
                assert!((Levels::new(&sketch).share_below(q) - p).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn few_numbers_are_kept_nearly_exactly() {
        let sketch = sketch(&[3.0, -2.0, 8.0, 0.0, 5.0]);
        for (p, expected) in [
            (0.0, -2.0),
            (0.2, -2.0),
            (0.4, 0.0),
            (0.6, 3.0),
            (0.8, 5.0),
            (1.0, 8.0),
        ] {
            let q = quantile(&sketch, p).unwrap();
            assert!((q - expected).abs() < 1e-8, "{p}: {q}");
        }
        assert_eq!(sketch.bins.range(), Some((-2.0, 8.0)));
        assert_eq!(quantile(&Sketch::new(), 0.5), None);
    }

    #[test]
    fn a_quantile_among_many_zeros_is_exactly_zero() {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(8);
        let spread = |n: usize, random: &mut Xoshiro256PlusPlus| -> Vec<f64> {
            random
                .random_iter()
                .take(n)
                .map(|u: f64| 3.0 * u - 1.5)
                .collect()
        };
        for others in [0, 10, 4_000] {
            let mut values = vec![0.0; 10_000];
            values.extend(spread(others, &mut random).iter().map(|x| x.abs()));
            let one_sided = sketch(&values);
            for p in [0.0, 0.05, 0.25, 0.5, 0.7] {
                assert_eq!(
                    quantile(&one_sided, p),
                    Some(0.0),
                    "{p} with {others} others"
                );
            }
            // The share at or below zero is that of the zeros, so that the error of such a quantile is honest too.
            let zeros = 10_000.0 / values.len() as f64;
            assert!((Levels::new(&one_sided).share_below(0.0) - zeros).abs() < 1e-12);
            assert_eq!(Levels::new(&one_sided).share_below(-1.0), 0.0);

            values.extend(spread(others, &mut random).iter().map(|x| -x.abs()));
            let share = others as f64 / values.len() as f64;
            assert_eq!(quantile(&sketch(&values), share + 0.2), Some(0.0));
        }
    }

    #[test]
    fn only_numbers_next_to_zero_are_taken_for_zero() {
        for size in [1e-200, 1e-9, 1.0] {
            for sign in [1.0, -1.0] {
                let q = quantile(&sketch(&[sign * size; 100]), 0.5).unwrap();
                assert!(
                    (q / size - sign).abs() < 1e-8,
                    "{q} for {sign} times {size}"
                );
            }
        }
        assert_eq!(quantile(&sketch(&[-1e-300, 1e-310, 0.0]), 0.5), Some(0.0));
    }

    #[test]
    fn what_is_not_finite_and_the_sign_of_zero_leave_no_trace() {
        let mut odd = Sketch::new();
        odd.add(0, &[f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0]);
        odd.settle();
        assert_eq!(odd, sketch(&[0.0]));
        assert!(quantile(&odd, 0.0).unwrap().is_sign_positive());
    }

    #[test]
    fn a_histogram_holds_every_number_once() {
        let values = lognormals(30_000, 0.5);
        let (edges, counts) = sketch(&values).histogram(24);
        assert_eq!((edges.len(), counts.len()), (25, 24));
        assert_eq!(counts.iter().sum::<u64>(), 30_000);
        for (i, count) in counts.iter().enumerate() {
            let exact = values
                .iter()
                .filter(|v| edges[i] <= **v && **v < edges[i + 1])
                .count();
            assert!(
                exact.abs_diff(*count as usize) <= 80 + exact / 20,
                "bin {i}: {count} for {exact}"
            );
        }
        let (edges, counts) = sketch(&[2.0; 9]).histogram(24);
        assert!(edges[0] < 2.0 && edges[1] > 2.0 && counts == [9]);
        assert_eq!(Sketch::new().histogram(24), (vec![], vec![]));
    }

    #[test]
    fn whole_numbers_are_counted_on_the_right_of_an_edge() {
        let (edges, counts) = sketch(&[0.0, 0.0, 1.0, 2.0, 2.0, 2.0, 4.0]).histogram(4);
        assert_eq!(edges, [0.0, 1.0, 2.0, 3.0, 4.0]);
        assert_eq!(counts, [2, 1, 3, 1]);
    }
}
