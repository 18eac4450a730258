//! Charts of a sweep: a line for one input, a matrix for two; differences where choices are tried.

use super::why::{List, One, forest};
use super::*;
use crate::report::table::{short_path, sweep_difference, sweep_name, sweep_value, text_of};

/// One chart for each number; none for more than two inputs.
pub fn sweep(result: &SweepResult, frame: &Frame) -> Vec<Chart> {
    let numbers = 0..result.of.len();
    match result.axes.len() {
        1 => numbers
            .filter_map(|k| match response(result, k) {
                Some(line) => Some(line.draw(frame)),
                None => Some(choices(result, k)?.draw(frame)),
            })
            .collect(),
        2 => numbers
            .filter_map(|k| Some(heat(result, k)?.draw(frame)))
            .collect(),
        _ => Vec::new(),
    }
}

fn joined((value, error): (String, String)) -> String {
    with_error(&format::Rounded { value, error })
}

/// How the `k`-th number moves with the only input; `None` if that takes other values than numbers,
/// or nothing has an interval.
pub fn response(result: &SweepResult, k: usize) -> Option<Response> {
    let (of, axis) = (&result.of[k], &result.axes[0]);
    let mut points: Vec<ResponsePoint> = Vec::with_capacity(result.points.len());
    for point in &result.points {
        let (at, value) = (point.at[0].as_f64()?, &point.values[k]);
        if let (Some(number), Some(interval)) = (value.value, value.ci95) {
            points.push(ResponsePoint {
                at,
                value: number,
                interval,
                text: joined(sweep_value(of, value)),
            });
        }
    }
    points.sort_by(|a, b| a.at.total_cmp(&b.at));
    if points.is_empty() {
        return None;
    }
    let own = axis.base.as_ref().and_then(serde_json::Value::as_f64);
    let target = (result.break_even.as_ref())
        .filter(|found| found.of == k)
        .map(|found| found.crossing.target);
    let mut subtitle = "Dot: estimate; whisker: its 95% interval.".to_owned();
    if own.is_some() {
        subtitle.push_str(" Upright line: the file's own value.");
    }
    Some(Response {
        about: About {
            id: format!("sweep-{}-{}", of.kind, of.name),
            title: sweep_name(of),
            subtitle,
            description: format!(
                "{} over {} values of {}, from {} to {}.",
                sweep_name(of),
                points.len(),
                axis.path,
                points[0].text,
                points[points.len() - 1].text
            ),
            table: Table {
                header: [axis.path.as_str(), "Value", "95% interval"]
                    .map(str::to_owned)
                    .into(),
                rows: (points.iter())
                    .map(|point| {
                        let error = (point.interval[1] - point.interval[0]) / (2.0 * NORMAL_95);
                        let ends = match of.is_probability() {
                            true => format::percent_range(point.interval, error),
                            false => format::range(point.interval, error),
                        };
                        vec![format::plain(point.at), point.text.clone(), ends]
                    })
                    .collect(),
            },
        },
        input: axis.path.clone(),
        unit: if of.is_probability() {
            String::new()
        } else {
            of.unit.clone()
        },
        percent: of.is_probability(),
        points,
        own,
        target,
    })
}

/// How far the `k`-th number is from that of the file as it is, for each choice of the only input;
/// `None` if that takes numbers, and where no run is another than the file's.
pub fn choices(result: &SweepResult, k: usize) -> Option<Differences> {
    let of = &result.of[k];
    if (result.points.iter()).all(|point| point.at[0].is_number()) {
        return None;
    }
    let ones = result.points.iter().filter_map(|point| {
        let value = &point.values[k];
        // The file itself is what the others are compared with.
        if value.identical {
            return None;
        }
        Some(One {
            title: text_of(&point.at[0]),
            point: value.difference?,
            error: value.difference_std_error?,
            interval: value.difference_ci95?,
            told: sweep_difference(of, value),
            detectable: value.detectable,
        })
    });
    let list = List {
        id: format!("sweep-{}-{}", of.kind, of.name),
        title: sweep_name(of),
        subtitle: "Each choice less the file as it is, same random numbers. Whisker: 95% interval.",
        unit: &of.unit,
        is_share: of.is_probability(),
    };
    forest(&list, ones.collect())
}

/// How the `k`-th number moves with two inputs; `None` unless there is a run for each pair of their
/// values.
pub fn heat(result: &SweepResult, k: usize) -> Option<Heat> {
    let of = &result.of[k];
    let [down, across] = [&result.axes[0], &result.axes[1]];
    let whole = down.values.len() * across.values.len();
    if result.design != "grid" || whole != result.points.len() || whole == 0 {
        return None;
    }
    let cells: Vec<Vec<HeatCell>> = (result.points.chunks(across.values.len()))
        .map(|row| {
            let row = row.iter().map(|point| {
                let value = &point.values[k];
                HeatCell {
                    value: value.value.unwrap_or(f64::NAN),
                    text: sweep_value(of, value).0,
                    tip: joined(sweep_value(of, value)),
                }
            });
            row.collect()
        })
        .collect();
    let texts = |axis: &SweepAxis| axis.values.iter().map(text_of).collect::<Vec<_>>();
    let (names, heads) = (texts(down), texts(across));
    let table = Table {
        header: std::iter::once(format!(
            "{} / {}",
            short_path(&down.path),
            short_path(&across.path)
        ))
        .chain(heads.iter().cloned())
        .collect(),
        rows: (names.iter().zip(&cells))
            .map(|(name, row)| {
                let values = row.iter().map(|cell| cell.tip.clone());
                std::iter::once(name.clone()).chain(values).collect()
            })
            .collect(),
    };
    Some(Heat {
        about: About {
            id: format!("sweep-{}-{}", of.kind, of.name),
            title: sweep_name(of),
            subtitle: "The darker, the larger.".into(),
            description: format!(
                "{} for {} pairs of values of {} and {}.",
                sweep_name(of),
                whole,
                down.path,
                across.path
            ),
            table,
        },
        inputs: [down.path.clone(), across.path.clone()],
        down: names,
        across: heads,
        cells,
    })
}
