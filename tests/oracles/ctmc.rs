//! Markov chains in continuous time: competing exits, and the same chain under five switching
//! trends.
//!
//! Jumps alone are simulated without discretisation error, so any step must do. Seeds 61 to 64; a
//! share of n trials is compared with its binomial standard error, |z| < 4 (one in 16,000 for each
//! number).

use crate::harness::{
    Agreement, case, event, metric, number, numbers, oracle, phase, scenario, series, simulate,
    time_index, trend,
};
use quincunx::results::RunResult;
use serde_json::{Map, Value, json};

const TRIALS: u64 = 20_480;

/// One hazard in the four ways of stating it, in turn.
fn stated(rate: f64, way: usize) -> Value {
    match way % 4 {
        0 => json!({"rate": rate, "per": "year"}),
        1 => json!({"mean_wait": 1.0 / rate}),
        2 => json!({"chance": -libm::expm1(-rate * 2.0), "within": "2 years"}),
        _ => json!(rate),
    }
}

fn names(value: &Value) -> Vec<&str> {
    value
        .as_array()
        .expect("a list")
        .iter()
        .map(|v| v.as_str().expect("a name"))
        .collect()
}

/// Phases of which the first is the start; events `FROM_to_TO` for each rate.
fn chain(
    states: &[&str],
    start: &str,
    rates: &Value,
    hazard: impl Fn(f64, usize, &Value) -> Value,
) -> (Value, Map<String, Value>) {
    let phases: Map<String, Value> = (states.iter())
        .map(|s| {
            (
                s.to_string(),
                if *s == start {
                    json!({"start": true})
                } else {
                    json!({})
                },
            )
        })
        .collect();
    let mut events = Map::new();
    for (i, rate) in rates.as_array().expect("rates").iter().enumerate() {
        let (from, to) = (
            rate["from"].as_str().expect("from"),
            rate["to"].as_str().expect("to"),
        );
        let event = json!({"hazard": hazard(number(&rate["rate"]), i, rate), "phases": [from], "effects": [{"phase": to}]});
        events.insert(format!("{from}_to_{to}"), event);
    }
    // Watches without touching anything.
    events.insert(
        "first_conflict".into(),
        json!({"when": "phase == conflict", "limit": 1, "effects": []}),
    );
    (phases.into(), events)
}

fn compare_shares(
    agreement: &mut Agreement,
    what: &str,
    result: &RunResult,
    names: &[&str],
    exact: &Value,
    of: fn(&RunResult, &str, usize) -> f64,
) {
    for (time, shares) in exact.as_object().expect("by time") {
        let at = time_index(result, time.parse().expect("a time"));
        for (name, share) in names.iter().zip(numbers(shares)) {
            agreement.share(
                &format!("{what} {name} at {time}"),
                of(result, name, at),
                share,
                result.run.trials,
            );
        }
    }
}

fn phase_share(result: &RunResult, name: &str, at: usize) -> f64 {
    phase(result, name).occupancy[at]
}

fn trend_share(result: &RunResult, name: &str, at: usize) -> f64 {
    trend(result, name).occupancy[at]
}

fn competing(step: f64, times: &[f64], seed: u64, absorbing_is_final: bool) -> RunResult {
    let oracle = oracle("analytic/ctmc-competing-6.json");
    let states = names(&oracle["states"]);
    let (mut phases, events) = chain(
        &states,
        "calm",
        &oracle["rates_per_unit_time"],
        |rate, i, _| stated(rate, i),
    );
    if absorbing_is_final {
        for state in names(&oracle["absorbing"]) {
            phases[state] = json!({"final": true});
        }
    }
    simulate(
        &scenario(
            50.0,
            step,
            json!({"phases": phases, "events": events, "run": {"times": times}}),
        ),
        TRIALS,
        seed,
    )
}

#[test]
fn competing_exits_fill_the_phases_as_the_generator_says_on_a_fine_grid() {
    let oracle = oracle("analytic/ctmc-competing-6.json");
    let states = names(&oracle["states"]);
    let occupancy = &case(&oracle, "competing-6-calm")["occupancy"];
    let ever = &case(&oracle, "competing-6-ever-conflict")["probability"];
    let mut agreement = Agreement::default();
    let result = competing(
        0.25,
        &[0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0],
        61,
        false,
    );
    compare_shares(
        &mut agreement,
        "phase",
        &result,
        &states,
        occupancy,
        phase_share,
    );
    let first = event(&result, "first_conflict");
    for (time, share) in ever.as_object().expect("by time") {
        let at = time_index(&result, time.parse().expect("a time"));
        agreement.share(
            &format!("ever in conflict by {time}"),
            first.cumulative_incidence[at],
            number(share),
            result.run.trials,
        );
    }
    agreement.finish(56);
}

#[test]
fn competing_exits_do_not_depend_on_the_step_nor_on_declaring_absorbing_phases_final() {
    let oracle = oracle("analytic/ctmc-competing-6.json");
    let states = names(&oracle["states"]);
    let mut exact = case(&oracle, "competing-6-calm")["occupancy"].clone();
    exact
        .as_object_mut()
        .expect("by time")
        .retain(|time, _| time.parse::<f64>().expect("a time") >= 10.0);
    let mut agreement = Agreement::default();
    for (seed, is_final) in [(62, false), (63, true)] {
        let result = competing(10.0, &[10.0, 20.0, 50.0], seed, is_final);
        compare_shares(
            &mut agreement,
            &format!("final {is_final}:"),
            &result,
            &states,
            &exact,
            phase_share,
        );
    }
    agreement.finish(36);
}

#[test]
fn switching_trends_and_phases_fill_the_product_chain() {
    let oracle = oracle("analytic/ctmc-switching-30.json");
    let (states, regimes) = (names(&oracle["states"]), names(&oracle["regimes"]));
    let multipliers = &oracle["multipliers"];
    let (phases, events) = chain(&states, "calm", &oracle["base_rates"], |rate, _, entry| {
        let kind = entry["multiplier"].as_str().expect("a kind");
        json!({"rate": rate, "per": "year", "times": {"trend": multipliers[kind]}})
    });
    let trends: Map<String, Value> = regimes
        .iter()
        .map(|r| {
            (
                r.to_string(),
                json!({"weight": if *r == "normal" { 1 } else { 0 }}),
            )
        })
        .collect();
    let mut shifts = Map::new();
    for (i, rate) in oracle["regime_rates"]
        .as_array()
        .expect("rates")
        .iter()
        .enumerate()
    {
        let from = rate["from"].as_str().expect("from");
        let to = rate["to"].as_str().expect("to");
        shifts.entry(from).or_insert_with(|| json!({}))[to] = stated(number(&rate["rate"]), i);
    }
    let mut derived = Map::new();
    for regime in &regimes {
        for state in &states {
            derived.insert(
                format!("{regime}_{state}"),
                format!("if(trend == {regime} and phase == {state}, 1, 0)").into(),
            );
        }
    }
    let metrics: Map<String, Value> = regimes
        .iter()
        .map(|r| {
            (
                format!("years_of_{r}"),
                format!("time_in(trend == {r})").into(),
            )
        })
        .collect();
    let whole = |horizon: f64, times: &[f64]| {
        let sections = json!({
            "phases": phases, "trends": trends, "shifts": shifts, "events": events, "derived": derived, "metrics": metrics,
            "run": {"times": times},
        });
        scenario(horizon, 0.5, sections)
    };
    let times = [0.5, 1.0, 2.0, 5.0, 10.0, 20.0];
    let result = simulate(&whole(20.0, &times), TRIALS, 64);
    let n = result.run.trials;
    let exact = case(&oracle, "switch-normal-calm");
    let mut agreement = Agreement::default();
    compare_shares(
        &mut agreement,
        "phase",
        &result,
        &states,
        &exact["state_occupancy"],
        phase_share,
    );
    compare_shares(
        &mut agreement,
        "trend",
        &result,
        &regimes,
        &exact["regime_occupancy"],
        trend_share,
    );
    for (time, table) in exact["joint_regime_by_state"].as_object().expect("by time") {
        let at = time_index(&result, time.parse().expect("a time"));
        for (regime, row) in regimes.iter().zip(table.as_array().expect("rows")) {
            for (state, share) in states.iter().zip(numbers(row)) {
                let name = format!("{regime}_{state}");
                agreement.share(
                    &format!("{name} at {time}"),
                    series(&result, &name).mean[at],
                    share,
                    n,
                );
            }
        }
    }
    let ever = &case(&oracle, "switch-ever-conflict")["probability"];
    for (time, share) in ever.as_object().expect("by time") {
        let at = time_index(&result, time.parse().expect("a time"));
        agreement.share(
            &format!("ever in conflict by {time}"),
            event(&result, "first_conflict").cumulative_incidence[at],
            number(share),
            n,
        );
    }
    let expected = &case(&oracle, "switch-regime-occupation-time")["expected_time"];
    for (time, years) in expected.as_object().expect("by time") {
        let horizon = time.parse().expect("a time");
        let shorter = simulate(&whole(horizon, &[horizon]), TRIALS, 64);
        for (regime, exact) in regimes.iter().zip(numbers(years)) {
            let found = metric(&shorter, &format!("years_of_{regime}"));
            let (mean, error) = (
                found.mean.expect("a mean"),
                found.std_error.expect("an error"),
            );
            agreement.estimate(&format!("years of {regime} by {time}"), mean, exact, error);
        }
    }
    agreement.finish(6 * 41 + 4 + 15);
}
