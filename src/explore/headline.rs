//! The number that the page shows large, and the rows that a pinned state keeps.
//!
//! Takes both sides; gives a fragment of the page, and plain text by outcome. Which number is the
//! headline is the file's to say: the first probability that its `headline` names, or else the
//! likeliest outcome of the file.

use super::picture::{Sides, change};
use super::tries::Tried;
use crate::model::headline::{Headline, Of, Piece};
use crate::report::chart::escape;
use crate::report::format;
use crate::report::headline::leading;
use crate::report::known::{Known, Scale, percent, places};
use crate::results::label;
use crate::results::{Difference, Driver, Drivers, RunResult};
use serde::Serialize;
use std::collections::BTreeMap;

/// A number on both sides, as text.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    pub name: String,
    pub title: String,
    pub base: String,
    pub other: String,
}

/// A probability of a run, with its title.
struct Told<'r> {
    title: &'r str,
    known: Known<'r>,
}

fn find<'r>(run: &'r RunResult, of: Of, name: &str) -> Option<Told<'r>> {
    let told = |title: &'r str, own: &'r str, known| Told {
        title: label(title, own),
        known,
    };
    match of {
        Of::Group => {
            (run.groups.iter().find(|g| g.name == name)).map(|g| told(&g.title, &g.name, g.into()))
        }
        Of::Outcome => (run.outcomes.iter().find(|o| o.name == name))
            .map(|o| told(&o.title, &o.name, o.into())),
        Of::Question => (run.questions.iter().find(|q| q.name == name))
            .map(|q| told(&q.title, &q.name, q.into()))
            .or_else(|| {
                let question = run.conditional.iter().find(|q| q.name == name)?;
                Some(told(&question.title, &question.name, question.known()?))
            }),
        Of::Trend | Of::Metric | Of::Ratio => None,
    }
}

/// What the page calls it, such as `group:NAME`.
fn key(of: Of, name: &str) -> String {
    format!("{}:{name}", of.noun())
}

/// What the large number is about: what the reader looks at, or else what the file's headline is.
fn subject(base: &RunResult, looked_at: &str) -> Option<(Of, String)> {
    let asked = looked_at.split_once(':').and_then(|(kind, name)| {
        let of = [Of::Group, Of::Outcome, Of::Question].into_iter();
        Some((
            of.into_iter().find(|of| of.noun() == kind)?,
            name.to_owned(),
        ))
    });
    if let Some((of, name)) = asked
        && find(base, of, &name).is_some()
    {
        return Some((of, name));
    }
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
            let asked = base.questions.iter().map(|q| &q.name);
            let some = base.conditional.iter().filter(|q| q.probability.is_some());
            let first = asked.chain(some.map(|q| &q.name)).next();
            return Some((Of::Question, first?.clone()));
        }
        let likeliest = leading(base).into_iter().next()?.name;
        let is_group = base.groups.iter().any(|group| group.name == likeliest);
        let of = if is_group { Of::Group } else { Of::Outcome };
        Some((of, likeliest.to_owned()))
    })
}

/// The headline as a fragment of the page; `None` for a scenario of metrics alone.
///
/// Its digits are those that are known, given what the analyst does not know; those of the
/// difference are what the pairing allows.
pub fn headline(sides: &Sides<'_>, looked_at: &str) -> Option<String> {
    let (of, name) = subject(sides.base, looked_at)?;
    let base = find(sides.base, of, &name)?;
    let other = find(sides.other, of, &name);
    let found = |rows: &'_ [Difference]| rows.iter().find(|row| row.outcome == name).cloned();
    let comparison = sides.comparison;
    let difference = match of {
        Of::Group => found(&comparison.groups),
        Of::Outcome => found(&comparison.differences),
        _ => found(&comparison.questions).or_else(|| found(&comparison.conditional)),
    };
    let scale = Scale::of(sides.base);
    let number = |told: &Told<'_>, below: &str| {
        let known = &told.known;
        format!(
            r#"<strong data-value="{}">{}</strong><span class="below">{}{below}</span>"#,
            known.probability,
            percent(known.probability, base.known.places()),
            escape(&scale.word(known)),
        )
    };
    let range = match base.known.range() {
        none if none.is_empty() => none,
        range if scale.word(&base.known).is_empty() => format!("{range} as the assumptions vary"),
        range => format!(" · {range} as the assumptions vary"),
    };
    let changed = match other {
        Some(other) if !sides.unchanged => number(&other, ""),
        Some(_) => "<strong>–</strong>".to_owned(),
        None => super::picture::SILENT.to_owned(),
    };
    let words = if sides.unchanged {
        r#"<p class="change">Nothing is moved yet.</p>"#.to_owned()
    } else {
        change("p", difference.as_ref(), sides, format::points)
    };
    Some(format!(
        r#"<h2 id="h-headline" data-of="{}">{}</h2><div class="big"><p><span>As in the file</span>{}</p><p><span>With your changes</span>{changed}</p><div><span>Change, points</span>{words}</div></div>"#,
        escape(&key(of, &name)),
        escape(base.title),
        number(&base, &range),
    ))
}

/// What a control does to a group or an outcome in the file itself, from the draws at hand.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Moves {
    pub control: String,
    pub title: String,
    /// It is more likely where the control is higher.
    pub rises: bool,
    /// In words: the probability where it is lowest and where it is highest, or with other
    /// settings.
    pub says: String,
    /// How far apart these are.
    pub points: f64,
}

/// Controls that move each group and outcome in the file itself, those that move it most first;
/// only what chance would not show. The headline's stand under the empty name too.
pub fn movers(
    base: &RunResult,
    others: &[Drivers],
    tried: Option<&Tried>,
) -> BTreeMap<String, Vec<Moves>> {
    let mut found: BTreeMap<String, Vec<Moves>> = (others.iter().chain(&base.drivers))
        .map(|drivers| {
            let inputs = drivers.inputs.iter().filter(|driver| driver.detectable);
            (
                format!("{}:{}", drivers.kind, drivers.of),
                inputs.map(moves).collect(),
            )
        })
        .collect();
    for (of, moves) in tried.iter().flat_map(|tried| &tried.moves) {
        let all = found.entry(of.clone()).or_default();
        all.extend(moves.iter().cloned());
        // Those of a result stand by what knowing them would tell, which is much the same.
        all.sort_by(|a, b| b.points.total_cmp(&a.points));
    }
    if let Some((of, name)) = subject(base, "")
        && let Some(own) = found.get(&key(of, &name)).cloned()
    {
        found.insert(String::new(), own);
    }
    found
}

fn moves(driver: &Driver) -> Moves {
    // Whole percents: what they tell apart is what matters more.
    let end = |p: f64, error: f64| percent(p, places(None, error.max(0.0025)));
    let tail = format::percentage(driver.tail, 0.0).value;
    Moves {
        control: format!("{}:{}", driver.kind, driver.input),
        title: label(&driver.title, &driver.input).to_owned(),
        rises: driver.high > driver.low,
        points: (driver.high - driver.low).abs(),
        says: format!(
            "lowest {tail}: {}, highest {tail}: {}",
            end(driver.low, driver.low_std_error),
            end(driver.high, driver.high_std_error),
        ),
    }
}

/// Outcomes, or else questions, on both sides.
pub fn rows(sides: &Sides<'_>) -> Vec<Row> {
    let text = |told: Option<Told<'_>>| {
        told.map_or(String::new(), |told| {
            let rounded = format::percentage(told.known.probability, told.known.std_error);
            match rounded.error.as_str() {
                "" | "exact" => rounded.value,
                error => format!("{} ± {error}", rounded.value),
            }
        })
    };
    let row = |of: Of, name: &str, title: &str| Row {
        name: name.to_owned(),
        title: label(title, name).to_owned(),
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
