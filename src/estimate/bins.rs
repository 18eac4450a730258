//! Counts of numbers with a declared range, by replicate.
//!
//! In come numbers with the replicate they belong to; out come counts in equal bins, to be read as [`Levels`](super::Levels).
//! The state depends on the numbers alone, not on their order or on how parts were merged.

use super::levels::{Binned, Row};
use super::replicate::REPLICATES;
use super::scale::{BINS, PLACES, Scale};

/// Rows of a table: the lower bound, the equal bins, the upper bound.
const ROWS: usize = BINS + 2;

/// Tables of counts, each in 256 equal bins between two bounds of its own, and one exact bin for each bound.
///
/// The bounds have bins of their own because a clamped indicator spends much of its time exactly there.
#[derive(Clone, Debug, Default)]
pub struct BinTables {
    scales: Vec<Scale>,
    /// By table, then bin.
    rows: Vec<Row>,
    /// Counts that are not in `rows` yet, by replicate, then table, then place. What a draw leaves in all tables lies in one stretch, a byte a count:
    /// tables are filled in turn, and waiting for memory would cost more than counting.
    recent: Vec<u8>,
    /// Whether all of `recent` is zero.
    is_settled: bool,
}

/// One of the tables, to be read.
#[derive(Clone, Copy, Debug)]
pub struct BinTable<'a> {
    scale: Scale,
    rows: &'a [Row],
}

impl BinTables {
    /// Empty tables between these bounds, all finite, each low one no higher than its high one.
    pub fn new(bounds: impl IntoIterator<Item = (f64, f64)>) -> Self {
        let scales: Vec<Scale> = bounds
            .into_iter()
            .map(|(low, high)| Scale::new(low, high))
            .collect();
        Self {
            rows: vec![[0; REPLICATES]; scales.len() * ROWS],
            recent: vec![0; REPLICATES * scales.len() * PLACES],
            scales,
            is_settled: true,
        }
    }

    /// Takes in numbers of `replicate`. What lies outside the bounds counts as lying on them; NaN is left out.
    /// A bin that is full (more than four thousand million) stays full.
    pub fn add(&mut self, table: usize, replicate: usize, values: &[f64]) {
        self.ask_for(table + 1, replicate);
        let scale = self.scales[table];
        // A whole draw, a group of a draw, and what is left.
        let (chunks, rest) = values.as_chunks::<64>();
        for chunk in chunks {
            self.count(table, replicate, &scale.places_of_64(chunk));
        }
        let (chunks, rest) = rest.as_chunks::<8>();
        for chunk in chunks {
            self.count(table, replicate, &scale.places_of_8(chunk));
        }
        for value in rest {
            self.count(table, replicate, &[scale.place(*value)]);
        }
    }

    /// As [`add`](Self::add) for one number; gives its bin, 0 for the lower bound and 257 for the upper one.
    pub fn add_one(&mut self, table: usize, replicate: usize, value: f64) -> usize {
        let place = self.scales[table].place(value);
        self.count(table, replicate, &[place]);
        usize::from(place)
    }

    /// Touches the recent counts of the table that is filled next: they come from memory while this one is counted.
    fn ask_for(&self, table: usize, replicate: usize) {
        let start = (replicate * self.scales.len() + table) * PLACES;
        let lines = self.recent.get(start..start + PLACES).unwrap_or_default();
        let touched = lines.iter().step_by(64).fold(0, |all, count| all | count);
        std::hint::black_box(touched);
    }

    fn count(&mut self, table: usize, replicate: usize, places: &[u16]) {
        let start = (replicate * self.scales.len() + table) * PLACES;
        let recent = &mut self.recent[start..start + PLACES];
        let rows = &mut self.rows[table * ROWS..(table + 1) * ROWS];
        let mut count = |place: u16| {
            let count = &mut recent[usize::from(place)];
            *count = count.wrapping_add(1);
            if *count == 0
                && let Some(row) = rows.get_mut(usize::from(place))
            {
                row[replicate] = row[replicate].saturating_add(1 << u8::BITS);
            }
        };
        let (fours, rest) = places.as_chunks::<4>();
        fours.iter().flatten().for_each(|place| count(*place));
        rest.iter().for_each(|place| count(*place));
        self.is_settled = false;
    }

    /// Brings all counts into the rows, as reading needs them.
    pub fn settle(&mut self) {
        if !self.is_settled {
            let recent = std::mem::take(&mut self.recent);
            self.add_recent(&recent);
            self.recent = recent;
            self.recent.fill(0);
            self.is_settled = true;
        }
    }

    fn add_recent(&mut self, recent: &[u8]) {
        let tables = self.scales.len();
        for (at, recent) in recent.chunks_exact(PLACES).enumerate() {
            let (m, table) = (at / tables, at % tables);
            let rows = &mut self.rows[table * ROWS..(table + 1) * ROWS];
            for (row, more) in rows.iter_mut().zip(recent) {
                row[m] = row[m].saturating_add(u32::from(*more));
            }
        }
    }

    /// Takes in all that `other`, tables with the same bounds, has seen; the order of merging does not matter.
    pub fn merge(&mut self, other: &Self) {
        debug_assert_eq!(self.scales, other.scales);
        for (own, more) in self.rows.iter_mut().zip(&other.rows) {
            for (own, more) in own.iter_mut().zip(more) {
                *own = own.saturating_add(*more);
            }
        }
        if !other.is_settled {
            self.add_recent(&other.recent);
        }
    }

    /// A table of settled ones.
    pub fn table(&self, table: usize) -> BinTable<'_> {
        debug_assert!(self.is_settled, "tables are settled before they are read");
        BinTable {
            scale: self.scales[table],
            rows: &self.rows[table * ROWS..(table + 1) * ROWS],
        }
    }
}

impl PartialEq for BinTables {
    fn eq(&self, other: &Self) -> bool {
        let settled = |tables: &Self| {
            let mut tables = tables.clone();
            tables.settle();
            (tables.scales, tables.rows)
        };
        settled(self) == settled(other)
    }
}

impl Binned for BinTable<'_> {
    fn rows(&self) -> &[Row] {
        self.rows
    }

    fn edges(&self, bin: usize) -> (f64, f64) {
        self.scale.edges(bin)
    }

    fn place(&self, value: f64) -> (usize, f64) {
        self.scale.bins_below(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estimate::Levels;
    use rand::{RngExt, SeedableRng};
    use rand_distr::{Beta, Distribution};
    use rand_xoshiro::Xoshiro256PlusPlus;

    /// A settled table, the second of two.
    fn tables(low: f64, high: f64, values: &[f64]) -> BinTables {
        let mut tables = BinTables::new([(0.0, 1e-3), (low, high)]);
        for (i, value) in values.iter().enumerate() {
            tables.add(1, i % REPLICATES, &[*value]);
            tables.add(0, i % REPLICATES, &[f64::NAN]);
        }
        tables.settle();
        tables
    }

    #[test]
    fn clamped_mass_sits_exactly_on_its_bound() {
        let values = [-3.0, 0.0, 0.0, 0.25, 0.5, 1.0, 7.0, f64::NAN];
        let tables = tables(0.0, 1.0, &values);
        let table = tables.table(1);
        let levels = Levels::new(&table);
        assert_eq!(levels.count(), 7);
        assert_eq!(levels.quantile(0.0), Some(0.0));
        assert_eq!(levels.quantile(0.42), Some(0.0));
        assert_eq!(levels.quantile(0.75), Some(1.0));
        assert_eq!(levels.quantile(1.0), Some(1.0));
        assert_eq!(levels.share_below(0.0), 3.0 / 7.0);
        assert_eq!(levels.share_below(0.999), 5.0 / 7.0);
        assert_eq!(Levels::new(&tables.table(0)).quantile(0.5), None);
    }

    #[test]
    fn quantiles_are_within_a_bin_of_the_truth() {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(1);
        let law = Beta::new(3.0, 4.0).unwrap().map(|b: f64| 6.0 * b - 1.0);
        let mut values: Vec<f64> = law.sample_iter(&mut random).take(20_000).collect();
        let tables = tables(-2.0, 6.0, &values);
        let table = tables.table(1);
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
    fn any_cutting_and_any_order_give_the_same_counts() {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(9);
        let empty = || BinTables::new([(0.0, 1.0), (-1.0, 2.0), (0.0, 30.0)]);
        // So many in one bin that a byte overflows more than once.
        let values: Vec<(usize, usize, f64)> = (0..60_000u64)
            .map(|_| {
                let often = random.random_bool(0.5);
                let value = if often { 0.3 } else { random.random() };
                (random.random_range(0..3), random.random_range(0..16), value)
            })
            .collect();
        let mut whole = empty();
        (values.iter()).for_each(|(table, m, value)| whole.add(*table, *m, &[*value]));
        for parts in [2, 7, 100] {
            let mut pieces = vec![empty(); parts];
            for (i, (table, m, value)) in values.iter().rev().enumerate() {
                pieces[(i * 31) % parts].add(*table, *m, &[*value]);
            }
            let mut merged = empty();
            pieces.iter().for_each(|piece| merged.merge(piece));
            assert_eq!(merged, whole, "{parts} parts");
        }
        whole.settle();
        let counted: u64 = (0..3).map(|t| Levels::new(&whole.table(t)).count()).sum();
        assert_eq!(counted, 60_000);
    }
}
