//! The scenario as it was last read without a fault, and its base run.
//!
//! One session for one content of the files; when they change, a new one takes its place (`watch`).
//! The base run grows as far as somebody looks and is shared by all tweaks, each of which is paired
//! with it.

use super::Options;
use super::cores::Cores;
use super::kept::Kept;
use super::track::Track;
use crate::analysis::{Look, Study, movers};
use crate::engine::{EngineError, Observer, Settings};
use crate::results::{Drivers, Parts};
use crate::scenario::{Findings, load_with};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

/// Trials per draw of the first, coarse picture: its blocks are small, so that all threads have
/// some and stop soon when nobody wants them any more.
const COARSE_TRIALS_PER_DRAW: u32 = 8;
/// Blocks of the coarse picture, of 128 trials each.
const COARSE_BLOCKS: u64 = 8;
/// Blocks of the first look at a run of the full design.
const FIRST_LOOK: u64 = 4;

/// Why a scenario cannot be explored.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    #[error(transparent)]
    Scenario(Findings),
    /// Why no run can have the size that is asked for.
    #[error("{0}")]
    Size(String),
}

/// A scenario that can be tweaked.
pub struct Session {
    /// Grows with every reload.
    pub generation: u64,
    pub study: Study,
    pub settings: Settings,
    kept: Kept,
    base: Track,
    coarse: Option<Track>,
    /// What moves each outcome in the whole base run.
    movers: OnceLock<Vec<Drivers>>,
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
        let kept = Kept::default();
        let study = load_with(&kept, &options.file, &options.sets)
            .and_then(Study::new)
            .map_err(Refusal::Scenario)?;
        if let Some(fault) = study.size_fault(options.trials, options.draws) {
            return Err(Refusal::Size(fault));
        }
        let mut settings = study
            .settings()
            .trials(options.trials)
            .draws(options.draws)
            .seed(options.seed)
            .build();
        settings.threads = options.threads;
        let too_large = |error: EngineError| Refusal::Size(error.to_string());
        let base = Track::new(&settings, false).map_err(too_large)?;
        let coarse = coarse(&settings)
            .map(|settings| Track::new(&settings, true).map_err(too_large))
            .transpose()?;
        Ok(Self {
            generation,
            study,
            settings,
            kept,
            base,
            coarse,
            movers: OnceLock::new(),
        })
    }

    /// The scenario with more settings, read from the texts that this one was read from.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn with_settings(&self, options: &Options, more: &[String]) -> Result<Study, Findings> {
        let sets = [&options.sets, more].concat();
        load_with(&self.kept, &options.file, &sets).and_then(Study::new)
    }

    /// The base run of a stage.
    pub fn base(&self, coarse: bool) -> &Track {
        match &self.coarse {
            Some(run) if coarse => run,
            _ => &self.base,
        }
    }

    /// The base over at least the trials of a stage: all that there are, simulated as far as need
    /// be.
    ///
    /// # Errors
    /// [`EngineError`] of the run.
    pub fn base_for(
        &self,
        stage: Stage,
        cores: &Cores,
        observer: &dyn Observer,
    ) -> Result<Option<Arc<Look>>, EngineError> {
        let track = self.base(stage.coarse);
        match track.latest() {
            Some(look) if look.blocks() >= stage.blocks => Ok(Some(look)),
            _ => track.look(&self.study, (stage.blocks, &Parts::All), cores, observer),
        }
    }

    /// What moves each outcome that the result itself says nothing of; nothing before the base run
    /// is whole.
    pub fn movers(&self) -> &[Drivers] {
        match self.base.latest() {
            Some(look) if look.blocks() == self.settings.blocks => {
                self.movers.get_or_init(|| movers(&self.study, &look))
            }
            _ => &[],
        }
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
    let coarse = settings
        .clone()
        .trials_per_draw(COARSE_TRIALS_PER_DRAW)
        .blocks(COARSE_BLOCKS);
    let trials = |s: &Settings| s.blocks * s.trials_per_block();
    (trials(&coarse) < trials(settings)).then_some(coarse)
}
