//! Outcomes and their groups in one table: a bar for each side, the numbers, what differs.
//!
//! Takes both sides; gives a fragment of the page. Rows stand by the file's own numbers, so that
//! none changes its place because something was moved. Digits are those that are known, given what
//! the analyst does not know; differences have those that the pairing allows.

use super::picture::{Sides, View, change};
use crate::report::chart::escape;
use crate::report::format;
use crate::report::known::{Known, percent};
use crate::results::label;
use crate::results::{Difference, EpistemicStatus, RunResult};

/// Rows of outcomes that stand in the open.
const MOST_OPEN: usize = 10;
/// Outcomes that are less likely than this in the file are folded away.
const SMALL: f64 = 0.015;
/// Length of a bar's cell, in units of its drawing.
const LENGTH: f64 = 1000.0;

/// A row: a group or an outcome.
struct Row<'r> {
    /// As the page names it: `group:…` or `outcome:…`.
    key: String,
    name: &'r str,
    title: &'r str,
    base: Known<'r>,
    other: Option<Known<'r>>,
    difference: Option<&'r Difference>,
    /// Its place among the outcomes of the file; groups have none.
    outcome: Option<usize>,
    /// It belongs to the group above it.
    is_member: bool,
}

/// All rows in their order, and how many of them stand in the open.
fn rows<'r>(sides: &'r Sides<'_>) -> (Vec<Row<'r>>, usize) {
    let (base, other) = (sides.base, sides.other);
    let outcome = |i: usize, is_member: bool| {
        let own = &base.outcomes[i];
        let find = |d: &&Difference| d.outcome == own.name;
        Row {
            key: format!("outcome:{}", own.name),
            name: &own.name,
            title: label(&own.title, &own.name),
            base: own.into(),
            other: (other.outcomes.iter().find(|o| o.name == own.name)).map(Known::from),
            difference: sides.comparison.differences.iter().find(find),
            outcome: Some(i),
            is_member,
        }
    };
    let by_chance = |indices: &mut Vec<usize>| {
        let chance = |i: &usize| base.outcomes[*i].probability;
        indices.sort_by(|a, b| chance(b).total_cmp(&chance(a)));
    };
    let mut blocks: Vec<(f64, Vec<Row<'_>>)> = Vec::new();
    for group in &base.groups {
        let own = |o: &&crate::results::GroupResult| o.name == group.name;
        let mut members: Vec<usize> = (0..base.outcomes.len())
            .filter(|i| base.outcomes[*i].group.as_deref() == Some(&group.name))
            .collect();
        by_chance(&mut members);
        let mut block = vec![Row {
            key: format!("group:{}", group.name),
            name: &group.name,
            title: label(&group.title, &group.name),
            base: group.into(),
            other: other.groups.iter().find(own).map(Known::from),
            difference: (sides.comparison.groups.iter()).find(|d| d.outcome == group.name),
            outcome: None,
            is_member: false,
        }];
        match members.as_slice() {
            // A group of one outcome is that outcome.
            [only] => block = vec![outcome(*only, false)],
            _ => block.extend(members.into_iter().map(|i| outcome(i, true))),
        }
        blocks.push((group.probability, block));
    }
    let free = (0..base.outcomes.len()).filter(|i| base.outcomes[*i].group.is_none());
    blocks.extend(free.map(|i| (base.outcomes[i].probability, vec![outcome(i, false)])));
    blocks.sort_by(|a, b| b.0.total_cmp(&a.0));
    let all: Vec<Row<'_>> = blocks.into_iter().flat_map(|(_, block)| block).collect();
    let mut open = 0;
    let is_open = |row: &Row<'_>| {
        let is = row.outcome.is_none() || row.base.probability >= SMALL;
        open += usize::from(is);
        is && open <= MOST_OPEN
    };
    let (mut shown, folded): (Vec<_>, Vec<_>) = all.into_iter().partition(is_open);
    let open = shown.len();
    shown.extend(folded);
    (shown, open)
}

/// The least and the greatest value of what is drawn.
pub fn reach(sides: &Sides<'_>) -> [f64; 2] {
    let all = |run: &RunResult| -> f64 {
        let groups = run.groups.iter().map(Known::from);
        let outcomes = run.outcomes.iter().map(Known::from);
        let ends = groups.chain(outcomes).map(|known| {
            let range = range(&known, true).map_or(0.0, |[_, high]| high);
            known.probability.max(range)
        });
        ends.fold(0.01, f64::max)
    };
    // Tens of percents.
    let high = all(sides.base).max(all(sides.other));
    [0.0, ((10.0 * high).ceil() / 10.0).min(1.0)]
}

/// The range over what the analyst does not know, where it is told.
fn range(known: &Known<'_>, is_drawn: bool) -> Option<[f64; 2]> {
    let is_told = matches!(
        known.epistemic.status,
        EpistemicStatus::Resolved | EpistemicStatus::Bounded
    );
    known.epistemic90.filter(|_| is_drawn && is_told)
}

/// The table; `end` is where the axis ends.
pub fn table(sides: &Sides<'_>, view: &View, end: f64) -> String {
    let (rows, open) = rows(sides);
    let head = |hidden: bool| {
        let class = if hidden {
            r#" class="unseen-text""#
        } else {
            ""
        };
        format!(
            r#"<colgroup><col class="c-title"><col class="c-bars"><col class="c-number"><col class="c-number"><col class="c-change"></colgroup><thead{class}><tr><th scope="col">Outcome</th><th scope="col" class="scale"><span class="tick">0%</span><span class="tick">{}%</span></th><th scope="col">As in the file</th><th scope="col">With your changes</th><th scope="col">Change, points</th></tr></thead>"#,
            (100.0 * end).round()
        )
    };
    let body = |rows: &[Row<'_>]| -> String {
        rows.iter().map(|row| line(row, sides, view, end)).collect()
    };
    let mut html = format!(
        r#"<div class="wide" tabindex="0" role="group" aria-label="Outcomes"><table class="numbers bars">{}<tbody>{}</tbody></table>"#,
        head(false),
        body(&rows[..open]),
    );
    let folded = &rows[open..];
    if !folded.is_empty() {
        let seen = folded
            .iter()
            .filter(|row| row.difference.is_some_and(|d| d.detectable))
            .count();
        let moved = match seen {
            0 => String::new(),
            1 => ", 1 of them changes".into(),
            n => format!(", {n} of them change"),
        };
        html += &format!(
            r#"<details id="d-small"><summary>{} less likely{moved}</summary><table class="numbers bars">{}<tbody>{}</tbody></table></details>"#,
            folded.len(),
            head(true),
            body(folded),
        );
    }
    html + "</div>"
}

fn line(row: &Row<'_>, sides: &Sides<'_>, view: &View, end: f64) -> String {
    let title = escape(row.title);
    let places = row.base.places();
    let story = |side: &str, word: &str, probability: f64| match row.outcome {
        Some(i) if probability > 0.0 => format!(
            r#"<button type="button" class="story" id="story-{side}-{i}" data-side="{side}" data-outcome="{i}" title="Show such a future" aria-label="{word}: story of a future that ends in {title}">▷</button>"#
        ),
        _ => r#"<span class="story"></span>"#.to_owned(),
    };
    let told = (sides.simulated && !sides.unchanged).then_some("other");
    let other = match row.other {
        Some(other) => format!(
            r#"<td data-value="{}">{}{}</td>"#,
            other.probability,
            match sides.unchanged {
                true => "–".to_owned(),
                false => percent(other.probability, places),
            },
            told.map_or(String::new(), |side| story(
                side,
                "with changes",
                other.probability
            )),
        ),
        None => "<td>–</td>".into(),
    };
    let class = match (row.outcome, row.is_member) {
        (None, _) => "group",
        (_, true) => "member",
        _ => "free",
    };
    let is_looked_at = view.of == row.key;
    format!(
        r#"<tr data-name="{}" data-key="{}" class="{class}"><th scope="row"><button type="button" class="of" id="of-{}" data-of="{}" aria-pressed="{is_looked_at}">{title}</button></th><td class="bar-cell">{}</td><td data-value="{}">{}{}</td>{other}{}</tr>"#,
        if row.outcome.is_some() {
            escape(row.name)
        } else {
            escape(&row.key)
        },
        escape(&row.key),
        escape(&row.key),
        escape(&row.key),
        bars(row, sides.unchanged, end),
        row.base.probability,
        percent(row.base.probability, places),
        story("base", "as in the file", row.base.probability),
        change("td", row.difference, sides, format::points),
    )
}

/// The bar of each side; alone, the file's has its range.
fn bars(row: &Row<'_>, unchanged: bool, end: f64) -> String {
    let at = |p: f64| (LENGTH * (p / end).clamp(0.0, 1.0) * 10.0).round() / 10.0;
    let rect = |class: &str, from: f64, to: f64, [top, height]: [f64; 2]| {
        let width = (to - from).max(0.0);
        format!(r#"<rect class="{class}" x="{from}" y="{top}" width="{width}" height="{height}"/>"#)
    };
    let base = &row.base;
    let mut html = String::from(
        r#"<svg class="bars" viewBox="0 0 1000 20" preserveAspectRatio="none" aria-hidden="true">"#,
    );
    if let Some([low, high]) = range(base, true) {
        html += &rect("b-range", at(low), at(high), [2.0, 16.0]);
    }
    match row.other.filter(|_| !unchanged) {
        None => html += &rect("b-base", 0.0, at(base.probability), [5.0, 10.0]),
        Some(other) => {
            html += &rect("b-base", 0.0, at(base.probability), [3.0, 6.0]);
            html += &rect("b-other", 0.0, at(other.probability), [11.0, 6.0]);
        }
    }
    html + "</svg>"
}
