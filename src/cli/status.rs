//! `status`: which parts of a plan are there.

use super::exit::{Exit, Misuse};
use super::parts::{self, State};
use super::terminal::Terminal;
use super::until::{self, Looked};
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
                        quincunx status big.plan parts --format json\n  \
                        quincunx status big.plan parts --format numbers     # what is not done, for scripts\n\n\
                        Judged by the files of the parts alone, whoever made them. Exit status: 0 if all are done, 3 if not.\n\
                        Of a plan with --until, what is missing are the parts that come next.")]
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
    /// Numbers of the parts that are not done, one a line
    Numbers,
}

/// Parts by how they stand; they are counted from 1.
#[derive(Debug, Default, Serialize)]
struct Status {
    parts: usize,
    done: Vec<usize>,
    missing: Vec<usize>,
    damaged: Vec<Damaged>,
    /// Of a run that waits for a precision: how many parts it has taken, once it has ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    enough: Option<usize>,
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
    let damaged = |index: usize, reason| Damaged {
        part: index + 1,
        file: (parts::path(&plan, &arguments.dir, index).display()).to_string(),
        reason,
    };
    if plan.run.until.is_some() {
        let done = match until::looked(&plan, &arguments.dir)? {
            Looked::Ended(parts) => {
                status.enough = Some(parts);
                parts
            }
            Looked::Going(wanted) => {
                let last = wanted.last().map_or(0, |(index, _)| index + 1);
                for (index, reason) in wanted {
                    match reason {
                        None => status.missing.push(index + 1),
                        Some(reason) => status.damaged.push(damaged(index, reason)),
                    }
                }
                last
            }
        };
        let is_open = |part: &usize| {
            status.missing.contains(part) || status.damaged.iter().any(|one| one.part == *part)
        };
        status.done = (1..=done).filter(|part| !is_open(part)).collect();
    } else {
        for index in 0..plan.parts.len() {
            match parts::state(&plan, &arguments.dir, index) {
                State::Done => status.done.push(index + 1),
                State::Missing => status.missing.push(index + 1),
                State::Damaged(reason) => status.damaged.push(damaged(index, reason)),
            }
        }
    }
    let mut out = io::stdout().lock();
    let written = match arguments.format {
        Format::Json => json::write(&mut out, &status),
        Format::Text => status.write(&mut out),
        Format::Numbers => status.write_numbers(&mut out),
    };
    match written {
        Err(fault) if fault.kind() == io::ErrorKind::BrokenPipe => {}
        other => other.context("cannot write to standard output")?,
    }
    Ok(
        match status.enough.is_some() || status.done.len() == status.parts {
            true => Exit::Done,
            false => Exit::Incomplete,
        },
    )
}

impl Status {
    fn write_numbers(&self, out: &mut dyn Write) -> io::Result<()> {
        let damaged = self.damaged.iter().map(|part| part.part);
        let mut numbers: Vec<usize> = self.missing.iter().copied().chain(damaged).collect();
        numbers.sort_unstable();
        numbers
            .iter()
            .try_for_each(|number| writeln!(out, "{number}"))
    }

    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        match self.enough {
            Some(parts) => writeln!(out, "the run has ended after {parts} parts")?,
            None => writeln!(out, "{} of {} parts done", self.done.len(), self.parts)?,
        }
        if !self.missing.is_empty() {
            writeln!(out, "missing: {}", parts::told(&self.missing))?;
        }
        for Damaged { part, file, reason } in &self.damaged {
            writeln!(out, "damaged: {part} (`{file}`: {reason})")?;
        }
        Ok(())
    }
}
