//! What would make an outcome the likeliest, where a single parameter can.
//!
//! Takes the state of the page and the name of an outcome or group; gives, for each of the
//! parameters that move it most, the value from which on it leads, if there is one within what the
//! file gives 99 chances in 100. Short runs find it: the value is a guess to be tried on the page,
//! whose own pictures then say what is so.

use super::cores::Cores;
use super::headline::movers;
use super::session::Session;
use super::tweak::{Override, State, overrides};
use super::{Options, controls};
use crate::analysis::Study;
use crate::engine::{Observer, Settings};
use crate::model::ParameterValue;
use crate::report::headline::classes;
use crate::results::RunResult;
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};

/// Parameters that are tried.
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

/// A parameter that does it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Flip {
    /// Name of the parameter, and what it would have to be.
    pub parameter: String,
    pub title: String,
    pub value: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Answer {
    /// It is the likeliest as it is.
    pub leads: bool,
    /// Parameters that were tried.
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
    let lead = |more: Option<String>| -> Result<bool, String> {
        let sets = found.iter().map(Override::setting).chain(more);
        let sets: Vec<String> = sets.collect();
        let study = session.with_settings(options, &sets).map_err(|report| {
            let mut faults = report.diagnostics.into_iter().filter(|d| d.is_error());
            let first = faults.next();
            first.map_or_else(|| "the scenario cannot be read".into(), |d| d.message)
        })?;
        let run = run(&study, &settings, cores, &until)?;
        leads(&run, &question.of).ok_or_else(|| "there is no such outcome".into())
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
    let movers = movers(&base.result, session.movers());
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
            parameter: name.to_owned(),
            title: mover.title.clone(),
            value,
        });
    }
    Ok(answer)
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
