//! Parameters: constants, and distributions that are drawn once a parameter draw.

use super::{Builder, canonical, titled};
use crate::distribution::{Build, Family};
use crate::model::types::{Parameter, ParameterValue};
use crate::scenario::Draw;

impl Builder<'_> {
    /// Parameters in canonical order. One that is at fault stands as anything, and the model is not used.
    pub fn build_parameters(&mut self) -> Vec<Parameter> {
        let s = self.scenario;
        canonical(&s.parameters)
            .into_iter()
            .map(|(display, name, parameter)| {
                let value = match &parameter.draw {
                    Draw::Value(quantity) => self.constant(quantity).map(ParameterValue::Constant),
                    Draw::Distribution(distribution) => self
                        .fixed_distribution(distribution)
                        .map(ParameterValue::Uncertain),
                };
                Parameter {
                    name: name.clone(),
                    title: titled(&parameter.title, name),
                    display,
                    value: value.unwrap_or_else(at_fault),
                }
            })
            .collect()
    }
}

/// Stands for a parameter that is at fault. It counts as uncertain, so that its correlations are not called faults too.
fn at_fault() -> ParameterValue {
    Family::Uniform
        .build(&[0.0, 1.0], None, None)
        .map_or(ParameterValue::Constant(0.0), ParameterValue::Uncertain)
}
