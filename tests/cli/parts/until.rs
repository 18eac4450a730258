//! Runs in parts that go on until they are precise enough: they end where one process would.

use super::{merged, whole};
use crate::program::{call, folder, json_value, quincunx, result, stderr, stdout, valley, write};
use predicates::str::contains;
use std::fs;

#[test]
fn rounds_of_parts_end_where_one_run_would_with_its_bytes() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let file = write(folder.path(), "valley.json", &valley());
    // Ends at the first look, within a round, after some rounds, and not at all.
    for (name, until, rounds) in [
        ("a", "--until 5pp", 1..=1),
        ("b", "--until 0.8pp", 1..=9),
        ("c", "--until 0.3pp", 2..=19),
        ("d", "--until 0.001pp --trials 30000", 2..=19),
    ] {
        let expected = whole(&file, until);
        let (plan, dir) = (at(&format!("{name}.plan")), at(name));
        call(&format!("plan {file} --parts 3 --out {plan} {until}")).success();
        let mut taken = 0;
        loop {
            let status = call(&format!("status {plan} {dir} --format numbers"));
            let wanted = stdout(&status);
            if wanted.is_empty() {
                break;
            }
            call(&format!("merge {plan} {dir}"))
                .code(3)
                .stdout("")
                .stderr(contains("not precise enough yet"));
            // A round can be simulated in any order.
            for index in wanted.lines().rev() {
                call(&format!(
                    "shard {plan} --index {index} --dir {dir} --threads 2"
                ))
                .success();
            }
            taken += 1;
        }
        assert!(rounds.contains(&taken), "{until}: {taken} rounds");
        let both = [plan.clone(), dir.clone()];
        let kept = at(&format!("{name}.summary"));
        assert!(
            merged(&both, &format!("--summary {kept}")) == expected,
            "{until}"
        );
        assert!(stdout(&call(&format!("run --resume {kept} --format json")).success()) == expected);
        let run = result(&call(&format!("merge {plan} {dir} --format json")).success()).run;
        assert_eq!(run.stopped_by_precision, name != "d");
        let told = stdout(&call(&format!("status {plan} {dir}")).success());
        assert!(told.starts_with("the run has ended after "), "{told}");
        let told = json_value(&call(&format!("status {plan} {dir} --format json")).success());
        assert!(told["enough"].as_u64() <= told["parts"].as_u64(), "{told}");
    }
}

#[test]
fn what_is_damaged_is_wanted_again_and_parts_do_not_reach_over_a_look() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let file = write(folder.path(), "valley.json", &valley());
    let (plan, dir) = (at("a.plan"), at("parts"));
    let line = format!("plan {file} --parts 2 --out {plan} --until 0.4pp --trials 40000");
    let told = stderr(&call(&line).success());
    assert!(
        told.starts_with("note: up to 40,960 trials in ") && told.contains(" rounds, of up to "),
        "{told}"
    );
    let numbers = || stdout(&call(&format!("status {plan} {dir} --format numbers")));
    assert_eq!(numbers(), "1\n2\n");
    for index in [1, 2] {
        call(&format!("shard {plan} --index {index} --dir {dir}")).success();
    }
    let next = numbers();
    assert!(next.starts_with("3\n"), "{next}");
    fs::write(format!("{dir}/part-0002.summary"), "quincunx summary 1").expect("a file");
    let told = stdout(&call(&format!("status {plan} {dir}")).code(3));
    assert!(
        told.contains("damaged: 2 (") && !told.contains("missing"),
        "{told}"
    );
    assert_eq!(numbers(), "2\n");
    for (line, said) in [
        (
            format!("plan {file} --parts 2 --until 1pp --vary parameters.calm.value=1,2"),
            "--until is about a single run",
        ),
        (
            format!("plan {file} --parts 2 --until 1"),
            "percentage points",
        ),
    ] {
        let told = stderr(&quincunx().args(line.split(' ')).assert().code(2).stdout(""));
        assert!(told.contains(said), "{told}");
    }
}
