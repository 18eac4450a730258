//! The file format: text in, a [`Scenario`] with everything decoded and nothing yet resolved out.
//!
//! [`load`] reads a file and what it `extends`, lays the layers over each other, applies `--set`
//! and decodes the result, and reports every fault at once. Besides the edges of the program this
//! is the only place that touches the disk, and only through [`Files`]. What the names and formulas
//! in a scenario mean is left to the model.

mod clocks;
mod columns;
mod combine;
mod decode;
mod drawn;
mod files;
mod forms;
mod hash;
mod hazard;
mod history;
mod implied;
mod lists;
mod load;
mod merge;
mod moving;
mod parse;
pub mod places;
mod schema;
mod set;
mod slips;
mod tables;
mod types;
mod words;
mod written;

pub use combine::{COMBINES, Combine, CombineRow};
pub use files::{Disk, Files, Noted, Remembered, limited};
pub use hash::{same_assumptions, sha256};
pub use load::{Findings, Laid, Loaded, load, load_str, load_text, load_with};
pub use schema::schema;
pub use types::*;
pub use words::Words;
