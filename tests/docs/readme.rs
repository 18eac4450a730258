//! The README's picture is of the scenario as it is.
//!
//! The whole run is too long for every test run, so a short one is compared in all that does not depend on the number of trials;
//! `UPDATE_DOCS=1` makes the picture anew from the full run.

use crate::program::{answer, document, path};
use std::{env, fs};

const MARKER: &str = "<!-- picture: run scenarios/baseline.json -->\n```text\n";
/// The picture ends where the second table begins.
const NEXT_TABLE: &str = "\n\nBy start trend";

fn picture(arguments: &[&str]) -> String {
    let text = answer(&path(""), arguments);
    let (shown, _) = text
        .split_once(NEXT_TABLE)
        .expect("a table by start trend follows the outcomes");
    format!("{shown}\n")
}

/// Words of a table, without its numbers and what stands in the place of numbers.
fn words(text: &str) -> Vec<&str> {
    const STAND_INS: [&str; 5] = ["none", "within", "detected", "pp", "exact"];
    let is_word = |word: &&str| {
        word.chars().all(|c| c.is_alphabetic() || "'-".contains(c)) && !STAND_INS.contains(word)
    };
    text.split_whitespace().filter(is_word).collect()
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
    let short = picture(&[&command[..], &["--trials", "1024"]].concat());
    let outcomes = |text: &str| -> String {
        text.lines()
            .skip(4)
            .take_while(|line| !line.contains("┃ the estimate"))
            .collect::<Vec<_>>()
            .join(" ")
    };
    let (found, wanted) = (outcomes(shown), outcomes(&short));
    assert_eq!(
        words(&found),
        words(&wanted),
        "the README's picture is of another scenario; UPDATE_DOCS=1 cargo test --test docs makes it anew"
    );
    let head = |text: &str| text.lines().next().map(str::to_owned);
    assert_eq!(head(shown), head(&short));
}
