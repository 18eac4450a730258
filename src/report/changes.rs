//! What differs between two files, in the words of the files: titles of things, then what of them.

use super::{format, statements};
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
        (from, to) => [(base, from), (other, to)].map(|(root, value)| stated(root, &path, value)),
    };
    let what = match statements::kind(&path) {
        // All of a thing, which only one of the files has.
        Some(kind) if change.base.is_none() || change.other.is_none() => {
            let own = change.other.as_ref().or(change.base.as_ref());
            let own = own.and_then(|thing| thing.get("title")?.as_str());
            let called = own.map_or_else(
                || words[words.len().min(2) - 1..].join(" → "),
                str::to_owned,
            );
            format!("{called} ({kind})")
        }
        _ => words.join(", "),
    };
    Worded { what, from, to }
}

/// A value in words, if what stands there has some, or else as the file has it.
fn stated(root: &Value, path: &[&str], value: &Option<Value>) -> String {
    let object = value.as_ref().filter(|value| value.is_object());
    let words = object.and_then(|value| statements::told(root, path, value));
    words.unwrap_or_else(|| told(value.as_ref()))
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

/// Tells all changes with their paths; percentiles of one thing are told together, and what a
/// pinned parameter no longer states in one.
pub fn all_worded(changes: &[Change], base: &Value, other: &Value) -> Vec<(Worded, String)> {
    let mut told: Vec<(Worded, String)> = Vec::new();
    for change in changes {
        let (stem, key) = change.path.rsplit_once('.').unwrap_or(("", &change.path));
        if let Some((path, one)) = pinned(changes, stem, base, other) {
            if told.iter().all(|(_, known)| *known != path) {
                told.push((one, path));
            }
            continue;
        }
        if let Some(path) = restated(changes, &change.path, base, other) {
            if told.iter().all(|(_, known)| *known != path) {
                let at = |root: &Value| thing_at(root, &path).cloned();
                let one = Change {
                    base: at(base),
                    other: at(other),
                    path: path.clone(),
                };
                told.push((worded(&one, base, other), path));
            }
            continue;
        }
        if let Some(one) = correlated(change, base, other) {
            told.push((one, change.path.clone()));
            continue;
        }
        let one = worded(change, base, other);
        if let Some((last, path)) = told.last_mut()
            && is_percentile(key)
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

/// The change of a thing that had a distribution and has a value now: all that it stated before
/// against the value.
fn pinned(changes: &[Change], stem: &str, base: &Value, other: &Value) -> Option<(String, Worded)> {
    let own: Vec<(&str, &Change)> = (changes.iter())
        .filter_map(|change| Some((change.path.strip_prefix(stem)?.strip_prefix('.')?, change)))
        .filter(|_| !stem.is_empty())
        .collect();
    let (_, value) = own.iter().find(|(key, _)| *key == "value")?;
    let stated: Vec<(&str, &Value)> = (own.iter())
        .filter_map(|(key, change)| Some((*key, change.base.as_ref()?)))
        .collect();
    let is_all = own.len() == stated.len() + 1
        && own
            .iter()
            .all(|(_, change)| change.base.is_none() || change.other.is_none());
    if value.base.is_some() || stated.is_empty() || !is_all {
        return None;
    }
    let has_percentiles = stated.iter().any(|(key, _)| is_percentile(key));
    let from: Vec<String> = (stated.iter())
        .filter(|(key, _)| !has_percentiles || is_percentile(key))
        .map(|(key, value)| format!("{key} {}", told(Some(value))))
        .collect();
    let path: Vec<&str> = stem.split('.').collect();
    // What no list of percentiles states has words of its own: nobody reads JSON in a table.
    let words = (!has_percentiles)
        .then(|| statements::told(base, &path, thing_at(base, stem)?))
        .flatten();
    let from = words.unwrap_or_else(|| from.join(", "));
    let title = [other, base]
        .into_iter()
        .find_map(|root| subject(root, &path));
    Some((
        format!("{stem}.value"),
        Worded {
            what: title.map_or_else(|| stem.to_owned(), |(title, _)| title),
            from: super::table::shorten(&from, LONGEST_VALUE),
            to: told(value.other.as_ref()),
        },
    ))
}

/// Whether a key is that of a percentile: `p5`, `p97.5`.
fn is_percentile(key: &str) -> bool {
    let digits = key.strip_prefix('p');
    digits.is_some_and(|digits| digits.parse::<f64>().is_ok())
}

/// The path of a distribution or a hazard that is stated in another form: some of its keys went,
/// and others came.
fn restated(changes: &[Change], path: &str, base: &Value, other: &Value) -> Option<String> {
    let parts: Vec<&str> = path.split('.').collect();
    let depth = match parts.as_slice() {
        ["parameters" | "per_trial", _, _, ..] => 2,
        ["events", _, "hazard", _, ..] => 3,
        _ => return None,
    };
    let stem = parts[..depth].join(".");
    let own = |change: &&Change| {
        let rest = change.path.strip_prefix(&stem);
        rest.is_some_and(|rest| rest.starts_with('.') && !rest[1..].contains('.'))
    };
    let own: Vec<&Change> = changes.iter().filter(own).collect();
    let went = own.iter().any(|change| change.other.is_none());
    let came = own.iter().any(|change| change.base.is_none());
    let is_stated = [base, other].iter().all(|root| {
        let thing = thing_at(root, &stem).filter(|thing| thing.is_object());
        thing.is_some_and(|thing| statements::told(root, &parts[..depth], thing).is_some())
    });
    (went && came && is_stated).then_some(stem)
}

/// What stands at a dotted path of names.
fn thing_at<'v>(root: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.').try_fold(root, |here, key| here.get(key))
}

/// A correlation that only one of the files has, by what it is between.
fn correlated(change: &Change, base: &Value, other: &Value) -> Option<Worded> {
    let (list, rest) = change.path.split_once('.')?;
    if list != "correlations" || rest.contains('.') {
        return None;
    }
    let (root, stated) = match (&change.base, &change.other) {
        (Some(stated), None) => (base, stated),
        (None, Some(stated)) => (other, stated),
        _ => return None,
    };
    let between: Vec<String> = (stated.get("between")?.as_array()?.iter())
        .filter_map(Value::as_str)
        .map(|name| {
            let path = ["parameters", name];
            subject(root, &path).map_or_else(|| name.to_owned(), |(title, _)| title)
        })
        .collect();
    let [from, to] = [&change.base, &change.other].map(|side| {
        let rank = side.as_ref().and_then(|stated| stated.get("rank"));
        told(rank)
    });
    Some(Worded {
        what: format!("Correlation of {}", between.join(" and ")),
        from,
        to,
    })
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
    fn a_pinned_parameter_is_told_once_and_its_correlations_by_what_they_were_between() {
        let base = json!({
            "parameters": {
                "haste": {"title": "Haste", "p5": 0.06, "p50": 0.155, "p95": 0.32, "range": [0, 0.7]},
                "calm": {"uniform": [0, 1]},
                "kept": {"title": "Kept", "value": 1},
            },
            "correlations": [{"between": ["haste", "calm"], "rank": 0.4, "note": "both"}],
        });
        let mut other = base.clone();
        other["parameters"]["haste"] = json!({"title": "Haste", "value": 0.4});
        other["correlations"] = json!([]);
        let change = |path: &str, from: Value, to: Value| Change {
            path: path.into(),
            base: Some(from).filter(|value| !value.is_null()),
            other: Some(to).filter(|value| !value.is_null()),
        };
        let own = |key: &str, from: Value, to: Value| {
            change(&format!("parameters.haste.{key}"), from, to)
        };
        let changes = [
            own("p5", json!(0.06), Value::Null),
            own("p50", json!(0.155), Value::Null),
            own("p95", json!(0.32), Value::Null),
            own("range", json!([0, 0.7]), Value::Null),
            own("value", Value::Null, json!(0.4)),
            change("parameters.kept.value", json!(1), json!(2)),
            change(
                "correlations.0",
                base["correlations"][0].clone(),
                Value::Null,
            ),
        ];
        let told = all_worded(&changes, &base, &other);
        let lines: Vec<String> = (told.iter())
            .map(|(one, path)| format!("{}: {} → {} ({path})", one.what, one.from, one.to))
            .collect();
        assert_eq!(
            lines,
            [
                "Haste: p5 0.06, p50 0.155, p95 0.32 → 0.4 (parameters.haste.value)",
                "Kept, value: 1 → 2 (parameters.kept.value)",
                "Correlation of Haste and calm: 0.4 → absent (correlations.0)",
            ]
        );
    }

    #[test]
    fn what_is_stated_in_another_form_is_told_once() {
        let base = json!({
            "parameters": {"haste": {"title": "Haste", "uniform": [0.2, 0.6]}},
            "events": {"raid": {"title": "A raid", "hazard": {"rate": 1, "per": "year"}}},
        });
        let mut other = base.clone();
        other["parameters"]["haste"] = json!({"title": "Haste", "p5": 0.1, "p50": 0.2, "p95": 0.4});
        other["events"]["raid"]["hazard"] = json!({"chance": 0.3, "within": "1 year"});
        other["correlations"] = json!([{"between": ["haste", "calm"], "rank": 0.25}]);
        let added = |path: &str, to: Value| Change {
            path: path.into(),
            base: None,
            other: Some(to),
        };
        let gone = |path: &str, from: Value| Change {
            path: path.into(),
            base: Some(from),
            other: None,
        };
        let changes = [
            gone("parameters.haste.uniform", json!([0.2, 0.6])),
            added("parameters.haste.p5", json!(0.1)),
            added("parameters.haste.p50", json!(0.2)),
            added("parameters.haste.p95", json!(0.4)),
            gone("events.raid.hazard.rate", json!(1)),
            gone("events.raid.hazard.per", json!("year")),
            added("events.raid.hazard.chance", json!(0.3)),
            added("events.raid.hazard.within", json!("1 year")),
            added("correlations.0", other["correlations"][0].clone()),
        ];
        let lines: Vec<String> = (all_worded(&changes, &base, &other).iter())
            .map(|(one, path)| format!("{}: {} → {} ({path})", one.what, one.from, one.to))
            .collect();
        assert_eq!(
            lines,
            [
                "Haste: uniform (0.2, 0.6) → percentiles 5%: 0.1, 50%: 0.2, 95%: 0.4 (parameters.haste)",
                "A raid, hazard: 1 per year → chance 30% within 1 year (events.raid.hazard)",
                "Correlation of Haste and calm: absent → 0.25 (correlations.0)",
            ]
        );
    }

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
                Some(json!({"title": "Deal", "hazard": 1, "effects": [{"trend": "war"}]}))
            ),
            "Deal (event): absent → rate per year 1; effects: trend becomes 'War at sea'"
        );
        assert_eq!(
            tell(
                "events.raid",
                Some(json!({"hazard": {"rate": 1, "per": "year"}})),
                None
            ),
            "raid (event): 1 per year → absent"
        );
        assert_eq!(
            tell(
                "shifts.war.calm",
                None,
                Some(json!({"mean_wait": "2 years"}))
            ),
            "War at sea → calm (shift): absent → after 2 years on average"
        );
        assert_eq!(
            tell("phases.pause", None, Some(json!({"title": "A pause"}))),
            "A pause (phase): absent → present"
        );
        assert_eq!(
            tell(
                "events.raid.hazard",
                Some(json!(1)),
                Some(json!({"chance": 0.3, "within": "1 year"}))
            ),
            "events, raid, hazard: 1 → chance 30% within 1 year"
        );
    }
}
