//! The fingerprint of a scenario's assumptions.

use super::places::is_annotation;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// SHA-256, in hexadecimal, of the effective scenario without what changes no number.
///
/// Left out are annotations and the root's `run`. What remains is written in the canonical form of
/// RFC 8785, so that neither the order of keys nor the way a number is spelt matters.
pub fn sha256(scenario: &Value) -> String {
    Sha256::digest(canonical(assumptions(scenario)))
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Whether two effective scenarios state the same assumptions: their fingerprints would agree if
/// they had the same name.
pub fn same_assumptions(a: &Value, b: &Value) -> bool {
    let nameless = |scenario: &Value| {
        let mut bare = assumptions(scenario);
        if let Value::Object(map) = &mut bare {
            map.shift_remove("name");
        }
        canonical(bare)
    };
    nameless(a) == nameless(b)
}

fn canonical(bare: Value) -> Vec<u8> {
    // Canonical JSON exists for every tree of finite numbers, and a `Value` holds no others.
    serde_json_canonicalizer::to_vec(&bare).unwrap_or_default()
}

fn assumptions(scenario: &Value) -> Value {
    without_annotations(scenario, scenario, &mut Vec::new())
}

fn without_annotations(value: &Value, root: &Value, path: &mut Vec<String>) -> Value {
    match value {
        Value::Object(map) => {
            let mut bare = serde_json::Map::new();
            for (key, value) in map {
                if is_annotation(root, path, map, key) || (path.is_empty() && key == "run") {
                    continue;
                }
                path.push(key.clone());
                bare.insert(key.clone(), without_annotations(value, root, path));
                path.pop();
            }
            Value::Object(bare)
        }
        Value::Array(list) => {
            let mut bare = Vec::with_capacity(list.len());
            for (index, value) in list.iter().enumerate() {
                path.push(index.to_string());
                bare.push(without_annotations(value, root, path));
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
    fn a_choice_has_arms_and_notes_by_the_names_that_there_are() {
        let with = |trends: Value, key: &str, value: Value| {
            let mut choice = json!({"by": "trend", "else": 0});
            choice[key] = value;
            json!({"trends": trends, "indicators": {"x": {"drift": choice}}})
        };
        let plain = json!({"calm": {}});
        for key in ["note", "source"] {
            let (one, two) = (
                with(plain.clone(), key, json!("a")),
                with(plain.clone(), key, json!("b")),
            );
            assert_eq!(sha256(&one), sha256(&two), "{key} explains");
        }
        for key in ["note", "source", "title"] {
            let trends = json!({key: {}});
            let (one, two) = (
                with(trends.clone(), key, json!(1)),
                with(trends, key, json!(2)),
            );
            assert_ne!(sha256(&one), sha256(&two), "{key} is an arm");
        }
    }

    #[test]
    fn a_name_and_the_settings_of_a_run_are_no_assumptions() {
        let base = json!({"name": "a", "run": {"seed": 1}, "parameters": {"name": 1}});
        let same = json!({"name": "b", "run": {"seed": 2}, "parameters": {"name": 1.0}});
        let other = json!({"name": "a", "run": {"seed": 1}, "parameters": {"name": 2}});
        assert!(same_assumptions(&base, &same));
        assert!(!same_assumptions(&base, &other));
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
