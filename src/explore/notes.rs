//! What an analyst should know of a control as it stands: it is not refused, and yet it may not do
//! what she thinks.
//!
//! Takes a state, both studies and the tweaked run; gives a sentence by control.

use super::tweak::State;
use crate::analysis::Study;
use crate::expression::Expr;
use crate::model::{Parameter, ParameterValue};
use crate::report::format;
use crate::results::RunResult;
use jiff::civil::Date;
use std::collections::BTreeMap;

/// Of all futures, as a share that counts as all of them.
const ALL: f64 = 1.0 - 1e-9;

/// Sentences by the name of the control.
pub fn notes(
    state: &State,
    base: &Study,
    tweaked: &Study,
    run: &RunResult,
) -> BTreeMap<String, String> {
    let mut notes = BTreeMap::new();
    for (name, tweak) in &state.parameters {
        let drawn = (&base.model.parameters[..], "parameters", name.as_str());
        if let Some(note) = tweak.pin.and_then(|pin| outside(base, drawn, pin)) {
            notes.insert(format!("parameter:{name}"), note);
        }
    }
    for (name, pin) in &state.per_trial {
        let drawn = (&base.model.per_trial[..], "per_trial", name.as_str());
        if let Some(note) = outside(base, drawn, *pin) {
            notes.insert(format!("per_trial:{name}"), note);
        }
    }
    for (name, chosen) in &state.starts {
        if never_starts(base, name, chosen) {
            let note = "no future of the file starts there";
            notes.insert(format!("start:{name}"), note.into());
        }
    }
    let clock = &tweaked.model.clock;
    for (name, switch) in &state.events {
        let Ok(date) = switch.parse::<Date>() else {
            continue;
        };
        let last = clock.date_at(clock.horizon);
        let happens = (run.events.iter().find(|event| event.name == *name))
            .and_then(|event| event.cumulative_incidence.last().copied());
        let note = if clock.time_of(date) > clock.horizon {
            format!("after the horizon, {last}: it does not happen in this story")
        } else if let Some(share) = happens.filter(|share| *share < ALL) {
            format!(
                "happens in {} of the futures: in the others it cannot happen on that day",
                format::percentage(share, 0.0).value
            )
        } else {
            continue;
        };
        notes.insert(format!("event:{name}"), note);
    }
    notes
}

/// Whether the file lets a state start in this value in no future at all.
fn never_starts(base: &Study, state: &str, value: &str) -> bool {
    let states = base.model.states.iter();
    let mut values = states
        .filter(|one| one.name == state)
        .flat_map(|s| &s.values);
    values.any(|one| one.name == value && one.start == Expr::Number(0.0))
}

/// How a pinned value of one of these lies beyond what the file declares, or thinks likely.
fn outside(
    base: &Study,
    (all, section, name): (&[Parameter], &str, &str),
    pin: f64,
) -> Option<String> {
    let stated = &base.model.source[section][name];
    let end = |i: usize, open: f64| {
        stated["range"]
            .get(i)
            .map(|end| end.as_f64().unwrap_or(open))
    };
    if let (Some(low), Some(high)) = (end(0, f64::NEG_INFINITY), end(1, f64::INFINITY))
        && !(low..=high).contains(&pin)
    {
        let range = match (low.is_finite(), high.is_finite()) {
            (true, true) => format!("{} to {}", format::plain(low), format::plain(high)),
            (true, false) => format!("at least {}", format::plain(low)),
            _ => format!("at most {}", format::plain(high)),
        };
        return Some(format!("outside the range that the file declares, {range}"));
    }
    let parameter = all.iter().find(|p| p.name == name)?;
    let ParameterValue::Uncertain(distribution) = &parameter.value else {
        return None;
    };
    let [low, high] = [0.005, 0.995].map(|p| distribution.quantile(p));
    let side = if pin < low {
        "below"
    } else if pin > high {
        "above"
    } else {
        return None;
    };
    Some(format!("{side} what the file gives 99 chances in 100"))
}
