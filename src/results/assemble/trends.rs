//! What becomes of each trend.

use super::Reader;
use crate::estimate::{Proportion, REPLICATES, ratio};
use crate::program::TrendCode;
use crate::results::types::{ComesTrue, Share, TrendScore};
use indexmap::IndexMap;

impl Reader<'_> {
    pub(super) fn scorecard(&self) -> Vec<TrendScore> {
        if self.model.trends.len() < 2 {
            return Vec::new();
        }
        let time = self.tally.trials.map(|n| n as f64 * self.program.horizon);
        self.trend_order()
            .into_iter()
            .map(|z| {
                let trend = &self.model.trends[z];
                let (leads, leads_std_error) = ratio(&self.summary.node.leads[z], &time);
                let comes_true = self.comes_true(z);
                TrendScore {
                    name: trend.name.clone(),
                    title: trend.title.clone(),
                    weight: trend.weight,
                    leads: leads.clamp(0.0, 1.0),
                    leads_std_error,
                    outcomes_given: match comes_true.is_empty() {
                        true => IndexMap::new(),
                        false => self.outcomes_given(z),
                    },
                    comes_true,
                }
            })
            .collect()
    }

    fn comes_true(&self, z: usize) -> Vec<ComesTrue> {
        let times = (self.model.trends[z].materialises.iter()).flat_map(|m| &m.by);
        (self.program.trends[z].materialised.clone().zip(times))
            .map(|(question, years)| {
                let table = &self.tally.questions[question];
                let estimate = table.estimate().widened(self.summary.caution());
                let epistemic = table.epistemic(self.program.uncertain);
                ComesTrue {
                    by: self.model.clock.date_at(*years).to_string(),
                    years: *years,
                    probability: estimate.probability,
                    std_error: estimate.std_error,
                    ci95: estimate.ci95,
                    epistemic90: epistemic.ends,
                    epistemic: super::told(&epistemic),
                    by_trend: self.by_trend(table),
                }
            })
            .collect()
    }

    /// Outcomes among the trials in which a trend has come true at the end.
    fn outcomes_given(&self, z: usize) -> IndexMap<String, Share> {
        let can_come_true = |t: &TrendCode| !t.materialised.is_empty();
        let earlier = self.program.trends[..z].iter();
        let rows = &self.tally.given[earlier.filter(|t| can_come_true(t)).count()];
        let mut trials = [0; REPLICATES];
        for row in rows {
            trials.iter_mut().zip(row).for_each(|(a, b)| *a += b);
        }
        let is_known = trials.iter().any(|n| *n > 0);
        (self.outcome_names().into_iter().zip(rows))
            .map(|(name, hits)| {
                let told = is_known.then(|| {
                    Proportion::of(hits, &trials, self.summary.draws())
                        .widened(self.summary.caution())
                });
                let share = Share {
                    probability: told.map(|told| told.probability),
                    std_error: told.map(|told| told.std_error),
                    ci95: told.map(|told| told.ci95),
                };
                (name, share)
            })
            .collect()
    }
}
