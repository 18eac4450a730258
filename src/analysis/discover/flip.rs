//! Flips: the smallest change of what is uncertain that makes another outcome the likeliest.
//!
//! Takes a study, the draws of a run, and a way to open the scenario with some parameters held at values; gives the changes that were found, each
//! verified by a run of its own under common random numbers. A change holds parameters at values and leaves the others as they are. Its size is the
//! distance from their medians in prior standard deviations: of each parameter its normal score Φ⁻¹(F(x)), of several the length of the vector, with
//! the correlations that the file states. The nearest point at which the lead changes is the design point of structural reliability (Hasofer & Lind,
//! J. Eng. Mech. Div. 100 (1974); Rackwitz & Fiessler, Comput. Struct. 9 (1978)).

mod search;

use search::{LOOKS, RUNS, Search, levers, rank, searching};

use super::{Discovery, NothingToDiscover, by_draw, choosing};
use crate::analysis::Study;
use crate::analysis::quantity::{Kind, Quantity};
use crate::analysis::sensitivity::passes::{InTotal, Stage, pass};
use crate::analysis::sensitivity::targets;
use crate::engine::{BlockTrials, EngineError, Observer, Settings};
use crate::estimate::Replicated;
use crate::results::{FlipResult, Lead, RunResult, scenario_info, tool};
use crate::scenario::Report;
use std::cell::RefCell;
use std::sync::atomic::{AtomicU64, Ordering};

/// Outcomes that are considered if none is asked for.
const RIVALS: usize = 3;

/// What may be the likeliest: outcomes or groups, or yes and no of a question.
#[derive(Clone, Debug)]
pub struct Race {
    pub members: Vec<Quantity>,
}

/// Why a search ended early.
pub enum NoFlip {
    /// The scenario cannot be used with these settings.
    Refused {
        report: Report,
    },
    /// The run of the file as it is failed.
    Unchanged {
        error: EngineError,
    },
    /// A run with a change failed.
    Failed {
        study: Box<Study>,
        error: EngineError,
    },
    Interrupted,
}

impl Race {
    /// Which member leads in a run; of a question 0 for yes and 1 for no.
    pub fn leader(&self, run: &RunResult) -> usize {
        if let [question] = self.members.as_slice() {
            return usize::from(question.read(run).value.unwrap_or(0.0) < 0.5);
        }
        let chance = |m: usize| self.members[m].read(run).value.unwrap_or(0.0);
        // Of equals the first.
        let all = (0..self.members.len()).rev();
        all.max_by(|a, b| chance(*a).total_cmp(&chance(*b)))
            .unwrap_or(0)
    }

    /// By how much a member leads before the best of the others.
    pub fn lead(&self, run: &RunResult, to: usize) -> Lead {
        if let [question] = self.members.as_slice() {
            let yes = question.read(run);
            let sign = if to == 0 { 1.0 } else { -1.0 };
            let value = yes.value.unwrap_or(0.0);
            let chance = if to == 0 { value } else { 1.0 - value };
            let std_error = yes.std_error.unwrap_or(0.0);
            return Lead {
                probability: chance,
                std_error,
                rival: if to == 0 { "no" } else { "yes" }.into(),
                rival_title: String::new(),
                rival_probability: 1.0 - chance,
                rival_std_error: std_error,
                lead: sign * (2.0 * value - 1.0),
                lead_std_error: 2.0 * std_error,
            };
        }
        let reading = |m: usize| {
            let read = self.members[m].read(run);
            (read.value.unwrap_or(0.0), read.std_error.unwrap_or(0.0))
        };
        let others = (0..self.members.len()).filter(|m| *m != to).rev();
        let rival = others.max_by(|a, b| reading(*a).0.total_cmp(&reading(*b).0));
        let rival = rival.unwrap_or(to);
        let ((probability, std_error), (rival_probability, rival_std_error)) =
            (reading(to), reading(rival));
        let paired = (self.members[to].replicated(run))
            .zip(self.members[rival].replicated(run))
            .and_then(|(own, other): (Replicated, Replicated)| own.less(&other));
        // Replicates may agree by luck: no less than if both were told apart by independent trials.
        let apart = libm::hypot(std_error, rival_std_error);
        Lead {
            probability,
            std_error,
            rival: self.members[rival].name.clone(),
            rival_title: self.members[rival].title.clone(),
            rival_probability,
            rival_std_error,
            lead: probability - rival_probability,
            lead_std_error: paired
                .map_or(apart, |paired| paired.std_error)
                .max(0.5 * apart),
        }
    }

    pub fn is_question(&self) -> bool {
        self.members.len() == 1 && self.members[0].kind == Kind::Question
    }
}

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub struct Flip {
    /// What is to become the likeliest; `None`: whichever is nearest to it.
    pub to: Option<String>,
    /// Prior standard deviations within which is looked.
    pub within: f64,
}

impl Flip {
    /// What may be the likeliest, and which of it is wanted.
    ///
    /// # Errors
    /// [`NothingToDiscover`] if the scenario has no such thing.
    pub fn prepare(&self, study: &Study) -> Result<(Race, Option<usize>), NothingToDiscover> {
        let asked = Discovery {
            of: self.to.clone(),
            ..Discovery::default()
        };
        let targets = asked.prepare(study)?;
        let [one] = targets.as_slice() else {
            return Ok((Race { members: targets }, None));
        };
        if one.kind == Kind::Question || self.to.is_none() {
            return Ok((Race { members: targets }, None));
        }
        // Groups stand beside outcomes that are in none; outcomes beside all others.
        let rivals = match one.kind {
            Kind::Group => targets::usual(&study.model, &study.program),
            _ => (Quantity::all(&study.model).into_iter())
                .filter(|other| other.kind == one.kind)
                .collect(),
        };
        let wanted = rivals.iter().position(|other| other == one);
        Ok((Race { members: rivals }, wanted))
    }

    /// Trials of all runs at most.
    pub fn trials(settings: &Settings) -> u64 {
        let of = |one: &Settings| one.blocks.saturating_mul(one.trials_per_block());
        of(settings)
            .saturating_mul(RUNS)
            .saturating_add(of(&searching(settings)).saturating_mul(LOOKS))
            .saturating_add(Discovery::trials(settings))
    }
}

/// Progress of one run after another, in trials.
struct Blocks<'o> {
    observer: &'o dyn Observer,
    before: u64,
    /// Trials so far, and those of runs that turned out not to be needed.
    done: AtomicU64,
    total: u64,
}

impl Blocks<'_> {
    fn told(&self, trials: u64) {
        self.observer.progress(trials.min(self.total), self.total);
    }

    /// So many of so many rays are done, which need not have taken all the runs that they might have.
    fn reached(&self, rays: usize, of: usize) {
        let share = rays as f64 / of.max(1) as f64;
        let trials = self.before + (share * (self.total - self.before) as f64) as u64;
        let before = self.done.fetch_max(trials, Ordering::Relaxed);
        self.told(before.max(trials));
    }
}

/// Progress of one of the runs.
struct Part<'b> {
    blocks: &'b Blocks<'b>,
    per_block: u64,
}

impl Observer for Part<'_> {
    fn progress(&self, _: u64, _: u64) {
        let before = (self.blocks.done).fetch_add(self.per_block, Ordering::Relaxed);
        self.blocks.told(before + self.per_block);
    }

    fn cancelled(&self) -> bool {
        self.blocks.observer.cancelled()
    }
}

/// Looks for the smallest changes that flip the lead. An interrupted search has those that were found.
///
/// # Errors
/// [`NoFlip`], but for [`NoFlip::Interrupted`].
pub fn flip(
    study: &Study,
    (flip, race, wanted): (&Flip, &Race, Option<usize>),
    settings: &Settings,
    observer: &dyn Observer,
    open: &dyn Fn(&[String]) -> Result<Study, Report>,
) -> Result<FlipResult, NoFlip> {
    let failed = |error: EngineError| NoFlip::Unchanged { error };
    let first = choosing(settings);
    let total = Flip::trials(settings);
    let stage = InTotal {
        stage: Stage {
            observer,
            before: 0,
            trials_per_block: first.trials_per_block(),
        },
        total,
    };
    let per_draw = first.trials_per_draw as usize;
    let seen = pass(study, None, &first, &stage, &|ended: &BlockTrials| {
        let readings = targets::read(&race.members, &study.program, ended);
        let by_draw: Vec<Vec<u32>> = readings.iter().map(|one| by_draw(one, per_draw)).collect();
        by_draw
    });
    let seen = seen.map_err(failed)?;
    let before = first.blocks * first.trials_per_block();
    let blocks = Blocks {
        observer,
        before,
        done: AtomicU64::new(before),
        total,
    };
    let part = Part {
        blocks: &blocks,
        per_block: settings.trials_per_block(),
    };
    let base = study.run(settings, &part).map_err(failed)?;
    let from = race.leader(&base);
    let shares: Vec<Vec<f64>> = (0..race.members.len())
        .map(|m| {
            let hits = seen.blocks.iter().flat_map(|block| &block[m]);
            hits.map(|hits| f64::from(*hits) / per_draw as f64)
                .collect()
        })
        .collect();
    let lead = |to: usize| -> Vec<f64> {
        match race.is_question() {
            true if to == 0 => shares[0].iter().map(|yes| 2.0 * yes - 1.0).collect(),
            true => shares[0].iter().map(|yes| 1.0 - 2.0 * yes).collect(),
            false => {
                let pairs = shares[to].iter().zip(&shares[from]);
                pairs.map(|(own, other)| own - other).collect()
            }
        }
    };
    let to = match (wanted, race.is_question()) {
        (Some(to), _) => to,
        (None, true) => 1 - from,
        (None, false) => nearest(study, &first, race, &base, from, &lead),
    };
    let mut changes = Vec::new();
    let mut is_interrupted = base.run.interrupted || seen.summary.interrupted;
    if to != from && !is_interrupted {
        let search = Search {
            study,
            race,
            to,
            within: flip.within,
            settings,
            observer: &blocks,
            open,
            refused: RefCell::new(None),
        };
        match search.flips(&lead(to), &first, &mut changes) {
            Ok(()) => {}
            Err(NoFlip::Interrupted) => is_interrupted = true,
            Err(other) => return Err(other),
        }
        changes.sort_by(|a, b| rank(a).total_cmp(&rank(b)));
    }
    let mut run = base.run.clone();
    run.interrupted = is_interrupted;
    let member = if race.is_question() { 0 } else { to };
    Ok(FlipResult {
        format: 1,
        tool: tool(),
        scenario: scenario_info(&study.model),
        of: race.members[member].told(),
        answer: match (race.is_question(), to) {
            (false, _) => "",
            (true, 0) => "yes",
            (true, _) => "no",
        }
        .into(),
        now: race.lead(&base, to),
        within: flip.within,
        changes,
        warnings: super::fitting(study, base.warnings),
        run,
    })
}

/// Of the likeliest others the one whose lead is the fewest standard deviations away if it is as straight as over all draws.
fn nearest(
    study: &Study,
    chosen: &Settings,
    race: &Race,
    base: &RunResult,
    from: usize,
    lead: &dyn Fn(usize) -> Vec<f64>,
) -> usize {
    let chance = |m: usize| race.members[m].read(base).value.unwrap_or(0.0);
    let mut others: Vec<usize> = (0..race.members.len()).filter(|m| *m != from).collect();
    others.sort_by(|a, b| chance(*b).total_cmp(&chance(*a)));
    others.truncate(RIVALS);
    let away = |to: usize| {
        let slopes = levers(study, chosen, &lead(to)).into_iter();
        let squares: f64 = slopes.map(|lever| lever.slope * lever.slope).sum();
        (chance(from) - chance(to)) / squares.sqrt()
    };
    let found =
        (others.into_iter().map(|to| (away(to), to))).reduce(|a, b| if b.0 < a.0 { b } else { a });
    found.map_or(from, |(_, to)| to)
}
