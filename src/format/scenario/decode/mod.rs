//! The effective scenario as types, with every fault at once.
//!
//! A tree of JSON in; a [`Scenario`] or diagnostics out. serde would stop at the first fault, so
//! each object is taken apart by hand: a function per kind of thing, each giving `None` after
//! having said why. Formulas stay text, and names stay unresolved.

mod clock;
mod distribution;
mod event;
mod history;
pub mod keys;
mod shape;
mod slips;
mod state;
mod table;
pub mod thing;
mod times;
mod value;

use super::types::{At, Scenario, Why};
use crate::diagnostic::pointer::join;
use crate::diagnostic::{Diagnostic, Place, nearest};
use indexmap::IndexMap;
use jiff::civil::Date;
use serde_json::{Map, Value};

/// Decodes an effective scenario. Without faults there is a scenario.
pub fn scenario(value: &Value) -> (Option<Scenario>, Vec<Diagnostic>) {
    let sources = match value.get("sources") {
        Some(Value::Object(map)) => map.keys().map(String::as_str).collect(),
        _ => Vec::new(),
    };
    let mut decoder = Decoder {
        faults: Vec::new(),
        whole: value,
        start: None,
        sources,
    };
    let scenario = decoder.root(value);
    (scenario, decoder.faults)
}

/// A value in words, short enough for a message.
pub fn describe(value: &Value) -> String {
    match value {
        Value::Null => "`null`".to_owned(),
        Value::Bool(truth) => format!("`{truth}`"),
        Value::Number(number) => format!("the number `{number}`"),
        Value::String(text) => format!("the text `{}`", shortened(text)),
        Value::Array(list) => match list.len() {
            0 => "an empty list".to_owned(),
            1 => "a list of one".to_owned(),
            count => format!("a list of {count}"),
        },
        Value::Object(_) => "an object".to_owned(),
    }
}

fn shortened(text: &str) -> String {
    const LONGEST: usize = 40;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

struct Decoder<'v> {
    faults: Vec<Diagnostic>,
    /// The effective scenario.
    whole: &'v Value,
    /// Of the time axis, once it is known.
    start: Option<Date>,
    /// The names that `source` may use.
    sources: Vec<&'v str>,
}

/// An object whose keys have been checked.
struct Object<'v> {
    pointer: String,
    map: &'v Map<String, Value>,
    /// Keys that an unknown key was probably meant to be: their absence has been explained.
    meant: Vec<&'static str>,
    /// Whether there were unknown keys at all.
    strange: bool,
}

impl<'v> Object<'v> {
    /// A member with its pointer.
    fn get(&self, key: &str) -> Option<(&'v Value, String)> {
        self.map
            .get(key)
            .map(|value| (value, join(&self.pointer, key)))
    }

    fn has(&self, key: &str) -> bool {
        self.map.contains_key(key)
    }
}

/// Keys that are told to whoever wrote something else in the place of their object.
const FEW_KEYS: usize = 6;

impl<'v> Decoder<'v> {
    fn fault(
        &mut self,
        code: &'static str,
        place: Place,
        message: impl Into<String>,
    ) -> &mut Diagnostic {
        self.faults.push(Diagnostic::error(code, place, message));
        let last = self.faults.len() - 1;
        &mut self.faults[last]
    }

    fn wrong_type<T>(&mut self, pointer: &str, expected: &str, found: &Value) -> Option<T> {
        self.fault(
            "wrong-type",
            Place::value(pointer),
            format!("expected {expected}, found {}", describe(found)),
        );
        None
    }

    /// The same with a way out, if there is one.
    fn wrong_type_meant<T>(
        &mut self,
        pointer: &str,
        expected: &str,
        found: &Value,
        meant: Option<String>,
    ) -> Option<T> {
        self.wrong_type::<()>(pointer, expected, found);
        if let (Some(meant), Some(fault)) = (meant, self.faults.last_mut()) {
            fault.hints.push(meant);
        }
        None
    }

    /// A text stands where one of a few words belongs.
    fn no_such_word<T>(&mut self, pointer: &str, words: &[&str], found: &Value) -> Option<T> {
        let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
        self.wrong_type::<()>(pointer, &quoted.join(" or "), found);
        let meant = found
            .as_str()
            .and_then(|text| nearest(text, words.iter().copied()));
        if let (Some(meant), Some(fault)) = (meant, self.faults.last_mut()) {
            fault.hints.push(format!("did you mean `{meant}`?"));
        }
        None
    }

    fn out_of_range<T>(&mut self, pointer: &str, message: impl Into<String>) -> Option<T> {
        self.fault("value-out-of-range", Place::value(pointer), message);
        None
    }

    /// An object that has none but these keys (or those that `also` admits).
    fn object(
        &mut self,
        value: &'v Value,
        pointer: &str,
        what: &str,
        keys: &[&[&'static str]],
        also: impl Fn(&str) -> bool,
    ) -> Option<Object<'v>> {
        let Value::Object(map) = value else {
            let known: Vec<&str> = keys.iter().flat_map(|list| list.iter().copied()).collect();
            let meant = slips::no_object(what, value).or_else(|| {
                // Few keys say by themselves what is wanted.
                let few = (1..=FEW_KEYS).contains(&known.len());
                few.then(|| format!("it is an object; its keys: {}", known.join(", ")))
            });
            return self.wrong_type_meant(pointer, what, value, meant);
        };
        let known = || keys.iter().flat_map(|list| list.iter().copied());
        let mut object = Object {
            pointer: pointer.to_owned(),
            map,
            meant: Vec::new(),
            strange: false,
        };
        for key in map.keys() {
            if known().any(|known| known == key) || also(key) {
                continue;
            }
            object.strange = true;
            // A key that is missing was most likely meant; but a variant may also misspell one that
            // its parent states.
            let free = known().filter(|known| !map.contains_key(*known));
            let meant = nearest(key, free)
                .or_else(|| nearest(key, known()))
                .or_else(|| slips::synonym(key, known()))
                .and_then(|meant| known().find(|known| *known == meant));
            let misplaced = slips::misplaced(key, &map[key], what);
            let fault = self.fault(
                "unknown-key",
                Place::key(join(pointer, key)),
                format!("the key `{}` means nothing in {what}", shortened(key)),
            );
            match meant {
                _ if misplaced.is_some() => fault.hints.extend(misplaced),
                Some(meant) => {
                    fault.hints.push(format!("did you mean `{meant}`?"));
                    object.meant.push(meant);
                }
                None => {
                    let list: Vec<&str> = known().collect();
                    fault.hints.push(format!("it knows {}", list.join(", ")));
                }
            }
        }
        Some(object)
    }

    /// A member that has to be there.
    fn required(
        &mut self,
        object: &Object<'v>,
        key: &'static str,
        what: &str,
    ) -> Option<(&'v Value, String)> {
        let found = object.get(key);
        if found.is_none() && !object.meant.contains(&key) {
            let place = Place::value(object.pointer.clone());
            self.fault(
                "missing-key",
                place,
                format!("{what} needs the key `{key}`"),
            );
        }
        found
    }

    /// Says that two members exclude each other.
    fn conflict(&mut self, object: &Object<'v>, first: &str, second: &str, what: &str) {
        let first_place = Place::key(join(&object.pointer, first));
        let fault = self.fault(
            "conflicting-keys",
            Place::key(join(&object.pointer, second)),
            format!("{what} has `{first}` or `{second}`, not both"),
        );
        fault
            .related
            .push((first_place, format!("`{first}` is here")));
        fault
            .hints
            .push("remove one of them; a variant removes an inherited key by `null`".to_owned());
    }

    /// The one of several forms that an object takes, by its first key; each form is a list of
    /// keys. Reports none and more than one.
    fn one_form(
        &mut self,
        object: &Object<'v>,
        forms: &[&[&'static str]],
        what: &str,
    ) -> Option<&'static str> {
        let stated: Vec<(usize, &'static str)> = forms
            .iter()
            .enumerate()
            .filter_map(|(rank, form)| {
                form.iter()
                    .find(|key| object.has(key))
                    .map(|key| (rank, *key))
            })
            .collect();
        match stated.as_slice() {
            [(rank, _)] => forms[*rank].first().copied(),
            [] => {
                if !object.strange {
                    let first: Vec<String> = forms
                        .iter()
                        .filter_map(|form| form.first())
                        .map(|key| format!("`{key}`"))
                        .collect();
                    let place = Place::value(object.pointer.clone());
                    self.fault(
                        "missing-key",
                        place,
                        format!("{what} needs one of {}", first.join(", ")),
                    );
                }
                None
            }
            [(_, first), .., (_, second)] => {
                self.conflict(object, first, second, what);
                None
            }
        }
    }

    /// Items keyed by names that the author chose; faulty ones are left out.
    fn named<T>(
        &mut self,
        root: &Object<'v>,
        key: &str,
        mut item: impl FnMut(&mut Self, &'v Value, &str) -> Option<T>,
    ) -> IndexMap<String, T> {
        match root.get(key) {
            Some((value, pointer)) => self.map_of_named(value, &pointer, &mut item),
            None => IndexMap::new(),
        }
    }

    fn map_of_named<T>(
        &mut self,
        value: &'v Value,
        pointer: &str,
        item: &mut impl FnMut(&mut Self, &'v Value, &str) -> Option<T>,
    ) -> IndexMap<String, T> {
        let Value::Object(map) = value else {
            let meant = slips::unnamed(value);
            self.wrong_type_meant::<()>(pointer, "an object of named things", value, meant);
            return IndexMap::new();
        };
        let mut items = IndexMap::with_capacity(map.len());
        for (name, value) in map {
            let pointer = join(pointer, name);
            self.check_name(name, Place::key(pointer.clone()));
            if let Some(item) = item(self, value, &pointer) {
                items.insert(name.clone(), item);
            }
        }
        items
    }

    /// Items of an array; faulty ones are left out.
    fn list<T>(
        &mut self,
        object: &Object<'v>,
        key: &str,
        mut item: impl FnMut(&mut Self, &'v Value, &str) -> Option<T>,
    ) -> Option<Vec<T>> {
        let (value, pointer) = object.get(key)?;
        let Value::Array(list) = value else {
            let meant = slips::unlisted(key, value);
            return self.wrong_type_meant(&pointer, "a list", value, meant);
        };
        let items = list
            .iter()
            .enumerate()
            .filter_map(|(index, value)| item(self, value, &join(&pointer, &index.to_string())));
        Some(items.collect())
    }

    /// The text at a key, if there is one.
    fn text(&mut self, object: &Object<'v>, key: &str) -> Option<String> {
        let (value, pointer) = object.get(key)?;
        match value {
            Value::String(text) => Some(text.clone()),
            other => self.wrong_type(&pointer, "a text", other),
        }
    }

    /// `note` and `source`.
    fn why(&mut self, object: &Object<'v>) -> Why {
        Why {
            note: self.text(object, "note"),
            source: self.source(object).unwrap_or_default(),
        }
    }

    /// Whether a file states no time axis, and computes something all the same.
    fn is_timeless(root: &Object<'v>) -> bool {
        let states = |key: &&str| root.has(key) || root.meant.contains(key);
        !keys::TIME.iter().any(states) && keys::TOLD.iter().any(|key| root.has(key))
    }

    /// Reports what needs time in a file that states none.
    fn needs_no_time(&mut self, root: &Object<'v>) {
        let mut timed: Vec<String> = (keys::TIMED.iter().filter(|key| root.has(key)))
            .map(|key| join("", key))
            .collect();
        let questions = root.map.get("questions").and_then(Value::as_object);
        for (name, question) in questions.into_iter().flatten() {
            let dated = ["by", "at"].into_iter();
            let dated = dated.filter(|key| question.get(key).is_some());
            timed.extend(dated.map(|key| join(&join("/questions", name), key)));
        }
        if self.whole.pointer("/run/times").is_some() {
            timed.push("/run/times".to_owned());
        }
        for place in timed {
            let key = place.rsplit('/').next().unwrap_or_default();
            let message =
                format!("`{key}` needs time, and the file states no `start`, `horizon` and `step`");
            self.fault("needs-time", Place::key(&place), message)
                .hints
                .push("for instance `\"start\": \"2026-01-01\", \"horizon\": \"12 months\", \"step\": \"1 week\"`".to_owned());
        }
    }

    fn root(&mut self, value: &'v Value) -> Option<Scenario> {
        let root = self.object(value, "", "a scenario", &[keys::ROOT], |_| false)?;
        if root.has("evidence") {
            let message = "evidence is not supported by this version, and a run that ignored it would mislead";
            self.fault("evidence-not-supported", Place::key("/evidence"), message)
                .hints
                .push("remove `evidence`".to_owned());
        }
        let format = self.format(&root);
        let name = self.scenario_name(&root);
        // Dates elsewhere are counted from the start, so it comes first.
        let (mut horizon, mut step) = (None, None);
        if Self::is_timeless(&root) {
            self.needs_no_time(&root);
        } else {
            self.start = self
                .required(&root, "start", "a scenario")
                .and_then(|(value, pointer)| self.date(value, &pointer));
            horizon = self
                .required(&root, "horizon", "a scenario")
                .and_then(|(value, pointer)| self.horizon(value, &pointer));
            step = self
                .required(&root, "step", "a scenario")
                .and_then(|(value, pointer)| self.positive_duration(value, &pointer, "the step"));
        }
        let schema = self.text(&root, "$schema");
        let title = self.text(&root, "title");
        let note = self.text(&root, "note");
        let headline = root.get("headline").and_then(|(_, pointer)| {
            let text = self.text(&root, "headline")?;
            Some(At::new(text, pointer))
        });

        let words = self.words(&root);

        let sources = self.sources(&root);
        let parameters = self.named(&root, "parameters", |decoder, value, pointer| {
            decoder.parameter(value, pointer, "a parameter")
        });
        let per_trial = self.named(&root, "per_trial", |decoder, value, pointer| {
            decoder.parameter(value, pointer, "a quantity of the trial")
        });
        let correlations = self
            .list(&root, "correlations", Self::rank_correlation)
            .unwrap_or_default();
        let trends = self.named(&root, "trends", Self::trend);
        let weight_concentration = root
            .get("weight_concentration")
            .and_then(|(value, pointer)| self.concentration(value, &pointer));
        let shifts = self.named(&root, "shifts", |decoder, value, pointer| {
            Some(decoder.map_of_named(
                value,
                pointer,
                &mut |decoder: &mut Self, value, pointer: &str| decoder.hazard(value, pointer),
            ))
        });
        let phases = self.named(&root, "phases", Self::phase);
        let states = self.named(&root, "states", Self::state);
        let indicators = self.named(&root, "indicators", Self::indicator);
        let noise_correlations = self
            .list(&root, "noise_correlations", Self::noise_correlation)
            .unwrap_or_default();
        let tables = self.named(&root, "tables", Self::table);
        let derived = self.named(&root, "derived", Self::derived);
        let events = self.named(&root, "events", Self::event);
        let history = root
            .get("history")
            .and_then(|(value, pointer)| self.history(value, &pointer));
        let groups = self.named(&root, "groups", Self::group);
        let outcomes = self.outcomes(&root);
        let metrics = self.named(&root, "metrics", Self::metric);
        let ratios = self.named(&root, "ratios", Self::ratio);
        let questions = self.named(&root, "questions", Self::question);
        let run = self.run(&root);
        if !self.faults.is_empty() {
            return None;
        }
        Some(Scenario {
            schema,
            format: format?,
            name: name?,
            title,
            note,
            headline,
            words,
            extends: None,
            start: self.start,
            horizon,
            step,
            sources,
            parameters,
            per_trial,
            correlations,
            trends,
            weight_concentration,
            shifts,
            phases,
            states,
            indicators,
            noise_correlations,
            tables,
            derived,
            events,
            history,
            groups,
            outcomes,
            metrics,
            ratios,
            questions,
            evidence: None,
            run,
        })
    }
}

#[cfg(test)]
mod tests;
