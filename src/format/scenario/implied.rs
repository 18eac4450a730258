//! What a layer implies for what it leaves alone: the weights of the other trends, and the
//! correlations of what it pins.
//!
//! Takes the scenario before and after a layer was laid over it, and what the layer stated; mends
//! the scenario and says what it did. The settings of a command line are one layer, so that their
//! order means nothing.

use super::written::shown;
use crate::diagnostic::pointer::join;
use crate::diagnostic::{Diagnostic, Place};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// How far weights may miss a sum of 1 and still be taken for shares: thirds written with three
/// digits.
const ROUNDING: f64 = 1.001e-3;
/// Below this two weights are one number with other roundings.
const SAME: f64 = 1e-12;

/// Makes `whole` consistent with `layers`, which were laid over `below` to make it.
pub fn settle(below: &Value, layers: &[Value], whole: &mut Value) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = share_out(below, layers, whole)
        .err()
        .map(|fault| *fault)
        .into_iter()
        .collect();
    let drawn = ["parameters", "per_trial"].map(|things| Pairs {
        things,
        list: "correlations",
        what: "rank correlation",
        part: "value",
        is_still: is_constant,
    });
    let indicators = Pairs {
        things: "indicators",
        list: "noise_correlations",
        what: "noise correlation",
        part: "volatility",
        is_still: is_without_noise,
    };
    for pairs in drawn.iter().chain([&indicators]) {
        found.extend(uncorrelate(pairs, below, layers, whole));
    }
    found
}

/// Lets the trends whose weights the layer does not state share what the stated ones leave, in the
/// proportions that they had.
fn share_out(below: &Value, layers: &[Value], whole: &mut Value) -> Result<(), Box<Diagnostic>> {
    let after = whole.get_mut("trends").and_then(Value::as_object_mut);
    let (Some(before), Some(after)) = (below["trends"].as_object(), after) else {
        return Ok(());
    };
    let is_stated = |name: &String| {
        let stated = |layer: &Value| !layer["trends"][name]["weight"].is_null();
        layers.iter().any(stated)
    };
    let stated: BTreeSet<String> = after
        .keys()
        .filter(|name| is_stated(name))
        .cloned()
        .collect();
    let is_other = |name: &&String| !stated.contains(*name);
    let others: Vec<String> = after.keys().filter(is_other).cloned().collect();
    let has_lost = before.keys().any(|name| !after.contains_key(name));
    if others.is_empty() || (stated.is_empty() && !has_lost) {
        return Ok(());
    }
    // What is no weight is for the decoder to refuse.
    let sum = |trends: &Map<String, Value>, names: &mut dyn Iterator<Item = &String>| {
        names
            .map(|name| trends.get(name).and_then(weight))
            .sum::<Option<f64>>()
    };
    let (Some(all), Some(named), Some(rest)) = (
        sum(before, &mut before.keys()),
        sum(after, &mut stated.iter()),
        sum(after, &mut others.iter()),
    ) else {
        return Ok(());
    };
    let Some(first) = stated.first() else {
        if (all - 1.0).abs() <= ROUNDING && rest > 0.0 {
            scale(after, &others, 1.0 / rest);
        }
        return Ok(());
    };
    let place = Place::value(join(&join("/trends", first), "weight"));
    let fault = |message: String| Box::new(Diagnostic::error("weights-unclear", place, message));
    if (all - 1.0).abs() > ROUNDING {
        return Err(fault(format!(
            "a weight is stated beside others that summed to {}, so it may be a share of 1 or of that",
            shown(all)
        ))
        .hint("state the weights of all trends")
        .into());
    }
    if named > 1.0 + SAME {
        return Err(fault(format!(
            "the stated weights sum to {}, which leaves nothing for `{}`",
            shown(named),
            others.join("`, `")
        ))
        .hint(if (1.0..=100.0).contains(&named) && stated.len() == 1 {
            format!("{named}% is written {}", shown(named / 100.0))
        } else {
            "let them sum to 1 at most, or state the weights of all trends".to_owned()
        })
        .into());
    }
    let left = if named > 1.0 - SAME { 0.0 } else { 1.0 - named };
    match others.as_slice() {
        [only] => set(after, only, rounded(left)),
        _ if rest > 0.0 => scale(after, &others, left / rest),
        _ if left == 0.0 => {}
        _ => {
            return Err(fault(format!(
                "nothing says how `{}` share the remaining {}: their weights are 0",
                others.join("`, `"),
                shown(left)
            ))
            .hint("state their weights too")
            .into());
        }
    }
    Ok(())
}

fn scale(trends: &mut Map<String, Value>, names: &[String], factor: f64) {
    if (factor - 1.0).abs() < SAME {
        return;
    }
    for name in names {
        if let Some(old) = trends.get(name).and_then(weight) {
            set(trends, name, rounded(old * factor));
        }
    }
}

/// The weight of a trend, bare or beside its reasons.
fn weight(trend: &Value) -> Option<f64> {
    let stated = &trend["weight"];
    let number = stated.as_f64().or_else(|| stated["value"].as_f64())?;
    (number >= 0.0).then_some(number)
}

fn set(trends: &mut Map<String, Value>, name: &str, weight: f64) {
    let Some(slot) = trends
        .get_mut(name)
        .and_then(|trend| trend.get_mut("weight"))
    else {
        return;
    };
    match slot.get_mut("value") {
        Some(inner) => *inner = Value::from(weight),
        None => *slot = Value::from(weight),
    }
}

/// To fifteen digits, so that a tenth is not written as 0.09999999999999998.
fn rounded(number: f64) -> f64 {
    format!("{number:.14e}").parse().unwrap_or(number)
}

/// A list of correlations, and the things that it ties.
struct Pairs {
    things: &'static str,
    list: &'static str,
    what: &'static str,
    /// The key that decides whether it varies.
    part: &'static str,
    /// Whether nothing can be correlated with a thing.
    is_still: fn(&Value) -> bool,
}

/// Removes inherited correlations of what the layer has made certain or has removed, and says so.
fn uncorrelate(
    pairs: &Pairs,
    below: &Value,
    layers: &[Value],
    whole: &mut Value,
) -> Vec<Diagnostic> {
    let (Some(before), Some(inherited)) = (
        below[pairs.things].as_object(),
        below[pairs.list].as_array(),
    ) else {
        return Vec::new();
    };
    // Who states the list anew knows what is in it.
    if layers.iter().any(|layer| layer[pairs.list].is_array()) {
        return Vec::new();
    }
    let after = whole[pairs.things].as_object();
    let still = |thing: Option<&Value>| thing.is_none_or(pairs.is_still);
    let pinned: BTreeSet<&str> = before
        .iter()
        .filter(|(name, old)| {
            !(pairs.is_still)(old) && still(after.and_then(|after| after.get(*name)))
        })
        .map(|(name, _)| name.as_str())
        .collect();
    let Some(list) = whole[pairs.list].as_array() else {
        return Vec::new();
    };
    let has_to_go = |entry: &&Value| {
        inherited.contains(entry) && members(entry).any(|name| pinned.contains(name))
    };
    let (gone, kept): (Vec<&Value>, Vec<&Value>) = list.iter().partition(has_to_go);
    let mut told = Vec::new();
    for name in pinned {
        let with: Vec<String> = gone
            .iter()
            .filter(|entry| members(entry).any(|member| member == name))
            .flat_map(|entry| members(entry).filter(|member| *member != name))
            .map(|other| format!("`{other}`"))
            .collect();
        if with.is_empty() {
            continue;
        }
        let message = format!(
            "`{name}` no longer varies, so its {} with {} no longer counts",
            pairs.what,
            with.join(", ")
        );
        let thing = join(&join("", pairs.things), name);
        let part = join(&thing, pairs.part);
        let is_stated = whole.pointer(&part).is_some();
        let place = Place::value(if is_stated { part } else { thing });
        told.push(
            Diagnostic::warning("correlation-dropped", place, message).hint(format!(
                "state `{}` without it, if this should be said in the file",
                pairs.list
            )),
        );
    }
    let kept: Vec<Value> = kept.into_iter().cloned().collect();
    if !told.is_empty() {
        whole[pairs.list] = Value::Array(kept);
    }
    told
}

fn members(correlation: &Value) -> impl Iterator<Item = &str> {
    let names = correlation["between"].as_array();
    names.into_iter().flatten().filter_map(Value::as_str)
}

fn is_constant(parameter: &Value) -> bool {
    !parameter.is_object() || parameter.get("value").is_some()
}

fn is_without_noise(indicator: &Value) -> bool {
    let volatility = &indicator["volatility"];
    let number = volatility.as_f64().or_else(|| volatility["value"].as_f64());
    volatility.is_null() || number == Some(0.0)
}

#[cfg(test)]
mod tests {
    use super::super::merge::overlay;
    use super::*;
    use serde_json::json;

    /// The scenario after `layers` were laid over it as one, and what was said.
    fn after(below: &Value, layers: &[Value]) -> (Value, Vec<Diagnostic>) {
        let mut whole = below.clone();
        for layer in layers {
            overlay(
                &mut whole,
                layer.clone(),
                &mut Vec::new(),
                &mut Default::default(),
            );
        }
        let told = settle(below, layers, &mut whole);
        (whole, told)
    }

    fn trends(weights: &[(&str, f64)]) -> Value {
        let trends: Map<String, Value> = weights
            .iter()
            .map(|(name, weight)| ((*name).to_owned(), json!({"weight": weight})))
            .collect();
        json!({"trends": trends})
    }

    fn weights(whole: &Value) -> Vec<(String, f64)> {
        let trends = whole["trends"].as_object().expect("trends");
        trends
            .iter()
            .map(|(name, trend)| (name.clone(), weight(trend).expect("a weight")))
            .collect()
    }

    #[test]
    fn who_states_some_weights_leaves_the_rest_to_the_others_in_proportion() {
        let below = trends(&[("a", 0.6), ("b", 0.3), ("c", 0.1)]);
        for (layers, expected) in [
            (vec![trends(&[("a", 0.8)])], [0.8, 0.15, 0.05]),
            (vec![trends(&[("a", 0.8), ("c", 0.1)])], [0.8, 0.1, 0.1]),
            (
                vec![trends(&[("c", 0.4)]), trends(&[("a", 0.5)])],
                [0.5, 0.1, 0.4],
            ),
            (
                vec![trends(&[("a", 0.5)]), trends(&[("c", 0.4)])],
                [0.5, 0.1, 0.4],
            ),
            (vec![trends(&[("b", 1.0)])], [0.0, 1.0, 0.0]),
            (vec![trends(&[("b", 0.3)])], [0.6, 0.3, 0.1]),
            (
                vec![trends(&[("a", 3.0), ("b", 2.0), ("c", 1.0)])],
                [3.0, 2.0, 1.0],
            ),
            (
                vec![json!({"trends": {"a": {"weight": {"value": 0.2, "note": "n"}}}})],
                [0.2, 0.6, 0.2],
            ),
        ] {
            let (whole, told) = after(&below, &layers);
            assert_eq!(told, [], "{layers:?}");
            let found: Vec<f64> = weights(&whole)
                .into_iter()
                .map(|(_, weight)| weight)
                .collect();
            assert_eq!(found, expected, "{layers:?}");
        }
    }

    #[test]
    fn a_trend_that_comes_or_goes_leaves_the_others_their_proportions() {
        let below = trends(&[("a", 0.6), ("b", 0.3), ("c", 0.1)]);
        let (whole, told) = after(&below, &[trends(&[("d", 0.5)])]);
        assert_eq!((weights(&whole)[0].1, told), (0.3, vec![]));
        let (whole, told) = after(&below, &[json!({"trends": {"c": null}})]);
        assert_eq!((weights(&whole)[1].1, told), (0.333333333333333, vec![]));
        // The reasons of a weight stay with it.
        let mut reasoned = below;
        reasoned["trends"]["b"]["weight"] = json!({"value": 0.3, "note": "n"});
        let (whole, _) = after(&reasoned, &[trends(&[("a", 0.8)])]);
        assert_eq!(
            whole["trends"]["b"]["weight"],
            json!({"value": 0.15, "note": "n"})
        );
    }

    #[test]
    fn where_the_rest_is_unclear_it_is_refused() {
        let shares = [("a", 0.6), ("b", 0.3), ("c", 0.1)];
        for (below, layer, wanted) in [
            (
                trends(&shares),
                trends(&[("a", 80.0)]),
                "80% is written 0.8",
            ),
            (
                trends(&shares),
                trends(&[("a", 0.8), ("b", 0.7)]),
                "sum to 1 at most",
            ),
            (
                trends(&[("a", 60.0), ("b", 40.0)]),
                trends(&[("a", 0.8)]),
                "all trends",
            ),
            (
                trends(&[("a", 1.0), ("b", 0.0), ("c", 0.0)]),
                trends(&[("a", 0.8)]),
                "theirs",
            ),
        ] {
            let (_, told) = after(&below, std::slice::from_ref(&layer));
            let [fault] = told.as_slice() else {
                panic!("{layer}: {told:?}")
            };
            assert_eq!(fault.code, "weights-unclear");
            assert!(
                fault.hints[0].contains(wanted) || wanted == "theirs",
                "{:?}",
                fault.hints
            );
        }
        // One other trend takes what is left, even from nothing.
        let (whole, told) = after(&trends(&[("a", 1.0), ("b", 0.0)]), &[trends(&[("a", 0.8)])]);
        assert_eq!((weights(&whole)[1].1, told), (0.2, vec![]));
        // What is no weight is left to the decoder.
        let wrong = json!({"trends": {"a": {"weight": "high"}}});
        assert_eq!(after(&trends(&shares), &[wrong]).1, []);
    }

    #[test]
    fn a_pinned_thing_loses_its_inherited_correlations_and_the_others_keep_theirs() {
        let below = json!({
            "parameters": {"p": {"uniform": [0, 1]}, "q": {"uniform": [0, 1]}, "r": {"uniform": [0, 1]}, "k": 1},
            "correlations": [{"between": ["p", "q"], "rank": 0.5}, {"between": ["q", "r"], "rank": 0.2}],
            "indicators": {"x": {"start": 0, "volatility": 1}, "y": {"start": 0, "volatility": 1}},
            "noise_correlations": [{"between": ["x", "y"], "value": 0.5}]
        });
        for layer in [
            json!({"parameters": {"p": 0.3}}),
            json!({"parameters": {"p": {"value": 0.3}}}),
            json!({"parameters": {"p": null}}),
        ] {
            let (whole, told) = after(&below, &[layer]);
            assert_eq!(
                whole["correlations"],
                json!([{"between": ["q", "r"], "rank": 0.2}])
            );
            assert_eq!(told.len(), 1);
            assert_eq!(told[0].code, "correlation-dropped");
            assert!(told[0].message.contains("`p`") && told[0].message.contains("with `q`"));
        }
        let (whole, told) = after(
            &below,
            &[
                json!({"parameters": {"p": 0.3}}),
                json!({"parameters": {"q": 0.3}}),
            ],
        );
        assert_eq!((&whole["correlations"], told.len()), (&json!([]), 2));
        for layer in [
            json!({"indicators": {"x": {"volatility": 0}}}),
            json!({"indicators": {"x": {"volatility": null}}}),
        ] {
            let (whole, told) = after(&below, &[layer]);
            assert_eq!((&whole["noise_correlations"], told.len()), (&json!([]), 1));
        }
        for layer in [
            json!({"parameters": {"p": {"uniform": [0, 2]}, "k": 2}}),
            // Said in one breath, it is a contradiction, and the model refuses it.
            json!({"parameters": {"p": 0.3}, "correlations": [{"between": ["p", "r"], "rank": 0.5}]}),
        ] {
            let (_, told) = after(&below, &[layer]);
            assert_eq!(told, []);
        }
    }
}
