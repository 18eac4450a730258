//! Months and years by the calendar, where the instant is known from which they count.
//!
//! `since(truce) > 1 month` holds from the same day of the next month on, or from its last. A month
//! that counts from no instant (`first(truce) / 1 month`) is a twelfth of a year. Where the grid
//! itself goes by such twelfths, its points are the months: only what counts from a written day
//! goes by the calendar.

use super::Checker;
use crate::expression::curve::{Curve, Over};
use crate::expression::fold::fold;
use crate::expression::syntax::{Binary, Kind, Node};
use crate::expression::tree::{Arithmetic, Expr, PathReading};
use crate::time::calendar::{day_of, lengths_of_months, years_of_months};
use std::sync::Arc;

/// A length of time as it is written: months of the calendar, and years beside them.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Span {
    months: i64,
    years: f64,
}

impl Span {
    const NONE: Self = Self {
        months: 0,
        years: 0.0,
    };

    fn plus(self, other: Self) -> Option<Self> {
        Some(Self {
            months: self.months.checked_add(other.months)?,
            years: self.years + other.years,
        })
    }

    fn negated(self) -> Option<Self> {
        Some(Self {
            months: self.months.checked_neg()?,
            years: -self.years,
        })
    }

    /// So many times; parts of a month are parts of a twelfth of a year.
    fn times(self, factor: f64) -> Self {
        let months = self.months as f64 * factor;
        let whole = months.abs() < 1e9 && months.fract() == 0.0;
        let (months, rest) = if whole {
            (months, 0.0)
        } else {
            (0.0, months / 12.0)
        };
        Self {
            months: months as i64,
            years: self.years * factor + rest,
        }
    }
}

/// What a piece that counts time is.
enum Timed {
    /// An instant, in years since the start.
    At(Expr),
    /// The time that has gone by since an instant, and what is added to it.
    Since {
        length: Expr,
        from: Expr,
        more: Span,
    },
    Length(Span),
}

impl Checker<'_> {
    /// The sides of a comparison in which months of the calendar have their length; `None` if there
    /// are none. Both sides have been checked.
    pub(super) fn by_calendar(&mut self, left: &Node, right: &Node) -> Option<(Expr, Expr)> {
        self.scope.names.calendar?;
        if !has_months(left) && !has_months(right) {
            return None;
        }
        match (self.timed(left)?, self.timed(right)?) {
            _ if self.steps_are_months(left, right) => None,
            (Timed::Since { length, from, more }, Timed::Length(span)) => {
                let span = span.plus(more.negated()?)?;
                Some((length, self.lasting(from, span)?))
            }
            (Timed::Length(span), Timed::Since { length, from, more }) => {
                let span = span.plus(more.negated()?)?;
                Some((self.lasting(from, span)?, length))
            }
            (Timed::At(instant), Timed::Length(span)) => {
                Some((instant, self.lasting(Expr::Number(0.0), span)?))
            }
            (Timed::Length(span), Timed::At(instant)) => {
                Some((self.lasting(Expr::Number(0.0), span)?, instant))
            }
            (Timed::At(first), Timed::At(second)) => Some((first, second)),
            _ => None,
        }
    }

    /// An instant so many months after another, or before it: `2026-01-31 + 1 month`; `None` for
    /// every other piece, and where there is no calendar. The piece has been checked.
    pub(super) fn shifted(&mut self, node: &Node) -> Option<Expr> {
        self.scope.names.calendar?;
        if !has_months(node) {
            return None;
        }
        match self.timed(node)? {
            Timed::At(instant) => Some(instant),
            _ => None,
        }
    }

    /// The instant that a length of time after the start is: `6 months`.
    pub(super) fn after_start(&mut self, node: &Node) -> Option<f64> {
        self.scope.names.calendar?;
        match self.timed(node)? {
            _ if self.scope.names.steps_in_months => None,
            Timed::Length(span) if span.months != 0 => {
                match self.lasting(Expr::Number(0.0), span)? {
                    Expr::Number(years) => Some(years),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// Whether months are those of the grid in a comparison: no day is written in it.
    fn steps_are_months(&self, left: &Node, right: &Node) -> bool {
        self.scope.names.steps_in_months && !has_day(left) && !has_day(right)
    }

    fn timed(&mut self, node: &Node) -> Option<Timed> {
        match &node.kind {
            Kind::Time(years, months) => Some(Timed::Length(Span {
                months: i64::from(*months),
                years: if *months > 0 { 0.0 } else { *years },
            })),
            Kind::Negate(inner) => match self.timed(inner)? {
                Timed::Length(span) => Some(Timed::Length(span.negated()?)),
                _ => None,
            },
            Kind::Binary(Binary::Arithmetic(operator), left, right) => match operator {
                Arithmetic::Add => {
                    let (left, right) = (self.timed(left)?, self.timed(right)?);
                    self.sum(left, right)
                }
                Arithmetic::Subtract => {
                    let (left, right) = (self.timed(left)?, self.timed(right)?);
                    match (left, right) {
                        (Timed::At(to), Timed::At(from)) => Some(Timed::Since {
                            length: minus(to, from.clone()),
                            from,
                            more: Span::NONE,
                        }),
                        (left, Timed::Length(span)) => {
                            self.sum(left, Timed::Length(span.negated()?))
                        }
                        _ => None,
                    }
                }
                Arithmetic::Multiply => match (&left.kind, &right.kind) {
                    (Kind::Number(factor), _) => self.multiple(right, *factor),
                    (_, Kind::Number(factor)) => self.multiple(left, *factor),
                    _ => None,
                },
                Arithmetic::Divide => match &right.kind {
                    Kind::Number(divisor) => self.multiple(left, 1.0 / divisor),
                    _ => None,
                },
                Arithmetic::Power => None,
            },
            Kind::Day(_) | Kind::Name(_) | Kind::Call { .. } => {
                // Checked before: there is nothing new to report.
                let expr = self.node(node)?.expr;
                Some(match &expr {
                    Expr::Number(_) if matches!(node.kind, Kind::Day(_)) => Timed::At(expr),
                    Expr::Time
                    | Expr::Path(
                        PathReading::FirstEvent(_)
                        | PathReading::FirstWhen(_)
                        | PathReading::FirstAfter { .. },
                    ) => Timed::At(expr),
                    Expr::Since(_) | Expr::Age(_) | Expr::TimeInPhase => passed(Expr::Time, expr),
                    Expr::Path(PathReading::Final(inner)) if is_age(inner) => {
                        passed(Expr::Time, expr)
                    }
                    Expr::Path(PathReading::At(inner, time)) if is_age(inner) => {
                        passed(Expr::Number(*time), expr)
                    }
                    _ => return None,
                })
            }
            _ => None,
        }
    }

    fn multiple(&mut self, node: &Node, factor: f64) -> Option<Timed> {
        match self.timed(node)? {
            Timed::Length(span) => Some(Timed::Length(span.times(factor))),
            _ => None,
        }
    }

    fn sum(&mut self, left: Timed, right: Timed) -> Option<Timed> {
        match (left, right) {
            (Timed::Length(a), Timed::Length(b)) => Some(Timed::Length(a.plus(b)?)),
            (Timed::At(instant), Timed::Length(span))
            | (Timed::Length(span), Timed::At(instant)) => {
                let length = self.lasting(instant.clone(), span)?;
                Some(Timed::At(plus(instant, length)))
            }
            (Timed::Since { length, from, more }, Timed::Length(span))
            | (Timed::Length(span), Timed::Since { length, from, more }) => Some(Timed::Since {
                length,
                from,
                more: more.plus(span)?,
            }),
            _ => None,
        }
    }

    /// Years that a length of time takes from an instant on; `None` where the calendar ends.
    fn lasting(&self, from: Expr, span: Span) -> Option<Expr> {
        let names = self.scope.names;
        let (start, (earliest, latest)) = names.start.zip(names.calendar)?;
        if span.months == 0 {
            return Some(Expr::Number(span.years));
        }
        if let Expr::Number(instant) = from {
            let months = years_of_months(start, day_of(instant) as i64, span.months)?;
            return Some(Expr::Number(months + span.years));
        }
        if names.steps_in_months {
            return Some(Expr::Number(span.months as f64 / 12.0 + span.years));
        }
        // What has months added to it already may lie as far outside.
        let outside = 1.0 + span.months.unsigned_abs() as f64 / 6.0;
        let (earliest, latest) = (earliest - outside, latest + outside);
        let points = lengths_of_months(start, span.months, earliest, latest);
        if points.is_empty() {
            return None;
        }
        let curve = Curve {
            name: written(span.months),
            over: Over::From,
            points,
            is_linear: false,
            period: None,
            is_bounded: false,
        };
        let months = Expr::Lookup(Arc::new(curve), Box::new(from));
        Some(plus(months, Expr::Number(span.years)))
    }
}

/// The time from an instant on, of which the time that has passed is known.
fn passed(at: Expr, length: Expr) -> Timed {
    Timed::Since {
        from: minus(at, length.clone()),
        length,
        more: Span::NONE,
    }
}

fn is_age(expr: &Expr) -> bool {
    matches!(expr, Expr::Since(_) | Expr::Age(_) | Expr::TimeInPhase)
}

fn plus(a: Expr, b: Expr) -> Expr {
    if b == Expr::Number(0.0) {
        return a;
    }
    let sum = Expr::Arithmetic(Arithmetic::Add, Box::new(a), Box::new(b));
    fold(sum.clone()).unwrap_or(sum)
}

fn minus(a: Expr, b: Expr) -> Expr {
    let difference = Expr::Arithmetic(Arithmetic::Subtract, Box::new(a), Box::new(b));
    fold(difference.clone()).unwrap_or(difference)
}

/// Months in words, as a formula has them.
fn written(months: i64) -> String {
    let (count, unit) = match months % 12 {
        0 => (months / 12, "year"),
        _ => (months, "month"),
    };
    let plural = if count.unsigned_abs() == 1 { "" } else { "s" };
    format!("{count} {unit}{plural}")
}

/// Is there a day in a piece?
fn has_day(node: &Node) -> bool {
    match &node.kind {
        Kind::Day(_) => true,
        Kind::Negate(inner) => has_day(inner),
        Kind::Binary(_, left, right) => has_day(left) || has_day(right),
        _ => false,
    }
}

/// Are there months or years in a piece?
fn has_months(node: &Node) -> bool {
    match &node.kind {
        Kind::Time(_, months) => *months > 0,
        Kind::Negate(inner) => has_months(inner),
        Kind::Binary(_, left, right) => has_months(left) || has_months(right),
        _ => false,
    }
}
