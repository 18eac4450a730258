//! What a piece of a formula counts that is a time: an instant, the time since one, or a length as
//! it is written; and what `if`, `min`, `max` and `clamp` choose from.

use crate::expression::fold::fold;
use crate::expression::tree::{Arithmetic, Expr, Function};

/// A length of time as it is written: months of the calendar, and years beside them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Span {
    pub months: i64,
    pub years: f64,
}

impl Span {
    pub const NONE: Self = Self {
        months: 0,
        years: 0.0,
    };

    pub fn plus(self, other: Self) -> Option<Self> {
        Some(Self {
            months: self.months.checked_add(other.months)?,
            years: self.years + other.years,
        })
    }

    pub fn negated(self) -> Option<Self> {
        Some(Self {
            months: self.months.checked_neg()?,
            years: -self.years,
        })
    }

    /// So many times; parts of a month are parts of a twelfth of a year.
    pub fn times(self, factor: f64) -> Self {
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
    /// Years, with twelfths for months.
    pub fn plain(self) -> Expr {
        Expr::Number(self.months as f64 / 12.0 + self.years)
    }
}

/// What a piece that counts time is, or may be.
#[derive(Clone, Debug)]
pub enum Timed {
    /// An instant, in years since the start.
    At(Expr),
    /// The time that has gone by since an instant, and what is added to it.
    Since {
        length: Expr,
        from: Expr,
        to: Expr,
        more: Span,
    },
    Length(Span),
    /// A number of which no instant is known; only in a choice.
    Plain(Expr),
    /// Chosen by a condition.
    If(Expr, Box<[Timed; 2]>),
    /// The smallest, or the largest.
    Extreme(Extreme, Vec<Timed>),
    /// A value, kept between two bounds; the bounds as they are checked.
    Clamp(Box<[Timed; 3]>, Box<[Expr; 2]>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extreme {
    Least,
    Most,
}

impl Extreme {
    pub fn other(self) -> Self {
        match self {
            Self::Least => Self::Most,
            Self::Most => Self::Least,
        }
    }
}

impl Timed {
    pub fn is_choice(&self) -> bool {
        matches!(self, Self::If(..) | Self::Extreme(..) | Self::Clamp(..))
    }

    /// Pieces that it chooses from.
    pub fn count(&self) -> usize {
        match self {
            Self::If(_, parts) => parts.iter().map(Self::count).sum(),
            Self::Extreme(_, parts) => parts.iter().map(Self::count).sum(),
            Self::Clamp(parts, _) => parts.iter().map(Self::count).sum(),
            _ => 1,
        }
    }

    /// Its value; months that have not been added to an instant are twelfths of a year.
    pub fn plain(&self) -> Expr {
        match self {
            Self::At(expr) | Self::Plain(expr) => expr.clone(),
            Self::Since { length, more, .. } => plus(length.clone(), more.plain()),
            Self::Length(span) => span.plain(),
            Self::If(condition, parts) => {
                let [then, otherwise] = &**parts;
                choice(condition.clone(), then.plain(), otherwise.plain())
            }
            Self::Extreme(which, parts) => extreme(*which, parts.iter().map(Self::plain).collect()),
            Self::Clamp(parts, _) => {
                Expr::Call(Function::Clamp, parts.iter().map(Self::plain).collect())
            }
        }
    }

    /// The same for each piece that it chooses from, in their order; `None` if there is none for
    /// one of them, or it is no choice.
    pub fn each(&self, give: impl Fn(&Self) -> Option<Self>) -> Option<Self> {
        Some(match self {
            Self::If(condition, parts) => {
                let [then, otherwise] = &**parts;
                Self::If(condition.clone(), Box::new([give(then)?, give(otherwise)?]))
            }
            Self::Extreme(which, parts) => {
                Self::Extreme(*which, parts.iter().map(give).collect::<Option<_>>()?)
            }
            Self::Clamp(parts, bounds) => {
                let [value, low, high] = &**parts;
                let parts = [give(value)?, give(low)?, give(high)?];
                Self::Clamp(Box::new(parts), bounds.clone())
            }
            _ => return None,
        })
    }

    /// Parts of the formulas in it.
    pub fn size(&self) -> usize {
        let all = |parts: &[Self]| parts.iter().map(Self::size).sum::<usize>();
        match self {
            Self::At(expr) | Self::Plain(expr) => expr.size(),
            Self::Since { length, from, .. } => length.size() + from.size(),
            Self::Length(_) => 1,
            Self::If(condition, parts) => condition.size() + all(&**parts),
            Self::Extreme(_, parts) => all(parts),
            Self::Clamp(parts, bounds) => {
                all(&**parts) + bounds.iter().map(Expr::size).sum::<usize>()
            }
        }
    }

    /// The same time counted from its other end, if nothing is added to it.
    pub fn turned(&self) -> Option<Self> {
        match self {
            Self::Since {
                length,
                from,
                to,
                more,
            } if *more == Span::NONE => Some(Self::Since {
                length: folded(Expr::Negate(Box::new(length.clone()))),
                from: to.clone(),
                to: from.clone(),
                more: Span::NONE,
            }),
            _ => None,
        }
    }
}

/// So many times a length, or a choice of lengths.
pub fn multiple(timed: &Timed, factor: f64) -> Option<Timed> {
    match timed {
        Timed::Length(span) => Some(Timed::Length(span.times(factor))),
        Timed::Plain(expr) => {
            let factor = Box::new(Expr::Number(factor));
            let product = Expr::Arithmetic(Arithmetic::Multiply, factor, Box::new(expr.clone()));
            Some(Timed::Plain(folded(product)))
        }
        Timed::Extreme(which, parts) => {
            let which = if factor < 0.0 { which.other() } else { *which };
            let parts = parts.iter().map(|part| multiple(part, factor));
            Some(Timed::Extreme(which, parts.collect::<Option<_>>()?))
        }
        Timed::If(..) => timed.each(|part| multiple(part, factor)),
        _ => None,
    }
}

pub fn choice(condition: Expr, then: Expr, otherwise: Expr) -> Expr {
    folded(Expr::If(
        Box::new(condition),
        Box::new(then),
        Box::new(otherwise),
    ))
}

pub fn extreme(which: Extreme, parts: Vec<Expr>) -> Expr {
    let function = match which {
        Extreme::Least => Function::Min,
        Extreme::Most => Function::Max,
    };
    folded(Expr::Call(function, parts))
}

pub fn folded(expr: Expr) -> Expr {
    fold(expr.clone()).unwrap_or(expr)
}

pub fn plus(a: Expr, b: Expr) -> Expr {
    if b == Expr::Number(0.0) {
        return a;
    }
    folded(Expr::Arithmetic(Arithmetic::Add, Box::new(a), Box::new(b)))
}

pub fn minus(a: Expr, b: Expr) -> Expr {
    folded(Expr::Arithmetic(
        Arithmetic::Subtract,
        Box::new(a),
        Box::new(b),
    ))
}
