//! The examples in the help of commands do what they say on the shipped files.

use crate::program::{answer, document, path};
use std::fs;

/// Commands that simulate or look at a scenario, and end by themselves.
const RUN: [&str; 8] = [
    "run",
    "compare",
    "sweep",
    "given",
    "sensitivity",
    "tripwires",
    "discover",
    "show",
];

/// The words of a command line; a space within quotation marks separates nothing.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut is_quoted = false;
    for sign in line.chars() {
        match sign {
            '"' => is_quoted = !is_quoted,
            ' ' if !is_quoted => words.push(String::new()),
            _ => words.last_mut().expect("one at least").push(sign),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// The same example with as few runs and trials as it can be tried with.
fn small(mut words: Vec<String>) -> Vec<String> {
    if let Some(at) = words.iter().position(|word| word == "--trials") {
        words.drain(at..at + 2);
    }
    if let Some(at) = words.iter().position(|word| word == "--lhs") {
        words[at + 1] = "2".into();
    }
    for word in &mut words {
        if let Some((range, _)) = word
            .rsplit_once(':')
            .filter(|(range, _)| range.contains(".."))
        {
            *word = format!("{range}:2");
        }
    }
    if words[0] != "show" {
        words.extend(["--trials", "1024", "--quiet"].map(str::to_owned));
    }
    words
}

#[test]
fn examples_of_commands_run_on_the_shipped_files() {
    let text = document("docs/reference.md");
    let mut examples: Vec<String> = Vec::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let Some(example) = line.strip_prefix("  quincunx ") else {
            continue;
        };
        let mut example = example.to_owned();
        // A long example goes on in the next line.
        while let Some(more) =
            lines.next_if(|next| next.starts_with("  ") && !next.starts_with("  quincunx "))
        {
            example.push(' ');
            example.push_str(more.trim());
        }
        examples.push(example);
    }
    let folder = tempfile::tempdir().expect("a folder");
    for file in fs::read_dir(path("scenarios")).expect("a folder").flatten() {
        if file.path().is_file() {
            fs::copy(file.path(), folder.path().join(file.file_name())).expect("copied");
        }
    }
    let is_there = |word: &str| !word.ends_with(".json") || folder.path().join(word).exists();
    let mut tried = 0;
    for example in examples {
        let words = words(&example);
        let words: Vec<String> = words.into_iter().take_while(|word| word != ">").collect();
        let out = words
            .iter()
            .position(|w| ["--out", "--report"].contains(&w.as_str()));
        let named = words
            .iter()
            .enumerate()
            .filter(|(i, _)| out.is_none_or(|out| *i != out + 1));
        let mut named = named.map(|(_, word)| word.as_str());
        // Designs have a least size, pages have many charts, and trials that were written have a size
        // already: these have tests of their own.
        let is_large = ["strike", "--method", "--tornado", "--report", "--trials-in"]
            .iter()
            .any(|word| example.contains(word));
        if !RUN.contains(&words[0].as_str()) || is_large || !named.all(is_there) {
            continue;
        }
        let words = small(words);
        answer(
            folder.path(),
            &words.iter().map(String::as_str).collect::<Vec<_>>(),
        );
        tried += 1;
    }
    assert!(tried > 20, "{tried} examples");
}
