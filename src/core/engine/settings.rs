//! How much to simulate, and how a run talks to its caller.

use super::jumps::INSTANT_LIMIT;
use crate::estimate::{REPLICATES, groups};
use crate::random::design::Design;
use crate::random::size::{MOST_DRAWS, MOST_TRIALS_PER_DRAW, TRIALS_PER_DRAW};

/// Draws in a block.
pub const DRAWS_PER_BLOCK: u32 = REPLICATES as u32;

/// What is simulated. Two runs of one program with equal settings (threads aside) have the same
/// result bytes.
///
/// Each field has a function of its name that sets it:
///
/// ```
/// use quincunx_core::engine::Settings;
///
/// let settings = Settings::new(100_000, None, 7).threads(2).until(0.001);
/// assert_eq!((settings.seed, settings.until), (7, Some(0.001)));
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Settings {
    pub seed: u64,
    pub trials_per_draw: u32,
    /// How parameter draws and start trends are spread: on purpose, or left to chance.
    pub design: Design,
    /// Blocks to simulate; with `until` an upper bound.
    pub blocks: u64,
    /// Worker threads; 0 for one a core.
    pub threads: usize,
    /// Stop when the largest standard error of an outcome's probability is at most this.
    pub until: Option<f64>,
}

impl Settings {
    /// Settings for at least this many trials, in whole blocks.
    ///
    /// With `draws` the trials per draw are `trials / draws`, rounded up to a multiple of the
    /// groups that share a draw's strata.
    pub fn new(trials: u64, draws: Option<u64>, seed: u64) -> Self {
        let per_draw = match draws {
            Some(draws) => whole_groups(
                trials
                    .div_ceil(draws.max(1))
                    .clamp(1, u64::from(u32::MAX / 32)) as u32,
            ),
            None => TRIALS_PER_DRAW,
        };
        let draws = draws.unwrap_or_else(|| trials.div_ceil(u64::from(per_draw)));
        Self {
            seed,
            trials_per_draw: per_draw,
            design: Design::default(),
            blocks: draws.div_ceil(u64::from(DRAWS_PER_BLOCK)).max(1),
            threads: 0,
            until: None,
        }
    }

    /// The same under another seed.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The same with so many trials per parameter draw; a multiple of the groups that share a
    /// draw's strata, as [`is_sound`](Self::is_sound) asks.
    #[must_use]
    pub fn trials_per_draw(mut self, trials: u32) -> Self {
        self.trials_per_draw = trials;
        self
    }

    #[must_use]
    pub fn design(mut self, design: Design) -> Self {
        self.design = design;
        self
    }

    /// The same with so many blocks of 16 draws.
    #[must_use]
    pub fn blocks(mut self, blocks: u64) -> Self {
        self.blocks = blocks;
        self
    }

    /// The same on so many threads; 0 for one per core. It changes no number.
    #[must_use]
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = threads;
        self
    }

    /// The same, ending as soon as the largest standard error of an outcome's probability is at
    /// most this; `None`: at its full size.
    #[must_use]
    pub fn until(mut self, error: impl Into<Option<f64>>) -> Self {
        self.until = error.into();
        self
    }

    /// Whether a run of this size can be had.
    ///
    /// # Errors
    /// [`EngineError::TooManyTrialsPerDraw`] and [`EngineError::TooManyDraws`].
    pub fn check(&self) -> Result<(), EngineError> {
        if self.trials_per_draw > MOST_TRIALS_PER_DRAW {
            return Err(EngineError::TooManyTrialsPerDraw);
        }
        if self.blocks > MOST_DRAWS / u64::from(DRAWS_PER_BLOCK) {
            return Err(EngineError::TooManyDraws {
                asked: self.blocks.saturating_mul(u64::from(DRAWS_PER_BLOCK)),
            });
        }
        Ok(())
    }

    /// Whether these could be of a run: it has blocks, draws whose trials are dealt evenly, and
    /// waits for an error that there can be. Settings that were read from elsewhere are to be
    /// asked; [`new`](Self::new) makes no others.
    pub fn is_sound(&self) -> bool {
        self.blocks > 0
            && self.trials_per_draw > 0
            && whole_groups(self.trials_per_draw) == self.trials_per_draw
            && self.until.is_none_or(|until| until > 0.0)
    }

    pub fn trials_per_block(&self) -> u64 {
        u64::from(self.trials_per_draw) * u64::from(DRAWS_PER_BLOCK)
    }
}

/// Rounds trials per draw up to a multiple of the number of groups they are dealt into.
fn whole_groups(trials_per_draw: u32) -> u32 {
    let groups = groups(trials_per_draw as usize) as u32;
    trials_per_draw.div_ceil(groups) * groups
}

/// What a run tells its caller, and what the caller tells the run.
pub trait Observer: Sync {
    /// So many of so many blocks are done; `total` is an upper bound if the run stops by precision.
    fn progress(&self, _done: u64, _total: u64) {}

    /// Asked between blocks; `true` ends the run early.
    fn cancelled(&self) -> bool {
        false
    }

    /// True if [`rows`](Self::rows) wants the trials.
    fn wants_rows(&self) -> bool {
        false
    }

    /// Trials of a block; blocks come in no particular order, but never further apart than the
    /// number of threads.
    fn rows(&self, _block: u64, _rows: super::TrialRows) {}
}

/// An observer that asks for nothing.
pub struct Silent;

impl Observer for Silent {}

/// Why a run could not be started or finished.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// A draw with all its trials would not fit into memory.
    #[error(
        "more than {MOST_TRIALS_PER_DRAW} trials a parameter draw would not fit into memory; ask for more draws"
    )]
    TooManyTrialsPerDraw,
    /// The random streams would repeat.
    #[error(
        "{asked} parameter draws are more than the random streams tell apart; the limit is {MOST_DRAWS}"
    )]
    TooManyDraws { asked: u64 },
    /// Events keep firing one another without time passing.
    #[error(
        "more than {} firings in one instant, among them {},{} at {time:.3} years",
        crate::diagnostic::count(INSTANT_LIMIT as u64), quoted(.events), in_trial(*.trial)
    )]
    Runaway {
        /// Names.
        events: Vec<String>,
        /// `None` if no other command plays it.
        trial: Option<u64>,
        time: f64,
    },
    /// Rates grow without bound.
    #[error(
        "more than {limit} firings within one step, most of them of `{event}`,{} at {time:.3} years: its rate seems to grow without bound", in_trial(*.trial)
    )]
    Explosion {
        event: String,
        /// `None` if no other command plays it.
        trial: Option<u64>,
        time: f64,
        limit: u64,
    },
    /// Too many trials ended in a number that is not finite, or that is not allowed where it
    /// stands.
    #[error(
        "{stopped} of {trials} trials met a value that is not finite or out of its bounds,{} most often from {path}{place}; \
         most often a distribution reaches further than its place allows, and a `range` holds it; `quincunx check` names those that it can tell", first_in(*.trial)
    )]
    NonFinite {
        stopped: u64,
        trials: u64,
        /// The first; `None` if no other command plays it.
        trial: Option<u64>,
        /// JSON pointer of the formula.
        path: String,
        /// Where the files have it, ` (file:line:column)`; empty if that was not looked up.
        place: String,
    },
}

fn quoted(names: &[String]) -> String {
    let quoted = names.iter().map(|name| format!("`{name}`"));
    quoted.collect::<Vec<_>>().join(", ")
}

fn in_trial(trial: Option<u64>) -> String {
    trial.map_or(String::new(), |trial| format!(" in trial {trial}"))
}

fn first_in(trial: Option<u64>) -> String {
    trial.map_or(String::new(), |trial| format!(" first in trial {trial},"))
}

impl EngineError {
    /// The same of a trial that no other command plays: its number would say nothing.
    #[must_use]
    pub fn of_no_trial(mut self) -> Self {
        if let Self::Runaway { trial, .. }
        | Self::Explosion { trial, .. }
        | Self::NonFinite { trial, .. } = &mut self
        {
            *trial = None;
        }
        self
    }

    /// The same with the place in the files of the formula at fault, which `place` looks up by its
    /// pointer.
    #[must_use]
    pub fn placed(mut self, look_up: impl Fn(&str) -> Option<String>) -> Self {
        if let Self::NonFinite { path, place, .. } = &mut self {
            *place = look_up(path).map_or(String::new(), |found| format!(" ({found})"));
        }
        self
    }

    /// True if the size that was asked for is at fault, not the scenario.
    pub fn is_about_size(&self) -> bool {
        matches!(self, Self::TooManyTrialsPerDraw | Self::TooManyDraws { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_refused_that_memory_or_the_random_streams_cannot_hold() {
        assert_eq!(Settings::new(1_000_000_000, None, 1).check(), Ok(()));
        assert_eq!(Settings::new(65_536, Some(1), 1).check(), Ok(()));
        assert_eq!(
            Settings::new(65_537, Some(1), 1).check(),
            Err(EngineError::TooManyTrialsPerDraw)
        );
        assert_eq!(Settings::new(1 << 38, None, 1).check(), Ok(()));
        assert_eq!(
            Settings::new((1 << 38) + 1, None, 1).check(),
            Err(EngineError::TooManyDraws {
                asked: (1 << 32) + 16
            })
        );
    }

    #[test]
    fn a_size_without_a_fault_can_be_had() {
        use crate::random::size::size_fault;
        for (trials, draws) in [
            (1, None),
            (MOST_DRAWS * 64, None),
            (512, Some(512)),
            (65_536, Some(1)),
            (MOST_DRAWS << 16, Some(MOST_DRAWS)),
            (1 << 40, Some(MOST_DRAWS)),
        ] {
            assert_eq!(size_fault(trials, draws), None);
            let settings = Settings::new(trials, draws, 1);
            assert_eq!(settings.check(), Ok(()), "{trials}, {draws:?}");
            assert!(settings.blocks.checked_mul(settings.trials_per_block()) >= Some(trials));
        }
    }

    #[test]
    fn settings_that_no_run_has_are_told() {
        let sound = Settings::new(10_000, None, 1);
        assert!(sound.is_sound() && Settings::new(1, Some(1), 1).is_sound());
        for (trials_per_draw, blocks, until) in [
            (0, 1, None),
            (33, 1, None),
            (64, 0, None),
            (64, 1, Some(-1.0)),
            (64, 1, Some(f64::NAN)),
        ] {
            let settings = sound
                .clone()
                .trials_per_draw(trials_per_draw)
                .blocks(blocks)
                .until(until);
            assert!(!settings.is_sound(), "{settings:?}");
        }
    }

    #[test]
    fn trials_are_rounded_up_to_whole_blocks() {
        let s = Settings::new(10_000, None, 1);
        assert_eq!(
            (s.trials_per_draw, s.blocks, s.trials_per_block()),
            (64, 10, 1024)
        );
        let s = Settings::new(1, None, 1);
        assert_eq!(s.blocks, 1);
    }

    #[test]
    fn trials_a_draw_follow_from_trials_and_draws() {
        let s = Settings::new(10_000, Some(100), 1);
        assert_eq!((s.trials_per_draw, s.blocks), (104, 7));
        let s = Settings::new(100, Some(100), 1);
        assert_eq!((s.trials_per_draw, s.blocks), (1, 7));
        let s = Settings::new(1000, Some(100), 1);
        assert_eq!(s.trials_per_draw, 12);
    }
}
