//! What is tried of controls of which no draw of the file's run tells.

use crate::http::{Served, row, valley};
use quincunx::analysis::{Study, compare};
use quincunx::engine::Silent;
use serde_json::{Value, json};

/// The movers as they are told when all has been tried.
fn told(served: &Served) -> Value {
    let mut messages = served.listen("tests");
    served.picture(&mut messages, 1, &json!({}));
    messages.until(|m| m["kind"] == "movers")
}

fn mover<'m>(told: &'m Value, of: &str, control: &str) -> Option<&'m Value> {
    let all = told["movers"][of].as_array().expect("a list");
    all.iter().find(|mover| mover["control"] == control)
}

#[test]
fn events_and_the_horizon_are_told_what_a_comparison_of_the_files_says() {
    let served = Served::start(|_| {});
    let told = told(&served);
    let open = |sets: &[String]| Study::open(&served.file, sets).expect("a scenario");
    let base = open(&[]);
    for (control, says, set) in [
        ("event:signature", "never", "events.signature.hazard=0"),
        ("event:summit", "never", "events.summit.probability=0"),
        ("horizon", "half as long", r#"horizon="6 months""#),
    ] {
        let mut sets = vec![set.to_owned()];
        if control == "horizon" {
            sets.push("questions.by_june=null".into());
        }
        let other = open(&sets);
        let settings = base.settings().trials(8192).build();
        let whole = compare(&[&base, &other], &settings, &Silent).expect("it runs");
        let exact = &whole.comparisons[0].differences[0];
        assert_eq!(exact.outcome, "signed");
        let found = mover(&told, "outcome:signed", control);
        let found = found.unwrap_or_else(|| panic!("{control}: {told}"));
        let text = found["says"].as_str().expect("words");
        assert!(text.starts_with(&format!("{says}: ")), "{text}");
        let points = found["points"].as_f64().expect("a number");
        let difference = exact.difference.expect("a difference");
        // The longer of two: the horizon is tried half as long again too.
        if control != "horizon" {
            assert!(
                (points - difference.abs()).abs() < 0.05,
                "{points} {difference}"
            );
            // Never is less of it.
            assert_eq!(found["rises"], difference < 0.0);
        }
        assert_eq!(told["untold"][control], "");
    }
    // They stand by what they do, whatever kind of control they are.
    let all = told["movers"]["outcome:signed"].as_array().expect("a list");
    let points: Vec<f64> = (all.iter())
        .map(|mover| mover["points"].as_f64().expect("a number"))
        .collect();
    assert!(points.is_sorted_by(|a, b| a >= b), "{points:?}");
    let kinds = |kind: &str| {
        all.iter()
            .any(|m| m["control"].as_str().is_some_and(|c| c.starts_with(kind)))
    };
    assert!(kinds("parameter:") && kinds("event:"), "{told}");
}

#[test]
fn what_cannot_be_tried_or_does_nothing_is_told_too() {
    let served = Served::start(|options| {
        // An event that does nothing, and an outcome that names a day beyond half the horizon.
        let fair = r#""summit": {"#;
        let signed = r#""when": "phase == accord""#;
        let text = valley()
            .replace(
                fair,
                &format!(r#""fair": {{"title": "Fair", "at": "2026-03-01"}}, {fair}"#),
            )
            .replace(
                signed,
                r#""when": "phase == accord or at(level, 2026-09-01) > 30""#,
            );
        std::fs::write(&options.file, text).expect("written");
    });
    let told = told(&served);
    assert_eq!(told["untold"]["event:fair"], "");
    for (of, all) in told["movers"].as_object().expect("movers") {
        let all = all.as_array().expect("a list");
        assert!(
            all.iter().all(|m| m["control"] != "event:fair"),
            "{of}: {told}"
        );
    }
    // A shorter story has no such outcome.
    let horizon = told["untold"]["horizon"].as_str().expect("words");
    assert!(
        horizon.starts_with("half as long: not tried, "),
        "{horizon}"
    );
    assert_eq!(told["tried_trials"], 1024);
}

#[test]
fn an_event_that_makes_an_outcome_the_likeliest_can_be_tried() {
    let served = Served::start(|options| {
        // Nearly always signed: no parameter can keep it from that, ruling the signature out can.
        let text = valley().replace(
            r#""haste": {"uniform": [0.2, 0.6]"#,
            r#""haste": {"uniform": [2, 3]"#,
        );
        std::fs::write(&options.file, text).expect("written");
    });
    let mut messages = served.listen("tests");
    let base = served.picture(&mut messages, 1, &json!({}));
    messages.until(|m| m["kind"] == "movers");
    let [signed, open] = ["signed", "open"].map(|name| row(&base, "outcomes", name)[0]);
    assert!(signed > open, "{signed} {open}");
    let body = json!({"of": "outcome:open", "state": {}});
    let answer = served.post("api/likeliest", &body);
    assert_eq!(answer.status, 200, "{}", answer.body);
    let found = answer.json();
    let flips = found["flips"].as_array().expect("a list");
    let flip = flips
        .iter()
        .find(|flip| flip["control"] == "event:signature");
    let flip = flip.unwrap_or_else(|| panic!("{found}"));
    assert_eq!(
        (&flip["says"], &flip["value"]),
        (&json!("never"), &Value::Null)
    );
    let moved = served.picture(&mut messages, 2, &flip["state"]);
    let [signed, open] = ["signed", "open"].map(|name| row(&moved, "outcomes", name)[1]);
    assert!(open > signed, "{signed} {open}");
}
