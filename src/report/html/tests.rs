//! The page as a whole, made from the results of the fixture.

use super::*;
use crate::report::fixture;
use crate::report::known::{self, Known};
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
            interrupted: false,
            compared: 100,
            grouped: 100,
            in_groups: false,
            silhouette: None,
            silhouette_if_independent: None,
            stories: vec![crate::results::TypicalStory {
                share: 1.0,
                share_std_error: 0.0,
                tells: Vec::new(),
                narrative: crate::results::narrative(&fixture::storyline()),
                story: fixture::storyline(),
            }],
        }],
        events: Vec::new(),
        order: Order::Likeliest,
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
    .chain(answers().map(|(name, answer)| (name, vec![Part::Answer(Box::new(answer))])))
    .map(|(name, parts)| (name, page(&parts)))
    .collect()
}

/// What the commands that ask why find.
fn answers() -> [(&'static str, Answer); 9] {
    [
        ("discover", Answer::Discover(fixture::boxes())),
        ("explain", Answer::Explain(fixture::explain())),
        ("flip", Answer::Flip(fixture::flips())),
        ("given", Answer::Given(fixture::given())),
        ("near", Answer::Near(fixture::near())),
        ("paths", Answer::Paths(fixture::ways())),
        ("sensitivity", Answer::Sensitivity(fixture::sensitivity())),
        ("sweep", Answer::Sweep(fixture::sweep(1))),
        ("tripwires", Answer::Tripwires(fixture::tripwires())),
    ]
}

/// Numbers of a text as they stand in it.
fn numbers(text: &str) -> BTreeSet<String> {
    let is_part = |c: char| c.is_ascii_digit() || c == '.' || c == ',';
    text.split(|c: char| !is_part(c))
        .map(|word| word.trim_matches(['.', ',']).to_owned())
        .filter(|word| word.contains(|c: char| c.is_ascii_digit()))
        .collect()
}

/// Every number in the tables of a page that says what a command has found is one of its Markdown,
/// which is written from the same result.
#[test]
fn numbers_of_an_answer_are_those_of_its_markdown() {
    use crate::report::markdown as md;
    for (name, answer) in answers() {
        let mut bytes = Vec::new();
        match &answer {
            Answer::Discover(found) => md::write_discover(&mut bytes, found),
            Answer::Explain(found) => md::write_explain(&mut bytes, found),
            Answer::Flip(found) => md::write_flip(&mut bytes, found),
            Answer::Given(found) => md::write_given(&mut bytes, found),
            Answer::Near(found) => md::write_near(&mut bytes, found),
            Answer::Paths(found) => md::write_paths(&mut bytes, found),
            Answer::Sensitivity(found) => md::write_sensitivity(&mut bytes, found),
            Answer::Sweep(found) => md::write_sweep(&mut bytes, found),
            Answer::Tripwires(found) => md::write_tripwires(&mut bytes, found),
        }
        .expect("a vector takes all");
        let told = numbers(&String::from_utf8(bytes).expect("text is UTF-8"));
        let page = page(&[Part::Answer(Box::new(answer))]);
        let mut seen = 0;
        // Tables of charts have intervals besides, which the tests of charts look at.
        let parts = page.split("<figure");
        let outside = parts.map(|part| part.split("</figure>").last().unwrap_or_default());
        let outside: String = outside.collect();
        for row in outside.split("<tr><th scope=row>").skip(1) {
            let row = row.split('\n').next().unwrap_or_default();
            for cell in row.split("<td>").skip(1) {
                for number in numbers(cell) {
                    seen += 1;
                    assert!(told.contains(&number), "{name}: {number} in {row}");
                }
            }
        }
        assert!(seen > 0 || name == "paths", "{name}");
    }
}

/// A chart has every interval that its result has.
#[test]
fn answers_have_their_charts() {
    for (name, answer, charts) in answers().map(|(name, answer)| {
        let charts = match name {
            "paths" | "discover" | "flip" => 0,
            "near" | "sensitivity" => 2,
            "given" => 4,
            _ => 1,
        };
        (name, answer, charts)
    }) {
        let page = page(&[Part::Answer(Box::new(answer))]);
        // Each is drawn for the desk and for the phone.
        let found = page.matches("<svg").count();
        assert_eq!(found, 2 * charts, "{name}");
    }
}

fn page(parts: &[Part]) -> String {
    let mut bytes = Vec::new();
    write(&mut bytes, parts, false).expect("a vector takes all");
    String::from_utf8(bytes).expect("a page is UTF-8")
}

/// Percentages and ranges of them in a text, such as `33%` and `14–55%`.
fn percentages(text: &str) -> Vec<String> {
    let is_part = |c: char| c.is_ascii_digit() || matches!(c, '.' | '–' | '<' | '>' | '%' | ',');
    text.split(|c: char| !is_part(c))
        .filter(|word| word.ends_with('%') && word.contains(|c: char| c.is_ascii_digit()))
        .map(|word| word.trim_start_matches(['.', ',', '–']).to_owned())
        .collect()
}

/// Every percentage that a result may be told with: its chances and ranges by the rule of digits,
/// weights, shares of time, what explains what.
fn tellable(result: &RunResult) -> BTreeSet<String> {
    let mut told = BTreeSet::new();
    let known = (result.groups.iter().map(Known::from))
        .chain(result.outcomes.iter().map(Known::from))
        .chain(result.questions.iter().map(Known::from))
        .chain(result.conditional.iter().filter_map(|q| q.known()))
        .chain(
            result
                .scorecard
                .iter()
                .flat_map(|t| t.comes_true.iter().map(Known::from)),
        );
    for known in known {
        told.extend([
            known.percent(),
            known.range().trim_start_matches("within ").to_owned(),
        ]);
    }
    for trend in &result.scorecard {
        told.extend([trend.weight, trend.leads].map(|share| known::percent(share, Some(0))));
    }
    for driver in result.drivers.iter().flat_map(|d| &d.inputs) {
        told.insert(known::percent(driver.share, Some(0)));
        for (p, error) in [
            (driver.low, driver.low_std_error),
            (driver.high, driver.high_std_error),
        ] {
            told.insert(known::percent(p, known::places(None, error)));
        }
    }
    // What ranges are, in words.
    told.extend(["5%", "95%"].map(str::to_owned));
    told
}

#[test]
fn every_percentage_at_a_glance_is_one_of_the_result() {
    let part = run_part();
    let mut page = Vec::new();
    write(&mut page, &[Part::Run(Box::new(part.clone()))], true).expect("a vector takes all");
    let page = String::from_utf8(page).expect("a page is UTF-8");
    // The drawing has an axis; what it says is said in words beside it.
    let (_, main) = page.split_once("<main").expect("a main part");
    let mut words = String::new();
    for piece in main.split("<svg") {
        words += piece.split_once("</svg>").map_or(piece, |(_, after)| after);
    }
    // The numbers behind the drawing have the errors of full tables.
    let words: String = words
        .split("<details")
        .map(|p| p.split_once("</details>").map_or(p, |(_, after)| after))
        .collect();
    let text = words
        .split('<')
        .map(|tag| tag.split_once('>').map_or(tag, |(_, text)| text))
        .collect::<Vec<_>>()
        .join(" ")
        .replace("&lt;", "<")
        .replace("&gt;", ">");
    let mut screen = Vec::new();
    let look = crate::report::table::Look {
        color: false,
        width: 120,
    };
    let view = crate::report::table::View::Summary(Default::default());
    crate::report::table::write_run(&mut screen, &part.result, &view, look)
        .expect("a vector takes all");
    let screen = String::from_utf8(screen).expect("text is UTF-8");
    let told = tellable(&part.result);
    for (name, text, least) in [("the brief", text, 25), ("the first screen", screen, 25)] {
        let found = percentages(&text);
        assert!(found.len() >= least, "{name}: {found:?}");
        for one in found {
            assert!(
                told.contains(&one),
                "{name}: {one} is in no result; {told:?}"
            );
        }
    }
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
