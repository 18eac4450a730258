//! What the page's controls say, and the overrides that it amounts to.
//!
//! Takes the state of the page; gives values at paths of the scenario, each with the control that
//! it came from, so that a fault can be shown there. They mean the same as `--set PATH=VALUE`.
//! Whether the values make sense together is for the scenario's own checks to say.

use super::numbers;
use crate::analysis::Study;
use crate::diagnostic::{Diagnostic, nearest};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value, json};

/// The page's controls, where they differ from the file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct State {
    /// All trends, or none.
    pub weights: IndexMap<String, f64>,
    pub parameters: IndexMap<String, ParameterTweak>,
    /// Quantities of the trial, pinned.
    pub per_trial: IndexMap<String, f64>,
    /// By path.
    pub numbers: IndexMap<String, f64>,
    /// The value in which a state starts, by state.
    pub starts: IndexMap<String, String>,
    /// Months.
    pub horizon: Option<f64>,
    /// `never`, or an ISO date on which the event is certain.
    pub events: IndexMap<String, String>,
    /// Simulate new weights too, instead of reweighting.
    pub simulate: bool,
}

/// A parameter that was moved: pinned, or with other percentiles.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ParameterTweak {
    pub pin: Option<f64>,
    /// By key (`p5`, `p50`, …); those of the file that are not here stay.
    pub percentiles: IndexMap<String, f64>,
}

/// A value laid over the scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Override {
    pub path: Vec<String>,
    pub value: Value,
    /// Name of the control on the page.
    pub control: String,
}

/// What is wrong with a tweak, and at which control.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ControlFault {
    /// `None`: it cannot be pinned down.
    pub control: Option<String>,
    pub message: String,
}

impl State {
    /// Nothing but weights differs, and they need no simulation.
    pub fn is_weights_only(&self) -> bool {
        self.parameters.is_empty()
            && self.horizon.is_none()
            && self.events.is_empty()
            && self.per_trial.is_empty()
            && self.numbers.is_empty()
            && self.starts.is_empty()
            && (!self.simulate || self.weights.is_empty())
    }

    /// New weights for a reweighting.
    pub fn asked(&self) -> Vec<(String, f64)> {
        let pairs = self.weights.iter();
        pairs
            .map(|(name, weight)| (name.clone(), *weight))
            .collect()
    }
}

impl Override {
    /// As an argument of `--set`.
    pub fn setting(&self) -> String {
        let path = self.path.join(".");
        // What changes one key says no more than that.
        if let Value::Object(keys) = &self.value
            && keys.len() == 1
            && let Some((key, value)) = keys.iter().next()
        {
            return format!("{path}.{key}={value}");
        }
        format!("{path}={}", self.value)
    }

    /// The number that it states, with the path at which it stands; `None` if it states more.
    pub fn number(&self) -> Option<(Vec<String>, Value)> {
        match &self.value {
            Value::Number(_) => Some((self.path.clone(), self.value.clone())),
            Value::Object(keys) if keys.len() == 1 => {
                let (key, value) = keys.iter().next()?;
                let inner = value.is_number().then(|| vec![key.clone()])?;
                Some(([&self.path[..], &inner].concat(), value.clone()))
            }
            _ => None,
        }
    }

    /// Whether a JSON pointer into the scenario lies at or below the place of this value.
    fn covers(&self, pointer: &str) -> bool {
        let own = format!("/{}", self.path.join("/"));
        pointer == own || pointer.starts_with(&format!("{own}/"))
    }
}

/// The control that a fault at `pointer` belongs to.
pub fn blamed(overrides: &[Override], pointer: &str) -> Option<String> {
    let found = overrides.iter().find(|one| one.covers(pointer));
    found.map(|one| one.control.clone())
}

/// The horizon that overrides state, in months.
pub fn horizon(found: &[Override]) -> Option<f64> {
    let one = found.iter().find(|one| one.control == "horizon")?;
    one.value.as_str()?.strip_suffix(" months")?.parse().ok()
}

/// Overrides that leave out what a shorter horizon leaves without an answer: questions, metrics,
/// times at which trends and series are asked for, and what names something that was left out
/// before. None if that is not all that is wrong.
pub fn beyond_the_horizon(
    found: &[Override],
    silenced: &[Override],
    diagnostics: &[Diagnostic],
) -> Vec<Override> {
    if !found.iter().any(|one| one.control == "horizon") {
        return Vec::new();
    }
    let mut beyond: Vec<Override> = Vec::new();
    for fault in diagnostics.iter().filter(|d| d.is_error()) {
        let parts: Vec<&str> = fault.place.pointer.split('/').skip(1).collect();
        let is_beyond = fault.code == "date-out-of-range";
        let path = match parts.as_slice() {
            [section @ ("questions" | "metrics"), name, ..] if is_beyond => vec![*section, name],
            ["trends", name, "by", ..] if is_beyond => vec!["trends", name, "by"],
            ["run", "times", ..] if is_beyond => vec!["run", "times"],
            ["headline", ..] if !silenced.is_empty() => vec!["headline"],
            ["ratios", name, ..] if !silenced.is_empty() => vec!["ratios", name],
            _ => return Vec::new(),
        };
        let path: Vec<String> = path.into_iter().map(str::to_owned).collect();
        if beyond.iter().all(|one| one.path != path) {
            beyond.push(Override {
                path,
                value: Value::Null,
                control: "horizon".into(),
            });
        }
    }
    beyond
}

/// The overrides that a state amounts to, in the order of its controls.
///
/// # Errors
/// A name that the scenario does not have, a horizon where there is no time, or a switch that is
/// neither `never` nor a date.
pub fn overrides(state: &State, study: &Study) -> Result<Vec<Override>, ControlFault> {
    let source = &study.model.source;
    let mut found = Vec::new();
    for (name, weight) in &state.weights {
        let control = format!("weight:{name}");
        known(source, "trends", "trend", name, &control)?;
        found.push(Override {
            path: vec!["trends".into(), name.clone(), "weight".into()],
            value: number(*weight),
            control,
        });
    }
    for (name, tweak) in &state.parameters {
        let control = format!("parameter:{name}");
        known(source, "parameters", "parameter", name, &control)?;
        found.push(Override {
            path: vec!["parameters".into(), name.clone()],
            value: parameter(source, name, tweak),
            control,
        });
    }
    for (name, value) in &state.per_trial {
        let control = format!("per_trial:{name}");
        known(source, "per_trial", "quantity of the trial", name, &control)?;
        found.push(Override {
            path: vec!["per_trial".into(), name.clone()],
            value: json!({"value": number(*value)}),
            control,
        });
    }
    if !state.numbers.is_empty() {
        let all = numbers::numbers(&study.model);
        for (path, value) in &state.numbers {
            let control = format!("number:{path}");
            let Some(known) = all.iter().find(|one| one.path == *path) else {
                return Err(ControlFault {
                    control: Some(control),
                    message: format!("no number stands at `{path}`"),
                });
            };
            let value = match &known.word {
                Some(word) => json!(format!("{} {word}", number(*value))),
                None => number(*value),
            };
            found.push(Override {
                path: path.split('.').map(str::to_owned).collect(),
                value,
                control,
            });
        }
    }
    for (state, chosen) in &state.starts {
        let control = format!("start:{state}");
        let Some(values) = numbers::start_in(state, source, chosen) else {
            return Err(ControlFault {
                control: Some(control),
                message: format!("no state `{state}` has a value `{chosen}`"),
            });
        };
        found.extend(values.into_iter().map(|(path, value)| Override {
            path,
            value,
            control: control.clone(),
        }));
    }
    if let Some(months) = state.horizon {
        if study.model.clock.timeless {
            return Err(ControlFault {
                control: Some("horizon".into()),
                message: "the scenario has no time, and so no horizon to move".into(),
            });
        }
        found.push(Override {
            path: vec!["horizon".into()],
            value: json!(format!("{} months", number(months))),
            control: "horizon".into(),
        });
    }
    for (name, switch) in &state.events {
        let control = format!("event:{name}");
        known(source, "events", "event", name, &control)?;
        let event = &source["events"][name];
        let value = if switch == "never" {
            never(event)
        } else if switch.parse::<jiff::civil::Date>().is_ok() {
            certain(event, switch)
        } else {
            return Err(ControlFault {
                control: Some(control),
                message: format!("`{switch}` is not a date such as 2027-03-31"),
            });
        };
        found.push(Override {
            path: vec!["events".into(), name.clone()],
            value,
            control,
        });
    }
    Ok(found)
}

fn known(
    source: &Value,
    section: &str,
    what: &str,
    name: &str,
    control: &str,
) -> Result<(), ControlFault> {
    let things = source.get(section).and_then(Value::as_object);
    if things.is_some_and(|things| things.contains_key(name)) {
        return Ok(());
    }
    let names = things.into_iter().flat_map(Map::keys).map(String::as_str);
    let near =
        nearest(name, names).map_or(String::new(), |near| format!("; did you mean `{near}`?"));
    Err(ControlFault {
        control: Some(control.to_owned()),
        message: format!("no {what} is named `{name}`{near}"),
    })
}

fn parameter(source: &Value, name: &str, tweak: &ParameterTweak) -> Value {
    let is_object = source["parameters"][name].is_object();
    match tweak.pin {
        // The other forms give way to `value`, and title and unit stay.
        Some(pin) if is_object => json!({"value": number(pin)}),
        Some(pin) => number(pin),
        None => {
            let pairs = tweak.percentiles.iter();
            Value::Object(pairs.map(|(key, p)| (key.clone(), number(*p))).collect())
        }
    }
}

/// What keeps an event from happening, with the fewest changes.
fn never(event: &Value) -> Value {
    if event.get("hazard").is_some() {
        json!({"hazard": 0})
    } else {
        json!({"probability": 0})
    }
}

/// What makes an event happen at a date, in any phase in which it can: nothing else holds it back.
fn certain(event: &Value, date: &str) -> Value {
    let mut value = Map::new();
    value.insert("at".into(), json!(date));
    // Another way to fire gives way to the date by itself.
    for key in ["if", "trends", "probability", "rest"] {
        if event.get(key).is_some() {
            value.insert(key.into(), Value::Null);
        }
    }
    Value::Object(value)
}

/// A number as its author would write it: whole ones without a point.
fn number(x: f64) -> Value {
    if x.fract() == 0.0 && x.abs() < 1e15 {
        return Value::from(x as i64);
    }
    Number::from_f64(x).map_or(Value::Null, Value::Number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ParameterValue;

    fn study() -> Study {
        let text = include_str!("page/tests.jsonc");
        Study::from_text(text, "tests.jsonc").unwrap_or_else(|r| panic!("{:#?}", r.diagnostics))
    }

    fn state(value: Value) -> State {
        serde_json::from_value(value).expect("a state")
    }

    fn settings(value: Value) -> Vec<String> {
        let found = overrides(&state(value), &study()).expect("all names are known");
        found.iter().map(Override::setting).collect()
    }

    #[test]
    fn controls_become_settings_of_the_command_line() {
        let found = settings(json!({
            "weights": {"dry": 0.25, "wet": 0.75},
            "parameters": {"haste": {"pin": 0.5}, "speed": {"pin": 0.1}, "calm": {"pin": 2}, "pull": {"percentiles": {"p50": 0.4}}},
            "horizon": 18,
            "events": {"signature": "never", "summit": "2026-05-01"},
        }));
        assert_eq!(
            found,
            [
                "trends.dry.weight=0.25",
                "trends.wet.weight=0.75",
                "parameters.haste.value=0.5",
                "parameters.speed.value=0.1",
                "parameters.calm=2",
                "parameters.pull.p50=0.4",
                r#"horizon="18 months""#,
                "events.signature.hazard=0",
                r#"events.summit={"at":"2026-05-01","if":null,"probability":null}"#,
            ]
        );
        assert!(settings(json!({})).is_empty());
    }

    #[test]
    fn a_pinned_parameter_loses_its_correlations_and_the_others_keep_theirs() {
        let kept = |value: Value| {
            let sets = settings(value);
            let at = std::path::Path::new("src/explore/page/tests.jsonc");
            let study = Study::open(at, &sets).unwrap_or_else(|r| panic!("{:#?}", r.diagnostics));
            study.model.source["correlations"].clone()
        };
        let pinned = kept(json!({"parameters": {"haste": {"pin": 0.5}}}));
        assert_eq!(pinned, json!([{"between": ["pull", "speed"], "rank": 0.2}]));
        let both = kept(json!({"parameters": {"haste": {"pin": 0.5}, "pull": {"pin": 0.5}}}));
        assert_eq!(both, json!([]));
        let moved = kept(json!({"parameters": {"pull": {"percentiles": {"p50": 0.3}}}}));
        assert_eq!(moved.as_array().map(Vec::len), Some(2));
    }

    /// The page and its document: what stands under "the same on the command line" gives the same
    /// scenario.
    #[test]
    fn the_command_line_does_what_the_controls_do() {
        let document = include_str!("../../docs/explore.md");
        for said in [
            "`--set parameters.NAME.value=…`",
            "`--set events.NAME.hazard=0`",
            "`--set events.NAME.at=…`",
            "`if`, `trends`, `probability` and `rest`",
        ] {
            assert!(document.contains(said), "{said}");
        }
        for file in [
            "scenarios/baseline.json",
            "scenarios/port_strike.json",
            "src/explore/page/tests.jsonc",
        ] {
            let open = |sets: &[String]| {
                Study::open(std::path::Path::new(file), sets)
                    .unwrap_or_else(|r| panic!("{file} {sets:?}: {:#?}", r.diagnostics))
            };
            let base = open(&[]);
            let source = base.model.source.clone();
            let by_page = |value: Value| {
                let found = overrides(&state(value), &base).expect("all names are known");
                open(&found.iter().map(Override::setting).collect::<Vec<_>>())
            };
            // What is typed states the same file, which needs not be opened twice.
            let same = |page: Study, sets: Vec<String>| {
                let typed = crate::scenario::load(std::path::Path::new(file), &sets)
                    .unwrap_or_else(|r| panic!("{file} {sets:?}: {:#?}", r.diagnostics))
                    .value;
                let changes = crate::analysis::changes(&page.model.source, &typed);
                assert!(changes.is_empty(), "{file} {sets:?}: {changes:?}");
                let hash = crate::scenario::sha256(&typed);
                assert_eq!(page.model.sha256, hash, "{file} {sets:?}");
            };
            for parameter in &base.model.parameters {
                let ParameterValue::Uncertain(distribution) = &parameter.value else {
                    continue;
                };
                let (name, middle) = (&parameter.name, distribution.quantile(0.5));
                let page = by_page(json!({"parameters": {name: {"pin": middle}}}));
                same(page, vec![format!("parameters.{name}.value={middle}")]);
                // Without its title, and with the same numbers.
                open(&[format!("parameters.{name}={middle}")]);
            }
            let date = base.model.clock.date_at(0.25);
            for (name, event) in source["events"].as_object().expect("events") {
                let mut sets = vec![format!("events.{name}.at={date}")];
                let held = ["if", "trends", "probability", "rest"].into_iter();
                let held = held.filter(|key| event.get(key).is_some());
                sets.extend(held.map(|key| format!("events.{name}.{key}=null")));
                same(by_page(json!({"events": {name: date.to_string()}})), sets);
                let never = open(&[format!("events.{name}.hazard=0")]);
                assert_eq!(never.model.source["events"][name]["hazard"], 0);
            }
        }
    }

    #[test]
    fn only_weights_need_no_simulation() {
        assert!(state(json!({"weights": {"dry": 1}})).is_weights_only());
        assert!(state(json!({"simulate": true})).is_weights_only());
        assert!(!state(json!({"weights": {"dry": 1}, "simulate": true})).is_weights_only());
        assert!(!state(json!({"horizon": 3})).is_weights_only());
    }

    #[test]
    fn a_fault_is_blamed_on_its_control() {
        let study = study();
        let wrong = |value| overrides(&state(value), &study).expect_err("it is wrong");
        let fault = wrong(json!({"weights": {"dri": 1}}));
        assert_eq!(fault.control.as_deref(), Some("weight:dri"));
        assert!(
            fault.message.contains("did you mean `dry`?"),
            "{}",
            fault.message
        );
        let fault = wrong(json!({"events": {"summit": "soon"}}));
        assert_eq!(fault.control.as_deref(), Some("event:summit"));

        let found = overrides(
            &state(json!({"parameters": {"pull": {"pin": 1}}, "horizon": 3})),
            &study,
        )
        .expect("known");
        assert_eq!(
            blamed(&found, "/parameters/pull/p50").as_deref(),
            Some("parameter:pull")
        );
        assert_eq!(blamed(&found, "/parameters/pulley"), None);
        assert_eq!(blamed(&found, "/horizon").as_deref(), Some("horizon"));
    }

    #[test]
    fn a_state_with_unknown_keys_is_refused() {
        assert!(serde_json::from_value::<State>(json!({"colour": 1})).is_err());
    }
}
