//! New names in a variant that look like slips of the pen.
//!
//! A variant may add things, so a wrong letter in `"trends": {"stalemte": …}` adds a second trend
//! beside the one that was meant. Takes the scenario so far and the layer about to be laid over it;
//! gives a warning for each such name. What can mean nothing else is a fault: a name or key that is
//! to be removed and is not there, and a branch that has nothing but another probability.

use super::places::{self, SECTIONS};
use crate::diagnostic::{Diagnostic, Place, Slips, nearest, pointer::join};
use serde_json::{Map, Value};

/// Warns of names that `layer` states, that `below` lacks, and that are one letter from a name
/// which `below` has and `layer` does not state.
pub fn slips(below: &Value, layer: &Value) -> Vec<Diagnostic> {
    let mut warnings = Vec::new();
    for section in SECTIONS.iter().map(|section| section.key) {
        let (Some(old), Some(new)) = (below[section].as_object(), layer[section].as_object())
        else {
            continue;
        };
        let unstated = old.keys().filter(|known| !new.contains_key(*known));
        let slips = Slips::among(unstated.map(String::as_str));
        // What is to be removed and is not there is a fault of its own.
        let added = new
            .iter()
            .filter(|(name, value)| !value.is_null() && !old.contains_key(*name));
        for (name, _) in added {
            if let Some(meant) = slips.of(name) {
                let place = Place::key(join(&join("", section), name));
                let message =
                    format!("`{name}` is not in the file that is extended, but `{meant}` is");
                warnings.push(
                    Diagnostic::warning("similar-name", place, message)
                        .hint(format!("did you mean `{meant}`?"))
                        .hint("if it is meant to be new, a less similar name keeps readers from taking it for the other"),
                );
            }
        }
    }
    warnings
}

/// Faults of a layer: it removes what is not there, or means a branch that is called otherwise.
pub fn misspelt(below: &Value, layer: &Value) -> Vec<Diagnostic> {
    let mut faults = Vec::new();
    look(below, layer, &mut Vec::new(), &mut faults);
    faults
}

fn look(below: &Value, layer: &Value, path: &mut Vec<String>, faults: &mut Vec<Diagnostic>) {
    let (Some(below), Some(layer)) = (below.as_object(), layer.as_object()) else {
        return;
    };
    for (key, value) in layer {
        if let Some(lower) = below.get(key) {
            path.push(key.clone());
            look(lower, value, path, faults);
            path.pop();
        } else if value.is_null() {
            faults.extend(removes_nothing(below, key, path));
        } else {
            faults.extend(is_no_branch(below, layer, (key, value), path));
        }
    }
}

fn place(path: &[String], key: &str) -> Place {
    let at = path.iter().fold(String::new(), |at, part| join(&at, part));
    Place::key(join(&at, key))
}

fn removes_nothing(below: &Map<String, Value>, key: &str, path: &[String]) -> Option<Diagnostic> {
    let near = nearest(key, below.keys().map(String::as_str));
    let (code, what) = match places::is_named(path) {
        true => ("unknown-name", "nothing here is named"),
        // A key that is merely not stated is as it shall be.
        false if near.is_some() => ("unknown-key", "there is no key"),
        false => return None,
    };
    let message = format!("{what} `{key}` in the file that is extended: nothing is removed");
    let fault = Diagnostic::error(code, place(path, key), message);
    Some(match near {
        Some(near) => fault.hint(format!("did you mean `{near}`?")),
        None => fault,
    })
}

/// A branch that is new in the layer, is called much like one that the layer does not state, and
/// does nothing.
fn is_no_branch(
    below: &Map<String, Value>,
    layer: &Map<String, Value>,
    (key, value): (&str, &Value),
    path: &[String],
) -> Option<Diagnostic> {
    let [.., last] = path else { return None };
    if path.len() != 3
        || path[0] != "events"
        || last != "branches"
        || value.get("effects").is_some()
    {
        return None;
    }
    let unstated = below.keys().filter(|known| !layer.contains_key(*known));
    let meant = nearest(key, unstated.map(String::as_str))?;
    let message = format!("no branch is named `{key}` in the file that is extended");
    Some(
        Diagnostic::error("unknown-name", place(path, key), message)
            .hint(format!("did you mean `{meant}`?"))
            .hint("a branch that is new states its `effects`, which may be `[]`"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn places(layer: Value) -> Vec<String> {
        let below = json!({
            "trends": {"stalemate": {"weight": 1}, "escalation": {"weight": 0}},
            "events": {"port_1": {}, "ceasefire": {}}, "derived": {}
        });
        let warnings = slips(&below, &layer);
        warnings.into_iter().map(|one| one.place.pointer).collect()
    }

    #[test]
    fn a_letter_wrong_is_noticed_in_a_thing_that_is_changed_or_removed() {
        let layer =
            json!({"trends": {"stalemte": {"weight": 2}}, "events": {"caesefire": {"limit": 1}}});
        assert_eq!(places(layer), ["/trends/stalemte", "/events/caesefire"]);
    }

    #[test]
    fn what_is_removed_and_is_not_there_is_a_fault_if_it_can_be_told() {
        let below = json!({
            "trends": {"stalemate": {"weight": 1}},
            "events": {
                "ceasefire": {"hazard": {"chance": 0.2, "within": 1}, "phases": ["war"]},
                "vote": {"at": 1, "branches": {"yes": {"probability": 0.4}, "no": {}}},
            },
        });
        let found = |layer: Value| -> Vec<String> {
            let faults = misspelt(&below, &layer).into_iter();
            let told =
                |d: Diagnostic| format!("{} {} {}", d.code, d.place.pointer, d.hints.join("|"));
            faults.map(told).collect()
        };
        for (layer, wanted) in [
            (
                json!({"events": {"caesefire": null}}),
                "unknown-name /events/caesefire did you mean `ceasefire`?",
            ),
            (
                json!({"trends": {"growth": null}}),
                "unknown-name /trends/growth ",
            ),
            (
                json!({"events": {"ceasefire": {"phase": null}}}),
                "unknown-key /events/ceasefire/phase did you mean `phases`?",
            ),
            (
                json!({"events": {"ceasefire": {"hazard": {"withn": null}}}}),
                "unknown-key /events/ceasefire/hazard/withn did you mean `within`?",
            ),
            (
                json!({"events": {"vote": {"branches": {"yess": null}}}}),
                "unknown-name /events/vote/branches/yess did you mean `yes`?",
            ),
            (
                json!({"events": {"vote": {"branches": {"yess": {"probability": 0.5}}}}}),
                "unknown-name /events/vote/branches/yess did you mean `yes`?|a branch that is new states its `effects`, which may be `[]`",
            ),
        ] {
            assert_eq!(found(layer.clone()), [wanted], "{layer}");
        }
        for layer in [
            json!({"events": {"ceasefire": {"limit": null, "hazard": {"chance": null, "rate": 2}}}}),
            json!({"events": {"ceasefire": null, "vote": {"branches": {"yess": {"probability": 0.1, "effects": []}}}}}),
            json!({"events": {"vote": {"branches": {"maybe": {"probability": 0.1}, "no": null}}}}),
            json!({"events": {"new": {"hazard": null}}, "states": {"s": null}}),
        ] {
            assert_eq!(found(layer.clone()), [""; 0], "{layer}");
        }
    }

    #[test]
    fn names_that_are_new_known_or_numbered_raise_no_doubt() {
        for layer in [
            json!({"trends": {"innovation": {"weight": 2}, "stalemate": null}}),
            json!({"events": {"port_2": {}, "ceasefire": {}}}),
            json!({"trends": {"stalemates": {"weight": 1}, "stalemate": {"weight": 0}}}),
            json!({"derived": {"stalemte": "1"}, "run": {"sede": 1}, "events": 3}),
        ] {
            assert_eq!(places(layer.clone()), [] as [&str; 0], "{layer}");
        }
    }
}
