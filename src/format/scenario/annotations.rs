//! What explains a scenario and changes no number: `note`, `source`, `title`, `sources` and `words`.
//!
//! An author may call a parameter or a trend `note`, so a key alone does not tell: its place does.

use super::paths;
use serde_json::{Map, Value};

/// Whether `key` of the `object` at `path` is an annotation rather than a thing that its author called so.
///
/// `root` is the whole effective scenario. In a choice by trend or phase a key is an arm if there is such a trend or phase; a title has
/// no place there.
pub fn is_annotation(
    root: &Value,
    path: &[String],
    object: &Map<String, Value>,
    key: &str,
) -> bool {
    match key {
        "sources" | "words" => path.is_empty(),
        "note" | "source" => !paths::is_named(path) && !is_arm(root, object, key),
        "title" => !paths::is_named(path) && section_chosen_by(object).is_none(),
        _ => false,
    }
}

/// Whether `key` is an arm of a choice, by the trends or phases that the scenario has.
fn is_arm(root: &Value, object: &Map<String, Value>, key: &str) -> bool {
    section_chosen_by(object)
        .and_then(|section| root.get(section))
        .is_some_and(|things| things.get(key).is_some())
}

/// The section that names the arms of a choice; `None` if the object is none.
fn section_chosen_by(object: &Map<String, Value>) -> Option<&'static str> {
    match object.get("by")?.as_str()? {
        "trend" => Some("trends"),
        "phase" => Some("phases"),
        _ => None,
    }
}
