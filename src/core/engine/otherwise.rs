//! Single trials played again with one event otherwise, and everything else as it was.
//!
//! Takes trials by number and what is otherwise in them; gives their ends. All random numbers are
//! those of the run, since each belongs to a named site: what differs from the trial follows from
//! the one event.

use super::batch::{Batch, Setup};
use super::block::BlockFault;
use super::deal::deal;
use super::settings::Settings;
use super::start::{DrawValues, TrialStart};
use crate::program::{FiresCode, LANES, Program, Slot};
use crate::random::Stream;
use std::f64::consts::LN_2;

/// What is otherwise in a trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Otherwise {
    /// The event of this index never fires.
    Without(usize),
    /// The first firing of the event of this index comes when its accumulated hazard is the median
    /// of its law, ln 2: when it was as likely as not to have come.
    AtEvenOdds(usize),
}

impl Otherwise {
    /// Whether an event can be played so. A result of an event, and a move of a chain that steps
    /// with the grid, is not drawn by itself; a time at even odds is known of what fires by a
    /// hazard that does not age.
    pub fn is_possible(self, program: &Program) -> bool {
        match self {
            Self::Without(e) => !matches!(
                program.events[e].fires,
                FiresCode::Branch | FiresCode::Step { .. }
            ),
            Self::AtEvenOdds(e) => matches!(program.events[e].fires, FiresCode::Hazard { .. }),
        }
    }
}

/// How a trial ends that is played again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replayed {
    /// It cannot be otherwise: the event does not come to even odds in it, or came before.
    NotPossible,
    /// It met a value that is not finite or out of its bounds.
    Stopped,
    /// The index of its outcome, the number of rules for `unclassified`.
    Outcome(usize),
}

/// Trials of a run that are played again.
pub struct Replays<'p> {
    program: &'p Program,
    seed: u64,
    /// What each was dealt, and its number.
    dealt: Vec<(DrawValues, TrialStart, u64)>,
}

impl<'p> Replays<'p> {
    /// Deals these trials, in this order.
    pub fn new(program: &'p Program, settings: &Settings, trials: &[u64]) -> Self {
        let setup = Setup::new(program, settings.seed);
        let per_draw = settings.trials_per_draw;
        let dealt = trials.iter().map(|number| {
            let draw = (number / u64::from(per_draw)) as u32;
            let all = deal(settings.design, &setup, draw, per_draw, 0);
            let own = all.trials[(number % u64::from(per_draw)) as usize];
            (all.values, own, *number)
        });
        Self {
            program,
            seed: settings.seed,
            dealt: dealt.collect(),
        }
    }

    /// Plays some of the trials, by their places.
    ///
    /// # Errors
    /// If events of a trial fire without end.
    pub fn ends(
        &self,
        places: &[usize],
        otherwise: Otherwise,
    ) -> Result<Vec<Replayed>, BlockFault> {
        let mut changed = self.program.clone();
        if let Otherwise::Without(e) = otherwise {
            changed.events[e].limit = 0.0;
            changed.events[e].conditional = true;
        }
        let setup = Setup::new(&changed, self.seed);
        let is_played = |place: usize| match otherwise {
            Otherwise::Without(_) => true,
            Otherwise::AtEvenOdds(e) => match &changed.events[e].fires {
                FiresCode::Hazard { site, .. } => {
                    let site = setup.sites[*site as usize];
                    Stream::new(site, self.dealt[place].1.id).exponential() > LN_2
                }
                _ => false,
            },
        };
        let mut found = vec![Replayed::NotPossible; places.len()];
        let played: Vec<usize> = (0..places.len())
            .filter(|i| is_played(places[*i]))
            .collect();
        let mut batch = Batch::new(&setup);
        for chunk in played.chunks(LANES) {
            let (draws, starts): (Vec<DrawValues>, Vec<TrialStart>) = (chunk.iter().enumerate())
                .map(|(draw, i)| {
                    let (values, start, _) = &self.dealt[places[*i]];
                    (values.clone(), TrialStart { draw, ..*start })
                })
                .unzip();
            batch.start(&starts, &draws);
            if let Otherwise::AtEvenOdds(e) = otherwise {
                batch.clocks.timers[e].threshold.fill(LN_2);
            }
            batch.run();
            if let Some(fault) = batch.fatal.take() {
                let trial = self.dealt[places[chunk[fault.lane()]]].2;
                return Err(BlockFault { fault, trial });
            }
            let rules: Vec<u64> = (changed.outcomes.iter())
                .map(|rule| batch.holding(rule))
                .collect();
            // A metric without a number where it must have one stops its trial, here as in a run.
            for metric in &changed.metrics {
                batch.metric(metric);
            }
            for (lane, i) in chunk.iter().enumerate() {
                if let Otherwise::AtEvenOdds(e) = otherwise
                    && batch.columns.get(changed.layout.first + e as Slot, lane) == f64::INFINITY
                {
                    continue;
                }
                let rule = rules.iter().position(|lanes| lanes >> lane & 1 == 1);
                found[*i] = match batch.stopped.iter().any(|one| one.lane == lane) {
                    true => Replayed::Stopped,
                    false => Replayed::Outcome(rule.unwrap_or(rules.len())),
                };
            }
        }
        Ok(found)
    }
}
