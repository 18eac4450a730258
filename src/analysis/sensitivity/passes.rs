//! Passes: the same draws and trials simulated again, with some inputs placed otherwise.
//!
//! All else that is random has the same numbers in every pass, so differences between passes are
//! paired trial by trial.

use super::targets::read;
use crate::analysis::Study;
use crate::analysis::quantity::Quantity;
use crate::engine::{
    BlockTrials, Counting, Ending, EngineError, Observer, Settings, Setup, Steer, Summary, Tally,
    Worker, drive, explain,
};
use crate::estimate::DrawMean;

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
    let mut setup = Setup::new(program, settings.seed);
    if let Some(steer) = steer {
        setup = setup.steered(steer);
    }
    let new_worker = || Keeper {
        worker: Worker::new(&setup, settings),
        kept: Vec::new(),
    };
    let work = |keeper: &mut Keeper<'_, T>, block: u64| {
        let (node, ended) = keeper.worker.block(block, None)?;
        keeper.kept.push((block, keep(&ended)));
        Ok(node)
    };
    let driven = drive(settings, observer, &new_worker, &work, &|_| f64::INFINITY)
        .map_err(|fault| study.located(explain(program, &fault)))?;
    let ending = Ending {
        stopped_by_precision: false,
        ..driven.ending()
    };
    let mut kept = Vec::new();
    let mut tallies = Vec::new();
    for mut keeper in driven.workers {
        kept.append(&mut keeper.kept);
        tallies.push(keeper.worker.tally);
    }
    kept.sort_by_key(|(block, _)| *block);
    let summary = Summary::of(program, settings, ending, tallies, driven.forest.fold())
        .map_err(|error| study.located(error))?;
    Ok(Passed {
        blocks: kept.into_iter().map(|(_, kept)| kept).collect(),
        summary,
    })
}

/// The draws of a pass by target; `None` if the observer cancelled it.
///
/// # Errors
/// As [`pass`].
pub fn draws(
    study: &Study,
    steer: &dyn Steer,
    targets: &[Quantity],
    settings: &Settings,
    observer: &dyn Observer,
) -> Result<Option<Vec<Vec<DrawMean>>>, EngineError> {
    let keep = draws_of_block(study, targets, settings);
    let passed = pass(study, Some(steer), settings, observer, &keep)?;
    let is_done = !passed.summary.interrupted;
    Ok(is_done.then(|| (0..targets.len()).map(|t| passed.target(t)).collect()))
}

/// What is kept of a block for [`Passed::target`]: the draws of each target.
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

impl Passed<Vec<Vec<DrawMean>>> {
    /// All draws of a target, in order.
    pub fn target(&self, target: usize) -> Vec<DrawMean> {
        let blocks = self.blocks.iter();
        blocks
            .flat_map(|block| block[target].iter().copied())
            .collect()
    }
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
