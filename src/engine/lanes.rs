//! Sets of lanes as bits, and the loops over lanes that are worth a wide vector unit.
//!
//! The loops are compiled once for each width and chosen at run time. They are plain arithmetic on one lane at a time, so
//! every width gives the same bits.

use crate::math::elementary;
use crate::program::LANES;
use multiversion::multiversion;

/// Lanes as bits.
pub type Lanes = u64;

/// A number for each lane.
pub type Column = [f64; LANES];

/// Lanes in which a test holds.
#[inline(always)]
pub fn lanes_where(test: impl Fn(usize) -> bool) -> Lanes {
    let mut lanes = 0;
    for lane in 0..LANES {
        lanes |= u64::from(test(lane)) << lane;
    }
    lanes
}

/// Calls `visit` for each lane of a set, in order.
#[inline(always)]
pub fn each_lane(mut lanes: Lanes, mut visit: impl FnMut(usize)) {
    while lanes != 0 {
        visit(lanes.trailing_zeros() as usize);
        lanes &= lanes - 1;
    }
}

#[inline(always)]
fn holds(lanes: Lanes, lane: usize) -> bool {
    lanes >> lane & 1 == 1
}

/// Lanes whose value equals a number.
#[multiversion(targets(
    "x86_64+avx512f+avx512dq+avx512vl+avx512bw",
    "x86_64+avx2",
    "aarch64+neon"
))]
pub fn equal_to(column: &Column, value: f64) -> Lanes {
    lanes_where(|lane| column[lane] == value)
}

/// Lanes whose value is below a number.
#[multiversion(targets(
    "x86_64+avx512f+avx512dq+avx512vl+avx512bw",
    "x86_64+avx2",
    "aarch64+neon"
))]
pub fn below(column: &Column, value: f64) -> Lanes {
    lanes_where(|lane| column[lane] < value)
}

/// Lanes whose value is at most a number.
#[multiversion(targets(
    "x86_64+avx512f+avx512dq+avx512vl+avx512bw",
    "x86_64+avx2",
    "aarch64+neon"
))]
pub fn at_most(column: &Column, value: f64) -> Lanes {
    lanes_where(|lane| column[lane] <= value)
}

/// Lanes whose value lies strictly between two numbers.
#[multiversion(targets(
    "x86_64+avx512f+avx512dq+avx512vl+avx512bw",
    "x86_64+avx2",
    "aarch64+neon"
))]
pub fn between(column: &Column, low: f64, high: f64) -> Lanes {
    lanes_where(|lane| column[lane] > low && column[lane] < high)
}

/// Lanes whose value is not finite.
#[multiversion(targets(
    "x86_64+avx512f+avx512dq+avx512vl+avx512bw",
    "x86_64+avx2",
    "aarch64+neon"
))]
pub fn not_finite(column: &Column) -> Lanes {
    let mut broken = false;
    for x in column {
        broken |= !x.is_finite();
    }
    if broken {
        lanes_where(|lane| !column[lane].is_finite())
    } else {
        0
    }
}

/// Lanes whose value is NaN.
#[multiversion(targets(
    "x86_64+avx512f+avx512dq+avx512vl+avx512bw",
    "x86_64+avx2",
    "aarch64+neon"
))]
pub fn not_numbers(column: &Column) -> Lanes {
    lanes_where(|lane| column[lane].is_nan())
}

/// Lanes whose value is below `low`, above `high` or not a number.
pub fn outside(column: &Column, low: f64, high: f64) -> Lanes {
    lanes_where(|lane| !(low <= column[lane] && column[lane] <= high))
}

/// Puts rates into force in the open lanes and gives the lanes whose clock runs out within `width`.
///
/// A negative rate counts as zero; one that is not finite is kept for [`not_finite`] to find.
#[multiversion(targets(
    "x86_64+avx512f+avx512dq+avx512vl+avx512bw",
    "x86_64+avx2",
    "aarch64+neon"
))]
pub fn enforce(
    rate: &mut Column,
    value: &Column,
    open: Lanes,
    threshold: &Column,
    width: f64,
) -> Lanes {
    for lane in 0..LANES {
        let r = if value[lane] < 0.0 { 0.0 } else { value[lane] };
        rate[lane] = if holds(open, lane) { r } else { 0.0 };
    }
    lanes_where(|lane| rate[lane] > 0.0 && threshold[lane] <= rate[lane] * width)
}

/// Multiplies rates by the exponentials of their exponents.
#[multiversion(targets(
    "x86_64+avx512f+avx512dq+avx512vl+avx512bw",
    "x86_64+avx2",
    "aarch64+neon"
))]
pub fn raise(scale: &mut [f64], exponent: &[f64]) {
    let (rates, last_rates) = scale.as_chunks_mut::<8>();
    let (exponents, last_exponents) = exponent.as_chunks::<8>();
    for (rate, exponent) in rates.iter_mut().zip(exponents) {
        for i in 0..8 {
            rate[i] *= elementary::exp(exponent[i]);
        }
    }
    for (rate, exponent) in last_rates.iter_mut().zip(last_exponents) {
        *rate *= elementary::exp(*exponent);
    }
}

/// Charges the clocks of these lanes for a whole step.
#[multiversion(targets(
    "x86_64+avx512f+avx512dq+avx512vl+avx512bw",
    "x86_64+avx2",
    "aarch64+neon"
))]
pub fn charge(threshold: &mut Column, rate: &Column, width: f64, lanes: Lanes) {
    for lane in 0..LANES {
        let left = threshold[lane] - rate[lane] * width;
        threshold[lane] = if holds(lanes, lane) {
            left
        } else {
            threshold[lane]
        };
    }
}

/// `total + column * scale`.
#[multiversion(targets(
    "x86_64+avx512f+avx512dq+avx512vl+avx512bw",
    "x86_64+avx2",
    "aarch64+neon"
))]
pub fn add_scaled(total: &mut Column, column: &Column, scale: f64) {
    for lane in 0..LANES {
        total[lane] += column[lane] * scale;
    }
}

/// `total + volatility * root * noise`.
#[multiversion(targets(
    "x86_64+avx512f+avx512dq+avx512vl+avx512bw",
    "x86_64+avx2",
    "aarch64+neon"
))]
pub fn add_noise(total: &mut Column, volatility: &Column, noise: &Column, root: f64) {
    for lane in 0..LANES {
        total[lane] += volatility[lane] * root * noise[lane];
    }
}

/// Takes over the values of these lanes, kept within a range by clamping.
#[multiversion(targets(
    "x86_64+avx512f+avx512dq+avx512vl+avx512bw",
    "x86_64+avx2",
    "aarch64+neon"
))]
pub fn clamp_into(column: &mut Column, moved: &Column, low: f64, high: f64, lanes: Lanes) {
    for lane in 0..LANES {
        let x = moved[lane];
        let x = if x < low { low } else { x };
        let x = if x > high { high } else { x };
        column[lane] = if holds(lanes, lane) { x } else { column[lane] };
    }
}

/// Adds what an integral has gathered since it was last looked at.
#[multiversion(targets(
    "x86_64+avx512f+avx512dq+avx512vl+avx512bw",
    "x86_64+avx2",
    "aarch64+neon"
))]
pub fn integrate(state: &mut Column, current: &Column, since: &Column, now: f64) {
    for lane in 0..LANES {
        state[lane] += current[lane] * (now - since[lane]);
    }
}

/// Keeps the larger of state and value.
#[multiversion(targets(
    "x86_64+avx512f+avx512dq+avx512vl+avx512bw",
    "x86_64+avx2",
    "aarch64+neon"
))]
pub fn keep_highest(state: &mut Column, value: &Column) {
    for lane in 0..LANES {
        let v = value[lane];
        state[lane] = if v > state[lane] { v } else { state[lane] };
    }
}

/// Keeps the smaller of state and value.
#[multiversion(targets(
    "x86_64+avx512f+avx512dq+avx512vl+avx512bw",
    "x86_64+avx2",
    "aarch64+neon"
))]
pub fn keep_lowest(state: &mut Column, value: &Column) {
    for lane in 0..LANES {
        let v = value[lane];
        state[lane] = if v < state[lane] { v } else { state[lane] };
    }
}

/// Notes the time in lanes whose value is true for the first time.
#[multiversion(targets(
    "x86_64+avx512f+avx512dq+avx512vl+avx512bw",
    "x86_64+avx2",
    "aarch64+neon"
))]
pub fn keep_first(state: &mut Column, value: &Column, time: f64) {
    for lane in 0..LANES {
        let known = if value[lane] == 1.0 {
            time
        } else {
            f64::INFINITY
        };
        state[lane] = if state[lane] == f64::INFINITY {
            known
        } else {
            state[lane]
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_are_visited_in_order_and_once() {
        let mut seen = Vec::new();
        each_lane(1 | 1 << 5 | 1 << 63, |lane| seen.push(lane));
        assert_eq!(seen, [0, 5, 63]);
    }

    #[test]
    fn a_rate_is_in_force_only_where_its_event_is_allowed() {
        let value = std::array::from_fn(|lane| lane as f64 - 1.0);
        let threshold = [2.5; LANES];
        let mut rate = [9.0; LANES];
        let busy = enforce(&mut rate, &value, !(1 << 40), &threshold, 0.5);
        assert_eq!((rate[0], rate[3], rate[40]), (0.0, 2.0, 0.0));
        assert_eq!(busy, lanes_where(|lane| lane >= 6 && lane != 40));
    }

    #[test]
    fn values_out_of_bounds_are_found_and_so_is_what_is_no_number() {
        let mut column = [1.0; LANES];
        column[3] = 1.5;
        column[4] = -0.5;
        column[5] = f64::NAN;
        column[6] = 0.0;
        assert_eq!(outside(&column, 0.0, 1.0), 1 << 3 | 1 << 4 | 1 << 5);
    }

    #[test]
    fn values_that_are_not_finite_are_found_in_their_lanes() {
        let mut column = [1.0; LANES];
        assert_eq!(not_finite(&column), 0);
        column[7] = f64::INFINITY;
        column[9] = f64::NAN;
        assert_eq!(not_finite(&column), 1 << 7 | 1 << 9);
        assert_eq!(not_numbers(&column), 1 << 9);
    }
}
