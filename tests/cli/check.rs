//! `check`: findings about several files at once, for people and for tools.

use crate::program::{call, folder, json_value, quincunx, root, stdout, valley, write};
use predicates::prelude::PredicateBooleanExt;
use predicates::str::contains;
use serde_json::{Value, json};

#[test]
fn shipped_scenarios_have_no_errors() {
    let line = "check scenarios/baseline.json scenarios/port_strike.json --quiet";
    call(line).success().stdout(contains("error").not());
}

#[test]
fn findings_of_several_files_are_told_together_and_one_error_gives_status_two() {
    let folder = folder();
    let good = write(folder.path(), "good.json", &valley());
    let mut scenario = valley();
    scenario["parameters"]["idle"] = json!(1);
    let doubtful = write(folder.path(), "doubtful.json", &scenario);
    scenario["events"]["signature"]["if"] = json!("levl > 0 and calmm > 1");
    let bad = write(folder.path(), "bad.json", &scenario);

    call(&format!("check {good} {doubtful}"))
        .code(0)
        .stdout(contains("good.json: nothing to complain about"))
        .stdout(contains("doubtful.json: 1 warning"));
    let told = call(&format!("check {good} {bad} {doubtful} --quiet"))
        .code(2)
        .stdout(contains("bad.json: 2 errors"))
        .stdout(contains("doubtful.json: 1 warning"))
        .stdout(contains("did you mean `level`?"))
        .stdout(contains("did you mean `calm`?"))
        .stdout(contains("good.json").not());
    assert!(told.get_output().stderr.is_empty());
}

#[test]
fn json_findings_have_code_place_and_hint() {
    let folder = folder();
    let mut scenario = valley();
    scenario["events"]["signature"]["phases"] = json!(["disput"]);
    let bad = write(folder.path(), "bad.json", &scenario);
    let good = write(folder.path(), "good.json", &valley());
    let found = json_value(&call(&format!("check {good} {bad} --format json")).code(2));
    let [finding] = &found.as_array().expect("a list")[..] else {
        panic!("{found:#}")
    };
    assert_eq!(finding["code"], "unknown-name");
    assert_eq!(finding["severity"], "error");
    assert_eq!(finding["path"], "/events/signature/phases/0");
    assert_eq!(finding["file"], bad.as_str());
    let text = std::fs::read_to_string(&bad).expect("the file");
    let number = finding["line"].as_u64().expect("a line") as usize;
    let line = text.lines().nth(number - 1).expect("that line");
    let column = finding["column"].as_u64().expect("a column") as usize;
    assert!(line[column - 1..].starts_with("\"disput\""), "{line}");
    assert_eq!(finding["hints"][0], "did you mean `dispute`?");
}

#[test]
fn a_fault_in_a_parent_points_into_the_parent() {
    let folder = folder();
    let mut scenario = valley();
    scenario["derived"] = json!({"half": "levle / 2"});
    let parent = write(folder.path(), "parent.json", &scenario);
    let child = json!({"extends": "parent.json", "name": "child", "horizon": "6 months"});
    let child = write(folder.path(), "child.json", &child);
    let found = json_value(&call(&format!("check {child} --format json")).code(2));
    assert_eq!(found[0]["file"], parent.as_str(), "{found:#}");
    assert_eq!(found[0]["path"], "/derived/half");
}

#[test]
fn a_value_that_was_set_is_checked_like_the_file() {
    let folder = folder();
    let path = write(folder.path(), "valley.json", &valley());
    call(&format!("check {path} --set trends.dry.weight=-1"))
        .code(2)
        .stdout(contains("--set"))
        .stdout(contains("-1"));
    call(&format!("check {path} --set trends.dri.weight=1"))
        .code(2)
        .stdout(contains("unknown-path"))
        .stdout(contains("did you mean `dry`?"));
}

#[test]
fn findings_go_to_a_file_and_input_comes_from_a_pipe() {
    let folder = folder();
    let out = folder.path().join("findings.json");
    quincunx()
        .args(["check", "-", "--format", "json", "--out"])
        .arg(&out)
        .write_stdin("{\"format\": 1}")
        .assert()
        .code(2)
        .stdout("");
    let found: Value =
        serde_json::from_slice(&std::fs::read(&out).expect("findings")).expect("JSON");
    assert_eq!(found[0]["file"], "standard input");
    assert!(
        stdout(&call("check scenarios/port_strike.json --format json").success()).starts_with('[')
    );
}

#[test]
fn the_compiled_program_is_printed_in_place_of_warnings_but_not_of_errors() {
    let folder = folder();
    let mut scenario = valley();
    scenario["parameters"]["idle"] = json!(1);
    let doubtful = write(folder.path(), "doubtful.json", &scenario);
    let text = stdout(&call(&format!("check {doubtful} --print program")).success());
    assert!(text.starts_with("grid "), "{text}");
    assert!(text.contains("\nevent signature hazard "), "{text}");
    assert!(!text.contains("warning"), "{text}");
    // A scenario from standard input is read once, though it is both checked and compiled.
    let piped = quincunx()
        .args(["check", "-", "--print", "program"])
        .write_stdin(scenario.to_string())
        .assert()
        .success();
    assert_eq!(stdout(&piped), text);
    scenario["events"]["signature"]["if"] = json!("levl > 0");
    let bad = write(folder.path(), "bad.json", &scenario);
    call(&format!("check {bad} --print program"))
        .code(2)
        .stdout(contains("did you mean `level`?"))
        .stdout(contains("grid ").not());
    call(&format!("check {doubtful} --print program --format json")).code(2);
}

/// A formula that was forgotten when temporaries got their places would name a slot that does not
/// exist.
#[test]
fn every_slot_of_every_shipped_program_has_its_place() {
    let mut seen = 0;
    for folder in ["scenarios", "scenarios/gallery", "tests/fixtures/scenarios"] {
        let folder = root().join(folder);
        for file in std::fs::read_dir(&folder).expect("a folder") {
            let file = file.expect("a file").path();
            if file.extension().is_some_and(|ending| ending == "json") {
                let line = format!("check {} --print program", file.display());
                let text = stdout(&call(&line).success());
                assert!(text.starts_with("grid "), "{}", file.display());
                seen += 1;
            }
        }
    }
    assert!(seen >= 20, "{seen} files");
}
