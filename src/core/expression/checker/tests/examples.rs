//! Every example of the table of built-in functions is run, by evaluating its tree on the small
//! trial that the table describes.

use super::*;
use crate::expression::functions::{BUILTINS, ExampleValue, Readable};
use crate::expression::tree::PathReading;
use crate::expression::{call, compare};

/// The trial of `EXAMPLE_TRIAL` at one moment, evaluated node by node.
fn value(expr: &Expr, t: f64) -> f64 {
    let truth = |b: bool| f64::from(u8::from(b));
    let held = |e: &Expr| value(e, t) != 0.0;
    let grid: Vec<f64> = (0..=8).map(|k| f64::from(k) * 0.25).collect();
    let firings = |event: usize| -> Vec<f64> {
        let all: &[f64] = if event == 2 { &[0.5, 1.5] } else { &[] };
        all.iter().copied().filter(|f| *f <= t).collect()
    };
    let last = |list: Vec<f64>| list.last().copied();
    match expr {
        Expr::Number(v) => *v,
        Expr::Truth(b) => truth(*b),
        Expr::Parameter(_) => 0.5,
        Expr::Indicator(_) => {
            if t < 1.0 {
                0.6
            } else {
                0.2
            }
        }
        Expr::Derived(_) => panic!("the examples have no derived value"),
        Expr::Time => t,
        Expr::Month => 1.0,
        Expr::TimeInPhase => {
            if t < 1.5 {
                t
            } else {
                t - 1.5
            }
        }
        Expr::Count(e) => firings(*e).len() as f64,
        Expr::Ever(e) => truth(!firings(*e).is_empty()),
        Expr::Since(e) => last(firings(*e)).map_or(f64::INFINITY, |f| t - f),
        Expr::PhaseIn(m) => truth(m.contains(&if t < 1.5 { 2 } else { 0 })),
        Expr::TrendIn(m) => truth(m.contains(&if t < 1.0 { 2 } else { 0 })),
        Expr::StartTrendIn(m) => truth(m.contains(&2)),
        Expr::Negate(a) => -value(a, t),
        Expr::Not(a) => truth(!held(a)),
        Expr::Arithmetic(o, a, b) => crate::expression::arithmetic(*o, value(a, t), value(b, t)),
        Expr::Compare(o, a, b) => truth(compare(*o, value(a, t), value(b, t))),
        Expr::And(a, b) => truth(held(a) && held(b)),
        Expr::Or(a, b) => truth(held(a) || held(b)),
        Expr::If(c, a, b) => {
            if held(c) {
                value(a, t)
            } else {
                value(b, t)
            }
        }
        Expr::Call(f, list) => call(*f, &list.iter().map(|a| value(a, t)).collect::<Vec<_>>()),
        Expr::ByTrend(_) | Expr::ByPhase(_) | Expr::ByState(..) => panic!("no formula has arms"),
        Expr::StateIn(..) | Expr::Age(_) => panic!("the examples have no state"),
        Expr::Lookup(..) => panic!("the examples have no table"),
        Expr::Path(PathReading::Final(e)) => value(e, 2.0),
        Expr::Path(PathReading::Highest(e)) => {
            grid.iter().map(|t| value(e, *t)).fold(f64::MIN, f64::max)
        }
        Expr::Path(PathReading::Lowest(e)) => {
            grid.iter().map(|t| value(e, *t)).fold(f64::MAX, f64::min)
        }
        Expr::Path(PathReading::Average(e)) => {
            grid[..8].iter().map(|t| value(e, *t)).sum::<f64>() / 8.0
        }
        Expr::Path(PathReading::TimeIn(e)) => {
            grid[..8].iter().map(|t| value(e, *t)).sum::<f64>() / 4.0
        }
        Expr::Path(PathReading::FirstEvent(e)) => {
            firings(*e).first().copied().unwrap_or(f64::INFINITY)
        }
        Expr::Path(PathReading::FirstWhen(e)) => grid
            .iter()
            .copied()
            .find(|t| value(e, *t) != 0.0)
            .unwrap_or(f64::INFINITY),
        Expr::Path(PathReading::At(e, time)) => value(e, *time),
        Expr::Path(PathReading::CountWithin { event, from, to }) => {
            let within = |f: &&f64| (*from..=*to).contains(*f);
            firings(*event).iter().filter(within).count() as f64
        }
        Expr::Path(PathReading::FirstAfter { event, after }) => {
            let before = firings(*after).first().copied();
            let later = |f: &f64| before.is_some_and(|before| *f > before);
            let found = firings(*event).into_iter().find(later);
            found.unwrap_or(f64::INFINITY)
        }
        Expr::Path(PathReading::Share(e)) => {
            grid[..8].iter().map(|t| value(e, *t)).sum::<f64>() / 8.0
        }
        Expr::Path(PathReading::Total(e, rate)) => {
            let rate = rate.as_ref().map_or(0.0, |rate| value(rate, t));
            let weight = |t: f64| libm::exp(-rate * t);
            // By Simpson's rule, exact to more digits than are told.
            let cell = |t: &f64| {
                let sum = weight(*t) + 4.0 * weight(t + 0.125) + weight(t + 0.25);
                value(e, *t) * sum * 0.25 / 6.0
            };
            grid[..8].iter().map(cell).sum::<f64>()
        }
        Expr::Path(PathReading::EverWhen(e)) => truth(grid.iter().any(|t| value(e, *t) != 0.0)),
    }
}

#[test]
fn every_built_in_does_what_its_example_says() {
    let mut names = names();
    names.parameters = vec!["cost".into()];
    names.indicators = vec!["support".into()];
    for b in &BUILTINS {
        let reads = match b.readable {
            Readable::Anywhere => Reads::Parameters,
            Readable::State => Reads::State,
            Readable::Path => Reads::Path,
        };
        let scope = Scope {
            names: &names,
            reads,
            why: "",
        };
        let (wanted, expected) = match b.value {
            ExampleValue::Number(v) => (Wanted::Number, v),
            ExampleValue::Truth(v) => (Wanted::Truth, f64::from(u8::from(v))),
        };
        let expr =
            compile(b.example, &scope, wanted).unwrap_or_else(|e| panic!("{}: {e:?}", b.name));
        let found = value(&expr, 2.0);
        assert!(
            (found - expected).abs() < 1e-12,
            "{}: {} gives {found}",
            b.name,
            b.example
        );
    }
}
