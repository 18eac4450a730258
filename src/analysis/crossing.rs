//! Where a curve that is known with errors crosses a number: the break-even value of an input, with
//! its interval.
//!
//! Takes the curve at some values and a way to have it at others, all under the same random
//! numbers, so that it is a curve and not a cloud. The interval of a crossing is that of all values
//! at which the number lies within the 95% interval of the curve (a test turned around, as in
//! Fieller's interval): it holds the true crossing as often as the intervals of the curve hold the
//! truth.

use crate::results::{Crossing, CrossingAt};

/// Values at which the curve is looked up for one root, at most.
const MOST_STEPS: usize = 12;
/// The same for one end of an interval.
const MOST_STEPS_OF_END: usize = 6;
/// A root is near enough at this share of the curve's standard error, or of the range.
const NEAR: f64 = 0.1;
const NARROW: f64 = 1e-4;
/// Roots that are looked for, at most.
const MOST_ROOTS: usize = 8;

/// The curve at one value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seen {
    pub at: f64,
    pub value: f64,
    pub std_error: f64,
    pub ci95: [f64; 2],
}

impl Seen {
    /// Whether the number lies within the interval.
    fn holds(&self, target: f64) -> bool {
        self.ci95[0] <= target && target <= self.ci95[1]
    }
}

/// Looks for the crossings of `target` over a grid of ascending values; `look` gives the curve
/// elsewhere, `None` where it has no value.
///
/// # Errors
/// Those of `look`.
pub fn crossings<E>(
    grid: &[Seen],
    target: f64,
    look: &mut dyn FnMut(f64) -> Result<Option<Seen>, E>,
) -> Result<Crossing, E> {
    let mut known = grid.to_vec();
    let mut runs = 0;
    let mut search = |known: &mut Vec<Seen>, ends: [Seen; 2], height: Height, most: usize| {
        root(known, ends, target, height, most, &mut |at| {
            runs += 1;
            look(at)
        })
    };
    let mut found: Vec<CrossingAt> = Vec::new();
    for pair in grid
        .windows(2)
        .filter(|pair| changes(pair, target))
        .take(MOST_ROOTS)
    {
        let [a, b] = [pair[0], pair[1]];
        let at = search(&mut known, [a, b], Height::Value, MOST_STEPS)?;
        let mut ends = [None; 2];
        for (end, slot) in ends.iter_mut().enumerate() {
            // The nearest value on that side at which the number is excluded, and the one before
            // it.
            let side: Vec<Seen> = match end {
                0 => known.iter().rev().filter(|s| s.at <= at).copied().collect(),
                _ => known.iter().filter(|s| s.at >= at).copied().collect(),
            };
            let Some(out) = side.iter().position(|seen| !seen.holds(target)) else {
                continue;
            };
            let within = match out {
                0 => None,
                i => Some(side[i - 1]),
            };
            let outside = side[out];
            let bound = match outside.value > target {
                true => Height::Low,
                false => Height::High,
            };
            *slot = Some(match within {
                Some(within) => search(&mut known, [outside, within], bound, MOST_STEPS_OF_END)?,
                None => outside.at,
            });
        }
        found.push(CrossingAt {
            at,
            ci95: ends,
            rises: b.value > a.value,
        });
    }
    let parts = grid.len() - grid.iter().filter(|seen| seen.holds(target)).count();
    Ok(Crossing {
        target,
        excluded: found.is_empty() && parts == grid.len(),
        crossings: apart(found),
        runs,
    })
}

/// Whether the curve crosses between two values; a value that it takes exactly counts to what
/// follows.
fn changes(pair: &[Seen], target: f64) -> bool {
    (pair[0].value < target) != (pair[1].value < target)
}

/// What of the curve is to meet the number.
#[derive(Clone, Copy)]
enum Height {
    Value,
    Low,
    High,
}

impl Height {
    fn of(self, seen: &Seen, target: f64) -> f64 {
        let height = match self {
            Self::Value => seen.value,
            Self::Low => seen.ci95[0],
            Self::High => seen.ci95[1],
        };
        height - target
    }
}

/// A root between two values of opposite sign, by false position (the Illinois rule, Dowell &
/// Jarratt 1971); what is seen on the way is kept.
fn root<E>(
    known: &mut Vec<Seen>,
    [a, b]: [Seen; 2],
    target: f64,
    height: Height,
    most: usize,
    look: &mut dyn FnMut(f64) -> Result<Option<Seen>, E>,
) -> Result<f64, E> {
    let whole = (b.at - a.at).abs();
    let (mut low, mut high) = ((a.at, height.of(&a, target)), (b.at, height.of(&b, target)));
    let between = |low: (f64, f64), high: (f64, f64)| {
        let share = low.1 / (low.1 - high.1);
        match share.is_finite() {
            true => low.0 + share.clamp(0.0, 1.0) * (high.0 - low.0),
            false => 0.5 * (low.0 + high.0),
        }
    };
    let mut last = 0;
    for _ in 0..most {
        let at = between(low, high);
        if (high.0 - low.0).abs() <= NARROW * whole || at == low.0 || at == high.0 {
            break;
        }
        let Some(seen) = look(at)? else { break };
        let place = known.partition_point(|other| other.at < at);
        known.insert(place, seen);
        let f = height.of(&seen, target);
        if f.abs() <= NEAR * seen.std_error {
            return Ok(at);
        }
        // The end that stays twice is halved, so that it moves too.
        if (f < 0.0) == (low.1 < 0.0) {
            low = (at, f);
            if last == 1 {
                high.1 *= 0.5;
            }
            last = 1;
        } else {
            high = (at, f);
            if last == 2 {
                low.1 *= 0.5;
            }
            last = 2;
        }
    }
    Ok(between(low, high))
}

/// Crossings whose intervals overlap are one that chance hides: the first of them, with the
/// interval of all.
fn apart(found: Vec<CrossingAt>) -> Vec<CrossingAt> {
    let mut kept: Vec<CrossingAt> = Vec::new();
    for one in found {
        match kept.last_mut() {
            Some(before)
                if before.ci95[1].is_none_or(|end| one.ci95[0].is_none_or(|own| own <= end)) =>
            {
                before.ci95[1] = one.ci95[1];
            }
            _ => kept.push(one),
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;

    fn seen(at: f64, value: f64) -> Seen {
        Seen {
            at,
            value,
            std_error: 0.01,
            ci95: [value - 0.02, value + 0.02],
        }
    }

    fn look(curve: &dyn Fn(f64) -> f64, grid: usize, target: f64) -> Crossing {
        let points: Vec<Seen> = (0..grid)
            .map(|i| i as f64 / (grid - 1) as f64)
            .map(|x| seen(x, curve(x)))
            .collect();
        let mut at = |x: f64| -> Result<Option<Seen>, Infallible> { Ok(Some(seen(x, curve(x)))) };
        crossings(&points, target, &mut at).unwrap_or_else(|never| match never {})
    }

    #[test]
    fn a_crossing_and_its_interval_are_those_of_the_inverse() {
        for target in [0.1, 0.3, 0.5, 0.83] {
            let found = look(&|x| x * x, 6, target);
            let [one] = &found.crossings[..] else {
                panic!("{found:?}")
            };
            assert!((one.at - target.sqrt()).abs() < 1.5e-3, "{one:?}");
            for (end, exact) in one.ci95.iter().zip([target - 0.02, target + 0.02]) {
                let end = end.expect("within the range");
                assert!((end - exact.sqrt()).abs() < 2e-3, "{target}: {one:?}");
            }
            assert!(one.rises && found.runs < 30);
        }
    }

    #[test]
    fn an_interval_that_leaves_the_range_is_open_and_a_curve_beside_the_number_has_none() {
        let found = look(&|x| 0.99 + 0.02 * x, 5, 1.0);
        assert_eq!(found.crossings.len(), 1);
        assert_eq!(found.crossings[0].ci95, [None, None]);
        let found = look(&|x| x, 5, 1.5);
        assert!(found.crossings.is_empty() && found.excluded);
        let found = look(&|x| x, 5, 1.01);
        assert!(
            found.crossings.is_empty() && !found.excluded,
            "within the error"
        );
    }

    #[test]
    fn two_crossings_are_told_unless_chance_hides_the_second() {
        let found = look(&|x| 4.0 * x * (1.0 - x), 9, 0.5);
        let at: Vec<f64> = found.crossings.iter().map(|c| c.at).collect();
        let exact = [0.5 - 0.125_f64.sqrt(), 0.5 + 0.125_f64.sqrt()];
        assert!(
            at.len() == 2 && (at[0] - exact[0]).abs() < 2e-3 && (at[1] - exact[1]).abs() < 2e-3
        );
        assert_eq!(
            found.crossings.iter().map(|c| c.rises).collect::<Vec<_>>(),
            [true, false]
        );
        // A ripple within the error.
        let found = look(&|x| x + 0.004 * ((37.0 * x) % 2.0 - 1.0), 101, 0.5);
        assert_eq!(found.crossings.len(), 1, "{found:?}");
    }
}
