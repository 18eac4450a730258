//! What every shipped scenario says today: its outcomes with their probabilities, in
//! `tests/golden/`.
//!
//! `UPDATE_GOLDEN=1 cargo test --test cli golden` writes the tables anew; a change that was not
//! meant is a fault, one that was belongs into CHANGELOG.md under 'Changed numbers'.

use crate::program::{quincunx, root};
use quincunx::{Silent, Study};
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::fs;

const TRIALS: u64 = 2048;

/// Names of the shipped scenarios, without ending.
pub fn shipped() -> Vec<String> {
    let entries = fs::read_dir(root().join("scenarios")).expect("the shipped scenarios");
    let mut names: Vec<String> = entries
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
        .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
        .collect();
    names.sort();
    assert!(names.len() >= 13, "{names:?}");
    names
}

fn table(name: &str) -> String {
    let path = root().join(format!("scenarios/{name}.json"));
    let study = Study::open(&path, &[])
        .unwrap_or_else(|report| panic!("{name}: {:#?}", report.diagnostics));
    let settings = study.settings().trials(TRIALS).build().threads(2);
    let result = study
        .run(&settings, &Silent)
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    let mut text = format!("{TRIALS} trials, seed {}\n", settings.seed);
    for outcome in &result.outcomes {
        writeln!(text, "{:.4}  {}", outcome.probability, outcome.name).expect("a string takes all");
    }
    text
}

#[test]
fn shipped_scenarios_have_the_outcomes_that_they_had() {
    let folder = root().join("tests/golden");
    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    let mut changed = Vec::new();
    for name in shipped() {
        let (path, found) = (folder.join(format!("{name}.txt")), table(&name));
        if update {
            fs::create_dir_all(&folder).expect("a folder");
            fs::write(&path, &found).expect("a golden table");
            continue;
        }
        let golden = fs::read_to_string(&path)
            .unwrap_or_default()
            .replace("\r\n", "\n");
        if golden != found {
            changed.push(format!("{name}:\n{}", difference(&golden, &found)));
        }
    }
    assert!(
        changed.is_empty(),
        "{}\nif this is meant: UPDATE_GOLDEN=1 cargo test --test cli golden, and a line in CHANGELOG.md",
        changed.join("\n")
    );
}

/// Scenarios whose results are held to their bytes: a large one (an earlier baseline, kept as it
/// was), a shipped one unlike it, and the one with every construct.
const HASHED: [&str; 3] = [
    "tests/fixtures/scenarios/large.json",
    "scenarios/port_strike.json",
    "tests/fixtures/example.jsonc",
];

/// Another machine, compiler or system that changes a bit of a result fails here, where no table
/// would show it.
#[test]
fn results_have_the_bytes_that_they_had_wherever_they_are_computed() {
    const HASHES: &str = "tests/fixtures/result-bytes.sha256";
    let mut found = String::new();
    for path in HASHED {
        let trials = TRIALS.to_string();
        let run = quincunx()
            .args([
                "run", path, "--trials", &trials, "--format", "json", "--quiet",
            ])
            .assert()
            .success();
        let mut hash = String::new();
        for byte in Sha256::digest(&run.get_output().stdout) {
            write!(hash, "{byte:02x}").expect("a string takes all");
        }
        writeln!(found, "{hash}  {path}").expect("a string takes all");
    }
    let file = root().join(HASHES);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&file, &found).expect("a file of hashes");
    }
    let golden = fs::read_to_string(&file)
        .unwrap_or_default()
        .replace("\r\n", "\n");
    assert!(
        golden == found,
        "SHA-256 of `quincunx run FILE --trials {TRIALS} --format json`:\n{}\
         if this is meant: UPDATE_GOLDEN=1 cargo test --test cli golden, and a line in CHANGELOG.md",
        difference(&golden, &found)
    );
}

/// The lines that only one of two texts has.
fn difference(golden: &str, found: &str) -> String {
    let only = |sign: &str, of: &str, other: &str| -> String {
        of.lines()
            .filter(|line| !other.lines().any(|l| l == *line))
            .map(|line| format!("  {sign} {line}\n"))
            .collect()
    };
    only("-", golden, found) + &only("+", found, golden)
}

#[test]
fn each_golden_table_belongs_to_a_shipped_scenario() {
    let names = shipped();
    let stale: Vec<String> = fs::read_dir(root().join("tests/golden"))
        .expect("the golden tables")
        .map(|entry| entry.expect("an entry").path())
        .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
        .filter(|name| !names.contains(name))
        .collect();
    assert_eq!(stale, [] as [String; 0]);
}
