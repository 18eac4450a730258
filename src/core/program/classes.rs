//! What is told apart when trials are counted: groups of outcomes, classes that inputs are held
//! against, and the inputs themselves.

use super::types::{InputCode, Target};
use crate::distribution::{Build, Family};
use crate::estimate::BINS_OF_INPUT;
use crate::model::Model;

/// Outcomes of a group.
pub fn members(model: &Model, group: usize) -> Box<[usize]> {
    (model.outcomes.iter().enumerate())
        .filter(|(_, outcome)| outcome.group == Some(group))
        .map(|(o, _)| o)
        .collect()
}

pub fn targets(model: &Model) -> Vec<Target> {
    let is_free = |o: &usize| {
        model
            .outcomes
            .get(*o)
            .is_none_or(|outcome| outcome.group.is_none())
    };
    // What is left over is of interest only where nothing else sums up.
    let last = model.outcomes.len() + usize::from(model.groups.is_empty());
    let groups = (0..model.groups.len()).map(Target::Group);
    groups
        .chain((0..last).filter(is_free).map(Target::Outcome))
        .collect()
}

/// What differs between draws by itself: parameters that are drawn, then uncertain weights.
pub fn inputs(model: &Model) -> Vec<InputCode> {
    let parameters = (model.parameters.iter().enumerate())
        .filter(|(_, p)| p.value.is_drawn())
        .map(|(p, _)| InputCode::Parameter(p));
    let concentration = model
        .weight_concentration
        .filter(|_| model.trends.len() > 1);
    let weights = concentration.into_iter().flat_map(|concentration| {
        (model.trends.iter().enumerate())
            .filter(|(_, trend)| trend.weight > 0.0 && trend.weight < 1.0)
            .filter_map(move |(trend, of)| {
                // One share of a Dirichlet distribution has a beta distribution.
                let shapes = [concentration * of.weight, concentration * (1.0 - of.weight)];
                let share = Family::Beta.build(&shapes, None, None).ok()?;
                let edges = (1..BINS_OF_INPUT)
                    .map(|b| share.quantile(b as f64 / BINS_OF_INPUT as f64))
                    .collect();
                Some(InputCode::Weight { trend, edges })
            })
    });
    parameters.chain(weights).collect()
}
