//! One folder a diagnostic code under `tests/diagnostics/`: what a file with that fault makes the
//! tool say.
//!
//! A folder is named after its code, with a point and a topic where a code has several cases. It
//! has `case.json` (or `case.jsonc`, or none where its absence is the fault), further files that it
//! extends, `set.txt` with a setting a line, and `expected.txt` with the whole text of the
//! diagnostics. `UPDATE_EXPECTED=1 cargo test --test diagnostics` writes the texts anew; read the
//! difference before you keep it. What only a run can tell is tested with the command line.

use quincunx::diagnostic::{CODES, Diagnostic, RUN_CODES, Sources, Style, text};
use quincunx::model::build;
use quincunx::scenario::{Disk, Files, load_with};
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

/// Files by their names inside of a folder, so that messages do not depend on where the tests run.
struct Folder(PathBuf);

impl Files for Folder {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        Disk.read(&self.0.join(path))
    }

    fn beside(&self, path: &Path) -> Option<Vec<String>> {
        Disk.beside(&self.0.join(path))
    }
}

/// Everything that the tool has to say about the case in a folder.
fn diagnose(folder: &Path) -> (Vec<Diagnostic>, Sources) {
    let name = if folder.join("case.jsonc").exists() {
        "case.jsonc"
    } else {
        "case.json"
    };
    let sets = std::fs::read_to_string(folder.join("set.txt")).unwrap_or_default();
    let sets: Vec<String> = sets.lines().map(str::to_owned).collect();
    match load_with(&Folder(folder.to_owned()), Path::new(name), &sets) {
        Ok(loaded) => match build(&loaded) {
            Ok(built) => (built.warnings, loaded.sources),
            Err(errors) => (errors, loaded.sources),
        },
        Err(report) => (report.diagnostics, report.sources),
    }
}

fn cases() -> Vec<(String, PathBuf)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diagnostics");
    let mut cases: Vec<_> = std::fs::read_dir(root)
        .expect("the folder of cases exists")
        .map(|entry| entry.expect("the folder of cases can be read"))
        .map(|entry| {
            (
                entry.file_name().to_string_lossy().into_owned(),
                entry.path(),
            )
        })
        .collect();
    cases.sort();
    let code = |name: String| name.split('.').next().unwrap_or_default().to_owned();
    cases
        .into_iter()
        .map(|(name, path)| (code(name), path))
        .collect()
}

#[test]
fn each_case_gives_its_code_and_exactly_its_text() {
    let update = std::env::var_os("UPDATE_EXPECTED").is_some();
    let mut wrong = Vec::new();
    for (code, folder) in cases() {
        let (diagnostics, sources) = diagnose(&folder);
        let shown: Vec<String> = diagnostics
            .iter()
            .map(|one| text(one, &sources, Style::default()))
            .collect();
        let shown = shown.join("\n");
        let path = folder.join("expected.txt");
        if update {
            std::fs::write(&path, &shown).expect("the expected text can be written");
        }
        let expected = std::fs::read_to_string(&path)
            .unwrap_or_default()
            .replace("\r\n", "\n");
        if !diagnostics.iter().any(|one| one.code == code) {
            wrong.push(format!("{code}: the case does not give its code:\n{shown}"));
        } else if shown != expected {
            wrong.push(format!("{code}: expected\n{expected}\nfound\n{shown}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn each_case_is_named_after_a_documented_code() {
    let known: BTreeSet<&str> = CODES.iter().map(|(code, _)| *code).collect();
    let strange: Vec<String> = cases()
        .into_iter()
        .map(|(code, _)| code)
        .filter(|code| !known.contains(code.as_str()))
        .collect();
    assert_eq!(strange, [] as [String; 0]);
}

#[test]
fn each_documented_code_that_needs_no_run_has_a_case() {
    let cases: BTreeSet<String> = cases().into_iter().map(|(code, _)| code).collect();
    let missing: Vec<&str> = CODES
        .iter()
        .map(|(code, _)| *code)
        .filter(|code| !RUN_CODES.contains(code) && !cases.contains(*code))
        .collect();
    assert_eq!(missing, [] as [&str; 0]);
}
