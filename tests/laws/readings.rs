//! What metrics, outcomes and questions read of a path at instants, within windows, after other
//! events, and summed over time.

use crate::harness::{
    Agreement, faults, metric, question, rows, scenario, settings, simulate, study,
};
use quincunx::analysis::Study;
use serde_json::{Value, json};

/// Days after 1 January 2001, in years.
fn day(n: u32) -> f64 {
    f64::from(n) / 365.25
}

/// Up and down by hazards; each firing names its instant for metrics.
fn two_states(a: f64, b: f64, sections: Value) -> Value {
    let mut whole = scenario(
        2.0,
        1.0 / 3.0,
        json!({
            "phases": {"up": {"start": true}, "down": {}},
            "events": {
                "falls": {"hazard": a, "phases": ["up"], "effects": [{"phase": "down"}]},
                "rises": {"hazard": b, "phases": ["down"], "effects": [{"phase": "up"}]},
            },
        }),
    );
    for (key, value) in sections.as_object().expect("sections") {
        whole[key] = value.clone();
    }
    whole
}

#[test]
fn a_two_state_chain_has_its_closed_forms_at_instants_and_in_totals() {
    let (a, b, rate, horizon) = (1.3_f64, 2.1_f64, 0.2_f64, 2.0_f64);
    let whole = two_states(
        a,
        b,
        json!({
            "parameters": {"r": rate},
            "metrics": {
                "in_step": "at(if(phase == up, 1, 0), 6 months)",
                "on_grid": "at(if(phase == up, 1, 0), 1 year)",
                "at_end": "at(if(phase == up, 1, 0), 2 years)",
                "worth": "total(if(phase == up, 1, 0), discount: r)",
                "share_up": "share(phase == up)",
                "up_by_then": "at(time_in(phase == up), 6 months)",
                "worth_by_then": "at(total(if(phase == up, 1, 0), discount: 0.2), 6 months)",
            },
            "outcomes": [{"name": "up_on_that_day", "when": "at(phase == up, 6 months)"}],
            "questions": {"up_then": {"holds": "at(phase == up, 2001-07-01) and phase == up", "at": "2002-01-01"}},
        }),
    );
    let result = simulate(&whole, 20_480, 301);
    let (up, s) = (b / (a + b), a + b);
    let p = |t: f64| up + (1.0 - up) * libm::exp(-s * t);
    let total = |r: f64, t: f64| {
        let flow = |k: f64| {
            if k == 0.0 {
                t
            } else {
                (1.0 - libm::exp(-k * t)) / k
            }
        };
        up * flow(r) + (1.0 - up) * flow(r + s)
    };
    let (t1, t2) = (day(181), day(365));
    // Up at one instant and, from there, at another.
    let both = p(t1) * p(t2 - t1);
    let mut agreement = Agreement::default();
    for (name, exact) in [
        ("in_step", p(0.5)),
        ("on_grid", p(1.0)),
        ("at_end", p(2.0)),
        ("worth", total(rate, horizon)),
        ("share_up", total(0.0, horizon) / horizon),
        ("up_by_then", total(0.0, 0.5)),
        ("worth_by_then", total(rate, 0.5)),
    ] {
        let found = metric(&result, name);
        let mean = found.mean.expect("a mean");
        agreement.estimate(name, mean, exact, found.std_error.expect("an error"));
    }
    agreement.share(
        "question",
        question(&result, "up_then").probability,
        both,
        20_480,
    );
    let outcome = crate::harness::outcome(&result, "up_on_that_day");
    agreement.share("outcome", outcome.probability, p(0.5), 20_480);
    agreement.finish(9);
}

#[test]
fn firings_within_windows_are_poisson_and_add_up_to_all() {
    let whole = scenario(
        2.0,
        0.5,
        json!({
            "events": {
                "e": {"hazard": 3, "effects": []},
                "daily": {"at": "2001-03-15", "effects": []},
            },
            "metrics": {
                "before": "count(e, to: 2001-03-31)",
                "within": "count(e, from: 2001-04-01, to: 2001-12-31)",
                "later": "count(e, from: 2002-01-01)",
                "everything": "count(e)",
                "squared": "within ^ 2",
                "day_of": "count(daily, from: 2001-03-15, to: 2001-03-15)",
                "day_before": "count(daily, to: 2001-03-14)",
                "day_after": "count(daily, from: 2001-03-16)",
                "by_its_instant": "count(daily, to: 73 days)",
                "of_what_has_been": "at(count(e, from: 2001-04-01), 2001-06-30)",
            },
        }),
    );
    let study = study(&whole);
    let (result, rows) = rows(&study, &settings(&study, 20_480, 302));
    let mut agreement = Agreement::default();
    let lambda = 3.0 * (day(365) - day(90));
    let by_then = 3.0 * (day(180) - day(90));
    for (name, exact) in [
        ("before", 3.0 * day(90)),
        ("within", lambda),
        ("squared", lambda + lambda * lambda),
        ("later", 3.0 * (2.0 - day(365))),
        ("of_what_has_been", by_then),
    ] {
        let found = metric(&result, name);
        let error = found.std_error.expect("an error");
        agreement.estimate(name, found.mean.expect("a mean"), exact, error);
    }
    for i in 0..rows.len() {
        let value = |name: &str| rows.metric(name)[i];
        let sum = value("before") + value("within") + value("later");
        assert_eq!(sum, value("everything"), "trial {i}");
        assert_eq!(value("day_of"), 1.0);
        assert_eq!(value("by_its_instant"), 1.0);
        assert_eq!(value("day_before") + value("day_after"), 0.0);
    }
    agreement.finish(5);
}

#[test]
fn the_first_firing_after_another_event_waits_as_long_as_its_hazard_says() {
    let whole = scenario(
        30.0,
        1.0,
        json!({
            "events": {
                "alarm": {"hazard": 1.5, "effects": []},
                "strike": {"hazard": 2.5, "effects": []},
                "never": {"hazard": 0, "effects": []},
                "echo": {"when": "count(strike) > 0", "effects": []},
            },
            "metrics": {
                "answered": "first(strike, after: alarm)",
                "delay": "first(strike, after: alarm) - first(alarm)",
                "second": "first(strike, after: strike)",
                "nothing": "first(strike, after: never)",
                "at_once": "first(echo, after: strike) - first(strike)",
                "known": "at(first(strike), 1 year)",
            },
        }),
    );
    let result = simulate(&whole, 20_480, 303);
    let mut agreement = Agreement::default();
    for (name, exact) in [
        ("answered", 1.0 / 1.5 + 1.0 / 2.5),
        ("delay", 1.0 / 2.5),
        ("second", 2.0 / 2.5),
        // The mean of an exponential time that is below 1.
        ("known", 0.4 - 1.0 / (libm::exp(2.5_f64) - 1.0)),
    ] {
        let found = metric(&result, name);
        let error = found.std_error.expect("an error");
        agreement.estimate(name, found.mean.expect("a mean"), exact, error);
    }
    agreement.holds("nothing", metric(&result, "nothing").mean.is_none());
    let at_once = metric(&result, "at_once").mean;
    agreement.holds(
        "what it sets off is later, at the same instant",
        at_once == Some(0.0),
    );
    agreement.finish(6);
}

#[test]
fn a_drift_is_seen_at_the_grid_point_before_an_instant() {
    let whole = scenario(
        1.0,
        0.25,
        json!({
            "indicators": {"x": {"start": 8, "drift": "-x"}},
            "metrics": {
                "on_grid": "at(x, 6 months)",
                "between": "at(x, 7 months)",
                "with_clock": "at(x + t, 7 months)",
                "sum": "total(x)",
                "worth": "total(x, discount: 0.1)",
            },
        }),
    );
    let result = simulate(&whole, 64, 304);
    let x: Vec<f64> = (0..4)
        .map(|k| 8.0 * libm::pow(0.75, f64::from(k)))
        .collect();
    let weight = |k: i32| {
        let at = |t: f64| libm::exp(-0.1 * t) / 0.1;
        at(0.25 * f64::from(k)) - at(0.25 * f64::from(k + 1))
    };
    let worth: f64 = (0..4).map(|k| x[k as usize] * weight(k)).sum();
    let mut agreement = Agreement::default();
    for (name, exact) in [
        ("on_grid", x[2]),
        ("between", x[2]),
        ("with_clock", x[2] + 7.0 / 12.0),
        ("sum", 0.25 * x.iter().sum::<f64>()),
        ("worth", worth),
    ] {
        let mean = metric(&result, name).mean.expect("a mean");
        agreement.close(name, mean, exact, 1e-12);
    }
    agreement.finish(5);
}

#[test]
fn a_diffusion_has_the_mean_of_its_equation_at_an_instant() {
    // Ornstein and Uhlenbeck by days: mean x0 exp(-t), and within 0.2% of it by Euler's steps.
    let whole = scenario(
        1.0,
        1.0 / 365.25,
        json!({
            "indicators": {"x": {"start": 3, "drift": "-x", "volatility": 0.5}},
            "metrics": {"mean": "at(x, 2001-07-01)", "squared": "at(x ^ 2, 2001-07-01)"},
        }),
    );
    let result = simulate(&whole, 20_480, 305);
    let decay = libm::pow(1.0 - 1.0 / 365.25, 181.0);
    let variance =
        0.25 / 365.25 * (1.0 - decay * decay) / (1.0 - libm::pow(1.0 - 1.0 / 365.25, 2.0));
    let mut agreement = Agreement::default();
    for (name, exact) in [
        ("mean", 3.0 * decay),
        ("squared", 9.0 * decay * decay + variance),
    ] {
        let found = metric(&result, name);
        let error = found.std_error.expect("an error");
        agreement.estimate(name, found.mean.expect("a mean"), exact, error);
    }
    agreement.close("its limit", 3.0 * decay, 3.0 * libm::exp(-day(181)), 2e-3);
    agreement.finish(3);
}

#[test]
fn a_question_at_an_instant_cannot_look_beyond_it() {
    let fault = |asks: Value| {
        let whole = two_states(1.0, 1.0, json!({"questions": {"q": asks}}));
        match Study::from_text(&whole.to_string(), "case.json") {
            Ok(_) => String::new(),
            Err(report) => faults(&report),
        }
    };
    let later = fault(json!({"holds": "at(phase == up, 18 months)", "at": "2002-01-01"}));
    assert!(later.contains("[date-out-of-range]"), "{later}");
    let before = fault(json!({"holds": "at(phase == up, 6 months)", "at": "2002-01-01"}));
    assert_eq!(before, "");
}
