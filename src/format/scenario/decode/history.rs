//! What happened before the start.

use super::value::Numbers;
use super::{Decoder, keys};
use crate::diagnostic::nearest;
use crate::diagnostic::pointer::join;
use crate::scenario::history::{Before, History};
use crate::time::duration;
use serde_json::Value;

impl<'v> Decoder<'v> {
    pub(super) fn history(&mut self, value: &'v Value, pointer: &str) -> Option<History> {
        // Every other key is the name of a state; but one like `sourse` with no time under it is a
        // slip.
        let is_state = |name: &str| {
            let is_time = match &value[name] {
                Value::String(text) => duration::years(text).is_ok() || is_formula(text),
                Value::Number(_) | Value::Object(_) => true,
                _ => false,
            };
            is_time || nearest(name, keys::HISTORY.iter().copied()).is_none()
        };
        let object = self.object(value, pointer, "a history", &[keys::HISTORY], is_state)?;
        let why = self.why(&object);
        let mut history = History {
            pointer: pointer.to_owned(),
            phase: None,
            states: Default::default(),
            events: Default::default(),
            why,
        };
        for (name, value) in object.map {
            let is_known = keys::HISTORY.contains(&name.as_str());
            if is_known && name != "phase" || !is_known && !is_state(name) {
                continue;
            }
            let at = join(pointer, name);
            let Some(age) = self.wait(value, &at, "the time that it has lasted") else {
                continue;
            };
            if name == "phase" {
                history.phase = Some(age);
            } else {
                history.states.insert(name.clone(), age);
            }
        }
        if let Some((value, pointer)) = object.get("events") {
            let what = "an object that has the dates of each event";
            let events = self.object(value, &pointer, what, &[], |_| true)?;
            for name in events.map.keys() {
                let dates = self.list(&events, name, |decoder, value, pointer| {
                    decoder.before(value, pointer)
                });
                if let Some(dates) = dates {
                    history.events.insert(name.clone(), dates);
                }
            }
        }
        Some(history)
    }

    /// A date, or a formula that gives years since the start.
    fn before(&mut self, value: &'v Value, pointer: &str) -> Option<Before> {
        match value.as_str() {
            Some(text) if !duration::resembles_date(text) => self
                .quantity(value, pointer, Numbers::FORMULAS)
                .map(Before::Formula),
            _ => self.dated(value, pointer).map(Before::Date),
        }
    }
}

/// Whether a text may be a formula: it computes something.
fn is_formula(text: &str) -> bool {
    text.contains(['+', '-', '*', '/', '('])
}
