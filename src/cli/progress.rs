//! What happens beside a simulation: the progress bar, Ctrl-C, and the file of trials.

use super::messages::{Messages, Progress};
use super::signals;
use super::terminal::Terminal;
use super::trial_file::TrialFile;
use crate::engine::{Observer, Settings, TrialRows};
use anyhow::Result;
use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use std::fmt::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Watches a simulation.
pub struct Meter {
    bar: ProgressBar,
    /// For a program that watches.
    lines: Option<Progress>,
    trials_per_block: u64,
    trials: Option<Mutex<TrialFile>>,
    /// The file of trials cannot be written, or the program that watches is gone: there is no use
    /// in going on.
    is_broken: AtomicBool,
}

impl Meter {
    /// Starts the bar, if a person watches, and lets Ctrl-C end the run early.
    ///
    /// # Errors
    /// If the bar cannot be drawn.
    pub fn start(
        settings: &Settings,
        trials: Option<TrialFile>,
        quiet: bool,
        terminal: &Terminal,
    ) -> Result<Self> {
        let total = settings.blocks.saturating_mul(settings.trials_per_block());
        let has_end = settings.until.is_none();
        let mut meter = Self::new(total, has_end, quiet, terminal)?;
        meter.trials_per_block = settings.trials_per_block();
        meter.trials = trials.map(Mutex::new);
        Ok(meter)
    }

    /// A meter of several designs in turn, whose progress is told in trials.
    ///
    /// # Errors
    /// If the bar cannot be drawn.
    pub fn of_trials(total: u64, quiet: bool, terminal: &Terminal) -> Result<Self> {
        Self::new(total, true, quiet, terminal)
    }

    fn new(total: u64, has_end: bool, quiet: bool, terminal: &Terminal) -> Result<Self> {
        let target = if terminal.is_watched() && !quiet {
            ProgressDrawTarget::stderr_with_hz(10)
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(Some(total), target);
        // A run that stops by precision has no end to be measured against.
        let template = if !has_end {
            "{spinner} {human_pos} trials · {rate}"
        } else {
            "{bar:30} {percent}% of {human_len} trials · {rate} · {eta} left"
        };
        let style = ProgressStyle::with_template(template)?
            .progress_chars("█▉▊▋▌▍▎▏ ")
            .with_key("rate", rate);
        bar.set_style(style);
        let is_told = terminal.messages() == Messages::Json && !quiet;
        signals::can_stop(true);
        Ok(Self {
            bar,
            lines: is_told.then(|| Progress::new(has_end.then_some(total))),
            trials_per_block: 1,
            trials: None,
            is_broken: AtomicBool::new(false),
        })
    }

    /// How long the simulation has taken so far.
    pub fn elapsed(&self) -> Duration {
        self.bar.elapsed()
    }

    /// Takes the bar away and completes the file of trials; `simulated` is false if there are none,
    /// and the old file stays.
    ///
    /// # Errors
    /// If the file could not be written.
    pub fn finish(self, simulated: bool) -> Result<()> {
        self.bar.finish_and_clear();
        signals::can_stop(false);
        match self.trials.filter(|_| simulated) {
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
        let done = done * self.trials_per_block;
        self.bar.set_position(done);
        if let Some(lines) = &self.lines
            && lines.tell(done).is_err()
        {
            self.is_broken.store(true, Ordering::Relaxed);
        }
    }

    fn cancelled(&self) -> bool {
        signals::interrupted() || self.is_broken.load(Ordering::Relaxed)
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

#[cfg(test)]
mod tests {
    use super::super::new::STARTER;
    use super::super::options::Simulation;
    use super::*;
    use crate::analysis::Study;
    use clap::ColorChoice;
    use std::fs;

    #[test]
    fn a_run_without_a_trial_keeps_the_old_file_of_trials() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("trials.csv");
        fs::write(&path, "old").expect("a file");
        let study = Study::from_text(STARTER, "starter.jsonc")
            .unwrap_or_else(|report| panic!("{:#?}", report.diagnostics));
        let settings = Simulation::default().settings(&study).expect("a size");
        let terminal = Terminal::new(ColorChoice::Never);
        for (simulated, content) in [(false, "old"), (true, "trial,draw")] {
            let file = TrialFile::create(&path, &study.model).expect("it can be written");
            let meter = Meter::start(&settings, Some(file), true, &terminal).expect("it starts");
            meter.finish(simulated).expect("it ends");
            let found = fs::read_to_string(&path).expect("a file");
            assert!(found.starts_with(content), "{found}");
            let left = fs::read_dir(folder.path()).expect("a folder").count();
            assert_eq!(left, 1, "nothing unfinished stays");
        }
    }
}
