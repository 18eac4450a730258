//! What controls do to an outcome of which no draw of the file's run can tell: events, shifts,
//! moves, results of events, starts and the horizon.
//!
//! Takes a session whose base run is done; gives, for each such control, one or two other settings
//! with a short run of each, paired with the file's trial by trial. It is done at leisure, on one
//! thread, and stands still while a page waits for anything. An effect counts as one if chance
//! would not show it in that many runs.

use super::Options;
use super::clients::Clients;
use super::headline::Moves;
use super::job::tweaked_study;
use super::numbers;
use super::session::Session;
use super::tweak::{State, overrides};
use crate::analysis::{Growing, anchored};
use crate::engine::Observer;
use crate::model::Fires;
use crate::report::known::{percent, places};
use crate::results::label;
use crate::results::{Comparison, Difference, Parts, Shown};
use std::collections::BTreeMap;
use std::time::Duration;

/// How often somebody who stands still looks whether it may go on.
const GLANCE: Duration = Duration::from_millis(50);
/// Chance that any of the effects that are told is none.
const DOUBT: f64 = 0.05;

/// Another setting of a control.
pub struct Other {
    pub control: String,
    pub title: String,
    /// In words, such as `never`.
    pub says: String,
    /// It is more of what the control is about.
    pub more: bool,
    pub state: State,
}

/// What trying them found.
#[derive(Debug, Default)]
pub struct Tried {
    /// By what is looked at, such as `outcome:NAME`.
    pub moves: BTreeMap<String, Vec<Moves>>,
    /// Trials of each run.
    pub trials: u64,
    /// What could not be tried, in words, of all controls of which something was to be.
    pub notes: BTreeMap<String, String>,
}

/// What is tried of a scenario.
pub fn others(session: &Session) -> Vec<Other> {
    let model = &session.study.model;
    let titled = |title: &str, name: &str| label(title, name).to_owned();
    let mut found = Vec::new();
    for event in &model.events {
        if event.shift.is_some() || matches!(event.fires, Fires::Branch(_)) {
            continue;
        }
        let mut state = State::default();
        state.events.insert(event.name.clone(), "never".into());
        found.push(Other {
            control: format!("event:{}", event.name),
            title: titled(&event.title, &event.name),
            says: "never".into(),
            more: false,
            state,
        });
    }
    for start in numbers::starts(model) {
        for value in &start.values {
            let mut state = State::default();
            state.starts.insert(start.name.clone(), value.name.clone());
            found.push(Other {
                control: format!("start:{}", start.name),
                title: start.title.clone(),
                says: value.title.clone(),
                more: true,
                state,
            });
        }
    }
    for number in numbers::numbers(model) {
        let mut put = |says: &str, more: bool, value: f64| {
            let mut state = State::default();
            state.numbers.insert(number.path.clone(), value);
            found.push(Other {
                control: format!("number:{}", number.path),
                title: number.title.clone(),
                says: says.into(),
                more,
                state,
            });
        };
        match number.value.filter(|value| *value > 0.0) {
            None => put("never", false, 0.0),
            Some(value) => {
                put("half as much", false, value / 2.0);
                let is_chance = number.high == 1.0 && 2.0 * value > 1.0;
                match is_chance {
                    true => put("certain", true, 1.0),
                    false => put("twice as much", true, 2.0 * value),
                }
            }
        }
    }
    if !model.clock.timeless {
        let months = 12.0 * model.clock.horizon;
        for (says, more, value) in [
            ("half as long", false, (months / 2.0).round().max(1.0)),
            ("half as long again", true, (1.5 * months).round()),
        ] {
            found.push(Other {
                control: "horizon".into(),
                title: "Horizon".into(),
                says: says.into(),
                more,
                state: State {
                    horizon: Some(value),
                    ..State::default()
                },
            });
        }
    }
    found
}

/// A page waits for something, or nobody looks any more.
struct Waits<'c> {
    clients: &'c Clients,
    current: &'c (dyn Fn() -> bool + Sync),
}

impl Observer for Waits<'_> {
    fn cancelled(&self) -> bool {
        self.clients.any_waits() || !(self.current)()
    }
}

/// Tries all; `None` if nobody looks any more, or the base run is not whole.
///
/// `current` says whether the session is still the one that is shown.
pub fn try_all(
    options: &Options,
    session: &Session,
    clients: &Clients,
    current: &(dyn Fn() -> bool + Sync),
) -> Option<Tried> {
    let whole = session.base(false).latest()?;
    let base = session.base(true).latest()?;
    let others = others(session);
    let watch = Waits { clients, current };
    let mut settings = session.settings_of(true);
    settings.threads = 1;
    let mut tried = Tried {
        trials: settings.blocks * settings.trials_per_block(),
        ..Tried::default()
    };
    let parts = Parts::Shown(Shown::default());
    let mut compared: Vec<(&Other, Comparison)> = Vec::new();
    for other in &others {
        note(&mut tried, other, String::new());
        let refused = |reason: String| format!("{}: not tried, {reason}", other.says);
        let found = overrides(&other.state, &session.study).ok()?;
        let study = match tweaked_study(options, session, &found, true) {
            Ok((study, _)) => study,
            Err(fault) => {
                note(&mut tried, other, refused(fault.message));
                continue;
            }
        };
        let mut run = Growing::new(&settings).ok()?;
        let look = loop {
            while watch.cancelled() {
                if !current() {
                    return None;
                }
                std::thread::sleep(GLANCE);
            }
            if !current() {
                return None;
            }
            match run.look_at(&study, settings.blocks, &parts, &watch) {
                Ok(Some(look)) => break Some(look),
                Ok(None) => {}
                Err(error) => {
                    note(&mut tried, other, refused(error.to_string()));
                    break None;
                }
            }
        };
        if let Some(look) = look {
            let (_, comparison) = anchored((&session.study, &study), &whole, [&base, &look]);
            compared.push((other, comparison));
        }
    }
    let runs = compared.len();
    for (other, comparison) in &compared {
        if comparison.identical {
            continue;
        }
        for (kind, rows) in [
            ("group", &comparison.groups),
            ("outcome", &comparison.differences),
            ("question", &comparison.questions),
            ("question", &comparison.conditional),
        ] {
            for row in rows {
                let Some(effect) = effect(row, runs) else {
                    continue;
                };
                let all = tried.moves.entry(format!("{kind}:{}", row.outcome));
                tell(all.or_default(), other, &effect);
            }
        }
    }
    Some(tried)
}

fn note(tried: &mut Tried, other: &Other, text: String) {
    let all = tried.notes.entry(other.control.clone()).or_default();
    if !all.is_empty() && !text.is_empty() {
        all.push_str("; ");
    }
    all.push_str(&text);
}

struct Effect {
    base: f64,
    other: f64,
    error: f64,
}

/// What a row shows, if chance would not in any of so many runs.
fn effect(row: &Difference, runs: usize) -> Option<Effect> {
    let p = row.p_adjusted? * runs as f64;
    let effect = Effect {
        base: row.base?,
        other: row.other?,
        error: row.std_error?,
    };
    (p < DOUBT).then_some(effect)
}

/// Puts an effect among those of what is looked at; two of one control stand together.
fn tell(all: &mut Vec<Moves>, other: &Other, effect: &Effect) {
    let says = format!(
        "{}: {}",
        other.says,
        percent(effect.other, places(None, effect.error.max(0.0025)))
    );
    let difference = effect.other - effect.base;
    let rises = (difference > 0.0) == other.more;
    if let Some(own) = all.iter_mut().find(|one| one.control == other.control) {
        own.says = format!("{}, {says}", own.says);
        if difference.abs() > own.points {
            own.points = difference.abs();
            own.rises = rises;
        }
        return;
    }
    all.push(Moves {
        control: other.control.clone(),
        title: other.title.clone(),
        rises,
        says,
        points: difference.abs(),
    });
}
