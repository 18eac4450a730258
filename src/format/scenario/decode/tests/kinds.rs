//! Values of the wrong kind, or in the wrong place: each gives its code at its place.

use super::faults;
use serde_json::json;

#[test]
fn values_of_the_wrong_kind_say_what_was_expected() {
    for (key, value, code, pointer) in [
        ("format", json!(3), "unsupported-format", "/format"),
        ("format", json!("1"), "unsupported-format", "/format"),
        ("name", json!(3), "wrong-type", "/name"),
        ("start", json!("2026-02-30"), "invalid-date", "/start"),
        ("start", json!(2026), "wrong-type", "/start"),
        ("step", json!("7 dayz"), "invalid-duration", "/step"),
        ("step", json!("2 * x"), "invalid-duration", "/step"),
        ("trends", json!([]), "wrong-type", "/trends"),
        ("outcomes", json!({}), "wrong-type", "/outcomes"),
        (
            "trends",
            json!({"t": {"weight": "2 * q"}}),
            "formula-not-allowed",
            "/trends/t/weight",
        ),
        (
            "parameters",
            json!({"p": {"experts": [{"weight": "q", "uniform": [0, 1]}]}}),
            "formula-not-allowed",
            "/parameters/p/experts/0/weight",
        ),
        (
            "parameters",
            json!({"p": {"pert": [1, 2]}}),
            "wrong-type",
            "/parameters/p/pert",
        ),
        (
            "parameters",
            json!({"p": {"p5": 1, "p95": 2}}),
            "invalid-percentiles",
            "/parameters/p",
        ),
        (
            "parameters",
            json!({"p": {"p5": 1, "p05": 2, "p95": 3}}),
            "invalid-percentiles",
            "/parameters/p",
        ),
        (
            "parameters",
            json!({"p": {"p5": 1, "p50": 2, "p95": 3, "shape": "monoton"}}),
            "wrong-type",
            "/parameters/p/shape",
        ),
        (
            "parameters",
            json!({"p": {"uniform": [1, 2], "shape": "monotone"}}),
            "conflicting-keys",
            "/parameters/p/shape",
        ),
        (
            "parameters",
            json!({"p": {"cumulative": [[0, 0], [1, 0.5]]}}),
            "value-out-of-range",
            "/parameters/p/cumulative",
        ),
        (
            "parameters",
            json!({"p": {"cumulative": [[0, 0], [1, 0.5], [2, 0.4], [3, 1]]}}),
            "value-out-of-range",
            "/parameters/p/cumulative/2/1",
        ),
        (
            "parameters",
            json!({"p": {"cumulative": [[0, 0], [2, 0.5], [1, 1]]}}),
            "value-out-of-range",
            "/parameters/p/cumulative/2/0",
        ),
        (
            "parameters",
            json!({"p": {"cumulative": [0, 1]}}),
            "wrong-type",
            "/parameters/p/cumulative/0",
        ),
        (
            "parameters",
            json!({"p": {"point_mass": {"at": 0, "probability": 0.3}}}),
            "missing-key",
            "/parameters/p",
        ),
        (
            "parameters",
            json!({"p": {"point_mass": {"at": 0, "probability": 30}, "else": 1}}),
            "value-out-of-range",
            "/parameters/p/point_mass/probability",
        ),
        (
            "parameters",
            json!({"p": {"of": {"uniform": [0, 1]}}}),
            "missing-key",
            "/parameters/p",
        ),
        (
            "parameters",
            json!({"p": {"of": {"uniform": [0, 1]}, "scale": -2}}),
            "value-out-of-range",
            "/parameters/p/scale",
        ),
        (
            "parameters",
            json!({"p": {"uniform": [0, 1], "else": 2}}),
            "conflicting-keys",
            "/parameters/p/else",
        ),
        (
            "parameters",
            json!({"p": {"normal": {"p5": 1}}}),
            "invalid-percentiles",
            "/parameters/p/normal",
        ),
        (
            "parameters",
            json!({"p": {}}),
            "missing-key",
            "/parameters/p",
        ),
        (
            "parameters",
            json!({"p": {"normal": {"mean": 1}}}),
            "missing-key",
            "/parameters/p/normal",
        ),
        (
            "parameters",
            json!({"p": {"uniform": [0, 1], "p50": 1}}),
            "conflicting-keys",
            "/parameters/p/uniform",
        ),
        (
            "parameters",
            json!({"p": {"value": 1, "range": [0, 1]}}),
            "conflicting-keys",
            "/parameters/p/range",
        ),
        (
            "parameters",
            json!({"p": {"uniform": [0, 1], "lambda": 1}}),
            "conflicting-keys",
            "/parameters/p/lambda",
        ),
        (
            "parameters",
            json!({"p": {"value": 1, "source": "x"}}),
            "unknown-source",
            "/parameters/p/source",
        ),
        ("events", json!({"e": {}}), "missing-key", "/events/e"),
        (
            "events",
            json!({"e": {"hazard": 1, "when": "x"}}),
            "conflicting-keys",
            "/events/e/when",
        ),
        (
            "events",
            json!({"e": {"hazard": {"chance": 0.1}}}),
            "missing-key",
            "/events/e/hazard",
        ),
        (
            "events",
            json!({"e": {"hazard": {"chance": 0.1, "within": 1, "rate": 2}}}),
            "conflicting-keys",
            "/events/e/hazard/rate",
        ),
        (
            "events",
            json!({"e": {"hazard": 1, "probability": 1}}),
            "conflicting-keys",
            "/events/e/probability",
        ),
        (
            "events",
            json!({"e": {"at": "2026-13-01"}}),
            "invalid-date",
            "/events/e/at",
        ),
        (
            "events",
            json!({"e": {"at": {"uniform": ["2026-01-01", "2026-1-5"]}}}),
            "invalid-date",
            "/events/e/at/uniform/1",
        ),
        (
            "events",
            json!({"e": {"when": "x", "effects": [{"set": "x", "by": 1}]}}),
            "conflicting-keys",
            "/events/e/effects/0/by",
        ),
        (
            "events",
            json!({"e": {"when": "x", "effects": [{"set": "x", "add": "y", "by": 1}]}}),
            "conflicting-keys",
            "/events/e/effects/0/add",
        ),
        (
            "events",
            json!({"e": {"when": true}}),
            "wrong-type",
            "/events/e/when",
        ),
        (
            "indicators",
            json!({"x": {"start": 0, "at_range": "bounce"}}),
            "wrong-type",
            "/indicators/x/at_range",
        ),
        (
            "indicators",
            json!({"x": {"start": 0, "drift": {"by": 3}}}),
            "wrong-type",
            "/indicators/x/drift/by",
        ),
        (
            "questions",
            json!({"q": {"by": "2026-05-01"}}),
            "missing-key",
            "/questions/q",
        ),
        (
            "trends",
            json!({"a": {"weight": 1, "by": ["6 months"]}}),
            "missing-key",
            "/trends/a/by",
        ),
        (
            "trends",
            json!({"a": {"weight": 1, "when": "x", "by": "6 months"}}),
            "wrong-type",
            "/trends/a/by",
        ),
        ("groups", json!({"g": "Quiet"}), "wrong-type", "/groups/g"),
        ("headline", json!(["a"]), "wrong-type", "/headline"),
        ("words", json!({"rare": 0.2}), "wrong-type", "/words"),
        (
            "words",
            json!([["rare", 0.2], "often"]),
            "wrong-type",
            "/words/1",
        ),
        (
            "words",
            json!([["rare", 0.2], ["rare", 1]]),
            "invalid-words",
            "/words/1/0",
        ),
        (
            "words",
            json!([["rare", 0.2], ["often", 0.9]]),
            "invalid-words",
            "/words/1/1",
        ),
        (
            "questions",
            json!({"q": {"ever": "x", "by": "2026-05-01", "holds": "y"}}),
            "conflicting-keys",
            "/questions/q/holds",
        ),
        (
            "outcomes",
            json!([{"name": "a", "when": "x"}, {"name": "a", "when": "y"}]),
            "duplicate-name",
            "/outcomes/1/name",
        ),
        (
            "outcomes",
            json!([{"name": "a b", "when": "x"}]),
            "invalid-name",
            "/outcomes/0/name",
        ),
        ("metrics", json!({"m": null}), "wrong-type", "/metrics/m"),
    ] {
        assert_eq!(
            faults(key, value.clone()),
            [(code, pointer.to_owned())],
            "{key} {value}"
        );
    }
}
