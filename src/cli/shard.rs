//! `shard`: simulates a part of a run.

use super::exit::{Exit, Misuse};
use super::options::Simulation;
use super::output::unusable;
use super::places::Places;
use super::progress::Meter;
use super::terminal::Terminal;
use super::{analysed, findings, keep, parts, swept};
use crate::analysis::{KeptStudy, MOST_PARTS, Summarised, planned};
use crate::diagnostic::count;
use crate::engine::Settings;
use crate::scenario::{Disk, Files};
use anyhow::Result;
use clap::Args;
use std::cell::RefCell;
use std::fs;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// Simulate a part of a run, of a sweep or of an analysis of sensitivity, and keep it as a file,
/// for merge
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
                        quincunx shard baseline.json --trials 1e6 --part 1/2 --out first.summary\n  \
                        quincunx shard big.plan --index 17 --dir parts\n\n\
                        A part of a plan that is there already, whole, is not simulated again.")]
pub struct Arguments {
    /// Scenario file, or a plan
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Which part of the scenario's run, of how many, such as 1/4
    #[arg(long, value_name = "I/P", value_parser = part, conflicts_with_all = ["index", "dir"], requires = "out")]
    part: Option<(u64, u64)>,
    /// Which part of the plan, from 1 on
    #[arg(long, value_name = "I", value_parser = clap::value_parser!(u32).range(1..), requires = "dir", allow_negative_numbers = true)]
    index: Option<u32>,
    #[command(flatten)]
    simulation: Simulation,
    /// Write the part to this summary file
    #[arg(
        long,
        value_name = "PATH",
        conflicts_with = "dir",
        help_heading = "Output"
    )]
    out: Option<PathBuf>,
    /// Folder for the parts of the plan, which is made if need be
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    dir: Option<PathBuf>,
    /// No progress bar and no remarks on standard error
    #[arg(long, short, help_heading = "Output")]
    quiet: bool,
}

fn part(text: &str) -> Result<(u64, u64), String> {
    let fault = || format!("`{text}` is not a part, such as 1/4 for the first of four");
    let (part, parts) = text.split_once('/').ok_or_else(fault)?;
    let number = |text: &str| text.trim().parse::<u64>().map_err(|_| fault());
    let (part, parts) = (number(part)?, number(parts)?);
    if part == 0 || part > parts {
        return Err(format!(
            "`{text}` is out of range: parts are counted from 1 up to their number"
        ));
    }
    if parts > u64::from(MOST_PARTS) {
        let most = count(u64::from(MOST_PARTS));
        return Err(format!("`{text}` is out of range: at most {most} parts"));
    }
    Ok((part, parts))
}

pub fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Exit> {
    // Standard input is read where scenarios are. What cannot be read is told there, too.
    let is_file = arguments.file.as_os_str() != "-";
    let read = is_file.then(|| keep::plan_or_scenario(&arguments.file));
    if let Some(Ok(bytes)) = &read
        && parts::is_plan(bytes)
    {
        return of_plan(arguments, bytes, terminal);
    }
    let Arguments {
        file, simulation, ..
    } = arguments;
    let shown = file.display();
    let (Some((part, parts)), Some(out)) = (arguments.part, &arguments.out) else {
        let text = match arguments.index {
            Some(_) => format!(
                "`{shown}` is not a plan: --index is about plans, which `quincunx plan` writes; of a scenario, --part I/P --out PATH makes a part"
            ),
            None => "of a scenario, say which part it is to be, such as --part 1/4 --out PATH; of a plan, --index I --dir DIR".to_owned(),
        };
        return Err(Misuse(text).into());
    };
    let files = Read {
        path: file,
        content: RefCell::new(read),
    };
    let kept = match KeptStudy::open(&files, file, &simulation.variant.set) {
        Ok(kept) => kept,
        Err(report) => return Ok(findings::refuse(&report, terminal)),
    };
    let settings = simulation.settings(&kept.study)?;
    let Some(blocks) = planned(settings.blocks, parts)
        .get(part as usize - 1)
        .cloned()
    else {
        let text = format!(
            "--part {part}/{parts}: the run has {} blocks of {} trials, and so no more than {} parts",
            count(settings.blocks),
            count(settings.trials_per_block()),
            count(settings.blocks)
        );
        return Err(Misuse(text).into());
    };
    let files = kept.study.sources.files();
    let mut places = Places::reading([file.as_path()].into_iter().chain(files));
    places.output("--out", Some(keep::a_file("--out", out)?))?;
    let coming = std::slice::from_ref(&blocks);
    keep::claim(out, Some((&kept, &settings, coming)))?;
    simulate(
        Rc::new(kept),
        settings,
        blocks,
        out,
        (arguments.quiet, false),
        terminal,
    )
}

/// A part of a plan.
fn of_plan(arguments: &Arguments, bytes: &[u8], terminal: &Terminal) -> Result<Exit> {
    let Arguments {
        file, simulation, ..
    } = arguments;
    let is_changed = simulation.trials.is_some()
        || simulation.draws.is_some()
        || simulation.seed.is_some()
        || simulation.design != crate::random::design::Design::default()
        || !simulation.variant.set.is_empty()
        || arguments.part.is_some();
    if is_changed {
        let text = format!(
            "`{}` is a plan, which says what is simulated: of the options for that, only --index and --threads go with it",
            file.display()
        );
        return Err(Misuse(text).into());
    }
    let (Some(index), Some(folder)) = (arguments.index, &arguments.dir) else {
        let text = "of a plan, say which part and where to, such as --index 1 --dir parts";
        return Err(Misuse(text.into()).into());
    };
    let plan = parts::of_bytes(file, bytes)?;
    let index = index as usize - 1;
    let Some(part) = plan.parts.get(index) else {
        let text = format!(
            "--index {}: the plan has {} {}, counted from 1",
            index + 1,
            count(plan.parts.len() as u64),
            if plan.parts.len() == 1 {
                "part"
            } else {
                "parts"
            }
        );
        return Err(Misuse(text).into());
    };
    make(folder)?;
    let path = parts::path(&plan, folder, index);
    match parts::state(&plan, folder, index) {
        parts::State::Done => {
            if !arguments.quiet {
                terminal.note(&format!("`{}` is there already", path.display()));
            }
            return Ok(Exit::Done);
        }
        parts::State::Damaged(reason) if !arguments.quiet => {
            terminal.warning(&format!(
                "`{}` is simulated again: {reason}",
                path.display()
            ));
        }
        _ => {}
    }
    keep::writable(&path)?;
    let mut settings = (plan.settings()).map_err(|reason| keep::unusable(file, &reason))?;
    settings.threads = simulation.threads.unwrap_or(0) as usize;
    if plan.pieces().is_some() {
        let (source, quiet) = ((&plan, file.as_path()), arguments.quiet);
        let done = match plan.sweep.is_some() {
            true => swept::simulated(source, *part, &settings, quiet, terminal)?,
            false => analysed::simulated(source, *part, settings.threads, quiet, terminal)?,
        };
        return match done {
            Ok(bytes) => {
                make(folder)?;
                keep::write(&path, &bytes).map(|()| Exit::Done)
            }
            Err(exit) => Ok(exit),
        };
    }
    let blocks = part[0]..part[1];
    let kept = KeptStudy::again(plan.scenario);
    let kept = kept.map_err(|reason| keep::unusable(file, &reason))?;
    simulate(
        Rc::new(kept),
        settings,
        blocks,
        &path,
        (arguments.quiet, true),
        terminal,
    )
}

/// Makes a folder for parts, if need be. It stays, whatever becomes of this part: others may be on
/// their way to it.
fn make(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).map_err(|fault| {
        let what = format!("cannot make the folder `{}`", folder.display());
        unusable(&what, fault)
    })
}

/// A scenario file that has been read, and all others on the disk.
struct Read<'p> {
    path: &'p Path,
    /// Until it is asked for.
    content: RefCell<Option<io::Result<Vec<u8>>>>,
}

impl Files for Read<'_> {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let own = (path == self.path).then(|| self.content.take()).flatten();
        own.unwrap_or_else(|| Disk.read(path))
    }

    fn read_standard_input(&self) -> io::Result<Vec<u8>> {
        Disk.read_standard_input()
    }

    fn beside(&self, path: &Path) -> Option<Vec<String>> {
        Disk.beside(path)
    }

    fn identity(&self, path: &Path) -> PathBuf {
        Disk.identity(path)
    }
}

fn simulate(
    kept: Rc<KeptStudy>,
    settings: Settings,
    blocks: Range<u64>,
    path: &Path,
    (quiet, is_of_plan): (bool, bool),
    terminal: &Terminal,
) -> Result<Exit> {
    let own = settings.clone().blocks(blocks.end - blocks.start);
    let meter = Meter::start(&own, None, quiet, terminal)?;
    let done = Summarised::of_range(Rc::clone(&kept), settings, blocks, &meter);
    let done = match done {
        Ok(done) => done,
        Err(error) => return findings::failed(error, &[&kept.study], terminal),
    };
    let elapsed = meter.elapsed();
    meter.finish(true)?;
    let Some(mut part) = done else {
        terminal.error("interrupted before the part was complete: nothing is kept of it");
        return Ok(Exit::Interrupted);
    };
    if let Some(folder) = path.parent()
        && is_of_plan
    {
        // It may have been removed meanwhile.
        make(folder)?;
    }
    keep::write(path, &part.to_bytes())?;
    if terminal.is_watched() && !quiet {
        terminal.note(&format!(
            "{} trials in {:.1} s, kept in `{}`",
            count(own.blocks * own.trials_per_block()),
            elapsed.as_secs_f64(),
            path.display()
        ));
    }
    Ok(Exit::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_a_number_and_how_many_there_are() {
        assert_eq!(part("1/4"), Ok((1, 4)));
        assert_eq!(part("4 / 4"), Ok((4, 4)));
        for text in [
            "0/4",
            "5/4",
            "1",
            "1/0",
            "/",
            "a/b",
            "-1/4",
            "1/4/5",
            "1/1000001",
        ] {
            part(text).expect_err(text);
        }
    }
}
