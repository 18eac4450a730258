//! Runs that are looked at while they grow.
//!
//! A [`Growing`] run is simulated stretch by stretch and keeps what each trial ended in, so that
//! another run can be paired with it at any of its looks without simulating it again. After as many
//! blocks as `run` or `compare` would simulate, every number is theirs, bit for bit. The
//! caller decides when to look.

use super::anchored::Totals;
use super::compare::{correct, unlike};
use super::pairs::{Matching, Pairs};
use super::study::Study;
use crate::engine::{
    BlockTrials, Counting, Driven, Ending, EngineError, Node, Observer, Settings, Setup, Summary,
    Tally, Worker, explain, stretch,
};
use crate::estimate::{Forest, MeanPair};
use crate::results::{CompareResult, Comparison, Parts, RunResult, tool};
use crate::scenario::same_assumptions;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

/// A run as it was read off once: it stays as it is while the run goes on, and can be looked at
/// without it.
#[derive(Clone)]
pub struct Look {
    pub result: Arc<RunResult>,
    parts: Parts,
    pub(super) settings: Settings,
    /// By block.
    pub(super) ended: Vec<Arc<BlockTrials>>,
    /// Counted once, when a shorter run is first compared with it.
    pub(super) totals: OnceLock<Totals>,
}

/// A run of one study, as far as it got.
pub struct Growing {
    settings: Settings,
    /// `None` while there is no trial: the tables take several megabytes.
    tally: Option<Tally>,
    forest: Forest<Node>,
    /// By block; all of them are complete.
    ended: Vec<Arc<BlockTrials>>,
    /// What was read off, by the number of blocks.
    looks: BTreeMap<u64, Arc<Look>>,
}

/// Working memory of a thread: the engine's, and what the trials of its blocks ended in.
struct Keeper<'s> {
    worker: Worker<'s>,
    ended: Vec<(u64, BlockTrials)>,
}

impl Counting for Keeper<'_> {
    fn tallies(&mut self) -> Vec<&mut Tally> {
        self.worker.tallies()
    }

    fn rehearse(&mut self) {
        self.worker.rehearse();
    }
}

impl Growing {
    /// A run of which nothing has been simulated.
    ///
    /// # Errors
    /// [`EngineError`] if the size cannot be had.
    pub fn new(settings: &Settings) -> Result<Self, EngineError> {
        settings.check()?;
        Ok(Self {
            settings: settings.clone(),
            tally: None,
            forest: Forest::new(),
            ended: Vec::new(),
            looks: BTreeMap::new(),
        })
    }

    /// Blocks simulated so far.
    pub fn blocks(&self) -> u64 {
        self.ended.len() as u64
    }

    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Simulates until there are `blocks` blocks, and reads the run off; `None` if the observer
    /// cancelled it, which loses nothing.
    ///
    /// `study` is the one that the run was made for. An earlier look is not computed again.
    ///
    /// # Errors
    /// [`EngineError`] as of [`Study::run`].
    pub fn look(
        &mut self,
        study: &Study,
        blocks: u64,
        observer: &dyn Observer,
    ) -> Result<Option<Arc<Look>>, EngineError> {
        self.look_at(study, blocks, &Parts::All, observer)
    }

    /// As [`look`](Self::look), at some parts of the result or more.
    ///
    /// # Errors
    /// [`EngineError`] as of [`Study::run`].
    pub fn look_at(
        &mut self,
        study: &Study,
        blocks: u64,
        parts: &Parts,
        observer: &dyn Observer,
    ) -> Result<Option<Arc<Look>>, EngineError> {
        let known = self.looks.get(&blocks);
        if known.is_none_or(|look| !look.has(parts)) {
            if blocks < self.blocks() {
                // Only what is already simulated can be read off; looks go forward.
                return Ok(None);
            }
            if !self.grow(study, blocks, observer)? {
                return Ok(None);
            }
            let look = Look {
                result: Arc::new(self.read(study, parts)?),
                parts: parts.clone(),
                settings: self.settings.clone(),
                ended: self.ended.clone(),
                totals: OnceLock::new(),
            };
            self.looks.insert(blocks, Arc::new(look));
        }
        Ok(self.looks.get(&blocks).cloned())
    }

    /// Simulates until there are `blocks` blocks, without reading anything off; `true` if it got
    /// there.
    ///
    /// # Errors
    /// [`EngineError`] as of [`Study::run`].
    pub fn grow(
        &mut self,
        study: &Study,
        blocks: u64,
        observer: &dyn Observer,
    ) -> Result<bool, EngineError> {
        let missing = blocks.saturating_sub(self.blocks());
        if missing == 0 {
            return Ok(true);
        }
        let setup = Setup::new(&study.program, self.settings.seed);
        let new_worker = || Keeper {
            worker: Worker::new(&setup, &self.settings),
            ended: Vec::new(),
        };
        let mut driven = Driven::new(&self.settings, missing, &new_worker);
        driven.forest = std::mem::take(&mut self.forest);
        driven.blocks = self.ended.len() as u64;
        if let Some(tally) = self.tally.take() {
            // One goes on from it; with the others together it has all that a pilot is learnt from.
            let [first, others @ ..] = driven.workers.as_mut_slice() else {
                unreachable!("there are blocks to simulate, so there is a worker");
            };
            for other in others {
                other.worker.tally.count_as(&tally);
            }
            first.worker.tally = tally;
        }
        let range = driven.blocks..blocks;
        let work = |keeper: &mut Keeper<'_>, block: u64| {
            let (node, ended) = keeper.worker.block(block, None)?;
            keeper.ended.push((block, ended));
            Ok(node)
        };
        stretch(&mut driven, range, &self.settings, observer, &work)
            .map_err(|fault| explain(&study.program, &fault))?;
        self.forest = driven.forest;
        let mut ended = Vec::new();
        for mut keeper in driven.workers {
            ended.append(&mut keeper.ended);
            match &mut self.tally {
                Some(tally) => tally.merge(&keeper.worker.tally),
                none => *none = Some(keeper.worker.tally),
            }
        }
        ended.sort_by_key(|(block, _)| *block);
        self.ended
            .extend(ended.into_iter().map(|(_, trials)| Arc::new(trials)));
        Ok(self.blocks() >= blocks)
    }

    fn read(&self, study: &Study, parts: &Parts) -> Result<RunResult, EngineError> {
        let ending = Ending {
            blocks: self.blocks(),
            interrupted: false,
            stopped_by_precision: false,
        };
        let (tally, node) = (self.tally.clone(), self.forest.clone().fold());
        let summary = Summary::of(&study.program, &self.settings, ending, tally, node)
            .map_err(|error| study.located(error))?;
        Ok(study.result_of(&summary, parts))
    }
}

impl Look {
    /// Whether its result has these parts.
    pub fn has(&self, parts: &Parts) -> bool {
        self.parts.cover(parts)
    }

    /// Blocks that were simulated.
    pub fn blocks(&self) -> u64 {
        self.ended.len() as u64
    }

    /// Numbers of the trials that ended in this outcome (by its index, as in the result).
    pub fn trials_of(&self, outcome: usize) -> impl Iterator<Item = u64> {
        let per_block = self.settings.trials_per_block();
        self.ended.iter().enumerate().flat_map(move |(b, block)| {
            let first = b as u64 * per_block;
            let ending = block.outcome.iter().zip(0u64..);
            ending
                .filter(move |(o, _)| usize::from(**o) == outcome)
                .map(move |(_, r)| first + r)
        })
    }
}

/// Compares two runs of equal settings and size.
///
/// Equal to [`compare`](super::compare()) of the two studies with that many blocks.
pub fn compare_grown(
    (base, base_run): (&Study, &Look),
    (other, other_run): (&Study, &Look),
) -> CompareResult {
    let comparison = grown((base, base_run), (other, other_run));
    CompareResult {
        format: 1,
        tool: tool(),
        scenarios: vec![
            RunResult::clone(&base_run.result),
            RunResult::clone(&other_run.result),
        ],
        comparisons: vec![comparison],
        warnings: unlike(&[base, other]),
    }
}

/// The comparison of two runs of equal settings and size alone.
pub fn grown((base, base_run): (&Study, &Look), (other, other_run): (&Study, &Look)) -> Comparison {
    debug_assert_eq!(base_run.blocks(), other_run.blocks());
    let matching = Matching::new(base, other);
    let (pairs, means) = paired(&matching, base_run, other_run);
    let mut comparisons = [matching.comparison(
        &base_run.result,
        &other_run.result,
        &pairs,
        &means,
        are_identical(base, other),
    )];
    correct(&mut comparisons);
    let [comparison] = comparisons;
    comparison
}

/// Whether two studies state the same assumptions. Their fingerprints say it, unless they differ in
/// name.
pub(super) fn are_identical(base: &Study, other: &Study) -> bool {
    let (a, b) = (&base.model, &other.model);
    a.sha256 == b.sha256 || (a.name != b.name && same_assumptions(&a.source, &b.source))
}

/// The trials of two runs of equal settings, block by block, as far as both have them.
pub(super) fn paired(matching: &Matching, base: &Look, other: &Look) -> (Pairs, Vec<MeanPair>) {
    let per_draw = base.settings.trials_per_draw as usize;
    let mut pairs = Pairs::new(matching, per_draw);
    let mut means = Forest::new();
    for (block, (a, b)) in (0..).zip(base.ended.iter().zip(&other.ended)) {
        means.insert(block, pairs.add_block(matching, block, per_draw, a, b));
    }
    let means = means.fold().unwrap_or_else(|| matching.no_means());
    (pairs, means)
}
