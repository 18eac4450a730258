//! `run`: its options, its formats, and what they have in common.

use crate::program::{call, comparison, folder, quincunx, result, stderr, stdout, valley, write};
use predicates::str::contains;
use quincunx::results::RunResult;
use serde_json::json;
use std::collections::BTreeMap;
use std::fs;

#[test]
fn a_run_prints_outcomes_and_ends_with_status_zero() {
    let folder = folder();
    let path = write(folder.path(), "valley.json", &valley());
    let done = call(&format!("run {path}")).success().stderr("");
    let table = stdout(&done);
    for (shown, is_there) in [
        ("A dispute over water", true),
        ("signed", true),
        ("open", true),
        ("8,192 trials", true),
        // The one assumption that is uncertain explains the range; `calm` is certain.
        ("haste", true),
        ("calm", false),
    ] {
        assert_eq!(table.contains(shown), is_there, "{shown}:\n{table}");
    }
}

#[test]
fn json_is_the_result_type_and_adds_up() {
    let folder = folder();
    let path = write(folder.path(), "valley.json", &valley());
    let result = result(&call(&format!("run {path} --format json")).success());
    assert_eq!((result.run.trials, result.run.seed), (8192, 3));
    assert!(!result.run.interrupted);
    let sum: f64 = result.outcomes.iter().map(|o| o.probability).sum();
    assert!((sum - 1.0).abs() < 1e-12);
    assert_eq!(
        result.outcomes.last().map(|o| o.name.as_str()),
        Some("unclassified")
    );
    assert_eq!(result.warnings, []);
    let trend = &result.outcomes[2].by_trend["dry"];
    assert_eq!(trend.probability, Some(0.0));
    assert!(trend.std_error > Some(0.0) && trend.ci95.is_some_and(|[_, high]| high > 0.0));
}

#[test]
fn csv_parses_back_to_the_numbers_of_the_json() {
    let folder = folder();
    let path = write(folder.path(), "valley.json", &valley());
    let expected = result(&call(&format!("run {path} --format json")).success());
    let text = stdout(&call(&format!("run {path} --format csv")).success());
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header: Vec<String> = reader
        .headers()
        .expect("a header")
        .iter()
        .map(str::to_owned)
        .collect();
    let rows: Vec<BTreeMap<String, String>> = reader
        .records()
        .map(|row| {
            let row = row.expect("every row has as many cells as the header");
            header
                .iter()
                .cloned()
                .zip(row.iter().map(str::to_owned))
                .collect()
        })
        .collect();
    for outcome in &expected.outcomes {
        let row = rows
            .iter()
            .find(|row| {
                row["section"] == "outcome"
                    && row["name"] == outcome.name
                    && row["quantity"] == "probability"
                    && row["trend"].is_empty()
            })
            .unwrap_or_else(|| panic!("no row for {}:\n{text}", outcome.name));
        assert_eq!(row["value"].parse(), Ok(outcome.probability));
        assert_eq!(row["std_error"].parse(), Ok(outcome.std_error));
    }
    assert!(rows.len() > 100, "only {} rows", rows.len());
}

#[test]
fn markdown_tables_have_as_many_cells_in_every_row_as_in_their_head() {
    let strike = "run scenarios/port_strike.json --trials 2048 --format markdown";
    let text = stdout(&call(strike).success());
    assert!(columns_of_tables(&text) >= 4, "{text}");
    let pair = "compare scenarios/port_strike.json scenarios/port_strike.json --trials 2048 --format markdown";
    assert!(columns_of_tables(&stdout(&call(pair).success())) >= 1);
}

/// Checks every table of a Markdown text; the answer is how many there are.
fn columns_of_tables(text: &str) -> usize {
    let cells = |line: &str| line.replace("\\|", "").matches('|').count();
    let mut tables = 0;
    let mut width = None;
    for line in text.lines() {
        if !line.starts_with('|') {
            width = None;
            continue;
        }
        if width.is_none() {
            tables += 1;
        }
        let wanted = *width.get_or_insert(cells(line));
        assert_eq!(cells(line), wanted, "{line}");
    }
    tables
}

#[test]
fn trials_draws_seed_and_threads_mean_what_they_say() {
    let folder = folder();
    let path = write(folder.path(), "valley.json", &valley());
    let run = |more: &str| result(&call(&format!("run {path} --format json {more}")).success());
    let size = |r: &RunResult| (r.run.trials, r.run.draws, r.run.trials_per_draw);
    assert_eq!(size(&run("--trials 1")), (1024, 16, 64));
    assert_eq!(size(&run("--trials 3e3")), (3072, 48, 64));
    assert_eq!(size(&run("--trials 3,000 --draws 300")), (3648, 304, 12));
    assert_ne!(run("--seed 1").outcomes, run("--seed 2").outcomes);
    assert_eq!(run("--threads 1"), run("--threads 3"));
}

#[test]
fn until_goes_on_until_the_target_is_reached_and_no_further_than_needed() {
    let folder = folder();
    let path = write(folder.path(), "valley.json", &valley());
    let run = |target: &str| {
        let done = call(&format!("run {path} --format json --until {target}")).success();
        assert_eq!(stderr(&done), "");
        result(&done).run
    };
    let (coarse, fine) = (run("1pp"), run("0.2pp"));
    assert!(coarse.largest_std_error <= 0.01);
    assert!(fine.largest_std_error <= 0.002);
    // The error falls with the root of the number of trials: 25 times as many, give or take a
    // doubling.
    assert!(coarse.trials < 40_000, "{coarse:?}");
    assert!((40_000..1_000_000).contains(&fine.trials), "{fine:?}");
}

#[test]
fn until_says_so_if_the_trials_allowed_are_too_few() {
    let folder = folder();
    let path = write(folder.path(), "valley.json", &valley());
    let line = format!("run {path} --until 0.001pp --trials 20000");
    call(&line)
        .success()
        .stderr(contains("stopped before the precision asked for"));
    call(&format!("{line} --quiet")).success().stderr("");
}

#[test]
fn setting_a_value_gives_the_same_bytes_as_editing_the_file() {
    let folder = folder();
    let mut scenario = valley();
    let path = write(folder.path(), "valley.json", &scenario);
    let line = format!(
        "run {path} --format json --set parameters.calm.value=0.25 --set trends.dry.weight=0.2 --set trends.wet.weight=0.8 \
         --set outcomes.open.title=Still&open --set events.signature.hazard.rate=haste^2"
    );
    let arguments = line.split_whitespace().map(|word| word.replace('&', " "));
    let set = quincunx().args(arguments).assert().success();
    scenario["parameters"]["calm"]["value"] = json!(0.25);
    scenario["trends"]["dry"]["weight"] = json!(0.2);
    scenario["trends"]["wet"]["weight"] = json!(0.8);
    scenario["outcomes"][1]["title"] = json!("Still open");
    scenario["events"]["signature"]["hazard"]["rate"] = json!("haste^2");
    let edited = write(folder.path(), "edited.json", &scenario);
    let edited = call(&format!("run {edited} --format json")).success();
    assert_eq!(stdout(&set), stdout(&edited));
    assert_ne!(
        result(&set).outcomes,
        result(&call(&format!("run {path} --format json")).success()).outcomes
    );
}

#[test]
fn a_scenario_comes_from_standard_input_too() {
    let folder = folder();
    let path = write(folder.path(), "valley.json", &valley());
    let piped = quincunx()
        .args(["run", "-", "--format", "json"])
        .write_stdin(valley().to_string())
        .assert()
        .success();
    assert_eq!(
        stdout(&piped),
        stdout(&call(&format!("run {path} --format json")).success())
    );
    let starter = stdout(&call("new -").success());
    quincunx()
        .args(["run", "-", "--trials", "2048"])
        .write_stdin(starter)
        .assert()
        .success()
        .stdout(contains("A strike at a port"));
}

#[test]
fn a_result_goes_to_a_file_in_the_place_of_an_older_one() {
    let folder = folder();
    let path = write(folder.path(), "valley.json", &valley());
    let out = folder.path().join("result.json");
    fs::write(&out, "old").expect("the folder takes files");
    call(&format!("run {path} --format json --out {}", out.display()))
        .success()
        .stdout("");
    let text = fs::read_to_string(&out).expect("a result");
    let printed = stdout(&call(&format!("run {path} --format json")).success());
    assert_eq!(text, printed);
    let names = fs::read_dir(folder.path()).expect("a folder").count();
    assert_eq!(names, 2, "something was left behind");
}

#[test]
fn warnings_stand_in_the_result_and_beside_the_data() {
    let folder = folder();
    let mut scenario = valley();
    scenario["parameters"]["idle"] = json!(1);
    let path = write(folder.path(), "valley.json", &scenario);
    let code = "parameter-unused";
    let data = call(&format!("run {path} --format json"))
        .success()
        .stderr(contains(code))
        .stderr(contains("/parameters/idle"));
    assert!(result(&data).warnings.iter().any(|w| w.code == code));
    let table = call(&format!("run {path}")).success().stderr("");
    assert!(stdout(&table).contains("`idle`"), "{}", stdout(&table));
    call(&format!("run {path} --format csv --quiet"))
        .success()
        .stderr("");
}

#[test]
fn a_run_with_too_many_values_that_are_not_finite_fails_and_names_the_formula() {
    let folder = folder();
    let mut scenario = valley();
    scenario["indicators"]["level"]["drift"] = json!("ln(level - 0.9)");
    let path = write(folder.path(), "valley.json", &scenario);
    call(&format!("run {path}"))
        .code(1)
        .stdout("")
        .stderr(contains("not finite"))
        .stderr(contains("/indicators/level/drift"));
}

#[test]
fn events_that_fire_one_another_without_end_fail_the_run_and_are_named() {
    let folder = folder();
    let mut scenario = valley();
    scenario["events"]["up"] =
        json!({"when": "level >= 1", "effects": [{"set": "level", "to": 0.5}]});
    scenario["events"]["down"] =
        json!({"when": "level < 1", "effects": [{"set": "level", "to": 1}]});
    let path = write(folder.path(), "valley.json", &scenario);
    call(&format!("run {path}"))
        .code(1)
        .stdout("")
        .stderr(contains("`up`"))
        .stderr(contains("`down`"));
}

/// 10, 50 and 1,000 on the positive numbers: X exceeds x with a probability like x^-0.96, so its
/// mean is infinite.
#[test]
fn a_metric_without_a_mean_is_told_by_its_quantiles_alone() {
    let folder = folder();
    let scenario = json!({
        "format": 1, "name": "losses", "start": "2026-01-01", "horizon": "1 year", "step": "1 year",
        "run": {"trials": 4096, "seed": 1},
        "phases": {"a": {"start": true}},
        "trends": {"calm": {"weight": 0.5}, "storm": {"weight": 0.5}},
        "parameters": {"loss": {"p5": 10, "p50": 50, "p95": 1000, "range": [0, null]}},
        "outcomes": [{"name": "all", "when": "true"}],
        "metrics": {"cost": "3 * loss", "insured": "min(loss, 500)"}
    });
    let path = write(folder.path(), "losses.json", &scenario);
    let found = result(&call(&format!("run {path} --format json")).success());
    let [cost, insured] = &found.metrics[..] else {
        panic!("{:?}", found.metrics)
    };
    assert_eq!((cost.mean, cost.std_error, cost.sd), (None, None, None));
    assert_eq!((cost.ci95, cost.epistemic90), (None, None));
    assert!(cost.by_trend.values().all(|group| group.mean.is_none()));
    assert!(
        cost.p50.is_some_and(|median| (median - 150.0).abs() < 15.0),
        "{:?}",
        cost.p50
    );
    assert!(
        insured
            .mean
            .is_some_and(|mean| (50.0..250.0).contains(&mean))
    );
    let warned: Vec<&str> = (found.warnings.iter())
        .filter(|warning| warning.code == "no-mean")
        .map(|warning| warning.path.as_str())
        .collect();
    assert_eq!(warned, ["/parameters/loss", "/metrics/cost"]);
    for format in ["--full", "--format markdown"] {
        let shown = stdout(&call(&format!("run {path} {format}")).success());
        assert!(shown.contains("no steady mean"), "{shown}");
    }
    let other = write(folder.path(), "other.json", &{
        let mut other = scenario.clone();
        other["trends"]["calm"]["weight"] = json!(0.7);
        other["trends"]["storm"]["weight"] = json!(0.3);
        other
    });
    let table = stdout(&call(&format!("compare {path} {other} --format json")).success());
    let compared: serde_json::Value = serde_json::from_str(&table).unwrap();
    assert_eq!(
        compared["comparisons"][0]["metrics"][0]["difference"],
        json!(null)
    );
    assert!(compared["comparisons"][0]["metrics"][1]["difference"].is_number());
}

#[test]
fn a_run_against_another_file_says_what_that_comparison_says() {
    let folder = folder();
    let mut changed = valley();
    changed["title"] = "A wetter valley".into();
    changed["trends"]["wet"]["weight"] = 0.9.into();
    let other = write(folder.path(), "other.json", &changed);
    let base = write(folder.path(), "base.json", &valley());
    let size = "--trials 8192 --quiet";
    let text = stdout(&call(&format!("run {other} --against {base} {size}")).success());
    let compared =
        comparison(&call(&format!("compare {base} {other} {size} --format json")).success());
    let run = result(&call(&format!("run {other} {size} --format json")).success());
    // The values are those of the run itself, and the differences those of the comparison.
    assert_eq!(compared.scenarios[1], run);
    let detected = (compared.comparisons[0].differences.iter())
        .filter(|d| d.detectable)
        .max_by(|a, b| {
            let size = |d: &&quincunx::results::Difference| d.difference.map_or(0.0, f64::abs);
            size(a).total_cmp(&size(b))
        })
        .expect("the weight matters");
    let row = text
        .lines()
        .find(|line| line.starts_with("  ") && line.contains(&detected.title))
        .unwrap_or_else(|| panic!("{}:\n{text}", detected.title));
    let points = 100.0 * detected.difference.expect("a difference");
    let shown = row
        .split_whitespace()
        .filter(|word| word.starts_with(['+', '-']))
        .find_map(|word| word.parse::<f64>().ok())
        .unwrap_or_else(|| panic!("no difference in {row}"));
    assert!((shown - points).abs() <= 0.5, "{row}: {points}");
    assert!(text.contains("Changed against"), "{text}");
    // `--set` changes the run alone.
    let set = "--set trends.wet.weight=0.9 --set trends.dry.weight=0.1";
    let text = stdout(&call(&format!("run {base} {set} --against {base} {size}")).success());
    assert!(text.contains("Changed against"), "{text}");
    let same = stdout(&call(&format!("run {base} --against {base} {size}")).success());
    assert!(same.contains("nothing differs"), "{same}");
    for bad in [
        "--format json",
        "--full",
        "--report x.html",
        "--charts x",
        "--trials-out x.csv",
    ] {
        call(&format!("run {base} --against {other} {bad}"))
            .code(2)
            .stdout("");
    }
    call(&format!("run {base} --against none.json")).code(2);
}

#[cfg(not(feature = "parquet"))]
#[test]
fn without_parquet_the_error_names_the_command_that_gives_it() {
    let folder = folder();
    let path = write(folder.path(), "valley.json", &valley());
    let out = folder.path().join("trials.parquet");
    call(&format!("run {path} --trials-out {}", out.display()))
        .code(2)
        .stderr(contains("cargo install --path . --features parquet"));
    assert!(!out.exists());
}
