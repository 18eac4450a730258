//! Instants that are known beforehand: dates, dates that recur, clocks that something has started;
//! and what waits until it is allowed.
//!
//! An event of this kind has one instant in each lane, in the slots from `layout.due` on, the
//! earliest of those that it has; a step turns those that lie within it into points (`scratch`),
//! and `jumps` plays them.

use super::batch::Batch;
use super::jumps::Within;
use super::lanes::{Lanes, each, equal_to};
use super::scratch::Point;
use crate::math::chance::is_probability;
use crate::program::{Again, DrawCode, EntryCode, FiresCode, LANES, Program, Scalar, Slot};
use crate::time::calendar::{self, ROUNDING_OF_YEARS};
use std::borrow::Cow;

/// Instants that are known beforehand, but for the earliest of each event and lane, which lies in
/// a column.
pub struct Queues {
    /// Of the clocks of events that may have several running: by event and lane, in no order.
    later: Vec<Vec<Vec<f64>>>,
    /// By event: no lane's earliest instant is before it. It saves looking at the column.
    pub soonest: Vec<f64>,
    /// By event: no lane rests beyond it.
    pub last_rest: Vec<f64>,
}

impl Queues {
    pub fn new(program: &Program) -> Self {
        let of = |fires: &FiresCode| match fires {
            FiresCode::After {
                again: Again::Also, ..
            } => vec![Vec::new(); LANES],
            _ => Vec::new(),
        };
        let events = program.events.len();
        Self {
            later: program
                .events
                .iter()
                .map(|event| of(&event.fires))
                .collect(),
            soonest: vec![f64::NEG_INFINITY; events],
            last_rest: vec![f64::INFINITY; events],
        }
    }

    /// Forgets all; columns may have any instants.
    pub fn clear(&mut self) {
        self.later.iter_mut().flatten().for_each(Vec::clear);
        self.soonest.fill(f64::NEG_INFINITY);
        self.last_rest.fill(f64::INFINITY);
    }

    /// Takes the earliest instant of an event in a lane; `+inf` if it has none.
    fn pop(&mut self, e: u32, lane: usize) -> f64 {
        let Some(queue) = self.later[e as usize].get_mut(lane) else {
            return f64::INFINITY;
        };
        let first = (0..queue.len()).min_by(|a, b| queue[*a].total_cmp(&queue[*b]));
        first.map_or(f64::INFINITY, |place| queue.swap_remove(place))
    }
}

/// The instant that is meant: whole seconds that rounding has missed, and grid points, are what
/// they are. What is so near by chance moves by less than a thousandth of a second.
pub fn same_instant(program: &Program, instant: f64) -> f64 {
    calendar::on_grid(
        calendar::whole_second(instant),
        program.step,
        program.horizon,
        ROUNDING_OF_YEARS,
    )
}

impl Batch<'_> {
    /// At t = 0: the first of the dates that recur, and no clock running but those of what a trial
    /// starts in, and of what is known to have happened before.
    pub fn start_due(&mut self) {
        let program = self.program();
        self.queues.clear();
        self.starting = true;
        for &e in &program.scheduled {
            match &program.events[e as usize].fires {
                FiresCode::Every { times, .. } => {
                    let first = times.first().copied().unwrap_or(f64::INFINITY);
                    self.columns.column_mut(program.layout.due + e).fill(first);
                }
                FiresCode::After { started, .. } => self.columns.column_mut(*started).fill(0.0),
                FiresCode::Ageing { clock, .. } => {
                    for slot in [clock.rate, clock.origin, clock.charged, clock.drawn] {
                        self.columns.column_mut(slot).fill(0.0);
                    }
                    for lane in each(self.used) {
                        self.next_threshold(e, lane);
                    }
                }
                _ => {}
            }
        }
        for &e in &program.patient {
            if let Some(waiting) = program.events[e as usize].waiting {
                self.columns.column_mut(waiting).fill(0.0);
            }
        }
        for phase in 0..program.phases.len() {
            let (moves, lanes) = (&program.phases[phase].moves, self.phase_lanes[phase]);
            self.start_all(moves, lanes, program.history.phase);
        }
        for trend in 0..program.trends.len() {
            let moves = &program.trends[trend].moves;
            self.start_all(moves, self.trend_lanes[trend], Scalar::Value(0.0));
        }
        for (s, state) in program.states.iter().enumerate() {
            for (value, moves) in state.moves.iter().enumerate() {
                if !moves.starts.is_empty() || moves.entered.is_some() {
                    let lanes = self.lanes_with(s, value, self.used);
                    self.start_all(moves, lanes, program.history.states[s]);
                }
            }
        }
        for (event, times) in program.history.events.iter().enumerate() {
            if !times.is_empty() {
                for &e in &program.events[event].starts {
                    self.go_on_since_all(e, times);
                }
            }
        }
        self.starting = false;
    }

    /// Starts what an entry starts; what was entered so many years before the start has clocks that
    /// go on.
    fn start_all(&mut self, moves: &EntryCode, lanes: Lanes, age: Scalar) {
        if let Some(slot) = moves.entered {
            self.columns.column_mut(slot).fill(f64::NEG_INFINITY);
            for lane in each(lanes) {
                let age = self.columns.scalar(age, lane);
                self.columns.set(slot, lane, 0.0 - age);
            }
        }
        for &e in &moves.starts {
            match age {
                Scalar::Value(age) if age > 0.0 => {
                    self.go_on_since(e, lanes & self.alive, &[-age]);
                }
                Scalar::Value(_) => self.start_clock(e, lanes & self.alive, None),
                Scalar::Slot(age) => {
                    for lane in each(lanes & self.alive) {
                        let age = self.columns.get(age, lane);
                        self.go_on_since(e, 1 << lane, &[-age]);
                    }
                }
            }
        }
    }

    /// At t = 0: clocks go on that were started at these instants before.
    fn go_on_since_all(&mut self, e: u32, times: &[Scalar]) {
        let numbers: Option<Vec<f64>> = times
            .iter()
            .map(|time| match time {
                Scalar::Value(years) => Some(*years),
                Scalar::Slot(_) => None,
            })
            .collect();
        if let Some(numbers) = numbers {
            return self.go_on_since(e, self.alive, &numbers);
        }
        for lane in each(self.alive) {
            let at = times.iter().map(|time| self.columns.scalar(*time, lane));
            let mut at: Vec<f64> = at.collect();
            at.sort_by(f64::total_cmp);
            self.go_on_since(e, 1 << lane, &at);
        }
    }

    /// At t = 0: the clock of an event goes on that was started at these instants before, as one
    /// that has not run out yet.
    fn go_on_since(&mut self, e: u32, lanes: Lanes, times: &[f64]) {
        let program = self.program();
        let FiresCode::After {
            wait,
            by_day,
            again,
            started,
        } = &program.events[e as usize].fires
        else {
            return;
        };
        let times = match again {
            Again::Restart => &times[times.len().saturating_sub(1)..],
            Again::Ignore | Again::Also => times,
        };
        for lane in each(lanes) {
            let mut busy = f64::NEG_INFINITY;
            for &began in times {
                if *again == Again::Ignore && began < busy {
                    continue;
                }
                let number = self.columns.get(*started, lane);
                let instant = match by_day {
                    Some(by_day) => by_day.wait_from(began).map(|wait_for| began + wait_for),
                    None => self.sample_left(wait, lane, number as u32, began),
                };
                let Some(instant) = instant else { break };
                busy = instant;
                if instant >= 0.0 {
                    self.columns.set(*started, lane, number + 1.0);
                    self.set_clock(e, lane, instant, *again, None);
                }
            }
        }
    }

    /// When a wait ends that began before the start: one that is known, or one that is drawn and
    /// has not ended by the start. Where it is sure to have ended, an instant before the start.
    /// `None` where the trial has to stop.
    fn sample_left(
        &mut self,
        wait: &DrawCode,
        lane: usize,
        occurrence: u32,
        began: f64,
    ) -> Option<f64> {
        let (distribution, site, label) = match wait {
            DrawCode::Value(_) => {
                let wait_for = self.sample(wait, lane, occurrence)?;
                if wait_for < 0.0 {
                    self.stop(lane, wait.label());
                    return None;
                }
                return Some(began + wait_for);
            }
            DrawCode::Fixed {
                distribution,
                site,
                label,
            } => (Cow::Borrowed(distribution.of()), *site, *label),
            DrawCode::Varying { code, site, label } => match self.varying(code, lane) {
                Ok(distribution) => (Cow::Owned(distribution), *site, *label),
                Err(_) => {
                    self.stop(lane, *label);
                    return None;
                }
            },
        };
        let left = distribution.survival(-began);
        if left <= 0.0 {
            return Some(began);
        }
        let u = self.site(site).uniform(self.ids[lane], occurrence);
        let instant = began + distribution.beyond(left * (1.0 - u), true);
        if instant.is_finite() {
            Some(instant.max(0.0))
        } else {
            self.stop(lane, label);
            None
        }
    }

    /// Starts the clock of an event in some lanes, each at its instant.
    pub fn start_clock(&mut self, e: u32, lanes: Lanes, within: Option<Within>) {
        let program = self.program();
        let FiresCode::After {
            wait,
            by_day,
            again,
            started,
        } = &program.events[e as usize].fires
        else {
            return;
        };
        let due = program.layout.due + e;
        for lane in each(lanes) {
            let number = self.columns.get(*started, lane);
            self.columns.set(*started, lane, number + 1.0);
            let running = self.columns.get(due, lane);
            if *again == Again::Ignore && running < f64::INFINITY {
                continue;
            }
            let drawn = match by_day {
                Some(by_day) => by_day.wait_from(self.now[lane]),
                None => self.sample(wait, lane, number as u32),
            };
            let Some(wait_for) = drawn else { continue };
            if wait_for < 0.0 {
                self.stop(lane, wait.label());
                continue;
            }
            let now = self.now[lane];
            let instant = same_instant(self.program(), now + wait_for);
            // What comes at once takes its turn among what is due; at t = 0 the first grid point
            // finds it.
            if instant <= now && !self.starting {
                if *again != Again::Also {
                    self.schedule(e, lane, f64::INFINITY, within);
                }
                self.scratch.triggered.push((lane, e));
                continue;
            }
            self.set_clock(e, lane, instant, *again, within);
        }
    }

    /// Sets the clock of an event to an instant, or one beside those that run.
    fn set_clock(
        &mut self,
        e: u32,
        lane: usize,
        instant: f64,
        again: Again,
        within: Option<Within>,
    ) {
        let running = self.columns.get(self.program().layout.due + e, lane);
        if again != Again::Also {
            self.schedule(e, lane, instant, within);
        } else if instant < running {
            if running < f64::INFINITY {
                self.queues.later[e as usize][lane].push(running);
            }
            self.schedule(e, lane, instant, within);
        } else {
            self.queues.later[e as usize][lane].push(instant);
        }
    }

    /// Stops the clocks that run only as long as a phase, trend or value lasts: also those that are
    /// only about to start, or have just run out.
    pub fn stop_clocks(&mut self, moves: &EntryCode, lanes: Lanes) {
        if lanes == 0 {
            return;
        }
        for &e in &moves.stops {
            self.scratch.starts.remove(e, lanes);
            // Of the lane that is being settled; others have nothing pending.
            self.scratch.pending.retain(|pending| *pending != e);
            let gone = |&(lane, triggered): &(usize, u32)| triggered == e && lanes >> lane & 1 == 1;
            self.scratch.triggered.retain(|one| !gone(one));
            if let Some(waiting) = self.program().events[e as usize].waiting {
                for lane in each(lanes) {
                    self.columns.set(waiting, lane, 0.0);
                }
            }
            for lane in each(lanes) {
                if let Some(queue) = self.queues.later[e as usize].get_mut(lane) {
                    queue.clear();
                }
                self.schedule(e, lane, f64::INFINITY, None);
            }
        }
    }

    /// Sets the instant of an event in a lane, and forgets the one that it had.
    pub fn schedule(&mut self, e: u32, lane: usize, instant: f64, within: Option<Within>) {
        let due = self.program().layout.due + e;
        self.columns.set(due, lane, instant);
        let soonest = &mut self.queues.soonest[e as usize];
        *soonest = soonest.min(instant);
        self.scratch.remove_points_of(lane, e);
        let Some(within) = within else { return };
        if instant < within.to {
            self.scratch.add_point(Point {
                lane,
                time: instant,
                event: Some(e),
            });
        }
    }

    /// An event's instant has come: the next one that it has, if any, takes its place.
    pub fn go_on_from(&mut self, e: u32, lane: usize, within: Option<Within>) -> f64 {
        let next = match &self.program().events[e as usize].fires {
            FiresCode::Every { times, .. } => {
                let seen = times.partition_point(|time| *time <= self.now[lane]);
                times.get(seen).copied().unwrap_or(f64::INFINITY)
            }
            FiresCode::After { .. } => self.queues.pop(e, lane),
            FiresCode::Ageing { .. } => self.next_threshold(e, lane),
            _ => f64::INFINITY,
        };
        self.schedule(e, lane, next, within);
        next
    }

    /// Draws whether an event that is due fires. Dates have numbers of their own, other draws are
    /// counted lane by lane.
    pub fn comes(&mut self, e: u32, lane: usize) -> bool {
        let event = &self.program().events[e as usize];
        let Some(chance) = &event.probability else {
            return true;
        };
        let probability = self.evaluate_lane(&chance.probability, lane);
        if !is_probability(probability) {
            self.stop(lane, chance.probability.label);
            return false;
        }
        let occurrence = match &event.fires {
            FiresCode::Every { times, first } => {
                let before = times.partition_point(|time| *time < self.now[lane]);
                first.wrapping_add(before as u32)
            }
            _ => {
                let drawn = self.columns.get(chance.drawn, lane);
                self.columns.set(chance.drawn, lane, drawn + 1.0);
                drawn as u32
            }
        };
        self.site(chance.site).uniform(self.ids[lane], occurrence) < probability
    }

    /// Whether an event that is due, or has been waiting, fires now. One that waits draws once
    /// whether it comes at all.
    pub fn fires_now(&mut self, e: u32, lane: usize) -> bool {
        let Some(waiting) = self.program().events[e as usize].waiting else {
            return self.allowed(e as usize, 1 << lane) != 0 && self.comes(e, lane);
        };
        let is_waiting = self.columns.get(waiting, lane) == 1.0;
        if !is_waiting && !self.comes(e, lane) {
            return false;
        }
        let is_allowed = self.allowed(e as usize, 1 << lane) != 0;
        let waits = f64::from(u8::from(!is_allowed));
        self.columns.set(waiting, lane, waits);
        is_allowed
    }

    /// Those of some lanes in which an event has been waiting and is allowed now.
    pub fn ripe(&mut self, e: u32, waiting: Slot, lanes: Lanes) -> Lanes {
        let waiting = equal_to(self.width(), self.columns.column(waiting), 1.0) & lanes;
        if waiting == 0 {
            return 0;
        }
        self.allowed(e as usize, waiting)
    }
}
