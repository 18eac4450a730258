//! States keep out of one another's random numbers, and short forms mean what the long ones do.

use crate::harness::{merge, run, scenario, simulate, study};
use quincunx::analysis::storyline;
use quincunx::results::{RunResult, StoryChange};
use serde_json::{Value, json};

fn base() -> Value {
    scenario(
        2.0,
        0.25,
        json!({
            "parameters": {"p": {"uniform": [0.1, 0.4]}},
            "trends": {"t1": {"weight": 0.5}, "t2": {"weight": 0.5}},
            "phases": {"a": {"start": true}, "b": {}},
            "states": {
                "front": {"values": {"static": {"start": true}, "moving": {}}, "moves": {"static": {"moving": 1}, "moving": {"static": 2}}},
                "mood": {"values": {"calm": {"start": "p"}, "tense": {"start": "1 - p"}}}
            },
            "events": {
                "shock": {"hazard": 1, "effects": [{"move": "mood", "to": {"calm": "p", "tense": 0.5}}]},
                "push": {"hazard": 0.7, "in": {"front": ["moving"]}, "effects": [{"phase": {"b": "p", "a": "rest"}}]}
            },
            "questions": {"tense": {"holds": "mood == tense and front == moving"}}
        }),
    )
}

fn changed(change: impl Fn(&mut Value)) -> RunResult {
    let mut whole = base();
    change(&mut whole);
    let mut result = simulate(&whole, 2048, 177);
    // What was written is not what came of it.
    result.scenario.source = Value::Null;
    result.scenario.sha256.clear();
    result
}

#[test]
fn a_further_state_and_the_order_of_keys_move_no_number() {
    let plain = changed(|_| {});
    let mut more = changed(|whole| {
        whole["states"]["another"] =
            json!({"values": {"x": {"start": 0.5}, "y": {"start": 0.5}}, "moves": {"x": {"y": 1}}});
        whole["questions"]["another"] = json!({"holds": "another == x"});
    });
    more.states.retain(|state| state.name != "another");
    more.questions.truncate(1);
    more.events
        .retain(|event| !event.name.starts_with("another"));
    more.warnings.clear();
    let mut bare = plain.clone();
    bare.warnings.clear();
    assert_eq!(more, bare);
    let turned = changed(|whole| {
        let states = whole["states"].as_object_mut().expect("states");
        let front = states.shift_remove("front").expect("a state");
        states.insert("front".to_owned(), front);
        let mood = &mut whole["states"]["mood"]["values"];
        *mood = json!({"tense": mood["tense"], "calm": mood["calm"]});
        whole["events"]["shock"]["effects"][0]["to"] = json!({"tense": 0.5, "calm": "p"});
    });
    for state in &plain.states {
        let other = turned
            .states
            .iter()
            .find(|s| s.name == state.name)
            .expect("a state");
        for value in &state.values {
            assert!(
                other.values.contains(value),
                "{} {}",
                state.name,
                value.name
            );
        }
    }
    assert_eq!(
        (turned.questions, turned.phases),
        (plain.questions, plain.phases)
    );
}

#[test]
fn what_is_said_in_two_ways_gives_the_same_numbers() {
    let plain = changed(|_| {});
    for (what, other) in [
        (
            "not_in",
            changed(|whole| {
                let push = whole["events"]["push"].as_object_mut().expect("an event");
                push.remove("in");
                push.insert("not_in".to_owned(), json!({"front": ["static"]}));
            }),
        ),
        (
            "a guard",
            changed(|whole| {
                let push = whole["events"]["push"].as_object_mut().expect("an event");
                push.remove("in");
                push.insert("if".to_owned(), json!("front in [moving]"));
            }),
        ),
        (
            "a factor",
            changed(|whole| {
                let push = whole["events"]["push"].as_object_mut().expect("an event");
                push.remove("in");
                push.insert(
                    "hazard".to_owned(),
                    json!({"rate": 0.7, "times": {"state": {"front": {"static": 0}}}}),
                );
            }),
        ),
    ] {
        assert_eq!(
            (&other.phases, &other.states, &other.questions),
            (&plain.phases, &plain.states, &plain.questions),
            "{what}"
        );
    }
    let phases = |restriction: Value| {
        changed(move |whole| {
            let push = whole["events"]["push"].as_object_mut().expect("an event");
            merge(push, restriction.as_object().expect("keys"));
        })
    };
    let short = phases(json!({"phases": ["a"], "trends": ["t1"]}));
    let long =
        phases(json!({"in": {"front": ["moving"], "phase": ["a"]}, "not_in": {"trend": ["t2"]}}));
    assert_eq!(short, long);
}

#[test]
fn a_move_to_where_one_is_starts_no_clock_anew_and_is_told_of_nowhere() {
    let mut whole = base();
    whole["events"] = json!({
        "stay": {"at": 1, "effects": [{"move": "front", "to": "static"}, {"move": "mood", "to": {"calm": 1}}]}
    });
    whole["states"]["front"]
        .as_object_mut()
        .expect("a state")
        .remove("moves");
    whole["metrics"] = json!({"age": "age(front)"});
    let study = study(&whole);
    let settings = study.settings().trials(1024).seed(178).build();
    for trial in 0..20 {
        let story = storyline(&study, &settings, trial).expect("a story");
        assert_eq!(story.metrics["age"], Some(2.0));
        let changes: Vec<&StoryChange> = story.happenings.iter().flat_map(|h| &h.changes).collect();
        let was_tense = story.start.states["mood"] == "tense";
        assert_eq!(changes.len(), usize::from(was_tense));
        assert_eq!(
            (
                story.end.states["mood"].as_str(),
                story.end.states["front"].as_str()
            ),
            ("calm", "static")
        );
        if let [StoryChange::State { name, from, to }] = changes[..] {
            assert_eq!(
                (name.as_str(), from.as_str(), to.as_str()),
                ("mood", "tense", "calm")
            );
        }
    }
    assert!(run(&study, 1024, 178).states[1].values.len() == 2);
}

#[test]
fn probabilities_that_are_none_stop_the_trial_with_their_place() {
    for share in ["3 * p", "p - 0.2"] {
        let mut whole = base();
        whole["events"]["shock"]["effects"][0]["to"] = json!({"calm": share, "tense": 0.5});
        let study = study(&whole);
        let error = crate::harness::try_run(&study, 1024, 178).expect_err(share);
        let told = error.to_string();
        assert!(
            told.contains("/events/shock/effects/0/to")
                || format!("{error:?}").contains("/events/shock/effects/0/to"),
            "{told}"
        );
    }
}
