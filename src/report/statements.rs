//! What a part of a scenario file states, in plain words: an event with its hazard and its effects,
//! a distribution, a phase.
//!
//! The words are those of the assumptions of a page; names are told by their titles.

use super::html::{Markup, stated};
use super::table::shorten;
use crate::scenario::places::{Names, SECTIONS};
use serde_json::Value;

/// Letters of a statement: an event with several effects takes three lines.
const LONGEST: usize = 280;
/// What is said of a thing of which the file states nothing but its name.
const PRESENT: &str = "present";
/// What one thing of a section is called.
const KINDS: [(&str, &str); 16] = [
    ("parameters", "parameter"),
    ("per_trial", "quantity of a trial"),
    ("trends", "trend"),
    ("shifts", "shift"),
    ("phases", "phase"),
    ("states", "state"),
    ("indicators", "indicator"),
    ("tables", "table"),
    ("derived", "derived value"),
    ("events", "event"),
    ("groups", "group of outcomes"),
    ("outcomes", "outcome"),
    ("metrics", "metric"),
    ("ratios", "ratio of means"),
    ("questions", "question"),
    ("noise_correlations", "correlation of noise"),
];

/// What is stated at `path`, in words; `None` where there are no words for such a place. `root` is
/// the whole scenario, whose titles are used.
pub fn told(root: &Value, path: &[&str], value: &Value) -> Option<String> {
    let named = with_titles(root, value);
    let said: Vec<String> = (stated(path, &named).iter())
        .map(|markup: &Markup| markup.plain(&|name| title_of(root, name)))
        .collect();
    // A part that has no words by itself is told as the file has it.
    if said.iter().any(|said| said.contains("{\"")) {
        return None;
    }
    match said.is_empty() {
        false => Some(shorten(&said.join("; "), LONGEST)),
        true => (path.len() == 2 && kind(path).is_some()).then(|| PRESENT.to_owned()),
    }
}

/// What a whole thing of the file is called, such as `event`; `None` for a part of one.
pub fn kind(path: &[&str]) -> Option<&'static str> {
    let [section, rest @ ..] = path else {
        return None;
    };
    let depth = SECTIONS.iter().find(|own| own.key == *section);
    let found = KINDS.iter().find(|(own, _)| own == section);
    found
        .filter(|_| rest.len() == depth.map_or(1, |own| own.depth))
        .map(|(_, kind)| *kind)
}

/// The same thing with the titles of phases and trends in the lists that restrict it.
fn with_titles(root: &Value, value: &Value) -> Value {
    let mut named = value.clone();
    for key in ["phases", "trends"] {
        let names = named.get_mut(key).and_then(Value::as_array_mut);
        for name in names.into_iter().flatten() {
            if let Some(own) = name.as_str() {
                *name = title_of(root, own).into();
            }
        }
    }
    named
}

/// The title of what is called so, in quotes; a formula, and what has no title, as it stands.
fn title_of(root: &Value, name: &str) -> String {
    let known = (SECTIONS.iter())
        .filter(|section| section.depth == 1 && section.names != Names::Free)
        .find_map(|section| root.get(section.key)?.get(name)?.get("title")?.as_str());
    match known {
        Some(title) => format!("'{title}'"),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn things_of_a_file_are_told_in_words_and_by_titles() {
        let root = json!({
            "parameters": {"haste": {"title": "Haste", "uniform": [0, 1]}},
            "phases": {"war": {"title": "At war"}, "pause": {"title": "A pause"}},
            "events": {"walk_out": {"title": "Walk-out"}},
        });
        let event = json!({
            "title": "Guns rest", "note": "why", "hazard": {"rate": "haste", "per": "year"}, "phases": ["war"],
            "effects": [{"phase": "pause"}, {"add": "trust", "by": 0.1}]
        });
        for (path, value, wanted) in [
            (
                &["events", "rest"][..],
                event.clone(),
                Some(
                    "'Haste' per year; in the phases 'At war'; effects: phase becomes 'A pause'; trust + 0.1",
                ),
            ),
            (
                &["phases", "pause"],
                json!({"title": "A pause"}),
                Some("present"),
            ),
            (
                &["parameters", "new"],
                json!({"p5": 0.1, "p50": 0.2, "p95": 0.4, "note": "why"}),
                Some("percentiles 5%: 0.1, 50%: 0.2, 95%: 0.4"),
            ),
            (
                &["events", "rest", "hazard"],
                json!({"mean_wait": "2 years"}),
                Some("after 2 years on average"),
            ),
            (
                &["events", "rest", "effects", "1"],
                json!({"add": "trust", "by": -1}),
                Some("effects: trust − 1"),
            ),
            (
                &["outcomes", "calm"],
                json!({"name": "calm", "when": "phase == pause"}),
                Some("when phase == pause"),
            ),
            (
                &["shifts", "a", "b"],
                json!({"rate": 1, "per": "year"}),
                Some("1 per year"),
            ),
            (&["run"], json!({"trials": 1}), None),
            (
                &["events", "rest", "hazard", "times", "indicator", "support"],
                json!({"ratio": 0.5, "at": 0.6, "per": 0.1, "note": "why"}),
                Some("× 0.5 for each 0.1 of support above 0.6"),
            ),
            (
                &["events", "rest", "hazard", "times"],
                json!({"trend": {"calm": 2}}),
                Some("× by trend (calm 2)"),
            ),
            (&["parameters", "haste", "odd"], json!({"a": 1}), None),
        ] {
            assert_eq!(told(&root, path, &value).as_deref(), wanted, "{path:?}");
        }
        assert_eq!(kind(&["events", "rest"]), Some("event"));
        assert_eq!(kind(&["shifts", "a", "b"]), Some("shift"));
        assert_eq!(kind(&["events", "rest", "hazard"]), None);
        assert_eq!(kind(&["horizon"]), None);
    }
}
