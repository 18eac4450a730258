//! Numbers at the start of a typical trial: every parameter and every drawn start value at its
//! median.
//!
//! Good enough to tell a rate of 3 a year from one of 300; never used for results.

use super::support::{deal, spread_out};
use crate::expression::{Expr, Interval, PathReading};
use crate::model::dependents::{Dependents, Items};
use crate::model::types::{
    Combine, Draw, Effect, Event, Fires, Hazard, Indicator, Model, State, VaryingDraw,
};
use std::rc::Rc;

/// The hazard of an event that may fire again and again: it has no limit, rests not, and leads
/// nowhere else.
pub fn repeating(event: &Event) -> Option<&Hazard> {
    let leads_away = |effect: &Effect| matches!(effect, Effect::Move { .. });
    match &event.fires {
        Fires::Hazard(hazard)
            if event.limit.is_none()
                && event.rest.is_none()
                && !event.effects.iter().any(leads_away) =>
        {
            Some(hazard)
        }
        _ => None,
    }
}

/// The value of a state that is the likeliest at the start; a probability that is a formula counts
/// as a half.
fn likeliest(state: &State) -> usize {
    let chance = |index: &usize| match state.values[*index].start {
        Expr::Number(value) => value,
        _ => 0.5,
    };
    let values = 0..state.values.len();
    let best = values.reduce(|a, b| if chance(&b) > chance(&a) { b } else { a });
    best.unwrap_or(0)
}

/// The typical state at t = 0 in one phase under one trend.
#[derive(Clone)]
pub struct Start<'a> {
    model: &'a Model,
    /// Which derived values follow what.
    dependents: Rc<Dependents>,
    /// Of parameters and quantities of the trial.
    medians: Vec<f64>,
    /// Medians of the effects of each event that are drawn; NaN for all others.
    effects: Vec<Vec<f64>>,
    parameters: Vec<f64>,
    indicators: Vec<f64>,
    derived: Vec<f64>,
    phase: usize,
    trend: usize,
    /// By state: its likeliest value at the start.
    states: Vec<usize>,
    /// What is not at its median, and where it is instead.
    extreme: Option<(Source, f64)>,
    /// The indicators at t = 0, once they have moved on; readings of the path are then those of the
    /// end.
    begun: Option<Vec<f64>>,
    /// Which of many ways a trial may have gone, where it has moved on: 0 is without any firing
    /// that is read.
    way: usize,
}

/// Something drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    Parameter(usize),
    /// The start of an indicator.
    Start(usize),
    /// An effect of an event.
    Effect(usize, usize),
}

impl<'a> Start<'a> {
    pub fn of(model: &'a Model) -> Self {
        let fixed = |draw: Option<&Draw>| match draw {
            Some(Draw::Fixed(distribution)) => distribution.quantile(0.5),
            _ => f64::NAN,
        };
        let medians = model.drawn_at(|_| 0.5);
        let mut start = Self {
            model,
            dependents: Rc::new(Dependents::of(model)),
            effects: (model.events.iter())
                .map(|event| event.effects.iter().map(|e| fixed(e.draw())).collect())
                .collect(),
            parameters: medians.clone(),
            medians,
            indicators: Vec::new(),
            derived: vec![f64::NAN; model.derived.len()],
            phase: 0,
            trend: 0,
            states: model.states.iter().map(likeliest).collect(),
            extreme: None,
            begun: None,
            way: 0,
        };
        start.begin();
        start
    }

    /// Back to t = 0, with one source at a value far out in its tail. On way 0 the other parameters
    /// are at their medians, on others at draws that are spread out.
    pub fn move_out(&mut self, source: Source, value: f64, way: usize) {
        self.way = way;
        self.parameters.clone_from(&self.medians);
        if way > 0 {
            let mut known: Vec<Interval> =
                self.medians.iter().copied().map(Interval::point).collect();
            deal(self.model, way, &vec![true; known.len()], &mut known);
            self.parameters = known.into_iter().map(|value| value.low).collect();
        }
        if let Source::Parameter(i) = source {
            self.parameters[i] = value;
            self.model.follow_drawn(i, &mut self.parameters);
        }
        self.extreme = Some((source, value));
        self.begin();
    }

    /// The indicators at t = 0.
    fn begin(&mut self) {
        self.begun = None;
        let draw = |(i, indicator): (usize, &Indicator)| match self.extreme {
            Some((Source::Start(out), value)) if out == i => value,
            _ => self.typical(&indicator.start),
        };
        self.indicators = self.model.indicators.iter().enumerate().map(draw).collect();
    }

    /// Moves the indicators to the end, roughly: as far as one step over the whole span and one
    /// firing of each event take them in this phase under this trend.
    pub fn finish(&mut self, phase: usize, trend: usize) {
        let model = self.model;
        let begun = self.begun.take().unwrap_or_else(|| self.indicators.clone());
        self.indicators.clone_from(&begun);
        self.begun = Some(begun);
        self.go(phase, trend);
        let mut ends: Vec<f64> = (model.indicators.iter().zip(&self.indicators))
            .map(|(indicator, x)| {
                x + indicator.drift.as_ref().map_or(0.0, |d| self.value(d)) * model.clock.horizon
            })
            .collect();
        for (e, event) in model.events.iter().enumerate() {
            for (k, effect) in event.effects.iter().enumerate() {
                match effect {
                    // Among several values that it may be set to, the one that lies far out counts.
                    Effect::Change {
                        indicator,
                        combine,
                        amount,
                    } => {
                        let after = combine.of(ends[*indicator], self.effect(e, k, amount));
                        if *combine != Combine::Set || after.abs() > ends[*indicator].abs() {
                            ends[*indicator] = after;
                        }
                    }
                    Effect::Move { .. } => {}
                }
            }
        }
        for (x, indicator) in ends.iter_mut().zip(&model.indicators) {
            let (low, high) = (indicator.low, indicator.high);
            *x = (x.max(low.unwrap_or(f64::NEG_INFINITY))).min(high.unwrap_or(f64::INFINITY));
        }
        self.indicators = ends;
        self.derive();
    }

    /// Whether every indicator and every derived value is the same here and there, to the bit, at t
    /// = 0 and now.
    pub fn stands_as(&self, other: &Self) -> bool {
        fn are_same(a: &[f64], b: &[f64]) -> bool {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits())
        }
        are_same(&self.indicators, &other.indicators)
            && are_same(&self.derived, &other.derived)
            && are_same(
                self.begun.as_deref().unwrap_or_default(),
                other.begun.as_deref().unwrap_or_default(),
            )
    }

    /// Moves to another phase and trend.
    pub fn go(&mut self, phase: usize, trend: usize) {
        (self.phase, self.trend) = (phase, trend);
        self.derive();
    }

    /// Computes the derived values once each, in an order that respects what they read.
    fn derive(&mut self) {
        for &index in &self.model.derived_order {
            self.derived[index] = self.value(&self.model.derived[index].value);
        }
    }

    /// Computes some of them again, by their positions in that order.
    fn derive_again(&mut self, positions: &[u32]) {
        for &position in positions {
            let index = self.model.derived_order[position as usize];
            self.derived[index] = self.value(&self.model.derived[index].value);
        }
    }

    /// What an effect does.
    fn effect(&self, event: usize, effect: usize, draw: &Draw) -> f64 {
        match (self.extreme, draw) {
            (Some((Source::Effect(e, k), value)), _) if (e, k) == (event, effect) => value,
            (_, Draw::Fixed(_)) => self.effects[event][effect],
            (_, other) => self.typical(other),
        }
    }

    /// A draw at its median.
    pub fn typical(&self, draw: &Draw) -> f64 {
        match draw {
            Draw::Value(expr) => self.value(expr),
            Draw::Fixed(distribution) => distribution.quantile(0.5),
            Draw::Varying(varying) => self.varying(varying),
        }
    }

    fn varying(&self, varying: &VaryingDraw) -> f64 {
        let arguments: Vec<f64> = varying.arguments.iter().map(|a| self.value(a)).collect();
        (varying.ranged)
            .make(&arguments)
            .map_or(f64::NAN, |d| d.quantile(0.5))
    }

    /// A number; conditions are 1 or 0. NaN for what only a finished trial could tell.
    pub fn value(&self, expr: &Expr) -> f64 {
        expr.evaluate(&|leaf| self.leaf(leaf))
    }

    fn leaf(&self, expr: &Expr) -> f64 {
        let at = |list: &[f64], index: usize| list.get(index).copied().unwrap_or(f64::NAN);
        let truth = |held: bool| f64::from(u8::from(held));
        match expr {
            Expr::Parameter(index) => at(&self.parameters, *index),
            Expr::Indicator(index) => at(&self.indicators, *index),
            Expr::Derived(index) => at(&self.derived, *index),
            Expr::Count(event) => self.firings(*event),
            Expr::Ever(event) => truth(self.firings(*event) > 0.0),
            Expr::Time => 0.0,
            Expr::TimeInPhase => self.value(&self.model.history.phase),
            Expr::Age(state) => self.value(&self.model.history.states[*state]),
            Expr::Month => f64::from(self.model.clock.month_at(0.0)),
            Expr::Since(event) => {
                let times = self.model.history.events[*event].iter();
                -times.fold(f64::NEG_INFINITY, |last, time| last.max(self.value(time)))
            }
            Expr::PhaseIn(members) => truth(members.contains(&self.phase)),
            Expr::TrendIn(members) | Expr::StartTrendIn(members) => {
                truth(members.contains(&self.trend))
            }
            Expr::StateIn(state, members) => truth(members.contains(&self.states[*state])),
            Expr::ByTrend(arms) => arms.get(self.trend).map_or(f64::NAN, |arm| self.value(arm)),
            Expr::ByPhase(arms) => arms.get(self.phase).map_or(f64::NAN, |arm| self.value(arm)),
            Expr::ByState(state, arms) => {
                let arm = arms.get(self.states[*state]);
                arm.map_or(f64::NAN, |arm| self.value(arm))
            }
            Expr::Path(reading) if self.begun.is_some() => match reading {
                PathReading::Final(inner)
                | PathReading::Highest(inner)
                | PathReading::Lowest(inner)
                | PathReading::Average(inner)
                | PathReading::At(inner, _) => self.value(inner),
                PathReading::Total(inner, _) => self.value(inner) * self.model.clock.horizon,
                PathReading::CountWithin { event, .. } => self.firings(*event),
                PathReading::Share(_) => 1.0,
                // Times, which the horizon bounds.
                _ => self.model.clock.horizon,
            },
            _ => f64::NAN,
        }
    }

    /// Roughly how often an event has fired on this way.
    fn firings(&self, event: usize) -> f64 {
        let model = self.model;
        let has_fired = self.way == 1
            || self.way > 1 && spread_out(model.drawn_count() + event, self.way) > 0.5;
        if self.begun.is_none() || !has_fired {
            return 0.0;
        }
        match repeating(&model.events[event]) {
            Some(hazard) => 1.0 + self.rate(hazard) * model.clock.horizon,
            None => 1.0,
        }
    }

    /// Rate per year of a hazard with all its factors.
    pub fn rate(&self, hazard: &Hazard) -> f64 {
        let arm = |arms: &Option<Vec<Expr>>, index: usize| {
            arms.as_ref()
                .and_then(|a| a.get(index))
                .map_or(1.0, |arm| self.value(arm))
        };
        let ratios: f64 = hazard
            .ratios
            .iter()
            .map(|r| {
                let steps = (self.value(&r.subject) - self.value(&r.at)) / self.value(&r.per);
                libm::pow(self.value(&r.ratio), steps)
            })
            .product();
        let factor = hazard.factor.as_ref().map_or(1.0, |f| self.value(f));
        // The largest: where a state is later is not known here.
        let largest = |arms: &Vec<Expr>| {
            let values = arms.iter().map(|arm| self.value(arm));
            values.fold(0.0, f64::max)
        };
        let by_state: f64 = (hazard.by_state.iter())
            .map(|(_, arms)| largest(arms))
            .product();
        self.value(&hazard.base)
            * arm(&hazard.by_trend, self.trend)
            * arm(&hazard.by_phase, self.phase)
            * by_state
            * ratios
            * factor
    }

    /// How fast a drift pulls its own indicator back, per year: minus its slope, by central
    /// differences.
    pub fn reversion(&mut self, indicator: usize, drift: &Expr) -> f64 {
        let mut changed = vec![Items::of(self.model).indicator(indicator)];
        let stale = self.dependents.follow(&mut changed);
        let x = self.indicators[indicator];
        let h = 1e-4 * x.abs().max(1e-2);
        let mut at = |value: f64| {
            self.indicators[indicator] = value;
            self.derive_again(&stale);
            self.value(drift)
        };
        let slope = (at(x + h) - at(x - h)) / (2.0 * h);
        self.indicators[indicator] = x;
        self.derive_again(&stale);
        -slope
    }
}
