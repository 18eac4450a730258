//! Runs that are kept, killed, gone on with, grown, cut into parts and joined: the result has the
//! bytes of one run.

use crate::program::{call, folder, quincunx, result, stderr, stdout, valley, write};
use predicates::prelude::PredicateBooleanExt;
use predicates::str::contains;
use quincunx::results::kept::{Head, Kind, Plan, seal, unseal};
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

#[cfg(unix)]
mod emit;
#[cfg(unix)]
mod killed;
mod sensitivity;
mod sweeps;
mod until;

/// The result of a run, as JSON.
pub fn whole(file: &str, more: &str) -> String {
    stdout(&call(&format!("run {file} {more} --format json")).success())
}

pub fn merged(files: &[String], more: &str) -> String {
    stdout(&call(&format!("merge {} {more} --format json", files.join(" "))).success())
}

/// Cuts a run into parts; the answer is their files.
pub fn cut(folder: &Path, file: &str, parts: u64, more: &str) -> Vec<String> {
    let path = |part: u64| {
        let path = folder.join(format!("{part}-of-{parts}.summary"));
        path.display().to_string()
    };
    let parts = (1..=parts).map(|part| {
        let path = path(part);
        let line = format!("shard {file} --part {part}/{parts} --out {path} {more}");
        call(&line).success().stdout("").stderr("");
        path
    });
    parts.collect()
}

#[test]
fn parts_joined_in_any_order_give_the_bytes_of_one_run() {
    let folder = folder();
    let file = write(folder.path(), "valley.json", &valley());
    let size = "--trials 12000 --seed 5";
    let expected = whole(&file, size);
    let mut random = Xoshiro256PlusPlus::seed_from_u64(6);
    for parts in [1, 2, 3, 7, 12] {
        let mut files = cut(folder.path(), &file, parts, size);
        files.shuffle(&mut random);
        assert!(merged(&files, "") == expected, "{files:?}");
    }
    // What was joined can be joined with the rest, in another process.
    let [a, b, c] = <[String; 3]>::try_from(cut(folder.path(), &file, 3, size)).expect("three");
    let joined = folder.path().join("ca.summary").display().to_string();
    let partial = format!("merge {c} {a} --partial --summary {joined}");
    call(&partial).success().stdout("").stderr("");
    let kept = folder.path().join("all.summary").display().to_string();
    assert!(merged(&[b, joined], &format!("--summary {kept}")) == expected);
    let again = stdout(&call(&format!("run --resume {kept} --format json")).success());
    assert!(again == expected);
    let table = stdout(&call(&format!("run {file} {size}")).success());
    let told = stdout(&call(&format!("merge {kept}")).success());
    assert_eq!(told, table);
}

/// Its parents, tables and settings are in the file: nothing else is read.
#[test]
fn a_part_needs_no_file_but_itself_and_other_paths_lead_to_the_same_run() {
    let (here, there) = (folder(), folder());
    let mut base = valley();
    base["tables"] =
        json!({"season": {"over": "month", "file": "season.csv", "x": "month", "y": "level"}});
    base["indicators"]["level"]["drift"] = json!("calm * (season - level)");
    let child = json!({"format": 1, "extends": "valley.json", "name": "child", "parameters": {"calm": {"value": 0.7}}});
    let csv: String = (1..=12)
        .map(|m| format!("{m},{}\n", m as f64 / 6.0))
        .collect();
    let more = "--trials 6000 --set parameters.calm.value=0.9";
    let mut files = Vec::new();
    for (part, folder) in [here.path(), there.path()].into_iter().enumerate() {
        write(folder, "valley.json", &base);
        fs::write(folder.join("season.csv"), format!("month,level\n{csv}")).expect("a file");
        let file = write(folder, "child.json", &child);
        let out = here.path().join(format!("{part}.summary"));
        let line = format!(
            "shard {file} --part {}/2 --out {} {more}",
            part + 1,
            out.display()
        );
        call(&line).success();
        files.push(out.display().to_string());
    }
    let expected = whole(&here.path().join("child.json").display().to_string(), more);
    for name in ["valley.json", "season.csv", "child.json"] {
        fs::remove_file(here.path().join(name)).expect("it is there");
        fs::remove_file(there.path().join(name)).expect("it is there");
    }
    assert!(merged(&files, "") == expected);
}

#[test]
fn what_is_not_of_one_run_or_not_whole_is_refused_with_the_file_and_the_reason() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let file = write(folder.path(), "valley.json", &valley());
    let parts = cut(folder.path(), &file, 4, "--trials 8192");
    let other = |name: &str, scenario: &Value, more: &str| {
        let file = write(folder.path(), &format!("{name}.json"), scenario);
        let out = at(&format!("{name}.summary"));
        let line = format!("shard {file} --part 2/4 --out {out} --trials 8192 {more}");
        call(&line).success();
        out
    };
    let (mut renamed, mut changed, mut noted) = (valley(), valley(), valley());
    renamed["name"] = json!("hill");
    changed["parameters"]["calm"]["value"] = json!(0.6);
    noted["parameters"]["calm"]["note"] = json!("why");
    let two: Vec<(String, &str)> = vec![
        (other("seed", &valley(), "--seed 9"), "seed 9 instead of 3"),
        (
            other("design", &valley(), "--design random"),
            "design random instead of padded",
        ),
        (
            other("draws", &valley(), "--draws 256"),
            "trials per draw: 32 instead of 64",
        ),
        (
            other("hill", &renamed, ""),
            "another scenario, `hill` instead of `valley`",
        ),
        (other("changed", &changed, ""), "other assumptions"),
        (
            other("noted", &noted, ""),
            "titles, notes or the order of its keys",
        ),
        (other("same", &valley(), ""), ""),
        (parts[0].clone(), "both have block 0"),
    ];
    for (second, reason) in &two {
        let done = call(&format!("merge {} {second} {}", parts[0], parts[2]));
        let (status, said) = match reason.is_empty() {
            // The same part from another file is no fault; what is missing then is the last.
            true => (
                3,
                "error: 2,048 of 8,192 trials are missing: 6,145 to 8,192, counted from 1; the run has no result yet".to_owned(),
            ),
            false => (
                2,
                format!("error: `{second}` cannot be joined with `{}`: ", parts[0]),
            ),
        };
        let told = stderr(&done.code(status).stdout(""));
        assert!(told.starts_with(&said) && told.contains(reason), "{told}");
    }
    let longer = at("longer.summary");
    call(&format!(
        "shard {file} --part 2/4 --out {longer} --trials 9000"
    ))
    .success();
    call(&format!("merge {} {longer}", parts[0]))
        .code(2)
        .stderr(contains("blocks in all: 9 instead of 8"));

    // Every bit counts, and every byte.
    let bytes = fs::read(&parts[1]).expect("a part");
    let damaged = at("damaged.summary");
    let mut random = Xoshiro256PlusPlus::seed_from_u64(7);
    let refused = |content: &[u8]| {
        fs::write(&damaged, content).expect("a file");
        let told = stderr(
            &call(&format!("merge {} {damaged}", parts[0]))
                .code(2)
                .stdout(""),
        );
        assert!(
            told.starts_with(&format!("error: `{damaged}` cannot be used: it is ")),
            "{told}"
        );
        told
    };
    for _ in 0..25 {
        let mut flipped = bytes.clone();
        flipped[random.random_range(0..bytes.len())] ^= 1 << random.random_range(0..8);
        refused(&flipped);
        refused(&bytes[..random.random_range(0..bytes.len())]);
    }
    let (mut head, body): (Head, _) = unseal(Kind::Summary, &bytes).expect("it is whole");
    head.tool.version = "99.0.0".into();
    fs::write(&damaged, seal(Kind::Summary, &head, body)).expect("a file");
    let told = stderr(&call(&format!("merge {damaged}")).code(2));
    assert!(told.contains("written by version 99.0.0"), "{told}");
    for (content, reason) in [
        (&b"{}"[..], "it is not a summary of quincunx"),
        (b"", "it is not a summary of quincunx"),
    ] {
        assert!(refused(content).contains(reason));
    }
    call(&format!("merge {}", at("none.summary")))
        .code(2)
        .stderr(contains("cannot read"));
    call(&format!("merge {file}"))
        .code(2)
        .stderr(contains("is not a summary"));
}

#[test]
fn a_kept_run_is_told_again_and_grows_and_is_not_written_over_before_its_end() {
    let folder = folder();
    let file = write(folder.path(), "valley.json", &valley());
    let kept = folder.path().join("kept.summary").display().to_string();
    let small = whole(&file, "--trials 5000");
    assert!(whole(&file, &format!("--trials 5000 --summary {kept}")) == small);
    let resumed = format!("run --resume {kept} --format json");
    assert!(stdout(&call(&resumed).success()) == small);
    let few = format!("run --grow {kept} --trials 5000");
    call(&few)
        .code(2)
        .stderr(contains("has 5,120 trials already"));
    let grown = format!("run --grow {kept} --trials 40000 --format json");
    assert!(stdout(&call(&grown).success()) == whole(&file, "--trials 40000"));
    assert!(stdout(&call(&resumed).success()) == whole(&file, "--trials 40000"));

    // A run that waited for a precision grows to the one that never waited.
    let until = "--until 1pp";
    let precise = whole(&file, until);
    assert!(whole(&file, &format!("{until} --summary {kept}")) == precise);
    assert!(stdout(&call(&resumed).success()) == precise);
    assert!(stdout(&call(&grown).success()) == whole(&file, "--trials 40000"));

    let part = cut(folder.path(), &file, 2, "").remove(1);
    call(&format!("run --resume {part}"))
        .code(2)
        .stderr(contains("is a part of a run"));
    let beginning = cut(folder.path(), &file, 2, "").remove(0);
    let refused = call(&format!("run {file} --summary {beginning}")).code(2);
    refused.stderr(contains("has not come to its end").and(contains("--resume")));
    call(&format!("run --grow {beginning} --trials 1e5"))
        .code(2)
        .stderr(contains("--resume"));
    let done = stdout(&call(&format!("run --resume {beginning} --format json")).success());
    assert!(done == whole(&file, ""));

    for (line, said) in [
        (format!("run {file} --resume {kept}"), "cannot be used with"),
        (
            format!("run --resume {kept} --seed 3"),
            "cannot be used with",
        ),
        (format!("run --grow {kept}"), "--trials"),
        ("run".to_owned(), "required"),
        (
            format!("run {file} --summary -"),
            "needs the path of a file",
        ),
        (format!("run {file} --summary {file}"), "it is what is read"),
        (
            format!("run {file} --summary {kept} --trials-out t.csv"),
            "write the rows with a run of its own",
        ),
        (
            format!("run --resume {kept} --out {kept}"),
            "it is what is read",
        ),
        (
            format!("run {file} --checkpoint 9"),
            "give --summary PATH too",
        ),
        (
            format!("run {file} --summary {kept} --checkpoint 0"),
            "out of range",
        ),
        (
            format!("run --resume {file}"),
            "it is not a summary of quincunx",
        ),
    ] {
        let told = stderr(&call(&line).code(2).stdout(""));
        assert!(told.contains(said), "{line}: {told}");
    }
}

#[test]
fn a_plan_is_worked_off_in_any_order_and_damage_is_made_good() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let file = write(folder.path(), "valley.json", &valley());
    let (plan, parts) = (at("a.plan"), at("deep/parts"));
    let line = format!("plan {file} --trials 9000 --parts 5 --out {plan}");
    let told = stderr(&call(&line).success().stdout(""));
    assert_eq!(
        told,
        "note: 9,216 trials in 5 parts, of up to 2,048 trials\n"
    );
    let expected = whole(&file, "--trials 9000");
    fs::remove_file(&file).expect("it is there");
    let shard = |index: u32| call(&format!("shard {plan} --index {index} --dir {parts}"));
    let status = || call(&format!("status {plan} {parts}"));
    assert_eq!(
        stdout(&status().code(3)),
        "0 of 5 parts done\nmissing: 1 to 5\n"
    );
    for index in [4, 1, 2] {
        shard(index).success().stdout("").stderr("");
    }
    assert_eq!(
        stdout(&status().code(3)),
        "3 of 5 parts done\nmissing: 3 and 5\n"
    );
    let told = stderr(&call(&format!("merge {plan} {parts}")).code(3).stdout(""));
    assert!(
        told.contains("2 of 5 parts are missing") && told.contains(": 3 and 5\n"),
        "{told}"
    );
    let path = |index: u32| {
        folder
            .path()
            .join(format!("deep/parts/part-000{index}.summary"))
    };
    let first = fs::read(path(1)).expect("a part");
    let stamp = |index: u32| {
        fs::metadata(path(index))
            .and_then(|m| m.modified())
            .expect("a part")
    };
    let before = stamp(1);
    shard(1).success().stderr(contains("is there already"));
    assert_eq!(stamp(1), before, "it was not simulated again");
    shard(3).success();
    shard(5).success();
    assert!(merged(&[plan.clone(), parts.clone()], "") == expected);

    // One is cut off, one is another part.
    fs::write(path(1), &first[..first.len() / 2]).expect("a file");
    fs::copy(path(2), path(3)).expect("a file");
    let report: Value = serde_json::from_str(&stdout(
        &call(&format!("status {plan} {parts} --format json")).code(3),
    ))
    .expect("JSON");
    assert_eq!(
        (&report["done"], &report["missing"]),
        (&json!([2, 4, 5]), &json!([]))
    );
    let damaged = report["damaged"].as_array().expect("a list");
    assert_eq!(damaged.len(), 2);
    assert_eq!(damaged[0]["reason"], "it is cut off, or its end is damaged");
    assert_eq!(damaged[1]["reason"], "it has other blocks than this part");
    call(&format!("merge {plan} {parts}"))
        .code(3)
        .stdout("")
        .stderr(contains("part-0001.summary"));
    for index in [1, 3] {
        shard(index)
            .success()
            .stderr(contains("is simulated again"));
    }
    assert!(
        fs::read(path(1)).expect("a part") == first,
        "the same bytes"
    );
    status().success().stdout("5 of 5 parts done\n");
    assert!(merged(&[plan.clone(), parts.clone()], "") == expected);

    // A part of another run under that name.
    fs::remove_file(path(1)).expect("it is there");
    let strange = write(folder.path(), "valley.json", &valley());
    let line = format!(
        "shard {strange} --part 1/5 --out {} --trials 9000 --seed 8",
        path(1).display()
    );
    call(&line).success();
    status()
        .code(3)
        .stdout(contains("damaged: 1 (").and(contains("seed 8 instead of 3")));

    for (line, said) in [
        (
            format!("shard {plan} --index 6 --dir {parts}"),
            "the plan has 5 parts",
        ),
        (format!("shard {plan} --index 0 --dir {parts}"), "0"),
        (format!("shard {plan} --index 1"), "--dir"),
        (format!("shard {plan}"), "--index 1 --dir parts"),
        (
            format!("shard {plan} --index 1 --dir {parts} --seed 4"),
            "which says what is simulated",
        ),
        (
            format!("shard {strange} --index 1 --dir {parts}"),
            "is not a plan",
        ),
        (format!("shard {strange}"), "--part 1/4"),
        (
            format!("shard {strange} --part 9/9 --out {}", at("x")),
            "no more than 8 parts",
        ),
        (
            format!("shard {strange} --part 3/2 --out {}", at("x")),
            "out of range",
        ),
        (format!("merge {plan}"), "give the folder of its parts"),
        (
            format!("merge {} {plan}", path(2).display()),
            "it is not a summary",
        ),
        (
            format!("status {strange} {parts}"),
            "it is not a plan of quincunx",
        ),
        (format!("run {plan}"), "is a plan of a run, and no scenario"),
        (
            format!("run {}", path(2).display()),
            "is a summary file of a run, and no scenario",
        ),
        (
            format!("shard {strange} --part 1/1000000000000 --out {}", at("x")),
            "at most 1,000,000 parts",
        ),
    ] {
        let told = stderr(&call(&line).code(2).stdout(""));
        assert!(told.contains(said), "{line}: {told}");
    }
    let text = fs::read(&plan).expect("a plan");
    for at in (0..text.len()).step_by(text.len() / 20) {
        let mut damaged = text.clone();
        damaged[at] ^= 4;
        assert!(Plan::from_bytes(&damaged).is_err(), "byte {at}");
    }
}

#[test]
fn shards_and_plans_leave_the_program_quiet_when_asked() {
    let folder = folder();
    let file = write(folder.path(), "valley.json", &valley());
    let plan = quincunx()
        .args(["plan", &file, "--parts", "2", "--quiet"])
        .assert()
        .success()
        .stderr("");
    assert!(stdout(&plan).starts_with("quincunx plan 1\n{"));
}
