//! Numbers, formulas, names and ranges.

use super::{Decoder, Object, keys, shortened};
use crate::diagnostic::pointer::join;
use crate::diagnostic::{Place, in_percent, nearest};
use crate::scenario::types::{At, Condition, Interval, NumberOrFormula, Quantity, Reference};
use crate::scenario::written;
use crate::time::duration;
use serde_json::Value;
use unicode_ident::{is_xid_continue, is_xid_start};

/// What may stand for a number at some place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Numbers {
    pub formulas: bool,
    /// Dates and durations count as years.
    pub times: bool,
}

impl Numbers {
    pub const PLAIN: Self = Self {
        formulas: false,
        times: false,
    };
    pub const FORMULAS: Self = Self {
        formulas: true,
        times: false,
    };
    pub const TIMES: Self = Self {
        formulas: true,
        times: true,
    };

    /// The same without dates and durations.
    pub fn untimed(mut self) -> Self {
        self.times = false;
        self
    }

    fn expected(self) -> &'static str {
        match (self.formulas, self.times) {
            (false, _) => "a number",
            (true, false) => "a number or a formula",
            (true, true) => "a date, a number of years or a formula",
        }
    }
}

impl<'v> Decoder<'v> {
    /// The value inside `{"value": …, "note": …, "source": …}`, or the value itself.
    pub(super) fn bare(
        &mut self,
        value: &'v Value,
        pointer: &str,
        expected: &str,
    ) -> Option<(&'v Value, String)> {
        if !value.is_object() {
            return Some((value, pointer.to_owned()));
        }
        let what = format!("the object that stands for {expected}");
        let object = self.object(value, pointer, &what, &[keys::VALUE], |_| false)?;
        self.why(&object);
        if object.strange && !object.has("value") {
            return None;
        }
        self.required(&object, "value", &what)
    }

    pub(super) fn quantity(
        &mut self,
        value: &'v Value,
        pointer: &str,
        numbers: Numbers,
    ) -> Option<Quantity> {
        let (value, pointer) = self.bare(value, pointer, numbers.expected())?;
        self.bare_quantity(value, &pointer, numbers)
    }

    pub(super) fn bare_quantity(
        &mut self,
        value: &Value,
        pointer: &str,
        numbers: Numbers,
    ) -> Option<Quantity> {
        let number = |number: f64| Some(At::new(NumberOrFormula::Number(number), pointer));
        match value {
            Value::Number(found) => found.as_f64().map_or_else(
                || self.wrong_type(pointer, numbers.expected(), value),
                number,
            ),
            Value::String(text) if numbers.times && duration::resembles_date(text) => {
                number(self.time_of(value, pointer)?)
            }
            Value::String(text) if numbers.times => {
                match self.duration_or_formula(text, pointer)? {
                    Some(years) => number(years),
                    None => self.formula(text, pointer, numbers),
                }
            }
            Value::String(text) => self.formula(text, pointer, numbers),
            other => {
                let meant = match other {
                    Value::Array(_) if !numbers.formulas => {
                        "a list is no number; what is uncertain is a parameter, such as {\"uniform\": [0.1, 0.3]}"
                    }
                    Value::Bool(_) => "write 1 or 0, or the chance of it",
                    Value::Null => "state a value, or remove the key",
                    _ => "",
                };
                let meant = (!meant.is_empty()).then(|| meant.to_owned());
                self.wrong_type_meant(pointer, numbers.expected(), other, meant)
            }
        }
    }

    fn formula(&mut self, text: &str, pointer: &str, numbers: Numbers) -> Option<Quantity> {
        let meant = if numbers.formulas {
            written::no_formula(text)
        } else {
            written::number(text)
        };
        if let Some(meant) = meant {
            let expected = numbers.expected();
            self.fault(
                "wrong-type",
                Place::value(pointer),
                format!("expected {expected}, found the text `{}`", shortened(text)),
            )
            .hints
            .push(meant);
            return None;
        }
        if numbers.formulas {
            return Some(At::new(NumberOrFormula::Formula(text.to_owned()), pointer));
        }
        let is_word = text.chars().all(|c| c.is_alphabetic() || c == ' ');
        self.fault(
            "formula-not-allowed",
            Place::value(pointer),
            format!("expected a number, found the text `{}`", shortened(text)),
        )
        .hints
        .push(if is_word {
            "state the number, such as 0.3: no word and no name can stand here".to_owned()
        } else {
            "nothing can be computed here: state the number, or move the formula to where one is allowed, such as `derived`".to_owned()
        });
        None
    }

    /// A number that no formula can give.
    pub(super) fn number(&mut self, value: &'v Value, pointer: &str) -> Option<At<f64>> {
        let found = self.quantity(value, pointer, Numbers::PLAIN)?;
        match found.value {
            NumberOrFormula::Number(number) => Some(At::new(number, found.pointer)),
            NumberOrFormula::Formula(_) => None,
        }
    }

    /// A number within `low..=high`.
    pub(super) fn number_within(
        &mut self,
        value: &'v Value,
        pointer: &str,
        low: f64,
        high: f64,
        what: &str,
    ) -> Option<At<f64>> {
        let found = self.number(value, pointer)?;
        if found.value >= low && found.value <= high {
            return Some(found);
        }
        let bounds = if high.is_finite() {
            format!("lies between {low} and {high}")
        } else {
            format!("is at least {low}")
        };
        self.out_of_range(
            &found.pointer,
            format!("{what} {bounds}, found {}", found.value),
        )
    }

    /// A correlation; none is so strong that one of two numbers decides the other.
    pub(super) fn correlation(&mut self, value: &'v Value, pointer: &str) -> Option<At<f64>> {
        let found = self.number(value, pointer)?;
        if found.value.abs() < 1.0 {
            return Some(found);
        }
        let message = format!(
            "a correlation lies strictly between -1 and 1, found {}",
            found.value
        );
        let fault = self.fault("value-out-of-range", Place::value(&found.pointer), message);
        let hint =
            "state one closer to 0, or write what always moves with another as a formula of it";
        fault.hints.push(hint.to_owned());
        None
    }

    /// A quantity that, if it is a plain number, is a probability.
    pub(super) fn probability(
        &mut self,
        value: &'v Value,
        pointer: &str,
        what: &str,
    ) -> Option<Quantity> {
        let found = self.quantity(value, pointer, Numbers::FORMULAS)?;
        self.is_probability(found, what)
    }

    pub(super) fn is_probability(&mut self, found: Quantity, what: &str) -> Option<Quantity> {
        match found.value {
            NumberOrFormula::Number(number) if !(0.0..=1.0).contains(&number) => {
                let fault = self.fault(
                    "value-out-of-range",
                    found.place(),
                    format!("{what} lies between 0 and 1, found {number}"),
                );
                fault.hints.extend(in_percent(number));
                None
            }
            _ => Some(found),
        }
    }

    /// A quantity that, if it is a plain number, is not negative.
    pub(super) fn not_negative(
        &mut self,
        value: &'v Value,
        pointer: &str,
        what: &str,
    ) -> Option<Quantity> {
        let found = self.quantity(value, pointer, Numbers::FORMULAS)?;
        self.is_not_negative(found, what)
    }

    pub(super) fn is_not_negative(&mut self, found: Quantity, what: &str) -> Option<Quantity> {
        match found.value {
            NumberOrFormula::Number(number) if number < 0.0 => self.out_of_range(
                &found.pointer,
                format!("{what} is not negative, found {number}"),
            ),
            _ => Some(found),
        }
    }

    /// A whole number from `low` up.
    pub(super) fn whole(
        &mut self,
        value: &Value,
        pointer: &str,
        low: u64,
        what: &str,
    ) -> Option<At<u64>> {
        const EXACT: f64 = 9_007_199_254_740_992.0;
        let Value::Number(number) = value else {
            let meant = value.as_str().and_then(written::number);
            return self.wrong_type_meant(pointer, "a whole number", value, meant);
        };
        let float = number
            .as_f64()
            .filter(|f| *f >= 0.0 && *f <= EXACT && libm::floor(*f) == *f)
            .map(|f| f as u64);
        match number.as_u64().or(float).filter(|whole| *whole >= low) {
            Some(whole) => Some(At::new(whole, pointer)),
            None => self.out_of_range(
                pointer,
                format!("{what} is a whole number from {low} up, found {number}"),
            ),
        }
    }

    pub(super) fn truth(&mut self, object: &Object<'v>, key: &str) -> Option<bool> {
        let (value, pointer) = object.get(key)?;
        match value {
            Value::Bool(truth) => Some(*truth),
            other => self.wrong_type(&pointer, "`true` or `false`", other),
        }
    }

    /// A truth-valued formula.
    pub(super) fn condition(&mut self, value: &Value, pointer: &str) -> Option<Condition> {
        match value {
            Value::String(text) => Some(At::new(text.clone(), pointer)),
            other => {
                self.wrong_type::<()>(pointer, "a condition such as \"trust > 0.3\"", other);
                if let (Value::Bool(_), Some(fault)) = (other, self.faults.last_mut()) {
                    let hint = format!("a condition is a formula, in quotes: \"{other}\"");
                    fault.hints.push(hint);
                }
                None
            }
        }
    }

    /// The name of something that is defined elsewhere.
    pub(super) fn reference(&mut self, value: &Value, pointer: &str) -> Option<Reference> {
        match value {
            Value::String(text) => Some(At::new(text.clone(), pointer)),
            other => self.wrong_type(pointer, "a name", other),
        }
    }

    pub(super) fn check_name(&mut self, name: &str, place: Place) {
        let mut chars = name.chars();
        let begins = chars.next().is_some_and(|c| c == '_' || is_xid_start(c));
        if begins && chars.all(is_xid_continue) {
            return;
        }
        let fault = self.fault(
            "invalid-name",
            place,
            format!("`{name}` is not a name: letters, digits and `_`, no digit first"),
        );
        let mended: String = name
            .trim()
            .chars()
            .map(|c| if is_xid_continue(c) { c } else { '_' })
            .collect();
        if mended.starts_with(is_xid_start) {
            fault
                .hints
                .push(format!("write `{mended}`, and the original as its `title`"));
        }
    }

    /// `source`: a name of `sources`, or several.
    pub(super) fn source(&mut self, object: &Object<'v>) -> Option<Vec<Reference>> {
        let (value, pointer) = object.get("source")?;
        let names = match value {
            Value::Array(list) => list
                .iter()
                .enumerate()
                .filter_map(|(index, value)| {
                    self.reference(value, &join(&pointer, &index.to_string()))
                })
                .collect(),
            Value::String(text) => vec![At::new(text.clone(), pointer)],
            other => {
                return self.wrong_type(
                    &pointer,
                    "the name of an entry of `sources`, or a list of them",
                    other,
                );
            }
        };
        for name in &names {
            if self.sources.contains(&name.value.as_str()) {
                continue;
            }
            let meant = nearest(&name.value, self.sources.iter().copied()).map(str::to_owned);
            let fault = self.fault(
                "unknown-source",
                name.place(),
                format!("no entry of `sources` is named `{}`", name.value),
            );
            fault.hints.push(match meant {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => "add it to `sources`, or say it in a `note`".to_owned(),
            });
        }
        Some(names)
    }

    /// `[low, high]`, either end `null`.
    pub(super) fn interval(
        &mut self,
        value: &Value,
        pointer: &str,
        times: bool,
    ) -> Option<Interval> {
        let Some([low, high]) = value.as_array().map(Vec::as_slice) else {
            return self.wrong_type(
                pointer,
                "a range [low, high], where `null` leaves an end open",
                value,
            );
        };
        let low = self.end(low, &join(pointer, "0"), times)?;
        let high = self.end(high, &join(pointer, "1"), times)?;
        if let (Some(low), Some(high)) = (low, high)
            && low >= high
        {
            return self.out_of_range(
                pointer,
                format!("the low end of a range lies below its high end, found {low} and {high}"),
            );
        }
        Some(Interval {
            pointer: pointer.to_owned(),
            low,
            high,
        })
    }

    fn end(&mut self, value: &Value, pointer: &str, times: bool) -> Option<Option<f64>> {
        if value.is_null() {
            return Some(None);
        }
        let found = self.bare_quantity(
            value,
            pointer,
            Numbers {
                formulas: false,
                times,
            },
        )?;
        match found.value {
            NumberOrFormula::Number(number) => Some(Some(number)),
            NumberOrFormula::Formula(_) => None,
        }
    }
}
