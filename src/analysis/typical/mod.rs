//! Typical trials of an outcome: real futures that stand for many.
//!
//! Takes a study and the run's settings; gives a few trials of each outcome asked for, with their
//! storylines. The history of a trial is how it started and when each event first happened. Some
//! trials of the outcome are grouped around medoids, the trials that lie nearest to all others of
//! their group; then all of them that were found are counted to the nearest medoid.
//!
//! Dissimilarity is Gower's (1971, "A general coefficient of similarity and some of its
//! properties", Biometrics 27), grouping is k-medoids by building and swapping (Kaufman and
//! Rousseeuw 1990, "Finding Groups in Data", chapter 2), the number of groups has the largest mean
//! silhouette (Rousseeuw 1987, J. Comput. Appl. Math. 20). Whether there are groups at all is
//! judged against histories whose events were shuffled among the trials, each by itself. Nothing in
//! it is random.

mod found;

use found::search;
pub(super) use found::{History, search_together};

use super::storyline::short_storyline;
use super::study::Study;
use crate::engine::{EngineError, Observer, Settings};
use crate::estimate::{Proportion, REPLICATES};
use crate::random::{Seed, Site, Stream, TrialId};
use crate::results::{Tell, Typical, TypicalStory, narrative, tool};
use std::collections::BTreeSet;

/// Those of them that are grouped, evenly spread: the first ones would come from a few parameter
/// draws.
const GROUPED: usize = 200;
/// Groups that are tried where no number of them is asked for.
const MOST_GROUPS: usize = 6;
/// Mean silhouette below which there is no structure to speak of (Kaufman and Rousseeuw 1990, table
/// 4 of chapter 2).
const NO_STRUCTURE: f64 = 0.25;
/// Shuffled histories that the silhouette must exceed, all of them: one chance in twenty if events
/// are independent.
const SHUFFLES: u64 = 19;
/// Every group must have an event that happens in so much more, or less, of it than of the others:
/// a group that is only earlier is none.
const SET_APART: f64 = 0.5;
/// What tells a group from the others: at least so far apart, and by three standard errors.
const TOLD_APART: f64 = 0.1;
/// Events told of each kind, more frequent and less frequent.
const TELLS: usize = 3;

/// Picks typical trials of each outcome in `outcomes` (indices in the model; the number of rules
/// stands for `unclassified`), from the first `searched` trials of the run or all of them: up to
/// `wanted`, or one for each group that there is; one alone if they do not fall into groups.
///
/// The answers stand in the order of `outcomes`; the stories of each in the order of the share that
/// they stand for. An outcome that did not come up has no stories. The result does not depend on
/// the number of threads. If `watcher` ends the run early, it is of what was simulated until then,
/// without a gap from the first trial, and says so where that may have left something out.
///
/// # Errors
/// [`EngineError`] of the simulation.
pub fn typical(
    study: &Study,
    settings: &Settings,
    outcomes: &[usize],
    wanted: Option<usize>,
    searched: Option<u64>,
    watcher: &dyn Observer,
) -> Result<Vec<Typical>, EngineError> {
    let found = search(study, settings, outcomes, searched, watcher)?;
    outcomes
        .iter()
        .map(|outcome| {
            let (histories, searched, interrupted) = found.of(*outcome);
            let told = of_outcome(study, settings, *outcome, wanted, histories, searched)?;
            Ok(Typical {
                interrupted,
                ..told
            })
        })
        .collect()
}

fn of_outcome(
    study: &Study,
    settings: &Settings,
    outcome: usize,
    wanted: Option<usize>,
    mut histories: Vec<History>,
    searched: u64,
) -> Result<Typical, EngineError> {
    let horizon = study.model.clock.horizon;
    let (name, title) = match study.model.outcomes.get(outcome) {
        Some(rule) => (rule.name.clone(), rule.title.clone()),
        None => ("unclassified".into(), "None of these".into()),
    };
    loop {
        let places = spread(histories.len(), GROUPED);
        let grouped: Vec<History> = places.iter().map(|i| histories[*i].clone()).collect();
        let mut grouping = Grouping::of(&grouped, wanted, horizon);
        for medoid in &mut grouping.medoids {
            *medoid = places[*medoid];
        }
        let mut stories = Vec::new();
        let mut broken = None;
        for medoid in &grouping.medoids {
            match short_storyline(study, settings, histories[*medoid].trial) {
                Ok(story) => stories.push(story),
                // Such a trial counts as unclassified, but it has no end that could be told.
                Err(EngineError::NonFinite { .. }) => broken = Some(*medoid),
                Err(other) => return Err(other),
            }
        }
        if let Some(broken) = broken {
            histories.remove(broken);
            continue;
        }
        let counted = Counted::new(&histories, &grouping.medoids, study, horizon);
        let mut stories: Vec<TypicalStory> = (stories.into_iter().enumerate())
            .map(|(group, story)| {
                let share = counted.share(group);
                TypicalStory {
                    share: share.probability,
                    share_std_error: if grouping.medoids.len() > 1 {
                        share.std_error
                    } else {
                        0.0
                    },
                    tells: counted.tells(group, study),
                    narrative: narrative(&story),
                    story,
                }
            })
            .collect();
        stories
            .sort_by(|a, b| (b.share.total_cmp(&a.share)).then(a.story.trial.cmp(&b.story.trial)));
        return Ok(Typical {
            format: 1,
            tool: tool(),
            outcome: name,
            outcome_title: title,
            searched,
            interrupted: false,
            compared: histories.len() as u64,
            grouped: histories.len().min(GROUPED) as u64,
            in_groups: grouping.in_groups,
            silhouette: grouping.silhouette,
            silhouette_if_independent: grouping.shuffled,
            stories,
        });
    }
}

/// At most so many places of a list, evenly spread over it, in order.
pub(super) fn spread(length: usize, most: usize) -> Vec<usize> {
    let taken = length.min(most);
    (0..taken).map(|i| i * length / taken).collect()
}

impl History {
    /// The mean over the start trend and the events that happened in either: 0 where they agree, 1
    /// where only one had it, and else the time between them as a share of the time to the horizon.
    /// What happened in neither says nothing about how alike they are.
    fn dissimilarity(&self, other: &Self, horizon: f64) -> f64 {
        let mut sum = f64::from(u8::from(self.start_trend != other.start_trend));
        let mut items = 1.0;
        for (a, b) in self.first_times.iter().zip(&other.first_times) {
            match (a.is_finite(), b.is_finite()) {
                (false, false) => continue,
                (true, true) => sum += (a - b).abs() / horizon,
                _ => sum += 1.0,
            }
            items += 1.0;
        }
        sum / items
    }
}

/// Medoids among some histories, and how well they part them.
struct Grouping {
    medoids: Vec<usize>,
    silhouette: Option<f64>,
    /// The largest silhouette of shuffled histories, where it was looked for.
    shuffled: Option<f64>,
    in_groups: bool,
}

impl Grouping {
    fn of(histories: &[History], wanted: Option<usize>, horizon: f64) -> Self {
        let far = dissimilarities(histories, horizon);
        let (medoids, silhouette) = best(&far, wanted);
        let mut grouping = Self {
            in_groups: false,
            medoids,
            silhouette,
            shuffled: None,
        };
        let is_parted = silhouette.is_some_and(|s| s >= NO_STRUCTURE)
            && are_set_apart(histories, &far, &grouping.medoids);
        if is_parted {
            let shuffled = (1..=SHUFFLES).filter_map(|n| {
                let far = dissimilarities(&shuffled(histories, n), horizon);
                best(&far, wanted).1
            });
            grouping.shuffled = shuffled.max_by(f64::total_cmp);
            // Of values that are equal but for rounding neither is larger.
            grouping.in_groups = grouping.silhouette > grouping.shuffled.map(|s| s + 1e-9);
        }
        if wanted.is_none() && !grouping.in_groups {
            grouping.medoids = medoids_of(&far, 1);
        }
        grouping
    }
}

fn medoids_of(far: &[Vec<f64>], wanted: usize) -> Vec<usize> {
    medoids(far, wanted).iter().map(|g| g.medoid).collect()
}

/// Medoids, as many as are wanted or as have the largest mean silhouette, and that silhouette;
/// `None` with a single one.
fn best(far: &[Vec<f64>], wanted: Option<usize>) -> (Vec<usize>, Option<f64>) {
    let numbers = match wanted {
        Some(n) => n..=n,
        None => 2..=MOST_GROUPS,
    };
    let mut found: (Vec<usize>, Option<f64>) = (Vec::new(), None);
    for number in numbers {
        let medoids = medoids_of(far, number);
        let silhouette = silhouette(far, &medoids);
        if found.0.is_empty() || silhouette > found.1 {
            found = (medoids, silhouette);
        }
    }
    found
}

/// Mean silhouette: how much nearer an item is to the others of its group than to those of the next
/// group, from -1 to 1; an item that is alone in its group counts as 0. `None` with a single group.
fn silhouette(far: &[Vec<f64>], medoids: &[usize]) -> Option<f64> {
    if medoids.len() < 2 {
        return None;
    }
    let group: Vec<usize> = (0..far.len())
        .map(|item| nearest(far, medoids, item).0)
        .collect();
    let of_item = |item: usize| {
        let mean = |medoid: usize| {
            let others = (0..far.len()).filter(|other| *other != item && group[*other] == medoid);
            let (sum, n) = others.fold((0.0, 0_u32), |(sum, n), o| (sum + far[item][o], n + 1));
            (n > 0).then(|| sum / f64::from(n))
        };
        let Some(own) = mean(group[item]) else {
            return 0.0;
        };
        let others = medoids.iter().filter(|medoid| **medoid != group[item]);
        let next = others
            .filter_map(|m| mean(*m))
            .fold(f64::INFINITY, f64::min);
        let wider = own.max(next);
        if next.is_finite() && wider > 0.0 {
            (next - own) / wider
        } else {
            0.0
        }
    };
    Some((0..far.len()).map(of_item).sum::<f64>() / far.len() as f64)
}

/// Whether each group has an event, or a start trend, that the others mostly have not, or the
/// reverse.
fn are_set_apart(histories: &[History], far: &[Vec<f64>], medoids: &[usize]) -> bool {
    let group: Vec<usize> = (0..far.len())
        .map(|item| nearest(far, medoids, item).0)
        .collect();
    let events = histories.first().map_or(0, |one| one.first_times.len());
    let trends: BTreeSet<u8> = histories.iter().map(|one| one.start_trend).collect();
    medoids.iter().all(|medoid| {
        let differ = |has: &dyn Fn(&History) -> bool| {
            let share = |inside: bool| {
                let mut members = histories.iter().zip(&group);
                let (hits, n) =
                    members.by_ref().fold((0.0, 0.0), |(hits, n), (one, of)| {
                        match (*of == *medoid) == inside {
                            true => (hits + f64::from(u8::from(has(one))), n + 1.0),
                            false => (hits, n),
                        }
                    });
                if n > 0.0 { hits / n } else { 0.0 }
            };
            (share(true) - share(false)).abs() >= SET_APART
        };
        (0..events).any(|e| differ(&|one| one.first_times[e].is_finite()))
            || trends.iter().any(|t| differ(&|one| one.start_trend == *t))
    })
}

/// Histories that have each event as often and at the same times, but dealt to them independently:
/// what there is without groups.
fn shuffled(histories: &[History], number: u64) -> Vec<History> {
    let mut all = histories.to_vec();
    let site = Site::new(Seed(number), "typical/shuffled");
    let mut stream = Stream::new(site, TrialId { draw: 0, trial: 0 });
    for (to, from) in stream.order(histories.len()).into_iter().enumerate() {
        all[to].start_trend = histories[from].start_trend;
    }
    for e in 0..histories.first().map_or(0, |one| one.first_times.len()) {
        for (to, from) in stream.order(histories.len()).into_iter().enumerate() {
            all[to].first_times[e] = histories[from].first_times[e];
        }
    }
    all
}

/// All trials of an outcome, counted to their nearest medoid.
struct Counted {
    /// By group and replicate.
    sizes: Vec<[u64; REPLICATES]>,
    /// By group, event and replicate: trials in which it happened.
    with: Vec<Vec<[u64; REPLICATES]>>,
    /// By group, the parameter draws that its trials are of.
    draws: Vec<BTreeSet<u64>>,
}

impl Counted {
    fn new(histories: &[History], medoids: &[usize], study: &Study, horizon: f64) -> Self {
        let events = study.model.events.len();
        let mut counted = Self {
            sizes: vec![[0; REPLICATES]; medoids.len()],
            with: vec![vec![[0; REPLICATES]; events]; medoids.len()],
            draws: vec![BTreeSet::new(); medoids.len()],
        };
        for one in histories {
            let far = medoids
                .iter()
                .map(|m| one.dissimilarity(&histories[*m], horizon))
                .enumerate();
            let Some((group, _)) = far.min_by(|a, b| a.1.total_cmp(&b.1)) else {
                continue;
            };
            counted.draws[group].insert(one.draw);
            counted.sizes[group][one.replicate] += 1;
            for (with, time) in counted.with[group].iter_mut().zip(&one.first_times) {
                with[one.replicate] += u64::from(time.is_finite());
            }
        }
        counted
    }

    fn all(&self) -> [u64; REPLICATES] {
        std::array::from_fn(|m| self.sizes.iter().map(|size| size[m]).sum())
    }

    fn share(&self, group: usize) -> Proportion {
        let draws = self.draws_of(|_| true);
        Proportion::of(&self.sizes[group], &self.all(), draws)
    }

    /// How many parameter draws have trials in any of some groups.
    fn draws_of(&self, is_one: impl Fn(usize) -> bool) -> u64 {
        let groups = (self.draws.iter().enumerate()).filter(|(group, _)| is_one(*group));
        let draws: BTreeSet<&u64> = groups.flat_map(|(_, draws)| draws).collect();
        draws.len() as u64
    }

    /// Events that happen more often in a group than in the others, the largest difference first,
    /// then those that happen less often.
    fn tells(&self, group: usize, study: &Study) -> Vec<Tell> {
        if self.sizes.len() < 2 {
            return Vec::new();
        }
        let whole = self.all();
        let others: [u64; REPLICATES] = std::array::from_fn(|m| whole[m] - self.sizes[group][m]);
        let [own_draws, other_draws] =
            [self.draws_of(|g| g == group), self.draws_of(|g| g != group)];
        let mut tells: Vec<Tell> = (study.model.events.iter().enumerate())
            .filter_map(|(e, event)| {
                let here = Proportion::of(&self.with[group][e], &self.sizes[group], own_draws);
                let elsewhere: [u64; REPLICATES] = std::array::from_fn(|m| {
                    let all: u64 = self.with.iter().map(|with| with[e][m]).sum();
                    all - self.with[group][e][m]
                });
                let there = Proportion::of(&elsewhere, &others, other_draws);
                let apart = (here.probability - there.probability).abs();
                let error = libm::hypot(here.std_error, there.std_error);
                (apart >= TOLD_APART && apart >= 3.0 * error).then(|| Tell {
                    event: event.name.clone(),
                    title: event.title.clone(),
                    here: here.probability,
                    here_std_error: here.std_error,
                    elsewhere: there.probability,
                    elsewhere_std_error: there.std_error,
                })
            })
            .collect();
        let apart = |tell: &Tell| tell.here - tell.elsewhere;
        tells.sort_by(|a, b| apart(b).total_cmp(&apart(a)));
        let more = tells.iter().filter(|tell| apart(tell) > 0.0).take(TELLS);
        let less = tells
            .iter()
            .rev()
            .filter(|tell| apart(tell) < 0.0)
            .take(TELLS);
        more.chain(less).cloned().collect()
    }
}

fn dissimilarities(histories: &[History], horizon: f64) -> Vec<Vec<f64>> {
    let row = |a: &History| {
        let each = histories.iter().map(|b| a.dissimilarity(b, horizon));
        each.collect()
    };
    histories.iter().map(row).collect()
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
