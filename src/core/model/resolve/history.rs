//! What happened before the start: ages, and dates as times.

use super::Builder;
use super::formulas::{Context, at_start};
use crate::diagnostic::{Diagnostic, Place, pointer};
use crate::expression::{Expr, Thing};
use crate::model::bounds::Bounds;
use crate::model::history::History;
use crate::scenario::{Before, Quantity};
use crate::time::calendar;

const BEFORE: Context = at_start("what was before the start is drawn before the state exists");

impl Builder<'_> {
    pub fn build_history(&mut self) -> History {
        let mut history = History::none(self.names.states.len(), self.names.events.len());
        let Some(stated) = &self.scenario.history else {
            return history;
        };
        if let Some(age) = stated.phase.as_ref().and_then(|age| self.age_before(age)) {
            history.phase = age;
        }
        for (name, age) in &stated.states {
            let place = Place::key(pointer::join(&stated.pointer, name));
            let words = ["phase", "events"];
            let state = self.resolve_beside(Thing::State, &words, name, place);
            if let (Some(state), Some(age)) = (state, self.age_before(age)) {
                history.states[state] = age;
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
            history.events[event].extend_from_slice(&times);
            // Where a branch was the result, its event fired.
            let whole = name.split_once('.').map(|(whole, _)| whole);
            let whole = whole.filter(|whole| self.scenario.events.contains_key(*whole));
            let whole = whole.and_then(|whole| self.names.index(Thing::Event, whole));
            if let Some(whole) = whole {
                history.events[whole].extend(times);
            }
        }
        for times in &mut history.events {
            times.sort_by(|a, b| match (a, b) {
                (Expr::Number(a), Expr::Number(b)) => a.total_cmp(b),
                (Expr::Number(_), _) => std::cmp::Ordering::Less,
                (_, Expr::Number(_)) => std::cmp::Ordering::Greater,
                _ => std::cmp::Ordering::Equal,
            });
            times.dedup();
        }
        history
    }

    fn age_before(&mut self, age: &Quantity) -> Option<Expr> {
        self.number(age, BEFORE, Bounds::DURATION)
    }

    /// Dates before the start as times; reports others, and those that are not in order.
    fn times_before(&mut self, stated: &[Before]) -> Option<Vec<Expr>> {
        let start = self.scenario.start?;
        let mut dates = Vec::new();
        let mut formulas = Vec::new();
        for before in stated {
            match before {
                Before::Date(date) => dates.push(date),
                Before::Formula(years) => {
                    formulas.push(self.number(years, BEFORE, Bounds::BEFORE_THE_START)?);
                }
            }
        }
        for date in &dates {
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
            .map(|date| Expr::Number(calendar::years_between(start, date.value)));
        Some(times.chain(formulas).collect())
    }
}
