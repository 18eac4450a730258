//! Events and trend shifts: when they fire, where they are allowed, what they do.

use super::formulas::{STATE, parameters_only};
use super::states::transposed;
use super::{Builder, titled};
use crate::diagnostic::{Diagnostic, Place, pointer};
use crate::expression::{Expr, Thing};
use crate::model::bounds::Bounds;
use crate::model::types::{Declared, Draw, Effect, Event, Fires, Mean};
use crate::scenario::{self, Action, Moment, Reference};

impl Builder<'_> {
    /// Events and shifts in canonical order. One that is at fault is left out, and the model is not used.
    pub fn build_events(&mut self) -> Vec<Event> {
        let s = self.scenario;
        let mut events = Vec::new();
        for (display, (name, event)) in s.events.iter().enumerate() {
            events.extend(self.build_event(display, name, event));
        }
        let mut display = s.events.len();
        for (from, targets) in &s.shifts {
            for (to, hazard) in targets {
                events.extend(self.build_shift(display, from, to, hazard));
                display += 1;
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
        let fires = self.fires(&event.fires);
        let guard = event.guard.as_ref().map(|g| self.condition(g, STATE));
        let phases = event
            .phases
            .as_ref()
            .map(|list| self.members(Thing::Phase, list));
        let trends = event
            .trends
            .as_ref()
            .map(|list| self.members(Thing::Trend, list));
        let rest = event.rest.as_ref().map(|rest| {
            let context = parameters_only("a rest is fixed by parameters");
            self.number(rest, context, Bounds::REST)
        });
        let effects: Vec<Option<Effect>> = event.effects.iter().map(|e| self.effect(e)).collect();
        let (fires, declared) = fires?;
        Some(Event {
            name: name.to_owned(),
            title: titled(&event.title, name),
            display,
            shift: None,
            fires,
            guard: transposed(guard)?,
            phases: transposed(phases)?,
            trends: transposed(trends)?,
            limit: event.limit,
            rest: transposed(rest)?,
            effects: effects.into_iter().collect::<Option<_>>()?,
            declared,
            mean: Mean::Steady,
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
        Some(Event {
            name: format!("{from}>{to}"),
            title: format!("{} → {}", title(from), title(to)),
            display,
            shift: Some((start, end)),
            fires: Fires::Hazard(hazard),
            guard: None,
            phases: None,
            trends: Some(vec![start]),
            limit: None,
            rest: None,
            effects: vec![Effect::Trend(end)],
            declared,
            mean: Mean::Steady,
        })
    }

    fn fires(&mut self, fires: &scenario::Fires) -> Option<(Fires, Option<Declared>)> {
        match fires {
            scenario::Fires::Hazard(hazard) => {
                let (hazard, declared) = self.hazard(hazard)?;
                Some((Fires::Hazard(hazard), declared))
            }
            scenario::Fires::At { time, probability } => {
                let context = parameters_only("a date is drawn when the trial starts");
                let probability = match probability {
                    None => Some(Expr::Number(1.0)),
                    Some(p) => self.number(
                        p,
                        parameters_only("the chance of a dated event is fixed by parameters"),
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
            scenario::Fires::When(condition) => {
                Some((Fires::When(self.condition(condition, STATE)?), None))
            }
        }
    }

    /// Phases or trends that an event is limited to, sorted.
    fn members(&mut self, thing: Thing, list: &[Reference]) -> Option<Vec<usize>> {
        let found: Vec<Option<usize>> = list
            .iter()
            .map(|reference| self.resolve(thing, &reference.value, reference.place()))
            .collect();
        let mut found = found.into_iter().collect::<Option<Vec<usize>>>()?;
        found.sort_unstable();
        found.dedup();
        Some(found)
    }

    fn effect(&mut self, effect: &scenario::Effect) -> Option<Effect> {
        match &effect.action {
            Action::Set { indicator, to } => {
                let (indicator, to) = (self.indicator(indicator), self.draw(to, STATE));
                Some(Effect::Set {
                    indicator: indicator?,
                    to: to?,
                })
            }
            Action::Add { indicator, by } => {
                let (indicator, by) = (self.indicator(indicator), self.draw(by, STATE));
                Some(Effect::Add {
                    indicator: indicator?,
                    by: by?,
                })
            }
            Action::Multiply { indicator, by } => {
                let (indicator, by) = (self.indicator(indicator), self.draw(by, STATE));
                Some(Effect::Multiply {
                    indicator: indicator?,
                    by: by?,
                })
            }
            Action::Phase(phase) => Some(Effect::Phase(self.resolve(
                Thing::Phase,
                &phase.value,
                phase.place(),
            )?)),
            Action::Trend(trend) => Some(Effect::Trend(self.resolve(
                Thing::Trend,
                &trend.value,
                trend.place(),
            )?)),
        }
    }

    fn indicator(&mut self, name: &Reference) -> Option<usize> {
        self.resolve(Thing::Indicator, &name.value, name.place())
    }
}
