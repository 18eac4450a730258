//! Derived values, metrics, outcomes and questions: formulas that others may name.
//!
//! Derived values may read one another, and so may metrics; a circle among them is a fault that
//! names its members.

use super::formulas::{PATH, SO_FAR, STATE};
use super::{Builder, canonical, titled};
use crate::diagnostic::{Diagnostic, Place, pointer};
use crate::expression::{self, Expr, Node, Scope, Wanted};
use crate::model::bounds::Bounds;
use crate::model::types::{
    Asks, Conditional, Derived, Group, Mean, Metric, Outcome, Question, Ratio,
};
use crate::scenario::{self, NumberOrFormula};
use std::collections::BTreeMap;

/// A way out of a circle.
const BY_AN_INDICATOR: &str = "break the circle, for instance by an indicator that an event sets";
/// Nodes of all metrics, or of all outcome rules, at most.
const MOST_PARTS: usize = 1_000_000;

impl Builder<'_> {
    /// Derived values in canonical order, and the order in which to compute them. `None` if one is
    /// at fault.
    pub fn build_derived(&mut self) -> Option<(Vec<Derived>, Vec<usize>)> {
        let s = self.scenario;
        let built: Vec<Option<Derived>> = canonical(&s.derived)
            .into_iter()
            .map(|(display, name, derived)| {
                let value = self.coefficient(&derived.value, STATE, Bounds::ANY)?;
                Some(Derived {
                    name: name.clone(),
                    title: titled(&derived.title, name),
                    unit: derived.unit.clone().unwrap_or_default(),
                    display,
                    value,
                })
            })
            .collect();
        // A circle is worth reporting even if some other derived value is at fault.
        let reads: Vec<Vec<usize>> = built
            .iter()
            .map(|derived| {
                let mut read = Vec::new();
                if let Some(derived) = derived {
                    derived.value.visit(&mut |e| {
                        if let Expr::Derived(index) = e {
                            read.push(*index);
                        }
                    });
                }
                read.sort_unstable();
                read.dedup();
                read
            })
            .collect();
        let names = self.names.derived.clone();
        let order = match ordered(&reads) {
            Ok(order) => order,
            Err(circles) => {
                self.circles(
                    &circles,
                    &names,
                    "/derived",
                    ["derived value", "derived values"],
                    BY_AN_INDICATOR,
                );
                return None;
            }
        };
        Some((built.into_iter().collect::<Option<Vec<_>>>()?, order))
    }

    /// Metrics in the order of the file, each with the metrics that it names put in.
    pub fn build_metrics(&mut self) -> Vec<Metric> {
        let s = self.scenario;
        let items = canonical(&s.metrics);
        let parsed: Vec<_> = items
            .iter()
            .map(|(_, _, metric)| match &metric.value.value {
                NumberOrFormula::Number(_) => None,
                NumberOrFormula::Formula(text) => Some(expression::parse(text)),
            })
            .collect();
        let names: Vec<String> = items.iter().map(|(_, name, _)| (*name).clone()).collect();
        let reads: Vec<Vec<usize>> = parsed
            .iter()
            .map(|parsed| {
                parsed
                    .as_ref()
                    .map_or_else(Vec::new, |p| named(&p.root, &names, &self.names.states))
            })
            .collect();
        let order = match ordered(&reads) {
            Ok(order) => order,
            Err(circles) => {
                self.circles(
                    &circles,
                    &names,
                    "/metrics",
                    ["metric", "metrics"],
                    BY_AN_INDICATOR,
                );
                let bad: Vec<usize> = circles.into_iter().flatten().collect();
                // The others are checked all the same; what reads a circle is silently at fault
                // with it.
                let cut: Vec<Vec<usize>> = reads
                    .iter()
                    .enumerate()
                    .map(|(i, read)| {
                        if bad.contains(&i) {
                            Vec::new()
                        } else {
                            read.clone()
                        }
                    })
                    .collect();
                let order = ordered(&cut).unwrap_or_default();
                order.into_iter().filter(|i| !bad.contains(i)).collect()
            }
        };
        let mut built: BTreeMap<usize, Metric> = BTreeMap::new();
        let mut parts = 0;
        for index in order {
            let (display, name, metric) = items[index];
            if let Some(value) = self.metric_value(metric, parsed[index].as_ref()) {
                parts += value.size();
                if parts > MOST_PARTS {
                    self.too_large(&metric.value.pointer, "metrics");
                    break;
                }
                self.names.metrics.insert(name.clone(), Some(value.clone()));
                built.insert(
                    display,
                    Metric {
                        name: name.clone(),
                        title: titled(&metric.title, name),
                        unit: metric.unit.clone().unwrap_or_default(),
                        value,
                        mean: Mean::Steady,
                        full: metric.full,
                    },
                );
            }
        }
        built.into_values().collect()
    }

    /// Ratios of means in the order of the file.
    pub fn build_ratios(&mut self, metrics: &[Metric]) -> Vec<Ratio> {
        let s = self.scenario;
        let mut metric = |named: &scenario::Reference| {
            let found = metrics.iter().position(|m| m.name == named.value);
            if found.is_none() && !s.metrics.contains_key(&named.value) {
                let message = format!("no metric is named `{}`", named.value);
                let report = Diagnostic::error("unknown-name", named.place(), message);
                let names = s.metrics.keys().map(String::as_str);
                self.report(report.suggest(&named.value, names));
            }
            found
        };
        (s.ratios.iter())
            .filter_map(|(name, ratio)| {
                let (of, over) = (metric(&ratio.of), metric(&ratio.over));
                Some(Ratio {
                    name: name.clone(),
                    title: titled(&ratio.title, name),
                    unit: ratio.unit.clone().unwrap_or_default(),
                    of: of?,
                    over: over?,
                })
            })
            .collect()
    }

    fn metric_value(
        &mut self,
        metric: &scenario::Metric,
        parsed: Option<&expression::Parsed>,
    ) -> Option<Expr> {
        let Some(parsed) = parsed else {
            return self.number(&metric.value, PATH, Bounds::ANY);
        };
        let scope = Scope {
            names: &self.names,
            reads: PATH.reads,
            why: PATH.why,
        };
        match expression::check(parsed, &scope, Wanted::Number) {
            Ok(value) => Some(value),
            Err(errors) => {
                self.formula_errors(errors, &metric.value.pointer);
                None
            }
        }
    }

    /// Reports the circles in which things of a section read one another, with a way out.
    pub fn circles(
        &mut self,
        circles: &[Vec<usize>],
        names: &[String],
        section: &str,
        [noun, plural]: [&str; 2],
        hint: &str,
    ) {
        for circle in circles {
            let Some(first) = circle.first() else {
                continue;
            };
            let path: Vec<String> = circle
                .iter()
                .chain([first])
                .map(|i| format!("`{}`", names[*i]))
                .collect();
            let message = if circle.len() == 1 {
                format!("the {noun} {} reads itself", path[0])
            } else {
                format!(
                    "{plural} read one another in a circle: {}",
                    path.join(" → ")
                )
            };
            let place = |i: usize| Place::value(pointer::join(section, &names[i]));
            let mut report = Diagnostic::error("circular-definition", place(*first), message);
            for other in &circle[1..] {
                report = report.related(place(*other), "part of the circle");
            }
            self.report(report.hint(hint));
        }
    }

    /// Groups of outcomes in the order of the file.
    pub fn build_groups(&mut self) -> Vec<Group> {
        let s = self.scenario;
        for name in s.groups.keys() {
            let stated = s.outcomes.iter().filter_map(|o| o.group.as_ref());
            if !stated.clone().any(|group| group.value == *name) {
                let place = Place::key(pointer::join("/groups", name));
                let message = format!("no outcome is in the group `{name}`");
                let names = stated.map(|group| group.value.as_str());
                self.report(
                    Diagnostic::warning("empty-group", place, message)
                        .suggest(name, names)
                        .hint(format!("write `\"group\": \"{name}\"` in an outcome")),
                );
            }
        }
        (s.groups.iter())
            .map(|(name, group)| Group {
                name: name.clone(),
                title: titled(&group.title, name),
            })
            .collect()
    }

    /// The group that an outcome names.
    fn group_of(&mut self, outcome: &scenario::Outcome) -> Option<usize> {
        let groups = &self.scenario.groups;
        let named = outcome.group.as_ref()?;
        let index = groups.get_index_of(&named.value);
        if index.is_none() {
            let message = format!("no group is named `{}`", named.value);
            let mut report = Diagnostic::error("unknown-name", named.place(), message);
            report = if groups.is_empty() {
                report.hint(format!(
                    "add `\"groups\": {{\"{}\": {{\"title\": …}}}}`",
                    named.value
                ))
            } else {
                report.suggest(&named.value, groups.keys().map(String::as_str))
            };
            self.report(report);
        }
        index
    }

    /// Outcome rules in the order of the file.
    pub fn build_outcomes(&mut self) -> Vec<Outcome> {
        let s = self.scenario;
        if s.outcomes.is_empty() && s.start.is_some() {
            self.report(
                Diagnostic::warning(
                    "no-outcomes",
                    Place::value(""),
                    "the scenario has no outcomes, so every trial is reported as `unclassified`",
                )
                .hint("add `\"outcomes\": [{\"name\": …, \"when\": …}]`"),
            );
        }
        let mut built = Vec::new();
        let mut parts = 0;
        for outcome in &s.outcomes {
            let group = self.group_of(outcome);
            let Some(when) = self.condition(&outcome.when, PATH) else {
                continue;
            };
            parts += when.size();
            if parts > MOST_PARTS {
                self.too_large(&outcome.when.pointer, "outcomes");
                break;
            }
            built.push(Outcome {
                name: outcome.name.value.clone(),
                title: titled(&outcome.title, &outcome.name.value),
                group,
                when,
            });
        }
        built
    }

    /// Each formula may be within its limit, and all of them beyond what memory takes.
    fn too_large(&mut self, pointer: &str, nouns: &str) {
        let message = format!(
            "with the metrics that they name put in, the {nouns} have more than {MOST_PARTS} parts in all"
        );
        self.report(
            Diagnostic::error("formula-too-deep", Place::value(pointer), message)
                .hint("put what they share into a derived value, which is computed once"),
        );
    }

    /// Questions in the order of the file: those about all trials, and those about some.
    pub fn build_questions(&mut self) -> (Vec<Question>, Vec<Conditional>) {
        let s = self.scenario;
        let (mut all, mut some) = (Vec::new(), Vec::new());
        for (name, question) in &s.questions {
            let built = self.question(name, question);
            let Some(stated) = &question.given else {
                all.extend(built);
                continue;
            };
            let given = self.condition(stated, SO_FAR);
            if let (Some(question), Some(given)) = (built, given)
                && self.looks_back(&given, question.asks.time(), stated.place())
            {
                some.push(Conditional {
                    question,
                    given,
                    text: stated.value.clone(),
                });
            }
        }
        (all, some)
    }

    fn question(&mut self, name: &str, question: &scenario::Question) -> Option<Question> {
        let (condition, stated, whole_day) = match &question.asks {
            scenario::Asks::EverBy { condition, by } => (condition, by, true),
            scenario::Asks::HoldsAt { condition, at } => (condition, at, false),
        };
        let context = if whole_day { STATE } else { SO_FAR };
        let place = condition.place();
        let condition = self.condition(condition, context);
        let (date, time) = match stated {
            Some(date) => (date.value, self.question_time(date, whole_day)?),
            None => {
                let clock = self.clock.as_ref()?;
                (clock.date_at(clock.horizon), clock.horizon)
            }
        };
        let condition = condition?;
        if !self.looks_back(&condition, time, place) {
            return None;
        }
        Some(Question {
            name: name.to_owned(),
            title: titled(&question.title, name),
            condition,
            asks: if whole_day {
                Asks::EverBy { date, time }
            } else {
                Asks::HoldsAt { date, time }
            },
            dated: stated.is_some(),
        })
    }
}

/// Which of these names a formula reads as values, by index in the sorted list.
fn named(root: &Node, names: &[String], states: &[String]) -> Vec<usize> {
    let mut found: Vec<usize> = root
        .value_names(states)
        .into_iter()
        .filter_map(|(name, _)| names.binary_search_by(|n| n.as_str().cmp(name)).ok())
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// An order in which each item comes after those that it reads.
///
/// # Errors
/// The circles that were met, each as the items that read one another in turn.
pub fn ordered(reads: &[Vec<usize>]) -> Result<Vec<usize>, Vec<Vec<usize>>> {
    #[derive(Clone, Copy, PartialEq)]
    enum Mark {
        New,
        Open,
        Done,
    }
    let mut marks = vec![Mark::New; reads.len()];
    let mut order = Vec::with_capacity(reads.len());
    let mut circles = Vec::new();
    for root in 0..reads.len() {
        if marks[root] != Mark::New {
            continue;
        }
        // An explicit stack: a chain of thousands of values must not overflow that of the thread.
        let mut path: Vec<(usize, usize)> = vec![(root, 0)];
        marks[root] = Mark::Open;
        while let Some((item, next)) = path.last_mut() {
            let item = *item;
            match reads[item].get(*next).copied() {
                None => {
                    marks[item] = Mark::Done;
                    order.push(item);
                    path.pop();
                }
                Some(read) => {
                    *next += 1;
                    match marks[read] {
                        Mark::New => {
                            marks[read] = Mark::Open;
                            path.push((read, 0));
                        }
                        Mark::Open => {
                            let from = path.iter().position(|(i, _)| *i == read).unwrap_or(0);
                            circles.push(path[from..].iter().map(|(i, _)| *i).collect());
                        }
                        Mark::Done => {}
                    }
                }
            }
        }
    }
    if circles.is_empty() {
        Ok(order)
    } else {
        Err(circles)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_comes_first() {
        assert_eq!(ordered(&[vec![1, 2], vec![2], vec![]]), Ok(vec![2, 1, 0]));
        assert_eq!(ordered(&[vec![], vec![0]]), Ok(vec![0, 1]));
    }

    #[test]
    fn circles_are_found_wherever_they_begin() {
        assert_eq!(
            ordered(&[vec![1], vec![2], vec![1], vec![3]]),
            Err(vec![vec![1, 2], vec![3]])
        );
        let long: Vec<Vec<usize>> = (0..100_000).map(|i| vec![(i + 1) % 100_000]).collect();
        assert_eq!(ordered(&long).unwrap_err()[0].len(), 100_000);
    }
}
