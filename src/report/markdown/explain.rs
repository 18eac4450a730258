//! A difference split among edits, as Markdown.

use super::{escape, joined, label, table};
use crate::report::format;
use crate::report::table::{
    explained_how, explained_range, explained_sides, explained_value, explained_verdict,
};
use crate::results::{ExplainResult, RunInfo};
use std::io::{self, Write};

/// # Errors
/// Those of `out`.
pub fn write_explain(out: &mut dyn Write, result: &ExplainResult) -> io::Result<()> {
    let [from, to] =
        [&result.base, &result.other].map(|info| escape(label(&info.title, &info.name)));
    match from == to {
        true => writeln!(out, "# What makes the difference: {from}\n")?,
        false => writeln!(out, "# What makes the difference: {from} → {to}\n")?,
    }
    let size = |run: &RunInfo| {
        format!(
            "{} trials in {} draws of {}, seed {}",
            format::count(run.trials),
            format::count(run.draws),
            run.trials_per_draw,
            run.seed
        )
    };
    let how = explained_how(result);
    match &result.other_run {
        None => writeln!(out, "{how}, each of {}.\n", size(&result.run))?,
        Some(other) => {
            let (one, other) = (size(&result.run), size(other));
            writeln!(out, "{how}, of {one}, and of {other}.\n")?;
        }
    }
    for number in &result.numbers {
        let title = escape(label(&number.title, &number.name));
        match number.unit.as_str() {
            "" => writeln!(out, "## {title}\n")?,
            unit => writeln!(out, "## {title} ({})\n", escape(unit))?,
        }
        writeln!(out, "{}\n", explained_sides(number))?;
        let rows = number.parts.iter().chain([&number.total]).map(|part| {
            vec![
                match part.edit.as_str() {
                    "" => "in all".to_owned(),
                    edit => escape(edit),
                },
                joined(explained_value(number, part)),
                explained_range(number, part),
                explained_verdict(part).to_owned(),
            ]
        });
        let part = match number.is_probability() {
            true => "part ±, pp",
            false => "part ±",
        };
        table(out, &["edit", part, "95% interval", "verdict"], 1, rows)?;
    }
    Ok(())
}
