//! Loops over lanes that count: moments of columns, how many lanes are in which state, sums over
//! some lanes.
//!
//! Takes columns as a batch left them; gives numbers to be added to the tables. As in `lanes`, each
//! loop is compiled once for each width of vector unit, and sums are taken in the same eight parts
//! by all of them.

use super::lanes::{Lanes, lanes_where};
use crate::estimate::{PARTS, about_mean, in_pairs, sums_from_first};
use crate::math::width::{Width, wide};
use crate::program::{Column, LANES};

/// Mean of each column, and the sum of squared deviations from it.
pub fn moments_of_columns(
    width: Width,
    columns: &[[f64; LANES]],
    mean: &mut [f64],
    m2: &mut [f64],
) {
    let mut sums = Sums::default();
    for ((column, mean), m2) in columns.iter().zip(mean).zip(m2) {
        // One call a column: a vectoriser that sees several would take one number of each together.
        sums_of_column(width, column, &mut sums);
        (*mean, *m2) = about_mean(LANES as f64, column[0], sums);
    }
}

/// Sums of distances and of their squares, in parts.
type Sums = ([f64; PARTS], [f64; PARTS]);

wide! {
    fn sums_of_column(column: &[f64; LANES], sums: &mut Sums) {
        *sums = sums_from_first(column);
    }
}

wide! {
    /// How many lanes are in each of `kinds` states at each time: `counts[time * kinds + state]`.
    pub fn lanes_by_state(states: &[[u8; LANES]], kinds: usize, counts: &mut [u8]) {
        for (states, counts) in states.iter().zip(counts.chunks_exact_mut(kinds)) {
            for (count, kind) in counts.iter_mut().zip(0u8..) {
                let mut lanes = 0u8;
                for state in states {
                    lanes += u8::from(*state == kind);
                }
                *count = lanes;
            }
        }
    }
}

wide! {
    /// Lanes whose value is above zero.
    pub fn above_zero(column: &Column) -> Lanes {
        lanes_where(|lane| column[lane] > 0.0)
    }
}

wide! {
    /// The sum over some lanes.
    pub fn sum_over(column: &Column, lanes: Lanes) -> f64 {
        let mut sums = [0.0; PARTS];
        for (chunk, values) in column.as_chunks::<PARTS>().0.iter().enumerate() {
            for i in 0..PARTS {
                let counts = lanes >> (chunk * PARTS + i) & 1 == 1;
                sums[i] += if counts { values[i] } else { 0.0 };
            }
        }
        in_pairs(sums)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estimate::Moments;

    fn values(seed: usize) -> [f64; LANES] {
        std::array::from_fn(|lane| ((lane * 37 + seed * 11) % 64) as f64 / 7.0 - 3.0)
    }

    #[test]
    fn columns_together_have_the_bits_of_each_alone() {
        for n in [1, 7, 8, 9, 30] {
            let columns: Vec<[f64; LANES]> = (0..n).map(values).collect();
            let (mut mean, mut m2) = (vec![0.0; n], vec![0.0; n]);
            moments_of_columns(Width::widest(), &columns, &mut mean, &mut m2);
            for (i, column) in columns.iter().enumerate() {
                let alone = Moments::from_slice(column);
                assert_eq!((mean[i], m2[i]), (alone.mean, alone.m2), "{i} of {n}");
            }
        }
    }

    #[test]
    fn every_lane_is_counted_in_its_state() {
        let states: [[u8; LANES]; 3] = [
            [2; LANES],
            std::array::from_fn(|lane| (lane % 3) as u8),
            std::array::from_fn(|lane| u8::from(lane == 63)),
        ];
        let mut counts = [9; 9];
        lanes_by_state(Width::widest(), &states, 3, &mut counts);
        assert_eq!(counts, [0, 0, 64, 22, 21, 21, 63, 1, 0]);
    }

    #[test]
    fn a_sum_over_some_lanes_leaves_the_others_out_whatever_they_hold() {
        let mut values = Column(values(5));
        values[3] = f64::NAN;
        values[60] = f64::INFINITY;
        let lanes = !(1 << 3 | 1 << 60 | 1 << 17);
        let exact: f64 = (0..LANES)
            .filter(|lane| lanes >> lane & 1 == 1)
            .map(|lane| values[lane])
            .sum();
        assert!((sum_over(Width::widest(), &values, lanes) - exact).abs() < 1e-12);
        assert_eq!(sum_over(Width::widest(), &values, 0), 0.0);
        assert_eq!(above_zero(Width::widest(), &Column([-0.0; LANES])), 0);
        assert_eq!(above_zero(Width::widest(), &values) >> 60 & 1, 1);
    }
}
