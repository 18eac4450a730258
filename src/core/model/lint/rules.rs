//! Outcome rules that an earlier rule leaves nothing for.
//!
//! Told from the formulas alone: a rule is shadowed if it implies an earlier one by the logic of
//! `and`, `or`, sets of names and bounds on one value.

use crate::diagnostic::{Diagnostic, Place};
use crate::expression::{Comparison, Expr};
use crate::model::types::Model;

/// Warns of rules that can never decide.
pub fn shadowed(model: &Model, warnings: &mut Vec<Diagnostic>) {
    for (index, outcome) in model.outcomes.iter().enumerate() {
        let place = Place::value(format!("/outcomes/{index}/when"));
        if outcome.when == Expr::Truth(false) {
            warnings.push(Diagnostic::warning(
                "outcome-impossible",
                place,
                format!("the rule of `{}` never holds", outcome.name),
            ));
            continue;
        }
        let earlier = model.outcomes[..index]
            .iter()
            .position(|earlier| implies(&outcome.when, &earlier.when));
        if let Some(earlier) = earlier {
            let name = &model.outcomes[earlier].name;
            warnings.push(
                Diagnostic::warning(
                    "outcome-shadowed",
                    place,
                    format!("`{}` can never be the outcome: wherever its rule holds, the earlier rule of `{name}` holds too", outcome.name),
                )
                .related(Place::value(format!("/outcomes/{earlier}/when")), "the earlier rule")
                .hint("the first rule that holds decides: put the narrower one first"),
            );
        }
    }
}

/// Comparisons of parts after which a question counts as undecided: nested alternatives multiply.
const PATIENCE: u32 = 10_000;

/// Does `b` hold wherever `a` does? False if that cannot be told.
fn implies(a: &Expr, b: &Expr) -> bool {
    Implication { patience: PATIENCE }.holds(a, b)
}

struct Implication {
    patience: u32,
}

impl Implication {
    fn holds(&mut self, a: &Expr, b: &Expr) -> bool {
        let Some(left) = self.patience.checked_sub(1) else {
            return false;
        };
        self.patience = left;
        if a == b || *b == Expr::Truth(true) || *a == Expr::Truth(false) {
            return true;
        }
        match (a, b) {
            (_, Expr::And(x, y)) => self.holds(a, x) && self.holds(a, y),
            (Expr::Or(x, y), _) => self.holds(x, b) && self.holds(y, b),
            (Expr::And(x, y), Expr::Or(p, q)) => {
                self.holds(x, b) || self.holds(y, b) || self.holds(a, p) || self.holds(a, q)
            }
            (_, Expr::Or(x, y)) => self.holds(a, x) || self.holds(a, y),
            (Expr::And(x, y), _) => self.holds(x, b) || self.holds(y, b),
            (Expr::PhaseIn(x), Expr::PhaseIn(y))
            | (Expr::TrendIn(x), Expr::TrendIn(y))
            | (Expr::StartTrendIn(x), Expr::StartTrendIn(y)) => {
                x.iter().all(|member| y.contains(member))
            }
            (Expr::StateIn(s, x), Expr::StateIn(r, y)) => {
                s == r && x.iter().all(|member| y.contains(member))
            }
            (Expr::StateIn(s, x), Expr::Not(not)) => {
                matches!(&**not, Expr::StateIn(r, y) if s == r && disjoint(x, y))
            }
            (Expr::PhaseIn(x), Expr::Not(not)) => {
                matches!(&**not, Expr::PhaseIn(y) if disjoint(x, y))
            }
            (Expr::TrendIn(x), Expr::Not(not)) => {
                matches!(&**not, Expr::TrendIn(y) if disjoint(x, y))
            }
            (Expr::Not(x), Expr::Not(y)) => self.holds(y, x),
            (Expr::Compare(p, x, c), Expr::Compare(q, y, d)) if x == y => match (&**c, &**d) {
                (Expr::Number(c), Expr::Number(d)) => bound_implies(*p, *c, *q, *d),
                _ => false,
            },
            _ => false,
        }
    }
}

fn disjoint(x: &[usize], y: &[usize]) -> bool {
    !x.iter().any(|member| y.contains(member))
}

/// Does `x p c` imply `x q d`?
fn bound_implies(p: Comparison, c: f64, q: Comparison, d: f64) -> bool {
    use Comparison::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual, NotEqual};
    match (p, q) {
        (Greater, Greater | GreaterOrEqual) | (GreaterOrEqual, GreaterOrEqual) => c >= d,
        (GreaterOrEqual, Greater) => c > d,
        (Less, Less | LessOrEqual) | (LessOrEqual, LessOrEqual) => c <= d,
        (LessOrEqual, Less) => c < d,
        (Equal, Greater) => c > d,
        (Equal, GreaterOrEqual) => c >= d,
        (Equal, Less) => c < d,
        (Equal, LessOrEqual) => c <= d,
        (Equal, NotEqual) => c != d,
        (Greater, NotEqual) => c >= d,
        (GreaterOrEqual, NotEqual) => c > d,
        (Less, NotEqual) => c <= d,
        (LessOrEqual, NotEqual) => c < d,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expression::{Names, Reads, Scope, Wanted, compile};

    #[test]
    fn a_rule_implies_another_only_if_it_does() {
        let list = |words: &str| words.split(' ').map(str::to_owned).collect();
        let names = Names {
            indicators: list("price support"),
            phases: list("talks truce war"),
            trends: list("calm storm"),
            ..Names::default()
        };
        let scope = Scope {
            names: &names,
            reads: Reads::Path,
            why: "",
        };
        let rule = |text: &str| {
            compile(text, &scope, Wanted::Truth).unwrap_or_else(|e| panic!("{text}: {e:?}"))
        };
        for (a, b, expected) in [
            ("phase == talks", "phase in [talks, truce]", true),
            ("phase in [talks, truce]", "phase == talks", false),
            ("phase == talks and price > 3", "phase == talks", true),
            ("phase == talks", "phase == talks or price > 3", true),
            ("price > 3", "price > 2", true),
            ("price > 2", "price > 3", false),
            ("price >= 2", "price > 2", false),
            ("price > 3", "support > 2", false),
            (
                "price > 3 and support > 2",
                "support > 1 and price > 3",
                true,
            ),
            ("price > 3 or price > 5", "price > 2", true),
            ("phase == talks", "phase != war", true),
            ("phase != war", "phase == talks", false),
            ("price == 3", "price < 4", true),
            ("price > 1", "true", true),
            ("not (price > 2)", "not (price > 3)", true),
            ("not (price > 3)", "not (price > 2)", false),
        ] {
            assert_eq!(implies(&rule(a), &rule(b)), expected, "{a} => {b}");
        }
    }
}
