//! `status`: which parts of a plan are there.

use super::exit::{Exit, Misuse};
use super::parts::{self, State};
use super::terminal::Terminal;
use crate::report::json;
use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use serde::Serialize;
use std::io::{self, Write};
use std::path::PathBuf;

/// Say which parts of a plan are done, missing or damaged
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
                        quincunx status big.plan parts\n  \
                        quincunx status big.plan parts --format json\n\n\
                        Judged by the files of the parts alone, whoever made them. Exit status: 0 if all are done, 3 if not.")]
pub struct Arguments {
    /// Plan, as `quincunx plan` writes it
    plan: PathBuf,
    /// Folder with the files of the parts
    dir: PathBuf,
    /// How to say it
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    format: Format,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For the eye
    #[default]
    Text,
    /// For scripts
    Json,
}

/// Parts by how they stand; they are counted from 1.
#[derive(Debug, Default, Serialize)]
struct Status {
    parts: usize,
    done: Vec<usize>,
    missing: Vec<usize>,
    damaged: Vec<Damaged>,
}

#[derive(Debug, Serialize)]
struct Damaged {
    part: usize,
    file: String,
    reason: String,
}

pub fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Exit> {
    let plan = parts::plan(&arguments.plan)?;
    if arguments.dir.exists() && !arguments.dir.is_dir() {
        let text = format!("`{}` is not a folder", arguments.dir.display());
        return Err(Misuse(text).into());
    }
    if !arguments.dir.exists() {
        let text = format!("there is no folder `{}`", arguments.dir.display());
        terminal.warning(&text);
    }
    let mut status = Status {
        parts: plan.parts.len(),
        ..Status::default()
    };
    for index in 0..plan.parts.len() {
        let part = index + 1;
        match parts::state(&plan, &arguments.dir, index) {
            State::Done => status.done.push(part),
            State::Missing => status.missing.push(part),
            State::Damaged(reason) => status.damaged.push(Damaged {
                part,
                file: (parts::path(&plan, &arguments.dir, index).display()).to_string(),
                reason,
            }),
        }
    }
    let mut out = io::stdout().lock();
    let written = match arguments.format {
        Format::Json => json::write(&mut out, &status),
        Format::Text => status.write(&mut out),
    };
    match written {
        Err(fault) if fault.kind() == io::ErrorKind::BrokenPipe => {}
        other => other.context("cannot write to standard output")?,
    }
    Ok(match status.done.len() == status.parts {
        true => Exit::Done,
        false => Exit::Incomplete,
    })
}

impl Status {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{} of {} parts done", self.done.len(), self.parts)?;
        if !self.missing.is_empty() {
            writeln!(out, "missing: {}", parts::told(&self.missing))?;
        }
        for Damaged { part, file, reason } in &self.damaged {
            writeln!(out, "damaged: {part} (`{file}`: {reason})")?;
        }
        Ok(())
    }
}
