//! Moving while it simulates: what is drawn when, and what stays where it was.

use crate::http::{Messages, Served, row, valley};
use quincunx::analysis::Study;
use quincunx::engine::Silent;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

fn ask(served: &Served, page: &str, tweak: u64, state: &Value, view: &Value) {
    let body = json!({"page": page, "tweak": tweak, "state": state, "view": view});
    let answer = served.post("api/tweak", &body);
    assert_eq!(answer.status, 202, "{}", answer.body);
}

fn pinned(value: f64) -> Value {
    json!({"parameters": {"haste": {"pin": value}}})
}

/// All pictures of a tweak, to the last.
fn pictures(messages: &mut Messages, tweak: u64) -> Vec<Value> {
    let mut all = Vec::new();
    loop {
        let picture = messages.until(|m| m["kind"] == "picture" && m["tweak"] == tweak);
        let last = picture["final"] == true;
        all.push(picture);
        if last {
            return all;
        }
    }
}

#[test]
fn pictures_come_while_a_hand_moves_and_the_newest_tweak_goes_next() {
    // So many trials that none of these would ever be done.
    let served = Served::start(|options| options.trials = Some(20_000_000));
    let mut messages = served.listen("tests");
    let last = 60;
    for tweak in 1..=last {
        ask(
            &served,
            "tests",
            tweak,
            &pinned(0.2 + 0.005 * tweak as f64),
            &json!({}),
        );
        std::thread::sleep(Duration::from_millis(20));
    }
    let mut drawn = Vec::new();
    while drawn.last() != Some(&last) {
        let picture = messages.until(|m| m["kind"] == "picture");
        drawn.push(picture["tweak"].as_u64().expect("a number"));
    }
    drawn.dedup();
    assert!(drawn.is_sorted(), "{drawn:?}");
    // Two thirds of them may be skipped on a machine that does much else; without pictures on the
    // way there are two.
    assert!(drawn.len() >= 6, "{drawn:?}");
}

#[test]
fn a_hand_that_goes_on_moving_sees_what_reading_the_file_anew_gives() {
    let served = Served::start(|_| {});
    let (mut messages, mut others) = (served.listen("tests"), served.listen("others"));
    ask(&served, "tests", 1, &json!({}), &json!({}));
    pictures(&mut messages, 1);
    let moving = |value: f64, low: f64| {
        json!({
            "parameters": {"haste": {"pin": value}},
            "weights": {"dry": 1.0 - low, "wet": low}, "simulate": true,
        })
    };
    let first = |messages: &mut Messages, page: &str, tweak: u64, state: &Value, held: bool| {
        ask(&served, page, tweak, state, &json!({"held": held}));
        messages.until(|m| m["tweak"] == tweak)
    };
    let mut seen = Vec::new();
    // The file is read for the first of these, and numbers are replaced for the others.
    for (tweak, (value, low)) in (2..).zip([(0.3, 0.25), (0.55, 0.25), (0.55, 0.75)]) {
        let state = moving(value, low);
        let held = first(&mut messages, "tests", tweak, &state, true);
        let read = first(&mut others, "others", tweak, &state, false);
        assert_eq!(
            (&held["trials"], &read["trials"]),
            (&json!(256), &json!(256))
        );
        for (panel, name) in [("outcomes", "signed"), ("questions", "by_june")] {
            assert_eq!(row(&held, panel, name), row(&read, panel, name), "{state}");
        }
        assert_eq!(held["command"], read["command"]);
        seen.push(row(&held, "outcomes", "signed")[1]);
    }
    assert!(seen[0] != seen[1] && seen[1] != seen[2], "{seen:?}");
    // What is impossible is told as it is when the file is read.
    let pull = |value: f64| json!({"parameters": {"pull": {"pin": value}}});
    first(&mut messages, "tests", 8, &pull(0.5), true);
    let held = first(&mut messages, "tests", 9, &pull(1.5), true);
    let read = first(&mut messages, "tests", 10, &pull(1.5), false);
    assert_eq!(
        (&held["kind"], &read["kind"]),
        (&json!("fault"), &json!("fault"))
    );
    assert_eq!(held["message"], read["message"]);
    let message = read["message"].as_str().expect("words");
    assert!(message.contains("a probability lies between"), "{message}");
}

#[test]
fn the_numbers_of_the_file_stay_while_what_is_moved_grows_finer() {
    let served = Served::start(|_| {});
    let mut messages = served.listen("tests");
    ask(&served, "tests", 1, &json!({}), &json!({}));
    let base = pictures(&mut messages, 1).pop().expect("a last one");
    let [file, _] = row(&base, "outcomes", "signed");
    for (tweak, state) in [
        (2, pinned(0.55)),
        (3, json!({"horizon": 8})),
        (4, json!({"events": {"signature": "never"}})),
        (
            5,
            json!({"weights": {"dry": 0.2, "wet": 0.8}, "simulate": true}),
        ),
    ] {
        ask(&served, "tests", tweak, &state, &json!({}));
        let all = pictures(&mut messages, tweak);
        let trials: Vec<_> = all.iter().map(|p| p["trials"].as_u64()).collect();
        assert_eq!(trials, [256, 1024, 4096, 8192].map(Some), "{state}");
        let exact = row(&all[3], "outcomes", "signed")[1];
        for picture in &all {
            assert_eq!(picture["base_trials"], 8192);
            for (panel, name) in [
                ("outcomes", "signed"),
                ("outcomes", "open"),
                ("questions", "by_june"),
            ] {
                let whole = row(&base, panel, name)[0];
                assert_eq!(row(picture, panel, name)[0], whole, "{state}: {name}");
            }
            let [shown, changed] = row(picture, "outcomes", "signed");
            assert_eq!(shown, file);
            assert!(
                (changed - exact).abs() < 0.12,
                "{state}: {changed}, {exact}"
            );
        }
    }
}

#[test]
fn an_axis_that_is_held_stays_and_one_that_is_not_never_shrinks() {
    let served = Served::start(|_| {});
    let mut messages = served.listen("tests");
    let mut asked = 0;
    let mut axes = |state: &Value, view: Value| {
        asked += 1;
        ask(&served, "tests", asked, state, &view);
        let last = match view["held"] == true {
            true => messages.until(|m| m["kind"] == "picture" && m["tweak"] == asked),
            false => pictures(&mut messages, asked).pop().expect("a last one"),
        };
        last["axes"].clone()
    };
    let first = axes(&json!({}), json!({}));
    let far = json!({"events": {"signature": "never", "summit": "2026-02-01"}});
    let held = axes(&far, json!({"axes": first, "held": true}));
    assert_eq!(held, first);
    let one = axes(
        &far,
        json!({"axes": first, "held": true, "panels": ["outcomes"]}),
    );
    assert_eq!(one.as_object().map(|axes| axes.len()), Some(1), "{one}");
    let released = axes(&far, json!({"axes": first}));
    assert!(
        released["outcomes"][1].as_f64() > first["outcomes"][1].as_f64(),
        "{released}"
    );
    let back = axes(&json!({}), json!({"axes": released}));
    assert_eq!(back, released);
}

#[test]
fn while_a_hand_moves_a_picture_is_of_the_window_and_nothing_finer_follows() {
    let served = Served::start(|_| {});
    let mut messages = served.listen("tests");
    ask(&served, "tests", 1, &json!({}), &json!({}));
    pictures(&mut messages, 1);
    let seen = json!(["headline", "outcomes", "chart"]);
    for (tweak, chart) in [
        (2, "series:level"),
        (3, "phase:accord"),
        (4, "event:summit"),
    ] {
        let view = json!({"held": true, "panels": seen, "chart": chart});
        let state = pinned(0.3 + 0.05 * tweak as f64);
        ask(&served, "tests", tweak, &state, &view);
        let held = messages.until(|m| m["kind"] == "picture" && m["tweak"] == tweak);
        assert_eq!(
            (&held["trials"], &held["part"]),
            (&json!(256), &json!(true))
        );
        let keys: Vec<_> = held["panels"].as_object().expect("panels").keys().collect();
        assert_eq!(keys, ["chart", "headline", "outcomes"]);
        let html = held["panels"]["chart"].as_str().expect("a chart");
        assert!(
            html.matches("class=\"curve").count() == 2,
            "{chart}: {html}"
        );
        // While the hand rests there is one that is a little finer, and no more.
        let rested = messages.until(|m| m["kind"] == "picture");
        assert_eq!(
            (&rested["tweak"], &rested["trials"], &rested["part"]),
            (&json!(tweak), &json!(1024), &json!(true))
        );
        // What comes next is of the next request, and its first picture has the same numbers.
        ask(
            &served,
            "tests",
            10 * tweak,
            &state,
            &json!({"panels": seen, "chart": chart}),
        );
        let next = messages.until(|m| m["kind"] == "picture");
        assert_eq!(next["tweak"], 10 * tweak, "nothing finer of what was held");
        assert_eq!(
            next["panels"]["outcomes"], held["panels"]["outcomes"],
            "{chart}"
        );
        let last = pictures(&mut messages, 10 * tweak)
            .pop()
            .expect("a last one");
        assert_eq!(last["panels"].as_object().map(|all| all.len()), Some(7));
    }
}

#[test]
fn a_shorter_horizon_silences_what_lies_beyond_it() {
    let served = Served::start(|_| {});
    let mut messages = served.listen("tests");
    for months in 1..=24 {
        let picture = served.picture(&mut messages, months, &json!({"horizon": months}));
        assert_eq!(picture["kind"], "picture", "{months} months: {picture}");
        let html = picture["panels"]["questions"].as_str().expect("a panel");
        assert_eq!(
            html.contains("not within the horizon"),
            months < 6,
            "{months} months"
        );
        let command = picture["command"].as_str().expect("a command");
        assert_eq!(
            command.contains("questions.by_june=null"),
            months < 6,
            "{command}"
        );
    }
    // The line of settings and the variant say the same.
    let state = json!({"horizon": 3});
    let picture = served.picture(&mut messages, 30, &state);
    let sets = ["horizon=\"3 months\"", "questions.by_june=null"].map(str::to_owned);
    let study = Study::open(&served.file, &sets).expect("the settings of the command line");
    let run = study
        .run(&study.settings().build(), &Silent)
        .expect("it runs");
    assert_eq!(
        row(&picture, "outcomes", "signed")[1],
        run.outcomes[0].probability
    );
    let made = served.post("api/variant", &json!({"state": state, "name": "short"}));
    assert_eq!(made.status, 200, "{}", made.body);
    // What is wrong for another reason is still refused.
    let fault = served.picture(&mut messages, 31, &json!({"horizon": 0}));
    assert_eq!(fault["kind"], "fault");
}

#[test]
fn what_names_a_day_beyond_the_horizon_falls_silent_in_the_shipped_files_too() {
    for (file, months) in [("baseline", &[1, 9, 20][..]), ("port_strike", &[1, 2])] {
        let served = Served::start(|options| {
            options.file = format!("{}/scenarios/{file}.json", env!("CARGO_MANIFEST_DIR")).into();
            options.trials = Some(1024);
        });
        let mut messages = served.listen("tests");
        for months in months {
            let picture = served.picture(&mut messages, *months, &json!({"horizon": months}));
            assert_eq!(
                picture["kind"], "picture",
                "{file}, {months} months: {picture}"
            );
        }
    }
    // A headline goes with the question that it names.
    let served = Served::start(|options| {
        let text = valley().replacen(
            '{',
            r#"{"headline": "Signed by June: {question.by_june}","#,
            1,
        );
        std::fs::write(&options.file, text).expect("written");
    });
    let mut messages = served.listen("tests");
    let picture = served.picture(&mut messages, 1, &json!({"horizon": 3}));
    assert_eq!(picture["kind"], "picture", "{picture}");
    // A day that something else names is the horizon's fault.
    let served = Served::start(|options| {
        let text = valley().replace(
            "\"outcomes\": [",
            "\"outcomes\": [{\"name\": \"early\", \"when\": \"at(phase == accord, 2026-05-01)\"},",
        );
        std::fs::write(&options.file, text).expect("written");
    });
    let mut messages = served.listen("tests");
    let fault = served.picture(&mut messages, 1, &json!({"horizon": 2}));
    assert_eq!(
        (&fault["kind"], &fault["control"]),
        (&json!("fault"), &json!("horizon")),
        "{fault}"
    );
}

#[test]
fn a_control_that_does_not_do_what_one_thinks_has_a_note() {
    let served = Served::start(|options| {
        let text = valley().replace(
            "\"probability\": \"pull\"",
            "\"probability\": \"min(pull, 1)\"",
        );
        let more = r#""per_trial": {"luck": {"normal": {"mean": 0.5, "sd": 0.2}, "range": [0, 1]}},
            "states": {"dam": {"values": {"sound": {"start": true}, "cracked": {}}}},
            "trends""#;
        let text = text.replacen("\"trends\"", more, 1);
        std::fs::write(&options.file, text).expect("written");
    });
    let mut messages = served.listen("tests");
    for (tweak, state, control, words) in [
        (
            1,
            json!({"horizon": 6, "events": {"summit": "2026-11-01"}}),
            "event:summit",
            Some("after the horizon, 2026-07-0"),
        ),
        (
            2,
            json!({"events": {"summit": "2026-11-01"}}),
            "event:summit",
            Some("happens in "),
        ),
        (
            3,
            json!({"events": {"summit": "2026-01-01"}}),
            "event:summit",
            None,
        ),
        (
            4,
            json!({"parameters": {"pull": {"pin": 1.5}}}),
            "parameter:pull",
            Some("outside the range that the file declares, 0 to 1"),
        ),
        (
            5,
            json!({"parameters": {"haste": {"pin": 5}}}),
            "parameter:haste",
            Some("above what"),
        ),
        (
            6,
            json!({"parameters": {"haste": {"pin": 0.5}}}),
            "parameter:haste",
            None,
        ),
        (
            7,
            json!({"per_trial": {"luck": 1.5}}),
            "per_trial:luck",
            Some("outside the range that the file declares, 0 to 1"),
        ),
        (
            8,
            json!({"per_trial": {"luck": 0.7}}),
            "per_trial:luck",
            None,
        ),
        (
            9,
            json!({"starts": {"dam": "cracked"}}),
            "start:dam",
            Some("no future of the file starts there"),
        ),
        (10, json!({"starts": {"dam": "sound"}}), "start:dam", None),
    ] {
        let picture = served.picture(&mut messages, tweak, &state);
        assert_eq!(picture["kind"], "picture", "{picture}");
        let note = picture["notes"][control].as_str();
        match words {
            Some(words) => assert!(note.is_some_and(|note| note.contains(words)), "{note:?}"),
            None => assert_eq!(note, None, "{state}"),
        }
    }
}

#[test]
fn a_broken_file_stops_no_move_and_a_good_one_replaces_both_sides_at_once() {
    let served = Served::start(|_| {});
    let mut messages = served.listen("tests");
    let state = pinned(0.55);
    let before = served.picture(&mut messages, 1, &state);
    std::fs::write(
        &served.file,
        valley().replace("\"calm\": 0.5", "\"calm\": }"),
    )
    .expect("written");
    messages.until(|m| m["kind"] == "broken");
    for (tweak, state) in [
        (2, json!({"horizon": 8})),
        (3, json!({"parameters": {"pull": {"pin": 0.9}}})),
        (4, json!({"events": {"summit": "never"}})),
        (5, json!({"weights": {"dry": 0.2, "wet": 0.8}})),
        (6, state.clone()),
    ] {
        let picture = served.picture(&mut messages, tweak, &state);
        assert_eq!(picture["kind"], "picture", "{state}: {picture}");
        assert_eq!(
            row(&picture, "outcomes", "signed")[0],
            row(&before, "outcomes", "signed")[0]
        );
    }
    std::fs::remove_file(&served.file).expect("removed");
    let gone = served.picture(&mut messages, 7, &json!({"horizon": 9}));
    assert_eq!(gone["kind"], "picture", "{gone}");

    // Never the base of one version beside the changes of another: what differs in the file differs
    // on both sides.
    std::fs::write(
        &served.file,
        valley().replace("\"probability\": \"pull\"", "\"probability\": 0"),
    )
    .expect("written");
    ask(&served, "tests", 8, &state, &json!({}));
    let mut seen = 0;
    while seen < 3 {
        let message = messages.next();
        if message["kind"] == "scenario" {
            ask(&served, "tests", 9 + seen, &state, &json!({}));
            seen += 1;
        } else if message["kind"] == "picture" && message["generation"] == 1 {
            seen = 3;
            let [base, changed] = row(&message, "outcomes", "signed");
            let old = row(&before, "outcomes", "signed");
            assert!(
                base < old[0] - 0.03 && changed < old[1] - 0.03,
                "{base} {changed} {old:?}"
            );
        }
    }
}

#[test]
fn pages_do_not_wait_for_one_another() {
    let served = Served::start(|options| options.trials = Some(20_000_000));
    let (mut busy, mut other) = (served.listen("busy"), served.listen("other"));
    ask(&served, "busy", 1, &pinned(0.55), &json!({}));
    busy.until(|m| m["kind"] == "picture" && m["trials"].as_u64() > Some(1024));
    for (tweak, state) in [
        (1, json!({"weights": {"dry": 0.2, "wet": 0.8}})),
        (2, pinned(0.3)),
        (3, json!({"weights": {"dry": 0.4, "wet": 0.6}})),
    ] {
        let start = Instant::now();
        ask(&served, "other", tweak, &state, &json!({}));
        other.until(|m| m["kind"] == "picture" && m["tweak"] == tweak);
        let taken = start.elapsed();
        // Twenty million trials take this program many seconds.
        assert!(taken < Duration::from_secs(3), "{state}: {taken:?}");
    }
}

#[test]
fn a_story_is_of_the_state_that_is_shown() {
    let served = Served::start(|_| {});
    let mut messages = served.listen("tests");
    served.picture(&mut messages, 1, &pinned(0.55));
    // The page went back to another state without asking.
    let state = json!({"parameters": {"haste": {"pin": 0.4}}});
    let wanted = json!({"page": "tests", "side": "other", "outcome": 0, "state": state});
    let answer = served.post("api/story", &wanted);
    assert_eq!(answer.status, 200, "{}", answer.body);
    let command = answer.json()["command"]
        .as_str()
        .expect("a command")
        .to_owned();
    assert!(command.contains("0.4"), "{command}");
}
