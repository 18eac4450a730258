//! Planted faults: each yields its code at its place, all of a file at once; and what a sound file becomes.

use super::*;
use crate::diagnostic::Part;
use crate::expression::{Comparison, Expr};
use crate::model::types::{Asks, Draw, Effect, Fires, ParameterValue, VaryingDraw};
use serde_json::{Value, json};

/// A small sound scenario in which something of everything exists.
fn sound() -> Value {
    json!({
        "format": 1, "name": "small", "start": "2026-01-01", "horizon": "24 months", "step": "1 week",
        "parameters": {
            "cost": {"pert": [0.1, 0.2, 0.5]}, "resolve": {"uniform": [0, 1]}, "leak": 0.3
        },
        "correlations": [{"between": ["resolve", "cost"], "rank": -0.4}],
        "trends": {"storm": {"weight": 0.4}, "calm": {"weight": 0.6}},
        "shifts": {"calm": {"storm": {"rate": "resolve", "per": "year"}}},
        "phases": {"war": {"start": true}, "talks": {}, "treaty": {"final": true}},
        "indicators": {
            "support": {"start": 0.6, "drift": "0.8 * (resolve - support)", "volatility": 0.15, "range": [0, 1]},
            "price": {"start": {"normal": {"mean": 80, "sd": 5}}, "drift": {"by": "trend", "storm": 12, "else": 0}, "volatility": "0.2 * price"}
        },
        "noise_correlations": [{"between": ["support", "price"], "value": -0.3}],
        "derived": {"pressure": "(1 - support) * price / 100 + leak"},
        "events": {
            "offer": {"hazard": {"chance": 0.3, "within": "12 months", "times": {"trend": {"storm": 0.3}}},
                "phases": ["war"], "if": "pressure > 0.1", "effects": [{"phase": "talks"}]},
            "deal": {"hazard": {"mean_wait": "2 years"}, "phases": ["talks"], "effects": [{"phase": "treaty"}]},
            "vote": {"at": "2026-11-03", "probability": "1 - cost", "effects": [{"add": "support", "by": 0.1}]}
        },
        "outcomes": [{"name": "peace", "when": "phase == treaty"}, {"name": "dear", "when": "worst > 120"}],
        "metrics": {"worst": "highest(price)", "spread": "worst - lowest(price)"},
        "questions": {"talks_soon": {"ever": "phase == talks", "by": "2026-06-30"}}
    })
}

/// The sound scenario with some members replaced; `null` removes.
fn changed(edits: &[(&str, Value)]) -> Value {
    let mut value = sound();
    for (path, new) in edits {
        let (parent, key) = path.rsplit_once('/').unwrap_or(("", path));
        let target = value
            .pointer_mut(parent)
            .unwrap_or_else(|| panic!("no {parent}"));
        match target {
            Value::Object(map) if new.is_null() => {
                map.shift_remove(key);
            }
            Value::Object(map) => {
                map.insert(key.to_owned(), new.clone());
            }
            Value::Array(list) => list[key.parse::<usize>().expect("an index")] = new.clone(),
            other => panic!("{parent} is {other}"),
        }
    }
    value
}

fn built(value: &Value) -> Result<Built, Vec<Diagnostic>> {
    let loaded = crate::scenario::load_str(&value.to_string(), "test.json")
        .map_err(|report| report.diagnostics)?;
    build(&loaded)
}

fn shown(diagnostics: &[Diagnostic]) -> Vec<String> {
    diagnostics
        .iter()
        .map(|d| {
            let part = if d.place.part == Part::Key {
                " key"
            } else {
                ""
            };
            let range = d
                .place
                .range
                .as_ref()
                .map_or(String::new(), |r| format!(" {}..{}", r.start, r.end));
            format!("{} {}{part}{range}", d.code, d.place.pointer)
        })
        .collect()
}

fn errors(edits: &[(&str, Value)]) -> Vec<String> {
    let found = built(&changed(edits)).expect_err("the scenario is at fault");
    shown(
        &found
            .into_iter()
            .filter(Diagnostic::is_error)
            .collect::<Vec<_>>(),
    )
}

fn warnings(edits: &[(&str, Value)]) -> Vec<String> {
    match built(&changed(edits)) {
        Ok(built) => shown(&built.warnings),
        Err(errors) => panic!("{errors:#?}"),
    }
}

#[test]
fn a_sound_scenario_has_no_warning() {
    assert_eq!(warnings(&[]), [] as [&str; 0]);
}

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
            "correlations-contradict /correlations",
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
            "invalid-distribution /parameters/cost",
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
            json!({"discrete": {"values": [1, 2], "probabilities": ["cost", 0.5]}}),
            "invalid-distribution /indicators/price/start",
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
fn things_stand_in_the_order_of_their_names_whatever_the_order_of_keys() {
    let model = built(&sound()).expect("sound").model;
    let names: Vec<&str> = model.events.iter().map(|e| e.name.as_str()).collect();
    assert_eq!(names, ["calm>storm", "deal", "offer", "vote"]);
    let names: Vec<(&str, usize)> = model
        .phases
        .iter()
        .map(|p| (p.name.as_str(), p.display))
        .collect();
    assert_eq!(names, [("talks", 1), ("treaty", 2), ("war", 0)]);
    assert_eq!(
        (model.trends[0].name.as_str(), model.trends[0].weight),
        ("calm", 0.6)
    );
    let copula = model
        .parameter_copula
        .expect("two parameters are correlated");
    assert_eq!(copula.members, [0, 2]);
}

#[test]
fn hazards_are_rates_per_year() {
    let model = built(&sound()).expect("sound").model;
    let hazard = |index: usize| match &model.events[index].fires {
        Fires::Hazard(hazard) => hazard,
        other => panic!("{other:?}"),
    };
    assert_eq!(hazard(0).base, Expr::Parameter(2));
    assert_eq!(hazard(1).base, Expr::Number(0.5));
    assert_eq!(hazard(2).base, Expr::Number(-libm::log1p(-0.3)));
    assert_eq!(
        hazard(2).by_trend,
        Some(vec![Expr::Number(1.0), Expr::Number(0.3)])
    );
    let declared = model.events[2]
        .declared
        .as_ref()
        .expect("a chance is declared");
    assert_eq!(
        (&declared.chance, &declared.within),
        (&Expr::Number(0.3), &Expr::Number(1.0))
    );
    assert_eq!(model.events[0].shift, Some((0, 1)));
    assert!(matches!(model.events[0].effects[..], [Effect::Trend(1)]));
}

#[test]
fn a_chance_may_be_a_formula_over_parameters() {
    let edit = [("/events/offer/hazard/chance", json!("cost / 2"))];
    let model = built(&changed(&edit)).expect("sound").model;
    let Fires::Hazard(hazard) = &model.events[2].fires else {
        panic!("a hazard")
    };
    let mut names = Names::default();
    names.parameters = vec!["cost".into(), "leak".into(), "resolve".into()];
    assert_eq!(hazard.base.show(&names).to_string(), "-ln(1 - cost / 2)");
}

#[test]
fn dates_become_years_and_a_question_includes_its_last_day() {
    let model = built(&sound()).expect("sound").model;
    let Fires::At {
        time: Draw::Value(Expr::Number(time)),
        ..
    } = model.events[3].fires
    else {
        panic!("a date")
    };
    assert_eq!(time, 306.0 / 365.25);
    let Asks::EverBy { time, .. } = model.questions[0].asks else {
        panic!("ever by")
    };
    assert_eq!(time, 181.0 / 365.25);
}

#[test]
fn a_file_without_trends_and_phases_has_one_of_each() {
    let value = json!({
        "format": 1, "name": "walk", "start": "2026-01-01", "horizon": 1, "step": 0.1,
        "indicators": {"x": {"start": 0, "volatility": 1}},
        "outcomes": [{"name": "up", "when": "x > 0"}]
    });
    let model = built(&value).expect("sound").model;
    assert_eq!(
        (model.trends.len(), model.phases.len(), model.clock.steps),
        (1, 1, 10)
    );
    assert_eq!(model.phases[0].start, Expr::Number(1.0));
    let zero = Box::new(Expr::Number(0.0));
    assert_eq!(
        model.outcomes[0].when,
        Expr::Compare(Comparison::Greater, Box::new(Expr::Indicator(0)), zero)
    );
}

#[test]
fn a_pool_of_judgements_may_mix_constants_and_formulas() {
    let pool = json!({"experts": [{"uniform": [0, 1]}, {"weight": 3, "uniform": [0, "cost"]}]});
    let model = built(&changed(&[("/indicators/price/start", pool)]))
        .expect("sound")
        .model;
    let Draw::Varying(VaryingDraw::Mixture(parts)) = &model.indicators[0].start else {
        panic!("{:?}", model.indicators[0].start)
    };
    let weights: Vec<f64> = parts.iter().map(|(weight, _)| *weight).collect();
    assert_eq!(weights, [0.25, 0.75]);
}

#[test]
fn a_discrete_draw_may_have_formulas_for_values() {
    let draw = json!({"discrete": {"values": ["cost", 2], "probabilities": [0.25, 0.75]}});
    let model = built(&changed(&[("/indicators/price/start", draw)]))
        .expect("sound")
        .model;
    let Draw::Varying(VaryingDraw::Mixture(parts)) = &model.indicators[0].start else {
        panic!("{:?}", model.indicators[0].start)
    };
    let VaryingDraw::Family {
        family, arguments, ..
    } = &parts[0].1
    else {
        panic!("a point")
    };
    assert_eq!(
        (parts[0].0, arguments.as_slice()),
        (0.25, &[Expr::Parameter(0), Expr::Number(0.0)][..])
    );
    let point = family.build(&[7.0, 0.0], None, None).expect("a point");
    assert_eq!((point.quantile(0.01), point.quantile(0.99)), (7.0, 7.0));
}

#[test]
fn constants_stay_constants() {
    let model = built(&sound()).expect("sound").model;
    assert!(matches!(
        model.parameters[1].value,
        ParameterValue::Constant(0.3)
    ));
    assert!(matches!(
        model.parameters[0].value,
        ParameterValue::Uncertain(_)
    ));
    assert!(matches!(model.indicators[0].start, Draw::Fixed(_)));
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
fn the_example_with_every_construct_builds() {
    let path = std::path::Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/fixtures/example.jsonc"
    ));
    let loaded = crate::scenario::load(path, &[])
        .unwrap_or_else(|report| panic!("{:#?}", report.diagnostics));
    let built = build(&loaded).unwrap_or_else(|errors| panic!("{errors:#?}"));
    assert_eq!(
        shown(&built.warnings),
        ["parameter-unused /parameters/view key"]
    );
    assert_eq!(
        (
            built.model.events.len(),
            built.model.metrics.len(),
            built.model.questions.len()
        ),
        (9, 7, 2)
    );
}
