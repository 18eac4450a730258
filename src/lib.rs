//! Quincunx: a scenario-modelling simulator.

pub mod diagnostic;
pub mod distribution;
pub mod expression;
pub mod model;
pub mod results;
pub mod scenario;
