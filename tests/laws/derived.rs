//! A derived value is its formula: a file that writes the formula out at every place gives the same
//! futures, to the bit, whatever the clock does in between.

use crate::harness::{rows, scenario, settings, study};
use serde_json::{Value, json};

/// A crowded scenario in which `pull` and `push` stand for what is read: `pull` changes with the
/// clock and with what firings move, `push` with firings alone.
fn crowded(pull: &str, push: &str, sections: &Value) -> Value {
    let mut whole = scenario(
        2.0,
        1.0 / 12.0,
        json!({
            "indicators": {"x": {"start": 1}, "y": {"start": 0}, "seen": {"start": 0}},
            "events": {
                // Evaluates the clock in its firing, and moves what the others read.
                "hit": {
                    "hazard": {"rate": 12, "per": "year"},
                    "branches": {
                        "hard": {"probability": "if(since(hit.hard) < 0.1, 0.2, 0.7)", "effects": [{"add": "x", "by": 0.3}]},
                        "soft": {"effects": [{"add": "x", "by": -0.2}]},
                    },
                },
                // Its hazard reads both.
                "go": {
                    "hazard": format!("1 + 0.5 * max({pull}, 0) + 0.3 * max({push}, 0)"),
                    "effects": [{"add": "y", "by": 1}],
                },
                // Reads neither, and not the clock.
                "pass": {"hazard": {"rate": 6, "per": "year"}, "effects": [{"add": "y", "by": 0.25}]},
                // Its effect reads what the clock moves, at its own instant.
                "look": {
                    "hazard": {"rate": 3, "per": "year"},
                    "effects": [{"add": "seen", "by": pull}, {"add": "x", "by": 0.1}, {"add": "seen", "by": pull}],
                },
            },
            "metrics": {
                "last_y": "final(y)", "last_seen": "final(seen)",
                "mean_push": format!("average({push})"), "firings": "count(go)",
            },
        }),
    );
    for (key, value) in sections.as_object().expect("sections") {
        whole[key] = value.clone();
    }
    whole
}

#[test]
fn a_derived_value_and_its_formula_give_the_same_futures() {
    let pull = "x * (1 + t) + count(look)";
    let push = "x * x + count(hit)";
    let bracketed = |formula: &str| format!("({formula})");
    // A metric over the path looks at what it reads at every firing.
    for watched in [false, true] {
        let of = |pull: &str, push: &str, sections: Value| {
            let mut whole = crowded(pull, push, &sections);
            if watched {
                whole["metrics"]["top"] = json!(format!("highest({pull})"));
            }
            let study = study(&whole);
            rows(&study, &settings(&study, 2048, 11)).1
        };
        let sections = json!({"derived": {"pull": {"value": pull}, "push": {"value": push}}});
        let derived = of("pull", "push", sections);
        let written = of(&bracketed(pull), &bracketed(push), json!({}));
        let mut metrics = vec!["last_y", "last_seen", "mean_push", "firings"];
        metrics.extend(watched.then_some("top"));
        for metric in metrics {
            let bits = |rows: &[f64]| -> Vec<u64> { rows.iter().map(|x| x.to_bits()).collect() };
            let (one, other) = (bits(derived.metric(metric)), bits(written.metric(metric)));
            let differ = one.iter().zip(&other).filter(|(a, b)| a != b).count();
            assert_eq!(
                differ, 0,
                "trials that differ in {metric}, watched: {watched}"
            );
        }
        assert!(derived.metric("last_seen").iter().any(|seen| *seen > 1.0));
    }
}
