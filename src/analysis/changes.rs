//! Where two scenarios differ: the leaves of their sources, by dotted path.

use crate::results::Change;
use crate::scenario::places::is_annotation;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Differences of assumptions and of run settings between two whole scenarios; names, titles, notes
/// and sources are left out.
pub fn changes(base: &Value, other: &Value) -> Vec<Change> {
    let mut walk = Walk {
        base,
        other,
        path: Vec::new(),
        found: Vec::new(),
    };
    walk.compare(Some(base), Some(other));
    walk.found.retain(|change| change.path != "name");
    walk.found
}

/// Both scenarios, the place that is looked at, and what was found so far.
struct Walk<'a> {
    base: &'a Value,
    other: &'a Value,
    path: Vec<String>,
    found: Vec<Change>,
}

impl Walk<'_> {
    fn compare(&mut self, base: Option<&Value>, other: Option<&Value>) {
        match (base, other) {
            (Some(Value::Object(a)), Some(Value::Object(b))) => {
                let keys = a.keys().chain(b.keys().filter(|k| !a.contains_key(*k)));
                for key in keys {
                    if self.explains(a, b, key) {
                        continue;
                    }
                    self.path.push(key.clone());
                    self.compare(a.get(key), b.get(key));
                    self.path.pop();
                }
            }
            (Some(Value::Array(a)), Some(Value::Array(b))) => self.arrays(a, b),
            (Some(Value::Number(a)), Some(Value::Number(b))) if a.as_f64() == b.as_f64() => {}
            (a, b) if a == b => {}
            (a, b) => self.note(self.path.join("."), a.cloned(), b.cloned()),
        }
    }

    /// Whether a key is an annotation in each of the two objects that has it.
    fn explains(&self, a: &Map<String, Value>, b: &Map<String, Value>, key: &str) -> bool {
        [(self.base, a), (self.other, b)]
            .iter()
            .all(|(root, object)| {
                !object.contains_key(key) || is_annotation(root, &self.path, object, key)
            })
    }

    fn note(&mut self, path: String, base: Option<Value>, other: Option<Value>) {
        self.found.push(Change { path, base, other });
    }

    /// Items of an array are told apart by their `name`, by the pair that they are `between`, or
    /// else by their place. A list of texts is one value.
    fn arrays(&mut self, a: &[Value], b: &[Value]) {
        let is_texts = |items: &[Value]| items.iter().all(Value::is_string);
        if is_texts(a) && is_texts(b) {
            if a != b {
                self.note(self.path.join("."), Some(a.into()), Some(b.into()));
            }
            return;
        }
        let (Some(of_a), Some(of_b)) = (names(a), names(b)) else {
            for i in 0..a.len().max(b.len()) {
                self.path.push(i.to_string());
                self.compare(a.get(i), b.get(i));
                self.path.pop();
            }
            return;
        };
        let added = of_b.iter().filter(|name| !of_a.contains(name));
        for name in of_a.iter().chain(added) {
            let place = |names: &[Name<'_>]| names.iter().position(|n| n == name);
            let (in_a, in_b) = (place(&of_a), place(&of_b));
            let part = match (name, in_a.or(in_b)) {
                (Name::Between(..), Some(index)) => index.to_string(),
                (Name::Own(name), _) | (Name::Between(name, _), None) => (*name).to_owned(),
            };
            self.path.push(part);
            self.compare(in_a.map(|i| &a[i]), in_b.map(|i| &b[i]));
            self.path.pop();
        }
        // The order of pairs means nothing.
        let kept = |names: &[Name<'_>], others: &[Name<'_>]| -> Vec<String> {
            let both = names.iter().filter(|n| others.contains(n));
            both.filter_map(|name| match name {
                Name::Own(name) => Some((*name).to_owned()),
                Name::Between(..) => None,
            })
            .collect()
        };
        if kept(&of_a, &of_b) != kept(&of_b, &of_a) {
            let own = |names: &[Name<'_>]| kept(names, names);
            let path = format!("{} (order)", self.path.join("."));
            self.note(path, Some(own(&of_a).into()), Some(own(&of_b).into()));
        }
    }
}

/// What an item of a list is known by.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Name<'v> {
    Own(&'v str),
    /// The lesser name of the pair first.
    Between(&'v str, &'v str),
}

/// The names of all items, if each has one of its own.
fn names(items: &[Value]) -> Option<Vec<Name<'_>>> {
    let names: Option<Vec<Name<'_>>> = items.iter().map(named).collect();
    names.filter(|names| {
        !names.is_empty() && names.iter().collect::<BTreeSet<_>>().len() == names.len()
    })
}

fn named(item: &Value) -> Option<Name<'_>> {
    if let Some(name) = item.get("name").and_then(Value::as_str) {
        return Some(Name::Own(name));
    }
    let pair = item.get("between")?.as_array()?;
    let [Value::String(one), Value::String(other)] = pair.as_slice() else {
        return None;
    };
    Some(Name::Between(one.min(other), one.max(other)))
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
    fn what_is_spelt_or_annotated_otherwise_is_no_change_and_what_is_named_so_is() {
        let base = json!({"step": 1, "events": {"e": {"hazard": {"times": {"note": "a", "trend": {"note": 1}}}}}});
        let mut other = base.clone();
        other["step"] = json!(1.0);
        other["events"]["e"]["hazard"]["times"]["note"] = json!("b");
        assert_eq!(changes(&base, &other).len(), 0);
        other["events"]["e"]["hazard"]["times"]["trend"]["note"] = json!(2);
        let paths: Vec<String> = changes(&base, &other).into_iter().map(|c| c.path).collect();
        assert_eq!(paths, ["events.e.hazard.times.trend.note"]);
    }

    #[test]
    fn experts_of_one_name_are_told_apart_by_their_place() {
        let pool = |last: f64| json!({"experts": [{"name": "A", "uniform": [0, 1]}, {"name": "A", "uniform": [0, last]}]});
        let paths: Vec<String> = changes(&pool(2.0), &pool(3.0))
            .into_iter()
            .map(|c| c.path)
            .collect();
        assert_eq!(paths, ["experts.1.uniform.1"]);
    }

    #[test]
    fn an_indicator_that_is_called_note_is_not_an_annotation() {
        let base = json!({"indicators": {"note": {"start": 1, "note": "x"}}});
        let other = json!({"indicators": {"note": {"start": 2, "note": "y"}}});
        assert_eq!(changes(&base, &other).len(), 1);
    }

    #[test]
    fn what_is_added_to_a_list_is_the_only_difference() {
        let pair = |a: &str, b: &str, rank: f64| json!({"between": [a, b], "rank": rank});
        let base = json!({
            "events": {"e": {"phases": ["war", "truce"]}},
            "correlations": [pair("a", "b", 0.5), pair("c", "d", 0.1)],
            "parameters": {"p": {"uniform": [0, 1]}}
        });
        let other = json!({
            "events": {"e": {"phases": ["pause", "war", "truce"]}},
            "correlations": [pair("x", "y", 0.2), pair("d", "c", 0.1), pair("b", "a", 0.6)],
            "parameters": {"p": {"uniform": [0, 2]}}
        });
        let found = changes(&base, &other);
        let paths: Vec<&str> = found.iter().map(|c| c.path.as_str()).collect();
        let between = ["correlations.0.between", "correlations.1.between"];
        let paths: Vec<&str> = paths.into_iter().filter(|p| !between.contains(p)).collect();
        assert_eq!(
            paths,
            [
                "events.e.phases",
                "correlations.0.rank",
                "correlations.0",
                "parameters.p.uniform.1"
            ]
        );
        assert_eq!(found[0].other, Some(json!(["pause", "war", "truce"])));
    }
}
