//! What has no mean: parameters whose tails are too heavy, and the metrics that grow with them.
//!
//! A number X has a mean only if its quantiles grow slower towards an end than 1 over the probability beyond. That is read off numbers:
//! a formula is evaluated with one source far out in its tail and further out, all else at its median. It holds for whatever the formula
//! does with the source: bounds, roots and logarithms tame a tail, powers and quotients make one.

use super::reads::Reads;
use super::start::{Source, Start};
use crate::diagnostic::{Diagnostic, Place, pointer};
use crate::distribution::Distribution;
use crate::expression::Expr;
use crate::model::types::{Draw, Model, ParameterValue};

/// Probabilities beyond the two places: the first pair at which the source is a number.
const FAR: [[f64; 2]; 3] = [[1e-60, 1e-120], [1e-20, 1e-40], [1e-6, 1e-12]];
/// Growth from which on there is no mean; below 1 by what rounding may cost.
const HEAVY: f64 = 1.0 - 1e-6;

/// Notes of each metric and each indicator what it has no mean on account of, if anything speaks against its mean.
pub fn find_meanless(model: &mut Model) {
    let finals = (0..model.indicators.len()).map(Expr::Indicator);
    let formulas: Vec<Expr> = (model.metrics.iter())
        .map(|metric| metric.value.clone())
        .chain(finals)
        .collect();
    let mut causes = without_mean(model, &formulas).into_iter();
    for metric in &mut model.metrics {
        metric.no_mean = causes.next().flatten();
    }
    for indicator in &mut model.indicators {
        indicator.no_mean = causes.next().flatten();
    }
}

/// For each formula that is read off a finished trial, the source on whose account it has no mean.
fn without_mean(model: &Model, formulas: &[Expr]) -> Vec<Option<String>> {
    let mut causes = vec![None; formulas.len()];
    let counts = counting(model, formulas);
    let [mut near, mut out] = [Start::of(model), Start::of(model)];
    for (source, distribution) in sources(model) {
        if matches!(source, Source::Parameter(i) if !counts[i]) {
            continue;
        }
        for above in [true, false] {
            let place = |tail: f64| distribution.beyond(tail, above);
            let finite = |tails: &&[f64; 2]| tails.iter().all(|tail| place(*tail).is_finite());
            let Some(&[tail, further]) = FAR.iter().find(finite) else {
                continue;
            };
            // An end that is reached, or that doubles do not resolve, has no tail.
            if place(tail) == place(further) {
                continue;
            }
            let span = libm::log(tail / further);
            near.move_out(source, tail, above);
            out.move_out(source, further, above);
            for phase in 0..model.phases.len() {
                for trend in 0..model.trends.len().max(1) {
                    near.finish(phase, trend);
                    out.finish(phase, trend);
                    for (formula, cause) in formulas.iter().zip(&mut causes) {
                        if cause.is_none() && grows(near.value(formula), out.value(formula), span) {
                            *cause = Some(named(model, source));
                        }
                    }
                }
            }
        }
    }
    causes
}

/// Which parameters the formulas read, or what moves indicators: most go into hazards alone.
fn counting(model: &Model, formulas: &[Expr]) -> Vec<bool> {
    let reads = Reads::of(model);
    let mut counts = vec![false; model.parameters.len()];
    let mut count = |formula: &Expr| {
        let read = reads.by(formula);
        read.parameters.iter().for_each(|&p| counts[p] = true);
    };
    formulas.iter().for_each(&mut count);
    for indicator in &model.indicators {
        indicator.start.each_formula(&mut count);
        indicator.drift.iter().for_each(&mut count);
    }
    for effect in model.events.iter().flat_map(|event| &event.effects) {
        if let Some(draw) = effect.draw() {
            draw.each_formula(&mut count);
        }
    }
    counts
}

/// Whether a value that lies here and there at the two places outgrows its own probability, which falls by this logarithm.
fn grows(near: f64, out: f64, span: f64) -> bool {
    if near == 0.0 || !near.is_finite() || out.is_nan() {
        return false;
    }
    out.is_infinite() || libm::log(out.abs() / near.abs()) >= HEAVY * span
}

/// Everything that is drawn from a distribution of fixed arguments.
fn sources(model: &Model) -> Vec<(Source, &Distribution)> {
    let parameters = model
        .parameters
        .iter()
        .enumerate()
        .filter_map(|(i, p)| match &p.value {
            ParameterValue::Constant(_) => None,
            ParameterValue::Uncertain(distribution) => Some((Source::Parameter(i), distribution)),
        });
    let starts = (model.indicators.iter().enumerate())
        .filter_map(|(i, indicator)| fixed(Source::Start(i), &indicator.start));
    let effects = model.events.iter().enumerate().flat_map(|(e, event)| {
        event
            .effects
            .iter()
            .enumerate()
            .filter_map(move |(k, effect)| fixed(Source::Effect(e, k), effect.draw()?))
    });
    parameters.chain(starts).chain(effects).collect()
}

fn fixed(source: Source, draw: &Draw) -> Option<(Source, &Distribution)> {
    match draw {
        Draw::Fixed(distribution) => Some((source, distribution)),
        Draw::Value(_) | Draw::Varying(_) => None,
    }
}

fn named(model: &Model, source: Source) -> String {
    match source {
        Source::Parameter(i) => format!("the parameter `{}`", model.parameters[i].name),
        Source::Start(i) => format!("the start of `{}`", model.indicators[i].name),
        Source::Effect(e, _) => format!("an effect of {}", super::event_noun(&model.events[e])),
    }
}

/// Parameters, metrics and indicators without a mean.
pub fn lint(model: &Model, warnings: &mut Vec<Diagnostic>) {
    const HINT: &str = "read median and quantiles; or bound it with `range`, or bring the outer percentiles closer to the median";
    for parameter in &model.parameters {
        let ParameterValue::Uncertain(distribution) = &parameter.value else {
            continue;
        };
        if distribution.mean().is_none() {
            warnings.push(
                Diagnostic::warning(
                    "no-mean",
                    Place::key(pointer::join("/parameters", &parameter.name)),
                    format!(
                        "the parameter `{}` has no mean: its tail is so heavy that averages of draws settle nowhere",
                        parameter.name
                    ),
                )
                .hint(HINT),
            );
        }
    }
    for metric in &model.metrics {
        if let Some(cause) = &metric.no_mean {
            warnings.push(
                Diagnostic::warning(
                    "no-mean",
                    Place::key(pointer::join("/metrics", &metric.name)),
                    format!(
                        "the metric `{}` has no mean, on account of {cause}: none is told of it",
                        metric.name
                    ),
                )
                .hint(HINT),
            );
        }
    }
    for indicator in &model.indicators {
        if let Some(cause) = &indicator.no_mean {
            warnings.push(
                Diagnostic::warning(
                    "no-mean",
                    Place::key(pointer::join("/indicators", &indicator.name)),
                    format!(
                        "the indicator `{}` has no mean, on account of {cause}: the means shown of it mean nothing",
                        indicator.name
                    ),
                )
                .hint(HINT),
            );
        }
    }
}
