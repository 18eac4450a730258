//! Table tests of names, types and places: formula to printed tree, faulty formula to fault.

mod examples;
mod states;

use super::*;
use crate::expression::scope::Names;
use proptest::strategy::Strategy;

fn names() -> Names {
    let list = |words: &str| {
        words
            .split(' ')
            .filter(|w| !w.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let mut names = Names {
        start: Some(jiff::civil::date(2026, 1, 1)),
        horizon: Some(2.0),
        parameters: list("cost resolve"),
        indicators: list("price support"),
        derived: list("pressure"),
        events: list("convoy deal strike truce_signed"),
        phases: list("talks truce war"),
        trends: list("escalation instability stalemate"),
        ..Names::default()
    };
    let scope = Scope {
        names: &names,
        reads: Reads::Path,
        why: "",
    };
    let worst = compile("highest(price)", &scope, Wanted::Number).unwrap();
    names.metrics.insert("worst".into(), Some(worst));
    names.metrics.insert("broken".into(), None);
    names
}

fn number_or_truth(text: &str, names: &Names, reads: Reads) -> Result<Expr, Vec<FormulaError>> {
    let scope = Scope {
        names,
        reads,
        why: "a start value is drawn before the state exists",
    };
    match compile(text, &scope, Wanted::Number) {
        Err(errors)
            if errors
                .iter()
                .any(|e| e.message.contains("a number is wanted")) =>
        {
            compile(text, &scope, Wanted::Truth)
        }
        other => other,
    }
}

/// The times of a grid carry rounding errors: what is nearer than instants are told apart counts as
/// equal.
#[test]
fn a_comparison_with_a_written_time_does_not_hang_on_rounding() {
    let names = names();
    let near = 1e-8 / 365.25;
    for (text, shown) in [
        (
            "time_in(phase) < 6 months",
            format!("time_in_phase < {}", 0.5 - near),
        ),
        (
            "since(deal) > 2 * 6months",
            format!("since(deal) > {}", 1.0 + near),
        ),
        (
            "t >= 2026-01-01 + 1461 days",
            format!("t >= {}", 4.0 - near),
        ),
        ("1 year >= t", format!("{} >= t", 1.0 + near)),
        ("t == 1 year", format!("abs(t - 1) <= {near:?}")),
        ("t != 1 year", format!("abs(t - 1) > {near:?}")),
        // A number without a unit is what it is.
        ("t >= 1", "t >= 1".to_owned()),
    ] {
        let expr =
            number_or_truth(text, &names, Reads::Path).unwrap_or_else(|e| panic!("{text}: {e:?}"));
        assert_eq!(expr.show(&names).to_string(), shown, "{text}");
    }
}

#[test]
fn formulas_print_as_what_they_mean() {
    let names = names();
    for (text, shown) in [
        ("0.8*(resolve - support)", "0.8 * (resolve - support)"),
        ("2 * 3 + cost", "6 + cost"),
        ("cost - (1 - t)", "cost - (1 - t)"),
        ("-cost^2", "-cost ^ 2"),
        ("(-cost)^2", "(-cost) ^ 2"),
        ("(-2) ^ 2 * cost", "4 * cost"),
        ("2 ^ -cost", "2 ^ -cost"),
        ("(cost ^ 2) ^ 3", "(cost ^ 2) ^ 3"),
        ("cost * -1 / (2 * t)", "cost * -1 / (2 * t)"),
        ("if(phase == truce, 2, 1)", "if(phase == truce, 2, 1)"),
        ("phase != truce", "phase != truce"),
        ("phase in [war, talks, war]", "phase in [talks, war]"),
        (
            "not (trend in [escalation, stalemate])",
            "not trend in [escalation, stalemate]",
        ),
        (
            "count(convoy) < 10 and pressure > 0.1",
            "count(convoy) < 10 and pressure > 0.1",
        ),
        (
            "(cost > 1 or t > 1) and not (t > 2 and t < 3)",
            "(cost > 1 or t > 1) and not (t > 2 and t < 3)",
        ),
        (
            "exp(-since(deal) / 0.5) * price",
            "exp(-since(deal) / 0.5) * price",
        ),
        ("exp(-cost * since(deal))", "exp(-cost * since(deal))"),
        (
            "exp(1 - 2 * since(deal) ^ 2)",
            "exp(1 - 2 * since(deal) ^ 2)",
        ),
        (
            "since(deal) + 0.5 < since(convoy)",
            "since(deal) + 0.5 < since(convoy)",
        ),
        ("if(true, cost, t)", "cost"),
        ("false and t > 1 or cost > 2", "cost > 2"),
        ("1e-9 * cost", "1e-9 * cost"),
        ("worst / final(price)", "highest(price) / final(price)"),
        (
            "ever(deal) or ever(price > 3)",
            "ever(deal) or ever(price > 3)",
        ),
        (
            "first(deal) - first(phase == truce)",
            "first(deal) - first(phase == truce)",
        ),
        ("start_trend in [stalemate]", "start_trend == stalemate"),
        (
            "time_in(phase == truce and month >= 6)",
            "time_in(phase == truce and month >= 6)",
        ),
        (
            "if(t > 1, ever(deal), false)",
            "if(t > 1, ever(deal), false)",
        ),
        ("t - 2030-01-01 < cost", "t - 4 < cost"),
        ("mod(t, 1 year) * round(cost)", "mod(t, 1) * round(cost)"),
    ] {
        let expr =
            number_or_truth(text, &names, Reads::Path).unwrap_or_else(|e| panic!("{text}: {e:?}"));
        assert_eq!(expr.show(&names).to_string(), shown, "{text}");
        assert_eq!(
            number_or_truth(shown, &names, Reads::Path),
            Ok(expr),
            "{shown} does not parse back"
        );
    }
}

#[test]
fn each_fault_has_its_code_its_bytes_and_its_hint() {
    use Reads::*;
    let names = names();
    for (reads, text, expected, range, hint) in [
        (State, "trst > 0.3", code::UNKNOWN_NAME, 0..4, ""),
        (
            State,
            "suport > 0.3",
            code::UNKNOWN_NAME,
            0..6,
            "did you mean `support`?",
        ),
        (
            State,
            "count(truce_singed)",
            code::UNKNOWN_NAME,
            6..18,
            "did you mean `truce_signed`?",
        ),
        (
            State,
            "phase == talk",
            code::UNKNOWN_NAME,
            9..13,
            "did you mean `talks`?",
        ),
        (
            State,
            "phase == stalemate",
            code::UNKNOWN_NAME,
            9..18,
            "`stalemate` is a trend",
        ),
        (
            State,
            "trend in [escalation, insta]",
            code::UNKNOWN_NAME,
            22..27,
            "",
        ),
        (
            State,
            "sqr(cost)",
            code::UNKNOWN_NAME,
            0..3,
            "did you mean `sqrt`?",
        ),
        (
            State,
            "log(cost)",
            code::UNKNOWN_NAME,
            0..3,
            "`ln(x)` is the natural logarithm, `log10(x)` the decimal one",
        ),
        (
            State,
            "price(2)",
            code::UNKNOWN_NAME,
            0..5,
            "a product is written with `*`",
        ),
        (Parameters, "cost + support", code::NOT_READABLE, 7..14, ""),
        (Parameters, "t", code::NOT_READABLE, 0..1, ""),
        (Parameters, "count(deal)", code::NOT_READABLE, 0..5, ""),
        (
            Parameters,
            "if(phase == talks, 1, 2)",
            code::NOT_READABLE,
            3..8,
            "",
        ),
        (State, "final(price)", code::NOT_READABLE, 0..5, ""),
        (State, "ever(price > 3)", code::NOT_READABLE, 5..14, ""),
        (State, "worst + 1", code::NOT_READABLE, 0..5, ""),
        (
            Path,
            "average(highest(price))",
            code::NOT_READABLE,
            8..15,
            "",
        ),
        (Path, "average(worst)", code::NOT_READABLE, 8..13, ""),
        (
            Path,
            "time_in(ever(price > 3))",
            code::NOT_READABLE,
            13..22,
            "",
        ),
        (State, "count(deal) > 60 days", code::WRONG_TYPE, 0..11, ""),
        (
            State,
            "60 days + 3 < t",
            code::WRONG_TYPE,
            10..11,
            "write `3 days` or `3 years`",
        ),
        (
            State,
            "since(deal) > 2026-11-03",
            code::WRONG_TYPE,
            0..11,
            "compare `t` with a day, and a length with `60 days`",
        ),
        (
            State,
            "t > 2026-02-30",
            code::SYNTAX,
            4..14,
            "days are written YYYY-MM-DD, and have to exist",
        ),
        (Parameters, "time_in(phase)", code::NOT_READABLE, 8..13, ""),
        (State, "time_in(phse)", code::NOT_READABLE, 0..7, ""),
        (
            State,
            "if(cost, 1, 2)",
            code::WRONG_TYPE,
            3..7,
            "compare it with something: `cost > 0`",
        ),
        (
            State,
            "1 + (phase == talks)",
            code::WRONG_TYPE,
            5..19,
            "write `if(phase == talks, 1, 0)`",
        ),
        (
            State,
            "ever(deal) == true",
            code::WRONG_TYPE,
            0..10,
            "write `ever(deal)` alone",
        ),
        (
            State,
            "false == ever(deal)",
            code::WRONG_TYPE,
            9..19,
            "write `not (ever(deal))`",
        ),
        (State, "if(t > 1, 2, t > 3)", code::WRONG_TYPE, 13..18, ""),
        (
            State,
            "deal > 1",
            code::WRONG_TYPE,
            0..4,
            "write `count(deal)`, `ever(deal)` or `since(deal)`",
        ),
        (
            State,
            "talks == phase",
            code::WRONG_TYPE,
            0..14,
            "write `phase == talks`",
        ),
        (
            State,
            "phase < talks",
            code::WRONG_TYPE,
            0..13,
            "compare by `==`, `!=` or `phase in [a, b]`",
        ),
        (State, "phase == 3", code::WRONG_TYPE, 9..10, ""),
        (
            State,
            "phase + 1",
            code::WRONG_TYPE,
            0..5,
            "write `phase == NAME`",
        ),
        (
            State,
            "cost in [talks]",
            code::WRONG_TYPE,
            0..4,
            "for numbers, write `a <= x and x <= b`",
        ),
        (
            State,
            "max + 1",
            code::WRONG_TYPE,
            0..3,
            "write `max(x, y, …)`",
        ),
        (
            State,
            "max(1)",
            code::ARGUMENT_COUNT,
            0..6,
            "write `max(x, y, …)`",
        ),
        (
            State,
            "if(t > 1, 2)",
            code::ARGUMENT_COUNT,
            0..12,
            "write `if(condition, then, otherwise)`",
        ),
        (State, "exp()", code::ARGUMENT_COUNT, 0..5, "write `exp(x)`"),
        (
            State,
            "1 + since(deal)",
            code::NOT_FINITE,
            4..15,
            "compare it (`since(deal) < 0.5`), or let it fade (`exp(-since(deal) / 0.5)`)",
        ),
        (
            State,
            "exp(since(deal))",
            code::NOT_FINITE,
            4..15,
            "write `exp(-since(deal))` for something that fades after a firing",
        ),
        (State, "exp(--since(deal))", code::NOT_FINITE, 4..17, ""),
        (State, "min(since(deal), 2)", code::NOT_FINITE, 4..15, ""),
        (
            State,
            "since(deal) - since(convoy) > 1",
            code::NOT_FINITE,
            14..27,
            "",
        ),
        (State, "1 / since(deal) > 1", code::NOT_FINITE, 4..15, ""),
        (
            State,
            "if(t > 1, since(deal), 2)",
            code::NOT_FINITE,
            10..21,
            "",
        ),
        (State, "cost / (1 - 1)", code::NOT_FINITE, 0..14, ""),
        (State, "cost + ln(0)", code::NOT_FINITE, 7..12, ""),
        (State, "clamp(cost, 2, 1)", code::NOT_FINITE, 12..16, ""),
        (
            State,
            "1 < t < 3",
            code::SYNTAX,
            6..7,
            "write `a < b and b < c` for a < b < c",
        ),
    ] {
        let errors = number_or_truth(text, &names, reads).expect_err(text);
        assert_eq!(errors.len(), 1, "{text}: {errors:?}");
        assert_eq!(
            (errors[0].code, errors[0].range.clone()),
            (expected, range),
            "{text}: {errors:?}"
        );
        assert!(
            hint.is_empty() || errors[0].hints.iter().any(|h| h == hint),
            "{text}: {errors:?}"
        );
    }
}

#[test]
fn unreadable_things_say_why() {
    let errors = number_or_truth("support", &names(), Reads::Parameters).unwrap_err();
    assert_eq!(
        errors[0].message,
        "`support` is an indicator, and indicators cannot be read here: a start value is drawn before the state exists"
    );
}

#[test]
fn faults_of_grammar_names_and_types_are_reported_together() {
    let errors = number_or_truth(
        "suport * (1 + ) + count(dael) + if(cost, 1, 2) b",
        &names(),
        Reads::State,
    )
    .unwrap_err();
    let found: Vec<_> = errors.iter().map(|e| (e.code, e.range.start)).collect();
    assert_eq!(
        found,
        [
            (code::UNKNOWN_NAME, 0),
            (code::SYNTAX, 14),
            (code::UNKNOWN_NAME, 24),
            (code::WRONG_TYPE, 35),
            (code::SYNTAX, 47),
            (code::UNKNOWN_NAME, 47),
        ]
    );
}

#[test]
fn a_metric_that_is_at_fault_is_not_reported_again() {
    assert_eq!(
        number_or_truth("1 + broken", &names(), Reads::Path),
        Err(vec![])
    );
}

#[test]
fn metrics_that_double_at_each_step_are_refused() {
    let mut names = names();
    for i in 0..40 {
        let previous = if i == 0 {
            "worst".to_owned()
        } else {
            format!("m{}", i - 1)
        };
        let scope = Scope {
            names: &names,
            reads: Reads::Path,
            why: "",
        };
        match compile(&format!("{previous} + {previous}"), &scope, Wanted::Number) {
            Ok(expr) => names.metrics.insert(format!("m{i}"), Some(expr)),
            Err(errors) => return assert_eq!(errors[0].code, code::TOO_DEEP),
        };
    }
    panic!("a formula of 2^40 parts was accepted");
}

/// Pieces of formulas, sound and unsound, to be strung together.
fn scraps() -> impl Strategy<Value = String> {
    let scraps = vec![
        "cost",
        "support",
        "price",
        "worst",
        "broken",
        "nothing",
        "deal",
        "talks",
        "escalation",
        "phase",
        "trend",
        "start_trend",
        "in",
        "[",
        "]",
        "(",
        ")",
        ",",
        "and",
        "or",
        "not",
        "if(",
        "max(",
        "exp(",
        "since(",
        "count(",
        "ever(",
        "first(",
        "final(",
        "+",
        "-",
        "*",
        "/",
        "^",
        "<",
        ">=",
        "==",
        "!=",
        "=",
        "&&",
        "!",
        "1",
        "0",
        "2.5",
        "1e-3",
        "1_0",
        "true",
        "t",
        "é",
        "%",
        "'",
        "pi",
    ];
    proptest::collection::vec(proptest::sample::select(scraps), 0..24)
        .prop_map(|parts| parts.join(" "))
}

proptest::proptest! {
    #[test]
    fn no_text_makes_the_checker_fail_or_point_outside(text in scraps()) {
        let names = names();
        for reads in [Reads::Parameters, Reads::Trial, Reads::State, Reads::Path] {
            match number_or_truth(&text, &names, reads) {
                Ok(expr) => {
                    let shown = expr.show(&names).to_string();
                    proptest::prop_assert_eq!(number_or_truth(&shown, &names, reads), Ok(expr), "{} printed as {}", text, shown);
                }
                Err(errors) => for error in errors {
                    proptest::prop_assert!(text.get(error.range.clone()).is_some(), "{}: {:?}", text, error);
                },
            }
        }
    }
}

#[test]
fn a_long_text_of_faults_is_refused_quickly() {
    for piece in [")", "nothing, ", "= ", "a "] {
        let text = format!("max({}", piece.repeat(90_000 / piece.len()));
        let errors = number_or_truth(&text, &names(), Reads::State).unwrap_err();
        assert!(
            (1..=20).contains(&errors.len()),
            "{piece}: {}",
            errors.len()
        );
    }
}
