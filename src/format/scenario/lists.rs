//! What a variant does to a list without restating it: `{"add": […], "add_first": […], "remove":
//! […]}`, and items by their `name`.
//!
//! A list that is stated as such replaces the one below it; an object in its place changes it.
//! Where each item came from is kept, so that a fault in it is shown in the file that states it.

use super::merge::{Overlay, overlay};
use super::places::List;
use crate::diagnostic::pointer::join;
use crate::diagnostic::{Diagnostic, Edit, Origin, Place, nearest};
use serde_json::{Map, Value};

pub const ADD: &str = "add";
pub const ADD_FIRST: &str = "add_first";
pub const REMOVE: &str = "remove";
/// What can be done to a list.
pub const KEYS: [&str; 3] = [ADD, ADD_FIRST, REMOVE];

/// An item, and where it came from.
type Item = (Value, Origin);

/// Changes the list `base` at `path` as `change` says.
pub fn edit(
    base: &mut Value,
    change: Map<String, Value>,
    list: List,
    path: &mut Vec<String>,
    overlaid: &mut Overlay,
) {
    let mut items = match base.take() {
        Value::Array(items) => items,
        Value::Null => {
            if list.has_default {
                let message =
                    "there is no list to change: the file that is extended states none here";
                let fault = fault(path, None, "no-list", message.to_owned());
                overlaid.faults.push(fault.hint("state the whole list"));
            }
            Vec::new()
        }
        // One source need not stand in a list.
        single => vec![single],
    };
    let mut kept: Vec<Item> = items
        .drain(..)
        .enumerate()
        .map(|(index, item)| (item, Origin::below(index)))
        .collect();
    let [mut first, mut last] = [Vec::new(), Vec::new()];
    for (key, value) in change {
        match key.as_str() {
            ADD => last = added(&kept, value, &key, path, overlaid),
            ADD_FIRST => first = added(&kept, value, &key, path, overlaid),
            REMOVE => remove(&mut kept, value, path, overlaid),
            name if list.is_named => by_name(&mut kept, name, value, path, overlaid),
            _ => {
                let message = format!("the key `{key}` means nothing in a change of a list");
                let hint = match nearest(&key, KEYS) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => format!("it knows {}", KEYS.join(", ")),
                };
                let fault = fault(path, Some(&key), "unknown-key", message);
                overlaid.faults.push(fault.hint(hint));
            }
        }
    }
    first.append(&mut kept);
    first.append(&mut last);
    let (items, origins) = first.into_iter().unzip();
    *base = Value::Array(items);
    overlaid.edits.push(Edit {
        path: path.clone(),
        origins,
    });
}

fn fault(path: &[String], key: Option<&str>, code: &'static str, message: String) -> Diagnostic {
    let list = path
        .iter()
        .fold(String::new(), |pointer, part| join(&pointer, part));
    let place = match key {
        Some(key) => Place::key(join(&list, key)),
        None => Place::value(list),
    };
    Diagnostic::error(code, place, message)
}

/// Items to be added; a plain one that is there already is none.
fn added(
    kept: &[Item],
    value: Value,
    key: &str,
    path: &[String],
    overlaid: &mut Overlay,
) -> Vec<Item> {
    let Value::Array(items) = value else {
        let message = format!("`{key}` takes a list of items");
        overlaid
            .faults
            .push(fault(path, Some(key), "wrong-type", message));
        return Vec::new();
    };
    let is_there = |item: &Value| !item.is_object() && kept.iter().any(|(known, _)| known == item);
    (items.into_iter().enumerate())
        .filter(|(_, item)| !is_there(item))
        .map(|(index, item)| (item, Origin::own([key, &index.to_string()])))
        .collect()
}

fn remove(kept: &mut Vec<Item>, value: Value, path: &[String], overlaid: &mut Overlay) {
    let Value::Array(wanted) = value else {
        let message = format!("`{REMOVE}` takes a list of items");
        overlaid
            .faults
            .push(fault(path, Some(REMOVE), "wrong-type", message));
        return;
    };
    for (index, wanted) in wanted.iter().enumerate() {
        let before = kept.len();
        kept.retain(|(item, _)| !is_meant(wanted, item));
        if kept.len() == before {
            let told = super::decode::describe(wanted);
            let mut list = path.to_vec();
            list.extend([REMOVE.to_owned(), index.to_string()]);
            let message = format!("nothing in the list is {told}");
            let near = wanted.as_str().and_then(|name| nearest(name, names(kept)));
            let fault = fault(&list, None, "unknown-item", message);
            overlaid.faults.push(match near {
                Some(near) => fault.hint(format!("did you mean `{near}`?")),
                None => fault,
            });
        }
    }
}

/// Whether an item is the one that `wanted` describes: by itself, by its name, or by some of what
/// it states.
fn is_meant(wanted: &Value, item: &Value) -> bool {
    match (wanted, item) {
        (Value::Object(some), Value::Object(all)) => {
            let says = |(key, value): (&String, &Value)| {
                let found = all.get(key);
                found == Some(value)
                    || key == "between" && found.is_some_and(|f| is_same_pair(f, value))
            };
            !some.is_empty() && some.iter().all(says)
        }
        (Value::String(_), Value::Object(all)) => all.get("name") == Some(wanted),
        _ => wanted == item,
    }
}

/// A correlation is between two things, whichever is named first.
fn is_same_pair(one: &Value, other: &Value) -> bool {
    match (
        one.as_array().map(Vec::as_slice),
        other.as_array().map(Vec::as_slice),
    ) {
        (Some([a, b]), Some([c, d])) => (a, b) == (d, c),
        _ => false,
    }
}

/// What a near match may be: plain texts, or names of things.
fn names(kept: &[Item]) -> Vec<&str> {
    kept.iter()
        .filter_map(|(item, _)| item.as_str().or_else(|| item["name"].as_str()))
        .collect()
}

fn by_name(
    kept: &mut Vec<Item>,
    name: &str,
    value: Value,
    path: &mut Vec<String>,
    overlaid: &mut Overlay,
) {
    let Some(at) = kept.iter().position(|(item, _)| item["name"] == *name) else {
        let message = format!("nothing in the list is named `{name}`");
        let hint = match nearest(name, names(kept)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!(
                "a new one stands in `{ADD_FIRST}` or `{ADD}`: the first rule that holds decides"
            ),
        };
        let fault = fault(path, Some(name), "unknown-item", message);
        overlaid.faults.push(fault.hint(hint));
        return;
    };
    if value.is_null() {
        kept.remove(at);
        return;
    }
    let (item, origin) = &mut kept[at];
    origin.own = Some(vec![name.to_owned()]);
    path.push(at.to_string());
    overlay(item, value, path, overlaid);
    path.pop();
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_pair_is_meant_in_either_order() {
        let stated = json!({"between": ["u", "v"], "rank": 0.4});
        for (wanted, meant) in [
            (json!({"between": ["u", "v"]}), true),
            (json!({"between": ["v", "u"]}), true),
            (json!({"between": ["v", "u"], "rank": 0.5}), false),
            (json!({"between": ["v", "w"]}), false),
        ] {
            assert_eq!(is_meant(&wanted, &stated), meant, "{wanted}");
        }
    }

    /// The list after a change at a path, and the codes and places of what is wrong with it.
    fn changed(path: &str, base: Value, change: Value) -> (Value, Vec<(&'static str, String)>) {
        let place: Vec<&str> = path.split('.').collect();
        let whole =
            |inner: Value| (place.iter().rev()).fold(inner, |inner, key| json!({(*key): inner}));
        let mut base = whole(base);
        let mut overlaid = Overlay::default();
        overlay(&mut base, whole(change), &mut Vec::new(), &mut overlaid);
        let value = base
            .pointer(&format!("/{}", path.replace('.', "/")))
            .cloned();
        let faults = overlaid.faults.into_iter();
        (
            value.unwrap_or_default(),
            faults.map(|f| (f.code, f.place.pointer)).collect(),
        )
    }

    #[test]
    fn items_are_added_and_removed_and_what_is_there_is_not_added_again() {
        let (list, faults) = changed(
            "events.e.phases",
            json!(["war", "truce"]),
            json!({"add": ["pause", "war"], "remove": ["truce"], "add_first": ["calm"]}),
        );
        assert_eq!((list, faults), (json!(["calm", "war", "pause"]), vec![]));
        let (list, _) = changed("trends.t.source", json!("a"), json!({"add": ["b"]}));
        assert_eq!(list, json!(["a", "b"]));
        let pair =
            json!([{"between": ["a", "b"], "rank": 0.5}, {"between": ["a", "c"], "rank": 0.1}]);
        let (list, faults) = changed(
            "correlations",
            pair,
            json!({"remove": [{"between": ["a", "b"]}]}),
        );
        assert_eq!(
            (list, faults),
            (json!([{"between": ["a", "c"], "rank": 0.1}]), vec![])
        );
    }

    #[test]
    fn outcomes_are_changed_by_their_names() {
        let below = json!([{"name": "a", "when": "x", "note": "n"}, {"name": "b", "when": "y"}]);
        let change = json!({"a": {"when": "z", "note": null}, "b": null, "add": [{"name": "c", "when": "w"}]});
        let (list, faults) = changed("outcomes", below, change);
        assert_eq!(faults, []);
        assert_eq!(
            list,
            json!([{"name": "a", "when": "z"}, {"name": "c", "when": "w"}])
        );
    }

    #[test]
    fn what_changes_nothing_is_refused_where_it_stands() {
        let outcomes = || json!([{"name": "truce", "when": "x"}]);
        for (path, base, change, code, place) in [
            (
                "outcomes",
                outcomes(),
                json!({"trcue": {"when": "y"}}),
                "unknown-item",
                "/outcomes/trcue",
            ),
            (
                "outcomes",
                outcomes(),
                json!({"remove": ["war"]}),
                "unknown-item",
                "/outcomes/remove/0",
            ),
            (
                "events.e.phases",
                json!(["war"]),
                json!({"ad": ["x"]}),
                "unknown-key",
                "/events/e/phases/ad",
            ),
            (
                "events.e.phases",
                json!(["war"]),
                json!({"add": "x"}),
                "wrong-type",
                "/events/e/phases/add",
            ),
            (
                "events.e.phases",
                Value::Null,
                json!({"add": ["x"]}),
                "no-list",
                "/events/e/phases",
            ),
        ] {
            let (_, faults) = changed(path, base, change.clone());
            assert_eq!(faults, [(code, place.to_owned())], "{path} {change}");
        }
        let (list, faults) = changed("correlations", Value::Null, json!({"add": [1]}));
        assert_eq!((list, faults), (json!([1]), vec![]));
    }
}
