//! The JSON Schema of scenario files as tables: one for each kind of object, in the order in which
//! a reader meets them.

use serde_json::{Map, Value};
use std::fmt::Write;

/// Tables of all objects that a whole scenario consists of, as Markdown.
pub fn tables(schema: &Value) -> String {
    let definitions = Definitions(
        schema["$defs"]
            .as_object()
            .expect("a schema has definitions"),
    );
    let mut text = String::new();
    let mut order = vec!["Scenario"];
    let mut next = 0;
    while next < order.len() {
        let name = order[next];
        let definition = &definitions.0[name];
        next += 1;
        let objects = definitions.tabled(name);
        if !objects.is_empty() {
            let _ = writeln!(
                text,
                "### {name}\n\n{}.\n",
                capitalised(description(definition))
            );
            objects
                .iter()
                .for_each(|object| definitions.table(&mut text, object));
        }
        let mut names = Vec::new();
        references(definition, &mut names);
        for name in names {
            if !order.contains(&name) {
                order.push(name);
            }
        }
    }
    text
}

/// Definitions of the schema, by name.
struct Definitions<'s>(&'s Map<String, Value>);

impl<'s> Definitions<'s> {
    /// Objects among the forms that a definition allows, but for a plain value beside its reasons,
    /// which is said once for all.
    fn tabled(&self, name: &str) -> Vec<&'s Map<String, Value>> {
        let objects = objects(&self.0[name]);
        let is_annotated = |object: &&Map<String, Value>| {
            let mut keys: Vec<&str> = object["properties"]
                .as_object()
                .into_iter()
                .flatten()
                .map(|(key, _)| key.as_str())
                .collect();
            keys.sort_unstable();
            keys == ["note", "source", "value"]
        };
        if objects.iter().all(is_annotated) {
            Vec::new()
        } else {
            objects
        }
    }

    fn table(&self, text: &mut String, object: &Map<String, Value>) {
        text.push_str("| key | value | meaning |\n| --- | --- | --- |\n");
        let required: Vec<&str> = object
            .get("required")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        for (key, value) in object["properties"].as_object().into_iter().flatten() {
            let needed = if required.contains(&key.as_str()) {
                " (needed)"
            } else {
                ""
            };
            let _ = writeln!(
                text,
                "| `{key}`{needed} | {} | {} |",
                self.kind(value),
                meaning(key, value)
            );
        }
        if let Some(patterns) = object.get("patternProperties").and_then(Value::as_object) {
            for value in patterns.values() {
                let _ = writeln!(
                    text,
                    "| `p5`, `p50`, `p97.5`, … | {} | the value at this percentile |",
                    self.kind(value)
                );
            }
        }
        if let Some(others) = object
            .get("additionalProperties")
            .filter(|others| others.is_object())
        {
            let _ = writeln!(
                text,
                "| a name | {} | what holds for that trend, phase or value |",
                self.kind(others)
            );
        }
        text.push('\n');
    }

    /// What may stand there, in a few words.
    fn kind(&self, value: &Value) -> String {
        if let Some(name) = value["$ref"]
            .as_str()
            .and_then(|text| text.strip_prefix("#/$defs/"))
        {
            return match name {
                "Quantity" => "number or formula".into(),
                "Condition" => "condition".into(),
                "Number" => "number".into(),
                "Weight" => "number from 0".into(),
                "Concentration" => "number from 1e-6 to 1e9".into(),
                "Correlation" => "number from -1 to 1".into(),
                "PlainProbability" => "number from 0 to 1".into(),
                "Probability" | "Chance" => "number from 0 to 1, or formula".into(),
                "Rate" => "number from 0, or formula".into(),
                "Line" => "text".into(),
                "Words" => "list of `[word, number from 0 to 1]`".into(),
                "Reserved" => "nothing".into(),
                "Moment" => "date, number, formula or [TimeDistribution](#timedistribution)".into(),
                "Duration" | "Wait" => "duration".into(),
                "Date" => "date".into(),
                "Horizon" | "Reported" => "duration or date".into(),
                "Name" => "name".into(),
                "OneOrMoreNames" => "name or list of names".into(),
                "Range" | "TimeRange" => "`[low, high]`".into(),
                "Start" => "number, formula or `true`".into(),
                "Count" => "whole number from 1".into(),
                "Seed" => "whole number".into(),
                other if self.tabled(other).is_empty() => self.kind(&self.0[other]),
                other => {
                    let link = format!("[{other}](#{})", other.to_lowercase());
                    // A thing that is an object or a plain value: the plain value first.
                    match self.0[other]["anyOf"].as_array() {
                        Some(forms) => {
                            let plain: Vec<String> = forms
                                .iter()
                                .filter(|form| form.get("properties").is_none())
                                .map(|form| self.kind(form))
                                .collect();
                            [plain, vec![link]].concat().join(" or ")
                        }
                        None => link,
                    }
                }
            };
        }
        for key in ["anyOf", "allOf", "oneOf"] {
            if let Some(forms) = value[key].as_array() {
                let mut kinds: Vec<String> = forms
                    .iter()
                    .filter(|form| form["type"] != "null")
                    .map(|form| self.kind(form))
                    .collect();
                kinds.dedup();
                return kinds.join(" or ");
            }
        }
        if let Some(values) = value["enum"].as_array() {
            return values
                .iter()
                .map(|v| format!("`{v}`"))
                .collect::<Vec<_>>()
                .join(", ");
        }
        if value.get("const").is_some() {
            return format!("`{}`", value["const"]);
        }
        let plain = |name: &str| match name {
            "string" => "text",
            "integer" => "whole number",
            "boolean" => "`true` or `false`",
            _ => "number",
        };
        let names: Vec<&str> = match &value["type"] {
            Value::String(name) => vec![name],
            Value::Array(names) => names
                .iter()
                .filter_map(Value::as_str)
                .filter(|name| *name != "null")
                .collect(),
            _ => Vec::new(),
        };
        match names[..] {
            ["array"] => format!("list of {}", self.kind(&value["items"])),
            ["object"] => match value.get("additionalProperties") {
                Some(inner) if inner.is_object() => format!("by name: {}", self.kind(inner))
                    .replace("by name: by name:", "by pair of names:"),
                _ => {
                    let keys: Vec<String> = value["properties"]
                        .as_object()
                        .into_iter()
                        .flatten()
                        .map(|(key, _)| format!("`{key}`"))
                        .collect();
                    if keys.is_empty() {
                        "two percentiles".into()
                    } else {
                        format!("object of {}", keys.join(", "))
                    }
                }
            },
            [] => "anything".into(),
            ["number", "string"] => "number or formula".into(),
            _ => names
                .iter()
                .map(|name| plain(name))
                .collect::<Vec<_>>()
                .join(" or "),
        }
    }
}

/// Objects among the forms that a definition allows.
fn objects(definition: &Value) -> Vec<&Map<String, Value>> {
    let has_keys = |value: &&Value| value.get("properties").is_some();
    let forms = definition["anyOf"].as_array().into_iter().flatten();
    std::iter::once(definition)
        .chain(forms)
        .filter(has_keys)
        .filter_map(Value::as_object)
        .collect()
}

fn references<'v>(value: &'v Value, names: &mut Vec<&'v str>) {
    match value {
        Value::Object(map) => {
            for (key, inner) in map {
                match (
                    key.as_str(),
                    inner
                        .as_str()
                        .and_then(|text| text.strip_prefix("#/$defs/")),
                ) {
                    ("$ref", Some(name)) => names.push(name),
                    ("$defs", _) => {}
                    _ => references(inner, names),
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|inner| references(inner, names)),
        _ => {}
    }
}

fn description(value: &Value) -> &str {
    value["description"]
        .as_str()
        .unwrap_or_default()
        .trim_end_matches('.')
}

fn meaning(key: &str, value: &Value) -> String {
    let text = description(value);
    let text = match (key, text) {
        ("else", "") => "for the trends or phases that have no key",
        (_, text) => text,
    };
    text.replace('\n', " ").replace('|', "\\|")
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
