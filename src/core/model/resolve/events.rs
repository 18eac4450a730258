//! Events, trend shifts and moves of states: when they fire, where they are allowed, what they do.

use super::formulas::{STATE, at_start};
use super::names::branch_of;
use super::states::transposed;
use super::{Builder, canonical, titled};
use crate::diagnostic::{Diagnostic, Place, pointer};
use crate::expression::{Arithmetic, Expr, Thing};
use crate::math::chance;
use crate::model::bounds::{Bounds, Use};
use crate::model::types::{Branch, Declared, Draw, Effect, Event, Fires, Machine};
use crate::scenario::{self, Action, Moment, Quantity, Reference};
use std::ops::Range;

/// What an event does: its effects in a row.
#[derive(Default)]
struct Effects {
    all: Vec<Effect>,
    pointers: Vec<String>,
    together: Vec<Range<usize>>,
}

impl Builder<'_> {
    /// Events and shifts in canonical order. One that is at fault is left out, and the model is not
    /// used.
    pub fn build_events(&mut self) -> Vec<Event> {
        let s = self.scenario;
        let mut events = Vec::new();
        let mut display = 0;
        for (name, event) in &s.events {
            events.extend(self.build_event(display, name, event));
            display += 1;
            for (branch_name, branch) in &event.branches {
                events.extend(self.build_branch(display, (name, event), branch_name, branch));
                display += 1;
            }
        }
        for (from, targets) in &s.shifts {
            for (to, hazard) in targets {
                events.extend(self.build_shift(display, from, to, hazard));
                display += 1;
            }
        }
        for (name, state) in &s.states {
            for (from, targets) in &state.moves {
                for (to, hazard) in targets {
                    events.extend(self.build_move(display, name, [from, to], hazard));
                    display += 1;
                }
            }
            for (from, targets) in &state.each_step {
                self.is_a_row(&state.pointer, from, targets);
                for (to, share) in targets {
                    events.extend(self.build_step(display, name, [from, to], share));
                    display += 1;
                }
            }
        }
        events.sort_by(|a, b| a.name.cmp(&b.name));
        events
    }

    fn build_event(
        &mut self,
        display: usize,
        name: &str,
        event: &scenario::Event,
    ) -> Option<Event> {
        let fires = self.fires(&event.fires, &event.probability);
        let guard = event.guard.as_ref().map(|g| self.condition(g, STATE));
        let restricted = self.restricted(event);
        let rest = event.rest.as_ref().map(|rest| {
            let context = at_start("a rest is fixed by parameters");
            self.number(rest, context, Bounds::REST)
        });
        let probability = match (&event.fires, &event.probability) {
            // It is part of how a dated event fires.
            (scenario::Fires::At(_), _) | (_, None) => None,
            (_, Some(p)) => Some(self.number(p, STATE, Bounds::PROBABILITY)),
        };
        let effects = self.effects(&event.effects);
        let branches = self.branches(name, event);
        let effects = effects?;
        let (fires, declared) = fires?;
        let restricted = restricted?;
        Some(Event {
            display,
            guard: transposed(guard)?,
            phases: restricted.phases,
            trends: restricted.trends,
            states: restricted.states,
            limit: event.limit,
            rest: transposed(rest)?,
            probability: transposed(probability)?,
            waits_until_allowed: event.waits_until_allowed,
            priority: event.priority,
            effects: effects.all,
            effect_pointers: effects.pointers,
            together: effects.together,
            branches: branches?,
            declared,
            ..Event::bare(name.to_owned(), titled(&event.title, name), fires)
        })
    }

    fn build_shift(
        &mut self,
        display: usize,
        from: &str,
        to: &str,
        hazard: &scenario::Hazard,
    ) -> Option<Event> {
        let outer = pointer::join("/shifts", from);
        let inner = pointer::join(&outer, to);
        let start = self.resolve(Thing::Trend, from, Place::key(outer));
        let end = self.resolve(Thing::Trend, to, Place::key(inner.clone()));
        let built = self.hazard(hazard);
        let (start, end, (hazard, declared)) = (start?, end?, built?);
        if start == end {
            self.report(
                Diagnostic::error(
                    "shift-to-itself",
                    Place::key(inner),
                    format!("a shift from `{from}` to itself changes nothing"),
                )
                .hint("leave it out"),
            );
            return None;
        }
        let title = |name: &str| {
            let trend = self.scenario.trends.get(name);
            trend.map_or_else(|| name.to_owned(), |t| titled(&t.title, name))
        };
        let name = format!("{from}>{to}");
        let title = format!("{} → {}", title(from), title(to));
        Some(Event {
            display,
            declared,
            ..Event::bare(name, title, Fires::Hazard(hazard)).moving(
                Machine::Trend,
                [start, end],
                inner,
            )
        })
    }

    /// The results of an event's firings, with what is wrong with their probabilities taken
    /// together.
    fn branches(&mut self, name: &str, event: &scenario::Event) -> Option<Vec<Branch>> {
        let mut built: Vec<(Option<usize>, Option<Option<Expr>>)> = Vec::new();
        for (_, branch_name, branch) in canonical(&event.branches) {
            let index = self
                .names
                .index(Thing::Event, &branch_of(name, branch_name));
            let probability = branch
                .probability
                .as_ref()
                .map(|p| self.number(p, STATE, Bounds::PROBABILITY));
            built.push((index, transposed(probability)));
        }
        let mut left_out = event
            .branches
            .iter()
            .filter(|(_, b)| b.probability.is_none());
        if let (Some((first, one)), Some((second, other))) = (left_out.next(), left_out.next()) {
            self.report(
                Diagnostic::error(
                    "missing-key",
                    Place::value(&other.pointer),
                    format!("`{first}` and `{second}` both leave out `probability`, and only one branch can take the rest"),
                )
                .related(Place::value(&one.pointer), "the other"),
            );
            return None;
        }
        let takes_rest = event.branches.values().any(|b| b.probability.is_none());
        let built = built.into_iter().map(|(event, probability)| {
            Some(Branch {
                event: event?,
                probability: probability?,
            })
        });
        let built = built.collect::<Option<Vec<Branch>>>()?;
        let constants: Option<Vec<f64>> = (built.iter())
            .filter_map(|branch| branch.probability.as_ref())
            .map(|p| match p {
                Expr::Number(p) => Some(*p),
                _ => None,
            })
            .collect();
        let Some(sum) = constants
            .filter(|_| !built.is_empty())
            .map(|p| p.iter().sum::<f64>())
        else {
            let stated = built.iter().filter_map(|branch| branch.probability.clone());
            let sum =
                stated.reduce(|a, b| Expr::Arithmetic(Arithmetic::Add, Box::new(a), Box::new(b)));
            self.uses.extend(sum.map(|formula| Use {
                place: Place::value(pointer::join(&event.pointer, "branches")),
                formula,
                bounds: Bounds::SHARES,
            }));
            return Some(built);
        };
        let place = Place::value(pointer::join(&event.pointer, "branches"));
        let shown = sum as f32;
        if chance::is_too_much(sum) {
            self.error(
                "value-out-of-range",
                place,
                format!(
                    "the probabilities of the branches of `{name}` sum to {shown}, more than 1"
                ),
            );
            return None;
        }
        if !takes_rest && !chance::is_all(sum) {
            let rest = (1.0 - sum) as f32;
            self.report(
                Diagnostic::warning(
                    "branches-below-one",
                    place,
                    format!("the probabilities of the branches of `{name}` sum to {shown}: with probability {rest} a firing has none of these results"),
                )
                .hint("leave `probability` out of one of them, and it takes the rest; or name what happens then"),
            );
        }
        Some(built)
    }

    fn build_branch(
        &mut self,
        display: usize,
        (name, event): (&str, &scenario::Event),
        branch_name: &str,
        branch: &scenario::Branch,
    ) -> Option<Event> {
        let parent = self.names.index(Thing::Event, name);
        let effects = self.effects(&branch.effects)?;
        let whole = branch_of(name, branch_name);
        let title = format!(
            "{}: {}",
            titled(&event.title, name),
            titled(&branch.title, branch_name)
        );
        Some(Event {
            display,
            effects: effects.all,
            effect_pointers: effects.pointers,
            together: effects.together,
            ..Event::bare(whole, title, Fires::Branch(parent?))
        })
    }

    fn fires(
        &mut self,
        fires: &scenario::Fires,
        probability: &Option<Quantity>,
    ) -> Option<(Fires, Option<Declared>)> {
        match fires {
            scenario::Fires::Hazard(hazard) => {
                let (hazard, declared) = self.hazard(hazard)?;
                Some((Fires::Hazard(hazard), declared))
            }
            scenario::Fires::At(time) => {
                let context = at_start("a date is drawn when the trial starts");
                let probability = match probability {
                    None => Some(Expr::Number(1.0)),
                    Some(p) => self.number(
                        p,
                        at_start("the chance of a dated event is fixed by parameters"),
                        Bounds::PROBABILITY,
                    ),
                };
                let time = match time {
                    Moment::Date(date) => self.time_of(date).map(|t| Draw::Value(Expr::Number(t))),
                    Moment::Drawn(draw) => self.draw(draw, context),
                };
                Some((
                    Fires::At {
                        time: time?,
                        probability: probability?,
                    },
                    None,
                ))
            }
            scenario::Fires::Every(recurrence) => Some((self.recurring(recurrence)?, None)),
            scenario::Fires::After(waiting) => Some((Fires::After(self.waiting(waiting)?), None)),
            scenario::Fires::When(condition) => {
                Some((Fires::When(self.condition(condition, STATE)?), None))
            }
        }
    }

    /// Effects one after another, those that go together in a row.
    fn effects(&mut self, stated: &[scenario::Effect]) -> Option<Effects> {
        let mut found = Effects::default();
        let mut is_whole = true;
        for effect in stated {
            let (group, is_group) = match &effect.action {
                Action::Together(group) => (&group[..], true),
                _ => (std::slice::from_ref(effect), false),
            };
            let first = found.all.len();
            for one in group {
                let Some(built) = self.effect(one) else {
                    is_whole = false;
                    continue;
                };
                let indicator = built.indicator();
                let mut before = found.all[first..].iter().map(Effect::indicator);
                if indicator.is_some() && before.any(|other| other == indicator) {
                    self.error(
                        "conflicting-keys",
                        Place::value(&one.pointer),
                        "of the effects that go together, one alone changes an indicator",
                    );
                    is_whole = false;
                }
                found.all.push(built);
                found.pointers.push(one.pointer.clone());
            }
            if is_group {
                found.together.push(first..found.all.len());
            }
        }
        is_whole.then_some(found)
    }

    fn effect(&mut self, effect: &scenario::Effect) -> Option<Effect> {
        match &effect.action {
            // Taken apart before.
            Action::Together(_) => None,
            Action::Change {
                indicator,
                combine,
                amount,
            } => {
                let (indicator, amount) = (self.indicator(indicator), self.draw(amount, STATE));
                Some(Effect::Change {
                    indicator: indicator?,
                    combine: *combine,
                    amount: amount?,
                })
            }
            Action::Phase(to) => self.moving(Machine::Phase, to),
            Action::Trend(to) => self.moving(Machine::Trend, to),
            Action::Move { state, to } => {
                let state = self.state(&state.value, state.place())?;
                self.moving(Machine::State(state), to)
            }
        }
    }

    fn indicator(&mut self, name: &Reference) -> Option<usize> {
        self.resolve(Thing::Indicator, &name.value, name.place())
    }
}
