//! The tree that the parser builds: names are still text, types are unknown, every node knows its
//! bytes.
//!
//! Read by the checker, and by the model builder to find which metrics or derived values a formula
//! names.

use super::tree::{Arithmetic, Comparison};
use jiff::civil::Date;
use std::ops::Range;

// How strongly operators bind, from the weakest; what parses formulas and what prints them agree on
// it.
pub const OR: u8 = 1;
pub const AND: u8 = 2;
pub const NOT: u8 = 3;
pub const COMPARE: u8 = 4;
pub const SUM: u8 = 5;
pub const PRODUCT: u8 = 6;
pub const MINUS: u8 = 7;
pub const POWER: u8 = 8;

/// A piece of a formula.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    pub kind: Kind,
    pub range: Range<usize>,
    /// The same with the brackets around it, if it has any.
    pub outer: Range<usize>,
    /// Levels below and including this node; bounded by the parser, so that recursion over the tree
    /// is safe.
    pub depth: usize,
}

/// What a piece is.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    Number(f64),
    /// A length of time, written with its unit: years, and the whole months that they are, or 0.
    Time(f64, u32),
    Day(Date),
    Name(String),
    Negate(Box<Node>),
    Not(Box<Node>),
    Binary(Binary, Box<Node>, Box<Node>),
    /// `subject in [member, …]`
    In(Box<Node>, Vec<Node>),
    Call {
        name: String,
        name_range: Range<usize>,
        arguments: Vec<Node>,
        /// `name: expression`, after the others.
        named: Vec<Named>,
    },
    /// Something that was reported already; the pieces inside are checked for names all the same.
    Fault(Vec<Node>),
}

/// An argument that is told by its name.
#[derive(Clone, Debug, PartialEq)]
pub struct Named {
    pub name: String,
    pub name_range: Range<usize>,
    pub value: Node,
}

/// An infix operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binary {
    Arithmetic(Arithmetic),
    Compare(Comparison),
    And,
    Or,
}

impl Binary {
    /// The operator as it is written.
    pub fn symbol(self) -> &'static str {
        match self {
            Binary::Arithmetic(operator) => operator.symbol(),
            Binary::Compare(operator) => operator.symbol(),
            Binary::And => "and",
            Binary::Or => "or",
        }
    }
}

impl Arithmetic {
    /// The operator as it is written.
    pub fn symbol(self) -> &'static str {
        match self {
            Arithmetic::Add => "+",
            Arithmetic::Subtract => "-",
            Arithmetic::Multiply => "*",
            Arithmetic::Divide => "/",
            Arithmetic::Power => "^",
        }
    }
}

impl Comparison {
    /// The operator as it is written.
    pub fn symbol(self) -> &'static str {
        match self {
            Comparison::Less => "<",
            Comparison::LessOrEqual => "<=",
            Comparison::Greater => ">",
            Comparison::GreaterOrEqual => ">=",
            Comparison::Equal => "==",
            Comparison::NotEqual => "!=",
        }
    }
}

impl Node {
    /// A node whose depth follows from its parts.
    pub fn new(kind: Kind, range: Range<usize>) -> Self {
        let below = |nodes: &[Node]| nodes.iter().map(|n| n.depth).max().unwrap_or(0);
        let depth = 1 + match &kind {
            Kind::Number(_) | Kind::Time(..) | Kind::Day(_) | Kind::Name(_) => 0,
            Kind::Negate(inner) | Kind::Not(inner) => inner.depth,
            Kind::Binary(_, left, right) => left.depth.max(right.depth),
            Kind::In(subject, members) => subject.depth.max(below(members)),
            Kind::Call {
                arguments, named, ..
            } => below(arguments).max(named.iter().map(|n| n.value.depth).max().unwrap_or(0)),
            Kind::Fault(parts) => below(parts),
        };
        Self {
            kind,
            outer: range.clone(),
            range,
            depth,
        }
    }

    /// Names that the formula reads as values: `support` in `2 * support`, not `talks` in `phase ==
    /// talks` nor `convoy` in `count(convoy)`.
    ///
    /// May list a name that turns out to be none of the author's things (`t`, a misspelling).
    /// `states` are the names of states, whose values are no values of a formula.
    pub fn value_names(&self, states: &[String]) -> Vec<(&str, Range<usize>)> {
        let mut names = Vec::new();
        self.collect(states, &mut names);
        names
    }

    fn collect<'a>(&'a self, states: &[String], names: &mut Vec<(&'a str, Range<usize>)>) {
        match &self.kind {
            Kind::Number(_) | Kind::Time(..) | Kind::Day(_) => {}
            Kind::Name(name) => names.push((name, self.range.clone())),
            Kind::Negate(inner) | Kind::Not(inner) => inner.collect(states, names),
            Kind::Binary(_, left, right)
                if left.names_state(states) || right.names_state(states) => {}
            Kind::Binary(_, left, right) => {
                left.collect(states, names);
                right.collect(states, names);
            }
            Kind::In(..) => {}
            // `time_in(phase)` reads no value.
            Kind::Call { arguments, .. } if matches!(arguments.as_slice(), [only] if only.names_state(states)) =>
                {}
            Kind::Call {
                name,
                arguments,
                named,
                ..
            } => {
                let events = matches!(name.as_str(), "count" | "ever" | "since" | "first");
                let told = named.iter().map(|n| (n.name == "after", &n.value));
                let all = arguments.iter().map(|argument| (events, argument));
                for (is_event, argument) in all.chain(told) {
                    if !(is_event && matches!(argument.kind, Kind::Name(_))) {
                        argument.collect(states, names);
                    }
                }
            }
            Kind::Fault(parts) => parts.iter().for_each(|part| part.collect(states, names)),
        }
    }

    /// Is this the name of a state, or one of the words that stand for the phase and the trend?
    pub fn names_state(&self, states: &[String]) -> bool {
        self.is_state_word()
            || matches!(&self.kind, Kind::Name(name) if states.binary_search(name).is_ok())
    }

    /// Is this one of the words that stand for the state, `phase`, `trend` or `start_trend`?
    pub fn is_state_word(&self) -> bool {
        matches!(&self.kind, Kind::Name(name) if matches!(name.as_str(), "phase" | "trend" | "start_trend"))
    }
}
