//! Columns: one number for each slot and lane, the working memory of a batch.
//!
//! A slot is a quantity, a lane is a trial. The loops here are compiled for the vector unit of
//! their caller.

/// Trials that are simulated together, column by column.
pub const LANES: usize = 64;

/// Index of a column.
pub type Slot = u32;

/// A set of lanes, as bits.
pub type Lanes = u64;

/// The lanes of a set, in order.
#[inline(always)]
pub fn each(lanes: Lanes) -> Each {
    Each(lanes)
}

/// What [`each`] gives: a loop over it is compiled with its surroundings, which a closure is not
/// always.
#[derive(Clone, Copy)]
pub struct Each(Lanes);

impl Iterator for Each {
    type Item = usize;

    #[inline(always)]
    fn next(&mut self) -> Option<usize> {
        if self.0 == 0 {
            return None;
        }
        let lane = self.0.trailing_zeros() as usize;
        self.0 &= self.0 - 1;
        Some(lane)
    }
}

/// A number, or the slot that holds it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scalar {
    Value(f64),
    Slot(Slot),
}

/// How a value comes about within a loop over lanes.
#[derive(Clone, Copy, Debug)]
pub enum Source<'p> {
    /// It lies in a slot.
    Slot(Slot),
    /// A constant and weighted slots, summed from left to right; those whose weight is a number
    /// come first.
    Affine(Scalar, &'p [(Slot, Scalar)]),
}

/// A number for each lane, placed so that no vector load straddles two lines of the cache.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(C, align(64))]
pub struct Column(pub [f64; LANES]);

impl Column {
    pub const ZERO: Self = Self([0.0; LANES]);
}

impl std::ops::Deref for Column {
    type Target = [f64; LANES];

    #[inline(always)]
    fn deref(&self) -> &[f64; LANES] {
        &self.0
    }
}

impl std::ops::DerefMut for Column {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [f64; LANES] {
        &mut self.0
    }
}

/// A column and a line of the cache more, so that a walk over slots of one lane meets different
/// cache sets.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
struct Padded {
    column: Column,
    padding: [f64; 8],
}

/// Numbers by slot and lane.
#[derive(Clone, Debug)]
pub struct Columns {
    data: Vec<Padded>,
}

impl Columns {
    pub fn new(slots: usize) -> Self {
        let empty = Padded {
            column: Column::ZERO,
            padding: [0.0; 8],
        };
        Self {
            data: vec![empty; slots],
        }
    }

    #[inline(always)]
    pub fn column(&self, slot: Slot) -> &Column {
        &self.data[slot as usize].column
    }

    #[inline(always)]
    pub fn column_mut(&mut self, slot: Slot) -> &mut Column {
        &mut self.data[slot as usize].column
    }

    #[inline(always)]
    pub fn get(&self, slot: Slot, lane: usize) -> f64 {
        self.data[slot as usize].column[lane]
    }

    #[inline(always)]
    pub fn set(&mut self, slot: Slot, lane: usize, value: f64) {
        self.data[slot as usize].column[lane] = value;
    }

    /// The values of a source in all lanes; a sum is written to `room`.
    #[inline(always)]
    pub fn sourced<'a>(&'a self, source: Source<'_>, room: &'a mut Column) -> &'a Column {
        match source {
            Source::Slot(slot) => self.column(slot),
            Source::Affine(constant, terms) => {
                let by_number = terms.partition_point(|(_, c)| matches!(c, Scalar::Value(_)));
                match (by_number, terms.len() - by_number) {
                    (0, 1) => self.sum::<0, 1>(constant, terms, room),
                    (1, 0) => self.sum::<1, 0>(constant, terms, room),
                    (1, 1) => self.sum::<1, 1>(constant, terms, room),
                    (2, 0) => self.sum::<2, 0>(constant, terms, room),
                    (2, 1) => self.sum::<2, 1>(constant, terms, room),
                    (3, 0) => self.sum::<3, 0>(constant, terms, room),
                    (3, 1) => self.sum::<3, 1>(constant, terms, room),
                    _ => self.long_sum(constant, terms, room),
                }
                room
            }
        }
    }

    /// A sum of V slots times numbers and S slots times slots, in one loop: it stays in registers.
    #[inline(always)]
    fn sum<const V: usize, const S: usize>(
        &self,
        constant: Scalar,
        terms: &[(Slot, Scalar)],
        room: &mut Column,
    ) {
        let (mut x, mut a) = ([self.column(0); V], [0.0; V]);
        let (mut y, mut b) = ([self.column(0); S], [self.column(0); S]);
        for (i, (slot, coefficient)) in terms.iter().enumerate() {
            match coefficient {
                Scalar::Value(value) => (x[i], a[i]) = (self.column(*slot), *value),
                Scalar::Slot(other) => {
                    (y[i - V], b[i - V]) = (self.column(*slot), self.column(*other));
                }
            }
        }
        match constant {
            Scalar::Value(c) => {
                for lane in 0..LANES {
                    let mut sum = c;
                    for i in 0..V {
                        sum = a[i].mul_add(x[i][lane], sum);
                    }
                    for i in 0..S {
                        sum = b[i][lane].mul_add(y[i][lane], sum);
                    }
                    room[lane] = sum;
                }
            }
            Scalar::Slot(c) => {
                let c = self.column(c);
                for lane in 0..LANES {
                    let mut sum = c[lane];
                    for i in 0..V {
                        sum = a[i].mul_add(x[i][lane], sum);
                    }
                    for i in 0..S {
                        sum = b[i][lane].mul_add(y[i][lane], sum);
                    }
                    room[lane] = sum;
                }
            }
        }
    }

    /// A sum of any length, term by term.
    #[inline(always)]
    fn long_sum(&self, constant: Scalar, terms: &[(Slot, Scalar)], room: &mut Column) {
        match constant {
            Scalar::Value(value) => room.fill(value),
            Scalar::Slot(slot) => *room = *self.column(slot),
        }
        for (slot, coefficient) in terms {
            let x = self.column(*slot);
            match coefficient {
                Scalar::Value(c) => {
                    for lane in 0..LANES {
                        room[lane] = c.mul_add(x[lane], room[lane]);
                    }
                }
                Scalar::Slot(slot) => {
                    let c = self.column(*slot);
                    for lane in 0..LANES {
                        room[lane] = c[lane].mul_add(x[lane], room[lane]);
                    }
                }
            }
        }
    }

    /// The value of a source in one lane.
    #[inline(always)]
    pub fn sourced_lane(&self, source: Source<'_>, lane: usize) -> f64 {
        match source {
            Source::Slot(slot) => self.get(slot, lane),
            // The commonest form, without a loop.
            Source::Affine(Scalar::Value(c), [(x, Scalar::Value(a)), (y, Scalar::Value(b))]) => {
                b.mul_add(self.get(*y, lane), a.mul_add(self.get(*x, lane), c))
            }
            Source::Affine(constant, terms) => {
                let mut sum = self.scalar(constant, lane);
                for (slot, coefficient) in terms {
                    sum = self
                        .scalar(*coefficient, lane)
                        .mul_add(self.get(*slot, lane), sum);
                }
                sum
            }
        }
    }

    #[inline(always)]
    pub fn scalar(&self, scalar: Scalar, lane: usize) -> f64 {
        match scalar {
            Scalar::Value(value) => value,
            Scalar::Slot(slot) => self.get(slot, lane),
        }
    }

    /// Applies a function lane by lane. Like those below, it computes aside and copies: the column
    /// of the result may be that of an operand, and a loop that had to mind that is not vectorised.
    #[inline(always)]
    pub fn map1(&mut self, out: Slot, a: Slot, mut f: impl FnMut(f64) -> f64) {
        let x = self.column(a);
        let mut z = Column::ZERO;
        for lane in 0..LANES {
            z[lane] = f(x[lane]);
        }
        *self.column_mut(out) = z;
    }

    #[inline(always)]
    pub fn map2(&mut self, out: Slot, a: Slot, b: Slot, f: impl Fn(f64, f64) -> f64) {
        let (x, y) = (self.column(a), self.column(b));
        let mut z = Column::ZERO;
        for lane in 0..LANES {
            z[lane] = f(x[lane], y[lane]);
        }
        *self.column_mut(out) = z;
    }

    #[inline(always)]
    pub fn map3(&mut self, out: Slot, slots: [Slot; 3], f: impl Fn(f64, f64, f64) -> f64) {
        let [x, y, z] = slots.map(|slot| self.column(slot));
        let mut w = Column::ZERO;
        for lane in 0..LANES {
            w[lane] = f(x[lane], y[lane], z[lane]);
        }
        *self.column_mut(out) = w;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_are_visited_in_order_and_once() {
        let seen: Vec<usize> = each(1 | 1 << 5 | 1 << 63).collect();
        assert_eq!(seen, [0, 5, 63]);
    }
}
