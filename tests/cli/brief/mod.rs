//! What a brief says: each number in its place against the result file, by the rules of
//! docs/reading-charts.md, which this file states for itself.

mod compared;
mod page;

use crate::program::{call, folder};
use page::{Block, Page};
use serde_json::Value;
use std::fs;

/// A page and the result that it is about.
fn made(arguments: &str) -> (Page, Value) {
    let folder = folder();
    let [page, result] = ["page.html", "r.json"].map(|name| folder.path().join(name));
    call(&format!(
        "{arguments} --brief --quiet --format json --out {} --report {}",
        result.display(),
        page.display()
    ))
    .success();
    let read = |path| fs::read_to_string(path).expect("a file");
    let result = serde_json::from_str(&read(&result)).expect("JSON");
    (Page::of(&read(&page)), result)
}

fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

fn number(value: &Value, key: &str) -> f64 {
    value[key]
        .as_f64()
        .unwrap_or_else(|| panic!("no {key} in {value}"))
}

fn ends(value: &Value, key: &str) -> Option<[f64; 2]> {
    let [low, high] = value[key].as_array()?.as_slice() else {
        return None;
    };
    Some([low.as_f64()?, high.as_f64()?])
}

/// Decimals of a percentage: none from a spread of one point on, otherwise as many as its leading
/// digit has.
fn decimals(range: Option<[f64; 2]>, error: f64) -> usize {
    let width = range.map_or(0.0, |[low, high]| high - low);
    let mut spread = 100.0 * width.max(4.0 * error);
    assert!(spread > 0.0, "a fixture without exact numbers");
    let mut decimals = 0;
    // To three digits, as 0.9996 is 1.00.
    while spread < 0.9995 {
        (spread, decimals) = (10.0 * spread, decimals + 1);
    }
    decimals
}

/// A power of ten.
fn ten(power: i32) -> f64 {
    format!("1e{power}").parse().expect("a number")
}

fn percent(p: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", 100.0 * p);
    let smallest = format!("{:.decimals$}", ten(-(decimals as i32)));
    if p > 0.0 && text.parse::<f64>() == Ok(0.0) {
        return format!("<{smallest}");
    }
    match text.parse::<f64>() == Ok(100.0) && p < 1.0 {
        true => format!(
            ">{:.decimals$}",
            100.0 - smallest.parse::<f64>().expect("a number")
        ),
        false if p == 0.0 => "0".into(),
        false if p == 1.0 => "100".into(),
        false => text,
    }
}

fn chance(of: &Value) -> String {
    let decimals = decimals(ends(of, "epistemic90"), number(of, "std_error"));
    percent(number(of, "probability"), decimals) + "%"
}

fn range(of: &Value) -> String {
    let status = of["epistemic"]["status"].as_str();
    let Some(range) = ends(of, "epistemic90") else {
        return String::new();
    };
    let decimals = decimals(Some(range), number(of, "std_error"));
    let [low, high] = range.map(|end| percent(end, decimals));
    let told = match low == high {
        true => format!("{low}%"),
        false => format!("{low}–{high}%"),
    };
    match status {
        Some("resolved") => told,
        Some("bounded" | "not_detected") if low != high => format!("within {told}"),
        _ => String::new(),
    }
}

/// After Intelligence Community Directive 203.
const WORDS: [(&str, f64); 7] = [
    ("almost no chance", 0.05),
    ("very unlikely", 0.2),
    ("unlikely", 0.45),
    ("roughly even chance", 0.55),
    ("likely", 0.8),
    ("very likely", 0.95),
    ("almost certain", 1.0),
];

/// A word, or two neighbours, that hold all of the range.
fn word(of: &Value) -> String {
    let range = match of["epistemic"]["status"].as_str() {
        Some("resolved" | "bounded" | "not_detected") => ends(of, "epistemic90"),
        Some("exact") => ends(of, "ci95"),
        _ => None,
    };
    let Some([low, high]) = range else {
        return String::new();
    };
    let holds = |first: usize, last: usize| {
        let from = if first == 0 { 0.0 } else { WORDS[first - 1].1 };
        low >= from && high <= WORDS[last].1
    };
    let one = (0..7).find(|&i| holds(i, i));
    if let Some(i) = one {
        return WORDS[i].0.into();
    }
    let two = (0..6).find(|&i| holds(i, i + 1));
    two.map_or(String::new(), |i| {
        format!("{} to {}", WORDS[i].0, WORDS[i + 1].0)
    })
}

fn title(of: &Value) -> String {
    let title = of["title"].as_str().unwrap_or("").trim();
    let known = ["name", "input", "outcome"]
        .iter()
        .find_map(|key| of[*key].as_str());
    if title.is_empty() {
        known.expect("a name").into()
    } else {
        title.into()
    }
}

fn cells(of: &Value) -> [String; 3] {
    [chance(of), range(of), word(of)]
}

/// Groups, and outcomes that are in none, the likeliest first.
fn classes(result: &Value) -> Vec<&Value> {
    let free = (list(result, "outcomes").iter())
        .filter(|outcome| outcome.get("group").is_none() && outcome["name"] != "unclassified");
    let mut all: Vec<&Value> = list(result, "groups").iter().chain(free).collect();
    descending(&mut all, |class| number(class, "probability"));
    all
}

/// Equal ones keep their order.
fn descending(all: &mut [&Value], by: impl Fn(&Value) -> f64) {
    all.sort_by(|a, b| by(b).total_cmp(&by(a)));
}

/// A page leaves out columns, behind the first, in which no row has anything.
fn full_columns(rows: Vec<Vec<String>>) -> Vec<Vec<String>> {
    let is_full = |i: usize| i == 0 || rows.iter().any(|row| !row[i].is_empty());
    let kept = |row: &Vec<String>| {
        let cells = row.iter().enumerate().filter(|(i, _)| is_full(*i));
        cells.map(|(_, cell)| cell.clone()).collect()
    };
    rows.iter().map(kept).collect()
}

fn check_trends(page: &Page, result: &Value) {
    let mut scores: Vec<&Value> = list(result, "scorecard").iter().collect();
    let last = |score: &Value| list(score, "comes_true").last().cloned();
    descending(&mut scores, |score| {
        last(score).map_or(-1.0, |true_| number(&true_, "probability"))
    });
    let whole = |score: &Value, key| percent(number(score, key), 0) + "%";
    let has_leads = (scores.iter()).any(|s| whole(s, "leads") != whole(s, "weight"));
    let expected: Vec<Vec<String>> = (scores.iter())
        .map(|score| {
            let share = |key| whole(score, key);
            let mut row = vec![title(score), share("weight")];
            // Where each leads for its weight's share of the time, one column is both.
            if has_leads {
                row.push(share("leads"));
            }
            let times = list(score, "comes_true");
            let told = times
                .first()
                .into_iter()
                .chain(times.last().filter(|_| times.len() > 1));
            row.extend(told.flat_map(|by| [chance(by), range(by)]));
            row.push(times.last().map_or(String::new(), word));
            row
        })
        .collect();
    assert!(!expected.is_empty());
    assert_eq!(page.rows("The trends"), full_columns(expected));
}

fn check_outcomes(page: &Page, result: &Value) {
    let mut expected = Vec::new();
    let row = |name: String, of: &Value| [vec![name], cells(of).to_vec()].concat();
    for class in classes(result) {
        expected.push(row(title(class), class));
        let members = list(result, "outcomes").iter();
        let mut members: Vec<&Value> = members
            .filter(|one| one["group"] == class["name"])
            .collect();
        descending(&mut members, |outcome| number(outcome, "probability"));
        expected.extend(
            members
                .iter()
                .map(|one| row(format!("– {}", title(one)), one)),
        );
    }
    assert_eq!(page.rows("How it ends by"), full_columns(expected));

    // The picture has the same: numbers beside the bars, and behind it the interval of the
    // simulation.
    let figure = page.under("At a glance");
    let drawn = |texts: &[String], class: &Value| {
        let told = format!("{} {}", chance(class), range(class));
        texts
            .iter()
            .any(|text| *text == told.trim() || text.replace('\u{a0}', " ") == told.trim())
            || texts
                .iter()
                .any(|text| text.starts_with(&chance(class)) && text.ends_with(&range(class)))
    };
    let mut drawings = 0;
    for block in figure {
        match block {
            Block::Drawing(texts) => {
                drawings += 1;
                for class in classes(result) {
                    assert!(
                        drawn(texts, class),
                        "{} {} in {texts:?}",
                        chance(class),
                        range(class)
                    );
                }
            }
            Block::Table(rows) => {
                let classes = classes(result);
                assert_eq!(rows.len() - 1, classes.len());
                for (row, class) in rows[1..].iter().zip(classes) {
                    assert_eq!(row[0], title(class));
                    assert_eq!(row[1], format!("{} {}", chance(class), range(class)).trim());
                    rounded(
                        &row[2],
                        &ends(class, "ci95")
                            .expect("an interval")
                            .map(|end| 100.0 * end),
                    );
                    let range = ends(class, "epistemic90").filter(|_| {
                        matches!(
                            class["epistemic"]["status"].as_str(),
                            Some("resolved" | "bounded" | "exact")
                        )
                    });
                    match range {
                        Some(range) => rounded(&row[3], &range.map(|end| 100.0 * end)),
                        None => assert_eq!(row[3], "cannot be told from chance"),
                    }
                }
            }
            _ => {}
        }
    }
    assert_eq!(drawings, 2, "for the desk and for the phone");
}

/// The numbers in a text are these, each rounded to the decimals that it shows; whole numbers of a
/// metric also to tens, hundreds and so on.
fn rounded(text: &str, expected: &[f64]) {
    near(text, expected, false);
}

fn near(text: &str, expected: &[f64], is_metric: bool) {
    let mut shown = numbers(text);
    // Ends that read the same are told once.
    if let ([one], [_, _]) = (shown.as_slice(), expected) {
        let one = one.clone();
        shown.push(one);
    }
    assert_eq!(shown.len(), expected.len(), "{text}");
    for (shown, expected) in shown.iter().zip(expected) {
        let zeros = shown.len() - shown.trim_end_matches('0').len();
        let places = match shown.split_once('.') {
            Some((_, rest)) => -(rest.len() as i32),
            None if is_metric && shown.len() > zeros => zeros as i32,
            None => 0,
        };
        let half = 0.5 * ten(places);
        let value: f64 = shown.parse().expect("a number");
        assert!(
            (value - expected).abs() <= half * (1.0 + 1e-9),
            "{text}: {shown} is not {expected}"
        );
    }
}

/// Numerals of a text, without the commas between thousands.
fn numbers(text: &str) -> Vec<String> {
    let parts = text.split(|c: char| !(c.is_ascii_digit() || c == '.' || c == ','));
    let parts = parts.map(|part| part.trim_matches(['.', ',']).replace(',', ""));
    parts.filter(|part| !part.is_empty()).collect()
}

fn check_questions(page: &Page, result: &Value) {
    let plain = list(result, "questions").iter();
    let plain = plain.map(|question| [vec![title(question)], cells(question).to_vec()].concat());
    let given = list(result, "conditional").iter().map(|question| {
        let name = format!(
            "{} (given {})",
            title(question),
            question["given"].as_str().unwrap()
        );
        [vec![name], cells(question).to_vec()].concat()
    });
    let expected: Vec<Vec<String>> = plain.chain(given).collect();
    assert!(!expected.is_empty());
    assert_eq!(page.rows("Questions"), full_columns(expected));
}

fn check_drivers(page: &Page, result: &Value) {
    let first = classes(result)[0];
    let drivers = list(result, "drivers")
        .iter()
        .find(|d| d["of"] == first["name"]);
    let inputs = list(drivers.expect("drivers"), "inputs").iter();
    let told: Vec<&Value> = inputs.filter(|d| d["detectable"] == true).take(5).collect();
    assert!(!told.is_empty());
    let called = |driver: &Value| match driver["kind"].as_str() {
        Some("weight") => format!("Weight of {}", title(driver)),
        _ => title(driver),
    };
    let expected: Vec<Vec<String>> = (told.iter())
        .map(|driver| {
            let end = |key: &str| {
                let error = number(driver, &format!("{key}_std_error"));
                percent(number(driver, key), decimals(None, error)) + "%"
            };
            let error = number(driver, "share_std_error");
            let error = match format!("{:.0}", 100.0 * error).as_str() {
                "0" if error > 0.0 => "<1".to_owned(),
                text => text.to_owned(),
            };
            let share = format!("{}% ± {error}", percent(number(driver, "share"), 0));
            vec![called(driver), share, end("low"), end("high")]
        })
        .collect();
    assert_eq!(page.rows("What it hangs on"), expected);

    // The five that matter most to any class, with the numbers of the file.
    let mut most: Vec<(&Value, f64)> = Vec::new();
    let all = list(result, "drivers")
        .iter()
        .flat_map(|d| list(d, "inputs"));
    for driver in all.filter(|d| d["detectable"] == true) {
        let share = number(driver, "share");
        match most
            .iter_mut()
            .find(|(one, _)| one["input"] == driver["input"] && one["kind"] == driver["kind"])
        {
            Some((_, known)) => *known = known.max(share),
            None => most.push((driver, share)),
        }
    }
    most.sort_by(|a, b| b.1.total_cmp(&a.1));
    let items: Vec<&String> = (page.under("What it rests on").iter())
        .filter_map(|block| match block {
            Block::Item(text) => Some(text),
            _ => None,
        })
        .collect();
    assert_eq!(items.len(), most.len().min(5));
    for (item, (driver, _)) in items.iter().zip(&most) {
        let name = called(driver);
        let rest = item.strip_prefix(&name);
        let rest = rest.unwrap_or_else(|| panic!("{item} is not about {name}"));
        let section = if driver["kind"] == "weight" {
            "trends"
        } else {
            "parameters"
        };
        let stated = &result["scenario"]["source"][section][driver["input"].as_str().unwrap()];
        // Numbers of a list stand apart, as those of a text do.
        let known: Vec<f64> = numbers(&stated.to_string().replace(',', ", "))
            .iter()
            .filter_map(|n| n.parse().ok())
            .collect();
        for shown in numbers(rest) {
            let shown: f64 = shown
                .parse()
                .unwrap_or_else(|_| panic!("{shown} in {item}"));
            let percentile = known.iter().any(|one| (100.0 * one - shown).abs() < 1e-9);
            assert!(
                known.contains(&shown) || percentile,
                "{shown} is not stated: {item}\n{stated}"
            );
        }
    }
}

/// The sentence of the file, with its readings put in.
fn sentence(result: &Value) -> String {
    let source = &result["scenario"]["source"];
    let mut expected = source["headline"].as_str().expect("a headline").to_owned();
    let end = list(result, "dates")
        .last()
        .and_then(Value::as_str)
        .expect("dates");
    expected = expected.replace("{end}", end);
    for (kind, list_) in [
        ("group", "groups"),
        ("outcome", "outcomes"),
        ("question", "questions"),
    ] {
        for one in list(result, list_) {
            let name = one["name"].as_str().expect("a name");
            let chance = || chance(one);
            for (reading, told) in [
                (format!("{{{kind}.{name}}}"), &chance as &dyn Fn() -> String),
                (format!("{{{kind}.{name}.range}}"), &|| range(one)),
            ] {
                if expected.contains(&reading) {
                    expected = expected.replace(&reading, &told());
                }
            }
        }
    }
    assert!(!expected.contains('{'), "{expected}");
    expected
}

fn check_words(page: &Page, result: &Value) {
    let expected = sentence(result);
    assert!(
        page.text("At a glance").starts_with(&expected),
        "{expected}"
    );

    let limits = page.text("What it is not");
    let (before, after) = limits
        .split_once("chance in the simulation moves these numbers by ")
        .expect("it is said");
    rounded(before, &[90.0, 100.0]);
    let (points, size) = after.split_once(" points at most (").expect("points");
    // Twice the largest error of what is told, rounded up.
    let told = ["outcomes", "groups", "questions", "conditional"];
    let told = told.iter().flat_map(|key| list(result, key));
    let trends = list(result, "scorecard")
        .iter()
        .flat_map(|t| list(t, "comes_true"));
    let errors = told
        .chain(trends)
        .filter_map(|one| one["std_error"].as_f64());
    let bound = 200.0 * errors.fold(0.0, f64::max);
    let points: f64 = points.parse().expect("a number");
    assert!(
        points >= bound && points <= 2.0 * bound.max(0.1),
        "{points} for {bound}"
    );
    let (size, _) = size.split_once(')').expect("a bracket");
    let run = &result["run"];
    let sizes = ["trials", "draws", "trials_per_draw", "seed"].map(|key| number(run, key));
    rounded(size, &sizes);
}

/// Every numeral of the brief stands in one of the places that are checked.
#[test]
fn each_number_of_a_brief_is_that_of_the_result_in_its_place() {
    for arguments in [
        "run scenarios/port_strike.json --trials 8192",
        "run scenarios/baseline.json --trials 8192",
        "run tests/fixtures/scenarios/large.json --trials 8192",
    ] {
        let (page, result) = made(arguments);
        let known = [
            "At a glance",
            "The trends",
            "How it ends by",
            "Questions",
            "What it hangs on",
            "What it rests on",
            "What it is not",
        ];
        for block in &page.0 {
            if let Block::Heading(text) = block {
                assert!(
                    known.iter().any(|known| text.starts_with(known)),
                    "{text} is not checked"
                );
            }
        }
        check_words(&page, &result);
        check_trends(&page, &result);
        check_outcomes(&page, &result);
        check_questions(&page, &result);
        check_drivers(&page, &result);
    }
}
