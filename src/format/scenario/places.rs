//! What a key is by its place: a name that the author chose, or a key of the format, and if so one
//! that explains or one that counts.
//!
//! The one table of it: decoder, schema, merging, `--set`, fingerprint, differences, reports and
//! tests read it. All but the decoder see plain JSON, and yet must tell a parameter *named* `rate`
//! from a rate. Paths are lists of keys and indices from the root of the scenario.

use super::lists;
use serde_json::{Map, Value};

/// A section of the file whose keys are names.
#[derive(Clone, Copy, Debug)]
pub struct Section {
    pub key: &'static str,
    /// How many keys below it are names: 2 where things are named by pairs.
    pub depth: usize,
    pub names: Names,
}

/// What the names of a section are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Names {
    /// Any text.
    Free,
    /// Identifiers that stand for nothing else.
    Own,
    /// Identifiers that are keys elsewhere too, where they stand for the same thing: a trend in a
    /// choice, an indicator in a hazard.
    Shared,
    /// Identifiers that refer to things of another section.
    Of(&'static str),
}

const fn section(key: &'static str, names: Names) -> Section {
    Section {
        key,
        depth: 1,
        names,
    }
}

/// All of them, in the order of the reference.
pub const SECTIONS: &[Section] = &[
    section("sources", Names::Free),
    section("parameters", Names::Own),
    section("per_trial", Names::Own),
    section("trends", Names::Shared),
    Section {
        key: "shifts",
        depth: 2,
        names: Names::Of("trends"),
    },
    section("phases", Names::Shared),
    section("states", Names::Shared),
    section("indicators", Names::Shared),
    section("tables", Names::Own),
    section("derived", Names::Shared),
    section("events", Names::Shared),
    section("groups", Names::Own),
    section("metrics", Names::Own),
    section("ratios", Names::Own),
    section("questions", Names::Own),
];

/// Keys that explain a thing and change no number.
pub const EXPLAIN: [&str; 3] = ["title", REASONS[0], REASONS[1]];
/// Those that say why a number is what it is. They go with the number when a variant states
/// another.
pub const REASONS: [&str; 2] = ["note", "source"];
/// Keys by which a thing is shown, beside those that explain it.
pub const LABELS: [&str; 2] = ["name", "unit"];
/// The section that explains as a whole.
pub const SOURCES: &str = SECTIONS[0].key;
/// The words that stand beside chances: they change none.
pub const WORDS: &str = "words";
/// The key of a choice that says what is chosen by, and the one for whatever has no arm.
pub const BY: &str = "by";
pub const ELSE: &str = "else";

/// What a choice may be made by, and the section that names its arms.
const CHOICES: [(&str, &str); 2] = [("trend", "trends"), ("phase", "phases")];

/// Words that would be taken for something else where names are keys: no thing may be called so,
/// but in files of format 1.
pub fn is_reserved(name: &str) -> bool {
    EXPLAIN.contains(&name) || [SOURCES, BY, ELSE].contains(&name)
}

/// The section with this key.
pub fn section_of(key: &str) -> Option<&'static Section> {
    SECTIONS.iter().find(|section| section.key == key)
}

/// Whether the object at `path` maps names that the author chose.
pub fn is_named(path: &[String]) -> bool {
    match parts(path).as_slice() {
        [first, rest @ ..] if rest.len() < section_of(first).map_or(0, |own| own.depth) => true,
        [.., "times", "trend" | "phase" | "state" | "indicator"] => {
            is_hazard(&path[..path.len() - 2])
        }
        [.., "times", "state", _] => is_hazard(&path[..path.len() - 3]),
        ["states", _, "values" | "moves" | "each_step"]
        | ["states", _, "moves" | "each_step", _] => true,
        ["events", _, "in" | "not_in" | "branches"] | ["history", "events"] => true,
        _ => false,
    }
}

/// Whether `key` of the `object` at `path` explains: it is an annotation, rather than a thing that
/// its author called so.
///
/// `root` is the whole effective scenario. In a choice by trend or phase a key is an arm if there
/// is such a trend or phase (in a file of format 1; values of states are never called so); a title
/// has no place there.
pub fn is_annotation(
    root: &Value,
    path: &[String],
    object: &Map<String, Value>,
    key: &str,
) -> bool {
    let chosen_by = object
        .get(BY)
        .and_then(Value::as_str)
        .and_then(section_chosen_by);
    let is_arm = || {
        chosen_by
            .and_then(|section| root.get(section)?.get(key))
            .is_some()
    };
    if path.is_empty() && [SOURCES, WORDS].contains(&key) {
        true
    } else if REASONS.contains(&key) {
        !is_named(path) && !is_arm()
    } else {
        EXPLAIN.contains(&key) && !is_named(path) && chosen_by.is_none()
    }
}

/// The section that names the arms of a choice by `word`; `None` if there is no such choice.
pub fn section_chosen_by(word: &str) -> Option<&'static str> {
    let choice = CHOICES.iter().find(|(by, _)| *by == word);
    choice.map(|(_, section)| *section)
}

/// Whether a text may stand at `by` of a choice: `trend`, `phase` or the name of a state, which no
/// date is.
pub fn is_choice_word(word: &str) -> bool {
    word.starts_with(|c: char| c == '_' || c.is_alphabetic())
}

/// Whether a hazard stands at `path`.
pub fn is_hazard(path: &[String]) -> bool {
    matches!(
        parts(path).as_slice(),
        ["events", _, "hazard"] | ["shifts", _, _] | ["states", _, "moves", _, _]
    )
}

/// Whether an event stands at `path`.
pub fn is_event(path: &[String]) -> bool {
    matches!(parts(path).as_slice(), ["events", _])
}

/// Whether what starts the clock of an event stands at `path`.
pub fn is_start_of_clock(path: &[String]) -> bool {
    matches!(parts(path).as_slice(), ["events", _, "after"])
}

/// Whether the form of a hazard that ages stands at `path`, or what its age is counted from.
pub fn is_ageing(path: &[String]) -> bool {
    let is_part = |last: &str| matches!(last, "ageing" | "since");
    matches!(path, [hazard @ .., last] if is_part(last) && is_hazard(hazard))
}

/// Whether a question stands at `path`.
pub fn is_question(path: &[String]) -> bool {
    matches!(parts(path).as_slice(), ["questions", _])
}

/// Whether a table stands at `path`.
pub fn is_table(path: &[String]) -> bool {
    matches!(parts(path).as_slice(), ["tables", _])
}

/// Whether a number that may be a distribution stands at `path`.
pub fn is_draw(path: &[String]) -> bool {
    fn is(parts: &[&str]) -> bool {
        match parts {
            ["parameters" | "per_trial", _]
            | ["indicators", _, "start"]
            | ["events", _, "at" | "wait"]
            | ["events", _, "effects", _, "to" | "by"]
            | ["events", _, "effects", _, "together", _, "to" | "by"]
            | ["events", _, "branches", _, "effects", _, "to" | "by"]
            | [
                "events",
                _,
                "branches",
                _,
                "effects",
                _,
                "together",
                _,
                "to" | "by",
            ] => true,
            // Parts of a distribution that are one themselves.
            [whole @ .., "experts", _] | [whole @ .., ELSE | "of"] => is(whole),
            _ => false,
        }
    }
    is(&parts(path))
}

/// A list that a variant can change without restating it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct List {
    /// Its items have names.
    pub is_named: bool,
    /// A file without it has one all the same: adding to that would mean something else than the
    /// words say.
    pub has_default: bool,
}

/// The list at `path`, if there is one for `change` to change.
pub fn list(path: &[String], base: &Value, change: &Map<String, Value>) -> Option<List> {
    let [is_named, has_default] = match parts(path).as_slice() {
        ["outcomes"] => [true, false],
        ["correlations" | "noise_correlations"]
        | ["events", _, "effects"]
        | ["events", _, "branches", _, "effects"] => [false, false],
        ["events", _, "in" | "not_in", _] => [false, false],
        ["events", _, "phases" | "trends"]
        | ["trends", _, "by"]
        | ["run", "times" | "quantiles"] => [false, true],
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
    use serde_json::json;

    #[test]
    fn names_are_told_from_keys_of_the_format() {
        for (pointer, named) in [
            ("/parameters", true),
            ("/parameters/note", false),
            ("/shifts", true),
            ("/shifts/stalemate", true),
            ("/shifts/stalemate/escalation", false),
            ("/shifts/a/b/times/trend", true),
            ("/events/e/hazard/times/indicator", true),
            ("/events/e/hazard/times/state", true),
            ("/events/e/hazard/times/state/posture", true),
            ("/states/posture", false),
            ("/states/posture/values", true),
            ("/states/posture/moves/engaged", true),
            ("/states/posture/moves/engaged/paused", false),
            ("/events/e/in", true),
            ("/events/times/trend", false),
            ("/events/e/hazard/times", false),
            ("/history", false),
            ("/history/events", true),
            ("/run", false),
            ("", false),
        ] {
            assert_eq!(is_named(&segments(pointer)), named, "{pointer}");
        }
    }

    #[test]
    fn every_map_of_the_schema_is_a_section_with_as_many_levels_of_names() {
        let schema = crate::scenario::schema();
        let mut found = Vec::new();
        for (key, value) in schema["$defs"]["Scenario"]["properties"]
            .as_object()
            .unwrap()
        {
            let (mut depth, mut here) = (0, value);
            while here["additionalProperties"].is_object() {
                let checked = here["propertyNames"].is_object();
                let free = section_of(key).map(|own| own.names) == Some(Names::Free);
                assert_eq!(checked, !free, "{key}");
                (depth, here) = (depth + 1, &here["additionalProperties"]);
            }
            if depth > 0 {
                found.push((key.as_str(), depth));
            }
        }
        let mut table: Vec<(&str, usize)> =
            SECTIONS.iter().map(|own| (own.key, own.depth)).collect();
        found.sort_unstable();
        table.sort_unstable();
        assert_eq!(found, table);
    }

    #[test]
    fn whatever_can_be_explained_takes_the_same_keys_for_it() {
        for (name, object) in crate::scenario::schema()["$defs"].as_object().unwrap() {
            let objects = object["anyOf"].as_array().into_iter().flatten();
            for here in objects.chain([object]) {
                let has = |key: &str| here["properties"].get(key).is_some();
                // A source is explained by itself, settings have no source.
                let alone = ["Source", "Scenario", "Run"];
                if !alone.iter().any(|one| name.starts_with(one)) {
                    assert_eq!(has("note"), has("source"), "{name}");
                }
            }
        }
        let key = |object: &Value, path: &str, key: &str| {
            is_annotation(
                &json!({"trends": {"note": {}}}),
                &segments(path),
                object.as_object().unwrap(),
                key,
            )
        };
        for word in EXPLAIN {
            assert!(is_reserved(word) && key(&json!({}), "/events/e", word));
            assert!(!key(&json!({}), "/events", word));
        }
        assert!(key(&json!({}), "", "sources") && !key(&json!({}), "/events/e", "sources"));
        let choice = json!({"by": "trend"});
        let place = "/indicators/x/drift";
        assert!(!key(&choice, place, "note") && key(&choice, place, "source"));
        assert!(!key(&choice, place, "title"));
    }
}
