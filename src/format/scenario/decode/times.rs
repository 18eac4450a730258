//! Times of the file: durations, dates, horizons and deadlines.

use super::{Decoder, describe};
use crate::diagnostic::{Place, nearest};
use crate::scenario::types::{At, Horizon, NumberOrFormula, Quantity};
use crate::time::calendar;
use crate::time::duration::{self, NotADuration};
use jiff::civil::Date;
use serde_json::Value;

impl<'v> Decoder<'v> {
    /// Years: a duration in words, a number, or a formula. Positive if it is known.
    pub(super) fn wait(&mut self, value: &'v Value, pointer: &str, what: &str) -> Option<Quantity> {
        let (value, pointer) = self.bare(value, pointer, "a duration")?;
        let years = match value {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => match self.duration_or_formula(text, &pointer)? {
                Some(years) => Some(years),
                None => return Some(At::new(NumberOrFormula::Formula(text.clone()), pointer)),
            },
            other => {
                return self.wrong_type(
                    &pointer,
                    "a duration, a number of years or a formula",
                    other,
                );
            }
        };
        let years = self.positive(years?, &pointer, what, value)?;
        Some(At::new(NumberOrFormula::Number(years), pointer))
    }

    /// Years, positive and known before the run.
    pub(super) fn positive_duration(
        &mut self,
        value: &'v Value,
        pointer: &str,
        what: &str,
    ) -> Option<At<f64>> {
        let (value, pointer) = self.bare(value, pointer, "a duration")?;
        self.bare_duration(value, pointer, what)
    }

    /// A unit of time or a duration, in years.
    pub(super) fn time_of_rate(&mut self, value: &'v Value, pointer: &str) -> Option<f64> {
        if let Some(text) = value.as_str() {
            if let Some(years) = duration::unit(text) {
                return Some(years);
            }
            let meant = nearest(text, duration::UNITS.iter().copied());
            if let Some(meant) = meant.filter(|_| duration::years(text).is_err()) {
                let message = format!("`{text}` is no unit of time");
                self.fault("invalid-duration", Place::value(pointer), message)
                    .hints
                    .push(format!("did you mean `{meant}`?"));
                return None;
            }
        }
        self.positive_duration(value, pointer, "the time of a rate")
            .map(|years| years.value)
    }

    fn bare_duration(&mut self, value: &Value, pointer: String, what: &str) -> Option<At<f64>> {
        let years = match value {
            Value::Number(number) => number.as_f64()?,
            Value::String(text) => match self.duration_or_formula(text, &pointer)? {
                Some(years) => years,
                None => return self.no_duration(text, &pointer, None),
            },
            other => return self.wrong_type(&pointer, "a duration such as \"12 months\"", other),
        };
        Some(At::new(
            self.positive(years, &pointer, what, value)?,
            pointer,
        ))
    }

    fn positive(&mut self, years: f64, pointer: &str, what: &str, found: &Value) -> Option<f64> {
        if years > 0.0 {
            return Some(years);
        }
        self.out_of_range(
            pointer,
            format!("{what} is longer than nothing, found {}", describe(found)),
        )
    }

    /// Years, or `Some(None)` if the text may be a formula.
    pub(super) fn duration_or_formula(&mut self, text: &str, pointer: &str) -> Option<Option<f64>> {
        match duration::years(text) {
            Ok(years) => Some(Some(years)),
            Err(NotADuration::Unlike) => Some(None),
            Err(NotADuration::Unit(unit)) => self.no_duration(text, pointer, Some(&unit)),
            Err(NotADuration::Number(_)) => self.no_duration(text, pointer, None),
        }
    }

    fn no_duration<T>(&mut self, text: &str, pointer: &str, unit: Option<&str>) -> Option<T> {
        let fault = self.fault(
            "invalid-duration",
            Place::value(pointer),
            format!("`{text}` is not a duration"),
        );
        let meant = unit.and_then(|unit| {
            nearest(
                unit.strip_suffix('s').unwrap_or(unit),
                duration::UNITS.iter().copied(),
            )
        });
        let is_one = text.split_whitespace().next() == Some("1");
        fault.hints.push(match meant {
            Some(meant) if is_one => format!("did you mean `{meant}`?"),
            Some(meant) => format!("did you mean `{meant}s`?"),
            None => "durations are written \"12 months\", \"90 days\", \"1 week\", \"1/52 years\", or as a number of years".to_owned(),
        });
        None
    }

    pub(super) fn date(&mut self, value: &Value, pointer: &str) -> Option<Date> {
        let Value::String(text) = value else {
            return self.wrong_type(pointer, "a date such as \"2026-01-31\"", value);
        };
        let date = duration::date(text);
        if date.is_none() {
            self.fault(
                "invalid-date",
                Place::value(pointer),
                format!("`{text}` is not a date"),
            )
            .hints
            .push("dates are written YYYY-MM-DD, and the day has to exist".to_owned());
        }
        date
    }

    /// A date as years since the start; 0 while the start is unknown, which is a fault of its own.
    pub(super) fn time_of(&mut self, value: &Value, pointer: &str) -> Option<f64> {
        let date = self.date(value, pointer)?;
        Some(
            self.start
                .map_or(0.0, |start| calendar::years_between(start, date)),
        )
    }

    pub(super) fn dated(&mut self, value: &Value, pointer: &str) -> Option<At<Date>> {
        Some(At::new(self.date(value, pointer)?, pointer))
    }

    /// A duration from the start, or a date after it.
    pub(super) fn horizon(&mut self, value: &'v Value, pointer: &str) -> Option<At<Horizon>> {
        let (inner, at) = self.bare(value, pointer, "a duration or a date")?;
        match inner.as_str() {
            Some(text) if duration::resembles_date(text) => {
                let date = self.date(inner, &at)?;
                if self.start.is_some_and(|start| date <= start) {
                    return self.out_of_range(
                        &at,
                        format!("the horizon comes after the start, found {date}"),
                    );
                }
                Some(At::new(Horizon::Date(date), at))
            }
            _ => Some(
                self.bare_duration(inner, at, "the horizon")?
                    .map(Horizon::Years),
            ),
        }
    }

    /// Years since the start at which something is reported: a date or a duration, not before the
    /// start.
    pub(super) fn reported_time(&mut self, value: &'v Value, pointer: &str) -> Option<At<f64>> {
        let (value, pointer) = self.bare(value, pointer, "a duration or a date")?;
        let years = match value {
            Value::Number(number) => number.as_f64()?,
            Value::String(text) if duration::resembles_date(text) => {
                self.time_of(value, &pointer)?
            }
            Value::String(text) => match self.duration_or_formula(text, &pointer)? {
                Some(years) => years,
                None => return self.no_duration(text, &pointer, None),
            },
            other => return self.wrong_type(&pointer, "a duration or a date", other),
        };
        if years >= 0.0 {
            Some(At::new(years, pointer))
        } else {
            self.out_of_range(&pointer, "a reported time comes before the start")
        }
    }

    /// A time by which something may have happened: a date, which counts as a whole, or a duration;
    /// not before the start.
    pub(super) fn deadline(&mut self, value: &'v Value, pointer: &str) -> Option<At<Horizon>> {
        let (inner, at) = self.bare(value, pointer, "a duration or a date")?;
        match inner.as_str() {
            Some(text) if duration::resembles_date(text) => {
                Some(self.dated(inner, &at)?.map(Horizon::Date))
            }
            _ => Some(self.reported_time(inner, &at)?.map(Horizon::Years)),
        }
    }
}
