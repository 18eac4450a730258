//! Results as one self-contained HTML page: for those who would rather look than read.
//!
//! Takes results with what the command line found beside them (typical trials); writes a page that
//! needs no network and no script. What is on it is a list of sections (`sections`): a new one is a
//! file and a line. Pages are safe by construction (`markup`), and a content security policy with
//! the hashes of our own style and script lets nothing else run.

mod answer;
mod clocks;
mod figure;
pub(crate) mod markup;
mod page;
mod sections;
mod statement;
mod table;
mod wording;

#[cfg(test)]
mod tests;

pub use answer::Answer;
pub(super) use markup::Markup;
pub use sections::chosen_events;
pub(super) use sections::stated;

use super::table::Order;
use crate::results::{CompareResult, RunResult, Storyline, Typical};
use std::io::{self, Write};

/// A part of a page.
#[derive(Clone, Debug)]
pub enum Part {
    Run(Box<RunPart>),
    Compare(ComparePart),
    /// Single futures, such as `trace` tells.
    Stories(Vec<Typical>),
    Story(Box<Storyline>),
    /// What a command that asks why has found.
    Answer(Box<Answer>),
}

/// One run.
#[derive(Clone, Debug)]
pub struct RunPart {
    pub result: RunResult,
    /// Typical trials of the outcomes to be told, the likeliest outcome first.
    pub typical: Vec<Typical>,
    /// Events whose cumulative incidence is drawn, by name; empty: the most telling ones.
    pub events: Vec<String>,
    /// Which outcome and which trend come first.
    pub order: Order,
}

/// Scenarios against the first of them.
#[derive(Clone, Debug)]
pub struct ComparePart {
    pub result: CompareResult,
    /// As in [`RunPart`], by scenario.
    pub typical: Vec<Vec<Typical>>,
    pub events: Vec<String>,
}

/// Writes a page with these parts, in their order; with `brief`, only what they say at a glance.
///
/// # Errors
/// Those of `out`.
pub fn write(out: &mut dyn Write, parts: &[Part], brief: bool) -> io::Result<()> {
    out.write_all(page::whole(parts, brief).as_bytes())
}
