//! One trial in plain sentences, made from the titles of the file.

use super::label::label;
use super::{Happening, StoryChange, Storyline};
use indexmap::IndexMap;
use jiff::civil::Date;

/// Firings from which on an event that moves neither phase nor trend is told once, with how often
/// it happened.
const ROUTINE: u64 = 3;

/// The story in sentences, one a date or a routine, in the order of the (first) date.
pub fn narrative(story: &Storyline) -> Vec<String> {
    let scenario = &story.scenario;
    let ends = format!("“{}”", label(&story.outcome_title, &story.outcome));
    if scenario.is_timeless() {
        return vec![format!("It ends in {ends}.")];
    }
    let mut begins = format!("It begins on {}", day(&scenario.start));
    // A scenario without phases or trends has a single one that no one named.
    let has = |list: &str| !scenario.source[list].is_null();
    if has("phases") {
        let phase = title(story, "phases", &story.start.phase);
        begins += &format!(" in the phase “{phase}”");
    }
    if has("trends") {
        let trend = title(story, "trends", &story.start.trend);
        let comma = if has("phases") { "," } else { "" };
        begins += &format!("{comma} under the trend “{trend}”");
    }
    let mut told = vec![format!("{begins}.")];
    let routine = routine(story);
    // What is being said of one date.
    let mut today: Option<(&str, Vec<String>)> = None;
    for one in story.happenings.iter().filter(|one| is_told(story, one)) {
        let text = match routine.get(one.event.as_str()) {
            Some(all) if all.first == one.date && one.count == all.first_count => {
                told.extend(today.take().map(sentence));
                told.push(all.told(story, one));
                continue;
            }
            Some(_) => continue,
            None => what(story, one),
        };
        match &mut today {
            Some((date, texts)) if *date == one.date => texts.push(text),
            _ => {
                told.extend(today.take().map(sentence));
                today = Some((&one.date, vec![text]));
            }
        }
    }
    told.extend(today.take().map(sentence));
    told.push(if has("phases") {
        let phase = title(story, "phases", &story.end.phase);
        format!("It ends in the phase “{phase}”. Its outcome is {ends}.")
    } else {
        format!("Its outcome is {ends}.")
    });
    told
}

/// Whether there is anything to tell: an event that does nothing but draw a trend may draw the same
/// again.
fn is_told(story: &Storyline, one: &Happening) -> bool {
    !one.changes.is_empty() || !draws_a_trend(story, one)
}

/// Whether all effects of an event are new trends.
fn draws_a_trend(story: &Storyline, one: &Happening) -> bool {
    let event = &story.scenario.source["events"][&one.event];
    let effects = event["effects"].as_array().filter(|all| !all.is_empty());
    let is_plain = event["branches"].is_null();
    is_plain && effects.is_some_and(|all| all.iter().all(|effect| !effect["trend"].is_null()))
}

fn sentence((date, texts): (&str, Vec<String>)) -> String {
    let mut text = format!("On {}: {}", day(date), texts.join("; then: "));
    if !text.ends_with(['.', '!', '?']) {
        text.push('.');
    }
    text
}

/// All firings of an event that happens often.
struct Routine<'s> {
    first: &'s str,
    first_count: u32,
    last: &'s str,
    times: u64,
    /// Later firings are counted, but the story does not hold when they were.
    goes_on: bool,
}

impl Routine<'_> {
    fn told(&self, story: &Storyline, one: &Happening) -> String {
        let name = named(story, one);
        let (first, last) = (month(self.first), month(self.last));
        let times = crate::diagnostic::count(self.times);
        if self.goes_on {
            format!("From {first} on, {times} times: {name}.")
        } else if first == last {
            format!("In {first}, {times} times: {name}.")
        } else {
            format!("Between {first} and {last}, {times} times: {name}.")
        }
    }
}

/// Events that fire often and move neither phase nor trend, by name.
fn routine(story: &Storyline) -> IndexMap<&str, Routine<'_>> {
    let turns = |one: &Happening| {
        let moves =
            |c: &StoryChange| matches!(c, StoryChange::Phase { .. } | StoryChange::Trend { .. });
        one.changes.iter().any(moves)
    };
    let mut all: IndexMap<&str, Routine<'_>> = IndexMap::new();
    for one in story.happenings.iter().filter(|one| is_told(story, one)) {
        let entry = all.entry(one.event.as_str()).or_insert(Routine {
            first: &one.date,
            first_count: one.count,
            last: &one.date,
            times: 0,
            goes_on: false,
        });
        entry.last = &one.date;
        entry.times += 1;
    }
    for (event, more) in &story.left_out {
        if let Some(entry) = all.get_mut(event.as_str()) {
            entry.times += more;
            entry.goes_on = *more > 0;
        }
    }
    for one in story.happenings.iter().filter(|one| turns(one)) {
        all.shift_remove(one.event.as_str());
    }
    all.retain(|_, routine| routine.times >= ROUTINE);
    all
}

/// What happened and what it turned; indicators are not spoken of.
fn what(story: &Storyline, one: &Happening) -> String {
    let mut text = named(story, one);
    if one.count > 1 && !draws_a_trend(story, one) {
        text += &format!(" (for the {} time)", ordinal(one.count));
    }
    // The name of a shift says already what it changes.
    let changes = one.changes.iter().filter(|_| !one.shift);
    let changes: Vec<String> = changes
        .filter_map(|change| match change {
            // Where it comes from was told when it began.
            StoryChange::Phase { to, .. } => {
                Some(format!("the phase is now “{}”", title(story, "phases", to)))
            }
            StoryChange::Trend { from, to } => Some(moved(
                "the trend",
                [from, to].map(|t| title(story, "trends", t)),
            )),
            StoryChange::State { name, from, to } => Some(moved(
                &format!("“{}”", story.state_title(name)),
                [from, to].map(|v| story.value_title(name, v)),
            )),
            StoryChange::Indicator { .. } => None,
        })
        .collect();
    if !changes.is_empty() {
        text += &format!(" – {}", changes.join(", "));
    }
    text
}

fn moved(what: &str, [from, to]: [&str; 2]) -> String {
    format!("{what} changes from “{from}” to “{to}”")
}

/// The title of a happening, or what a shift moves.
fn named(story: &Storyline, one: &Happening) -> String {
    let mut changes = one.changes.iter();
    let first = changes.find(|c| !matches!(c, StoryChange::Indicator { .. }));
    match first {
        Some(StoryChange::Trend { from, to }) if one.shift => {
            moved("the trend", [from, to].map(|t| title(story, "trends", t)))
        }
        Some(StoryChange::State { name, from, to }) if one.shift => moved(
            &format!("“{}”", story.state_title(name)),
            [from, to].map(|v| story.value_title(name, v)),
        ),
        _ => label(&one.title, &one.event).to_owned(),
    }
}

fn title<'s>(story: &'s Storyline, list: &str, name: &'s str) -> &'s str {
    super::storyline::titled(&story.scenario.source[list][name], name)
}

fn ordinal(n: u32) -> String {
    match n {
        1 => "first".into(),
        2 => "second".into(),
        3 => "third".into(),
        4 => "fourth".into(),
        5 => "fifth".into(),
        6 => "sixth".into(),
        7 => "seventh".into(),
        8 => "eighth".into(),
        9 => "ninth".into(),
        n => {
            let ending = match (n % 10, n % 100) {
                (_, 11..=13) => "th",
                (1, _) => "st",
                (2, _) => "nd",
                (3, _) => "rd",
                _ => "th",
            };
            format!("{n}{ending}")
        }
    }
}

/// An ISO date as it is spoken; anything else as it is.
fn day(date: &str) -> String {
    spoken(date, "%-d %B %Y")
}

fn month(date: &str) -> String {
    spoken(date, "%B %Y")
}

fn spoken(date: &str, form: &str) -> String {
    let parsed = date.parse::<Date>();
    parsed.map_or_else(|_| date.to_owned(), |day| day.strftime(form).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_numbers_are_spoken() {
        assert_eq!(day("2026-03-03"), "3 March 2026");
        assert_eq!(month("2026-12-31"), "December 2026");
        assert_eq!(day("year 12"), "year 12");
        assert_eq!(day("2026-13-01"), "2026-13-01");
        let all = [1, 2, 3, 4, 11, 12, 13, 21, 22, 23, 111].map(ordinal);
        assert_eq!(
            all,
            [
                "first", "second", "third", "fourth", "11th", "12th", "13th", "21st", "22nd",
                "23rd", "111th"
            ]
        );
    }
}
