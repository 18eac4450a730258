//! A run under other start weights as Markdown.

use super::{difference_text, escape, label, table, with_error};
use crate::report::format;
use crate::report::table::weight;
use crate::results::ReweightResult;
use std::io::{self, Write};

/// # Errors
/// Those of `out`.
pub fn write_reweight(out: &mut dyn Write, result: &ReweightResult) -> io::Result<()> {
    let info = &result.scenario;
    writeln!(out, "# {}\n", escape(label(&info.title, &info.name)))?;
    writeln!(
        out,
        "New start weights on a finished run of {} trials in {} draws of {}, seed {}.\n",
        format::count(result.run.trials),
        format::count(result.run.draws),
        result.run.trials_per_draw,
        result.run.seed
    )?;
    let rows = result.weights.iter().map(|w| {
        vec![
            escape(label(&w.title, &w.name)),
            weight(w.before),
            weight(w.weight),
            format::count(w.trials),
        ]
    });
    table(
        out,
        &["trend", "weight in the run", "new weight", "trials"],
        1,
        rows,
    )?;
    for (heading, name, rows) in [
        ("Groups", "group", &result.groups),
        ("Outcomes", "outcome", &result.outcomes),
        ("Questions", "question", &result.questions),
        (
            "Questions about some futures",
            "question",
            &result.conditional,
        ),
    ] {
        if rows.is_empty() {
            continue;
        }
        writeln!(out, "## {heading}\n")?;
        let columns = [
            name,
            "run",
            "new ± pp",
            "95% interval",
            "change ± pp",
            "verdict",
        ];
        let rows = rows.iter().map(|row| {
            let d = &row.difference;
            vec![
                escape(label(&row.title, &row.name)),
                format::percentage(d.base.unwrap_or(0.0), row.std_error).value,
                with_error(format::percentage(row.probability, row.std_error)),
                format::percent_range(row.ci95, row.std_error),
                difference_text(d, format::points),
                crate::report::table::verdict(d),
            ]
        });
        table(out, &columns, 1, rows)?;
    }
    if !result.metrics.is_empty() {
        writeln!(out, "## Metrics\n")?;
        let columns = ["metric", "run", "new mean ±", "change ±", "verdict"];
        let rows = result.metrics.iter().map(|row| {
            let told = |mean: Option<f64>| match (mean, row.std_error) {
                (Some(mean), Some(error)) => Some(format::estimate(mean, error)),
                _ => None,
            };
            vec![
                escape(label(&row.title, &row.name)),
                told(row.difference.base).map_or("–".into(), |r| r.value),
                told(row.mean).map_or("–".into(), with_error),
                difference_text(&row.difference, format::difference),
                crate::report::table::verdict(&row.difference),
            ]
        });
        table(out, &columns, 1, rows)?;
    }
    if !result.ratios.is_empty() {
        writeln!(out, "## Ratios of means\n")?;
        let columns = ["ratio of means", "run", "new ±", "change ±", "verdict"];
        let rows = result.ratios.iter().map(|row| {
            let told = |ratio: Option<f64>| match (ratio, row.std_error) {
                (Some(ratio), Some(error)) => Some(format::estimate(ratio, error)),
                _ => None,
            };
            vec![
                escape(label(&row.title, &row.name)),
                told(row.difference.base).map_or("–".into(), |r| r.value),
                told(row.ratio).map_or("–".into(), with_error),
                difference_text(&row.difference, format::difference),
                crate::report::table::verdict(&row.difference),
            ]
        });
        table(out, &columns, 1, rows)?;
    }
    for remark in &result.remarks {
        writeln!(out, "{}\n", escape(remark))?;
    }
    Ok(())
}
