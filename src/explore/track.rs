//! A run that grows for whoever looks, and the looks that there are.
//!
//! One at a time makes it grow; everybody else sees what has been read off so far, without waiting.

use super::cores::Cores;
use crate::analysis::{Growing, Look, Study};
use crate::engine::{EngineError, Observer, Settings};
use crate::results::Parts;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock, TryLockError};
use std::time::Duration;

/// How often somebody who waits for another to make the run grow looks up.
const GLANCE: Duration = Duration::from_millis(2);
/// Trials of a turn.
const STRETCH: u64 = 8192;

/// Trials, with what each stands for in words.
type Typical = Vec<(u64, String)>;

/// A growing run with its looks.
pub struct Track {
    settings: Settings,
    /// So short that it is simulated at once, and not by turns.
    is_glance: bool,
    run: Mutex<Growing>,
    /// Typical trials of an outcome, with what each stands for.
    typical: Mutex<BTreeMap<usize, Arc<Typical>>>,
    /// By the number of blocks.
    looks: RwLock<BTreeMap<u64, Arc<Look>>>,
}

impl Track {
    /// # Errors
    /// [`EngineError`] if the size cannot be had.
    pub fn new(settings: &Settings, is_glance: bool) -> Result<Self, EngineError> {
        Ok(Self {
            is_glance,
            settings: settings.clone(),
            run: Mutex::new(Growing::new(settings)?),
            looks: RwLock::default(),
            typical: Mutex::default(),
        })
    }

    /// The look after exactly this many blocks, if there is one.
    pub fn known(&self, blocks: u64) -> Option<Arc<Look>> {
        let looks = self.looks.read().unwrap_or_else(PoisonError::into_inner);
        looks.get(&blocks).cloned()
    }

    /// Typical trials of an outcome, found once.
    ///
    /// # Errors
    /// Those of `find`.
    pub fn typical(
        &self,
        outcome: usize,
        find: impl FnOnce() -> Result<Typical, String>,
    ) -> Result<Arc<Typical>, String> {
        let all = || self.typical.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = all().get(&outcome) {
            return Ok(Arc::clone(found));
        }
        let found = Arc::new(find()?);
        all().insert(outcome, Arc::clone(&found));
        Ok(found)
    }

    /// The look at most trials.
    pub fn latest(&self) -> Option<Arc<Look>> {
        let looks = self.looks.read().unwrap_or_else(PoisonError::into_inner);
        looks.last_key_value().map(|(_, look)| Arc::clone(look))
    }

    /// The look after so many blocks at these parts of the result, simulated if need be; `None` if
    /// the observer cancelled it, or if the run is already past it.
    ///
    /// A first glance is simulated at once, anything longer by turns.
    ///
    /// # Errors
    /// [`EngineError`] of the run.
    pub fn look(
        &self,
        study: &Study,
        (blocks, parts): (u64, &Parts),
        cores: &Cores,
        observer: &dyn Observer,
    ) -> Result<Option<Arc<Look>>, EngineError> {
        loop {
            if let Some(look) = self.known(blocks).filter(|look| look.has(parts)) {
                return Ok(Some(look));
            }
            let mut run = match self.run.try_lock() {
                Ok(run) => run,
                Err(TryLockError::Poisoned(run)) => run.into_inner(),
                Err(TryLockError::WouldBlock) => {
                    if observer.cancelled() {
                        return Ok(None);
                    }
                    std::thread::sleep(GLANCE);
                    continue;
                }
            };
            let each = (STRETCH / self.settings.trials_per_block()).max(1);
            while run.blocks() < blocks {
                let upto = blocks.min(run.blocks() + each);
                let turn = (!self.is_glance).then(|| cores.turn(observer));
                if matches!(turn, Some(None)) {
                    return Ok(None);
                }
                let run = &mut *run;
                let grow = || run.grow(study, upto, observer);
                if !cores.apart(self.settings.threads, grow)? {
                    return Ok(None);
                }
            }
            let look = run.look_at(study, blocks, parts, observer)?;
            if let Some(look) = &look {
                let mut looks = self.looks.write().unwrap_or_else(PoisonError::into_inner);
                looks.insert(blocks, Arc::clone(look));
            }
            return Ok(look);
        }
    }
}
