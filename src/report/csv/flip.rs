//! Changes that make another outcome the likeliest, as CSV: a row per number of a change, and per parameter that it holds.

use super::Layout;
use super::cells::{fault_of_writing, harmless, told_interrupted};
use crate::results::{FlipResult, Lead};
use std::io::{self, Write};

const HEADER: [&str; 12] = [
    "scenario",
    "of",
    "answer",
    "number",
    "rival",
    "verified",
    "parameter",
    "title",
    "measure",
    "value",
    "std_error",
    "score",
];

/// The first row says whether the run was interrupted; those without a number are of the file as it is.
///
/// # Errors
/// Those of `out`.
pub fn write_flip(out: &mut dyn Write, result: &FlipResult, layout: Layout) -> io::Result<()> {
    let mut csv = layout.writer(out)?;
    csv.write_record(HEADER).map_err(fault_of_writing)?;
    let number = |x: Option<f64>| x.map(|x| x.to_string()).unwrap_or_default();
    let scenario = harmless(&result.scenario.name).into_owned();
    let mut write = |place: [&str; 5], measure: &str, values: [Option<f64>; 3]| {
        let [change, rival, verified, parameter, title] = place;
        let [value, error, score] = values.map(number);
        csv.write_record([
            &scenario,
            &result.of.name,
            &result.answer,
            change,
            rival,
            verified,
            parameter,
            &harmless(title),
            measure,
            &value,
            &error,
            &score,
        ])
        .map_err(fault_of_writing)
    };
    let interrupted = [Some(told_interrupted(&result.run)), None, None];
    write([""; 5], "interrupted", interrupted)?;
    let leads = |lead: &Lead| {
        [
            ("probability", lead.probability, lead.std_error),
            (
                "rival_probability",
                lead.rival_probability,
                lead.rival_std_error,
            ),
            ("lead", lead.lead, lead.lead_std_error),
        ]
    };
    for (measure, value, error) in leads(&result.now) {
        let place = ["", &result.now.rival, "", "", ""];
        write(place, measure, [Some(value), Some(error), None])?;
    }
    for (place, change) in result.changes.iter().enumerate() {
        let place = (place + 1).to_string();
        let verified = if change.verified { "1" } else { "0" };
        let of = |parameter: &'static str| {
            [
                place.as_str(),
                change.lead.rival.as_str(),
                verified,
                parameter,
                "",
            ]
        };
        write(of(""), "distance", [change.distance, None, None])?;
        for (measure, value, error) in leads(&change.lead) {
            write(of(""), measure, [Some(value), Some(error), None])?;
        }
        for held in &change.held {
            let [number, rival, verified, ..] = of("");
            let place = [number, rival, verified, &held.parameter, &held.title];
            write(place, "held", [Some(held.value), None, Some(held.score)])?;
        }
    }
    csv.flush()
}
