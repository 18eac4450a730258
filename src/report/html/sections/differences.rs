//! What differs between a scenario and the base, with paired intervals.

use super::{Body, Pair, Section};
use crate::report::chart::from_results as chart;
use crate::report::format;
use crate::report::html::markup::Markup;
use crate::report::html::table::Table;
use crate::report::html::wording::{label, with_error};
use crate::results::Difference;
use crate::results::Presence;

pub const OUTCOMES: Section<Pair> = Section {
    key: "outcomes",
    title: "Outcomes compared",
    is_needed: |_| true,
    write: |body, pair| {
        let pairs = chart::pairs(&pair.base, &pair.other);
        body.chart(|frame| pairs.draw(frame));
        body.chart(|frame| {
            chart::outcome_differences(&pair.base, &pair.other, &pair.comparison, frame)
        });
        one_sided(body, &pair.comparison.differences);
    },
};

pub const QUESTIONS: Section<Pair> = Section {
    key: "questions",
    title: "Questions compared",
    is_needed: |pair| {
        let comparison = &pair.comparison;
        !comparison.questions.is_empty() || !comparison.conditional.is_empty()
    },
    write: |body, pair| {
        let some = &pair.comparison.conditional;
        if !some.is_empty() {
            body.table(&shares(
                "Differences of chances in some of the futures, other less base",
                some,
            ));
        }
        let list = &pair.comparison.questions;
        if list.is_empty() {
            return;
        }
        let sides = [&pair.base, &pair.other];
        let about = ["questions", "What changes: questions"];
        let plot = chart::differences(sides, &pair.comparison, list, about);
        body.chart(|frame| plot.draw(frame));
        one_sided(body, list);
    },
};

/// Differences of chances, which are told as percentages.
fn shares(caption: &str, list: &[Difference]) -> Table {
    let head = ["question", "base", "other", "difference, pp", "detectable"];
    let mut table = Table::new(caption, head);
    for one in list {
        let side = |value: Option<f64>| match (value, one.unpaired_std_error) {
            (Some(value), Some(error)) => format::percentage(value, error).value,
            (Some(value), None) => format::percentage(value, 0.005).value,
            (None, _) => "no trial".into(),
        };
        let difference = match (one.difference, one.std_error) {
            (Some(value), Some(error)) => with_error(format::points(value, error)),
            _ => "–".into(),
        };
        table.row([
            Markup::text(label(&one.title, &one.outcome)),
            side(one.base).into(),
            side(one.other).into(),
            difference.into(),
            verdict(one),
        ]);
    }
    table
}

pub const METRICS: Section<Pair> = Section {
    key: "metrics",
    title: "Metrics compared",
    is_needed: |pair| !pair.comparison.metrics.is_empty(),
    write: |body, pair| {
        let head = [
            "metric",
            "base",
            "other",
            "difference",
            "95% interval",
            "detectable",
        ];
        let mut table = Table::new(
            "Differences of the means of metrics, and of ratios of them, other less base",
            head,
        );
        let rows = pair
            .comparison
            .metrics
            .iter()
            .chain(&pair.comparison.ratios);
        for one in rows {
            let (difference, interval) = match (one.difference, one.std_error, one.ci95) {
                (Some(value), Some(error), Some(ends)) => (
                    with_error(format::difference(value, error)),
                    format::difference_range(ends, error),
                ),
                _ => ("–".into(), "–".into()),
            };
            let side = |value: Option<f64>| match (value, one.unpaired_std_error) {
                // The error of the unpaired difference: no finer than that is either side.
                (Some(value), Some(error)) => format::estimate(value, error).value,
                _ => "–".into(),
            };
            table.row([
                Markup::text(label(&one.title, &one.outcome)),
                side(one.base).into(),
                side(one.other).into(),
                difference.into(),
                interval.into(),
                verdict(one),
            ]);
        }
        body.table(&table);
    },
};

fn verdict(one: &Difference) -> Markup {
    if one.detectable {
        Markup::strong("yes")
    } else {
        Markup::faint("no detectable difference")
    }
}

/// Things that only one of the files has.
fn one_sided(body: &mut Body, list: &[Difference]) {
    for (side, words) in [
        (Presence::Base, "Only the base has"),
        (Presence::Other, "Only the other has"),
    ] {
        let found: Vec<&str> = (list.iter())
            .filter(|one| one.present == side)
            .map(|one| label(&one.title, &one.outcome))
            .collect();
        if !found.is_empty() {
            body.remark(format!("{words}: {}.", found.join("; ")));
        }
    }
}
