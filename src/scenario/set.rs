//! `--set PATH=VALUE`: one value of the scenario, stated last.
//!
//! The path's parts are keys, or in an array an index or an item's `name`. The value is JSON, or else a bare text such as `12 months` or a
//! formula. It is laid over the scenario by the rule of `extends`.

use super::merge;
use super::parse::{self, Dialect};
use super::paths;
use crate::diagnostic::{Diagnostic, Layer, LayerId, Part, Place, Slips, nearest};
use serde_json::{Map, Value};
use std::ops::Range;

/// Applies one setting to the scenario and says where its parts stand.
///
/// `layer` is the number that the setting's layer will have; it is needed even by a setting that fails, to show it.
pub fn apply(scenario: &mut Value, setting: &str, layer: LayerId) -> (Layer, Vec<Diagnostic>) {
    let unread = |code, range: Range<usize>, message: String| {
        let place = Place {
            pointer: String::new(),
            part: Part::Text(layer),
            range: Some(range),
        };
        Diagnostic::error(code, place, message)
    };
    let whole = || Layer::setting(setting, Vec::new(), Vec::new(), 0);

    let Some(equals) = setting.find('=') else {
        let fault = unread(
            "invalid-set",
            0..setting.len(),
            format!("`{setting}` is not PATH=VALUE"),
        );
        return (
            whole(),
            vec![fault.hint("for instance --set events.truce.hazard.chance=0.4")],
        );
    };
    let value = match value(&setting[equals + 1..]) {
        Ok(value) => value,
        Err((range, message)) => {
            let range = equals + 1 + range.start..equals + 1 + range.end;
            return (whole(), vec![unread("invalid-set", range, message)]);
        }
    };
    let parts = parts(&setting[..equals]);
    if parts.len() > parse::DEEPEST || parts.iter().any(|part| part.is_empty()) {
        let message = format!(
            "`{}` is not a path of names with dots between them",
            &setting[..equals]
        );
        return (whole(), vec![unread("invalid-set", 0..equals, message)]);
    }

    match resolve(scenario, setting, &parts) {
        Ok(path) => {
            lay(scenario, &path, value);
            (Layer::setting(setting, path, parts, equals + 1), Vec::new())
        }
        Err(unknown) => {
            let fault = unread("unknown-path", unknown.part, unknown.message);
            (
                whole(),
                vec![unknown.hints.into_iter().fold(fault, Diagnostic::hint)],
            )
        }
    }
}

fn parts(path: &str) -> Vec<Range<usize>> {
    let mut start = 0;
    path.split('.')
        .map(|part| {
            let range = start..start + part.len();
            start = range.end + 1;
            range
        })
        .collect()
}

/// JSON, or a bare text that does not look like broken JSON.
fn value(text: &str) -> Result<Value, (Range<usize>, String)> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Err((0..text.len(), "there is no value after `=`".to_owned()));
    }
    let (parsed, faults) = parse::parse(text, Dialect::Json);
    match (parsed, faults.into_iter().next()) {
        (Some(value), None) => Ok(value),
        (None, _) if !trimmed.starts_with(['{', '[', '"']) => Ok(Value::String(trimmed.to_owned())),
        (_, Some(fault)) => Err((fault.range, fault.message)),
        (None, None) => Err((0..text.len(), "the value is not JSON".to_owned())),
    }
}

struct Unknown {
    part: Range<usize>,
    message: String,
    hints: Vec<String>,
}

/// The keys and indices that the parts stand for in this scenario.
fn resolve(
    scenario: &Value,
    setting: &str,
    parts: &[Range<usize>],
) -> Result<Vec<String>, Unknown> {
    let mut path: Vec<String> = Vec::new();
    let mut here = Some(scenario);
    for (rank, part) in parts.iter().enumerate() {
        let name = &setting[part.clone()];
        let last = rank + 1 == parts.len();
        match here {
            Some(Value::Array(list)) => {
                let index = index_of(list, name).ok_or_else(|| no_item(list, name, part, &path))?;
                path.push(index.to_string());
                here = list.get(index);
            }
            Some(Value::Object(map)) => {
                // A whole new thing may be added under its name; a part of a thing that does not exist is a slip of the pen.
                let may_add = last
                    || !paths::is_named(&path)
                    || path.first().is_some_and(|first| first == "shifts");
                if !map.contains_key(name) && (!may_add || is_slip(map, name, &path)) {
                    return Err(no_member(map, name, part, &path));
                }
                path.push(name.to_owned());
                here = map.get(name);
            }
            _ => {
                path.push(name.to_owned());
                here = None;
            }
        }
    }
    Ok(path)
}

/// Whether a new name in a section is as good as one that is there: then that one was meant.
fn is_slip(map: &Map<String, Value>, name: &str, path: &[String]) -> bool {
    path.len() == 1
        && paths::is_named(path)
        && Slips::among(map.keys().map(String::as_str))
            .of(name)
            .is_some()
}

fn index_of(list: &[Value], name: &str) -> Option<usize> {
    match name.parse::<usize>() {
        Ok(index) => (index < list.len()).then_some(index),
        Err(_) => list
            .iter()
            .position(|item| item.get("name").and_then(Value::as_str) == Some(name)),
    }
}

fn no_item(list: &[Value], name: &str, part: &Range<usize>, path: &[String]) -> Unknown {
    let names: Vec<&str> = list
        .iter()
        .filter_map(|item| item.get("name")?.as_str())
        .collect();
    let hint = match nearest(name, names) {
        Some(found) => format!("did you mean `{found}`?"),
        None if list.is_empty() => "the list is empty".to_owned(),
        None => format!(
            "an index from 0 to {}, or the `name` of an item",
            list.len() - 1
        ),
    };
    Unknown {
        part: part.clone(),
        message: format!("`{}` has no item `{name}`", path.join(".")),
        hints: vec![hint],
    }
}

fn no_member(
    map: &Map<String, Value>,
    name: &str,
    part: &Range<usize>,
    path: &[String],
) -> Unknown {
    let hints = nearest(name, map.keys().map(String::as_str))
        .map(|found| format!("did you mean `{found}`?"));
    Unknown {
        part: part.clone(),
        message: format!("nothing in `{}` is named `{name}`", path.join(".")),
        hints: hints.into_iter().collect(),
    }
}

/// Lays `value` at `path`, as a variant that states nothing else would.
fn lay(scenario: &mut Value, path: &[String], value: Value) {
    // A variant cannot state a single item of an array, so the layer starts below the last one.
    let mut below = 0;
    let mut here = &*scenario;
    for (rank, key) in path.iter().enumerate() {
        here = match here {
            Value::Array(list) => {
                below = rank + 1;
                match key.parse::<usize>().ok().and_then(|index| list.get(index)) {
                    Some(item) => item,
                    None => break,
                }
            }
            Value::Object(map) => match map.get(key) {
                Some(member) => member,
                None => break,
            },
            _ => break,
        };
    }
    let Some(slot) = slot(scenario, &path[..below]) else {
        return;
    };
    let layer = path[below..].iter().rev().fold(value, |inner, key| {
        Value::Object(Map::from_iter([(key.clone(), inner)]))
    });
    merge::overlay(slot, layer, &mut path[..below].to_vec());
}

fn slot<'v>(scenario: &'v mut Value, path: &[String]) -> Option<&'v mut Value> {
    path.iter().try_fold(scenario, |here, key| match here {
        Value::Array(list) => key
            .parse::<usize>()
            .ok()
            .and_then(|index| list.get_mut(index)),
        Value::Object(map) => map.get_mut(key),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn scenario() -> Value {
        json!({
            "horizon": 3,
            "parameters": {"p": {"value": 0.3, "note": "n"}, "resolve": {"value": 1}},
            "events": {"e": {"hazard": {"chance": 0.3, "within": "1 year"}, "effects": [{"add": "x", "by": 1}, {"phase": "talks"}]}},
            "outcomes": [{"name": "peace", "when": "a"}, {"name": "war", "when": "b"}]
        })
    }

    fn after(setting: &str) -> Result<Value, Vec<Diagnostic>> {
        let mut value = scenario();
        let (_, faults) = apply(&mut value, setting, LayerId(0));
        if faults.is_empty() {
            Ok(value)
        } else {
            Err(faults)
        }
    }

    #[test]
    fn a_setting_changes_what_its_path_names_and_nothing_else() {
        for (setting, pointer, expected) in [
            ("horizon=12 months", "/horizon", json!("12 months")),
            ("horizon=\"12 months\"", "/horizon", json!("12 months")),
            ("horizon= 2.5 ", "/horizon", json!(2.5)),
            ("parameters.p=0.4", "/parameters/p", json!(0.4)),
            (
                "parameters.p.value=0.4",
                "/parameters/p",
                json!({"value": 0.4, "note": "n"}),
            ),
            ("parameters.q=0.4", "/parameters/q", json!(0.4)),
            (
                "events.e.hazard.chance=0.4",
                "/events/e/hazard",
                json!({"chance": 0.4, "within": "1 year"}),
            ),
            (
                "events.e.hazard={\"rate\": 1}",
                "/events/e/hazard",
                json!({"rate": 1}),
            ),
            (
                "events.e.hazard=2 * p == 1",
                "/events/e/hazard",
                json!("2 * p == 1"),
            ),
            (
                "events.e.effects.0.by={\"uniform\": [0, 1]}",
                "/events/e/effects/0",
                json!({"add": "x", "by": {"uniform": [0, 1]}}),
            ),
            ("events.e.limit=2", "/events/e/limit", json!(2)),
            (
                "outcomes.war.when=c",
                "/outcomes/1",
                json!({"name": "war", "when": "c"}),
            ),
            (
                "outcomes.0.title=Peace",
                "/outcomes/0",
                json!({"name": "peace", "when": "a", "title": "Peace"}),
            ),
            ("shifts.a.b=0.1", "/shifts/a/b", json!(0.1)),
        ] {
            let value = after(setting).unwrap();
            assert_eq!(value.pointer(pointer), Some(&expected), "{setting}");
            let mut same = value;
            let top = pointer.split('/').nth(1).unwrap();
            same[top] = scenario()[top].clone();
            if scenario().get(top).is_some() {
                assert_eq!(same, scenario(), "{setting}");
            }
        }
        assert_eq!(
            after("parameters.p=null").unwrap()["parameters"],
            json!({"resolve": {"value": 1}})
        );
    }

    #[test]
    fn a_path_to_nothing_names_the_nearest() {
        for (setting, hint) in [
            ("events.f.limit=2", None),
            ("parameters.resolv.value=2", Some("did you mean `resolve`?")),
            ("parameters.resolv=2", Some("did you mean `resolve`?")),
            ("outcomes.peaces.when=a", Some("did you mean `peace`?")),
            (
                "outcomes.2.when=a",
                Some("an index from 0 to 1, or the `name` of an item"),
            ),
        ] {
            let fault = after(setting).unwrap_err().remove(0);
            assert_eq!(fault.code, "unknown-path", "{setting}");
            if let Some(hint) = hint {
                assert_eq!(fault.hints, [hint], "{setting}");
            }
        }
    }

    #[test]
    fn what_is_no_setting_is_refused() {
        for setting in [
            "",
            "horizon",
            "horizon=",
            "=1",
            "a..b=1",
            "horizon={\"a\"",
            "horizon=[1",
            "horizon=1e400",
            "run={\"a\":1,\"a\":2}",
        ] {
            assert_eq!(
                after(setting).unwrap_err()[0].code,
                "invalid-set",
                "{setting}"
            );
        }
        let endless = format!("{}=1", vec!["a"; 100_000].join("."));
        assert_eq!(after(&endless).unwrap_err()[0].code, "invalid-set");
    }
}
