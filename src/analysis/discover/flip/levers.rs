//! What a flip may hold: parameters that are drawn from one distribution, and the start weights of
//! trends.
//!
//! Takes a study and the lead in each draw of a run; gives what moves the lead, steepest first. A
//! start weight that is held leaves the others in their proportions; one share of a Dirichlet
//! distribution has a beta distribution, in which it is measured.

use crate::analysis::Study;
use crate::analysis::discover::choose::simplest;
use crate::distribution::{Build, Distribution};
use crate::engine::{Settings, Setup, inputs};
use crate::family::Family;
use crate::math::special::{normal_cdf, normal_quantile};
use crate::model::Model;
use crate::program::InputCode;
use crate::results::FlipHeld;
use std::borrow::Cow;

/// Slope in standard errors below which an input is not tried.
const LEAST_SLOPE: f64 = 3.0;
/// Standard deviations by which rounding may move a value.
pub const NEAR: f64 = 0.02;
/// Normal score of a weight that is 0 or 1 in a draw.
const FARTHEST: f64 = 8.0;

/// What is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    Parameter(usize),
    /// The start weight of a trend.
    Weight(usize),
}

/// An input that can be held at a value: one that is drawn from the same distribution in every
/// draw.
pub struct Lever<'s> {
    pub what: What,
    name: &'s str,
    title: &'s str,
    distribution: Cow<'s, Distribution>,
    /// Covariance of the lead with its normal score, and that in standard errors.
    pub slope: f64,
    told: f64,
}

impl Lever<'_> {
    /// The value at a normal score, with as many digits as the change needs.
    fn value(&self, score: f64) -> f64 {
        let at = |score: f64| self.distribution.quantile(normal_cdf(score));
        let value = at(score);
        if self.distribution.is_discrete() {
            return value;
        }
        let reach = 0.5 * (at(score + NEAR) - at(score - NEAR)).abs();
        simplest(value, |near| (near - value).abs() <= reach)
    }

    /// The normal score of a value.
    fn score(&self, value: f64, asked: f64) -> f64 {
        if self.distribution.is_discrete() {
            return asked;
        }
        score(&self.distribution, value)
    }

    /// It is held near a normal score.
    pub fn held(&self, asked: f64) -> FlipHeld {
        let value = self.value(asked);
        FlipHeld {
            input: self.name.into(),
            title: self.title.into(),
            kind: match self.what {
                What::Parameter(_) => "parameter",
                What::Weight(_) => "weight",
            }
            .into(),
            value,
            median: self.distribution.quantile(0.5),
            score: self.score(value, asked),
        }
    }

    pub fn is_weight(&self) -> bool {
        matches!(self.what, What::Weight(_))
    }
}

/// The normal score of a value in a continuous distribution, accurate in both tails.
fn score(distribution: &Distribution, value: f64) -> f64 {
    match distribution.cdf(value) {
        p if p > 0.5 => -normal_quantile(distribution.survival(value)),
        p => normal_quantile(p),
    }
}

/// How the lead of a member hangs on each input, steepest first: by the draws of a run, from the
/// hits of both members.
pub fn levers<'s>(study: &'s Study, settings: &Settings, lead: &[f64]) -> Vec<Lever<'s>> {
    let setup = Setup::new(&study.program, settings.seed);
    let mut found: Vec<Lever<'_>> = (study.program.inputs.iter())
        .filter_map(|code| lever(study, code))
        .collect();
    // Of two weights one says it all.
    if found.iter().filter(|lever| lever.is_weight()).count() == 2
        && let Some(second) = found.iter().rposition(Lever::is_weight)
    {
        found.remove(second);
    }
    let n = lead.len() as f64;
    let mean = lead.iter().sum::<f64>() / n;
    let mut sums = vec![[0.0; 3]; found.len()];
    for (k, lead) in lead.iter().enumerate() {
        let dealt = inputs(settings.design, &setup, k as u32);
        for (sums, lever) in sums.iter_mut().zip(&found) {
            let score = match lever.what {
                What::Parameter(p) => normal_quantile(dealt.scores[p]),
                What::Weight(z) => {
                    score(&lever.distribution, dealt.weights[z]).clamp(-FARTHEST, FARTHEST)
                }
            };
            let product = score * (lead - mean);
            sums[0] += score * score;
            sums[1] += product;
            sums[2] += product * product;
        }
    }
    for (sums, lever) in sums.iter().zip(&mut found) {
        lever.slope = sums[1] / sums[0];
        lever.told = sums[1] / sums[2].sqrt();
    }
    found.retain(|lever| lever.told.abs() >= LEAST_SLOPE && lever.slope.is_finite());
    found.sort_by(|a, b| b.slope.abs().total_cmp(&a.slope.abs()));
    found
}

fn lever<'s>(study: &'s Study, code: &InputCode) -> Option<Lever<'s>> {
    let (what, name, title, distribution) = match code {
        InputCode::Parameter(p) => {
            let parameter = &study.model.parameters[*p];
            let fixed = match parameter.value.distribution(&[])? {
                Cow::Borrowed(fixed) => fixed,
                Cow::Owned(_) => return None,
            };
            let (name, title) = (&parameter.name, &parameter.title);
            (What::Parameter(*p), name, title, Cow::Borrowed(fixed))
        }
        InputCode::Weight { trend, .. } => {
            let concentration = study.model.weight_concentration?;
            let of = &study.model.trends[*trend];
            let shapes = [concentration * of.weight, concentration * (1.0 - of.weight)];
            let share = Family::Beta.build(&shapes, None, None).ok()?;
            (What::Weight(*trend), &of.name, &of.title, Cow::Owned(share))
        }
    };
    Some(Lever {
        what,
        name,
        title,
        distribution,
        slope: 0.0,
        told: 0.0,
    })
}

/// The steepest, with one start weight at most: what one of them takes the others lose, so two are
/// no two inputs.
pub fn apart<'l, 's>(levers: &'l [Lever<'s>], count: usize) -> Vec<&'l Lever<'s>> {
    let mut weights = 0;
    let mut is_first = |lever: &&Lever<'_>| {
        weights += usize::from(lever.is_weight());
        !lever.is_weight() || weights == 1
    };
    levers.iter().filter(|l| is_first(l)).take(count).collect()
}

/// The settings that hold something, one for each `--set`.
///
/// A weight that is stated alone leaves the others in their proportions, unless the call states
/// some of them: then all are stated.
pub fn settings(study: &Study, held: &[FlipHeld], states_all: bool) -> Vec<String> {
    let mut all = Vec::new();
    for one in held {
        match one.kind.as_str() {
            "weight" if states_all => {
                let weights = weights_with(&study.model, one);
                let names = study.model.trends.iter().map(|trend| &trend.name);
                let each = names.zip(weights);
                all.extend(each.map(|(name, weight)| format!("trends.{name}.weight={weight}")));
            }
            "weight" => all.push(format!("trends.{}.weight={}", one.input, one.value)),
            _ => all.push(format!("parameters.{}={}", one.input, one.value)),
        }
    }
    all
}

/// Weights of all trends if one is held.
pub fn weights_with(model: &Model, held: &FlipHeld) -> Vec<f64> {
    let own = |name: &str| name == held.input;
    let trends = model.trends.iter();
    let rest: f64 = trends
        .clone()
        .filter(|trend| !own(&trend.name))
        .map(|trend| trend.weight)
        .sum();
    trends
        .map(|trend| match own(&trend.name) {
            true => held.value,
            false => trend.weight * (1.0 - held.value) / rest,
        })
        .collect()
}
