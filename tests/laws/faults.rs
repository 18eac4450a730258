//! What cannot go on is told: values that are not finite are counted and named, events that fire
//! without end are an error.

use crate::harness::{Agreement, event, outcome, scenario, settings, study, try_run};
use quincunx::analysis::storyline;
use quincunx::engine::{EngineError, Silent};
use serde_json::{Value, json};

/// An event that breaks its trial with this probability, or only marks it.
pub fn fragile(probability: f64, breaks: bool) -> Value {
    let to = if breaks { "1 / zero" } else { "1 + zero" };
    scenario(
        1.0,
        0.25,
        json!({
            "indicators": {"x": {"start": 0}, "zero": {"start": 0}},
            "events": {
                "breaks": {"at": "2001-03-15", "probability": probability, "effects": [{"set": "x", "to": to}]},
                "strike": {"hazard": 1, "effects": []},
            },
            "outcomes": [{"name": "whole", "when": "x < 2"}],
            "metrics": {"x_at_end": "x"},
        }),
    )
}

#[test]
fn a_few_trials_that_break_are_counted_and_leave_every_other_number() {
    // 102,400 trials, 0.0005 of which break: 51 expected, at most 102 allowed.
    let (broken, sound) = (
        study(&fragile(0.0005, true)),
        study(&fragile(0.0005, false)),
    );
    let result = try_run(&broken, 102_400, 72).unwrap_or_else(|error| panic!("{error}"));
    let marked = try_run(&sound, 102_400, 72).unwrap_or_else(|error| panic!("{error}"));
    let n = result.run.trials;
    let expected = (event(&marked, "breaks").probability * n as f64).round() as u64;
    assert!(expected > 20, "{expected} trials were to break");
    assert_eq!(result.run.non_finite, expected);
    assert_eq!(result.run.effective_trials, (n - expected) as f64);
    let mut agreement = Agreement::default();
    agreement.close(
        "unclassified",
        outcome(&result, "unclassified").probability,
        expected as f64 / n as f64,
        1e-15,
    );
    agreement.close(
        "whole",
        outcome(&result, "whole").probability,
        1.0 - expected as f64 / n as f64,
        1e-15,
    );
    let last = &result.indicators[0];
    agreement.close(
        "x stays 0 where it is",
        last.mean[last.mean.len() - 1],
        0.0,
        0.0,
    );
    agreement.close(
        "the breaking event left with its trial",
        event(&result, "breaks").probability,
        0.0,
        0.0,
    );
    agreement.share(
        "others go on",
        event(&result, "strike").probability,
        -libm::expm1(-1.0),
        n,
    );
    agreement.finish(5);
    let told = result
        .warnings
        .iter()
        .find(|w| w.code == "non-finite")
        .expect("a warning");
    assert_eq!(n, 102_400);
    assert!(
        told.message
            .starts_with(&format!("{expected} of 102,400 trials")),
        "{}",
        told.message
    );
}

#[test]
fn more_than_one_in_a_thousand_fails_the_run_and_names_the_formula_and_a_trial() {
    let study = study(&fragile(0.01, true));
    let settings = settings(&study, 20_480, 73);
    let error = study
        .run(&settings, &Silent)
        .expect_err("1% of the trials break");
    let EngineError::NonFinite {
        stopped,
        trials,
        trial,
        path,
        ..
    } = &error
    else {
        panic!("{error}")
    };
    assert!((100..320).contains(stopped) && *trials == 20_480, "{error}");
    assert!(path.starts_with("/events/breaks/effects/0"), "{path}");
    let trial = trial.expect("a number");
    let replayed =
        storyline(&study, &settings, trial).expect_err("the trial that is named did break");
    assert!(
        matches!(&replayed, EngineError::NonFinite { path: again, .. } if again == path),
        "{replayed}"
    );
    if trial > 0 {
        assert!(
            storyline(&study, &settings, trial - 1).is_ok(),
            "and it was the first"
        );
    }
}

#[test]
fn every_place_that_computes_is_named_when_it_breaks() {
    let whole = |sections: Value| {
        let mut all = scenario(
            1.0,
            0.25,
            json!({
                "indicators": {"x": {"start": 0}},
                "events": {"breaks": {"at": "2001-03-15", "effects": [{"set": "x", "to": -1}]}},
            }),
        );
        for (key, value) in sections.as_object().expect("sections") {
            match all[key].as_object_mut() {
                Some(section) => section.extend(value.as_object().expect("a section").clone()),
                None => all[key] = value.clone(),
            }
        }
        all
    };
    for (path, sections) in [
        (
            "/events/risk/hazard",
            json!({"events": {"risk": {"hazard": "sqrt(x)", "effects": []}}}),
        ),
        (
            "/events/risk/if",
            json!({"events": {"risk": {"hazard": 1, "if": "sqrt(x) > 1", "effects": []}}}),
        ),
        (
            "/events/risk/when",
            json!({"events": {"risk": {"when": "sqrt(x) > 2", "effects": []}}}),
        ),
        (
            "/indicators/y/drift",
            json!({"indicators": {"y": {"start": 0, "drift": "1 / (x + 1)"}}}),
        ),
        (
            "/indicators/y/volatility",
            json!({"indicators": {"y": {"start": 0, "volatility": "sqrt(x)"}}}),
        ),
        ("/metrics/m", json!({"metrics": {"m": "highest(sqrt(x))"}})),
        ("/metrics/m", json!({"metrics": {"m": "sqrt(x)"}})),
        (
            "/outcomes/0/when",
            json!({"outcomes": [{"name": "o", "when": "sqrt(x) > 1"}]}),
        ),
        ("/derived/d", json!({"derived": {"d": "sqrt(x)"}})),
        (
            "/questions/q/ever",
            json!({"questions": {"q": {"ever": "sqrt(x) > 1", "by": "2001-12-01"}}}),
        ),
        (
            "/questions/q/holds",
            json!({"questions": {"q": {"holds": "sqrt(x) > 1", "at": "2001-11-03"}}}),
        ),
    ] {
        let error = try_run(&study(&whole(sections)), 1024, 74).expect_err(path);
        let EngineError::NonFinite {
            stopped,
            path: named,
            ..
        } = &error
        else {
            panic!("{error}")
        };
        assert_eq!((*stopped, named.as_str()), (1024, path));
    }
}

#[test]
fn triggers_that_set_one_another_off_are_an_error_that_names_them() {
    let whole = scenario(
        1.0,
        0.5,
        json!({
            "indicators": {"x": {"start": 0}},
            "events": {
                "bystander": {"hazard": 3, "effects": []},
                "ping": {"when": "x == 1", "effects": [{"set": "x", "to": 2}]},
                "pong": {"when": "x == 2", "effects": [{"set": "x", "to": 1}]},
                "serve": {"at": "2001-03-15", "effects": [{"set": "x", "to": 1}]},
            },
        }),
    );
    let error = try_run(&study(&whole), 1024, 75).expect_err("they never stop");
    let EngineError::Runaway {
        events,
        trial,
        time,
    } = &error
    else {
        panic!("{error}")
    };
    let named = |name: &str| events.iter().any(|event| event == name);
    assert!(
        named("ping") && named("pong") && !named("bystander"),
        "{events:?}"
    );
    assert_eq!((*trial, *time), (Some(0), 73.0 / 365.25));
}

/// One trial a draw: four blocks of sixteen trials are played together, of which a run may want the
/// first alone.
#[test]
fn a_trial_that_a_run_does_not_want_cannot_fail_it() {
    let whole = scenario(
        1.0,
        0.5,
        json!({
            "indicators": {"x": {"start": 0}},
            "events": {
                "ping": {"when": "x == 1", "effects": [{"set": "x", "to": 2}]},
                "pong": {"when": "x == 2", "effects": [{"set": "x", "to": 1}]},
                "serve": {"at": "2001-03-15", "probability": 0.04, "effects": [{"set": "x", "to": 1}]},
            },
        }),
    );
    let study = study(&whole);
    let first_failure = |trials: u64, seed: u64| {
        let settings = settings(&study, trials, seed)
            .trials_per_draw(1)
            .blocks(trials / 16);
        match study.run(&settings, &Silent) {
            Ok(_) => None,
            Err(EngineError::Runaway { trial, .. }) => trial,
            Err(error) => panic!("{error}"),
        }
    };
    let mut seen = [false; 2];
    for seed in 0..40 {
        let Some(trial) = first_failure(64, seed) else {
            continue;
        };
        for trials in [16, 32, 48] {
            let expected = (trial < trials).then_some(trial);
            assert_eq!(first_failure(trials, seed), expected, "seed {seed}");
        }
        seen[usize::from(trial >= 16)] = true;
    }
    assert_eq!(seen, [true; 2]);
}

#[test]
fn a_number_that_parameters_move_out_of_its_bounds_is_told_and_not_taken_for_zero() {
    let hazard = |hazard: Value| json!({"strike": {"hazard": hazard, "effects": []}});
    // Nearly all draws are out of bounds: what never makes sense is refused before a run.
    for (value, sections, path) in [
        (
            [-1.0, 0.001],
            json!({"events": {"strike": {"hazard": 1, "rest": "a", "effects": []}}}),
            "/events/strike/rest",
        ),
        (
            [-0.1, 0.0001],
            json!({"events": hazard(json!({"chance": "a", "within": 1}))}),
            "/events/strike/hazard/chance",
        ),
        (
            [0.9999, 1.1],
            json!({"events": hazard(json!({"chance": "a", "within": 1}))}),
            "/events/strike/hazard/chance",
        ),
        (
            [-1.0, 0.0001],
            json!({"events": hazard(json!({"chance": 0.5, "within": "a"}))}),
            "/events/strike/hazard/within",
        ),
        (
            [0.999, 1.5],
            json!({"phases": {"war": {"start": "a"}, "truce": {"start": "1 - a"}}}),
            "/phases/war/start",
        ),
    ] {
        let mut whole = scenario(1.0, 0.25, json!({"parameters": {"a": {"uniform": value}}}));
        let sections = sections.as_object().expect("sections are an object");
        crate::harness::merge(whole.as_object_mut().expect("an object"), sections);
        match try_run(&study(&whole), 1024, 3) {
            Err(EngineError::NonFinite { path: told, .. }) => {
                // Both probabilities of a start are out of bounds; either may be told.
                let told = told.replace("truce", "war");
                assert_eq!(told, path, "{value:?}");
            }
            other => panic!("{path} = {value:?}: {other:?}"),
        }
    }
}

#[test]
fn which_times_are_reported_does_not_decide_which_trials_are_stopped() {
    // A derived value that breaks for a few days somewhere in the year.
    let whole = |times: Value| {
        scenario(
            1.0,
            1.0 / 12.0,
            json!({
                "run": {"times": times},
                "indicators": {"x": {"start": 0}},
                "derived": {"d": "1 / (x - 1)"},
                "events": {
                    "breaks": {"hazard": 0.002, "effects": [{"set": "x", "to": 1}]},
                    "mends": {"hazard": 200, "if": "x == 1", "effects": [{"set": "x", "to": 2}]},
                },
            }),
        )
    };
    let stopped = |times: Value| {
        let result = try_run(&study(&whole(times)), 102_400, 1);
        result.map_or_else(|error| panic!("{error}"), |r| r.run.non_finite)
    };
    let all = stopped(json!([0, 0.25, 0.5, 0.75, 1]));
    assert!(all > 0);
    assert_eq!(stopped(json!([1])), all);
    assert_eq!(stopped(json!([0])), all);
}

/// A scenario with two events that need not come, and one metric.
fn with_metric(formula: &str) -> Value {
    scenario(
        1.0,
        0.25,
        json!({
            "events": {
                "first_knock": {"hazard": 1, "effects": []},
                "second_knock": {"hazard": 1, "effects": []},
            },
            "outcomes": [{"name": "any", "when": "true"}],
            "metrics": {"m": formula},
        }),
    )
}

#[test]
fn a_metric_waits_for_what_never_came_but_a_division_by_zero_is_a_fault() {
    let waiting = study(&with_metric("first(second_knock) - first(first_knock)"));
    let result = try_run(&waiting, 10_240, 5).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(result.run.non_finite, 0);
    let both = (1.0 - libm::exp(-1.0)) * (1.0 - libm::exp(-1.0));
    let mut agreement = Agreement::default();
    agreement.share("both came", result.metrics[0].defined, both, 10_240);
    agreement.finish(1);

    let broken = study(&with_metric("1 / count(first_knock)"));
    let Err(EngineError::NonFinite { path, stopped, .. }) = try_run(&broken, 10_240, 5) else {
        panic!("a metric that divides by zero was taken for one without a value");
    };
    assert_eq!(path, "/metrics/m");
    assert!(stopped > 3_000, "{stopped} of 10,240 trials");
}

#[test]
fn a_rate_without_bound_is_an_error_that_names_the_event() {
    let boom = study(&scenario(
        1.0,
        0.25,
        json!({
            "events": {
                "boom": {"hazard": "1e9", "effects": []},
                "calm": {"hazard": 1, "effects": []},
            },
            "outcomes": [{"name": "any", "when": "true"}],
        }),
    ));
    let error = try_run(&boom, 1024, 6).expect_err("it cannot end");
    let EngineError::Explosion { event, trial, .. } = &error else {
        panic!("{error}")
    };
    assert_eq!((event.as_str(), *trial), ("boom", Some(0)));
}
