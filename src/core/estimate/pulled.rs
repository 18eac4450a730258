//! An epistemic range from the quantiles of draw means, pulled towards their centre by the share of their spread that chance makes.
//!
//! True to the skewness of the draw means, and robust where the noise is skewed too. In come the variance components and the quantiles; out
//! comes the range with its errors, or bounds.

use super::epistemic::{Components, Epistemic, conclude, jackknife, unseen};

/// What is known of the draw means.
pub(super) struct DrawMeans {
    pub components: Components,
    pub centre: f64,
    /// Their 5% and 95% quantile.
    pub quantiles: [f64; 2],
    /// How far these are off by chance, for this many draws.
    pub quantile_errors: [f64; 2],
    /// Components and centre without each replicate in turn.
    pub left_out: Vec<(Components, f64)>,
}

/// Standard error of the share of draws beyond an end.
pub(super) fn error_of_share(draws: f64) -> f64 {
    (0.05 * 0.95 / draws).sqrt()
}

impl DrawMeans {
    /// The 5%-95% range of the conditional mean, whose estimate over all trials is `estimate`; bounds go no further than `limits`.
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
        // Centre and share vary between replicates; the quantiles, counted once for all, as those of independent draws.
        let by_replicates = jackknife(&left_out).unwrap_or([0.0; 2]);
        let of_quantile = self.quantile_errors.map(|error| share * error);
        let between = components.between().max(0.0).sqrt();
        let noise = components.inner.max(0.0).sqrt();
        let errors = [0, 1].map(|side| {
            let sampling = libm::hypot(by_replicates[side], of_quantile[side]);
            // Pulling keeps the shape that noise gave to the draw means. Where the truth has point masses, a quantile is off by one of the noise
            // itself: by 1.3 of its standard deviations for two even points, by 2.3 for one draw in 25.
            let taken = (1.0 - share) * (self.quantiles[side] - self.centre).abs();
            let most = (0.4 + 0.2 * unseen(between, noise)) * between;
            libm::hypot(sampling, (1.5 * taken).max(1.2 * noise).min(most))
        });
        conclude(components, estimate, ends, errors, |[low, high]| {
            [low.max(limits[0]), high.min(limits[1])]
        })
    }
}
