//! The JSON Schema of scenario files, for editors and other tools.
//!
//! Derived from the types of the format, whose doc comments are its descriptions. A file that `extends` another may leave
//! out anything and remove anything by `null`, so the schema has two halves, and `extends` decides which of them a file is held against.

use super::types::Scenario;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

/// What the name of a definition ends in if parts of it may be left out.
const VARIANT: &str = "Variant";

/// The JSON Schema (draft 2020-12) of scenario files.
pub fn schema() -> Value {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let mut whole = generator.into_root_schema_for::<Scenario>().to_value();
    let mut definitions = match whole.as_object_mut().and_then(|root| root.remove("$defs")) {
        Some(Value::Object(definitions)) => definitions,
        _ => Map::new(),
    };
    if let Some(root) = whole.as_object_mut() {
        root.remove("$schema");
    }
    definitions.insert("Scenario".to_owned(), whole);
    let variants: Vec<(String, Value)> = definitions
        .iter()
        .map(|(name, definition)| (format!("{name}{VARIANT}"), partial(definition)))
        .collect();
    definitions.extend(variants);
    definitions.sort_keys();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Quincunx scenario",
        "description": "an analyst's assumptions about a conflict",
        "type": "object",
        "if": {"required": ["extends"]},
        "then": {"$ref": format!("#/$defs/Scenario{VARIANT}")},
        "else": {"$ref": "#/$defs/Scenario"},
        "$defs": definitions
    })
}

/// The same schema for what is to be merged: nothing is required, and any member may be `null`.
fn partial(schema: &Value) -> Value {
    let Value::Object(schema) = schema else {
        return schema.clone();
    };
    let mut relaxed = Map::new();
    for (key, value) in schema {
        let value = match key.as_str() {
            // Which form an object takes is known only after merging.
            "required" | "minProperties" | "oneOf" => continue,
            "$ref" => json!(format!("{}{VARIANT}", value.as_str().unwrap_or_default())),
            "anyOf" => value
                .as_array()
                .into_iter()
                .flatten()
                .map(partial)
                .collect(),
            "properties" | "patternProperties" => {
                let members = value.as_object().into_iter().flatten();
                Value::Object(
                    members
                        .map(|(name, member)| (name.clone(), removable(member)))
                        .collect(),
                )
            }
            "additionalProperties" if value.is_object() => removable(value),
            // Arrays are replaced, never merged, so their items are complete.
            _ => value.clone(),
        };
        relaxed.insert(key.clone(), value);
    }
    Value::Object(relaxed)
}

fn removable(schema: &Value) -> Value {
    let mut schema = partial(schema);
    let description = schema
        .as_object_mut()
        .and_then(|schema| schema.remove("description"));
    let mut removable = json!({"anyOf": [schema, {"type": "null"}]});
    if let (Some(description), Some(fields)) = (description, removable.as_object_mut()) {
        fields.insert("description".to_owned(), description);
    }
    removable
}

#[cfg(test)]
mod tests {
    use super::super::decode::keys;
    use super::super::families::{FAMILIES, PERCENTILE};
    use super::*;
    use std::collections::BTreeSet;

    const EXAMPLE: &str = include_str!("../../tests/fixtures/example.jsonc");

    /// Faults of `value` under `schema`; panics at a keyword that it does not know, so that nothing goes unchecked.
    fn faults(root: &Value, schema: &Value, value: &Value, at: &str) -> Vec<String> {
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
                    let target =
                        root.pointer(expected.as_str().unwrap().strip_prefix('#').unwrap());
                    more(check(
                        target.unwrap_or_else(|| panic!("{expected} leads nowhere")),
                        value,
                        at,
                    ));
                }
                "type" => {
                    let allowed: Vec<&str> = match expected {
                        Value::Array(list) => {
                            list.iter().map(|one| one.as_str().unwrap()).collect()
                        }
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
                    let same = value == expected
                        || (value.is_number() && value.as_f64() == expected.as_f64());
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
                "pattern" => match (value.as_str(), expected.as_str().unwrap()) {
                    (Some(text), pattern) if pattern.starts_with("^\\d{4}") => {
                        say(text.len() != 10, format!("{text} is no date"))
                    }
                    (Some(text), _) => say(
                        !text.chars().all(|c| c.is_alphanumeric() || c == '_'),
                        format!("{text} is no name"),
                    ),
                    (None, _) => {}
                },
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
                        schema.contains_key("patternProperties") && keys::is_percentile(key)
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

    fn valid(value: &Value) -> Vec<String> {
        let schema = schema();
        faults(&schema, &schema, value, "")
    }

    fn example() -> Value {
        let (value, faults) =
            super::super::parse::parse(EXAMPLE, super::super::parse::Dialect::Jsonc);
        assert_eq!(faults, []);
        value.unwrap()
    }

    #[test]
    fn the_example_fits_the_schema() {
        assert_eq!(valid(&example()), [] as [String; 0]);
    }

    #[test]
    fn a_variant_may_leave_out_and_remove_what_a_whole_scenario_may_not() {
        let mut variant = json!({
            "extends": "example.jsonc",
            "events": {"truce_signed": {"hazard": {"chance": 0.4}, "limit": null}, "panic": null},
            "parameters": {"resolve": {"p50": 0.3}},
            "indicators": {"price": {"drift": {"escalation": 3}}}
        });
        assert_eq!(valid(&variant), [] as [String; 0]);
        variant["events"]["truce_signed"]["hazzard"] = json!(1);
        assert!(!valid(&variant).is_empty());
        variant.as_object_mut().unwrap().remove("extends");
        assert!(valid(&variant).len() > 3);
    }

    #[test]
    fn every_misplaced_key_of_the_example_breaks_the_schema() {
        fn objects(value: &Value, at: String, found: &mut Vec<String>) {
            match value {
                Value::Object(map) => {
                    found.push(at.clone());
                    for (key, value) in map {
                        objects(value, format!("{at}/{key}"), found);
                    }
                }
                Value::Array(list) => {
                    for (index, value) in list.iter().enumerate() {
                        objects(value, format!("{at}/{index}"), found);
                    }
                }
                _ => {}
            }
        }
        let mut all = Vec::new();
        objects(&example(), String::new(), &mut all);
        assert!(all.len() > 60);
        for pointer in all {
            let mut broken = example();
            broken.pointer_mut(&pointer).unwrap()["not a key"] = json!({"neither": []});
            assert!(!valid(&broken).is_empty(), "{pointer}");
        }
    }

    /// The keys of the one object that a definition allows.
    fn properties(definition: &Value) -> BTreeSet<&str> {
        let own = definition.get("properties");
        let inner = || {
            definition["anyOf"]
                .as_array()?
                .iter()
                .find_map(|choice| choice.get("properties"))
        };
        own.or_else(inner)
            .and_then(Value::as_object)
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect()
    }

    #[test]
    fn the_decoder_knows_exactly_the_keys_of_the_schema() {
        let schema = schema();
        let both = |lists: [&'static [&'static str]; 2]| lists.concat();
        for (name, keys) in [
            ("Scenario", keys::ROOT.to_vec()),
            ("Source", keys::SOURCE.to_vec()),
            ("RankCorrelation", keys::RANK_CORRELATION.to_vec()),
            ("NoiseCorrelation", keys::NOISE_CORRELATION.to_vec()),
            ("Trend", keys::TREND.to_vec()),
            ("Phase", keys::PHASE.to_vec()),
            ("Indicator", keys::INDICATOR.to_vec()),
            ("Derived", keys::DERIVED.to_vec()),
            ("Metric", keys::DERIVED.to_vec()),
            ("Event", keys::EVENT.to_vec()),
            ("Hazard", keys::HAZARD.to_vec()),
            ("Times", keys::TIMES.to_vec()),
            ("HazardRatio", keys::HAZARD_RATIO.to_vec()),
            ("Effect", keys::EFFECT.to_vec()),
            ("Outcome", keys::OUTCOME.to_vec()),
            ("Question", keys::QUESTION.to_vec()),
            ("Run", keys::RUN.to_vec()),
            ("Distribution", keys::DISTRIBUTION.to_vec()),
            ("Parameter", both([keys::PARAMETER, keys::DISTRIBUTION])),
            ("Expert", both([keys::EXPERT, keys::DISTRIBUTION])),
            ("Quantity", keys::VALUE.to_vec()),
            ("Number", keys::VALUE.to_vec()),
            ("Duration", keys::VALUE.to_vec()),
        ] {
            let definition = &schema["$defs"][name];
            assert_eq!(properties(definition), keys.into_iter().collect(), "{name}");
        }
    }

    #[test]
    fn every_object_of_the_schema_is_closed_and_every_key_described() {
        fn walk(schema: &Value, at: &str) {
            if let Some(members) = schema.get("properties").and_then(Value::as_object) {
                assert!(schema.get("additionalProperties").is_some(), "{at} is open");
                for (key, member) in members {
                    let argument = |key: &&String| {
                        FAMILIES
                            .iter()
                            .any(|family| family.keys.concat().contains(&key.as_str()))
                    };
                    let known = argument(&key);
                    assert!(
                        known || member.get("description").is_some(),
                        "{at}/{key} is not described"
                    );
                }
            }
            match schema {
                Value::Object(map) => map
                    .iter()
                    .for_each(|(key, value)| walk(value, &format!("{at}/{key}"))),
                Value::Array(list) => list.iter().for_each(|value| walk(value, at)),
                _ => {}
            }
        }
        walk(&schema(), "");
    }
}
