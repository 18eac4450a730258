//! Clocks that something starts, dates that recur, and what waits until it is allowed: instants
//! known beforehand, exact on any grid.

use crate::harness::{Agreement, event, phase, rows, run, scenario, settings, study};
use quincunx::analysis::storyline;
use quincunx::results::RunResult;
use serde_json::{Value, json};

const TRIALS: u64 = 20_480;
/// Steps that share no grid points, and one that is longer than what happens.
const STEPS: [f64; 3] = [2.0, 0.3, 0.05];

fn found(sections: Value, seed: u64) -> RunResult {
    run(&study(&scenario(2.0, 0.5, sections)), TRIALS, seed)
}

fn times(step: f64, sections: Value, name: &str) -> Vec<f64> {
    let study = study(&scenario(2.0, step, sections));
    let (_, rows) = rows(&study, &settings(&study, 512, 80));
    rows.first_time(name).to_vec()
}

/// The distribution function of a gamma variable with a whole shape and rate 1.
fn erlang(shape: u32, x: f64) -> f64 {
    let mut term = 1.0;
    let mut sum = 0.0;
    for k in 0..shape {
        if k > 0 {
            term *= x / f64::from(k);
        }
        sum += term;
    }
    1.0 - libm::exp(-x) * sum
}

/// What comes after a chain of exponential waits comes after one gamma wait, and both as the
/// distribution function says. Seed 81.
#[test]
fn a_gamma_wait_is_a_chain_of_exponential_ones() {
    let found = found(
        json!({"events": {
            "order": {"at": 0.37},
            "delivery": {"after": "order", "wait": {"gamma": {"shape": 3, "rate": 5}}},
            "a": {"after": "order", "wait": {"exponential": {"rate": 5}}},
            "b": {"after": "a", "wait": {"exponential": {"rate": 5}}},
            "c": {"after": "b", "wait": {"exponential": {"rate": 5}}},
        }}),
        81,
    );
    let mut agreement = Agreement::default();
    for (k, time) in found.times.iter().enumerate() {
        let exact = erlang(3, ((time - 0.37) * 5.0).max(0.0));
        for name in ["delivery", "c"] {
            let seen = event(&found, name).cumulative_incidence[k];
            agreement.share(&format!("{name} by {time}"), seen, exact, TRIALS);
        }
    }
    agreement.finish(10);
}

/// Up for exponential times, down for Erlang ones of two stages: the chance of being up follows the
/// chain up, down 1, down 2. Seed 82.
#[test]
fn an_alternating_renewal_process_is_available_as_often_as_its_chain() {
    let found = run(
        &study(&scenario(
            3.0,
            0.25,
            json!({
                "phases": {"up": {"start": true}, "down": {}},
                "events": {
                    "fails": {"after": {"phase": "up"}, "wait": {"exponential": {"rate": 2}}, "effects": [{"phase": "down"}]},
                    "mended": {"after": {"phase": "down"}, "wait": {"gamma": {"shape": 2, "rate": 10}}, "effects": [{"phase": "up"}]},
                },
            }),
        )),
        TRIALS,
        82,
    );
    // p' by the rates 2, 10 and 10, in small steps of the fourth order.
    let slope = |p: [f64; 3]| {
        let moved = [2.0 * p[0], 10.0 * p[1], 10.0 * p[2]];
        [
            moved[2] - moved[0],
            moved[0] - moved[1],
            moved[1] - moved[2],
        ]
    };
    let along = |p: [f64; 3], s: [f64; 3], h: f64| [0, 1, 2].map(|i| p[i] + h * s[i]);
    let mut p = [1.0, 0.0, 0.0];
    let mut agreement = Agreement::default();
    let mut at = 0.0;
    for (k, time) in found.times.iter().enumerate() {
        let steps = 200;
        let h = (time - at) / f64::from(steps);
        for _ in 0..steps {
            let a = slope(p);
            let b = slope(along(p, a, 0.5 * h));
            let c = slope(along(p, b, 0.5 * h));
            let d = slope(along(p, c, h));
            p = [0, 1, 2].map(|i| p[i] + h / 6.0 * (a[i] + 2.0 * b[i] + 2.0 * c[i] + d[i]));
        }
        at = *time;
        let up = phase(&found, "up").occupancy[k];
        agreement.share(&format!("up at {time}"), up, p[0], TRIALS);
    }
    agreement.finish(13);
}

fn arrivals(again: &str, wait: Value) -> RunResult {
    found(
        json!({"events": {
            "arrives": {"hazard": 3},
            "leaves": {"after": "arrives", "wait": wait, "again": again},
        }}),
        83,
    )
}

/// What a further start does. Clocks side by side: departures from a queue with a server for
/// everybody (M/G/∞), a Poisson count with mean λ ∫ G. A clock that starts anew: an arrival leads
/// to a departure if none follows within the wait. One that lets nothing disturb it: a renewal
/// process. Seed 83.
#[test]
fn clocks_run_side_by_side_start_anew_or_go_on() {
    let mut agreement = Agreement::default();
    let mut mean = |what: &str, found: &RunResult, exact: f64| {
        let seen = event(found, "leaves");
        agreement.estimate(what, seen.mean_count, exact, seen.mean_count_std_error);
    };
    // G rises to 1 over the first year: its integral up to 2 is 1/2 + 1.
    let also = arrivals("also", json!({"uniform": [0, 1]}));
    mean("side by side", &also, 3.0 * 1.5);
    mean(
        "fixed, side by side",
        &arrivals("also", json!(0.4)),
        3.0 * 1.6,
    );
    let anew = 3.0 * 1.6 * libm::exp(-3.0 * 0.4);
    mean("anew", &arrivals("restart", json!(0.4)), anew);
    // The k-th comes k waits and k exponential times after the start.
    let renewals = (1..=5)
        .map(|k| erlang(k, 3.0 * (2.0 - 0.4 * f64::from(k))))
        .sum();
    mean("undisturbed", &arrivals("ignore", json!(0.4)), renewals);
    // A Poisson count: none with probability exp(-4.5).
    let none = 1.0 - event(&also, "leaves").probability;
    agreement.share("no departure", none, libm::exp(-4.5), TRIALS);
    agreement.finish(5);
}

#[test]
fn waits_are_exact_on_any_grid() {
    for step in STEPS {
        let sections = json!({
            "indicators": {"level": {"start": 0}},
            "events": {
                "alarm": {"hazard": 1.1, "limit": 1, "effects": [{"set": "level", "to": "t"}]},
                "answer": {"after": "alarm", "wait": "60 days"},
                "same": {"after": "alarm", "wait": 0},
                "later": {"after": "alarm", "wait": "level"},
                "branched": {"after": "alarm", "wait": 0.1, "branches": {"x": {}}},
                "last": {"after": "branched.x", "wait": 0.1},
            },
        });
        let alarm = times(step, sections.clone(), "alarm");
        let by = |name: &str| times(step, sections.clone(), name);
        let follow = [
            (
                "answer",
                Box::new(|t: f64| t + 60.0 / 365.25) as Box<dyn Fn(f64) -> f64>,
            ),
            ("same", Box::new(|t| t)),
            // The wait sees what the alarm has done.
            ("later", Box::new(|t| 2.0 * t)),
            ("last", Box::new(|t| t + 0.2)),
        ];
        for (name, expected) in follow {
            let mut seen = 0;
            for (first, then) in alarm.iter().zip(by(name)) {
                let due = expected(*first);
                if due < 1.999 {
                    assert!(
                        (then - due).abs() < 1e-12,
                        "step {step}, {name}: {then} for {due}"
                    );
                    seen += 1;
                } else if due > 2.001 {
                    assert_eq!(then, f64::INFINITY, "step {step}, {name}");
                }
            }
            assert!(seen > 200, "step {step}, {name}: {seen} trials");
        }
    }
}

/// The clock of a phase stops when the phase is left, and starts anew with the next entry, or runs
/// on.
#[test]
fn a_clock_lasts_as_long_as_its_phase_if_nothing_else_is_said() {
    let sections = |on_leave: &str| {
        json!({
            "phases": {"calm": {"start": true}, "storm": {}},
            "events": {
                "breaks": {"every": "1 year", "from": "2001-04-01", "effects": [{"phase": "storm"}]},
                "calms": {"after": {"phase": "storm"}, "wait": 0.1, "effects": [{"phase": "calm"}]},
                "rested": {"after": {"phase": "calm"}, "wait": 0.4, "on_leave": on_leave},
            },
        })
    };
    let april = 90.0 / 365.25;
    for step in STEPS {
        // Calm from the start to April and again 0.1 later: 0.4 after that.
        let stops = times(step, sections("stop"), "rested");
        let keeps = times(step, sections("keep"), "rested");
        assert!(
            stops.iter().all(|t| (t - (april + 0.5)).abs() < 1e-12),
            "step {step}: {stops:?}"
        );
        // It runs on through the storm, but the next entry starts it anew.
        assert_eq!(stops, keeps, "step {step}");
        let mut lasting = sections("keep");
        lasting["events"]["rested"]["again"] = json!("ignore");
        let keeps = times(step, lasting, "rested");
        assert!(keeps.iter().all(|t| (t - 0.4).abs() < 1e-12), "step {step}");
    }
}

/// What is not allowed when its time comes is lost, or fires at the first instant at which it is
/// allowed, whatever opens it.
#[test]
fn what_waits_fires_as_soon_as_it_may() {
    let sections = |how: &str, more: Value| {
        let mut event = json!({"at": 0.21, "if_not_allowed": how});
        for (key, value) in more.as_object().expect("keys") {
            event[key] = value.clone();
        }
        json!({
            "phases": {"shut": {"start": true}, "open": {}},
            "indicators": {"x": {"start": 0, "drift": 1}, "y": {"start": 0}},
            "events": {
                "opens": {"hazard": 1, "effects": [{"phase": "open"}, {"set": "y", "to": 2}]},
                "waits": event,
            },
        })
    };
    for step in STEPS {
        let phase_or_guard = [json!({"phases": ["open"]}), json!({"if": "y > 1"})];
        for more in phase_or_guard {
            let opens = times(step, sections("wait", more.clone()), "opens");
            let waits = times(step, sections("wait", more.clone()), "waits");
            let lost = times(step, sections("lost", more.clone()), "waits");
            for (trial, open) in opens.iter().enumerate() {
                assert_eq!(waits[trial], open.max(0.21), "step {step}, {more}");
                let kept = if *open < 0.21 { 0.21 } else { f64::INFINITY };
                assert_eq!(lost[trial], kept, "step {step}, {more}");
            }
        }
    }
    // A guard that time alone opens is seen at grid points, as conditions are.
    let seen = times(0.25, sections("wait", json!({"if": "x > 0.7"})), "waits");
    let opens = times(0.25, sections("wait", json!({})), "opens");
    for (seen, opens) in seen.iter().zip(&opens) {
        assert!(*seen == 0.75 || *seen == *opens && *opens < 0.75, "{seen}");
    }
}

/// A rest that ends lets through what has been waiting; of several that waited, one fires.
#[test]
fn what_rests_and_waits_fires_when_the_rest_ends() {
    let sections =
        json!({"events": {"r": {"every": "1 month", "rest": 0.2, "if_not_allowed": "wait"}}});
    for step in STEPS {
        let study = study(&scenario(1.0, step, sections.clone()));
        let story = storyline(&study, &settings(&study, 64, 84), 0).expect("a story");
        let first = 31.0 / 365.25;
        let told: Vec<f64> = story.happenings.iter().map(|h| h.time).collect();
        // From the first of February on, each time that a rest ends: a month has gone by every
        // time.
        for (k, time) in told.iter().enumerate() {
            let due = first + 0.2 * k as f64;
            assert!((time - due).abs() < 1e-12, "step {step}: {told:?}");
        }
        assert_eq!(told.len(), 5, "step {step}: {told:?}");
    }
}

fn dates(event: Value) -> Vec<String> {
    let study = study(&scenario(3.0, 0.4, json!({"events": {"e": event}})));
    let story = storyline(&study, &settings(&study, 64, 85), 3).expect("a story");
    story.happenings.iter().map(|h| h.date.clone()).collect()
}

/// Months and years are those of the calendar, counted from the first date; days and weeks have
/// their length.
#[test]
fn dates_recur_by_the_calendar() {
    assert_eq!(
        dates(json!({"every": "1 month", "from": "2001-10-31", "until": "2002-04-30"})),
        [
            "2001-10-31",
            "2001-11-30",
            "2001-12-31",
            "2002-01-31",
            "2002-02-28",
            "2002-03-31",
            "2002-04-30"
        ]
    );
    // The first date may lie before the start: its day counts on.
    assert_eq!(
        dates(json!({"every": "6 months", "from": "1996-02-29", "until": "2002-12-31"})),
        ["2001-02-28", "2001-08-29", "2002-02-28", "2002-08-29"]
    );
    assert_eq!(
        dates(json!({"every": "1 year"})),
        ["2002-01-01", "2003-01-01", "2004-01-01"],
        "without a first date, one period after the start"
    );
    assert_eq!(
        dates(json!({"every": "2 weeks", "from": "2000-12-25", "until": "2001-02-05"})),
        ["2001-01-08", "2001-01-22", "2001-02-05"]
    );
    assert_eq!(
        dates(json!({"every": "1 month", "from": "2001-01-01", "until": "2001-01-31"})),
        ["2001-01-01"]
    );
}

/// Each date is drawn for itself, by its own number: a later start of the same calendar keeps what
/// the dates that remain have drawn. Seed 86.
#[test]
fn each_date_has_a_chance_of_its_own() {
    let found = found(
        json!({"events": {"e": {"every": "1 month", "from": "2001-01-15", "probability": 0.8}}}),
        86,
    );
    let seen = event(&found, "e");
    let mut agreement = Agreement::default();
    agreement.estimate(
        "count",
        seen.mean_count,
        24.0 * 0.8,
        (24.0 * 0.16 / TRIALS as f64).sqrt(),
    );
    agreement.share(
        "any",
        seen.cumulative_incidence[1],
        1.0 - libm::pow(0.2, 6.0),
        TRIALS,
    );
    agreement.finish(2);
    let of = |more: Value| {
        let mut event = json!({"every": "1 month", "from": "2001-01-15", "probability": 0.5});
        for (key, value) in more.as_object().expect("keys") {
            event[key] = value.clone();
        }
        times(
            0.3,
            json!({"events": {"e": event, "never": {"at": "2001-03-01", "effects": []}}}),
            "e",
        )
    };
    let (all, later) = (of(json!({})), of(json!({"if": "t >= 2001-06-01"})));
    let june = 151.0 / 365.25;
    for (all, later) in all.iter().zip(&later) {
        assert!(
            *later >= june && (*all < june || all == later),
            "{all} {later}"
        );
    }
}

/// A wait that is stated in months or years ends on the same day of a later month, or on its last
/// day, and at the same hour; any other has its length.
#[test]
fn months_of_a_wait_are_those_of_the_calendar() {
    let day = |date: &str, wait: &str| {
        let study = study(&scenario(
            5.0,
            0.37,
            json!({"events": {"a": {"at": date}, "b": {"after": "a", "wait": wait}}}),
        ));
        let story = storyline(&study, &settings(&study, 64, 87), 0).expect("a story");
        story.happenings[1].date.clone()
    };
    for (date, wait, wanted) in [
        ("2001-01-31", "1 month", "2001-02-28"),
        ("2001-03-31", "1 month", "2001-04-30"),
        ("2001-02-28", "1 month", "2001-03-28"),
        ("2004-02-29", "1 year", "2005-02-28"),
        ("2001-08-31", "6 months", "2002-02-28"),
        ("2001-01-31", "30 days", "2001-03-02"),
        ("2001-01-31", "0.5 months", "2001-02-15"),
    ] {
        assert_eq!(day(date, wait), wanted, "{wait} after {date}");
    }
    let at = 30.4 / 365.25;
    let sections = json!({"events": {"a": {"at": at}, "b": {"after": "a", "wait": {"value": "1 month", "note": "n"}}}});
    // The 31st of January at 9:36, and the 28th of February at the same hour.
    let due = times(0.37, sections, "b")[0];
    assert!((due - (30.4 + 28.0) / 365.25).abs() < 1e-12, "{due}");
}

/// What comes at once comes at the instant at which it is started, on a grid point and between two,
/// at the start and at the end, and in its turn by priority among what is due.
#[test]
fn no_wait_is_none_wherever_it_starts() {
    let sections = |at: f64| {
        json!({
            "phases": {"before": {"start": true}, "voted": {}, "done": {}},
            "events": {
                "vote": {"at": at, "effects": [{"phase": "voted"}]},
                "count": {"after": "vote", "wait": 0, "effects": [{"phase": "done"}]},
                "entered": {"after": {"phase": "done"}, "wait": 0},
                "beside": {"after": "vote", "wait": 0, "again": "also"},
            },
        })
    };
    for at in [0.0, 0.25, 0.3, 0.5, 2.0] {
        for name in ["vote", "count", "entered", "beside"] {
            let found = times(0.25, sections(at), name);
            assert!(
                found.iter().all(|time| *time == at),
                "{name} for {at}: {:?}",
                &found[..4]
            );
        }
    }
    let priority = |of_c: i32| {
        let study = study(&scenario(
            1.0,
            0.25,
            json!({
                "indicators": {"x": {"start": 1}},
                "events": {
                    "a": {"at": 0.5, "priority": -1, "effects": [{"multiply": "x", "by": 2}]},
                    "b": {"at": 0.5, "priority": 5, "effects": [{"add": "x", "by": 3}]},
                    "c": {"after": "b", "wait": 0, "priority": of_c, "effects": [{"add": "x", "by": 10}]},
                },
                "metrics": {"end": "final(x)"},
            }),
        ));
        rows(&study, &settings(&study, 64, 89)).1.metric("end")[0]
    };
    assert_eq!([priority(0), priority(-2)], [28.0, 18.0]);
}

/// A clock of nothing that the start itself starts, be it by a phase, a trend or a value, runs out
/// at the start, and so does what it leads to. Each alone: what else is due at the start would have
/// it looked at.
#[test]
fn no_wait_from_the_start_is_over_at_the_start() {
    for after in [
        json!({"phase": "war"}),
        json!({"trend": "calm"}),
        json!({"state": "front", "value": "static"}),
    ] {
        let sections = json!({
            "phases": {"war": {"start": true}},
            "trends": {"calm": {"weight": 1}},
            "states": {"front": {"values": {"static": {"start": true}, "moving": {}}}},
            "events": {
                "first": {"after": after, "wait": 0, "effects": [{"move": "front", "to": "moving"}]},
                "next": {"after": {"state": "front", "value": "moving"}, "wait": 0},
            },
        });
        for name in ["first", "next"] {
            let found = times(0.25, sections.clone(), name);
            let at_once = found.iter().all(|time| *time == 0.0);
            assert!(at_once, "{name} {after}: {:?}", &found[..4]);
        }
    }
}

/// A clock that runs only as long as its phase does not outlive it: not where the phase is left
/// within the firing that enters it, by its branch, or by an event of higher priority at the
/// instant at which the clock runs out.
#[test]
fn a_clock_does_not_outlive_its_phase() {
    for step in STEPS {
        let count = |events: Value| {
            let phases = json!({"a": {"start": true}, "b": {}, "c": {}});
            let found = times(step, json!({"phases": phases, "events": events}), "k");
            let fired = found.iter().filter(|time| **time < 2.0).count();
            fired as f64 / found.len() as f64
        };
        let k = json!({"after": {"phase": "b"}, "wait": 0.25});
        let through = json!({"at": 0.5, "effects": [{"phase": "b"}, {"phase": "c"}]});
        assert_eq!(count(json!({"k": k, "e": through})), 0.0, "step {step}");
        let by_branch = json!({"at": 0.5, "effects": [{"phase": "b"}], "branches": {"x": {"effects": [{"phase": "c"}]}}});
        assert_eq!(count(json!({"k": k, "e": by_branch})), 0.0, "step {step}");
        let enters = json!({"at": 0.5, "effects": [{"phase": "b"}]});
        let leaves =
            |priority: i32| json!({"at": 0.75, "priority": priority, "effects": [{"phase": "c"}]});
        assert_eq!(
            count(json!({"k": k, "e": enters, "l": leaves(1)})),
            0.0,
            "step {step}"
        );
        assert_eq!(
            count(json!({"k": k, "e": enters, "l": leaves(-1)})),
            1.0,
            "step {step}"
        );
    }
}

/// Instants that are the same by the calendar are the same: priority and rests are not decided by
/// rounding.
#[test]
fn instants_that_are_the_same_are_the_same() {
    for day in 2..=60 {
        let days = f64::from(day);
        let study = study(&scenario(
            1.0,
            1.0 / 12.0,
            json!({
                "indicators": {"x": {"start": 1}},
                "events": {
                    "s": {"at": (days - 1.5) / 365.25},
                    "c": {"after": "s", "wait": "36 hours", "priority": 1, "effects": [{"multiply": "x", "by": 2}]},
                    "e": {"at": days / 365.25, "effects": [{"add": "x", "by": 10}]},
                },
                "metrics": {"end": "final(x)"},
            }),
        ));
        let end = rows(&study, &settings(&study, 64, 90)).1.metric("end")[0];
        assert_eq!(end, 12.0, "day {day}");
    }
    let study = study(&scenario(
        1.0,
        1.0 / 12.0,
        json!({
            "events": {
                "week": {"every": "1 week", "rest": "1 week"},
                "part": {"every": "1/52 years", "rest": "1/52 years"},
                "tenth": {"every": "5 days", "rest": "10 days"},
                "answer": {"after": "week", "wait": "1 week"},
            },
            "metrics": {"a": "count(week)", "b": "count(part)", "c": "count(tenth)", "d": "count(answer)"},
        }),
    ));
    let (_, rows) = rows(&study, &settings(&study, 64, 91));
    // An answer that is due as the next week begins is restarted by it or comes, the same every
    // time.
    assert_eq!(
        ["a", "b", "c"].map(|name| rows.metric(name)[0]),
        [52.0, 52.0, 37.0]
    );
    assert!(
        [0.0, 51.0].contains(&rows.metric("d")[0]),
        "{}",
        rows.metric("d")[0]
    );
}

/// Three months are three months, whichever grid points they lie between.
#[test]
fn a_time_that_is_written_is_met_on_the_grid() {
    for entered in 1..=8 {
        let study = study(&scenario(
            1.0,
            1.0 / 12.0,
            json!({
                "format": 2,
                "phases": {"a": {"start": true}, "b": {}},
                "events": {
                    "e": {"at": f64::from(entered) / 12.0, "effects": [{"phase": "b"}]},
                    "late": {"when": "phase == b and time_in(phase) >= 3 months"},
                    "since": {"when": "ever(e) and since(e) >= 3 months"},
                    "beyond": {"when": "ever(e) and since(e) > 3 months"},
                },
                "metrics": {"is": "if(first(late) - first(e) == 3 months, 1, 0)"},
            }),
        ));
        let (_, rows) = rows(&study, &settings(&study, 64, 92));
        let months = |name: &str| (12.0 * rows.first_time(name)[0]).round() as i32 - entered;
        assert_eq!(
            [months("late"), months("since"), months("beyond")],
            [3, 3, 4],
            "from {entered}"
        );
        assert_eq!(rows.metric("is")[0], 1.0);
    }
}
