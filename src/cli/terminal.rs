//! What is known about the terminal: colours, width, and how to say things on standard error.

use super::messages::{self, Messages};
use crate::diagnostic::brief;
use crate::report::table::Look;
use anstream::AutoStream;
use anstyle::{AnsiColor, Style};
use clap::ColorChoice;
use std::io::{self, IsTerminal, Write};

/// Cells in a line of text that goes to a file or a pipe, unless `COLUMNS` says otherwise.
const WIDTH_OF_FILES: usize = 80;
/// Wider tables only move numbers away from their names.
const WIDEST: usize = 140;

#[derive(Clone, Copy, Debug)]
pub struct Terminal {
    choice: ColorChoice,
    messages: Messages,
}

impl Terminal {
    pub fn new(choice: ColorChoice) -> Self {
        Self {
            choice,
            messages: Messages::Text,
        }
    }

    /// The same with messages that look so.
    pub fn with_messages(self, messages: Messages) -> Self {
        Self { messages, ..self }
    }

    /// How messages look.
    pub fn messages(&self) -> Messages {
        self.messages
    }

    /// Whether standard error takes colours.
    pub fn colors_errors(&self) -> bool {
        self.colors(AutoStream::choice(&io::stderr()))
    }

    /// How to draw on standard output.
    pub fn output(&self) -> Look {
        let width = match terminal_size::terminal_size_of(io::stdout()) {
            Some((width, _)) if io::stdout().is_terminal() => usize::from(width.0).min(WIDEST),
            _ => columns(std::env::var("COLUMNS").ok().as_deref()),
        };
        Look {
            color: self.colors(AutoStream::choice(&io::stdout())),
            width,
        }
    }

    /// How to draw into a file: the same everywhere, plain unless colours were asked for.
    pub fn file(&self) -> Look {
        Look {
            color: self.choice == ColorChoice::Always,
            width: WIDTH_OF_FILES,
        }
    }

    /// Whether a person watches standard error.
    pub fn is_watched(&self) -> bool {
        self.messages == Messages::Text && io::stderr().is_terminal()
    }

    pub fn error(&self, message: &str) {
        self.say(AnsiColor::Red.on_default().bold(), "error", message);
    }

    pub fn warning(&self, message: &str) {
        self.say(AnsiColor::Yellow.on_default().bold(), "warning", message);
    }

    pub fn note(&self, message: &str) {
        self.say(AnsiColor::Cyan.on_default().bold(), "note", message);
    }

    fn colors(&self, detected: anstream::ColorChoice) -> bool {
        match self.choice {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => detected != anstream::ColorChoice::Never,
        }
    }

    fn say(&self, style: Style, word: &str, message: &str) {
        if self.messages == Messages::Json {
            return messages::say(word, &brief(message));
        }
        let style = if self.colors_errors() {
            style
        } else {
            Style::new()
        };
        // Nobody is left to be told if standard error is closed.
        let _ = writeln!(io::stderr(), "{style}{word}{style:#}: {}", brief(message));
    }
}

/// Cells in a line where the output is no terminal: what the environment says, if it is a number.
fn columns(stated: Option<&str>) -> usize {
    let stated = stated.and_then(|text| text.trim().parse::<usize>().ok());
    match stated {
        Some(cells) if cells > 0 => cells.min(WIDEST),
        _ => WIDTH_OF_FILES,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use anstream::ColorChoice as Detected;

    #[test]
    fn a_pipe_has_the_columns_that_are_stated_and_eighty_without() {
        for (stated, cells) in [
            (None, 80),
            (Some("120"), 120),
            (Some("1000"), WIDEST),
            (Some("0"), 80),
            (Some("wide"), 80),
        ] {
            assert_eq!(columns(stated), cells, "{stated:?}");
        }
    }

    #[test]
    fn the_option_overrules_what_was_detected() {
        let colors = |choice, detected| Terminal::new(choice).colors(detected);
        assert!(colors(ColorChoice::Always, Detected::Never));
        assert!(!colors(ColorChoice::Never, Detected::Always));
        assert!(colors(ColorChoice::Auto, Detected::Always));
        assert!(!colors(ColorChoice::Auto, Detected::Never));
    }
}
