//! One event's clock in all lanes, and the loops that change and renew it. What a step takes off it
//! is in `advance`.

use super::batch::MANY;
use super::clocks::Rate;
use super::lanes::{Lanes, blend, each, lanes_where};
use crate::math::elementary;
use crate::math::width::wide;
use crate::program::{Column, Columns, LANES, Source};
use crate::random::Stream;

/// Two words of a stream's state for each lane.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
pub struct Streams {
    pub first: [u64; LANES],
    pub second: [u64; LANES],
}

impl Streams {
    pub const ZERO: Self = Self {
        first: [0; LANES],
        second: [0; LANES],
    };

    #[inline(always)]
    pub fn get(&self, lane: usize) -> Stream {
        Stream {
            state: [self.first[lane], self.second[lane]],
        }
    }

    #[inline(always)]
    pub fn set(&mut self, lane: usize, stream: Stream) {
        [self.first[lane], self.second[lane]] = stream.state;
    }
}

/// The clock of an event that fires by hazard.
pub struct Timer {
    /// Rate in force.
    pub rate: Column,
    /// What is left of the threshold: of a moving hazard at the step's end if its rate stays, of a
    /// steady one when its rate was last zero.
    pub threshold: Column,
    /// When the clock runs out at the present rate; `+inf`: never, and with a moving hazard: not
    /// within this step.
    pub fire_at: Column,
    /// Where thresholds come from.
    pub streams: Streams,
    /// Its hazard changes by jumps alone.
    pub steady: bool,
    /// Lanes in which it runs out within the step at the present rate.
    pub running: Lanes,
    /// Lanes in which the rate may be other than zero.
    pub rated: Lanes,
    /// It stands in the list of those that have had such a lane in this step.
    pub is_active: bool,
}

impl Timer {
    pub fn new(steady: bool) -> Self {
        Self {
            rate: Column::ZERO,
            threshold: Column::ZERO,
            fire_at: Column([f64::INFINITY; LANES]),
            streams: Streams::ZERO,
            steady,
            running: 0,
            rated: 0,
            is_active: false,
        }
    }

    /// At t = 0: no rate is in force; thresholds and streams are set by the caller.
    pub fn begin(&mut self) {
        self.rate.fill(0.0);
        self.fire_at.fill(f64::INFINITY);
        self.running = 0;
        self.rated = 0;
        self.is_active = false;
    }

    /// Finds out when a moving clock runs out in lanes in which it does so within the step.
    pub fn note_due(&mut self, lanes: Lanes, from: f64, to: f64) {
        for lane in each(lanes) {
            let reading = projected(self.rate[lane], self.threshold[lane], from, to);
            self.fire_at[lane] = reading.fire_at;
        }
    }

    /// Ends a step.
    pub fn rest(&mut self) {
        self.is_active = false;
        let left = std::mem::take(&mut self.running);
        if !self.steady {
            for lane in each(left) {
                self.fire_at[lane] = f64::INFINITY;
            }
        }
    }
}

/// What a clock knows in one lane.
#[derive(Clone, Copy)]
struct Reading {
    rate: f64,
    threshold: f64,
    fire_at: f64,
}

/// Puts a new rate into force at `now`; `end` is the step's end.
#[inline(always)]
fn changed(old: Reading, rate: f64, now: f64, end: f64, steady: bool) -> Reading {
    if steady {
        let left = if old.rate > 0.0 {
            (old.fire_at - now) * old.rate
        } else {
            old.threshold
        };
        started(rate, left, now, end, true)
    } else {
        let threshold = (old.rate - rate).mul_add(end - now, old.threshold);
        projected(rate, threshold, now, end)
    }
}

/// Starts a clock with `left` to go at `now`.
#[inline(always)]
fn started(rate: f64, left: f64, now: f64, end: f64, steady: bool) -> Reading {
    if steady {
        let at = now + left / rate;
        Reading {
            rate,
            threshold: left,
            fire_at: if rate > 0.0 { at } else { f64::INFINITY },
        }
    } else {
        projected(rate, (-rate).mul_add(end - now, left), now, end)
    }
}

/// A moving clock whose threshold at the step's end is known.
#[inline(always)]
fn projected(rate: f64, threshold: f64, now: f64, end: f64) -> Reading {
    let at = end + threshold / rate;
    let at = if at > now { at } else { now };
    let due = (rate > 0.0) & (threshold <= 0.0);
    Reading {
        rate,
        threshold,
        fire_at: if due { at } else { f64::INFINITY },
    }
}

/// What happens to clocks, by lane.
#[derive(Clone, Copy)]
pub enum Turn<'c> {
    /// They get these rates; a negative one counts as zero.
    Rates(&'c Column),
    /// They start anew with this much to go.
    Starts(&'c Column),
}

impl Turn<'_> {
    #[inline(always)]
    fn reading(self, old: Reading, lane: usize, now: &Column, end: f64, steady: bool) -> Reading {
        match self {
            Self::Rates(rates) => {
                let rate = if rates[lane] < 0.0 { 0.0 } else { rates[lane] };
                changed(old, rate, now[lane], end, steady)
            }
            Self::Starts(left) => started(old.rate, left[lane], now[lane], end, steady),
        }
    }
}

/// Turns a clock in some lanes, each at its instant; gives those in which it then runs out before
/// `end`.
#[inline(always)]
fn turned(timer: &mut Timer, lanes: Lanes, turn: Turn<'_>, now: &Column, end: f64) -> Lanes {
    if lanes.count_ones() < MANY {
        let mut due = 0;
        for lane in each(lanes) {
            let old = Reading {
                rate: timer.rate[lane],
                threshold: timer.threshold[lane],
                fire_at: timer.fire_at[lane],
            };
            let fresh = turn.reading(old, lane, now, end, timer.steady);
            timer.rate[lane] = fresh.rate;
            timer.threshold[lane] = fresh.threshold;
            timer.fire_at[lane] = fresh.fire_at;
            due |= u64::from(fresh.fire_at < end) << lane;
        }
        return due;
    }
    // Each case is a loop of its own, for a choice within would keep it from being vectorised.
    match (turn, timer.steady) {
        (Turn::Rates(_), true) => turn_many(timer, lanes, |old, lane| {
            turn.reading(old, lane, now, end, true)
        }),
        (Turn::Rates(_), false) => turn_many(timer, lanes, |old, lane| {
            turn.reading(old, lane, now, end, false)
        }),
        (Turn::Starts(_), true) => turn_many(timer, lanes, |old, lane| {
            turn.reading(old, lane, now, end, true)
        }),
        (Turn::Starts(_), false) => turn_many(timer, lanes, |old, lane| {
            turn.reading(old, lane, now, end, false)
        }),
    }
    lanes & lanes_where(|lane| timer.fire_at[lane] < end)
}

#[inline(always)]
fn turn_many(timer: &mut Timer, lanes: Lanes, new: impl Fn(Reading, usize) -> Reading) {
    for lane in 0..LANES {
        let old = Reading {
            rate: timer.rate[lane],
            threshold: timer.threshold[lane],
            fire_at: timer.fire_at[lane],
        };
        let fresh = new(old, lane);
        let chosen = lanes >> lane & 1 == 1;
        timer.rate[lane] = blend(chosen, fresh.rate, old.rate);
        timer.threshold[lane] = blend(chosen, fresh.threshold, old.threshold);
        timer.fire_at[lane] = blend(chosen, fresh.fire_at, old.fire_at);
    }
}

wide! {
    /// Changes rates in some lanes, each at its own instant; a rate that stays the same leaves its
    /// clock alone.
    pub fn change(
        timer: &mut Timer,
        lanes: Lanes,
        fresh: &Column,
        now: &Column,
        end: f64,
    ) -> (Lanes, Lanes) {
        let mut moved = 0;
        if lanes.count_ones() < MANY {
            for lane in each(lanes) {
                moved |= u64::from(timer.rate[lane].to_bits() != fresh[lane].to_bits()) << lane;
            }
        } else {
            let old = &timer.rate;
            moved = lanes & lanes_where(|lane| old[lane].to_bits() != fresh[lane].to_bits());
        }
        (moved, turned(timer, moved, Turn::Rates(fresh), now, end))
    }
}

wide! {
    /// Gives clocks that have run out their next thresholds, from their streams.
    pub fn renew(timer: &mut Timer, lanes: Lanes, now: &Column, end: f64) -> Lanes {
        if lanes.count_ones() >= MANY {
            let mut left = Column::ZERO;
            draw_thresholds(&mut timer.streams, &mut left, lanes);
            return turned(timer, lanes, Turn::Starts(&left), now, end);
        }
        let mut due = 0;
        for lane in each(lanes) {
            let mut stream = timer.streams.get(lane);
            let left = stream.exponential();
            timer.streams.set(lane, stream);
            let fresh = started(timer.rate[lane], left, now[lane], end, timer.steady);
            timer.threshold[lane] = fresh.threshold;
            timer.fire_at[lane] = fresh.fire_at;
            due |= u64::from(fresh.fire_at < end) << lane;
        }
        due
    }
}

wide! {
    /// Rates in all lanes, from where a hazard has its numbers.
    pub fn rates_of(columns: &Columns, scale: Source<'_>, exponent: Option<Source<'_>>) -> Column {
        let mut room = Column::ZERO;
        let mut rates = *columns.sourced(scale, &mut room);
        if let Some(exponent) = exponent {
            let exponents = columns.sourced(exponent, &mut room);
            for lane in 0..LANES {
                rates[lane] *= elementary::exp(exponents[lane]);
            }
        }
        rates
    }
}

wide! {
    /// First thresholds in all lanes.
    pub fn first_thresholds(timer: &mut Timer) {
        draw_thresholds(&mut timer.streams, &mut timer.threshold, Lanes::MAX);
    }
}

/// A hazard that is evaluated anew, one lane: event, lane.
pub type Item = (u32, u32);

/// Hazards under evaluation: their scales become rates once the exponentials are in.
#[derive(Default)]
pub struct Work {
    /// Those that have been gathered stand first.
    items: Vec<Item>,
    rates: Vec<f64>,
    exponents: Vec<f64>,
    /// How many have been gathered.
    pub gathered: usize,
    /// Those whose rate has changed.
    pub moved: Vec<Item>,
    /// Those whose rate is not finite.
    pub broken: Vec<Item>,
}

impl Work {
    /// Makes room for so many, in whole vectors, so that no exponential is left to be computed
    /// alone.
    #[inline(always)]
    fn reserve(&mut self, items: usize) {
        let room = items.next_multiple_of(8);
        if self.items.len() < room {
            self.items.resize(room, (0, 0));
            self.rates.resize(room, 0.0);
            self.exponents.resize(room, 0.0);
        }
    }
}

/// A hazard to be evaluated in some lanes, and to be shut in others.
#[derive(Clone, Copy, Debug)]
pub struct Task<'p> {
    pub event: u32,
    pub open: Lanes,
    pub closed: Lanes,
    pub rate: &'p Rate<'p>,
}

wide! {
    /// Takes down what hazards read in a few lanes each, side by side.
    pub fn gather(columns: &Columns, tasks: &[Task<'_>], work: &mut Work) {
        let lanes: u32 = tasks.iter().map(|t| (t.open | t.closed).count_ones()).sum();
        work.reserve(lanes as usize);
        let mut n = 0;
        for task in tasks {
            for lane in each(task.closed) {
                work.items[n] = (task.event, lane as u32);
                work.rates[n] = 0.0;
                work.exponents[n] = 0.0;
                n += 1;
            }
            for lane in each(task.open) {
                work.items[n] = (task.event, lane as u32);
                work.rates[n] = columns.sourced_lane(task.rate.scale, lane);
                work.exponents[n] = match task.rate.exponent {
                    Some(exponent) => columns.sourced_lane(exponent, lane),
                    None => 0.0,
                };
                n += 1;
            }
        }
        work.gathered = n;
    }
}

wide! {
    /// Puts the rates of all hazards that have been gathered into force.
    pub fn change_gathered(timers: &mut [Timer], work: &mut Work, now: &Column, end: f64) {
        let n = std::mem::take(&mut work.gathered);
        let room = n.next_multiple_of(8);
        // All exponentials at once: one by one, each would wait for the one before.
        let (rates, _) = work.rates[..room].as_chunks_mut::<8>();
        let (exponents, _) = work.exponents[..room].as_chunks::<8>();
        for (rates, exponents) in rates.iter_mut().zip(exponents) {
            for i in 0..8 {
                rates[i] *= elementary::exp(exponents[i]);
            }
        }
        for (&(e, lane), rate) in work.items[..n].iter().zip(&work.rates[..n]) {
            let timer = &mut timers[e as usize];
            let rate = if *rate < 0.0 { 0.0 } else { *rate };
            let at = lane as usize;
            if rate.to_bits() == timer.rate[at].to_bits() {
                continue;
            }
            if !rate.is_finite() {
                work.broken.push((e, lane));
                continue;
            }
            let old = Reading {
                rate: timer.rate[at],
                threshold: timer.threshold[at],
                fire_at: timer.fire_at[at],
            };
            let bit = 1 << at;
            if !timer.steady {
                // Nearly always nothing comes of it: no division, and no instant to be kept.
                let threshold = (old.rate - rate).mul_add(end - now[at], old.threshold);
                if threshold > 0.0 && timer.running & bit == 0 {
                    timer.rate[at] = rate;
                    timer.threshold[at] = threshold;
                    continue;
                }
            }
            let fresh = changed(old, rate, now[at], end, timer.steady);
            timer.rate[at] = fresh.rate;
            timer.threshold[at] = fresh.threshold;
            timer.fire_at[at] = fresh.fire_at;
            let due = u64::from(fresh.fire_at < end) << at;
            // A clock that is due, was due or is steady stands in lists of others too.
            if timer.steady | (due != 0) | (timer.running & bit != 0) {
                work.moved.push((e, lane));
            }
        }
    }
}

/// Next numbers of the streams of some lanes; the other streams stay where they are.
#[inline(always)]
fn draw_thresholds(streams: &mut Streams, left: &mut Column, lanes: Lanes) {
    for lane in 0..LANES {
        let old = streams.get(lane).state;
        let mut stream = Stream { state: old };
        left[lane] = stream.exponential();
        let chosen = lanes >> lane & 1 == 1;
        streams.first[lane] = blend(chosen, stream.state[0], old[0]);
        streams.second[lane] = blend(chosen, stream.state[1], old[1]);
    }
}

wide! {
    /// For some lanes, keeps an event if its clock runs out before those seen so far, or at the
    /// same instant and its name comes first.
    pub fn earlier(
        fire_at: &Column,
        e: u32,
        lanes: Lanes,
        first_time: &mut Column,
        first_event: &mut [u32; LANES],
    ) {
        if lanes.count_ones() < MANY {
            for lane in each(lanes) {
                let (time, known) = (fire_at[lane], first_time[lane]);
                if time < known || time == known && e < first_event[lane] {
                    first_time[lane] = time;
                    first_event[lane] = e;
                }
            }
            return;
        }
        for lane in 0..LANES {
            let (time, known) = (fire_at[lane], first_time[lane]);
            let first = (time < known) | ((time == known) & (e < first_event[lane]));
            let first = first & (lanes >> lane & 1 == 1);
            first_time[lane] = blend(first, time, known);
            first_event[lane] = blend(first, e, first_event[lane]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::width::Width;

    /// A clock that has just been started in all lanes with this much to go and no rate.
    fn timer(steady: bool, left: f64) -> Timer {
        let mut timer = Timer::new(steady);
        timer.threshold = Column([left; LANES]);
        timer
    }

    /// Rates 2, 5, 0 and 4 from 0.1, 0.2, 0.3 and 0.6 on: their integral reaches 1 at 0.675.
    #[test]
    fn a_clock_runs_out_when_the_integral_of_its_rates_reaches_its_threshold() {
        for steady in [true, false] {
            for lanes in [1 << 9, Lanes::MAX] {
                let mut timer = timer(steady, 1.0);
                let mut running = 0;
                for (from, rate) in [(0.1, 2.0), (0.2, 5.0), (0.3, 0.0), (0.6, 4.0)] {
                    let (rates, now) = (Column([rate; LANES]), Column([from; LANES]));
                    let (moved, due) =
                        change(Width::widest(), &mut timer, lanes, &rates, &now, 1.0);
                    assert_eq!(moved, lanes);
                    running = due;
                }
                assert_eq!(running, lanes, "steady: {steady}");
                assert!(
                    (timer.fire_at[9] - 0.675).abs() < 1e-12,
                    "{}",
                    timer.fire_at[9]
                );
            }
        }
    }

    #[test]
    fn a_rate_that_stays_the_same_moves_no_clock() {
        let mut timer = timer(true, 1.0);
        let rates = Column([3.0; LANES]);
        let width = Width::widest();
        change(width, &mut timer, Lanes::MAX, &rates, &Column::ZERO, 1.0);
        let before = timer.fire_at;
        let later = Column([0.123; LANES]);
        let (moved, _) = change(width, &mut timer, Lanes::MAX, &rates, &later, 1.0);
        assert_eq!((moved, timer.fire_at), (0, before));
    }

    #[test]
    fn few_lanes_and_all_lanes_are_turned_alike() {
        let rates = Column(std::array::from_fn(|lane| lane as f64 * 0.7));
        let now = Column(std::array::from_fn(|lane| lane as f64 / 100.0));
        for steady in [true, false] {
            let [mut together, mut apart] = [timer(steady, 0.4), timer(steady, 0.4)];
            for other in [&mut together, &mut apart] {
                for lane in 0..LANES {
                    other.streams.set(
                        lane,
                        Stream {
                            state: [lane as u64, 7],
                        },
                    );
                }
            }
            let width = Width::widest();
            let (_, due) = change(width, &mut together, Lanes::MAX, &rates, &now, 1.0);
            let again = renew(width, &mut together, due, &now, 1.0);
            let (mut few_due, mut few_again) = (0, 0);
            for lane in 0..LANES {
                let bit = 1 << lane;
                few_due |= change(width, &mut apart, bit, &rates, &now, 1.0).1;
                few_again |= renew(width, &mut apart, due & bit, &now, 1.0);
            }
            assert_eq!((due, again), (few_due, few_again));
            assert!(due.count_ones() > 10 && due != Lanes::MAX);
            assert_eq!(together.rate, apart.rate);
            assert_eq!(together.threshold, apart.threshold);
            assert_eq!(together.fire_at, apart.fire_at);
        }
    }

    #[test]
    fn of_two_clocks_at_one_instant_the_first_by_name_is_kept() {
        let fire_at = Column([0.5; LANES]);
        for lanes in [1 << 3, Lanes::MAX] {
            let (mut time, mut event) = (Column([f64::INFINITY; LANES]), [u32::MAX; LANES]);
            for e in [4, 2, 9] {
                earlier(Width::widest(), &fire_at, e, lanes, &mut time, &mut event);
            }
            assert_eq!((time[3], event[3]), (0.5, 2));
        }
    }
}
