//! `given`: a run split by a condition.

use super::exit::{Exit, Misuse};
use super::options::{Format, Output, Precision, Simulation};
use super::output::Destination;
use super::pictures::Page;
use super::places::Places;
use super::progress::Meter;
use super::terminal::Terminal;
use super::{findings, run};
use crate::analysis::{self, Study, condition_as_question};
use crate::diagnostic::Sources;
use crate::report::html::Answer;
use crate::report::{csv, json, markdown, table};
use anyhow::Result;
use clap::Args;
use std::path::PathBuf;

/// Simulate a scenario and print everything again among the futures in which a condition held, and
/// among those in which it did not
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
                        quincunx given strike.jsonc \"ever(talks_open)\"\n  \
                        quincunx given baseline.json \"ever(phase == wider_war)\" --trials 50000\n  \
                        quincunx given baseline.json \"final(ru_share) > 21\" --format csv --out split.csv\n\n\
                        The condition is a formula as in a question's `holds`: over the end, and over the path up to there.\n\
                        Both sides are of one run. A difference between them is a connection, not an effect: to see what a change\n\
                        does, compare two scenarios.")]
pub struct Arguments {
    /// Scenario file (JSON or JSONC)
    file: PathBuf,
    /// Formula that a future fulfils or not, in quotation marks
    condition: String,
    #[command(flatten)]
    simulation: Simulation,
    #[command(flatten)]
    precision: Precision,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    page: Page,
}

pub fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Exit> {
    let Arguments {
        file,
        condition,
        simulation,
        precision,
        output,
        page,
    } = arguments;
    if file.as_os_str() == "-" {
        let text = "standard input can be read only once, and the scenario is read with and without the condition: save it to a file";
        return Err(Misuse(text.into()).into());
    }
    if condition.trim().is_empty() {
        return Err(Misuse(
            "the condition is empty: give a formula such as \"ever(truce)\"".into(),
        )
        .into());
    }
    let format = output.format(&[Page::ELSEWHERE], terminal)?;
    let sets = &simulation.variant.set;
    let original = match Study::open(file, sets) {
        Ok(study) => study,
        Err(report) => return Ok(findings::refuse(&report, terminal)),
    };
    let (set, question) = condition_as_question(&original.model, condition);
    // Nobody typed that setting: what is wrong with it is shown in the condition.
    let shown = |sources: &mut Sources| {
        sources.typed("CONDITION", condition, ["questions", &question], "holds");
    };
    let study = match Study::open(file, &[sets.as_slice(), &[set]].concat()) {
        Ok(mut study) => {
            shown(&mut study.sources);
            study
        }
        Err(mut report) => {
            shown(&mut report.sources);
            return Ok(findings::refuse(&report, terminal));
        }
    };
    let settings = simulation.settings_until(precision, &original)?;
    let mut places =
        Places::reading(std::iter::once(file.as_path()).chain(original.sources.files()));
    places.output("--out", output.out.as_deref())?;
    let destination = Destination::open(output.out.as_deref(), terminal)?;
    let canvas = page.open(&mut places, terminal)?;
    let meter = Meter::start(&settings, None, output.quiet, terminal)?;
    let found = analysis::given(&study, (&question, condition), &original, &settings, &meter);
    let result = match found {
        Ok(result) => result,
        Err(error) => return findings::failed(error, &[&study], terminal),
    };
    let simulated = result.run.trials > 0;
    meter.finish(simulated)?;
    if !simulated {
        return Ok(run::nothing(terminal));
    }
    destination.write(|out, look| match format {
        Format::Table => table::write_given(out, &result, look),
        Format::Json => json::write(out, &result),
        Format::Csv => csv::write_given(out, &result, output.layout()),
        Format::Markdown => markdown::write_given(out, &result),
    })?;
    canvas.answer(|| Answer::Given(result.clone()))?;
    if !output.quiet {
        precision.remark(result.run.largest_std_error, terminal);
        if format != Format::Table {
            run::warnings(&result.warnings, terminal);
        }
    }
    Ok(run::ended(result.run.interrupted))
}
