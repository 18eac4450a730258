//! Calls: argument counts and types by the table of built-in functions, events by name, readings of
//! the finished path.

use super::reach::Reach;
use super::{Checked, Checker};
use crate::expression::error::{FormulaError, code};
use crate::expression::functions::{BUILTINS, Builtin, Form, OfEvent, Reading, builtin};
use crate::expression::scope::{Reads, Thing, did_you_mean};
use crate::expression::syntax::{Binary, Kind, Named, Node};
use crate::expression::tree::{Comparison, Expr, Function, PathReading};
use std::ops::Range;

impl Checker<'_> {
    pub(super) fn call(
        &mut self,
        name: &str,
        name_range: &Range<usize>,
        (arguments, named): (&[Node], &[Named]),
        node: &Node,
    ) -> Option<Checked> {
        if let Some(found) = self.table_call(name, name_range, (arguments, named), node) {
            return found;
        }
        let Some(entry) = builtin(name).filter(|entry| entry.is_function()) else {
            self.no_function(name, name_range);
            let told = named.iter().map(|n| &n.value);
            for argument in arguments.iter().chain(told) {
                self.node(argument);
            }
            return None;
        };
        let (least, most) = match entry.form {
            Form::Numeric(_, least, most) => (least, most),
            Form::If => (3, 3),
            Form::Reading(Reading::At) => (2, 2),
            _ => (1, 1),
        };
        if !(least..=most).contains(&arguments.len()) {
            self.wrong_count(entry, least, most, arguments.len(), node.range.clone());
            return None;
        }
        if !self.names_fit(entry, named) {
            return None;
        }
        match entry.form {
            Form::OfEvent(of) if !named.is_empty() => {
                self.of_event_told(of, entry, name_range, &arguments[0], named)
            }
            Form::Reading(Reading::At) => self.at_instant(entry, name_range, arguments),
            Form::Numeric(function, ..) => self.numeric(function, arguments, node),
            Form::If => self.choice(arguments, node),
            Form::Age => self.age(entry, name_range, &arguments[0]),
            Form::OfEvent(of) => self.of_event(of, entry, name_range, &arguments[0]),
            Form::Reading(reading) => {
                self.reading(reading, entry, name_range, &arguments[0], named)
            }
            _ => None,
        }
    }

    fn no_function(&mut self, name: &str, range: &Range<usize>) {
        let names = self.scope.names;
        let known = names
            .value(name)
            .map(|(thing, _)| thing)
            .or_else(|| names.elsewhere(name));
        let error = |message| FormulaError::new(code::UNKNOWN_NAME, message, range.clone());
        self.report(if let Some(entry) = builtin(name) {
            error(format!("`{name}` is not a function"))
                .hint(format!("write `{}`", entry.signature))
        } else if let Some(thing) = known {
            error(format!("`{name}` is {}, not a function", thing.singular()))
                .hint("a product is written with `*`".to_owned())
        } else {
            let functions = BUILTINS.iter().filter(|b| b.is_function()).map(|b| b.name);
            let other = match name.to_lowercase().as_str() {
                "log" => {
                    Some("`ln(x)` is the natural logarithm, `log10(x)` the decimal one".to_owned())
                }
                "pow" | "power" => Some("powers are written `a ^ b`".to_owned()),
                "mean" | "avg" => Some("did you mean `average`?".to_owned()),
                "iif" | "ifelse" | "where" => Some("did you mean `if`?".to_owned()),
                _ => did_you_mean(name, functions),
            };
            error(format!("no function is named `{name}`")).hint_if(other)
        });
    }

    fn wrong_count(
        &mut self,
        entry: &Builtin,
        least: usize,
        most: usize,
        given: usize,
        range: Range<usize>,
    ) {
        let wanted = match (least, most) {
            (1, 1) => "1 argument".to_owned(),
            (least, most) if least == most => format!("{least} arguments"),
            (least, _) => format!("at least {least} arguments"),
        };
        self.report(
            FormulaError::new(
                code::ARGUMENT_COUNT,
                format!("`{}` takes {wanted}, found {given}", entry.name),
                range,
            )
            .hint(format!("write `{}`", entry.signature)),
        );
    }

    fn numeric(&mut self, function: Function, arguments: &[Node], node: &Node) -> Option<Checked> {
        let checked: Vec<Option<Checked>> = arguments
            .iter()
            .map(|argument| {
                if function != Function::Exp {
                    return self.finite(argument);
                }
                let inner = self.number(argument)?;
                if let Reach::Up(since) = &inner.reach {
                    let text = self.text.get(since.clone()).unwrap_or_default().to_owned();
                    self.report(
                        FormulaError::new(
                            code::NOT_FINITE,
                            format!("`{text}` is infinite before the event's first firing, and so is this `exp`"),
                            argument.range.clone(),
                        )
                        .hint(format!("write `exp(-{text})` for something that fades after a firing")),
                    );
                    return None;
                }
                Some(inner)
            })
            .collect();
        let checked = checked.into_iter().collect::<Option<Vec<Checked>>>()?;
        let timed = self.timed_call(function, &checked);
        let checked: Vec<Expr> = checked.into_iter().map(|argument| argument.expr).collect();
        if let (Function::Clamp, [_, Expr::Number(low), Expr::Number(high)]) =
            (function, checked.as_slice())
            && low > high
        {
            self.fault(
                code::NOT_FINITE,
                format!("`clamp` cannot hold its value between {low} and {high}: the lower bound is above the upper one"),
                arguments[1].range.start..arguments[2].range.end,
            );
            return None;
        }
        let called = self.folded(Expr::Call(function, checked), Reach::Finite, node)?;
        Some(called.counting(timed))
    }

    fn choice(&mut self, arguments: &[Node], node: &Node) -> Option<Checked> {
        let condition = self.truth(&arguments[0]);
        let branches = [&arguments[1], &arguments[2]].map(|branch| {
            let before = self.errors.len();
            let checked = self.node(branch)?;
            if checked.expr.is_truth() {
                return Some(checked);
            }
            // Only to report an infinity: the branch itself is known to be a number.
            if checked.reach.source().is_some() {
                self.errors.truncate(before);
                return self.finite(branch);
            }
            Some(checked)
        });
        let [then, otherwise] = branches;
        let (condition, then, otherwise) = (condition?, then?, otherwise?);
        let timed = self.timed_if(&condition, &then, &otherwise);
        let (then, otherwise) = (then.expr, otherwise.expr);
        if then.is_truth() != otherwise.is_truth() {
            let (odd, is) = if then.is_truth() {
                (&arguments[2], "a number, and the first branch a condition")
            } else {
                (&arguments[2], "a condition, and the first branch a number")
            };
            let text = self.excerpt(odd);
            self.fault(
                code::WRONG_TYPE,
                format!("both branches of `if` must be of one kind: `{text}` is {is}"),
                odd.range.clone(),
            );
            return None;
        }
        let chosen = Expr::If(Box::new(condition), Box::new(then), Box::new(otherwise));
        Some(self.folded(chosen, Reach::Finite, node)?.counting(timed))
    }

    /// `count`, `ever`, `since`, `first`: of an event, the latter also of a condition on a finished
    /// trial.
    fn of_event(
        &mut self,
        of: OfEvent,
        entry: &'static Builtin,
        name_range: &Range<usize>,
        argument: &Node,
    ) -> Option<Checked> {
        if !self.usable(entry, name_range) {
            return None;
        }
        let takes_condition = matches!(of, OfEvent::Ever | OfEvent::First);
        let names = self.scope.names;
        if let Some(event) = self.move_named(argument) {
            return self.of_index(of, event?, name_range, argument);
        }
        if let Kind::Name(name) = &argument.kind
            && (builtin(name).is_none() || names.index(Thing::Event, name).is_some())
        {
            let Some(event) = names.index(Thing::Event, name) else {
                let mut error = FormulaError::new(
                    code::UNKNOWN_NAME,
                    format!("no event is named `{name}`"),
                    argument.range.clone(),
                )
                .hint_if(names.suggest(Thing::Event, name));
                if takes_condition && names.value(name).is_some() {
                    error = error.hint(format!(
                        "a condition compares: `{}({name} > 0)`",
                        entry.name
                    ));
                } else if names.index(Thing::Phase, name).is_some() {
                    error = error.hint(format!(
                        "a phase is a condition: `{}(phase == {name})`",
                        entry.name
                    ));
                }
                self.report(error);
                return None;
            };
            return self.of_index(of, event, name_range, argument);
        }
        if takes_condition && self.scope.reads == Reads::Path {
            let condition = Box::new(self.within(entry.name, |checker| checker.truth(argument))?);
            return Checked::plain(Expr::Path(match of {
                OfEvent::First => PathReading::FirstWhen(condition),
                _ => PathReading::EverWhen(condition),
            }));
        }
        let name = entry.name;
        let message = if self.inside.is_some() || !takes_condition {
            format!("`{name}` takes the name of an event here")
        } else {
            format!(
                "`{name}` of a condition reads a finished trial, which only outcomes and metrics can; of an event it can be used everywhere"
            )
        };
        self.fault(code::NOT_READABLE, message, argument.range.clone());
        None
    }

    /// What is read of an event.
    fn of_index(
        &self,
        of: OfEvent,
        event: usize,
        name_range: &Range<usize>,
        argument: &Node,
    ) -> Option<Checked> {
        match of {
            OfEvent::Count => Checked::plain(Expr::Count(event)),
            OfEvent::Ever => Checked::plain(Expr::Ever(event)),
            OfEvent::First => Checked::plain(Expr::Path(PathReading::FirstEvent(event))),
            OfEvent::Since => Some(Checked {
                expr: Expr::Since(event),
                reach: if self.scope.names.fired.contains(&event) {
                    Reach::Finite
                } else {
                    Reach::Up(name_range.start..argument.range.end + self.closing(argument))
                },
                timed: None,
            }),
        }
    }

    /// The move of a state (`front.static>moving`) or the shift of a trend (`calm>tense`) that a
    /// piece names, which fires as an event does; `Some(None)` if there is none of that name, which
    /// is reported; `None` for any other piece.
    pub(super) fn move_named(&mut self, node: &Node) -> Option<Option<usize>> {
        let Kind::Binary(Binary::Compare(Comparison::Greater), from, to) = &node.kind else {
            return None;
        };
        let (Kind::Name(from), Kind::Name(to)) = (&from.kind, &to.kind) else {
            return None;
        };
        let names = self.scope.names;
        let name = format!("{from}>{to}");
        if let Some(event) = names.index(Thing::Event, &name) {
            let is_condition = names.value(from).is_some();
            return (!is_condition).then_some(Some(event));
        }
        let (state, _) = from.split_once('.')?;
        names.index(Thing::State, state)?;
        let moves = names.events.iter().filter(|event| event.contains('>'));
        let near = did_you_mean(&name, moves.map(String::as_str));
        let message = format!("no move is named `{name}`");
        let error = FormulaError::new(code::UNKNOWN_NAME, message, node.range.clone());
        self.report(error.hint_if(near).hint(
            "moves by a hazard (`moves`) or at the end of a step (`each_step`) have names; those that events make are counted by the events",
        ));
        Some(None)
    }

    /// Bytes from the end of the last argument to the end of its closing bracket.
    fn closing(&self, argument: &Node) -> usize {
        let rest = self.text.get(argument.range.end..).unwrap_or_default();
        rest.find(')').map_or(0, |at| at + 1)
    }
}
