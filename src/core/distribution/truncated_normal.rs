//! The truncated normal: a normal distribution, given that the draw lies between two bounds.
//!
//! `mean` and `sd` are those of the normal before it is cut.

use super::Distribution;
use super::error::DistributionError;
use super::normal::Normal;
use super::uniform::in_order;

pub fn build(mean: f64, sd: f64, low: f64, high: f64) -> Result<Distribution, DistributionError> {
    in_order(low, high)?;
    Normal::build(mean, sd)?.truncated(Some(low), Some(high))
}
