//! A formula has one meaning: its value has the same bits whether its numbers stand in it, come
//! from parameters, or belong to the state of a trial.

use crate::harness::{rows, scenario, settings, study};
use quincunx::expression::{Expr, Names, Reads, Scope, Wanted, compile};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Numbers at which functions are ordinary, and where they are not.
const VALUES: [f64; 12] = [
    0.5, 2.0, 3.0, -2.5, 0.1, -720.0, 40.3, 1e-3, 0.0, -1.0, 710.0, 1e9,
];

const UNARY: [&str; 12] = [
    "abs", "floor", "ceil", "round", "sign", "exp", "ln", "log10", "sqrt", "sin", "cos", "logistic",
];
const BINARY: [&str; 5] = ["+", "-", "*", "/", "^"];
const COMPARE: [&str; 6] = ["<", "<=", ">", ">=", "==", "!="];
const TWO: [&str; 3] = ["min", "max", "mod"];

/// Numbers from a linear congruence: enough to mix formulas.
struct Mixed(u64);

impl Mixed {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % n as u64) as usize
    }

    /// A formula over `#0`, `#1`, …, nested at most so deep.
    fn formula(&mut self, depth: usize) -> String {
        let one = |mixed: &mut Self| mixed.formula(depth.saturating_sub(1));
        match if depth == 0 { 0 } else { 1 + self.below(5) } {
            0 => format!("#{}", (b'a' + self.below(VALUES.len()) as u8) as char),
            1 => format!("{}({})", UNARY[self.below(UNARY.len())], one(self)),
            2 | 3 => {
                let operator = BINARY[self.below(BINARY.len())];
                format!("({} {operator} {})", one(self), one(self))
            }
            4 => format!(
                "{}({}, {})",
                TWO[self.below(TWO.len())],
                one(self),
                one(self)
            ),
            _ => {
                let operator = COMPARE[self.below(COMPARE.len())];
                let (a, b, c, d) = (one(self), one(self), one(self), one(self));
                format!("if({a} {operator} {b}, clamp({c}, -3, 3), {d})")
            }
        }
    }
}

/// The formula with its numbers written as `leaf` says.
fn with(formula: &str, leaf: impl Fn(usize) -> String) -> String {
    let mut text = String::new();
    let mut rest = formula.chars();
    while let Some(c) = rest.next() {
        if c == '#' {
            let letter = rest.next().expect("a letter") as u8;
            text += &leaf(usize::from(letter - b'a'));
        } else {
            text.push(c);
        }
    }
    text
}

/// The value that the formula is folded to, if it is finite.
fn folded(formula: &str) -> Option<f64> {
    let names = Names::default();
    let scope = Scope {
        names: &names,
        reads: Reads::Parameters,
        why: "",
    };
    let text = with(formula, |i| format!("({:?})", VALUES[i]));
    match compile(&text, &scope, Wanted::Number) {
        Ok(Expr::Number(value)) => Some(value),
        Ok(other) => panic!("{text} was left as {other:?}"),
        Err(_) => None,
    }
}

#[test]
fn folded_with_parameters_and_in_a_trial_a_formula_has_the_same_bits() {
    let mut mixed = Mixed(7);
    // Each operation alone at all numbers, and nested ones at some.
    let mut formulas: Vec<(String, bool)> = Vec::new();
    let letters: Vec<String> = (b'a'..b'a' + VALUES.len() as u8)
        .map(|letter| format!("#{}", letter as char))
        .collect();
    for a in &letters {
        formulas.extend(UNARY.iter().map(|f| (format!("{f}({a})"), true)));
        for b in &letters {
            formulas.extend(BINARY.iter().map(|f| (format!("{a} {f} {b}"), true)));
            formulas.extend(TWO.iter().map(|f| (format!("{f}({a}, {b})"), true)));
            formulas.extend(
                COMPARE
                    .iter()
                    .map(|f| (format!("if({a} {f} {b}, 1, 0)"), true)),
            );
        }
    }
    // Sums of state variables are added up from left to right as a whole, so nested ones are held
    // to parameters alone.
    formulas.extend((0..1500).map(|_| (mixed.formula(4), false)));
    let known: Vec<(String, bool, f64)> = formulas
        .into_iter()
        .filter_map(|(text, alone)| folded(&text).map(|value| (text, alone, value)))
        .collect();
    let (mut metrics, mut parameters, mut indicators) = (Map::new(), Map::new(), Map::new());
    for (i, value) in VALUES.iter().enumerate() {
        parameters.insert(format!("p{i}"), json!(value));
        indicators.insert(format!("x{i}"), json!({"start": value}));
    }
    for (i, (text, alone, _)) in known.iter().enumerate() {
        metrics.insert(
            format!("m{i}_parameters"),
            json!(with(text, |i| format!("p{i}"))),
        );
        if *alone {
            metrics.insert(
                format!("m{i}_state"),
                json!(with(text, |i| format!("x{i}"))),
            );
        }
    }
    let compared = metrics.len();
    let case = json!({"parameters": parameters, "indicators": indicators, "metrics": metrics});
    let study = study(&scenario(1.0, 1.0, case));
    let (_, found) = rows(&study, &settings(&study, 64, 1));
    let found: BTreeMap<String, Vec<f64>> = found.metrics.into_iter().collect();
    let mut differ = Vec::new();
    for (i, (text, _, value)) in known.iter().enumerate() {
        for kind in ["parameters", "state"] {
            let name = format!("m{i}_{kind}");
            for got in found.get(&name).into_iter().flatten() {
                if got.to_bits() != value.to_bits() && !(*got == 0.0 && *value == 0.0) {
                    differ.push(format!("{text} by {kind}: {got:e}, folded {value:e}"));
                    break;
                }
            }
        }
    }
    assert!(compared > 2_500, "only {compared}");
    assert!(
        differ.is_empty(),
        "{} of {compared}:\n{}",
        differ.len(),
        differ[..differ.len().min(20)].join("\n")
    );
    let flushed = Value::from(folded("exp(#f)"));
    assert_eq!(flushed, json!(0.0), "exp(-720) is 0 everywhere");
}
