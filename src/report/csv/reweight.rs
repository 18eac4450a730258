//! A run under other start weights as CSV, in the columns of a run's.

use super::{Layout, Row, Table};
use crate::results::{Difference, ReweightResult};
use std::io::{self, Write};

/// The numbers under the new weights; then, with the scenario's name in the column `base`, the
/// differences from the run as it was.
///
/// # Errors
/// Those of `out`.
pub fn write_reweight(
    out: &mut dyn Write,
    result: &ReweightResult,
    layout: Layout,
) -> io::Result<()> {
    let mut table = Table::new(out, layout)?;
    let all = Row {
        scenario: &result.scenario.name,
        ..Row::default()
    };
    for w in &result.weights {
        let row = all.named("trend", &w.name, &w.title);
        table.row(&row.quantity("weight", w.weight))?;
        table.row(&row.quantity("weight_in_the_run", w.before))?;
    }
    for (section, shares) in [
        ("group", &result.groups),
        ("outcome", &result.outcomes),
        ("question", &result.questions),
        ("conditional", &result.conditional),
    ] {
        for one in shares {
            let row = all.named(section, &one.name, &one.title);
            table.row(&Row {
                ci95: Some(one.ci95),
                epistemic90: one.epistemic90,
                ..row
                    .quantity("probability", one.probability)
                    .error(one.std_error)
            })?;
        }
    }
    for one in &result.metrics {
        let row = all.named("metric", &one.name, &one.title);
        table.row(&Row {
            ci95: one.ci95,
            ..row.quantity("mean", one.mean).error(one.std_error)
        })?;
        table.row(&row.quantity("defined", one.defined))?;
    }
    for one in &result.ratios {
        let row = all.named("ratio", &one.name, &one.title);
        let told = row.quantity("ratio", one.ratio).error(one.std_error);
        table.fieller(&row, told, (one.shape, one.ci95), None)?;
    }
    let pair = Row {
        base: &result.scenario.name,
        ..all
    };
    let rows = |of: fn(&ReweightResult) -> Vec<Difference>| of(result);
    for (section, differences) in [
        (
            "group",
            rows(|r| r.groups.iter().map(|g| g.difference.clone()).collect()),
        ),
        (
            "outcome",
            rows(|r| r.outcomes.iter().map(|o| o.difference.clone()).collect()),
        ),
        (
            "question",
            rows(|r| r.questions.iter().map(|q| q.difference.clone()).collect()),
        ),
        (
            "conditional",
            rows(|r| r.conditional.iter().map(|q| q.difference.clone()).collect()),
        ),
        (
            "metric",
            rows(|r| r.metrics.iter().map(|m| m.difference.clone()).collect()),
        ),
        (
            "ratio",
            rows(|r| r.ratios.iter().map(|m| m.difference.clone()).collect()),
        ),
    ] {
        table.differences(&pair, section, &differences)?;
    }
    table.finish()
}
