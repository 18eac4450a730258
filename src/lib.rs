//! Quincunx: a scenario-modelling simulator.

pub mod distribution;
pub mod expression;
pub mod math;
pub mod model;
pub mod random;
pub mod results;
