//! `given`: a run split by a condition.

use crate::program::{call, finished, folder, quincunx, stderr, stdout, valley, write};
use predicates::str::contains;
use quincunx::results::GivenResult;
use serde_json::{Value, json};

#[test]
fn a_condition_splits_a_run_in_every_format() {
    let folder = folder();
    let file = write(folder.path(), "valley.json", &valley());
    let given = |more: &[&str]| {
        let arguments = ["given", &file, "first(signature) < 0.5", "--trials", "4096"];
        let found = quincunx()
            .args(arguments)
            .args(more)
            .env("COLUMNS", "80")
            .assert();
        stdout(&found.success())
    };
    let json = given(&["--format", "json"]);
    let found: GivenResult = serde_json::from_str(&json).unwrap_or_else(|e| panic!("{e}:\n{json}"));
    assert_eq!(found.outcomes[0].name, "signed");
    assert_eq!(found.outcomes[0].held.value, Some(1.0));
    assert_eq!(found.condition, "first(signature) < 0.5");
    let table = given(&[]);
    assert!(
        table.lines().all(|line| line.chars().count() <= 80),
        "{table}"
    );
    for wanted in [
        "held in",
        "Outcomes",
        "Questions",
        "Metrics",
        "wait",
        "connection",
    ] {
        assert!(table.contains(wanted), "{wanted}: {table}");
    }
    assert!(!table.contains("condition_"), "{table}");
    let csv = given(&["--format", "csv"]);
    // Whether it was interrupted; the condition; four rows of three outcomes, a question and two
    // metrics.
    assert_eq!(csv.lines().count(), 1 + 1 + 1 + 4 * 6, "{csv}");
    let markdown = given(&["--format", "markdown"]);
    assert!(markdown.contains("| held ±, pp |"), "{markdown}");
}

#[test]
fn a_condition_that_is_none_is_shown_with_the_near_name() {
    let folder = folder();
    let file = write(folder.path(), "valley.json", &valley());
    for (condition, wanted) in [
        ("ever(signatur)", "did you mean `signature`"),
        ("phase == acord", "accord"),
        ("level", "condition"),
        ("(", "error"),
        (" ", "the condition is empty"),
    ] {
        quincunx()
            .args(["given", &file, condition])
            .assert()
            .code(2)
            .stderr(contains(wanted));
    }
    let shown = quincunx()
        .args(["given", &file, "phase == accord and ever(signatur)"])
        .assert()
        .code(2);
    assert_eq!(
        stderr(&shown),
        "error[unknown-name]: no event is named `signatur`\n  \
         --> CONDITION:1:26\n   \
         |\n \
         1 | phase == accord and ever(signatur)\n   \
         |                          ^^^^^^^^\n   \
         = hint: did you mean `signature`?\n"
    );
    call(&format!("given {file}"))
        .code(2)
        .stderr(contains("CONDITION"));
}

/// A dispute with all that a file of trials has a column for: events on dates and by chance, what
/// is drawn, start trends and metrics.
fn columns() -> Value {
    let mut file = valley();
    file["parameters"]["offset"] = json!({"value": 0.1});
    file["per_trial"] = json!({"luck": {"uniform": [0, 1]}});
    file["derived"] = json!({"mood": "haste + luck - offset"});
    file["events"]["visit"] = json!({"at": "2026-04-01", "probability": 0.4});
    file["events"]["storm"] = json!({"hazard": {"rate": 0.8, "per": "year"}});
    file["metrics"]["gap"] = json!("first(signature) - first(storm)");
    file["metrics"]["agreed"] = json!("if(phase == accord, 1, 0)");
    file["metrics"]["calmed"] = json!("first(level < 0.7)");
    file["questions"] = json!({
        "signed_by_june": {"ever": "ever(signature) and ever(storm) or haste > 0.4 and ever(visit)", "by": "2026-06-30"},
        "visited": {"holds": "ever(visit) and luck > 0.3", "at": "2026-04-01"},
        "visited_before": {"holds": "ever(visit)", "at": "2026-03-31"},
        "late": {"holds": "first(signature) > 0.5", "given": "ever(signature) or ever(storm)"},
        "accord": {"holds": "phase == accord"},
        "twice": {"holds": "count(storm) > 1", "given": "ever(storm)"}
    });
    file
}

/// The best file of trials that this build writes.
fn ending() -> &'static str {
    match cfg!(feature = "parquet") {
        true => "parquet",
        false => "csv",
    }
}

fn found(line: &[&str]) -> GivenResult {
    let out = stdout(&quincunx().args(line).assert().success());
    serde_json::from_str(&out).unwrap_or_else(|e| panic!("{e}:\n{out}"))
}

/// What is simulated and what is read off the rows agree to the last digit, but for the correction
/// over a list that has fewer rows.
#[test]
fn finished_trials_are_split_as_their_run_is() {
    let folder = folder();
    let file = write(folder.path(), "valley.json", &columns());
    let [result, trials] = finished(folder.path(), &file, "--trials 4096", ending());
    for condition in [
        "ever(storm)",
        "first(signature) < 0.5",
        "not (first(signature) <= first(storm))",
        "start_trend == wet and (haste > 0.4 or luck < 0.2)",
        "final(mood) * 2 > max(0.9, offset)",
        "at(ever(storm), 2026-05-01)",
        "at(ever(visit), 3 months) and ever(ever(storm) and ever(signature))",
        "first(ever(storm) or ever(visit)) < 0.3",
        "low > 0.8 and agreed == 1",
        "calmed > 0.5",
        "if(ever(visit), luck, haste) > 0.5",
        "false",
    ] {
        let size = ["--trials", "4096", "--quiet", "--format", "json"];
        let mut run = found(&[&["given", &file, condition], &size[..]].concat());
        let rest = ["--trials-in", &trials, "--quiet", "--format", "json"];
        let mut read = found(&[&["given", &result, condition], &rest[..]].concat());
        let untold: Vec<(&str, &str)> = (read.untold.iter())
            .map(|one| (one.name.as_str(), one.because.as_str()))
            .collect();
        let wanted = [
            ("accord", "it reads the phase"),
            ("twice", "it reads how often `storm` fired"),
        ];
        assert_eq!(untold, wanted, "{condition}");
        run.questions.retain(|row| row.name != "accord");
        run.conditional.retain(|row| row.name != "twice");
        for one in [&mut run, &mut read] {
            assert!(one.questions.len() == 3 && one.conditional.len() == 1);
            for row in one.questions.iter_mut().chain(&mut one.conditional) {
                (row.p_adjusted, row.detectable) = (None, false);
            }
            one.untold.clear();
            one.warnings.clear();
        }
        assert_eq!(read, run, "{condition}");
        let mut of_file = found(&[&["given", &file, condition], &rest[..]].concat());
        assert_eq!(of_file.run.trials, 4096);
        of_file.run = run.run.clone();
        for row in of_file.questions.iter_mut().chain(&mut of_file.conditional) {
            (row.p_adjusted, row.detectable) = (None, false);
        }
        of_file.untold.clear();
        of_file.warnings.clear();
        assert_eq!(of_file, run, "{condition}");
    }
    let text = |format: &str| {
        let line = ["given", &result, "ever(storm)", "--trials-in", &trials];
        stdout(
            &quincunx()
                .args(line)
                .args(["--format", format])
                .assert()
                .success(),
        )
    };
    for format in ["table", "markdown"] {
        let text = text(format).replace('\n', " ");
        assert!(
            text.contains("Not told by the file of trials: accord (it reads"),
            "{text}"
        );
    }
}

#[test]
fn what_no_column_tells_and_trials_of_another_run_are_refused() {
    let folder = folder();
    let file = write(folder.path(), "valley.json", &columns());
    let [result, trials] = finished(folder.path(), &file, "--trials 2048", "csv");
    for (condition, wanted) in [
        ("phase == accord", "it reads the phase"),
        ("final(level) > 1", "it reads the indicator `level`"),
        ("trend == wet", "there is only `start_trend`"),
        ("count(storm) >= 2", "how often `storm` fired"),
        ("since(storm) < 1", "when `storm` last fired"),
        ("highest(level) > 1", "the path of a number"),
        (
            "ever(not ever(storm))",
            "a condition that can cease to hold",
        ),
        // Its empty cells stand for several things.
        ("gap > 0 and highest(level) > 0", "the path of a number"),
        ("ever(strom)", "did you mean `storm`"),
    ] {
        quincunx()
            .args(["given", &file, condition, "--trials-in", &trials])
            .assert()
            .code(2)
            .stderr(contains(wanted));
    }
    let text = std::fs::read_to_string(&trials).expect("it was written");
    let other = folder.path().join("other.csv");
    std::fs::write(
        &other,
        text.replacen("first_time.storm", "first_time.stern", 1),
    )
    .expect("the folder takes files");
    let other = other.display().to_string();
    for (line, wanted) in [
        (
            vec![&*file, "true", "--trials-in", &trials, "--seed", "9"],
            "of another seed, design or scenario",
        ),
        (
            vec![&*result, "true", "--trials-in", &trials, "--seed", "9"],
            "--seed: ",
        ),
        (
            vec![&*result, "true", "--trials-in", &trials, "--trials", "64"],
            "cannot be used with",
        ),
        (
            vec![&*file, "true", "--trials-in", &trials, "--until", "1pp"],
            "cannot be used with",
        ),
        (
            vec![&*file, "ever(storm)", "--trials-in", &other],
            "there is no column `first_time.storm`",
        ),
        (
            vec![&*file, "gap < 0.1", "--trials-in", &trials],
            "has no finite value in",
        ),
        (
            vec![&*file, "true", "--trials-in", "missing.csv"],
            "cannot read `missing.csv`",
        ),
    ] {
        let call = quincunx().arg("given").args(line).assert().code(2);
        call.stderr(contains(wanted));
    }
    // The result of another run with the same draws.
    let changed = "--trials 2048 --set events.signature.hazard.rate=0.9";
    let kept = std::fs::read(&trials).expect("it is there");
    let [result, trials] = finished(folder.path(), &file, changed, "csv");
    std::fs::write(&trials, kept).expect("the folder takes files");
    quincunx()
        .args(["given", &result, "true", "--trials-in", &trials])
        .assert()
        .code(2)
        .stderr(contains("not of one run"));
}
