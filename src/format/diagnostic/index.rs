//! What was found in a text, remembered: a file of ten thousand faults is walked once and not ten
//! thousand times.
//!
//! Filled as places are asked for: the members of the objects on the way to them, and the
//! beginnings of lines. Holds byte positions only.

use super::scan::Spot;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Bytes between the places of a text of which the characters before them are remembered.
const STRIDE: usize = 4096;

/// The index of one text, to be shared between threads. A copy begins anew.
#[derive(Debug, Default)]
pub struct Index(Mutex<Known>);

impl Clone for Index {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Index {
    pub fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is known about a text.
#[derive(Debug, Default)]
pub struct Known {
    /// Members of the object or array that begins at a byte, by key or index.
    pub members: BTreeMap<usize, BTreeMap<String, Spot>>,
    /// Ends of the values that begin at a byte and were asked for as a whole.
    pub ends: BTreeMap<usize, usize>,
    lines: Option<Lines>,
}

#[derive(Debug)]
struct Lines {
    /// Bytes at which lines begin.
    begins: Vec<usize>,
    /// Characters before each multiple of the stride.
    characters: Vec<usize>,
}

impl Known {
    /// Line and column of a byte of `text`, from 1; columns count characters.
    pub fn line_and_column(&mut self, text: &str, at: usize) -> (usize, usize) {
        let lines = self.lines.get_or_insert_with(|| Lines::of(text));
        let line = lines.begins.partition_point(|begin| *begin <= at).max(1);
        let begin = lines.begins[line - 1];
        let column = lines.characters_before(text, at) - lines.characters_before(text, begin);
        (line, column + 1)
    }
}

impl Lines {
    fn of(text: &str) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let begins = [0].into_iter().chain(breaks.map(|(at, _)| at + 1));
        let mut before = 0;
        let characters = text.as_bytes().chunks(STRIDE).map(|chunk| {
            let here = before;
            before += characters(chunk);
            here
        });
        Self {
            begins: begins.collect(),
            characters: characters.collect(),
        }
    }

    fn characters_before(&self, text: &str, at: usize) -> usize {
        let Some(known) = self.characters.get(at / STRIDE) else {
            // The end of a text that fills its last stride, or of an empty one.
            let last = self.characters.len().saturating_sub(1);
            let before = self.characters.last().copied().unwrap_or(0);
            return before + characters(&text.as_bytes()[last * STRIDE..at]);
        };
        let from: Range<usize> = at / STRIDE * STRIDE..at;
        known + characters(&text.as_bytes()[from])
    }
}

/// Characters that begin in a piece of UTF-8.
fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| (**byte & 0xC0) != 0x80).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_are_those_of_counting_from_the_start() {
        let piece = "añ→😀\nb\r\n\n";
        for text in [
            String::new(),
            "x".repeat(STRIDE),
            "→".repeat(STRIDE),
            piece.repeat(2 * STRIDE / piece.len() + 1),
        ] {
            let mut known = Known::default();
            for at in (0..=text.len()).filter(|at| text.is_char_boundary(*at)) {
                let before = &text[..at];
                let begin = before.rfind('\n').map_or(0, |newline| newline + 1);
                let counted = (
                    before.matches('\n').count() + 1,
                    before[begin..].chars().count() + 1,
                );
                // Counting is slow: every place near a stride, and some others.
                if at % STRIDE < 20 || at % 97 == 0 || at == text.len() {
                    assert_eq!(known.line_and_column(&text, at), counted, "byte {at}");
                }
            }
        }
    }
}
