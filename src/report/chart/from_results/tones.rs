//! Which colour a thing of a scenario has, the same in every chart.
//!
//! Groups of outcomes, their outcomes and the phases that can end in them only have one hue; trends
//! have one of their own. What has no kind (phases elsewhere, values of states, events) takes the
//! colours that only tell apart, one chart going on where the one before it ended.

use super::Tone;
use super::tone::APART;
use crate::report::kinds::Kinds;
use crate::results::{OutcomeResult, UNCLASSIFIED};
use serde_json::Value;

/// The colours of a scenario's things.
pub struct Tones {
    kinds: Kinds,
    /// Each state with the colours that charts before its own have taken.
    states: Vec<(String, usize)>,
    /// Colours taken by all charts of phases and states.
    taken: usize,
}

impl Tones {
    /// `source` is the scenario as its results have it.
    pub fn of(source: &Value) -> Self {
        let kinds = Kinds::of(source);
        let list = |key: &str| source[key].as_object().into_iter().flatten();
        let phases = kinds.phases();
        let is_apart = phases.iter().any(|phase| kinds.shade(phase).is_none());
        let mut taken = if is_apart { phases.len() } else { 0 };
        let states = list("states")
            .map(|(name, state)| {
                let before = taken;
                taken += state["values"].as_object().map_or(0, |values| values.len());
                (name.clone(), before)
            })
            .collect();
        Self {
            kinds,
            states,
            taken,
        }
    }

    /// Of a group, or of an outcome that is in none.
    pub fn class(&self, name: &str) -> Tone {
        match self.kinds.class(name) {
            Some(place) => Tone::group(place, 0),
            None if name == UNCLASSIFIED => Tone::Rest,
            None => Tone::Plain,
        }
    }

    pub fn outcome(&self, outcome: &OutcomeResult) -> Tone {
        self.class(outcome.group.as_deref().unwrap_or(&outcome.name))
    }

    pub fn phase(&self, name: &str) -> Tone {
        let place = || self.kinds.phases().iter().position(|phase| phase == name);
        match self.kinds.shade(name) {
            Some((class, shade)) => Tone::group(class, shade),
            None => Tone::Apart(place().unwrap_or(0)),
        }
    }

    /// Of the value at that place of a state.
    pub fn value(&self, state: &str, place: usize) -> Tone {
        let known = self.states.iter().find(|(name, _)| name == state);
        Tone::Apart(known.map_or(0, |(_, before)| *before) + place)
    }

    /// Of the event at that place of a chart: the list begins anew where half of it is taken, for
    /// its first colours differ most.
    pub fn event(&self, place: usize) -> Tone {
        let taken = self.taken % APART;
        Tone::Apart(place + if taken < APART / 2 { taken } else { 0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn neighbouring_charts_share_no_colour_unless_it_means_the_same() {
        let source = json!({
            "groups": {"war": {}, "quiet": {}},
            "phases": {"fight": {}, "truce": {}, "peace": {}},
            "states": {
                "front": {"values": {"still": {}, "moving": {}, "broken": {}}},
                "aid": {"values": {"given": {}, "stopped": {}}},
            },
            "outcomes": [
                {"name": "silent", "group": "quiet", "when": "phase in [truce, peace]"},
                {"name": "on", "group": "war", "when": "true"},
            ],
        });
        let tones = Tones::of(&source);
        let group = |place, shade| Tone::Group { place, shade };
        assert_eq!(tones.class("quiet"), group(1, 0));
        let phases = ["fight", "truce", "peace"].map(|phase| tones.phase(phase));
        assert_eq!(phases, [group(0, 0), group(1, 0), group(1, 1)]);
        let front = [0, 1, 2].map(|place| tones.value("front", place));
        let aid = [0, 1].map(|place| tones.value("aid", place));
        assert_eq!(front, [0, 1, 2].map(Tone::Apart));
        assert_eq!(aid, [3, 4].map(Tone::Apart));
        assert_eq!(tones.event(0), Tone::Apart(5));
        assert_eq!(tones.class(UNCLASSIFIED), Tone::Rest);
    }

    /// Each state with the colours of its values, in the order of the file.
    fn of_states(source: &Value) -> Vec<Vec<Option<String>>> {
        let tones = Tones::of(source);
        let states = source["states"].as_object().expect("states");
        let colours = states.iter().map(|(name, state)| {
            let values = state["values"].as_object().expect("values").len();
            let tones = (0..values).map(|place| tones.value(name, place));
            tones.map(Tone::colour).collect()
        });
        colours.collect()
    }

    #[test]
    fn values_of_many_states_share_no_colour_with_those_around_them() {
        // Two to four values each, as many as nobody has.
        let states: serde_json::Map<String, Value> = (0..40)
            .map(|i| {
                let values = (0..2 + i % 3).map(|v| (format!("v{v}"), json!({})));
                let values: serde_json::Map<String, Value> = values.collect();
                (format!("s{i}"), json!({"values": values}))
            })
            .collect();
        let colours = of_states(&json!({"states": states}));
        for (i, own) in colours.iter().enumerate() {
            assert!(
                own.iter()
                    .all(|colour| own.iter().filter(|c| *c == colour).count() == 1)
            );
            // Five before it: whatever stands left of it or above it in a page.
            for other in &colours[i.saturating_sub(5)..i] {
                assert!(
                    own.iter().all(|colour| !other.contains(colour)),
                    "{own:?} {other:?}"
                );
            }
        }
        let text = include_str!("../../../../scenarios/baseline.json");
        let baseline: Value = serde_json::from_str(text).expect("JSON");
        let all: Vec<Option<String>> = of_states(&baseline).concat();
        let distinct: std::collections::BTreeSet<_> = all.iter().collect();
        // Nor do the events with the last four charts before theirs.
        let tones = Tones::of(&baseline);
        let events: Vec<_> = (0..6).map(|place| tones.event(place).colour()).collect();
        let last = of_states(&baseline).split_off(3).concat();
        assert!(
            events.iter().all(|colour| !last.contains(colour)),
            "{events:?}"
        );
        assert!(all.len() > 15 && distinct.len() == all.len(), "{all:?}");
    }

    #[test]
    fn without_groups_outcomes_are_plain_and_phases_are_told_apart() {
        let source = json!({
            "phases": {"a": {}, "b": {}},
            "states": {"s": {"values": {"x": {}, "y": {}}}},
            "outcomes": [{"name": "o", "when": "phase == a"}],
        });
        let tones = Tones::of(&source);
        assert_eq!(
            (tones.class("o"), tones.class(UNCLASSIFIED)),
            (Tone::Plain, Tone::Rest)
        );
        assert_eq!(tones.phase("b"), Tone::Apart(1));
        assert_eq!(tones.value("s", 0), Tone::Apart(2));
    }
}
