//! The guide, and the page on clusters, done as they say: its files are written, its commands run,
//! and what it shows is what they print.
//!
//! A `json` block is the whole file that the line above it names, a `diff` block what changes in
//! that file. What comes of them is shipped in `docs/guide/`. A `console` block is a command behind
//! `$ ` and its output.

use crate::program::{Block, blocks, document, path};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Command, Stdio};
use std::{env, fs};

const GUIDE: &str = "docs/guide.md";
const CLUSTER: &str = "docs/cluster.md";
/// Scenarios that the documents show by the path that they have in the repository.
const SHIPPED: [&str; 5] = [
    "baseline.json",
    "guarantees_for_territory.json",
    "port_strike.json",
    "talks_with_europe.json",
    "us_aid_stop.json",
];

/// A file after the changes of a difference: of each part, what it keeps and what it takes away
/// stands in the file once, behind the part before it.
fn changed(file: &str, difference: &str) -> String {
    let mut rest = file;
    let mut out = String::new();
    for part in difference.split("@@\n") {
        let side = |sign: char| -> String {
            let lines = part.lines().filter(|line| !line.starts_with(sign));
            lines
                .map(|line| format!("{}\n", line.get(1..).unwrap_or_default()))
                .collect()
        };
        let (old, new) = (side('+'), side('-'));
        assert!(old != new, "nothing changes:\n{part}");
        assert_eq!(
            rest.matches(&old).count(),
            1,
            "not once in the file:\n{old}"
        );
        let (before, after) = rest.split_once(&old).unwrap_or_default();
        out += before;
        out += &new;
        rest = after;
    }
    out + rest
}

/// The file named in a caption, between backticks.
fn file_of(caption: &str) -> Option<&str> {
    caption
        .split('`')
        .nth(1)
        .filter(|name| name.ends_with(".json"))
}

fn write(folder: &Path, block: &Block) {
    let name =
        file_of(&block.caption).unwrap_or_else(|| panic!("no file is named above: {}", block.text));
    let at = folder.join(name);
    let text = match block.language.as_str() {
        "diff" => {
            let before = fs::read_to_string(&at).expect("the file exists");
            changed(&before, &block.text)
        }
        _ => block.text.clone(),
    };
    fs::write(&at, text).expect("the folder is writable");
}

/// What a command of the guide prints, both streams in one.
fn printed(folder: &Path, command: &str) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_quincunx"))
        .parent()
        .expect("a program lies in a folder");
    let mut search = program.as_os_str().to_owned();
    search.push(":");
    search.push(env::var_os("PATH").unwrap_or_default());
    let output = Command::new("sh")
        .args(["-c", &format!("{{ {command}; }} 2>&1")])
        .current_dir(folder)
        .env("PATH", search)
        .env("COLUMNS", "100")
        .env_remove("NO_COLOR")
        .env_remove("CLICOLOR_FORCE")
        .stdin(Stdio::null())
        .output()
        .expect("a shell");
    // CSV ends its lines as RFC 4180 says; a page does not.
    String::from_utf8(output.stdout)
        .expect("output is UTF-8")
        .replace("\r\n", "\n")
}

/// The document as it should be, every command having been run in order.
fn played(text: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let shipped = folder.path().join("scenarios");
    fs::create_dir(&shipped).expect("the folder is writable");
    for name in SHIPPED {
        let from = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("scenarios")
            .join(name);
        fs::copy(from, shipped.join(name)).expect("it is shipped");
    }
    let mut out = String::new();
    let mut rest = text;
    for block in blocks(text) {
        let fenced = format!("```{}\n{}```\n", block.language, block.text);
        let at = rest
            .find(&fenced)
            .unwrap_or_else(|| panic!("cannot find again:\n{fenced}"));
        out += &rest[..at];
        rest = &rest[at + fenced.len()..];
        match block.language.as_str() {
            "json" | "diff" => write(folder.path(), &block),
            "console" => {
                let line = block.text.lines().next().unwrap_or_default();
                let command = line
                    .strip_prefix("$ ")
                    .unwrap_or_else(|| panic!("no command: {line}"));
                out += &format!(
                    "```console\n{line}\n{}```\n",
                    printed(folder.path(), command)
                );
                continue;
            }
            _ => {}
        }
        out += &fenced;
    }
    out + rest
}

#[cfg(unix)]
#[test]
fn the_guide_shows_what_its_commands_print() {
    shows_what_its_commands_print(GUIDE);
}

#[cfg(unix)]
#[test]
fn the_page_on_clusters_shows_what_its_commands_print() {
    shows_what_its_commands_print(CLUSTER);
}

#[cfg(unix)]
fn shows_what_its_commands_print(name: &str) {
    let text = document(name);
    let wanted = played(&text);
    if env::var_os("UPDATE_DOCS").is_some() {
        fs::write(path(name), &wanted).expect("the document can be written");
        return;
    }
    for (number, (found, line)) in text.lines().zip(wanted.lines()).enumerate() {
        let number = number + 1;
        assert!(
            found == line,
            "{name}, line {number}:\n  has   {found}\n  gets  {line}\nrewrite it by UPDATE_DOCS=1 cargo test --test docs"
        );
    }
    assert_eq!(text, wanted);
}

#[test]
fn every_scenario_of_the_guide_can_be_built() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut files = 0;
    // What is shipped: each file as a section leaves it, and the last of each by its own name.
    let mut shipped = BTreeMap::new();
    for section in document(GUIDE).split("\n## ").skip(1) {
        let number = section.split('.').next().unwrap_or_default();
        for block in blocks(section)
            .iter()
            .filter(|block| ["json", "diff"].contains(&block.language.as_str()))
        {
            write(folder.path(), block);
            let name = file_of(&block.caption).expect("a file is named above");
            let study = quincunx::analysis::Study::open(&folder.path().join(name), &[]);
            let messages = |found: &[quincunx::diagnostic::Diagnostic]| -> Vec<String> {
                found.iter().map(|d| d.message.clone()).collect()
            };
            match study {
                Ok(study) => assert!(
                    study.diagnostics.is_empty(),
                    "{name}: {:?}",
                    messages(&study.diagnostics)
                ),
                Err(report) => panic!("{name}: {:?}", messages(&report.diagnostics)),
            }
            files += 1;
            let built = fs::read_to_string(folder.path().join(name)).expect("it was built");
            let stem = name.strip_suffix(".json").unwrap_or(name);
            shipped.insert(format!("{stem}-{number}.json"), built.clone());
            shipped.insert(name.to_owned(), built);
        }
    }
    assert!(files >= 5, "the guide has {files} files only");
    // The last step of a file is the file.
    let last: Vec<String> = (shipped.iter())
        .filter(|(name, text)| name.contains('-') && shipped.get(&whole(name)) == Some(text))
        .map(|(name, _)| name.clone())
        .collect();
    for name in last {
        shipped.remove(&name);
    }
    let here = path("docs/guide");
    if env::var_os("UPDATE_DOCS").is_some() {
        for (name, text) in &shipped {
            fs::write(here.join(name), text).expect("the file can be written");
        }
    }
    let found: BTreeSet<String> = fs::read_dir(here)
        .expect("docs/guide")
        .map(|entry| entry.expect("a file").file_name())
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    assert_eq!(found, shipped.keys().cloned().collect());
    for (name, built) in &shipped {
        assert!(
            document(&format!("docs/guide/{name}")) == *built,
            "docs/guide/{name} is not what the steps of the guide make"
        );
    }
}

/// `valley-3.json` is a step of `valley.json`.
fn whole(step: &str) -> String {
    let stem = step.rsplit_once('-').map_or(step, |(stem, _)| stem);
    format!("{stem}.json")
}
