//! States, what events are restricted to, and where moves lead.

use super::{Decoder, Object, keys};
use crate::diagnostic::Place;
use crate::diagnostic::pointer::join;
use crate::scenario::types::{
    Action, At, Destination, Effect, Restriction, Share, State, StateValue, Why,
};
use serde_json::Value;

/// What stands for whatever the other probabilities leave.
const REST: &str = "rest";

impl<'v> Decoder<'v> {
    pub(super) fn state(&mut self, value: &'v Value, pointer: &str) -> Option<State> {
        let object = self.object(value, pointer, "a state", &[keys::STATE], |_| false)?;
        let title = self.text(&object, "title");
        let why = self.why(&object);
        self.required(&object, "values", "a state")?;
        let values = self.named(&object, "values", Self::state_value);
        let moves = self.named(&object, "moves", |decoder, value, pointer| {
            Some(decoder.map_of_named(value, pointer, &mut Self::hazard))
        });
        let each_step = self.named(&object, "each_step", |decoder, value, pointer| {
            let share = &mut |decoder: &mut Self, value, pointer: &str| {
                decoder.probability(value, pointer, "a probability")
            };
            Some(decoder.map_of_named(value, pointer, share))
        });
        Some(State {
            pointer: pointer.to_owned(),
            title,
            values,
            moves,
            each_step,
            why,
        })
    }

    fn state_value(&mut self, value: &'v Value, pointer: &str) -> Option<StateValue> {
        let what = "a value of a state";
        let object = self.object(value, pointer, what, &[keys::STATE_VALUE], |_| false)?;
        let title = self.text(&object, "title");
        let why = self.why(&object);
        let start = match object.get("start") {
            Some((value, pointer)) => Some(self.phase_start(value, &pointer)?),
            None => None,
        };
        Some(StateValue { title, start, why })
    }

    /// `in` and `not_in` of an event.
    pub(super) fn restrictions(&mut self, event: &Object<'v>) -> Vec<Restriction> {
        let mut found: Vec<Restriction> = Vec::new();
        for (key, is_outside) in [("in", false), ("not_in", true)] {
            let Some((value, pointer)) = event.get(key) else {
                continue;
            };
            let what = format!("`{key}`, which has a list of values by state");
            let Some(object) = self.object(value, &pointer, &what, &[], |_| true) else {
                continue;
            };
            for name in object.map.keys() {
                let values = self.list(&object, name, |decoder, value, pointer| {
                    decoder.reference(value, pointer)
                });
                let at = join(&pointer, name);
                let short = match name.as_str() {
                    "phase" => Some("phases"),
                    "trend" => Some("trends"),
                    _ => None,
                };
                let other = (short.filter(|short| event.has(short)))
                    .map(|short| (join(&event.pointer, short), format!("`{short}` is here")))
                    .or_else(|| {
                        let other = found.iter().find(|other| other.state.value == *name)?;
                        Some((other.state.pointer.clone(), "`in` is here".to_owned()))
                    });
                if let Some((place, label)) = other {
                    let message = format!("`{name}` is restricted twice");
                    let fault = self.fault("conflicting-keys", Place::key(at.clone()), message);
                    fault.related.push((Place::key(place), label));
                    fault.hints.push("keep one of them".to_owned());
                }
                if let Some(values) = values {
                    found.push(Restriction {
                        state: At::new(name.clone(), at),
                        values,
                        is_outside,
                    });
                }
            }
        }
        found
    }

    /// An effect that moves the phase, the trend or a state.
    pub(super) fn moving(
        &mut self,
        effect: &Object<'v>,
        form: &'static str,
        why: Why,
    ) -> Option<Effect> {
        for key in ["to", "by"] {
            if effect.has(key) && (form, key) != ("move", "to") {
                let place = Place::key(join(&effect.pointer, key));
                let message = format!("`{key}` does not go with `{form}`");
                let fault = self.fault("conflicting-keys", place, message);
                fault.hints.extend(match form {
                    "move" => Some("did you mean `to`?".to_owned()),
                    _ => None,
                });
                return None;
            }
        }
        let (value, pointer) = effect.get(form)?;
        let action = if form == "move" {
            let state = self.reference(value, &pointer);
            let (value, pointer) = self.required(effect, "to", "`move`")?;
            Action::Move {
                to: self.destination(value, &pointer)?,
                state: state?,
            }
        } else {
            let to = self.destination(value, &pointer)?;
            if form == "phase" {
                Action::Phase(to)
            } else {
                Action::Trend(to)
            }
        };
        Some(Effect {
            pointer: effect.pointer.clone(),
            action,
            why,
        })
    }

    /// A name, or names with their probabilities.
    fn destination(&mut self, value: &'v Value, pointer: &str) -> Option<Destination> {
        let Value::Object(map) = value else {
            if let Value::String(_) = value {
                return Some(Destination::Named(self.reference(value, pointer)?));
            }
            return self.wrong_type(pointer, "a name, or names with their probabilities", value);
        };
        if map.is_empty() {
            let message = "no name is stated, so that the move leads nowhere";
            self.fault("missing-key", Place::value(pointer), message);
            return None;
        }
        let mut rests: Vec<String> = Vec::new();
        let shares = self.map_of_named(
            value,
            pointer,
            &mut |decoder: &mut Self, value, at: &str| {
                if value == REST {
                    rests.push(at.to_owned());
                    return Some(Share::Rest(At::new((), at)));
                }
                let share = decoder.probability(value, at, "a probability")?;
                Some(Share::Probability(share))
            },
        );
        if let [first, second, ..] = rests.as_slice() {
            let message = format!("only one can have the `{REST}`");
            let fault = self.fault("conflicting-keys", Place::value(second), message);
            let other = (Place::value(first), "the first is here".to_owned());
            fault.related.push(other);
            return None;
        }
        (shares.len() == map.len()).then(|| Destination::Drawn {
            pointer: pointer.to_owned(),
            shares,
        })
    }
}
