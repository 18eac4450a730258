//! Where two scenarios differ: the leaves of their sources, by dotted path.

use crate::results::Change;
use serde_json::Value;

/// Keys that explain and change no number.
const ANNOTATIONS: [&str; 4] = ["note", "source", "sources", "title"];

/// Differences of assumptions between two whole scenarios; names, titles, notes and sources are left out.
pub fn changes(base: &Value, other: &Value) -> Vec<Change> {
    let mut found = Vec::new();
    compare("", Some(base), Some(other), &mut found);
    found.retain(|change| change.path != "name");
    found
}

fn compare(path: &str, base: Option<&Value>, other: Option<&Value>, found: &mut Vec<Change>) {
    match (base, other) {
        (Some(Value::Object(a)), Some(Value::Object(b))) => {
            let keys = a.keys().chain(b.keys().filter(|k| !a.contains_key(*k)));
            for key in keys {
                if is_annotation(path, key) {
                    continue;
                }
                let inner = if path.is_empty() {
                    key.clone()
                } else {
                    format!("{path}.{key}")
                };
                compare(&inner, a.get(key), b.get(key), found);
            }
        }
        (Some(Value::Array(a)), Some(Value::Array(b))) => arrays(path, a, b, found),
        (a, b) if a == b => {}
        (a, b) => found.push(Change {
            path: path.into(),
            base: a.cloned(),
            other: b.cloned(),
        }),
    }
}

/// Items of an array are told apart by their `name`, or else by their place.
fn arrays(path: &str, a: &[Value], b: &[Value], found: &mut Vec<Change>) {
    let name = |item: &Value| item.get("name").and_then(Value::as_str).map(str::to_owned);
    let named = !a.is_empty() && a.iter().chain(b).all(|item| name(item).is_some());
    if named {
        let find = |items: &[Value], wanted: &str| -> Option<Value> {
            items
                .iter()
                .find(|i| name(i).as_deref() == Some(wanted))
                .cloned()
        };
        let of_a = a.iter().filter_map(name);
        let of_b = b.iter().filter_map(name).filter(|n| find(a, n).is_none());
        for item in of_a.chain(of_b) {
            let inner = format!("{path}.{item}");
            compare(
                &inner,
                find(a, &item).as_ref(),
                find(b, &item).as_ref(),
                found,
            );
        }
        let order = |items: &[Value]| -> Vec<Option<String>> { items.iter().map(name).collect() };
        let kept = |items: &[Value], others: &[Value]| -> Vec<Option<String>> {
            order(items)
                .into_iter()
                .filter(|n| order(others).contains(n))
                .collect()
        };
        if kept(a, b) != kept(b, a) {
            found.push(Change {
                path: format!("{path} (order)"),
                base: Some(order(a).into()),
                other: Some(order(b).into()),
            });
        }
    } else {
        for i in 0..a.len().max(b.len()) {
            compare(&format!("{path}.{i}"), a.get(i), b.get(i), found);
        }
    }
}

/// An annotation, and not a thing that its author called so: things are keyed directly below a section.
fn is_annotation(path: &str, key: &str) -> bool {
    const SECTIONS: [&str; 9] = [
        "parameters",
        "trends",
        "shifts",
        "phases",
        "indicators",
        "derived",
        "events",
        "metrics",
        "questions",
    ];
    let of_a_shift = path
        .strip_prefix("shifts.")
        .is_some_and(|rest| !rest.contains('.'));
    ANNOTATIONS.contains(&key) && !SECTIONS.contains(&path) && !of_a_shift
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_leaves_that_differ_are_listed() {
        let base = json!({"name": "a", "title": "A", "trends": {"calm": {"weight": 0.5, "note": "x"}, "war": {"weight": 0.5}}});
        let other = json!({"name": "b", "trends": {"calm": {"weight": 0.4, "note": "y"}, "war": {"weight": 0.5}, "flood": {"weight": 0.1}}});
        let found = changes(&base, &other);
        let paths: Vec<&str> = found.iter().map(|c| c.path.as_str()).collect();
        assert_eq!(paths, ["trends.calm.weight", "trends.flood"]);
        assert_eq!(found[0].base, Some(json!(0.5)));
        assert_eq!(found[1].base, None);
    }

    #[test]
    fn named_items_of_arrays_are_matched_by_name_and_their_order_counts() {
        let base = json!({"outcomes": [{"name": "x", "when": "a"}, {"name": "y", "when": "b"}]});
        let other = json!({"outcomes": [{"name": "y", "when": "b"}, {"name": "x", "when": "c"}]});
        let paths: Vec<String> = changes(&base, &other).into_iter().map(|c| c.path).collect();
        assert_eq!(paths, ["outcomes.x.when", "outcomes (order)"]);
    }

    #[test]
    fn an_indicator_that_is_called_note_is_not_an_annotation() {
        let base = json!({"indicators": {"note": {"start": 1, "note": "x"}}});
        let other = json!({"indicators": {"note": {"start": 2, "note": "y"}}});
        assert_eq!(changes(&base, &other).len(), 1);
    }
}
