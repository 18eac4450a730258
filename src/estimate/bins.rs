//! Counts of numbers with a declared range, by replicate.
//!
//! In come numbers with the replicate they belong to; out come counts in equal bins, to be read as [`Levels`](super::Levels).
//! The state depends on the numbers alone, not on their order or on how parts were merged.

use super::levels::{Binned, Row};
use super::replicate::REPLICATES;
use multiversion::multiversion;

/// Equal bins of a [`BinTable`].
const BINS: usize = 256;
/// Places of a replicate among the recent counts: a bin each, one that takes up what is not a number, one that is never used.
const PLACES: usize = BINS + 4;
/// Place of what is not a number.
const NO_NUMBER: u16 = BINS as u16 + 2;
/// Numbers that are sorted into bins in one go.
const CHUNK: usize = 64;

/// Counts in 256 equal bins between two bounds, and one exact bin for each bound.
///
/// The bounds have bins of their own because a clamped indicator spends much of its time exactly there.
#[derive(Clone, Debug)]
pub struct BinTable {
    low: f64,
    high: f64,
    /// Lower bound, equal bins, upper bound.
    rows: Vec<Row>,
    /// Counts that are not in `rows` yet, by replicate and place. One byte each: many tables are filled in turn,
    /// and what is touched for every number should stay in a near cache.
    recent: Vec<u8>,
    /// Whether all of `recent` is zero.
    is_settled: bool,
}

impl BinTable {
    /// An empty table between `low` and `high`, both finite, `low <= high`.
    pub fn new(low: f64, high: f64) -> Self {
        Self {
            low,
            high,
            rows: vec![[0; REPLICATES]; BINS + 2],
            recent: vec![0; REPLICATES * PLACES],
            is_settled: true,
        }
    }

    /// Takes in numbers of `replicate`. What lies outside the bounds counts as lying on them; NaN is left out.
    /// A bin that is full (more than four thousand million) stays full.
    pub fn add(&mut self, replicate: usize, values: &[f64]) {
        let mut places = [0u16; CHUNK];
        for chunk in values.chunks(CHUNK) {
            find_places(chunk, self.low, self.high, &mut places);
            self.count(replicate, &places[..chunk.len()]);
        }
    }

    /// As [`add`](Self::add) for one number; gives its bin, 0 for the lower bound and 257 for the upper one.
    pub fn add_one(&mut self, replicate: usize, value: f64) -> usize {
        let place = place_of(value, self.low, self.high, BINS as f64);
        self.count(replicate, &[place]);
        usize::from(place)
    }

    fn count(&mut self, replicate: usize, places: &[u16]) {
        let recent = &mut self.recent[replicate * PLACES..(replicate + 1) * PLACES];
        for place in places {
            let count = &mut recent[usize::from(*place)];
            *count = count.wrapping_add(1);
            if *count == 0
                && let Some(row) = self.rows.get_mut(usize::from(*place))
            {
                row[replicate] = row[replicate].saturating_add(1 << u8::BITS);
            }
        }
        self.is_settled = false;
    }

    /// Brings all counts into the rows, as reading needs them.
    pub fn settle(&mut self) {
        if self.is_settled {
            return;
        }
        for (m, recent) in self.recent.chunks_exact(PLACES).enumerate() {
            for (row, more) in self.rows.iter_mut().zip(recent) {
                row[m] = row[m].saturating_add(u32::from(*more));
            }
        }
        self.recent.fill(0);
        self.is_settled = true;
    }

    /// Takes in all that `other`, a table with the same bounds, has seen; the order of merging does not matter.
    pub fn merge(&mut self, other: &Self) {
        debug_assert_eq!((self.low, self.high), (other.low, other.high));
        self.settle();
        for (own, more) in self.rows.iter_mut().zip(&other.rows) {
            for (own, more) in own.iter_mut().zip(more) {
                *own = own.saturating_add(*more);
            }
        }
        if !other.is_settled {
            self.recent.copy_from_slice(&other.recent);
            self.is_settled = false;
            self.settle();
        }
    }
}

impl PartialEq for BinTable {
    fn eq(&self, other: &Self) -> bool {
        let settled = |table: &Self| {
            let mut table = table.clone();
            table.settle();
            (table.low, table.high, table.rows)
        };
        settled(self) == settled(other)
    }
}

impl Binned for BinTable {
    fn rows(&self) -> &[Row] {
        debug_assert!(self.is_settled, "a table is settled before it is read");
        &self.rows
    }

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

    fn place(&self, value: f64) -> (usize, f64) {
        if value < self.low {
            return (0, 0.0);
        }
        if value >= self.high {
            return (BINS + 2, 0.0);
        }
        let place = (value - self.low) / (self.high - self.low) * BINS as f64;
        let bin = (place as usize).min(BINS - 1);
        // The exact bin of the lower bound, and the equal bins that lie below.
        (bin + 1, place - bin as f64)
    }
}

/// Bin of a number, or [`NO_NUMBER`]; `bins` is the number of equal bins.
///
/// Written with selections instead of branches, so that a loop over it is vectorised.
#[inline(always)]
fn place_of(value: f64, low: f64, high: f64, bins: f64) -> u16 {
    /// Adding it leaves the nearest integer in the low bits of the mantissa.
    const ROUNDER: f64 = 6_755_399_441_055_744.0;
    let scaled = (value - low) / (high - low) * bins;
    let nearest = (scaled + ROUNDER) - ROUNDER;
    let whole = if nearest > scaled {
        nearest - 1.0
    } else {
        nearest
    };
    let whole = if whole < bins - 1.0 {
        whole
    } else {
        bins - 1.0
    };
    let place = 1.0 + whole;
    let place = if value >= high { bins + 1.0 } else { place };
    let place = if value <= low { 0.0 } else { place };
    let place = if value.is_nan() {
        f64::from(NO_NUMBER)
    } else {
        place
    };
    (place + ROUNDER).to_bits() as u16
}

/// Bins of up to 64 numbers.
#[multiversion(targets(
    "x86_64+avx512f+avx512dq+avx512vl+avx512bw",
    "x86_64+avx2",
    "aarch64+neon"
))]
fn find_places(values: &[f64], low: f64, high: f64, places: &mut [u16; CHUNK]) {
    for (place, value) in places.iter_mut().zip(values) {
        *place = place_of(*value, low, high, BINS as f64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estimate::Levels;
    use crate::estimate::testing::Random;

    fn table(low: f64, high: f64, values: &[f64]) -> BinTable {
        let mut table = BinTable::new(low, high);
        for (i, value) in values.iter().enumerate() {
            table.add(i % REPLICATES, &[*value]);
        }
        table.settle();
        table
    }

    #[test]
    fn clamped_mass_sits_exactly_on_its_bound() {
        let table = table(0.0, 1.0, &[-3.0, 0.0, 0.0, 0.25, 0.5, 1.0, 7.0, f64::NAN]);
        let levels = Levels::new(&table);
        assert_eq!(levels.count(), 7);
        assert_eq!(levels.quantile(0.0), Some(0.0));
        assert_eq!(levels.quantile(0.42), Some(0.0));
        assert_eq!(levels.quantile(0.75), Some(1.0));
        assert_eq!(levels.quantile(1.0), Some(1.0));
        assert_eq!(levels.share_below(0.0), 3.0 / 7.0);
        assert_eq!(levels.share_below(0.999), 5.0 / 7.0);
        assert_eq!(Levels::new(&BinTable::new(0.0, 1.0)).quantile(0.5), None);
    }

    #[test]
    fn quantiles_are_within_a_bin_of_the_truth() {
        let mut random = Random::new(1);
        let mut values: Vec<f64> = (0..20_000).map(|_| 6.0 * random.beta(3, 4) - 1.0).collect();
        let table = table(-2.0, 6.0, &values);
        let levels = Levels::new(&table);
        values.sort_unstable_by(f64::total_cmp);
        for p in [0.05, 0.25, 0.5, 0.75, 0.95] {
            let exact = values[(p * 20_000.0) as usize];
            let q = levels.quantile(p).unwrap();
            assert!(
                (q - exact).abs() < 8.0 / 256.0 / 4.0,
                "{p}: {q} for {exact}"
            );
            assert!((levels.share_below(q) - p).abs() < 1e-12);
        }
    }

    #[test]
    fn every_number_falls_between_the_edges_of_its_bin() {
        let mut table = BinTable::new(-0.3, 0.7);
        let mut random = Random::new(2);
        for _ in 0..10_000 {
            let value = random.uniform() - 0.3;
            let bin = table.add_one(0, value);
            let (low, high) = table.edges(bin);
            assert!(low - 1e-15 <= value && value <= high + 1e-15);
        }
        let mut point = BinTable::new(2.0, 2.0);
        let bins = [1.0, 2.0, 3.0].map(|value| point.add_one(0, value));
        assert_eq!(bins, [0, 0, BINS + 1]);
    }

    #[test]
    fn bins_found_together_are_those_found_one_by_one() {
        let mut random = Random::new(7);
        for (low, high) in [(0.0, 1.0), (-0.3, 0.7), (15.0, 90.0), (3.0, 3.0)] {
            let mut values: Vec<f64> = (0..1_000)
                .map(|_| low + (high - low) * (1.2 * random.uniform() - 0.1))
                .collect();
            // Every edge of a bin, and what has no place of its own.
            values.extend((0..=256).map(|i| low + (high - low) * f64::from(i) / 256.0));
            values.extend([f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0]);
            let (mut together, mut apart) = (BinTable::new(low, high), BinTable::new(low, high));
            together.add(3, &values);
            values.iter().for_each(|value| {
                apart.add_one(3, *value);
            });
            assert_eq!(together, apart);
            let numbers = Levels::new(&{
                together.settle();
                together
            })
            .count();
            assert_eq!(numbers, values.len() as u64 - 1);
        }
    }

    #[test]
    fn any_cutting_and_any_order_give_the_same_counts() {
        let mut random = Random::new(9);
        // So many in one bin that a byte overflows more than once.
        let values: Vec<(usize, f64)> = (0..20_000u64)
            .map(|_| {
                let value = if random.uniform() < 0.5 {
                    0.3
                } else {
                    random.uniform()
                };
                (random.below(16) as usize, value)
            })
            .collect();
        let mut whole = BinTable::new(0.0, 1.0);
        values
            .iter()
            .for_each(|(m, value)| whole.add(*m, &[*value]));
        for parts in [2, 7, 100] {
            let mut pieces = vec![BinTable::new(0.0, 1.0); parts];
            for (i, (m, value)) in values.iter().rev().enumerate() {
                pieces[(i * 31) % parts].add(*m, &[*value]);
            }
            let mut merged = BinTable::new(0.0, 1.0);
            pieces.iter().for_each(|piece| merged.merge(piece));
            assert_eq!(merged, whole, "{parts} parts");
        }
        whole.settle();
        assert_eq!(Levels::new(&whole).count(), 20_000);
    }
}
