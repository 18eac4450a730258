//! What has no mean, or no variance: parameters whose tails are too heavy, and the metrics,
//! indicators and numbers of firings that grow with them.
//!
//! A number X has a mean only if its quantiles grow slower towards an end than 1 over the
//! probability beyond, and a variance only if they grow slower than the root of that. It is read
//! off numbers: a formula is evaluated with one source far out in its tail and further out, all
//! else at its median, and then in other ways that a trial may go. It holds for whatever the
//! formula does with the source: bounds, roots and logarithms tame a tail, powers and quotients
//! make one.

use super::reads::Reads;
use super::start::{Source, Start, repeating};
use crate::diagnostic::{Diagnostic, Place, pointer};
use crate::distribution::Distribution;
use crate::expression::{Expr, PathReading};
use crate::model::types::{Draw, Mean, Model, ParameterValue};
use std::borrow::Cow;

/// Probabilities beyond the two places: the first pair at which the source is a number.
const FAR: [[f64; 2]; 3] = [[1e-60, 1e-120], [1e-20, 1e-40], [1e-6, 1e-12]];
/// Growth from which on there is no mean; below 1 by what rounding may cost.
const HEAVY: f64 = 1.0 - 1e-6;
/// Growth of a source below which its powers up to the tenth have means.
const LIGHT: f64 = 0.1;
/// Ways that a trial may go which are tried with a heavy source.
const WAYS: usize = 64;

/// Notes whether averages settle: of each metric, each indicator at the end, and the number of
/// firings of each event.
pub fn find_meanless(model: &mut Model) {
    let finals = (0..model.indicators.len()).map(Expr::Indicator);
    let counts = (0..model.events.len()).map(Expr::Count);
    let formulas: Vec<Expr> = (model.metrics.iter())
        .map(|metric| metric.value.clone())
        .chain(finals)
        .chain(counts)
        .collect();
    let means = means(model, &formulas);
    let places = (model.metrics.iter_mut().map(|m| &mut m.mean))
        .chain(model.indicators.iter_mut().map(|i| &mut i.mean))
        .chain(model.events.iter_mut().map(|e| &mut e.mean));
    for (place, mean) in places.zip(means) {
        *place = mean;
    }
    // How much of a rate a trial lives to see is not known: only the worst is told.
    for event in &mut model.events {
        if matches!(event.mean, Mean::NoVariance(_)) {
            event.mean = Mean::Steady;
        }
    }
}

/// For each formula that is read off a finished trial, whether its averages settle.
fn means(model: &Model, formulas: &[Expr]) -> Vec<Mean> {
    let mut found = vec![Mean::Steady; formulas.len()];
    let ways = Ways::of(model);
    let reads = Reads::of(model);
    let parameters: Vec<Vec<bool>> = (formulas.iter())
        .map(|f| parameters_of(model, &reads, f))
        .collect();
    let [mut near, mut out] = [Start::of(model), Start::of(model)];
    for (source, distribution) in sources(model) {
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
            let is_heavy = growth(place(tail), place(further)) >= LIGHT * span;
            for way in 0..ways.with(source, is_heavy) {
                near.move_out(source, place(tail), way);
                out.move_out(source, place(further), way);
                for phase in 0..model.phases.len() {
                    for trend in 0..model.trends.len().max(1) {
                        near.finish(phase, trend);
                        out.finish(phase, trend);
                        // What the source does not reach has one value near and far.
                        let is_still = near.stands_as(&out);
                        let read = |parameters: &[bool]| match source {
                            Source::Parameter(p) => parameters[p],
                            Source::Start(_) | Source::Effect(..) => false,
                        };
                        let found = formulas.iter().zip(&parameters).zip(&mut found);
                        for ((formula, parameters), mean) in found {
                            if matches!(mean, Mean::None(_)) || is_still && !read(parameters) {
                                continue;
                            }
                            let growth = growth(near.value(formula), out.value(formula));
                            if growth >= HEAVY * span {
                                *mean = Mean::None(named(model, source));
                            } else if growth >= 0.5 * HEAVY * span && mean.is_steady() {
                                *mean = Mean::NoVariance(named(model, source));
                            }
                        }
                    }
                }
            }
        }
    }
    found
}

/// Which parameters a formula reads by itself, or through how often an event fires; all of them
/// where it reads the path.
fn parameters_of(model: &Model, reads: &Reads, formula: &Expr) -> Vec<bool> {
    let mut read = vec![false; model.drawn_count()];
    let mark = |read: &mut Vec<bool>, part: &Expr| {
        let all = reads.by(part).parameters;
        all.into_iter().for_each(|p| read[p] = true);
    };
    let mut events = vec![false; model.events.len()];
    formula.visit(&mut |part| match part {
        Expr::Parameter(_) => mark(&mut read, part),
        Expr::Path(_) => read.fill(true),
        Expr::Count(e) | Expr::Ever(e) | Expr::Since(e) => events[*e] = true,
        _ => {}
    });
    for (event, _) in model
        .events
        .iter()
        .zip(events)
        .filter(|(_, counts)| *counts)
    {
        if let Some(hazard) = repeating(event) {
            hazard.each_formula(&mut |formula| {
                formula.visit(&mut |part| match part {
                    Expr::Parameter(_) => mark(&mut read, part),
                    Expr::Path(_) | Expr::Count(_) | Expr::Ever(_) | Expr::Since(_) => {
                        read.fill(true);
                    }
                    _ => {}
                });
            });
        }
    }
    read
}

/// What each parameter has to do with the numbers that are averaged. Most go into chances alone.
struct Ways {
    /// Metrics read it, or an indicator that it moves, or count an event that it drives.
    metrics: Vec<bool>,
    /// It moves an indicator that has no bounds.
    indicators: Vec<bool>,
    /// It drives events that fire again and again.
    events: Vec<bool>,
}

impl Ways {
    fn of(model: &Model) -> Self {
        let reads = Reads::of(model);
        let none = || vec![false; model.drawn_count()];
        let note =
            |list: &mut Vec<usize>, formula: &Expr| list.extend(reads.by(formula).parameters);
        // By indicator without bounds and by event: the parameters that move it.
        let mut moving = vec![Vec::new(); model.indicators.len()];
        let is_bounded = |i: usize| {
            let indicator = &model.indicators[i];
            indicator.low.is_some() && indicator.high.is_some()
        };
        for (i, indicator) in model.indicators.iter().enumerate() {
            if !is_bounded(i) {
                let mut moved = |formula: &Expr| note(&mut moving[i], formula);
                indicator.start.each_formula(&mut moved);
                indicator.drift.iter().for_each(&mut moved);
            }
        }
        for effect in model.events.iter().flat_map(|event| &event.effects) {
            if let (Some(i), Some(draw)) = (effect.indicator(), effect.draw())
                && !is_bounded(i)
            {
                draw.each_formula(&mut |formula| note(&mut moving[i], formula));
            }
        }
        let mut driving = vec![Vec::new(); model.events.len()];
        for (list, event) in driving.iter_mut().zip(&model.events) {
            if let Some(hazard) = repeating(event) {
                hazard.each_formula(&mut |formula| note(list, formula));
            }
        }
        let add =
            |marks: &mut Vec<bool>, list: &[usize]| list.iter().for_each(|&p| marks[p] = true);
        let mut metrics = none();
        for metric in &model.metrics {
            add(&mut metrics, &reads.by(&metric.value).parameters);
            each_part(model, &metric.value, &mut |part| match part {
                Expr::Indicator(i) => add(&mut metrics, &moving[*i]),
                Expr::Count(e) | Expr::Path(PathReading::CountWithin { event: e, .. }) => {
                    add(&mut metrics, &driving[*e]);
                }
                _ => {}
            });
        }
        let (mut indicators, mut events) = (none(), none());
        moving.iter().for_each(|list| add(&mut indicators, list));
        driving.iter().for_each(|list| add(&mut events, list));
        Self {
            metrics,
            indicators,
            events,
        }
    }

    /// How many ways that a trial may go are looked at. What is heavy itself may be so in some
    /// trials alone: a cost that falls due only if there is war is as heavy.
    fn with(&self, source: Source, is_heavy: bool) -> usize {
        let (metrics, others) = match source {
            Source::Parameter(i) => (
                self.metrics[i],
                self.indicators[i] || self.events[i] && is_heavy,
            ),
            Source::Start(_) | Source::Effect(..) => (true, true),
        };
        match (is_heavy, metrics, others) {
            (_, false, false) => 0,
            (false, ..) => 1,
            (true, true, _) => WAYS,
            // All that may fire has fired.
            (true, false, true) => 2,
        }
    }
}

/// Visits a formula with the derived values that it reads, each of them once.
fn each_part(model: &Model, formula: &Expr, visit: &mut dyn FnMut(&Expr)) {
    let mut seen = vec![false; model.derived.len()];
    let mut next = vec![formula];
    while let Some(formula) = next.pop() {
        formula.visit(&mut |part| {
            if let Expr::Derived(index) = part
                && !std::mem::replace(&mut seen[*index], true)
            {
                next.push(&model.derived[*index].value);
            }
            visit(part);
        });
    }
}

/// How much larger a value is further out, as a logarithm; less than 0 if it cannot be told.
fn growth(near: f64, out: f64) -> f64 {
    if near == 0.0 || !near.is_finite() || out.is_nan() {
        return -1.0;
    }
    if out.is_infinite() {
        return f64::INFINITY;
    }
    libm::log(out.abs() / near.abs())
}

/// Everything that is drawn from a distribution of fixed arguments, or of parameters, which stand
/// at their medians then.
fn sources(model: &Model) -> Vec<(Source, Cow<'_, Distribution>)> {
    let medians = model.drawn_at(|_| 0.5);
    let parameters = (model.all_drawn())
        .filter_map(|(i, p)| Some((Source::Parameter(i), p.value.distribution(&medians)?)));
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

fn fixed(source: Source, draw: &Draw) -> Option<(Source, Cow<'_, Distribution>)> {
    match draw {
        Draw::Fixed(distribution) => Some((source, Cow::Borrowed(distribution))),
        Draw::Value(_) | Draw::Varying(_) => None,
    }
}

fn named(model: &Model, source: Source) -> String {
    match source {
        Source::Parameter(i) => model.drawn_noun(i),
        Source::Start(i) => format!("the start of `{}`", model.indicators[i].name),
        Source::Effect(e, _) => format!("an effect of {}", super::event_noun(&model.events[e])),
    }
}

/// What averages of draws or trials mean nothing of, or cannot be given an error.
pub fn lint(model: &Model, warnings: &mut Vec<Diagnostic>) {
    const HINT: &str = "read median and quantiles; or bound it with `range`, or bring the outer percentiles closer to the median";
    for (index, parameter) in model.all_drawn() {
        let ParameterValue::Uncertain(distribution) = &parameter.value else {
            continue;
        };
        if distribution.mean().is_none() {
            warnings.push(
                Diagnostic::warning(
                    "no-mean",
                    Place::key(model.drawn_pointer(index)),
                    format!(
                        "{} has no mean: its tail is so heavy that averages of draws settle nowhere",
                        model.drawn_noun(index)
                    ),
                )
                .hint(HINT),
            );
        }
    }
    const METRIC: [&str; 2] = ["none is told of it"; 2];
    const SHOWN: [&str; 2] = [
        "the means shown of it mean nothing",
        "the errors shown of its means mean nothing",
    ];
    let thing = |section: &str, noun: &str, name: &str| {
        (pointer::join(section, name), format!("the {noun} `{name}`"))
    };
    let metrics =
        (model.metrics.iter()).map(|m| (thing("/metrics", "metric", &m.name), &m.mean, METRIC));
    let indicators = (model.indicators.iter())
        .map(|i| (thing("/indicators", "indicator", &i.name), &i.mean, SHOWN));
    let events = model.events.iter().map(|event| {
        let noun = format!("the number of firings of {}", super::event_noun(event));
        ((event.pointer(), noun), &event.mean, SHOWN)
    });
    for ((place, noun), mean, [no_mean, no_error]) in metrics.chain(indicators).chain(events) {
        let (code, message) = match mean {
            Mean::Steady => continue,
            Mean::None(cause) => (
                "no-mean",
                format!("{noun} has no mean, on account of {cause}: {no_mean}"),
            ),
            Mean::NoVariance(cause) => (
                "no-variance",
                format!(
                    "{noun} has no variance, on account of {cause}: averages settle too slowly for an error to be stated; {no_error}"
                ),
            ),
        };
        warnings.push(Diagnostic::warning(code, Place::key(place), message).hint(HINT));
    }
}
