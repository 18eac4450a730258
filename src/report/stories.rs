//! What tables and pages say alike of typical trials: whether they fall into groups, what each
//! stands for, what tells it apart.

use super::{dates, format};
use crate::results::{Storyline, Tell, Typical, TypicalStory};

/// A number read off the trial, with its unit in the title; what first happened at an instant is
/// told as a date.
pub fn metric(story: &Storyline, name: &str, value: Option<f64>) -> (String, String) {
    let stated = &story.scenario.source["metrics"][name];
    let title = story.title_of("metrics", name).to_owned();
    let is_instant = stated["value"].as_str().is_some_and(is_instant);
    let unit = stated["unit"].as_str().unwrap_or_default();
    let title = match unit.is_empty() || is_instant {
        true => title,
        false => format!("{title}, {unit}"),
    };
    let told = match value {
        Some(years) if is_instant => dates::date_at(&story.scenario.start, years),
        Some(value) => format::significant(value),
        None => "no value".into(),
    };
    (title, told)
}

/// Whether a formula is when something first happened, and nothing is computed from it.
fn is_instant(formula: &str) -> bool {
    let Some(inner) = formula.trim().strip_prefix("first(") else {
        return false;
    };
    let mut depth = 1;
    let end = inner.char_indices().find(|(_, c)| {
        depth += match c {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        depth == 0
    });
    end.is_some_and(|(at, _)| at + 1 == inner.len())
}

/// What is said of a search that was ended early.
pub const INTERRUPTED: &str =
    "Interrupted: only a part of the run was looked through for these futures.";

/// With fewer trials, groups that are there would mostly not be found.
const FEW: u64 = 20;

/// Whether the futures of an outcome fall into groups, with the numbers that it was judged by:
/// sentences.
pub fn in_groups(group: &Typical) -> String {
    let grouped = format::count(group.grouped);
    let silhouette = |s: f64| format::fixed(s, 2);
    match (group.in_groups, group.silhouette) {
        (true, Some(s)) => {
            let shuffled = match group.silhouette_if_independent {
                Some(s) => format!("at most {}", silhouette(s)),
                None => "none".into(),
            };
            format!(
                "These futures fall into {} groups: mean silhouette {} over {grouped} of them, {shuffled} if their events were independent.",
                group.stories.len(),
                silhouette(s)
            )
        }
        (false, Some(_)) if group.grouped < FEW => {
            format!(
                "With only {grouped} such futures, nothing can be said about whether they fall into groups."
            )
        }
        (_, Some(s)) => {
            let why = match group.silhouette_if_independent {
                Some(shuffled) => format!(
                    "no more than the {} of independent events",
                    silhouette(shuffled)
                ),
                None if s < 0.25 => "below 0.25".into(),
                None => "but they differ in when, not in what".into(),
            };
            format!(
                "These futures do not fall into groups: mean silhouette {} over {grouped} of them, {why}.",
                silhouette(s)
            )
        }
        (_, None) if group.grouped == 1 => "Only one such future was found.".into(),
        (_, None) if group.grouped == 0 => "No such future was found.".into(),
        (_, None) => format!(
            "{grouped} of these futures were laid side by side, and the one in their middle is told."
        ),
    }
}

/// What a story stands for, within a sentence.
pub fn stands_for(group: &Typical, one: &TypicalStory) -> String {
    let count = format::count(group.compared);
    if group.stories.len() < 2 {
        return format!("the one in the middle of {count} compared");
    }
    let share = format::percentage(one.share, one.share_std_error);
    format!(
        "nearest to {} ± {} of the {count} compared",
        share.value, share.error
    )
}

/// What happens more often in a group than in the others, and what less often: at most two
/// sentences.
pub fn tells(tells: &[Tell]) -> Vec<String> {
    let named = |more: bool| {
        let of_kind = tells.iter().filter(|t| (t.here > t.elsewhere) == more);
        let each = of_kind.map(|tell| {
            let title = if tell.title.is_empty() {
                &tell.event
            } else {
                &tell.title
            };
            let share = |share, std_error| {
                let share = format::percentage(share, std_error);
                format!("{} ± {}", share.value, share.error)
            };
            let here = share(tell.here, tell.here_std_error);
            let there = share(tell.elsewhere, tell.elsewhere_std_error);
            format!("{title} ({here}, elsewhere {there})")
        });
        each.collect::<Vec<_>>().join("; ")
    };
    let words = [("More often", named(true)), ("Less often", named(false))];
    let told = words.into_iter().filter(|(_, list)| !list.is_empty());
    told.map(|(word, list)| format!("{word} in those like it than in the others: {list}."))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::narrative;

    #[test]
    fn when_something_first_happened_is_a_date_and_what_is_computed_of_it_a_number() {
        for (formula, expected) in [
            ("first(truce)", true),
            (" first((a or b) and c)", true),
            ("first(truce) - first(talks)", false),
            ("min(first(truce), 2)", false),
            ("2", false),
        ] {
            assert_eq!(is_instant(formula), expected, "{formula}");
        }
    }

    #[test]
    fn every_verdict_has_its_reason() {
        let group = |in_groups, silhouette, silhouette_if_independent, grouped| Typical {
            format: 1,
            tool: crate::results::tool(),
            outcome: "x".into(),
            outcome_title: String::new(),
            searched: 1000,
            interrupted: false,
            compared: grouped,
            grouped,
            in_groups,
            silhouette,
            silhouette_if_independent,
            stories: Vec::new(),
        };
        for (given, expected) in [
            (
                group(true, Some(0.8), Some(0.312), 200),
                "fall into 0 groups: mean silhouette 0.80 over 200 of them, at most 0.31",
            ),
            (
                group(false, Some(0.07), None, 200),
                "do not fall into groups: mean silhouette 0.07 over 200 of them, below 0.25.",
            ),
            (
                group(false, Some(0.4), Some(0.5), 90),
                "no more than the 0.50 of independent events.",
            ),
            (
                group(false, Some(0.6), None, 90),
                "they differ in when, not in what.",
            ),
            (
                group(false, None, None, 90),
                "the one in their middle is told.",
            ),
            (
                group(false, Some(0.1), None, 3),
                "With only 3 such futures, nothing can be said",
            ),
            (group(false, None, None, 0), "No such future was found."),
            (
                group(false, None, None, 1),
                "Only one such future was found.",
            ),
        ] {
            let told = super::in_groups(&given);
            assert!(told.contains(expected), "{told}");
        }
    }

    /// A story of a scenario in which a trend is drawn anew and talks are held.
    fn story(happenings: serde_json::Value) -> Storyline {
        let mut story = serde_json::to_value(crate::report::fixture::storyline()).expect("a story");
        story["scenario"]["start"] = "2026-01-01".into();
        story["scenario"]["source"] = serde_json::json!({
            "trends": {"calm": {"title": "Calm seas"}, "storm": {"title": "A storm"}},
            "phases": {"open": {"title": "Port open"}, "shut": {"title": "Port shut"}},
            "events": {
                "turn": {"effects": [{"trend": {"calm": 0.5, "storm": 0.5}}]},
                "talks": {"effects": []}
            }
        });
        let state = serde_json::json!({"trend": "calm", "phase": "open", "indicators": {}});
        story["start"] = state.clone();
        story["end"] = state;
        story["outcome_title"] = "Still there".into();
        story["happenings"] = happenings;
        story["left_out"] = serde_json::json!({"talks": 7});
        serde_json::from_value(story).expect("a story")
    }

    fn firing(
        event: &str,
        date: &str,
        count: u32,
        changes: serde_json::Value,
    ) -> serde_json::Value {
        serde_json::json!({
            "time": 0.5, "date": date, "event": event, "title": format!("The {event}"), "shift": false,
            "count": count, "changes": changes, "indicators": {}
        })
    }

    #[test]
    fn a_trend_that_is_drawn_again_is_not_told_as_another() {
        let none = serde_json::json!([]);
        let turned = serde_json::json!([{"what": "trend", "from": "calm", "to": "storm"}]);
        let told = narrative(&story(serde_json::json!([
            firing("turn", "2026-02-01", 1, none.clone()),
            firing("talks", "2026-02-03", 1, none.clone()),
            firing("turn", "2026-03-01", 2, turned),
            firing("talks", "2026-04-03", 2, none),
        ])));
        assert_eq!(
            told,
            [
                "It begins on 1 January 2026 in the phase “Port open”, under the trend “Calm seas”.",
                // The story holds two of nine, so when the last one was is not known.
                "From February 2026 on, 9 times: The talks.",
                "On 1 March 2026: The turn – the trend changes from “Calm seas” to “A storm”.",
                "It ends in the phase “Port open”. Its outcome is “Still there”.",
            ]
        );
    }

    #[test]
    fn a_trend_that_never_turns_is_not_told_however_often_it_is_drawn() {
        let none = serde_json::json!([]);
        let firings: Vec<_> = (1..=4)
            .map(|n| firing("turn", "2026-02-01", n, none.clone()))
            .collect();
        let told = narrative(&story(firings.into()));
        assert_eq!(told.len(), 2, "{told:?}");
    }

    #[test]
    fn phases_and_trends_that_no_file_named_are_not_spoken_of() {
        let mut bare = story(serde_json::json!([]));
        bare.scenario.source = serde_json::json!({});
        let expected = [
            "It begins on 1 January 2026.",
            "Its outcome is “Still there”.",
        ];
        assert_eq!(narrative(&bare), expected);
    }
}
