//! Which places of the format hold things keyed by name, hazards, or distributions.
//!
//! Merging, `--set` and hashing see plain JSON, and yet must tell a parameter *named* `note` from a note. Paths are lists of
//! keys and indices from the root of the scenario.

use super::lists;
use serde_json::{Map, Value};

/// Whether the object at `path` maps names that the author chose.
pub fn is_named(path: &[String]) -> bool {
    match parts(path).as_slice() {
        [
            "sources" | "parameters" | "trends" | "shifts" | "phases" | "indicators" | "derived"
            | "events" | "groups" | "metrics" | "questions",
        ]
        | ["shifts", _] => true,
        [.., "times", "trend" | "phase" | "indicator"] => is_hazard(&path[..path.len() - 2]),
        _ => false,
    }
}

/// Whether a hazard stands at `path`.
pub fn is_hazard(path: &[String]) -> bool {
    matches!(
        parts(path).as_slice(),
        ["events", _, "hazard"] | ["shifts", _, _]
    )
}

/// Whether an event stands at `path`.
pub fn is_event(path: &[String]) -> bool {
    matches!(parts(path).as_slice(), ["events", _])
}

/// Whether a question stands at `path`.
pub fn is_question(path: &[String]) -> bool {
    matches!(parts(path).as_slice(), ["questions", _])
}

/// Whether a number that may be a distribution stands at `path`.
pub fn is_draw(path: &[String]) -> bool {
    matches!(
        parts(path).as_slice(),
        ["parameters", _]
            | ["indicators", _, "start"]
            | ["events", _, "at"]
            | ["events", _, "effects", _, "to" | "by"]
            | ["parameters", _, "experts", _]
            | ["indicators", _, "start", "experts", _]
            | ["events", _, "at", "experts", _]
            | ["events", _, "effects", _, "to" | "by", "experts", _]
    )
}

/// A list that a variant can change without restating it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct List {
    /// Its items have names.
    pub is_named: bool,
    /// A file without it has one all the same: adding to that would mean something else than the words say.
    pub has_default: bool,
}

/// The list at `path`, if there is one for `change` to change.
pub fn list(path: &[String], base: &Value, change: &Map<String, Value>) -> Option<List> {
    let [is_named, has_default] = match parts(path).as_slice() {
        ["outcomes"] => [true, false],
        ["correlations" | "noise_correlations"] | ["events", _, "effects"] => [false, false],
        ["events", _, "phases" | "trends"] | ["trends", _, "by"] | ["run", "times"] => {
            [false, true]
        }
        [.., "experts"] if is_draw(&path[..path.len() - 1]) => [false, false],
        // A trend or phase may be called so; nothing else there is made of these keys.
        [.., "source"]
            if (base.is_array() || base.is_string())
                && change.keys().all(|key| lists::KEYS.contains(&key.as_str())) =>
        {
            [false, false]
        }
        _ => return None,
    };
    Some(List {
        is_named,
        has_default,
    })
}

fn parts(path: &[String]) -> Vec<&str> {
    path.iter().map(String::as_str).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::pointer::segments;

    #[test]
    fn names_are_told_from_keys_of_the_format() {
        for (pointer, named) in [
            ("/parameters", true),
            ("/parameters/note", false),
            ("/shifts/stalemate", true),
            ("/shifts/stalemate/escalation", false),
            ("/shifts/a/b/times/trend", true),
            ("/events/e/hazard/times/indicator", true),
            ("/events/times/trend", false),
            ("/events/e/hazard/times", false),
            ("/run", false),
            ("", false),
        ] {
            assert_eq!(is_named(&segments(pointer)), named, "{pointer}");
        }
    }
}
