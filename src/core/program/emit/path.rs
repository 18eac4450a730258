//! What formulas read of the path: trackers that follow a value while a trial runs, and their
//! values at the end or at an instant before it.

use super::super::columns::Slot;
use super::super::ops::Op;
use super::super::types::{FiringCode, LookCode, TrackerCode, TrackerKind};
use super::{Emitter, Operand, named};
use crate::expression::{Expr, PathReading};
use crate::math::operators::Binary;

impl Emitter {
    pub(super) fn path(
        &mut self,
        reading: &PathReading,
        depth: Slot,
        ops: &mut Vec<Op>,
    ) -> Operand {
        match reading {
            PathReading::Final(e) => self.emit(e, depth, ops),
            PathReading::Highest(e) => Operand::Slot(self.tracker(TrackerKind::Highest, e).0),
            PathReading::Lowest(e) => Operand::Slot(self.tracker(TrackerKind::Lowest, e).0),
            PathReading::Average(e) | PathReading::Share(e) => {
                let integral = self.integral(e, depth, ops);
                let span = Operand::Constant(self.so_far.unwrap_or(self.clock.horizon));
                self.binary(Binary::Divide, integral, span, depth, ops)
            }
            PathReading::TimeIn(e) | PathReading::Total(e, None) => self.integral(e, depth, ops),
            PathReading::Total(e, Some(rate)) => self.discounted(e, rate, depth, ops),
            PathReading::At(e, time) => Operand::Slot(self.look(e, *time)),
            PathReading::CountWithin { .. } | PathReading::FirstAfter { .. } => {
                Operand::Slot(self.firing(reading))
            }
            PathReading::FirstEvent(e) => Operand::Slot(self.layout.first + *e as Slot),
            PathReading::FirstWhen(e) => Operand::Slot(self.tracker(TrackerKind::First, e).0),
            PathReading::EverWhen(e) => {
                let (state, _) = self.tracker(TrackerKind::First, e);
                let never = Operand::Constant(f64::INFINITY);
                self.binary(Binary::Less, Operand::Slot(state), never, depth, ops)
            }
        }
    }

    /// The integral of a value over the path, up to now if the path has not ended.
    fn integral(&mut self, expr: &Expr, depth: Slot, ops: &mut Vec<Op>) -> Operand {
        let (state, index) = self.tracker(TrackerKind::Integral, expr);
        if self.so_far.is_none() {
            return Operand::Slot(state);
        }
        let tracker = &self.trackers[index];
        let (current, since) = (tracker.current, tracker.since);
        let value = Operand::Slot(current);
        let since_then = self.elapsed(since, depth, ops);
        let more = self.binary(Binary::Multiply, value, since_then, depth, ops);
        self.binary(Binary::Add, Operand::Slot(state), more, depth, ops)
    }

    /// The same, discounted at a rate over parameters.
    fn discounted(&mut self, expr: &Expr, rate: &Expr, depth: Slot, ops: &mut Vec<Op>) -> Operand {
        let rate = self.parameter_slot(rate, self.label);
        let (state, index) = self.tracker(TrackerKind::Discounted { rate }, expr);
        if self.so_far.is_none() {
            return Operand::Slot(state);
        }
        let tracker = &self.trackers[index];
        let (current, mark) = (tracker.current, tracker.since);
        let (time, out) = (self.layout.time, self.temporary(depth));
        ops.push(Op::Discounted {
            out,
            rate,
            time,
            mark,
        });
        let value = Operand::Slot(current);
        let more = self.binary(Binary::Multiply, value, Operand::Slot(out), depth, ops);
        self.binary(Binary::Add, Operand::Slot(state), more, depth, ops)
    }

    /// Slot of what a number or condition is at an instant, looked at once for all that ask the
    /// same.
    pub fn look(&mut self, expr: &Expr, time: f64) -> Slot {
        let time = self.clock.snapped(time);
        let name = format!("at {time:?} {}", named(expr));
        if let Some(slot) = self.memo.get(&name) {
            return *slot;
        }
        let label = self.label;
        let before = self.so_far.replace(time);
        let value = self.formula(expr, label);
        self.so_far = before;
        let slot = self.reserve(1);
        self.looks.push(LookCode { value, time, slot });
        self.memo.insert(name, slot);
        slot
    }

    /// Slot of what is noted when an event fires.
    pub fn firing(&mut self, reading: &PathReading) -> Slot {
        let name = format!("{reading:?}");
        if let Some(slot) = self.memo.get(&name) {
            return *slot;
        }
        let slot = self.reserve(1);
        let (event, code) = match reading {
            PathReading::FirstAfter { event, after } => {
                let after = self.layout.first + *after as Slot;
                (*event, FiringCode::FirstAfter { after, slot })
            }
            PathReading::CountWithin { event, from, to } => {
                let horizon = self.clock.horizon;
                let from = self.clock.snapped(from.max(0.0));
                let to = self.clock.snapped(to.min(horizon));
                (*event, FiringCode::CountWithin { from, to, slot })
            }
            _ => return slot,
        };
        self.firings.push((event, code));
        self.memo.insert(name, slot);
        slot
    }

    /// What is noted when one event fires.
    pub fn noted(&self, event: usize) -> Box<[FiringCode]> {
        let of_event = self.firings.iter().filter(|(e, _)| *e == event);
        of_event.map(|(_, code)| code.clone()).collect()
    }

    /// Sets the place to which trouble of what is compiled next belongs.
    pub fn blame(&mut self, label: u32) {
        self.label = label;
    }

    /// Slot and index of the tracker of a value, made at its first mention.
    pub fn tracker(&mut self, kind: TrackerKind, expr: &Expr) -> (Slot, usize) {
        let name = format!("{kind:?} {}", named(expr));
        if let Some(index) = self.trackers_of.get(&name) {
            return (self.trackers[*index].state, *index);
        }
        let label = self.label;
        let value = self.formula(expr, label);
        let state = self.reserve(3);
        let index = self.trackers.len();
        self.trackers.push(TrackerCode {
            kind,
            value,
            state,
            current: state + 1,
            since: state + 2,
        });
        self.tracked.push(expr.clone());
        self.trackers_of.insert(name, index);
        (state, index)
    }
}
