//! `merge`: joins the parts of a run and tells its result.

use super::exit::{Exit, Misuse};
use super::options::{Format, Output};
use super::parts::{self, State};
use super::pictures::{Page, Pictures};
use super::places::Places;
use super::terminal::Terminal;
use super::told::{Shown, Told};
use super::until::{self, Looked};
use super::{analysed, findings, keep, run, swept};
use crate::analysis::{NotOneRun, Summarised};
use crate::diagnostic::count;
use crate::engine::NotJoined;
use crate::results::kept::Plan;
use anyhow::Result;
use clap::Args;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// Join the parts of a run, a sweep or an analysis of sensitivity, and tell its result as run,
/// sweep or sensitivity does
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
                        quincunx merge first.summary second.summary --format json --out result.json\n  \
                        quincunx merge big.plan parts --report big.html\n  \
                        quincunx merge a.summary b.summary --partial --summary ab.summary\n\n\
                        The result has the bytes of one run on one machine. Exit status 3: parts are missing.")]
pub struct Arguments {
    /// Summary files in any order, or a plan and the folder of its parts
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Also keep all parts together in this file
    #[arg(long, value_name = "PATH", help_heading = "Summary file")]
    summary: Option<PathBuf>,
    /// Only join what there is: parts may be missing, and no result is told
    #[arg(
        long,
        requires = "summary",
        conflicts_with_all = ["out", "format", "full", "table", "order", "report", "folder"],
        help_heading = "Summary file"
    )]
    partial: bool,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    shown: Shown,
    #[command(flatten)]
    pictures: Pictures,
}

pub fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Exit> {
    let Arguments {
        output,
        shown,
        pictures,
        summary,
        ..
    } = arguments;
    let Some(first) = arguments.files.first() else {
        return Err(Misuse("there is nothing to be joined".into()).into());
    };
    let read = keep::bytes(first)?;
    let plan = match parts::is_plan(&read) {
        true => Some(parts::of_bytes(first, &read)?),
        false => None,
    };
    let of_pieces = plan.as_ref().filter(|plan| plan.pieces().is_some());
    if let Some(plan) = of_pieces {
        arguments.check_of_pieces(plan)?;
    }
    let files = match listed(arguments, plan.as_ref(), terminal)? {
        Some(files) => files,
        None => return Ok(Exit::Incomplete),
    };
    let mut places = Places::reading(arguments.files.iter().chain(&files));
    if let Some(plan) = of_pieces {
        let page = Page {
            report: pictures.report.clone(),
        };
        if plan.sensitivity.is_some() {
            let told = (output, shown.is_full(), &page);
            return analysed::merge((plan, first), &files, told, places, terminal);
        }
        let told = (output, pictures.charts.folder.as_deref(), &page);
        return swept::merge(plan, &files, told, places, terminal);
    }
    let format = output.format(&run::ELSEWHERE[..1], terminal)?;
    if let Some(path) = summary {
        places.output("--summary", Some(keep::a_file("--summary", path)?))?;
        keep::writable(path)?;
    }
    let mut whole = joined(&files, (first, read))?;
    if let Some(path) = summary {
        let (kept, ranges) = (whole.kept(), whole.ranges());
        keep::claim(path, Some((&kept, whole.settings(), &ranges)))?;
    }
    let kept = whole.kept();
    let settings = whole.settings().clone();
    let reached = whole.ended();
    if arguments.partial || reached.is_none() {
        if !arguments.partial {
            lacking(&whole, &files, terminal);
            return Ok(Exit::Incomplete);
        }
        if let Some(path) = summary {
            keep::write(path, &whole.to_bytes())?;
        }
        return Ok(Exit::Done);
    }
    let told = Told::open(
        (output, shown, pictures),
        format,
        &kept.study,
        places,
        terminal,
    )?;
    if let Some(path) = summary {
        keep::write(path, &whole.to_bytes())?;
    }
    let result = match reached.map(|reached| whole.result(reached)) {
        Some(Ok(result)) => result,
        Some(Err(error)) => return findings::failed(error, &[&kept.study], terminal),
        None => return Ok(Exit::Incomplete),
    };
    told.write(&kept.study, &settings, &result)?;
    if !output.quiet && format != Format::Table {
        run::warnings(&result.warnings, terminal);
    }
    Ok(Exit::Done)
}

impl Arguments {
    /// Refuses what is about runs, of a plan of something else.
    fn check_of_pieces(&self, plan: &Plan) -> Result<()> {
        let Self {
            summary,
            partial,
            shown,
            pictures,
            ..
        } = self;
        let is_sweep = plan.sweep.is_some();
        let asked = [
            (!is_sweep && pictures.charts.folder.is_some(), "--charts"),
            (summary.is_some() && !partial, "--summary"),
            (*partial, "--partial"),
            (pictures.brief, "--brief"),
            (!pictures.charts.only.is_empty(), "--only"),
            (!pictures.charts.events.is_empty(), "--events"),
        ];
        let asked = asked.into_iter().find(|(is_asked, _)| *is_asked);
        // The table of an analysis has more to show, too.
        let shown = shown.asked().filter(|asked| is_sweep || *asked != "--full");
        match shown.or(asked.map(|(_, option)| option)) {
            Some(option) => {
                let text = match is_sweep {
                    true => format!("{option} is about runs, and this is the plan of a sweep"),
                    false => format!(
                        "{option} is not for analyses of sensitivity, and this is the plan of one"
                    ),
                };
                Err(Misuse(text).into())
            }
            None => Ok(()),
        }
    }
}

/// The files to be joined; `None` if some parts of a plan are not there, which has been said then.
fn listed(
    arguments: &Arguments,
    plan: Option<&Plan>,
    terminal: &Terminal,
) -> Result<Option<Vec<PathBuf>>> {
    let (Some(plan), Some(path)) = (plan, arguments.files.first()) else {
        return Ok(Some(arguments.files.clone()));
    };
    let [_, folder] = arguments.files.as_slice() else {
        let text = format!(
            "`{}` is a plan: give the folder of its parts after it, and nothing else",
            path.display()
        );
        return Err(Misuse(text).into());
    };
    let (mut files, mut missing) = (Vec::new(), Vec::new());
    let mut damaged = Vec::new();
    let path_of = |index| parts::path(plan, folder, index);
    let told = |index, reason: &str| format!("`{}`: {reason}", path_of(index).display());
    if plan.run.until.is_some() && !arguments.partial {
        match until::looked(plan, folder)? {
            Looked::Ended(parts) => files.extend((0..parts).map(path_of)),
            Looked::Going(wanted) => {
                for (index, reason) in wanted {
                    match reason {
                        None => missing.push(index + 1),
                        Some(reason) => damaged.push(told(index, &reason)),
                    }
                }
            }
        }
    } else {
        for index in 0..plan.parts.len() {
            match parts::state(plan, folder, index) {
                State::Done => files.push(path_of(index)),
                State::Missing => missing.push(index + 1),
                State::Damaged(reason) => damaged.push(told(index, &reason)),
            }
        }
    }
    let is_enough = arguments.partial && !files.is_empty();
    let say = |text: &str| match is_enough {
        true => terminal.warning(text),
        false => terminal.error(text),
    };
    for text in &damaged {
        say(text);
    }
    if !missing.is_empty() {
        let next = match plan.run.until {
            Some(_) => "the run is not precise enough yet: ",
            None => "",
        };
        let text = format!(
            "{next}{} of {} parts {} missing from `{}`{}: {}",
            missing.len(),
            plan.parts.len(),
            if missing.len() == 1 { "is" } else { "are" },
            folder.display(),
            if folder.exists() {
                ""
            } else {
                ", a folder that there is not"
            },
            parts::told(&missing)
        );
        say(&text);
    }
    let is_whole = damaged.is_empty() && missing.is_empty();
    if !is_enough && !is_whole {
        terminal.note(&format!(
            "`quincunx shard {} --index I --dir {}` makes a part, again if need be",
            path.display(),
            folder.display()
        ));
        return Ok(None);
    }
    Ok(Some(files))
}

/// All of these files together; `first` is the content of one, which was read.
fn joined(files: &[PathBuf], first: (&Path, Vec<u8>)) -> Result<Summarised> {
    let mut all: Option<Summarised> = None;
    let mut had: Vec<(&Path, Vec<Range<u64>>)> = Vec::new();
    let mut first = Some(first);
    for path in files {
        // A pipe cannot be read again.
        let next = match first.take_if(|(read, _)| *read == path) {
            Some((_, bytes)) => keep::of_bytes(path, &bytes, None)?,
            None => keep::load(path, all.as_ref())?,
        };
        let ranges = next.ranges();
        all = Some(match all {
            None => next,
            Some(mut whole) => {
                whole
                    .join(next)
                    .map_err(|reason| refused(path, &reason, &had))?;
                whole
            }
        });
        had.push((path, ranges));
    }
    all.ok_or_else(|| Misuse("there is nothing to be joined".into()).into())
}

/// Says which trials a run lacks.
fn lacking(whole: &Summarised, files: &[PathBuf], terminal: &Terminal) {
    let per_block = whole.settings().trials_per_block();
    let missing: Vec<Range<u64>> = (whole.missing().into_iter())
        .map(|blocks| blocks.start * per_block + 1..blocks.end * per_block + 1)
        .collect();
    terminal.error(&format!(
        "{} of {} trials are missing: {}, counted from 1; the run has no result yet",
        count(missing.iter().map(|range| range.end - range.start).sum()),
        count(whole.settings().blocks * per_block),
        keep::told(&missing),
    ));
    if let ([only], true) = (files, whole.is_beginning()) {
        terminal.note(&format!(
            "`quincunx run --resume {}` goes on with this run",
            only.display()
        ));
    }
}

/// Why a file is not joined to those before it.
fn refused(path: &Path, reason: &NotOneRun, had: &[(&Path, Vec<Range<u64>>)]) -> anyhow::Error {
    let has = |block: u64| {
        had.iter()
            .find(|(_, ranges)| ranges.iter().any(|range| range.contains(&block)))
    };
    let other = match reason {
        NotOneRun::NotJoined(NotJoined::Overlap(block)) => has(*block).or(had.first()),
        _ => had.first(),
    };
    let other = other.map_or(Path::new(""), |(path, _)| path);
    let text = format!(
        "`{}` cannot be joined with `{}`: {reason}",
        path.display(),
        other.display()
    );
    Misuse(text).into()
}
