//! Quincunx: a scenario-modelling simulator.

pub mod diagnostic;
pub mod distribution;
pub mod expression;
pub mod math;
pub mod model;
pub mod random;
pub mod report;
pub mod results;
pub mod scenario;
