//! The same of a comparison: its sentences, its chart, its one table, and what was changed.

use super::page::{Block, Page};
use super::{chance, classes, ends, list, made, near, number, numbers, rounded, sentence, title};
use serde_json::Value;

/// A number with its sign in front of it, rounded to the decimals that it shows.
fn signed(text: &str, expected: &[f64], is_metric: bool) {
    let magnitudes: Vec<f64> = expected.iter().map(|value| value.abs()).collect();
    near(text, &magnitudes, is_metric);
    let words: Vec<&str> = text
        .split([' ', '–'])
        .filter(|word| word.contains(|c: char| c.is_ascii_digit()))
        .collect();
    for (word, value) in words.iter().zip(expected) {
        let is_zero = numbers(word)[0].parse() == Ok(0.0);
        let sign = word.chars().next().expect("a word");
        assert!(
            is_zero || matches!(sign, '-' | '−') == (*value < 0.0),
            "{text}: {value}"
        );
    }
}

/// Whole texts as `<1%` and `>99%` stand for what would round to nothing or all.
fn share(text: &str, expected: f64) {
    match text.chars().next() {
        Some('<' | '>') => {
            let bound: f64 = numbers(text)[0].parse().expect("a number");
            let is_so = if text.starts_with('<') {
                100.0 * expected < bound
            } else {
                100.0 * expected > bound
            };
            assert!(is_so, "{text} of {expected}");
        }
        _ => rounded(text, &[100.0 * expected]),
    }
}

/// What a comparison says before and after its tables: the sentence of each scenario, all of them
/// on one axis, what was changed, and its size.
fn check_around(page: &Page, result: &Value) {
    let scenarios = list(result, "scenarios");
    let glance = page.under("At a glance");
    let texts = page.text("At a glance");
    for scenario in scenarios {
        let expected = sentence(scenario);
        assert!(texts.contains(&expected), "{expected} in {texts}");
    }
    let of = |scenario: &Value, name: &str| {
        let all = classes(scenario).into_iter();
        all.filter(|class| class["name"] == name)
            .map(chance)
            .next()
            .expect("both have it")
    };
    let mut drawings = 0;
    for block in glance {
        match block {
            Block::Drawing(texts) => {
                drawings += 1;
                for class in classes(&scenarios[0]) {
                    for scenario in scenarios {
                        let told = of(scenario, class["name"].as_str().expect("a name"));
                        assert!(texts.contains(&told), "{told} in {texts:?}");
                    }
                }
            }
            Block::Table(rows) => {
                for (row, class) in rows[1..].iter().zip(classes(&scenarios[0])) {
                    let name = class["name"].as_str().expect("a name");
                    let told = scenarios.iter().map(|one| of(one, name));
                    let expected: Vec<String> = std::iter::once(title(class)).chain(told).collect();
                    assert_eq!(row, &expected);
                }
            }
            _ => {}
        }
    }
    assert_eq!(drawings, 2, "for the desk and for the phone");

    let size = page.text("All scenarios in one table");
    let (_, size) = size
        .split_once("stands for no detectable difference.")
        .expect("a remark");
    let (before, size) = size.split_once(" scenario with ").expect("a size");
    let run = &scenarios[0]["run"];
    let sizes = ["trials", "draws", "trials_per_draw", "seed"].map(|key| number(run, key));
    rounded(size, &sizes);
    let months = 12.0 * number(&scenarios[0]["scenario"], "horizon");
    let (left_out, span) = before.split_once("Over ").expect("a span");
    rounded(span, &[months]);
    let left_out = numbers(left_out);
    let left_out = left_out.first().map_or(0, |n| n.parse().expect("a number"));
    check_table(page, result, left_out);
}

/// What was changed, where all of it are values.
fn check_changes(page: &Page, result: &Value) {
    let told = |block: &Block| match block {
        Block::Item(text) => Some(text.rsplit_once(": ").expect("a change").1.to_owned()),
        _ => None,
    };
    let values: Vec<String> = page
        .under("What was changed")
        .iter()
        .filter_map(told)
        .collect();
    let changes = list(result, "comparisons")
        .iter()
        .flat_map(|c| list(c, "changes"));
    let expected: Vec<String> = changes
        .map(|change| format!("{} → {}", change["base"], change["other"]))
        .collect();
    assert!(!expected.is_empty());
    assert_eq!(values, expected);
}

/// Numbers in a text, as they stand there; those of names such as `ru_2` are none.
fn numbers_of(text: &str) -> Vec<String> {
    let is_part = |c: char| c.is_alphanumeric() || c == '.' || c == '_';
    text.split(|c: char| !is_part(c))
        .map(|word| word.trim_end_matches('.'))
        .filter(|word| word.parse::<f64>().is_ok())
        .map(str::to_owned)
        .collect()
}

/// What was changed in each of several files, whatever was: as many lines as there are changes, or
/// how many more there are, and no number that stands on the other side, or on neither.
fn check_changes_of_all(page: &Page, result: &Value) {
    let mut by_file: Vec<Vec<String>> = Vec::new();
    for block in page.under("What was changed") {
        match block {
            Block::Text(_) => by_file.push(Vec::new()),
            Block::Item(text) => by_file.last_mut().expect("a file").push(text.clone()),
            _ => panic!("{block:?}"),
        }
    }
    let comparisons = list(result, "comparisons");
    assert_eq!(by_file.len(), comparisons.len());
    let mut seen = 0;
    for (mut told, comparison) in by_file.into_iter().zip(comparisons) {
        let changes = list(comparison, "changes");
        let more = told.last().and_then(|text| {
            let count = text.strip_prefix("and ")?.strip_suffix(" more")?;
            count.parse::<usize>().ok()
        });
        if more.is_some() {
            told.pop();
        }
        assert_eq!(told.len() + more.unwrap_or(0), changes.len(), "{told:?}");
        for text in told {
            let (before, after) = text.split_once(" → ").expect("a change");
            let (_, before) = before.rsplit_once(": ").expect("what it is");
            let fits = |change: &&Value| {
                [("base", before), ("other", after)]
                    .iter()
                    .all(|(side, told)| {
                        let stated = numbers_of(&change[*side].to_string());
                        (numbers_of(told).iter()).all(|number| {
                            let same = |other: &String| {
                                other == number || other.parse::<f64>() == number.parse::<f64>()
                            };
                            stated.iter().any(same)
                        })
                    })
            };
            assert!(changes.iter().any(|change| fits(&change)), "{text}");
            seen += numbers_of(before).len() + numbers_of(after).len();
        }
    }
    assert!(seen > 0);
}

/// The one table: by section a row for each thing of which a difference was detected, and all groups.
fn check_table(page: &Page, result: &Value, left_out: usize) {
    let comparisons = list(result, "comparisons");
    let mut sections: Vec<(&str, Vec<&[String]>)> = Vec::new();
    for row in page.rows("All scenarios in one table") {
        match &row[..] {
            [title] => sections.push((title, Vec::new())),
            cells => sections.last_mut().expect("a heading").1.push(cells),
        }
    }
    let (mut seen, mut all) = (0, 0);
    let known = [
        ("Outcomes", &["groups", "differences"][..], 100.0),
        ("Trends that come true by the end", &["trends"], 100.0),
        ("Questions", &["questions"], 100.0),
        ("Questions about some futures", &["conditional"], 100.0),
        ("Metrics, means", &["metrics"], 1.0),
        ("Ratios of means", &["ratios"], 1.0),
    ];
    for (heading, _) in &sections {
        assert!(
            known.iter().any(|(title, ..)| title == heading),
            "{heading} is not checked"
        );
    }
    for (heading, lists, unit) in known {
        let of = |comparison: &Value| -> Vec<Value> {
            let lists = lists.iter().flat_map(|key| list(comparison, key));
            let is_told =
                |one: &&Value| one["outcome"] != "unclassified" || number(one, "difference") != 0.0;
            lists.filter(is_told).cloned().collect()
        };
        all += of(&comparisons[0]).len();
        let Some((_, rows)) = sections.iter().find(|(title, _)| *title == heading) else {
            continue;
        };
        for row in rows {
            seen += 1;
            let name = row[0].trim_start_matches("– ");
            let width = if comparisons.len() == 1 { 3 } else { 2 };
            assert_eq!(row.len(), 2 + width * comparisons.len());
            for (i, comparison) in comparisons.iter().enumerate() {
                let is_it = |one: &&Value| {
                    title(one) == name || name.starts_with(&format!("{}, ", title(one)))
                };
                let own = of(comparison);
                let found: Vec<&Value> = own.iter().filter(is_it).collect();
                let [one] = found[..] else {
                    panic!("{heading}: {} are called {name}", found.len())
                };
                let cells = &row[2 + width * i..][..width];
                check_cells(result, (i, one), [&row[1], &cells[0]], unit);
                let range = cells.get(2).map_or("", String::as_str);
                check_difference((&cells[1], range), one, unit);
            }
        }
    }
    assert!(seen > 12, "{seen} rows");
    assert_eq!(seen + left_out, all);
}

/// The values of both sides.
fn check_cells(result: &Value, (i, one): (usize, &Value), cells: [&String; 2], unit: f64) {
    let scenarios = list(result, "scenarios");
    for ((text, key), scenario) in cells
        .into_iter()
        .zip(["base", "other"])
        .zip([&scenarios[0], &scenarios[i + 1]])
    {
        let metrics = list(scenario, "metrics").iter();
        let is_instant = (metrics.filter(|m| m["name"] == one["outcome"]))
            .any(|m| unit == 1.0 && m["is_instant"] == true);
        match unit == 1.0 {
            true if is_instant => day(text, number(one, key), scenario),
            true => near(text, &[number(one, key)], true),
            false => share(text, number(one, key)),
        }
    }
}

/// A date, of so many years after the start.
fn day(text: &str, years: f64, scenario: &Value) {
    let start = scenario["scenario"]["start"].as_str().expect("a date");
    let start: jiff::civil::Date = start.parse().expect("a date");
    let day = (365.25 * years).floor() as i64;
    let date = |day: i64| {
        start
            .checked_add(jiff::Span::new().days(day))
            .expect("a date")
            .to_string()
    };
    // Whole, or its month alone.
    assert!(text.len() == 10 || text.len() == 7, "{text}");
    assert!(
        (day..=day + 1).any(|day| date(day).starts_with(text)),
        "{text} is not {years} years"
    );
}

fn check_difference((text, range): (&str, &str), one: &Value, unit: f64) {
    if one["detectable"] == false {
        assert_eq!((text, range), ("·", ""), "{one}");
        return;
    }
    // A difference of two dates is in days.
    let unit = if text.ends_with(" d") { 365.25 } else { unit };
    signed(
        text.trim_end_matches(" d"),
        &[unit * number(one, "difference")],
        unit != 100.0,
    );
    if !range.is_empty() {
        let ends = ends(one, "epistemic90").expect("a range");
        let text = range.trim_start_matches("within ").replace(" to ", " ");
        signed(&text, &ends.map(|end| unit * end), unit != 100.0);
    }
}

#[test]
fn each_number_of_a_comparison_at_a_glance_is_that_of_the_result_in_its_place() {
    let pair = "compare scenarios/port_strike.json --set trends.militant.weight=0.7 --trials 8192";
    let four = "compare scenarios/baseline.json scenarios/guarantees_for_territory.json scenarios/us_aid_stop.json \
                scenarios/election_pause.json --trials 4096";
    for arguments in [pair, four] {
        let (page, result) = made(arguments);
        let known = [
            "At a glance",
            "All scenarios in one table",
            "What was changed",
        ];
        for block in &page.0 {
            if let Block::Heading(text) = block {
                assert!(known.contains(&text.as_str()), "{text} is not checked");
            }
        }
        check_around(&page, &result);
        if arguments == pair {
            check_changes(&page, &result);
        }
        check_changes_of_all(&page, &result);
    }
}
