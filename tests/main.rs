//! All integration tests in one binary: exact results, laws, statistics, and the shape of the
//! source tree.

#![recursion_limit = "256"]

mod architecture;
mod harness;
mod laws;
mod oracles;
mod statistics;
