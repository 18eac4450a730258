//! States: what they become, and each wrong use of them at its place.

use super::*;

fn with_states() -> Value {
    let mut whole = sound();
    whole["format"] = json!(2);
    whole["states"] = json!({
        "posture": {
            "title": "US posture",
            "values": {"paused": {"start": "leak"}, "engaged": {"start": "1 - leak", "title": "Engaged"}, "withdrawn": {}},
            "moves": {"engaged": {"paused": {"chance": 0.4, "within": "12 months"}}, "paused": {"withdrawn": {"mean_wait": "2 months"}}}
        },
        "front": {"values": {"static": {"start": true}, "moving": {}}}
    });
    whole["events"]["push"] = json!({
        "hazard": {"rate": 1, "per": "year", "times": {"state": {"posture": {"withdrawn": 2}}}},
        "in": {"posture": ["engaged", "paused"]}, "not_in": {"front": ["moving"], "trend": []},
        "effects": [{"move": "front", "to": {"moving": "leak", "static": "rest"}}, {"phase": {"war": 1}}]
    });
    whole
}

fn built(whole: &Value) -> Result<Built, Vec<Diagnostic>> {
    let loaded = crate::scenario::load_str(&whole.to_string(), "case.json")
        .map_err(|report| report.diagnostics)?;
    build(&loaded)
}

#[test]
fn states_stand_in_the_order_of_names_whatever_the_order_of_the_file() {
    let model = built(&with_states())
        .unwrap_or_else(|e| panic!("{e:?}"))
        .model;
    let names: Vec<&str> = model.states.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(names, ["front", "posture"]);
    let values: Vec<_> = (model.states[1].values.iter())
        .map(|v| (v.name.as_str(), v.display))
        .collect();
    assert_eq!(values, [("engaged", 1), ("paused", 0), ("withdrawn", 2)]);
    let event = |name: &str| {
        model
            .events
            .iter()
            .find(|e| e.name == name)
            .expect("an event")
    };
    let moved = event("posture.engaged>paused");
    assert_eq!(moved.title, "US posture: Engaged → paused");
    assert_eq!(moved.pointer(), "/states/posture/moves/engaged/paused");
    assert_eq!(moved.states, [(1, vec![0])]);
    assert!(moved.declared.is_some());
    let push = event("push");
    assert_eq!(push.states, [(0, vec![1]), (1, vec![0, 1])]);
    assert_eq!(push.trends, Some((0..model.trends.len()).collect()));
    let to = push.effects[0].moves(Machine::State(0)).expect("a move");
    assert_eq!((to.all(), to.is_sure()), (vec![0, 1], true));
    let Fires::Hazard(hazard) = &push.fires else {
        panic!("a hazard")
    };
    let number = |x| Expr::Number(x);
    assert_eq!(
        hazard.by_state,
        [(1, vec![number(1.0), number(1.0), number(2.0)])]
    );
}

#[test]
fn each_wrong_use_of_a_state_has_its_code_at_its_place() {
    for (path, new, expected) in [
        (
            "/states/posture/values/and",
            json!({}),
            "reserved-name /states/posture/values/and",
        ),
        (
            "/states/posture/values/note",
            json!({}),
            "reserved-name /states/posture/values/note",
        ),
        (
            "/states/price",
            json!({"values": {"a": {"start": true}}}),
            "duplicate-name /states/price",
        ),
        (
            "/states/phase",
            json!({"values": {"a": {"start": true}}}),
            "reserved-name /states/phase",
        ),
        (
            "/states/posture/values",
            json!({"engaged": {}, "paused": {}, "withdrawn": {}}),
            "no-start-value /states/posture/values",
        ),
        (
            "/states/posture/values/paused/start",
            json!("price"),
            "not-readable-here /states/posture/values/paused/start",
        ),
        (
            "/states/posture/values/paused/start",
            json!(1.5),
            "value-out-of-range /states/posture/values/paused/start",
        ),
        (
            "/states/posture/moves/engaged/gone",
            json!(1),
            "unknown-name /states/posture/moves/engaged/gone",
        ),
        (
            "/states/posture/moves/moving",
            json!({"paused": 1}),
            "unknown-name /states/posture/moves/moving",
        ),
        (
            "/states/posture/moves/engaged/engaged",
            json!(1),
            "shift-to-itself /states/posture/moves/engaged/engaged",
        ),
        (
            "/states/posture/values",
            json!(null),
            "missing-key /states/posture",
        ),
        (
            "/states/front/each_step",
            json!({"static": {"moving": 0.7, "static": 0.5}}),
            "value-out-of-range /states/front/each_step/static",
        ),
        (
            "/states/front/each_step",
            json!({"static": {"static": 0.5}}),
            "shift-to-itself /states/front/each_step/static/static",
        ),
        (
            "/states/front/each_step",
            json!({"moving": {"gone": "leak"}}),
            "unknown-name /states/front/each_step/moving/gone",
        ),
        (
            "/states/posture/each_step",
            json!({"engaged": {"paused": 0.1}}),
            "conflicting-keys /states/posture/each_step/engaged/paused",
        ),
        (
            "/states/posture/each_step",
            json!({"engaged": {"withdrawn": 1.1}}),
            "value-out-of-range /states/posture/each_step/engaged/withdrawn",
        ),
        (
            "/states/front/start",
            json!("static"),
            "unknown-key /states/front/start",
        ),
        (
            "/events/push/in/posture",
            json!(["moving"]),
            "unknown-name /events/push/in/posture/0",
        ),
        (
            "/events/push/in/frnt",
            json!(["moving"]),
            "unknown-name /events/push/in/frnt",
        ),
        (
            "/events/push/in/front",
            json!(["static"]),
            "conflicting-keys /events/push/not_in/front",
        ),
        (
            "/events/push/trends",
            json!([]),
            "conflicting-keys /events/push/not_in/trend",
        ),
        (
            "/events/push/effects/0/to",
            json!("gone"),
            "unknown-name /events/push/effects/0/to",
        ),
        (
            "/events/push/effects/0/to",
            json!({"gone": 0.5}),
            "unknown-name /events/push/effects/0/to/gone",
        ),
        (
            "/events/push/effects/0/to",
            json!({"moving": 0.7, "static": 0.4}),
            "value-out-of-range /events/push/effects/0/to",
        ),
        (
            "/events/push/effects/0/to",
            json!({"moving": 1.7}),
            "value-out-of-range /events/push/effects/0/to/moving",
        ),
        (
            "/events/push/effects/0/to",
            json!({"moving": "rest", "static": "rest"}),
            "conflicting-keys /events/push/effects/0/to/static",
        ),
        (
            "/events/push/effects/0/to",
            json!({}),
            "missing-key /events/push/effects/0/to",
        ),
        (
            "/events/push/effects/0/to",
            json!(3),
            "wrong-type /events/push/effects/0/to",
        ),
        (
            "/events/push/effects/0/move",
            json!("price"),
            "unknown-name /events/push/effects/0/move",
        ),
        (
            "/events/push/effects/0/by",
            json!(1),
            "conflicting-keys /events/push/effects/0/by",
        ),
        (
            "/events/push/effects/1/to",
            json!("war"),
            "conflicting-keys /events/push/effects/1/to",
        ),
        (
            "/events/push/hazard/times/state/posture/gone",
            json!(2),
            "unknown-name /events/push/hazard/times/state/posture/gone",
        ),
        (
            "/events/push/hazard/times/state/mood",
            json!({"a": 2}),
            "unknown-name /events/push/hazard/times/state/mood",
        ),
        (
            "/indicators/price/drift",
            json!({"by": "posture", "paused": 1}),
            "missing-arm /indicators/price/drift",
        ),
        (
            "/indicators/price/drift",
            json!({"by": "postur", "else": 1}),
            "unknown-name /indicators/price/drift/by",
        ),
        (
            "/events/push/if",
            json!("posture == moving"),
            "unknown-name /events/push/if",
        ),
    ] {
        let mut whole = with_states();
        let (parent, key) = path.rsplit_once('/').expect("a path");
        let parent = whole
            .pointer_mut(parent)
            .unwrap_or_else(|| panic!("{path}"));
        match (parent, new) {
            (Value::Object(map), Value::Null) => {
                map.remove(key);
            }
            (Value::Object(map), new) => {
                map.insert(key.to_owned(), new);
            }
            _ => panic!("{path}: no object"),
        }
        let found = built(&whole).expect_err(path);
        let errors: Vec<String> = (found.iter().filter(|d| d.is_error()))
            .map(|d| format!("{} {}", d.code, d.place.pointer))
            .collect();
        assert!(
            errors.iter().any(|one| one == expected),
            "{path}: {errors:?} lack {expected}"
        );
        assert!(errors.len() <= 2, "{path}: {errors:?}");
    }
}
