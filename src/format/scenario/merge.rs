//! One layer laid over another: the rule of `extends`.
//!
//! Objects merge, `null` removes, anything else replaces. Where a layer states another form of a
//! hazard, a distribution, an event, a question or a table than the one below, the lower form goes
//! with all its keys: half of each would mean nothing. An object in the place of a list changes
//! that list (`lists.rs`). Plain JSON in and out.

use super::decode::keys;
use super::lists;
use super::places::{self, BY, REASONS};
use super::schema;
use crate::diagnostic::{Diagnostic, Edit};
use serde_json::{Map, Value};

/// What laying a layer over others did besides changing values.
#[derive(Default)]
pub struct Overlay {
    /// Lists that were changed in part.
    pub edits: Vec<Edit>,
    pub faults: Vec<Diagnostic>,
}

/// Lays `layer` over `base`, both standing at `path`.
pub fn overlay(base: &mut Value, layer: Value, path: &mut Vec<String>, overlaid: &mut Overlay) {
    let Value::Object(layer) = layer else {
        *base = layer;
        return;
    };
    if let Some(list) = places::list(path, base, &layer) {
        lists::edit(base, layer, list, path, overlaid);
        return;
    }
    if !base.is_object() {
        *base = Value::Object(Map::new());
    }
    let Value::Object(below) = base else { return };
    give_way(below, &layer, path);
    for (key, value) in layer {
        if value.is_null() {
            below.shift_remove(&key);
            continue;
        }
        path.push(key);
        let key = &path[path.len() - 1];
        // An object is merged even into nothing, so that the `null`s in it go.
        let slot = below.entry(key.clone()).or_insert(Value::Null);
        overlay(slot, value, path, overlaid);
        path.pop();
    }
}

/// Takes the members that are `null` out of a layer that has none below it. Those stay that are
/// called like no key of the format, where it is not the author who chooses names: the decoder says
/// what they may have meant.
pub fn bare(layer: &mut Value) {
    without_nulls(layer, &mut Vec::new());
}

fn without_nulls(layer: &mut Value, path: &mut Vec<String>) {
    let Value::Object(map) = layer else { return };
    let is_named = places::is_named(path);
    map.retain(|key, value| !value.is_null() || !(is_named || schema::has_key(key)));
    for (key, value) in map {
        path.push(key.clone());
        without_nulls(value, path);
        path.pop();
    }
}

/// Removes from `below` the form that `layer` replaces by another.
fn give_way(below: &mut Map<String, Value>, layer: &Map<String, Value>, path: &[String]) {
    if places::is_hazard(path) {
        replace_form(below, layer, &lists(keys::HAZARD_FORMS), &REASONS);
    } else if places::is_event(path) {
        // Its note is about more than when it fires.
        replace_form(
            below,
            layer,
            &lists(keys::EVENT_FORMS),
            keys::OF_EVENT_FORMS,
        );
        // An event is not left, as a phase is.
        if layer.get("after").is_some_and(Value::is_string) && !layer.contains_key("on_leave") {
            below.shift_remove("on_leave");
        }
    } else if places::is_start_of_clock(path) || places::is_ageing(path) {
        below.clear();
    } else if places::is_question(path) {
        replace_form(below, layer, &lists(keys::QUESTION_FORMS), &[]);
    } else if places::is_table(path) {
        replace_form(below, layer, &lists(keys::TABLE_FORMS), &[]);
    } else if places::is_draw(path) {
        let mut forms: Vec<Vec<&str>> = keys::DISTRIBUTION_FORMS
            .iter()
            .map(|form| vec![*form])
            .collect();
        let percentiles: Vec<String> = below
            .keys()
            .filter(|key| keys::is_percentile(key))
            .cloned()
            .collect();
        let own: Vec<&str> = percentiles.iter().map(String::as_str).collect();
        let new: Vec<&str> = layer
            .keys()
            .map(String::as_str)
            .filter(|key| keys::is_percentile(key) && !own.contains(key))
            .collect();
        forms.push(own);
        forms.push(new);
        let beside = keys::BESIDE.map(|(key, _)| key);
        let attached = [&beside, &["range"][..], &REASONS].concat();
        replace_form(below, layer, &forms, &attached);
    } else if path
        .split_last()
        .is_some_and(|(_, above)| places::is_draw(above))
    {
        // Arguments of one family: a key that the form below lacks makes it another form.
        if stated(layer).any(|key| !below.contains_key(key)) {
            below.clear();
        }
    } else if let (Some(old), Some(new)) = (below.get(BY), layer.get(BY))
        && old != new
        && old.as_str().is_some_and(places::is_choice_word)
    {
        below.clear();
    }
}

/// Keys that a layer gives a value.
fn stated(layer: &Map<String, Value>) -> impl Iterator<Item = &str> {
    layer
        .iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(key, _)| key.as_str())
}

fn lists(forms: &[&[&'static str]]) -> Vec<Vec<&'static str>> {
    forms.iter().map(|form| form.to_vec()).collect()
}

/// If `layer` states a key of a form of which `below` has none, removes all keys of the other forms
/// and the `attached` ones.
fn replace_form(
    below: &mut Map<String, Value>,
    layer: &Map<String, Value>,
    forms: &[Vec<&str>],
    attached: &[&str],
) {
    let other = forms.iter().any(|form| {
        stated(layer).any(|key| form.contains(&key))
            && !form.iter().any(|key| below.contains_key(*key))
    });
    let had_one = forms.iter().flatten().any(|key| below.contains_key(*key));
    if other && had_one {
        let gone: Vec<String> = forms
            .iter()
            .flatten()
            .chain(attached)
            .map(|key| (*key).to_owned())
            .collect();
        for key in gone {
            below.shift_remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn merged(base: Value, layer: Value) -> Value {
        let mut base = base;
        overlay(&mut base, layer, &mut Vec::new(), &mut Overlay::default());
        base
    }

    #[test]
    fn a_null_of_the_lowest_file_goes_unless_no_key_is_called_so() {
        let mut layer = json!({
            "events": {"e": {"limit": null, "limt": null, "hazard": {"rate": 1}}, "gone": null},
            "run": null, "colour": null,
            "indicators": {"i": {"start": {"by": "trend", "calm": null, "else": null}}},
        });
        bare(&mut layer);
        let left = json!({
            "events": {"e": {"limt": null, "hazard": {"rate": 1}}},
            "colour": null,
            "indicators": {"i": {"start": {"by": "trend", "calm": null}}},
        });
        assert_eq!(layer, left);
    }

    fn hazard(base: Value, layer: Value) -> Value {
        merged(
            json!({"events": {"e": {"hazard": base}}}),
            json!({"events": {"e": {"hazard": layer}}}),
        )["events"]["e"]["hazard"]
            .take()
    }

    fn parameter(base: Value, layer: Value) -> Value {
        merged(
            json!({"parameters": {"p": base}}),
            json!({"parameters": {"p": layer}}),
        )["parameters"]["p"]
            .take()
    }

    #[test]
    fn objects_merge_null_removes_and_anything_else_replaces() {
        let base = json!({"a": {"x": 1, "y": 2}, "l": [1, 2], "n": 3});
        let layer = json!({"a": {"x": null, "z": {"k": null}}, "l": [5], "m": {"q": null, "r": 1}});
        assert_eq!(
            merged(base, layer),
            json!({"a": {"y": 2, "z": {}}, "l": [5], "n": 3, "m": {"r": 1}})
        );
    }

    #[test]
    fn another_form_of_a_hazard_replaces_the_form_and_keeps_its_factors() {
        let base =
            json!({"chance": 0.3, "within": "1 year", "note": "why", "times": {"factor": 2}});
        assert_eq!(
            hazard(base.clone(), json!({"rate": 1, "per": "year"})),
            json!({"times": {"factor": 2}, "rate": 1, "per": "year"})
        );
        assert_eq!(
            hazard(base.clone(), json!({"chance": 0.4})),
            json!({"chance": 0.4, "within": "1 year", "note": "why", "times": {"factor": 2}})
        );
        assert_eq!(hazard(base, json!("2 * x")), json!("2 * x"));
    }

    #[test]
    fn another_way_to_fire_replaces_the_old_one_and_keeps_what_else_is_said_of_the_event() {
        let event = |base: Value, layer: Value| {
            merged(
                json!({"events": {"e": base}}),
                json!({"events": {"e": layer}}),
            )["events"]["e"]
                .take()
        };
        let hazard =
            json!({"title": "T", "hazard": {"rate": 1}, "if": "x > 0", "limit": 1, "note": "n"});
        assert_eq!(
            event(hazard.clone(), json!({"at": "2027-01-01"})),
            json!({"title": "T", "if": "x > 0", "limit": 1, "note": "n", "at": "2027-01-01"})
        );
        assert_eq!(
            event(hazard, json!({"when": "x > 1"})),
            json!({"title": "T", "if": "x > 0", "limit": 1, "note": "n", "when": "x > 1"})
        );
        let dated = json!({"at": {"uniform": ["2027-01-01", "2027-02-01"]}, "probability": 0.5});
        assert_eq!(
            event(dated.clone(), json!({"hazard": 0})),
            json!({"hazard": 0})
        );
        assert_eq!(
            event(dated.clone(), json!({"at": "2027-01-15"})),
            json!({"at": "2027-01-15", "probability": 0.5})
        );
        assert_eq!(event(dated, json!({"probability": 1}))["probability"], 1);
        let asked =
            json!({"questions": {"q": {"title": "T", "ever": "x > 0", "by": "2027-01-01"}}});
        assert_eq!(
            merged(
                asked,
                json!({"questions": {"q": {"holds": "x > 0", "at": "2027-01-01"}}})
            ),
            json!({"questions": {"q": {"title": "T", "holds": "x > 0", "at": "2027-01-01"}}})
        );
    }

    #[test]
    fn another_form_of_a_distribution_replaces_all_of_it_but_title_and_unit() {
        let metalog = json!({"p5": 1, "p50": 2, "p95": 4, "range": [0, null], "source": "s", "title": "T", "unit": "u"});
        assert_eq!(
            parameter(metalog.clone(), json!({"uniform": [1, 2]})),
            json!({"title": "T", "unit": "u", "uniform": [1, 2]})
        );
        assert_eq!(
            parameter(
                metalog.clone(),
                json!({"p10": 1, "p50": 2, "p90": 3, "note": "new"})
            ),
            json!({"title": "T", "unit": "u", "p10": 1, "p50": 2, "p90": 3, "note": "new"})
        );
        assert_eq!(parameter(metalog.clone(), json!({"p50": 3}))["p5"], 1);
        assert_eq!(parameter(metalog, json!(0.5)), json!(0.5));
        assert_eq!(
            parameter(
                json!({"pert": [1, 2, 3], "lambda": 2}),
                json!({"pert": [1, 2, 4]})
            )["lambda"],
            2
        );
    }

    #[test]
    fn other_arguments_of_the_same_family_replace_the_old_ones() {
        let normal = json!({"normal": {"mean": 0, "sd": 1}});
        assert_eq!(
            parameter(normal.clone(), json!({"normal": {"sd": 2}})),
            json!({"normal": {"mean": 0, "sd": 2}})
        );
        assert_eq!(
            parameter(normal, json!({"normal": {"p5": 0, "p95": 2}})),
            json!({"normal": {"p5": 0, "p95": 2}})
        );
    }

    #[test]
    fn a_choice_by_phase_replaces_a_choice_by_trend() {
        let base = json!({"indicators": {"x": {"drift": {"by": "trend", "a": 1, "else": 0}}}});
        let layer = json!({"indicators": {"x": {"drift": {"by": "phase", "b": 2}}}});
        assert_eq!(
            merged(base, layer)["indicators"]["x"]["drift"],
            json!({"by": "phase", "b": 2})
        );
    }

    #[test]
    fn things_that_are_named_like_keys_of_a_hazard_merge_as_things() {
        let base =
            json!({"parameters": {"chance": 1, "rate": 2}, "events": {"hazard": {"note": "n"}}});
        let layer = json!({"parameters": {"rate": 3}});
        assert_eq!(
            merged(base, layer)["parameters"],
            json!({"chance": 1, "rate": 3})
        );
    }
}
