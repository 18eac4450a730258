//! A sweep as CSV: a row per number of a run, with a column for each input that varies.

use super::Layout;
use super::cells::{fault_of_writing, harmless, told_interrupted};
use crate::results::{SweepResult, SweepValue};
use serde_json::Value;
use std::io::{self, Write};

/// Columns behind those of the inputs.
const HEADER: [&str; 15] = [
    "section",
    "name",
    "title",
    "value",
    "std_error",
    "low95",
    "high95",
    "difference",
    "difference_std_error",
    "difference_low95",
    "difference_high95",
    "p_adjusted",
    "detectable",
    "input_low95",
    "input_high95",
];

/// The first row says whether the sweep was interrupted. The file as it is comes next, with `file`
/// as its run; the others are numbered from 1. A crossing has `break_even` as its run: its interval
/// is one of the input, and has columns of its own.
///
/// # Errors
/// Those of `out`.
pub fn write_sweep(out: &mut dyn Write, result: &SweepResult, layout: Layout) -> io::Result<()> {
    let mut csv = layout.writer(out)?;
    let paths = result.axes.iter().map(|axis| axis.path.as_str());
    let header = std::iter::once("run").chain(paths).chain(HEADER);
    csv.write_record(header).map_err(fault_of_writing)?;
    let width = 1 + result.axes.len() + HEADER.len();
    let mut all = vec!["all".to_owned()];
    all.resize(1 + result.axes.len(), String::new());
    all.extend(["run", "interrupted", ""].map(str::to_owned));
    all.push(told_interrupted(&result.run).to_string());
    all.resize(width, String::new());
    csv.write_record(all).map_err(fault_of_writing)?;
    let own: Vec<Value> = (result.axes.iter())
        .map(|axis| axis.base.clone().unwrap_or(Value::Null))
        .collect();
    let base = std::iter::once(("file".to_owned(), &own, &result.base));
    let points = (1..).zip(&result.points);
    let points = points.map(|(n, point)| (n.to_string(), &point.at, &point.values));
    for (run, at, values) in base.chain(points) {
        for (of, value) in result.of.iter().zip(values) {
            let mut row = vec![run.clone()];
            row.extend(at.iter().map(cell));
            row.extend([
                of.kind.clone(),
                of.name.clone(),
                harmless(&of.title).into_owned(),
            ]);
            row.extend(numbers(value));
            row.resize(width, String::new());
            csv.write_record(row).map_err(fault_of_writing)?;
        }
    }
    if let Some(found) = &result.break_even {
        for one in &found.crossing.crossings {
            // The input is the answer; the number is the target.
            let (of, end) = (&result.of[found.of], |i: usize| {
                one.ci95[i].map(|x| x.to_string()).unwrap_or_default()
            });
            let mut row = vec!["break_even".to_owned(), one.at.to_string()];
            row.extend([
                of.kind.clone(),
                of.name.clone(),
                harmless(&of.title).into_owned(),
            ]);
            row.push(found.crossing.target.to_string());
            row.resize(width - 2, String::new());
            row.extend([end(0), end(1)]);
            csv.write_record(row).map_err(fault_of_writing)?;
        }
    }
    csv.flush()
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => harmless(text).into_owned(),
        other => other.to_string(),
    }
}

fn numbers(value: &SweepValue) -> [String; 10] {
    let number = |x: Option<f64>| x.map(|x| x.to_string()).unwrap_or_default();
    let end = |ends: Option<[f64; 2]>, i: usize| number(ends.map(|ends| ends[i]));
    let detectable = value
        .difference
        .map(|_| u8::from(value.detectable).to_string());
    [
        number(value.value),
        number(value.std_error),
        end(value.ci95, 0),
        end(value.ci95, 1),
        number(value.difference),
        number(value.difference_std_error),
        end(value.difference_ci95, 0),
        end(value.difference_ci95, 1),
        number(value.p_adjusted),
        detectable.unwrap_or_default(),
    ]
}
