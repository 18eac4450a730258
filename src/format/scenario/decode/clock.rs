//! Clocks of events that something starts, dates that recur, and hazards that change with age.

use super::value::Numbers;
use super::{Decoder, Object, keys};
use crate::diagnostic::pointer::join;
use crate::diagnostic::{Place, nearest};
use crate::scenario::types::{
    Again, Ageing, At, Baseline, Period, Quantity, Recurrence, Since, Start, Waiting,
};
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
        let months = object.get("wait").and_then(|(value, _)| {
            let text = value.as_str().or_else(|| value.get("value")?.as_str());
            duration::whole_months(text?)
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
                "`on_leave` goes with the entry into a phase, a trend or a value; an event is not left",
            );
            return None;
        }
        Some(Waiting {
            after,
            wait: wait?,
            months,
            again,
            keeps_on,
        })
    }

    /// The name of an event, `{"phase": NAME}`, `{"trend": NAME}` or `{"state": NAME, "value":
    /// NAME}`.
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
        let forms: [&[&'static str]; 3] = [&["phase"], &["trend"], &["state", "value"]];
        let form = self.one_form(&object, &forms, what)?;
        self.entry(&object, form, what)
    }

    /// The entry into what `form` names.
    fn entry(&mut self, object: &Object<'v>, form: &'static str, what: &str) -> Option<Start> {
        let (name, pointer) = self.required(object, form, what)?;
        let name = self.reference(name, &pointer)?;
        Some(match form {
            "phase" => Start::Phase(name),
            "trend" => Start::Trend(name),
            _ => {
                let (value, pointer) = self.required(object, "value", what)?;
                Start::Value {
                    state: name,
                    value: self.reference(value, &pointer)?,
                }
            }
        })
    }

    /// A hazard that changes with age, and what the age is counted from.
    pub(super) fn ageing(&mut self, object: &Object<'v>) -> Option<Ageing> {
        let what = "a hazard that ages";
        let baseline = self
            .required(object, "ageing", what)
            .and_then(|(value, pointer)| self.baseline(value, &pointer));
        let since = self
            .required(object, "since", what)
            .and_then(|(value, pointer)| self.since(value, &pointer));
        Some(Ageing {
            baseline: baseline?,
            since: since?,
        })
    }

    fn baseline(&mut self, value: &'v Value, pointer: &str) -> Option<Baseline> {
        let what = "the form of an ageing hazard";
        let object = self.object(value, pointer, what, &[keys::AGEING], |_| false)?;
        let forms: Vec<[&str; 1]> = keys::AGEING.iter().map(|form| [*form]).collect();
        let forms: Vec<&[&str]> = forms.iter().map(|form| &form[..]).collect();
        let form = self.one_form(&object, &forms, what)?;
        let (value, pointer) = object.get(form)?;
        let Some((_, [first, second])) = keys::AGEING_FORMS.iter().find(|(name, _)| *name == form)
        else {
            return self.steps_of_age(value, &pointer);
        };
        let arguments = [*first, *second];
        let own = self.object(value, &pointer, &format!("`{form}`"), &[&arguments], |_| {
            false
        })?;
        let what = format!("`{form}`");
        let mut argument = |key: &'static str| {
            let (value, pointer) = self.required(&own, key, &what)?;
            match key {
                "scale" => self.wait(value, &pointer, "a scale"),
                "growth" => self.quantity(value, &pointer, Numbers::FORMULAS),
                _ => self.not_negative(value, &pointer, &format!("a {key}")),
            }
        };
        let (first, second) = (argument(arguments[0]), argument(arguments[1]));
        let (first, second) = (first?, second?);
        Some(match form {
            "weibull" => Baseline::Weibull {
                shape: first,
                scale: second,
            },
            "gompertz" => Baseline::Gompertz {
                rate: first,
                growth: second,
            },
            _ => Baseline::LogLogistic {
                shape: first,
                scale: second,
            },
        })
    }

    /// `[[0, 0.1], ["6 months", 0.4]]`: a rate from each age on.
    fn steps_of_age(&mut self, value: &'v Value, pointer: &str) -> Option<Baseline> {
        let expected = "a list of ages and rates such as [[0, 0.1], [\"6 months\", 0.4]]";
        let Some(list) = value.as_array().filter(|list| !list.is_empty()) else {
            return self.wrong_type(pointer, expected, value);
        };
        let mut steps: Vec<(At<f64>, Quantity)> = Vec::with_capacity(list.len());
        for (place, step) in list.iter().enumerate() {
            let at = join(pointer, &place.to_string());
            let Some([age, rate]) = step.as_array().map(Vec::as_slice) else {
                return self.wrong_type(&at, "an age and a rate", step);
            };
            let age = self.reported_age(age, &join(&at, "0"))?;
            let rate = self.not_negative(rate, &join(&at, "1"), "a rate")?;
            let is_next = match steps.last() {
                Some((before, _)) => before.value < age.value,
                None => age.value == 0.0,
            };
            if !is_next {
                return self.out_of_range(&age.pointer, "ages ascend from 0");
            }
            steps.push((age, rate));
        }
        Some(Baseline::Steps(steps))
    }

    fn reported_age(&mut self, value: &'v Value, pointer: &str) -> Option<At<f64>> {
        if value.as_f64() == Some(0.0) {
            return Some(At::new(0.0, pointer));
        }
        if value.is_object() {
            return self.wrong_type(pointer, "an age such as \"6 months\"", value);
        }
        self.positive_duration(value, pointer, "an age")
    }

    /// `"start"`, `"phase"`, `{"event": NAME}`, `{"state": NAME}`, or an entry as that of a clock.
    fn since(&mut self, value: &'v Value, pointer: &str) -> Option<Since> {
        if !value.is_object() {
            return match value.as_str() {
                Some("start") => Some(Since::Start),
                Some("phase") => Some(Since::Phase),
                _ => {
                    let expected = "\"start\", \"phase\", {\"event\": NAME} or {\"state\": NAME}";
                    let word = value
                        .as_str()
                        .and_then(|text| nearest(text, ["start", "phase"]));
                    let meant = word.map(|word| format!("did you mean `{word}`?"));
                    self.wrong_type_meant(pointer, expected, value, meant)
                }
            };
        }
        let what = "what an age is counted from";
        let object = self.object(value, pointer, what, &[&["event"], keys::ENTRY], |_| false)?;
        let forms: [&[&'static str]; 4] = [&["event"], &["phase"], &["trend"], &["state", "value"]];
        let form = self.one_form(&object, &forms, what)?;
        let named = |start: Start| Some(Since::Last(start));
        match form {
            "event" => {
                let (name, pointer) = self.required(&object, form, what)?;
                named(Start::Event(self.reference(name, &pointer)?))
            }
            "state" if object.get("value").is_none() => {
                let (name, pointer) = self.required(&object, form, what)?;
                Some(Since::State(self.reference(name, &pointer)?))
            }
            _ => named(self.entry(&object, form, what)?),
        }
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
