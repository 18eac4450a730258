//! Messages on standard error as lines of JSON, for programs that drive this one.
//!
//! Asked for by an environment variable and not by an option, so that a command line that cannot be
//! read is answered in the same way.

use super::exit::Misuse;
use crate::diagnostic::{self, Diagnostic, Sources};
use serde_json::{Map, Value, json};
use std::ffi::OsStr;
use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The environment variable that says how messages look.
pub const VARIABLE: &str = "QUINCUNX_MESSAGES";
/// Time between two lines of progress.
const PAUSE: Duration = Duration::from_millis(100);

/// How messages look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Messages {
    /// For the eye.
    #[default]
    Text,
    /// An object a line.
    Json,
}

impl Messages {
    /// What a value of the environment variable asks for.
    ///
    /// # Errors
    /// [`Misuse`] if it is neither `text` nor `json`.
    pub fn asked(value: Option<&OsStr>) -> Result<Self, Misuse> {
        match value.map(OsStr::to_string_lossy).as_deref() {
            None | Some("" | "text") => Ok(Self::Text),
            Some("json") => Ok(Self::Json),
            Some(other) => Err(Misuse(format!(
                "the environment variable {VARIABLE} must be `text` or `json`: got `{}`",
                diagnostic::brief(other)
            ))),
        }
    }
}

/// Writes one object as a line of standard error, all at once.
///
/// # Errors
/// If nobody reads it any more.
fn write(object: &Value) -> io::Result<()> {
    io::stderr().write_all(format!("{object}\n").as_bytes())
}

/// Says something: `kind` is `error`, `warning` or `note`.
pub fn say(kind: &str, message: &str) {
    // Nobody is left to be told if standard error is closed.
    let _ = write(&json!({"kind": kind, "message": message}));
}

/// Says what a command line has wrong, in the words of its parser without the frame that is meant
/// for a terminal.
pub fn slip(text: &str) {
    let text = text.trim_start_matches("error: ");
    let frames = ["\n\nUsage: ", "\n\nFor more information"];
    let end = frames.iter().filter_map(|frame| text.find(frame)).min();
    say("error", text[..end.unwrap_or(text.len())].trim_end());
}

/// Says what is wrong or doubtful about a scenario: a line each, with the keys of `check --format
/// json`.
pub fn findings(diagnostics: &[Diagnostic], sources: &Sources) {
    let Value::Array(objects) = diagnostic::json(diagnostics, sources) else {
        return;
    };
    for object in objects {
        let mut line = Map::from_iter([("kind".to_owned(), json!("finding"))]);
        if let Value::Object(object) = object {
            line.extend(object);
        }
        let _ = write(&Value::Object(line));
    }
}

/// Tells how far a simulation is, some times a second.
#[derive(Debug)]
pub struct Progress {
    /// Trials in all, if that is known.
    total: Option<u64>,
    /// When it was told last, and how many trials there were.
    told: Mutex<(Option<Instant>, u64)>,
}

impl Progress {
    pub fn new(total: Option<u64>) -> Self {
        Self {
            total,
            told: Mutex::new((None, 0)),
        }
    }

    /// Tells it, unless it was told a moment ago or there is nothing new; `done` counts trials.
    ///
    /// # Errors
    /// If nobody reads it any more.
    pub fn tell(&self, done: u64) -> io::Result<()> {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, last) = *told;
        let is_soon = at.is_some_and(|at| at.elapsed() < PAUSE) && self.total != Some(done);
        if is_soon || done <= last {
            return Ok(());
        }
        *told = (Some(Instant::now()), done);
        write(&json!({"kind": "progress", "done": done, "total": self.total}))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variable_takes_two_words_and_no_third() {
        let asked = |value: &str| Messages::asked(Some(OsStr::new(value)));
        assert_eq!(Messages::asked(None).ok(), Some(Messages::Text));
        assert_eq!(asked("").ok(), Some(Messages::Text));
        assert_eq!(asked("text").ok(), Some(Messages::Text));
        assert_eq!(asked("json").ok(), Some(Messages::Json));
        let refused = asked("JSON").expect_err("it is no such word");
        assert!(refused.to_string().contains("QUINCUNX_MESSAGES"));
    }
}
