//! What stands where the grammar wants something else, and how to read on behind it.

use super::parser::Parser;
use super::strings::{closers, is_curly};
use super::{End, Fault, MOST_SLIPS, invalid, number};
use std::ops::Range;

/// What follows a member.
pub enum Separator {
    Comma,
    /// None, and that was told.
    Missing,
    Close,
}

impl Parser<'_> {
    /// Notes a slip behind which the reading goes on.
    pub(super) fn slip(&mut self, fault: Fault) -> Result<(), End> {
        if self.faults.len() >= MOST_SLIPS {
            return Err(fault.into());
        }
        self.faults.push(fault);
        Ok(())
    }

    /// Notes a slip whose remedy is the same for all of its kind.
    pub(super) fn slip_once(&mut self, kind: &'static str, fault: Fault) -> Result<(), End> {
        if self.told.contains(&kind) {
            return Ok(());
        }
        self.told.push(kind);
        self.slip(fault)
    }

    /// Passes over what stands unquoted where a value belongs: to the next comma, bracket or end of
    /// line.
    pub(super) fn skip_value(&mut self) {
        let rest = &self.text[self.at..];
        let mut depth = 0_u32;
        let end = rest.char_indices().find(|(_, c)| {
            match c {
                '(' => depth += 1,
                ')' => depth = depth.saturating_sub(1),
                '\n' | '}' | ']' | '"' => return true,
                ',' => return depth == 0,
                _ => {}
            }
            false
        });
        self.at += end.map_or(rest.len(), |(at, _)| at);
    }

    /// A key; `None` if something stands there that has none, and was passed over.
    pub(super) fn key(&mut self) -> Result<Option<String>, End> {
        let message = format!("expected a key in double quotes, found {}", self.found());
        let fault = invalid(self.token(), message);
        match self.next_char() {
            Some('"') => self.string().map(Some),
            Some(open) if closers(open).is_some() => self.quoted(open).map(Some),
            Some(c) if c.is_alphanumeric() || c == '_' || c == '$' => {
                let rest = &self.text[self.at..];
                let inside = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '-' | '.');
                let end = self.at + rest.find(|c| !inside(c)).unwrap_or(rest.len());
                let word = self.text[self.at..end].to_owned();
                self.slip(fault.hint(format!("write \"{word}\"")))?;
                self.at = end;
                Ok(Some(word))
            }
            Some('{' | '[') => {
                self.slip(fault.hint("what stands in an object has a name: \"NAME\": {…}; a list has square brackets"))?;
                self.value()?;
                self.blank()?;
                if self.peek() == Some(b',') {
                    self.at += 1;
                }
                Ok(None)
            }
            Some(']') => Err(End::Bracket(fault)),
            _ => Err(fault.into()),
        }
    }

    pub(super) fn colon(
        &mut self,
        key: &str,
        place: &Range<usize>,
        open: usize,
    ) -> Result<(), End> {
        match self.peek() {
            Some(b':') => {
                self.at += 1;
                return Ok(());
            }
            None => return Err(self.unclosed(open, "object")),
            Some(_) => {}
        }
        if let Some((at, curly)) = self.text[place.clone()]
            .char_indices()
            .find(|(_, c)| is_curly(*c))
        {
            let at = place.start + at;
            let message = format!("`{curly}` closes no text");
            let fault = invalid(at..at + curly.len_utf8(), message);
            return Err(fault
                .hint("quotes are plain: `\"`; a word processor makes others of them")
                .into());
        }
        let message = format!("expected `:` after the key `{key}`, found {}", self.found());
        let fault = invalid(self.token(), message);
        match self.peek() {
            Some(b'=') => {
                self.slip(fault.hint("write `:`"))?;
                self.at += 1;
                if self.peek() == Some(b'>') {
                    self.at += 1;
                }
                Ok(())
            }
            Some(b'"' | b'{' | b'[' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n') => {
                self.slip(fault.hint("put `:` between a key and its value"))
            }
            // That there is no value either is told where it is looked for.
            Some(b'}' | b',') => Ok(()),
            _ => Err(fault.into()),
        }
    }

    /// What stands behind a member of an object or a list that began at `open`.
    pub(super) fn separator(
        &mut self,
        open: usize,
        close: u8,
        is_number: bool,
    ) -> Result<Separator, End> {
        let end = self.at;
        self.blank()?;
        let what = if close == b'}' { "object" } else { "list" };
        let other = if close == b'}' { b']' } else { b'}' };
        match self.peek() {
            Some(b',') => {
                self.at += 1;
                let digits = self.text[self.at..]
                    .bytes()
                    .take_while(u8::is_ascii_digit)
                    .count();
                if is_number && digits > 0 && end + 1 == self.at {
                    self.decimal_comma(end, digits)?;
                    return self.separator(open, close, false);
                }
                return Ok(Separator::Comma);
            }
            Some(c) if c == close => return Ok(Separator::Close),
            None => return Err(self.unclosed(open, what)),
            Some(_) => {}
        }
        let expected = format!(
            "expected `,` or `{}`, found {}",
            char::from(close),
            self.found()
        );
        let fault = invalid(self.token(), expected);
        match self.peek() {
            Some(c) if c == other => {
                let mut fault = fault;
                fault.related = Some((open..open + 1, "opened here"));
                Err(End::Bracket(fault))
            }
            Some(b';') => {
                self.slip(fault.hint("write `,`"))?;
                self.at += 1;
                Ok(Separator::Comma)
            }
            Some(b':') if close == b']' => {
                self.slip(fault.hint("what has keys stands in braces: { }"))?;
                self.at += 1;
                Ok(Separator::Missing)
            }
            Some(b'"' | b'{' | b'[' | b'0'..=b'9') => {
                let last = self.text[..end]
                    .chars()
                    .next_back()
                    .map_or(0, char::len_utf8);
                let fault = invalid(
                    end - last..end,
                    format!("a comma is missing here, before {}", self.found()),
                );
                self.slip(fault.hint("put `,` behind it"))?;
                Ok(Separator::Missing)
            }
            Some(_)
                if self.text[end..self.at].contains('\n')
                    && self
                        .next_char()
                        .is_some_and(|c| c.is_alphabetic() || closers(c).is_some()) =>
            {
                let last = self.text[..end]
                    .chars()
                    .next_back()
                    .map_or(0, char::len_utf8);
                let fault = invalid(
                    end - last..end,
                    format!("a comma is missing here, before {}", self.found()),
                );
                self.slip(fault.hint("put `,` behind it"))?;
                Ok(Separator::Missing)
            }
            Some(c) if is_number && (c.is_ascii_alphabetic() || b"%/*+_ '".contains(&c)) => {
                self.unquoted(end)?;
                self.separator(open, close, false)
            }
            _ => Err(fault.into()),
        }
    }

    /// `12 months`, `20 %` or `1 / 3` without quotes; the number ends at `end`.
    pub(super) fn unquoted(&mut self, end: usize) -> Result<(), End> {
        let before = &self.text[..end];
        let start = before
            .rfind(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-' | 'e' | 'E')))
            .map_or(0, |at| at + 1);
        self.skip_value();
        let written = self.text[start..self.at].trim_end();
        let fault = invalid(
            start..start + written.len(),
            format!("`{written}` is not a JSON number"),
        );
        let hint = match number::hint(written) {
            hint if hint.starts_with("text") => {
                format!("text and formulas stand in double quotes: \"{written}\"")
            }
            hint => hint,
        };
        self.slip(fault.hint(hint))
    }

    /// `0,6`: the comma has just been passed, the digits follow.
    pub(super) fn decimal_comma(&mut self, comma: usize, digits: usize) -> Result<(), End> {
        let before = &self.text[..comma];
        let start = before
            .rfind(|c: char| !(c.is_ascii_digit() || c == '-'))
            .map_or(0, |at| at + 1);
        self.at += digits;
        let written = &self.text[start..self.at];
        let hint = number::hint(written);
        let fault = invalid(start..self.at, format!("`{written}` is not a JSON number"));
        self.slip(fault.hint(hint))
    }

    pub(super) fn surplus_comma(&mut self) -> Result<(), End> {
        let fault = invalid(self.at..self.at + 1, "nothing stands before this comma");
        self.slip(fault.hint("remove it"))?;
        self.at += 1;
        Ok(())
    }

    pub(super) fn trailing_comma(&mut self) -> Result<(), End> {
        let comma = self.text[..self.at].rfind(',').unwrap_or(self.at);
        let fault = invalid(comma..comma + 1, "nothing follows this comma");
        self.slip(fault.hint("remove it, or name the file `.jsonc`"))
    }

    pub(super) fn unclosed(&self, open: usize, what: &str) -> End {
        let article = if what == "object" { "an" } else { "a" };
        let close = if what == "object" { '}' } else { ']' };
        let mut fault = invalid(
            self.token(),
            format!("the text ends inside of {article} {what}"),
        )
        .hint(format!("close it by `{close}`"));
        fault.related = Some((open..open + 1, "which begins here"));
        End::Bracket(fault)
    }

    /// A text in quotes that JSON does not know.
    pub(super) fn quoted(&mut self, open: char) -> Result<String, End> {
        let start = self.at;
        let inside = start + open.len_utf8();
        let line = &self.text[inside..self.line_end()];
        let message = format!("`{open}` begins no text");
        let fault =
            invalid(start..inside, message).hint("text stands in plain double quotes: `\"`");
        let closing = closers(open).unwrap_or_default();
        // An apostrophe inside of a word closes nothing.
        let ends = |at: usize, c: char| {
            let rest = line[at + c.len_utf8()..].trim_start();
            closing.contains(&c) && (rest.is_empty() || rest.starts_with([':', ',', '}', ']']))
        };
        match line.char_indices().find(|(at, c)| ends(*at, *c)) {
            Some((at, close)) => {
                self.slip(fault)?;
                self.at = inside + at + close.len_utf8();
                Ok(line[..at].to_owned())
            }
            None => Err(fault.into()),
        }
    }
}
