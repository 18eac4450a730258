//! Dates that recur, and clocks that something else starts.

use super::Builder;
use super::formulas::STATE;
use super::machines::Domain;
use crate::diagnostic::{Diagnostic, Place};
use crate::expression::{Expr, Thing};
use crate::model::types::{Draw, Fires, StartsClock, Waiting};
use crate::scenario::{self, Period, Start};
use crate::time::calendar::whole_second;
use jiff::Span;
use jiff::civil::Date;

/// Dates of one event within a run, at most.
const MOST_DATES: usize = 1_000_000;

impl Builder<'_> {
    /// The instants within the run at which an event recurs.
    pub fn recurring(&mut self, recurrence: &scenario::Recurrence) -> Option<Fires> {
        let clock = self.clock.clone()?;
        let period = recurrence.period.value;
        // The date number k: months are counted from the first date, so that the 31st comes back
        // after a shorter month.
        let date_at = |from: Date, k: u32| -> Option<f64> {
            match period {
                Period::Months(months) => {
                    let months = i64::from(months) * i64::from(k);
                    let span = Span::new().try_months(months).ok()?;
                    Some(clock.time_of(from.checked_add(span).ok()?))
                }
                Period::Years(years) => {
                    Some(clock.snapped(whole_second(clock.time_of(from) + f64::from(k) * years)))
                }
            }
        };
        let from = recurrence
            .from
            .as_ref()
            .map_or(clock.start, |date| date.value);
        let last = recurrence
            .until
            .as_ref()
            .map(|date| clock.last_instant(date.value));
        let last = last.map_or(clock.horizon, |last| last.min(clock.horizon));
        let mut times = Vec::new();
        // Without a date to begin with, the start itself is none.
        let mut first = u32::from(recurrence.from.is_none());
        if let (Period::Years(years), before) = (period, -clock.time_of(from))
            && before > 0.0
        {
            // Not one by one: a period may be an hour, and the first date centuries ago.
            first = first.max(libm::floor(before / years).min(f64::from(u32::MAX - 1)) as u32);
        }
        let mut number = first;
        while let Some(time) = date_at(from, number).filter(|time| *time <= last) {
            if time >= 0.0 {
                times.push(time);
            } else {
                first = number + 1;
            }
            if times.len() > MOST_DATES {
                self.report(
                    Diagnostic::error(
                        "value-out-of-range",
                        recurrence.period.place(),
                        format!("the event would recur more than {MOST_DATES} times"),
                    )
                    .hint("what happens so often is a rate: state a `hazard`"),
                );
                return None;
            }
            number += 1;
        }
        Some(Fires::Every { times, first })
    }

    /// A firing, or an entry.
    pub fn starts_clock(&mut self, start: &Start) -> Option<StartsClock> {
        match start {
            Start::Event(name) => self
                .resolve(Thing::Event, &name.value, name.place())
                .map(StartsClock::Event),
            Start::Phase(name) => self
                .resolve(Thing::Phase, &name.value, name.place())
                .map(StartsClock::Phase),
            Start::Trend(name) => self
                .resolve(Thing::Trend, &name.value, name.place())
                .map(StartsClock::Trend),
            Start::Value { state, value } => {
                self.state(&state.value, state.place()).and_then(|s| {
                    let domain = Domain::Values(s);
                    let value = self.resolve_in(domain, &[], &value.value, value.place())?;
                    Some(StartsClock::Value(s, value))
                })
            }
        }
    }

    pub fn waiting(&mut self, waiting: &scenario::Waiting) -> Option<Waiting> {
        let after = self.starts_clock(&waiting.after);
        let wait = self.draw(&waiting.wait, STATE)?;
        let (pointer, below) = match (&waiting.wait, &wait) {
            (scenario::Draw::Value(quantity), Draw::Value(Expr::Number(years))) => {
                (&quantity.pointer, f64::from(u8::from(*years < 0.0)))
            }
            (scenario::Draw::Distribution(stated), Draw::Fixed(wait)) => {
                (&stated.pointer, wait.cdf(0.0_f64.next_down()))
            }
            (scenario::Draw::Value(quantity), _) => (&quantity.pointer, 0.0),
            (scenario::Draw::Distribution(stated), _) => (&stated.pointer, 0.0),
        };
        if below > 0.0 {
            let message = match &wait {
                Draw::Fixed(_) => format!(
                    "a wait is 0 or longer, and this one is below 0 with probability {}",
                    below as f32
                ),
                _ => "a wait is 0 or longer".to_owned(),
            };
            let found = Diagnostic::error("value-out-of-range", Place::value(pointer), message);
            self.report(match &wait {
                Draw::Fixed(_) => found.hint("add `\"range\": [0, null]`"),
                _ => found,
            });
            return None;
        }
        Some(Waiting {
            after: after?,
            wait,
            months: waiting.months,
            again: waiting.again,
            keeps_on: waiting.keeps_on,
        })
    }
}
