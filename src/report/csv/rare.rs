//! The probability of something rare as CSV, in the columns of a run's.

use super::{Layout, Row, Table};
use crate::results::RareResult;
use std::io::{self, Write};

/// Rows of section `rare`.
///
/// # Errors
/// Those of `out`.
pub fn write_rare(out: &mut dyn Write, result: &RareResult, layout: Layout) -> io::Result<()> {
    let mut table = Table::new(out, layout)?;
    let all = Row {
        scenario: &result.scenario.name,
        ..Row::default()
    };
    let row = all.named("rare", &result.of, &result.title);
    table.row(&Row {
        ci95: result.ci95,
        ..row
            .quantity("probability", result.probability)
            .error(result.std_error)
    })?;
    if result.at_most.is_some() {
        table.row(&row.quantity("at_most", result.at_most))?;
    }
    table.row(&Row {
        ci95: Some(result.plain.ci95),
        ..row.quantity("plain_probability", result.plain.probability)
    })?;
    if let Some(found) = &result.found_ways {
        table.row(&Row {
            ci95: Some(found.ci95),
            ..row
                .quantity("found_ways", found.probability)
                .error(Some(found.std_error))
        })?;
    }
    let counts = [
        ("interrupted", f64::from(u8::from(result.interrupted))),
        ("plain_trials", result.plain.trials as f64),
        ("plain_hits", result.plain.hits as f64),
        ("trials", result.trials as f64),
        ("repetitions", result.repetitions as f64),
        ("effective_repetitions", result.effective_repetitions),
        ("first_behind", result.first_behind as f64),
        ("effective_first", result.effective_first),
    ];
    for (name, count) in counts {
        table.row(&row.quantity(name, count))?;
    }
    Ok(())
}
