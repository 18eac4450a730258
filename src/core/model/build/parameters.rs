//! Parameters: constants, distributions that are drawn once a parameter draw, and what is computed from other parameters.

use super::formulas::parameters_only;
use super::readings::ordered;
use super::{Builder, canonical, titled};
use crate::distribution::{Build, Family};
use crate::expression::Expr;
use crate::model::types::{Draw, Parameter, ParameterValue};

impl Builder<'_> {
    /// Parameters in canonical order, and the order in which to compute them. One that is at fault stands as anything, and the model is not used.
    pub fn build_parameters(&mut self) -> (Vec<Parameter>, Vec<usize>) {
        let s = self.scenario;
        let items = canonical(&s.parameters);
        let context = parameters_only("a parameter is drawn before a trial begins");
        let mut draws: Vec<Option<Draw>> = (items.iter())
            .map(|(_, _, parameter)| self.drawn_once(&parameter.draw, context))
            .collect();
        let reads: Vec<Vec<usize>> = (draws.iter())
            .map(|draw| draw.as_ref().map_or_else(Vec::new, read_by))
            .collect();
        let order = match ordered(&reads) {
            Ok(order) => order,
            Err(circles) => {
                let names = self.names.parameters.clone();
                let hint = "break the circle: state one of them without the others";
                self.circles(&circles, &names, "/parameters", "parameter", hint);
                draws.iter_mut().for_each(|draw| *draw = None);
                (0..items.len()).collect()
            }
        };
        let mut known: Vec<Option<f64>> = vec![None; items.len()];
        let mut values: Vec<Option<ParameterValue>> = vec![None; items.len()];
        for &index in &order {
            let stated = &items[index].2.draw;
            let Some(draw) = draws[index].take() else {
                continue;
            };
            let Some(draw) = self.settled(stated, draw, &known) else {
                continue;
            };
            let value = match draw {
                Draw::Value(Expr::Number(value)) => ParameterValue::Constant(value),
                Draw::Value(formula) => ParameterValue::Formula(formula),
                Draw::Fixed(distribution) => ParameterValue::Uncertain(distribution),
                Draw::Varying(varying) => ParameterValue::Varying(varying),
            };
            if let ParameterValue::Constant(value) = value {
                known[index] = Some(value);
            }
            values[index] = Some(value);
        }
        let parameters = (items.into_iter().zip(values).zip(reads))
            .map(|(((display, name, parameter), value), reads)| Parameter {
                name: name.clone(),
                title: titled(&parameter.title, name),
                display,
                value: value.unwrap_or_else(at_fault),
                reads,
            })
            .collect();
        (parameters, order)
    }
}

/// The parameters that a draw is made of, in ascending order.
fn read_by(draw: &Draw) -> Vec<usize> {
    let mut read = Vec::new();
    draw.each_formula(&mut |formula| {
        formula.visit(&mut |part| {
            if let Expr::Parameter(index) = part {
                read.push(*index);
            }
        });
    });
    read.sort_unstable();
    read.dedup();
    read
}

/// Stands for a parameter that is at fault. It counts as uncertain, so that its correlations are not called faults too.
fn at_fault() -> ParameterValue {
    Family::Uniform
        .build(&[0.0, 1.0], None, None)
        .map_or(ParameterValue::Constant(0.0), ParameterValue::Uncertain)
}
