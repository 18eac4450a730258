//! Mistakes made on purpose on the command line: each is refused with a way out, and so is the name
//! of a parent that is mistyped in a file.

use crate::mistakes::SOUND;
use crate::program::{call, folder, quincunx, stderr};
use predicates::str::contains;

#[test]
fn each_mistake_on_the_command_line_is_told_with_a_way_out() {
    let folder = folder();
    std::fs::write(folder.path().join("valley.json"), SOUND).expect("the folder takes files");
    std::fs::write(folder.path().join("strike.jsonc"), SOUND).expect("the folder takes files");
    let mut wrong = Vec::new();
    for (line, hint) in [
        (&["rnu", "valley.json"][..], "'run'"),
        (&["RUN", "valley.json"], "'run'"),
        (&["simulate", "valley.json"], "'run'"),
        (&["validate", "valley.json"], "'check'"),
        (&["diff", "valley.json", "valley.json"], "'compare'"),
        (&["chekc", "valley.json"], "'check'"),
        (&["valley.json"], "quincunx run valley.json"),
        (&["nowhere.json"], "quincunx run nowhere.json"),
        (&["run", "valley.json", "strike.jsonc"], "quincunx compare"),
        (
            &["run", "valley.json", "trends.dry.weight=0.4"],
            "--set trends.dry.weight=0.4",
        ),
        (
            &["run", "valley.json", "--trends.dry.weight=0.4"],
            "--set trends.dry.weight",
        ),
        (&["run", "valey.json"], "did you mean `valley.json`?"),
        (&["run", "valley"], "did you mean `valley.json`?"),
        (&["run", "valley.jsonc"], "did you mean `valley.json`?"),
        (&["run", "strike.json"], "did you mean `strike.jsonc`?"),
        (&["run", "none/valley.json"], "there is no folder `none`"),
        (
            &["check", "valley.json", "--set", "trends/dry/weight=0.4"],
            "trends.dry.weight",
        ),
        (
            &["check", "valley.json", "--set", "/trends/dry/weight=0.4"],
            "trends.dry.weight",
        ),
        (
            &["check", "valley.json", "--set", "$.trends.dry.weight=0.4"],
            "trends.dry.weight",
        ),
        (
            &["check", "valley.json", "--set", "trends[dry].weight=0.4"],
            "trends.dry.weight",
        ),
        (
            &["check", "valley.json", "--set", "outcomes[0].title=x"],
            "outcomes.0.title",
        ),
        (
            &["check", "valley.json", "--set", "trends.dry.weight 0.4"],
            "trends.dry.weight=0.4",
        ),
        (
            &["check", "valley.json", "--set", "trends.dry.weight: 0.4"],
            "trends.dry.weight=0.4",
        ),
        (
            &["check", "valley.json", "--set", "trends.dry.weight==0.4"],
            "one `=`",
        ),
        (
            &["check", "valley.json", "--set", ".horizon=1"],
            "`horizon`",
        ),
        (
            &["check", "valley.json", "--set", "trends.dry.weight=20%"],
            "20% is written 0.2",
        ),
        (
            &["check", "valley.json", "--set", "trends.dry.weight=0,2"],
            "write `0.2`",
        ),
        (
            &["check", "valley.json", "--set", "trends.dry.weight=high"],
            "state the number",
        ),
        (
            &["check", "valley.json", "--set", "trends.dry.weight=40"],
            "40% is written 0.4",
        ),
        (
            &[
                "check",
                "valley.json",
                "--set",
                "events.signature.hazard.chance=20%",
            ],
            "20% is written 0.2",
        ),
        (
            &["check", "valley.json", "--set", "run.trials=20k"],
            "write `20000`",
        ),
        (
            &["check", "valley.json", "--set", "run={'seed': 1}"],
            "double quotes",
        ),
    ] {
        let answer = quincunx()
            .args(line)
            .current_dir(folder.path())
            .assert()
            .code(2);
        let text = stderr(&answer) + &crate::program::stdout(&answer);
        if !text.contains(hint) {
            wrong.push(format!("{line:?}, wanted `{hint}`:\n{text}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{}\n{} mistakes",
        wrong.join("\n---\n"),
        wrong.len()
    );
}

#[test]
fn a_parent_with_a_letter_wrong_gets_the_right_name() {
    let folder = folder();
    std::fs::write(folder.path().join("valley.json"), SOUND).expect("the folder takes files");
    let child = folder.path().join("child.json");
    std::fs::write(&child, "{\"extends\": \"valey.json\"}").expect("the folder takes files");
    call(&format!("run {}", child.display()))
        .code(2)
        .stderr(contains("valley.json`?"));
}
