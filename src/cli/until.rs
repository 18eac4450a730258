//! Runs in parts that go on until they are precise enough: which parts are wanted, and whether
//! those that are there are enough.
//!
//! A run looks at itself after fixed numbers of blocks, and no part reaches over such a place.
//! Parts are wanted in rounds; those of a round can be simulated at once, and the run may end
//! within it. What it has beyond its end is not a part of its result.

use super::keep;
use super::parts::{self, State};
use crate::analysis::Summarised;
use crate::results::kept::Plan;
use anyhow::Result;
use std::path::Path;

/// How far a run in parts has come.
pub enum Looked {
    /// It has ended, with so many parts.
    Ended(usize),
    /// It goes on: parts of its first round that is not done, counted from 0, with the reason if
    /// one is damaged.
    Going(Vec<(usize, Option<String>)>),
}

/// Looks at the parts in a folder.
///
/// # Errors
/// [`Misuse`](super::exit::Misuse) for a part that cannot be joined.
pub fn looked(plan: &Plan, folder: &Path) -> Result<Looked> {
    let mut whole: Option<Summarised> = None;
    let mut from = 0;
    for upto in plan.rounds() {
        let wanted = (from..upto).filter_map(|index| match parts::state(plan, folder, index) {
            State::Done => None,
            State::Missing => Some((index, None)),
            State::Damaged(reason) => Some((index, Some(reason))),
        });
        let wanted: Vec<_> = wanted.collect();
        if !wanted.is_empty() {
            return Ok(Looked::Going(wanted));
        }
        for index in from..upto {
            let path = parts::path(plan, folder, index);
            let part = keep::load(&path, whole.as_ref())?;
            match &mut whole {
                None => whole = Some(part),
                Some(whole) => {
                    (whole.join(part)).map_err(|reason| keep::unusable(&path, &reason))?
                }
            }
            if whole.as_ref().is_some_and(|whole| whole.ended().is_some()) {
                return Ok(Looked::Ended(index + 1));
            }
        }
        from = upto;
    }
    Ok(Looked::Ended(plan.parts.len()))
}
