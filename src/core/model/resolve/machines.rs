//! States with their values and moves, what events are restricted to, and where moves lead.

use super::formulas::{STATE, at_start};
use super::{Builder, canonical, titled};
use crate::diagnostic::{Diagnostic, Place, pointer};
use crate::expression::{Expr, Thing, did_you_mean};
use crate::math::chance;
use crate::model::bounds::Bounds;
use crate::model::types::{
    Declared, Destination, Effect, Event, Fires, Machine, State, StateValue,
};
use crate::scenario::{self, NumberOrFormula, Quantity, Reference, Share};
use indexmap::IndexMap;

/// The names that arms, restrictions and destinations are chosen from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Domain {
    Of(Thing),
    /// The values of a state.
    Values(usize),
}

impl Domain {
    fn of(machine: Machine) -> Self {
        match machine {
            Machine::Phase => Self::Of(Thing::Phase),
            Machine::Trend => Self::Of(Thing::Trend),
            Machine::State(state) => Self::Values(state),
        }
    }
}

/// Where an event may fire.
#[derive(Default)]
pub struct Restricted {
    pub phases: Option<Vec<usize>>,
    pub trends: Option<Vec<usize>>,
    pub states: Vec<(usize, Vec<usize>)>,
}

impl Builder<'_> {
    /// The sorted names of a domain.
    pub fn domain(&self, domain: Domain) -> &[String] {
        match domain {
            Domain::Of(thing) => self.names.list(thing),
            Domain::Values(state) => &self.names.values[state],
        }
    }

    /// What one of a domain is called, for messages.
    pub fn noun(&self, domain: Domain) -> String {
        match domain {
            Domain::Of(thing) => thing.noun().to_owned(),
            Domain::Values(state) => format!("value of `{}`", self.names.states[state]),
        }
    }

    /// What a choice is made by, for messages.
    pub fn chosen_by(&self, domain: Domain) -> String {
        match domain {
            Domain::Of(thing) => thing.noun().to_owned(),
            Domain::Values(state) => format!("`{}`", self.names.states[state]),
        }
    }

    /// The index in a domain of something that is referred to by name; reports an unknown name.
    /// `words` may stand there too.
    pub fn resolve_in(
        &mut self,
        domain: Domain,
        words: &[&str],
        name: &str,
        place: Place,
    ) -> Option<usize> {
        let state = match domain {
            Domain::Of(thing) => return self.resolve_beside(thing, words, name, place),
            Domain::Values(state) => state,
        };
        let index = self.names.value_of(state, name);
        if index.is_none() {
            let names = &self.names;
            let of = &names.states[state];
            let values = names.values[state].iter().map(String::as_str);
            let elsewhere = || Some(format!("it is a value of `{}`", names.state_with(name)?));
            let hint = did_you_mean(name, values.chain(words.iter().copied()))
                .or_else(elsewhere)
                .unwrap_or_else(|| {
                    format!("its values are `{}`", names.values[state].join("`, `"))
                });
            let message = format!("the state `{of}` has no value `{name}`");
            self.report(Diagnostic::error("unknown-name", place, message).hint(hint));
        }
        index
    }

    /// The index of a state.
    pub fn state(&mut self, name: &str, place: Place) -> Option<usize> {
        self.resolve(Thing::State, name, place)
    }

    /// States in canonical order; each can be started in.
    pub fn build_states(&mut self) -> Vec<State> {
        let s = self.scenario;
        (canonical(&s.states).into_iter())
            .map(|(display, name, state)| State {
                name: name.clone(),
                title: titled(&state.title, name),
                display,
                values: self.build_values(name, state),
            })
            .collect()
    }

    fn build_values(&mut self, name: &str, state: &scenario::State) -> Vec<StateValue> {
        let context = at_start("where a trial starts is drawn before the state exists");
        let mut sound = true;
        let mut values = Vec::new();
        for (display, name, value) in canonical(&state.values) {
            let start = match &value.start {
                None => Some(Expr::Number(0.0)),
                Some(quantity) => self.number(quantity, context, Bounds::PROBABILITY),
            };
            sound &= start.is_some();
            values.push(StateValue {
                name: name.clone(),
                title: titled(&value.title, name),
                display,
                start: start.unwrap_or(Expr::Number(0.0)),
            });
        }
        let at = pointer::join(&state.pointer, "values");
        if !sound {
            return values;
        }
        if values.iter().all(|v| v.start == Expr::Number(0.0)) {
            let message =
                format!("no value of the state `{name}` says that a trial can start with it");
            let report = Diagnostic::error("no-start-value", Place::value(at), message);
            let hint = match state.values.keys().next() {
                Some(first) => format!("write `\"start\": true` in the first one, `{first}`"),
                None => "state its values: {\"NAME\": {\"start\": true}, …}".to_owned(),
            };
            self.report(report.hint(hint));
            return values;
        }
        let starts = values.iter_mut().map(|v| &mut v.start).collect();
        self.normalise(starts, &at, &format!("the values at the start of `{name}`"));
        values
    }

    /// A move of a state by a hazard of its own.
    pub fn build_move(
        &mut self,
        display: usize,
        name: &str,
        [from, to]: [&str; 2],
        hazard: &scenario::Hazard,
    ) -> Option<Event> {
        let built = self
            .hazard(hazard)
            .map(|(h, declared)| (Fires::Hazard(h), declared));
        self.moved(display, name, "moves", [from, to], built)
    }

    /// A move of a state at the end of a grid step.
    pub fn build_step(
        &mut self,
        display: usize,
        name: &str,
        [from, to]: [&str; 2],
        share: &Quantity,
    ) -> Option<Event> {
        let moves = &self.scenario.states[name].moves;
        if moves
            .get(from)
            .is_some_and(|targets| targets.contains_key(to))
        {
            let message = format!("`{from}` moves to `{to}` by a hazard already");
            let report = Diagnostic::error("conflicting-keys", Place::key(&share.pointer), message);
            self.report(report.hint("keep one of them"));
            return None;
        }
        let share = self.number(share, STATE, Bounds::PROBABILITY);
        let built = share.map(|share| (Fires::Step(share), None));
        self.moved(display, name, "each_step", [from, to], built)
    }

    /// Reports a row of probabilities that is more than one.
    pub fn is_a_row(&mut self, state: &str, from: &str, row: &IndexMap<String, Quantity>) {
        let known = row.values().map(|share| match share.value {
            NumberOrFormula::Number(value) => value,
            NumberOrFormula::Formula(_) => 0.0,
        });
        let sum: f64 = known.sum();
        if chance::is_too_much(sum) {
            let at = pointer::join(&pointer::join(state, "each_step"), from);
            let message =
                format!("the probabilities of leaving `{from}` sum to {sum}, which is more than 1");
            let report = Diagnostic::error("value-out-of-range", Place::value(at), message);
            self.report(report.hint("what they leave is the probability of staying"));
        }
    }

    fn moved(
        &mut self,
        display: usize,
        name: &str,
        key: &str,
        [from, to]: [&str; 2],
        built: Option<(Fires, Option<Declared>)>,
    ) -> Option<Event> {
        let of = &self.scenario.states[name];
        let outer = pointer::join(&pointer::join(&of.pointer, key), from);
        let inner = pointer::join(&outer, to);
        let state = self.names.index(Thing::State, name)?;
        let start = self.resolve_in(Domain::Values(state), &[], from, Place::key(outer));
        let end = self.resolve_in(Domain::Values(state), &[], to, Place::key(inner.clone()));
        let (start, end, (fires, declared)) = (start?, end?, built?);
        if start == end {
            let message = format!("a move from `{from}` to itself changes nothing");
            let report = Diagnostic::error("shift-to-itself", Place::key(inner), message);
            self.report(report.hint("leave it out"));
            return None;
        }
        let title = |name: &str| titled(&of.values[name].title, name);
        let machine = Machine::State(state);
        let of_title = titled(&of.title, name);
        let name = format!("{name}.{from}>{to}");
        let title = format!("{of_title}: {} → {}", title(from), title(to));
        Some(Event {
            display,
            declared,
            ..Event::bare(name, title, fires).moving(machine, [start, end], inner)
        })
    }

    /// Where an event may fire, by phase, trend and state.
    pub fn restricted(&mut self, event: &scenario::Event) -> Option<Restricted> {
        let short = |builder: &mut Self, thing, list: &Option<Vec<Reference>>| match list {
            None => Some(None),
            Some(list) => builder.members(Domain::Of(thing), list).map(Some),
        };
        let phases = short(self, Thing::Phase, &event.phases);
        let trends = short(self, Thing::Trend, &event.trends);
        let mut sound = true;
        let mut found = Restricted::default();
        for restriction in &event.restrictions {
            let named = &restriction.state;
            let machine = match named.value.as_str() {
                "phase" => Some(Machine::Phase),
                "trend" => Some(Machine::Trend),
                name => {
                    let (words, place) = (["phase", "trend"], Place::key(&named.pointer));
                    self.resolve_beside(Thing::State, &words, name, place)
                        .map(Machine::State)
                }
            };
            let Some(machine) = machine else {
                sound = false;
                continue;
            };
            let domain = Domain::of(machine);
            let Some(mut members) = self.members(domain, &restriction.values) else {
                sound = false;
                continue;
            };
            if restriction.is_outside {
                let all = 0..self.domain(domain).len();
                members = all.filter(|index| !members.contains(index)).collect();
            }
            match machine {
                Machine::Phase => found.phases = Some(members),
                Machine::Trend => found.trends = Some(members),
                Machine::State(state) => found.states.push((state, members)),
            }
        }
        found.states.sort();
        let (phases, trends) = (phases?, trends?);
        found.phases = found.phases.or(phases);
        found.trends = found.trends.or(trends);
        sound.then_some(found)
    }

    /// Some of a domain, sorted.
    fn members(&mut self, domain: Domain, list: &[Reference]) -> Option<Vec<usize>> {
        let found: Vec<Option<usize>> = list
            .iter()
            .map(|reference| self.resolve_in(domain, &[], &reference.value, reference.place()))
            .collect();
        let mut found = found.into_iter().collect::<Option<Vec<usize>>>()?;
        found.sort_unstable();
        found.dedup();
        Some(found)
    }

    /// An effect that moves something.
    pub fn moving(&mut self, machine: Machine, to: &scenario::Destination) -> Option<Effect> {
        let domain = Domain::of(machine);
        let to = match to {
            scenario::Destination::Named(name) => {
                Destination::One(self.resolve_in(domain, &[], &name.value, name.place())?)
            }
            scenario::Destination::Drawn { pointer, shares } => {
                self.drawn(domain, pointer, shares)?
            }
        };
        Some(Effect::Move { machine, to })
    }

    fn drawn(
        &mut self,
        domain: Domain,
        at: &str,
        stated: &IndexMap<String, Share>,
    ) -> Option<Destination> {
        let (mut shares, mut rest, mut sound) = (Vec::new(), None, true);
        for (_, name, share) in canonical(stated) {
            let place = Place::key(pointer::join(at, name));
            let index = self.resolve_in(domain, &["rest"], name, place);
            let share = match share {
                Share::Rest(_) => {
                    rest = index;
                    sound &= index.is_some();
                    continue;
                }
                Share::Probability(quantity) => self.number(quantity, STATE, Bounds::PROBABILITY),
            };
            match (index, share) {
                (Some(index), Some(share)) => shares.push((index, share)),
                _ => sound = false,
            }
        }
        // What is not known yet may be nothing.
        let known = shares.iter().map(|(_, share)| match share {
            Expr::Number(value) => *value,
            _ => 0.0,
        });
        let sum: f64 = known.sum();
        if chance::is_too_much(sum) {
            let message = format!("the probabilities sum to {sum}, which is more than 1");
            let report = Diagnostic::error("value-out-of-range", Place::value(at), message);
            self.report(report.hint("change them, or write \"rest\" in place of one of them"));
            return None;
        }
        sound.then_some(Destination::Drawn { shares, rest })
    }

    /// One factor for each value of each state that is stated.
    pub fn factors_by_state(
        &mut self,
        parent: &str,
        stated: &IndexMap<String, IndexMap<String, scenario::Coefficient>>,
    ) -> Option<Vec<(usize, Vec<Expr>)>> {
        let mut sound = true;
        let mut found = Vec::new();
        for (_, name, arms) in canonical(stated) {
            let at = pointer::join(parent, name);
            let Some(state) = self.state(name, Place::key(at.clone())) else {
                sound = false;
                continue;
            };
            match self.factors(&at, arms.iter(), Domain::Values(state)) {
                Some(factors) => found.extend(factors.map(|factors| (state, factors))),
                None => sound = false,
            }
        }
        sound.then_some(found)
    }
}
