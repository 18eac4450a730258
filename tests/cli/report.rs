//! `report`, `--report`, `--charts`, and `trace --outcome --typical`.

use crate::program::{call, folder, json_value, quincunx, stderr, stdout, valley, write};
use predicates::str::contains;
use quincunx::results::Typical;
use std::fs;
use std::path::Path;

fn page(path: &Path) -> String {
    let text = fs::read_to_string(path).expect("a page");
    assert!(text.starts_with("<!DOCTYPE html>"), "{}", &text[..80]);
    assert!(text.ends_with("</html>\n"));
    text
}

#[test]
fn a_result_becomes_the_page_that_its_run_would_have_written() {
    let folder = folder();
    let scenario = write(folder.path(), "valley.json", &valley());
    let (result, direct) = (
        folder.path().join("r.json"),
        folder.path().join("direct.html"),
    );
    call(&format!(
        "run {scenario} --trials 4096 --format json --out {} --report {} --quiet",
        result.display(),
        direct.display()
    ))
    .success();
    let done = call(&format!("report {}", result.display()))
        .success()
        .stdout("");
    let beside = folder.path().join("r.html");
    assert!(stderr(&done).contains("r.html"), "{}", stderr(&done));
    let text = page(&beside);
    assert_eq!(text, page(&direct));
    assert!(text.contains("A dispute over water"));
    assert!(text.contains("Typical futures"));
    let piped = quincunx()
        .args(["report", "-", "--quiet"])
        .write_stdin(fs::read(&result).expect("a result"))
        .assert()
        .success()
        .stderr("");
    assert_eq!(stdout(&piped), text);
}

#[test]
fn the_command_on_the_page_gives_the_same_result_again() {
    let folder = folder();
    let scenario = write(folder.path(), "valley.json", &valley());
    let size = "--trials 4000 --draws 100 --seed 9";
    let [result, report] = ["r.json", "r.html"].map(|name| folder.path().join(name));
    call(&format!(
        "run {scenario} {size} --set trends.dry.weight=0.5 --set trends.wet.weight=0.5 --format json --out {} --report {} --quiet",
        result.display(),
        report.display()
    ))
    .success();
    let text = page(&report);
    let line = text
        .lines()
        .find_map(|line| line.split("quincunx run ").nth(1));
    let line = line
        .and_then(|line| line.split('<').next())
        .expect("a command");
    let json = text
        .split("class=\"json\"")
        .nth(1)
        .and_then(|rest| rest.split_once('>'));
    let json = json
        .and_then(|(_, rest)| rest.split('<').next())
        .expect("a scenario");
    let json = json
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&");
    let (name, options) = line.split_once(' ').expect("a file and options");
    fs::write(folder.path().join(name), json).expect("room");
    let again = folder.path().join("again.json");
    quincunx()
        .current_dir(folder.path())
        .args(["run", name])
        .args(options.split_whitespace())
        .args(["--format", "json", "--out", "again.json", "--quiet"])
        .assert()
        .success();
    let [first, second] = [&result, &again].map(|path| fs::read_to_string(path).expect("a result"));
    assert_eq!(first, second);
}

#[test]
fn several_results_and_a_comparison_share_a_page() {
    let folder = folder();
    let scenario = write(folder.path(), "valley.json", &valley());
    let mut other = valley();
    other["name"] = "flood".into();
    other["title"] = "A flood".into();
    other["trends"]["wet"]["weight"] = 0.6.into();
    other["trends"]["dry"]["weight"] = 0.4.into();
    let other = write(folder.path(), "flood.json", &other);
    let at = |name: &str| folder.path().join(name).display().to_string();
    let size = "--trials 2048 --quiet --format json";
    call(&format!("run {scenario} {size} --out {}", at("run.json"))).success();
    call(&format!(
        "compare {scenario} {other} {size} --out {} --report {}",
        at("both.json"),
        at("direct.html")
    ))
    .success();
    call(&format!(
        "trace {scenario} --trials 2048 --outcome signed --typical 2 --format json --out {}",
        at("typical.json")
    ))
    .success();
    call(&format!(
        "trace {scenario} --trial 3 --format json --out {}",
        at("story.json")
    ))
    .success();
    let out = at("page.html");
    call(&format!(
        "report {} {} {} {} --out {out}",
        at("run.json"),
        at("both.json"),
        at("typical.json"),
        at("story.json")
    ))
    .success();
    let text = page(Path::new(&out));
    for wanted in [
        "What was changed",
        "trends.wet.weight",
        "A flood against A dispute over water",
        "Typical futures of: A dispute over water",
        "One future of: A dispute over water, trial 3",
    ] {
        assert!(text.contains(wanted), "{wanted}");
    }
    let direct = page(Path::new(&at("direct.html")));
    assert!(direct.contains("What changes: outcomes"));
    call(&format!(
        "report {} --out {}",
        at("both.json"),
        at("again.html")
    ))
    .success();
    assert_eq!(direct, page(Path::new(&at("again.html"))));
}

#[test]
fn charts_are_written_as_drawings_and_pictures() {
    let folder = folder();
    let scenario = write(folder.path(), "valley.json", &valley());
    let charts = folder.path().join("new/charts");
    call(&format!(
        "run {scenario} --trials 1024 --quiet --charts {}",
        charts.display()
    ))
    .success();
    for name in [
        "outcomes",
        "outcomes-by-trend",
        "questions",
        "phases",
        "trends",
        "incidence-signature",
        "series-level",
        "metric-wait",
    ] {
        let svg = fs::read_to_string(charts.join(format!("{name}.svg")));
        let svg = svg.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(
            svg.starts_with("<?xml") && svg.contains("<svg xmlns="),
            "{name}"
        );
        if cfg!(feature = "png") {
            let png = fs::read(charts.join(format!("{name}.png"))).expect("a picture");
            assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n", "{name}");
        }
    }
}

#[test]
fn events_to_draw_are_chosen_by_name() {
    let folder = folder();
    let scenario = write(folder.path(), "valley.json", &valley());
    let out = folder.path().join("page.html");
    let line = format!(
        "run {scenario} --trials 1024 --quiet --report {}",
        out.display()
    );
    call(&format!("{line} --events signature")).success();
    assert!(page(&out).contains("incidence-signature"));
    call(&format!("{line} --events signatur"))
        .code(2)
        .stdout("")
        .stderr(contains("did you mean `signature`?"));
    call(&format!("run {scenario} --events signature"))
        .code(2)
        .stderr(contains("--report"));
}

#[test]
fn what_is_no_result_is_refused_with_a_hint() {
    let folder = folder();
    let scenario = write(folder.path(), "valley.json", &valley());
    call(&format!("report {scenario}"))
        .code(2)
        .stderr(contains("it looks like a scenario"))
        .stderr(contains("--report"));
    let at = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("room");
        path.display().to_string()
    };
    for (name, text, wanted) in [
        ("list.json", "[1, 2]", "is not a result file"),
        ("table.txt", "Outcomes at the end", "it is not JSON"),
        ("empty.json", "", "it is not JSON"),
        ("other.json", "{\"a\": 1}", "is not a result file"),
        (
            "new.json",
            "{\"format\": 2, \"outcomes\": [], \"run\": {}, \"scenario\": {}}",
            "has format 2; this version reads format 1",
        ),
        (
            "cut.json",
            "{\"format\": 1, \"outcomes\": [], \"run\": {}, \"scenario\": {}}",
            "is not a whole result file",
        ),
    ] {
        let path = at(name, text);
        call(&format!("report {path}"))
            .code(2)
            .stdout("")
            .stderr(contains(wanted));
        assert!(
            !folder.path().join(name).with_extension("html").exists(),
            "{name}"
        );
    }
    call("report none.json")
        .code(2)
        .stderr(contains("cannot read `none.json`"));
    call("report").code(2);
}

#[test]
fn a_bad_path_is_refused_before_anything_is_simulated() {
    let folder = folder();
    let scenario = write(folder.path(), "valley.json", &valley());
    for option in [
        "--report none/page.html",
        "--report -",
        "--charts /dev/null/x",
    ] {
        call(&format!("run {scenario} --trials 1e11 {option}"))
            .code(2)
            .stdout("");
    }
    call(&format!(
        "run {scenario} --trials 1e11 --report {}",
        folder.path().display()
    ))
    .code(2)
    .stderr(contains("it is a directory"));
}

#[test]
fn a_result_whose_scenario_was_tampered_with_tells_no_stories() {
    let folder = folder();
    let scenario = write(folder.path(), "valley.json", &valley());
    let mut result =
        json_value(&call(&format!("run {scenario} --trials 1024 --format json")).success());
    result["scenario"]["source"]["horizon"] = "24 months".into();
    let path = write(folder.path(), "r.json", &result);
    call(&format!("report {path}"))
        .success()
        .stderr(contains("not the one that was run"));
    assert!(!page(&folder.path().join("r.html")).contains("Typical futures"));
}

#[test]
fn typical_trials_end_as_asked_and_are_trials_of_the_run() {
    let folder = folder();
    let scenario = write(folder.path(), "valley.json", &valley());
    let line = format!("trace {scenario} --trials 2048 --seed 5");
    let text = stdout(
        &call(&format!(
            "{line} --outcome signed --typical 3 --format json"
        ))
        .success(),
    );
    let typical: Typical = serde_json::from_str(&text).expect("typical trials");
    assert_eq!(
        (typical.outcome.as_str(), typical.stories.len()),
        ("signed", 3)
    );
    for one in &typical.stories {
        let trial = one.story.trial;
        let again = stdout(&call(&format!("{line} --trial {trial} --format json")).success());
        let story: quincunx::results::Storyline = serde_json::from_str(&again).expect("a story");
        assert_eq!(story, one.story);
        assert_eq!(story.outcome, "signed");
    }
    let told = stdout(&call(&format!("{line} --outcome open")).success());
    assert!(told.contains("typical trial 1 of 1"), "{told}");
    let out = folder.path().join("page.html");
    call(&format!(
        "{line} --outcome signed --typical 2 --report {}",
        out.display()
    ))
    .success();
    assert!(page(&out).contains("stands for"));
    call(&format!("{line} --trial 7 --report {}", out.display())).success();
    assert!(page(&out).contains("Trial 7 (parameter draw 0) under seed 5"));
}

#[test]
fn an_outcome_that_is_not_there_gets_the_near_match() {
    let folder = folder();
    let scenario = write(folder.path(), "valley.json", &valley());
    call(&format!("trace {scenario} --outcome singed"))
        .code(2)
        .stdout("")
        .stderr(contains(
            "no outcome is called `singed`; did you mean `signed`?",
        ));
    call(&format!("trace {scenario} --outcome zzz"))
        .code(2)
        .stderr(contains("signed, open, unclassified"));
    call(&format!("trace {scenario} --outcome signed --trial 3")).code(2);
    call(&format!("trace {scenario} --typical 3"))
        .code(2)
        .stderr(contains("--outcome"));
    call(&format!("trace {scenario} --outcome signed --typical 0")).code(2);
    let none = stdout(
        &call(&format!(
            "trace {scenario} --trials 1024 --outcome unclassified"
        ))
        .success(),
    );
    assert!(none.contains("None of the first 1,024 trials"), "{none}");
}

#[test]
fn the_words_of_a_file_stand_beside_chances_wherever_words_are_shown() {
    let folder = folder();
    let mut stated = valley();
    stated["words"] = serde_json::json!([["hardly", 0.5], ["mostly", 1]]);
    let own = write(folder.path(), "own.json", &stated);
    let usual = write(folder.path(), "usual.json", &valley());
    let shown = |scenario: &str| {
        let path = folder.path().join("page.html");
        let run = format!(
            "run {scenario} --trials 4096 --quiet --format markdown --report {}",
            path.display()
        );
        let text = stdout(&call(&run).success());
        let page = page(&path);
        fs::remove_file(path).expect("the page is there");
        (text, page)
    };
    let (text, page) = shown(&own);
    assert!(text.contains("hardly") && text.contains("hardly up to 50%, mostly up to 100%"));
    assert!(page.contains(">hardly<") && !page.contains(">unlikely<"));
    assert!(page.contains("Words are those of the file"));
    let (text, page) = shown(&usual);
    assert!(!text.contains("hardly") && !page.contains("hardly"));
    assert!(page.contains("Intelligence Community Directive 203"));
    // They change no number, and so are no difference.
    let done = call(&format!(
        "compare {usual} {own} --trials 1024 --quiet --format json"
    ));
    let compared = json_value(&done.success());
    assert_eq!(compared["comparisons"][0]["changes"], serde_json::json!([]));
    assert_eq!(compared["comparisons"][0]["identical"], true);
}

/// Names, in the order in which the table behind a chart has them.
fn rows_of_how_it_may_end(page: &str) -> Vec<String> {
    let (_, section) = page.split_once("id=\"outcomes\"").expect("the chapter");
    let (_, table) = section.split_once("<tbody>").expect("a table");
    let (table, _) = table.split_once("</table>").expect("its end");
    let rows = table.split("<th scope=row>").skip(1);
    rows.map(|row| row.split('<').next().unwrap_or_default().trim().to_owned())
        .collect()
}

#[test]
fn pages_begin_with_the_likeliest_or_as_the_file() {
    let folder = folder();
    let [result, first, second, third] =
        ["r.json", "a.html", "b.html", "c.html"].map(|name| folder.path().join(name));
    let run = "run scenarios/port_strike.json --trials 1024 --quiet --format json";
    let (to, page_a) = (result.display(), first.display());
    call(&format!("{run} --out {to} --report {page_a}")).success();
    // An order is of the page too: standard output may have another format.
    call(&format!("{run} --order file --report {}", second.display())).success();
    call(&format!(
        "report {to} --order file --quiet --out {}",
        third.display()
    ))
    .success();
    let text = fs::read_to_string(&result).expect("a result");
    let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let list = |key: &str| value[key].as_array().cloned().unwrap_or_default();
    let chance = |one: &serde_json::Value| one["probability"].as_f64().expect("a number");
    let title = |one: &serde_json::Value| -> String {
        let title = one["title"].as_str().filter(|title| !title.is_empty());
        title.or(one["name"].as_str()).expect("a name").to_owned()
    };
    let mut outcomes = list("outcomes");
    let names = |all: &[serde_json::Value]| -> Vec<String> { all.iter().map(title).collect() };
    let stated = names(&outcomes);
    assert_eq!(rows_of_how_it_may_end(&page(&second)), stated);
    assert_eq!(rows_of_how_it_may_end(&page(&third)), stated);
    // The likeliest group first, in it the likeliest outcome; what no rule took comes last.
    let key = |one: &serde_json::Value| {
        let groups = list("groups");
        let group = groups.iter().find(|group| group["name"] == one["group"]);
        let is_rest = one["name"] == "unclassified";
        [
            if is_rest {
                -1.0
            } else {
                chance(group.unwrap_or(one))
            },
            chance(one),
        ]
    };
    outcomes.sort_by(|a, b| key(b).partial_cmp(&key(a)).expect("numbers"));
    assert_ne!(names(&outcomes), stated);
    assert_eq!(rows_of_how_it_may_end(&page(&first)), names(&outcomes));

    let compared = folder.path().join("c.json");
    let set = "--set trends.militant.weight=0.7 --trials 1024 --quiet --format json";
    call(&format!(
        "compare scenarios/port_strike.json {set} --out {}",
        compared.display()
    ))
    .success();
    call(&format!("report {} --order file", compared.display()))
        .code(2)
        .stderr(contains("--order is about the results of runs"));
}
