//! Precision per second: the variance of estimates at equal time, the simulator's design against plain sampling.
//!
//! Nothing is measured here so far, and nothing is printed.

use super::Plan;
use crate::table::Section;
use std::error::Error;

pub fn measure(_plan: &Plan) -> Result<Option<Section>, Box<dyn Error>> {
    Ok(None)
}
