//! Distributions of metrics.
//!
//! Takes results; gives the data of charts, and the charts.

use super::*;

/// How a metric is distributed over the futures; `None` if it never has a value.
pub fn metric(run: &RunResult, metric: &MetricResult, frame: &Frame) -> Option<Chart> {
    (metric.histogram.counts.iter().any(|&count| count > 0)).then(|| bins(run, metric).draw(frame))
}

/// The data of [`metric`].
pub fn bins(run: &RunResult, metric: &MetricResult) -> Bins {
    let title = named(&metric.title, &metric.name);
    let marks: Vec<(&str, f64, f64)> = [
        ("5% below", metric.p5, metric.p5_std_error),
        ("median", metric.p50, metric.p50_std_error),
        ("5% above", metric.p95, metric.p95_std_error),
    ]
    .into_iter()
    .filter_map(|(name, value, error)| Some((name, value?, error.unwrap_or(f64::NAN))))
    .collect();
    let pairs: Vec<(f64, f64)> = marks
        .iter()
        .map(|&(_, value, error)| (value, error))
        .collect();
    let quantiles: Vec<Quantile> = (marks.iter().zip(format::quantiles(&pairs)))
        .map(|(&(name, at, _), value)| Quantile {
            at,
            name: name.into(),
            value,
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
    let mean = metric.mean.map_or(String::new(), |mean| {
        format!(
            " Mean {}.",
            with_error(&format::estimate(
                mean,
                metric.std_error.unwrap_or(f64::NAN)
            ))
        )
    });
    let total: u64 = metric.histogram.counts.iter().sum();
    let rows = (metric
        .histogram
        .edges
        .windows(2)
        .zip(&metric.histogram.counts))
    .map(|(edges, &count)| {
        let share = count as f64 / total.max(1) as f64;
        let error = (share * (1.0 - share) / total.max(1) as f64).sqrt();
        let text = if count == 0 {
            "0%".into()
        } else {
            format::percentage(share, error).value
        };
        vec![
            format!("{} to {}", format::plain(edges[0]), format::plain(edges[1])),
            format::count(count),
            text,
        ]
    })
    .collect();
    let said: Vec<String> = quantiles
        .iter()
        .map(|quantile| format!("{} {}", quantile.name, quantile.value))
        .collect();
    Bins {
        about: About {
            id: format!("metric-{}", metric.name),
            subtitle: format!(
                "Share of {} simulated futures by value.{mean}{defined}",
                format::count(run.run.trials)
            ),
            description: format!(
                "Histogram of {title}: {}. Unit: {}.",
                said.join(", "),
                metric.unit
            ),
            table: Table {
                header: ["Value", "Trials", "Share"].map(str::to_owned).into(),
                rows,
            },
            title,
        },
        unit: metric.unit.clone(),
        edges: metric.histogram.edges.clone(),
        counts: metric.histogram.counts.clone(),
        quantiles,
    }
}
