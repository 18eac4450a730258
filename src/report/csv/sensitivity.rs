//! What a result hangs on as CSV, in the columns of a run's.

use super::cells::told_interrupted;
use super::{Layout, Row, Table};
use crate::results::SensitivityResult;
use std::io::{self, Write};

/// Two rows of section `run`, as of a run; then rows of section `sensitivity`: `outcome` has the
/// name of the target; `name` the input, or the target itself for its variance.
///
/// # Errors
/// Those of `out`.
pub fn write_sensitivity(
    out: &mut dyn Write,
    result: &SensitivityResult,
    layout: Layout,
) -> io::Result<()> {
    let mut table = Table::new(out, layout)?;
    let run = Row {
        scenario: &result.scenario.name,
        section: "run",
        ..Row::default()
    };
    table.row(&run.quantity("trials", result.run.trials as f64))?;
    table.row(&run.quantity("interrupted", told_interrupted(&result.run)))?;
    for target in &result.targets {
        let all = Row {
            scenario: &result.scenario.name,
            outcome: &target.of,
            ..Row::default()
        };
        let row = all.named("sensitivity", &target.of, &target.title);
        table.row(&row.quantity("value", target.value).error(target.std_error))?;
        if let Some(variance) = &target.variance {
            table.row(&row.quantity("variance", variance.total))?;
            let epistemic = row.quantity("epistemic_variance", variance.epistemic);
            table.row(&epistemic.error(variance.epistemic_std_error))?;
            table.row(&Row {
                ci95: Some(variance.epistemic_share_ci95),
                ..row
                    .quantity("epistemic_share", variance.epistemic_share)
                    .error(variance.epistemic_share_std_error)
            })?;
        }
        for index in &target.inputs {
            let row = all.named("sensitivity", &index.input, &index.title);
            table.row(&Row {
                ci95: Some(index.first_ci95),
                ..row.quantity("S1", index.first).error(index.first_std_error)
            })?;
            if index.total.is_some() {
                table.row(&Row {
                    ci95: index.total_ci95,
                    ..row.quantity("ST", index.total).error(index.total_std_error)
                })?;
            }
            if index.own.is_some() {
                table.row(&Row {
                    ci95: index.own_ci95,
                    ..row.quantity("S1_own", index.own).error(index.own_std_error)
                })?;
            }
            table.row(&Row {
                ci95: Some(index.evppi_ci95),
                ..row
                    .quantity("evppi", index.evppi)
                    .error(index.evppi_std_error)
            })?;
        }
        for effect in &target.effects {
            let row = all.named("sensitivity", &effect.input, &effect.title);
            table.row(&row.quantity("mu", effect.mu).error(effect.mu_std_error))?;
            let mu_star = row.quantity("mu_star", effect.mu_star);
            table.row(&mu_star.error(effect.mu_star_std_error))?;
            let sigma = row.quantity("sigma", effect.sigma);
            table.row(&sigma.error(effect.sigma_std_error))?;
            table.row(&row.quantity("noise", effect.noise))?;
        }
        for swing in &target.tornado {
            let row = all.named("sensitivity", &swing.input, &swing.title);
            table.row(&row.quantity("low", swing.low).error(swing.low_std_error))?;
            table.row(&row.quantity("high", swing.high).error(swing.high_std_error))?;
            table.row(&Row {
                ci95: swing.swing_ci95,
                ..row
                    .quantity("swing", swing.swing)
                    .error(swing.swing_std_error)
            })?;
        }
    }
    table.finish()
}
