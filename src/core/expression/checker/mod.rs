//! A parsed formula and its surroundings to a typed tree.
//!
//! Takes what the parser understood and a [`Scope`]; gives an [`Expr`] whose names are indices,
//! whose types fit and whose constant parts are computed, or every fault of the formula. Words of
//! the language are looked up in the table of `functions.rs`. Calls and comparisons with names are
//! in `call.rs` and `state.rs`.

mod calendar;
mod call;
mod reach;
mod readings;
mod state;
mod tables;
mod timed;
mod times;

use super::error::{FormulaError, code};
use super::fold::fold;
use super::functions::{Builtin, Form, builtin};
use super::parser::{DEEPEST, MOST_FAULTS, Parsed, parse};
use super::scope::{Reads, Scope, Thing};
use super::syntax::{Binary, Kind, Node};
use super::times::{Sort, sort};
use super::tree::{Arithmetic, Comparison, Expr};
use crate::time::calendar::years_between;
use reach::Reach;
use std::ops::Range;
use timed::Timed;
use times::compared;

/// Most nodes of a formula after the metrics that it names have been put in, and of a choice by
/// trend or phase.
pub const LARGEST: usize = 100_000;

/// What a formula must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    Number,
    /// A condition: a truth value.
    Truth,
}

/// Parses and checks a formula.
///
/// # Errors
/// Every fault of the formula, in the order of the text.
pub fn compile(text: &str, scope: &Scope, wanted: Wanted) -> Result<Expr, Vec<FormulaError>> {
    check(&parse(text), scope, wanted)
}

/// Checks a parsed formula.
///
/// # Errors
/// Every fault of the formula, those of the parser included, in the order of the text. The list is
/// empty if the only fault is that the formula names a metric that is itself at fault, and was
/// reported there.
pub fn check(parsed: &Parsed, scope: &Scope, wanted: Wanted) -> Result<Expr, Vec<FormulaError>> {
    let mut checker = Checker {
        text: &parsed.text,
        scope: *scope,
        inside: None,
        has_months: scope.names.calendar.is_some() && calendar::may_have_months(&parsed.text),
        inlined: 0,
        errors: parsed.errors.clone(),
    };
    let root = &parsed.root;
    let checked = match wanted {
        Wanted::Number => checker.finite(root).map(|c| c.expr),
        Wanted::Truth => checker.truth(root),
    };
    if let Some(expr) = &checked
        && expr.depth() > 2 * DEEPEST
    {
        checker.fault(
            code::TOO_DEEP,
            "with the metrics that it names put in, the formula is nested too deeply",
            0..parsed.text.len(),
        );
    }
    let Checker { mut errors, .. } = checker;
    errors.sort_by_key(|e| (e.range.start, e.range.end));
    errors.truncate(MOST_FAULTS);
    match checked {
        Some(expr) if errors.is_empty() => Ok(expr),
        _ => Err(errors),
    }
}

struct Checker<'a> {
    text: &'a str,
    scope: Scope<'a>,
    /// The path reading that encloses the present node, by name.
    inside: Option<&'static str>,
    /// Months or years that count by the calendar may stand somewhere in the formula.
    has_months: bool,
    /// Nodes of the metrics put in so far.
    inlined: usize,
    errors: Vec<FormulaError>,
}

/// A piece that has been understood.
struct Checked {
    expr: Expr,
    reach: Reach,
    /// What it counts, if that is a time and the formula may have months of the calendar.
    timed: Option<Box<Timed>>,
}

impl Checked {
    /// A piece that is finite, or a condition.
    fn plain(expr: Expr) -> Option<Self> {
        Some(Self {
            expr,
            reach: Reach::Finite,
            timed: None,
        })
    }

    /// The same, which counts a time.
    fn counting(self, timed: Option<Box<Timed>>) -> Self {
        Self { timed, ..self }
    }
}

impl<'a> Checker<'a> {
    fn fault(
        &mut self,
        code: &'static str,
        message: impl Into<String>,
        range: Range<usize>,
    ) -> &mut FormulaError {
        self.errors.push(FormulaError::new(code, message, range));
        let last = self.errors.len() - 1;
        &mut self.errors[last]
    }

    fn report(&mut self, error: FormulaError) {
        self.errors.push(error);
    }

    /// The text of a piece, shortened for a message.
    fn excerpt(&self, node: &Node) -> String {
        let text = self.text.get(node.range.clone()).unwrap_or_default();
        if text.chars().count() <= 40 {
            text.to_owned()
        } else {
            let head: String = text.chars().take(36).collect();
            format!("{} …", head.trim_end())
        }
    }

    /// A number, which may be infinite.
    fn number(&mut self, node: &Node) -> Option<Checked> {
        let checked = self.node(node)?;
        if checked.expr.is_truth() {
            let text = self.excerpt(node);
            self.report(
                FormulaError::new(
                    code::WRONG_TYPE,
                    format!("`{text}` is a condition where a number is wanted"),
                    node.range.clone(),
                )
                .hint(format!("write `if({text}, 1, 0)`")),
            );
            return None;
        }
        Some(checked)
    }

    /// A number that is finite as far as can be told beforehand.
    fn finite(&mut self, node: &Node) -> Option<Checked> {
        let checked = self.number(node)?;
        match checked.reach.source() {
            None => Some(checked),
            Some(since) => {
                let text = self.text.get(since.clone()).unwrap_or_default().to_owned();
                self.report(
                    FormulaError::new(
                        code::NOT_FINITE,
                        format!("`{text}` is infinite before the event's first firing"),
                        since,
                    )
                    .hint(format!(
                        "compare it (`{text} < 0.5`), or let it fade (`exp(-{text} / 0.5)`)"
                    )),
                );
                None
            }
        }
    }

    /// A condition.
    fn truth(&mut self, node: &Node) -> Option<Expr> {
        let checked = self.node(node)?;
        if !checked.expr.is_truth() {
            let text = self.excerpt(node);
            self.report(
                FormulaError::new(
                    code::WRONG_TYPE,
                    format!("`{text}` is a number where a condition is wanted"),
                    node.range.clone(),
                )
                .hint(format!("compare it with something: `{text} > 0`")),
            );
            return None;
        }
        Some(checked.expr)
    }

    fn node(&mut self, node: &Node) -> Option<Checked> {
        let mut checked = self.piece(node)?;
        if checked.timed.is_none() {
            checked.timed = self.timed_leaf(node, &checked.expr);
        }
        Some(checked)
    }

    fn piece(&mut self, node: &Node) -> Option<Checked> {
        if self.errors.len() > 10 * MOST_FAULTS {
            return None;
        }
        match &node.kind {
            Kind::Number(value) | Kind::Time(value, _) => Checked::plain(Expr::Number(*value)),
            Kind::Day(_) if self.scope.names.timeless => {
                let text = self.excerpt(node);
                self.needs_time(&text, node.range.clone());
                None
            }
            Kind::Day(day) => {
                let start = self.scope.names.start?;
                Checked::plain(Expr::Number(years_between(start, *day)))
            }
            Kind::Name(name) => self.name(name, node),
            Kind::Negate(inner) => {
                let inner = self.number(inner)?;
                let timed = self.timed_negated(&inner);
                let reach = inner.reach.negated();
                let negated = self.folded(Expr::Negate(Box::new(inner.expr)), reach, node)?;
                Some(negated.counting(timed))
            }
            Kind::Not(inner) => {
                let inner = self.truth(inner)?;
                self.folded(Expr::Not(Box::new(inner)), Reach::Finite, node)
            }
            Kind::In(subject, members) => self.membership(subject, members, node),
            Kind::Binary(operator, left, right) => self.binary(*operator, left, right, node),
            Kind::Call {
                name,
                name_range,
                arguments,
                named,
            } => self.call(name, name_range, (arguments, named), node),
            Kind::Fault(parts) => {
                for part in parts {
                    self.node(part);
                }
                None
            }
        }
    }

    fn binary(
        &mut self,
        operator: Binary,
        left: &Node,
        right: &Node,
        node: &Node,
    ) -> Option<Checked> {
        match operator {
            Binary::And | Binary::Or => {
                let (left, right) = (self.truth(left), self.truth(right));
                let (left, right) = (Box::new(left?), Box::new(right?));
                let expr = if operator == Binary::And {
                    Expr::And(left, right)
                } else {
                    Expr::Or(left, right)
                };
                self.folded(expr, Reach::Finite, node)
            }
            Binary::Arithmetic(operator) => {
                if matches!(operator, Arithmetic::Add | Arithmetic::Subtract) {
                    self.times_fit(operator.symbol(), left, right);
                }
                let (first, second) = (self.number(left), self.number(right));
                let (first, second) = (first?, second?);
                let timed = self.timed_arithmetic(operator, (left, &first), (right, &second));
                match reach::of_arithmetic(operator, &first, &second) {
                    Ok(reach) => {
                        let expr = self.shifted(node, timed.as_deref()).unwrap_or_else(|| {
                            Expr::Arithmetic(operator, Box::new(first.expr), Box::new(second.expr))
                        });
                        Some(self.folded(expr, reach, node)?.counting(timed))
                    }
                    Err(since) => {
                        let shown = self.text.get(since.clone()).unwrap_or_default().to_owned();
                        self.report(
                            FormulaError::new(
                                code::NOT_FINITE,
                                format!(
                                    "`{shown}` is infinite before the event's first firing, and cannot stand at `{}` here",
                                    operator.symbol()
                                ),
                                since,
                            )
                            .hint(format!("compare it (`{shown} < 0.5`), or let it fade (`exp(-{shown} / 0.5)`)")),
                        );
                        None
                    }
                }
            }
            Binary::Compare(operator) if self.names_state(left) || self.names_state(right) => {
                self.state_comparison(operator, left, right, node)
            }
            Binary::Compare(operator) => self.comparison(operator, left, right, node),
        }
    }

    /// A comparison of two numbers; each may be infinite.
    fn comparison(
        &mut self,
        operator: Comparison,
        left: &Node,
        right: &Node,
        node: &Node,
    ) -> Option<Checked> {
        self.times_fit(operator.symbol(), left, right);
        let (first, second) = (self.node(left), self.node(right));
        let (first, second) = (first?, second?);
        let by_calendar = self.by_calendar(operator, (left, &first), (right, &second));
        let (first, second) = (first.expr, second.expr);
        if !first.is_truth() && !second.is_truth() {
            let expr = match (sort(left), sort(right)) {
                _ if by_calendar.is_some() => by_calendar?,
                (Sort::Written, _) | (_, Sort::Written) => compared(operator, first, second),
                _ => Expr::Compare(operator, Box::new(first), Box::new(second)),
            };
            return self.folded(expr, Reach::Finite, node);
        }
        let is_word = |n: &Node| matches!(&n.kind, Kind::Name(w) if w == "true" || w == "false");
        let left_is_at_fault = first.is_truth() && (!is_word(left) || !second.is_truth());
        let (side, other) = if left_is_at_fault {
            (left, right)
        } else {
            (right, left)
        };
        let (text, word) = (self.excerpt(side), self.excerpt(other));
        let hint = if !is_word(other) {
            "combine conditions by `and`, `or`, `not`".to_owned()
        } else if (word == "true") == (operator == Comparison::Equal) {
            format!("write `{text}` alone")
        } else {
            format!("write `not ({text})`")
        };
        self.report(
            FormulaError::new(
                code::WRONG_TYPE,
                format!(
                    "`{}` compares numbers, and `{text}` is a condition",
                    operator.symbol()
                ),
                side.range.clone(),
            )
            .hint(hint),
        );
        None
    }

    /// Computes constants; a constant without a finite value is a fault.
    fn folded(&mut self, expr: Expr, reach: Reach, node: &Node) -> Option<Checked> {
        match fold(expr) {
            Some(expr) => Some(Checked {
                expr,
                reach,
                timed: None,
            }),
            None => {
                let text = self.excerpt(node);
                self.fault(
                    code::NOT_FINITE,
                    format!("`{text}` has no finite value"),
                    node.range.clone(),
                );
                None
            }
        }
    }

    /// A bare name.
    fn name(&mut self, name: &str, node: &Node) -> Option<Checked> {
        // A thing may be called like a function that is younger than its file.
        if let Some(entry) = builtin(name)
            && !(entry.is_function() && self.scope.names.value(name).is_some())
        {
            return self.word(entry, node);
        }
        let Some((thing, index)) = self.scope.names.value(name) else {
            self.unknown_value(name, node);
            return None;
        };
        match thing {
            Thing::Parameter => Checked::plain(Expr::Parameter(index)),
            Thing::Metric => self.metric(name, node),
            Thing::Table => self.table(name, index, node),
            Thing::PerTrial if self.scope.reads >= Reads::Trial => {
                Checked::plain(Expr::Parameter(self.scope.names.parameters.len() + index))
            }
            _ if self.scope.reads < Reads::State => {
                self.unreadable(
                    format!("`{name}` is {}, and {}", thing.singular(), thing.plural()),
                    node.range.clone(),
                );
                None
            }
            Thing::Indicator => Checked::plain(Expr::Indicator(index)),
            _ => Checked::plain(Expr::Derived(index)),
        }
    }

    fn needs_time(&mut self, what: &str, range: Range<usize>) {
        self.fault(
            code::NEEDS_TIME,
            format!("`{what}` needs time, and the file states no `start`, `horizon` and `step`"),
            range,
        );
    }

    fn unreadable(&mut self, what: String, range: Range<usize>) {
        let why = self.scope.why;
        self.fault(
            code::NOT_READABLE,
            format!("{what} cannot be read here: {why}"),
            range,
        );
    }

    /// A word of the language without arguments.
    fn word(&mut self, entry: &'static Builtin, node: &Node) -> Option<Checked> {
        let range = node.range.clone();
        if entry.is_function() {
            self.report(
                FormulaError::new(
                    code::WRONG_TYPE,
                    format!("`{}` is a function and wants its arguments", entry.name),
                    range,
                )
                .hint(format!("write `{}`", entry.signature)),
            );
            return None;
        }
        if !self.usable(entry, &range) {
            return None;
        }
        match entry.form {
            Form::Constant(value) => Checked::plain(Expr::Number(value)),
            Form::Truth(value) => Checked::plain(Expr::Truth(value)),
            Form::Time => Checked::plain(Expr::Time),
            Form::Month => Checked::plain(Expr::Month),
            Form::TimeInPhase => Checked::plain(Expr::TimeInPhase),
            _ => {
                self.report(
                    FormulaError::new(
                        code::WRONG_TYPE,
                        format!(
                            "`{}` is not a number: it is compared with a name",
                            entry.name
                        ),
                        range,
                    )
                    .hint(format!("write `{}`", entry.signature)),
                );
                None
            }
        }
    }

    /// Is there enough of a trial here for this entry? Reports it if not.
    fn usable(&mut self, entry: &Builtin, range: &Range<usize>) -> bool {
        use super::functions::Readable;
        if self.scope.names.timeless && entry.readable != Readable::Anywhere {
            self.needs_time(entry.name, range.clone());
            return false;
        }
        if !self.scope.reads.offers(entry.readable) {
            let name = entry.name;
            if entry.readable == Readable::Path && self.scope.reads == Reads::State {
                let message = match self.inside {
                    Some(outer) => format!(
                        "`{name}` cannot stand inside `{outer}`, which reads the state at each moment"
                    ),
                    None => format!(
                        "`{name}` reads a finished trial, which only outcomes and metrics can"
                    ),
                };
                self.fault(code::NOT_READABLE, message, range.clone());
            } else {
                self.unreadable(format!("`{name}`"), range.clone());
            }
            return false;
        }
        true
    }

    /// Puts a metric in.
    fn metric(&mut self, name: &str, node: &Node) -> Option<Checked> {
        if self.scope.reads != Reads::Path {
            let message = match self.inside {
                Some(outer) => format!(
                    "the metric `{name}` cannot stand inside `{outer}`, which reads the state at each moment"
                ),
                None => {
                    format!("`{name}` is a metric, and only outcomes and metrics can read those")
                }
            };
            self.fault(code::NOT_READABLE, message, node.range.clone());
            return None;
        }
        // `None`: at fault itself, and reported there.
        let expr = self.scope.names.metrics.get(name)?.clone()?;
        self.inlined += expr.size();
        if self.inlined > LARGEST {
            self.fault(
                code::TOO_DEEP,
                format!("with the metrics that it names put in, the formula has more than {LARGEST} parts"),
                node.range.clone(),
            );
            return None;
        }
        Checked::plain(expr)
    }

    fn unknown_value(&mut self, name: &str, node: &Node) {
        let names = self.scope.names;
        let range = node.range.clone();
        let error = match names.elsewhere(name) {
            Some(thing) => FormulaError::new(
                code::WRONG_TYPE,
                format!("`{name}` is {}, not a number", thing.singular()),
                range,
            )
            .hint(match thing {
                Thing::Event => format!("write `count({name})`, `ever({name})` or `since({name})`"),
                Thing::Phase => format!("write `phase == {name}`"),
                Thing::State => format!("write `{name} == {}`", names.an_example(name)),
                _ => format!("write `trend == {name}`"),
            }),
            None => {
                let what = match self.scope.reads {
                    Reads::Trial if !names.per_trial.is_empty() => {
                        "no parameter or quantity of the trial is"
                    }
                    Reads::Parameters | Reads::Trial => "no parameter is",
                    Reads::State => "no parameter, indicator or derived value is",
                    Reads::Path => "no parameter, indicator, derived value or metric is",
                };
                let of_state = names.state_with(name).map(|state| {
                    format!("`{name}` is a value of the state `{state}`: write `{state} == {name}`")
                });
                FormulaError::new(code::UNKNOWN_NAME, format!("{what} named `{name}`"), range)
                    .hint_if(of_state.or_else(|| names.suggest_value(self.scope.reads, name)))
            }
        };
        self.report(error);
    }
}

#[cfg(test)]
mod tests;
