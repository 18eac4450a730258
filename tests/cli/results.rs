//! Results that are read back: whatever a run writes, and nothing that no run writes.

use crate::program::{call, folder, quincunx, stderr, stdout, valley, write};
use predicates::str::contains;
use serde_json::{Value, json};
use std::fs;
use std::time::{Duration, Instant};

/// A run whose numbers are as large as numbers get: their squares and fourth powers are not finite
/// any more.
fn vast() -> Value {
    let mut scenario = valley();
    scenario["parameters"]["scale"] = json!({"lognormal": {"mu": 0, "sigma": 200}});
    scenario["indicators"]["vast"] = json!({"start": "scale", "drift": "scale"});
    scenario["indicators"]["most"] = json!({"start": 1.7e308});
    scenario["events"]["shrink"] =
        json!({"hazard": 1, "effects": [{"set": "most", "to": -1.7e308}]});
    scenario["metrics"]["end"] = json!("final(vast)");
    scenario["metrics"]["last"] = json!("final(most)");
    scenario
}

/// A run of which a few trials in ten thousand come to no number, and are stopped.
fn stopped() -> Value {
    let mut scenario = valley();
    scenario["indicators"]["root"] =
        json!({"start": {"normal": {"mean": 3.3, "sd": 1}}, "drift": "0 * sqrt(root)"});
    scenario["metrics"]["end"] = json!("final(root)");
    scenario
}

#[test]
fn what_a_run_writes_is_read_back_whatever_the_size_of_its_numbers() {
    let folder = folder();
    let at = folder.path().display();
    for (name, scenario) in [
        ("vast.json", vast()),
        ("stopped.json", stopped()),
        ("plain.json", valley()),
    ] {
        let file = write(folder.path(), name, &scenario);
        let result = format!("{at}/result.json");
        let trials = if name == "stopped.json" { 16_384 } else { 2048 };
        call(&format!("run {file} --trials {trials} -q --out {result}")).success();
        let text = fs::read_to_string(&result).expect("a result");
        let told: Value = serde_json::from_str(&text).expect("JSON");
        let stopped = told["run"]["non_finite"].as_u64().expect("a count");
        assert_eq!(stopped > 0, name == "stopped.json", "{name}: {stopped}");
        call(&format!("report {result} --out {at}/page.html -q"))
            .success()
            .stderr("");
        call(&format!("reweight {result} --weights wet=0.5")).success();
        call(&format!(
            "compare {file} {file} --trials 2048 -q --set trends.dry.weight=0.5 --out {result}"
        ))
        .success();
        call(&format!("report {result} --out {at}/page.html -q")).success();
        call(&format!("trace {file} --out {result}")).success();
        call(&format!("report {result} --out {at}/page.html -q")).success();
        call(&format!(
            "trace {file} --outcome open --format json --out {result}"
        ))
        .success();
        call(&format!("report {result} --out {at}/page.html -q")).success();
    }
}

#[test]
fn what_no_run_writes_is_refused_with_the_place() {
    let folder = folder();
    let mut scenario = valley();
    scenario["groups"] = json!({"early": {}});
    scenario["outcomes"][0]["group"] = json!("early");
    scenario["trends"]["dry"]["when"] = json!("lowest(level) < 0.8");
    let file = write(folder.path(), "valley.json", &scenario);
    let whole = stdout(&call(&format!("run {file} --trials 2048 -q --format json")).success());
    let whole: Value = serde_json::from_str(&whole).expect("a result");
    let counts = "/outcomes/0/by_trend/dry/hits/3";
    for (pointer, value, wanted) in [
        ("/format", json!(2), "format 2"),
        ("/format", json!("1"), "format \"1\""),
        (counts, json!(100_000), "outcomes[0].by_trend.dry"),
        (counts, json!(-1), "hits[3]"),
        (counts, json!(0.5), "hits[3]"),
        (counts, json!(null), "hits[3]"),
        (counts, json!(0), "at outcomes[0].by_trend.dry"),
        ("/outcomes/0/by_trend/dry/hits", json!([1]), "16 replicates"),
        (
            "/outcomes/0/by_trend/dry/trials/3",
            json!(1_000_000),
            "by_trend",
        ),
        (
            "/outcomes/1/by_trend/wet/trials/0",
            json!(7),
            "outcomes[1].by_trend.wet",
        ),
        (
            "/questions/0/by_trend/wet/hits/0",
            json!(99_999),
            "questions[0].by_trend.wet",
        ),
        ("/outcomes/0/probability", json!(1.5), "outcomes[0]"),
        ("/outcomes/0/probability", json!(0.123), "at outcomes[0]"),
        ("/outcomes/0/probability", json!(null), "outcomes[0]"),
        ("/groups/0/probability", json!(0.123), "at groups[0]"),
        (
            "/groups/0/by_trend/dry/hits/3",
            json!(1),
            "at groups[0].by_trend.dry",
        ),
        ("/questions/0/probability", json!(0.123), "at questions[0]"),
        (
            "/scorecard/0/comes_true/0/probability",
            json!(0.123),
            "at scorecard[0].comes_true[0]",
        ),
        (
            "/outcomes/0/by_trend/wet/probability",
            json!(0.123),
            "at outcomes[0].by_trend.wet",
        ),
        (
            "/outcomes/0/by_trend/wet/probability",
            json!(null),
            "at outcomes[0].by_trend.wet",
        ),
        ("/outcomes/0/ci95", json!([0.98, 0.99]), "does not hold"),
        ("/metrics/0/mean", json!(-44.0), "at metrics[0]"),
        (
            "/metrics/0/by_trend/dry/mean",
            json!(-44.0),
            "at metrics[0].by_trend.dry",
        ),
        ("/outcomes/0/std_error", json!(-0.1), "standard error"),
        ("/outcomes/0/ci95", json!([0.9, 0.1]), "interval"),
        ("/outcomes/0/name", json!("open"), "twice"),
        ("/outcomes", json!([]), "outcomes"),
        ("/trends/0/weight", json!(-2), "trends[0]"),
        ("/trends/0/weight", json!(0.1), "sum to"),
        ("/run/trials", json!(17), "17 trials"),
        ("/run/effective_trials", json!(17), "effective_trials"),
        ("/run/non_finite", json!(1_000_000), "non_finite"),
        ("/run/trials_per_draw", json!(0), "found 0"),
        ("/scenario/horizon", json!(-1), "scenario.horizon"),
        ("/times", json!([0.0]), "for 1 times"),
        ("/times/0", json!(5), "times"),
        ("/indicators/0/p50", json!([]), "indicators[0].p50"),
        ("/events/0/probability", json!(2), "events[0]"),
        (
            "/metrics/0/by_trend/dry/values/0",
            json!(77_777),
            "metrics[0].by_trend.dry",
        ),
        (
            "/metrics/0/by_trend/dry/sums",
            json!([1.0]),
            "metrics[0].by_trend.dry",
        ),
        ("/metrics/0/histogram/counts", json!([1]), "histogram"),
        ("/run", json!(3), "run"),
    ] {
        let mut broken = whole.clone();
        *broken
            .pointer_mut(pointer)
            .unwrap_or_else(|| panic!("{pointer}")) = value;
        let path = write(folder.path(), "broken.json", &broken);
        for line in [
            format!("reweight {path} --weights dry=0.5"),
            format!("report {path} --out -"),
        ] {
            let done = call(&line).code(2).stdout("");
            let told = stderr(&done);
            assert!(
                told.contains(wanted) && told.contains("broken.json"),
                "{pointer}: {told}"
            );
        }
    }
    let mut missing = whole.clone();
    missing
        .as_object_mut()
        .expect("an object")
        .shift_remove("times");
    let path = write(folder.path(), "broken.json", &missing);
    call(&format!("report {path}"))
        .code(2)
        .stderr(contains("missing field `times`"));
}

#[test]
fn typical_trials_that_no_trace_writes_are_refused_with_the_place() {
    let folder = folder();
    let file = write(folder.path(), "valley.json", &valley());
    let line = format!("trace {file} --outcome open --typical 2 --trials 2048 -q --format json");
    let mut whole: Value = serde_json::from_str(&stdout(&call(&line).success())).expect("JSON");
    whole["stories"][0]["tells"] = json!([{
        "event": "e", "title": "", "here": 0.5, "here_std_error": 0.1, "elsewhere": 0.1, "elsewhere_std_error": 0.1
    }]);
    let path = write(folder.path(), "whole.json", &whole);
    call(&format!("report {path} --out - -q")).success();
    for (pointer, value, wanted) in [
        ("/compared", json!(1_000_000), "compared"),
        ("/grouped", json!(1_000_000), "grouped"),
        ("/silhouette", json!(1.5), "silhouette"),
        (
            "/silhouette_if_independent",
            json!(-2),
            "silhouette_if_independent",
        ),
        ("/stories/0/share", json!(1.2), "stories[0]"),
        ("/stories/0/share_std_error", json!(-0.1), "standard error"),
        ("/stories/0/tells/0/here", json!(-0.5), "`here`"),
        (
            "/stories/0/tells/0/elsewhere",
            json!(3),
            "stories[0].tells[0]",
        ),
        (
            "/stories/0/tells/0/here_std_error",
            json!(-1),
            "stories[0].tells[0]",
        ),
        (
            "/stories/0/tells/0/elsewhere_std_error",
            json!(-1),
            "standard error",
        ),
    ] {
        let mut broken = whole.clone();
        *broken
            .pointer_mut(pointer)
            .unwrap_or_else(|| panic!("{pointer}")) = value;
        let path = write(folder.path(), "broken.json", &broken);
        let done = call(&format!("report {path} --out -")).code(2).stdout("");
        let told = stderr(&done);
        assert!(
            told.contains(wanted) && told.contains("broken.json"),
            "{pointer}: {told}"
        );
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_without_end_is_given_up() {
    let begun = Instant::now();
    for line in [
        "report /dev/zero --out -",
        "reweight /dev/zero --weights dry=0.5",
    ] {
        call(line)
            .code(2)
            .stdout("")
            .stderr(contains("larger than"));
    }
    assert!(begun.elapsed() < Duration::from_secs(50));
    let piped = quincunx()
        .args(["report", "-"])
        .write_stdin("[".repeat(1_000_000))
        .assert();
    piped.code(2).stderr(contains("is not JSON"));
}

#[test]
fn a_story_of_countless_firings_makes_a_page_of_bounded_size_that_says_so() {
    let folder = folder();
    let mut scenario = valley();
    scenario["events"]["drip"] = json!({"hazard": 30_000});
    scenario["events"]["flip"] = json!({"hazard": 3000, "effects": [{"phase": "dispute"}]});
    let file = write(folder.path(), "drip.json", &scenario);
    let page = folder.path().join("page.html");
    call(&format!(
        "run {file} --trials 64 --draws 16 -q --report {}",
        page.display()
    ))
    .success();
    let text = fs::read_to_string(&page).expect("a page");
    assert!(text.len() < 2_000_000, "{} bytes", text.len());
    assert!(
        text.contains("later firings are left out") && text.contains("of drip"),
        "it says so"
    );

    // A trace tells all, and its page is bounded all the same.
    let story = folder.path().join("story.json");
    call(&format!(
        "trace {file} --out {} --report {}",
        story.display(),
        page.display()
    ))
    .success();
    let told: Value =
        serde_json::from_str(&fs::read_to_string(&story).expect("a story")).expect("JSON");
    let drips = told["happenings"].as_array().expect("a list").iter();
    assert!(drips.filter(|one| one["event"] == "drip").count() > 29_000);
    assert!(told.get("left_out").is_none());
    let text = fs::read_to_string(&page).expect("a page");
    assert!(
        text.len() < 1_000_000 && text.contains("later firings are left out"),
        "{} bytes",
        text.len()
    );
    call(&format!(
        "report {} --out {} -q",
        story.display(),
        page.display()
    ))
    .success();
    assert_eq!(fs::read_to_string(&page).expect("a page"), text);
}
