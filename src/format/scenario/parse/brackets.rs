//! Where brackets went wrong, told by the indentation.
//!
//! A missing bracket is noticed where the text ends or another one closes, often far below. Authors
//! indent what they nest, so the first line whose indentation contradicts the brackets before it is
//! where to look. Takes a text whose brackets do not match; gives a fault, or nothing if the
//! indentation says nothing.

use super::{Fault, invalid};
use std::ops::Range;

struct Open {
    at: usize,
    bracket: char,
    line: usize,
    /// Of the line that it stands on.
    indent: usize,
    /// Of its first member that begins a line.
    members: Option<usize>,
}

/// A bracket that was closed.
struct Closed {
    range: Range<usize>,
    members: Option<usize>,
}

/// The fault at the first line that contradicts the brackets before it.
pub fn fault(text: &str) -> Option<Fault> {
    let mut open: Vec<Open> = Vec::new();
    let mut closed: Option<Closed> = None;
    let mut in_comment = false;
    let mut start = 0;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let begin = start;
        start += line.len();
        let blanks = line.len() - line.trim_start_matches([' ', '\t']).len();
        let indent: usize = line[..blanks]
            .chars()
            .map(|c| if c == '\t' { 4 } else { 1 })
            .sum();
        let rest = line[blanks..].trim_end();
        let first = rest.chars().next();
        let at = begin + blanks;
        let token = at..at + first.map_or(0, char::len_utf8);
        if !in_comment
            && first.is_some_and(|c| !"/#,:".contains(c))
            && let Some(found) = contradiction(
                &mut open,
                closed.as_ref(),
                number,
                indent,
                first.unwrap_or(' '),
                token,
            )
        {
            return Some(found);
        }
        for (offset, c) in signs(rest, &mut in_comment) {
            let at = begin + blanks + offset;
            match c {
                '{' | '[' => open.push(Open {
                    at,
                    bracket: c,
                    line: number,
                    indent,
                    members: None,
                }),
                _ => match open.pop() {
                    Some(opened) if partner(opened.bracket) == c => {
                        closed = Some(Closed {
                            range: at..at + 1,
                            members: opened.members,
                        });
                    }
                    Some(opened) => return mismatch(&opened, c, at),
                    None => {
                        return Some(
                            invalid(at..at + 1, format!("this `{c}` closes nothing"))
                                .hint("remove it, or look for one that closes too early before it"),
                        );
                    }
                },
            }
        }
    }
    None
}

/// What the first sign of a line and its indentation say against the brackets that are open.
fn contradiction(
    open: &mut [Open],
    closed: Option<&Closed>,
    line: usize,
    indent: usize,
    first: char,
    token: Range<usize>,
) -> Option<Fault> {
    let is_nested = open
        .first()
        .is_some_and(|root| root.members.is_some_and(|members| members > root.indent));
    let is_closing = matches!(first, '}' | ']');
    let Some(top) = open.last_mut() else {
        let closed = closed.filter(|_| !is_closing)?;
        return Some(too_early(closed, token));
    };
    if top.line == line {
        return None;
    }
    if is_closing {
        let missing = is_nested && indent < top.indent;
        return missing.then(|| unclosed(top, token));
    }
    match top.members {
        None if indent > top.indent => top.members = Some(indent),
        None | Some(_) if is_nested && indent <= top.indent => return Some(unclosed(top, token)),
        Some(members)
            if indent > members && closed.is_some_and(|closed| closed.members == Some(indent)) =>
        {
            return closed.map(|closed| too_early(closed, token));
        }
        _ => {}
    }
    None
}

fn unclosed(open: &Open, token: Range<usize>) -> Fault {
    let what = kind(open.bracket);
    let mut fault = invalid(
        token,
        format!("by its indentation this line stands outside of the {what} before it, which is not closed"),
    )
    .hint(format!("put `{}` before this line", partner(open.bracket)));
    fault.related = Some((open.at..open.at + 1, "it begins here"));
    fault
}

fn too_early(closed: &Closed, line: Range<usize>) -> Fault {
    let mut fault = invalid(
        closed.range.clone(),
        "this bracket closes too early: by its indentation the next line belongs inside",
    )
    .hint("remove it, or move it behind the last line that belongs inside");
    fault.related = Some((line, "this line"));
    fault
}

fn mismatch(open: &Open, found: char, at: usize) -> Option<Fault> {
    let (what, close) = (kind(open.bracket), partner(open.bracket));
    let mut fault = invalid(
        at..at + 1,
        format!("expected `{close}`, which closes the {what}, found `{found}`"),
    )
    .hint(format!("write `{close}`, or put it before the `{found}`"));
    fault.related = Some((open.at..open.at + 1, "it begins here"));
    Some(fault)
}

fn kind(bracket: char) -> &'static str {
    if bracket == '{' { "object" } else { "list" }
}

fn partner(bracket: char) -> char {
    if bracket == '{' { '}' } else { ']' }
}

/// Brackets of a line outside of texts and comments, with their offsets.
fn signs(line: &str, in_comment: &mut bool) -> Vec<(usize, char)> {
    let mut found = Vec::new();
    let mut in_text = false;
    let mut letters = line.char_indices().peekable();
    while let Some((at, c)) = letters.next() {
        let next = letters.peek().map(|(_, c)| *c);
        if *in_comment {
            if c == '*' && next == Some('/') {
                *in_comment = false;
                letters.next();
            }
        } else if in_text {
            match c {
                '\\' => drop(letters.next()),
                '"' => in_text = false,
                _ => {}
            }
        } else {
            match c {
                '"' => in_text = true,
                '/' if next == Some('/') => break,
                '#' => break,
                '/' if next == Some('*') => {
                    *in_comment = true;
                    letters.next();
                }
                '{' | '}' | '[' | ']' => found.push((at, c)),
                _ => {}
            }
        }
    }
    found
}
