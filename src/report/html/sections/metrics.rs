//! Numbers read off finished futures: how they are distributed.

use super::Section;
use crate::report::chart::{Frame, from_results as chart};
use crate::report::format;
use crate::report::html::RunPart;
use crate::report::html::markup::Markup;
use crate::report::html::table::Table;
use crate::report::html::wording::{label, with_error};
use crate::results::{EpistemicStatus, MetricResult, RunResult};

pub const METRICS: Section<RunPart> = Section {
    key: "metrics",
    title: "Metrics",
    is_needed: |part| !part.result.metrics.is_empty(),
    write: |body, part| {
        let result = &part.result;
        let drawn = result
            .metrics
            .iter()
            .filter(|metric| metric.histogram.counts.iter().any(|count| *count > 0));
        let drawings = drawn
            .map(|metric| chart::bins(result, metric))
            .map(|bins| move |frame: &Frame| bins.draw(frame));
        body.charts(drawings);
        body.details("All metrics: means and both uncertainties", |body| {
            body.table(&table(result));
        });
    },
};

fn table(result: &RunResult) -> Table {
    let head = [
        "metric",
        "unit",
        "mean",
        "95% interval",
        "epistemic 90%",
        "has a value",
    ];
    let mut table = Table::new("Means of the metrics", head).texts(2);
    for metric in &result.metrics {
        let (mean, interval) = match (metric.mean, metric.std_error, metric.ci95) {
            (Some(mean), Some(error), Some(ends)) => (
                with_error(format::estimate(mean, error)),
                format::range(ends, error),
            ),
            _ if metric.has_no_mean() => ("no steady mean".into(), "–".into()),
            _ => ("no value".into(), "–".into()),
        };
        let defined = format::percentage(metric.defined, metric.defined_std_error);
        table.row([
            Markup::text(label(&metric.title, &metric.name)),
            Markup::text(&metric.unit),
            mean.into(),
            interval.into(),
            epistemic(metric).into(),
            with_error(defined).into(),
        ]);
    }
    table
}

fn epistemic(metric: &MetricResult) -> String {
    match (metric.epistemic.status, metric.epistemic90) {
        (EpistemicStatus::Exact, _) => "exact".into(),
        (EpistemicStatus::Resolved, Some(ends)) => {
            let width = (ends[1] - ends[0]).abs() / 20.0;
            let error = metric
                .epistemic
                .std_error
                .map_or(width, |[low, high]| low.max(high));
            format::range(ends, error)
        }
        (EpistemicStatus::Bounded, Some(ends)) => {
            format!("within {}", format::range(ends, (ends[1] - ends[0]) / 20.0))
        }
        (EpistemicStatus::NotDetected, _) => "none detected".into(),
        _ => "n/a".into(),
    }
}
