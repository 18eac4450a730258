//! A program as text, for whoever wants to see what a model was compiled to.
//!
//! One thing per line, what belongs to it indented below. Slots carry the names of what they hold;
//! `%40` is a temporary or a slot without a name of its own. A formula is a number, a slot, or
//! operations separated by `;`, of which the last is the value.

mod events;
mod names;
mod operations;

use super::ops::Op;
use super::types::*;
use crate::model::{Model, ParameterValue};
use names::Names;
use std::fmt::{self, Display, Formatter};

/// A program with names, to be printed.
pub struct Listing<'a> {
    program: &'a Program,
    names: Names<'a>,
}

impl Program {
    /// The program, to be printed with the names of the model that it was compiled from.
    pub fn listing<'a>(&'a self, model: &'a Model) -> Listing<'a> {
        Listing {
            program: self,
            names: Names::new(self, Some(model)),
        }
    }
}

/// With numbers where only a model knows the names.
impl Display for Program {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        let names = Names::new(self, None);
        let program = self;
        Listing { program, names }.fmt(f)
    }
}

impl Display for Listing<'_> {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        self.head(f)?;
        self.parameters(f)?;
        self.operations(f, "once per batch", &self.program.prologue)?;
        let regime = &self.program.regime;
        self.operations(f, "at the start", &regime.all)?;
        self.operations(f, "after a move of the phase", &regime.of_phase)?;
        self.operations(f, "after a move of the trend", &regime.of_trend)?;
        for (state, all) in regime.of_state.iter().enumerate() {
            let when = format!("after a move of {}", self.names.state(state));
            self.operations(f, &when, all)?;
        }
        self.machines(f)?;
        self.indicators(f)?;
        self.events(f)?;
        self.readings(f)
    }
}

impl Listing<'_> {
    fn head(&self, f: &mut Formatter) -> fmt::Result {
        let program = self.program;
        writeln!(
            f,
            "grid {} steps of {} years, {} in all",
            program.steps, program.step, program.horizon
        )?;
        writeln!(f, "slots {}", program.layout.total)
    }

    fn parameters(&self, f: &mut Formatter) -> fmt::Result {
        let program = self.program;
        for &index in &program.parameter_order {
            let name = self.names.parameter(index);
            let parameter = &program.parameters[index];
            match &parameter.value {
                ParameterValue::Constant(value) => write!(f, "parameter {name} = {value}")?,
                ParameterValue::Uncertain(_) => write!(f, "parameter {name} drawn")?,
                ParameterValue::Formula(_) => write!(f, "parameter {name} computed")?,
                ParameterValue::Varying(_) => {
                    write!(f, "parameter {name} drawn, its distribution computed")?;
                }
            }
            match parameter.site {
                Some(site) => writeln!(f, " at site {}", program.sites[site as usize])?,
                None => writeln!(f)?,
            }
        }
        for drawn in &program.per_trial {
            let (slot, site) = (self.names.slot(drawn.slot), drawn.site as usize);
            writeln!(f, "per trial {slot} drawn at site {}", program.sites[site])?;
        }
        for bound in &program.bounds {
            let (low, high) = (bound.low, bound.high);
            writeln!(
                f,
                "bound {low} <= {} <= {high}",
                self.names.slot(bound.value)
            )?;
        }
        Ok(())
    }

    /// A list of operations, if there are any.
    fn operations(&self, f: &mut Formatter, when: &str, all: &[Op]) -> fmt::Result {
        if !all.is_empty() {
            writeln!(f, "{when}")?;
        }
        all.iter()
            .try_for_each(|op| writeln!(f, "  {}", self.names.operation(op)))
    }

    fn machines(&self, f: &mut Formatter) -> fmt::Result {
        let program = self.program;
        for (index, trend) in program.trends.iter().enumerate() {
            writeln!(
                f,
                "trend {} weight {}",
                self.names.trend(index),
                trend.weight
            )?;
            self.entry(f, &trend.moves)?;
        }
        for (index, phase) in program.phases.iter().enumerate() {
            let last = if phase.is_final { ", final" } else { "" };
            let start = self.names.formula(&phase.start);
            writeln!(f, "phase {} start {start}{last}", self.names.phase(index))?;
            self.entry(f, &phase.moves)?;
        }
        for (index, state) in program.states.iter().enumerate() {
            writeln!(f, "state {}", self.names.state(index))?;
            for (value, (start, moves)) in state.starts.iter().zip(&state.moves).enumerate() {
                let name = self.names.value(index, value);
                writeln!(f, "  {name} start {}", self.names.formula(start))?;
                self.entry(f, moves)?;
            }
        }
        Ok(())
    }

    fn entry(&self, f: &mut Formatter, moves: &EntryCode) -> fmt::Result {
        let lists = [("starts", &moves.starts), ("stops", &moves.stops)];
        lists
            .into_iter()
            .try_for_each(|(what, events)| self.listed(f, what, events))
    }

    /// Events by name, if there are any.
    fn listed(&self, f: &mut Formatter, what: &str, events: &[u32]) -> fmt::Result {
        if events.is_empty() {
            return Ok(());
        }
        let names = events.iter().map(|&event| self.event(event));
        writeln!(f, "  {what} {}", names.collect::<Vec<_>>().join(", "))
    }

    fn event(&self, event: u32) -> &str {
        &self.program.event_names[event as usize]
    }

    fn indicators(&self, f: &mut Formatter) -> fmt::Result {
        for (index, indicator) in self.program.indicators.iter().enumerate() {
            let (low, high) = (indicator.low, indicator.high);
            write!(f, "indicator {}", self.names.indicator(index))?;
            if low.is_finite() || high.is_finite() {
                let end = if indicator.reflect {
                    "reflects"
                } else {
                    "stops"
                };
                write!(f, " from {low} to {high}, {end} there")?;
            }
            writeln!(f)?;
            let start = self.names.draw(&indicator.start, &self.program.sites);
            writeln!(f, "  start {start}")?;
            let moves = [
                ("drift", &indicator.drift),
                ("volatility", &indicator.volatility),
            ];
            for (what, formula) in moves {
                if let Some(formula) = formula {
                    writeln!(f, "  {what} {}", self.names.formula(formula))?;
                }
            }
        }
        for (position, derived) in (0..).zip(&self.program.derived) {
            let (name, value) = (self.names.slot(derived.result), self.names.formula(derived));
            let drifts = self.program.drifting.contains(&position);
            let when = if drifts { ", at each grid point" } else { "" };
            writeln!(f, "derived {name} = {value}{when}")?;
        }
        Ok(())
    }

    fn readings(&self, f: &mut Formatter) -> fmt::Result {
        let program = self.program;
        for (index, factor) in (0..).zip(&program.factors) {
            let (slot, value) = (self.names.slot(factor.result), self.names.formula(factor));
            let when = match program.moving_factors.contains(&index) {
                true => ", at each grid point",
                false => "",
            };
            writeln!(f, "factor {slot} = {value}{when}")?;
        }
        for tracker in &program.trackers {
            let kind = match tracker.kind {
                TrackerKind::Highest => "highest",
                TrackerKind::Lowest => "lowest",
                TrackerKind::Integral => "integral",
                TrackerKind::Discounted { .. } => "discounted integral",
                TrackerKind::First => "first time",
            };
            let (slot, value) = (
                self.names.slot(tracker.state),
                self.names.formula(&tracker.value),
            );
            writeln!(f, "tracker {slot} = {kind} of {value}")?;
        }
        for look in &program.looks {
            let (slot, value) = (self.names.slot(look.slot), self.names.formula(&look.value));
            writeln!(f, "look {slot} = {value} at {} years", look.time)?;
        }
        for (index, rule) in program.outcomes.iter().enumerate() {
            let name = self.names.outcome(index);
            writeln!(f, "outcome {name} when {}", self.names.formula(rule))?;
        }
        for (index, metric) in program.metrics.iter().enumerate() {
            let name = self.names.metric(index);
            writeln!(f, "metric {name} = {}", self.names.formula(&metric.value))?;
        }
        for question in &program.questions {
            match question {
                QuestionCode::EverBy { tracker, time } => {
                    let state = program.trackers[*tracker as usize].state;
                    writeln!(f, "question {} <= {time} years", self.names.slot(state))?;
                }
                QuestionCode::HoldsAt { answer } => {
                    writeln!(f, "question {}", self.names.slot(*answer))?;
                }
            }
        }
        Ok(())
    }
}
