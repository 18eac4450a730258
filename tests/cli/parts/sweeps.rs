//! Sweeps in parts: whatever they are cut into, the result has the bytes of `sweep`.

use crate::program::{call, folder, quincunx, stderr, stdout, valley, write};
use predicates::str::contains;
use serde_json::json;
use std::fs;
use std::path::Path;

/// What `sweep` prints.
fn swept(words: &[&str], format: &str) -> String {
    let done = quincunx()
        .args(["sweep"])
        .args(words)
        .args(["--format", format])
        .assert();
    stdout(&done.success())
}

/// Writes a plan, and does its parts from the last to the first, with different numbers of threads;
/// the answer are the paths of plan and parts.
pub fn done_in_parts(folder: &Path, words: &[&str], parts: usize) -> [String; 2] {
    let [plan, dir] = [format!("{parts}.plan"), format!("{parts} parts")]
        .map(|name| folder.join(name).display().to_string());
    let number = parts.to_string();
    let done = quincunx()
        .args(["plan", "--quiet", "--parts", &number, "--out", &plan])
        .args(words)
        .assert();
    done.success().stdout("").stderr("");
    for index in (1..=parts).rev() {
        let (index, threads) = (index.to_string(), (1 + index % 3).to_string());
        let words = [
            "shard",
            &plan,
            "--index",
            &index,
            "--dir",
            &dir,
            "--threads",
            &threads,
        ];
        quincunx()
            .args(words)
            .assert()
            .success()
            .stdout("")
            .stderr("");
    }
    [plan, dir]
}

pub fn merged([plan, dir]: &[String; 2], format: &str) -> String {
    let done = quincunx()
        .args(["merge", plan, dir, "--format", format])
        .assert();
    stdout(&done.success())
}

#[test]
fn parts_of_a_sweep_give_the_bytes_of_one_sweep_and_need_no_file_but_the_plan() {
    let folder = folder();
    let mut scenario = valley();
    scenario["tables"] =
        json!({"season": {"over": "month", "file": "dry.csv", "x": "month", "y": "level"}});
    scenario["indicators"]["level"]["drift"] = json!("calm * (season - level)");
    let file = write(folder.path(), "valley.json", &scenario);
    for (name, factor) in [("dry.csv", 6.0), ("wet.csv", 3.0)] {
        let rows: String = (1..=12)
            .map(|m| format!("{m},{}\n", f64::from(m) / factor))
            .collect();
        fs::write(folder.path().join(name), format!("month,level\n{rows}")).expect("a file");
    }
    let long =
        json!({"format": 1, "extends": "valley.json", "name": "long", "horizon": "18 months"});
    let long = write(folder.path(), "long.json", &long);
    // 3 variants by 2 tables by 5 numbers: more than are simulated together.
    let words = [
        &file,
        "--variant",
        &long,
        "--variant",
        "calm:parameters.calm.value=0.9",
        "--vary",
        "tables.season.file=dry.csv,wet.csv",
        "--vary",
        "parameters.calm.value=0.25..0.75:5",
        "--of",
        "signed,wait",
        "--trials",
        "1024",
        "--seed",
        "7",
        "--set",
        "events.signature.hazard.rate=0.5",
    ];
    let formats = ["json", "csv", "markdown", "table"];
    let expected = formats.map(|format| swept(&words, format));
    let kept = [1, 4, 7, 30].map(|parts| done_in_parts(folder.path(), &words, parts));
    for name in ["valley.json", "dry.csv", "wet.csv", "long.json"] {
        fs::remove_file(folder.path().join(name)).expect("it is there");
    }
    for kept in &kept {
        assert!(merged(kept, "json") == expected[0], "{kept:?}");
    }
    for (format, expected) in formats.iter().zip(&expected) {
        assert!(&merged(&kept[2], format) == expected, "{format}");
    }
    // Parts are simulated from the plan alone.
    let again = folder.path().join("again").display().to_string();
    for index in 1..=4 {
        call(&format!(
            "shard {} --index {index} --dir {again}",
            kept[0][0].replace("1.plan", "4.plan")
        ))
        .success();
    }
    assert!(merged(&[kept[1][0].clone(), again], "json") == expected[0]);
}

#[test]
fn a_hypercube_has_the_usual_size_and_is_read_for_the_likeliest_if_nothing_is_said() {
    let folder = folder();
    let file = write(folder.path(), "valley.json", &valley());
    let words = [
        file.as_str(),
        "--lhs",
        "13",
        "--vary",
        "parameters.calm.value=0.2..0.8",
        "--vary",
        "events.signature.hazard.times.trend.wet=1..3",
    ];
    let kept = done_in_parts(folder.path(), &words, 3);
    assert!(merged(&kept, "json") == swept(&words, "json"));
    let line = quincunx()
        .args(["plan", "--parts", "20"])
        .args(words)
        .assert()
        .success();
    assert_eq!(
        stderr(&line),
        "note: 13 runs of 7,168 trials in 13 parts, of up to 1 run\n"
    );
}

#[test]
fn what_is_missing_damaged_or_of_another_sweep_is_named() {
    let folder = folder();
    let file = write(folder.path(), "valley.json", &valley());
    let words = [
        file.as_str(),
        "--vary",
        "parameters.calm.value=0.2..0.8:6",
        "--trials",
        "1024",
    ];
    let [plan, dir] = done_in_parts(folder.path(), &words, 3);
    let part = |index: u32| format!("{dir}/part-000{index}.summary");
    let status = || quincunx().args(["status", &plan, &dir]).assert();
    status().success().stdout("3 of 3 parts done\n");
    let bytes = fs::read(part(2)).expect("a part");
    fs::remove_file(part(2)).expect("it is there");
    quincunx()
        .args(["merge", &plan, &dir])
        .assert()
        .code(3)
        .stdout("")
        .stderr(contains("1 of 3 parts is missing"));
    for (content, reason) in [
        (
            bytes[..bytes.len() / 2].to_vec(),
            "it is cut off, or its end is damaged",
        ),
        (
            fs::read(part(3)).expect("a part"),
            "it has other runs than this part",
        ),
    ] {
        fs::write(part(2), content).expect("a file");
        status().code(3).stdout(contains(reason));
        quincunx()
            .args(["merge", &plan, &dir])
            .assert()
            .code(3)
            .stderr(contains(reason));
    }
    for at in (0..bytes.len()).step_by(bytes.len() / 40) {
        let mut flipped = bytes.clone();
        flipped[at] ^= 8;
        fs::write(part(2), flipped).expect("a file");
        status().code(3).stdout(contains("damaged: 2"));
    }
    // The same runs with another seed.
    let other = [&words[..], &["--seed", "9"]].concat();
    fs::create_dir(folder.path().join("other")).expect("a folder");
    let [other, others] = done_in_parts(&folder.path().join("other"), &other, 3);
    fs::copy(format!("{others}/part-0002.summary"), part(2)).expect("a file");
    status().code(3).stdout(contains("it is of another sweep"));
    // It is made good, and a part of a sweep is nothing else.
    quincunx()
        .args(["shard", &plan, "--index", "2", "--dir", &dir])
        .assert()
        .success()
        .stderr(contains("is simulated again"));
    assert!(
        fs::read(part(2)).expect("a part") == bytes,
        "the same bytes"
    );
    assert!(merged(&[plan.clone(), dir.clone()], "json") == swept(&words, "json"));
    quincunx()
        .args(["merge", &part(1), &part(2)])
        .assert()
        .code(2)
        .stderr(contains("it is not a summary"));
    quincunx().args(["run", &other]).assert().code(2);
    for (more, said) in [
        (&["--summary", "a.summary"][..], "--summary is about runs"),
        (&["--full"], "--full is about runs"),
        (&["--report", "x.html", "--brief"], "--brief is about runs"),
    ] {
        let done = quincunx().args(["merge", &plan, &dir]).args(more).assert();
        done.code(2).stdout("").stderr(contains(said));
    }
    for (line, said) in [
        (
            format!("plan {file} --parts 2 --of signed"),
            "give --vary, --variant, --method or --tornado too",
        ),
        (
            format!("plan {file} --parts 2 --vary parameters.calm.value=1..2"),
            "how many values",
        ),
        (
            format!("plan {file} --parts 2 --vary parameters.clam.value=1,2"),
            "clam",
        ),
        (
            format!("plan {file} --parts 2 --vary parameters.calm.value=1,2 --of sinned"),
            "did you mean `signed`",
        ),
        (
            "plan - --parts 2 --vary parameters.calm.value=1,2".to_owned(),
            "standard input can be read only once",
        ),
    ] {
        let told = stderr(&call(&line).code(2).stdout(""));
        assert!(told.contains(said), "{line}: {told}");
    }
}

#[test]
fn a_page_and_charts_of_a_sweep_in_parts_are_those_of_the_sweep() {
    let folder = folder();
    let file = write(folder.path(), "valley.json", &valley());
    let words = [
        file.as_str(),
        "--vary",
        "parameters.calm.value=0.2..0.8:4",
        "--trials",
        "1024",
    ];
    let [plan, dir] = done_in_parts(folder.path(), &words, 2);
    let at = |name: &str| folder.path().join(name).display().to_string();
    let pictures = |name: &str| {
        [
            "--report".into(),
            at(&format!("{name}.html")),
            "--charts".into(),
            at(name),
        ]
    };
    quincunx()
        .arg("sweep")
        .args(words)
        .args(pictures("whole"))
        .assert()
        .success();
    quincunx()
        .args(["merge", &plan, &dir])
        .args(pictures("parts"))
        .assert()
        .success();
    let read = |path: String| fs::read_to_string(path).expect("it was written");
    assert!(read(at("whole.html")) == read(at("parts.html")));
    let charts = |name: &str| {
        let files = fs::read_dir(at(name)).expect("a folder");
        let mut names: Vec<_> = files
            .map(|file| file.expect("a file").file_name())
            .collect();
        names.sort();
        names
    };
    assert!(!charts("whole").is_empty());
    assert_eq!(charts("whole"), charts("parts"));
}
