//! Near misses: how many trials of an outcome were one event away from another.
//!
//! Takes a study and an outcome, or a group of outcomes; gives the shares of its trials that end
//! otherwise if one event is otherwise and all other random numbers are the same. Of an event that
//! happened, it is that it does not happen at all; of one that did not, although its accumulated
//! hazard passed the median of its law, that it happens at that median. The first is the
//! counterfactual dependence of the outcome on the event (Lewis 1973, "Causation", J. Philos. 70),
//! answered within the model by replay (Pearl 2009, "Causality", chapter 7: the random numbers are
//! the background variables).

use super::study::Study;
use super::typical::{History, search_together, spread};
use crate::engine::{
    BlockFault, EngineError, Observer, Otherwise, Replayed, Replays, Settings, explain,
};
use crate::estimate::{NORMAL_95, Proportion, REPLICATES};
use crate::model::Model;
use crate::results::{
    NONE_OF_THESE, NearEnd, NearEvent, NearMisses, PathEvent, Told, UNCLASSIFIED, in_display_order,
    replay_warnings, scenario_info, tool,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

/// Trials of the outcome that are played again: they give a share within two points.
const COMPARED: usize = 1024;
/// Trials that are finished together, after which a search that is ended early has something to
/// tell.
const TOGETHER: usize = 256;

type Counts = [u64; REPLICATES];
/// Ends of some trials, by place, with one event otherwise.
type Ends = Vec<Replayed>;

/// What some trials end in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndOf {
    /// The outcome of this index; the number of rules stands for `unclassified`.
    Outcome(usize),
    /// Any outcome of the group of this index.
    Group(usize),
}

impl EndOf {
    /// The outcomes that are meant.
    fn outcomes(self, study: &Study) -> Vec<usize> {
        match self {
            Self::Outcome(outcome) => vec![outcome],
            Self::Group(group) => study.program.groups[group].to_vec(),
        }
    }

    /// The group that is not another one.
    fn group(self, model: &Model) -> Option<usize> {
        match self {
            Self::Outcome(outcome) => model.outcomes.get(outcome).and_then(|rule| rule.group),
            Self::Group(group) => Some(group),
        }
    }

    fn named(self, model: &Model) -> (String, String) {
        match self {
            Self::Outcome(outcome) => named(model, outcome),
            Self::Group(group) => {
                let group = &model.groups[group];
                (group.name.clone(), group.title.clone())
            }
        }
    }
}

/// Plays trials that end so again, with each event otherwise in turn.
///
/// The result does not depend on the number of threads.
///
/// # Errors
/// [`EngineError`] of the simulation.
pub fn near_misses(
    study: &Study,
    settings: &Settings,
    of: EndOf,
    watcher: &dyn Observer,
) -> Result<NearMisses, EngineError> {
    let per_block = settings.trials_per_block();
    let in_trials = InTrials { watcher, per_block };
    let outcomes = of.outcomes(study);
    let found = search_together(study, settings, &outcomes, &in_trials)?;
    let (histories, searched, is_cut) = found.of(outcomes.first().copied().unwrap_or_default());
    let chosen: Vec<&History> = (spread(histories.len(), COMPARED).into_iter())
        .map(|place| &histories[place])
        .collect();
    let numbers: Vec<u64> = chosen.iter().map(|one| one.trial).collect();
    let replays = Replays::new(&study.program, settings, &numbers);
    let tasks = tasks(study, &chosen);
    let (ended, is_done) = play(&replays, &tasks, settings, &in_trials)
        .map_err(|fault| study.located(explain(&study.program, &fault)))?;
    let compared = match is_done {
        true => chosen.len(),
        false => ended.len() / changes(study).len().max(1) * TOGETHER,
    };
    let chosen = &chosen[..compared.min(chosen.len())];
    let told = Counted::new(study, of, chosen, &tasks, &ended);
    let (name, title) = of.named(&study.model);
    let can_be = !changes(study).is_empty();
    let draws = searched / u64::from(settings.trials_per_draw);
    Ok(NearMisses {
        format: 1,
        tool: tool(),
        seed: settings.seed,
        trials_per_draw: settings.trials_per_draw,
        design: settings.design,
        scenario: scenario_info(&study.model),
        kind: match of {
            EndOf::Outcome(_) => "outcome".into(),
            EndOf::Group(_) => "group".into(),
        },
        outcome: name,
        outcome_title: title,
        searched,
        found: histories.len() as u64,
        compared: chosen.len() as u64,
        interrupted: is_cut || !is_done,
        any: (can_be && !chosen.is_empty()).then(|| told.share(&told.any)),
        ends: told.ends(&told.near, |end| named(&study.model, end)),
        groups: told.ends(&told.near_groups, |group| {
            let group = &study.model.groups[group];
            (group.name.clone(), group.title.clone())
        }),
        events: told.events(study),
        not_played: not_played(study),
        stopped: told.stopped,
        warnings: match can_be && !chosen.is_empty() {
            true => replay_warnings(told.stopped, draws, settings.trials_per_draw),
            false => Vec::new(),
        },
    })
}

/// Trials that are played, at most, so that progress has an end.
pub fn near_trials(study: &Study, settings: &Settings) -> u64 {
    let replayed = (COMPARED * changes(study).len()) as u64;
    settings.blocks * settings.trials_per_block() + replayed
}

/// Progress of both stages in trials.
struct InTrials<'w> {
    watcher: &'w dyn Observer,
    per_block: u64,
}

impl InTrials<'_> {
    fn told(&self, trials: u64) {
        self.watcher.progress(trials, trials);
    }
}

impl Observer for InTrials<'_> {
    fn progress(&self, done: u64, _: u64) {
        self.told(done * self.per_block);
    }

    fn cancelled(&self) -> bool {
        self.watcher.cancelled()
    }
}

/// What can be otherwise at all, in the order of the model.
fn changes(study: &Study) -> Vec<Otherwise> {
    let each = (0..study.model.events.len())
        .flat_map(|e| [Otherwise::Without(e), Otherwise::AtEvenOdds(e)]);
    each.filter(|change| change.is_possible(&study.program))
        .collect()
}

/// Events that none of these changes.
fn not_played(study: &Study) -> Vec<PathEvent> {
    let events = &study.model.events;
    let is_one = |e: &usize| {
        let ways = [Otherwise::Without(*e), Otherwise::AtEvenOdds(*e)];
        !ways.iter().any(|change| change.is_possible(&study.program))
    };
    let left = in_display_order(events, |event| event.display);
    (left.into_iter().filter(is_one))
        .map(|e| PathEvent {
            event: events[e].name.clone(),
            title: events[e].title.clone(),
        })
        .collect()
}

/// Some trials that are played with one event otherwise.
struct Task {
    change: Otherwise,
    /// Places of the trials in which it could be.
    places: Vec<usize>,
}

/// All tasks, those of the first trials first.
fn tasks(study: &Study, chosen: &[&History]) -> Vec<Task> {
    let mut tasks = Vec::new();
    for first in (0..chosen.len()).step_by(TOGETHER) {
        let last = (first + TOGETHER).min(chosen.len());
        for change in changes(study) {
            let is_so = |place: &usize| {
                let happened = |e: usize| chosen[*place].first_times[e].is_finite();
                match change {
                    Otherwise::Without(e) => happened(e),
                    Otherwise::AtEvenOdds(e) => !happened(e),
                }
            };
            let places = (first..last).filter(is_so).collect();
            tasks.push(Task { change, places });
        }
    }
    tasks
}

/// Plays the tasks in order on as many threads as are wanted; gives those from the first on that
/// are done, and whether that is all.
///
/// # Errors
/// The fault of the first task that has one.
fn play(
    replays: &Replays<'_>,
    tasks: &[Task],
    settings: &Settings,
    watcher: &InTrials<'_>,
) -> Result<(Vec<Ends>, bool), BlockFault> {
    let threads = match settings.threads {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        n => n,
    };
    let (next, is_over) = (AtomicUsize::new(0), AtomicBool::new(false));
    let played = AtomicU64::new(0);
    let done: Mutex<BTreeMap<usize, Result<Ends, BlockFault>>> = Mutex::default();
    let work = || {
        while !is_over.load(Ordering::Relaxed) {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(task) = tasks.get(number) else {
                break;
            };
            let ends = replays.ends(&task.places, task.change);
            played.fetch_add(task.places.len() as u64, Ordering::Relaxed);
            let all = settings.blocks * settings.trials_per_block();
            watcher.told(all + played.load(Ordering::Relaxed));
            if ends.is_err() || watcher.cancelled() {
                is_over.store(true, Ordering::Relaxed);
            }
            let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
            done.insert(number, ends);
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads.min(tasks.len().max(1)) {
            scope.spawn(work);
        }
        work();
    });
    let done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    let in_order = done
        .into_iter()
        .zip(0..)
        .take_while(|((number, _), place)| number == place);
    let ended = in_order
        .map(|((_, ends), _)| ends)
        .collect::<Result<Vec<Ends>, BlockFault>>()?;
    let is_done = ended.len() == tasks.len();
    Ok((ended, is_done))
}

/// What was seen, in whole numbers.
struct Counted {
    trials: Counts,
    draws: u64,
    /// One event away from any outcome that is not meant.
    any: Counts,
    /// One event away from an outcome, and from a group.
    near: Vec<Counts>,
    near_groups: Vec<Counts>,
    /// By what is otherwise.
    by_change: BTreeMap<Otherwise, Changed>,
    /// Trials played again that were stopped.
    stopped: u64,
}

/// What one event changes.
struct Changed {
    possible: Counts,
    /// By the outcome instead.
    ends: Vec<Counts>,
}

impl Counted {
    fn new(study: &Study, of: EndOf, chosen: &[&History], tasks: &[Task], ended: &[Ends]) -> Self {
        let outcomes = study.model.outcomes.len() + 1;
        let own = of.outcomes(study);
        let group = |end: usize| study.model.outcomes.get(end).and_then(|rule| rule.group);
        let mut counted = Self {
            trials: [0; REPLICATES],
            draws: 0,
            any: [0; REPLICATES],
            near: vec![[0; REPLICATES]; outcomes],
            near_groups: vec![[0; REPLICATES]; study.model.groups.len()],
            by_change: BTreeMap::new(),
            stopped: 0,
        };
        let draws: BTreeSet<u64> = chosen.iter().map(|one| one.draw).collect();
        counted.draws = draws.len() as u64;
        let mut near = vec![BTreeSet::new(); chosen.len()];
        for (task, ends) in tasks.iter().zip(ended) {
            let changed = counted.by_change.entry(task.change).or_insert(Changed {
                possible: [0; REPLICATES],
                ends: vec![[0; REPLICATES]; outcomes],
            });
            for (place, end) in task.places.iter().zip(ends) {
                let Some(one) = chosen.get(*place) else {
                    continue;
                };
                changed.possible[one.replicate] += u64::from(*end != Replayed::NotPossible);
                match *end {
                    Replayed::Outcome(end) if !own.contains(&end) => {
                        changed.ends[end][one.replicate] += 1;
                        near[*place].insert(end);
                    }
                    Replayed::Stopped => counted.stopped += 1,
                    Replayed::Outcome(_) | Replayed::NotPossible => {}
                }
            }
        }
        for (one, near) in chosen.iter().zip(near) {
            counted.trials[one.replicate] += 1;
            counted.any[one.replicate] += u64::from(!near.is_empty());
            for end in &near {
                counted.near[*end][one.replicate] += 1;
            }
            let groups: BTreeSet<usize> = near.iter().filter_map(|end| group(*end)).collect();
            for other in groups
                .iter()
                .filter(|other| of.group(&study.model) != Some(**other))
            {
                counted.near_groups[*other][one.replicate] += 1;
            }
        }
        counted
    }

    fn share(&self, hits: &Counts) -> Told {
        told(&Proportion::of(hits, &self.trials, self.draws))
    }

    fn ends(&self, hits: &[Counts], name: impl Fn(usize) -> (String, String)) -> Vec<NearEnd> {
        let seen = hits.iter().enumerate().filter(|(_, hits)| sum(hits) > 0);
        let mut ends: Vec<NearEnd> = seen
            .map(|(end, hits)| {
                let (name, title) = name(end);
                let share = self.share(hits);
                NearEnd { name, title, share }
            })
            .collect();
        ends.sort_by(|a, b| b.share.value.total_cmp(&a.share.value));
        ends
    }

    fn events(&self, study: &Study) -> Vec<NearEvent> {
        let mut events: Vec<NearEvent> = Vec::new();
        for (change, changed) in &self.by_change {
            let turned: Counts =
                std::array::from_fn(|m| changed.ends.iter().map(|hits| hits[m]).sum());
            if sum(&turned) == 0 {
                continue;
            }
            let (event, word) = match change {
                Otherwise::Without(e) => (*e, "without"),
                Otherwise::AtEvenOdds(e) => (*e, "with"),
            };
            let event = &study.model.events[event];
            events.push(NearEvent {
                event: event.name.clone(),
                title: event.title.clone(),
                change: word.into(),
                possible: self.share(&changed.possible),
                turned: self.share(&turned),
                ends: self.ends(&changed.ends, |end| named(&study.model, end)),
            });
        }
        events.sort_by(|a, b| {
            (b.turned.value.total_cmp(&a.turned.value)).then_with(|| a.event.cmp(&b.event))
        });
        events
    }
}

/// A share as it is told. Where all trials agree, the error is that of a normal law with the same
/// interval: of a few trials it is large.
pub(super) fn told(share: &Proportion) -> Told {
    let [low, high] = share.ci95;
    let as_wide = (high - low) / (2.0 * NORMAL_95);
    let is_unanimous = share.probability == 0.0 || share.probability == 1.0;
    Told {
        value: share.probability,
        std_error: match is_unanimous {
            true => share.std_error.max(as_wide),
            false => share.std_error,
        },
        ci95: share.ci95,
    }
}

fn sum(counts: &Counts) -> u64 {
    counts.iter().sum()
}

/// Name and title of an outcome.
pub(super) fn named(model: &Model, outcome: usize) -> (String, String) {
    match model.outcomes.get(outcome) {
        Some(rule) => (rule.name.clone(), rule.title.clone()),
        None => (UNCLASSIFIED.into(), NONE_OF_THESE.into()),
    }
}
