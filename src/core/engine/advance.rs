//! A step of the moving hazards: their rates at its start, and what their clocks have left at its
//! end.
//!
//! Takes the columns of indicators and factors; rates and thresholds of the timers are left as
//! they stand if nothing happens within the step. Every trial goes through these loops once a step
//! and hazard: they are the longest of the engine.

use super::lanes::{Lanes, each, lanes_where};
use super::timer::{Task, Timer};
use crate::math::elementary;
use crate::math::width::wide;
use crate::program::{Column, Columns, LANES, Scalar, Source};

wide! {
    /// Evaluates hazards in all lanes and charges their clocks for the whole step. Adds the lanes
    /// in which a clock runs out to `due`; `true` if some rate is not finite. A rate is in force in
    /// the open lanes only; a negative one counts as zero.
    pub fn advance_all(
        columns: &Columns,
        timers: &mut [Timer],
        jobs: &[Task<'_>],
        length: f64,
        due: &mut Vec<(u32, Lanes)>,
    ) -> bool {
        let mut broken = false;
        for job in jobs {
            let timer = &mut timers[job.event as usize];
            if job.open == 0 {
                if timer.rated != 0 {
                    timer.rated = 0;
                    timer.rate.fill(0.0);
                }
                continue;
            }
            let (lanes, fault) = advance(columns, timer, job.rate.scale, job.rate.exponent, job.open, length);
            timer.rated = job.open;
            broken |= fault;
            if lanes != 0 {
                due.push((job.event, lanes));
            }
        }
        broken
    }
}

/// One clock of [`advance_all`]; gives the lanes in which it runs out, and whether some rate is not
/// finite.
#[inline(always)]
fn advance(
    columns: &Columns,
    timer: &mut Timer,
    scale: Source<'_>,
    exponent: Option<Source<'_>>,
    open: Lanes,
    length: f64,
) -> (Lanes, bool) {
    if open.count_ones() <= FEW as u32 {
        return advance_few(columns, timer, scale, exponent, open, length);
    }
    let mut room = Column::ZERO;
    let scale = columns.sourced(scale, &mut room);
    match exponent {
        None => timer.rate = *scale,
        // The commonest forms in one loop, so that their sums stay in registers.
        Some(Source::Affine(Scalar::Value(c), [(x, Scalar::Value(a))])) => {
            let x = columns.column(*x);
            for lane in 0..LANES {
                let exponent = a.mul_add(x[lane], c);
                timer.rate[lane] = scale[lane] * elementary::exp(exponent);
            }
        }
        Some(Source::Affine(Scalar::Value(c), [(x, Scalar::Value(a)), (y, Scalar::Value(b))])) => {
            let (x, y) = (columns.column(*x), columns.column(*y));
            for lane in 0..LANES {
                let exponent = b.mul_add(y[lane], a.mul_add(x[lane], c));
                timer.rate[lane] = scale[lane] * elementary::exp(exponent);
            }
        }
        Some(exponent) => {
            let mut room = Column::ZERO;
            let exponent = columns.sourced(exponent, &mut room);
            for lane in 0..LANES {
                timer.rate[lane] = scale[lane] * elementary::exp(exponent[lane]);
            }
        }
    }
    let mut any = 0;
    for lane in 0..LANES {
        let rate = timer.rate[lane];
        let rate = if rate < 0.0 { 0.0 } else { rate };
        let rate = if open >> lane & 1 == 1 { rate } else { 0.0 };
        let left = (-rate).mul_add(length, timer.threshold[lane]);
        timer.rate[lane] = rate;
        timer.threshold[lane] = left;
        // Not `left <= 0`: a rate that is not finite must be seen too.
        let some_left = left > 0.0;
        any |= u64::from(!some_left);
    }
    if any == 0 {
        return (0, false);
    }
    let due = lanes_where(|lane| (timer.rate[lane] > 0.0) & (timer.threshold[lane] <= 0.0));
    (due, lanes_where(|lane| !timer.rate[lane].is_finite()) != 0)
}

/// Lanes up to which a hazard is evaluated for the open ones alone.
const FEW: usize = 8;

/// The same for a few lanes: gathered, so that their exponentials fill one vector.
#[inline(always)]
fn advance_few(
    columns: &Columns,
    timer: &mut Timer,
    scale: Source<'_>,
    exponent: Option<Source<'_>>,
    open: Lanes,
    length: f64,
) -> (Lanes, bool) {
    let (mut rates, mut exponents) = ([0.0; FEW], [0.0; FEW]);
    match (scale, exponent) {
        // The commonest form in one loop.
        (
            Source::Slot(scale),
            Some(Source::Affine(Scalar::Value(c), [(x, Scalar::Value(a)), (y, Scalar::Value(b))])),
        ) => {
            let (scale, x, y) = (
                columns.column(scale),
                columns.column(*x),
                columns.column(*y),
            );
            for (i, lane) in each(open).enumerate() {
                rates[i] = scale[lane];
                exponents[i] = b.mul_add(y[lane], a.mul_add(x[lane], c));
            }
        }
        _ => {
            for (i, lane) in each(open).enumerate() {
                rates[i] = columns.sourced_lane(scale, lane);
                exponents[i] = match exponent {
                    Some(exponent) => columns.sourced_lane(exponent, lane),
                    None => 0.0,
                };
            }
        }
    }
    if exponent.is_some() {
        for i in 0..FEW {
            rates[i] *= elementary::exp(exponents[i]);
        }
    }
    for lane in each(timer.rated & !open) {
        timer.rate[lane] = 0.0;
    }
    let (mut due, mut broken) = (0, false);
    for (i, lane) in each(open).enumerate() {
        let rate = if rates[i] < 0.0 { 0.0 } else { rates[i] };
        let left = (-rate).mul_add(length, timer.threshold[lane]);
        timer.rate[lane] = rate;
        timer.threshold[lane] = left;
        due |= u64::from((rate > 0.0) & (left <= 0.0)) << lane;
        broken |= !rate.is_finite();
    }
    (due, broken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hazard_open_in_few_lanes_is_advanced_as_one_open_in_many() {
        let mut columns = Columns::new(3);
        for lane in 0..LANES {
            columns.set(0, lane, 1.0 + lane as f64 / 8.0);
            columns.set(1, lane, lane as f64 / 64.0);
            columns.set(2, lane, 0.3);
        }
        let terms = [(1, Scalar::Value(0.7)), (2, Scalar::Value(-0.2))];
        let exponent = Source::Affine(Scalar::Value(0.1), &terms);
        let advanced = |open: Lanes| {
            let mut timer = Timer::new(false);
            timer.threshold = Column([0.5; LANES]);
            let found = advance(
                &columns,
                &mut timer,
                Source::Slot(0),
                Some(exponent),
                open,
                0.1,
            );
            (timer, found)
        };
        let (all, (all_due, _)) = advanced(Lanes::MAX);
        let (few, (few_due, broken)) = advanced(0b1001 << 40);
        assert_eq!((few_due, broken), (all_due & 0b1001 << 40, false));
        for lane in [40, 43] {
            assert_eq!(few.rate[lane].to_bits(), all.rate[lane].to_bits());
            assert_eq!(few.threshold[lane].to_bits(), all.threshold[lane].to_bits());
        }
        assert_eq!((few.rate[41], few.threshold[41]), (0.0, 0.5));
        assert!(all_due != 0 && all_due != Lanes::MAX);
    }
}
