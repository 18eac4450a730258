//! Distributions that are no family: percentiles, tables, listed values, and what is made of
//! another distribution.

use super::value::Numbers;
use super::{Decoder, Object, keys};
use crate::diagnostic::pointer::join;
use crate::diagnostic::{Place, in_percent};
use crate::scenario::places::ELSE;
use crate::scenario::types::{Form, NumberOrFormula, Quantity};
use serde_json::Value;

/// Percentiles of one distribution at most: beyond, a metalog has no digits left.
const MOST_PERCENTILES: usize = 16;

impl<'v> Decoder<'v> {
    /// Percentiles, by rising probability.
    pub(super) fn percentiles(
        &mut self,
        object: &Object<'v>,
        numbers: Numbers,
    ) -> Option<Vec<(f64, Quantity)>> {
        let mut found = Vec::new();
        let mut complete = true;
        for (key, value) in object.map {
            let Some(probability) = keys::percentile(key) else {
                continue;
            };
            match self.quantity(value, &join(&object.pointer, key), numbers) {
                Some(quantity) => found.push((probability, quantity)),
                None => complete = false,
            }
        }
        found.sort_by(|a, b| a.0.total_cmp(&b.0));
        for pair in found.windows(2) {
            if let [(_, low), (_, high)] = pair
                && let (NumberOrFormula::Number(a), NumberOrFormula::Number(b)) =
                    (&low.value, &high.value)
                && a >= b
            {
                let message = format!("percentiles rise, found {b} after {a}");
                let Some((at, hint)) = culprit(&found, object.map.get("range")) else {
                    let pointer = high.pointer.clone();
                    return self.out_of_range(&pointer, message);
                };
                let place = found[at].1.place();
                self.fault("value-out-of-range", place, message)
                    .hints
                    .push(hint);
                return None;
            }
        }
        complete.then_some(found)
    }

    /// Three or more percentiles.
    pub(super) fn curve(&mut self, object: &Object<'v>, numbers: Numbers) -> Option<Form> {
        let monotone = match object.get("shape") {
            None => false,
            Some((value, pointer)) => match value.as_str() {
                Some("metalog") => false,
                Some("monotone") => true,
                _ => return self.no_such_word(&pointer, &["metalog", "monotone"], value),
            },
        };
        let points = self.percentiles(object, numbers)?;
        let twice = points.windows(2).any(|pair| pair[0].0 == pair[1].0);
        if (3..=MOST_PERCENTILES).contains(&points.len()) && !twice {
            return Some(Form::Percentiles { points, monotone });
        }
        let stated = object.map.keys().map(String::as_str);
        let stated: Vec<&str> = stated.filter(|key| keys::is_percentile(key)).collect();
        let message = if twice {
            format!(
                "each percentile is stated once, found {}",
                stated.join(", ")
            )
        } else {
            format!(
                "percentiles are three or more, at most {MOST_PERCENTILES}, found {}",
                stated.join(", ")
            )
        };
        let place = Place::value(object.pointer.clone());
        let fault = self.fault("invalid-percentiles", place, message);
        if points.len() < 3 {
            fault.hints.push("for instance p5, p50, p95; two percentiles make a `normal` or a `lognormal`, such as {\"normal\": {\"p5\": 1, \"p95\": 3}}".to_owned());
        }
        None
    }

    /// A table of values with the probability up to each.
    pub(super) fn cumulative(&mut self, object: &Object<'v>, numbers: Numbers) -> Option<Form> {
        let stated = self.list(object, "cumulative", |_, value, pointer| {
            Some((value, pointer.to_owned()))
        })?;
        let mut points: Vec<(Quantity, f64)> = Vec::with_capacity(stated.len());
        for (value, pointer) in &stated {
            let Some([x, level]) = value.as_array().map(Vec::as_slice) else {
                let expected = "a pair [value, probability up to it]";
                return self.wrong_type(pointer, expected, value);
            };
            let x = self.quantity(x, &join(pointer, "0"), numbers)?;
            let what = "the probability up to a value";
            let level = self.number_within(level, &join(pointer, "1"), 0.0, 1.0, what)?;
            if let Some((before, below)) = points.last() {
                if level.value < *below {
                    let message = format!(
                        "probabilities up to a value do not fall, found {} after {below}",
                        level.value
                    );
                    return self.out_of_range(&level.pointer, message);
                }
                if let (NumberOrFormula::Number(a), NumberOrFormula::Number(b)) =
                    (&before.value, &x.value)
                    && a > b
                {
                    let message = format!("values do not fall, found {b} after {a}");
                    return self.out_of_range(&x.pointer, message);
                }
            }
            points.push((x, level.value));
        }
        for (point, end, hint) in [
            (
                points.first(),
                0.0,
                "begin with the value below which nothing lies",
            ),
            (
                points.last(),
                1.0,
                "end with the value above which nothing lies",
            ),
        ] {
            if point.map(|(_, level)| *level) != Some(end) {
                let message = format!(
                    "the probabilities of `cumulative` run from 0 to 1, and {end} is missing"
                );
                let place = Place::value(join(&object.pointer, "cumulative"));
                let hint = format!("{hint}, or state percentiles, which need no ends");
                self.fault("value-out-of-range", place, message)
                    .hints
                    .push(hint);
                return None;
            }
        }
        Some(Form::Cumulative(points))
    }

    pub(super) fn point_mass(
        &mut self,
        object: &Object<'v>,
        value: &'v Value,
        pointer: &str,
        numbers: Numbers,
    ) -> Option<Form> {
        let (what, known) = ("`point_mass`", &["at", "probability"]);
        let inner = self.object(value, pointer, what, &[known], |_| false)?;
        let at = self
            .required(&inner, "at", what)
            .and_then(|(value, pointer)| self.quantity(value, &pointer, numbers));
        let probability =
            self.required(&inner, "probability", what)
                .and_then(|(value, pointer)| {
                    let found = self.quantity(value, &pointer, numbers.untimed())?;
                    self.is_probability(found, "a probability")
                });
        let (rest, place) = self.required(object, ELSE, "a `point_mass`")?;
        let otherwise = self.draw(rest, &place, numbers);
        Some(Form::PointMass {
            at: at?,
            probability: probability?,
            otherwise: Box::new(otherwise?),
        })
    }

    pub(super) fn shifted(
        &mut self,
        object: &Object<'v>,
        value: &'v Value,
        pointer: &str,
        numbers: Numbers,
    ) -> Option<Form> {
        // What is shifted to a date is itself counted in time.
        let shift = object
            .get("shift")
            .map(|(value, at)| self.quantity(value, &at, numbers));
        let scale = object.get("scale").map(|(value, at)| {
            let found = self.quantity(value, &at, numbers.untimed())?;
            self.is_not_negative(found, "a scale")
        });
        if shift.is_none() && scale.is_none() {
            let place = Place::value(object.pointer.clone());
            let message = "`of` is shifted or scaled, and neither is stated";
            self.fault("missing-key", place, message)
                .hints
                .push("add `shift`, `scale` or both, or state what `of` holds alone".to_owned());
            return None;
        }
        let of = self.draw(value, pointer, numbers);
        let stated = |found: Option<Option<Quantity>>| match found {
            Some(None) => None,
            Some(found) => Some(found),
            None => Some(None),
        };
        Some(Form::Shifted {
            shift: stated(shift)?,
            scale: stated(scale)?,
            of: Box::new(of?),
        })
    }

    pub(super) fn discrete(
        &mut self,
        value: &'v Value,
        pointer: &str,
        numbers: Numbers,
    ) -> Option<Form> {
        let object = self.object(
            value,
            pointer,
            "`discrete`",
            &[&["values", "probabilities"]],
            |_| false,
        )?;
        self.required(&object, "values", "`discrete`")?;
        self.required(&object, "probabilities", "`discrete`")?;
        let total = |list: Option<&Vec<Value>>| list.map_or(0, Vec::len);
        let (values_stated, stated) = (
            total(object.map.get("values").and_then(Value::as_array)),
            total(object.map.get("probabilities").and_then(Value::as_array)),
        );
        let values = self.list(&object, "values", |decoder, value, pointer| {
            decoder.quantity(value, pointer, numbers)
        })?;
        let plain = numbers.untimed();
        let probabilities = self.list(&object, "probabilities", |decoder, value, pointer| {
            let found = decoder.quantity(value, pointer, plain)?;
            decoder.is_probability(found, "a probability")
        })?;
        if values_stated != stated || stated == 0 {
            let message = format!(
                "`discrete` has as many probabilities as values, found {stated} and {values_stated}"
            );
            return self.out_of_range(pointer, message);
        }
        (values.len() == stated && probabilities.len() == stated).then_some(Form::Discrete {
            values,
            probabilities,
        })
    }
}

/// Which of some percentiles that do not rise is at fault, and a way out: the only one outside of
/// the `range`, or the only one that seems to be in percent. `None` if that cannot be told.
fn culprit(percentiles: &[(f64, Quantity)], range: Option<&Value>) -> Option<(usize, String)> {
    let values: Vec<f64> = percentiles
        .iter()
        .map(|(_, quantity)| match quantity.value {
            NumberOrFormula::Number(value) => Some(value),
            NumberOrFormula::Formula(_) => None,
        })
        .collect::<Option<_>>()?;
    let rise = |values: &[f64]| values.windows(2).all(|pair| pair[0] < pair[1]);
    let with = |at: usize, value: f64| -> Vec<f64> {
        let mut values = values.clone();
        values[at] = value;
        values
    };
    let only = |is: &dyn Fn(usize) -> bool| -> Option<usize> {
        let mut found = (0..values.len()).filter(|at| is(*at));
        found.next().filter(|_| found.next().is_none())
    };
    if let Some(at) = only(&|at| values[at] > 1.0 && rise(&with(at, values[at] / 100.0))) {
        return in_percent(values[at]).map(|hint| (at, hint));
    }
    let end = |index: usize, open: f64| -> f64 {
        let end = range
            .and_then(|range| range.get(index))
            .and_then(Value::as_f64);
        end.unwrap_or(open)
    };
    let (low, high) = (end(0, f64::NEG_INFINITY), end(1, f64::INFINITY));
    let at = only(&|at| !(low <= values[at] && values[at] <= high))?;
    Some((at, format!("{} lies outside of the range", values[at])))
}
