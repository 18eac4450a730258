//! What changes over time: phases, trends, indicators, events.
//!
//! Takes results; gives the data of charts, and the charts.

use super::*;

/// Shares of the futures in each phase over time.
pub fn phases(run: &RunResult, frame: &Frame) -> Chart {
    occupancy(
        run,
        &run.phases,
        "phases",
        "Phases over time",
        "Share of the futures in each phase.",
    )
    .draw(frame)
}

/// Shares of the futures under each trend over time; `None` with fewer than two trends.
pub fn trends(run: &RunResult, frame: &Frame) -> Option<Chart> {
    let layers = || {
        occupancy(
            run,
            &run.trends,
            "trends",
            "Trends over time",
            "Share of the futures under each trend.",
        )
    };
    (run.trends.len() > 1).then(|| layers().draw(frame))
}

/// The data of [`phases`] and [`trends`].
pub fn occupancy(
    run: &RunResult,
    shares: &[OccupancyResult],
    id: &str,
    title: &str,
    subtitle: &str,
) -> Layers {
    let layers: Vec<Layer> = (shares.iter())
        .map(|share| Layer {
            title: named(&share.title, &share.name),
            values: share.occupancy.clone(),
            texts: (share.occupancy.iter().zip(&share.occupancy_std_error))
                .map(|(&value, &error)| format::percentage(value, error).value)
                .collect(),
        })
        .collect();
    let ends: Vec<String> = (layers.iter())
        .map(|layer| {
            format!(
                "{} {}",
                layer.title,
                layer.texts.last().map_or("", String::as_str)
            )
        })
        .collect();
    let columns = (shares.iter()).map(|share| {
        let texts = share
            .occupancy
            .iter()
            .zip(&share.occupancy_std_error)
            .map(|(&value, &error)| with_error(&format::percentage(value, error)));
        (named(&share.title, &share.name), texts.collect())
    });
    Layers {
        about: About {
            id: id.into(),
            title: title.into(),
            subtitle: subtitle.into(),
            description: format!("Stacked areas. At the end: {}.", ends.join("; ")),
            table: time_table(&run.dates, columns),
        },
        start: run.scenario.start.clone(),
        times: run.times.clone(),
        dates: run.dates.clone(),
        layers,
    }
}

/// An indicator or a derived value over time.
pub fn series(run: &RunResult, series: &SeriesResult, frame: &Frame) -> Chart {
    if is_switch(series) {
        mean_curve(run, series).draw(frame)
    } else {
        fan(run, series).draw(frame)
    }
}

/// Whether the quantiles are 0 or 1 throughout, so that a fan would say nothing: a yes or no kept as a number.
fn is_switch(series: &SeriesResult) -> bool {
    let quantiles = [
        &series.p5,
        &series.p25,
        &series.p50,
        &series.p75,
        &series.p95,
    ];
    let mut values = quantiles.into_iter().flatten();
    values.all(|&value| value == 0.0 || value == 1.0)
}

/// The mean of an indicator that is 0 or 1 nearly everywhere.
fn mean_curve(run: &RunResult, series: &SeriesResult) -> Curves {
    let fan = fan(run, series);
    let texts: Vec<format::Rounded> = (series.mean.iter().zip(&series.mean_std_error))
        .map(|(&mean, &error)| format::estimate(mean, error))
        .collect();
    let end = texts.last().map_or(String::new(), |end| end.value.clone());
    Curves {
        about: About {
            subtitle: "Mean over the futures; in nearly all of them the value is 0 or 1. Band: 95% interval of the simulation.".into(),
            description: format!("{} over time. At the end the mean is {end}.", fan.about.title),
            ..fan.about
        },
        start: fan.start,
        times: fan.times,
        dates: fan.dates,
        percent: false,
        curves: vec![Curve {
            title: "mean".into(),
            values: series.mean.clone(),
            errors: series.mean_std_error.iter().map(|error| NORMAL_95 * error).collect(),
            texts: texts.iter().map(with_error).collect(),
            end,
        }],
    }
}

/// The data of [`series`].
pub fn fan(run: &RunResult, series: &SeriesResult) -> Fan {
    let quantiles = [
        &series.p5,
        &series.p25,
        &series.p50,
        &series.p75,
        &series.p95,
    ];
    let errors = [
        &series.p5_std_error,
        &series.p25_std_error,
        &series.p50_std_error,
        &series.p75_std_error,
        &series.p95_std_error,
    ];
    let mut texts: [Vec<String>; 5] = Default::default();
    for i in 0..run.times.len() {
        let pairs: Vec<(f64, f64)> = (quantiles.iter().zip(&errors))
            .map(|(values, errors)| (value_at(values, i), value_at(errors, i)))
            .collect();
        for (texts, text) in texts.iter_mut().zip(format::quantiles(&pairs)) {
            texts.push(text);
        }
    }
    let title = named(&series.title, &series.name);
    let unit = match series.unit.trim() {
        "" => String::new(),
        unit => format!(" {unit}"),
    };
    let last = |i: usize| texts[i].last().cloned().unwrap_or_default();
    let mean = (0..run.times.len())
        .map(|i| {
            with_error(&format::estimate(
                value_at(&series.mean, i),
                value_at(&series.mean_std_error, i),
            ))
        })
        .collect();
    let columns = (["5%", "25%", "50% (median)", "75%", "95%"]
        .into_iter()
        .map(str::to_owned)
        .zip(texts.iter().cloned()))
    .chain([("Mean".to_owned(), mean)]);
    Fan {
        about: About {
            id: format!("series-{}", series.name),
            subtitle: "Line: median. Dark: half of the futures. Pale: nine in ten.".into(),
            description: format!(
                "{title} over time. At the end the median is {}, and nine futures in ten lie between {} and {}{}.",
                last(2),
                last(0),
                last(4),
                unit
            ),
            table: time_table(&run.dates, columns),
            title,
        },
        start: run.scenario.start.clone(),
        times: run.times.clone(),
        dates: run.dates.clone(),
        unit: series.unit.clone(),
        quantiles: quantiles.map(|values| values.clone()),
        texts,
        also: Vec::new(),
    }
}

/// How likely each of these events has happened by each date.
pub fn incidence(run: &RunResult, events: &[&EventResult], frame: &Frame) -> Chart {
    incidence_curves(run, events).draw(frame)
}

/// The data of [`incidence`].
pub fn incidence_curves(run: &RunResult, events: &[&EventResult]) -> Curves {
    let curves: Vec<Curve> = (events.iter())
        .map(|event| {
            let rounded: Vec<format::Rounded> = (event
                .cumulative_incidence
                .iter()
                .zip(&event.cumulative_incidence_std_error))
            .map(|(&value, &error)| format::percentage(value, error))
            .collect();
            Curve {
                title: named(&event.title, &event.name),
                values: event.cumulative_incidence.clone(),
                errors: event
                    .cumulative_incidence_std_error
                    .iter()
                    .map(|error| NORMAL_95 * error)
                    .collect(),
                end: rounded
                    .last()
                    .map_or(String::new(), |rounded| rounded.value.clone()),
                texts: rounded.iter().map(with_error).collect(),
            }
        })
        .collect();
    let ends: Vec<String> = curves
        .iter()
        .map(|curve| format!("{} {}", curve.title, curve.end))
        .collect();
    Curves {
        about: About {
            id: format!("incidence-{}", events.first().map_or("none", |event| &event.name)),
            title: "Has it happened by then?".into(),
            subtitle: "Share of the futures in which the event has happened at least once by each date. Band: 95% interval of the simulation.".into(),
            description: format!("Rising lines. By the end: {}.", ends.join("; ")),
            table: time_table(&run.dates, curves.iter().map(|curve| (curve.title.clone(), curve.texts.clone()))),
        },
        start: run.scenario.start.clone(),
        times: run.times.clone(),
        dates: run.dates.clone(),
        percent: true,
        curves,
    }
}
