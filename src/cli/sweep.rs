//! `sweep`: some numbers of a scenario as some of its inputs vary.

use super::exit::{Exit, Misuse};
use super::formats;
use super::options::{Format, Output, Simulation, whole};
use super::output::{Destination, MadeFolder};
use super::paths;
use super::pictures::{Canvas, Page, make_folder, write_charts};
use super::places::Places;
use super::progress::Meter;
use super::terminal::Terminal;
use super::vary::{self, Asked, Plan, Vary};
use super::{findings, run, show};
use crate::analysis::{self, NoBreakEven, Point, Quantity, Study, Sweep};
use crate::engine::{EngineError, Settings};
use crate::report::html::Answer;
use crate::report::{csv, files as charts, json, markdown, table};
use crate::results::{SweepAxis, SweepResult};
use crate::scenario::{Disk, Files, Findings, load_with};
use anyhow::Result;
use clap::Args;
use clap_complete::ArgValueCompleter;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Trials that all runs together have, unless someone says otherwise.
const ALL_TRIALS: u64 = 100_000;
/// Trials of a run then, at least: a block; and at most.
const TRIALS: [u64; 2] = [1024, 10_000];

/// Vary inputs of a scenario over grids or a Latin hypercube, under common random numbers, and
/// print how its numbers move
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
                        quincunx sweep baseline.json --vary trends.stalemate.weight=0.3..0.6:7\n  \
                        quincunx sweep baseline.json --vary parameters.rate_text.p50=0.4..0.9:5 --vary horizon=2,3,4\n  \
                        quincunx sweep baseline.json --variant escalation.json --variant fast:parameters.rate_text.p50=0.9\n  \
                        quincunx sweep baseline.json --vary horizon=2..5:4 --until \"silent = 15%\"\n  \
                        quincunx sweep baseline.json --lhs 50 --vary parameters.rate_text.p50=0.4..0.9 --format csv\n\n\
                        Several --vary make all combinations. Every run has the same random numbers, so differences from\n\
                        the file as it is are known far better than the numbers themselves. Without --trials and --draws,\n\
                        100,000 trials are shared out among the runs, from 1,024 to 10,000 each.")]
pub struct Arguments {
    /// Scenario file (JSON or JSONC)
    file: PathBuf,
    #[command(flatten)]
    inputs: Inputs,
    /// Find where a number is that large, as the one input varies: NAME = NUMBER, such as
    /// "outcomes.ceasefire = 0.2". `run` has another option of this name, which ends a run when its
    /// errors are small; the runs of a sweep have a fixed size
    #[arg(long, value_name = "EQUATION", conflicts_with_all = ["lhs", "variant"], help_heading = "Inputs")]
    until: Option<String>,
    #[command(flatten)]
    simulation: Simulation,
    #[command(flatten)]
    output: Output,
    /// Also draw each number over one input as a line, over variants or other choices as
    /// differences from the file, over two inputs as a heat map, as SVG and PNG into this folder,
    /// which is made if need be
    #[arg(long, value_name = "DIR", help_heading = "Pictures")]
    charts: Option<PathBuf>,
    #[command(flatten)]
    page: Page,
}

/// What varies, and what is read off each run.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Inputs")]
pub struct Inputs {
    /// Vary the value at a dotted path: PATH=FROM..TO:N for N evenly spaced numbers, or PATH=a,b,c;
    /// may be repeated
    #[arg(
        long,
        value_name = "PATH=VALUES",
        value_parser = vary::vary,
        allow_hyphen_values = true,
        add = ArgValueCompleter::new(paths::to_set)
    )]
    pub vary: Vec<Vary>,
    /// A whole variant as one choice: another FILE, or NAME:PATH=VALUE of this one (null takes a
    /// thing away); the same NAME again changes another of its values
    #[arg(long, value_name = "VARIANT")]
    pub variant: Vec<String>,
    /// A Latin hypercube of N runs instead of a grid; each --vary is then PATH=FROM..TO
    #[arg(long, value_name = "N", value_parser = whole("lhs"), allow_negative_numbers = true, conflicts_with = "variant")]
    pub lhs: Option<u64>,
    /// What to read off each run: groups, outcomes, questions, metrics and ratios by name,
    /// separated by commas (default: the likeliest group)
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub of: Vec<String>,
}

pub fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Exit> {
    let Arguments {
        file,
        inputs,
        simulation,
        output,
        ..
    } = arguments;
    if inputs.is_none() {
        let text = "nothing varies: give --vary PATH=FROM..TO:N, --vary PATH=a,b,c or --variant";
        return Err(Misuse(text.into()).into());
    }
    inputs.check(file)?;
    let format = output.format(
        &[(formats::CHART, "--charts DIR"), Page::ELSEWHERE],
        terminal,
    )?;
    let base = match Study::open(file, &simulation.variant.set) {
        Ok(study) => study,
        Err(report) => return Ok(findings::refuse(&report, terminal)),
    };
    let of = inputs.of(&base)?;
    let until = until(arguments, &base)?;
    let of = match &until {
        Some((quantity, _)) if !of.contains(quantity) => [of, vec![quantity.clone()]].concat(),
        _ => of,
    };
    let plan = inputs.plan(file, &base, simulation)?;
    let studies = match opened(&plan, &simulation.variant.set, &Disk) {
        Ok(studies) => studies,
        Err(report) => return Ok(findings::refuse(&report, terminal)),
    };
    let settings = settings(simulation, &base, plan.points.len())?;
    let axes = axes(&plan, &base);
    let points = (plan.points.into_iter().zip(studies))
        .map(|(asked, study)| Point {
            at: asked.at,
            study,
        })
        .collect();
    let sweep = Sweep {
        base,
        axes,
        points,
        design: inputs.design().to_owned(),
        of,
    };
    let read = std::iter::once(&sweep.base)
        .chain(sweep.points.iter().map(|point| &point.study))
        .flat_map(|study| study.sources.files());
    let places = Places::reading(std::iter::once(file.as_path()).chain(read));
    let told = Told::open(
        (output, arguments.charts.as_deref(), &arguments.page),
        format,
        can_be_drawn(&sweep.axes, &sweep.design),
        places,
        terminal,
    )?;
    let all = all(&settings, sweep.points.len());
    let meter = Meter::start(&all, None, output.quiet, terminal)?;
    let found = analysis::sweep(&sweep, &settings, &meter);
    meter.finish(true)?;
    let mut result = match found {
        Ok(Some(result)) => result,
        Ok(None) => {
            terminal.error(
                "interrupted before the first runs were complete: there is nothing to report",
            );
            return Ok(Exit::Interrupted);
        }
        Err(fault) => return failed(&sweep, fault, terminal),
    };
    if let Some((quantity, target)) = &until {
        let of = sweep.of.iter().position(|one| one == quantity).unwrap_or(0);
        let endless = settings.clone().until(Some(0.0));
        let meter = Meter::start(&endless, None, output.quiet, terminal)?;
        let path = &sweep.axes[0].path;
        let open = |at: f64| {
            let own = [format!("{path}={at}")];
            Study::open(file, &[simulation.variant.set.as_slice(), &own].concat())
        };
        let found =
            analysis::break_even(&result, (quantity, of, *target), &settings, &meter, &open);
        meter.finish(true)?;
        match found {
            Ok(found) => result.break_even = Some(found),
            Err(NoBreakEven::Interrupted) => result.run.interrupted = true,
            Err(NoBreakEven::Refused { at, report }) => {
                terminal.error(&format!(
                    "the search came to {path}={at}, where the scenario cannot be used:"
                ));
                return Ok(findings::refuse(&report, terminal));
            }
            Err(NoBreakEven::Failed { study, error }) => {
                return findings::failed(error, &[&study], terminal);
            }
        }
    }
    told.write(&result, terminal)?;
    Ok(run::ended(result.run.interrupted))
}

/// The number and the target of `--until`.
///
/// # Errors
/// [`Misuse`] for what is no equation of a number of the scenario, and for anything but one input
/// of numbers.
fn until(arguments: &Arguments, base: &Study) -> Result<Option<(Quantity, f64)>> {
    let Some(text) = &arguments.until else {
        return Ok(None);
    };
    let fault = |what: &str| Misuse(format!("--until {text}: {what}"));
    let (name, target) = text
        .split_once('=')
        .ok_or_else(|| fault("expected NAME = NUMBER, such as \"outcomes.ceasefire = 0.2\""))?;
    let quantity =
        Quantity::named(&base.model, name.trim()).map_err(|error| fault(&error.to_string()))?;
    let target = target.trim();
    let (number, scale) = match target.strip_suffix('%') {
        Some(number) => (number.trim(), 0.01),
        None => (target, 1.0),
    };
    let number = number.parse::<f64>().ok().filter(|x| x.is_finite());
    let number = number.ok_or_else(|| fault(&format!("`{target}` is not a number")))? * scale;
    if quantity.is_probability() && !(0.0..=1.0).contains(&number) {
        return Err(fault("a probability lies between 0 and 1; write 20% or 0.2").into());
    }
    match arguments.inputs.vary.as_slice() {
        [one] if one.numbers() >= 2 => Ok(Some((quantity, number))),
        [_] => Err(fault(
            "the input has to take at least two numbers, such as --vary PATH=0.1..0.5:9",
        )
        .into()),
        _ => Err(fault("one input is to vary: give a single --vary PATH=FROM..TO:N").into()),
    }
}

impl Inputs {
    /// Whether nothing varies.
    pub fn is_none(&self) -> bool {
        self.vary.is_empty() && self.variant.is_empty()
    }

    /// Refuses what cannot be read for each run.
    ///
    /// # Errors
    /// [`Misuse`] for standard input.
    pub fn check(&self, file: &Path) -> Result<()> {
        if file.as_os_str() == "-" {
            let text = "standard input can be read only once, and a sweep reads the scenario for each run: save it to a file";
            return Err(Misuse(text.into()).into());
        }
        Ok(())
    }

    /// What is read off each run.
    ///
    /// # Errors
    /// [`Misuse`] for a name that the scenario does not have.
    pub fn of(&self, base: &Study) -> Result<Vec<Quantity>> {
        Quantity::all_named(&base.model, &self.of)
            .map_err(|error| Misuse(format!("--of: {error}")).into())
    }

    /// How the runs are spread.
    pub fn design(&self) -> &'static str {
        match self.lhs {
            Some(_) => "latin-hypercube",
            None => "grid",
        }
    }

    /// All runs.
    ///
    /// # Errors
    /// [`Misuse`] as of [`vary::grid`] and [`vary::hypercube`].
    pub fn plan(&self, file: &Path, base: &Study, simulation: &Simulation) -> Result<Plan> {
        let Some(points) = self.lhs else {
            return vary::grid(file, &self.vary, &self.variant);
        };
        let points = usize::try_from(points)
            .ok()
            .filter(|n| (2..=10_000).contains(n));
        let Some(points) = points else {
            return Err(Misuse("--lhs: a Latin hypercube has from 2 to 10000 runs".into()).into());
        };
        let seed = base.settings().seed(simulation.seed).build().seed;
        vary::hypercube(file, &self.vary, points, seed)
    }
}

/// What varies, with what the file itself has there.
pub fn axes(plan: &Plan, base: &Study) -> Vec<SweepAxis> {
    let axes = plan.axes.iter().map(|(path, values)| SweepAxis {
        path: path.clone(),
        values: values.clone(),
        base: show::at(&base.model.source, &path.split('.').collect::<Vec<_>>())
            .ok()
            .cloned(),
    });
    axes.collect()
}

/// The size of all runs together, for a bar.
pub fn all(settings: &Settings, runs: usize) -> Settings {
    settings
        .clone()
        .blocks(settings.blocks * (runs as u64).div_ceil(analysis::TOGETHER as u64))
}

/// Says which run has failed, and why.
///
/// # Errors
/// As of [`findings::failed`].
pub fn failed(
    sweep: &Sweep,
    (culprit, error): (Option<usize>, EngineError),
    terminal: &Terminal,
) -> Result<Exit> {
    let study = match culprit {
        Some(i) => {
            let at = &sweep.points[i].at;
            let told: Vec<String> = (sweep.axes.iter().zip(at))
                .map(|(axis, value)| format!("{}={value}", axis.path))
                .collect();
            terminal.error(&format!("the run with {} failed:", told.join(", ")));
            &sweep.points[i].study
        }
        None => &sweep.base,
    };
    findings::failed(error, &[study], terminal)
}

/// Whether there is a chart for these inputs.
pub fn can_be_drawn(axes: &[SweepAxis], design: &str) -> bool {
    match axes.len() {
        1 => true,
        2 => design == "grid",
        _ => false,
    }
}

/// Where the result of a sweep will go; all of it is open before anything is simulated.
pub struct Told<'a> {
    output: &'a Output,
    format: Format,
    folder: Option<&'a Path>,
    _made: Option<MadeFolder>,
    destination: Destination,
    canvas: Canvas,
}

impl<'a> Told<'a> {
    /// Speaks for what will be written, and opens it.
    ///
    /// # Errors
    /// [`Misuse`] for paths that take no file or that are read, and for charts that there are not.
    pub fn open(
        (output, folder, page): (&'a Output, Option<&'a Path>, &Page),
        format: Format,
        can_be_drawn: bool,
        mut places: Places,
        terminal: &Terminal,
    ) -> Result<Self> {
        places.output("--out", output.out.as_deref())?;
        places.charts(folder)?;
        if folder.is_some() && !can_be_drawn {
            let text =
                "--charts draws one input, or a grid of two; the other formats have every run";
            return Err(Misuse(text.into()).into());
        }
        Ok(Self {
            output,
            format,
            folder,
            _made: folder.map(make_folder).transpose()?,
            destination: Destination::open(output.out.as_deref(), terminal)?,
            canvas: page.open(&mut places, terminal)?,
        })
    }

    /// Writes all.
    ///
    /// # Errors
    /// If a device is full, and the like.
    pub fn write(self, result: &SweepResult, terminal: &Terminal) -> Result<()> {
        let layout = self.output.layout();
        self.destination.write(|out, look| match self.format {
            Format::Table => table::write_sweep(out, result, look),
            Format::Json => json::write(out, result),
            Format::Csv => csv::write_sweep(out, result, layout),
            Format::Markdown => markdown::write_sweep(out, result),
        })?;
        if let Some(folder) = self.folder {
            write_charts(folder, &charts::of_sweep(result))?;
        }
        self.canvas.answer(|| Answer::Sweep(result.clone()))?;
        if !self.output.quiet && self.format != Format::Table {
            run::warnings(&result.warnings, terminal);
        }
        Ok(())
    }
}

/// The size of each run: what was asked for, or a share of a usual number of trials.
///
/// # Errors
/// [`Misuse`] if no run of that size can be had.
pub fn settings(simulation: &Simulation, base: &Study, points: usize) -> Result<Settings> {
    let mut simulation = simulation.clone();
    if simulation.trials.is_none() && simulation.draws.is_none() {
        let [least, most] = TRIALS;
        simulation.trials = Some((ALL_TRIALS / (points as u64 + 1)).clamp(least, most));
    }
    simulation.settings(base)
}

/// The scenarios of all runs, read by as many threads as there are cores.
///
/// # Errors
/// What is wrong with the first that cannot be used.
pub fn opened(
    plan: &Plan,
    shared: &[String],
    files: &(dyn Files + Sync),
) -> Result<Vec<Study>, Findings> {
    let found: Vec<Mutex<Option<Result<Study, Findings>>>> =
        plan.points.iter().map(|_| Mutex::new(None)).collect();
    let next = AtomicUsize::new(0);
    let one = || {
        loop {
            let i = next.fetch_add(1, Ordering::Relaxed);
            let Some(Asked { file, sets, .. }) = plan.points.get(i) else {
                break;
            };
            let loaded = load_with(files, file, &[shared, sets].concat());
            let study = loaded.and_then(Study::new);
            if study.is_err() {
                next.store(usize::MAX / 2, Ordering::Relaxed);
            }
            *found[i].lock().unwrap_or_else(PoisonError::into_inner) = Some(study);
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 1..threads.min(plan.points.len()) {
            scope.spawn(one);
        }
        one();
    });
    let slots = found.into_iter();
    // What was begun before the fault was seen is complete, and stands before it.
    slots
        .filter_map(|slot| slot.into_inner().unwrap_or_else(PoisonError::into_inner))
        .collect()
}
