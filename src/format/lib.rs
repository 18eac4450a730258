//! What a scenario file may say, and what its author is told.
//!
//! [`scenario`] reads files into plain data; what is wrong with one is a [`diagnostic`] with a
//! place. What the data mean is found out by the module `model` of `quincunx-core`.
//!
//! Users take the package `quincunx`, which has these modules as its own. This package is apart
//! from the core so that both are built at the same time, and because nothing here has to be fast.

#![deny(unsafe_code)]

pub mod diagnostic;
pub mod family;
pub mod scenario;
pub mod time;
