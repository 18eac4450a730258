//! What changes with what: the items of a state that formulas read, and the derived values that
//! follow a change of them.
//!
//! The work is in proportion to what is found, not to what there is: things are looked up by what
//! they read.

use super::types::{Machine, Model};
use crate::expression::{Expr, PathReading};

/// Something that can change, by number: the phase, the trend, an indicator, the firings of an
/// event, a derived value, a state.
pub type Item = u32;

/// Numbers of the items of a model.
#[derive(Clone, Copy, Debug)]
pub struct Items {
    indicators: usize,
    events: usize,
    derived: usize,
    states: usize,
}

impl Items {
    pub const PHASE: Item = 0;
    pub const TREND: Item = 1;

    pub fn of(model: &Model) -> Self {
        Self {
            indicators: model.indicators.len(),
            events: model.events.len(),
            derived: model.derived.len(),
            states: model.states.len(),
        }
    }

    pub fn indicator(&self, index: usize) -> Item {
        (2 + index) as Item
    }

    /// Firings of an event.
    pub fn event(&self, index: usize) -> Item {
        (2 + self.indicators + index) as Item
    }

    pub fn derived(&self, index: usize) -> Item {
        (2 + self.indicators + self.events + index) as Item
    }

    pub fn state(&self, index: usize) -> Item {
        (2 + self.indicators + self.events + self.derived + index) as Item
    }

    /// What an effect moves.
    pub fn machine(&self, machine: Machine) -> Item {
        match machine {
            Machine::Phase => Self::PHASE,
            Machine::Trend => Self::TREND,
            Machine::State(index) => self.state(index),
        }
    }

    /// How many items there are.
    pub fn count(&self) -> usize {
        2 + self.indicators + self.events + self.derived + self.states
    }

    /// What a formula reads; a derived value is an item of its own and not looked into. Items may
    /// come more than once.
    pub fn read(&self, expr: &Expr) -> Vec<Item> {
        let mut items = Vec::new();
        expr.visit(&mut |part| {
            items.extend(match part {
                Expr::Indicator(i) => Some(self.indicator(*i)),
                Expr::Derived(d) => Some(self.derived(*d)),
                Expr::TimeInPhase | Expr::PhaseIn(_) | Expr::ByPhase(_) => Some(Self::PHASE),
                Expr::TrendIn(_) | Expr::ByTrend(_) => Some(Self::TREND),
                Expr::StateIn(s, _) | Expr::Age(s) | Expr::ByState(s, _) => Some(self.state(*s)),
                Expr::Count(e)
                | Expr::Ever(e)
                | Expr::Since(e)
                | Expr::Path(
                    PathReading::FirstEvent(e) | PathReading::CountWithin { event: e, .. },
                ) => Some(self.event(*e)),
                _ => None,
            });
        });
        items
    }
}

/// Who reads what.
#[derive(Clone, Debug)]
pub struct Readers(Vec<Vec<u32>>);

impl Readers {
    pub fn new(items: Items) -> Self {
        Self(vec![Vec::new(); items.count()])
    }

    /// Notes what a reader reads.
    pub fn add(&mut self, reader: usize, mut items: Vec<Item>) {
        items.sort_unstable();
        items.dedup();
        for item in items {
            self.0[item as usize].push(reader as u32);
        }
    }

    /// Whoever reads one of the items, in ascending order.
    pub fn of(&self, items: &[Item]) -> Vec<u32> {
        let readers = items.iter().flat_map(|item| &self.0[*item as usize]);
        let mut found: Vec<u32> = readers.copied().collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// Which derived values read what.
#[derive(Clone, Debug)]
pub struct Dependents {
    items: Items,
    readers: Readers,
    /// By derived value: its position in the order of evaluation.
    position: Vec<u32>,
}

impl Dependents {
    pub fn of(model: &Model) -> Self {
        let items = Items::of(model);
        let mut readers = Readers::new(items);
        for (index, derived) in model.derived.iter().enumerate() {
            readers.add(index, items.read(&derived.value));
        }
        let mut position = vec![0; model.derived.len()];
        for (rank, &index) in model.derived_order.iter().enumerate() {
            position[index] = rank as u32;
        }
        Self {
            items,
            readers,
            position,
        }
    }

    /// Positions in evaluation order, ascending, of the derived values that a change makes stale,
    /// directly or through others; they become part of what has changed.
    pub fn follow(&self, changed: &mut Vec<Item>) -> Vec<u32> {
        let mut stale = Vec::new();
        let mut seen = std::collections::BTreeSet::new();
        let mut next = 0;
        while let Some(item) = changed.get(next).copied() {
            for &reader in &self.readers.0[item as usize] {
                if seen.insert(reader) {
                    stale.push(self.position[reader as usize]);
                    changed.push(self.items.derived(reader as usize));
                }
            }
            next += 1;
        }
        stale.sort_unstable();
        stale
    }
}
