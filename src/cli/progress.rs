//! What happens beside a simulation: the progress bar, Ctrl-C, and the file of trials.

use super::output::abandon;
use super::terminal::Terminal;
use super::trial_file::TrialFile;
use crate::engine::{Observer, Settings, TrialRows};
use anyhow::{Context, Result};
use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use std::fmt::Write;
use std::process;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// Set by the first Ctrl-C.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Watches a simulation.
pub struct Meter {
    bar: ProgressBar,
    trials_per_block: u64,
    trials: Option<Mutex<TrialFile>>,
    /// The file of trials cannot be written: there is no use in going on.
    is_broken: AtomicBool,
}

impl Meter {
    /// Starts the bar, if a person watches, and takes over Ctrl-C.
    ///
    /// # Errors
    /// If the system does not let Ctrl-C be handled.
    pub fn start(
        settings: &Settings,
        trials: Option<TrialFile>,
        quiet: bool,
        terminal: &Terminal,
    ) -> Result<Self> {
        handle_interrupts(*terminal)?;
        let total = settings.blocks * settings.trials_per_block();
        let target = if terminal.is_watched() && !quiet {
            ProgressDrawTarget::stderr_with_hz(10)
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(Some(total), target);
        // A run that stops by precision has no end to be measured against.
        let template = if settings.until.is_some() {
            "{spinner} {human_pos} trials · {rate}"
        } else {
            "{bar:30} {percent}% of {human_len} trials · {rate} · {eta} left"
        };
        let style = ProgressStyle::with_template(template)?
            .progress_chars("█▉▊▋▌▍▎▏ ")
            .with_key("rate", rate);
        bar.set_style(style);
        Ok(Self {
            bar,
            trials_per_block: settings.trials_per_block(),
            trials: trials.map(Mutex::new),
            is_broken: AtomicBool::new(false),
        })
    }

    /// Takes the bar away and completes the file of trials.
    ///
    /// # Errors
    /// If the file could not be written.
    pub fn finish(self) -> Result<()> {
        self.bar.finish_and_clear();
        match self.trials {
            Some(file) => file
                .into_inner()
                .unwrap_or_else(PoisonError::into_inner)
                .finish(),
            None => Ok(()),
        }
    }
}

impl Observer for Meter {
    fn progress(&self, done: u64, _: u64) {
        self.bar.set_position(done * self.trials_per_block);
    }

    fn cancelled(&self) -> bool {
        INTERRUPTED.load(Ordering::Relaxed) || self.is_broken.load(Ordering::Relaxed)
    }

    fn wants_rows(&self) -> bool {
        self.trials.is_some()
    }

    fn rows(&self, _: u64, rows: TrialRows) {
        if let Some(file) = &self.trials {
            let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
            if !file.push(rows) {
                self.is_broken.store(true, Ordering::Relaxed);
            }
        }
    }
}

fn rate(state: &ProgressState, out: &mut dyn Write) {
    // A broken display is not worth a message.
    let _ = write!(out, "{}/s", HumanCount(state.per_sec() as u64));
}

/// The first Ctrl-C lets the run end after the blocks under way, the second ends the process.
fn handle_interrupts(terminal: Terminal) -> Result<()> {
    let handler = move || {
        if INTERRUPTED.swap(true, Ordering::Relaxed) {
            abandon();
            process::exit(130);
        }
        terminal.note("stopping after the blocks under way; press Ctrl-C again to quit at once");
    };
    ctrlc::set_handler(handler).context("cannot handle Ctrl-C")
}
