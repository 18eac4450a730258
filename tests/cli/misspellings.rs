//! A wrong letter in any name of any shipped file: the error stands on it and offers the right
//! name.
//!
//! Names are found in the text of a file, by where they stand: keys of the format, references to
//! things, and words of formulas. What a file defines itself is left alone, as are texts for
//! people. Everything else is misspelt, one name at a time, also the names by which a variant
//! states what it changes.

use crate::golden::shipped;
use crate::program::root;
use quincunx::Diagnostic;
use quincunx::diagnostic::Sources;
use quincunx::model::build;
use quincunx::scenario::{Disk, Files, load_with};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

/// Most names that are misspelt in one file.
const SAMPLE: usize = 400;

/// Sections whose keys are names that the file makes up, wherever it first states them.
const DEFINING: [&str; 11] = [
    "sources",
    "parameters",
    "trends",
    "phases",
    "states",
    "tables",
    "indicators",
    "derived",
    "events",
    "metrics",
    "questions",
];
/// Keys whose values are read by people, not by the program.
const PROSE: [&str; 9] = [
    "headline",
    "words",
    "note",
    "title",
    "unit",
    "url",
    "publisher",
    "date",
    "$schema",
];

/// A name in a text.
struct Name {
    text: String,
    /// Bytes of the name itself.
    start: usize,
    /// Where an error about it may stand: the name, or the string around it.
    string: usize,
    pointer: String,
}

/// A string literal of a JSON text, with the path to it.
struct Literal<'t> {
    /// Without quotes.
    text: &'t str,
    /// Byte of the opening quote.
    at: usize,
    path: Vec<String>,
    is_key: bool,
}

/// Every string literal, in order. The text is known to be valid, and its strings to have no
/// escapes before the names that matter.
fn literals(text: &str) -> Vec<Literal<'_>> {
    enum Frame {
        Object(Option<String>),
        Array(usize),
    }
    let mut frames: Vec<Frame> = Vec::new();
    let mut found = Vec::new();
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'{' => frames.push(Frame::Object(None)),
            b'[' => frames.push(Frame::Array(0)),
            b'}' | b']' => drop(frames.pop()),
            b',' => match frames.last_mut() {
                Some(Frame::Object(key)) => *key = None,
                Some(Frame::Array(index)) => *index += 1,
                None => {}
            },
            b'"' => {
                let mut end = at + 1;
                while bytes[end] != b'"' {
                    end += if bytes[end] == b'\\' { 2 } else { 1 };
                }
                let literal = &text[at + 1..end];
                let is_key = matches!(frames.last(), Some(Frame::Object(None)));
                if let (true, Some(Frame::Object(key))) = (is_key, frames.last_mut()) {
                    *key = Some(literal.to_owned());
                }
                let path = frames
                    .iter()
                    .filter_map(|frame| match frame {
                        Frame::Object(key) => key.clone(),
                        Frame::Array(index) => Some(index.to_string()),
                    })
                    .collect();
                found.push(Literal {
                    text: literal,
                    at,
                    path,
                    is_key,
                });
                at = end;
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// Whether a literal is a name that the file makes up, or a text for people. What a parent has, a
/// variant does not make up.
fn is_free(literal: &Literal<'_>, parent: &Value) -> bool {
    let path: Vec<&str> = literal.path.iter().map(String::as_str).collect();
    let prose = if literal.is_key {
        &path[..path.len() - 1]
    } else {
        &path[..]
    };
    if prose.iter().skip(2).any(|part| PROSE.contains(part))
        || matches!(path[..], ["history", "note"])
        || (!literal.is_key && PROSE.contains(&path[0]))
    {
        return true;
    }
    match path[..] {
        ["name"] => !literal.is_key,
        [section, name] if literal.is_key => {
            DEFINING.contains(&section) && parent[section].get(name).is_none()
        }
        [
            section @ ("states" | "events"),
            thing,
            inner @ ("values" | "branches"),
            name,
        ] if literal.is_key => parent[section][thing][inner].get(name).is_none(),
        ["sources", _, _] => !literal.is_key,
        ["outcomes", _, "name"] => !literal.is_key,
        [.., "experts", _, "name"] => !literal.is_key,
        _ => false,
    }
}

/// Words of a text as a formula has them.
fn words(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut begin = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        let inside = c.is_alphanumeric() || c == '_';
        match (begin, inside) {
            (None, true) => begin = Some(at),
            (Some(start), false) => {
                found.push((start, &text[start..at]));
                begin = None;
            }
            _ => {}
        }
    }
    found
}

/// Names that are worth misspelling: long enough to be recognised.
fn names(text: &str, known: &BTreeSet<String>, parent: &Value) -> Vec<Name> {
    let mut found = Vec::new();
    for literal in literals(text)
        .iter()
        .filter(|literal| !is_free(literal, parent))
    {
        for (start, word) in words(literal.text) {
            let is_name = literal.is_key || known.contains(word);
            if is_name && word.len() >= 4 && !word.starts_with(|c: char| c.is_ascii_digit()) {
                found.push(Name {
                    text: word.to_owned(),
                    start: literal.at + 1 + start,
                    string: literal.at,
                    pointer: format!("/{}", literal.path.join("/")),
                });
            }
        }
    }
    found
}

/// Everything that can be referred to: names of things of the whole scenario, and words of the
/// language.
fn known(scenario: &Value) -> BTreeSet<String> {
    let mut known: BTreeSet<String> = DEFINING
        .iter()
        .filter_map(|section| scenario[section].as_object())
        .flat_map(|section| section.keys().cloned())
        .collect();
    for function in [
        "count",
        "ever",
        "since",
        "final",
        "highest",
        "lowest",
        "average",
        "time_in",
        "first",
        "clamp",
        "floor",
        "log10",
        "sqrt",
        "logistic",
        "month",
        "time_in_phase",
        "phase",
        "trend",
        "start_trend",
        "reflect",
    ] {
        known.insert(function.to_owned());
    }
    known
}

/// One letter wrong in the middle: dropped, doubled, swapped with the next, or replaced, in turn.
/// `None` if that is a known name.
fn misspelt(name: &str, way: usize, known: &BTreeSet<String>) -> Option<String> {
    let mut letters: Vec<char> = name.chars().collect();
    let at = 1 + way % (letters.len() - 2);
    match way % 4 {
        0 => drop(letters.remove(at)),
        1 => letters.insert(at, letters[at]),
        2 if letters[at] != letters[at + 1] => letters.swap(at, at + 1),
        _ => letters[at] = if letters[at] == 'q' { 'x' } else { 'q' },
    }
    let wrong: String = letters.into_iter().collect();
    // Names of one family (`rate_port`, `rate_part`) can be a letter apart: then either is a fair
    // suggestion.
    let nearer = known
        .iter()
        .any(|other| other != name && letters_apart(&wrong, other) <= 1);
    (!nearer).then_some(wrong)
}

/// Letters to insert, drop or replace (Levenshtein), which is all that is needed to tell "one
/// letter apart".
fn letters_apart(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

/// The shipped files, one of them changed.
struct Changed<'f> {
    files: &'f BTreeMap<PathBuf, Vec<u8>>,
    path: &'f Path,
    text: String,
}

impl Files for Changed<'_> {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        if path == self.path {
            return Ok(self.text.clone().into_bytes());
        }
        let kept = self.files.get(path).cloned();
        kept.ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

/// All that is said about a file, warnings too.
fn diagnose(files: &dyn Files, path: &Path) -> (Vec<Diagnostic>, Sources) {
    match load_with(files, path, &[]) {
        Ok(loaded) => match build(&loaded) {
            Ok(built) => (built.warnings, loaded.sources),
            Err(errors) => (errors, loaded.sources),
        },
        Err(report) => (report.diagnostics, report.sources),
    }
}

/// What is wrong with what was said about a misspelt name, if anything.
fn judge(
    file: &str,
    name: &Name,
    wrong: &str,
    said: &[Diagnostic],
    sources: &Sources,
    text: &str,
) -> Option<String> {
    let line = 1 + text[..name.start].matches('\n').count();
    let begin = text[..name.start].rfind('\n').map_or(0, |at| at + 1);
    let column = |at: usize| 1 + text[begin..at].chars().count();
    let columns = [column(name.string), column(name.start)];
    let hint = format!("did you mean `{}`?", name.text);
    let is_right = |one: &&Diagnostic| {
        let here = sources.locate(&one.place).is_some_and(|located| {
            located.file == file
                && located
                    .span
                    .is_some_and(|span| span.line == line && columns.contains(&span.column))
        });
        // A branch is told with its event: `vote.yes`.
        let of_branch = |told: &String| told.starts_with(&format!("did you mean `{}.", name.text));
        here && (one.hints.contains(&hint) || one.hints.iter().any(of_branch))
    };
    if said.iter().any(|one| is_right(&one)) {
        return None;
    }
    let shown: Vec<String> = said
        .iter()
        .map(|one| quincunx::diagnostic::line(one, sources))
        .collect();
    Some(format!(
        "{file}:{line}:{} {}: `{wrong}` for `{}`\n    {}",
        columns[1],
        name.pointer,
        name.text,
        shown.join("\n    ")
    ))
}

/// The whole scenario that a file extends; `null` if it extends none.
fn parent(path: &Path, text: &str, files: &dyn Files) -> Value {
    let file: Value = serde_json::from_str(text).expect("shipped files are JSON");
    let Some(parent) = file["extends"].as_str() else {
        return Value::Null;
    };
    let parent = path.with_file_name(parent);
    load_with(files, &parent, &[])
        .expect("shipped files are sound")
        .value
}

/// Misspells the names of one file; gives how many, and what was wrong.
fn try_file(file: &str, files: &BTreeMap<PathBuf, Vec<u8>>) -> (usize, Vec<String>) {
    let path = Path::new(file);
    let text = String::from_utf8(files[path].clone()).expect("shipped files are UTF-8");
    let whole = Changed {
        files,
        path,
        text: text.clone(),
    };
    let loaded = load_with(&whole, path, &[]).expect("shipped files are sound");
    let known = known(&loaded.value);
    let parent = parent(path, &text, &whole);
    let names = names(&text, &known, &parent);
    let every = names.len().div_ceil(SAMPLE).max(1);
    let mut tried = 0;
    let mut wrong = Vec::new();
    for (i, name) in names.iter().enumerate().step_by(every) {
        let Some(typo) = (0..6).find_map(|more| misspelt(&name.text, i / every + more, &known))
        else {
            continue;
        };
        let end = name.start + name.text.len();
        let changed = Changed {
            files,
            path,
            text: format!("{}{typo}{}", &text[..name.start], &text[end..]),
        };
        let (said, sources) = diagnose(&changed, path);
        tried += 1;
        wrong.extend(judge(file, name, &typo, &said, &sources, &changed.text));
    }
    (tried, wrong)
}

#[test]
fn a_wrong_letter_in_any_name_of_any_shipped_file_gives_its_place_and_the_right_name() {
    let paths: Vec<String> = shipped()
        .into_iter()
        .map(|name| format!("scenarios/{name}.json"))
        .collect();
    let files: BTreeMap<PathBuf, Vec<u8>> = paths
        .iter()
        .map(|path| {
            let bytes = Disk.read(&root().join(path)).expect("a shipped file");
            (PathBuf::from(path), bytes)
        })
        .collect();
    let mut tried = 0;
    let mut wrong = Vec::new();
    for path in &paths {
        let (names, faults) = try_file(path, &files);
        assert!(names >= 3, "{path}: only {names} names were found");
        tried += names;
        wrong.extend(faults);
    }
    assert!(tried > 700, "only {tried} names were misspelt");
    assert!(
        wrong.is_empty(),
        "{} of {tried}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
