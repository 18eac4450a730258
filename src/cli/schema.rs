//! `schema`: the JSON Schema of scenario files, for editors.

use super::exit::Exit;
use super::output::Destination;
use super::terminal::Terminal;
use crate::report::json;
use crate::scenario;
use anyhow::Result;
use clap::Args;

/// Print the JSON Schema of scenario files, by which an editor completes and checks
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  quincunx schema > scenario.schema.json\n\n\
                        Then put \"$schema\": \"./scenario.schema.json\" first in a scenario file.")]
pub struct Arguments {}

pub fn run(_: &Arguments, terminal: &Terminal) -> Result<Exit> {
    Destination::open(None, terminal)?.write(|out, _| json::write(out, &scenario::schema()))?;
    Ok(Exit::Done)
}
