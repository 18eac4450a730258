//! Conditions that `since()` makes hold before the event has fired for the first time, when it is infinite.
//!
//! "Sixty days after the government falls" is naturally written `since(government_falls) >= 60/365.25`, which holds from the start. A condition
//! is told of if it can hold, or holds more often, in a trial in which the event has not fired, because of the infinite time alone; phases,
//! trends, counts and indicators that only the event leads to are taken into account.

use super::event_noun;
use super::reach::{Reached, can_fire};
use super::state::{State, drawn};
use crate::diagnostic::{Diagnostic, Place, pointer};
use crate::expression::{Arithmetic, Expr, Interval, PathReading};
use crate::model::types::{Asks, Effect, Event, Fires, Model};

/// A condition, and where it is looked at.
struct Looked<'a> {
    condition: &'a Expr,
    place: Place,
    noun: String,
    /// The event that it allows or fires.
    of: Option<&'a Event>,
}

/// Warns of conditions that hold because something has never happened.
pub fn before_the_first(model: &Model, warnings: &mut Vec<Diagnostic>) {
    let conditions = conditions(model);
    for (index, event) in model.events.iter().enumerate() {
        let asking = derived_asking(model, index);
        // An event that waits for its own last firing rests, and is meant to fire for a first time.
        let doubted: Vec<&Looked<'_>> = conditions
            .iter()
            .filter(|c| {
                c.of.is_none_or(|of| of.name != event.name) && asks(c.condition, index, &asking)
            })
            .collect();
        if doubted.is_empty() {
            continue;
        }
        let never = Never::of(model, index);
        for looked in doubted {
            if never.makes_hold(model, index, looked) {
                let name = &event.name;
                warnings.push(
                    Diagnostic::warning(
                        "since-before-first",
                        looked.place.clone(),
                        format!(
                            "{} can hold before `{name}` has fired for the first time: until then `since({name})` is infinite",
                            looked.noun
                        ),
                    )
                    .hint(format!(
                        "write `ever({name}) and …`, or `not ever({name}) or …` if it is meant to hold then too"
                    )),
                );
            }
        }
    }
}

/// Trials in which an event has not fired.
struct Never<'a> {
    state: State<'a>,
    /// Phases and trends that they can be in.
    pairs: Vec<(usize, usize)>,
}

impl<'a> Never<'a> {
    fn of(model: &'a Model, silent: usize) -> Self {
        let reached = Reached::without(model, Some(silent));
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
                state.since[index] = Interval::point(f64::INFINITY);
            }
        }
        for index in 0..model.indicators.len() {
            state.indicators[index] = left_alone(model, index, &fires, &state);
        }
        state.settle();
        Self {
            state,
            pairs: reached.pairs,
        }
    }

    /// Does the infinite time since the event make the condition hold, anywhere that it is looked at?
    fn makes_hold(&self, model: &Model, silent: usize, looked: &Looked<'_>) -> bool {
        let mut state = self.state.clone();
        self.pairs.iter().any(|&(phase, trend)| {
            let among = |list: &Option<Vec<usize>>, index| {
                list.as_ref().is_none_or(|list| list.contains(&index))
            };
            let allowed = looked.of.is_none_or(|of| {
                !model.phases[phase].is_final
                    && among(&of.phases, phase)
                    && among(&of.trends, trend)
            });
            if !allowed {
                return false;
            }
            (state.phase, state.trend) = (Some(phase), Some(trend));
            let mut with = |since: f64| {
                state.since[silent] = Interval::point(since);
                state.settle();
                state.value(looked.condition)
            };
            let (just_fired, never) = (with(0.0), with(f64::INFINITY));
            never.low > just_fired.low || never.high > just_fired.high
        })
    }
}

/// What an indicator can be if only these events fire.
fn left_alone(model: &Model, index: usize, fires: &[bool], state: &State<'_>) -> Interval {
    let indicator = &model.indicators[index];
    let still = |e: &Option<Expr>| matches!(e, None | Some(Expr::Number(0.0)));
    let range = state.indicators[index];
    if !still(&indicator.drift) || !still(&indicator.volatility) {
        return range;
    }
    let mut values = drawn(state, &indicator.start);
    let acting = model.events.iter().zip(fires).filter(|(_, fires)| **fires);
    let effects: Vec<&Effect> = acting.flat_map(|(event, _)| &event.effects).collect();
    for effect in &effects {
        if let Effect::Set { indicator, to } = effect
            && *indicator == index
        {
            values = values.hull(drawn(state, to));
        }
    }
    for effect in &effects {
        match effect {
            Effect::Add { indicator, by } if *indicator == index => {
                let by = drawn(state, by);
                values = Interval::new(
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
                );
            }
            Effect::Multiply { indicator, by } if *indicator == index => {
                let by = drawn(state, by).hull(Interval::point(1.0));
                let once = values.arithmetic(Arithmetic::Multiply, by);
                values = if once == values {
                    values
                } else {
                    Interval::ALL
                };
            }
            _ => {}
        }
    }
    values.confined(range.low, range.high)
}

/// Every condition that is looked at as time goes by, or at the end.
fn conditions(model: &Model) -> Vec<Looked<'_>> {
    let mut all = Vec::new();
    let mut add = |condition, place, noun: String, of| {
        all.push(Looked {
            condition,
            place,
            noun,
            of,
        });
    };
    for event in &model.events {
        let at = event.pointer();
        if let Fires::When(condition) = &event.fires {
            let noun = format!("the condition that fires {}", event_noun(event));
            add(
                condition,
                Place::value(pointer::join(&at, "when")),
                noun,
                Some(event),
            );
        }
        if let Some(guard) = &event.guard {
            let noun = format!("the condition that allows {}", event_noun(event));
            add(
                guard,
                Place::value(pointer::join(&at, "if")),
                noun,
                Some(event),
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
            PathReading::TimeIn(c) | PathReading::FirstWhen(c) | PathReading::EverWhen(c),
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
