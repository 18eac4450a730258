//! All integration tests in one binary: exact results, laws, statistics, and the shape of the source tree.

mod architecture;
mod harness;
mod laws;
mod oracles;
mod statistics;
