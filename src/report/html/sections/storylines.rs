//! Single futures as timelines and dated stories.

use super::{Body, Section};
use crate::report::chart::from_results as chart;
use crate::report::html::RunPart;
use crate::report::html::markup::Markup;
use crate::report::html::table::Table;
use crate::report::html::wording::{label, percent};
use crate::report::{dates, format, stories};
use crate::results::{Happening, StoryChange, StoryState, Storyline, Typical, routine_in_words};

pub const TYPICAL: Section<RunPart> = Section {
    key: "stories",
    title: "Typical futures",
    is_needed: |part| part.typical.iter().any(|one| !one.stories.is_empty()),
    write: |body, part| groups(body, &part.typical, false),
};

/// Outcome by outcome. `is_all`: outcomes without stories are spoken of too.
pub fn groups(body: &mut Body, typical: &[Typical], is_all: bool) {
    body.paragraph(
        "Each is one future of the run, in the middle of those that end alike by its start trend and by which events happen in it and when. \
         It happened in the simulation just so; it is an illustration, not a forecast.",
    );
    for group in typical
        .iter()
        .filter(|one| is_all || !one.stories.is_empty())
    {
        let title = label(&group.outcome_title, &group.outcome);
        if typical.len() > 1 || is_all {
            body.heading(title);
        }
        if group.interrupted {
            body.paragraph(stories::INTERRUPTED);
        }
        if group.stories.is_empty() {
            body.paragraph(format!(
                "None of the first {} futures ends so.",
                format::count(group.searched)
            ));
        }
        if group.silhouette.is_some() {
            body.paragraph(stories::in_groups(group));
        }
        for one in &group.stories {
            let mut text = format!("Trial {}", format::count(one.story.trial));
            if group.stories.len() > 1 {
                text += &format!(
                    " stands for {} of the {} futures compared that end so",
                    percent(one.share, one.share_std_error),
                    format::count(group.compared)
                );
            }
            body.remark(
                Markup::text(&text)
                    .and(". Again by ")
                    .and(Markup::code(&command_line(&one.story))),
            );
            for text in stories::tells(&one.tells) {
                body.paragraph(text);
            }
            told(body, &one.story, false);
            // A run has a story for each outcome: twice would be too much paper.
            if is_all && !one.narrative.is_empty() {
                body.details("The same in sentences", |body| {
                    body.paragraph(one.narrative.join(" "));
                });
            }
        }
    }
}

/// One trial by itself.
pub fn single(body: &mut Body, story: &Storyline) {
    body.paragraph(format!(
        "Trial {} (parameter draw {}) under seed {}. It ends in “{}”. One possible future, not a forecast.",
        format::count(story.trial),
        format::count(story.draw),
        story.seed,
        label(&story.outcome_title, &story.outcome)
    ));
    told(body, story, true);
    for (section, values, heading, noun) in [
        (
            "parameters",
            &story.parameters,
            "Uncertain parameters as drawn",
            "parameter",
        ),
        (
            "per_trial",
            &story.per_trial,
            "Drawn for this trial",
            "quantity",
        ),
    ] {
        let mut table = Table::new(heading, [noun, "value"]);
        for (name, value) in values {
            let title = story.title_of(section, name);
            table.row([Markup::text(title), format::significant(*value).into()]);
        }
        if !table.rows.is_empty() {
            body.details(heading, |body| body.table(&table));
        }
    }
    let mut table = Table::new("Metrics of this future", ["metric", "value"]);
    for (name, value) in &story.metrics {
        let (title, value) = stories::metric(story, name, *value);
        table.row([Markup::text(&title), value.into()]);
    }
    if !table.rows.is_empty() {
        body.details("Metrics of this future", |body| body.table(&table));
    }
    body.paragraph(Markup::text("Again by ").and(Markup::code(&command_line(story))));
}

/// Happenings in the text of one story: more would be read by nobody.
const MOST_TOLD: usize = 300;

/// Timeline and text; without `all`, routine is counted.
fn told(body: &mut Body, story: &Storyline, all: bool) {
    if story.scenario.is_timeless() {
        return;
    }
    let mut list = Markup::default();
    let mut entry = |date: &str, what: &str, followed: &Markup| {
        let mut time = Markup::default();
        time.element("time", "", &date.into());
        let mut text = time.and(" ").and(Markup::strong(what));
        if !followed.is_empty() {
            text = text.and(Markup::trusted("<br>")).and(followed.clone());
        }
        list.element("li", "", &text);
    };
    let info = &story.scenario;
    for one in story.before.iter().filter(|_| all) {
        entry(&one.date, &story.earlier(one), &Markup::default());
    }
    entry(&info.start, "The start", &state(story, &story.start));
    let excerpt = story.excerpt(MOST_TOLD);
    let (turning, routine) = story.turning_points();
    let is_told = |one: &Happening| all || turning.iter().any(|kept| std::ptr::eq(*kept, one));
    for happening in excerpt.happenings.iter().filter(|one| is_told(one)) {
        // A state that moves by itself is named by what it changes.
        let followed = match happening.changes.as_slice() {
            [StoryChange::State { .. }] if happening.shift => Markup::default(),
            all => changes(story, all),
        };
        entry(&happening.date, &title(happening), &followed);
    }
    let end = dates::date_at(&info.start, info.horizon);
    entry(&end, "The end", &state(story, &story.end));
    let mut whole = Markup::default();
    whole.element("ol", "class=\"story\"", &list);
    if let Some(words) = routine_in_words(&routine).filter(|_| !all) {
        whole.element("p", "", &Markup::text(&format!("Besides: {words}.")));
    }
    if let Some(remark) = excerpt.remark() {
        whole.element("p", "", &Markup::text(&format!("{remark}.")));
    }
    body.wide_chart(
        |frame| chart::storyline(story, frame),
        "The story, dated",
        &whole,
    );
}

fn state(story: &Storyline, at: &StoryState) -> Markup {
    let mut said = format!(
        "trend: {}; phase: {}",
        story.title_of("trends", &at.trend),
        story.title_of("phases", &at.phase)
    );
    for (name, value) in &at.states {
        let value = story.value_title(name, value);
        said += &format!("; {}: {value}", story.state_title(name));
    }
    Markup::text(&said)
}

fn title(happening: &Happening) -> String {
    let name = if happening.is_of_trends() {
        "The trend shifts".to_owned()
    } else {
        label(&happening.title, &happening.event).to_owned()
    };
    if happening.count > 1 {
        format!("{name} (time {})", happening.count)
    } else {
        name
    }
}

fn changes(story: &Storyline, changes: &[StoryChange]) -> Markup {
    let each = changes.iter().map(|change| match change {
        StoryChange::Phase { from, to } => moved(story, "phases", from, to),
        StoryChange::Trend { from, to } => moved(story, "trends", from, to),
        StoryChange::State { name, from, to } => {
            let [from, to] = [from, to].map(|value| story.value_title(name, value));
            Markup::text(&format!("{}: {from} → ", story.state_title(name))).and(Markup::strong(to))
        }
        StoryChange::Indicator { name, from, to } => {
            let [from, to] = format::change(*from, *to);
            let title = story.title_of("indicators", name);
            Markup::text(&format!("{title}: {from} → {to}"))
        }
    });
    Markup::join(each, "; ")
}

fn moved(story: &Storyline, list: &str, from: &str, to: &str) -> Markup {
    Markup::text(&format!("{} → ", story.title_of(list, from)))
        .and(Markup::strong(story.title_of(list, to)))
}

/// The command that tells a trial again: its number means something only with the seed and the
/// trials per draw.
fn command_line(story: &Storyline) -> String {
    let draws = story.draw + 1;
    format!(
        "quincunx trace {}.json --trial {} --seed {} --trials {} --draws {draws}{}",
        story.scenario.name,
        story.trial,
        story.seed,
        u64::from(story.trials_per_draw) * draws,
        story.design.option()
    )
}
