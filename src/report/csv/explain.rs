//! A difference split among edits, as CSV: a row per part.

use super::Layout;
use super::cells::{fault_of_writing, harmless};
use crate::results::ExplainResult;
use std::io::{self, Write};

const HEADER: [&str; 13] = [
    "scenario",
    "base",
    "section",
    "name",
    "title",
    "part",
    "edit",
    "value",
    "std_error",
    "low95",
    "high95",
    "p_adjusted",
    "detectable",
];

/// Of each number the parts are `base` and `other`, which are its values, `total`, which is the
/// whole difference, one `edit` for each edit, and `numbers` and `engine` where those differ.
///
/// # Errors
/// Those of `out`.
pub fn write_explain(
    out: &mut dyn Write,
    result: &ExplainResult,
    layout: Layout,
) -> io::Result<()> {
    let mut csv = layout.writer(out)?;
    csv.write_record(HEADER).map_err(fault_of_writing)?;
    let text = |x: Option<f64>| x.map(|x| x.to_string()).unwrap_or_default();
    let scenarios = [&result.other.name, &result.base.name].map(|name| harmless(name));
    for number in &result.numbers {
        let mut write = |part: &str, edit: &str, numbers: [String; 6]| {
            let title = harmless(&number.title);
            let named = [
                &scenarios[0],
                &scenarios[1],
                number.kind.as_str(),
                &number.name,
                &title,
                part,
                &harmless(edit),
            ];
            let row = named.map(str::to_owned).into_iter().chain(numbers);
            csv.write_record(row).map_err(fault_of_writing)
        };
        for (side, value) in [("base", number.base), ("other", number.other)] {
            let mut numbers: [String; 6] = Default::default();
            numbers[0] = text(value);
            write(side, "", numbers)?;
        }
        for part in std::iter::once(&number.total).chain(&number.parts) {
            let end = |i: usize| text(part.ci95.map(|ends| ends[i]));
            let numbers = [
                text(part.difference),
                text(part.std_error),
                end(0),
                end(1),
                text(part.p_adjusted),
                match part.difference {
                    Some(_) => u8::from(part.detectable).to_string(),
                    None => String::new(),
                },
            ];
            write(&part.kind, &part.edit, numbers)?;
        }
    }
    csv.flush()
}
