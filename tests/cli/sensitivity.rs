//! `sensitivity`: what a result hangs on.

use crate::program::{call, finished, folder, result, stdout, valley, write};
use predicates::str::contains;
use quincunx::results::SensitivityResult;
use serde_json::json;

fn found(line: &str) -> SensitivityResult {
    let text = stdout(&call(&format!("{line} --format json")).success());
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}:\n{text}"))
}

/// The table with its lines joined.
fn table(line: &str) -> String {
    let text = stdout(&call(line).success());
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_indices_are_those_of_the_run_and_no_thread_changes_them() {
    let folder = folder();
    let file = write(folder.path(), "valley.json", &valley());
    let run = result(&call(&format!("run {file} --format json --quiet")).success());
    let sensitivity = found(&format!("sensitivity {file} --quiet --threads 1"));
    let again = found(&format!("sensitivity {file} --quiet --threads 3"));
    assert_eq!(sensitivity, again);
    let [target] = sensitivity.targets.as_slice() else {
        panic!("one target: {:?}", sensitivity.targets);
    };
    let likeliest = (run.outcomes.iter()).max_by(|a, b| a.probability.total_cmp(&b.probability));
    assert_eq!(Some(&target.of), likeliest.map(|outcome| &outcome.name));
    let drivers = run.drivers.iter().find(|drivers| drivers.of == target.of);
    let driver = &drivers.expect("drivers").inputs[0];
    let index = &target.inputs[0];
    assert_eq!(driver.input, index.input);
    assert!((driver.share - index.first).abs() < 1e-9);
    assert!((driver.share_std_error - index.first_std_error).abs() < 1e-9);
    let variance = target.variance.expect("a variance");
    assert!((variance.epistemic_share + variance.chance_share - 1.0).abs() < 1e-12);
}

#[test]
fn outcomes_questions_and_metrics_are_asked_for_by_name() {
    let folder = folder();
    let file = write(folder.path(), "valley.json", &valley());
    let found = found(&format!(
        "sensitivity {file} --of by_june,metrics.wait --of signed --of signed --quiet"
    ));
    let told: Vec<(&str, &str)> = (found.targets.iter())
        .map(|target| (target.of.as_str(), target.kind.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("by_june", "question"),
            ("wait", "metric"),
            ("signed", "outcome")
        ]
    );
    call(&format!("sensitivity {file} --of signd"))
        .code(2)
        .stderr(contains("did you mean `signed`?"));
    call(&format!("sensitivity {file} --of questions.signed")).code(2);
}

#[test]
fn the_table_fits_a_terminal_and_other_formats_have_every_number() {
    let folder = folder();
    let file = write(folder.path(), "valley.json", &valley());
    for options in ["", " --tornado", " --tornado --full --of wait"] {
        let table = stdout(&call(&format!("sensitivity {file}{options}")).success());
        assert!(
            table.lines().all(|line| line.chars().count() <= 80),
            "{table}"
        );
        assert!(
            table.contains("hangs on") && table.contains("haste"),
            "{table}"
        );
    }
    let csv = stdout(&call(&format!("sensitivity {file} --tornado --format csv")).success());
    for quantity in ["epistemic_share", "S1", "evppi", "swing"] {
        assert!(csv.contains(&format!(",{quantity},")), "{csv}");
    }
    let markdown =
        stdout(&call(&format!("sensitivity {file} --tornado --format markdown")).success());
    assert!(markdown.contains("| haste |"), "{markdown}");
    // An effect on a chance is in points, in the table as here.
    let morris = |format: &str| {
        stdout(
            &call(&format!(
                "sensitivity {file} --of signed --method morris --format {format}"
            ))
            .success(),
        )
    };
    let result: quincunx::results::SensitivityResult =
        serde_json::from_str(&morris("json")).expect("a result");
    let points = 100.0 * result.targets[0].effects[0].mu_star;
    assert!(points > 2.0, "{points}");
    let whole = format!("{}.", points.trunc());
    let row = |text: &str| {
        text.lines()
            .find(|line| line.contains("haste ") && line.contains(&whole))
            .is_some()
    };
    for format in ["markdown", "table"] {
        assert!(row(&morris(format)), "{whole}: {}", morris(format));
    }
    let out = folder.path().join("found.md");
    call(&format!(
        "sensitivity {file} --tornado --out {}",
        out.display()
    ))
    .success();
    assert_eq!(std::fs::read_to_string(out).expect("written"), markdown);
}

#[test]
fn what_cannot_be_told_is_said_and_not_made_up() {
    let folder = folder();
    let mut certain = valley();
    certain["parameters"]["haste"] = json!({"value": 0.4});
    let file = write(folder.path(), "certain.json", &certain);
    let told = table(&format!("sensitivity {file} --tornado"));
    assert!(told.contains("Nothing in the file is uncertain"), "{told}");

    // A parameter that nothing hangs on.
    let mut idle = certain;
    idle["parameters"]["calm"] = json!({"uniform": [0.4, 0.6]});
    let file = write(folder.path(), "idle.json", &idle);
    let told = table(&format!("sensitivity {file} --tornado"));
    for wanted in [
        "makes no difference that can be told from noise",
        "none makes a detectable difference",
    ] {
        assert!(told.contains(wanted), "{told}");
    }

    let file = write(folder.path(), "valley.json", &valley());
    for (size, wanted) in [
        ("--trials 2000 --draws 2000", "With one trial a draw"),
        ("--trials 6400 --draws 100", "128 draws at least"),
    ] {
        let told = table(&format!("sensitivity {file} {size}"));
        assert!(told.contains(wanted), "{told}");
    }
}

#[test]
fn a_start_weight_is_held_at_its_ends_and_the_others_give_way() {
    let folder = folder();
    let mut file = valley();
    file["parameters"]["haste"] = json!({"value": 0.4});
    file["weight_concentration"] = json!(10);
    let file = write(folder.path(), "weights.json", &file);
    let found = found(&format!(
        "sensitivity {file} --of signed --tornado --trials 65536 --quiet"
    ));
    let target = &found.targets[0];
    let of = |name: &str| {
        let mut all = target.tornado.iter();
        all.find(|swing| swing.input == name).expect("a weight")
    };
    let (dry, wet) = (of("dry"), of("wet"));
    assert_eq!((dry.kind.as_str(), dry.detectable), ("weight", true));
    // Two weights: the 5% of one is the 95% of the other, and the trials are the same.
    assert!((dry.input_low.expect("an end") + wet.input_high.expect("an end") - 1.0).abs() < 1e-9);
    assert!((dry.swing.expect("a swing") + wet.swing.expect("a swing")).abs() < 1e-3);
    assert!(wet.swing > Some(0.0), "{wet:?}");
}

#[test]
fn designs_say_what_they_are_and_no_thread_changes_them() {
    let folder = folder();
    let mut file = valley();
    file["weight_concentration"] = json!(10);
    let file = write(folder.path(), "valley.json", &file);
    for method in ["sobol", "morris"] {
        let line = format!("sensitivity {file} --of signed --method {method} --quiet");
        let told = found(&format!("{line} --threads 1"));
        assert_eq!(told, found(&format!("{line} --threads 3")));
        assert_eq!(told.method, method);
        let size = told.design_size.expect("a design");
        let target = &told.targets[0];
        if method == "sobol" {
            let inputs: Vec<&str> = target.inputs.iter().map(|i| i.input.as_str()).collect();
            assert!(
                inputs.contains(&"haste") && inputs.contains(&"dry+wet"),
                "{inputs:?}"
            );
            assert_eq!(size.variants, 4);
            assert!(target.inputs.iter().all(|index| index.total.is_some()));
        } else {
            assert_eq!((target.inputs.len(), target.effects.len()), (0, 1));
            let effect = &target.effects[0];
            assert!(
                effect.detectable && effect.mu > 0.0 && effect.noise > 0.0,
                "{effect:?}"
            );
        }
        let text = table(&format!("sensitivity {file} --of signed --method {method}"));
        assert!(text.contains("which share their random numbers"), "{text}");
        for format in ["csv", "markdown"] {
            let text = stdout(&call(&format!("{line} --format {format}")).success());
            assert!(text.contains("haste"), "{text}");
        }
    }
    call(&format!("sensitivity {file} --method sobl"))
        .code(2)
        .stderr(contains("sobol"));
}

/// Indices from the file of trials are those of the run, to the last digit: of an outcome and a
/// metric, from the scenario and from the result, with start weights and correlated parameters.
#[test]
fn trials_of_a_finished_run_say_what_the_run_says() {
    let folder = folder();
    let mut valley = valley();
    valley["weight_concentration"] = json!(12);
    valley["parameters"]["calm"] = json!({"uniform": [0, 1]});
    valley["correlations"] = json!([{"between": ["haste", "calm"], "rank": 0.5}]);
    let file = write(folder.path(), "valley.json", &valley);
    let endings: &[&str] = match cfg!(feature = "parquet") {
        true => &["csv", "parquet"],
        false => &["csv"],
    };
    for ending in endings {
        for (run, of) in [
            ("--trials 10240", "--of signed,wait"),
            ("--trials 5120 --draws 320 --seed 7 --design random", ""),
        ] {
            let [result, trials] = finished(folder.path(), &file, run, ending);
            let simulated = found(&format!("sensitivity {file} {run} {of} --quiet"));
            assert!(
                simulated
                    .targets
                    .iter()
                    .all(|target| !target.inputs.is_empty())
            );
            let from_result = found(&format!("sensitivity {result} --trials-in {trials} {of}"));
            assert_eq!(from_result, simulated);
            let seed = run.find("--seed").map_or("", |at| &run[at..]);
            let mut from_file = found(&format!(
                "sensitivity {file} --trials-in {trials} {seed} {of}"
            ));
            for (own, other) in from_file.targets.iter_mut().zip(&simulated.targets) {
                // A mean is summed in another order.
                let near = |a: Option<f64>, b: Option<f64>| {
                    (a.expect("one") - b.expect("one")).abs() < 1e-12
                };
                assert!(near(own.value, other.value) && near(own.std_error, other.std_error));
                (own.value, own.std_error) = (other.value, other.std_error);
            }
            assert_eq!(from_file.targets, simulated.targets);
            assert_eq!(from_file.remarks, simulated.remarks);
        }
    }
}

#[test]
fn trials_that_are_of_no_such_run_are_refused() {
    let folder = folder();
    let file = write(folder.path(), "valley.json", &valley());
    let [result, trials] = finished(folder.path(), &file, "--trials 2048", "csv");
    let text = std::fs::read_to_string(&trials).expect("it was written");
    let lines: Vec<&str> = text.lines().collect();
    let broken = |name: &str, lines: &[&str]| {
        let path = folder.path().join(name);
        std::fs::write(&path, lines.join("\n")).expect("the folder takes files");
        path.display().to_string()
    };
    let short = broken("short.csv", &lines[..100]);
    let gap = broken("gap.csv", &[&lines[..50], &lines[51..]].concat());
    let empty = broken("empty.csv", &lines[..1]);
    let none = broken("none.csv", &[]);
    let header = lines[0].replace("parameter.haste", "parameter.hast");
    let named = broken("named.csv", &[&[header.as_str()], &lines[1..]].concat());
    let word = lines[7].replacen(",0,", ",x,", 1);
    let worded = broken("word.csv", &[&lines[..7], &[&word], &lines[8..]].concat());
    // The largest number that there is has none after it.
    let huge = lines[7].replacen(",0,", &format!(",{},", u64::MAX), 1);
    let huge = broken("huge.csv", &[&lines[..7], &[&huge], &lines[8..]].concat());
    for (line, wanted) in [
        (
            format!("{file} --trials-in {trials} --seed 2"),
            "of another seed, design or scenario",
        ),
        (
            format!("{file} --trials-in {trials} --set parameters.haste.uniform=[0.4,0.9]"),
            "of another seed, design or scenario",
        ),
        (
            format!("{result} --trials-in {trials} --seed 2"),
            "--seed: ",
        ),
        (format!("{file} --trials-in {short}"), "no whole blocks"),
        (
            format!("{file} --trials-in {gap}"),
            "line 51: expected trial 49, found 50",
        ),
        (format!("{file} --trials-in {empty}"), "it has no trials"),
        (
            format!("{file} --trials-in {none}"),
            "there is no column `trial`",
        ),
        (
            format!("{file} --trials-in {named}"),
            "(it has `parameter.hast`)",
        ),
        (
            format!("{file} --trials-in {worded}"),
            "line 8: `x` is not a whole number",
        ),
        (
            format!("{file} --trials-in {huge}"),
            "line 8: trial 6: draw 18446744073709551615 is out of order",
        ),
        (
            format!("{file} --trials-in {file}"),
            "ends in .csv or .parquet",
        ),
        (
            format!("{file} --trials-in missing.csv"),
            "cannot read `missing.csv`",
        ),
        (
            format!("{file} --trials-in {trials} --of by_june"),
            "has no column in a file of trials",
        ),
        (
            format!("{file} --trials-in {trials} --of sined"),
            "did you mean `signed`?",
        ),
        (
            format!("{file} --trials-in {trials} --tornado"),
            "cannot be used with",
        ),
        (
            format!("{file} --trials-in {trials} --method sobol"),
            "cannot be used with",
        ),
    ] {
        call(&format!("sensitivity {line}"))
            .code(2)
            .stderr(contains(wanted));
    }
    // The trials of one run and the result of another with the same draws.
    let [other, _] = finished(
        folder.path(),
        &file,
        "--trials 2048 --set events.signature.hazard.rate=0.9",
        "csv",
    );
    let trials = broken("trials_again.csv", &lines);
    call(&format!("sensitivity {other} --trials-in {trials}"))
        .code(2)
        .stderr(contains("not of one run"));
}
