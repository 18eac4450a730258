//! Conditions that `since()` makes hold before the event has fired for the first time, when it is
//! infinite.
//!
//! "Sixty days after the government falls" is naturally written `since(government_falls) >=
//! 60/365.25`, which holds from the start. A condition is told of if it can hold, or holds more
//! often, in a trial in which the event has not fired, because of the infinite time alone; phases,
//! trends, counts and indicators that only the event leads to are taken into account. Hazards
//! likewise: one is told of if it can be higher before the first firing than right after one.

use super::event_noun;
use super::reach::{Reached, can_fire};
use super::state::{State, drawn};
use crate::diagnostic::{Diagnostic, Place, pointer};
use crate::expression::{Arithmetic, Expr, Interval, PathReading};
use crate::model::types::{Asks, Combine, Effect, Fires, Model};

/// Most parts of formulas, effects and events that are looked at. Files of thousands of events that
/// all wait for one another have more.
const PATIENCE: usize = 20_000_000;

/// A condition or a hazard, and where it is looked at.
struct Looked<'a> {
    formula: &'a Expr,
    place: Place,
    noun: String,
    /// The event that it allows or fires.
    of: Option<usize>,
}

/// Warns of conditions that hold because something has never happened.
pub fn before_the_first(model: &Model, warnings: &mut Vec<Diagnostic>) {
    let (timed, asked) = asking(model);
    let mut patience = PATIENCE;
    for (index, event) in model.events.iter().enumerate() {
        // One that fired before the start has a time since then.
        if !asked[index] || model.history.has(index) {
            continue;
        }
        let reads = derived_asking(model, index);
        // An event that waits for its own last firing rests, and is meant to fire for a first time.
        let doubted: Vec<&Looked<'_>> = (timed.iter())
            .filter(|c| c.of != Some(index) && asks(c.formula, index, &reads))
            .collect();
        let looked_at = timed.len() + model.derived.len();
        let Some(left) = patience.checked_sub(looked_at) else {
            return;
        };
        patience = left;
        if doubted.is_empty() {
            continue;
        }
        let reached = Reached::without(model, Some(index));
        let effects: usize = model.events.iter().map(|event| event.effects.len()).sum();
        let each = model.events.len() + 2 * (model.derived.len() + doubted.len());
        let Some(left) = patience.checked_sub(effects + reached.pairs.len() * each) else {
            return;
        };
        patience = left;
        let never = Never::of(model, index, reached);
        for (looked, _) in (doubted.iter().zip(never.raised(&doubted))).filter(|(_, is)| *is) {
            warnings.push(told(looked, &event.name));
        }
    }
}

fn told(looked: &Looked<'_>, name: &str) -> Diagnostic {
    let is_condition = looked.formula.is_truth();
    let what = if is_condition {
        format!("can hold before `{name}` has fired for the first time")
    } else {
        format!("can be higher before `{name}` has fired for the first time than right after it")
    };
    let hint = if is_condition {
        format!(
            "write `ever({name}) and …`, or `not ever({name}) or …` if it is meant to hold then too"
        )
    } else {
        format!(
            "write `if(ever({name}), …, …)` with what it is until then, or a function that falls with time, such as `exp(-since({name}))`"
        )
    };
    let text = format!(
        "{} {what}: until then `since({name})` is infinite",
        looked.noun
    );
    Diagnostic::warning("since-before-first", looked.place.clone(), text).hint(hint)
}

/// The formulas that ask for the time since any event, and the events that some formula asks for
/// so.
fn asking(model: &Model) -> (Vec<Looked<'_>>, Vec<bool>) {
    let mut asked = vec![false; model.events.len()];
    let mut note = |formula: &Expr| {
        formula.visit(&mut |part| {
            if let Expr::Since(event) = part {
                asked[*event] = true;
            }
        });
    };
    let mut timed = vec![false; model.derived.len()];
    let is_timed = |formula: &Expr, timed: &[bool]| {
        formula.any(&|part| match part {
            Expr::Since(_) => true,
            Expr::Derived(index) => timed[*index],
            _ => false,
        })
    };
    for &index in &model.derived_order {
        note(&model.derived[index].value);
        timed[index] = is_timed(&model.derived[index].value, &timed);
    }
    let mut all = looked_at(model);
    all.retain(|looked| is_timed(looked.formula, &timed));
    all.iter().for_each(|looked| note(looked.formula));
    (all, asked)
}

/// Trials in which an event has not fired.
struct Never<'a> {
    model: &'a Model,
    /// The event.
    silent: usize,
    state: State<'a>,
    /// Phases and trends that they can be in.
    pairs: Vec<(usize, usize)>,
}

impl<'a> Never<'a> {
    /// `reached`: where trials can be without it.
    fn of(model: &'a Model, silent: usize, reached: Reached) -> Self {
        let mut state = State::any(model);
        let fires: Vec<bool> = (model.events.iter().enumerate())
            .map(|(index, event)| {
                let live = |(y, _): &&(usize, usize)| !model.phases[*y].is_final;
                let mut pairs = reached.pairs.iter().filter(live);
                index != silent && pairs.any(|(y, z)| can_fire(model, event, *y, *z))
            })
            .collect();
        for (index, fires) in fires.iter().enumerate() {
            if !fires {
                state.counts[index] = Interval::point(0.0);
                state.since[index] = match model.history.last(index) {
                    (last, true) => Interval::new(-last, model.clock.horizon - last),
                    (_, false) => Interval::new(0.0, f64::INFINITY),
                };
            }
        }
        let mut effects = vec![Vec::new(); model.indicators.len()];
        let acting = model.events.iter().zip(&fires).filter(|(_, fires)| **fires);
        for effect in acting.flat_map(|(event, _)| &event.effects) {
            if let Some(index) = effect.indicator() {
                effects[index].push(effect);
            }
        }
        for (index, effects) in effects.iter().enumerate() {
            state.indicators[index] = left_alone(model, index, effects, &state);
        }
        state.settle();
        Self {
            model,
            silent,
            state,
            pairs: reached.pairs,
        }
    }

    /// For each formula, whether the infinite time since the event makes it hold, or higher,
    /// anywhere that it is looked at.
    fn raised(mut self, formulas: &[&Looked<'_>]) -> Vec<bool> {
        let mut raised = vec![false; formulas.len()];
        let model = self.model;
        let among = |list: &Option<Vec<usize>>, index| {
            list.as_ref().is_none_or(|list| list.contains(&index))
        };
        for &(phase, trend) in &self.pairs {
            (self.state.phase, self.state.trend) = (Some(phase), Some(trend));
            let is_allowed = |looked: &Looked<'_>| {
                looked.of.is_none_or(|of| {
                    !model.phases[phase].is_final
                        && among(&model.events[of].phases, phase)
                        && among(&model.events[of].trends, trend)
                })
            };
            let mut with = |since: f64| -> Vec<Interval> {
                self.state.since[self.silent] = Interval::point(since);
                self.state.settle();
                let values = formulas.iter().map(|l| self.state.value(l.formula));
                values.collect()
            };
            let (just_fired, never) = (with(0.0), with(f64::INFINITY));
            for (index, looked) in formulas.iter().enumerate() {
                let (just_fired, never) = (just_fired[index], never[index]);
                // A hazard below 0 is none.
                let rises = never.low.max(0.0) > just_fired.low.max(0.0)
                    || never.high.max(0.0) > just_fired.high.max(0.0);
                raised[index] |= rises && is_allowed(looked);
            }
        }
        raised
    }
}

/// What an indicator can be if nothing but these effects acts on it.
fn left_alone(model: &Model, index: usize, effects: &[&Effect], state: &State<'_>) -> Interval {
    let indicator = &model.indicators[index];
    let still = |e: &Option<Expr>| matches!(e, None | Some(Expr::Number(0.0)));
    let range = state.indicators[index];
    if !still(&indicator.drift) || !still(&indicator.volatility) {
        return range;
    }
    let mut values = drawn(state, &indicator.start);
    let mut change = |of_set: bool| {
        for effect in effects {
            let Effect::Change {
                combine, amount, ..
            } = effect
            else {
                continue;
            };
            // Whatever is set can be changed afterwards.
            if of_set == (*combine == Combine::Set) {
                values = changed(values, *combine, drawn(state, amount));
            }
        }
    };
    change(true);
    change(false);
    values.confined(range.low, range.high)
}

/// What values become where an effect acts any number of times.
fn changed(values: Interval, combine: Combine, by: Interval) -> Interval {
    match combine {
        Combine::Set => values.hull(by),
        Combine::Add => Interval::new(
            if by.low < 0.0 {
                f64::NEG_INFINITY
            } else {
                values.low
            },
            if by.high > 0.0 {
                f64::INFINITY
            } else {
                values.high
            },
        ),
        Combine::Multiply => {
            let once = values.arithmetic(Arithmetic::Multiply, by.hull(Interval::point(1.0)));
            if once == values {
                values
            } else {
                Interval::ALL
            }
        }
    }
}

/// Every condition that is looked at as time goes by, or at the end, and what hazards are made of.
fn looked_at(model: &Model) -> Vec<Looked<'_>> {
    let mut all = Vec::new();
    let mut add = |formula, place, noun: String, of| {
        all.push(Looked {
            formula,
            place,
            noun,
            of,
        });
    };
    for (index, event) in model.events.iter().enumerate() {
        let at = event.pointer();
        if let Fires::Hazard(hazard) = &event.fires {
            let arms = [&hazard.by_trend, &hazard.by_phase].into_iter().flatten();
            let arms = arms.chain(hazard.by_state.iter().map(|(_, arms)| arms));
            let formulas = [&hazard.base].into_iter().chain(&hazard.factor);
            for formula in formulas.chain(arms.flatten()) {
                let noun = format!("the hazard of {}", event_noun(event));
                add(
                    formula,
                    Place::value(event.fires_pointer()),
                    noun,
                    Some(index),
                );
            }
        }
        if let Fires::When(condition) = &event.fires {
            let noun = format!("the condition that fires {}", event_noun(event));
            add(
                condition,
                Place::value(pointer::join(&at, "when")),
                noun,
                Some(index),
            );
        }
        if let Some(guard) = &event.guard {
            let noun = format!("the condition that allows {}", event_noun(event));
            add(
                guard,
                Place::value(pointer::join(&at, "if")),
                noun,
                Some(index),
            );
        }
    }
    for (index, outcome) in model.outcomes.iter().enumerate() {
        let place = Place::value(format!("/outcomes/{index}/when"));
        add(
            &outcome.when,
            place,
            format!("the rule of `{}`", outcome.name),
            None,
        );
    }
    for metric in &model.metrics {
        let place = Place::value(pointer::join("/metrics", &metric.name));
        for condition in watched(&metric.value) {
            let noun = format!("what the metric `{}` looks for", metric.name);
            add(condition, place.clone(), noun, None);
        }
    }
    for question in &model.questions {
        let key = match question.asks {
            Asks::EverBy { .. } => "ever",
            Asks::HoldsAt { .. } => "holds",
        };
        let at = pointer::join(&pointer::join("/questions", &question.name), key);
        let noun = format!("the question `{}`", question.name);
        add(&question.condition, Place::value(at), noun, None);
    }
    all
}

/// The conditions that a formula over the path looks for.
fn watched(formula: &Expr) -> Vec<&Expr> {
    match formula {
        Expr::Path(
            PathReading::TimeIn(c)
            | PathReading::Share(c)
            | PathReading::FirstWhen(c)
            | PathReading::EverWhen(c),
        ) => vec![c],
        other => other.parts().into_iter().flat_map(watched).collect(),
    }
}

/// Does a formula read the time since an event, itself or by a derived value among those `asking`?
fn asks(formula: &Expr, event: usize, asking: &[bool]) -> bool {
    match formula {
        Expr::Since(index) => *index == event,
        Expr::Derived(index) => asking[*index],
        other => other
            .parts()
            .into_iter()
            .any(|part| asks(part, event, asking)),
    }
}

/// By derived value: does it ask for the time since an event?
fn derived_asking(model: &Model, event: usize) -> Vec<bool> {
    let mut asking = vec![false; model.derived.len()];
    for &index in &model.derived_order {
        asking[index] = asks(&model.derived[index].value, event, &asking);
    }
    asking
}
