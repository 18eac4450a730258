//! Quincunx: a scenario-modelling simulator.

pub mod distribution;
pub mod expression;
pub mod model;
pub mod report;
pub mod results;
pub mod math;
pub mod random;
