//! `man`: manual pages, from the same definitions as the help.

use super::definition;
use super::exit::Exit;
use super::output::{Destination, unusable};
use super::terminal::Terminal;
use anyhow::Result;
use clap::Args;
use clap_mangen::Man;
use std::fs;
use std::path::PathBuf;

/// Print the manual page, or write a page for each command
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  quincunx man | man -l -\n  quincunx man --out ~/.local/share/man/man1"
)]
pub struct Arguments {
    /// Write quincunx.1, quincunx-run.1, … into this folder, which is made if need be
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Exit> {
    match &arguments.out {
        Some(folder) => {
            let what = format!("cannot write manual pages into `{}`", folder.display());
            fs::create_dir_all(folder).map_err(|fault| unusable(&what, fault))?;
            clap_mangen::generate_to(definition(), folder)
                .map_err(|fault| unusable(&what, fault))?;
        }
        None => {
            let page = Man::new(definition());
            Destination::open(None, terminal)?.write(|mut out, _| page.render(&mut out))?;
        }
    }
    Ok(Exit::Done)
}
