//! What every shipped scenario says today: its outcomes with their probabilities, in `tests/golden/`.
//!
//! `UPDATE_GOLDEN=1 cargo test --test cli golden` writes the tables anew; a change that was not meant is a fault, one that was
//! belongs into CHANGELOG.md under 'Changed numbers'.

use crate::program::root;
use quincunx::{Settings, Silent, Study};
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
    let settings = Settings {
        threads: 2,
        ..study.settings(Some(TRIALS), None, None)
    };
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
