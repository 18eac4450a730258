//! What scenarios are compiled to, read off the printed program.

use quincunx::analysis::Study;
use serde_json::{Value, json};

/// The listing of a scenario with these sections.
fn listing(sections: Value) -> String {
    let mut whole = json!({
        "format": 2, "name": "one", "start": "2026-01-01", "horizon": "1 year", "step": "3 months",
        "phases": {"war": {"start": true}, "truce": {}},
        "outcomes": [{"name": "quiet", "when": "phase == truce"}, {"name": "other", "when": "true"}],
    });
    let whole_keys = whole.as_object_mut().expect("an object");
    for (key, value) in sections.as_object().expect("an object") {
        whole_keys.insert(key.clone(), value.clone());
    }
    let study = Study::from_text(&whole.to_string(), "one.json").expect("valid");
    study.program.listing(&study.model).to_string()
}

#[track_caller]
fn has(text: &str, lines: &[&str]) {
    assert!(text.contains(&lines.join("\n")), "{text}");
}

#[test]
fn an_event_with_its_effects_and_what_it_makes_stale() {
    let text = listing(json!({
        "indicators": {"front": {"start": 10, "range": [0, 100]}},
        "events": {"deal": {
            "hazard": "0.5 + 0.01 * front", "phases": ["war"], "if": "front > 5", "limit": 2,
            "effects": [{"add": "front", "by": "-2 * front"}, {"phase": "truce"}],
        }},
    }));
    has(
        &text,
        &[
            "event deal hazard 0.5 + 0.01 * front at site event/deal/clock, steady",
            "  in phases war",
            "  if 5 < front",
            "  limit 2",
            "  front += -2 * front",
            "  phase = truce",
            "  then hazards deal",
        ],
    );
}

#[test]
fn a_formula_of_parameters_is_computed_once_per_batch() {
    let text = listing(json!({
        "parameters": {"pull": {"uniform": [0.1, 0.2]}},
        "indicators": {"front": {"start": 1, "drift": "exp(2 * pull) - front", "volatility": 0.3}},
    }));
    has(
        &text,
        &[
            "parameter pull drawn at site parameter/pull",
            "once per batch",
        ],
    );
    has(&text, &["  volatility 0.3"]);
    assert!(text.contains(" = exp(%"), "{text}");
    // The drift itself reads what the batch computed.
    let drift = text.lines().find(|line| line.contains("drift"));
    let drift = drift.expect("a drift");
    assert!(
        drift.ends_with(" - front") && !drift.contains("exp"),
        "{drift}"
    );
}

#[test]
fn what_a_state_decides_is_computed_when_it_moves() {
    let text = listing(json!({
        "states": {"aid": {"values": {"given": {"start": 1}, "stopped": {}}}},
        "indicators": {"front": {"start": 1, "drift": {"by": "aid", "given": 1, "stopped": 2}}},
        "derived": {"far": "2 * front"},
        "events": {"stop": {"hazard": 1, "effects": [{"move": "aid", "to": "stopped"}]}},
    }));
    has(&text, &["after a move of aid\n  %"]);
    has(&text, &["derived far = 2 * front, at each grid point"]);
}

#[test]
fn constants_are_folded() {
    let text = listing(json!({"metrics": {"three": "1 + 2 * min(1, 4)"}}));
    has(&text, &["metric three = 3\n"]);
}

#[test]
fn without_a_model_things_have_numbers() {
    let whole = json!({
        "format": 2, "name": "one", "start": "2026-01-01", "horizon": "1 year", "step": "3 months",
        "indicators": {"front": {"start": 10, "drift": "-front"}},
        "outcomes": [{"name": "other", "when": "true"}],
    });
    let study = Study::from_text(&whole.to_string(), "one.json").expect("valid");
    let text = study.program.to_string();
    has(&text, &["indicator indicator[0]", "  start 10"]);
    assert!(text.contains("drift -indicator[0]"), "{text}");
}
