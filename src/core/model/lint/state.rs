//! What is supposed of a trial: a range for everything that a formula can read, and what formulas
//! give then.

use crate::distribution::{Distribution, Recipe};
use crate::expression::{Arithmetic, Expr, Interval, PathReading};
use crate::math::operators::discounted;
use crate::model::types::{Draw, Indicator, Model, ParameterValue, VaryingDraw};

/// Share of the draws on either side that counts as never: fewer than a run has.
const NEVER: f64 = 1e-7;

/// Ranges of everything that a formula can read. Derived values are as they were when
/// [`settle`](Self::settle) was last called.
#[derive(Clone)]
pub struct State<'a> {
    pub model: &'a Model,
    /// Also quantities of the trial, by the numbers that formulas give them.
    pub parameters: Vec<Interval>,
    pub indicators: Vec<Interval>,
    /// Firings so far, by event.
    pub counts: Vec<Interval>,
    /// Years since the last firing, by event; infinite before the first.
    pub since: Vec<Interval>,
    /// `None`: any.
    pub phase: Option<usize>,
    pub trend: Option<usize>,
    derived: Vec<Interval>,
}

/// Years since an event last fired, whether or not it has in a trial: infinite only if it never did
/// before.
fn since(model: &Model, event: usize) -> Interval {
    match model.history.last(event) {
        (last, true) => Interval::new(0.0, model.clock.horizon - last),
        (_, false) => Interval::new(0.0, f64::INFINITY),
    }
}

impl<'a> State<'a> {
    /// Everything that can be: parameters over their distributions, indicators over their ranges.
    pub fn any(model: &'a Model) -> Self {
        let mut state = Self {
            model,
            parameters: vec![Interval::ALL; model.drawn_count()],
            indicators: (model.indicators.iter()).map(range).collect(),
            counts: vec![Interval::new(0.0, f64::INFINITY); model.events.len()],
            since: (0..model.events.len())
                .map(|event| since(model, event))
                .collect(),
            phase: None,
            trend: None,
            derived: vec![Interval::ALL; model.derived.len()],
        };
        for (index, drawn) in model.drawn_in_order() {
            state.parameters[index] = state.spread(&drawn.value);
        }
        state.settle();
        state
    }

    /// What the draws of a parameter can be, but for those too rare to be met.
    fn spread(&self, value: &ParameterValue) -> Interval {
        match value {
            ParameterValue::Constant(value) => Interval::point(*value),
            ParameterValue::Uncertain(distribution) => spread(distribution),
            ParameterValue::Formula(formula) => self.value(formula),
            ParameterValue::Varying(varying) => of_varying(self, varying),
        }
    }

    /// Computes the derived values, once each.
    pub fn settle(&mut self) {
        for &index in &self.model.derived_order {
            self.derived[index] = self.value(&self.model.derived[index].value);
        }
    }

    /// What a formula can give; a condition gives 0 or 1.
    pub fn value(&self, expr: &Expr) -> Interval {
        let at =
            |list: &[Interval], index: usize| list.get(index).copied().unwrap_or(Interval::ALL);
        let horizon = self.model.clock.horizon;
        match expr {
            Expr::Number(value) => Interval::point(*value),
            Expr::Truth(value) => Interval::truth(*value),
            Expr::Parameter(index) => at(&self.parameters, *index),
            Expr::Indicator(index) => at(&self.indicators, *index),
            Expr::Derived(index) => at(&self.derived, *index),
            Expr::Time => Interval::new(0.0, horizon),
            Expr::TimeInPhase => {
                let before = self.value(&self.model.history.phase);
                Interval::new(0.0, horizon + before.high)
            }
            Expr::Age(state) => {
                let before = self.value(&self.model.history.states[*state]);
                Interval::new(0.0, horizon + before.high)
            }
            Expr::Month => Interval::new(1.0, 12.0),
            Expr::Count(event) => at(&self.counts, *event),
            Expr::Ever(event) => {
                let count = at(&self.counts, *event);
                Interval::new(
                    f64::from(u8::from(count.low > 0.0)),
                    f64::from(u8::from(count.high > 0.0)),
                )
            }
            Expr::Since(event) => at(&self.since, *event),
            Expr::PhaseIn(members) => member(self.phase, members),
            Expr::TrendIn(members) => member(self.trend, members),
            Expr::StartTrendIn(_) | Expr::StateIn(..) => Interval::OPEN,
            Expr::Negate(inner) => self.value(inner).negated(),
            Expr::Not(inner) => self.value(inner).opposite(),
            Expr::Arithmetic(operator, a, b) => self.value(a).arithmetic(*operator, self.value(b)),
            Expr::Compare(operator, a, b) => self.value(a).compare(*operator, self.value(b)),
            Expr::And(a, b) => self.value(a).and(self.value(b)),
            Expr::Or(a, b) => self.value(a).or(self.value(b)),
            Expr::If(condition, a, b) => self.value(condition).choose(self.value(a), self.value(b)),
            Expr::Call(function, arguments) => {
                let values: Vec<Interval> = arguments.iter().map(|a| self.value(a)).collect();
                Interval::call(*function, &values)
            }
            Expr::Lookup(curve, inner) => curve.range(self.value(inner)),
            Expr::ByTrend(arms) => self.arm(self.trend, arms),
            Expr::ByPhase(arms) => self.arm(self.phase, arms),
            Expr::ByState(_, arms) => self.arm(None, arms),
            Expr::Path(reading) => self.path(reading),
        }
    }

    fn arm(&self, present: Option<usize>, arms: &[Expr]) -> Interval {
        match present.and_then(|index| arms.get(index)) {
            Some(arm) => self.value(arm),
            None => {
                let values = arms.iter().map(|arm| self.value(arm));
                values.reduce(Interval::hull).unwrap_or(Interval::ALL)
            }
        }
    }

    fn path(&self, reading: &PathReading) -> Interval {
        match reading {
            PathReading::Final(e)
            | PathReading::At(e, _)
            | PathReading::Highest(e)
            | PathReading::Lowest(e)
            | PathReading::Average(e) => self.value(e),
            PathReading::TimeIn(_) => Interval::new(0.0, self.model.clock.horizon),
            PathReading::FirstEvent(event) if self.counts[*event].high == 0.0 => {
                Interval::point(f64::INFINITY)
            }
            PathReading::FirstEvent(_) | PathReading::FirstWhen(_) => {
                Interval::new(0.0, f64::INFINITY)
            }
            PathReading::FirstAfter { .. } => Interval::new(0.0, f64::INFINITY),
            PathReading::CountWithin { event, .. } => Interval::new(0.0, self.counts[*event].high),
            PathReading::Share(_) => Interval::OPEN,
            PathReading::Total(e, rate) => {
                let rate = rate
                    .as_ref()
                    .map_or(Interval::point(0.0), |r| self.value(r));
                let weight = |rate| discounted(rate, 0.0, self.model.clock.horizon);
                let weights = Interval::new(weight(rate.high), weight(rate.low));
                self.value(e).arithmetic(Arithmetic::Multiply, weights)
            }
            PathReading::EverWhen(e) => Interval::new(0.0, self.value(e).high),
        }
    }
}

/// For each metric, what its values can be.
pub fn ranges_of_metrics(model: &Model) -> Vec<Interval> {
    let state = State::any(model);
    let metrics = model.metrics.iter().map(|metric| {
        let range = state.value(&metric.value);
        // What comes after the end has no value.
        let last = if metric.is_instant() {
            model.clock.horizon
        } else {
            f64::INFINITY
        };
        Interval::new(range.low, range.high.min(last))
    });
    metrics.collect()
}

fn member(present: Option<usize>, members: &[usize]) -> Interval {
    present.map_or(Interval::OPEN, |index| {
        Interval::truth(members.contains(&index))
    })
}

/// What draws can be, but for those too rare to be met.
pub fn spread(drawn: &Distribution) -> Interval {
    Interval::new(drawn.quantile(NEVER), drawn.quantile(1.0 - NEVER))
}

/// The range that an indicator is kept in.
pub fn range(indicator: &Indicator) -> Interval {
    Interval::new(
        indicator.low.unwrap_or(f64::NEG_INFINITY),
        indicator.high.unwrap_or(f64::INFINITY),
    )
}

/// What a draw can give, as far as it can be told from the state.
pub fn drawn(state: &State<'_>, draw: &Draw) -> Interval {
    match draw {
        Draw::Value(expr) => state.value(expr),
        Draw::Fixed(distribution) => {
            let (low, high) = distribution.support();
            Interval::new(low, high)
        }
        Draw::Varying(draw) => of_varying(state, draw),
    }
}

fn of_varying(state: &State<'_>, draw: &VaryingDraw) -> Interval {
    let within = Interval::new(
        draw.ranged.low.unwrap_or(f64::NEG_INFINITY),
        draw.ranged.high.unwrap_or(f64::INFINITY),
    );
    let Recipe::Discrete(count) = draw.ranged.recipe else {
        return within;
    };
    let all = draw.arguments[..count].iter().map(|a| state.value(a));
    all.reduce(Interval::hull).unwrap_or(within)
}
