//! What happened before the start.

use super::{Decoder, keys};
use crate::diagnostic::pointer::join;
use crate::scenario::history::History;
use serde_json::Value;

impl<'v> Decoder<'v> {
    pub(super) fn history(&mut self, value: &'v Value, pointer: &str) -> Option<History> {
        // Every other key is the name of a state.
        let object = self.object(value, pointer, "a history", &[keys::HISTORY], |_| true)?;
        let why = self.why(&object);
        let mut history = History {
            pointer: pointer.to_owned(),
            phase: None,
            states: Default::default(),
            events: Default::default(),
            why,
        };
        for (name, value) in object.map {
            if ["events", "note", "source"].contains(&name.as_str()) {
                continue;
            }
            let at = join(pointer, name);
            let Some(age) = self.positive_duration(value, &at, "the time that it has lasted")
            else {
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
                    decoder.dated(value, pointer)
                });
                if let Some(dates) = dates {
                    history.events.insert(name.clone(), dates);
                }
            }
        }
        Some(history)
    }
}
