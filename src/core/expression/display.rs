//! Typed trees as formulas that people can read.
//!
//! What is printed parses back to the same tree, except for choices by trend or phase, which the
//! file format writes otherwise.

use super::curve::Over;
use super::functions::{BUILTINS, Builtin, Form};
use super::scope::{Names, Thing};
use super::syntax::{AND, COMPARE, MINUS, NOT, OR, POWER, PRODUCT, SUM};
use super::tree::{Arithmetic, Expr, Function, PathReading};
use crate::time::calendar;
use std::fmt::{self, Display, Formatter};

/// What needs no brackets anywhere.
const ATOM: u8 = POWER + 1;

/// A formula with the names that its indices stand for; printed by [`Display`].
#[derive(Clone, Copy)]
pub struct Shown<'a> {
    expr: &'a Expr,
    names: &'a Names,
}

impl Expr {
    /// The formula, to be printed with these names.
    pub fn show<'a>(&'a self, names: &'a Names) -> Shown<'a> {
        Shown { expr: self, names }
    }
}

impl Function {
    /// The function as it is written.
    pub fn name(self) -> &'static str {
        let is_own = |b: &&Builtin| matches!(b.form, Form::Numeric(own, ..) if own == self);
        BUILTINS.iter().find(is_own).map_or("", |b| b.name)
    }
}

/// How tightly the outermost operator binds.
fn strength(expr: &Expr) -> u8 {
    match expr {
        Expr::Or(..) => OR,
        Expr::And(..) => AND,
        Expr::Not(_) => NOT,
        Expr::Compare(..)
        | Expr::PhaseIn(_)
        | Expr::TrendIn(_)
        | Expr::StartTrendIn(_)
        | Expr::StateIn(..) => COMPARE,
        Expr::Arithmetic(Arithmetic::Add | Arithmetic::Subtract, ..) => SUM,
        Expr::Arithmetic(Arithmetic::Multiply | Arithmetic::Divide, ..) => PRODUCT,
        Expr::Negate(_) => MINUS,
        Expr::Number(value) if value.is_sign_negative() => MINUS,
        Expr::Arithmetic(Arithmetic::Power, ..) => POWER,
        _ => ATOM,
    }
}

impl Shown<'_> {
    /// Prints a part, in brackets if it binds more loosely than its place wants.
    fn part(&self, f: &mut Formatter, expr: &Expr, least: u8) -> fmt::Result {
        let shown = expr.show(self.names);
        if strength(expr) < least {
            write!(f, "({shown})")
        } else {
            write!(f, "{shown}")
        }
    }

    fn infix(&self, f: &mut Formatter, symbol: &str, sides: [(&Expr, u8); 2]) -> fmt::Result {
        let [(left, left_least), (right, right_least)] = sides;
        self.part(f, left, left_least)?;
        write!(f, " {symbol} ")?;
        self.part(f, right, right_least)
    }

    fn name(&self, thing: Thing, index: usize) -> &str {
        self.names
            .list(thing)
            .get(index)
            .map_or("?", String::as_str)
    }

    fn value(&self, state: usize, index: usize) -> &str {
        let values = self.names.values.get(state);
        values
            .and_then(|values| values.get(index))
            .map_or("?", String::as_str)
    }

    fn membership<'n>(
        &self,
        f: &mut Formatter,
        word: &str,
        name: impl Fn(usize) -> &'n str,
        members: &[usize],
    ) -> fmt::Result {
        match members {
            [one] => write!(f, "{word} == {}", name(*one)),
            _ => {
                let names: Vec<_> = members.iter().map(|m| name(*m)).collect();
                write!(f, "{word} in [{}]", names.join(", "))
            }
        }
    }

    fn call<'b>(
        &self,
        f: &mut Formatter,
        name: &str,
        arguments: impl IntoIterator<Item = &'b Expr>,
    ) -> fmt::Result {
        write!(f, "{name}(")?;
        for (i, argument) in arguments.into_iter().enumerate() {
            let comma = if i > 0 { ", " } else { "" };
            write!(f, "{comma}{}", argument.show(self.names))?;
        }
        write!(f, ")")
    }

    fn arms<'n>(
        &self,
        f: &mut Formatter,
        word: &str,
        name: impl Fn(usize) -> &'n str,
        arms: &[Expr],
    ) -> fmt::Result {
        write!(f, "by {word} (")?;
        for (i, arm) in arms.iter().enumerate() {
            let comma = if i > 0 { ", " } else { "" };
            write!(f, "{comma}{}: {}", name(i), arm.show(self.names))?;
        }
        write!(f, ")")
    }

    /// An instant as it is written: the day that begins then, or years since the start.
    fn instant(&self, time: f64) -> String {
        let day = |start| calendar::date_at(start, time).map(|day| (start, day));
        match self.names.start.and_then(day) {
            Some((start, day)) if calendar::years_between(start, day) == time && time > 0.0 => {
                day.to_string()
            }
            _ => format!("{time} years"),
        }
    }

    /// The end of a window as it is written: the day of which it is the last instant, or years
    /// since the start.
    fn end(&self, time: f64) -> String {
        let day = |start| calendar::date_at(start, time).map(|day| (start, day));
        match self.names.start.and_then(day) {
            Some((start, day)) if calendar::last_instant(start, day) == time => day.to_string(),
            _ => format!("{time} years"),
        }
    }

    fn path(&self, f: &mut Formatter, reading: &PathReading) -> fmt::Result {
        let (name, inner) = match reading {
            PathReading::Final(inner) => ("final", inner),
            PathReading::Highest(inner) => ("highest", inner),
            PathReading::Lowest(inner) => ("lowest", inner),
            PathReading::Average(inner) => ("average", inner),
            PathReading::TimeIn(inner) => ("time_in", inner),
            PathReading::FirstWhen(inner) => ("first", inner),
            PathReading::EverWhen(inner) => ("ever", inner),
            PathReading::Share(inner) => ("share", inner),
            PathReading::Total(inner, None) => ("total", inner),
            PathReading::Total(inner, Some(rate)) => {
                let (inner, rate) = (inner.show(self.names), rate.show(self.names));
                return write!(f, "total({inner}, discount: {rate})");
            }
            PathReading::At(inner, time) => {
                let (inner, time) = (inner.show(self.names), self.instant(*time));
                return write!(f, "at({inner}, {time})");
            }
            PathReading::CountWithin { event, from, to } => {
                write!(f, "count({}", self.name(Thing::Event, *event))?;
                if *from > f64::NEG_INFINITY {
                    write!(f, ", from: {}", self.instant(*from))?;
                }
                if *to < f64::INFINITY {
                    write!(f, ", to: {}", self.end(*to))?;
                }
                return write!(f, ")");
            }
            PathReading::FirstAfter { event, after } => {
                let [event, after] = [event, after].map(|e| self.name(Thing::Event, *e));
                return write!(f, "first({event}, after: {after})");
            }
            PathReading::FirstEvent(event) => {
                return write!(f, "first({})", self.name(Thing::Event, *event));
            }
        };
        self.call(f, name, [&**inner])
    }
}

impl Display for Shown<'_> {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        let phase = |index: usize| self.name(Thing::Phase, index);
        let trend = |index: usize| self.name(Thing::Trend, index);
        match self.expr {
            Expr::Number(value) if *value == 0.0 || (1e-5..1e15).contains(&value.abs()) => {
                write!(f, "{value}")
            }
            Expr::Number(value) => write!(f, "{value:e}"),
            Expr::Truth(value) => write!(f, "{value}"),
            Expr::Parameter(index) => match index.checked_sub(self.names.parameters.len()) {
                Some(behind) => f.write_str(self.name(Thing::PerTrial, behind)),
                None => f.write_str(self.name(Thing::Parameter, *index)),
            },
            Expr::Indicator(index) => f.write_str(self.name(Thing::Indicator, *index)),
            Expr::Derived(index) => f.write_str(self.name(Thing::Derived, *index)),
            Expr::Time => f.write_str("t"),
            Expr::Month => f.write_str("month"),
            Expr::TimeInPhase => f.write_str("time_in_phase"),
            Expr::Count(event) => write!(f, "count({})", self.name(Thing::Event, *event)),
            Expr::Ever(event) => write!(f, "ever({})", self.name(Thing::Event, *event)),
            Expr::Since(event) => write!(f, "since({})", self.name(Thing::Event, *event)),
            Expr::PhaseIn(members) => self.membership(f, "phase", phase, members),
            Expr::TrendIn(members) => self.membership(f, "trend", trend, members),
            Expr::StartTrendIn(members) => self.membership(f, "start_trend", trend, members),
            Expr::StateIn(state, members) => {
                let value = |index: usize| self.value(*state, index);
                self.membership(f, self.name(Thing::State, *state), value, members)
            }
            Expr::Age(state) => write!(f, "age({})", self.name(Thing::State, *state)),
            Expr::Negate(inner) => {
                write!(f, "-")?;
                self.part(f, inner, MINUS)
            }
            Expr::Not(inner) => match &**inner {
                Expr::PhaseIn(m) if m.len() == 1 => {
                    write!(f, "phase != {}", phase(m[0]))
                }
                Expr::TrendIn(m) if m.len() == 1 => {
                    write!(f, "trend != {}", trend(m[0]))
                }
                Expr::StateIn(state, m) if m.len() == 1 => {
                    let value = self.value(*state, m[0]);
                    write!(f, "{} != {value}", self.name(Thing::State, *state))
                }
                inner => {
                    write!(f, "not ")?;
                    self.part(f, inner, NOT)
                }
            },
            Expr::Arithmetic(operator, left, right) => {
                let (left_least, right_least) = match operator {
                    Arithmetic::Add | Arithmetic::Subtract => (SUM, PRODUCT),
                    Arithmetic::Multiply | Arithmetic::Divide => (PRODUCT, MINUS),
                    Arithmetic::Power => (ATOM, MINUS),
                };
                self.infix(
                    f,
                    operator.symbol(),
                    [(left, left_least), (right, right_least)],
                )
            }
            Expr::Compare(operator, left, right) => {
                self.infix(f, operator.symbol(), [(left, SUM), (right, SUM)])
            }
            Expr::And(left, right) => self.infix(f, "and", [(left, AND), (right, NOT)]),
            Expr::Or(left, right) => self.infix(f, "or", [(left, OR), (right, AND)]),
            Expr::If(a, b, c) => self.call(f, "if", [&**a, &**b, &**c]),
            Expr::Call(function, arguments) => self.call(f, function.name(), arguments),
            Expr::Lookup(curve, _) if curve.over != Over::Argument => f.write_str(&curve.name),
            Expr::Lookup(curve, inner) => self.call(f, &curve.name, [&**inner]),
            Expr::ByTrend(arms) => self.arms(f, "trend", trend, arms),
            Expr::ByPhase(arms) => self.arms(f, "phase", phase, arms),
            Expr::ByState(state, arms) => {
                let value = |index: usize| self.value(*state, index);
                self.arms(f, self.name(Thing::State, *state), value, arms)
            }
            Expr::Path(reading) => self.path(f, reading),
        }
    }
}
