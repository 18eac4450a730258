//! Charts of the commands that ask why: indices and swings of inputs, parts of a difference, both
//! sides of a condition, signs, ends that were near.
//!
//! Each gives the data of a chart, or nothing where there is nothing that has an interval.

use super::*;
use crate::report::table::{
    explained_value, given_difference, given_name, observation, swing_text,
};

/// Rows of a chart: more are in the table below it.
const ROWS: usize = 12;

/// How an input is called.
pub fn input_name(title: &str, name: &str, kind: &str) -> String {
    match kind {
        "weight" => format!("weight of {}", named(title, name)),
        _ => named(title, name),
    }
}

/// Indices of the inputs that are told from noise: the total ones if there are such, else those of
/// first order.
pub fn indices(target: &SensitivityTarget) -> Option<Rows> {
    let told = target.inputs.iter().filter(|input| input.detectable);
    let told: Vec<&SensitivityIndex> = told.take(ROWS).collect();
    let is_total = told.iter().all(|input| input.total.is_some());
    let number =
        |input: &SensitivityIndex| match (input.total, input.total_std_error, input.total_ci95) {
            (Some(total), Some(error), Some(interval)) if is_total => (total, error, interval),
            _ => (input.first, input.first_std_error, input.first_ci95),
        };
    let rows: Vec<Row> = (told.iter())
        .map(|input| {
            let (value, error, interval) = number(input);
            Row {
                title: input_name(&input.title, &input.input, &input.kind),
                interval: interval.map(|end| end.clamp(0.0, 1.0)),
                ..probability_row(value, error, interval, None)
            }
        })
        .collect();
    if rows.is_empty() {
        return None;
    }
    let title = named(&target.title, &target.of);
    let what = match is_total {
        true => "Share that would be left if all other inputs were known",
        false => "Share of what is not known that each input explains",
    };
    let table = Table {
        header: ["Input", what, "95% interval"].map(str::to_owned).into(),
        rows: (rows.iter().zip(&told))
            .map(|(row, input)| {
                let (_, error, interval) = number(input);
                vec![
                    row.title.clone(),
                    format!("{} {}", row.value, row.error),
                    format::percent_range(interval, error),
                ]
            })
            .collect(),
    };
    Some(Rows {
        about: About {
            id: format!("indices-{}-{}", target.kind, target.of),
            title: format!("{title}: what each input explains"),
            subtitle: format!("{what}. Inputs that are not told from noise are left out."),
            description: format!(
                "{}, the largest index first.",
                format::number_of(rows.len(), "input")
            ),
            table,
        },
        mark: Mark::Bar,
        colours: Vec::new(),
        rows,
    })
}

/// A difference of a list, before it is drawn.
pub(super) struct One {
    pub title: String,
    /// Difference, error and interval, in the unit of the axis once they have been multiplied by
    /// `scale`.
    pub point: f64,
    pub error: f64,
    pub interval: [f64; 2],
    pub told: (String, String),
    pub detectable: bool,
}

/// What the rows of a list have in common.
pub(super) struct List<'a> {
    pub id: String,
    pub title: String,
    pub subtitle: &'a str,
    /// A metric's; empty for chances, which are in percentage points.
    pub unit: &'a str,
    pub is_share: bool,
}

pub(super) fn forest(list: &List<'_>, ones: Vec<One>) -> Option<Differences> {
    if ones.is_empty() {
        return None;
    }
    let scale = if list.is_share { 100.0 } else { 1.0 };
    let range = |one: &One| match list.is_share {
        true => format::points_range(one.interval, one.error),
        false => format::difference_range(one.interval, one.error),
    };
    let unit = match (list.is_share, list.unit) {
        (true, _) => "percentage points",
        (false, "") => "in its own unit",
        (false, unit) => unit,
    };
    let rows: Vec<DifferenceRow> = (ones.iter())
        .map(|one| DifferenceRow {
            title: one.title.clone(),
            point: scale * one.point,
            interval: one.interval.map(|end| scale * end),
            value: scale::minus(&one.told.0),
            error: plus_minus(&one.told.1),
            detectable: one.detectable,
        })
        .collect();
    let table = Table {
        header: [
            "Of what",
            "Difference",
            "95% interval",
            "Stands out from chance",
        ]
        .map(str::to_owned)
        .into(),
        rows: (rows.iter().zip(&ones))
            .map(|(row, one)| {
                vec![
                    row.title.clone(),
                    format!("{} {}", row.value, row.error),
                    range(one),
                    match row.detectable {
                        true => "yes".into(),
                        false => "no detectable difference".into(),
                    },
                ]
            })
            .collect(),
    };
    let seen = rows.iter().filter(|row| row.detectable).count();
    Some(Differences {
        about: About {
            id: list.id.clone(),
            title: list.title.clone(),
            subtitle: list.subtitle.into(),
            description: format!(
                "Dots around zero for {}, of which {seen} can be told from chance.",
                format::number_of(rows.len(), "difference")
            ),
            table,
        },
        unit: unit.into(),
        rows,
    })
}

/// A tornado: what moving each input from its 5% to its 95% does alone, the largest first.
pub fn swings(target: &SensitivityTarget, size: Option<&DesignSize>) -> Option<Differences> {
    let is_metric = target.kind == "metric";
    let ones = target.tornado.iter().take(ROWS).filter_map(|swing| {
        Some(One {
            title: input_name(&swing.title, &swing.input, &swing.kind),
            point: swing.swing?,
            error: swing.swing_std_error?,
            interval: swing.swing_ci95?,
            told: swing_text(swing, is_metric),
            detectable: swing.detectable,
        })
    });
    let size = size.map_or(String::new(), |size| {
        let trials = size.draws * u64::from(size.trials_per_draw);
        format!(", {} trials at each", format::count(trials))
    });
    let list = List {
        id: format!("swings-{}-{}", target.kind, target.of),
        title: format!(
            "{}: each input alone, from its 5% to its 95%",
            named(&target.title, &target.of)
        ),
        subtitle: &format!(
            "At the high end less at the low one, same random numbers{size}. Whisker: 95% interval."
        ),
        unit: &target.unit,
        is_share: !is_metric,
    };
    forest(&list, ones.collect())
}

/// What the signs by a day say: the chance if each is seen, less that if it is not.
pub fn signs(result: &TripwiresResult, day: &str) -> Option<Differences> {
    let rows = result.tripwires.iter();
    let ones = rows
        .filter(|row| row.by == day && row.detectable)
        .filter_map(|row| {
            let (point, error) = (row.difference?, row.difference_std_error?);
            let rounded = format::points(point, error);
            Some(One {
                title: observation(row),
                point,
                error,
                interval: row.difference_ci95?,
                told: (rounded.value, rounded.error),
                detectable: row.detectable,
            })
        });
    let list = List {
        id: format!("signs-{day}"),
        title: format!("What is seen by {day}"),
        subtitle: "Chance if it is seen, less that if it is not. Whisker: 95% interval.",
        unit: "",
        is_share: true,
    };
    forest(&list, ones.collect())
}

/// How chances, or metrics of one unit, differ between the two sides of a condition.
pub fn split(title: &str, rows: &[&GivenRow], is_metric: bool) -> Option<Differences> {
    let ones = rows.iter().filter_map(|row| {
        Some(One {
            title: given_name(row),
            point: row.difference?,
            error: row.difference_std_error?,
            interval: row.difference_ci95?,
            told: given_difference(row, is_metric),
            detectable: row.detectable,
        })
    });
    let list = List {
        id: format!("split-{title}"),
        title: format!("{title}: where it held, less where it did not"),
        subtitle: "Whisker: 95% interval. A difference is a connection, not an effect.",
        unit: "",
        is_share: !is_metric,
    };
    forest(&list, ones.collect())
}

/// What each edit adds to the difference of a number.
pub fn parts(number: &ExplainedNumber) -> Option<Differences> {
    let all = number.parts.iter().chain([&number.total]);
    let ones = all.filter_map(|part| {
        Some(One {
            title: match part.edit.as_str() {
                "" => "in all".into(),
                edit => edit.into(),
            },
            point: part.difference?,
            error: part.std_error?,
            interval: part.ci95?,
            told: explained_value(number, part),
            detectable: part.detectable,
        })
    });
    let list = List {
        id: format!("parts-{}-{}", number.kind, number.name),
        title: format!(
            "What each edit adds: {}",
            named(&number.title, &number.name)
        ),
        subtitle: "Shapley values, same random numbers in all runs. Whisker: 95% interval.",
        unit: &number.unit,
        is_share: number.is_probability(),
    };
    forest(&list, ones.collect())
}

/// Ends, or groups of them, that one event would have brought.
pub fn near(id: &str, title: &str, ends: &[NearEnd]) -> Option<Rows> {
    let rows: Vec<Row> = (ends.iter().take(ROWS))
        .map(|end| Row {
            title: named(&end.title, &end.name),
            ..probability_row(end.share.value, end.share.std_error, end.share.ci95, None)
        })
        .collect();
    let table = Table {
        header: ["End", "Share of these futures", "95% interval"]
            .map(str::to_owned)
            .into(),
        rows: (ends.iter())
            .map(|end| {
                let share = &end.share;
                vec![
                    named(&end.title, &end.name),
                    with_error(&format::percentage(share.value, share.std_error)),
                    format::percent_range(share.ci95, share.std_error),
                ]
            })
            .collect(),
    };
    let ends = match ends.len() {
        all if all > rows.len() => format!("{} of {all} ends", rows.len()),
        all => format::number_of(all, "end"),
    };
    (!rows.is_empty()).then(|| Rows {
        about: About {
            id: id.into(),
            title: title.into(),
            subtitle: "Share of these futures that one event otherwise would have brought there."
                .into(),
            description: format!("{ends}, the nearest first."),
            table,
        },
        mark: Mark::Dot,
        colours: Vec::new(),
        rows,
    })
}
