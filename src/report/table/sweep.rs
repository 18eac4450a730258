//! A sweep for the eye: each number over the values of what varies.

use super::estimates::{join_errors, join_unlike};
use super::grid::Grid;
use super::series::with_unit;
use super::text::{Line, dotted, shorten, shorten_inside};
use super::{Page, label, palette, run};
use crate::report::format;
use crate::results::{CrossingAt, SweepOf, SweepResult, SweepValue};
use serde_json::Value;
use std::io;

/// Longest text of a value that is set.
const LONGEST_VALUE: usize = 24;

pub fn write(page: &mut Page<'_>, result: &SweepResult) -> io::Result<()> {
    let info = &result.scenario;
    page.paragraph(palette::TITLE, &label(&info.title, &info.name), 0)?;
    let runs = match result.points.len() {
        1 => "1 run beside the file as it is".to_owned(),
        n => format!("{} runs beside the file as it is", format::count(n as u64)),
    };
    let mut size = vec![runs];
    size.extend(run::size_of(&result.run));
    page.paragraph(palette::FAINT, &dotted(size), 0)?;
    if result.run.interrupted {
        let text = "interrupted: these are the runs that were complete, fewer than were asked for";
        page.paragraph(palette::WARNING, text, 0)?;
    }
    for axis in &result.axes {
        let own = match &axis.base {
            Some(value) => format!(" (in the file {})", text_of(value)),
            None => String::new(),
        };
        page.paragraph(anstyle::Style::new(), &format!("{}{own}", axis.path), 2)?;
    }
    for (k, of) in result.of.iter().enumerate() {
        page.section(&name(of), unit(of))?;
        if !crossed(result) || !matrix(page, result, k)? {
            list(page, result, k)?;
        }
    }
    if let Some(text) = answer(result) {
        page.section("Break-even", "")?;
        page.paragraph(palette::ESTIMATE, &text, 2)?;
    }
    page.blank()?;
    page.paragraph(palette::FAINT, LEGEND, 0)?;
    for warning in result.warnings.iter().take(3) {
        let text = format!("warning[{}]: {}", warning.code, warning.message);
        page.paragraph(palette::WARNING, &text, 0)?;
    }
    Ok(())
}

/// What the numbers mean.
pub const LEGEND: &str = "± is a standard error and comes from chance in the simulation. Differences are from the file as it is, by trials with the same \
     random numbers. One counts as detectable only if chance would show one anywhere in its table in fewer than 5% of sweeps.";

/// Where the number crosses its target, in words; `None` if that was not asked.
pub fn answer(result: &SweepResult) -> Option<String> {
    let found = result.break_even.as_ref()?;
    let (of, path) = (result.of.get(found.of)?, &result.axes.first()?.path);
    let target = match of.is_probability() {
        true => format!("{}%", format::plain(100.0 * found.crossing.target)),
        false => format::plain(found.crossing.target),
    };
    let what = format!("{} is {target}", name(of));
    let told: Vec<String> = found.crossing.crossings.iter().map(at_value).collect();
    let text = match told.as_slice() {
        [] if found.crossing.excluded => {
            format!(
                "{what} at no value of {path} in this range: all that were looked at are further away than chance can take them."
            )
        }
        [] => format!(
            "No crossing seen: {what} nowhere between values of {path} that lie on either side of it, but at some value chance alone could hide that."
        ),
        [one] => format!("{what} at {path} = {one}."),
        several => format!(
            "{what} more than once, at {path} = {}.",
            several.join(", and at ")
        ),
    };
    Some(text)
}

/// A crossing with its interval.
fn at_value(one: &CrossingAt) -> String {
    let way = if one.rises { "rising" } else { "falling" };
    let width = one.ci95.iter().flatten().map(|end| (end - one.at).abs());
    let error = width.fold(0.0, f64::max) / 2.0;
    let shown = |x: f64| format::estimate(x, error).value;
    let interval = match one.ci95 {
        [Some(low), Some(high)] => format!("95% interval {}", format::range([low, high], error)),
        [None, Some(high)] => format!("95% interval up to {}, and below the range", shown(high)),
        [Some(low), None] => format!("95% interval from {}, and beyond the range", shown(low)),
        [None, None] => "95% interval the whole range and beyond".into(),
    };
    format!("{} ({way}; {interval})", shown(one.at))
}

/// What a number is called.
pub fn name(of: &SweepOf) -> String {
    match of.is_probability() {
        true => label(&of.title, &of.name),
        false => with_unit(&of.title, &of.name, &of.unit),
    }
}

fn unit(of: &SweepOf) -> &'static str {
    match of.kind.as_str() {
        "metric" => "mean over the trials that have a value",
        "ratio" => "ratio of means",
        "conditional" => "among the trials in which its condition held",
        _ => "chance",
    }
}

/// A value as its author would write it.
pub fn text_of(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => match number.as_f64() {
            Some(number) => format::plain(number),
            None => number.to_string(),
        },
        other => other.to_string(),
    };
    // A variant that is a file is called by the file's name.
    let without_end = (text.strip_suffix(".json")).or_else(|| text.strip_suffix(".jsonc"));
    let name = without_end.map_or(text.as_str(), |path| {
        path.rsplit_once(['/', '\\']).map_or(path, |(_, name)| name)
    });
    shorten(name, LONGEST_VALUE)
}

/// The end of a path that tells it from the others.
pub fn short(path: &str) -> &str {
    let dots: Vec<usize> = path.match_indices('.').map(|(i, _)| i).collect();
    match dots.len() {
        0 | 1 => path,
        n => &path[dots[n - 2] + 1..],
    }
}

/// Value and error as they are shown.
pub fn told(of: &SweepOf, value: &SweepValue) -> (String, String) {
    match (value.value, value.std_error) {
        (Some(number), Some(error)) => {
            let rounded = match of.is_probability() {
                true => format::percentage(number, error),
                false => format::estimate(number, error),
            };
            (rounded.value, rounded.error)
        }
        _ => ("no value".into(), String::new()),
    }
}

/// Difference and error as they are shown.
pub fn difference(of: &SweepOf, value: &SweepValue) -> (String, String) {
    match (value.difference, value.difference_std_error) {
        (Some(number), Some(error)) => {
            let rounded = match of.is_probability() {
                true => format::points(number, error),
                false => format::difference(number, error),
            };
            (rounded.value, rounded.error)
        }
        _ => ("–".into(), String::new()),
    }
}

/// What to make of a difference; empty if it is there.
pub fn verdict(value: &SweepValue) -> &'static str {
    match value.difference {
        _ if value.identical => "identical",
        _ if value.detectable => "",
        Some(_) => "no detectable difference",
        None => "no difference can be formed",
    }
}

/// A row per run.
fn list(page: &mut Page<'_>, result: &SweepResult, k: usize) -> io::Result<()> {
    let of = &result.of[k];
    let join = match of.is_probability() {
        true => join_errors,
        false => join_unlike,
    };
    let rows: Vec<&SweepValue> = std::iter::once(&result.base[k])
        .chain(result.points.iter().map(|point| &point.values[k]))
        .collect();
    let column = |axis: usize| {
        let own = "file".to_owned();
        std::iter::once(own).chain(result.points.iter().map(move |p| text_of(&p.at[axis])))
    };
    let head = |axis: usize| shorten_inside(short(&result.axes[axis].path), LONGEST_VALUE);
    let mut grid = Grid::new(&head(0), column(0));
    grid.style_label(0, palette::FAINT);
    for axis in 1..result.axes.len() {
        grid.plain_column(&head(axis), 0, column(axis));
    }
    let pp = if of.is_probability() { " pp" } else { "" };
    let values = join(rows.iter().map(|value| told(of, value)).collect());
    let values = values
        .iter()
        .map(|text| Line::styled(palette::ESTIMATE, text));
    grid.column(&format!("value ±{pp}"), 0, values);
    let differences: Vec<_> = rows.iter().map(|value| difference(of, value)).collect();
    let differences = join(differences);
    let differences = differences.iter().zip(&rows).map(|(text, value)| {
        let style = match value.detectable {
            true => palette::ESTIMATE,
            false => palette::FAINT,
        };
        Line::styled(style, text)
    });
    grid.column(&format!("difference ±{pp}"), 0, differences);
    let verdicts: Vec<String> = (rows.iter().enumerate())
        .map(|(i, value)| match i {
            0 => String::new(),
            _ => verdict(value).to_owned(),
        })
        .collect();
    let mut whole = grid.clone();
    whole.plain_column("", 0, verdicts.iter().cloned());
    if whole.fits(page.width()) {
        whole.write(page)?;
    } else {
        for (row, text) in verdicts
            .into_iter()
            .enumerate()
            .filter(|(_, t)| !t.is_empty())
        {
            grid.note(row, text);
        }
        grid.write(page)?;
    }
    Ok(())
}

/// Whether the runs are all combinations of the values of two inputs.
fn crossed(result: &SweepResult) -> bool {
    let sizes: Vec<usize> = result.axes.iter().map(|axis| axis.values.len()).collect();
    result.design == "grid" && matches!(sizes[..], [a, b] if b > 1 && a * b == result.points.len())
}

/// The first input down, the second across; `false` if that is too wide.
fn matrix(page: &mut Page<'_>, result: &SweepResult, k: usize) -> io::Result<bool> {
    let of = &result.of[k];
    let [down, across] = [&result.axes[0], &result.axes[1]];
    let mut grid = Grid::new(short(&down.path), down.values.iter().map(text_of));
    for (j, head) in across.values.iter().enumerate() {
        let values =
            (0..down.values.len()).map(|i| &result.points[i * across.values.len() + j].values[k]);
        let cells = values.map(|value| {
            let sign = match value.detectable {
                true => " ",
                false => "·",
            };
            let style = match value.detectable {
                true => palette::ESTIMATE,
                false => palette::FAINT,
            };
            Line::styled(style, &format!("{}{sign}", told(of, value).0))
        });
        grid.column(&text_of(head), 0, cells);
    }
    if !grid.fits(page.width()) {
        return Ok(false);
    }
    page.paragraph(
        palette::FAINT,
        &format!("across: {}", short(&across.path)),
        2,
    )?;
    grid.write(page)?;
    let largest = (result.points.iter())
        .filter_map(|point| point.values[k].std_error)
        .fold(0.0, f64::max);
    let error = match of.is_probability() {
        true => format!("{} pp", format::percentage(0.0, largest).error),
        false => format::estimate(0.0, largest).error,
    };
    let (own, own_error) = told(of, &result.base[k]);
    let text = format!(
        "file as it is: {own} ± {own_error}; each value ± {error} at most; · no detectable difference from the file"
    );
    page.paragraph(palette::FAINT, &text, 2)?;
    Ok(true)
}
