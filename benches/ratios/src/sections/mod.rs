//! What can be measured, section by section.

pub mod against;
mod comparison;
mod cores;
mod draws;
mod jumps;
pub mod memory;
mod model;
mod precision;
mod scale;
mod startup;

use crate::table::Section;
use std::error::Error;
use std::path::PathBuf;

/// How thoroughly to measure.
pub struct Plan {
    /// Folder of the simulator's sources.
    pub root: PathBuf,
    /// Fewer rounds and smaller runs, for a look.
    pub quick: bool,
}

impl Plan {
    /// Rounds of a measurement.
    pub fn rounds(&self) -> usize {
        if self.quick { 3 } else { 11 }
    }

    /// Trials of one turn.
    pub fn size(&self, trials: usize) -> usize {
        if self.quick { trials / 2 } else { trials }
    }

    /// A file of the benches.
    pub fn bench(&self, name: &str) -> PathBuf {
        self.root.join("benches").join(name)
    }

    /// A shipped scenario.
    pub fn scenario(&self, name: &str) -> PathBuf {
        self.root.join("scenarios").join(name)
    }

    /// The large scenario that numbers over time are measured on: an earlier baseline, kept as it
    /// was.
    pub fn large(&self) -> PathBuf {
        self.root.join("tests/fixtures/scenarios/large.json")
    }
}

/// Measures one section; `None` if there is nothing to show.
pub type Measure = fn(&Plan) -> Result<Option<Section>, Box<dyn Error>>;

/// All sections by name, in the order of the table.
pub const ALL: [(&str, Measure); 9] = [
    ("model", model::measure),
    ("cores", cores::measure),
    ("memory", memory::measure),
    ("jumps", jumps::measure),
    ("draws", draws::measure),
    ("precision", precision::measure),
    ("startup", startup::measure),
    ("compare", comparison::measure),
    ("scale", scale::measure),
];
