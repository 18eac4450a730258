//! What would make an outcome the likeliest, where a single control can.
//!
//! Takes the state of the page and the name of an outcome or group; gives, for each of the
//! parameters that move it most and for each weight of a trend, the value from which on it leads,
//! if there is one within what the file gives 99 chances in 100; and of the other controls that
//! move it most, the settings that were tried of them (`tries`) if it leads there. Short runs find
//! it, and weights are tried by counting such a run anew: the value is a guess to be tried on the
//! page, whose own pictures then say what is so.

use super::cores::Cores;
use super::headline::movers;
use super::session::Session;
use super::tries::others;
use super::tweak::{Override, State, overrides};
use super::{Options, controls, picture};
use crate::analysis::{Study, reweight};
use crate::distribution::Build;
use crate::engine::{Observer, Settings};
use crate::family::Family;
use crate::model::{Model, ParameterValue};
use crate::report::headline::classes;
use crate::results::RunResult;
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};

/// Parameters that are tried, and other controls.
const TRIED: usize = 3;
/// Halvings of the way to where it leads.
const STEPS: usize = 5;
/// Trials of a run: sixteen blocks of 128.
const PER_DRAW: u32 = 8;
const BLOCKS: u64 = 16;
/// It is given up after this long.
const PATIENCE: Duration = Duration::from_secs(40);

/// What is asked.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// `group:NAME` or `outcome:NAME`.
    pub of: String,
    pub state: State,
}

/// A control that does it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Flip {
    /// Name of the control, such as `parameter:NAME` or `weight:NAME`.
    pub control: String,
    pub title: String,
    /// What it would have to be, in words.
    pub says: String,
    /// The same as a number, of a parameter or a weight.
    pub value: Option<f64>,
    /// The state of the page with this and nothing else, of every other control.
    pub state: Option<State>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Answer {
    /// It is the likeliest as it is.
    pub leads: bool,
    /// Controls that were tried.
    pub tried: Vec<String>,
    pub flips: Vec<Flip>,
}

struct Until(Instant);

impl Observer for Until {
    fn cancelled(&self) -> bool {
        Instant::now() > self.0
    }
}

/// Whether the one asked for is the likeliest of its kind; `None` if there is no such thing.
fn leads(run: &RunResult, of: &str) -> Option<bool> {
    let (kind, name) = of.split_once(':')?;
    let all: Vec<(&str, f64)> = if kind == "group" {
        let classes = classes(run).into_iter();
        classes
            .map(|class| (class.name, class.known.probability))
            .collect()
    } else {
        let outcomes = run.outcomes.iter();
        outcomes
            .map(|one| (one.name.as_str(), one.probability))
            .collect()
    };
    let own = all.iter().find(|(one, _)| *one == name)?.1;
    Some(all.iter().all(|(one, p)| *one == name || *p < own))
}

/// Looks for it; `Err` has the reason in words.
pub fn likeliest(
    options: &Options,
    session: &Session,
    cores: &Cores,
    question: &Question,
) -> Result<Answer, String> {
    let until = Until(Instant::now() + PATIENCE);
    let found = overrides(&question.state, &session.study).map_err(|fault| fault.message)?;
    let settings = (session.settings.clone())
        .trials_per_draw(PER_DRAW)
        .blocks(BLOCKS);
    let simulated = |sets: &[String]| -> Result<RunResult, String> {
        let study = session
            .with_settings(options, sets, true)
            .map_err(|report| {
                let mut faults = report.diagnostics.into_iter().filter(|d| d.is_error());
                let first = faults.next();
                first.map_or_else(|| "the scenario cannot be read".into(), |d| d.message)
            })?;
        run(&study, &settings, cores, &until)
    };
    let nothing = || "there is no such outcome".to_owned();
    let lead = |more: Option<String>| -> Result<bool, String> {
        let sets = found.iter().map(Override::setting).chain(more);
        let run = simulated(&sets.collect::<Vec<_>>())?;
        leads(&run, &question.of).ok_or_else(nothing)
    };
    let mut answer = Answer {
        leads: lead(None)?,
        tried: Vec::new(),
        flips: Vec::new(),
    };
    if answer.leads {
        return Ok(answer);
    }
    let base = session
        .base(false)
        .latest()
        .ok_or("the file's own run is not done yet")?;
    let movers = movers(&base.result, session.movers(), session.tried());
    let tried = movers.get(&question.of).into_iter().flatten().take(TRIED);
    for mover in tried {
        let Some(name) = mover.control.strip_prefix("parameter:") else {
            continue;
        };
        let parameters = &session.study.model.parameters;
        let Some(parameter) = parameters.iter().find(|p| p.name == name) else {
            continue;
        };
        let ParameterValue::Uncertain(distribution) = &parameter.value else {
            continue;
        };
        answer.tried.push(mover.title.clone());
        let at = |p: f64| distribution.quantile(p);
        let set = |value: f64| Some(format!("parameters.{name}.value={value}"));
        let (mut short, mut far) = if mover.rises {
            (at(0.5), at(0.995))
        } else {
            (at(0.5), at(0.005))
        };
        if !lead(set(far))? {
            continue;
        }
        for _ in 0..STEPS {
            let middle = f64::midpoint(short, far);
            if lead(set(middle))? {
                far = middle;
            } else {
                short = middle;
            }
        }
        let step = controls::step((at(0.995) - at(0.005)).abs());
        // On the far side, so that it leads there.
        let steps = far / step;
        let value = step
            * if mover.rises {
                steps.ceil()
            } else {
                steps.floor()
            };
        // Without the digits that only a sum of steps has.
        let value = format!("{value:.9}").parse().unwrap_or(value);
        answer.flips.push(Flip {
            control: mover.control.clone(),
            title: mover.title.clone(),
            says: format!("at {value}"),
            value: Some(value),
            state: None,
        });
    }
    // All weights are tried on one run: the file's own where nothing else is moved.
    let unweighed: Vec<String> = (found.iter())
        .filter(|one| !one.control.starts_with("weight:"))
        .map(Override::setting)
        .collect();
    let short;
    let run = if unweighed.is_empty() {
        &*base.result
    } else {
        short = simulated(&unweighed)?;
        &short
    };
    try_weights(&session.study.model, run, question, &mut answer);
    let others = others(session);
    let is_tried = |control: &str| others.iter().any(|other| other.control == control);
    let tried = movers.get(&question.of).into_iter().flatten();
    for mover in tried.filter(|mover| is_tried(&mover.control)).take(TRIED) {
        answer.tried.push(mover.title.clone());
        for other in others.iter().filter(|other| other.control == mover.control) {
            // What the page has moved of this control gives way.
            let of_page = found.iter().filter(|one| one.control != other.control);
            let own = overrides(&other.state, &session.study).map_err(|fault| fault.message)?;
            let sets: Vec<String> = of_page.chain(&own).map(Override::setting).collect();
            // A setting may not go with what is moved: then it does not lead there.
            let Ok(run) = simulated(&sets) else { continue };
            if leads(&run, &question.of) == Some(true) {
                answer.flips.push(Flip {
                    control: other.control.clone(),
                    title: other.title.clone(),
                    says: other.says.clone(),
                    value: None,
                    state: Some(other.state.clone()),
                });
            }
        }
    }
    Ok(answer)
}

/// Tries the weight of each trend; the others keep their proportions. At most as many are told as
/// of parameters, those that move least first.
fn try_weights(model: &Model, run: &RunResult, question: &Question, answer: &mut Answer) {
    if model.trends.len() < 2 {
        return;
    }
    let now: Vec<f64> = (model.trends.iter())
        .map(|trend| {
            let moved = question.state.weights.get(&trend.name);
            moved.copied().unwrap_or(trend.weight)
        })
        .collect();
    let mut found: Vec<(f64, Flip)> = Vec::new();
    for (index, trend) in model.trends.iter().enumerate() {
        let lead = |value: f64| {
            let asked = with_weight(model, &now, index, value);
            let new = reweight(run, &asked).ok()?;
            leads(&picture::reweighted(run, &new).0, &question.of)
        };
        let Some(ends) = reach(model, index) else {
            continue;
        };
        answer.tried.push(format!("weight of {}", trend.title));
        let from = now[index];
        let nearest = (ends.into_iter())
            .filter(|end| lead(*end) == Some(true))
            .map(|end| halved(from, end, &lead))
            .min_by(|a, b| (a - from).abs().total_cmp(&(b - from).abs()));
        if let Some(value) = nearest {
            let flip = Flip {
                control: format!("weight:{}", trend.name),
                title: format!("Weight of {}", trend.title),
                says: format!("at {}%", (100.0 * value).round()),
                value: Some(value),
                state: None,
            };
            found.push(((value - from).abs(), flip));
        }
    }
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    let least = found.into_iter().take(TRIED).map(|(_, flip)| flip);
    answer.flips.extend(least);
}

/// The weight from which on it leads, in whole percents, on the way to an end at which it does.
fn halved(from: f64, end: f64, lead: &impl Fn(f64) -> Option<bool>) -> f64 {
    let (mut short, mut far) = (from, end);
    for _ in 0..2 * STEPS {
        let middle = f64::midpoint(short, far);
        if lead(middle) == Some(true) {
            far = middle;
        } else {
            short = middle;
        }
    }
    let percents = 100.0 * far;
    let whole = if end > from {
        percents.ceil()
    } else {
        percents.floor()
    };
    (whole / 100.0).clamp(0.0, 1.0)
}

/// The least and the greatest weight that are tried: what the file gives 99 chances in 100, and
/// every weight where it states them without doubt.
fn reach(model: &Model, trend: usize) -> Option<[f64; 2]> {
    let Some(concentration) = model.weight_concentration else {
        return Some([0.0, 1.0]);
    };
    let mean = model.trends[trend].weight;
    let shapes = [concentration * mean, concentration * (1.0 - mean)];
    let share = Family::Beta.build(&shapes, None, None).ok()?;
    Some([0.005, 0.995].map(|p| share.quantile(p)))
}

/// All weights with one of them set: the others keep their proportions.
fn with_weight(model: &Model, now: &[f64], set: usize, value: f64) -> Vec<(String, f64)> {
    let rest: f64 = (now.iter().enumerate())
        .filter(|(index, _)| *index != set)
        .map(|(_, weight)| weight)
        .sum();
    let even = (1.0 - value) / (now.len() - 1) as f64;
    (model.trends.iter().zip(now).enumerate())
        .map(|(index, (trend, weight))| {
            let new = match index == set {
                true => value,
                false if rest > 0.0 => weight * (1.0 - value) / rest,
                false => even,
            };
            (trend.name.clone(), new)
        })
        .collect()
}

fn run(
    study: &Study,
    settings: &Settings,
    cores: &Cores,
    until: &Until,
) -> Result<RunResult, String> {
    let _turn = cores
        .turn(until)
        .ok_or("given up: too much else is being simulated")?;
    let done = cores.apart(settings.threads, || study.run(settings, until));
    let run = done.map_err(|error| error.to_string())?;
    match run.run.interrupted {
        true => Err("given up: this takes too long".into()),
        false => Ok(run),
    }
}
