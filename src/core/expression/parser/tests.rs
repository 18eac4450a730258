//! Table tests of the grammar: text to fully bracketed tree, faulty text to faults.

use super::*;

fn show(node: &Node) -> String {
    let list = |nodes: &[Node]| nodes.iter().map(show).collect::<Vec<_>>().join(" ");
    match &node.kind {
        Kind::Number(value) => value.to_string(),
        Kind::Time(years, _) => format!("{years} years"),
        Kind::Day(day) => day.to_string(),
        Kind::Name(name) => name.clone(),
        Kind::Negate(inner) => format!("(- {})", show(inner)),
        Kind::Not(inner) => format!("(not {})", show(inner)),
        Kind::Binary(operator, left, right) => {
            format!("({} {} {})", operator.symbol(), show(left), show(right))
        }
        Kind::In(subject, members) => format!("(in {} {})", show(subject), list(members)),
        Kind::Call {
            name, arguments, ..
        } => format!("{name}[{}]", list(arguments)),
        Kind::Fault(parts) => format!("<{}>", list(parts)),
    }
}

#[test]
fn operators_bind_as_the_reference_says() {
    for (text, tree) in [
        ("1 + 2 * 3", "(+ 1 (* 2 3))"),
        ("1 - 2 - 3", "(- (- 1 2) 3)"),
        ("8 / 4 / 2", "(/ (/ 8 4) 2)"),
        ("2 ^ 3 ^ 2", "(^ 2 (^ 3 2))"),
        ("-a ^ 2", "(- (^ a 2))"),
        ("2 ^ -1", "(^ 2 (- 1))"),
        ("2 ^ -a ^ 2", "(^ 2 (- (^ a 2)))"),
        ("-a / b", "(/ (- a) b)"),
        ("a * -b", "(* a (- b))"),
        ("a ^ 2 * b", "(* (^ a 2) b)"),
        ("(1 + 2) * 3", "(* (+ 1 2) 3)"),
        (
            "a < b + 1 and c >= 2 or not d == 1",
            "(or (and (< a (+ b 1)) (>= c 2)) (not (== d 1)))",
        ),
        ("not not a", "(not (not a))"),
        ("a and not b and c", "(and (and a (not b)) c)"),
        ("a or b and c", "(or a (and b c))"),
        ("if(a > 1, b, -c)", "if[(> a 1) b (- c)]"),
        (
            "phase in [talks, truce] and a > 0",
            "(and (in phase talks truce) (> a 0))",
        ),
        ("not phase in [talks]", "(not (in phase talks))"),
        ("max(1, 2, 3) ^ 2", "(^ max[1 2 3] 2)"),
    ] {
        let parsed = parse(text);
        assert_eq!(parsed.errors, [], "{text}");
        assert_eq!(show(&parsed.root), tree, "{text}");
    }
}

#[test]
fn each_fault_is_reported_at_its_bytes() {
    for (text, faults) in [
        ("", vec![("the formula is empty", 0..0)]),
        ("   ", vec![("the formula is empty", 3..3)]),
        (
            "a +",
            vec![("expected a value, found the end of the formula", 3..3)],
        ),
        ("a + * b", vec![("expected a value, found `*`", 4..5)]),
        ("(a + b", vec![("`(` is never closed", 0..1)]),
        ("a + b)", vec![("`)` closes nothing", 5..6)]),
        ("max(a, )", vec![("expected a value, found `)`", 7..8)]),
        ("max(, b)", vec![("expected a value, found `,`", 4..5)]),
        ("a b", vec![("expected an operator, found `b`", 2..3)]),
        ("1,000", vec![("`,` separates nothing here", 1..2)]),
        ("a < b < c", vec![("comparisons cannot be chained", 6..7)]),
        (
            "phase in talks",
            vec![("`in` wants a list in square brackets", 6..8)],
        ),
        (
            "[a, b]",
            vec![("a list has a meaning only after `in`", 0..1)],
        ),
        (
            "phase not in [a]",
            vec![
                ("expected an operator, found `not`", 6..9),
                ("expected a value, found `in`", 10..12),
                ("a list has a meaning only after `in`", 13..14),
            ],
        ),
    ] {
        let found = parse(text).errors;
        let found: Vec<_> = found
            .iter()
            .map(|e| (e.message.as_str(), e.range.clone()))
            .collect();
        assert_eq!(found, faults, "{text}");
    }
}

#[test]
fn several_faults_of_one_formula_are_all_reported() {
    let parsed = parse("(a = 1) && max(, 2) + * 3 )");
    let codes: Vec<_> = parsed.errors.iter().map(|e| e.range.clone()).collect();
    assert_eq!(codes, [3..4, 8..10, 15..16, 22..23, 26..27]);
}

#[test]
fn deep_nesting_is_a_clean_fault() {
    for text in [
        format!("{}1{}", "(".repeat(10_000), ")".repeat(10_000)),
        format!("{}1", "-".repeat(10_000)),
        format!("{}a", "not ".repeat(10_000)),
        format!("1{}", " + 1".repeat(10_000)),
        format!("2{}", "^2".repeat(10_000)),
        format!("{}1{}", "abs(".repeat(10_000), ")".repeat(10_000)),
    ] {
        let parsed = parse(&text);
        assert_eq!(parsed.errors.len(), 1, "{:?}", parsed.errors);
        assert_eq!(parsed.errors[0].code, code::TOO_DEEP);
        assert!(parsed.root.depth <= DEEPEST);
    }
    assert_eq!(
        parse(&"1".repeat(super::super::lexer::LONGEST + 1)).errors[0].code,
        code::TOO_DEEP
    );
}

#[test]
fn value_names_leave_out_phases_and_events() {
    let parsed = parse(
        "cost * 2 + if(phase == talks and count(convoy) > 1 or ever(support < 1), first(deal), t) + if(mood == calm, age(mood), 0)",
    );
    let names: Vec<_> = parsed
        .root
        .value_names(&["mood".to_owned()])
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(names, ["cost", "support", "t"]);
}
