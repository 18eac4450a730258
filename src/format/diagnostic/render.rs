//! Diagnostics as text in the manner of rustc, as one line, and as JSON.
//!
//! Takes diagnostics and the [`Sources`] that their places point into; gives strings. The caller
//! prints them.

use super::sources::{Located, Sources, Span};
use super::{Diagnostic, Part, Severity, brief};
use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr;

/// How text looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// With ANSI escapes.
    pub color: bool,
}

/// Longest excerpt of a line, in characters: a file may be one line of a million.
const EXCERPT: usize = 120;

/// A piece of one line of source text around a span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// Without line break or indentation; `…` where it was cut.
    pub text: String,
    /// Bytes of `text` that are at fault, within the first line.
    pub fault: std::ops::Range<usize>,
}

impl Excerpt {
    /// The line on which `span` begins.
    pub fn of(text: &str, span: &Span) -> Self {
        // More than could be shown on either side is not looked at.
        let reach = 4 * (EXCERPT + 1);
        let start = text.floor_char_boundary(span.bytes.start.saturating_sub(reach));
        let begin = text[start..span.bytes.start]
            .rfind('\n')
            .map_or(start, |at| start + at + 1);
        let end_of_line = |from: usize| {
            let far = text.ceil_char_boundary(from.saturating_add(reach).min(text.len()));
            text[from..far]
                .find(['\n', '\r'])
                .map_or(far, |at| from + at)
        };
        let end = end_of_line(span.bytes.start);
        let fault_end = span.bytes.end.min(end);
        let end = end_of_line(fault_end);
        let indent =
            text[begin..span.bytes.start].len() - text[begin..span.bytes.start].trim_start().len();
        let begin = begin + indent;

        let (before, fault, after) = (
            &text[begin..span.bytes.start],
            &text[span.bytes.start..fault_end],
            &text[fault_end..end],
        );
        let fault_shown = first(fault, EXCERPT);
        let room = EXCERPT.saturating_sub(fault_shown.chars().count());
        let before_room = if after.chars().count() < room / 2 {
            room - after.chars().count()
        } else {
            room / 2
        };
        let before_shown = last(before, before_room);
        let after_shown = if fault_shown.len() < fault.len() {
            ""
        } else {
            first(after, room - before_shown.chars().count())
        };

        let mut shown = String::new();
        if before_shown.len() < before.len() {
            shown.push('…');
        }
        shown.push_str(before_shown);
        let start = shown.len();
        shown.push_str(fault_shown);
        let end = shown.len();
        shown.push_str(after_shown);
        if fault_shown.len() < fault.len() || after_shown.len() < after.len() {
            shown.push('…');
        }
        // A terminal must not obey what a file says.
        let clean = |piece: &str| {
            piece
                .chars()
                .map(|c| if c.is_control() { ' ' } else { c })
                .collect::<String>()
        };
        let (lead, hit, rest) = (
            clean(&shown[..start]),
            clean(&shown[start..end]),
            clean(&shown[end..]),
        );
        let fault = lead.len()..lead.len() + hit.len();
        Self {
            text: lead + &hit + &rest,
            fault,
        }
    }
}

fn first(text: &str, count: usize) -> &str {
    text.char_indices()
        .nth(count)
        .map_or(text, |(at, _)| &text[..at])
}

fn last(text: &str, count: usize) -> &str {
    match count {
        0 => "",
        _ => (text.char_indices().rev().nth(count - 1)).map_or(text, |(at, _)| &text[at..]),
    }
}

/// Several lines: what, where, an excerpt with the faulty part underlined, and hints. Ends with a
/// line break.
pub fn text(diagnostic: &Diagnostic, sources: &Sources, style: Style) -> String {
    let accent = match diagnostic.severity {
        Severity::Error => Ink::Red,
        Severity::Warning => Ink::Yellow,
    };
    let places: Vec<_> = std::iter::once((&diagnostic.place, ""))
        .chain(
            diagnostic
                .related
                .iter()
                .map(|(place, label)| (place, label.as_str())),
        )
        .filter_map(|(place, label)| Some((place, label, sources.locate(place)?)))
        .collect();
    let digits = places
        .iter()
        .filter_map(|(_, _, located)| located.span.as_ref())
        .map(|span| span.line.to_string().len())
        .max()
        .unwrap_or(1);
    let gutter = " ".repeat(digits + 1);
    let bar = style.paint(Ink::Blue, "|");

    let head = format!("{}[{}]", diagnostic.severity.word(), diagnostic.code);
    let message = style.paint(Ink::Bold, &format!(": {}", printable(&diagnostic.message)));
    let mut shown = format!("{}{message}\n", style.paint(accent, &head));
    for (rank, (place, label, located)) in places.iter().enumerate() {
        let pointer = match place.part {
            _ if located.is_formula => "",
            Part::Text(_) => "",
            Part::Key | Part::Value => place.pointer.as_str(),
        };
        let (arrow, ink, mark) = if rank == 0 {
            ("-->", accent, "^")
        } else {
            (":::", Ink::Blue, "-")
        };
        shown += &format!(
            "{gutter}{} {}\n",
            style.paint(Ink::Blue, arrow),
            heading(located, pointer)
        );
        let Some(span) = &located.span else { continue };
        let excerpt = Excerpt::of(located.text, span);
        let indent = " ".repeat(excerpt.text[..excerpt.fault.start].width());
        let mut carets = mark.repeat(excerpt.text[excerpt.fault].width().max(1));
        if !label.is_empty() {
            carets += " ";
            carets += &printable(label);
        }
        let number = style.paint(Ink::Blue, &format!("{:>digits$}", span.line));
        shown += &format!(
            "{gutter} {bar}\n {number} {bar} {}\n{gutter} {bar} {indent}",
            excerpt.text
        );
        shown += &style.paint(ink, &carets);
        shown.push('\n');
    }
    for hint in &diagnostic.hints {
        shown += &format!(
            "{gutter} {} {}: {}\n",
            style.paint(Ink::Blue, "="),
            style.paint(Ink::Bold, "hint"),
            printable(hint)
        );
    }
    shown
}

#[derive(Clone, Copy)]
enum Ink {
    Red,
    Yellow,
    Blue,
    Bold,
}

impl Style {
    fn paint(self, ink: Ink, text: &str) -> String {
        if !self.color {
            return text.to_owned();
        }
        let code = match ink {
            Ink::Red => "1;31",
            Ink::Yellow => "1;33",
            Ink::Blue => "1;34",
            Ink::Bold => "1",
        };
        format!("\x1b[{code}m{text}\x1b[0m")
    }
}

fn heading(located: &Located<'_>, pointer: &str) -> String {
    let mut heading = printable(&brief(located.file));
    if let Some(span) = &located.span {
        heading += &format!(":{}:{}", span.line, span.column);
    }
    if !pointer.is_empty() {
        heading += "  ";
        heading += &printable(&brief(pointer));
    }
    heading
}

fn printable(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c.is_control() {
                char::REPLACEMENT_CHARACTER
            } else {
                c
            }
        })
        .collect()
}

/// `file:line:column: error[code]: message (hint)`, without a line break.
pub fn line(diagnostic: &Diagnostic, sources: &Sources) -> String {
    let place = match sources.locate(&diagnostic.place) {
        Some(located) => heading(&located, "") + ": ",
        None => String::new(),
    };
    let hint = match diagnostic.hints.first() {
        Some(hint) => format!(" ({hint})"),
        None => String::new(),
    };
    printable(&format!(
        "{place}{}[{}]: {}{hint}",
        diagnostic.severity.word(),
        diagnostic.code,
        diagnostic.message
    ))
}

/// A list of objects with `code`, `severity`, `message`, `file`, `line`, `column`, `end_line`,
/// `end_column`, `path`, `excerpt`, `hints`.
///
/// Lines and columns count from 1, columns in characters; the end is exclusive. What a place lacks
/// is `null`.
pub fn json(diagnostics: &[Diagnostic], sources: &Sources) -> Value {
    diagnostics
        .iter()
        .map(|diagnostic| object(diagnostic, sources))
        .collect()
}

fn object(diagnostic: &Diagnostic, sources: &Sources) -> Value {
    let located = sources.locate(&diagnostic.place);
    let span = located.as_ref().and_then(|located| located.span.as_ref());
    let excerpt = located
        .as_ref()
        .zip(span)
        .map(|(located, span)| Excerpt::of(located.text, span).text);
    let path = match diagnostic.place.part {
        Part::Text(_) => None,
        Part::Key | Part::Value => Some(&diagnostic.place.pointer),
    };
    json!({
        "code": diagnostic.code,
        "severity": diagnostic.severity.word(),
        "message": diagnostic.message,
        "file": located.as_ref().map(|located| located.file),
        "line": span.map(|span| span.line),
        "column": span.map(|span| span.column),
        "end_line": span.map(|span| span.end_line),
        "end_column": span.map(|span| span.end_column),
        "path": path,
        "excerpt": excerpt,
        "hints": diagnostic.hints,
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Layer, Place};
    use super::*;

    fn sources(text: &str) -> Sources {
        let mut sources = Sources::default();
        sources.push(Layer::file("scenarios/baseline.json", text));
        sources
    }

    fn typo() -> Diagnostic {
        Diagnostic::error(
            "unknown-name",
            Place::formula("/events/ceasefire/if", 0..4),
            "no indicator is named `trst`",
        )
        .suggest("trst", ["trust", "talks"])
    }

    const EVENT: &str = "{\"events\": {\n  \"ceasefire\": {\n    \"if\": \"trst > 0.3\"\n  }\n}}";

    #[test]
    fn text_shows_file_line_column_pointer_excerpt_caret_and_hint() {
        let expected = "\
error[unknown-name]: no indicator is named `trst`
  --> scenarios/baseline.json:3:12  /events/ceasefire/if
   |
 3 | \"if\": \"trst > 0.3\"
   |        ^^^^
   = hint: did you mean `trust`?
";
        assert_eq!(text(&typo(), &sources(EVENT), Style::default()), expected);
    }

    #[test]
    fn color_adds_escapes_and_changes_no_word() {
        let plain = text(&typo(), &sources(EVENT), Style::default());
        let colored = text(&typo(), &sources(EVENT), Style { color: true });
        assert!(colored.contains("\x1b[") && !plain.contains('\x1b'));
        let stripped = anstream::adapter::strip_str(&colored).to_string();
        assert_eq!(stripped, plain);
    }

    #[test]
    fn one_line_and_json_name_the_same_place_as_the_text() {
        let found = typo();
        let sources = sources(EVENT);
        assert_eq!(
            line(&found, &sources),
            "scenarios/baseline.json:3:12: error[unknown-name]: no indicator is named `trst` (did you mean `trust`?)"
        );
        let list = json(&[found], &sources);
        assert_eq!(list[0]["line"], 3);
        assert_eq!(list[0]["column"], 12);
        assert_eq!(list[0]["end_column"], 16);
        assert_eq!(list[0]["path"], "/events/ceasefire/if");
        assert_eq!(list[0]["excerpt"], "\"if\": \"trst > 0.3\"");
        assert_eq!(list[0]["hints"][0], "did you mean `trust`?");
    }

    #[test]
    fn an_endless_line_is_cut_around_the_fault() {
        let padding = "1,".repeat(5000);
        let sources = sources(&format!(
            "{{\"a\": [{padding}1], \"b\": \"bad\", \"c\": [{padding}1]}}"
        ));
        let fault = Diagnostic::warning("wrong-type", Place::value("/b"), "no");
        let shown = text(&fault, &sources, Style::default());
        assert!(shown.contains("\"bad\"") && shown.len() < 800, "{shown}");
        let excerpt = json(&[fault], &sources)[0]["excerpt"]
            .as_str()
            .unwrap()
            .to_owned();
        assert!(
            excerpt.starts_with('…')
                && excerpt.ends_with('…')
                && excerpt.chars().count() <= EXCERPT + 2
        );
    }

    #[test]
    fn control_characters_of_a_file_never_reach_the_terminal() {
        let sources = sources("{\"a\": \"\u{1b}[31m\u{7}\"}");
        let fault =
            Diagnostic::error("wrong-type", Place::value("/a"), "found `\u{1b}[2J`").hint("\u{7}");
        for shown in [
            text(&fault, &sources, Style::default()),
            line(&fault, &sources),
        ] {
            assert!(!shown.contains(['\u{1b}', '\u{7}']), "{shown:?}");
        }
    }

    #[test]
    fn a_fault_without_a_place_in_the_text_names_the_file_alone() {
        let sources = sources("");
        let fault = Diagnostic::error(
            "file-not-found",
            Place::text(super::super::LayerId(0), None),
            "there is no such file",
        );
        let shown = text(&fault, &sources, Style::default());
        assert_eq!(
            shown,
            "error[file-not-found]: there is no such file\n  --> scenarios/baseline.json\n"
        );
        assert_eq!(json(&[fault], &sources)[0]["line"], Value::Null);
    }
}
