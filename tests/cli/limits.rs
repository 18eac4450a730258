//! Sizes: what is too large is refused soon and with what works, and what is large is checked in a
//! time in proportion to it.

use crate::program::{call, folder, quincunx, stderr, stdout, valley, write};
use serde_json::{Map, Value, json};
use std::time::{Duration, Instant};

/// Checks a scenario, which must take no longer than this; gives what was said.
fn checked(scenario: &Value, most: Duration) -> String {
    let folder = folder();
    let path = write(folder.path(), "case.json", scenario);
    let begun = Instant::now();
    let done = call(&format!("check {path}"));
    assert!(begun.elapsed() < most, "{:?}", begun.elapsed());
    stdout(&done)
}

fn many(count: usize, item: impl Fn(usize) -> (String, Value)) -> Value {
    Value::Object((0..count).map(item).collect::<Map<_, _>>())
}

const SOON: Duration = Duration::from_secs(15);

#[test]
fn derived_values_that_double_are_checked_and_run_at_once() {
    let mut scenario = valley();
    // Each reads the one before it twice: written out, 2^200 of them.
    scenario["derived"] = many(200, |i| {
        let value = match i {
            0 => "level".to_owned(),
            _ => format!("0.5 * d{:03} + 0.5 * d{:03}", i - 1, i - 1),
        };
        (format!("d{i:03}"), json!(value))
    });
    scenario["events"]["watched"] = json!({
        "hazard": {"rate": 0.1, "per": "year", "times": {"factor": "if(month > 6, d199, d198)"}}, "if": "d199 > 0.1",
        "effects": [{"add": "level", "by": "0.01 * d199"}]
    });
    scenario["events"]["seen"] =
        json!({"when": "d199 > 1.2", "effects": [{"add": "level", "by": -0.1}]});
    scenario["metrics"]["top"] = json!("highest(d199)");
    // And of whole numbers, of which it is asked whether they are.
    for i in 0..200 {
        let value = match i {
            0 => "month".to_owned(),
            _ => format!("min(w{:03} + w{:03}, 7)", i - 1, i - 1),
        };
        scenario["derived"][format!("w{i:03}")] = json!(value);
    }
    scenario["metrics"]["whole"] = json!("highest(w199)");
    scenario["outcomes"][0]["when"] = json!("ever(d199 > 1.1)");
    scenario["questions"]["now"] = json!({"holds": "d199 > 1", "at": "2026-06-30"});
    let told = checked(&scenario, SOON);
    assert!(!told.contains("error"), "{told}");
    let folder = folder();
    let path = write(folder.path(), "case.json", &scenario);
    call(&format!("run {path} --trials 1024 -q")).success();
    call(&format!("compare {path} {path} --trials 1024 -q")).success();
}

#[test]
fn choices_within_choices_are_refused_before_they_fill_the_memory() {
    let mut scenario = valley();
    scenario["phases"]["talks"] = json!({});
    scenario["trends"]["odd"] = json!({"weight": 0});
    let mut value = json!(1);
    for depth in 0..40 {
        value = match depth % 2 {
            0 => json!({"by": "phase", "dispute": 0.5, "else": value}),
            _ => json!({"by": "trend", "dry": 0.5, "else": value}),
        };
    }
    scenario["indicators"]["level"]["drift"] = value;
    let told = checked(&scenario, SOON);
    assert!(
        told.contains("formula-too-deep") && told.contains("/indicators/level/drift"),
        "{told}"
    );
}

#[test]
fn metrics_that_double_are_refused_alone_and_together() {
    let mut scenario = valley();
    scenario["metrics"] = many(14, |i| {
        let value = match i {
            0 => "final(level) * final(level)".to_owned(),
            _ => format!("m{:02} * m{:02}", i - 1, i - 1),
        };
        (format!("m{i:02}"), json!(value))
    });
    let told = checked(&scenario, SOON);
    assert!(!told.contains("error"), "{told}");
    // Each is within its limit; a thousand of them are not.
    for i in 0..1000 {
        scenario["metrics"][format!("n{i:04}")] = json!("m13");
    }
    let told = checked(&scenario, SOON);
    assert!(
        told.contains("formula-too-deep") && told.contains("in all"),
        "{told}"
    );
}

/// Thousands of events, each with a parameter, an indicator and a derived value of its own, and a
/// warning each: the square of that would take minutes.
#[test]
fn thousands_of_events_are_checked_in_a_time_in_proportion() {
    let count = 3000;
    let mut scenario = valley();
    scenario["parameters"] = many(count, |i| {
        (format!("p{i:04}"), json!({"uniform": [0.1, 0.2]}))
    });
    scenario["indicators"] = many(count, |i| {
        (
            format!("x{i:04}"),
            json!({"start": 1, "drift": format!("p{i:04} * (1 - x{i:04})")}),
        )
    });
    scenario["derived"] = many(count, |i| {
        (format!("d{i:04}"), json!(format!("x{i:04} * p{i:04}")))
    });
    scenario["events"] = many(count, |i| {
        let hazard = json!(format!("5000 * d{i:04} * p{i:04}"));
        (
            format!("e{i:04}"),
            json!({"hazard": hazard, "effects": [{"add": format!("x{i:04}"), "by": 0.1}]}),
        )
    });
    for section in ["metrics", "questions"] {
        scenario[section] = json!({});
    }
    scenario["outcomes"] = json!([{"name": "o", "when": "ever(e0001)"}]);
    scenario["phases"]["dispute"] = json!({"start": true});
    let told = checked(&scenario, Duration::from_secs(30));
    assert!(
        told.contains("3001 warnings") || told.contains("3000 warnings"),
        "{}",
        &told[told.len() - 200..]
    );
    // A variant of it with as many new names, each of which could be a slip.
    let folder = folder();
    write(folder.path(), "case.json", &scenario);
    let events = many(count, |i| (format!("f{i:04}"), json!({"hazard": 1})));
    let variant = json!({"extends": "case.json", "name": "variant", "events": events});
    let path = write(folder.path(), "variant.json", &variant);
    let begun = Instant::now();
    call(&format!("check {path}")).success();
    assert!(
        begun.elapsed() < Duration::from_secs(30),
        "{:?}",
        begun.elapsed()
    );
}

#[test]
fn reported_times_of_every_kind_are_reported_or_refused() {
    let mut scenario = valley();
    let long: Vec<f64> = (0..5000).map(|i| f64::from(i) / 5001.0).collect();
    for (times, wanted) in [
        (json!([]), Some("empty list")),
        (json!([-0.5]), Some("before the start")),
        (json!([0.5, 1.5]), Some("found 1.5")),
        (json!(long), Some("the limit is 2000")),
        (json!([0]), None),
        (json!([1]), None),
        (json!(["6 months", 0.5, 0.5, 0.25, 0]), None),
    ] {
        scenario["run"] = json!({"trials": 1024, "times": times});
        let folder = folder();
        let path = write(folder.path(), "case.json", &scenario);
        match wanted {
            None => drop(
                call(&format!(
                    "run {path} -q --report {}/p.html",
                    folder.path().display()
                ))
                .success(),
            ),
            Some(wanted) => {
                let told = stderr(&call(&format!("run {path} -q")).code(2));
                assert!(
                    told.contains(wanted) && told.contains("/run/times"),
                    "{told}"
                );
            }
        }
    }
}

#[test]
fn numbers_of_trials_and_draws_that_cannot_be_had_are_refused_with_what_works() {
    let folder = folder();
    let path = write(folder.path(), "valley.json", &valley());
    for (options, wanted) in [
        ("--draws 4294967296 --trials 512", "that works is 512"),
        ("--draws 513 --trials 512", "that works is 512"),
        (
            "--draws 10000",
            "`run.trials` of the scenario for 8,192 trials",
        ),
        ("--trials 1e12", "that works is 274,877,906,944"),
        (
            "--trials 18446744073709551615",
            "that works is 274,877,906,944",
        ),
        ("--trials 1e12 --draws 1e12", "that works is 4,294,967,296"),
        ("--trials 1e9 --draws 16", "that works is 1,048,576"),
        (
            "--trials 1e12 --until 0.1pp",
            "that works is 274,877,906,944",
        ),
    ] {
        for command in ["run", "trace"] {
            if command == "trace" && options.contains("--until") {
                continue;
            }
            let done = call(&format!("{command} {path} {options}"))
                .code(2)
                .stdout("");
            assert!(
                stderr(&done).contains(wanted),
                "{options}: {}",
                stderr(&done)
            );
        }
    }
    for (run, at, wanted) in [
        (
            json!({"trials": 1_000_000_000_000_u64}),
            "/run/trials",
            "274,877,906,944",
        ),
        (
            json!({"trials": 512, "draws": 4_294_967_296_u64}),
            "/run/draws",
            "that works is 512",
        ),
        (
            json!({"draws": 4_294_967_297_u64}),
            "/run/draws",
            "that works is 4,294,967,296",
        ),
        (
            json!({"trials": 1_000_000, "draws": 1}),
            "/run/trials",
            "that works is 65,536",
        ),
    ] {
        let mut scenario = valley();
        scenario["run"] = run;
        let told = checked(&scenario, SOON);
        assert!(
            told.contains(at) && told.contains(wanted) && told.contains("case.json:"),
            "{told}"
        );
    }
    call(&format!("run {path} --trials 512 --draws 512 -q")).success();
}

#[test]
fn events_that_fire_without_bound_are_told_with_their_place() {
    let folder = folder();
    let mut scenario = valley();
    scenario["events"]["flood"] = json!({"hazard": 1e9});
    let path = write(folder.path(), "valley.json", &scenario);
    for command in ["run", "trace", "compare"] {
        let files = if command == "compare" {
            format!("{path} {path}")
        } else {
            path.clone()
        };
        let told = stderr(&call(&format!("{command} {files}")).code(1).stdout(""));
        for wanted in [
            "too-many-firings",
            "`flood`",
            "/events/flood/hazard",
            "valley.json:",
            "hint",
        ] {
            assert!(told.contains(wanted), "{command}: {told}");
        }
    }
    scenario["events"] = json!({
        "ping": {"when": "level > 0.5", "effects": [{"set": "level", "to": 0}]},
        "pong": {"when": "level < 0.2", "effects": [{"set": "level", "to": 1}]}
    });
    scenario["metrics"] = json!({});
    let path = write(folder.path(), "valley.json", &scenario);
    let told = stderr(&call(&format!("run {path}")).code(1).stdout(""));
    for wanted in [
        "endless-firings",
        "/events/ping/when",
        "/events/pong/when",
        "valley.json:",
    ] {
        assert!(told.contains(wanted), "{told}");
    }
    scenario["events"] = json!({});
    scenario["indicators"]["level"]["drift"] = json!("ln(level - 0.9)");
    let path = write(folder.path(), "valley.json", &scenario);
    let told = stderr(&call(&format!("run {path}")).code(1).stdout(""));
    for wanted in ["non-finite", "/indicators/level/drift", "valley.json:"] {
        assert!(told.contains(wanted), "{told}");
    }
}

#[test]
fn endless_names_are_shortened_in_whatever_is_said() {
    let folder = folder();
    let long = "x".repeat(100_000);
    let other = format!("{long}y");
    let mut scenario = valley();
    scenario["events"][&long] = json!({"hazard": 0, "phases": [&other]});
    scenario["parameters"][&long] = json!({"value": 1});
    scenario["derived"] = json!({&other: format!("{long} + {other}z")});
    scenario["outcomes"][0]["name"] = json!(&long);
    let path = write(folder.path(), "long.json", &scenario);
    let short = |told: String| {
        assert!(told.len() < 30_000, "{} bytes", told.len());
        assert!(
            told.contains("xxx") && told.contains('…'),
            "{}",
            &told[..2000]
        );
    };
    short(stdout(&call(&format!("check {path}")).code(2)));
    short(stderr(&call(&format!("run {path}")).code(2)));
    for arguments in [
        &["run", &long][..],
        &["check", &format!("{long}.json")],
        &["run", &path, "--set", &format!("{long}=1")],
        &["run", &path, "--format", &long],
        &["run", &path, &format!("--{long}")],
        &[&long],
        &["report", &long],
        &["new", &format!("-{long}")],
        &[
            "run",
            "scenarios/port_strike.json",
            "--trials",
            "1024",
            "--out",
            &long,
        ],
        &[
            "run",
            "scenarios/port_strike.json",
            "--trials",
            "1024",
            "--report",
            &long,
        ],
        &[
            "run",
            "scenarios/port_strike.json",
            "--events",
            &long,
            "--report",
            "x.html",
        ],
        &["trace", "scenarios/port_strike.json", "--outcome", &long],
    ] {
        let mut command = quincunx();
        let begun = Instant::now();
        let done = command.args(arguments).assert().code(2);
        assert!(begun.elapsed() < SOON);
        let told = format!("{}{}", stderr(&done), stdout(&done));
        assert!(
            told.len() < 6000,
            "{:.40?}: {} bytes",
            arguments,
            told.len()
        );
    }
    // Names that a run can have: the table and the warnings are for people, a folder takes their
    // charts.
    let mut scenario = valley();
    scenario["events"][&long] = json!({"hazard": 0.5});
    scenario["indicators"][&long] = json!({"start": 1, "volatility": 0.1, "title": &other});
    scenario["metrics"][&other] = json!("1");
    scenario["outcomes"][1]["name"] = json!(&long);
    let path = write(folder.path(), "long.json", &scenario);
    let charts = folder.path().join("charts").display().to_string();
    let done = call(&format!("run {path} --trials 1024 --charts {charts}")).success();
    short(stdout(&done));
    assert!(stderr(&done).len() < 10_000);
    call(&format!("trace {path}")).success();
}
