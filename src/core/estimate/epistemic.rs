//! The epistemic interval: how p(θ) itself is spread over parameter draws, with chance inside the
//! draws taken out.
//!
//! Takes the hits of each draw, as histogram, and the squared hits of its groups; gives the 5% and
//! 95% ends of p(θ), their error, and whether a spread was seen at all. What the analyst does not
//! know does not shrink with more trials: neither do the ends.
//!
//! Which shape p(θ) has, hits of R trials tell only in part: a smooth distribution and one of a few
//! points may explain them equally well and differ in their ends. So the ends lie between the
//! smooth one's and the rough one's, and the distance of the two is part of their error. Where the
//! error leaves no end to speak of, bounds are told instead.

use super::deconvolution::{DOUBT, Noise, Seen, both_ends, smooth_ends};
use super::interval::{FEW, t95};
use super::proportion::{HitTable, Totals};
use super::replicate::REPLICATES;
use crate::math::special::{chi_square_quantile, f_survival};
use serde::{Deserialize, Serialize};

/// How far the epistemic spread can be told from chance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EpistemicStatus {
    /// Nothing in the scenario is uncertain: the ends are the estimate.
    Exact,
    /// The spread between draws is beyond doubt, and the ends are told with their errors.
    Resolved,
    /// A spread is there, but not its ends: those told are bounds, which the ends do not exceed.
    Bounded,
    /// The spread is not significant at 5%; the ends told are bounds, and so is `at_most_sd`.
    NotDetected,
    /// One trial a draw, or fewer than 20 draws: no way to tell.
    NotSeparable,
}

/// What the analyst does not know about one number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Epistemic {
    pub status: EpistemicStatus,
    /// 5% and 95% quantile over parameter draws, or bounds of them at 95%; the estimate lies
    /// between them. `None` when not separable.
    pub ends: Option<[f64; 2]>,
    /// Standard error of each end where they are resolved, what the shape of the distribution
    /// leaves open included.
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

    /// Nothing can be told.
    pub fn not_separable() -> Self {
        Self {
            status: EpistemicStatus::NotSeparable,
            ends: None,
            std_error: None,
            at_most_sd: None,
        }
    }
}

/// Half-width of a 90% interval in standard errors: the 95% quantile of the standard normal
/// distribution.
const NORMAL_90: f64 = 1.644_853_626_951_472_2;

/// Fewest draws from which an epistemic interval is read.
pub(super) const LEAST_DRAWS: u64 = 20;

/// Chance of a spread as large as the one seen, from which on ends are told: just significant, it
/// says little of its own size.
const BEYOND_DOUBT: f64 = 1e-4;
/// Largest error of an end that is told, as a share of the distance of the ends.
const LARGEST_ERROR: f64 = 1.0 / 3.0;
/// Draws for which errors are as much too small again: where few draws lie beyond an end, their
/// spread says little of itself.
const FEW_DRAWS: f64 = 8.0;
/// Error of an end where the shape of p(θ) cannot be seen, in standard deviations of p(θ): two even
/// points lie one of these from the middle, the ends of a normal distribution 1.64, of a flat one
/// 1.56.
const SHAPE: f64 = 0.45;
/// Standard deviations of p(θ), in those of the noise of a draw, up to which nothing of the shape
/// is seen, and from which on it is seen.
const FAINT: f64 = 0.4;
const CLEAR: f64 = 1.8;
/// Effective trials of a draw, as multiples of its trials, beyond which chance inside the draws
/// leaves nothing to take out.
const MOST_EFFECTIVE: f64 = 32.0;

/// How much of the shape of p(θ) noise hides: 1 all of it, 0 nothing. Both are standard deviations.
pub(super) fn unseen(spread: f64, noise: f64) -> f64 {
    if noise > 0.0 {
        ((CLEAR - spread / noise) / (CLEAR - FAINT)).clamp(0.0, 1.0)
    } else {
        0.0
    }
}

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
    /// Variance of p(θ), or of a conditional mean; negative if chance happens to exceed what is
    /// there.
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

/// What is told of a number whose estimate is `centre`: its ends with their errors if these say
/// enough, otherwise bounds, which `limited` may still bring closer or put further out.
pub(super) fn conclude(
    components: &Components,
    centre: f64,
    ends: [f64; 2],
    errors: [f64; 2],
    limited: impl Fn([f64; 2]) -> [f64; 2],
) -> Epistemic {
    let errors = errors.map(|error| (1.0 + FEW_DRAWS / components.draws) * error);
    let mut status = components.status();
    let is_told = components.p_value() < BEYOND_DOUBT
        && errors
            .iter()
            .all(|error| *error < LARGEST_ERROR * (ends[1] - ends[0]))
        && (ends[0]..=ends[1]).contains(&centre);
    if status == EpistemicStatus::Resolved {
        if is_told {
            return Epistemic {
                status,
                ends: Some(ends),
                std_error: Some(errors),
                at_most_sd: None,
            };
        }
        status = EpistemicStatus::Bounded;
    }
    let at_most_sd = components.at_most_sd();
    let reach = t95(REPLICATES as f64 - 1.0);
    let [low, high] = limited([
        (ends[0] - reach * errors[0]).min(centre - NORMAL_90 * at_most_sd),
        (ends[1] + reach * errors[1]).max(centre + NORMAL_90 * at_most_sd),
    ]);
    Epistemic {
        status,
        ends: Some([low.min(centre), high.max(centre)]),
        std_error: None,
        at_most_sd: (status == EpistemicStatus::NotDetected && at_most_sd > 0.0)
            .then_some(at_most_sd),
    }
}

/// Jackknife error of both ends over replicates; `left_out` has the ends without each replicate in
/// turn.
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
    /// The 5%-95% range of the probability over parameter draws. `uncertain`: some parameter or
    /// weight differs between draws.
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
        let (ends, errors) = self.ends(&totals, &components);
        let p = totals.hits as f64 / trials;
        let hits = |share: f64| share * trials;
        // So few hits, or misses, show no spread of any size.
        let few = [hits(1.0 - p), hits(p)].map(|n| n < FEW as f64);
        // Markov's inequality: with 5% of the draws beyond it, an end pulls the mean.
        let [least, most] = self.estimate().ci95;
        let farthest = [1.0 - (1.0 - least) / 0.05, most / 0.05];
        conclude(&components, p, ends, errors, |[low, high]| {
            let low = if few[0] { 0.0 } else { low.max(0.0) };
            let high = if few[1] { 1.0 } else { high.min(1.0) };
            [low.max(farthest[0]), high.min(farthest[1])]
        })
    }

    /// Variances of a draw's share of hits. `None` below two draws or two groups.
    ///
    /// Analysis of variance on the groups instead of c(R-c): the groups contain the strata of start
    /// trends, which make a draw's hits less variable than a binomial number. Groups of unequal
    /// size differ in hits for that alone, which is taken off.
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
            MOST_EFFECTIVE * r
        } else {
            effective.clamp(r / 2.0, MOST_EFFECTIVE * r)
        }
    }

    /// What chance does inside the draws, and the effective trials of one.
    fn noise(&self, totals: &Totals, p: f64, components: &Components) -> (Noise, f64) {
        let effective = self.effective_trials(p, components);
        let (g, r) = (self.groups as u64, self.trials_per_draw as u64);
        // Few hits are spread as evenly as can be by mere chance.
        if r % g == 0
            && effective > 3.0 * r as f64
            && totals.group_squares == totals.least_squares(g)
        {
            (Noise::Systematic(self.groups), effective)
        } else {
            (Noise::Effective(effective / r as f64), effective)
        }
    }

    /// The 5% and 95% quantile of p(θ) with their errors.
    fn ends(&self, totals: &Totals, components: &Components) -> ([f64; 2], [f64; 2]) {
        let p = totals.hits as f64 / (totals.draws as f64 * self.trials_per_draw as f64);
        if components.between() <= 0.0 || p <= 0.0 || p >= 1.0 {
            return ([p; 2], [0.0; 2]);
        }
        let (noise, effective) = self.noise(totals, p, components);
        let found = both_ends(&Seen {
            draws_with: &totals.draws_with,
            p,
            between: components.between(),
            noise,
        });
        let left_out: Vec<[f64; 2]> = (0..REPLICATES)
            .filter(|m| self.has_draws(*m))
            .filter_map(|m| self.smooth_ends(&self.totals(Some(m)), noise))
            .collect();
        let by_replicates = jackknife(&left_out).unwrap_or([0.0; 2]);
        // Where the counts speak for the rough distribution, the ends move towards its own, and the
        // smooth one says less of their error.
        let turned = ((found.gain - DOUBT) / 6.0).clamp(0.0, 1.0);
        let doubt = (2.0 * found.gain - DOUBT).clamp(0.0, 1.0);
        let weight = 1.25 + 0.25 * doubt - 0.9 * turned;
        let spread = components.between().sqrt();
        let unseen = unseen(spread, components.inner.sqrt());
        let mut ends = [0.0; 2];
        let mut errors = [0.0; 2];
        for side in [0, 1] {
            let gap = found.rough[side] - found.smooth[side];
            ends[side] = found.smooth[side] + (0.5 + 0.5 * turned) * gap;
            let sampling = by_replicates[side].max(found.sampling[side]);
            let error = (1.2 * sampling * sampling + weight * gap * (weight * gap)).sqrt();
            // Nearer to 0 than one hit per draw, places look alike to every draw.
            let (to_edge, mean) = [(ends[0], p), (1.0 - ends[1], 1.0 - p)][side];
            let blind = if to_edge * effective < 1.0 {
                (0.25 / effective).min(0.5 * mean)
            } else {
                0.0
            };
            // Where start trends make draws more even than independent trials, by how much depends
            // on the place, and the model of the noise has only an average: at an end it may be nil
            // or twice as large.
            let even = match noise {
                Noise::Effective(_) => (1.0 - self.trials_per_draw as f64 / effective).max(0.0),
                Noise::Systematic(_) => 0.0,
            };
            // Behind that much noise, a few points look like a smooth distribution of their
            // variance, whose ends lie further out.
            let shape = SHAPE * unseen * spread;
            let reach = (ends[side] - p).abs();
            let noisy = libm::hypot(reach, NORMAL_90 * components.inner.sqrt());
            let unknown = even * (noisy - reach) / 2.0;
            errors[side] = libm::hypot(libm::hypot(error, unknown), shape).max(blind);
        }
        (ends, errors)
    }

    /// The smooth ends from the totals of some replicates. `None` below two draws or two groups.
    pub(super) fn smooth_ends(&self, totals: &Totals, like: Noise) -> Option<[f64; 2]> {
        let components = self.components(totals)?;
        let p = totals.hits as f64 / (totals.draws as f64 * self.trials_per_draw as f64);
        if components.between() <= 0.0 || p <= 0.0 || p >= 1.0 {
            return Some([p; 2]);
        }
        let noise = match like {
            Noise::Systematic(_) => like,
            Noise::Effective(_) => {
                let effective = self.effective_trials(p, &components);
                Noise::Effective(effective / self.trials_per_draw as f64)
            }
        };
        Some(smooth_ends(&Seen {
            draws_with: &totals.draws_with,
            p,
            between: components.between(),
            noise,
        }))
    }
}

impl Totals {
    /// The least that the squared hits of `groups` equal groups sum to, given the hits of each
    /// draw: as even as can be.
    fn least_squares(&self, groups: u64) -> u64 {
        (self.draws_with.iter().zip(0u64..))
            .map(|(draws, c)| {
                let (whole, more) = (c / groups, c % groups);
                draws * (groups * whole * whole + more * (2 * whole + 1))
            })
            .sum()
    }
}
