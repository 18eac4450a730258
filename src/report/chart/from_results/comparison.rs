//! Two scenarios: side by side, and their differences.
//!
//! Takes results; gives the data of charts, and the charts.

use super::*;

/// Outcomes of two scenarios side by side.
pub fn outcome_pairs(base: &RunResult, other: &RunResult, frame: &Frame) -> Chart {
    pairs(base, other).draw(frame)
}

/// The data of [`outcome_pairs`]: what is likeliest in the base comes first.
pub fn pairs(base: &RunResult, other: &RunResult) -> Pairs {
    let mut names: IndexMap<&str, &str> = IndexMap::new();
    let likeliest = headline::outcomes_by(base, Order::Likeliest);
    for outcome in likeliest.into_iter().chain(&other.outcomes) {
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

/// Groups of outcomes, and outcomes that are in none, of all scenarios on one axis; the likeliest
/// in the first come first.
pub fn side_by_side(result: &CompareResult) -> Ladder {
    let mut names: IndexMap<&str, &str> = IndexMap::new();
    let all: Vec<Vec<headline::Class<'_>>> =
        result.scenarios.iter().map(headline::leading).collect();
    for class in all.iter().flatten() {
        names.entry(class.name).or_insert(class.title);
    }
    let rows: Vec<LadderRow> = (names.iter())
        .map(|(name, title)| LadderRow {
            title: (*title).to_owned(),
            rungs: (all.iter())
                .map(|classes| match classes.iter().find(|c| c.name == *name) {
                    Some(class) => Rung {
                        point: Some(class.known.probability),
                        range: spread(class.known.epistemic90, class.known.epistemic),
                        value: class.known.percent(),
                    },
                    None => Rung {
                        point: None,
                        range: None,
                        value: "not in it".into(),
                    },
                })
                .collect(),
        })
        .collect();
    let mut rungs = rows.iter().flat_map(|row| &row.rungs);
    let has_bound = rungs.any(|rung| rung.range.is_some_and(|range| range.is_bound));
    let scenarios: Vec<(String, String)> = (result.scenarios.iter().enumerate())
        .map(|(i, s)| {
            let letter = crate::report::table::letter(i);
            (letter, named(&s.scenario.title, &s.scenario.name))
        })
        .collect();
    let table = Table {
        header: std::iter::once("Outcome".to_owned())
            .chain(
                scenarios
                    .iter()
                    .map(|(letter, title)| format!("{letter}: {title}")),
            )
            .collect(),
        rows: (rows.iter())
            .map(|row| {
                let values = row.rungs.iter().map(|rung| rung.value.clone());
                std::iter::once(row.title.clone()).chain(values).collect()
            })
            .collect(),
    };
    Ladder {
        about: About {
            id: "side-by-side".into(),
            title: "All scenarios on one axis".into(),
            subtitle: if has_bound {
                "Chance of each, and its range as the assumptions vary; a dashed edge: within which it lies.".into()
            } else {
                "Chance of each, and its range as the assumptions vary.".into()
            },
            description: format!(
                "Dots with ranges for {} outcomes in {} scenarios.",
                rows.len(),
                scenarios.len()
            ),
            table,
        },
        scenarios,
        rows,
    }
}

/// Paired differences of the outcomes, in the order of [`pairs`].
pub fn outcome_differences(
    base: &RunResult,
    other: &RunResult,
    comparison: &Comparison,
    frame: &Frame,
) -> Chart {
    let order = headline::outcomes_by(base, Order::Likeliest);
    let place = |one: &Difference| order.iter().position(|o| o.name == one.outcome);
    let mut list = comparison.differences.clone();
    // What the base does not have comes after what it has, and what no rule caught last.
    list.sort_by_key(|one| match place(one) {
        Some(place) if one.outcome != UNCLASSIFIED => (0, place),
        None => (1, 0),
        Some(_) => (2, 0),
    });
    let about = ["outcomes", "What changes: outcomes"];
    differences([base, other], comparison, &list, about).draw(frame)
}

/// Paired differences of the answers to the questions; `None` without questions.
pub fn question_differences(
    base: &RunResult,
    other: &RunResult,
    comparison: &Comparison,
    frame: &Frame,
) -> Option<Chart> {
    let about = ["questions", "What changes: questions"];
    let list = &comparison.questions;
    let plot = || differences([base, other], comparison, list, about);
    (!list.is_empty()).then(|| plot().draw(frame))
}

/// The data of a difference plot of probabilities; `id` becomes a part of its name.
pub fn differences(
    sides: [&RunResult; 2],
    comparison: &Comparison,
    list: &[Difference],
    [id, title]: [&str; 2],
) -> Differences {
    let [base, other] = sides.map(|run| named(&run.scenario.title, &run.scenario.name));
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
            "Of what",
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
                "“{other}” less “{base}”, same random numbers in both. Whisker: 95% interval of the difference.",
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
