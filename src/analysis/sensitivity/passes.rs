//! Passes: the same draws and trials simulated again, with some inputs placed otherwise.
//!
//! All else that is random has the same numbers in every pass, so differences between passes are
//! paired trial by trial.

use super::targets::read;
use crate::analysis::Study;
use crate::analysis::quantity::Quantity;
use crate::engine::{
    BlockFault, BlockTrials, Counting, Driven, Ending, EngineError, Node, Observer, Settings,
    Setup, Steer, Summary, Tally, Worker, check_share, drive, explain,
};
use crate::estimate::DrawMean;
use std::ops::Range;

/// What a pass leaves behind.
pub struct Passed<T> {
    /// What was kept of each block, in order.
    pub blocks: Vec<T>,
    pub summary: Summary,
}

struct Keeper<'s, T> {
    worker: Worker<'s>,
    kept: Vec<(u64, T)>,
}

impl<T: Send> Counting for Keeper<'_, T> {
    fn tallies(&mut self) -> Vec<&mut Tally> {
        self.worker.tallies()
    }

    fn rehearse(&mut self) {
        self.worker.rehearse();
    }
}

/// Simulates a study and keeps of each block what `keep` makes of it.
///
/// # Errors
/// As [`Study::run`].
pub fn pass<T: Send>(
    study: &Study,
    steer: Option<&dyn Steer>,
    settings: &Settings,
    observer: &dyn Observer,
    keep: &(dyn Fn(&BlockTrials) -> T + Sync),
) -> Result<Passed<T>, EngineError> {
    settings.check()?;
    let program = &study.program;
    let setup = steered(study, steer, settings);
    let driven = driven(study, &setup, settings, observer, keep)?;
    let ending = Ending {
        stopped_by_precision: false,
        ..driven.ending()
    };
    let node = driven.forest.fold();
    let (kept, tally) = united(driven.workers, study, settings);
    let summary = Summary::of(program, settings, ending, [tally], node)
        .map_err(|error| study.located(error))?;
    Ok(Passed {
        blocks: kept,
        summary,
    })
}

/// A thread that keeps what is asked of each block, and counts nothing.
struct Seer<'s, T> {
    worker: Worker<'s>,
    kept: Vec<(u64, T)>,
}

impl<T: Send> Counting for Seer<'_, T> {
    fn tallies(&mut self) -> Vec<&mut Tally> {
        // No quantity has bins to be learnt.
        Vec::new()
    }

    fn rehearse(&mut self) {}
}

/// Trials of a stretch of a pass that met a value that is not finite.
#[derive(Clone, Debug, Default)]
pub struct Stopped {
    /// Their number by label of the program.
    pub at: Vec<u64>,
    /// The first of them.
    pub first: Option<u64>,
}

/// Simulates some blocks of a pass: what `keep` makes of each, in order, and the trials that were
/// stopped; `None` if the observer, for whom blocks are counted from the first of these, cancelled
/// it. How many stopped trials are too many, the whole pass says.
///
/// # Errors
/// As of [`pass`].
pub fn stretch<T: Send>(
    study: &Study,
    steer: Option<&dyn Steer>,
    (settings, blocks): (&Settings, &Range<u64>),
    observer: &dyn Observer,
    keep: &(dyn Fn(&BlockTrials) -> T + Sync),
) -> Result<Option<(Vec<T>, Stopped)>, EngineError> {
    settings.check()?;
    let setup = steered(study, steer, settings);
    let own = settings.clone().blocks(blocks.end - blocks.start);
    let new_worker = || Seer {
        worker: Worker::new(&setup, &own),
        kept: Vec::new(),
    };
    let work = |seer: &mut Seer<'_, T>, block: u64| -> Result<(), BlockFault> {
        let block = blocks.start + block;
        let ended = seer.worker.ends(block)?;
        seer.kept.push((block, keep(&ended)));
        Ok(())
    };
    let driven = drive(&own, observer, &new_worker, &work, &|_| f64::INFINITY)
        .map_err(|fault| study.located(explain(&study.program, &fault)))?;
    if driven.interrupted {
        return Ok(None);
    }
    let mut kept = Vec::new();
    let mut stopped = Stopped {
        at: vec![0; study.program.labels.len()],
        first: None,
    };
    for mut seer in driven.workers {
        kept.append(&mut seer.kept);
        let tally = &seer.worker.tally;
        let sums = stopped.at.iter_mut().zip(&tally.stopped_at);
        sums.for_each(|(sum, own)| *sum += own);
        let firsts = [stopped.first, tally.first_stopped];
        stopped.first = firsts.into_iter().flatten().min();
    }
    kept.sort_by_key(|(block, _)| *block);
    let kept = kept.into_iter().map(|(_, kept)| kept).collect();
    Ok(Some((kept, stopped)))
}

/// A whole pass of which nothing is wanted but what `keep` makes of each block; `None` if the
/// observer cancelled it.
///
/// # Errors
/// As of [`pass`].
pub fn seen<T: Send>(
    study: &Study,
    steer: Option<&dyn Steer>,
    settings: &Settings,
    observer: &dyn Observer,
    keep: &(dyn Fn(&BlockTrials) -> T + Sync),
) -> Result<Option<Vec<T>>, EngineError> {
    let all = 0..settings.blocks;
    let Some((kept, stopped)) = stretch(study, steer, (settings, &all), observer, keep)? else {
        return Ok(None);
    };
    let trials = settings.blocks.saturating_mul(settings.trials_per_block());
    let first = Some(stopped.first.unwrap_or(0));
    check_share(&study.program, &stopped.at, trials, first)
        .map_err(|error| study.located(error))?;
    Ok(Some(kept))
}

fn steered<'s>(study: &'s Study, steer: Option<&'s dyn Steer>, settings: &Settings) -> Setup<'s> {
    let setup = Setup::new(&study.program, settings.seed);
    match steer {
        Some(steer) => setup.steered(steer),
        None => setup,
    }
}

/// Simulates as many blocks as the settings say, and counts them as a run does.
fn driven<'s, T: Send>(
    study: &Study,
    setup: &'s Setup<'s>,
    settings: &Settings,
    observer: &dyn Observer,
    keep: &(dyn Fn(&BlockTrials) -> T + Sync),
) -> Result<Driven<Keeper<'s, T>, Node>, EngineError> {
    let new_worker = || Keeper {
        worker: Worker::new(setup, settings),
        kept: Vec::new(),
    };
    let work = |keeper: &mut Keeper<'s, T>, block: u64| {
        let (node, ended) = keeper.worker.block(block, None)?;
        keeper.kept.push((block, keep(&ended)));
        Ok(node)
    };
    drive(settings, observer, &new_worker, &work, &|_| f64::INFINITY)
        .map_err(|fault| study.located(explain(&study.program, &fault)))
}

/// What all threads have kept, in the order of blocks, and counted.
fn united<T>(keepers: Vec<Keeper<'_, T>>, study: &Study, settings: &Settings) -> (Vec<T>, Tally) {
    let mut kept = Vec::new();
    let mut tallies = Vec::new();
    for mut keeper in keepers {
        kept.append(&mut keeper.kept);
        tallies.push(keeper.worker.tally);
    }
    kept.sort_by_key(|(block, _)| *block);
    let empty = || Tally::new(&study.program, settings.trials_per_draw as usize);
    (
        kept.into_iter().map(|(_, kept)| kept).collect(),
        Tally::united(tallies, empty),
    )
}

/// What is kept of a block for [`by_target`]: the draws of each target.
pub fn draws_of_block<'a>(
    study: &'a Study,
    targets: &'a [Quantity],
    settings: &Settings,
) -> impl Fn(&BlockTrials) -> Vec<Vec<DrawMean>> + Sync + use<'a> {
    let per_draw = settings.trials_per_draw as usize;
    move |ended| {
        let readings = read(targets, &study.program, ended);
        readings
            .iter()
            .map(|reading| reading.draws(per_draw))
            .collect()
    }
}

/// All draws of each of some targets, in order, from those of blocks.
pub fn by_target(blocks: &[Vec<Vec<DrawMean>>], targets: &[usize]) -> Vec<Vec<DrawMean>> {
    let of = |target: &usize| -> Vec<DrawMean> {
        let blocks = blocks.iter();
        blocks.flat_map(|block| block[*target].clone()).collect()
    };
    targets.iter().map(of).collect()
}

/// One pass after another in one bar of progress, which counts trials.
pub struct Stage<'o> {
    pub observer: &'o dyn Observer,
    /// Trials of all passes before.
    pub before: u64,
    pub trials_per_block: u64,
}

impl Observer for Stage<'_> {
    fn progress(&self, done: u64, total: u64) {
        self.observer
            .progress(self.before + done * self.trials_per_block, total);
    }

    fn cancelled(&self) -> bool {
        self.observer.cancelled()
    }
}

/// A pass in the bar of several passes of different sizes, which have so many trials in all.
pub struct InTotal<'o> {
    pub stage: Stage<'o>,
    pub total: u64,
}

impl Observer for InTotal<'_> {
    fn progress(&self, done: u64, _: u64) {
        self.stage.progress(done, self.total);
    }

    fn cancelled(&self) -> bool {
        self.stage.cancelled()
    }
}
