//! Which clocks start when something fires or is entered, and which of them stop when it is left.

use super::types::EntryCode;
use crate::model::{Fires, Model, StartsClock};
use std::collections::BTreeMap;

/// By what starts them.
pub struct Entries(BTreeMap<StartsClock, EntryCode>);

impl Entries {
    pub fn of(model: &Model) -> Self {
        let mut all: BTreeMap<StartsClock, (Vec<u32>, Vec<u32>)> = BTreeMap::new();
        for (e, event) in (0..).zip(&model.events) {
            if let Fires::After(waiting) = &event.fires {
                let (starts, stops) = all.entry(waiting.after).or_default();
                starts.push(e);
                if !waiting.keeps_on {
                    stops.push(e);
                }
            }
        }
        let code = |(starts, stops): (Vec<u32>, Vec<u32>)| EntryCode {
            starts: starts.into(),
            stops: stops.into(),
        };
        Self(
            all.into_iter()
                .map(|(start, both)| (start, code(both)))
                .collect(),
        )
    }

    /// Nothing for what starts no clock.
    pub fn by(&self, start: StartsClock) -> EntryCode {
        self.0.get(&start).cloned().unwrap_or_default()
    }
}
