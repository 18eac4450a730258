//! Quincunx: a scenario-modelling simulator.

pub mod analysis;
pub mod diagnostic;
pub mod distribution;
pub mod engine;
pub mod estimate;
pub mod expression;
pub mod math;
pub mod model;
pub mod program;
pub mod random;
pub mod report;
pub mod results;
pub mod scenario;
