//! Shapes and keys that authors expect, and those of the format.
//!
//! What stands in a place where it does not belong comes in; the way out comes out, if it can be
//! told.

use super::keys;
use crate::scenario::combine::COMBINES;
use serde_json::Value;

/// Other words for keys, each with the keys that may be meant.
const SYNONYMS: &[(&str, &[&str])] = &[
    ("actors", &["parameters"]),
    ("alternatives", &["trends"]),
    ("assumptions", &["parameters"]),
    ("begin", &["start"]),
    ("bounds", &["range"]),
    ("caption", &["title"]),
    ("comment", &["note"]),
    ("condition", &["if", "when", "ever"]),
    ("correlation", &["rank", "value", "correlations"]),
    ("date", &["at", "by"]),
    ("deadline", &["by"]),
    ("delta", &["by"]),
    ("deltat", &["step"]),
    ("description", &["note"]),
    ("dt", &["step"]),
    ("duration", &["horizon", "within", "rest"]),
    ("end", &["horizon"]),
    ("every", &["mean_wait"]),
    ("expression", &["value"]),
    ("frequency", &["rate"]),
    ("formula", &["value"]),
    ("gompertz", &["ageing"]),
    ("growth", &["drift"]),
    ("happenings", &["events"]),
    ("id", &["name"]),
    ("initial", &["start"]),
    ("inherits", &["extends"]),
    ("intensity", &["rate", "value", "hazard"]),
    ("machines", &["states"]),
    ("iterations", &["trials"]),
    ("label", &["title"]),
    ("lambda", &["rate"]),
    ("likelihood", &["probability", "chance", "weight"]),
    ("limits", &["range"]),
    ("mean", &["value", "p50"]),
    ("median", &["p50"]),
    ("mode", &["value"]),
    ("multiplier", &["factor", "times"]),
    ("noise", &["volatility"]),
    ("nsims", &["trials"]),
    ("odds", &["probability", "chance", "weight"]),
    ("parent", &["extends"]),
    ("periodicity", &["per"]),
    ("prior", &["weight"]),
    ("prob", &["probability", "chance", "weight"]),
    ("probability", &["chance", "weight", "start"]),
    ("random_seed", &["seed"]),
    ("regimes", &["trends"]),
    ("runs", &["trials"]),
    ("samples", &["trials"]),
    ("scenarios", &["trends"]),
    ("share", &["weight"]),
    ("sigma", &["volatility"]),
    ("simulations", &["trials"]),
    ("stages", &["phases"]),
    ("std", &["sd", "volatility"]),
    ("stdev", &["sd", "volatility"]),
    ("swap", &["together"]),
    ("terminal", &["final"]),
    ("text", &["note"]),
    ("time_step", &["step"]),
    ("timestep", &["step"]),
    ("transitions", &["shifts", "moves"]),
    ("trigger", &["when", "hazard"]),
    ("until", &["by", "horizon"]),
    ("variables", &["indicators"]),
    ("weibull", &["ageing"]),
    ("window", &["within"]),
    ("weight", &["chance", "probability", "start"]),
    ("window", &["within"]),
];

/// The key that another word for it means, among those that are known there.
pub fn synonym<'k>(key: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    let plain = |text: &str| -> String {
        text.chars()
            .filter(|c| c.is_alphanumeric() || *c == '_')
            .flat_map(char::to_lowercase)
            .collect()
    };
    let word = plain(key);
    let (_, meant) = SYNONYMS
        .iter()
        .find(|(other, _)| *other == word || format!("{other}s") == word)?;
    let known: Vec<&str> = known.collect();
    meant
        .iter()
        .find_map(|meant| known.iter().find(|known| *known == meant).copied())
}

/// A whole thing inside of another of its kind: a bracket is missing before it.
pub fn misplaced(key: &str, value: &Value, what: &str) -> Option<String> {
    let (word, section, own) = match what {
        "an event" => ("an event", "events", keys::EVENT),
        "a phase" => ("a phase", "phases", keys::PHASE),
        "a trend" => ("a trend", "trends", keys::TREND),
        "a state" => ("a state", "states", keys::STATE),
        "an indicator" => ("an indicator", "indicators", keys::INDICATOR),
        "a question" => ("a question", "questions", keys::QUESTION),
        _ => return None,
    };
    let is_alike = |value: &Value| {
        let stated = value.as_object().filter(|map| !map.is_empty());
        stated.is_some_and(|map| map.keys().all(|key| own.contains(&key.as_str())))
    };
    if is_alike(value) {
        return Some(format!(
            "it looks like {word} of its own: put the `}}` of the one before it in front of `{key}`"
        ));
    }
    let is_section = keys::ROOT.contains(&key) && (value.is_object() || value.is_array());
    is_section.then(|| {
        format!(
            "`{key}` stands beside `{section}`: put the `}}` that closes `{section}` in front of it"
        )
    })
}

/// For a list in the place of things that are keyed by name.
pub fn unnamed(value: &Value) -> Option<String> {
    let list = value.as_array()?;
    let name = list.first().and_then(|first| first["name"].as_str());
    Some(match (name, list.first()) {
        (Some(name), _) => format!("the name is the key: {{\"{name}\": {{…}}}}"),
        (None, Some(Value::String(name))) => format!("write {{\"{name}\": {{…}}}}"),
        _ => "write {\"NAME\": {…}}".to_owned(),
    })
}

/// For something else in the place of a list.
pub fn unlisted(key: &str, value: &Value) -> Option<String> {
    match (key, value) {
        ("outcomes", Value::Object(map)) => {
            let name = map.keys().next().map_or("NAME", String::as_str);
            Some(format!(
                "the first rule that holds decides, so they have an order: [{{\"name\": \"{name}\", \"when\": …}}, …]"
            ))
        }
        (_, Value::Object(map)) if map.values().all(Value::is_object) && !map.is_empty() => {
            Some("write [{…}, {…}]: the items have no names".to_owned())
        }
        (_, Value::Object(_)) => Some("put it into square brackets: [{…}]".to_owned()),
        (_, Value::String(text)) if text.contains(',') => {
            let items: Vec<String> = text
                .split(',')
                .map(|item| format!("\"{}\"", item.trim()))
                .collect();
            Some(format!("write [{}]", items.join(", ")))
        }
        (_, Value::String(_) | Value::Number(_) | Value::Bool(_)) => {
            Some(format!("write [{value}]"))
        }
        _ => None,
    }
}

/// For something else in the place of an object.
pub fn no_object(what: &str, value: &Value) -> Option<String> {
    let plain = match value {
        Value::Array(list) if list.len() == 1 && list[0].is_object() => {
            return Some("take it out of the square brackets".to_owned());
        }
        Value::Number(_) | Value::String(_) | Value::Bool(_) => value,
        _ => return None,
    };
    let example = match what {
        "a trend" => format!("{{\"weight\": {plain}}}"),
        "a phase" => format!("{{\"start\": {plain}}}"),
        "an indicator" => format!("{{\"start\": {plain}}}"),
        "an event" => format!("{{\"hazard\": {plain}}}"),
        "a group" => format!("{{\"title\": {plain}}}"),
        "an outcome" => format!("{{\"name\": \"NAME\", \"when\": {plain}}}"),
        "a question" => format!("{{\"ever\": {plain}, \"by\": \"2026-12-31\"}}"),
        "a value of a state" => format!("{{\"start\": {plain}}}"),
        "an effect" => {
            let keys = COMBINES.map(|row| format!("`{}`", row.key)).join(", ");
            format!("{{\"phase\": \"NAME\"}}, or {keys}, `trend` or `move`")
        }
        "a source" => format!("{{\"title\": {plain}}}"),
        "`run`" => format!("{{\"trials\": {plain}}}"),
        _ => return None,
    };
    Some(format!("write {example}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn synonyms_lead_to_keys_of_the_format() {
        let all: Vec<&str> = [
            keys::ROOT,
            keys::TREND,
            keys::PHASE,
            keys::STATE,
            keys::INDICATOR,
            keys::EVENT,
            keys::HAZARD,
            keys::TIMES,
            keys::EFFECT,
            keys::GROUP,
            keys::OUTCOME,
            keys::QUESTION,
            keys::RUN,
            keys::DISTRIBUTION,
            keys::RANK_CORRELATION,
            &["p50", "sd"],
        ]
        .concat();
        for (word, meant) in SYNONYMS {
            for key in *meant {
                assert!(all.contains(key), "{word}: {key}");
            }
        }
        let event = || keys::EVENT.iter().copied();
        assert_eq!(synonym("Trigger", event()), Some("when"));
        assert_eq!(
            synonym("weibull", keys::HAZARD.iter().copied()),
            Some("ageing")
        );
        assert_eq!(
            synonym("prob", keys::HAZARD.iter().copied()),
            Some("chance")
        );
        assert_eq!(
            synonym("machines", keys::ROOT.iter().copied()),
            Some("states")
        );
        assert_eq!(synonym("variables", event()), None);
    }

    #[test]
    fn a_thing_inside_of_another_is_told_from_a_misspelt_key() {
        let inner = json!({"hazard": 1, "effects": []});
        assert!(
            misplaced("attack", &inner, "an event").is_some_and(|hint| hint.contains("`attack`"))
        );
        assert!(
            misplaced("outcomes", &json!([]), "an event")
                .is_some_and(|hint| hint.contains("`outcomes`"))
        );
        assert_eq!(misplaced("hazrd", &json!({"chance": 1}), "an event"), None);
        assert_eq!(misplaced("attack", &json!({}), "an event"), None);
        assert_eq!(misplaced("attack", &inner, "a hazard"), None);
    }

    #[test]
    fn shapes_are_mended() {
        assert_eq!(
            unnamed(&json!([{"name": "a"}])).as_deref(),
            Some("the name is the key: {\"a\": {…}}")
        );
        assert_eq!(
            unlisted("phases", &json!("talks, war")).as_deref(),
            Some("write [\"talks\", \"war\"]")
        );
        assert_eq!(
            unlisted("effects", &json!({"phase": "a"})).as_deref(),
            Some("put it into square brackets: [{…}]")
        );
        assert_eq!(
            no_object("a trend", &json!(0.3)).as_deref(),
            Some("write {\"weight\": 0.3}")
        );
    }
}
