//! First passage of a diffusion over a level, looked at on the grid only: exact for that rule.
//!
//! Seeds 121 to 127, |z| < 4 with binomial standard errors.

use crate::harness::{Agreement, case, metric, number, oracle, outcome, scenario, simulate};
use serde_json::{Value, json};

const TRIALS: u64 = 20_480;

fn passage(
    agreement: &mut Agreement,
    oracle: &Value,
    id: &str,
    drift: impl Fn(&dyn Fn(&str) -> f64) -> String,
    seed: u64,
) {
    let case = case(oracle, id);
    let p = |name: &str| number(&case["params"][name]);
    let reached = if p("b") > p("x0") {
        format!("x >= {}", p("b"))
    } else {
        format!("x <= {}", p("b"))
    };
    for (seed, (steps, share)) in (seed..).zip(
        case["discrete_monitoring_n_equal_steps"]
            .as_object()
            .expect("by steps"),
    ) {
        let steps_taken: f64 = steps.parse().expect("a count");
        let sections = json!({
            "indicators": {"x": {"start": p("x0"), "drift": drift(&p), "volatility": p("sigma")}},
            "outcomes": [{"name": "crossed", "when": format!("ever({reached})")}],
            "metrics": {"first_passage": format!("first({reached})")},
        });
        let result = simulate(
            &scenario(p("T"), p("T") / steps_taken, sections),
            TRIALS,
            seed,
        );
        let crossed = outcome(&result, "crossed").probability;
        agreement.share(
            &format!("{id} in {steps} steps"),
            crossed,
            number(share),
            result.run.trials,
        );
        agreement.close(
            &format!("{id}: trials with a first passage"),
            metric(&result, "first_passage").defined,
            crossed,
            0.0,
        );
    }
}

#[test]
fn crossings_are_seen_on_the_grid_and_nowhere_else() {
    let oracle = oracle("analytic/first-passage.json");
    let mut agreement = Agreement::default();
    let constant = |p: &dyn Fn(&str) -> f64| p("mu").to_string();
    passage(&mut agreement, &oracle, "bm-passage-1", constant, 121);
    passage(&mut agreement, &oracle, "bm-passage-3", constant, 124);
    let reverting = |p: &dyn Fn(&str) -> f64| format!("{} * ({} - x)", p("theta"), p("mu"));
    passage(&mut agreement, &oracle, "ou-em-passage-1", reverting, 126);
    agreement.finish(14);
}
