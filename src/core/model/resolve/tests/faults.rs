//! Planted faults: each yields its code at its place, all of a file at once; doubts likewise.

use super::*;

#[test]
fn each_fault_has_its_code_at_its_place() {
    for (path, new, expected) in [
        (
            "/step",
            json!("1/100000000 years"),
            "too-many-steps /horizon",
        ),
        (
            "/horizon",
            json!("2025-12-01"),
            "value-out-of-range /horizon",
        ),
        (
            "/horizon",
            json!("10000 years"),
            "value-out-of-range /horizon",
        ),
        (
            "/parameters/sqrt",
            json!(1),
            "reserved-name /parameters/sqrt key",
        ),
        (
            "/parameters/price",
            json!(1),
            "duplicate-name /indicators/price key",
        ),
        ("/phases/and", json!({}), "reserved-name /phases/and key"),
        (
            "/outcomes/1/name",
            json!("unclassified"),
            "reserved-name /outcomes/1/name",
        ),
        ("/phases/war", json!({}), "no-start-phase /phases"),
        (
            "/trends/storm/weight",
            json!(-1),
            "value-out-of-range /trends/storm/weight",
        ),
        (
            "/indicators/support/range",
            json!([1, 0]),
            "value-out-of-range /indicators/support/range",
        ),
        (
            "/indicators/support/volatility",
            json!(-0.1),
            "value-out-of-range /indicators/support/volatility",
        ),
        (
            "/indicators/support/start",
            json!("price"),
            "not-readable-here /indicators/support/start 0..5",
        ),
        (
            "/indicators/support/drift",
            json!("0.8 * (resolv - support)"),
            "unknown-name /indicators/support/drift 7..13",
        ),
        (
            "/indicators/price/drift",
            json!({"by": "trend", "storm": 12}),
            "missing-arm /indicators/price/drift",
        ),
        (
            "/indicators/price/drift",
            json!({"by": "trend", "strom": 12, "else": 0}),
            "unknown-name /indicators/price/drift/strom key",
        ),
        (
            "/indicators/price/start",
            json!({"normal": {"mean": "price", "sd": 1}}),
            "not-readable-here /indicators/price/start/normal/mean 0..5",
        ),
        (
            "/derived/pressure",
            json!("pressure + 1"),
            "circular-definition /derived/pressure",
        ),
        (
            "/derived/pressure",
            json!("since(offer)"),
            "not-finite /derived/pressure 0..12",
        ),
        (
            "/metrics/worst",
            json!("spread + 1"),
            "circular-definition /metrics/spread",
        ),
        (
            "/metrics/worst",
            json!("ever(offer)"),
            "wrong-type /metrics/worst 0..11",
        ),
        (
            "/outcomes/0/when",
            json!("phase == traety"),
            "unknown-name /outcomes/0/when 9..15",
        ),
        (
            "/outcomes/0/when",
            json!("highest(price)"),
            "wrong-type /outcomes/0/when 0..14",
        ),
        (
            "/questions/talks_soon/by",
            json!("2029-01-01"),
            "date-out-of-range /questions/talks_soon/by",
        ),
        (
            "/questions/talks_soon/by",
            json!("2025-01-01"),
            "date-out-of-range /questions/talks_soon/by",
        ),
        (
            "/questions/talks_soon/ever",
            json!("final(price) > 1"),
            "not-readable-here /questions/talks_soon/ever 0..5",
        ),
        (
            "/events/vote/at",
            json!("2025-11-03"),
            "date-out-of-range /events/vote/at",
        ),
        (
            "/events/vote/probability",
            json!("price"),
            "not-readable-here /events/vote/probability 0..5",
        ),
        (
            "/events/vote/effects/0/add",
            json!("suport"),
            "unknown-name /events/vote/effects/0/add",
        ),
        (
            "/events/vote/effects/0",
            json!({"phase": "storm"}),
            "unknown-name /events/vote/effects/0/phase",
        ),
        (
            "/events/offer/phases",
            json!(["war", "tlaks"]),
            "unknown-name /events/offer/phases/1",
        ),
        (
            "/events/offer/if",
            json!("presure > 0.1"),
            "unknown-name /events/offer/if 0..7",
        ),
        (
            "/events/offer/if",
            json!("pressure"),
            "wrong-type /events/offer/if 0..8",
        ),
        (
            "/events/offer/hazard/chance",
            json!("0.5 + 0.5"),
            "value-out-of-range /events/offer/hazard/chance",
        ),
        (
            "/events/offer/hazard/chance",
            json!("support"),
            "not-readable-here /events/offer/hazard/chance 0..7",
        ),
        (
            "/events/offer/hazard/times/trend/strm",
            json!(2),
            "unknown-name /events/offer/hazard/times/trend/strm key",
        ),
        (
            "/events/offer/hazard/times/indicator",
            json!({"suport": {"ratio": 0.5, "at": 0, "per": 1}}),
            "unknown-name /events/offer/hazard/times/indicator/suport key",
        ),
        (
            "/events/offer/hazard/times/indicator",
            json!({"support": {"ratio": 0.5, "at": 0, "per": 0}}),
            "value-out-of-range /events/offer/hazard/times/indicator/support/per",
        ),
        (
            "/events/offer/rest",
            json!("t"),
            "not-readable-here /events/offer/rest 0..1",
        ),
        (
            "/shifts/calm",
            json!({"strom": {"rate": 1, "per": "year"}}),
            "unknown-name /shifts/calm/strom key",
        ),
        (
            "/shifts/calm",
            json!({"calm": {"rate": 1, "per": "year"}}),
            "shift-to-itself /shifts/calm/calm key",
        ),
        (
            "/correlations/0/between",
            json!(["resolve", "leak"]),
            "correlates-constant /correlations/0/between/1",
        ),
        (
            "/correlations/0/between",
            json!(["resolve", "resolve"]),
            "invalid-correlation /correlations/0",
        ),
        (
            "/correlations/0/between",
            json!(["resolve", "cst"]),
            "unknown-name /correlations/0/between/1",
        ),
        (
            "/correlations/0/rank",
            json!(1),
            "value-out-of-range /correlations/0/rank",
        ),
        (
            "/noise_correlations/0/value",
            json!(-1),
            "value-out-of-range /noise_correlations/0/value",
        ),
        (
            "/indicators/support/volatility",
            Value::Null,
            "correlates-constant /noise_correlations/0/between/0",
        ),
        (
            "/parameters/cost",
            json!({"pert": [0.5, 0.2, 0.1]}),
            "invalid-distribution /parameters/cost",
        ),
        (
            "/parameters/cost",
            json!({"normal": {"mean": 1, "sd": -2}}),
            "invalid-distribution /parameters/cost/normal/sd",
        ),
        (
            "/parameters/cost",
            json!({"p5": 0.1, "p50": 0.9, "p95": 1, "range": [0, 1]}),
            "invalid-distribution /parameters/cost/p95",
        ),
        (
            "/parameters/cost",
            json!({"discrete": {"values": [1, 2], "probabilities": [0.5, 0.1]}}),
            "invalid-distribution /parameters/cost",
        ),
        (
            "/parameters/cost",
            json!({"uniform": [0, 1], "range": [2, 3]}),
            "invalid-distribution /parameters/cost/range",
        ),
        (
            "/indicators/price/start",
            json!({"discrete": {"values": ["cost", 2], "probabilities": [0.4, 0.5]}}),
            "invalid-distribution /indicators/price/start",
        ),
        (
            "/parameters/cost",
            json!({"p5": 1, "p25": 4, "p50": 4.05, "p75": 4.1, "p95": 8}),
            "invalid-distribution /parameters/cost/p50",
        ),
        (
            "/parameters/cost",
            json!({"point_mass": {"at": 0, "probability": 0.5}, "else": {"uniform": [3, 2]}}),
            "invalid-distribution /parameters/cost/else/uniform/1",
        ),
        (
            "/indicators/price/start",
            json!({"shift": "cost", "of": {"uniform": [3, "suport"]}}),
            "unknown-name /indicators/price/start/of/uniform/1 0..6",
        ),
    ] {
        let found = errors(&[(path, new.clone())]);
        assert!(
            found.len() == 1
                && (found[0] == expected || found[0].starts_with(&format!("{expected}/"))),
            "{path} = {new}: {found:?}, expected {expected}"
        );
    }
}

#[test]
fn all_faults_of_a_file_are_reported_at_once() {
    let found = errors(&[
        ("/parameters/cost", json!({"normal": {"mean": 1, "sd": -1}})),
        ("/derived/pressure", json!("1 +")),
        ("/events/offer/if", json!("presure > 0.1 and suport > 1")),
        ("/events/deal/phases", json!(["tlks"])),
        ("/metrics/worst", json!("highst(price)")),
        ("/questions/talks_soon/ever", json!("phase = talks")),
    ]);
    let codes: Vec<&str> = found
        .iter()
        .map(|f| f.split(' ').next().unwrap_or(""))
        .collect();
    assert_eq!(
        codes,
        [
            "invalid-distribution",
            "formula-syntax",
            "unknown-name",
            "unknown-name",
            "unknown-name",
            "unknown-name",
            "formula-syntax"
        ]
    );
}

#[test]
fn a_duplicate_name_shows_both_places() {
    let found =
        built(&changed(&[("/metrics/leak", json!("1"))])).expect_err("two things of one name");
    assert_eq!(found[0].related[0].0, Place::key("/parameters/leak"));
}

#[test]
fn each_doubt_is_a_warning_at_its_place() {
    for (edits, expected) in [
        (
            vec![("/trends/storm/weight", json!(0.3))],
            "weights-not-one /trends",
        ),
        (
            vec![("/phases/war/start", json!(0.5))],
            "starts-not-one /phases",
        ),
        (
            vec![("/indicators/support/start", json!(2))],
            "start-outside-range /indicators/support/start",
        ),
        (vec![("/outcomes", json!([]))], "no-outcomes "),
        (
            vec![("/parameters/idle", json!(2))],
            "parameter-unused /parameters/idle key",
        ),
        (
            vec![("/phases/truce", json!({}))],
            "phase-unreachable /phases/truce key",
        ),
        (
            vec![("/trends/mist", json!({"weight": 0}))],
            "trend-unreachable /trends/mist key",
        ),
        (
            vec![("/indicators/still", json!({"start": 1}))],
            "indicator-never-moves /indicators/still key",
        ),
        (
            vec![
                ("/events/deal/hazard", json!({"rate": 0, "per": "year"})),
                ("/phases/treaty/start", json!(0)),
                ("/phases/treaty", json!({"start": 0.5, "final": true})),
                ("/phases/war/start", json!(0.5)),
            ],
            "event-cannot-fire /events/deal/hazard",
        ),
        (
            vec![("/events/vote/at", json!("2029-11-03"))],
            "event-cannot-fire /events/vote/at",
        ),
        (
            vec![("/events/vote/if", json!("1 > 2"))],
            "event-cannot-fire /events/vote/if",
        ),
        (
            vec![("/events/vote/phases", json!(["treaty"]))],
            "event-cannot-fire /events/vote/phases",
        ),
        (
            vec![
                ("/events/vote/trends", json!(["mist"])),
                ("/trends/mist", json!({"weight": 0})),
            ],
            "event-cannot-fire /events/vote/trends",
        ),
        (
            vec![("/events/vote/if", json!("phase == war and phase == talks"))],
            "event-cannot-fire /events/vote/if",
        ),
        (
            vec![("/events/deal/hazard", json!({"rate": 4, "per": "week"}))],
            "hazard-near-certain /events/deal/hazard",
        ),
        (
            vec![("/events/deal/hazard", json!("60 * support"))],
            "step-too-coarse /events/deal/hazard",
        ),
        (
            vec![(
                "/indicators/support/drift",
                json!("30 * (resolve - support)"),
            )],
            "step-too-coarse /indicators/support/drift",
        ),
        (
            vec![("/outcomes/1/when", json!("phase == treaty and worst > 3"))],
            "outcome-shadowed /outcomes/1/when",
        ),
        (
            vec![("/outcomes/1/when", json!("worst > 3 and 1 > 2"))],
            "outcome-impossible /outcomes/1/when",
        ),
    ] {
        let found = warnings(&edits);
        assert!(
            found.iter().any(|f| f == expected),
            "{edits:?}: {found:?}, expected {expected}"
        );
    }
}

#[test]
fn a_model_of_jumps_alone_may_take_long_steps() {
    let found = warnings(&[("/events/deal/hazard", json!("60"))]);
    assert_eq!(found, [] as [&str; 0]);
}

#[test]
fn words_of_the_format_name_nothing_in_format_2_and_raise_a_doubt_in_format_1() {
    for word in ["note", "source", "sources", "title", "by", "else"] {
        for section in [
            "parameters",
            "trends",
            "phases",
            "indicators",
            "derived",
            "events",
            "groups",
            "metrics",
            "questions",
        ] {
            let thing = match section {
                "parameters" | "derived" | "metrics" => json!(1),
                "trends" => json!({"weight": 0}),
                "phases" | "groups" => json!({}),
                "indicators" => json!({"start": 1}),
                "events" => json!({"at": "2026-06-01"}),
                _ => json!({"holds": "t > 1"}),
            };
            let mut file = sound();
            file[section][word] = thing;
            let place = format!("/{section}/{word}");
            let doubted = |found: &[Diagnostic], error: bool| {
                found.iter().any(|one| {
                    one.code == "reserved-name"
                        && one.place.pointer == place
                        && one.is_error() == error
                })
            };
            let old = built(&file).unwrap_or_else(|found| panic!("{place}: {found:?}"));
            assert!(doubted(&old.warnings, false), "{place}");
            file["format"] = json!(2);
            let found = built(&file).map(|_| ()).expect_err(&place);
            assert!(doubted(&found, true), "{place}");
        }
    }
}

#[test]
fn times_beside_bare_numbers_raise_a_doubt_in_format_2_alone() {
    for (condition, doubted) in [
        ("since(deal) > 0.2", true),
        ("t > 60 / 365.25 and price > 3", true),
        ("since(deal) > 60 days and t >= 2026-03-01", false),
        ("time_in(phase) < 6 months", false),
    ] {
        for format in [1, 2] {
            let mut file = changed(&[("/events/offer/if", json!(condition))]);
            file["format"] = json!(format);
            let found = built(&file).unwrap_or_else(|found| panic!("{condition}: {found:?}"));
            let doubts = found.warnings.iter().filter(|one| {
                one.code == "unit-missing" && one.place.pointer == "/events/offer/if"
            });
            assert_eq!(doubts.count() > 0, doubted && format == 2, "{condition}");
        }
    }
}

#[test]
fn a_file_of_format_1_may_call_things_like_younger_functions() {
    let mut file = changed(&[
        ("/parameters/round", json!(3)),
        ("/derived/pressure", json!("round + round(price)")),
    ]);
    assert!(built(&file).is_ok());
    file["format"] = json!(2);
    assert!(built(&file).is_err());
}
