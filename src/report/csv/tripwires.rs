//! A dated watch list, as CSV: a row per number of an observation.

use super::Layout;
use super::cells::{fault_of_writing, harmless, told_interrupted};
use crate::results::{GivenValue, Told, Tripwire, TripwiresResult};
use std::io::{self, Write};

const HEADER: [&str; 15] = [
    "scenario",
    "of",
    "by",
    "kind",
    "name",
    "title",
    "sign",
    "threshold",
    "measure",
    "trials",
    "value",
    "std_error",
    "low95",
    "high95",
    "detectable",
];

/// The first row says whether the run was interrupted, the second has the chance without any sign.
///
/// # Errors
/// Those of `out`.
pub fn write_tripwires(
    out: &mut dyn Write,
    result: &TripwiresResult,
    layout: Layout,
) -> io::Result<()> {
    let mut csv = layout.writer(out)?;
    csv.write_record(HEADER).map_err(fault_of_writing)?;
    let number = |x: Option<f64>| x.map(|x| x.to_string()).unwrap_or_default();
    let scenario = harmless(&result.scenario.name).into_owned();
    let mut write = |row: Option<&Tripwire>, measure: &str, value: &GivenValue, told: &str| {
        let [low, high] = [0, 1].map(|i| number(value.ci95.map(|ends| ends[i])));
        let trials = match value.trials {
            0 => String::new(),
            n => n.to_string(),
        };
        let text = |of: fn(&Tripwire) -> &String| row.map(of).cloned().unwrap_or_default();
        csv.write_record([
            scenario.as_str(),
            &result.of.name,
            &text(|row| &row.by),
            &text(|row| &row.kind),
            &text(|row| &row.name),
            &harmless(&text(|row| &row.title)),
            &text(|row| &row.sign),
            &number(row.and_then(|row| row.threshold)),
            measure,
            &trials,
            &number(value.value),
            &number(value.std_error),
            &low,
            &high,
            told,
        ])
        .map_err(fault_of_writing)
    };
    let chance = GivenValue {
        trials: result.run.trials,
        value: Some(result.probability),
        std_error: Some(result.std_error),
        ci95: Some(result.ci95),
        effective_trials: None,
    };
    let interrupted = GivenValue {
        trials: result.run.trials,
        value: Some(told_interrupted(&result.run)),
        ..GivenValue::default()
    };
    write(None, "interrupted", &interrupted, "")?;
    write(None, "probability", &chance, "")?;
    let plain = |told: Option<&Told>| GivenValue {
        value: told.map(|told| told.value),
        std_error: told.map(|told| told.std_error),
        ci95: told.map(|told| told.ci95),
        ..GivenValue::default()
    };
    for row in &result.tripwires {
        write(Some(row), "seen", &row.seen, "")?;
        write(Some(row), "if_seen", &row.if_seen, "")?;
        write(Some(row), "if_not_seen", &row.if_not_seen, "")?;
        let difference = GivenValue {
            value: row.difference,
            std_error: row.difference_std_error,
            ci95: row.difference_ci95,
            ..GivenValue::default()
        };
        let told = if row.detectable { "1" } else { "0" };
        write(Some(row), "difference", &difference, told)?;
        write(Some(row), "hit_rate", &row.hit_rate, "")?;
        write(Some(row), "false_alarm_rate", &row.false_alarm_rate, "")?;
        write(
            Some(row),
            "information",
            &plain(row.information.as_ref()),
            "",
        )?;
        let share = plain(row.information_share.as_ref());
        write(Some(row), "information_share", &share, "")?;
        write(Some(row), "brier_gain", &plain(row.brier_gain.as_ref()), "")?;
        let lead = GivenValue {
            value: row.lead_days,
            std_error: row.lead_days_std_error,
            ..GivenValue::default()
        };
        write(Some(row), "lead_days", &lead, "")?;
    }
    csv.flush()
}
