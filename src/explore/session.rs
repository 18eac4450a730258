//! The scenario as it was last read without a fault, and its base run.
//!
//! One session for one content of the files; when they change, a new one takes its place (`watch`). The base run grows as far as
//! somebody looks and is shared by all tweaks, each of which is paired with it.

use super::Options;
use crate::analysis::{Growing, Study};
use crate::engine::{EngineError, Settings};
use crate::scenario::Report;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Trials a draw of the first, coarse picture: blocks are then small enough to be there at once.
const COARSE_TRIALS_PER_DRAW: u32 = 8;
/// Blocks of the coarse picture.
const COARSE_BLOCKS: u64 = 2;
/// Blocks of the first look at a run of the full design.
const FIRST_LOOK: u64 = 4;

/// Why a scenario cannot be explored.
#[derive(Debug)]
pub enum Refusal {
    Scenario(Report),
    /// Why no run can have the size that is asked for.
    Size(String),
}

/// A scenario that can be tweaked.
pub struct Session {
    /// Grows with every reload.
    pub generation: u64,
    pub study: Study,
    pub settings: Settings,
    base: Mutex<Growing>,
    coarse: Option<Mutex<Growing>>,
}

/// A stage of a picture: which run, and after how many blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stage {
    pub coarse: bool,
    pub blocks: u64,
}

impl Session {
    /// # Errors
    /// Everything that is wrong with the scenario, or with the size asked for.
    pub fn open(options: &Options, generation: u64) -> Result<Self, Refusal> {
        let study = Study::open(&options.file, &options.sets).map_err(Refusal::Scenario)?;
        if let Some(fault) = study.size_fault(options.trials, options.draws) {
            return Err(Refusal::Size(fault));
        }
        let mut settings = study.settings(options.trials, options.draws, options.seed);
        settings.threads = options.threads;
        let too_large = |error: EngineError| Refusal::Size(error.to_string());
        let base = Growing::new(&settings).map_err(too_large)?;
        let coarse = match coarse(&settings) {
            Some(settings) => {
                let run = Growing::new(&settings).map_err(too_large)?;
                Some(Mutex::new(run))
            }
            None => None,
        };
        Ok(Self {
            generation,
            study,
            settings,
            base: Mutex::new(base),
            coarse,
        })
    }

    /// The base run of a stage.
    pub fn base(&self, coarse: bool) -> MutexGuard<'_, Growing> {
        let run = match &self.coarse {
            Some(run) if coarse => run,
            _ => &self.base,
        };
        run.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Settings of a stage.
    pub fn settings_of(&self, is_coarse: bool) -> Settings {
        let whole = || self.settings.clone();
        if is_coarse {
            coarse(&self.settings).unwrap_or_else(whole)
        } else {
            whole()
        }
    }

    /// From the first glance to the whole run.
    pub fn stages(&self) -> Vec<Stage> {
        let mut stages = Vec::new();
        if self.coarse.is_some() {
            stages.push(Stage {
                coarse: true,
                blocks: COARSE_BLOCKS,
            });
        }
        let mut blocks = FIRST_LOOK;
        while blocks < self.settings.blocks {
            stages.push(Stage {
                coarse: false,
                blocks,
            });
            blocks *= 2;
        }
        stages.push(Stage {
            coarse: false,
            blocks: self.settings.blocks,
        });
        stages
    }

    /// The files that the scenario was read from.
    pub fn files(&self) -> Vec<PathBuf> {
        self.study.sources.files().map(PathBuf::from).collect()
    }
}

/// Settings of the coarse run; `None` if the run itself is as small.
fn coarse(settings: &Settings) -> Option<Settings> {
    let coarse = Settings {
        trials_per_draw: COARSE_TRIALS_PER_DRAW,
        blocks: COARSE_BLOCKS,
        ..settings.clone()
    };
    let trials = |s: &Settings| s.blocks * s.trials_per_block();
    (trials(&coarse) < trials(settings)).then_some(coarse)
}
