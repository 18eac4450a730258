//! What a result hangs on as Markdown.

use super::{INTERRUPTED, escape, joined, label, table, with_error};
use crate::report::format;
use crate::report::table::{answer, effect, effect_size, reading, swing_text};
use crate::results::SensitivityResult;
use std::io::{self, Write};

/// # Errors
/// Those of `out`.
pub fn write_sensitivity(out: &mut dyn Write, result: &SensitivityResult) -> io::Result<()> {
    let info = &result.scenario;
    writeln!(out, "# {}\n", escape(label(&info.title, &info.name)))?;
    writeln!(
        out,
        "{} trials in {} draws of {}, seed {}.\n",
        format::count(result.run.trials),
        format::count(result.run.draws),
        result.run.trials_per_draw,
        result.run.seed
    )?;
    if result.run.interrupted {
        writeln!(out, "{INTERRUPTED}\n")?;
    }
    let name = |title: &str, name: &str, kind: &str| match kind {
        "weight" => format!("weight of {}", escape(label(title, name))),
        _ => escape(label(title, name)),
    };
    let verdict = |detectable: bool, not: &str| match detectable {
        true => String::new(),
        false => not.to_owned(),
    };
    for target in &result.targets {
        let of = escape(label(&target.title, &target.of));
        let is_metric = target.kind == "metric";
        writeln!(out, "## What '{of}' hangs on\n")?;
        writeln!(out, "{}\n", escape(&answer(target)))?;
        if !target.inputs.is_empty() {
            let rows = target.inputs.iter().map(|i| {
                vec![
                    name(&i.title, &i.input, &i.kind),
                    with_error(format::percentage(i.first, i.first_std_error)),
                    format::percent_range(i.first_ci95, i.first_std_error),
                    match (i.total, i.total_std_error) {
                        (Some(total), Some(error)) => with_error(format::percentage(total, error)),
                        _ => String::new(),
                    },
                    match (i.own, i.own_std_error) {
                        (Some(own), Some(error)) => with_error(format::percentage(own, error)),
                        _ => String::new(),
                    },
                    with_error(format::estimate(i.evppi, i.evppi_std_error)),
                    verdict(i.detectable, "not told from noise"),
                ]
            });
            let columns = [
                "input",
                "explains ± pp",
                "95% interval",
                "in all ± pp",
                "alone ± pp",
                "worth ±",
                "verdict",
            ];
            table(out, &columns, 1, rows)?;
        }
        if !target.effects.is_empty() {
            let rows = target.effects.iter().map(|e| {
                let size = |value| effect_size(value, e.mu_star_std_error, is_metric);
                vec![
                    name(&e.title, &e.input, &e.kind),
                    joined(size(e.mu_star)),
                    joined(effect(e.mu, e.mu_std_error, is_metric)),
                    joined(effect_size(e.sigma, e.sigma_std_error, is_metric)),
                    size(e.noise).0,
                    verdict(e.detectable, "not told from noise"),
                ]
            });
            let columns = ["input", "mu\\* ±", "mu ±", "sigma ±", "chance", "verdict"];
            table(out, &columns, 1, rows)?;
        }
        if !target.tornado.is_empty() {
            writeln!(out, "### Each input alone, at its 5% and its 95%\n")?;
            let value = |value: Option<f64>, error: Option<f64>| match (value, error) {
                (Some(value), Some(error)) => with_error(match is_metric {
                    true => format::estimate(value, error),
                    false => format::percentage(value, error),
                }),
                _ => "no value".into(),
            };
            let rows = target.tornado.iter().map(|s| {
                vec![
                    name(&s.title, &s.input, &s.kind),
                    value(s.low, s.low_std_error),
                    value(s.high, s.high_std_error),
                    joined(swing_text(s, is_metric)),
                    verdict(s.detectable, "no detectable difference"),
                ]
            });
            let columns = ["input", "low ±", "high ±", "swing ±", "verdict"];
            table(out, &columns, 1, rows)?;
        }
    }
    for text in reading(result) {
        writeln!(out, "{}\n", escape(&text))?;
    }
    Ok(())
}
