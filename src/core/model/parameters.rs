//! Parameters at some place of their distributions: one after another, each from those that it reads.

use super::types::{Model, ParameterValue, VaryingDraw};
use crate::distribution::Distribution;
use crate::expression::Expr;
use std::borrow::Cow;

impl ParameterValue {
    /// Whether a draw decides it: a formula is decided by those of other parameters.
    pub fn is_drawn(&self) -> bool {
        matches!(self, Self::Uncertain(_) | Self::Varying(_))
    }

    pub fn is_constant(&self) -> bool {
        matches!(self, Self::Constant(_))
    }

    /// What it is drawn from, given the parameters that it reads; `None` if it is not drawn, or if its arguments are impossible.
    pub fn distribution(&self, known: &[f64]) -> Option<Cow<'_, Distribution>> {
        match self {
            Self::Constant(_) | Self::Formula(_) => None,
            Self::Uncertain(distribution) => Some(Cow::Borrowed(distribution)),
            Self::Varying(varying) => varying.given(known).map(Cow::Owned),
        }
    }

    /// Its value given the parameters that it reads, at the quantile `u` if it is drawn; NaN where it is impossible.
    pub fn at(&self, known: &[f64], u: f64) -> f64 {
        match self {
            Self::Constant(value) => *value,
            Self::Formula(formula) => formula.over(known),
            Self::Uncertain(distribution) => distribution.quantile(u),
            Self::Varying(varying) => varying
                .given(known)
                .map_or(f64::NAN, |distribution| distribution.quantile(u)),
        }
    }

    /// Visits the formulas that it is made of.
    pub fn each_formula(&self, visit: &mut dyn FnMut(&Expr)) {
        match self {
            Self::Constant(_) | Self::Uncertain(_) => {}
            Self::Formula(formula) => visit(formula),
            Self::Varying(varying) => varying.arguments.iter().for_each(visit),
        }
    }
}

impl VaryingDraw {
    /// The distribution whose arguments are computed from these parameters.
    fn given(&self, parameters: &[f64]) -> Option<Distribution> {
        let row: Vec<f64> = (self.arguments.iter())
            .map(|argument| argument.over(parameters))
            .collect();
        self.ranged.make(&row).ok()
    }
}

impl Model {
    /// All parameters, each at the quantile that is asked of it.
    pub fn parameters_at(&self, quantile: impl Fn(usize) -> f64) -> Vec<f64> {
        let mut values = vec![f64::NAN; self.parameters.len()];
        for &index in &self.parameter_order {
            values[index] = self.parameters[index].value.at(&values, quantile(index));
        }
        values
    }

    /// Brings those that are made of one parameter to what they are after it was moved; those that are drawn stand at their medians.
    pub fn follow_parameter(&self, moved: usize, values: &mut [f64]) {
        let mut stale = vec![false; self.parameters.len()];
        stale[moved] = true;
        for &index in &self.parameter_order {
            let parameter = &self.parameters[index];
            if index != moved && parameter.reads.iter().any(|&read| stale[read]) {
                stale[index] = true;
                values[index] = parameter.value.at(values, 0.5);
            }
        }
    }
}
