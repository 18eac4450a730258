//! Rare events: birth-death chains that reach a high level before the horizon, by plain trials.
//! `splitting.rs` has them by `run --rare`.
//!
//! Down to 1e-3 the share is compared with |z| < 4. At about 1e-6 hardly a trial hits, and what
//! must be right is the interval: it has a positive width and covers (with 20,480 trials all five
//! cases miss it less than once in 10 runs even if 98% is all that it keeps). Seeds 131 to 137.

use crate::harness::{Agreement, case, number, oracle, outcome, scenario, simulate};
use serde_json::{Value, json};

const TRIALS: u64 = 20_480;

/// Up and down hazards as formulas of `x`.
fn chain(case: &Value) -> (String, String) {
    let p = |name: &str| number(&case["params"][name]);
    let model = case["model"].as_str().expect("a model");
    if model.starts_with("immigration") {
        (p("alpha").to_string(), format!("{} * x", p("mu")))
    } else if model.starts_with("arrivals") {
        (
            p("arrival").to_string(),
            format!("if(x > 0, {}, 0)", p("service")),
        )
    } else if model.starts_with("linear") {
        (format!("{} * x", p("birth")), format!("{} * x", p("death")))
    } else {
        (
            format!("if(x < 6, {}, 0)", p("up")),
            format!("if(x > 0 and x < 6, {}, 0)", p("down")),
        )
    }
}

pub fn whole(case: &Value, step: f64) -> Value {
    let (up, down) = chain(case);
    let sections = json!({
        "indicators": {"x": {"start": case["x0"]}},
        "events": {
            "up": {"hazard": up, "effects": [{"add": "x", "by": 1}]},
            "down": {"hazard": down, "effects": [{"add": "x", "by": -1}]},
        },
        "outcomes": [{"name": "reached", "when": format!("ever(x >= {})", case["level"])}],
    });
    scenario(number(&case["T"]), step, sections)
}

fn result(case: &Value, seed: u64) -> quincunx::results::RunResult {
    simulate(&whole(case, 1.0), TRIALS, seed)
}

#[test]
fn probabilities_down_to_a_thousandth_are_hit() {
    let oracle = oracle("analytic/rare-events.json");
    let mut agreement = Agreement::default();
    for (seed, id) in [
        (131, "immigration-death-L14"),
        (132, "mm1-L8"),
        (133, "birth-death-linear-L10"),
    ] {
        let case = case(&oracle, id);
        let result = result(case, seed);
        agreement.share(
            id,
            outcome(&result, "reached").probability,
            number(&case["probability"]),
            result.run.trials,
        );
    }
    agreement.finish(3);
}

#[test]
fn the_interval_of_an_event_of_one_in_a_million_covers_it() {
    let oracle = oracle("analytic/rare-events.json");
    let mut agreement = Agreement::default();
    for (seed, id) in [
        (134, "immigration-death-L22"),
        (135, "mm1-L22"),
        (136, "birth-death-linear-L20"),
        (137, "ladder-6"),
    ] {
        let case = case(&oracle, id);
        let found = result(case, seed);
        let [low, high] = outcome(&found, "reached").ci95;
        let exact = number(&case["probability"]);
        agreement.holds(
            &format!("{id}: {exact} lies in [{low}, {high}]"),
            low <= exact && exact <= high && low < high,
        );
        // Three in the number of trials bounds what was never seen, at 95%.
        agreement.holds(
            &format!("{id}: {high} is no looser than it must be"),
            high < 12.0 / found.run.trials as f64,
        );
    }
    agreement.finish(8);
}
