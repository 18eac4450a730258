//! Numbers that are drawn: distributions in all their forms.

use super::value::Numbers;
use super::{Decoder, Object, keys};
use crate::diagnostic::Place;
use crate::diagnostic::pointer::join;
use crate::family::{Argument, Family, Kind, Row, Written};
use crate::scenario::types::{
    At, Distribution, Draw, Expert, Form, NumberOrFormula, Parameter, Quantity, Why,
};
use serde_json::Value;

impl<'v> Decoder<'v> {
    /// A parameter, or a quantity of the trial: `what` it is.
    pub(super) fn parameter(
        &mut self,
        value: &'v Value,
        pointer: &str,
        what: &str,
    ) -> Option<Parameter> {
        if !value.is_object() {
            let draw = Draw::Value(self.bare_quantity(value, pointer, Numbers::FORMULAS)?);
            return Some(Parameter {
                pointer: pointer.to_owned(),
                title: None,
                unit: None,
                why: Why::default(),
                draw,
            });
        }
        let object = self.distribution_object(value, pointer, what, keys::PARAMETER)?;
        let title = self.text(&object, "title");
        let unit = self.text(&object, "unit");
        let why = self.why(&object);
        let draw = self.draw_of(&object, why.clone(), Numbers::FORMULAS)?;
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
                    || keys::BESIDE.iter().any(|(beside, _)| beside == key)
                    || *key == "range"
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
        for (beside, of) in keys::BESIDE {
            let own = form == of || (keys::is_percentile(of) && keys::is_percentile(form));
            if !own && object.has(beside) {
                self.conflict(object, form, beside, "a distribution");
                return None;
            }
        }
        let (value, pointer) = object.get(form)?;
        match form {
            "discrete" => self.discrete(value, &pointer, numbers),
            "cumulative" => self.cumulative(object, numbers),
            "experts" => self.experts(object, numbers),
            "point_mass" => self.point_mass(object, value, &pointer, numbers),
            "of" => self.shifted(object, value, &pointer, numbers),
            family => match Family::named(family).next() {
                Some(row) => self.family(object, row, value, &pointer, numbers),
                None => self.curve(object, numbers),
            },
        }
    }

    fn family(
        &mut self,
        object: &Object<'v>,
        row: &'static Row,
        value: &'v Value,
        pointer: &str,
        numbers: Numbers,
    ) -> Option<Form> {
        let mut row = row;
        let mut found = match row.written {
            Written::List(_) => self.listed(row, value, pointer, numbers)?,
            Written::Keys | Written::KeysOrPercentiles => {
                let rows: Vec<&'static Row> = Family::named(row.name).collect();
                let keys: Vec<Vec<&'static str>> = rows
                    .iter()
                    .map(|row| row.arguments.iter().map(|own| own.name).collect())
                    .collect();
                let known: Vec<&[&'static str]> = keys.iter().map(Vec::as_slice).collect();
                let what = format!("`{}`", row.name);
                let fitted = row.written == Written::KeysOrPercentiles;
                let inner = self.object(value, pointer, &what, &known, |key| {
                    fitted && keys::is_percentile(key)
                })?;
                if fitted && inner.map.keys().any(|key| keys::is_percentile(key)) {
                    return self.fitted(&inner, row, numbers);
                }
                let has = |row: &Row| row.arguments.iter().find(|own| inner.has(own.name));
                let chosen = rows.iter().rposition(|row| has(row).is_some()).unwrap_or(0);
                let other = rows
                    .iter()
                    .enumerate()
                    .filter(|(rank, _)| *rank != chosen)
                    .find_map(|(_, row)| has(row));
                if let (Some(other), Some(own)) = (other, has(rows[chosen])) {
                    self.conflict(&inner, other.name, own.name, &what);
                    return None;
                }
                row = rows[chosen];
                self.named_arguments(&inner, row.arguments, &what, numbers)?
            }
        };
        found.extend(self.named_arguments(object, row.beside(), row.name, numbers)?);
        Some(Form::Family {
            family: row.family,
            arguments: found,
        })
    }

    /// Arguments with keys of their own, those left out with their defaults.
    fn named_arguments(
        &mut self,
        object: &Object<'v>,
        arguments: &'static [Argument],
        what: &str,
        numbers: Numbers,
    ) -> Option<Vec<Quantity>> {
        let found: Vec<Option<Quantity>> = arguments
            .iter()
            .map(
                |argument| match (argument.default, object.get(argument.name)) {
                    (Some(default), None) => {
                        let place = join(&object.pointer, argument.name);
                        Some(At::new(NumberOrFormula::Number(default), place))
                    }
                    _ => {
                        let (value, pointer) = self.required(object, argument.name, what)?;
                        self.quantity(value, &pointer, argument_numbers(argument, numbers))
                    }
                },
            )
            .collect();
        found.into_iter().collect()
    }

    fn listed(
        &mut self,
        row: &Row,
        value: &'v Value,
        pointer: &str,
        numbers: Numbers,
    ) -> Option<Vec<Quantity>> {
        let names: Vec<&str> = row.inside().iter().map(|argument| argument.name).collect();
        let expected = format!("`{}` takes [{}]", row.name, names.join(", "));
        let Value::Array(list) = value else {
            let message = format!("{expected}, found {}", super::describe(value));
            self.fault("wrong-type", Place::value(pointer), message);
            return None;
        };
        if list.len() != names.len() {
            let message = format!("{expected}, found a list of {}", list.len());
            self.fault("wrong-type", Place::value(pointer), message);
            return None;
        }
        let found: Vec<_> = (list.iter().zip(row.inside()).enumerate())
            .map(|(index, (value, argument))| {
                let pointer = join(pointer, &index.to_string());
                self.quantity(value, &pointer, argument_numbers(argument, numbers))
            })
            .collect();
        found.into_iter().collect()
    }

    fn fitted(&mut self, inner: &Object<'v>, row: &Row, numbers: Numbers) -> Option<Form> {
        let percentile = inner.map.keys().find(|key| keys::is_percentile(key))?;
        let stated = row.arguments.iter().find(|own| inner.has(own.name));
        if let Some(argument) = stated {
            self.conflict(inner, argument.name, percentile, &format!("`{}`", row.name));
            return None;
        }
        let found = self.percentiles(inner, numbers)?;
        match <[_; 2]>::try_from(found) {
            Ok(percentiles) if percentiles[0].0 < percentiles[1].0 => Some(Form::Fitted {
                family: row.family,
                percentiles,
            }),
            other => {
                let count = other.map_or_else(|found| found.len(), |_| 1);
                let message = format!("`{}` is fitted to two percentiles, found {count}", row.name);
                let place = Place::value(inner.pointer.clone());
                self.fault("invalid-percentiles", place, message);
                None
            }
        }
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
fn argument_numbers(argument: &Argument, numbers: Numbers) -> Numbers {
    match argument.kind {
        Kind::Place | Kind::Spread => numbers,
        Kind::Positive | Kind::Number => numbers.untimed(),
    }
}
