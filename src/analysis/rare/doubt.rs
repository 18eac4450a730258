//! Why an estimate of something rare may leave a part of it out.
//!
//! Repetitions that all miss the same way agree with each other, so their spread alone cannot tell.
//! What can is the file (something in it could lead there in one leap) and the trials (something
//! that could matter hardly ever happened in them; the hits come from a few of the first trials).

use super::super::study::Study;
use super::{Rare, mean};
use crate::distribution::{Distribution, Recipe};
use crate::engine::Repetition;
use crate::estimate::exact_interval;
use crate::expression::{Expr, PathReading};
use crate::family::Family;
use crate::model::{Destination, Draw, Effect, Event, Fires, Machine, Model, Since, StartsClock};

/// Hits among plain trials that tell of all ways to something.
const MANY_HITS: u64 = 50;
/// First trials that must share the weight: what they began with is never drawn anew.
const FEWEST_FIRST: f64 = 30.0;
/// Probabilities at which the size of a change is common, and beyond which hardly any trial sees
/// it.
const COMMON: f64 = 0.01;
const UNSEEN: f64 = 1e-9;
/// How much farther than the common size the unseen one may be: 2.6 with a normal law, 5.1 with an
/// exponential one, 55 with a lognormal one with a sigma of 1.
const FAR: f64 = 8.0;

/// Why the repetitions do not say what the probability is; `None` if nothing tells against it.
/// `hidden`: a way gives no sign.
///
/// Where plain trials have seen enough of it, they have seen the ways to it.
pub fn doubt(study: &Study, rare: &Rare, all: &[Repetition], hidden: bool) -> Option<String> {
    let estimate = mean(all);
    if !estimate.settled {
        let text = match all.iter().any(|r| r.ancestors > 0) {
            true => "a few repetitions carry the mean, so what the others missed is not known",
            false => {
                "no branch came to it: it happens in one leap, or nothing in its rule tells which trials are near"
            }
        };
        return Some(text.into());
    }
    let sum = |of: fn(&Repetition) -> u64| all.iter().map(of).sum::<u64>();
    let (first, hits) = (sum(|r| r.first), sum(|r| r.first_hits));
    // Fewer hits than it says are chance: ways that are missed make more.
    if exact_interval(hits, first)[0] > estimate.ci95[1] {
        return Some("plain trials hit more often than the branches say, so that ways to it must have been missed".into());
    }
    if hits >= MANY_HITS {
        return None;
    }
    let behind = first_behind(all);
    if behind < FEWEST_FIRST {
        return Some(format!(
            "a few first trials carry the hits (as many as {behind:.0} that count the same), and with what those began others may be missed: start, parameters"
        ));
    }
    if hidden {
        return Some("one of the ways to it gives no sign before it is there, so that branches may never take it".into());
    }
    let leaps = leaps(study, rare);
    if !leaps.is_empty() {
        return Some(format!(
            "{} can change something by far more than trials show, and lead there in one leap",
            listed(&leaps)
        ));
    }
    let seldom = seldom(study, rare, all);
    if !seldom.is_empty() {
        return Some(format!(
            "{} came up in fewer than half of the repetitions, so that ways through it may have been missed",
            listed(&seldom)
        ));
    }
    None
}

/// How many first trials that count the same would spread the hits as much (Kish).
pub fn first_behind(all: &[Repetition]) -> f64 {
    let sum: f64 = all.iter().map(|r| r.estimate).sum();
    let squares: f64 = all.iter().map(|r| r.squares).sum();
    match squares > 0.0 {
        true => sum * sum / squares,
        false => 0.0,
    }
}

/// The first three of some names.
fn listed(names: &[String]) -> String {
    let told = names[..names.len().min(3)].join(", ");
    match names.len() {
        0..=3 => told,
        n => format!("{told} and {} more", n - 3),
    }
}

/// Events, and values that are drawn, which came up in fewer than half of the repetitions.
fn seldom(study: &Study, rare: &Rare, all: &[Repetition]) -> Vec<String> {
    let model = &study.model;
    let is_seldom =
        |met: &dyn Fn(&Repetition) -> bool| 2 * all.iter().filter(|r| met(r)).count() < all.len();
    let mut seldom: Vec<String> = (0..model.events.len())
        .filter(|e| {
            is_seldom(&|r| r.met.fired[*e]) && can_happen(model, *e) && matters(study, rare, *e)
        })
        .map(|e| format!("`{}`", model.events[e].name))
        .collect();
    for (machine, value) in drawn_values(model) {
        let (of, name) = match machine {
            Machine::Phase => ("phase", &model.phases[value].name),
            Machine::Trend => ("trend", &model.trends[value].name),
            Machine::State(state) => (
                model.states[state].name.as_str(),
                &model.states[state].values[value].name,
            ),
        };
        let met = |r: &Repetition| match machine {
            Machine::Phase => r.met.phases[value],
            Machine::Trend => r.met.trends[value],
            Machine::State(state) => r.met.states[state][value],
        };
        if is_seldom(&met) {
            seldom.push(format!("{of} `{name}`"));
        }
    }
    seldom
}

/// What a trial may begin with, and where a move may lead whose destination is drawn.
fn drawn_values(model: &Model) -> Vec<(Machine, usize)> {
    let is_zero = |expr: &Expr| *expr == Expr::Number(0.0);
    let mut values = Vec::new();
    for (p, phase) in model.phases.iter().enumerate() {
        if !is_zero(&phase.start) {
            values.push((Machine::Phase, p));
        }
    }
    for (t, trend) in model.trends.iter().enumerate() {
        if trend.weight > 0.0 {
            values.push((Machine::Trend, t));
        }
    }
    for (s, state) in model.states.iter().enumerate() {
        for (v, value) in state.values.iter().enumerate() {
            if !is_zero(&value.start) {
                values.push((Machine::State(s), v));
            }
        }
    }
    for effect in model.events.iter().flat_map(|event| &event.effects) {
        if let Effect::Move { machine, to } = effect
            && let Destination::Drawn { .. } = to
        {
            values.extend(to.all().into_iter().map(|value| (*machine, value)));
        }
    }
    let mut once: Vec<(Machine, usize)> = Vec::new();
    for value in values {
        if !once.contains(&value) {
            once.push(value);
        }
    }
    once
}

/// Events that matter with a change of drawn size whose tail goes far beyond what is common.
fn leaps(study: &Study, rare: &Rare) -> Vec<String> {
    let model = &study.model;
    let leaps = |event: &Event| {
        event.effects.iter().any(|effect| match effect {
            Effect::Change { amount, .. } => goes_far(amount),
            Effect::Move { .. } => false,
        })
    };
    (0..model.events.len())
        .filter(|e| leaps(&model.events[*e]) && can_happen(model, *e) && matters(study, rare, *e))
        .map(|e| format!("`{}`", model.events[e].name))
        .collect()
}

fn goes_far(size: &Draw) -> bool {
    match size {
        Draw::Value(_) => false,
        Draw::Fixed(distribution) => has_far_tail(distribution),
        // Its numbers are known in a trial alone: only families count that have no such tail
        // whatever they are.
        Draw::Varying(draw) => !matches!(
            draw.ranged.recipe,
            Recipe::Family(
                Family::Uniform
                    | Family::Triangular
                    | Family::Normal
                    | Family::TruncatedNormal
                    | Family::Exponential
            ) | Recipe::Fitted(Family::Normal, _)
        ),
    }
}

fn has_far_tail(distribution: &Distribution) -> bool {
    let middle = distribution.quantile(0.5);
    [true, false].into_iter().any(|above| {
        let size = |tail: f64| (distribution.beyond(tail, above) - middle).abs();
        size(UNSEEN) > FAR * size(COMMON)
    })
}

/// Whether nothing rules a firing out from the beginning: a rate, a chance or a share of 0.
fn can_happen(model: &Model, e: usize) -> bool {
    let is_zero = |expr: &Expr| *expr == Expr::Number(0.0);
    let event = &model.events[e];
    let never = match &event.fires {
        Fires::Hazard(hazard) => is_zero(&hazard.base),
        Fires::At { probability, .. } => is_zero(probability),
        Fires::Step(share) => is_zero(share),
        Fires::Branch(of) => {
            let mut branches = model.events[*of].branches.iter();
            branches.any(|b| b.event == e && !model.events[*of].may_have(b))
        }
        Fires::When(_) | Fires::Every { .. } | Fires::After(_) => false,
    };
    !never && event.limit != Some(0) && !event.probability.as_ref().is_some_and(is_zero)
}

/// Whether what was asked for may hang on an event: it does something, starts something, or is read
/// by its rule or by anything that is no mere report.
fn matters(study: &Study, rare: &Rare, e: usize) -> bool {
    let model = &study.model;
    let event = &model.events[e];
    let starts = model.events.iter().any(|other| match &other.fires {
        Fires::After(waiting) => waiting.after == StartsClock::Event(e),
        Fires::Branch(of) => *of == e,
        Fires::Hazard(hazard) => {
            let since = hazard.ageing.as_ref().map(|ageing| ageing.since);
            since == Some(Since::Last(StartsClock::Event(e)))
        }
        _ => false,
    });
    let mut dynamics = model.clone();
    dynamics.outcomes.clear();
    dynamics.metrics.clear();
    dynamics.questions.clear();
    dynamics.conditional.clear();
    for trend in &mut dynamics.trends {
        trend.materialises = None;
    }
    let mut is_read = false;
    let mut look = |formula: &Expr| {
        is_read |= formula.any(&|part| match part {
            Expr::Count(other) | Expr::Ever(other) | Expr::Since(other) => *other == e,
            Expr::Path(
                PathReading::FirstEvent(other) | PathReading::CountWithin { event: other, .. },
            ) => *other == e,
            Expr::Path(PathReading::FirstAfter { event, after }) => [*event, *after].contains(&e),
            _ => false,
        });
    };
    dynamics.each_formula(&mut look);
    rare.rules(study).into_iter().for_each(look);
    !event.effects.is_empty() || starts || is_read
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Met;
    use serde_json::json;

    /// Repetitions that agree with each other, and with so many hits among the first trials of
    /// each.
    fn repetitions(first_hits: u64) -> Vec<Repetition> {
        let one = |k: u32| Repetition {
            estimate: 1e-3 + 1e-5 * f64::from(k % 5),
            trials: 2048,
            first: 1024,
            first_hits,
            levels: 4,
            died_out: false,
            ancestors: 8,
            squares: 2e-7,
            stopped: 0,
            first_stopped_at: Vec::new(),
            met: Met {
                fired: Vec::new(),
                phases: vec![true],
                trends: vec![true],
                states: Vec::new(),
            },
        };
        (0..32).map(one).collect()
    }

    #[test]
    fn plain_trials_that_hit_more_often_are_heard_however_many_they_are() {
        let text = json!({
            "format": 1, "name": "walk", "start": "2001-01-01", "horizon": 1, "step": 0.25,
            "phases": {"running": {"start": true}},
            "indicators": {"x": {"start": 0, "volatility": 1}},
            "outcomes": [{"name": "far", "when": "x > 3"}]
        });
        let study = Study::from_text(&text.to_string(), "walk.json")
            .unwrap_or_else(|report| panic!("{:#?}", report.diagnostics));
        let far = Rare::named(&study, "far").expect("an outcome");
        let told = |first_hits: u64| doubt(&study, &far, &repetitions(first_hits), false);
        assert_eq!(told(1), None);
        for many in [2, 10] {
            let doubt = told(many).expect("a doubt");
            assert!(doubt.contains("plain trials hit more often"), "{doubt}");
        }
    }
}
