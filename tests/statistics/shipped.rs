//! What `docs/scenarios.md` claims of the shipped scenarios of the war.

use crate::harness::{below_tests, open, settings};
use quincunx::engine::Silent;
use quincunx::results::RunResult;
use serde_json::Value;
use std::fs;

fn run(path: &str, trials: u64) -> RunResult {
    let study = open(&format!("../scenarios/{path}"), &[]);
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

#[test]
fn trends_lead_for_their_weight_and_carry_a_tenth_of_the_outcome() {
    let result = run("baseline.json", 16_384);
    for trend in &result.scorecard {
        let off = trend.leads - trend.weight;
        assert!(
            off.abs() < 0.02,
            "{} leads {} of the time",
            trend.name,
            trend.leads
        );
    }
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
            assert!(
                !["RE02", "FO02", "FO03", "FO09", "ES07", "ES11", "EC11"].contains(&name.as_str()),
                "{at}"
            );
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
