//! `compare`: scenarios under common random numbers, each against the first.

use super::exit::{Exit, Misuse};
use super::explain_edits::Asked;
use super::formats;
use super::options::{Format, Output, Precision, Simulation};
use super::output::Destination;
use super::pictures::{Page, Pictures, typical};
use super::places::Places;
use super::progress::Meter;
use super::terminal::Terminal;
use super::{explain_edits, findings, run};
use crate::analysis::{self, Study};
use crate::report::html::{ComparePart, Part};
use crate::report::{csv, files, json, markdown, table};
use anyhow::Result;
use clap::{ArgAction, ArgMatches, Args, FromArgMatches};
use indexmap::IndexMap;
use std::path::{Path, PathBuf};

/// What other options than `--out` write.
const ELSEWHERE: [(&str, &str); 2] = [
    (formats::PAGE, "--report PATH"),
    (formats::CHART, "--charts DIR"),
];

/// Run scenarios under common random numbers and print what differs between them, and by how much
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
                        quincunx compare baseline.json escalation.json\n  \
                        quincunx compare baseline.json a.json b.json --trials 200000 --format markdown --out differences.md\n  \
                        quincunx compare baseline.json escalation.json --report differences.html\n  \
                        quincunx compare baseline.json --set trends.escalation.weight=0.5\n  \
                        quincunx compare baseline.json --set trends.escalation.weight=0.5 --and --set parameters.rate_text.value=0.3\n  \
                        quincunx compare baseline.json escalation.json --explain --of silent\n  \
                        quincunx compare old.result.json new.result.json --explain\n  \
                        quincunx compare baseline.json --variant hasty:parameters.rate_text.value=0.3 --variant slow:parameters.rate_text.value=0.05\n\n\
                        With one file, --set makes the second scenario of it, and --and begins a further one. With several\n\
                        files --set changes them all. Differences are taken between trials that share their random numbers,\n\
                        so they are known far better than the scenarios themselves. Size, seed and design come from the\n\
                        options or the first file, for all. One table has all scenarios for which the page is wide enough\n\
                        (four and more at 80 columns); what is too much for it goes on in a further one.")]
pub struct Arguments {
    /// Scenario files, the base first; one may be `-` for standard input
    #[arg(required = true, num_args = 1.., value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    sets: Sets,
    /// Compare a variant of the first file too, with this value changed; the same NAME again
    /// changes another of its values
    #[arg(long, value_name = "NAME:PATH=VALUE", help_heading = "Simulation")]
    variant: Vec<String>,
    /// Split the difference between two files, or what several --set make of one, among the edits
    /// that make it. A FILE may be a result of `run`: another seed and another version of the
    /// engine are then told apart from the edits
    #[arg(long, conflicts_with_all = ["variant", "and", "full", "folder", "until", "brief", "only", "events"])]
    explain: bool,
    /// With --explain: which groups, outcomes, questions, metrics and ratios, by name, separated by
    /// commas (default: the likeliest group)
    #[arg(
        long,
        value_name = "NAMES",
        value_delimiter = ',',
        requires = "explain"
    )]
    of: Vec<String>,
    #[command(flatten)]
    simulation: Simulation,
    #[command(flatten)]
    precision: Precision,
    #[command(flatten)]
    output: Output,
    /// Show every row and the tables of each pair, with all errors
    #[arg(long, help_heading = "Output")]
    full: bool,
    #[command(flatten)]
    pictures: Pictures,
}

/// What is set in one file, scenario by scenario: `--and` stands between the settings of two.
///
/// It takes the settings from where they stand on the command line, so it has to be read before
/// [`Simulation`], which takes them out.
#[derive(Clone, Debug, Default)]
struct Sets {
    by_scenario: Vec<Vec<String>>,
}

/// The option that stands between the settings of two scenarios.
const AND: &str = "and";
/// The option that changes a value.
const SET: &str = "set";

impl FromArgMatches for Sets {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut sets = Self::default();
        sets.update_from_arg_matches(matches)?;
        Ok(sets)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        let places = |name: &str| matches.indices_of(name).into_iter().flatten();
        let ands: Vec<usize> = places(AND).collect();
        self.by_scenario = vec![Vec::new(); ands.len() + 1];
        let values = matches.get_many::<String>(SET).into_iter().flatten();
        for (place, value) in places(SET).zip(values) {
            let scenario = ands.iter().filter(|and| **and < place).count();
            self.by_scenario[scenario].push(value.clone());
        }
        Ok(())
    }
}

impl Args for Sets {
    fn augment_args(command: clap::Command) -> clap::Command {
        command.arg(
            clap::Arg::new(AND)
                .long(AND)
                .num_args(0)
                .action(ArgAction::Append)
                .default_missing_value("true")
                .help_heading("Simulation")
                .help("Begin a further scenario of the one file: what --set changes from here on is changed in it alone"),
        )
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        Self::augment_args(command)
    }
}

/// The scenarios to compare: a file each, and what is set in it.
///
/// # Errors
/// [`Misuse`] if there is nothing to compare, or a variant is no change of a named one.
fn columns(arguments: &Arguments) -> Result<Vec<(&Path, Vec<String>)>> {
    let sets = &arguments.simulation.variant.set;
    let by_scenario = &arguments.sets.by_scenario;
    let files = arguments.files.iter().map(PathBuf::as_path);
    let mut columns: Vec<(&Path, Vec<String>)> = Vec::new();
    match arguments.files.as_slice() {
        [file] => {
            columns.push((file, Vec::new()));
            if by_scenario.len() > 1 && by_scenario.iter().any(Vec::is_empty) {
                let text = "--and stands between the settings of two scenarios: --set PATH=VALUE --and --set PATH=VALUE";
                return Err(Misuse(text.into()).into());
            }
            for (i, own) in by_scenario
                .iter()
                .enumerate()
                .filter(|(_, own)| !own.is_empty())
            {
                let name = match i {
                    0 => "changed".to_owned(),
                    _ => format!("changed_{}", i + 1),
                };
                columns.push((file, named(&name, "changed", &own.join(", "), own)));
            }
        }
        _ if by_scenario.len() > 1 => {
            let text = format!(
                "--and begins a further scenario of one file, and there are {}: name one file, or write each change as --variant NAME:PATH=VALUE",
                arguments.files.len()
            );
            return Err(Misuse(text).into());
        }
        _ => columns.extend(files.map(|file| (file, sets.clone()))),
    }
    let Some((first, shared)) = columns.first().cloned() else {
        return Ok(columns);
    };
    let mut variants: IndexMap<&str, Vec<String>> = IndexMap::new();
    for variant in &arguments.variant {
        let parts = variant.split_once(':');
        let Some((name, set)) =
            parts.filter(|(name, set)| !name.trim().is_empty() && set.contains('='))
        else {
            let text = format!(
                "--variant {variant}: expected NAME:PATH=VALUE, such as hasty:trends.escalation.weight=0.5"
            );
            return Err(Misuse(text).into());
        };
        variants
            .entry(name.trim())
            .or_default()
            .push(set.to_owned());
    }
    for (name, own) in variants {
        let told = own.join(", ");
        let all = [shared.clone(), own].concat();
        columns.push((first, named(name, name, &told, &all)));
    }
    if columns.len() < 2 {
        let text = "one file is nothing to compare: name another, or what to change in it by --set PATH=VALUE or --variant NAME:PATH=VALUE";
        return Err(Misuse(text.into()).into());
    }
    if first == Path::new("-") && columns.iter().filter(|(file, _)| *file == first).count() > 1 {
        let text =
            "standard input can be read only once: save it to a file to compare variants of it";
        return Err(Misuse(text.into()).into());
    }
    Ok(columns)
}

/// Settings of a variant, with a name of its own and a title, which says how it is called and what
/// is changed.
fn named(name: &str, called: &str, told: &str, sets: &[String]) -> Vec<String> {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let own = [
        format!("name={}", quoted(name)),
        format!("title={}", quoted(&format!("{called}: {told}"))),
    ];
    [sets, &own].concat()
}

pub fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Exit> {
    let Arguments {
        simulation,
        precision,
        output,
        pictures,
        ..
    } = arguments;
    if arguments.explain {
        let asked = Asked {
            files: &arguments.files,
            of: &arguments.of,
            simulation,
            output,
            page: Page {
                report: pictures.report.clone(),
            },
        };
        return explain_edits::run(&asked, terminal);
    }
    let columns = columns(arguments)?;
    let mut studies = Vec::with_capacity(columns.len());
    let mut is_refused = false;
    for (file, sets) in &columns {
        match Study::open(file, sets) {
            Ok(study) => studies.push(study),
            Err(report) => {
                findings::refuse(&report, terminal);
                is_refused = true;
            }
        }
    }
    let studies: Vec<&Study> = studies.iter().collect();
    let Some(base) = studies.first().filter(|_| !is_refused) else {
        return Ok(Exit::Input);
    };
    let settings = simulation.settings_until(precision, base)?;
    let format = output.format(&ELSEWHERE, terminal)?;
    let named = arguments.files.iter().map(PathBuf::as_path);
    let parents = studies.iter().flat_map(|study| study.sources.files());
    let mut places = Places::reading(named.chain(parents));
    places.output("--out", output.out.as_deref())?;
    pictures.claim(&mut places)?;
    let destination = Destination::open(output.out.as_deref(), terminal)?;
    let screen = (arguments.full && format != Format::Table)
        .then(|| destination.beside("--full", terminal))
        .transpose()?;
    let events = studies.iter().flat_map(|study| &study.model.events);
    pictures
        .charts
        .check(events.map(|event| event.name.as_str()))?;
    let canvas = pictures.open(terminal)?;
    let meter = Meter::start(&settings, None, output.quiet, terminal)?;
    let result = match analysis::compare(&studies, &settings, &meter) {
        Ok(result) => result,
        Err(error) => return findings::failed(error, &studies, terminal),
    };
    let simulated = result.scenarios.iter().all(|s| s.run.trials > 0);
    meter.finish(simulated)?;
    if !simulated {
        return Ok(run::nothing(terminal));
    }

    destination.write(|out, look| match format {
        Format::Table => table::write_compare(out, &result, arguments.full, look),
        Format::Json => json::write(out, &result),
        Format::Csv => csv::write_compare(out, &result, output.layout()),
        Format::Markdown => markdown::write_compare(out, &result),
    })?;
    if let Some(screen) = screen {
        screen.write(|out, look| table::write_compare(out, &result, true, look))?;
    }
    if !pictures.is_none() {
        let scenarios = studies.iter().zip(&result.scenarios);
        let part = ComparePart {
            typical: scenarios
                .map(|(study, scenario)| typical(study, &settings, scenario))
                .collect::<Result<_>>()?,
            result: result.clone(),
            events: pictures.charts.events.clone(),
        };
        let charts = || files::of_comparison(&part);
        canvas.draw(&[Part::Compare(part.clone())], charts)?;
    }
    let largest = result
        .scenarios
        .iter()
        .map(|scenario| scenario.run.largest_std_error)
        .fold(0.0, f64::max);
    if !output.quiet {
        precision.remark(largest, terminal);
    }
    if !output.quiet && format != Format::Table {
        run::warnings(&result.warnings, terminal);
        for scenario in &result.scenarios {
            run::warnings(&scenario.warnings, terminal);
        }
    }
    let interrupted = result
        .scenarios
        .iter()
        .any(|scenario| scenario.run.interrupted);
    Ok(run::ended(interrupted))
}
