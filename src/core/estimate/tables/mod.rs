//! Counts of many quantities, from which their quantiles are read.
//!
//! Takes numbers with the replicate they belong to. The first of a quantity are kept as they are;
//! once [`Cuts`] have been learnt from these, they and all later ones are counted in bins. The
//! state depends on the numbers and the cuts alone, not on the order in which numbers came or on
//! how parts were merged. The engine decides when to learn, and from which trials; quantiles
//! are read off by [`quantiles`](super::quantiles).

mod stored;

use super::cuts::{ABOVE, BELOW, CHUNK, Cuts, NOWHERE};
use super::replicate::REPLICATES;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Counts of one bin, by replicate.
pub(super) type Row = [u32; REPLICATES];

/// Numbers from which bins can be learnt.
const ENOUGH: usize = 1024;

/// Counts of many quantities.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tables {
    tables: Vec<Table>,
    /// Shares at which quantiles will be asked for, beside the usual ones.
    levels: Vec<f64>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Table {
    /// Too few numbers so far to know where bins belong.
    Kept(Kept),
    Counted(Box<Counted>),
}

/// Numbers as they came, and the replicate of each.
#[derive(Clone, Debug, Default)]
pub(super) struct Kept {
    pub values: Vec<f64>,
    pub owners: Vec<u8>,
}

/// Numbers counted in bins.
#[derive(Clone, Debug)]
pub(super) struct Counted {
    cuts: Arc<Cuts>,
    /// By replicate, then bin: counts modulo 256. What a draw leaves lies in one stretch.
    recent: Vec<u8>,
    /// By bin: the full 256s that are not in `recent`.
    full: BTreeMap<u16, Row>,
    /// Numbers beyond those of the pilot.
    tails: BTreeMap<i32, Tail>,
}

/// Numbers of about the same distance from the smallest or the largest of the pilot.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Tail {
    row: Row,
    least: f64,
    most: f64,
}

/// A bin with its counts, as it is read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Cell {
    /// No number in it is smaller, none is larger.
    pub least: f64,
    pub most: f64,
    pub row: Row,
}

impl Tables {
    pub fn new(tables: usize) -> Self {
        Self {
            tables: vec![Table::Kept(Kept::default()); tables],
            levels: Vec::new(),
        }
    }

    /// The same with bins that will be narrow around these shares too.
    pub fn with_levels(mut self, levels: &[f64]) -> Self {
        self.levels = levels.to_vec();
        self
    }

    pub fn len(&self) -> usize {
        self.tables.len()
    }

    pub fn is_empty(&self) -> bool {
        self.tables.is_empty()
    }

    /// Takes in numbers of `replicate`; those that are not finite are left out.
    /// A bin that is full (more than four thousand million) stays full.
    pub fn add(&mut self, table: usize, replicate: usize, values: &[f64]) {
        match &mut self.tables[table] {
            Table::Kept(kept) => kept.add(replicate, values),
            Table::Counted(counted) => {
                for values in values.chunks(CHUNK) {
                    counted.add(replicate, values);
                }
            }
        }
    }

    /// As [`add`](Self::add), with the replicate of each number.
    pub fn add_owned(&mut self, table: usize, owners: &[u8], values: &[f64]) {
        match &mut self.tables[table] {
            Table::Kept(kept) => {
                for (owner, value) in owners.iter().zip(values) {
                    kept.add(usize::from(*owner), &[*value]);
                }
            }
            Table::Counted(counted) => {
                for (owners, values) in owners.chunks(CHUNK).zip(values.chunks(CHUNK)) {
                    counted.add_owned(|i| usize::from(owners[i]), values);
                }
            }
        }
    }

    /// Bins for a quantity whose numbers all these parts have kept; `None` if it has bins, or too
    /// few numbers.
    pub fn learn(parts: &[&Self], table: usize) -> Option<Arc<Cuts>> {
        let mut all = Kept::default();
        for part in parts {
            match &part.tables[table] {
                Table::Kept(kept) => all.append(kept),
                Table::Counted(_) => return None,
            }
        }
        let levels = parts.first().map_or(&[][..], |part| &part.levels);
        (all.values.len() >= ENOUGH)
            .then(|| Arc::new(Cuts::learn(&all.values, &all.owners, levels)))
    }

    /// Counts a quantity in these bins from now on, and what was kept of it. Nothing happens if it
    /// has bins already.
    pub fn cut(&mut self, table: usize, cuts: &Arc<Cuts>) {
        if let Table::Kept(kept) = &self.tables[table] {
            let mut counted = Counted::new(cuts);
            kept.count_into(&mut counted);
            self.tables[table] = Table::Counted(Box::new(counted));
        }
    }

    /// Counts quantities in the bins that `other` has.
    pub fn count_as(&mut self, other: &Self) {
        for table in 0..self.tables.len() {
            if let Some(cuts) = other.cuts(table) {
                self.cut(table, cuts);
            }
        }
    }

    /// Bins of a quantity, if it has any.
    fn cuts(&self, table: usize) -> Option<&Arc<Cuts>> {
        match &self.tables[table] {
            Table::Kept(_) => None,
            Table::Counted(counted) => Some(&counted.cuts),
        }
    }

    /// Takes in all that `other` has seen; the order of merging does not matter. Where both have
    /// bins, they are the same.
    pub fn merge(&mut self, other: &Self) {
        self.count_as(other);
        for (own, more) in self.tables.iter_mut().zip(&other.tables) {
            match (own, more) {
                (Table::Counted(own), Table::Counted(more)) => own.merge(more),
                (Table::Counted(own), Table::Kept(more)) => more.count_into(own),
                (Table::Kept(own), Table::Kept(more)) => own.append(more),
                // It counts as the other does.
                (Table::Kept(_), Table::Counted(_)) => {}
            }
        }
    }

    pub(super) fn table(&self, table: usize) -> &Table {
        &self.tables[table]
    }
}

impl Kept {
    fn add(&mut self, replicate: usize, values: &[f64]) {
        for value in values.iter().filter(|value| value.is_finite()) {
            // No negative zero.
            self.values.push(value + 0.0);
            self.owners.push(replicate as u8);
        }
    }

    fn append(&mut self, more: &Self) {
        self.values.extend_from_slice(&more.values);
        self.owners.extend_from_slice(&more.owners);
    }

    fn count_into(&self, counted: &mut Counted) {
        let mut values = self.values.as_slice();
        for owners in self.owners.chunk_by(|a, b| a == b) {
            let (own, others) = values.split_at(owners.len());
            for values in own.chunks(CHUNK) {
                counted.add(usize::from(owners[0]), values);
            }
            values = others;
        }
    }
}

impl PartialEq for Kept {
    fn eq(&self, other: &Self) -> bool {
        let sorted = |kept: &Self| {
            let bits = kept.values.iter().map(|value| value.to_bits());
            let mut all: Vec<(u64, u8)> = bits.zip(kept.owners.iter().copied()).collect();
            all.sort_unstable();
            all
        };
        sorted(self) == sorted(other)
    }
}

impl Counted {
    fn new(cuts: &Arc<Cuts>) -> Self {
        Self {
            recent: vec![0; REPLICATES * cuts.bins()],
            cuts: Arc::clone(cuts),
            full: BTreeMap::new(),
            tails: BTreeMap::new(),
        }
    }

    /// Takes in up to 64 numbers.
    fn add(&mut self, replicate: usize, values: &[f64]) {
        self.add_owned(|_| replicate, values);
    }

    /// Takes in up to 64 numbers, each of the replicate that `owner` says.
    fn add_owned(&mut self, owner: impl Fn(usize) -> usize, values: &[f64]) {
        let bins = self.cuts.bins();
        let mut places = [NOWHERE; CHUNK];
        self.cuts.places(values, &mut places);
        for (i, (place, value)) in places.iter().zip(values).enumerate() {
            let replicate = owner(i);
            let own = &mut self.recent[replicate * bins..(replicate + 1) * bins];
            if let Some(count) = own.get_mut(usize::from(*place)) {
                *count = count.wrapping_add(1);
                if *count == 0 {
                    carry(&mut self.full, *place, replicate);
                }
            } else if *place != NOWHERE {
                // No negative zero.
                let value = value + 0.0;
                self.tails
                    .entry(tail(*place, value, self.cuts.ends()))
                    .or_insert_with(|| Tail::of(value))
                    .add(replicate, value);
            }
        }
    }

    fn merge(&mut self, other: &Self) {
        debug_assert_eq!(self.cuts, other.cuts);
        let bins = self.cuts.bins();
        for (i, (own, more)) in self.recent.iter_mut().zip(&other.recent).enumerate() {
            let (sum, is_full) = own.overflowing_add(*more);
            *own = sum;
            if is_full {
                carry(&mut self.full, (i % bins) as u16, i / bins);
            }
        }
        for (bin, more) in &other.full {
            let own = self.full.entry(*bin).or_insert([0; REPLICATES]);
            add_row(own, more);
        }
        for (key, more) in &other.tails {
            let own = self
                .tails
                .entry(*key)
                .or_insert_with(|| Tail::of(more.least));
            add_row(&mut own.row, &more.row);
            own.least = own.least.min(more.least);
            own.most = own.most.max(more.most);
        }
    }

    /// All bins that hold something, in ascending order.
    pub fn cells(&self) -> Vec<Cell> {
        let edges = self.cuts.edges();
        let bins = edges.len();
        let of_tail = |(_, tail): (&i32, &Tail)| Cell {
            least: tail.least,
            most: tail.most,
            row: tail.row,
        };
        let mut cells: Vec<Cell> = self.tails.range(..0).map(of_tail).collect();
        for (bin, (least, most)) in edges.into_iter().enumerate() {
            let full = self.full.get(&(bin as u16)).copied();
            let mut row = full.unwrap_or([0; REPLICATES]);
            for (m, count) in row.iter_mut().enumerate() {
                *count = count.saturating_add(u32::from(self.recent[m * bins + bin]));
            }
            if row != [0; REPLICATES] {
                cells.push(Cell { least, most, row });
            }
        }
        cells.extend(self.tails.range(0..).map(of_tail));
        cells
    }
}

impl PartialEq for Counted {
    fn eq(&self, other: &Self) -> bool {
        self.cuts == other.cuts && self.cells() == other.cells()
    }
}

impl Tail {
    fn of(value: f64) -> Self {
        Self {
            row: [0; REPLICATES],
            least: value,
            most: value,
        }
    }

    fn add(&mut self, replicate: usize, value: f64) {
        self.row[replicate] = self.row[replicate].saturating_add(1);
        self.least = self.least.min(value);
        self.most = self.most.max(value);
    }
}

/// Which of the bins beyond the pilot's numbers: by the leading bits of the distance, eight bins
/// from one power of two to the next.
fn tail(place: u16, value: f64, (least, most): (f64, f64)) -> i32 {
    let bin = |distance: f64| (distance.to_bits() >> (f64::MANTISSA_DIGITS - 4)) as i32;
    if place == BELOW {
        !bin(least - value)
    } else {
        debug_assert_eq!(place, ABOVE);
        bin(value - most)
    }
}

fn carry(full: &mut BTreeMap<u16, Row>, bin: u16, replicate: usize) {
    let count = &mut full.entry(bin).or_insert([0; REPLICATES])[replicate];
    *count = count.saturating_add(1 << u8::BITS);
}

fn add_row(row: &mut Row, more: &Row) {
    for (own, more) in row.iter_mut().zip(more) {
        *own = own.saturating_add(*more);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estimate::quantile_tests::Random;

    /// A table, the replicate and the number.
    type Entry = (usize, usize, f64);

    /// Continuous numbers, a point mass that overflows a byte again and again, and a heavy tail.
    fn entries(n: usize, seed: u64) -> Vec<Entry> {
        let mut random = Random::new(seed);
        (0..n)
            .map(|_| {
                let table = random.below(3) as usize;
                let value = match table {
                    0 if random.uniform() < 0.6 => 0.9,
                    1 => libm::exp(9.0 * random.normal()) - 3.0,
                    _ => random.normal(),
                };
                (table, random.below(16) as usize, value)
            })
            .collect()
    }

    fn filled<'e>(entries: impl Iterator<Item = &'e Entry>) -> Tables {
        let mut tables = Tables::new(3);
        entries.for_each(|(table, m, value)| tables.add(*table, *m, &[*value]));
        tables
    }

    #[test]
    fn any_cutting_and_any_order_give_the_same_state() {
        let entries = entries(60_000, 9);
        let (pilot, later) = entries.split_at(6_000);
        let mut whole = filled(pilot.iter());
        let cuts: Vec<Arc<Cuts>> = (0..3)
            .map(|table| Tables::learn(&[&whole], table).expect("a pilot"))
            .collect();
        // What is learnt is the same from parts, in any order.
        let parts: Vec<Tables> = (0..7)
            .map(|part| filled(pilot.iter().rev().skip(part).step_by(7)))
            .collect();
        for (table, learnt) in cuts.iter().enumerate() {
            let parts: Vec<&Tables> = parts.iter().rev().collect();
            assert_eq!(Tables::learn(&parts, table).as_ref(), Some(learnt));
            whole.cut(table, learnt);
            assert_eq!(
                Tables::learn(&[&whole], table),
                None,
                "nothing is left to learn"
            );
        }
        (later.iter()).for_each(|(table, m, value)| whole.add(*table, *m, &[*value]));
        for parts in [2, 7, 100] {
            let mut pieces = vec![Tables::new(3); parts];
            for (i, (table, m, value)) in entries.iter().rev().enumerate() {
                // Some learn late, some never: they keep what they have seen.
                if i == entries.len() / 2 {
                    for piece in pieces.iter_mut().skip(1) {
                        (0..3).for_each(|table| piece.cut(table, &cuts[table]));
                    }
                }
                pieces[(i * 31) % parts].add(*table, *m, &[*value]);
            }
            let mut merged = Tables::new(3);
            pieces.iter().for_each(|piece| merged.merge(piece));
            assert_eq!(merged, whole, "{parts} parts");
        }
        let counted: u64 = (0..3).map(|table| whole.quantiles(table).count()).sum();
        assert_eq!(counted, 60_000);
    }

    #[test]
    fn numbers_of_several_replicates_together_are_what_each_is_alone() {
        let all = entries(30_000, 5);
        let mut together = Tables::new(3);
        for (i, part) in all.chunks(150).enumerate() {
            if i == 40 {
                (0..3).for_each(|table| learn_and_cut(&mut together, table));
            }
            for table in 0..3 {
                let own: Vec<&Entry> = part.iter().filter(|e| e.0 == table).collect();
                let owners: Vec<u8> = own.iter().map(|e| e.1 as u8).collect();
                let values: Vec<f64> = own.iter().map(|e| e.2).collect();
                together.add_owned(table, &owners, &values);
            }
        }
        let mut alone = filled(all[..6_000].iter());
        (0..3).for_each(|table| learn_and_cut(&mut alone, table));
        (all[6_000..].iter()).for_each(|(table, m, value)| alone.add(*table, *m, &[*value]));
        assert!(together == alone);
    }

    fn learn_and_cut(tables: &mut Tables, table: usize) {
        let cuts = Tables::learn(&[&*tables], table).expect("numbers enough");
        tables.cut(table, &cuts);
    }

    #[test]
    fn what_was_kept_is_the_same_in_any_order() {
        let entries = entries(500, 4);
        let whole = filled(entries.iter());
        let mut merged = filled(entries.iter().skip(200).rev());
        merged.merge(&filled(entries.iter().take(200)));
        assert_eq!(merged, whole);
        assert!(merged != filled(entries.iter().skip(1)));
    }

    #[test]
    fn what_is_not_finite_and_the_sign_of_zero_leave_no_trace() {
        for values in [vec![0.0], vec![0.0; 2_000]] {
            let mut odd = Tables::new(1);
            let mut even = Tables::new(1);
            for value in values {
                odd.add(0, 0, &[f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -value]);
                even.add(0, 0, &[value]);
            }
            if let Some(cuts) = Tables::learn(&[&odd], 0) {
                odd.cut(0, &cuts);
                even.cut(0, &cuts);
            }
            odd.add(0, 1, &[f64::NAN, -0.0]);
            even.add(0, 1, &[0.0]);
            assert_eq!(odd, even);
            let [found] = odd.quantiles(0).at([0.5]);
            assert!(found.expect("numbers").value.is_sign_positive());
        }
    }

    #[test]
    fn memory_is_bounded() {
        let mut random = Random::new(8);
        let mut tables = Tables::new(1);
        let mut add = |tables: &mut Tables, n: u32| {
            for i in 0..n {
                let value = random.normal() * libm::exp(60.0 * random.normal());
                tables.add(0, i as usize % REPLICATES, &[value]);
            }
        };
        add(&mut tables, 1_024);
        let cuts = Tables::learn(&[&tables], 0).expect("a pilot");
        tables.cut(0, &cuts);
        let tails = |tables: &Tables| match tables.table(0) {
            Table::Counted(counted) => (counted.tails.len(), counted.recent.len()),
            Table::Kept(_) => panic!("it counts"),
        };
        add(&mut tables, 200_000);
        let (beyond, bytes) = tails(&tables);
        assert!(beyond < 800 && bytes < 20_000, "{beyond} {bytes}");
    }
}
