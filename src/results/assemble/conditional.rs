//! Questions about the trials in which a condition holds.

use super::{Reader, told};
use crate::estimate::{MeanNode, Proportion};
use crate::expression::Interval;
use crate::model::Asks;
use crate::results::types::{ByTrend, ConditionalResult, QuestionKind};
use indexmap::IndexMap;

/// What a probability can be.
const SHARES: Interval = Interval::new(0.0, 1.0);

impl Reader<'_> {
    pub(super) fn conditional(&self) -> Vec<ConditionalResult> {
        let caution = self.summary.caution();
        (self.model.conditional.iter().enumerate())
            .zip(&self.tally.conditional)
            .map(|((i, conditional), [trials, hits])| {
                let node = &self.summary.node.conditional[i];
                let epistemic = node.epistemic(
                    &self.tally.conditional_means.quantiles(i),
                    self.program.uncertain,
                    self.summary.trials_per_draw as usize,
                );
                let question = &conditional.question;
                let trials_given: u64 = trials.iter().sum();
                let found = (trials_given > 0)
                    .then(|| Proportion::of(hits, trials, self.summary.draws()).widened(caution));
                let (given_probability, given_std_error) = self.share(trials, &self.tally.trials);
                let (asks, by) = asked(question.asks);
                ConditionalResult {
                    name: question.name.clone(),
                    title: question.title.clone(),
                    asks,
                    by,
                    dated: question.dated,
                    given: conditional.text.clone(),
                    trials_given,
                    given_probability,
                    given_std_error,
                    probability: found.map(|found| found.probability),
                    std_error: found.map(|found| found.std_error),
                    ci95: found.map(|found| found.ci95),
                    epistemic90: (found.zip(epistemic.ends))
                        .map(|(found, ends)| SHARES.around(found.probability, ends)),
                    epistemic: Some(told(&epistemic)),
                    by_trend: self.conditional_by_trend(node),
                    hits: hits.to_vec(),
                    trials: trials.to_vec(),
                }
            })
            .collect()
    }

    fn conditional_by_trend(&self, node: &MeanNode) -> IndexMap<String, ByTrend> {
        let sums = node.sums_by_trend();
        let caution = self.summary.caution();
        (self.trend_order().into_iter())
            .map(|z| {
                let (hits, trials) = &sums[z];
                let hits = hits.map(|hits| hits as u64);
                let given: u64 = trials.iter().sum();
                let is_spread = trials.iter().filter(|trials| **trials > 0).count() >= 2;
                let found = is_spread
                    .then(|| Proportion::of(&hits, trials, self.summary.draws()).widened(caution));
                let entry = ByTrend {
                    probability: (given > 0)
                        .then(|| hits.iter().sum::<u64>() as f64 / given as f64),
                    std_error: found.map(|found| found.std_error),
                    ci95: found.map(|found| found.ci95),
                    hits: hits.to_vec(),
                    trials: trials.to_vec(),
                };
                (self.model.trends[z].name.clone(), entry)
            })
            .collect()
    }
}

/// How a question asks, and the day that it is about.
pub(super) fn asked(asks: Asks) -> (QuestionKind, String) {
    match asks {
        Asks::EverBy { date, .. } => (QuestionKind::Ever, date.to_string()),
        Asks::HoldsAt { date, .. } => (QuestionKind::Holds, date.to_string()),
    }
}
