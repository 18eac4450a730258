//! Bins cut from the bits of floating-point numbers: the counts behind a [`Sketch`](super::Sketch).
//!
//! In come finite numbers with the replicate they belong to; out come ascending keys with a row of counts each. Which bins there are depends
//! on the numbers alone: the finest of a series of ever coarser grids of which no more than 512 bins are occupied.

use super::levels::Row;
use super::replicate::REPLICATES;

/// Most bins in use.
pub(super) const MOST_BINS: usize = 512;
/// Mantissa bits dropped at the start: 30 of 52 are kept, a relative bin width of 1e-9.
const FIRST_DROP: u32 = 22;

/// Counts by the leading bits of numbers.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct FloatBins {
    /// Low bits dropped from every number.
    drop: u32,
    /// Ascending, none twice.
    keys: Vec<i64>,
    /// Counts by key, then replicate; no row is all zero.
    rows: Vec<Row>,
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

/// Finds a key among those of a sketch: a table of their places, by hash.
struct Index {
    /// Place in the keys, plus one; 0 for nothing.
    slots: [u16; Self::SLOTS],
}

impl Index {
    /// Twice the most keys, so that a search is short.
    const SLOTS: usize = 2 * MOST_BINS;

    fn new(keys: &[i64]) -> Self {
        let mut slots = [0; Self::SLOTS];
        for (key, place) in keys.iter().zip(1..) {
            let mut slot = Self::first(*key);
            while slots[slot] != 0 {
                slot = (slot + 1) % Self::SLOTS;
            }
            slots[slot] = place;
        }
        Self { slots }
    }

    /// Where the search for a key begins: the high bits of a product spread neighbours (Knuth 1973, 6.4).
    fn first(key: i64) -> usize {
        const BITS: u32 = Index::SLOTS.trailing_zeros();
        ((key as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (u64::BITS - BITS)) as usize
    }

    fn find(&self, keys: &[i64], key: i64) -> Option<usize> {
        let mut slot = Self::first(key);
        loop {
            let place = usize::from(self.slots[slot]).checked_sub(1)?;
            if keys[place] == key {
                return Some(place);
            }
            slot = (slot + 1) % Self::SLOTS;
        }
    }
}

/// Both ascending lists in one, without repetition.
fn united(a: &[i64], b: &[i64]) -> Vec<i64> {
    let mut all = Vec::with_capacity(a.len() + b.len());
    all.extend_from_slice(a);
    all.extend_from_slice(b);
    // Two ascending runs: what a sort that looks for runs merges in one go.
    all.sort();
    all.dedup();
    all
}

/// Fewest further bits to drop until no more than 512 of these ascending keys differ.
fn bits_too_many(keys: &[i64]) -> u32 {
    // Neighbours fall together once all bits in which they differ are dropped.
    let mut told_apart_by = [0usize; 65];
    for pair in keys.windows(2) {
        let differing = u64::BITS - (pair[0] ^ pair[1]).leading_zeros();
        told_apart_by[differing as usize] += 1;
    }
    let mut distinct = keys.len();
    let mut bits = 0;
    while distinct > MOST_BINS {
        bits += 1;
        distinct -= told_apart_by[bits as usize];
    }
    bits
}

impl FloatBins {
    pub fn new() -> Self {
        Self {
            drop: FIRST_DROP,
            keys: Vec::new(),
            rows: Vec::new(),
            range: None,
        }
    }

    pub fn keys(&self) -> &[i64] {
        &self.keys
    }

    /// Counts by key, then replicate.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Smallest and largest number; `None` without numbers.
    pub fn range(&self) -> Option<(f64, f64)> {
        self.range
    }

    /// Lower and upper edge of a bin.
    pub fn edges(&self, bin: usize) -> (f64, f64) {
        edges(self.keys[bin], self.drop)
    }

    /// Joins neighbours. The arithmetic shift does the same to both signs, as keys of negative numbers are complements.
    fn coarsen(&mut self, bits: u32) {
        self.drop += bits;
        let mut kept = 0;
        for i in 0..self.keys.len() {
            let (key, row) = (self.keys[i] >> bits, self.rows[i]);
            if kept > 0 && self.keys[kept - 1] == key {
                add(&mut self.rows[kept - 1], &row);
            } else {
                (self.keys[kept], self.rows[kept]) = (key, row);
                kept += 1;
            }
        }
        self.keys.truncate(kept);
        self.rows.truncate(kept);
    }

    /// Makes place for these ascending keys, none twice, with as many bits dropped as its own; coarsens if there are too many.
    fn admit(&mut self, more: &[i64]) {
        let bits = bits_too_many(&united(&self.keys, more));
        if bits > 0 {
            self.coarsen(bits);
        }
        let mut new: Vec<i64> = more.iter().map(|key| key >> bits).collect();
        new.dedup();
        let mut own = self.keys.iter().copied().peekable();
        new.retain(|key| {
            while own.next_if(|own| own < key).is_some() {}
            own.peek() != Some(key)
        });
        // From the end, so that each row moves once and nothing but the sketch itself holds rows.
        let (mut from, mut left) = (self.keys.len(), new.len());
        let all = from + left;
        self.keys.reserve_exact(MOST_BINS.saturating_sub(from));
        self.rows.reserve_exact(MOST_BINS.saturating_sub(from));
        self.keys.resize(all, 0);
        self.rows.resize(all, [0; REPLICATES]);
        while left > 0 {
            let to = from + left - 1;
            if from > 0 && self.keys[from - 1] > new[left - 1] {
                from -= 1;
                (self.keys[to], self.rows[to]) = (self.keys[from], self.rows[from]);
            } else {
                left -= 1;
                (self.keys[to], self.rows[to]) = (new[left], [0; REPLICATES]);
            }
        }
    }

    fn widen(&mut self, low: f64, high: f64) {
        let (least, most) = self.range.unwrap_or((low, high));
        self.range = Some((least.min(low), most.max(high)));
    }

    /// Takes in finite numbers, each with its replicate.
    pub fn take(&mut self, numbers: &[f64], owners: &[u8]) {
        let (Some(first), Some(_)) = (numbers.first(), owners.first()) else {
            return;
        };
        let (mut low, mut high) = (*first, *first);
        let mut missing: Vec<(i64, u8)> = Vec::new();
        let index = Index::new(&self.keys);
        for (number, owner) in numbers.iter().zip(owners) {
            low = low.min(*number);
            high = high.max(*number);
            let key = key(*number, self.drop);
            match index.find(&self.keys, key) {
                Some(place) => count(&mut self.rows[place], *owner),
                None => missing.push((key, *owner)),
            }
        }
        self.widen(low, high);
        if missing.is_empty() {
            return;
        }
        let before = self.drop;
        let mut keys: Vec<i64> = missing.iter().map(|(key, _)| *key).collect();
        keys.sort_unstable();
        keys.dedup();
        self.admit(&keys);
        let index = Index::new(&self.keys);
        for (key, owner) in missing {
            if let Some(place) = index.find(&self.keys, key >> (self.drop - before)) {
                count(&mut self.rows[place], owner);
            }
        }
    }

    /// Takes in all that `other` has seen.
    pub fn merge(&mut self, other: &Self) {
        let Some((low, high)) = other.range else {
            return;
        };
        self.widen(low, high);
        if self.drop < other.drop {
            self.coarsen(other.drop - self.drop);
        }
        let bits = self.drop - other.drop;
        let mut keys: Vec<i64> = other.keys.iter().map(|key| key >> bits).collect();
        keys.dedup();
        self.admit(&keys);
        let bits = self.drop - other.drop;
        let mut place = 0;
        for (key, row) in other.keys.iter().zip(&other.rows) {
            while self.keys[place] < key >> bits {
                place += 1;
            }
            add(&mut self.rows[place], row);
        }
    }
}

/// A count that is full (more than four thousand million) stays full.
fn count(row: &mut Row, owner: u8) {
    let count = &mut row[usize::from(owner) % REPLICATES];
    *count = count.saturating_add(1);
}

fn add(row: &mut Row, more: &Row) {
    for (own, more) in row.iter_mut().zip(more) {
        *own = own.saturating_add(*more);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estimate::testing::Random;

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
    fn bits_are_dropped_one_by_one_and_no_further_than_needed() {
        let mut random = Random::new(12);
        for spread in [1e-9, 0.1, 3.0, 40.0] {
            let numbers: Vec<f64> = (0..5_000)
                .map(|_| random.normal() * libm::exp(spread * random.normal()))
                .collect();
            let mut bins = FloatBins::new();
            bins.take(&numbers, &[0; 5_000]);
            let distinct = |drop: u32| {
                let mut keys: Vec<i64> = numbers.iter().map(|x| key(*x, drop)).collect();
                keys.sort_unstable();
                keys.dedup();
                keys
            };
            assert_eq!(distinct(bins.drop), bins.keys, "{spread}");
            assert!(bins.keys.len() <= MOST_BINS);
            assert!(distinct(bins.drop - 1).len() > MOST_BINS, "{spread}");
        }
    }

    #[test]
    fn counts_stay_with_their_replicate_and_their_key() {
        let mut random = Random::new(13);
        let numbers: Vec<f64> = (0..4_000).map(|_| random.normal()).collect();
        let owners: Vec<u8> = (0..4_000).map(|i| (i * 7 % 16) as u8).collect();
        let mut bins = FloatBins::new();
        for (numbers, owners) in numbers.chunks(900).zip(owners.chunks(900)) {
            bins.take(numbers, owners);
        }
        for (key_of_bin, row) in bins.keys.iter().zip(&bins.rows) {
            let mut exact = [0; REPLICATES];
            for (number, owner) in numbers.iter().zip(&owners) {
                exact[usize::from(*owner)] += u32::from(key(*number, bins.drop) == *key_of_bin);
            }
            assert_eq!(*row, exact);
        }
    }
}
