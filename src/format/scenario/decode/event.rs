//! Events and hazards: what can happen, how readily, and what it does.

use super::value::Numbers;
use super::{Decoder, Object, keys};
use crate::diagnostic::Place;
use crate::diagnostic::pointer::join;
use crate::scenario::combine::{COMBINES, CombineRow};
use crate::scenario::types::{
    Action, Base, Branch, Effect, Event, Fires, Hazard, HazardRatio, Moment, Quantity, Times, Why,
};
use crate::time::duration;
use indexmap::IndexMap;
use serde_json::Value;

impl<'v> Decoder<'v> {
    pub(super) fn event(&mut self, value: &'v Value, pointer: &str) -> Option<Event> {
        let object = self.object(value, pointer, "an event", &[keys::EVENT], |_| false)?;
        let title = self.text(&object, "title");
        let why = self.why(&object);
        let fires = self.fires(&object);
        let guard = object
            .get("if")
            .and_then(|(value, pointer)| self.condition(value, &pointer));
        let phases = self.list(&object, "phases", |decoder, value, pointer| {
            decoder.reference(value, pointer)
        });
        let trends = self.list(&object, "trends", |decoder, value, pointer| {
            decoder.reference(value, pointer)
        });
        let restrictions = self.restrictions(&object);
        let limit = object
            .get("limit")
            .and_then(|(value, pointer)| self.whole(value, &pointer, 1, "a limit"));
        let rest = object
            .get("rest")
            .and_then(|(value, pointer)| self.wait(value, &pointer, "a rest"));
        let probability = self.probability_of(&object);
        let waits_until_allowed = self.word(
            &object,
            "if_not_allowed",
            &[("lost", false), ("wait", true)],
        );
        let priority = object
            .get("priority")
            .and_then(|(value, pointer)| self.priority(value, &pointer));
        let effects = self
            .list(&object, "effects", Self::effect)
            .unwrap_or_default();
        let branches = self.named(&object, "branches", Self::branch);
        Some(Event {
            pointer: pointer.to_owned(),
            title,
            fires: fires?,
            guard,
            phases,
            trends,
            restrictions,
            // More firings than fit are as good as any number.
            limit: limit.map(|limit| u32::try_from(limit.value).unwrap_or(u32::MAX)),
            rest,
            probability,
            waits_until_allowed,
            priority: priority.unwrap_or(0),
            effects,
            branches,
            why,
        })
    }

    fn priority(&mut self, value: &Value, pointer: &str) -> Option<i32> {
        let whole = value.as_i64().and_then(|whole| i32::try_from(whole).ok());
        if whole.is_none() {
            return self.wrong_type(pointer, "a whole number, 0 if it is not stated", value);
        }
        whole
    }

    /// One of several results of a firing.
    fn branch(&mut self, value: &'v Value, pointer: &str) -> Option<Branch> {
        let object = self.object(value, pointer, "a branch", &[keys::BRANCH], |_| false)?;
        let title = self.text(&object, "title");
        let why = self.why(&object);
        let stated = object.has("probability");
        let probability = self.probability_of(&object);
        let effects = self
            .list(&object, "effects", Self::effect)
            .unwrap_or_default();
        (stated == probability.is_some()).then(|| Branch {
            pointer: pointer.to_owned(),
            title,
            probability,
            effects,
            why,
        })
    }

    fn probability_of(&mut self, object: &Object<'v>) -> Option<Quantity> {
        let (value, pointer) = object.get("probability")?;
        self.probability(value, &pointer, "a probability")
    }

    fn fires(&mut self, object: &Object<'v>) -> Option<Fires> {
        let form = self.one_form(object, keys::EVENT_FORMS, "an event")?;
        if form == "hazard" && object.has("probability") {
            self.fault(
                "conflicting-keys",
                Place::key(join(&object.pointer, "probability")),
                "`probability` does not go with `hazard`, which says itself how likely the event is",
            )
            .hints
            .push("a part of the firings: multiply the hazard by it, or use `branches`".to_owned());
            return None;
        }
        if matches!(form, "hazard" | "when") && object.has("if_not_allowed") {
            self.fault(
                "conflicting-keys",
                Place::key(join(&object.pointer, "if_not_allowed")),
                format!("`if_not_allowed` goes with `at`, `every` and `after`, not with `{form}`"),
            );
            return None;
        }
        let (value, pointer) = self.required(object, form, "an event")?;
        match form {
            "hazard" => Some(Fires::Hazard(self.hazard(value, &pointer)?)),
            "when" => Some(Fires::When(self.condition(value, &pointer)?)),
            "every" => Some(Fires::Every(self.recurrence(object, value, &pointer)?)),
            "after" => Some(Fires::After(self.waiting(object, value, &pointer)?)),
            _ => Some(Fires::At(self.moment(value, &pointer)?)),
        }
    }

    fn moment(&mut self, value: &'v Value, pointer: &str) -> Option<Moment> {
        match value.as_str() {
            Some(text) if duration::resembles_date(text) => {
                Some(Moment::Date(self.dated(value, pointer)?))
            }
            _ => Some(Moment::Drawn(self.draw(value, pointer, Numbers::TIMES)?)),
        }
    }

    pub(super) fn hazard(&mut self, value: &'v Value, pointer: &str) -> Option<Hazard> {
        if !value.is_object() {
            let base = self.rate(value, pointer).map(Base::PerYear)?;
            return Some(Hazard {
                pointer: pointer.to_owned(),
                base,
                times: Times::default(),
                why: Default::default(),
            });
        }
        let object = self.object(value, pointer, "a hazard", &[keys::HAZARD], |_| false)?;
        let why = self.why(&object);
        let times = object
            .get("times")
            .map(|(value, pointer)| self.times(value, &pointer));
        let base = self.base(&object);
        let times = match times {
            Some(times) => times?,
            None => Times::default(),
        };
        Some(Hazard {
            pointer: pointer.to_owned(),
            base: base?,
            times,
            why,
        })
    }

    /// Firings per year: a number that is not negative, or a formula.
    fn rate(&mut self, value: &'v Value, pointer: &str) -> Option<Quantity> {
        self.not_negative(value, pointer, "a rate")
    }

    fn base(&mut self, object: &Object<'v>) -> Option<Base> {
        let what = "a hazard";
        match self.one_form(object, keys::HAZARD_FORMS, what)? {
            "chance" => {
                let chance = self
                    .required(object, "chance", what)
                    .and_then(|(value, pointer)| {
                        let found = self.probability(value, &pointer, "a chance")?;
                        self.below_certainty(found)
                    });
                let within = self
                    .required(object, "within", what)
                    .and_then(|(value, pointer)| {
                        self.wait(value, &pointer, "the time of a chance")
                    });
                Some(Base::Chance {
                    chance: chance?,
                    within: within?,
                })
            }
            "rate" => {
                let rate = self
                    .required(object, "rate", what)
                    .and_then(|(value, pointer)| self.rate(value, &pointer));
                let per = match object.get("per") {
                    None => Some(1.0),
                    Some((value, pointer)) => self.time_of_rate(value, &pointer),
                };
                Some(Base::Rate {
                    rate: rate?,
                    per: per?,
                })
            }
            "mean_wait" => {
                let (value, pointer) = object.get("mean_wait")?;
                Some(Base::MeanWait(self.wait(value, &pointer, "a mean wait")?))
            }
            "ageing" => Some(Base::Ageing(self.ageing(object)?)),
            _ => {
                let (value, pointer) = object.get("value")?;
                Some(Base::PerYear(self.rate(value, &pointer)?))
            }
        }
    }

    /// No finite rate makes an event certain within a time.
    fn below_certainty(&mut self, chance: Quantity) -> Option<Quantity> {
        use crate::scenario::types::NumberOrFormula::Number;
        if chance.value != Number(1.0) {
            return Some(chance);
        }
        self.fault(
            "value-out-of-range",
            chance.place(),
            "a chance within a time lies below 1: no finite rate makes an event certain",
        )
        .hints
        .push("state 0.999, or a date with `at`".to_owned());
        None
    }

    fn times(&mut self, value: &'v Value, pointer: &str) -> Option<Times> {
        let object = self.object(value, pointer, "`times`", &[keys::TIMES], |_| false)?;
        let why = self.why(&object);
        let trend = self.named(&object, "trend", Self::coefficient);
        let phase = self.named(&object, "phase", Self::coefficient);
        let state = self.named(&object, "state", |decoder, value, pointer| {
            Some(decoder.map_of_named(value, pointer, &mut Self::coefficient))
        });
        let indicator: IndexMap<String, HazardRatio> =
            self.named(&object, "indicator", Self::hazard_ratio);
        let factor = match object.get("factor") {
            Some((value, pointer)) => Some(self.coefficient(value, &pointer)?),
            None => None,
        };
        Some(Times {
            pointer: pointer.to_owned(),
            trend,
            phase,
            state,
            indicator,
            factor,
            why,
        })
    }

    fn hazard_ratio(&mut self, value: &'v Value, pointer: &str) -> Option<HazardRatio> {
        let what = "a hazard ratio";
        let object = self.object(value, pointer, what, &[keys::HAZARD_RATIO], |_| false)?;
        let why = self.why(&object);
        let ratio = self
            .required(&object, "ratio", what)
            .and_then(|(value, pointer)| self.not_negative(value, &pointer, "a ratio"));
        let mut quantity = |key| {
            self.required(&object, key, what)
                .and_then(|(value, pointer)| self.quantity(value, &pointer, Numbers::FORMULAS))
        };
        let (at, per) = (quantity("at"), quantity("per"));
        let per = per?;
        if per.value == crate::scenario::types::NumberOrFormula::Number(0.0) {
            return self.out_of_range(&per.pointer, "the `per` of a hazard ratio is not 0");
        }
        Some(HazardRatio {
            pointer: pointer.to_owned(),
            ratio: ratio?,
            at: at?,
            per,
            why,
        })
    }

    /// Effects on several indicators, none of which sees what the others do.
    fn together(&mut self, object: &Object<'v>, why: Why) -> Option<Effect> {
        if let Some(key) = keys::AMOUNTS.into_iter().find(|key| object.has(key)) {
            self.fault(
                "conflicting-keys",
                Place::key(join(&object.pointer, key)),
                format!("`{key}` does not go with `together`"),
            );
            return None;
        }
        let effects = self.list(object, "together", Self::effect)?;
        if effects.is_empty() {
            let place = join(&object.pointer, "together");
            return self.out_of_range(&place, "at least one effect goes together with others");
        }
        for effect in &effects {
            let Action::Change { .. } = effect.action else {
                let place = Place::value(&effect.pointer);
                let keys = CombineRow::keys_in_words(COMBINES.iter());
                let message = format!("only {keys} go together");
                self.fault("conflicting-keys", place, message);
                return None;
            };
        }
        Some(Effect {
            pointer: object.pointer.clone(),
            action: Action::Together(effects),
            why,
        })
    }

    fn effect(&mut self, value: &'v Value, pointer: &str) -> Option<Effect> {
        let object = self.object(value, pointer, "an effect", &[keys::EFFECT], |_| false)?;
        let why = self.why(&object);
        let forms: Vec<[&str; 1]> = (COMBINES.iter().map(|row| row.key))
            .chain(keys::OTHER_EFFECTS)
            .map(|key| [key])
            .collect();
        let forms: Vec<&[&str]> = forms.iter().map(|form| &form[..]).collect();
        let form = self.one_form(&object, &forms, "an effect")?;
        let Some(row) = COMBINES.iter().find(|row| row.key == form) else {
            return match form {
                "together" => self.together(&object, why),
                _ => self.moving(&object, form, why),
            };
        };
        let (value, target) = object.get(form)?;
        let target = self.reference(value, &target);
        for key in keys::AMOUNTS {
            if object.has(key) && key != row.amount {
                self.fault(
                    "conflicting-keys",
                    Place::key(join(pointer, key)),
                    format!("`{key}` does not go with `{form}`"),
                )
                .hints
                .push(format!("did you mean `{}`?", row.amount));
                return None;
            }
        }
        let (value, place) = self.required(&object, row.amount, &format!("`{form}`"))?;
        let amount = self.draw(value, &place, Numbers::FORMULAS)?;
        Some(Effect {
            pointer: pointer.to_owned(),
            action: Action::Change {
                indicator: target?,
                combine: row.combine,
                amount,
            },
            why,
        })
    }
}
