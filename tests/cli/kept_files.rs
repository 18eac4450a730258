//! Summary files and plans that somebody else made, took away or named wrongly: nothing that is
//! kept is lost, and what is wrong is told.

use super::parts::{cut, merged, whole};
use crate::program::{call, folder, quincunx, stderr, stdout, valley, write};
use predicates::prelude::PredicateBooleanExt;
use predicates::str::contains;
use quincunx::analysis::{KeptStudy, Summarised};
use quincunx::engine::Settings;
use quincunx::results::kept::{Head, Kind, Plan, seal, unseal};
use quincunx::scenario::Disk;
use std::fs;
use std::path::Path;
use std::rc::Rc;

/// A run that another version wrote, one that has not ended, and a part are lost to whoever writes
/// over them.
#[test]
fn what_is_kept_and_not_at_its_end_is_not_written_over() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let file = write(folder.path(), "valley.json", &valley());
    let [first, second] = <[String; 2]>::try_from(cut(folder.path(), &file, 2, "")).expect("two");
    let finished = at("finished.summary");
    whole(&file, &format!("--summary {finished}"));
    let third = at("third.summary");
    call(&format!("shard {file} --part 1/3 --out {third} --seed 9")).success();
    let other = at("other.summary");
    let bytes = fs::read(&finished).expect("it is kept");
    let (mut head, body): (Head, _) = unseal(Kind::Summary, &bytes).expect("it is whole");
    head.tool.version = "0.0.9\u{1b}[31m".into();
    fs::write(&other, seal(Kind::Summary, &head, body)).expect("a file");
    for (path, said) in [
        (&first, "--resume"),
        (&second, "`quincunx merge` joins"),
        (&other, "version 0.0.9\\u{1b}[31m of quincunx"),
    ] {
        let before = fs::read(path).expect("it is there");
        for line in [
            format!("run {file} --summary {path}"),
            format!("shard {file} --part 1/4 --out {path} --seed 8"),
            format!("merge {third} --partial --summary {path}"),
        ] {
            let told = stderr(&call(&line).code(2).stdout(""));
            assert!(told.contains(said), "{line}: {told}");
            assert!(fs::read(path).expect("it is there") == before, "{line}");
        }
    }
    // The same part again, what is joined of it, and a run that has ended, are no loss.
    cut(folder.path(), &file, 2, "");
    call(&format!("shard {file} --part 1/1 --out {first}")).success();
    call(&format!("run {file} --summary {finished}")).success();
}

#[test]
fn a_run_is_kept_before_it_has_blocks_and_a_finished_one_is_only_told() {
    let folder = folder();
    let file = write(folder.path(), "valley.json", &valley());
    let kept = folder.path().join("kept.summary");
    let line = format!("--summary {}", kept.display());
    let expected = whole(&file, &line);
    let stamp = || fs::metadata(&kept).and_then(|meta| meta.modified());
    let before = stamp().expect("it is there");
    let resumed = call(&format!("run --resume {} --format json", kept.display()));
    assert_eq!(stdout(&resumed.success()), expected);
    assert_eq!(stamp().expect("it is there"), before, "nothing was added");
    // Cut back to no blocks, it goes on.
    let study = KeptStudy::open(&Disk, Path::new(&file), &[]).map_err(|_| "a scenario");
    let study = Rc::new(study.expect("a scenario"));
    let settings = Settings::new(8192, None, 3);
    let mut empty = Summarised::new(study, settings);
    fs::write(&kept, empty.to_bytes()).expect("a file");
    call(&format!("run {file} {line}"))
        .code(2)
        .stderr(contains("has not come to its end"));
    let resumed = call(&format!("run --resume {} --format json", kept.display()));
    assert_eq!(stdout(&resumed.success()), expected);
}

#[cfg(unix)]
#[test]
fn pipes_are_read_once() {
    let folder = folder();
    let file = write(folder.path(), "valley.json", &valley());
    let [a, b] = <[String; 2]>::try_from(cut(folder.path(), &file, 2, "")).expect("two");
    let out = folder.path().join("piped.summary").display().to_string();
    let piped = |input: &str, line: &str| {
        quincunx()
            .args(line.split_whitespace())
            .write_stdin(fs::read(input).expect("a file"))
            .assert()
            .success()
    };
    piped(&file, &format!("shard /dev/stdin --part 1/2 --out {out}"));
    let expected = whole(&file, "");
    assert!(merged(&[out, b.clone()], "") == expected);
    let joined = piped(&a, &format!("merge /dev/stdin {b} --format json"));
    assert!(stdout(&joined) == expected);
}

#[test]
fn what_a_folder_lacks_is_told_and_a_part_that_fails_leaves_the_folder() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let file = write(folder.path(), "valley.json", &valley());
    let (plan, parts) = (at("a.plan"), at("parts"));
    call(&format!("plan {file} --parts 4 --out {plan}")).success();
    call(&format!("status {plan} {parts}"))
        .code(3)
        .stderr(contains("there is no folder"));
    call(&format!("merge {plan} {parts}"))
        .code(3)
        .stderr(contains("a folder that there is not"));
    call(&format!("shard {plan} --index 1 --dir {parts}")).success();
    fs::create_dir(at("parts/part-0002.summary")).expect("a folder");
    fs::write(at("parts/part-0003.summary"), "x").expect("a file");
    call(&format!("status {plan} {parts}")).code(3).stdout(
        contains("damaged: 2")
            .and(contains("damaged: 3"))
            .and(contains("missing: 4")),
    );
    let partial = format!(
        "merge {plan} {parts} --partial --summary {}",
        at("some.summary")
    );
    let told = stderr(&call(&partial).success().stdout(""));
    for said in [
        "warning: `",
        "part-0002",
        "part-0003",
        "1 of 4 parts is missing",
        ": 4\n",
    ] {
        assert!(told.contains(said), "{told}");
    }
    assert!(!told.contains("error:"), "{told}");
    // A folder that was made is there for others, also if this part comes to nothing.
    let failing = format!("shard {plan} --index 2 --dir {parts}");
    call(&failing).code(2).stderr(contains("is a directory"));
    call(&format!("shard {plan} --index 1 --dir {file}/x"))
        .code(2)
        .stderr(contains("cannot make the folder"));
    call(&format!("plan {file} --parts 1 --out {plan}")).success();
    call(&format!("shard {plan} --index 2 --dir {parts}"))
        .code(2)
        .stderr(contains("the plan has 1 part,"));
}

/// Bytes with a right checksum that no run has.
#[test]
fn sizes_that_no_run_has_are_refused_with_a_reason() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let file = write(folder.path(), "valley.json", &valley());
    let (plan, forged) = (at("a.plan"), at("forged"));
    call(&format!("plan {file} --parts 2 --out {plan}")).success();
    let bytes = fs::read(&plan).expect("a plan");
    let (plan, _): (Plan, _) = unseal(Kind::Plan, &bytes).expect("it is whole");
    let part = fs::read(&cut(folder.path(), &file, 2, "")[0]).expect("a part");
    let (head, body): (Head, _) = unseal(Kind::Summary, &part).expect("it is whole");
    for (trials_per_draw, blocks) in [(0, 8), (33, 8), (64, 0)] {
        let mut plan = plan.clone();
        (plan.run.trials_per_draw, plan.run.blocks) = (trials_per_draw, blocks);
        if blocks == 0 {
            plan.parts.clear();
        }
        fs::write(&forged, seal(Kind::Plan, &plan, b"")).expect("a file");
        for line in [
            format!("shard {forged} --index 1 --dir {}", at("parts")),
            format!("status {forged} {}", at("parts")),
        ] {
            call(&line)
                .code(2)
                .stderr(contains("of a size that there is not"));
        }
        let mut head = head.clone();
        head.run = plan.run;
        fs::write(&forged, seal(Kind::Summary, &head, body)).expect("a file");
        for line in [format!("merge {forged}"), format!("run --resume {forged}")] {
            call(&line)
                .code(2)
                .stderr(contains("of a size that there is not"));
        }
    }
}
