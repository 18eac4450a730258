//! Metrics: their moments, quantiles and means by class.

use super::{Reader, told};
use crate::estimate::{self, LEVELS, Quantiles};
use crate::expression::Expr;
use crate::model::{Fixed, Whole, ranges_of_metrics};
use crate::results::types::{
    DistributionResult, GroupMean, Histogram, MetricResult, QuantileResult, QuantileSeries,
};
use indexmap::IndexMap;

/// Bars of a metric's histogram.
const HISTOGRAM_BINS: usize = 40;

impl Reader<'_> {
    pub(super) fn metrics(&self) -> Vec<MetricResult> {
        let whole = Whole::of(self.model);
        let ranges = ranges_of_metrics(self.model);
        let fixed = Fixed::of(self.model);
        (self.model.metrics.iter().enumerate().zip(ranges))
            .map(|((m, metric), range)| {
                let node = &self.summary.node.metrics[m];
                let mut estimate = node.estimate();
                if estimate.sd == Some(0.0) && !fixed.is_fixed(&metric.value) {
                    let counts = whole.is_whole(&metric.value) && !metric.value.any(&is_of_state);
                    estimate = node.of_luck([range.low, range.high], counts.then_some(1.0));
                }
                let epistemic = node.epistemic(
                    &self.tally.draw_means.quantiles(m),
                    self.program.uncertain,
                    self.summary.trials_per_draw as usize,
                );
                let possible = |ends: Option<[f64; 2]>| {
                    let told = estimate.mean.zip(ends);
                    told.map_or(ends, |(mean, ends)| Some(range.around(mean, ends)))
                };
                let values = self.tally.metrics.quantiles(m);
                let quantiles = values.at(LEVELS);
                let q = |i: usize| quantiles[i].map(|q| q.value);
                let e = |i: usize| quantiles[i].and_then(|q| q.std_error);
                let (defined, defined_std_error) =
                    self.share(&values.by_replicate(), &self.tally.trials);
                MetricResult {
                    name: metric.name.clone(),
                    title: metric.title.clone(),
                    unit: metric.unit.clone(),
                    is_instant: metric.is_instant(),
                    defined,
                    defined_std_error,
                    mean: estimate.mean,
                    std_error: estimate.std_error,
                    ci95: possible(estimate.ci95),
                    epistemic90: possible(epistemic.ends),
                    epistemic: told(&epistemic),
                    sd: estimate.sd,
                    sd_std_error: estimate.sd_std_error,
                    p5: q(0),
                    p5_std_error: e(0),
                    p25: q(1),
                    p25_std_error: e(1),
                    p50: q(2),
                    p50_std_error: e(2),
                    p75: q(3),
                    p75_std_error: e(3),
                    p95: q(4),
                    p95_std_error: e(4),
                    histogram: histogram(&values, whole.is_whole(&metric.value)),
                    quantiles: self.quantiles_of(&values),
                    distribution: metric.full.then(|| self.distribution(&values)),
                    by_trend: self.metric_by_trend(m),
                    by_outcome: self.metric_by_outcome(m),
                }
                .without_mean_if(!metric.mean.is_steady())
            })
            .collect()
    }

    fn quantiles_of(&self, values: &Quantiles<'_>) -> Vec<QuantileResult> {
        let levels = self.model.run.quantiles.iter();
        levels
            .map(|level| {
                let [found] = values.at([*level]);
                QuantileResult {
                    level: *level,
                    value: found.map(|q| q.value),
                    std_error: found.and_then(|q| q.std_error),
                }
            })
            .collect()
    }

    /// Quantiles over time of one item of the series, at the shares that the file asks for.
    pub(super) fn quantile_series(&self, item: usize, items: usize) -> Vec<QuantileSeries> {
        let times = self.program.report.len();
        let levels = self.model.run.quantiles.iter();
        levels
            .map(|level| {
                let found = (0..times).map(|time| {
                    let [found] = self
                        .tally
                        .series
                        .quantiles(time * items + item)
                        .at([*level]);
                    let error = found.and_then(|q| q.std_error);
                    (found.map_or(0.0, |q| q.value), error.unwrap_or(0.0))
                });
                let (values, values_std_error) = found.unzip();
                QuantileSeries {
                    level: *level,
                    values,
                    values_std_error,
                }
            })
            .collect()
    }

    fn distribution(&self, values: &Quantiles<'_>) -> DistributionResult {
        let all = values.by_replicate();
        let mut told = DistributionResult {
            values: Vec::new(),
            shares: Vec::new(),
            shares_std_error: Vec::new(),
        };
        for (value, hits) in values.cumulative() {
            let (share, error) = self.share(&hits, &all);
            told.values.push(value);
            told.shares.push(share);
            told.shares_std_error.push(error);
        }
        told
    }

    fn metric_by_trend(&self, m: usize) -> IndexMap<String, GroupMean> {
        let node = &self.summary.node.metrics[m];
        let means = node.by_trend();
        let sums = node.sums_by_trend();
        self.trend_order()
            .into_iter()
            .map(|z| {
                let trials = self.tally.by_trend[z].iter().sum();
                let (sums, values) = &sums[z];
                let entry = GroupMean {
                    sums: sums.to_vec(),
                    values: values.to_vec(),
                    ..group(means[z], values.iter().sum(), trials)
                };
                (self.model.trends[z].name.clone(), entry)
            })
            .collect()
    }

    fn metric_by_outcome(&self, m: usize) -> IndexMap<String, GroupMean> {
        let node = &self.summary.node.metrics[m];
        let means = node.by_outcome();
        let values = node.values_by_outcome();
        (self.outcome_names().into_iter().enumerate())
            .map(|(o, name)| {
                let trials = self.tally.by_outcome[o].iter().sum();
                (name, group(means[o], values[o], trials))
            })
            .collect()
    }
}

impl MetricResult {
    /// Without all that a mean is needed for, if averages do not settle, or so slowly that no error
    /// of them can be stated.
    fn without_mean_if(mut self, absent: bool) -> Self {
        if !absent {
            return self;
        }
        (self.mean, self.std_error, self.ci95) = (None, None, None);
        (self.sd, self.sd_std_error) = (None, None);
        self.epistemic90 = None;
        self.epistemic = told(&estimate::Epistemic::not_separable());
        for group in self
            .by_trend
            .values_mut()
            .chain(self.by_outcome.values_mut())
        {
            (group.mean, group.std_error) = (None, None);
            (group.sums, group.values) = (Vec::new(), Vec::new());
        }
        self
    }

    /// Whether trials have values and yet no mean that can be told.
    pub fn has_no_mean(&self) -> bool {
        self.mean.is_none() && self.defined > 0.0
    }
}

fn group((mean, std_error): (Option<f64>, Option<f64>), values: u64, trials: u64) -> GroupMean {
    GroupMean {
        defined: (trials > 0).then(|| values as f64 / trials as f64),
        mean,
        std_error,
        sums: Vec::new(),
        values: Vec::new(),
    }
}

/// What events may move by any amount.
fn is_of_state(part: &Expr) -> bool {
    matches!(part, Expr::Indicator(_) | Expr::Derived(_))
}

fn histogram(values: &Quantiles<'_>, whole: bool) -> Histogram {
    let (edges, counts) = values.histogram(HISTOGRAM_BINS, whole);
    Histogram { edges, counts }
}
