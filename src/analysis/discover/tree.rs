//! A shallow tree: the draws split in two again and again, each time by the input that tells their
//! responses apart best.
//!
//! Takes rows in two halves; gives splits, grown on the one by least squares (CART: Breiman,
//! Friedman, Olshen & Stone 1984) and kept if they are told from noise on the other.

use super::choose::{Halves, LEVEL, MOVED, are_few, simplest};
use super::prim::{Data, between};
use crate::math::special::normal_survival;

/// Splits one below another.
pub const DEPTH: u32 = 3;
/// Share of all rows that a leaf holds at least, and rows.
const LEAST: (f64, usize) = (0.05, 8);

/// A node: a leaf without a split.
#[derive(Clone, Debug, PartialEq)]
pub struct Tree(pub Option<Box<Split>>);

/// Rows below a value, and the others.
#[derive(Clone, Debug, PartialEq)]
pub struct Split {
    pub column: usize,
    pub at: f64,
    pub below: Tree,
    pub from: Tree,
}

impl Tree {
    /// The whole tree.
    pub fn grow(data: Data<'_>, halves: Halves<'_>) -> Self {
        let share = (LEAST.0 * halves.peeled.len() as f64) as usize;
        grow(data, halves.peeled, halves.fresh, DEPTH, share.max(LEAST.1))
    }
}

fn grow(data: Data<'_>, rows: &[usize], fresh: &[usize], depth: u32, least: usize) -> Tree {
    let Some((column, at)) = best_split(data, rows, least).filter(|_| depth > 0) else {
        return Tree(None);
    };
    let parted = |rows: &[usize]| -> [Vec<usize>; 2] {
        let (below, from) = (rows.iter().copied()).partition(|row| data.columns[column][*row] < at);
        [below, from]
    };
    let ([below, from], [fresh_below, fresh_from]) = (parted(rows), parted(fresh));
    let split = Split {
        column,
        at,
        below: grow(data, &below, &fresh_below, depth - 1, least),
        from: grow(data, &from, &fresh_from, depth - 1, least),
    };
    let is_told = split.below.0.is_some()
        || split.from.0.is_some()
        || differ(data, &fresh_below, &fresh_from);
    Tree(is_told.then(|| Box::new(split)))
}

/// Whether two parts have different means, by rows that had no say in the split.
fn differ(data: Data<'_>, a: &[usize], b: &[usize]) -> bool {
    if a.len().min(b.len()) < LEAST.1 {
        return false;
    }
    let [(mean, variance), (other, other_variance)] = [a, b].map(|rows| data.moments(rows));
    let error = (variance + other_variance).sqrt();
    mean != other && 2.0 * normal_survival((mean - other).abs() / error) < LEVEL
}

/// The split that takes most off the sum of squares, at a number that can be read; `None` if there
/// is none with enough rows on either side.
fn best_split(data: Data<'_>, rows: &[usize], least: usize) -> Option<(usize, f64)> {
    let n = rows.len();
    let all = data.sum(rows);
    let mut best: Option<(f64, usize, f64)> = None;
    for (c, column) in data.columns.iter().enumerate() {
        let mut order = rows.to_vec();
        order.sort_by(|a, b| column[*a].total_cmp(&column[*b]));
        let value = |i: usize| column[order[i]];
        let mut below = 0.0;
        for i in 1..n {
            below += data.response[order[i - 1]];
            if i < least || n - i < least || value(i - 1) == value(i) {
                continue;
            }
            let (k, rest) = (i as f64, (n - i) as f64);
            let apart = below / k - (all - below) / rest;
            let gain = k * rest * apart * apart;
            if best.is_some_and(|(most, ..)| gain <= most) || apart == 0.0 {
                continue;
            }
            best = Some((gain, c, between(value(i - 1), value(i), value(i))));
        }
    }
    best.map(|(_, c, at)| (c, readable(data, c, rows, at)))
}

/// The simplest number at which a split moves few rows to the other side; of whole numbers a whole
/// number.
fn readable(data: Data<'_>, column: usize, rows: &[usize], at: f64) -> f64 {
    let values: Vec<(f64, usize)> = (rows.iter())
        .map(|row| (data.columns[column][*row], row / data.of_draw))
        .collect();
    if values.iter().all(|(value, _)| value.fract() == 0.0) {
        return at.ceil();
    }
    let most = (MOVED * values.len() as f64) as usize;
    simplest(at, |near| {
        let moved = values.iter().copied();
        let moved = moved.filter(|(value, _)| (*value < at) != (*value < near));
        are_few(moved.collect(), most)
    })
}
