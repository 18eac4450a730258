//! The parts of a plan as files in a folder.

use super::keep;
use crate::results::kept::{Kind, Plan};
use anyhow::Result;
use std::fs;
use std::io;
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
    of_bytes(path, &keep::bytes(path)?)
}

/// The same of a file that was read.
///
/// # Errors
/// As of [`plan`].
pub fn of_bytes(path: &Path, bytes: &[u8]) -> Result<Plan> {
    Plan::from_bytes(bytes).map_err(|reason| keep::unusable(path, &reason))
}

/// Whether these bytes say that they are a plan.
pub fn is_plan(bytes: &[u8]) -> bool {
    Kind::claimed(bytes) == Some(Kind::Plan)
}

/// The file of part `index`, counted from 0, in a folder: names in the order of parts.
pub fn path(plan: &Plan, folder: &Path, index: usize) -> PathBuf {
    let digits = plan.parts.len().to_string().len().max(4);
    folder.join(format!("part-{:0digits$}.summary", index + 1))
}

/// How part `index` stands. A file that cannot be read is damaged.
pub fn state(plan: &Plan, folder: &Path, index: usize) -> State {
    let path = path(plan, folder, index);
    if let Err(fault) = fs::metadata(&path)
        && fault.kind() == io::ErrorKind::NotFound
    {
        return State::Missing;
    }
    let bytes = match keep::bytes(&path) {
        Ok(bytes) => bytes,
        Err(fault) => return State::Damaged(fault.to_string()),
    };
    match plan.check_part(index, &bytes) {
        Ok(()) => State::Done,
        Err(reason) => State::Damaged(reason.to_string()),
    }
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
