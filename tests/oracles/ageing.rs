//! Hazards that change with age against their closed forms: each family, re-entry, proportional
//! factors, renewals, ages since an entry, and factors that move with the grid.
//!
//! The clocks are exact, so any step must do. Seeds 91 to 98; shares of n trials are compared with
//! their binomial standard errors, |z| < 4.

use crate::harness::{Agreement, event, metric, rows, run, scenario, settings, study};
use quincunx::results::RunResult;
use serde_json::{Value, json};

const TRIALS: u64 = 20_480;

fn found(horizon: f64, step: f64, sections: Value, seed: u64) -> RunResult {
    run(&study(&scenario(horizon, step, sections)), TRIALS, seed)
}

/// No firing by each reported time, against the exact chance.
fn survive(result: &RunResult, name: &str, exact: impl Fn(f64) -> f64, agreement: &mut Agreement) {
    for (k, time) in result.times.iter().enumerate() {
        let seen = event(result, name).cumulative_incidence[k];
        agreement.share(
            &format!("{name} by {time}"),
            seen,
            1.0 - exact(*time),
            TRIALS,
        );
    }
}

#[test]
fn each_family_has_its_survival_function() {
    let families = [
        (
            "early",
            json!({"weibull": {"shape": 0.6, "scale": "18 months"}}),
        ),
        (
            "late",
            json!({"weibull": {"shape": "2 * one_and_a_half", "scale": 1.2}}),
        ),
        ("grows", json!({"gompertz": {"rate": 0.3, "growth": 0.9}})),
        ("fades", json!({"gompertz": {"rate": 1.5, "growth": -2}})),
        ("even", json!({"gompertz": {"rate": 0.7, "growth": 0}})),
        (
            "humped",
            json!({"log_logistic": {"shape": 2.5, "scale": 0.8}}),
        ),
        (
            "stepped",
            json!({"steps": [[0, 0.2], ["6 months", 2], [1, 0], [1.5, 0.8]]}),
        ),
    ];
    let events: serde_json::Map<String, Value> = (families.iter())
        .map(|(name, form)| {
            let event = json!({"hazard": {"ageing": form, "since": "start"}, "limit": 1});
            ((*name).to_owned(), event)
        })
        .collect();
    let sections = json!({"parameters": {"one_and_a_half": 1.5}, "events": events});
    let found = found(2.0, 0.25, sections, 91);
    let mut agreement = Agreement::default();
    let mut check = |name: &str, integral: &dyn Fn(f64) -> f64| {
        survive(&found, name, |t| libm::exp(-integral(t)), &mut agreement);
    };
    check("early", &|t| libm::pow(t / 1.5, 0.6));
    check("late", &|t| libm::pow(t / 1.2, 3.0));
    check("grows", &|t| 0.3 / 0.9 * libm::expm1(0.9 * t));
    check("fades", &|t| 1.5 / 2.0 * -libm::expm1(-2.0 * t));
    check("even", &|t| 0.7 * t);
    check("humped", &|t| libm::log1p(libm::pow(t / 0.8, 2.5)));
    check("stepped", &|t| {
        let grown = |from: f64, to: f64| (t.min(to) - from).max(0.0);
        0.2 * grown(0.0, 0.5) + 2.0 * grown(0.5, 1.0) + 0.8 * grown(1.5, 2.0)
    });
    agreement.finish(63);
}

/// In the phase until 0.3, out of it until 0.7, in it again: the age begins anew. A factor that
/// jumps acts on what the hazard grows by.
#[test]
fn re_entry_begins_anew_and_factors_are_proportional() {
    for step in [2.0, 0.23] {
        let found = found(
            2.0,
            step,
            json!({
                "phases": {"inside": {"start": true}, "out": {}},
                "indicators": {"pace": {"start": 1}},
                "events": {
                    "leaves": {"at": 0.3, "effects": [{"phase": "out"}]},
                    "returns": {"at": 0.7, "effects": [{"phase": "inside"}]},
                    "quickens": {"at": 1.1, "effects": [{"set": "pace", "to": 2}]},
                    "stay": {"hazard": {"ageing": {"gompertz": {"rate": 0.5, "growth": 1}}, "since": "phase"}, "phases": ["inside"], "limit": 1},
                    "all": {
                        "hazard": {"ageing": {"weibull": {"shape": 2, "scale": 1.5}}, "since": "start",
                            "times": {"factor": "pace", "phase": {"out": 0.2}, "indicator": {"pace": {"ratio": 3, "at": 1, "per": 1}}}},
                        "limit": 1,
                    },
                },
                "metrics": {"stayed": "first(stay)"},
            }),
            92,
        );
        let mut agreement = Agreement::default();
        let gompertz = |age: f64| 0.5 * libm::expm1(age.max(0.0));
        let stay = |t: f64| gompertz(t.min(0.3)) + gompertz(t - 0.7);
        survive(&found, "stay", |t| libm::exp(-stay(t)), &mut agreement);
        let weibull = |t: f64| (t / 1.5) * (t / 1.5);
        let grown = |t: f64, from: f64, to: f64| (weibull(t.min(to)) - weibull(from)).max(0.0);
        let all = |t: f64| {
            grown(t, 0.0, 0.3) + 0.2 * grown(t, 0.3, 0.7) + grown(t, 0.7, 1.1)
                // Twice as fast, and three times by the ratio.
                + 6.0 * grown(t, 1.1, 2.0)
        };
        survive(&found, "all", |t| libm::exp(-all(t)), &mut agreement);
        agreement.finish(4);
    }
}

/// Ages since the last move of a state, and since the last entry into a value, a phase or a trend,
/// which go on when that is left; what began before the start is as old as `history` says.
#[test]
fn ages_since_an_entry_begin_anew_with_the_next_one_alone() {
    let gompertz = json!({"gompertz": {"rate": 0.5, "growth": 1}});
    let ages = |since: Value| json!({"hazard": {"ageing": gompertz, "since": since}, "limit": 1});
    for step in [2.0, 0.23] {
        let found = found(
            2.0,
            step,
            json!({
                "phases": {"inside": {"start": true}, "out": {}},
                "trends": {"up": {"weight": 1}, "down": {"weight": 0}},
                "states": {"front": {"values": {"moving": {"start": true}, "static": {}}}},
                "history": {"front": "6 months", "phase": "3 months"},
                "events": {
                    "leaves": {"at": 0.3, "effects": [{"phase": "out"}, {"trend": "down"}, {"move": "front", "to": "static"}]},
                    "returns": {"at": 0.7, "effects": [{"phase": "inside"}, {"trend": "up"}, {"move": "front", "to": "moving"}]},
                    "stays": {"at": 1.1, "effects": [{"phase": "inside"}, {"move": "front", "to": "moving"}]},
                    "of_state": ages(json!({"state": "front"})),
                    "of_value": ages(json!({"state": "front", "value": "moving"})),
                    "of_later": ages(json!({"state": "front", "value": "static"})),
                    "of_phase": ages(json!({"phase": "inside"})),
                    "of_trend": ages(json!({"trend": "up"})),
                },
                "metrics": {"first_of_all": "first(of_state)"},
            }),
            97,
        );
        let mut agreement = Agreement::default();
        let h = |from: f64, to: f64| 0.5 * (libm::exp(to) - libm::exp(from.min(to)));
        // From `before` up to 0.7, then anew.
        let entered = |t: f64, before: f64| match t < 0.7 {
            true => h(before, before + t),
            false => h(before, before + 0.7) + h(0.0, t - 0.7),
        };
        let of_state = |t: f64| match t {
            t if t < 0.3 => h(0.5, 0.5 + t),
            t if t < 0.7 => h(0.5, 0.8) + h(0.0, t - 0.3),
            t => h(0.5, 0.8) + h(0.0, 0.4) + h(0.0, t - 0.7),
        };
        let of_later = |t: f64| h(0.0, (t - 0.3).max(0.0));
        survive(
            &found,
            "of_state",
            |t| libm::exp(-of_state(t)),
            &mut agreement,
        );
        survive(
            &found,
            "of_value",
            |t| libm::exp(-entered(t, 0.5)),
            &mut agreement,
        );
        survive(
            &found,
            "of_later",
            |t| libm::exp(-of_later(t)),
            &mut agreement,
        );
        survive(
            &found,
            "of_phase",
            |t| libm::exp(-entered(t, 0.25)),
            &mut agreement,
        );
        survive(
            &found,
            "of_trend",
            |t| libm::exp(-entered(t, 0.0)),
            &mut agreement,
        );
        agreement.finish(5);
    }
}

/// Weibull sojourns in a value that is entered again and again: each is as long as the first.
#[test]
fn a_sojourn_in_a_value_is_weibull_each_time() {
    let found = found(
        12.0,
        12.0,
        json!({
            "states": {"front": {"values": {"moving": {"start": true}, "static": {}}}},
            "events": {
                "stops": {"hazard": {"ageing": {"weibull": {"shape": 1.7, "scale": 1}}, "since": {"state": "front", "value": "moving"}},
                    "in": {"front": ["moving"]}, "effects": [{"move": "front", "to": "static"}]},
                "goes_on": {"after": "stops", "wait": 0.3, "effects": [{"move": "front", "to": "moving"}]},
            },
            "metrics": {"second": "first(stops, after: goes_on) - first(goes_on)"},
            "questions": {
                "first_long": {"holds": "first(stops) > 0.8"},
                "second_long": {"holds": "first(stops, after: goes_on) - first(goes_on) > 0.8"},
            },
        }),
        98,
    );
    let mut agreement = Agreement::default();
    let exact = libm::exp(-libm::pow(0.8, 1.7));
    for name in ["first_long", "second_long"] {
        let asked = found.questions.iter().find(|q| q.name == name);
        let share = asked.expect("a question").probability;
        agreement.share(name, share, exact, TRIALS);
    }
    let mean = libm::tgamma(1.0 + 1.0 / 1.7);
    let told = metric(&found, "second");
    agreement.estimate(
        "second sojourn",
        told.mean.expect("a mean"),
        mean,
        told.std_error.expect("an error"),
    );
    agreement.finish(3);
}

/// An event that ages since its own last firing, the first of which a date brings about: Weibull
/// renewals. Chances of one and of two by a convolution.
#[test]
fn what_ages_since_it_last_happened_renews_itself() {
    let found = found(
        1.5,
        0.5,
        json!({
            "events": {
                "begins": {"at": 0.0},
                "first": {"hazard": {"ageing": {"weibull": {"shape": 3, "scale": 0.6}}, "since": {"event": "begins"}}, "limit": 1},
                "again": {"hazard": {"ageing": {"weibull": {"shape": 3, "scale": 0.6}}, "since": {"event": "first"}}, "limit": 1},
                "itself": {"hazard": {"ageing": {"weibull": {"shape": 3, "scale": 0.6}}, "since": {"event": "either"}}},
                "either": {"when": "count(begins) + count(itself) > count(either)"},
                "never": {"hazard": {"ageing": {"weibull": {"shape": 3, "scale": 0.6}}, "since": {"event": "never"}}},
            },
            "metrics": {"twice": "if(count(itself) >= 2, 1, 0)", "apart": "first(again) - first(first)"},
        }),
        93,
    );
    let distribution = |t: f64| -libm::expm1(-libm::pow(t.max(0.0) / 0.6, 3.0));
    let both = |t: f64| {
        let steps = 2000;
        let h = t / f64::from(steps);
        let piece = |k: i32| {
            let (a, b) = (h * f64::from(k), h * f64::from(k + 1));
            (distribution(b) - distribution(a)) * distribution(t - 0.5 * (a + b))
        };
        (0..steps).map(piece).sum::<f64>()
    };
    let mut agreement = Agreement::default();
    for (k, time) in found.times.iter().enumerate() {
        let share = |name: &str| event(&found, name).cumulative_incidence[k];
        agreement.share("first", share("first"), distribution(*time), TRIALS);
        agreement.share("again", share("again"), both(*time), TRIALS);
        agreement.share("itself", share("itself"), distribution(*time), TRIALS);
    }
    let twice = metric(&found, "twice").mean.expect("a mean");
    agreement.share("twice", twice, both(1.5), TRIALS);
    assert_eq!(event(&found, "never").probability, 0.0);
    agreement.finish(10);
}

/// What moves the factor within a step is frozen there, as in every hazard: the factor of each step
/// times the growth of the baseline.
#[test]
fn a_factor_that_moves_is_that_of_the_steps_start() {
    let step = 0.25;
    let found = found(
        1.5,
        step,
        json!({
            "indicators": {"x": {"start": 0.2, "drift": 1}},
            "events": {"e": {"hazard": {"ageing": {"weibull": {"shape": 1.7, "scale": 0.7}}, "since": "start", "times": {"factor": "x"}}, "limit": 1}},
        }),
        94,
    );
    let baseline = |t: f64| libm::pow(t / 0.7, 1.7);
    let integral = |t: f64| {
        (0..6)
            .map(|k| f64::from(k) * step)
            .filter(|from| *from < t)
            .map(|from| (0.2 + from) * (baseline(t.min(from + step)) - baseline(from)))
            .sum::<f64>()
    };
    let mut agreement = Agreement::default();
    survive(&found, "e", |t| libm::exp(-integral(t)), &mut agreement);
    agreement.finish(7);
}

/// The instants themselves, trial by trial, whatever the step, and whatever else happens in
/// between.
#[test]
fn instants_do_not_depend_on_the_step_or_on_what_is_unrelated() {
    let times = |step: f64, noise: f64| {
        let study = study(&scenario(
            2.0,
            step,
            json!({
                "events": {
                    "e": {"hazard": {"ageing": {"weibull": {"shape": 1.3, "scale": 1}}, "since": "start", "times": {"factor": 1.4}}},
                    "noise": {"hazard": noise},
                },
            }),
        ));
        rows(&study, &settings(&study, 512, 95))
            .1
            .first_time("e")
            .to_vec()
    };
    let all = times(2.0, 0.0);
    assert!(all.iter().filter(|t| **t < 2.0).count() > 300);
    for (step, noise) in [(0.31, 0.0), (0.01, 0.0), (2.0, 9.0), (0.07, 9.0)] {
        assert_eq!(times(step, noise), all, "step {step}, noise {noise}");
    }
}
