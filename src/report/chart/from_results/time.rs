//! What changes over time: phases, trends, indicators, events.
//!
//! Takes results; gives the data of charts, and the charts.

use super::*;
use crate::report::dated::dates_of;

/// Shares of the futures in each phase over time.
pub fn phases(run: &RunResult, frame: &Frame) -> Chart {
    let tones = Tones::of(&run.scenario.source);
    let tone = |_: usize, name: &str| tones.phase(name);
    let is_of_a_group =
        |phase: &OccupancyResult| matches!(tones.phase(&phase.name), Tone::Group { .. });
    let subtitle = match run.phases.iter().any(is_of_a_group) {
        true => {
            "Share of the futures in each phase. Hue: the group of outcomes that a future ends in which ends in the phase."
        }
        false => "Share of the futures in each phase.",
    };
    occupancy(
        run,
        &run.phases,
        tone,
        ["phases", "Phases over time", subtitle],
    )
    .draw(frame)
}

/// Shares of the futures with each value of a state over time.
pub fn state(run: &RunResult, state: &StateResult) -> Layers {
    let title = named(&state.title, &state.name);
    let tones = Tones::of(&run.scenario.source);
    let id = format!("state-{}", state.name);
    let title = format!("{title} over time");
    occupancy(
        run,
        &state.values,
        |place, _| tones.value(&state.name, place),
        [&id, &title, "Share of the futures with each value."],
    )
}

/// Shares of the futures under each trend over time; `None` with fewer than two trends.
pub fn trends(run: &RunResult, frame: &Frame) -> Option<Chart> {
    (run.trends.len() > 1).then(|| trend_layers(run).draw(frame))
}

/// The data of [`trends`].
pub fn trend_layers(run: &RunResult) -> Layers {
    let subtitle = "Share of the futures under each trend.";
    let told = ["trends", "Trends over time", subtitle];
    occupancy(run, &run.trends, |place, _| Tone::Trend(place), told)
}

/// The data of [`phases`], [`trends`] and [`state`], with the colour of each by place and name.
fn occupancy(
    run: &RunResult,
    shares: &[OccupancyResult],
    tone: impl Fn(usize, &str) -> Tone,
    [id, title, subtitle]: [&str; 3],
) -> Layers {
    let errors = coarsest(shares.iter().map(|share| &share.occupancy_std_error[..]));
    let layers: Vec<Layer> = (shares.iter().enumerate())
        .map(|(place, share)| Layer {
            title: named(&share.title, &share.name),
            tone: tone(place, &share.name),
            values: share.occupancy.clone(),
            texts: (share.occupancy.iter().zip(&errors))
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

/// What suits the way in which a quantity moves.
pub enum Course {
    /// Quantiles, for a quantity that has many values.
    Spread(Box<Fan>),
    /// The mean alone, for a quantity that is one of two values nearly everywhere, or the same
    /// everywhere: there is nothing to spread.
    Mean(Box<Curves>),
}

impl Course {
    /// Makes the axis hold another course of the quantity.
    pub fn beside(&mut self, other: &SeriesResult) {
        match self {
            Self::Spread(fan) => fan.also.extend(other.p5.iter().chain(&other.p95)),
            Self::Mean(curves) => curves.also.extend(&other.mean),
        }
    }

    /// From where to where the axis goes by itself.
    pub fn range(&self) -> [f64; 2] {
        match self {
            Self::Spread(fan) => fan.range(),
            Self::Mean(curves) => curves.range(),
        }
    }

    pub fn draw(&self, frame: &Frame) -> Chart {
        match self {
            Self::Spread(fan) => fan.draw(frame),
            Self::Mean(curves) => curves.draw(frame),
        }
    }
}

/// An indicator or a derived value over time.
pub fn series(run: &RunResult, series: &SeriesResult, frame: &Frame) -> Chart {
    course(run, series).draw(frame)
}

/// The data of [`series`].
pub fn course(run: &RunResult, series: &SeriesResult) -> Course {
    match few_values(series)[..] {
        [_] if steady(series).is_some() => {
            let said = "The same in all futures, all the time.";
            Course::Mean(Box::new(mean_curve(run, series, said.into())))
        }
        [low, high] => {
            let values = [low, high].map(format::plain).join(" or ");
            let said = format!(
                "Mean over the futures; in nearly all of them the value is {values}. Band: 95% interval of the simulation."
            );
            Course::Mean(Box::new(mean_curve(run, series, said)))
        }
        // The quantiles miss what fewer than one future in twenty does.
        [_] => {
            let said = "Mean over the futures. Band: 95% interval of the simulation.";
            Course::Mean(Box::new(mean_curve(run, series, said.into())))
        }
        _ => Course::Spread(Box::new(fan(run, series))),
    }
}

/// The value of a quantity that is the same in all futures throughout, as text.
pub fn steady(series: &SeriesResult) -> Option<String> {
    let first = *series.mean.first()?;
    let is_first = |values: &[f64]| values.iter().all(|value| *value == first);
    let exact = series.mean_std_error.iter().all(|error| *error == 0.0);
    let all = [&series.mean, &series.p5, &series.p95];
    (exact && all.into_iter().all(|values| is_first(values))).then(|| format::plain(first))
}

/// The values of all quantiles in ascending order, if they are two at most; otherwise nothing.
fn few_values(series: &SeriesResult) -> Vec<f64> {
    let quantiles = [
        &series.p5,
        &series.p25,
        &series.p50,
        &series.p75,
        &series.p95,
    ];
    let mut values: Vec<f64> = Vec::new();
    for &value in quantiles.into_iter().flatten() {
        if !values.contains(&value) {
            values.push(value);
        }
        if values.len() > 2 {
            return Vec::new();
        }
    }
    values.sort_by(f64::total_cmp);
    values
}

/// The mean of a quantity over time.
fn mean_curve(run: &RunResult, series: &SeriesResult, subtitle: String) -> Curves {
    let fan = fan(run, series);
    let texts: Vec<format::Rounded> = (0..series.mean.len())
        .map(|place| format::mean_at(series, place))
        .collect();
    let end = texts.last().map_or(String::new(), |end| end.value.clone());
    Curves {
        about: About {
            subtitle,
            description: format!(
                "{} over time. At the end the mean is {end}.",
                fan.about.title
            ),
            ..fan.about
        },
        start: fan.start,
        times: fan.times,
        dates: fan.dates,
        percent: false,
        curves: vec![Curve {
            title: "mean".into(),
            tone: Tone::Plain,
            values: series.mean.clone(),
            errors: series
                .mean_std_error
                .iter()
                .map(|error| NORMAL_95 * error)
                .collect(),
            texts: texts.iter().map(with_error).collect(),
            end,
            moves: Vec::new(),
        }],
        also: Vec::new(),
    }
}

/// The quantiles of a quantity over time.
fn fan(run: &RunResult, series: &SeriesResult) -> Fan {
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
    let errors = coarsest(errors.into_iter().map(Vec::as_slice));
    let mut texts: [Vec<String>; 5] = Default::default();
    for i in 0..run.times.len() {
        let pairs: Vec<(f64, f64)> = (quantiles.iter())
            .map(|values| (value_at(values, i), value_at(&errors, i)))
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
        .map(|i| with_error(&format::mean_at(series, i)))
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

/// At each time the largest of these errors: numbers that stand one below another in a chart have
/// as many decimals as the least known of them.
pub fn coarsest<'r>(all: impl Iterator<Item = &'r [f64]>) -> Vec<f64> {
    let mut largest: Vec<f64> = Vec::new();
    for errors in all {
        largest.resize(largest.len().max(errors.len()), 0.0);
        for (largest, error) in largest.iter_mut().zip(errors) {
            *largest = largest.max(*error);
        }
    }
    largest
}

/// How likely each of these events has happened by each date.
pub fn incidence(run: &RunResult, events: &[&EventResult], frame: &Frame) -> Chart {
    incidence_curves(run, events).draw(frame)
}

/// The data of [`incidence`].
pub fn incidence_curves(run: &RunResult, events: &[&EventResult]) -> Curves {
    let tones = Tones::of(&run.scenario.source);
    let coarsest = coarsest(events.iter().map(|e| &e.cumulative_incidence_std_error[..]));
    let last = coarsest.last().copied().unwrap_or_default();
    let curves: Vec<Curve> = (events.iter().enumerate())
        .map(|(place, event)| {
            let rounded: Vec<format::Rounded> = (event
                .cumulative_incidence
                .iter()
                .zip(&event.cumulative_incidence_std_error))
            .map(|(&value, &error)| format::percentage(value, error))
            .collect();
            Curve {
                title: named(&event.title, &event.name),
                tone: tones.event(place),
                values: event.cumulative_incidence.clone(),
                errors: event
                    .cumulative_incidence_std_error
                    .iter()
                    .map(|error| NORMAL_95 * error)
                    .collect(),
                end: (event.cumulative_incidence.last())
                    .map_or(String::new(), |end| format::percentage(*end, last).value),
                texts: rounded.iter().map(with_error).collect(),
                moves: dates_of(run, &event.name),
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
        also: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn labels_of_a_chart_have_the_decimals_of_the_least_known() {
        let all: [&[f64]; 3] = [&[0.1, 0.0], &[0.02, 0.3, 0.4], &[f64::NAN, 0.2]];
        assert_eq!(coarsest(all.into_iter()), [0.1, 0.3, 0.4]);
        assert_eq!(coarsest(std::iter::empty()), [0.0; 0]);
    }

    #[test]
    fn every_chart_of_events_over_time_moves_at_the_dates_of_the_file() {
        let mut compared = fixture::compare();
        let name = compared.scenarios[0].events[0].name.clone();
        for (i, run) in compared.scenarios.iter_mut().enumerate() {
            run.scenario.source["events"][&name] = serde_json::json!({"at": 0.25});
            run.events[0].cumulative_incidence[1] += 0.01 * i as f64;
        }
        let dated = [[0.25, 0.25]];
        let run = &compared.scenarios[0];
        let own = incidence_curves(run, &[&run.events[0]]);
        assert_eq!(own.curves[0].moves, dated);
        let pair = [(run, "a"), (&compared.scenarios[1], "b")];
        let both = overlay(&pair, Shown::Event(&name)).expect("an event");
        assert!(both.sides.iter().all(|side| side.moves == dated));
        let events = &over_time(&compared)[2];
        assert!(events[0].curves.iter().all(|curve| curve.moves == dated));
        assert!(
            over_time(&compared)[0]
                .iter()
                .flat_map(|c| &c.curves)
                .all(|c| c.moves.is_empty())
        );
    }

    #[test]
    fn a_chart_suits_how_many_values_a_quantity_has() {
        let run = fixture::run();
        let with = |low: f64, high: f64, error: f64| {
            let mut series = run.indicators[0].clone();
            for (values, value) in [
                (&mut series.p5, low),
                (&mut series.p25, low),
                (&mut series.p50, low),
                (&mut series.p75, high),
                (&mut series.p95, high),
                (&mut series.mean, (low + high) / 2.0),
                (&mut series.mean_std_error, error),
            ] {
                values.fill(value);
            }
            series
        };
        let said = |series: &SeriesResult| match course(&run, series) {
            Course::Spread(_) => "quantiles".to_owned(),
            Course::Mean(curves) => curves.about.subtitle,
        };
        assert_eq!(said(&run.indicators[0]), "quantiles");
        assert!(said(&with(0.0, 0.5, 0.01)).contains("the value is 0 or 0.5"));
        assert!(said(&with(-3.0, 7.0, 0.01)).contains("the value is -3 or 7"));
        // What fewer than one future in twenty does is in the mean alone.
        for value in [0.0, 5.0] {
            assert!(said(&with(value, value, 0.01)).starts_with("Mean over the futures. "));
            assert_eq!(steady(&with(value, value, 0.01)), None);
        }
        assert!(said(&with(5.0, 5.0, 0.0)).starts_with("The same"));
        assert_eq!(steady(&with(5.0, 5.0, 0.0)).as_deref(), Some("5"));
    }
}
