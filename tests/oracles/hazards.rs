//! Hazards that name the time keep the value of the step's start: survival and competing causes
//! under exactly that rule.
//!
//! Exact values are the `left` columns, so no allowance for the grid is made. Seeds 81 to 89, |z| <
//! 4 with binomial standard errors.

use crate::harness::{
    Agreement, case, event, number, oracle, phase, scenario, simulate, time_index,
};
use serde_json::{Value, json};

const TRIALS: u64 = 20_480;

fn weibull(p: &Value) -> String {
    let (k, s) = (number(&p["shape"]), number(&p["scale"]));
    format!("{k} / {s} * (t / {s})^({k} - 1)")
}

fn gompertz(p: &Value) -> String {
    format!("{} * exp({} * t)", number(&p["a"]), number(&p["b"]))
}

/// `1/12` is a month.
fn step(text: &str) -> f64 {
    match text.split_once('/') {
        Some((above, below)) => {
            above.parse::<f64>().expect("a number") / below.parse::<f64>().expect("a number")
        }
        None => text.parse().expect("a number"),
    }
}

#[test]
fn survival_is_that_of_hazards_held_at_the_start_of_each_step() {
    let oracle = oracle("analytic/hazards-time-varying.json");
    let mut agreement = Agreement::default();
    let mut seed = 80;
    for (id, formula) in [
        ("weibull-1", weibull as fn(&Value) -> String),
        ("gompertz-3", gompertz),
    ] {
        let case = case(&oracle, id);
        for (h, columns) in case["survival_piecewise_constant"]
            .as_object()
            .expect("by step")
        {
            seed += 1;
            let sections = json!({"events": {"death": {"hazard": formula(&case["params"]), "limit": 1, "effects": []}}});
            let result = simulate(
                &scenario(number(&case["T"]), step(h), sections),
                TRIALS,
                seed,
            );
            let survived = 1.0 - event(&result, "death").probability;
            agreement.share(
                &format!("{id} by steps of {h}"),
                survived,
                number(&columns["left"]),
                result.run.trials,
            );
        }
    }
    agreement.finish(5);
}

#[test]
fn competing_hazards_of_different_shapes_share_the_first_events() {
    let oracle = oracle("analytic/hazards-time-varying.json");
    let case = case(&oracle, "competing-3-hazards-left-grid");
    let hazards = &case["hazards"];
    let mut agreement = Agreement::default();
    for (seed, (h, by_time)) in (88..).zip(case["h"].as_object().expect("by step")) {
        let to = |phase: &str, hazard: Value| json!({"hazard": hazard, "phases": ["none"], "effects": [{"phase": phase}]});
        let sections = json!({
            "phases": {"none": {"start": true}, "weibull": {}, "gompertz": {}, "constant": {}},
            "events": {
                "wears_out": to("weibull", weibull(&hazards["weibull"]).into()),
                "ages": to("gompertz", gompertz(&hazards["gompertz"]).into()),
                "is_hit": to("constant", json!({"rate": hazards["constant"], "per": "year"})),
            },
            "run": {"times": [2, 10, 20]},
        });
        let result = simulate(&scenario(20.0, step(h), sections), TRIALS, seed);
        for (time, shares) in by_time.as_object().expect("by time") {
            let at = time_index(&result, time.parse().expect("a time"));
            for (name, share) in shares.as_object().expect("by cause") {
                let what = format!("{name} by {time} in steps of {h}");
                agreement.share(
                    &what,
                    phase(&result, name).occupancy[at],
                    number(share),
                    result.run.trials,
                );
            }
        }
    }
    agreement.finish(24);
}
