//! Mean of a metric: a number that a trial has, or has not.
//!
//! Takes the values of one draw's trials; gives mean and standard deviation with their Monte Carlo
//! errors, means by start trend and by outcome, and the epistemic interval of the mean. All of it
//! is sums of floats, so nodes are merged by the [`Forest`](super::Forest). Trials without a value
//! are left out of everything; their share is kept elsewhere.

use super::epistemic::{Components, Epistemic, LEAST_DRAWS};
use super::interval::t95;
use super::moments::Moments;
use super::proportion::{Proportion, groups};
use super::pulled::{DrawMeans, error_of_share};
use super::quantiles::Quantiles;
use super::replicate::{REPLICATES, error_of_residuals};
use super::stored::{Store, Stored, Unreadable};

/// Moments of a metric over a stretch of blocks.
#[derive(Clone, Debug, PartialEq)]
pub struct MeanNode {
    by_replicate: [Moments; REPLICATES],
    /// `[m * trends + z]`.
    by_trend: Vec<Sum>,
    /// `[m * outcomes + o]`.
    by_outcome: Vec<Sum>,
    /// Moments of the draws' means.
    draw_means: [Moments; REPLICATES],
    /// Variance that chance gives a draw's mean, summed over the draws that show it.
    inner: [Inner; REPLICATES],
}

/// Sum of some values.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Sum {
    n: u64,
    sum: f64,
}

/// Sum of the inner variances of some draws.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Inner {
    draws: u64,
    sum: f64,
    /// Degrees of freedom: groups less one, over those draws.
    freedom: u64,
}

/// A metric's mean and standard deviation over trials, with their Monte Carlo errors.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeanEstimate {
    /// Trials with a value.
    pub values: u64,
    /// `None` without values.
    pub mean: Option<f64>,
    /// `None` with values in fewer than two replicates, as all below but `sd`.
    pub std_error: Option<f64>,
    pub ci95: Option<[f64; 2]>,
    /// Standard deviation over trials, both kinds of uncertainty in it; `None` below two values.
    pub sd: Option<f64>,
    pub sd_std_error: Option<f64>,
    /// Of Student's t behind `ci95`.
    pub degrees_of_freedom: f64,
}

impl Stored for MeanNode {
    fn store(&mut self, store: &mut Store<'_>) -> Result<(), Unreadable> {
        let Self {
            by_replicate,
            by_trend,
            by_outcome,
            draw_means,
            inner,
        } = self;
        store.all(by_replicate)?;
        for Sum { n, sum } in by_trend.iter_mut().chain(by_outcome) {
            store.count(n)?;
            store.number(sum)?;
        }
        store.all(draw_means)?;
        for Inner {
            draws,
            sum,
            freedom,
        } in inner
        {
            store.count(draws)?;
            store.number(sum)?;
            store.count(freedom)?;
        }
        Ok(())
    }
}

impl MeanNode {
    /// Without trials, which start under one of `trends` trends and end in one of `outcomes`
    /// outcomes.
    pub fn new(trends: usize, outcomes: usize) -> Self {
        Self {
            by_replicate: Default::default(),
            by_trend: vec![Sum::default(); REPLICATES * trends],
            by_outcome: vec![Sum::default(); REPLICATES * outcomes],
            draw_means: Default::default(),
            inner: Default::default(),
        }
    }

    /// Takes in one draw of `replicate` and gives the draw's mean, for the table of draw means;
    /// `None` without values.
    ///
    /// `values`, `trends` and `outcomes` have one entry per trial, in trial order, group after
    /// group; NaN is no value.
    pub fn add_draw(
        &mut self,
        replicate: usize,
        groups: usize,
        values: &[f64],
        trends: &[u8],
        outcomes: &[u8],
    ) -> Option<f64> {
        let (trend_count, outcome_count) = (
            self.by_trend.len() / REPLICATES,
            self.by_outcome.len() / REPLICATES,
        );
        let by_trend = &mut self.by_trend[replicate * trend_count..][..trend_count];
        let by_outcome = &mut self.by_outcome[replicate * outcome_count..][..outcome_count];
        for ((value, trend), outcome) in values.iter().zip(trends).zip(outcomes) {
            if !value.is_nan() {
                by_trend[usize::from(*trend)].push(*value);
                by_outcome[usize::from(*outcome)].push(*value);
            }
        }
        let mut buffer = Vec::new();
        let draw = Moments::from_slice(present(values, &mut buffer));
        if draw.n == 0 {
            return None;
        }
        self.by_replicate[replicate].merge(&draw);
        self.draw_means[replicate].push(draw.mean);

        // Groups of unequal size, as where values are missing: the linearised variance of a ratio,
        // which is sum (m_g - m)^2 / (G (G - 1)) for equal ones.
        let (mut squares, mut used) = (0.0, 0u64);
        for g in 0..groups {
            let part = &values[g * values.len() / groups..(g + 1) * values.len() / groups];
            let group = Moments::from_slice(present(part, &mut buffer));
            if group.n > 0 {
                let pull = group.n as f64 / draw.n as f64 * (group.mean - draw.mean);
                squares += pull * pull;
                used += 1;
            }
        }
        self.inner[replicate].add(squares, used);
        Some(draw.mean)
    }

    /// Takes in the node of the blocks that follow.
    pub fn merge(&mut self, right: &Self) {
        fn each(own: &mut [Moments], more: &[Moments]) {
            own.iter_mut().zip(more).for_each(|(a, b)| a.merge(b));
        }
        each(&mut self.by_replicate, &right.by_replicate);
        let classes = (self.by_trend.iter_mut().zip(&right.by_trend))
            .chain(self.by_outcome.iter_mut().zip(&right.by_outcome));
        for (own, more) in classes {
            own.n += more.n;
            own.sum += more.sum;
        }
        each(&mut self.draw_means, &right.draw_means);
        for (own, more) in self.inner.iter_mut().zip(&right.inner) {
            own.merge(more);
        }
    }

    /// Mean and standard deviation with their errors, from the spread between replicates.
    pub fn estimate(&self) -> MeanEstimate {
        let Centre {
            mean,
            std_error,
            sd,
            sd_std_error,
            used,
            values,
        } = centre(&self.by_replicate);
        let degrees_of_freedom = used.saturating_sub(1) as f64;
        MeanEstimate {
            values,
            mean,
            std_error,
            ci95: mean.zip(std_error).map(|(mean, se)| {
                let half = t95(degrees_of_freedom) * se;
                [mean - half, mean + half]
            }),
            sd,
            sd_std_error,
            degrees_of_freedom,
        }
    }

    /// The same where all trials agree on a value that may differ: that is luck, not knowledge. The
    /// error is that of a share of trials which none of these has shown, times how far they may lie
    /// off; `None` where that is not known.
    ///
    /// `range`: what the value can be. `step`: how far off it is if it differs, where the range has
    /// no end.
    pub fn of_luck(&self, range: [f64; 2], step: Option<f64>) -> MeanEstimate {
        let seen = self.estimate();
        let unknown = MeanEstimate {
            std_error: None,
            ci95: None,
            sd_std_error: None,
            ..seen
        };
        let Some(mean) = seen.mean.filter(|_| seen.std_error.is_some()) else {
            return unknown;
        };
        let [below, above] = range.map(|end| {
            let reach = (end - mean).abs();
            reach.is_finite().then_some(reach).or(step)
        });
        let (Some(below), Some(above)) = (below, above) else {
            return unknown;
        };
        let values = self.by_replicate.each_ref().map(|part| part.n);
        let draws = merged(&self.draw_means, None).n;
        let unseen = Proportion::of(&[0; REPLICATES], &values, draws);
        let most = unseen.ci95[1];
        MeanEstimate {
            std_error: Some(unseen.std_error * below.max(above)),
            ci95: Some([mean - most * below, mean + most * above]),
            ..unknown
        }
    }

    /// The 5%-95% range of the conditional mean over parameter draws. `uncertain`: some parameter
    /// or weight differs between draws.
    ///
    /// `draw_means` has every draw's mean. Its quantiles are pulled towards the mean by the share
    /// of their spread that chance makes: true to the skewness of the draw means, and robust where
    /// the noise is skewed too.
    pub fn epistemic(
        &self,
        draw_means: &Quantiles<'_>,
        uncertain: bool,
        trials_per_draw: usize,
    ) -> Epistemic {
        let estimate = mean_of(&self.by_replicate).0;
        self.epistemic_about(estimate, draw_means, uncertain, trials_per_draw)
    }

    /// The same about another estimate than the mean of all values.
    pub fn epistemic_about(
        &self,
        estimate: Option<f64>,
        draw_means: &Quantiles<'_>,
        uncertain: bool,
        trials_per_draw: usize,
    ) -> Epistemic {
        if !uncertain {
            return estimate.map_or_else(Epistemic::not_separable, Epistemic::exact);
        }
        let separable =
            groups(trials_per_draw) > 1 && merged(&self.draw_means, None).n >= LEAST_DRAWS;
        let quantiles = |levels: [f64; 2]| {
            let [low, high] = draw_means.at(levels);
            low.zip(high).map(|(low, high)| [low.value, high.value])
        };
        let (true, Some(ends), Some(far), Some(components)) = (
            separable,
            quantiles([0.05, 0.95]),
            quantiles([0.02, 0.98]),
            self.components(None),
        ) else {
            return Epistemic::not_separable();
        };
        let of_share = error_of_share(components.draws);
        let centre = |without: Option<usize>| merged(&self.draw_means, without).mean;
        let estimate = estimate.unwrap_or(centre(None));
        DrawMeans {
            components,
            centre: centre(None),
            quantiles: ends,
            far,
            quantile_errors: [0.05, 0.95].map(|p| draw_means.error(p, of_share)),
            left_out: (0..REPLICATES)
                .filter(|m| self.draw_means[*m].n > 0)
                .filter_map(|m| Some((self.components(Some(m))?, centre(Some(m)))))
                .collect(),
        }
        .epistemic(estimate, [f64::NEG_INFINITY, f64::INFINITY])
    }

    /// `(mean, standard error)` by start trend; `None` without values, or with values in fewer than
    /// two replicates.
    pub fn by_trend(&self) -> Vec<(Option<f64>, Option<f64>)> {
        by_class(&self.by_trend)
    }

    /// By start trend: the sum of the values of each replicate, and how many there are.
    pub fn sums_by_trend(&self) -> Vec<([f64; REPLICATES], [u64; REPLICATES])> {
        (0..self.by_trend.len() / REPLICATES)
            .map(|z| {
                let parts = class_parts(&self.by_trend, z);
                (parts.map(|p| p.sum), parts.map(|p| p.n))
            })
            .collect()
    }

    /// `(mean, standard error)` by outcome, as [`by_trend`](Self::by_trend).
    pub fn by_outcome(&self) -> Vec<(Option<f64>, Option<f64>)> {
        by_class(&self.by_outcome)
    }

    /// Trials with a value, by outcome.
    pub fn values_by_outcome(&self) -> Vec<u64> {
        values_by_class(&self.by_outcome)
    }

    /// Spread of the draws' means, over all replicates or all but one. `None` if the draws show no
    /// inner variance, or are fewer than two.
    fn components(&self, without: Option<usize>) -> Option<Components> {
        components(&self.draw_means, &self.inner, without)
    }
}

/// Spread of what the draws say, and how much of it is chance, over all replicates or all but one.
pub(super) fn components(
    draws: &[Moments; REPLICATES],
    inner: &[Inner; REPLICATES],
    without: Option<usize>,
) -> Option<Components> {
    let draws = merged(draws, without);
    let mut all = Inner::default();
    for (m, part) in inner.iter().enumerate() {
        if without != Some(m) {
            all.merge(part);
        }
    }
    let total = draws.variance()?;
    (all.draws > 0).then(|| Components {
        draws: draws.n as f64,
        total,
        inner: all.sum / all.draws as f64,
        inner_df: all.freedom as f64,
    })
}

impl Inner {
    /// Takes in a draw of which so many groups have values; with fewer than two it shows nothing.
    pub(super) fn add(&mut self, squares: f64, groups: u64) {
        if groups >= 2 {
            self.draws += 1;
            self.sum += squares * groups as f64 / (groups - 1) as f64;
            self.freedom += groups - 1;
        }
    }

    pub(super) fn merge(&mut self, more: &Self) {
        self.draws += more.draws;
        self.sum += more.sum;
        self.freedom += more.freedom;
    }
}

impl super::Merge for MeanNode {
    fn merge(mut self, right: Self) -> Self {
        MeanNode::merge(&mut self, &right);
        self
    }
}

impl Sum {
    fn push(&mut self, value: f64) {
        self.n += 1;
        self.sum += value;
    }
}

/// The values that are there; `buffer` holds them if some are not.
pub(super) fn present<'a>(values: &'a [f64], buffer: &'a mut Vec<f64>) -> &'a [f64] {
    if !values.iter().any(|v| v.is_nan()) {
        return values;
    }
    buffer.clear();
    buffer.extend(values.iter().filter(|v| !v.is_nan()));
    buffer
}

/// Mean and standard deviation with their errors, from the spread between replicates; `None` as in
/// [`MeanEstimate`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Centre {
    pub mean: Option<f64>,
    pub std_error: Option<f64>,
    pub sd: Option<f64>,
    pub sd_std_error: Option<f64>,
    /// Replicates with values.
    used: usize,
    values: u64,
}

/// Mean and standard deviation of all replicates together.
pub fn centre(by_replicate: &[Moments; REPLICATES]) -> Centre {
    let all = merged(by_replicate, None);
    let (mean, std_error, used) = mean_of(by_replicate);
    let sd = all.variance().map(f64::sqrt);
    let variance = if all.n > 0 {
        all.m2 / all.n as f64
    } else {
        0.0
    };
    // The variance is a mean too, of squared deviations; the root halves the relative error.
    let residuals = by_replicate.each_ref().map(|part| {
        let gap = part.mean - all.mean;
        let squares = part.m2 + part.n as f64 * (gap * gap);
        (squares - variance * part.n as f64) / all.n.max(1) as f64
    });
    let sd_std_error = sd.and_then(|sd| {
        let error = error_of_residuals(&residuals, used)?;
        Some(if sd > 0.0 { error / (2.0 * sd) } else { 0.0 })
    });
    Centre {
        mean,
        std_error,
        sd,
        sd_std_error,
        used,
        values: all.n,
    }
}

/// Moments of all replicates, or all but one, in their order.
pub(super) fn merged(parts: &[Moments; REPLICATES], without: Option<usize>) -> Moments {
    let mut all = Moments::default();
    for (m, part) in parts.iter().enumerate() {
        if without != Some(m) {
            all.merge(part);
        }
    }
    all
}

/// Mean over all replicates, its standard error, and how many replicates have values.
fn mean_of(parts: &[Moments; REPLICATES]) -> (Option<f64>, Option<f64>, usize) {
    let all = merged(parts, None);
    let used = parts.iter().filter(|part| part.n > 0).count();
    if all.n == 0 {
        return (None, None, 0);
    }
    let residuals = parts
        .each_ref()
        .map(|part| part.n as f64 / all.n as f64 * (part.mean - all.mean));
    (Some(all.mean), error_of_residuals(&residuals, used), used)
}

/// The replicates of one of the classes of a table `[m * classes + class]`.
fn class_parts(table: &[Sum], class: usize) -> [Sum; REPLICATES] {
    let classes = table.len() / REPLICATES;
    std::array::from_fn(|m| table[m * classes + class])
}

fn by_class(table: &[Sum]) -> Vec<(Option<f64>, Option<f64>)> {
    (0..table.len() / REPLICATES)
        .map(|class| {
            let parts = class_parts(table, class);
            let n: u64 = parts.iter().map(|part| part.n).sum();
            if n == 0 {
                return (None, None);
            }
            let mean = parts.iter().map(|part| part.sum).sum::<f64>() / n as f64;
            let mut residuals = [0.0; REPLICATES];
            let mut used = 0;
            for (residual, part) in residuals.iter_mut().zip(parts) {
                if part.n > 0 {
                    used += 1;
                    let gap = part.sum / part.n as f64 - mean;
                    *residual = part.n as f64 / n as f64 * gap;
                }
            }
            (Some(mean), error_of_residuals(&residuals, used))
        })
        .collect()
}

fn values_by_class(table: &[Sum]) -> Vec<u64> {
    (0..table.len() / REPLICATES)
        .map(|class| class_parts(table, class).iter().map(|part| part.n).sum())
        .collect()
}

#[cfg(test)]
mod tests;
