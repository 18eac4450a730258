//! What only draws of the parameters can tell of formulas together: starts that do not sum to one,
//! and arguments that make no distribution.

use super::rates::short;
use super::support::deal;
use crate::diagnostic::{Diagnostic, Place, pointer};
use crate::expression::{Expr, Interval};
use crate::math::chance;
use crate::model::types::{Draw, Fires, Model, ParameterValue, VaryingDraw};

/// Draws that are tried.
const TRIED: usize = 400;

/// Warns of starts by formulas that are divided by their sum, and of distributions that some draws
/// do not have.
pub fn of_draws(model: &Model, found: &mut Vec<Diagnostic>) {
    let starts = starts(model);
    let varying = varying(model);
    if starts.is_empty() && varying.is_empty() {
        return;
    }
    let draws = draws(model);
    for (at, what, starts) in starts {
        found.extend(not_one(&at, &what, &starts, &draws));
    }
    for (at, draw) in varying {
        found.extend(impossible(model, at, draw, &draws));
    }
}

/// Numbers of parameters and quantities of the trial, draw by draw.
fn draws(model: &Model) -> Vec<Vec<f64>> {
    let wanted = vec![true; model.drawn_count()];
    let medians = model.drawn_at(|_| 0.5);
    let draw = |k| {
        let mut values: Vec<Interval> = medians.iter().copied().map(Interval::point).collect();
        deal(model, k, &wanted, &mut values);
        values.iter().map(|value| value.low).collect()
    };
    (0..TRIED).map(draw).collect()
}

type Starts<'m> = (String, String, Vec<&'m Expr>);

/// Starts of phases and states of which one at least is a formula; constants were summed before.
fn starts(model: &Model) -> Vec<Starts<'_>> {
    let phases = model.phases.iter().map(|phase| &phase.start).collect();
    let mut all: Vec<Starts<'_>> = vec![("/phases".into(), "starting in a phase".into(), phases)];
    for state in &model.states {
        let at = pointer::join(&pointer::join("/states", &state.name), "values");
        let values = state.values.iter().map(|value| &value.start).collect();
        all.push((at, format!("the values of `{}`", state.name), values));
    }
    let is_formula = |start: &&Expr| !matches!(start, Expr::Number(_));
    all.retain(|(_, _, starts)| starts.iter().any(is_formula));
    all
}

fn not_one(at: &str, what: &str, starts: &[&Expr], draws: &[Vec<f64>]) -> Option<Diagnostic> {
    let sums = draws
        .iter()
        .map(|known| starts.iter().map(|start| start.over(known)).sum());
    let off: Vec<f64> = sums
        .filter(|sum: &f64| sum.is_finite() && !chance::is_one(*sum))
        .collect();
    let low = off.iter().copied().reduce(f64::min)?;
    let high = off.iter().copied().reduce(f64::max)?;
    let seen = match low == high {
        true => short(low),
        false => format!("{} to {}", short(low), short(high)),
    };
    let often = match off.len() {
        all if all == draws.len() => String::new(),
        some => format!(" in {} of {} draws", some, draws.len()),
    };
    Some(
        Diagnostic::warning(
            "starts-not-one",
            Place::value(at),
            format!("the probabilities of {what} sum to {seen}{often}, not to 1; each is divided by their sum"),
        )
        .hint("let one of them be what the others leave, such as \"1 - p\""),
    )
}

/// Distributions whose arguments are formulas over what is drawn, with their places.
fn varying(model: &Model) -> Vec<(String, &VaryingDraw)> {
    let mut all = Vec::new();
    for (index, drawn) in model.drawn_in_order() {
        if let ParameterValue::Varying(draw) = &drawn.value {
            all.push((model.drawn_pointer(index), draw));
        }
    }
    for indicator in &model.indicators {
        if let Draw::Varying(draw) = &indicator.start {
            let at = pointer::join("/indicators", &indicator.name);
            all.push((pointer::join(&at, "start"), draw));
        }
    }
    for event in &model.events {
        let (key, draw) = match &event.fires {
            Fires::At { time, .. } => ("at", time),
            Fires::After(waiting) => ("wait", &waiting.wait),
            _ => continue,
        };
        if let Draw::Varying(draw) = draw {
            all.push((pointer::join(&event.pointer(), key), draw));
        }
    }
    all.retain(|(_, draw)| draw.arguments.iter().all(reads_draws_only));
    all
}

/// Whether a formula reads nothing of a running trial.
fn reads_draws_only(formula: &Expr) -> bool {
    formula.parts().is_empty()
        && matches!(
            formula,
            Expr::Number(_) | Expr::Truth(_) | Expr::Parameter(_)
        )
        || !formula.parts().is_empty()
            && !matches!(
                formula,
                Expr::Path(_) | Expr::ByPhase(_) | Expr::ByTrend(_) | Expr::ByState(..)
            )
            && formula.parts().into_iter().all(reads_draws_only)
}

fn impossible(
    model: &Model,
    at: String,
    draw: &VaryingDraw,
    draws: &[Vec<f64>],
) -> Option<Diagnostic> {
    let faults: Vec<String> = (draws.iter())
        .filter_map(|known| {
            let numbers: Vec<f64> = draw.arguments.iter().map(|a| a.over(known)).collect();
            // What is not finite is told of where it comes from.
            let finite = numbers.iter().all(|number| number.is_finite());
            let (error, _) = draw.ranged.make(&numbers).err().filter(|_| finite)?;
            // The rule alone: numbers differ from draw to draw.
            let told = error.to_string();
            Some(told.split(": got").next().unwrap_or_default().to_owned())
        })
        .collect();
    let first = faults.first()?;
    let mut read: Vec<&str> = Vec::new();
    for argument in &draw.arguments {
        argument.visit(&mut |part| {
            if let Expr::Parameter(index) = part
                && let Some(drawn) = model.drawn(*index)
                && !drawn.value.is_constant()
                && !read.contains(&drawn.name.as_str())
            {
                read.push(&drawn.name);
            }
        });
    }
    let names: Vec<String> = read.iter().map(|name| format!("`{name}`")).collect();
    Some(
        Diagnostic::warning(
            "range-needed",
            Place::value(at),
            format!(
                "{} of {} draws that were tried make no distribution here: {first}; their trials stop",
                faults.len(),
                draws.len()
            ),
        )
        .hint(format!("give {} a range in which there is one", names.join(" or "))),
    )
}

#[cfg(test)]
mod tests {
    use super::super::tests::told;
    use serde_json::{Value, json};

    fn warned(sections: Value) -> Vec<String> {
        let mut whole = json!({
            "parameters": {"p": {"uniform": [0.1, 0.4]}, "q": {"uniform": [0.1, 0.4]}},
            "phases": {"war": {"start": true}, "truce": {}},
            "outcomes": [{"name": "truce", "when": "phase == truce and p > q"}, {"name": "war", "when": "true"}]
        });
        for (key, value) in sections.as_object().expect("sections") {
            whole[key] = value.clone();
        }
        let found = told(whole).into_iter();
        let codes = ["starts-not-one", "range-needed"];
        found
            .filter(|text| codes.iter().any(|code| text.contains(code)))
            .collect()
    }

    #[test]
    fn starts_by_formulas_that_do_not_sum_to_one_are_told() {
        let phases =
            |war: &str| json!({"phases": {"war": {"start": war}, "truce": {"start": "p"}}});
        assert_eq!(warned(phases("1 - p")), [""; 0]);
        let found = warned(phases("0.9 - p"));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].starts_with("starts-not-one /phases | let one"),
            "{found:?}"
        );
        let states = |b: &str| {
            json!({"states": {"s": {"values": {"a": {"start": "p"}, "b": {"start": b}}}},
            "metrics": {"m": "time_in(s == a)"}})
        };
        assert_eq!(warned(states("1 - p")), [""; 0]);
        let found = warned(states("1 - q"));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].starts_with("starts-not-one /states/s/values | "),
            "{found:?}"
        );
    }

    #[test]
    fn arguments_that_make_no_distribution_in_some_draws_are_told() {
        let sections = |high: &str| {
            json!({"parameters": {
            "p": {"uniform": [0.1, 0.4]}, "q": {"uniform": [0.1, 0.4]}, "r": {"uniform": ["p", high]}
        }, "metrics": {"m": "r + 1"}})
        };
        assert_eq!(warned(sections("0.5 + q")), [""; 0]);
        let found = warned(sections("q"));
        assert_eq!(found.len(), 1, "{found:?}");
        let wanted = "range-needed /parameters/r | give `p` or `q` a range";
        assert!(found[0].starts_with(wanted), "{found:?}");
        let waits = |high: &str| json!({"events": {"e": {"after": {"phase": "war"}, "wait": {"uniform": ["p", high]}, "effects": [{"phase": "truce"}]}}});
        assert_eq!(warned(waits("p + q")), [""; 0]);
        assert_eq!(warned(waits("q")).len(), 1);
    }
}
