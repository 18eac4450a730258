//! Tokens to a tree, by operator precedence (Pratt 1973), going on after a fault.
//!
//! Takes the text; gives the tree and every fault of lexer and parser. What cannot be understood
//! becomes a [`Kind::Fault`] that keeps its understandable pieces, so that one look at a formula
//! reports all that is wrong with it.
//!
//! From loosest to tightest: `or`, `and`, `not`, comparisons (which do not chain), `+ -`, `* /`,
//! unary `-`, `^` (right to left).

use super::error::{FormulaError, code};
use super::lexer::{Lexeme, Token, tokens};
use super::syntax::{AND, COMPARE, MINUS, NOT, OR, POWER, PRODUCT, SUM};
use super::syntax::{Binary, Kind, Named, Node};
use super::tree::{Arithmetic, Comparison};
use std::ops::Range;

/// Most levels of a tree: a bound on the stack of everything that walks formulas.
pub const DEEPEST: usize = 250;
/// Faults after which the parser stops reporting.
pub const MOST_FAULTS: usize = 20;

/// Words that are operators and can never be names.
pub const OPERATOR_WORDS: [&str; 4] = ["and", "or", "not", "in"];

/// What was understood of a text.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// The formula as it was written.
    pub text: String,
    pub root: Node,
    /// Empty if the text follows the grammar.
    pub errors: Vec<FormulaError>,
}

/// Parses a formula. Never fails; `errors` says what is wrong.
pub fn parse(text: &str) -> Parsed {
    let (lexemes, errors) = tokens(text);
    let mut parser = Parser {
        lexemes,
        next: 0,
        nesting: 0,
        given_up: false,
        errors,
    };
    let mut root = parser.expression(OR);
    while *parser.peek() != Token::End {
        let found = parser.advance();
        parser.trailing(&found);
        if found.token.begins_value() {
            parser.next -= 1;
        }
        if *parser.peek() == Token::End {
            break;
        }
        let more = parser.expression(OR);
        let range = root.outer.start..more.outer.end;
        root = parser.node(Kind::Fault(vec![root, more]), range);
    }
    let mut errors = parser.errors;
    errors.sort_by_key(|e| (e.range.start, e.range.end));
    errors.truncate(MOST_FAULTS);
    Parsed {
        text: text.to_owned(),
        root,
        errors,
    }
}

struct Parser {
    lexemes: Vec<Lexeme>,
    next: usize,
    nesting: usize,
    given_up: bool,
    errors: Vec<FormulaError>,
}

impl Parser {
    fn peek(&self) -> &Token {
        &self.lexemes[self.next].token
    }

    fn here(&self) -> Range<usize> {
        self.lexemes[self.next].range.clone()
    }

    /// Takes one token; the end is never passed.
    fn advance(&mut self) -> Lexeme {
        let lexeme = self.lexemes[self.next].clone();
        if lexeme.token != Token::End {
            self.next += 1;
        }
        lexeme
    }

    fn fault(&mut self, error: FormulaError) {
        // A text that is no formula at all must not cost time for every byte.
        if self.errors.len() > 10 * MOST_FAULTS {
            return;
        }
        // One fault a place: what follows from the first would only confuse.
        let repeated = self.errors.iter().any(|e| e.range == error.range);
        if !self.given_up && !repeated {
            self.errors.push(error);
        }
    }

    /// Jumps to the end: the tree would be too deep to walk.
    fn give_up(&mut self, range: Range<usize>) -> Node {
        self.fault(
            FormulaError::new(
                code::TOO_DEEP,
                format!("the formula is nested more than {DEEPEST} levels deep"),
                range.start..range.start.max(range.end.min(range.start + 1)),
            )
            .hint("split it into derived values"),
        );
        self.given_up = true;
        self.next = self.lexemes.len() - 1;
        Node::new(Kind::Fault(Vec::new()), range)
    }

    /// A node, unless the tree would become too deep.
    fn node(&mut self, kind: Kind, range: Range<usize>) -> Node {
        let node = Node::new(kind, range.clone());
        if node.depth > DEEPEST {
            self.give_up(range)
        } else {
            node
        }
    }

    fn expression(&mut self, weakest: u8) -> Node {
        self.nesting += 1;
        let node = if self.nesting > DEEPEST {
            let here = self.here();
            self.give_up(here)
        } else {
            let first = self.operand();
            self.operators(first, weakest)
        };
        self.nesting -= 1;
        node
    }

    /// Extends `left` by the operators that bind at least as tightly as `weakest`.
    fn operators(&mut self, mut left: Node, weakest: u8) -> Node {
        loop {
            if let Token::Word(word) = self.peek()
                && word == "in"
                && weakest <= COMPARE
            {
                left = self.membership(left);
                continue;
            }
            let Some((operator, strength, right_strength)) = infix(self.peek()) else {
                return left;
            };
            if strength < weakest {
                return left;
            }
            let at = self.advance().range;
            let right = self.expression(right_strength);
            let range = left.outer.start..right.outer.end;
            let chained = matches!(operator, Binary::Compare(_)) && is_comparison(&left);
            if chained {
                self.fault(
                    FormulaError::new(code::SYNTAX, "comparisons cannot be chained", at)
                        .hint("write `a < b and b < c` for a < b < c"),
                );
                left = self.node(Kind::Fault(vec![left, right]), range);
            } else {
                left = self.node(
                    Kind::Binary(operator, Box::new(left), Box::new(right)),
                    range,
                );
            }
        }
    }

    /// A value, a group, a call, or a prefix operator with what it applies to.
    fn operand(&mut self) -> Node {
        loop {
            let Lexeme { token, range } = self.advance();
            return match token {
                Token::Number(value) => Node::new(Kind::Number(value), range),
                Token::Time(years, months) => Node::new(Kind::Time(years, months), range),
                Token::Day(day) => Node::new(Kind::Day(day), range),
                Token::Word(word) if word == "not" => {
                    let inner = self.expression(NOT);
                    let whole = range.start..inner.outer.end;
                    self.node(Kind::Not(Box::new(inner)), whole)
                }
                Token::Word(word) if OPERATOR_WORDS.contains(&word.as_str()) => {
                    self.missing_operand(&Token::Word(word), range);
                    continue;
                }
                Token::Word(word) => {
                    if *self.peek() == Token::Open {
                        self.call(word, range)
                    } else {
                        Node::new(Kind::Name(word), range)
                    }
                }
                Token::Operator("-") => {
                    let inner = self.expression(MINUS);
                    let whole = range.start..inner.outer.end;
                    self.node(Kind::Negate(Box::new(inner)), whole)
                }
                Token::Open => {
                    let mut inner = self.expression(OR);
                    self.close(Token::Close, &range, "`(`");
                    inner.outer =
                        range.start..self.lexemes[self.next - 1].range.end.max(inner.outer.end);
                    inner
                }
                Token::OpenList => {
                    let members = self.list(Token::CloseList, &range, "`[`");
                    self.fault(
                        FormulaError::new(
                            code::SYNTAX,
                            "a list has a meaning only after `in`",
                            range.clone(),
                        )
                        .hint("write `phase in [talks, truce]`"),
                    );
                    let end = members.last().map_or(range.end, |m| m.range.end);
                    self.node(Kind::Fault(members), range.start..end)
                }
                Token::Operator(_) => {
                    self.missing_operand(&token, range);
                    continue;
                }
                Token::Close | Token::CloseList | Token::Comma | Token::Colon | Token::End => {
                    if token != Token::End {
                        self.next -= 1;
                    }
                    self.missing_operand(&token, range.clone());
                    Node::new(Kind::Fault(Vec::new()), range.start..range.start)
                }
            };
        }
    }

    fn missing_operand(&mut self, found: &Token, range: Range<usize>) {
        let message = if *found == Token::End && self.lexemes.len() == 1 {
            "the formula is empty".to_owned()
        } else {
            format!("expected a value, found {}", found.shown())
        };
        self.fault(FormulaError::new(code::SYNTAX, message, range));
    }

    /// `subject in [a, b]`, with the subject read and `in` next.
    fn membership(&mut self, subject: Node) -> Node {
        let at = self.advance().range;
        if *self.peek() == Token::OpenList {
            let open = self.advance().range;
            let members = self.list(Token::CloseList, &open, "`[`");
            let end = self.lexemes[self.next - 1].range.end;
            let range = subject.outer.start..end;
            return self.node(Kind::In(Box::new(subject), members), range);
        }
        self.fault(
            FormulaError::new(code::SYNTAX, "`in` wants a list in square brackets", at)
                .hint("write `phase in [talks, truce]`"),
        );
        let right = self.expression(SUM);
        let range = subject.outer.start..right.outer.end;
        self.node(Kind::Fault(vec![subject, right]), range)
    }

    /// Arguments of a function, with its name read and `(` next.
    fn call(&mut self, name: String, name_range: Range<usize>) -> Node {
        let open = self.advance().range;
        let (arguments, named) = self.arguments(&open);
        let end = self.lexemes[self.next - 1].range.end;
        let range = name_range.start..end.max(open.end);
        self.node(
            Kind::Call {
                name,
                name_range,
                arguments,
                named,
            },
            range,
        )
    }

    /// Expressions separated by commas up to and including `close`.
    fn list(&mut self, close: Token, open: &Range<usize>, shown: &str) -> Vec<Node> {
        let mut items = Vec::new();
        self.each_item(close, open, shown, &mut |parser| {
            items.push(parser.expression(OR));
        });
        items
    }

    /// Arguments up to and including the closing bracket; those with names stand after the others.
    fn arguments(&mut self, open: &Range<usize>) -> (Vec<Node>, Vec<Named>) {
        let (mut arguments, mut named) = (Vec::new(), Vec::<Named>::new());
        self.each_item(Token::Close, open, "`(`", &mut |parser| {
            if let Some((name, name_range)) = parser.argument_name() {
                let value = parser.expression(OR);
                named.push(Named {
                    name,
                    name_range,
                    value,
                });
                return;
            }
            let argument = parser.expression(OR);
            if let Some(last) = named.last() {
                let message = "an argument without a name stands before those with one";
                let error = FormulaError::new(code::SYNTAX, message, argument.range.clone());
                let last = last.name.clone();
                parser.fault(error.hint(format!("move it to before `{last}:`")));
            }
            arguments.push(argument);
        });
        (arguments, named)
    }

    /// The name before a colon, if one is next; both are taken.
    fn argument_name(&mut self) -> Option<(String, Range<usize>)> {
        let [name, colon] = self.lexemes.get(self.next..self.next + 2)? else {
            return None;
        };
        let (Token::Word(word), Token::Colon) = (&name.token, &colon.token) else {
            return None;
        };
        let found = (word.clone(), name.range.clone());
        self.next += 2;
        Some(found)
    }

    /// Items separated by commas up to and including `close`.
    fn each_item(
        &mut self,
        close: Token,
        open: &Range<usize>,
        shown: &str,
        item: &mut dyn FnMut(&mut Self),
    ) {
        if *self.peek() == close {
            self.advance();
            return;
        }
        loop {
            item(self);
            match self.peek() {
                Token::Comma => {
                    self.advance();
                }
                token if token.begins_value() => {
                    let found = self.lexemes[self.next].clone();
                    self.trailing(&found);
                }
                _ => break,
            }
        }
        self.close(close, open, shown);
    }

    fn close(&mut self, close: Token, open: &Range<usize>, shown: &str) {
        if *self.peek() == close {
            self.advance();
        } else if *self.peek() == Token::End {
            self.fault(FormulaError::new(
                code::SYNTAX,
                format!("{shown} is never closed"),
                open.clone(),
            ));
        } else {
            let found = self.advance();
            self.trailing(&found);
            // Past the stray tokens the bracket may still be closed.
            while !matches!(
                self.peek(),
                Token::Close | Token::CloseList | Token::Comma | Token::End
            ) {
                self.advance();
            }
            if *self.peek() == close {
                self.advance();
            }
        }
    }

    /// Reports a token after a complete expression.
    fn trailing(&mut self, found: &Lexeme) {
        let error = |message: String| FormulaError::new(code::SYNTAX, message, found.range.clone());
        let report = match &found.token {
            Token::Close => error("`)` closes nothing".into()),
            Token::CloseList => error("`]` closes nothing".into()),
            Token::Comma => error("`,` separates nothing here".into())
                .hint("the decimal sign is a point, and thousands are not separated: `1000.5`"),
            Token::Word(word) => {
                let lower = word.to_lowercase();
                let operator = OPERATOR_WORDS.contains(&lower.as_str()) && lower != *word;
                error(format!("expected an operator, found `{word}`")).hint_if(if operator {
                    Some(format!("write `{lower}`"))
                } else if word == "not" {
                    Some("write `not (phase in [talks, truce])`".into())
                } else {
                    None
                })
            }
            token => error(format!("expected an operator, found {}", token.shown())),
        };
        self.fault(report);
    }
}

/// The infix operator, how tightly it binds, and how tightly what follows must bind.
fn infix(token: &Token) -> Option<(Binary, u8, u8)> {
    use Arithmetic as A;
    use Comparison as C;
    let operator = match token {
        Token::Word(word) if word == "or" => return Some((Binary::Or, OR, AND)),
        Token::Word(word) if word == "and" => return Some((Binary::And, AND, NOT)),
        Token::Operator(operator) => *operator,
        _ => return None,
    };
    let arithmetic =
        |operator, strength| Some((Binary::Arithmetic(operator), strength, strength + 1));
    let compare = |operator| Some((Binary::Compare(operator), COMPARE, SUM));
    match operator {
        "+" => arithmetic(A::Add, SUM),
        "-" => arithmetic(A::Subtract, SUM),
        "*" => arithmetic(A::Multiply, PRODUCT),
        "/" => arithmetic(A::Divide, PRODUCT),
        // What follows may be a unary minus or another power: 2 ^ -1, 2 ^ 3 ^ 2 = 2 ^ (3 ^ 2).
        "^" => Some((Binary::Arithmetic(A::Power), POWER, MINUS + 1)),
        "<" => compare(C::Less),
        "<=" => compare(C::LessOrEqual),
        ">" => compare(C::Greater),
        ">=" => compare(C::GreaterOrEqual),
        "==" => compare(C::Equal),
        "!=" => compare(C::NotEqual),
        _ => None,
    }
}

fn is_comparison(node: &Node) -> bool {
    matches!(
        node.kind,
        Kind::Binary(Binary::Compare(_), ..) | Kind::In(..)
    )
}

#[cfg(test)]
mod tests;
