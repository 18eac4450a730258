//! Typical trials of an outcome: real futures that stand for many.
//!
//! Takes a study and the run's settings; gives a few trials of each outcome asked for, with their storylines. The first trials of
//! the run with that outcome are replayed, described by how they started, which phases they spent their time in and when each event
//! first happened, and grouped around medoids: the trials that lie nearest to all others of their group.
//!
//! Dissimilarity is Gower's (1971, "A general coefficient of similarity and some of its properties", Biometrics 27), grouping is
//! k-medoids by building and swapping (Kaufman and Rousseeuw 1990, "Finding Groups in Data", chapter 2). Nothing in it is random.

use super::storyline::short_storyline;
use super::study::Study;
use crate::engine::{EngineError, Observer, Settings, TrialRows, simulate};
use crate::results::{StoryChange, Storyline, Typical, TypicalStory, tool};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

/// Trials of an outcome that are described and grouped: enough to know what is usual, few enough to replay at once.
const COMPARED: usize = 100;

/// Picks up to `wanted` typical trials of each outcome in `outcomes` (indices in the model; the number of rules stands for
/// `unclassified`), from the first `searched` trials of the run or all of them.
///
/// The answers stand in the order of `outcomes`; the stories of each in the order of the share that they stand for. An outcome that
/// did not come up has no stories. The result does not depend on the number of threads.
///
/// # Errors
/// [`EngineError`] of the simulation.
pub fn typical(
    study: &Study,
    settings: &Settings,
    outcomes: &[usize],
    wanted: usize,
    searched: Option<u64>,
) -> Result<Vec<Typical>, EngineError> {
    let per_block = settings.trials_per_block();
    let most = searched.map_or(settings.blocks, |trials| trials.div_ceil(per_block));
    let scan = Settings {
        blocks: settings.blocks.min(most),
        until: None,
        ..settings.clone()
    };
    let collector = Collector {
        wanted: outcomes.iter().copied().collect(),
        found: Mutex::default(),
    };
    simulate(&study.program, &scan, &collector)?;
    let found = collector
        .found
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    outcomes
        .iter()
        .map(|outcome| {
            let trials = found
                .unbroken()
                .flat_map(|block| block.get(outcome).into_iter().flatten());
            of_outcome(
                study,
                settings,
                *outcome,
                wanted,
                trials,
                found.trials(per_block),
            )
        })
        .collect()
}

fn of_outcome<'t>(
    study: &Study,
    settings: &Settings,
    outcome: usize,
    wanted: usize,
    trials: impl Iterator<Item = &'t u64>,
    searched: u64,
) -> Result<Typical, EngineError> {
    let horizon = study.model.clock.horizon;
    // Of a hundred stories a few are told: the others are not kept.
    let mut replayed = Vec::new();
    let mut traits = Vec::new();
    let mut last = None;
    for trial in trials {
        match short_storyline(study, settings, *trial) {
            Ok(story) => {
                traits.push(Traits::of(&story, horizon));
                replayed.push(*trial);
            }
            // Such a trial counts as unclassified, but it has no end that could be told.
            Err(EngineError::NonFinite { .. }) => continue,
            Err(other) => return Err(other),
        }
        if replayed.len() == COMPARED {
            last = Some(*trial);
            break;
        }
    }
    let groups = medoids(&dissimilarities(&traits, horizon), wanted);
    let compared = replayed.len();
    let stories = groups.into_iter().map(|group| {
        Ok(TypicalStory {
            share: group.size as f64 / compared as f64,
            story: short_storyline(study, settings, replayed[group.medoid])?,
        })
    });
    let stories = stories.collect::<Result<Vec<_>, EngineError>>()?;
    let (name, title) = match study.model.outcomes.get(outcome) {
        Some(rule) => (rule.name.clone(), rule.title.clone()),
        None => ("unclassified".into(), "None of these".into()),
    };
    Ok(Typical {
        format: 1,
        tool: tool(),
        outcome: name,
        outcome_title: title,
        searched: last.map_or(searched, |trial| trial + 1),
        compared: compared as u64,
        stories,
    })
}

/// Numbers of the trials with the outcomes wanted, by block and outcome.
#[derive(Default)]
struct Found(BTreeMap<u64, BTreeMap<usize, Vec<u64>>>);

impl Found {
    /// Blocks from the first up to the first that has not been simulated.
    fn unbroken(&self) -> impl Iterator<Item = &BTreeMap<usize, Vec<u64>>> {
        (self.0.iter().zip(0..))
            .take_while(|((block, _), place)| *block == place)
            .map(|((_, found), _)| found)
    }

    fn trials(&self, per_block: u64) -> u64 {
        self.unbroken().count() as u64 * per_block
    }
}

struct Collector {
    wanted: BTreeSet<usize>,
    found: Mutex<Found>,
}

impl Observer for Collector {
    /// There is no need to go on once every outcome has enough trials in the blocks that lie without a gap: those that are taken
    /// are then the same whatever other blocks are done.
    fn cancelled(&self) -> bool {
        let found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        self.wanted.iter().all(|outcome| {
            let trials = found.unbroken().filter_map(|block| block.get(outcome));
            trials.map(Vec::len).sum::<usize>() >= 2 * COMPARED
        })
    }

    fn wants_rows(&self) -> bool {
        true
    }

    fn rows(&self, block: u64, rows: TrialRows) {
        let mut here: BTreeMap<usize, Vec<u64>> = BTreeMap::new();
        for (outcome, trial) in rows.outcome.iter().zip(rows.first_trial..) {
            let outcome = usize::from(*outcome);
            if self.wanted.contains(&outcome) {
                here.entry(outcome).or_default().push(trial);
            }
        }
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        found.0.insert(block, here);
    }
}

/// What makes one story like another.
#[derive(Clone, Debug, Default, PartialEq)]
struct Traits {
    start_trend: String,
    /// Share of the time to the horizon.
    phases: BTreeMap<String, f64>,
    /// Years since the start.
    first_times: BTreeMap<String, f64>,
}

impl Traits {
    fn of(story: &Storyline, horizon: f64) -> Self {
        let mut traits = Self {
            start_trend: story.start.trend.clone(),
            ..Self::default()
        };
        let (mut phase, mut since) = (story.start.phase.as_str(), 0.0);
        for happening in &story.happenings {
            let first = traits.first_times.entry(happening.event.clone());
            first.or_insert(happening.time);
            for change in &happening.changes {
                if let StoryChange::Phase { to, .. } = change {
                    *traits.phases.entry(phase.into()).or_default() +=
                        (happening.time - since) / horizon;
                    (phase, since) = (to, happening.time);
                }
            }
        }
        *traits.phases.entry(phase.into()).or_default() += (horizon - since) / horizon;
        traits
    }

    /// From 0, the same, to 1: start trend, phases and events count a third each.
    fn dissimilarity(&self, other: &Self, horizon: f64) -> f64 {
        let trend = f64::from(u8::from(self.start_trend != other.start_trend));
        let share = |traits: &Self, phase: &String| traits.phases.get(phase).copied();
        let phases: BTreeSet<&String> = self.phases.keys().chain(other.phases.keys()).collect();
        let phases: f64 = phases
            .into_iter()
            .map(|p| (share(self, p).unwrap_or(0.0) - share(other, p).unwrap_or(0.0)).abs())
            .sum();
        // What happened in neither says nothing about how alike they are.
        let events: BTreeSet<&String> = (self.first_times.keys())
            .chain(other.first_times.keys())
            .collect();
        let count = events.len().max(1) as f64;
        let events: f64 = events
            .into_iter()
            .map(
                |event| match (self.first_times.get(event), other.first_times.get(event)) {
                    (Some(a), Some(b)) => (a - b).abs() / horizon,
                    _ => 1.0,
                },
            )
            .sum();
        (trend + 0.5 * phases + events / count) / 3.0
    }
}

fn dissimilarities(traits: &[Traits], horizon: f64) -> Vec<Vec<f64>> {
    let row = |a: &Traits| traits.iter().map(|b| a.dissimilarity(b, horizon)).collect();
    traits.iter().map(row).collect()
}

/// A medoid and the number of items nearest to it, itself included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Group {
    medoid: usize,
    size: usize,
}

/// At most `wanted` groups, the largest first; fewer if there are not so many different items.
fn medoids(far: &[Vec<f64>], wanted: usize) -> Vec<Group> {
    let items = 0..far.len();
    let cost =
        |medoids: &[usize]| -> f64 { items.clone().map(|i| nearest(far, medoids, i).1).sum() };
    let mut chosen: Vec<usize> = Vec::new();
    let mut best = f64::INFINITY;
    for _ in 0..wanted.min(far.len()) {
        let with = |new: usize| [&chosen[..], &[new]].concat();
        let candidates = items.clone().filter(|i| !chosen.contains(i));
        let costs = candidates.map(|new| (cost(&with(new)), new));
        let Some((least, new)) = costs.min_by(|a, b| a.0.total_cmp(&b.0)) else {
            break;
        };
        if least >= best {
            break;
        }
        best = least;
        chosen.push(new);
    }
    while let Some((least, place, new)) = best_swap(&chosen, items.clone(), &cost) {
        if least >= best {
            break;
        }
        best = least;
        chosen[place] = new;
    }
    let mut groups: Vec<Group> = chosen
        .iter()
        .map(|medoid| Group {
            medoid: *medoid,
            size: items
                .clone()
                .filter(|i| nearest(far, &chosen, *i).0 == *medoid)
                .count(),
        })
        .collect();
    groups.sort_by_key(|group| (std::cmp::Reverse(group.size), group.medoid));
    groups
}

/// Cost, place and item of the exchange that leaves the least cost.
fn best_swap(
    chosen: &[usize],
    items: std::ops::Range<usize>,
    cost: &dyn Fn(&[usize]) -> f64,
) -> Option<(f64, usize, usize)> {
    let places = (0..chosen.len())
        .flat_map(|place| items.clone().map(move |new| (place, new)))
        .filter(|(_, new)| !chosen.contains(new));
    places
        .map(|(place, new)| {
            let mut swapped = chosen.to_vec();
            swapped[place] = new;
            (cost(&swapped), place, new)
        })
        .min_by(|a, b| a.0.total_cmp(&b.0))
}

/// The medoid nearest to an item, and how far it is; of equals the first.
fn nearest(far: &[Vec<f64>], medoids: &[usize], item: usize) -> (usize, f64) {
    medoids
        .iter()
        .map(|medoid| (*medoid, far[item][*medoid]))
        .min_by(|a, b| a.1.total_cmp(&b.1))
        .unwrap_or((item, 0.0))
}

#[cfg(test)]
mod tests;
