//! Whole scenarios through the decoder: what is accepted, and what is said about the rest.

mod kinds;

use super::*;
use crate::scenario::types::*;
use serde_json::json;

const EXAMPLE: &str = include_str!("../../../../../tests/fixtures/example.jsonc");

fn example() -> Scenario {
    match crate::scenario::load_str(EXAMPLE, "example.jsonc") {
        Ok(loaded) => loaded.scenario,
        Err(report) => panic!("{:#?}", report.diagnostics),
    }
}

fn smallest() -> Value {
    json!({"format": 1, "name": "s", "start": "2026-01-01", "horizon": "1 year", "step": "1 week"})
}

/// Codes and pointers of what is wrong with the smallest scenario once `value` stands at `key`.
fn faults(key: &str, value: Value) -> Vec<(&'static str, String)> {
    let mut whole = smallest();
    whole[key] = value;
    let (scenario, faults) = scenario(&whole);
    assert_eq!(scenario.is_none(), !faults.is_empty());
    faults
        .into_iter()
        .map(|fault| (fault.code, fault.place.pointer))
        .collect()
}

fn number(quantity: &Quantity) -> f64 {
    match quantity.value {
        NumberOrFormula::Number(number) => number,
        NumberOrFormula::Formula(_) => f64::NAN,
    }
}

#[test]
fn the_example_decodes_to_what_it_says() {
    let scenario = example();
    assert_eq!(scenario.name, "strait");
    assert_eq!(
        scenario.horizon.as_ref().map(|at| at.value),
        Some(Horizon::Years(2.0))
    );
    assert_eq!(
        scenario.step.as_ref().map(|at| at.value),
        Some(7.0 / 365.25)
    );
    assert_eq!(
        scenario.weight_concentration.as_ref().map(|at| at.value),
        Some(30.0)
    );
    assert_eq!(
        scenario.run.trials.as_ref().map(|at| at.value),
        Some(100_000)
    );

    let Draw::Distribution(resolve) = &scenario.parameters["resolve"].draw else {
        panic!()
    };
    let Form::Percentiles { points, .. } = &resolve.form else {
        panic!()
    };
    let points: Vec<(f64, f64)> = points.iter().map(|(p, x)| (*p, number(x))).collect();
    assert_eq!(points, [(0.05, 0.1), (0.5, 0.25), (0.95, 0.5)]);
    assert_eq!(
        resolve.range.as_ref().map(|range| (range.low, range.high)),
        Some((Some(0.0), Some(1.0)))
    );
    assert_eq!(scenario.parameters["resolve"].why.source[0].value, "tables");
    let Draw::Distribution(cost) = &scenario.parameters["cost"].draw else {
        panic!()
    };
    let Form::Family {
        family: Family::Pert,
        arguments,
    } = &cost.form
    else {
        panic!()
    };
    assert_eq!(
        arguments.iter().map(number).collect::<Vec<_>>(),
        [0.1, 0.2, 0.5, 4.0]
    );
    let Draw::Distribution(view) = &scenario.parameters["view"].draw else {
        panic!()
    };
    let Form::Experts(experts) = &view.form else {
        panic!()
    };
    assert_eq!(
        (experts[0].weight.value, experts[1].name.as_deref()),
        (2.0, Some("B"))
    );
    assert!(
        matches!(&scenario.parameters["leak"].draw, Draw::Value(value) if number(value) == 0.3)
    );

    let Fires::Hazard(truce) = &scenario.events["truce_signed"].fires else {
        panic!()
    };
    let Base::Chance { chance, within } = &truce.base else {
        panic!()
    };
    assert_eq!((number(chance), number(within)), (0.3, 1.0));
    assert_eq!(number(&truce.times.indicator["support"].per), 0.1);
    assert!(
        matches!(&truce.times.factor, Some(Coefficient::Plain(at)) if at.value == NumberOrFormula::Formula("1 + leak".into()))
    );
    assert_eq!(
        truce
            .times
            .factor
            .as_ref()
            .map(|_| "/events/truce_signed/hazard/times")
            .unwrap(),
        truce.times.pointer
    );
    let Fires::At(Moment::Drawn(Draw::Distribution(delivery))) = &scenario.events["delivery"].fires
    else {
        panic!()
    };
    let Form::Family {
        family: Family::Uniform,
        arguments,
    } = &delivery.form
    else {
        panic!()
    };
    assert_eq!(
        arguments.iter().map(number).collect::<Vec<_>>(),
        [59.0 / 365.25, 243.0 / 365.25]
    );
    let vote = &scenario.events["election"];
    let (Fires::At(Moment::Date(election)), Some(probability)) = (&vote.fires, &vote.probability)
    else {
        panic!()
    };
    assert_eq!(
        (election.value.to_string(), number(probability)),
        ("2026-11-03".to_owned(), 0.9)
    );

    let Some(Coefficient::By(drift)) = &scenario.indicators["price"].drift else {
        panic!()
    };
    assert_eq!(
        (
            drift.by.clone(),
            drift.arms.len(),
            drift.otherwise.is_some()
        ),
        (By::Trend, 1, true)
    );
    assert_eq!(
        scenario.indicators["price"]
            .range
            .as_ref()
            .map(|range| (range.low, range.high)),
        Some((Some(1.0), None))
    );
    assert!(
        matches!(&scenario.shifts["escalation"]["stalemate"].base, Base::MeanWait(wait) if number(wait) == 2.0)
    );
    assert!(
        matches!(&scenario.questions["dear_at_new_year"].asks, Asks::HoldsAt { condition, .. } if condition.value == "price > 100")
    );
    assert_eq!(
        scenario.metrics["price_at_end"].value.pointer,
        "/metrics/price_at_end/value"
    );
    assert!(
        scenario.phases["treaty"].is_final
            && number(scenario.phases["talks"].start.as_ref().unwrap()) == 0.2
    );
}

#[test]
fn a_misspelt_key_anywhere_in_the_example_is_reported_with_the_right_one() {
    let value = crate::scenario::load_str(EXAMPLE, "example.jsonc")
        .unwrap()
        .value;
    for (parent, key) in [
        ("", "horizon"),
        ("/sources/tables", "title"),
        ("/parameters/resolve", "source"),
        ("/parameters/cost", "pert"),
        ("/parameters/spread/lognormal", "sigma"),
        ("/parameters/view/experts/0", "weight"),
        ("/correlations/0", "rank"),
        ("/trends/stalemate", "weight"),
        ("/shifts/stalemate/instability", "chance"),
        ("/phases/treaty", "final"),
        ("/indicators/support", "volatility"),
        ("/noise_correlations/0", "between"),
        ("/events/truce_signed", "effects"),
        ("/events/truce_signed/hazard", "within"),
        ("/events/truce_signed/hazard/times", "factor"),
        (
            "/events/truce_signed/hazard/times/indicator/support",
            "ratio",
        ),
        ("/events/truce_signed/effects/2/by/normal", "mean"),
        ("/events/convoy/effects/1", "multiply"),
        ("/events/election", "probability"),
        ("/outcomes/0", "when"),
        ("/metrics/price_at_end", "value"),
        ("/questions/truce_by_june", "ever"),
        ("/run", "seed"),
    ] {
        let mut broken = value.clone();
        let object = broken
            .pointer_mut(parent)
            .and_then(Value::as_object_mut)
            .unwrap();
        let member = object.shift_remove(key).unwrap();
        let typo = format!("{}{}", &key[..key.len() - 1], "q");
        object.insert(typo.clone(), member);
        let (scenario, faults) = scenario(&broken);
        assert!(scenario.is_none());
        assert_eq!(
            faults[0].code, "unknown-key",
            "{parent}/{typo}: {faults:#?}"
        );
        assert_eq!(faults[0].place, Place::key(join(parent, &typo)));
        assert_eq!(
            faults[0].hints,
            [format!("did you mean `{key}`?")],
            "{parent}/{typo}"
        );
        assert_eq!(faults.len(), 1, "{parent}/{typo}: {faults:#?}");
    }
}

#[test]
fn every_fault_of_a_file_is_reported_at_once() {
    let mut value = smallest();
    value["horizon"] = json!("soon");
    value["trends"] = json!({"a": {"weight": -1}, "b": {}, "3c": {"weight": true}});
    value["events"] = json!({"e": {"hazard": {"chance": 30, "within": "1 year"}, "limit": 0, "effects": [{"set": 3}]}});
    value["evidence"] = json!([]);
    let (_, faults) = scenario(&value);
    let found: Vec<_> = faults
        .iter()
        .map(|fault| (fault.code, fault.place.pointer.as_str()))
        .collect();
    assert_eq!(
        found,
        [
            ("evidence-not-supported", "/evidence"),
            ("invalid-duration", "/horizon"),
            ("value-out-of-range", "/trends/a/weight"),
            ("missing-key", "/trends/b"),
            ("invalid-name", "/trends/3c"),
            ("wrong-type", "/trends/3c/weight"),
            ("value-out-of-range", "/events/e/hazard/chance"),
            ("value-out-of-range", "/events/e/limit"),
            ("wrong-type", "/events/e/effects/0/set"),
            ("missing-key", "/events/e/effects/0"),
        ]
    );
    assert_eq!(faults[6].hints, ["30% is written 0.3"]);
}

#[test]
fn what_is_missing_at_the_root_is_named() {
    let (_, faults) = scenario(&json!({}));
    let messages: Vec<_> = faults.iter().map(|fault| fault.message.as_str()).collect();
    for key in ["format", "name", "start", "horizon", "step"] {
        assert!(
            messages.contains(&format!("a scenario needs the key `{key}`").as_str()),
            "{key}"
        );
    }
    assert_eq!(faults.len(), 5);
}

#[test]
fn numbers_out_of_range_are_refused_where_they_stand() {
    for (key, value, pointer) in [
        ("step", json!(0), "/step"),
        ("step", json!("0 weeks"), "/step"),
        ("horizon", json!(-1), "/horizon"),
        ("horizon", json!("2025-12-31"), "/horizon"),
        ("weight_concentration", json!(0), "/weight_concentration"),
        ("weight_concentration", json!(2e9), "/weight_concentration"),
        ("phases", json!({"a": {"start": 1.5}}), "/phases/a/start"),
        (
            "correlations",
            json!([{"between": ["a", "b"], "rank": -1.1}]),
            "/correlations/0/rank",
        ),
        (
            "noise_correlations",
            json!([{"between": ["a", "b"], "value": {"value": 2, "note": "n"}}]),
            "/noise_correlations/0/value/value",
        ),
        (
            "indicators",
            json!({"x": {"start": 0, "volatility": -1}}),
            "/indicators/x/volatility",
        ),
        (
            "indicators",
            json!({"x": {"start": 0, "range": [1, 0]}}),
            "/indicators/x/range",
        ),
        (
            "parameters",
            json!({"p": {"p5": 3, "p50": 2, "p95": 4}}),
            "/parameters/p/p5",
        ),
        (
            "parameters",
            json!({"p": {"discrete": {"values": [1, 2], "probabilities": [1]}}}),
            "/parameters/p/discrete",
        ),
        (
            "parameters",
            json!({"p": {"experts": []}}),
            "/parameters/p/experts",
        ),
        ("events", json!({"e": {"hazard": -1}}), "/events/e/hazard"),
        (
            "events",
            json!({"e": {"hazard": {"chance": 1, "within": 1}}}),
            "/events/e/hazard/chance",
        ),
        (
            "events",
            json!({"e": {"hazard": {"rate": 1, "per": 0}}}),
            "/events/e/hazard/per",
        ),
        (
            "events",
            json!({"e": {"at": "2026-05-01", "probability": 2}}),
            "/events/e/probability",
        ),
        ("run", json!({"trials": 0}), "/run/trials"),
        ("run", json!({"seed": 1.5}), "/run/seed"),
        ("run", json!({"times": ["2025-01-01"]}), "/run/times/0"),
    ] {
        assert_eq!(
            faults(key, value.clone()),
            [("value-out-of-range", pointer.to_owned())],
            "{key} {value}"
        );
    }
}

#[test]
fn every_way_to_state_a_number_with_its_reasons_is_accepted() {
    for (key, value) in [
        ("step", json!({"value": "1 week", "note": "weekly data"})),
        ("horizon", json!({"value": "2027-01-01", "note": "n"})),
        (
            "weight_concentration",
            json!({"value": 30, "note": "n", "source": []}),
        ),
        (
            "trends",
            json!({"a": {"weight": {"value": 1, "note": "n"}}}),
        ),
        (
            "phases",
            json!({"a": {"start": true}, "b": {"start": {"value": "p", "note": "n"}}}),
        ),
        (
            "derived",
            json!({"d": "x", "e": {"value": {"by": "phase", "a": 1, "else": "x"}, "unit": "u"}, "f": {"by": "trend", "else": 0}, "g": 1}),
        ),
        (
            "metrics",
            json!({"m": 1, "n": "final(x)", "o": {"value": "x", "title": "T", "unit": "u", "note": "n"}}),
        ),
        (
            "shifts",
            json!({"a": {"b": 0.1, "c": {"value": "x", "times": {"factor": {"by": "phase", "else": 1}}}}}),
        ),
        (
            "parameters",
            json!({"p": {"normal": {"p10": 0, "p90": 1}, "range": [0, null]}, "q": {"negative_binomial": {"mean": 3, "size": 2}}}),
        ),
        (
            "events",
            json!({"e": {"hazard": {"mean_wait": "x / 2", "note": "n"}, "rest": "30 days"}, "f": {"at": {"normal": {"mean": "2026-05-01", "sd": "30 days"}}}, "g": {"at": "t0 + 1"}}),
        ),
        (
            "run",
            json!({"trials": 1e5, "seed": 18446744073709551615u64, "times": ["6 months", "2026-07-01", 0.75]}),
        ),
    ] {
        assert_eq!(faults(key, value.clone()), [], "{key} {value}");
    }
}

#[test]
fn durations_beside_dates_in_a_distribution_are_years() {
    let mut value = smallest();
    value["events"] = json!({"e": {"at": {"normal": {"mean": "2026-01-31", "sd": "6 months"}, "range": ["2026-01-11", null]}}});
    let (scenario, _) = scenario(&value);
    let event = &scenario.unwrap().events["e"];
    let Fires::At(Moment::Drawn(Draw::Distribution(found))) = &event.fires else {
        panic!()
    };
    let Form::Family {
        family: Family::Normal,
        arguments,
    } = &found.form
    else {
        panic!()
    };
    assert_eq!(
        arguments.iter().map(number).collect::<Vec<_>>(),
        [30.0 / 365.25, 0.5]
    );
    assert_eq!(
        found.range.as_ref().and_then(|range| range.low),
        Some(10.0 / 365.25)
    );
}
