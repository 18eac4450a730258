//! When an event comes, in words: dates that recur, and clocks that something starts.

use super::markup::Markup;
use super::statement::{plain_word, quantity};
use serde_json::Value;

/// Keys that [`said`] puts into words.
pub const KEYS: [&str; 7] = [
    "every", "from", "until", "after", "wait", "again", "on_leave",
];

/// What an event says of when its time comes, and what becomes of it where it is not allowed then.
pub fn said(event: &Value) -> Vec<Markup> {
    let mut said = Vec::new();
    if let Some(period) = event.get("every") {
        let mut dates = Markup::text("every ").and(length(period));
        for (key, word) in [("from", " from "), ("until", " until ")] {
            if let Some(date) = event.get(key) {
                dates = dates.and(word).and(quantity(date));
            }
        }
        said.push(dates);
    }
    if let (Some(start), Some(wait)) = (event.get("after"), event.get("wait")) {
        said.push(length(wait).and(" after ").and(start_of(start)));
        match event.get("again").and_then(Value::as_str) {
            Some("ignore") => said.push("a further start changes nothing while it waits".into()),
            Some("also") => said.push("each further start waits beside it".into()),
            _ => {}
        }
        if event.get("on_leave").and_then(Value::as_str) == Some("keep") {
            said.push("also if that is left before".into());
        }
    }
    if event.get("if_not_allowed").and_then(Value::as_str) == Some("wait") {
        said.push("where it is not allowed then, as soon as it is".into());
    }
    said
}

/// A length of time as it was written, or how it is drawn.
fn length(value: &Value) -> Markup {
    match value {
        Value::Number(_) => quantity(value).and(" years"),
        Value::String(text) if text.starts_with(|c: char| c.is_ascii_digit()) => plain_word(value),
        Value::Object(_) => Markup::text("a time, ").and(quantity(value)).and(","),
        other => quantity(other),
    }
}

fn start_of(value: &Value) -> Markup {
    let Value::Object(entry) = value else {
        return value
            .as_str()
            .map_or_else(|| plain_word(value), Markup::code);
    };
    let name = |key: &str| entry.get(key).and_then(Value::as_str).map(Markup::code);
    if let Some(phase) = name("phase") {
        Markup::text("the phase ").and(phase).and(" is entered")
    } else if let Some(trend) = name("trend") {
        Markup::text("the trend ").and(trend).and(" is entered")
    } else if let (Some(state), Some(value)) = (name("state"), name("value")) {
        state.and(" becomes ").and(value)
    } else {
        plain_word(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn when_an_event_comes_is_told_in_words() {
        let plain = |event: &Value| -> Vec<String> {
            let bare = |markup: Markup| {
                let text = markup.as_str().replace("<code>", "").replace("</code>", "");
                assert!(!text.contains('<'), "{text}");
                text
            };
            said(event).into_iter().map(bare).collect()
        };
        for (event, wanted) in [
            (
                json!({"every": "3 months", "from": "2026-01-31", "until": "2027-01-01"}),
                &["every 3 months from 2026-01-31 until 2027-01-01"][..],
            ),
            (
                json!({"after": "vote.yes", "wait": "60 days", "if_not_allowed": "wait"}),
                &[
                    "60 days after vote.yes",
                    "where it is not allowed then, as soon as it is",
                ],
            ),
            (
                json!({"after": {"phase": "talks"}, "wait": 0.5, "again": "also", "on_leave": "keep"}),
                &[
                    "0.5 years after the phase talks is entered",
                    "each further start waits beside it",
                    "also if that is left before",
                ],
            ),
            (
                json!({"after": {"state": "front", "value": "moving"}, "wait": "2 * haste", "again": "ignore"}),
                &[
                    "2 * haste after front becomes moving",
                    "a further start changes nothing while it waits",
                ],
            ),
            (json!({"hazard": 1}), &[]),
        ] {
            assert_eq!(plain(&event), wanted, "{event}");
        }
    }
}
