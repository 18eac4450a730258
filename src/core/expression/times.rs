//! Which pieces of a formula are times: lengths in years, or days.
//!
//! Told from the text alone. A number without a unit counts years where it meets a time; that is
//! told of. What is certainly no time is kept from those that are written as such.

use super::syntax::{Binary, Kind, Node};
use super::tree::Arithmetic;

/// What a piece is, as far as its text tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// A time that is written as one: `60 days`, `2026-11-03`, and what is made of them.
    Written,
    /// What counts years: `t`, `since(event)`.
    Time,
    /// Numbers alone.
    Bare,
    /// A number that counts something else.
    Other,
    Unknown,
}

impl Sort {
    pub fn is_time(self) -> bool {
        matches!(self, Sort::Written | Sort::Time)
    }
}

/// The sort of a piece.
pub fn sort(node: &Node) -> Sort {
    match &node.kind {
        Kind::Number(_) => Sort::Bare,
        Kind::Time(..) | Kind::Day(_) => Sort::Written,
        Kind::Name(name) => match name.as_str() {
            "t" | "time_in_phase" => Sort::Time,
            "month" => Sort::Other,
            "pi" => Sort::Bare,
            _ => Sort::Unknown,
        },
        Kind::Negate(inner) => sort(inner),
        Kind::Binary(Binary::Arithmetic(operator), left, right) => {
            match (operator, sort(left), sort(right)) {
                (_, Sort::Bare, Sort::Bare) => Sort::Bare,
                (Arithmetic::Add | Arithmetic::Subtract, a, b) => joined(&[a, b]),
                (Arithmetic::Multiply, Sort::Written, Sort::Bare)
                | (Arithmetic::Multiply, Sort::Bare, Sort::Written)
                | (Arithmetic::Divide, Sort::Written, Sort::Bare) => Sort::Written,
                _ => Sort::Unknown,
            }
        }
        Kind::Call {
            name, arguments, ..
        } => match name.as_str() {
            "since" | "first" | "time_in" | "age" => Sort::Time,
            "count" | "share" => Sort::Other,
            "at" => arguments.first().map_or(Sort::Unknown, sort),
            "if" => joined(&arguments.iter().skip(1).map(sort).collect::<Vec<_>>()),
            "min" | "max" | "clamp" | "abs" | "final" | "highest" | "lowest" | "average" => {
                joined(&arguments.iter().map(sort).collect::<Vec<_>>())
            }
            _ => Sort::Unknown,
        },
        Kind::Not(_) | Kind::In(..) | Kind::Binary(..) | Kind::Fault(_) => Sort::Unknown,
    }
}

/// The sort of what is summed, or chosen from.
fn joined(sorts: &[Sort]) -> Sort {
    let any = |sort: Sort| sorts.contains(&sort);
    if any(Sort::Time) {
        Sort::Time
    } else if any(Sort::Written) {
        Sort::Written
    } else if any(Sort::Other) && !any(Sort::Unknown) {
        Sort::Other
    } else if sorts.iter().all(|sort| *sort == Sort::Bare) {
        Sort::Bare
    } else {
        Sort::Unknown
    }
}

/// Comparisons of a time with numbers that have no unit: the time, and the bare side.
pub fn unitless<'n>(node: &'n Node, found: &mut Vec<(&'n Node, &'n Node)>) {
    match &node.kind {
        Kind::Binary(operator, left, right) => {
            if matches!(operator, Binary::Compare(_)) {
                match (sort(left), sort(right)) {
                    (a, Sort::Bare) if a.is_time() && !is_nothing(right) => {
                        found.push((left, right))
                    }
                    (Sort::Bare, b) if b.is_time() && !is_nothing(left) => {
                        found.push((right, left))
                    }
                    _ => {}
                }
            }
            unitless(left, found);
            unitless(right, found);
        }
        Kind::Negate(inner) | Kind::Not(inner) => unitless(inner, found),
        Kind::In(..) | Kind::Number(_) | Kind::Time(..) | Kind::Day(_) | Kind::Name(_) => {}
        Kind::Call {
            arguments, named, ..
        } => {
            let told = named.iter().map(|n| &n.value);
            (arguments.iter().chain(told)).for_each(|part| unitless(part, found));
        }
        Kind::Fault(parts) => parts.iter().for_each(|part| unitless(part, found)),
    }
}

/// No time is no time in every unit.
fn is_nothing(node: &Node) -> bool {
    matches!(node.kind, Kind::Number(0.0))
}

#[cfg(test)]
mod tests {
    use super::super::parser::parse;
    use super::*;

    #[test]
    fn the_sort_of_a_piece_is_told_from_its_text() {
        for (text, wanted) in [
            ("60 days", Sort::Written),
            ("2 * 60 days", Sort::Written),
            ("2026-11-03 + 6 months", Sort::Written),
            ("t", Sort::Time),
            ("t - 2026-11-03", Sort::Time),
            ("min(since(e), 1 year)", Sort::Time),
            ("60 / 365.25", Sort::Bare),
            ("count(e)", Sort::Other),
            ("t / 60 days", Sort::Unknown),
            ("365.25 * time_in(phase == a)", Sort::Unknown),
            ("delay", Sort::Unknown),
        ] {
            assert_eq!(sort(&parse(text).root), wanted, "{text}");
        }
    }

    #[test]
    fn bare_numbers_beside_times_are_found_wherever_they_are_compared() {
        for (text, wanted) in [
            ("since(e) < 0.1 and t > 60 days", 1),
            ("if(0.5 <= time_in_phase, 1, 0)", 1),
            ("not (t > 60/365.25 or t < delay)", 1),
            ("t > 0 and t <= 2026-11-03 and time_in(phase) < 6 months", 0),
            ("365.25 * t > 10 and t / 1 day > 10", 0),
        ] {
            let parsed = parse(text);
            let mut found = Vec::new();
            unitless(&parsed.root, &mut found);
            assert_eq!(found.len(), wanted, "{text}");
        }
    }
}
