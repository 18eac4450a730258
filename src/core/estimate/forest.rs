//! The merge tree: sums of floats that come out the same, bit for bit, however blocks finish and
//! runs are cut.
//!
//! Takes leaves with their block index, in any order; each is merged with its aligned sibling
//! (blocks 2k and 2k+1, then pairs of pairs) as soon as both are there, always left then right.
//! Gives one value, or the complete subtrees themselves for a shard. A node depends only on the
//! blocks below it, and which nodes remain depends only on the set of blocks: so does the result.

use super::stored::{Store, Stored, Unreadable};
use std::collections::BTreeMap;
use std::ops::Range;

/// No run has more than two to this power of blocks.
const MOST_LEVELS: usize = 62;

/// Values of neighbouring stretches of blocks that can be joined.
pub trait Merge {
    /// The value of both stretches together; `right` follows `self`.
    fn merge(self, right: Self) -> Self;
}

/// Element by element; an element that only one side has is kept.
/// Nothing, of blocks that leave nothing to be merged.
impl Merge for () {
    fn merge(self, _: Self) -> Self {}
}

impl<T: Merge> Merge for Vec<T> {
    fn merge(self, right: Self) -> Self {
        let (mut left, mut right) = (self.into_iter(), right.into_iter());
        let mut merged = Vec::with_capacity(left.len().max(right.len()));
        loop {
            match (left.next(), right.next()) {
                (Some(a), Some(b)) => merged.push(a.merge(b)),
                (Some(one), None) | (None, Some(one)) => merged.push(one),
                (None, None) => return merged,
            }
        }
    }
}

impl<A: Merge, B: Merge> Merge for (A, B) {
    fn merge(self, right: Self) -> Self {
        (self.0.merge(right.0), self.1.merge(right.1))
    }
}

/// Two parts of a run have a block in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("block {block} occurs twice")]
pub struct Overlap {
    /// First block in common.
    pub block: u64,
}

/// Complete subtrees of the merge tree over block indices: about log2(blocks) of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Forest<T> {
    /// By first block: no two subtrees overlap, so their order is that of the blocks. The level
    /// gives the size, 2^level blocks.
    subtrees: BTreeMap<u64, (u32, T)>,
}

impl<T> Default for Forest<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Forest<T> {
    pub fn new() -> Self {
        Self {
            subtrees: BTreeMap::new(),
        }
    }

    /// The complete subtrees in block order: `(first block, level, value)`, each of 2^level blocks.
    pub fn subtrees(&self) -> impl Iterator<Item = (u64, u32, &T)> {
        self.subtrees
            .iter()
            .map(|(first, (level, value))| (*first, *level, value))
    }

    /// Number of blocks taken in.
    pub fn blocks(&self) -> u64 {
        self.subtrees().map(|(_, level, _)| 1u64 << level).sum()
    }

    /// First block that the forest shares with the subtree of `level` that starts at `first`.
    fn common(&self, first: u64, level: u32) -> Option<u64> {
        let last = first + ((1u64 << level) - 1);
        let (start, (below, _)) = self.subtrees.range(..=last).next_back()?;
        (start + ((1u64 << below) - 1) >= first).then(|| {
            let inside = self.subtrees.range(first..=last).next();
            let before = self.subtrees.range(..first).next_back();
            match before {
                Some((s, (l, _))) if s + ((1u64 << l) - 1) >= first => first,
                _ => inside.map_or(*start, |(s, _)| *s),
            }
        })
    }
}

impl<T> Forest<T> {
    /// The blocks taken in, as ranges that neither meet nor overlap, in order.
    pub fn ranges(&self) -> Vec<Range<u64>> {
        let mut ranges: Vec<Range<u64>> = Vec::new();
        for (first, level, _) in self.subtrees() {
            let end = first + (1u64 << level);
            match ranges.last_mut() {
                Some(last) if last.end == first => last.end = end,
                _ => ranges.push(first..end),
            }
        }
        ranges
    }

    /// First block that both have.
    pub fn overlap(&self, other: &Self) -> Option<u64> {
        (other.subtrees()).find_map(|(first, level, _)| self.common(first, level))
    }
}

impl<T: Merge> Forest<T> {
    /// Takes in the value of one block. False, and nothing changes, if that block is there already.
    pub fn insert(&mut self, block: u64, leaf: T) -> bool {
        self.insert_subtree(block, 0, leaf).is_ok()
    }

    /// Takes in the merged value of the 2^`level` blocks that start at `first`, a multiple of
    /// 2^`level`.
    ///
    /// # Errors
    /// [`Overlap`] if one of those blocks is there already; the forest is then unchanged.
    pub fn insert_subtree(&mut self, first: u64, level: u32, value: T) -> Result<(), Overlap> {
        debug_assert!(
            level < 63 && first.is_multiple_of(1 << level),
            "a subtree starts at a multiple of its size"
        );
        if let Some(block) = self.common(first, level) {
            return Err(Overlap { block });
        }
        let (mut first, mut level, mut value) = (first, level, value);
        loop {
            let size = 1u64 << level;
            let sibling = first ^ size;
            if self.subtrees.get(&sibling).is_none_or(|(l, _)| *l != level) {
                self.subtrees.insert(first, (level, value));
                return Ok(());
            }
            if let Some((_, other)) = self.subtrees.remove(&sibling) {
                value = if sibling < first {
                    other.merge(value)
                } else {
                    value.merge(other)
                };
            }
            first &= !size;
            level += 1;
        }
    }

    /// Takes in another part of the run.
    ///
    /// # Errors
    /// [`Overlap`] at the first block that both have; what preceded it has been taken in.
    pub fn join(&mut self, other: Self) -> Result<(), Overlap> {
        for (first, (level, value)) in other.subtrees {
            self.insert_subtree(first, level, value)?;
        }
        Ok(())
    }

    /// Writes the subtrees, or reads them into a forest without any; `empty` makes a value to be
    /// read into.
    ///
    /// # Errors
    /// [`Unreadable`], also if subtrees overlap or do not start at a multiple of their size.
    pub fn store(&mut self, store: &mut Store<'_>, empty: impl Fn() -> T) -> Result<(), Unreadable>
    where
        T: Stored,
    {
        const OVERLAP: Unreadable = Unreadable("it has a block twice");
        let length = store.length(self.subtrees.len(), store.left())?;
        let mut own = std::mem::take(&mut self.subtrees).into_iter();
        for _ in 0..length {
            let (mut first, (level, mut value)) = own.next().unwrap_or_else(|| (0, (0, empty())));
            store.count(&mut first)?;
            let level = store.length(level as usize, MOST_LEVELS)? as u32;
            value.store(store)?;
            let size = 1u64 << level;
            if first >= 1 << MOST_LEVELS || !first.is_multiple_of(size) {
                return Err(Unreadable("it has a block that no run has"));
            }
            self.insert_subtree(first, level, value)
                .map_err(|_| OVERLAP)?;
        }
        Ok(())
    }

    /// The value of all blocks: the subtrees merged from left to right. `None` without blocks.
    pub fn fold(self) -> Option<T> {
        self.subtrees
            .into_values()
            .map(|(_, value)| value)
            .reduce(Merge::merge)
    }
}

#[cfg(test)]
mod tests {
    use super::{Forest, Merge, Overlap, Store, Stored};
    use crate::estimate::Moments;
    use rand::seq::SliceRandom;
    use rand::{RngExt, SeedableRng};
    use rand_xoshiro::Xoshiro256PlusPlus;

    fn leaf(block: u64) -> Moments {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(block);
        let values: Vec<f64> = (0..5).map(|_| random.random_range(-0.1..1e3)).collect();
        Moments::from_slice(&values)
    }

    fn forest(blocks: impl IntoIterator<Item = u64>) -> Forest<Moments> {
        let mut forest = Forest::new();
        blocks
            .into_iter()
            .for_each(|b| assert!(forest.insert(b, leaf(b))));
        forest
    }

    fn shuffled(n: u64, seed: u64) -> Vec<u64> {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
        let mut blocks: Vec<u64> = (0..n).collect();
        blocks.shuffle(&mut random);
        blocks
    }

    #[test]
    fn any_order_of_insertion_gives_the_same_bits() {
        for n in [1, 2, 7, 64, 157] {
            let whole = forest(0..n);
            for seed in 0..20 {
                assert_eq!(forest(shuffled(n, seed)), whole, "{n} blocks, order {seed}");
            }
            assert_eq!(whole.blocks(), n);
            assert!(whole.subtrees().count() <= 8);
        }
    }

    #[test]
    fn any_cutting_into_shards_gives_the_same_bits() {
        let whole = forest(0..157).fold().unwrap();
        for seed in 0..20 {
            let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
            let mut cuts: Vec<u64> = (0..5).map(|_| random.random_range(0..158)).collect();
            cuts.extend([0, 157]);
            cuts.sort_unstable();
            let mut shards: Vec<_> = cuts.windows(2).map(|c| forest(c[0]..c[1])).collect();
            if seed % 2 == 0 {
                shards.reverse();
            }
            let mut joined = Forest::new();
            for shard in shards {
                joined.join(shard).unwrap();
            }
            let merged = joined.fold().unwrap();
            assert_eq!(merged.mean.to_bits(), whole.mean.to_bits());
            assert_eq!(merged.m2.to_bits(), whole.m2.to_bits());
        }
    }

    #[test]
    fn the_order_of_a_plain_sum_would_not_do() {
        // Guards the tests above: with these leaves, order does change bits.
        let sums: Vec<Moments> = (0..20)
            .map(|seed| {
                let mut sum = Moments::default();
                shuffled(157, seed)
                    .into_iter()
                    .for_each(|b| sum = sum.merge(leaf(b)));
                sum
            })
            .collect();
        assert!(
            sums.iter()
                .any(|s| s.mean.to_bits() != sums[0].mean.to_bits())
        );
    }

    #[test]
    fn a_block_is_never_counted_twice() {
        let mut whole = forest(0..8);
        assert!(!whole.insert(5, leaf(5)));
        assert_eq!(whole, forest(0..8));
        assert_eq!(whole.join(forest(6..20)), Err(Overlap { block: 6 }));
        assert_eq!(forest([3]).join(forest(0..4)), Err(Overlap { block: 3 }));
        assert_eq!(forest([3, 4, 6]).common(4, 2), Some(4));
        assert_eq!(forest([3, 8]).common(4, 2), None);
    }

    #[test]
    fn a_forest_is_read_as_it_was_written_and_knows_its_blocks() {
        for blocks in [
            vec![],
            vec![0],
            vec![3, 4, 5, 6, 7, 9, 12, 13],
            (0..157).collect(),
        ] {
            let mut whole = forest(blocks.iter().copied());
            let mut store = Store::Writing(Vec::new());
            whole.store(&mut store, Moments::default).unwrap();
            let Store::Writing(bytes) = store else {
                unreachable!("it was written");
            };
            let mut read = Forest::new();
            let mut store = Store::Reading(&bytes);
            read.store(&mut store, Moments::default).unwrap();
            assert_eq!((&read, store.left()), (&whole, 0));
            let listed: Vec<u64> = read.ranges().into_iter().flatten().collect();
            assert_eq!(listed, blocks);
        }
        assert_eq!(forest([3, 4, 5, 9]).ranges(), [3..6, 9..10]);
        assert_eq!(forest([3, 4, 5]).overlap(&forest([9, 4])), Some(4));
        assert_eq!(forest([3, 4, 5]).overlap(&forest([9, 6])), None);
    }

    #[test]
    fn subtrees_that_no_run_has_are_refused() {
        for subtrees in [
            &[(0, 0), (0, 0)][..],
            &[(0, 1), (1, 0)],
            &[(1, 1)],
            &[(1 << 62, 0)],
        ] {
            let mut store = Store::Writing(Vec::new());
            store.length(subtrees.len(), 9).unwrap();
            for (first, level) in subtrees {
                store.count(&mut { *first }).unwrap();
                store.length(*level, 9).unwrap();
                Moments::default().store(&mut store).unwrap();
            }
            let Store::Writing(bytes) = store else {
                unreachable!("it was written");
            };
            let mut read = Forest::new();
            let read = read.store(&mut Store::Reading(&bytes), Moments::default);
            assert!(read.is_err(), "{subtrees:?}");
        }
    }

    #[test]
    fn left_stays_left() {
        #[derive(Clone, Debug, PartialEq)]
        struct Word(String);
        impl Merge for Word {
            fn merge(self, right: Self) -> Self {
                Self(format!("({}{})", self.0, right.0))
            }
        }
        let mut words = Forest::new();
        for block in [4u64, 1, 3, 0, 2] {
            words.insert(block, Word(block.to_string()));
        }
        assert_eq!(words.fold(), Some(Word("(((01)(23))4)".into())));
    }
}
