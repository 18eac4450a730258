//! Flips: the smallest change of what is uncertain that makes another outcome the likeliest.
//!
//! Takes a study, the draws of a run, and a way to open the scenario with some inputs held at
//! values; gives the changes that were found. They are looked for by smaller runs under another
//! seed, and each is verified by one run of full size, which had no say in the choice: its lead is
//! tested, with Holm's correction over all changes. A change holds parameters, or the start weight
//! of a trend, at values and leaves the others as they are. Its size is the distance from their
//! medians in prior standard deviations: of each input its normal score Φ⁻¹(F(x)), of several the
//! length of the vector, with the correlations that the file states. The nearest point at which the
//! lead changes is the design point of structural reliability (Hasofer & Lind, J. Eng. Mech. Div.
//! 100 (1974); Rackwitz & Fiessler, Comput. Struct. 9 (1978)).

mod levers;
mod race;
mod search;
mod sizes;

pub use race::Race;

use levers::{apart, levers};
use race::is_yes_or_no;
use search::{Candidate, LOOKS, Search};
use sizes::{confirming, confirms, searching, verified};

use super::{Discovery, NothingToDiscover, by_draw, choosing};
use crate::analysis::Study;
use crate::analysis::detectable;
use crate::analysis::quantity::{Kind, Quantity};
use crate::analysis::sensitivity::passes::{InTotal, Stage, pass};
use crate::analysis::sensitivity::targets;
use crate::engine::{BlockTrials, EngineError, Observer, Settings};
use crate::estimate::REPLICATES;
use crate::math::special::student_t_quantile;
use crate::results::{FlipChange, FlipResult, RunResult, scenario_info, tool};
use crate::scenario::Findings;
use std::cell::{Cell, RefCell};
use std::sync::atomic::{AtomicU64, Ordering};

/// Outcomes that are considered if none is asked for.
const RIVALS: usize = 3;

/// Why a search ended early.
pub enum NoFlip {
    /// The scenario cannot be used with these settings.
    Refused {
        report: Findings,
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
        if is_yes_or_no(one) || self.to.is_none() {
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
        // Of each that is verified a second one, for where the lead is level.
        let verifying = of(settings).saturating_mul(2 * verified(settings));
        Self::until_verified(settings).saturating_add(verifying)
    }

    /// Trials of all runs before those that verify, at most.
    fn until_verified(settings: &Settings) -> u64 {
        let of = |one: &Settings| one.blocks.saturating_mul(one.trials_per_block());
        let small = of(&searching(settings)).saturating_mul(LOOKS);
        let larger = of(&confirming(settings)).saturating_mul(confirms(settings));
        let first = of(settings).saturating_add(of(&sloping(settings)));
        (small.saturating_add(larger)).saturating_add(first)
    }
}

/// Progress of one run after another, in trials.
struct Blocks<'o> {
    observer: &'o dyn Observer,
    before: u64,
    /// Trials so far, and those of runs that turned out not to be needed.
    done: AtomicU64,
    /// At the end of the search.
    searched: u64,
    total: u64,
}

impl Blocks<'_> {
    fn told(&self, trials: u64) {
        self.observer.progress(trials.min(self.total), self.total);
    }

    /// So many of so many rays are done, which need not have taken all the runs that they might
    /// have.
    fn reached(&self, rays: usize, of: usize) {
        let share = rays as f64 / of.max(1) as f64;
        let trials = self.before + (share * (self.searched - self.before) as f64) as u64;
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

/// Looks for the smallest changes that flip the lead. An interrupted search has those that were
/// found.
///
/// # Errors
/// [`NoFlip`], but for [`NoFlip::Interrupted`].
pub fn flip(
    study: &Study,
    (flip, race, wanted): (&Flip, &Race, Option<usize>),
    settings: &Settings,
    observer: &dyn Observer,
    open: &dyn Fn(&[String]) -> Result<Study, Findings>,
) -> Result<FlipResult, NoFlip> {
    let failed = |error: EngineError| NoFlip::Unchanged { error };
    let first = sloping(settings);
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
        searched: Flip::until_verified(settings),
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
    let now = race.lead(&base, to);
    let mut changes = Vec::new();
    let mut is_interrupted = base.run.interrupted || seen.summary.interrupted;
    if to != from && !is_interrupted {
        let search = Search {
            study,
            race,
            to,
            within: flip.within,
            settings,
            beyond: beyond(verified(settings)),
            states_all: Cell::new(false),
            observer: &blocks,
            open,
            refused: RefCell::new(None),
        };
        let levers = levers(study, &first, &lead(to));
        let mut found = Vec::new();
        let searched = search.flips(&levers, &mut found);
        // An interrupted run verifies nothing, and what was found is told.
        let verified = search.verify(found, &mut changes);
        match searched.and(verified) {
            Ok(()) => {}
            Err(NoFlip::Interrupted) => is_interrupted = true,
            Err(other) => return Err(other),
        }
        detectable::correct(
            changes
                .iter_mut()
                .map(|c| (&mut c.p_adjusted, &mut c.verified)),
        );
        for change in &mut changes {
            change.verified &= change.lead.lead > 0.0;
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
        now,
        within: flip.within,
        weights_unmeasured: are_weights_fixed(study),
        changes,
        warnings: super::fitting(study, base.warnings),
        run,
    })
}

/// The run in which slopes are seen: half of that on which boxes are chosen.
fn sloping(settings: &Settings) -> Settings {
    let run = choosing(settings);
    run.clone().blocks(run.blocks.div_ceil(2))
}

impl Search<'_> {
    /// One run of full size for some of the candidates, under the seed of the run of the file as it
    /// is; the others are told as the search saw them.
    ///
    /// These are the smallest, the smallest of those that hold the fewest inputs, and then the
    /// smallest that are left.
    fn verify(
        &self,
        mut found: Vec<Candidate<'_, '_>>,
        changes: &mut Vec<FlipChange>,
    ) -> Result<(), NoFlip> {
        let mut order: Vec<usize> = (0..found.len())
            .filter(|i| found[*i].distance.is_some())
            .collect();
        // Of equals the first, which is the smallest.
        let simplest = (1..order.len()).min_by_key(|place| found[order[*place]].held.len());
        if let Some(place) = simplest
            && found[order[place]].held.len() < found[order[0]].held.len()
        {
            let simplest = order.remove(place);
            order.insert(1, simplest);
        }
        order.truncate(verified(self.settings) as usize);
        let ended = self.settle_all(&order, &mut found, changes);
        let is_new = |one: &&Candidate<'_, '_>| !changes.iter().any(|c| c.held == one.held);
        let small = searching(self.settings);
        let rest: Vec<FlipChange> = (found.iter().filter(is_new))
            .map(|one| self.told(one, &small))
            .collect();
        changes.extend(rest);
        ended?;
        match self.refused.take().filter(|_| changes.is_empty()) {
            Some(refused) => Err(refused),
            None => Ok(()),
        }
    }

    /// Settles and verifies candidates in this order; those that are not settled are left as they
    /// are.
    fn settle_all(
        &self,
        order: &[usize],
        found: &mut [Candidate<'_, '_>],
        changes: &mut Vec<FlipChange>,
    ) -> Result<(), NoFlip> {
        for (done, place) in order.iter().enumerate() {
            let is_settled = self.settle(&mut found[*place])?;
            self.observer.reached(1 + done, 1 + order.len());
            if !is_settled {
                continue;
            }
            let mut change = self.told(&found[*place], self.settings);
            let Some(run) = self.run(&change.held, self.settings)? else {
                continue;
            };
            change.lead = self.race.lead(&run, self.to);
            change.p_adjusted = self.race.p_value(&run, &change.lead);
            change.trials = run.run.trials;
            if let Some(level) = self.level(&found[*place], &run, &change.lead)? {
                change.level = Some(level.distance);
                change.level_std_error = Some(level.std_error);
                change.level_ci95 = Some(level.ci95);
            }
            changes.push(change);
        }
        Ok(())
    }

    /// A change with the lead that a run of this size has.
    fn told(&self, one: &Candidate<'_, '_>, size: &Settings) -> FlipChange {
        FlipChange {
            distance: one.distance,
            set: self.settings_of(&one.held),
            held: one.held.clone(),
            seed: size.seed,
            trials: size.blocks * size.trials_per_block(),
            trials_per_draw: size.trials_per_draw,
            lead: one.lead.clone(),
            verified: false,
            p_adjusted: None,
            level: None,
            level_std_error: None,
            level_ci95: None,
        }
    }
}

/// Standard errors that tell a lead from chance if so many changes are looked at, by Holm's first
/// step.
fn beyond(changes: u64) -> f64 {
    let one_side = 0.5 * detectable::LEVEL / changes as f64;
    student_t_quantile(1.0 - one_side, REPLICATES as f64 - 1.0)
}

/// Several trends whose start weights are stated without saying how uncertain they are: their
/// changes have no size.
fn are_weights_fixed(study: &Study) -> bool {
    let model = &study.model;
    model.trends.len() > 1 && model.weight_concentration.is_none()
}

/// Those that a run verifies by size, then those that it leaves in doubt, then the others by how
/// far they come.
fn rank(change: &FlipChange) -> f64 {
    match change.distance {
        Some(distance) if change.verified => distance,
        Some(distance) => 1e3 + distance,
        None => 1e6 - change.lead.lead,
    }
}

/// Of the likeliest others the one whose lead is the fewest standard deviations away if it is as
/// straight as over all draws.
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
        let levers = levers(study, chosen, &lead(to));
        let all = apart(&levers, levers.len()).into_iter();
        let squares: f64 = all.map(|lever| lever.slope * lever.slope).sum();
        (chance(from) - chance(to)) / squares.sqrt()
    };
    let found =
        (others.into_iter().map(|to| (away(to), to))).reduce(|a, b| if b.0 < a.0 { b } else { a });
    found.map_or(from, |(_, to)| to)
}
