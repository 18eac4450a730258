//! Ways to state a judgement, from the file to the result: each against its exact mean or chance.

use crate::harness::{Agreement, metric, run, scenario, study};
use serde_json::{Value, json};

/// Means of metrics, each with its exact value.
fn means(name: &str, sections: Value, exact: &[(&str, f64)]) {
    let study = study(&scenario(1.0, 0.5, sections));
    let result = run(&study, 40_000, 11);
    let mut agreement = Agreement::default();
    for (key, wanted) in exact {
        let found = metric(&result, key);
        agreement.estimate(
            &format!("{name}, {key}"),
            found.mean.expect("a mean"),
            *wanted,
            found.std_error.expect("an error"),
        );
    }
    agreement.finish(exact.len());
}

#[test]
fn what_is_drawn_in_a_trial_follows_each_way_to_state_it() {
    let set = |at: &str, to: Value| json!({"at": at, "effects": [{"set": "x", "to": to}]});
    let one = |to: Value| {
        json!({
            "parameters": {"p": 0.3},
            "indicators": {"x": {"start": 0}},
            "events": {"draw": set("2001-03-01", to)},
            "metrics": {"mean": "x", "low": "if(x <= 1, 1, 0)"}
        })
    };
    means(
        "probabilities that are formulas",
        one(
            json!({"discrete": {"values": [1, "4 * p", 5], "probabilities": ["p", "1 - 2 * p", "p"]}}),
        ),
        &[("mean", 0.3 + 0.4 * 1.2 + 0.3 * 5.0), ("low", 0.3)],
    );
    means(
        "a point mass",
        one(json!({"point_mass": {"at": 0, "probability": "p"}, "else": {"uniform": [1, 3]}})),
        &[("mean", 0.7 * 2.0), ("low", 0.3)],
    );
    means(
        "a table",
        one(json!({"cumulative": [[0, 0], [1, 0.25], ["10 * p", 1]]})),
        &[("mean", 0.25 * 0.5 + 0.75 * 2.0), ("low", 0.25)],
    );
    means(
        "moved and stretched",
        one(json!({"shift": 1, "scale": "p", "of": {"poisson": {"rate": 2}}})),
        &[("mean", 1.6), ("low", libm::exp(-2.0))],
    );
    means(
        "a pool with formulas and a range",
        one(
            json!({"experts": [{"uniform": [0, 1]}, {"uniform": ["10 * p", 4]}], "range": [0.5, null]}),
        ),
        &[
            ("mean", (0.25 * 0.75 + 0.5 * 3.5) / 0.75),
            ("low", 1.0 / 3.0),
        ],
    );
    means(
        "five percentiles",
        one(json!({"p10": 0, "p25": 1, "p50": "2 + p", "p75": 4, "p90": 7})),
        &[("low", 0.25)],
    );
    means(
        "four percentiles, monotone, in a range",
        one(
            json!({"p5": 0.2, "p40": 1, "p50": 6, "p95": 7, "shape": "monotone", "range": [0, 10]}),
        ),
        &[("low", 0.4)],
    );
}

#[test]
fn parameters_and_dates_take_them_too() {
    let uniform = |from: f64, to: f64| 0.5 * (from + to);
    means(
        "parameters and dates",
        json!({
            "parameters": {
                "odd": {"p10": 1, "p30": 2, "p80": 3, "range": [0, 5]},
                "mass": {"point_mass": {"at": 10, "probability": 0.2}, "else": {"uniform": [0, 4]}},
                "moved": {"shift": 2, "of": {"cumulative": [[0, 0], [1, 1]]}}
            },
            "events": {"dated": {"at": {"shift": "2001-04-02", "of": {"point_mass": {"at": 0, "probability": 0.5}, "else": "73.05 days"}}}},
            "metrics": {
                "below": "if(odd < 2, 1, 0)", "mass_mean": "mass", "moved_mean": "moved",
                "early": "if(first(dated) < 0.3, 1, 0)", "late": "if(first(dated) > 0.44, 1, 0)"
            }
        }),
        &[
            ("below", 0.3),
            ("mass_mean", 0.2 * 10.0 + 0.8 * uniform(0.0, 4.0)),
            ("moved_mean", uniform(2.0, 3.0)),
            ("early", 0.5),
            ("late", 0.5),
        ],
    );
}
