//! Equal bins between two bounds: which number falls into which.
//!
//! In come numbers and bounds; out come places, found for many numbers at once. The tables that count by place are in [`bins`](super::bins).

use crate::math::width::{Width, wide};

/// Equal bins between the bounds.
pub(super) const BINS: usize = 256;
/// Places of one table: the lower bound, the equal bins, the upper bound, what is not a number, and one that is never used.
pub(super) const PLACES: usize = BINS + 4;
/// Place of what is not a number.
const NO_NUMBER: f64 = BINS as f64 + 2.0;

/// Where numbers lie between two bounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scale {
    low: f64,
    high: f64,
    /// One over the width, if that is a power of two: a product then has the bits of the quotient, and is much cheaper.
    per_width: Option<f64>,
}

impl Scale {
    /// Both bounds finite, `low <= high`.
    pub fn new(low: f64, high: f64) -> Self {
        let width = high - low;
        let mantissa = width.to_bits() & ((1 << (f64::MANTISSA_DIGITS - 1)) - 1);
        Self {
            low,
            high,
            per_width: (mantissa == 0 && width.is_normal() && width.recip().is_normal())
                .then(|| width.recip()),
        }
    }

    /// 0 for the lower bound and all below it, 257 for the upper bound and all above it.
    pub fn place(&self, value: f64) -> u16 {
        let share = (value - self.low) / (self.high - self.low);
        place_of(value, share, self.low, self.high)
    }

    /// Lower and upper edge of the bin at a place.
    pub fn edges(&self, place: usize) -> (f64, f64) {
        let at = |i: usize| {
            let share = i as f64 / BINS as f64;
            self.low * (1.0 - share) + self.high * share
        };
        match place {
            0 => (self.low, self.low),
            place if place > BINS => (self.high, self.high),
            place => (at(place - 1), at(place)),
        }
    }

    /// How many bins lie wholly at or below a number, and the share of the next one that does.
    pub fn bins_below(&self, value: f64) -> (usize, f64) {
        if value < self.low {
            return (0, 0.0);
        }
        if value >= self.high {
            return (BINS + 2, 0.0);
        }
        let place = (value - self.low) / (self.high - self.low) * BINS as f64;
        let bin = (place as usize).min(BINS - 1);
        // The exact bin of the lower bound, and the equal bins that lie below.
        (bin + 1, place - bin as f64)
    }

    /// As [`place`](Self::place), of all trials of a draw.
    pub fn places_of_64(&self, values: &[f64; 64]) -> [u16; 64] {
        let mut places = [0; 64];
        find_64(Width::widest(), values, *self, &mut places);
        places
    }

    /// As [`place`](Self::place), of a group of trials.
    pub fn places_of_8(&self, values: &[f64; 8]) -> [u16; 8] {
        let mut places = [0; 8];
        find_8(Width::widest(), values, *self, &mut places);
        places
    }
}

/// Place of a number, whose share of the way from `low` to `high` is known.
///
/// Written with selections instead of branches, so that a loop over it is vectorised.
#[inline(always)]
fn place_of(value: f64, share: f64, low: f64, high: f64) -> u16 {
    /// Adding it leaves the nearest integer in the low bits of the mantissa.
    const ROUNDER: f64 = 6_755_399_441_055_744.0;
    const LAST: f64 = BINS as f64 - 1.0;
    let scaled = share * BINS as f64;
    let nearest = (scaled + ROUNDER) - ROUNDER;
    let whole = if nearest > scaled {
        nearest - 1.0
    } else {
        nearest
    };
    let place = 1.0 + if whole < LAST { whole } else { LAST };
    let place = if value >= high {
        BINS as f64 + 1.0
    } else {
        place
    };
    let place = if value <= low { 0.0 } else { place };
    let place = if value.is_nan() { NO_NUMBER } else { place };
    (place + ROUNDER).to_bits() as u16
}

/// Places of some numbers.
#[inline(always)]
fn find<const N: usize>(values: &[f64; N], scale: Scale, places: &mut [u16; N]) {
    let Scale { low, high, .. } = scale;
    match scale.per_width {
        Some(per_width) => {
            for i in 0..N {
                places[i] = place_of(values[i], (values[i] - low) * per_width, low, high);
            }
        }
        None => {
            let width = high - low;
            for i in 0..N {
                places[i] = place_of(values[i], (values[i] - low) / width, low, high);
            }
        }
    }
}

wide! {
    fn find_64(values: &[f64; 64], scale: Scale, places: &mut [u16; 64]) {
        find(values, scale, places);
    }
}

wide! {
    fn find_8(values: &[f64; 8], scale: Scale, places: &mut [u16; 8]) {
        find(values, scale, places);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng};
    use rand_xoshiro::Xoshiro256PlusPlus;

    #[test]
    fn every_number_falls_between_the_edges_of_its_bin() {
        let scale = Scale::new(-0.3, 0.7);
        let mut random = Xoshiro256PlusPlus::seed_from_u64(2);
        for _ in 0..10_000 {
            let value = random.random::<f64>() - 0.3;
            let (low, high) = scale.edges(usize::from(scale.place(value)));
            assert!(low - 1e-15 <= value && value <= high + 1e-15);
        }
        let point = Scale::new(2.0, 2.0);
        assert_eq!([1.0, 2.0, 3.0].map(|value| point.place(value)), [0, 0, 257]);
    }

    #[test]
    fn places_found_together_are_those_found_one_by_one() {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(7);
        for (low, high) in [
            (0.0, 1.0),
            (-2.0, 2.0),
            (-0.3, 0.7),
            (15.0, 90.0),
            (3.0, 3.0),
        ] {
            let scale = Scale::new(low, high);
            let mut values: Vec<f64> = (0..1_019)
                .map(|_| low + (high - low) * (1.2 * random.random::<f64>() - 0.1))
                .collect();
            // Every edge of a bin, and what has no place of its own.
            values.extend((0..=256).map(|i| low + (high - low) * f64::from(i) / 256.0));
            values.extend([f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300]);
            assert_eq!(values.len() % 64, 0);
            for values in values.as_chunks::<64>().0 {
                let alone = values.map(|value| scale.place(value));
                assert_eq!(scale.places_of_64(values), alone);
                for (values, alone) in values.as_chunks().0.iter().zip(alone.as_chunks().0) {
                    assert_eq!(scale.places_of_8(values), *alone);
                }
            }
        }
    }
}
