//! Parameters and quantities of the trial: constants, distributions, and what is computed from
//! others.

use super::formulas::{Context, at_start, parameters_only};
use super::readings::ordered;
use super::{Builder, canonical, titled};
use crate::distribution::{Build, Family};
use crate::expression::{Expr, Thing};
use crate::model::types::{Draw, Parameter, ParameterValue};
use crate::scenario;
use indexmap::IndexMap;

/// Both, each in canonical order, and the order in which to compute them. One that is at fault
/// stands as anything, and the model is not used.
pub struct Drawn {
    pub parameters: Vec<Parameter>,
    pub per_trial: Vec<Parameter>,
    pub order: Vec<usize>,
}

/// A section of the file to build.
struct Section<'s> {
    key: &'static str,
    things: &'s IndexMap<String, scenario::Parameter>,
    thing: Thing,
    context: Context,
    /// Number of its first in formulas.
    first: usize,
}

impl Builder<'_> {
    pub fn build_drawn(&mut self) -> Drawn {
        let s = self.scenario;
        let mut known = Vec::new();
        let (parameters, mut order) = self.section(
            &Section {
                key: "/parameters",
                things: &s.parameters,
                thing: Thing::Parameter,
                context: parameters_only("a parameter belongs to a draw, which many trials share"),
                first: 0,
            },
            &mut known,
        );
        let (per_trial, later) = self.section(
            &Section {
                key: "/per_trial",
                things: &s.per_trial,
                thing: Thing::PerTrial,
                context: at_start("it is drawn when a trial starts, before the state exists"),
                first: parameters.len(),
            },
            &mut known,
        );
        order.extend(later);
        Drawn {
            parameters,
            per_trial,
            order,
        }
    }

    /// The things of a section, and their numbers in an order in which they can be computed.
    /// `known` are the constants so far, by number.
    fn section(
        &mut self,
        section: &Section<'_>,
        known: &mut Vec<Option<f64>>,
    ) -> (Vec<Parameter>, Vec<usize>) {
        let first = section.first;
        let items = canonical(section.things);
        let mut draws: Vec<Option<Draw>> = (items.iter())
            .map(|(_, _, item)| self.drawn_once(&item.draw, section.context))
            .collect();
        let reads: Vec<Vec<usize>> = (draws.iter())
            .map(|draw| draw.as_ref().map_or_else(Vec::new, read_by))
            .collect();
        let own: Vec<Vec<usize>> = (reads.iter())
            .map(|read| read.iter().filter_map(|i| i.checked_sub(first)).collect())
            .collect();
        let order = match ordered(&own) {
            Ok(order) => order,
            Err(circles) => {
                let names = self.names.list(section.thing).to_vec();
                let hint = "break the circle: state one of them without the others";
                let nouns = [section.thing.noun(), section.thing.plural()];
                self.circles(&circles, &names, section.key, nouns, hint);
                draws.iter_mut().for_each(|draw| *draw = None);
                (0..items.len()).collect()
            }
        };
        known.resize(first + items.len(), None);
        let mut values: Vec<Option<ParameterValue>> = vec![None; items.len()];
        for &index in &order {
            let stated = &items[index].2.draw;
            let Some(draw) = draws[index].take() else {
                continue;
            };
            let Some(draw) = self.settled(stated, draw, known) else {
                continue;
            };
            let value = match draw {
                Draw::Value(Expr::Number(value)) => ParameterValue::Constant(value),
                Draw::Value(formula) => ParameterValue::Formula(formula),
                Draw::Fixed(distribution) => ParameterValue::Uncertain(distribution),
                Draw::Varying(varying) => ParameterValue::Varying(varying),
            };
            if let ParameterValue::Constant(value) = value {
                known[first + index] = Some(value);
            }
            values[index] = Some(value);
        }
        let built = (items.into_iter().zip(values).zip(reads))
            .map(|(((display, name, item), value), reads)| Parameter {
                name: name.clone(),
                title: titled(&item.title, name),
                display,
                value: value.unwrap_or_else(at_fault),
                reads,
            })
            .collect();
        let order = order.into_iter().map(|index| first + index).collect();
        (built, order)
    }
}

/// What a draw is made of, by number and in ascending order.
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

/// Stands for one that is at fault. It counts as uncertain, so that its correlations are not called
/// faults too.
fn at_fault() -> ParameterValue {
    Family::Uniform
        .build(&[0.0, 1.0], None, None)
        .map_or(ParameterValue::Constant(0.0), ParameterValue::Uncertain)
}
