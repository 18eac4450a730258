//! Events: when they fire, what they do, and what has to be looked at after a firing.

use super::Listing;
use crate::program::types::*;
use std::fmt::{self, Formatter};

impl Listing<'_> {
    pub(super) fn events(&self, f: &mut Formatter) -> fmt::Result {
        for (index, event) in self.program.events.iter().enumerate() {
            write!(f, "event {} ", self.event(index as u32))?;
            self.fires(f, event)?;
            self.allowed(f, event)?;
            for effect in &event.effects {
                self.effect(f, effect)?;
            }
            self.branches(f, event)?;
            self.listed(f, "starts", &event.starts)?;
            self.afterwards(f, event)?;
        }
        for stepper in &self.program.steppers {
            writeln!(f, "steps of {}", self.names.state(stepper.state))?;
            for (value, row) in stepper.rows.iter().enumerate() {
                let from = format!("from {}:", self.names.value(stepper.state, value));
                self.listed(f, &from, row)?;
            }
        }
        Ok(())
    }

    fn fires(&self, f: &mut Formatter, event: &EventCode) -> fmt::Result {
        let names = &self.names;
        let sites = &self.program.sites;
        match &event.fires {
            FiresCode::Hazard {
                scale,
                exponent,
                site,
            } => {
                let rate = self.rate(scale, exponent.as_ref());
                let kind = if event.steady { ", steady" } else { "" };
                writeln!(f, "hazard {rate} at site {}{kind}", sites[*site as usize])
            }
            FiresCode::Ageing {
                scale,
                exponent,
                baseline,
                since,
                site,
                ..
            } => {
                let rate = self.rate(scale, exponent.as_ref());
                let since = since.map_or("the start", |slot| names.slot(slot));
                let baseline = self.baseline(baseline);
                let site = &sites[*site as usize];
                writeln!(
                    f,
                    "hazard {rate} times {baseline} of the age since {since} at site {site}"
                )
            }
            FiresCode::At {
                time,
                probability,
                site,
            } => {
                let (time, chance) = (names.draw(time, sites), names.formula(probability));
                let site = &sites[*site as usize];
                writeln!(
                    f,
                    "at {time} years with probability {chance} at site {site}"
                )
            }
            FiresCode::When { condition, .. } => {
                writeln!(f, "when {}", names.formula(condition))
            }
            FiresCode::Every { times, first } => {
                let (from, count) = (times.first().copied().unwrap_or(f64::NAN), times.len());
                writeln!(
                    f,
                    "at {count} instants from {from} years on, the first is number {first}"
                )
            }
            FiresCode::After { wait, by_day, .. } => match by_day {
                Some(_) => writeln!(f, "after months by the calendar"),
                None => writeln!(f, "after {} years", names.draw(wait, sites)),
            },
            FiresCode::Branch => writeln!(f, "as a branch"),
            FiresCode::Step { share } => {
                writeln!(f, "by the step with probability {}", names.formula(share))
            }
        }
    }

    fn rate(&self, scale: &Formula, exponent: Option<&Formula>) -> String {
        let scale = self.names.formula(scale);
        match exponent {
            Some(exponent) => format!("({scale}) exp({})", self.names.formula(exponent)),
            None => scale,
        }
    }

    fn baseline(&self, baseline: &BaselineCode) -> String {
        let name = |slot: &u32| self.names.slot(*slot);
        match baseline {
            BaselineCode::Weibull { shape, scale } => {
                format!("weibull({}, {})", name(shape), name(scale))
            }
            BaselineCode::Gompertz { rate, growth } => {
                format!("gompertz({}, {})", name(rate), name(growth))
            }
            BaselineCode::LogLogistic { shape, scale } => {
                format!("log_logistic({}, {})", name(shape), name(scale))
            }
            BaselineCode::Steps(steps) => {
                let steps = steps
                    .iter()
                    .map(|(age, slot)| format!("{age}: {}", name(slot)));
                format!("steps({})", steps.collect::<Vec<_>>().join(", "))
            }
        }
    }

    /// What else has to be so for it to fire.
    fn allowed(&self, f: &mut Formatter, event: &EventCode) -> fmt::Result {
        let names = &self.names;
        let gate = &self.program.gates[event.gate as usize];
        let restricted = |open: &[bool], name: &dyn Fn(usize) -> String| {
            let all: Vec<String> = (0..open.len()).filter(|&k| open[k]).map(name).collect();
            (all.len() < open.len()).then(|| all.join(", "))
        };
        if let Some(phases) = restricted(&gate.phases, &|k| names.phase(k)) {
            writeln!(f, "  in phases {phases}")?;
        }
        if let Some(trends) = restricted(&gate.trends, &|k| names.trend(k)) {
            writeln!(f, "  in trends {trends}")?;
        }
        for (state, open) in &gate.states {
            if let Some(values) = restricted(open, &|k| names.value(*state, k)) {
                writeln!(f, "  in {} {values}", names.state(*state))?;
            }
        }
        if let Some(guard) = &event.guard {
            writeln!(f, "  if {}", names.formula(guard))?;
        }
        if event.limit.is_finite() {
            writeln!(f, "  limit {}", event.limit)?;
        }
        if let Some(rest) = event.rest {
            writeln!(f, "  rest {} years", names.slot(rest))?;
        }
        if let Some(chance) = &event.probability {
            writeln!(f, "  probability {}", names.formula(&chance.probability))?;
        }
        if event.waiting.is_some() {
            writeln!(f, "  waits until it is allowed")?;
        }
        if let Some(declared) = &event.declared {
            let (chance, within) = (names.slot(declared.chance), names.slot(declared.within));
            writeln!(f, "  declared {chance} within {within} years")?;
        }
        Ok(())
    }

    fn effect(&self, f: &mut Formatter, effect: &EffectCode) -> fmt::Result {
        let names = &self.names;
        let draw = |value| names.draw(value, &self.program.sites);
        match effect {
            EffectCode::Read { value, slot } => {
                writeln!(f, "  {} = {}", names.slot(*slot), draw(value))
            }
            EffectCode::Change {
                indicator,
                combine,
                value,
            } => {
                let (indicator, operator) = (names.indicator(*indicator), combine.row().operator);
                writeln!(f, "  {indicator} {operator} {}", draw(value))
            }
            EffectCode::Move { machine, to } => {
                let value = |k: usize| match machine {
                    Machine::Phase => names.phase(k),
                    Machine::Trend => names.trend(k),
                    Machine::State(state) => names.value(*state, k),
                };
                let what = match machine {
                    Machine::Phase => "phase".to_string(),
                    Machine::Trend => "trend".to_string(),
                    Machine::State(state) => names.state(*state),
                };
                match to {
                    DestinationCode::One(to) => writeln!(f, "  {what} = {}", value(*to)),
                    DestinationCode::Drawn {
                        shares, rest, site, ..
                    } => {
                        let drawn = (shares.iter())
                            .map(|(to, share)| format!("{}: {}", value(*to), names.formula(share)));
                        let rest = rest.map(|to| format!("{}: the rest", value(to)));
                        let all: Vec<String> = drawn.chain(rest).collect();
                        let site = &self.program.sites[*site as usize];
                        writeln!(f, "  {what} = {} at site {site}", all.join(", "))
                    }
                }
            }
        }
    }

    fn branches(&self, f: &mut Formatter, event: &EventCode) -> fmt::Result {
        let Some(branches) = &event.branches else {
            return Ok(());
        };
        let all = branches.all.iter().map(|(event, chance)| match chance {
            Some(chance) => format!("{}: {}", self.event(*event), self.names.formula(chance)),
            None => format!("{}: the rest", self.event(*event)),
        });
        let site = &self.program.sites[branches.site as usize];
        writeln!(
            f,
            "  branches {} at site {site}",
            all.collect::<Vec<_>>().join(", ")
        )
    }

    /// What a firing makes stale.
    fn afterwards(&self, f: &mut Formatter, event: &EventCode) -> fmt::Result {
        self.listed(f, "then hazards", &event.hazards)?;
        self.listed(f, "then triggers", &event.triggers)?;
        self.listed(f, "then windows", &event.windows)?;
        let program = self.program;
        let derived = event.derived.iter();
        let slots = derived.map(|&k| self.names.slot(program.derived[k as usize].result));
        let slots: Vec<&str> = slots.collect();
        if !slots.is_empty() {
            writeln!(f, "  then derived {}", slots.join(", "))?;
        }
        let factors = event.factors.iter();
        let slots = factors.map(|&k| self.names.slot(program.factors[k as usize].result));
        let slots: Vec<&str> = slots.collect();
        if !slots.is_empty() {
            writeln!(f, "  then factors {}", slots.join(", "))?;
        }
        let trackers = event.trackers.iter();
        let slots = trackers.map(|&k| self.names.slot(program.trackers[k as usize].state));
        let slots: Vec<&str> = slots.collect();
        if !slots.is_empty() {
            writeln!(f, "  then trackers {}", slots.join(", "))?;
        }
        for noted in &event.noted {
            match noted {
                FiringCode::CountWithin { from, to, slot } => {
                    let slot = self.names.slot(*slot);
                    writeln!(f, "  {slot} counts from {from} to {to} years")?;
                }
                FiringCode::FirstAfter { after, slot } => {
                    let (after, slot) = (self.names.slot(*after), self.names.slot(*slot));
                    writeln!(f, "  {slot} = first firing after {after}")?;
                }
            }
        }
        Ok(())
    }
}
