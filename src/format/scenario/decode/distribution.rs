//! Numbers that are drawn: distributions in all their forms.

use super::value::Numbers;
use super::{Decoder, Object, keys};
use crate::diagnostic::pointer::join;
use crate::diagnostic::{Place, in_percent};
use crate::scenario::families::{Arguments, FAMILIES};
use crate::scenario::types::{
    At, Distribution, Draw, Expert, Family, Form, NumberOrFormula, Parameter, Quantity, Why,
};
use serde_json::Value;

impl<'v> Decoder<'v> {
    pub(super) fn parameter(&mut self, value: &'v Value, pointer: &str) -> Option<Parameter> {
        if !value.is_object() {
            let draw = Draw::Value(self.bare_quantity(value, pointer, Numbers::PLAIN)?);
            return Some(Parameter {
                pointer: pointer.to_owned(),
                title: None,
                unit: None,
                why: Why::default(),
                draw,
            });
        }
        let object = self.distribution_object(value, pointer, "a parameter", keys::PARAMETER)?;
        let title = self.text(&object, "title");
        let unit = self.text(&object, "unit");
        let why = self.why(&object);
        let draw = self.draw_of(&object, why.clone(), Numbers::PLAIN)?;
        Some(Parameter {
            pointer: pointer.to_owned(),
            title,
            unit,
            why,
            draw,
        })
    }

    /// A number, a formula, or a distribution.
    pub(super) fn draw(
        &mut self,
        value: &'v Value,
        pointer: &str,
        numbers: Numbers,
    ) -> Option<Draw> {
        if !value.is_object() {
            return Some(Draw::Value(self.bare_quantity(value, pointer, numbers)?));
        }
        let object = self.distribution_object(value, pointer, "a distribution", &[])?;
        let why = self.why(&object);
        self.draw_of(&object, why, numbers)
    }

    fn distribution_object(
        &mut self,
        value: &'v Value,
        pointer: &str,
        what: &str,
        more: &[&'static str],
    ) -> Option<Object<'v>> {
        self.object(
            value,
            pointer,
            what,
            &[more, keys::DISTRIBUTION],
            keys::is_percentile,
        )
    }

    fn draw_of(&mut self, object: &Object<'v>, why: Why, numbers: Numbers) -> Option<Draw> {
        if object.has("value") {
            let others = object.map.keys().filter(|key| {
                keys::is_percentile(key)
                    || keys::DISTRIBUTION_FORMS[1..].contains(&key.as_str())
                    || ["lambda", "range"].contains(&key.as_str())
            });
            if let Some(other) = others.into_iter().next() {
                self.conflict(object, "value", other, "a number");
                return None;
            }
            let (value, pointer) = object.get("value")?;
            return Some(Draw::Value(self.bare_quantity(value, &pointer, numbers)?));
        }
        let distribution = self.distribution_of(object, why, numbers)?;
        Some(Draw::Distribution(distribution))
    }

    fn distribution_of(
        &mut self,
        object: &Object<'v>,
        why: Why,
        numbers: Numbers,
    ) -> Option<Distribution> {
        let range = object
            .get("range")
            .map(|(value, pointer)| self.interval(value, &pointer, numbers.times));
        let form = self.form(object, numbers);
        let range = match range {
            Some(range) => Some(range?),
            None => None,
        };
        Some(Distribution {
            pointer: object.pointer.clone(),
            form: form?,
            range,
            why,
        })
    }

    fn form(&mut self, object: &Object<'v>, numbers: Numbers) -> Option<Form> {
        let percentile = object.map.keys().find(|key| keys::is_percentile(key));
        let stated: Vec<&str> = percentile
            .map(String::as_str)
            .into_iter()
            .chain(
                keys::DISTRIBUTION_FORMS
                    .iter()
                    .copied()
                    .filter(|key| object.has(key)),
            )
            .collect();
        let form = match stated.as_slice() {
            [form] => *form,
            [] => {
                if !object.strange {
                    let message = "a distribution is missing: a family, percentiles, or a `value`";
                    self.fault("missing-key", Place::value(object.pointer.clone()), message)
                        .hints
                        .push("for instance {\"p5\": 0.1, \"p50\": 0.25, \"p95\": 0.5} or {\"pert\": [0.1, 0.2, 0.5]}".to_owned());
                }
                return None;
            }
            [first, second, ..] => {
                self.conflict(object, first, second, "a distribution");
                return None;
            }
        };
        if form != "pert" && object.has("lambda") {
            self.conflict(object, form, "lambda", "a distribution");
            return None;
        }
        let (value, pointer) = object.get(form)?;
        match form {
            "discrete" => self.discrete(value, &pointer, numbers),
            "experts" => self.experts(object, numbers),
            family => match FAMILIES.iter().find(|arguments| arguments.family == family) {
                Some(arguments) => self.family(object, arguments, value, &pointer, numbers),
                None => self.metalog(object, numbers),
            },
        }
    }

    /// Percentiles, by rising probability.
    fn percentiles(
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

    fn metalog(&mut self, object: &Object<'v>, numbers: Numbers) -> Option<Form> {
        let found = self.percentiles(object, numbers)?;
        let symmetric = match found.as_slice() {
            [(low, _), (middle, _), (high, _)] => *middle == 0.5 && (low + high - 1.0).abs() < 1e-9,
            _ => false,
        };
        if symmetric {
            return Some(Form::Percentiles(found));
        }
        let stated: Vec<&str> = object
            .map
            .keys()
            .map(String::as_str)
            .filter(|key| keys::is_percentile(key))
            .collect();
        let message = format!(
            "percentiles are p50 and one symmetric pair, found {}",
            stated.join(", ")
        );
        self.fault(
            "invalid-percentiles",
            Place::value(object.pointer.clone()),
            message,
        )
        .hints
        .push("for instance p5, p50, p95 or p10, p50, p90".to_owned());
        None
    }

    fn family(
        &mut self,
        object: &Object<'v>,
        arguments: &'static Arguments,
        value: &'v Value,
        pointer: &str,
        numbers: Numbers,
    ) -> Option<Form> {
        let family = family_named(arguments.family)?;
        if !arguments.list.is_empty() {
            let mut found = self.listed(arguments, value, pointer, numbers)?;
            if family == Family::Pert {
                let four = At::new(
                    NumberOrFormula::Number(4.0),
                    join(&object.pointer, "lambda"),
                );
                let lambda = match object.get("lambda") {
                    Some((value, pointer)) => self.quantity(
                        value,
                        &pointer,
                        Numbers {
                            times: false,
                            ..numbers
                        },
                    )?,
                    None => four,
                };
                found.push(lambda);
            }
            return Some(Form::Family {
                family,
                arguments: found,
            });
        }

        let known: Vec<&[&'static str]> = arguments.keys.to_vec();
        let what = format!("`{}`", arguments.family);
        let inner = self.object(value, pointer, &what, &known, |key| {
            arguments.fitted && keys::is_percentile(key)
        })?;
        if arguments.fitted && inner.map.keys().any(|key| keys::is_percentile(key)) {
            return self.fitted(&inner, family, arguments, numbers);
        }
        let chosen = arguments
            .keys
            .iter()
            .rposition(|keys| keys.iter().any(|key| inner.has(key)))
            .unwrap_or(0);
        if let (Some(other), Some(own)) = (
            arguments
                .keys
                .iter()
                .enumerate()
                .filter(|(rank, _)| *rank != chosen)
                .flat_map(|(_, keys)| keys.iter())
                .find(|key| inner.has(key)),
            arguments.keys[chosen].iter().find(|key| inner.has(key)),
        ) {
            self.conflict(&inner, other, own, &what);
            return None;
        }
        let mut found = Vec::new();
        for key in arguments.keys[chosen] {
            let numbers = argument_numbers(key, numbers);
            let argument = self
                .required(&inner, key, &what)
                .and_then(|(value, pointer)| self.quantity(value, &pointer, numbers));
            found.push(argument);
        }
        let family = if family == Family::NegativeBinomial && chosen == 1 {
            Family::NegativeBinomialByMean
        } else {
            family
        };
        Some(Form::Family {
            family,
            arguments: found.into_iter().collect::<Option<_>>()?,
        })
    }

    fn listed(
        &mut self,
        arguments: &Arguments,
        value: &'v Value,
        pointer: &str,
        numbers: Numbers,
    ) -> Option<Vec<Quantity>> {
        let expected = format!(
            "`{}` takes [{}]",
            arguments.family,
            arguments.list.join(", ")
        );
        let Value::Array(list) = value else {
            let message = format!("{expected}, found {}", super::describe(value));
            self.fault("wrong-type", Place::value(pointer), message);
            return None;
        };
        if list.len() != arguments.list.len() {
            let message = format!("{expected}, found a list of {}", list.len());
            self.fault("wrong-type", Place::value(pointer), message);
            return None;
        }
        let found: Vec<_> = list
            .iter()
            .enumerate()
            .map(|(index, value)| self.quantity(value, &join(pointer, &index.to_string()), numbers))
            .collect();
        found.into_iter().collect()
    }

    fn fitted(
        &mut self,
        inner: &Object<'v>,
        family: Family,
        arguments: &Arguments,
        numbers: Numbers,
    ) -> Option<Form> {
        for key in arguments.keys.iter().copied().flatten() {
            if let (true, Some(percentile)) = (
                inner.has(key),
                inner.map.keys().find(|key| keys::is_percentile(key)),
            ) {
                self.conflict(inner, key, percentile, &format!("`{}`", family.name()));
                return None;
            }
        }
        let found = self.percentiles(inner, numbers)?;
        match <[_; 2]>::try_from(found) {
            Ok(percentiles) => Some(Form::Fitted {
                family,
                percentiles,
            }),
            Err(found) => {
                let message = format!(
                    "`{}` is fitted to two percentiles, found {}",
                    family.name(),
                    found.len()
                );
                self.fault(
                    "invalid-percentiles",
                    Place::value(inner.pointer.clone()),
                    message,
                );
                None
            }
        }
    }

    fn discrete(&mut self, value: &'v Value, pointer: &str, numbers: Numbers) -> Option<Form> {
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
        let plain = Numbers {
            times: false,
            ..numbers
        };
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

    fn experts(&mut self, object: &Object<'v>, numbers: Numbers) -> Option<Form> {
        let before = self.faults.len();
        let experts = self.list(object, "experts", |decoder, value, pointer| {
            decoder.expert(value, pointer, numbers)
        })?;
        if experts.is_empty() {
            if self.faults.len() == before {
                let pointer = join(&object.pointer, "experts");
                return self.out_of_range(
                    &pointer,
                    "there is at least one expert, found an empty list",
                );
            }
            return None;
        }
        if experts.iter().all(|expert| expert.weight.value == 0.0) {
            let pointer = join(&object.pointer, "experts");
            return self.out_of_range(
                &pointer,
                "at least one expert has a weight above 0, found none",
            );
        }
        Some(Form::Experts(experts))
    }

    fn expert(&mut self, value: &'v Value, pointer: &str, numbers: Numbers) -> Option<Expert> {
        let object = self.distribution_object(value, pointer, "an expert", keys::EXPERT)?;
        let name = self.text(&object, "name");
        let weight = match object.get("weight") {
            Some((value, pointer)) => {
                self.number_within(value, &pointer, 0.0, f64::INFINITY, "a weight")
            }
            None => Some(At::new(1.0, pointer)),
        };
        if object.has("value") {
            self.fault(
                "conflicting-keys",
                Place::key(join(pointer, "value")),
                "an expert states a distribution, not a single `value`",
            )
            .hints
            .push("a narrow `uniform` comes closest to it".to_owned());
            return None;
        }
        let why = self.why(&object);
        let distribution = self.distribution_of(&object, why, numbers);
        Some(Expert {
            name,
            weight: weight?,
            distribution: distribution?,
        })
    }
}

/// Dates make sense for where a distribution lies, not for its shape.
fn argument_numbers(key: &str, numbers: Numbers) -> Numbers {
    let shape = matches!(
        key,
        "alpha" | "beta" | "shape" | "df" | "p" | "n" | "r" | "size" | "rate" | "mu" | "sigma"
    );
    if shape {
        Numbers {
            times: false,
            ..numbers
        }
    } else {
        numbers
    }
}

/// Which of some percentiles that do not rise is at fault, and a way out: the only one outside of the `range`, or the only one that
/// seems to be in percent. `None` if that cannot be told.
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

fn family_named(name: &str) -> Option<Family> {
    use Family::*;
    [
        Pert,
        Normal,
        Lognormal,
        Triangular,
        Uniform,
        Loguniform,
        Beta,
        Gamma,
        Weibull,
        Exponential,
        StudentT,
        TruncatedNormal,
        Poisson,
        Binomial,
        NegativeBinomial,
    ]
    .into_iter()
    .find(|family| family.name() == name)
}
