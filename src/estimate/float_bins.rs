//! Bins cut from the bits of floating-point numbers: the counts behind a [`Sketch`](super::Sketch).
//!
//! In come numbers with the replicate they belong to; out come keys with a row of counts each. Which bins there are depends
//! on the numbers alone: the finest of a series of ever coarser grids of which no more than 512 bins are occupied.

use super::levels::Row;
use super::replicate::REPLICATES;
use crate::math::width::{Width, wide};

/// Most bins in use.
pub(super) const MOST_BINS: usize = 512;
/// Mantissa bits dropped at the start: 30 of 52 are kept, a relative bin width of 1e-9.
const FIRST_DROP: u32 = 22;
/// Numbers whose keys are found together.
const CHUNK: usize = 64;

/// Counts by the leading bits of numbers.
#[derive(Clone, Debug)]
pub(super) struct FloatBins {
    /// Low bits dropped from every number.
    drop: u32,
    /// None twice; in the order in which they came, until they are sorted.
    keys: Vec<i64>,
    /// Counts by key, then replicate; no row is all zero.
    rows: Vec<Row>,
    /// Smallest and largest number.
    range: Option<(f64, f64)>,
}

/// So many numbers of one replicate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Run {
    pub replicate: u8,
    pub numbers: u16,
}

/// Place of a number among all, low bits dropped: ascending, negative for negative numbers.
#[inline(always)]
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

    fn empty() -> Self {
        Self {
            slots: [0; Self::SLOTS],
        }
    }

    fn of(keys: &[i64]) -> Self {
        let mut index = Self::empty();
        for (place, key) in keys.iter().enumerate() {
            if let Err(slot) = index.find(&keys[..place], *key) {
                index.set(slot, place);
            }
        }
        index
    }

    /// The place of a key, or the slot for it if it is new.
    #[inline(always)]
    fn find(&self, keys: &[i64], key: i64) -> Result<usize, usize> {
        // The high bits of a product spread neighbours (Knuth 1973, 6.4).
        const BITS: u32 = Index::SLOTS.trailing_zeros();
        let hash = (key as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (u64::BITS - BITS);
        let mut slot = hash as usize;
        loop {
            let Some(place) = usize::from(self.slots[slot]).checked_sub(1) else {
                return Err(slot);
            };
            if keys[place] == key {
                return Ok(place);
            }
            slot = (slot + 1) % Self::SLOTS;
        }
    }

    fn set(&mut self, slot: usize, place: usize) {
        self.slots[slot] = place as u16 + 1;
    }
}

/// Fewest further bits to drop until no more than 512 of these keys differ.
fn bits_too_many(mut keys: Vec<i64>) -> u32 {
    keys.sort_unstable();
    keys.dedup();
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

    /// Number of bins in use.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Counts by bin, then replicate; in ascending order once they are sorted.
    pub fn rows(&self) -> &[Row] {
        debug_assert!(
            self.keys.is_sorted(),
            "bins are sorted before they are read"
        );
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

    /// Puts the bins into ascending order, as reading needs them.
    pub fn sort(&mut self) {
        if self.keys.is_sorted() {
            return;
        }
        let mut order: Vec<(i64, u16)> = self.keys.iter().copied().zip(0..).collect();
        order.sort_unstable();
        self.rows = (order.iter())
            .map(|(_, place)| self.rows[usize::from(*place)])
            .collect();
        self.keys = order.into_iter().map(|(key, _)| key).collect();
    }

    /// Joins neighbours. The arithmetic shift does the same to both signs, as keys of negative numbers are complements.
    fn coarsen(&mut self, bits: u32) {
        self.drop += bits;
        let mut index = Index::empty();
        let mut kept = 0;
        for i in 0..self.keys.len() {
            let (key, row) = (self.keys[i] >> bits, self.rows[i]);
            match index.find(&self.keys[..kept], key) {
                Ok(place) => add(&mut self.rows[place], &row),
                Err(slot) => {
                    index.set(slot, kept);
                    (self.keys[kept], self.rows[kept]) = (key, row);
                    kept += 1;
                }
            }
        }
        self.keys.truncate(kept);
        self.rows.truncate(kept);
    }

    /// Makes a bin for a new key, whose slot is known, and gives its place.
    fn append(&mut self, index: &mut Index, slot: usize, key: i64) -> usize {
        let place = self.keys.len();
        index.set(slot, place);
        // All the room there will ever be: rows are large, and a vector that doubles would leave half of it empty.
        self.keys.reserve_exact(MOST_BINS - place);
        self.rows.reserve_exact(MOST_BINS - place);
        self.keys.push(key);
        self.rows.push([0; REPLICATES]);
        place
    }

    fn widen(&mut self, (low, high): (f64, f64)) {
        let (least, most) = self.range.unwrap_or((low, high));
        self.range = Some((least.min(low), most.max(high)));
    }

    /// Takes in numbers, and of which replicates they are, in order; those that are not finite are left out.
    pub fn take(&mut self, mut numbers: &[f64], runs: &[Run]) {
        if self.keys.is_empty() {
            // One by one, the first numbers would be coarsened a bit at a time.
            let finite = numbers.iter().filter(|x| x.is_finite());
            self.drop += bits_too_many(finite.map(|x| key(*x, self.drop)).collect());
        }
        let mut index = Index::of(&self.keys);
        for run in runs {
            let (own, others) = numbers.split_at(usize::from(run.numbers));
            for numbers in own.chunks(CHUNK) {
                self.take_of(&mut index, numbers, usize::from(run.replicate));
            }
            numbers = others;
        }
    }

    /// Takes in up to 64 numbers of one replicate.
    fn take_of(&mut self, index: &mut Index, numbers: &[f64], owner: usize) {
        let mut keys = [0; CHUNK];
        if let Some(range) = find_keys(numbers, self.drop, &mut keys) {
            self.widen(range);
            self.count_keys(index, &keys[..numbers.len()], owner);
            return;
        }
        for number in numbers.iter().filter(|x| x.is_finite()) {
            self.widen((number + 0.0, number + 0.0));
            self.count_keys(index, &[key(*number, self.drop)], owner);
        }
    }

    /// Counts keys of one replicate, with as many bits dropped as its own.
    fn count_keys(&mut self, index: &mut Index, mut keys: &[i64], owner: usize) {
        let before = self.drop;
        loop {
            let bits = self.drop - before;
            let known = count_known(&self.keys, &mut self.rows, index, keys, owner, bits);
            keys = &keys[known..];
            let Some(key) = keys.first().map(|key| key >> bits) else {
                return;
            };
            match index.find(&self.keys, key) {
                Err(slot) if self.keys.len() < MOST_BINS => {
                    self.append(index, slot, key);
                }
                _ => {
                    let mut all = self.keys.clone();
                    all.push(key);
                    self.coarsen(bits_too_many(all));
                    *index = Index::of(&self.keys);
                }
            }
        }
    }

    /// Takes in all that `other` has seen.
    pub fn merge(&mut self, other: &Self) {
        let Some(range) = other.range else {
            return;
        };
        self.widen(range);
        if self.drop < other.drop {
            self.coarsen(other.drop - self.drop);
        }
        let finer = self.drop - other.drop;
        let all = other
            .keys
            .iter()
            .map(|key| key >> finer)
            .chain(self.keys.iter().copied());
        self.coarsen(bits_too_many(all.collect()));
        let mut index = Index::of(&self.keys);
        for (key, row) in other.keys.iter().zip(&other.rows) {
            let key = key >> (self.drop - other.drop);
            let place = match index.find(&self.keys, key) {
                Ok(place) => place,
                Err(slot) => self.append(&mut index, slot, key),
            };
            add(&mut self.rows[place], row);
        }
    }
}

impl PartialEq for FloatBins {
    fn eq(&self, other: &Self) -> bool {
        let sorted = |bins: &Self| {
            let mut bins = bins.clone();
            bins.sort();
            (bins.drop, bins.keys, bins.rows, bins.range)
        };
        sorted(self) == sorted(other)
    }
}

/// Keys of numbers, and the smallest and largest number, if all are finite.
fn find_keys(numbers: &[f64], drop: u32, keys: &mut [i64]) -> Option<(f64, f64)> {
    /// As a key of which no bit was dropped. What is not a number lies beyond it.
    const INFINITE: i64 = f64::INFINITY.to_bits() as i64;
    let (low, high) = shifted_keys(Width::widest(), numbers, drop, keys);
    let number = |key: i64| {
        let magnitude = f64::from_bits(if key < 0 { !key } else { key } as u64);
        if key < 0 { -magnitude } else { magnitude }
    };
    (low > !INFINITE && high < INFINITE).then(|| (number(low), number(high)))
}

wide! {
    /// Keys of numbers, and the smallest and largest of the keys before bits were dropped. Whole numbers may be compared in any order.
    fn shifted_keys(numbers: &[f64], drop: u32, keys: &mut [i64]) -> (i64, i64) {
        let (mut low, mut high) = (i64::MAX, i64::MIN);
        for (number, place) in numbers.iter().zip(keys) {
            let whole = key(*number, 0);
            low = low.min(whole);
            high = high.max(whole);
            *place = whole >> drop;
        }
        (low, high)
    }
}

/// Counts keys of one replicate, after dropping further bits, up to the first that is new; how many they are.
///
/// Apart from what is done about a new key, because this is the loop that every number goes through.
#[inline(never)]
fn count_known(
    known: &[i64],
    rows: &mut [Row],
    index: &Index,
    keys: &[i64],
    owner: usize,
    bits: u32,
) -> usize {
    let rows = &mut rows[..known.len()];
    for (i, key) in keys.iter().enumerate() {
        match index.find(known, key >> bits) {
            Ok(place) => {
                let count = &mut rows[place][owner % REPLICATES];
                // A count that is full (more than four thousand million) stays full.
                *count += u32::from(*count != u32::MAX);
            }
            Err(_) => return i,
        }
    }
    keys.len()
}

fn add(row: &mut Row, more: &Row) {
    for (own, more) in row.iter_mut().zip(more) {
        *own = own.saturating_add(*more);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng};
    use rand_distr::{Distribution, LogNormal, StandardNormal};
    use rand_xoshiro::Xoshiro256PlusPlus;

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
        let mut random = Xoshiro256PlusPlus::seed_from_u64(12);
        for spread in [1e-9, 0.1, 3.0, 40.0] {
            let numbers: Vec<f64> = (0..5_000)
                .map(|_| {
                    let size = random.sample(LogNormal::new(0.0, spread).unwrap());
                    size * random.sample::<f64, _>(StandardNormal)
                })
                .collect();
            let mut bins = FloatBins::new();
            for numbers in numbers.chunks(700) {
                let run = Run {
                    replicate: 3,
                    numbers: numbers.len() as u16,
                };
                bins.take(numbers, &[run]);
            }
            bins.sort();
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
        let random = Xoshiro256PlusPlus::seed_from_u64(13);
        let numbers: Vec<f64> = StandardNormal.sample_iter(random).take(4_000).collect();
        let owners: Vec<u8> = (0..4_000).map(|i| (i * 7 % 16) as u8).collect();
        let mut bins = FloatBins::new();
        for (numbers, owners) in numbers.chunks(900).zip(owners.chunks(900)) {
            let alone = |replicate: &u8| Run {
                replicate: *replicate,
                numbers: 1,
            };
            bins.take(numbers, &owners.iter().map(alone).collect::<Vec<Run>>());
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
