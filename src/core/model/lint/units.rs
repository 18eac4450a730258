//! Bare numbers that count years where another unit was probably meant, and a step longer than the
//! whole.
//!
//! A duration without a word is a number of years. That is told of where so many years make no
//! sense beside the horizon.

use crate::diagnostic::{Diagnostic, Place, pointer};
use crate::model::types::Model;
use serde_json::Value;

/// Years from which on a horizon without a word is more likely one of months.
const LONG_HORIZON: f64 = 12.0;
/// Fewest years of a window, a rest or a unit of rates that are doubted.
const LONG: f64 = 2.0;
/// Fewest years of a mean wait that are doubted: a rare event may have one far beyond the horizon.
const LONG_WAIT: f64 = 5.0;

/// Warns of durations that lack a unit.
pub fn bare_durations(model: &Model, warnings: &mut Vec<Diagnostic>) {
    let source = &model.source;
    let horizon = model.clock.horizon;
    if let Some((pointer, years)) = bare(source, "", "horizon")
        && years >= LONG_HORIZON
    {
        warnings.push(doubted(
            pointer,
            format!("the horizon of {years} has no unit, so it is {years} years"),
            years,
        ));
    }
    if let Some((pointer, years)) = bare(source, "", "step") {
        let of_years = format!("the step of {years} has no unit, so it is {years} years");
        if years > horizon {
            let message = format!("{of_years}, longer than the horizon ({})", span(horizon));
            warnings.push(doubted(pointer, message, years));
        } else if years >= 1.0 && horizon < LONG_HORIZON && is_in_smaller_units(source) {
            let message = format!("{of_years}, but the horizon is not stated in years");
            warnings.push(
                doubted(pointer, message, years).related(Place::value("/horizon"), "the horizon"),
            );
        }
    }
    for (at, hazard) in hazards(source) {
        for (key, what, least, most) in [
            ("within", "the window", LONG, horizon),
            ("per", "the unit of the rate", LONG, horizon),
            ("mean_wait", "the mean wait", LONG_WAIT, 5.0 * horizon),
        ] {
            longer(hazard, &at, key, what, least, most, horizon, warnings);
        }
    }
    for (name, event) in section(source, "events") {
        let at = pointer::join("/events", name);
        for (key, what) in [
            ("rest", "the rest"),
            ("wait", "the wait"),
            ("every", "the period"),
        ] {
            longer(event, &at, key, what, LONG, horizon, horizon, warnings);
        }
    }
}

/// Warns of a step that the horizon cuts short.
pub fn long_step(model: &Model, warnings: &mut Vec<Diagnostic>) {
    let clock = &model.clock;
    let told = bare(&model.source, "", "step").is_some();
    if !told && clock.step > clock.horizon * (1.0 + 1e-9) {
        warnings.push(
            Diagnostic::warning(
                "step-too-coarse",
                Place::value("/step"),
                format!(
                    "the step ({}) is longer than the horizon ({}), so a trial is one step",
                    span(clock.step),
                    span(clock.horizon)
                ),
            )
            .related(Place::value("/horizon"), "the horizon")
            .hint("shorten the step, for instance to \"1 week\""),
        );
    }
}

#[expect(
    clippy::too_many_arguments,
    reason = "a row of a table with its context"
)]
fn longer(
    object: &Value,
    at: &str,
    key: &str,
    what: &str,
    least: f64,
    most: f64,
    horizon: f64,
    warnings: &mut Vec<Diagnostic>,
) {
    if let Some((pointer, years)) = bare(object, at, key)
        && years >= least
        && years > most
    {
        warnings.push(
            doubted(
                pointer,
                format!(
                    "{what} of {years} has no unit, so it is {years} years, longer than the horizon ({})",
                    span(horizon)
                ),
                years,
            )
            .related(Place::value("/horizon"), "the horizon"),
        );
    }
}

fn doubted(pointer: String, message: String, years: f64) -> Diagnostic {
    let plural = if years == 1.0 { "" } else { "s" };
    Diagnostic::warning("unit-missing", Place::value(pointer), message).hint(format!(
        "write \"{years} day{plural}\", \"{years} month{plural}\" or, if it is meant, \"{years} year{plural}\""
    ))
}

/// Whether the horizon is stated in months, weeks or days, or as a date: its author does not count
/// in years.
fn is_in_smaller_units(source: &Value) -> bool {
    let horizon = source.get("horizon");
    let inner = horizon.and_then(|horizon| horizon.get("value")).or(horizon);
    inner
        .and_then(Value::as_str)
        .is_some_and(|text| !text.contains("year"))
}

/// A number without a unit at a key, with its pointer.
fn bare(object: &Value, at: &str, key: &str) -> Option<(String, f64)> {
    let pointer = pointer::join(at, key);
    match object.get(key)? {
        Value::Number(number) => Some((pointer, number.as_f64()?)),
        Value::Object(map) => {
            let number = map.get("value")?.as_f64()?;
            Some((pointer::join(&pointer, "value"), number))
        }
        _ => None,
    }
}

/// Hazards of events, of moves between values of a state, and of shifts, with their pointers.
fn hazards(source: &Value) -> Vec<(String, &Value)> {
    let mut found = Vec::new();
    for (name, event) in section(source, "events") {
        let at = pointer::join(&pointer::join("/events", name), "hazard");
        found.extend(event.get("hazard").map(|hazard| (at, hazard)));
    }
    let states = section(source, "states").map(|(name, state)| {
        let at = pointer::join(&pointer::join("/states", name), "moves");
        (at, state.get("moves").unwrap_or(&Value::Null))
    });
    let shifts = source
        .get("shifts")
        .map(|shifts| ("/shifts".to_owned(), shifts));
    let maps = states.chain(shifts).flat_map(|(at, moves)| {
        let rows = moves.as_object().into_iter().flatten();
        rows.map(move |(from, targets)| (pointer::join(&at, from), targets))
    });
    for (at, targets) in maps {
        let each = targets.as_object().into_iter().flatten();
        found.extend(each.map(|(to, hazard)| (pointer::join(&at, to), hazard)));
    }
    found
}

fn section<'a>(source: &'a Value, key: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    source
        .get(key)
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
}

/// Years in a unit that suits them.
fn span(years: f64) -> String {
    let shown = super::rates::short;
    if years >= 2.0 {
        format!("{} years", shown(years))
    } else {
        format!(
            "{} days",
            shown(years * crate::time::calendar::DAYS_PER_YEAR)
        )
    }
}
