//! The schema against the example, against the decoder's lists of keys, and against its verdicts.

use super::super::decode::keys::PERCENTILE;
use super::super::decode::{self, keys};
use super::super::parse::{Dialect, parse};
use super::*;
use crate::diagnostic::Diagnostic;
use crate::family::FAMILIES;
use jsonschema::{Validator, error::ValidationErrorKind};
use std::collections::{BTreeMap, BTreeSet};

const EXAMPLE: &str = include_str!("../../../../tests/fixtures/example.jsonc");

/// The schema for a validator that others wrote.
fn validator() -> Validator {
    assert!(jsonschema::meta::is_valid(&schema()));
    jsonschema::draft202012::new(&schema()).expect("the schema is one")
}

fn valid(value: &Value) -> Vec<String> {
    let validator = validator();
    let faults = validator.iter_errors(value);
    faults
        .map(|fault| format!("{}: {fault}", fault.instance_path()))
        .collect()
}

/// Whether a text fits a pattern of the schema.
fn matches(pattern: &str, text: &str) -> bool {
    jsonschema::is_valid(&json!({"pattern": pattern}), &json!(text))
}

fn example() -> Value {
    let (value, faults) = parse(EXAMPLE, Dialect::Jsonc);
    assert_eq!(faults, []);
    value.unwrap()
}

#[test]
fn the_example_fits_the_schema() {
    assert_eq!(valid(&example()), [] as [String; 0]);
}

#[test]
fn a_variant_may_leave_out_and_remove_what_a_whole_scenario_may_not() {
    let mut variant = json!({
        "extends": "example.jsonc",
        "events": {"truce_signed": {"hazard": {"chance": 0.4}, "limit": null}, "panic": null},
        "parameters": {"resolve": {"p50": 0.3}},
        "indicators": {"price": {"drift": {"escalation": 3}}}
    });
    assert_eq!(valid(&variant), [] as [String; 0]);
    let lists = json!({
        "correlations": {"remove": [{"between": ["a", "b"]}]},
        "outcomes": {"truce": {"when": "t > 1", "title": null}, "add_first": [{"name": "n", "when": "t > 1"}], "war": null},
        "events": {"truce_signed": {"phases": {"add": ["pause"]}, "source": {"add": ["s"]}, "effects": {"add": [{"phase": "talks"}]}}}
    });
    for (key, value) in lists.as_object().unwrap() {
        let mut changed = variant.clone();
        changed[key] = value.clone();
        assert_eq!(valid(&changed), [] as [String; 0], "{key}");
    }
    for wrong in [
        json!({"correlations": {"ad": []}}),
        json!({"events": {"truce_signed": {"phases": {"pause": {}}}}}),
        json!({"outcomes": {"truce": {"wen": "t > 1"}}}),
        json!({"events": {"truce_signed": {"phases": {"add": "pause"}}}}),
    ] {
        let mut changed = variant.clone();
        let (key, value) = wrong.as_object().unwrap().iter().next().unwrap();
        changed[key] = value.clone();
        assert!(!valid(&changed).is_empty(), "{wrong}");
    }
    let mut whole = example();
    whole["correlations"] = json!({"add": []});
    assert!(!valid(&whole).is_empty());
    variant["events"]["truce_signed"]["hazzard"] = json!(1);
    assert!(!valid(&variant).is_empty());
    variant.as_object_mut().unwrap().remove("extends");
    assert!(valid(&variant).len() > 3);
}

#[test]
fn every_misplaced_key_of_the_example_breaks_the_schema() {
    fn objects(value: &Value, at: String, found: &mut Vec<String>) {
        match value {
            Value::Object(map) => {
                found.push(at.clone());
                for (key, value) in map {
                    objects(value, format!("{at}/{key}"), found);
                }
            }
            Value::Array(list) => {
                for (index, value) in list.iter().enumerate() {
                    objects(value, format!("{at}/{index}"), found);
                }
            }
            _ => {}
        }
    }
    let mut all = Vec::new();
    objects(&example(), String::new(), &mut all);
    assert!(all.len() > 60);
    for pointer in all {
        let mut broken = example();
        broken.pointer_mut(&pointer).unwrap()["not a key"] = json!({"neither": []});
        assert!(!valid(&broken).is_empty(), "{pointer}");
    }
}

/// The keys of the one object that a definition allows.
fn properties(definition: &Value) -> BTreeSet<&str> {
    let own = definition.get("properties");
    let inner = || {
        definition["anyOf"]
            .as_array()?
            .iter()
            .find_map(|choice| choice.get("properties"))
    };
    own.or_else(inner)
        .and_then(Value::as_object)
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

#[test]
fn the_decoder_knows_exactly_the_keys_of_the_schema() {
    let schema = schema();
    let both = |lists: [&'static [&'static str]; 2]| lists.concat();
    // The first key of a distribution is `value`, which an expert cannot state.
    assert_eq!(keys::DISTRIBUTION[0], "value");
    for (name, keys) in [
        ("Scenario", keys::ROOT.to_vec()),
        ("Source", keys::SOURCE.to_vec()),
        ("RankCorrelation", keys::RANK_CORRELATION.to_vec()),
        ("NoiseCorrelation", keys::NOISE_CORRELATION.to_vec()),
        ("Trend", keys::TREND.to_vec()),
        ("Phase", keys::PHASE.to_vec()),
        ("State", keys::STATE.to_vec()),
        ("StateValue", keys::STATE_VALUE.to_vec()),
        ("Indicator", keys::INDICATOR.to_vec()),
        ("Derived", keys::DERIVED.to_vec()),
        ("Metric", keys::METRIC.to_vec()),
        ("Table", keys::TABLE.to_vec()),
        ("Ratio", keys::RATIO.to_vec()),
        ("Event", keys::EVENT.to_vec()),
        ("Branch", keys::BRANCH.to_vec()),
        ("History", keys::HISTORY.to_vec()),
        ("Hazard", keys::HAZARD.to_vec()),
        ("Times", keys::TIMES.to_vec()),
        ("HazardRatio", keys::HAZARD_RATIO.to_vec()),
        ("Effect", keys::EFFECT.to_vec()),
        ("Group", keys::GROUP.to_vec()),
        ("Outcome", keys::OUTCOME.to_vec()),
        ("Question", keys::QUESTION.to_vec()),
        ("Run", keys::RUN.to_vec()),
        ("Distribution", keys::DISTRIBUTION.to_vec()),
        ("Parameter", both([keys::PARAMETER, keys::DISTRIBUTION])),
        ("PerTrial", both([keys::PARAMETER, keys::DISTRIBUTION])),
        ("TimeDistribution", keys::DISTRIBUTION.to_vec()),
        ("Expert", both([keys::EXPERT, &keys::DISTRIBUTION[1..]])),
        ("TimeExpert", both([keys::EXPERT, &keys::DISTRIBUTION[1..]])),
        ("Quantity", keys::VALUE.to_vec()),
        ("Duration", keys::VALUE.to_vec()),
    ] {
        let definition = &schema["$defs"][name];
        assert_eq!(properties(definition), keys.into_iter().collect(), "{name}");
    }
}

#[test]
fn every_object_of_the_schema_is_closed_and_every_key_described() {
    fn walk(schema: &Value, at: &str) {
        if let Some(members) = schema.get("properties").and_then(Value::as_object) {
            assert!(schema.get("additionalProperties").is_some(), "{at} is open");
            for (key, member) in members {
                let argument = |key: &&String| {
                    FAMILIES
                        .iter()
                        .any(|row| row.inside().iter().any(|own| own.name == key.as_str()))
                };
                let known = argument(&key);
                assert!(
                    known || member.get("description").is_some(),
                    "{at}/{key} is not described"
                );
            }
        }
        match schema {
            Value::Object(map) => map
                .iter()
                .for_each(|(key, value)| walk(value, &format!("{at}/{key}"))),
            Value::Array(list) => list.iter().for_each(|value| walk(value, at)),
            _ => {}
        }
    }
    walk(&schema(), "");
}

/// Everything of the example, and every construct that it lacks.
fn constructs() -> Value {
    let mut whole = example();
    let more = json!({
        "parameters": {
            "tri": {"triangular": [0, 1, 2]}, "log": {"loguniform": [1, 2]}, "fit": {"normal": {"p5": 0, "p95": 1}},
            "beta": {"beta": {"alpha": 1, "beta": 2}}, "gam": {"gamma": {"shape": 1, "rate": 1}},
            "wei": {"weibull": {"shape": 1, "scale": 1}}, "exp": {"exponential": {"rate": 1}},
            "stu": {"student_t": {"df": 5, "loc": 0, "scale": 1}},
            "cut": {"truncated_normal": {"mean": 0, "sd": 1, "low": -1, "high": 1}},
            "poi": {"poisson": {"rate": 1}}, "bin": {"binomial": {"n": 3, "p": 0.5}},
            "neg": {"negative_binomial": {"mean": 1, "size": 2}}, "lam": {"pert": [0, 1, 2], "lambda": 3},
            "one": {"value": 0.3, "title": "t", "unit": "u"}, "odd": {"p10": 1, "p30": 2, "p60": 3, "p90": 5, "shape": "monotone"},
            "table": {"cumulative": [[0, 0], [{"value": 2, "note": "n"}, 0.4], [3, 1]], "range": [0, 2.5]},
            "mass": {"point_mass": {"at": 0, "probability": 0.3}, "else": {"gamma": {"shape": 1, "rate": 1}}},
            "moved": {"shift": 1, "scale": 2, "of": {"experts": [{"poisson": {"rate": 3}}]}}, "short": {"student_t": {"df": 3}},
            "twice": "2 * one", "again": {"value": "twice + 1", "unit": "u"}, "varies": {"pert": [0, {"value": "one"}, 3], "lambda": "twice"},
            "views": {"experts": [{"weight": 2, "p10": "one", "p50": 2, "p90": "3 * twice"}], "range": [0, null]}
        },
        "per_trial": {
            "luck": {"normal": {"mean": "one", "sd": 1}, "range": [-3, null]}, "twofold": "2 * luck",
            "shown": {"value": "luck + one", "title": "t", "unit": "u"}, "sure": 3
        },
        "events": {
            "by_draw": {"when": "t > 1", "effects": [{"set": "support", "to": {"discrete": {"values": [0, 1], "probabilities": [0.5, 0.5]}}}]},
            "drawn": {"at": {"shift": "2026-03-01", "of": {"point_mass": {"at": 0, "probability": "0.5"}, "else": "30 days"}}},
            "dated": {"at": {"experts": [{"uniform": ["2026-01-01", "2026-02-01"], "weight": 2}]}, "probability": "0.5"},
            "rated": {"hazard": {"value": 0.4, "times": {"factor": {"by": "phase", "talks": 2, "else": 1}}}},
            "monthly": {"hazard": {"rate": 2, "per": "month"}, "rest": "6 months", "limit": 1},
            "yearly": {"every": "1 year", "from": "2026-05-01", "until": "2028-01-01", "probability": 0.5, "if_not_allowed": "wait", "priority": 2},
            "answer": {"after": "truce_signed", "wait": {"uniform": ["1 month", "90 days"]}, "again": "also", "if_not_allowed": "lost",
                "branches": {"yes": {"title": "t", "probability": "0.3", "note": "n", "effects": [{"add": "support", "by": {"uniform": [0, 1]}}]}, "no": {}}},
            "ages": {"hazard": {"ageing": {"weibull": {"shape": "1.2", "scale": "2 years"}}, "since": {"event": "truce_signed"}, "times": {"factor": 2}, "note": "n"}},
            "table": {"hazard": {"ageing": {"steps": [[0, 1], ["6 months", 0.5]]}, "since": {"state": "front", "value": "still"}}},
            "grows": {"hazard": {"ageing": {"gompertz": {"rate": 1, "growth": -0.5}}, "since": {"state": "front"}}},
            "humped": {"hazard": {"ageing": {"log_logistic": {"shape": 2, "scale": {"value": 1, "note": "n"}}}, "since": "start"}},
            "swaps": {"when": "t > 2", "effects": [{"together": [{"set": "support", "to": "price"}, {"add": "price", "by": {"uniform": [0, 1]}}], "note": "n"}]},
            "ends": {"after": {"phase": "talks"}, "wait": "60 days", "on_leave": "keep", "probability": 1},
            "strikes": {"after": {"state": "posture", "value": "firm"}, "wait": 1, "in": {"front": ["still"], "trend": ["stalemate"]}, "not_in": {"phase": ["talks"]},
                "effects": [{"move": "front", "to": "moving"}, {"phase": {"talks": 0.5, "truce": {"value": "0.2", "note": "n"}, "treaty": "rest"}}]},
            "turns": {"hazard": {"rate": 1, "per": "year", "times": {"state": {"posture": {"firm": 2}, "front": {"still": "0.5"}}, "note": "n"}},
                "effects": [{"move": "posture", "to": {"firm": "0.3", "soft": "rest"}}, {"trend": {"stalemate": 0.5, "escalation": 0.5}, "note": "n"}]}
        },
        "states": {
            "posture": {"title": "t", "note": "n", "values": {"firm": {"start": 0.8, "title": "t", "note": "n"}, "soft": {"start": {"value": "0.2", "note": "n"}}},
                "moves": {"firm": {"soft": {"rate": 0.3, "per": "year", "times": {"phase": {"talks": 2}}}}, "soft": {"firm": "0.5"}}},
            "front": {"values": {"still": {"start": true}, "moving": {}}, "each_step": {"still": {"moving": "0.1"}, "moving": {"still": {"value": 0.4, "note": "n"}, "moving": 0.6}}}
        },
        "indicators": {"morale": {"start": {"pert": [0, 1, 2]}, "drift": {"by": "posture", "firm": 1, "soft": {"by": "phase", "talks": 2, "else": 0}, "note": "n"}}},
        "tables": {
            "season": {"over": "month", "points": [[1, 0.65], [4, 1], [12, 0.8]], "between": "linear", "wrap": true, "title": "t", "unit": "u", "note": "n"},
            "calendar": {"over": "date", "points": [["2026-01-01", 1], ["2026-07-01", 2]], "between": "step", "outside": "hold"},
            "supply": {"points": [[0, 0], [10, 4]], "outside": "error"},
            "spending": {"over": "date", "file": "spending.csv", "x": "date", "y": "usd", "between": "step", "note": "n"}
        },
        "metrics": {"known": {"value": "final(support)", "full": true, "title": "t", "note": "n"}},
        "ratios": {"cost_each": {"of": "worst_price", "over": "convoys_sent", "title": "t", "unit": "u", "note": "n"}},
        "questions": {
            "given_ever": {"ever": "phase == truce", "by": "2026-06-30", "given": "ever(panic)"},
            "given_holds": {"holds": "price > 100", "given": "ever(panic)", "note": "n"}
        },
        "run": {"quantiles": [0.1, 0.8], "times": ["6 months"], "draws": 10, "note": "n"},
        "history": {"phase": "14 months", "front": {"value": 0.5, "note": "n"}, "events": {"truce_signed": ["2025-03-25", "2 * p - 3"], "answer.yes": []}, "note": "n"}
    });
    super::super::merge::overlay(&mut whole, more, &mut Vec::new(), &mut Default::default());
    whole
}

/// A file without time.
fn timeless() -> Value {
    json!({
        "format": 2, "name": "risks", "parameters": {"share": {"uniform": [0, 1]}}, "per_trial": {"luck": {"uniform": [0, "share"]}},
        "correlations": [], "tables": {"supply": {"points": [[0, 0], [10, 4]]}}, "derived": {"part": {"value": "supply(10 * luck)"}},
        "groups": {"bad": {"note": "n"}}, "outcomes": [{"name": "dear", "group": "bad", "when": "luck > share"}],
        "metrics": {"cost": {"value": "part", "full": true}}, "ratios": {"one": {"of": "cost", "over": "cost"}},
        "questions": {"costly": {"holds": "part > 1", "given": "luck > 0.1"}}, "run": {"trials": 100, "quantiles": [0.8]}
    })
}

/// Every place of a value.
fn pointers(value: &Value, at: String, found: &mut Vec<String>) {
    found.push(at.clone());
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                pointers(value, crate::diagnostic::pointer::join(&at, key), found);
            }
        }
        Value::Array(list) => {
            for (index, value) in list.iter().enumerate() {
                pointers(value, format!("{at}/{index}"), found);
            }
        }
        _ => {}
    }
}

/// Codes of faults of form that a schema can tell; the others are about other places of the file,
/// or about days and words.
const TELLABLE: [&str; 5] = [
    "wrong-type",
    "missing-key",
    "unknown-key",
    "conflicting-keys",
    "formula-not-allowed",
];

/// Whether schema and decoder agree on a value: what the schema takes has no fault that it can
/// tell, and what the decoder takes the schema takes.
fn disagreement(validator: &Validator, value: &Value) -> Option<String> {
    let faults: Vec<_> = validator.iter_errors(value).collect();
    let taken = faults.is_empty();
    let (_, found) = decode::scenario(value);
    // Whether a text is a formula is beyond a schema, and so is whether a name is known.
    let is_text = |fault: &Diagnostic| {
        fault.code == "wrong-type"
            && fault.message.contains("formula")
            && fault.message.contains("found the text")
    };
    // How many of the values of names that the author chose are of one kind, too.
    let is_count = |fault: &Diagnostic| fault.message.starts_with("only one can have");
    let told = found
        .iter()
        .find(|fault| TELLABLE.contains(&fault.code) && !is_text(fault) && !is_count(fault));
    // Whether a text is a name that the file has is beyond the decoder.
    let is_name = |kind: &ValidationErrorKind| matches!(kind, ValidationErrorKind::Pattern { pattern } if pattern.starts_with("^[^"));
    let first = faults.into_iter().find(|fault| !is_name(fault.kind()));
    match (taken, told, first) {
        (true, Some(fault), _) => Some(format!("promised, but [{}] {}", fault.code, fault.message)),
        (false, None, Some(first)) if found.is_empty() => Some(format!("checked, but {first}")),
        _ => None,
    }
}

#[test]
fn what_the_schema_promises_is_what_check_takes() {
    let validator = validator();
    let palette = [
        json!(true),
        json!(0),
        json!(-1),
        json!(1),
        json!(0.5),
        json!(3),
        json!("x"),
        json!("12 months"),
        json!("2026-05-01"),
        json!([]),
        json!([1, 2]),
        json!([1, 2, 3]),
        json!(["talks"]),
        json!([{"phase": "talks"}]),
        json!({}),
        json!({"value": 0.5, "note": "n"}),
        json!({"value": "x"}),
        json!({"by": "trend", "else": 0.5}),
        json!({"uniform": [0, 1]}),
        json!({"uniform": ["x", 1]}),
        json!({"p5": 0, "p50": 1, "p95": 2}),
        json!({"p5": 0, "p95": 1}),
        json!({"pert": [0, 1, 2], "range": [0, null]}),
        json!({"experts": [{"uniform": [0, 1]}]}),
        json!({"experts": [{"value": 1}]}),
        json!({"phase": "talks"}),
        json!("wait"),
        json!("also"),
        json!({"state": "posture", "value": "firm"}),
        json!({"posture": {"firm": 2}}),
        json!({"firm": 0.5, "soft": "rest"}),
        json!({"firm": 1}),
        json!({"posture": ["firm"]}),
        json!({"firm": {"start": true}}),
        json!({"by": "posture", "firm": 1}),
        json!([["2026-01-01", 1], ["2026-07-01", 2]]),
        json!([[0, 1], [1, 2]]),
        json!("posture"),
        json!("rest"),
        json!("month"),
        json!("date"),
        json!("step"),
        json!("error"),
    ];
    // Keys that mean something somewhere, each with a value that it takes there.
    let keys: BTreeMap<&str, Value> = BTreeMap::from([
        ("value", json!(0.5)),
        ("note", json!("n")),
        ("unit", json!("u")),
        ("title", json!("t")),
        ("weight", json!(0.5)),
        ("range", json!([0, 1])),
        ("lambda", json!(2)),
        ("pert", json!([0, 1, 2])),
        ("p50", json!(0.5)),
        ("p10", json!(0.1)),
        ("within", json!("1 year")),
        ("per", json!("year")),
        ("rate", json!(1)),
        ("mean_wait", json!(1)),
        ("chance", json!(0.5)),
        ("times", json!({})),
        ("probability", json!(0.5)),
        ("at", json!("2026-05-01")),
        ("when", json!("t > 1")),
        ("hazard", json!(1)),
        ("to", json!(1)),
        ("by", json!(1)),
        ("set", json!("support")),
        ("phase", json!("talks")),
        ("ever", json!("t > 1")),
        ("holds", json!("t > 1")),
        ("else", json!(1)),
        ("every", json!("1 month")),
        ("from", json!("2026-05-01")),
        ("until", json!("2028-05-01")),
        ("after", json!("truce_signed")),
        ("wait", json!("1 month")),
        ("again", json!("restart")),
        ("on_leave", json!("keep")),
        ("if_not_allowed", json!("wait")),
        ("branches", json!({"yes": {}})),
        ("priority", json!(-1)),
        ("together", json!([{"set": "support", "to": 1}])),
        ("ageing", json!({"gompertz": {"rate": 1, "growth": 1}})),
        ("since", json!("start")),
        ("weibull", json!({"shape": 1, "scale": 1})),
        ("steps", json!([[0, 1]])),
        ("trend", json!("escalation")),
        ("final", json!(true)),
        ("start", json!(0.5)),
        ("evidence", json!([])),
        ("state", json!({"posture": {"firm": 2}})),
        ("values", json!({"firm": {"start": true}})),
        ("moves", json!({"firm": {"soft": 0.5}})),
        ("each_step", json!({"firm": {"soft": 0.5}})),
        ("in", json!({"posture": ["firm"]})),
        ("not_in", json!({"front": ["still"]})),
        ("phases", json!(["talks"])),
        ("trends", json!(["stalemate"])),
        ("move", json!("posture")),
        ("over", json!("month")),
        ("points", json!([[1, 0], [2, 1]])),
        ("file", json!("spending.csv")),
        ("x", json!("date")),
        ("y", json!("usd")),
        ("between", json!("step")),
        ("wrap", json!(true)),
        ("outside", json!("error")),
        ("of", json!("worst_price")),
        ("given", json!("t > 1")),
        ("full", json!(true)),
        ("quantiles", json!([0.1])),
        ("horizon", json!("1 year")),
        ("step", json!("1 month")),
        ("per_trial", json!({"luck": 1})),
        ("states", json!({"posture": {"values": {"firm": {}}}})),
        ("tables", json!({"supply": {"points": [[0, 0], [1, 1]]}})),
        ("ratios", json!({"each": {"of": "a", "over": "b"}})),
        ("bad name", json!(1)),
    ]);
    let mut wrong = BTreeSet::new();
    let mut count = 0;
    // Of the thing at the place alone, so that one look takes no time.
    let mut look = |broken: &Value, what: String| {
        count += 1;
        wrong.extend(disagreement(&validator, broken).map(|why| format!("{what}: {why}")));
    };
    for whole in [constructs(), timeless()] {
        assert_eq!(valid(&whole), [] as [String; 0]);
        let (_, faults) = decode::scenario(&whole);
        assert!(faults.is_empty(), "{faults:#?}");
        let mut places = Vec::new();
        pointers(&whole, String::new(), &mut places);
        for place in &places {
            let alone = around(&whole, place);
            for value in &palette {
                let mut broken = alone.clone();
                *broken.pointer_mut(place).unwrap() = value.clone();
                look(&broken, format!("{place} = {value}"));
            }
            let Some(map) = alone.pointer(place).and_then(Value::as_object) else {
                continue;
            };
            for key in map.keys() {
                let mut broken = alone.clone();
                broken
                    .pointer_mut(place)
                    .and_then(Value::as_object_mut)
                    .unwrap()
                    .shift_remove(key);
                look(&broken, format!("{place} without {key}"));
            }
            for (key, value) in keys.iter().filter(|(key, _)| !map.contains_key(**key)) {
                let mut broken = alone.clone();
                broken.pointer_mut(place).unwrap()[*key] = value.clone();
                look(&broken, format!("{place} with {key}"));
            }
        }
    }
    assert!(count > 5_000, "{count}");
    let list: Vec<String> = wrong.into_iter().collect();
    assert!(
        list.is_empty(),
        "{} of {count}:\n{}",
        list.len(),
        list.join("\n")
    );
}

/// The scenario without all things but the one in which `place` lies.
fn around(whole: &Value, place: &str) -> Value {
    let path = crate::diagnostic::pointer::segments(place);
    let mut small = whole.clone();
    let root = small.as_object_mut().unwrap();
    for (section, value) in root.iter_mut() {
        let own = path.first() == Some(section);
        // `sources` is what every `source` names.
        if section == "sources" {
            continue;
        }
        match value {
            Value::Object(things) if own && path.len() > 1 => {
                things.retain(|name, _| *name == path[1])
            }
            Value::Object(things) if !own && section != "run" => things.clear(),
            Value::Array(items) if !own => items.clear(),
            _ => {}
        }
    }
    small
}

#[test]
fn patterns_mean_the_same_to_every_validator() {
    fn patterns(schema: &Value, found: &mut BTreeSet<String>) {
        match schema {
            Value::Object(map) => {
                found.extend(
                    map.get("pattern")
                        .and_then(Value::as_str)
                        .map(str::to_owned),
                );
                let keys = map.get("patternProperties").and_then(Value::as_object);
                found.extend(keys.into_iter().flat_map(Map::keys).cloned());
                map.values().for_each(|value| patterns(value, found));
            }
            Value::Array(list) => list.iter().for_each(|value| patterns(value, found)),
            _ => {}
        }
    }
    let mut found = BTreeSet::new();
    patterns(&schema(), &mut found);
    assert!(found.len() >= 4, "{found:?}");
    for pattern in found {
        // ECMA-262 with and without its flag u, Python and the rest share escapes by two
        // hexadecimal digits and of the signs of the syntax.
        let mut letters = pattern.chars();
        while let Some(c) = letters.next() {
            let escaped = if c == '\\' { letters.next() } else { None };
            assert!(
                c != '\\' || escaped.is_some_and(|c| "x[]^".contains(c)),
                "{pattern}: \\{escaped:?}"
            );
        }
        assert!(!pattern.contains("(?"), "{pattern}");
    }
    let name = schema()["$defs"]["Name"]["pattern"]
        .as_str()
        .unwrap()
        .to_owned();
    for (text, fits) in [
        ("a", true),
        ("_x1", true),
        ("Größe", true),
        ("забастовка", true),
        ("𝔸x", true),
        ("", false),
        ("1x", false),
        ("a b", false),
        ("a-b", false),
        ("a.b", false),
        ("a/b", false),
        ("a\n", false),
        ("^", false),
        ("a[0]", false),
    ] {
        assert_eq!(matches(&name, text), fits, "{text:?}");
    }
    for key in [
        "p5", "p50", "p95", "p97.5", "p0.5", "p05", "p10", "p99.99", "p0", "p00", "p100", "p0.0",
        "pert", "p", "5", "p-5", "p5x", "p.5",
    ] {
        assert_eq!(matches(PERCENTILE, key), keys::is_percentile(key), "{key}");
    }
}
