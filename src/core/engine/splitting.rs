//! Multilevel splitting: of many trials those that have come nearest to something rare are gone on
//! with, again and again.
//!
//! The adaptive algorithm of Cérou & Guyader (*Adaptive multilevel splitting for rare event
//! analysis*, Stoch. Anal. Appl. 25, 2007) as it stands in Bréhier, Gazeau, Goudenège, Lelièvre &
//! Rousset (*Unbiasedness of some generalized adaptive multilevel splitting algorithms*, Ann. Appl.
//! Probab. 26, 2016): those that have not come beyond a level, ties included, are replaced by
//! branches of those that have, and the product of the shares that went on, times the share of hits
//! at the end, has the probability as its mean, whatever the number of trials and however progress
//! is measured, as long as a hit is beyond every level: a trial that hits counts as there at the
//! end, whatever was measured before.
//!
//! Nothing is cloned. A trial is a function of its numbers, so a branch is a *line*: the number of
//! its first trial, and from certain grid points on the numbers of others. It is played again from
//! the start, and leaves its parent where it is given fresh numbers.

use super::batch::{Batch, Fatal, Setup};
use super::block::BlockFault;
use super::deal::deal;
use super::lanes::Lanes;
use super::progress::Measure;
pub use super::progress::Progress;
use super::settings::Observer;
use super::start::{DrawValues, TrialStart};
use crate::program::{LANES, Program};
use crate::random::design::Design;
use crate::random::{Seed, Site, TrialId};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Trials of a repetition.
const LINES: usize = 1024;
/// Share of the lines that go on at a level, unless ties make it less.
const KEPT: f64 = 0.25;
/// Levels at most: 4 to this power is far beyond what floating point tells from zero.
const MOST_LEVELS: usize = 400;
/// The bit by which numbers of branches differ from those of first trials.
const BRANCH: u32 = 1 << 31;

/// What is asked for.
#[derive(Clone, Debug)]
pub enum Wanted {
    /// One of the outcomes, by index: the rule holds, and none before it does.
    Outcome(usize),
    /// Any of these outcomes.
    Outcomes(Vec<usize>),
    Question(usize),
}

/// Something rare, and how near to it a trial is.
#[derive(Clone, Debug)]
pub struct Goal {
    pub wanted: Wanted,
    pub progress: Progress,
    /// Years since the start after which nothing counts.
    pub until: f64,
}

/// A program and what is rare in it.
pub struct Splitting<'p> {
    pub program: &'p Program,
    pub goal: Goal,
    pub seed: u64,
}

/// One independent repetition of the whole algorithm.
#[derive(Clone, Debug, PartialEq)]
pub struct Repetition {
    /// Its mean over repetitions is the probability.
    pub estimate: f64,
    /// Trials played, and of the first of them, which nothing has selected, those that hit.
    pub trials: u64,
    pub first: u64,
    pub first_hits: u64,
    pub levels: u32,
    /// Nothing came beyond the last level.
    pub died_out: bool,
    /// Of the lines at the end that hit: how many different first trials, and thus draws, they come
    /// from.
    pub ancestors: u32,
    /// Sum of the squares of what each of these first trials adds to the estimate.
    pub squares: f64,
    /// Trials that met a value that is not finite, and of the first of them, by label, where.
    pub stopped: u64,
    pub first_stopped_at: Vec<u64>,
    pub met: Met,
}

/// What some trial of a repetition, branches included, has met.
#[derive(Clone, Debug, PartialEq)]
pub struct Met {
    /// By event: it has fired.
    pub fired: Vec<bool>,
    /// By phase, by trend and by the values of each state: it was so at a grid point.
    pub phases: Vec<bool>,
    pub trends: Vec<bool>,
    pub states: Vec<Vec<bool>>,
}

impl Met {
    fn nothing(program: &Program) -> Self {
        let none = |count: usize| vec![false; count];
        Self {
            fired: none(program.events.len()),
            phases: none(program.phases.len()),
            trends: none(program.trends.len()),
            states: (program.states.iter())
                .map(|s| none(s.starts.len()))
                .collect(),
        }
    }

    fn note(&mut self, batch: &Batch<'_>, lanes: usize) {
        let note = |met: &mut Vec<bool>, at: &[u8; LANES]| {
            at[..lanes]
                .iter()
                .for_each(|value| met[usize::from(*value)] = true);
        };
        note(&mut self.phases, &batch.phase);
        note(&mut self.trends, &batch.trend);
        for (met, at) in self.states.iter_mut().zip(&batch.states) {
            note(met, at);
        }
    }
}

/// A trial by its numbers.
#[derive(Clone, Debug)]
struct Line {
    root: usize,
    /// From which grid point on it has which number, after those of its root.
    turns: Vec<(u32, TrialId)>,
}

/// What a line came to.
#[derive(Clone, Debug, Default)]
struct Played {
    /// Grid points at which it came nearer than before, and how near; ascending in both.
    rises: Vec<(u32, f64)>,
    hit: bool,
    stopped: bool,
}

impl Played {
    fn nearest(&self) -> f64 {
        self.rises.last().map_or(f64::NEG_INFINITY, |(_, at)| *at)
    }
}

/// Repetitions from number `from` to `to`, in order; `None` for those that the observer cancelled.
///
/// # Errors
/// The fault of the first faulty repetition: events that fire without end.
pub fn repeat(
    splitting: &Splitting<'_>,
    (from, to): (u64, u64),
    threads: usize,
    observer: &dyn Observer,
    told: &(dyn Fn(u64) + Sync),
) -> Result<Vec<Option<Repetition>>, BlockFault> {
    let one = |r: u64| splitting.repetition(r, observer, told);
    let workers = match threads {
        0 => rayon::current_num_threads(),
        1 => 1,
        n => n.min(rayon::current_num_threads()),
    };
    if workers == 1 {
        return (from..to).map(one).collect();
    }
    let next = AtomicU64::new(from);
    let done = Mutex::new(BTreeMap::new());
    rayon::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|_| {
                loop {
                    let r = next.fetch_add(1, Ordering::Relaxed);
                    if r >= to {
                        break;
                    }
                    let found = one(r);
                    let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
                    done.insert(r, found);
                }
            });
        }
    });
    let done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.into_values().collect()
}

/// Measures gaps in units of what they typically are at t = 0, so that those of a condition's parts
/// can be put together.
pub fn scale_gaps(program: &Program, seed: u64, progress: &mut Progress) {
    let own = Site::new(Seed(seed), "rare/scale");
    let setup = Setup::new(program, own.key());
    let goal = Goal {
        wanted: Wanted::Outcomes(Vec::new()),
        progress: Progress::Blind,
        until: f64::INFINITY,
    };
    let mut player = Player::new(&setup, &goal);
    let (starts, values) = (&player.starts[..LANES], &player.values);
    player.batch.start(starts, values);
    let mut found: Vec<Option<f64>> = vec![None; program.metrics.len()];
    player.batch.run_watched(|batch, index, _| {
        if index > 0 {
            return;
        }
        for (metric, found) in program.metrics.iter().zip(&mut found) {
            let slot = batch.evaluate(&metric.value);
            let values = batch.columns.column(slot).iter().map(|gap| gap.abs());
            let mut gaps: Vec<f64> = values.filter(|g| *g > 0.0 && g.is_finite()).collect();
            gaps.sort_unstable_by(f64::total_cmp);
            *found = gaps.get(gaps.len() / 2).copied();
        }
    });
    // Trouble on the way is told when the trials are played that count.
    progress.visit(&mut |part| {
        if let Progress::Gap { metric, scale } = part {
            *scale = found[*metric].unwrap_or(1.0);
        }
    });
}

impl Splitting<'_> {
    fn repetition(
        &self,
        number: u64,
        observer: &dyn Observer,
        told: &(dyn Fn(u64) + Sync),
    ) -> Result<Option<Repetition>, BlockFault> {
        let own = Site::new(Seed(self.seed), &format!("rare/repetition/{number}"));
        let setup = Setup::new(self.program, own.key());
        let mut player = Player::new(&setup, &self.goal);
        let mut lines: Vec<Line> = (0..LINES)
            .map(|root| Line {
                root,
                turns: Vec::new(),
            })
            .collect();
        let mut played = player.play(&lines)?;
        let count = |played: &[Played], test: fn(&Played) -> bool| {
            played.iter().filter(|p| test(p)).count() as u64
        };
        let mut found = Repetition {
            estimate: 0.0,
            trials: LINES as u64,
            first: LINES as u64,
            first_hits: count(&played, |p| p.hit),
            levels: 0,
            died_out: false,
            ancestors: 0,
            squares: 0.0,
            stopped: count(&played, |p| p.stopped),
            first_stopped_at: player.stopped_at.clone(),
            met: Met::nothing(self.program),
        };
        told(LINES as u64);
        let choice = Site::new(Seed(own.key()), "rare/choice");
        let mut share = 1.0;
        let mut fresh = 0;
        while (found.levels as usize) < MOST_LEVELS {
            if observer.cancelled() {
                return Ok(None);
            }
            let mut near: Vec<f64> = played.iter().map(Played::nearest).collect();
            near.sort_unstable_by(f64::total_cmp);
            let level = near[((1.0 - KEPT) * LINES as f64) as usize - 1];
            if level >= 0.0 {
                break;
            }
            let (on, out): (Vec<usize>, Vec<usize>) =
                (0..LINES).partition(|i| played[*i].nearest() > level);
            if on.is_empty() {
                // So many are at the level that it cannot be told who is nearer: they are counted
                // as they are.
                found.died_out = true;
                break;
            }
            share *= on.len() as f64 / LINES as f64;
            found.levels += 1;
            let branches: Vec<Line> = out
                .iter()
                .map(|_| {
                    let id = TrialId {
                        draw: fresh,
                        trial: BRANCH,
                    };
                    fresh += 1;
                    let u = choice.uniform(id, 0);
                    let parent = on[((u * on.len() as f64) as usize).min(on.len() - 1)];
                    let (line, rises) = (&lines[parent], &played[parent].rises);
                    let at = rises[rises.partition_point(|(_, near)| *near <= level)].0;
                    let mut turns: Vec<(u32, TrialId)> = line.turns.clone();
                    turns.retain(|(from, _)| *from <= at);
                    turns.push((at, id));
                    Line {
                        root: line.root,
                        turns,
                    }
                })
                .collect();
            let news = player.play(&branches)?;
            // A branch was its parent until it was nearer than the level: a replay that is not
            // exact is seen here.
            debug_assert!(news.iter().all(|p| p.nearest() > level || p.stopped));
            found.trials += news.len() as u64;
            found.stopped += count(&news, |p| p.stopped);
            told(news.len() as u64);
            for ((place, line), new) in out.into_iter().zip(branches).zip(news) {
                lines[place] = line;
                played[place] = new;
            }
        }
        let mut roots: Vec<usize> = (lines.iter().zip(&played))
            .filter(|(_, p)| p.hit)
            .map(|(line, _)| line.root)
            .collect();
        found.estimate = share * roots.len() as f64 / LINES as f64;
        roots.sort_unstable();
        for same in roots.chunk_by(|a, b| a == b) {
            let weight = share * same.len() as f64 / LINES as f64;
            found.ancestors += 1;
            found.squares += weight * weight;
        }
        found.met = player.met;
        Ok(Some(found))
    }
}

/// Plays lines, 64 side by side.
struct Player<'s> {
    batch: Batch<'s>,
    goal: &'s Goal,
    measure: Measure,
    /// Of first trials.
    values: Vec<DrawValues>,
    starts: Vec<TrialStart>,
    met: Met,
    /// Trials that were stopped, by label.
    stopped_at: Vec<u64>,
}

impl<'s> Player<'s> {
    fn new(setup: &'s Setup<'s>, goal: &'s Goal) -> Self {
        let (mut values, mut starts) = (Vec::new(), Vec::new());
        for draw in 0..LINES {
            let mut dealt = deal(Design::Random, setup, draw as u32, 1, draw);
            values.push(dealt.values);
            starts.append(&mut dealt.trials);
        }
        Self {
            batch: Batch::new(setup),
            goal,
            measure: Measure::new(&goal.progress),
            values,
            starts,
            met: Met::nothing(setup.program),
            stopped_at: vec![0; setup.program.labels.len()],
        }
    }

    fn play(&mut self, lines: &[Line]) -> Result<Vec<Played>, BlockFault> {
        let mut all = Vec::with_capacity(lines.len());
        for chunk in lines.chunks(LANES) {
            let starts: Vec<TrialStart> = chunk.iter().map(|l| self.starts[l.root]).collect();
            self.batch.start(&starts, &self.values);
            self.measure.begin();
            let mut played = vec![Played::default(); chunk.len()];
            let mut next = vec![0; chunk.len()];
            let (goal, measure, met) = (self.goal, &mut self.measure, &mut self.met);
            self.batch.run_watched(|batch, index, time| {
                for (lane, line) in chunk.iter().enumerate() {
                    while let Some((at, id)) = line.turns.get(next[lane])
                        && *at as usize == index
                    {
                        batch.fresh_numbers(lane, *id, index, time);
                        next[lane] += 1;
                    }
                }
                met.note(batch, chunk.len());
                if time > goal.until {
                    return;
                }
                let near = measure.now(&goal.progress, batch);
                for (lane, played) in played.iter_mut().enumerate() {
                    // No number is nearer than none.
                    if near[lane] > played.nearest() {
                        played.rises.push((index as u32, near[lane]));
                    }
                }
            });
            if let Some(fault) = self.batch.fatal.take() {
                let (Fatal::Runaway { lane, .. } | Fatal::Explosion { lane, .. }) = fault;
                let trial = starts[lane].id.draw.into();
                return Err(BlockFault { fault, trial });
            }
            let program = self.batch.program();
            let count = program.layout.count;
            for (e, fired) in (0..).zip(&mut self.met.fired) {
                let firings = &self.batch.columns.column(count + e)[..chunk.len()];
                *fired |= firings.iter().any(|n| *n > 0.0);
            }
            let hits = self.hits();
            for trial in self.batch.stopped.iter().filter(|t| t.lane < chunk.len()) {
                self.stopped_at[trial.label as usize] += 1;
            }
            for (lane, mut played) in played.into_iter().enumerate() {
                played.hit = hits >> lane & 1 == 1;
                played.stopped = self.batch.halted >> lane & 1 == 1;
                // It can hold at the end though nothing said so at any grid point. What hits must
                // be beyond every level, or lines that are replaced take hits with them and the
                // mean is too low. A branch from there on, behind the last grid point, is its
                // parent once more.
                if played.hit && played.nearest() < 0.0 {
                    let after_all = program.steps as u32 + 1;
                    played.rises.push((after_all, 0.0));
                }
                all.push(played);
            }
        }
        Ok(all)
    }

    /// Lanes in which what is wanted has come to be.
    fn hits(&mut self) -> Lanes {
        let program = self.batch.program();
        let rules: Vec<Lanes> = (program.outcomes.iter())
            .map(|rule| self.batch.holding(rule))
            .collect();
        let of = |wanted: &[usize]| {
            let (mut left, mut found) = (Lanes::MAX, 0);
            for (o, rule) in rules.iter().enumerate() {
                if wanted.contains(&o) {
                    found |= rule & left;
                }
                left &= !rule;
            }
            found
        };
        let hits = match &self.goal.wanted {
            Wanted::Outcome(outcome) => of(&[*outcome]),
            Wanted::Outcomes(outcomes) => of(outcomes),
            Wanted::Question(question) => self.batch.answers(&program.questions[*question]),
        };
        hits & self.batch.used & !self.batch.halted
    }
}

impl Batch<'_> {
    /// From a grid point on a lane has the numbers of another trial: in all that is drawn later,
    /// and in what is left of running clocks. Waits and dates that have been drawn already, and
    /// thresholds of hazards that change with age, stay as they are.
    fn fresh_numbers(&mut self, lane: usize, id: TrialId, index: usize, time: f64) {
        self.ids[lane] = id;
        self.fresh_thresholds(lane, time);
        self.fresh_noise(lane, !index.is_multiple_of(2));
    }
}
