//! Comparisons of `phase`, `trend` and `start_trend` with names.

use super::{Checked, Checker};
use crate::expression::error::{FormulaError, code};
use crate::expression::functions::{Form, State, builtin};
use crate::expression::scope::{Thing, did_you_mean};
use crate::expression::syntax::{Kind, Node};
use crate::expression::tree::{Comparison, Expr};

impl Checker<'_> {
    /// `phase == talks`, `trend != escalation`.
    pub(super) fn state_comparison(
        &mut self,
        operator: Comparison,
        left: &Node,
        right: &Node,
        node: &Node,
    ) -> Option<Checked> {
        if !left.is_state_word() {
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
        let state = self.state_word(left);
        if !matches!(operator, Comparison::Equal | Comparison::NotEqual) {
            let word = self.excerpt(left);
            self.report(
                FormulaError::new(
                    code::WRONG_TYPE,
                    format!(
                        "{word}s have no order that `{}` could ask for",
                        operator.symbol()
                    ),
                    node.range.clone(),
                )
                .hint(format!("compare by `==`, `!=` or `{word} in [a, b]`")),
            );
            return None;
        }
        let state = state?;
        let member = self.member(state, right)?;
        let held = tree(state, vec![member]);
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
        if !subject.is_state_word() {
            let text = self.excerpt(subject);
            self.report(
                FormulaError::new(
                    code::WRONG_TYPE,
                    format!(
                        "`in` asks about `phase`, `trend` or `start_trend`, not about `{text}`"
                    ),
                    subject.range.clone(),
                )
                .hint(
                    did_you_mean(&text, ["phase", "trend", "start_trend"])
                        .unwrap_or_else(|| "for numbers, write `a <= x and x <= b`".into()),
                ),
            );
            return None;
        }
        let state = self.state_word(subject)?;
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
            .map(|member| self.member(state, member))
            .collect();
        let mut found = found.into_iter().collect::<Option<Vec<usize>>>()?;
        found.sort_unstable();
        found.dedup();
        Checked::plain(tree(state, found))
    }

    fn state_word(&mut self, node: &Node) -> Option<State> {
        let Kind::Name(name) = &node.kind else {
            return None;
        };
        let entry = builtin(name)?;
        let Form::State(state) = entry.form else {
            return None;
        };
        self.usable(entry, &node.range).then_some(state)
    }

    /// The index of a phase or trend that a formula names.
    fn member(&mut self, state: State, node: &Node) -> Option<usize> {
        let names = self.scope.names;
        let thing = match state {
            State::Phase => Thing::Phase,
            State::Trend | State::StartTrend => Thing::Trend,
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
}

fn tree(state: State, members: Vec<usize>) -> Expr {
    match state {
        State::Phase => Expr::PhaseIn(members),
        State::Trend => Expr::TrendIn(members),
        State::StartTrend => Expr::StartTrendIn(members),
    }
}
