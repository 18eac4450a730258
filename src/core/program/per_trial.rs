//! Quantities that are drawn once a trial: what is computed goes into the prologue, what is drawn
//! stands between its parts.

use super::columns::Slot;
use super::compile::Compiler;
use super::ops::Op;
use super::types::{PerTrialCode, PerTrialDraw};
use crate::distribution::Tabulated;
use crate::model::{Correlated, Model, ParameterValue};

impl Compiler<'_> {
    /// To be called before anything else is put into the prologue, which then begins with what they
    /// are made of.
    pub fn per_trial(&mut self) -> Vec<PerTrialCode> {
        let model = self.model;
        let behind = |(index, _): &(usize, _)| *index >= model.parameters.len();
        let mut codes = Vec::new();
        for (index, drawn) in model.drawn_in_order().filter(behind) {
            let slot = self.layout.parameters + index as Slot;
            let label = self.emitter.label(model.drawn_pointer(index));
            let draw = match &drawn.value {
                ParameterValue::Constant(value) => {
                    let value = *value;
                    self.emitter
                        .prologue
                        .push(Op::Constant { out: slot, value });
                    continue;
                }
                ParameterValue::Formula(formula) => {
                    let from = self.emitter.parameter_slot(formula, label);
                    self.emitter.prologue.push(Op::Copy { out: slot, from });
                    continue;
                }
                ParameterValue::Uncertain(distribution) => {
                    PerTrialDraw::Fixed(Tabulated::new(distribution.clone()))
                }
                ParameterValue::Varying(varying) => PerTrialDraw::Varying(
                    varying.ranged.clone(),
                    (varying.arguments.iter())
                        .map(|argument| self.emitter.parameter_slot(argument, label))
                        .collect(),
                ),
            };
            codes.push(PerTrialCode {
                slot,
                draw,
                site: self.site(format!("per_trial/{}", drawn.name)),
                after: self.emitter.prologue.len(),
            });
        }
        codes
    }
}

/// The rank correlation among them, by their places in `codes`; rows stay in canonical order.
/// `first` is the slot of the first parameter.
pub fn mix(model: &Model, codes: &[PerTrialCode], first: Slot) -> Option<Correlated> {
    let copula = model.per_trial_copula.as_ref()?;
    let place = |member: &usize| {
        let slot = first + (model.parameters.len() + member) as Slot;
        codes.iter().position(|code| code.slot == slot)
    };
    Some(Correlated {
        members: copula.members.iter().map(place).collect::<Option<_>>()?,
        factor: copula.factor.clone(),
    })
}
