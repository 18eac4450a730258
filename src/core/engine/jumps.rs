//! Jumps: what happens between two grid points, in rounds.
//!
//! A round plays the next thing of every lane that has one: an event whose clock runs out, a
//! scheduled instant, the end of a rest. Lanes do not see one another, so all firings of one event
//! in a round are played together. `clocks` keeps the clocks; `fire` does what the events do.

use super::batch::{Batch, Fatal, MANY};
use super::lanes::{Lanes, between, each, lanes_where, least, pick};
use super::scratch::Point;
use crate::math::width::wide;
use crate::program::{Column, FiresCode, LANES, Slot};

/// Firings in one instant beyond which events are taken to fire one another for ever.
pub const INSTANT_LIMIT: usize = 1_000;
/// Firings in one step of one trial beyond which a rate is taken to grow without bound.
pub const STEP_LIMIT: u64 = 1_000_000;

/// Events that are looked for one by one when many lanes are sorted by the event that fires in
/// them.
const MOST_SEARCHED: usize = 8;

wide! {
    /// Moves those of some lanes in which a clock runs out before `end` to that instant, and gives
    /// them.
    fn go_on(now: &mut Column, first: &Column, lanes: Lanes, end: f64) -> Lanes {
        let due = lanes & lanes_where(|lane| first[lane] < end);
        for lane in 0..LANES {
            let later = (due >> lane & 1 == 1) & (first[lane] > now[lane]);
            now[lane] = pick(later, first[lane], now[lane]);
        }
        due
    }
}

wide! {
    /// Lanes whose first event is this one.
    fn firing(first_event: &[u32; LANES], e: u32) -> Lanes {
        lanes_where(|lane| first_event[lane] == e)
    }
}

/// The step that a lane is in; `None` at a grid point, where the next step will evaluate every
/// hazard anyway.
#[derive(Clone, Copy)]
pub struct Within {
    pub from: f64,
    pub to: f64,
}

impl Batch<'_> {
    /// Plays all jumps of these lanes within a step; the clocks have been set by
    /// [`tick`](Self::tick).
    pub fn jump(&mut self, lanes: Lanes, within: Within) {
        let mut busy = lanes;
        let mut rounds = 0;
        loop {
            busy &= self.alive & (self.running() | self.scratch.pointed);
            if busy == 0 {
                break;
            }
            self.find_first(busy);
            let mut pointed = 0;
            for lane in each(busy & self.scratch.pointed) {
                if let Some(point) = self.scratch.take_first_point(lane) {
                    pointed |= 1 << lane;
                    self.play_point(point, within);
                }
            }
            let clocked = busy & !pointed & self.alive;
            let due = go_on(
                self.setup.width,
                &mut self.now,
                &self.scratch.first_time,
                clocked,
                within.to,
            );
            if due != 0 {
                self.sort_firing(due);
                self.fire(Some(within));
                self.play_triggered(within);
            }
            busy = due | pointed;
            rounds += 1;
            if rounds > STEP_LIMIT {
                self.give_up(busy & self.alive);
                break;
            }
        }
        self.rest_clocks();
        self.scratch.points.clear();
        self.scratch.pointed = 0;
        self.move_clocks_back(lanes, within.from);
    }

    /// Sorts the lanes that are due by the event that fires in them.
    fn sort_firing(&mut self, due: Lanes) {
        let scratch = &mut self.scratch;
        let active = &self.clocks.active;
        if due.count_ones() < MANY || active.len() > MOST_SEARCHED {
            for lane in each(due) {
                scratch.firing.add(scratch.first_event[lane], 1 << lane);
            }
        } else {
            for &e in active {
                let lanes = due & firing(self.setup.width, &scratch.first_event, e);
                scratch.firing.add(e, lanes);
            }
        }
        scratch.firing.drain(&mut scratch.fired);
    }

    fn give_up(&mut self, busy: Lanes) {
        if busy == 0 {
            return;
        }
        let program = self.program();
        let lane = busy.trailing_zeros() as usize;
        let counts = |e: &u32| self.columns.get(program.layout.count + *e, lane);
        let event = program
            .hazards
            .iter()
            .copied()
            .max_by(|a, b| counts(a).total_cmp(&counts(b)));
        self.fail(Fatal::Explosion {
            lane,
            time: self.now[lane],
            event: event.unwrap_or(0),
        });
    }

    /// Notes a fault; of several within a step that of the first trial is told.
    fn fail(&mut self, fault: Fatal) {
        if self
            .fatal
            .as_ref()
            .is_none_or(|known| fault.lane() < known.lane())
        {
            self.fatal = Some(fault);
        }
    }

    /// Plays the end of a rest, or scheduled events.
    fn play_point(&mut self, point: Point, within: Within) {
        let lane = point.lane;
        self.now[lane] = point.time;
        let Some(e) = point.event else {
            self.end_rests(lane, within);
            return;
        };
        self.go_on_from(e, lane, Some(within));
        self.scratch.pending.push(e);
        // All that is due now, so that what the first of them triggers takes its turn by name.
        while let Some(e) = self.scratch.take_point_at(lane, point.time) {
            self.go_on_from(e, lane, Some(within));
            self.scratch.pending.push(e);
        }
        self.settle(lane, Some(within));
    }

    /// Hazards whose rest ends now come into force.
    fn end_rests(&mut self, lane: usize, within: Within) {
        let program = self.program();
        let now = self.now[lane];
        let rested = program
            .resting
            .iter()
            .filter(|&&e| self.columns.get(program.layout.rest_until + e, lane) == now);
        let list: Vec<(u32, Lanes)> = rested.map(|&e| (e, 1 << lane)).collect();
        self.move_clock(lane, within.from);
        self.charge(&list, within);
        if program.patient.is_empty() {
            return;
        }
        self.move_clock(lane, now);
        for (e, lanes) in list {
            self.look(e, lanes);
        }
        self.scratch.take_triggered(lane);
        self.settle(lane, Some(within));
    }

    /// Plays what a round of firings has triggered, lane by lane.
    fn play_triggered(&mut self, within: Within) {
        while let Some(&(lane, _)) = self.scratch.triggered.first() {
            self.scratch.take_triggered(lane);
            self.settle(lane, Some(within));
        }
    }

    /// Fires what is pending in a lane at its instant, and whatever that triggers, by priority and
    /// name.
    pub fn settle(&mut self, lane: usize, within: Option<Within>) {
        self.scratch.instant.clear();
        let ranks = &self.program().ranks;
        while let Some(place) =
            (0..self.scratch.pending.len()).min_by_key(|&i| ranks[self.scratch.pending[i] as usize])
        {
            let event = self.scratch.pending.swap_remove(place);
            self.move_clock(lane, self.now[lane]);
            if !self.fires_now(event, lane) {
                continue;
            }
            self.scratch.instant.push(event);
            if self.scratch.instant.len() > INSTANT_LIMIT {
                let mut events = self.scratch.instant.clone();
                events.sort_unstable();
                events.dedup();
                let time = self.now[lane];
                self.fail(Fatal::Runaway { lane, time, events });
                self.scratch.pending.clear();
                self.alive &= !(1 << lane);
                return;
            }
            self.scratch.fired.clear();
            self.scratch.fired.push((event, 1 << lane));
            self.fire(within);
            self.scratch.take_triggered(lane);
        }
    }

    /// Notes that an event is due in a lane that is about to be settled.
    pub fn make_pending(&mut self, e: u32) {
        self.scratch.pending.push(e);
    }

    /// Ends of rests and scheduled instants strictly within the step; gives the lanes that have
    /// one.
    pub fn find_points(&mut self, within: Within) -> Lanes {
        let program = self.program();
        let layout = &program.layout;
        for &e in &program.resting {
            if self.queues.last_rest[e as usize] > within.from {
                self.find_points_of(layout.rest_until + e, None, within);
            }
        }
        for &e in &program.scheduled {
            if self.queues.soonest[e as usize] < within.to {
                self.find_points_of(layout.due + e, Some(e), within);
                let instants = self.columns.column(layout.due + e);
                self.queues.soonest[e as usize] = least(self.setup.width, instants);
            }
        }
        self.scratch.pointed
    }

    /// The same for the instants of one column.
    fn find_points_of(&mut self, slot: Slot, event: Option<u32>, within: Within) {
        let width = self.width();
        let instants = self.columns.column(slot);
        let inside = between(width, instants, within.from, within.to) & self.alive;
        for lane in each(inside) {
            self.scratch.add_point(Point {
                lane,
                time: instants[lane],
                event,
            });
        }
    }

    /// Looks at a trigger after a jump: it fires when its condition has become true, or it may fire
    /// at last.
    pub fn look(&mut self, e: u32, lanes: Lanes) {
        let program = self.program();
        if let Some(waiting) = program.events[e as usize].waiting {
            for lane in each(self.ripe(e, waiting, lanes)) {
                self.scratch.triggered.push((lane, e));
            }
        }
        let FiresCode::When { condition, armed } = &program.events[e as usize].fires else {
            return;
        };
        let slot: Slot = self.evaluate_for(condition, lanes);
        for lane in each(lanes) {
            let value = self.columns.get(slot, lane);
            if value.is_nan() {
                self.stop(lane, condition.label);
                continue;
            }
            let was_armed = self.columns.get(*armed, lane) == 1.0;
            self.columns.set(*armed, lane, 1.0 - value);
            if value == 1.0 && was_armed {
                self.scratch.triggered.push((lane, e));
            }
        }
    }
}
