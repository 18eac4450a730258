//! What stands over time in two results, drawn over each other.

use super::super::{About, Overlay, OverlaySide};
use super::{Course, course, named, with_error};
use crate::report::dated::dates_of;
use crate::report::format;
use crate::results::{OccupancyResult, RunResult, SeriesResult};

/// What is shown over time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown<'s> {
    /// An indicator or a derived value.
    Series(&'s str),
    /// The share of the futures in a phase.
    Phase(&'s str),
    /// The share of the futures in which a state has a value.
    State(&'s str, &'s str),
    /// The share of the futures in which an event has happened.
    Event(&'s str),
}

/// A side of an overlay, and what it is called.
struct Found {
    title: String,
    unit: String,
    percent: bool,
    side: OverlaySide,
}

/// Both results over each other; `None` if the first does not have it. A result that does not have
/// it is left out.
pub fn overlay(runs: &[(&RunResult, &str)], shown: Shown<'_>) -> Option<Overlay> {
    let sides: Vec<(&RunResult, Found)> = (runs.iter())
        .filter_map(|(run, side)| Some((*run, find(run, shown, side)?)))
        .collect();
    let (first, found) = sides.first()?;
    let longest = (sides.iter().map(|(run, _)| *run)).max_by_key(|run| run.dates.len())?;
    let (percent, unit, title) = (found.percent, found.unit.clone(), found.title.clone());
    let ends: Vec<String> = (sides.iter())
        .map(|(_, found)| format!("{} {}", found.side.title, found.side.end))
        .collect();
    Some(Overlay {
        about: About {
            id: "overlay".into(),
            subtitle: if percent {
                "Band: 95% interval of the simulation.".into()
            } else {
                "Line: median, or the mean of what has two values. Band: nine futures in ten."
                    .into()
            },
            description: format!("{title} over time. At the end: {}.", ends.join("; ")),
            table: super::time_table(
                &longest.dates,
                sides.iter().map(|(_, found)| {
                    let mut texts = found.side.texts.clone();
                    texts.resize(longest.dates.len(), "beyond the horizon".into());
                    (found.side.title.clone(), texts)
                }),
            ),
            title,
        },
        start: first.scenario.start.clone(),
        times: sides.iter().map(|(run, _)| run.times.clone()).collect(),
        dates: longest.dates.clone(),
        unit,
        percent,
        sides: sides.into_iter().map(|(_, found)| found.side).collect(),
        until: None,
    })
}

fn find(run: &RunResult, shown: Shown<'_>, side: &str) -> Option<Found> {
    match shown {
        Shown::Series(name) => {
            let mut all = run.indicators.iter().chain(&run.derived);
            Some(of_series(run, all.find(|one| one.name == name)?, side))
        }
        Shown::Phase(name) => {
            let phase = run.phases.iter().find(|one| one.name == name)?;
            let title = named(&phase.title, &phase.name);
            Some(of_share(title, phase, side, Vec::new()))
        }
        Shown::State(name, value) => {
            let state = run.states.iter().find(|one| one.name == name)?;
            let value = state.values.iter().find(|one| one.name == value)?;
            let title = named(&state.title, &state.name);
            let title = format!("{title}: {}", named(&value.title, &value.name));
            Some(of_share(title, value, side, Vec::new()))
        }
        Shown::Event(name) => {
            let event = run.events.iter().find(|one| one.name == name)?;
            let shares = OccupancyResult {
                name: String::new(),
                title: String::new(),
                weight: None,
                occupancy: event.cumulative_incidence.clone(),
                occupancy_std_error: event.cumulative_incidence_std_error.clone(),
            };
            let title = named(&event.title, &event.name);
            Some(of_share(title, &shares, side, dates_of(run, name)))
        }
    }
}

fn of_share(title: String, shares: &OccupancyResult, side: &str, moves: Vec<[f64; 2]>) -> Found {
    let pairs = || shares.occupancy.iter().zip(&shares.occupancy_std_error);
    let rounded: Vec<format::Rounded> = pairs()
        .map(|(&value, &error)| format::percentage(value, error))
        .collect();
    let edge = |sign: f64| {
        let at = |(value, error): (&f64, &f64)| value + sign * super::NORMAL_95 * error;
        pairs().map(|pair| at(pair).clamp(0.0, 1.0)).collect()
    };
    Found {
        title,
        unit: String::new(),
        percent: true,
        side: OverlaySide {
            title: side.to_owned(),
            line: shares.occupancy.clone(),
            band: [edge(-1.0), edge(1.0)],
            end: rounded
                .last()
                .map_or(String::new(), |end| end.value.clone()),
            texts: rounded.iter().map(with_error).collect(),
            moves,
        },
    }
}

fn of_series(run: &RunResult, series: &SeriesResult, side: &str) -> Found {
    let found = |side| Found {
        title: named(&series.title, &series.name),
        unit: series.unit.clone(),
        percent: false,
        side,
    };
    // Quantiles of a quantity with one or two values say nothing.
    if let Course::Mean(mean) = course(run, series)
        && let Some(mean) = mean.curves.into_iter().next()
    {
        let pairs = || mean.values.iter().zip(&mean.errors);
        return found(OverlaySide {
            title: side.to_owned(),
            band: [
                pairs().map(|(value, error)| value - error).collect(),
                pairs().map(|(value, error)| value + error).collect(),
            ],
            line: mean.values,
            texts: mean.texts,
            end: mean.end,
            moves: Vec::new(),
        });
    }
    let at = |values: &[f64], i: usize| values.get(i).copied().unwrap_or(f64::NAN);
    let rounded: Vec<Vec<String>> = (0..series.p50.len())
        .map(|i| {
            format::quantiles(&[
                (at(&series.p5, i), at(&series.p5_std_error, i)),
                (at(&series.p50, i), at(&series.p50_std_error, i)),
                (at(&series.p95, i), at(&series.p95_std_error, i)),
            ])
        })
        .collect();
    let texts = |row: &Vec<String>| match row.as_slice() {
        [low, middle, high] => format!("{middle} ({low} to {high})"),
        _ => String::new(),
    };
    let end = rounded.last().and_then(|row| row.get(1).cloned());
    found(OverlaySide {
        title: side.to_owned(),
        line: series.p50.clone(),
        band: [series.p5.clone(), series.p95.clone()],
        end: end.unwrap_or_default(),
        texts: rounded.iter().map(texts).collect(),
        moves: Vec::new(),
    })
}
