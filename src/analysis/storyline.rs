//! One trial of a run as a dated story.
//!
//! Takes a study, the run's settings and a trial's number; gives exactly that trial, with names
//! instead of indices.

use super::study::Study;
use crate::engine::{Change, EngineError, Entry, Replay, Settings, explain, replay};
use crate::expression::Expr;
use crate::model::{Fires, Parameter};
use crate::results::label;
use crate::results::{
    Earlier, EarlierKind, Happening, StoryChange, StoryState, Storyline, in_display_order,
    scenario_info, tool,
};
use indexmap::IndexMap;

/// Plays a trial again; one beyond the end of the run is the trial that a longer run would have
/// there.
///
/// ```
/// use quincunx::{Study, storyline};
///
/// let study = Study::open("scenarios/baseline.json".as_ref(), &[])?;
/// let story = storyline(&study, &study.settings().build(), 7)?;
/// let times: Vec<f64> = story.happenings.iter().map(|one| one.time).collect();
/// assert!(times.is_sorted());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`EngineError`] if no run could be that long, if its events fire without end, or if a value
/// that is not finite stopped it.
pub fn storyline(study: &Study, settings: &Settings, trial: u64) -> Result<Storyline, EngineError> {
    told(study, settings, trial, false)
}

/// Like [`storyline`], without the later firings of events that fire very often: for pictures, and
/// for many stories at a time.
///
/// # Errors
/// As [`storyline`].
pub fn short_storyline(
    study: &Study,
    settings: &Settings,
    trial: u64,
) -> Result<Storyline, EngineError> {
    told(study, settings, trial, true)
}

fn told(
    study: &Study,
    settings: &Settings,
    trial: u64,
    is_short: bool,
) -> Result<Storyline, EngineError> {
    let model = &study.model;
    let grown = settings
        .clone()
        .blocks(trial / settings.trials_per_block() + 1);
    grown.check()?;
    let replay = replay(&study.program, settings, trial, is_short)
        .map_err(|fault| explain(&study.program, &fault))?;
    if let Some(path) = replay.stopped_at {
        return Err(study.located(EngineError::NonFinite {
            stopped: 1,
            trials: 1,
            trial: Some(trial),
            path,
            place: String::new(),
        }));
    }
    let state = |trend: usize, phase: usize, states: &[usize], indicators: &[f64]| StoryState {
        trend: model.trends[trend].name.clone(),
        phase: model.phases[phase].name.clone(),
        states: in_display_order(&model.states, |s| s.display)
            .into_iter()
            .map(|s| {
                let state = &model.states[s];
                (state.name.clone(), state.values[states[s]].name.clone())
            })
            .collect(),
        indicators: named_indicators(study, indicators),
    };
    let varying = |list: &[Parameter], values: &[f64]| {
        let order = in_display_order(list, |p| p.display).into_iter();
        order
            .filter(|p| !list[*p].value.is_constant())
            .map(|p| (list[p].name.clone(), values[p]))
            .collect()
    };
    let parameters = varying(&model.parameters, &replay.parameters);
    let per_trial = varying(&model.per_trial, &replay.per_trial);
    let (outcome, outcome_title) = match model.outcomes.get(replay.outcome) {
        Some(rule) => (rule.name.clone(), rule.title.clone()),
        None => ("unclassified".into(), "None of these".into()),
    };
    Ok(Storyline {
        format: 1,
        tool: tool(),
        seed: settings.seed,
        trial,
        draw: replay.draw,
        trials_per_draw: settings.trials_per_draw,
        design: settings.design,
        scenario: scenario_info(model),
        parameters,
        per_trial,
        before: before(study, &replay),
        start: state(
            replay.start_trend,
            replay.start_phase,
            &replay.start_states,
            &replay.start_indicators,
        ),
        happenings: (replay.entries.iter().enumerate())
            .filter(|(place, entry)| {
                !is_told_by_branch(study, entry, replay.entries.get(place + 1))
            })
            .map(|(_, entry)| happening(study, entry))
            .collect(),
        left_out: (replay.left_out.iter())
            .map(|(event, count)| (model.events[*event as usize].name.clone(), *count))
            .collect(),
        end: state(
            replay.end_trend,
            replay.end_phase,
            &replay.end_states,
            &replay.end_indicators,
        ),
        outcome,
        outcome_title,
        metrics: (model.metrics.iter().zip(&replay.metrics))
            .map(|(metric, value)| (metric.name.clone(), *value))
            .collect(),
        questions: (model.questions.iter().zip(&replay.questions))
            .map(|(question, answer)| (question.name.clone(), *answer))
            .collect(),
        conditional: (model.conditional.iter().zip(&study.program.conditions))
            .map(|(conditional, at)| {
                let answer = replay.questions[*at].then_some(replay.questions[at + 1]);
                (conditional.question.name.clone(), answer)
            })
            .collect(),
    })
}

/// What was before the start, of which formulas have their values in this trial.
fn before(study: &Study, replay: &Replay) -> Vec<Earlier> {
    let (model, history) = (&study.model, &study.model.history);
    let known = [&replay.parameters[..], &replay.per_trial[..]].concat();
    let earlier = |time: f64, what, name: &str, title: &str| Earlier {
        time,
        date: model.clock.date_at(time).to_string(),
        what,
        name: name.to_owned(),
        title: title.to_owned(),
    };
    let mut told = Vec::new();
    let phase = history.phase.over(&known);
    if phase > 0.0 {
        let title = &model.phases[replay.start_phase].title;
        told.push(earlier(-phase, EarlierKind::Phase, "phase", title));
    }
    for (state, (age, value)) in history.states.iter().zip(&replay.start_states).enumerate() {
        let (age, state) = (age.over(&known), &model.states[state]);
        if age > 0.0 {
            let title = &state.values[*value].title;
            told.push(earlier(-age, EarlierKind::State, &state.name, title));
        }
    }
    let fired = |event: usize, time: &Expr| history.events[event].contains(time);
    for (e, times) in history.events.iter().enumerate() {
        // Which result a firing had says that it fired.
        let branches = || {
            let of = |b: &usize| matches!(model.events[*b].fires, Fires::Branch(of) if of == e);
            (0..model.events.len()).filter(of)
        };
        for time in times
            .iter()
            .filter(|time| !branches().any(|b| fired(b, time)))
        {
            let event = &model.events[e];
            let title = label(&event.title, &event.name);
            told.push(earlier(
                time.over(&known),
                EarlierKind::Event,
                &event.name,
                title,
            ));
        }
    }
    told.sort_by(|a, b| a.time.total_cmp(&b.time));
    told
}

fn named_indicators(study: &Study, values: &[f64]) -> IndexMap<String, f64> {
    let indicators = &study.model.indicators;
    in_display_order(indicators, |i| i.display)
        .into_iter()
        .map(|i| (indicators[i].name.clone(), values[i]))
        .collect()
}

/// Whether a firing has changed nothing itself and the next thing to tell is which result it had.
fn is_told_by_branch(study: &Study, entry: &Entry, next: Option<&Entry>) -> bool {
    entry.changes.is_empty()
        && next.is_some_and(|next| {
            next.time == entry.time
                && matches!(study.model.events[next.event as usize].fires, Fires::Branch(of) if of == entry.event as usize)
        })
}

fn happening(study: &Study, entry: &Entry) -> Happening {
    let model = &study.model;
    let event = &model.events[entry.event as usize];
    let changes = (entry.changes.iter())
        .map(|change| match change {
            Change::Phase { from, to } => StoryChange::Phase {
                from: model.phases[*from].name.clone(),
                to: model.phases[*to].name.clone(),
            },
            Change::Trend { from, to } => StoryChange::Trend {
                from: model.trends[*from].name.clone(),
                to: model.trends[*to].name.clone(),
            },
            Change::State { state, from, to } => {
                let state = &model.states[*state];
                StoryChange::State {
                    name: state.name.clone(),
                    from: state.values[*from].name.clone(),
                    to: state.values[*to].name.clone(),
                }
            }
            Change::Indicator {
                indicator,
                from,
                to,
            } => StoryChange::Indicator {
                name: model.indicators[*indicator].name.clone(),
                from: *from,
                to: *to,
            },
        })
        .collect();
    Happening {
        time: entry.time,
        date: model.clock.date_at(entry.time).to_string(),
        event: event.name.clone(),
        title: event.title.clone(),
        shift: event.shift.is_some(),
        count: entry.count,
        changes,
        indicators: named_indicators(study, &entry.indicators),
    }
}
