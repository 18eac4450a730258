//! Single futures as dated stories.

use super::grid::Grid;
use super::text::{Line, NO_BREAK, dotted};
use super::{Page, label, palette};
use crate::report::stories::{self, INTERRUPTED, in_groups, stands_for, tells};
use crate::report::{dates, format};
use crate::results::{Happening, StoryChange, StoryState, Storyline, Typical, routine_in_words};
use indexmap::IndexMap;
use std::io;

/// A story; without `all`, what is routine in it is counted.
pub fn write(page: &mut Page<'_>, story: &Storyline, all: bool) -> io::Result<()> {
    let scenario = &story.scenario;
    page.paragraph(palette::TITLE, &label(&scenario.title, &scenario.name), 0)?;
    let which = [
        format!("trial {}", format::count(story.trial)),
        format!("parameter draw {}", format::count(story.draw)),
        format!("seed {}", story.seed),
        "one possible future, not a forecast".into(),
    ];
    page.paragraph(palette::FAINT, &dotted(which), 0)?;
    if all && !story.parameters.is_empty() {
        page.section("Parameters drawn", "")?;
        drawn(page, story, "parameters", &story.parameters)?;
    }
    if !story.per_trial.is_empty() {
        page.section("Drawn for this trial", "")?;
        drawn(page, story, "per_trial", &story.per_trial)?;
    }

    if scenario.is_timeless() {
        return numbers(page, story);
    }
    page.section("Story", "")?;
    for one in &story.before {
        entry(page, &one.date, &story.earlier(one), "")?;
    }
    entry(
        page,
        &scenario.start,
        "The start",
        &state(story, &story.start, all),
    )?;
    let (turning, routine) = story.turning_points();
    let is_told = |one: &Happening| all || turning.iter().any(|kept| std::ptr::eq(*kept, one));
    for happening in story.happenings.iter().filter(|one| is_told(one)) {
        let followed = changes(story, &happening.changes);
        // A state that moves by itself is named by what it changes.
        let title = title(story, happening);
        let is_said = title.starts_with(&followed.replace(NO_BREAK, " "));
        let followed = if is_said { "" } else { &followed };
        entry(page, &happening.date, &title, followed)?;
    }
    if let Some(words) = routine_in_words(&routine).filter(|_| !all) {
        let text = format!("Besides: {words}. --full tells all of it.");
        page.paragraph(palette::FAINT, &text, 2)?;
    }
    if !story.left_out.is_empty()
        && let Some(remark) = story.excerpt(usize::MAX).remark()
    {
        page.paragraph(palette::FAINT, &format!("{remark}."), 2)?;
    }
    let end = dates::date_at(&scenario.start, scenario.horizon);
    entry(page, &end, "The end", &state(story, &story.end, all))?;

    page.section("Outcome", "")?;
    page.paragraph(
        palette::ESTIMATE,
        &label(&story.outcome_title, &story.outcome),
        2,
    )?;
    numbers(page, story)
}

/// What is read off the trial.
fn numbers(page: &mut Page<'_>, story: &Storyline) -> io::Result<()> {
    if !story.metrics.is_empty() {
        page.section("Metrics", "")?;
        let told = (story.metrics.iter()).map(|(name, value)| stories::metric(story, name, *value));
        beside(page, told.collect())?;
    }
    if !story.questions.is_empty() || !story.conditional.is_empty() {
        page.section("Questions", "")?;
        let word = |held: bool| if held { "yes" } else { "no" };
        let all = story.questions.iter();
        let all = all.map(|(name, held)| (name, word(*held)));
        let some = story.conditional.iter();
        let some = some.map(|(name, held)| (name, held.map_or("does not arise", word)));
        let told = all.chain(some).map(|(name, word)| {
            let title = story.title_of("questions", name);
            (title.to_owned(), word.to_owned())
        });
        beside(page, told.collect())?;
    }
    Ok(())
}

/// What was drawn, a row each.
fn drawn(
    page: &mut Page<'_>,
    story: &Storyline,
    list: &str,
    values: &IndexMap<String, f64>,
) -> io::Result<()> {
    let told = values.iter().map(|(name, value)| {
        let title = story.title_of(list, name);
        (title.to_owned(), format::significant(*value))
    });
    beside(page, told.collect())
}

/// Titles, and what stands beside them.
fn beside(page: &mut Page<'_>, rows: Vec<(String, String)>) -> io::Result<()> {
    let mut grid = Grid::new("", rows.iter().map(|(title, _)| title.clone())).with_wide_labels();
    let told = rows.into_iter().map(|(_, told)| told);
    grid.plain_column("", 0, told);
    grid.write(page)
}

/// Each story with what it stands for, in sentences; with `all`, also firing by firing.
pub fn write_typical(page: &mut Page<'_>, typical: &[Typical], all: bool) -> io::Result<()> {
    let plain = anstyle::Style::new();
    for group in typical {
        let title = label(&group.outcome_title, &group.outcome);
        if group.interrupted {
            page.paragraph(palette::FAINT, INTERRUPTED, 0)?;
        }
        if group.stories.is_empty() {
            let text = format!(
                "None of the first {} trials ends in `{title}`.",
                format::count(group.searched)
            );
            page.paragraph(plain, &text, 0)?;
            continue;
        }
        if let Some(one) = group.stories.first() {
            let scenario = &one.story.scenario;
            page.paragraph(palette::TITLE, &label(&scenario.title, &scenario.name), 0)?;
        }
        page.paragraph(plain, &in_groups(group), 0)?;
        for (number, one) in (1..).zip(&group.stories) {
            page.blank()?;
            let text = format!(
                "{title}: typical trial {number} of {}, {}",
                group.stories.len(),
                stands_for(group, one)
            );
            page.paragraph(palette::SECTION, &text, 0)?;
            let which = [
                format!("trial {}", format::count(one.story.trial)),
                format!("parameter draw {}", format::count(one.story.draw)),
                format!("seed {}", one.story.seed),
                "one possible future, not a forecast".into(),
            ];
            page.paragraph(palette::FAINT, &dotted(which), 0)?;
            for text in tells(&one.tells) {
                page.paragraph(palette::ESTIMATE, &text, 2)?;
            }
            for text in &one.narrative {
                page.paragraph(plain, text, 2)?;
            }
            if all {
                page.blank()?;
                write(page, &one.story, true)?;
            }
        }
    }
    Ok(())
}

/// A date, what happened, and what followed on the lines below.
fn entry(page: &mut Page<'_>, date: &str, what: &str, followed: &str) -> io::Result<()> {
    let mut line = Line::new("  ");
    line.push(palette::FAINT, date);
    line.push(palette::ESTIMATE, &format!("  {what}"));
    if line.width() <= page.width() {
        page.line(&line)?;
    } else {
        page.paragraph(palette::FAINT, date, 2)?;
        page.paragraph(palette::ESTIMATE, what, 4)?;
    }
    if followed.is_empty() {
        return Ok(());
    }
    page.paragraph(anstyle::Style::new(), followed, 14)
}

fn title(story: &Storyline, happening: &Happening) -> String {
    let name = if happening.is_of_trends() {
        let trends = happening.event.split('>').map(str::trim);
        let titles: Vec<&str> = trends.map(|name| story.title_of("trends", name)).collect();
        format!("The trend shifts, {}", titles.join(" → "))
    } else {
        label(&happening.title, &happening.event)
    };
    if happening.count > 1 {
        format!("{name} (time {})", happening.count)
    } else {
        name
    }
}

fn changes(story: &Storyline, changes: &[StoryChange]) -> String {
    let text = changes.iter().map(|change| match change {
        StoryChange::Phase { from, to } => {
            let [from, to] = [from, to].map(|name| story.title_of("phases", name));
            format!("phase {from} → {to}")
        }
        StoryChange::Trend { from, to } => {
            let [from, to] = [from, to].map(|name| story.title_of("trends", name));
            format!("trend {from} → {to}")
        }
        StoryChange::State { name, from, to } => {
            let [from, to] = [from, to].map(|value| story.value_title(name, value));
            format!("{}: {from} → {to}", story.state_title(name))
        }
        StoryChange::Indicator { name, from, to } => {
            let [from, to] = format::change(*from, *to);
            format!("{}: {from} → {to}", story.title_of("indicators", name))
        }
    });
    dotted(text)
}

/// Where a trial stands; with `all`, its indicators too.
fn state(story: &Storyline, state: &StoryState, all: bool) -> String {
    let states = state.states.iter().map(|(name, value)| {
        let value = story.value_title(name, value);
        format!("{}: {value}", story.state_title(name))
    });
    let values = (state.indicators.iter())
        .filter(|_| all)
        .map(|(name, value)| {
            let title = story.title_of("indicators", name);
            format!("{title}: {}", format::significant(*value))
        });
    dotted(
        [
            format!("trend {}", story.title_of("trends", &state.trend)),
            format!("phase {}", story.title_of("phases", &state.phase)),
        ]
        .into_iter()
        .chain(states)
        .chain(values),
    )
}

#[cfg(test)]
mod tests {
    use super::super::text::Look;
    use crate::report::fixture;
    use crate::report::table::write_storyline;
    use unicode_width::UnicodeWidthStr;

    #[test]
    fn a_story_tells_each_happening_with_its_date_and_what_it_changed() {
        let mut bytes = Vec::new();
        write_storyline(
            &mut bytes,
            &fixture::storyline(),
            true,
            Look {
                color: false,
                width: 70,
            },
        )
        .expect("a vector takes all");
        let text = String::from_utf8(bytes).expect("text is UTF-8");
        assert!(
            text.contains("2026-03-14  A truce is signed (time 2)"),
            "{text}"
        );
        assert!(
            text.contains("phase blockade → truce · support: 0.61 → 0.66"),
            "{text}"
        );
        assert!(
            text.contains("The trend shifts, stalemate → escalation"),
            "{text}"
        );
        assert!(text.contains("first_truce   no value"), "{text}");
        assert!(text.lines().all(|line| line.width() <= 70), "{text}");
    }
}
