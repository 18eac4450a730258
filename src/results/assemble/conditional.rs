//! Questions about the trials in which a condition holds.

use super::Reader;
use crate::estimate::Proportion;
use crate::model::Asks;
use crate::results::types::{ConditionalResult, QuestionKind};

impl Reader<'_> {
    pub(super) fn conditional(&self) -> Vec<ConditionalResult> {
        let caution = self.summary.caution();
        (self.model.conditional.iter().zip(&self.tally.conditional))
            .map(|(conditional, [trials, hits])| {
                let question = &conditional.question;
                let trials_given: u64 = trials.iter().sum();
                let told = (trials_given > 0)
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
                    probability: told.map(|told| told.probability),
                    std_error: told.map(|told| told.std_error),
                    ci95: told.map(|told| told.ci95),
                    hits: hits.to_vec(),
                    trials: trials.to_vec(),
                }
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
