//! Ranges that lead to an outcome, as CSV: a row per number of a box, of a limit, or of a box on
//! the way.

use super::Layout;
use super::cells::{fault_of_writing, harmless, told_interrupted};
use crate::results::{BoxSize, DiscoverResult, GivenValue};
use std::io::{self, Write};

const HEADER: [&str; 17] = [
    "scenario",
    "of",
    "section",
    "number",
    "input",
    "title",
    "kind",
    "by",
    "low",
    "high",
    "measure",
    "trials",
    "value",
    "std_error",
    "low95",
    "high95",
    "detectable",
];

/// What a row is about.
#[derive(Clone, Copy, Default)]
struct About<'r> {
    section: &'r str,
    number: Option<usize>,
    input: &'r str,
    title: &'r str,
    kind: &'r str,
    by: &'r str,
    ends: [Option<f64>; 2],
    detectable: Option<bool>,
}

/// The first row says whether the run was interrupted, the second has the chance over all draws.
///
/// # Errors
/// Those of `out`.
pub fn write_discover(
    out: &mut dyn Write,
    result: &DiscoverResult,
    layout: Layout,
) -> io::Result<()> {
    let mut csv = layout.writer(out)?;
    csv.write_record(HEADER).map_err(fault_of_writing)?;
    let number = |x: Option<f64>| x.map(|x| x.to_string()).unwrap_or_default();
    let scenario = harmless(&result.scenario.name).into_owned();
    let mut write = |about: About<'_>, measure: &str, value: &GivenValue| {
        let ends = value.ci95.map(|[low, high]| [Some(low), Some(high)]);
        let [low, high] = ends.unwrap_or_default().map(number);
        let trials = match value.trials {
            0 => String::new(),
            n => n.to_string(),
        };
        let told = about.detectable.map(|told| u8::from(told).to_string());
        csv.write_record([
            scenario.as_str(),
            &result.of.name,
            about.section,
            &about.number.map(|n| n.to_string()).unwrap_or_default(),
            about.input,
            &harmless(about.title),
            about.kind,
            about.by,
            &number(about.ends[0]),
            &number(about.ends[1]),
            measure,
            &trials,
            &number(value.value),
            &number(value.std_error),
            &low,
            &high,
            &told.unwrap_or_default(),
        ])
        .map_err(fault_of_writing)
    };
    let plain = |value: Option<f64>, std_error: Option<f64>, ci95: Option<[f64; 2]>| GivenValue {
        value,
        std_error,
        ci95,
        ..GivenValue::default()
    };
    let run = About {
        section: "run",
        ..About::default()
    };
    let interrupted = GivenValue {
        trials: result.run.trials,
        value: Some(told_interrupted(&result.run)),
        ..GivenValue::default()
    };
    write(run, "interrupted", &interrupted)?;
    let chance = GivenValue {
        trials: result.run.trials,
        ..plain(
            Some(result.probability),
            Some(result.std_error),
            Some(result.ci95),
        )
    };
    write(run, "probability", &chance)?;
    let sized = |size: &BoxSize| {
        [
            ("mass", size.mass.clone()),
            ("density", size.density.clone()),
            ("coverage", size.coverage.clone()),
        ]
    };
    for (place, found) in result.boxes.iter().enumerate() {
        let about = About {
            section: "box",
            number: Some(place + 1),
            ..About::default()
        };
        for (measure, value) in sized(&found.size) {
            write(about, measure, &value)?;
        }
        write(about, "elsewhere", &found.elsewhere)?;
        let (difference, error) = (found.difference, found.difference_std_error);
        let tested = About {
            detectable: Some(found.detectable),
            ..about
        };
        write(
            tested,
            "difference",
            &plain(difference, error, found.difference_ci95),
        )?;
        for limit in &found.limits {
            let about = About {
                section: "limit",
                number: Some(place + 1),
                input: &limit.input,
                title: &limit.title,
                kind: &limit.kind,
                by: &limit.by,
                ends: [limit.low, limit.high],
                detectable: None,
            };
            write(about, "share", &limit.share)?;
            write(about, "kept_out", &limit.kept_out)?;
            let (difference, error) = (limit.difference, limit.difference_std_error);
            let tested = About {
                detectable: Some(limit.detectable),
                ..about
            };
            write(
                tested,
                "difference",
                &plain(difference, error, limit.difference_ci95),
            )?;
        }
    }
    if let Some(all) = &result.together {
        let about = About {
            section: "together",
            ..About::default()
        };
        for (measure, value) in sized(all) {
            write(about, measure, &value)?;
        }
    }
    for (place, node) in result.tree.iter().enumerate() {
        let about = About {
            section: "tree",
            number: Some(place),
            input: &node.input,
            title: &node.title,
            kind: &node.kind,
            by: &node.by,
            ends: [node.from, node.below],
            detectable: None,
        };
        for (measure, value) in sized(&node.size) {
            write(about, measure, &value)?;
        }
        if node.difference.is_some() {
            let (difference, error) = (node.difference, node.difference_std_error);
            let tested = About {
                detectable: Some(node.detectable),
                ..about
            };
            write(
                tested,
                "difference",
                &plain(difference, error, node.difference_ci95),
            )?;
        }
    }
    for (step, peeled) in result.peeling.iter().enumerate() {
        let about = About {
            section: "peeling",
            number: Some(step),
            ..About::default()
        };
        for (measure, value) in sized(&peeled.size) {
            write(about, measure, &value)?;
        }
        for limit in &peeled.limits {
            let about = About {
                input: &limit.input,
                by: &limit.by,
                ends: [limit.low, limit.high],
                ..about
            };
            write(about, "limit", &GivenValue::default())?;
        }
    }
    csv.flush()
}
