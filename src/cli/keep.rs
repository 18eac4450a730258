//! Summary files: read, written every few seconds while a run goes on, and found again.

use super::exit::Misuse;
use super::output::PendingFile;
use super::progress::Meter;
use super::terminal::Terminal;
use crate::analysis::{KeptStudy, NotKept, Summarised};
use crate::diagnostic::count;
use crate::engine::{EngineError, Observer, Reached, Settings};
use crate::results::kept::{Kind, NotWhole};
use crate::scenario::{Disk, Files, limited};
use anyhow::{Context, Result};
use clap::Args;
use std::fs::File;
use std::io::{self, Read, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How a run is kept, and which one goes on.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Summary file")]
pub struct Keeping {
    /// Also keep the run in this file, while it goes on and at its end
    #[arg(long, value_name = "PATH", conflicts_with = "against")]
    pub summary: Option<PathBuf>,
    /// Go on with the run that this summary file keeps, after a crash or Ctrl-C
    #[arg(
        long,
        value_name = "PATH",
        conflicts_with_all = ["file", "against", "summary", "grow", "trials", "draws", "seed", "design", "set", "until"]
    )]
    pub resume: Option<PathBuf>,
    /// Add trials to the finished run that this summary file keeps: --trials says how many there
    /// are to be in all
    #[arg(
        long,
        value_name = "PATH",
        requires = "trials",
        conflicts_with_all = ["file", "against", "summary", "draws", "seed", "design", "set", "until"]
    )]
    pub grow: Option<PathBuf>,
    /// Seconds from one writing of the summary file to the next (default: 5)
    #[arg(long, value_name = "SECONDS", value_parser = seconds, allow_negative_numbers = true)]
    checkpoint: Option<Duration>,
}

/// From one writing of the summary file to the next.
const CHECKPOINT: Duration = Duration::from_secs(5);

impl Keeping {
    /// The summary file that a run goes on from.
    pub fn kept(&self) -> Option<&Path> {
        self.resume.as_deref().or(self.grow.as_deref())
    }

    /// The time from one writing of the summary file to the next.
    ///
    /// # Errors
    /// [`Misuse`] if it is asked for and no summary file is written.
    pub fn every(&self) -> Result<Duration> {
        if self.checkpoint.is_some() && self.written().is_none() {
            let text = "--checkpoint is about the summary file: give --summary PATH too";
            return Err(Misuse(text.into()).into());
        }
        Ok(self.checkpoint.unwrap_or(CHECKPOINT))
    }

    /// The summary file that is written.
    pub fn written(&self) -> Option<&Path> {
        self.summary.as_deref().or(self.kept())
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let fault = || format!("`{text}` is not a number of seconds, such as 5 or 0.5");
    let number: f64 = text.parse().map_err(|_| fault())?;
    (Duration::try_from_secs_f64(number).ok())
        .filter(|duration| !duration.is_zero() && number <= 86_400.0)
        .ok_or_else(|| format!("`{text}` is out of range: more than 0 seconds, at most 86400"))
}

/// Reads a summary file; `like` may be another of the same scenario.
///
/// # Errors
/// [`Misuse`] with the file and the reason.
pub fn load(path: &Path, like: Option<&Summarised>) -> Result<Summarised> {
    of_bytes(path, &bytes(path)?, like)
}

/// The same of a file that was read.
///
/// # Errors
/// As of [`load`].
pub fn of_bytes(path: &Path, bytes: &[u8], like: Option<&Summarised>) -> Result<Summarised> {
    Summarised::from_bytes(bytes, like).map_err(|reason| unusable(path, &reason))
}

/// The content of a summary or a plan; of any other file only how it begins.
///
/// # Errors
/// [`Misuse`] if it cannot be read.
pub fn bytes(path: &Path) -> Result<Vec<u8>> {
    let content = begun(path).and_then(|(mut content, mut file)| {
        if Kind::claimed(&content).is_some() {
            file.read_to_end(&mut content)?;
        }
        Ok(content)
    });
    content.map_err(|fault| unreadable(path, &fault))
}

/// The content of a plan, or of a scenario file: read once, since a pipe cannot be read again.
///
/// # Errors
/// What the system says, or that a scenario is too large.
pub fn plan_or_scenario(path: &Path) -> io::Result<Vec<u8>> {
    if path.is_dir() {
        return Disk.read(path);
    }
    let (mut content, mut file) = begun(path)?;
    match Kind::claimed(&content) {
        Some(_) => file.read_to_end(&mut content).map(|_| content),
        None => limited(content.chain(file)),
    }
}

/// How a file begins, as far as it takes to tell what it is, and the rest of it.
fn begun(path: &Path) -> io::Result<(Vec<u8>, File)> {
    const BEGINNING: u64 = 64;
    let mut file = File::open(path)?;
    let mut beginning = Vec::new();
    Read::by_ref(&mut file)
        .take(BEGINNING)
        .read_to_end(&mut beginning)?;
    Ok((beginning, file))
}

/// A file cannot be read.
fn unreadable(path: &Path, fault: &io::Error) -> anyhow::Error {
    Misuse(format!("cannot read `{}`: {fault}", path.display())).into()
}

/// A file is not what it should be, for a reason.
pub fn unusable(path: &Path, reason: &dyn std::fmt::Display) -> anyhow::Error {
    Misuse(format!("`{}` cannot be used: {reason}", path.display())).into()
}

/// The path of a file that is no stream, for an option.
///
/// # Errors
/// [`Misuse`] for `-`.
pub fn a_file<'p>(option: &str, path: &'p Path) -> Result<&'p Path> {
    match path.as_os_str() == "-" {
        true => Err(Misuse(format!("{option} needs the path of a file")).into()),
        false => Ok(path),
    }
}

/// Asks a finished run for more trials: `trials` in all.
///
/// # Errors
/// [`Misuse`] if it is not finished, has as many already, or cannot have so many.
pub fn grow(run: &mut Summarised, path: &Path, trials: Option<u64>) -> Result<()> {
    let shown = path.display();
    if run.ended().is_none() && run.is_beginning() {
        return Err(unfinished(path, "goes on with it first"));
    }
    let per_block = run.settings().trials_per_block();
    let trials = trials.unwrap_or(0);
    if trials <= run.blocks().saturating_mul(per_block) {
        let text = format!(
            "`{shown}` has {} trials already: --trials says how many there are to be in all",
            count(run.blocks() * per_block)
        );
        return Err(Misuse(text).into());
    }
    run.set_blocks(trials.div_ceil(per_block));
    Ok(run.settings().check()?)
}

/// The run that is to be kept, and its blocks that will be.
pub type Coming<'r> = (&'r KeptStudy, &'r Settings, &'r [Range<u64>]);

/// Refuses to write over a run that has not come to its end, a part of one, and what another
/// version has written. What has no block but those that are `coming` is no loss. Whether there is
/// no such file at all is the answer.
///
/// # Errors
/// [`Misuse`] with what to do instead; also if the file cannot be written.
pub fn claim(path: &Path, coming: Option<Coming<'_>>) -> Result<bool> {
    let is_new = !path.exists();
    let shown = path.display();
    // A pipe or a device keeps nothing.
    let old = match path.is_file() {
        true => bytes(path).unwrap_or_default(),
        false => Vec::new(),
    };
    match Summarised::from_bytes(&old, None) {
        Ok(old) if old.ended().is_none() => {
            let is_coming = coming.is_some_and(|(kept, settings, ranges)| {
                old.blocks() > 0 && old.is_within(kept, settings, ranges)
            });
            match (is_coming, old.is_beginning()) {
                (true, _) => {}
                (false, true) => {
                    let what = "goes on with it; remove the file to begin anew";
                    return Err(unfinished(path, what));
                }
                (false, false) => {
                    let text = format!(
                        "`{shown}` keeps a part of a run, which `quincunx merge` joins with the others: remove the file to write another"
                    );
                    return Err(Misuse(text).into());
                }
            }
        }
        Err(reason @ (NotKept::OtherVersion { .. } | NotKept::NotWhole(NotWhole::OtherFormat))) => {
            let text = format!(
                "`{shown}` keeps a run that this program cannot read: {reason}; remove the file to write another"
            );
            return Err(Misuse(text).into());
        }
        _ => {}
    }
    writable(path).map(|()| is_new)
}

/// Writes a run that has no blocks where there was no file: of two that begin at the same moment,
/// one has the path.
///
/// # Errors
/// [`Misuse`] if there is a file by now. A full disk and the like are for [`go_on`] to tell.
pub fn take(path: &Path, run: &mut Summarised) -> Result<()> {
    let mut file = PendingFile::create(path)?;
    match file
        .write_all(&run.to_bytes())
        .and_then(|()| file.finish_new())
    {
        Err(fault) if fault.kind() == io::ErrorKind::AlreadyExists => {
            let text = format!("`{}` keeps a run that has begun meanwhile", path.display());
            Err(Misuse(text).into())
        }
        _ => Ok(()),
    }
}

/// The run of a file has not come to its end; `what` says what going on with it does.
fn unfinished(path: &Path, what: &str) -> anyhow::Error {
    let shown = path.display();
    let text = format!(
        "`{shown}` keeps a run that has not come to its end: `quincunx run --resume {shown}` {what}"
    );
    Misuse(text).into()
}

/// Whether a file can be written there.
///
/// # Errors
/// As of [`PendingFile::create`].
pub fn writable(path: &Path) -> Result<()> {
    PendingFile::create(path).map(drop)
}

/// Writes a summary file: it is there as a whole, or as it was before.
///
/// # Errors
/// If the device is full, and the like.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut file = PendingFile::create(path)?;
    let written = file.write_all(bytes);
    written.with_context(|| format!("cannot write `{}`", path.display()))?;
    file.finish()
}

/// Lets a run halt for a moment when it is time to write it down; at least one block is simulated
/// before.
struct Pausing<'m> {
    meter: &'m Meter,
    until: Instant,
    has_moved: AtomicBool,
}

impl Observer for Pausing<'_> {
    fn progress(&self, done: u64, total: u64) {
        self.has_moved.store(true, Ordering::Relaxed);
        self.meter.progress(done, total);
    }

    fn cancelled(&self) -> bool {
        let is_time = || self.has_moved.load(Ordering::Relaxed) && Instant::now() >= self.until;
        self.meter.cancelled() || is_time()
    }
}

/// Goes on with a run until its end or Ctrl-C, and keeps it at `path` meanwhile. Whether its last
/// state could be written, the second of the two says. A run that is new is kept before it has
/// blocks, so that no other takes its place; if it fails before it has any, the file goes again.
///
/// # Errors
/// [`EngineError`] of the run.
pub fn go_on(
    run: &mut Summarised,
    path: &Path,
    every: Duration,
    (meter, terminal): (&Meter, &Terminal),
) -> Result<(Reached, Result<()>), EngineError> {
    // Blocks in the file.
    let mut kept = Some(run.blocks()).filter(|blocks| *blocks > 0);
    let keep = |run: &mut Summarised, kept: &mut Option<u64>| -> Result<()> {
        if *kept != Some(run.blocks()) {
            write(path, &run.to_bytes())?;
            *kept = Some(run.blocks());
        }
        Ok(())
    };
    let mut written = keep(run, &mut kept);
    loop {
        if let Err(fault) = &written {
            // There may be room again the next time.
            terminal.warning(&format!("{fault:#}; the run goes on"));
        }
        let pausing = Pausing {
            meter,
            until: Instant::now() + every,
            has_moved: AtomicBool::new(false),
        };
        let reached = match run.go_on(&pausing) {
            Ok(reached) => reached,
            Err(fault) => {
                if kept == Some(0) && path.is_file() {
                    // Best effort: it has nothing.
                    let _ = std::fs::remove_file(path);
                }
                return Err(fault);
            }
        };
        written = keep(run, &mut kept);
        if reached != Reached::Halt || meter.cancelled() {
            return Ok((reached, written));
        }
    }
}

/// Ranges of numbers in words.
pub fn told(ranges: &[Range<u64>]) -> String {
    const MOST: usize = 5;
    let mut words: Vec<String> = (ranges.iter().take(MOST))
        .map(|range| match range.end - range.start {
            1 => count(range.start),
            _ => format!("{} to {}", count(range.start), count(range.end - 1)),
        })
        .collect();
    if ranges.len() > MOST {
        words.push(format!("{} more ranges", ranges.len() - MOST));
    }
    match words.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_told_as_ranges() {
        assert_eq!(told(std::slice::from_ref(&(3..4))), "3");
        assert_eq!(told(&[0..1200, 1300..1301]), "0 to 1,199 and 1,300");
        let many: Vec<Range<u64>> = (0..8).map(|i| 10 * i..10 * i + 1).collect();
        assert_eq!(told(&many), "0, 10, 20, 30, 40 and 3 more ranges");
    }

    #[test]
    fn seconds_are_positive_and_not_too_many() {
        assert_eq!(seconds("0.5"), Ok(Duration::from_millis(500)));
        for text in ["0", "-1", "nan", "inf", "1e9", "x", "", "1e-12"] {
            seconds(text).expect_err(text);
        }
    }
}
