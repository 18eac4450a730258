//! What a firing makes stale: which derived values, hazards, triggers, trackers and windows read
//! something that it changes.

use crate::expression::Expr;
use crate::model::{
    Dependents, Effect, Event, Fires, Item, Items, Model, Readers, Since, StartsClock,
};

/// What a firing makes stale, each list in ascending order.
#[derive(Clone, Debug, Default)]
pub struct Stale {
    /// Positions in evaluation order.
    pub derived: Vec<u32>,
    pub hazards: Vec<u32>,
    pub triggers: Vec<u32>,
    pub factors: Vec<u32>,
    pub trackers: Vec<u32>,
    pub windows: Vec<u32>,
}

/// Who has to be looked at after what.
pub struct Affected {
    items: Items,
    derived: Dependents,
    hazards: Readers,
    triggers: Readers,
    factors: Readers,
    trackers: Readers,
    windows: Readers,
}

impl Affected {
    /// The formulas behind the trackers and the factors.
    pub fn of<'e>(
        model: &Model,
        tracked: impl Iterator<Item = &'e Expr>,
        factored: impl Iterator<Item = &'e Expr>,
    ) -> Self {
        let items = Items::of(model);
        let mut affected = Self {
            items,
            derived: Dependents::of(model),
            hazards: Readers::new(items),
            triggers: Readers::new(items),
            factors: Readers::new(items),
            trackers: Readers::new(items),
            windows: Readers::new(items),
        };
        for (index, formula) in tracked.enumerate() {
            affected.trackers.add(index, items.read(formula));
        }
        for (index, formula) in factored.enumerate() {
            affected.factors.add(index, items.read(formula));
        }
        // A final phase stops every event, so all of them look at the phase if there is one.
        let ends = model.phases.iter().any(|phase| phase.is_final);
        for (index, event) in model.events.iter().enumerate() {
            let gate = gate(items, ends, index, event);
            if event.declared.is_some() {
                affected.windows.add(index, gate.clone());
            }
            match &event.fires {
                Fires::Hazard(hazard) => {
                    let mut read = gate;
                    hazard.each_formula(&mut |formula| read.extend(items.read(formula)));
                    read.extend(
                        hazard
                            .ageing
                            .as_ref()
                            .and_then(|ageing| match ageing.since {
                                Since::Start => None,
                                Since::Phase => Some(Items::PHASE),
                                Since::State(state) => Some(items.state(state)),
                                Since::Last(start) => Some(match start {
                                    StartsClock::Event(event) => items.event(event),
                                    StartsClock::Phase(_) => Items::PHASE,
                                    StartsClock::Trend(_) => Items::TREND,
                                    StartsClock::Value(state, _) => items.state(state),
                                }),
                            }),
                    );
                    read.extend(hazard.by_trend.is_some().then_some(Items::TREND));
                    read.extend(hazard.by_phase.is_some().then_some(Items::PHASE));
                    read.extend(hazard.by_state.iter().map(|(state, _)| items.state(*state)));
                    affected.hazards.add(index, read);
                }
                Fires::When(condition) => affected.triggers.add(index, items.read(condition)),
                // What waits until it is allowed is a trigger whose condition is that it is.
                _ if event.waits_until_allowed => affected.triggers.add(index, gate),
                // Looked at when their time comes.
                Fires::At { .. }
                | Fires::Every { .. }
                | Fires::After(_)
                | Fires::Branch(_)
                | Fires::Step(_) => {}
            }
        }
        affected
    }

    /// What a firing of an event makes stale.
    pub fn by(&self, index: usize, event: &Event) -> Stale {
        let mut changed = self.changes(index, event);
        let derived = self.derived.follow(&mut changed);
        Stale {
            derived,
            hazards: self.hazards.of(&changed),
            triggers: self.triggers.of(&changed),
            factors: self.factors.of(&changed),
            trackers: self.trackers.of(&changed),
            windows: self.windows.of(&changed),
        }
    }

    /// What a firing changes.
    fn changes(&self, index: usize, event: &Event) -> Vec<Item> {
        let mut items = vec![self.items.event(index)];
        items.extend(event.effects.iter().map(|effect| match effect {
            Effect::Change { indicator, .. } => self.items.indicator(*indicator),
            Effect::Move { machine, .. } => self.items.machine(*machine),
        }));
        items.sort_unstable();
        items.dedup();
        items
    }
}

/// What decides whether an event is allowed.
fn gate(items: Items, ends: bool, index: usize, event: &Event) -> Vec<Item> {
    let guard = event.guard.as_ref();
    let mut read = guard.map_or_else(Vec::new, |guard| items.read(guard));
    read.push(items.event(index));
    read.extend((event.phases.is_some() || ends).then_some(Items::PHASE));
    read.extend(event.trends.is_some().then_some(Items::TREND));
    read.extend(event.states.iter().map(|(state, _)| items.state(*state)));
    read
}
