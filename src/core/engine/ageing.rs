//! Clocks of hazards that change with age: proportional hazards, exact in continuous time.
//!
//! Such a hazard is a factor, which is constant between changes, times a baseline that depends on
//! the age alone. What it takes off a threshold between two instants is the factor times the growth
//! of the baseline's integral, which each family has in closed form, and so has its inverse: the
//! instant at which the threshold is used up is known at every change. It is kept among the
//! instants that are known beforehand (`due`).

use super::batch::{Batch, MANY};
use super::jumps::Within;
use super::lanes::{Lanes, each};
use super::timer::rates_of;
use crate::math::elementary;
use crate::math::width::wide;
use crate::program::{AgeingSlots, BaselineCode, Columns, FiresCode, Source};

impl BaselineCode {
    /// Integral of the baseline from age 0.
    #[inline(always)]
    fn integral(&self, columns: &Columns, lane: usize, age: f64) -> f64 {
        let get = |slot| columns.get(slot, lane);
        match self {
            Self::Weibull { shape, scale } => power(age / get(*scale), get(*shape)),
            Self::LogLogistic { shape, scale } => {
                libm::log1p(power(age / get(*scale), get(*shape)))
            }
            Self::Gompertz { rate, growth } => {
                let (rate, growth) = (get(*rate), get(*growth));
                if growth == 0.0 {
                    rate * age
                } else {
                    rate / growth * libm::expm1(growth * age)
                }
            }
            Self::Steps(steps) => {
                let ends = steps.iter().skip(1).map(|(end, _)| *end);
                let pieces = steps.iter().zip(ends.chain([f64::INFINITY]));
                pieces
                    .take_while(|((begin, _), _)| *begin < age)
                    .map(|((begin, rate), end)| get(*rate) * (age.min(end) - begin))
                    .sum()
            }
        }
    }

    /// The age up to which the integral has grown to this; `+inf` where it never does.
    #[inline(always)]
    fn age_at(&self, columns: &Columns, lane: usize, integral: f64) -> f64 {
        let get = |slot| columns.get(slot, lane);
        match self {
            Self::Weibull { shape, scale } => get(*scale) * power(integral, 1.0 / get(*shape)),
            Self::LogLogistic { shape, scale } => {
                get(*scale) * power(libm::expm1(integral), 1.0 / get(*shape))
            }
            Self::Gompertz { rate, growth } => {
                let (rate, growth) = (get(*rate), get(*growth));
                let grown = growth * (integral / rate);
                if rate == 0.0 || grown <= -1.0 {
                    f64::INFINITY
                } else if growth == 0.0 {
                    integral / rate
                } else {
                    libm::log1p(grown) / growth
                }
            }
            Self::Steps(steps) => {
                let ends = steps.iter().skip(1).map(|(end, _)| *end);
                let mut left = integral;
                for ((begin, rate), end) in steps.iter().zip(ends.chain([f64::INFINITY])) {
                    let rate = get(*rate);
                    if rate > 0.0 && left <= rate * (end - begin) {
                        return begin + left / rate;
                    }
                    if rate > 0.0 {
                        left -= rate * (end - begin);
                    }
                }
                f64::INFINITY
            }
        }
    }
}

/// `x^y` for an `x` that is not negative; accurate for small ones.
#[inline(always)]
fn power(x: f64, y: f64) -> f64 {
    if x > 0.0 {
        elementary::exp(y * elementary::ln(x))
    } else {
        0.0
    }
}

wide! {
    /// A factor in one lane, from where it has its numbers.
    fn rate_in(columns: &Columns, scale: Source<'_>, exponent: Option<Source<'_>>, lane: usize) -> f64 {
        let scale = columns.sourced_lane(scale, lane);
        match exponent {
            Some(exponent) => scale * elementary::exp(columns.sourced_lane(exponent, lane)),
            None => scale,
        }
    }
}

wide! {
    /// What is left of a threshold at `now`.
    fn left_at(baseline: &BaselineCode, clock: &AgeingSlots, columns: &Columns, lane: usize, now: f64) -> f64 {
        let get = |slot| columns.get(slot, lane);
        let (rate, origin, charged) = (get(clock.rate), get(clock.origin), get(clock.charged));
        let left = get(clock.left);
        if rate > 0.0 {
            let used = baseline.integral(columns, lane, now - origin)
                - baseline.integral(columns, lane, charged - origin);
            (left - rate * used).max(0.0)
        } else {
            left
        }
    }
}

wide! {
    /// When the threshold is used up at the present factor, never before the clock was charged.
    fn used_up_at(baseline: &BaselineCode, clock: &AgeingSlots, columns: &Columns, lane: usize) -> f64 {
        let get = |slot| columns.get(slot, lane);
        let (rate, origin, charged) = (get(clock.rate), get(clock.origin), get(clock.charged));
        if rate <= 0.0 {
            return f64::INFINITY;
        }
        let before = baseline.integral(columns, lane, charged - origin);
        let age = baseline.age_at(columns, lane, before + get(clock.left) / rate);
        let due = origin + age;
        if due > charged { due } else { charged }
    }
}

impl Batch<'_> {
    /// At a step's start: factors that may have changed since, of all hazards that change with age.
    pub fn age_all(&mut self, within: Within) {
        let program = self.program();
        for &e in &program.ageing {
            let is_steady = program.events[e as usize].steady;
            let stale = if is_steady {
                self.clocks.stale
            } else {
                Lanes::MAX
            };
            self.age(e, stale & self.alive, within);
        }
        if !program.ageing.is_empty() && program.steady.is_empty() {
            self.clocks.stale = 0;
        }
    }

    /// Evaluates the factor of a hazard that changes with age, and charges its clock where the
    /// factor, or what the age is counted from, has changed. The lanes' clocks must stand at the
    /// step's start.
    pub fn age(&mut self, e: u32, lanes: Lanes, within: Within) {
        let program = self.program();
        let FiresCode::Ageing {
            scale,
            exponent,
            since,
            clock,
            ..
        } = &program.events[e as usize].fires
        else {
            return;
        };
        if lanes == 0 {
            return;
        }
        let open = self.allowed(e as usize, lanes);
        let timer = &mut self.clocks.timers[e as usize];
        // Where it was closed and stays so, nothing is charged.
        let lanes = open | lanes & timer.rated;
        timer.rated = timer.rated & !lanes | open;
        let sources = (scale.source().0, exponent.as_ref().map(|e| e.source().0));
        let width = self.width();
        let together = (open.count_ones() >= MANY)
            .then(|| rates_of(width, &self.columns, sources.0, sources.1));
        for lane in each(lanes) {
            let origin = since.map_or(0.0, |slot| self.columns.get(slot, lane));
            let is_open = open >> lane & 1 == 1 && origin > f64::NEG_INFINITY;
            let rate = match (is_open, &together) {
                (false, _) => 0.0,
                (true, Some(rates)) => rates[lane],
                (true, None) => rate_in(width, &self.columns, sources.0, sources.1, lane),
            };
            let rate = if rate < 0.0 { 0.0 } else { rate };
            if !rate.is_finite() {
                self.stop(lane, scale.label);
                continue;
            }
            let before = (
                self.columns.get(clock.rate, lane),
                self.columns.get(clock.origin, lane),
            );
            if before != (rate, origin) {
                self.charge_age(e, lane, clock);
                self.columns.set(clock.rate, lane, rate);
                self.columns.set(clock.origin, lane, origin);
                let due = self.runs_out(e, lane);
                self.schedule(e, lane, due, Some(within));
            }
        }
    }

    /// Takes off the threshold what the hazard has used up since it was charged last.
    fn charge_age(&mut self, e: u32, lane: usize, clock: &AgeingSlots) {
        let FiresCode::Ageing { baseline, .. } = &self.program().events[e as usize].fires else {
            return;
        };
        let now = self.now[lane];
        let left = left_at(self.width(), baseline, clock, &self.columns, lane, now);
        self.columns.set(clock.left, lane, left);
        self.columns.set(clock.charged, lane, now);
    }

    /// When the threshold is used up at the present factor, never before now.
    fn runs_out(&self, e: u32, lane: usize) -> f64 {
        let FiresCode::Ageing {
            baseline, clock, ..
        } = &self.program().events[e as usize].fires
        else {
            return f64::INFINITY;
        };
        used_up_at(self.width(), baseline, clock, &self.columns, lane)
    }

    /// Draws the next threshold of an event, and gives the instant at which it is used up at the
    /// factor in force.
    pub fn next_threshold(&mut self, e: u32, lane: usize) -> f64 {
        let FiresCode::Ageing { clock, site, .. } = &self.program().events[e as usize].fires else {
            return f64::INFINITY;
        };
        let number = self.columns.get(clock.drawn, lane);
        let u = self.site(*site).uniform(self.ids[lane], number as u32);
        self.columns.set(clock.drawn, lane, number + 1.0);
        self.columns.set(clock.left, lane, -elementary::ln(u));
        self.columns.set(clock.charged, lane, self.now[lane]);
        self.runs_out(e, lane)
    }
}
