//! A validator of JSON Schemas, for the keywords that ours has.

use super::super::families::PERCENTILE;
use super::pattern::matches;
use serde_json::Value;

/// Faults of `value` under `schema`; panics at a keyword that it does not know, so that nothing goes unchecked.
pub fn faults(root: &Value, schema: &Value, value: &Value, at: &str) -> Vec<String> {
    let schema = match schema {
        Value::Bool(true) => return Vec::new(),
        Value::Bool(false) => return vec![format!("{at}: nothing is allowed")],
        Value::Object(schema) => schema,
        other => panic!("{other}"),
    };
    let check = |schema: &Value, value: &Value, at: &str| faults(root, schema, value, at);
    let passes = |schema: &Value| check(schema, value, at).is_empty();
    let found = std::cell::RefCell::new(Vec::new());
    let say = |wrong: bool, what: String| {
        found
            .borrow_mut()
            .extend(wrong.then(|| format!("{at}: {what}")))
    };
    let more = |faults: Vec<String>| found.borrow_mut().extend(faults);
    for (keyword, expected) in schema {
        match keyword.as_str() {
            "$schema" | "title" | "description" | "$defs" | "default" | "format" | "then"
            | "else" => {}
            "$ref" => {
                let target = root.pointer(expected.as_str().unwrap().strip_prefix('#').unwrap());
                more(check(
                    target.unwrap_or_else(|| panic!("{expected} leads nowhere")),
                    value,
                    at,
                ));
            }
            "type" => {
                let allowed: Vec<&str> = match expected {
                    Value::Array(list) => list.iter().map(|one| one.as_str().unwrap()).collect(),
                    one => vec![one.as_str().unwrap()],
                };
                let is = |kind: &str| match kind {
                    "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
                    "number" => value.is_number(),
                    "string" => value.is_string(),
                    "boolean" => value.is_boolean(),
                    "null" => value.is_null(),
                    "array" => value.is_array(),
                    "object" => value.is_object(),
                    other => panic!("{other}"),
                };
                say(
                    !allowed.into_iter().any(is),
                    format!("{value} is not of type {expected}"),
                );
            }
            "const" => {
                let same =
                    value == expected || (value.is_number() && value.as_f64() == expected.as_f64());
                say(!same, format!("not {expected}"));
            }
            "enum" => say(
                !expected.as_array().unwrap().contains(value),
                format!("not one of {expected}"),
            ),
            "minimum" => say(
                value
                    .as_f64()
                    .is_some_and(|number| number < expected.as_f64().unwrap()),
                format!("below {expected}"),
            ),
            "pattern" => {
                let pattern = expected.as_str().unwrap();
                let fits = |text| matches(pattern, text);
                say(
                    value.as_str().is_some_and(|text| !fits(text)),
                    format!("{value} does not fit {pattern}"),
                );
            }
            "maximum" => say(
                value
                    .as_f64()
                    .is_some_and(|number| number > expected.as_f64().unwrap()),
                format!("above {expected}"),
            ),
            "exclusiveMinimum" => say(
                value
                    .as_f64()
                    .is_some_and(|number| number <= expected.as_f64().unwrap()),
                format!("not above {expected}"),
            ),
            "exclusiveMaximum" => say(
                value
                    .as_f64()
                    .is_some_and(|number| number >= expected.as_f64().unwrap()),
                format!("not below {expected}"),
            ),
            "not" => say(passes(expected), format!("{value} is what it must not be")),
            "propertyNames" => {
                for key in value.as_object().into_iter().flatten().map(|(key, _)| key) {
                    more(check(expected, &Value::from(key.as_str()), at));
                }
            }
            "dependentRequired" | "dependentSchemas" => {
                let stated = |key: &String| value.get(key).is_some();
                for (key, needed) in expected
                    .as_object()
                    .unwrap()
                    .iter()
                    .filter(|(key, _)| stated(key))
                {
                    match needed {
                        Value::Array(others) => {
                            let lacks =
                                |other: &Value| value.get(other.as_str().unwrap()).is_none();
                            say(others.iter().any(lacks), format!("{key} needs {needed}"));
                        }
                        schema => more(check(schema, value, at)),
                    }
                }
            }
            "minItems" => say(
                value
                    .as_array()
                    .is_some_and(|list| (list.len() as u64) < expected.as_u64().unwrap()),
                "too short".into(),
            ),
            "maxItems" => say(
                value
                    .as_array()
                    .is_some_and(|list| list.len() as u64 > expected.as_u64().unwrap()),
                "too long".into(),
            ),
            "minProperties" => say(
                value
                    .as_object()
                    .is_some_and(|map| (map.len() as u64) < expected.as_u64().unwrap()),
                "too few".into(),
            ),
            "maxProperties" => say(
                value
                    .as_object()
                    .is_some_and(|map| map.len() as u64 > expected.as_u64().unwrap()),
                "too many".into(),
            ),
            "required" => {
                for key in expected.as_array().unwrap() {
                    say(
                        value
                            .as_object()
                            .is_some_and(|map| !map.contains_key(key.as_str().unwrap())),
                        format!("lacks {key}"),
                    );
                }
            }
            "items" => {
                for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                    more(check(expected, item, &format!("{at}/{index}")));
                }
            }
            "properties" | "patternProperties" => {}
            "additionalProperties" => {
                let known = |key: &str| {
                    schema
                        .get("properties")
                        .is_some_and(|known| known.get(key).is_some())
                };
                let pattern = |key: &str| {
                    let patterns = schema.get("patternProperties").and_then(Value::as_object);
                    patterns.is_some_and(|patterns| {
                        patterns.keys().any(|pattern| matches(pattern, key))
                    })
                };
                for (key, member) in value.as_object().into_iter().flatten() {
                    let at = format!("{at}/{key}");
                    if known(key) {
                        more(check(&schema["properties"][key], member, &at));
                    } else if pattern(key) {
                        more(check(&schema["patternProperties"][PERCENTILE], member, &at));
                    } else {
                        more(check(expected, member, &at));
                    }
                }
            }
            "allOf" => {
                for part in expected.as_array().unwrap() {
                    more(check(part, value, at));
                }
            }
            "anyOf" => say(
                !expected.as_array().unwrap().iter().any(passes),
                format!("{value} is none of the choices"),
            ),
            "oneOf" => say(
                expected
                    .as_array()
                    .unwrap()
                    .iter()
                    .filter(|one| passes(one))
                    .count()
                    != 1,
                "not exactly one form".into(),
            ),
            "if" => {
                let branch = if passes(expected) { "then" } else { "else" };
                more(check(&schema[branch], value, at));
            }
            other => panic!("the keyword {other} is not checked"),
        }
    }
    found.into_inner()
}
