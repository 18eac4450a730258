//! An epistemic range from the quantiles of draw means, pulled towards their centre by the share of
//! their spread that chance makes.
//!
//! True to the skewness of the draw means, and robust where the noise is skewed too. Takes the
//! variance components and the quantiles; gives the range with its errors, or bounds.

use super::epistemic::{Components, Epistemic, conclude, jackknife, unseen};

/// What is known of the draw means.
pub(super) struct DrawMeans {
    pub components: Components,
    pub centre: f64,
    /// Their 5% and 95% quantile.
    pub quantiles: [f64; 2],
    /// The quantiles that 2% of the draws lie beyond, on either side.
    pub far: [f64; 2],
    /// How far the ends are off by chance, for this many draws.
    pub quantile_errors: [f64; 2],
    /// Components and centre without each replicate in turn.
    pub left_out: Vec<(Components, f64)>,
}

/// Way from the quantile of 5% to that of 2%, in standard deviations of the draw means, up to which
/// the tail is that of a smooth distribution, and from which on few draws make much of the spread.
const SHORT: f64 = 0.45;
const LONG: f64 = 0.7;

/// Spread in noises of a draw, below which nothing of a long tail is seen, and above which it is.
const HIDDEN: f64 = 0.42;
const SEEN: f64 = 0.6;
/// Error of an end of any shape, in spreads: Cantelli's inequality puts it no further than √19 of
/// them from the mean, a normal distribution at 1.64.
const ANY_SHAPE: f64 = (4.36 - 1.64) / 2.13;

/// Standard error of the share of draws beyond an end.
pub(super) fn error_of_share(draws: f64) -> f64 {
    (0.05 * 0.95 / draws).sqrt()
}

impl DrawMeans {
    /// The 5%-95% range of the conditional mean, whose estimate over all trials is `estimate`;
    /// bounds go no further than `limits`.
    pub fn epistemic(&self, estimate: f64, limits: [f64; 2]) -> Epistemic {
        let components = &self.components;
        let pulled = |components: &Components, centre: f64| {
            let share = (components.between().max(0.0) / components.total).sqrt();
            let share = if share.is_finite() { share } else { 0.0 };
            let ends = self.quantiles.map(|q| centre + share * (q - centre));
            (ends, share)
        };
        let (ends, share) = pulled(components, self.centre);
        let left_out: Vec<[f64; 2]> = (self.left_out.iter())
            .map(|(components, centre)| pulled(components, *centre).0)
            .collect();
        // Centre and share vary between replicates; the quantiles, counted once for all, as those
        // of independent draws.
        let by_replicates = jackknife(&left_out).unwrap_or([0.0; 2]);
        let of_quantile = self.quantile_errors.map(|error| share * error);
        let between = components.between().max(0.0).sqrt();
        let noise = components.inner.max(0.0).sqrt();
        let long = self.long_tail();
        let blind = ((SEEN * noise - between) / ((SEEN - HIDDEN) * noise)).clamp(0.0, 1.0);
        let errors = [0, 1].map(|side| {
            let sampling = libm::hypot(by_replicates[side], of_quantile[side]);
            // Pulling keeps the shape that noise gave to the draw means. Where the truth has point
            // masses, a quantile is off by one of the noise itself: by 1.3 of its standard
            // deviations for two even points, by 2.3 for one draw in 25.
            let taken = (1.0 - share) * (self.quantiles[side] - self.centre).abs();
            // No even shape is off by more of its own spread. One whose spread few draws make is;
            // with √19 spreads from the centre, as far as any.
            let even = (0.4 + 0.2 * unseen(between, noise)) * between;
            let most = even + blind.max(long) * (ANY_SHAPE * between - even).max(0.0);
            libm::hypot(sampling, (1.5 * taken).max(1.2 * noise).min(most))
        });
        conclude(components, estimate, ends, errors, |[low, high]| {
            [low.max(limits[0]), high.min(limits[1])]
        })
    }

    /// From 0 to 1: whether few draws make much of the spread. Seen on the way from the quantile of
    /// 5% to that of 2%, which for a normal distribution is 0.41 of its standard deviation, on the
    /// longer side.
    fn long_tail(&self) -> f64 {
        let way = |side: usize| (self.far[side] - self.quantiles[side]).abs();
        let way = way(0).max(way(1)) / self.components.total.sqrt();
        // By chance the way is that much longer for a normal distribution: two standard errors,
        // from the covariance of its order statistics.
        let by_chance = 2.0 * 2.3 / self.components.draws.sqrt();
        ((way - by_chance - SHORT) / (LONG - SHORT)).clamp(0.0, 1.0)
    }
}
