//! Columns: one number for each slot and lane, the working memory of a batch.
//!
//! A slot is a quantity, a lane is a trial. The loops here are compiled for the vector unit of their caller.

/// Trials that are simulated together, column by column.
pub const LANES: usize = 64;
/// Distance between columns: eight lanes more than [`LANES`], so that a walk over slots of one lane meets different cache sets.
const STRIDE: usize = LANES + 8;
/// Lanes that one inner loop handles: loaded, computed and stored together.
pub const CHUNK: usize = 8;

/// Index of a column.
pub type Slot = u32;

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
    /// A constant and weighted slots, summed from left to right.
    Affine(Scalar, &'p [(Slot, Scalar)]),
}

/// Numbers by slot and lane.
#[derive(Clone, Debug)]
pub struct Columns {
    data: Vec<f64>,
}

impl Columns {
    pub fn new(slots: usize) -> Self {
        Self {
            data: vec![0.0; slots * STRIDE],
        }
    }

    #[inline(always)]
    pub fn column(&self, slot: Slot) -> &[f64; LANES] {
        let start = slot as usize * STRIDE;
        self.data[start..start + LANES]
            .try_into()
            .expect("a column has LANES entries")
    }

    #[inline(always)]
    pub fn column_mut(&mut self, slot: Slot) -> &mut [f64; LANES] {
        let start = slot as usize * STRIDE;
        (&mut self.data[start..start + LANES])
            .try_into()
            .expect("a column has LANES entries")
    }

    #[inline(always)]
    pub fn get(&self, slot: Slot, lane: usize) -> f64 {
        self.data[slot as usize * STRIDE + lane]
    }

    #[inline(always)]
    pub fn set(&mut self, slot: Slot, lane: usize, value: f64) {
        self.data[slot as usize * STRIDE + lane] = value;
    }

    #[inline(always)]
    pub fn chunk(&self, slot: Slot, from: usize) -> [f64; CHUNK] {
        let start = slot as usize * STRIDE + from;
        self.data[start..start + CHUNK]
            .try_into()
            .expect("a chunk has CHUNK entries")
    }

    #[inline(always)]
    pub fn scalar(&self, scalar: Scalar, from: usize) -> [f64; CHUNK] {
        match scalar {
            Scalar::Value(value) => [value; CHUNK],
            Scalar::Slot(slot) => self.chunk(slot, from),
        }
    }

    /// The values of some lanes from wherever they come.
    #[inline(always)]
    pub fn sourced(&self, source: Source<'_>, from: usize) -> [f64; CHUNK] {
        match source {
            Source::Slot(slot) => self.chunk(slot, from),
            Source::Affine(constant, terms) => {
                let mut sum = self.scalar(constant, from);
                for (slot, coefficient) in terms {
                    let x = self.chunk(*slot, from);
                    match coefficient {
                        Scalar::Value(c) => {
                            for i in 0..CHUNK {
                                sum[i] = c.mul_add(x[i], sum[i]);
                            }
                        }
                        Scalar::Slot(slot) => {
                            let c = self.chunk(*slot, from);
                            for i in 0..CHUNK {
                                sum[i] = c[i].mul_add(x[i], sum[i]);
                            }
                        }
                    }
                }
                sum
            }
        }
    }

    #[inline(always)]
    pub fn set_chunk(&mut self, slot: Slot, from: usize, values: [f64; CHUNK]) {
        let start = slot as usize * STRIDE + from;
        self.data[start..start + CHUNK].copy_from_slice(&values);
    }

    #[inline(always)]
    pub fn map1(&mut self, out: Slot, a: Slot, f: impl Fn(f64) -> f64) {
        for from in (0..LANES).step_by(CHUNK) {
            let x = self.chunk(a, from);
            // Not `map` of arrays: it would be compiled without the caller's vector unit, and called once a lane.
            let mut z = [0.0; CHUNK];
            for i in 0..CHUNK {
                z[i] = f(x[i]);
            }
            self.set_chunk(out, from, z);
        }
    }

    /// Fills one column for the lanes of a set.
    #[inline(always)]
    pub fn each(&mut self, lanes: u64, out: Slot, f: impl Fn(&Self, usize) -> f64) {
        let mut left = lanes;
        while left != 0 {
            let lane = left.trailing_zeros() as usize;
            left &= left - 1;
            let value = f(self, lane);
            self.set(out, lane, value);
        }
    }

    #[inline(always)]
    pub fn each1(&mut self, lanes: u64, out: Slot, a: Slot, f: impl Fn(f64) -> f64) {
        self.each(lanes, out, |columns, lane| f(columns.get(a, lane)));
    }

    #[inline(always)]
    pub fn each2(&mut self, lanes: u64, out: Slot, a: Slot, b: Slot, f: impl Fn(f64, f64) -> f64) {
        self.each(lanes, out, |columns, lane| {
            f(columns.get(a, lane), columns.get(b, lane))
        });
    }

    #[inline(always)]
    pub fn map2(&mut self, out: Slot, a: Slot, b: Slot, f: impl Fn(f64, f64) -> f64) {
        for from in (0..LANES).step_by(CHUNK) {
            let x = self.chunk(a, from);
            let y = self.chunk(b, from);
            let mut z = [0.0; CHUNK];
            for i in 0..CHUNK {
                z[i] = f(x[i], y[i]);
            }
            self.set_chunk(out, from, z);
        }
    }
}
