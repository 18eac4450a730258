//! States beside the phase and the trend: their starts, and where moves lead.

use super::compile::{Compiler, PROBABILITY};
use super::types::{DestinationCode, EffectCode, Formula, StateCode, StepperCode};
use crate::diagnostic::pointer;
use crate::model::{Destination, Fires, Machine, StartsClock};

impl Compiler<'_> {
    pub fn states(&mut self) -> Vec<StateCode> {
        let model = self.model;
        let states = model.states.iter().enumerate().map(|(index, state)| {
            let values = pointer::join(&pointer::join("/states", &state.name), "values");
            let starts = state.values.iter().map(|value| {
                let at = pointer::join(&pointer::join(&values, &value.name), "start");
                let label = self.emitter.label(at);
                self.bound(&value.start, PROBABILITY, label);
                self.emitter.formula(&value.start, label)
            });
            let starts = starts.collect();
            StateCode {
                starts,
                site: self.site(format!("start_state/{}", state.name)),
                moves: (0..state.values.len())
                    .map(|value| self.entries.by(StartsClock::Value(index, value)))
                    .collect(),
            }
        });
        states.collect()
    }

    /// States that move at the ends of grid steps.
    pub fn steppers(&mut self) -> Vec<StepperCode> {
        let model = self.model;
        let mut steppers: Vec<StepperCode> = Vec::new();
        for (e, event) in (0..).zip(&model.events) {
            let (Fires::Step(_), Some(shift)) = (&event.fires, event.shift) else {
                continue;
            };
            let Machine::State(state) = shift.machine else {
                continue;
            };
            // The moves of one state follow one another, as names do.
            if steppers.last().is_none_or(|last| last.state != state) {
                let site = self.site(format!("state/{}/step", model.states[state].name));
                steppers.push(StepperCode {
                    state,
                    site,
                    rows: vec![Vec::new(); model.states[state].values.len()],
                });
            }
            if let Some(stepper) = steppers.last_mut() {
                stepper.rows[shift.from].push(e);
            }
        }
        steppers
    }

    /// Where a move leads; `site` names the stream that it is drawn from.
    pub fn destination(
        &mut self,
        to: &Destination,
        at: String,
        site: impl FnOnce() -> String,
    ) -> DestinationCode {
        let (shares, rest) = match to {
            Destination::One(to) => return DestinationCode::One(*to),
            Destination::Drawn { shares, rest } => (shares, rest),
        };
        let label = self.emitter.label(at);
        DestinationCode::Drawn {
            shares: (shares.iter())
                .map(|(to, share)| (*to, self.emitter.formula(share, label)))
                .collect(),
            rest: *rest,
            site: self.site(site()),
            label,
        }
    }
}

impl EffectCode {
    pub fn each_formula(&mut self, visit: &mut dyn FnMut(&mut Formula)) {
        match self {
            Self::Read { value, .. } | Self::Change { value, .. } => {
                value.each_formula(visit);
            }
            Self::Move { to, .. } => {
                if let DestinationCode::Drawn { shares, .. } = to {
                    shares.iter_mut().for_each(|(_, share)| visit(share));
                }
            }
        }
    }
}
