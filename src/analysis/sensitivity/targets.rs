//! What sensitivity is asked of: outcomes, groups, questions and metrics, by name.

use crate::diagnostic::nearest;
use crate::engine::{Bits, BlockTrials, DRAWS_PER_BLOCK};
use crate::estimate::{DrawMean, groups as groups_of_draw};
use crate::model::Model;
use crate::program::{self, Program};
use crate::results::RunResult;
use std::ops::Range;

/// Kinds of things that have a probability or a mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Group,
    Outcome,
    Question,
    Metric,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Group => "group",
            Self::Outcome => "outcome",
            Self::Question => "question",
            Self::Metric => "metric",
        }
    }
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub kind: Kind,
    /// In the program, and in the result.
    pub index: usize,
    pub name: String,
    pub title: String,
    pub unit: String,
}

/// A name that stands for nothing in the file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "no outcome, group, question or metric is named `{name}`{}",
    .near.as_ref().map(|near| format!("; did you mean `{near}`?")).unwrap_or_default()
)]
pub struct UnknownTarget {
    pub name: String,
    pub near: Option<String>,
}

/// All targets of a file: groups, outcomes with the one left over, questions, metrics.
fn all(model: &Model) -> Vec<Target> {
    let target = |kind, index, name: &str, title: &str, unit: &str| Target {
        kind,
        index,
        name: name.into(),
        title: title.into(),
        unit: unit.into(),
    };
    let groups = model.groups.iter().enumerate();
    let mut all: Vec<Target> = groups
        .map(|(i, g)| target(Kind::Group, i, &g.name, &g.title, ""))
        .collect();
    let outcomes = model.outcomes.iter().enumerate();
    all.extend(outcomes.map(|(i, o)| target(Kind::Outcome, i, &o.name, &o.title, "")));
    if !model.outcomes.is_empty() {
        let last = model.outcomes.len();
        all.push(target(
            Kind::Outcome,
            last,
            "unclassified",
            "None of these",
            "",
        ));
    }
    let questions = model.questions.iter().enumerate();
    all.extend(questions.map(|(i, q)| target(Kind::Question, i, &q.name, &q.title, "")));
    let metrics = model.metrics.iter().enumerate();
    all.extend(metrics.map(|(i, m)| target(Kind::Metric, i, &m.name, &m.title, &m.unit)));
    all
}

/// Targets by their names, each alone (`ends`) or after its kind (`question.ends`); groups come before outcomes, questions and metrics.
///
/// # Errors
/// The first name that the file does not have.
pub fn named(model: &Model, names: &[String]) -> Result<Vec<Target>, UnknownTarget> {
    let all = all(model);
    let mut found: Vec<Target> = Vec::new();
    for asked in names {
        let is_it = |target: &&Target| {
            let kind = asked.strip_prefix(target.kind.name());
            let after = kind.and_then(|rest| rest.strip_prefix('.'));
            *asked == target.name || after == Some(target.name.as_str())
        };
        let Some(target) = all.iter().find(is_it) else {
            let names = all.iter().map(|target| target.name.as_str());
            return Err(UnknownTarget {
                name: asked.clone(),
                near: nearest(asked, names).map(str::to_owned),
            });
        };
        if !found.contains(target) {
            found.push(target.clone());
        }
    }
    Ok(found)
}

/// What a file is asked for if nobody says: all metrics of a file without outcomes; otherwise the groups, or the outcomes, of which
/// [`likeliest`] picks one after the run.
pub fn usual(model: &Model, program: &Program) -> Vec<Target> {
    let all = all(model);
    if model.outcomes.is_empty() {
        return all.into_iter().filter(|t| t.kind == Kind::Metric).collect();
    }
    let is_told = |target: &Target| {
        program.targets.iter().any(|told| match told {
            program::Target::Group(g) => (target.kind, target.index) == (Kind::Group, *g),
            program::Target::Outcome(o) => (target.kind, target.index) == (Kind::Outcome, *o),
        })
    };
    all.into_iter().filter(is_told).collect()
}

/// Of groups or outcomes the likeliest; metrics stay as they are.
pub fn likeliest(targets: &[Target], result: &RunResult) -> Vec<usize> {
    if targets.iter().any(|target| target.kind == Kind::Metric) {
        return (0..targets.len()).collect();
    }
    let chance = |target: &Target| told(target, result).map_or(0.0, |(p, _)| p);
    // Of equals the first.
    let best = (0..targets.len()).rev();
    let best = best.max_by(|a, b| chance(&targets[*a]).total_cmp(&chance(&targets[*b])));
    best.into_iter().collect()
}

/// Probability or mean in a result, with its standard error.
pub fn told(target: &Target, result: &RunResult) -> Option<(f64, f64)> {
    let i = target.index;
    match target.kind {
        Kind::Group => result.groups.get(i).map(|g| (g.probability, g.std_error)),
        Kind::Outcome => result.outcomes.get(i).map(|o| (o.probability, o.std_error)),
        Kind::Question => result
            .questions
            .get(i)
            .map(|q| (q.probability, q.std_error)),
        Kind::Metric => {
            let metric = result.metrics.get(i)?;
            Some((metric.mean?, metric.std_error?))
        }
    }
}

/// What the trials of a block say of one target.
#[derive(Clone, Debug)]
pub enum Reading {
    YesOrNo(Bits),
    Values(Vec<f64>),
}

/// What the trials of a block say of each target.
pub fn read(targets: &[Target], program: &Program, ended: &BlockTrials) -> Vec<Reading> {
    let united = ended.in_groups(&program.groups);
    let of = |target: &Target| match target.kind {
        Kind::Group => Reading::YesOrNo(united[target.index].clone()),
        Kind::Outcome => Reading::YesOrNo(ended.outcomes[target.index].clone()),
        Kind::Question => Reading::YesOrNo(ended.questions[target.index].clone()),
        Kind::Metric => Reading::Values(ended.metrics[target.index].clone()),
    };
    targets.iter().map(of).collect()
}

impl Reading {
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
