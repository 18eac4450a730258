//! Loops over lanes that count: moments of columns, how many lanes are in which state, sums over some lanes.
//!
//! In come columns as a batch left them; out come numbers to be added to the tables. As in `lanes`, each loop is compiled once for each width of
//! vector unit, and sums are taken in the same eight parts by all of them.

use super::lanes::{Column, Lanes, lanes_where};
use crate::estimate::{PARTS, about_mean, in_pairs, sums_from_first};
use crate::program::LANES;
use multiversion::multiversion;

/// Mean of each column, and the sum of squared deviations from it.
pub fn moments_of_columns(columns: &[Column], mean: &mut [f64], m2: &mut [f64]) {
    let mut sums = Sums::default();
    for ((column, mean), m2) in columns.iter().zip(mean).zip(m2) {
        // One call a column: a vectoriser that sees several would take one number of each together.
        sums_of_column(column, &mut sums);
        (*mean, *m2) = about_mean(LANES as f64, column[0], sums);
    }
}

/// Sums of distances and of their squares, in parts.
type Sums = ([f64; PARTS], [f64; PARTS]);

#[multiversion(targets(
    "x86_64+avx512f+avx512dq+avx512vl+avx512bw",
    "x86_64+avx2",
    "aarch64+neon"
))]
fn sums_of_column(column: &Column, sums: &mut Sums) {
    *sums = sums_from_first(column);
}

/// How many lanes are in each of `kinds` states at each time: `counts[time * kinds + state]`.
#[multiversion(targets(
    "x86_64+avx512f+avx512dq+avx512vl+avx512bw",
    "x86_64+avx2",
    "aarch64+neon"
))]
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

/// Lanes whose value is above zero.
#[multiversion(targets(
    "x86_64+avx512f+avx512dq+avx512vl+avx512bw",
    "x86_64+avx2",
    "aarch64+neon"
))]
pub fn above_zero(column: &Column) -> Lanes {
    lanes_where(|lane| column[lane] > 0.0)
}

/// The sum over some lanes.
#[multiversion(targets(
    "x86_64+avx512f+avx512dq+avx512vl+avx512bw",
    "x86_64+avx2",
    "aarch64+neon"
))]
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estimate::Moments;

    fn column(seed: usize) -> Column {
        std::array::from_fn(|lane| ((lane * 37 + seed * 11) % 64) as f64 / 7.0 - 3.0)
    }

    #[test]
    fn columns_together_have_the_bits_of_each_alone() {
        for n in [1, 7, 8, 9, 30] {
            let columns: Vec<Column> = (0..n).map(column).collect();
            let (mut mean, mut m2) = (vec![0.0; n], vec![0.0; n]);
            moments_of_columns(&columns, &mut mean, &mut m2);
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
        lanes_by_state(&states, 3, &mut counts);
        assert_eq!(counts, [0, 0, 64, 22, 21, 21, 63, 1, 0]);
    }

    #[test]
    fn a_sum_over_some_lanes_leaves_the_others_out_whatever_they_hold() {
        let mut values = column(5);
        values[3] = f64::NAN;
        values[60] = f64::INFINITY;
        let lanes = !(1 << 3 | 1 << 60 | 1 << 17);
        let exact: f64 = (0..LANES)
            .filter(|lane| lanes >> lane & 1 == 1)
            .map(|lane| values[lane])
            .sum();
        assert!((sum_over(&values, lanes) - exact).abs() < 1e-12);
        assert_eq!(sum_over(&values, 0), 0.0);
        assert_eq!(above_zero(&[-0.0; LANES]), 0);
        assert_eq!(above_zero(&values) >> 60 & 1, 1);
    }
}
