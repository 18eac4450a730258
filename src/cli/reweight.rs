//! `reweight`: other start weights on a finished run, without simulating.

use super::exit::{Exit, Misuse};
use super::input;
use super::options::Format;
use super::options::Output;
use super::output::Destination;
use super::places::Places;
use super::terminal::Terminal;
use crate::analysis;
use crate::report::{csv, json, markdown, table};
use crate::results::RunResult;
use anyhow::Result;
use clap::Args;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Give a finished run other start weights of the trends, without simulating
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
                        quincunx run baseline.json --format json --out baseline.result.json\n  \
                        quincunx reweight baseline.result.json --weights stalemate=0.6\n  \
                        quincunx reweight baseline.result.json --weights stalemate=0.5,escalation=0.3 --format json\n\n\
                        Trends that are not named share what is left, in the proportions that they had. If all are named they must sum to 1.\n\
                        What only a run can give (quantiles, everything over time) is left out.")]
pub struct Arguments {
    /// Result file of `quincunx run --format json`; `-` reads standard input
    result: PathBuf,
    /// New weights, such as stalemate=0.6,escalation=0.2; may be repeated
    #[arg(long, value_name = "TREND=WEIGHT", required = true, value_delimiter = ',', value_parser = weight)]
    weights: Vec<(String, f64)>,
    #[command(flatten)]
    output: Output,
}

pub fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Exit> {
    let Arguments { output, .. } = arguments;
    let format = output.format(&[], terminal)?;
    let mut places = Places::reading([&arguments.result]);
    places.output("--out", output.out.as_deref())?;
    let result = read(&arguments.result)?;
    let found = analysis::reweight(&result, &arguments.weights)
        .map_err(|error| Misuse(error.to_string()))?;
    let destination = Destination::open(output.out.as_deref(), terminal)?;
    destination.write(|out, look| match format {
        Format::Table => table::write_reweight(out, &found, look),
        Format::Json => json::write(out, &found),
        Format::Csv => csv::write_reweight(out, &found, arguments.output.layout()),
        Format::Markdown => markdown::write_reweight(out, &found),
    })?;
    if result.run.interrupted && !output.quiet {
        terminal.warning("the run was interrupted: these are fewer trials than were asked for");
    }
    Ok(Exit::Done)
}

/// Reads the result of a run.
fn read(path: &Path) -> Result<RunResult> {
    let value = input::value(path)?;
    let shown = path.display().to_string();
    if let Some(what) = other(&value) {
        let how = "make one with `quincunx run FILE --format json --out RESULT`";
        let text = format!("`{shown}` is no result of a run: {what}; {how}");
        return Err(Misuse(text).into());
    }
    input::run_result(value, &shown)
}

/// What a value is that is no result of a run, if that can be told.
fn other(value: &Value) -> Option<&'static str> {
    let has = |key: &str| value.get(key).is_some();
    if has("comparisons") {
        Some("it is a comparison")
    } else if has("happenings") || has("stories") {
        Some("it is a trace")
    } else if has("outcomes") && has("weights") && has("remarks") {
        Some("it is reweighted already")
    } else if has("outcomes") && !has("tool") || has("extends") {
        Some("it is a scenario file")
    } else if !has("outcomes") || !has("run") {
        Some("it has none of its keys")
    } else {
        None
    }
}

fn weight(text: &str) -> Result<(String, f64), String> {
    let fault = || format!("`{text}` is not TREND=WEIGHT, such as stalemate=0.6");
    let (name, number) = text.split_once('=').ok_or_else(fault)?;
    let weight: f64 = number.trim().parse().map_err(|_| fault())?;
    Ok((name.trim().to_owned(), weight))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weight_is_a_name_and_a_number() {
        assert_eq!(weight("calm=0.5"), Ok(("calm".into(), 0.5)));
        assert_eq!(weight(" calm = 1 "), Ok(("calm".into(), 1.0)));
        for text in ["calm", "calm=", "calm=half", ""] {
            assert!(weight(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_no_result_of_a_run_is_told_apart() {
        for (text, wanted) in [
            (r#"{"comparisons": []}"#, Some("it is a comparison")),
            (r#"{"happenings": []}"#, Some("it is a trace")),
            (
                r#"{"format": 1, "outcomes": []}"#,
                Some("it is a scenario file"),
            ),
            (r#"{"extends": "a.json"}"#, Some("it is a scenario file")),
            (
                r#"{"outcomes": [], "tool": {}, "weights": [], "remarks": []}"#,
                Some("it is reweighted already"),
            ),
            ("[]", Some("it has none of its keys")),
            (r#"{"outcomes": [], "tool": {}, "run": {}}"#, None),
        ] {
            let value = serde_json::from_str(text).expect("it is JSON");
            assert_eq!(other(&value), wanted, "{text}");
        }
    }
}
