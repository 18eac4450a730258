//! Sets of lanes as bits, and the loops over lanes that are worth a wide vector unit.
//!
//! The loops run compiled for the vector unit at hand. They are plain arithmetic on one lane at a
//! time, so every width gives the same bits.

use crate::math::width::wide;
use crate::program::{Column, LANES};
pub use crate::program::{Lanes, each};

/// Lanes in which a test holds.
#[inline(always)]
pub fn lanes_where(test: impl Fn(usize) -> bool) -> Lanes {
    let mut lanes = 0;
    for lane in 0..LANES {
        lanes |= u64::from(test(lane)) << lane;
    }
    lanes
}

/// Those of some lanes in which a test holds, looked at one by one.
#[inline(always)]
pub fn those(lanes: Lanes, test: impl Fn(usize) -> bool) -> Lanes {
    let mut found = 0;
    for lane in each(lanes) {
        found |= u64::from(test(lane)) << lane;
    }
    found
}

/// One of two values. Both have been loaded when this chooses; a choice between two loads would
/// keep a loop from being vectorised.
#[inline(always)]
pub fn blend<T>(condition: bool, a: T, b: T) -> T {
    if condition { a } else { b }
}

/// One of two values, which may lie in memory: by their bits, so that no compiler makes a choice
/// between two loads of it.
#[inline(always)]
pub fn pick(condition: bool, a: f64, b: f64) -> f64 {
    let mask = u64::from(condition).wrapping_neg();
    f64::from_bits(a.to_bits() & mask | b.to_bits() & !mask)
}

#[inline(always)]
pub fn holds(lanes: Lanes, lane: usize) -> bool {
    lanes >> lane & 1 == 1
}

wide! {
    /// Lanes whose value equals a number.
    pub fn equal_to(column: &Column, value: f64) -> Lanes {
        lanes_where(|lane| column[lane] == value)
    }
}
wide! {
    /// Lanes whose value is below a number.
    pub fn below(column: &Column, value: f64) -> Lanes {
        lanes_where(|lane| column[lane] < value)
    }
}
wide! {
    /// Lanes whose value is at most a number.
    pub fn at_most(column: &Column, value: f64) -> Lanes {
        lanes_where(|lane| column[lane] <= value)
    }
}
wide! {
    /// Lanes whose value is at most that of another column.
    pub fn not_above(column: &Column, other: &Column) -> Lanes {
        lanes_where(|lane| column[lane] <= other[lane])
    }
}
wide! {
    /// Lanes whose value lies strictly between two numbers.
    pub fn between(column: &Column, low: f64, high: f64) -> Lanes {
        lanes_where(|lane| column[lane] > low && column[lane] < high)
    }
}
wide! {
    /// The smallest value.
    pub fn least(column: &Column) -> f64 {
        let mut least = [f64::INFINITY; 8];
        let (eights, _) = column.as_chunks::<8>();
        for eight in eights {
            for i in 0..8 {
                least[i] = if eight[i] < least[i] { eight[i] } else { least[i] };
            }
        }
        least.into_iter().fold(f64::INFINITY, f64::min)
    }
}
wide! {
    /// Lanes whose value is not finite.
    pub fn not_finite(column: &Column) -> Lanes {
        let mut broken = false;
        for x in &**column {
            broken |= !x.is_finite();
        }
        if broken {
            lanes_where(|lane| !column[lane].is_finite())
        } else {
            0
        }
    }
}
wide! {
    /// Lanes whose value is NaN.
    pub fn not_numbers(column: &Column) -> Lanes {
        lanes_where(|lane| column[lane].is_nan())
    }
}

/// Lanes whose value is below `low`, above `high` or not a number.
pub fn outside(column: &Column, low: f64, high: f64) -> Lanes {
    lanes_where(|lane| !(low <= column[lane] && column[lane] <= high))
}

wide! {
    /// Adds what an integral has gathered since it was last looked at.
    pub fn integrate(state: &mut Column, current: &Column, since: &Column, now: f64) {
        for lane in 0..LANES {
            state[lane] += current[lane] * (now - since[lane]);
        }
    }
}
wide! {
    /// Keeps the larger of state and value.
    pub fn keep_highest(state: &mut Column, value: &Column) {
        for lane in 0..LANES {
            let v = value[lane];
            state[lane] = pick(v > state[lane], v, state[lane]);
        }
    }
}
wide! {
    /// Keeps the smaller of state and value.
    pub fn keep_lowest(state: &mut Column, value: &Column) {
        for lane in 0..LANES {
            let v = value[lane];
            state[lane] = pick(v < state[lane], v, state[lane]);
        }
    }
}
wide! {
    /// Notes the time in lanes whose value is true for the first time.
    pub fn keep_first(state: &mut Column, value: &Column, time: f64) {
        for lane in 0..LANES {
            let known = if value[lane] == 1.0 {
                time
            } else {
                f64::INFINITY
            };
            state[lane] = blend(state[lane] == f64::INFINITY, known, state[lane]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::width::Width;

    #[test]
    fn values_out_of_bounds_are_found_and_so_is_what_is_no_number() {
        let mut column = Column([1.0; LANES]);
        column[3] = 1.5;
        column[4] = -0.5;
        column[5] = f64::NAN;
        column[6] = 0.0;
        assert_eq!(outside(&column, 0.0, 1.0), 1 << 3 | 1 << 4 | 1 << 5);
    }

    #[test]
    fn values_that_are_not_finite_are_found_in_their_lanes() {
        let mut column = Column([1.0; LANES]);
        assert_eq!(not_finite(Width::widest(), &column), 0);
        column[7] = f64::INFINITY;
        column[9] = f64::NAN;
        assert_eq!(not_finite(Width::widest(), &column), 1 << 7 | 1 << 9);
        assert_eq!(not_numbers(Width::widest(), &column), 1 << 9);
    }
}
