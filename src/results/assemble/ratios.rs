//! Ratios of the means of metrics.

use super::{Reader, told as told_range};
use crate::estimate::{Epistemic, Fieller, PartialSum, REPLICATES, Replicated, fieller};
use crate::model::Fixed;
use crate::results::types::{MetricResult, RatioResult, RatioShape, RunResult};

/// Of so many draws there may be one whose mean below the line is not clear of zero; with more of
/// them, what the ratios of the others range over is not the range of all.
const ONE_UNCLEAR_OF: u64 = 100;

impl Reader<'_> {
    pub(super) fn ratios(&self) -> Vec<RatioResult> {
        let fixed = Fixed::of(self.model);
        (self.model.ratios.iter().enumerate())
            .map(|(i, ratio)| {
                let metrics = [ratio.of, ratio.over].map(|m| &self.model.metrics[m]);
                let mut told = RatioResult {
                    name: ratio.name.clone(),
                    title: ratio.title.clone(),
                    unit: ratio.unit.clone(),
                    of: metrics[0].name.clone(),
                    over: metrics[1].name.clone(),
                    ratio: None,
                    std_error: None,
                    ci95: None,
                    shape: None,
                    epistemic90: None,
                    epistemic: Some(told_range(&Epistemic::not_separable())),
                };
                if metrics.iter().any(|metric| !metric.mean.is_steady()) {
                    return told;
                }
                let [of, over] = [ratio.of, ratio.over].map(|m| self.sums(m));
                let Some(found) = Replicated::means(&of, &over) else {
                    return told;
                };
                told.ratio = Some(found.ratio);
                let is_exact = metrics.iter().all(|metric| fixed.is_fixed(&metric.value));
                told.std_error = found.std_error().filter(|error| is_exact || *error > 0.0);
                if told.std_error.is_some() {
                    let (shape, ends) = match fieller(&of, &over) {
                        Some(Fieller::Between(ends)) => (RatioShape::Between, Some(ends)),
                        Some(Fieller::Outside(ends)) => (RatioShape::Outside, Some(ends)),
                        Some(Fieller::Anywhere) | None => (RatioShape::Anywhere, None),
                    };
                    (told.shape, told.ci95) = (Some(shape), ends);
                }
                let range = self.range_of_ratio(i, found.ratio);
                told.epistemic90 = range.ends;
                told.epistemic = Some(told_range(&range));
                told
            })
            .collect()
    }

    /// The range of a ratio over draws.
    fn range_of_ratio(&self, i: usize, ratio: f64) -> Epistemic {
        let unclear: u64 = self.tally.unclear_ratios[i].iter().sum();
        let is_uncertain = self.program.uncertain;
        if is_uncertain && unclear * ONE_UNCLEAR_OF > self.summary.draws() {
            return Epistemic::not_separable();
        }
        self.summary.node.ratios[i].epistemic_about(
            Some(ratio),
            &self.tally.ratio_means.quantiles(i),
            is_uncertain,
            self.summary.trials_per_draw as usize,
        )
    }

    /// Sums of a metric by replicate.
    fn sums(&self, metric: usize) -> [PartialSum; REPLICATES] {
        let by_trend = self.summary.node.metrics[metric].sums_by_trend();
        let mut all = [PartialSum::default(); REPLICATES];
        for (sums, values) in &by_trend {
            for (all, (sum, values)) in all.iter_mut().zip(sums.iter().zip(values)) {
                all.sum += sum;
                all.values += values;
            }
        }
        all
    }
}

impl RunResult {
    /// What each replicate adds to a ratio of means.
    pub fn replicated(&self, ratio: &RatioResult) -> Option<Replicated> {
        ratio.ratio?;
        let find = |name: &str| self.metrics.iter().find(|m| m.name == name);
        Replicated::means(&find(&ratio.of)?.sums(), &find(&ratio.over)?.sums())
    }
}

impl MetricResult {
    /// Sums by replicate.
    fn sums(&self) -> [PartialSum; REPLICATES] {
        let mut all = [PartialSum::default(); REPLICATES];
        for group in self.by_trend.values() {
            for (all, (sum, values)) in all.iter_mut().zip(group.sums.iter().zip(&group.values)) {
                all.sum += sum;
                all.values += values;
            }
        }
        all
    }
}
