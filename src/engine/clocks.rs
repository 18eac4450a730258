//! Clocks of competing events: when each would fire at its present rate.
//!
//! Competing events are resolved exactly by per-event clocks, the random time change of Anderson, *A modified next reaction method for
//! simulating chemical systems with time dependent propensities and delays*, J. Chem. Phys. 127 (2007). A clock is charged only when its
//! own rate changes, so that an unrelated event does not move another's firing time by so much as a rounding error.
//!
//! A moving hazard changes with the grid: each step evaluates it in all lanes and charges its clock for the whole step in advance, so its
//! threshold is what will be left at the step's end. A steady hazard changes by jumps alone: its clock is an instant, kept until the rate
//! changes (Gibson & Bruck, J. Phys. Chem. A 104, 2000). Which event fires, and what it does, is the business of `jumps` and `fire`.

use super::batch::{Batch, MANY};
use super::jumps::Within;
use super::lanes::{Column, Lanes, below, each, lanes_where, not_finite, raise};
use crate::math::elementary;
use crate::math::width::wide;
use crate::program::{CHUNK, Columns, FiresCode, LANES, Layout, Program, Slot, Source};
use crate::random::Stream;

/// State of all clocks but for what lies in columns.
pub struct Clocks {
    /// By event: lanes whose clock runs out within the step at the present rate.
    pub running: Vec<Lanes>,
    /// Events that have had such a lane in this step.
    pub active: Vec<u32>,
    is_active: Vec<bool>,
    /// By event: lanes in which the rate may be other than zero.
    rated: Vec<Lanes>,
    /// Streams of thresholds by event, word by word.
    pub streams: Vec<[[u64; LANES]; 2]>,
    /// By lane: when the first steady clock runs out.
    next_steady: Column,
    /// Lanes in which that instant must be found anew.
    unsorted: Lanes,
    /// Lanes whose steady hazards must be evaluated anew before the next step.
    pub stale: Lanes,
}

impl Clocks {
    pub fn new(program: &Program) -> Self {
        let events = program.events.len();
        Self {
            running: vec![0; events],
            active: Vec::with_capacity(events),
            is_active: vec![false; events],
            rated: vec![0; events],
            streams: vec![[[0; LANES]; 2]; events],
            next_steady: [f64::INFINITY; LANES],
            unsorted: 0,
            stale: 0,
        }
    }

    /// All clocks at t = 0, before any rate has been evaluated.
    pub fn begin(&mut self) {
        self.running.fill(0);
        self.rated.fill(0);
        self.active.clear();
        self.is_active.fill(false);
        self.next_steady = [f64::INFINITY; LANES];
        self.unsorted = 0;
        self.stale = Lanes::MAX;
    }

    /// Notes in which of some lanes a clock runs out within the step.
    fn note(&mut self, e: u32, lanes: Lanes, due: Lanes) {
        let running = &mut self.running[e as usize];
        *running = *running & !lanes | due;
        if due != 0 && !self.is_active[e as usize] {
            self.is_active[e as usize] = true;
            self.active.push(e);
        }
    }
}

/// A clock's columns.
#[derive(Clone, Copy)]
struct Clock {
    rate: Slot,
    threshold: Slot,
    fire_at: Slot,
    steady: bool,
}

impl Clock {
    fn of(layout: &Layout, e: u32, steady: bool) -> Self {
        Self {
            rate: layout.rate + e,
            threshold: layout.threshold + e,
            fire_at: layout.fire_at + e,
            steady,
        }
    }
}

/// What a clock knows: rate, threshold as its kind keeps it, instant at which it runs out.
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

#[inline(always)]
fn read(columns: &Columns, clock: Clock, lane: usize) -> Reading {
    Reading {
        rate: columns.get(clock.rate, lane),
        threshold: columns.get(clock.threshold, lane),
        fire_at: columns.get(clock.fire_at, lane),
    }
}

#[inline(always)]
fn write(columns: &mut Columns, clock: Clock, lane: usize, reading: Reading) {
    columns.set(clock.rate, lane, reading.rate);
    columns.set(clock.threshold, lane, reading.threshold);
    columns.set(clock.fire_at, lane, reading.fire_at);
}

/// What happens to clocks, by lane.
#[derive(Clone, Copy)]
enum Turn<'c> {
    /// They get these rates.
    Rates(&'c Column),
    /// They start anew with this much to go.
    Starts(&'c Column),
}

impl Turn<'_> {
    #[inline(always)]
    fn reading(self, old: Reading, lane: usize, now: &Column, end: f64, steady: bool) -> Reading {
        match self {
            Self::Rates(rates) => changed(old, rates[lane], now[lane], end, steady),
            Self::Starts(left) => started(old.rate, left[lane], now[lane], end, steady),
        }
    }
}

/// Turns the clocks of some lanes, each at its instant; gives those that run out before `end`.
#[inline(always)]
fn update(
    columns: &mut Columns,
    clock: Clock,
    lanes: Lanes,
    turn: Turn<'_>,
    now: &Column,
    end: f64,
) -> Lanes {
    let mut due = 0;
    if lanes.count_ones() < MANY {
        for lane in each(lanes) {
            let old = read(columns, clock, lane);
            let reading = turn.reading(old, lane, now, end, clock.steady);
            write(columns, clock, lane, reading);
            due |= u64::from(reading.fire_at < end) << lane;
        }
        return due;
    }
    for from in (0..LANES).step_by(CHUNK) {
        let mut rate = columns.chunk(clock.rate, from);
        let mut threshold = columns.chunk(clock.threshold, from);
        let mut fire_at = columns.chunk(clock.fire_at, from);
        let mut part = 0;
        for i in 0..CHUNK {
            let old = Reading {
                rate: rate[i],
                threshold: threshold[i],
                fire_at: fire_at[i],
            };
            let fresh = turn.reading(old, from + i, now, end, clock.steady);
            let chosen = lanes >> (from + i) & 1 == 1;
            rate[i] = if chosen { fresh.rate } else { old.rate };
            threshold[i] = if chosen {
                fresh.threshold
            } else {
                old.threshold
            };
            fire_at[i] = if chosen { fresh.fire_at } else { old.fire_at };
            part |= u64::from(fire_at[i] < end) << i;
        }
        columns.set_chunk(clock.rate, from, rate);
        columns.set_chunk(clock.threshold, from, threshold);
        columns.set_chunk(clock.fire_at, from, fire_at);
        due |= part << from;
    }
    due & lanes
}

wide! {
    /// Evaluates a hazard in all lanes and charges its clock for the whole step. Gives the lanes whose clock may run out, and whether some
    /// rate is not finite. A rate is in force in the open lanes only; a negative one counts as zero.
    pub fn advance(
        columns: &mut Columns,
        scale: Source<'_>,
        exponent: Option<Source<'_>>,
        rate: Slot,
        threshold: Slot,
        open: Lanes,
        length: f64,
    ) -> (Lanes, bool) {
        let mut least = [f64::INFINITY; CHUNK];
        let mut fault = [0.0; CHUNK];
        for from in (0..LANES).step_by(CHUNK) {
            let mut r = columns.sourced(scale, from);
            if let Some(exponent) = exponent {
                let x = columns.sourced(exponent, from);
                for i in 0..CHUNK {
                    r[i] *= elementary::exp(x[i]);
                }
            }
            let mut left = columns.chunk(threshold, from);
            for i in 0..CHUNK {
                let in_force = open >> (from + i) & 1 == 1;
                let positive = if r[i] < 0.0 { 0.0 } else { r[i] };
                r[i] = if in_force { positive } else { 0.0 };
                left[i] = (-r[i]).mul_add(length, left[i]);
                fault[i] = r[i].mul_add(0.0, fault[i]);
                least[i] = if left[i] < least[i] { left[i] } else { least[i] };
            }
            columns.set_chunk(rate, from, r);
            columns.set_chunk(threshold, from, left);
        }
        let broken = fault.iter().any(|f| *f != 0.0);
        if least.iter().all(|l| *l > 0.0) {
            return (0, broken);
        }
        let (rates, left) = (columns.column(rate), columns.column(threshold));
        (lanes_where(|lane| (rates[lane] > 0.0) & (left[lane] <= 0.0)), broken)
    }
}

wide! {
    /// Changes rates in some lanes, each at its own instant; a rate that stays the same leaves its clock alone.
    fn change(
        columns: &mut Columns,
        clock: Clock,
        lanes: Lanes,
        fresh: &Column,
        now: &Column,
        end: f64,
    ) -> (Lanes, Lanes) {
        let old = columns.column(clock.rate);
        let moved = lanes & lanes_where(|lane| old[lane].to_bits() != fresh[lane].to_bits());
        let due = update(columns, clock, moved, Turn::Rates(fresh), now, end);
        (moved, due)
    }
}

wide! {
    /// Gives clocks that have run out their next thresholds, from their streams.
    fn renew(
        columns: &mut Columns,
        clock: Clock,
        lanes: Lanes,
        streams: &mut [[u64; LANES]; 2],
        now: &Column,
        end: f64,
    ) -> Lanes {
        let mut left = [0.0; LANES];
        draw_thresholds(streams, lanes, &mut left);
        update(columns, clock, lanes, Turn::Starts(&left), now, end)
    }
}

wide! {
    /// First thresholds of a clock in all lanes.
    pub fn first_thresholds(streams: &mut [[u64; LANES]; 2], thresholds: &mut Column) {
        draw_thresholds(streams, Lanes::MAX, thresholds);
    }
}

/// Next numbers of the streams of some lanes; the other streams stay where they are.
#[inline(always)]
fn draw_thresholds(streams: &mut [[u64; LANES]; 2], lanes: Lanes, left: &mut Column) {
    let [first, second] = streams;
    if lanes.count_ones() < MANY {
        for lane in each(lanes) {
            let mut stream = Stream {
                state: [first[lane], second[lane]],
            };
            left[lane] = stream.exponential();
            [first[lane], second[lane]] = stream.state;
        }
        return;
    }
    for lane in 0..LANES {
        let mut stream = Stream {
            state: [first[lane], second[lane]],
        };
        left[lane] = stream.exponential();
        let [a, b] = stream.state;
        let chosen = lanes >> lane & 1 == 1;
        first[lane] = if chosen { a } else { first[lane] };
        second[lane] = if chosen { b } else { second[lane] };
    }
}

wide! {
    /// For some lanes, keeps an event if its clock runs out before those seen so far, or at the same instant and its name comes first.
    fn earlier(
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
            first_time[lane] = if first { time } else { known };
            first_event[lane] = if first { e } else { first_event[lane] };
        }
    }
}

impl Batch<'_> {
    /// Rates at the step's start, in force until something happens; gives the lanes in which a clock runs out within the step.
    pub fn tick(&mut self, within: Within) -> Lanes {
        let program = self.program();
        let layout = &program.layout;
        let length = within.to - within.from;
        let mut busy = self.renew_stale(within);
        for &e in &program.moving {
            let FiresCode::Hazard {
                scale, exponent, ..
            } = &program.events[e as usize].fires
            else {
                continue;
            };
            let open = self.allowed(e as usize, Lanes::MAX);
            if open == 0 {
                if std::mem::take(&mut self.clocks.rated[e as usize]) != 0 {
                    self.columns.column_mut(layout.rate + e).fill(0.0);
                }
                continue;
            }
            self.clocks.rated[e as usize] = open;
            let (scale_from, scale_ops) = scale.source();
            let exponent_source = exponent.as_ref().map(|x| (x, x.source()));
            if let Some((exponent, (_, true))) = exponent_source {
                self.run_everywhere(&exponent.ops);
            }
            let (mut exponent_from, mut scale_from) =
                (exponent_source.map(|(_, (source, _))| source), scale_from);
            if scale_ops {
                // Both may use the same temporaries: what one left is kept before the other runs.
                if let Some((_, (Source::Slot(slot), true))) = exponent_source {
                    let kept = layout.kept;
                    *self.columns.column_mut(kept) = *self.columns.column(slot);
                    exponent_from = Some(Source::Slot(kept));
                }
                self.run_everywhere(&scale.ops);
                scale_from = Source::Slot(scale.result);
            }
            let (due, broken) = advance(
                self.setup.width,
                &mut self.columns,
                scale_from,
                exponent_from,
                layout.rate + e,
                layout.threshold + e,
                open,
                length,
            );
            if broken {
                let broken = not_finite(self.width(), self.columns.column(layout.rate + e));
                self.stop_all(broken, scale.label);
            }
            if due != 0 {
                for lane in each(due) {
                    let rate = self.columns.get(layout.rate + e, lane);
                    let threshold = self.columns.get(layout.threshold + e, lane);
                    let reading = projected(rate, threshold, within.from, within.to);
                    self.columns.set(layout.fire_at + e, lane, reading.fire_at);
                }
                self.clocks.note(e, due, due);
                busy |= due;
            }
        }
        busy & self.alive
    }

    /// Steady clocks: evaluated where a firing at a grid point has made them stale, and found where they run out within the step.
    fn renew_stale(&mut self, within: Within) -> Lanes {
        let program = self.program();
        if program.steady.is_empty() {
            return 0;
        }
        let stale = std::mem::take(&mut self.clocks.stale) & self.alive;
        if stale != 0 {
            let mut list = std::mem::take(&mut self.scratch.list);
            list.clear();
            list.extend(program.steady.iter().map(|&e| (e, stale)));
            self.charge(&list, within);
            self.scratch.list = list;
            self.sort_steady();
        }
        let ready = below(self.width(), &self.clocks.next_steady, within.to) & self.alive;
        if ready != 0 {
            for &e in &program.steady {
                let fire_at = self.columns.column(program.layout.fire_at + e);
                let mut due = 0;
                for lane in each(ready) {
                    due |= u64::from(fire_at[lane] < within.to) << lane;
                }
                self.clocks.note(e, ready, due);
            }
        }
        ready
    }

    /// Finds the first steady clock of the lanes in which one has changed.
    fn sort_steady(&mut self) {
        let lanes = std::mem::take(&mut self.clocks.unsorted);
        if lanes == 0 {
            return;
        }
        let program = self.program();
        for lane in each(lanes) {
            self.clocks.next_steady[lane] = f64::INFINITY;
        }
        for &e in &program.steady {
            let fire_at = self.columns.column(program.layout.fire_at + e);
            for lane in each(lanes) {
                let next = &mut self.clocks.next_steady[lane];
                *next = if fire_at[lane] < *next {
                    fire_at[lane]
                } else {
                    *next
                };
            }
        }
    }

    /// Which clock runs out first in each of these lanes.
    pub fn find_first(&mut self, lanes: Lanes) {
        let layout = &self.program().layout;
        let width = self.setup.width;
        let scratch = &mut self.scratch;
        scratch.first_time.fill(f64::INFINITY);
        scratch.first_event.fill(u32::MAX);
        for &e in &self.clocks.active {
            let running = self.clocks.running[e as usize] & lanes;
            if running != 0 {
                let fire_at = self.columns.column(layout.fire_at + e);
                let (time, event) = (&mut scratch.first_time, &mut scratch.first_event);
                earlier(width, fire_at, e, running, time, event);
            }
        }
    }

    /// Ends a step: nothing is running any more.
    pub fn rest_clocks(&mut self) {
        let program = self.program();
        while let Some(e) = self.clocks.active.pop() {
            self.clocks.is_active[e as usize] = false;
            let left = std::mem::take(&mut self.clocks.running[e as usize]);
            if !program.events[e as usize].steady {
                let fire_at = self.columns.column_mut(program.layout.fire_at + e);
                for lane in each(left) {
                    fire_at[lane] = f64::INFINITY;
                }
            }
        }
        self.sort_steady();
    }

    /// Draws the next threshold of an event that has fired in these lanes by its clock.
    pub fn renew_clock(&mut self, e: u32, lanes: Lanes, within: Within) {
        let program = self.program();
        let steady = program.events[e as usize].steady;
        let due = renew(
            self.setup.width,
            &mut self.columns,
            Clock::of(&program.layout, e, steady),
            lanes,
            &mut self.clocks.streams[e as usize],
            &self.now,
            within.to,
        );
        if steady {
            self.clocks.unsorted |= lanes;
        }
        self.clocks.note(e, lanes, due);
    }

    /// Evaluates hazards anew in some lanes, and charges the clocks whose rate has changed. The lanes' clocks must stand at the step's start.
    pub fn charge(&mut self, hazards: &[(u32, Lanes)], within: Within) {
        let program = self.program();
        let mut work = std::mem::take(&mut self.scratch.work);
        work.clear();
        for &(e, lanes) in hazards {
            let FiresCode::Hazard {
                scale, exponent, ..
            } = &program.events[e as usize].fires
            else {
                continue;
            };
            let open = self.allowed(e as usize, lanes);
            let closed = lanes & !open & self.clocks.rated[e as usize];
            if closed != 0 {
                self.change_rates(e, closed, &[0.0; LANES], within);
            }
            if open == 0 {
                continue;
            }
            self.clocks.rated[e as usize] |= open;
            if open.count_ones() < MANY {
                let first = work.lanes.len();
                let slot = exponent.as_ref().map(|x| self.evaluate_for(x, open));
                for lane in each(open) {
                    let exponent = slot.map_or(0.0, |slot| self.columns.get(slot, lane));
                    work.push(e, lane, exponent);
                }
                let slot = self.evaluate_for(scale, open);
                for ((_, lane), rate) in work.lanes[first..].iter().zip(&mut work.rates[first..]) {
                    *rate = self.columns.get(slot, *lane as usize);
                }
                continue;
            }
            let exponent = exponent.as_ref().map(|exponent| {
                let slot = self.evaluate(exponent);
                *self.columns.column(slot)
            });
            let slot = self.evaluate(scale);
            let mut fresh = *self.columns.column(slot);
            if let Some(exponent) = &exponent {
                raise(self.width(), &mut fresh, exponent);
            }
            let broken = not_finite(self.width(), &fresh) & open;
            self.stop_all(broken, scale.label);
            fresh.iter_mut().for_each(|rate| *rate = positive(*rate));
            self.change_rates(e, open & !broken, &fresh, within);
        }
        // All exponentials at once: one by one, each would wait for the one before.
        work.pad();
        raise(self.width(), &mut work.rates, &work.exponents);
        let mut fresh = [0.0; LANES];
        let mut place = 0;
        while place < work.lanes.len() {
            let e = work.lanes[place].0;
            let mut lanes = 0;
            while let Some((_, lane)) = work.lanes.get(place).filter(|(other, _)| *other == e) {
                let rate = work.rates[place];
                place += 1;
                if rate.is_finite() {
                    fresh[*lane as usize] = positive(rate);
                    lanes |= 1 << lane;
                } else if let FiresCode::Hazard { scale, .. } = &program.events[e as usize].fires {
                    self.stop(*lane as usize, scale.label);
                }
            }
            self.change_rates(e, lanes, &fresh, within);
        }
        self.scratch.work = work;
    }

    fn change_rates(&mut self, e: u32, lanes: Lanes, fresh: &Column, within: Within) {
        let program = self.program();
        let steady = program.events[e as usize].steady;
        let (moved, due) = change(
            self.setup.width,
            &mut self.columns,
            Clock::of(&program.layout, e, steady),
            lanes,
            fresh,
            &self.now,
            within.to,
        );
        if moved != 0 {
            if steady {
                self.clocks.unsorted |= moved;
            }
            self.clocks.note(e, moved, due);
        }
    }
}

/// A negative rate counts as zero.
fn positive(rate: f64) -> f64 {
    if rate < 0.0 { 0.0 } else { rate }
}
