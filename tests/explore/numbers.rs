//! What the page shows is what the library and the command line give.

use crate::http::{Served, row};
use quincunx::analysis::{Study, compare, reweight, storyline};
use quincunx::engine::{Settings, Silent};
use quincunx::results::CompareResult;
use serde_json::{Value, json};

fn study(served: &Served, sets: &[&str]) -> Study {
    let sets: Vec<String> = sets.iter().map(|s| (*s).to_owned()).collect();
    Study::open(&served.file, &sets).unwrap_or_else(|report| panic!("{:#?}", report.diagnostics))
}

fn settings(study: &Study) -> Settings {
    study.settings().build().threads(2)
}

fn compared(served: &Served, sets: &[&str]) -> CompareResult {
    let (base, other) = (study(served, &[]), study(served, sets));
    let settings = settings(&base);
    compare(&[&base, &other], &settings, &Silent).unwrap_or_else(|error| panic!("{error}"))
}

fn assert_shows(picture: &Value, result: &CompareResult) {
    assert_eq!(picture["kind"], "picture", "{picture}");
    for i in 0..2 {
        for outcome in &result.scenarios[i].outcomes {
            assert_eq!(
                row(picture, "outcomes", &outcome.name)[i],
                outcome.probability,
                "{}",
                outcome.name
            );
        }
        for question in &result.scenarios[i].questions {
            assert_eq!(
                row(picture, "questions", &question.name)[i],
                question.probability
            );
        }
    }
}

#[test]
fn a_tweak_ends_with_the_numbers_of_compare_under_the_same_settings() {
    let served = Served::start(|_| {});
    let mut messages = served.listen("tests");
    for (tweak, state, sets) in [
        (
            1,
            json!({"parameters": {"haste": {"pin": 0.55}}}),
            &["parameters.haste=0.55"][..],
        ),
        (
            2,
            json!({"parameters": {"pull": {"percentiles": {"p50": 0.4}}}}),
            &["parameters.pull.p50=0.4"],
        ),
        (3, json!({"horizon": 8}), &["horizon=8 months"]),
        (
            4,
            json!({"events": {"signature": "never"}}),
            &["events.signature.hazard=0"],
        ),
        (
            5,
            json!({"events": {"summit": "2026-03-01"}}),
            &[
                "events.summit.at=2026-03-01",
                "events.summit.if=null",
                "events.summit.probability=null",
            ],
        ),
        (
            6,
            json!({"weights": {"dry": 0.2, "wet": 0.8}, "simulate": true}),
            &["trends.dry.weight=0.2", "trends.wet.weight=0.8"],
        ),
    ] {
        let picture = served.picture(&mut messages, tweak, &state);
        assert_shows(&picture, &compared(&served, sets));
        let command = picture["command"].as_str().expect("a command");
        assert!(
            command.starts_with("quincunx run ") && command.contains(" --trials 8192 --seed 3"),
            "{command}"
        );
    }
}

#[test]
fn certain_events_happen_and_impossible_ones_do_not() {
    let served = Served::start(|_| {});
    let mut messages = served.listen("tests");
    let state = json!({"events": {"signature": "never", "summit": "2026-02-01"}});
    let picture = served.picture(&mut messages, 1, &state);
    assert_eq!(row(&picture, "outcomes", "signed")[1], 1.0);
    let state = json!({"events": {"signature": "never", "summit": "never"}});
    let picture = served.picture(&mut messages, 2, &state);
    assert_eq!(row(&picture, "outcomes", "signed")[1], 0.0);
}

#[test]
fn weights_alone_are_reweighted_and_not_simulated() {
    let served = Served::start(|_| {});
    let mut messages = served.listen("tests");
    let state = json!({"weights": {"dry": 0.1, "wet": 0.9}});
    let picture = served.picture(&mut messages, 1, &state);
    assert_eq!(picture["reweighted"], true);
    let base = study(&served, &[]);
    let run = base.run(&settings(&base), &Silent).expect("it runs");
    let asked = [("dry".to_owned(), 0.1), ("wet".to_owned(), 0.9)];
    let found = reweight(&run, &asked).expect("both have trials");
    for outcome in &found.outcomes {
        assert_eq!(
            row(&picture, "outcomes", &outcome.name)[1],
            outcome.probability
        );
    }
    // The base run is there now: one picture, and it is final.
    served.post(
        "api/tweak",
        &json!({"page": "tests", "tweak": 2, "state": {"weights": {"dry": 0.5, "wet": 0.5}}}),
    );
    let next = messages.until(|m| m["kind"] == "picture");
    assert_eq!((&next["tweak"], &next["final"]), (&json!(2), &json!(true)));
}

#[test]
fn the_first_picture_is_coarse_and_the_last_is_whole() {
    let served = Served::start(|_| {});
    let mut messages = served.listen("tests");
    served.post(
        "api/tweak",
        &json!({"page": "tests", "tweak": 1, "state": {"horizon": 8}}),
    );
    let mut trials = Vec::new();
    loop {
        let message = messages.until(|m| m["kind"] == "picture");
        trials.push(message["trials"].as_u64().expect("a number"));
        if message["final"] == true {
            break;
        }
    }
    assert_eq!(trials, [256, 1024, 4096, 8192]);
    // Another view of the same tweak needs no simulation.
    let view =
        json!({"page": "tests", "tweak": 2, "state": {"horizon": 8}, "view": {"width": 360}});
    served.post("api/tweak", &view);
    let message = messages.until(|m| m["kind"] == "picture");
    assert_eq!(
        (&message["final"], &message["trials"]),
        (&json!(true), &json!(8192))
    );
}

#[test]
fn a_new_tweak_cancels_the_old() {
    // So many trials that the first would take minutes.
    let served = Served::start(|options| options.trials = Some(20_000_000));
    let mut messages = served.listen("tests");
    let ask = |tweak: u64, months: u64| {
        let body = json!({"page": "tests", "tweak": tweak, "state": {"horizon": months}});
        assert_eq!(served.post("api/tweak", &body).status, 202);
    };
    ask(1, 7);
    messages.until(|m| m["tweak"] == 1 && m["kind"] == "picture");
    for tweak in 2..=6 {
        ask(tweak, 7 + tweak);
    }
    messages.until(|m| m["tweak"] == 6 && m["kind"] == "picture");
    for _ in 0..2 {
        let message = messages.next();
        assert_eq!(message["tweak"], 6, "only the newest goes on");
    }
}

#[test]
fn a_fault_is_told_at_its_control() {
    let served = Served::start(|_| {});
    let mut messages = served.listen("tests");
    for (tweak, state, control, wanted) in [
        (
            1,
            json!({"parameters": {"pull": {"percentiles": {"p50": 0.9}}}}),
            "parameter:pull",
            "",
        ),
        (
            2,
            json!({"parameters": {"pul": {"pin": 0.5}}}),
            "parameter:pul",
            "did you mean `pull`?",
        ),
        (
            3,
            json!({"weights": {"dry": 0.5, "wet": 0.6}}),
            "horizon",
            "sum to 1.1",
        ),
        (
            4,
            json!({"events": {"summit": "someday"}}),
            "event:summit",
            "not a date",
        ),
        (
            5,
            json!({"events": {"summit": "1999-01-01"}}),
            "event:summit",
            "",
        ),
        (6, json!({"horizon": -3}), "horizon", ""),
    ] {
        let fault = served.picture(&mut messages, tweak, &state);
        assert_eq!(fault["kind"], "fault", "{state}: {fault}");
        assert_eq!(fault["control"], control, "{fault}");
        assert!(
            fault["message"].as_str().expect("words").contains(wanted),
            "{fault}"
        );
    }
}

#[test]
fn the_story_of_an_outcome_ends_there_and_can_be_replayed() {
    let served = Served::start(|_| {});
    let mut messages = served.listen("tests");
    served.picture(
        &mut messages,
        1,
        &json!({"parameters": {"haste": {"pin": 0.55}}}),
    );
    for (side, sets) in [("base", &[][..]), ("other", &["parameters.haste=0.55"])] {
        let study = study(&served, sets);
        let mut seen: Vec<u64> = Vec::new();
        for i in 0..8 {
            let wanted = json!({"page": "tests", "side": side, "outcome": 0, "seen": seen});
            let answer = served.post("api/story", &wanted);
            assert_eq!(answer.status, 200, "{}", answer.body);
            let told = answer.json();
            let trial = told["trial"].as_u64().expect("a number");
            assert!(!seen.contains(&trial), "{trial} {seen:?}");
            let stands_for = told["stands_for"].as_str().expect("words");
            assert!(i > 0 || stands_for.starts_with("A typical"), "{stands_for}");
            let story = storyline(&study, &settings(&study), trial).expect("it is played");
            assert_eq!(story.outcome, "signed");
            let command = told["command"].as_str().expect("a command");
            assert!(command.contains(&format!("--trial {trial}")), "{command}");
            assert_eq!(command.contains("haste"), side == "other", "{command}");
            seen.push(trial);
        }
    }
    let none = served.post(
        "api/story",
        &json!({"page": "tests", "side": "base", "outcome": 2}),
    );
    assert_eq!(none.status, 404, "no trial is unclassified");
}

#[test]
fn what_would_make_an_outcome_the_likeliest_is_a_value_at_which_it_is() {
    let served = Served::start(|_| {});
    let mut messages = served.listen("tests");
    let base = served.picture(&mut messages, 1, &json!({}));
    let [signed, open] = ["signed", "open"].map(|name| row(&base, "outcomes", name)[0]);
    let (less, more) = if signed < open {
        ("signed", "open")
    } else {
        ("open", "signed")
    };
    let asked = |of: &str, state: Value| {
        let answer = served.post("api/likeliest", &json!({"of": of, "state": state}));
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()
    };
    let found = asked(&format!("outcome:{more}"), json!({}));
    assert_eq!(found["leads"], true, "{found}");
    let found = asked(&format!("outcome:{less}"), json!({}));
    let flip = &found["flips"][0];
    let control = flip["control"].as_str().expect("a parameter does it");
    let name = (control.strip_prefix("parameter:")).unwrap_or_else(|| panic!("{found}"));
    let state = json!({"parameters": {name: {"pin": flip["value"]}}});
    let moved = served.picture(&mut messages, 2, &state);
    let [now, other] = [less, more].map(|name| row(&moved, "outcomes", name)[1]);
    // Short runs found it: it is about even there, and it was not before.
    assert!(now - other > -0.06, "{now} {other}: {found}");
    assert!(
        (now - other) > (signed - open).abs() * -0.5,
        "{now} {other}"
    );
    let none = served.post(
        "api/likeliest",
        &json!({"of": "outcome:nothing", "state": {}}),
    );
    assert_eq!(none.status, 422, "{}", none.body);
}

#[test]
fn a_weight_that_makes_an_outcome_the_likeliest_is_found_without_simulating() {
    let served = Served::start(|options| {
        let text = crate::http::valley()
            .replace(r#"{"wet": 2}"#, r#"{"dry": 0.1, "wet": 6}"#)
            .replace(r#""weight": 0.7"#, r#""weight": 0.8"#)
            .replace(r#""weight": 0.3"#, r#""weight": 0.2"#);
        std::fs::write(&options.file, text).expect("written");
    });
    let mut messages = served.listen("tests");
    let base = served.picture(&mut messages, 1, &json!({}));
    let [signed, open] = ["signed", "open"].map(|name| row(&base, "outcomes", name)[0]);
    assert!(signed < open, "{signed} {open}");
    let asked = |state: &Value| {
        let body = json!({"of": "outcome:signed", "state": state});
        let answer = served.post("api/likeliest", &body);
        assert_eq!(answer.status, 200, "{}", answer.body);
        let found = answer.json();
        let flips = found["flips"].as_array().expect("a list").clone();
        let mut flips = flips.into_iter();
        let flip = flips.find(|flip| flip["control"] == "weight:wet");
        let flip = flip.unwrap_or_else(|| panic!("{found}"));
        flip["value"].as_f64().expect("a number")
    };
    let wet = asked(&json!({}));
    for (tweak, low, leads) in [(2, wet, true), (3, wet - 0.02, false)] {
        let state = json!({"weights": {"dry": 1.0 - low, "wet": low}});
        let moved = served.picture(&mut messages, tweak, &state);
        let [now, other] = ["signed", "open"].map(|name| row(&moved, "outcomes", name)[1]);
        assert_eq!(now > other, leads, "{low}: {now} {other}");
    }
    // The other controls stay as they are on the page.
    let pulled = asked(&json!({"parameters": {"pull": {"pin": 0.33}}}));
    assert!(pulled < wet, "{pulled} {wet}");
}

#[test]
fn what_came_from_the_file_is_text() {
    let served = Served::start(|_| {});
    let mut messages = served.listen("tests");
    let picture = served.picture(&mut messages, 1, &json!({"horizon": 8}));
    let panels = picture["panels"].as_object().expect("panels");
    assert_eq!(panels.len(), 7);
    std::fs::write(
        &served.file,
        crate::http::valley().replace("Accord signed", "<script>alert(1)</script>\\\"'&"),
    )
    .expect("the file is written");
    messages.until(|m| m["kind"] == "scenario" && m["controls"]["generation"] == 1);
    let picture = served.picture(&mut messages, 2, &json!({"horizon": 8}));
    for (name, html) in picture["panels"].as_object().expect("panels") {
        assert!(!html.as_str().expect("text").contains("<script"), "{name}");
    }
    let html = picture["panels"]["outcomes"].as_str().expect("text");
    assert!(html.contains("&lt;script&gt;"), "{html}");
}

#[test]
fn a_scenario_without_time_has_no_horizon_no_dates_and_no_charts_over_time() {
    let served = Served::start(|options| {
        let path = "scenarios/gallery/lift_inspectors.json";
        options.file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    });
    let mut messages = served.listen("tests");
    let scenario = messages.until(|m| m["kind"] == "scenario");
    assert_eq!(scenario["controls"]["time"], Value::Null);
    assert!(!scenario.to_string().contains("2000-01-01"), "{scenario}");
    let state = json!({"parameters": {"per_day": {"pin": 4}}});
    let picture = served.picture(&mut messages, 1, &state);
    let panels = picture["panels"].as_object().expect("panels");
    assert_eq!(
        panels.keys().collect::<Vec<_>>(),
        ["headline", "metrics", "questions"]
    );
    assert!(
        panels["metrics"]
            .as_str()
            .is_some_and(|html| html.contains("Inspectors"))
    );
    let announced = picture["announce"].as_str().expect("words");
    assert!(
        announced.contains("questions and metrics change"),
        "{announced}"
    );
    let [base, other] = row(&picture, "questions", "more_than_a_hundred");
    assert!(other > base, "{other} {base}");
    // A link of before may hold one.
    let fault = served.picture(&mut messages, 2, &json!({"horizon": 12}));
    assert_eq!(fault["kind"], "fault", "{fault}");
    let message = fault["message"].as_str().expect("words");
    assert!(message.contains("has no time"), "{message}");
}

/// Questions about some futures and ratios of means are reweighted and compared as the others are.
#[test]
fn questions_about_some_futures_and_ratios_of_means_stand_beside_the_others() {
    let served = Served::start(|options| {
        let more = json!({
            "extends": "valley.jsonc",
            "questions": {
                "then": {"ever": "ever(signature)", "given": "ever(summit)", "title": "Signed after a summit"},
                "never": {"ever": "ever(signature)", "given": "count(summit) > 99"},
            },
            "metrics": {"summits": "1 + count(summit)", "signatures": "1 + count(signature)"},
            "ratios": {"each": {"of": "signatures", "over": "summits", "title": "Signatures a summit"}},
        });
        options.file.set_file_name("more.json");
        std::fs::write(&options.file, more.to_string()).expect("a file");
    });
    let file = served.file.with_file_name("more.json");
    let base = Study::open(&file, &[]).unwrap_or_else(|report| panic!("{:#?}", report.diagnostics));
    let mut messages = served.listen("tests");
    let shown = |picture: &Value, ratio: f64| {
        let html = picture["panels"]["metrics"]
            .as_str()
            .expect("a panel")
            .to_owned();
        let at = html.find("data-name=\"each\"").expect("a row");
        let row = html[at..].split("</tr>").next().expect("a row").to_owned();
        let text = format!("{ratio:.2}");
        assert!(
            row.contains("Signatures a summit") && row.contains(&text),
            "{row} {text}"
        );
    };
    let picture = served.picture(
        &mut messages,
        1,
        &json!({"weights": {"dry": 0.1, "wet": 0.9}}),
    );
    assert_eq!(picture["reweighted"], true);
    let run = base.run(&settings(&base), &Silent).expect("it runs");
    let asked = [("dry".to_owned(), 0.1), ("wet".to_owned(), 0.9)];
    let found = reweight(&run, &asked).expect("both have trials");
    let told = run.conditional[0].probability.expect("a chance");
    assert_eq!(
        row(&picture, "questions", "then"),
        [told, found.conditional[0].probability]
    );
    shown(&picture, found.ratios[0].ratio.expect("a ratio"));
    let questions = picture["panels"]["questions"].as_str().expect("a panel");
    assert!(questions.contains("no such trial is known"), "{questions}");

    let state = json!({"parameters": {"haste": {"pin": 0.55}}});
    let picture = served.picture(&mut messages, 2, &state);
    let other = Study::open(&file, &["parameters.haste=0.55".to_owned()]).expect("it opens");
    let both = compare(&[&base, &other], &settings(&base), &Silent).expect("they run");
    let told = both.scenarios[1].conditional[0]
        .probability
        .expect("a chance");
    assert_eq!(row(&picture, "questions", "then")[1], told);
    shown(
        &picture,
        both.scenarios[1].ratios[0].ratio.expect("a ratio"),
    );
}
