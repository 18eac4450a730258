//! Numbers read off finished futures: how they are distributed.

use super::Section;
use super::questions::ratio_table;
use crate::report::amounts::Amounts;
use crate::report::chart::{Frame, from_results as chart};
use crate::report::html::RunPart;
use crate::report::html::markup::Markup;
use crate::report::html::table::Table;
use crate::report::html::wording::{label, with_error};
use crate::report::{format, ratios};
use crate::results::RunResult;

pub const METRICS: Section<RunPart> = Section {
    key: "metrics",
    title: "Metrics",
    is_needed: |part| !part.result.metrics.is_empty(),
    write: |body, part| {
        let result = &part.result;
        let drawings = (result.metrics.iter())
            .filter_map(|metric| chart::metric(result, metric))
            .map(|bins| move |frame: &Frame| bins.draw(frame));
        body.charts(drawings);
        let settled: Vec<String> = (result.metrics.iter())
            .filter_map(|metric| {
                let value = chart::settled(result, metric)?;
                let unit = Amounts::of(result, metric).unit();
                let gap = if unit.is_empty() { "" } else { " " };
                let name = label(&metric.title, &metric.name);
                Some(format!("{name} {value}{gap}{unit}"))
            })
            .collect();
        if !settled.is_empty() {
            body.remark(format!(
                "The same in all futures that have it: {}.",
                settled.join("; ")
            ));
        }
        body.details("All metrics: means and both uncertainties", |body| {
            body.table(&table(result));
        });
        if let Some(first) = result.metrics.first().filter(|m| !m.quantiles.is_empty()) {
            let names: Vec<String> = (first.quantiles.iter())
                .map(|quantile| ratios::level(quantile.level))
                .collect();
            body.table(&quantiles(result, &names));
        }
        if !result.ratios.is_empty() {
            let head = [
                "ratio",
                "about",
                "estimate",
                "95% interval",
                "epistemic 90%",
            ];
            let rows = ratios::means(result);
            body.table(&ratio_table(
                "Ratios of means, with Fieller's intervals",
                head,
                &rows,
            ));
        }
    },
};

fn quantiles(result: &RunResult, names: &[String]) -> Table {
    let head = ["metric", "unit"].into_iter();
    let head = head.chain(names.iter().map(String::as_str));
    let mut table = Table::new("Quantiles of the metrics over futures", head).texts(2);
    for metric in &result.metrics {
        let amounts = Amounts::of(result, metric);
        let title = Markup::text(label(&metric.title, &metric.name));
        let told = metric.quantiles.iter();
        let cells = told.map(|quantile| Markup::text(&amounts.quantile(quantile)));
        table.row(
            [title, Markup::text(amounts.unit())]
                .into_iter()
                .chain(cells),
        );
    }
    table
}

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
        let amounts = Amounts::of(result, metric);
        let defined = format::percentage(metric.defined, metric.defined_std_error);
        table.row([
            Markup::text(label(&metric.title, &metric.name)),
            Markup::text(amounts.unit()),
            with_error(amounts.mean()).into(),
            amounts.interval().unwrap_or_else(|| "–".into()).into(),
            amounts.epistemic().into(),
            with_error(defined).into(),
        ]);
    }
    table
}
