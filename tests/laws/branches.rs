//! One happening with several results: which of them a firing has, what it sees and does, and what
//! a probability of firing means.

use crate::harness::{
    Agreement, event, metric, phase, rows, run, scenario, settings, study, try_run,
};
use quincunx::analysis::storyline;
use quincunx::engine::EngineError;
use quincunx::results::RunResult;
use serde_json::{Value, json};

const TRIALS: u64 = 20_480;

fn votes(more: Value) -> Value {
    let mut whole = scenario(
        2.0,
        0.5,
        json!({
            "parameters": {"p_yes": 0.3},
            "indicators": {"seen": {"start": 0}, "sum": {"start": 0}},
            "events": {"vote": {
                "title": "The vote",
                "hazard": 1.5,
                "branches": {
                    "yes": {"title": "it passes", "probability": "p_yes"},
                    "abandoned": {"probability": 0.1},
                    "no": {},
                },
            }},
        }),
    );
    let sections = more.as_object().expect("sections").clone();
    crate::harness::merge(whole.as_object_mut().expect("an object"), &sections);
    whole
}

/// Branches thin a Poisson process: the counts are independent Poisson variables. 20,480 trials,
/// seed 71.
#[test]
fn branches_thin_a_poisson_process() {
    let study = study(&votes(json!({"metrics": {
        "all": "count(vote)", "parts": "count(vote.yes) + count(vote.no) + count(vote.abandoned)",
        "yes": "count(vote.yes)", "both": "count(vote.yes) * count(vote.no)",
        "first_no": "first(vote.no)",
    }})));
    let (result, rows) = rows(&study, &settings(&study, TRIALS, 71));
    assert_eq!(rows.metric("all"), rows.metric("parts"));
    let mut agreement = Agreement::default();
    for (name, share) in [("yes", 0.3), ("abandoned", 0.1), ("no", 0.6)] {
        let mean = 3.0 * share;
        let found = event(&result, &format!("vote.{name}"));
        agreement.share(name, found.probability, -libm::expm1(-mean), TRIALS);
        let count = found.mean_count;
        agreement.estimate(name, count, mean, (mean / TRIALS as f64).sqrt());
    }
    // Of independent Poisson counts with means 0.9 and 1.8: the variance of the product is 0.9 1.8
    // (1 + 0.9 + 1.8).
    let product = metric(&result, "both").mean.expect("a mean");
    let error = (0.9 * 1.8 * 3.7 / TRIALS as f64).sqrt();
    agreement.estimate("product", product, 0.9 * 1.8, error);
    assert_eq!(
        rows.metric("first_no").len(),
        rows.first_time("vote.no").len()
    );
    agreement.finish(7);
}

fn yes_times(p: f64, more: Value) -> Vec<f64> {
    let mut whole = votes(more);
    whole["parameters"]["p_yes"] = json!(p);
    let study = study(&whole);
    rows(&study, &settings(&study, 1024, 72))
        .1
        .first_time("vote.yes")
        .to_vec()
}

/// Branches are stacked in the order of their names: `abandoned`, `no`, `yes`. What passes at 0.3
/// passes at 0.4 as well.
#[test]
fn a_likelier_branch_keeps_the_firings_that_it_had() {
    let (few, many) = (yes_times(0.3, json!({})), yes_times(0.4, json!({})));
    assert!(few.iter().zip(&many).all(|(few, many)| many <= few));
    assert_ne!(few, many);
    let other = json!({"events": {"vote": {
        "hazard": 1.5, "effects": [{"add": "sum", "by": {"uniform": [0, 1]}}],
        "branches": {"yes": {"probability": "p_yes", "effects": [{"add": "seen", "by": {"normal": {"mean": 0, "sd": 1}}}]}, "abandoned": {"probability": 0.1}, "no": {}},
    }}});
    assert_eq!(few, yes_times(0.3, other), "effects move no choice");
}

/// The event's own effects come first; its branches, and how likely they are, see what they did, by
/// a derived value too.
#[test]
fn branches_see_what_the_event_did() {
    let study = study(&votes(json!({
        "derived": {"twice": "2 * seen", "often": "count(vote) + count(vote.no)"},
        "events": {"vote": {
            "hazard": 1.5,
            "effects": [{"set": "seen", "to": "count(vote)"}],
            "branches": {
                // After two firings this is 0, and the rest is all there is.
                "yes": {"probability": "if(twice < 5, 1, 0)", "effects": [{"add": "sum", "by": "twice"}]},
                "no": {"effects": [{"add": "sum", "by": "1000 * often"}]},
            },
        }},
        "metrics": {"n": "count(vote)", "no": "count(vote.no)", "total": "final(sum)"},
    })));
    let (_, rows) = rows(&study, &settings(&study, 1024, 73));
    for (i, n) in rows.metric("n").iter().enumerate() {
        let no = rows.metric("no")[i];
        assert_eq!(no, (n - 2.0).max(0.0), "trial {i}");
        // 2 and 4 from the first two, then 1000 (k + k - 2) from the k-th.
        let early = [0.0, 2.0, 6.0][n.min(2.0) as usize];
        let late: f64 = (3..=*n as u32)
            .map(|k| 1000.0 * (2.0 * f64::from(k) - 2.0))
            .sum();
        assert_eq!(
            rows.metric("total")[i],
            early + late,
            "trial {i} of {n} firings"
        );
    }
}

/// Two exits of one phase by the branches of one event are two exits by hazards of their own. Seed
/// 74.
#[test]
fn branches_lead_to_phases_as_competing_hazards_do() {
    let found = run(
        &study(&scenario(
            3.0,
            0.25,
            json!({
                "phases": {"war": {"start": true}, "peace": {}, "collapse": {"final": true}},
                "events": {"talks_end": {"hazard": 0.5, "phases": ["war"], "branches": {
                    "agreed": {"probability": 0.6, "effects": [{"phase": "peace"}]},
                    "broken": {"probability": 0.4, "effects": [{"phase": "collapse"}]},
                }}},
            }),
        )),
        TRIALS,
        74,
    );
    let mut agreement = Agreement::default();
    for (k, time) in found.times.iter().enumerate() {
        let gone = -libm::expm1(-0.5 * time);
        for (name, share) in [("peace", 0.6), ("collapse", 0.4)] {
            let here = phase(&found, name).occupancy[k];
            agreement.share(name, here, share * gone, TRIALS);
        }
    }
    agreement.finish(12);
}

fn triggered(probability: &str) -> RunResult {
    run(
        &study(&scenario(
            1.0,
            0.25,
            json!({
                "parameters": {"p": {"uniform": [0, 1]}},
                "indicators": {"x": {"start": 0}},
                "events": {
                    "knock": {"hazard": 4, "effects": [{"add": "x", "by": 1}]},
                    "heard": {"when": "mod(x, 2) == 1", "probability": probability},
                },
            }),
        )),
        TRIALS,
        75,
    )
}

/// Each time that the condition becomes true counts anew: the odd arrivals of a Poisson process of
/// mean 4, thinned. Seed 75.
#[test]
fn a_trigger_may_come_true_in_vain() {
    let mut agreement = Agreement::default();
    // Odd arrivals by t = 1: n/2 rounded up, with mean (4 + (1 - exp(-8)) / 2) / 2 by the parity of
    // a Poisson count.
    let mean = 0.5 * (4.0 + 0.5 * -libm::expm1(-8.0));
    for (text, share) in [("0.25", 0.25), ("1", 1.0), ("0", 0.0), ("p", 0.5)] {
        let found = triggered(text);
        let found = event(&found, "heard");
        let error = found.mean_count_std_error.max(1e-12);
        agreement.estimate(text, found.mean_count, share * mean, error);
    }
    agreement.finish(4);
}

#[test]
fn probabilities_that_cannot_be_stop_the_trials_that_meet_them() {
    let whole = votes(json!({
        "parameters": {"p_yes": {"uniform": [0.5, 1]}},
        "events": {"vote": {"hazard": 1.5, "branches": {"yes": {"probability": "p_yes"}, "no": {"probability": 0.2}}}},
    }));
    let error = try_run(&study(&whole), 10_240, 76).expect_err("many trials stop");
    let EngineError::NonFinite { stopped, path, .. } = &error else {
        panic!("{error}")
    };
    assert_eq!(path, "/events/vote/branches");
    // Above 0.8 the two sum to more than one, and any firing stops the trial: 2/5 of the draws.
    let share = *stopped as f64 / 10_240.0;
    let exact = 0.4 * -libm::expm1(-3.0);
    assert!((share - exact).abs() < 0.02, "{share} for {exact}");
}

/// `1 - 0.9 - 0.1` is a little below nothing. Wherever a probability stands, and in whichever order
/// it is stacked, it is nothing: no trial stops, and nothing comes of it. Seed 78.
#[test]
fn what_rounding_makes_of_nothing_is_nothing() {
    let result = run(
        &study(&scenario(
            1.0,
            0.25,
            json!({
                "parameters": {"k": {"uniform": [1, 2]}, "nothing": "1 - 0.9 * (k / k) - 0.1", "all": "0.7 * (k / k) + 0.2 + 0.1 + 2e-16"},
                "indicators": {"p": {"start": 0.9}, "q": {"start": 0.1}},
                "phases": {"war": {"start": "all"}, "lull": {"start": "nothing"}},
                "states": {
                    "row": {
                        "values": {"a": {"start": true}, "b": {}, "c": {}, "d": {}},
                        "each_step": {"a": {"b": "1 - p - q", "c": "p", "d": "q"}},
                    },
                    "drawn": {"values": {"x": {"start": "all"}, "y": {"start": "nothing"}, "z": {}}},
                },
                "events": {
                    "dated": {"at": 0.3, "probability": "nothing"},
                    "every": {"every": "1 month", "probability": "1 - p - q"},
                    "hazard": {"hazard": 5, "branches": {"no": {"probability": "1 - p - q"}, "one": {"probability": "p"}, "two": {"probability": "q"}}},
                    "moves": {"at": 0.6, "effects": [{"move": "drawn", "to": {"y": "1 - p - q", "x": "p", "z": "q"}}]},
                    "sure": {"at": 0.7, "probability": "all"},
                },
                "metrics": {"sure": "count(sure)", "none": "count(dated) + count(every) + count(hazard.no) + if(row == b or drawn == y or phase == lull, 1, 0)"},
            }),
        )),
        10_240,
        78,
    );
    assert_eq!(metric(&result, "sure").mean, Some(1.0));
    assert_eq!(metric(&result, "none").mean, Some(0.0));
}

#[test]
fn a_story_tells_which_result_a_happening_had() {
    let study = study(&votes(json!({})));
    let settings = settings(&study, 64, 77);
    let mut told = Vec::new();
    for trial in 0..20 {
        let story = storyline(&study, &settings, trial).expect("a story");
        told.extend(story.happenings.iter().map(|h| h.title.clone()));
    }
    assert!(told.contains(&"The vote: it passes".to_owned()), "{told:?}");
    assert!(told.contains(&"The vote: abandoned".to_owned()), "{told:?}");
    // Nothing is told twice.
    assert!(!told.contains(&"The vote".to_owned()), "{told:?}");
}
