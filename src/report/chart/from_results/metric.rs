//! Distributions of metrics.
//!
//! Takes results; gives the data of charts, and the charts.

use super::*;
use crate::report::amounts::Amounts;
use crate::report::dates;

/// How a metric is distributed over the futures; `None` if it never has a value, or always the same ([`settled`]).
pub fn metric(run: &RunResult, metric: &MetricResult, frame: &Frame) -> Option<Chart> {
    let varies =
        metric.histogram.counts.iter().any(|&count| count > 0) && settled(run, metric).is_none();
    varies.then(|| bins(run, metric).draw(frame))
}

/// The value of a metric that is the same in all futures that have one, as text.
pub fn settled(run: &RunResult, metric: &MetricResult) -> Option<String> {
    let same = metric.sd == Some(0.0) && metric.p5 == metric.p95;
    let [_, value, _] = Amounts::of(run, metric).quantiles().filter(|_| same)?;
    Some(value)
}

/// The data of [`metric`].
pub fn bins(run: &RunResult, metric: &MetricResult) -> Bins {
    let title = named(&metric.title, &metric.name);
    let amounts = Amounts::of(run, metric);
    let names = ["5% below", "median", "5% above"];
    let quantiles: Vec<Quantile> = names
        .into_iter()
        .zip([metric.p5, metric.p50, metric.p95])
        .zip(amounts.quantiles().into_iter().flatten())
        .filter_map(|((name, at), value)| {
            Some(Quantile {
                at: at?,
                name: name.into(),
                value,
            })
        })
        .collect();
    let share = format::percentage(metric.defined, metric.defined_std_error);
    let defined = if metric.defined < 1.0 {
        format!(
            " It has a value in {} of the futures; the rest are left out.",
            share.value
        )
    } else {
        String::new()
    };
    let mean = metric.mean.map_or(String::new(), |_| {
        format!(" Mean {}.", with_error(&amounts.mean()))
    });
    let held = held(metric, amounts);
    let total: u64 = metric.histogram.counts.iter().sum();
    let holds: Vec<String> = (metric.histogram.edges.windows(2))
        .map(|edges| bin(run, metric, [edges[0], edges[1]]))
        .collect();
    let rows = (holds.iter().zip(&metric.histogram.counts))
        .map(|(holds, &count)| {
            let share = count as f64 / total.max(1) as f64;
            let error = (share * (1.0 - share) / total.max(1) as f64).sqrt();
            let text = if count == 0 {
                "0%".into()
            } else {
                format::percentage(share, error).value
            };
            vec![holds.clone(), format::count(count), text]
        })
        .collect();
    let said: Vec<String> = quantiles
        .iter()
        .map(|quantile| format!("{} {}", quantile.name, quantile.value))
        .collect();
    let unit = match amounts.unit() {
        "" => String::new(),
        unit => format!(" Unit: {unit}."),
    };
    Bins {
        about: About {
            id: format!("metric-{}", metric.name),
            subtitle: format!(
                "Share of {} simulated futures by value.{mean}{held}{defined}",
                format::count(run.run.trials)
            ),
            description: format!("Histogram of {title}: {}.{unit}", said.join(", ")),
            table: Table {
                header: ["Value", "Trials", "Share"].map(str::to_owned).into(),
                rows,
            },
            title,
        },
        unit: amounts.unit().to_owned(),
        start: (metric.is_instant).then(|| run.scenario.start.clone()),
        edges: metric.histogram.edges.clone(),
        is_whole: is_whole(metric),
        counts: metric.histogram.counts.clone(),
        holds,
        quantiles,
    }
}

/// Whether bins hold whole numbers only.
fn is_whole(metric: &MetricResult) -> bool {
    let mut bins = metric.histogram.edges.windows(2);
    bins.all(|pair| whole([pair[0], pair[1]]).is_some())
}

/// What explains the tall bar of a distribution: a value that many futures share. Quantiles that are equal hold all between them.
/// Nothing is said of counts, whose values are shared by nature.
fn held(metric: &MetricResult, amounts: Amounts<'_>) -> String {
    let quantiles = [
        (5, metric.p5),
        (25, metric.p25),
        (50, metric.p50),
        (75, metric.p75),
        (95, metric.p95),
    ];
    let known: Vec<(i32, f64)> = (quantiles.into_iter())
        .filter_map(|(level, value)| Some((level, value?)))
        .collect();
    let longest = (known.chunk_by(|a, b| a.1 == b.1))
        .map(|run| (run[run.len() - 1].0 - run[0].0, run[0].1))
        .max_by_key(|(width, _)| *width);
    match longest {
        Some((width @ 1.., value)) if !is_whole(metric) => {
            let value = amounts.value(value);
            format!(" In at least {width}% of them it is exactly {value}.")
        }
        _ => String::new(),
    }
}

/// What lies between two edges, as text.
fn bin(run: &RunResult, metric: &MetricResult, edges: [f64; 2]) -> String {
    if metric.is_instant {
        let dates = edges.map(|edge| dates::date_at(&run.scenario.start, edge));
        return dates.join(" to ");
    }
    match whole(edges) {
        Some([low, high]) if low == high => format::plain(low),
        Some(ends) => ends.map(format::plain).join(" to "),
        None => edges.map(format::plain).join(" to "),
    }
}

/// The first and the last whole number of a bin whose edges lie halfway between whole numbers.
fn whole([low, high]: [f64; 2]) -> Option<[f64; 2]> {
    let is_half = |edge: f64| (edge - 0.5).fract() == 0.0;
    (is_half(low) && is_half(high)).then_some([low + 0.5, high - 0.5])
}
