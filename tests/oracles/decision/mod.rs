//! Published multi-state decision models (HIV: Chancellor 1997; Sick-Sicker: DARTH), as chains in
//! continuous time.
//!
//! The published matrices are of one-year cycles and embed in no continuous-time chain. Two
//! readings are exact: the twin takes the exit rates as a generator; the step embedding allows one
//! jump a step, and gives the published occupancies themselves. Seeds 71 to 76.

use crate::harness::{Agreement, numbers, oracle, phase, scenario, simulate, time_index};
use serde_json::{Map, Value, json};

const TRIALS: u64 = 20_480;

fn states(oracle: &Value) -> Vec<String> {
    oracle["states"]
        .as_array()
        .expect("states")
        .iter()
        .map(|s| s.as_str().expect("a name").to_string())
        .collect()
}

/// Phases with the first as start.
fn phases(states: &[String]) -> Value {
    let phases: Map<String, Value> = states
        .iter()
        .enumerate()
        .map(|(i, s)| {
            (
                s.clone(),
                if i == 0 {
                    json!({"start": true})
                } else {
                    json!({})
                },
            )
        })
        .collect();
    phases.into()
}

/// One event for each pair of states, with the hazard that `formula` gives for it; none where it
/// gives nothing.
fn events(states: &[String], formula: impl Fn(usize, usize) -> Option<String>) -> Value {
    let mut events = Map::new();
    for (i, from) in states.iter().enumerate() {
        for (j, to) in states.iter().enumerate() {
            if let Some(formula) = formula(i, j).filter(|_| i != j) {
                let event =
                    json!({"hazard": formula, "phases": [from], "effects": [{"phase": to}]});
                events.insert(format!("{from}_to_{to}"), event);
            }
        }
    }
    events.into()
}

/// Occupancies by time, as a map from the time's text to one share a state.
fn compare(
    agreement: &mut Agreement,
    what: &str,
    whole: &Value,
    states: &[String],
    occupancy: &[(f64, Vec<f64>)],
    seed: u64,
) {
    let result = simulate(whole, TRIALS, seed);
    for (time, shares) in occupancy {
        let at = time_index(&result, *time);
        for (state, share) in states.iter().zip(shares) {
            agreement.share(
                &format!("{what} {state} at {time}"),
                phase(&result, state).occupancy[at],
                *share,
                result.run.trials,
            );
        }
    }
}

fn by_time(table: &Value) -> Vec<(f64, Vec<f64>)> {
    let table = table.as_object().expect("by time");
    table
        .iter()
        .map(|(time, shares)| (time.parse().expect("a time"), numbers(shares)))
        .collect()
}

#[test]
fn the_twin_of_the_hiv_model_has_its_occupancies_with_rates_that_change_after_two_years() {
    let oracle = oracle("decision/hiv-chancellor-1997.json");
    let states = states(&oracle);
    let mut agreement = Agreement::default();
    for (seed, treatment) in [(71, "mono"), (72, "comb")] {
        let twin = &oracle["continuous_time_twin"][treatment];
        let generators = twin["generators"].as_array().expect("generators");
        let rate = |g: &Value, i: usize, j: usize| numbers(&g["Q"][i])[j];
        let events = events(&states, |i, j| match generators.as_slice() {
            [only] => Some(rate(only, i, j))
                .filter(|q| *q > 0.0)
                .map(|q| q.to_string()),
            [early, late] => {
                let years = early["years"].as_f64().expect("years");
                Some(rate(late, i, j))
                    .filter(|q| *q > 0.0)
                    .map(|q| format!("if(t < {years}, {}, {q})", rate(early, i, j)))
            }
            _ => panic!("one or two generators"),
        });
        let whole = scenario(
            20.0,
            1.0,
            json!({"phases": phases(&states), "events": events}),
        );
        compare(
            &mut agreement,
            treatment,
            &whole,
            &states,
            &by_time(&twin["occupancy"]),
            seed,
        );
    }
    agreement.finish(48);
}

#[test]
fn one_jump_a_step_gives_the_published_occupancies_of_the_hiv_model() {
    let oracle = oracle("decision/hiv-chancellor-1997.json");
    let states = states(&oracle);
    let embedding = &oracle["step_embedding"];
    let mut agreement = Agreement::default();
    for (seed, treatment, early, late) in [
        (73, "mono", "mono_all_cycles", "mono_all_cycles"),
        (74, "comb", "comb_cycles_1_2", "comb_cycles_3_on"),
    ] {
        let rate = |cycles: &str, i: usize, j: usize| {
            let row = &embedding[cycles][i];
            row["exit_hazard"].as_f64().expect("a hazard") * numbers(&row["destination"])[j]
        };
        // A phase that was entered within the step has a `time_in_phase` of 0 until the next: it is
        // locked. Only the first phase is there at t = 0.
        let events = events(&states, |i, j| {
            let open = if i == 0 {
                "time_in_phase > 0 or t == 0"
            } else {
                "time_in_phase > 0"
            };
            let hazard = format!(
                "if({open}, if(t < 2, {}, {}), 0)",
                rate(early, i, j),
                rate(late, i, j)
            );
            (rate(late, i, j) > 0.0).then_some(hazard)
        });
        let whole = scenario(
            20.0,
            1.0,
            json!({"phases": phases(&states), "events": events}),
        );
        let trace = oracle["computed_trace"][treatment]
            .as_array()
            .expect("a trace");
        let occupancy: Vec<(f64, Vec<f64>)> = trace
            .iter()
            .enumerate()
            .map(|(t, shares)| (t as f64, numbers(shares)))
            .collect();
        compare(&mut agreement, treatment, &whole, &states, &occupancy, seed);
    }
    agreement.finish(168);
}

#[test]
fn the_twin_of_the_sick_sicker_model_has_its_occupancies() {
    let oracle = oracle("decision/sick-sicker-constant.json");
    let states = states(&oracle);
    let mut agreement = Agreement::default();
    for (seed, strategy) in [(75, "Standard of care"), (76, "Strategy B")] {
        let twin = &oracle["continuous_time_twin"][strategy];
        let generator = &twin["generator_per_year"];
        let events = events(&states, |i, j| {
            Some(numbers(&generator[i])[j])
                .filter(|q| *q > 0.0)
                .map(|q| q.to_string())
        });
        let sections = json!({"phases": phases(&states), "events": events, "run": {"times": [1, 5, 10, 20, 40, 75]}});
        compare(
            &mut agreement,
            strategy,
            &scenario(75.0, 1.0, sections),
            &states,
            &by_time(&twin["occupancy"]),
            seed,
        );
    }
    agreement.finish(48);
}
