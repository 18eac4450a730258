//! `sweep`: inputs over grids, lists, variants and Latin hypercubes.

use crate::program::{call, folder, json_value, quincunx, stderr, stdout, valley, write};
use predicates::prelude::PredicateBooleanExt;
use predicates::str::contains;
use quincunx::results::SweepResult;

fn swept(line: &str) -> SweepResult {
    let text = stdout(&call(&format!("{line} --trials 1024 --format json")).success());
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}:\n{text}"))
}

#[test]
fn a_grid_has_all_combinations_and_says_what_the_file_has() {
    let folder = folder();
    let file = write(folder.path(), "valley.json", &valley());
    let found = swept(&format!(
        "sweep {file} --vary parameters.calm.value=0.5..1:2 --vary outcomes.signed.when=\"false\",ever(signature) --of signed,wait,by_june"
    ));
    let at: Vec<String> = found.points.iter().map(|p| format!("{:?}", p.at)).collect();
    assert_eq!(at.len(), 4);
    assert_eq!(found.axes[0].base, Some(0.5.into()));
    assert_eq!(found.points[3].at[0], 1);
    assert_eq!(
        found.points[0].values[0].value,
        Some(0.0),
        "never signed: {at:?}"
    );
    let kinds: Vec<&str> = found.of.iter().map(|of| of.kind.as_str()).collect();
    assert_eq!(kinds, ["outcome", "metric", "question"]);
    let own = swept(&format!(
        "sweep {file} --vary parameters.calm.value=0.5,0.25 --of signed"
    ));
    assert!(own.points[0].values[0].identical && !own.points[1].values[0].identical);
    assert_eq!(own.points[0].values[0].difference, Some(0.0));
}

#[test]
fn a_sweep_says_the_same_as_a_comparison_of_the_same_size() {
    let folder = folder();
    let file = write(folder.path(), "valley.json", &valley());
    let found = swept(&format!("sweep {file} --vary horizon=6,18 --of signed"));
    let compared = json_value(
        &call(&format!(
            "compare {file} --set horizon=18 --trials 1024 --format json"
        ))
        .success(),
    );
    let row = &compared["comparisons"][0]["differences"][0];
    let value = &found.points[1].values[0];
    assert_eq!(row["difference"].as_f64(), value.difference);
    assert_eq!(row["std_error"].as_f64(), value.difference_std_error);
}

#[test]
fn variants_are_choices_and_a_thing_can_be_switched_off() {
    let folder = folder();
    let file = write(folder.path(), "valley.json", &valley());
    let other = serde_json::json!({"format": 1, "extends": "valley.json", "name": "long", "horizon": "24 months"});
    let other = write(folder.path(), "long.json", &other);
    let found = swept(&format!(
        "sweep {file} --variant {other} --variant off:events.signature.phases=[] --vary parameters.calm.value=0.5,0.9 --of signed"
    ));
    let names: Vec<String> = found.points.iter().map(|p| p.at[0].to_string()).collect();
    assert_eq!(names.len(), 6);
    assert!(
        names[0].contains("as it is") && names[2].contains("long.json") && names[4].contains("off")
    );
    assert!(found.points[0].values[0].identical);
    assert!(found.points[2].values[0].difference > Some(0.05));
}

#[test]
fn a_hypercube_has_its_points_within_the_ranges_and_the_seed_decides_them() {
    let folder = folder();
    let file = write(folder.path(), "valley.json", &valley());
    let line =
        format!("sweep {file} --lhs 10 --vary parameters.calm.value=0.2..0.7 --vary horizon=6..18");
    let found = swept(&line);
    assert_eq!(
        (found.points.len(), found.design.as_str()),
        (10, "latin-hypercube")
    );
    for point in &found.points {
        let [calm, horizon] = [0, 1].map(|i| point.at[i].as_f64().expect("a number"));
        assert!((0.2..=0.7).contains(&calm) && (6.0..=18.0).contains(&horizon));
    }
    assert_ne!(
        swept(&format!("{line} --seed 9")).points[0].at,
        found.points[0].at
    );
}

#[test]
fn one_bad_value_is_shown_in_its_place_before_anything_runs() {
    let folder = folder();
    let file = write(folder.path(), "valley.json", &valley());
    for (line, wanted) in [
        ("--vary parameters.calmm.value=1,2", "did you mean `calm`"),
        ("--vary trends.dry.weight=0.5,-1", "-1"),
        ("--vary parameters.calm.value=0.5,wrong", "wrong"),
        (
            "--vary parameters.calm.value=1..2:3 --of singed",
            "did you mean `signed`",
        ),
        (
            "--vary parameters.calm.value=1..2:3 --of outcomes.singed",
            "did you mean `outcomes.signed`",
        ),
        ("--vary parameters.calm.value=1..2", "how many values"),
        ("--vary parameters.calm.value", "no `=`"),
        (
            "--lhs 5 --vary parameters.calm.value=1,2",
            "a range without a number",
        ),
        (
            "--lhs 1 --vary parameters.calm.value=1..2",
            "from 2 to 10000",
        ),
        ("", "nothing varies"),
        ("--variant nowhere.json", "there is no file `nowhere.json`"),
        ("--variant a=b", "expected a FILE, or NAME:PATH=VALUE"),
    ] {
        let found = call(&format!("sweep {file} {line}")).code(2);
        assert!(
            stderr(&found).contains(wanted),
            "{line}: {}",
            stderr(&found)
        );
        assert_eq!(stdout(&found), "", "{line}");
    }
    call("sweep - --vary horizon=1,2")
        .code(2)
        .stderr(contains("standard input"));
}

#[test]
fn tables_fit_a_terminal_and_every_format_has_every_run() {
    let folder = folder();
    let file = write(folder.path(), "valley.json", &valley());
    let line = format!(
        "sweep {file} --vary parameters.calm.value=0.5..0.9:3 --vary horizon=6,12 --of signed,wait --trials 1024"
    );
    for width in ["60", "80", "120"] {
        let found = quincunx()
            .args(line.split(' '))
            .env("COLUMNS", width)
            .assert()
            .success();
        let text = stdout(&found);
        let most: usize = width.parse().expect("a number");
        assert!(
            text.lines().all(|line| line.chars().count() <= most),
            "{text}"
        );
        for word in ["calm", "horizon", "0.9", "±"] {
            assert!(text.contains(word), "{word}: {text}");
        }
    }
    let csv = stdout(&call(&format!("{line} --format csv")).success());
    assert!(
        csv.starts_with("run,parameters.calm.value,horizon,section,name,title,value,"),
        "{csv}"
    );
    assert_eq!(csv.lines().count(), 1 + 1 + 2 * 7);
    let markdown = stdout(&call(&format!("{line} --format markdown")).success());
    assert!(
        markdown.contains("| parameters.calm.value | horizon | value ±, pp |"),
        "{markdown}"
    );
    assert_eq!(markdown.matches("\n| 0.").count(), 2 * 6);
}

#[test]
fn a_break_even_is_where_a_formula_has_it_and_its_absence_is_told() {
    let folder = folder();
    // One alarm of a constant rate over a year: P = 1 - exp(-rate), which is 0.3 at 0.3567.
    let alarm = serde_json::json!({
        "format": 1, "name": "alarm", "start": "2026-01-01", "horizon": "12 months", "step": "1 month",
        "parameters": {"rate": {"value": 0.5}},
        "phases": {"calm": {"start": true}},
        "events": {"alarm": {"hazard": {"rate": "rate", "per": "year"}}},
        "outcomes": [{"name": "alarmed", "when": "ever(alarm)"}]
    });
    let file = write(folder.path(), "alarm.json", &alarm);
    let line = format!(
        "sweep {file} --vary parameters.rate.value=0.1..1:4 --trials 16384 --format json --until"
    );
    let found = |equation: &str| -> SweepResult {
        let arguments = line.split(' ').chain([equation]);
        let text = stdout(&quincunx().args(arguments).assert().success());
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}:\n{text}"))
    };
    let once = found("outcomes.alarmed = 30%")
        .break_even
        .expect("it was asked for");
    let [one] = &once.crossing.crossings[..] else {
        panic!("{once:?}")
    };
    let exact = -libm::log(0.7);
    let [low, high] = one.ci95.map(|end| end.expect("within the range"));
    assert!(low < exact && exact < high && one.rises, "{one:?}");
    // An error of 0.36 pp at most over a slope of 0.7.
    assert!(
        (one.at - exact).abs() < 0.02 && high - low < 0.03,
        "{one:?}"
    );
    let csv = line.replace("--format json", "--format csv");
    let arguments = csv.split(' ').chain(["outcomes.alarmed = 30%"]);
    let csv = stdout(&quincunx().args(arguments).assert().success());
    let mut rows = csv::Reader::from_reader(csv.as_bytes());
    let heads = rows.headers().expect("a header").clone();
    let rows = rows.records().map(|row| row.expect("of one width"));
    let row = rows.last().expect("the crossing");
    let cell = |name: &str| &row[heads.iter().position(|head| head == name).expect(name)];
    assert_eq!((cell("run"), cell("value")), ("break_even", "0.3"));
    assert_eq!(cell("parameters.rate.value"), one.at.to_string());
    // The interval is one of the input and not of the number.
    let ends = [cell("input_low95"), cell("input_high95")];
    assert_eq!(ends, [low.to_string().as_str(), &high.to_string()]);
    assert_eq!([cell("std_error"), cell("low95"), cell("high95")], [""; 3]);
    let never = found("alarmed = 0.9").break_even.expect("it was asked for");
    assert!(never.crossing.crossings.is_empty() && never.crossing.excluded);
    for (equation, wanted) in [
        ("alarmed", "expected NAME = NUMBER"),
        ("alarmd = 0.2", "did you mean `alarmed`"),
        ("alarmed = much", "`much` is not a number"),
        ("alarmed = 20", "between 0 and 1"),
    ] {
        let arguments = line.split(' ').chain([equation]);
        quincunx()
            .args(arguments)
            .assert()
            .code(2)
            .stderr(contains(wanted));
    }
    let two =
        format!("{file} --vary parameters.rate.value=1,2 --vary horizon=1,2 --until alarmed=0.2");
    call(&format!("sweep {two}"))
        .code(2)
        .stderr(contains("one input is to vary"));
}

#[test]
fn numbers_of_one_name_have_a_chart_each_and_a_number_that_is_named_twice_has_one() {
    let folder = folder();
    let mut valley = valley();
    valley["metrics"]["signed"] = serde_json::json!("final(level)");
    let file = write(folder.path(), "valley.json", &valley);
    let charts = folder.path().join("charts");
    let found = swept(&format!(
        "sweep {file} --vary parameters.calm.value=0.5..1:2 --of outcomes.signed,metrics.signed,outcomes.signed --charts {}",
        charts.display()
    ));
    assert_eq!(found.of.len(), 2);
    for name in ["sweep-outcome-signed.svg", "sweep-metric-signed.svg"] {
        assert!(charts.join(name).is_file(), "{name}");
    }
}

#[test]
fn text_may_have_dots_of_its_own() {
    let folder = folder();
    let file = write(folder.path(), "valley.json", &valley());
    let found = swept(&format!("sweep {file} --vary title=\"a..b\",c --of signed"));
    assert_eq!(found.axes[0].values, ["a..b", "c"]);
    assert!(found.points.iter().all(|point| point.values[0].identical));
}

/// A name that nothing reads is as likely a slip here as after `--set`; where the file itself has
/// it, that has been said of the file.
#[test]
fn a_parameter_that_nothing_reads_is_warned_of_once() {
    let folder = folder();
    let file = write(folder.path(), "valley.json", &valley());
    let code = "parameter-unused";
    let vary = "--vary parameters.zeal=0.1..0.4:30 --of signed --trials 1024";
    let done = call(&format!("sweep {file} {vary}")).success();
    let text = stdout(&done);
    assert_eq!(text.matches(code).count(), 1, "{text}");
    let found = swept(&format!("sweep {file} --variant slow:parameters.zeal=1"));
    let of_it = |w: &&quincunx::results::Warning| w.code == code && w.path == "/parameters/zeal";
    assert_eq!(found.warnings.iter().filter(of_it).count(), 1);
    let found = swept(&format!(
        "sweep {file} --vary parameters.calm.value=0.1,0.2"
    ));
    assert!(found.warnings.iter().all(|warning| warning.code != code));
    let plan = folder.path().join("it.plan").display().to_string();
    call(&format!("plan {file} {vary} --parts 4 --out {plan}"))
        .success()
        .stderr(contains("`zeal`").and(contains(code)));
    call(&format!(
        "plan {file} {vary} --parts 4 --out {plan} --quiet"
    ))
    .success()
    .stderr("");
    let dir = folder.path().join("parts").display().to_string();
    for index in 1..=4 {
        call(&format!("shard {plan} --index {index} --dir {dir}")).success();
    }
    let merged = stdout(&call(&format!("merge {plan} {dir}")).success());
    assert_eq!(merged, text);
}
