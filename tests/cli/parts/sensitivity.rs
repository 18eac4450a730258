//! Analyses of sensitivity in parts: whatever they are cut into, the result has the bytes of
//! `sensitivity`.

use super::sweeps::{done_in_parts, merged};
use crate::program::{call, folder, quincunx, stderr, stdout, valley, write};
use predicates::str::contains;
use serde_json::{Value, json};
use std::fs;

/// The valley with correlated parameters, and a metric that is not there in every trial.
fn uncertain() -> Value {
    let mut scenario = valley();
    scenario["parameters"]["calm"] = json!({"uniform": [0.3, 0.9]});
    scenario["parameters"]["noise"] = json!({"uniform": [0.1, 0.4]});
    scenario["correlations"] = json!([{"between": ["haste", "noise"], "rank": 0.5}]);
    scenario["indicators"]["level"]["volatility"] = json!("noise");
    scenario["weight_concentration"] = json!(20);
    scenario
}

/// What `sensitivity` prints.
fn analysed(words: &[&str], format: &str) -> String {
    let done = quincunx()
        .arg("sensitivity")
        .args(words)
        .args(["--quiet", "--format", format])
        .assert();
    stdout(&done.success())
}

/// With `--method` and the like as they are for both commands.
#[test]
fn parts_of_an_analysis_give_the_bytes_of_one_analysis() {
    let folder = folder();
    let file = write(folder.path(), "valley.json", &uncertain());
    for (number, (method, more)) in [
        ("sobol", &["--of", "signed,wait,by_june"][..]),
        // Which outcome is explained, only the whole run says.
        ("sobol", &["--tornado", "--seed", "9", "--design", "random"]),
        ("morris", &["--of", "low", "--tornado"]),
        ("given-data", &["--of", "signed", "--draws", "640"]),
    ]
    .into_iter()
    .enumerate()
    {
        let words = [&[&file, "--trials", "12000", "--method", method][..], more].concat();
        let place = folder.path().join(number.to_string());
        fs::create_dir(&place).expect("a folder");
        let expected = analysed(&words, "json");
        for parts in [1, 3, 8] {
            let kept = done_in_parts(&place, &words, parts);
            assert!(merged(&kept, "json") == expected, "{words:?} {parts}");
            if parts == 3 && method == "sobol" {
                for format in ["csv", "markdown", "table"] {
                    assert_eq!(merged(&kept, format), analysed(&words, format));
                }
            }
        }
    }
}

/// A block of the run has more trials than a part is to have: fewer parts, and none is empty.
#[test]
fn a_plan_has_a_block_for_each_part_at_least_and_says_what_it_is_of() {
    let folder = folder();
    let file = write(folder.path(), "valley.json", &uncertain());
    let line = format!("plan {file} --trials 2048 --method sobol --parts 40");
    assert_eq!(
        stderr(&call(&line).success()),
        "note: a run and 5 passes of its design, 22,528 trials in 39 parts, of up to 1,024 trials\n"
    );
    let words = [file.as_str(), "--trials", "2048", "--method", "sobol"];
    let kept = done_in_parts(folder.path(), &words, 20);
    assert!(merged(&kept, "json") == analysed(&words, "json"));
    fs::remove_file(&file).expect("it is there");
    let page = folder.path().join("page.html").display().to_string();
    let done = quincunx()
        .args(["merge", &kept[0], &kept[1], "--full", "--report", &page])
        .assert();
    assert!(stdout(&done.success()).contains("haste"));
    assert!(fs::read_to_string(page).expect("a page").contains("<svg"));
}

/// No pass may fail in one way of doing it and not in the other.
#[test]
fn too_many_stopped_trials_of_a_pass_are_told_as_by_one_analysis() {
    let folder = folder();
    let mut scenario = valley();
    for name in ["p", "q"] {
        scenario["parameters"][name] = json!({"uniform": [0, 1]});
    }
    // Of the run four trials in ten thousand; with p at its 95%, six in a thousand.
    let drift = "if(p > 0.94 and q > 0.994, exp(1000 * p), 0)";
    scenario["indicators"]["level"]["drift"] = json!(drift);
    let file = write(folder.path(), "valley.json", &scenario);
    let words = [
        file.as_str(),
        "--trials",
        "60000",
        "--of",
        "signed",
        "--tornado",
    ];
    let alone = quincunx().arg("sensitivity").args(words).assert().code(1);
    assert!(stderr(&alone).contains("not finite"), "{}", stderr(&alone));
    let [plan, dir] = done_in_parts(folder.path(), &words, 5);
    let parts = quincunx().args(["merge", &plan, &dir]).assert().code(1);
    assert_eq!(stderr(&parts), stderr(&alone));
    assert_eq!(stdout(&parts), "");
}

#[test]
fn what_is_missing_damaged_or_of_another_analysis_is_named() {
    let folder = folder();
    let file = write(folder.path(), "valley.json", &uncertain());
    let words = [file.as_str(), "--trials", "4096", "--method", "sobol"];
    let [plan, dir] = done_in_parts(folder.path(), &words, 3);
    let part = |index: u32| format!("{dir}/part-000{index}.summary");
    let status = || quincunx().args(["status", &plan, &dir]).assert();
    status().success().stdout("3 of 3 parts done\n");
    let bytes = fs::read(part(2)).expect("a part");
    let other = [&words[..], &["--of", "wait"]].concat();
    fs::create_dir(folder.path().join("other")).expect("a folder");
    let [_, others] = done_in_parts(&folder.path().join("other"), &other, 3);
    for (content, reason) in [
        (
            bytes[..bytes.len() / 2].to_vec(),
            "it is cut off, or its end is damaged",
        ),
        (
            fs::read(part(3)).expect("a part"),
            "it has other blocks than this part",
        ),
        (
            fs::read(format!("{others}/part-0002.summary")).expect("a part"),
            "it is of another analysis",
        ),
    ] {
        fs::write(part(2), content).expect("a file");
        status().code(3).stdout(contains(reason));
        let merge = quincunx().args(["merge", &plan, &dir]).assert();
        merge.code(3).stdout("").stderr(contains(reason));
    }
    fs::remove_file(part(2)).expect("it is there");
    let merge = quincunx().args(["merge", &plan, &dir]).assert();
    merge.code(3).stderr(contains("1 of 3 parts is missing"));
    let shard = ["shard", &plan, "--index", "2", "--dir", &dir];
    quincunx().args(shard).assert().success();
    assert!(fs::read(part(2)).expect("a part") == bytes, "the same");
    for (more, said) in [
        (&["--summary", "a.summary"][..], "--summary is not for"),
        (&["--charts", "x"], "--charts is not for"),
        (&["--table", "outcomes"], "--table is not for"),
    ] {
        let done = quincunx().args(["merge", &plan, &dir]).args(more).assert();
        done.code(2).stdout("").stderr(contains(said));
    }
    for (more, said) in [
        ("--method sobol --vary horizon=1,2", "give one of them"),
        (
            "--method sobol --until 1pp",
            "--until is about a single run",
        ),
        ("--tornado --of sinned", "did you mean `signed`"),
        ("--method sobel", "a similar value exists: 'sobol'"),
    ] {
        let told = stderr(
            &call(&format!("plan {file} --parts 2 {more}"))
                .code(2)
                .stdout(""),
        );
        assert!(told.contains(said), "{more}: {told}");
    }
}
