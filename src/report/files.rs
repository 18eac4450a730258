//! Charts of results as files of their own.
//!
//! Takes a part of a page; gives the charts that it would show, drawn with their headings, under
//! names that are safe in a folder. The caller writes them.

use super::chart::{Chart, Frame, from_results as chart};
use super::headline;
use super::html::{ComparePart, RunPart, chosen_events};
use super::table::Order;
use crate::results::SweepResult;

/// Charts of one run.
pub fn of_run(part: &RunPart) -> Vec<Chart> {
    of_run_named(part, "")
}

/// Charts of a sweep.
pub fn of_sweep(result: &SweepResult) -> Vec<Chart> {
    let signature = headline::signature_of_sweep(result);
    let charts = chart::sweep(result, &Frame::new(Frame::WIDE)).into_iter();
    charts.map(|one| one.signed(&signature)).collect()
}

/// Charts of a comparison: each pair, then each scenario with its number before the names.
pub fn of_comparison(part: &ComparePart) -> Vec<Chart> {
    let frame = Frame::new(Frame::WIDE);
    let result = &part.result;
    let mut charts = vec![chart::side_by_side(result).draw(&frame)];
    if let Some((base, others)) = result.scenarios.split_first() {
        for (comparison, other) in result.comparisons.iter().zip(others) {
            charts.push(chart::outcome_pairs(base, other, &frame));
            charts.push(chart::outcome_differences(base, other, comparison, &frame));
            charts.extend(chart::question_differences(base, other, comparison, &frame));
        }
    }
    for curves in chart::over_time(result).iter().flatten() {
        charts.push(curves.draw(&frame));
    }
    let signatures: Vec<String> = result.scenarios.iter().map(headline::signature).collect();
    let signature = signatures.first().cloned().unwrap_or_default();
    let others = result.scenarios.len().saturating_sub(1);
    let more = if others == 1 { "scenario" } else { "scenarios" };
    let signature = format!("{signature} · with {others} more {more}");
    let mut charts: Vec<Chart> = charts
        .into_iter()
        .map(|one| one.signed(&signature))
        .collect();
    for (number, scenario) in (1..).zip(&result.scenarios) {
        let run = RunPart {
            result: scenario.clone(),
            typical: Vec::new(),
            events: part.events.clone(),
            order: Order::Likeliest,
        };
        charts.extend(of_run_named(&run, &format!("{number}-")));
    }
    charts
}

fn of_run_named(part: &RunPart, prefix: &str) -> Vec<Chart> {
    let frame = Frame::new(Frame::WIDE).with_prefix(prefix);
    let result = &part.result;
    let mut charts = Vec::new();
    if result.has_classes() {
        charts.push(chart::classes(result, part.order).draw(&frame));
        charts.push(chart::outcomes(result, part.order, &frame));
    }
    charts.extend(chart::outcomes_by_trend(result, part.order, &frame));
    charts.extend(chart::questions(result, &frame));
    if result.phases.len() > 1 {
        charts.push(chart::phases(result, &frame));
    }
    let states = result.states.iter();
    charts.extend(states.map(|state| chart::state(result, state).draw(&frame)));
    charts.extend(chart::trends(result, &frame));
    let events = chosen_events(result, &part.events);
    if !events.is_empty() {
        charts.push(chart::incidence(result, &events, &frame));
    }
    let series = result.indicators.iter().chain(&result.derived);
    // Of what never moves a number says all.
    let series = series.filter(|one| chart::steady(one).is_none());
    charts.extend(series.map(|one| chart::series(result, one, &frame)));
    charts.extend(
        result
            .metrics
            .iter()
            .filter_map(|one| Some(chart::metric(result, one)?.draw(&frame))),
    );
    let stories = part.typical.iter().flat_map(|group| &group.stories);
    charts.extend(stories.map(|one| chart::storyline(&one.story, &frame)));
    let signature = headline::signature(result);
    charts
        .into_iter()
        .map(|one| one.signed(&signature))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use std::collections::BTreeSet;

    #[test]
    fn every_chart_has_a_name_of_its_own_that_a_folder_takes() {
        let run = RunPart {
            result: fixture::run(),
            typical: Vec::new(),
            events: Vec::new(),
            order: Order::Likeliest,
        };
        let comparison = ComparePart {
            result: fixture::compare(),
            typical: Vec::new(),
            events: Vec::new(),
        };
        let sweeps = [1, 2].map(|inputs| of_sweep(&fixture::sweep(inputs)));
        // Choices have no line; the file itself is no difference.
        let mut variants = fixture::sweep(1);
        variants.axes[0].path = "variant".into();
        for (i, point) in variants.points.iter_mut().enumerate() {
            point.at = vec![format!("/some/folder/of/variants/number-{i}.json").into()];
            point.values[0].identical = i == 0;
        }
        let variants = of_sweep(&variants);
        assert_eq!(variants.len(), 1);
        let svg = &variants[0].svg;
        assert!(
            !svg.contains("number-0") && svg.contains(">number-1<"),
            "{svg}"
        );
        assert!(svg.contains("+8.0"), "0.38 less 0.3: {svg}");
        for chart in sweeps.iter().flatten().chain(&variants) {
            let file = chart.to_svg_file();
            assert!(file.contains("seed 1") && file.contains("trials"), "{file}");
        }
        for charts in [of_run(&run), of_comparison(&comparison)] {
            for chart in &charts {
                let file = chart.to_svg_file();
                assert!(
                    file.contains("seed 1") && file.contains("quincunx"),
                    "{}",
                    chart.id
                );
                // A page has said it once.
                assert!(!chart.svg.contains("seed 1"), "{}", chart.id);
            }
            let names: BTreeSet<&str> = charts.iter().map(|chart| chart.id.as_str()).collect();
            assert_eq!(names.len(), charts.len());
            assert!(charts.len() > 5);
            let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
            assert!(
                names.iter().all(|name| name.chars().all(is_plain)),
                "{names:?}"
            );
        }
    }
}
