//! `reweight`: new weights on a finished run.

use crate::program::{call, folder, quincunx, stderr, stdout, valley, write};
use predicates::str::contains;
use quincunx::results::{ReweightResult, RunResult};

/// Runs the valley and gives the path of its result with the folder that holds it.
fn finished() -> (tempfile::TempDir, String, RunResult) {
    let folder = folder();
    let mut valley = valley();
    valley["groups"] = serde_json::json!({"over": {"title": "It is over"}});
    valley["outcomes"][0]["group"] = "over".into();
    let file = write(folder.path(), "valley.json", &valley);
    let out = folder.path().join("result.json").display().to_string();
    call(&format!("run {file} --format json --out {out} --quiet")).success();
    let text = std::fs::read_to_string(&out).expect("the result was written");
    let run = serde_json::from_str(&text).expect("it is a result");
    (folder, out, run)
}

fn reweighted(line: &str) -> ReweightResult {
    let text = stdout(&call(&format!("{line} --format json")).success());
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}:\n{text}"))
}

#[test]
fn the_weights_of_the_run_give_the_numbers_of_the_run() {
    let (_folder, path, run) = finished();
    let found = reweighted(&format!("reweight {path} --weights dry=0.7,wet=0.3"));
    assert!(found.unchanged);
    for (new, old) in found.outcomes.iter().zip(&run.outcomes) {
        assert_eq!(
            (new.probability, new.std_error),
            (old.probability, old.std_error)
        );
        assert_eq!((new.ci95, new.epistemic90), (old.ci95, old.epistemic90));
        assert_eq!(new.difference.difference, Some(0.0));
    }
    for (new, old) in found.metrics.iter().zip(&run.metrics) {
        assert_eq!((new.mean, new.std_error), (old.mean, old.std_error));
    }
}

#[test]
fn all_weight_on_one_trend_gives_the_probabilities_under_that_trend() {
    let (_folder, path, run) = finished();
    let found = reweighted(&format!("reweight {path} --weights wet=1"));
    assert_eq!(found.weights[0].weight, 0.0);
    for (new, old) in found.outcomes.iter().zip(&run.outcomes) {
        let under = old.by_trend["wet"]
            .probability
            .expect("trials started there");
        assert!((new.probability - under).abs() < 1e-12, "{}", new.name);
    }
    // A group of one outcome is that outcome.
    let [over] = &found.groups[..] else {
        panic!("one group")
    };
    assert_eq!(over.probability, found.outcomes[0].probability);
    assert_eq!(
        over.difference.std_error,
        found.outcomes[0].difference.std_error
    );
    for (new, old) in found.metrics.iter().zip(&run.metrics) {
        let under = old.by_trend["wet"].mean.expect("values are there");
        assert!(
            (new.mean.expect("a mean") - under).abs() < 1e-9,
            "{}",
            new.name
        );
    }
}

#[test]
fn trends_that_are_not_named_share_the_rest_and_the_output_says_so() {
    let (_folder, path, _) = finished();
    let table = stdout(&call(&format!("reweight {path} --weights wet=0.9")).success());
    assert!(
        table.contains("scaled in proportion") && table.contains("`dry`"),
        "{table}"
    );
    assert!(
        table.contains("quantiles") && table.contains("epistemic"),
        "{table}"
    );
    for (format, wanted) in [("csv", "weight_in_the_run"), ("markdown", "| new weight |")] {
        let text = stdout(
            &call(&format!(
                "reweight {path} --weights wet=0.9 --format {format}"
            ))
            .success(),
        );
        assert!(text.contains(wanted), "{text}");
    }
}

#[test]
fn wrong_weights_are_refused_for_what_they_are() {
    let (_folder, path, _) = finished();
    for (weights, wanted) in [
        ("wett=0.5", "did you mean `wet`?"),
        ("dry=0.7,wet=0.4", "these sum to 1.1"),
        ("dry=0.2,wet=0.4", "these sum to 0.6"),
        ("dry=1.2", "must be a number from 0 to 1"),
        ("dry=-0.1", "must be a number from 0 to 1"),
        ("dry=NaN", "must be a number from 0 to 1"),
        ("dry=0.5,dry=0.5", "given twice"),
        ("dry", "is not TREND=WEIGHT"),
    ] {
        let found = quincunx()
            .args(["reweight", &path, "--weights", weights])
            .assert()
            .code(2);
        let said = stderr(&found);
        assert!(said.contains(wanted), "{weights}: {said}");
    }
    // Thirds written with three digits are no mistake.
    call(&format!("reweight {path} --weights dry=0.667,wet=0.334")).success();
}

#[test]
fn a_trend_that_the_run_never_started_in_is_named() {
    let folder = folder();
    let mut scenario = valley();
    scenario["trends"]["flood"] = serde_json::json!({"weight": 0});
    let file = write(folder.path(), "valley.json", &scenario);
    let out = folder.path().join("result.json").display().to_string();
    call(&format!("run {file} --format json --out {out} --quiet")).success();
    call(&format!("reweight {out} --weights flood=0.2"))
        .code(2)
        .stderr(contains("no trial of the run started under `flood`"))
        .stderr(contains("--set trends.flood.weight="));
    let found = reweighted(&format!("reweight {out} --weights dry=0.2"));
    assert_eq!(found.weights[2].weight, 0.0);
}

#[test]
fn what_is_no_result_is_refused() {
    let folder = folder();
    let file = write(folder.path(), "valley.json", &valley());
    call(&format!("reweight {file} --weights dry=0.5"))
        .code(2)
        .stderr(contains("it is a scenario file"));
    call("reweight nowhere.json --weights dry=0.5")
        .code(2)
        .stderr(contains("cannot read"));
}
