//! Distributions of metrics.
//!
//! Takes results; gives the data of charts, and the charts.

use super::*;
use crate::report::amounts::Amounts;
use crate::report::dates;

/// Share of the futures in a bar at an end that is explained, and how much taller than the next it
/// is.
const LEAST_SPIKE: f64 = 0.01;
const SPIKE: f64 = 2.5;

/// How a metric is distributed over the futures, where there is something to draw: it has values,
/// and not always the same ([`settled`]).
pub fn metric(run: &RunResult, metric: &MetricResult) -> Option<Bins> {
    let has_values = metric.histogram.counts.iter().any(|&count| count > 0);
    (has_values && settled(run, metric).is_none()).then(|| bins(run, metric))
}

/// The value of a metric that is the same in all futures that have one, as text.
pub fn settled(run: &RunResult, metric: &MetricResult) -> Option<String> {
    let same = metric.sd == Some(0.0) && metric.p5 == metric.p95;
    let value = metric.p50.filter(|_| same)?;
    Some(Amounts::of(run, metric).value(value))
}

fn bins(run: &RunResult, metric: &MetricResult) -> Bins {
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
    let held = match held(metric, amounts) {
        text if text.is_empty() => at_an_end(metric, amounts),
        text => text,
    };
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

/// What explains the tall bar of a distribution: a value that many futures share. Quantiles that
/// are equal hold all between them. Nothing is said of counts, whose values are shared by nature.
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
            let whose = if metric.defined < 1.0 {
                "those with a value"
            } else {
                "them"
            };
            format!(" In at least {width}% of {whose} it is exactly {value}.")
        }
        _ => String::new(),
    }
}

/// What explains a tall bar at an end of a distribution where no two quantiles are equal: values
/// that go no further, such as those of an indicator with a range, or a time that the horizon ends.
fn at_an_end(metric: &MetricResult, amounts: Amounts<'_>) -> String {
    let (edges, counts) = (&metric.histogram.edges, &metric.histogram.counts);
    let total = counts.iter().sum::<u64>() as f64;
    let [first, second, .., before, last] = counts.as_slice() else {
        return String::new();
    };
    if is_whole(metric) || metric.is_instant {
        return String::new();
    }
    let is_tall = |end: u64, next: u64| {
        end as f64 >= LEAST_SPIKE * total && end as f64 >= SPIKE * next as f64
    };
    let spikes = [
        (
            is_tall(*last, *before),
            last,
            "highest",
            edges[edges.len() - 1],
        ),
        (is_tall(*first, *second), first, "lowest", edges[0]),
    ];
    let told = spikes.into_iter().filter(|spike| spike.0).map(|(_, count, which, end)| {
        let share = format::fixed(100.0 * *count as f64 / total, 0);
        let value = amounts.value(end);
        format!(" The tall bar at the end: {share}% are at or next to {value}, the {which} value of all.")
    });
    told.collect()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    fn with(edges: &[f64], quantiles: [f64; 5]) -> (RunResult, MetricResult) {
        let run = fixture::run();
        let mut metric = run.metrics[0].clone();
        metric.histogram.edges = edges.to_vec();
        metric.histogram.counts = vec![10; edges.len() - 1];
        let [p5, p25, p50, p75, p95] = quantiles.map(Some);
        (metric.p5, metric.p25, metric.p50, metric.p75, metric.p95) = (p5, p25, p50, p75, p95);
        (run, metric)
    }

    #[test]
    fn bars_of_whole_numbers_are_told_by_them_and_others_by_their_edges() {
        let (run, metric) = with(&[-0.5, 0.5, 1.5], [0.0, 0.0, 0.0, 1.0, 1.0]);
        let bins = bins(&run, &metric);
        assert!(bins.is_whole);
        assert_eq!(bins.holds, ["0", "1"]);
        let (run, metric) = with(&[9.5, 14.5, 19.5], [10.0, 11.0, 12.0, 13.0, 17.0]);
        assert_eq!(super::bins(&run, &metric).holds, ["10 to 14", "15 to 19"]);
        let (run, metric) = with(&[0.0, 0.5, 1.0], [0.1, 0.2, 0.3, 0.4, 0.9]);
        let bins = super::bins(&run, &metric);
        assert!(!bins.is_whole);
        assert_eq!(bins.holds, ["0 to 0.5", "0.5 to 1"]);
    }

    #[test]
    fn a_value_that_many_share_is_named_and_one_that_all_share_is_not_drawn() {
        let said = |quantiles| {
            let (run, mut metric) = with(&[0.0, 0.5, 1.0], quantiles);
            metric.defined = 0.5;
            bins(&run, &metric).about.subtitle
        };
        let spike = said([0.0, 0.0, 0.0, 0.4, 0.9]);
        let words = "In at least 45% of those with a value it is exactly 0.";
        assert!(spike.contains(words), "{spike}");
        assert!(!said([0.0, 0.1, 0.2, 0.4, 0.9]).contains("exactly"));
        let (run, mut metric) = with(&[0.0, 1.0], [0.5; 5]);
        metric.sd = Some(0.0);
        assert_eq!(settled(&run, &metric).as_deref(), Some("0.5"));
        assert_eq!(super::metric(&run, &metric), None);
    }

    #[test]
    fn a_tall_bar_at_an_end_is_explained() {
        let edges = [0.0, 10.0, 20.0, 30.0, 40.0];
        let (run, mut metric) = with(&edges, [1.0, 12.0, 17.0, 25.0, 39.0]);
        let said = |metric: &MetricResult| bins(&run, metric).about.subtitle;
        assert!(!said(&metric).contains("tall bar"));
        metric.histogram.counts = vec![10, 50, 20, 2, 18];
        let text = said(&metric);
        assert!(
            text.contains("18% are at or next to 40, the highest value of all."),
            "{text}"
        );
        metric.histogram.counts = vec![60, 20, 12, 5, 3];
        let text = said(&metric);
        assert!(
            text.contains("60% are at or next to 0, the lowest value of all."),
            "{text}"
        );
    }

    #[test]
    fn an_instant_is_drawn_over_dates() {
        let (run, mut metric) = with(&[0.0, 0.5, 1.0], [0.1, 0.2, 0.3, 0.4, 0.9]);
        metric.is_instant = true;
        let bins = bins(&run, &metric);
        assert_eq!(bins.start.as_deref(), Some(run.scenario.start.as_str()));
        let first = dates::date_at(&run.scenario.start, 0.0);
        assert!(bins.holds[0].starts_with(&first), "{:?}", bins.holds);
        assert_eq!(bins.unit, "");
    }
}
