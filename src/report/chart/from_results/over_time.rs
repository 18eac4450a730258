//! All scenarios of a comparison over time: a chart for each phase, value of a state, event and
//! indicator, a line for each scenario.
//!
//! Takes a comparison; gives the data of charts, by kind, what changes most first.

use super::*;
use crate::report::dated::dates_of;
use crate::report::table::letter;

/// The kind of what happens at dates.
const EVENT: &str = "event";

/// Kinds of what charts are about.
pub const KINDS: [&str; 4] = [
    "Phases",
    "States",
    "Events",
    "Indicators and derived values",
];

/// What one scenario says over time of one thing.
struct Line<'r> {
    values: &'r [f64],
    errors: &'r [f64],
}

/// A thing that scenarios have, by what is told of it.
struct Thing {
    name: String,
    title: String,
    unit: String,
    /// Divides differences, so that those of indicators can be ranked.
    scale: f64,
}

/// How a kind is read, and how it is told.
struct Kind {
    id: &'static str,
    subtitle: &'static str,
    percent: bool,
    things: fn(&RunResult) -> Vec<Thing>,
    line: for<'r> fn(&'r RunResult, &str) -> Option<Line<'r>>,
}

const READ: [Kind; KINDS.len()] = [
    Kind {
        id: "phase",
        subtitle: "Share of the futures in this phase.",
        percent: true,
        things: |run| {
            let all = run.phases.iter();
            all.map(|one| share_of(&one.name, &one.title)).collect()
        },
        line: |run, name| {
            let one = run.phases.iter().find(|one| one.name == name)?;
            Some(Line {
                values: &one.occupancy,
                errors: &one.occupancy_std_error,
            })
        },
    },
    Kind {
        id: "state",
        subtitle: "Share of the futures with this value.",
        percent: true,
        things: |run| {
            let all = run.states.iter().flat_map(|state| {
                let values = state.values.iter();
                values
                    .map(move |value| share_of(&state.value_name(value), &state.value_title(value)))
            });
            all.collect()
        },
        line: |run, name| {
            let (state, value) = name.split_once('.')?;
            let state = run.states.iter().find(|one| one.name == state)?;
            let one = state.values.iter().find(|one| one.name == value)?;
            Some(Line {
                values: &one.occupancy,
                errors: &one.occupancy_std_error,
            })
        },
    },
    Kind {
        id: EVENT,
        subtitle: "Share of the futures in which it has happened at least once.",
        percent: true,
        things: |run| {
            let all = run.events.iter().filter(|event| !event.shift);
            all.map(|one| share_of(&one.name, &one.title)).collect()
        },
        line: |run, name| {
            let one = run.events.iter().find(|one| one.name == name)?;
            Some(Line {
                values: &one.cumulative_incidence,
                errors: &one.cumulative_incidence_std_error,
            })
        },
    },
    Kind {
        id: "mean",
        subtitle: "Mean over the futures.",
        percent: false,
        things: |run| {
            let all = run.indicators.iter().chain(&run.derived);
            all.map(|one| Thing {
                name: one.name.clone(),
                title: named(&one.title, &one.name),
                unit: one.unit.clone(),
                scale: (one.p95.iter().zip(&one.p5))
                    .map(|(high, low)| high - low)
                    .fold(0.0, f64::max),
            })
            .collect()
        },
        line: |run, name| {
            let mut all = run.indicators.iter().chain(&run.derived);
            let one = all.find(|one| one.name == name)?;
            Some(Line {
                values: &one.mean,
                errors: &one.mean_std_error,
            })
        },
    },
];

fn share_of(name: &str, title: &str) -> Thing {
    Thing {
        name: name.to_owned(),
        title: named(title, name),
        unit: String::new(),
        scale: 1.0,
    }
}

/// By kind, charts of what differs at all, what changes most first; nothing where the scenarios are
/// told at different times.
pub fn over_time(result: &CompareResult) -> [Vec<Curves>; KINDS.len()] {
    let scenarios = &result.scenarios;
    let are_alike = scenarios.windows(2).all(|pair| {
        pair[0].times == pair[1].times && pair[0].scenario.start == pair[1].scenario.start
    });
    READ.each_ref().map(|kind| {
        if !are_alike {
            return Vec::new();
        }
        let mut things: Vec<Thing> = Vec::new();
        for thing in scenarios.iter().flat_map(kind.things) {
            if !things.iter().any(|known| known.name == thing.name) {
                things.push(thing);
            }
        }
        let mut ranked: Vec<(f64, Curves)> = (things.iter())
            .map(|thing| (changes(result, kind, thing), curves(result, kind, thing)))
            .filter(|(most, curves)| *most > 0.0 && !curves.curves.is_empty())
            .collect();
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
        ranked.into_iter().map(|(_, curves)| curves).collect()
    })
}

/// The same chart with letters alone beside the lines, where what they stand for is said once for
/// many charts.
pub fn lettered(mut chart: Curves) -> Curves {
    for curve in &mut chart.curves {
        let end = curve.title.find(':').unwrap_or(curve.title.len());
        curve.title.truncate(end);
    }
    chart
}

/// By how much it differs from the first scenario at most.
fn changes(result: &CompareResult, kind: &Kind, thing: &Thing) -> f64 {
    let line = |run| (kind.line)(run, &thing.name);
    let Some(base) = result.scenarios.first().and_then(line) else {
        return f64::INFINITY;
    };
    let others = result.scenarios.iter().skip(1).filter_map(line);
    let gaps = others.flat_map(|other| {
        let pairs = base.values.iter().zip(other.values);
        pairs.map(|(a, b)| (a - b).abs()).collect::<Vec<f64>>()
    });
    let most = gaps.filter(|gap| gap.is_finite()).fold(0.0, f64::max);
    if thing.scale > 0.0 {
        most / thing.scale
    } else {
        most
    }
}

fn curves(result: &CompareResult, kind: &Kind, thing: &Thing) -> Curves {
    let rounded = |value: f64, error: f64| match kind.percent {
        true => format::percentage(value, error),
        false => format::estimate(value, error),
    };
    let lines = || {
        result
            .scenarios
            .iter()
            .filter_map(|run| (kind.line)(run, &thing.name))
    };
    let coarsest = time::coarsest(lines().map(|line| line.errors));
    let last = coarsest.last().copied().unwrap_or_default();
    let curves: Vec<Curve> = (result.scenarios.iter().enumerate())
        .filter_map(|(i, run)| {
            let Line { values, errors } = (kind.line)(run, &thing.name)?;
            let texts: Vec<format::Rounded> = (values.iter().zip(errors))
                .map(|(value, error)| rounded(*value, *error))
                .collect();
            let title = named(&run.scenario.title, &run.scenario.name);
            Some(Curve {
                title: format!("{}: {title}", letter(i)),
                tone: Tone::Apart(i),
                values: values.to_vec(),
                errors: errors.iter().map(|error| NORMAL_95 * error).collect(),
                end: (values.last()).map_or(String::new(), |end| rounded(*end, last).value),
                texts: texts.iter().map(with_error).collect(),
                moves: match kind.id {
                    EVENT => dates_of(run, &thing.name),
                    _ => Vec::new(),
                },
            })
        })
        .collect();
    let ends: Vec<String> = (curves.iter())
        .map(|curve| format!("{} {}", curve.title, curve.end))
        .collect();
    let first = result.scenarios.first();
    let dates = first.map_or_else(Vec::new, |run| run.dates.clone());
    let unit = match thing.unit.trim() {
        "" => String::new(),
        unit => format!(" In {unit}."),
    };
    Curves {
        about: About {
            id: format!("all-{}-{}", kind.id, thing.name),
            title: thing.title.clone(),
            subtitle: format!(
                "{}{unit} Band: 95% interval of the simulation.",
                kind.subtitle
            ),
            description: format!(
                "{} over time, a line for each scenario. At the end: {}.",
                thing.title,
                ends.join("; ")
            ),
            table: time_table(
                &dates,
                (curves.iter()).map(|curve| (curve.title.clone(), curve.texts.clone())),
            ),
        },
        start: first.map_or_else(String::new, |run| run.scenario.start.clone()),
        times: first.map_or_else(Vec::new, |run| run.times.clone()),
        dates,
        percent: kind.percent,
        curves,
        also: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn all_scenarios_are_in_each_chart_and_what_changes_most_comes_first() {
        let mut result = fixture::compare();
        let last = result.scenarios[0].times.len() - 1;
        let name = result.scenarios[0].phases[1].name.clone();
        result.scenarios[1].phases[1].occupancy[last] += 0.25;
        result.scenarios[2].phases[0].occupancy[last] += 0.05;
        result.scenarios[1].indicators[0].mean[last] += 0.1;
        let [phases, _, events, means] = over_time(&result);
        assert_eq!(phases.len(), 2);
        assert_eq!(phases[0].about.id, format!("all-phase-{name}"));
        assert_eq!(phases[0].curves.len(), 3);
        assert!(phases[0].curves[1].title.starts_with("B: Blockade"));
        // Labels below one another have one number of decimals.
        let decimals = |curve: &Curve| {
            curve
                .end
                .split_once('.')
                .map_or(0, |(_, after)| after.len())
        };
        let shown = means[0].curves.iter().chain(&phases[1].curves);
        let shown: Vec<(bool, usize)> = shown.map(|c| (c.end.contains('%'), decimals(c))).collect();
        let kinds: std::collections::BTreeSet<_> = shown.iter().collect();
        assert_eq!(kinds.len(), 2, "{shown:?}");
        let short = lettered(phases[0].clone());
        let letters: Vec<&str> = short.curves.iter().map(|c| c.title.as_str()).collect();
        assert_eq!(letters, ["A", "B", "C"]);
        assert!(short.about.description.contains("B: Blockade"));
        // What is the same in all of them needs no chart.
        assert!(events.is_empty());
        assert_eq!(means.len(), 1);
        result.scenarios[2].phases.clear();
        assert_eq!(over_time(&result)[0][0].curves.len(), 2);
        result.scenarios[1].times[last] += 1.0;
        assert!(over_time(&result).iter().all(Vec::is_empty));
    }
}
