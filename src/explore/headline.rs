//! The number that the page shows large, and the rows that a pinned state keeps.
//!
//! Takes both sides; gives a fragment of the page, and plain text by outcome. Which number is the
//! headline is the file's to say: the first probability that its `headline` names, or else the
//! likeliest outcome of the file.

use super::picture::{Sides, change, named, share};
use crate::model::headline::{Headline, Of, Piece};
use crate::report::chart::escape;
use crate::report::format;
use crate::report::headline::leading;
use crate::results::{Difference, RunResult};
use serde::Serialize;

/// A number on both sides, as text.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    pub name: String,
    pub title: String,
    pub base: String,
    pub other: String,
}

/// A probability of a run, with its error and title.
struct Told<'r> {
    title: &'r str,
    probability: f64,
    std_error: f64,
}

fn find<'r>(run: &'r RunResult, of: Of, name: &str) -> Option<Told<'r>> {
    let told = |title: &'r str, own: &'r str, probability, std_error| Told {
        title: named(title, own),
        probability,
        std_error,
    };
    match of {
        Of::Group => (run.groups.iter().find(|g| g.name == name))
            .map(|g| told(&g.title, &g.name, g.probability, g.std_error)),
        Of::Outcome => (run.outcomes.iter().find(|o| o.name == name))
            .map(|o| told(&o.title, &o.name, o.probability, o.std_error)),
        Of::Question => (run.questions.iter().find(|q| q.name == name))
            .map(|q| told(&q.title, &q.name, q.probability, q.std_error)),
        Of::Trend | Of::Metric => None,
    }
}

/// What the headline is about.
fn subject(base: &RunResult) -> Option<(Of, String)> {
    let stated = base
        .scenario
        .source
        .get("headline")
        .and_then(|h| h.as_str());
    let parsed = stated.and_then(|text| Headline::parse(text).ok());
    let readings = parsed.iter().flat_map(|headline| &headline.pieces);
    let first = readings
        .filter_map(|piece| match piece {
            Piece::Reading(reading) => Some((reading.of, reading.name.clone())),
            _ => None,
        })
        .find(|(of, name)| find(base, *of, name).is_some());
    first.or_else(|| {
        if !base.has_classes() {
            return Some((Of::Question, base.questions.first()?.name.clone()));
        }
        let likeliest = leading(base).into_iter().next()?.name;
        let is_group = base.groups.iter().any(|group| group.name == likeliest);
        let of = if is_group { Of::Group } else { Of::Outcome };
        Some((of, likeliest.to_owned()))
    })
}

/// The headline as a fragment of the page; `None` for a scenario of metrics alone.
pub fn headline(sides: &Sides<'_>) -> Option<String> {
    let (of, name) = subject(sides.base)?;
    let base = find(sides.base, of, &name)?;
    let other = find(sides.other, of, &name);
    let rows: &[Difference] = match of {
        Of::Group => &sides.comparison.groups,
        Of::Outcome => &sides.comparison.differences,
        _ => &sides.comparison.questions,
    };
    let difference = rows.iter().find(|row| row.outcome == name);
    let number = |told: &Told<'_>| {
        format!(
            r#"<strong data-value="{}">{}</strong>"#,
            told.probability,
            share(told.probability, told.std_error)
        )
    };
    let changed = match other {
        Some(other) if !sides.unchanged => number(&other),
        _ => "<strong>–</strong>".to_owned(),
    };
    let words = if sides.unchanged {
        r#"<p class="change">Nothing is moved yet.</p>"#.to_owned()
    } else {
        change("p", difference, sides, format::points)
    };
    Some(format!(
        r#"<h2 id="h-headline">{}</h2><div class="big"><p><span>As in the file</span>{}</p><p><span>With your changes</span>{changed}</p><div><span>Change, points</span>{words}</div></div>"#,
        escape(base.title),
        number(&base),
    ))
}

/// What a control does to the headline in the file itself, from the draws at hand.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Moves {
    pub control: String,
    /// In words: from which probability to which.
    pub says: String,
}

/// Controls that move the headline in the file itself, those that move it most first; only what
/// chance would not show.
pub fn movers(base: &RunResult) -> Vec<Moves> {
    let Some((of, name)) = subject(base) else {
        return Vec::new();
    };
    let kind = match of {
        Of::Group => "group",
        Of::Outcome => "outcome",
        _ => return Vec::new(),
    };
    let found = base.drivers.iter().find(|d| d.kind == kind && d.of == name);
    let drivers = found.iter().flat_map(|drivers| &drivers.inputs);
    (drivers.filter(|driver| driver.detectable))
        .map(|driver| {
            let end = |p: f64, error: f64| format::percentage(p, error).value;
            Moves {
                control: format!("{}:{}", driver.kind, driver.input),
                says: format!(
                    "moves the headline from {} (lowest {}) to {} (highest)",
                    end(driver.low, driver.low_std_error),
                    format::percentage(driver.tail, 0.0).value,
                    end(driver.high, driver.high_std_error),
                ),
            }
        })
        .collect()
}

/// Outcomes, or else questions, on both sides.
pub fn rows(sides: &Sides<'_>) -> Vec<Row> {
    let text = |told: Option<Told<'_>>| {
        told.map_or(String::new(), |told| {
            let rounded = format::percentage(told.probability, told.std_error);
            match rounded.error.as_str() {
                "" | "exact" => rounded.value,
                error => format!("{} ± {error}", rounded.value),
            }
        })
    };
    let row = |of: Of, name: &str, title: &str| Row {
        name: name.to_owned(),
        title: named(title, name).to_owned(),
        base: text(find(sides.base, of, name)),
        other: text(find(sides.other, of, name)),
    };
    if sides.base.has_classes() {
        (sides.base.outcomes.iter())
            .map(|o| row(Of::Outcome, &o.name, &o.title))
            .collect()
    } else {
        (sides.base.questions.iter())
            .map(|q| row(Of::Question, &q.name, &q.title))
            .collect()
    }
}
