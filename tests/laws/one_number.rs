//! One number, one error: whatever shows a share of trials shows the same error and interval for
//! the same counts.

use crate::harness::{event, metric, outcome, phase, question, scenario, study};
use quincunx::engine::Silent;
use quincunx::estimate::{Proportion, REPLICATES};
use quincunx::random::design::Design;
use quincunx::report;
use quincunx::results::RunResult;
use serde_json::{Value, json};

/// An event that comes with chance `p` under two trends of equal weight, and everything that can be
/// asked about it.
fn told_in_many_ways(p: Value) -> Value {
    scenario(
        1.0,
        0.5,
        json!({
            "parameters": {"p": p},
            "trends": {"calm": {"weight": 0.5}, "dire": {"weight": 0.5}},
            "phases": {"before": {"start": true}, "after": {}},
            "events": {
                "falls": {"at": "2001-07-01", "probability": "p", "effects": [{"phase": "after"}]},
                "follows": {"hazard": {"chance": 0.5, "within": "3 months"}, "phases": ["after"], "limit": 1, "effects": []},
            },
            "outcomes": [{"name": "yes", "when": "ever(falls)"}],
            "questions": {
                "ever": {"ever": "ever(falls)", "by": "2001-12-01"},
                "holds": {"holds": "phase == after", "at": "2001-12-01"},
                "spared": {"holds": "phase == before", "at": "2001-12-01"},
            },
            "metrics": {"wait": "first(falls)"},
        }),
    )
}

fn run(p: &Value, design: Design, draws: u64, seed: u64) -> RunResult {
    let study = study(&told_in_many_ways(p.clone()));
    let settings = study
        .settings()
        .trials(draws * 64)
        .draws(draws)
        .seed(seed)
        .build()
        .design(design)
        .threads(1);
    study
        .run(&settings, &Silent)
        .unwrap_or_else(|error| panic!("{error}"))
}

/// `(probability, standard error)` of the event, by what says so.
fn sayings(result: &RunResult) -> Vec<(&'static str, f64, f64)> {
    let yes = outcome(result, "yes");
    let none = outcome(result, "unclassified");
    let (falls, follows) = (event(result, "falls"), event(result, "follows"));
    let [ever, holds, spared] = ["ever", "holds", "spared"].map(|name| question(result, name));
    let last = result.times.len() - 1;
    let (before, after) = (phase(result, "before"), phase(result, "after"));
    let wait = metric(result, "wait");
    vec![
        ("outcome", yes.probability, yes.std_error),
        ("the other outcome", 1.0 - none.probability, none.std_error),
        ("event", falls.probability, falls.probability_std_error),
        (
            "incidence",
            falls.cumulative_incidence[last],
            falls.cumulative_incidence_std_error[last],
        ),
        ("question by a date", ever.probability, ever.std_error),
        ("question at a date", holds.probability, holds.std_error),
        (
            "the opposite question",
            1.0 - spared.probability,
            spared.std_error,
        ),
        (
            "phase",
            after.occupancy[last],
            after.occupancy_std_error[last],
        ),
        (
            "the other phase",
            1.0 - before.occupancy[last],
            before.occupancy_std_error[last],
        ),
        ("defined", wait.defined, wait.defined_std_error),
        (
            "never possible",
            1.0 - follows.never_possible.expect("a stated chance"),
            follows.never_possible_std_error.expect("its error"),
        ),
    ]
}

/// Chances from never to always, known and not.
fn chances() -> Vec<Value> {
    vec![
        json!({"discrete": {"values": [0.1, 0.6], "probabilities": [0.5, 0.5]}}),
        json!({"beta": {"alpha": 2, "beta": 6}}),
        json!(0.35),
        json!(0.9997),
        json!(0.0005),
        json!(1),
        json!(0),
    ]
}

#[test]
fn the_same_counts_have_the_same_error_whatever_shows_them() {
    for p in chances() {
        for (design, draws) in [
            (Design::Padded, 112),
            (Design::Padded, 160),
            (Design::Random, 48),
        ] {
            let result = run(&p, design, draws, 5);
            let said = sayings(&result);
            let (_, probability, std_error) = said[0];
            assert!(std_error > 0.0, "{p}: counts make nothing certain");
            for (what, value, error) in &said {
                assert!(
                    (value - probability).abs() < 1e-12,
                    "{p}, {draws} draws: {what} says {value} for {probability}"
                );
                assert!(
                    (error / std_error - 1.0).abs() < 1e-9,
                    "{p}, {draws} draws: {what} has the error {error}, the outcome {std_error}"
                );
            }
            let intervals = [outcome(&result, "yes").ci95, question(&result, "ever").ci95];
            assert_eq!(intervals[0], intervals[1]);
        }
    }
}

#[test]
fn a_total_is_no_wider_than_its_parts() {
    // Two trends of weight 1/2: every group of eight trials has four of each.
    for p in chances() {
        for draws in [32, 112, 160] {
            let result = run(&p, Design::Padded, draws, 6);
            let yes = outcome(&result, "yes");
            let widest = (yes.by_trend.values())
                .map(|part| part.std_error.expect("trials under both"))
                .fold(0.0, f64::max);
            assert!(
                yes.std_error <= widest * (1.0 + 1e-9),
                "{p}, {draws} draws: {} in all, {widest} under a trend",
                yes.std_error
            );
        }
    }
}

/// Value and error of the first line that begins with this name: the first word with a percent
/// sign, and the number after it.
fn shown(text: &str, name: &str) -> Option<(String, String)> {
    let line = |line: &&str| line.trim_start_matches(['|', ' ']).starts_with(name);
    let line = text.lines().find(line)?;
    let mut words = (line.split_whitespace())
        .filter(|word| !["|", "±"].contains(word))
        .skip_while(|word| !word.contains('%'));
    let number = |word: &str| word.trim_end_matches(['%', ',', ';']).to_string();
    Some((number(words.next()?), number(words.next()?)))
}

#[test]
fn what_is_shown_of_one_number_is_the_same_text_everywhere() {
    for p in [json!(0.35), json!(0.9997), json!(1)] {
        let result = run(&p, Design::Padded, 48, 7);
        let write = |to: &dyn Fn(&mut Vec<u8>) -> std::io::Result<()>| -> String {
            let mut bytes = Vec::new();
            to(&mut bytes).expect("a buffer takes it");
            String::from_utf8(bytes).expect("text")
        };
        let markdown = write(&|out| report::markdown::write_run(out, &result));
        // What comes before is told at a glance, with no digit finer than what is known.
        let (_, full) = markdown
            .split_once("\n## Outcomes\n")
            .expect("a full table");
        let cells = ["yes", "ever", "holds", "falls"].map(|name| shown(full, name));
        assert!(cells[0].is_some(), "{p}\n{markdown}");
        assert!(
            cells.iter().all(|cell| cell == &cells[0]),
            "{p}: {cells:?}\n{markdown}"
        );
        assert_ne!(cells[0].as_ref().expect("a cell").1, "exact", "{p}");

        let text = write(&|out| report::csv::write_run(out, &result, Default::default()));
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers().expect("a header").clone();
        let column = |name: &str| header.iter().position(|h| h == name).expect("a column");
        let (names, quantities) = (column("name"), column("quantity"));
        let (trends, errors) = (column("trend"), column("std_error"));
        let found: Vec<String> = (reader.records())
            .map(|row| row.expect("a row"))
            .filter(|row| ["yes", "ever", "holds", "falls"].contains(&&row[names]))
            .filter(|row| &row[quantities] == "probability" && row[trends].is_empty())
            .map(|row| row[errors].to_string())
            .collect();
        assert_eq!(found.len(), 4, "{p}\n{text:.2000}");
        assert!(
            found.iter().all(|error| error == &found[0]),
            "{p}: {found:?}"
        );
    }
}

#[test]
fn a_share_is_what_its_counts_say() {
    // The rule itself, on counts: hits and misses exchanged, replicates in another order, parts
    // that make up the whole.
    let trials = [640; REPLICATES];
    let hits: [u64; REPLICATES] = std::array::from_fn(|m| 200 + 7 * (m as u64 % 5));
    let found = Proportion::of(&hits, &trials, 160);
    let misses = Proportion::of(&hits.map(|h| 640 - h), &trials, 160);
    assert!((found.std_error - misses.std_error).abs() < 1e-15);
    assert!((found.ci95[0] - (1.0 - misses.ci95[1])).abs() < 1e-12);
    let mut turned = hits;
    turned.rotate_left(5);
    let turned = Proportion::of(&turned, &trials, 160);
    assert!((found.std_error - turned.std_error).abs() < 1e-15);
}
