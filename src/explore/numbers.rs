//! Controls of what is neither a weight, a parameter nor an event: how often trends shift and
//! states move, the results of an event, and in which value a state starts.
//!
//! Read off the file as it stands, each with the path by which a setting reaches it. A number is
//! moved; where a formula stands it is for its parameters to be moved, and the way can be closed.

use crate::model::Model;
use crate::report::format;
use crate::results::label;
use serde::Serialize;
use serde_json::{Map, Value, json};

/// A number of the file, or a way that can be closed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NumberControl {
    /// Path of a setting.
    pub path: String,
    pub group: &'static str,
    pub title: String,
    pub note: String,
    pub sources: Vec<String>,
    /// What the file says, in words.
    pub says: String,
    /// `None` where a formula stands: it can be set to 0 alone.
    pub value: Option<f64>,
    pub low: f64,
    pub high: f64,
    pub step: f64,
    pub unit: String,
    /// The number stands before this word in a text, as in `20 months`.
    pub word: Option<String>,
}

/// The value in which a state starts.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StartControl {
    pub name: String,
    pub title: String,
    pub note: String,
    pub sources: Vec<String>,
    pub says: String,
    pub values: Vec<Choice>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Choice {
    pub name: String,
    pub title: String,
}

fn objects<'v>(value: &'v Value, key: &str) -> impl Iterator<Item = (&'v String, &'v Value)> {
    value
        .get(key)
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
}

fn titled(thing: &Value, name: &str) -> String {
    let title = thing.get("title").and_then(Value::as_str).unwrap_or("");
    label(title, name).to_owned()
}

pub fn text(stated: &Value, key: &str) -> String {
    stated
        .get(key)
        .and_then(Value::as_str)
        .unwrap_or("")
        .to_owned()
}

/// Where a thing of the file comes from, each source in a line.
pub fn sources(source: &Value, stated: &Value) -> Vec<String> {
    let named: Vec<&str> = match stated.get("source") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let line = |name: &str| {
        let Some(found) = source["sources"].get(name) else {
            return name.to_owned();
        };
        let parts = ["title", "publisher", "date", "url"].map(|key| text(found, key));
        let told: Vec<&str> = parts
            .iter()
            .map(String::as_str)
            .filter(|p| !p.is_empty())
            .collect();
        if told.is_empty() {
            name.to_owned()
        } else {
            told.join(", ")
        }
    };
    named.into_iter().map(line).collect()
}

/// All numbers of shifts, moves and results of events.
pub fn numbers(model: &Model) -> Vec<NumberControl> {
    let source = &model.source;
    let mut found = Vec::new();
    let trend = |name: &str| titled(&source["trends"][name], name);
    for (from, ways) in objects(source, "shifts") {
        for (to, hazard) in ways.as_object().into_iter().flatten() {
            let title = format!("{} → {}", trend(from), trend(to));
            let path = format!("shifts.{from}.{to}");
            found.push(of_hazard(source, "Shifts of trends", title, path, hazard));
        }
    }
    for (name, state) in objects(source, "states") {
        let value = |v: &str| titled(&state["values"][v], v);
        for (from, ways) in objects(state, "moves") {
            for (to, hazard) in ways.as_object().into_iter().flatten() {
                let title = format!("{}: {} → {}", titled(state, name), value(from), value(to));
                let path = format!("states.{name}.moves.{from}.{to}");
                found.push(of_hazard(source, "Moves of states", title, path, hazard));
            }
        }
    }
    for (name, event) in objects(source, "events") {
        for (branch, stated) in objects(event, "branches") {
            let Some(chance) = stated.get("probability").and_then(Value::as_f64) else {
                continue;
            };
            found.push(NumberControl {
                path: format!("events.{name}.branches.{branch}.probability"),
                group: "Results of events",
                title: format!("{}: {}", titled(event, name), titled(stated, branch)),
                note: text(stated, "note"),
                sources: sources(source, stated),
                says: format!("{}%", format::plain(100.0 * chance)),
                value: Some(chance),
                low: 0.0,
                high: 1.0,
                step: 0.01,
                unit: "chance".into(),
                word: None,
            });
        }
    }
    found
}

fn of_hazard(
    source: &Value,
    group: &'static str,
    title: String,
    path: String,
    stated: &Value,
) -> NumberControl {
    let mut control = NumberControl {
        path,
        group,
        title,
        note: text(stated, "note"),
        sources: sources(source, stated),
        says: "by a formula".into(),
        value: None,
        low: 0.0,
        high: 0.0,
        step: 0.01,
        unit: String::new(),
        word: None,
    };
    let rate = |x: f64| if x > 0.0 { 3.0 * x } else { 1.0 };
    let mut put = |key: &str, value: f64, high: f64, unit: String| {
        if !key.is_empty() {
            control.path = format!("{}.{key}", control.path);
        }
        control.value = Some(value);
        control.high = high;
        control.step = super::controls::step(high);
        control.says = format!("{} {unit}", format::plain(value));
        control.unit = unit;
    };
    if let Some(value) = stated.as_f64() {
        put("", value, rate(value), "per year".into());
    } else if let Some(chance) = stated.get("chance").and_then(Value::as_f64) {
        put(
            "chance",
            chance,
            1.0,
            format!("within {}", text(stated, "within")),
        );
    } else if let Some(value) = stated.get("rate").and_then(Value::as_f64) {
        put(
            "rate",
            value,
            rate(value),
            format!("per {}", text(stated, "per")),
        );
    } else if let Some((value, word)) = duration(&text(stated, "mean_wait")) {
        put(
            "mean_wait",
            value,
            3.0 * value,
            format!("{word} on average"),
        );
        control.word = Some(word);
    } else if let Some(formula) = ["chance", "rate", "mean_wait"]
        .iter()
        .find_map(|key| stated.get(*key).and_then(Value::as_str))
        .or_else(|| stated.as_str())
    {
        control.says = formula.to_owned();
    }
    control
}

/// `20 months` in its parts.
fn duration(text: &str) -> Option<(f64, String)> {
    let (number, word) = text.trim().split_once(' ')?;
    let value: f64 = number.parse().ok().filter(|value| *value > 0.0)?;
    (!word.contains(' ')).then(|| (value, word.to_owned()))
}

/// States that have more than one value to start in.
pub fn starts(model: &Model) -> Vec<StartControl> {
    let source = &model.source;
    objects(source, "states")
        .filter_map(|(name, state)| {
            let values = state
                .get("values")?
                .as_object()
                .filter(|values| values.len() > 1)?;
            let choices = values.iter().map(|(value, stated)| Choice {
                name: value.clone(),
                title: titled(stated, value),
            });
            Some(StartControl {
                name: name.clone(),
                title: titled(state, name),
                note: text(state, "note"),
                sources: sources(source, state),
                says: stated_start(values),
                values: choices.collect(),
            })
        })
        .collect()
}

fn stated_start(values: &Map<String, Value>) -> String {
    let told = values.iter().filter_map(|(name, stated)| {
        let title = titled(stated, name);
        match stated.get("start")? {
            Value::Bool(true) => Some(title),
            Value::Number(weight) => Some(format!("{title} {weight}")),
            Value::String(formula) => Some(format!("{title} {formula}")),
            _ => None,
        }
    });
    told.collect::<Vec<_>>().join(", ")
}

/// Values at paths by which a state starts in one of its values and in no other.
pub fn start_in(state: &str, source: &Value, chosen: &str) -> Option<Vec<(Vec<String>, Value)>> {
    let values = source["states"].get(state)?.get("values")?.as_object()?;
    values.get(chosen)?;
    let at = |name: &String| {
        ["states", state, "values", name, "start"]
            .map(str::to_owned)
            .to_vec()
    };
    let needed = values
        .iter()
        .filter(|(name, stated)| *name == chosen || stated.get("start").is_some());
    Some(
        needed
            .map(|(name, _)| (at(name), json!(u8::from(name == chosen))))
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Study;

    fn study(file: &str, sets: &[String]) -> Study {
        let path = format!("{}/scenarios/{file}.json", env!("CARGO_MANIFEST_DIR"));
        Study::open(path.as_ref(), sets)
            .unwrap_or_else(|r| panic!("{sets:?}: {:#?}", r.diagnostics))
    }

    /// Every control of the shipped files leads to a file that can be read and says it.
    #[test]
    fn every_number_is_at_its_path_and_can_be_moved() {
        let mut groups = std::collections::BTreeSet::new();
        for file in ["baseline", "port_strike"] {
            let base = study(file, &[]);
            for control in numbers(&base.model) {
                groups.insert(control.group);
                let pointer = format!("/{}", control.path.replace('.', "/"));
                let stated = base.model.source.pointer(&pointer);
                let stated = stated.unwrap_or_else(|| panic!("{file}: {}", control.path));
                let value = match (&control.word, control.value) {
                    (Some(word), Some(value)) => {
                        assert!(stated.as_str().is_some_and(|s| s.contains(word)));
                        json!(format!("{} {word}", value / 2.0))
                    }
                    (None, Some(value)) => {
                        assert_eq!(stated.as_f64(), Some(value), "{}", control.path);
                        json!(value / 2.0)
                    }
                    (_, None) => json!(0),
                };
                assert!(!control.says.is_empty() && control.high >= control.low);
                study(file, &[format!("{}={value}", control.path)]);
            }
            for start in starts(&base.model) {
                for value in &start.values {
                    let sets = start_in(&start.name, &base.model.source, &value.name);
                    let sets: Vec<String> = (sets.expect("it is known").into_iter())
                        .map(|(path, value)| format!("{}={value}", path.join(".")))
                        .collect();
                    study(file, &sets);
                }
            }
        }
        assert_eq!(groups.len(), 3, "{groups:?}");
        assert_eq!(
            start_in("kremlin", &study("baseline", &[]).model.source, "no"),
            None
        );
    }

    #[test]
    fn sources_are_told_in_a_line_each() {
        let source = json!({"sources": {"a": {"title": "T", "date": "2025", "url": "u"}, "b": {}}});
        let found = sources(&source, &json!({"source": ["a", "b", "judgement"]}));
        assert_eq!(found, ["T, 2025, u", "b", "judgement"]);
        assert!(sources(&source, &json!({})).is_empty());
    }
}
