//! Clocks of events that something starts, and dates that recur.

use super::value::Numbers;
use super::{Decoder, Object, keys};
use crate::diagnostic::Place;
use crate::diagnostic::pointer::join;
use crate::scenario::types::{Again, At, Period, Recurrence, Start, Waiting};
use crate::time::duration;
use serde_json::Value;

impl<'v> Decoder<'v> {
    pub(super) fn recurrence(
        &mut self,
        object: &Object<'v>,
        value: &'v Value,
        pointer: &str,
    ) -> Option<Recurrence> {
        let period = self.period(value, pointer);
        let mut day = |key| match object.get(key) {
            None => Some(None),
            Some((value, pointer)) => self.dated(value, &pointer).map(Some),
        };
        let (from, until) = (day("from"), day("until"));
        let (from, until) = (from?, until?);
        if let (Some(from), Some(until)) = (&from, &until)
            && until.value < from.value
        {
            let message = format!("`until` comes before `from`, {}", from.value);
            return self.out_of_range(&until.pointer, message);
        }
        Some(Recurrence {
            period: period?,
            from,
            until,
        })
    }

    /// The time between dates that recur: whole months and years are those of the calendar.
    fn period(&mut self, value: &'v Value, pointer: &str) -> Option<At<Period>> {
        let years = self.positive_duration(value, pointer, "a period")?;
        let text = value.as_str().or_else(|| value.get("value")?.as_str());
        let months = text.and_then(duration::whole_months);
        Some(years.map(|years| match months {
            Some(months) => Period::Months(months),
            None => Period::Years(years),
        }))
    }

    pub(super) fn waiting(
        &mut self,
        object: &Object<'v>,
        value: &'v Value,
        pointer: &str,
    ) -> Option<Waiting> {
        let after = self.start_of_clock(value, pointer);
        let wait = self
            .required(object, "wait", "an event that comes `after` another")
            .and_then(|(value, pointer)| {
                self.no_dates(value, &pointer)?;
                self.draw(value, &pointer, Numbers::TIMES)
            });
        let again = [
            ("restart", Again::Restart),
            ("ignore", Again::Ignore),
            ("also", Again::Also),
        ];
        let again = self.word(object, "again", &again);
        let keeps_on = self.word(object, "on_leave", &[("stop", false), ("keep", true)]);
        let after = after?;
        if let (Start::Event(_), Some((_, place))) = (&after, object.get("on_leave")) {
            self.fault(
                "conflicting-keys",
                Place::key(place),
                "`on_leave` goes with the entry into a phase or trend; an event is not left",
            );
            return None;
        }
        Some(Waiting {
            after,
            wait: wait?,
            again,
            keeps_on,
        })
    }

    /// The name of an event, `{"phase": NAME}` or `{"trend": NAME}`.
    fn start_of_clock(&mut self, value: &'v Value, pointer: &str) -> Option<Start> {
        if !value.is_object() {
            let name = self.reference(value, pointer);
            if name.is_none()
                && let Some(fault) = self.faults.last_mut()
            {
                let hint = "name an event, or an entry: {\"phase\": \"NAME\"}";
                fault.hints.push(hint.to_owned());
            }
            return Some(Start::Event(name?));
        }
        let what = "the start of a clock";
        let object = self.object(value, pointer, what, &[keys::ENTRY], |_| false)?;
        let form = self.one_form(&object, &[&["phase"], &["trend"]], what)?;
        let (name, pointer) = object.get(form)?;
        let name = self.reference(name, &pointer)?;
        Some(match form {
            "phase" => Start::Phase(name),
            _ => Start::Trend(name),
        })
    }

    /// Refuses dates where a length of time is wanted.
    fn no_dates(&mut self, value: &Value, pointer: &str) -> Option<()> {
        let mut open = vec![(value, pointer.to_owned())];
        while let Some((value, pointer)) = open.pop() {
            match value {
                Value::String(text) if duration::resembles_date(text) => {
                    let message = format!("a wait is a length of time, not a date: found {text}");
                    self.fault("invalid-duration", Place::value(pointer), message)
                        .hints
                        .push(
                            "write \"60 days\"; an event on a date is stated with `at`".to_owned(),
                        );
                    return None;
                }
                Value::Array(list) => {
                    let places = (0..).map(|place: usize| join(&pointer, &place.to_string()));
                    open.extend(list.iter().zip(places));
                }
                Value::Object(map) => {
                    let parts = map.iter().filter(|(key, _)| *key != "note");
                    open.extend(parts.map(|(key, value)| (value, join(&pointer, key))));
                }
                _ => {}
            }
        }
        Some(())
    }

    /// One of several words, the first if none is stated.
    pub(super) fn word<T: Copy>(
        &mut self,
        object: &Object<'v>,
        key: &str,
        words: &[(&'static str, T)],
    ) -> T {
        let default = words[0].1;
        let Some((value, pointer)) = object.get(key) else {
            return default;
        };
        let found = words.iter().find(|(word, _)| value == word);
        if let Some((_, meaning)) = found {
            return *meaning;
        }
        let all: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        self.no_such_word::<()>(&pointer, &all, value);
        default
    }
}
