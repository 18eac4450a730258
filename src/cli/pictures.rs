//! Pages and charts that a command writes besides its result.
//!
//! The options, the files behind them (opened before anything is simulated), and the typical trials
//! that a page tells.

use super::exit::Misuse;
use super::formats;
use super::output::{Destination, MadeFolder, PendingFile, unusable};
use super::places::Places;
use super::terminal::Terminal;
use crate::analysis::{self, Study};
use crate::diagnostic::nearest;
use crate::engine::{Settings, Silent};
use crate::report::chart::Chart;
use crate::report::html::{self, Answer, Part};
use crate::results::{RunResult, Typical};
use anyhow::{Context, Result};
use clap::Args;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Outcomes of which a page tells a typical trial: the likeliest, down to one in a hundred.
const TOLD: usize = 4;
const LEAST_TOLD: f64 = 0.01;
/// Trials among which those are looked for.
const SEARCHED: u64 = 8192;

/// What to draw, and where.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Pictures")]
pub struct Pictures {
    /// Also write a self-contained HTML page with charts to this file
    #[arg(long, value_name = "PATH")]
    pub report: Option<PathBuf>,
    /// The page has only what the result says at a glance: two pages to send alone
    #[arg(long, requires = "report")]
    pub brief: bool,
    #[command(flatten)]
    pub charts: Charts,
}

/// A page beside the result of a command that asks why.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Pictures")]
pub struct Page {
    /// Also write a self-contained HTML page with charts and tables to this file
    #[arg(long, value_name = "PATH")]
    pub report: Option<PathBuf>,
}

impl Page {
    /// What `--out` does not write, and the option that does.
    pub const ELSEWHERE: (&str, &str) = (formats::PAGE, "--report PATH");

    /// Speaks for the file and opens it, so that a bad path costs no simulation.
    ///
    /// # Errors
    /// [`Misuse`] for a path that takes no file, or that is read or written by something else.
    pub fn open(&self, places: &mut Places, terminal: &Terminal) -> Result<Canvas> {
        let alone = Pictures {
            report: self.report.clone(),
            ..Pictures::default()
        };
        alone.claim(places)?;
        alone.open(terminal)
    }
}

/// Charts as files.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Pictures")]
pub struct Charts {
    /// Also write every chart as SVG and PNG into this folder, which is made if need be
    #[arg(long = "charts", value_name = "DIR")]
    pub folder: Option<PathBuf>,
    /// Write only these charts: names, or how names begin, such as outcomes, phases, metric,
    /// series-tension
    #[arg(long, value_name = "NAMES", value_delimiter = ',', requires = "folder")]
    pub only: Vec<String>,
    /// Events whose cumulative incidence is drawn, separated by commas (default: the six that are
    /// least certain)
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub events: Vec<String>,
}

impl Pictures {
    /// True if nothing is to be drawn.
    pub fn is_none(&self) -> bool {
        self.report.is_none() && self.charts.folder.is_none()
    }

    /// Speaks for the files that will be written.
    ///
    /// # Errors
    /// [`Misuse`] if one of them is read, or written by something else.
    pub fn claim(&self, places: &mut Places) -> Result<()> {
        places.written("--report", self.report.as_deref())?;
        places.charts(self.charts.folder.as_deref())
    }

    /// Opens what will be written, so that a bad path costs no simulation.
    ///
    /// # Errors
    /// [`Misuse`] for paths that take no file, and for `--events` without anything to draw them in.
    pub fn open(&self, terminal: &Terminal) -> Result<Canvas> {
        if self.is_none() && !self.charts.events.is_empty() {
            let text = "--events says what to draw, but nothing is drawn: give --report PATH or --charts DIR too";
            return Err(Misuse(text.into()).into());
        }
        let page = match &self.report {
            Some(path) if path.as_os_str() == "-" => {
                let text = "--report needs the path of a file: standard output has the result";
                return Err(Misuse(text.into()).into());
            }
            Some(path) => Some(Destination::open(Some(path), terminal)?),
            None => None,
        };
        Ok(Canvas {
            page,
            brief: self.brief,
            _made: self.charts.open()?,
            folder: self.charts.folder.clone(),
            only: self.charts.only.clone(),
        })
    }
}

impl Charts {
    /// Makes the folder, to be held until the charts are in it.
    ///
    /// # Errors
    /// [`Misuse`] if it cannot be.
    pub fn open(&self) -> Result<Option<MadeFolder>> {
        self.folder.as_deref().map(make_folder).transpose()
    }

    /// Whether every event asked for is there.
    ///
    /// # Errors
    /// [`Misuse`] with the near match.
    pub fn check<'n>(&self, events: impl Iterator<Item = &'n str> + Clone) -> Result<()> {
        for name in &self.events {
            if !events.clone().any(|event| event == name) {
                let hint = match nearest(name, events.clone()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("there are: {}", events.collect::<Vec<_>>().join(", ")),
                };
                return Err(Misuse(format!("no event is called `{name}`; {hint}")).into());
            }
        }
        Ok(())
    }
}

/// Makes a folder for charts, to be held until they are in it.
///
/// # Errors
/// [`Misuse`] if it cannot be.
pub fn make_folder(folder: &Path) -> Result<MadeFolder> {
    MadeFolder::create(folder).map_err(|fault| {
        let what = format!("cannot make the folder `{}`", folder.display());
        unusable(&what, fault)
    })
}

/// What a page and charts will be written to.
pub struct Canvas {
    page: Option<Destination>,
    brief: bool,
    _made: Option<MadeFolder>,
    folder: Option<PathBuf>,
    only: Vec<String>,
}

impl Canvas {
    /// Writes the page of an answer, if one is wanted.
    ///
    /// # Errors
    /// If the device is full, and the like.
    pub fn answer(self, answer: impl FnOnce() -> Answer) -> Result<()> {
        match self.page {
            Some(_) => self.draw(&[Part::Answer(Box::new(answer()))], Vec::new),
            None => Ok(()),
        }
    }

    /// Writes all; `charts` are asked for only if there is a folder for them.
    ///
    /// # Errors
    /// If the device is full, and the like.
    pub fn draw(self, parts: &[Part], charts: impl FnOnce() -> Vec<Chart>) -> Result<()> {
        // Dropped at the end: what was made for charts goes if none came.
        let Self {
            page,
            brief,
            _made,
            folder,
            only,
        } = self;
        if let Some(page) = page {
            page.write(|out, _| html::write(out, parts, brief))?;
        }
        match &folder {
            Some(folder) => write_charts(folder, &chosen(charts(), &only)?),
            None => Ok(()),
        }
    }
}

/// The charts that are asked for; all if none is named.
///
/// # Errors
/// [`Misuse`] for a name that no chart has, with the near match.
pub fn chosen(charts: Vec<Chart>, only: &[String]) -> Result<Vec<Chart>> {
    if only.is_empty() {
        return Ok(charts);
    }
    // In a comparison the number of the scenario stands before the name.
    let is = |chart: &Chart, name: &str| {
        let bare = chart
            .id
            .split_once('-')
            .filter(|(number, _)| number.parse::<u32>().is_ok());
        let names = [
            chart.id.as_str(),
            bare.map_or(chart.id.as_str(), |(_, rest)| rest),
        ];
        names.iter().any(|id| {
            *id == name
                || id
                    .strip_prefix(name)
                    .is_some_and(|rest| rest.starts_with('-'))
        })
    };
    for name in only {
        if !charts.iter().any(|chart| is(chart, name)) {
            let ids = || charts.iter().map(|chart| chart.id.as_str());
            let hint = match nearest(name, ids()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("there are: {}", ids().collect::<Vec<_>>().join(", ")),
            };
            return Err(Misuse(format!("no chart is called `{name}`; {hint}")).into());
        }
    }
    let asked = |chart: &Chart| only.iter().any(|name| is(chart, name));
    Ok(charts.into_iter().filter(asked).collect())
}

/// Writes each chart as SVG and, where the program has that, PNG.
///
/// # Errors
/// If the device is full, and the like.
pub fn write_charts(folder: &Path, charts: &[Chart]) -> Result<()> {
    for chart in charts {
        write_file(
            &folder.join(format!("{}.svg", chart.id)),
            chart.to_svg_file().as_bytes(),
        )?;
        #[cfg(feature = "png")]
        {
            let image = chart
                .to_png(PNG_SCALE)
                .with_context(|| format!("cannot draw `{}` as PNG", chart.id))?;
            write_file(&folder.join(format!("{}.png", chart.id)), &image)?;
        }
    }
    Ok(())
}

/// Pixels of a PNG for each of the drawing: sharp on screens and slides.
#[cfg(feature = "png")]
const PNG_SCALE: f32 = 2.0;

fn write_file(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut file = PendingFile::create(path)?;
    file.write_all(bytes)
        .with_context(|| format!("cannot write `{}`", path.display()))?;
    file.finish()
}

/// Typical trials of the likeliest outcomes of a run.
///
/// # Errors
/// Those of the simulation.
pub fn typical(study: &Study, settings: &Settings, result: &RunResult) -> Result<Vec<Typical>> {
    let mut told: Vec<(f64, usize)> = (result.outcomes.iter())
        .filter(|outcome| outcome.probability >= LEAST_TOLD)
        .filter_map(|outcome| {
            let rules = &study.model.outcomes;
            let index = rules.iter().position(|rule| rule.name == outcome.name)?;
            Some((outcome.probability, index))
        })
        .collect();
    told.sort_by(|a, b| b.0.total_cmp(&a.0));
    told.truncate(TOLD);
    let outcomes: Vec<usize> = told.into_iter().map(|(_, index)| index).collect();
    // The run may have been cut short: no trial is told that it does not have.
    let settings = settings.clone().blocks(result.run.blocks);
    Ok(analysis::typical(
        study,
        &settings,
        &outcomes,
        Some(1),
        Some(SEARCHED),
        &Silent,
    )?)
}
