//! Readings of the finished path, and the arguments that are told by name.

use super::{Checked, Checker};
use crate::expression::error::{FormulaError, code};
use crate::expression::functions::{Builtin, OfEvent, Reading};
use crate::expression::scope::{Reads, Thing, did_you_mean};
use crate::expression::syntax::{Kind, Named, Node};
use crate::expression::times::{Sort, sort};
use crate::expression::tree::{Expr, PathReading};
use crate::time::calendar::{self, SAME_INSTANT_IN_YEARS};
use std::ops::Range;

/// How an instant is written.
const WRITTEN: &str = "write a day (`2026-06-30`), or a time since the start (`6 months`)";

/// Which end of a window a day is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    /// The instant at which it begins.
    Begin,
    /// All of it counts.
    End,
}

impl Checker<'_> {
    /// Reports named arguments that a function does not take, or has been given already.
    pub(super) fn names_fit(&mut self, entry: &'static Builtin, named: &[Named]) -> bool {
        let takes = entry.named_arguments();
        let before = self.errors.len();
        for (i, argument) in named.iter().enumerate() {
            let name = &argument.name;
            let range = argument.name_range.clone();
            if !takes.contains(&name.as_str()) {
                let message = format!("`{}` has no argument `{name}:`", entry.name);
                let hint = match takes {
                    [] => Some(format!("write `{}`", entry.signature)),
                    _ => did_you_mean(name, takes.iter().copied()).or_else(|| {
                        let list: Vec<String> = takes.iter().map(|t| format!("`{t}:`")).collect();
                        Some(format!("it takes {}", list.join(" and ")))
                    }),
                };
                self.report(FormulaError::new(code::ARGUMENT_COUNT, message, range).hint_if(hint));
            } else if named[..i].iter().any(|n| n.name == *name) {
                let message = format!("`{name}:` stands twice");
                self.fault(code::ARGUMENT_COUNT, message, range);
            }
        }
        self.errors.len() == before
    }

    pub(super) fn reading(
        &mut self,
        reading: Reading,
        entry: &'static Builtin,
        name_range: &Range<usize>,
        argument: &Node,
        named: &[Named],
    ) -> Option<Checked> {
        if reading == Reading::TimeIn
            && let Some(since) = self.time_since_move(argument)
        {
            return since;
        }
        if !self.usable(entry, name_range) {
            return None;
        }
        let inner = self.within(entry.name, |checker| match reading {
            Reading::TimeIn | Reading::Share => checker.truth(argument),
            _ => Some(checker.finite(argument)?.expr),
        });
        let rate = match named.first() {
            Some(rate) => Some(self.discount(&rate.value)?),
            None => None,
        };
        let inner = Box::new(inner?);
        Checked::plain(Expr::Path(match reading {
            Reading::Final => PathReading::Final(inner),
            Reading::Highest => PathReading::Highest(inner),
            Reading::Lowest => PathReading::Lowest(inner),
            Reading::Average => PathReading::Average(inner),
            Reading::TimeIn => PathReading::TimeIn(inner),
            Reading::Share => PathReading::Share(inner),
            Reading::Total => PathReading::Total(inner, rate),
            // Has a way of its own.
            Reading::At => return None,
        }))
    }

    /// A rate of discount, which is the same all along a trial.
    fn discount(&mut self, rate: &Node) -> Option<Box<Expr>> {
        let reads = std::mem::replace(&mut self.scope.reads, Reads::Parameters);
        let why = std::mem::replace(
            &mut self.scope.why,
            "a rate of discount is of numbers and parameters",
        );
        let checked = self.finite(rate);
        self.scope.reads = reads;
        self.scope.why = why;
        Some(Box::new(checked?.expr))
    }

    /// `at(x, 2026-06-30)`.
    pub(super) fn at_instant(
        &mut self,
        entry: &'static Builtin,
        name_range: &Range<usize>,
        arguments: &[Node],
    ) -> Option<Checked> {
        let [what, when] = arguments else { return None };
        if !self.usable(entry, name_range) {
            return None;
        }
        let outer = self.inside.replace(entry.name);
        let inner = self.node(what);
        self.inside = outer;
        let time = self.instant(when, Of::Begin);
        let inner = inner?;
        if inner.reach.source().is_some() {
            self.finite(what)?;
        }
        let is_at = |e: &Expr| matches!(e, Expr::Path(PathReading::At(..)));
        if inner.expr.any(&is_at) {
            let message = "`at` cannot stand inside `at`: one instant is enough";
            self.fault(code::NOT_READABLE, message, what.range.clone());
            return None;
        }
        Checked::plain(Expr::Path(PathReading::At(Box::new(inner.expr), time?)))
    }

    /// `count` within a window, `first` after another event.
    pub(super) fn of_event_told(
        &mut self,
        of: OfEvent,
        entry: &'static Builtin,
        name_range: &Range<usize>,
        argument: &Node,
        named: &[Named],
    ) -> Option<Checked> {
        let told = |name: &str| named.iter().find(|n| n.name == name);
        if self.scope.reads != Reads::Path {
            let message = match self.inside {
                Some(outer) => format!(
                    "`{}` with `{}:` cannot stand inside `{outer}`, which reads the state at each moment",
                    entry.name, named[0].name
                ),
                None => format!(
                    "`{}` with `{}:` reads a finished trial, which only outcomes and metrics can",
                    entry.name, named[0].name
                ),
            };
            self.fault(code::NOT_READABLE, message, name_range.clone());
            return None;
        }
        let event = self.event(argument);
        if of == OfEvent::First {
            let after = self.event(&told("after")?.value);
            let (event, after) = (event?, after?);
            return Checked::plain(Expr::Path(PathReading::FirstAfter { event, after }));
        }
        let from = told("from").map(|n| (n, self.instant(&n.value, Of::Begin)));
        let to = told("to").map(|n| (n, self.instant(&n.value, Of::End)));
        let low = from.as_ref().map_or(Some(f64::NEG_INFINITY), |(_, t)| *t);
        let high = to.as_ref().map_or(Some(f64::INFINITY), |(_, t)| *t);
        let (event, low, high) = (event?, low?, high?);
        if low > high {
            let range = to.map_or(argument.range.clone(), |(n, _)| n.value.range.clone());
            let message = "the window ends before it begins";
            self.fault(code::DATE, message, range);
            return None;
        }
        Checked::plain(Expr::Path(PathReading::CountWithin {
            event,
            from: low,
            to: high,
        }))
    }

    /// The event that a piece names.
    fn event(&mut self, node: &Node) -> Option<usize> {
        if let Some(found) = self.move_named(node) {
            return found;
        }
        let names = self.scope.names;
        let Kind::Name(name) = &node.kind else {
            let text = self.excerpt(node);
            let message = format!("expected the name of an event, found `{text}`");
            self.fault(code::WRONG_TYPE, message, node.range.clone());
            return None;
        };
        let found = names.index(Thing::Event, name);
        if found.is_none() {
            let message = format!("no event is named `{name}`");
            let error = FormulaError::new(code::UNKNOWN_NAME, message, node.range.clone());
            self.report(error.hint_if(names.suggest(Thing::Event, name)));
        }
        found
    }

    /// An instant of the trial that is known beforehand, in years since the start.
    fn instant(&mut self, node: &Node, of: Of) -> Option<f64> {
        let text = self.excerpt(node);
        match sort(node) {
            Sort::Written => {}
            Sort::Bare => {
                let message =
                    format!("`{text}` has no unit: an instant is a day, or a time since the start");
                let error = FormulaError::new(code::WRONG_TYPE, message, node.range.clone());
                self.report(error.hint(WRITTEN));
                return None;
            }
            _ => {
                let message = format!("`{text}` is not an instant that is known beforehand");
                let error = FormulaError::new(code::WRONG_TYPE, message, node.range.clone());
                self.report(error.hint(WRITTEN));
                return None;
            }
        }
        let checked = self.number(node)?;
        let after_start = self.after_start(checked.timed.as_deref()).map(Expr::Number);
        let Expr::Number(mut time) = after_start.unwrap_or(checked.expr) else {
            let message = format!("`{text}` is not an instant that is known beforehand");
            self.fault(code::WRONG_TYPE, message, node.range.clone());
            return None;
        };
        let horizon = self.scope.names.horizon.unwrap_or(f64::INFINITY);
        if time < 0.0 || time > horizon + SAME_INSTANT_IN_YEARS {
            let message = if time < 0.0 {
                format!("`{text}` lies before the start")
            } else {
                format!("`{text}` lies after the horizon, where no trial gets to")
            };
            self.fault(code::DATE, message, node.range.clone());
            return None;
        }
        if let (Of::End, Kind::Day(day), Some(start)) = (of, &node.kind, self.scope.names.start) {
            time = calendar::last_instant(start, *day);
        }
        Some(time)
    }

    /// Checks the inside of a path reading, which sees the state at each moment and no path.
    pub(super) fn within<T>(
        &mut self,
        name: &'static str,
        check: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let reads = std::mem::replace(&mut self.scope.reads, Reads::State);
        let inside = self.inside.replace(name);
        let checked = check(self);
        self.scope.reads = reads;
        self.inside = inside;
        checked
    }
}
