//! Tables of quantities as bytes, and kept numbers apart from bins.
//!
//! The bytes depend on what was seen alone: numbers that are kept stand in ascending order, by
//! replicate.

use super::super::stored::{Store, Stored, TOO_LARGE, Unreadable};
use super::{Counted, Kept, REPLICATES, Row, Table, Tables, Tail};
use crate::estimate::Cuts;
use std::collections::BTreeMap;
use std::sync::Arc;

impl Tables {
    /// Takes the numbers out that are kept as they are.
    #[must_use]
    pub fn take_kept(&mut self) -> Self {
        let take = |table: &mut Table| match table {
            Table::Kept(kept) => Table::Kept(std::mem::take(kept)),
            Table::Counted(_) => Table::Kept(Kept::default()),
        };
        Self {
            tables: self.tables.iter_mut().map(take).collect(),
            levels: self.levels.clone(),
        }
    }

    /// Counts numbers that were kept of quantities that have bins here, and takes them out there.
    pub fn count_kept(&mut self, kept: &mut Self) {
        for (own, more) in self.tables.iter_mut().zip(&mut kept.tables) {
            if let (Table::Counted(own), Table::Kept(more)) = (own, more) {
                std::mem::take(more).count_into(own);
            }
        }
    }

    /// Whether some numbers are kept as they are.
    pub fn has_kept(&self) -> bool {
        (self.tables.iter())
            .any(|table| matches!(table, Table::Kept(kept) if !kept.values.is_empty()))
    }

    /// Whether a quantity has bins.
    pub fn has_bins(&self, table: usize) -> bool {
        self.cuts(table).is_some()
    }

    /// Whether the bins are the same, where both have some.
    pub fn agrees(&self, other: &Self) -> bool {
        self.tables.len() == other.tables.len()
            && (0..self.tables.len()).all(|table| match (self.cuts(table), other.cuts(table)) {
                (Some(own), Some(more)) => own == more,
                _ => true,
            })
    }
}

impl Stored for Tables {
    fn store(&mut self, store: &mut Store<'_>) -> Result<(), Unreadable> {
        // What a quantile is asked at is the program's.
        let Self { tables, levels: _ } = self;
        store.all(tables)
    }
}

impl Stored for Table {
    fn store(&mut self, store: &mut Store<'_>) -> Result<(), Unreadable> {
        let has_bins = matches!(self, Self::Counted(_));
        let has_bins = store.length(usize::from(has_bins), 1)? == 1;
        if store.is_reading() {
            *self = Self::Kept(Kept::default());
            if has_bins {
                let mut cuts = Cuts::none();
                cuts.store(store)?;
                let counted = Counted::new(&Arc::new(cuts));
                *self = Self::Counted(Box::new(counted));
                let Self::Counted(counted) = self else {
                    return Ok(());
                };
                return counted.store(store);
            }
        }
        match self {
            Self::Kept(kept) => kept.store(store),
            Self::Counted(counted) => {
                Cuts::clone(&counted.cuts).store(store)?;
                counted.store(store)
            }
        }
    }
}

impl Stored for Kept {
    fn store(&mut self, store: &mut Store<'_>) -> Result<(), Unreadable> {
        let mut of: [Vec<f64>; REPLICATES] = Default::default();
        for (value, owner) in self.values.iter().zip(&self.owners) {
            of[usize::from(*owner)].push(*value);
        }
        *self = Self::default();
        for (replicate, values) in of.iter_mut().enumerate() {
            values.sort_unstable_by(f64::total_cmp);
            let length = store.length(values.len(), store.left() / 8)?;
            values.resize(length, 0.0);
            store.numbers(values)?;
            if !values.iter().all(|value| value.is_finite()) {
                return Err(Unreadable("it has a value that is not finite"));
            }
            self.values.append(values);
            self.owners.resize(self.values.len(), replicate as u8);
        }
        Ok(())
    }
}

/// Reads into bins that hold nothing.
impl Stored for Counted {
    fn store(&mut self, store: &mut Store<'_>) -> Result<(), Unreadable> {
        let Self {
            cuts,
            recent,
            full,
            tails,
        } = self;
        let bins = cuts.bins();
        let of = |full: &BTreeMap<u16, Row>, i: usize| match full.get(&((i % bins) as u16)) {
            Some(row) => row[i / bins],
            None => 0,
        };
        let mut counts: Vec<u64> = (recent.iter().enumerate())
            .map(|(i, count)| u64::from(of(full, i).saturating_add(u32::from(*count))))
            .collect();
        store.like_counts(&mut counts)?;
        if store.is_reading() {
            for (i, count) in counts.into_iter().enumerate() {
                let count = u32::try_from(count).map_err(|_| TOO_LARGE)?;
                recent[i] = count as u8;
                let whole = count - u32::from(recent[i]);
                if whole > 0 {
                    let row = full.entry((i % bins) as u16).or_insert([0; REPLICATES]);
                    row[i / bins] = whole;
                }
            }
        }
        let length = store.length(tails.len(), store.left())?;
        let mut entries = std::mem::take(tails).into_iter();
        for _ in 0..length {
            let (key, mut tail) = entries.next().unwrap_or((0, Tail::of(0.0)));
            let mut bits = u64::from(key as u32);
            store.count(&mut bits)?;
            let key = u32::try_from(bits).map_err(|_| TOO_LARGE)? as i32;
            store.small_counts(&mut tail.row)?;
            store.number(&mut tail.least)?;
            store.number(&mut tail.most)?;
            tails.insert(key, tail);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estimate::quantile_tests::Random;

    fn filled(n: usize) -> Tables {
        let mut random = Random::new(8);
        let mut tables = Tables::new(3).with_levels(&[0.01]);
        for i in 0..n {
            if i == 3_000 {
                for table in 0..2 {
                    let cuts = Tables::learn(&[&tables], table).expect("a pilot");
                    tables.cut(table, &cuts);
                }
            }
            let replicate = random.below(16) as usize;
            let value = if random.uniform() < 0.4 {
                0.25
            } else {
                random.normal()
            };
            tables.add(0, replicate, &[value]);
            tables.add(1, replicate, &[libm::exp(9.0 * value)]);
            if i % 50 == 0 {
                tables.add(2, replicate, &[-value]);
            }
        }
        tables
    }

    #[test]
    fn tables_are_read_as_they_were_written_and_go_on_counting_alike() {
        for n in [0, 40, 2_999, 90_000] {
            let mut tables = filled(n);
            let bytes = Store::written(&mut tables);
            let mut read = Tables::new(3).with_levels(&[0.01]);
            Store::read(&bytes, &mut read).unwrap();
            assert_eq!(read, tables, "{n}");
            assert_eq!(Store::written(&mut read), bytes, "{n}");
            let more = filled(70_000);
            for tables in [&mut read, &mut tables] {
                tables.add(0, 3, &[0.25; 500]);
                if n > 3_000 {
                    tables.merge(&more);
                }
            }
            assert_eq!(read, tables, "{n}");
        }
    }

    #[test]
    fn kept_numbers_taken_out_and_put_back_are_what_they_were() {
        let mut tables = filled(20_000);
        let before = tables.clone();
        let kept = tables.take_kept();
        assert!(before.has_kept() && kept.has_kept() && !tables.has_kept());
        assert!(tables.agrees(&before) && !tables.has_bins(2));
        tables.merge(&kept);
        assert_eq!(tables, before);
        let mut other = Tables::new(3);
        let cuts = Arc::new(Cuts::learn(&[1.0, 2.0], &[0, 1], &[]));
        other.cut(0, &cuts);
        assert!(!tables.agrees(&other));
    }
}
