//! A run split by a condition, as CSV: a row per number of a side.

use super::Layout;
use super::cells::{fault_of_writing, harmless, told_interrupted};
use crate::results::{GivenResult, GivenRow, GivenValue};
use std::io::{self, Write};

const HEADER: [&str; 12] = [
    "scenario",
    "section",
    "name",
    "title",
    "side",
    "trials",
    "effective_trials",
    "value",
    "std_error",
    "low95",
    "high95",
    "detectable",
];

/// The sides are `all`, `held`, `not_held` and `difference`; the first row says whether the run was
/// interrupted, the second has the chance of the condition itself.
///
/// # Errors
/// Those of `out`.
pub fn write_given(out: &mut dyn Write, result: &GivenResult, layout: Layout) -> io::Result<()> {
    let mut csv = layout.writer(out)?;
    csv.write_record(HEADER).map_err(fault_of_writing)?;
    let number = |x: Option<f64>| x.map(|x| x.to_string()).unwrap_or_default();
    let scenario = harmless(&result.scenario.name).into_owned();
    let mut write = |section: &str, row: [&str; 2], side: &str, value: &GivenValue, told: &str| {
        let [low, high] = [0, 1].map(|i| number(value.ci95.map(|ends| ends[i])));
        let trials = match side {
            "difference" => String::new(),
            _ => value.trials.to_string(),
        };
        csv.write_record([
            &scenario,
            section,
            row[0],
            &harmless(row[1]),
            side,
            &trials,
            &number(value.effective_trials),
            &number(value.value),
            &number(value.std_error),
            &low,
            &high,
            told,
        ])
        .map_err(fault_of_writing)
    };
    let interrupted = GivenValue {
        trials: result.run.trials,
        value: Some(told_interrupted(&result.run)),
        ..GivenValue::default()
    };
    write("run", ["interrupted", ""], "all", &interrupted, "")?;
    let condition = GivenValue {
        trials: result.run.trials,
        value: Some(result.probability),
        std_error: Some(result.std_error),
        ci95: Some(result.ci95),
        effective_trials: None,
    };
    write("condition", ["", &result.condition], "all", &condition, "")?;
    let lists: [(&str, &[GivenRow]); 5] = [
        ("group", &result.groups),
        ("outcome", &result.outcomes),
        ("question", &result.questions),
        ("conditional", &result.conditional),
        ("metric", &result.metrics),
    ];
    for (section, rows) in lists {
        for row in rows {
            let named = [row.name.as_str(), row.title.as_str()];
            write(section, named, "all", &row.all, "")?;
            write(section, named, "held", &row.held, "")?;
            write(section, named, "not_held", &row.not_held, "")?;
            let difference = GivenValue {
                trials: 0,
                value: row.difference,
                std_error: row.difference_std_error,
                ci95: row.difference_ci95,
                effective_trials: None,
            };
            let told = if row.detectable { "1" } else { "0" };
            write(section, named, "difference", &difference, told)?;
        }
    }
    csv.flush()
}
