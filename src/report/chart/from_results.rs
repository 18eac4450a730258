//! Charts of results: each takes plain result data and gives a drawn chart.
//!
//! Titles, subtitles and descriptions are written here, and numbers rounded to what their errors allow. Which charts a page shows, and in which
//! order, is the page's business.

use super::*;
use crate::report::{dates, format};
use crate::results::*;
use indexmap::IndexMap;

/// Half-width of a 95% interval in standard errors.
const NORMAL_95: f64 = 1.96;

/// Probabilities of the outcomes with both uncertainties.
pub fn outcomes(run: &RunResult, frame: &Frame) -> Chart {
    outcome_rows(run).draw(frame)
}

/// The data of [`outcomes`].
pub fn outcome_rows(run: &RunResult) -> Rows {
    let rows = (run.outcomes.iter())
        .map(|outcome| Row {
            title: named(&outcome.title, &outcome.name),
            words: String::new(),
            muted: outcome.name == "unclassified",
            ..probability_row(
                outcome.probability,
                outcome.std_error,
                outcome.ci95,
                outcome.epistemic90,
            )
        })
        .collect::<Vec<_>>();
    let likeliest =
        (run.outcomes.iter().zip(&rows)).max_by(|a, b| a.0.probability.total_cmp(&b.0.probability));
    let lead = likeliest.map_or(String::new(), |(_, row)| {
        format!(
            " The likeliest is “{}” with {} {}.",
            row.title, row.value, row.error
        )
    });
    Rows {
        about: About {
            id: "outcomes".into(),
            title: "How it may end".into(),
            subtitle: format!(
                "Share of {} simulated futures that end in each outcome by {}.",
                format::count(run.run.trials),
                end(&run.scenario)
            ),
            description: format!(
                "Bars of the probabilities of {} outcomes.{lead}",
                rows.len()
            ),
            table: probability_table(
                "Outcome",
                &rows,
                run.outcomes
                    .iter()
                    .map(|o| (o.std_error, o.ci95, o.epistemic90)),
            ),
        },
        mark: Mark::Bar,
        rows,
    }
}

/// Answers to the scenario's questions, in words besides; `None` without questions.
pub fn questions(run: &RunResult, frame: &Frame) -> Option<Chart> {
    (!run.questions.is_empty()).then(|| question_rows(run).draw(frame))
}

/// The data of [`questions`].
pub fn question_rows(run: &RunResult) -> Rows {
    let rows = (run.questions.iter())
        .map(|question| Row {
            title: named(&question.title, &question.name),
            words: in_words(question.probability).into(),
            muted: false,
            ..probability_row(
                question.probability,
                question.std_error,
                question.ci95,
                question.epistemic90,
            )
        })
        .collect::<Vec<_>>();
    let mut table = probability_table(
        "Question",
        &rows,
        run.questions
            .iter()
            .map(|q| (q.std_error, q.ci95, q.epistemic90)),
    );
    table.header.push("In words".into());
    for (cells, row) in table.rows.iter_mut().zip(&rows) {
        cells.push(row.words.clone());
    }
    Rows {
        about: About {
            id: "questions".into(),
            title: "Questions".into(),
            subtitle: "Probability that the answer is yes. Words follow the scale of US Intelligence Community Directive 203.".into(),
            description: format!("Dots on a scale from 0 to 100% for {} questions.", rows.len()),
            table,
        },
        mark: Mark::Dot,
        rows,
    }
}

/// Outcomes under each start trend; `None` with fewer than two trends.
pub fn outcomes_by_trend(run: &RunResult, frame: &Frame) -> Option<Chart> {
    (run.trends.len() > 1).then(|| trend_panels(run).draw(frame))
}

/// The data of [`outcomes_by_trend`].
pub fn trend_panels(run: &RunResult) -> Panels {
    let columns: Vec<String> = run
        .trends
        .iter()
        .map(|trend| named(&trend.title, &trend.name))
        .collect();
    let cell = |outcome: &OutcomeResult, trend: &str| {
        let by = outcome.by_trend.get(trend)?;
        let (point, error, interval) = (by.probability?, by.std_error?, by.ci95?);
        let rounded = format::percentage(point, error);
        Some(PanelCell {
            point,
            interval,
            value: rounded.value,
            error: plus_minus(&rounded.error),
        })
    };
    let rows: Vec<PanelRow> = (run.outcomes.iter())
        .map(|outcome| PanelRow {
            title: named(&outcome.title, &outcome.name),
            overall: outcome.probability,
            cells: run
                .trends
                .iter()
                .map(|trend| cell(outcome, &trend.name))
                .collect(),
        })
        .collect();
    let table = Table {
        header: std::iter::once("Outcome".to_owned())
            .chain(columns.iter().cloned())
            .collect(),
        rows: (rows.iter())
            .map(|row| {
                let cells = row.cells.iter().map(|cell| match cell {
                    Some(cell) => format!("{} {}", cell.value, cell.error),
                    None => "no trial".into(),
                });
                std::iter::once(row.title.clone()).chain(cells).collect()
            })
            .collect(),
    };
    Panels {
        about: About {
            id: "outcomes-by-trend".into(),
            title: "Outcomes by the trend at the start".into(),
            subtitle: "Share of the futures that start under each trend. Upright line: all futures together. Whisker: 95% interval of the simulation.".into(),
            description: format!("Bars of {} outcomes under each of {} start trends.", rows.len(), columns.len()),
            table,
        },
        columns,
        rows,
    }
}

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
    fan(run, series).draw(frame)
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
                "{title} over time. At the end the median is {}, and nine futures in ten lie between {} and {} {}.",
                last(2),
                last(0),
                last(4),
                series.unit
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
        curves,
    }
}

/// How a metric is distributed over the futures; `None` if it never has a value.
pub fn metric(run: &RunResult, metric: &MetricResult, frame: &Frame) -> Option<Chart> {
    (metric.histogram.counts.iter().any(|&count| count > 0)).then(|| bins(run, metric).draw(frame))
}

/// The data of [`metric`].
pub fn bins(run: &RunResult, metric: &MetricResult) -> Bins {
    let title = named(&metric.title, &metric.name);
    let marks: Vec<(&str, f64, f64)> = [
        ("5%", metric.p5, metric.p5_std_error),
        ("median", metric.p50, metric.p50_std_error),
        ("95%", metric.p95, metric.p95_std_error),
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

/// One trial as a timeline.
pub fn storyline(story: &Storyline, frame: &Frame) -> Chart {
    timeline(story).draw(frame)
}

/// The data of [`storyline`].
pub fn timeline(story: &Storyline) -> Timeline {
    let horizon = story.scenario.horizon;
    let changes = |pick: fn(&StoryChange) -> Option<&str>| -> Vec<(f64, &str)> {
        (story.happenings.iter())
            .flat_map(|happening| {
                happening
                    .changes
                    .iter()
                    .filter_map(pick)
                    .map(|to| (happening.time, to))
            })
            .collect()
    };
    let phases = changes(|change| match change {
        StoryChange::Phase { to, .. } => Some(to),
        _ => None,
    });
    let trends = changes(|change| match change {
        StoryChange::Trend { to, .. } => Some(to),
        _ => None,
    });
    let rows = (story.happenings.iter())
        .map(|happening| {
            let changes: Vec<String> = happening.changes.iter().map(in_short).collect();
            vec![
                happening.date.clone(),
                named(&happening.title, &happening.event),
                changes.join("; "),
            ]
        })
        .collect();
    let outcome = named(&story.outcome_title, &story.outcome);
    Timeline {
        about: About {
            id: format!("trial-{}", story.trial),
            title: format!("Trial {}: {outcome}", format::count(story.trial)),
            subtitle: "One of the simulated futures, not a forecast. Named above: what changed the phase or the trend.".into(),
            description: format!("Timeline of one simulated future from {} on with {} events; it ends in “{outcome}”.", story.scenario.start, story.happenings.len()),
            table: Table { header: ["Date", "Event", "What changed"].map(str::to_owned).into(), rows },
        },
        start: story.scenario.start.clone(),
        horizon,
        phases: spans(&story.scenario.source, "phases", &story.start.phase, &phases, horizon),
        trends: spans(&story.scenario.source, "trends", &story.start.trend, &trends, horizon),
        moments: (story.happenings.iter())
            .map(|happening| Moment {
                at: happening.time,
                date: happening.date.clone(),
                title: named(&happening.title, &happening.event),
                turning: happening.shift || happening.changes.iter().any(|change| !matches!(change, StoryChange::Indicator { .. })),
            })
            .collect(),
        outcome,
    }
}

/// Stretches of one state after another; titles and colours by the scenario's own list.
fn spans(
    source: &serde_json::Value,
    list: &str,
    first: &str,
    changes: &[(f64, &str)],
    horizon: f64,
) -> Vec<Span> {
    let declared = source.get(list).and_then(|list| list.as_object());
    let span = |name: &str, from: f64, to: f64| {
        let place = declared.and_then(|list| list.keys().position(|key| key == name));
        let title = declared
            .and_then(|list| list.get(name)?.get("title")?.as_str())
            .unwrap_or("");
        Span {
            title: named(title, name),
            class: place.unwrap_or(0),
            from,
            to,
        }
    };
    let mut spans = Vec::new();
    let (mut name, mut since) = (first, 0.0);
    for &(at, to) in changes {
        if at > since {
            spans.push(span(name, since, at));
        }
        (name, since) = (to, at);
    }
    spans.push(span(name, since, horizon));
    spans
}

fn in_short(change: &StoryChange) -> String {
    match change {
        StoryChange::Phase { to, .. } => format!("phase: {to}"),
        StoryChange::Trend { to, .. } => format!("trend: {to}"),
        StoryChange::Indicator { name, from, to } => {
            let pair = format::quantiles(&[(*from, 0.0), (*to, 0.0)]);
            format!("{name} {} → {}", pair[0], pair[1])
        }
    }
}

/// Outcomes of two scenarios side by side.
pub fn outcome_pairs(base: &RunResult, other: &RunResult, frame: &Frame) -> Chart {
    pairs(base, other).draw(frame)
}

/// The data of [`outcome_pairs`].
pub fn pairs(base: &RunResult, other: &RunResult) -> Pairs {
    let mut names: IndexMap<&str, &str> = IndexMap::new();
    for outcome in base.outcomes.iter().chain(&other.outcomes) {
        names.entry(&outcome.name).or_insert(&outcome.title);
    }
    // What belongs to no class comes last, whichever file has more classes.
    if let Some(title) = names.shift_remove("unclassified") {
        names.insert("unclassified", title);
    }
    let find = |run: &'_ RunResult, name: &str| {
        run.outcomes
            .iter()
            .find(|outcome| outcome.name == name)
            .cloned()
    };
    let rows: Vec<PairRow> = (names.iter())
        .map(|(name, title)| {
            let both = [find(base, name), find(other, name)];
            let rounded = both.each_ref().map(|outcome| match outcome {
                Some(outcome) => format::percentage(outcome.probability, outcome.std_error),
                None => format::Rounded {
                    value: "not in it".into(),
                    error: String::new(),
                },
            });
            PairRow {
                title: named(title, name),
                points: both
                    .each_ref()
                    .map(|outcome| outcome.as_ref().map(|outcome| outcome.probability)),
                intervals: both
                    .each_ref()
                    .map(|outcome| outcome.as_ref().map(|outcome| outcome.ci95)),
                errors: rounded.each_ref().map(|rounded| plus_minus(&rounded.error)),
                values: rounded.map(|rounded| rounded.value),
            }
        })
        .collect();
    let titles = [base, other].map(|run| named(&run.scenario.title, &run.scenario.name));
    let table = Table {
        header: std::iter::once("Outcome".to_owned())
            .chain(titles.iter().cloned())
            .collect(),
        rows: (rows.iter())
            .map(|row| {
                let cells = (0..2).map(|side| {
                    format!("{} {}", row.values[side], row.errors[side])
                        .trim_end()
                        .to_owned()
                });
                std::iter::once(row.title.clone()).chain(cells).collect()
            })
            .collect(),
    };
    Pairs {
        about: About {
            id: format!("pairs-{}-{}", base.scenario.name, other.scenario.name),
            title: "Outcomes side by side".into(),
            subtitle: "Share of the simulated futures. Whisker: 95% interval of the simulation."
                .into(),
            description: format!(
                "Two bars for each of {} outcomes: {} and {}.",
                rows.len(),
                titles[0],
                titles[1]
            ),
            table,
        },
        names: titles,
        rows,
    }
}

/// Paired differences of the outcomes.
pub fn outcome_differences(comparison: &Comparison, frame: &Frame) -> Chart {
    differences(
        comparison,
        &comparison.differences,
        "outcomes",
        "What changes: outcomes",
    )
    .draw(frame)
}

/// Paired differences of the answers to the questions; `None` without questions.
pub fn question_differences(comparison: &Comparison, frame: &Frame) -> Option<Chart> {
    let plot = || {
        differences(
            comparison,
            &comparison.questions,
            "questions",
            "What changes: questions",
        )
    };
    (!comparison.questions.is_empty()).then(|| plot().draw(frame))
}

/// The data of a difference plot of probabilities.
pub fn differences(
    comparison: &Comparison,
    list: &[Difference],
    id: &str,
    title: &str,
) -> Differences {
    let known: Vec<(&Difference, f64, f64, [f64; 2])> = (list.iter())
        .filter_map(|difference| {
            Some((
                difference,
                difference.difference?,
                difference.std_error?,
                difference.ci95?,
            ))
        })
        .collect();
    let rows: Vec<DifferenceRow> = (known.iter())
        .map(|&(difference, point, error, interval)| {
            let rounded = format::points(point, error);
            DifferenceRow {
                title: named(&difference.title, &difference.outcome),
                point: 100.0 * point,
                interval: interval.map(|end| 100.0 * end),
                value: scale::minus(&rounded.value),
                error: plus_minus(&rounded.error),
                detectable: difference.detectable,
            }
        })
        .collect();
    let table = Table {
        header: [
            "",
            "Difference in percentage points",
            "95% interval",
            "Stands out from chance",
        ]
        .map(str::to_owned)
        .into(),
        rows: (rows.iter().zip(&known))
            .map(|(row, &(_, _, error, interval))| {
                vec![
                    row.title.clone(),
                    format!("{} {}", row.value, row.error),
                    format::points_range(interval, error),
                    if row.detectable {
                        "yes"
                    } else {
                        "no detectable difference"
                    }
                    .into(),
                ]
            })
            .collect(),
    };
    let seen = rows.iter().filter(|row| row.detectable).count();
    Differences {
        about: About {
            id: format!("differences-{id}-{}-{}", comparison.base, comparison.other),
            title: title.into(),
            subtitle: format!(
                "{} less {}, same random numbers in both. Whisker: 95% interval of the difference.",
                comparison.other, comparison.base
            ),
            description: format!(
                "Dots around zero for {} differences, of which {seen} can be told from chance.",
                rows.len()
            ),
            table,
        },
        unit: "percentage points".into(),
        rows,
    }
}

fn named(title: &str, name: &str) -> String {
    if title.trim().is_empty() {
        name.to_owned()
    } else {
        title.to_owned()
    }
}

fn value_at(values: &[f64], i: usize) -> f64 {
    values.get(i).copied().unwrap_or(f64::NAN)
}

/// The date of the horizon.
fn end(scenario: &ScenarioInfo) -> String {
    dates::date_at(&scenario.start, scenario.horizon)
}

fn plus_minus(error: &str) -> String {
    match error {
        "" | "exact" | "unknown" => error.to_owned(),
        error => format!("± {error}"),
    }
}

fn with_error(rounded: &format::Rounded) -> String {
    format!("{} {}", rounded.value, plus_minus(&rounded.error))
        .trim_end()
        .to_owned()
}

fn probability_row(point: f64, error: f64, interval: [f64; 2], range: Option<[f64; 2]>) -> Row {
    let rounded = format::percentage(point, error);
    Row {
        title: String::new(),
        point,
        interval,
        range,
        value: rounded.value,
        error: plus_minus(&rounded.error),
        words: String::new(),
        muted: false,
    }
}

fn probability_table(
    first: &str,
    rows: &[Row],
    numbers: impl Iterator<Item = (f64, [f64; 2], Option<[f64; 2]>)>,
) -> Table {
    Table {
        header: [
            first,
            "Probability",
            "95% interval of the simulation",
            "90% range of what is not known",
        ]
        .map(str::to_owned)
        .into(),
        rows: (rows.iter().zip(numbers))
            .map(|(row, (error, interval, range))| {
                vec![
                    row.title.clone(),
                    format!("{} {}", row.value, row.error),
                    format::percent_range(interval, error),
                    range.map_or("cannot be told from chance".into(), |range| {
                        format::percent_range(range, error)
                    }),
                ]
            })
            .collect(),
    }
}

/// Dates down, columns across.
fn time_table(dates: &[String], columns: impl Iterator<Item = (String, Vec<String>)>) -> Table {
    let mut table = Table {
        header: vec!["Date".into()],
        rows: dates.iter().map(|date| vec![date.clone()]).collect(),
    };
    for (title, texts) in columns {
        table.header.push(title);
        for (row, text) in table.rows.iter_mut().zip(texts) {
            row.push(text);
        }
    }
    table
}
