//! Numbers and formulas of the file to typed trees, and the contexts in which they stand.

use super::Builder;
use super::machines::Domain;
use crate::diagnostic::{Diagnostic, Place, pointer};
use crate::expression::{
    self, Expr, FormulaError, LARGEST, Node, Parsed, PathReading, Reads, Scope, Thing, Wanted,
    unitless,
};
use crate::model::bounds::{Bounds, Use};
use crate::scenario::{By, Choice, Coefficient, Condition, NumberOrFormula, Quantity};

/// What a formula at some place of the file can read.
#[derive(Clone, Copy, Debug)]
pub struct Context {
    pub reads: Reads,
    /// Why it cannot read more.
    pub why: &'static str,
}

/// Formulas that are evaluated while a trial runs.
pub const STATE: Context = Context {
    reads: Reads::State,
    why: "it is evaluated while a trial runs",
};

/// Formulas over the finished trial.
pub const PATH: Context = Context {
    reads: Reads::Path,
    why: "it is evaluated when a trial is finished",
};

/// Formulas over the path up to some instant.
pub const SO_FAR: Context = Context {
    reads: Reads::Path,
    why: "it is evaluated at an instant, for the path up to it",
};

/// Formulas over parameters only, which belong to a draw.
pub const fn parameters_only(why: &'static str) -> Context {
    Context {
        reads: Reads::Parameters,
        why,
    }
}

/// Formulas over what is known when a trial starts: parameters, and the quantities that are drawn
/// then.
pub const fn at_start(why: &'static str) -> Context {
    Context {
        reads: Reads::Trial,
        why,
    }
}

impl Builder<'_> {
    /// A number, or a formula that gives one; constants must lie within the bounds. `None` if it is
    /// at fault, which has been reported.
    pub fn number(
        &mut self,
        quantity: &Quantity,
        context: Context,
        bounds: Bounds,
    ) -> Option<Expr> {
        let expr = match &quantity.value {
            NumberOrFormula::Number(value) => Expr::Number(*value),
            NumberOrFormula::Formula(text) => {
                self.formula(text, &quantity.pointer, context, Wanted::Number)?
            }
        };
        let expr = match expr {
            Expr::Number(value) => Expr::Number(bounds.rounded(value)),
            other => other,
        };
        match expr {
            Expr::Number(value) if !bounds.allow(value) => {
                self.error(
                    "value-out-of-range",
                    quantity.place(),
                    format!("found {value}: {}", bounds.rule),
                );
                return None;
            }
            Expr::Number(_) => {}
            _ if bounds.allow(f64::NEG_INFINITY) && bounds.allow(f64::INFINITY) => {}
            _ => self.uses.push(Use {
                place: quantity.place(),
                formula: expr.clone(),
                bounds,
            }),
        }
        Some(expr)
    }

    /// A condition. `None` if it is at fault, which has been reported.
    pub fn condition(&mut self, condition: &Condition, context: Context) -> Option<Expr> {
        self.formula(&condition.value, &condition.pointer, context, Wanted::Truth)
    }

    fn formula(
        &mut self,
        text: &str,
        pointer: &str,
        context: Context,
        wanted: Wanted,
    ) -> Option<Expr> {
        let scope = Scope {
            names: &self.names,
            reads: context.reads,
            why: context.why,
        };
        let parsed = expression::parse(text);
        match expression::check(&parsed, &scope, wanted) {
            Ok(expr) => {
                self.unitless(&parsed, pointer);
                Some(expr)
            }
            Err(errors) => {
                self.formula_errors(errors, pointer);
                None
            }
        }
    }

    /// Reports a reading of an instant that comes after the one at which a condition is looked at.
    /// False if there is one.
    pub fn looks_back(&mut self, condition: &Expr, time: f64, place: Place) -> bool {
        let later = |e: &Expr| matches!(e, Expr::Path(PathReading::At(_, at)) if *at > time);
        let is_later = condition.any(&later);
        if is_later {
            let day = self.clock.as_ref().map(|clock| clock.date_at(time));
            let day = day.map_or(String::new(), |day| format!(", {day}"));
            self.error(
                "date-out-of-range",
                place,
                format!(
                    "`at` reads an instant after the one at which the condition is looked at{day}"
                ),
            );
        }
        !is_later
    }

    /// Warns of times that are compared with bare numbers. In files of format 1 those were the only
    /// way.
    pub fn unitless(&mut self, parsed: &Parsed, pointer: &str) {
        if self.scenario.format == 1 {
            return;
        }
        let mut found = Vec::new();
        unitless(&parsed.root, &mut found);
        for (time, bare) in found {
            let text = |node: &Node| parsed.text.get(node.range.clone()).unwrap_or_default();
            let (time, number) = (text(time), text(bare));
            let place = Place::formula(pointer, bare.range.clone());
            let message =
                format!("`{time}` is a time, and `{number}` has no unit, so it counts years");
            self.report(
                Diagnostic::warning("unit-missing", place, message).hint(format!(
                    "write `{number} days`, `{number} months` or, if it is meant, `{number} years`"
                )),
            );
        }
    }

    /// Reports the faults of the formula that stands at `pointer`.
    pub fn formula_errors(&mut self, errors: Vec<FormulaError>, pointer: &str) {
        for error in errors {
            let mut report = Diagnostic::error(
                error.code,
                Place::formula(pointer, error.range),
                error.message,
            );
            report.hints = error.hints;
            self.report(report);
        }
    }

    /// A number, a formula, or a choice of such by trend, phase or state.
    pub fn coefficient(
        &mut self,
        coefficient: &Coefficient,
        context: Context,
        bounds: Bounds,
    ) -> Option<Expr> {
        match coefficient {
            Coefficient::Plain(quantity) => self.number(quantity, context, bounds),
            Coefficient::By(choice) => self.choice(choice, context, bounds),
        }
    }

    fn choice(&mut self, choice: &Choice, context: Context, bounds: Bounds) -> Option<Expr> {
        let domain = match &choice.by {
            By::Trend => Domain::Of(Thing::Trend),
            By::Phase => Domain::Of(Thing::Phase),
            By::State(name) => {
                let place = Place::value(pointer::join(&choice.pointer, "by"));
                let words = ["trend", "phase"];
                Domain::Values(self.resolve_beside(Thing::State, &words, name, place)?)
            }
        };
        let otherwise = choice
            .otherwise
            .as_ref()
            .map(|c| self.coefficient(c, context, bounds));
        let stated = choice.arms.iter();
        let mut arms = self.arms(&choice.pointer, stated, domain, &["else"], context, bounds)?;
        let missing: Vec<String> = arms
            .iter()
            .zip(self.domain(domain))
            .filter(|(arm, _)| arm.is_none())
            .map(|(_, name)| format!("`{name}`"))
            .collect();
        match otherwise {
            Some(otherwise) => {
                let otherwise = otherwise?;
                let stated: usize = arms.iter().flatten().map(Expr::size).sum();
                // Choices within choices multiply.
                if stated + missing.len() * otherwise.size() > LARGEST {
                    self.report(
                        Diagnostic::error(
                            "formula-too-deep",
                            Place::value(&choice.pointer),
                            format!("written out for every {}, the choice has more than {LARGEST} parts", self.noun(domain)),
                        )
                        .hint("put what all of them share into a derived value"),
                    );
                    return None;
                }
                for arm in &mut arms {
                    arm.get_or_insert_with(|| otherwise.clone());
                }
            }
            None if !missing.is_empty() => {
                self.report(
                    Diagnostic::error(
                        "missing-arm",
                        Place::value(&choice.pointer),
                        format!(
                            "the choice by {} says nothing about {}",
                            self.chosen_by(domain),
                            missing.join(", ")
                        ),
                    )
                    .hint("add `\"else\": 0`, or whatever should hold there"),
                );
                return None;
            }
            None => {}
        }
        let arms: Vec<Expr> = arms.into_iter().flatten().collect();
        Some(match domain {
            Domain::Values(state) => Expr::ByState(state, arms),
            Domain::Of(Thing::Trend) => Expr::ByTrend(arms),
            Domain::Of(_) => Expr::ByPhase(arms),
        })
    }

    /// One entry for each trend, phase or value, in canonical order; `None` where the file has no
    /// arm. All of it is `None` if an arm is at fault.
    ///
    /// `words` may stand beside the names, so an unknown name may be one of them misspelt.
    pub fn arms<'c>(
        &mut self,
        parent: &str,
        stated: impl Iterator<Item = (&'c String, &'c Coefficient)>,
        domain: Domain,
        words: &[&str],
        context: Context,
        bounds: Bounds,
    ) -> Option<Vec<Option<Expr>>> {
        let mut arms: Vec<Option<Expr>> = vec![None; self.domain(domain).len()];
        let mut sound = true;
        for (name, coefficient) in stated {
            let place = Place::key(pointer::join(parent, name));
            let index = self.resolve_in(domain, words, name, place);
            let value = self.coefficient(coefficient, context, bounds);
            match (index, value) {
                (Some(index), Some(value)) => arms[index] = Some(value),
                _ => sound = false,
            }
        }
        sound.then_some(arms)
    }
}
