//! Parts of a run: simulated anywhere, kept as bytes, joined to the summary of the whole run, bit
//! for bit.
//!
//! Takes ranges of blocks to simulate, other parts, or bytes; gives the [`Summary`] that one
//! uninterrupted run would have left. Counts and float sums join by themselves (`summary`,
//! [`Forest`]). What needs care are the bins of quantities, which a run learns where its pilots end
//! (`pilot`): a part that starts later simulates the first pilot once more to know them, and keeps
//! the numbers of quantities that have no bins yet as they are, apart for each pilot (a *stage*),
//! so that all parts together can learn what the run would have learnt.

use super::batch::Setup;
use super::block::{BlockFault, Worker, blocks_together};
use super::looks::{CAUTION, is_look, next_look};
use super::pilot::{self, is_pilot, next_pilot};
use super::run::{Driven, Ending, deal_blocks, explain, largest_error, stretch};
use super::settings::{EngineError, Observer, Settings};
use super::summary::{Node, Summary, Tally};
use super::trials::BlockTrials;
use crate::estimate::{Forest, Store, Stored, Tables, Unreadable};
use crate::program::Program;
use std::collections::BTreeMap;
use std::ops::Range;

/// A part simulates at most one block more for each so many of its own, to know the bins of rarer
/// quantities: it is to keep few numbers as they are.
const SPARED: u64 = 8;

/// Numbers of the four kinds of quantities (`Tally::quantities`) that have no bins.
type Stage = Vec<Tables>;

/// Who sees what the trials of each block ended in.
pub type Note<'n> = &'n (dyn Fn(u64, &BlockTrials) + Sync);

/// Some blocks of a run.
#[derive(Clone, Debug)]
pub struct Part {
    /// No number of a quantity without bins is in it.
    tally: Tally,
    forest: Forest<Node>,
    /// Numbers of quantities without bins, by the number of blocks of the pilot that they are the
    /// last to belong to.
    stages: BTreeMap<u64, Stage>,
}

/// Why two parts are not parts of one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotJoined {
    #[error("both have block {0}")]
    Overlap(u64),
    #[error("they count the same quantity in different bins")]
    OtherBins,
}

/// How a stretch of a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reached {
    /// All blocks are there, or, with [`Settings::until`], the errors are small enough.
    End { by_precision: bool },
    /// The observer halted it; it can go on.
    Halt,
}

/// Blocks counted from the first of a part.
struct Since<'o>(&'o dyn Observer, u64);

impl Observer for Since<'_> {
    fn progress(&self, done: u64, total: u64) {
        self.0.progress(done - self.1, total);
    }

    fn cancelled(&self) -> bool {
        self.0.cancelled()
    }
}

/// Blocks that are simulated for their bins alone.
struct Aside<'o>(&'o dyn Observer);

impl Observer for Aside<'_> {
    fn cancelled(&self) -> bool {
        self.0.cancelled()
    }
}

impl Part {
    /// Of a run of `program` with `settings`; it has no block.
    pub fn new(program: &Program, settings: &Settings) -> Self {
        Self {
            tally: Tally::new(program, settings.trials_per_draw as usize),
            forest: Forest::new(),
            stages: BTreeMap::new(),
        }
    }

    /// The blocks that it has, in order.
    pub fn ranges(&self) -> Vec<Range<u64>> {
        self.forest.ranges()
    }

    /// Number of blocks.
    pub fn blocks(&self) -> u64 {
        self.forest.blocks()
    }

    /// Whether it has the first blocks of the run and no others, and so can go on.
    pub fn is_beginning(&self) -> bool {
        match self.ranges().as_slice() {
            [] => true,
            [only] => only.start == 0,
            _ => false,
        }
    }

    /// How the run has ended of which this is all; `None` if it has not.
    pub fn ended(&self, settings: &Settings) -> Option<Reached> {
        let blocks = self.blocks();
        let is_last = blocks >= settings.blocks;
        if !self.is_beginning() {
            return None;
        }
        if let Some(target) = settings.until
            && blocks > 0
            && (is_last || is_look(blocks))
            && CAUTION * largest_error(&[&self.tally]) <= target
        {
            return Some(Reached::End { by_precision: true });
        }
        is_last.then_some(Reached::End {
            by_precision: false,
        })
    }

    /// Goes on with a run, of which this is the [beginning](Self::is_beginning), until the end that
    /// `settings` say or until the observer cancels it.
    ///
    /// # Errors
    /// [`EngineError`] as of [`simulate`](super::simulate); this part is then lost.
    pub fn go_on(
        &mut self,
        program: &Program,
        settings: &Settings,
        observer: &dyn Observer,
    ) -> Result<Reached, EngineError> {
        settings.check()?;
        debug_assert!(self.is_beginning(), "a run goes on from its first blocks");
        loop {
            if let Some(end) = self.ended(settings) {
                return Ok(end);
            }
            let blocks = self.blocks();
            let upto = match settings.until {
                Some(_) => next_look(blocks).min(settings.blocks),
                None => settings.blocks,
            };
            self.extend(program, settings, upto, observer, &|_, _| {})?;
            if self.blocks() < upto {
                return Ok(Reached::Halt);
            }
        }
    }

    /// Simulates up to a number of blocks, or fewer if the observer cancels it.
    fn extend(
        &mut self,
        program: &Program,
        settings: &Settings,
        upto: u64,
        observer: &dyn Observer,
        note: Note<'_>,
    ) -> Result<(), EngineError> {
        let from = self.blocks();
        let setup = Setup::new(program, settings.seed);
        let new_worker = || Worker::new(&setup, settings);
        let mut driven = Driven::new(settings, upto - from, &new_worker);
        driven.blocks = from;
        if from > 0 {
            let tally = self.gathered(program, settings);
            let [first, others @ ..] = driven.workers.as_mut_slice() else {
                unreachable!("there are blocks to simulate, so there is a worker");
            };
            for other in others {
                other.tally.count_as(&tally);
            }
            first.tally = tally;
        }
        driven.forest = std::mem::take(&mut self.forest);
        let work = |worker: &mut Worker<'_>, block: u64| noted(worker, block, note);
        stretch(&mut driven, from..upto, settings, observer, &work)
            .map_err(|fault: BlockFault| explain(program, &fault))?;
        self.forest = driven.forest;
        let empty = || Tally::new(program, settings.trials_per_draw as usize);
        self.tally = Tally::united(driven.workers.into_iter().map(|w| w.tally), empty);
        if let Some(last) = driven.blocks.checked_sub(1) {
            let stage = kept(&mut self.tally);
            self.put(next_pilot(last, settings.trials_per_block()), stage);
        }
        Ok(())
    }

    /// Simulates a range of blocks; `None` if the observer cancelled it.
    ///
    /// # Errors
    /// [`EngineError`] if the size cannot be had or events fire without end. Trials that are
    /// stopped are counted; how many are too many, the whole run says.
    pub fn of_range(
        program: &Program,
        settings: &Settings,
        range: Range<u64>,
        observer: &dyn Observer,
    ) -> Result<Option<Self>, EngineError> {
        Self::of_range_noted(program, settings, range, observer, &|_, _| {})
    }

    /// As [`of_range`](Self::of_range); `note` sees what the trials of each block ended in, blocks
    /// in any order.
    ///
    /// # Errors
    /// As of [`of_range`](Self::of_range).
    pub fn of_range_noted(
        program: &Program,
        settings: &Settings,
        range: Range<u64>,
        observer: &dyn Observer,
        note: Note<'_>,
    ) -> Result<Option<Self>, EngineError> {
        settings.check()?;
        let mut part = Self::new(program, settings);
        if range.is_empty() {
            return Ok(Some(part));
        }
        if range.start == 0 {
            part.extend(program, settings, range.end, observer, note)?;
            return Ok((part.blocks() == range.end).then_some(part));
        }
        let per_block = settings.trials_per_block();
        let Some(learnt) = learnt(program, settings, &range, observer)? else {
            return Ok(None);
        };
        let setup = Setup::new(program, settings.seed);
        let new_worker = || Worker::new(&setup, settings);
        let mut driven = Driven::new(settings, range.end - range.start, &new_worker);
        for worker in &mut driven.workers {
            worker.tally.count_as(&learnt);
        }
        part.tally.count_as(&learnt);
        let since = Since(observer, range.start);
        let work = |worker: &mut Worker<'_>, block: u64| noted(worker, block, note);
        let mut from = range.start;
        while from < range.end {
            let pilot = next_pilot(from, per_block);
            let upto = range.end.min(pilot);
            let dealt = (from..upto, blocks_together(per_block));
            let halted = deal_blocks(&mut driven, dealt, settings.blocks, &since, &work)
                .map_err(|fault: BlockFault| explain(program, &fault))?;
            if halted && driven.blocks < range.end {
                return Ok(None);
            }
            for worker in &mut driven.workers {
                let stage = kept(&mut worker.tally);
                part.put(pilot, stage);
            }
            from = upto;
        }
        part.forest = driven.forest;
        for worker in driven.workers {
            part.tally.merge(&worker.tally);
        }
        Ok(Some(part))
    }

    /// Takes in another part of the same run.
    ///
    /// # Errors
    /// [`NotJoined`]; nothing has changed then.
    pub fn join(&mut self, other: Self) -> Result<(), NotJoined> {
        if let Some(block) = self.forest.overlap(&other.forest) {
            return Err(NotJoined::Overlap(block));
        }
        if !have_equal_bins(&self.tally, &other.tally) {
            return Err(NotJoined::OtherBins);
        }
        self.tally.merge(&other.tally);
        for (pilot, stage) in other.stages {
            self.put(pilot, stage);
        }
        self.count_stages();
        (self.forest.join(other.forest)).map_err(|overlap| NotJoined::Overlap(overlap.block))
    }

    /// The summary of the run that ends with the last block of this
    /// [beginning](Self::is_beginning).
    ///
    /// # Errors
    /// [`EngineError::NonFinite`] if too many trials were stopped.
    pub fn summary(
        mut self,
        program: &Program,
        settings: &Settings,
        reached: Reached,
    ) -> Result<Summary, EngineError> {
        debug_assert!(self.is_beginning(), "a run has its first blocks");
        let ending = Ending {
            blocks: self.blocks(),
            interrupted: reached == Reached::Halt,
            stopped_by_precision: reached == Reached::End { by_precision: true },
        };
        let tally = self.gathered(program, settings);
        Summary::of(program, settings, ending, [tally], self.forest.fold())
    }

    /// Takes the tally, with all bins learnt that a run of these blocks has learnt, and all other
    /// numbers in it as they are.
    fn gathered(&mut self, program: &Program, settings: &Settings) -> Tally {
        let (blocks, per_block) = (self.blocks(), settings.trials_per_block());
        let empty = Tally::new(program, settings.trials_per_draw as usize);
        let mut pool: Stage = empty.quantities().into_iter().cloned().collect();
        let mut tally = std::mem::replace(&mut self.tally, empty);
        for (pilot, stage) in std::mem::take(&mut self.stages) {
            for (pool, stage) in pool.iter_mut().zip(&stage) {
                pool.merge(stage);
            }
            // The run learns where it goes on after the pilot.
            debug_assert!(is_pilot(pilot, per_block));
            if pilot < blocks {
                learn(&mut tally, &pool);
            }
        }
        for (own, pool) in tally.quantities_mut().into_iter().zip(&pool) {
            own.merge(pool);
        }
        tally
    }

    fn put(&mut self, pilot: u64, stage: Stage) {
        if !stage.iter().any(Tables::has_kept) {
            return;
        }
        match self.stages.entry(pilot) {
            std::collections::btree_map::Entry::Vacant(place) => {
                place.insert(stage);
            }
            std::collections::btree_map::Entry::Occupied(mut own) => {
                for (own, more) in own.get_mut().iter_mut().zip(&stage) {
                    own.merge(more);
                }
            }
        }
    }

    /// Counts the numbers of quantities that have bins by now.
    fn count_stages(&mut self) {
        for stage in self.stages.values_mut() {
            for (own, kept) in self.tally.quantities_mut().into_iter().zip(stage) {
                own.count_kept(kept);
            }
        }
        self.stages
            .retain(|_, stage| stage.iter().any(Tables::has_kept));
    }

    /// What [`from_bytes`](Self::from_bytes) reads; the same for equal parts.
    pub fn to_bytes(&mut self, program: &Program, settings: &Settings) -> Vec<u8> {
        let mut store = Store::Writing(Vec::new());
        // Only reading can fail.
        let _ = self.store(program, settings, &mut store);
        store.into_bytes()
    }

    /// The part of a run of `program` with `settings` that was written to these bytes.
    ///
    /// # Errors
    /// [`Unreadable`] if they are not what a part of this run could have.
    pub fn from_bytes(
        program: &Program,
        settings: &Settings,
        bytes: &[u8],
    ) -> Result<Self, Unreadable> {
        let mut part = Self::new(program, settings);
        let mut store = Store::Reading(bytes);
        part.store(program, settings, &mut store)?;
        store.ended()?;
        let tally = &part.tally;
        let add = |sum: u64, trials: &u64| sum.checked_add(*trials);
        let counted = tally.trials.iter().try_fold(tally.stopped, add);
        let expected = part.blocks().checked_mul(settings.trials_per_block());
        if counted.is_none() || counted != expected {
            return Err(Unreadable("it has other trials than its blocks"));
        }
        Ok(part)
    }

    /// Writes this, or reads it into a part without blocks.
    ///
    /// # Errors
    /// [`Unreadable`], only while reading.
    fn store(
        &mut self,
        program: &Program,
        settings: &Settings,
        store: &mut Store<'_>,
    ) -> Result<(), Unreadable> {
        self.forest.store(store, || Node::new(program))?;
        self.tally.store(store)?;
        let length = store.length(self.stages.len(), u64::BITS as usize)?;
        let empty = Tally::new(program, settings.trials_per_draw as usize);
        let mut own = std::mem::take(&mut self.stages).into_iter();
        for _ in 0..length {
            let none = || (0, empty.quantities().into_iter().cloned().collect());
            let (mut pilot, mut stage): (u64, Stage) = own.next().unwrap_or_else(none);
            store.count(&mut pilot)?;
            store.all(&mut stage)?;
            if !is_pilot(pilot, settings.trials_per_block()) {
                return Err(Unreadable("it has the numbers of a pilot that no run has"));
            }
            if self.stages.insert(pilot, stage).is_some() {
                return Err(Unreadable("it has the numbers of a pilot twice"));
            }
        }
        Ok(())
    }
}

/// Simulates a block.
fn noted(worker: &mut Worker<'_>, block: u64, note: Note<'_>) -> Result<Node, BlockFault> {
    let (node, ended) = worker.block(block, None)?;
    note(block, &ended);
    Ok(node)
}

/// Takes the numbers of quantities without bins.
fn kept(tally: &mut Tally) -> Stage {
    (tally.quantities_mut().into_iter())
        .map(Tables::take_kept)
        .collect()
}

/// Gives bins to quantities that have none, as a run does where a pilot ends, the numbers of which
/// are `pool`.
fn learn(tally: &mut Tally, pool: &[Tables]) {
    for (own, pool) in tally.quantities_mut().into_iter().zip(pool) {
        for table in 0..own.len() {
            if own.has_bins(table) {
                continue;
            }
            if let Some(cuts) = Tables::learn(&[pool], table) {
                own.cut(table, &cuts);
            }
        }
    }
}

/// A tally that has the bins which a run has learnt before it simulates these blocks, or some of
/// them; `None` if the observer cancelled it.
fn learnt(
    program: &Program,
    settings: &Settings,
    range: &Range<u64>,
    observer: &dyn Observer,
) -> Result<Option<Tally>, EngineError> {
    let per_block = settings.trials_per_block();
    let empty = || Tally::new(program, settings.trials_per_draw as usize);
    let mut blocks = next_pilot(0, per_block);
    if blocks >= range.end {
        return Ok(Some(empty()));
    }
    let most = (range.end - range.start) / SPARED;
    while next_pilot(blocks, per_block) <= most.min(range.end - 1) {
        blocks = next_pilot(blocks, per_block);
    }
    let setup = Setup::new(program, settings.seed);
    let new_worker = || Worker::new(&setup, settings);
    let mut driven = Driven::new(settings, blocks, &new_worker);
    let work = |worker: &mut Worker<'_>, block: u64| Ok(worker.block(block, None)?.0);
    let halted = stretch(&mut driven, 0..blocks, settings, &Aside(observer), &work)
        .map_err(|fault: BlockFault| explain(program, &fault))?;
    if halted && driven.blocks < blocks {
        return Ok(None);
    }
    pilot::learn(&mut driven.workers);
    let tallies = driven.workers.into_iter().map(|w| w.tally);
    Ok(Some(Tally::united(tallies, empty)))
}

/// Whether quantities that have bins in both have the same.
fn have_equal_bins(one: &Tally, other: &Tally) -> bool {
    let mut pairs = one.quantities().into_iter().zip(other.quantities());
    pairs.all(|(one, other)| one.agrees(other))
}
