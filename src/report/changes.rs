//! What differs between two files, in the words of the files: titles of things, then what of them.

use super::format;
use crate::results::Change;
use crate::scenario::places::{EXPLAIN, Names, SECTIONS};
use serde_json::Value;

const LONGEST_VALUE: usize = 48;

/// A change as a reader of the file would tell it: what, its value before, and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Worded {
    pub what: String,
    pub from: String,
    pub to: String,
}

/// Tells a change; `base` and `other` are the whole scenarios.
pub fn worded(change: &Change, base: &Value, other: &Value) -> Worded {
    let path: Vec<&str> = change.path.split('.').collect();
    let titled = [other, base]
        .into_iter()
        .find_map(|root| subject(root, &path));
    let (mut words, rest) = match titled {
        Some((title, depth)) => (vec![title], &path[depth..]),
        None => (Vec::new(), &path[..]),
    };
    words.extend(rest.iter().map(|key| {
        let known = [other, base]
            .into_iter()
            .find_map(|root| title_of(root, key));
        known.unwrap_or_else(|| (*key).to_owned())
    }));
    let [from, to] = match (&change.base, &change.other) {
        (Some(Value::Array(from)), Some(Value::Array(to))) => lists(from, to),
        (from, to) => [told(from.as_ref()), told(to.as_ref())],
    };
    Worded {
        what: words.join(", "),
        from,
        to,
    }
}

/// Two lists of texts: whole if they are short, otherwise what only one of them has.
fn lists(from: &[Value], to: &[Value]) -> [String; 2] {
    let whole = |items: &[&Value]| -> String {
        let items: Vec<String> = items.iter().map(|item| told(Some(*item))).collect();
        items.join(", ")
    };
    let all = [from, to].map(|items| whole(&items.iter().collect::<Vec<_>>()));
    if all.iter().all(|text| text.chars().count() <= LONGEST_VALUE) {
        return all;
    }
    let only = [(from, to), (to, from)].map(|(one, other)| {
        let own: Vec<&Value> = one.iter().filter(|item| !other.contains(item)).collect();
        match own.as_slice() {
            [] => "…".to_owned(),
            own => super::table::shorten(&format!("… and {}", whole(own)), LONGEST_VALUE),
        }
    });
    if only[0] == only[1] {
        all.map(|text| super::table::shorten(&text, LONGEST_VALUE))
    } else {
        only
    }
}

/// Tells all changes with their paths; percentiles of one thing are told together.
pub fn all_worded(changes: &[Change], base: &Value, other: &Value) -> Vec<(Worded, String)> {
    let mut told: Vec<(Worded, String)> = Vec::new();
    for change in changes {
        let one = worded(change, base, other);
        let (stem, key) = change.path.rsplit_once('.').unwrap_or(("", &change.path));
        let is_percentile = key
            .strip_prefix('p')
            .is_some_and(|digits| digits.parse::<f64>().is_ok());
        if let Some((last, path)) = told.last_mut()
            && is_percentile
            && path.starts_with(&format!("{stem}.p"))
            && path[stem.len() + 1..]
                .split(", ")
                .all(|k| k.starts_with('p'))
        {
            last.what = format!("{}, {key}", last.what);
            last.from = format!("{}, {}", last.from, one.from);
            last.to = format!("{}, {}", last.to, one.to);
            path.push_str(&format!(", {key}"));
            continue;
        }
        told.push((one, change.path.clone()));
    }
    told
}

/// The title of the innermost thing on a path that has one, and how much of the path leads there.
fn subject(root: &Value, path: &[&str]) -> Option<(String, usize)> {
    let mut found = None;
    let mut here = root;
    for (depth, key) in path.iter().enumerate() {
        here = match here {
            Value::Array(items) => items
                .iter()
                .find(|item| item["name"] == *key)
                .or_else(|| items.get(key.parse::<usize>().ok()?))?,
            _ => here.get(key)?,
        };
        if let Some(title) = here.get("title").and_then(Value::as_str) {
            found = Some((title.to_owned(), depth + 1));
        }
    }
    found
}

/// The title of a trend, phase, indicator, derived value or event.
fn title_of(root: &Value, name: &str) -> Option<String> {
    SECTIONS
        .iter()
        .filter(|section| section.names == Names::Shared)
        .find_map(|section| root.get(section.key)?.get(name)?.get("title")?.as_str())
        .map(str::to_owned)
}

/// A value of the file, on a line and without what explains it.
pub fn told(value: Option<&Value>) -> String {
    let text = match value {
        None | Some(Value::Null) => return "absent".to_owned(),
        Some(Value::Number(number)) => match number.as_f64() {
            Some(number) => format::plain(number),
            None => number.to_string(),
        },
        Some(Value::String(text)) => text.clone(),
        // What it is, without why.
        Some(Value::Object(map)) => {
            let mut bare = map.clone();
            EXPLAIN.iter().for_each(|key| {
                bare.shift_remove(*key);
            });
            Value::Object(bare).to_string()
        }
        Some(other) => other.to_string(),
    };
    super::table::shorten(&text, LONGEST_VALUE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_change_is_told_by_the_titles_of_the_file() {
        let base = json!({
            "trends": {"war": {"title": "War at sea", "weight": 0.2}},
            "events": {"raid": {"hazard": {"rate": 1, "times": {"trend": {"war": 2}}}}},
            "outcomes": [{"name": "peace", "title": "Peace", "when": "a"}],
        });
        let tell = |path: &str, from: Option<Value>, to: Option<Value>| {
            let change = Change {
                path: path.into(),
                base: from,
                other: to,
            };
            let Worded { what, from, to } = worded(&change, &base, &base);
            format!("{what}: {from} → {to}")
        };
        assert_eq!(
            tell("trends.war.weight", Some(json!(0.2)), Some(json!(0.65))),
            "War at sea, weight: 0.2 → 0.65"
        );
        assert_eq!(
            tell("events.raid.hazard.times.trend.war", Some(json!(2)), None),
            "events, raid, hazard, times, trend, War at sea: 2 → absent"
        );
        assert_eq!(
            tell(
                "events.raid.phases",
                Some(json!(["war", "truce"])),
                Some(json!(["war", "truce", "pause"]))
            ),
            "events, raid, phases: war, truce → war, truce, pause"
        );
        let long = |more: &[&str]| {
            let own = (0..9).map(|i| format!("a_phase_{i}"));
            json!(
                own.chain(more.iter().map(|m| (*m).to_owned()))
                    .collect::<Vec<_>>()
            )
        };
        assert_eq!(
            tell(
                "events.raid.phases",
                Some(long(&[])),
                Some(long(&["pause"]))
            ),
            "events, raid, phases: … → … and pause"
        );
        assert_eq!(
            tell("outcomes.peace.when", Some(json!("a")), Some(json!("b"))),
            "Peace, when: a → b"
        );
        assert_eq!(
            tell(
                "events.deal",
                None,
                Some(json!({"title": "Deal", "hazard": 1}))
            ),
            "events, deal: absent → {\"hazard\":1}"
        );
    }
}
