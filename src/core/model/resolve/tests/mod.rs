//! What a sound file becomes; planted faults are in `faults`.

mod faults;
mod states;

use super::*;
use crate::diagnostic::Part;
use crate::distribution::Build;
use crate::expression::{Comparison, Expr};
use crate::family::{FAMILIES, Written};
use crate::model::types::{Asks, Destination, Draw, Fires, Machine, ParameterValue, Shift};
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
    let shift = Shift {
        machine: Machine::Trend,
        from: 0,
        to: 1,
    };
    assert_eq!(model.events[0].shift, Some(shift));
    let effects = &model.events[0].effects;
    let to = effects[0].moves(Machine::Trend);
    assert_eq!((effects.len(), to), (1, Some(&Destination::One(1))));
}

#[test]
fn a_chance_may_be_a_formula_over_parameters() {
    let edit = [("/events/offer/hazard/chance", json!("cost / 2"))];
    let model = built(&changed(&edit)).expect("sound").model;
    let Fires::Hazard(hazard) = &model.events[2].fires else {
        panic!("a hazard")
    };
    let names = Names {
        parameters: vec!["cost".into(), "leak".into(), "resolve".into()],
        ..Names::default()
    };
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
    // The last instant of the day.
    assert!((time - (181.0 - 1e-8) / 365.25).abs() < 1e-13, "{time}");
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
    let Draw::Varying(varying) = &model.indicators[0].start else {
        panic!("{:?}", model.indicators[0].start)
    };
    assert_eq!(
        varying.arguments,
        [0.0, 1.0, 0.0]
            .map(Expr::Number)
            .into_iter()
            .chain([Expr::Parameter(0)])
            .collect::<Vec<_>>()
    );
    // A quarter lies evenly on [0, 1], the rest on [0, 4].
    let pool = varying.ranged.make(&[0.0, 1.0, 0.0, 4.0]);
    assert!((pool.expect("a pool").cdf(1.0) - (0.25 + 0.75 / 4.0)).abs() < 1e-15);
}

#[test]
fn a_discrete_draw_may_have_formulas_for_values() {
    let draw = json!({"discrete": {"values": ["cost", 2], "probabilities": [0.25, 0.75]}});
    let model = built(&changed(&[("/indicators/price/start", draw)]))
        .expect("sound")
        .model;
    let Draw::Varying(varying) = &model.indicators[0].start else {
        panic!("{:?}", model.indicators[0].start)
    };
    let drawn = varying.ranged.make(&[7.0, 2.0, 0.25, 0.75]);
    let drawn = drawn.expect("two values");
    assert_eq!((drawn.cdf(6.9), drawn.cdf(7.0)), (0.75, 1.0));
}

#[test]
fn a_discrete_draw_may_have_formulas_for_probabilities() {
    let draw = json!({"discrete": {"values": [1, 2], "probabilities": ["cost", "1 - cost"]}});
    let model = built(&changed(&[("/indicators/price/start", draw)]))
        .expect("sound")
        .model;
    assert!(matches!(&model.indicators[0].start, Draw::Varying(_)));
}

#[test]
fn every_family_of_the_table_is_in_the_schema_decoded_and_made() {
    let schema = crate::scenario::schema();
    for row in FAMILIES {
        let number = |i: usize, name: &str| if name == "p" { 0.5 } else { (i + 1) as f64 };
        let numbers: Vec<f64> = (row.arguments.iter().enumerate())
            .map(|(i, own)| number(i, own.name))
            .collect();
        let stated = match row.written {
            Written::List(count) => json!(numbers[..count]),
            _ => (row.arguments.iter().zip(&numbers))
                .map(|(own, number)| (own.name.to_owned(), json!(number)))
                .collect::<serde_json::Map<_, _>>()
                .into(),
        };
        let mut parameter = json!({row.name: stated});
        for (own, number) in row.arguments.iter().zip(&numbers).skip(row.inside().len()) {
            parameter[own.name] = json!(number);
        }
        for definition in ["Parameter", "Distribution", "TimeDistribution", "Expert"] {
            let forms = &schema["$defs"][definition];
            let forms = forms["anyOf"].as_array().map_or(forms, |any| &any[1]);
            assert!(forms["properties"].get(row.name).is_some(), "{definition}");
        }
        let model = built(&changed(&[("/parameters/cost", parameter)]))
            .unwrap_or_else(|found| panic!("{}: {found:?}", row.name))
            .model;
        let ParameterValue::Uncertain(drawn) = &model.parameters[0].value else {
            panic!("{} is uncertain", row.name)
        };
        let wanted = row.family.build(&numbers, None, None).expect(row.name);
        assert_eq!(*drawn, wanted, "{}", row.name);
    }
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
fn the_example_with_every_construct_builds() {
    let path = std::path::Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../tests/fixtures/example.jsonc"
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
        (9, 7, 3)
    );
}

#[test]
fn a_horizon_that_is_a_date_includes_that_day() {
    let edit = [
        ("/horizon", json!("2026-12-31")),
        ("/questions/talks_soon/by", json!("2026-12-31")),
    ];
    let model = built(&changed(&edit)).expect("sound").model;
    let left = 365.0 / 365.25 - model.clock.horizon;
    assert!(left > 0.0 && left < 1e-10, "{left}");
    assert_eq!(
        model.clock.date_at(model.clock.horizon).to_string(),
        "2026-12-31"
    );
    let Asks::EverBy { time, .. } = model.questions[0].asks else {
        panic!("ever by")
    };
    assert_eq!(time, model.clock.horizon);
}

#[test]
fn the_end_is_reported_whatever_times_are_stated() {
    for times in [json!([0]), json!(["2026-03-01", "6 months"]), json!([2])] {
        let model = built(&changed(&[("/run", json!({"times": times}))])).expect("it is sound");
        let reported = model.model.run.times.expect("times are stated");
        assert_eq!(reported.last(), Some(&2.0), "{times}");
    }
}

#[test]
fn the_time_of_a_rate_is_a_unit_or_any_duration() {
    for (per, years) in [
        (json!("year"), 1.0),
        (json!("1 year"), 1.0),
        (json!("3 year"), 3.0),
        (json!("1 month"), 1.0 / 12.0),
        (json!("2 week"), 14.0 / 365.25),
        (json!(0.5), 0.5),
    ] {
        let deal = json!({"hazard": {"rate": 1, "per": per}, "phases": ["talks"]});
        let found = built(&changed(&[("/events/deal", deal)])).expect("it is sound");
        let event = (found.model.events.iter()).find(|event| event.name == "deal");
        let Some(Fires::Hazard(hazard)) = event.map(|event| &event.fires) else {
            panic!("{per}")
        };
        let Expr::Number(rate) = hazard.base else {
            panic!("{:?}", hazard.base)
        };
        assert!((rate * years - 1.0).abs() < 1e-12, "{per}: {rate}");
    }
}
