//! What happened before the start.

use std::collections::BTreeSet;

/// How long what a trial starts in has lasted, and when events fired before; in years.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// Age of the phase that a trial starts in.
    pub phase: f64,
    /// Age of the value that a trial starts in, by state.
    pub states: Vec<f64>,
    /// By event: the instants at which it fired, ascending and all negative. Those of a branch are
    /// among those of its event.
    pub events: Vec<Vec<f64>>,
}

impl History {
    /// The events that fired, by index.
    pub fn fired(&self) -> BTreeSet<usize> {
        let events = self.events.iter().enumerate();
        let fired = events.filter(|(_, times)| !times.is_empty());
        fired.map(|(event, _)| event).collect()
    }

    /// The first instant that it tells of; 0 if there is none.
    pub fn earliest(&self) -> f64 {
        let firsts = self.events.iter().filter_map(|times| times.first());
        let ages = self.states.iter().chain([&self.phase]).map(|age| -age);
        firsts.copied().chain(ages).fold(0.0, f64::min)
    }

    /// When an event last fired; `-inf` if it never has.
    pub fn last(&self, event: usize) -> f64 {
        let times = self.events.get(event);
        let last = times.and_then(|times| times.last());
        last.copied().unwrap_or(f64::NEG_INFINITY)
    }
}
