//! The epistemic interval: how p(θ) itself is spread over parameter draws, with chance inside the draws taken out.
//!
//! In come the hits of each draw, as histogram, and the squared hits of its groups; out come the 5% and 95% ends of p(θ), their error,
//! and whether a spread was seen at all. What the analyst does not know does not shrink with more trials: neither do the ends.

use super::deconvolution::deconvolve;
use super::proportion::{HitTable, Totals};
use super::replicate::REPLICATES;
use crate::math::special::{chi_square_quantile, f_survival};

/// How far the epistemic spread can be told from chance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EpistemicStatus {
    /// Nothing is uncertain: the ends are the estimate.
    Exact,
    /// The spread between draws is significant at 5%.
    Resolved,
    /// It is not; the ends are the best guess, and `at_most_sd` bounds the spread.
    NotDetected,
    /// One trial a draw, or fewer than 20 draws: no way to tell.
    NotSeparable,
}

/// What the analyst does not know about one number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Epistemic {
    pub status: EpistemicStatus,
    /// 5% and 95% quantile over parameter draws; `None` when not separable.
    pub ends: Option<[f64; 2]>,
    /// Standard error of each end, by leaving out one replicate at a time. `None` where the ends are the estimate itself.
    pub std_error: Option<[f64; 2]>,
    /// One-sided 95% bound of the standard deviation over draws, where no spread was detected.
    pub at_most_sd: Option<f64>,
}

impl Epistemic {
    /// Nothing in the scenario is uncertain.
    pub(super) fn exact(value: f64) -> Self {
        Self {
            status: EpistemicStatus::Exact,
            ends: Some([value; 2]),
            std_error: None,
            at_most_sd: None,
        }
    }

    pub(super) fn not_separable() -> Self {
        Self {
            status: EpistemicStatus::NotSeparable,
            ends: None,
            std_error: None,
            at_most_sd: None,
        }
    }
}

/// Fewest draws from which an epistemic interval is read.
pub(super) const LEAST_DRAWS: u64 = 20;

/// Spread between draw means, split in chance and epistemic spread.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Components {
    pub draws: f64,
    /// Variance of a draw's mean, both kinds in it.
    pub total: f64,
    /// Variance that chance alone gives a draw's mean, from the spread between its groups.
    pub inner: f64,
    /// Degrees of freedom of `inner`.
    pub inner_df: f64,
}

impl Components {
    /// Variance of p(θ), or of a conditional mean; negative if chance happens to exceed what is there.
    pub fn between(&self) -> f64 {
        self.total - self.inner
    }

    /// Probability of so large a spread between draws if nothing but chance were at work (F test).
    pub fn p_value(&self) -> f64 {
        if self.between() <= 0.0 {
            return 1.0;
        }
        if self.inner <= 0.0 {
            return 0.0;
        }
        f_survival(self.total / self.inner, self.draws - 1.0, self.inner_df)
    }

    /// Upper 95% bound of the epistemic standard deviation, for normal draw means.
    pub fn at_most_sd(&self) -> f64 {
        let df = self.draws - 1.0;
        let highest = self.total * df / chi_square_quantile(0.05, df);
        (highest - self.inner).max(0.0).sqrt()
    }

    pub fn status(&self) -> EpistemicStatus {
        if self.p_value() < 0.05 {
            EpistemicStatus::Resolved
        } else {
            EpistemicStatus::NotDetected
        }
    }
}

/// Jackknife error of both ends over replicates; `left_out` has the ends without each replicate in turn.
pub(super) fn jackknife(left_out: &[[f64; 2]]) -> Option<[f64; 2]> {
    let m = left_out.len() as f64;
    if left_out.len() < 2 {
        return None;
    }
    Some([0, 1].map(|side| {
        let mean = left_out.iter().map(|e| e[side]).sum::<f64>() / m;
        let squares: f64 = left_out
            .iter()
            .map(|e| (e[side] - mean) * (e[side] - mean))
            .sum();
        ((m - 1.0) / m * squares).sqrt()
    }))
}

impl HitTable {
    /// The 5%-95% range of the probability over parameter draws. `uncertain`: some parameter or weight differs between draws.
    pub fn epistemic(&self, uncertain: bool) -> Epistemic {
        let totals = self.totals(None);
        let trials = totals.draws as f64 * self.trials_per_draw as f64;
        if !uncertain {
            let probability = if trials > 0.0 {
                totals.hits as f64 / trials
            } else {
                0.5
            };
            return Epistemic::exact(probability);
        }
        let Some(components) = self.components(&totals) else {
            return Epistemic::not_separable();
        };
        if totals.draws < LEAST_DRAWS {
            return Epistemic::not_separable();
        }
        let p = totals.hits as f64 / trials;
        if p <= 0.0 || p >= 1.0 {
            return Epistemic {
                status: EpistemicStatus::NotDetected,
                ends: Some([p; 2]),
                std_error: None,
                at_most_sd: None,
            };
        }
        let status = components.status();
        let std_error = if components.between() > 0.0 {
            let left_out: Vec<[f64; 2]> = (0..REPLICATES)
                .filter(|m| self.has_draws(*m))
                .filter_map(|m| self.ends(&self.totals(Some(m))))
                .collect();
            jackknife(&left_out)
        } else {
            None
        };
        Epistemic {
            status,
            ends: self.ends(&totals),
            std_error,
            at_most_sd: (status == EpistemicStatus::NotDetected).then(|| components.at_most_sd()),
        }
    }

    /// Variances of a draw's share of hits. `None` below two draws or two groups.
    ///
    /// Analysis of variance on the groups instead of c(R-c): the groups contain the strata of start trends, which make a draw's hits less
    /// variable than a binomial number. Groups of unequal size differ in hits for that alone, which is taken off.
    pub(super) fn components(&self, totals: &Totals) -> Option<Components> {
        if self.groups < 2 {
            return None;
        }
        let total = totals.draw_variance(self.trials_per_draw)?;
        let (g, r) = (self.groups as u128, self.trials_per_draw as u128);
        let deviations = (g * u128::from(totals.group_squares) - totals.draw_squares) as f64;
        let larger = r % g;
        let by_size = (larger * (g - larger) * totals.draw_squares) as f64 / (r * r) as f64;
        let draws = totals.draws as f64;
        let inner_df = draws * (self.groups as f64 - 1.0);
        Some(Components {
            draws,
            total,
            inner: ((deviations - by_size) / inner_df / (r * r) as f64).max(0.0),
            inner_df,
        })
    }

    /// Trials of a draw that would make it as variable as it is, were they independent (`R_eff`).
    pub(super) fn effective_trials(&self, p: f64, components: &Components) -> f64 {
        let r = self.trials_per_draw as f64;
        let effective = (p * (1.0 - p) - components.between()) / components.inner;
        // No inner variance at all: 0/0 or more.
        if effective.is_nan() {
            4.0 * r
        } else {
            effective.clamp(r / 2.0, 4.0 * r)
        }
    }

    /// The ends, from the totals of some replicates. `None` below two draws or two groups.
    fn ends(&self, totals: &Totals) -> Option<[f64; 2]> {
        let components = self.components(totals)?;
        let p = totals.hits as f64 / (totals.draws as f64 * self.trials_per_draw as f64);
        if components.between() <= 0.0 || p <= 0.0 || p >= 1.0 {
            return Some([p; 2]);
        }
        let f = self.effective_trials(p, &components) / self.trials_per_draw as f64;
        Some(deconvolve(&totals.draws_with, p, components.between(), f))
    }
}
