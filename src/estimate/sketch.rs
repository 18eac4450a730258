//! Quantiles of numbers of unknown scale, in at most 512 integer counts.
//!
//! In come finite numbers; out come quantiles, shares and a histogram for display. A bin is a number's sign, its exponent and its
//! leading mantissa bits, and the state depends on the numbers alone, not on their order or on how parts were merged.

use super::quantile::{QuantileSummary, read_cdf, read_quantile};
use std::borrow::Cow;

/// Most bins in use.
const MOST_BINS: usize = 512;
/// Mantissa bits dropped at the start: 30 of 52 are kept, a relative bin width of 1e-9.
const FIRST_DROP: u32 = 22;
/// Numbers up to this size are reported as zero: far below any unit, and above the bin at zero however coarse the bins become.
const AS_GOOD_AS_ZERO: f64 = 1e-290;
/// Numbers that wait before they are sorted in.
const WAITING: usize = 1024;

/// Counts in bins cut from the bits of floating-point numbers, coarser as more bins would be needed.
///
/// While more than 512 bins are occupied, neighbours are joined in pairs throughout (the uniform collapse of
/// UDDSketch, Epicoco et al. 2020, on the bins of DDSketch, Masson et al. 2019). The relative error of a quantile is thus bounded by the
/// spread of the numbers over orders of magnitude; no logarithm is taken, and no scale has to be known.
#[derive(Clone, Debug)]
pub struct Sketch {
    bins: Bins,
    /// Numbers not sorted in yet.
    waiting: Vec<f64>,
}

#[derive(Clone, Debug, PartialEq)]
struct Bins {
    /// Low bits dropped from every number.
    drop: u32,
    /// `(key, count)`, ascending, no key twice, no count zero.
    counts: Vec<(i64, u64)>,
    /// Smallest and largest number.
    range: Option<(f64, f64)>,
}

/// Place of a number among all, low bits dropped: ascending, negative for negative numbers.
fn key(value: f64, drop: u32) -> i64 {
    let magnitude = (value.abs().to_bits() >> drop) as i64;
    if value < 0.0 { !magnitude } else { magnitude }
}

/// Lower and upper edge of a bin.
fn edges(key: i64, drop: u32) -> (f64, f64) {
    let number = |magnitude: u64| {
        let bits = magnitude.saturating_mul(1 << drop);
        f64::from_bits(bits.min(f64::MAX.to_bits()))
    };
    let magnitude = if key < 0 { !key } else { key } as u64;
    let (near, far) = (number(magnitude), number(magnitude + 1));
    if key < 0 { (-far, -near) } else { (near, far) }
}

impl Bins {
    /// Adds sorted counts whose keys have as many bits dropped as its own.
    fn take(&mut self, more: &[(i64, u64)]) {
        let mut merged: Vec<(i64, u64)> = Vec::with_capacity(self.counts.len() + more.len());
        let (mut own, mut more) = (self.counts.iter().peekable(), more.iter().peekable());
        loop {
            let next = match (own.peek(), more.peek()) {
                (Some(a), Some(b)) if b.0 < a.0 => more.next(),
                (Some(_), _) => own.next(),
                (None, _) => more.next(),
            };
            let Some(&(key, count)) = next else { break };
            match merged.last_mut() {
                Some(last) if last.0 == key => last.1 += count,
                _ => merged.push((key, count)),
            }
        }
        self.counts = merged;
        while self.counts.len() > MOST_BINS {
            self.coarsen();
        }
    }

    /// Joins neighbours in pairs. The arithmetic shift does the same to both signs, as keys of negative numbers are complements.
    fn coarsen(&mut self) {
        self.drop += 1;
        self.counts.iter_mut().for_each(|(key, _)| *key >>= 1);
        self.counts.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 += next.1;
            }
            same
        });
    }

    fn widen(&mut self, low: f64, high: f64) {
        let (least, most) = self.range.unwrap_or((low, high));
        self.range = Some((least.min(low), most.max(high)));
    }

    fn take_numbers(&mut self, numbers: &[f64]) {
        if numbers.is_empty() {
            return;
        }
        let mut keys: Vec<i64> = numbers.iter().map(|x| key(*x, self.drop)).collect();
        keys.sort_unstable();
        let counts: Vec<(i64, u64)> = keys
            .chunk_by(|a, b| a == b)
            .map(|run| (run[0], run.len() as u64))
            .collect();
        numbers.iter().for_each(|x| self.widen(*x, *x));
        self.take(&counts);
    }

    fn merge(&mut self, other: &Self) {
        while self.drop < other.drop {
            self.coarsen();
        }
        if let Some((low, high)) = other.range {
            self.widen(low, high);
        }
        if self.drop == other.drop {
            self.take(&other.counts);
        } else {
            let mut coarser = other.clone();
            while coarser.drop < self.drop {
                coarser.coarsen();
            }
            self.take(&coarser.counts);
        }
    }

    /// Bins with their edges cut at the smallest and largest number; the bins that touch zero are zero.
    fn edged(&self) -> impl Iterator<Item = ((f64, f64), u64)> {
        let (least, most) = self.range.unwrap_or((0.0, 0.0));
        self.counts.iter().map(move |(key, count)| {
            let (low, high) = edges(*key, self.drop);
            // Many numbers are exactly zero (a time never spent, a count of nothing), and none that means anything is this small.
            if low.abs().max(high.abs()) <= AS_GOOD_AS_ZERO {
                ((0.0, 0.0), *count)
            } else {
                ((low.max(least), high.min(most)), *count)
            }
        })
    }

    fn count(&self) -> u64 {
        self.counts.iter().map(|(_, count)| count).sum()
    }
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
            bins: Bins {
                drop: FIRST_DROP,
                counts: Vec::new(),
                range: None,
            },
            waiting: Vec::new(),
        }
    }

    /// Bins with all numbers in them.
    fn settled(&self) -> Cow<'_, Bins> {
        if self.waiting.is_empty() {
            return Cow::Borrowed(&self.bins);
        }
        let mut bins = self.bins.clone();
        bins.take_numbers(&self.waiting);
        Cow::Owned(bins)
    }

    /// Sorts in what is waiting: worth doing once before many quantiles are read.
    pub fn settle(&mut self) {
        self.bins.take_numbers(&self.waiting);
        self.waiting.clear();
    }

    /// Smallest and largest number; `None` without numbers.
    pub fn range(&self) -> Option<(f64, f64)> {
        self.settled().range
    }

    /// Counts in `bins` equal bins from the smallest to the largest number, for display: `(edges, counts)`, one edge more than counts.
    ///
    /// The counts sum to [`count`](QuantileSummary::count). A single value gives one bin around it; no numbers give two empty vectors.
    pub fn histogram(&self, bins: usize) -> (Vec<f64>, Vec<u64>) {
        let settled = self.settled();
        let Some((low, high)) = settled.range else {
            return (Vec::new(), Vec::new());
        };
        let n = settled.count();
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
            .map(|edge| (read_cdf(settled.edged(), n, *edge) * n as f64).round() as u64)
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

impl QuantileSummary for Sketch {
    /// Numbers that are not finite are left out.
    fn add(&mut self, value: f64) {
        if !value.is_finite() {
            return;
        }
        // Minus zero equals zero, and its sign must not show in the range.
        self.waiting.push(value + 0.0);
        if self.waiting.len() >= WAITING {
            self.settle();
        }
    }

    fn merge(&mut self, other: &Self) {
        self.settle();
        self.bins.merge(&other.settled());
    }

    fn count(&self) -> u64 {
        self.bins.count() + self.waiting.len() as u64
    }

    fn quantile(&self, p: f64) -> Option<f64> {
        let bins = self.settled();
        read_quantile(bins.edged(), bins.count(), p)
    }

    fn cdf(&self, value: f64) -> f64 {
        let bins = self.settled();
        match bins.range {
            Some((_, most)) if value >= most => 1.0,
            _ => read_cdf(bins.edged(), bins.count(), value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estimate::testing::Random;

    fn sketch(values: &[f64]) -> Sketch {
        let mut sketch = Sketch::new();
        values.iter().for_each(|v| sketch.add(*v));
        sketch
    }

    fn lognormals(n: usize, scale: f64) -> Vec<f64> {
        let mut random = Random::new(4);
        (0..n).map(|_| libm::exp(scale * random.normal())).collect()
    }

    #[test]
    fn any_cutting_and_any_order_give_the_same_state() {
        let mut random = Random::new(5);
        let mut values = lognormals(20_000, 2.0);
        values
            .iter_mut()
            .for_each(|v| *v = if random.uniform() < 0.4 { -*v } else { *v });
        values.extend([0.0, -0.0, f64::MIN_POSITIVE / 8.0, f64::MAX, f64::MIN]);
        let whole = sketch(&values);
        for parts in [2, 7, 100] {
            let mut pieces = vec![Sketch::new(); parts];
            for (i, value) in values.iter().rev().enumerate() {
                pieces[(i * 31) % parts].add(*value);
            }
            let mut merged = Sketch::new();
            pieces.iter().for_each(|piece| merged.merge(piece));
            assert_eq!(merged, whole, "{parts} parts");
        }
        assert!(whole.settled().counts.len() <= MOST_BINS);
        assert_eq!(whole.count(), 20_005);
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
            let mut random = Random::new(6);
            let mut values: Vec<f64> = (0..100_000).map(|_| scale(random.normal())).collect();
            let sketch = sketch(&values);
            values.sort_unstable_by(f64::total_cmp);
            let width = values[95_000] - values[5_000];
            for p in [0.05, 0.25, 0.5, 0.75, 0.95] {
                let exact = values[(p * 100_000.0) as usize];
                let q = sketch.quantile(p).unwrap();
                assert!(
                    (q - exact).abs() < 0.004 * width,
                    "{name} {p}: {q} for {exact}"
                );
                assert!((sketch.cdf(q) - p).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn every_number_falls_between_the_edges_of_its_bin() {
        for drop in [22, 40, 52, 55, 62] {
            for value in [
                0.0,
                1.0,
                -1.0,
                1e-310,
                -1e-310,
                3.7e300,
                f64::MAX,
                f64::MIN,
                -0.1,
            ] {
                let (low, high) = edges(key(value, drop), drop);
                assert!(
                    low <= value && value <= high,
                    "{value} in {low}..{high} at {drop}"
                );
                assert!(low.is_finite() && high.is_finite());
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
            let q = sketch.quantile(p).unwrap();
            assert!((q - expected).abs() < 1e-8, "{p}: {q}");
        }
        assert_eq!(sketch.range(), Some((-2.0, 8.0)));
        assert_eq!(Sketch::new().quantile(0.5), None);
    }

    #[test]
    fn a_quantile_among_many_zeros_is_exactly_zero() {
        let mut random = Random::new(8);
        let spread = |n: usize, random: &mut Random| -> Vec<f64> {
            (0..n).map(|_| 3.0 * random.uniform() - 1.5).collect()
        };
        for others in [0, 10, 4_000] {
            let mut values = vec![0.0; 10_000];
            values.extend(spread(others, &mut random).iter().map(|x| x.abs()));
            let one_sided = sketch(&values);
            for p in [0.0, 0.05, 0.25, 0.5, 0.7] {
                assert_eq!(one_sided.quantile(p), Some(0.0), "{p} with {others} others");
            }
            // The share at or below zero is that of the zeros, so that the error of such a quantile is honest too.
            let zeros = 10_000.0 / values.len() as f64;
            assert!((one_sided.cdf(0.0) - zeros).abs() < 1e-12);
            assert_eq!(one_sided.cdf(-1.0), 0.0);

            values.extend(spread(others, &mut random).iter().map(|x| -x.abs()));
            let share = others as f64 / values.len() as f64;
            assert_eq!(sketch(&values).quantile(share + 0.2), Some(0.0));
        }
    }

    #[test]
    fn only_numbers_next_to_zero_are_taken_for_zero() {
        for size in [1e-200, 1e-9, 1.0] {
            for sign in [1.0, -1.0] {
                let q = sketch(&[sign * size; 100]).quantile(0.5).unwrap();
                assert!(
                    (q / size - sign).abs() < 1e-8,
                    "{q} for {sign} times {size}"
                );
            }
        }
        assert_eq!(sketch(&[-1e-300, 1e-310, 0.0]).quantile(0.5), Some(0.0));
    }

    #[test]
    fn what_is_not_finite_and_the_sign_of_zero_leave_no_trace() {
        let odd = sketch(&[f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0]);
        assert_eq!(odd, sketch(&[0.0]));
        assert!(odd.quantile(0.0).unwrap().is_sign_positive());
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
