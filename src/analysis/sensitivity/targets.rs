//! What sensitivity is asked of: outcomes, groups, questions, metrics and trends that come true, by
//! name.

use crate::analysis::quantity::{Kind, Quantity, UnknownQuantity};
use crate::engine::{Bits, BlockTrials, DRAWS_PER_BLOCK};
use crate::estimate::{DrawMean, Store, Stored, Unreadable, groups as groups_of_draw};
use crate::model::Model;
use crate::program::{self, Program};
use crate::results::{RunResult, UNCLASSIFIED};
use std::ops::Range;

/// Targets by their names.
///
/// # Errors
/// The first name that the file does not have, that several have, or that nothing here explains.
pub fn named(model: &Model, names: &[String]) -> Result<Vec<Quantity>, UnknownQuantity> {
    let found = Quantity::all_named(model, names)?;
    for target in &found {
        let kind = match target.kind {
            Kind::Conditional => "a question about some of the futures",
            Kind::Ratio => "a ratio of means",
            Kind::Group | Kind::Outcome | Kind::Question | Kind::Metric | Kind::Trend => continue,
        };
        let name = target.name.clone();
        return Err(UnknownQuantity::NotExplained { name, kind });
    }
    Ok(found)
}

/// What a file is asked for if nobody says: all metrics of a file without outcomes; otherwise the
/// groups, or the outcomes, of which [`likeliest`] picks one after the run.
pub fn usual(model: &Model, program: &Program) -> Vec<Quantity> {
    let all = Quantity::all(model);
    if model.outcomes.is_empty() {
        return all.into_iter().filter(|t| t.kind == Kind::Metric).collect();
    }
    let is_told = |target: &Quantity| {
        program.targets.iter().any(|told| match told {
            program::Target::Group(g) => (target.kind, target.index) == (Kind::Group, *g),
            program::Target::Outcome(o) => (target.kind, target.index) == (Kind::Outcome, *o),
        })
    };
    let rules = |target: &Quantity| target.name != UNCLASSIFIED || model.outcomes.is_empty();
    (all.into_iter().filter(is_told)).filter(rules).collect()
}

/// Of groups or outcomes the likeliest; metrics stay as they are.
pub fn likeliest(targets: &[Quantity], result: &RunResult) -> Vec<usize> {
    likeliest_by(targets, |target| target.read(result).value)
}

/// As [`likeliest`], where their probabilities are known otherwise.
pub fn likeliest_by(
    targets: &[Quantity],
    probability: impl Fn(&Quantity) -> Option<f64>,
) -> Vec<usize> {
    if targets.iter().any(|target| target.kind == Kind::Metric) {
        return (0..targets.len()).collect();
    }
    let chance = |target: &Quantity| probability(target).unwrap_or(0.0);
    // Of equals the first.
    let best = (0..targets.len()).rev();
    let best = best.max_by(|a, b| chance(&targets[*a]).total_cmp(&chance(&targets[*b])));
    best.into_iter().collect()
}

/// What the trials of a block say of one target.
#[derive(Clone, Debug)]
pub enum Reading {
    YesOrNo(Bits),
    Values(Vec<f64>),
}

/// What the trials of a block say of each target.
pub fn read(targets: &[Quantity], program: &Program, ended: &BlockTrials) -> Vec<Reading> {
    let united = ended.in_groups(&program.groups);
    let of = |target: &Quantity| match target.kind {
        Kind::Group => Reading::YesOrNo(united[target.index].clone()),
        Kind::Outcome => Reading::YesOrNo(ended.outcomes[target.index].clone()),
        Kind::Question => Reading::YesOrNo(ended.questions[target.index].clone()),
        Kind::Metric => Reading::Values(ended.metrics[target.index].clone()),
        Kind::Trend => {
            // The last of its questions is asked at the end.
            let asked = program.trends[target.index].materialised.clone().last();
            let asked = asked.expect("a trend that is asked for has a `when`");
            Reading::YesOrNo(ended.questions[asked].clone())
        }
        Kind::Conditional | Kind::Ratio => unreachable!("refused by `named`"),
    };
    targets.iter().map(of).collect()
}

impl Stored for Reading {
    fn store(&mut self, store: &mut Store<'_>) -> Result<(), Unreadable> {
        match self {
            Self::YesOrNo(bits) => bits.store(store),
            Self::Values(values) => store.numbers(values),
        }
    }
}

impl Reading {
    /// No for so many trials, or no value.
    pub fn none(is_probability: bool, trials: usize) -> Self {
        match is_probability {
            true => Self::YesOrNo(Bits::none(trials)),
            false => Self::Values(vec![f64::NAN; trials]),
        }
    }

    /// The draws of the block one by one.
    pub fn draws(&self, per_draw: usize) -> Vec<DrawMean> {
        let groups = groups_of_draw(per_draw);
        (0..DRAWS_PER_BLOCK as usize)
            .map(|d| {
                let first = d * per_draw;
                match self {
                    Self::Values(values) => {
                        DrawMean::of_values(&values[first..first + per_draw], groups)
                    }
                    Self::YesOrNo(bits) => {
                        let parts = (0..groups).map(|g| {
                            let part: Range<usize> =
                                first + g * per_draw / groups..first + (g + 1) * per_draw / groups;
                            (bits.count(part.clone()), part.len() as u32)
                        });
                        DrawMean::of_hits(&parts.collect::<Vec<_>>())
                    }
                }
            })
            .collect()
    }
}
