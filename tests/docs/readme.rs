//! The README's picture is of the scenario as it is.
//!
//! The whole run is too long for every test run, so titles are held against those of a short one;
//! `UPDATE_DOCS=1` makes the picture anew from the full run.

use crate::program::{answer, document, path};
use serde_json::Value;
use std::{env, fs};

const MARKER: &str = "<!-- picture: run scenarios/baseline.json -->\n```text\n";

/// The first screen.
fn picture(arguments: &[&str]) -> String {
    answer(&path(""), arguments)
}

/// What the rows of the tables of trends and outcomes are called, with `…` where a title is cut.
fn rows(text: &str) -> Vec<String> {
    let is_word = |word: &&str| {
        word.chars()
            .all(|c| c.is_alphabetic() || "'-…,:".contains(c))
    };
    text.lines()
        .take_while(|line| !line.starts_with("What '"))
        .filter(|line| line.starts_with("  ") && line.contains('%'))
        .map(|line| {
            // Numbers that a title may have are not followed by a percent sign.
            let words = line
                .split_whitespace()
                .take_while(|w| is_word(w) || !w.contains('%'));
            words.collect::<Vec<_>>().join(" ")
        })
        .collect()
}

/// Titles of trends, groups and outcomes of a short run.
fn titles() -> Vec<String> {
    let text = answer(
        &path(""),
        &[
            "run",
            "scenarios/baseline.json",
            "--trials",
            "1024",
            "--format",
            "json",
            "--quiet",
        ],
    );
    let result: Value = serde_json::from_str(&text).expect("a result");
    ["scorecard", "groups", "outcomes"]
        .iter()
        .flat_map(|section| result[section].as_array().expect("a list").clone())
        .map(|item| item["title"].as_str().expect("a title").to_owned())
        .collect()
}

#[test]
fn the_picture_shows_the_outcomes_of_the_baseline() {
    let text = document("README.md");
    let (before, after) = text.split_once(MARKER).expect("the README has a picture");
    let (shown, rest) = after.split_once("```\n").expect("the picture ends");
    let command = ["run", "scenarios/baseline.json", "--quiet"];
    if env::var_os("UPDATE_DOCS").is_some() {
        fs::write(
            path("README.md"),
            format!("{before}{MARKER}{}```\n{rest}", picture(&command)),
        )
        .expect("the README can be written");
        return;
    }
    let titles = titles();
    let shown_rows = rows(shown);
    assert!(shown_rows.len() > 12, "{shown_rows:?}");
    for row in &shown_rows {
        let begins = row.trim_end_matches('…');
        assert!(
            titles.iter().any(|title| title.starts_with(begins)),
            "`{row}`: the README's picture is of another scenario; UPDATE_DOCS=1 cargo test --test docs makes it anew"
        );
    }
    let short = picture(&[&command[..], &["--trials", "1024"]].concat());
    let head = |text: &str| text.lines().next().map(str::to_owned);
    assert_eq!(head(shown), head(&short));
}
