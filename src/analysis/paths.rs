//! Pathways: in which order turning points come, as a tree with the share of the trials that take
//! each way.
//!
//! Takes a study; gives the prefix tree of the orders in which some events first happen, each
//! branch counted. An event tree of this kind is that of quantitative risk analysis (US Nuclear
//! Regulatory Commission 1975, WASH-1400), here read off simulated futures and not put together by
//! hand.

use super::near;
use super::quantity::{Kind, Quantity};
use super::study::Study;
use crate::diagnostic::nearest;
use crate::engine::{EngineError, Observer, Settings, TrialRows, simulate};
use crate::estimate::{Proportion, REPLICATES};
use crate::model::{Effect, Fires, Machine, Model};
use crate::results::label;
use crate::results::{
    OtherWays, PathEnd, PathEvent, Pathway, Pathways, Told, in_display_order, scenario_info, tool,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

type Counts = [u64; REPLICATES];

/// Stands behind the last turning point of a trial that has no further one.
const NO_MORE: u32 = u32::MAX;
/// Rare branches that are told of each fold.
const DISTINCT: usize = 3;
/// Standard errors by which a rare branch must end otherwise.
const APART: f64 = 3.0;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Ways {
    /// Index of the outcome whose trials alone are counted; the number of rules stands for
    /// `unclassified`.
    pub outcome: Option<usize>,
    /// Names of the turning points; empty: the events that move the phase, or if none does, a
    /// state, or all.
    pub through: Vec<String>,
    /// Turning points that are followed one after another.
    pub depth: usize,
    /// Share of the trials below which a branch is folded.
    pub least: f64,
}

/// Why there are no pathways.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoPathways {
    #[error("no event is called `{name}`; {hint}")]
    Unknown { name: String, hint: String },
    #[error("the scenario has no events: nothing happens in it that could be a turning point")]
    NoEvents,
}

impl Ways {
    /// The turning points by index, in the order of the file.
    ///
    /// # Errors
    /// [`NoPathways`] if there are none, or a name is no event.
    pub fn turning(&self, model: &Model) -> Result<Vec<usize>, NoPathways> {
        let all = in_display_order(&model.events, |event| event.display);
        if all.is_empty() {
            return Err(NoPathways::NoEvents);
        }
        if self.through.is_empty() {
            let moves = |is_one: &dyn Fn(Machine) -> bool| -> Vec<usize> {
                let moving = |e: &usize| {
                    let effects = model.events[*e].effects.iter();
                    let mut machines = effects.filter_map(|effect| match effect {
                        Effect::Move { machine, .. } => Some(*machine),
                        _ => None,
                    });
                    machines.any(is_one)
                };
                all.iter().copied().filter(moving).collect()
            };
            let phase = moves(&|machine| machine == Machine::Phase);
            let state = moves(&|machine| matches!(machine, Machine::State(_)));
            let found = [phase, state].into_iter().find(|list| !list.is_empty());
            return Ok(found.unwrap_or(all));
        }
        let names = || model.events.iter().map(|event| event.name.as_str());
        for name in &self.through {
            if !names().any(|event| event == name) {
                let hint = match nearest(name, names()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("there are: {}", names().collect::<Vec<_>>().join(", ")),
                };
                let name = name.clone();
                return Err(NoPathways::Unknown { name, hint });
            }
        }
        let is_one = |e: &usize| self.through.contains(&model.events[*e].name);
        Ok(all.into_iter().filter(is_one).collect())
    }
}

/// Simulates a study and counts its trials by the order of their turning points.
///
/// # Errors
/// [`EngineError`] of the simulation.
pub fn pathways(
    study: &Study,
    ways: &Ways,
    turning: &[usize],
    settings: &Settings,
    observer: &dyn Observer,
) -> Result<Pathways, EngineError> {
    let model = &study.model;
    let collector = Collector {
        turning,
        ranks: &study.program.ranks,
        ways,
        counted: Mutex::default(),
        observer,
    };
    let summary =
        simulate(&study.program, settings, &collector).map_err(|error| study.located(error))?;
    let counted = collector
        .counted
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    let result = study.result(&summary);
    let tree = Tree {
        model,
        ways,
        counted,
        order: in_display_order(&model.events, |event| event.display),
    };
    let nobody = Cell::default();
    let whole = tree.counted.get(&Vec::new()).unwrap_or(&nobody);
    let (mut branches, mut others) = tree.children(&[], whole, whole);
    let ends = tree.ends(whole);
    let mut shown = BTreeSet::new();
    note_shown(&branches, &mut shown);
    keep_distinct((&mut branches, &mut others), &ends, &shown);
    Ok(Pathways {
        format: 1,
        tool: tool(),
        run: result.run,
        scenario: scenario_info(model),
        outcome: ways.outcome.map(|outcome| {
            let (name, title) = near::named(model, outcome);
            Quantity {
                kind: Kind::Outcome,
                index: outcome,
                name,
                title,
                unit: String::new(),
            }
            .told()
        }),
        trials: whole.all(),
        turning: (turning.iter())
            .map(|e| PathEvent {
                event: model.events[*e].name.clone(),
                title: model.events[*e].title.clone(),
            })
            .collect(),
        depth: ways.depth as u32,
        least: ways.least,
        ends,
        branches,
        others,
        warnings: result.warnings,
    })
}

/// Trials that begin alike: whole numbers, which add up the same in any order.
///
/// Of many long ways most are taken by few trials, which end in one or two outcomes: only those
/// that were seen are kept.
#[derive(Clone, Debug, Default)]
struct Cell {
    /// By outcome, in their order.
    ends: Vec<(usize, Counts)>,
    /// Parameter draws that the trials are of, and the last of them: a draw lies within a block,
    /// and its trials come one after another.
    draws: u64,
    last: Option<u32>,
}

impl Cell {
    fn end(&mut self, outcome: usize) -> &mut Counts {
        let found = self.ends.binary_search_by_key(&outcome, |(end, _)| *end);
        let place = found.unwrap_or_else(|place| {
            self.ends.reserve_exact(1);
            self.ends.insert(place, (outcome, [0; REPLICATES]));
            place
        });
        &mut self.ends[place].1
    }

    fn add(&mut self, draw: u32, outcome: usize) {
        self.end(outcome)[draw as usize % REPLICATES] += 1;
        if self.last != Some(draw) {
            self.draws += 1;
            self.last = Some(draw);
        }
    }

    fn merge(&mut self, other: &Self) {
        for (outcome, more) in &other.ends {
            let own = self.end(*outcome);
            own.iter_mut().zip(more).for_each(|(a, b)| *a += b);
        }
        self.draws += other.draws;
    }

    fn trials(&self) -> Counts {
        std::array::from_fn(|m| self.ends.iter().map(|(_, hits)| hits[m]).sum())
    }

    fn all(&self) -> u64 {
        self.trials().iter().sum()
    }

    /// Share of its trials among those of another.
    fn among(&self, whole: &Self) -> Told {
        whole.share(&self.trials())
    }

    /// Share of some of its trials. That all take a way is an estimate as well, and not known to be
    /// so always.
    fn share(&self, hits: &Counts) -> Told {
        near::told(&Proportion::of(hits, &self.trials(), self.draws))
    }
}

/// By the turning points so far.
type Counted = BTreeMap<Vec<u32>, Cell>;

struct Collector<'w> {
    turning: &'w [usize],
    ranks: &'w [u32],
    ways: &'w Ways,
    counted: Mutex<Counted>,
    observer: &'w dyn Observer,
}

impl Observer for Collector<'_> {
    fn progress(&self, done: u64, total: u64) {
        self.observer.progress(done, total);
    }

    fn cancelled(&self) -> bool {
        self.observer.cancelled()
    }

    fn wants_rows(&self) -> bool {
        true
    }

    fn rows(&self, _: u64, rows: TrialRows) {
        let mut here = Counted::new();
        for (place, outcome) in rows.outcome.iter().enumerate() {
            let outcome = usize::from(*outcome);
            if self.ways.outcome.is_some_and(|wanted| wanted != outcome) {
                continue;
            }
            let mut happened: Vec<usize> = (self.turning.iter().copied())
                .filter(|e| rows.first_times[*e][place].is_finite())
                .collect();
            happened.sort_by(|a, b| {
                let [first, second] = [a, b].map(|e| rows.first_times[*e][place]);
                first
                    .total_cmp(&second)
                    .then(self.ranks[*a].cmp(&self.ranks[*b]))
            });
            let path = happened.iter().map(|e| *e as u32).chain([NO_MORE]);
            let path: Vec<u32> = path.take(self.ways.depth).collect();
            for upto in 0..=path.len() {
                let cell = here.entry(path[..upto].to_vec()).or_default();
                cell.add(rows.draw[place], outcome);
            }
        }
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        for (path, cell) in here {
            match counted.get_mut(&path) {
                Some(known) => known.merge(&cell),
                None => {
                    counted.insert(path, cell);
                }
            }
        }
    }
}

/// What was counted, being turned into branches.
struct Tree<'m> {
    model: &'m Model,
    ways: &'m Ways,
    counted: Counted,
    order: Vec<usize>,
}

impl Tree<'_> {
    /// Branches behind some turning points, the commonest first, and all that are folded; which of
    /// these are told is chosen later.
    fn children(
        &self,
        path: &[u32],
        parent: &Cell,
        whole: &Cell,
    ) -> (Vec<Pathway>, Option<OtherWays>) {
        let next = (self.order.iter().map(|e| *e as u32)).chain([NO_MORE]);
        let mut found: Vec<(u32, Vec<u32>, &Cell)> = next
            .filter_map(|e| {
                let path = [path, &[e]].concat();
                self.counted.get(&path).map(|cell| (e, path, cell))
            })
            .collect();
        found.sort_by_key(|(_, _, cell)| std::cmp::Reverse(cell.all()));
        let is_shown = |cell: &Cell| cell.all() as f64 >= self.ways.least * whole.all() as f64;
        let (shown, folded): (Vec<_>, Vec<_>) =
            found.into_iter().partition(|(_, _, cell)| is_shown(cell));
        let branch = |e: u32, path: &[u32], cell: &Cell, goes_on: bool| {
            let event = (e != NO_MORE).then(|| &self.model.events[e as usize]);
            let (branches, others) = match event {
                Some(_) if goes_on => self.children(path, cell, whole),
                _ => (Vec::new(), None),
            };
            Pathway {
                event: event.map(|event| event.name.clone()),
                title: event.map_or_else(String::new, |event| self.title(event.title.clone(), e)),
                trials: cell.all(),
                share: cell.among(whole),
                of_parent: cell.among(parent),
                ends: self.ends(cell),
                distinct: None,
                branches,
                others,
            }
        };
        let others = (!folded.is_empty()).then(|| {
            let mut sum = Cell::default();
            folded.iter().for_each(|(_, _, cell)| sum.merge(cell));
            OtherWays {
                ways: folded.len() as u64,
                trials: sum.all(),
                share: sum.among(whole),
                distinct: (folded.iter())
                    .map(|(e, path, cell)| branch(*e, path, cell, false))
                    .collect(),
            }
        });
        let branches = (shown.iter())
            .map(|(e, path, cell)| branch(*e, path, cell, true))
            .collect();
        (branches, others)
    }

    /// A result of an event is told with its event.
    fn title(&self, title: String, e: u32) -> String {
        match self.model.events[e as usize].fires {
            Fires::Branch(of) => {
                let of = &self.model.events[of];
                let parent = label(&of.title, &of.name);
                match title.starts_with(parent) || title.is_empty() {
                    true => title,
                    false => format!("{parent}: {title}"),
                }
            }
            _ => title,
        }
    }

    fn ends(&self, cell: &Cell) -> Vec<PathEnd> {
        if self.ways.outcome.is_some() || cell.all() == 0 {
            return Vec::new();
        }
        let mut ends: Vec<PathEnd> = (cell.ends.iter())
            .map(|(outcome, hits)| {
                let (name, title) = near::named(self.model, *outcome);
                let share = cell.share(hits);
                PathEnd { name, title, share }
            })
            .collect();
        ends.sort_by(|a, b| b.share.value.total_cmp(&a.share.value));
        ends
    }
}

/// Events of all branches that are shown.
fn note_shown(branches: &[Pathway], shown: &mut BTreeSet<String>) {
    for branch in branches {
        shown.extend(branch.event.clone());
        note_shown(&branch.branches, shown);
    }
}

/// Of the folded branches keeps those that are unlike what is shown, with the reason.
fn keep_distinct(
    (branches, others): (&mut [Pathway], &mut Option<OtherWays>),
    ends: &[PathEnd],
    shown: &BTreeSet<String>,
) {
    if let Some(others) = others {
        for branch in &mut others.distinct {
            branch.distinct = unlike(branch, ends, shown);
        }
        others.distinct.retain(|branch| branch.distinct.is_some());
        others.distinct.truncate(DISTINCT);
    }
    for branch in branches {
        let ends = branch.ends.clone();
        keep_distinct((&mut branch.branches, &mut branch.others), &ends, shown);
    }
}

fn unlike(branch: &Pathway, ends: &[PathEnd], shown: &BTreeSet<String>) -> Option<String> {
    if branch
        .event
        .as_ref()
        .is_some_and(|event| !shown.contains(event))
    {
        return Some("other_event".into());
    }
    let likeliest = branch.ends.first()?;
    if ends.first()?.name == likeliest.name {
        return None;
    }
    let usual = ends.iter().find(|end| end.name == likeliest.name);
    let (value, error) = usual.map_or((0.0, 0.0), |end| (end.share.value, end.share.std_error));
    let apart = likeliest.share.value - value;
    (apart > APART * libm::hypot(likeliest.share.std_error, error)).then(|| "other_end".into())
}
