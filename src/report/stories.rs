//! What tables and pages say alike of typical trials: whether they fall into groups, what each stands for, what tells it apart.

use super::format;
use crate::results::{Tell, Typical, TypicalStory};

/// Whether the futures of an outcome fall into groups, with the numbers that it was judged by: sentences.
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
        "most like {} ± {} of the {count} compared",
        share.value, share.error
    )
}

/// What happens more often in a group than in the others, and what less often: at most two sentences.
pub fn tells(tells: &[Tell]) -> Vec<String> {
    let named = |more: bool| {
        let of_kind = tells.iter().filter(|t| (t.here > t.elsewhere) == more);
        let each = of_kind.map(|tell| {
            let title = if tell.title.is_empty() {
                &tell.event
            } else {
                &tell.title
            };
            let here = format::percentage(tell.here, tell.here_std_error).value;
            let there = format::percentage(tell.elsewhere, tell.elsewhere_std_error).value;
            format!("{title} ({here}, elsewhere {there})")
        });
        each.collect::<Vec<_>>().join("; ")
    };
    let words = [("More often", named(true)), ("Less often", named(false))];
    let told = words.into_iter().filter(|(_, list)| !list.is_empty());
    told.map(|(word, list)| format!("{word} than in the other futures: {list}."))
        .collect()
}
