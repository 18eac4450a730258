//! Which clocks start when something fires or is entered, which of them stop when it is left, and
//! where the time of an entry is kept.

use super::emit::Emitter;
use super::types::EntryCode;
use crate::model::{Fires, Model, Since, StartsClock};
use std::collections::BTreeMap;

/// By what starts them.
pub struct Entries(BTreeMap<StartsClock, EntryCode>);

/// What a start does, as lists that grow.
#[derive(Default)]
struct Started {
    starts: Vec<u32>,
    stops: Vec<u32>,
    counts_age: bool,
}

impl Entries {
    pub fn of(model: &Model, emitter: &mut Emitter) -> Self {
        let mut all: BTreeMap<StartsClock, Started> = BTreeMap::new();
        for (e, event) in (0..).zip(&model.events) {
            match &event.fires {
                Fires::After(waiting) => {
                    let started = all.entry(waiting.after).or_default();
                    started.starts.push(e);
                    if !waiting.keeps_on {
                        started.stops.push(e);
                    }
                }
                Fires::Hazard(hazard) => {
                    let since = hazard.ageing.as_ref().map(|ageing| ageing.since);
                    // When events fire is known already.
                    if let Some(Since::Last(entry)) = since
                        && !matches!(entry, StartsClock::Event(_))
                    {
                        all.entry(entry).or_default().counts_age = true;
                    }
                }
                _ => {}
            }
        }
        let mut code = |started: Started| EntryCode {
            entered: started.counts_age.then(|| emitter.reserve(1)),
            starts: started.starts.into(),
            stops: started.stops.into(),
        };
        Self(
            all.into_iter()
                .map(|(start, started)| (start, code(started)))
                .collect(),
        )
    }

    /// Nothing for what starts no clock.
    pub fn by(&self, start: StartsClock) -> EntryCode {
        self.0.get(&start).cloned().unwrap_or_default()
    }
}
