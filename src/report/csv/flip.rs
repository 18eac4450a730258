//! Changes that make another outcome the likeliest, as CSV: a row per number of a change, and per
//! parameter that it holds.

use super::Layout;
use super::cells::{fault_of_writing, harmless, told_interrupted};
use crate::results::{FlipResult, Lead};
use std::io::{self, Write};

const HEADER: [&str; 14] = [
    "scenario",
    "of",
    "answer",
    "number",
    "rival",
    "verified",
    "input",
    "title",
    "kind",
    "measure",
    "value",
    "std_error",
    "score",
    "p_adjusted",
];

/// The first row says whether the run was interrupted; those without a number are of the file as it
/// is.
///
/// # Errors
/// Those of `out`.
pub fn write_flip(out: &mut dyn Write, result: &FlipResult, layout: Layout) -> io::Result<()> {
    let mut csv = layout.writer(out)?;
    csv.write_record(HEADER).map_err(fault_of_writing)?;
    let number = |x: Option<f64>| x.map(|x| x.to_string()).unwrap_or_default();
    let scenario = harmless(&result.scenario.name).into_owned();
    let mut write = |place: [&str; 6], measure: &str, values: [Option<f64>; 4]| {
        let [change, rival, verified, input, title, kind] = place;
        let [value, error, score, p_adjusted] = values.map(number);
        csv.write_record([
            &scenario,
            &result.of.name,
            &result.answer,
            change,
            rival,
            verified,
            input,
            &harmless(title),
            kind,
            measure,
            &value,
            &error,
            &score,
            &p_adjusted,
        ])
        .map_err(fault_of_writing)
    };
    let interrupted = [Some(told_interrupted(&result.run)), None, None, None];
    write([""; 6], "interrupted", interrupted)?;
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
        let place = ["", &result.now.rival, "", "", "", ""];
        write(place, measure, [Some(value), Some(error), None, None])?;
    }
    for (place, change) in result.changes.iter().enumerate() {
        let number = (place + 1).to_string();
        let verified = if change.verified { "1" } else { "0" };
        let of = [&number, change.lead.rival.as_str(), verified, "", "", ""];
        write(of, "distance", [change.distance, None, None, None])?;
        if change.level.is_some() {
            write(
                of,
                "level",
                [change.level, change.level_std_error, None, None],
            )?;
        }
        for (measure, value, error) in leads(&change.lead) {
            let p_adjusted = change.p_adjusted.filter(|_| measure == "lead");
            write(of, measure, [Some(value), Some(error), None, p_adjusted])?;
        }
        for held in &change.held {
            let [number, rival, verified, ..] = of;
            let place = [
                number,
                rival,
                verified,
                &held.input,
                &held.title,
                &held.kind,
            ];
            write(
                place,
                "held",
                [Some(held.value), None, Some(held.score), None],
            )?;
        }
    }
    csv.flush()
}
