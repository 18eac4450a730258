//! New names in a variant that look like slips of the pen.
//!
//! A variant may add things, so a wrong letter in `"trends": {"stalemte": …}` adds a second trend
//! beside the one that was meant. Takes the scenario so far and the layer about to be laid over it;
//! gives a warning for each such name.

use super::places::SECTIONS;
use crate::diagnostic::{Diagnostic, Place, Slips, pointer::join};
use serde_json::Value;

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
        for name in new.keys().filter(|name| !old.contains_key(*name)) {
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
        let layer = json!({"trends": {"stalemte": {"weight": 2}}, "events": {"caesefire": null}});
        assert_eq!(places(layer), ["/trends/stalemte", "/events/caesefire"]);
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
