//! A run: blocks dealt to threads in order, merged in any order to the same bytes.

use super::batch::{Fatal, Setup};
use super::block::{BlockFault, Worker, blocks_together};
use super::clocks::Rate;
use super::deal::Steer;
use super::looks::{CAUTION, next_look};
use super::pilot::{self, Counting};
use super::settings::{EngineError, Observer, Settings};
use super::summary::{Node, Summary, Tally};
use super::trials::TrialRows;
use crate::estimate::{Forest, Merge};
use crate::math::width::Width;
use crate::program::Program;
use crate::random::Seed;
use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Share of stopped trials above which a run fails.
const STOPPED_SHARE: f64 = 0.001;

impl<'p> Setup<'p> {
    pub fn new(program: &'p Program, seed: u64) -> Self {
        Self {
            program,
            sites: program.sites(Seed(seed)),
            rates: Rate::all(program),
            width: Width::widest(),
            steer: None,
        }
    }

    /// The same with inputs that are placed by `steer`; whatever else is random has the same
    /// numbers.
    #[must_use]
    pub fn steered(mut self, steer: &'p dyn Steer) -> Self {
        self.steer = Some(steer);
        self
    }
}

/// Simulates a program.
///
/// # Errors
/// [`EngineError`] if the size cannot be had, if events fire without end, or if more than 0.1% of
/// the trials met a value that is not finite.
pub fn simulate(
    program: &Program,
    settings: &Settings,
    observer: &dyn Observer,
) -> Result<Summary, EngineError> {
    settings.check()?;
    let setup = Setup::new(program, settings.seed);
    let wants_rows = observer.wants_rows();
    let new_worker = || Worker::new(&setup, settings);
    let work = |worker: &mut Worker<'_>, block: u64| -> Result<Node, BlockFault> {
        let mut rows = wants_rows.then(TrialRows::default);
        let (node, _) = worker.block(block, rows.as_mut())?;
        if let Some(rows) = rows {
            observer.rows(block, rows);
        }
        Ok(node)
    };
    let precise = |workers: &[Worker<'_>]| -> f64 {
        let tallies: Vec<&Tally> = workers.iter().map(|w| &w.tally).collect();
        largest_error(&tallies)
    };
    let done = drive(settings, observer, &new_worker, &work, &precise)
        .map_err(|fault| explain(program, &fault))?;
    let ending = done.ending();
    let tallies = done.workers.into_iter().map(|worker| worker.tally);
    Summary::of(program, settings, ending, tallies, done.forest.fold())
}

/// How far a run came, and why no further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ending {
    pub blocks: u64,
    /// The caller ended it early.
    pub interrupted: bool,
    /// Its errors were small enough.
    pub stopped_by_precision: bool,
}

impl Summary {
    /// The summary of a run from the tallies of its threads and the node of all its blocks; without
    /// any, nothing was simulated.
    ///
    /// # Errors
    /// [`EngineError::NonFinite`] if more than 0.1% of the trials were stopped.
    pub fn of(
        program: &Program,
        settings: &Settings,
        ending: Ending,
        tallies: impl IntoIterator<Item = Tally>,
        node: Option<Node>,
    ) -> Result<Self, EngineError> {
        let empty = || Tally::new(program, settings.trials_per_draw as usize);
        let summary = Self {
            seed: settings.seed,
            trials_per_draw: settings.trials_per_draw,
            design: settings.design,
            blocks: ending.blocks,
            interrupted: ending.interrupted,
            stopped_by_precision: ending.stopped_by_precision,
            tally: Tally::united(tallies, empty),
            node: node.unwrap_or_else(|| Node::new(program)),
        };
        let tally = &summary.tally;
        let first = Some(tally.first_stopped.unwrap_or(0));
        check_share(program, &tally.stopped_at, summary.trials(), first)?;
        Ok(summary)
    }
}

/// Fails a run in which too many trials were stopped, counted by the label at which they were.
/// `first`: the number of the first, if it has one.
///
/// # Errors
/// [`EngineError::NonFinite`] above 0.1% of the trials.
pub fn check_share(
    program: &Program,
    stopped_at: &[u64],
    trials: u64,
    first: Option<u64>,
) -> Result<(), EngineError> {
    let stopped: u64 = stopped_at.iter().sum();
    if stopped as f64 > STOPPED_SHARE * trials as f64 {
        let worst = (stopped_at.iter().enumerate())
            .max_by_key(|(i, n)| (**n, std::cmp::Reverse(*i)))
            .map_or(String::new(), |(i, _)| program.labels[i].clone());
        return Err(EngineError::NonFinite {
            stopped,
            trials,
            trial: first,
            path: worst,
            place: String::new(),
        });
    }
    Ok(())
}

/// Largest standard error of an outcome's probability, over the tallies of all workers together.
pub fn largest_error(tallies: &[&Tally]) -> f64 {
    let Some((first, rest)) = tallies.split_first() else {
        return f64::INFINITY;
    };
    (0..first.outcomes.len())
        .map(|o| {
            let mut table = first.outcomes[o].clone();
            rest.iter().for_each(|t| table.merge(&t.outcomes[o]));
            table.estimate().std_error
        })
        .fold(0.0, f64::max)
}

pub fn explain(program: &Program, fault: &BlockFault) -> EngineError {
    let name = |e: &u32| program.event_names[*e as usize].clone();
    match &fault.fault {
        Fatal::Runaway { time, events, .. } => EngineError::Runaway {
            events: events.iter().map(name).collect(),
            trial: Some(fault.trial),
            time: *time,
        },
        Fatal::Explosion { time, event, .. } => EngineError::Explosion {
            event: name(event),
            trial: Some(fault.trial),
            time: *time,
            limit: super::jumps::STEP_LIMIT,
        },
    }
}

/// What a drive leaves behind.
pub struct Driven<W, N> {
    pub workers: Vec<W>,
    pub forest: Forest<N>,
    pub blocks: u64,
    pub interrupted: bool,
    /// It ended because its errors were small enough.
    pub stopped_by_precision: bool,
}

impl<W, N> Driven<W, N> {
    /// How the drive ended.
    pub fn ending(&self) -> Ending {
        Ending {
            blocks: self.blocks,
            interrupted: self.interrupted,
            stopped_by_precision: self.stopped_by_precision,
        }
    }

    /// Workers for at most so many blocks at a time, with nothing simulated.
    pub fn new(settings: &Settings, blocks: u64, new_worker: &dyn Fn() -> W) -> Self {
        let threads = match settings.threads {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            n => n,
        };
        let workers = match threads {
            // Asking the pool for its size starts it.
            1 => 1,
            // A worker holds tables of several megabytes; one beyond the threads of the pool would
            // never be given a block.
            n => (n.min(rayon::current_num_threads()) as u64).min(blocks),
        };
        Self {
            workers: (0..workers).map(|_| new_worker()).collect(),
            forest: Forest::new(),
            blocks: 0,
            interrupted: false,
            stopped_by_precision: false,
        }
    }
}

/// Deals blocks to threads, in order, and grows the merge tree; stops early when the observer says
/// so or `precise` is satisfied.
///
/// # Errors
/// The fault of the first faulty block, whichever thread met it.
pub fn drive<W: Counting, N: Merge + Send, F: Send>(
    settings: &Settings,
    observer: &dyn Observer,
    new_worker: &(dyn Fn() -> W + Sync),
    work: &(dyn Fn(&mut W, u64) -> Result<N, F> + Sync),
    precise: &dyn Fn(&[W]) -> f64,
) -> Result<Driven<W, N>, F> {
    let mut driven = Driven::new(settings, settings.blocks, new_worker);
    while driven.blocks < settings.blocks {
        let look = if settings.until.is_some() {
            next_look(driven.blocks)
        } else {
            settings.blocks
        };
        let range = driven.blocks..look.min(settings.blocks);
        driven.interrupted = stretch(&mut driven, range, settings, observer, work)?;
        if driven.interrupted {
            break;
        }
        if let Some(target) = settings.until {
            driven.stopped_by_precision = CAUTION * precise(&driven.workers) <= target;
            if driven.stopped_by_precision {
                break;
            }
        }
    }
    Ok(driven)
}

/// Simulates a range of blocks, the first that are missing; `true` if the observer cancelled it
/// before it was complete.
///
/// Where a pilot ends, all threads wait for it, and bins are learnt before the next block. The
/// workers have all that was counted before.
///
/// # Errors
/// The fault of the first faulty block, whichever thread met it.
pub fn stretch<W: Counting, N: Merge + Send, F: Send>(
    driven: &mut Driven<W, N>,
    range: Range<u64>,
    settings: &Settings,
    observer: &dyn Observer,
    work: &(dyn Fn(&mut W, u64) -> Result<N, F> + Sync),
) -> Result<bool, F> {
    let trials_per_block = settings.trials_per_block();
    let mut from = range.start;
    while from < range.end {
        if from == 0 && pilot::is_too_large(trials_per_block) {
            pilot::rehearse(&mut driven.workers);
        }
        if pilot::is_pilot(from, trials_per_block) {
            pilot::learn(&mut driven.workers);
        }
        let upto = range.end.min(pilot::next_pilot(from, trials_per_block));
        let together = blocks_together(trials_per_block);
        if deal_blocks(
            driven,
            (from..upto, together),
            settings.blocks,
            observer,
            work,
        )? {
            return Ok(true);
        }
        from = upto;
    }
    Ok(false)
}

/// As [`stretch`], for blocks between which nothing has to be done; those that are simulated
/// together go to one thread.
pub(super) fn deal_blocks<W: Send, N: Merge + Send, F: Send>(
    driven: &mut Driven<W, N>,
    (range, together): (Range<u64>, u64),
    total: u64,
    observer: &dyn Observer,
    work: &(dyn Fn(&mut W, u64) -> Result<N, F> + Sync),
) -> Result<bool, F> {
    let next = AtomicU64::new(range.start);
    let halted = AtomicBool::new(false);
    let cancelled = AtomicBool::new(false);
    let done = AtomicU64::new(range.start);
    let fault: Mutex<Option<(u64, F)>> = Mutex::new(None);
    let forest = Mutex::new(&mut driven.forest);
    let one = |worker: &mut W| {
        loop {
            if halted.load(Ordering::Relaxed) {
                break;
            }
            if observer.cancelled() {
                cancelled.store(true, Ordering::Relaxed);
                break;
            }
            let aligned = |block: u64| (block - block % together + together).min(range.end);
            let taken = next.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |block| {
                (block < range.end).then(|| aligned(block))
            });
            let Ok(first) = taken else {
                break;
            };
            for block in first..aligned(first) {
                match work(worker, block) {
                    Ok(node) => {
                        forest
                            .lock()
                            .unwrap_or_else(std::sync::PoisonError::into_inner)
                            .insert(block, node);
                        observer.progress(done.fetch_add(1, Ordering::Relaxed) + 1, total);
                    }
                    Err(found) => {
                        halted.store(true, Ordering::Relaxed);
                        let mut first = fault
                            .lock()
                            .unwrap_or_else(std::sync::PoisonError::into_inner);
                        if first.as_ref().is_none_or(|(b, _)| block < *b) {
                            *first = Some((block, found));
                        }
                        break;
                    }
                }
            }
        }
    };
    match driven.workers.as_mut_slice() {
        [only] => one(only),
        many => rayon::scope(|scope| {
            for worker in many {
                let one = &one;
                scope.spawn(move |_| one(worker));
            }
        }),
    }
    if let Some((_, found)) = fault
        .into_inner()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
    {
        return Err(found);
    }
    driven.blocks = done.load(Ordering::Relaxed);
    Ok(cancelled.load(Ordering::Relaxed) && driven.blocks < total)
}
