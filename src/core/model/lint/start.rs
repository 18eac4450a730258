//! Numbers at the start of a typical trial: every parameter and every drawn start value at its median.
//!
//! Good enough to tell a rate of 3 a year from one of 300; never used for results.

use crate::distribution::Distribution;
use crate::expression::{Expr, PathReading, arithmetic, call, compare};
use crate::model::dependents::{Dependents, Items};
use crate::model::types::{Draw, Effect, Hazard, Indicator, Model, ParameterValue, VaryingDraw};

/// The typical state at t = 0 in one phase under one trend.
pub struct Start<'a> {
    model: &'a Model,
    /// Which derived values follow what.
    dependents: Dependents,
    parameters: Vec<f64>,
    indicators: Vec<f64>,
    derived: Vec<f64>,
    phase: usize,
    trend: usize,
    /// What is not at its median.
    extreme: Option<Extreme>,
    /// The indicators at t = 0, once they have moved on; readings of the path are then those of the end.
    begun: Option<Vec<f64>>,
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

/// A source far out in one of its tails.
#[derive(Clone, Copy, Debug)]
pub struct Extreme {
    pub source: Source,
    /// Probability of what lies further out.
    pub tail: f64,
    pub above: bool,
}

impl<'a> Start<'a> {
    pub fn of(model: &'a Model) -> Self {
        Self::with(model, None)
    }

    /// The same with one source far out.
    pub fn far_out(model: &'a Model, extreme: Extreme) -> Self {
        Self::with(model, Some(extreme))
    }

    fn with(model: &'a Model, extreme: Option<Extreme>) -> Self {
        let mut start = Self {
            extreme,
            begun: None,
            model,
            dependents: Dependents::of(model),
            parameters: Vec::new(),
            indicators: Vec::new(),
            derived: vec![f64::NAN; model.derived.len()],
            phase: 0,
            trend: 0,
        };
        start.parameters = model
            .parameters
            .iter()
            .enumerate()
            .map(|(i, p)| match &p.value {
                ParameterValue::Constant(value) => *value,
                ParameterValue::Uncertain(distribution) => {
                    start.drawn(distribution, Source::Parameter(i))
                }
            })
            .collect();
        start.indicators = model
            .indicators
            .iter()
            .enumerate()
            .map(|(i, indicator)| start.draw(&indicator.start, Source::Start(i)))
            .collect();
        start
    }

    fn drawn(&self, distribution: &Distribution, source: Source) -> f64 {
        match self.extreme {
            Some(extreme) if extreme.source == source => {
                distribution.beyond(extreme.tail, extreme.above)
            }
            _ => distribution.quantile(0.5),
        }
    }

    /// Moves the indicators to the end, roughly: as far as one step over the whole span and one firing of each event take them in this phase under
    /// this trend.
    pub fn finish(&mut self, phase: usize, trend: usize) {
        let model = self.model;
        let begun = self.begun.take().unwrap_or_else(|| self.indicators.clone());
        self.indicators.clone_from(&begun);
        self.begun = Some(begun);
        self.go(phase, trend);
        let moved = |(i, indicator): (usize, &Indicator)| {
            let drift = indicator.drift.as_ref().map_or(0.0, |d| self.value(d));
            let mut x = self.indicators[i] + drift * model.clock.horizon;
            for (e, event) in model.events.iter().enumerate() {
                for (k, effect) in event.effects.iter().enumerate() {
                    let source = Source::Effect(e, k);
                    match effect {
                        Effect::Set { indicator, to } if *indicator == i => {
                            // Among several values that it may be set to, the one that lies far out counts.
                            let to = self.draw(to, source);
                            if to.abs() > x.abs() {
                                x = to;
                            }
                        }
                        Effect::Add { indicator, by } if *indicator == i => {
                            x += self.draw(by, source);
                        }
                        Effect::Multiply { indicator, by } if *indicator == i => {
                            x *= self.draw(by, source);
                        }
                        _ => {}
                    }
                }
            }
            let (low, high) = (indicator.low, indicator.high);
            x.max(low.unwrap_or(f64::NEG_INFINITY))
                .min(high.unwrap_or(f64::INFINITY))
        };
        let ends: Vec<f64> = model.indicators.iter().enumerate().map(moved).collect();
        self.indicators = ends;
        self.derive();
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

    fn draw(&self, draw: &Draw, source: Source) -> f64 {
        match draw {
            Draw::Fixed(distribution) => self.drawn(distribution, source),
            other => self.typical(other),
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
        match varying {
            VaryingDraw::Family {
                family,
                arguments,
                low,
                high,
            } => {
                let arguments: Vec<f64> = arguments.iter().map(|a| self.value(a)).collect();
                family
                    .build(&arguments, *low, *high)
                    .map_or(f64::NAN, |d| d.quantile(0.5))
            }
            VaryingDraw::Mixture(parts) => {
                let sum: f64 = parts
                    .iter()
                    .map(|(weight, part)| weight * self.varying(part))
                    .sum();
                sum / parts.iter().map(|(weight, _)| weight).sum::<f64>()
            }
        }
    }

    /// A number; conditions are 1 or 0. NaN for what only a finished trial could tell.
    pub fn value(&self, expr: &Expr) -> f64 {
        let at = |list: &[f64], index: usize| list.get(index).copied().unwrap_or(f64::NAN);
        let truth = |held: bool| f64::from(u8::from(held));
        let held = |e: &Expr| self.value(e) != 0.0;
        match expr {
            Expr::Number(value) => *value,
            Expr::Truth(value) => truth(*value),
            Expr::Parameter(index) => at(&self.parameters, *index),
            Expr::Indicator(index) => at(&self.indicators, *index),
            Expr::Derived(index) => at(&self.derived, *index),
            Expr::Time | Expr::TimeInPhase | Expr::Count(_) | Expr::Ever(_) => 0.0,
            Expr::Month => f64::from(self.model.clock.month_at(0.0)),
            Expr::Since(_) => f64::INFINITY,
            Expr::PhaseIn(members) => truth(members.contains(&self.phase)),
            Expr::TrendIn(members) | Expr::StartTrendIn(members) => {
                truth(members.contains(&self.trend))
            }
            Expr::Negate(inner) => -self.value(inner),
            Expr::Not(inner) => truth(!held(inner)),
            Expr::Arithmetic(operator, a, b) => arithmetic(*operator, self.value(a), self.value(b)),
            Expr::Compare(operator, a, b) => {
                truth(compare(*operator, self.value(a), self.value(b)))
            }
            Expr::And(a, b) => truth(held(a) && held(b)),
            Expr::Or(a, b) => truth(held(a) || held(b)),
            Expr::If(condition, a, b) => {
                if held(condition) {
                    self.value(a)
                } else {
                    self.value(b)
                }
            }
            Expr::Call(function, arguments) => {
                let values: Vec<f64> = arguments.iter().map(|a| self.value(a)).collect();
                call(*function, &values)
            }
            Expr::ByTrend(arms) => arms.get(self.trend).map_or(f64::NAN, |arm| self.value(arm)),
            Expr::ByPhase(arms) => arms.get(self.phase).map_or(f64::NAN, |arm| self.value(arm)),
            Expr::Path(reading) if self.begun.is_some() => match reading {
                PathReading::Final(inner)
                | PathReading::Highest(inner)
                | PathReading::Lowest(inner)
                | PathReading::Average(inner) => self.value(inner),
                // Times, which the horizon bounds.
                _ => self.model.clock.horizon,
            },
            Expr::Path(_) => f64::NAN,
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
        self.value(&hazard.base)
            * arm(&hazard.by_trend, self.trend)
            * arm(&hazard.by_phase, self.phase)
            * ratios
            * factor
    }

    /// How fast a drift pulls its own indicator back, per year: minus its slope, by central differences.
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
