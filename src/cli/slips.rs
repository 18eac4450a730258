//! Slips on the command line, and what was probably meant.

use crate::diagnostic::nearest;
use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use std::path::Path;

/// What others call our commands.
const SYNONYMS: &[(&str, &str)] = &[
    ("create", "new"),
    ("demo", "new"),
    ("diff", "compare"),
    ("example", "new"),
    ("exec", "run"),
    ("execute", "run"),
    ("follow", "trace"),
    ("gui", "explore"),
    ("html", "report"),
    ("init", "new"),
    ("lint", "check"),
    ("play", "explore"),
    ("plot", "report"),
    ("replay", "trace"),
    ("serve", "explore"),
    ("sim", "run"),
    ("simulate", "run"),
    ("start", "run"),
    ("story", "trace"),
    ("test", "check"),
    ("ui", "explore"),
    ("validate", "check"),
    ("verify", "check"),
    ("versus", "compare"),
    ("vs", "compare"),
    ("web", "explore"),
    ("weights", "reweight"),
];

/// Adds to an error of the command line what it leaves open: the command that was meant, or the
/// option that was forgotten.
pub fn explained(mut error: clap::Error, commands: &[&str]) -> clap::Error {
    let text = |error: &clap::Error, kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        _ => None,
    };
    let tip = match error.kind() {
        ErrorKind::InvalidSubcommand => {
            let Some(word) = text(&error, ContextKind::InvalidSubcommand) else {
                return error;
            };
            match command(&word, commands) {
                Some(meant) => {
                    let meant = ContextValue::Strings(vec![meant.to_owned()]);
                    error.insert(ContextKind::SuggestedSubcommand, meant);
                    return error;
                }
                None => file(&word).map(|word| format!("to simulate it: quincunx run {word}")),
            }
        }
        ErrorKind::UnknownArgument => {
            text(&error, ContextKind::InvalidArg).and_then(|word| argument(&word))
        }
        _ => None,
    };
    if let Some(tip) = tip {
        let tips = ContextValue::StyledStrs(vec![StyledStr::from(tip)]);
        error.insert(ContextKind::Suggested, tips);
    }
    error
}

/// The command that a word means. A file is no command, however much it looks like one.
fn command<'c>(word: &str, commands: &[&'c str]) -> Option<&'c str> {
    if file(word).is_some() {
        return None;
    }
    let word = word.to_lowercase();
    let synonym = SYNONYMS.iter().find(|(other, _)| *other == word);
    let meant = match synonym {
        Some((_, meant)) => *meant,
        None => nearest(&word, commands.iter().copied())?,
    };
    commands.iter().find(|known| **known == meant).copied()
}

/// The word, if it is a scenario.
fn file(word: &str) -> Option<&str> {
    let ends = [".json", ".jsonc"].iter().any(|end| word.ends_with(end));
    (ends || Path::new(word).is_file()).then_some(word)
}

/// What a surplus argument was for.
fn argument(word: &str) -> Option<String> {
    let bare = word.trim_start_matches('-');
    let is_path = |path: &str| {
        let first = |c: char| c.is_alphabetic() || c == '_';
        path.contains('.') && path.split('.').all(|part| part.starts_with(first))
    };
    match bare.split_once('=') {
        Some((path, _)) if !word.starts_with('-') || is_path(path) => {
            Some(format!("to change a value of the scenario: --set {bare}"))
        }
        None if word.starts_with("--") && is_path(bare) => Some(format!(
            "to change a value of the scenario: --set {bare}=VALUE"
        )),
        _ if file(word).is_some() => {
            Some("to run scenarios against each other: quincunx compare A.json B.json".to_owned())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMANDS: [&str; 4] = ["run", "compare", "check", "new"];

    #[test]
    fn a_command_is_known_by_its_letters_or_by_another_word_for_it() {
        for (word, meant) in [
            ("rnu", Some("run")),
            ("RUN", Some("run")),
            ("runn", Some("run")),
            ("cehck", Some("check")),
            ("comparison", None),
            ("simulate", Some("run")),
            ("validate", Some("check")),
            ("diff", Some("compare")),
            // A command that this build does not have.
            ("gui", None),
            ("run.json", None),
            ("weather", None),
        ] {
            assert_eq!(command(word, &COMMANDS), meant, "{word}");
        }
    }

    #[test]
    fn a_surplus_argument_is_told_what_it_was_for() {
        for (word, wanted) in [
            ("trends.dry.weight=0.4", "--set trends.dry.weight=0.4"),
            ("horizon=12 months", "--set horizon=12 months"),
            ("--trends.dry.weight", "--set trends.dry.weight=VALUE"),
            ("b.json", "quincunx compare"),
        ] {
            let tip = argument(word).unwrap_or_default();
            assert!(tip.contains(wanted), "{word}: {tip}");
        }
        for word in ["--trails", "-x", "hello", "--out=a.b"] {
            assert_eq!(argument(word), None, "{word}");
        }
    }
}
