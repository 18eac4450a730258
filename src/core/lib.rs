//! From a scenario file to counts of trials: what Quincunx computes with.
//!
//! The modules stand in the order in which data flows: [`scenario`] reads files · [`model`] finds out what they mean · [`program`] compiles that to
//! operations on columns · [`engine`] simulates · [`estimate`] turns counts into estimates. They stand on [`diagnostic`], [`expression`],
//! [`distribution`], [`random`] and [`math`].
//!
//! Users take the package `quincunx`, which has these modules as its own and adds results, questions, reports and the command line.
//! This package is apart for one reason: it is compiled for speed, beside the libraries that only the other needs; the rest is compiled quickly.

#![deny(unsafe_code)]

pub mod diagnostic;
pub mod distribution;
pub mod engine;
pub mod estimate;
pub mod expression;
pub mod math;
pub mod model;
pub mod program;
pub mod random;
pub mod scenario;
