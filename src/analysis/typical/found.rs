//! Trials of some outcomes, looked for in a run.

use crate::analysis::study::Study;
use crate::engine::{EngineError, Observer, Settings, TrialRows, simulate};
use crate::estimate::REPLICATES;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Trials of an outcome after which no more blocks are simulated: they give a share within a point.
const COMPARED: usize = 4096;

/// What happened in a trial, as far as it makes one like another.
#[derive(Clone, Debug, PartialEq)]
pub struct History {
    pub trial: u64,
    pub draw: u64,
    pub replicate: usize,
    pub start_trend: u8,
    /// By event, in years since the start; infinite: never.
    pub first_times: Vec<f64>,
}

/// Looks through the first `searched` trials of a run, or all of them, for those of some outcomes
/// (indices; the number of rules stands for `unclassified`). It ends once each has enough of them;
/// what is found does not depend on the number of threads.
///
/// # Errors
/// [`EngineError`] of the simulation.
pub fn search(
    study: &Study,
    settings: &Settings,
    outcomes: &[usize],
    searched: Option<u64>,
    watcher: &dyn Observer,
) -> Result<Found, EngineError> {
    let apart = outcomes.iter().map(|outcome| (*outcome, *outcome));
    search_by(study, settings, apart.collect(), searched, watcher)
}

/// As [`search`], for those of any of these outcomes alike: all of them stand under the first.
///
/// # Errors
/// [`EngineError`] of the simulation.
pub fn search_together(
    study: &Study,
    settings: &Settings,
    outcomes: &[usize],
    watcher: &dyn Observer,
) -> Result<Found, EngineError> {
    let first = outcomes.first().copied().unwrap_or_default();
    let together = outcomes.iter().map(|outcome| (*outcome, first));
    search_by(study, settings, together.collect(), None, watcher)
}

fn search_by(
    study: &Study,
    settings: &Settings,
    wanted: BTreeMap<usize, usize>,
    searched: Option<u64>,
    watcher: &dyn Observer,
) -> Result<Found, EngineError> {
    let per_block = settings.trials_per_block();
    let most = searched.map_or(settings.blocks, |trials| trials.div_ceil(per_block));
    let scan = settings
        .clone()
        .blocks(settings.blocks.min(most))
        .until(None);
    let collector = Collector {
        wanted,
        found: Mutex::default(),
        watcher,
    };
    simulate(&study.program, &scan, &collector)?;
    let found = collector
        .found
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    Ok(Found {
        to_search: (scan.blocks, per_block),
        ..found
    })
}

/// Histories with the outcomes wanted, by block and outcome.
#[derive(Default)]
pub struct Found {
    blocks: BTreeMap<u64, BTreeMap<usize, Vec<History>>>,
    /// Blocks from the first up to the first that has not been simulated.
    unbroken: u64,
    /// Histories in these, by outcome.
    seen: BTreeMap<usize, usize>,
    /// Blocks that were to be looked through, and trials in each.
    to_search: (u64, u64),
}

impl Found {
    fn add(&mut self, block: u64, here: BTreeMap<usize, Vec<History>>) {
        self.blocks.insert(block, here);
        while let Some(next) = self.blocks.get(&self.unbroken) {
            for (outcome, histories) in next {
                *self.seen.entry(*outcome).or_default() += histories.len();
            }
            self.unbroken += 1;
        }
    }

    /// Those of an outcome in the first blocks that have enough of them, how many trials these
    /// blocks have, and whether there may be more in what was not looked through because the search
    /// was ended early.
    pub fn of(&self, outcome: usize) -> (Vec<History>, u64, bool) {
        let (mut histories, mut blocks) = (Vec::new(), 0);
        for (_, block) in self.blocks.range(..self.unbroken) {
            blocks += 1;
            histories.extend(block.get(&outcome).into_iter().flatten().cloned());
            if histories.len() >= COMPARED {
                break;
            }
        }
        let (all, per_block) = self.to_search;
        let is_cut = histories.len() < COMPARED && blocks < all;
        (histories, blocks * per_block, is_cut)
    }
}

struct Collector<'w> {
    /// By outcome, under which its trials stand.
    wanted: BTreeMap<usize, usize>,
    found: Mutex<Found>,
    watcher: &'w dyn Observer,
}

impl Observer for Collector<'_> {
    fn progress(&self, done: u64, total: u64) {
        self.watcher.progress(done, total);
    }

    /// There is no need to go on once every outcome has enough trials in the blocks that lie
    /// without a gap: those that are taken are then the same whatever other blocks are done.
    fn cancelled(&self) -> bool {
        if self.watcher.cancelled() {
            return true;
        }
        let found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = |outcome| found.seen.get(outcome).copied().unwrap_or(0);
        self.wanted.values().all(|under| seen(under) >= COMPARED)
    }

    fn wants_rows(&self) -> bool {
        true
    }

    fn rows(&self, block: u64, rows: TrialRows) {
        let mut here: BTreeMap<usize, Vec<History>> = BTreeMap::new();
        for (place, outcome) in rows.outcome.iter().enumerate() {
            if let Some(under) = self.wanted.get(&usize::from(*outcome)) {
                let draw = rows.draw[place];
                here.entry(*under).or_default().push(History {
                    trial: rows.first_trial + place as u64,
                    draw: u64::from(draw),
                    replicate: draw as usize % REPLICATES,
                    start_trend: rows.start_trend[place],
                    first_times: rows.first_times.iter().map(|times| times[place]).collect(),
                });
            }
        }
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        found.add(block, here);
    }
}
