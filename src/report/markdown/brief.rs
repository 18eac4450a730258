//! The answer at a glance: a sentence, trends, outcomes by group, what they hang on.

use super::{escape, label, table};
use crate::report::known::{self, Known, Scale};
use crate::report::{drivers, headline};
use crate::results::{OutcomeResult, RunResult};
use std::io::{self, Write};

pub fn write(out: &mut dyn Write, result: &RunResult, level: usize) -> io::Result<()> {
    let heading = "#".repeat(level);
    writeln!(out, "{}\n", escape(&headline::of(result)))?;
    if !result.scorecard.is_empty() {
        writeln!(out, "{heading} Trends\n")?;
        trends(out, result)?;
    }
    if result.has_classes() {
        writeln!(out, "{heading} Outcomes at a glance\n")?;
        outcomes(out, result)?;
    }
    hangs_on(out, result, &heading)
}

/// The chance, the range, and words for them where one or two hold for all of the range.
fn cells(known: &Known<'_>, scale: &Scale) -> [String; 3] {
    [known.percent(), known.range(), escape(&scale.word(known))]
}

fn trends(out: &mut dyn Write, result: &RunResult) -> io::Result<()> {
    let scale = Scale::of(result);
    let whole = |share: f64| known::percent(share, Some(0));
    let rows = result.scorecard.iter().flat_map(|trend| {
        let named = vec![
            escape(label(&trend.title, &trend.name)),
            whole(trend.weight),
            whole(trend.leads),
        ];
        let mut rows: Vec<Vec<String>> = (trend.comes_true.iter())
            .map(|chance| {
                let mut row = named.clone();
                row.push(chance.by.clone());
                row.extend(cells(&chance.into(), &scale));
                row
            })
            .collect();
        if rows.is_empty() {
            rows.push([named, vec!["–".into(); 4]].concat());
        }
        rows
    });
    let columns = [
        "trend",
        "weight",
        "leads",
        "has come true by",
        "chance",
        "range",
        "in words",
    ];
    table(out, &columns, 1, rows)
}

fn outcomes(out: &mut dyn Write, result: &RunResult) -> io::Result<()> {
    let scale = Scale::of(result);
    let mut rows: Vec<Vec<String>> = Vec::new();
    let row = |title: String, known: &Known<'_>| {
        let mut row = vec![title];
        row.extend(cells(known, &scale));
        row
    };
    for class in headline::leading(result) {
        let is_group = result.groups.iter().any(|group| group.name == class.name);
        let title = escape(class.title);
        let title = if is_group {
            format!("**{title}**")
        } else {
            title
        };
        rows.push(row(title, &class.known));
        let mut members: Vec<&OutcomeResult> = (result.outcomes.iter())
            .filter(|o| is_group && o.group.as_deref() == Some(class.name))
            .collect();
        members.sort_by(|a, b| b.probability.total_cmp(&a.probability));
        rows.extend(members.iter().map(|outcome| {
            let title = escape(label(&outcome.title, &outcome.name));
            row(format!("– {title}"), &(*outcome).into())
        }));
    }
    let columns = ["outcome", "chance", "range", "in words"];
    table(out, &columns, 1, rows.into_iter())?;
    if scale.is_own() {
        writeln!(out, "{}\n", escape(&scale.told()))?;
    }
    Ok(())
}

fn hangs_on(out: &mut dyn Write, result: &RunResult, heading: &str) -> io::Result<()> {
    let Some(found) = drivers::of(result) else {
        return Ok(());
    };
    writeln!(out, "{heading} What '{}' hangs on\n", escape(found.title))?;
    let drivers = match found.drivers {
        Ok(drivers) => drivers,
        Err(why) => return writeln!(out, "{}\n", drivers::sentence(&why)),
    };
    let inputs: Vec<_> = drivers.inputs.iter().filter(|d| d.detectable).collect();
    if inputs.is_empty() {
        return writeln!(
            out,
            "No single assumption of {} was detected.\n",
            drivers.looked_at
        );
    }
    let rows = inputs.into_iter().map(|d| {
        let name = escape(label(&d.title, &d.input));
        let end = |p: f64, error: f64| known::percent(p, known::places(None, error));
        vec![
            if d.kind == "weight" {
                format!("weight of {name}")
            } else {
                name
            },
            drivers::explains(d),
            end(d.low, d.low_std_error),
            end(d.high, d.high_std_error),
        ]
    });
    table(
        out,
        &["assumption", "explains", "if lowest", "if highest"],
        1,
        rows,
    )
}
