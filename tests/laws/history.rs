//! What happened before the start, against exact laws: ages, hazards that have aged, clocks that go
//! on, rests.

use crate::harness::{Agreement, event, metric, rows, run, scenario, settings, study, try_run};
use quincunx::analysis::storyline;
use quincunx::results::RunResult;
use serde_json::{Value, json};

const TRIALS: u64 = 20_480;
/// From 2000-07-01 to the start of the cases, 2001-01-01.
const HALF: f64 = 184.0 / 365.25;

fn found(step: f64, sections: Value, seed: u64) -> RunResult {
    run(&study(&scenario(2.0, step, sections)), TRIALS, seed)
}

fn times(step: f64, sections: Value, name: &str) -> Vec<f64> {
    let study = study(&scenario(2.0, step, sections));
    let (_, rows) = rows(&study, &settings(&study, 512, 110));
    rows.first_time(name).to_vec()
}

/// The survival function of a gamma variable of shape 3 and rate 4.
fn erlang(x: f64) -> f64 {
    let y = 4.0 * x;
    libm::exp(-y) * (1.0 + y + 0.5 * y * y)
}

/// A Weibull hazard that has aged by a year, since the phase or since an event, and one that has
/// not. Seed 111.
#[test]
fn a_hazard_has_aged_before_the_start() {
    let sections = json!({
        "phases": {"war": {"start": true}},
        "history": {"phase": "1 year", "events": {"shot": ["1999-05-01", "2000-07-01"]}},
        "events": {
            "shot": {"at": 3, "branches": {"hit": {}}},
            "by_phase": {"hazard": {"ageing": {"weibull": {"shape": 2, "scale": 2}}, "since": "phase"}, "limit": 1},
            "by_event": {"hazard": {"ageing": {"weibull": {"shape": 2, "scale": 2}}, "since": {"event": "shot"}}, "limit": 1},
            "by_start": {"hazard": {"ageing": {"weibull": {"shape": 2, "scale": 2}}, "since": "start"}, "limit": 1},
        },
    });
    let found = found(0.25, sections, 111);
    let mut agreement = Agreement::default();
    for (name, age) in [("by_phase", 1.0), ("by_event", HALF), ("by_start", 0.0)] {
        for (k, t) in found.times.iter().enumerate() {
            let grown = ((age + t) * (age + t) - age * age) / 4.0;
            let seen = event(&found, name).cumulative_incidence[k];
            let what = format!("{name} by {t}");
            agreement.share(&what, seen, -libm::expm1(-grown), TRIALS);
        }
    }
    agreement.finish(27);
}

/// A gamma wait that began half a year before the start, by an entry or by a firing, drawn from
/// constants or from the state: given that it has not run out, it ends by t with the chance 1 -
/// S(h + t) / S(h). Seed 112.
#[test]
fn a_wait_that_began_before_the_start_goes_on_as_one_that_has_not_run_out() {
    let sections = json!({
        "phases": {"war": {"start": true}, "peace": {}},
        "states": {"front": {"values": {"static": {"start": true}, "moving": {}}}},
        "indicators": {"pace": {"start": 4}},
        "history": {"phase": "184 days", "front": "184 days", "events": {"vote.yes": ["2000-07-01"]}},
        "events": {
            "vote": {"at": 3, "branches": {"yes": {}}},
            "of_phase": {"after": {"phase": "war"}, "wait": {"gamma": {"shape": 3, "rate": 4}}},
            "of_state": {"after": {"state": "front", "value": "static"}, "wait": {"gamma": {"shape": 3, "rate": "pace"}}},
            "of_branch": {"after": "vote.yes", "wait": {"gamma": {"shape": 3, "rate": 4}}},
            "of_event": {"after": "vote", "wait": {"gamma": {"shape": 3, "rate": "pace"}}},
            "moves": {"at": 3, "effects": [{"phase": "peace"}, {"move": "front", "to": "moving"}]},
            "of_other": {"after": {"phase": "peace"}, "wait": 0.1},
        },
    });
    let found = found(0.25, sections, 112);
    let mut agreement = Agreement::default();
    for name in ["of_phase", "of_state", "of_branch", "of_event"] {
        for (k, t) in found.times.iter().enumerate() {
            let exact = 1.0 - erlang(HALF + t) / erlang(HALF);
            let seen = event(&found, name).cumulative_incidence[k];
            agreement.share(&format!("{name} by {t}"), seen, exact, TRIALS);
        }
    }
    agreement.finish(36);
    assert_eq!(event(&found, "of_other").mean_count, 0.0);
}

/// Of a wait that is known, what is left of it; nothing if it has run out. One that comes to its
/// end with the start is due then.
#[test]
fn a_fixed_wait_has_its_rest_left() {
    let sections = json!({
        "phases": {"war": {"start": true}},
        "history": {"phase": "3 months", "events": {"shot": ["2000-07-01"]}},
        "indicators": {"long": {"start": 1}},
        "events": {
            "shot": {"at": 3},
            "left": {"after": "shot", "wait": 1},
            "computed": {"after": "shot", "wait": "long"},
            "over": {"after": "shot", "wait": "180 days"},
            "now": {"after": "shot", "wait": "184 days"},
            "surely_over": {"after": "shot", "wait": {"uniform": [0, 0.5]}},
            "uniform": {"after": "shot", "wait": {"uniform": [1, 1.1]}},
            "month": {"after": "shot", "wait": "7 months"},
            "of_phase": {"after": {"phase": "war"}, "wait": "4 months"},
        },
    });
    for step in [2.0, 0.3] {
        let exact = |name: &str, due: f64| {
            let seen = times(step, sections.clone(), name);
            let near = |t: &f64| *t == due || (t - due).abs() < 1e-12;
            assert!(seen.iter().all(near), "step {step}, {name}: {}", seen[0]);
        };
        exact("left", 1.0 - HALF);
        exact("computed", 1.0 - HALF);
        exact("over", f64::INFINITY);
        exact("now", 0.0);
        exact("surely_over", f64::INFINITY);
        // Of months by the calendar: from 1 July to 1 February, and from 1 October, a quarter of a
        // year ago, to the same.
        exact("month", 31.0 / 365.25);
        exact("of_phase", 123.0 / 365.25 - 0.25);
        let seen = times(step, sections.clone(), "uniform");
        let within = |t: &f64| (1.0 - HALF..=1.1 - HALF).contains(t);
        assert!(seen.iter().all(within), "step {step}: {}", seen[0]);
    }
}

/// What a further start does holds before the start too: each clock goes on, or the last one, or
/// the first that a start found none running.
#[test]
fn several_dates_before_the_start_have_the_clocks_that_again_says() {
    // 275, 184 and 31 days before the start.
    let dates = ["2000-04-01", "2000-07-01", "2000-12-01"];
    let counted = |again: &str, wait: &str| -> Vec<f64> {
        let sections = json!({
            "history": {"events": {"shot": dates}},
            "events": {"shot": {"at": 3}, "answer": {"after": "shot", "wait": wait, "again": again}},
            "metrics": {"early": "count(answer, from: 2001-01-01, to: 2001-06-30)", "all": "count(answer)"},
        });
        let found = found(0.3, sections, 113);
        ["early", "all"]
            .map(|name| metric(&found, name).mean.unwrap_or(f64::NAN))
            .to_vec()
    };
    // Left of 300 days: 25, 116 and 269. Of 250: none, 66 and 219. Of 100: none, none, 69.
    assert_eq!(counted("also", "300 days"), [2.0, 3.0]);
    assert_eq!(counted("also", "250 days"), [1.0, 2.0]);
    assert_eq!(counted("also", "100 days"), [1.0, 1.0]);
    assert_eq!(counted("restart", "300 days"), [0.0, 1.0]);
    assert_eq!(counted("ignore", "300 days"), [1.0, 1.0]);
    // The others found the clock of the first running, which ended 25 days before the start.
    assert_eq!(counted("ignore", "250 days"), [0.0, 0.0]);
    // It ended 55 days before the start, and the third began another, of which 189 days are left.
    assert_eq!(counted("ignore", "220 days"), [0.0, 1.0]);
}

/// A hazard that falls with the time since a firing before the start: its integral is 3 (exp(-h) -
/// exp(-h - t)). Readings of the trial know nothing of what was before, ages do. Seed 114.
#[test]
fn ages_reach_back_and_counts_do_not() {
    let sections = json!({
        "phases": {"war": {"start": true}},
        "states": {"front": {"values": {"static": {"start": true}}}},
        "history": {"phase": "14 months", "front": "3 months", "events": {"shot": ["1999-05-01", "2000-07-01"]}},
        "events": {
            "shot": {"at": 3},
            "answer": {"hazard": "3 * exp(-since(shot))", "limit": 1},
            "tired": {"when": "age(phase) > 2", "limit": 1},
            "limited": {"at": 0.2, "limit": 1},
        },
        "metrics": {
            "since_shot": "at(since(shot), 2001-01-01)",
            "war": "at(time_in_phase, 2001-01-01)", "quiet": "at(age(front), 2001-01-01)",
            "shots": "count(shot)", "shot_at_all": "if(ever(shot), 1, 0)",
        },
    });
    let found = found(0.004, sections.clone(), 114);
    let mut agreement = Agreement::default();
    for (k, t) in found.times.iter().enumerate() {
        let grown = 3.0 * (libm::exp(-HALF) - libm::exp(-HALF - t));
        let seen = event(&found, "answer").cumulative_incidence[k];
        agreement.share(
            &format!("answer by {t}"),
            seen,
            -libm::expm1(-grown),
            TRIALS,
        );
    }
    agreement.finish(30);
    for (name, exact) in [
        ("since_shot", HALF),
        ("war", 14.0 / 12.0),
        ("quiet", 0.25),
        ("shots", 0.0),
        ("shot_at_all", 0.0),
    ] {
        let seen = metric(&found, name).mean.unwrap_or(f64::NAN);
        assert!((seen - exact).abs() < 1e-12, "{name}: {seen}");
    }
    let tired = times(0.01, sections, "tired");
    assert!(
        tired.iter().all(|t| (0.83..0.85).contains(t)),
        "{}",
        tired[0]
    );
}

/// An event that rests for a year after it fired half a year before the start cannot fire before
/// the year is over. Seed 115.
#[test]
fn a_rest_goes_on() {
    for step in [2.0, 0.3] {
        let sections = json!({
            "parameters": {"pause": 1},
            "history": {"events": {"shot": ["2000-07-01"]}},
            "events": {"shot": {"hazard": 2, "rest": "pause"}, "dated": {"at": 0.4, "rest": 1}},
        });
        let study = study(&scenario(2.0, step, sections));
        let (_, rows) = rows(&study, &settings(&study, TRIALS, 115));
        let (first, mut agreement) = (rows.first_time("shot"), Agreement::default());
        let open = 1.0 - HALF;
        assert!(first.iter().all(|t| *t >= open));
        for t in [0.6, 0.8, 1.0, 1.5] {
            let seen = first.iter().filter(|first| **first <= t).count();
            let exact = -libm::expm1(-2.0 * (t - open));
            agreement.share(
                &format!("by {t}"),
                seen as f64 / TRIALS as f64,
                exact,
                TRIALS,
            );
        }
        agreement.finish(4);
    }
}

/// Ages and dates by formula: each draw has its own, and hazards, clocks and rests begin from it.
/// Two equally likely ages, so that chances are the means of two closed forms. Seed 117.
#[test]
fn ages_and_dates_by_formula_are_those_of_each_draw() {
    let ages = [0.5, 1.25];
    let sections = json!({
        "format": 2,
        "parameters": {"lull": {"discrete": {"values": ages, "probabilities": [0.5, 0.5]}}},
        "phases": {"war": {"start": true}},
        "states": {"front": {"values": {"still": {"start": true}, "moving": {}}}},
        "history": {
            "phase": "lull",
            "front": "2 * lull",
            "events": {"shot": ["1998-05-01", "-lull"], "call": ["-0.25 - lull / 2", "-lull / 2"]},
        },
        "events": {
            "shot": {"hazard": 0, "branches": {"hit": {}}},
            "call": {"hazard": 0},
            "by_phase": {"hazard": {"ageing": {"weibull": {"shape": 2, "scale": 2}}, "since": "phase"}, "limit": 1},
            "by_state": {"hazard": {"ageing": {"weibull": {"shape": 2, "scale": 2}}, "since": {"state": "front"}}, "limit": 1},
            "by_value": {"hazard": {"ageing": {"weibull": {"shape": 2, "scale": 2}}, "since": {"state": "front", "value": "still"}}, "limit": 1},
            "by_event": {"hazard": {"ageing": {"weibull": {"shape": 2, "scale": 2}}, "since": {"event": "shot"}}, "limit": 1},
            "answer": {"after": "call", "wait": {"gamma": {"shape": 3, "rate": 4}}, "limit": 1},
            "relief": {"after": {"phase": "war"}, "wait": {"gamma": {"shape": 3, "rate": 4}}, "limit": 1},
            "fixed": {"after": "shot", "wait": "1.5 years", "limit": 1},
        },
        "metrics": {
            "lasted": "at(age(front) - 2 * age(phase), 0 days)",
            "since_call": "at(since(call) - lull / 2, 0 days)",
            "fixed_at": "first(fixed) - (1.5 - lull)",
        },
        "questions": {"move_seen": {"ever": "age(front) < 0"}},
    });
    let study = study(&scenario(2.0, 0.25, sections));
    let found = run(&study, TRIALS, 117);
    let mut agreement = Agreement::default();
    let half = |of: &dyn Fn(f64) -> f64| 0.5 * (of(ages[0]) + of(ages[1]));
    let aged = |age: f64, t: f64| -libm::expm1(-((age + t) * (age + t) - age * age) / 4.0);
    let waited = |age: f64, t: f64| 1.0 - erlang(age + t) / erlang(age);
    for (k, t) in found.times.iter().enumerate() {
        let mut seen = |name: &str, exact: f64| {
            let seen = event(&found, name).cumulative_incidence[k];
            agreement.share(&format!("{name} by {t}"), seen, exact, TRIALS);
        };
        seen("by_phase", half(&|age| aged(age, *t)));
        seen("by_event", half(&|age| aged(age, *t)));
        seen("by_state", half(&|age| aged(2.0 * age, *t)));
        seen("by_value", half(&|age| aged(2.0 * age, *t)));
        seen("relief", half(&|age| waited(age, *t)));
        seen("answer", half(&|age| waited(age / 2.0, *t)));
    }
    for name in ["lasted", "since_call", "fixed_at"] {
        let told = metric(&found, name);
        agreement.close(name, told.mean.expect("a mean"), 0.0, 1e-9);
        agreement.close(name, told.sd.expect("a spread"), 0.0, 1e-9);
    }
    agreement.finish(60);
    let story = storyline(&study, &settings(&study, 64, 117), 0).expect("a story");
    let lull = story.parameters["lull"];
    let before: Vec<(f64, &str)> = (story.before.iter())
        .map(|one| (one.time, one.name.as_str()))
        .collect();
    let mut wanted = [
        (-lull, "phase"),
        (-2.0 * lull, "front"),
        (-lull, "shot"),
        (-0.25 - lull / 2.0, "call"),
        (-lull / 2.0, "call"),
    ];
    wanted.sort_by(|a, b| a.0.total_cmp(&b.0));
    assert_eq!(before.len(), 6, "{before:?}");
    assert_eq!(
        before[1..].iter().map(|one| one.0).collect::<Vec<_>>(),
        wanted.iter().map(|one| one.0).collect::<Vec<_>>()
    );
    assert_eq!(story.before[0].date, "1998-05-01");
}

/// What formulas give that cannot have been is told beforehand, and stops trials with their place.
#[test]
fn an_age_below_zero_is_told_with_its_place() {
    let sections = json!({
        "parameters": {"lull": {"uniform": [-0.5, 0.5]}},
        "history": {"phase": "lull", "events": {"shot": ["lull - 0.1"]}},
        "phases": {"war": {"start": true}},
        "events": {"shot": {"hazard": 1}},
        "metrics": {"m": "since(shot) + age(phase)"},
    });
    let study = study(&scenario(2.0, 0.25, sections));
    let told: Vec<&str> = (study.diagnostics.iter())
        .filter(|d| d.code == "range-needed")
        .map(|d| d.place.pointer.as_str())
        .collect();
    assert_eq!(told, ["/history/phase", "/history/events/shot/0"]);
    let stopped = try_run(&study, 1_024, 1).expect_err("trials stop");
    assert!(stopped.to_string().contains("/history/"), "{stopped}");
}
