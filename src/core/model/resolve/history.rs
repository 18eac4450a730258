//! What happened before the start: ages, and dates as times.

use super::Builder;
use crate::diagnostic::{Diagnostic, Place, pointer};
use crate::expression::Thing;
use crate::model::history::History;
use crate::scenario::At;
use crate::time::calendar;
use jiff::civil::Date;

impl Builder<'_> {
    pub fn build_history(&mut self) -> History {
        let mut history = History {
            phase: 0.0,
            states: vec![0.0; self.names.states.len()],
            events: vec![Vec::new(); self.names.events.len()],
        };
        let Some(stated) = &self.scenario.history else {
            return history;
        };
        history.phase = stated.phase.as_ref().map_or(0.0, |age| age.value);
        for (name, age) in &stated.states {
            let place = Place::key(pointer::join(&stated.pointer, name));
            let words = ["phase", "events"];
            if let Some(state) = self.resolve_beside(Thing::State, &words, name, place) {
                history.states[state] = age.value;
            }
        }
        let events = pointer::join(&stated.pointer, "events");
        for (name, dates) in &stated.events {
            let place = Place::key(pointer::join(&events, name));
            let event = self.resolve(Thing::Event, name, place);
            let times = self.times_before(dates);
            let (Some(event), Some(times)) = (event, times) else {
                continue;
            };
            history.events[event].extend(&times);
            // Where a branch was the result, its event fired.
            let whole = name.split_once('.').map(|(whole, _)| whole);
            let whole = whole.filter(|whole| self.scenario.events.contains_key(*whole));
            let whole = whole.and_then(|whole| self.names.index(Thing::Event, whole));
            if let Some(whole) = whole {
                history.events[whole].extend(times);
            }
        }
        for times in &mut history.events {
            times.sort_by(f64::total_cmp);
            times.dedup();
        }
        history
    }

    /// Dates before the start as times; reports others, and those that are not in order.
    fn times_before(&mut self, dates: &[At<Date>]) -> Option<Vec<f64>> {
        let start = self.scenario.start?;
        for date in dates {
            if date.value >= start {
                let message = format!(
                    "{} is not before the start of the scenario, {start}, as what is in `history`",
                    date.value
                );
                self.error("date-out-of-range", date.place(), message);
                return None;
            }
        }
        for pair in dates.windows(2) {
            if pair[0].value >= pair[1].value {
                let message = "the dates of an event stand in ascending order, each once";
                let found = Diagnostic::error("value-out-of-range", pair[1].place(), message);
                self.report(found.related(pair[0].place(), "the one before it"));
                return None;
            }
        }
        let times = dates
            .iter()
            .map(|date| calendar::years_between(start, date.value));
        Some(times.collect())
    }
}
