//! Passes: the same draws and trials simulated again, with some inputs placed otherwise.
//!
//! All else that is random has the same numbers in every pass, so differences between passes are paired trial by trial.

use crate::analysis::Study;
use crate::engine::{
    BlockTrials, Counting, EngineError, Node, Observer, Settings, Setup, Steer, Summary, Tally,
    Worker, check_stopped, drive, explain,
};

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
    let mut kept = Vec::new();
    let mut tallies = Vec::new();
    for mut keeper in driven.workers {
        kept.append(&mut keeper.kept);
        tallies.push(keeper.worker.tally);
    }
    kept.sort_by_key(|(block, _)| *block);
    let per_draw = settings.trials_per_draw as usize;
    let summary = Summary {
        seed: settings.seed,
        trials_per_draw: settings.trials_per_draw,
        design: settings.design,
        blocks: driven.blocks,
        interrupted: driven.interrupted,
        stopped_by_precision: false,
        tally: Tally::united(tallies, || Tally::new(program, per_draw)),
        node: (driven.forest.fold()).unwrap_or_else(|| Node::new(program)),
    };
    check_stopped(program, &summary).map_err(|error| study.located(error))?;
    Ok(Passed {
        blocks: kept.into_iter().map(|(_, kept)| kept).collect(),
        summary,
    })
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
