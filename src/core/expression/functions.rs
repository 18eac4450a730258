//! The one table of what the formula language has built in.
//!
//! The checker looks names and argument counts up here, the reference documentation is written from
//! it, and a test runs every example: a function cannot exist without a meaning and an example that
//! is true.
//!
//! The examples read one small trial, [`EXAMPLE_TRIAL`].

use super::tree::Function;

/// The trial that the examples of the table read, in words.
pub const EXAMPLE_TRIAL: &str = "The examples read one small trial that started on 1 January 2026 and is looked at when t = 2, its horizon. \
The parameter `cost` is 0.5. The indicator `support` is 0.6, and 0.2 from t = 1. The event `strike` fired at t = 0.5 and at t = 1.5, the event `deal` never did. \
The phase was `war`, and is `talks` from t = 1.5. The trend was `stalemate`, and is `escalation` from t = 1.";

/// An entry of the table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Builtin {
    pub name: &'static str,
    /// How it is written, with named arguments.
    pub signature: &'static str,
    /// Its meaning in one sentence, without a full stop.
    pub says: &'static str,
    /// A formula that uses it, read in [`EXAMPLE_TRIAL`].
    pub example: &'static str,
    pub value: ExampleValue,
    pub readable: Readable,
    pub form: Form,
}

/// What an example gives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ExampleValue {
    Number(f64),
    Truth(bool),
}

/// The least that a place must offer for an entry to be used there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readable {
    /// Everywhere.
    Anywhere,
    /// Where the state of a running trial exists.
    State,
    /// Where the trial is finished: outcomes and metrics.
    Path,
}

/// What the checker does with an entry.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Form {
    /// A function of numbers, with its least and largest number of arguments.
    Numeric(Function, usize, usize),
    If,
    /// A function of an event.
    OfEvent(OfEvent),
    /// A reading of the path by a number or a condition.
    Reading(Reading),
    Constant(f64),
    Truth(bool),
    Time,
    Month,
    TimeInPhase,
    /// Time since the phase or a state last moved.
    Age,
    /// `phase`, `trend` or `start_trend`: compared with names only.
    State(State),
    /// A word that is an operator; the parser knows it.
    Operator,
}

/// Functions whose argument is an event, or (on a finished trial) a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfEvent {
    Count,
    Ever,
    Since,
    First,
}

/// Path readings of an expression over the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    Final,
    Highest,
    Lowest,
    Average,
    TimeIn,
    Share,
    Total,
    /// At an instant, its second argument.
    At,
}

/// Words that stand for a mutually exclusive state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Phase,
    Trend,
    StartTrend,
}

const ANY_NUMBER: usize = usize::MAX;

const fn entry(
    name: &'static str,
    signature: &'static str,
    says: &'static str,
    example: &'static str,
    value: ExampleValue,
    readable: Readable,
    form: Form,
) -> Builtin {
    Builtin {
        name,
        signature,
        says,
        example,
        value,
        readable,
        form,
    }
}

use ExampleValue::{Number, Truth};
use Readable::{Anywhere, Path};

/// Everything that the language has built in, except symbols; in the order of the reference.
#[rustfmt::skip]
pub const BUILTINS: [Builtin; 53] = [
    entry("pi", "pi", "the ratio of a circle's circumference to its diameter", "cos(pi)", Number(-1.0), Anywhere, Form::Constant(core::f64::consts::PI)),
    entry("true", "true", "the condition that always holds", "true or false", Truth(true), Anywhere, Form::Truth(true)),
    entry("false", "false", "the condition that never holds", "not false", Truth(true), Anywhere, Form::Truth(false)),
    entry("and", "a and b", "both conditions hold", "cost > 0 and cost < 1", Truth(true), Anywhere, Form::Operator),
    entry("or", "a or b", "at least one of the conditions holds", "cost < 0 or cost > 1", Truth(false), Anywhere, Form::Operator),
    entry("not", "not a", "the condition does not hold; looser than a comparison, tighter than `and`", "not cost > 1", Truth(true), Anywhere, Form::Operator),
    entry("in", "phase in [a, b]", "the phase or trend is one of those listed, or a state has one of these values", "phase in [talks, truce]", Truth(true), Readable::State, Form::Operator),
    entry("if", "if(condition, then, otherwise)", "`then` where the condition holds, `otherwise` where it does not; both numbers, or both conditions", "if(cost > 0.4, 10, 20)", Number(10.0), Anywhere, Form::If),
    entry("min", "min(x, y, …)", "the smallest of two or more numbers", "min(3, cost, 2)", Number(0.5), Anywhere, Form::Numeric(Function::Min, 2, ANY_NUMBER)),
    entry("max", "max(x, y, …)", "the largest of two or more numbers", "max(3, cost, 2)", Number(3.0), Anywhere, Form::Numeric(Function::Max, 2, ANY_NUMBER)),
    entry("clamp", "clamp(x, low, high)", "`x`, but at least `low` and at most `high`", "clamp(7, 0, 5)", Number(5.0), Anywhere, Form::Numeric(Function::Clamp, 3, 3)),
    entry("abs", "abs(x)", "the distance from zero", "abs(cost - 2)", Number(1.5), Anywhere, Form::Numeric(Function::Abs, 1, 1)),
    entry("floor", "floor(x)", "the largest whole number that is not above `x`", "floor(-1.5)", Number(-2.0), Anywhere, Form::Numeric(Function::Floor, 1, 1)),
    entry("ceil", "ceil(x)", "the smallest whole number that is not below `x`", "ceil(-1.5)", Number(-1.0), Anywhere, Form::Numeric(Function::Ceil, 1, 1)),
    entry("round", "round(x)", "the nearest whole number; halves go away from zero", "round(2.5)", Number(3.0), Anywhere, Form::Numeric(Function::Round, 1, 1)),
    entry("mod", "mod(x, y)", "what is left of `x` after whole multiples of `y`, with the sign of `y`", "mod(-7, 3)", Number(2.0), Anywhere, Form::Numeric(Function::Mod, 2, 2)),
    entry("sign", "sign(x)", "-1, 0 or 1, as `x` is negative, zero or positive", "sign(cost - 2)", Number(-1.0), Anywhere, Form::Numeric(Function::Sign, 1, 1)),
    entry("exp", "exp(x)", "e to the power of `x`", "exp(0)", Number(1.0), Anywhere, Form::Numeric(Function::Exp, 1, 1)),
    entry("ln", "ln(x)", "the natural logarithm of a positive number", "ln(exp(2))", Number(2.0), Anywhere, Form::Numeric(Function::Ln, 1, 1)),
    entry("log10", "log10(x)", "the decimal logarithm of a positive number", "log10(1000)", Number(3.0), Anywhere, Form::Numeric(Function::Log10, 1, 1)),
    entry("sqrt", "sqrt(x)", "the square root of a number that is not negative", "sqrt(cost + 1.75)", Number(1.5), Anywhere, Form::Numeric(Function::Sqrt, 1, 1)),
    entry("sin", "sin(x)", "the sine of an angle in radians", "sin(pi / 2)", Number(1.0), Anywhere, Form::Numeric(Function::Sin, 1, 1)),
    entry("cos", "cos(x)", "the cosine of an angle in radians", "cos(0)", Number(1.0), Anywhere, Form::Numeric(Function::Cos, 1, 1)),
    entry("logistic", "logistic(x)", "1 / (1 + exp(-x)): rises from 0 to 1, and is 0.5 at 0", "logistic(0)", Number(0.5), Anywhere, Form::Numeric(Function::Logistic, 1, 1)),
    entry("60 days", "60 days", "a length of time; also `hours`, `weeks`, `months` and `years`", "60 days < 2 months", Truth(true), Anywhere, Form::Operator),
    entry("2027-12-31", "YYYY-MM-DD", "a day, as the time from the start to its beginning", "t >= 2027-12-31", Truth(true), Readable::State, Form::Operator),
    entry("t", "t", "years since the start", "t", Number(2.0), Readable::State, Form::Time),
    entry("month", "month", "the calendar month, 1 to 12", "month", Number(1.0), Readable::State, Form::Month),
    entry("time_in_phase", "time_in_phase", "years since the present phase was entered", "time_in_phase", Number(0.5), Readable::State, Form::TimeInPhase),
    entry("age", "age(state)", "years since a state last moved, or from the start; of `phase` also", "age(phase)", Number(0.5), Readable::State, Form::Age),
    entry("phase", "phase == NAME", "the present phase, compared with a name by `==`, `!=` or `in`", "phase != war", Truth(true), Readable::State, Form::State(State::Phase)),
    entry("trend", "trend == NAME", "the present trend, compared with a name by `==`, `!=` or `in`", "trend in [escalation, stalemate]", Truth(true), Readable::State, Form::State(State::Trend)),
    entry("count", "count(event)", "how often the event has fired so far", "count(strike)", Number(2.0), Readable::State, Form::OfEvent(OfEvent::Count)),
    entry("ever", "ever(event)", "the event has fired; in outcomes and metrics also `ever(condition)`: the condition held at some time", "ever(deal)", Truth(false), Readable::State, Form::OfEvent(OfEvent::Ever)),
    entry("since", "since(event)", "years since the event's last firing, infinite before the first (unless `history` has one): for comparisons and `exp(-since(…))` only", "since(strike) < 1", Truth(true), Readable::State, Form::OfEvent(OfEvent::Since)),
    entry("start_trend", "start_trend == NAME", "the trend at t = 0, compared with a name", "start_trend == stalemate", Truth(true), Path, Form::State(State::StartTrend)),
    entry("final", "final(x)", "the value of `x` at the horizon", "final(support)", Number(0.2), Path, Form::Reading(Reading::Final)),
    entry("highest", "highest(x)", "the largest value of `x` along the trial", "highest(support + cost)", Number(1.1), Path, Form::Reading(Reading::Highest)),
    entry("lowest", "lowest(x)", "the smallest value of `x` along the trial", "lowest(support)", Number(0.2), Path, Form::Reading(Reading::Lowest)),
    entry("average", "average(x)", "the time average of `x` along the trial", "average(support)", Number(0.4), Path, Form::Reading(Reading::Average)),
    entry("time_in", "time_in(condition)", "years during which the condition held; `time_in(phase)` is that since the present phase was entered, `time_in(state)` the same of a state, and both can stand while a trial runs", "time_in(support < 0.5)", Number(1.0), Path, Form::Reading(Reading::TimeIn)),
    entry("first", "first(event)", "years from the start to the event's first firing, or with `first(condition)` until the condition first held; infinite if never, and a metric then has no value in that trial", "first(strike)", Number(0.5), Path, Form::OfEvent(OfEvent::First)),
    entry("at", "at(x, when)", "the value of `x` at an instant, a day (its beginning) or a time since the start; also of a condition, and of what is read of the path up to then", "at(support, 6 months)", Number(0.6), Path, Form::Reading(Reading::At)),
    entry("share", "share(condition)", "the part of the time during which the condition held", "share(support < 0.5)", Number(0.5), Path, Form::Reading(Reading::Share)),
    entry("total", "total(x)", "the integral of `x` over time in years; of a cost per year, the cost", "total(support)", Number(0.8), Path, Form::Reading(Reading::Total)),
    entry("discount:", "total(x, discount: rate)", "the same, where what comes at time t counts exp(-rate * t): a continuous rate per year, of numbers and parameters", "round(1000 * total(support, discount: 0.05))", Number(771.0), Path, Form::Operator),
    entry("from:", "count(event, from: a, to: b)", "firings from one instant to another, both included; a day after `to:` counts to its end; either can be left out", "count(strike, from: 2026-03-01, to: 1 year)", Number(1.0), Path, Form::Operator),
    entry("after:", "first(event, after: other)", "years from the start to the event's first firing after the first one of another event, infinite if there is none", "first(strike, after: strike)", Number(1.5), Path, Form::Operator),
    entry("+", "a + b", "the sum", "cost + 1", Number(1.5), Anywhere, Form::Operator),
    entry("-", "a - b", "the difference; `-a` alone changes the sign, after `^` and before `*`", "2 - -cost", Number(2.5), Anywhere, Form::Operator),
    entry("*", "a * b", "the product; `a / b` is the quotient", "3 * cost / 2", Number(0.75), Anywhere, Form::Operator),
    entry("^", "a ^ b", "the power, from right to left: `2 ^ 3 ^ 2` is `2 ^ (3 ^ 2)`", "-2 ^ 2", Number(-4.0), Anywhere, Form::Operator),
    entry("==", "a == b", "the numbers are equal; also `!=`, `<`, `<=`, `>`, `>=`, which do not chain", "1 + 1 == 2", Truth(true), Anywhere, Form::Operator),
];

/// The entry of a word, if the language has it built in.
pub fn builtin(name: &str) -> Option<&'static Builtin> {
    BUILTINS.iter().find(|b| b.name == name)
}

/// Functions that files of format 1 did not know: things may be called so there.
const NEW_IN_FORMAT_2: [&str; 5] = ["ceil", "round", "mod", "sign", "age"];
/// Functions that things may be called as in every format: they are words that people name things
/// by, and brackets tell them apart.
const NEVER_RESERVED: [&str; 3] = ["at", "share", "total"];

/// Words that no parameter, indicator, derived value or metric can be named in files of a format.
pub fn reserved_words(format: u64) -> impl Iterator<Item = &'static str> {
    BUILTINS
        .iter()
        .map(|b| b.name)
        .filter(|n| super::lexer::is_name(n))
        .filter(|n| !NEVER_RESERVED.contains(n))
        .filter(move |n| format > 1 || !NEW_IN_FORMAT_2.contains(n))
}

impl Builtin {
    /// Names of the arguments that are told by name; all of them can be left out.
    pub fn named_arguments(&self) -> &'static [&'static str] {
        match self.form {
            Form::OfEvent(OfEvent::Count) => &["from", "to"],
            Form::OfEvent(OfEvent::First) => &["after"],
            Form::Reading(Reading::Total) => &["discount"],
            _ => &[],
        }
    }

    /// Is it written with arguments in brackets?
    pub fn is_function(&self) -> bool {
        matches!(
            self.form,
            Form::Numeric(..) | Form::If | Form::OfEvent(_) | Form::Reading(_) | Form::Age
        )
    }
}

/// The table as Markdown, for the reference documentation.
pub fn reference_markdown() -> String {
    let mut text = format!(
        "{EXAMPLE_TRIAL}\n\n| written | meaning | where | example | gives |\n| --- | --- | --- | --- | --- |\n"
    );
    for b in &BUILTINS {
        let place = match b.readable {
            Readable::Anywhere => "everywhere",
            Readable::State => "while a trial runs, and after",
            Readable::Path => "outcomes, metrics",
        };
        let value = match b.value {
            ExampleValue::Number(value) => value.to_string(),
            ExampleValue::Truth(value) => value.to_string(),
        };
        text.push_str(&format!(
            "| `{}` | {} | {place} | `{}` | {value} |\n",
            b.signature, b.says, b.example
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_name_stands_twice_in_the_table() {
        let names: BTreeSet<_> = BUILTINS.iter().map(|b| b.name).collect();
        assert_eq!(names.len(), BUILTINS.len());
    }

    #[test]
    fn every_example_uses_its_entry() {
        for b in &BUILTINS {
            assert!(b.example.contains(b.name), "{}", b.name);
        }
    }

    #[test]
    fn the_reference_has_a_row_for_every_entry() {
        let text = reference_markdown();
        for b in &BUILTINS {
            assert!(
                text.contains(&format!("| `{}` | {}", b.signature, b.says)),
                "{}",
                b.name
            );
        }
    }

    #[test]
    fn words_are_reserved_and_symbols_are_not() {
        let words: Vec<_> = reserved_words(2).collect();
        assert!(!words.contains(&"share"));
        assert!(words.contains(&"round") && reserved_words(1).all(|word| word != "round"));
        assert!(words.contains(&"logistic") && words.contains(&"in") && !words.contains(&"+"));
    }
}
