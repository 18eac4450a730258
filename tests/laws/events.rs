//! What an event does, and when it may: clocks that pause, rests, limits, triggers, dates, final
//! phases, the last step.

use crate::harness::{
    Agreement, event, metric, phase, rows, run, scenario, series, settings, simulate, study,
};
use quincunx::analysis::storyline;
use quincunx::results::Storyline;
use serde_json::{Value, json};

const TRIALS: u64 = 1024;
const DAYS_PER_YEAR: f64 = 365.25;

/// The first trial's story.
pub fn story(scenario: &Value) -> Storyline {
    stories(scenario, 1).remove(0)
}

fn stories(scenario: &Value, count: u64) -> Vec<Storyline> {
    let study = study(scenario);
    let settings = settings(&study, TRIALS, 66);
    (0..count)
        .map(|trial| storyline(&study, &settings, trial).unwrap_or_else(|error| panic!("{error}")))
        .collect()
}

fn first_times(scenario: &Value, event: &str) -> Vec<f64> {
    let study = study(scenario);
    rows(&study, &settings(&study, TRIALS, 67))
        .1
        .first_time(event)
        .to_vec()
}

pub fn names(story: &Storyline) -> Vec<&str> {
    story.happenings.iter().map(|h| h.event.as_str()).collect()
}

#[test]
fn a_clock_that_is_not_allowed_to_run_keeps_what_is_left_of_its_threshold() {
    // Shut from day 100 to day 200, inside steps of any length: what would have come later comes
    // exactly 100 days later.
    let whole = |step: f64, shuts: bool| {
        scenario(
            2.0,
            step,
            json!({
                "phases": {"open": {"start": true}, "shut": {}},
                "events": {
                    "shuts": {"at": "2001-04-11", "probability": if shuts { 1 } else { 0 }, "effects": [{"phase": "shut"}]},
                    "opens": {"at": "2001-07-20", "effects": [{"phase": "open"}]},
                    "strike": {"hazard": 1.2, "phases": ["open"], "effects": []},
                },
            }),
        )
    };
    let (closed, reopened) = (100.0 / DAYS_PER_YEAR, 200.0 / DAYS_PER_YEAR);
    for step in [2.0, 0.3, 0.01] {
        let free = first_times(&whole(step, false), "strike");
        let held = first_times(&whole(step, true), "strike");
        let mut moved = 0;
        for (free, held) in free.iter().zip(&held) {
            let expected = if *free < closed {
                *free
            } else {
                free + (reopened - closed)
            };
            if expected < 1.999 {
                assert!(
                    (held - expected).abs() < 1e-12,
                    "step {step}: {held} for {expected}"
                );
                moved += usize::from(expected > reopened);
            }
        }
        assert!(moved > 200, "step {step}: only {moved} trials waited");
    }
}

#[test]
fn first_firings_of_constant_hazards_do_not_depend_on_the_step() {
    let whole = |step: f64| {
        scenario(
            2.0,
            step,
            json!({"events": {"strike": {"hazard": 0.8, "effects": []}, "other": {"hazard": 5, "effects": []}}}),
        )
    };
    let coarse = first_times(&whole(2.0), "strike");
    for step in [0.7, 0.05] {
        for (a, b) in coarse.iter().zip(first_times(&whole(step), "strike")) {
            assert!(a == &b || (a - b).abs() < 1e-12, "step {step}: {b} for {a}");
        }
    }
}

#[test]
fn a_hazard_sees_a_jump_at_its_instant() {
    // At day 50 the rate triples: the rest of the threshold is used up three times as fast.
    let whole = |triples: u32| {
        scenario(
            2.0,
            0.5,
            json!({
                "indicators": {"pace": {"start": 1}},
                "events": {
                    "faster": {"at": "2001-02-20", "probability": triples, "effects": [{"set": "pace", "to": 3}]},
                    "strike": {"hazard": "pace", "effects": []},
                },
            }),
        )
    };
    let from = 50.0 / DAYS_PER_YEAR;
    let (slow, fast) = (
        first_times(&whole(0), "strike"),
        first_times(&whole(1), "strike"),
    );
    for (slow, fast) in slow.iter().zip(&fast).filter(|(slow, _)| slow.is_finite()) {
        let expected = if *slow < from {
            *slow
        } else {
            from + (slow - from) / 3.0
        };
        assert!((fast - expected).abs() < 1e-12, "{fast} for {expected}");
    }
}

#[test]
fn an_event_rests_after_firing_and_not_a_moment_longer() {
    let rest = 30.0 / DAYS_PER_YEAR;
    let whole = scenario(
        1.0,
        0.25,
        json!({"events": {"strike": {"hazard": 500, "rest": "30 days", "effects": []}}}),
    );
    let mut waits = Vec::new();
    for story in stories(&whole, 100) {
        let times: Vec<f64> = story.happenings.iter().map(|h| h.time).collect();
        waits.extend(times.windows(2).map(|pair| pair[1] - pair[0] - rest));
    }
    assert!(
        waits.iter().all(|w| *w > -1e-12),
        "a firing came within a rest"
    );
    // 1,000 waits and more of mean 1/500: within 4 standard errors.
    let (n, mean) = (
        waits.len() as f64,
        waits.iter().sum::<f64>() / waits.len() as f64,
    );
    assert!(
        n > 900.0 && (mean * 500.0 - 1.0).abs() < 4.0 / n.sqrt(),
        "{n} waits of mean {mean}"
    );
}

#[test]
fn a_limit_is_never_exceeded_and_always_reached_under_a_high_hazard() {
    let whole = scenario(
        1.0,
        0.25,
        json!({
            "events": {"strike": {"hazard": 100, "limit": 3, "effects": []}},
            "metrics": {"strikes": "count(strike)"},
        }),
    );
    let study = study(&whole);
    let (_, rows) = rows(&study, &settings(&study, TRIALS, 68));
    assert!(rows.metric("strikes").iter().all(|n| *n == 3.0));
}

#[test]
fn a_trigger_fires_at_the_jump_that_makes_its_condition_true_and_again_only_after_it_was_false() {
    let whole = scenario(
        3.0,
        0.5,
        json!({
            "indicators": {"x": {"start": 0}, "heard": {"start": 0}},
            "events": {
                "up": {"hazard": 4, "effects": [{"add": "x", "by": 1}]},
                "down": {"hazard": "4 * x", "effects": [{"add": "x", "by": -1}]},
                "alarm": {"when": "x >= 2", "effects": [{"add": "heard", "by": 1}]},
            },
        }),
    );
    let mut alarms = 0;
    for story in stories(&whole, 100) {
        let (mut expected, mut x, mut was_high) = (Vec::new(), 0.0, false);
        for happening in story.happenings.iter().filter(|h| h.event != "alarm") {
            x += if happening.event == "up" { 1.0 } else { -1.0 };
            if x >= 2.0 && !was_high {
                expected.push(happening.time);
            }
            was_high = x >= 2.0;
        }
        let found: Vec<f64> = story
            .happenings
            .iter()
            .filter(|h| h.event == "alarm")
            .map(|h| h.time)
            .collect();
        assert_eq!(found, expected);
        alarms += found.len();
        assert_eq!(story.end.indicators["heard"], found.len() as f64);
    }
    assert!(alarms > 100);
}

#[test]
fn a_trigger_that_is_not_allowed_when_its_condition_becomes_true_is_lost() {
    let whole = scenario(
        1.0,
        0.25,
        json!({
            "phases": {"deaf": {"start": true}, "awake": {}},
            "indicators": {"x": {"start": 0}},
            "events": {
                "noise": {"at": "2001-02-01", "effects": [{"set": "x", "to": 1}]},
                "wakes": {"at": "2001-03-01", "effects": [{"phase": "awake"}]},
                "alarm": {"when": "x > 0", "phases": ["awake"], "effects": []},
                "hush": {"at": "2001-04-01", "effects": [{"set": "x", "to": 0}]},
                "noise_again": {"at": "2001-05-01", "effects": [{"set": "x", "to": 1}]},
            },
        }),
    );
    assert_eq!(
        names(&story(&whole)),
        ["noise", "wakes", "hush", "noise_again", "alarm"]
    );
}

#[test]
fn a_trigger_on_a_diffusion_fires_at_grid_points() {
    let whole = scenario(
        1.0,
        0.125,
        json!({
            "indicators": {"x": {"start": 0, "drift": 1}},
            "events": {"reached": {"when": "x > 0.3", "effects": []}, "unrelated": {"hazard": 20, "effects": []}},
        }),
    );
    for story in stories(&whole, 20) {
        let times: Vec<f64> = story
            .happenings
            .iter()
            .filter(|h| h.event == "reached")
            .map(|h| h.time)
            .collect();
        assert_eq!(times, [0.375]);
    }
}

#[test]
fn scheduled_events_act_at_their_instant_within_a_step() {
    let whole = scenario(
        1.0,
        0.5,
        json!({
            "phases": {"before": {"start": true}, "after": {}},
            "indicators": {"x": {"start": 0}},
            "events": {
                "turn": {"at": "2001-03-15", "effects": [{"phase": "after"}, {"set": "x", "to": 2}]},
                "strike": {"hazard": 30, "phases": ["after"], "effects": []},
                "lull": {"hazard": 30, "phases": ["before"], "effects": []},
            },
            "metrics": {"first_turn": "first(turn)", "mean_x": "average(x)"},
        }),
    );
    let instant = 73.0 / DAYS_PER_YEAR;
    for story in stories(&whole, 50) {
        assert_eq!(story.metrics["first_turn"], Some(instant));
        let mean = story.metrics["mean_x"].expect("a mean");
        assert!((mean - 2.0 * (1.0 - instant)).abs() < 1e-12, "{mean}");
        for happening in &story.happenings {
            match happening.event.as_str() {
                "strike" => assert!(happening.time > instant),
                "lull" => assert!(happening.time < instant),
                _ => assert_eq!(
                    (happening.time, happening.date.as_str()),
                    (instant, "2001-03-15")
                ),
            }
        }
    }
}

#[test]
fn a_scheduled_event_comes_with_its_probability_on_a_date_from_its_distribution_or_is_lost() {
    // Seed 69, |z| < 4. The date is uniform over 200 days, the door is shut in the second half of
    // them.
    let whole = scenario(
        1.0,
        0.5,
        json!({
            "phases": {"open": {"start": true}, "shut": {}},
            "events": {
                "door": {"at": "2001-04-11", "effects": [{"phase": "shut"}]},
                "visit": {"at": {"uniform": ["2001-01-01", "2001-07-20"]}, "probability": 0.6, "phases": ["open"], "effects": []},
            },
            "metrics": {"first_visit": "first(visit)"},
        }),
    );
    let result = simulate(&whole, 20_480, 69);
    let mut agreement = Agreement::default();
    agreement.share(
        "visits before the door is shut",
        event(&result, "visit").probability,
        0.3,
        result.run.trials,
    );
    let date = metric(&result, "first_visit");
    let span = 100.0 / DAYS_PER_YEAR;
    let n = date.defined * result.run.trials as f64;
    agreement.estimate(
        "mean date",
        date.mean.expect("a mean"),
        span / 2.0,
        span / (12.0 * n).sqrt(),
    );
    agreement.finish(2);
}

#[test]
fn moving_to_the_phase_that_one_is_in_changes_nothing() {
    let whole = scenario(
        1.0,
        0.25,
        json!({
            "phases": {"war": {"start": true}, "talks": {}},
            "events": {
                "again": {"at": "2001-03-15", "effects": [{"phase": "war"}]},
                "talk": {"at": "2001-07-02", "effects": [{"phase": "talks"}]},
            },
            "metrics": {"in_phase": "time_in_phase"},
        }),
    );
    let told = story(&whole);
    let since = 1.0 - 182.0 / DAYS_PER_YEAR;
    assert_eq!(told.happenings[0].changes, []);
    assert!((told.metrics["in_phase"].expect("a value") - since).abs() < 1e-12);
    let mut without = whole.clone();
    without["events"]
        .as_object_mut()
        .expect("events")
        .shift_remove("talk");
    assert_eq!(story(&without).metrics["in_phase"], Some(1.0));
}

#[test]
fn time_within_a_phase_stands_still_within_a_step() {
    // Entered inside the first step, the new phase counts 0 until the next: its hazard is 0 there,
    // whatever else happens.
    let whole = scenario(
        1.0,
        0.5,
        json!({
            "phases": {"war": {"start": true}, "talks": {}},
            "events": {
                "talk": {"at": "2001-03-15", "effects": [{"phase": "talks"}]},
                "deal": {"hazard": "if(time_in_phase > 0, 1000, 0)", "phases": ["talks"], "limit": 1, "effects": []},
                "unrelated": {"hazard": 100, "effects": []},
            },
            "metrics": {"first_deal": "first(deal)"},
        }),
    );
    for told in stories(&whole, 30) {
        let first = told.metrics["first_deal"].expect("a deal");
        assert!((0.5..0.52).contains(&first), "{first}");
    }
}

#[test]
fn a_final_phase_freezes_everything_after_the_effects_of_the_firing_that_enters_it() {
    let whole = scenario(
        1.0,
        0.125,
        json!({
            "trends": {"calm": {"weight": 1}, "storm": {"weight": 0}},
            "shifts": {"calm": {"storm": 3}, "storm": {"calm": 3}},
            "phases": {"war": {"start": true}, "treaty": {"final": true}},
            "indicators": {"x": {"start": 0, "drift": 1, "volatility": 1}, "signed": {"start": 0}},
            "events": {
                "ends": {"at": "2001-03-15", "effects": [{"phase": "treaty"}, {"set": "signed", "to": 1}]},
                "same_day": {"at": "2001-03-15", "effects": [{"set": "signed", "to": 2}]},
                "later": {"at": "2001-06-01", "effects": []},
                "strike": {"hazard": 20, "effects": [{"add": "x", "by": 0.1}]},
                "peace": {"when": "phase == treaty", "effects": []},
            },
            "metrics": {"final_x": "final(x)", "years_of_treaty": "time_in(phase == treaty)", "mean_signed": "average(signed)"},
        }),
    );
    let instant = 73.0 / DAYS_PER_YEAR;
    for told in stories(&whole, 50) {
        let last = told.happenings.last().expect("the end");
        assert_eq!((last.event.as_str(), last.time), ("ends", instant));
        assert_eq!(told.end.indicators, last.indicators);
        assert_eq!(told.end.indicators["signed"], 1.0);
        assert_eq!(told.end.phase, "treaty");
        for name in ["years_of_treaty", "mean_signed"] {
            assert!(
                (told.metrics[name].expect("a value") - (1.0 - instant)).abs() < 1e-12,
                "{name}"
            );
        }
    }
    let result = run(&study(&whole), 2048, 66);
    let frozen: Vec<usize> = (0..result.times.len())
        .filter(|i| result.times[*i] > instant)
        .collect();
    assert_eq!(frozen.len(), 7);
    let last = frozen[6];
    for &at in &frozen {
        assert_eq!(phase(&result, "treaty").occupancy[at], 1.0);
        assert_eq!(
            series(&result, "x").mean[at],
            series(&result, "x").mean[last]
        );
        assert_eq!(
            result.trends[1].occupancy[at],
            result.trends[1].occupancy[last]
        );
    }
    assert_eq!(event(&result, "later").probability, 0.0);
}

#[test]
fn an_absorbing_phase_that_is_not_declared_final_lets_the_rest_go_on() {
    let whole = scenario(
        1.0,
        0.25,
        json!({
            "phases": {"war": {"start": true}, "treaty": {}},
            "indicators": {"x": {"start": 0, "drift": 1}},
            "events": {"ends": {"at": "2001-03-15", "effects": [{"phase": "treaty"}]}, "later": {"at": "2001-06-01", "effects": []}},
        }),
    );
    let told = story(&whole);
    assert_eq!(names(&told), ["ends", "later"]);
    assert_eq!(told.end.indicators["x"], 1.0);
}

#[test]
fn the_last_step_is_cut_at_the_horizon() {
    // 1.1 years in steps of 0.25: a drift of 1 gives 1.1, a volatility of 1 a variance of 1.1, a
    // hazard of 1 exp(-1.1). Seed 70, |z| < 4.
    let whole = scenario(
        1.1,
        0.25,
        json!({
            "indicators": {"steady": {"start": 0, "drift": 1}, "noise": {"start": 0, "volatility": 1}},
            "events": {"strike": {"hazard": 1, "effects": []}},
            "metrics": {"mean_of_one": "average(1 + 0 * steady)"},
        }),
    );
    let result = simulate(&whole, 20_480, 70);
    assert_eq!(result.times, [0.0, 0.25, 0.5, 0.75, 1.0, 1.1]);
    let n = result.run.trials as f64;
    let mut agreement = Agreement::default();
    agreement.close("drift", series(&result, "steady").mean[5], 1.1, 1e-12);
    let noise = series(&result, "noise");
    agreement.estimate(
        "variance",
        noise.sd[5] * noise.sd[5],
        1.1,
        1.1 * (2.0 / n).sqrt(),
    );
    agreement.share(
        "fired",
        event(&result, "strike").probability,
        -libm::expm1(-1.1),
        result.run.trials,
    );
    agreement.close(
        "average over the cut horizon",
        metric(&result, "mean_of_one").mean.expect("a mean"),
        1.0,
        1e-12,
    );
    agreement.finish(4);
}

#[test]
fn a_derived_value_reads_the_same_clock_as_the_formula_that_names_it() {
    // Within a step: day 50 of steps of half a year, and a question ten days later.
    let whole = scenario(
        1.0,
        0.5,
        json!({
            "indicators": {"by_name": {"start": 0}, "itself": {"start": 0}},
            "derived": {"clock": "t", "age": "time_in_phase + 0 * clock"},
            "events": {
                "dated": {"at": "2001-02-20", "if": "clock > 0.1", "effects": [{"set": "by_name", "to": "clock"}, {"set": "itself", "to": "t"}]},
                "strike": {"hazard": "if(clock > 0.1 or age > 0.1, 40, 4)", "effects": []},
            },
            "metrics": {"strikes": "count(strike)"},
            "questions": {
                "later": {"holds": "clock > 0.16 and age > 0.16", "at": "2001-03-02"},
                "earlier": {"holds": "clock > 0.16", "at": "2001-02-21"},
            },
        }),
    );
    let story = story(&whole);
    assert_eq!(
        story.end.indicators["by_name"],
        story.end.indicators["itself"]
    );
    assert!((story.end.indicators["by_name"] * DAYS_PER_YEAR - 50.0).abs() < 1e-9);
    assert!(story.questions["later"] && !story.questions["earlier"]);
    // Hazards keep the time of the step's start, whatever fires within it: 2 in the first half, 20
    // in the second.
    let result = simulate(&whole, 20_000, 5);
    let strikes = result.metrics[0].mean.expect("a mean");
    assert!(
        (strikes - 22.0).abs() < 4.0 * (22.0_f64 / 20_000.0).sqrt(),
        "{strikes}"
    );
}
