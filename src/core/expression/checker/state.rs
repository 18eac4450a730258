//! Comparisons of `phase`, `trend`, `start_trend` and states with names, and since when they stand.

use super::{Checked, Checker};
use crate::expression::error::{FormulaError, code};
use crate::expression::functions::{Builtin, Form, State, builtin};
use crate::expression::scope::{Names, Reads, Thing, did_you_mean};
use crate::expression::syntax::{Kind, Node};
use crate::expression::tree::{Comparison, Expr};
use std::ops::Range;

/// What is compared with names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Subject {
    Word(State),
    /// A state by its index.
    State(usize),
}

impl Checker<'_> {
    /// `phase == talks`, `trend != escalation`.
    pub(super) fn state_comparison(
        &mut self,
        operator: Comparison,
        left: &Node,
        right: &Node,
        node: &Node,
    ) -> Option<Checked> {
        if !self.names_state(left) {
            let (word, name) = (self.excerpt(right), self.excerpt(left));
            self.report(
                FormulaError::new(
                    code::WRONG_TYPE,
                    format!("the name stands after `{word}`, not before it"),
                    node.range.clone(),
                )
                .hint(format!("write `{word} {} {name}`", operator.symbol())),
            );
            return None;
        }
        let subject = self.subject(left);
        if !matches!(operator, Comparison::Equal | Comparison::NotEqual) {
            let word = self.excerpt(left);
            self.report(
                FormulaError::new(
                    code::WRONG_TYPE,
                    match left.is_state_word() {
                        true => format!(
                            "{word}s have no order that `{}` could ask for",
                            operator.symbol()
                        ),
                        false => format!(
                            "the values of `{word}` have no order that `{}` could ask for",
                            operator.symbol()
                        ),
                    },
                    node.range.clone(),
                )
                .hint(format!("compare by `==`, `!=` or `{word} in [a, b]`")),
            );
            return None;
        }
        let subject = subject?;
        let member = self.member(subject, right)?;
        let held = tree(subject, vec![member]);
        Checked::plain(match operator {
            Comparison::Equal => held,
            _ => Expr::Not(Box::new(held)),
        })
    }

    /// `phase in [talks, truce]`.
    pub(super) fn membership(
        &mut self,
        subject: &Node,
        members: &[Node],
        node: &Node,
    ) -> Option<Checked> {
        if !self.names_state(subject) {
            let text = self.excerpt(subject);
            let words = ["phase", "trend", "start_trend"].into_iter();
            let states = self.scope.names.states.iter().map(String::as_str);
            self.report(
                FormulaError::new(
                    code::WRONG_TYPE,
                    format!(
                        "`in` asks about `phase`, `trend`, `start_trend` or a state, not about `{text}`"
                    ),
                    subject.range.clone(),
                )
                .hint(
                    did_you_mean(&text, words.chain(states))
                        .unwrap_or_else(|| "for numbers, write `a <= x and x <= b`".into()),
                ),
            );
            return None;
        }
        let of = self.subject(subject)?;
        if members.is_empty() {
            self.fault(
                code::SYNTAX,
                "the list is empty: nothing is in it",
                node.range.clone(),
            );
            return None;
        }
        let found: Vec<Option<usize>> = members
            .iter()
            .map(|member| self.member(of, member))
            .collect();
        let mut found = found.into_iter().collect::<Option<Vec<usize>>>()?;
        found.sort_unstable();
        found.dedup();
        Checked::plain(tree(of, found))
    }

    /// Does a piece name a state, the phase or the trend?
    pub(super) fn names_state(&self, node: &Node) -> bool {
        node.names_state(&self.scope.names.states)
    }

    fn subject(&mut self, node: &Node) -> Option<Subject> {
        let Kind::Name(name) = &node.kind else {
            return None;
        };
        if !node.is_state_word()
            && let Some(state) = self.scope.names.index(Thing::State, name)
        {
            return (self.state_is_readable(name, &node.range)).then_some(Subject::State(state));
        }
        let entry = builtin(name)?;
        let Form::State(state) = entry.form else {
            return None;
        };
        (self.usable(entry, &node.range)).then_some(Subject::Word(state))
    }

    fn state_is_readable(&mut self, name: &str, range: &Range<usize>) -> bool {
        let readable = self.scope.reads >= Reads::State;
        if !readable {
            self.unreadable(format!("`{name}` is a state, and states"), range.clone());
        }
        readable
    }

    /// `age(state)`.
    pub(super) fn age(
        &mut self,
        entry: &'static Builtin,
        name_range: &Range<usize>,
        argument: &Node,
    ) -> Option<Checked> {
        if !self.usable(entry, name_range) {
            return None;
        }
        if let Some(since) = self.time_since_move(argument) {
            return since;
        }
        let text = self.excerpt(argument);
        let states = self.scope.names.states.iter().map(String::as_str);
        let meant = did_you_mean(&text, ["phase"].into_iter().chain(states));
        let message = format!("`age` takes the name of a state, or `phase`, not `{text}`");
        let error = FormulaError::new(code::WRONG_TYPE, message, argument.range.clone());
        self.report(error.hint_if(meant));
        None
    }

    /// The time since the phase or a state last moved; `None` if the piece names neither.
    pub(super) fn time_since_move(&mut self, node: &Node) -> Option<Option<Checked>> {
        let Kind::Name(word) = &node.kind else {
            return None;
        };
        if word != "phase" && self.scope.names.index(Thing::State, word).is_none() {
            return None;
        }
        Some(self.subject(node).and_then(|subject| {
            Checked::plain(match subject {
                Subject::State(state) => Expr::Age(state),
                Subject::Word(_) => Expr::TimeInPhase,
            })
        }))
    }

    /// The index of a phase, a trend or a value that a formula names.
    fn member(&mut self, of: Subject, node: &Node) -> Option<usize> {
        let names = self.scope.names;
        let thing = match of {
            Subject::Word(State::Phase) => Thing::Phase,
            Subject::Word(State::Trend | State::StartTrend) => Thing::Trend,
            Subject::State(state) => return self.value_of_state(state, node),
        };
        let noun = thing.noun();
        let Kind::Name(name) = &node.kind else {
            let text = self.excerpt(node);
            self.fault(
                code::WRONG_TYPE,
                format!("expected the name of {}, found `{text}`", thing.singular()),
                node.range.clone(),
            );
            return None;
        };
        let index = names.index(thing, name);
        if index.is_none() {
            let other = [Thing::Phase, Thing::Trend]
                .into_iter()
                .find(|other| *other != thing && names.index(*other, name).is_some());
            self.report(
                FormulaError::new(
                    code::UNKNOWN_NAME,
                    format!("no {noun} is named `{name}`"),
                    node.range.clone(),
                )
                .hint_if(
                    other
                        .map(|other| format!("`{name}` is {}", other.singular()))
                        .or_else(|| names.suggest(thing, name)),
                ),
            );
        }
        index
    }

    fn value_of_state(&mut self, state: usize, node: &Node) -> Option<usize> {
        let names = self.scope.names;
        let of = &names.states[state];
        let Kind::Name(name) = &node.kind else {
            let message = format!(
                "expected a value of the state `{of}`, found `{}`",
                self.excerpt(node)
            );
            self.fault(code::WRONG_TYPE, message, node.range.clone());
            return None;
        };
        let index = names.value_of(state, name);
        if index.is_none() {
            let message = format!("the state `{of}` has no value `{name}`");
            self.report(
                FormulaError::new(code::UNKNOWN_NAME, message, node.range.clone())
                    .hint(no_value(names, state, name)),
            );
        }
        index
    }
}

/// What may have been meant by a name that is no value of a state.
fn no_value(names: &Names, state: usize, name: &str) -> String {
    let values = &names.values[state];
    did_you_mean(name, values.iter().map(String::as_str))
        .or_else(|| {
            Some(format!(
                "`{name}` is a value of the state `{}`",
                names.state_with(name)?
            ))
        })
        .unwrap_or_else(|| format!("its values are `{}`", values.join("`, `")))
}

fn tree(of: Subject, members: Vec<usize>) -> Expr {
    match of {
        Subject::Word(State::Phase) => Expr::PhaseIn(members),
        Subject::Word(State::Trend) => Expr::TrendIn(members),
        Subject::Word(State::StartTrend) => Expr::StartTrendIn(members),
        Subject::State(state) => Expr::StateIn(state, members),
    }
}
