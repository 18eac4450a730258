//! Levels that are looked for on a grid too coarse for what crosses them.
//!
//! Indicators move at grid points only. A diffusion can cross a level and come back in between:
//! seen on the grid, the level acts as if it lay 0.5826·σ·√Δ further away (Broadie, Glasserman &
//! Kou, *A continuity correction for discrete barrier options*, Math. Finance 7, 1997). A drift is
//! seen to have crossed it up to a step late. Where an effect sets the level's indicator back, the
//! delay adds up firing by firing.

use super::event_noun;
use super::rates::{short, suggested};
use super::reach::Reached;
use super::start::Start;
use crate::diagnostic::{Diagnostic, Place, pointer};
use crate::expression::{Comparison, Expr, PathReading};
use crate::model::types::{Asks, Draw, Effect, Event, Fires, Model};

/// -ζ(½)/√(2π).
const SHIFT: f64 = 0.582_597;
/// Part of what an indicator covers by which a level may seem moved before there is a doubt, and
/// with the step that is proposed.
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

/// Derived values in all phases and trends together that are kept: 16 MB of them.
const MOST_DERIVED: usize = 2_000_000;

struct Looked<'a> {
    model: &'a Model,
    /// In the first phase and trend that can be.
    start: Start<'a>,
    /// The phases and trends that can be and are not final.
    pairs: Vec<(usize, usize)>,
    /// In each of `pairs`, once a condition asks; see [`Placed`].
    placed: Option<Placed<'a>>,
    /// By indicator: how fast it is pulled back, per year, at most; as far as it was asked.
    pulls: Vec<Option<f64>>,
    /// By derived value: the diffusing indicators that it reads.
    diffusing: Vec<Vec<usize>>,
}

/// The start in several phases and trends.
enum Placed<'a> {
    /// One for each. Moving one about would compute all derived values for each condition.
    Each(Vec<Start<'a>>),
    /// One that is moved about, where the others would not fit into memory.
    Moved(Box<Start<'a>>),
}

impl<'a> Placed<'a> {
    /// At most `most` derived values are kept.
    fn new(start: &Start<'a>, pairs: &[(usize, usize)], derived: usize, most: usize) -> Self {
        if pairs.len().saturating_mul(derived) > most {
            return Self::Moved(Box::new(start.clone()));
        }
        let placed = |&(phase, trend): &(usize, usize)| {
            let mut placed = start.clone();
            placed.go(phase, trend);
            placed
        };
        Self::Each(pairs.iter().map(placed).collect())
    }

    fn each(&mut self, pairs: &[(usize, usize)], visit: &mut dyn FnMut(&mut Start<'a>)) {
        match self {
            Self::Each(starts) => starts.iter_mut().for_each(visit),
            Self::Moved(start) => {
                for &(phase, trend) in pairs {
                    start.go(phase, trend);
                    visit(start);
                }
            }
        }
    }
}

impl<'a> Looked<'a> {
    fn new(model: &'a Model, reached: &Reached) -> Self {
        let mut start = Start::of(model);
        let (phase, trend) = reached.pairs.first().copied().unwrap_or((0, 0));
        start.go(phase, trend);
        let going_on = |(phase, _): &&(usize, usize)| !model.phases[*phase].is_final;
        Self {
            model,
            start,
            pairs: reached.pairs.iter().filter(going_on).copied().collect(),
            placed: None,
            pulls: vec![None; model.indicators.len()],
            diffusing: diffusing(model),
        }
    }

    /// Looks at the start in each phase and trend.
    fn each_start(&mut self, mut visit: impl FnMut(&mut Start<'a>)) {
        let derived = self.model.derived.len();
        let new = || Placed::new(&self.start, &self.pairs, derived, MOST_DERIVED);
        let placed = self.placed.get_or_insert_with(new);
        placed.each(&self.pairs, &mut visit);
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

    /// How far a diffusion's level seems moved, as a part of what the diffusion covers, in words,
    /// and the step that would do.
    fn diffusion(
        &mut self,
        indicator: usize,
        level: Option<f64>,
        event: Option<&Event>,
    ) -> Option<(f64, String, f64)> {
        let (step, horizon) = (self.step(), self.model.clock.horizon);
        let pull = self.pull(indicator).max(0.0);
        let name = &self.model.indicators[indicator].name;
        // The spread of a walk grows until the horizon, that of a process which is pulled back
        // until the pull holds it.
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

    /// The same for an indicator that only drifts: the part of the way to the level that one step
    /// takes.
    fn drift(
        &mut self,
        indicator: usize,
        level: &Expr,
        event: Option<&Event>,
    ) -> Option<(f64, String, f64)> {
        let model = self.model;
        let one = &model.indicators[indicator];
        if moves(&one.volatility) || !moves(&one.drift) {
            return None;
        }
        let (step, name) = (self.step(), &one.name);
        let drift = one.drift.as_ref()?;
        let mut worst: Option<f64> = None;
        self.each_start(|start| {
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
        });
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
        let model = self.model;
        let Some(drift) = &model.indicators[indicator].drift else {
            return 0.0;
        };
        if let Some(known) = self.pulls[indicator] {
            return known;
        }
        let mut pull = 0.0;
        self.each_start(|start| pull = f64::max(pull, start.reversion(indicator, drift)));
        self.pulls[indicator] = Some(pull);
        pull
    }
}

/// How far from the level an event sets its indicator; `None` if it does not.
fn way_back(start: &Start<'_>, event: &Event, indicator: usize, level: f64) -> Option<f64> {
    let drawn = |draw: &Draw| start.typical(draw);
    let mut at = level;
    for effect in &event.effects {
        if let Effect::Change {
            indicator: i,
            combine,
            amount,
        } = effect
            && *i == indicator
        {
            at = combine.of(at, drawn(amount));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::build;
    use crate::scenario::load_str;

    /// Whether each has a place of its own or one is moved about, the values are the same, at every
    /// look.
    #[test]
    fn one_start_that_is_moved_about_has_the_values_of_many() {
        let text = r#"{
            "format": 1, "name": "case", "start": "2026-01-01", "horizon": "24 months", "step": "1 week",
            "phases": {"a": {"start": true}, "b": {}, "c": {"final": true}},
            "trends": {"calm": {"weight": 0.5}, "storm": {"weight": 0.5}},
            "indicators": {"x": {"start": 2, "drift": "d - x"}},
            "derived": {"d": "if(phase == b, 5, 1) * if(trend == storm, 3, 2)", "e": "d + x"},
            "outcomes": [{"name": "o", "when": "t > 1"}]
        }"#;
        let loaded = load_str(text, "case.json").expect("a scenario");
        let model = build(&loaded).expect("a scenario").model;
        let start = Start::of(&model);
        let pairs = [(0, 0), (0, 1), (1, 0), (1, 1)];
        let looks = |most: usize| {
            let mut placed = Placed::new(&start, &pairs, 2, most);
            let mut found = Vec::new();
            for _ in 0..2 {
                placed.each(&pairs, &mut |start| {
                    found.push((
                        start.value(&Expr::Derived(1)),
                        start.reversion(0, &Expr::Derived(1)),
                    ));
                });
            }
            (found, matches!(placed, Placed::Moved(_)))
        };
        let (each, moved) = (looks(8), looks(7));
        assert!(!each.1 && moved.1);
        assert_eq!(each.0, moved.0);
        let values: Vec<f64> = each.0.iter().take(4).map(|(value, _)| *value).collect();
        assert!(
            values.windows(2).all(|pair| pair[0] != pair[1]),
            "{values:?}"
        );
    }
}
