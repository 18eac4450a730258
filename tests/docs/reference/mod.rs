//! `docs/reference.md` says what the code says.

use crate::program::{answer, document, path, quincunx};
use crate::schema;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::{env, fs};

mod keys;

const REFERENCE: &str = "docs/reference.md";

/// The generated parts by the name in their marker.
fn generated() -> BTreeMap<&'static str, String> {
    let mut codes = String::from("| code | meaning |\n| --- | --- |\n");
    for (code, meaning) in quincunx::diagnostic::CODES {
        codes += &format!("| `{code}` | {} |\n", meaning.replace('|', "\\|"));
    }
    let folder = path("scenarios");
    let mut options = String::new();
    for command in quincunx::cli::definition().get_subcommands() {
        let command = command.get_name();
        options += &format!(
            "### quincunx {command}\n\n```text\n{}```\n\n",
            answer(&folder, &[command, "--help"])
        );
    }
    let keys: Value =
        serde_json::from_str(&answer(&folder, &["schema"])).expect("the schema is JSON");
    BTreeMap::from([
        ("codes", codes),
        ("functions", quincunx::expression::reference_markdown()),
        ("keys", schema::tables(&keys)),
        ("options", options),
    ])
}

/// Puts the parts between `<!-- generated: NAME -->` and `<!-- end -->`.
fn filled(text: &str, parts: &BTreeMap<&'static str, String>) -> String {
    let mut out = String::new();
    let mut rest = text;
    let mut seen = BTreeSet::new();
    while let Some(at) = rest.find("<!-- generated: ") {
        let opened = &rest[at..];
        let (marker, after) = opened.split_once(" -->\n").expect("a marker ends its line");
        let name = marker.trim_start_matches("<!-- generated: ");
        let end = after.find("<!-- end -->").expect("a marker has an end");
        let part = parts
            .get(name)
            .unwrap_or_else(|| panic!("nothing generates `{name}`"));
        seen.insert(name);
        out += &format!("{}{marker} -->\n\n{}\n\n", &rest[..at], part.trim_end());
        rest = &after[end..];
    }
    assert_eq!(
        seen.into_iter().collect::<Vec<_>>(),
        parts.keys().copied().collect::<Vec<_>>()
    );
    out + rest
}

#[test]
fn the_reference_equals_what_the_code_generates() {
    let text = document(REFERENCE);
    let wanted = filled(&text, &generated());
    if env::var_os("UPDATE_DOCS").is_some() {
        fs::write(path(REFERENCE), &wanted).expect("the reference can be written");
        return;
    }
    let differing = text
        .lines()
        .zip(wanted.lines())
        .enumerate()
        .find(|(_, (a, b))| a != b);
    let (number, (found, line)) = differing.map_or((0, ("", "")), |(i, pair)| (i + 1, pair));
    assert!(
        text == wanted,
        "docs/reference.md, line {number}:\n  has   {found}\n  wants {line}\nrewrite it by UPDATE_DOCS=1 cargo test --test docs"
    );
}

#[test]
fn every_warning_code_of_a_run_is_listed() {
    let documented = document("docs/reference.md");
    let (_, section) = documented
        .split_once("### Found by a run")
        .expect("a section on what a run finds");
    let (section, _) = section.split_once("\n## ").expect("sections after it");
    for code in quincunx::diagnostic::RUN_CODES {
        assert!(section.contains(&format!("`{code}`")), "{code}");
    }
    let codes: BTreeSet<&str> = quincunx::diagnostic::CODES
        .iter()
        .map(|(code, _)| *code)
        .collect();
    let sets = [
        "outcomes.deal_after_strike.when=final(offer) < 0",
        "events.storm.at=2027-01-01",
        "events.storm.if=backlog < 0",
    ];
    let mut arguments = vec![
        "run",
        "port_strike.json",
        "--trials",
        "1024",
        "--format",
        "json",
    ];
    arguments.extend(sets.iter().flat_map(|set| ["--set", set]));
    let run = keys::result(&arguments);
    let warnings = run["warnings"].as_array().expect("a list");
    assert!(warnings.len() >= 3, "{warnings:?}");
    for warning in warnings {
        let code = warning["code"].as_str().unwrap_or_default();
        assert!(codes.contains(code), "{code}");
    }
}

#[test]
fn every_example_of_the_reference_runs_without_a_warning() {
    let text = document(REFERENCE);
    let mut examples = 0;
    for block in text.split("```json\n").skip(1) {
        let block = block.split("```").next().unwrap_or_default();
        let frame = serde_json::json!({
            "format": 2, "name": "example", "start": "2026-01-01", "horizon": "12 months", "step": "1 week",
            "outcomes": [{"name": "all", "when": "true"}]
        });
        let sections: Value =
            serde_json::from_str(block).unwrap_or_else(|e| panic!("{e}: {block}"));
        // A block that states its format is a whole file.
        let mut whole = match sections.get("format") {
            Some(_) => Value::Object(Default::default()),
            None => frame,
        };
        for (key, value) in sections.as_object().expect("sections") {
            whole[key] = value.clone();
        }
        let study = quincunx::Study::from_text(&whole.to_string(), "example.json")
            .unwrap_or_else(|report| panic!("{:?}: {block}", report.diagnostics));
        assert!(
            study.diagnostics.is_empty(),
            "{:?}: {block}",
            study.diagnostics
        );
        let settings = study.settings().trials(1_000).seed(1).build();
        study
            .run(&settings, &quincunx::Silent)
            .unwrap_or_else(|error| panic!("{error}: {block}"));
        examples += 1;
    }
    assert!(examples > 0);
}
