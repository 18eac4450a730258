//! Results for the eye: the tables of the terminal.
//!
//! Takes a result and a [`Look`]; writes text that fits its width. What matters most comes first, warnings come last, where they
//! are still on the screen. Chance in the simulation and what the analyst does not know are never mixed, and a legend says which is which.

mod bars;
mod compare;
mod estimates;
mod events;
mod grid;
mod palette;
mod reweight;
mod run;
mod series;
mod storyline;
mod text;

pub(crate) use reweight::verdict;
pub(super) use reweight::weight;
pub use text::Look;

use crate::results::{CompareResult, ReweightResult, RunResult, Storyline, Typical};
use anstyle::Style;
use std::io::{self, Write};
use text::{Line, wrap};

/// Writes one run.
pub fn write_run(out: &mut dyn Write, result: &RunResult, look: Look) -> io::Result<()> {
    run::write(&mut Page::new(out, look), result)
}

/// Writes a comparison, each scenario against the first.
pub fn write_compare(out: &mut dyn Write, result: &CompareResult, look: Look) -> io::Result<()> {
    compare::write(&mut Page::new(out, look), result)
}

/// Writes a run under other start weights.
pub fn write_reweight(out: &mut dyn Write, result: &ReweightResult, look: Look) -> io::Result<()> {
    reweight::write(&mut Page::new(out, look), result)
}

/// Writes one trial as a dated story.
pub fn write_storyline(out: &mut dyn Write, story: &Storyline, look: Look) -> io::Result<()> {
    storyline::write(&mut Page::new(out, look), story)
}

/// Writes typical trials, outcome by outcome.
pub fn write_typical(out: &mut dyn Write, typical: &[Typical], look: Look) -> io::Result<()> {
    storyline::write_typical(&mut Page::new(out, look), typical)
}

/// What is being written on, and how.
struct Page<'a> {
    out: &'a mut dyn Write,
    look: Look,
}

impl<'a> Page<'a> {
    fn new(out: &'a mut dyn Write, look: Look) -> Self {
        Self { out, look }
    }

    fn width(&self) -> usize {
        self.look.width.max(40)
    }

    fn line(&mut self, line: &Line) -> io::Result<()> {
        line.write(self.out, self.look.color)
    }

    fn blank(&mut self) -> io::Result<()> {
        self.out.write_all(b"\n")
    }

    /// A blank line and the name of what follows, with a remark if there is room for it.
    fn section(&mut self, name: &str, remark: &str) -> io::Result<()> {
        self.blank()?;
        let mut line = Line::styled(palette::SECTION, name);
        let note = Line::styled(palette::FAINT, &format!("  {remark}"));
        if !remark.is_empty() && line.width() + note.width() <= self.width() {
            line.append(note);
        }
        self.line(&line)
    }

    /// A paragraph, its lines set in by `indent` cells.
    fn paragraph(&mut self, style: Style, text: &str, indent: usize) -> io::Result<()> {
        for part in wrap(text, self.width() - indent) {
            let mut line = Line::new(&" ".repeat(indent));
            line.push(style, &part);
            self.line(&line)?;
        }
        Ok(())
    }
}

/// What a reader calls it: the title, or the name if there is none.
fn label(title: &str, name: &str) -> String {
    if title.is_empty() {
        name.into()
    } else {
        title.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use unicode_width::UnicodeWidthStr;

    fn run_text(width: usize) -> String {
        let mut bytes = Vec::new();
        write_run(
            &mut bytes,
            &fixture::run(),
            Look {
                color: false,
                width,
            },
        )
        .expect("a vector takes all");
        String::from_utf8(bytes).expect("text is UTF-8")
    }

    fn compare_text(width: usize) -> String {
        let mut bytes = Vec::new();
        write_compare(
            &mut bytes,
            &fixture::compare(),
            Look {
                color: false,
                width,
            },
        )
        .expect("a vector takes all");
        String::from_utf8(bytes).expect("text is UTF-8")
    }

    #[test]
    fn tables_look_as_they_did_when_last_looked_at() {
        for width in [60, 80, 120] {
            insta::assert_snapshot!(format!("run_{width}"), run_text(width));
            insta::assert_snapshot!(format!("compare_{width}"), compare_text(width));
        }
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        for width in [60, 64, 72, 80, 90, 100, 120, 160, 250] {
            for text in [run_text(width), compare_text(width)] {
                for line in text.lines() {
                    assert!(line.width() <= width, "{width}: {line}");
                }
            }
        }
    }

    #[test]
    fn warnings_are_the_last_thing_on_the_screen() {
        let text = run_text(100);
        let (_, after) = text.split_once("\nWarnings\n").expect("there are warnings");
        assert!(after.contains("weights-normalised") && after.contains("unrealised-chance"));
        assert!(!after.contains("\n\n"), "{after}");
    }

    #[test]
    fn colour_changes_nothing_but_the_colour() {
        let mut bytes = Vec::new();
        let look = Look {
            color: true,
            width: 80,
        };
        write_run(&mut bytes, &fixture::run(), look).expect("a vector takes all");
        assert!(bytes.contains(&0x1b));
        let plain = anstream::adapter::strip_bytes(&bytes).into_vec();
        assert_eq!(
            String::from_utf8(plain).expect("text is UTF-8"),
            run_text(80)
        );
    }

    #[test]
    fn only_files_that_describe_one_model_are_called_identical() {
        let text = |result: &CompareResult| {
            let mut bytes = Vec::new();
            write_compare(&mut bytes, result, Look::default()).expect("a vector takes all");
            String::from_utf8(bytes).expect("text is UTF-8")
        };
        let mut result = fixture::compare();
        result.comparisons.truncate(1);
        for row in &mut result.comparisons[0].metrics {
            (row.difference, row.std_error, row.ci95) = (Some(0.0), Some(0.0), Some([0.0; 2]));
            row.detectable = false;
        }
        let unlike = text(&result);
        assert!(
            !unlike.contains("identical") && !unlike.contains("exact"),
            "{unlike}"
        );
        assert!(unlike.contains("0 throughout"), "{unlike}");
        result.comparisons[0].identical = true;
        assert!(text(&result).contains("identical"));
    }

    #[test]
    fn an_interrupted_run_says_so_before_any_number() {
        let mut result = fixture::run();
        result.run.interrupted = true;
        let mut bytes = Vec::new();
        write_run(&mut bytes, &result, Look::default()).expect("a vector takes all");
        let text = String::from_utf8(bytes).expect("text is UTF-8");
        let said = text.find("interrupted").expect("it is said");
        assert!(said < text.find("Outcomes").expect("there are outcomes"));
    }
}
