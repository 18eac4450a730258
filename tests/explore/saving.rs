//! Variants: what they say, and where they may be written.

use crate::http::{Answer, Served, row};
use quincunx::analysis::Study;
use quincunx::engine::Silent;
use serde_json::{Value, json};

fn ask(served: &Served, name: &str, more: Value) -> Answer {
    let mut body = json!({"state": state(), "name": name});
    for (key, value) in more.as_object().expect("an object") {
        body[key] = value.clone();
    }
    served.post("api/variant", &body)
}

fn state() -> Value {
    json!({"parameters": {"haste": {"pin": 0.55}}, "weights": {"dry": 0.4, "wet": 0.6}, "events": {"summit": "never"}})
}

fn names(served: &Served) -> Vec<String> {
    let entries = std::fs::read_dir(served.folder.path()).expect("a folder");
    let mut names: Vec<String> = entries
        .map(|e| {
            e.expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    names
}

#[test]
fn a_saved_variant_gives_the_numbers_that_were_on_the_page() {
    let served = Served::start(|options| options.trials = Some(4096));
    let mut messages = served.listen("tests");
    let picture = served.picture(&mut messages, 1, &state());
    let answer = ask(&served, "hasty", json!({"save": true}));
    assert_eq!(answer.status, 200, "{}", answer.body);
    let path = served.folder.path().join("hasty.json");
    assert_eq!(answer.json()["saved"], path.display().to_string());
    let command = answer.json()["command"]
        .as_str()
        .expect("a command")
        .to_owned();
    assert!(
        command.ends_with("hasty.json --trials 4096 --seed 3"),
        "{command}"
    );
    let study = Study::open(&path, &[]).unwrap_or_else(|r| panic!("{:#?}", r.diagnostics));
    let run = study
        .run(&study.settings().trials(4096).seed(3).build(), &Silent)
        .expect("it runs");
    for outcome in &run.outcomes {
        assert_eq!(
            row(&picture, "outcomes", &outcome.name)[1],
            outcome.probability
        );
    }
}

#[test]
fn a_preview_writes_nothing() {
    let served = Served::start(|_| {});
    let answer = ask(&served, "hasty", json!({}));
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.json()["saved"], Value::Null);
    assert_eq!(names(&served), ["valley.jsonc"]);
}

#[test]
fn names_that_could_lead_elsewhere_are_refused() {
    let served = Served::start(|_| {});
    for name in [
        "../out", "/out", "a/b", "a\\b", ".hidden", "out.json", "", "a b", "nul", "a\u{0}b",
    ] {
        let answer = ask(&served, name, json!({"save": true}));
        assert_eq!(answer.status, 422, "{name:?}: {}", answer.body);
    }
    assert_eq!(names(&served), ["valley.jsonc"]);
}

#[test]
fn nothing_is_written_over_unless_that_is_asked_for() {
    let served = Served::start(|_| {});
    assert_eq!(ask(&served, "hasty", json!({"save": true})).status, 200);
    let path = served.folder.path().join("hasty.json");
    std::fs::write(&path, "mine").expect("a file");
    assert_eq!(ask(&served, "hasty", json!({"save": true})).status, 409);
    assert_eq!(std::fs::read_to_string(&path).expect("a file"), "mine");
    assert_eq!(
        ask(&served, "hasty", json!({"save": true, "replace": true})).status,
        200
    );
    assert!(
        std::fs::read_to_string(&path)
            .expect("a file")
            .contains("\"extends\"")
    );
}

#[cfg(unix)]
#[test]
fn a_variant_is_never_written_through_a_link() {
    use std::os::unix::fs::symlink;
    let served = Served::start(|_| {});
    let elsewhere = tempfile::tempdir().expect("a folder");
    let outside = elsewhere.path().join("precious.json");
    std::fs::write(&outside, "precious").expect("a file");
    let at = |name: &str| served.folder.path().join(name);
    symlink(&outside, at("out.json")).expect("a link");
    symlink(elsewhere.path().join("new.json"), at("dangling.json")).expect("a link");
    symlink(elsewhere.path(), at("folder.json")).expect("a link");
    for name in ["out", "dangling", "folder"] {
        for replace in [false, true] {
            let answer = ask(&served, name, json!({"save": true, "replace": replace}));
            assert!(
                [409, 422].contains(&answer.status),
                "{name}: {}",
                answer.body
            );
        }
        assert!(at(&format!("{name}.json")).is_symlink());
    }
    assert_eq!(
        std::fs::read_to_string(&outside).expect("a file"),
        "precious"
    );
    assert_eq!(
        std::fs::read_dir(elsewhere.path())
            .expect("a folder")
            .count(),
        1
    );
}

#[cfg(unix)]
#[test]
fn a_saved_variant_appears_whole_and_leaves_nothing_beside_it() {
    use std::os::unix::fs::MetadataExt;
    let served = Served::start(|_| {});
    assert_eq!(ask(&served, "hasty", json!({"save": true})).status, 200);
    let path = served.folder.path().join("hasty.json");
    let number = || std::fs::metadata(&path).expect("a file").ino();
    let before = number();
    // Whoever reads the old file has it to its end: the new one takes its name, not its place.
    let open = std::fs::File::open(&path).expect("a file");
    assert_eq!(
        ask(&served, "hasty", json!({"save": true, "replace": true})).status,
        200
    );
    assert_ne!(number(), before);
    drop(open);
    assert_eq!(names(&served), ["hasty.json", "valley.jsonc"]);
}

#[test]
fn the_scenario_and_its_parents_are_never_written_over() {
    let served = Served::start(|options| {
        let child = options.file.with_file_name("child.json");
        let text = json!({"extends": "parent.json", "name": "child"}).to_string();
        std::fs::write(&child, text).expect("a file");
        let parent = options.file.with_file_name("parent.json");
        std::fs::write(
            &parent,
            json!({"extends": "valley.jsonc", "name": "parent"}).to_string(),
        )
        .expect("a file");
        options.file = child;
    });
    for name in ["child", "parent"] {
        let answer = ask(&served, name, json!({"save": true, "replace": true}));
        assert_eq!(answer.status, 422, "{name}: {}", answer.body);
        let text = std::fs::read_to_string(served.folder.path().join(format!("{name}.json")))
            .expect("a file");
        assert!(text.contains(name) && !text.contains("haste"), "{text}");
    }
}
