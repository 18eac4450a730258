//! Jumps: what happens in one lane between two grid points.
//!
//! Competing events are resolved exactly by per-event clocks, the random time change of Anderson, *A modified next reaction method for
//! simulating chemical systems with time dependent propensities and delays*, J. Chem. Phys. 127 (2007). A clock is charged only when its
//! own rate changes, so that an unrelated event does not move another's firing time by so much as a rounding error.

use super::batch::{Batch, Fatal};
use super::journal::{Change, Entry};
use super::lanes::{Lanes, between, each_lane, raise};
use crate::program::{EffectCode, FiresCode, QuestionCode, Slot, TrackerKind, run_lane};

/// Firings in one instant beyond which events are taken to fire one another for ever.
const INSTANT_LIMIT: usize = 1_000;
/// Firings in one step of one trial beyond which a rate is taken to grow without bound.
pub const STEP_LIMIT: u64 = 1_000_000;

/// The step that a lane is in; `None` at a grid point, where the next step will evaluate every hazard anyway.
#[derive(Clone, Copy)]
pub struct Within {
    pub from: f64,
    pub to: f64,
}

impl Batch<'_> {
    /// Plays all jumps of one lane within a step; rates in force at its start are in the rate columns.
    pub fn jump(&mut self, lane: usize, within: Within) {
        let program = self.program();
        let layout = &program.layout;
        self.scratch.anchor.fill(within.from);
        for i in 0..self.scratch.due.len() {
            let (e, lanes) = self.scratch.due[i];
            if lanes >> lane & 1 == 1 {
                let rate = self.columns.get(layout.rate + e, lane);
                let threshold = self.columns.get(layout.threshold + e, lane);
                self.scratch.set_fire_at(e, within.from + threshold / rate);
            }
        }
        self.find_points(lane, within);
        let mut firings = 0;
        let mut now = within.from;
        while self.alive >> lane & 1 == 1 && self.fatal.is_none() {
            let clock = self.scratch.first_clock().filter(|(t, _)| *t < within.to);
            let point = self.scratch.first_point();
            // At equal times the end of a rest comes first, then events in the order of their names.
            let point = point.filter(|&p| {
                let (time, due) = self.scratch.points[p];
                clock.is_none_or(|(t, e)| time < t || time == t && due.is_none_or(|d| d < e))
            });
            if let Some(p) = point {
                let (time, due) = self.scratch.points.swap_remove(p);
                now = time;
                match due {
                    Some(e) => {
                        self.columns.set(layout.due + e, lane, f64::INFINITY);
                        self.stand_at(lane, now);
                        self.scratch.pending.push(e);
                        // All that is due now, so that what the first of them triggers takes its turn by name.
                        while let Some((p, e)) = self.scratch.point_at(now) {
                            self.scratch.points.swap_remove(p);
                            self.columns.set(layout.due + e, lane, f64::INFINITY);
                            self.scratch.pending.push(e);
                        }
                        self.settle(lane, now, Some(within));
                    }
                    None => self.end_rests(lane, now, within),
                }
            } else if let Some((time, e)) = clock {
                now = time.max(now);
                self.stand_at(lane, now);
                self.scratch.pending.push(e);
                self.settle(lane, now, Some(within));
            } else {
                break;
            }
            firings += 1;
            if firings > STEP_LIMIT {
                let counts = |e: &u32| self.columns.get(layout.count + *e, lane);
                let event = program
                    .hazards
                    .iter()
                    .copied()
                    .max_by(|a, b| counts(a).total_cmp(&counts(b)));
                self.fatal = Some(Fatal::Explosion {
                    lane,
                    time: now,
                    event: event.unwrap_or(0),
                });
                break;
            }
        }
        while let Some(e) = self.scratch.touched.pop() {
            let rate = self.columns.get(layout.rate + e, lane);
            let spent = rate * (within.to - self.scratch.anchor[e as usize]);
            let left = self.columns.get(layout.threshold + e, lane) - spent;
            self.columns.set(layout.threshold + e, lane, left);
        }
        while let Some(e) = self.scratch.running.pop() {
            self.scratch.fire_at[e as usize] = f64::INFINITY;
        }
        self.stand_at(lane, within.from);
    }

    /// Ends of rests and scheduled instants of a lane strictly within the step.
    fn find_points(&mut self, lane: usize, within: Within) {
        let program = self.program();
        let layout = &program.layout;
        self.scratch.points.clear();
        let inside = |t: f64| t > within.from && t < within.to;
        for &e in &program.resting {
            let until = self.columns.get(layout.rest_until + e, lane);
            if inside(until) {
                self.scratch.points.push((until, None));
            }
        }
        for &e in &program.scheduled {
            let due = self.columns.get(layout.due + e, lane);
            if inside(due) {
                self.scratch.points.push((due, Some(e)));
            }
        }
    }

    /// Hazards whose rest ends now come into force.
    fn end_rests(&mut self, lane: usize, now: f64, within: Within) {
        let program = self.program();
        for &e in &program.resting {
            if self.columns.get(program.layout.rest_until + e, lane) == now {
                self.stand_at(lane, within.from);
                self.charge(&[e], lane, now, within);
            }
        }
    }

    /// Evaluates these hazards anew and charges the clocks whose rate has changed. The lane's clock must stand at the step's start.
    fn charge(&mut self, hazards: &[u32], lane: usize, now: f64, within: Within) {
        let program = self.program();
        let mut work = std::mem::take(&mut self.scratch.work);
        work.clear();
        for &e in hazards {
            let FiresCode::Hazard {
                scale, exponent, ..
            } = &program.events[e as usize].fires
            else {
                continue;
            };
            if self.allowed(e as usize, lane, now) {
                let exponent = exponent
                    .as_ref()
                    .map_or(0.0, |exponent| self.evaluate_lane(exponent, lane));
                let scale = self.evaluate_lane(scale, lane);
                work.push(e, scale, exponent);
            } else {
                self.change_rate(e, lane, now, within, 0.0);
            }
        }
        // All exponentials at once: one by one, each would wait for the one before.
        work.pad();
        raise(&mut work.rates, &work.exponents);
        for (e, rate) in work.events.iter().zip(&work.rates) {
            if !rate.is_finite() {
                if let FiresCode::Hazard { scale, .. } = &program.events[*e as usize].fires {
                    self.stop(lane, scale.label);
                }
                break;
            }
            self.change_rate(*e, lane, now, within, rate.max(0.0));
        }
        self.scratch.work = work;
    }

    /// Puts a rate into force; the clock is charged for the time under the old one.
    fn change_rate(&mut self, e: u32, lane: usize, now: f64, within: Within, new: f64) {
        let layout = &self.program().layout;
        let old = self.columns.get(layout.rate + e, lane);
        if new.to_bits() == old.to_bits() && self.scratch.fire_at[e as usize] > now {
            return;
        }
        let anchor = self.scratch.anchor[e as usize];
        let left = self.columns.get(layout.threshold + e, lane) - old * (now - anchor);
        self.recharge(e, lane, now, within, new, left);
    }

    fn recharge(&mut self, e: u32, lane: usize, now: f64, within: Within, rate: f64, left: f64) {
        let layout = &self.program().layout;
        self.columns.set(layout.threshold + e, lane, left);
        self.columns.set(layout.rate + e, lane, rate);
        self.scratch.anchor[e as usize] = now;
        let settled = &mut self.scratch.settled[e as usize];
        if *settled >> lane & 1 == 0 {
            *settled |= 1 << lane;
            self.scratch.touched.push(e);
        }
        let runs_out = rate > 0.0 && left <= rate * (within.to - now);
        let time = if runs_out {
            (now + left / rate).max(now)
        } else {
            f64::INFINITY
        };
        self.scratch.set_fire_at(e, time);
    }

    /// Fires what is pending at this instant, and whatever that triggers, in the order of names.
    pub fn settle(&mut self, lane: usize, now: f64, within: Option<Within>) {
        self.scratch.fired.clear();
        while let Some(position) =
            (0..self.scratch.pending.len()).min_by_key(|&i| self.scratch.pending[i])
        {
            let event = self.scratch.pending.swap_remove(position);
            // A clock that has run out was allowed; the others are asked at their instant.
            let by_clock = matches!(
                self.program().events[event as usize].fires,
                FiresCode::Hazard { .. }
            );
            if !by_clock && !self.allowed(event as usize, lane, now) {
                continue;
            }
            self.scratch.fired.push(event);
            if self.scratch.fired.len() > INSTANT_LIMIT {
                let mut events = self.scratch.fired.clone();
                events.sort_unstable();
                events.dedup();
                // The first is told: other lanes may run away at the same grid point.
                self.fatal.get_or_insert(Fatal::Runaway {
                    lane,
                    time: now,
                    events,
                });
                self.scratch.pending.clear();
                self.alive &= !(1 << lane);
                return;
            }
            self.fire(event, lane, now, within);
        }
    }

    /// One firing: count and time first, then the effects in order, then everything that depends on what changed.
    fn fire(&mut self, e: u32, lane: usize, now: f64, within: Option<Within>) {
        let program = self.program();
        let layout = &program.layout;
        let event = &program.events[e as usize];
        let count = self.columns.get(layout.count + e, lane) + 1.0;
        self.columns.set(layout.count + e, lane, count);
        self.columns.set(layout.last + e, lane, now);
        if count == 1.0 {
            self.columns.set(layout.first + e, lane, now);
        }
        if let Some(rest) = event.rest {
            let rest = self.columns.get(rest, lane);
            self.columns.set(layout.rest_until + e, lane, now + rest);
            if rest > 0.0 && within.is_some_and(|w| now + rest < w.to) {
                self.scratch.points.push((now + rest, None));
            }
        }
        let mut changes = Vec::new();
        let journalled = self.journal.as_ref().is_some_and(|j| j.lane == lane);
        for effect in &event.effects {
            if let Some(change) = self.apply(e, effect, lane, now, count as u32)
                && journalled
            {
                changes.push(change);
            }
            if self.is_stopped(lane) {
                return;
            }
        }
        if journalled {
            let indicators = (0..program.indicators.len() as Slot)
                .map(|i| self.columns.get(layout.indicators + i, lane))
                .collect();
            let entry = Entry {
                time: now,
                event: e,
                count: count as u32,
                changes,
                indicators,
            };
            self.journal
                .iter_mut()
                .for_each(|j| j.entries.push(entry.clone()));
        }
        self.derive_after(e, lane);
        if let FiresCode::Hazard { site, .. } = &event.fires
            && let Some(within) = within
        {
            let threshold = self.stream(*site).exponential(self.ids[lane], count as u32);
            let rate = self.columns.get(layout.rate + e, lane);
            self.recharge(e, lane, now, within, rate, threshold);
        }
        self.observe_lane(&event.trackers, lane, now);
        if self.alive >> lane & 1 == 1 {
            for &window in &event.windows {
                self.open_window(window as usize, lane, now);
            }
            for &t in &event.triggers {
                self.look(t, lane);
            }
            if let Some(within) = within {
                // Hazards, and the derived values that they read, keep the time of the step's start.
                self.stand_at(lane, within.from);
                self.charge(&event.hazards, lane, now, within);
                if !self.scratch.pending.is_empty() {
                    self.stand_at(lane, now);
                }
            }
        }
        if let Some(within) = within {
            self.answer_lane(lane, now, within);
        }
    }

    fn apply(
        &mut self,
        e: u32,
        effect: &EffectCode,
        lane: usize,
        now: f64,
        occurrence: u32,
    ) -> Option<Change> {
        let program = self.program();
        let layout = &program.layout;
        let (indicator, value, combine): (usize, _, fn(f64, f64) -> f64) = match effect {
            EffectCode::Set { indicator, value } => (*indicator, value, |_, v| v),
            EffectCode::Add { indicator, value } => (*indicator, value, |x, v| x + v),
            EffectCode::Multiply { indicator, value } => (*indicator, value, |x, v| x * v),
            EffectCode::Phase(to) => {
                let from = self.phase[lane] as usize;
                if from == *to {
                    return None;
                }
                self.phase[lane] = *to as u8;
                self.columns.set(layout.phase, lane, *to as f64);
                self.columns.set(layout.entered, lane, now);
                if program.phases[*to].is_final {
                    self.alive &= !(1 << lane);
                }
                run_lane(&program.regime.of_phase, &mut self.columns, lane);
                self.derive_after(e, lane);
                return Some(Change::Phase { from, to: *to });
            }
            EffectCode::Trend(to) => {
                let from = self.trend[lane] as usize;
                if from == *to {
                    return None;
                }
                self.trend[lane] = *to as u8;
                self.columns.set(layout.trend, lane, *to as f64);
                run_lane(&program.regime.of_trend, &mut self.columns, lane);
                self.derive_after(e, lane);
                return Some(Change::Trend { from, to: *to });
            }
        };
        let operand = self.sample(value, lane, occurrence)?;
        let slot = layout.indicators + indicator as Slot;
        let from = self.columns.get(slot, lane);
        let moved = combine(from, operand);
        if !moved.is_finite() {
            self.stop(lane, value.label());
            return None;
        }
        let to = self.confine(indicator, moved);
        self.columns.set(slot, lane, to);
        for &position in &program.indicators[indicator].feeds {
            self.derive(position as usize, lane);
        }
        Some(Change::Indicator {
            indicator,
            from,
            to,
        })
    }

    /// Evaluates the derived values that a firing of this event may have changed.
    fn derive_after(&mut self, e: u32, lane: usize) {
        for &position in &self.program().events[e as usize].derived {
            self.derive(position as usize, lane);
        }
    }

    /// Looks at a trigger after a jump: it fires when its condition has become true.
    pub fn look(&mut self, e: u32, lane: usize) {
        let program = self.program();
        let FiresCode::When { condition, armed } = &program.events[e as usize].fires else {
            return;
        };
        let value = self.evaluate_lane(condition, lane);
        if value.is_nan() {
            self.stop(lane, condition.label);
            return;
        }
        let was_armed = self.columns.get(*armed, lane) == 1.0;
        self.columns.set(*armed, lane, 1.0 - value);
        if value == 1.0 && was_armed {
            self.scratch.pending.push(e);
        }
    }

    /// Marks a scheduled event as due at this instant.
    pub fn make_pending(&mut self, e: u32) {
        self.scratch.pending.push(e);
    }

    pub fn open_window(&mut self, e: usize, lane: usize, now: f64) {
        if let Some(declared) = &self.program().events[e].declared
            && self.columns.get(declared.opened, lane) == f64::INFINITY
            && self.allowed(e, lane, now)
        {
            self.columns.set(declared.opened, lane, now);
        }
    }

    /// Updates trackers in one lane after a firing.
    fn observe_lane(&mut self, trackers: &[u32], lane: usize, now: f64) {
        let program = self.program();
        for &t in trackers {
            let tracker = &program.trackers[t as usize];
            let value = self.evaluate_lane(&tracker.value, lane);
            if !value.is_finite() {
                self.stop(lane, tracker.value.label);
                return;
            }
            let state = self.columns.get(tracker.state, lane);
            let next = match tracker.kind {
                TrackerKind::Highest => state.max(value),
                TrackerKind::Lowest => state.min(value),
                TrackerKind::First => {
                    if state == f64::INFINITY && value == 1.0 {
                        now
                    } else {
                        state
                    }
                }
                TrackerKind::Integral => {
                    let current = self.columns.get(tracker.current, lane);
                    let since = self.columns.get(tracker.since, lane);
                    self.columns.set(tracker.current, lane, value);
                    self.columns.set(tracker.since, lane, now);
                    state + current * (now - since)
                }
            };
            self.columns.set(tracker.state, lane, next);
        }
    }

    /// Questions about an instant later in this step see the state as it is now, until the next firing.
    fn answer_lane(&mut self, lane: usize, now: f64, within: Within) {
        let program = self.program();
        for question in &program.questions {
            if let QuestionCode::HoldsAt {
                condition,
                time,
                answer,
            } = question
                && *time >= now
                && *time > within.from
                && *time < within.to
            {
                self.stand_at(lane, *time);
                let value = self.evaluate_lane(condition, lane);
                if value.is_nan() {
                    self.stop(lane, condition.label);
                }
                self.columns.set(*answer, lane, value);
                self.stand_at(lane, now);
            }
        }
    }

    /// Lanes with a scheduled event or an end of rest strictly within a step.
    pub fn points_within(&self, within: Within) -> Lanes {
        let program = self.program();
        let layout = &program.layout;
        let mut lanes = 0;
        for &e in &program.scheduled {
            let due = self.columns.column(layout.due + e);
            lanes |= between(due, within.from, within.to);
        }
        for &e in &program.resting {
            lanes |= between(
                self.columns.column(layout.rest_until + e),
                within.from,
                within.to,
            );
        }
        lanes
    }

    /// Plays the jumps of several lanes.
    pub fn jump_lanes(&mut self, lanes: Lanes, within: Within) {
        each_lane(lanes, |lane| {
            if self.fatal.is_none() {
                self.jump(lane, within);
            }
        });
    }
}
