//! A trial played again is the trial of the run, and readings of its path are what an independent
//! calculation from its story gives.

use super::rich;
use crate::harness::{rows, scenario, settings, study};
use quincunx::analysis::{Study, storyline};
use quincunx::engine::Settings;
use quincunx::random::design::Design;
use quincunx::results::{StoryChange, Storyline};
use serde_json::json;

#[test]
fn a_replayed_trial_is_the_trial_of_the_run() {
    let study = study(&rich());
    for design in Design::ALL {
        let settings = settings(&study, 2048, 51).design(design);
        replays_are_trials(&study, &settings);
    }
}

fn replays_are_trials(study: &Study, settings: &Settings) {
    let (_, rows) = rows(study, settings);
    let trials = (0..2048).step_by(37).chain([63, 64, 1023, 1024, 2047]);
    let mut fired = 0;
    for trial in trials {
        let story =
            storyline(study, settings, trial as u64).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(story.draw, u64::from(rows.draw[trial]));
        assert_eq!(
            story.start.trend,
            study.model.trends[rows.start_trend[trial] as usize].name
        );
        let outcome = study
            .model
            .outcomes
            .get(rows.outcome[trial] as usize)
            .map_or("unclassified", |o| &o.name);
        assert_eq!(story.outcome, outcome, "trial {trial}");
        for (name, value) in &story.parameters {
            assert_eq!(
                value.to_bits(),
                rows.parameter(name)[trial].to_bits(),
                "trial {trial}: {name}"
            );
        }
        for (name, value) in &story.metrics {
            let row = Some(rows.metric(name)[trial]).filter(|v| v.is_finite());
            assert_eq!(
                value.map(f64::to_bits),
                row.map(f64::to_bits),
                "trial {trial}: {name}"
            );
        }
        for (name, times) in &rows.first_times {
            let first = story
                .happenings
                .iter()
                .find(|h| h.event == *name)
                .map_or(f64::INFINITY, |h| h.time);
            assert_eq!(
                first.to_bits(),
                times[trial].to_bits(),
                "trial {trial}: {name}"
            );
            fired += usize::from(first.is_finite());
        }
    }
    assert!(fired > 200, "only {fired} first firings were compared");
}

/// The state of the model below, as its story tells it.
#[derive(Clone)]
struct State {
    x: f64,
    y: f64,
    open: bool,
}

/// States in order, each with the time from which it holds.
fn path(story: &Storyline) -> Vec<(f64, State)> {
    let mut state = State {
        x: story.start.indicators["x"],
        y: story.start.indicators["y"],
        open: story.start.phase == "open",
    };
    let mut path = vec![(0.0, state.clone())];
    for happening in &story.happenings {
        for change in &happening.changes {
            match change {
                StoryChange::Indicator { name, from, to } => {
                    let held = if name == "x" {
                        &mut state.x
                    } else {
                        &mut state.y
                    };
                    assert_eq!(held, from, "effects see one another");
                    *held = *to;
                }
                StoryChange::Phase { to, .. } => state.open = to == "open",
                _ => {}
            }
        }
        assert_eq!(
            [state.x, state.y],
            [happening.indicators["x"], happening.indicators["y"]]
        );
        path.push((happening.time, state.clone()));
    }
    path
}

fn integral(path: &[(f64, State)], horizon: f64, value: impl Fn(&State) -> f64) -> f64 {
    let ends = path.iter().skip(1).map(|(t, _)| *t).chain([horizon]);
    path.iter()
        .zip(ends)
        .map(|((from, state), to)| value(state) * (to - from))
        .sum()
}

fn first(path: &[(f64, State)], holds: impl Fn(&State) -> bool) -> Option<f64> {
    path.iter().find(|(_, state)| holds(state)).map(|(t, _)| *t)
}

#[test]
fn readings_of_a_path_are_exact_for_jumps_inside_steps() {
    const HORIZON: f64 = 2.3;
    let study = study(&scenario(
        HORIZON,
        0.5,
        json!({
            "phases": {"open": {"start": 0.5}, "shut": {"start": 0.5}},
            "indicators": {"x": {"start": {"normal": {"mean": 0, "sd": 1}}}, "y": {"start": 1, "range": [0, 5]}},
            "derived": {"both": "x * y"},
            "events": {
                "jolt": {"hazard": 3, "effects": [{"add": "x", "by": {"normal": {"mean": 0, "sd": 1}}}, {"add": "y", "by": "if(x > 0, 1, -1)"}]},
                "opens": {"hazard": "2 * y", "phases": ["shut"], "effects": [{"phase": "open"}]},
                "shuts": {"hazard": 1.5, "phases": ["open"], "effects": [{"phase": "shut"}, {"multiply": "x", "by": 0.5}]},
                "visit": {"at": {"uniform": ["2001-02-01", "2002-06-01"]}, "effects": [{"set": "y", "to": 4}]},
                "echo": {"when": "x * y > 4", "rest": 0.2, "effects": [{"set": "x", "to": "x - 0.5"}]},
            },
            "metrics": {
                "highest_x": "highest(x)", "lowest_x": "lowest(x)", "highest_both": "highest(both)", "lowest_sum": "lowest(x + y)",
                "mean_x": "average(x)", "mean_both": "average(both)", "years_open": "time_in(phase == open and x > 0)",
                "years_high": "time_in(both > 2)", "first_high": "first(x > 1.5)", "first_open": "first(phase == open)",
                "last_x": "final(x)", "jolts": "count(jolt)", "first_jolt": "first(jolt)", "ever_low": "if(ever(x < -1), 1, 0)",
            },
        }),
    ));
    let settings = settings(&study, 1024, 52);
    for trial in 0..300 {
        let story = storyline(&study, &settings, trial).unwrap_or_else(|error| panic!("{error}"));
        let path = path(&story);
        let values = |value: fn(&State) -> f64| path.iter().map(move |(_, s)| value(s));
        let highest = |value: fn(&State) -> f64| values(value).fold(f64::NEG_INFINITY, f64::max);
        let lowest = |value: fn(&State) -> f64| values(value).fold(f64::INFINITY, f64::min);
        let jolts: Vec<f64> = story
            .happenings
            .iter()
            .filter(|h| h.event == "jolt")
            .map(|h| h.time)
            .collect();
        let exact = [
            ("highest_x", Some(highest(|s| s.x))),
            ("lowest_x", Some(lowest(|s| s.x))),
            ("highest_both", Some(highest(|s| s.x * s.y))),
            ("lowest_sum", Some(lowest(|s| s.x + s.y))),
            ("mean_x", Some(integral(&path, HORIZON, |s| s.x) / HORIZON)),
            (
                "mean_both",
                Some(integral(&path, HORIZON, |s| s.x * s.y) / HORIZON),
            ),
            (
                "years_open",
                Some(integral(&path, HORIZON, |s| {
                    if s.open && s.x > 0.0 { 1.0 } else { 0.0 }
                })),
            ),
            (
                "years_high",
                Some(integral(&path, HORIZON, |s| {
                    if s.x * s.y > 2.0 { 1.0 } else { 0.0 }
                })),
            ),
            ("first_high", first(&path, |s| s.x > 1.5)),
            ("first_open", first(&path, |s| s.open)),
            ("last_x", Some(path[path.len() - 1].1.x)),
            ("jolts", Some(jolts.len() as f64)),
            ("first_jolt", jolts.first().copied()),
            (
                "ever_low",
                Some(if lowest(|s| s.x) < -1.0 { 1.0 } else { 0.0 }),
            ),
        ];
        for (name, exact) in exact {
            let found = story.metrics[name];
            let close = match (found, exact) {
                (Some(found), Some(exact)) => (found - exact).abs() < 1e-12,
                (found, exact) => found == exact,
            };
            assert!(
                close,
                "trial {trial}: {name} is {found:?}, {exact:?} by its story"
            );
        }
    }
}
