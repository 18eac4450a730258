//! The scenario as it was last read without a fault, and its base run.
//!
//! One session for one content of the files; when they change, a new one takes its place (`watch`).
//! The base run grows as far as somebody looks and is shared by all tweaks, each of which is paired
//! with it.

use super::Options;
use super::cores::Cores;
use super::kept::Kept;
use super::track::Track;
use super::tries::Tried;
use super::tweak::Override;
use crate::analysis::{Look, Study, movers};
use crate::engine::{EngineError, Observer, Settings};
use crate::results::{Drivers, Parts};
use crate::scenario::{Findings, Laid};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Trials per draw of the coarse pictures: a block fits into one batch, so that all threads have
/// some and stop soon when nobody wants them any more.
const COARSE_TRIALS_PER_DRAW: u32 = 4;
/// Blocks of the coarse pictures, of 64 trials each: a first glance, and what follows while a hand
/// rests.
const COARSE_BLOCKS: [u64; 2] = [4, 16];
/// Horizons of which is known what they silence.
const MOST_HORIZONS: usize = 500;
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
    /// What was read of the files, before any setting.
    laid: Laid,
    /// What fell silent within a shorter horizon (in months), as overrides.
    silenced: Mutex<Vec<(f64, Vec<Override>)>>,
    base: Track,
    coarse: Option<Track>,
    /// What moves each outcome in the whole base run.
    movers: OnceLock<Vec<Drivers>>,
    is_trying: AtomicBool,
    tried: OnceLock<Tried>,
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
        let laid = Laid::read(&kept, &options.file).map_err(Refusal::Scenario)?;
        let study = (laid.clone().with(&kept, &options.sets))
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
            laid,
            silenced: Mutex::default(),
            base,
            coarse,
            movers: OnceLock::new(),
            is_trying: AtomicBool::new(false),
            tried: OnceLock::new(),
        })
    }

    /// The scenario with more settings, from the texts that this one was read from; without looking
    /// for doubts about it if there is haste.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn with_settings(
        &self,
        options: &Options,
        more: &[String],
        haste: bool,
    ) -> Result<Study, Findings> {
        let sets = [&options.sets, more].concat();
        let loaded = self.laid.clone().with(&self.kept, &sets)?;
        match haste {
            true => Study::hasty(loaded),
            false => Study::new(loaded),
        }
    }

    /// What has been found silent within this horizon or a longer one: it is silent here too.
    pub fn silent_within(&self, months: f64) -> Vec<Override> {
        let known = self.silenced.lock().unwrap_or_else(PoisonError::into_inner);
        let longer = known.iter().filter(|(horizon, _)| *horizon >= months);
        let nearest = longer.min_by(|a, b| a.0.total_cmp(&b.0));
        nearest.map_or(Vec::new(), |(_, silent)| silent.clone())
    }

    /// Remembers what fell silent within a horizon.
    pub fn fell_silent(&self, months: f64, silent: &[Override]) {
        let mut known = self.silenced.lock().unwrap_or_else(PoisonError::into_inner);
        if known.iter().all(|(horizon, _)| *horizon != months) && known.len() < MOST_HORIZONS {
            known.push((months, silent.to_vec()));
        }
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

    /// Whether the caller is the one to try what no draw tells of: once, when the base run is
    /// whole.
    pub fn begins_to_try(&self) -> bool {
        let is_whole = |look: Arc<Look>| look.blocks() == self.settings.blocks;
        self.base.latest().is_some_and(is_whole) && !self.is_trying.swap(true, Ordering::Relaxed)
    }

    pub fn tried(&self) -> Option<&Tried> {
        self.tried.get()
    }

    pub fn has_tried(&self, found: Tried) {
        // Only one begins to try, so nothing is there yet.
        let _ = self.tried.set(found);
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
            stages.extend(COARSE_BLOCKS.map(|blocks| Stage {
                coarse: true,
                blocks,
            }));
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
        .blocks(COARSE_BLOCKS[1]);
    let trials = |s: &Settings| s.blocks * s.trials_per_block();
    (trials(&coarse) < trials(settings)).then_some(coarse)
}
