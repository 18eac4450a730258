//! A sweep as Markdown.

use super::{INTERRUPTED, escape, joined, label, table};
use crate::report::format;
use crate::report::table::{
    break_even, sweep_difference, sweep_name, sweep_value, sweep_verdict, text_of,
};
use crate::results::{SweepResult, SweepValue};
use std::io::{self, Write};

/// # Errors
/// Those of `out`.
pub fn write_sweep(out: &mut dyn Write, result: &SweepResult) -> io::Result<()> {
    let info = &result.scenario;
    writeln!(out, "# {}\n", escape(label(&info.title, &info.name)))?;
    writeln!(
        out,
        "{} runs beside the file as it is, each of {} trials in {} draws of {}, seed {}.\n",
        format::count(result.points.len() as u64),
        format::count(result.run.trials),
        format::count(result.run.draws),
        result.run.trials_per_draw,
        result.run.seed
    )?;
    if result.run.interrupted {
        writeln!(out, "{INTERRUPTED}\n")?;
    }
    for (k, of) in result.of.iter().enumerate() {
        writeln!(out, "## {}\n", escape(&sweep_name(of)))?;
        let pp = if of.is_probability() { ", pp" } else { "" };
        let (value, difference) = (format!("value ±{pp}"), format!("difference ±{pp}"));
        let paths: Vec<String> = result.axes.iter().map(|axis| escape(&axis.path)).collect();
        let mut columns: Vec<&str> = paths.iter().map(String::as_str).collect();
        columns.extend([value.as_str(), &difference, "verdict"]);
        let row = |at: Vec<String>, value: &SweepValue, verdict: &str| {
            let told = [
                joined(sweep_value(of, value)),
                joined(sweep_difference(of, value)),
                verdict.to_owned(),
            ];
            at.into_iter().chain(told).collect()
        };
        let own = vec!["file".to_owned(); result.axes.len()];
        let base = std::iter::once(row(own, &result.base[k], ""));
        let points = result.points.iter().map(|point| {
            let value = &point.values[k];
            let at = point.at.iter().map(|value| escape(&text_of(value)));
            row(at.collect(), value, sweep_verdict(value))
        });
        table(out, &columns, result.axes.len(), base.chain(points))?;
    }
    if let Some(text) = break_even(result) {
        writeln!(out, "## Break-even\n\n{}\n", escape(&text))?;
    }
    Ok(())
}
