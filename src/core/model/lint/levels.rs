//! Levels that are looked for on a grid too coarse for what crosses them.
//!
//! Indicators move at grid points only. A diffusion can cross a level and come back in between: seen on the grid, the level acts as if it lay
//! 0.5826·σ·√Δ further away (Broadie, Glasserman & Kou, *A continuity correction for discrete barrier options*, Math. Finance 7, 1997). A
//! drift is seen to have crossed it up to a step late. Where an effect sets the level's indicator back, the delay adds up firing by firing.

use super::event_noun;
use super::rates::{short, suggested};
use super::reach::Reached;
use super::start::Start;
use crate::diagnostic::{Diagnostic, Place, pointer};
use crate::expression::{Comparison, Expr, PathReading};
use crate::model::types::{Asks, Draw, Effect, Event, Fires, Model};

/// -ζ(½)/√(2π).
const SHIFT: f64 = 0.582_597;
/// Part of what an indicator covers by which a level may seem moved before there is a doubt, and with the step that is proposed.
const COARSE: f64 = 0.2;
const FINE: f64 = 0.05;
/// Part of a way to a level that a step may take.
const COARSE_WAY: f64 = 0.1;

/// Warns of conditions on levels that the step is too coarse for.
pub fn coarse_levels(model: &Model, reached: &Reached, warnings: &mut Vec<Diagnostic>) {
    let mut looked = Looked::new(model, reached);
    for event in &model.events {
        if let Fires::When(condition) = &event.fires {
            let place = Place::value(pointer::join(&event.pointer(), "when"));
            warnings.extend(looked.at(condition, Some(event), place, &event_noun(event)));
        }
    }
    for (index, outcome) in model.outcomes.iter().enumerate() {
        let place = Place::value(format!("/outcomes/{index}/when"));
        let noun = format!("the outcome `{}`", outcome.name);
        warnings.extend(looked.first(&outcome.when, &place, &noun));
    }
    for metric in &model.metrics {
        let place = Place::value(pointer::join("/metrics", &metric.name));
        let noun = format!("the metric `{}`", metric.name);
        warnings.extend(looked.first(&metric.value, &place, &noun));
    }
    for question in &model.questions {
        if let Asks::EverBy { .. } = question.asks {
            let at = pointer::join(&pointer::join("/questions", &question.name), "ever");
            let noun = format!("the question `{}`", question.name);
            warnings.extend(looked.at(&question.condition, None, Place::value(at), &noun));
        }
    }
}

struct Looked<'a> {
    model: &'a Model,
    /// In the first phase and trend that can be.
    start: Start<'a>,
    /// In each phase and trend that can be and is not final. Moving one start about would compute all derived values for each condition.
    starts: Vec<Start<'a>>,
    /// By indicator: how fast it is pulled back, per year, at most; as far as it was asked.
    pulls: Vec<Option<f64>>,
    /// By derived value: the diffusing indicators that it reads.
    diffusing: Vec<Vec<usize>>,
}

impl<'a> Looked<'a> {
    fn new(model: &'a Model, reached: &Reached) -> Self {
        let start = Start::of(model);
        let placed = |(phase, trend): (usize, usize)| {
            let mut placed = start.clone();
            placed.go(phase, trend);
            placed
        };
        let going_on = |(phase, _): &&(usize, usize)| !model.phases[*phase].is_final;
        let starts = reached.pairs.iter().filter(going_on).copied().map(placed);
        Self {
            model,
            starts: starts.collect(),
            start: placed(reached.pairs.first().copied().unwrap_or((0, 0))),
            pulls: vec![None; model.indicators.len()],
            diffusing: diffusing(model),
        }
    }

    /// The first doubt about the conditions whose first time a formula reads.
    fn first(&mut self, formula: &Expr, place: &Place, noun: &str) -> Option<Diagnostic> {
        let mut conditions = Vec::new();
        formula.visit(&mut |e| {
            if let Expr::Path(PathReading::FirstWhen(c) | PathReading::EverWhen(c)) = e {
                conditions.push((**c).clone());
            }
        });
        let mut each = conditions.iter();
        each.find_map(|c| self.at(c, None, place.clone(), noun))
    }

    /// The worst doubt about one condition, which `event` waits for if there is one.
    fn at(
        &mut self,
        condition: &Expr,
        event: Option<&Event>,
        place: Place,
        noun: &str,
    ) -> Option<Diagnostic> {
        let mut compared = Vec::new();
        condition.visit(&mut |e| {
            if let Expr::Compare(operator, a, b) = e
                && !matches!(operator, Comparison::Equal | Comparison::NotEqual)
            {
                compared.push([(**a).clone(), (**b).clone()]);
            }
        });
        let mut worst: Option<(f64, String, f64)> = None;
        for [a, b] in &compared {
            let mut crossing = self.reads(a);
            crossing.extend(self.reads(b));
            for indicator in crossing {
                let level = self.level(indicator, a, b);
                worst = worse(worst, self.diffusion(indicator, level, event));
            }
            for (side, other) in [(a, b), (b, a)] {
                if let Expr::Indicator(indicator) = side {
                    worst = worse(worst, self.drift(*indicator, other, event));
                }
            }
        }
        let (_, why, step) = worst?;
        Some(
            Diagnostic::warning(
                "step-too-coarse",
                place,
                format!("the step is coarse for the level that {noun} looks for: {why}"),
            )
            .hint(format!("a step of {} would do", suggested(step))),
        )
    }

    fn reads(&self, formula: &Expr) -> Vec<usize> {
        let mut found = Vec::new();
        formula.visit(&mut |e| match e {
            Expr::Indicator(index) if moves(&self.model.indicators[*index].volatility) => {
                found.push(*index);
            }
            Expr::Derived(index) => found.extend(&self.diffusing[*index]),
            _ => {}
        });
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The level that an indicator is compared with, if one side is the indicator itself.
    fn level(&self, indicator: usize, a: &Expr, b: &Expr) -> Option<f64> {
        let is = |e: &Expr| *e == Expr::Indicator(indicator);
        let other = if is(a) {
            b
        } else if is(b) {
            a
        } else {
            return None;
        };
        Some(self.start.value(other)).filter(|level| level.is_finite())
    }

    /// How far a diffusion's level seems moved, as a part of what the diffusion covers, in words, and the step that would do.
    fn diffusion(
        &mut self,
        indicator: usize,
        level: Option<f64>,
        event: Option<&Event>,
    ) -> Option<(f64, String, f64)> {
        let (step, horizon) = (self.step(), self.model.clock.horizon);
        let pull = self.pull(indicator).max(0.0);
        let name = &self.model.indicators[indicator].name;
        // The spread of a walk grows until the horizon, that of a process which is pulled back until the pull holds it.
        let pace = (1.0 / horizon).max(2.0 * pull);
        let part = SHIFT * (step * pace).sqrt();
        let fine = |part: f64| step * (FINE / part) * (FINE / part);
        let whole = (part > COARSE).then(|| {
            (
                part,
                format!(
                    "`{name}` can cross it and come back between grid points, as if the level lay {}% of its spread further away",
                    short(100.0 * part)
                ),
                fine(part),
            )
        });
        let back = event.zip(level).and_then(|(event, level)| {
            let way = way_back(&self.start, event, indicator, level)?;
            let volatility = self.model.indicators[indicator].volatility.as_ref()?;
            let part = SHIFT * self.start.value(volatility).abs() * step.sqrt() / way;
            (part > COARSE).then(|| {
                (
                    part,
                    format!(
                        "each firing sets `{name}` back by {}, and crossings are seen late by {}% of that",
                        short(way),
                        short(100.0 * part)
                    ),
                    fine(part),
                )
            })
        });
        worse(whole, back)
    }

    /// The same for an indicator that only drifts: the part of the way to the level that one step takes.
    fn drift(
        &mut self,
        indicator: usize,
        level: &Expr,
        event: Option<&Event>,
    ) -> Option<(f64, String, f64)> {
        let one = &self.model.indicators[indicator];
        if moves(&one.volatility) || !moves(&one.drift) {
            return None;
        }
        let (step, name) = (self.step(), &one.name);
        let drift = one.drift.as_ref()?;
        let mut worst: Option<f64> = None;
        for start in &self.starts {
            let (level, speed) = (start.value(level), start.value(drift));
            let away = level - start.value(&Expr::Indicator(indicator));
            let first = Some(away).filter(|away| away * speed > 0.0).map(f64::abs);
            let again = event.and_then(|event| way_back(start, event, indicator, level));
            for way in first.into_iter().chain(again) {
                let part = speed.abs() * step / way;
                if part.is_finite() && part > COARSE_WAY && worst.is_none_or(|w| part > w) {
                    worst = Some(part);
                }
            }
        }
        let part = worst?;
        Some((
            part,
            format!(
                "`{name}` covers {}% of the way to it in one step, and is seen there up to a step late",
                short(100.0 * part)
            ),
            step * COARSE_WAY / part,
        ))
    }

    fn step(&self) -> f64 {
        self.model.clock.step.min(self.model.clock.horizon)
    }

    /// How fast an indicator is pulled back, per year, at most.
    fn pull(&mut self, indicator: usize) -> f64 {
        let Some(drift) = &self.model.indicators[indicator].drift else {
            return 0.0;
        };
        if let Some(known) = self.pulls[indicator] {
            return known;
        }
        let each = self.starts.iter_mut();
        let pull = each
            .map(|start| start.reversion(indicator, drift))
            .fold(0.0, f64::max);
        self.pulls[indicator] = Some(pull);
        pull
    }
}

/// How far from the level an event sets its indicator; `None` if it does not.
fn way_back(start: &Start<'_>, event: &Event, indicator: usize, level: f64) -> Option<f64> {
    let drawn = |draw: &Draw| start.typical(draw);
    let mut at = level;
    for effect in &event.effects {
        match effect {
            Effect::Set { indicator: i, to } if *i == indicator => at = drawn(to),
            Effect::Add { indicator: i, by } if *i == indicator => at += drawn(by),
            Effect::Multiply { indicator: i, by } if *i == indicator => at *= drawn(by),
            _ => {}
        }
    }
    let way = (level - at).abs();
    (way > 0.0 && way.is_finite()).then_some(way)
}

fn moves(coefficient: &Option<Expr>) -> bool {
    !matches!(coefficient, None | Some(Expr::Number(0.0)))
}

fn worse<T>(a: Option<(f64, T, f64)>, b: Option<(f64, T, f64)>) -> Option<(f64, T, f64)> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if b.0 > a.0 { b } else { a }),
        (a, b) => a.or(b),
    }
}

/// By derived value: the indicators with a volatility that it reads, itself or through others.
fn diffusing(model: &Model) -> Vec<Vec<usize>> {
    let mut all: Vec<Vec<usize>> = vec![Vec::new(); model.derived.len()];
    for &index in &model.derived_order {
        let mut found = Vec::new();
        model.derived[index].value.visit(&mut |e| match e {
            Expr::Indicator(i) if moves(&model.indicators[*i].volatility) => found.push(*i),
            Expr::Derived(d) => found.extend(&all[*d]),
            _ => {}
        });
        found.sort_unstable();
        found.dedup();
        all[index] = found;
    }
    all
}
