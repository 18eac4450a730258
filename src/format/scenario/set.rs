//! `--set PATH=VALUE`: one value of the scenario, stated last.
//!
//! The path's parts are keys, or in an array an index or an item's `name`. The value is JSON, or
//! else a bare text such as `12 months` or a formula. It is laid over the scenario by the rule of
//! `extends`.

use super::merge;
use super::parse::{self, Dialect, Fault};
use super::places::{self, Names};
use crate::diagnostic::{Diagnostic, Layer, LayerId, Part, Place, Slips, nearest};
use serde_json::{Map, Value};
use std::ops::Range;

/// Longest path that is shown mended.
const LONGEST_HINT: usize = 200;

/// Applies one setting to the scenario; gives the text to show its parts in, and what it states as
/// a layer.
///
/// `layer` is the number that the setting's layer will have; it is needed even by a setting that
/// fails, to show it.
///
/// # Errors
/// What is wrong with the setting itself.
pub fn apply(
    scenario: &mut Value,
    setting: &str,
    layer: LayerId,
) -> (Layer, Result<Value, Box<Diagnostic>>) {
    match read(scenario, setting, layer) {
        Ok((path, value, parts, start)) => {
            let overlaid = lay(scenario, &path, value.clone());
            let stated = nested(&path, value);
            let layer = Layer::setting(setting, path, parts, start).edited(overlaid.edits);
            match overlaid.faults.into_iter().next() {
                Some(fault) => (layer, Err(Box::new(fault))),
                None => (layer, Ok(stated)),
            }
        }
        Err(fault) => {
            let whole = Layer::setting(setting, Vec::new(), Vec::new(), 0);
            (whole, Err(fault))
        }
    }
}

/// The path of a setting, its value, where the path's parts stand in it, and where its value
/// begins.
type Setting = (Vec<String>, Value, Vec<Range<usize>>, usize);

fn read(scenario: &Value, setting: &str, layer: LayerId) -> Result<Setting, Box<Diagnostic>> {
    let unread = |code, range: Range<usize>, message: String| {
        let place = Place {
            pointer: String::new(),
            part: Part::Text(layer),
            range: Some(range),
        };
        Diagnostic::error(code, place, message)
    };
    let Some(equals) = setting.find('=') else {
        let message = format!("`{setting}` is not PATH=VALUE");
        let fault = unread("invalid-set", 0..setting.len(), message);
        // `horizon 3 years` and `horizon: 3 years` leave no doubt.
        let meant = setting.split_once([' ', ':']).filter(|(path, value)| {
            !value.trim().is_empty() && scenario.pointer(&pointer(path)).is_some()
        });
        return Err(Box::new(match meant {
            Some((path, value)) => fault.hint(format!("write --set '{path}={}'", value.trim())),
            None => fault.hint("for instance --set events.truce.hazard.chance=0.4"),
        }));
    };
    if setting[equals + 1..].starts_with('=') {
        let fault = unread(
            "invalid-set",
            equals + 1..equals + 2,
            "one `=` is enough".to_owned(),
        );
        return Err(Box::new(
            fault.hint("a condition goes behind the first `=`"),
        ));
    }
    let value = value(&setting[equals + 1..]).map_err(|wrong| {
        let range = equals + 1 + wrong.range.start..equals + 1 + wrong.range.end;
        let fault = unread("invalid-set", range, wrong.message);
        wrong.hint.into_iter().fold(fault, Diagnostic::hint)
    })?;
    let parts = parts(&setting[..equals]);
    if parts.len() > parse::DEEPEST || parts.iter().any(|part| part.is_empty()) {
        let message = format!(
            "`{}` is not a path of names with dots between them",
            &setting[..equals]
        );
        let fault = unread("invalid-set", 0..equals, message);
        let hint = mended(&setting[..equals]).into_iter();
        return Err(Box::new(hint.fold(fault, Diagnostic::hint)));
    }
    let path = resolve(scenario, setting, &parts).map_err(|unknown| {
        let fault = unread("unknown-path", unknown.part, unknown.message);
        unknown.hints.into_iter().fold(fault, Diagnostic::hint)
    })?;
    Ok((path, value, parts, equals + 1))
}

/// The value below the keys that lead to it.
fn nested(path: &[String], value: Value) -> Value {
    path.iter().rev().fold(value, |inner, key| {
        Value::Object(Map::from_iter([(key.clone(), inner)]))
    })
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

/// The pointer that a path stands for, if it has no index of a list by name.
fn pointer(path: &str) -> String {
    format!("/{}", path.trim().replace('.', "/"))
}

/// How a path is written that has other signs than dots between its names.
fn mended(path: &str) -> Option<String> {
    let plain: String = path
        .replace("::", ".")
        .replace("->", ".")
        .chars()
        .map(|c| if "/\\[]:>$\"' ".contains(c) { '.' } else { c })
        .collect();
    let parts: Vec<&str> = plain.split('.').filter(|part| !part.is_empty()).collect();
    let better = parts.join(".");
    (!parts.is_empty() && better != path && better.len() <= LONGEST_HINT)
        .then(|| format!("write `{better}`: names with dots between them"))
}

/// JSON, or a bare text that does not look like broken JSON.
fn value(text: &str) -> Result<Value, Fault> {
    let trimmed = text.trim();
    let whole = |message: &str| Fault {
        code: "invalid-set",
        message: message.to_owned(),
        range: 0..text.len(),
        hint: None,
        related: None,
    };
    if trimmed.is_empty() {
        return Err(whole("there is no value after `=`"));
    }
    let (parsed, faults) = parse::parse(text, Dialect::Json);
    let is_bare = !trimmed.starts_with(['{', '[', '"']);
    match (parsed, faults.into_iter().next()) {
        (Some(value), None) => Ok(value),
        (_, Some(fault)) if is_bare && fault.code == "invalid-json" => {
            Ok(Value::String(trimmed.to_owned()))
        }
        (_, Some(fault)) => Err(fault),
        (None, None) => Err(whole("the value is not JSON")),
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
                // A whole new thing may be added under its name; a part of a thing that does not
                // exist is a slip of the pen.
                let section = path.first().and_then(|first| places::section_of(first));
                let may_add =
                    last || !places::is_named(&path) || section.is_some_and(|own| own.depth > 1);
                if !map.contains_key(name)
                    && section.is_none_or(|own| own.names != Names::Free)
                    && name.contains(['/', '\\', '[', ']', ':', '>', '$', '"', '\'', ' '])
                {
                    return Err(no_path(name, part, setting));
                }
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
        && places::is_named(path)
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

fn no_path(name: &str, part: &Range<usize>, setting: &str) -> Unknown {
    let path = setting.split('=').next().unwrap_or_default();
    Unknown {
        part: part.clone(),
        message: format!("`{name}` is no name"),
        hints: mended(path).into_iter().collect(),
    }
}

/// Lays `value` at `path`, as a variant that states nothing else would.
fn lay(scenario: &mut Value, path: &[String], value: Value) -> merge::Overlay {
    let mut overlaid = merge::Overlay::default();
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
        return overlaid;
    };
    let layer = nested(&path[below..], value);
    merge::overlay(slot, layer, &mut path[..below].to_vec(), &mut overlaid);
    overlaid
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

    fn after(setting: &str) -> Result<Value, Box<Diagnostic>> {
        let mut value = scenario();
        let (_, stated) = apply(&mut value, setting, LayerId(0));
        stated.map(|_| value)
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
            let fault = after(setting).unwrap_err();
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
            assert_eq!(after(setting).unwrap_err().code, "invalid-set", "{setting}");
        }
        let endless = format!("{}=1", vec!["a"; 100_000].join("."));
        assert_eq!(after(&endless).unwrap_err().code, "invalid-set");
    }
}
