//! What formulas read of the path: trackers that follow a value while a trial runs, and their values at the end or at an instant before it.

use super::super::columns::Slot;
use super::super::ops::Op;
use super::super::types::{Formula, TrackerCode, TrackerKind};
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
            PathReading::Average(e) => {
                let integral = self.integral(e, depth, ops);
                let span = Operand::Constant(self.so_far.unwrap_or(self.horizon));
                self.binary(Binary::Divide, integral, span, depth, ops)
            }
            PathReading::TimeIn(e) => self.integral(e, depth, ops),
            PathReading::FirstEvent(e) => Operand::Slot(self.known.first + *e as Slot),
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
        let time = self.known.time;
        let elapsed = self.temporary(depth);
        ops.push(Op::Elapsed {
            out: elapsed,
            time,
            mark: since,
        });
        let value = Operand::Slot(current);
        let since_then = Operand::Slot(elapsed);
        let more = self.binary(Binary::Multiply, value, since_then, depth, ops);
        self.binary(Binary::Add, Operand::Slot(state), more, depth, ops)
    }

    /// Compiles a condition over the path up to `time`, to be evaluated at that time.
    pub fn formula_so_far(&mut self, expr: &Expr, label: u32, time: f64) -> Formula {
        self.so_far = Some(time);
        let formula = self.formula(expr, label);
        self.so_far = None;
        formula
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
