//! One trial as a timeline.
//!
//! Takes results; gives the data of charts, and the charts.

use super::*;

/// Happenings in the table behind a timeline.
const MOST_ROWS: usize = 300;

/// One trial as a timeline.
pub fn storyline(story: &Storyline, frame: &Frame) -> Chart {
    timeline(story).draw(frame)
}

/// The data of [`storyline`].
pub fn timeline(story: &Storyline) -> Timeline {
    let horizon = story.scenario.horizon;
    let changes = |pick: fn(&StoryChange) -> Option<&str>| -> Vec<(f64, &str)> {
        (story.happenings.iter())
            .flat_map(|happening| {
                happening
                    .changes
                    .iter()
                    .filter_map(pick)
                    .map(|to| (happening.time, to))
            })
            .collect()
    };
    let phases = changes(|change| match change {
        StoryChange::Phase { to, .. } => Some(to),
        _ => None,
    });
    let trends = changes(|change| match change {
        StoryChange::Trend { to, .. } => Some(to),
        _ => None,
    });
    let source = &story.scenario.source;
    let tones = Tones::of(source);
    // A file that states none has one all the same, of which there is nothing to be told.
    let has = |key: &str, changes: &[(f64, &str)]| source[key].is_object() || !changes.is_empty();
    let (has_phases, has_trends) = (has("phases", &phases), has("trends", &trends));
    let states = story.start.states.iter().map(|(state, first)| {
        let moves = story.happenings.iter().flat_map(|happening| {
            let to = happening.changes.iter().filter_map(|change| match change {
                StoryChange::State { name, to, .. } if name == state => Some(to.as_str()),
                _ => None,
            });
            to.map(|to| (happening.time, to))
        });
        let moves: Vec<(f64, &str)> = moves.collect();
        let values = &source["states"][state]["values"];
        (
            story.state_title(state).to_owned(),
            spans(values, first, &moves, horizon, |place, _| {
                tones.value(state, place)
            }),
        )
    });
    let turning = turning(has_phases, has_trends, !story.start.states.is_empty());
    let excerpt = story.excerpt(MOST_ROWS);
    let mut rows: Vec<Vec<String>> = (excerpt.happenings.iter())
        .map(|happening| {
            let changes = happening.changes.iter();
            let changes: Vec<String> = changes.map(|change| in_short(story, change)).collect();
            vec![
                happening.date.clone(),
                named(&happening.title, &happening.event),
                changes.join("; "),
            ]
        })
        .collect();
    if let Some(remark) = excerpt.remark() {
        rows.push(vec![String::new(), remark, String::new()]);
    }
    let outcome = named(&story.outcome_title, &story.outcome);
    Timeline {
        about: About {
            id: format!("trial-{}", story.trial),
            title: format!("Trial {}: {outcome}", format::count(story.trial)),
            subtitle: format!("One of the simulated futures, not a forecast.{turning}"),
            description: format!(
                "Timeline of one simulated future from {} on with {} events; it ends in “{outcome}”.",
                story.scenario.start,
                format::count(story.fired())
            ),
            table: Table {
                header: ["Date", "Event", "What changed"].map(str::to_owned).into(),
                rows,
            },
        },
        start: story.scenario.start.clone(),
        horizon,
        phases: match has_phases {
            true => spans(
                &source["phases"],
                &story.start.phase,
                &phases,
                horizon,
                |_, name| tones.phase(name),
            ),
            false => Vec::new(),
        },
        trends: match has_trends {
            true => spans(
                &source["trends"],
                &story.start.trend,
                &trends,
                horizon,
                |place, _| Tone::Trend(place),
            ),
            false => Vec::new(),
        },
        states: states.collect(),
        moments: (story.happenings.iter())
            .map(|happening| Moment {
                at: happening.time,
                date: happening.date.clone(),
                title: named(&happening.title, &happening.event),
                turning: happening.shift
                    || happening
                        .changes
                        .iter()
                        .any(|change| !matches!(change, StoryChange::Indicator { .. })),
            })
            .collect(),
        more: (story.left_out.iter())
            .filter_map(|(event, count)| {
                let told = story.happenings.iter().find(|one| one.event == *event)?;
                Some((named(&told.title, &told.event), *count))
            })
            .collect(),
        outcome,
    }
}

/// What a diamond means, by what there is to change.
fn turning(phases: bool, trends: bool, states: bool) -> String {
    let kinds = [
        (phases, "the phase"),
        (trends, "the trend"),
        (states, "a state"),
    ];
    let kinds: Vec<&str> = kinds
        .iter()
        .filter(|(is, _)| *is)
        .map(|(_, what)| *what)
        .collect();
    match kinds.as_slice() {
        [] => String::new(),
        [one] => format!(" Diamonds changed {one}."),
        [most @ .., last] => format!(" Diamonds changed {} or {last}.", most.join(", ")),
    }
}

/// Stretches of one state after another; titles and colours by the scenario's own list.
fn spans(
    list: &serde_json::Value,
    first: &str,
    changes: &[(f64, &str)],
    horizon: f64,
    tone: impl Fn(usize, &str) -> Tone,
) -> Vec<Span> {
    let declared = list.as_object();
    let span = |name: &str, from: f64, to: f64| {
        let place = declared.and_then(|list| list.keys().position(|key| key == name));
        let title = declared
            .and_then(|list| list.get(name)?.get("title")?.as_str())
            .unwrap_or("");
        Span {
            title: named(title, name),
            tone: tone(place.unwrap_or(0), name),
            from,
            to,
        }
    };
    let mut spans = Vec::new();
    let (mut name, mut since) = (first, 0.0);
    for &(at, to) in changes {
        if at > since {
            spans.push(span(name, since, at));
        }
        (name, since) = (to, at);
    }
    spans.push(span(name, since, horizon));
    spans
}

fn in_short(story: &Storyline, change: &StoryChange) -> String {
    match change {
        StoryChange::Phase { to, .. } => format!("phase: {}", story.title_of("phases", to)),
        StoryChange::Trend { to, .. } => format!("trend: {}", story.title_of("trends", to)),
        StoryChange::State { name, to, .. } => {
            let value = story.value_title(name, to);
            format!("{}: {value}", story.state_title(name))
        }
        StoryChange::Indicator { name, from, to } => {
            let [from, to] = format::change(*from, *to);
            format!("{}: {from} → {to}", story.title_of("indicators", name))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn a_file_without_phases_or_trends_has_no_rows_for_them() {
        let mut story = fixture::storyline();
        let whole = timeline(&story);
        assert!(!whole.phases.is_empty() && !whole.trends.is_empty());
        assert!(
            whole.about.subtitle.contains("the phase"),
            "{}",
            whole.about.subtitle
        );
        let source = story.scenario.source.as_object_mut().expect("a scenario");
        source.shift_remove("phases");
        source.shift_remove("trends");
        for happening in &mut story.happenings {
            happening.changes.clear();
        }
        let bare = timeline(&story);
        assert!(bare.phases.is_empty() && bare.trends.is_empty());
        assert!(
            !bare.about.subtitle.contains("phase"),
            "{}",
            bare.about.subtitle
        );
        assert_eq!(turning(false, false, true), " Diamonds changed a state.");
        assert_eq!(
            turning(true, true, false),
            " Diamonds changed the phase or the trend."
        );
    }
}
