//! The commands of `docs/reading-results.md`, run by the libraries that they are for.

use crate::program::{answer, blocks, document, path};
use std::fs;
use std::path::Path;
use std::process::Command;

/// Held against the result file whatever the library: rows as dictionaries.
const CHECKS: &str = r#"
import json, math
result = json.load(open("result.json", encoding="utf-8"))
def rows(table):
    if hasattr(table, "to_dicts"):
        return table.to_dicts()
    if hasattr(table, "to_dict"):
        return table.to_dict("records")
    return [dict(zip(table.columns, row)) for row in table.fetchall()]
told = {row["name"]: row["probability"] for row in rows(outcomes)}
wanted = {row["name"]: row["probability"] for row in result["outcomes"]}
assert told == wanted, (told, wanted)
long = {row["name"]: row["value"] for row in rows(numbers)
        if row["section"] == "outcome" and row["quantity"] == "probability" and not isinstance(row["trend"], str)}
assert long == wanted, (long, wanted)
errors = [row["std_error"] for row in rows(numbers) if row["section"] == "outcome"]
assert any(isinstance(error, float) and error > 0 for error in errors)
all = rows(trials)
assert len(all) == result["run"]["trials"], len(all)
for name, probability in wanted.items():
    share = sum(row["outcome"] == name for row in all) / len(all)
    assert math.isclose(share, probability, abs_tol=1e-12), (name, share, probability)
metric = [row["metric.strike_days"] for row in all]
metric = [x for x in metric if x is not None and not math.isnan(x)]
mean = next(m for m in result["metrics"] if m["name"] == "strike_days")["mean"]
assert math.isclose(sum(metric) / len(metric), mean, rel_tol=1e-9), mean
print("same")
"#;

fn python(folder: &Path, program: &str) -> (bool, String) {
    let done = Command::new("python3")
        .args(["-c", program])
        .current_dir(folder)
        .output();
    done.map_or((false, "there is no python3".into()), |done| {
        let told =
            [done.stdout, done.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
        (done.status.success(), told.concat())
    })
}

/// Without the library there is nothing to run.
#[test]
fn every_command_of_the_document_reads_what_the_program_writes() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    fs::copy(
        path("scenarios/port_strike.json"),
        folder.join("port_strike.json"),
    )
    .expect("it is shipped");
    let text = document("docs/reading-results.md");
    let all = blocks(&text);
    let console = all.iter().filter(|block| block.language == "console");
    let with_parquet = cfg!(feature = "parquet");
    let mut lines: Vec<&str> = console.flat_map(|block| block.text.lines()).collect();
    if with_parquet {
        lines.push("$ quincunx run port_strike.json --trials-out trials.parquet");
    }
    for line in lines {
        let words = line
            .strip_prefix("$ quincunx ")
            .unwrap_or_else(|| panic!("no command: {line}"));
        let size = ["--trials", "4096", "--quiet"];
        let words: Vec<&str> = words.split(' ').chain(size).collect();
        answer(folder, &words);
    }
    let programs: Vec<_> = all
        .iter()
        .filter(|block| block.language == "python")
        .collect();
    assert_eq!(programs.len(), 3);
    for block in programs {
        let library = block
            .text
            .lines()
            .next()
            .and_then(|line| line.rsplit([' ', ',']).next());
        let library = library.expect("an import");
        if !python(folder, &format!("import {library}")).0 {
            eprintln!("skipped: python3 has no {library} here");
            continue;
        }
        let (parquet, others): (Vec<&str>, Vec<&str>) = block
            .text
            .lines()
            .partition(|line| line.contains(".parquet"));
        assert_eq!(parquet.len(), 1, "{library}");
        let mut programs = vec![others.clone()];
        if with_parquet {
            programs.push([others, parquet].concat());
        }
        for program in programs {
            let (is_done, told) = python(folder, &format!("{}\n{CHECKS}", program.join("\n")));
            assert!(is_done && told.ends_with("same\n"), "{library}:\n{told}");
        }
    }
}
