//! What the slots of a program are called in a listing.

use crate::model::Model;
use crate::program::columns::Slot;
use crate::program::types::Program;

/// Names by slot, and of what has an index: those of the model, or the kind of thing and its
/// number.
pub struct Names<'a> {
    model: Option<&'a Model>,
    /// By slot.
    slots: Vec<String>,
}

impl<'a> Names<'a> {
    pub fn new(program: &Program, model: Option<&'a Model>) -> Self {
        let mut names = Self {
            model,
            slots: (0..program.layout.total)
                .map(|slot| format!("%{slot}"))
                .collect(),
        };
        let layout = &program.layout;
        let fixed = [
            (layout.time, "t"),
            (layout.month, "month"),
            (layout.phase, "phase"),
            (layout.trend, "trend"),
            (layout.start_trend, "start_trend"),
            (layout.entered, "entered(phase)"),
        ];
        for (slot, name) in fixed {
            names.slots[slot as usize] = name.into();
        }
        let parameters = program.parameters.len() + program.per_trial_count;
        names.fill(layout.parameters, parameters, Self::parameter);
        names.fill(layout.indicators, program.indicators.len(), Self::indicator);
        names.fill(layout.derived, program.derived.len(), |names, index| {
            names.named("derived", index, |model| {
                model.derived.get(index).map(|one| &one.name)
            })
        });
        let events = [
            (layout.count, "count"),
            (layout.last, "last"),
            (layout.first, "first"),
            (layout.rest_until, "rest_until"),
            (layout.due, "due"),
        ];
        for (first, what) in events {
            for (event, name) in program.event_names.iter().enumerate() {
                names.slots[first as usize + event] = format!("{what}({name})");
            }
        }
        names.fill(layout.states, program.states.len(), Self::state);
        names.fill(layout.moved, program.states.len(), |names, state| {
            format!("entered({})", names.state(state))
        });
        names.entries(program);
        names
    }

    /// Times of entries from which ages are counted.
    fn entries(&mut self, program: &Program) {
        let mut found: Vec<(Slot, String)> = Vec::new();
        let mut note = |slot: Option<Slot>, name: String| {
            found.extend(slot.map(|slot| (slot, format!("entered({name})"))));
        };
        for (p, phase) in program.phases.iter().enumerate() {
            note(phase.moves.entered, self.phase(p));
        }
        for (t, trend) in program.trends.iter().enumerate() {
            note(trend.moves.entered, self.trend(t));
        }
        for (s, state) in program.states.iter().enumerate() {
            for (v, moves) in state.moves.iter().enumerate() {
                note(moves.entered, self.value(s, v));
            }
        }
        for (slot, name) in found {
            self.slots[slot as usize] = name;
        }
    }

    fn fill(&mut self, first: Slot, count: usize, name: impl Fn(&Self, usize) -> String) {
        for index in 0..count {
            self.slots[first as usize + index] = name(self, index);
        }
    }

    pub fn slot(&self, slot: Slot) -> &str {
        &self.slots[slot as usize]
    }

    /// A parameter, or behind them a quantity of the trial.
    pub fn parameter(&self, index: usize) -> String {
        self.named("parameter", index, |model| {
            let all = model.parameters.iter().chain(&model.per_trial);
            all.map(|one| &one.name).nth(index)
        })
    }

    pub fn indicator(&self, index: usize) -> String {
        self.named("indicator", index, |model| {
            model.indicators.get(index).map(|one| &one.name)
        })
    }

    pub fn trend(&self, index: usize) -> String {
        self.named("trend", index, |model| {
            model.trends.get(index).map(|one| &one.name)
        })
    }

    pub fn phase(&self, index: usize) -> String {
        self.named("phase", index, |model| {
            model.phases.get(index).map(|one| &one.name)
        })
    }

    pub fn state(&self, index: usize) -> String {
        self.named("state", index, |model| {
            model.states.get(index).map(|one| &one.name)
        })
    }

    pub fn value(&self, state: usize, index: usize) -> String {
        self.named("value", index, |model| {
            let values = &model.states.get(state)?.values;
            values.get(index).map(|one| &one.name)
        })
    }

    pub fn outcome(&self, index: usize) -> String {
        self.named("outcome", index, |model| {
            model.outcomes.get(index).map(|one| &one.name)
        })
    }

    pub fn metric(&self, index: usize) -> String {
        self.named("metric", index, |model| {
            model.metrics.get(index).map(|one| &one.name)
        })
    }

    fn named(
        &self,
        what: &str,
        index: usize,
        of: impl Fn(&'a Model) -> Option<&'a String>,
    ) -> String {
        match self.model.and_then(of) {
            Some(name) => name.clone(),
            None => format!("{what}[{index}]"),
        }
    }
}
