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

    let mut values = Vec::new();
    for block in page.under("What was changed") {
        if let Block::Item(text) = block {
            let told = text.rsplit_once(": ").expect("a change").1;
            values.push(told.to_owned());
        }
    }
    let changes = list(&result["comparisons"][0], "changes").iter();
    let expected: Vec<String> = changes
        .map(|change| format!("{} → {}", change["base"], change["other"]))
        .collect();
    assert_eq!(values, expected);
    let size = page.text("What was changed");
    let run = &scenarios[0]["run"];
    let sizes = ["trials", "draws", "trials_per_draw", "seed"].map(|key| number(run, key));
    let (span, size) = size.split_once(" scenario with ").expect("a size");
    rounded(size, &sizes);
    let months = 12.0 * number(&scenarios[0]["scenario"], "horizon");
    rounded(span, &[months]);
}

#[test]
fn each_number_of_a_comparison_at_a_glance_is_that_of_the_result_in_its_place() {
    let (page, result) =
        made("compare scenarios/port_strike.json --set trends.militant.weight=0.7 --trials 8192");
    check_around(&page, &result);
    let known = [
        "At a glance",
        "Outcomes",
        "Trends that come true",
        "Questions",
        "Metrics, means",
        "What was changed",
    ];
    for block in &page.0 {
        if let Block::Heading(text) = block {
            let is_checked = known.iter().any(|known| text.starts_with(known));
            assert!(is_checked, "{text} is not checked");
        }
    }
    let comparison = &result["comparisons"][0];
    let mut seen = 0;
    for (heading, lists, unit) in [
        ("Outcomes", &["groups", "differences"][..], 100.0),
        ("Trends that come true by the end", &["trends"], 100.0),
        ("Questions", &["questions"], 100.0),
        ("Metrics, means", &["metrics"], 1.0),
    ] {
        let known: Vec<&Value> = lists.iter().flat_map(|key| list(comparison, key)).collect();
        let rows = page.rows(heading);
        let expected = known
            .iter()
            .filter(|one| one["outcome"] != "unclassified")
            .count();
        assert!(
            rows.len() >= expected.min(2),
            "{heading}: {} rows",
            rows.len()
        );
        for row in rows {
            let [name, base, other, difference, range] = &row[..] else {
                panic!("{row:?}")
            };
            let name = name.trim_start_matches("– ");
            let is_it = |one: &&&Value| {
                title(one) == name || name.starts_with(&format!("{}, ", title(one)))
            };
            let found: Vec<&&Value> = known.iter().filter(is_it).collect();
            let [one] = found[..] else {
                panic!("{heading}: {} are called {name}", found.len())
            };
            for (text, key) in [(base, "base"), (other, "other")] {
                match unit == 1.0 {
                    true => near(text, &[number(one, key)], true),
                    false => share(text, number(one, key)),
                }
            }
            seen += 1;
            if one["detectable"] == false {
                assert_eq!((difference.as_str(), range.as_str()), ("·", ""), "{name}");
                continue;
            }
            signed(difference, &[unit * number(one, "difference")], unit == 1.0);
            if !range.is_empty() {
                let ends = ends(one, "epistemic90").expect("a range");
                signed(
                    range
                        .trim_start_matches("in ")
                        .replace(" to ", " ")
                        .as_str(),
                    &ends.map(|end| unit * end),
                    unit == 1.0,
                );
            }
        }
    }
    assert!(seen > 12, "{seen} rows");
}
