//! Formulas to operations: constant folding, hoisting of what depends on parameters alone, one
//! temporary a depth.

mod factors;
mod path;

use self::factors::Place;
use super::affine::Affine;
use super::columns::{Scalar, Slot};
use super::dependencies::{reads_machines_only, reads_parameters_only};
use super::ops::Op;
use super::types::{FiringCode, Formula, Layout, LookCode, RegimeCode, TrackerCode};
use crate::expression::{Arithmetic, Expr, Function, Meaning};
use crate::math::operators::{Binary, Unary, binary, unary};
use crate::model::Clock;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Slots from here on are temporaries until [`Emitter::finish`] places them behind the lasting
/// ones.
const TEMPORARY: Slot = 1 << 24;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Operand {
    Constant(f64),
    Slot(Slot),
}

/// A text that is the same for equal formulas only: numbers have no order that a map could use.
fn named(expr: &Expr) -> String {
    format!("{expr:?}")
}

/// Turns formulas into operations and hands out slots.
pub struct Emitter {
    /// Where formulas find what they read.
    pub layout: Layout,
    pub labels: Vec<String>,
    /// Fills what depends on parameters alone.
    pub prologue: Vec<Op>,
    /// Fills what depends on parameters, trend, phase and states alone.
    pub regime: RegimeCode,
    pub trackers: Vec<TrackerCode>,
    pub looks: Vec<LookCode>,
    /// What is noted when an event fires, with the event.
    pub firings: Vec<(usize, FiringCode)>,
    pub clock: Clock,
    /// Formulas over the path are evaluated at this time rather than at the horizon.
    so_far: Option<f64>,
    /// Slots of what has been hoisted, by formula.
    memo: BTreeMap<String, Slot>,
    /// Slots of constants, by their bits.
    constants: BTreeMap<u64, Slot>,
    /// Formulas behind the trackers, in their order.
    tracked: Vec<Expr>,
    /// What hazards are made of that takes operations, each in a slot of its own.
    pub factors: Vec<Formula>,
    /// The formulas behind them.
    factored: Vec<Expr>,
    /// Tables that the factor in work looks up where only jumps move the place, with their slots.
    settled: Vec<(Expr, Slot)>,
    /// Indices of trackers, by kind and formula.
    trackers_of: BTreeMap<String, usize>,
    next: Slot,
    temporaries: Slot,
    label: u32,
}

impl Emitter {
    /// `states` is how many the model has, phase and trend aside.
    pub fn new(clock: Clock, states: usize) -> Self {
        let regime = RegimeCode {
            of_state: vec![Vec::new(); states],
            ..RegimeCode::default()
        };
        Self {
            layout: Layout::default(),
            labels: Vec::new(),
            prologue: Vec::new(),
            regime,
            trackers: Vec::new(),
            looks: Vec::new(),
            firings: Vec::new(),
            clock,
            so_far: None,
            memo: BTreeMap::new(),
            constants: BTreeMap::new(),
            tracked: Vec::new(),
            factors: Vec::new(),
            factored: Vec::new(),
            settled: Vec::new(),
            trackers_of: BTreeMap::new(),
            next: 0,
            temporaries: 0,
            label: 0,
        }
    }

    /// Reserves lasting slots.
    pub fn reserve(&mut self, count: usize) -> Slot {
        let first = self.next;
        self.next += count as Slot;
        first
    }

    /// Registers a place that a non-finite value can come from.
    pub fn label(&mut self, pointer: impl Into<String>) -> u32 {
        self.labels.push(pointer.into());
        self.labels.len() as u32 - 1
    }

    /// Compiles one formula.
    pub fn formula(&mut self, expr: &Expr, label: u32) -> Formula {
        self.label = label;
        let mut ops = Vec::new();
        let operand = self.emit(expr, 0, &mut ops);
        let (result, constant) = match operand {
            Operand::Slot(slot) => (slot, None),
            Operand::Constant(value) => (self.constant_slot(value), Some(value)),
        };
        Formula {
            ops: ops.into(),
            result,
            constant,
            label,
        }
    }

    /// Compiles a formula whose value is left in a given slot.
    pub fn formula_into(&mut self, expr: &Expr, label: u32, slot: Slot) -> Formula {
        let mut formula = self.formula(expr, label);
        let mut ops = formula.ops.into_vec();
        match ops.last_mut() {
            Some(op) if formula.result >= TEMPORARY => op.set_out(slot),
            _ => ops.push(Op::Copy {
                out: slot,
                from: formula.result,
            }),
        }
        formula.ops = ops.into();
        formula.result = slot;
        formula
    }

    /// Slot of a formula over parameters, filled once a batch.
    pub fn parameter_slot(&mut self, expr: &Expr, label: u32) -> Slot {
        self.label = label;
        let mut ops = Vec::new();
        match self.emit(expr, 0, &mut ops) {
            Operand::Slot(slot) => slot,
            Operand::Constant(value) => self.constant_slot(value),
        }
    }

    fn constant_slot(&mut self, value: f64) -> Slot {
        let bits = value.to_bits();
        if let Some(slot) = self.constants.get(&bits) {
            return *slot;
        }
        let slot = self.reserve(1);
        self.prologue.push(Op::Constant { out: slot, value });
        self.constants.insert(bits, slot);
        slot
    }

    fn temporary(&mut self, depth: Slot) -> Slot {
        self.temporaries = self.temporaries.max(depth + 1);
        TEMPORARY + depth
    }

    /// Emits a formula; a temporary at `depth` or above holds the value, unless it is a constant or
    /// lies in a lasting slot.
    fn emit(&mut self, expr: &Expr, depth: Slot, ops: &mut Vec<Op>) -> Operand {
        let plain = matches!(expr, Expr::Number(_) | Expr::Truth(_) | Expr::Parameter(_));
        if !plain && reads_machines_only(expr) {
            return self.hoist(expr);
        }
        self.emit_here(expr, depth, ops)
    }

    /// Moves a formula to where it is evaluated only when its value can change: once a batch, or
    /// when the trend, the phase or a state moves.
    fn hoist(&mut self, expr: &Expr) -> Operand {
        let name = named(expr);
        if let Some(slot) = self.memo.get(&name) {
            return Operand::Slot(*slot);
        }
        let mut ops = Vec::new();
        let operand = self.emit_here(expr, 0, &mut ops);
        let Operand::Slot(value) = operand else {
            return operand;
        };
        let slot = self.reserve(1);
        match ops.last_mut() {
            Some(op) if value >= TEMPORARY => op.set_out(slot),
            _ => ops.push(Op::Copy {
                out: slot,
                from: value,
            }),
        }
        if reads_parameters_only(expr) {
            self.prologue.append(&mut ops);
        } else {
            let reads_phase = expr.any(&|e| matches!(e, Expr::ByPhase(_) | Expr::PhaseIn(_)));
            let reads_trend = expr.any(&|e| matches!(e, Expr::ByTrend(_) | Expr::TrendIn(_)));
            // What a formula is made of stands before it in every list: it reads no less.
            if reads_phase {
                self.regime.of_phase.extend_from_slice(&ops);
            }
            if reads_trend {
                self.regime.of_trend.extend_from_slice(&ops);
            }
            for (state, list) in self.regime.of_state.iter_mut().enumerate() {
                let reads_state = expr.any(
                    &|e| matches!(e, Expr::StateIn(s, _) | Expr::ByState(s, _) if *s == state),
                );
                if reads_state {
                    list.extend_from_slice(&ops);
                }
            }
            self.regime.all.append(&mut ops);
        }
        self.memo.insert(name, slot);
        Operand::Slot(slot)
    }

    fn emit_here(&mut self, expr: &Expr, depth: Slot, ops: &mut Vec<Op>) -> Operand {
        let layout = self.layout;
        match expr {
            Expr::Number(value) => Operand::Constant(*value),
            Expr::Truth(value) => Operand::Constant(f64::from(u8::from(*value))),
            Expr::Parameter(i) => Operand::Slot(layout.parameters + *i as Slot),
            Expr::Indicator(i) => Operand::Slot(layout.indicators + *i as Slot),
            Expr::Derived(i) => Operand::Slot(layout.derived + *i as Slot),
            Expr::Time => Operand::Slot(layout.time),
            Expr::Month => Operand::Slot(layout.month),
            Expr::TimeInPhase => self.elapsed(layout.entered, depth, ops),
            Expr::Count(e) => Operand::Slot(layout.count + *e as Slot),
            Expr::Ever(e) => {
                let count = Operand::Slot(layout.count + *e as Slot);
                self.binary(Binary::Less, Operand::Constant(0.0), count, depth, ops)
            }
            Expr::Since(e) => self.elapsed(layout.last + *e as Slot, depth, ops),
            Expr::PhaseIn(set) => self.membership(layout.phase, set, depth, ops),
            Expr::TrendIn(set) => self.membership(layout.trend, set, depth, ops),
            Expr::StartTrendIn(set) => self.membership(layout.start_trend, set, depth, ops),
            Expr::StateIn(s, set) => self.membership(layout.states + *s as Slot, set, depth, ops),
            Expr::Age(s) => self.elapsed(layout.moved + *s as Slot, depth, ops),
            Expr::Negate(a) => {
                let a = self.emit(a, depth, ops);
                self.unary(Unary::Negate, a, depth, ops)
            }
            Expr::Not(a) => {
                let a = self.emit(a, depth, ops);
                self.unary(Unary::Not, a, depth, ops)
            }
            Expr::Arithmetic(Arithmetic::Power, a, b) if **b == Expr::Number(2.0) => {
                let a = self.emit(a, depth, ops);
                self.unary(Unary::Square, a, depth, ops)
            }
            Expr::Arithmetic(Arithmetic::Power, a, b) if **b == Expr::Number(0.5) => {
                let a = self.emit(a, depth, ops);
                self.unary(Unary::Sqrt, a, depth, ops)
            }
            Expr::Arithmetic(kind, a, b) => {
                if let Some(affine) = Affine::of(expr) {
                    return self.affine(&affine, depth, ops);
                }
                self.pair(kind.meaning(), a, b, depth, ops)
            }
            Expr::Compare(kind, a, b) => match kind.meaning() {
                (f, false) => self.pair(f, a, b, depth, ops),
                (f, true) => self.pair(f, b, a, depth, ops),
            },
            Expr::And(a, b) => self.pair(Binary::And, a, b, depth, ops),
            Expr::Or(a, b) => self.pair(Binary::Or, a, b, depth, ops),
            Expr::If(condition, a, b) => {
                let condition = self.emit(condition, depth, ops);
                let a = self.emit(a, depth + 1, ops);
                let b = self.emit(b, depth + 2, ops);
                self.select(condition, a, b, depth, ops)
            }
            Expr::Call(function, arguments) => self.call(*function, arguments, depth, ops),
            Expr::Lookup(curve, place) => match self.place(expr, place, depth, ops) {
                Place::Known(slot) => Operand::Slot(slot),
                Place::At(Operand::Constant(x)) => Operand::Constant(curve.at(x)),
                Place::At(Operand::Slot(a)) => {
                    let out = self.temporary(depth);
                    let curve = Arc::clone(curve);
                    ops.push(Op::Lookup { out, a, curve });
                    Operand::Slot(out)
                }
            },
            Expr::ByTrend(arms) => self.choice(layout.trend, arms, depth, ops),
            Expr::ByPhase(arms) => self.choice(layout.phase, arms, depth, ops),
            Expr::ByState(s, arms) => self.choice(layout.states + *s as Slot, arms, depth, ops),
            Expr::Path(reading) => self.path(reading, depth, ops),
        }
    }

    /// A sum of weighted state variables as one operation.
    fn affine(&mut self, affine: &Affine, depth: Slot, ops: &mut Vec<Op>) -> Operand {
        let mut scalar = |emitter: &mut Self, expr: &Expr| match emitter.emit(expr, depth, ops) {
            Operand::Constant(value) => Scalar::Value(value),
            Operand::Slot(slot) => Scalar::Slot(slot),
        };
        let constant = scalar(self, &affine.constant);
        let mut terms: Vec<(Slot, Scalar)> = affine
            .terms
            .iter()
            .map(|(variable, coefficient)| {
                // A choice whose arms are all the same number is a constant after all.
                let slot = match scalar(self, variable) {
                    Scalar::Slot(slot) => slot,
                    Scalar::Value(value) => self.constant_slot(value),
                };
                (slot, scalar(self, coefficient))
            })
            .collect();
        // Loops over lanes are written for numbers first, then slots.
        terms.sort_by_key(|(_, coefficient)| matches!(coefficient, Scalar::Slot(_)));
        let terms = terms.into();
        let out = self.temporary(depth);
        ops.push(Op::Affine {
            out,
            constant,
            terms,
        });
        Operand::Slot(out)
    }

    fn pair(&mut self, f: Binary, a: &Expr, b: &Expr, depth: Slot, ops: &mut Vec<Op>) -> Operand {
        let a = self.emit(a, depth, ops);
        let b = self.emit(b, depth + 1, ops);
        self.binary(f, a, b, depth, ops)
    }

    fn unary(&mut self, f: Unary, a: Operand, depth: Slot, ops: &mut Vec<Op>) -> Operand {
        match a {
            Operand::Constant(x) => Operand::Constant(unary(f, x)),
            Operand::Slot(a) => {
                let out = self.temporary(depth);
                ops.push(Op::Unary { f, out, a });
                Operand::Slot(out)
            }
        }
    }

    fn binary(
        &mut self,
        f: Binary,
        a: Operand,
        b: Operand,
        depth: Slot,
        ops: &mut Vec<Op>,
    ) -> Operand {
        match (f, a, b) {
            (_, Operand::Constant(x), Operand::Constant(y)) => {
                return Operand::Constant(binary(f, x, y));
            }
            (Binary::Multiply, Operand::Constant(1.0), x)
            | (Binary::Multiply, x, Operand::Constant(1.0)) => return x,
            (Binary::Divide, x, Operand::Constant(1.0)) => return x,
            _ => {}
        }
        let out = self.temporary(depth);
        ops.push(match (a, b) {
            (Operand::Slot(a), Operand::Slot(b)) => Op::Binary { f, out, a, b },
            (Operand::Slot(a), Operand::Constant(b)) => Op::BinaryRight { f, out, a, b },
            (Operand::Constant(a), Operand::Slot(b)) => Op::BinaryLeft { f, out, a, b },
            (Operand::Constant(_), Operand::Constant(_)) => unreachable!("folded above"),
        });
        Operand::Slot(out)
    }

    fn select(
        &mut self,
        condition: Operand,
        a: Operand,
        b: Operand,
        depth: Slot,
        ops: &mut Vec<Op>,
    ) -> Operand {
        match condition {
            Operand::Constant(1.0) => a,
            Operand::Constant(_) => b,
            Operand::Slot(condition) => {
                let a = self.slot_of(a);
                let b = self.slot_of(b);
                let out = self.temporary(depth);
                ops.push(Op::Select {
                    out,
                    condition,
                    a,
                    b,
                });
                Operand::Slot(out)
            }
        }
    }

    fn slot_of(&mut self, operand: Operand) -> Slot {
        match operand {
            Operand::Slot(slot) => slot,
            Operand::Constant(value) => self.constant_slot(value),
        }
    }

    /// Years since a mark.
    fn elapsed(&mut self, mark: Slot, depth: Slot, ops: &mut Vec<Op>) -> Operand {
        let (out, time) = (self.temporary(depth), self.layout.time);
        ops.push(Op::Elapsed { out, time, mark });
        Operand::Slot(out)
    }

    fn membership(&mut self, key: Slot, set: &[usize], depth: Slot, ops: &mut Vec<Op>) -> Operand {
        if let [only] = set {
            return self.binary(
                Binary::Equal,
                Operand::Slot(key),
                Operand::Constant(*only as f64),
                depth,
                ops,
            );
        }
        // Tables are as long as the largest key that can occur; 255 bounds phases and trends.
        let mut values = vec![0.0; 256];
        for &member in set {
            values[member] = 1.0;
        }
        let out = self.temporary(depth);
        ops.push(Op::Table {
            out,
            key,
            values: values.into(),
        });
        Operand::Slot(out)
    }

    /// One arm for each phase or trend.
    fn choice(&mut self, key: Slot, arms: &[Expr], depth: Slot, ops: &mut Vec<Op>) -> Operand {
        if let Some(first) = arms.first()
            && arms.iter().all(|a| a == first)
        {
            return self.emit(first, depth, ops);
        }
        let simple: Option<Vec<Operand>> = arms
            .iter()
            .map(|arm| {
                let ready = reads_machines_only(arm)
                    || matches!(
                        arm,
                        Expr::Indicator(_) | Expr::Derived(_) | Expr::Time | Expr::Count(_)
                    );
                ready.then(|| self.emit(arm, depth, ops))
            })
            .collect();
        let out = self.temporary(depth);
        if let Some(operands) = simple {
            let constants: Option<Vec<f64>> = operands
                .iter()
                .map(|o| {
                    if let Operand::Constant(v) = o {
                        Some(*v)
                    } else {
                        None
                    }
                })
                .collect();
            ops.push(match constants {
                Some(values) => Op::Table {
                    out,
                    key,
                    values: values.into(),
                },
                None => {
                    let slots = operands.into_iter().map(|o| self.slot_of(o)).collect();
                    Op::Pick { out, key, slots }
                }
            });
            return Operand::Slot(out);
        }
        // The general case: every arm is evaluated, once for all keys that share it, and the
        // present one chosen.
        let mut distinct: Vec<(&Expr, Vec<usize>)> = Vec::new();
        for (i, arm) in arms.iter().enumerate() {
            match distinct.iter_mut().find(|(known, _)| *known == arm) {
                Some((_, keys)) => keys.push(i),
                None => distinct.push((arm, vec![i])),
            }
        }
        // The commonest needs no key of its own.
        distinct.sort_by_key(|(_, keys)| std::cmp::Reverse(keys.len()));
        let mut so_far = self.emit(distinct[0].0, depth, ops);
        for (arm, keys) in &distinct[1..] {
            let value = self.emit(arm, depth + 1, ops);
            let here = self.membership(key, keys, depth + 2, ops);
            so_far = self.select(here, value, so_far, depth, ops);
        }
        so_far
    }

    fn call(
        &mut self,
        function: Function,
        arguments: &[Expr],
        depth: Slot,
        ops: &mut Vec<Op>,
    ) -> Operand {
        let f = match function.meaning() {
            Meaning::Unary(f) => f,
            Meaning::Reduce(f) => return self.reduce(f, arguments, depth, ops),
            Meaning::Clamp => {
                let value = self.emit(&arguments[0], depth, ops);
                let low = self.emit(&arguments[1], depth + 1, ops);
                let raised = self.binary(Binary::Max, value, low, depth, ops);
                let high = self.emit(&arguments[2], depth + 1, ops);
                return self.binary(Binary::Min, raised, high, depth, ops);
            }
        };
        let a = self.emit(&arguments[0], depth, ops);
        self.unary(f, a, depth, ops)
    }

    fn reduce(&mut self, f: Binary, arguments: &[Expr], depth: Slot, ops: &mut Vec<Op>) -> Operand {
        let mut so_far = self.emit(&arguments[0], depth, ops);
        for argument in &arguments[1..] {
            let next = self.emit(argument, depth + 1, ops);
            so_far = self.binary(f, so_far, next, depth, ops);
        }
        so_far
    }

    /// Formulas behind the trackers, for their dependencies.
    pub fn tracked(&self) -> impl Iterator<Item = &Expr> {
        self.tracked.iter()
    }

    /// Number of all slots once temporaries are placed, and the function that places them.
    pub fn finish(&self) -> (usize, impl Fn(&mut Slot) + use<>) {
        let base = self.next;
        let place = move |slot: &mut Slot| {
            if *slot >= TEMPORARY {
                *slot = *slot - TEMPORARY + base;
            }
        };
        ((self.next + self.temporaries) as usize, place)
    }
}
