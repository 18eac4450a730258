//! What the rows of a file of trials tell of a formula.
//!
//! Takes a checked formula and the instant at which it is asked; gives a formula over columns,
//! which has the value in each trial that the simulation found, or the part that no column tells.
//! Columns are parameters, quantities of the trial, the start trend, metrics, and when events first
//! fired.

use crate::analysis::sensitivity::{Columns, FinishedTrials};
use crate::expression::{
    Arithmetic, Comparison, Curve, Expr, Function, PathReading, arithmetic, call, compare,
};
use crate::model::{Model, ParameterValue};
use std::sync::Arc;

/// A part of a formula that has no column.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it reads {what}")]
pub struct NotInRows {
    pub what: String,
}

/// A formula over columns; truth is 1 and 0.
#[derive(Clone, Debug)]
pub enum Read {
    Number(f64),
    /// By the place of the column among those of the trials.
    Parameter(usize),
    PerTrial(usize),
    /// `never`: an empty cell stands for an instant that did not come.
    Metric {
        metric: usize,
        never: bool,
    },
    /// When an event first fired, if that was by an instant.
    First {
        event: usize,
        by: f64,
    },
    StartTrend(Vec<usize>),
    Negate(Box<Read>),
    Not(Box<Read>),
    Arithmetic(Arithmetic, Box<Read>, Box<Read>),
    Compare(Comparison, Box<Read>, Box<Read>),
    And(Box<Read>, Box<Read>),
    Or(Box<Read>, Box<Read>),
    If(Box<Read>, Box<Read>, Box<Read>),
    Call(Function, Vec<Read>),
    Lookup(Arc<Curve>, Box<Read>),
}

/// Makes formulas over columns.
pub struct Reader<'m> {
    model: &'m Model,
    /// Numbers of the parameters that have a column, in its order.
    parameters: Vec<usize>,
    pub columns: Columns,
}

impl<'m> Reader<'m> {
    pub fn new(model: &'m Model) -> Self {
        let varies = |p: &usize| !model.parameters[*p].value.is_constant();
        Self {
            model,
            parameters: (0..model.parameters.len()).filter(varies).collect(),
            columns: Columns::default(),
        }
    }

    /// The value of a formula at an instant.
    ///
    /// # Errors
    /// The first part that has no column.
    pub fn at(&mut self, expr: &Expr, time: f64) -> Result<Read, NotInRows> {
        if let Some(read) = self.metric(expr, time) {
            return Ok(read);
        }
        Ok(match expr {
            Expr::Number(value) => Read::Number(*value),
            Expr::Truth(value) => truth(*value),
            Expr::Parameter(i) => self.drawn(*i),
            Expr::Derived(i) => return self.at(&self.model.derived[*i].value, time),
            Expr::Time => Read::Number(time),
            Expr::Ever(event) => happened(self.first(*event, time)),
            Expr::StartTrendIn(set) => Read::StartTrend(set.clone()),
            Expr::Negate(a) => Read::Negate(Box::new(self.at(a, time)?)),
            Expr::Not(a) => Read::Not(Box::new(self.at(a, time)?)),
            Expr::Arithmetic(operator, a, b) => {
                let [a, b] = self.both(a, b, time)?;
                Read::Arithmetic(*operator, a, b)
            }
            Expr::Compare(operator, a, b) => {
                let [a, b] = self.both(a, b, time)?;
                Read::Compare(*operator, a, b)
            }
            Expr::And(a, b) => {
                let [a, b] = self.both(a, b, time)?;
                Read::And(a, b)
            }
            Expr::Or(a, b) => {
                let [a, b] = self.both(a, b, time)?;
                Read::Or(a, b)
            }
            Expr::If(a, b, c) => {
                let [b, c] = self.both(b, c, time)?;
                Read::If(Box::new(self.at(a, time)?), b, c)
            }
            Expr::Call(function, list) => {
                let list = list.iter().map(|part| self.at(part, time));
                Read::Call(*function, list.collect::<Result<_, _>>()?)
            }
            Expr::Lookup(curve, x) => Read::Lookup(Arc::clone(curve), Box::new(self.at(x, time)?)),
            Expr::Path(PathReading::Final(inner)) => return self.at(inner, time),
            Expr::Path(PathReading::At(inner, then)) => {
                return self.holds_at(inner, *then);
            }
            Expr::Path(PathReading::FirstEvent(event)) => self.first(*event, time),
            Expr::Path(PathReading::FirstWhen(inner)) => {
                let from = self.holds_from(inner, time)?;
                by(from, time)
            }
            Expr::Path(PathReading::EverWhen(inner)) => {
                let from = self.holds_from(inner, time)?;
                happened(by(from, time))
            }
            other => return Err(not_in_rows(other, self.model)),
        })
    }

    /// The same at the instant of a question, which lies on the grid if it is near it.
    ///
    /// # Errors
    /// As [`at`](Self::at).
    pub fn holds_at(&mut self, expr: &Expr, time: f64) -> Result<Read, NotInRows> {
        let clock = &self.model.clock;
        let time = clock.snapped(time).min(clock.horizon);
        self.at(expr, time)
    }

    /// Whether a condition held at any time up to an instant.
    ///
    /// # Errors
    /// As [`at`](Self::at), and for conditions that may cease to hold.
    pub fn ever_by(&mut self, expr: &Expr, time: f64) -> Result<Read, NotInRows> {
        let from = self.holds_from(expr, time)?;
        Ok(happened(by(from, time)))
    }

    /// From when on a condition holds that never ceases to: an event has happened, a parameter or a
    /// start trend is so, and what `and` and `or` make of these.
    fn holds_from(&mut self, expr: &Expr, time: f64) -> Result<Read, NotInRows> {
        Ok(match expr {
            Expr::Ever(event) => self.first(*event, time),
            Expr::And(a, b) => {
                let both = [self.holds_from(a, time)?, self.holds_from(b, time)?];
                Read::Call(Function::Max, both.into())
            }
            Expr::Or(a, b) => {
                let both = [self.holds_from(a, time)?, self.holds_from(b, time)?];
                Read::Call(Function::Min, both.into())
            }
            Expr::Derived(i) => return self.holds_from(&self.model.derived[*i].value, time),
            still if !still.any(&moves) => Read::If(
                Box::new(self.at(still, time)?),
                Box::new(Read::Number(0.0)),
                Box::new(Read::Number(f64::INFINITY)),
            ),
            other => return Err(not_in_rows(other, self.model)),
        })
    }

    /// The column of the metric that is this formula. At the end, it has its value; an empty cell
    /// is an instant that did not come, or a formula in which nothing infinite can stand.
    fn metric(&mut self, expr: &Expr, time: f64) -> Option<Read> {
        if matches!(expr, Expr::Number(_) | Expr::Parameter(_)) || time < self.model.clock.horizon {
            return None;
        }
        let metric = (self.model.metrics.iter()).position(|metric| metric.value == *expr)?;
        let never = is_instant(expr);
        if !never && expr.any(&|part| is_instant(part) || matches!(part, Expr::Since(_))) {
            return None;
        }
        self.columns.metrics.insert(metric);
        Some(Read::Metric { metric, never })
    }

    fn drawn(&mut self, index: usize) -> Read {
        let parameters = &self.model.parameters;
        let (value, column) = match index.checked_sub(parameters.len()) {
            None => {
                let column = self.parameters.iter().position(|p| *p == index);
                (&parameters[index].value, column.map(Read::Parameter))
            }
            Some(q) => {
                let quantity = &self.model.per_trial[q];
                if !quantity.value.is_constant() {
                    self.columns.per_trial.insert(q);
                }
                (&quantity.value, Some(Read::PerTrial(q)))
            }
        };
        match (value, column) {
            (ParameterValue::Constant(value), _) => Read::Number(*value),
            (_, column) => column.unwrap_or(Read::Number(f64::NAN)),
        }
    }

    fn first(&mut self, event: usize, by: f64) -> Read {
        self.columns.events.insert(event);
        Read::First { event, by }
    }

    fn both(&mut self, a: &Expr, b: &Expr, time: f64) -> Result<[Box<Read>; 2], NotInRows> {
        Ok([Box::new(self.at(a, time)?), Box::new(self.at(b, time)?)])
    }
}

fn truth(value: bool) -> Read {
    Read::Number(f64::from(u8::from(value)))
}

/// Whether an instant came.
fn happened(instant: Read) -> Read {
    let never = Box::new(Read::Number(f64::INFINITY));
    Read::Compare(Comparison::Less, Box::new(instant), never)
}

/// An instant, if it is not after another.
fn by(instant: Read, time: f64) -> Read {
    let last = Box::new(Read::Number(time));
    let is_late = Read::Compare(Comparison::Greater, Box::new(instant.clone()), last);
    let never = Box::new(Read::Number(f64::INFINITY));
    Read::If(Box::new(is_late), never, Box::new(instant))
}

fn is_instant(expr: &Expr) -> bool {
    matches!(
        expr,
        Expr::Path(
            PathReading::FirstEvent(_) | PathReading::FirstWhen(_) | PathReading::FirstAfter { .. }
        )
    )
}

/// Can a part of a formula change while a trial runs?
fn moves(part: &Expr) -> bool {
    !matches!(
        part,
        Expr::Number(_)
            | Expr::Truth(_)
            | Expr::Parameter(_)
            | Expr::StartTrendIn(_)
            | Expr::Negate(_)
            | Expr::Not(_)
            | Expr::Arithmetic(..)
            | Expr::Compare(..)
            | Expr::And(..)
            | Expr::Or(..)
            | Expr::If(..)
            | Expr::Call(..)
            | Expr::Lookup(..)
    )
}

fn not_in_rows(expr: &Expr, model: &Model) -> NotInRows {
    let named = |name: &str| format!("`{name}`");
    let what = match expr {
        Expr::Indicator(i) => format!("the indicator {}", named(&model.indicators[*i].name)),
        Expr::PhaseIn(_) | Expr::ByPhase(_) => "the phase".into(),
        Expr::TrendIn(_) | Expr::ByTrend(_) => {
            "the present trend (of trends there is only `start_trend`)".into()
        }
        Expr::StateIn(s, _) | Expr::ByState(s, _) | Expr::Age(s) => {
            format!("the state {}", named(&model.states[*s].name))
        }
        Expr::TimeInPhase => "the time in a phase".into(),
        Expr::Month => "the month".into(),
        Expr::Count(e) | Expr::Path(PathReading::CountWithin { event: e, .. }) => {
            format!("how often {} fired", named(&model.events[*e].name))
        }
        Expr::Since(e) => format!("when {} last fired", named(&model.events[*e].name)),
        Expr::Path(PathReading::FirstAfter { event, .. }) => {
            let name = named(&model.events[*event].name);
            format!("when {name} fired after another event")
        }
        Expr::Path(_) => "the path of a number or of a condition".into(),
        _ => "a condition that can cease to hold".into(),
    };
    NotInRows { what }
}

impl Read {
    /// Its value in a trial; NaN where a part of it has no finite one, which stops a trial that is
    /// simulated.
    pub fn value(&self, trials: &FinishedTrials, trial: usize) -> f64 {
        let of = |part: &Read| part.value(trials, trial);
        let told = |is_so: bool| f64::from(u8::from(is_so));
        let both = |a: f64, b: f64, is_so: bool| match a.is_nan() || b.is_nan() {
            true => f64::NAN,
            false => told(is_so),
        };
        match self {
            Self::Number(value) => *value,
            Self::Parameter(column) => {
                trials.values[*column][trial / trials.trials_per_draw as usize]
            }
            Self::PerTrial(quantity) => trials.per_trial[*quantity][trial],
            Self::Metric { metric, never } => match trials.metrics[*metric][trial] {
                empty if empty.is_nan() && *never => f64::INFINITY,
                value => value,
            },
            Self::First { event, by } => match trials.first_times[*event][trial] {
                time if time <= *by => time,
                _ => f64::INFINITY,
            },
            Self::StartTrend(set) => told(set.contains(&usize::from(trials.start_trend[trial]))),
            Self::Negate(a) => -of(a),
            Self::Not(a) => 1.0 - of(a),
            Self::Arithmetic(operator, a, b) => match arithmetic(*operator, of(a), of(b)) {
                value if value.is_finite() => value,
                _ => f64::NAN,
            },
            Self::Compare(operator, a, b) => {
                let (a, b) = (of(a), of(b));
                both(a, b, compare(*operator, a, b))
            }
            Self::And(a, b) => {
                let (a, b) = (of(a), of(b));
                both(a, b, a == 1.0 && b == 1.0)
            }
            Self::Or(a, b) => {
                let (a, b) = (of(a), of(b));
                both(a, b, a == 1.0 || b == 1.0)
            }
            Self::If(a, b, c) => match of(a) {
                1.0 => of(b),
                0.0 => of(c),
                _ => f64::NAN,
            },
            Self::Call(function, list) => {
                let values: Vec<f64> = list.iter().map(of).collect();
                call(*function, &values)
            }
            Self::Lookup(curve, x) => curve.at(of(x)),
        }
    }
}
