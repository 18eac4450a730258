//! Tables as they are printed, held by snapshots, and what holds at every width.

use super::*;
use crate::report::fixture;
use crate::results::EpistemicStatus;
use unicode_width::UnicodeWidthStr;

fn run_text(width: usize) -> String {
    let mut bytes = Vec::new();
    write_run(
        &mut bytes,
        &fixture::run(),
        &View::Full,
        Look {
            color: false,
            width,
        },
    )
    .expect("a vector takes all");
    String::from_utf8(bytes).expect("text is UTF-8")
}

fn compare_text(width: usize) -> String {
    let mut bytes = Vec::new();
    write_compare(
        &mut bytes,
        &fixture::compare(),
        true,
        Look {
            color: false,
            width,
        },
    )
    .expect("a vector takes all");
    String::from_utf8(bytes).expect("text is UTF-8")
}

fn summary_text(result: &RunResult, order: Order, width: usize) -> String {
    let mut bytes = Vec::new();
    let look = Look {
        color: false,
        width,
    };
    write_run(&mut bytes, result, &View::Summary(order), look).expect("a vector takes all");
    let text = String::from_utf8(bytes).expect("text is UTF-8");
    // A build without the page has no such command.
    text.replace(" · explore FILE", "")
}

fn side_by_side_text(result: &CompareResult, width: usize) -> String {
    let mut bytes = Vec::new();
    let look = Look {
        color: false,
        width,
    };
    write_compare(&mut bytes, result, false, look).expect("a vector takes all");
    String::from_utf8(bytes).expect("text is UTF-8")
}

#[test]
fn many_scenarios_are_in_tables_that_fit_and_none_is_left_out() {
    let mut result = fixture::compare();
    for i in 0..12 {
        result.scenarios.push(result.scenarios[1].clone());
        let mut comparison = result.comparisons[0].clone();
        comparison.other = format!("variant_{i}");
        result.comparisons.push(comparison);
    }
    for width in [60, 80, 120] {
        let text = side_by_side_text(&result, width);
        for line in text.lines() {
            assert!(line.width() <= width, "{width}: {line}");
        }
        let heads: String = text
            .lines()
            .filter(|l| l.trim_start().starts_with("A "))
            .collect();
        for letter in 'B'..='O' {
            assert!(heads.contains(letter), "{width}: {letter} in {heads}");
        }
    }
}

#[test]
fn a_row_without_a_detectable_difference_is_counted_and_in_full_shown() {
    let result = fixture::compare();
    let text = side_by_side_text(&result, 140).replace('\n', " ");
    assert!(
        text.contains("without a detectable difference left out"),
        "{text}"
    );
    assert!(!text.contains("A truce holds without a treaty"), "{text}");
    assert!(compare_text(100).contains("A truce holds without a treaty"));
}

/// The fixture, and one with so many of everything that not all can be shown.
fn summaries() -> Vec<RunResult> {
    let mut many = fixture::run();
    let last = many.outcomes.pop().expect("there are outcomes");
    for i in 0..30 {
        let mut outcome = many.outcomes[i % 5].clone();
        outcome.name = format!("outcome_{i}");
        outcome.title = format!("Outcome number {i} with a title that goes on and on and on");
        outcome.group = [None, Some("quiet".to_owned())][i % 2].clone();
        many.outcomes.push(outcome);
        let mut question = many.questions[i % 2].clone();
        question.title = format!(
            "Will question {i} be answered with yes, and all that follows from it, by the end of the year 2026?"
        );
        many.questions.push(question);
        let mut trend = many.scorecard[i % 3].clone();
        trend.title = format!("Trend number {i} with a title that goes on and on");
        many.scorecard.push(trend);
    }
    many.outcomes.push(last);
    let mut none = fixture::run();
    none.groups.clear();
    none.scorecard.clear();
    none.drivers.clear();
    none.questions.clear();
    vec![fixture::run(), many, none]
}

#[test]
fn the_first_screen_is_one_screen() {
    for result in summaries() {
        for order in [Order::Likeliest, Order::File] {
            for width in [60, 72, 80, 100, 120, 140] {
                let text = summary_text(&result, order, width);
                for line in text.lines() {
                    assert!(line.width() <= width, "{width}: {line}");
                }
                let most = if width < 80 { 44 } else { 40 };
                assert!(text.lines().count() <= most, "{width}:\n{text}");
            }
        }
    }
}

#[test]
fn differences_stand_beside_the_values_of_the_first_screen_and_fit_it() {
    let mut result = fixture::compare();
    result.scenarios.truncate(2);
    let shown = |result: &CompareResult, width| {
        let mut bytes = Vec::new();
        let look = Look {
            color: false,
            width,
        };
        write_against(&mut bytes, result, Order::Likeliest, look).expect("a vector takes all");
        String::from_utf8(bytes).expect("text is UTF-8")
    };
    for (scenario, width) in summaries()
        .into_iter()
        .flat_map(|s| [60, 72, 80, 120].map(|width| (s.clone(), width)))
    {
        let mut result = result.clone();
        result.scenarios[1] = scenario;
        let text = shown(&result, width);
        for line in text.lines() {
            assert!(line.width() <= width, "{width}: {line}");
        }
        let most = if width < 80 { 46 } else { 40 };
        assert!(text.lines().count() <= most, "{width}:\n{text}");
    }
    let row = |text: &str, title: &str| -> String {
        let found = text.lines().find(|line| line.contains(title));
        found
            .unwrap_or_else(|| panic!("{title}:\n{text}"))
            .to_owned()
    };
    let text = shown(&result, 120);
    assert!(row(&text, "A treaty is signed").contains("+3.1"), "{text}");
    assert!(row(&text, "A truce holds").contains(" ·"), "{text}");
    assert!(text.contains("Changed against "), "{text}");
    result.comparisons[0].identical = true;
    let text = shown(&result, 120);
    assert!(row(&text, "A treaty is signed").contains(" same"), "{text}");
    assert!(text.contains("nothing differs"), "{text}");
}

#[test]
fn the_last_lines_of_the_first_screen_explain_its_signs_and_no_others() {
    let told = |result: &RunResult| summary_text(result, Order::Likeliest, 80).replace('\n', " ");
    let mut result = fixture::run();
    let text = told(&result);
    assert!(text.contains("weight  leads"), "{text}");
    assert!(text.contains("Bars: ┃ chance (┣╋┫ with its error), ▓░ range."));
    assert!(text.contains("share of the variance behind the range. Bars"));
    assert!(!text.contains('*'), "{text}");

    // What leads for its weight's share of the time has one column.
    for trend in &mut result.scorecard {
        trend.leads = trend.weight;
    }
    // Shares that sum to more than the whole overlap.
    for input in &mut result.drivers[0].inputs {
        input.share = 0.6;
    }
    // A range that the trials do not show more closely has a sign.
    result.groups[0].epistemic.status = EpistemicStatus::Bounded;
    let text = told(&result);
    assert!(!text.contains("leads"), "{text}");
    assert!(text.contains("41–79%* "), "{text}");
    assert!(text.contains("(*: at most)"), "{text}");
    assert!(text.contains("shares overlap."), "{text}");

    result.groups.clear();
    result.outcomes.clear();
    result.scorecard.clear();
    result.drivers.clear();
    assert!(!told(&result).contains("Bars"));
}

#[test]
fn what_is_left_out_of_the_first_screen_is_counted() {
    let result = &summaries()[1];
    let text = summary_text(result, Order::Likeliest, 80);
    let shown = text
        .lines()
        .filter(|line| line.contains("Outcome number"))
        .count();
    let more = text
        .lines()
        .find_map(|line| line.split_once(" more: --table outcomes"));
    let more: usize = more
        .and_then(|(before, _)| before.trim_start_matches([' ', '(']).parse().ok())
        .expect("the number of those left out");
    // Five of the fixture have a rule, thirty more were made, and a group stands above its own.
    let own = text
        .lines()
        .skip_while(|l| !l.starts_with("Outcomes"))
        .take_while(|l| !l.is_empty());
    let rows = own
        .filter(|l| l.contains('%') && !l.contains("more:"))
        .count();
    assert_eq!(rows + more, 35 + 1, "{shown} shown:\n{text}");
}

#[test]
fn tables_look_as_they_did_when_last_looked_at() {
    for width in [80, 120] {
        let text = summary_text(&fixture::run(), Order::Likeliest, width);
        insta::assert_snapshot!(format!("summary_{width}"), text);
    }
    for width in [80, 120] {
        let text = side_by_side_text(&fixture::compare(), width);
        insta::assert_snapshot!(format!("side_by_side_{width}"), text);
    }
    for width in [60, 80, 120] {
        insta::assert_snapshot!(format!("run_{width}"), run_text(width));
        insta::assert_snapshot!(format!("compare_{width}"), compare_text(width));
    }
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for width in [60, 64, 72, 80, 90, 100, 120, 160, 250] {
        for text in [run_text(width), compare_text(width)] {
            for line in text.lines() {
                assert!(line.width() <= width, "{width}: {line}");
            }
        }
    }
}

#[test]
fn warnings_are_the_last_thing_on_the_screen() {
    let text = run_text(100);
    let (_, after) = text.split_once("\nWarnings\n").expect("there are warnings");
    assert!(after.contains("weights-normalised") && after.contains("unrealised-chance"));
    assert!(!after.contains("\n\n"), "{after}");
}

#[test]
fn colour_changes_nothing_but_the_colour() {
    let mut bytes = Vec::new();
    let look = Look {
        color: true,
        width: 80,
    };
    write_run(&mut bytes, &fixture::run(), &View::Full, look).expect("a vector takes all");
    assert!(bytes.contains(&0x1b));
    let plain = anstream::adapter::strip_bytes(&bytes).into_vec();
    assert_eq!(
        String::from_utf8(plain).expect("text is UTF-8"),
        run_text(80)
    );
}

#[test]
fn only_files_that_describe_one_model_are_called_identical() {
    let text = |result: &CompareResult| {
        let mut bytes = Vec::new();
        write_compare(&mut bytes, result, true, Look::default()).expect("a vector takes all");
        String::from_utf8(bytes).expect("text is UTF-8")
    };
    let mut result = fixture::compare();
    result.comparisons.truncate(1);
    for row in &mut result.comparisons[0].metrics {
        (row.difference, row.std_error, row.ci95) = (Some(0.0), Some(0.0), Some([0.0; 2]));
        row.detectable = false;
    }
    let unlike = text(&result);
    assert!(
        !unlike.contains("identical") && !unlike.contains("exact"),
        "{unlike}"
    );
    assert!(unlike.contains("0 throughout"), "{unlike}");
    result.comparisons[0].identical = true;
    assert!(text(&result).contains("identical"));
}

#[test]
fn an_interrupted_run_says_so_before_any_number() {
    let mut result = fixture::run();
    result.run.interrupted = true;
    let mut bytes = Vec::new();
    write_run(&mut bytes, &result, &View::Full, Look::default()).expect("a vector takes all");
    let text = String::from_utf8(bytes).expect("text is UTF-8");
    let said = text.find("interrupted").expect("it is said");
    assert!(said < text.find("Outcomes").expect("there are outcomes"));
}
