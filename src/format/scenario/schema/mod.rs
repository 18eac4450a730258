//! The JSON Schema of scenario files, for editors and other tools.
//!
//! Derived from the types of the format, whose doc comments are its descriptions. A file that
//! `extends` another may leave out anything and remove anything by `null`, so the schema has two
//! halves, and `extends` decides which of them a file is held against.

use super::lists;
use super::places::{self, Names};
use super::types::Scenario;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::sync::LazyLock;

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
    name_things(&mut whole);
    definitions.insert("Scenario".to_owned(), whole);
    // A missing key is no `null`, and a `null` removes a key only where files are laid over each
    // other.
    definitions.values_mut().for_each(without_null);
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

/// Whether some object of the format has a key that is called so.
pub(super) fn has_key(key: &str) -> bool {
    static KEYS: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
        let mut keys = BTreeSet::new();
        gather_keys(&schema(), &mut keys);
        keys
    });
    KEYS.contains(key)
}

fn gather_keys(schema: &Value, keys: &mut BTreeSet<String>) {
    match schema {
        Value::Object(map) => {
            if let Some(Value::Object(properties)) = map.get("properties") {
                keys.extend(properties.keys().cloned());
            }
            map.values().for_each(|inner| gather_keys(inner, keys));
        }
        Value::Array(list) => list.iter().for_each(|inner| gather_keys(inner, keys)),
        _ => {}
    }
}

/// Says what the names of things are made of, where they are keys.
fn name_things(whole: &mut Value) {
    let Some(sections) = whole["properties"].as_object_mut() else {
        return;
    };
    for (section, schema) in sections {
        let free = places::section_of(section).is_some_and(|own| own.names == Names::Free);
        let mut inner = Some(schema).filter(|_| !free);
        while let Some(here) = inner.filter(|here| here["additionalProperties"].is_object()) {
            here["propertyNames"] = json!({"$ref": "#/$defs/Name"});
            inner = here.get_mut("additionalProperties");
        }
    }
}

/// Takes `null` out of what optional members may be.
fn without_null(schema: &mut Value) {
    if let Some(members) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        for member in members.values_mut() {
            if let Some(kinds) = member.get_mut("type").and_then(Value::as_array_mut) {
                kinds.retain(|kind| kind != "null");
                if let [only] = kinds.as_slice() {
                    member["type"] = only.clone();
                }
            }
            let choices = member.get_mut("anyOf").and_then(Value::as_array_mut);
            let Some(choices) = choices else { continue };
            choices.retain(|choice| choice["type"] != "null");
            if let ([Value::Object(only)], Some(fields)) =
                (&*choices.clone(), member.as_object_mut())
            {
                fields.remove("anyOf");
                fields.extend(only.clone());
            }
        }
    }
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
            "required" | "minProperties" | "allOf" | "oneOf" | "dependentRequired"
            | "dependentSchemas" => {
                continue;
            }
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
                        .map(|(name, member)| (name.clone(), removable(&changeable(name, member))))
                        .collect(),
                )
            }
            "additionalProperties" if value.is_object() => removable(value),
            // Items of a list that is stated are complete.
            _ => value.clone(),
        };
        relaxed.insert(key.clone(), value);
    }
    Value::Object(relaxed)
}

/// Lists that a variant may change without restating them.
const LISTS: [&str; 9] = [
    "correlations",
    "noise_correlations",
    "outcomes",
    "phases",
    "trends",
    "effects",
    "experts",
    "by",
    "times",
];

/// A member that is a list, or what is to be done to it. A relaxed schema is made of it, so
/// references are to what is whole.
fn changeable(name: &str, member: &Value) -> Value {
    if name == "source" {
        let change = change(&json!({"type": "array", "items": {"type": "string"}}), None);
        return either(member, change);
    }
    if !LISTS.contains(&name) || member["type"] != "array" {
        return member.clone();
    }
    let by_name = (name == "outcomes").then(|| member["items"].clone());
    either(member, change(member, by_name.as_ref()))
}

/// The description of a member stays in front of what it may be.
fn either(member: &Value, change: Value) -> Value {
    let mut plain = member.clone();
    let description = plain
        .as_object_mut()
        .and_then(|member| member.remove("description"));
    let mut whole = json!({"anyOf": [plain, change]});
    if let Some(description) = description {
        whole["description"] = description;
    }
    whole
}

fn change(list: &Value, by_name: Option<&Value>) -> Value {
    let items = |description: &str| json!({"type": "array", "items": list["items"], "description": description});
    let anything = json!({"type": "array", "description": "items to remove: as they are, by name, or by some of what they state"});
    let others = by_name.cloned().unwrap_or(json!(false));
    json!({
        "type": "object",
        "description": "what to change in the list that is inherited",
        "properties": {
            lists::ADD: items("items to add at the end"),
            lists::ADD_FIRST: items("items to add at the beginning"),
            lists::REMOVE: anything
        },
        "additionalProperties": others
    })
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
mod tests;
