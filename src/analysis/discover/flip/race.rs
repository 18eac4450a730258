//! What may be the likeliest, and by how much a member leads: in a result, or in a short run of
//! which nothing else is counted.

use crate::analysis::Study;
use crate::analysis::quantity::{Kind, Quantity};
use crate::analysis::sensitivity::passes::seen;
use crate::analysis::sensitivity::targets::{Reading, read};
use crate::engine::{BlockTrials, DRAWS_PER_BLOCK, EngineError, Observer, Settings};
use crate::estimate::{Proportion, REPLICATES, Replicated, difference};
use crate::results::{Lead, RunResult};

/// What may be the likeliest: outcomes or groups, or yes and no of a question or of a trend's
/// coming true.
#[derive(Clone, Debug)]
pub struct Race {
    pub members: Vec<Quantity>,
}

/// Whether the race is between its yes and its no.
pub fn is_yes_or_no(one: &Quantity) -> bool {
    matches!(one.kind, Kind::Question | Kind::Trend)
}

/// How a member stands: its probability with the error, and what each replicate adds to it.
type Standing = (f64, f64, Option<Replicated>);

/// A lead: a number, and shares of trials by their weights.
pub struct LeadParts {
    fixed: f64,
    pub shares: Vec<(f64, Replicated)>,
}

impl LeadParts {
    pub fn lead(&self) -> f64 {
        let shares = self.shares.iter();
        self.fixed + shares.map(|(weight, one)| weight * one.ratio).sum::<f64>()
    }
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
        let members = self.members.iter();
        let stand = members.map(|member| {
            let read = member.read(run);
            let (value, error) = (read.value, read.std_error);
            let replicated = member.replicated(run);
            (value.unwrap_or(0.0), error.unwrap_or(0.0), replicated)
        });
        self.lead_of(&stand.collect::<Vec<Standing>>(), to)
    }

    /// The same from a short run that is made for it; `None` if it was cancelled.
    ///
    /// # Errors
    /// As of [`Study::run`].
    pub fn look(
        &self,
        study: &Study,
        to: usize,
        settings: &Settings,
        observer: &dyn Observer,
    ) -> Result<Option<Lead>, EngineError> {
        let per_draw = settings.trials_per_draw as usize;
        let keep = |ended: &BlockTrials| -> Vec<[u64; REPLICATES]> {
            let readings = read(&self.members, &study.program, ended);
            readings.iter().map(|one| hits(one, per_draw)).collect()
        };
        let Some(blocks) = seen(study, None, settings, observer, &keep)? else {
            return Ok(None);
        };
        let draws = settings.blocks * u64::from(DRAWS_PER_BLOCK);
        let mut trials = [0; REPLICATES];
        (0..draws as usize).for_each(|draw| trials[draw % REPLICATES] += per_draw as u64);
        let stand = |m: usize| {
            let mut hits = [0; REPLICATES];
            for block in &blocks {
                let sums = hits.iter_mut().zip(&block[m]);
                sums.for_each(|(sum, own)| *sum += own);
            }
            let told = Proportion::of(&hits, &trials, draws);
            let replicated = Replicated::share(&hits, &trials);
            (told.probability, told.std_error, replicated)
        };
        let all: Vec<Standing> = (0..self.members.len()).map(stand).collect();
        Ok(Some(self.lead_of(&all, to)))
    }

    fn lead_of(&self, stand: &[Standing], to: usize) -> Lead {
        if let [(value, std_error, _)] = *stand {
            let chance = if to == 0 { value } else { 1.0 - value };
            return Lead {
                probability: chance,
                std_error,
                rival: if to == 0 { "no" } else { "yes" }.into(),
                rival_title: String::new(),
                rival_probability: 1.0 - chance,
                rival_std_error: std_error,
                lead: 2.0 * chance - 1.0,
                lead_std_error: 2.0 * std_error,
            };
        }
        let others = (0..stand.len()).filter(|m| *m != to).rev();
        let rival = others.max_by(|a, b| stand[*a].0.total_cmp(&stand[*b].0));
        let rival = rival.unwrap_or(to);
        let (probability, std_error, own) = stand[to];
        let (rival_probability, rival_std_error, other) = stand[rival];
        let paired = (own.zip(other)).and_then(|(own, other)| own.less(&other));
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

    /// The lead before a rival of this name as a number and a sum of shares with weights, so that
    /// sums of leads of paired runs have their errors; `None` if a share has none.
    pub fn parts(&self, run: &RunResult, to: usize, rival: &str) -> Option<LeadParts> {
        if let [question] = self.members.as_slice() {
            let sign = if to == 0 { 1.0 } else { -1.0 };
            return Some(LeadParts {
                fixed: -sign,
                shares: vec![(2.0 * sign, question.replicated(run)?)],
            });
        }
        let rival = self.members.iter().find(|member| member.name == rival)?;
        let own = self.members[to].replicated(run)?;
        Some(LeadParts {
            fixed: 0.0,
            shares: vec![(1.0, own), (-1.0, rival.replicated(run)?)],
        })
    }

    /// How surely the lead of a member is not chance: two-sided, by Student's t over the replicates
    /// that show its error; `None` with fewer than two.
    pub fn p_value(&self, run: &RunResult, lead: &Lead) -> Option<f64> {
        let used = |member: &Quantity| member.replicated(run).map(|one| one.used());
        let is_told = |m: &&Quantity| self.is_question() || m.name == lead.rival;
        let used = self.members.iter().filter(is_told).filter_map(used).min()?;
        (used > 1).then(|| difference(lead.lead, lead.lead_std_error, used).p_value)
    }

    pub fn is_question(&self) -> bool {
        self.members.len() == 1 && is_yes_or_no(&self.members[0])
    }
}

/// Hits of a block by replicate.
fn hits(reading: &Reading, per_draw: usize) -> [u64; REPLICATES] {
    let mut hits = [0; REPLICATES];
    if let Reading::YesOrNo(bits) = reading {
        for d in 0..DRAWS_PER_BLOCK as usize {
            hits[d % REPLICATES] += u64::from(bits.count(d * per_draw..(d + 1) * per_draw));
        }
    }
    hits
}
