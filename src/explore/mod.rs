//! The local page on which an analyst moves sliders and watches the futures move.
//!
//! Takes a scenario file and options; gives a server on loopback that shows the file's run beside
//! that of a tweaked copy. A tweak is a set of `--set` overrides, so all numbers are those of the
//! library: weights alone are reweighted, anything else is simulated under common random numbers,
//! coarse at first and finer as trials come. Reads the scenario and its parents, writes a variant
//! when asked to, and nothing else. Opening a browser and saying where the page is are left to the
//! command line.
//!
//! Order of reading: `tweak` (the page's state), `session` (the file, its base run; `kept`,
//! `track`), `clients` (whose turn it is), `job` (from a state to pictures), `picture`, `bars`,
//! `headline` and `notes` (from results to fragments of the page), `tries` (what controls do of
//! which no draw tells), `story` and `likeliest` (what is asked of an outcome), `connection` (how
//! long asking may take), `guard` (who may ask), `server`
//! (addresses), `page/` (what the browser gets).

mod assets;
mod bars;
mod clients;
mod commands;
mod connection;
mod controls;
mod cores;
mod guard;
mod handlers;
mod headline;
mod job;
mod kept;
mod likeliest;
mod notes;
mod numbers;
mod patience;
mod picture;
mod readings;
mod server;
mod session;
mod story;
mod track;
mod tries;
mod tweak;
mod variant;
mod watch;

pub use connection::Limits;
pub use server::{Running, Server, ServerError};
pub use session::Refusal;
pub use tweak::{ControlFault, Override, ParameterTweak, State, overrides};

use std::path::PathBuf;

/// What to explore, and where.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The scenario; not standard input.
    pub file: PathBuf,
    /// `PATH=VALUE`: part of the base, as everywhere.
    pub sets: Vec<String>,
    pub trials: Option<u64>,
    pub draws: Option<u64>,
    pub seed: Option<u64>,
    /// 0 for one a core.
    pub threads: usize,
    /// 0 for any that is free.
    pub port: u16,
    pub limits: Limits,
}
