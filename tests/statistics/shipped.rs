//! What `docs/scenarios.md` claims of the shipped scenarios of the war.

use crate::harness::{below_tests, open, settings};
use quincunx::analysis::storyline;
use quincunx::engine::Silent;
use quincunx::results::RunResult;
use serde_json::Value;
use std::fs;

fn run(path: &str, trials: u64) -> RunResult {
    run_with(path, trials, &[])
}

fn run_with(path: &str, trials: u64, sets: &[String]) -> RunResult {
    let study = open(&format!("../scenarios/{path}"), sets);
    study
        .run(&settings(&study, trials, 20_251_220), &Silent)
        .unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Share of the trials in which the front gained no more than `count` km².
fn place(result: &RunResult, count: f64) -> f64 {
    let gain = (result.metrics.iter())
        .find(|metric| metric.name == "front_gain")
        .expect("the gain is a metric");
    let whole = gain.distribution.as_ref().expect("its whole distribution");
    let after = whole.values.partition_point(|value| *value <= count);
    after.checked_sub(1).map_or(0.0, |at| whole.shares[at])
}

/// Counts by AFP/ISW for 2023 and 2024; by DeepState, Black Bird and AFP/ISW for 2025 (sources
/// FL03, FL04, FL06, FL07, FL10).
#[test]
fn the_front_as_it_stood_at_three_new_years_covers_what_each_year_brought() {
    let counts: [(u32, &[f64]); 3] = [
        (2023, &[584.0]),
        (2024, &[3985.0]),
        (2025, &[4340.0, 4610.0, 5600.0]),
    ];
    let mut places = Vec::new();
    for (year, counts) in counts {
        let result = run(&format!("backcast/{year}.json"), 8192);
        for &count in counts {
            let place = place(&result, count);
            assert!((0.05..=0.95).contains(&place), "{year}, {count}: {place}");
            places.push(place);
        }
    }
    let least = places.iter().copied().fold(1.0, f64::min);
    let most = places.iter().copied().fold(0.0, f64::max);
    assert!(least < 0.5 && most > 0.5, "all in one half: {places:?}");
}

#[test]
fn the_detail_moves_the_groups_by_less_than_the_assumptions_leave_open() {
    let [base, detail] = ["baseline.json", "detail.json"].map(|path| run(path, 16_384));
    for (group, other) in base.groups.iter().zip(&detail.groups) {
        assert_eq!(group.name, other.name);
        let moved = (other.probability - group.probability).abs();
        let [low, high] = group.epistemic90.expect("the assumptions matter");
        assert!(
            moved < (high - low) / 2.0,
            "{}: {moved} of {low} to {high}",
            group.name
        );
    }
}

/// A weight is the share of the time in which a trend leads, also one that is moved, and where
/// trends give way to one another.
#[test]
fn trends_lead_for_their_weight_and_carry_a_tenth_of_the_outcome() {
    let result = run("baseline.json", 16_384);
    let moved = ["trends.escalation.weight=0.5".to_owned()];
    let others = [
        run_with("baseline.json", 4096, &moved),
        run("detail.json", 16_384),
    ];
    for trend in (others.iter().chain([&result])).flat_map(|result| &result.scorecard) {
        let off = trend.leads - trend.weight;
        assert!(
            off.abs() < 0.02,
            "{} leads {} of the time",
            trend.name,
            trend.leads
        );
    }
    assert_eq!(others[0].scorecard[1].weight, 0.5);
    let of = |name: &str| {
        let found = result.outcomes.iter().find(|outcome| outcome.name == name);
        found.unwrap_or_else(|| panic!("no outcome {name}"))
    };
    let frozen = &of("front_static").by_trend;
    let share = |trend: &str| frozen[trend].probability.expect("trials start under it");
    for other in ["escalation", "innovation", "realignment", "instability"] {
        assert!(share("stalemate") > share(other) + 0.05, "{other}");
    }
    // The realised stalemate alone shares this much with the outcome, so all trends together do:
    // information only adds.
    let stalemate = (result.scorecard.iter())
        .find(|trend| trend.name == "stalemate")
        .expect("the trend");
    let true_at_end = (stalemate.comes_true.last()).map_or(0.0, |last| last.probability);
    let (mut whole, mut rest) = (0.0, 0.0);
    let bits = |p: f64| if p > 0.0 { -p * libm::log2(p) } else { 0.0 };
    for outcome in &result.outcomes {
        let given = &stalemate.outcomes_given[&outcome.name];
        let both = given.probability.unwrap_or(0.0) * true_at_end;
        whole += bits(outcome.probability);
        rest += true_at_end * bits(both / true_at_end)
            + (1.0 - true_at_end) * bits((outcome.probability - both) / (1.0 - true_at_end));
    }
    let shared = (whole - rest) / whole;
    assert!(shared > 0.1, "{shared}");
}

/// An end of US support is among the largest things that a variant does.
#[test]
fn without_us_support_russia_is_far_ahead_more_often_and_nothing_gains_by_a_shock() {
    let [base, stop] = ["baseline.json", "us_aid_stop.json"].map(|path| run(path, 8192));
    let far = |result: &RunResult| {
        let found = (result.outcomes.iter()).find(|outcome| outcome.name == "russia_far_ahead");
        found.map_or(0.0, |outcome| outcome.probability)
    };
    assert!(
        far(&stop) > far(&base) + 0.1,
        "{} {}",
        far(&base),
        far(&stop)
    );
    let file = fs::read_to_string(below_tests("../scenarios/baseline.json")).expect("it is there");
    assert!(
        !file.contains("reflect"),
        "a shock could raise what it hits"
    );
}

/// Sources that are reserved for tests, or tell what came after the start.
const RESERVED: [&str; 13] = [
    "RE02", "FO02", "FO03", "FO09", "ES07", "ES11", "EC11", "TA03", "TA11", "VA01", "VA02", "VA03",
    "VA04",
];

/// A figure of later date may say how things stood at the start, and nothing else; some are
/// reserved for tests.
#[test]
fn no_source_of_a_later_date_feeds_a_number() {
    let folder = below_tests("../scenarios");
    let mut later = 0;
    for entry in fs::read_dir(folder).expect("scenarios are shipped") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|ending| ending != "json") {
            continue;
        }
        let file: Value = serde_json::from_slice(&fs::read(&path).expect("a file")).expect("JSON");
        let none = serde_json::Map::new();
        for (name, source) in file["sources"].as_object().unwrap_or(&none) {
            let at = format!("{}: {name}", path.display());
            assert!(!RESERVED.contains(&name.as_str()), "{at}");
            let date = source["date"].as_str().unwrap_or_default();
            if date > "2025-12-20" {
                let note = source["note"].as_str().unwrap_or_default();
                assert!(
                    note.contains("measures the situation at the start"),
                    "{at} of {date}"
                );
                later += 1;
            }
        }
    }
    assert!(later > 10, "{later}");
}

/// A core that a person can hold, in which no number stands without a reason.
#[test]
fn the_baseline_is_short_and_says_why_of_each_number() {
    let file = fs::read(below_tests("../scenarios/baseline.json")).expect("it is there");
    let file: Value = serde_json::from_slice(&file).expect("JSON");
    let all = |section: &str| file[section].as_object().expect("a section").clone();
    let is_unknown = |one: &Value| one.get("p50").is_some();
    let parameters = all("parameters");
    let unknown = parameters.values().filter(|one| is_unknown(one)).count();
    let sizes = (all("events").len(), all("indicators").len(), unknown);
    assert!(sizes.0 <= 26 && sizes.1 <= 12 && sizes.2 <= 21, "{sizes:?}");
    for section in ["parameters", "trends", "states", "indicators", "events"] {
        for (name, one) in all(section) {
            let told = ["note", "source"].map(|key| one.get(key).is_some());
            assert_eq!(told, [true, true], "{section}.{name}");
            let is_bounded = one.get("range").is_some();
            let has_to_be = section == "indicators" || is_unknown(&one);
            assert!(is_bounded || !has_to_be, "{section}.{name} has no range");
        }
    }
    // What no formula reads is told by the lint, and what no source feeds here.
    let text = file.to_string();
    for name in all("sources").keys() {
        let uses = text.matches(&format!("\"{name}\"")).count();
        assert!(uses > 1, "{name} is the source of nothing");
    }
}

/// What must not follow sooner than so many days: what comes, after what, days.
const SOONEST: [(&[&str], &[&str], f64); 12] = [
    (&["guns_speak"], SILENCE, 5.0),
    (&["text_signed"], SILENCE, 30.0),
    (&["text_signed"], &["text_signed"], 365.0),
    (&["ratification"], &["text_signed"], 60.0),
    (&["talks_break"], &["talks_resume"], 60.0),
    (&["front.breakthrough>russian_push"], BREAKTHROUGH, 30.0),
    (&["us_posture.engaged>paused"], &["us_pause_ends"], 121.0),
    (&["mass_strike.ports"], &["mass_strike.ports"], 21.0),
    (KREMLIN, KREMLIN, 121.0),
    (EDGE, EDGE, 91.0),
    (&["kyiv_crisis.topples"], EXIT_OR_VOTE, 365.0),
    (&["truce_ends"], &["truce.none>limited"], 2.9),
];
const SILENCE: &[&str] = &[
    "ceasefire",
    "wider_war_ends.guns_silent",
    "ratification.passes",
];
const BREAKTHROUGH: &[&str] = &["front.russian_push>breakthrough"];
const EXIT_OR_VOTE: &[&str] = &["kyiv_crisis.topples", "ukraine_votes"];
const KREMLIN: &[&str] = &["kremlin.maximal>softer", "kremlin.softer>maximal"];
const EDGE: &[&str] = &[
    "edge.even>russian",
    "edge.even>ukrainian",
    "edge.russian>even",
    "edge.ukrainian>even",
];

/// What belongs to the war as it is now, or to its end, and has no place while it is a wider one.
const ORDINARY: [&str; 6] = [
    "talks_break",
    "talks_resume",
    "guarantees_tabled",
    "border.open>blocked",
    "us_posture.engaged>paused",
    "nato_fire",
];

/// What two armies do that face each other, and has no place after one of them has failed.
const FACING: [&str; 12] = [
    "ceasefire",
    "deep_strike",
    "edge",
    "front",
    "guarantees_tabled",
    "kremlin",
    "kyiv_crisis",
    "mass_strike",
    "nato_fire",
    "talks_break",
    "talks_resume",
    "us_posture",
];

/// The event that a branch belongs to, and the state that moves.
fn whole(event: &str) -> &str {
    event.split_once('.').map_or(event, |(whole, _)| whole)
}

/// Whether it is one of these, or a branch of one.
fn is_one_of(event: &str, names: &[&str]) -> bool {
    names.contains(&event) || names.contains(&whole(event))
}

#[test]
fn no_future_has_a_sequence_that_history_would_not() {
    for path in ["baseline.json", "detail.json"] {
        let study = open(&format!("../scenarios/{path}"), &[]);
        let settings = settings(&study, 4096, 20_251_220);
        let mut seen = [0; SOONEST.len()];
        for trial in (0..4096).step_by(8) {
            let story = storyline(&study, &settings, trial).expect("a story");
            let (mut widened, mut wars, mut text, mut with_us) = (false, 0, false, true);
            let (mut failed, mut through) = (false, false);
            for (at, one) in story.happenings.iter().enumerate() {
                let told = format!("{path}, trial {trial}, {}: {}", one.date, one.event);
                for (rule, (later, earlier, days)) in SOONEST.iter().enumerate() {
                    if !is_one_of(&one.event, later) {
                        continue;
                    }
                    let mut before = story.happenings[..at].iter().rev();
                    let before = before.find(|other| is_one_of(&other.event, earlier));
                    if let Some(before) = before {
                        seen[rule] += 1;
                        let gap = 365.25 * (one.time - before.time);
                        assert!(
                            gap >= days - 0.01,
                            "{told}, {gap} days after {}",
                            before.event
                        );
                    }
                }
                let is_facing = is_one_of(&one.event, &FACING);
                assert!(!failed || !is_facing, "{told} after a collapse");
                let is_ordinary = is_one_of(&one.event, &ORDINARY);
                assert!(!widened || !is_ordinary, "{told}");
                match whole(&one.event) {
                    "guarantees_tabled" => {
                        assert!(!text && with_us, "{told}: signed {text}, US {with_us}");
                    }
                    "text_signed" => {
                        assert!(!text, "{told}: twice");
                        text = true;
                    }
                    "ratification" if one.event.ends_with("passes") => {}
                    "ratification" | "guns_speak" => text = false,
                    "war_widens" if one.event == "war_widens" => {
                        (widened, text) = (true, false);
                        wars += 1;
                        assert!(wars < 2, "{told}");
                    }
                    "wider_war_ends" => widened = false,
                    "ukraine_fails" | "russia_fails" => failed = true,
                    "front" => through = one.event.ends_with("breakthrough"),
                    "ceasefire" => assert!(!through, "{told} in a breakthrough"),
                    "us_pause_ends" => with_us = true,
                    "us_posture" => with_us = false,
                    _ => {}
                }
            }
        }
        // A rule that nothing comes under holds nothing.
        let idle: Vec<_> = (SOONEST.iter().zip(seen))
            .filter(|((later, ..), seen)| *seen == 0 && later[0] != "truce_ends")
            .collect();
        assert!(idle.is_empty(), "{path}: {idle:?}");
    }
}

/// What leads is what comes true: each of the five shows in the scorecard of its variant.
#[test]
fn a_variant_led_by_a_trend_makes_it_come_true_more_often() {
    let base = run("baseline.json", 8192);
    let chance = |result: &RunResult, name: &str| {
        let trend = result.scorecard.iter().find(|trend| trend.name == name);
        let last = trend.and_then(|trend| trend.comes_true.last());
        last.expect("it is asked at the end").probability
    };
    let away = |result: &RunResult| {
        let pairs = base.outcomes.iter().zip(&result.outcomes);
        let differences = pairs.map(|(base, other)| (base.probability - other.probability).abs());
        0.5 * differences.sum::<f64>()
    };
    for trend in &base.scorecard {
        let name = &trend.name;
        let led = run(&format!("{name}.json"), 8192);
        let [before, after] = [&base, &led].map(|result| chance(result, name));
        assert!(after > before + 0.1, "{name}: {before} to {after}");
        assert!(away(&led) > 0.05, "{name}: {}", away(&led));
    }
}
