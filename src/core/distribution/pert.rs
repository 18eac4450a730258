//! PERT: lowest, most likely and highest value, smoothed to a beta distribution.
//!
//! Malcolm, Roseboom, Clark & Fazar (1959); `lambda` (4 unless stated) is the weight of the mode in
//! the mean, `(low + lambda mode + high) / (lambda + 2)`.

use super::Distribution;
use super::beta::Beta;
use super::error::{DistributionError, not_negative, require};
use super::triangular::mode_between;

/// An interval of no width is a constant.
pub fn build(
    low: f64,
    mode: f64,
    high: f64,
    lambda: f64,
) -> Result<Distribution, DistributionError> {
    mode_between(low, mode, high)?;
    not_negative("lambda", lambda)?;
    require(lambda <= 1e8, "lambda", "at most 1e8", lambda)?;
    if low == high {
        return Ok(Distribution::point(low));
    }
    let width = high - low;
    let alpha = 1.0 + lambda * ((mode - low) / width);
    let beta = 1.0 + lambda * ((high - mode) / width);
    Ok(Beta::stretched(alpha, beta, low, high))
}
