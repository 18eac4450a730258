//! What moves each class of outcomes between parameter draws.

use super::Reader;
use crate::estimate::{self, FirstOrder, HitTable, InputTable};
use crate::model::Model;
use crate::program::{InputCode, Program, Target};
use crate::results::types::{Driver, Drivers};

/// Inputs told of each target.
const MOST_DRIVERS: usize = 10;
/// Level at which a connection counts as detected, after Holm's correction.
const DETECTED: f64 = 0.05;

impl Reader<'_> {
    pub(super) fn drivers(&self) -> Vec<Drivers> {
        let Some(table) = &self.tally.inputs else {
            return Vec::new();
        };
        let outcomes = self.outcome_names();
        (self.program.targets.iter().enumerate())
            .filter_map(|(target, of)| {
                let (kind, name, hits) = match of {
                    Target::Group(g) => {
                        ("group", &self.model.groups[*g].name, &self.tally.groups[*g])
                    }
                    Target::Outcome(o) => ("outcome", &outcomes[*o], &self.tally.outcomes[*o]),
                };
                drivers_of(
                    self.model,
                    self.program,
                    (kind, name),
                    (table, target),
                    hits,
                )
            })
            .collect()
    }
}

/// What a table of inputs says of one of its targets, whose own table is `hits`; `None` where
/// nothing can be told.
pub fn drivers_of(
    model: &Model,
    program: &Program,
    (kind, name): (&str, &str),
    (table, target): (&InputTable, usize),
    hits: &HitTable,
) -> Option<Drivers> {
    let found: Option<Vec<FirstOrder>> = (0..program.inputs.len())
        .map(|input| table.first_order(input, target, hits))
        .collect();
    let found = found?;
    let p_values: Vec<f64> = found.iter().map(|f| f.p_value).collect();
    let adjusted = estimate::holm(&p_values);
    let mut inputs: Vec<Driver> = (program.inputs.iter())
        .zip(found.iter().zip(adjusted))
        .map(|(input, (found, p))| driver(model, input, found, p < DETECTED))
        .collect();
    inputs.sort_by(|a, b| b.share.total_cmp(&a.share));
    inputs.truncate(MOST_DRIVERS);
    Some(Drivers {
        of: name.into(),
        kind: kind.into(),
        looked_at: found.len(),
        inputs,
    })
}

fn driver(model: &Model, input: &InputCode, found: &FirstOrder, detectable: bool) -> Driver {
    let (kind, name, title) = match input {
        InputCode::Parameter(p) => {
            let parameter = &model.parameters[*p];
            ("parameter", &parameter.name, &parameter.title)
        }
        InputCode::Weight { trend, .. } => {
            let trend = &model.trends[*trend];
            ("weight", &trend.name, &trend.title)
        }
    };
    Driver {
        input: name.clone(),
        title: title.clone(),
        kind: kind.into(),
        share: found.share,
        share_std_error: found.std_error,
        detectable,
        tail: found.tail,
        low: found.low.probability,
        low_std_error: found.low.std_error,
        high: found.high.probability,
        high_std_error: found.high.std_error,
    }
}
