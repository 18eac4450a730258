//! Which number goes where: counter-based streams, one for each named site, and the designs of parameter draws.
//!
//! A random number is a function of (seed, site name, draw, trial, occurrence) and of nothing else, so it does not
//! depend on threads, batches or the presence of other sites.

pub mod design;
pub mod philox;
pub mod site;
pub mod stream;

pub use site::{Seed, Site, TrialId};
pub use stream::Stream;
