//! States: comparisons with their values, ages, and what is no value.

use super::*;

fn with_states() -> Names {
    let list = |words: &str| words.split(' ').map(str::to_owned).collect::<Vec<_>>();
    Names {
        events: list("convoy deal escalation>stalemate front.moving>static strike"),
        states: list("front posture"),
        values: vec![list("moving static"), list("engaged paused talks")],
        ..names()
    }
}

#[test]
fn comparisons_with_values_print_as_what_they_mean() {
    let names = with_states();
    for (text, shown) in [
        ("posture == paused", "posture == paused"),
        ("not (front == moving)", "front != moving"),
        (
            "posture in [talks, paused, talks]",
            "posture in [paused, talks]",
        ),
        (
            "posture == talks and phase == talks",
            "posture == talks and phase == talks",
        ),
        ("age(front) < 0.2", "age(front) < 0.2"),
        (
            "age(phase) + time_in(phase)",
            "time_in_phase + time_in_phase",
        ),
        (
            "time_in(posture) - age(posture)",
            "age(posture) - age(posture)",
        ),
        ("time_in(posture != paused)", "time_in(posture != paused)"),
        // Moves and shifts fire as events do.
        (
            "count(front.moving > static) + count(escalation>stalemate, from: 1 year)",
            "count(front.moving>static) + count(escalation>stalemate, from: 1 years)",
        ),
        (
            "first(front.moving>static, after: deal) - first(escalation>stalemate)",
            "first(front.moving>static, after: deal) - first(escalation>stalemate)",
        ),
        (
            "ever(front.moving>static) and since(front.moving>static) < 1",
            "ever(front.moving>static) and since(front.moving>static) < 1",
        ),
        // A condition where both are numbers.
        ("ever(price > support)", "ever(price > support)"),
        (
            "if(final(age(front)) > 1, 1, 0)",
            "if(final(age(front)) > 1, 1, 0)",
        ),
    ] {
        let expr =
            number_or_truth(text, &names, Reads::Path).unwrap_or_else(|e| panic!("{text}: {e:?}"));
        assert_eq!(expr.show(&names).to_string(), shown, "{text}");
    }
}

#[test]
fn each_fault_of_a_state_says_what_was_meant() {
    let names = with_states();
    for (text, code, message, hint) in [
        (
            "posture == moving",
            "unknown-name",
            "the state `posture` has no value `moving`",
            "`moving` is a value of the state `front`",
        ),
        (
            "count(front.moving>statc)",
            "unknown-name",
            "no move is named `front.moving>statc`",
            "did you mean `front.moving>static`?",
        ),
        (
            "posture == pausd",
            "unknown-name",
            "the state `posture` has no value `pausd`",
            "did you mean `paused`?",
        ),
        (
            "front == xyz",
            "unknown-name",
            "the state `front` has no value `xyz`",
            "its values are `moving`, `static`",
        ),
        (
            "front == 1",
            "wrong-type",
            "expected a value of the state `front`, found `1`",
            "",
        ),
        (
            "moving == front",
            "wrong-type",
            "the name stands after `front`, not before it",
            "write `front == moving`",
        ),
        (
            "front < moving",
            "wrong-type",
            "the values of `front` have no order that `<` could ask for",
            "compare by `==`, `!=` or `front in [a, b]`",
        ),
        (
            "front + 1",
            "wrong-type",
            "`front` is a state, not a number",
            "write `front == moving`",
        ),
        (
            "moving + 1",
            "unknown-name",
            "no parameter, indicator, derived value or metric is named `moving`",
            "`moving` is a value of the state `front`: write `front == moving`",
        ),
        (
            "age(frnt)",
            "wrong-type",
            "`age` takes the name of a state, or `phase`, not `frnt`",
            "did you mean `front`?",
        ),
        (
            "age(cost)",
            "wrong-type",
            "`age` takes the name of a state, or `phase`, not `cost`",
            "",
        ),
        (
            "frnt in [moving]",
            "wrong-type",
            "`in` asks about `phase`, `trend`, `start_trend` or a state, not about `frnt`",
            "did you mean `front`?",
        ),
        (
            "age(front) > 2027-01-01",
            "wrong-type",
            "`age(front)` is a length of time, and `2027-01-01` is a day",
            "compare `t` with a day, and a length with `60 days`",
        ),
    ] {
        let errors = number_or_truth(text, &names, Reads::Path).expect_err(text);
        let [error] = errors.as_slice() else {
            panic!("{text}: {errors:?}")
        };
        assert_eq!(
            (error.code, error.message.as_str()),
            (code, message),
            "{text}"
        );
        assert_eq!(
            error.hints.first().map_or("", String::as_str),
            hint,
            "{text}"
        );
    }
    for text in ["if(front == moving, 1, 0)", "age(front)"] {
        let errors = number_or_truth(text, &names, Reads::Parameters).expect_err(text);
        assert_eq!(errors[0].code, code::NOT_READABLE, "{text}");
    }
}
