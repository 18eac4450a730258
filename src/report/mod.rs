//! Results as bytes: tables for the eye, HTML pages and charts to look at, JSON, CSV and Markdown
//! for everything else.
//!
//! Takes results; writes to whatever implements `Write`. Opens nothing, looks at no terminal and no
//! clock: colour and width are told by a [`Look`](table::Look). The same result gives the same
//! bytes everywhere.

mod amounts;
pub mod changes;
pub mod chart;
pub mod csv;
mod dated;
mod dates;
mod drivers;
pub mod files;
#[cfg(test)]
pub(crate) mod fixture;
pub(crate) mod format;
pub mod headline;
pub mod html;
pub mod json;
pub mod kinds;
pub mod known;
pub mod markdown;
mod ratios;
mod statements;
mod stories;
pub mod table;
pub mod trials;

/// What a result says that Ctrl-C cut short.
const INTERRUPTED: &str = "Interrupted: fewer futures than were asked for.";
