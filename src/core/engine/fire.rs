//! Firings: what an event changes, and what must be looked at afterwards.
//!
//! Takes the events that fire and their lanes, each lane with one event at its own instant; updates
//! counts, applies effects in order, then looks once at everything that depends on what has
//! changed.

use super::batch::{Batch, MANY, confine};
use super::journal::{Change, Entry};
use super::jumps::Within;
use super::lanes::{Lanes, blend, each, lanes_where, pick};
use super::scratch::Point;
use crate::math::operators::discounted;
use crate::math::width::wide;
use crate::program::{
    Column, Columns, Combine, DrawCode, EffectCode, FiresCode, LANES, Slot, TrackerKind, run_lanes,
};

wide! {
    /// Counts a firing in some lanes, each at its own instant.
    fn count_firing(columns: &mut Columns, count: Slot, last: Slot, first: Slot, lanes: Lanes, now: &Column) {
        if lanes.count_ones() < MANY {
            for lane in each(lanes) {
                let firings = columns.get(count, lane) + 1.0;
                columns.set(count, lane, firings);
                columns.set(last, lane, now[lane]);
                if firings == 1.0 {
                    columns.set(first, lane, now[lane]);
                }
            }
            return;
        }
        let column = columns.column_mut(count);
        for lane in 0..LANES {
            let more = column[lane] + 1.0;
            column[lane] = pick(lanes >> lane & 1 == 1, more, column[lane]);
        }
        let column = columns.column_mut(last);
        for lane in 0..LANES {
            column[lane] = pick(lanes >> lane & 1 == 1, now[lane], column[lane]);
        }
        // Time goes forward, so the first firing is the least.
        let column = columns.column_mut(first);
        for lane in 0..LANES {
            let is_first = (lanes >> lane & 1 == 1) & (now[lane] < column[lane]);
            column[lane] = pick(is_first, now[lane], column[lane]);
        }
    }
}

wide! {
    /// Changes an indicator in some lanes and enforces its range (low, high, whether it reflects);
    /// gives the lanes whose value is not finite.
    fn change_lanes(
        columns: &mut Columns,
        indicator: Slot,
        operand: Slot,
        combine: Combine,
        range: (f64, f64, bool),
        lanes: Lanes,
    ) -> Lanes {
        let (low, high, reflect) = range;
        let mut broken = 0;
        if lanes.count_ones() < MANY || reflect {
            for lane in each(lanes) {
                let moved = combine.of(columns.get(indicator, lane), columns.get(operand, lane));
                broken |= u64::from(!moved.is_finite()) << lane;
                columns.set(indicator, lane, confine(moved, low, high, reflect));
            }
            return broken;
        }
        let (mut x, y) = (*columns.column(indicator), columns.column(operand));
        let mut fault = 0;
        for lane in 0..LANES {
            let moved = combine.of(x[lane], y[lane]);
            let chosen = lanes >> lane & 1 == 1;
            fault |= u64::from(chosen & !moved.is_finite());
            let moved = if moved < low { low } else { moved };
            let moved = if moved > high { high } else { moved };
            x[lane] = blend(chosen, moved, x[lane]);
        }
        *columns.column_mut(indicator) = x;
        if fault != 0 {
            broken = lanes & lanes_where(|lane| !x[lane].is_finite());
        }
        broken
    }
}

impl Batch<'_> {
    /// Fires what stands in `scratch.fired`, each lane at its instant. What is triggered by it
    /// waits in `scratch.triggered`.
    pub fn fire(&mut self, within: Option<Within>) {
        let program = self.program();
        let mut fired = std::mem::take(&mut self.scratch.fired);
        let mut all = 0;
        // Few lanes rarely share a hazard: sorting them by it would cost more than it saves.
        let together = fired
            .iter()
            .map(|(_, lanes)| lanes.count_ones())
            .sum::<u32>()
            >= MANY;
        self.scratch.affected.clear();
        let timed = (fired.iter()).any(|(e, _)| program.events[*e as usize].timed);
        if within.is_some() {
            let looking = |(e, _): &&(u32, Lanes)| program.events[*e as usize].clocked;
            let clocked = fired.iter().filter(looking);
            let clocked = clocked.fold(0, |all, (_, lanes)| all | lanes);
            self.move_clocks_to_now(clocked, timed);
        }
        let mut next = 0;
        while let Some((e, lanes)) = fired.get_mut(next) {
            next += 1;
            let event = &program.events[*e as usize];
            all |= *lanes;
            *lanes = self.act(*e, *lanes, within);
            let (e, lanes) = (*e, *lanes);
            if let Some(branches) = &event.branches {
                self.branch(e, branches, lanes, &mut fired);
            }
            let scratch = &mut self.scratch;
            for &position in event.derived.iter() {
                scratch.derived.add(position, lanes);
            }
            event
                .factors
                .iter()
                .for_each(|&f| scratch.factors.add(f, lanes));
            event
                .trackers
                .iter()
                .for_each(|&t| scratch.trackers.add(t, lanes));
            let live = lanes & self.alive;
            event
                .windows
                .iter()
                .for_each(|&w| scratch.windows.add(w, live));
            event
                .triggers
                .iter()
                .for_each(|&t| scratch.triggers.add(t, live));
            event
                .starts
                .iter()
                .for_each(|&s| scratch.starts.add(s, live));
            if within.is_none() {
                self.clocks.stale |= live;
            } else if together {
                event
                    .hazards
                    .iter()
                    .for_each(|&h| scratch.hazards.add(h, live));
            } else {
                scratch
                    .affected
                    .extend(event.hazards.iter().map(|&h| (h, live)));
            }
        }
        let mut list = std::mem::take(&mut self.scratch.list);
        self.scratch.derived.drain(&mut list);
        // In evaluation order: a derived value may read another.
        list.sort_unstable_by_key(|(position, _)| *position);
        // What reads the clock is asked for at the instant, or only once the clocks are back.
        let mut postponed = std::mem::take(&mut self.scratch.postponed);
        for &(position, lanes) in &list {
            let waits =
                !timed && within.is_some() && program.timed.binary_search(&position).is_ok();
            if waits {
                postponed.push((position, lanes));
            } else {
                self.derive(position as usize, lanes);
            }
        }
        self.scratch.starts.drain(&mut list);
        for &(started, lanes) in &list {
            self.start_clock(started, lanes & self.alive, within);
        }
        self.scratch.trackers.drain(&mut list);
        for &(tracker, lanes) in &list {
            self.observe_lanes(tracker, lanes & !self.halted);
        }
        self.scratch.triggers.drain(&mut list);
        // In the order of names, which is that of their numbers.
        list.sort_unstable();
        for &(trigger, lanes) in &list {
            self.look(trigger, lanes & self.alive);
        }
        if let Some(within) = within {
            let mut affected = std::mem::take(&mut self.scratch.affected);
            if together {
                self.scratch.hazards.drain(&mut affected);
            }
            // Hazards with their guards, and the derived values that they read, keep the time of
            // the step's start.
            self.move_clocks_back(all, within.from);
            for (position, lanes) in postponed.drain(..) {
                self.derive(position as usize, lanes);
            }
            self.renew_factors(&mut list);
            self.open_windows(&mut list);
            self.charge(&affected, within);
            self.scratch.affected = affected;
            if self.scratch.asked {
                for (_, lanes) in &fired {
                    self.look_again(*lanes, within);
                }
            }
        } else {
            self.renew_factors(&mut list);
            self.open_windows(&mut list);
        }
        self.scratch.postponed = postponed;
        self.scratch.list = list;
        self.scratch.fired = fired;
    }

    /// Count and time first, then the effects in order, then the derived values and the event's own
    /// clock. Gives the lanes that go on.
    fn act(&mut self, e: u32, lanes: Lanes, within: Option<Within>) -> Lanes {
        let program = self.program();
        let layout = &program.layout;
        let event = &program.events[e as usize];
        let (count, last, first) = (layout.count + e, layout.last + e, layout.first + e);
        let width = self.setup.width;
        self.note_asked(&event.noted, lanes);
        count_firing(
            width,
            &mut self.columns,
            count,
            last,
            first,
            lanes,
            &self.now,
        );
        if let Some(rest) = event.rest {
            for lane in each(lanes) {
                let rest = self.columns.get(rest, lane);
                let until = self.now[lane] + rest;
                self.columns.set(layout.rest_until + e, lane, until);
                let last = &mut self.queues.last_rest[e as usize];
                *last = last.max(until);
                if rest > 0.0 && within.is_some_and(|w| until < w.to) {
                    self.scratch.add_point(Point {
                        lane,
                        time: until,
                        event: None,
                    });
                }
            }
        }
        let followed =
            (self.journal.as_ref().map(|j| j.lane)).filter(|lane| lanes >> lane & 1 == 1);
        let mut changes = Vec::new();
        let mut lanes = lanes;
        self.derive_within(e, lanes);
        for effect in &event.effects {
            self.apply(e, effect, lanes, followed, &mut changes);
            lanes &= !self.halted;
        }
        self.note_firing(e, followed.filter(|lane| lanes >> lane & 1 == 1), changes);
        if let (FiresCode::Hazard { .. }, Some(within)) = (&event.fires, within) {
            self.renew_clock(e, lanes, within);
        }
        lanes
    }

    fn note_firing(&mut self, e: u32, lane: Option<usize>, changes: Vec<Change>) {
        let (Some(lane), Some(journal)) = (lane, &mut self.journal) else {
            return;
        };
        let program = self.setup.program;
        let layout = &program.layout;
        let count = self.columns.get(layout.count + e, lane) as u32;
        if !journal.keeps(e, count, &changes) {
            return;
        }
        journal.entries.push(Entry {
            time: self.now[lane],
            event: e,
            count,
            changes,
            indicators: (0..program.indicators.len() as Slot)
                .map(|i| self.columns.get(layout.indicators + i, lane))
                .collect(),
        });
    }

    fn apply(
        &mut self,
        e: u32,
        effect: &EffectCode,
        lanes: Lanes,
        followed: Option<usize>,
        changes: &mut Vec<Change>,
    ) {
        match effect {
            EffectCode::Read { value, slot } => {
                let read = self.operand(e, value, lanes);
                for lane in each(lanes) {
                    let number = self.columns.get(read, lane);
                    self.columns.set(*slot, lane, number);
                }
            }
            EffectCode::Change {
                indicator,
                combine,
                value,
            } => {
                self.change(e, *indicator, value, *combine, lanes, followed, changes);
            }
            EffectCode::Move { machine, to } => {
                self.set_going(e, *machine, to, lanes, followed, changes);
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "one effect has this many parts")]
    fn change(
        &mut self,
        e: u32,
        indicator: usize,
        value: &DrawCode,
        combine: Combine,
        lanes: Lanes,
        followed: Option<usize>,
        changes: &mut Vec<Change>,
    ) {
        let program = self.program();
        let slot = program.layout.indicators + indicator as Slot;
        let before = followed.map(|lane| (lane, self.columns.get(slot, lane)));
        let operand = self.operand(e, value, lanes);
        let lanes = lanes & !self.halted;
        let code = &program.indicators[indicator];
        let width = self.setup.width;
        let range = (code.low, code.high, code.reflect);
        let broken = change_lanes(
            width,
            &mut self.columns,
            slot,
            operand,
            combine,
            range,
            lanes,
        );
        self.stop_all(broken, value.label());
        let lanes = lanes & !self.halted;
        if let Some((lane, from)) = before.filter(|(lane, _)| lanes >> lane & 1 == 1) {
            let to = self.columns.get(slot, lane);
            changes.push(Change::Indicator {
                indicator,
                from,
                to,
            });
        }
        self.derive_within(e, lanes);
    }

    /// Slot of the number that an effect takes.
    fn operand(&mut self, e: u32, value: &DrawCode, lanes: Lanes) -> Slot {
        let layout = &self.program().layout;
        match value {
            DrawCode::Value(formula) => self.evaluate_for(formula, lanes),
            DrawCode::Fixed { .. } | DrawCode::Varying { .. } => {
                for lane in each(lanes) {
                    let occurrence = self.columns.get(layout.count + e, lane) as u32;
                    if let Some(drawn) = self.sample(value, lane, occurrence) {
                        self.columns.set(layout.kept, lane, drawn);
                    }
                }
                layout.kept
            }
        }
    }

    /// Before the first effect and after each: evaluates the derived values that this event may
    /// have changed, if one of its effects reads any. Otherwise they are evaluated once, after all
    /// effects.
    pub fn derive_within(&mut self, e: u32, lanes: Lanes) {
        let event = &self.program().events[e as usize];
        if event.reads_derived {
            for &position in event.derived.iter() {
                self.derive(position as usize, lanes);
            }
        }
    }

    /// Evaluates the factors that the firings may have changed.
    fn renew_factors(&mut self, list: &mut Vec<(u32, Lanes)>) {
        let program = self.program();
        self.scratch.factors.drain(list);
        // A factor may read another, which stands before it.
        list.sort_unstable_by_key(|(factor, _)| *factor);
        for &(factor, lanes) in list.iter() {
            let ops = &program.factors[factor as usize].ops;
            // A lane whose clock stands elsewhere keeps what it has of the step's start.
            if self.moved_clocks == 0 {
                self.run_for(ops, lanes);
            } else {
                run_lanes(self.width(), ops, &mut self.columns, lanes);
            }
        }
    }

    /// Opens the windows that the firings may have opened.
    fn open_windows(&mut self, list: &mut Vec<(u32, Lanes)>) {
        self.scratch.windows.drain(list);
        for &(window, lanes) in list.iter() {
            self.open_window(window as usize, lanes & self.alive);
        }
    }

    /// Opens the window of a declared chance in those lanes in which its event has become allowed.
    pub fn open_window(&mut self, e: usize, lanes: Lanes) {
        let Some(declared) = &self.program().events[e].declared else {
            return;
        };
        let closed = lanes & self.record.unopened[e];
        if closed != 0 {
            let open = self.allowed(e, closed);
            self.record.unopened[e] &= !open;
            for lane in each(open) {
                self.columns.set(declared.opened, lane, self.now[lane]);
            }
        }
    }

    /// Updates a tracker in some lanes after a firing.
    fn observe_lanes(&mut self, tracker: u32, lanes: Lanes) {
        let program = self.program();
        let tracker = &program.trackers[tracker as usize];
        let slot = self.evaluate_for(&tracker.value, lanes);
        for lane in each(lanes) {
            let value = self.columns.get(slot, lane);
            if !value.is_finite() {
                self.stop(lane, tracker.value.label);
                continue;
            }
            let now = self.now[lane];
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
                TrackerKind::Discounted { rate } => {
                    let rate = self.columns.get(rate, lane);
                    let current = self.columns.get(tracker.current, lane);
                    let since = self.columns.get(tracker.since, lane);
                    self.columns.set(tracker.current, lane, value);
                    self.columns.set(tracker.since, lane, now);
                    state + current * discounted(rate, since, now)
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
}
