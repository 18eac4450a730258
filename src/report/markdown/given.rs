//! A run split by a condition, as Markdown.

use super::{INTERRUPTED, escape, joined, label, table};
use crate::report::table::{
    given_difference, given_lists, given_name, given_split, given_untold, given_value,
};
use crate::results::GivenResult;
use std::io::{self, Write};

/// # Errors
/// Those of `out`.
pub fn write_given(out: &mut dyn Write, result: &GivenResult) -> io::Result<()> {
    let info = &result.scenario;
    writeln!(out, "# {}\n", escape(label(&info.title, &info.name)))?;
    if result.run.interrupted {
        writeln!(out, "{INTERRUPTED}\n")?;
    }
    writeln!(out, "{}\n", escape(&given_split(result)))?;
    for (title, rows) in given_lists(result) {
        if rows.is_empty() {
            continue;
        }
        let is_metric = title == "Metrics";
        writeln!(out, "## {title}\n")?;
        let rows = rows.iter().map(|row| {
            vec![
                escape(&given_name(row)),
                joined(given_value(&row.all, is_metric)),
                joined(given_value(&row.held, is_metric)),
                joined(given_value(&row.not_held, is_metric)),
                joined(given_difference(row, is_metric)),
                match row.detectable {
                    true => "yes".into(),
                    false => "no detectable difference".into(),
                },
            ]
        });
        let pp = if is_metric { "" } else { ", pp" };
        let heads = ["all", "held", "not held", "difference"].map(|head| format!("{head} ±{pp}"));
        let mut columns = vec![""];
        columns.extend(heads.iter().map(String::as_str));
        columns.push("detectable");
        table(out, &columns, 1, rows)?;
    }
    if let Some(text) = given_untold(result) {
        writeln!(out, "{}\n", escape(&text))?;
    }
    Ok(())
}
