//! States that nothing reads, and values that nothing leads to.

use super::reach::Reached;
use crate::diagnostic::{Diagnostic, Place, pointer};
use crate::expression::Expr;
use crate::model::types::{Fires, Machine, Model, Since, StartsClock};

/// Warns of values that no trial can have, and of states on which nothing hangs.
pub fn lint(model: &Model, reached: &Reached, warnings: &mut Vec<Diagnostic>) {
    for (index, state) in model.states.iter().enumerate() {
        let at = pointer::join("/states", &state.name);
        for (value, reached) in state.values.iter().zip(&reached.states[index]) {
            if *reached {
                continue;
            }
            let place = Place::key(pointer::join(&pointer::join(&at, "values"), &value.name));
            let message = format!(
                "nothing leads to the value `{}` of the state `{}`: no trial starts with it, and nothing that can happen moves there",
                value.name, state.name
            );
            let hint = format!(
                "add a move, an event with the effect {{\"move\": \"{}\", \"to\": \"{}\"}}, or a start",
                state.name, value.name
            );
            warnings.push(Diagnostic::warning("state-unreachable", place, message).hint(hint));
        }
        if !is_read(model, index) {
            let message = format!(
                "nothing hangs on the state `{}`: no formula and no choice reads it, and no event is restricted by it",
                state.name
            );
            warnings.push(
                Diagnostic::warning("state-unused", Place::key(at), message)
                    .hint("read it somewhere, such as in a question, or leave it out"),
            );
        }
    }
}

/// Does anything but its own moves read a state?
fn is_read(model: &Model, index: usize) -> bool {
    let mut read = false;
    model.each_formula(&mut |formula| {
        read |= formula.any(&|part| {
            matches!(part, Expr::StateIn(s, _) | Expr::Age(s) | Expr::ByState(s, _) if *s == index)
        });
    });
    read || model.events.iter().any(|event| {
        let by_factor = match &event.fires {
            Fires::Hazard(hazard) => {
                let since = hazard.ageing.as_ref().map(|ageing| ageing.since);
                let by_age = match since {
                    Some(Since::State(state)) => state == index,
                    Some(Since::Last(StartsClock::Value(state, _))) => state == index,
                    _ => false,
                };
                by_age || hazard.by_state.iter().any(|(state, _)| *state == index)
            }
            Fires::After(waiting) => {
                matches!(waiting.after, StartsClock::Value(state, _) if state == index)
            }
            _ => false,
        };
        let is_own = event.shift.map(|shift| shift.machine) == Some(Machine::State(index));
        let restricted = event.states.iter().any(|(state, _)| *state == index);
        by_factor || (restricted && !is_own)
    })
}

#[cfg(test)]
mod tests {
    use crate::model::lint::tests::told;
    use serde_json::json;

    fn codes(sections: serde_json::Value) -> Vec<String> {
        let lines = told(sections);
        let codes = lines
            .iter()
            .map(|line| line.split(" | ").next().unwrap_or_default());
        codes.map(str::to_owned).collect()
    }

    fn with(events: serde_json::Value) -> serde_json::Value {
        json!({
            "states": {
                "a": {"values": {"x": {"start": true}, "y": {}, "z": {}}, "moves": {"x": {"y": 1}, "y": {"x": 1}}},
                "b": {"values": {"u": {"start": true}, "v": {}}}
            },
            "metrics": {"seen": "if(a == x or b == u, 1, 0)"}, "events": events
        })
    }

    #[test]
    fn a_value_is_reached_through_other_states_only_if_these_get_there() {
        let first =
            json!({"hazard": 1, "in": {"a": ["y"]}, "effects": [{"move": "b", "to": {"v": 0.5}}]});
        let then = json!({"hazard": 1, "in": {"b": ["v"]}, "effects": [{"move": "a", "to": {"z": "rest"}}]});
        assert_eq!(
            codes(with(json!({"first": first, "then": then}))),
            [] as [&str; 0]
        );
        assert_eq!(
            codes(with(json!({"then": then}))),
            [
                "state-unreachable /states/a/values/z",
                "state-unreachable /states/b/values/v",
                "event-cannot-fire /events/then/in/b"
            ]
        );
        let nothing = json!({"hazard": 1, "effects": [{"move": "b", "to": {"v": 0}}, {"move": "a", "to": "z"}]});
        assert_eq!(
            codes(with(json!({"e": nothing}))),
            ["state-unreachable /states/b/values/v"]
        );
    }

    #[test]
    fn what_any_formula_factor_or_restriction_reads_is_used() {
        let state = json!({"s": {"values": {"x": {"start": 0.5}, "y": {"start": 0.5}}, "moves": {"x": {"y": 1}}}});
        let with = |more: serde_json::Value| {
            let mut whole = json!({"states": state});
            whole
                .as_object_mut()
                .unwrap()
                .extend(more.as_object().unwrap().clone());
            codes(whole)
        };
        assert_eq!(with(json!({})), ["state-unused /states/s"]);
        for more in [
            json!({"metrics": {"m": "final(age(s))"}}),
            json!({"indicators": {"i": {"start": 0, "drift": {"by": "s", "x": 1, "else": 2}}}}),
            json!({"events": {"e": {"hazard": 1, "not_in": {"s": ["x"]}}}}),
            json!({"events": {"e": {"hazard": {"rate": 1, "times": {"state": {"s": {"x": 2}}}}}}}),
        ] {
            assert_eq!(with(more.clone()), [] as [&str; 0], "{more}");
        }
    }

    #[test]
    fn events_at_one_instant_get_in_one_anothers_way_by_states_too() {
        let at = |more: serde_json::Value| {
            let mut event = json!({"at": "2026-11-03"});
            event
                .as_object_mut()
                .unwrap()
                .extend(more.as_object().unwrap().clone());
            event
        };
        let to = |state: &str, value: &str| json!({"effects": [{"move": state, "to": value}]});
        let both = |one, other| {
            let found = codes(with(
                json!({"all": {"hazard": 1, "effects": [{"move": "a", "to": "z"}, {"move": "b", "to": "v"}]}, "e": at(one), "f": at(other)}),
            ));
            found.iter().any(|line| line.starts_with("order-by-name"))
        };
        assert!(both(to("a", "y"), to("a", "z")));
        assert!(!both(to("a", "y"), to("a", "y")));
        assert!(!both(to("a", "y"), to("b", "v")));
        assert!(both(to("a", "y"), json!({"in": {"a": ["x"]}})));
        let set = |value: u8| json!([{"set": "i", "to": value}]);
        let apart = |one: &str, other: &str| {
            let mut whole = with(json!({
                "e": at(json!({"in": {"a": [one]}, "effects": set(1)})), "f": at(json!({"in": {"a": [other]}, "effects": set(2)})),
                "all": {"hazard": 1, "effects": [{"move": "a", "to": "z"}, {"move": "b", "to": "v"}]}
            }));
            whole["indicators"] = json!({"i": {"start": 0}});
            codes(whole)
                .iter()
                .any(|line| line.starts_with("order-by-name"))
        };
        assert!(apart("x", "x") && !apart("x", "y"));
    }
}
