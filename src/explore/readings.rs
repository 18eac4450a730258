//! Questions and metrics on both sides, as tables.

use super::picture::{SILENT, Sides, change, share, with_error};
use crate::report::chart::escape;
use crate::report::format;
use crate::results::label;
use crate::results::{ConditionalResult, Difference};

/// A row of numbers on both sides.
struct Both<'r> {
    name: &'r str,
    title: String,
    base: String,
    other: String,
    difference: Option<&'r Difference>,
}

/// Rows under a heading of the first column; `change` says how a difference is told.
fn both(
    sides: &Sides<'_>,
    [label, heading, changes]: [&str; 3],
    rows: &[Both<'_>],
    shown: fn(f64, f64) -> format::Rounded,
) -> String {
    let mut html = format!(
        r#"<div class="wide" tabindex="0" role="group" aria-label="{label}"><table class="numbers"><thead><tr><th scope="col">{heading}</th><th scope="col">As in the file</th><th scope="col">With your changes</th><th scope="col">{changes}</th></tr></thead><tbody>"#
    );
    for row in rows {
        html += &format!(
            r#"<tr data-name="{}"><th scope="row">{}</th>{}{}{}</tr>"#,
            escape(row.name),
            row.title,
            row.base,
            row.other,
            change("td", row.difference, sides, shown),
        );
    }
    html + "</tbody></table></div>"
}

/// A cell with a probability; a word without one.
fn chance(known: Option<(f64, f64)>, none: &str) -> String {
    match known {
        Some((p, error)) => format!(r#"<td data-value="{p}">{}</td>"#, share(p, error)),
        None => format!(r#"<td data-value="">{none}</td>"#),
    }
}

fn row_of<'r>(rows: &'r [Difference], name: &str) -> Option<&'r Difference> {
    rows.iter().find(|row| row.outcome == name)
}

pub fn questions(sides: &Sides<'_>) -> String {
    let (base, other) = (sides.base, sides.other);
    let plain: Vec<Both<'_>> = (base.questions.iter())
        .map(|a| {
            let b = other.questions.iter().find(|q| q.name == a.name);
            Both {
                name: &a.name,
                title: escape(label(&a.title, &a.name)),
                base: chance(Some((a.probability, a.std_error)), SILENT),
                other: chance(b.map(|b| (b.probability, b.std_error)), SILENT),
                difference: row_of(&sides.comparison.questions, &a.name),
            }
        })
        .collect();
    let conditional: Vec<Both<'_>> = (base.conditional.iter())
        .map(|a| {
            let told = |q: &ConditionalResult| {
                chance(q.probability.zip(q.std_error), "no such trial is known")
            };
            let b = other.conditional.iter().find(|q| q.name == a.name);
            Both {
                name: &a.name,
                title: format!(
                    r#"{} <span class="unit">given {}</span>"#,
                    escape(label(&a.title, &a.name)),
                    escape(&a.given)
                ),
                base: told(a),
                other: b.map_or_else(|| chance(None, SILENT), told),
                difference: row_of(&sides.comparison.conditional, &a.name),
            }
        })
        .collect();
    let mut html = String::new();
    for (label, heading, rows) in [
        ("Questions", "Question", plain),
        (
            "Questions about some futures",
            "Question about some futures",
            conditional,
        ),
    ] {
        if !rows.is_empty() {
            let heads = [label, heading, "Change, points"];
            html += &both(sides, heads, &rows, format::points);
        }
    }
    match html.is_empty() {
        true => r#"<p class="none">The scenario asks no questions.</p>"#.into(),
        false => html,
    }
}

pub fn metrics(sides: &Sides<'_>) -> String {
    let (base, other) = (sides.base, sides.other);
    if base.metrics.is_empty() {
        return r#"<p class="none">The scenario has no metrics.</p>"#.into();
    }
    let cell = |value: Option<f64>, error: Option<f64>, none: &str| match (value, error) {
        (Some(value), Some(error)) => {
            format!("<td>{}</td>", with_error(&format::estimate(value, error)))
        }
        _ => format!("<td>{none}</td>"),
    };
    let titled = |title: &str, name: &str, unit: &str| {
        let unit = match unit {
            "" => String::new(),
            unit => format!(r#" <span class="unit">{}</span>"#, escape(unit)),
        };
        format!("{}{unit}", escape(label(title, name)))
    };
    let silent = || format!("<td>{SILENT}</td>");
    let means: Vec<Both<'_>> = (base.metrics.iter())
        .map(|a| {
            let b = other.metrics.iter().find(|m| m.name == a.name);
            Both {
                name: &a.name,
                title: titled(&a.title, &a.name, &a.unit),
                base: cell(a.mean, a.std_error, "no value"),
                other: b.map_or_else(silent, |b| cell(b.mean, b.std_error, "no value")),
                difference: row_of(&sides.comparison.metrics, &a.name),
            }
        })
        .collect();
    let heads = ["Metrics", "Metric (mean)", "Change"];
    let mut html = both(sides, heads, &means, format::difference);
    let ratios: Vec<Both<'_>> = (base.ratios.iter())
        .map(|a| {
            let b = other.ratios.iter().find(|r| r.name == a.name);
            Both {
                name: &a.name,
                title: titled(&a.title, &a.name, &a.unit),
                base: cell(a.ratio, a.std_error, "no ratio"),
                other: b.map_or_else(silent, |b| cell(b.ratio, b.std_error, "no ratio")),
                difference: row_of(&sides.comparison.ratios, &a.name),
            }
        })
        .collect();
    if !ratios.is_empty() {
        let heads = ["Ratios of means", "Ratio of means", "Change"];
        html += &both(sides, heads, &ratios, format::difference);
    }
    html
}
