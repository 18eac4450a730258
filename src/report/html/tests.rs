//! The page as a whole, made from the results of the fixture.

use super::*;
use crate::report::fixture;
use std::collections::BTreeSet;

fn run_part() -> RunPart {
    RunPart {
        result: fixture::run(),
        typical: vec![Typical {
            format: 1,
            tool: fixture::run().tool,
            outcome: "settled".into(),
            outcome_title: "A treaty is signed".into(),
            searched: 1024,
            compared: 100,
            stories: vec![crate::results::TypicalStory {
                share: 1.0,
                story: fixture::storyline(),
            }],
        }],
        events: Vec::new(),
    }
}

fn compare_part() -> ComparePart {
    ComparePart {
        result: fixture::compare(),
        typical: Vec::new(),
        events: Vec::new(),
    }
}

fn pages() -> Vec<(&'static str, String)> {
    let several = vec![
        Part::Run(Box::new(run_part())),
        Part::Compare(compare_part()),
        Part::Story(Box::new(fixture::storyline())),
        Part::Run(Box::new(run_part())),
    ];
    [
        ("run", vec![Part::Run(Box::new(run_part()))]),
        ("compare", vec![Part::Compare(compare_part())]),
        ("story", vec![Part::Story(Box::new(fixture::storyline()))]),
        ("stories", vec![Part::Stories(run_part().typical)]),
        ("several", several),
    ]
    .into_iter()
    .map(|(name, parts)| (name, page(&parts)))
    .collect()
}

fn page(parts: &[Part]) -> String {
    let mut bytes = Vec::new();
    write(&mut bytes, parts).expect("a vector takes all");
    String::from_utf8(bytes).expect("a page is UTF-8")
}

/// Values of an attribute.
fn values<'p>(page: &'p str, attribute: &str) -> Vec<&'p str> {
    let opening = format!(" {attribute}=\"");
    let parts = page.split(opening.as_str()).skip(1);
    parts.filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn ids_are_unique_and_every_link_within_the_page_has_a_goal() {
    for (name, page) in pages() {
        let ids = values(&page, "id");
        let different: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), different.len(), "{name}");
        assert!(ids.len() > 2, "{name}");
        let goals = values(&page, "href")
            .into_iter()
            .filter_map(|h| h.strip_prefix('#'));
        for goal in goals.chain(
            values(&page, "aria-labelledby")
                .into_iter()
                .flat_map(|v| v.split(' ')),
        ) {
            assert!(different.contains(goal), "{name}: {goal}");
        }
    }
}

#[test]
fn headings_go_down_one_level_at_a_time() {
    for (name, page) in pages() {
        let mut last = 0;
        for (at, _) in page.match_indices("<h") {
            let Some(level) = page[at + 2..].chars().next().and_then(|c| c.to_digit(10)) else {
                continue;
            };
            assert!(level <= last + 1, "{name}: h{level} after h{last}");
            last = level;
        }
        assert_eq!(page.matches("<h1").count(), 1, "{name}");
    }
}

#[test]
fn nothing_is_loaded_from_elsewhere_and_no_style_or_handler_stands_in_an_element() {
    for (name, page) in pages() {
        for forbidden in [
            " style=\"",
            " src=\"",
            " onclick",
            " onload",
            "<link",
            "<iframe",
            "@import",
            "url(",
        ] {
            assert!(!page.contains(forbidden), "{name}: {forbidden}");
        }
        assert_eq!(page.matches("<script").count(), 1, "{name}");
    }
}

#[test]
fn a_run_has_every_section_and_the_command_that_gives_it_again() {
    let page = page(&[Part::Run(Box::new(run_part()))]);
    for title in [
        "Main finding",
        "How to read this",
        "Outcomes",
        "Outcomes by start trend",
        "Questions",
        "Phases over time",
        "Trends over time",
        "Events",
        "Indicators over time",
        "Metrics",
        "Typical futures",
        "Assumptions",
        "Warnings",
        "Where this comes from",
    ] {
        assert!(page.contains(&format!(">{title}</h2>")), "{title}");
    }
    assert!(page.contains("quincunx run strait.json --trials 100352 --draws 1568 --seed 1"));
}

#[test]
fn the_same_parts_give_the_same_bytes() {
    assert_eq!(pages(), pages());
}
