//! What is doubted, and what is not: each doubt with scenarios next to it that raise none.

use crate::model::build;
use crate::scenario::load_str;
use serde_json::{Value, json};

/// A scenario with these sections laid over a plain one.
fn scenario(sections: Value) -> Value {
    let mut whole = json!({
        "format": 1, "name": "case", "start": "2026-01-01", "horizon": "24 months", "step": "1 week",
        "outcomes": [{"name": "o", "when": "t > 1"}]
    });
    if let (Value::Object(whole), Value::Object(sections)) = (&mut whole, sections) {
        whole.extend(sections);
    }
    whole
}

/// Codes and places of what is told of a scenario, leaving out what these small scenarios leave
/// unused.
pub(super) fn told(sections: Value) -> Vec<String> {
    let whole = scenario(sections);
    let loaded = load_str(&whole.to_string(), "case.json")
        .unwrap_or_else(|report| panic!("{whole}: {:?}", report.diagnostics));
    let found = match build(&loaded) {
        Ok(built) => built.warnings,
        Err(errors) => errors,
    };
    found
        .iter()
        .filter(|d| !["parameter-unused", "indicator-never-moves"].contains(&d.code))
        .map(|d| {
            let severity = if d.is_error() { "error " } else { "" };
            let hint = d.hints.first().map_or("", String::as_str);
            format!("{severity}{} {} | {hint}", d.code, d.place.pointer)
        })
        .collect()
}

/// A hazard with a parameter `p` of this distribution.
fn hazard(parameter: Value, hazard: Value) -> Value {
    json!({"parameters": {"p": parameter}, "events": {"e": {"hazard": hazard}}})
}

fn chance(formula: &str) -> Value {
    json!({"chance": formula, "within": "1 year"})
}

#[test]
fn distributions_that_reach_too_far_are_told_of_with_the_range_that_holds_them() {
    let open = json!({"p5": 0.1, "p50": 0.25, "p95": 0.5});
    let wide = json!({"normal": {"mean": 0.5, "sd": 0.3}});
    let at = |key: &str, hint: &str| {
        format!("range-needed /events/e/hazard{key} | give `p` the range {hint}")
    };
    for (distribution, formula, expected) in [
        (open.clone(), chance("p"), at("/chance", "[0, 1]")),
        (wide.clone(), chance("p"), at("/chance", "[0, 1]")),
        (
            wide.clone(),
            chance("0.1 + 0.3 * p"),
            at("/chance", "[-0.3333, null]"),
        ),
        (wide.clone(), chance("1 - p"), at("/chance", "[0, 1]")),
        (
            wide.clone(),
            chance("max(p, 0)"),
            at("/chance", "[null, 1]"),
        ),
        (
            json!({"student_t": {"df": 3, "loc": 2, "scale": 1}}),
            json!({"mean_wait": "p"}),
            at("/mean_wait", "[0, null]"),
        ),
        (
            wide.clone(),
            json!({"rate": "2 * p", "per": "year"}),
            at("/rate", "[0, null]"),
        ),
        (wide.clone(), json!("p * exp(t)"), at("", "[0, null]")),
        (
            wide.clone(),
            json!({"value": 1, "times": {"factor": "p"}}),
            at("/times/factor", "[0, null]"),
        ),
        (
            json!({"lognormal": {"mu": -1, "sigma": 1}}),
            chance("p"),
            at("/chance", "[null, 1]"),
        ),
        (
            json!({"exponential": {"rate": 3}}),
            chance("p"),
            at("/chance", "[null, 1]"),
        ),
    ] {
        assert_eq!(
            told(hazard(distribution, formula.clone())),
            [expected],
            "{formula}"
        );
    }
}

#[test]
fn what_cannot_leave_its_bounds_is_not_doubted() {
    let open = json!({"p5": 0.1, "p50": 0.25, "p95": 0.5});
    let held = json!({"p5": 0.1, "p50": 0.25, "p95": 0.5, "range": [0, 1]});
    for (distribution, formula) in [
        (held.clone(), chance("p")),
        (held.clone(), chance("1 - p")),
        (held.clone(), chance("p * (1 - p)")),
        (held.clone(), chance("p / (p + 1)")),
        (open.clone(), chance("clamp(p, 0, 0.99)")),
        (open.clone(), chance("logistic(p)")),
        (open.clone(), chance("0.9 * min(max(p, 0), 1)")),
        (open.clone(), json!({"rate": "exp(p)", "per": "year"})),
        (open.clone(), json!("max(p, 0)")),
        (open.clone(), json!("if(p > 0, p, 0)")),
        (open.clone(), json!("p ^ 2")),
        (open.clone(), json!("abs(p)")),
        (json!({"normal": {"mean": 0.5, "sd": 0.05}}), chance("p")),
        (json!({"beta": {"alpha": 0.5, "beta": 0.5}}), chance("p")),
        (
            json!({"lognormal": {"mu": 0, "sigma": 1}}),
            json!({"mean_wait": "p"}),
        ),
        (
            json!({"gamma": {"shape": 0.3, "rate": 1}}),
            json!({"rate": "p", "per": "year"}),
        ),
        (
            json!({"poisson": {"rate": 2}}),
            json!({"rate": "p", "per": "year"}),
        ),
        (
            json!({"discrete": {"values": [0, 0.5], "probabilities": [0.5, 0.5]}}),
            chance("p"),
        ),
    ] {
        assert_eq!(
            told(hazard(distribution, formula.clone())),
            [] as [&str; 0],
            "{formula}"
        );
    }
    // What the state does to a hazard is its author's business: a negative one counts as zero.
    let state = json!({
        "parameters": {"p": held}, "indicators": {"x": {"start": 0, "volatility": 1}},
        "events": {"e": {"hazard": "p * x"}, "f": {"hazard": "0.5 * (0.6 - x)"}}
    });
    assert_eq!(told(state), [] as [&str; 0]);
}

#[test]
fn a_constant_that_never_makes_sense_is_an_error() {
    let found = told(hazard(json!(1.5), chance("p")));
    assert_eq!(
        found,
        ["error value-out-of-range /events/e/hazard/chance | 1.5% is written 0.015"]
    );
}

#[test]
fn parameters_that_leave_the_bounds_together_are_told_of_together() {
    let both = json!({
        "parameters": {"a": {"uniform": [0, 0.6]}, "b": {"uniform": [0, 0.6]}},
        "events": {"e": {"hazard": chance("a + b")}}
    });
    assert_eq!(told(both), ["range-needed /events/e/hazard/chance | "]);
    let places = json!({
        "parameters": {"p": {"normal": {"mean": 0.2, "sd": 0.2}}},
        "phases": {"a": {"start": "p"}, "b": {"start": "1 - p"}},
        "indicators": {"x": {"start": 0, "volatility": "p"}},
        "events": {
            "e": {"at": "2026-06-01", "probability": "p"},
            "f": {"hazard": {"chance": 0.1, "within": "p"}, "rest": "p"},
            "g": {"at": {"normal": {"mean": 0.1, "sd": 0.1}}}
        }
    });
    let found = told(places);
    let pointers: Vec<&str> = found
        .iter()
        .filter_map(|line| line.split(' ').nth(1))
        .collect();
    assert_eq!(
        pointers,
        [
            "/phases/a/start",
            "/phases/b/start",
            "/indicators/x/volatility",
            "/events/e/probability",
            "/events/f/hazard/within",
            "/events/f/rest",
            "/events/g/at"
        ]
    );
}

#[test]
fn bare_years_that_make_no_sense_are_told_of() {
    let event = |hazard: Value| json!({"horizon": "90 days", "step": "1 day", "events": {"e": {"hazard": hazard}}});
    for (sections, place) in [
        (json!({"horizon": 24}), "/horizon"),
        (json!({"horizon": {"value": 90}}), "/horizon/value"),
        (json!({"step": 7}), "/step"),
        (json!({"step": 1}), "/step"),
        (
            event(json!({"chance": 0.1, "within": 90})),
            "/events/e/hazard/within",
        ),
        (
            event(json!({"chance": 0.1, "within": {"value": 30, "note": "n"}})),
            "/events/e/hazard/within/value",
        ),
        (
            event(json!({"mean_wait": 45})),
            "/events/e/hazard/mean_wait",
        ),
        (event(json!({"rate": 1, "per": 30})), "/events/e/hazard/per"),
        (
            json!({"events": {"e": {"hazard": 1, "rest": 30}}}),
            "/events/e/rest",
        ),
        (
            json!({"trends": {"a": {"weight": 1}, "b": {"weight": 0}}, "shifts": {"a": {"b": {"mean_wait": 18}}}}),
            "/shifts/a/b/mean_wait",
        ),
    ] {
        let found = told(sections.clone());
        let expected = format!("unit-missing {place} ");
        assert!(
            found.len() == 1 && found[0].starts_with(&expected),
            "{sections}: {found:?}"
        );
    }
    for sections in [
        json!({"horizon": 3, "step": 0.25}),
        json!({"horizon": 10, "step": 1}),
        json!({"horizon": 0.5, "events": {"e": {"hazard": {"chance": 0.1, "within": 1}}}}),
        json!({"events": {"e": {"hazard": {"mean_wait": 10}, "rest": 0.5}}}),
        json!({"events": {"e": {"hazard": {"rate": 3, "per": 1}}}}),
        json!({"horizon": "90 days", "events": {"e": {"hazard": {"chance": 0.1, "within": "90 years"}}}}),
    ] {
        assert_eq!(told(sections.clone()), [] as [&str; 0], "{sections}");
    }
}

#[test]
fn a_step_longer_than_the_horizon_is_told_of_at_the_step() {
    let found =
        told(json!({"horizon": "90 days", "step": "6 months", "events": {"e": {"hazard": 1}}}));
    assert!(
        found.len() == 1 && found[0].starts_with("step-too-coarse /step "),
        "{found:?}"
    );
}

#[test]
fn levels_that_a_coarse_grid_sees_too_late_are_told_of() {
    let with = |step: Value, indicator: Value, event: Value| json!({"horizon": 1, "step": step, "indicators": {"x": indicator}, "events": {"e": event}});
    let walk = json!({"start": 0, "volatility": 1});
    let waits = json!({"when": "x > 1"});
    let found = told(with(json!(0.25), walk.clone(), waits.clone()));
    assert!(
        found.len() == 1 && found[0].starts_with("step-too-coarse /events/e/when "),
        "{found:?}"
    );
    assert_eq!(
        told(with(json!("1 week"), walk.clone(), waits.clone())),
        [] as [&str; 0]
    );
    // Pulled back within weeks, so that a week is long.
    let pulled = json!({"start": 0, "drift": "-6 * x", "volatility": 1});
    assert_eq!(told(with(json!("1 week"), pulled, waits.clone())).len(), 1);
    // Reset by less than a step's reach.
    let resets = json!({"when": "x > 1", "effects": [{"add": "x", "by": -0.1}]});
    assert_eq!(told(with(json!("1 week"), walk.clone(), resets)).len(), 1);
    // A drift: a quarter of the way in one step, or a hundredth.
    let drift = json!({"start": 0, "drift": 1});
    assert_eq!(
        told(with(
            json!(0.25),
            drift.clone(),
            json!({"when": "x >= 0.9"})
        ))
        .len(),
        1
    );
    assert_eq!(
        told(with(json!("3 days"), drift, json!({"when": "x >= 0.9"}))),
        [] as [&str; 0]
    );
    // What only jumps move is seen at once.
    let counted = json!({
        "horizon": 1, "step": 1, "indicators": {"n": {"start": 0}},
        "events": {"e": {"hazard": 2, "effects": [{"add": "n", "by": 1}]}, "f": {"when": "n >= 2"}}
    });
    assert_eq!(told(counted), [] as [&str; 0]);
    for (section, place) in [
        (json!({"metrics": {"m": "first(x > 1)"}}), "/metrics/m"),
        (
            json!({"outcomes": [{"name": "o", "when": "ever(x > 1)"}]}),
            "/outcomes/0/when",
        ),
        (
            json!({"questions": {"q": {"ever": "x > 1", "by": "2026-12-01"}}}),
            "/questions/q/ever",
        ),
    ] {
        let mut whole = with(json!(0.25), walk.clone(), json!({"hazard": 1}));
        if let (Value::Object(whole), Value::Object(section)) = (&mut whole, section) {
            whole.extend(section);
        }
        let found = told(whole);
        assert!(
            found.len() == 1 && found[0].starts_with(&format!("step-too-coarse {place} ")),
            "{found:?}"
        );
    }
}

#[test]
fn roots_and_logarithms_of_draws_that_have_none_are_told_of() {
    for (drift, told_of) in [
        ("sqrt(p)", true),
        ("ln(p)", true),
        ("p ^ 0.5", true),
        ("1 / q", false),
        ("sqrt(abs(p))", false),
        ("ln(p + 2)", false),
        ("sqrt(x)", false),
    ] {
        let found = told(json!({
            "parameters": {"p": {"uniform": [-1, 1]}, "q": {"uniform": [1, 2]}},
            "indicators": {"x": {"start": "p + q", "drift": drift}}
        }));
        let told_of_it = found
            .iter()
            .any(|f| f.starts_with("range-needed /indicators/x/drift"));
        assert_eq!(told_of_it, told_of, "{drift}: {found:?}");
    }
    let found = told(json!({
        "parameters": {"p": {"uniform": [-1, 1]}},
        "indicators": {"x": {"start": 0}},
        "events": {"e": {"hazard": 1, "effects": [{"add": "x", "by": {"normal": {"mean": 0, "sd": "p"}}}]}}
    }));
    assert!(
        found
            .iter()
            .any(|f| f.starts_with("range-needed /events/e/effects/0/by/normal/sd")),
        "{found:?}"
    );
}

#[test]
fn since_before_the_first_firing_is_told_of_unless_it_is_guarded() {
    let with = |event: Value| {
        json!({
            "phases": {"war": {"start": true}, "truce": {}},
            "indicators": {"pending": {"start": 0}},
            "metrics": {"truce": "time_in(phase == truce)"},
            "derived": {"over": "if(since(fall) >= 60/365.25, 1, 0)", "faded": "1 - exp(-since(fall))"},
            "events": {
                "fall": {"hazard": 1, "limit": 1, "effects": [{"set": "pending", "to": 1}, {"phase": "truce"}]},
                "other": {"hazard": 1},
                "election": event
            }
        })
    };
    for condition in [
        "since(fall) >= 60/365.25",
        "since(fall) > 0.1",
        "0.1 < since(fall)",
        "not (since(fall) <= 0.1)",
        "365.25 * since(fall) - 60 > 0",
        "ever(other) and since(fall) > 0.1",
        "phase == war and since(fall) > 0.1",
        "exp(-since(fall)) < 0.5",
        "if(since(fall) > 0.1, 1, 0) > 0.5",
        "over > 0.5",
    ] {
        for key in ["when", "if"] {
            let mut event = json!({key: condition});
            if key == "if" {
                event["hazard"] = json!(1);
            }
            let found = told(with(event));
            let place = format!("since-before-first /events/election/{key} ");
            assert!(
                found.len() == 1 && found[0].starts_with(&place),
                "{condition}: {found:?}"
            );
        }
    }
    for condition in [
        "ever(fall) and since(fall) >= 60/365.25",
        "count(fall) > 0 and since(fall) > 0.1",
        "count(fall) >= 1 and since(fall) > 0.1",
        "not ever(fall) or since(fall) > 0.1",
        "since(fall) < 0.1",
        "phase == truce and since(fall) > 0.1",
        "pending > 0.5 and since(fall) > 0.1",
        "if(since(fall) > 0.1, 1, 2) > 1.5",
        "exp(-since(fall)) > 0.5",
        "faded < 0.5",
    ] {
        assert_eq!(
            told(with(json!({"when": condition}))),
            [] as [&str; 0],
            "{condition}"
        );
    }
    // In a phase that only the event leads to, and of an event itself, which rests.
    let gated = json!({"hazard": 1, "if": "since(fall) > 0.1", "phases": ["truce"]});
    assert_eq!(told(with(gated)), [] as [&str; 0]);
    let own = json!({"hazard": 1, "if": "since(election) > 0.1"});
    assert_eq!(told(with(own)), [] as [&str; 0]);
    // A hazard that is higher before the first firing than right after one.
    let hazard = |base: &str, factor: &str| json!({"hazard": {"rate": base, "per": "year", "times": {"factor": factor}}});
    for raised in [
        hazard("1", "if(since(fall) > 0.1, 2, 1)"),
        hazard("1", "1 + over"),
        hazard("1", "faded"),
        json!({"hazard": "if(since(fall) < 0.1, 0, 1)"}),
        json!({"hazard": {"chance": 0.5, "within": "1 year", "times": {"factor": "if(since(fall) >= 60/365.25, 3, 1)"}}}),
        json!({"hazard": {"chance": 0.5, "within": "1 year", "times": {"phase": {"war": "if(since(fall) > 1, 3, 1)"}}}}),
    ] {
        let found = told(with(raised.clone()));
        let is_told = |told: &String| {
            told.starts_with("since-before-first /events/election/hazard ")
                && told.contains("write `if(ever(fall), …, …)`")
        };
        assert!(found.iter().any(is_told), "{raised}: {found:?}");
    }
    for sound in [
        hazard("1", "if(since(fall) < 0.1, 2, 1)"),
        hazard("1", "1 + exp(-since(fall) / 0.2)"),
        hazard("1", "if(ever(fall) and since(fall) > 0.1, 2, 1)"),
        hazard("1", "if(since(election) > 0.1, 2, 1)"),
        hazard("1", "2 - faded"),
    ] {
        let found = told(with(sound.clone()));
        let is_since = |told: &String| told.starts_with("since-before-first");
        assert!(!found.iter().any(is_since), "{sound}: {found:?}");
    }
    let mut read = with(json!({"hazard": 1}));
    read["metrics"] = json!({"m": "time_in(since(fall) > 0.1)", "calm": "time_in(phase == truce)"});
    read["questions"] = json!({"q": {"ever": "since(fall) > 0.1", "by": "2026-06-01"}});
    read["outcomes"] = json!([{"name": "o", "when": "since(fall) > 0.1"}]);
    assert_eq!(told(read.clone()).len(), 3);
    // What fired before the start has a time since then.
    read["history"] = json!({"events": {"fall": ["2025-11-01"]}});
    assert_eq!(told(read), [] as [String; 0]);
}

#[test]
fn simultaneous_events_are_told_of_if_their_order_shows() {
    let with = |a: Value, b: Value| {
        let mut events = json!({"a": {"at": "2026-11-03", "probability": 0.5}, "b": {"at": "2026-11-03", "probability": 0.5}});
        for (name, more) in [("a", a), ("b", b)] {
            if let (Value::Object(event), Value::Object(more)) = (&mut events[name], more) {
                event.extend(more);
            }
        }
        json!({
            "phases": {"race": {"start": true}, "left": {}, "right": {}, "over": {"final": true}},
            "trends": {"calm": {"weight": 0.5}, "storm": {"weight": 0.5}},
            "indicators": {"x": {"start": 0}, "y": {"start": 0}},
            "derived": {"n": "count(a)", "m": "n + 1"},
            "events": events
        })
    };
    let effects = |list: Value| json!({"effects": list});
    for (a, b) in [
        (
            effects(json!([{"phase": "left"}])),
            effects(json!([{"phase": "right"}])),
        ),
        (effects(json!([{"phase": "over"}])), json!({})),
        (
            json!({"effects": [{"phase": "left"}], "phases": ["race"]}),
            json!({"phases": ["race"]}),
        ),
        (
            json!({"effects": [{"phase": "left"}]}),
            json!({"phases": ["left"]}),
        ),
        (json!({"if": "not ever(b)"}), json!({"if": "not ever(a)"})),
        (json!({}), json!({"if": "ever(a)"})),
        (json!({}), json!({"if": "count(a) == 0"})),
        // Read by the guard, where it makes no difference, and by the effect, where it does.
        (
            json!({}),
            json!({"if": "m > 0", "effects": [{"add": "y", "by": "m"}]}),
        ),
        (
            effects(json!([{"set": "x", "to": 1}])),
            json!({"if": "x == 0"}),
        ),
        (
            effects(json!([{"set": "x", "to": 1}])),
            effects(json!([{"set": "x", "to": 2}])),
        ),
        (
            effects(json!([{"add": "x", "by": 1}])),
            effects(json!([{"multiply": "x", "by": 2}])),
        ),
        (
            effects(json!([{"add": "x", "by": 1}])),
            effects(json!([{"add": "y", "by": "x"}])),
        ),
        (
            effects(json!([{"trend": "calm"}])),
            effects(json!([{"trend": "storm"}])),
        ),
        (
            json!({"effects": [{"trend": "calm"}]}),
            json!({"trends": ["storm"]}),
        ),
    ] {
        let found = told(with(a.clone(), b.clone()));
        assert!(
            found
                .iter()
                .any(|line| line.starts_with("order-by-name /events/b/at ")),
            "{a} {b}: {found:?}"
        );
    }
    for (a, b) in [
        (json!({}), json!({})),
        (
            effects(json!([{"add": "x", "by": 1}])),
            effects(json!([{"add": "x", "by": 2}])),
        ),
        (
            effects(json!([{"set": "x", "to": 1}])),
            effects(json!([{"set": "y", "to": 1}])),
        ),
        (
            effects(json!([{"set": "x", "to": 1}])),
            effects(json!([{"set": "x", "to": 1}])),
        ),
        (
            effects(json!([{"phase": "left"}])),
            effects(json!([{"phase": "left"}])),
        ),
        (
            effects(json!([{"phase": "left"}])),
            json!({"phases": ["race", "left"]}),
        ),
        (
            effects(json!([{"phase": "left"}])),
            json!({"if": "phase in [race, left]"}),
        ),
        (
            effects(json!([{"phase": "left"}])),
            json!({"at": "2026-11-04", "effects": [{"phase": "right"}]}),
        ),
        (
            json!({"phases": ["left"], "effects": [{"phase": "over"}]}),
            json!({"phases": ["right"], "effects": [{"phase": "over"}]}),
        ),
        (
            effects(json!([{"phase": "left"}])),
            json!({"probability": 0, "effects": [{"phase": "right"}]}),
        ),
    ] {
        let found = told(with(a.clone(), b.clone()));
        assert!(
            !found.iter().any(|line| line.starts_with("order-by-name")),
            "{a} {b}: {found:?}"
        );
    }
    let drawn = |dates: Value| {
        json!({
            "phases": {"race": {"start": true}, "left": {}, "right": {}},
            "events": {
                "a": {"at": "2026-11-03", "effects": [{"phase": "left"}]},
                "b": {"at": dates, "effects": [{"phase": "right"}]}
            }
        })
    };
    let some =
        json!({"discrete": {"values": ["2026-11-03", "2026-12-03"], "probabilities": [0.5, 0.5]}});
    assert_eq!(told(drawn(some)).len(), 1);
    assert_eq!(
        told(drawn(json!({"uniform": ["2026-11-01", "2026-12-03"]}))),
        [] as [&str; 0]
    );
}
