//! From a scenario as data to counts of trials: what Quincunx computes with.
//!
//! The modules stand in the order in which data flows: [`model`] finds out what a scenario means ·
//! [`program`] compiles that to operations on columns · [`engine`] simulates · [`estimate`] turns
//! counts into estimates. They stand on [`expression`], [`distribution`], [`random`] and [`math`],
//! and on the package `quincunx-format`.
//!
//! Users take the package `quincunx`, which has these modules as its own and adds results,
//! questions, reports and the command line. This package is apart for one reason: it is compiled
//! for speed, beside the libraries that only the others need; the rest is compiled quickly.

#![deny(unsafe_code)]

pub mod distribution;
pub mod engine;
pub mod estimate;
pub mod expression;
pub mod math;
pub mod model;
pub mod program;
pub mod random;

pub(crate) use quincunx_format::{diagnostic, family, scenario, time};
