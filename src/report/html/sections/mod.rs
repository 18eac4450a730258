//! The sections of a page, in the order in which they stand.
//!
//! A section is a [`Section`] in a file of its own and a line in one of the lists below; it is left
//! out where its `is_needed` says no. What it writes goes through [`Body`], which numbers headings
//! and keeps ids apart, so that one section can stand several times in a page.

mod assumptions;
pub mod boxes;
mod brief;
mod changes;
mod differences;
mod events;
mod finding;
mod indicators;
mod metrics;
mod occupancy;
mod outcomes;
mod over_time;
mod provenance;
mod questions;
mod reading;
mod sources;
mod storylines;
mod warnings;
pub mod ways;
pub mod why;

use super::figure;
use super::markup::Markup;
use super::table::Table;
use super::wording::label;
use super::{ComparePart, RunPart};
use crate::report::chart::{Chart, Frame};
use crate::report::table::{Order, letter};
use crate::results::{Comparison, RunResult, Storyline, Typical};

pub use assumptions::stated;
pub use events::chosen as chosen_events;
pub use reading::how_to_read;

/// One section about a `T`.
pub struct Section<T> {
    /// Part of ids: ASCII letters and `-`.
    pub key: &'static str,
    pub title: &'static str,
    pub is_needed: fn(&T) -> bool,
    pub write: fn(&mut Body, &T),
}

/// What is said about a run, below its finding and its outcomes by themselves and by trend.
const RUN: [Section<RunPart>; 8] = [
    questions::QUESTIONS,
    occupancy::PHASES,
    occupancy::STATES,
    occupancy::TRENDS,
    events::EVENTS,
    indicators::INDICATORS,
    indicators::DERIVED,
    metrics::METRICS,
];

/// What stands behind a run.
const BEHIND: [Section<RunPart>; 5] = [
    storylines::TYPICAL,
    assumptions::ASSUMPTIONS,
    sources::SOURCES,
    warnings::WARNINGS,
    provenance::PROVENANCE,
];

/// One scenario against the base.
pub struct Pair {
    pub base: RunResult,
    pub other: RunResult,
    pub comparison: Comparison,
}

/// What is said about a pair.
const PAIR: [Section<Pair>; 4] = [
    changes::CHANGES,
    differences::OUTCOMES,
    differences::QUESTIONS,
    differences::METRICS,
];

/// The answer on two pages.
pub fn brief_of_run(body: &mut Body, part: &RunPart) {
    body.section("brief", "At a glance", |body| {
        brief::of_run(body, &part.result, part.order)
    });
}

/// Several scenarios in one table.
pub fn brief_of_comparison(body: &mut Body, part: &ComparePart) {
    body.section("brief", "At a glance", |body| {
        brief::of_comparison(body, &part.result);
    });
}

/// Everything about a run. `is_alone`: the page is about nothing else, so that it explains itself.
pub fn run(body: &mut Body, part: &RunPart, is_alone: bool) {
    brief_of_run(body, part);
    // Paper has said it at a glance.
    body.add(&Markup::trusted("<div class=\"on-screen\">\n"));
    body.section("finding", "Main finding", |body| {
        finding::of_run(body, &part.result)
    });
    body.add(&Markup::trusted("</div>\n"));
    // On the first screen, before it is explained: it has a legend of its own.
    body.one(&outcomes::OUTCOMES, part);
    body.one(&outcomes::BY_TREND, part);
    if is_alone {
        how_to_read(body);
    }
    body.all(&RUN, part);
    body.all(&BEHIND, part);
}

/// Each scenario against the first, then each by itself. `is_alone` as in [`run`].
pub fn comparison(body: &mut Body, part: &ComparePart, is_alone: bool) {
    let result = &part.result;
    let pairs: Vec<Pair> = (result
        .comparisons
        .iter()
        .zip(result.scenarios.iter().skip(1)))
    .filter_map(|(comparison, other)| {
        let base = result.scenarios.first()?;
        Some(Pair {
            base: base.clone(),
            other: other.clone(),
            comparison: comparison.clone(),
        })
    })
    .collect();
    brief_of_comparison(body, part);
    body.section("finding", "Main finding", |body| {
        for pair in &pairs {
            finding::of_pair(body, pair);
        }
    });
    if is_alone {
        how_to_read(body);
    }
    over_time::write(body, result);
    match &pairs[..] {
        [pair] => body.all(&PAIR, pair),
        _ => {
            for (number, pair) in (1..).zip(&pairs) {
                let title = format!("{} against {}", name(&pair.other), name(&pair.base));
                body.part(&format!("pair{number}"), &title, |body| {
                    body.all(&PAIR, pair);
                });
            }
        }
    }
    if !result.warnings.is_empty() {
        body.section("warnings", "Warnings about the comparison", |body| {
            warnings::list(body, &result.warnings);
        });
    }
    let typical = part
        .typical
        .iter()
        .cloned()
        .chain(std::iter::repeat(Vec::new()));
    for ((number, result), typical) in (1..).zip(&result.scenarios).zip(typical) {
        let run = RunPart {
            result: result.clone(),
            typical,
            events: part.events.clone(),
            order: Order::Likeliest,
        };
        // Scenarios of one title are told apart by their letters, so that no two parts are called
        // the same.
        let called = |one: &&RunResult| name(one) == name(result);
        let title = match part.result.scenarios.iter().filter(called).count() {
            0 | 1 => format!("By itself: {}", name(result)),
            _ => format!("By itself: {}, {}", letter(number - 1), name(result)),
        };
        // What the first scenario has beside the others is on paper too.
        let on_screen = if number == 1 {
            ""
        } else {
            " class=\"on-screen\""
        };
        body.add(&Markup::trusted(format!("<div{on_screen}>\n")));
        body.part(&format!("scenario{number}"), &title, |body| {
            body.one(&outcomes::OUTCOMES, &run);
            body.one(&outcomes::BY_TREND, &run);
            body.all(&RUN, &run);
            // The others' assumptions are the base's with the changes above.
            let behind = BEHIND.iter().filter(|section| {
                number == 1 || !["assumptions", "sources"].contains(&section.key)
            });
            for section in behind {
                body.one(section, &run);
            }
        });
        body.add(&Markup::trusted("</div>\n"));
    }
}

/// Typical trials by themselves.
pub fn stories(body: &mut Body, typical: &[Typical]) {
    body.section("stories", "Typical futures", |body| {
        storylines::groups(body, typical, true);
    });
}

/// One trial by itself.
pub fn story(body: &mut Body, story: &Storyline) {
    body.section("story", "One possible future", |body| {
        storylines::single(body, story)
    });
}

fn name(result: &RunResult) -> &str {
    label(&result.scenario.title, &result.scenario.name)
}

/// An entry of the table of contents.
pub struct Heading {
    pub level: usize,
    pub id: String,
    pub title: String,
}

/// What has been written of a page.
#[derive(Default)]
pub struct Body {
    html: Markup,
    /// Level of the headings of sections.
    pub level: usize,
    prefix: String,
    pub headings: Vec<Heading>,
}

impl Body {
    pub fn markup(&self) -> &Markup {
        &self.html
    }

    /// An id that is unique as long as `key` is within its part of the page.
    pub fn id(&self, key: &str) -> String {
        let key = key.chars().map(|c| {
            let is_plain = c.is_ascii_alphanumeric() || c == '-' || c == '_';
            if is_plain {
                c.to_string()
            } else {
                // No two names share an id.
                format!("-{:x}-", u32::from(c))
            }
        });
        format!("{}{}", self.prefix, key.collect::<String>())
    }

    /// Sections that belong together, one level further down.
    pub fn part(&mut self, key: &str, title: &str, write: impl FnOnce(&mut Self)) {
        let level = self.level.max(2);
        let id = self.id(key);
        self.open(level, &id, title);
        let prefix = format!("{id}-");
        let outer = std::mem::replace(&mut self.prefix, prefix);
        self.level = level + 1;
        write(self);
        self.level = level;
        self.prefix = outer;
        self.html.raw("</section>\n");
    }

    pub fn section(&mut self, key: &str, title: &str, write: impl FnOnce(&mut Self)) {
        let id = self.id(key);
        self.level = self.level.max(2);
        self.open(self.level, &id, title);
        write(self);
        self.html.raw("</section>\n");
    }

    fn open(&mut self, level: usize, id: &str, title: &str) {
        let heading = Heading {
            level,
            id: id.into(),
            title: title.into(),
        };
        // A section that other parts of the page have too is told apart by its part.
        let part = match self.prefix.strip_suffix('-') {
            Some(part) => format!("{part} "),
            None => String::new(),
        };
        self.html
            .raw(&format!("<section aria-labelledby=\"{part}{id}\">\n"));
        self.html
            .element(&format!("h{level}"), &format!("id=\"{id}\""), &title.into());
        self.headings.push(heading);
    }

    fn all<T>(&mut self, sections: &[Section<T>], about: &T) {
        for section in sections {
            self.one(section, about);
        }
    }

    fn one<T>(&mut self, section: &Section<T>, about: &T) {
        if (section.is_needed)(about) {
            self.section(section.key, section.title, |body| {
                (section.write)(body, about)
            });
        }
    }

    /// A heading within a section.
    pub fn heading(&mut self, title: impl Into<Markup>) {
        let tag = format!("h{}", (self.level + 1).min(6));
        self.html.element(&tag, "", &title.into());
    }

    pub fn paragraph(&mut self, text: impl Into<Markup>) {
        self.html.element("p", "", &text.into());
    }

    /// A paragraph beside the matter.
    pub fn remark(&mut self, text: impl Into<Markup>) {
        self.html.element("p", "class=\"remark\"", &text.into());
    }

    pub fn list(&mut self, class: &str, items: impl IntoIterator<Item = Markup>) {
        let mut list = Markup::default();
        for item in items {
            list.element("li", "", &item);
        }
        self.html
            .element("ul", &format!("class=\"{class}\""), &list);
    }

    pub fn table(&mut self, table: &Table) {
        self.html.push(&table.markup());
    }

    /// Something to be opened by those who want it.
    pub fn details(&mut self, summary: &str, write: impl FnOnce(&mut Self)) {
        self.folded("", summary, write);
    }

    /// The same, which paper does without.
    pub fn details_on_screen(&mut self, summary: &str, write: impl FnOnce(&mut Self)) {
        self.folded(" class=\"on-screen\"", summary, write);
    }

    fn folded(&mut self, class: &str, summary: &str, write: impl FnOnce(&mut Self)) {
        self.html.raw(&format!("<details{class}>\n"));
        self.html.element("summary", "", &summary.into());
        write(self);
        self.html.raw("</details>\n");
    }

    pub fn add(&mut self, markup: &Markup) {
        self.html.push(markup);
    }

    /// A chart over the whole width, drawn once for the desk and once for the phone, with its
    /// numbers behind it.
    pub fn chart(&mut self, draw: impl Fn(&Frame) -> Chart) {
        let shown = self.headings.last().map_or("", |heading| &heading.title);
        let figure = figure::large(&self.prefix, shown, draw);
        self.html.push(&figure);
    }

    /// A wide chart that scrolls on a phone, with something else than its table behind it.
    pub fn wide_chart(&mut self, draw: impl Fn(&Frame) -> Chart, summary: &str, behind: &Markup) {
        let figure = figure::scrolling(&self.prefix, draw, summary, behind);
        self.html.push(&figure);
    }

    /// Charts side by side, as many as fit.
    pub fn charts<D: Fn(&Frame) -> Chart>(&mut self, draw: impl IntoIterator<Item = D>) {
        self.multiples("multiples", draw);
    }

    /// The same where labels need room: on paper each is larger.
    pub fn larger_charts<D: Fn(&Frame) -> Chart>(&mut self, draw: impl IntoIterator<Item = D>) {
        self.multiples("multiples larger", draw);
    }

    fn multiples<D: Fn(&Frame) -> Chart>(
        &mut self,
        class: &str,
        draw: impl IntoIterator<Item = D>,
    ) {
        self.html.raw(&format!("<div class=\"{class}\">\n"));
        for draw in draw {
            let figure = figure::small(&self.prefix, draw);
            self.html.push(&figure);
        }
        self.html.raw("</div>\n");
    }
}
