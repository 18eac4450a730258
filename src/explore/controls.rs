//! What the page can move: trends, parameters, quantities of the trial, the horizon, events and the
//! numbers of [`numbers`], with the values of the file and sensible ranges for sliders.
//!
//! Takes a session; gives plain data for the page. Nothing here is a limit: a number field takes
//! what a slider does not reach.

use super::numbers::{self, NumberControl, StartControl, sources, text};
use super::session::Session;
use crate::model::{Clock, Fires, Model, ParameterValue};
use crate::report::format;
use crate::results::in_display_order;
use crate::results::label;
use serde::Serialize;
use serde_json::Value;
use std::path::Path;

/// Bars of the histogram behind a slider.
const BARS: usize = 32;
/// Values that it is drawn from.
const VALUES: usize = 800;

/// Everything the page needs to draw its controls.
#[derive(Debug, Serialize)]
pub struct Controls {
    pub generation: u64,
    pub file: String,
    pub title: String,
    pub trials: u64,
    pub seed: u64,
    /// `None` for a scenario without time.
    pub time: Option<TimeControl>,
    pub trends: Vec<TrendControl>,
    pub parameters: Vec<ParameterControl>,
    /// Quantities that are drawn anew in each trial.
    pub per_trial: Vec<ParameterControl>,
    pub numbers: Vec<NumberControl>,
    pub starts: Vec<StartControl>,
    pub events: Vec<EventControl>,
    /// What can be seen over time, by kind.
    pub charts: Vec<Charts>,
    /// Of the scenario, in words.
    pub warnings: Vec<String>,
}

/// Things of a kind that can be seen over time.
#[derive(Debug, Serialize)]
pub struct Charts {
    pub title: &'static str,
    /// Named as the page's view names them.
    pub charts: Vec<Named>,
}

#[derive(Debug, Serialize)]
pub struct Named {
    pub name: String,
    pub title: String,
}

/// From when to when the story goes.
#[derive(Debug, Serialize)]
pub struct TimeControl {
    pub start: String,
    pub end: String,
    /// Months.
    pub horizon: f64,
    /// Months at the right end of the slider.
    pub horizon_most: f64,
}

#[derive(Debug, Serialize)]
pub struct TrendControl {
    pub name: String,
    pub title: String,
    pub weight: f64,
}

#[derive(Debug, Serialize)]
pub struct ParameterControl {
    pub name: String,
    pub title: String,
    pub unit: String,
    pub note: String,
    pub sources: Vec<String>,
    /// What the file says, in words.
    pub says: String,
    /// The value of a constant, the median of what is uncertain, and for a formula its value at the
    /// medians.
    pub centre: f64,
    pub uncertain: bool,
    /// A rank correlation ties it to others.
    pub correlated: bool,
    /// Ends and step of the slider.
    pub low: f64,
    pub high: f64,
    pub step: f64,
    /// How likely the file holds values from `low` to `high` to be, in equal parts of that range,
    /// relative to the likeliest; empty for what is not drawn.
    pub shape: Vec<f64>,
    /// 5%, 50% and 95% of what is drawn.
    pub marks: Option<[f64; 3]>,
    /// Percentiles that the file states, by key, in ascending order; empty if it states another
    /// form.
    pub percentiles: Vec<(String, f64)>,
}

#[derive(Debug, Serialize)]
pub struct EventControl {
    pub name: String,
    pub title: String,
    pub note: String,
    pub sources: Vec<String>,
    /// What makes it fire in the file, in words.
    pub says: String,
}

/// Reads the controls off a scenario.
pub fn controls(session: &Session, file: &Path) -> Controls {
    let model = &session.study.model;
    let source = &model.source;
    let titled = |title: &str, name: &str| label(title, name).to_owned();
    let trends = in_display_order(&model.trends, |t| t.display);
    let parameters = in_display_order(&model.parameters, |p| p.display);
    let medians = model.drawn_at(|_| 0.5);
    let events = in_display_order(&model.events, |e| e.display);
    Controls {
        generation: session.generation,
        file: file.display().to_string(),
        title: titled(&model.title, &model.name),
        trials: session.settings.blocks * session.settings.trials_per_block(),
        seed: session.settings.seed,
        time: time(&model.clock),
        trends: (trends.into_iter().map(|t| &model.trends[t]))
            .map(|trend| TrendControl {
                name: trend.name.clone(),
                title: titled(&trend.title, &trend.name),
                weight: trend.weight,
            })
            .collect(),
        parameters: (parameters.into_iter())
            .map(|p| {
                let parameter = &model.parameters[p];
                let stated = &source["parameters"][&parameter.name];
                ParameterControl {
                    correlated: correlated(source, &parameter.name),
                    sources: sources(source, stated),
                    ..parameter_control(
                        &parameter.name,
                        titled(&parameter.title, &parameter.name),
                        (&parameter.value, &medians, medians[p]),
                        stated,
                    )
                }
            })
            .collect(),
        per_trial: (model.per_trial.iter().enumerate())
            .map(|(i, drawn)| {
                let stated = &source["per_trial"][&drawn.name];
                let centre = medians[model.parameters.len() + i];
                ParameterControl {
                    correlated: correlated(source, &drawn.name),
                    sources: sources(source, stated),
                    ..parameter_control(
                        &drawn.name,
                        titled(&drawn.title, &drawn.name),
                        (&drawn.value, &medians, centre),
                        stated,
                    )
                }
            })
            .collect(),
        numbers: numbers::numbers(model),
        starts: numbers::starts(model),
        events: (events.into_iter().map(|e| &model.events[e]))
            .filter(|event| event.shift.is_none() && !matches!(event.fires, Fires::Branch(_)))
            .map(|event| {
                let stated = &source["events"][&event.name];
                EventControl {
                    name: event.name.clone(),
                    title: titled(&event.title, &event.name),
                    note: text(stated, "note"),
                    sources: sources(source, stated),
                    says: trigger(stated),
                }
            })
            .collect(),
        charts: charts(model),
        warnings: (session.study.diagnostics.iter())
            .map(|d| d.message.clone())
            .collect(),
    }
}

/// What can be seen over time: quantities, shares of the futures in a phase or with a value of a
/// state, and whether an event has happened.
fn charts(model: &Model) -> Vec<Charts> {
    if model.clock.timeless {
        return Vec::new();
    }
    let titled = |title: &str, name: &str| label(title, name).to_owned();
    let indicators = in_display_order(&model.indicators, |i| i.display);
    let derived = in_display_order(&model.derived, |d| d.display);
    let quantities = (indicators.into_iter().map(|i| &model.indicators[i]))
        .map(|i| (&i.name, &i.title))
        .chain((derived.into_iter().map(|d| &model.derived[d])).map(|d| (&d.name, &d.title)));
    let named = |kind: &str, name: &str, title: &str| Named {
        name: format!("{kind}:{name}"),
        title: titled(title, name),
    };
    let phases = in_display_order(&model.phases, |p| p.display);
    let phases = phases.into_iter().map(|p| &model.phases[p]);
    let states = in_display_order(&model.states, |s| s.display).into_iter();
    let values = states.map(|s| &model.states[s]).flat_map(|state| {
        let values = in_display_order(&state.values, |v| v.display).into_iter();
        values.map(|v| {
            let value = &state.values[v];
            Named {
                name: format!("state:{}:{}", state.name, value.name),
                title: format!(
                    "{}: {}",
                    titled(&state.title, &state.name),
                    titled(&value.title, &value.name)
                ),
            }
        })
    });
    let events = in_display_order(&model.events, |e| e.display);
    let events = events.into_iter().map(|e| &model.events[e]);
    let all = [
        (
            "Indicators",
            quantities
                .map(|(n, t)| named("series", n, t))
                .collect::<Vec<_>>(),
        ),
        (
            "Share of the futures in a phase",
            match model.phases.len() {
                0 | 1 => Vec::new(),
                _ => phases.map(|p| named("phase", &p.name, &p.title)).collect(),
            },
        ),
        ("Share of the futures in a state", values.collect()),
        (
            "Share of the futures in which it has happened",
            events.map(|e| named("event", &e.name, &e.title)).collect(),
        ),
    ];
    (all.into_iter())
        .filter(|(_, charts)| !charts.is_empty())
        .map(|(title, charts)| Charts { title, charts })
        .collect()
}

fn time(clock: &Clock) -> Option<TimeControl> {
    let months = 12.0 * clock.horizon;
    (!clock.timeless).then(|| TimeControl {
        start: clock.start.to_string(),
        end: clock.date_at(clock.horizon).to_string(),
        horizon: (months * 1000.0).round() / 1000.0,
        horizon_most: (2.0 * months).ceil().max(12.0),
    })
}

fn correlated(source: &Value, name: &str) -> bool {
    let listed = source.get("correlations").and_then(Value::as_array);
    let ties = |correlation: &Value| {
        let names = correlation.get("between").and_then(Value::as_array);
        names.is_some_and(|names| names.iter().any(|other| other == name))
    };
    listed.is_some_and(|listed| listed.iter().any(ties))
}

/// How an event comes about, in a few words.
fn trigger(stated: &Value) -> String {
    if let Some(at) = stated.get("at") {
        return match at.as_str() {
            Some(date) => format!("on {date}"),
            None => "on an uncertain date".into(),
        };
    }
    if stated.get("when").is_some() {
        return "when a condition comes true".into();
    }
    let hazard = &stated["hazard"];
    match (
        hazard.get("chance").and_then(Value::as_f64),
        hazard.get("within").and_then(Value::as_str),
    ) {
        (Some(chance), Some(within)) => {
            format!("{}% chance within {within}", format::plain(100.0 * chance))
        }
        _ => "at random, by its hazard".into(),
    }
}

fn parameter_control(
    name: &str,
    title: String,
    (value, medians, centre): (&ParameterValue, &[f64], f64),
    stated: &Value,
) -> ParameterControl {
    let drawn = value.distribution(medians);
    let (low, high) = match &drawn {
        Some(d) => (d.quantile(0.005), d.quantile(0.995)),
        None => around(centre),
    };
    let step = step(high - low);
    let (low, high) = ((low / step).floor() * step, (high / step).ceil() * step);
    let shape = (drawn.as_ref()).map_or(Vec::new(), |d| shape(|p| d.quantile(p), low, high));
    let marks = drawn
        .as_ref()
        .map(|d| [0.05, 0.5, 0.95].map(|p| d.quantile(p)));
    let range = drawn.map(|d| {
        let shown = |p: f64| format::plain(rounded(d.quantile(p), step));
        format!("{} to {} (90% range)", shown(0.05), shown(0.95))
    });
    let says = match (value, range) {
        (ParameterValue::Constant(value), _) => format!("fixed at {}", format::plain(*value)),
        (ParameterValue::Uncertain(_), Some(range)) => range,
        (ParameterValue::Varying(_), Some(range)) => {
            format!("{range} where the others are at their medians")
        }
        _ => "computed from other parameters".to_owned(),
    };
    let mut percentiles: Vec<(f64, String, f64)> = (stated.as_object().into_iter().flatten())
        .filter_map(|(key, value)| {
            let rank: f64 = key.strip_prefix('p')?.parse().ok()?;
            Some((rank, key.clone(), value.as_f64()?))
        })
        .collect();
    percentiles.sort_by(|a, b| a.0.total_cmp(&b.0));
    ParameterControl {
        name: name.to_owned(),
        title,
        unit: text(stated, "unit"),
        note: text(stated, "note"),
        sources: Vec::new(),
        says,
        centre,
        uncertain: !value.is_constant(),
        correlated: false,
        low,
        high,
        step,
        shape,
        marks,
        percentiles: percentiles
            .into_iter()
            .map(|(_, key, p)| (key, p))
            .collect(),
    }
}

/// Heights of a histogram of values at equally spaced probabilities, relative to the highest.
fn shape(quantile: impl Fn(f64) -> f64, low: f64, high: f64) -> Vec<f64> {
    let mut counts = vec![0.0; BARS];
    for i in 0..VALUES {
        let value = quantile((i as f64 + 0.5) / VALUES as f64);
        let at = (value - low) / (high - low) * BARS as f64;
        if (0.0..BARS as f64).contains(&at) {
            counts[at as usize] += 1.0;
        }
    }
    let highest = counts.iter().copied().fold(1.0, f64::max);
    (counts.into_iter())
        .map(|n| (100.0 * n / highest).round() / 100.0)
        .collect()
}

/// A range for a constant: from nothing to twice as much, shares up to one.
fn around(value: f64) -> (f64, f64) {
    if value == 0.0 {
        (-1.0, 1.0)
    } else if value > 0.0 && value <= 1.0 {
        (0.0, (2.0 * value).min(1.0))
    } else if value > 0.0 {
        (0.0, 2.0 * value)
    } else {
        (2.0 * value, 0.0)
    }
}

/// A round number of which some hundreds make up `span`.
pub fn step(span: f64) -> f64 {
    if !(span > 0.0 && span.is_finite()) {
        return 0.01;
    }
    let exponent = libm::floor(libm::log10(span / 400.0));
    let unit = libm::pow(10.0, exponent);
    let steps = [1.0, 2.0, 5.0, 10.0];
    let fitting = steps.into_iter().find(|s| span / (s * unit) <= 400.0);
    fitting.unwrap_or(10.0) * unit
}

fn rounded(x: f64, step: f64) -> f64 {
    (x / step).round() * step
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slider_has_some_hundreds_of_round_steps() {
        for span in [0.003, 0.5, 1.0, 7.3, 90.0, 12_345.0] {
            let steps = span / step(span);
            assert!((100.0..=400.0).contains(&steps), "{span}: {steps}");
        }
        assert_eq!(step(0.0), 0.01);
        assert_eq!(step(f64::INFINITY), 0.01);
    }

    #[test]
    fn the_shape_behind_a_slider_is_that_of_what_is_drawn() {
        let flat = shape(|p| 2.0 + p, 2.0, 3.0);
        assert!(
            flat.len() == BARS && flat.iter().all(|h| *h == 1.0),
            "{flat:?}"
        );
        // Density 2x on [0, 1].
        let rising = shape(f64::sqrt, 0.0, 1.0);
        assert!(rising[0] < 0.1 && rising[BARS - 1] > 0.9, "{rising:?}");
        let middle = rising[BARS / 2 - 1..=BARS / 2].iter().sum::<f64>() / 2.0;
        assert!((middle - 0.5).abs() < 0.05, "{middle}");
        // All in one place, and nowhere.
        let point = shape(|_| 5.0, 0.0, 10.0);
        assert_eq!(point.iter().sum::<f64>(), 1.0);
        assert!(shape(|_| f64::NAN, 0.0, 1.0).iter().all(|h| *h == 0.0));
    }

    #[test]
    fn what_is_computed_has_a_control_at_the_medians_and_can_be_pinned() {
        let text = serde_json::json!({
            "format": 2, "name": "x", "start": "2026-01-01", "horizon": 1, "step": 1,
            "parameters": {"a": {"uniform": [1, 3]}, "b": "2 * a", "c": {"p10": "a", "p50": 4, "p90": 7}},
            "metrics": {"m": "b + c"}
        });
        let study = crate::analysis::Study::from_text(&text.to_string(), "x.json");
        let model = study
            .unwrap_or_else(|r| panic!("{:#?}", r.diagnostics))
            .model;
        let medians = model.drawn_at(|_| 0.5);
        let control = |i: usize| {
            let parameter = &model.parameters[i];
            let stated = &model.source["parameters"][&parameter.name];
            let value = (&parameter.value, &medians[..], medians[i]);
            parameter_control(&parameter.name, parameter.title.clone(), value, stated)
        };
        let (b, c) = (control(1), control(2));
        assert_eq!(
            (b.centre, b.low, b.high, b.uncertain),
            (4.0, 0.0, 8.0, true)
        );
        assert_eq!(b.says, "computed from other parameters");
        assert!((c.centre - 4.0).abs() < 1e-9 && c.low < 2.0 && c.high > 7.0);
        // Only what is a number in the file can be moved as one.
        assert_eq!(
            c.percentiles,
            [("p50".to_owned(), 4.0), ("p90".to_owned(), 7.0)]
        );
    }

    #[test]
    fn the_range_of_a_constant_holds_it() {
        for value in [-3.0, 0.0, 0.05, 0.8, 1.0, 40.0] {
            let (low, high) = around(value);
            assert!(low < high && (low..=high).contains(&value), "{value}");
        }
    }
}
