//! Parameters and quantities of the trial at some place of their distributions: one after another,
//! each from those that it reads.

use super::types::{Model, Parameter, ParameterValue, VaryingDraw};
use crate::diagnostic::pointer;
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

    /// What it is drawn from, given the parameters that it reads; `None` if it is not drawn, or if
    /// its arguments are impossible.
    pub fn distribution(&self, known: &[f64]) -> Option<Cow<'_, Distribution>> {
        match self {
            Self::Constant(_) | Self::Formula(_) => None,
            Self::Uncertain(distribution) => Some(Cow::Borrowed(distribution)),
            Self::Varying(varying) => varying.given(known).map(Cow::Owned),
        }
    }

    /// Its value given the parameters that it reads, at the quantile `u` if it is drawn; NaN where
    /// it is impossible.
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
    /// A parameter, or a quantity of the trial, by the number that formulas give it.
    pub fn drawn(&self, index: usize) -> Option<&Parameter> {
        match index.checked_sub(self.parameters.len()) {
            Some(behind) => self.per_trial.get(behind),
            None => self.parameters.get(index),
        }
    }

    /// How many of both there are.
    pub fn drawn_count(&self) -> usize {
        self.parameters.len() + self.per_trial.len()
    }

    /// Both, by number.
    pub fn all_drawn(&self) -> impl Iterator<Item = (usize, &Parameter)> {
        self.parameters.iter().chain(&self.per_trial).enumerate()
    }

    /// Both, each after those that it reads.
    pub fn drawn_in_order(&self) -> impl Iterator<Item = (usize, &Parameter)> {
        let order = self.drawn_order.iter();
        order.filter_map(|&index| Some((index, self.drawn(index)?)))
    }

    /// Where one of them stands in the file.
    pub fn drawn_pointer(&self, index: usize) -> String {
        let section = if index < self.parameters.len() {
            "/parameters"
        } else {
            "/per_trial"
        };
        pointer::join(section, self.drawn(index).map_or("", |drawn| &drawn.name))
    }

    /// "the parameter `x`" or "the quantity of the trial `x`".
    pub fn drawn_noun(&self, index: usize) -> String {
        let noun = if index < self.parameters.len() {
            "parameter"
        } else {
            "quantity of the trial"
        };
        format!(
            "the {noun} `{}`",
            self.drawn(index).map_or("", |drawn| &drawn.name)
        )
    }

    /// All of both, each at the quantile that is asked of it.
    pub fn drawn_at(&self, quantile: impl Fn(usize) -> f64) -> Vec<f64> {
        let mut values = vec![f64::NAN; self.drawn_count()];
        for (index, drawn) in self.drawn_in_order() {
            values[index] = drawn.value.at(&values, quantile(index));
        }
        values
    }

    /// Brings those that are made of one of them to what they are after it was moved; those that
    /// are drawn stand at their medians.
    pub fn follow_drawn(&self, moved: usize, values: &mut [f64]) {
        let mut stale = vec![false; self.drawn_count()];
        stale[moved] = true;
        for (index, drawn) in self.drawn_in_order() {
            if index != moved && drawn.reads.iter().any(|&read| stale[read]) {
                stale[index] = true;
                values[index] = drawn.value.at(values, 0.5);
            }
        }
    }
}
