//! Months and years by the calendar, where the instant is known from which they count.
//!
//! `since(truce) > 1 month` holds from the same day of the next month on, or from its last. A month
//! that counts from no instant (`first(truce) / 1 month`) is a twelfth of a year. Where the grid
//! itself goes by such twelfths, its points are the months: only what counts from a written day
//! goes by the calendar.
//!
//! `if`, `min`, `max`, `clamp` and `abs` choose among pieces: what is added to them is added to
//! each, and a comparison with them is one with each, so that months count from the instant of
//! each.

use super::timed::{Extreme, Span, Timed, choice, folded, minus, multiple, plus};
use super::times::compared;
use super::{Checked, Checker, LARGEST};
use crate::expression::curve::{Curve, Over};
use crate::expression::error::{FormulaError, code};
use crate::expression::syntax::{Kind, Node};
use crate::expression::tree::{Arithmetic, Comparison, Expr, Function, PathReading};
use crate::time::calendar::{day_of, lengths_of_months, years_of_months};
use std::sync::Arc;

impl Checker<'_> {
    /// A comparison in which months of the calendar have their length; `None` if there are none.
    pub(super) fn by_calendar(
        &mut self,
        operator: Comparison,
        (left, first): (&Node, &Checked),
        (right, second): (&Node, &Checked),
    ) -> Option<Expr> {
        self.scope.names.calendar?;
        if !has_months(left) && !has_months(right) {
            return None;
        }
        let (first, second) = (first.timed.as_deref()?, second.timed.as_deref()?);
        if self.scope.names.steps_in_months && !has_day(left) && !has_day(right) {
            return None;
        }
        if !first.is_choice() && !second.is_choice() {
            let sides = self.sides(first, second)?;
            return Some(of_leaves(
                operator,
                sides,
                is_written(first) || is_written(second),
            ));
        }
        let pairs = first.count().saturating_mul(second.count());
        let size = pairs.saturating_mul(first.size() + second.size());
        self.inlined = self.inlined.saturating_add(size);
        if self.inlined > LARGEST {
            self.report(FormulaError::new(
                code::TOO_DEEP,
                format!("with each time compared with each, on account of the months, the formula has more than {LARGEST} parts"),
                left.range.start..right.range.end,
            ));
            return None;
        }
        Some(self.compare(operator, first, second))
    }

    /// A comparison of choices: a comparison of each piece with each.
    fn compare(&self, operator: Comparison, left: &Timed, right: &Timed) -> Expr {
        match operator {
            Comparison::Equal => {
                let [most, least] = [Comparison::LessOrEqual, Comparison::GreaterOrEqual]
                    .map(|operator| self.compare(operator, left, right));
                return folded(Expr::And(Box::new(most), Box::new(least)));
            }
            Comparison::NotEqual => {
                let equal = self.compare(Comparison::Equal, left, right);
                return folded(Expr::Not(Box::new(equal)));
            }
            _ => {}
        }
        match (left, right) {
            (Timed::If(condition, parts), other) => {
                let [then, otherwise] = &**parts;
                let then = self.compare(operator, then, other);
                choice(
                    condition.clone(),
                    then,
                    self.compare(operator, otherwise, other),
                )
            }
            (other, Timed::If(condition, parts)) => {
                let [then, otherwise] = &**parts;
                let then = self.compare(operator, other, then);
                choice(
                    condition.clone(),
                    then,
                    self.compare(operator, other, otherwise),
                )
            }
            (Timed::Extreme(which, parts), other) => {
                let each = parts.iter().map(|part| self.compare(operator, part, other));
                joined(is_any(operator, *which), each.collect())
            }
            (other, Timed::Extreme(which, parts)) => {
                let each = parts.iter().map(|part| self.compare(operator, other, part));
                joined(!is_any(operator, *which), each.collect())
            }
            (Timed::Clamp(parts, bounds), other) => {
                let kept = self.compare(operator, &within(parts), other);
                let broken = of_leaves(operator, (left.plain(), other.plain()), false);
                choice(in_order(bounds), kept, broken)
            }
            (other, Timed::Clamp(parts, bounds)) => {
                let kept = self.compare(operator, other, &within(parts));
                let broken = of_leaves(operator, (other.plain(), right.plain()), false);
                choice(in_order(bounds), kept, broken)
            }
            _ => {
                let sides = self.sides(left, right);
                let sides = sides.unwrap_or_else(|| (left.plain(), right.plain()));
                of_leaves(operator, sides, is_written(left) || is_written(right))
            }
        }
    }

    /// What is compared if neither is a choice; `None` if nothing in it counts by the calendar.
    fn sides(&self, left: &Timed, right: &Timed) -> Option<(Expr, Expr)> {
        match (left, right) {
            (
                Timed::Since {
                    length, from, more, ..
                },
                Timed::Length(span),
            ) => {
                let span = span.plus(more.negated()?)?;
                Some((length.clone(), self.lasting(from, span)?))
            }
            (
                Timed::Length(span),
                Timed::Since {
                    length, from, more, ..
                },
            ) => {
                let span = span.plus(more.negated()?)?;
                Some((self.lasting(from, span)?, length.clone()))
            }
            (Timed::At(instant), Timed::Length(span)) => {
                Some((instant.clone(), self.lasting(&Expr::Number(0.0), *span)?))
            }
            (Timed::Length(span), Timed::At(instant)) => {
                Some((self.lasting(&Expr::Number(0.0), *span)?, instant.clone()))
            }
            (Timed::At(first), Timed::At(second)) => Some((first.clone(), second.clone())),
            _ => None,
        }
    }

    /// An instant so many months after another, or before it: `2026-01-31 + 1 month`; `None` for
    /// every other piece, and where there is no calendar.
    pub(super) fn shifted(&self, node: &Node, timed: Option<&Timed>) -> Option<Expr> {
        self.scope.names.calendar?;
        if !has_months(node) {
            return None;
        }
        match timed? {
            Timed::At(instant) => Some(instant.clone()),
            choice if choice.is_choice() => Some(choice.plain()),
            _ => None,
        }
    }

    /// The instant that a length of time after the start is: `6 months`.
    pub(super) fn after_start(&self, timed: Option<&Timed>) -> Option<f64> {
        self.scope.names.calendar?;
        if self.scope.names.steps_in_months {
            return None;
        }
        match self.placed(timed?)?.plain() {
            Expr::Number(years) => Some(years),
            _ => None,
        }
    }

    /// The instants that lengths of time after the start are.
    fn placed(&self, timed: &Timed) -> Option<Timed> {
        match timed {
            Timed::Length(span) => Some(Timed::At(self.lasting(&Expr::Number(0.0), *span)?)),
            Timed::At(_) => Some(timed.clone()),
            choice => choice.each(|part| self.placed(part)),
        }
    }

    /// What a piece counts that is no sum and no call of a function, or a call that reads times.
    pub(super) fn timed_leaf(&self, node: &Node, expr: &Expr) -> Option<Box<Timed>> {
        if !self.has_months {
            return None;
        }
        Some(Box::new(match &node.kind {
            Kind::Time(years, months) => Timed::Length(Span {
                months: i64::from(*months),
                years: if *months > 0 { 0.0 } else { *years },
            }),
            Kind::Day(_) | Kind::Name(_) | Kind::Call { .. } => match expr {
                Expr::Number(_) if matches!(node.kind, Kind::Day(_)) => Timed::At(expr.clone()),
                Expr::Time
                | Expr::Path(
                    PathReading::FirstEvent(_)
                    | PathReading::FirstWhen(_)
                    | PathReading::FirstAfter { .. },
                ) => Timed::At(expr.clone()),
                Expr::Since(_) | Expr::Age(_) | Expr::TimeInPhase => passed(Expr::Time, expr),
                Expr::Path(PathReading::Final(inner)) if is_age(inner) => passed(Expr::Time, expr),
                Expr::Path(PathReading::At(inner, time)) if is_age(inner) => {
                    passed(Expr::Number(*time), expr)
                }
                _ => return None,
            },
            _ => return None,
        }))
    }

    /// What a sum, difference, product or quotient counts.
    pub(super) fn timed_arithmetic(
        &self,
        operator: Arithmetic,
        (left, first): (&Node, &Checked),
        (right, second): (&Node, &Checked),
    ) -> Option<Box<Timed>> {
        if !self.has_months {
            return None;
        }
        let (a, b) = (first.timed.as_deref(), second.timed.as_deref());
        let found = match operator {
            Arithmetic::Add => self.sum(a?, b?),
            Arithmetic::Subtract => self.difference(a?, b?),
            Arithmetic::Multiply => match (&left.kind, &right.kind) {
                (Kind::Number(factor), _) => multiple(b?, *factor),
                (_, Kind::Number(factor)) => multiple(a?, *factor),
                _ => None,
            },
            Arithmetic::Divide => match &right.kind {
                Kind::Number(divisor) => multiple(a?, 1.0 / divisor),
                _ => None,
            },
            Arithmetic::Power => None,
        };
        found.map(Box::new)
    }

    /// What a piece with a minus counts.
    pub(super) fn timed_negated(&self, inner: &Checked) -> Option<Box<Timed>> {
        multiple(inner.timed.as_deref()?, -1.0).map(Box::new)
    }

    /// What is chosen by `if`.
    pub(super) fn timed_if(
        &self,
        condition: &Expr,
        then: &Checked,
        otherwise: &Checked,
    ) -> Option<Box<Timed>> {
        if then.timed.is_none() && otherwise.timed.is_none() {
            return None;
        }
        let parts = [then, otherwise].map(or_plain);
        Some(Box::new(Timed::If(condition.clone(), Box::new(parts))))
    }

    /// What `min`, `max` and `clamp` choose from; `abs` takes a time there or back.
    pub(super) fn timed_call(&self, function: Function, parts: &[Checked]) -> Option<Box<Timed>> {
        if parts.iter().all(|part| part.timed.is_none()) {
            return None;
        }
        let timed: Vec<Timed> = parts.iter().map(or_plain).collect();
        Some(Box::new(match (function, parts) {
            (Function::Min, _) => Timed::Extreme(Extreme::Least, timed),
            (Function::Max, _) => Timed::Extreme(Extreme::Most, timed),
            (Function::Clamp, [_, low, high]) => {
                let bounds = [low.expr.clone(), high.expr.clone()];
                Timed::Clamp(Box::new(timed.try_into().ok()?), Box::new(bounds))
            }
            (Function::Abs, _) => {
                let there = timed.into_iter().next()?;
                let back = there.turned()?;
                Timed::Extreme(Extreme::Most, vec![there, back])
            }
            _ => return None,
        }))
    }

    fn difference(&self, left: &Timed, right: &Timed) -> Option<Timed> {
        match (left, right) {
            (Timed::At(to), Timed::At(from)) => Some(Timed::Since {
                length: minus(to.clone(), from.clone()),
                from: from.clone(),
                to: to.clone(),
                more: Span::NONE,
            }),
            // A length is taken for the instant so long after the start.
            (Timed::Length(_), Timed::At(_)) => self.difference(&self.placed(left)?, right),
            (left, Timed::Length(span)) => self.sum(left, &Timed::Length(span.negated()?)),
            (left, right) if left.is_choice() => left.each(|part| self.difference(part, right)),
            // The larger of two, taken off, leaves the smaller.
            (left, Timed::Extreme(which, parts)) => {
                let each = parts.iter().map(|part| self.difference(left, part));
                Some(Timed::Extreme(which.other(), each.collect::<Option<_>>()?))
            }
            (left, Timed::If(..)) => right.each(|part| self.difference(left, part)),
            _ => None,
        }
    }

    fn sum(&self, left: &Timed, right: &Timed) -> Option<Timed> {
        match (left, right) {
            (Timed::Length(a), Timed::Length(b)) => Some(Timed::Length(a.plus(*b)?)),
            (Timed::At(instant), Timed::Length(span))
            | (Timed::Length(span), Timed::At(instant)) => {
                let length = self.lasting(instant, *span)?;
                Some(Timed::At(plus(instant.clone(), length)))
            }
            (
                Timed::Since {
                    length,
                    from,
                    to,
                    more,
                },
                Timed::Length(span),
            )
            | (
                Timed::Length(span),
                Timed::Since {
                    length,
                    from,
                    to,
                    more,
                },
            ) => Some(Timed::Since {
                length: length.clone(),
                from: from.clone(),
                to: to.clone(),
                more: more.plus(*span)?,
            }),
            (Timed::Plain(expr), Timed::Length(span))
            | (Timed::Length(span), Timed::Plain(expr)) => {
                Some(Timed::Plain(plus(expr.clone(), span.plain())))
            }
            (left, right) if left.is_choice() => left.each(|part| self.sum(part, right)),
            (left, right) if right.is_choice() => right.each(|part| self.sum(left, part)),
            _ => None,
        }
    }

    /// Years that a length of time takes from an instant on; `None` where the calendar ends.
    fn lasting(&self, from: &Expr, span: Span) -> Option<Expr> {
        let names = self.scope.names;
        let (start, (earliest, latest)) = names.start.zip(names.calendar)?;
        if span.months == 0 {
            return Some(Expr::Number(span.years));
        }
        if let Expr::Number(instant) = from {
            let months = years_of_months(start, day_of(*instant) as i64, span.months)?;
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
        let months = Expr::Lookup(Arc::new(curve), Box::new(from.clone()));
        Some(plus(months, Expr::Number(span.years)))
    }
}

/// The time from an instant on, of which the time that has passed is known.
fn passed(at: Expr, length: &Expr) -> Timed {
    Timed::Since {
        from: minus(at.clone(), length.clone()),
        to: at,
        length: length.clone(),
        more: Span::NONE,
    }
}

fn is_age(expr: &Expr) -> bool {
    matches!(expr, Expr::Since(_) | Expr::Age(_) | Expr::TimeInPhase)
}

/// What a piece counts; a number if that is not known.
fn or_plain(checked: &Checked) -> Timed {
    let timed = checked.timed.as_deref().cloned();
    timed.unwrap_or_else(|| Timed::Plain(checked.expr.clone()))
}

/// Whether a comparison of the least or the most of some pieces holds if it does for any of them;
/// if not, it has to hold for all.
fn is_any(operator: Comparison, which: Extreme) -> bool {
    let is_below = matches!(operator, Comparison::Less | Comparison::LessOrEqual);
    is_below == (which == Extreme::Least)
}

/// A value within its bounds, which are in order.
fn within([value, low, high]: &[Timed; 3]) -> Timed {
    let at_least = Timed::Extreme(Extreme::Most, vec![value.clone(), low.clone()]);
    Timed::Extreme(Extreme::Least, vec![at_least, high.clone()])
}

fn in_order([low, high]: &[Expr; 2]) -> Expr {
    let (low, high) = (Box::new(low.clone()), Box::new(high.clone()));
    folded(Expr::Compare(Comparison::LessOrEqual, low, high))
}

/// Whether a piece is a time that is written as one.
fn is_written(timed: &Timed) -> bool {
    matches!(timed, Timed::Length(_) | Timed::At(Expr::Number(_)))
}

/// A comparison of two pieces that are no choices.
fn of_leaves(operator: Comparison, (first, second): (Expr, Expr), is_written: bool) -> Expr {
    folded(if is_written {
        compared(operator, first, second)
    } else {
        Expr::Compare(operator, Box::new(first), Box::new(second))
    })
}

/// All conditions, or any of them; halves of halves, so that the tree stays low.
fn joined(is_any: bool, mut conditions: Vec<Expr>) -> Expr {
    if conditions.len() > 1 {
        let second = conditions.split_off(conditions.len() / 2);
        let sides = [conditions, second].map(|half| Box::new(joined(is_any, half)));
        let [first, second] = sides;
        folded(if is_any {
            Expr::Or(first, second)
        } else {
            Expr::And(first, second)
        })
    } else {
        conditions.pop().unwrap_or(Expr::Truth(!is_any))
    }
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

/// Whether a formula may have months or years in it: it would name them.
pub(super) fn may_have_months(text: &str) -> bool {
    text.contains("month") || text.contains("year")
}

/// Is there a day in a piece?
fn has_day(node: &Node) -> bool {
    has(node, &|kind| matches!(kind, Kind::Day(_)))
}

/// Are there months or years in a piece?
fn has_months(node: &Node) -> bool {
    has(
        node,
        &|kind| matches!(kind, Kind::Time(_, months) if *months > 0),
    )
}

/// Is there something of a kind in a piece, or in what it chooses from?
fn has(node: &Node, wanted: &impl Fn(&Kind) -> bool) -> bool {
    let any = |parts: &[Node]| parts.iter().any(|part| has(part, wanted));
    match &node.kind {
        Kind::Negate(inner) => has(inner, wanted),
        Kind::Binary(_, left, right) => has(left, wanted) || has(right, wanted),
        Kind::Call {
            name, arguments, ..
        } => match name.as_str() {
            "if" => any(arguments.get(1..).unwrap_or_default()),
            "min" | "max" | "clamp" | "abs" => any(arguments),
            _ => false,
        },
        kind => wanted(kind),
    }
}
