//! Which names a scenario has, and whether each can stand for one thing only.
//!
//! Parameters, quantities of the trial, indicators, derived values, metrics and states share one
//! space with the built-in words. Phases, trends, events, outcomes and the values of each state
//! have spaces of their own; only words that are operators are kept from them.

use super::Builder;
use crate::diagnostic::{Diagnostic, Place, pointer};
use crate::expression::{Names, OPERATOR_WORDS, Reads, Thing, reserved_words};
use crate::scenario::places::is_reserved;
use std::collections::BTreeMap;

/// The name of the one trend or phase of a file that has none.
pub const ONLY: &str = "only";
/// Trends, phases, and values of a state, at most: a trial numbers them by a byte.
const MOST_STATES: usize = 256;
/// Outcome rules at most: one number is left for trials that no rule catches.
const MOST_OUTCOMES: usize = 255;
/// The outcome of trials that no rule caught.
const UNCLASSIFIED: &str = "unclassified";

/// What a branch of an event is called where events are named.
pub fn branch_of(event: &str, branch: &str) -> String {
    format!("{event}.{branch}")
}

impl Builder<'_> {
    /// Fills the table of names, and reports those that cannot be had.
    pub fn collect_names(&mut self) {
        let s = self.scenario;
        let sorted = |keys: Vec<&String>| {
            let mut keys: Vec<String> = keys.into_iter().cloned().collect();
            keys.sort();
            keys
        };
        let or_only = |mut names: Vec<String>| {
            if names.is_empty() {
                names.push(ONLY.to_owned());
            }
            names
        };
        let mut events: Vec<String> = s.events.keys().cloned().collect();
        for (name, event) in &s.events {
            events.extend(event.branches.keys().map(|branch| branch_of(name, branch)));
        }
        for (from, targets) in &s.shifts {
            events.extend(targets.keys().map(|to| format!("{from}>{to}")));
        }
        for (state, machine) in &s.states {
            let moves = machine.moves.iter();
            let moves = moves.flat_map(|(from, to)| to.keys().map(move |to| (from, to)));
            let steps = machine.each_step.iter();
            let steps = steps.flat_map(|(from, to)| to.keys().map(move |to| (from, to)));
            let all = moves.chain(steps);
            events.extend(all.map(|(from, to)| format!("{state}.{from}>{to}")));
        }
        events.sort();
        let states = sorted(s.states.keys().collect());
        let values = (states.iter())
            .map(|state| sorted(s.states[state].values.keys().collect()))
            .collect();
        self.names = Names {
            start: s.start,
            timeless: s.start.is_none(),
            horizon: None,
            calendar: None,
            steps_in_months: false,
            parameters: sorted(s.parameters.keys().collect()),
            per_trial: sorted(s.per_trial.keys().collect()),
            indicators: sorted(s.indicators.keys().collect()),
            derived: sorted(s.derived.keys().collect()),
            events,
            fired: Default::default(),
            phases: or_only(sorted(s.phases.keys().collect())),
            trends: or_only(sorted(s.trends.keys().collect())),
            states,
            values,
            curves: vec![None; s.tables.len()],
            tables: sorted(s.tables.keys().collect()),
            metrics: s.metrics.keys().map(|name| (name.clone(), None)).collect(),
        };
        self.too_many("/trends", "trends", s.trends.len(), MOST_STATES);
        self.too_many("/phases", "phases", s.phases.len(), MOST_STATES);
        self.too_many("/outcomes", "outcomes", s.outcomes.len(), MOST_OUTCOMES);
        self.shared_space();
        let words = OPERATOR_WORDS.into_iter().chain(["true", "false"]);
        let words: Vec<&str> = words.collect();
        let mut sections = vec![
            ("/phases".to_owned(), s.phases.keys().collect::<Vec<_>>()),
            ("/trends".to_owned(), s.trends.keys().collect()),
            ("/events".to_owned(), s.events.keys().collect()),
        ];
        for state in s.states.values() {
            let section = pointer::join(&state.pointer, "values");
            self.too_many(&section, "values", state.values.len(), MOST_STATES);
            sections.push((section, state.values.keys().collect()));
        }
        for (section, names) in sections {
            for name in names {
                if words.contains(&name.as_str()) {
                    self.reserved(Place::key(pointer::join(&section, name)), name);
                }
            }
        }
        self.words_of_the_format();
        self.branch_names();
        self.outcome_names();
    }

    /// Branches came with the words of format 2, so they keep to them in both.
    fn branch_names(&mut self) {
        for event in self.scenario.events.values() {
            for name in event.branches.keys().filter(|name| is_reserved(name)) {
                let place = Place::key(pointer::join(
                    &pointer::join(&event.pointer, "branches"),
                    name,
                ));
                let message = format!("`{name}` is a word of the format and names no thing");
                self.report(
                    Diagnostic::error("reserved-name", place, message)
                        .hint(format!("name it `{name}_` or something longer")),
                );
            }
        }
    }

    /// Names that are keys of the format wherever names are keys. Files of format 1 may have them.
    fn words_of_the_format(&mut self) {
        let s = self.scenario;
        let named: [(&str, Vec<&String>); 13] = [
            ("parameters", s.parameters.keys().collect()),
            ("per_trial", s.per_trial.keys().collect()),
            ("trends", s.trends.keys().collect()),
            ("phases", s.phases.keys().collect()),
            ("states", s.states.keys().collect()),
            ("indicators", s.indicators.keys().collect()),
            ("derived", s.derived.keys().collect()),
            ("tables", s.tables.keys().collect()),
            ("events", s.events.keys().collect()),
            ("groups", s.groups.keys().collect()),
            ("metrics", s.metrics.keys().collect()),
            ("ratios", s.ratios.keys().collect()),
            ("questions", s.questions.keys().collect()),
        ];
        let sections = named
            .into_iter()
            .flat_map(|(section, names)| names.into_iter().map(move |name| (section, name)));
        for (section, name) in sections.filter(|(_, name)| is_reserved(name)) {
            let place = Place::key(pointer::join(&pointer::join("", section), name));
            let message = format!("`{name}` is a word of the format and names no thing");
            let found = if s.format == 1 {
                Diagnostic::warning("reserved-name", place, format!("{message} in format 2"))
            } else {
                Diagnostic::error("reserved-name", place, message)
            };
            self.report(found.hint(format!("name it `{name}_` or something longer")));
        }
        let states = s.states.iter().map(|(name, state)| (&state.pointer, name));
        let states = states.map(|(pointer, name)| (pointer.clone(), name));
        let values = s.states.values().flat_map(|state| {
            let values = pointer::join(&state.pointer, "values");
            let names = state.values.keys();
            names.map(move |name| (pointer::join(&values, name), name))
        });
        for (pointer, name) in states.chain(values).filter(|(_, name)| is_reserved(name)) {
            let message = format!("`{name}` is a word of the format and names no thing");
            let found = Diagnostic::error("reserved-name", Place::key(pointer), message);
            self.report(found.hint(format!("name it `{name}_` or something longer")));
        }
    }

    fn too_many(&mut self, section: &str, nouns: &str, count: usize, most: usize) {
        if count > most {
            self.error(
                "too-many-items",
                Place::value(section),
                format!(
                    "{count} {nouns} are more than a trial can tell apart; the limit is {most}"
                ),
            );
        }
    }

    fn shared_space(&mut self) {
        let s = self.scenario;
        let sections: [(&str, Vec<&String>); 7] = [
            ("/parameters", s.parameters.keys().collect()),
            ("/per_trial", s.per_trial.keys().collect()),
            ("/indicators", s.indicators.keys().collect()),
            ("/derived", s.derived.keys().collect()),
            ("/tables", s.tables.keys().collect()),
            ("/metrics", s.metrics.keys().collect()),
            ("/states", s.states.keys().collect()),
        ];
        let mut first: BTreeMap<&str, Place> = BTreeMap::new();
        for (section, names) in sections {
            for name in names {
                let place = Place::key(pointer::join(section, name));
                if reserved_words(s.format).any(|word| word == name) {
                    self.reserved(place.clone(), name);
                }
                if let Some(other) = first.get(name.as_str()) {
                    self.report(
                        Diagnostic::error(
                            "duplicate-name",
                            place.clone(),
                            format!("`{name}` is the name of two things that formulas could not tell apart"),
                        )
                        .related(other.clone(), "first named here")
                        .hint("parameters, quantities of the trial, indicators, derived values, metrics and states share one space of names; rename one of them"),
                    );
                } else {
                    first.insert(name, place);
                }
            }
        }
    }

    fn reserved(&mut self, place: Place, name: &str) {
        self.report(
            Diagnostic::error(
                "reserved-name",
                place,
                format!("`{name}` is a word of the formula language and cannot be a name here"),
            )
            .hint(format!("name it `{name}_` or something longer")),
        );
    }

    /// Two outcomes of one name were refused when the file was decoded.
    fn outcome_names(&mut self) {
        for outcome in &self.scenario.outcomes {
            if outcome.name.value == UNCLASSIFIED {
                self.report(
                    Diagnostic::error(
                        "reserved-name",
                        outcome.name.place(),
                        "`unclassified` is what trials are called that no rule catches",
                    )
                    .hint("leave this rule out: what no other rule catches is reported as `unclassified` anyway"),
                );
            }
        }
    }

    /// The index of something that is referred to by name outside of a formula; reports an unknown
    /// name.
    pub fn resolve(&mut self, thing: Thing, name: &str, place: Place) -> Option<usize> {
        self.resolve_beside(thing, &[], name, place)
    }

    /// Like [`resolve`](Self::resolve) where some words of the format may stand too, and may be
    /// meant.
    pub fn resolve_beside(
        &mut self,
        thing: Thing,
        words: &[&str],
        name: &str,
        place: Place,
    ) -> Option<usize> {
        let index = self.names.index(thing, name);
        if index.is_none() {
            let mut report = Diagnostic::error(
                "unknown-name",
                place,
                format!("no {} is named `{name}`", thing.noun()),
            );
            let elsewhere = self
                .names
                .value(name)
                .map(|(other, _)| other)
                .or_else(|| self.names.elsewhere(name));
            report = match elsewhere {
                Some(other) => report.hint(format!("`{name}` is {}", other.singular())),
                None => {
                    let names = self.names.list(thing).iter().map(String::as_str);
                    report.suggest(name, names.chain(words.iter().copied()))
                }
            };
            self.report(report);
        }
        index
    }

    /// The names of parameters, indicators and derived values, for hints about values.
    pub fn suggest_state(&self, name: &str) -> Option<String> {
        self.names.suggest_value(Reads::State, name)
    }
}
