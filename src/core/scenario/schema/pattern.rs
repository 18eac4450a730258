//! Matches texts with the patterns of our schema: classes, groups, alternatives, repetitions and anchors, as ECMA-262 has them.

use std::iter::Peekable;
use std::str::Chars;

enum Node {
    Begin,
    End,
    /// Ranges of characters, or all others.
    Class(bool, Vec<(char, char)>),
    Group(Vec<Sequence>),
}

/// Nodes, each with how often it may stand at least and at most.
type Sequence = Vec<(Node, usize, usize)>;

/// Whether some part of a text is what the pattern asks for.
pub fn matches(pattern: &str, text: &str) -> bool {
    let ways = alternatives(&mut pattern.chars().peekable());
    let text: Vec<char> = text.chars().collect();
    (0..=text.len()).any(|start| {
        ways.iter()
            .any(|way| !ends(way, &text, vec![start]).is_empty())
    })
}

fn alternatives(signs: &mut Peekable<Chars>) -> Vec<Sequence> {
    let mut ways = vec![Vec::new()];
    while let Some(sign) = signs.next_if(|c| *c != ')') {
        let node = match sign {
            '|' => {
                ways.push(Vec::new());
                continue;
            }
            '^' => Node::Begin,
            '$' => Node::End,
            '(' => {
                let inner = alternatives(signs);
                assert_eq!(signs.next(), Some(')'));
                Node::Group(inner)
            }
            '[' => class(signs),
            '\\' => {
                let c = escaped(signs);
                Node::Class(false, vec![(c, c)])
            }
            c => Node::Class(false, vec![(c, c)]),
        };
        let (least, most) = repetition(signs);
        if let Some(way) = ways.last_mut() {
            way.push((node, least, most));
        }
    }
    ways
}

fn class(signs: &mut Peekable<Chars>) -> Node {
    let negated = signs.next_if_eq(&'^').is_some();
    let one = |signs: &mut Peekable<Chars>| match signs.next() {
        Some('\\') => escaped(signs),
        Some(c) => c,
        None => panic!("a class without an end"),
    };
    let mut ranges = Vec::new();
    while signs.next_if_eq(&']').is_none() {
        let low = one(signs);
        let high = match signs.next_if_eq(&'-') {
            Some(_) => one(signs),
            None => low,
        };
        ranges.push((low, high));
    }
    Node::Class(negated, ranges)
}

fn escaped(signs: &mut Peekable<Chars>) -> char {
    match signs.next() {
        Some('x') => {
            let digits: String = signs.take(2).collect();
            let code = u8::from_str_radix(&digits, 16).expect("two hexadecimal digits");
            char::from(code)
        }
        Some(c) => c,
        None => panic!("a pattern ends in a backslash"),
    }
}

fn repetition(signs: &mut Peekable<Chars>) -> (usize, usize) {
    match signs.next_if(|c| "?*+{".contains(*c)) {
        Some('?') => (0, 1),
        Some('*') => (0, usize::MAX),
        Some('+') => (1, usize::MAX),
        Some(_) => {
            let inside: String = signs.take_while(|c| *c != '}').collect();
            let number = |text: &str| text.parse().expect("a number");
            match inside.split_once(',') {
                Some((least, most)) => (number(least), number(most)),
                None => (number(&inside), number(&inside)),
            }
        }
        None => (1, 1),
    }
}

/// Where a sequence can end that begins at any of these places.
fn ends(sequence: &Sequence, text: &[char], starts: Vec<usize>) -> Vec<usize> {
    sequence.iter().fold(starts, |starts, (node, least, most)| {
        let mut found = if *least == 0 {
            starts.clone()
        } else {
            Vec::new()
        };
        let mut here = starts;
        for count in 1..=*most {
            here = here.iter().flat_map(|at| after(node, text, *at)).collect();
            here.sort_unstable();
            here.dedup();
            if here.is_empty() {
                break;
            }
            if count >= *least {
                found.extend(&here);
            }
        }
        found
    })
}

fn after(node: &Node, text: &[char], at: usize) -> Vec<usize> {
    match node {
        Node::Begin if at == 0 => vec![at],
        Node::End if at == text.len() => vec![at],
        Node::Begin | Node::End => Vec::new(),
        Node::Class(negated, ranges) => {
            let fits =
                |c: &char| ranges.iter().any(|(low, high)| low <= c && c <= high) != *negated;
            text.get(at)
                .filter(|c| fits(c))
                .map(|_| at + 1)
                .into_iter()
                .collect()
        }
        Node::Group(ways) => ways
            .iter()
            .flat_map(|way| ends(way, text, vec![at]))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns_are_read_as_ecmascript_reads_them() {
        for (pattern, text, fits) in [
            ("^a(b|cd)?$", "a", true),
            ("^a(b|cd)?$", "acd", true),
            ("^a(b|cd)?$", "abc", false),
            ("^[0-9]{4}-[0-9]{2}$", "2026-01", true),
            ("^[0-9]{4}-[0-9]{2}$", "2026-1", false),
            ("[^\\x00-\\x20]", "  x", true),
            ("[^\\x00-\\x20]", "   ", false),
            ("^[\\[\\]\\^]+$", "]^[", true),
            ("^x$|^y+$", "yyy", true),
            ("^[0-9]{1,2}$", "123", false),
        ] {
            assert_eq!(matches(pattern, text), fits, "{pattern} {text}");
        }
    }
}
