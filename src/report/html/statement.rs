//! What a scenario file states, in words: distributions, hazards, effects, dates.
//!
//! Takes the JSON of the effective scenario, which has been checked when it was run; gives markup.
//! Whatever has no words of its own is shown as the file has it.

use super::markup::Markup;
use crate::family::Family;
use crate::report::format;
use crate::scenario::places::{BY, ELSE, EXPLAIN, LABELS};
use crate::scenario::{COMBINES, Combine};
use serde_json::{Map, Value};

/// A number, a formula, or a distribution.
pub fn quantity(value: &Value) -> Markup {
    match value {
        Value::Number(number) => number.as_f64().map_or_else(
            || number.to_string().into(),
            |number| format::plain(number).into(),
        ),
        Value::String(text) if is_date(text) => text.as_str().into(),
        Value::String(text) => Markup::code(text),
        Value::Object(map) => distribution(map),
        other => raw(other),
    }
}

fn distribution(map: &Map<String, Value>) -> Markup {
    if let Some(by) = map.get(BY).and_then(Value::as_str) {
        let arms = map
            .iter()
            .filter(|(key, value)| *key != BY && !is_reason_of_choice(key, value));
        let arms = arms.map(|(key, value)| Markup::text(&format!("{key}: ")).and(quantity(value)));
        return Markup::text(&format!("by {by} – ")).and(Markup::join(arms, "; "));
    }
    if let Some(value) = map.get("value") {
        return quantity(value);
    }
    if let Some(Value::Array(experts)) = map.get("experts") {
        let each = experts.iter().filter_map(Value::as_object).map(|expert| {
            let name = expert.get("name").and_then(Value::as_str).unwrap_or("?");
            let weight = expert
                .get("weight")
                .map(|weight| Markup::text(" (weight ").and(quantity(weight)).and(")"));
            let rest: Map<String, Value> = expert
                .iter()
                .filter(|(key, _)| !["name", "weight"].contains(&key.as_str()))
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect();
            Markup::text(name)
                .and(weight.unwrap_or_default())
                .and(": ")
                .and(distribution(&rest))
        });
        return Markup::text("several judgements pooled – ")
            .and(Markup::join(each, "; "))
            .and(range(map));
    }
    if let Some(Value::Object(mass)) = map.get("point_mass") {
        let part = |key: &str| mass.get(key).map(quantity).unwrap_or_default();
        let rest = map.get(ELSE).map(quantity).unwrap_or_default();
        return part("at")
            .and(" with probability ")
            .and(part("probability"))
            .and(", otherwise ")
            .and(rest)
            .and(range(map));
    }
    if let Some(of) = map.get("of") {
        let shift = map.get("shift").map(|shift| quantity(shift).and(" + "));
        let scale = map.get("scale").map(|scale| quantity(scale).and(" × "));
        return shift
            .unwrap_or_default()
            .and(scale.unwrap_or_default())
            .and(quantity(of))
            .and(range(map));
    }
    if let Some(Value::Array(points)) = map.get("cumulative") {
        let each = points.iter().filter_map(Value::as_array).map(|point| {
            let part = |i: usize| point.get(i).map(quantity).unwrap_or_default();
            Markup::text("up to ").and(part(0)).and(": ").and(part(1))
        });
        return Markup::text("cumulative probabilities ")
            .and(Markup::join(each, ", "))
            .and(range(map));
    }
    let percentiles: Vec<(&String, &Value)> =
        map.iter().filter(|(key, _)| is_percentile(key)).collect();
    if !percentiles.is_empty() {
        let each = percentiles.into_iter().map(|(key, value)| {
            Markup::text(&format!("{}%: ", key.trim_start_matches('p'))).and(quantity(value))
        });
        return Markup::text("percentiles ")
            .and(Markup::join(each, ", "))
            .and(match map.get("shape") {
                Some(shape) => Markup::text(", ").and(plain_word(shape)),
                None => Markup::default(),
            })
            .and(range(map));
    }
    let family = map
        .iter()
        .find(|(key, _)| Family::named(key).next().is_some() || *key == "discrete");
    let Some((family, arguments)) = family else {
        return raw(&Value::Object(map.clone()));
    };
    let arguments = match arguments {
        Value::Array(items) => Markup::join(items.iter().map(quantity), ", "),
        Value::Object(named) => Markup::join(
            named
                .iter()
                .map(|(key, value)| Markup::text(&format!("{key} ")).and(quantity(value))),
            ", ",
        ),
        other => quantity(other),
    };
    Markup::text(&family.replace('_', " "))
        .and(" (")
        .and(arguments)
        .and(")")
        .and(range(map))
}

/// `, between 0 and 1`.
pub fn range(map: &Map<String, Value>) -> Markup {
    match map
        .get("range")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
    {
        Some([Value::Null, high]) => Markup::text(", at most ").and(quantity(high)),
        Some([low, Value::Null]) => Markup::text(", at least ").and(quantity(low)),
        Some([low, high]) => Markup::text(", between ")
            .and(quantity(low))
            .and(" and ")
            .and(quantity(high)),
        _ => Markup::default(),
    }
}

/// A chance, a rate, a mean waiting time or a formula, with what multiplies it.
pub fn hazard(value: &Value) -> Markup {
    let Value::Object(map) = value else {
        return Markup::text("rate per year ").and(quantity(value));
    };
    let get = |key: &str| map.get(key).map(quantity);
    let word = |key: &str| map.get(key).map(plain_word).unwrap_or_default();
    let base = if let Some(chance) = map.get("chance") {
        let chance = match chance.as_f64() {
            Some(p) => Markup::text(&format!("{}%", format::plain(100.0 * p))),
            None => quantity(chance),
        };
        Markup::text("chance ")
            .and(chance)
            .and(" within ")
            .and(word("within"))
    } else if let Some(rate) = get("rate") {
        rate.and(" per ").and(word("per"))
    } else if let Some(Value::Object(form)) = map.get("ageing") {
        let since = match map.get("since") {
            Some(Value::Object(named)) => {
                let of = |key: &str| named.get(key).and_then(Value::as_str).map(Markup::code);
                let moved = |state: Markup| Markup::text("the last move of ").and(state);
                let entry = ["phase", "trend"].into_iter().find_map(of);
                match (of("event").or(entry), of("state"), of("value")) {
                    (Some(name), ..) => name,
                    (None, Some(state), Some(value)) => state.and(" became ").and(value),
                    (None, state, _) => state.map(moved).unwrap_or_default(),
                }
            }
            Some(Value::String(word)) if word == "phase" => "the phase was entered".into(),
            Some(word) => Markup::text("the ").and(plain_word(word)),
            None => Markup::default(),
        };
        let form = form.iter().map(|(name, numbers)| {
            Markup::text(&name.replace('_', "-"))
                .and(" ")
                .and(match numbers {
                    Value::Object(numbers) => {
                        let each = numbers.iter().map(|(key, value)| {
                            Markup::text(&format!("{key} ")).and(quantity(value))
                        });
                        Markup::text("(").and(Markup::join(each, ", ")).and(")")
                    }
                    other => quantity(other),
                })
        });
        Markup::text("a rate that changes with the time since ")
            .and(since)
            .and(": ")
            .and(Markup::join(form, ", "))
    } else if let Some(wait) = map.get("mean_wait") {
        Markup::text("after ")
            .and(plain_word(wait))
            .and(" on average")
    } else {
        return raw(value);
    };
    match map.get("times") {
        Some(Value::Object(times)) => base.and(" × ").and(factors(times)),
        Some(other) => base.and(" × ").and(quantity(other)),
        None => base,
    }
}

/// What multiplies a hazard.
pub fn factors(times: &Map<String, Value>) -> Markup {
    let each = times
        .iter()
        .map(|(key, value)| match (key.as_str(), value) {
            ("indicator", Value::Object(indicators)) => {
                let each = indicators.iter().map(|(name, how)| match how {
                    Value::Object(how) => {
                        let part = |key: &str| how.get(key).map(quantity).unwrap_or_default();
                        part("ratio")
                            .and(" for each ")
                            .and(part("per"))
                            .and(" of ")
                            .and(Markup::code(name))
                            .and(" above ")
                            .and(part("at"))
                    }
                    other => Markup::code(name).and(" ").and(quantity(other)),
                });
                Markup::join(each, " × ")
            }
            ("trend" | "phase", Value::Object(arms)) => by(key, arms),
            ("state", Value::Object(states)) => {
                let each = states.iter().filter_map(|(state, arms)| {
                    let arms = arms.as_object()?;
                    Some(by(state, arms))
                });
                Markup::join(each, " × ")
            }
            (_, value) => quantity(value),
        });
    Markup::join(each, " × ")
}

fn by(what: &str, arms: &Map<String, Value>) -> Markup {
    let each = arms
        .iter()
        .map(|(name, factor)| Markup::text(&format!("{name} ")).and(quantity(factor)));
    Markup::text(&format!("by {what} ("))
        .and(Markup::join(each, ", "))
        .and(")")
}

/// Values of states in which an event can fire, or cannot.
pub fn restricted(value: &Value, is: &str) -> Markup {
    let each = value.as_object().into_iter().flatten();
    let each = each.map(|(state, values)| {
        let word = match values.as_array().map(Vec::len) {
            Some(0 | 1) => "",
            _ if is == "is" => " one of",
            _ => " any of",
        };
        Markup::code(state)
            .and(format!(" {is}{word} ").as_str())
            .and(names(values))
    });
    Markup::text("only if ").and(Markup::join(each, " and "))
}

/// A name, or names with their probabilities.
fn destination(value: &Value) -> Markup {
    let Value::Object(shares) = value else {
        return match value {
            Value::String(name) => Markup::code(name),
            other => raw(other),
        };
    };
    let each = shares.iter().map(|(name, share)| match share.as_str() {
        Some("rest") => Markup::code(name).and(" otherwise"),
        _ => Markup::code(name)
            .and(" with probability ")
            .and(quantity(share)),
    });
    Markup::join(each, ", ")
}

/// What an event does, in order.
pub fn effects(value: &Value) -> Markup {
    let Value::Array(list) = value else {
        return raw(value);
    };
    let each = list.iter().map(|effect| {
        let Value::Object(map) = effect else {
            return raw(effect);
        };
        let name = |key: &str| map.get(key).and_then(Value::as_str);
        let amount = |key: &str| map.get(key).map(quantity).unwrap_or_default();
        if let Some(phase) = map.get("phase") {
            Markup::text("phase becomes ").and(destination(phase))
        } else if let Some(trend) = map.get("trend") {
            Markup::text("trend becomes ").and(destination(trend))
        } else if let (Some(state), Some(to)) = (name("move"), map.get("to")) {
            Markup::code(state).and(" becomes ").and(destination(to))
        } else if let Some(together) = map.get("together") {
            Markup::text("at once (").and(effects(together)).and(")")
        } else if let Some((row, indicator)) =
            COMBINES.iter().find_map(|row| Some((row, name(row.key)?)))
        {
            let indicator = Markup::code(indicator);
            match map.get(row.amount).and_then(Value::as_f64) {
                Some(by) if row.combine == Combine::Add && by < 0.0 => {
                    indicator.and(" − ").and(format::plain(-by))
                }
                _ => indicator
                    .and(format!(" {} ", row.sign))
                    .and(amount(row.amount)),
            }
        } else {
            raw(effect)
        }
    });
    Markup::join(each, "; ")
}

/// Names, or whatever else, separated by commas.
pub fn names(value: &Value) -> Markup {
    match value {
        Value::Array(items) => Markup::join(items.iter().map(plain_word), ", "),
        other => plain_word(other),
    }
}

/// A text as text, anything else as the file has it.
pub fn plain_word(value: &Value) -> Markup {
    match value {
        Value::String(text) => text.as_str().into(),
        Value::Number(_) => quantity(value),
        Value::Bool(true) => "yes".into(),
        Value::Bool(false) => "no".into(),
        other => raw(other),
    }
}

/// JSON as it stands.
pub fn raw(value: &Value) -> Markup {
    Markup::code(&value.to_string())
}

/// Whether a key says something of a thing that is shown elsewhere.
pub fn is_label(key: &str) -> bool {
    EXPLAIN.contains(&key) || LABELS.contains(&key)
}

/// Whether a key of a choice explains it. A trend of that name (in a file of format 1) has a number
/// here, or an object.
fn is_reason_of_choice(key: &str, value: &Value) -> bool {
    EXPLAIN.contains(&key) && (value.is_string() || value.is_array())
}

/// `p5`, `p50`, `p97.5`.
fn is_percentile(key: &str) -> bool {
    key.strip_prefix('p')
        .is_some_and(|digits| digits.parse::<f64>().is_ok())
}

/// `2026-05-15`.
fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 10
        && bytes.iter().enumerate().all(|(i, byte)| match i {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn plain(markup: &Markup) -> String {
        let text = markup.as_str().replace("<code>", "").replace("</code>", "");
        text.replace("&lt;", "<")
    }

    #[test]
    fn distributions_are_read_as_they_were_stated() {
        for (value, wanted) in [
            (json!(0.3), "0.3"),
            (json!("2 * x"), "2 * x"),
            (json!("2026-05-15"), "2026-05-15"),
            (json!({"value": 0.3, "note": "why"}), "0.3"),
            (
                json!({"p5": 0.1, "p50": 0.25, "p95": 0.5, "range": [0, 1]}),
                "percentiles 5%: 0.1, 50%: 0.25, 95%: 0.5, between 0 and 1",
            ),
            (
                json!({"p10": 1, "p40": 2, "p90": 5, "shape": "monotone"}),
                "percentiles 10%: 1, 40%: 2, 90%: 5, monotone",
            ),
            (
                json!({"cumulative": [[0, 0], ["x", 0.4], [9, 1]]}),
                "cumulative probabilities up to 0: 0, up to x: 0.4, up to 9: 1",
            ),
            (
                json!({"point_mass": {"at": 0, "probability": 0.3}, "else": {"shift": 5, "scale": 2, "of": {"poisson": {"rate": 3}}}}),
                "0 with probability 0.3, otherwise 5 + 2 × poisson (rate 3)",
            ),
            (json!({"pert": [0.1, 0.2, 0.5]}), "pert (0.1, 0.2, 0.5)"),
            (
                json!({"normal": {"mean": 80, "sd": "5 * spread"}, "range": [1, null]}),
                "normal (mean 80, sd 5 * spread), at least 1",
            ),
            (
                json!({"by": "trend", "note": "why", "war": 12, "else": 0, "source": ["s"]}),
                "by trend – war: 12; else: 0",
            ),
            (
                json!({"experts": [{"name": "A", "weight": 2, "p50": 0.3}, {"name": "<B>", "uniform": [0, 1]}]}),
                "several judgements pooled – A (weight 2): percentiles 50%: 0.3; <B&gt;: uniform (0, 1)",
            ),
        ] {
            assert_eq!(plain(&quantity(&value)), wanted);
        }
    }

    #[test]
    fn hazards_are_read_as_they_were_stated() {
        for (value, wanted) in [
            (json!("12 * (1 - cost)"), "rate per year 12 * (1 - cost)"),
            (
                json!({"chance": 0.3, "within": "12 months"}),
                "chance 30% within 12 months",
            ),
            (json!({"rate": "r", "per": "year"}), "r per year"),
            (json!({"mean_wait": "2 years"}), "after 2 years on average"),
            (
                json!({"rate": 1, "per": "year", "times": {
                    "trend": {"war": 2, "else": 1},
                    "indicator": {"trust": {"ratio": 0.5, "at": 0.6, "per": 0.1}},
                    "factor": "1 + leak"
                }}),
                "1 per year × by trend (war 2, else 1) × 0.5 for each 0.1 of trust above 0.6 × 1 + leak",
            ),
        ] {
            assert_eq!(plain(&hazard(&value)), wanted);
        }
    }

    #[test]
    fn effects_are_read_in_their_order() {
        let value = json!([{"phase": "truce"}, {"set": "a", "to": 0}, {"add": "b", "by": -0.1}, {"multiply": "c", "by": {"uniform": [0, 1]}}, {"trend": "war"}, {"move": "front", "to": {"moving": 0.3, "static": "rest"}}]);
        assert_eq!(
            plain(&effects(&value)),
            "phase becomes truce; a becomes 0; b − 0.1; c × uniform (0, 1); trend becomes war; front becomes moving with probability 0.3, static otherwise"
        );
    }
}
