//! Fitting a location and a scale to two percentiles.

use super::DistributionError;
use super::error::{percentile, percentile_name};
use crate::math::special::normal_quantile;

/// Two percentiles of one distribution: probabilities, ascending, and the values that a draw stays below with them.
pub struct Percentiles {
    pub probabilities: [f64; 2],
    pub values: [f64; 2],
}

impl Percentiles {
    /// Fails unless probabilities and values ascend, the probabilities lie inside (0, 1), and the values are finite.
    pub fn check(&self) -> Result<(), DistributionError> {
        let ([p, q], [low, high]) = (self.probabilities, self.values);
        for (place, (p, value)) in [(p, low), (q, high)].into_iter().enumerate() {
            if !value.is_finite() {
                return Err(DistributionError::NotFinite {
                    argument: percentile(p, place),
                    value,
                });
            }
        }
        if !(0.0 < p && p < q && q < 1.0 && low < high) {
            let (first, second) = (percentile_name(p), percentile_name(q));
            return Err(DistributionError::inconsistent(
                percentile(q, 1),
                format!("be greater than {first}"),
                &[(&first, low), (&second, high)],
            ));
        }
        Ok(())
    }

    /// Mean and standard deviation of the normal through both, once they have passed [`check`](Self::check).
    pub fn normal(&self) -> (f64, f64) {
        let [low, high] = self.values;
        let [z_low, z_high] = self.probabilities.map(normal_quantile);
        let sd = (high - low) / (z_high - z_low);
        // From the nearer percentile: with a symmetric pair, exactly the middle.
        let share = -z_low / (z_high - z_low);
        (low + share * (high - low), sd)
    }
}
