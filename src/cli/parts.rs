//! The parts of a plan as files in a folder.

use super::keep;
use crate::results::kept::{Kind, Plan};
use anyhow::Result;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// How a part of a plan stands, judged by its file alone.
#[derive(Debug)]
pub enum State {
    Done,
    Missing,
    /// Not what the plan asks for, for a reason.
    Damaged(String),
}

/// Reads a plan.
///
/// # Errors
/// [`Misuse`](super::exit::Misuse) with the file and the reason.
pub fn plan(path: &Path) -> Result<Plan> {
    Plan::from_bytes(&keep::bytes(path)?).map_err(|reason| keep::unusable(path, &reason))
}

/// Whether a file says that it is a plan.
pub fn is_plan(path: &Path) -> bool {
    let mut beginning = Vec::new();
    let read = fs::File::open(path).and_then(|file| file.take(64).read_to_end(&mut beginning));
    read.is_ok() && Kind::claimed(&beginning) == Some(Kind::Plan)
}

/// The file of part `index`, counted from 0, in a folder: names in the order of parts.
pub fn path(plan: &Plan, folder: &Path, index: usize) -> PathBuf {
    let digits = plan.parts.len().to_string().len().max(4);
    folder.join(format!("part-{:0digits$}.summary", index + 1))
}

/// How part `index` stands.
///
/// # Errors
/// What keeps a file that is there from being read.
pub fn state(plan: &Plan, folder: &Path, index: usize) -> Result<State> {
    let path = path(plan, folder, index);
    if let Err(fault) = fs::metadata(&path)
        && fault.kind() == io::ErrorKind::NotFound
    {
        return Ok(State::Missing);
    }
    let bytes = keep::bytes(&path)?;
    Ok(match plan.check_part(index, &bytes) {
        Ok(()) => State::Done,
        Err(reason) => State::Damaged(reason.to_string()),
    })
}

/// Numbers of parts in words, such as `3, 5 to 9 and 12`.
pub fn told(parts: &[usize]) -> String {
    let mut ranges: Vec<std::ops::Range<u64>> = Vec::new();
    for part in parts.iter().map(|part| *part as u64) {
        match ranges.last_mut() {
            Some(last) if last.end == part => last.end = part + 1,
            _ => ranges.push(part..part + 1),
        }
    }
    keep::told(&ranges)
}
