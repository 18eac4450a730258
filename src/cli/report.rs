//! `report`: results as one HTML page to send.

use super::exit::{Exit, Misuse};
use super::input;
use super::output::Destination;
use super::pictures::{Charts, chosen, make_folder, typical, write_charts};
use super::places::Places;
use super::terminal::Terminal;
use super::told::Order;
use crate::analysis::{Study, settings_of};
use crate::report::files;
use crate::report::html::{self, ComparePart, Part, RunPart};
use crate::results::{
    CompareResult, RunResult, Storyline, Typical, check_comparison, check_story, check_typical,
    tool,
};
use anyhow::Result;
use clap::Args;
use std::path::{Path, PathBuf};

/// Write results as one self-contained HTML page with charts
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
                        quincunx run baseline.json --format json --out baseline.result.json\n  \
                        quincunx report baseline.result.json\n  \
                        quincunx report a.result.json b.result.json --out both.html --charts pictures\n\n\
                        The page needs no network, prints well, and holds all it shows; `quincunx run FILE --report PAGE` makes it\n\
                        without the detour over a result file.")]
pub struct Arguments {
    /// Result files, as written by `run`, `compare` or `trace` with --format json; one may be `-`
    /// for standard input
    #[arg(required = true, value_name = "RESULT")]
    results: Vec<PathBuf>,
    #[command(flatten)]
    charts: Charts,
    /// Only what the results say at a glance: two pages to send alone
    #[arg(long, help_heading = "Output")]
    brief: bool,
    /// Which outcome and which trend of a run come first (default: likeliest)
    #[arg(long, value_enum, value_name = "ORDER", help_heading = "Output")]
    order: Option<Order>,
    /// Where to write the page (default: beside the first result, its ending replaced by .html);
    /// `-` is standard output
    #[arg(long, value_name = "PATH", help_heading = "Output")]
    out: Option<PathBuf>,
    /// No remarks on standard error
    #[arg(long, short, help_heading = "Output")]
    quiet: bool,
}

pub fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Exit> {
    let say = |text: &str| {
        if !arguments.quiet {
            terminal.warning(text);
        }
    };
    let out = match &arguments.out {
        Some(out) => out.clone(),
        None => beside(&arguments.results[0]),
    };
    let mut places = Places::reading(&arguments.results);
    places.output("--out", Some(&out))?;
    places.charts(arguments.charts.folder.as_deref())?;
    let mut parts = Vec::with_capacity(arguments.results.len());
    for path in &arguments.results {
        let mut part = part(path, &arguments.charts, &say)?;
        if let Part::Run(run) = &mut part {
            run.order = arguments.order.map_or_else(Default::default, Order::told);
        }
        parts.push(part);
    }
    if arguments.order.is_some() && !parts.iter().any(|part| matches!(part, Part::Run(_))) {
        let text = "--order is about the results of runs, and none is among these; a comparison begins with what changes most";
        return Err(Misuse(text.into()).into());
    }
    let destination = Destination::open(Some(&out), terminal)?;
    let _made = arguments.charts.open()?;
    destination.write(|to, _| html::write(to, &parts, arguments.brief))?;
    if let Some(folder) = &arguments.charts.folder {
        for (number, part) in (1..).zip(&parts) {
            let charts = match part {
                Part::Run(run) => files::of_run(run),
                Part::Compare(comparison) => files::of_comparison(comparison),
                Part::Stories(_) | Part::Story(_) | Part::Answer(_) => Vec::new(),
            };
            // Several results have charts of the same names.
            let place = if parts.len() > 1 {
                folder.join(number.to_string())
            } else {
                folder.clone()
            };
            let _made = make_folder(&place)?;
            write_charts(&place, &chosen(charts, &arguments.charts.only)?)?;
        }
    }
    if !arguments.quiet && out.as_os_str() != "-" {
        terminal.note(&format!("wrote `{}`", out.display()));
    }
    Ok(Exit::Done)
}

/// `result.json` becomes `result.html`; standard input goes to standard output.
fn beside(result: &Path) -> PathBuf {
    if result.as_os_str() == "-" {
        result.into()
    } else {
        result.with_extension("html")
    }
}

fn part(path: &Path, charts: &Charts, say: &dyn Fn(&str)) -> Result<Part> {
    let shown = path.display().to_string();
    let value = input::value(path)?;
    let has = |key: &str| value.get(key).is_some();
    if has("comparisons") && has("scenarios") {
        let result: CompareResult = input::decoded(value, &shown, check_comparison)?;
        let names = |run: &RunResult| {
            run.events
                .iter()
                .map(|e| e.name.clone())
                .collect::<Vec<_>>()
        };
        let events: Vec<String> = result.scenarios.iter().flat_map(names).collect();
        charts.check(events.iter().map(String::as_str))?;
        let typical = result
            .scenarios
            .iter()
            .map(|run| stories(run, say))
            .collect::<Result<_>>()?;
        return Ok(Part::Compare(ComparePart {
            result,
            typical,
            events: charts.events.clone(),
        }));
    }
    if has("outcomes") && has("run") && has("scenario") {
        let result = input::run_result(value, &shown)?;
        charts.check(result.events.iter().map(|event| event.name.as_str()))?;
        let typical = stories(&result, say)?;
        return Ok(Part::Run(Box::new(RunPart {
            result,
            typical,
            events: charts.events.clone(),
            order: Default::default(),
        })));
    }
    if has("happenings") {
        let story: Storyline = input::decoded(value, &shown, check_story)?;
        return Ok(Part::Story(Box::new(story)));
    }
    if has("stories") && has("compared") {
        let typical: Typical = input::decoded(value, &shown, check_typical)?;
        return Ok(Part::Stories(vec![typical]));
    }
    let hint = if has("phases") || has("extends") {
        format!(
            "it looks like a scenario; `quincunx run {shown} --report {}` simulates it and writes the page",
            beside(path).display()
        )
    } else {
        "it has none of their keys; they are written by `run`, `compare` and `trace` with --format json".into()
    };
    Err(Misuse(format!("`{shown}` is not a result file: {hint}")).into())
}

/// Typical trials, replayed from the scenario within the result; none, with a warning, if that is
/// not the one that was run.
fn stories(result: &RunResult, say: &dyn Fn(&str)) -> Result<Vec<Typical>> {
    let name = &result.scenario.name;
    if result.tool != tool() {
        let (theirs, ours) = (&result.tool, tool());
        say(&format!(
            "no typical futures of `{name}`: its result is of {} {}, and {} {} may play them otherwise",
            theirs.name, theirs.version, ours.name, ours.version
        ));
        return Ok(Vec::new());
    }
    let source = result.scenario.source.to_string();
    let study = match Study::from_text(&source, "scenario.source") {
        Ok(study) if study.model.sha256 == result.scenario.sha256 => study,
        _ => {
            say(&format!(
                "no typical futures of `{name}`: the scenario in its result is not the one that was run"
            ));
            return Ok(Vec::new());
        }
    };
    let settings = settings_of(&result.run);
    typical(&study, &settings, result)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_goes_beside_its_result() {
        assert_eq!(
            beside(Path::new("a/b.result.json")),
            Path::new("a/b.result.html")
        );
        assert_eq!(beside(Path::new("result")), Path::new("result.html"));
        assert_eq!(beside(Path::new("-")), Path::new("-"));
    }
}
