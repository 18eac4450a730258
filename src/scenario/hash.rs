//! The fingerprint of a scenario's assumptions.

use super::paths;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// SHA-256, in hexadecimal, of the effective scenario without what changes no number.
///
/// Left out are the annotations `note`, `source` and `title` wherever they are annotations (a parameter *named* `note` stays), and
/// the root's `sources` and `run`. What remains is written in the canonical form of RFC 8785, so that neither the order of keys nor
/// the way a number is spelt matters.
pub fn sha256(scenario: &Value) -> String {
    let bare = without_annotations(scenario, &mut Vec::new());
    // Canonical JSON exists for every tree of finite numbers, and a `Value` holds no others.
    let bytes = serde_json_canonicalizer::to_vec(&bare).unwrap_or_default();
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn without_annotations(value: &Value, path: &mut Vec<String>) -> Value {
    match value {
        Value::Object(map) => {
            let named = paths::is_named(path);
            let root = path.is_empty();
            let mut bare = serde_json::Map::new();
            for (key, value) in map {
                let annotation = matches!(key.as_str(), "note" | "source" | "title");
                if (annotation && !named) || (root && (key == "sources" || key == "run")) {
                    continue;
                }
                path.push(key.clone());
                bare.insert(key.clone(), without_annotations(value, path));
                path.pop();
            }
            Value::Object(bare)
        }
        Value::Array(list) => {
            let mut bare = Vec::with_capacity(list.len());
            for (index, value) in list.iter().enumerate() {
                path.push(index.to_string());
                bare.push(without_annotations(value, path));
                path.pop();
            }
            Value::Array(bare)
        }
        plain => plain.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn notes_titles_sources_run_and_the_order_of_keys_leave_the_hash_alone() {
        let plain = json!({"name": "x", "parameters": {"a": {"value": 1.0}, "b": 2}, "outcomes": [{"name": "o", "when": "c"}]});
        let annotated = json!({
            "run": {"seed": 3}, "sources": {"s": {}}, "title": "T", "note": "n",
            "parameters": {"b": 2.0, "a": {"note": "n", "source": "s", "title": "t", "value": 1}},
            "outcomes": [{"title": "O", "name": "o", "when": "c"}], "name": "x"
        });
        assert_eq!(sha256(&plain), sha256(&annotated));
    }

    #[test]
    fn a_thing_named_like_an_annotation_changes_the_hash() {
        let with = |parameters: Value| sha256(&json!({"parameters": parameters}));
        assert_ne!(with(json!({"note": 1})), with(json!({"note": 2})));
        assert_ne!(with(json!({"note": 1})), with(json!({})));
        let times = |trend: Value| {
            sha256(&json!({"events": {"e": {"hazard": {"times": {"trend": trend}}}}}))
        };
        assert_ne!(times(json!({"title": 1})), times(json!({"title": 2})));
        let run = |run: Value| sha256(&json!({"events": {"run": run}}));
        assert_ne!(run(json!({"limit": 1})), run(json!({"limit": 2})));
    }

    #[test]
    fn the_hash_is_that_of_the_canonical_text() {
        let expected: String = Sha256::digest(br#"{"a":[1,"x"],"b":0.5}"#)
            .iter()
            .map(|b| format!("{b:02x}"))
            .collect();
        assert_eq!(sha256(&json!({"b": 0.5, "a": [1.0, "x"]})), expected);
    }
}
